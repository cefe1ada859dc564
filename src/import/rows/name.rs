//! The name of a row: put together, asked about where it may be none, and told where it looks odd.

use super::{NAME_CHARACTERS, RowChecker, short, spell};
use crate::import::case;
use crate::import::columns::Meaning;
use crate::import::doubts::{self, Doubt};
use crate::import::letters::{Look, look};
use crate::import::names::{self, Tidy};
use crate::import::outcome::{Code, Offer, Offered, Said, Severity};
use crate::import::parts;
use crate::import::question::CommaNames;

impl RowChecker<'_> {
    /// The printed name: the name column, or its parts put together.
    pub(super) fn name(&mut self) -> String {
        let (raw, field) = match self.columns.with(Meaning::Name) {
            Some(at) => (self.cell(at).to_owned(), self.header(at)),
            None => {
                let part = |meaning| self.columns.with(meaning).map_or("", |at| self.cell(at).trim());
                let headers = Meaning::PARTS.into_iter().filter_map(|part| Some(self.header(self.columns.with(part)?)));
                (
                    parts::put_together(Meaning::PARTS.map(part), self.columns.order),
                    headers.collect::<Vec<_>>().join(" + "),
                )
            }
        };
        let mut tidy = names::tidy(&raw);
        // What is no part of a name is asked about first.
        let bare = || doubts::of(&tidy.text).is_none_or(|doubt| doubt.likely.is_none());
        if self.list.swap
            && bare()
            && let Some(turned) = doubts::turned(&tidy.text)
        {
            tidy.text = turned;
        }
        self.settle_doubts(&mut tidy, &field);
        // What is left out is not looked at any further.
        if self.said != Some(Said::LeftOut) {
            self.check_name(&tidy, &field);
            self.settle_case(&mut tidy, &field);
        }
        tidy.text
    }

    /// A name in an unusual case is told with the likely one, and written so where somebody said so.
    fn settle_case(&mut self, tidy: &mut Tidy, field: &str) {
        let (held, line, name) = (self.checks.held, self.row.line, &tidy.text);
        let asked = self.findings.iter().any(|finding| finding.severity >= Severity::Asked);
        if held.confirmed.names(line) || names::characters(name) > NAME_CHARACTERS {
            return;
        }
        let Some(likely) = case::usual(name) else { return };
        if held.cased.has(line) && !asked {
            let reason = format!("`{}` is written as `{}`", short(name), short(&likely));
            tidy.text = likely;
            self.taken.push(Offered::NameCase);
            return self.warn(field, Code::Answered, reason, "nothing to do");
        }
        let capitals = names::is_all_capitals(name);
        // What is asked about anyway is told once.
        if asked && !capitals {
            return;
        }
        let (code, what) = match capitals {
            true => (Code::AllCapitals, "all in capitals"),
            false => (Code::NameCase, "in an unusual case"),
        };
        let reason = format!("`{}` is {what}; is `{}` meant?", short(name), short(&likely));
        let hint = "write it as it shall be printed. Or take what is likely, with the line: `name_case=LINE`";
        self.offers.push(Offer { about: Offered::NameCase, shown: name.clone(), likely });
        self.warn(field, code, reason, hint);
    }

    /// What may be no person, or no name, is asked about, unless it was said what it is.
    fn settle_doubts(&mut self, tidy: &mut Tidy, field: &str) {
        let held = self.checks.held;
        let line = self.row.line;
        let Some((code, Doubt { reason, likely })) = self.doubt(&tidy.text) else {
            if held.left_out.names(line) {
                self.said = Some(Said::LeftOut);
                self.warn(field, Code::Answered, "left out, as it was said".into(), "nothing to do");
            }
            return;
        };
        let takes = held.confirmed.has(line) || likely.is_some() && held.likely.has(line);
        if held.left_out.names(line) || !takes && held.left_out.has(line) {
            self.said = Some(Said::LeftOut);
            self.warn(field, code, format!("left out, as it was said: {reason}"), "nothing to do");
        } else if held.confirmed.has(line) {
            self.said = Some(Said::Confirmed);
            self.warn(field, Code::Answered, format!("`{}` was confirmed", short(&tidy.text)), "nothing to do");
        } else if let Some(name) = likely.as_ref().filter(|_| held.likely.has(line)) {
            self.said = Some(Said::Likely);
            let reason = format!("`{}` is taken as `{}`", short(&tidy.text), short(name));
            *tidy = names::tidy(name);
            self.warn(field, Code::Answered, reason, "nothing to do");
        } else {
            let shown = short(&tidy.text);
            let reason = match &likely {
                Some(name) => format!("`{shown}`: {reason}; is `{}` meant?", short(name)),
                None => format!("`{shown}`: {reason}"),
            };
            self.likely = likely;
            let hint = if self.likely.is_some() {
                "correct it, or say what it is, with the line, as `confirm_row=LINE`, `likely_row=LINE` or `leave_out_row=LINE`"
            } else {
                "correct it, or say what it is, with the line, as `confirm_row=LINE` or `leave_out_row=LINE`"
            };
            self.find(Severity::Asked, field.into(), code, reason, hint);
        }
    }

    fn doubt(&self, name: &str) -> Option<(Code, Doubt)> {
        if name.is_empty() {
            return None;
        }
        // Told in full by its length.
        if names::characters(name) > NAME_CHARACTERS {
            return None;
        }
        // What a formula left over is an error of its own.
        if names::is_spreadsheet_debris(name) {
            return None;
        }
        if let Some(reason) = self.usual.doubt(self.row, name, self.list.gap) {
            return Some((Code::NoPerson, Doubt { reason, likely: None }));
        }
        if let Some(Doubt { reason, likely }) = doubts::of(name) {
            let keep = self.checks.comma_names == CommaNames::Keep;
            let turned = likely.as_deref().filter(|_| !keep).and_then(doubts::turned);
            return Some((Code::UnlikelyName, Doubt { reason, likely: turned.or(likely) }));
        }
        let turned = self.list.ask_commas.then(|| doubts::turned(name)).flatten()?;
        let reason = "the family name may stand first".to_owned();
        Some((Code::UnlikelyName, Doubt { reason, likely: Some(turned) }))
    }

    fn check_name(&mut self, tidy: &Tidy, field: &str) {
        self.check_is_safe(tidy, field, "the name");
        let name = &tidy.text;
        if name.is_empty()
            && let Some(reason) = self.usual.nameless(self.row)
        {
            // What else is odd about such a row is no matter.
            self.findings.clear();
            return self.error(field, Code::NoPerson, reason, "nothing to do, if this is nobody");
        }
        if name.is_empty() {
            if self.findings.iter().all(|finding| finding.severity < Severity::Error) {
                self.error(field, Code::NameMissing, "the name is empty".into(), "fill it in, or delete the row");
            }
            return;
        }
        // Before anything that takes time: a long name is not looked at any further.
        let length = names::characters(name);
        if length > NAME_CHARACTERS {
            self.error(
                field,
                Code::NameTooLong,
                format!("the name has {length} characters; at most {NAME_CHARACTERS} are printed"),
                "shorten it; is this the right column?",
            );
            return;
        }
        self.check_name_looks_right(tidy, field);
        if let Some(missing) = self.checks.missing_glyph
            && let Some(c) = missing(name)
        {
            self.error(
                field,
                Code::NoGlyph,
                format!("no font can draw {} of `{name}`", spell(c)),
                "install a font for that script, or add one to the template",
            );
        }
    }

    fn check_name_looks_right(&mut self, tidy: &Tidy, field: &str) {
        let name = &tidy.text;
        if let Some(c) = tidy.invisible {
            self.warn(
                field,
                Code::InvisibleCharacter,
                format!("{}, which shows nothing, was removed", spell(c)),
                "nothing to do, if the name below is right",
            );
        }
        if tidy.spaces {
            self.warn(field, Code::Spaces, format!("stray spaces were removed: `{name}`"), "nothing to do");
        }
        if names::is_spreadsheet_debris(name) {
            self.error(
                field,
                Code::NoLetter,
                format!("`{name}` is left over from a formula, not a name"),
                "correct the cell, or delete the row",
            );
        }
        if names::has_no_letter(name) {
            self.error(field, Code::NoLetter, format!("`{name}` has no letter"), "is this the right column?");
        }
        if let Some(word) = names::mixed_script_word(name) {
            self.warn(
                field,
                Code::MixedScripts,
                format!("`{word}` mixes letters of two scripts that look alike"),
                "type the word anew on one keyboard",
            );
        }
        if self.said.is_none() && look(name) == Look::Strange {
            self.warn(
                field,
                Code::StrangeLetters,
                format!("`{}` has letters that no single language puts into a word", short(name)),
                "check that it was read as it was written",
            );
        }
        if name.contains(['(', '[', '（']) {
            self.warn(
                field,
                Code::UnlikelyName,
                format!("`{}` is printed with its brackets", short(name)),
                "check the name",
            );
        }
        // What is asked about anyway is told once.
        let asked = self.findings.iter().any(|finding| finding.severity == Severity::Asked);
        if self.said.is_none() && !asked && names::holds_a_digit(name) && !names::has_no_letter(name) {
            self.warn(
                field,
                Code::UnlikelyName,
                format!("`{}` is printed with its digits", short(name)),
                "check the name",
            );
        }
    }
}
