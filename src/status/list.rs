//! One status list: its bits, and the signed credential that carries them (Bitstring Status List v1.0).

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use flate2::Compression;
use serde_json::{Value, json};

use super::LIST_ENTRIES;
use crate::credential::{CONTEXTS, Malformed, Timestamp, json as strict};
use crate::proof::eddsa::SecretKey;

/// Largest status list credential that is read, in bytes.
pub const LIST_CREDENTIAL_BYTES: usize = 4 << 20;

/// Most entries of a list that is read: 16 million.
pub const MAX_LIST_ENTRIES: usize = 1 << 24;

/// One status list with its bits; bit `i` set means revoked (or superseded).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    /// The list's address, `https://HOST/status/N`.
    pub id: String,
    /// The issuer's DID.
    pub issuer: String,
    /// The bits, first entry in the highest bit of the first byte.
    pub bits: Vec<u8>,
    /// `validFrom`.
    pub valid_from: Timestamp,
    /// `validUntil`: past it the list is stale. A list that gives none never is by itself.
    pub valid_until: Timestamp,
}

/// Why a list is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not a status list credential.
    #[error("not a status list: {0}")]
    Malformed(Malformed),
    /// The index is past the end.
    #[error("index {index} is past the list's {entries} entries")]
    OutOfRange {
        /// The index asked for.
        index: u64,
        /// How many the list has.
        entries: u64,
    },
}

impl From<Malformed> for ListError {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl StatusList {
    /// Returns a list of [`super::LIST_ENTRIES`] entries with these indexes set. Indexes past the end are no entries
    /// and cannot be set.
    pub fn new(id: String, issuer: String, revoked: &[u32], valid_from: Timestamp, valid_until: Timestamp) -> Self {
        let mut bits = vec![0; LIST_ENTRIES as usize / 8];
        for index in revoked.iter().filter(|index| **index < LIST_ENTRIES) {
            bits[*index as usize / 8] |= 0x80 >> (index % 8);
        }
        Self { id, issuer, bits, valid_from, valid_until }
    }

    /// Returns the `BitstringStatusListCredential` as JSON (`encodedList`: multibase base64url of the gzipped bits).
    pub fn to_json(&self, ttl_seconds: u64) -> Value {
        json!({
            "@context": [CONTEXTS[0]],
            "id": self.id,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.issuer,
            "validFrom": self.valid_from,
            "validUntil": self.valid_until,
            "credentialSubject": {
                "id": format!("{}#list", self.id),
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": encode(&self.bits),
                // Bitstring Status List v1.0 section 2.2: milliseconds.
                "ttl": ttl_seconds.saturating_mul(1_000),
            },
        })
    }

    /// Returns the credential as a compact JWS with `typ` `vc+jwt`.
    pub fn sign(&self, ttl_seconds: u64, kid: &str, key: &SecretKey) -> String {
        let payload = serde_json_canonicalizer::to_vec(&self.to_json(ttl_seconds))
            .expect("strings and whole numbers have a canonical form");
        crate::proof::jws::sign(&payload, kid, crate::proof::jws::CREDENTIAL, key)
    }

    /// Reads a list from the payload of a JWS (the caller verifies the signature).
    ///
    /// # Errors
    /// When it is no list, is shorter than 131,072 entries, or inflates past its bound.
    pub fn from_payload(payload: &[u8]) -> Result<Self, ListError> {
        let document =
            strict::parse(payload, LIST_CREDENTIAL_BYTES).map_err(|e| Malformed::new("payload", e.to_string()))?;
        Self::from_document(&document)
    }

    /// Reads a list from its document, which must have been parsed strictly (the caller verifies the proof).
    ///
    /// # Errors
    /// As [`StatusList::from_payload`].
    pub fn from_document(document: &Value) -> Result<Self, ListError> {
        has_type(document)?;
        expect(document, "/credentialSubject/type", "BitstringStatusList")?;
        expect(document, "/credentialSubject/statusPurpose", "revocation")?;
        if document.pointer("/credentialSubject/statusSize").is_some_and(|size| *size != 1) {
            return Err(Malformed::new("credentialSubject.statusSize", "not 1").into());
        }
        let valid_until = match document.get("validUntil") {
            None => Timestamp::LAST,
            Some(_) => time(document, "/validUntil")?,
        };
        Ok(Self {
            id: text(document, "/id")?.to_owned(),
            issuer: issuer(document)?.to_owned(),
            bits: decode(text(document, "/credentialSubject/encodedList")?)?,
            valid_from: time(document, "/validFrom")?,
            valid_until,
        })
    }

