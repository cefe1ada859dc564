//! Names that are none, or hold what is no part of one: addresses, markup, entities, JSON, placeholders, lost letters, letters
//! of formulas, what meetings put behind names. Each with the name that is likely, where one can be told.

use std::sync::LazyLock;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::columns::key;
use super::letters::{has_sign_inside, meant};
use super::nobody::{is_in, is_small};

/// Why a name is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    /// What is odd, in one sentence.
    pub reason: String,
    /// The name that may be meant.
    pub likely: Option<String>,
}

fn doubt(reason: &str, likely: Option<String>) -> Option<Doubt> {
    let likely = likely.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
    let likely = likely.filter(|name| name.chars().any(char::is_alphabetic));
    Some(Doubt { reason: reason.to_owned(), likely })
}

/// Says what is odd about a name.
pub(super) fn of(name: &str) -> Option<Doubt> {
    let usual = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '\'' | '.');
    if name.chars().all(usual) {
        return [login, several].iter().find_map(|kind| kind(name));
    }
    let kinds: [fn(&str) -> Option<Doubt>; 14] = [
        json,
        address,
        markup,
        entities,
        placeholder,
        lost,
        folded,
        ligatures,
        miscoded,
        tagged,
        numbered,
        several,
        login,
        signs,
    ];
    // Of letters alone only what they are is judged.
    let letters = |c: char| usual(c) || c.is_alphabetic() || is_combining_mark(c) || matches!(c, ',' | '’');
    let kinds = if name.chars().all(letters) { &[folded, ligatures, miscoded, several][..] } else { &kinds[..] };
    let found = kinds.iter().find_map(|kind| kind(name))?;
    // What is likely may be odd too: `&lt;b&gt;Ada`, `Lovelace (Guest) <ada@example.org>`.
    let likely = match found.likely.as_deref().and_then(of) {
        Some(again) => again.likely,
        None => found.likely,
    };
    Some(Doubt { likely, ..found })
}

/// `ada.lovelace`, `alovelace92`: what somebody logs in with.
fn login(name: &str) -> Option<Doubt> {
    let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.';
    let parts: Vec<&str> = name.split('.').collect();
    if !name.chars().all(small) || !name.starts_with(char::is_alphabetic) || parts.contains(&"") {
        return None;
    }
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let reason = "it seems to be what somebody logs in with";
    match parts.len() {
        1 => (digits > 1).then(|| doubt(reason, None)).flatten(),
        _ if digits == 0 && parts.iter().all(|part| part.len() > 1) => {
            let raised = |part: &&str| part[..1].to_uppercase() + &part[1..];
            doubt(reason, Some(parts.iter().map(raised).collect::<Vec<_>>().join(" ")))
        }
        _ => doubt(reason, None),
    }
}

/// `1. Ada Lovelace`: the place in the list.
fn numbered(name: &str) -> Option<Doubt> {
    let rest = name.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.strip_prefix(['.', ')']).filter(|_| rest.len() < name.len())?;
    if rest.starts_with(' ') { doubt("a number stands before the name", Some(rest.to_owned())) } else { None }
}

/// `Ada Lovelace & Bo Holm`, `Ada and Bo Holm`, `Ada/Bo Holm`.
fn several(name: &str) -> Option<Doubt> {
    /// What stands between two people, and in no name but for `von und zu`.
    const JOINS: [&str; 6] = ["&", "and", "und", "et", "och", "og"];
    /// `son of`, as it is written in names.
    const SLASHED: [&str; 6] = ["s/o", "d/o", "a/l", "a/p", "w/o", "c/o"];
    let words: Vec<&str> = name.split_whitespace().collect();
    let between = |three: &[&str]| JOINS.contains(&three[1]) && !is_small(three[0]);
    let slashed = |word: &&str| word.contains('/') && !SLASHED.contains(&&*word.to_lowercase());
    let found = words.windows(3).any(between) || words.iter().any(slashed);
    if found { doubt("more than one person may stand in the row", None) } else { None }
}

/// `{"richText":[{"text":"Ada "}]}`, as some programs write cells.
fn json(name: &str) -> Option<Doubt> {
    if !name.starts_with(['{', '[']) {
        return None;
    }
    fn texts(value: &Value, to: &mut String) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| texts(value, to)),
            Value::Object(members) => members.iter().for_each(|(name, value)| match value {
                Value::String(text) if name == "text" || name == "name" => to.push_str(text),
                Value::Array(_) | Value::Object(_) if name != "font" => texts(value, to),
                _ => {}
            }),
            _ => {}
        }
    }
    let value: Value = serde_json::from_str(name).ok()?;
    let mut text = String::new();
    texts(&value, &mut text);
    doubt("it is JSON, and no name", Some(text))
}

