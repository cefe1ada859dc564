//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod eligibility;
mod events;
mod exceptions;
mod harness;
mod people;
mod runs;
mod skeleton;
mod vc_api;
mod withdraw;
