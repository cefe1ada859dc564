//! Credentials of issuers without a trust file: claims of nobody known, or judged by what somebody who trusts the issuer gave
//! as files: its DID document, its status lists.
//!
//! A DID document is no trust file: nobody signed it and it has no date, so it is whoever gives it who vouches for it. What it
//! does not say is not made up: without a status list that covers a credential its revocation is not known.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::status::{Ground, judge_status};
use super::steps::{Presented, Proof, TEXT_BYTES, first_proven, is_code, until, untrusted};
use super::{AnchorError, Detail, TrustAnchors, Unproven, Verdict};
use crate::credential::{Malformed, Timestamp, UnverifiedCredential, json};
use crate::proof::data_integrity::{Embedded, PINNED_CONTEXTS, check_form};
use crate::proof::eddsa::PublicKey;
use crate::proof::jws::{self, Jws};
use crate::proof::links::check_uri;
use crate::proof::multibase;
use crate::qr;
use crate::status::{LIST_CREDENTIAL_BYTES, StatusList};

/// Largest DID document that is read, in bytes.
pub(super) const DID_DOCUMENT_BYTES: usize = 1 << 20;
/// How long a list that names no end stands for what is so, in days from its date.
const LIST_DAYS: i64 = 7;
const DID_KEY: &str = "did:key:";

/// An issuer whose keys were given as its DID document.
#[derive(Debug, Clone)]
pub struct ForeignIssuer {
    id: String,
    keys: BTreeMap<String, ForeignKey>,
    lists: BTreeMap<String, StatusList>,
}

/// A key that may sign credentials.
#[derive(Debug, Clone)]
struct ForeignKey {
    key: PublicKey,
    /// What is dated later is not its.
    expires: Option<Timestamp>,
}

impl ForeignIssuer {
    /// Reads a DID document, or the text `did:key:…`, which is its own.
    ///
    /// # Errors
    /// When it is none, or has no Ed25519 key that may sign credentials.
    pub(super) fn read(text: &str) -> Result<Self, AnchorError> {
        let text = text.trim();
        if let Some(name) = text.strip_prefix(DID_KEY) {
            let key = multibase::from_multikey(name).ok_or(AnchorError::NoKey)?;
            let keys = BTreeMap::from([(format!("{text}#{name}"), ForeignKey { key, expires: None })]);
            return Ok(Self { id: text.to_owned(), keys, lists: BTreeMap::new() });
        }
        let document = json::parse(text.as_bytes(), DID_DOCUMENT_BYTES).map_err(|e| AnchorError::Did(e.to_string()))?;
        let id = document.get("id").and_then(Value::as_str).filter(|id| !id.contains('#'));
        let id = id.ok_or_else(|| AnchorError::Did("it names nobody".into()))?.to_owned();
        check_uri("id", &id).map_err(|malformed| AnchorError::Did(malformed.to_string()))?;
        let keys = keys(&document, &id);
        if keys.is_empty() { Err(AnchorError::NoKey) } else { Ok(Self { id, keys, lists: BTreeMap::new() }) }
    }

    /// Returns its DID, or the address by which its credentials name it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the fingerprints of its keys, in the order of their names.
    pub fn fingerprints(&self) -> impl Iterator<Item = String> {
        self.keys.values().map(|key| key.key.fingerprint())
    }

    pub(super) fn list(&self, id: &str) -> Option<&StatusList> {
        self.lists.get(id)
    }

    /// Adds a status list that one of its keys signed.
    pub(super) fn add_list(&mut self, text: &str) -> Result<String, AnchorError> {
        let mut list = self.verified_list(text.trim())?;
        if list.valid_until == Timestamp::LAST {
            list.valid_until = list.valid_from.plus_days(LIST_DAYS);
        }
        let id = list.id.clone();
        // A file from last year must not take away what this year's says.
        if self.lists.get(&id).is_none_or(|before| before.valid_from <= list.valid_from) {
            self.lists.insert(id.clone(), list);
        }
        Ok(id)
    }

