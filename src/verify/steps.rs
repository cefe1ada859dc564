use super::{Anchor, Checked, Detail, StatusFreshness, TrustAnchors, Unproven, Verdict, VerifiedCredential};
use crate::credential::{Malformed, Timestamp, UnverifiedCredential, limits};
use crate::keys::{KeyState, short_id};
use crate::proof::jws::{CREDENTIAL, Jws};
use crate::status::{Reason, ReasonCode, issued_digest};

/// Longest text that is looked at, in bytes.
pub const TEXT_BYTES: usize = 262_144;

/// How far a verifier's clock may be wrong before dates are held against a credential, in seconds.
pub const CLOCK_SKEW_SECONDS: i64 = 300;

/// Verifies the text of a scanned QR code, a verifier link or a compact JWS.
pub fn verify(text: &str, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    match read_text(text).and_then(Presented::read) {
        Ok(presented) => judge(presented, anchors, now),
        Err(malformed) => Verdict::Malformed(malformed),
    }
}

/// Verifies a compact JWS.
pub fn verify_jws(compact: &str, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    match read_jws(compact).and_then(Presented::read) {
        Ok(presented) => judge(presented, anchors, now),
        Err(malformed) => Verdict::Malformed(malformed),
    }
}

/// Step 1: text to JWS. A QR text holds a `#` or starts with a digit; no JWS does either.
fn read_text(text: &str) -> Result<Jws, Malformed> {
    let text = text.trim_ascii();
    if text.len() > TEXT_BYTES {
        return Err(Malformed::new("text", format!("larger than {TEXT_BYTES} bytes")));
    }
    if text.contains('#') || text.starts_with(|c: char| c.is_ascii_digit()) {
        return crate::qr::unpack(text);
    }
    read_jws(text)
}

fn read_jws(compact: &str) -> Result<Jws, Malformed> {
    if compact.len() > TEXT_BYTES {
        return Err(Malformed::new("text", format!("larger than {TEXT_BYTES} bytes")));
    }
    Jws::parse(compact.trim_ascii(), limits::CREDENTIAL_BYTES)
}

/// What was presented: read, and consistent in itself, but not proven.
struct Presented {
    jws: Jws,
    credential: UnverifiedCredential,
}

impl Presented {
    /// Steps 2 to 4: `typ`, the payload, and a `kid` of the very issuer that the payload names.
    fn read(jws: Jws) -> Result<Self, Malformed> {
        if jws.typ != CREDENTIAL {
            return Err(Malformed::new("header.typ", format!("not `{CREDENTIAL}`")));
        }
        let credential = UnverifiedCredential::from_payload(&jws.payload)?;
        if short_id(&jws.kid, &credential.issuer).is_none() {
            return Err(Malformed::new("header.kid", "not a key of the credential's issuer"));
        }
        Ok(Self { jws, credential })
    }

    fn unproven(self, detail: Option<Detail>) -> Unproven {
        Unproven { credential: self.credential, key: self.jws.kid, detail }
    }
}

/// Steps 5 to 8: issuer, key, signature, key state; then [`judge_status`].
fn judge(presented: Presented, anchors: &TrustAnchors, now: Timestamp) -> Verdict {
    let Presented { jws, credential } = &presented;
    let Some(anchor) = anchors.issuer(&credential.issuer) else {
        let same_name = anchors.issuers().any(|anchor| anchor.name() == credential.issuer_name);
        return Verdict::UntrustedIssuer(presented.unproven(same_name.then_some(Detail::SameName)));
    };
    let id = short_id(&jws.kid, &credential.issuer).unwrap_or_default();
    let Some((key, state)) = anchor.key(id) else {
        return Verdict::UnknownKey(presented.unproven(Some(Detail::KeyNotListed)));
    };
    if !jws.verifies(key) {
        return Verdict::ProofInvalid(presented.unproven(None));
    }
    match state {
        KeyState::Compromised { .. } if !anchor.has_issued(id, &issued_digest(&jws.to_compact())) => {
            Verdict::CompromisedKey(presented.unproven(None))
        }
        KeyState::Retired { until } if credential.valid_from > *until => {
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
    let Presented { jws, credential } = presented;
    let (status, freshness) = look_up(&credential, anchor);
    let late = now.plus_seconds(CLOCK_SKEW_SECONDS);
    let (from, until) = (credential.valid_from, credential.valid_until);
    let proven = |detail| {
        let root_fingerprint = anchor.root_fingerprint().to_owned();
        VerifiedCredential::new(credential, Checked { key: jws.kid, root_fingerprint, status: freshness, detail })
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
