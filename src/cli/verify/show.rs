//! What `verify` prints: a line for each answer, or an object; what was left out; the counts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Args;
use super::inputs::{Answers, Note, NoteKind};
use crate::cli::output::{self, shown};
use crate::inspect::{self, Finding, Page};
use crate::verify::{Class, Verdict};

/// How many files are named in one line.
const NAMED: usize = 10;

/// Fields of what is no certificate: what to do says what it is.
const MEANT: [&str; 3] = ["page", "number", "mail"];

/// The answer about one credential found in one input.
pub(super) struct Answer {
    pub(super) input: String,
    pub(super) inner: inspect::Answer,
}

impl Answer {
    fn to_json(&self) -> Value {
        let mut object = Map::from_iter([("input".to_owned(), json!(self.input))]);
        object.extend(self.inner.to_json());
        Value::Object(object)
    }

    fn to_text(&self) -> String {
        let sign = match &self.inner.finding {
            _ if self.inner.is_good() => "✓",
            Finding::Unreadable(_) | Finding::Verdict(Verdict::Valid(_)) => "!",
            Finding::Verdict(Verdict::Specimen) => "–",
            Finding::Verdict(verdict) if verdict.guidance().class == Class::Amber => "!",
            Finding::Verdict(_) => "✗",
        };
        // Whoever made the file chose these words, its name too.
        let mut text = format!("{sign} {:<18} {}", self.inner.finding.code(), shown(&self.input));
        let mut add = |line: String| text.extend(["\n    ", &shown(line)]);
        match (&self.inner.finding, self.inner.finding.verdict().and_then(Verdict::credential)) {
            (Finding::Unreadable(error), _) => add(format!("{error}; {}", error.hint())),
            (Finding::Verdict(verdict @ Verdict::Malformed(problem)), _) => {
                if !MEANT.contains(&problem.field.as_str()) {
                    add(problem.to_string());
                }
                if problem.field != "file" {
                    add(verdict.guidance().hint.to_owned());
                }
            }
            (Finding::Verdict(verdict @ Verdict::Specimen), _) => {
                add(verdict.guidance().sentence.to_owned());
                add(verdict.guidance().hint.to_owned());
            }
            (Finding::Verdict(verdict), Some(credential)) => {
                let proven = if verdict.proven().is_some() { "" } else { "not proven: " };
                let said = [&credential.number, &credential.recipient, &credential.title].map(String::as_str);
                let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
                if !said.is_empty() {
                    add(format!("{proven}{}", said.join("  ")));
                }
                add(match credential.issuer_name.as_str() {
                    "" => format!("{proven}issued by {}", credential.issuer),
                    name => format!("{proven}issued by {name} ({})", credential.issuer),
                });
                let good = self.inner.is_good();
                if !good {
                    add(explanation(verdict));
                }
                if let Some(basis) = &self.inner.basis {
                    add(format!("{} {basis}", if good { "valid" } else { "revocations known" }));
                }
                if !good {
                    add(verdict.guidance().hint.to_owned());
                }
            }
            _ => {}
        }
        if let Some((_, sentence)) = self.inner.page.warning() {
            add(sentence.to_owned());
        }
        for differs in &self.inner.compared.differs {
            let word = differs.field.word();
            match &differs.found {
                Some(found) => add(format!("the page prints another {word}: {found}; signed is {}", differs.signed)),
                None => add(format!("the page does not print the signed {word}: {}", differs.signed)),
            }
        }
        if let uncompared @ [_, ..] = &self.inner.compared.uncompared[..]
            && self.inner.page != Page::Picture
        {
            let words: Vec<&str> = uncompared.iter().map(|field| field.word()).collect();
            let words = listed(&words);
            add(format!(
                "the printed {words} could not be compared: not among the letters that can be read there; compare by eye"
            ));
        }
        text
    }
}

/// Puts words together as people do: `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [all @ .., one, last] => {
            all.iter().map(|word| format!("{word}, ")).collect::<String>() + &format!("{one} and {last}")
        }
        words => words.concat(),
    }
}

/// Says what a verdict means and what the issuer said about it.
fn explanation(verdict: &Verdict) -> String {
    let guidance = verdict.guidance();
    let mut text = guidance.detail.unwrap_or(guidance.sentence).to_owned();
    if let Some(reason) = verdict.reason() {
        text.push_str(&format!(" Since {}", reason.at));
        text.extend(reason.text.as_ref().map(|why| format!(": {why}")));
        text.push('.');
    }
    text
}

