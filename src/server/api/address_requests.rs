//! Requests for another address of people who lost their mailbox.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::lost::{self, Agreed, Elsewhere, NotIn, OtherAddress};
use crate::acts::{self, AddressRequest, Answer, CorrectionState, Enrolment, Said};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::desk::Desk;
use crate::pages::Texts;
use crate::server::extract::{Body, BodyIfAny, IfMatch, Listing, Paging, Path, Query};
use crate::server::reply::Tagged;
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(approve)).routes(routes!(reject))
}

/// A request for another address, by who showed a certificate's file in the portal.
#[derive(Debug, Serialize, ToSchema)]
struct AddressRequestView {
    /// The certificate that was shown.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: String,
    /// Whose it is.
    #[schema(example = "Zoë Ångström")]
    name: String,
    /// The participant's id in the event.
    person: Option<String>,
    /// The address that they have now.
    email_now: Option<String>,
    /// The address that is asked for.
    #[schema(example = "zoe@new.example")]
    email: String,
    /// What was said about it.
    note: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How often another address was asked for while this request was open, 9 for more: whose request this is, nobody knows.
    contested: u8,
    /// Which addresses those were; after an approval of one of them also the one that was asked for first.
    others: Vec<OtherAddressView>,
    /// When the address that they have was last told that somebody asks.
    #[schema(value_type = Option<String>, format = DateTime)]
    told: Option<Timestamp>,
    /// The other events in which the approval changed the address too.
    #[schema(value_type = Vec<String>, example = json!(["MAPS"]))]
    also_in: Vec<EventCode>,
    /// Those in which it was agreed to and is not changed, with why: it has to be changed there by hand.
    not_in: Vec<NotIn>,
    /// The other events in which they are said to be the same person: what they have there goes with the new address.
    #[schema(value_type = Vec<String>, example = json!(["MAPS"]))]
    joined_in: Vec<EventCode>,
    /// Where it stands.
    state: CorrectionState,
    /// Who decided.
    decided_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// Why it was declined.
    answer: Option<String>,
    /// What became of the mail to the old address.
    mail: Option<String>,
}

/// Another address that was asked for with the same certificate.
#[derive(Debug, Serialize, ToSchema)]
struct OtherAddressView {
    /// The address.
    #[schema(example = "zoe@other.example")]
    email: String,
    /// What was said about it.
    note: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<OtherAddress> for OtherAddressView {
    fn from(OtherAddress { email, note, at }: OtherAddress) -> Self {
        Self { email, note, at }
    }
}

/// A request with where else the address may be changed.
#[derive(Debug, Serialize, ToSchema)]
struct AddressRequestShown {
    /// The request.
    #[serde(flatten)]
    request: AddressRequestView,
    /// The other events in which the person stands with another address than the one asked for: an approval can change it there too.
    elsewhere: Vec<ElsewhereView>,
}

/// Somebody's enrolment in another event.
#[derive(Debug, Serialize, ToSchema)]
struct ElsewhereView {
    /// The event.
    #[schema(value_type = String, example = "MAPS")]
    event: EventCode,
    /// Their name there.
    name: String,
    /// Their address there.
    email: Option<String>,
}

impl From<Elsewhere> for ElsewhereView {
    fn from(Elsewhere { event, person }: Elsewhere) -> Self {
        Self { event, name: person.name, email: person.email }
    }
}

impl AddressRequestView {
    fn of(desk: &Desk, one: AddressRequest) -> Result<Self, Problem> {
        let AddressRequest { number, email, note, at, contested, others, told, also_in, not_in, state, .. } = one;
        let AddressRequest { decided_by, decided_at, answer, mail, .. } = one;
        let certificate = desk.store.certificate(&number)?;
        let person = certificate.as_ref().map(|one| desk.store.participant(number.event(), &one.person));
        let person = person.transpose()?.flatten();
        let joined_in = match &certificate {
            Some(one) => joined_events(desk, &Enrolment::of(number.event(), &one.person))?,
            None => Vec::new(),
        };
        let (mut seen_in, mut not_seen_in) = (Vec::new(), Vec::new());
        for code in also_in {
            seen_in.extend(desk.store.event(&code)?.map(|event| event.code));
        }
        for one in not_in {
            not_seen_in.extend(desk.store.event(&one.event)?.map(|_| one));
        }
        Ok(Self {
            contested,
            others: others.into_iter().map(Into::into).collect(),
            told,
            also_in: seen_in,
            not_in: not_seen_in,
            joined_in,
            name: certificate.map(|one| one.recipient).unwrap_or_default(),
            email_now: person.as_ref().and_then(|person| person.email.clone()),
            person: person.and_then(|person| person.id),
            number: number.to_string(),
            email,
            note,
            at,
            state,
            decided_by: decided_by.map(|by| by.to_string()),
            decided_at,
            answer,
            mail,
        })
    }
}

/// Returns the other events with which somebody is joined, of those that the caller sees.
fn joined_events(desk: &Desk, of: &Enrolment) -> Result<Vec<EventCode>, Problem> {
    let mut events: Vec<EventCode> = Vec::new();
    for tie in acts::ties(desk.store, of)?.into_iter().filter(|tie| tie.joined) {
        if desk.store.event(&tie.other.event)?.is_some() {
            events.push(tie.other.event);
        }
    }
    events.sort();
    events.dedup();
    Ok(events)
}

fn number_of(text: &str) -> Result<CertificateNumber, Problem> {
    text.parse().map_err(|_| Problem::not_found(text.chars().take(60).collect::<String>()))
}

fn tagged(desk: &Desk, number: &CertificateNumber) -> Result<Tagged<AddressRequestShown>, Problem> {
    let (found, revision) = lost::show(desk.store, number)?;
    let elsewhere = match found.state {
        CorrectionState::Pending => lost::elsewhere(desk, &found)?.into_iter().map(Into::into).collect(),
        _ => Vec::new(),
    };
    Ok(Tagged::ok(revision, AddressRequestShown { request: AddressRequestView::of(desk, found)?, elsewhere }))
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AddressRequestFilter {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Only in this state.
    state: Option<CorrectionState>,
}

/// List requests for another address, by the certificates' numbers
///
/// Whoever has no access to their mailbox any more shows a certificate's file in the portal and gives a new address. That the
/// certificate is ours and in force was proven; that who has its file is the person was not.
#[utoipa::path(get, path = "/address-requests", tag = "Corrections", extensions(("x-permission" = json!("view"))), params(AddressRequestFilter),
    responses((status = 200, body = Listing<AddressRequestView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<AddressRequestFilter>,
) -> Result<Json<Listing<AddressRequestView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    app.list_at_desk(&caller, limit, filter.state.is_some(), move |_, desk| {
        let page = lost::list(desk.store, filter.state, filter.cursor.as_deref(), limit)?;
        let view = |one| AddressRequestView::of(desk, one);
        Ok(Json(Listing { items: page.items.into_iter().map(view).collect::<Result<_, _>>()?, next: page.next }))
    })
    .await
}

/// Show the request for another address about a certificate
#[utoipa::path(get, path = "/address-requests/{number}", tag = "Corrections", extensions(("x-permission" = json!("view"))),
    params(("number" = String, Path, example = "CERT-WORKSHOP-2026-00001")),
    responses((status = 200, body = AddressRequestShown), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Tagged<AddressRequestShown>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| tagged(desk, &number_of(&number)?)).await
}

/// What is said with an approval.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Approval {
    /// Where somebody else of the event has the new address: `two_people` says that they share it.
    #[serde(default)]
    same_address: Answer,
    /// Which of the addresses that were asked for; needed where there are several (`others`).
    #[serde(default)]
    #[schema(example = "zoe@new.example")]
    email: Option<String>,
    /// The other events (`elsewhere`) in which the address is changed too.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["MAPS"]))]
    events: Vec<EventCode>,
}

