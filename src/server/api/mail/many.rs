//! Many messages at once: sent again, and counted by day.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::messages::message_id;
use crate::accounts::Permission;
use crate::acts::send::{self, Again, AgainMany, MailDay};
use crate::credential::{EventCode, Timestamp};
use crate::mail::{MessageId, State as Standing};
use crate::server::extract::{Body, Query, event_code};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(resend_preview)).routes(routes!(resend)).routes(routes!(days))
}

/// Which messages to send again: some, or without any all that the filter finds, but for some.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "event": "WORKSHOP", "state": "bounced", "except": [] }))]
struct AgainWanted {
    /// Exactly these, by id.
    #[serde(default)]
    messages: Vec<String>,
    /// Only of this event.
    #[serde(default)]
    event: Option<String>,
    /// Only in this state.
    #[serde(default)]
    state: Option<Standing>,
    /// Only those whose address, name or number holds this text.
    #[serde(default)]
    q: Option<String>,
    /// But not these, by id.
    #[serde(default)]
    except: Vec<String>,
    /// `set` of the preview that was confirmed: where others are in it by now, nothing is sent (409, `changed`).
    #[serde(default)]
    expected: Option<String>,
}

impl AgainWanted {
    fn which(&self) -> Result<Again, Problem> {
        let ids = |all: &[String]| all.iter().map(|id| message_id(id)).collect::<Result<Vec<MessageId>, _>>();
        let event = self.event.as_deref().map(event_code).transpose()?;
        let (messages, except) = (ids(&self.messages)?, ids(&self.except)?);
        let filtered = event.is_some() || self.state.is_some() || self.q.is_some() || !except.is_empty();
        if !messages.is_empty() && filtered {
            return Err(Problem::unprocessable("invalid", "messages are named, and so there is no filter"));
        }
        let (state, text) = (self.state, self.q.clone());
        Ok(Again { messages, event, state, text, except: except.into_iter().collect::<BTreeSet<_>>() })
    }
}

/// What becomes of them.
#[derive(Debug, Serialize, ToSchema)]
struct AgainView {
    /// How many there are.
    total: u64,
    /// How many are sent again.
    sends: u64,
    /// How many are not: on their way, replaced by another, without an address.
    kept: u64,
    /// How many are sent again after this answer, piece by piece.
    under_way: u64,
    /// To whom the first two go.
    names: Vec<String>,
    /// What they are known by: with it as `expected` these are sent again or none.
    #[schema(example = "5f2b9c0d4e8a7163b1f0c2d3e4a59687")]
    set: String,
}

impl AgainView {
    fn of(many: AgainMany) -> Json<Self> {
        let AgainMany { total, sends, kept, names, set } = many;
        Json(Self { total, sends, kept, under_way: 0, names, set })
    }
}

