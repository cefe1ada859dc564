//! The steps to a verdict, in the order and with the numbers of `schemas/verify.md`.

use super::{Anchor, Checked, Detail, StatusFreshness, TrustAnchors, Unproven, Verdict, VerifiedCredential};
use crate::credential::{Malformed, Timestamp, UnverifiedCredential, json, limits};
use crate::keys::{KeyState, short_id};
use crate::proof::data_integrity::{Embedded, MULTIKEY, check_form};
use crate::proof::eddsa::PublicKey;
use crate::proof::jws::{CREDENTIAL, Jws};
use crate::proof::links::check_uri;
use crate::qr;
use crate::status::{Reason, ReasonCode, issued_digest};

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
    match read_text(text) {
        Ok(presented) => judge(presented, anchors, now),
        Err(malformed) => Verdict::Malformed(malformed),
    }
}

/// Verifies a compact JWS.
pub fn verify_jws(compact: &str, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    match read_jws(compact).and_then(Presented::from_jws) {
        Ok(presented) => judge(presented, anchors, now),
        Err(malformed) => Verdict::Malformed(malformed),
    }
}

/// Step 1: what kind of text it is. JSON starts with `{`; a QR text holds a `#` or starts with a digit; no JWS does.
pub(super) fn read_text(text: &str) -> Result<Presented, Malformed> {
    let text = text.trim();
    if text.len() > TEXT_BYTES {
        return Err(Malformed::new("text", format!("larger than {TEXT_BYTES} bytes")));
    }
    if text.starts_with('{') {
        return Presented::from_json(text);
    }
    if text.contains('#') || text.starts_with(|c: char| c.is_ascii_digit()) {
        return qr::unpack(text).and_then(Presented::from_jws);
    }
    read_jws(text).and_then(Presented::from_jws)
}

fn read_jws(compact: &str) -> Result<Jws, Malformed> {
    if compact.len() > TEXT_BYTES {
        return Err(Malformed::new("text", format!("larger than {TEXT_BYTES} bytes")));
    }
    Jws::parse(compact.trim(), limits::CREDENTIAL_BYTES)
}

/// What was presented: read, and consistent in itself, but not proven.
pub(super) struct Presented {
    proof: Proof,
    pub(super) credential: UnverifiedCredential,
    /// Short id of the key that the proof names.
    pub(super) key: String,
}

/// How a credential is secured.
enum Proof {
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

    /// Steps J1 to J4: the proof, the credential without it, a method of the very issuer, terms alone, and links that are URIs.
    fn from_json(text: &str) -> Result<Self, Malformed> {
        let parsed = json::parse(text.as_bytes(), limits::CREDENTIAL_BYTES);
        let mut document = parsed.map_err(|e| Malformed::new("payload", e.to_string()))?;
        let proof = Embedded::read(&document)?;
        document.as_object_mut().map(|object| object.remove("proof"));
        let credential = UnverifiedCredential::from_document(document)?;
        let key = short_id(&proof.method, &credential.issuer).and_then(|id| id.strip_suffix(MULTIKEY));
        let Some(key) = key.filter(|key| !key.is_empty()).map(str::to_owned) else {
            return Err(Malformed::new("proof.verificationMethod", "not a Multikey of the credential's issuer"));
        };
        check_form(&credential.document)?;
        check_uri("proof.verificationMethod", &proof.method)?;
        Ok(Self { proof: Proof::Embedded(proof), credential, key })
    }

    /// Full id of the key, as the manifest has it.
    fn kid(&self) -> String {
        format!("{}#{}", self.credential.issuer, self.key)
    }

    pub(super) fn verifies(&self, key: &PublicKey) -> bool {
        match &self.proof {
            Proof::Jws(jws) => jws.verifies(key),
            Proof::Embedded(proof) => proof.verifies(&self.credential.document, key),
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
            Proof::Embedded(proof) => proof.created.max(self.credential.dated),
        }
    }

