//! What is one's own: all of it, one certificate, its files, who else may see it, and what may be asked for.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::form::Form;
use super::portal::Inside;
use super::public::{drawn, own_badge, private_png};
use super::view::{self, All, Choice, One, Row};
use super::{Failure, address, base, pending, profile, redirect};
use crate::acts::portal::{self, Holder, Holding, Owned, Shown};
use crate::acts::{self, Ask, CorrectionState, Listed};
use crate::credential::{CertificateNumber, EventCode};
use crate::desk::{Actor, Desk};
use crate::files::FileKind;
use crate::mail::outbox::{self, InPortal};
use crate::mail::{Evidence, Message};
use crate::making::{StageTimes, Workshop};
use crate::pages::{Fact, Seen, Texts, text};
use crate::publish::escape;
use crate::server::api::certificates::handed_out;
use crate::server::{App, Problem};
use crate::sharing::linkedin;
use crate::store::{self, Certificate, CertificateState, Collection, DocumentQuery, Index, Participant, Standing};
use crate::verify::verify_jws;

/// What is said with the data that are taken out.
const NOTED: &str = "Messages are in it with what became of each. That a certificate is looked at or fetched in the portal is noted on the message \
about it, once each, and shown to the issuer's staff.";

/// Whose page, where a mailbox has several people; and what was done just now.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    who: Option<String>,
    done: Option<String>,
}

/// Shows all that somebody has; asks who it is where several have the mailbox.
pub(super) async fn all(
    State(app): State<App>,
    inside: Inside,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (mailbox, t, base) = (inside.entered.mailbox.clone(), inside.reader.texts, base(&app));
    let found = app.at_desk(&inside.reader.caller, move |app, desk| {
        let people = portal::holders(desk.store, &mailbox)?;
        let one = match &people[..] {
            [one] => Some(one),
            several => several.iter().find(|holder| Some(&holder.id) == asked.who.as_ref()),
        };
        let rows = one.map_or(Ok(Vec::new()), |holder| rows(desk, t, holder, &base))?;
        let profile = one.map(|holder| profile::form(app, desk, holder)).transpose()?.flatten();
        let (who, name) = one.map_or_else(Default::default, |holder| (holder.id.clone(), holder.name.clone()));
        let choice = |holder: &Holder| Choice {
            name: holder.name.clone(),
            link: format!("{base}/portal/certificates?who={}", holder.id),
        };
        let choices: Vec<_> = if one.is_none() { people.iter().map(choice).collect() } else { Vec::new() };
        let notice = match asked.done.as_deref() {
            Some("requested") => Some("mine.requested"),
            Some("sent") => Some("mine.more.sent"),
            Some("many") => Some("enter.many"),
            Some("joined") => Some("mine.more.joined"),
            Some("unclear") => Some("mine.more.unclear"),
            _ => None,
        };
        let notice = notice.map(|key| t.with(key, "issuer", &desk.issuer.name));
        Ok((who, name, choices, people.len() > 1 && one.is_some(), rows, notice, profile))
    });
    let found = found.await.map_err(|problem| inside.reader.failed(&app, problem))?;
    let (who, name, choices, others, rows, notice, profile) = found;
    let frame = view::Frame { within: true, ..inside.reader.frame(&app) };
    Ok(inside.reader.answer(&All {
        frame,
        who,
        name,
        choices,
        others,
        rows,
        csrf: inside.csrf(),
        notice,
        profile,
        sends: app.can_post(),
    }))
}

/// The newest first.
fn rows(desk: &Desk, t: &Texts, holder: &Holder, base: &str) -> Result<Vec<Row>, Problem> {
    let newest = holder.holdings.iter().rev();
    newest.filter_map(|holding| row(desk, t, holding, base).transpose()).collect()
}

fn row(desk: &Desk, t: &Texts, holding: &Holding, base: &str) -> Result<Option<Row>, Problem> {
    let event = &holding.event;
    let mut days: Vec<String> = [event.starts, event.ends].into_iter().flatten().map(|day| t.day(day)).collect();
    days.dedup();
    let (title, dates) = (event.achievement.name.clone(), days.join(" – "));
    if let Some(certificate) = &holding.certificate {
        let (class, state) = standing(t, certificate, desk);
        let page = format!("{base}/portal/certificates/{}", certificate.number);
        let picture = Some(format!("{page}/picture.png"));
        let (page, missing) = (Some(page), Vec::new());
        return Ok(Some(Row { title, dates, page, picture, class, state, missing, request: None }));
    }
    // What is still being prepared, or is over, tells nobody that they are to get something.
    let is_open = holding.plan.archived.is_none() && holding.plan.state != acts::EventState::Draft;
    if !is_open {
        return Ok(None);
    }
    let listed = acts::listed(desk.store, &event.code, &holding.person.key)?;
    let decision = acts::decide(event, &holding.plan, &holding.person, &listed)?;
    let may = acts::may_request_own(&holding.plan, &decision) && !matches!(listed, Listed::Exclusion(_));
    let request = may.then(|| format!("{base}/portal/request/{}", event.code));
    let missing = decision.explained.iter().flat_map(|explained| pending::unmet(t, &explained.rule)).collect();
    let state = t.s("mine.pending").to_owned();
    Ok(Some(Row { title, dates, page: None, picture: None, class: "grey", state, missing, request }))
}

