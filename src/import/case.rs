//! Names in an unusual case: `hans MÜLLER`, `JEAN-PIERRE DUPONT`, `joão ferreira`. Says how they are likely written. Nobody is
//! renamed by it: some write themselves so.

use unicode_script::{Script, UnicodeScript};

use super::columns::key;
use super::nobody::is_small;

/// Fewest letters of a word in capitals among others: shorter ones are initials.
const SHOUTED: usize = 3;
/// What follows a name: written as given, in whichever case.
const BEHIND: &str = "jr sr junior senior filho neto júnior esq phd md mba msc bsc mag dipl";
/// Numbers behind a name.
const NUMBERS: [&str; 4] = ["II", "III", "IV", "VIII"];
/// Family names beside which `Van` is a given name.
const VIETNAMESE: &str = "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly";

/// How the letters of a word are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Small,
    Capitals,
    Mixed,
    /// No letters, or of a script that has no case.
    None,
}

/// Returns how a name is likely written, if that is another way than it stands there.
pub(super) fn usual(name: &str) -> Option<String> {
    if name.split(' ').all(is_plain) {
        return None;
    }
    let words: Vec<&str> = name.split(' ').collect();
    let cases: Vec<Case> = words.iter().map(|word| case(word)).collect();
    let cased = || cases.iter().filter(|case| **case != Case::None);
    let all = |wanted: Case| cased().count() > 0 && cased().all(|case| *case == wanted);
    let letters = name.chars().filter(|c| is_cased(*c)).count();
    let whole = all(Case::Small) && letters > 1 || all(Case::Capitals) && letters >= super::names::CAPITALS;
    if !whole && (all(Case::Capitals) || all(Case::Small)) {
        return None;
    }
    let how = How { turkish: name.contains(['İ', 'ı', 'ğ', 'Ğ']), vietnamese: is_vietnamese(&words) };
    let written = words.iter().enumerate().map(|(at, word)| {
        let wrong = match cases[at] {
            Case::None => false,
            _ if whole => true,
            Case::Small => is_small_by_mistake(word),
            Case::Capitals => is_shouted(word),
            Case::Mixed => return how.mixed(word),
        };
        if wrong { how.word(word, at == 0) } else { (*word).to_owned() }
    });
    let written = written.collect::<Vec<_>>().join(" ");
    (written != name).then_some(written)
}

/// Says whether a name differs from another by case only, and is the worse written of the two.
pub(super) fn is_worse(name: &str, other: &str) -> bool {
    // Both kinds of i are one here, with and without a dot.
    let folded = |text: &str| text.to_lowercase().replace('\u{307}', "").replace('ı', "i");
    name != other && folded(name) == folded(other) && usual(name).is_some() && usual(other).is_none()
}

/// `Anna`: most words of most lists, of which nothing is to be said.
fn is_plain(word: &str) -> bool {
    let mut letters = word.bytes();
    letters.next().is_some_and(|first| first.is_ascii_uppercase())
        && letters.len() > 0
        && letters.all(|letter| letter.is_ascii_lowercase())
}

fn is_cased(c: char) -> bool {
    // Georgian has small letters only, as far as names go.
    matches!(c.script(), Script::Latin | Script::Greek | Script::Cyrillic | Script::Armenian)
        && (c.is_uppercase() || c.is_lowercase())
}

fn case(word: &str) -> Case {
    if word.chars().any(|c| c.is_numeric() || c == '@' || (c.is_alphabetic() && !is_cased(c))) {
        return Case::None;
    }
    let letters = word.chars().filter(|c| is_cased(*c));
    let (upper, lower) = letters.fold((0, 0), |(upper, lower), c| {
        (upper + usize::from(c.is_uppercase()), lower + usize::from(c.is_lowercase()))
    });
    match (upper, lower) {
        (0, 0) => Case::None,
        (0, _) => Case::Small,
        (_, 0) => Case::Capitals,
        _ => Case::Mixed,
    }
}

