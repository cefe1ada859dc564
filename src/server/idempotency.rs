//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request that was sent twice is done once, and the second
//! time is answered as the first.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::{BASE64, HEXLOWER};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};

use super::arriving::read_body;
use super::extract::{is_json, within};
use super::{App, Caller, Problem};
use crate::accounts::Scope;
use crate::acts::answers::{self, Answer, Seen};
use crate::acts::erase::Unerased;
use crate::credential::Timestamp;
use crate::store::{Collection, DocumentWrite, Expect, Store, StoreError};

/// Longest key that is taken.
const KEY_CHARS: usize = 255;
/// Largest answer that is kept; a larger one is not repeated but refused the second time.
const KEPT_BYTES: usize = 32 * 1024;
/// How long a request may be under way before it counts as lost, in seconds.
const UNDER_WAY: i64 = 300;
/// How long an answer is kept, in seconds.
const KEPT_SECONDS: i64 = 24 * 3600;
const HEADER: &str = "idempotency-key";
/// The code of the problem that a request of the same key is not answered yet.
pub(super) const REQUEST_UNDER_WAY: &str = "request-under-way";
/// The code of the problem that it was, and nobody knows any more how.
pub(super) const ALREADY_DONE: &str = "already-done";

/// Marks an answer with a secret in it: it is shown once, and not kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShownOnce;

/// Marks a request of a page that asks what was answered to it before; it is not done where nothing was.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnlyBefore;

/// Middleware for every request that may carry the header.
pub(super) async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    match guarded(app, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn guarded(app: App, request: Request, next: Next) -> Result<Response, Problem> {
    // An answer about the keys is of this moment, and nobody tries passphrases by asking what was asked before.
    let is_kept = request.method() == Method::POST && !request.uri().path().ends_with("/keys/unlock");
    let Some(key) = request.headers().get(HEADER).filter(|_| is_kept) else {
        return Ok(next.run(request).await);
    };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_CHARS).map(str::to_owned);
    let key = key.ok_or_else(|| Problem::bad_request("bad-idempotency-key", "1 to 255 visible ASCII characters"))?;
    let (mut parts, body) = request.into_parts();
    within(&parts.headers, app.limits.upload_bytes)?;
    // What nobody in particular asks for changes nothing, or is told apart by what it carries.
    let Ok(caller) = Caller::from_request_parts(&mut parts, &app).await else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let limit = if is_json(&parts.headers) { app.limits.body_bytes } else { app.limits.upload_bytes };
    within(&parts.headers, limit)?;
    // What has come takes room, and of one caller's not more than one large body: who only announces much holds up nobody.
    let mut room = app.room_for_repeatable().enter_for(&caller.id.to_string());
    let body = Bytes::from(read_body(body, limit, &mut room).await?);
    let asked = (parts.method.as_str(), &parts.uri.to_string()[..]);
    let [fingerprint, before] = [Some(key.as_str()), None].map(|key| fingerprint(key, asked, &caller.scope, &body));
    let path = Some(parts.uri.path().to_owned());
    let name = HEXLOWER.encode(&Sha256::digest(format!("{}\n{key}", caller.id)));
    if parts.extensions.get::<OnlyBefore>().is_some() {
        let answer = app.aside(move |app| answered(app, &name, &[fingerprint, before])).await?;
        return repeated(answer.ok_or_else(|| Problem::not_found("such a request"))?);
    }
    let now = app.now();
    // In a task of its own: what has begun is finished and noted also when the caller hangs up or is tired of waiting.
    let work = tokio::spawn(async move {
        let _room = room;
        let fresh = Seen { fingerprint, path, at: now, answer: None, unkept: false };
        let asked = (name.clone(), fresh.clone());
        let begun = app.aside(move |app| {
            let unerased = Unerased::anywhere(&*app.store)?;
            Ok((unerased, begin(app, &asked.0, &asked.1, &before)?))
        });
        let (unerased, answer) = begun.await?;
        if let Some(answer) = answer {
            return repeated(answer);
        }
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        noted(app, (name, unerased), fresh, response).await
    });
    work.await.map_err(Problem::internal)?
}

/// Keeps the answer for the next time; but not if somebody was erased since the request began, whom it may name.
async fn noted(
    app: App,
    (name, unerased): (String, Unerased),
    seen: Seen,
    response: Response,
) -> Result<Response, Problem> {
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(Problem::internal)?.to_bytes();
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let answer = Answer {
        status: head.status.as_u16(),
        content_type: text(header::CONTENT_TYPE),
        etag: text(header::ETAG),
        body: BASE64.encode(&body),
    };
    // What broke here may be tried again; so may what is too large to keep be asked for again, but not done again.
    let shown_once = head.extensions.get::<ShownOnce>().is_some();
    let keep = !head.status.is_server_error() && head.status != StatusCode::TOO_MANY_REQUESTS;
    let unkept = shown_once || answer.body.len() > KEPT_BYTES;
    let seen = Seen { answer: Some(answer).filter(|_| !unkept), unkept, ..seen };
    app.aside(move |app| end(app, &name, seen, keep, &unerased)).await?;
    Ok(Response::from_parts(head, Body::from(body)))
}

