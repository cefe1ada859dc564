//! Whole files to verdicts: reads what is in a file and in the files that it holds, verifies every credential found, and
//! compares each with what its page prints. Bytes, trust anchors and a time in; no clock, no network.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::credential::{Malformed, Timestamp};
use crate::guard::guarded;
use crate::reading::{
    self, Ask, Candidate, Compared, Cut, Found, Kind, Outcome, Piece, Reader, ReadingError, Source, What,
};
use crate::verify::{StatusBasis, TrustAnchors, Verdict, verify};

/// What came of a file.
#[derive(Debug, Clone, Default)]
pub struct Inspected {
    /// One for each credential, and for each file in which none was found or that could not be read.
    pub answers: Vec<Answer>,
    /// What was left out, because it is no certificate and need not be one.
    pub notes: Vec<Note>,
}

/// The answer about one credential, or about a file without one.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The file's way through the archives and mails that it lies in; none for the file that was asked about.
    pub name: Option<String>,
    /// Where it was found: `attachment`, `qr`, `baked`, `text` or `file`.
    pub source: &'static str,
    /// What was found.
    pub finding: Finding,
    /// What the printed page contradicts, and what of it could not be compared.
    pub compared: Compared,
    /// Why a PDF's pages may show something else than what was signed.
    pub page: Page,
    /// What was known of its revocation, and as of when.
    pub basis: Option<StatusBasis>,
}

/// What was found about a credential or a file.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all are verdicts, and a file has few")]
pub enum Finding {
    /// It was looked at.
    Verdict(Verdict),
    /// It was not: neither good nor accused.
    Unreadable(ReadingError),
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The file's way, as [`Answer::name`].
    pub name: Option<String>,
    /// What it is.
    pub text: String,
    /// Whether nothing of the file was judged.
    pub is_left_out: bool,
}

/// What became of a file's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Read, or not a PDF.
    Read,
    /// They could not be read: nobody knows what they show.
    Unread,
    /// A picture, as scanners save it: what it prints is no text. The code is read from it as from a photo.
    Picture,
    /// Text boxes, stamps or the like lie over them.
    DrawnOver,
    /// Something of the file was not looked at.
    Partly(Cut),
    /// In the place of its code is a specimen's.
    PastedOver,
}

impl Page {
    fn of(found: &Found) -> Self {
        match found {
            Found { drawn_over: true, .. } => Self::DrawnOver,
            Found { cut: Some(cut), .. } => Self::Partly(*cut),
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
            Self::Picture => Some((
                "picture",
                "the page is a picture: its text was not compared; compare the name, the number and the title yourself",
            )),
            Self::DrawnOver => {
                Some(("drawn_over", "something was drawn over the page; only what is written here was signed"))
            }
            Self::PastedOver => Some((
                "specimen",
                "the QR code that stands there is a specimen's, not this certificate's; only what is written here was signed",
            )),
            Self::Partly(Cut::Pages) => Some((
                "partly_read",
                "some of its pages could not be read, or not in time, and may hold more; split the file to have all judged",
            )),
            Self::Partly(Cut::Leftover) => Some((
                "leftover",
                "the file holds something in, before or behind it that was not looked at; ask for the original file",
            )),
        }
    }
}

/// The code of what could not be looked at; it stands where a verdict's code stands. `schemas/verify.md` has the rules.
pub const UNREADABLE: &str = "unreadable";

impl Finding {
    /// Returns the code of `schemas/verdict.json`, or [`UNREADABLE`].
    pub fn code(&self) -> &'static str {
        match self {
            Self::Verdict(verdict) => verdict.code(),
            Self::Unreadable(_) => UNREADABLE,
        }
    }

    /// Returns the verdict, if there is one.
    pub fn verdict(&self) -> Option<&Verdict> {
        match self {
            Self::Verdict(verdict) => Some(verdict),
            Self::Unreadable(_) => None,
        }
    }

    fn of(error: ReadingError) -> Self {
        if error.is_looked_at() {
            let problem = format!("{error}; {}", error.hint());
            Self::Verdict(Verdict::Malformed(Malformed::new("file", problem)))
        } else {
            Self::Unreadable(error)
        }
    }
}

/// Verifies a text: a JWS, a verifier link, or JSON.
pub fn text(text: &str, anchors: &TrustAnchors, now: Timestamp) -> Answer {
    let verdict = verify(text.trim(), anchors, now);
    let basis = StatusBasis::of(&verdict, anchors, now);
    Answer { source: "text", finding: Finding::Verdict(verdict), basis, ..nothing(None, "") }
}

/// Returns the answer about a file that could not be looked at.
pub fn unreadable(error: ReadingError) -> Answer {
    Answer { finding: Finding::of(error), ..nothing(None, "") }
}

