//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod abuse;
mod document;
mod eligibility;
mod erase;
mod events;
mod exceptions;
mod first_user;
mod full;
mod harness;
mod hooks;
mod idempotency;
mod identity;
mod listings;
mod matrix;
mod meanwhile;
mod modes;
mod operations;
mod operators;
mod paging;
mod people;
mod process;
mod real_door;
mod runs;
mod served;
mod skeleton;
#[path = "../tools/small_disk.rs"]
mod small_disk;
mod strays;
mod tags;
mod tampered;
mod templates;
mod turns;
mod undo;
mod vc_api;
mod verification;
mod withdraw;
