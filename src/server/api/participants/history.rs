//! What was done about one person, by the audit log: who, when, why. Nothing that an act notes besides is shown,
//! but why somebody was listed, which who sees the list sees too.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::accounts::Permission;
use crate::acts::{self, Past};
use crate::credential::Timestamp;
use crate::server::extract::{IfMatch, Listing, Path};
use crate::server::{App, Caller, Problem};
use crate::store::{AuditEntry, AuditQuery};

/// Most acts that are shown: the newest.
const SHOWN: usize = 100;

/// An act about somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HistoryView {
    /// Its place in the audit log.
    #[schema(example = 42)]
    sequence: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who, without from where.
    #[schema(example = "staff:7f3a")]
    by: String,
    /// What.
    #[schema(example = "certificate.revoke")]
    action: String,
    /// The certificate that it was about, if it was about one.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: Option<String>,
    /// The run that did it, if one did.
    run: Option<String>,
    /// Why, for programs.
    #[schema(example = "issued_in_error")]
    cause: Option<String>,
    /// What the public reads about it.
    text: Option<String>,
    /// Why somebody was made an exception or excluded, in the words of who did it; the audit log does not have it.
    note: Option<String>,
}

impl HistoryView {
    fn of(entry: AuditEntry, about: &str, past: &[Past]) -> Self {
        let (act, detail) = (&entry.act, &entry.act.detail);
        let word = |at: &str| detail.pointer(at).and_then(Value::as_str).map(str::to_owned);
        // A run's id begins with its day; what else acts are on does not begin with a digit.
        let of_run = act.subject.starts_with(|c: char| c.is_ascii_digit());
        let run = of_run.then(|| act.subject.clone()).or_else(|| word("/run"));
        Self {
            sequence: entry.sequence,
            at: act.at,
            by: act.actor.split(" from ").next().unwrap_or_default().to_owned(),
            number: about.starts_with("CERT-").then(|| about.to_owned()),
            run,
            cause: word("/reason/cause").or_else(|| word("/cause")).or_else(|| word("/reason")),
            text: word("/reason/text").or_else(|| word("/text")),
            note: past.iter().find(|one| one.action == act.action && one.at == act.at).and_then(|one| one.note.clone()),
            action: entry.act.action,
        }
    }
}

/// Show what was done about a participant, newest first
///
/// Acts on the person and on each of their certificates, the newest hundred; also where one act was about many.
#[utoipa::path(get, path = "/events/{code}/participants/{person}/history", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 200, body = Listing<HistoryView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn history(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<Json<Listing<HistoryView>>, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |app, desk| {
        let (code, person) = super::person(desk, &code, &who, &IfMatch(None))?;
        let mut subjects = vec![acts::name_of(&code, &person)];
        subjects.extend(desk.store.all_of(&code, &person.key)?.into_iter().map(|one| one.number.to_string()));
        let past = acts::listed(desk.store, &code, &person.key)?.past();
        let mut found = BTreeMap::new();
        for subject in subjects {
            let query = AuditQuery { subject: Some(subject.clone()), ..AuditQuery::default() };
            // Who sees the person sees what was done about them; the log itself shows nothing to who is limited to events.
            let page = app.store.find_audit(&query, true, None, SHOWN)?;
            for entry in page.items {
                found.insert(entry.sequence, HistoryView::of(entry, &subject, &past));
            }
        }
        let items = found.into_values().rev().take(SHOWN).collect();
        Ok(Json(Listing { items, next: None }))
    })
    .await
}