    fn verified_list(&self, text: &str) -> Result<StatusList, AnchorError> {
        let refuse = |malformed: Malformed| AnchorError::List(malformed.to_string());
        if !text.starts_with('{') {
            let jws = Jws::parse_foreign(text, LIST_CREDENTIAL_BYTES).map_err(refuse)?;
            let key = self.key(&self.full(&jws.kid));
            let is_signed = key.is_some_and(|(_, known)| jws.verifies(&known.key));
            let list = StatusList::from_payload(&jws.payload).map_err(|e| AnchorError::List(e.to_string()))?;
            return if is_signed { Ok(list) } else { Err(AnchorError::ListProof(list.id)) };
        }
        let parsed = json::parse(text.as_bytes(), LIST_CREDENTIAL_BYTES);
        let mut document = parsed.map_err(|e| AnchorError::List(e.to_string()))?;
        let proofs = Embedded::read(&document).map_err(refuse)?;
        document.as_object_mut().map(|object| object.remove("proof"));
        check_form(&document).and_then(|()| check_contexts(&document)).map_err(refuse)?;
        let is_signed = proofs.iter().any(|proof| {
            let key = self.keys.get(&proof.method);
            key.is_some_and(|known| proof.verify(&document, &known.key).unwrap_or(false))
        });
        let list = StatusList::from_document(&document).map_err(|e| AnchorError::List(e.to_string()))?;
        if is_signed { Ok(list) } else { Err(AnchorError::ListProof(list.id)) }
    }

    /// The full id of a key: `kid` may leave its beginning out, and all of it where there is one key.
    fn full(&self, kid: &str) -> String {
        match kid {
            "" if self.keys.len() == 1 => self.keys.keys().next().cloned().unwrap_or_default(),
            _ if kid.starts_with('#') => format!("{}{kid}", self.id),
            _ if kid.contains([':', '#']) => kid.to_owned(),
            _ => format!("{}#{kid}", self.id),
        }
    }

    fn key(&self, id: &str) -> Option<(&String, &ForeignKey)> {
        self.keys.get_key_value(id)
    }
}

/// The Ed25519 keys of a DID document that stand in `assertionMethod` (DID Core section 5.3.2), by full id.
fn keys(document: &Value, id: &str) -> BTreeMap<String, ForeignKey> {
    let all = |member: &str| document.get(member).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let name = |name: &str| if name.starts_with('#') { format!("{id}{name}") } else { name.to_owned() };
    let named = |method: &Map<String, Value>| method.get("id").and_then(Value::as_str).map(name);
    let find = |wanted: &str| {
        let mut methods = all("verificationMethod").iter().filter_map(Value::as_object);
        methods.find(|method| named(method).is_some_and(|named| named == name(wanted)))
    };
    let methods = all("assertionMethod").iter().filter_map(|method| match method {
        Value::String(wanted) => find(wanted),
        method => method.as_object(),
    });
    methods.filter_map(|method| Some((named(method)?, foreign_key(method, id)?))).collect()
}

/// A method's key, if it is the issuer's own, of a kind that is known, and was not revoked.
fn foreign_key(method: &Map<String, Value>, id: &str) -> Option<ForeignKey> {
    let text = |member: &str| method.get(member).and_then(Value::as_str);
    if method.contains_key("revoked") || method.get("controller").is_some_and(|controller| controller != id) {
        return None;
    }
    let expires = match method.get("expires") {
        Some(at) => Some(Timestamp::from_date_time_stamp(at.as_str()?).ok()?),
        None => None,
    };
    let jwk = |jwk: &Value| {
        let is = |member: &str, value: &str| jwk.get(member).is_some_and(|have| have == value);
        let x = jwk.get("x").and_then(Value::as_str).filter(|_| is("kty", "OKP") && is("crv", "Ed25519"));
        x.and_then(|x| PublicKey::from_base64url(x).ok())
    };
    let key = match text("publicKeyMultibase") {
        Some(multikey) => multibase::from_multikey(multikey),
        None => method.get("publicKeyJwk").and_then(jwk),
    };
    Some(ForeignKey { key: key?, expires })
}

