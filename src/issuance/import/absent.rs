//! Rows that say themselves that somebody was absent or failed: whoever imports them is asked before a certificate says
//! otherwise.

use super::columns::{Column, Meaning, key};

/// The words, by section.
const WORDS: &str = include_str!("absent.txt");

/// What to do with a row that says that somebody was absent or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// An error, until it is said what to do.
    #[default]
    Ask,
    /// Take it as any other.
    Take,
    /// Leave it out, with a warning.
    #[serde(alias = "leave-out")]
    LeaveOut,
}

fn section(name: &str) -> impl Iterator<Item = &'static str> {
    let begins = move |line: &str| line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) == Some(name);
    let lines = WORDS.lines().skip_while(move |line| !begins(line)).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
}

/// Says whether a column may say that somebody was absent or failed: the result, or one that is called so.
pub(super) fn tells(column: &Column) -> bool {
    column.meaning == Some(Meaning::Result) || column.meaning.is_none() && is_in("columns", &column.header)
}

/// Says whether a cell of such a column says so.
pub(super) fn says_absent(column: &Column, cell: &str) -> bool {
    // A result may be a letter or a word of its own: there `n` is no answer.
    is_in("words", cell) || column.meaning.is_none() && is_in("no", cell)
}

fn is_in(name: &str, text: &str) -> bool {
    // Longer than any word: a remark, which is not read.
    if text.len() > 100 || !text.chars().any(char::is_alphanumeric) {
        return false;
    }
    let wanted = key(text);
    section(name).any(|word| word == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_spelt_as_cells_are_compared() {
        for name in ["columns", "words", "no"] {
            assert!(section(name).count() > 10, "{name}");
            section(name).for_each(|word| assert_eq!(key(word), word));
        }
    }

    #[test]
    fn who_was_absent_or_failed_is_told_in_many_languages() {
        let status = Column { header: "Status".into(), field: "status".into(), meaning: None, skipped: false };
        let result = Column { meaning: Some(Meaning::Result), ..status.clone() };
        assert!(tells(&status) && tells(&result));
        assert!(!tells(&Column { header: "City".into(), ..status.clone() }));
        for cell in ["absent", "No-show", "FAILED", "nicht bestanden", "Échoué", "ausente", "راسب", "缺席", "не сдал"]
        {
            assert!(says_absent(&status, cell) && says_absent(&result, cell), "{cell}");
        }
        assert!(says_absent(&status, "Nein") && !says_absent(&result, "N"));
        for cell in ["", "passed", "present", "A", "87", "never absent", "0", "-", "merit"] {
            assert!(!says_absent(&status, cell) && !says_absent(&result, cell), "{cell}");
        }
    }
}