/// `Ada Lovelace <ada@example.org>`, `fred@example.org`, `www.example.org`.
fn address(name: &str) -> Option<Doubt> {
    let lower = name.to_lowercase();
    if name.contains('@') {
        let rest: Vec<&str> = name.split_whitespace().filter(|word| !word.contains('@')).collect();
        let rest = rest.join(" ");
        return doubt("it holds an e-mail address", Some(rest.trim_matches([',', ';', '-', '<', '(']).to_owned()));
    }
    let web = ["http:", "https:", "www.", "mailto:"].iter().any(|begins| lower.contains(begins));
    if web { doubt("it holds an address", None) } else { None }
}

/// `<b>Gia</b> Lo`.
fn markup(name: &str) -> Option<Doubt> {
    if !name.contains(['<', '>']) {
        return None;
    }
    let mut text = String::new();
    let mut inside = false;
    for c in name.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    doubt("it holds markup", Some(text))
}

/// `O&#39;Brien`, `J&uuml;rgen`.
fn entities(name: &str) -> Option<Doubt> {
    let mut text = String::new();
    let (mut rest, mut found) = (name, false);
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end <= 12);
        match end.and_then(|end| Some((end, entity(&rest[1..end])?))) {
            Some((end, letter)) => {
                text.push_str(&letter);
                rest = &rest[end + 1..];
                found = true;
            }
            None => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    if found { doubt("it holds what stands for letters in web pages", Some(text)) } else { None }
}

fn entity(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?).filter(|c| !c.is_control()).map(String::from);
    }
    let named = [
        ("amp", "&"),
        ("lt", "<"),
        ("gt", ">"),
        ("quot", "\""),
        ("apos", "'"),
        ("nbsp", " "),
        ("szlig", "ß"),
        ("aelig", "æ"),
        ("AElig", "Æ"),
        ("oslash", "ø"),
        ("Oslash", "Ø"),
        ("eth", "ð"),
        ("ETH", "Ð"),
        ("thorn", "þ"),
        ("THORN", "Þ"),
        ("oelig", "œ"),
        ("rsquo", "’"),
        ("lsquo", "‘"),
        ("ndash", "–"),
        ("shy", ""),
        ("middot", "·"),
    ];
    if let Some((_, letter)) = named.iter().find(|(known, _)| *known == name) {
        return Some((*letter).to_owned());
    }
    // `uuml` is a letter and its mark.
    let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
    let marks = [
        ("uml", '\u{308}'),
        ("acute", '\u{301}'),
        ("grave", '\u{300}'),
        ("circ", '\u{302}'),
        ("tilde", '\u{303}'),
        ("cedil", '\u{327}'),
        ("ring", '\u{30a}'),
        ("caron", '\u{30c}'),
    ];
    let mark = marks.iter().find(|(known, _)| *known == &name[1..])?.1;
    Some([letter, mark].into_iter().nfc().collect())
}

/// `{participant_name}`, `«Name»`, `${name}`, `%NAME%`, `[Name]`.
fn placeholder(name: &str) -> Option<Doubt> {
    let pairs = [("{", "}"), ("«", "»"), ("<<", ">>"), ("%", "%"), ("[", "]")];
    let wrapped = pairs.iter().any(|(open, close)| name.len() > 2 && name.starts_with(open) && name.ends_with(close));
    if wrapped || name.contains(['{', '}']) { doubt("it is a placeholder, and no name", None) } else { None }
}

/// `Fran?ois`.
fn lost(name: &str) -> Option<Doubt> {
    if name.contains('?') { doubt("a question mark stands where a letter was lost", None) } else { None }
}

/// `𝕬𝖓𝖆`, `ＡＮＡ`, `Ⓐⓝⓐ`: letters of formulas, in full width, in circles.
fn folded(name: &str) -> Option<Doubt> {
    let odd = |c: char| {
        matches!(c, '\u{1d400}'..='\u{1d7ff}' | '\u{ff01}'..='\u{ff5e}' | '\u{2460}'..='\u{24ff}' | '\u{1f100}'..='\u{1f1ff}'
            | '\u{2100}'..='\u{214f}' | '\u{ff61}'..='\u{ff9f}' | '\u{2070}'..='\u{209f}')
    };
    if !name.chars().any(odd) {
        return None;
    }
    doubt("its letters are those of formulas or of another width, which read as others", Some(name.nfkc().collect()))
}

