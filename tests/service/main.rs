//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod abuse;
mod eligibility;
mod erase;
mod events;
mod exceptions;
mod harness;
mod hooks;
mod listings;
mod modes;
mod operations;
mod operators;
mod people;
mod process;
mod real_door;
mod runs;
mod served;
mod skeleton;
mod templates;
mod vc_api;
mod withdraw;
