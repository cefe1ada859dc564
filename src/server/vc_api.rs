//! The W3C VC-API, for conformance suites and tools that speak it: behind a switch, under `/vc`.
//!
//! What it issues is signed by a `did:key` of its own that lives as long as the process: whoever may call it can have
//! anything signed, so it must not be the issuer's key. Certificates are issued by runs, never here.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::Body;
use super::{App, Caller, Problem};
use crate::accounts::Permission;
use crate::credential::{Malformed, Timestamp, data_model};
use crate::inspect;
use crate::issuance::{self, Desk};
use crate::proof::data_integrity::{self, Embedded};
use crate::proof::eddsa::{PublicKey, SecretKey};
use crate::proof::multibase;
use crate::verify::Verdict;

/// The key of this process. It signs nothing that a verifier of certificates trusts.
static KEY: LazyLock<Option<SecretKey>> = LazyLock::new(|| {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).ok()?;
    Some(SecretKey::from_seed(&seed))
});

const DID_KEY: &str = "did:key:";
const ENVELOPE: &str = "data:application/vc+jwt,";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/vc/issuer", get(issuer))
        .route("/vc/credentials/issue", post(issue))
        .route("/vc/credentials/verify", post(verify))
        .route("/vc/credentials/status", post(status))
}

fn key() -> Result<&'static SecretKey, Problem> {
    KEY.as_ref().ok_or_else(|| Problem::internal("no random bytes"))
}

fn did_of(key: &PublicKey) -> String {
    format!("{DID_KEY}{}", multibase::multikey(key))
}

/// Says under which DID this process issues.
async fn issuer() -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "id": did_of(&key()?.public()) })))
}

#[derive(Deserialize)]
struct Issue {
    credential: Value,
}

async fn issue(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<Issue>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    caller.may(Permission::Generate)?;
    let now = app.now();
    let secured = app.aside(move |_| secured(body.credential, now)).await?;
    Ok((StatusCode::CREATED, Json(json!({ "verifiableCredential": secured }))))
}

fn secured(mut credential: Value, now: Timestamp) -> Result<Value, Problem> {
    let key = key()?;
    let did = did_of(&key.public());
    let object = credential.as_object_mut().ok_or_else(|| refused(Malformed::new("credential", "not an object")))?;
    if object.contains_key("proof") {
        return Err(refused(Malformed::new("proof", "is there already")));
    }
    object.entry("issuer").or_insert_with(|| json!(did));
    data_model::check(&credential).map_err(refused)?;
    let issuer = credential["issuer"].as_str().or_else(|| credential["issuer"]["id"].as_str());
    if issuer != Some(&did) {
        return Err(refused(Malformed::new("issuer", format!("is not {did}"))));
    }
    let method = format!("{did}#{}", &did[DID_KEY.len()..]);
    data_integrity::add_proof(&credential, &method, now, key)
        .map_err(|error| refused(Malformed::new("credential", error.to_string())))
}

fn refused(problem: Malformed) -> Problem {
    Problem::bad_request("malformed-credential", problem.to_string())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verify {
    verifiable_credential: Value,
}

/// What a verifier answers: 200 when it is good, 400 with the reasons when not.
async fn verify(
    State(app): State<App>,
    _: Caller,
    Body(body): Body<Verify>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let errors = app.aside(move |app| errors(app, &body.verifiable_credential)).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Ok((
        status,
        Json(json!({ "verified": errors.is_empty(), "problemDetails": errors, "errors": errors, "warnings": [] })),
    ))
}

/// Returns what is wrong with a credential; nothing if it is good.
fn errors(app: &App, credential: &Value) -> Result<Vec<String>, Problem> {
    if let Some(jws) = credential.get("id").and_then(Value::as_str).and_then(|id| id.strip_prefix(ENVELOPE)) {
        return ours(app, jws);
    }
    if let Err(problem) = data_model::check(credential) {
        return Ok(vec![problem.to_string()]);
    }
    let embedded = match Embedded::read(credential) {
        Ok(embedded) => embedded,
        Err(problem) => return Ok(vec![problem.to_string()]),
    };
    match embedded.method.strip_prefix(DID_KEY) {
        Some(rest) => Ok(by_did_key(credential, &embedded, rest, app.now())),
        None => ours(app, &credential.to_string()),
    }
}

/// A certificate of this issuer, or of nobody that we know.
fn ours(app: &App, text: &str) -> Result<Vec<String>, Problem> {
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: "vc-api", now: app.now() };
    let anchors = app.vault.anchors(&desk)?;
    let verdict = inspect::text(text, &anchors, desk.now).verdict;
    let good = matches!(verdict, Verdict::Valid(_));
    Ok(if good { Vec::new() } else { vec![format!("{}: {}", verdict.code(), verdict.guidance().sentence)] })
}

