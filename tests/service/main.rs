//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod eligibility;
mod erase;
mod events;
mod exceptions;
mod harness;
mod listings;
mod modes;
mod operators;
mod people;
mod real_door;
mod runs;
mod skeleton;
mod templates;
mod withdraw;