/// `ﬁona`: what is copied out of a PDF.
fn ligatures(name: &str) -> Option<Doubt> {
    if !name.contains(|c| matches!(c, '\u{fb00}'..='\u{fb06}')) {
        return None;
    }
    doubt("letters stand in it that are one sign, as in texts copied out of a PDF", Some(name.nfkc().collect()))
}

/// `£ukasz`, `JosÃ©`.
fn miscoded(name: &str) -> Option<Doubt> {
    if let Some(likely) = meant(name) {
        return doubt("its letters were read by the wrong code page", Some(likely));
    }
    if has_sign_inside(name) { doubt("a sign stands inside a word", None) } else { None }
}

/// `Grace Hopper (Guest)`, `Ada Lovelace # they/them`, `iPhone (Brian Smith)`.
fn tagged(name: &str) -> Option<Doubt> {
    if let Some((before, after)) = name.split_once('#') {
        let likely = (before.contains(' ') || after.contains('/')).then(|| before.to_owned());
        return doubt("`#` stands in no name", likely);
    }
    if let Some((before, rest)) = name.split_once(['(', '[', '（']) {
        let (inside, after) = rest.split_once([')', ']', '）']).unwrap_or((rest, ""));
        if before.split_whitespace().any(|word| is_in("devices", &key(word))) {
            return doubt("it is what a device is called", Some(inside.to_owned()));
        }
        let pronoun = ["she", "he", "they", "her", "him", "them"].contains(&&*inside.trim().to_lowercase());
        let tag = pronoun || is_pronouns(inside) || inside.split([',', '/', ' ']).all(|word| is_in("tags", &key(word)));
        return if tag {
            doubt("what stands in brackets is no part of a name", Some(format!("{before}{after}")))
        } else {
            None
        };
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    match words.iter().any(|word| is_pronouns(word)) {
        true => doubt(
            "pronouns are no part of a name",
            Some(words.into_iter().filter(|word| !is_pronouns(word)).collect::<Vec<_>>().join(" ")),
        ),
        false => None,
    }
}

/// `she/her`, `they/them/theirs`.
fn is_pronouns(word: &str) -> bool {
    static WORDS: LazyLock<std::collections::HashSet<&str>> = LazyLock::new(|| {
        "she he they her hers him his them their theirs ze zir xe xem it its sie ihr er ihm any all elle il iel ella él lui lei"
            .split_whitespace()
            .collect()
    });
    let parts: Vec<String> = word.to_lowercase().split(['/', '|']).map(|part| part.trim().to_owned()).collect();
    parts.len() > 1 && parts.iter().all(|part| WORDS.contains(&part[..]))
}

/// Signs that stand in no name, pictures, telephone numbers.
fn signs(name: &str) -> Option<Doubt> {
    if let Some(sign) = name.chars().find(|c| matches!(c, '\\' | '|' | ';' | '=' | '$' | '^' | '~' | '*' | '+' | '_')) {
        let likely = match sign {
            '\\' | '*' => Some(name.replace(['\\', '*'], "")),
            '_' => Some(name.replace('_', " ")),
            // `Ada Lovelace | ACME`
            '|' => name.split('|').next().map(str::to_owned),
            _ => None,
        };
        return doubt(&format!("`{sign}` stands in no name"), likely);
    }
    let picture = |c: char| matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}' | '\u{fe0f}');
    if name.chars().any(picture) {
        return doubt("a picture is no part of a name", Some(name.replace(picture, "")));
    }
    let digits = name.chars().filter(char::is_ascii_digit).count();
    if digits >= 6 { doubt("it holds a long number", None) } else { None }
}

/// Suffixes and degrees that follow a name after a comma.
const SUFFIXES: &str = "jr sr ii iii iv v phd md dds dmd dvm mba msc bsc ma ba mag dr prof esq cpa rn pe llm llb jd mph edd msw bed med \
    meng beng obe mbe cbe frcs facs junior senior filho neto júnior";

/// Returns family and given name of `Lovelace, Ada`, in the order in which they are printed; nothing for `Ng, PhD`.
pub(super) fn turned(name: &str) -> Option<String> {
    let (family, rest) = name.split_once([',', '，', '、'])?;
    let (given, suffix) = match rest.split_once(',') {
        Some((given, suffix)) if is_suffix(suffix) => (given, Some(suffix.trim())),
        Some(_) => return None,
        None => (rest, None),
    };
    let (family, given) = (family.trim(), given.trim());
    if family.is_empty() || given.is_empty() || is_suffix(given) {
        return None;
    }
    let suffix = suffix.map_or(String::new(), |suffix| format!(", {suffix}"));
    Some(format!("{given} {family}{suffix}"))
}

