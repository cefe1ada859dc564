//! What a published site holds beside certificates: told apart, so that a folder can be verified whole.

use super::text::{self, is_compact_jws};
use crate::credential::limits::SNAPSHOT_BYTES;
use crate::keys::MANIFEST_TYP;
use crate::proof::jws::Jws;
use crate::status::{LIST_CREDENTIAL_BYTES, SNAPSHOT_TYP};

/// Says what a file is that is a document of an issuer but no certificate: a status list, a key manifest or a trust
/// snapshot. Believes the file's own word: what it says of itself is never shown as good, only left out.
pub fn published(bytes: &[u8]) -> Option<&'static str> {
    if bytes.len() > LIST_CREDENTIAL_BYTES.max(SNAPSHOT_BYTES) * 2 {
        return None;
    }
    if bytes.trim_ascii_start().starts_with(b"{") {
        return (is_status_list(bytes) && text::is_alone(bytes)).then_some("a status list");
    }
    if !bytes.trim_ascii_start().starts_with(b"ey") {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?.trim();
    if !is_compact_jws(text) {
        return None;
    }
    let jws = Jws::parse(text, LIST_CREDENTIAL_BYTES.max(SNAPSHOT_BYTES)).ok()?;
    match jws.typ.as_str() {
        MANIFEST_TYP => Some("a key manifest"),
        SNAPSHOT_TYP => Some("a trust snapshot"),
        _ => is_status_list(&jws.payload).then_some("a status list"),
    }
}

/// Bitstring Status List section 3.1: its `type` says so.
fn is_status_list(payload: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Typed {
        #[serde(rename = "type")]
        types: Vec<String>,
    }
    let typed: Result<Typed, _> = serde_json::from_slice(payload);
    typed.is_ok_and(|typed| typed.types.iter().any(|kind| kind == "BitstringStatusListCredential"))
}
