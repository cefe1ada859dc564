//! The use cases: import people, issue to them, regenerate, revoke. Doors call these; these call the core and the store.

pub mod import;
