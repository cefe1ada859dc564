//! Messages: listed, shown, sent again, stopped; and what others say became of them.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::run;
use crate::acts::send::{self, InVain, Sought};
use crate::credential::Timestamp;
use crate::mail::outbox::{self, MessageQuery};
use crate::mail::{Evidence, Message, MessageId, State as Standing, Topic, Why, setup};
use crate::server::extract::{Body, BodyIfAny, Listing, Order, Paging, Path, Query, certificate_number, event_code};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};
use crate::store::{PAGE_LIMIT, Page, Store, StoreError};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(status))
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(resend))
        .routes(routes!(look_at))
        .routes(routes!(bounce))
        .routes(routes!(report))
        .routes(routes!(stop))
}

/// Messages in vain or ambiguous of which the count is kept for a minute.
const MANY: usize = 200;

/// How mail stands.
#[derive(Debug, Serialize, ToSchema)]
struct MailView {
    /// Whether mail leaves from this service.
    set_up: bool,
    /// Whether messages hold links: the address at which people reach the service is known.
    links: bool,
    /// Who messages are from, where an event does not say.
    #[schema(example = "Example Academy <certificates@example.org>")]
    from: Option<String>,
    /// Why the relay cannot be used, while it cannot: what is due waits.
    trouble: Option<String>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    trouble_since: Option<Timestamp>,
    /// Messages that wait here for their turn; counted up to 1,000, as the next ones. Where many are in vain or ambiguous, those
    /// are counted once a minute.
    waiting: usize,
    /// Messages that bounced or failed, and that are not settled: no later message about the same certificate was accepted, and
    /// nobody has seen to them.
    in_vain: usize,
    /// Messages of which nobody knows whether they left, and that nobody has seen to.
    ambiguous: usize,
}

/// A message and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessageView {
    /// Its id; sorts by time.
    #[schema(example = "ml_006b0af0d000112233445566778899")]
    id: String,
    /// What it tells.
    topic: Topic,
    /// The event; nothing of a run that is in none.
    #[schema(example = "WORKSHOP")]
    event: Option<String>,
    /// The certificate; nothing where it tells of a run.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: Option<String>,
    /// The certificate's version.
    version: Option<u32>,
    /// The name on the certificate. Nothing once they are erased.
    #[schema(example = "Zoë Ångström")]
    name: Option<String>,
    /// To whom. Nothing once they are erased.
    #[schema(example = "zoe@example.org")]
    to: Option<String>,
    /// Where it stands.
    state: Standing,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Its `Message-ID`, the same however often it is tried.
    #[schema(example = "ml_006b0af0d000112233445566778899@example.org")]
    message_id: String,
    /// The run that put it into the outbox, or that it tells of.
    run: Option<String>,
    /// Who put it there.
    by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    /// When it is tried next.
    #[schema(value_type = Option<String>, format = DateTime)]
    due: Option<Timestamp>,
    /// How often it was tried.
    attempts: u32,
    /// Why it bounced.
    why: Option<Why>,
    /// The message that it replaces.
    again_of: Option<String>,
    /// When somebody has seen to it, where it reached nobody.
    #[schema(value_type = Option<String>, format = DateTime)]
    seen_to: Option<Timestamp>,
    /// What happened to it and how that is known, oldest first.
    evidence: Vec<Evidence>,
}

impl MessageView {
    pub(super) fn of(store: &dyn Store, message: Message) -> Result<Self, StoreError> {
        let certificate = message.number.as_ref().map(|number| store.certificate(number)).transpose()?.flatten();
        let name = certificate.filter(|one| one.erased.is_none()).map(|one| one.recipient);
        Ok(Self {
            name,
            seen_to: message.looked.as_ref().map(|looked| looked.at),
            since: message.since(),
            id: message.id.to_string(),
            topic: message.topic,
            event: message.event.map(|event| event.to_string()),
            version: message.number.as_ref().map(|_| message.version),
            number: message.number.map(|number| number.to_string()),
            to: message.to.map(|to| to.to_string()),
            state: message.state,
            message_id: message.message_id,
            run: message.run,
            by: message.by,
            created: message.created,
            due: message.due.filter(|_| message.state != Standing::Sending),
            attempts: message.attempts,
            why: message.why,
            again_of: message.again_of.map(|id| id.to_string()),
            evidence: message.log,
        })
    }

    fn tagged(store: &dyn Store, message: Message) -> Result<Tagged<Self>, StoreError> {
        Ok(Tagged::ok(tag_of(&message), Self::of(store, message)?))
    }
}

