//! What the service says in English, said in German: questions about lists and what was found in them, what is missing for a
//! certificate, what is known of a mail, what stands in the way. Found by the English text, with the values that stand in it
//! (`texts/phrases.de.txt`). What is not in the book stays as it is: nothing is lost, and nothing is guessed. What it says to programs and
//! on the command line is said otherwise in English, too (`texts/phrases.en.txt`): staff have neither.

use std::sync::LazyLock;

use super::words::Words;
use crate::server::Problem;

const GERMAN: &str = include_str!("texts/phrases.de.txt");
const ENGLISH: &str = include_str!("texts/phrases.en.txt");
/// Phrases inside of phrases inside of phrases.
const DEPTH: usize = 4;
/// Longest text that is looked up, in bytes.
const MOST_BYTES: usize = 4_000;

/// A phrase: what stands between its values, and what it is on pages.
struct Phrase {
    pieces: Vec<&'static str>,
    shown: &'static str,
}

static BOOK: LazyLock<Vec<Phrase>> = LazyLock::new(|| book(GERMAN));
static PLAIN: LazyLock<Vec<Phrase>> = LazyLock::new(|| book(ENGLISH));

fn book(text: &'static str) -> Vec<Phrase> {
    let mut lines = text.lines().filter(|line| !line.starts_with("# ") && !line.trim().is_empty());
    let mut book = Vec::new();
    while let (Some(english), Some(shown)) = (lines.next(), lines.next()) {
        book.push(Phrase { pieces: english.split("{}").collect(), shown });
    }
    // What says more comes first: `{} sessions` would be found in much.
    book.sort_by_key(|phrase| std::cmp::Reverse(phrase.pieces.iter().map(|piece| piece.len()).sum::<usize>()));
    book
}

/// Returns what is said, in the language of the page as far as it is in the book.
pub(super) fn said(w: &Words, text: &str) -> String {
    match w.language {
        "de" => german(text, DEPTH).unwrap_or_else(|| text.to_owned()),
        _ => plain(text).unwrap_or_else(|| text.to_owned()),
    }
}

/// Returns an English text without what is said to programs, as a whole or part by part; nothing if nothing of it is.
fn plain(text: &str) -> Option<String> {
    let one = |text: &str| PLAIN.iter().find_map(|phrase| phrase.of(text, DEPTH));
    if text.len() > MOST_BYTES {
        return None;
    }
    one(text).or_else(|| {
        let parts: Vec<(&str, Option<String>)> = text.split("; ").map(|part| (part, one(part))).collect();
        let said = |(part, plain): (&str, Option<String>)| plain.unwrap_or_else(|| part.to_owned());
        let any = parts.iter().any(|(_, plain)| plain.is_some());
        any.then(|| parts.into_iter().map(said).collect::<Vec<_>>().join("; "))
    })
}

/// Says whether pages say a text otherwise than programs are told it.
pub(super) fn is_said_otherwise(text: &str) -> bool {
    plain(text).is_some()
}

/// Returns what is wrong with a field as a sentence beside it: what the API says of a field goes on from its name, as `is empty`.
pub(super) fn beside(w: &Words, text: &str) -> String {
    let told = said(w, text);
    let first = told.split(' ').next().unwrap_or_default();
    let about = match w.language {
        "de" => Some("Das").filter(|_| ["ist", "hat", "enthält", "liegt", "besteht", "beginnt"].contains(&first)),
        _ => Some("This").filter(|_| ["is", "has", "holds", "begins", "names"].contains(&first)),
    };
    let whole = about.map_or_else(|| sentence(&told), |about| format!("{about} {told}"));
    if whole.ends_with(['.', '!', '?', ':', '…']) { whole } else { format!("{whole}.") }
}

