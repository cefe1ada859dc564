//! Keys and what is published: how fresh it is, made anew, rotated, declared stolen.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::events::text;
use super::form::{Fields, part, query};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::ui::{Action, Actions, Cell, Facts, Field, Form, Html, Kind, Page, Section, Table, Text, Tone, Tried};
use crate::accounts::Permission;
use crate::credential::Timestamp;

/// What the state is called of a revocation that can still be undone.
const WAITS: &str = "revocation_waits";
/// Revocations that a page lists before their wait is ended.
const SHOWN: usize = 50;

/// Shows what is published and the keys.
pub(super) async fn show(staff: Staff, uri: Uri) -> Answer {
    page(&staff, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let published = staff.get("/publish").await?;
    let keys = staff.get("/keys").await?;
    let mut page = Page::new(w.s("nav-publishing")).said(w, asked).lead(w.s("publishing-lead"));
    if let Some((_, problem)) = tried.0 {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    page = page.part(last(staff, &published));
    if published["version"] != 0 {
        page = page.part_if(site(staff).await);
    }
    page = page.part(list(staff, &keys));
    Ok(staff.page_with(tried.status(), &page))
}

fn last(staff: &Staff, published: &Value) -> Html {
    let w = staff.w;
    let mut section = Section::new("published", w.s("published"));
    if published["version"] == 0 {
        section = section.part(Text(w.s("published-never")));
    }
    let waiting = published["left_out"]["count"].as_u64().unwrap_or_default();
    let until = published["next_update"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
    let is_stale = until.is_some_and(|until| until < staff.now);
    let facts = Facts::known([
        (
            w.s("version"),
            published["version"].as_u64().filter(|version| *version > 0).map(|version| version.to_string()),
        ),
        (w.s("when"), staff.time(&published["issued"])),
        (w.s("published-good"), staff.time(&published["next_update"])),
        (w.s("published-waiting"), Some(waiting).filter(|count| *count > 0).map(|count| w.number(count))),
    ]);
    section = section.part(facts);
    if is_stale {
        section = section.part(super::ui::Notice { tone: Tone::Red, text: w.s("published-stale"), items: Vec::new() });
    }
    let mut actions = Vec::new();
    if staff.may(Permission::Keys) {
        actions.push(Action::post(staff, w.s("publish-now"), "/publishing", &[]).primary());
        if waiting > 0 {
            actions.push(Action::link(w.s("publish-at-once"), staff.at("/publishing/at-once")));
        }
    }
    if published["version"] != 0 {
        actions.push(Action::link(w.s("front-verify"), format!("{}/verify/", staff.base)));
        actions.push(Action::file(w.s("verifier-file"), format!("{}/verify/verifier.html", staff.base)));
    }
    section.part(Actions(actions)).into()
}

/// Says whether the site was found where every certificate says it is. Nothing is green that nobody has looked at.
pub(super) async fn site(staff: &Staff) -> Option<Html> {
    let w = staff.w;
    let told = staff.get_if("/publish/site").await?;
    let (tone, state) = site_state(staff, &told);
    let mut section = Section::new("site", w.s("site-found-title"))
        .part(Facts(vec![(w.s("site-trust"), text(&told, "address"))]))
        .part(super::ui::Notice { tone, text: state, items: Vec::new() });
    if told["known_here_only"] == true {
        let notice = super::ui::Notice { tone: Tone::Amber, text: w.s("site-here-only"), items: Vec::new() };
        section = section.part(notice);
    }
    let look = Action::post(staff, w.s("site-look"), "/publishing/look", &[]);
    Some(section.part(Actions(staff.may(Permission::Keys).then_some(look).into_iter().collect())).into())
}

/// Returns what is known of the site, and how it looks.
pub(super) fn site_state(staff: &Staff, told: &Value) -> (Tone, String) {
    let w = staff.w;
    let Some(at) = staff.time(&told["looked"]["at"]) else { return (Tone::Amber, w.s("site-not-looked")) };
    let found = text(&told["looked"], "found");
    let tone = if found == "served" { Tone::Green } else { Tone::Red };
    let status = told["looked"]["status"].as_u64().unwrap_or_default();
    let to = told["looked"]["to"].as_str().map_or_else(|| w.s("site-found-elsewhere"), str::to_owned);
    let values = [("at", at.into()), ("status", status.to_string().into()), ("to", to.into())];
    (tone, w.with(&format!("site-found-{}", found.replace('_', "-")), values))
}

/// Looks whether the site is served.
pub(super) async fn look(Sent { staff, fields }: Sent) -> Response {
    match staff.post("/publish/site", &fields, json!({})).await {
        Ok(_) => staff.done("/publishing", "site-looked"),
        Err(problem) => refused(&staff, &fields, problem).await,
    }
}

fn list(staff: &Staff, keys: &Value) -> Html {
    let w = staff.w;
    let row = |key: &Value| {
        let state = text(key, "state");
        let tone = match state.as_str() {
            "active" => Tone::Green,
            "compromised" => Tone::Red,
            _ => Tone::Grey,
        };
        let stolen =
            Action::link(w.s("key-stolen"), staff.at(&format!("/publishing/{}/stolen", part(&text(key, "id")))));
        let may = staff.may(Permission::Keys) && state != "compromised";
        vec![
            Cell::link(text(key, "id"), super::ceremony::drill_of(staff, key).unwrap_or_default()),
            Cell::state(tone, w.s(&format!("key-{state}"))),
            // An active key has been signing since then, another one does not any more.
            Cell::text(staff.time(&key["since"]).or_else(|| staff.time(&key["from"])).unwrap_or_default()),
            Cell::text(text(key, "fingerprint")),
            Cell::act(may.then_some(stolen)),
        ]
    };
    let table = Table {
        caption: w.s("keys"),
        heads: [w.s("key"), w.s("state"), w.s("since"), w.s("key-fingerprint"), w.s("change")].into(),
        rows: keys["keys"].as_array().into_iter().flatten().map(row).collect(),
        empty: String::new(),
        next: None,
    };
    let root = Facts(vec![(w.s("key-root"), text(keys, "root_fingerprint"))]);
    let mut section = Section::new("keys", w.s("keys")).part(Text(w.s("keys-text"))).part(root).part(table);
    if staff.may(Permission::Keys) {
        let lock = match staff.locked {
            true => Action::link(w.s("locked-way"), staff.at("/unlock")).primary(),
            false => Action::post(staff, w.s("lock-submit"), "/lock", &[]),
        };
        section = section.part(Actions(vec![Action::link(w.s("key-rotate"), staff.at("/publishing/rotate")), lock]));
    }
    section.part(Text(w.s("keys-drill"))).part(Actions(super::ceremony::ways(staff))).into()
}

/// Publishes what is due.
pub(super) async fn publish(Sent { staff, fields }: Sent) -> Response {
    match staff.post("/publish", &fields, json!({})).await {
        Ok(told) => staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "publishing"),
        Err(problem) => refused(&staff, &fields, problem).await,
    }
}

/// Asks before what can still be undone is published: it cannot be from then on.
pub(super) async fn ask_at_once(staff: Staff) -> Answer {
    staff.needs(Permission::Keys)?;
    at_once_page(&staff, &Tried::NEW).await
}

async fn at_once_page(staff: &Staff, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let published = staff.get("/publish").await?;
    let count = published["left_out"]["count"].as_u64().unwrap_or_default();
    let page = Page::new(w.s("publish-at-once")).trail([staff.crumb(w.s("nav-publishing"), "/publishing")]).narrow();
    if count == 0 {
        let page = match tried.0 {
            Some((_, problem)) => page.problem(Tone::Red, w, problem),
            None => page,
        };
        let page =
            page.notice(Tone::Grey, w.s("publish-none-wait")).link(w.s("nav-publishing"), staff.at("/publishing"));
        return Ok(staff.page_with(tried.status(), &page));
    }
    let found = staff.get_if(&format!("/certificates?status={WAITS}&limit={SHOWN}")).await.unwrap_or_default();
    let names: Vec<String> = items(&found).iter().take(2).map(|one| text(one, "recipient")).collect();
    let form = Form::new(staff, "/publishing/at-once", w.count("publish-at-once-do", count))
        .danger()
        .field(Field::hidden("expected", text(&published, "waiting")))
        .tried(tried);
    let mut start = Section::new("start", w.s("generate-confirm")).part(Text(w.s("publish-at-once-text")));
    // Of certificates that nobody here knows there are no names.
    if !names.is_empty() {
        start = start.part(Text(super::choice::names(staff, &names)));
    }
    let page = page.lead(w.count("publish-at-once-lead", count)).part(start.part(form));
    Ok(staff.page_with(tried.status(), &page.part_if(those_that_wait(staff, &found))))
}

/// Lists the revocations that can still be undone.
fn those_that_wait(staff: &Staff, found: &Value) -> Option<Html> {
    let w = staff.w;
    let row = |one: &Value| {
        let number = text(one, "number");
        let cause = one["cause"].as_str().map(|cause| w.s(&format!("cause-{}", cause.replace('_', "-"))));
        vec![
            Cell::text(text(one, "recipient")),
            Cell::link(number.clone(), staff.at(&format!("/certificates/{}", part(&number)))),
            Cell::text(cause.unwrap_or_default()).sub(text(one, "reason")),
            Cell::text(staff.time(&one["since"]).unwrap_or_default()),
        ]
    };
    let all = staff.at(&format!("/certificates?status={WAITS}"));
    let table = Table {
        caption: w.s("published-waiting"),
        heads: [w.s("name"), w.s("certificate"), w.s("why"), w.s("since")].into(),
        rows: items(found).iter().map(row).collect(),
        empty: String::new(),
        next: found["next"].is_string().then(|| (w.s("nav-certificates"), all)),
    };
    (!items(found).is_empty()).then(|| table.into())
}

/// Publishes with what can still be undone, if that is what was shown.
pub(super) async fn at_once(Sent { staff, fields }: Sent) -> Response {
    let path = format!("/publish?at_once=true&expected={}", part(fields.get("expected")));
    match staff.post(&path, &fields, json!({})).await {
        Ok(told) => staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "publishing"),
        Err(problem) => {
            let problem = super::batch::told(&staff, problem);
            let tried = Tried(Some((&fields, &problem)));
            at_once_page(&staff, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

async fn refused(staff: &Staff, fields: &Fields, problem: crate::server::Problem) -> Response {
    let tried = Tried(Some((fields, &problem)));
    page(staff, fields, &tried).await.unwrap_or_else(|response| response)
}

/// Asks whether the active key shall be replaced.
pub(super) async fn ask_rotate(staff: Staff) -> Answer {
    staff.needs(Permission::Keys)?;
    Ok(staff.page(&rotate_page(&staff, &Tried::NEW)))
}

fn rotate_page(staff: &Staff, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let why = super::why::asked(w).required();
    let form = Form::new(staff, "/publishing/rotate", w.s("key-rotate")).danger().field(why).tried(tried);
    let page = Page::new(w.s("key-rotate")).trail([staff.crumb(w.s("nav-publishing"), "/publishing")]).narrow();
    page.part(Text(w.s("key-rotate-text"))).part(form)
}

/// Replaces the active key.
pub(super) async fn rotate(Sent { staff, fields }: Sent) -> Response {
    // Before anything is said of the form: whoever may not has none.
    if let Err(response) = staff.needs(Permission::Keys) {
        return response;
    }
    if let Err(problem) = super::why::needed(staff.w, &fields, super::why::WHY) {
        let tried = Tried(Some((&fields, &problem)));
        return staff.page_with(tried.status(), &rotate_page(&staff, &tried));
    }
    match staff.post("/keys/rotate", &fields, json!({})).await {
        Ok(_) => staff.done("/publishing", "key-rotated"),
        Err(problem) => refused(&staff, &fields, problem).await,
    }
}

/// Asks since when a key may have been in other hands.
pub(super) async fn ask_stolen(staff: Staff, Path(id): Path<String>) -> Answer {
    staff.needs(Permission::Keys)?;
    Ok(staff.page(&stolen_page(&staff, &id, &Tried::NEW)))
}

fn stolen_page(staff: &Staff, id: &str, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let form = Form::new(staff, &format!("/publishing/{}/stolen", part(id)), w.s("key-stolen"))
        .danger()
        .field(Field::new("day", w.s("key-stolen-since"), Kind::Date).required().of("since"))
        .field(Field::text("again", w.with("key-stolen-again", [("id", id.to_owned().into())])).required())
        .field(super::why::asked(w).required())
        .tried(tried);
    let page = Page::new(w.s("key-stolen"))
        .trail([staff.crumb(w.s("nav-publishing"), "/publishing")])
        .narrow()
        .lead(id.to_owned());
    page.part(Text(w.s("key-stolen-text"))).part(form)
}

/// Declares a key stolen.
pub(super) async fn stolen(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Keys) {
        return response;
    }
    if let Err(problem) = super::why::needed(staff.w, &fields, super::why::WHY) {
        let tried = Tried(Some((&fields, &problem)));
        return staff.page_with(tried.status(), &stolen_page(&staff, &id, &tried));
    }
    let day = fields.get("day").parse::<jiff::civil::Date>().ok();
    let since = day.map(|day| staff.zone.first_second(day).to_string());
    let told = match fields.get("again") == id {
        true => staff.post(&format!("/keys/{}/compromise", part(&id)), &fields, json!({ "since": since })).await,
        false => Err(crate::server::Problem::unprocessable("not-confirmed", staff.w.s("key-not-confirmed"))),
    };
    match told {
        Ok(_) => staff.done("/publishing", "key-stolen"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            staff.page_with(tried.status(), &stolen_page(&staff, &id, &tried))
        }
    }
}