/// The method of a `did:key` names the key itself (did:key section 3.1): `did:key:K#K`.
fn by_did_key(credential: &Value, embedded: &Embedded, method: &str, now: Timestamp) -> Vec<String> {
    let wrong = |text: &str| vec![text.to_owned()];
    let Some((name, fragment)) = method.split_once('#') else { return wrong("proof.verificationMethod: no fragment") };
    let issuer = credential["issuer"].as_str().or_else(|| credential["issuer"]["id"].as_str());
    if name != fragment || issuer.and_then(|did| did.strip_prefix(DID_KEY)) != Some(name) {
        return wrong("proof.verificationMethod: is not the issuer's key");
    }
    let bytes = multibase::from_base58btc(name, 34).filter(|bytes| bytes.starts_with(&[0xed, 0x01]));
    let Some(key) = bytes.and_then(|bytes| PublicKey::from_bytes(&bytes[2..]).ok()) else {
        return wrong("proof.verificationMethod: no Ed25519 key");
    };
    let mut document = credential.clone();
    document.as_object_mut().map(|object| object.remove("proof"));
    if !embedded.verifies(&document, &key) {
        return wrong("proof_invalid: the proof is not over this document by this key");
    }
    let instant = |member: &str| credential[member].as_str()?.parse::<jiff::Timestamp>().ok();
    if instant("validFrom").is_some_and(|from| from.as_second() > now.unix()) {
        return wrong("not_yet_valid");
    }
    if instant("validUntil").is_some_and(|until| until.as_second() < now.unix()) {
        return wrong("expired");
    }
    Vec::new()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    credential_id: String,
    credential_status: Entry,
    #[serde(default = "yes")]
    status: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    status_purpose: Option<String>,
}

fn yes() -> bool {
    true
}

/// Revokes one of this issuer's certificates by its credential's id.
async fn status(State(app): State<App>, caller: Caller, Body(body): Body<Status>) -> Result<StatusCode, Problem> {
    caller.may(Permission::Revoke)?;
    let purpose = body.credential_status.status_purpose.as_deref().unwrap_or("revocation");
    if body.credential_status.kind != "BitstringStatusListEntry" || purpose != "revocation" {
        return Err(Problem::bad_request("unknown-status", "only BitstringStatusListEntry with purpose revocation"));
    }
    if !body.status {
        return Err(Problem::conflict("not-undone-here", "restore certificates with /api/v1, within the undo window"));
    }
    app.at_desk(&caller, move |app, desk| {
        let unknown = || Problem::not_found(body.credential_id.chars().take(120).collect::<String>());
        let path = body.credential_id.strip_prefix(&format!("https://{}/c/", desk.issuer.host)).ok_or_else(unknown)?;
        let number = path.rsplit_once('-').ok_or_else(unknown)?.0.parse().map_err(|_| unknown())?;
        let current = desk.store.certificate(&number)?.ok_or_else(unknown)?;
        let jws = crate::proof::jws::Jws::parse(&current.jws, crate::credential::limits::CREDENTIAL_BYTES);
        let document: Value = jws.ok().and_then(|jws| serde_json::from_slice(&jws.payload).ok()).ok_or_else(unknown)?;
        if document["id"].as_str() != Some(&body.credential_id) {
            return Err(unknown());
        }
        match issuance::revoke(desk, &number, None) {
            Ok(_) | Err(issuance::ReplaceError::AlreadyRevoked(..)) => {}
            Err(error) => return Err(Problem::conflict("not-revoked", error.to_string())),
        }
        app.vault.forget_anchors();
        Ok(StatusCode::OK)
    })
    .await
}
