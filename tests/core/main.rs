//! The library rooms, tested from outside: standards' vectors, our own vectors, the store's story.

mod standards_credential;
mod standards_json;
mod import;
mod store;
#[path = "../faults/store.rs"]
mod store_faults;
mod render;
mod render_archive;
mod scenes;