/// Verdicts by code.
#[derive(Default)]
pub(in crate::cli) struct Tally {
    codes: BTreeMap<&'static str, u64>,
    differing: u64,
    not_good: u64,
    /// Files that were not looked at, because of their kind.
    unseen: Vec<String>,
    /// What may hold certificates, and was not looked at.
    shut: usize,
    /// Files that hold no certificate, as nobody thought they would.
    ordinary: Vec<String>,
    /// What was known of revocations, by whom and as of when.
    bases: BTreeSet<String>,
}

impl Tally {
    pub(super) fn show(&mut self, Answers { answers, notes }: Answers, args: &Args) {
        notes.into_iter().for_each(|note| self.show_note(note, args));
        answers.iter().for_each(|answer| self.show_answer(answer, args));
    }

    fn show_note(&mut self, Note { input, text, kind }: Note, args: &Args) {
        if args.json && kind != NoteKind::Remark {
            output::json(&json!({ "input": input, "skipped": text }));
        }
        match kind {
            NoteKind::Remark => output::note(format!("note: {}: {}", shown(input), shown(text))),
            NoteKind::LeftOut => output::note(format!("skipped {}: {}", shown(input), shown(text))),
            NoteKind::Ordinary => self.ordinary.push(input),
            NoteKind::Unseen => self.unseen.push(input),
            NoteKind::Shut => {
                output::note(format!("not looked at: {}: {}", shown(&input), shown(&text)));
                self.shut += 1;
            }
        }
    }

    fn show_answer(&mut self, answer: &Answer, args: &Args) {
        *self.codes.entry(answer.inner.finding.code()).or_default() += 1;
        let is_read = answer.inner.compared.agrees() && matches!(answer.inner.page, Page::Read | Page::Picture);
        self.differing += u64::from(!is_read);
        self.not_good += u64::from(!answer.inner.is_good());
        self.bases
            .extend(answer.inner.basis.as_ref().map(|basis| format!("{}: revocations known {basis}", basis.issuer)));
        if args.json {
            output::json(&answer.to_json());
        } else if !(args.quiet && answer.inner.is_good()) {
            output::line(answer.to_text());
        }
    }

    /// Names the files of folders that are no certificates by their names.
    pub(super) fn say_passed_over(&self) {
        for (what, files) in [("not looked at", &self.unseen), ("without a certificate", &self.ordinary)] {
            if !files.is_empty() {
                let mut names: Vec<String> = files.iter().take(NAMED).map(shown).collect();
                names.extend((files.len() > NAMED).then(|| "…".to_owned()));
                output::note(format!(
                    "{what}: {}: {}",
                    output::counted(files.len(), "file", "files"),
                    names.join(", ")
                ));
            }
        }
    }

    /// Returns how many answers had this code.
    pub(in crate::cli) fn count(&self, code: &str) -> u64 {
        self.codes.get(code).copied().unwrap_or_default()
    }

    /// Returns how many pages did not print what was signed.
    pub(in crate::cli) fn differing(&self) -> u64 {
        self.differing
    }

    pub(super) fn total(&self) -> u64 {
        self.codes.values().sum()
    }

    pub(super) fn all_good(&self) -> bool {
        self.not_good == 0 && self.shut == 0
    }

    pub(super) fn summary(&self) {
        let counts: Vec<String> = self.codes.iter().map(|(code, count)| format!("{count} {code}")).collect();
        let differing = if self.differing > 0 {
            format!("; {} whose page differs or cannot be read", self.differing)
        } else {
            String::new()
        };
        let unseen = match self.unseen.len() {
            0 => String::new(),
            unseen => format!("; {} not looked at", output::counted(unseen, "file", "files")),
        };
        let shut = match self.shut {
            0 => String::new(),
            shut => format!("; {} not looked at", output::counted(shut, "link or pipe", "links or pipes")),
        };
        output::line(format!("{} verified offline: {}{differing}{unseen}{shut}", self.total(), counts.join(", ")));
        self.bases.iter().take(NAMED).for_each(|basis| output::line(shown(basis)));
        if self.bases.len() > NAMED {
            output::line(format!(
                "and {} more",
                output::counted(self.bases.len() - NAMED, "trust file", "trust files")
            ));
        }
    }
}
