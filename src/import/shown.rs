//! Cells as a spreadsheet shows them, by their number format (ECMA-376 part 1, 18.8.30 and 18.8.31): `0.85` with `0%` is 85%,
//! `417` with `00000` is 00417, `46266` with `mmm-yy` is Sep-26.
//!
//! A day that is shown in digits, with its year, stays a day (`2027-05-01`): every template can print one, and no file says in
//! which order its reader's country writes it. Groups of thousands are parted by commas and fractions by full stops for the
//! same reason. What cannot be told from the file is said ([`Shown::unsure`]), and the plain value taken.

mod day;
mod format;
mod general;
mod number;
mod words;

use format::{Section, Token};
pub(super) use general::plain;

/// What a cell shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// As it is shown.
    pub text: String,
    /// The value in it: `85` of `85%`, `1234.50` of `1,234.50 €`, `2027-05-01` of `Saturday, 1 May 2027`.
    pub plain: String,
    /// Why it may be shown otherwise.
    pub unsure: Option<Unsure>,
}

/// Why a cell may be shown otherwise than it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unsure {
    /// The format, or what it does with this value, is not known: the plain value was taken.
    Format,
    /// The format shows nothing of it.
    Hidden,
    /// Spreadsheets know 15 digits of a number.
    Digits,
    /// Excel shows a number of 12 to 15 digits with an exponent, others in full.
    Long,
    /// The words of months and days are English: the file says no language.
    English,
    /// The words of months and days are those of a language that shortens or bends them in more than one way.
    Words,
}

impl Unsure {
    /// Whether each row is told, or the column as a whole.
    pub(super) fn each_row(self) -> bool {
        matches!(self, Self::Format | Self::Hidden | Self::Digits)
    }

    /// Returns it in one sentence, for a cell or the first one of a column.
    pub(super) fn of(self, text: &str) -> String {
        match self {
            Self::Format => {
                format!("`{text}` is the plain value: what the cell's number format makes of it is not known")
            }
            Self::Hidden => format!("`{text}` was left out: the cell's number format shows nothing of it"),
            Self::Digits => {
                format!("`{text}` is a number of more than 15 digits, of which spreadsheets keep the first 15")
            }
            Self::Long => format!("long numbers were taken in full, as `{text}`, where Excel shows an exponent"),
            Self::English => {
                format!("months and days were written in English, as `{text}`: the file does not say another language")
            }
            Self::Words => {
                format!(
                    "months and days were written as `{text}`: spreadsheet programs may write these words otherwise"
                )
            }
        }
    }
}

/// A number format.
#[derive(Debug, Clone)]
pub(super) struct Format {
    sections: Vec<Section>,
}

impl Format {
    /// Reads a format; `id` tells those that are built in and mean something else than their code says.
    pub(super) fn new(code: &str, id: Option<u32>) -> Self {
        let code = match id {
            // As the reader hands it over.
            Some(47) if code == "mmss.0" => "mm:ss.0",
            // Days and times of East Asia, whose form is the reader's.
            Some(27..=36 | 50..=58) if code.eq_ignore_ascii_case("general") => "g",
            _ => code,
        };
        Self { sections: format::sections(code) }
    }

    /// Whether cells show numbers and texts as they do without a format.
    pub(super) fn is_plain(&self) -> bool {
        matches!(&self.sections[..], [one] if matches!(&one.tokens[..], [Token::General | Token::At]))
    }

    /// Whether texts are shown otherwise than they are.
    pub(super) fn changes_text(&self) -> bool {
        self.of_text().is_some()
    }

    /// Returns what a number's cell shows. Days are counted from 1904 where the workbook says so.
    pub(super) fn number(&self, number: f64, from_1904: bool) -> Shown {
        let unknown = || Shown { text: plain(number), plain: plain(number), unsure: Some(Unsure::Format) };
        if !number.is_finite() {
            return unknown();
        }
        let Some((section, minus)) = self.of_number(number) else { return unknown() };
        if section.unknown {
            return unknown();
        }
        if section.is_date() {
            return day::shown(section, number, from_1904).unwrap_or_else(unknown);
        }
        let shown = number::shown(section, number, minus).unwrap_or_else(unknown);
        let hidden = shown.text.is_empty() && shown.unsure.is_none();
        Shown { unsure: if hidden { Some(Unsure::Hidden) } else { shown.unsure }, ..shown }
    }

    /// Returns what a text's cell shows, if that is another text.
    pub(super) fn text(&self, text: &str) -> Option<Shown> {
        let section = self.of_text()?;
        let mut shown = String::new();
        for token in &section.tokens {
            match token {
                Token::At | Token::General => shown.push_str(text),
                Token::Text(more) => shown.push_str(more),
                _ => {
                    return Some(Shown { text: text.to_owned(), plain: text.to_owned(), unsure: Some(Unsure::Format) });
                }
            }
        }
        let unsure = shown.trim().is_empty().then_some(Unsure::Hidden);
        Some(Shown { text: shown.trim().to_owned(), plain: text.to_owned(), unsure })
    }

    /// The fourth section, or one with a place for text; nothing where text stays as it is.
    fn of_text(&self) -> Option<&Section> {
        let has_place = |section: &&Section| section.tokens.iter().any(|token| matches!(token, Token::At));
        let section = self.sections.get(3).or_else(|| self.sections.iter().rev().find(has_place))?;
        (!matches!(&section.tokens[..], [Token::At])).then_some(section)
    }

    /// Returns the section for a number, and whether a minus sign stands before what it shows.
    fn of_number(&self, number: f64) -> Option<(&Section, bool)> {
        let mut sections = &self.sections[..self.sections.len().min(3)];
        // `0;-0;@`: the last is for text.
        if let [rest @ .., last] = sections
            && !rest.is_empty()
            && last.tokens.iter().any(|token| matches!(token, Token::At))
        {
            sections = rest;
        }
        let negative = number < 0.0;
        if sections.iter().take(2).all(|section| section.condition.is_none()) {
            return match sections {
                [_, second, ..] if negative => Some((second, false)),
                [_, _, third] if number == 0.0 => Some((third, false)),
                [first, ..] => Some((first, negative)),
                [] => None,
            };
        }
        let holds = |section: &&Section| section.condition.is_some_and(|condition| condition.holds(number));
        let section = match sections {
            [first, ..] if holds(&first) => first,
            [_, second, ..] if holds(&second) => second,
            [first, second, third] if first.condition.is_some() && second.condition.is_some() => third,
            [first, second, ..] if first.condition.is_none() || second.condition.is_none() => {
                if first.condition.is_none() { first } else { second }
            }
            // No section is for it: `########`.
            _ => return None,
        };
        let of_negatives = section.condition.is_some_and(|condition| condition.is_of_negatives());
        Some((section, negative && !of_negatives))
    }
}

#[cfg(test)]
mod tests;
