//! Sessions over HTTP: the cookie, the CSRF header, and what slows down logging in.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use tokio::sync::Semaphore;

use super::auth::why;
use super::{App, Authenticator, Caller, ClientAddress, Problem};
use crate::accounts::{self, AccountsError, Grant, Lengths, Permission, Principal, Secret, Throttle};
use crate::acts::{self, erase, portal};
use crate::desk::{Actor, Desk};
use crate::store::StoreError;

/// Name of the session's cookie. With this prefix a browser takes it only over a safe connection and from this host, not
/// from a neighbouring one (RFC 6265bis, section 4.1.3.2).
pub(super) const COOKIE: &str = "__Host-testamur_session";
/// The header that every change by a session carries.
pub(super) const CSRF_HEADER: &str = "x-csrf-token";
/// Passwords hashed at once: each takes 19 MiB and a core.
const HASHING: usize = 2;
/// How long a login waits for its turn.
const TURN: Duration = Duration::from_secs(10);
/// How often ended sessions are deleted.
const SWEEP: Duration = Duration::from_secs(3_600);

/// What all logins share.
pub(super) struct Logins {
    /// Counts attempts.
    pub throttle: Throttle,
    hashing: Semaphore,
}

impl Default for Logins {
    fn default() -> Self {
        Self { throttle: Throttle::default(), hashing: Semaphore::new(HASHING) }
    }
}

impl Logins {
    /// Waits for a turn to hash a password.
    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
        match tokio::time::timeout(TURN, self.hashing.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too many log in at once; try again")),
        }
    }
}

/// Does work that hashes passwords, a few at a time.
pub(super) async fn hashing<T: Send + 'static>(
    app: &App,
    caller: &Caller,
    work: impl FnOnce(&App, &Desk<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let _turn = app.logins().turn().await?;
    app.at_desk(caller, work).await
}

/// Within a session a wrong password is a mistake in the request; the session stays good.
pub(super) fn again(error: AccountsError) -> Problem {
    match error {
        AccountsError::SignIn => Problem::unprocessable("wrong-password", "the current password is wrong"),
        other => other.into(),
    }
}

/// Returns the authenticator of the service: API tokens and sessions.
pub fn accounts() -> Authenticator {
    Authenticator::new(|app, parts, address| {
        let principal = match bearer(&parts.headers)? {
            Some(token) => accounts::authenticate_token(&*app.store, app.now(), token)?,
            None => by_session(app, parts)?.0,
        };
        Ok(Caller { id: principal.actor(), permissions: principal.permissions, scope: principal.scope, address })
    })
}

/// Returns what `Authorization: Bearer` (RFC 6750, section 2.1) says, if it is sent.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let credentials = value.to_str().ok().and_then(|text| text.split_once(' '));
    match credentials.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        Some((_, token)) => Ok(Some(token.trim())),
        None => Err(Problem::unauthenticated()),
    }
}

/// Proves a session by its cookie. A change needs more: that a page of the session asked for it.
pub(super) fn by_cookie(app: &App, headers: &HeaderMap) -> Result<(Principal, Secret), Problem> {
    let token = cookie(headers).ok_or_else(Problem::unauthenticated)?;
    Ok((accounts::authenticate(&*app.store, app.now(), token.expose())?, token))
}

/// Proves a session, and for a change that the page itself asked for it.
fn by_session(app: &App, parts: &Parts) -> Result<(Principal, Secret), Problem> {
    let (principal, token) = by_cookie(app, &parts.headers)?;
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
    let sent = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !reads && !accounts::check_csrf(token.expose(), sent) {
        let detail = format!("a change needs the header {CSRF_HEADER} with the `csrfToken` of `GET /api/v1/me`");
        return Err(Problem::new(StatusCode::FORBIDDEN, "csrf", detail));
    }
    Ok((principal, token))
}

fn cookie(headers: &HeaderMap) -> Option<Secret> {
    CookieJar::from_headers(headers).get(COOKIE).map(|cookie| Secret::from(cookie.value()))
}

/// Returns the header that gives a browser its session.
pub(super) fn set_cookie(session: &Secret, lengths: Lengths) -> Result<HeaderValue, Problem> {
    with_age(session.expose(), lengths.seconds())
}

/// Returns the header that takes it away.
pub(super) fn clear_cookie() -> Result<HeaderValue, Problem> {
    with_age("", 0)
}

fn with_age(value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let cookie = Cookie::build((COOKIE, value)).path("/").secure(true).http_only(true).same_site(SameSite::Strict);
    let text = format!("{}; Max-Age={seconds}", cookie.build());
    HeaderValue::from_str(&text).map_err(Problem::internal)
}

/// A member of staff in a session: what is done to accounts is done by people, not by tokens.
pub(super) struct Member {
    /// Who, and what they may do.
    pub principal: Principal,
    /// The same, for the desk.
    pub caller: Caller,
    /// The session's token.
    pub token: Secret,
}

impl FromRequestParts<App> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if Caller::is_operator(parts) {
            let detail = "this is about one's own account, and the operator of this machine has none";
            return Err(Problem::new(StatusCode::FORBIDDEN, "session-needed", detail));
        }
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        if bearer(&parts.headers)?.is_some() {
            // An unknown token is told so first.
            Caller::from_request_parts(parts, app).await?;
            return Err(Problem::new(StatusCode::FORBIDDEN, "session-needed", "an API token cannot do this; log in"));
        }
        let request = parts.clone();
        let (principal, token) = app.aside(move |app| by_session(app, &request)).await?;
        let (permissions, scope) = (principal.permissions.clone(), principal.scope.clone());
        let caller = Caller { id: principal.actor().saying(why(&parts.headers)?), permissions, scope, address };
        Ok(Self { principal, caller, token })
    }
}

