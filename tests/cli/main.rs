//! The command line, driven as a script would.
