//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod document;
mod eligibility;
mod events;
mod exceptions;
mod harness;
mod idempotency;
mod matrix;
mod paging;
mod people;
mod runs;
mod skeleton;
mod tags;
mod verification;
mod withdraw;
