//! Who is in: the session that the API knows, and the forms of its pages.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::form::{self, Fields, written};
use super::ui::{self, Crumb, Frame, Page, Shell, nav};
use super::within::{Api, Ask, Told, Within};
use super::words::{self, Words};
use crate::accounts::{self, Permission, Scope, Secret, check_csrf, csrf_token};
use crate::credential::{Timestamp, Zone};
use crate::server::pages::base;
use crate::server::{App, Problem};
use crate::server::{idempotency, session};
use crate::template::MAX_DOCUMENT_BYTES;

/// A member of staff who looks at a page.
pub(super) struct Staff {
    /// The texts of their language.
    pub w: &'static Words,
    /// In which zone times are written: the issuer's.
    pub zone: Zone,
    /// The time.
    pub now: Timestamp,
    /// The path below which the service is reached.
    pub base: String,
    /// What they may do, by name.
    permissions: Vec<Permission>,
    /// In which events.
    pub(super) scope: Scope,
    /// Who they are, in the records.
    pub id: String,
    /// Their name.
    pub(super) name: String,
    /// The issuer's name.
    pub(super) issuer: String,
    session: Secret,
    within: Within,
    /// Where they are, for links that come back here.
    here: String,
    /// The same with what was asked for there, but for the language.
    whole: String,
    chosen: bool,
    /// Whether the keys are locked: what signs waits.
    pub locked: bool,
}

/// What a page answers: itself, or what stands in its way.
pub(super) type Answer = Result<Response, Response>;

impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Self::find(parts, app).await {
            Ok(staff) => Ok(staff),
            Err(problem) if problem.status == StatusCode::UNAUTHORIZED.as_u16() => Err(to_door(app, parts)),
            Err(problem) => Err(outside(app, parts).failed(&problem)),
        }
    }
}

/// Says whether a page of this service sent a form, as the browser tells it (Fetch Metadata, section 2.4). A session's cookie does not
/// come with what another site sends: without this, that would look as if the session had ended.
pub(super) fn is_from_here(parts: &Parts) -> bool {
    parts.headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}

