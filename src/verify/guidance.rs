//! What people are told about a verdict, from the tables of `schemas/verdict.json`.

use std::sync::LazyLock;

use serde_json::Value;

use super::{Detail, Verdict};

/// What a person is told about a verdict, from the table `codes` of `schemas/verdict.json`, which the browser reads too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guidance {
    /// Its colour.
    pub class: Class,
    /// One sentence: what was found.
    pub sentence: &'static str,
    /// What to do next.
    pub hint: &'static str,
    /// What the detail adds, where there is one.
    pub detail: Option<&'static str>,
}

/// The colour of a verdict. Only `valid` is green.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Good.
    Green,
    /// Genuine, but something is to be looked into.
    Amber,
    /// Not to be relied on.
    Red,
    /// About nothing: neither good nor bad.
    Grey,
}

static TABLE: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schemas/verdict.json")).expect("the table is read by a test")
});

impl Verdict {
    /// Returns what to tell a person.
    pub fn guidance(&self) -> Guidance {
        let entry = &TABLE["codes"][self.code()];
        let detail = self.detail().map(Detail::code);
        let class = detail.map_or(&Value::Null, |detail| &TABLE["detailClasses"][detail]);
        let class = match class.as_str().or(entry["class"].as_str()) {
            Some("green") => Class::Green,
            Some("amber") => Class::Amber,
            Some("grey") => Class::Grey,
            _ => Class::Red,
        };
        let text = |value: &'static Value| value.as_str().unwrap_or_default();
        let hint = match self {
            Self::Malformed(malformed) => place(&malformed.field),
            _ => self.without_trust_file().and_then(|what| TABLE["withoutTrustFile"][what].as_str()),
        };
        let detail = detail.map(|detail| text(&TABLE["details"][detail]));
        Guidance { class, sentence: text(&entry["sentence"]), hint: hint.unwrap_or(text(&entry["hint"])), detail }
    }
}

impl Verdict {
    /// What there is to be got of an issuer that has no trust file: one whose name is its key, or that is trusted by its files.
    fn without_trust_file(&self) -> Option<&'static str> {
        match self {
            Self::UntrustedIssuer(unproven) => unproven.credential.issuer.starts_with("did:key:").then_some("issuer"),
            Self::StatusUnknown(proven) | Self::ValidStatusStale(proven) => {
                proven.checked().root_fingerprint.is_none().then_some("status")
            }
            _ => None,
        }
    }
}

/// Returns what to do about a text that was read whole and in which something is amiss: in people's words, where. Nothing, if
/// it may have been read wrong.
fn place(field: &str) -> Option<&'static str> {
    let is_in = |prefix: &Value| {
        let rest = prefix.as_str().and_then(|prefix| field.strip_prefix(prefix));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if TABLE["scanned"].as_array()?.iter().any(|scanned| scanned == field) {
        return None;
    }
    let places = TABLE["places"].as_object()?;
    let place = places.values().find(|place| place["fields"].as_array().is_some_and(|all| all.iter().any(is_in)));
    place.or(places.get("form"))?["hint"].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Malformed;

    #[test]
    fn every_code_has_a_colour_a_sentence_and_a_hint() {
        let codes = TABLE["codes"].as_object().unwrap();
        let listed: Vec<&str> = codes.keys().map(String::as_str).collect();
        let allowed = TABLE["properties"]["verdict"]["enum"].as_array().unwrap();
        assert_eq!(allowed.iter().map(|code| code.as_str().unwrap()).collect::<Vec<_>>(), listed);
        for (code, entry) in codes {
            assert!(["green", "amber", "red", "grey"].contains(&entry["class"].as_str().unwrap()), "{code}");
            assert_eq!(entry["class"] == "green", code == "valid");
            assert_eq!(entry["class"] == "grey", code == "specimen");
            assert!(entry["sentence"].as_str().is_some_and(|text| text.len() > 20), "{code}");
            assert!(entry["hint"].as_str().is_some_and(|text| text.len() > 20), "{code}");
        }
    }

    #[test]
    fn a_verdict_finds_its_guidance() {
        let guidance = Verdict::Malformed(Malformed::new("qr", "cut short")).guidance();
        assert_eq!((guidance.class, guidance.detail), (Class::Red, None));
        assert!(!guidance.hint.is_empty());
        let listed = TABLE["properties"]["detail"]["enum"].as_array().unwrap();
        for detail in [Detail::SameName, Detail::ClockBehind, Detail::SnapshotExpired, Detail::KeyWindow] {
            assert!(listed.iter().any(|code| code == detail.code()));
            assert!(TABLE["details"][detail.code()].as_str().is_some_and(|text| text.len() > 20));
        }
    }

    #[test]
    fn what_is_amiss_is_named_in_peoples_words_and_only_a_bad_scan_is_scanned_again() {
        let hint = |field: &str| Verdict::Malformed(Malformed::new(field, "x")).guidance().hint;
        for field in ["qr", "text", "jws", "file", "signature", "header"] {
            assert!(hint(field).starts_with("Scan the whole QR code again"), "{field}");
        }
        for (field, word) in [
            ("credentialSubject.identifier", "name of the person"),
            ("credentialSubject.licenseNumber", "number"),
            ("credentialSubject.achievement.name", "title"),
            ("issuer.name", "Who issued"),
            ("validFrom", "date"),
            ("exp", "date"),
            ("credentialStatus.statusListIndex", "revoked"),
            ("proof.created", "signature"),
            ("header.alg", "signature"),
            ("header.members", "an addition that is not known here"),
            ("@context", "form"),
            ("evidence.id", "form"),
        ] {
            assert!(hint(field).contains(word), "{field}: {}", hint(field));
            assert!(!hint(field).contains("Scan the whole"), "{field}: {}", hint(field));
        }
    }
}
