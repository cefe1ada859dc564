//! What people are told about a verdict, from the tables of `schemas/verdict.json`.

use std::sync::LazyLock;

use serde_json::Value;

use super::Verdict;

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
        let class = match entry["class"].as_str() {
            Some("green") => Class::Green,
            Some("amber") => Class::Amber,
            Some("grey") => Class::Grey,
            _ => Class::Red,
        };
        let text = |value: &'static Value| value.as_str().unwrap_or_default();
        let detail = self.detail().map(|detail| text(&TABLE["details"][detail.code()]));
        Guidance { class, sentence: text(&entry["sentence"]), hint: text(&entry["hint"]), detail }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Detail;
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
}