/// Returns a text with a capital letter first, where it begins with a word in small ones.
pub(super) fn sentence(text: &str) -> String {
    let word = text.split([' ', ',', ';']).next().unwrap_or_default().trim_end_matches(':');
    let mut letters = text.chars();
    match letters.next() {
        // `https://…` and `name=…` are no words.
        Some(first) if first.is_lowercase() && word.chars().all(|c| c.is_alphabetic() || "-'’".contains(c)) => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// Says whether a text is in the book of a language, or needs none.
pub(super) fn is_known(w: &Words, text: &str) -> bool {
    w.language != "de" || text.is_empty() || german(text, DEPTH).is_some()
}

/// Returns a text in German: as a whole, else part by part; nothing if nothing of it is known.
fn german(text: &str, depth: usize) -> Option<String> {
    if depth == 0 || text.len() > MOST_BYTES {
        return None;
    }
    // What begins with a value would be found in much: it comes after what is said in parts.
    let whole = |begins: bool| {
        let fits = move |phrase: &&Phrase| phrase.begins() == begins;
        BOOK.iter().filter(fits).find_map(|phrase| phrase.of(text, depth))
    };
    if let Some(whole) = whole(true) {
        return Some(whole);
    }
    for mark in ["; or ", "; "] {
        if text.contains(mark) {
            let parts: Vec<Option<String>> = text.split(mark).map(|part| german(part, depth - 1)).collect();
            if parts.iter().all(Option::is_some) {
                let joined = if mark == "; or " { "; oder " } else { mark };
                return Some(parts.into_iter().flatten().collect::<Vec<_>>().join(joined));
            }
        }
    }
    whole(false)
}

impl Phrase {
    /// Says whether it begins with words, and not with a value.
    fn begins(&self) -> bool {
        self.pieces.first().is_some_and(|first| !first.is_empty())
    }

    /// Returns a text as pages say it if it is this phrase.
    fn of(&self, text: &str, depth: usize) -> Option<String> {
        let values = values(&self.pieces, text)?;
        let mut said = String::with_capacity(self.shown.len() + text.len());
        let mut rest = self.shown;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            said.push_str(before);
            let number: usize = name.trim_start_matches('~').parse().ok()?;
            let value = values.get(number.checked_sub(1)?)?;
            match name.starts_with('~') {
                true => said.push_str(&german(value, depth - 1).unwrap_or_else(|| (*value).to_owned())),
                false => said.push_str(value),
            }
            rest = after;
        }
        said.push_str(rest);
        Some(said)
    }
}

/// Returns what stands between the pieces of a phrase.
fn values<'t>(pieces: &[&str], text: &'t str) -> Option<Vec<&'t str>> {
    let (first, others) = pieces.split_first()?;
    let mut rest = text.strip_prefix(first)?;
    let Some((last, middle)) = others.split_last() else { return rest.is_empty().then(Vec::new) };
    let mut values = Vec::with_capacity(others.len());
    for piece in middle {
        let (value, after) = rest.split_once(piece).filter(|_| !piece.is_empty())?;
        values.push(value);
        rest = after;
    }
    values.push(rest.strip_suffix(last)?);
    values.iter().all(|value| !value.is_empty()).then_some(values)
}

/// What stands in the way, as a page says it.
pub(super) struct Told {
    /// What it is, in a few words.
    pub title: String,
    /// What is wrong, and what to do.
    pub text: String,
    /// What the service says of it in English, where that says more.
    pub detail: Option<String>,
}

/// What an operation says to who lacks a permission, before its name.
const NEEDS: &str = "this needs the permission ";

/// Says what stands in the way, in the language of the page. English is the API's own.
pub(super) fn problem(w: &Words, problem: &Problem) -> Told {
    let told = as_told(w, problem);
    Told { text: sentence(&told.text), detail: told.detail.map(|detail| sentence(&detail)), ..told }
}

