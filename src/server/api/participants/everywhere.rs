//! Participants of all events that a text leads to: one search, and not one for each event.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::PersonView;
use crate::accounts::Permission;
use crate::credential::EventCode;
use crate::server::extract::{Listing, Paging, Query};
use crate::server::{App, Caller, Problem};

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only whose name, e-mail or external id holds this; names also with their words in another order.
    #[param(min_length = 1, example = "lovelace")]
    q: String,
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A participant and the event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FoundView {
    /// The event.
    #[schema(example = "WORKSHOP")]
    event: String,
    /// Its title.
    #[schema(example = "Data Analysis")]
    event_title: String,
    /// The participant.
    #[serde(flatten)]
    person: PersonView,
}

/// Search the participants of all events
///
/// By event and place in its list; also of archived ones. Who is limited to events finds the people of those.
#[utoipa::path(get, path = "/participants", tag = "Participants", extensions(("x-permission" = json!("view"))), params(Wanted),
    responses((status = 200, body = Listing<FoundView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Listing<FoundView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: wanted.limit }.limit()?;
    if wanted.q.trim().is_empty() {
        return Err(Problem::bad_request("bad-query", "`q` is the text that is looked for"));
    }
    app.list_at_desk(&caller, limit, true, move |_, desk| {
        let page = desk.store.find_people(&wanted.q, wanted.cursor.as_deref(), limit)?;
        let (mut items, mut titles) = (Vec::with_capacity(page.items.len()), BTreeMap::<EventCode, String>::new());
        for (event, person) in page.items {
            if !titles.contains_key(&event) {
                let title = desk.store.event(&event)?.map(|event| event.achievement.name).unwrap_or_default();
                titles.insert(event.clone(), title);
            }
            let event_title = titles.get(&event).cloned().unwrap_or_default();
            let person = PersonView::of(desk.store, &event, person)?;
            items.push(FoundView { event: event.to_string(), event_title, person });
        }
        Ok(Json(Listing { items, next: page.next }))
    })
    .await
}
