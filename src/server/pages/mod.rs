//! Pages for those who have a certificate and those to whom they show it: server-rendered, in the reader's language, without
//! script but to copy a text. Each form calls the act that the API calls.
//!
//! A page says nothing of who exists: an address that nobody made visible, a mailbox that nobody has and a link that was used are
//! answered as what is not there.

mod form;
mod holder;
mod language;
mod linked;
mod lost;
mod pending;
mod portal;
mod post;
mod profile;
mod public;
mod view;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::{App, Caller, ClientAddress, Problem};
use crate::accounts::Scope;
use crate::desk::Actor;
use crate::pages::{STYLE, Texts};

/// What pages may load, and from where: all from here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The icon: the verifier's.
pub(super) const ICON: &str = include_str!("../../../verifier-web/static/icon.svg");

/// Returns the routes of the pages.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/c/{id}", get(public::page))
        .route("/c/{id}/", get(public::without_slash))
        .route("/c/{id}/certificate.png", get(public::picture))
        .route("/c/{id}/card.png", get(public::card))
        .route("/c/{id}/badge.png", get(public::badge))
        .route("/m/{token}", get(linked::page))
        .route("/m/{token}/picture.png", get(linked::picture))
        .route("/m/{token}/open.gif", get(linked::opened))
        .route("/m/{token}/file", post(linked::file))
        .route("/portal", get(portal::door))
        .route("/portal/login", post(portal::login))
        .route("/portal/enter", post(portal::enter))
        .route("/portal/enter/{token}", get(portal::link))
        .route("/portal/leave", post(portal::leave))
        .route(
            "/portal/lost",
            get(lost::door).post(lost::ask).layer(DefaultBodyLimit::max(lost::FILE_BYTES + (1 << 16))),
        )
        .route("/portal/certificates", get(holder::all))
        .route("/portal/addresses", post(portal::other))
        .route("/portal/data", get(holder::data))
        .route("/portal/profile", post(profile::set))
        .route("/p/{id}", get(profile::page))
        .route("/portal/request/{event}", post(holder::request))
        .route("/portal/certificates/{number}", get(holder::one))
        .route("/portal/certificates/{number}/file", get(holder::file))
        .route("/portal/certificates/{number}/picture.png", get(holder::picture))
        .route("/portal/certificates/{number}/badge.png", get(holder::badge))
        .route("/portal/certificates/{number}/shown", post(holder::show))
        .route("/portal/certificates/{number}/correction", post(holder::correct))
        .route("/pages.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
        .route("/pages.svg", get(|| async { asset("image/svg+xml", ICON) }))
        .route("/pages.js", get(|| async { asset("text/javascript; charset=utf-8", include_str!("pages.js")) }))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")], text).into_response()
}

/// What is the same on every page: who reads it, and in which language.
pub(super) struct Reader {
    /// The texts of their language.
    pub(super) texts: &'static Texts,
    /// Where they call from.
    pub(super) caller: Caller,
    /// Whether they chose the language just now.
    chosen: bool,
}

#[derive(Deserialize)]
struct Language {
    lang: Option<String>,
}

impl FromRequestParts<App> for Reader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let asked = Query::<Language>::try_from_uri(&parts.uri).ok().and_then(|Query(query)| query.lang);
        let chosen = asked.as_deref().and_then(Texts::named);
        let texts = chosen.unwrap_or_else(|| language::wanted(&parts.headers, &app.issuer.language));
        let fail = |problem: Problem| Failure { texts, issuer: app.issuer.name.clone(), base: base(app), problem };
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await.map_err(fail)?;
        if !app.public_rate().allows(address) {
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "wait a second");
            return Err(fail(Problem { retry_after: Some(1), ..problem }));
        }
        let id = Actor::Public { address: Some(address) };
        let caller = Caller { id, permissions: Default::default(), scope: Scope::default(), address };
        Ok(Self { texts, caller, chosen: chosen.is_some() })
    }
}

impl Reader {
    /// Returns what the frame of a page needs.
    fn frame<'a>(&self, app: &'a App) -> view::Frame<'a> {
        view::Frame { t: self.texts, issuer: &app.issuer.name, base: base(app), within: false }
    }

    /// Returns a failure in this reader's language.
    fn failed(&self, app: &App, problem: impl Into<Problem>) -> Failure {
        let (issuer, base) = (app.issuer.name.clone(), base(app));
        Failure { texts: self.texts, issuer, base, problem: problem.into() }
    }

    /// Answers with a page.
    fn answer(&self, page: &impl askama::Template) -> Response {
        let mut response = html(StatusCode::OK, page);
        if self.chosen {
            let cookie =
                format!("{}={}; Path=/; Max-Age=31536000; SameSite=Lax", language::COOKIE, self.texts.language);
            response.headers_mut().extend(HeaderValue::from_str(&cookie).ok().map(|value| (header::SET_COOKIE, value)));
        }
        response
    }
}

/// Returns the path below which the service is reached, without a slash at its end: nothing as a rule.
pub(super) fn base(app: &App) -> String {
    let told = app.reached_at().told().and_then(|address| url::Url::parse(address).ok());
    told.map_or_else(String::new, |url| url.path().trim_end_matches('/').to_owned())
}

/// Returns the address of a credential's public page: its own, or where the service is reached.
fn address(app: &App, id: &str) -> String {
    match (app.reached_at().told(), id.rsplit_once("/c/")) {
        (Some(address), Some((_, tail))) => format!("{address}/c/{tail}"),
        _ => id.to_owned(),
    }
}

fn html(status: StatusCode, page: &impl askama::Template) -> Response {
    let Ok(text) = page.render() else { return Problem::internal("a page cannot be written").into_response() };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // What a page says may be over in a moment, and is for who asked.
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, text).into_response()
}

fn redirect(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(to).ok().map(|to| (header::LOCATION, to)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Why a page is not shown.
#[derive(Debug)]
pub(super) struct Failure {
    texts: &'static Texts,
    issuer: String,
    base: String,
    problem: Problem,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self { texts, issuer, base, problem } = self;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let frame = view::Frame { t: texts, issuer: &issuer, base, within: false };
        let mut response = html(status, &view::Failed { frame, status: problem.status, problem: &problem });
        if let Some(seconds) = problem.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Returns what a reader's program calls itself.
fn agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

/// Returns a cookie's value.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let jar = axum_extra::extract::cookie::CookieJar::from_headers(headers);
    jar.get(name).map(|cookie| cookie.value().to_owned())
}
