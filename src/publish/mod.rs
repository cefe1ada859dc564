//! The static site: what verifiers and the public read. Written atomically, never older than what is there.
