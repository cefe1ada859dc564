//! The service, tested over HTTP: the real router on every engine, with a fixed clock.

mod harness;
mod skeleton;
