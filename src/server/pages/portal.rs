//! The way in: a mailbox is named, a link comes by mail, a button uses it up. Programs that look at mails follow every link and some
//! press buttons: reading changes nothing, and a button wants the cookie of the page that it stands on. What says that it is such a
//! program uses nothing up even so; but the proxies of some offices write their names into what every browser says. So it is asked for a
//! number that stands on the page, and nobody is kept out who can read.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::form::Form;
use super::view::{Door, Link, Sent};
use super::{Failure, Reader, agent, base, cookie, language, redirect};
use crate::accounts::{Secret, check_csrf, csrf_token};
use crate::acts::portal::{self, Entered, Let, SESSION_SECONDS};
use crate::desk::Desk;
use crate::mail::opens;
use crate::pages::Texts;
use crate::server::{App, Problem};

/// The session's cookie. With this prefix a browser takes it only over a safe connection and from this host.
const SESSION: &str = "__Host-testamur_portal";
/// The cookie of the page with the button.
const PAGE: &str = "__Host-testamur_link";
/// For how many seconds that page can be used.
pub(super) const PAGE_SECONDS: i64 = 1_800;

/// Asks for the address; who is in already is led on.
pub(super) async fn door(State(app): State<App>, reader: Reader, headers: HeaderMap) -> Result<Response, Failure> {
    if inside(&app, &reader, &headers).await?.is_some() {
        return Ok(redirect(&format!("{}/portal/certificates", base(&app))));
    }
    let frame = reader.frame(&app);
    Ok(reader.answer(&Door { frame, sends: app.can_post(), problem: None, email: String::new() }))
}

/// Sends a link to who is known; the answer is the same, and as quick, for who is not. Who asks too often hears so.
pub(super) async fn login(State(app): State<App>, reader: Reader, form: Form) -> Result<Response, Failure> {
    let email = form.get("email").to_owned();
    let is_address = email.len() <= 254 && email.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
    let sends = app.can_post();
    if !is_address || !sends {
        let problem = (!is_address).then(|| reader.texts.s("enter.bad").to_owned());
        return Ok(reader.answer(&Door { frame: reader.frame(&app), sends, problem, email }));
    }
    // Said openly: it counts who asks, and not whether anybody is known.
    if let Some(seconds) = app.asks().wait(reader.caller.address, app.now()) {
        let problem = Some(reader.texts.s("enter.many").to_owned());
        let mut response = reader.answer(&Door { frame: reader.frame(&app), sends, problem, email });
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return Ok(response);
    }
    let (work, texts) = (app.clone(), reader.texts);
    // Nobody waits for it: how long it takes would say who is known.
    drop(tokio::spawn(async move { work.post_link(email, texts).await }));
    Ok(reader.answer(&Sent { frame: reader.frame(&app) }))
}

/// Shows the button of a link. Does not look whether the link is good: only the button does.
pub(super) async fn link(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    button(&app, &reader, &headers, token, false)
}

/// The page with the button, and with the number that what calls itself as a program has to type.
#[allow(clippy::result_large_err, reason = "a page that says what is wrong is made once a request")]
fn button(app: &App, reader: &Reader, headers: &HeaderMap, token: String, wrong: bool) -> Result<Response, Failure> {
    let nonce = nonce().map_err(|problem| reader.failed(app, problem))?;
    let number = opens::is_a_scanner(agent(headers)).then(|| number_of(nonce.expose()));
    let frame = reader.frame(app);
    let page = Link { frame, token, nonce: nonce.expose().to_owned(), number, wrong, dead: false };
    let mut response = reader.answer(&page);
    set(&mut response, PAGE, nonce.expose(), PAGE_SECONDS, "Strict");
    Ok(response)
}

/// Returns the number of four digits that goes with a page.
fn number_of(nonce: &str) -> String {
    let value = nonce.bytes().fold(0_u32, |value, byte| value.wrapping_mul(31).wrapping_add(byte.into()));
    (1_000 + value % 9_000).to_string()
}

/// Says whether a number was typed, in whichever digits.
fn is_typed(typed: &str, number: &str) -> bool {
    // Zeros of the digits that people type who read the seven languages.
    const ZEROS: [char; 5] = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    let digit =
        |c: char| ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|at| *at < 10));
    let digits = typed.chars().filter(|c| !c.is_whitespace()).map(|c| digit(c).and_then(|d| char::from_digit(d, 10)));
    digits.collect::<Option<String>>().is_some_and(|digits| digits == number)
}

