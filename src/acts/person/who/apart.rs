//! Columns that tell two people of one name apart: who contradicts what is known of somebody may be somebody else.

use crate::import::{Meaning, field_name, last_day, tells_what_became};
use crate::store::Participant;

/// Words of headers that say who somebody is, whatever else stands there: `Date of birth`, `Present address`.
const WHO: &str = "birth birthday birthdate dob born geburt geburtsdatum geburtstag geboren naissance nacimiento nascimento \
    nascita geboortedatum urodzenia рождения address adresse company employer organisation organization firma phone";

/// Words of headers about the course, and how somebody went through it: these change, and the person stays.
const COURSE: &str = "date dates datum fecha data дата 日期 day days tag session sessions module lesson lessons course kurs \
    exam prüfung start started end ended begin from until issued updated registered enrolled submitted completed timestamp \
    time hours hour stunden minutes duration dauer points point punkte puntos percent percentage total rank certificate \
    zertifikat certificat certificado credits seat role";

/// Returns a column by which a row without an address is about somebody else than the known person of that name.
pub(super) fn told_apart_by<'a>(row: &'a Participant, known: &Participant) -> Option<&'a str> {
    let claims = Meaning::ALL.map(Meaning::field);
    // A column that was mapped to a claim says what the claim says.
    let is_claim = |value: &String| claims.iter().any(|claim| row.fields.get(*claim) == Some(value));
    let contradicts = |(column, value): &(&String, &String)| {
        let told = known.fields.get(*column).filter(|told| !told.trim().is_empty() && !value.trim().is_empty());
        told.is_some_and(|told| !same(told, value)) && !is_claim(value) && says_who(column)
    };
    row.fields.iter().find(contradicts).map(|(column, _)| column.as_str())
}

fn same(one: &str, other: &str) -> bool {
    field_name(one) == field_name(other) || last_day(one).is_ok_and(|day| last_day(other) == Ok(day))
}

/// Says whether a column may tell people apart.
fn says_who(column: &str) -> bool {
    let plain = field_name(column);
    let has = |words: &str| plain.split('_').any(|word| words.split_whitespace().any(|known| known == word));
    let means = |word: &str| matches!(Meaning::of(word), Some(Meaning::Result | Meaning::Credits));
    has(WHO)
        || !(has(COURSE) || Meaning::of(column).is_some() || plain.split('_').any(means) || tells_what_became(column))
}

#[cfg(test)]
mod tests {
    use super::says_who;

    #[test]
    fn who_somebody_is_tells_apart_and_what_became_of_them_does_not() {
        for column in ["date_of_birth", "company", "firma", "city", "present_address", "geburtsdatum", "department"] {
            assert!(says_who(column), "{column}");
        }
        for column in
            ["result", "final_result", "score_2", "credits", "course_date", "status", "remarks", "points", "expires_on"]
        {
            assert!(!says_who(column), "{column}");
        }
    }
}