/// Say which messages would be sent again; nothing is changed
#[utoipa::path(post, path = "/mail/resend/preview", tag = "Mail", extensions(("x-permission" = json!("view"))), request_body = AgainWanted,
    responses((status = 200, body = AgainView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn resend_preview(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<AgainWanted>,
) -> Result<Json<AgainView>, Problem> {
    caller.may(Permission::View)?;
    app.read_at_desk(&caller, move |_, desk| Ok(AgainView::of(send::again_foreseen(desk, &wanted.which()?)?))).await
}

/// Send many messages again
///
/// Each as one alone is: those that are on their way, or were replaced, stay as they are. The first 200 before the answer, the others
/// after it, piece by piece; where the service is stopped meanwhile, the same request sends those that are left.
#[utoipa::path(post, path = "/mail/resend", tag = "Mail", extensions(("x-permission" = json!("send"))), request_body = AgainWanted,
    responses((status = 200, body = AgainView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn resend(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<AgainWanted>,
) -> Result<Json<AgainView>, Problem> {
    caller.may(Permission::Send)?;
    let begun =
        app.at_desk(&caller, move |_, desk| Ok(send::resend_many(desk, &wanted.which()?, wanted.expected.as_deref())?));
    let (many, rest) = begun.await?;
    let Json(view) = AgainView::of(many);
    let under_way = rest.len() as u64;
    if !rest.is_empty() {
        tokio::spawn(go_on(app, caller, rest));
    }
    Ok(Json(AgainView { under_way, ..view }))
}

/// Sends the others again. What is not reached can be sent again as before.
async fn go_on(app: App, caller: Caller, rest: Vec<MessageId>) {
    for some in rest.chunks(send::AGAIN_AT_A_TIME).map(<[MessageId]>::to_vec) {
        if let Err(problem) = app.at_desk(&caller, move |_, desk| Ok(send::resend_some(desk, &some)?)).await {
            tracing::error!(code = problem.code, "some messages were not sent again");
            return;
        }
    }
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DayFilter {
    /// Only of this event.
    event: Option<String>,
    /// How many days, with today as the last; 1 to 92, 30 if left out.
    #[param(minimum = 1, maximum = 92)]
    days: Option<u32>,
}

/// Messages of a day, by what is known of them by now.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct MailDayView {
    /// The day, where the issuer is.
    #[schema(format = Date, example = "2026-06-30")]
    day: String,
    /// How many were put into the outbox.
    messages: u64,
    /// How many left and did not come back.
    left: u64,
    /// How many bounced or failed.
    in_vain: u64,
    /// Of how many nobody knows whether they left.
    ambiguous: u64,
}

/// Messages by day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::server) struct MailDaysView {
    /// When they were counted: where there are many, not for each who asks.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// Every day, the first one first; also those without any.
    days: Vec<MailDayView>,
}

/// Messages of which each who asks has them counted.
const FEW: usize = 5_000;

/// Count messages by day
///
/// By the day on which each was put into the outbox, with what is known of it by now.
#[utoipa::path(get, path = "/mail/days", tag = "Mail", extensions(("x-permission" = json!("view"))), params(DayFilter),
    responses((status = 200, body = MailDaysView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn days(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<DayFilter>,
) -> Result<Json<MailDaysView>, Problem> {
    caller.may(Permission::View)?;
    let count = filter.days.unwrap_or(30);
    if !(1..=92).contains(&count) {
        return Err(Problem::bad_request("bad-query", "`days` is 1 to 92"));
    }
    let event = filter.event.as_deref().map(event_code).transpose()?;
    let today = app.issuer.zone.day(app.now());
    // Who is limited to events counts those alone.
    let key = format!("{:?} {event:?} {count} {today}", caller.scope);
    match app.mail_days().of_late(&key, app.now()) {
        Some((view, false)) => Ok(Json(view)),
        Some((view, true)) => {
            let (app, caller) = (app.clone(), caller.clone());
            tokio::spawn(async move {
                if counted(&app, &caller, event, count, &key).await.is_err() {
                    app.mail_days().give_up(&key);
                }
            });
            Ok(Json(view))
        }
        None => Ok(Json(counted(&app, &caller, event, count, &key).await?)),
    }
}

async fn counted(
    app: &App,
    caller: &Caller,
    event: Option<EventCode>,
    count: u32,
    key: &str,
) -> Result<MailDaysView, Problem> {
    let key = key.to_owned();
    app.read_at_desk(caller, move |app, desk| {
        let zone = &app.issuer.zone;
        let today = zone.day(desk.now);
        let first = today.saturating_sub((i64::from(count) - 1).days());
        let (found, looked) = send::by_day(desk.store, zone, event.as_ref(), zone.first_second(first))?;
        let view = |n: u32| {
            let day = first.saturating_add(i64::from(n).days());
            let MailDay { messages, left, in_vain, ambiguous } = found.get(&day).copied().unwrap_or_default();
            MailDayView { day: day.to_string(), messages, left, in_vain, ambiguous }
        };
        let view = MailDaysView { as_of: desk.now, days: (0..count).map(view).collect() };
        if looked >= FEW {
            app.mail_days().keep(key, view.clone(), desk.now);
        }
        Ok(view)
    })
    .await
}
