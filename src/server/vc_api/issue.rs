//! `/credentials/issue` (VC-API section 3.2).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::register::Purpose;
use super::{Asked, Finding, address, key_of, related};
use crate::accounts::Permission;
use crate::credential::data_model;
use crate::proof::proof_set::{self, Options, ProofSet};
use crate::server::extract::Body;
use crate::server::{App, Caller, Problem};

const OPTIONS: [&str; 2] = ["credentialStatus", "previousProof"];

/// Says under which DID this process issues.
pub(super) async fn issuer(State(app): State<App>, _: Caller) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "id": app.vc().with_key(|_, did| did.to_owned())? })))
}

pub(super) async fn issue(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<Value>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    caller.may(Permission::Generate)?;
    let (credential, options) = Asked::read(body, "credential", &OPTIONS)?;
    let previous = options.texts("previousProof")?.unwrap_or_default();
    let purpose = options.0.get("credentialStatus").map(asked_purpose).transpose()?;
    let secured = app.aside(move |app| secured(app, credential, purpose, previous)).await?;
    Ok((StatusCode::CREATED, Json(json!({ "verifiableCredential": secured }))))
}

fn asked_purpose(asked: &Value) -> Result<Purpose, Problem> {
    let purpose = asked["statusPurpose"].as_str().unwrap_or("revocation");
    match (asked["type"].as_str(), Purpose::parse(purpose)) {
        (Some("BitstringStatusListEntry"), Some(purpose)) => Ok(purpose),
        _ => Err(Problem::bad_request(
            "unknown-status",
            "only BitstringStatusListEntry with purpose revocation or suspension",
        )),
    }
}

fn secured(
    app: &App,
    mut credential: Value,
    purpose: Option<Purpose>,
    previous: Vec<String>,
) -> Result<Value, Problem> {
    let (hosts, base) = (super::hosts(app), super::base(app));
    app.vc().with_key(|key, did| {
        let object = credential.as_object_mut().ok_or_else(|| refused("credential: not an object"))?;
        object.entry("issuer").or_insert_with(|| json!(did));
        data_model::check(&credential).map_err(|problem| refused(&problem.to_string()))?;
        may_be_said(&credential, did, &hosts)?;
        related(&credential).map_err(|finding| refused(finding.detail()))?;
        proofs_hold(&credential).map_err(|finding| refused(finding.detail()))?;
        let mut options = Options { method: method_of(did), created: app.now(), previous };
        // First without an entry: an index is not given for what cannot be signed.
        let plain = proof_set::add(&credential, &options, key).map_err(|error| refused(&error.to_string()))?;
        let Some(purpose) = purpose else { return Ok(plain) };
        if credential.get("proof").is_some() || credential.get("credentialStatus").is_some() {
            return Err(refused("credentialStatus: is there already, or is signed by the proof that is there"));
        }
        let id = credential["id"].as_str().ok_or_else(|| refused("id: needed to change the status by"))?;
        credential["credentialStatus"] = app.vc().enter(&base, purpose, id)?;
        options.previous.clear();
        proof_set::add(&credential, &options, key).map_err(|error| refused(&error.to_string()))
    })?
}

/// Returns the method of a `did:key`.
pub(super) fn method_of(did: &str) -> String {
    format!("{did}#{}", &did[super::DID_KEY.len()..])
}

/// It must not pass for a certificate: not the issuer, no address and no status entry below its host.
fn may_be_said(credential: &Value, did: &str, hosts: &[String]) -> Result<(), Problem> {
    if address(credential, "issuer") != Some(did) {
        return Err(refused(&format!("issuer: is not {did}")));
    }
    let ours = |text: Option<&str>| text.is_some_and(|text| hosts.iter().any(|host| is_below(text, host)));
    let entries = match &credential["credentialStatus"] {
        Value::Array(entries) => entries.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    if ours(credential["id"].as_str()) {
        return Err(refused("id: addresses of this host are given to certificates"));
    }
    if entries.iter().any(|entry| ours(entry["id"].as_str()) || ours(entry["statusListCredential"].as_str())) {
        return Err(refused("credentialStatus: entries of this host's lists are given, not chosen"));
    }
    entries.iter().try_for_each(|entry| super::status::check_entry(entry).map_err(|finding| refused(finding.detail())))
}

/// Returns whether an address, however it is written, is at the host.
fn is_below(text: &str, host: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        url.host_str().is_some_and(|name| {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case(host) || format!("{name}{port}").eq_ignore_ascii_case(host)
        })
    })
}

/// Proofs that are there are joined only where they are good.
fn proofs_hold(credential: &Value) -> Result<(), Finding> {
    if credential.get("proof").is_none() {
        return Ok(());
    }
    let set = ProofSet::read(credential)?;
    for proof in &set.proofs {
        let (_, key) = key_of(&proof.method)?;
        if !set.verifies(proof, &key)? {
            return Err(Finding::proof("a proof that is there does not hold"));
        }
    }
    Ok(())
}

fn refused(detail: &str) -> Problem {
    Problem::bad_request("malformed-credential", detail)
}
