//! Accounts: logging in, one's own account, staff and API tokens. Everything that changes an account is for sessions only.

mod invited;
mod login;
mod me;
mod staff;
mod tokens;
mod told;

#[cfg(test)]
mod tests;

use utoipa_axum::router::OpenApiRouter;

use crate::server::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(login::routes()).merge(me::routes()).merge(staff::routes()).merge(tokens::routes())
}
