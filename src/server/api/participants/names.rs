//! Names that look wrong, and people who may be one.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PersonView, SCANNED};
use crate::accounts::Permission;
use crate::acts::{self, Planned, Same};
use crate::credential::EventCode;
use crate::import::lint_name;
use crate::server::extract::{Listing, Paging, Path, Query, event_code};
use crate::server::{App, Caller, Problem};
use crate::store::Participant;

/// What looks wrong with a name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Linted {
    /// Whose.
    id: String,
    /// The name.
    name: String,
    /// The certificate, if there is one already.
    certificate: Option<String>,
    /// What looks wrong.
    findings: Vec<NameFinding>,
}

/// One finding about a name.
#[derive(Debug, Serialize, ToSchema)]
struct NameFinding {
    /// For programs.
    #[schema(value_type = String, example = "all_capitals")]
    code: &'static str,
    /// In words.
    #[schema(example = "is all in capitals")]
    detail: String,
}

/// List participants whose names look wrong
#[utoipa::path(get, path = "/events/{code}/lint", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), Paging),
    responses((status = 200, body = Listing<Linted>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn lint(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<Linted>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.read_at_desk(&caller, move |_, desk| {
        let planned: Planned = acts::planned(desk, &event_code(&code)?)?;
        let code = &planned.event.code;
        let (mut items, mut cursor, mut scanned) = (Vec::new(), paging.cursor, 0);
        loop {
            let page = desk.store.participants(code, cursor.as_deref(), limit - items.len())?;
            scanned += page.items.len();
            for person in page.items {
                let findings = lint_name(&person.name).into_iter();
                let findings: Vec<_> =
                    findings.map(|(code, detail)| NameFinding { code: code.as_str(), detail }).collect();
                if !findings.is_empty() {
                    let view = PersonView::of(desk.store, code, person)?;
                    items.push(Linted { id: view.id, name: view.name, certificate: view.certificate, findings });
                }
            }
            cursor = page.next;
            if items.len() >= limit || scanned >= SCANNED || cursor.is_none() {
                return Ok(Json(Listing { items, next: cursor }));
            }
        }
    })
    .await
}

/// People who may be one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Group {
    /// What they have in common.
    same: Same,
    /// How many.
    #[schema(example = 2)]
    count: usize,
    /// The first hundred of them.
    people: Vec<PersonView>,
}

/// Find participants with the same e-mail or the same name
#[utoipa::path(get, path = "/events/{code}/duplicates", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = Listing<Group>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn duplicates(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Json<Listing<Group>>, Problem> {
    caller.may(Permission::View)?;
    app.read_at_desk(&caller, move |_, desk| {
        let code = acts::planned(desk, &event_code(&code)?)?.event.code;
        let group = |found: acts::Duplicate| {
            let people = found.people.into_iter().map(|person| PersonView::of(desk.store, &code, person));
            Ok(Group { same: found.same, count: found.count, people: people.collect::<Result<_, Problem>>()? })
        };
        let items = acts::duplicates(desk.store, &code)?.into_iter().map(group);
        Ok(Json(Listing { items: items.collect::<Result<_, Problem>>()?, next: None }))
    })
    .await
}

/// One mailbox under different names.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Mailbox {
    /// The e-mail.
    #[schema(example = "ada@example.org")]
    email: String,
    /// How often.
    #[schema(example = 2)]
    count: usize,
    /// The first hundred of them.
    people: Vec<InEvent>,
}

/// A person with the event that they are in.
#[derive(Debug, Serialize, ToSchema)]
struct InEvent {
    /// The event.
    #[schema(example = "WORKSHOP")]
    event: String,
    /// The person.
    person: PersonView,
}

/// Find e-mails that stand for different names in different events
#[utoipa::path(get, path = "/duplicates", tag = "Participants", extensions(("x-permission" = json!("view"))),
    responses((status = 200, body = Listing<Mailbox>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn same_mailbox(State(app): State<App>, caller: Caller) -> Result<Json<Listing<Mailbox>>, Problem> {
    caller.may(Permission::View)?;
    app.read_at_desk(&caller, move |_, desk| {
        let shown = |(code, person): (EventCode, Participant)| {
            Ok(InEvent { event: code.to_string(), person: PersonView::of(desk.store, &code, person)? })
        };
        let mailbox = |found: acts::SameMailbox| {
            let people = found.people.into_iter().map(shown).collect::<Result<_, Problem>>()?;
            Ok(Mailbox { email: found.email, count: found.count, people })
        };
        let items = acts::same_mailbox(desk.store)?.into_iter().map(mailbox);
        Ok(Json(Listing { items: items.collect::<Result<_, Problem>>()?, next: None }))
    })
    .await
}
