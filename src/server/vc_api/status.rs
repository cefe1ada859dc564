//! `/credentials/status` (VC-API section 3.2.3), the lists of the VC-API, and what a verifier does with an entry
//! (Bitstring Status List section 3.2).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::register::Purpose;
use super::{Finding, base, issue};
use crate::accounts::Permission;
use crate::acts;
use crate::acts::run::RunReason;
use crate::desk::Desk;
use crate::proof::proof_set::{self, Options};
use crate::server::extract::{Body, Path};
use crate::server::{App, Caller, ClientAddress, Problem};
use crate::status::{LIST_ENTRIES, StatusList};
use crate::store::Cause;

/// How long a list may be used, in seconds.
const TTL: u64 = 300;
const ENTRY: &str = "BitstringStatusListEntry";

/// Sets or clears the status of what was issued here; revokes certificates.
pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<Value>,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Revoke)?;
    let bad = |detail: &str| Problem::bad_request("bad-body", detail);
    let id = body["credentialId"].as_str().ok_or_else(|| bad("`credentialId` is missing"))?.to_owned();
    let entry = body["credentialStatus"].as_object().ok_or_else(|| bad("`credentialStatus` is missing"))?;
    let text = |member: &str, usual| entry.get(member).map_or(Some(usual), Value::as_str);
    let purpose = text("statusPurpose", "revocation").and_then(Purpose::parse);
    let (Some(ENTRY), Some(purpose)) = (text("type", ""), purpose) else {
        let detail = "only BitstringStatusListEntry with purpose revocation or suspension";
        return Err(Problem::bad_request("unknown-status", detail));
    };
    let status = match body.get("status") {
        None => true,
        Some(status) => status.as_bool().ok_or_else(|| bad("`status` is neither true nor false"))?,
    };
    if app.vc().change(purpose, &id, status) {
        return Ok(StatusCode::OK);
    }
    if purpose != Purpose::Revocation {
        return Err(Problem::bad_request("unknown-status", "certificates are revoked, not suspended"));
    }
    if !status {
        return Err(Problem::conflict("not-undone-here", "restore certificates with /api/v1, within the undo window"));
    }
    app.at_desk(&caller, move |app, desk| revoke(app, desk, &id)).await
}

fn revoke(app: &App, desk: &Desk<'_>, id: &str) -> Result<StatusCode, Problem> {
    let unknown = || Problem::not_found(id.chars().take(120).collect::<String>());
    let path = id.strip_prefix(&format!("https://{}/c/", desk.issuer.host)).ok_or_else(unknown)?;
    let number = path.rsplit_once('-').ok_or_else(unknown)?.0.parse().map_err(|_| unknown())?;
    let current = desk.store.certificate(&number)?.ok_or_else(unknown)?;
    let jws = crate::proof::jws::Jws::parse(&current.jws, crate::credential::limits::CREDENTIAL_BYTES);
    let document: Value = jws.ok().and_then(|jws| serde_json::from_slice(&jws.payload).ok()).ok_or_else(unknown)?;
    if document["id"].as_str() != Some(id) {
        return Err(unknown());
    }
    let why = RunReason { cause: Cause::Other, text: Some("revoked by its issuer".to_owned()), now: false };
    acts::revoke(desk, &number, &why, (app.vault.undo(), app.limits.revoke_alone), &|_| true)?;
    app.vault.forget_anchors();
    Ok(StatusCode::OK)
}

/// The status list credential, for everybody.
pub(super) async fn list(
    State(app): State<App>,
    ClientAddress(from): ClientAddress,
    Path(purpose): Path<String>,
) -> Result<Json<Value>, Problem> {
    if !app.public_rate().allows(from) {
        let detail = "too many requests from this address; wait a second";
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail));
    }
    let unknown = || Problem::not_found(purpose.chars().take(60).collect::<String>());
    let purpose = Purpose::parse(&purpose).ok_or_else(unknown)?;
    app.aside(move |app| signed(app, purpose)).await.map(Json)
}

