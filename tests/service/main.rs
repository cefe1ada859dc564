//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod abuse;
mod eligibility;
mod events;
mod exceptions;
mod harness;
mod hooks;
mod operations;
mod people;
mod process;
mod runs;
mod served;
mod skeleton;
mod withdraw;
