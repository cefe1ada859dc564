//! Mail: messages and what became of each, and what an event says of it.

mod event;
mod messages;
mod problem;
mod relay;

use utoipa_axum::router::OpenApiRouter;

use crate::server::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(messages::routes()).merge(event::routes()).merge(relay::routes())
}