fn standing(t: &Texts, certificate: &Certificate, desk: &Desk) -> (&'static str, String) {
    let (class, code) = match Standing::of(certificate, desk.now) {
        Standing::Active => ("green", "valid"),
        Standing::Expired => ("red", "expired"),
        Standing::Superseded => ("red", "superseded"),
        Standing::Revoked | Standing::RevocationWaits => ("red", "revoked"),
    };
    (class, t.s(&format!("v.{code}.title")).to_owned())
}

/// Finds a certificate among those of a mailbox; there is no other way to one here.
fn own(desk: &Desk, mailbox: &str, number: &str) -> Result<Owned, Problem> {
    let none = || Problem::not_found("this certificate");
    let number = CertificateNumber::from_str(number).map_err(|_| none())?;
    portal::owned(desk.store, mailbox, &number)?.ok_or_else(none)
}

/// Acts as a person of an event.
fn acting<T>(
    desk: &Desk,
    (code, person): (&EventCode, &Participant),
    work: impl FnOnce(&Desk) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let actor = Actor::Holder { id: acts::name_of(code, person), address: desk.actor.address() };
    work(&Desk { actor: &actor, ..*desk })
}

/// Shows one certificate with all that can be done with it.
pub(super) async fn one(
    State(app): State<App>,
    inside: Inside,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (mailbox, t) = (inside.entered.mailbox.clone(), inside.reader.texts);
    let frame = view::Frame { within: true, ..inside.reader.frame(&app) };
    let csrf = inside.csrf();
    let path = format!("{}/portal/certificates/{number}", frame.base);
    let found = app.at_desk(&inside.reader.caller, move |app, desk| {
        let own = own(desk, &mailbox, &number)?;
        let proven = app.vault.own();
        let document = proven.prove(&own.certificate)?.document().clone();
        let anchors = app.vault.anchors(desk)?;
        let verdict = verify_jws(&own.certificate.jws, &anchors, desk.now).to_json();
        let shown = portal::shown(desk.store, &own.plan, &own.certificate.number)?;
        let waiting = waiting(desk, &own.certificate.number)?;
        let older = older(desk, t, &own.certificate)?;
        noted(desk, (&own.certificate, &mailbox), InPortal::Seen);
        Ok((own, document, verdict, shown, waiting, older))
    });
    let (own, document, verdict, shown, waiting, older) =
        found.await.map_err(|problem| inside.reader.failed(&app, problem))?;
    let seen = Seen::of(t, &document, &verdict, &own.certificate.printed_days());
    let address = address(&app, &text(&document, "/id"));
    let entry = view::entry(&document, &app.issuer.name, app.portal.linkedin, &address);
    let in_force = matches!(own.certificate.state, CertificateState::Active);
    let notice = asked.done.filter(|done| done == "asked").map(|_| t.with("correct.asked", "issuer", &app.issuer.name));
    let page = One {
        path,
        csrf,
        visible: shown.visible,
        indexed: shown.indexed,
        linkedin: entry.as_ref().map_or_else(String::new, linkedin::Entry::address),
        share: linkedin::share(&address),
        fields: entry.as_ref().map_or_else(Vec::new, |entry| view::fields(t, entry, &app.issuer.name)),
        embed: embed(&address, &seen.title),
        seen,
        correctable: in_force && waiting.is_none(),
        waiting: waiting.map(|name| t.with2("correct.waits", ("issuer", &app.issuer.name), ("name", &name))),
        moved: shown.visible && !older.is_empty(),
        older,
        notice,
        badge: own.plan.has_own_badge(),
        address,
        frame,
    };
    Ok(inside.reader.answer(&page))
}

/// Notes on the message about a certificate what its holder does with it. They get what is theirs also where that cannot be written.
fn noted(desk: &Desk, (certificate, mailbox): (&Certificate, &str), what: InPortal) {
    if let Err(error) = outbox::note_in_portal(desk.store, (&certificate.number, mailbox), what, desk.now) {
        tracing::warn!(number = %certificate.number, %error, "what a holder did was not noted");
    }
}

