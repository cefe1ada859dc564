//! The library rooms, tested from outside: standards' vectors, our own vectors, the store's story.

mod standards_credential;
mod standards_json;
mod import;
mod reading;