/// Marks a request as under way; returns the answer if it was given already.
fn begin(app: &App, name: &str, fresh: &Seen, before: &str) -> Result<Option<Answer>, Problem> {
    let put =
        |expect| app.store.write_documents(&[DocumentWrite::put(Collection::IDEMPOTENCY, name, expect, fresh)], None);
    match put(Expect::Absent) {
        Ok(_) => return Ok(None),
        Err(StoreError::Conflict(_)) => {}
        Err(other) => return Err(other.into()),
    }
    let Some(document) = app.store.document(Collection::IDEMPOTENCY, name)? else { return Err(under_way()) };
    let seen: Seen = document.read()?;
    let age = fresh.at.unix() - seen.at.unix();
    if age > KEPT_SECONDS || (seen.answer.is_none() && !seen.unkept && age > UNDER_WAY) {
        put(Expect::Revision(document.revision)).map_err(|_| under_way())?;
        return Ok(None);
    }
    // Earlier versions kept it without the key.
    if ![fresh.fingerprint.as_str(), before].contains(&seen.fingerprint.as_str()) {
        return Err(Problem::unprocessable(
            "idempotency-key-reused",
            "this idempotency key was sent with another request",
        ));
    }
    if seen.unkept {
        return unkept().map(Some);
    }
    seen.answer.map(Some).ok_or_else(under_way)
}

/// Returns what was answered to a request, where it was; and says of one that is still being done that it is.
fn answered(app: &App, name: &str, known_by: &[String; 2]) -> Result<Option<Answer>, Problem> {
    let Some(document) = app.store.document(Collection::IDEMPOTENCY, name)? else { return Ok(None) };
    let seen: Seen = document.read()?;
    let age = app.now().unix() - seen.at.unix();
    if age > KEPT_SECONDS || !known_by.contains(&seen.fingerprint) {
        return Ok(None);
    }
    match seen.answer {
        None if seen.unkept => unkept().map(Some),
        None if age <= UNDER_WAY => Err(under_way()),
        answer => Ok(answer),
    }
}

fn under_way() -> Problem {
    Problem::conflict(REQUEST_UNDER_WAY, "a request with this idempotency key is still being done")
}

fn end(app: &App, name: &str, seen: Seen, keep: bool, unerased: &Unerased) -> Result<(), Problem> {
    let write = |seen: &Seen| match keep {
        true => DocumentWrite::put(Collection::IDEMPOTENCY, name, Expect::Any, seen),
        false => DocumentWrite::delete(Collection::IDEMPOTENCY, name, Expect::Any),
    };
    match app.store.write_documents(&[write(&seen), unerased.still()], None) {
        Err(error) if unerased.broke(&error) => {
            let bare = Seen { answer: None, unkept: true, ..seen };
            app.store.write_documents(&[write(&bare)], None)?;
        }
        done => drop(done?),
    }
    Ok(())
}

/// Deletes answers that are not kept any longer.
pub(super) fn sweep(store: &dyn Store, now: Timestamp) -> Result<(), Problem> {
    let mut old = Vec::new();
    answers::each(store, |document, seen| {
        if now.unix() - seen.at.unix() > KEPT_SECONDS {
            let expect = Expect::Revision(document.revision);
            old.push(DocumentWrite::delete(Collection::IDEMPOTENCY, document.key, expect));
        }
        Ok::<_, Problem>(())
    })?;
    for one in old {
        match store.write_documents(&[one], None) {
            // Asked again just now.
            Err(StoreError::Conflict(_)) => {}
            done => drop(done?),
        }
    }
    Ok(())
}

/// Who is limited to other events since is not told the answer of before. With the key, which is kept nowhere, nobody who reads
/// the store can find out by trying what was in a body: a password, a passphrase.
fn fingerprint(key: Option<&str>, (method, uri): (&str, &str), scope: &Scope, body: &[u8]) -> String {
    let mut digest = Sha256::new();
    if let Some(key) = key {
        digest.update(format!("{key}\n"));
    }
    digest.update(format!("{method} {uri}\n"));
    for event in scope.events().into_iter().flatten() {
        digest.update(format!("{event}\n"));
    }
    digest.update(body);
    HEXLOWER.encode(&digest.finalize())
}

/// Returns what the second request gets when the answer itself is not kept.
fn unkept() -> Result<Answer, Problem> {
    let problem = Problem::conflict(ALREADY_DONE, "this was done already, and its answer was not kept");
    Ok(Answer {
        status: problem.status,
        content_type: Some("application/problem+json".to_owned()),
        etag: None,
        body: BASE64.encode(&serde_json::to_vec(&problem).map_err(Problem::internal)?),
    })
}

fn repeated(answer: Answer) -> Result<Response, Problem> {
    let body = BASE64.decode(answer.body.as_bytes()).map_err(Problem::internal)?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(Problem::internal)?;
    let headers = response.headers_mut();
    for (name, value) in [(header::CONTENT_TYPE, answer.content_type), (header::ETAG, answer.etag)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(response)
}
