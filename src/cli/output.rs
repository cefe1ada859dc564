//! Everything that the command line prints: results on stdout, errors and progress on stderr.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use crate::credential::is_bidi_control;

/// Exit code: a verdict or a row was not good.
pub const NOT_GOOD: u8 = 1;
/// Exit code: wrong usage.
pub const USAGE: u8 = 2;
/// Exit code: could not do it.
pub const COULD_NOT: u8 = 3;

/// Why a command could not do its work: what, why, and what to do next.
#[derive(Debug)]
pub struct Failure {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    /// Returns a failure with exit code 3.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), causes: Vec::new(), hint: None, code: COULD_NOT }
    }

    /// Returns a failure with exit code 2.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self { code: USAGE, ..Self::new(message) }
    }

    /// Returns a failure with exit code 1: nothing broke, and something has to be said first.
    pub fn question(message: impl fmt::Display) -> Self {
        Self { code: NOT_GOOD, ..Self::new(message) }
    }

    /// Adds what led to it.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds what to do next, unless it is said already.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint.get_or_insert_with(|| hint.to_string());
        self
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        Self { causes, ..Self::new(error) }
    }
}

impl Failure {
    /// Says all of it in one line: what, because of what, and what to do.
    pub fn in_one_line(&self) -> String {
        let hint = self.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        let causes: String = self.causes.iter().map(|cause| format!(": {cause}")).collect();
        format!("{}{causes}{hint}", self.message)
    }
}

/// Adds context to errors on their way to the terminal.
pub trait Explain<T> {
    /// Says what was being done, in place of the library's words, which become the cause.
    fn doing(self, what: impl fmt::Display) -> Result<T, Failure>;
    /// Says what to do next.
    fn hint(self, hint: impl fmt::Display) -> Result<T, Failure>;
}

impl<T, E: Into<Failure>> Explain<T> for Result<T, E> {
    fn doing(self, what: impl fmt::Display) -> Result<T, Failure> {
        self.map_err(|error| {
            let mut failure: Failure = error.into();
            failure.causes.insert(0, std::mem::replace(&mut failure.message, format!("cannot {what}")));
            failure
        })
    }

    fn hint(self, hint: impl fmt::Display) -> Result<T, Failure> {
        self.map_err(|error| error.into().hint(hint))
    }
}

/// Prints a failure to stderr and returns its exit code.
pub fn fail(failure: &Failure) -> ExitCode {
    let mut text = format!("error: {}\n", failure.message);
    for cause in &failure.causes {
        text.push_str(&format!("  because: {cause}\n"));
    }
    if let Some(hint) = &failure.hint {
        text.push_str(&format!("hint: {hint}\n"));
    }
    // Nothing can be done about a stderr that is closed.
    let _ = io::stderr().write_all(escaped(&text, |c| c != '\n').as_bytes());
    ExitCode::from(failure.code)
}

/// Prints text to stdout, without what could command the terminal. A reader that went away ends the program quietly, as
/// for any Unix filter.
pub fn line(text: impl fmt::Display) {
    print(&escaped(&text.to_string(), |c| c != '\n'));
}

fn print(text: &str) {
    if writeln!(io::stdout().lock(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Prints a text that ends its own lines, as a table for other programs does.
pub(super) fn whole(text: &str) {
    let text = escaped(text, |c| !matches!(c, '\r' | '\n'));
    if io::stdout().lock().write_all(text.as_bytes()).is_err() {
        std::process::exit(0);
    }
}

/// Returns a number with its word: `1 row`, `2 rows`.
pub(super) fn counted(number: impl TryInto<u64>, one: &str, many: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Prints a value as one line of JSON.
pub fn json(value: &impl serde::Serialize) {
    let text = serde_json::to_string(value).expect("our records are plain JSON");
    // Such characters stand only inside of strings, where JSON has an escape for them.
    let escape = |c: char| if commands(c) { format!("\\u{:04x}", u32::from(c)) } else { c.into() };
    print(&text.chars().map(escape).collect::<String>());
}

/// Prints a remark to stderr.
pub fn note(text: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{}", escaped(&text.to_string(), |c| c != '\n'));
}

/// Returns foreign text, such as a name in a file that proves nothing, as a piece of one line: it can neither begin a
/// line of its own nor command the terminal.
pub fn shown(text: impl fmt::Display) -> String {
    escaped(&text.to_string(), |_| true)
}

fn escaped(text: &str, also: impl Fn(char) -> bool) -> String {
    let escape = |c: char| if commands(c) && also(c) { c.escape_unicode().to_string() } else { c.into() };
    text.chars().map(escape).collect()
}

/// Control characters, line breaks, and what turns the direction of the text around it (UAX 9 section 2).
fn commands(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_bidi_control(c)
}

/// Returns a progress bar; it shows only where stderr is a terminal.
pub fn progress(total: u64, what: &'static str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg:>12} {bar:40} {human_pos}/{human_len} {per_sec:>12} {eta:>5}");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
}

/// Prints rows in columns, as wide as their widest cell.
pub fn table(head: &[&str], rows: &[Vec<String>]) {
    use unicode_width::UnicodeWidthStr;
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let print_row = |cells: Vec<&str>| {
        let padded =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        line(padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    print_row(head.to_vec());
    rows.iter().for_each(|row| print_row(row.iter().map(String::as_str).collect()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_neither_begins_a_line_nor_commands_the_terminal() {
        assert_eq!(shown("a\n✓ valid\u{1b}[2K\u{9b}A\u{202e}b"), r"a\u{a}✓ valid\u{1b}[2K\u{9b}A\u{202e}b");
        assert_eq!(shown("José Núñez ऐश्वर्या"), "José Núñez ऐश्वर्या");
    }
}
