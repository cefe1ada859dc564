//! Mail: messages and what became of each, and what an event says of it.

mod event;
mod many;
mod messages;
mod problem;
mod relay;

use utoipa_axum::router::OpenApiRouter;

pub(in crate::server) use self::many::MailDaysView;
use crate::server::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(messages::routes()).merge(event::routes()).merge(many::routes()).merge(relay::routes())
}
