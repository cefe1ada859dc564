//! Of which columns a name is put together, and in which order: told by headers, and by what their cells hold.

use unicode_script::{Script, UnicodeScript};

use super::columns::{Columns, Meaning, key};
use super::{Row, Table};

/// Rows that are looked at.
const LOOKED_AT: usize = 1_000;

/// What a column called name is, beside columns with parts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It holds the parts.
    Whole,
    /// It is the other part.
    Part,
    /// Some cells hold them.
    Unsure,
}

/// In which order the parts of a name are printed, and what stands between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Given name, further given names, family names; names in Chinese characters, kana and Hangul family first.
    #[default]
    GivenFirst,
    /// Family name first, as in Hungarian, Japanese and Vietnamese.
    FamilyFirst,
    /// Family name first and nothing between, as in Chinese and Korean.
    FamilyFirstTogether,
}

/// Headers of family names in languages that print them first.
const FAMILY_FIRST: [&str; 14] = [
    "姓",
    "姓氏",
    "苗字",
    "성",
    "성씨",
    "vezetéknév",
    "családnév",
    "họ",
    "họvàtênđệm",
    "họtênđệm",
    "họđệm",
    "họvàtênlót",
    "овог",
    "тегі",
];
/// Headers by which a list is known to be Chinese.
const CHINESE: [&str; 18] = [
    "邮箱",
    "电子邮件",
    "電子郵件",
    "电子邮箱",
    "電子信箱",
    "信箱",
    "邮件",
    "语言",
    "語言",
    "成绩",
    "学员",
    "學員",
    "电话",
    "電話",
    "手机",
    "手機",
    "学号",
    "學號",
];
/// Parts of headers that mean a whole name.
const WHOLE: [&str; 34] = [
    "full",
    "complet",
    "vollständig",
    "vorund",
    "nomprénom",
    "prénomnom",
    "nometprénom",
    "prénometnom",
    "apellidos",
    "cognome",
    "lengkap",
    "soyad",
    "inazwisko",
    "příjmení",
    "фио",
    "піб",
    "полное",
    "повне",
    "фамили",
    "ονοματεπώνυμο",
    "姓名",
    "氏名",
    "họvàtên",
    "họtên",
    "volledig",
    "teljes",
    "पूरा",
    "संपूर्ण",
    "পুরো",
    "முழு",
    "పూర్తి",
    "الكامل",
    "מלא",
    "certificate",
];

/// Says whether a header means the whole name, whatever stands beside it.
pub(super) fn is_whole(header: &str) -> bool {
    let key = key(header);
    WHOLE.iter().any(|whole| key.contains(whole)) || key == "displayname"
}

/// Says what a column called name holds: the other columns' cells too, or not.
pub(super) fn judge(table: &Table, at: usize, others: &[usize]) -> Verdict {
    let (mut rows, mut holding, mut single) = (0, 0, 0);
    for row in table.rows.iter().take(LOOKED_AT) {
        let words = words_of(row, at);
        let others: Vec<String> = others.iter().flat_map(|other| words_of(row, *other)).collect();
        if words.is_empty() || others.is_empty() {
            continue;
        }
        rows += 1;
        holding += usize::from(words.len() > 1 && others.iter().all(|word| words.contains(word)));
        single += usize::from(words.len() == 1);
    }
    match (rows, holding, single) {
        (0, _, _) => Verdict::Part,
        _ if holding * 10 >= rows * 9 => Verdict::Whole,
        _ if holding * 10 <= rows && single * 10 >= rows * 7 => Verdict::Part,
        _ => Verdict::Unsure,
    }
}

fn words_of(row: &Row, at: usize) -> Vec<String> {
    let cell = row.cells.get(at).map_or("", String::as_str).to_lowercase();
    cell.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Says whether something stands in a column; of a header alone that is not known.
pub(super) fn is_filled(table: &Table, at: usize) -> bool {
    let filled = |row: &Row| row.cells.get(at).is_some_and(|cell| !cell.trim().is_empty());
    table.rows.is_empty() || table.rows.iter().any(filled)
}

/// Says whether a word is a header of family names in a language that prints them first.
pub(super) fn is_family_first(word: &str) -> bool {
    FAMILY_FIRST.contains(&word)
}

/// Says whether names of several words have a comma in a column, all of them.
pub(super) fn have_commas(table: &Table, at: usize) -> bool {
    let cells = table.rows.iter().filter_map(|row| row.cells.get(at));
    cells.filter(|cell| cell.split_whitespace().count() > 1).all(|cell| cell.contains([',', '，', '、']))
}

/// Says whether no cell of a column has a letter, though some are filled.
pub(super) fn has_no_letters(table: &Table, at: usize) -> bool {
    let cells =
        || table.rows.iter().take(LOOKED_AT).filter_map(|row| row.cells.get(at)).filter(|cell| !cell.trim().is_empty());
    cells().next().is_some() && !cells().any(|cell| cell.chars().any(char::is_alphabetic))
}

/// Returns the order that the headers' language prints names in.
pub(super) fn order(columns: &Columns) -> Order {
    let is = |headers: &[&str], header: &str| headers.contains(&key(header).as_str());
    let family = columns.with(Meaning::LastName).map(|at| columns.columns[at].header.as_str());
    let Some(family) = family.filter(|header| is(&FAMILY_FIRST, header)) else { return Order::GivenFirst };
    let chinese = columns.columns.iter().any(|column| is(&CHINESE, &column.header));
    let korean = family.chars().any(|c| matches!(c.script(), Script::Hangul));
    if chinese || korean { Order::FamilyFirstTogether } else { Order::FamilyFirst }
}

/// Puts a name together from its parts: given, further given, family, second family name.
pub(super) fn put_together([first, middle, last, second]: [&str; 4], order: Order) -> String {
    let eastern = |part: &str| part.chars().all(is_eastern);
    let family_first =
        order != Order::GivenFirst || (!first.is_empty() && !last.is_empty() && eastern(first) && eastern(last));
    let parts = if family_first { [last, second, middle, first] } else { [first, middle, last, second] };
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let together = order == Order::FamilyFirstTogether && parts.iter().all(|part| eastern(part));
    parts.join(if together { "" } else { " " })
}

fn is_eastern(c: char) -> bool {
    matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul) || c == 'ー' || c == ' '
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_together_in_the_order_of_their_language() {
        use Order::*;
        for (parts, order, name) in [
            (["Ann", "Bea", "Cole", ""], GivenFirst, "Ann Bea Cole"),
            (["Ana", "", "García", "López"], GivenFirst, "Ana García López"),
            (["花子", "", "佐藤", ""], FamilyFirst, "佐藤 花子"),
            (["花子", "", "佐藤", ""], GivenFirst, "佐藤 花子"),
            (["小明", "", "王", ""], FamilyFirstTogether, "王小明"),
            (["민준", "", "김", ""], FamilyFirstTogether, "김민준"),
            (["John", "", "Oak", ""], FamilyFirstTogether, "Oak John"),
            (["Anna", "", "Kovács", ""], FamilyFirst, "Kovács Anna"),
            (["Khai", "Thị Minh", "Nguyễn", ""], FamilyFirst, "Nguyễn Thị Minh Khai"),
            (["", "", "Cher", ""], GivenFirst, "Cher"),
        ] {
            assert_eq!(put_together(parts, order), name, "{parts:?}");
        }
    }
}
