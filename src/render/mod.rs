//! Drawing: a [`crate::template::Scene`] becomes a PDF/A-3b file or a PNG.
//!
//! What all certificates of a template share is serialised once; per certificate only what differs is written.
