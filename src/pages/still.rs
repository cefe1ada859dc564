//! The page of a certificate on a static host. It says what was signed, and of the verdict that nothing was checked; its script,
//! which the verifier's site has, puts the verdict there.

use askama::Template;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

use super::{STYLE, Seen, Texts, structured, text};
use crate::credential::PrintedDays;
use crate::desk::Issuer;
use crate::publish::verifier_is_built_in;
use crate::sharing::linkedin;

/// Texts that the script says, besides the verdicts'.
const SAID: [&str; 6] = ["f.revokedAt", "f.supersededAt", "newer.text", "newer.title", "still.checked", "still.failed"];

/// A page on its own.
#[derive(Template)]
#[template(path = "pages/still.html")]
pub(crate) struct Still<'a> {
    t: &'a Texts,
    issuer: &'a str,
    seen: Seen,
    did: String,
    /// Its own address.
    address: String,
    /// The verifier with the credential in its fragment.
    verifier: String,
    indexed: bool,
    /// Whether its event has a badge of its own, which lies beside it.
    badge: bool,
    jws: &'a str,
    /// JSON as it stands in script elements.
    structured: String,
    roots: String,
    texts: String,
    /// Whether the site has the script.
    checks: bool,
    share: String,
    /// The page of the version that took its place.
    newer: Option<String>,
}

/// What a page is made of.
pub(crate) struct Parts<'a> {
    pub(crate) t: &'a Texts,
    pub(crate) issuer: &'a Issuer,
    pub(crate) document: &'a Value,
    pub(crate) jws: &'a str,
    /// The verifier with the credential in its fragment.
    pub(crate) verifier: String,
    /// The newest root key, base64url.
    pub(crate) root: &'a str,
    pub(crate) indexed: bool,
    /// Whether its event has a badge of its own.
    pub(crate) badge: bool,
    /// The days that the certificate prints.
    pub(crate) days: PrintedDays,
    /// The page of the version that took its place.
    pub(crate) newer: Option<String>,
}

impl<'a> Still<'a> {
    /// Returns the page of these parts.
    pub(crate) fn of(parts: Parts<'a>) -> Self {
        let Parts { t, issuer, document, jws, verifier, root, indexed, badge, days, newer } = parts;
        let (address, did) = (text(document, "/id"), issuer.did());
        Self {
            t,
            issuer: &issuer.name,
            seen: Seen::unchecked(t, document, &days),
            verifier,
            indexed,
            badge,
            jws,
            structured: structured(document, &issuer.name, &address),
            roots: in_script(&json!({ &did: root })),
            did,
            texts: in_script(&said(t)),
            checks: verifier_is_built_in(),
            share: linkedin::share(&address),
            address,
            newer,
        }
    }
}

/// Returns what the script says, by key.
fn said(t: &Texts) -> Value {
    let all = t.of_verdicts().chain(SAID.into_iter().map(|key| (key, t.s(key))));
    Value::Object(all.map(|(key, text)| (key.to_owned(), json!(text))).collect::<Map<_, _>>())
}

/// JSON that can stand inside of a script element.
fn in_script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// A digest of all that every page is made of besides its certificate: another edition of the program writes other pages.
pub(crate) fn edition() -> &'static str {
    static EDITION: LazyLock<String> = LazyLock::new(|| {
        let template =
            [include_str!("../../templates/pages/still.html"), include_str!("../../templates/pages/facts.html")];
        let mut digest = Sha256::new();
        template.into_iter().for_each(|text| digest.update(text));
        for t in Texts::all() {
            digest.update(said(t).to_string());
        }
        digest.update([u8::from(verifier_is_built_in())]);
        HEXLOWER.encode(&digest.finalize()[..16])
    });
    &EDITION
}

/// Returns the files that all pages share, by path below the site.
pub(crate) fn shared() -> Vec<(String, Vec<u8>)> {
    vec![("pages.css".to_owned(), STYLE.as_bytes().to_vec())]
}