/// The card with a link, for one's own website.
fn embed(address: &str, title: &str) -> String {
    let (address, title) = (escape(address), escape(title));
    format!("<a href=\"{address}\"><img src=\"{address}/card.png\" width=\"600\" alt=\"{title}\"></a>")
}

/// Returns the name that was asked for and is not decided about.
fn waiting(desk: &Desk, number: &CertificateNumber) -> Result<Option<String>, Problem> {
    let pending = (Index::STATE, CorrectionState::Pending.name().to_owned());
    let query =
        DocumentQuery { having: vec![(Index::NUMBER, number.to_string()), pending], ..DocumentQuery::default() };
    let found = desk.store.find_documents(Collection::CORRECTIONS, &query, None, 1)?;
    let name = |document: &crate::store::Document| document.read::<acts::Correction>().map(|asked| asked.name);
    Ok(found.items.first().map(name).transpose()?)
}

fn older(desk: &Desk, t: &Texts, current: &Certificate) -> Result<Vec<Fact>, Problem> {
    let versions = desk.store.versions(&current.number)?;
    let before = versions.into_iter().filter(|one| one.version < current.version).rev();
    let said = |one: Certificate| {
        let (_, state) = standing(t, &one, desk);
        (t.with("older.version", "n", &one.version.to_string()), format!("{}, {state}", t.day(one.signed)))
    };
    Ok(before.map(said).collect())
}

/// A kind of file.
#[derive(Debug, Deserialize)]
pub(super) struct Choose {
    format: FileKind,
}

/// Hands a file of one's own certificate out.
pub(super) async fn file(
    State(app): State<App>,
    inside: Inside,
    Path(number): Path<String>,
    Query(Choose { format }): Query<Choose>,
) -> Result<Response, Failure> {
    let mailbox = inside.entered.mailbox.clone();
    let made = app.in_turn(&inside.reader.caller, move |app, desk| {
        let own = own(desk, &mailbox, &number)?;
        let answer = handed_out(app, desk, &own.certificate, format)?;
        noted(desk, (&own.certificate, &mailbox), InPortal::Fetched);
        Ok(answer)
    });
    made.await.map_err(|problem| inside.reader.failed(&app, problem))
}

/// Draws one's own certificate for its page.
pub(super) async fn picture(
    State(app): State<App>,
    inside: Inside,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let mailbox = inside.entered.mailbox.clone();
    let picture = app
        .in_turn(&inside.reader.caller, move |app, desk| drawn(app, desk, &own(desk, &mailbox, &number)?.certificate));
    Ok(private_png(&headers, picture.await.map_err(|problem| inside.reader.failed(&app, problem))?))
}

/// Shows the badge of the event of one's own certificate, where it has one of its own.
pub(super) async fn badge(
    State(app): State<App>,
    inside: Inside,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let mailbox = inside.entered.mailbox.clone();
    let picture = app.in_turn(&inside.reader.caller, move |app, desk| {
        own_badge(app, desk, &own(desk, &mailbox, &number)?.certificate)
    });
    Ok(private_png(&headers, picture.await.map_err(|problem| inside.reader.failed(&app, problem))?))
}

/// Shows a certificate to the public, or hides it.
pub(super) async fn show(
    State(app): State<App>,
    inside: Inside,
    Path(number): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    inside.check(&app, &form)?;
    let shown = Shown { visible: form.get("visible") == "yes", indexed: form.get("indexed") == "yes" };
    let (mailbox, asked) = (inside.entered.mailbox.clone(), number.clone());
    let done = app.at_desk(&inside.reader.caller, move |_, desk| {
        let own = own(desk, &mailbox, &asked)?;
        acting(desk, (own.certificate.number.event(), &own.person), |desk| {
            Ok(portal::set_shown(desk, &own.certificate.number, shown)?)
        })
    });
    done.await.map_err(|problem| inside.reader.failed(&app, problem))?;
    Ok(redirect(&format!("{}/portal/certificates/{number}#share", base(&app))))
}

/// Held by who hands in a correction: that none waits is looked at and written one after the other.
static ASKING: Mutex<()> = Mutex::new(());

