//! Words of headers: those that mean a field (`headers.txt`), those by which a list is known to be German, and the questions of
//! forms that ask for a name. Knows words only; which column wins is decided by [`super::Columns`].

use std::collections::HashMap;
use std::sync::LazyLock;

use super::columns::{Meaning, field_name, key};
use super::parts;

/// Headers by field, as [`key`] spells them.
const HEADERS: &str = include_str!("headers.txt");

static SECTIONS: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut sections: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut name = "";
    for line in HEADERS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(begun) => name = begun,
            None => sections.entry(name).or_default().extend(line.split_whitespace()),
        }
    }
    sections
});

/// Returns the headers that mean something, the likelier ones first.
pub(super) fn headers(meaning: Meaning) -> impl Iterator<Item = &'static str> {
    SECTIONS.get(meaning.field()).into_iter().flatten().copied()
}

/// Headers by which a list is known to be German.
const GERMAN: [&str; 16] = [
    "vorname",
    "nachname",
    "familienname",
    "teilnehmer",
    "teilnehmerin",
    "vorundnachname",
    "emailadresse",
    "sprache",
    "rolle",
    "gültigbis",
    "ablaufdatum",
    "kurs",
    "datum",
    "bemerkung",
    "firma",
    "geburtsdatum",
];

/// What stands before a bracket or a question mark, as [`key`] spells it.
pub(super) fn head(header: &str) -> String {
    key(header.split(['(', '[', '?', ':', '（']).next().unwrap_or_default())
}

/// `What's your full name?`, `Full name as it shall appear on your certificate`.
pub(super) fn asks_for_name(header: &str) -> bool {
    const ASKED: &str = "full_name your_name complete_name name_as name_on vollständiger_name vollständigen_namen ihr_name \
        vor_und_nachname nombre_completo nombre_y_apellidos nombre_y_apellido su_nombre nom_complet nom_et_prénom \
        prénom_et_nom votre_nom nome_completo nome_e_cognome nome_e_sobrenome imię_i_nazwisko jméno_a_příjmení \
        volledige_naam uw_naam fullständigt_namn adı_soyadı имя_и_фамилия фамилия_имя фамилия_и_имя";
    let words = field_name(header);
    let padded = format!("_{words}_");
    !is_of_others(header) && ASKED.split_whitespace().any(|asked| padded.contains(&format!("_{asked}_")))
}

/// What stands between the parts of a name in a header.
const BETWEEN: &str = "und and et y e i en och og ja és ve ir un da si și a и та і";
/// What is left of a part before a hyphen, as in `Vor- und Zuname`: of a given name, of a family name.
const CUT_SHORT: [&str; 2] = ["vor voor för for", "zu nach familien achter efter etter"];

/// Says whether a header names both parts of a name and nothing else, and whether the family name is said first: `Vor- und Zuname`,
/// `Name, Vorname`, `Familienname / Vorname`.
pub(super) fn both_parts(header: &str) -> Option<FamilyFirst> {
    let words = field_name(header);
    let mut words: Vec<&str> = words.split('_').filter(|word| !BETWEEN.split(' ').any(|one| one == *word)).collect();
    // `Name` alone is the family name beside a given one.
    let is = |word: &str, part: Meaning, cut: usize| {
        headers(part).any(|known| known == word) || CUT_SHORT[cut].split(' ').any(|one| one == word)
    };
    let kind = |word: &str| match (is(word, Meaning::FirstName, 0), is(word, Meaning::LastName, 1) || word == "name") {
        (true, false) => Some(false),
        (false, true) => Some(true),
        _ => None,
    };
    // Languages that print the family name first also print it so below such a header: that is asked about.
    if words.iter().any(|word| parts::is_family_first(word)) {
        return None;
    }
    let mut found = Vec::new();
    while let [first, rest @ ..] = &words[..] {
        let joined = rest.first().map(|next| format!("{first}{next}"));
        let pair = joined.as_deref().filter(|pair| pair.len() > 4).and_then(kind);
        let taken = if pair.is_some() { 2 } else { 1 };
        found.push(pair.or_else(|| kind(first))?);
        words = words[taken..].to_vec();
    }
    match found[..] {
        [false, true] => Some(FamilyFirst(false)),
        [true, false] => Some(FamilyFirst(true)),
        _ => None,
    }
}

