//! Verification for everybody: without an account, and without a name to be found by counting numbers.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::credential::{CertificateNumber, Timestamp};
use crate::desk::{Actor, Desk};
use crate::inspect::{self, Answer, Finding, Inspected};
use crate::reading::{self, Ask, ReadMode, ReadingError};
use crate::server::arriving::{Held, read_body};
use crate::server::crowd::Place;
use crate::server::extract::{Path, is_json, within};
use crate::server::{self, App, ClientAddress, Problem};
use crate::status::Reason;
use crate::store::{Certificate, Standing};
use crate::verify::{StatusBasis, verify_jws};

/// Largest file that is looked at, in bytes.
const FILE_BYTES: usize = 16 << 20;
/// Largest JSON body, in bytes: a text of the greatest length that is verified, each byte of it escaped.
const JSON_BYTES: usize = 2 << 20;
/// Kilobytes in memory at once that come from one address.
const BODIES_KB_EACH: usize = 24 << 10;
/// Texts verified at once: half of the machine.
static TEXTS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new((available_parallelism().map_or(1, usize::from) / 2).max(1)));
/// How long it waits for its turn to be looked at. One file is looked at at a time, each address in its turn, so that
/// whoever sends what is hard to read slows down nobody else for long.
const TURN: Duration = Duration::from_secs(12);
/// Seconds of work that are spent on a file; what was not looked at then is said.
const LOOK_SECONDS: u64 = 10;
/// Characters of the part of an id that cannot be guessed: 40 bits in base32.
const SUFFIX_CHARS: usize = 8;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(look_up)).routes(routes!(check)).layer(DefaultBodyLimit::max(FILE_BYTES))
}

/// Somebody who does not ask too often. 429 otherwise.
struct Patient;

impl FromRequestParts<App> for Patient {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        if server::Caller::is_operator(parts) || app.public_rate().allows(address) {
            return Ok(Self);
        }
        let detail = "too many requests from this address; wait a second";
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail);
        Err(Problem { retry_after: Some(1), ..problem })
    }
}

/// Room for a body in memory: its address's share before the first byte of it is read, everybody's as it comes.
struct Room {
    address: IpAddr,
    held: Held,
    _place: Place,
}

impl FromRequestParts<App> for Room {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let most = if is_json(&parts.headers) { JSON_BYTES } else { FILE_BYTES };
        within(&parts.headers, most)?;
        let told = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        // Who does not say how long it is may send the most.
        let size = told.unwrap_or(most) / 1024 + 1;
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        let place = app.files().enter_with(address, size, BODIES_KB_EACH).ok_or_else(busy)?;
        Ok(Self { address, held: app.room_for_anybody().enter(), _place: place })
    }
}

/// Ends the work that nobody waits for any more.
struct Caller(Arc<AtomicBool>);

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn busy() -> Problem {
    let detail = "other files are being looked at; try again in a moment";
    Problem { retry_after: Some(1), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail) }
}

/// What is known of a certificate.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Known {
    /// Its number.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: String,
    /// What became of it.
    state: Standing,
    /// Since when it is not active, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    reason: Option<Reason>,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    issued: Timestamp,
    /// When it stops being valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
    /// The verdict of `schemas/verdict.json` with name and title. Only for who asks with the whole id, which is on the
    /// certificate and cannot be guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    verdict: Option<Value>,
    /// What that verdict says of revocation rests on, and as of when; as in `POST /verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    basis: Option<Value>,
}

/// Look a certificate up
///
/// By its number alone only the state is told; by its whole id (`NUMBER-SUFFIX`, the end of the credential's address) also
/// whose it is.
#[utoipa::path(get, path = "/verify/{id}", tag = "Verify", extensions(("x-permission" = json!("public"))), security(()),
    params(("id" = String, Path, description = "Number, or number and suffix", example = "CERT-WORKSHOP-2026-00001-k3v9x2qa")),
    responses((status = 200, body = Known), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn look_up(State(app): State<App>, _: Patient, Path(id): Path<String>) -> Result<Json<Known>, Problem> {
    app.aside(move |app| {
        let desk =
            Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::Public { address: None }, now: app.now() };
        let unknown = || Problem::not_found(id.chars().take(60).collect::<String>());
        if let Ok(number) = id.parse::<CertificateNumber>() {
            let certificate = desk.store.certificate(&number)?.ok_or_else(unknown)?;
            return Ok(Json(Known::of(&certificate, desk.now)));
        }
        let (number, suffix) = id.rsplit_once('-').filter(|(_, s)| s.len() == SUFFIX_CHARS).ok_or_else(unknown)?;
        let number: CertificateNumber = number.parse().map_err(|_| unknown())?;
        let versions = desk.store.versions(&number)?;
        let end = format!("/c/{number}-{suffix}");
        let certificate = versions.iter().find(|version| is_at(version, &end)).ok_or_else(unknown)?;
        let anchors = app.vault.anchors(&desk)?;
        let verdict = verify_jws(&certificate.jws, &anchors, desk.now);
        let basis = StatusBasis::of(&verdict, &anchors, desk.now).map(|basis| basis.to_json());
        Ok(Json(Known { verdict: Some(verdict.to_json()), basis, ..Known::of(certificate, desk.now) }))
    })
    .await
}

/// Says whether a version's credential has an id that ends so.
fn is_at(version: &Certificate, end: &str) -> bool {
    let credential = crate::proof::jws::Jws::parse(&version.jws, crate::credential::limits::CREDENTIAL_BYTES).ok();
    let document = credential.and_then(|jws| serde_json::from_slice::<Value>(&jws.payload).ok());
    document.and_then(|document| Some(document.get("id")?.as_str()?.ends_with(end))).unwrap_or_default()
}