/// Asks for another name.
pub(super) async fn correct(
    State(app): State<App>,
    inside: Inside,
    Path(number): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    inside.check(&app, &form)?;
    let (name, note) = (form.get("name").to_owned(), form.get("note").to_owned());
    let (mailbox, asked) = (inside.entered.mailbox.clone(), number.clone());
    let done = app.at_desk(&inside.reader.caller, move |_, desk| {
        let own = own(desk, &mailbox, &asked)?;
        // One at a time, as the page has it: staff need not look at a hundred of one certificate.
        let _alone = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting(desk, &own.certificate.number)?.is_some() {
            return Ok(false);
        }
        let ask = Ask { number: own.certificate.number.clone(), name, note: Some(note) };
        acting(desk, (own.certificate.number.event(), &own.person), |desk| {
            Ok(acts::correct::ask(desk, &ask).map(|_| true)?)
        })
    });
    // The page shows the one that waits.
    let said = if done.await.map_err(|problem| inside.reader.failed(&app, problem))? { "?done=asked" } else { "" };
    Ok(redirect(&format!("{}/portal/certificates/{number}{said}", base(&app))))
}

/// Requests one's own certificate, where the event allows it and the rule is met.
pub(super) async fn request(
    State(app): State<App>,
    inside: Inside,
    Path(event): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    inside.check(&app, &form)?;
    let mailbox = inside.entered.mailbox.clone();
    let (who, asked) = (form.get("who").to_owned(), form.get("who").to_owned());
    let done = app.at_desk(&inside.reader.caller, move |app, desk| {
        let none = || Problem::not_found("this event");
        let code = EventCode::from_str(&event).map_err(|_| none())?;
        let people = portal::holders(desk.store, &mailbox)?;
        let (signer, times) = (app.vault.signer()?, StageTimes::default());
        let workshop = Workshop { faces: &app.faces, signer: &signer, times: &times };
        // Two of one mailbox may be in one event.
        let chosen = people.into_iter().filter(|holder| holder.id == asked);
        let mut holdings = chosen.flat_map(|holder| holder.holdings);
        let holding = holdings.find(|one| one.event.code == code && one.certificate.is_none()).ok_or_else(none)?;
        acting(desk, (&code, &holding.person), |desk| {
            Ok(acts::request_own(desk, &workshop, &code, &holding.person.key).map(drop)?)
        })?;
        app.metrics().issued.inc();
        app.vault.forget_anchors();
        Ok(())
    });
    done.await.map_err(|problem| inside.reader.failed(&app, problem))?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("done", "requested"), ("who", &who)])
        .finish();
    Ok(redirect(&format!("{}/portal/certificates?{query}", base(&app))))
}

/// Hands out what is kept about the people of the mailbox: their enrolments, their credentials, and the messages about them.
pub(super) async fn data(State(app): State<App>, inside: Inside) -> Result<Response, Failure> {
    let mailbox = inside.entered.mailbox.clone();
    let found = app.at_desk(&inside.reader.caller, move |_, desk| {
        let mut people = Vec::new();
        for holder in portal::holders(desk.store, &mailbox)? {
            let mut enrolments = Vec::new();
            for Holding { event, person, certificate, .. } in holder.holdings {
                let number = certificate.as_ref().map(|one| &one.number);
                let messages = number.map(|number| messages(desk, number, &mailbox)).transpose()?.unwrap_or_default();
                let versions = certificate.map(|one| desk.store.versions(&one.number)).transpose()?;
                let credentials: Vec<_> = versions
                    .into_iter()
                    .flatten()
                    .map(|one| json!({ "version": one.version, "jwt": one.jws }))
                    .collect();
                enrolments.push(json!({
                    "event": event.code, "title": event.achievement.name, "name": person.name, "email": person.email,
                    "fields": person.fields, "progress": person.progress, "credentials": credentials,
                    "messages": messages,
                }));
            }
            people.push(json!({ "name": holder.name, "enrolments": enrolments }));
        }
        Ok(json!({ "issuer": desk.issuer.did(), "made": desk.now, "note": NOTED, "people": people }))
    });
    let data = found.await.map_err(|problem| inside.reader.failed(&app, problem))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-certificates.json\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, format!("{data:#}\n")).into_response())
}

/// Returns the messages about a certificate, the newest first, with what became of each. Addresses, and what mail servers said, which may hold
/// some, are left out of those that went to another mailbox.
fn messages(desk: &Desk, number: &CertificateNumber, mailbox: &str) -> Result<Vec<serde_json::Value>, Problem> {
    let told = |message: Message| {
        let to = message.to.as_ref().map(ToString::to_string).filter(|to| store::mailbox(to) == mailbox);
        let evidence = |one: &Evidence| {
            let reply = one.reply.as_ref().filter(|_| to.is_some());
            json!({ "at": one.at, "state": one.state, "what": one.what, "reply": reply })
        };
        let evidence: Vec<_> = message.log.iter().map(evidence).collect();
        json!({
            "topic": message.topic, "number": message.number, "version": message.version, "to": to,
            "created": message.created, "state": message.state, "evidence": evidence,
        })
    };
    Ok(outbox::about(desk.store, number)?.into_iter().map(told).collect())
}
