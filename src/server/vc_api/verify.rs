//! `/credentials/verify` (VC-API section 3.3).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::finding::Found;
use super::{Asked, DID_KEY, Finding, address, key_of, related, status};
use crate::credential::{Timestamp, data_model};
use crate::desk::{Actor, Desk};
use crate::proof::proof_set::{Proof, ProofSet};
use crate::server::extract::Body;
use crate::server::{App, Caller, Problem};
use crate::verify::{self, Verdict};

const OPTIONS: [&str; 4] = ["checks", "expectedProofPurpose", "challenge", "domain"];
const ENVELOPE: &str = "data:application/vc+jwt,";
const CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";
/// How far another's clock may be ahead, in seconds.
const SKEW: i64 = 300;

/// What a caller wants to have looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) status: bool,
    pub(super) purpose: Option<String>,
    pub(super) challenge: Option<String>,
    pub(super) domain: Option<String>,
}

impl Wanted {
    pub(super) fn read(options: &Asked) -> Result<Self, Problem> {
        let own = |text: Option<&str>| text.map(ToOwned::to_owned);
        let checks = options.texts("checks")?;
        if let Some(unknown) = checks.iter().flatten().find(|check| !["proof", "credentialStatus"].contains(&&***check))
        {
            let unknown: String = unknown.chars().take(60).collect();
            return Err(Problem::bad_request("unknown-option", format!("check `{unknown}` is not known")));
        }
        Ok(Self {
            status: checks.is_none_or(|checks| checks.iter().any(|check| check == "credentialStatus")),
            purpose: own(options.text("expectedProofPurpose")?),
            challenge: own(options.text("challenge")?),
            domain: own(options.text("domain")?),
        })
    }

    pub(super) fn checks(&self) -> Vec<&'static str> {
        if self.status { vec!["proof", "credentialStatus"] } else { vec!["proof"] }
    }
}

/// 200 when it is good, 400 with the reasons when not.
pub(super) async fn verify(
    State(app): State<App>,
    _: Caller,
    Body(body): Body<Value>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (credential, options) = Asked::read(body, "verifiableCredential", &OPTIONS)?;
    let wanted = Wanted::read(&options)?;
    let checks = wanted.checks();
    let found = app.aside(move |app| credential_is_good(app, &credential, &wanted)).await?;
    Ok(answer(&found, &checks))
}

pub(super) fn answer(found: &Found, checks: &[&str]) -> (StatusCode, Json<Value>) {
    let status = if found.errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (status, Json(found.to_json(checks)))
}

/// Judges a credential with a proof in it, or in an envelope.
pub(super) fn credential_is_good(app: &App, credential: &Value, wanted: &Wanted) -> Result<Found, Problem> {
    if let Some(jws) = credential["id"].as_str().and_then(|id| id.strip_prefix(ENVELOPE)) {
        return match is_envelope(credential) {
            Ok(()) => ours(app, jws),
            Err(finding) => Ok(Found::error(finding)),
        };
    }
    if let Err(problem) = data_model::check(credential) {
        return Ok(Found::error(problem.into()));
    }
    let set = match ProofSet::read(credential) {
        Ok(set) => set,
        Err(problem) => return Ok(Found::error(Finding::proof(problem.to_string()))),
    };
    let certificates = format!("{}#", app.issuer.did());
    if set.proofs.iter().any(|proof| proof.method.starts_with(&certificates)) {
        return ours(app, &credential.to_string());
    }
    let now = app.now();
    let mut found = Found::default();
    let issuer = address(credential, "issuer").unwrap_or_default();
    found.note(proofs_hold(&set, wanted, now));
    found.note(signed_by(&set, issuer, "issuer"));
    found.note(related(credential));
    found.note(in_time(credential, now));
    if wanted.status {
        found.note(status::is_clear(app, credential));
    } else if credential.get("credentialStatus").is_some() {
        found.warnings.push(Finding::status_not_retrieved("credentialStatus: not looked at, as asked"));
    }
    Ok(found)
}

/// VCDM 2.0 section 4.13.1.
fn is_envelope(document: &Value) -> Result<(), Finding> {
    let kind = &document["type"];
    let is_kind = |kind: &Value| kind == "EnvelopedVerifiableCredential";
    if !is_kind(kind) && !kind.as_array().is_some_and(|kinds| kinds.iter().any(is_kind)) {
        return Err(Finding::malformed("type: not EnvelopedVerifiableCredential"));
    }
    let context = &document["@context"];
    if context != CONTEXT && context.get(0).is_none_or(|first| first != CONTEXT) {
        return Err(Finding::malformed(format!("@context: does not begin with {CONTEXT}")));
    }
    Ok(())
}

/// A certificate of this issuer, or of nobody that we know.
fn ours(app: &App, text: &str) -> Result<Found, Problem> {
    let desk =
        Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::Public { address: None }, now: app.now() };
    let anchors = app.vault.anchors(&desk)?;
    let verdict = verify::verify(text.trim(), &anchors, desk.now);
    let good = matches!(verdict, Verdict::Valid(_));
    let told = format!("{}: {}", verdict.code(), verdict.guidance().sentence);
    Ok(if good { Found::default() } else { Found::error(Finding::security(told)) })
}

/// Every proof holds, is made for this, and in its time (VC-DI section 4.5).
pub(super) fn proofs_hold(set: &ProofSet, wanted: &Wanted, now: Timestamp) -> Result<(), Finding> {
    for proof in &set.proofs {
        is_meant(proof, wanted)?;
        if proof.created.is_some_and(|created| created > now.unix().saturating_add(SKEW)) {
            return Err(Finding::proof("proof.created: in the future"));
        }
        if proof.expires.is_some_and(|expires| expires < now.unix()) {
            return Err(Finding::proof("proof.expires: over"));
        }
        let (_, key) = key_of(&proof.method)?;
        if !set.verifies(proof, &key)? {
            return Err(Finding::proof("proof_invalid: the proof is not over this document by this key"));
        }
    }
    Ok(())
}

fn is_meant(proof: &Proof, wanted: &Wanted) -> Result<(), Finding> {
    let expected = wanted.purpose.as_deref().unwrap_or("assertionMethod");
    if proof.purpose != expected {
        return Err(Finding::proof(format!("proof.proofPurpose: not `{expected}`")));
    }
    if wanted.domain.as_ref().is_some_and(|domain| !proof.domain.contains(domain)) {
        return Err(Finding::domain("proof.domain: another one"));
    }
    if wanted.challenge.is_some() && wanted.challenge != proof.challenge {
        return Err(Finding::challenge("proof.challenge: another one"));
    }
    Ok(())
}

/// One of the proofs is by whom the document says that it is from.
pub(super) fn signed_by(set: &ProofSet, did: &str, member: &str) -> Result<(), Finding> {
    let by = |proof: &Proof| did.starts_with(DID_KEY) && proof.method.split('#').next() == Some(did);
    if set.proofs.iter().any(by) {
        return Ok(());
    }
    Err(Finding::security(format!("proof.verificationMethod: is not the {member}'s key")))
}

/// VCDM 2.0 section 4.9.
fn in_time(credential: &Value, now: Timestamp) -> Result<(), Finding> {
    let instant = |member: &str| data_model::date_time_stamp(credential[member].as_str()?);
    if instant("validFrom").is_some_and(|from| from.as_second() > now.unix()) {
        return Err(Finding::validity("not_yet_valid: validFrom is in the future"));
    }
    if instant("validUntil").is_some_and(|until| until.as_second() < now.unix()) {
        return Err(Finding::validity("expired: validUntil is over"));
    }
    Ok(())
}
