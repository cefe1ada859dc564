//! A text that is looked for: as it stands, or the words of a name in another order, `family given` as well as `given family`.

use memchr::memmem::Finder;

/// Most words that are looked for one by one.
const WORDS: usize = 12;

/// Returns the words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !c.is_alphanumeric() && !unicode_normalization::char::is_combining_mark(c));
    parts.filter(|word| !word.is_empty())
}

/// Says whether a record holds a text: `record` has the name on its first line, both are in small letters.
pub(super) fn holds(record: &str, text: &str) -> bool {
    if record.contains(text) {
        return true;
    }
    let name = record.lines().next().unwrap_or_default();
    let (mut wanted, mut own): (Vec<&str>, Vec<&str>) = (words(text).collect(), words(name).collect());
    if wanted.len() < 2 || wanted.len() > WORDS {
        return false;
    }
    // Each word of the text is one of the name's, as often as it stands there.
    wanted.sort_unstable();
    own.sort_unstable();
    let mut own = own.into_iter();
    wanted.into_iter().all(|word| own.any(|one| one == word))
}

/// A text, made ready to be looked for in many records.
pub(super) struct Sought<'t> {
    whole: Finder<'t>,
    words: Vec<Finder<'t>>,
}

impl<'t> Sought<'t> {
    /// Makes a text ready; it is in small letters.
    pub(super) fn new(text: &'t str) -> Self {
        let mut words: Vec<&str> = words(text).collect();
        // The longest first: it is the rarest.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let several = (2..=WORDS).contains(&words.len());
        let words = if several { words.into_iter().map(Finder::new).collect() } else { Vec::new() };
        Self { whole: Finder::new(text), words }
    }

    /// Says whether bytes can hold it, or records that are among them: what cannot is looked at no further.
    pub(super) fn may_be_in(&self, bytes: &[u8]) -> bool {
        let in_words = || !self.words.is_empty() && self.words.iter().all(|word| word.find(bytes).is_some());
        self.whole.find(bytes).is_some() || in_words()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_any_order_of_its_words_and_by_any_part_of_the_record() {
        let record = "ana maría lópez\nana@example.org\nx-17";
        for text in ["lópez ana", "lópez, ana maría", "maría lópez ana", "ana maría", "ía ló", "ana@", "x-17", "lópez"]
        {
            assert!(holds(record, text), "{text}");
            assert!(Sought::new(text).may_be_in(record.as_bytes()), "{text}");
        }
        for text in ["lópez anna", "ana ana lópez", "lóp ana", "ana example", "17 ana", "maría garcía", "nobody"] {
            assert!(!holds(record, text), "{text}");
        }
        assert!(!Sought::new("nobody of this name").may_be_in(record.as_bytes()));
        // Marks that stand for themselves are parts of words.
        assert!(holds("नमस्ते सिंह\n\n", "सिंह नमस्ते"));
    }
}
