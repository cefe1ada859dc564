//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod document;
mod eligibility;
mod events;
mod exceptions;
mod harness;
mod matrix;
mod people;
mod runs;
mod skeleton;
mod withdraw;
