//! Who is one person in several events.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::{self, ActError, portal};
use crate::desk::Desk;
use crate::server::extract::{Body, Listing, Path, event_code};
use crate::server::meanwhile::settled;
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(join)).routes(routes!(split))
}

/// What one person has in an event.
#[derive(Debug, Serialize, ToSchema)]
struct EnrolmentView {
    /// The event.
    #[schema(example = "WORKSHOP")]
    event: String,
    /// Their id in it.
    #[schema(example = "p-4kq3ydvnf7wzj2ha")]
    person: Option<String>,
    /// Their name there.
    name: String,
    /// Their e-mail there.
    email: Option<String>,
    /// Their certificate.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    certificate: Option<String>,
}

/// List all that one person has, in every event
///
/// Enrolments with one e-mail and one name, or one id in another system, are one person's; and those that were said to be, or were
/// proven by who reads both mailboxes. In the portal they stand together.
#[utoipa::path(get, path = "/events/{code}/participants/{person}/enrolments", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 200, body = Listing<EnrolmentView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<Json<Listing<EnrolmentView>>, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |_, desk| {
        let event = acts::planned(desk, &event_code(&code)?)?.event;
        let person = acts::find(desk.store, &event.code, &who)?;
        let holder = portal::holder_of(desk.store, &event, &person)?;
        let view = |one: portal::Holding| EnrolmentView {
            event: one.event.code.to_string(),
            person: one.person.id,
            name: one.person.name,
            email: one.person.email,
            certificate: one.certificate.map(|certificate| certificate.number.to_string()),
        };
        let items = holder.into_iter().flat_map(|holder| holder.holdings).map(view).collect();
        Ok(Json(Listing { items, next: None }))
    })
    .await
}

/// Somebody in an event.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnrolmentNamed {
    /// The event.
    #[schema(example = "WORKSHOP")]
    event: String,
    /// Id, external id or e-mail.
    #[schema(example = "ada@example.org")]
    person: String,
}

/// Two enrolments.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TwoEnrolments {
    /// The one.
    one: EnrolmentNamed,
    /// The other.
    other: EnrolmentNamed,
}

impl TwoEnrolments {
    fn say(&self, desk: &Desk, joined: bool) -> Result<StatusCode, Problem> {
        let found = |named: &EnrolmentNamed| {
            let code = event_code(&named.event)?;
            acts::planned(desk, &code)?;
            let person = acts::find(desk.store, &code, &named.person)?;
            Ok::<_, Problem>((code, person))
        };
        settled(|| {
            let (code, person) = found(&self.one)?;
            let (other_code, other) = found(&self.other)?;
            let said = acts::tie(desk, (&code, &person), (&other_code, &other), joined);
            said.map(|()| StatusCode::NO_CONTENT).map_err(|error: ActError| error.into())
        })
    }
}

/// Say that two enrolments are one person's
///
/// In the portal they stand together, under either's address, whatever their names and ids say. People of one event are merged
/// instead.
#[utoipa::path(post, path = "/persons/join", tag = "Participants", extensions(("x-permission" = json!("import"))), request_body = TwoEnrolments,
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn join(State(app): State<App>, caller: Caller, Body(two): Body<TwoEnrolments>) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| two.say(desk, true)).await
}

/// Say that two enrolments are two people's
///
/// Whatever their names, ids and addresses say, and whatever was said or proven before.
#[utoipa::path(post, path = "/persons/split", tag = "Participants", extensions(("x-permission" = json!("import"))), request_body = TwoEnrolments,
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn split(State(app): State<App>, caller: Caller, Body(two): Body<TwoEnrolments>) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| two.say(desk, false)).await
}