/// Says whether the browser tells that another site sent a form. Older browsers tell nothing.
pub(super) fn is_from_elsewhere(parts: &Parts) -> bool {
    parts.headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// Leads who is not in to the door, and from there to where they wanted to go.
fn to_door(app: &App, parts: &Parts) -> Response {
    let wanted = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let next: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    let query = if wanted.is_empty() || wanted == "/staff" { String::new() } else { format!("?next={next}") };
    see(&format!("{}/staff/login{query}", base(app)))
}

impl Staff {
    async fn find(parts: &Parts, app: &App) -> Result<Self, Problem> {
        let api =
            parts.extensions.get::<Api>().cloned().ok_or_else(|| Problem::internal("pages know no operations"))?;
        let request = parts.clone();
        let found = app.aside(move |app| {
            let (principal, session) = session::by_cookie(app, &request.headers)?;
            let member = accounts::member(&*app.store, &principal.staff)?;
            Ok((principal, member.name, session))
        });
        let (principal, name, session) = found.await?;
        let mut within = Within::new(api, parts);
        within.prove(&csrf_token(session.expose()));
        let asked = asked_language(parts);
        Ok(Self {
            w: asked.unwrap_or_else(|| Words::wanted(&parts.headers)),
            chosen: asked.is_some(),
            zone: (*app.issuer.zone).clone(),
            now: app.now(),
            base: base(app),
            permissions: principal.permissions.iter().copied().collect(),
            scope: principal.scope,
            id: principal.staff,
            name,
            issuer: app.issuer.name.clone(),
            session,
            within,
            here: parts.uri.path().to_owned(),
            whole: without_language(&parts.uri),
            locked: app.vault.is_locked(),
        })
    }

    /// Says whether they may.
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Says whether they may for the issuer as a whole, and not in some events only.
    pub(super) fn may_everywhere(&self, permission: Permission) -> bool {
        self.may(permission) && !self.scope.is_limited()
    }

    /// Refuses who may not what a page is for.
    ///
    /// # Errors
    /// The page that says so.
    pub(super) fn needs(&self, permission: Permission) -> Result<(), Response> {
        match self.may(permission) {
            true => Ok(()),
            false => Err(self.failed(&Problem::forbidden(self.w.s("forbidden")))),
        }
    }

    /// Returns an address below `/staff`.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}/staff{path}", self.base)
    }

    /// Returns the address of an operation, for links to files.
    pub(super) fn api(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.base)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// The page that says what is wrong.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Response> {
        Ok(self.told(path).await?.value)
    }

    /// Reads a record with its ETag.
    ///
    /// # Errors
    /// The page that says what is wrong.
    pub(super) async fn told(&self, path: &str) -> Result<Told, Response> {
        self.within.get(path).await.map_err(|problem| self.failed(&problem))
    }

    /// Reads a record that may not be there, or that they may not see.
    pub(super) async fn get_if(&self, path: &str) -> Option<Value> {
        self.within.get(path).await.ok().map(|told| told.value)
    }

    /// Returns a document that an operation hands out as a file; nothing where there is none.
    pub(super) async fn document_if(&self, path: &str) -> Option<Value> {
        let answer = self.within.response(Method::GET, path, Ask::default()).await.ok()?;
        let bytes = axum::body::to_bytes(answer.into_body(), MAX_DOCUMENT_BYTES).await.ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// The same with its ETag.
    pub(super) async fn told_if(&self, path: &str) -> Option<Told> {
        self.within.get(path).await.ok()
    }

    /// Asks an operation.
    ///
    /// # Errors
    /// What the operation says is wrong, for the form that was sent.
    pub(super) async fn ask(&self, method: Method, path: &str, ask: Ask<'_>) -> Result<Told, Problem> {
        self.within.ask(method, path, ask).await.map_err(|problem| self.said_of_twice(problem))
    }

    /// Says of a form that is still being done for the first time, in words of its own, that it is: the operation speaks of keys.
    fn said_of_twice(&self, problem: Problem) -> Problem {
        let said = self.w.s("form-under-way");
        match problem.code == idempotency::REQUEST_UNDER_WAY {
            true => Problem::conflict(idempotency::REQUEST_UNDER_WAY, said),
            false => problem,
        }
    }

    /// Does what a form asks for with a JSON body, once however often the form is sent.
    ///
    /// # Errors
    /// What the operation says is wrong.
    pub(super) async fn post(&self, path: &str, fields: &Fields, body: Value) -> Result<Told, Problem> {
        self.send(Method::POST, path, fields, body).await
    }

    /// The same by another method.
    ///
    /// # Errors
    /// What the operation says is wrong.
    pub(super) async fn send(&self, method: Method, path: &str, fields: &Fields, body: Value) -> Result<Told, Problem> {
        let body = Some(("application/json", body.to_string().into()));
        let (seen, once, why) = (fields.some("seen"), fields.some("once"), fields.some("why"));
        let ask = Ask { seen, once, why, body, ..Ask::default() };
        self.ask(method, path, ask).await
    }

    /// Returns what an operation answered when this very form was sent before: whoever sends it twice is led where they were led first.
    /// It is asked before anything is looked at that the first time has changed.
    ///
    /// # Errors
    /// The first time is still under way, or was done and nobody knows its answer any more.
    pub(super) async fn before(&self, path: &str, fields: &Fields, body: &Value) -> Result<Option<Told>, Problem> {
        let Some(once) = fields.some("once") else { return Ok(None) };
        let body = Some(("application/json", body.to_string().into()));
        let ask = Ask { once: Some(once), body, seen: fields.some("seen"), before: true, ..Ask::default() };
        match self.ask(Method::POST, path, ask).await {
            Ok(told) => Ok(Some(told)),
            Err(problem) if [idempotency::REQUEST_UNDER_WAY, idempotency::ALREADY_DONE].contains(&&*problem.code) => {
                Err(problem)
            }
            // It is the first time; or it was refused then, and is tried anew.
            Err(_) => Ok(None),
        }
    }

    /// Returns an answer as it comes.
    ///
    /// # Errors
    /// The page that says what is wrong.
    pub(super) async fn pass(&self, path: &str) -> Answer {
        let response = self.within.response(Method::GET, path, Ask::default()).await;
        response.map_err(|problem| self.failed(&problem))
    }

    /// The same of what is asked for with a body, such as a drawing.
    ///
    /// # Errors
    /// The page that says what is wrong.
    pub(super) async fn pass_post(&self, path: &str, body: Value) -> Answer {
        let ask = Ask { body: Some(("application/json", body.to_string().into())), ..Ask::default() };
        self.within.response(Method::POST, path, ask).await.map_err(|problem| self.failed(&problem))
    }

    /// The same of what is asked for with a body of another type, such as files.
    ///
    /// # Errors
    /// The page that says what is wrong.
    pub(super) async fn pass_body(&self, path: &str, kind: &str, body: axum::body::Bytes) -> Answer {
        let ask = Ask { body: Some((kind, body)), ..Ask::default() };
        self.within.response(Method::POST, path, ask).await.map_err(|problem| self.failed(&problem))
    }

    /// Writes a time of a record; nothing where it has none.
    pub(super) fn time(&self, value: &Value) -> Option<String> {
        let at = value.as_str()?.parse::<Timestamp>().ok()?;
        Some(self.w.time(&self.zone, at))
    }

    /// Writes the day of a time of a record; nothing where it has none.
    pub(super) fn day(&self, value: &Value) -> Option<String> {
        let at = value.as_str()?.parse::<Timestamp>().ok()?;
        Some(self.w.day(&self.zone, at))
    }

    /// Returns what every form carries.
    pub(super) fn csrf(&self) -> String {
        csrf_token(self.session.expose())
    }

    fn shell(&self) -> Shell<'_> {
        let frame = Frame { w: self.w, issuer: &self.issuer, base: self.base.clone() };
        Shell {
            frame,
            name: Some(self.name.clone()),
            csrf: self.csrf(),
            nav: nav(self, &self.here),
            here: format!("{}{}", self.base, self.whole),
            locked: self.locked && !self.here.ends_with("/unlock"),
        }
    }

    /// Answers with a page.
    pub(super) fn page(&self, page: &Page) -> Response {
        self.page_with(StatusCode::OK, page)
    }

    /// Answers with a page and a status.
    pub(super) fn page_with(&self, status: StatusCode, page: &Page) -> Response {
        let mut response = ui::answer(status, &self.shell(), page);
        if self.chosen {
            keep_language(&mut response, self.w);
        }
        response
    }

    /// Answers with what stands in the way.
    pub(super) fn failed(&self, problem: &Problem) -> Response {
        if problem.status == StatusCode::UNAUTHORIZED.as_u16() {
            return see(&self.at("/login"));
        }
        failed(&self.shell(), problem)
    }

    /// Leads on after something was done, and says so there: `said` is a key of the texts without `said-`.
    pub(super) fn done(&self, path: &str, said: &str) -> Response {
        let mark = if path.contains('?') { '&' } else { '?' };
        see(&format!("{}{mark}said={said}", self.at(path)))
    }

    /// Returns the way back to the events, as most pages begin.
    pub(super) fn crumb(&self, text: impl Into<String>, path: &str) -> Crumb {
        Crumb { text: text.into(), href: self.at(path) }
    }
}

