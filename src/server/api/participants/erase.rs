//! People erased: from one event, and from all.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::person;
use crate::accounts::Permission;
use crate::acts::erase::{self, Begun, Gone};
use crate::acts::{self, ActError};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::server::extract::{Body, IfMatch, Listing, Path};
use crate::server::meanwhile::settled;
use crate::server::{App, Caller, Problem};
use crate::store::{DocumentWrite, Participant, Store};

/// Events read at a time.
const EVENTS: usize = 500;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(erase)).routes(routes!(erase_everywhere))
}

/// Erase a person: all that names them goes, number and status of the certificate stay
#[utoipa::path(post, path = "/events/{code}/participants/{person}/erase", tag = "Participants", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 204, description = "Erased"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn erase(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let begun = settled(|| {
            let (code, person) = person(desk, &code, &who, &IfMatch(None))?;
            let (gone, forgetting) = known_of(desk, &code, &person)?;
            Ok(erase::erase(desk, &person, gone, forgetting)?)
        })?;
        finished(&*app.store, &begun)?;
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
                while let Some(certificate) = settled(|| erased_from(app, desk, &event.code, &wanted.person))? {
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

/// Erases one who is known so in an event; says which certificate was theirs. `None`: there is nobody.
fn erased_from(app: &App, desk: &Desk, code: &EventCode, who: &str) -> Result<Option<Option<String>>, Problem> {
    let person = match acts::find(desk.store, code, who) {
        Err(ActError::NoPerson(_)) => return Ok(None),
        found => found?,
    };
    let (gone, forgetting) = known_of(desk, code, &person)?;
    let begun = erase::erase(desk, &person, gone, forgetting)?;
    finished(&*app.store, &begun)?;
    Ok(Some(begun.gone.certificate.map(|number| number.to_string())))
}

/// Returns all by which somebody could be named, and the writes that take it away.
pub(super) fn known_of(
    desk: &Desk,
    code: &EventCode,
    person: &Participant,
) -> Result<(Gone, Vec<DocumentWrite>), Problem> {
    let gone = Gone::of(desk.store, code, person)?;
    let writes = forgetting(desk.store, &gone)?;
    Ok((gone, writes))
}

/// Takes away what documents say of somebody: listings, reports, journals, corrections, answers kept for requests that come
/// twice. Every collection of [`crate::store::Names::Participants`] is in here.
fn forgetting(store: &dyn Store, gone: &Gone) -> Result<Vec<DocumentWrite>, Problem> {
    let mut writes = gone.forgetting(store)?;
    writes.extend(crate::acts::run::forgetting(store, gone)?);
    writes.extend(crate::server::idempotency::forgetting(store, &gone.names)?);
    Ok(writes)
}

/// Ends an erasing that has begun: only then it is acknowledged. Looks through the whole store: a journal of all events that
/// names them is not seen by who is limited to this one.
pub(super) fn finished(store: &dyn Store, begun: &Begun) -> Result<(), Problem> {
    erase::finish(store, begun, |gone| forgetting(store, gone))
}

/// Ends what a service that was killed had begun to erase.
///
/// # Errors
/// When the store fails.
pub(in crate::server) fn finish_all(store: &dyn Store) -> Result<(), Problem> {
    erase::unfinished(store)?.iter().try_for_each(|begun| finished(store, begun))
}
