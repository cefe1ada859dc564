//! Columns that would be passed over though they say who people are: addresses below a header that is not known, a second column
//! of names, the family name beside a given one. What the words of a header say is taken; what is unsure is asked.

use super::columns::{Column, Columns, Meaning, key};
use super::headers::{is_address_of_others, says_email, says_part};
use super::mapping::Mapping;
use super::names::is_email;
use super::question::{Choice, Question};
use super::{Row, Table};

/// Rows that are looked at.
const LOOKED_AT: usize = 1_000;

/// Looks for them in a list whose columns are known as far as their headers are.
pub(super) fn settle(found: &mut Columns, table: &Table, mapping: &Mapping) {
    if found.with(Meaning::Email).is_none() && mapping.says(Meaning::Email).is_none() {
        settle_addresses(found, table);
    }
    if mapping.says(Meaning::Name).is_none()
        && let Some(question) = second_names(found, table)
    {
        found.questions.push(question);
    }
}

/// Columns of which nothing is known.
fn free(found: &Columns) -> impl Iterator<Item = (usize, &Column)> {
    found.columns.iter().enumerate().filter(|(_, column)| column.meaning.is_none() && !column.skipped)
}

/// The one column of addresses that says so is taken; of others it is asked whose they are.
fn settle_addresses(found: &mut Columns, table: &Table) {
    let own = free(found).filter(|(at, column)| !is_address_of_others(&column.header) && holds_addresses(table, *at));
    let holding: Vec<(usize, String)> = own.map(|(at, column)| (at, found.called(column).to_owned())).collect();
    let says = |at: &usize| says_email(&found.columns[*at].header);
    let named: Vec<usize> = holding.iter().map(|(at, _)| *at).filter(says).collect();
    if let [one] = named[..] {
        found.columns[one].meaning = Some(Meaning::Email);
        return;
    }
    if holding.is_empty() {
        return;
    }
    let choice =
        |(_, header): &(usize, String)| Choice::new(format!("map=email={header}"), format!("the column `{header}`"));
    found.questions.push(Question {
        about: "map".into(),
        text: "which column holds the people's own e-mail addresses?".into(),
        rows: Vec::new(),
        more_rows: 0,
        choices: holding.iter().map(choice).chain([Choice::new("map=email=", "none of them")]).collect(),
    });
}

fn cell(row: &Row, at: usize) -> &str {
    row.cells.get(at).map_or("", |cell| cell.trim())
}

/// Whether (nearly) all cells of a column are addresses, and not one and the same.
fn holds_addresses(table: &Table, at: usize) -> bool {
    let cells = || table.rows.iter().take(LOOKED_AT).map(|row| cell(row, at)).filter(|cell| !cell.is_empty());
    let (all, good) = (cells().count(), cells().filter(|cell| is_email(cell.trim_start_matches("mailto:"))).count());
    let first = cells().next();
    good > 0 && good * 10 >= all * 9 && (all == 1 || cells().any(|cell| Some(cell) != first))
}

/// Asks about a second column that is called as the one of names is, and about family names beside given ones alone.
fn second_names(found: &Columns, table: &Table) -> Option<Question> {
    let at = found.with(Meaning::Name)?;
    let header = &found.columns[at].header;
    let same = |other: &str| key(other).trim_end_matches(char::is_numeric) == key(header);
    let single = is_of_single_words(table, at);
    let is_second = |(other, column): &(usize, &Column)| {
        (same(&column.header) || single && says_part(&column.header, Meaning::LastName)) && differs(table, at, *other)
    };
    let (other, column) = free(found).find(is_second)?;
    if !single {
        return Some(side_by_side(header));
    }
    let row = both(table, at, other).next()?;
    let given = cell(row, at);
    let together = format!("{given} {}", cell(row, other));
    let said = found.called(column);
    Some(Question {
        about: "map".into(),
        text: format!("the column `{}` stands beside `{header}`: are the names put together from both?", column.header),
        rows: Vec::new(),
        more_rows: 0,
        choices: vec![
            Choice::new(format!("map=last_name={said}"), format!("the names are printed as `{together}`")),
            Choice::new(format!("map=name={header}"), format!("the names are printed as `{given}`")),
        ],
    })
}

fn side_by_side(header: &str) -> Question {
    Question {
        about: "map".into(),
        text: format!("two lists stand side by side, each with a column `{header}`: which people are meant?"),
        rows: Vec::new(),
        more_rows: 0,
        choices: vec![Choice::new(
            format!("map=name={header}"),
            "those of the first one; for the others put their list below it",
        )],
    }
}

/// Rows in which something stands in both columns.
fn both(table: &Table, at: usize, other: usize) -> impl Iterator<Item = &Row> {
    let filled = move |row: &&Row| [at, other].iter().all(|at| cell(row, *at).chars().any(char::is_alphabetic));
    table.rows.iter().take(LOOKED_AT).filter(filled)
}

