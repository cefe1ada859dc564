//! The steps to a verdict, in the order and with the numbers of `schemas/verify.md`.

use super::status::{Ground, judge_status};
use super::{Anchor, Detail, TrustAnchors, Unproven, Verdict, foreign};
use crate::credential::{Malformed, Timestamp, UnverifiedCredential, json, limits};
use crate::keys::{KeyState, short_id};
use crate::proof::data_integrity::{Embedded, MULTIKEY, check_form};
use crate::proof::eddsa::PublicKey;
use crate::proof::jws::{CREDENTIAL, Jws};
use crate::proof::links::check_uri;
use crate::qr;
use crate::status::issued_digest;

/// Longest text that is looked at, in bytes.
pub const TEXT_BYTES: usize = 262_144;

/// How far a verifier's clock may be wrong before dates are held against a credential, in seconds.
pub const CLOCK_SKEW_SECONDS: i64 = 300;

/// Verifies the text of a scanned QR code, a verifier link, a compact JWS, or JSON with an embedded proof.
pub fn verify(text: &str, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    let text = &*qr::bare(text);
    if qr::is_specimen(text) {
        return Verdict::Specimen;
    }
    judge_or(read_text(text), text, anchors, now)
}

/// Verifies a compact JWS.
pub fn verify_jws(compact: &str, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    let read = read_jws(compact).and_then(Presented::from_jws).map(|one| vec![one]);
    judge_or(read, compact, anchors, now)
}

/// The issuer comes first: what is not of the shape that ours have is malformed only if a trust file names its issuer.
fn judge_or(read: Result<Vec<Presented>, Malformed>, text: &str, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    let is_foreign = |issuer: &str| anchors.issuer(issuer).is_none() && anchors.foreign(issuer).is_some();
    let shaped = read.as_ref().is_ok_and(|presented| !is_foreign(presented[0].issuer()));
    let other = if shaped { None } else { foreign::judge(text, anchors, now) };
    match (other, read) {
        (Some(verdict), _) => verdict,
        (None, Ok(presented)) => judge_all(presented, anchors, now),
        (None, Err(malformed)) => Verdict::Malformed(malformed),
    }
}

/// Step 1: what kind of text it is. JSON starts with `{`; a QR text holds a `#` or starts with a digit; no JWS does.
/// Several where JSON has several proofs: at least one.
pub(super) fn read_text(text: &str) -> Result<Vec<Presented>, Malformed> {
    let text = text.trim();
    if text.len() > TEXT_BYTES {
        return Err(Malformed::new("text", format!("larger than {TEXT_BYTES} bytes")));
    }
    if text.starts_with('{') {
        return Presented::from_json(text);
    }
    if let Some(meant) = qr::meant(text) {
        return Err(Malformed::new(meant.field(), meant.problem()));
    }
    let jws = if is_code(text) { qr::unpack(text) } else { read_jws(text) };
    jws.and_then(Presented::from_jws).map(|one| vec![one])
}

/// Whether it is the text of a code, or a link, and not a JWS.
pub(super) fn is_code(text: &str) -> bool {
    text.contains('#') || text.starts_with(|c: char| c.is_ascii_digit())
}

fn read_jws(compact: &str) -> Result<Jws, Malformed> {
    if compact.len() > TEXT_BYTES {
        return Err(Malformed::new("text", format!("larger than {TEXT_BYTES} bytes")));
    }
    Jws::parse(compact.trim(), limits::CREDENTIAL_BYTES)
}

/// What was presented: read, and consistent in itself, but not proven.
pub(super) struct Presented {
    pub(super) proof: Proof,
    pub(super) credential: UnverifiedCredential,
    /// Short id of the key that the proof names; of a foreign credential the full one.
    pub(super) key: String,
}

/// How a credential is secured.
pub(super) enum Proof {
    Jws(Jws),
    Embedded(Embedded),
}

impl Presented {
    /// Steps 2 to 4: `typ`, the payload, and a `kid` of the very issuer that the payload names.
    fn from_jws(jws: Jws) -> Result<Self, Malformed> {
        if jws.typ != CREDENTIAL {
            return Err(Malformed::new("header.typ", format!("not `{CREDENTIAL}`")));
        }
        let credential = UnverifiedCredential::from_payload(&jws.payload)?;
        let Some(key) = short_id(&jws.kid, &credential.issuer).map(str::to_owned) else {
            return Err(Malformed::new("header.kid", "not a key of the credential's issuer"));
        };
        Ok(Self { proof: Proof::Jws(jws), credential, key })
    }

