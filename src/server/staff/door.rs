//! The way in and out: password, second step, and what was filled in by somebody whose session had ended meanwhile.

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::form::{self, Fields, SECRETS, UNSEEN};
use super::inside::{Outside, Sent, Staff, is_from_elsewhere, is_from_here, outside, see};
use super::ui::{Action, Actions, Facts, Field, Form, Kind, Page, Text, Tone};
use super::within::{Api, Ask, Told, Within};
use super::words::Words;
use crate::server::{App, Problem};

/// Before the name of a field that waits until its sender is in again.
pub(super) const KEPT: &str = "kept.";
/// After that, before the name of a field in which a file was chosen.
const CHOSEN: &str = "file:";

/// Asks who it is. Who is in is led on by the page that they wanted.
pub(super) async fn login(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let door = outside(&app, &parts);
    let query = form::query(parts.uri.query());
    let fields = [("next", query.get("next"))];
    door.page(StatusCode::OK, &asked(&door, &fields, None))
}

/// Below `/staff` at an address that is none: says so to who is in. Others are asked who they are, as at every page: they do not learn
/// which pages there are.
pub(super) async fn nowhere(staff: Staff) -> Response {
    let detail = staff.w.s("no-such-page");
    staff.failed(&Problem::new(StatusCode::NOT_FOUND, "no-such-page", detail))
}

/// The same where something is sent to a page that takes nothing, or in another way.
pub(super) async fn other_method(staff: Staff) -> Response {
    let detail = staff.w.s("other-method");
    staff.failed(&Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail))
}

/// The page that asks.
fn asked(door: &Outside, kept: &[(&str, &str)], tried: Option<(&Fields, &Problem)>) -> Page {
    let w = door.w;
    let mut form = Form::open(door.at("/login"), w.s("login-submit"))
        .spoken(w)
        .field(Field::new("email", w.s("login-email"), Kind::Email).required().auto("username"))
        .field(Field::new("password", w.s("login-password"), Kind::Password).required().auto("current-password"));
    for (name, value) in kept.iter().filter(|(_, value)| !value.is_empty()) {
        form = form.field(Field::hidden(name, *value));
    }
    let form = form.tried(&super::ui::Tried(tried));
    Page::new(w.s("login-title")).narrow().part(form).link(w.s("login-lost"), door.at("/lost"))
}

/// Tries a password.
pub(super) async fn enter(State(app): State<App>, request: Request) -> Response {
    let (parts, door, fields) = match received(&app, request).await {
        Ok(received) => received,
        Err(refused) => return refused,
    };
    let body = json!({ "email": fields.get("email"), "password": fields.exact("password") });
    match ask(&parts, "/login", &body).await {
        Ok(told) => match told.value["ticket"].as_str() {
            Some(ticket) => door.page(StatusCode::OK, &second(&door, ticket, &waiting(&fields), None)),
            None => inside(&door, &told, &fields),
        },
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
            door.page(status, &asked(&door, &waiting(&fields), Some((&fields, &problem))))
        }
    }
}

/// Reads a form of the door. One of another site is refused: nobody is logged in as somebody else by a link. What waits in it counts
/// only where the browser says that a page of ours sent it.
async fn received(app: &App, request: Request) -> Result<(Parts, Outside, Fields), Response> {
    let (parts, body) = request.into_parts();
    let door = outside(app, &parts);
    if is_from_elsewhere(&parts) {
        return Err(door.failed(&Problem::new(StatusCode::FORBIDDEN, "csrf", door.w.s("csrf"))));
    }
    let read = Fields::read(Request::from_parts(parts.clone(), body), app, app.limits.body_bytes).await;
    let fields = read.map_err(|problem| door.failed(&problem))?;
    let fields = if is_from_here(&parts) { fields } else { fields.without_kept() };
    Ok((parts, door, fields))
}

/// Returns what goes with the forms of the door: where to, and what waits.
fn waiting(fields: &Fields) -> Vec<(&str, &str)> {
    fields.texts().filter(|(name, _)| *name == "next" || *name == "to" || name.starts_with(KEPT)).collect()
}