/// Whether most cells of two columns say something else.
fn differs(table: &Table, at: usize, other: usize) -> bool {
    let rows = both(table, at, other).count();
    let other = both(table, at, other).filter(|row| cell(row, at).to_lowercase() != cell(row, other).to_lowercase());
    rows > 0 && other.count() * 2 > rows
}

/// Whether (nearly) all cells of a column are one word.
fn is_of_single_words(table: &Table, at: usize) -> bool {
    let cells = || table.rows.iter().take(LOOKED_AT).map(|row| cell(row, at)).filter(|cell| !cell.is_empty());
    let single = cells().filter(|cell| cell.split_whitespace().count() == 1).count();
    single > 0 && single * 10 >= cells().count() * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(list: &str, maps: &[&str]) -> Columns {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut lines = list.lines();
        let header = cells(lines.next().unwrap());
        let row = |(line, text): (u64, &str)| Row { line, cells: cells(text), ..Row::default() };
        let table = Table { header, rows: (2..).zip(lines).map(row).collect(), ..Table::default() };
        let mut mapping = Mapping::default();
        maps.iter().for_each(|map| mapping.add(map).unwrap());
        Columns::find(&table, &mapping).unwrap()
    }

    fn answers(columns: &Columns) -> Vec<&str> {
        columns.questions.iter().flat_map(|question| &question.choices).map(|choice| &choice.answer[..]).collect()
    }

    #[test]
    fn addresses_are_found_whatever_their_column_is_called() {
        let taken = columns(
            "Participant,Host email,Attendee Email\nAda,h@x.example,a@x.example\nBo,h@x.example,b@x.example\n",
            &[],
        );
        assert_eq!((taken.with(Meaning::Email), taken.questions.len()), (Some(2), 0));
        let asked = "Name,Kontakt\nAda,a@x.example\nBo,b@x.example\n";
        assert_eq!(answers(&columns(asked, &[])), ["map=email=Kontakt", "map=email="]);
        assert_eq!(columns(asked, &["email=Kontakt"]).with(Meaning::Email), Some(1));
        let two = "Name,Kontakt,Kontakt\nAda,a@x.example,c@x.example\nBo,b@x.example,d@x.example\n";
        assert_eq!(answers(&columns(two, &[])), ["map=email=kontakt", "map=email=kontakt_2", "map=email="]);
        assert_eq!(columns(two, &["email=kontakt_2"]).with(Meaning::Email), Some(2));
        assert_eq!(answers(&columns(asked, &["email="])), [""; 0]);
        for other in [
            "Name,Betreuer\nAda,c@x.example\nBo,d@x.example\n",
            "Name,Info\nAda,c@x.example\nBo,c@x.example\n",
            "Name,Info\nAda,c@x.example\nBo,by post\n",
            "Name,Email,Kontakt\nAda,a@x.example,c@x.example\n",
        ] {
            assert!(columns(other, &[]).questions.is_empty(), "{other}");
        }
    }

    #[test]
    fn a_second_column_of_names_is_asked_about() {
        let list = "Name,Name,Email\nAda,Lovelace,a@x.example\nGrace,Hopper,g@x.example\n";
        let asked = columns(list, &[]);
        assert_eq!(answers(&asked), ["map=last_name=name_2", "map=name=Name"]);
        assert!(asked.questions[0].choices[0].says.contains("`Ada Lovelace`"), "{:?}", asked.questions);
        let together = columns(list, &["last_name=name_2"]);
        assert_eq!((together.with(Meaning::FirstName), together.with(Meaning::LastName)), (Some(0), Some(1)));
        assert!(together.questions.is_empty() && columns(list, &["name=Name"]).questions.is_empty());
        let beside = columns("Name,Email,Name,Email\nAda Lovelace,a@x.example,Bo Holm,b@x.example\n", &[]);
        assert_eq!(answers(&beside), ["map=name=Name"]);
        let family = columns("Participant,Participant family name\nAda,Lovelace\nGrace,Hopper\n", &[]);
        assert_eq!(answers(&family), ["map=last_name=Participant family name", "map=name=Participant"]);
        // What is answered is done, whatever the column is called.
        let full = "Full name,Student's last name\nAda,Lovelace\nGrace,Hopper\n";
        let said: Vec<String> = answers(&columns(full, &[])).into_iter().map(str::to_owned).collect();
        let together = columns(full, &[said[0].strip_prefix("map=").unwrap()]);
        assert_eq!(
            (together.with(Meaning::FirstName), together.with(Meaning::LastName)),
            (Some(0), Some(1)),
            "{said:?}"
        );
        for same in [
            "Name,Name\nAda Lovelace,Ada Lovelace\n",
            "Name,Name\nAda Lovelace,\n",
            "Name,Participant family name\nAda Lovelace,Lovelace\n",
            "Name,Town\nAda,London\n",
        ] {
            assert!(columns(same, &[]).questions.is_empty(), "{same}");
        }
    }
}
