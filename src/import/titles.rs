//! Columns of titles, as `Dr.`: they are kept, and stand before no name unless somebody puts them there. That is said, and what can be
//! done.

use super::columns::key;
use super::outcome::{Code, Finding, RowOutcome, Severity};
use super::{Columns, Table, Use};

/// Headers of such columns, as they are compared.
const HEADERS: &str = "titel title titles akademischertitel akadtitel akademtitel titelvor titelvorname titelvordemnamen namenstitel \
    grad akademischergrad akadgrad namenszusatz prefix nameprefix honorific honorifics academictitle titre titreacadémique civilité \
    título titulo títuloacadémico titolo titoloaccademico titolodistudio titulatuur tytuł tytułnaukowy titul cím cim";
/// What stands in their cells.
const TITLES: &str = "dr prof professor professorin doktor doktorin drin profin mag magin magister dipl diplom ing dipling diplkfm diplkffr \
    diplpsych diplinf diplwirting msc bsc ma ba mba llm llb phd med rer nat phil jur iur oec pol theol hc habil mult priv doz pd privatdozent \
    univ em fh ra rain sir dame rev reverend hon docteur maître me dottore dottoressa dott dottssa avv ir drs mr mgr inż hab lic \
    mudr judr phdr rndr ingarch csc don doña dra profa profª";

/// Warns, once for each column of titles that is on no certificate.
pub fn warn_of_titles(table: &Table, columns: &Columns, uses: &[Use], rows: &mut [RowOutcome]) {
    for (at, column) in columns.columns.iter().enumerate() {
        let is_kept = column.meaning.is_none() && uses.get(at) == Some(&Use::Kept);
        if !is_kept || !HEADERS.split_whitespace().any(|header| header == key(&column.header)) {
            continue;
        }
        let cell = |row: &RowOutcome| table.rows[row.row].cells.get(at).map_or("", |cell| cell.trim()).to_owned();
        let filled: Vec<String> = rows.iter().map(cell).filter(|cell| !cell.is_empty()).collect();
        if filled.is_empty() || !filled.iter().all(|cell| is_title(cell)) {
            continue;
        }
        let Some(first) = rows.iter_mut().find(|row| row.participant.is_some() && !cell(row).is_empty()) else {
            continue;
        };
        let title = cell(first);
        let field = &column.field;
        first.findings.push(Finding {
            severity: Severity::Warning,
            field: column.header.clone(),
            code: Code::NotPrinted,
            reason: format!(
                "`{title:.40}` and all else of column `{:.80}` is not printed: names are printed as the columns of names say",
                column.header
            ),
            hint: format!(
                "write titles before the names in the list, or print the column by a template of your own, with `{{{field}}}`"
            )
            .into(),
        });
    }
}

/// `Dr.`, `Prof. Dr.-Ing.`, `Mag.a`.
fn is_title(cell: &str) -> bool {
    let words = || cell.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase);
    let known = |word: &str| TITLES.split_whitespace().any(|title| title == word);
    let main = words().filter(|word| known(word)).count();
    main > 0 && words().all(|word| known(&word) || word.chars().count() <= 2)
}

#[cfg(test)]
mod tests {
    use super::is_title;

    #[test]
    fn titles_are_told_from_names_of_courses() {
        for title in ["Dr.", "Prof. Dr.", "Dr.-Ing.", "Dipl.-Ing.", "Mag.a", "PhD", "dr", "Prof. Dr. med. h.c."] {
            assert!(is_title(title), "{title}");
        }
        for other in ["Kartografie II", "Ada", "Introduction to Maps", "", "Herr", "A"] {
            assert!(!is_title(other), "{other}");
        }
    }
}