    /// Steps J1 to J4: the proofs, the credential without them, methods of the very issuer, terms alone, and links that are
    /// URIs.
    fn from_json(text: &str) -> Result<Vec<Self>, Malformed> {
        let parsed = json::parse(text.as_bytes(), limits::CREDENTIAL_BYTES);
        let mut document = parsed.map_err(|e| Malformed::new("payload", e.to_string()))?;
        let proofs = Embedded::read(&document)?;
        document.as_object_mut().map(|object| object.remove("proof"));
        let credential = UnverifiedCredential::from_document(document)?;
        let all: Vec<Self> = proofs.into_iter().filter_map(|proof| Self::embedded(proof, &credential)).collect();
        if all.is_empty() {
            return Err(Malformed::new("proof.verificationMethod", "not a key of the credential's issuer"));
        }
        check_form(&credential.document)?;
        for one in &all {
            check_uri("proof.verificationMethod", one.method())?;
        }
        Ok(all)
    }

    /// Step J3: a method of the very issuer. did.json lists a key twice; by either name it is that key.
    fn embedded(proof: Embedded, credential: &UnverifiedCredential) -> Option<Self> {
        let name = short_id(&proof.method, &credential.issuer)?;
        let key = name.strip_suffix(MULTIKEY).unwrap_or(name).to_owned();
        let credential = until(credential.clone(), proof.expires);
        (!key.is_empty()).then_some(Self { proof: Proof::Embedded(proof), credential, key })
    }

    pub(super) fn issuer(&self) -> &str {
        &self.credential.issuer
    }

    fn method(&self) -> &str {
        match &self.proof {
            Proof::Jws(jws) => &jws.kid,
            Proof::Embedded(proof) => &proof.method,
        }
    }

    /// Full id of the key, as the manifest has it.
    pub(super) fn kid(&self) -> String {
        match self.key.contains('#') {
            true => self.key.clone(),
            false => format!("{}#{}", self.credential.issuer, self.key),
        }
    }

    /// What cannot be processed, for an undefined term say, has no proof of anybody.
    pub(super) fn verifies(&self, key: &PublicKey) -> bool {
        match &self.proof {
            Proof::Jws(jws) => jws.verifies(key),
            Proof::Embedded(proof) => proof.verify(&self.credential.document, key).unwrap_or(false),
        }
    }

    /// Whether a key's issued set holds it. The sets know credentials by their JWS: no embedded proof is in any.
    fn was_issued(&self, anchor: &Anchor) -> bool {
        match &self.proof {
            Proof::Jws(jws) => anchor.has_issued(&self.key, &issued_digest(&jws.to_compact())),
            Proof::Embedded(_) => false,
        }
    }

    /// The latest time that what was signed says of itself.
    pub(super) fn dated(&self) -> Timestamp {
        match &self.proof {
            Proof::Jws(_) => self.credential.dated,
            Proof::Embedded(proof) => {
                proof.created.into_iter().chain([self.credential.dated]).max().expect("one is there")
            }
        }
    }

    /// The compact JWS, unless the proof is embedded.
    pub(super) fn compact(&self) -> Option<String> {
        match &self.proof {
            Proof::Jws(jws) => Some(jws.to_compact()),
            Proof::Embedded(_) => None,
        }
    }

    pub(super) fn unproven(self, detail: Option<Detail>) -> Unproven {
        Unproven { key: self.kid(), credential: self.credential, detail }
    }
}

/// A proof that ends takes its credential along.
pub(super) fn until(mut credential: UnverifiedCredential, expires: Option<Timestamp>) -> UnverifiedCredential {
    credential.valid_until = credential.valid_until.into_iter().chain(expires).min();
    credential
}

/// Of several proofs the first counts that proves the credential; if none does, the first.
fn judge_all(presented: Vec<Presented>, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    first_proven(presented.into_iter().map(|one| judge(one, anchors, now)))
}

pub(super) fn first_proven(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut first = None;
    for verdict in verdicts {
        if verdict.proven().is_some() {
            return verdict;
        }
        first.get_or_insert(verdict);
    }
    first.expect("there is at least one proof")
}

/// Step 5, for whom nobody trusts.
pub(super) fn untrusted(presented: Unproven, anchors: &TrustAnchors) -> Verdict {
    let name = &presented.credential.issuer_name;
    let same_name = !name.is_empty() && anchors.issuers().any(|anchor| anchor.name() == name);
    Verdict::UntrustedIssuer(Unproven { detail: same_name.then_some(Detail::SameName), ..presented })
}

/// Steps 5 to 8: issuer, key, signature, key state; then [`judge_status`].
fn judge(presented: Presented, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    let Some(anchor) = anchors.issuer(presented.issuer()) else {
        return untrusted(presented.unproven(None), anchors);
    };
    let Some((key, state)) = anchor.key(&presented.key) else {
        return Verdict::UnknownKey(presented.unproven(Some(Detail::KeyNotListed)));
    };
    if !presented.verifies(key) {
        return Verdict::ProofInvalid(presented.unproven(None));
    }
    match state {
        KeyState::Compromised { .. } if !presented.was_issued(anchor) => {
            Verdict::CompromisedKey(presented.unproven(None))
        }
        KeyState::Retired { until } if presented.dated() > *until => {
            Verdict::UnknownKey(presented.unproven(Some(Detail::KeyWindow)))
        }
        _ => judge_status(presented, Ground::Anchor(anchor), now),
    }
}
