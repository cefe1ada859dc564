//! The public page of a certificate, at the credential's own address: the verdict first, by the issuer's records as they are now.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::view::{self, Banner, PublicPage};
use super::{Failure, Reader, address};
use crate::acts::portal::{self, Public};
use crate::desk::Desk;
use crate::making::PICTURE_DPI;
use crate::qr;
use crate::server::reply::tag_of;
use crate::server::{App, Problem};
use crate::sharing::{card as cards, linkedin};
use crate::verify::verify_jws;

/// Answers with the page, or as if nobody had such a certificate.
pub(super) async fn page(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Response, Failure> {
    let found = app.at_desk(&reader.caller, move |app, desk| {
        let Public { certificate, document, shown } = seen(desk, &id)?;
        let anchors = app.vault.anchors(desk)?;
        let verdict = verify_jws(&certificate.jws, &anchors, desk.now);
        let proven = app.vault.own();
        let verifier = proven.prove(&certificate).ok().map(|proven| qr::pack(proven.jws(), &desk.issuer.verifier));
        Ok((document, shown, verdict.to_json(), verifier, desk.now))
    });
    let (document, shown, verdict, verifier, now) = found.await.map_err(|problem| reader.failed(&app, problem))?;
    let t = reader.texts;
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let address = address(&app, &text("/id"));
    let tail = address.rsplit_once("/c/").map_or("", |(_, tail)| tail).to_owned();
    let frame = reader.frame(&app);
    let page = PublicPage {
        banner: Banner::of(t, &verdict),
        checked: t.with2("public.checked", ("issuer", &app.issuer.name), ("time", &t.time(now))),
        recipient: text("/credentialSubject/identifier/0/identityHash"),
        title: text("/credentialSubject/achievement/name"),
        facts: view::facts(t, &document),
        did: app.issuer.did(),
        fingerprint: verdict["rootFingerprint"].as_str().unwrap_or_default().to_owned(),
        path: format!("{}/c/{tail}", frame.base),
        verifier: verifier.unwrap_or_else(|| format!("https://{}", app.issuer.verifier)),
        indexed: shown.indexed,
        structured: structured(&document, &app.issuer.name, &address),
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

/// Draws the certificate that a public page shows.
pub(super) async fn picture(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let drawn = app.in_turn(&reader.caller, move |app, desk| drawn(app, desk, &seen(desk, &id)?));
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
        cards::card(&drawn(app, desk, &seen(desk, &id)?)?).map_err(Problem::internal)
    });
    Ok(png(&headers, drawn.await.map_err(|problem| reader.failed(&app, problem))?))
}

fn seen(desk: &Desk, id: &str) -> Result<Public, Problem> {
    // The same for what is hidden and for what never was.
    portal::public(desk.store, id)?.ok_or_else(|| Problem::not_found("this page"))
}

fn drawn(app: &App, desk: &Desk, public: &Public) -> Result<Vec<u8>, Problem> {
    let proven = app.vault.own();
    let proven = proven.prove(&public.certificate)?;
    app.faces.png(desk.store, &proven, &desk.issuer.verifier, PICTURE_DPI).map_err(Problem::internal)
}

/// Answers with a picture; asked for again each time, as it may be hidden by then.
pub(super) fn png(headers: &HeaderMap, bytes: Vec<u8>) -> Response {
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

/// Returns what search engines read (schema.org), safe within a script element.
fn structured(document: &Value, issuer: &str, address: &str) -> String {
    let subject = &document["credentialSubject"];
    let value = json!({
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalCredential",
        "name": subject["achievement"]["name"],
        "description": subject["achievement"]["description"],
        "identifier": subject["licenseNumber"],
        "credentialCategory": subject["achievement"]["achievementType"],
        "dateCreated": document["validFrom"],
        "expires": document["validUntil"],
        "url": address,
        "recognizedBy": { "@type": "Organization", "name": issuer },
        "about": { "@type": "Person", "name": subject["identifier"][0]["identityHash"] },
    });
    let without_nulls = match value {
        Value::Object(members) => Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        other => other,
    };
    // What would end the element, or begin a comment in it, is written by its number (JSON, RFC 8259 section 7).
    without_nulls.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