/// A form that was sent by a page of the session.
pub(super) struct Sent {
    /// Who sent it.
    pub staff: Staff,
    /// What is in it.
    pub fields: Fields,
}

impl FromRequest<App> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        // Nothing is read of who is not in but a form of ours.
        let staff = match Staff::find(&parts, app).await {
            Ok(staff) => staff,
            Err(problem) if problem.status == StatusCode::UNAUTHORIZED.as_u16() => {
                return Err(match is_from_here(&parts) {
                    true => match Fields::typed(Request::from_parts(parts.clone(), body), app).await {
                        // What was filled in waits on the page of the door.
                        Ok(fields) => super::door::kept(app, &parts, &fields),
                        Err(_) => to_door(app, &parts),
                    },
                    false => to_door(app, &parts),
                });
            }
            Err(problem) => return Err(outside(app, &parts).failed(&problem)),
        };
        let limit = app.limits.upload_bytes;
        let fields = Fields::read(Request::from_parts(parts.clone(), body), app, limit).await;
        let fields = fields.map_err(|problem| staff.failed(&problem))?;
        // The token is the session's: another site does not know it, and an older session had another. What was filled in under that one
        // is shown once more, where the browser says that a page of ours sent it; and whoever leaves means any session.
        if !check_csrf(staff.session.expose(), fields.get("csrf")) {
            if is_from_here(&parts) {
                return match parts.uri.path().ends_with("/logout") {
                    true => Ok(Self { staff, fields }),
                    false => Err(super::door::older(&staff, &parts, &fields)),
                };
            }
            let problem = Problem::new(StatusCode::FORBIDDEN, "csrf", staff.w.s("csrf"));
            return Err(staff.failed(&problem));
        }
        Ok(Self { staff, fields })
    }
}