fn is_vietnamese(words: &[&str]) -> bool {
    let is_one = |plain: String| VIETNAMESE.split(' ').any(|one| one == plain);
    words.iter().any(|word| is_one(key(word)))
}

fn is_behind(word: &str) -> bool {
    let plain = key(word);
    BEHIND.split(' ').any(|one| one == plain) || NUMBERS.contains(&word)
}

/// A small word among others: no particle, and nothing that is cut short.
fn is_small_by_mistake(word: &str) -> bool {
    let letters = word.chars().filter(|c| is_cased(*c)).count();
    letters > 1 && !is_small(word) && !is_behind(word) && !word.contains('.') && !word.starts_with(['\'', '’'])
}

/// A word in capitals among others: no initials, no degree.
fn is_shouted(word: &str) -> bool {
    let letters = word.chars().filter(|c| is_cased(*c)).count();
    let vowel = |c: char| !c.is_ascii() || "AEIOUY".contains(c);
    letters >= SHOUTED && !word.contains('.') && !is_behind(word) && word.chars().filter(|c| is_cased(*c)).any(vowel)
}

/// What is known of the language of a name.
struct How {
    turkish: bool,
    vietnamese: bool,
}

impl How {
    /// A word as it is usually written.
    fn word(&self, word: &str, first: bool) -> String {
        let initial = word.chars().filter(|c| is_cased(*c)).count() == 1;
        // `E` is an initial, and `e` is a word.
        let stays = !initial || case(word) == Case::Small;
        if !first && stays && is_small(word) && !(self.vietnamese && key(word) == "van") {
            return self.lower(word);
        }
        if !first && NUMBERS.contains(&&*word.to_uppercase()) {
            return word.to_uppercase();
        }
        if key(word) == "phd" {
            return word.to_lowercase().replacen("ph", "Ph", 1).replace('d', "D");
        }
        self.parts(word, |part| self.part(part, first))
    }

    /// `McDONALD`, `Anna-LENA`.
    fn mixed(&self, word: &str) -> String {
        self.parts(word, |part| {
            let rest = part.strip_prefix("Mc").or(part.strip_prefix("O'")).or(part.strip_prefix("O’"));
            match rest {
                Some(rest) if case(rest) == Case::Capitals && is_shouted(rest) => self.part(part, true),
                _ if case(part) == Case::Capitals && is_shouted(part) => self.part(part, true),
                _ => part.to_owned(),
            }
        })
    }

    /// Writes each part of a word that hyphens and full stops part.
    fn parts(&self, word: &str, write: impl Fn(&str) -> String) -> String {
        let apart = |c: char| matches!(c, '-' | '‐' | '‑' | '–' | '.' | '/' | '(' | '"');
        let pieces = word.split_inclusive(apart);
        let one = |piece: &str| match piece.chars().next_back().filter(|c| apart(*c)) {
            Some(mark) => format!("{}{mark}", write(&piece[..piece.len() - mark.len_utf8()])),
            None => write(piece),
        };
        pieces.map(one).collect()
    }

    /// `müller` as `Müller`, `O'NEILL` as `O'Neill`, `MCCARTHY` as `McCarthy`.
    fn part(&self, part: &str, first: bool) -> String {
        if let Some((at, mark)) = part.char_indices().find(|(_, c)| matches!(c, '\'' | '’' | 'ʼ')) {
            let (before, after) = (&part[..at], &part[at + mark.len_utf8()..]);
            if before.chars().count() == 1 && after.chars().count() > 1 {
                let stays = !first && matches!(before, "d" | "l");
                let before = if stays { before.to_owned() } else { self.begun(before) };
                return format!("{before}{mark}{}", self.begun(after));
            }
        }
        let lower = self.lower(part);
        match lower.strip_prefix("mc") {
            Some(rest) if rest.chars().count() > 2 => format!("Mc{}", self.begun(rest)),
            _ => self.begun(part),
        }
    }