fn nothing(name: Option<String>, problem: &str) -> Answer {
    let finding = Finding::Verdict(Verdict::Malformed(Malformed::new("file", problem)));
    Answer { name, source: "file", finding, compared: Compared::default(), page: Page::Read, basis: None }
}

/// A parser that gives up, ours or another's, is an answer about this file alone: others keep theirs.
fn kept(name: Option<String>, work: impl FnOnce() -> Inspected) -> Inspected {
    guarded(work).unwrap_or_else(|_| {
        let error = ReadingError::Damaged { what: What::File, problem: "something in it cannot be read".into() };
        Inspected { answers: vec![Answer { finding: Finding::of(error), ..nothing(name, "") }], notes: Vec::new() }
    })
}

/// Verifies what is in a file, and in the files that it holds.
pub fn file(bytes: &[u8], reader: &Reader, anchors: &TrustAnchors, now: Timestamp, ask: Ask<'_>) -> Inspected {
    if let Some(what) = reading::published(bytes) {
        let text = format!("it is {what}, not a certificate");
        let note = Note { name: None, text, is_left_out: true };
        return Inspected { answers: Vec::new(), notes: vec![note] };
    }
    let mut inspected = Inspected::default();
    for Piece { name, outcome } in reader.pieces(bytes, ask) {
        match outcome {
            Outcome::Found(found) => {
                let Inspected { answers, notes } = kept(name.clone(), || {
                    let mut one = Inspected::default();
                    one.judge(name, &found, anchors, now);
                    one
                });
                inspected.answers.extend(answers);
                inspected.notes.extend(notes);
            }
            Outcome::Failed(error) => {
                inspected.answers.push(Answer { finding: Finding::of(error), ..nothing(name, "") })
            }
            Outcome::Aside(text) => inspected.notes.push(Note { name, text, is_left_out: true }),
        }
    }
    // Of what lies among others it is not expected.
    if inspected.answers.is_empty() && !ask.is_inside {
        inspected.answers.push(nothing(None, "holds no certificate"));
    }
    inspected
}

/// A credential and where it was found.
struct Judged {
    verdict: Verdict,
    sources: Vec<Source>,
}

impl Judged {
    fn number(&self) -> Option<&str> {
        Some(self.verdict.credential()?.number.as_str()).filter(|number| !number.is_empty())
    }
}

impl Inspected {
    /// Verifies every different credential in a file: an attachment and a QR code that disagree are two answers, and so
    /// are two certificates that were put together into one file.
    fn judge(&mut self, name: Option<String>, found: &Found, anchors: &TrustAnchors, now: Timestamp) {
        let mut all: Vec<Judged> = Vec::new();
        for candidate in self.ours(&name, found) {
            let verdict = verify(candidate.text.trim(), anchors, now);
            match all.iter_mut().find(|judged| judged.verdict == verdict) {
                Some(judged) => judged.sources.push(candidate.source),
                None => all.push(Judged { verdict, sources: vec![candidate.source] }),
            }
        }
        if all.is_empty() {
            let problem = "holds no credential and no QR code of one";
            let unread = found.cut.is_some() || Page::of(found) == Page::Unread;
            let answer = nothing(name, problem);
            // Where something was not looked at, nobody knows what it holds.
            let finding = if unread { Finding::Unreadable(ReadingError::Ended) } else { answer.finding };
            return self.answers.push(Answer { finding, page: Page::of(found), ..answer });
        }
        for index in absent(&all, found) {
            let number = all.remove(index).number().unwrap_or_default().to_owned();
            let text =
                format!("the credential of {number} is attached to it, but no page of it shows that certificate");
            self.notes.push(Note { name: name.clone(), text, is_left_out: false });
        }
        let mut numbers: Vec<String> = all.iter().filter_map(|judged| judged.number().map(str::to_owned)).collect();
        numbers.extend(on_specimens(&all, found));
        let pasted: Vec<bool> = all.iter().map(|judged| is_pasted_over(judged, &all, found)).collect();
        for (Judged { verdict, sources }, pasted) in all.into_iter().zip(pasted) {
            let (mut compared, mut page) = (compare(found, &verdict, &numbers), Page::of(found));
            if pasted {
                page = Page::PastedOver;
            } else if page == Page::Read && is_picture(found, &sources) {
                page = Page::Picture;
                // As good as a photo of the page: its own code says what it is.
                if sources.iter().any(|source| matches!(source, Source::QrOnPage(_))) {
                    compared = Compared::default();
                }
            }
            let source = word(sources[0]);
            let basis = StatusBasis::of(&verdict, anchors, now);
            let finding = Finding::Verdict(verdict);
            self.answers.push(Answer { name: name.clone(), source, finding, compared, page, basis });
        }
    }

