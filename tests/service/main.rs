//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod abuse;
mod document;
mod eligibility;
mod erase;
mod events;
mod exceptions;
mod harness;
mod hooks;
mod idempotency;
mod listings;
mod matrix;
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
mod tags;
mod templates;
mod vc_api;
mod verification;
mod withdraw;
