//! The library rooms, tested from outside: standards' vectors, our own vectors, the store's story.

mod import;