fn is_suffix(text: &str) -> bool {
    let known = |word: &str| {
        let plain = key(word);
        SUFFIXES.split_whitespace().any(|suffix| suffix == plain) || word.matches('.').count() > 1
    };
    text.split_whitespace().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_part_of_a_name_is_found_with_what_is_likely() {
        for (name, likely) in [
            ("Lovelace, Ada <ada@example.org>", Some("Lovelace, Ada")),
            ("fred@example.org", None),
            ("https://example.org/ada", None),
            (r#"{"richText":[{"text":"Ada "},{"font":{"bold":true},"text":"Lovelace"}]}"#, Some("Ada Lovelace")),
            ("{participant_name}", None),
            ("[Name]", None),
            ("«Name»", None),
            ("<b>Gia</b> Lo", Some("Gia Lo")),
            ("&lt;b&gt;Gia&lt;/b&gt; Lo", Some("Gia Lo")),
            ("O&#39;Brien Pat", Some("O'Brien Pat")),
            ("J&uuml;rgen M&amp;M", Some("Jürgen M&M")),
            ("Fran?ois Dub?", None),
            ("𝕬𝖓𝖆 Lim", Some("Ana Lim")),
            ("ＡＮＡ Ｌｉｍ", Some("ANA Lim")),
            ("JosÃ© MuÃ±oz", Some("José Muñoz")),
            ("£ukasz Wa³êsiak", Some("Łukasz Wałęsiak")),
            ("ﬁona oﬃcial ﬂ ﬆ", Some("fiona official fl st")),
            ("Soﬁa Lim", Some("Sofia Lim")),
            ("Grace Hopper (Guest)", Some("Grace Hopper")),
            ("Hopper, Zoë (External)", Some("Hopper, Zoë")),
            ("iPhone (Brian Smith)", Some("Brian Smith")),
            ("Ada Lovelace # they/them", Some("Ada Lovelace")),
            ("Ada Lovelace (she/her)", Some("Ada Lovelace")),
            ("Ada Lovelace she/her", Some("Ada Lovelace")),
            (r#"Hana \"Han\" Ito"#, Some(r#"Hana "Han" Ito"#)),
            ("#REF! Kim", None),
            ("Ada 🌟 Lovelace", Some("Ada Lovelace")),
            ("+49 30 1234567", None),
            ("ada_lovelace", Some("ada lovelace")),
            ("ada.lovelace", Some("Ada Lovelace")),
            ("a.lovelace", None),
            ("alovelace92", None),
            ("[EXT] Ada Lovelace", Some("Ada Lovelace")),
            ("Ada Lovelace [she]", Some("Ada Lovelace")),
            ("1. Ada Lovelace", Some("Ada Lovelace")),
            ("12) Zoë Müller", Some("Zoë Müller")),
            ("Ada Lovelace & Bo Holm", None),
            ("Zoë und Jan Müller", None),
            ("Ada/Bo Holm", None),
            ("Ada Lovelace | ACME", Some("Ada Lovelace")),
        ] {
            let found = of(name).unwrap_or_else(|| panic!("{name} passes"));
            assert_eq!(found.likely.as_deref(), likely, "{name}: {}", found.reason);
        }
    }

    #[test]
    fn names_of_people_are_not_asked_about() {
        for name in [
            "Grace Hopper (Gracie)",
            "שרה בן-דוד (Sarah)",
            "김민준 (Kim)",
            "Ravi s/o Kumar",
            "D’Angelo O'Connor-Ní Dhomhnaill",
            "Ștefăniță Țîrlea",
            "محمد عبد الرحمن",
            "𠮷野 葛󠄀城",
            "髙﨑 渡邉",
            "Dr. Ng, PhD",
            "Martin Luther King, Jr.",
            "Kaʻiulani Noʻeau",
            "Gal·la Martí",
            "R2D2",
            "María José",
            "bell hooks",
            "Maximiliana von und zu Hohenlohe",
            "José Ortega y Gasset",
            "Luiz da Silva e Souza",
            "Siti d/o Rahman",
            "ACME Ltd",
            "Familie Holm",
            "ada",
            "Jr.",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }

    #[test]
    fn family_names_before_a_comma_are_turned_and_degrees_are_not() {
        assert_eq!(turned("Lovelace, Ada").as_deref(), Some("Ada Lovelace"));
        assert_eq!(turned("King, Martin Luther, Jr.").as_deref(), Some("Martin Luther King, Jr."));
        for name in ["Ng, PhD", "Dr. Ng, Ph.D.", "Smith, Jr.", "Ada Lovelace", "Lovelace,", ", Ada", "a, b, c"] {
            assert_eq!(turned(name), None, "{name}");
        }
    }
}