fn second(door: &Outside, ticket: &str, kept: &[(&str, &str)], tried: Option<(&Fields, &Problem)>) -> Page {
    let w = door.w;
    let mut form = Form::open(door.at("/login/second-step"), w.s("login-submit"))
        .spoken(w)
        .field(Field::hidden("ticket", ticket))
        .field(Field::text("code", w.s("second-code")).required().auto("one-time-code").hint(w.s("second-hint")));
    for (name, value) in kept {
        form = form.field(Field::hidden(name, *value));
    }
    Page::new(w.s("second-title")).narrow().part(form.tried(&super::ui::Tried(tried)))
}

/// Tries the code of the second step.
pub(super) async fn second_step(State(app): State<App>, request: Request) -> Response {
    let (parts, door, fields) = match received(&app, request).await {
        Ok(received) => received,
        Err(refused) => return refused,
    };
    let body = json!({ "ticket": fields.get("ticket"), "code": fields.get("code") });
    match ask(&parts, "/login/second-step", &body).await {
        Ok(told) => inside(&door, &told, &fields),
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
            let page = second(&door, fields.get("ticket"), &waiting(&fields), Some((&fields, &problem)));
            door.page(status, &page)
        }
    }
}

pub(super) async fn ask(parts: &Parts, path: &str, body: &Value) -> Result<Told, Problem> {
    let api = parts.extensions.get::<Api>().cloned().ok_or_else(|| Problem::internal("pages know no operations"))?;
    let body = Some(("application/json", body.to_string().into()));
    Within::new(api, parts).ask(Method::POST, path, Ask { body, ..Ask::default() }).await
}

/// Lets in: to where they wanted, or back to what they had filled in.
fn inside(door: &Outside, told: &Told, fields: &Fields) -> Response {
    let csrf = told.value["csrfToken"].as_str().unwrap_or_default();
    let mut response = match fields.some("to").filter(|to| is_ours(to, &door.base)) {
        Some(to) => door.page(StatusCode::OK, &again(door, to, csrf, fields)),
        None => see(fields.some("next").filter(|to| is_ours(to, &door.base)).unwrap_or(&door.at(""))),
    };
    for cookie in &told.cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// Says whether an address is a page of the staff, and not of another site: what stands in a link may be anybody's.
fn is_ours(to: &str, base: &str) -> bool {
    let Some(path) = to.strip_prefix(base).and_then(|rest| rest.strip_prefix("/staff")) else { return false };
    let is_path = path.is_empty() || path.starts_with(['/', '?']);
    // Browsers walk up where a path says so, written out or not.
    let walks =
        |part: &str| part.to_ascii_lowercase().replace("%2e", ".").chars().all(|c| c == '.') && !part.is_empty();
    is_path
        && !path.split('?').next().unwrap_or_default().split('/').any(walks)
        && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !to.contains("//")
}

/// Asks to send again what had been filled in.
fn again(door: &Outside, to: &str, csrf: &str, fields: &Fields) -> Page {
    let w = door.w;
    let kept = fields.texts().filter_map(|(name, value)| Some((name.strip_prefix(KEPT)?, value)));
    let (shown, form) = once_more(w, (to, csrf), kept);
    Page::new(w.s("again-title")).narrow().part(Text(w.s("again-text"))).part(shown).part(form)
}

/// Returns what was filled in, and a form that sends it; a file is asked for again.
fn once_more<'f>(
    w: &'static Words,
    (to, csrf): (&str, &str),
    kept: impl Iterator<Item = (&'f str, &'f str)>,
) -> (Facts, Form) {
    let mut form = Form::open(to.to_owned(), w.s("again-submit")).spoken(w).csrf(csrf);
    let mut shown = vec![(w.s("again-to"), to.to_owned())];
    let mut chosen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in kept {
        if let Some(field) = name.strip_prefix(CHOSEN) {
            chosen.entry(field).or_default().push(value);
            continue;
        }
        form = form.field(Field::hidden(name, value));
        if !value.is_empty() && !UNSEEN.contains(&name) {
            shown.push((name.replace(['_', ':'], " "), value.to_owned()));
        }
    }
    for (field, names) in chosen {
        let label = w.with("again-file", [("name", names.join(", ").into())]);
        let kind = if names.len() > 1 { Kind::Files("") } else { Kind::File("") };
        form = form.field(Field::new(field, label, kind).required());
    }
    (Facts(shown), form)
}

