//! Which participants: listed and filtered, with the decision about each.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{PersonView, SCANNED};
use crate::accounts::Permission;
use crate::acts::{self, Decider, Decision, PersonState};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::server::extract::{Listing, Paging, Path, Query, event_code};
use crate::server::{App, Caller, Problem};
use crate::store::{Page, Participant, PeopleQuery};

/// Which people are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::server::api) struct PeopleFilter {
    /// Only these.
    #[serde(default)]
    #[param(inline)]
    pub state: Option<PersonState>,
    /// Only whose name, e-mail or external id holds this.
    #[serde(default)]
    pub q: Option<String>,
}

impl PeopleFilter {
    /// Says whether it leaves anybody out.
    pub(in crate::server::api) fn narrows(&self) -> bool {
        self.state.is_some() || self.q.is_some()
    }

    fn takes(&self, desk: &Desk, code: &EventCode, person: &Participant, decision: &Decision) -> Result<bool, Problem> {
        Ok(match self.state {
            None => true,
            Some(PersonState::Issued) => desk.store.certificate_of(code, &person.key)?.is_some(),
            Some(state) => state.takes(person, decision, false),
        })
    }
}

/// Returns a page of those whom a filter takes, with the decision about each.
pub(in crate::server::api) fn filtered(
    (app, desk): (&App, &Desk),
    code: &EventCode,
    filter: &PeopleFilter,
    cursor: Option<String>,
    limit: usize,
) -> Result<Page<(Participant, Decision)>, Problem> {
    let (mut items, mut cursor, mut scanned) = (Vec::new(), cursor, 0);
    // Once, however many short pages follow.
    let planned = acts::planned(desk, code)?;
    let decider = Decider::new(&planned.event, &planned.plan)?;
    let mut query = PeopleQuery { text: filter.q.clone(), places: None };
    if let Some(state @ (PersonState::Excluded | PersonState::Exception)) = filter.state
        && query.wanted_text().is_none()
    {
        return by_list(desk, code, (&decider, state), cursor, limit);
    }
    query.places = filter.state.map(|state| app.places_of(&planned, state)).transpose()?;
    loop {
        let page = acts::decisions(desk, &decider, &query, cursor.as_deref(), limit - items.len())?;
        scanned += page.items.len();
        for (person, decision) in page.items {
            if filter.takes(desk, code, &person, &decision)? {
                items.push((person, decision));
            }
        }
        cursor = page.next;
        if items.len() >= limit || scanned >= SCANNED || cursor.is_none() {
            return Ok(Page { items, next: cursor });
        }
    }
}

/// The same of those who are on a list: few are, and nobody else is looked at.
fn by_list(
    desk: &Desk,
    code: &EventCode,
    (decider, state): (&Decider, PersonState),
    mut cursor: Option<String>,
    limit: usize,
) -> Result<Page<(Participant, Decision)>, Problem> {
    let mut items = Vec::new();
    loop {
        let (cursor_now, wanted) = (cursor.as_deref(), limit - items.len());
        let (people, next): (Vec<Participant>, _) = match state {
            PersonState::Excluded => {
                let page = acts::exclusions(desk.store, code, cursor_now, wanted)?;
                (page.items.into_iter().map(|(person, _)| person).collect(), page.next)
            }
            _ => {
                let page = acts::exceptions(desk.store, code, cursor_now, wanted)?;
                (page.items.into_iter().map(|(person, _)| person).collect(), page.next)
            }
        };
        for person in people {
            let decision = decider.decide(&person, &acts::listed(desk.store, code, &person.key)?);
            if state.takes(&person, &decision, false) {
                items.push((person, decision));
            }
        }
        cursor = next;
        if items.len() >= limit || cursor.is_none() {
            return Ok(Page { items, next: cursor });
        }
    }
}

/// List participants
#[utoipa::path(get, path = "/events/{code}/participants", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), Paging, PeopleFilter),
    responses((status = 200, body = Listing<PersonView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<PeopleFilter>,
) -> Result<Json<Listing<PersonView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.list_at_desk(&caller, limit, filter.narrows(), move |app, desk| {
        let code = event_code(&code)?;
        let Page { items, next } = filtered((app, desk), &code, &filter, paging.cursor, limit)?;
        let view = |(person, _)| PersonView::of(desk.store, &code, person);
        Ok(Json(Listing { items: items.into_iter().map(view).collect::<Result<_, Problem>>()?, next }))
    })
    .await
}
