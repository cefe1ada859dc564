//! The W3C VC-API, for conformance suites and tools that speak it: behind a switch, under `/vc`.
//!
//! What it issues is signed by a `did:key` of its own that lives as long as the process, as do its status lists: whoever
//! may call it can have anything signed, so it must not be the issuer's key. Certificates are issued by runs, never here.
//!
//! It verifies credentials and presentations whose proofs are `eddsa-rdfc-2022` by `did:key`, and this issuer's own
//! certificates. Nothing that a document names is ever fetched: contexts are compiled in, keys are in the document, a
//! status list is ours or not looked at.

mod finding;
mod issue;
mod present;
mod register;
mod status;
mod verify;

use axum::Router;
use axum::routing::{get, post};
use serde_json::{Map, Value};

use self::finding::Finding;
use super::{App, Problem};
use crate::credential::data_model::multibase_digest;
use crate::proof::eddsa::PublicKey;
use crate::proof::{json_ld, multibase};

pub(super) use self::register::Register;

const DID_KEY: &str = "did:key:";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/vc/issuer", get(issue::issuer))
        .route("/vc/credentials/issue", post(issue::issue))
        .route("/vc/credentials/verify", post(verify::verify))
        .route("/vc/credentials/status", post(status::change))
        .route("/vc/presentations/verify", post(present::verify))
        .route("/vc/status/{purpose}", get(status::list))
}

fn did_of(key: &PublicKey) -> String {
    format!("{DID_KEY}{}", multibase::multikey(key))
}

/// Returns the key that a method of `did:key` names, and its DID (did:key section 3.1): `did:key:K#K`.
fn key_of(method: &str) -> Result<(&str, PublicKey), Finding> {
    let refused = |what: &str| Finding::proof(format!("proof.verificationMethod: {what}"));
    let (did, fragment) = method.split_once('#').ok_or_else(|| refused("no fragment"))?;
    let name = did.strip_prefix(DID_KEY).ok_or_else(|| refused("neither a did:key nor a key of this issuer"))?;
    if name != fragment {
        return Err(refused("another key than its did:key"));
    }
    let bytes = multibase::from_base58btc(name, 34).filter(|bytes| bytes.starts_with(&[0xed, 0x01]));
    let key = bytes.and_then(|bytes| PublicKey::from_bytes(&bytes[2..]).ok());
    key.map(|key| (did, key)).ok_or_else(|| refused("no Ed25519 key"))
}

/// Returns what the addresses of its status lists begin with.
fn base(app: &App) -> String {
    app.reached_at().told().map_or_else(|| format!("https://{}", app.issuer.host), str::to_owned)
}

/// Returns the hosts below which addresses are this service's to give, with `:port` where they have one.
fn hosts(app: &App) -> Vec<String> {
    let told = app.reached_at().told().and_then(|told| url::Url::parse(told).ok());
    let told = told.and_then(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}", url.host_str()?))
    });
    told.into_iter().chain([app.issuer.host.clone()]).collect()
}

/// Returns the address of a member that is an address or an object with one.
fn address<'a>(document: &'a Value, member: &str) -> Option<&'a str> {
    document[member].as_str().or_else(|| document[member]["id"].as_str())
}

/// VCDM 2.0 section 5.3: what is known here must have the digest that is told. Other resources are not fetched.
fn related(credential: &Value) -> Result<(), Finding> {
    use base64::Engine;
    use sha2::{Digest, Sha256, Sha384, Sha512};
    let resources = match &credential["relatedResource"] {
        Value::Array(resources) => resources.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    for resource in resources {
        let Some(text) = resource["id"].as_str().and_then(json_ld::context) else { continue };
        let digests: [(&str, Vec<u8>); 3] = [
            ("sha256-", Sha256::digest(text).to_vec()),
            ("sha384-", Sha384::digest(text).to_vec()),
            ("sha512-", Sha512::digest(text).to_vec()),
        ];
        let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        let told = resource["digestSRI"].as_str();
        let sri = told.is_none_or(|told| digests.iter().any(|(name, it)| told == format!("{name}{}", base64(it))));
        let told = resource["digestMultibase"].as_str();
        let bare = told.is_none_or(|told| {
            multibase_digest(told).is_some_and(|told| digests.iter().any(|(_, digest)| *digest == told))
        });
        if !sri || !bare {
            return Err(Finding::security("relatedResource: the digest is another"));
        }
    }
    Ok(())
}

/// The members of a request: an object with those that are known, and one that must be there.
struct Asked(Map<String, Value>);

impl Asked {
    fn read(body: Value, needed: &str, known: &[&str]) -> Result<(Value, Self), Problem> {
        let Value::Object(mut members) = body else {
            return Err(Problem::bad_request("bad-body", "an object is expected"));
        };
        let missing = || Problem::bad_request("bad-body", format!("`{needed}` is missing"));
        let document = members.remove(needed).ok_or_else(missing)?;
        let options = match members.remove("options") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(options)) => options,
            Some(_) => return Err(Problem::bad_request("bad-body", "`options` is not an object")),
        };
        // An option that is not known may be a check that the caller relies on.
        match options.keys().find(|option| !known.contains(&option.as_str())) {
            Some(unknown) => {
                let unknown: String = unknown.chars().take(60).collect();
                Err(Problem::bad_request("unknown-option", format!("option `{unknown}` is not known")))
            }
            None => Ok((document, Self(options))),
        }
    }

    fn text(&self, option: &str) -> Result<Option<&str>, Problem> {
        let wrong = || Problem::bad_request("bad-body", format!("option `{option}` is not a text"));
        match self.0.get(option) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(wrong),
        }
    }

    fn texts(&self, option: &str) -> Result<Option<Vec<String>>, Problem> {
        let wrong = || Problem::bad_request("bad-body", format!("option `{option}` is not a list of texts"));
        match self.0.get(option) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(vec![text.clone()])),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(ToOwned::to_owned))
                .collect::<Option<_>>()
                .map(Some)
                .ok_or_else(wrong),
            Some(_) => Err(wrong()),
        }
    }
}