impl Known {
    fn of(certificate: &Certificate, now: Timestamp) -> Self {
        Self {
            number: certificate.number.to_string(),
            // As the verdict here, which rests on the records as they are now, and not on what is published.
            state: match Standing::of(certificate, now) {
                Standing::RevocationWaits => Standing::Revoked,
                other => other,
            },
            reason: certificate.state.reason().cloned(),
            issued: certificate.issued,
            valid_until: certificate.valid_until,
            verdict: None,
            basis: None,
        }
    }
}

/// A text to verify.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Text {
    /// A QR code's text, a verifier link, a JWS, or a credential as JSON text.
    #[schema(example = "https://verify.example.org/#1…")]
    text: String,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
struct Verdicts {
    /// One for each credential found, with the members of `schemas/verdict.json`, and `source`; where a page prints
    /// something else than what was signed also `printedDiffers`, what could not be compared in `printedUncompared`, and
    /// `page` where it cannot be trusted or is a `picture` without text. `name` is the way of a file in an archive or a
    /// mail. `basis` says what the judgement of revocation rests on (`on` is `records`: those of this issuer as they are
    /// now) and as of when, with a `text` for people. What could not be looked at has the verdict `unreadable`, with
    /// `problem` and `hint`: it is neither good nor accused.
    #[schema(value_type = Vec<Object>)]
    verdicts: Vec<Value>,
    /// What was left out because it is no certificate, such as a letter's text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Note>,
    /// Whether each of them is genuine and its page prints what was signed.
    good: bool,
}

/// Something that was left out.
#[derive(Debug, Serialize, ToSchema)]
struct Note {
    /// The way of a file in an archive or a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it is.
    text: String,
}

/// Verify a file or a text
///
/// The body is a PDF, PNG, JPEG, `.jwt` or `.json` as it is, an archive (`.zip`) or a mail (`.eml`) of such files, or
/// `{"text": …}` as `application/json`; not a form (415). At most 16 MB, and 5,000 files in it. The answer rests on this
/// issuer's own records as they are now; certificates of others are `untrusted_issuer`.
#[utoipa::path(post, path = "/verify", tag = "Verify", extensions(("x-permission" = json!("public"))), security(()),
    request_body(content((Text = "application/json"), (Vec<u8> = "application/octet-stream"))),
    responses((status = 200, body = Verdicts), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn check(State(app): State<App>, _: Patient, room: Room, request: Request) -> Result<Json<Verdicts>, Problem> {
    let (mut room, (Parts { headers, .. }, body)) = (room, request.into_parts());
    let body = read_body(body, FILE_BYTES, &mut room.held).await?;
    if body.is_empty() {
        return Err(Problem::bad_request("bad-body", "the body is empty; send a file, or {\"text\": …} as JSON"));
    }
    if is_form(&headers) {
        let detail = "a form is not taken here; send the file's bytes as the body (curl --data-binary @FILE), or \
                      {\"text\": …} as application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "form", detail));
    }
    if is_json(&headers) {
        if body.len() > JSON_BYTES {
            let detail = format!("the body has {} bytes; at most {JSON_BYTES} are taken here", body.len());
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail));
        }
        let Text { text } =
            serde_json::from_slice(&body).map_err(|error| Problem::bad_request("bad-body", error.to_string()))?;
        return check_text(app, room, text).await;
    }
    let turn = timeout(TURN, app.lane().wait(room.address)).await.map_err(|_| busy())?;
    let caller = Caller(Arc::default());
    let gone = Arc::clone(&caller.0);
    app.aside(move |app| {
        // Kept until the work ends, also when nobody waits for it any more.
        let _held = (room, turn);
        let mode = if reading::is_container(&body) { ReadMode::Quick } else { ReadMode::Thorough };
        let ask = Ask { mode, seconds: Some(LOOK_SECONDS), stop: Some(&gone), ..Ask::default() };
        with_anchors(app, |desk, anchors| inspect::file(&body, &app.reader, anchors, desk.now, ask))
    })
    .await
}

/// True for what browsers send of a form: the file in an envelope (RFC 7578).
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))
}

async fn check_text(app: App, room: Room, text: String) -> Result<Json<Verdicts>, Problem> {
    let turn = timeout(TURN, TEXTS.acquire()).await.ok().and_then(Result::ok).ok_or_else(busy)?;
    app.aside(move |app| {
        let _held = (room, turn);
        with_anchors(app, |desk, anchors| {
            let answers = vec![inspect::text(&text, anchors, desk.now)];
            Inspected { answers, notes: Vec::new() }
        })
    })
    .await
}

/// Looks at something with this issuer's own records as trust anchors.
fn with_anchors(
    app: &App,
    look: impl FnOnce(&Desk<'_>, &crate::verify::TrustAnchors) -> Inspected,
) -> Result<Json<Verdicts>, Problem> {
    let desk =
        Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::Public { address: None }, now: app.now() };
    let anchors = app.vault.anchors(&desk)?;
    let Inspected { answers, notes } = look(&desk, &anchors);
    for answer in &answers {
        if let Finding::Unreadable(ReadingError::NoReader(why)) = &answer.finding {
            return Err(Problem::internal(why));
        }
    }
    if let ([], [inspect::Note { name: None, text, .. }]) = (&answers[..], &notes[..]) {
        return Err(Problem::unprocessable("not-a-certificate", text.clone()));
    }
    let good = !answers.is_empty() && answers.iter().all(Answer::is_good);
    let verdicts = answers.iter().map(|answer| Value::Object(answer.to_json())).collect();
    let notes = notes.into_iter().map(|inspect::Note { name, text, .. }| Note { name, text }).collect();
    Ok(Json(Verdicts { verdicts, notes, good }))
}