/// Shows what somebody filled in before they logged in anew, as in another window: it is sent once they have looked at it, by who they are
/// now.
pub(super) fn older(staff: &Staff, parts: &Parts, fields: &Fields) -> Response {
    let w = staff.w;
    let to = format!("{}{}", staff.base, parts.uri.path_and_query().map_or("", |path| path.as_str()));
    let all = typed(fields);
    let (shown, form) = once_more(w, (&to, &staff.csrf()), all.iter().map(|(name, value)| (name.as_str(), *value)));
    let text = w.with("older-text", [("name", staff.name.clone().into())]);
    let page = Page::new(w.s("older-title")).narrow().notice(Tone::Amber, text).part(shown).part(form);
    staff.page_with(StatusCode::FORBIDDEN, &page)
}

/// Returns what was filled in, without what nobody keeps for another, and with the names of files.
fn typed(fields: &Fields) -> Vec<(String, &str)> {
    let texts = fields.texts().filter(|(name, _)| !SECRETS.contains(name));
    let texts = texts.map(|(name, value)| (name.to_owned(), value));
    texts.chain(fields.chosen().map(|(field, name)| (format!("{CHOSEN}{field}"), name))).collect()
}

/// Asks who it is, and keeps what they had filled in meanwhile. A file has to be chosen anew.
pub(super) fn kept(app: &App, parts: &Parts, fields: &Fields) -> Response {
    let door = outside(app, parts);
    // Who is out is out.
    if parts.uri.path().ends_with("/logout") {
        return see(&door.at("/login"));
    }
    let names: Vec<(String, &str)> =
        typed(fields).into_iter().map(|(name, value)| (format!("{KEPT}{name}"), value)).collect();
    let to = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let to = format!("{}{to}", door.base);
    let mut waiting: Vec<(&str, &str)> = names.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    waiting.push(("to", &to));
    let page = asked(&door, &waiting, None).notice(Tone::Amber, door.w.s("login-kept"));
    door.page(StatusCode::UNAUTHORIZED, &page)
}

/// Ends the session.
pub(super) async fn leave(sent: Sent) -> Response {
    match sent.staff.ask(Method::POST, "/logout", Ask::default()).await {
        Ok(told) => {
            let mut response = see(&sent.staff.at("/login"));
            for cookie in told.cookies {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(problem) => sent.staff.failed(&problem),
    }
}

/// The front door of the service: to check a certificate, to one's own, to the staff's pages.
pub(super) async fn front(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let door = outside(&app, &parts);
    let w = door.w;
    // Until something is published there is no verifier here yet. Where the site lies elsewhere, nobody here knows.
    let published = app.aside(|app| Ok(app.vault.site().is_none_or(|site| site.join("index.html").is_file()))).await;
    let published = published.unwrap_or(true);
    let link = |key: &str, path: &str| Action::link(w.s(key), format!("{}{path}", door.base));
    let own = [link("front-portal", "/portal"), Action::link(w.s("front-staff"), door.at(""))].into_iter();
    let verify = published.then(|| link("front-verify", "/verify/").primary()).into_iter();
    let ways = verify.chain(own).chain(published.then(|| link("front-issuer", "/index.html"))).collect();
    let page = Page::new(w.s("front-title")).narrow().lead(w.s("front-lead")).part(Actions(ways));
    door.page(StatusCode::OK, &page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_no_other_site() {
        for (base, to, ours) in [
            ("", "/staff", true),
            ("", "/staff/events/WORKSHOP?said=made", true),
            ("/certificates", "/certificates/staff/runs", true),
            ("/certificates", "/staff/runs", false),
            ("", "//evil.example/staff", false),
            ("", "https://evil.example/staff", false),
            ("", "/staff//evil.example", false),
            ("", "/staff\\evil", false),
            ("", "/staff/../x", false),
            ("", "/staff/%2E%2e/x", false),
            ("", "/stafford", false),
            ("", "/staff/\r\nset-cookie:a", false),
        ] {
            assert_eq!(is_ours(to, base), ours, "{to}");
        }
    }
}
