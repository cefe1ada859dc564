//! The library rooms, tested from outside: standards' vectors, our own vectors, the store's story.

mod store;
#[path = "../faults/store.rs"]
mod store_faults;