/// Show how mail stands
#[utoipa::path(get, path = "/mail", tag = "Mail", extensions(("x-permission" = json!("view"))),
    responses((status = 200, body = MailView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn status(State(app): State<App>, caller: Caller) -> Result<Json<MailView>, Problem> {
    caller.may(Permission::View)?;
    let (key, limited) = (format!("{:?}", caller.scope), caller.scope.is_limited());
    app.at_desk(&caller, move |app, desk| {
        let count = |state| -> Result<usize, Problem> {
            let query = MessageQuery { state: Some(state), ..MessageQuery::default() };
            Ok(outbox::messages(desk.store, &query, None, PAGE_LIMIT)?.items.len())
        };
        let (told, stuck) = (setup::told(desk.store)?, setup::stuck(desk.store)?);
        // The queue knows no events: who is limited to some has their messages counted.
        let waiting = match limited {
            true => count(Standing::Queued)? + count(Standing::Deferred)?,
            false => outbox::waiting(desk.store, PAGE_LIMIT)?,
        };
        let (in_vain, ambiguous) = match app.mail_counts().of_late(&key, desk.now) {
            Some((counts, false)) => counts,
            _ => {
                let unsettled = InVain { unsettled: true, ..InVain::default() };
                let counts = (send::in_vain(desk.store, &unsettled)?.len(), send::unsure(desk.store)?);
                // A few are counted for each who asks.
                match counts.0 + counts.1 >= MANY {
                    true => app.mail_counts().keep(key, counts, desk.now),
                    false => app.mail_counts().forget(&key),
                }
                counts
            }
        };
        Ok(Json(MailView {
            set_up: told.is_some(),
            links: app.reached_at().told().is_some(),
            from: told.map(|told| told.from.to_string()),
            trouble_since: stuck.as_ref().map(|stuck| stuck.since),
            trouble: stuck.map(|stuck| stuck.problem),
            waiting,
            in_vain,
            ambiguous,
        }))
    })
    .await
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MessageFilter {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `oldest` or `newest` first; `oldest` if left out.
    #[serde(default)]
    #[param(inline)]
    order: Order,
    /// Only of this event.
    event: Option<String>,
    /// Only about this certificate.
    number: Option<String>,
    /// Only in this state.
    state: Option<Standing>,
    /// Only those whose address holds this text, or the name or the number of whose certificate does; names also with their words
    /// in another order.
    #[param(example = "zoe@example.org")]
    q: Option<String>,
    /// Only those that bounced or failed: all of them, or those that are not settled. Without `number` and `state`.
    #[param(inline)]
    in_vain: Option<Vain>,
    /// With `in_vain`: only those that this run put into the outbox.
    run: Option<String>,
    /// Only what tells participants of certificates, or staff of runs.
    #[param(inline)]
    about: Option<About>,
}

/// Which of those that bounced or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Vain {
    /// All.
    All,
    /// Those of which no later message about the same certificate was accepted, and that nobody has seen to.
    Unsettled,
}

/// What messages tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum About {
    /// Of certificates, to participants.
    Certificates,
    /// Of runs, to staff.
    Runs,
}

impl About {
    fn takes(self, message: &Message) -> bool {
        (message.topic == Topic::RunEnded) == (self == Self::Runs)
    }
}

/// List messages, and what became of each
#[utoipa::path(get, path = "/mail/messages", tag = "Mail", extensions(("x-permission" = json!("view"))), params(MessageFilter),
    responses((status = 200, body = Listing<MessageView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<MessageFilter>,
) -> Result<Json<Listing<MessageView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    let event = filter.event.as_deref().map(event_code).transpose()?;
    let number = filter.number.as_deref().map(certificate_number).transpose()?;
    let query = MessageQuery { event, number, state: filter.state, newest: filter.order == Order::Newest };
    if filter.in_vain.is_none() && filter.run.is_some() {
        return Err(Problem::bad_request("bad-query", "`run` goes with `in_vain`"));
    }
    if filter.in_vain.is_some() && (query.state.is_some() || query.number.is_some()) {
        return Err(Problem::bad_request("bad-query", "`in_vain` goes without `state` and `number`"));
    }
    let of_some = filter.in_vain.is_some() || filter.about.is_some() || filter.q.is_some();
    let narrows = query.event.is_some() || query.state.is_some() || of_some;
    app.list_at_desk(&caller, limit, narrows, move |_, desk| {
        let sought = Sought::new(desk.store, query.event.as_ref(), filter.q.as_deref())?;
        let page = match (filter.in_vain, sought) {
            (None, None) => told_of(desk.store, &query, &filter, limit)?,
            (None, Some(sought)) => sought_of(desk.store, &query, (&filter, &sought), limit)?,
            (Some(vain), sought) => {
                let unsettled = vain == Vain::Unsettled;
                let wanted = InVain { event: query.event.clone(), run: filter.run.clone(), unsettled };
                let mut all = send::in_vain(desk.store, &wanted)?;
                if let Some(sought) = sought {
                    all = kept(desk.store, all, &sought)?;
                }
                in_vain(all, &filter, limit)
            }
        };
        let items = page.items.into_iter().map(|message| MessageView::of(desk.store, message));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        Ok(Json(Listing::of(Page { items, next: page.next }, |view| view)))
    })
    .await
}

/// Returns a page of messages: where only some tell of what is asked for, the next one that has any.
fn told_of(
    store: &dyn Store,
    query: &MessageQuery,
    filter: &MessageFilter,
    limit: usize,
) -> Result<Page<Message>, StoreError> {
    let mut cursor = filter.cursor.clone();
    loop {
        let mut page = outbox::messages(store, query, cursor.as_deref(), limit)?;
        page.items.retain(|message| filter.about.is_none_or(|about| about.takes(message)));
        if !page.items.is_empty() || page.next.is_none() {
            return Ok(page);
        }
        cursor = page.next;
    }
}

/// Most messages looked at for one page of those that are looked for.
const LOOKED_AT: usize = 20_000;

/// Returns a page of those to whom a text leads: short where many were looked at for it, and then not the last.
fn sought_of(
    store: &dyn Store,
    query: &MessageQuery,
    (filter, sought): (&MessageFilter, &Sought),
    limit: usize,
) -> Result<Page<Message>, StoreError> {
    let read = |cursor: Option<&str>, limit| {
        let page = outbox::messages(store, query, cursor, limit)?;
        Ok((page.items, page.next))
    };
    run::filtered(filter.cursor.as_deref(), limit, LOOKED_AT, read, |message| {
        Ok(filter.about.is_none_or(|about| about.takes(message)) && sought.takes(store, message)?)
    })
}

/// Returns those to whom a text leads.
fn kept(store: &dyn Store, all: Vec<Message>, sought: &Sought) -> Result<Vec<Message>, StoreError> {
    let mut found = Vec::new();
    for message in all {
        if sought.takes(store, &message)? {
            found.push(message);
        }
    }
    Ok(found)
}

/// Returns a page of those that bounced or failed, which are all there.
fn in_vain(mut all: Vec<Message>, filter: &MessageFilter, limit: usize) -> Page<Message> {
    if filter.order == Order::Oldest {
        all.reverse();
    }
    let is_before = |message: &Message, cursor: &str| match filter.order {
        Order::Newest => message.id.as_str() >= cursor,
        Order::Oldest => message.id.as_str() <= cursor,
    };
    all.retain(|message| {
        !filter.cursor.as_deref().is_some_and(|cursor| is_before(message, cursor))
            && filter.about.is_none_or(|about| about.takes(message))
    });
    let more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| more).map(|last| last.id.to_string());
    Page { items: all, next }
}

