//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod harness;
mod runs;
mod skeleton;
mod withdraw;
