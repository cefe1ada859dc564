//! Rows that name the columns again, as the next page of a report does: in the same words, in others, in another language.
//! Somebody may be called Name: where a row says no more than that, it is asked about.

use std::collections::HashSet;

use super::columns::{Column, Columns, Meaning, key};
use super::headers::{asks_for_name, head, headers};
use super::names::is_email;

/// Most bytes of a cell that is looked at: nobody calls a column more.
const LONG: usize = 120;

/// How sure it is that a row names the columns again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Nothing stands in it but what the columns are called, and in more than one.
    Surely,
    /// What stands where names do is what such columns are called.
    Perhaps,
}

/// What the columns of a list may be called.
pub(super) struct Called {
    columns: Vec<Known>,
}

struct Known {
    is_of_names: bool,
    is_email: bool,
    /// Its header, as [`key`] spells it.
    header: String,
    /// Headers of the same meaning.
    words: HashSet<&'static str>,
    asks: bool,
}

impl Called {
    /// Looks at the columns of a list.
    pub(super) fn of(columns: &Columns) -> Self {
        let known = |column: &Column| {
            let is_part = |meaning: Meaning| Meaning::PARTS.contains(&meaning);
            // A part alone is the whole name of its list.
            let whole = || headers(Meaning::Name).any(|header| header == key(&column.header));
            let meanings: &[Meaning] = match &column.meaning {
                Some(Meaning::Name) if !whole() => &[Meaning::Name, Meaning::FirstName, Meaning::LastName],
                Some(meaning) => std::slice::from_ref(meaning),
                None => &[],
            };
            Known {
                is_of_names: column.meaning.is_some_and(|meaning| meaning == Meaning::Name || is_part(meaning)),
                is_email: column.meaning == Some(Meaning::Email),
                header: key(&column.header),
                words: meanings.iter().flat_map(|meaning| headers(*meaning)).collect(),
                asks: column.meaning == Some(Meaning::Name),
            }
        };
        Self { columns: columns.columns.iter().map(known).collect() }
    }

    /// Says whether a row names the columns again.
    pub(super) fn again(&self, cells: &[String]) -> Option<Again> {
        let filled = || {
            let pairs = self.columns.iter().zip(cells.iter().map(|cell| cell.trim()));
            pairs.filter(|(_, cell)| !cell.is_empty())
        };
        let mut names = filled().filter(|(column, _)| column.is_of_names).peekable();
        names.peek()?;
        if !names.all(|(column, cell)| column.calls(cell)) {
            return None;
        }
        let all = filled().all(|(column, cell)| column.calls(cell));
        let besides = filled().any(|(column, _)| !column.is_of_names);
        let exactly = filled().count() > 1 && filled().all(|(column, cell)| column.header == key(cell));
        if all && besides || exactly {
            return Some(Again::Surely);
        }
        // Who has an address is somebody.
        let mailed = filled().any(|(column, cell)| column.is_email && is_email(cell));
        (!mailed).then_some(Again::Perhaps)
    }
}

impl Known {
    /// Whether a cell is what the column is called, or what such a column may be called.
    fn calls(&self, cell: &str) -> bool {
        if cell.len() > LONG {
            return false;
        }
        let word = key(cell);
        let begun = || cell.contains(['(', '[', '?', ':', '（']) && self.words.contains(&head(cell)[..]);
        let asks = || self.asks && cell.split_whitespace().count() > 2 && asks_for_name(cell);
        word == self.header || self.words.contains(&word[..]) || begun() || asks()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Mapping, Table};

    fn of(header: &str, row: &str) -> Option<Again> {
        let cells = |line: &str| line.split(';').map(str::to_owned).collect::<Vec<_>>();
        let table = Table { header: cells(header), ..Table::default() };
        Called::of(&Columns::find(&table, &Mapping::default()).unwrap()).again(&cells(row))
    }

    #[test]
    fn the_names_of_the_columns_are_known_again_in_other_words() {
        for (header, row) in [
            ("Name;Email", "Name;Email"),
            ("Full Name;E-mail", "NAME;E-MAIL ADDRESS"),
            ("Name;Email;Town", "name ;EMAIL; Town"),
            ("Vorname;Nachname;E-Mail", "First name;Last name;Email"),
            ("Name;E-Mail;Ort", "ФИО;почта;"),
            ("First name;Last name", "First Name;Last Name"),
            ("Name;Town", "NAME;town"),
            ("Full name (as it should appear on your certificate);Score", "Name;Score"),
            ("Name;Result", "Nom complet;Résultat"),
        ] {
            assert_eq!(of(header, row), Some(Again::Surely), "{header} / {row}");
        }
    }

    #[test]
    fn where_a_row_says_no_more_it_may_be_somebody() {
        for (header, row) in [
            ("Full Name", "NAME"),
            ("Name", "Name"),
            ("Nombre", "Vorname"),
            ("Name;Email", "Name;"),
            ("Name;Town", "Full name;City"),
            ("First name;Last name", "Vorname;Nachname"),
            ("Name;Email", "Full name;City"),
        ] {
            assert_eq!(of(header, row), Some(Again::Perhaps), "{header} / {row}");
        }
        for (header, row) in [
            ("Name;Email", "Name;n@x.example"),
            ("First name;Last name", "Kim;Name"),
            ("First name;Last name", "Nachname;Vorname"),
            ("Name", "Ada Lovelace"),
            ("Name", "성"),
            ("Name;Result", ";Score"),
        ] {
            assert_eq!(of(header, row), None, "{header} / {row}");
        }
    }
}
