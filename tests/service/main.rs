//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod eligibility;
mod events;
mod exceptions;
mod harness;
mod people;
mod real_door;
mod runs;
mod skeleton;
mod withdraw;