    /// Returns what is to be verified. Whoever else has a code beside ours is at most mentioned.
    fn ours<'a>(&mut self, name: &Option<String>, found: &'a Found) -> Vec<&'a Candidate> {
        let is_foreign = |candidate: &&Candidate| candidate.source.is_code() && !candidate.looks_like_credential();
        let (foreign, ours): (Vec<_>, Vec<_>) = found.candidates.iter().partition(is_foreign);
        if !foreign.is_empty() && !ours.is_empty() {
            let text = "another QR code on it is not of a certificate".to_owned();
            self.notes.push(Note { name: name.clone(), text, is_left_out: false });
        }
        ours
    }
}

/// Returns which credentials are only attached while all pages show others, that are there too: a page that was taken out
/// of a file keeps the attachments of its neighbours. The last first.
fn absent(all: &[Judged], found: &Found) -> Vec<usize> {
    let shown: BTreeSet<String> =
        reading::shown_numbers(found.printed.as_deref().unwrap_or_default()).into_iter().flatten().collect();
    let on_page = |judged: &Judged| judged.sources.iter().any(|source| matches!(source, Source::QrOnPage(_)));
    let scanned: Vec<&str> = all.iter().filter(|judged| on_page(judged)).filter_map(Judged::number).collect();
    if shown.is_empty() || !shown.iter().all(|number| scanned.contains(&number.as_str())) {
        return Vec::new();
    }
    let is_absent = |judged: &Judged| {
        judged.sources.iter().all(|source| *source == Source::Attachment)
            && judged.number().is_some_and(|number| !shown.contains(number))
    };
    (0..all.len()).rev().filter(|&index| is_absent(&all[index])).collect()
}

/// Says whether a specimen's code stands where a credential's own belongs: on the page that shows its number, or in the
/// picture that it is baked into.
fn is_pasted_over(judged: &Judged, all: &[Judged], found: &Found) -> bool {
    let Some(number) = judged.number() else { return false };
    let shown = reading::shown_numbers(found.printed.as_deref().unwrap_or_default());
    let is_its_place = |source: &Source| match source {
        Source::QrInPicture => true,
        Source::QrOnPage(page) => {
            page.checked_sub(1).and_then(|at| shown.get(at)).is_some_and(|all| all.contains(number))
        }
        _ => false,
    };
    let specimens = all.iter().filter(|other| other.verdict == Verdict::Specimen).flat_map(|other| &other.sources);
    specimens.filter(|source| is_its_place(source)).any(|source| !judged.sources.contains(source))
}

/// Returns the numbers on the pages that show a specimen's code: those pages are nobody's.
fn on_specimens(all: &[Judged], found: &Found) -> impl Iterator<Item = String> {
    let shown = reading::shown_numbers(found.printed.as_deref().unwrap_or_default());
    let sources = all.iter().filter(|judged| judged.verdict == Verdict::Specimen).flat_map(|judged| &judged.sources);
    let pages: BTreeSet<usize> = sources
        .filter_map(|source| if let Source::QrOnPage(page) = source { page.checked_sub(1) } else { None })
        .collect();
    shown.into_iter().enumerate().filter(move |(at, _)| pages.contains(at)).flat_map(|(_, numbers)| numbers)
}

/// Says whether a credential's pages are pictures and nothing else: those that its code is on, or all where it is only attached.
fn is_picture(found: &Found, sources: &[Source]) -> bool {
    let has_text = found.printed.as_deref().is_none_or(|text| !text.trim().is_empty());
    let mut pages =
        sources.iter().filter_map(|source| if let Source::QrOnPage(page) = source { Some(page) } else { None });
    !has_text && !found.pictures.is_empty() && pages.all(|page| found.pictures.contains(page))
}

fn compare(found: &Found, verdict: &Verdict, numbers: &[String]) -> Compared {
    let Some((printed, credential)) = found.printed.as_ref().zip(verdict.credential()) else {
        return Compared::default();
    };
    let others: Vec<&str> = numbers.iter().filter(|n| **n != credential.number).map(String::as_str).collect();
    reading::compare(&reading::own_pages(printed, &credential.number, &others), credential)
}

fn word(source: Source) -> &'static str {
    match source {
        Source::Attachment => "attachment",
        Source::QrOnPage(_) | Source::QrInPicture => "qr",
        Source::BakedPng | Source::BakedSvg => "baked",
        Source::PlainText | Source::Link => "text",
    }
}

