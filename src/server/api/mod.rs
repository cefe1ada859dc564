//! `/api/v1`: one file for each kind of record.

mod accounts;
mod address;
mod address_requests;
mod audit;
pub(super) mod certificates;
mod corrections;
mod designs;
mod eligibility;
mod events;
mod exceptions;
mod keys;
mod language;
mod listings;
mod looks;
mod mail;
pub(super) mod participants;
mod previewed;
mod proof;
mod quality;
mod runs;
mod standing;
mod templates;
mod time_zone;
mod upkeep;
mod verify;
mod webhooks;

use utoipa::Modify;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

pub(super) use self::mail::MailDaysView;
use super::App;

/// Returns the routes below `/api/v1`.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(accounts::routes())
        .merge(eligibility::routes())
        .merge(events::routes())
        .merge(exceptions::routes())
        .merge(previewed::routes())
        .merge(looks::routes())
        .merge(participants::routes())
        .merge(verify::routes())
        .merge(webhooks::routes())
        .merge(templates::routes())
        .merge(designs::routes())
        .merge(runs::routes())
        .merge(certificates::routes())
        .merge(corrections::routes())
        .merge(address_requests::routes())
        .merge(quality::routes())
        .merge(audit::routes())
        .merge(keys::routes())
        .merge(mail::routes())
        .merge(upkeep::routes())
        .merge(standing::routes())
        .merge(address::routes())
        .merge(language::routes())
        .merge(time_zone::routes())
}

/// How a caller says who it is.
pub(super) struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        components.add_security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(super::session::COOKIE))),
        );
    }
}
