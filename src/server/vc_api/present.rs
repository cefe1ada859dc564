//! `/presentations/verify` (VC-API section 3.5).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::finding::Found;
use super::verify::{Wanted, answer, credential_is_good, proofs_hold, signed_by};
use super::{Asked, Finding, address};
use crate::credential::data_model;
use crate::proof::proof_set::ProofSet;
use crate::server::extract::Body;
use crate::server::{App, Caller, Problem};

const OPTIONS: [&str; 4] = ["checks", "expectedProofPurpose", "challenge", "domain"];
/// Most credentials of one presentation: each is work.
const CREDENTIALS: usize = 8;

pub(super) async fn verify(
    State(app): State<App>,
    _: Caller,
    Body(body): Body<Value>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (presentation, options) = Asked::read(body, "verifiablePresentation", &OPTIONS)?;
    let mut wanted = Wanted::read(&options)?;
    wanted.purpose.get_or_insert_with(|| "authentication".to_owned());
    let checks = wanted.checks();
    let found = app.aside(move |app| is_good(app, &presentation, &wanted)).await?;
    Ok(answer(&found, &checks))
}

fn is_good(app: &App, presentation: &Value, wanted: &Wanted) -> Result<Found, Problem> {
    if let Err(problem) = data_model::check_presentation(presentation) {
        return Ok(Found::error(problem.into()));
    }
    let set = match ProofSet::read(presentation) {
        Ok(set) => set,
        Err(problem) => return Ok(Found::error(Finding::proof(problem.to_string()))),
    };
    let credentials = match &presentation["verifiableCredential"] {
        Value::Array(credentials) => credentials.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    if credentials.len() > CREDENTIALS {
        return Ok(Found::error(Finding::malformed(format!("verifiableCredential: more than {CREDENTIALS}"))));
    }
    let mut found = Found::default();
    found.note(proofs_hold(&set, wanted, app.now()));
    if wanted.challenge.is_none() && set.proofs.iter().any(|proof| proof.challenge.is_some()) {
        found.warnings.push(Finding::challenge("proof.challenge: not compared, as none was expected"));
    }
    let holder = address(presentation, "holder");
    if let Some(holder) = holder {
        found.note(signed_by(&set, holder, "holder"));
    }
    // What the presentation's proof is for says nothing of the credentials'.
    let each = Wanted { status: wanted.status, ..Wanted::default() };
    for credential in credentials {
        found.and(credential_is_good(app, credential, &each)?);
        found.note(is_by_holder(&set, credential, holder));
    }
    Ok(found)
}

/// VCDM 2.0 section 4.13.3: who presents what they said themselves is named as the holder.
fn is_by_holder(set: &ProofSet, credential: &Value, holder: Option<&str>) -> Result<(), Finding> {
    let issuer = address(credential, "issuer");
    let self_asserted = set.proofs.iter().any(|proof| proof.method.split('#').next() == issuer);
    if self_asserted && holder != issuer {
        return Err(Finding::security("holder: is not the issuer of a credential that the presenter issued"));
    }
    Ok(())
}