/// Who is not in yet, or may not be.
pub(super) struct Outside {
    /// The texts of their language.
    pub w: &'static Words,
    pub(super) issuer: String,
    pub(super) base: String,
    here: String,
    chosen: bool,
    /// The host that the browser asked.
    pub(super) host: Option<String>,
}

pub(super) fn outside(app: &App, parts: &Parts) -> Outside {
    let asked = asked_language(parts);
    Outside {
        w: asked.unwrap_or_else(|| Words::wanted(&parts.headers)),
        chosen: asked.is_some(),
        issuer: app.issuer.name.clone(),
        base: base(app),
        here: without_language(&parts.uri),
        host: None,
    }
}

impl Outside {
    /// Who looks where there is no service yet.
    pub(super) fn at_first(w: &'static Words, parts: &Parts) -> Self {
        let asked = asked_language(parts);
        let here = without_language(&parts.uri);
        Self {
            w: asked.unwrap_or(w),
            issuer: "Testamur".to_owned(),
            base: String::new(),
            here,
            chosen: asked.is_some(),
            host: parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned),
        }
    }

    fn shell(&self) -> Shell<'_> {
        let frame = Frame { w: self.w, issuer: &self.issuer, base: self.base.clone() };
        let here = format!("{}{}", self.base, self.here);
        Shell { frame, name: None, csrf: String::new(), nav: Vec::new(), here, locked: false }
    }

    /// Answers with a page.
    pub(super) fn page(&self, status: StatusCode, page: &Page) -> Response {
        let mut response = ui::answer(status, &self.shell(), page);
        if self.chosen {
            keep_language(&mut response, self.w);
        }
        response
    }

    /// Answers with what stands in the way.
    pub(super) fn failed(&self, problem: &Problem) -> Response {
        failed(&self.shell(), problem)
    }

    /// Returns an address below `/staff`.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}/staff{path}", self.base)
    }
}

impl FromRequestParts<App> for Outside {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        Ok(outside(app, parts))
    }
}

fn failed(shell: &Shell<'_>, problem: &Problem) -> Response {
    let w = shell.frame.w;
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let page = Page::new(super::phrases::problem(w, problem).title)
        .problem(ui::Tone::Red, w, problem)
        .link(w.s("home"), format!("{}/staff", shell.frame.base));
    let mut response = ui::answer(status, shell, &page);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Leads on.
pub(super) fn see(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(to).ok().map(|to| (header::LOCATION, to)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Returns an address without the language that it asks for, so that another can be put to it.
fn without_language(uri: &Uri) -> String {
    let query = form::query(uri.query());
    match written(query.texts().filter(|(name, _)| !["lang", "said"].contains(name))) {
        query if query.is_empty() => uri.path().to_owned(),
        query => format!("{}?{query}", uri.path()),
    }
}

fn asked_language(parts: &Parts) -> Option<&'static Words> {
    let query = parts.uri.query().unwrap_or_default();
    let (_, tag) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "lang")?;
    Words::named(&tag)
}

fn keep_language(response: &mut Response, w: &Words) {
    let cookie = format!("{}={}; Path=/; Max-Age=31536000; SameSite=Lax", words::COOKIE, w.language);
    response.headers_mut().extend(HeaderValue::from_str(&cookie).ok().map(|value| (header::SET_COOKIE, value)));
}