fn as_told(w: &Words, problem: &Problem) -> Told {
    let by_code = w.if_any(&format!("problem-{}", problem.code));
    let by_status = || w.if_any(&format!("status-{}", problem.status));
    let title = by_code.or_else(by_status).unwrap_or_else(|| problem.title.clone());
    if let Some(name) = problem.detail.strip_prefix(NEEDS)
        && let Some(may) = w.if_any(&format!("may-{}", name.trim_matches('"')))
    {
        return Told { title, text: w.with("forbidden-may", [("may", may.into())]), detail: None };
    }
    if is_known(w, &problem.detail) {
        return Told { title, text: said(w, &problem.detail), detail: None };
    }
    // What a page says itself is in its language already.
    let hint = w.if_any(&format!("problem-{}-hint", problem.code)).filter(|_| problem.by_api);
    let detail = plain(&problem.detail).unwrap_or_else(|| problem.detail.clone());
    let Some(hint) = hint else { return Told { title, text: detail, detail: None } };
    Told { text: format!("{title}. {hint}"), title, detail: Some(detail) }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    use super::*;

    fn german_words() -> &'static Words {
        Words::named("de").unwrap()
    }

    fn sources(folder: &str) -> Vec<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        let mut found = Vec::new();
        let mut folders = vec![root];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
                    found.push(path);
                }
            }
        }
        found.sort();
        found
    }

    /// A file without its tests and comments.
    fn code(path: &Path) -> String {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    }

    /// The first text in quotation marks of what follows, within so many bytes.
    fn literal(rest: &str, within: usize) -> Option<String> {
        let start = rest.char_indices().take_while(|(at, _)| *at < within).find(|(_, c)| *c == '"')?.0 + 1;
        let (mut text, mut escaped) = (String::new(), false);
        for c in rest[start..].chars() {
            match c {
                _ if escaped => {
                    text.push(if c == '\n' { ' ' } else { c });
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => return Some(text),
                c => text.push(c),
            }
        }
        None
    }

    /// A text as it could be told: with something for each value.
    fn told(format: &str) -> String {
        let mut text = String::new();
        let mut rest = format;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((_, after)) = after.split_once('}') else { break };
            text.push_str("X1");
            rest = after;
        }
        text.push_str(rest);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_book_is_read_in_pairs_and_each_german_phrase_has_the_values_of_the_english_one() {
        let lines: Vec<&str> =
            GERMAN.lines().filter(|line| !line.starts_with("# ") && !line.trim().is_empty()).collect();
        assert!(lines.len() > 300 && lines.len().is_multiple_of(2), "{}", lines.len());
        let mut seen = BTreeSet::new();
        for pair in lines.chunks(2) {
            let (english, german) = (pair[0], pair[1]);
            assert!(seen.insert(english), "twice: {english}");
            let values = english.matches("{}").count();
            for number in 1..=values {
                let there = german.contains(&format!("{{{number}}}")) || german.contains(&format!("{{~{number}}}"));
                assert!(there, "{english} | {german}");
            }
            assert_eq!(german.matches('{').count(), values, "{english} | {german}");
        }
    }

    #[test]
    fn the_english_book_is_read_in_pairs_and_says_nothing_of_the_api() {
        let lines: Vec<&str> =
            ENGLISH.lines().filter(|line| !line.starts_with("# ") && !line.trim().is_empty()).collect();
        assert!(lines.len() > 50 && lines.len().is_multiple_of(2), "{}", lines.len());
        let english = Words::named("en").unwrap();
        for pair in lines.chunks(2) {
            let page = said(english, &told(pair[0]));
            assert!(page != told(pair[0]) && for_programs(&page).is_none(), "{} | {page}", pair[0]);
        }
    }

    /// A word that staff never saw: of the API, of the command line.
    fn for_programs(text: &str) -> Option<String> {
        let words =
            text.split_whitespace().map(|word| word.trim_matches(['(', ')', ',', ';', ':', '.', '`', '“', '”']));
        let quoted = text.split('`').skip(1).step_by(2);
        let is_name = |one: &str| {
            let plain = !one.is_empty() && one.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'=');
            let humps = one.contains(char::is_lowercase) && one.contains(char::is_uppercase);
            plain && one.starts_with(|c: char| c.is_ascii_lowercase()) && (humps || one.contains(['_', '=']))
        };
        let bad_quote = |one: &&str| {
            is_name(one)
                || one.starts_with("testamur ")
                || ["password", "code"].contains(one)
                || one.starts_with("encoding=")
        };
        let bad_word = |one: &&str| {
            ["POST", "PATCH", "PUT", "DELETE", "GET", "If-Match", "Idempotency-Key", "Bearer"].contains(one)
                || one.contains("/api/v1")
                || one.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
        };
        quoted.clone().find(bad_quote).or_else(|| words.clone().find(bad_word)).map(str::to_owned)
    }

    /// What no page shows, whatever is in it: where it is said, and why.
    const NOT_SHOWN: [(&str, &str); 14] = [
        ("server/router.rs", "the description of the API"),
        ("server/api/verify.rs", "an operation that no page asks"),
        ("server/api/certificates/download.rs", "pages send no names of files"),
        ("server/api/participants/import_how.rs", "pages choose from what there is"),
        ("server/api/mail/messages.rs", "parameters that pages set themselves"),
        ("server/extract.rs", "pages send the tags that they were given"),
        ("publish/page.rs", "the published site, for who has the command line"),
        ("mail/courier.rs", "the log"),
        ("mail/trust.rs", "a setting of testamur.toml alone"),
        ("verify/anchors.rs", "trust files of others"),
        ("template/limits.rs", "members of template.json, which who draws it writes"),
        ("import/mapping.rs", "pages send the columns that they were given"),
        ("acts/run/select.rs", "parameters that pages set themselves"),
        ("acts/send/unsent.rs", "parameters that pages set themselves"),
    ];

    #[test]
    fn nothing_that_pages_say_is_for_programs() {
        let (english, german) = (Words::named("en").unwrap(), german_words());
        let mut found = 0;
        for path in sources("") {
            let file = path
                .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let other_door = file.starts_with("cli/") || file.contains("vc_api") || file == "server/staff/phrases.rs";
            if other_door || NOT_SHOWN.iter().any(|(one, _)| *one == file) {
                continue;
            }
            let lines = code(&path);
            // Attributes are for the API's document; their texts are read where they are the errors'.
            let is_text = |line: &&str| !line.trim_start().starts_with("#[") || line.contains("#[error(");
            let text = lines.lines().filter(is_text).collect::<Vec<_>>().join("\n");
            for one in literals(&text) {
                // Each sentence for programs in what is said of a list is left out there.
                let shown = super::super::import::words::for_pages(english, &told(&one));
                if !one.contains(' ') || for_programs(&told(&one)).is_none() {
                    continue;
                }
                found += 1;
                if for_programs(&shown).is_none() {
                    continue;
                }
                for w in [english, german] {
                    let shown = said(w, &told(&one));
                    assert_eq!(for_programs(&shown), None, "{file}, {}: {shown}", w.language);
                }
            }
        }
        assert!(found > 30, "{found}");
    }

    /// All texts in quotation marks, as they are said.
    fn literals(text: &str) -> Vec<String> {
        // Marks that begin no text, and texts in which marks end nothing.
        let mut text = text.replace("'\"'", "' '").replace("'\\\"'", "' '");
        while let Some(from) = text.find("r#\"") {
            let Some(to) = text[from + 3..].find("\"#") else { break };
            text.replace_range(from..from + to + 5, "");
        }
        let (mut all, mut rest) = (Vec::new(), text.as_str());
        while let Some(one) = literal(rest, usize::MAX) {
            let mut end = rest.find('"').unwrap() + 1;
            let bytes = rest.as_bytes();
            while bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            rest = &rest[end + 1..];
            all.push(one.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        all
    }

    #[test]
    fn phrases_are_found_with_their_values_and_inside_of_each_other() {
        let w = german_words();
        for (english, german) in [
            ("attend 2 more sessions", "noch 2 Termine besuchen"),
            ("attend “Day 1”, “Day 2” and 3 more", "besuchen: “Day 1”, “Day 2” und 3 weitere"),
            (
                "one of: no score recorded; or no points recorded",
                "eines davon: kein Ergebnis eingetragen; oder keine Punkte eingetragen",
            ),
            (
                "no score recorded; attendance 60 %, needed 80 %",
                "kein Ergebnis eingetragen; Anwesenheit 60 %, nötig 80 %",
            ),
            (
                "this may be no person: the row adds up others",
                "das ist vielleicht keine Person: die Zeile zählt andere zusammen",
            ),
            ("event `MAPS` exists already", "Die Veranstaltung `MAPS` gibt es schon"),
            ("something that nobody wrote down", "something that nobody wrote down"),
            ("", ""),
        ] {
            assert_eq!(said(w, english), german);
            assert_eq!(said(Words::named("en").unwrap(), english), english);
        }
        let limit = "one member of staff may do 5; make a run of it (`POST /api/v1/runs`), which waits for an approval, or let somebody else do it";
        assert_eq!(
            said(Words::named("en").unwrap(), limit),
            "one member of staff may do 5; tick it in the list of certificates and do it from there, which waits for somebody's approval, or let somebody else do it"
        );
        // However long or strange a text is, it is only looked up.
        let strange = "; ".repeat(100_000);
        assert_eq!(said(w, &strange), strange);
        let deep = "one of: ".repeat(200);
        assert!(!said(w, &deep).is_empty());
    }

    #[test]
    fn what_is_wrong_with_a_field_is_a_sentence() {
        let english = Words::named("en").unwrap();
        for (told, beside_it) in [
            ("is not a length of time such as 2y", "This is not a length of time such as 2y."),
            ("the e-mail or the password is wrong", "The e-mail or the password is wrong."),
            ("https://example.org is not reached", "https://example.org is not reached."),
            ("`x` is no number", "`x` is no number."),
        ] {
            assert_eq!(beside(english, told), beside_it);
        }
        assert_eq!(beside(german_words(), "is before the event starts"), "Das liegt vor dem Beginn der Veranstaltung.");
    }

    #[test]
    fn every_code_of_a_problem_has_german_words() {
        let w = german_words();
        let calls = [
            "Problem::new(",
            "Problem::bad_request(",
            "Problem::unprocessable(",
            "Problem::conflict(",
            "Self::new(",
            "Self::bad_request(",
            "Self::unprocessable(",
            "Self::conflict(",
        ];
        let mut codes: BTreeMap<String, PathBuf> = BTreeMap::new();
        for path in sources("server").into_iter().filter(|path| !path.to_string_lossy().contains("vc_api")) {
            let text = code(&path);
            for call in calls {
                for rest in text.split(call).skip(1) {
                    let Some(found) = literal(rest, 90) else { continue };
                    let kebab = !found.is_empty()
                        && found.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
                    if kebab {
                        codes.insert(found, path.clone());
                    }
                }
            }
        }
        assert!(codes.len() > 120, "{}", codes.len());
        for (code, path) in codes {
            for key in [format!("problem-{code}"), format!("problem-{code}-hint")] {
                assert!(w.if_any(&key).is_some(), "{key} has no German text ({})", path.display());
            }
        }
    }

    #[test]
    fn every_question_about_a_list_has_german_words() {
        let w = german_words();
        let mut found = 0;
        for path in sources("import") {
            let text = code(&path);
            for (call, within) in [("Choice::new(", 400), ("text: ", 12), ("text: format!(", 40)] {
                for rest in text.split(call).skip(1) {
                    let mut one = literal(rest, within);
                    if call == "Choice::new(" {
                        // The second text of the call is what the answer does.
                        one = one
                            .filter(|answer| !answer.is_empty())
                            .and_then(|answer| literal(rest.split_once(&format!("{answer}\""))?.1, 200));
                    }
                    let Some(one) = one.filter(|one| one.contains(' ')) else { continue };
                    found += 1;
                    let one = one.replace("{which}", ", which is the one that is open");
                    assert!(is_known(w, &told(&one)), "{}: {one}", path.display());
                }
            }
        }
        assert!(found >= 8, "{found}");
    }

    /// Texts of files, with those that are none for pages.
    fn all_known(files: &[&str], besides: &[&str]) -> usize {
        let (w, mut found) = (german_words(), 0);
        for file in files {
            let text = code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file));
            let mut rest = text.as_str();
            while let Some(one) = literal(rest, usize::MAX) {
                let at = rest.find('"').unwrap();
                // Past the closing mark, whatever is escaped between.
                let mut end = at + 1;
                let bytes = rest.as_bytes();
                while bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                rest = &rest[end + 1..];
                let is_text = one.trim().contains(' ') && one.chars().any(|c| c.is_ascii_lowercase());
                if is_text && !besides.iter().any(|not| one.contains(not)) {
                    found += 1;
                    assert!(is_known(w, &told(&one)), "{file}: {one}");
                }
            }
        }
        found
    }

    #[test]
    fn every_reason_why_a_row_is_asked_about_has_german_words() {
        let besides =
            ["she he they", "jr sr ii", ", {suffix}", "{given} {family}", "de del della", "dal dalla", "is checked"];
        assert!(all_known(&["import/doubts.rs", "import/nobody.rs"], &besides) > 20);
    }

    #[test]
    fn what_is_found_in_lists_and_assumed_of_them_has_german_words() {
        let w = german_words();
        for text in [
            "row 5 names the columns; the 3 rows above it were left out",
            "row 2 names the columns; row 1 above it was left out",
            "`Jane Smith` has the address of `John Smith` in line 55",
            "`Jane Smith` has the address of `John Smith`, who is in the event already",
            "`Jo` may be `Joe` in line 3: nothing tells them apart",
            "`Jo` may be `Joe`, who is in the event already, with another `company`",
            "several people have this address and are called as `Jo` in line 3",
            "`n/a` is not a number",
            "`Lars HANSEN` differs by case only: `Lars Hansen`, in line 45, is kept",
            "`Lars HANSEN` differs by case only: `Lars Hansen`, who is in the event already, is kept",
            "2 rows are hidden by a filter (3, 5) and were left out",
            "the hidden column `Salary` was left out",
            "the hidden sheet `Archive 2025` was left out",
            "the hidden sheets `Archive 2025`, `Rooms` were left out",
            "the sheet `Archive 2025`, which is hidden",
            "`a.xlsx` holds no rows but in hidden sheets, which are left out: `People`",
            "show the sheet in a spreadsheet program and save the workbook",
            "`Total`: the row adds up others, and names nobody",
            "`56 x` is not an e-mail address; is `56x@example.org` meant?",
        ] {
            let said = said(w, text);
            assert!(is_known(w, text) && !said.contains(" line ") && !said.contains(" the "), "{text}: {said}");
        }
        let besides =
            ["{} is", "external_id", "line {line}", "{} ~", "this row again", "Import this row", "is checked"];
        assert!(all_known(&["acts/person/who/addresses.rs", "acts/person/who/names.rs"], &besides) >= 4);
    }

    #[test]
    fn every_clause_says_in_german_what_is_missing() {
        let w = german_words();
        // What `judge.rs` and `measure.rs` put together, for every kind of clause.
        for missing in [
            "attend 1 more session",
            "attend 3 more sessions",
            "attend 1 more required session",
            "attend 2 more required sessions",
            "do 1 more activity",
            "do 2 more activities",
            "do 1 more required activity",
            "do 4 more required activities",
            "attend or do 1 more session or activity",
            "attend or do 2 more sessions or activities",
            "attendance 60 %, needed 80 %",
            "completion 60 %, needed 80 %",
            "score 12.5, needed 20",
            "points 3, needed 5.5",
            "attend “Day 1”",
            "do “Quiz”, “Essay”",
            "cannot be met: there are only 2 sessions",
            "cannot be met: there are only 1 activity",
            "Gold from attendance 80 %",
            "Gold from score 5",
            "Gold from points 5",
            "Gold from completion 5 %",
            "the role is none of speaker, chair",
            "one of: has not passed the examination; or was not checked in",
        ] {
            assert!(is_known(w, missing), "{missing}");
            assert_ne!(said(w, missing), missing);
        }
        let besides = [
            "; or ",
            "attend or do",
            " of {whole}",
            "{} %",
            "at least",
            "granted by hand",
            "in the event",
            "examination passed",
            "checked in",
            "all of these",
            "all sessions",
            "all required",
            "any session",
            "any required",
            "all activities",
            "any activity",
            "required sessions",
            "required activities",
            "sessions and activities",
            "required session",
            "required activity",
            "session or activity",
            "sessions or activities",
            "expression {source}",
            "{} from {} {from}",
            ", needed {",
            "attendance{of}",
            "{verb} {}",
            "more {one}",
            "more {many}",
            "there are only",
            "{done} of {total}",
            "and {more} more",
            "role one of",
            "{} more",
            "1 {one}",
            "{count} {many}",
            "{}sessions",
            "{}activities",
            "no {name} recorded",
            "could be",
            "fits",
        ];
        assert!(all_known(&["eligibility/judge.rs", "eligibility/measure.rs"], &besides) >= 10);
        // A clause of a new kind says here what it lacks.
        let kinds = |kind: crate::eligibility::ClauseKind| {
            use crate::eligibility::ClauseKind as K;
            match kind {
                K::All
                | K::Any
                | K::Attendance
                | K::Sessions
                | K::Activities
                | K::Completion
                | K::Score
                | K::Passed => (),
                K::CheckedIn | K::Role | K::Everybody | K::Manual | K::Cel => (),
            }
        };
        kinds(crate::eligibility::ClauseKind::All);
    }

    #[test]
    fn what_is_known_of_a_mail_has_german_words() {
        let files = ["mail/outbox/attempt.rs", "mail/outbox/changed.rs"];
        let besides = ["serde", "a message"];
        assert!(all_known(&files, &besides) >= 10);
    }

    /// Texts of the errors of files, but for those that only pass on another.
    fn all_errors_known(files: &[&str]) -> usize {
        let (w, mut found) = (german_words(), 0);
        for file in files {
            let text = code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file));
            let texts = text.split("#[error(").skip(1).filter_map(|rest| literal(rest, 40));
            for one in texts.filter(|one| one.contains(' ') && one.chars().any(char::is_alphabetic)) {
                if ["`{0}` {1}"].contains(&one.as_str()) {
                    continue;
                }
                found += 1;
                assert!(is_known(w, &told(&one)), "{file}: {one}");
            }
        }
        found
    }

    #[test]
    fn why_a_run_or_a_row_failed_and_what_a_spot_check_finds_has_german_words() {
        let w = german_words();
        let files = [
            "making/draft.rs",
            "making/face.rs",
            "making/make.rs",
            "making/replace.rs",
            "making/proven.rs",
            "making/results.rs",
            "credential/claims.rs",
            "qr/symbol.rs",
            "render/mod.rs",
            "template/error.rs",
            "publish/mod.rs",
            "mail/relay.rs",
        ];
        assert!(all_errors_known(&files) > 60);
        assert!(all_known(&["acts/spot_check.rs"], &["the page does not show"]) >= 6);
        for text in [
            crate::acts::run::RunError::Busy.to_string(),
            crate::acts::run::RunError::Panicked.to_string(),
            crate::acts::run::RunError::NoMail.to_string(),
            crate::acts::run::RunError::CannotMake("its template is not there".to_owned()).to_string(),
            "the service was stopped while the list was being made".to_owned(),
            "site/trust.jws has version 7, but the last version published from this store is 6; restore the newest backup; if there \
             is none, publish with --after-restore, which takes over the site's revocations"
                .to_owned(),
            "no site folder is configured; set `site` in the section `[serve]` of testamur.toml, or start with --site".to_owned(),
            "the root key `r1` is not in keys; bring the root key's file back from its safe into the keys folder, then retry"
                .to_owned(),
            "the relay takes no mail from here: it refuses recipients with 550, whoever they are; a login may be missing".to_owned(),
        ] {
            assert!(is_known(w, &text), "{text}");
        }
        use crate::reading::Field;
        for field in [Field::Name, Field::Number, Field::Title, Field::Issuer, Field::Result] {
            let text = format!("the page does not show the {} as it was signed", field.word());
            assert!(is_known(w, &text), "{text}");
        }
        let stopped = "stopped by Ada after 500 of 1200: 500 revoked, 0 needed nothing, 0 failed; 700 were not begun";
        let german =
            "Ada, nach 500 von 1200: 500 widerrufen, 0 brauchten nichts, 0 gescheitert; 700 wurden nicht begonnen";
        assert_eq!(said(w, stopped), german);
    }

    #[test]
    fn every_act_of_the_log_has_a_name() {
        let all = [Words::named("en").unwrap(), german_words()];
        let mut actions = BTreeSet::new();
        for folder in ["acts", "accounts", "vault", "publish", "server", "mail", "webhooks", "store"] {
            for path in sources(folder) {
                let text = code(&path);
                for part in text.split('"').skip(1).step_by(2) {
                    let Some((subject, verb)) = part.split_once('.') else { continue };
                    let plain =
                        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                    if plain(subject) && plain(verb) && SUBJECTS.contains(&subject) {
                        actions.insert(part.to_owned());
                    }
                }
            }
        }
        assert!(actions.len() > 60, "{}", actions.len());
        for action in actions.iter().filter(|action| !NOT_ACTS.contains(&action.as_str())) {
            let key = format!("act-{}", action.replace(['.', '_'], "-"));
            for w in all {
                assert!(w.if_any(&key).is_some(), "{key} has no text in {}", w.language);
            }
        }
    }

    /// What acts are about.
    const SUBJECTS: [&str; 31] = [
        "address",
        "approval",
        "backup",
        "certificate",
        "clock",
        "correction",
        "event",
        "exception",
        "exclusion",
        "import",
        "issuer",
        "key",
        "keys",
        "mail",
        "participant",
        "person",
        "portal",
        "profile",
        "retention",
        "root",
        "run",
        "session",
        "site",
        "staff",
        "store",
        "template",
        "token",
        "webhook",
        "publication",
        "delivery",
        "upkeep",
    ];
    /// Texts of the same form that are no acts: types of webhooks, files, texts of pages.
    const NOT_ACTS: [&str; 16] = [
        "mail.ru",
        "staff.css",
        "staff.js",
        "certificate.issued",
        "certificate.superseded",
        "certificate.revoked",
        "certificate.restored",
        "run.finished",
        "delivery.bounced",
        "publication.late",
        "template.json",
        "template.zip",
        "certificate.png",
        "mail.subject",
        "mail.text",
        "profile.of",
    ];
}
