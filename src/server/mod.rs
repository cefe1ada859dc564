//! The HTTP door: extract, authorise, call, render. Holds no rules of its own; what it does, the command line does by the
//! same functions.

mod api;
mod app;
mod auth;
mod crowd;
mod docs;
mod extract;
mod forwarded;
mod idempotency;
mod lane;
mod meanwhile;
pub mod operator;
mod ops;
mod pace;
mod pages;
mod parameters;
mod post;
mod problem;
mod public_url;
mod publisher;
mod rate;
mod reply;
mod router;
mod run;
mod session;
mod site;
mod steady;
mod stream;
mod turns;
mod upload;
mod vc_api;
mod worker;

pub use crate::vault::{Vault, VaultError};
pub use app::{App, Clock, Limits, Parts, PortalSettings};
pub use auth::{Authenticator, Caller, ClientAddress};
pub use forwarded::MOST_PROXIES;
pub use post::{courier, read_bounces, remind};
pub use problem::Problem;
pub use public_url::{PASSWORD_PAGE, PublicUrl, PublicUrlError};
pub use publisher::{Publisher, publish_when_due};
pub use router::{openapi, router};
pub use run::{EACH_ADDRESS, Listen, ServeError, serve};
pub use session::{accounts, compact_if_due, finish_erasing, setup_link, sweep_sessions};
pub use steady::Steady;
pub use worker::{Worker, work_once};