/// Give the participant the new address
///
/// The change of address is that of `PATCH /events/{code}/participants/{person}`: links of earlier messages die, and what waits goes to
/// the new address. The old address is told by a mail of the outbox; the new one gets a link to the portal, as who asks there. Then
/// it is changed in the other events of `events`, each as a change of its own; `also_in` says where it was.
#[utoipa::path(post, path = "/address-requests/{number}/approve", tag = "Corrections", extensions(("x-permission" = json!("import"))), params(("number" = String, Path, example = "CERT-WORKSHOP-2026-00001"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)), request_body = Option<Approval>,
    responses((status = 200, body = AddressRequestShown), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    if_match: IfMatch,
    BodyIfAny(approval): BodyIfAny<Approval>,
) -> Result<Tagged<AddressRequestShown>, Problem> {
    caller.may(Permission::Import)?;
    let done = app.at_desk(&caller, move |_, desk| {
        let number = number_of(&number)?;
        let seen = |revision: &u64| if_match.is(|| revision.to_string());
        let said = Said { same_address: approval.same_address, ..Said::default() };
        let agreed = Agreed { email: approval.email, events: approval.events, said };
        let decided = lost::approve(desk, &number, &agreed, &seen).map_err(|error| if_match.told(error))?;
        let language = acts::plan(desk.store, number.event())?.0.language;
        Ok((decided.email, language, tagged(desk, &number)?))
    });
    let (email, language, view) = done.await?;
    // Who has a language of their own is written to in that.
    let of_event = language.as_deref().and_then(Texts::named);
    let texts = of_event.unwrap_or_else(|| Texts::of_house(app.issuer.language.now()));
    // The ordinary way in: a link that proves the mailbox, and no session.
    drop(tokio::spawn(async move { app.post_link(email, texts).await }));
    Ok(view)
}

/// Why not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refusal {
    /// Why: kept, and told to nobody.
    #[schema(example = "Could not be reached by telephone")]
    answer: String,
}

/// Leave the address as it is
#[utoipa::path(post, path = "/address-requests/{number}/reject", tag = "Corrections", extensions(("x-permission" = json!("import"))), params(("number" = String, Path, example = "CERT-WORKSHOP-2026-00001"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)), request_body = Refusal,
    responses((status = 200, body = AddressRequestShown), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn reject(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    if_match: IfMatch,
    Body(refusal): Body<Refusal>,
) -> Result<Tagged<AddressRequestShown>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let number = number_of(&number)?;
        let seen = |revision: &u64| if_match.is(|| revision.to_string());
        lost::reject(desk, &number, &refusal.answer, &seen).map_err(|error| if_match.told(error))?;
        tagged(desk, &number)
    })
    .await
}
