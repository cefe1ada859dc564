//! The library rooms, tested from outside: standards' vectors, our own vectors, the store's story.

mod publish;
mod bitflips;
mod standards_credential;
mod standards_jose;
mod standards_json;
mod import;
mod store;
#[path = "../faults/store.rs"]
mod store_faults;
mod reading;
mod render;
mod render_archive;
mod scenes;
mod trust;
mod vectors;
