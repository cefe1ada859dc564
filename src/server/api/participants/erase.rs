//! People erased: from one event, and from all.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::ActError;
use crate::acts::erase;
use crate::server::extract::{Body, Listing, Path, event_code};
use crate::server::{App, Caller, Problem};

/// Events read at a time.
const EVENTS: usize = 500;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(erase_one)).routes(routes!(erase_everywhere))
}

/// Erase a person: all that names them goes, number and status of the certificate stay
#[utoipa::path(post, path = "/events/{code}/participants/{person}/erase", tag = "Participants", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 204, description = "Erased"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn erase_one(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let code = event_code(&code)?;
        erase::erase_known(desk, &*app.store, &code, &who)?.ok_or(ActError::NoPerson(code))?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Whom to erase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "person": "ada@example.org" }))]
struct EraseWanted {
    /// E-mail, or id in another system.
    person: String,
}

/// Somebody who was erased.
#[derive(Debug, Serialize, ToSchema)]
struct ErasedFrom {
    /// From this event.
    #[schema(example = "WORKSHOP")]
    event: String,
    /// The certificate, of which number and status stay.
    certificate: Option<String>,
}

/// Erase a person from all events
///
/// Everybody who is known under this e-mail, or under this id in another system, in any event: as `erase` does in one.
#[utoipa::path(post, path = "/erase", tag = "Participants", extensions(("x-permission" = json!("import"))), request_body = EraseWanted,
    responses((status = 200, body = Listing<ErasedFrom>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn erase_everywhere(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<EraseWanted>,
) -> Result<Json<Listing<ErasedFrom>>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let (mut items, mut cursor) = (Vec::new(), None);
        loop {
            let page = desk.store.events(cursor.as_deref(), EVENTS)?;
            for event in page.items {
                // Two people may share a mailbox.
                while let Some(certificate) = erase::erase_known(desk, &*app.store, &event.code, &wanted.person)? {
                    let certificate = certificate.map(|number| number.to_string());
                    items.push(ErasedFrom { event: event.code.to_string(), certificate });
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        if items.is_empty() {
            let detail = "nobody is known under this e-mail or id";
            return Err(Problem::new(StatusCode::NOT_FOUND, "no-such-participant", detail));
        }
        Ok(Json(Listing { items, next: None }))
    })
    .await
}