/// A credential of an issuer without a trust file: claimed by nobody known, or judged by the files of a foreign one. Nothing,
/// if it is no credential or a trust file names its issuer.
pub(super) fn judge(text: &str, anchors: &TrustAnchors, now: Timestamp) -> Option<Verdict> {
    let text = text.trim();
    let (document, key) = glimpse(text)?;
    let credential = UnverifiedCredential::claimed(&document)?;
    if anchors.issuer(&credential.issuer).is_some() {
        return None;
    }
    match anchors.foreign(&credential.issuer) {
        None => Some(untrusted(Unproven { key, credential, detail: None }, anchors)),
        Some(issuer) => Some(
            match is_code(text) && !text.starts_with('{') {
                true => judge_jws(qr::unpack(text), issuer, now),
                false if text.starts_with('{') => judge_json(document, issuer, now),
                false => judge_jws(Jws::parse_foreign(text, TEXT_BYTES), issuer, now),
            }
            .unwrap_or_else(Verdict::Malformed),
        ),
    }
}

/// Returns what a text says, whatever secures it, and the key that it names.
fn glimpse(text: &str) -> Option<(Value, String)> {
    if text.len() > TEXT_BYTES {
        return None;
    }
    let parse = |bytes: &[u8]| json::parse(bytes, TEXT_BYTES).ok().filter(Value::is_object);
    let name = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text.starts_with('{') {
        let document = parse(text.as_bytes())?;
        let proof = document.get("proof");
        let key = proof.and_then(|proof| {
            Some(name(proof.as_array().map_or(Some(proof), |all| all.first())?, "verificationMethod"))
        });
        return Some((document, key.unwrap_or_default()));
    }
    let (header, payload) = match is_code(text) {
        true => qr::unpack(text).map(|jws| (jws.header, jws.payload)).ok()?,
        false => jws::parts(text, TEXT_BYTES).map(|[header, payload, _]| (header, payload)).ok()?,
    };
    Some((parse(&payload)?, parse(&header).map(|header| name(&header, "kid")).unwrap_or_default()))
}

fn judge_jws(jws: Result<Jws, Malformed>, issuer: &ForeignIssuer, now: Timestamp) -> Result<Verdict, Malformed> {
    let jws = jws?;
    let payload = json::parse(&jws.payload, TEXT_BYTES).map_err(|e| Malformed::new("payload", e.to_string()))?;
    let credential = UnverifiedCredential::from_foreign(payload)?;
    let key = issuer.full(&jws.kid);
    Ok(judge_one(Presented { proof: Proof::Jws(jws), credential, key }, issuer, now))
}

fn judge_json(mut document: Value, issuer: &ForeignIssuer, now: Timestamp) -> Result<Verdict, Malformed> {
    let proofs = Embedded::read(&document)?;
    document.as_object_mut().map(|object| object.remove("proof"));
    let credential = UnverifiedCredential::from_foreign(document)?;
    check_form(&credential.document)?;
    check_contexts(&credential.document)?;
    let mut presented = Vec::new();
    for proof in proofs {
        check_uri("proof.verificationMethod", &proof.method)?;
        // Else a form that is not understood here would be called a forgery.
        if let Some((_, known)) = issuer.key(&proof.method) {
            let checked = proof.verify(&credential.document, &known.key);
            checked.map_err(|error| Malformed::new("payload", error.to_string()))?;
        }
        let (key, credential) = (proof.method.clone(), until(credential.clone(), proof.expires));
        presented.push(Presented { proof: Proof::Embedded(proof), credential, key });
    }
    Ok(first_proven(presented.into_iter().map(|one| judge_one(one, issuer, now))))
}

fn check_contexts(document: &Value) -> Result<(), Malformed> {
    let contexts = document.get("@context").and_then(Value::as_array).into_iter().flatten();
    let unknown =
        contexts.filter_map(Value::as_str).find(|have| !PINNED_CONTEXTS.iter().any(|(known, _)| known == have));
    unknown.map_or(Ok(()), |unknown| Err(Malformed::new("@context", format!("{unknown} is not known here"))))
}

fn judge_one(presented: Presented, issuer: &ForeignIssuer, now: Timestamp) -> Verdict {
    let Some((_, known)) = issuer.key(&presented.key) else {
        return Verdict::UnknownKey(presented.unproven(Some(Detail::KeyNotListed)));
    };
    if !presented.verifies(&known.key) {
        return Verdict::ProofInvalid(presented.unproven(None));
    }
    if known.expires.is_some_and(|expires| presented.dated() > expires) {
        return Verdict::UnknownKey(presented.unproven(Some(Detail::KeyWindow)));
    }
    judge_status(presented, Ground::Foreign(issuer), now)
}
