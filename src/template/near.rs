//! What somebody may have meant who wrote a name wrongly.

/// Returns the candidate that somebody may have meant by `name`: a slip of the keyboard away, or with a word more or less.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let score = |candidate: &str| {
        let (a, b) = (letters(name), letters(candidate));
        let shorter = a.chars().count().min(b.chars().count());
        let distance = strsim::osa_distance(&a, &b);
        match distance {
            _ if distance * 3 <= shorter => Some(distance),
            _ if shorter > 0 && (has_words(name, candidate) || has_words(candidate, name)) => Some(distance),
            _ => None,
        }
    };
    candidates.into_iter().filter_map(|candidate| Some((score(candidate)?, candidate))).min().map(|(_, near)| near)
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// True if every word of `few` is one of `many`.
fn has_words(many: &str, few: &str) -> bool {
    let words = |text: &str| -> Vec<String> { text.split(|c: char| !c.is_alphanumeric()).map(letters).collect() };
    let many = words(many);
    words(few).iter().all(|word| many.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_or_a_word_more_is_near_and_anything_else_is_not() {
        let known = ["participant_name", "event_title", "event_date", "event_dates", "role"];
        for (name, near) in [
            ("participant_nam", Some("participant_name")),
            ("ParticipantName", Some("participant_name")),
            ("evnet_dates", Some("event_dates")),
            ("name", Some("participant_name")),
            ("title", Some("event_title")),
            ("grade", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), near, "{name}");
        }
    }
}
