//! The HTTP door: extract, authorise, call, render. Holds no rules of its own; what it does, the command line does by the
//! same functions.

mod api;
mod app;
mod auth;
mod extract;
mod idempotency;
mod ops;
mod problem;
mod reply;
mod router;
mod run;
mod vault;
mod worker;

pub use app::{App, Clock, Limits, Parts};
pub use auth::{Authenticator, Caller, ClientAddress};
pub use problem::Problem;
pub use router::{openapi, router};
pub use run::{Listen, ServeError, serve};
pub use vault::{Vault, VaultError};
pub use worker::{Worker, work_once};
