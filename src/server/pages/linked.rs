//! The page of a message's own link: one certificate, to look at and to download. It opens nothing else.
//!
//! Programs that look at mails follow every link and open every picture. The certificate is handed out by a button, which wants the
//! cookie of its page: only that counts as downloaded, and only from what may be a person. Some press buttons, too.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::form::Form;
use super::portal::{PAGE_SECONDS, nonce, set};
use super::public::{drawn, private_png};
use super::view::{Gone, Linked};
use super::{Failure, Reader, agent, cookie};
use crate::desk::Desk;
use crate::files::FileKind;
use crate::mail::link::{certificate_of, message_of_picture};
use crate::mail::{MessageId, opens, outbox};
use crate::pages::Seen;
use crate::server::api::certificates::handed_out;
use crate::server::{App, ClientAddress, Problem};
use crate::store::Certificate;
use crate::verify::verify_jws;

/// The cookie of the page.
const PAGE: &str = "__Host-testamur_mail";

/// Shows the certificate that a message is about.
pub(super) async fn page(
    State(app): State<App>,
    reader: Reader,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let (asked, t) = (token.clone(), reader.texts);
    let found = app.at_desk(&reader.caller, move |app, desk| {
        let (certificate, _) = seen(desk, &asked)?;
        let proven = app.vault.own();
        let document = proven.prove(&certificate)?.document().clone();
        let verdict = verify_jws(&certificate.jws, &*app.vault.anchors(desk)?, desk.now).to_json();
        Ok((document, certificate.printed_days(), verdict))
    });
    let (document, days, verdict) = match found.await {
        Ok(found) => found,
        Err(problem) => return gone(&app, &reader, problem),
    };
    let nonce = nonce().map_err(|problem| reader.failed(&app, problem))?;
    let frame = reader.frame(&app);
    let page = Linked {
        seen: Seen::of(t, &document, &verdict, &days),
        path: format!("{}/m/{token}", frame.base),
        nonce: nonce.expose().to_owned(),
        portal: app.can_post(),
        frame,
    };
    let mut response = reader.answer(&page);
    set(&mut response, PAGE, nonce.expose(), PAGE_SECONDS, "Strict");
    Ok(response)
}

/// Draws it.
pub(super) async fn picture(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let picture = app.in_turn(&reader.caller, move |app, desk| drawn(app, desk, &seen(desk, &token)?.0));
    Ok(private_png(&headers, picture.await.map_err(|problem| reader.failed(&app, problem))?))
}

/// Answers with an empty picture, and counts who may be a person. Whatever the token is, the answer is the same.
pub(super) async fn opened(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    method: Method,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    let ahead = ["purpose", "sec-purpose", "x-moz"].iter().any(|name| headers.contains_key(*name));
    if method == Method::GET && !ahead && opens::may_be_a_person(agent(&headers)) && app.public_rate().allows(address) {
        let noted = app.aside(move |app| {
            let Some(id) = message_of_picture(&*app.store, &token, app.now())? else { return Ok(false) };
            Ok(outbox::note_opened(&*app.store, &id, app.now())?)
        });
        if let Err(problem) = noted.await {
            tracing::warn!(code = problem.code, "an open was not counted");
        }
    }
    ([(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, "no-store")], opens::PICTURE).into_response()
}

/// Hands its file out to whatever pressed the button, and notes that of who may be a person.
pub(super) async fn file(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Path(token): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let is_from_page = cookie(&headers, PAGE).is_some_and(|kept| !kept.is_empty() && kept == form.get("nonce"));
    let kind = FileKind::list(form.get("format")).and_then(|kinds| kinds.first().copied()).unwrap_or_default();
    let counts = opens::may_be_a_person(agent(&headers));
    let made = app.in_turn(&reader.caller, move |app, desk| {
        let (certificate, message) = seen(desk, &token)?;
        if !is_from_page {
            return Err(Problem::bad_request("no-page", "open the link of the mail again, and press the button there"));
        }
        let answer = handed_out(app, desk, &certificate, kind)?;
        if counts {
            outbox::note_downloaded(desk.store, &message, desk.now)?;
        }
        Ok(answer)
    });
    match made.await {
        Ok(answer) => Ok(answer),
        Err(problem) => gone(&app, &reader, problem),
    }
}

/// Says what to do where a link leads nowhere, or not any more: whatever the reason is, in the same words.
#[allow(clippy::result_large_err, reason = "a page that says what is wrong is made once a request")]
fn gone(app: &App, reader: &Reader, problem: Problem) -> Result<Response, Failure> {
    if problem.status != StatusCode::NOT_FOUND.as_u16() {
        return Err(reader.failed(app, problem));
    }
    let mut response = reader.answer(&Gone { frame: reader.frame(app), portal: app.can_post() });
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}

fn seen(desk: &Desk, token: &str) -> Result<(Certificate, MessageId), Problem> {
    let none = || Problem::not_found("this link");
    let linked = certificate_of(desk.store, token, desk.now)?.ok_or_else(none)?;
    let certificate = desk.store.certificate(&linked.number)?.ok_or_else(none)?;
    Ok((certificate, linked.message))
}