    /// The compact JWS, unless the proof is embedded.
    pub(super) fn compact(&self) -> Option<String> {
        match &self.proof {
            Proof::Jws(jws) => Some(jws.to_compact()),
            Proof::Embedded(_) => None,
        }
    }

    fn unproven(self, detail: Option<Detail>) -> Unproven {
        Unproven { key: self.kid(), credential: self.credential, detail }
    }
}

/// Steps 5 to 8: issuer, key, signature, key state; then [`judge_status`].
fn judge(presented: Presented, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    let credential = &presented.credential;
    let Some(anchor) = anchors.issuer(&credential.issuer) else {
        let same_name = anchors.issuers().any(|anchor| anchor.name() == credential.issuer_name);
        return Verdict::UntrustedIssuer(presented.unproven(same_name.then_some(Detail::SameName)));
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
        _ => judge_status(presented, anchor, now),
    }
}

/// What the status list says of a credential.
enum Status<'a> {
    Unknown(Detail),
    Clear,
    Set(Option<&'a Reason>),
}

/// Steps 9 to 14, for a credential that is proven: the worst news comes first.
fn judge_status(presented: Presented, anchor: &Anchor, now: Timestamp) -> Verdict {
    let (status, freshness) = look_up(&presented.credential, anchor);
    let late = now.plus_seconds(CLOCK_SKEW_SECONDS);
    let (from, until) = (presented.dated(), presented.credential.valid_until);
    let proven = |detail| {
        let (key, root_fingerprint) = (presented.kid(), anchor.root_fingerprint().to_owned());
        let checked = Checked { key, root_fingerprint, status: freshness, detail };
        VerifiedCredential::new(presented.credential, checked)
    };
    let stale = stale(&freshness, anchor, now);
    match status {
        Status::Set(Some(reason)) if reason.code == ReasonCode::Superseded => {
            Verdict::Superseded(proven(None), reason.clone())
        }
        Status::Set(Some(reason)) => Verdict::Revoked(proven(None), Some(reason.clone())),
        Status::Set(None) => Verdict::Revoked(proven(Some(Detail::NoReason)), None),
        _ if until.is_some_and(|until| now > until) => Verdict::Expired(proven(None)),
        _ if late < from => Verdict::NotYetValid(proven(None)),
        Status::Unknown(detail) => Verdict::StatusUnknown(proven(Some(detail))),
        Status::Clear if late < anchor.issued() => Verdict::StatusUnknown(proven(Some(Detail::ClockBehind))),
        Status::Clear if stale.is_some() => Verdict::ValidStatusStale(proven(stale)),
        Status::Clear => Verdict::Valid(proven(None)),
    }
}

fn look_up<'a>(credential: &UnverifiedCredential, anchor: &'a Anchor) -> (Status<'a>, StatusFreshness) {
    let unknown = |detail| (Status::Unknown(detail), StatusFreshness::Unknown);
    let Some((list_id, index)) = &credential.status else { return unknown(Detail::NoStatusEntry) };
    let Some(list) = anchor.list(list_id) else { return unknown(Detail::ListMissing) };
    let status = match list.is_set(*index) {
        Err(_) => return unknown(Detail::IndexOutOfRange),
        Ok(true) => Status::Set(anchor.reason(list_id, *index)),
        Ok(false) => Status::Clear,
    };
    let freshness = StatusFreshness::AsOf {
        at: list.valid_from,
        next_update: anchor.next_update().min(list.valid_until).min(anchor.manifest().expires),
        list_until: list.valid_until,
    };
    (status, freshness)
}

/// Returns which of the documents is past its time, if one is.
fn stale(freshness: &StatusFreshness, anchor: &Anchor, now: Timestamp) -> Option<Detail> {
    let StatusFreshness::AsOf { list_until, .. } = freshness else { return None };
    if now > anchor.manifest().expires {
        Some(Detail::ManifestExpired)
    } else if now > *list_until {
        Some(Detail::ListExpired)
    } else if now > anchor.next_update() {
        Some(Detail::SnapshotExpired)
    } else {
        None
    }
}