impl Member {
    /// Returns the member's id.
    pub(super) fn id(&self) -> String {
        self.principal.staff.clone()
    }

    /// Returns the session's id.
    pub(super) fn session(&self) -> String {
        match &self.principal.grant {
            Grant::Session(id) | Grant::Token(id) => id.clone(),
        }
    }

    /// Refuses unless the member has the permission.
    pub(super) fn may(&self, permission: Permission) -> Result<(), Problem> {
        self.caller.may(permission)
    }
}

/// Who may change the accounts of others: a member of staff in a session, or this machine's operator. Not an API token.
pub(super) struct InPerson(pub Caller);

impl FromRequestParts<App> for InPerson {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if Caller::is_operator(parts) {
            return Caller::from_request_parts(parts, app).await.map(Self);
        }
        Ok(Self(Member::from_request_parts(parts, app).await?.caller))
    }
}

/// Returns the token of a new set-up link, if there is no owner yet.
///
/// # Errors
/// Those of the store.
pub fn setup_link(app: &App) -> accounts::Result<Option<Secret>> {
    let desk =
        Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::Public { address: None }, now: app.now() };
    accounts::setup_link(&desk)
}

/// Deletes ended sessions and old answers, every hour, and ends what was left to be erased.
pub async fn sweep_sessions(app: App) {
    let mut hours = tokio::time::interval(SWEEP);
    loop {
        hours.tick().await;
        if let Err(problem) = app.aside(finish_erasing).await {
            tracing::warn!(code = problem.code, "somebody who was being erased still is");
        }
        if let Err(problem) = app.aside(|app| Ok(compact_if_due(app)?)).await {
            tracing::error!(code = problem.code, "the store was not rewritten: its files still hold what was erased");
        }
        if let Err(problem) = app.aside(|app| Ok(accounts::sweep(&*app.store, app.now())?)).await {
            tracing::warn!(code = problem.code, "ended sessions were not deleted");
        }
        if let Err(problem) = app.aside(|app| Ok(portal::sweep(&*app.store, app.now())?)).await {
            tracing::warn!(code = problem.code, "ended sessions of the portal were not deleted");
        }
        if let Err(problem) = app.aside(|app| Ok(super::post::remind(app)?)).await {
            tracing::warn!(code = problem.code, "nobody was reminded that a certificate ends");
        }
        if let Err(problem) = app.aside(|app| super::idempotency::sweep(&*app.store, app.now())).await {
            tracing::warn!(code = problem.code, "old answers were not deleted");
        }
    }
}

/// Rewrites the store if what was erased has waited in its files for long enough.
///
/// # Errors
/// Those of the store.
pub fn compact_if_due(app: &App) -> Result<(), StoreError> {
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::System, now: app.now() };
    if erase::is_due(desk.store, desk.now)? {
        let compacted = erase::compact(&desk)?;
        tracing::info!(before = compacted.before, after = compacted.after, "rewrote the store");
    }
    Ok(())
}

/// Ends what a service that was killed had begun to erase.
///
/// # Errors
/// When the store fails.
pub fn finish_erasing(app: &App) -> Result<(), Problem> {
    acts::erase::finish_all(&*app.store)?;
    Ok(acts::finish_removals(&*app.store)?)
}

/// Returns who is not logged in.
pub(super) fn nobody(ClientAddress(address): ClientAddress) -> Caller {
    Caller { id: Actor::Public { address: None }, permissions: Default::default(), scope: Default::default(), address }
}

impl From<AccountsError> for Problem {
    fn from(error: AccountsError) -> Self {
        use AccountsError as E;
        let text = error.to_string();
        let unauthorized = |code| Self::new(StatusCode::UNAUTHORIZED, code, &text);
        match error {
            E::SignIn => unauthorized("wrong-credentials"),
            E::Session => unauthorized("session-ended"),
            E::Token => unauthorized("bad-token"),
            E::Throttled { seconds } => {
                let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", text);
                Self { retry_after: Some(seconds), ..problem }
            }
            E::Recovery => Self::unprocessable("bad-recovery", text),
            E::Code => Self::unprocessable("wrong-code", text),
            E::CodeMissing => Self::unprocessable("code-needed", text),
            E::Link => Self::unprocessable("bad-link", text),
            E::Password(_) => Self::unprocessable("weak-password", text),
            E::Email => Self::unprocessable("bad-email", text),
            E::Name | E::TokenName => Self::unprocessable("bad-name", text),
            E::NoRole => Self::unprocessable("no-role", text),
            E::Scopes => Self::unprocessable("bad-scopes", text),
            E::OwnerLimited | E::TooManyEvents | E::TokenEvents => Self::unprocessable("bad-events", text),
            E::Expiry => Self::unprocessable("bad-expiry", text),
            E::SetUpDone => Self::conflict("set-up-done", text),
            E::EmailTaken => Self::conflict("email-taken", text),
            E::LastOwner => Self::conflict("last-owner", text),
            E::TooManyTokens => Self::conflict("too-many-tokens", text),
            E::TwoStepOn => Self::conflict("two-step-on", text),
            E::TwoStepOff => Self::conflict("two-step-off", text),
            E::Conflict => Self::conflict("conflict", text),
            E::NotFound(what) => Self::not_found(what),
            E::Store(error) => error.into(),
            E::Random(_) | E::Hashing => Self::internal(text),
        }
    }
}
