//! The public page of a certificate, at the credential's own address: the verdict first, by the issuer's records as they are now.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::view::PublicPage;
use super::{Failure, Reader, address, base};
use crate::acts::portal::{self, Public};
use crate::desk::Desk;
use crate::files::{badge_says, card_of, own_badge_of};
use crate::making::PICTURE_DPI;
use crate::pages::{Seen, structured, text};
use crate::qr;
use crate::server::reply::tag_of;
use crate::server::{App, Problem};
use crate::sharing::linkedin;
use crate::store::Certificate;
use crate::verify::verify_jws;

/// Answers with the page, or as if nobody had such a certificate.
pub(super) async fn page(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Response, Failure> {
    let found = app.at_desk(&reader.caller, move |app, desk| {
        let Public { certificate, document, shown, newer } = seen(desk, &id)?;
        let anchors = app.vault.anchors(desk)?;
        let verdict = verify_jws(&certificate.jws, &anchors, desk.now);
        let proven = app.vault.own();
        let verifier = proven.prove(&certificate).ok().map(|proven| qr::pack(proven.jws(), &desk.issuer.verifier));
        let badge = own_badge_of(desk.store, certificate.number.event())?.is_some();
        let days = certificate.printed_days();
        Ok((document, days, shown, newer, verdict.to_json(), verifier, desk.now, badge))
    });
    let (document, days, shown, newer, verdict, verifier, now, badge) =
        found.await.map_err(|problem| reader.failed(&app, problem))?;
    let t = reader.texts;
    let address = address(&app, &text(&document, "/id"));
    let tail = address.rsplit_once("/c/").map_or("", |(_, tail)| tail).to_owned();
    let frame = reader.frame(&app);
    // Said of what the issuer replaced only: a newer version of what is in no verdict good stays a link.
    let is_replaced = newer.is_some() && verdict["verdict"] == "superseded";
    let seen = Seen::of(t, &document, &verdict, &days);
    // What holds no more is not handed to machines as if it did.
    let holds = matches!(verdict["verdict"].as_str(), Some("valid" | "valid_status_stale"));
    let page = PublicPage {
        seen: if is_replaced { seen.replaced(t) } else { seen },
        newer: newer.map(|id| super::address(&app, &id)),
        checked: t.with2("public.checked", ("issuer", &app.issuer.name), ("time", &t.time(now))),
        did: app.issuer.did(),
        fingerprint: verdict["rootFingerprint"].as_str().unwrap_or_default().to_owned(),
        path: format!("{}/c/{tail}", frame.base),
        verifier: checked_at(&app, verifier.unwrap_or_else(|| format!("https://{}", app.issuer.verifier))),
        indexed: shown.indexed,
        badge,
        structured: holds.then(|| structured(&document, &app.issuer.name, &address)),
        share: linkedin::share(&address),
        address,
        frame,
    };
    let mut response = reader.answer(&page);
    if !shown.indexed {
        response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    }
    Ok(response)
}

/// Returns the verifier where the service itself is reached: what the code names may be somewhere else, or not yet be there.
fn checked_at(app: &App, link: String) -> String {
    match (app.verifier_page(), link.split_once('#')) {
        (Some(page), Some((_, code))) => format!("{page}/#{code}"),
        (Some(page), None) => format!("{page}/"),
        (None, _) => link,
    }
}

/// Leads on to the page: static hosts have it in a folder, whose address ends with a slash.
pub(super) async fn without_slash(State(app): State<App>, Path(id): Path<String>) -> Response {
    // What is no address of a page is not written into one.
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match plain {
        true => {
            (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, format!("{}/c/{id}", base(&app)))]).into_response()
        }
        false => Problem::not_found("this page").into_response(),
    }
}

/// Draws the certificate that a public page shows.
pub(super) async fn picture(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let drawn = app.in_turn(&reader.caller, move |app, desk| drawn(app, desk, &seen(desk, &id)?.certificate));
    Ok(png(&headers, drawn.await.map_err(|problem| reader.failed(&app, problem))?))
}

/// Draws the card that stands beside a shared link.
pub(super) async fn card(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let drawn = app.in_turn(&reader.caller, move |app, desk| {
        let keys = app.vault.own();
        let certificate = seen(desk, &id)?.certificate;
        let proven = keys.prove(&certificate)?;
        card_of(desk.store, &app.faces, &proven, &desk.issuer.verifier).map_err(Problem::internal)
    });
    Ok(png(&headers, drawn.await.map_err(|problem| reader.failed(&app, problem))?))
}

/// Shows the badge of the event of a certificate that a public page shows, where it has one of its own.
pub(super) async fn badge(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let drawn = app.in_turn(&reader.caller, move |app, desk| own_badge(app, desk, &seen(desk, &id)?.certificate));
    Ok(png(&headers, drawn.await.map_err(|problem| reader.failed(&app, problem))?))
}

/// Returns the badge of a certificate's event, if it has one of its own.
pub(super) fn own_badge(app: &App, desk: &Desk, certificate: &Certificate) -> Result<Vec<u8>, Problem> {
    let event = certificate.number.event();
    let own = own_badge_of(desk.store, event)?.ok_or_else(|| Problem::not_found("this page"))?;
    let proven = app.vault.own().prove(certificate)?;
    let says = badge_says(proven.document());
    Ok(app.badges().own(desk.store, event, (&own, says), &app.faces)?.png.clone())
}

fn seen(desk: &Desk, id: &str) -> Result<Public, Problem> {
    // The same for what is hidden and for what never was.
    portal::public(desk.store, id)?.ok_or_else(|| Problem::not_found("this page"))
}

/// Draws a certificate for its page.
pub(super) fn drawn(app: &App, desk: &Desk, certificate: &Certificate) -> Result<Vec<u8>, Problem> {
    let keys = app.vault.own();
    let proven = keys.prove(certificate)?;
    app.faces.png(desk.store, &proven, &desk.issuer.verifier, PICTURE_DPI).map_err(Problem::internal)
}

/// Answers with a picture; asked for again each time, as it may be hidden by then.
fn png(headers: &HeaderMap, bytes: Vec<u8>) -> Response {
    let tag = format!("\"{}\"", tag_of(&bytes));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, "image/png")], bytes).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
    response
}

/// Answers with a picture that is only for who asked.
pub(super) fn private_png(headers: &HeaderMap, bytes: Vec<u8>) -> Response {
    let mut response = png(headers, bytes);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