    /// Returns whether the entry at `index` is set.
    ///
    /// # Errors
    /// When the index is past the end: a verifier must not take that for "not revoked".
    pub fn is_set(&self, index: u64) -> Result<bool, ListError> {
        let byte = usize::try_from(index / 8).ok().and_then(|at| self.bits.get(at));
        let out_of_range = ListError::OutOfRange { index, entries: self.bits.len() as u64 * 8 };
        byte.map(|byte| byte & (0x80 >> (index % 8)) != 0).ok_or(out_of_range)
    }
}

fn encode(bits: &[u8]) -> String {
    // No name and no time in the gzip header: the same bits give the same text.
    let mut gzip = flate2::GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    gzip.write_all(bits).expect("writing to memory does not fail");
    format!("u{}", BASE64URL.encode(gzip.finish().expect("writing to memory does not fail")))
}

/// Undoes [`encode`], bounded; exactly one gzip member and nothing after it.
fn decode(encoded: &str) -> Result<Vec<u8>, Malformed> {
    let malformed = |problem: &str| Malformed::new("credentialSubject.encodedList", problem);
    let base64 = encoded.strip_prefix('u').ok_or_else(|| malformed("not multibase base64url"))?;
    let gzip = BASE64URL.decode(base64).map_err(|_| malformed("not multibase base64url"))?;
    let mut decoder = flate2::bufread::GzDecoder::new(gzip.as_slice());
    let mut bits = Vec::new();
    let bound = MAX_LIST_ENTRIES as u64 / 8;
    decoder.by_ref().take(bound + 1).read_to_end(&mut bits).map_err(|_| malformed("not gzip"))?;
    if bits.len() as u64 > bound {
        return Err(malformed("more than 16,777,216 entries"));
    }
    if !decoder.into_inner().is_empty() {
        return Err(malformed("something follows the gzip data"));
    }
    if bits.len() < LIST_ENTRIES as usize / 8 { Err(malformed("fewer than 131,072 entries")) } else { Ok(bits) }
}

/// Turns a JSON pointer into the path that findings are reported with.
fn finding(pointer: &str, problem: impl Into<String>) -> Malformed {
    Malformed::new(pointer[1..].replace('/', "."), problem)
}

fn text<'a>(document: &'a Value, pointer: &str) -> Result<&'a str, Malformed> {
    document.pointer(pointer).and_then(Value::as_str).ok_or_else(|| finding(pointer, "missing or not a text"))
}

fn time(document: &Value, pointer: &str) -> Result<Timestamp, Malformed> {
    Timestamp::from_date_time_stamp(text(document, pointer)?)
        .map_err(|_| finding(pointer, "not a time such as 2026-05-01T00:00:00Z"))
}

fn expect(document: &Value, pointer: &str, value: &str) -> Result<(), Malformed> {
    if text(document, pointer)? == value { Ok(()) } else { Err(finding(pointer, format!("not `{value}`"))) }
}

/// VCDM 2.0 section 4.7: the issuer is a URL or an object with an `id`.
fn issuer(document: &Value) -> Result<&str, Malformed> {
    text(document, "/issuer").or_else(|_| text(document, "/issuer/id"))
}

fn has_type(document: &Value) -> Result<(), Malformed> {
    let types = document.get("type").and_then(Value::as_array);
    let has = |name: &str| types.is_some_and(|types| types.iter().any(|t| t == name));
    if has("VerifiableCredential") && has("BitstringStatusListCredential") {
        Ok(())
    } else {
        Err(Malformed::new("type", "not a VerifiableCredential and BitstringStatusListCredential"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(revoked: &[u32]) -> StatusList {
        let time = |text: &str| text.parse().unwrap();
        let (from, until) = (time("2026-05-01T00:00:00Z"), time("2026-05-08T00:00:00Z"));
        let id = "https://certs.example.org/status/1";
        StatusList::new(id.into(), "did:web:certs.example.org".into(), revoked, from, until)
    }

    fn payload(change: impl Fn(&mut Value)) -> Vec<u8> {
        let mut value = list(&[5]).to_json(60);
        change(&mut value);
        value.to_string().into_bytes()
    }

    #[test]
    fn comes_back_with_the_same_bits() {
        let list = list(&[0, 7, 8, 94_567, LIST_ENTRIES - 1]);
        let back = StatusList::from_payload(list.to_json(86_400).to_string().as_bytes()).unwrap();
        assert_eq!(back, list);
        for index in 0..u64::from(LIST_ENTRIES) {
            assert_eq!(back.is_set(index), Ok([0, 7, 8, 94_567, 131_071].contains(&index)), "{index}");
        }
    }

    #[test]
    fn an_index_past_the_end_is_not_an_answer() {
        for index in [131_072, u64::MAX] {
            assert_eq!(list(&[]).is_set(index), Err(ListError::OutOfRange { index, entries: 131_072 }));
        }
    }

    #[test]
    fn the_first_entry_is_the_highest_bit() {
        assert_eq!(list(&[0, 9]).bits[..2], [0x80, 0x40]);
    }

    #[test]
    fn short_long_and_trailing_lists_are_refused() {
        let encoded = |bits: &[u8]| encode(bits);
        let short = encoded(&[0; 16_383]);
        let bomb = encoded(&vec![0; MAX_LIST_ENTRIES / 8 + 1]);
        let mut two = BASE64URL.decode(&encoded(&[0; 16_384])[1..]).unwrap();
        two.extend_from_within(..);
        let two = format!("u{}", BASE64URL.encode(two));
        let plain = encoded(&[0; 16_384])[1..].to_owned();
        for text in [short, bomb, two, plain, "u".into(), "uAAAA".into()] {
            let payload = payload(|v| v["credentialSubject"]["encodedList"] = text.clone().into());
            assert!(StatusList::from_payload(&payload).is_err(), "{:.40}", text);
        }
        assert!(StatusList::from_payload(&payload(|_| ())).is_ok());
    }

    #[test]
    fn a_damaged_list_is_refused() {
        let mut gzip = BASE64URL.decode(&encode(&[0; 16_384])[1..]).unwrap();
        let last = gzip.len() - 6;
        gzip[last] ^= 1;
        let text = format!("u{}", BASE64URL.encode(gzip));
        let payload = payload(|v| v["credentialSubject"]["encodedList"] = text.clone().into());
        assert!(StatusList::from_payload(&payload).is_err());
    }

    #[test]
    fn another_purpose_or_size_is_refused() {
        for (key, value) in [("statusPurpose", json!("suspension")), ("statusSize", json!(2)), ("type", json!("List"))]
        {
            assert!(StatusList::from_payload(&payload(|v| v["credentialSubject"][key] = value.clone())).is_err());
        }
        assert!(StatusList::from_payload(&payload(|v| v["validUntil"] = json!("tomorrow"))).is_err());
    }
}
