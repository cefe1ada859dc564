//! Whole files to verdicts: reads what is in a file, verifies every credential found, and compares each with what its page
//! prints. Bytes, trust anchors and a time in; no files, no clock, no network.

use serde_json::{Map, Value, json};

use crate::credential::{Malformed, Timestamp};
use crate::guard::guarded;
use crate::reading::{self, Found, Kind, ReadMode, Source};
use crate::verify::{TrustAnchors, Verdict, verify};

/// What a file turned out to be.
#[derive(Debug, Clone)]
pub enum Inspected {
    /// A certificate, several, or none: then one answer says so.
    Answers(Vec<Answer>),
    /// A published file that is no certificate, such as a status list; says which.
    Published(&'static str),
}

/// The answer about one credential.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Where it was found: `attachment`, `qr`, `baked`, `text` or `file`.
    pub source: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// Signed fields that the printed page does not show, or shows otherwise.
    pub disagreements: Vec<reading::Disagreement>,
    /// Why a PDF's pages may show something else than what was signed.
    pub page: Page,
}

/// What became of a PDF's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Read, or not a PDF.
    Read,
    /// They could not be read: nobody knows what they show.
    Unread,
    /// Text boxes, stamps or the like lie over them.
    DrawnOver,
}

impl Page {
    fn of(found: &Found) -> Self {
        match found {
            Found { drawn_over: true, .. } => Self::DrawnOver,
            Found { kind: Kind::Pdf, printed: None, .. } => Self::Unread,
            _ => Self::Read,
        }
    }

    /// Returns a word and a sentence, where there is something to say.
    pub fn warning(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Read => None,
            Self::Unread => Some((
                "unread",
                "the page cannot be read and may show something else; only what is written here was signed",
            )),
            Self::DrawnOver => {
                Some(("drawn_over", "something was drawn over the page; only what is written here was signed"))
            }
        }
    }
}

/// Verifies a text: a JWS, a verifier link, or JSON.
pub fn text(text: &str, anchors: &TrustAnchors, now: Timestamp) -> Answer {
    let verdict = verify(text.trim(), anchors, now);
    Answer { source: "text", verdict, disagreements: Vec::new(), page: Page::Read }
}

/// Returns the answer about a file that holds no credential.
pub fn malformed(problem: impl Into<String>) -> Answer {
    let verdict = Verdict::Malformed(Malformed::new("file", problem));
    Answer { source: "file", verdict, disagreements: Vec::new(), page: Page::Read }
}

/// Verifies what is in a file. Whatever is in it, others that are looked at beside it keep their answers.
pub fn file(bytes: &[u8], anchors: &TrustAnchors, now: Timestamp, mode: ReadMode) -> Inspected {
    kept(|| opened(bytes, anchors, now, mode))
}

/// A parser that gives up, ours or another's, is an answer about this file alone.
fn kept(work: impl FnOnce() -> Inspected) -> Inspected {
    guarded(work).unwrap_or_else(|_| Inspected::Answers(vec![malformed("something in it cannot be read")]))
}

fn opened(bytes: &[u8], anchors: &TrustAnchors, now: Timestamp, mode: ReadMode) -> Inspected {
    if let Some(what) = reading::published(bytes) {
        return Inspected::Published(what);
    }
    Inspected::Answers(match reading::read_with(bytes, mode).map_err(|e| format!("{e}; {}", e.hint())) {
        Err(problem) => vec![malformed(problem)],
        Ok(found) if found.candidates.is_empty() => vec![malformed("holds no credential and no QR code of one")],
        Ok(found) => answers(&found, anchors, now),
    })
}

/// Verifies every different credential in a file: an attachment and a QR code that disagree are two answers, and so are
/// two certificates that were put together into one file.
fn answers(found: &Found, anchors: &TrustAnchors, now: Timestamp) -> Vec<Answer> {
    let mut verdicts: Vec<(Verdict, Source)> = Vec::new();
    for candidate in &found.candidates {
        let verdict = verify(candidate.text.trim(), anchors, now);
        if !verdicts.iter().any(|(known, _)| *known == verdict) {
            verdicts.push((verdict, candidate.source));
        }
    }
    let numbers: Vec<String> =
        verdicts.iter().filter_map(|(verdict, _)| Some(verdict.credential()?.number.clone())).collect();
    let differs = |verdict: &Verdict| {
        let Some((printed, credential)) = found.printed.as_ref().zip(verdict.credential()) else { return Vec::new() };
        let others: Vec<&str> = numbers.iter().filter(|n| **n != credential.number).map(String::as_str).collect();
        reading::disagreements(&reading::own_pages(printed, &credential.number, &others), credential)
    };
    let answer = |(verdict, source): (Verdict, Source)| Answer {
        source: word(source),
        disagreements: differs(&verdict),
        verdict,
        page: Page::of(found),
    };
    verdicts.into_iter().map(answer).collect()
}

fn word(source: Source) -> &'static str {
    match source {
        Source::Attachment => "attachment",
        Source::QrOnPage(_) | Source::QrInPicture => "qr",
        Source::BakedPng => "baked",
        Source::PlainText => "text",
    }
}

impl Answer {
    /// Says whether it is genuine, and the page prints what was signed.
    pub fn is_good(&self) -> bool {
        matches!(self.verdict, Verdict::Valid(_)) && self.disagreements.is_empty() && self.page == Page::Read
    }

    /// Returns the members of `schemas/verdict.json`, with `source`, `printedDiffers` and `page`.
    pub fn to_json(&self) -> Map<String, Value> {
        let mut object = Map::from_iter([("source".to_owned(), json!(self.source))]);
        if let Value::Object(verdict) = self.verdict.to_json() {
            object.extend(verdict);
        }
        if !self.disagreements.is_empty() {
            let rows =
                self.disagreements.iter().map(|d| json!({ "field": d.field, "signed": d.signed, "printed": d.found }));
            object.insert("printedDiffers".to_owned(), rows.collect());
        }
        if let Some((word, _)) = self.page.warning() {
            object.insert("page".to_owned(), json!(word));
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parser_that_gives_up_is_an_answer_about_one_file() {
        let Inspected::Answers(answers) = kept(|| panic!("a broken table")) else { panic!("no answers") };
        assert_eq!(answers[0].verdict.code(), "malformed");
        assert!(!answers[0].is_good());
    }
}