/// Whether the family name stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FamilyFirst(pub bool);

/// Says whether a header speaks of somebody else, or of something: `Company name`, `Parent's e-mail`.
pub(super) fn is_of_others(header: &str) -> bool {
    const OTHERS: &str = "company organisation organization employer firma unternehmen school institution university course \
        kurs event emergency parent guardian supervisor manager teacher trainer instructor mother father user username file \
        entreprise empresa azienda curso cours team group hospital department";
    field_name(header).split('_').any(|word| OTHERS.split_whitespace().any(|other| word.starts_with(other)))
}

/// Says whether an address below this header is somebody else's.
pub(super) fn is_address_of_others(header: &str) -> bool {
    const OTHERS: &str = "company employer firma parent eltern guardian emergency notfall supervisor manager vorgesetzt chef teacher \
        lehr trainer instructor tutor betreu coach mentor host organi veranstalt mother father mutter vater billing invoice rechnung \
        factur buyer purchaser besteller käufer order referent referee sponsor partner external_id";
    let words = field_name(header);
    OTHERS.split_whitespace().any(|other| words.split('_').any(|word| word.starts_with(other)) || words == other)
}

/// Says whether a word of a header means an e-mail address: `Attendee Email`.
pub(super) fn says_email(header: &str) -> bool {
    let words = field_name(header);
    words.split('_').any(|word| headers(Meaning::Email).any(|known| known == word))
}

/// Says whether words of a header mean a part of somebody's name: `Legal first name`, `Attendee name: Family name`. One word
/// alone has to be a long one: `Last access` is no name.
pub(super) fn says_part(header: &str, part: Meaning) -> bool {
    const LONG: usize = 6;
    let words = field_name(header);
    let words: Vec<&str> = words.split('_').collect();
    let known = |word: &str| headers(part).any(|known| known == word);
    let long = |word: &&str| word.chars().count() >= LONG && known(word);
    !is_of_others(header) && (words.windows(2).any(|pair| known(&pair.concat())) || words.iter().any(long))
}

/// Says whether a header is a German one.
pub(super) fn is_german(header: &str) -> bool {
    GERMAN.contains(&key(header).as_str())
}

/// Returns how many fields have words.
#[cfg(test)]
pub(super) fn sections() -> usize {
    SECTIONS.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_of_a_name_are_found_in_one_header_and_which_stands_first() {
        for (header, told) in [
            ("Vor- und Zuname", Some(false)),
            ("Vor- und Nachname", Some(false)),
            ("Zu- und Vorname", Some(true)),
            ("Name, Vorname", Some(true)),
            ("Name / Vorname", Some(true)),
            ("Vorname Name", Some(false)),
            ("Nachname, Vorname", Some(true)),
            ("Familienname, Vorname", Some(true)),
            ("Vor- und Familienname", Some(false)),
            ("Last name, First name", Some(true)),
            ("First and last name", Some(false)),
            ("Surname & forename", Some(true)),
            ("Nom, prénom", Some(true)),
            ("Prénom et nom", Some(false)),
            ("Apellidos, nombre", Some(true)),
            ("Cognome e nome", Some(true)),
            ("Voornaam en achternaam", Some(false)),
            ("Фамилия, имя", Some(true)),
            ("Name", None),
            ("Vorname", None),
            ("Name des Kurses", None),
            ("Nachname (Geburtsname)", None),
            ("", None),
        ] {
            assert_eq!(both_parts(header).map(|one| one.0), told, "{header}");
        }
    }
}