impl Answer {
    /// Says whether it is genuine, and the page prints what was signed.
    pub fn is_good(&self) -> bool {
        matches!(self.finding, Finding::Verdict(Verdict::Valid(_)))
            && self.compared.agrees()
            && matches!(self.page, Page::Read | Page::Picture)
    }

    /// Returns the members of `schemas/verdict.json`, with `name`, `source`, `printedDiffers`, `printedUncompared`, `page` and `basis`.
    pub fn to_json(&self) -> Map<String, Value> {
        let mut object = Map::new();
        if let Some(name) = &self.name {
            object.insert("name".to_owned(), json!(name));
        }
        object.insert("source".to_owned(), json!(self.source));
        match &self.finding {
            Finding::Verdict(verdict) => {
                if let Value::Object(verdict) = verdict.to_json() {
                    object.extend(verdict);
                }
            }
            Finding::Unreadable(error) => {
                object.insert("verdict".to_owned(), json!(UNREADABLE));
                object.insert("problem".to_owned(), json!(error.to_string()));
                object.insert("hint".to_owned(), json!(error.hint()));
            }
        }
        if !self.compared.differs.is_empty() {
            let differs = self.compared.differs.iter();
            let rows = differs.map(|d| json!({ "field": d.field.path(), "signed": d.signed, "printed": d.found }));
            object.insert("printedDiffers".to_owned(), rows.collect());
        }
        if !self.compared.uncompared.is_empty() {
            let rows = self.compared.uncompared.iter().map(|field| json!(field.path()));
            object.insert("printedUncompared".to_owned(), rows.collect());
        }
        if let Some((word, _)) = self.page.warning() {
            object.insert("page".to_owned(), json!(word));
        }
        if let Some(basis) = &self.basis {
            object.insert("basis".to_owned(), basis.to_json());
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specimen_s_code_over_a_certificate_s_own_takes_the_green_away() {
        let read = |name: &str| std::fs::read_to_string(format!("tests/vectors/{name}")).unwrap();
        let case = |name: &str| serde_json::from_str::<Value>(&read(&format!("verdicts/{name}.json"))).unwrap();
        let input = |name: &str| case(name)["input"].as_str().unwrap().to_owned();
        let now: Timestamp = case("valid_issued_set")["now"].as_str().unwrap().parse().unwrap();
        let mut anchors = TrustAnchors::default();
        anchors.add(&read("trust/academy.jws"), None).unwrap();
        let jws = input("valid_issued_set");
        let verdict = verify(&jws, &anchors, now);
        let credential = verdict.credential().unwrap();
        let page = format!(
            "{}\n{}\n{}\n{}\n",
            credential.recipient, credential.title, credential.number, credential.issuer_name
        );
        let judged = |kind, pages: &[&str], all: &[(&str, Source)]| {
            let candidates = all.iter().map(|(text, source)| Candidate { text: (*text).to_owned(), source: *source });
            let printed = (kind == Kind::Pdf).then(|| pages.join("\u{c}"));
            let found = Found { candidates: candidates.collect(), printed, ..Found::nothing(kind) };
            let mut inspected = Inspected::default();
            inspected.judge(None, &found, &anchors, now);
            let answers = inspected.answers.iter();
            answers.map(|a| (a.finding.code(), a.is_good(), a.page.warning().map_or("", |w| w.0))).collect::<Vec<_>>()
        };
        let (specimen, other) = (input("qr_specimen"), "Ada Lovelace\nCERT-SPECIMEN-2026-00001\n");
        let (attached, qr) = ((&*jws, Source::Attachment), |page| (&*specimen, Source::QrOnPage(page)));
        let alone = ("specimen", false, "");
        let pasted = [("valid", false, "specimen"), alone];
        let good = [("valid", true, ""), alone];
        assert_eq!(judged(Kind::Pdf, &[&page], &[attached, qr(1)]), pasted);
        assert_eq!(judged(Kind::Pdf, &[&page, other], &[attached, qr(2)]), good);
        assert_eq!(judged(Kind::Pdf, &[&page], &[attached, (&jws, Source::QrOnPage(1)), qr(1)]), good);
        let scanned = (&*specimen, Source::QrInPicture);
        assert_eq!(judged(Kind::Png, &[], &[(&jws, Source::BakedPng), scanned]), pasted);
        assert_eq!(judged(Kind::Png, &[], &[(&jws, Source::QrInPicture), scanned]), good);
    }

    #[test]
    fn a_parser_that_gives_up_is_an_answer_about_one_file() {
        let Inspected { answers, .. } = kept(Some("a.zip/b.pdf".into()), || panic!("a broken table"));
        assert_eq!((answers[0].finding.code(), answers[0].name.as_deref()), (UNREADABLE, Some("a.zip/b.pdf")));
        assert!(!answers[0].is_good());
    }
}