fn signed(app: &App, purpose: Purpose) -> Result<Value, Problem> {
    let now = app.now();
    app.vc().with_key(|key, did| {
        let address = purpose.address(&base(app));
        let list = StatusList::new(address, did.to_owned(), &app.vc().set(purpose), now, now.plus_days(1));
        let mut credential = list.to_json(TTL);
        credential["credentialSubject"]["statusPurpose"] = purpose.text().into();
        let options = Options { method: issue::method_of(did), created: now, previous: Vec::new() };
        proof_set::add(&credential, &options, key).map_err(Problem::internal)
    })?
}

/// Checks that an entry is as section 2.1 says. Entries of other types are not ours to judge.
pub(super) fn check_entry(entry: &Value) -> Result<(), Finding> {
    if entry["type"] != ENTRY {
        return Ok(());
    }
    let wrong = |member: &str, what: &str| Err(Finding::status_malformed(format!("credentialStatus.{member}: {what}")));
    let number = entry["statusListIndex"].as_str();
    if !number.is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())) {
        return wrong("statusListIndex", "not a whole number written as a text");
    }
    if !entry["statusPurpose"].is_string() {
        return wrong("statusPurpose", "not a text");
    }
    if entry["statusListCredential"].as_str().is_none_or(|address| url::Url::parse(address).is_err()) {
        return wrong("statusListCredential", "not an address");
    }
    let size = match entry.get("statusSize") {
        None => 1,
        Some(size) => match size.as_u64().filter(|size| (1..=64).contains(size)) {
            Some(size) => size,
            None => return wrong("statusSize", "not a whole number from 1 to 64"),
        },
    };
    let messages = entry.get("statusMessage").map(|messages| messages.as_array().map(Vec::len));
    match messages {
        None if size > 1 => wrong("statusMessage", "missing, with a size greater than 1"),
        Some(count) if count.is_none_or(|count| 1_u64.checked_shl(size as u32) != Some(count as u64)) => {
            wrong("statusMessage", "not one message for each value")
        }
        _ => Ok(()),
    }
}

/// Says whether no entry of a credential is set. Lists of others are not fetched, so what they say is not known.
pub(super) fn is_clear(app: &App, credential: &Value) -> Result<(), Finding> {
    match &credential["credentialStatus"] {
        Value::Null => Ok(()),
        Value::Array(entries) => entries.iter().try_for_each(|entry| entry_is_clear(app, entry)),
        entry => entry_is_clear(app, entry),
    }
}

fn entry_is_clear(app: &App, entry: &Value) -> Result<(), Finding> {
    if entry["type"] != ENTRY {
        return Err(Finding::status("credentialStatus.type: not BitstringStatusListEntry"));
    }
    check_entry(entry)?;
    let purposes = [Purpose::Revocation, Purpose::Suspension];
    let base = base(app);
    let list = purposes.into_iter().find(|purpose| entry["statusListCredential"] == purpose.address(&base));
    let Some(purpose) = list else {
        return Err(Finding::status_not_retrieved(
            "credentialStatus.statusListCredential: lists of others are not fetched",
        ));
    };
    if entry["statusPurpose"] != purpose.text() {
        return Err(Finding::status("credentialStatus.statusPurpose: not that of the list"));
    }
    if entry.get("statusSize").is_some_and(|size| *size != 1) {
        return Err(Finding::status("credentialStatus.statusSize: not that of the list"));
    }
    let index =
        entry["statusListIndex"].as_str().and_then(|text| text.parse().ok()).filter(|index| *index < LIST_ENTRIES);
    let Some(index) = index else {
        return Err(Finding::status_range(format!("credentialStatus.statusListIndex: not below {LIST_ENTRIES}")));
    };
    if app.vc().is_set(purpose, index) {
        return Err(Finding::status(format!("the credential is under {}", purpose.text())));
    }
    Ok(())
}
