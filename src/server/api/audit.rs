//! The audit log: searched, checked, exported; never changed.

use std::io::{self, Write};

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::credential::Timestamp;
use crate::server::extract::{Listing, Order, Paging, Query};
use crate::server::{App, Caller, Problem};
use crate::store::{AuditEntry, AuditHead, AuditQuery, Store, StoreError, check_audit};

const PAGE: usize = 250;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(check)).routes(routes!(export))
}

/// An act in the audit log.
#[derive(Debug, Serialize, ToSchema)]
struct EntryView {
    /// From 1, without gaps.
    #[schema(example = 42)]
    sequence: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who, and from where.
    #[schema(example = "staff:7f3a from 192.0.2.7")]
    actor: String,
    /// What.
    #[schema(example = "certificate.revoke")]
    action: String,
    /// On what.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    subject: String,
    /// More about it, as before and after.
    #[schema(value_type = Value)]
    detail: Value,
    /// SHA-256 over this entry and the hash before it.
    hash: String,
    /// `hash` of the entry before.
    previous: String,
}

impl EntryView {
    fn of(entry: AuditEntry) -> Self {
        let AuditEntry { sequence, act, hash, previous } = entry;
        let crate::store::Act { actor, at, action, subject, detail } = act;
        Self { sequence, at, actor, action, subject, detail, hash, previous }
    }
}

/// Which acts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditFilter {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `oldest` or `newest` first; `oldest` if left out.
    #[serde(default)]
    #[param(inline)]
    order: Order,
    /// Only this action, or all that begin so: `certificate.` finds `certificate.issue`.
    action: Option<String>,
    /// Only on this number, code or id; also where an act on many names it.
    subject: Option<String>,
    /// Only by those whose id begins so.
    actor: Option<String>,
    /// Only from this instant on.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Only before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// Search the audit log
#[utoipa::path(get, path = "/audit", tag = "Audit", extensions(("x-permission" = json!("settings"))), params(AuditFilter),
    responses((status = 200, body = Listing<EntryView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<AuditFilter>,
) -> Result<Json<Listing<EntryView>>, Problem> {
    caller.may(Permission::Settings)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    let AuditFilter { cursor, order, action, subject, actor, since, until, .. } = filter;
    let query = AuditQuery { action, actor, subject, since, until };
    app.list_at_desk(&caller, limit, query.narrows(), move |_, desk| {
        let page = desk.store.find_audit(&query, order == Order::Newest, cursor.as_deref(), limit)?;
        Ok(Json(Listing::of(page, EntryView::of)))
    })
    .await
}

/// What a check of the chain found.
#[derive(Debug, Serialize, ToSchema)]
struct Chain {
    /// Whether every entry continues the one before.
    holds: bool,
    /// Entries that hold together from the first on.
    #[schema(example = 1200)]
    entries: u64,
    /// Hash of the last entry: publish it to pin the log.
    head: Option<String>,
    /// The first entry that does not continue the chain.
    broken_at: Option<u64>,
}

/// Check that nothing was taken out of the audit log or changed in it
#[utoipa::path(get, path = "/audit/check", tag = "Audit", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = Chain), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn check(State(app): State<App>, caller: Caller) -> Result<Json<Chain>, Problem> {
    caller.may(Permission::Settings)?;
    app.read_at_desk(&caller, |_, desk| match check_audit(desk.store) {
        Ok(AuditHead { sequence, hash }) => {
            Ok(Json(Chain { holds: true, entries: sequence, head: Some(hash), broken_at: None }))
        }
        Err(StoreError::Audit { sequence }) => {
            let entries = sequence.saturating_sub(1);
            Ok(Json(Chain { holds: false, entries, head: None, broken_at: Some(sequence) }))
        }
        Err(error) => Err(error.into()),
    })
    .await
}

/// Export the audit log as JSON lines
///
/// Every entry as it is stored; the last line says whether the chain holds.
#[utoipa::path(get, path = "/audit/export", tag = "Audit", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, description = "One JSON object a line", body = String, content_type = "application/x-ndjson"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn export(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.may(Permission::Settings)?;
    let turn = app.turn_to_send(&caller).await?;
    let body = app.streamed(turn, |app, out| lines(&*app.store, out));
    let kind = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    Ok((kind, body).into_response())
}

/// Writes the log out page by page.
fn lines(store: &dyn Store, out: &mut dyn Write) -> io::Result<()> {
    let (mut cursor, mut head, mut broken) = (None::<String>, AuditHead::default(), None);
    loop {
        let page = store.audit(cursor.as_deref(), PAGE).map_err(io::Error::other)?;
        for entry in page.items {
            writeln!(out, "{}", json!(entry))?;
            let sequence = entry.sequence;
            match head.follow(entry) {
                Some(next) if broken.is_none() => head = next,
                _ => broken = broken.or(Some(sequence)),
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            let end = json!({ "chain": { "holds": broken.is_none(), "entries": head.sequence, "head": head.hash, "broken_at": broken } });
            return writeln!(out, "{end}");
        }
    }
}