pub(super) fn message_id(text: &str) -> Result<MessageId, Problem> {
    text.parse().map_err(|_| Problem::not_found(text.chars().take(60).collect::<String>()))
}

/// Show a message
#[utoipa::path(get, path = "/mail/messages/{id}", tag = "Mail", extensions(("x-permission" = json!("view"))), params(("id" = String, Path)),
    responses((status = 200, body = MessageView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Tagged<MessageView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        Ok(MessageView::tagged(desk.store, outbox::message(desk.store, &message_id(&id)?)?.message)?)
    })
    .await
}

/// How to send again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({}))]
struct ResendWanted {
    /// The right address: the person gets it before anything is sent.
    email: Option<String>,
}

/// Send about a certificate again
///
/// The newest message about it, or one that tells of something else, unless it is on its way. One of which nobody knows whether it left keeps its `Message-ID`; else
/// it is a new message. The link of the old one dies. Takes the address off those to which nothing is sent.
#[utoipa::path(post, path = "/mail/messages/{id}/resend", tag = "Mail", extensions(("x-permission" = json!("send"))), params(("id" = String, Path)), request_body = Option<ResendWanted>,
    responses((status = 200, body = MessageView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn resend(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    BodyIfAny(how): BodyIfAny<ResendWanted>,
) -> Result<Tagged<MessageView>, Problem> {
    caller.may(Permission::Send)?;
    if how.email.is_some() {
        caller.may(Permission::Import)?;
    }
    app.at_desk(&caller, move |_, desk| {
        let message = send::resend(desk, &message_id(&id)?, how.email.as_deref())?;
        Ok(MessageView::tagged(desk.store, message)?)
    })
    .await
}

/// Say that somebody has seen to a message that reached nobody
///
/// One that bounced, failed, or of which nobody knows whether it left: it needs nobody any more. Nothing is sent by this.
#[utoipa::path(post, path = "/mail/messages/{id}/seen", tag = "Mail", extensions(("x-permission" = json!("send"))), params(("id" = String, Path)),
    responses((status = 200, body = MessageView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn look_at(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Tagged<MessageView>, Problem> {
    caller.may(Permission::Send)?;
    app.at_desk(&caller, move |_, desk| Ok(MessageView::tagged(desk.store, send::look_at(desk, &message_id(&id)?)?)?))
        .await
}

/// A mail that came back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BouncedMail {
    /// The whole mail (RFC 5322).
    #[schema(
        example = "From: MAILER-DAEMON@mx.example\r\nTo: <bounce+TOKEN@example.org>\r\nSubject: Undelivered\r\n\r\n…"
    )]
    mail: String,
    /// The address that it came to, if that does not stand in its header.
    #[serde(default)]
    recipient: Option<String>,
}

/// What came of a report.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveryReportView {
    /// The message, as it is now.
    message: MessageView,
    /// Whether that was news.
    news: bool,
}

impl DeliveryReportView {
    fn of(store: &dyn Store, reported: send::Reported) -> Result<Self, StoreError> {
        Ok(Self { message: MessageView::of(store, reported.message)?, news: reported.news })
    }
}

/// Take a mail that came back
///
/// It is matched by the address that it came to alone, and only if this service made that. The same mail twice changes nothing.
#[utoipa::path(post, path = "/mail/bounces", tag = "Mail", extensions(("x-permission" = json!("send"))), request_body = BouncedMail,
    responses((status = 200, body = DeliveryReportView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn bounce(
    State(app): State<App>,
    caller: Caller,
    Body(bounce): Body<BouncedMail>,
) -> Result<Json<DeliveryReportView>, Problem> {
    caller.may(Permission::Send)?;
    app.at_desk(&caller, move |_, desk| {
        let reported = send::bounce(desk, bounce.mail.as_bytes(), bounce.recipient.as_deref())?;
        Ok(Json(DeliveryReportView::of(desk.store, reported)?))
    })
    .await
}

/// What a provider says of a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "state": "bounced", "reply": "550 5.1.1 User unknown" }))]
struct DeliveryReport {
    /// `delivered`, `deferred` or `bounced`.
    state: Standing,
    /// What the mail server said, with its code.
    #[serde(default)]
    reply: Option<String>,
}

/// Say what became of a message
///
/// For the events of a mail provider, translated by who receives them.
#[utoipa::path(post, path = "/mail/messages/{id}/report", tag = "Mail", extensions(("x-permission" = json!("send"))), params(("id" = String, Path)), request_body = DeliveryReport,
    responses((status = 200, body = DeliveryReportView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn report(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(report): Body<DeliveryReport>,
) -> Result<Json<DeliveryReportView>, Problem> {
    caller.may(Permission::Send)?;
    app.at_desk(&caller, move |_, desk| {
        let reported = send::reported(desk, &message_id(&id)?, report.state, report.reply.as_deref())?;
        Ok(Json(DeliveryReportView::of(desk.store, reported)?))
    })
    .await
}

/// Which messages to stop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StopWanted {
    /// Those of this run.
    #[schema(example = "20261122T101500Z-1f2e3d4c")]
    run: String,
}

/// How many were stopped.
#[derive(Debug, Serialize, ToSchema)]
struct StoppedView {
    /// Messages that had not left.
    stopped: usize,
}

/// Stop the messages of a run that have not left
///
/// They are `failed` from then on, and can be sent again. What left stays sent.
#[utoipa::path(post, path = "/mail/stop", tag = "Mail", extensions(("x-permission" = json!("send"))), request_body = StopWanted,
    responses((status = 200, body = StoppedView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn stop(
    State(app): State<App>,
    caller: Caller,
    Body(stop): Body<StopWanted>,
) -> Result<Json<StoppedView>, Problem> {
    caller.may(Permission::Send)?;
    app.at_desk(&caller, move |_, desk| Ok(Json(StoppedView { stopped: send::stop(desk, &stop.run)? }))).await
}