/// Uses a link up and lets in.
pub(super) async fn enter(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Failure> {
    let (token, nonce) = (form.get("token").to_owned(), form.get("nonce").to_owned());
    let is_from_page = cookie(&headers, PAGE).is_some_and(|kept| !kept.is_empty() && kept == nonce);
    // Before the link is looked at: the answer says nothing of it.
    let typed = form.get("number");
    if opens::is_a_scanner(agent(&headers)) && !(is_from_page && is_typed(typed, &number_of(&nonce))) {
        return button(&app, &reader, &headers, token, !typed.is_empty());
    }
    let before = cookie(&headers, SESSION).map(Secret::from);
    let let_in = match is_from_page {
        true => {
            let entered = app.at_desk(&reader.caller, move |_, desk| {
                let let_in = portal::enter(desk, &token, before.as_ref().map(Secret::expose))?;
                Ok(let_in.map(|let_in| (language_of(desk, &let_in), let_in)))
            });
            entered.await.map_err(|problem| reader.failed(&app, problem))?
        }
        false => None,
    };
    let Some((own, let_in)) = let_in else { return Ok(lets_nobody_in(&app, &reader)) };
    let done = match &let_in {
        Let::In(_) => "",
        Let::Joined => "?done=joined",
        Let::Unclear => "?done=unclear",
    };
    let mut response = redirect(&format!("{}/portal/certificates{done}", base(&app)));
    if let Let::In(session) = &let_in {
        set(&mut response, SESSION, session.expose(), SESSION_SECONDS, "Lax");
        // Somebody else may have been in before.
        let seconds = if own.is_some() { SESSION_SECONDS } else { 0 };
        set(&mut response, language::OWN, own.map_or("", |texts| texts.language), seconds, "Lax");
    }
    set(&mut response, PAGE, "", 0, "Strict");
    Ok(response)
}

/// Says that a link lets nobody in.
fn lets_nobody_in(app: &App, reader: &Reader) -> Response {
    let (token, nonce) = Default::default();
    let page = Link { frame: reader.frame(app), token, nonce, number: None, wrong: false, dead: true };
    let mut response = reader.answer(&page);
    *response.status_mut() = StatusCode::GONE;
    response
}

/// Returns the language of who was let in, if the pages speak it. They are in: where it cannot be found out, the browser's is as good.
fn language_of(desk: &Desk, let_in: &Let) -> Option<&'static Texts> {
    let Let::In(session) = let_in else { return None };
    let entered = portal::entered(desk.store, desk.now, session.expose()).ok()??;
    Texts::named(&portal::language_at(desk.store, &entered.mailbox).ok()??)
}

/// Sends a link to another address of who is in. The answer is the same for one that nobody has.
pub(super) async fn other(State(app): State<App>, inside: Inside, form: Form) -> Result<Response, Failure> {
    inside.check(&app, &form)?;
    let (email, who) = (form.get("email").to_owned(), form.get("who").to_owned());
    let mut done = "sent";
    if app.can_post() && !app.asks().allows(inside.reader.caller.address, app.now()) {
        done = "many";
    } else if app.can_post() {
        let (work, texts, session) = (app.clone(), inside.reader.texts, inside.session);
        drop(tokio::spawn(async move { work.post_other_link(session, who, email, texts).await }));
    }
    Ok(redirect(&format!("{}/portal/certificates?done={done}", base(&app))))
}

/// Ends the session.
pub(super) async fn leave(State(app): State<App>, inside: Inside, form: Form) -> Result<Response, Failure> {
    inside.check(&app, &form)?;
    let Inside { reader, session, .. } = inside;
    let done = app.at_desk(&reader.caller, move |_, desk| Ok(portal::leave(desk.store, session.expose())?)).await;
    done.map_err(|problem| reader.failed(&app, problem))?;
    let mut response = redirect(&format!("{}/portal", base(&app)));
    set(&mut response, SESSION, "", 0, "Lax");
    set(&mut response, language::OWN, "", 0, "Lax");
    Ok(response)
}

/// Somebody who has proven a mailbox. Who has not is led to where that is done.
pub(super) struct Inside {
    /// As every reader.
    pub reader: Reader,
    /// The mailbox.
    pub entered: Entered,
    session: Secret,
}

impl FromRequestParts<App> for Inside {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        use axum::response::IntoResponse;
        let reader = Reader::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        match inside(app, &reader, &parts.headers).await.map_err(IntoResponse::into_response)? {
            Some((entered, session)) => Ok(Self { reader, entered, session }),
            None if parts.method == axum::http::Method::POST => {
                Err(reader.failed(app, Problem::unauthenticated()).into_response())
            }
            None => Err(redirect(&format!("{}/portal", base(app)))),
        }
    }
}

impl Inside {
    /// Returns what every form of this session carries.
    pub(super) fn csrf(&self) -> String {
        csrf_token(self.session.expose())
    }

    /// Refuses a form that is not of a page of this session.
    ///
    /// # Errors
    /// 403.
    #[allow(clippy::result_large_err, reason = "a page that says what is wrong is made once a request")]
    pub(super) fn check(&self, app: &App, form: &Form) -> Result<(), Failure> {
        if check_csrf(self.session.expose(), form.get("csrf")) {
            return Ok(());
        }
        let problem = Problem::new(StatusCode::FORBIDDEN, "csrf", "the form is not of this session");
        Err(self.reader.failed(app, problem))
    }
}

async fn inside(app: &App, reader: &Reader, headers: &HeaderMap) -> Result<Option<(Entered, Secret)>, Failure> {
    let Some(session) = cookie(headers, SESSION).filter(|session| !session.is_empty()) else { return Ok(None) };
    let (session, asked) = (Secret::from(session.clone()), session);
    let found = app.at_desk(&reader.caller, move |_, desk| Ok(portal::entered(desk.store, desk.now, &asked)?)).await;
    Ok(found.map_err(|problem| reader.failed(app, problem))?.map(|entered| (entered, session)))
}

pub(super) fn set(response: &mut Response, name: &str, value: &str, seconds: i64, same_site: &str) {
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite={same_site}");
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(header::SET_COOKIE, value);
    }
}

pub(super) fn nonce() -> Result<Secret, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(data_encoding::HEXLOWER.encode(&bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_typed_in_the_digits_that_somebody_has() {
        let number = number_of("0123456789abcdef");
        assert!(number.len() == 4 && number_of("0123456789abcdee") != number, "{number}");
        for typed in ["4831", " 48 31 ", "٤٨٣١", "۴۸۳۱", "४८३१", "４８３１"] {
            assert!(is_typed(typed, "4831"), "{typed}");
        }
        for typed in ["", "4832", "483", "48310", "4831a"] {
            assert!(!is_typed(typed, "4831"), "{typed}");
        }
    }
}