    fn begun(&self, part: &str) -> String {
        let lower = self.lower(part);
        let mut letters = lower.chars();
        match letters.next() {
            Some('i') if self.turkish => format!("İ{}", letters.as_str()),
            Some(c) => c.to_uppercase().chain(letters).collect(),
            None => String::new(),
        }
    }

    fn lower(&self, text: &str) -> String {
        // The small letter of `İ` is plain i, and not one with a dot put over it.
        let text = text.replace('İ', "i");
        if self.turkish { text.replace('I', "ı").to_lowercase() } else { text.to_lowercase() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_an_unusual_case_are_written_as_is_likely() {
        for (name, likely) in [
            ("hans MÜLLER", "Hans Müller"),
            ("siobhán O'Neill", "Siobhán O'Neill"),
            ("joão ferreira da silva", "João Ferreira da Silva"),
            ("JEAN-PIERRE DUPONT", "Jean-Pierre Dupont"),
            ("Lars HANSEN", "Lars Hansen"),
            ("ada Lovelace", "Ada Lovelace"),
            ("SIOBHÁN O'NEILL", "Siobhán O'Neill"),
            ("Siobhán O’NEILL", "Siobhán O’Neill"),
            ("LIAM MCCARTHY", "Liam McCarthy"),
            ("Liam McCARTHY", "Liam McCarthy"),
            ("jan van den berg", "Jan van den Berg"),
            ("MARÍA JOSÉ DE LA CRUZ", "María José de la Cruz"),
            ("Anna-LENA Schmidt", "Anna-Lena Schmidt"),
            ("İBRAHİM IŞIK", "İbrahim Işık"),
            ("ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ", "Γιωργος Παπαδοπουλος"),
            ("ИВАНОВА Мария", "Иванова Мария"),
            ("DR. PETRA LANG", "Dr. Petra Lang"),
            ("J. R. R. TOLKIEN", "J. R. R. Tolkien"),
            ("HENRY FORD III", "Henry Ford III"),
            ("NGUYEN VAN AN", "Nguyen Van An"),
            ("ADA LOVELACE, PHD", "Ada Lovelace, PhD"),
            ("madonna", "Madonna"),
            ("bell hooks", "Bell Hooks"),
            ("jeanne d'arc", "Jeanne d'Arc"),
            ("D'ANGELO RUSSO", "D'Angelo Russo"),
            ("MARTIN LUTHER KING JR", "Martin Luther King Jr"),
        ] {
            assert_eq!(usual(name).as_deref(), Some(likely), "{name}");
            assert_eq!(usual(likely), None, "{likely}");
            assert!(is_worse(name, likely) && !is_worse(likely, name), "{name}");
        }
    }

    #[test]
    fn names_as_people_write_them_are_left_alone() {
        for name in [
            "Ada Lovelace",
            "Ludwig van Beethoven",
            "María José de la Cruz Fernández",
            "Maximilian von und zu Guttenberg",
            "Osama bin Zayed al Nahyan",
            "Omar al-Sayed",
            "Ravi s/o Kumar",
            "Luiz da Silva e Souza",
            "José Ortega y Gasset",
            "Fiona MacDonald",
            "Liam McCarthy",
            "Siobhán O'Neill",
            "Marco d'Angelo",
            "Gerard 't Hooft",
            "JRR Tolkien",
            "J. R. R. Tolkien",
            "AJ Smith",
            "Ada Lovelace PhD",
            "Ada Lovelace, MBA",
            "Henry Ford III",
            "Min-jun Kim",
            "ნინო გელაშვილი",
            "山田 太郎",
            "יעל כהן",
            "Md. Abdur Rahman",
            "Martin King jr.",
            "R2D2",
            "LI An",
            "Nguyễn Văn An",
            "Kaʻiulani Noʻeau",
            "Anna Müller (Anni)",
            "DiCaprio",
            "",
        ] {
            assert_eq!(usual(name), None, "{name}");
        }
    }
}
