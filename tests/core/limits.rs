//! Both ends of each range and both sides of each boundary: the last that is good and the first that is not.

use testamur::credential::{EventCode, json};
use testamur::import::{
    Checks, Code, Columns, Limits, Mapping, NAME_CHARACTERS, RowOutcome, check_rows, checked_name, is_bidi_control,
    is_email, lint_name, read_table,
};
use testamur::proof::eddsa::SecretKey;
use testamur::proof::jws::{self, Jws};
use testamur::qr;

#[test]
fn an_event_code_has_24_characters_at_most() {
    assert!("A".repeat(24).parse::<EventCode>().is_ok());
    for code in [String::new(), "A".repeat(25), "1A".into(), "A-B".into()] {
        assert!(code.parse::<EventCode>().is_err(), "{code}");
    }
}

#[test]
fn json_of_exactly_the_limit_is_read() {
    for text in [&b"{}"[..], b"{\"a\":[1,2]}"] {
        assert!(json::parse(text, text.len()).is_ok());
        assert_eq!(json::parse(text, text.len() - 1), Err(json::JsonError::TooLarge(text.len() - 1)));
    }
}

#[test]
fn a_payload_is_measured_before_it_is_decoded() {
    let key = SecretKey::from_seed(&[7; 32]);
    let of = |bytes: usize| jws::sign(&vec![b' '; bytes], "did:web:example.org#k1", jws::CREDENTIAL, &key);
    for limit in [30, 31, 32, 3_000] {
        assert!(Jws::parse(&of(limit), limit).is_ok(), "{limit}");
        // To whole groups of four characters.
        let group = limit.div_ceil(3) * 3;
        let problem = Jws::parse(&of(group + 1), limit).unwrap_err();
        assert_eq!((problem.field.as_str(), &*problem.problem), ("payload", &*format!("larger than {limit} bytes")));
        let garbage = of(group + 1).replace('I', "!");
        assert!(Jws::parse(&garbage, limit).unwrap_err().to_string().contains("larger than"), "nothing was decoded");
    }
}

#[test]
fn a_code_of_as_many_digits_as_a_symbol_holds_is_looked_at() {
    assert_eq!(qr::MAX_TEXT, 7_089);
    let problem = |length| qr::unpack(&"1".repeat(length)).unwrap_err().to_string();
    assert!(!problem(7_089).contains("longer than"), "{}", problem(7_089));
    assert!(problem(7_090).contains("longer than 7089 characters"), "{}", problem(7_090));
}

#[test]
fn mailboxes_are_as_long_as_rfc_5321_lets_them_be() {
    let local = |length| format!("{}@example.org", "a".repeat(length));
    assert!(is_email(&local(64)) && !is_email(&local(65)));
    let whole =
        |length: usize| format!("a@{}.org", vec!["b".repeat(60); 5].join(".")[..length - 6].trim_end_matches('.'));
    assert_eq!(whole(254).len(), 254);
    assert!(is_email(&whole(254)) && !is_email(&whole(255)));
    let label = |length| format!("a@{}.org", "b".repeat(length));
    assert!(is_email(&label(63)) && !is_email(&label(64)));
}

#[test]
fn a_name_is_as_long_as_is_printed() {
    for letter in ["a", "ạ\u{308}"] {
        assert!(checked_name(&letter.repeat(NAME_CHARACTERS)).is_ok());
        assert!(checked_name(&letter.repeat(NAME_CHARACTERS + 1)).is_err());
    }
}

#[test]
fn capitals_count_from_the_fifth_letter() {
    let shouted = |name| lint_name(name).iter().any(|(code, _)| *code == Code::AllCapitals);
    assert!(shouted("ADELE") && shouted("ADA LI") && shouted("ŠÁRKA"));
    assert!(!shouted("ADEL") && !shouted("J. R. LI") && !shouted("ADELe") && !shouted("山田太郎子花"));
}

/// Characters next to each other, of which those in the middle are refused, removed or kept for the same reason.
fn is_told(code: Code, c: char) -> bool {
    lint_name(&format!("Ada{c}Li")).iter().any(|(found, _)| *found == code)
}

#[test]
fn whole_ranges_of_characters_are_refused_and_nothing_beside_them() {
    for (first, last) in [('\u{202a}', '\u{202e}'), ('\u{2066}', '\u{2069}')] {
        for c in first..=last {
            assert!(is_bidi_control(c) && is_told(Code::BidiControl, c), "U+{:04X}", u32::from(c));
            assert!(checked_name(&format!("Ada{c}Li")).is_err());
        }
    }
    for c in ['\u{2065}', '\u{206a}', '\u{2029}', '\u{202f}'] {
        assert!(!is_bidi_control(c) && !is_told(Code::BidiControl, c), "U+{:04X}", u32::from(c));
    }
    for c in ['\0', '\u{1f}', '\u{7f}', '\u{80}', '\u{9f}', '\u{2028}', '\u{2029}'] {
        assert!(is_told(Code::ControlCharacter, c) && checked_name(&format!("Ada{c}Li")).is_err(), "{c:?}");
    }
    for c in ['\u{20}', '\u{7e}', '\u{a0}', '\u{2027}'] {
        assert!(!is_told(Code::ControlCharacter, c), "{c:?}");
    }
}

#[test]
fn what_nobody_sees_is_taken_out() {
    let invisible = [
        ('\u{ad}', '\u{ad}'),
        ('\u{34f}', '\u{34f}'),
        ('\u{61c}', '\u{61c}'),
        ('\u{115f}', '\u{1160}'),
        ('\u{17b4}', '\u{17b5}'),
        ('\u{180e}', '\u{180e}'),
        ('\u{200b}', '\u{200f}'),
        ('\u{2060}', '\u{2064}'),
        ('\u{206a}', '\u{206f}'),
        ('\u{3164}', '\u{3164}'),
        ('\u{feff}', '\u{feff}'),
        ('\u{ffa0}', '\u{ffa0}'),
        ('\u{e0000}', '\u{e0fff}'),
    ];
    for (first, last) in invisible {
        let ends = [first, last, char::from_u32(u32::midpoint(first.into(), last.into())).unwrap()];
        for c in ends {
            assert!(is_told(Code::InvisibleCharacter, c), "U+{:04X}", u32::from(c));
            assert_eq!(checked_name(&format!("Ada{c}Li")).unwrap(), "AdaLi", "U+{:04X}", u32::from(c));
        }
        let beside = [u32::from(first) - 1, u32::from(last) + 1].into_iter().filter_map(char::from_u32);
        for c in beside.filter(|&c| !invisible.iter().any(|(first, last)| (*first..=*last).contains(&c))) {
            assert!(!is_told(Code::InvisibleCharacter, c), "U+{:04X}", u32::from(c));
        }
    }
}

#[test]
fn joiners_stay_where_a_script_joins() {
    for (before, stays) in
        [('क', true), ('ی', true), ('്', true), ('a', false), ('и', false), ('山', false), (' ', false)]
    {
        for joiner in ['\u{200c}', '\u{200d}'] {
            let name = checked_name(&format!("x{before}{joiner}क")).unwrap();
            assert_eq!(name.contains(joiner), stays, "{before:?}");
        }
    }
}

#[test]
fn a_row_has_as_long_a_name_as_is_printed_and_is_asked_about_as_any_other() {
    let long = |start: &str, length: usize| {
        let rest = length - start.chars().count();
        format!("{start}{}{}", " Lim".repeat(rest / 4), "a".repeat(rest % 4))
    };
    // Q with a diaeresis is one character of two code points.
    let marked = |length| long("Qna", length).replace('Q', "Q\u{308}");
    let (good, over) = (NAME_CHARACTERS, NAME_CHARACTERS + 1);
    let too_long = [Code::NameTooLong];
    for (name, codes, taken) in [
        (long("Ana", good), &[][..], true),
        (long("Ana", over), &too_long, false),
        (marked(good), &[], true),
        (marked(over), &too_long, false),
        (long("Ana", good).to_uppercase(), &[Code::AllCapitals], true),
        (long("Ana", over).to_uppercase(), &too_long, false),
        (long("ana@example.org", good), &[Code::UnlikelyName], false),
        (long("ana@example.org", over), &too_long, false),
    ] {
        let table = read_table("list", format!("Name\n{name}\n").as_bytes(), &Limits::default()).unwrap();
        let columns = Columns::find(&table, &Mapping::default()).unwrap();
        let rows: Vec<RowOutcome> = check_rows(&table, &columns, &Checks::at("2026-05-01T00:00:00Z".parse().unwrap()));
        let row = &rows[0];
        let found: Vec<Code> = row.findings.iter().map(|finding| finding.code).collect();
        assert_eq!((&found[..], row.participant.is_some()), (codes, taken), "{name}");
        // What is too long is kept nowhere; what is asked about waits.
        assert_eq!(row.set_aside.is_some(), codes == [Code::UnlikelyName], "{name}");
        if let Some(person) = &row.participant {
            assert_eq!(person.name, name);
        }
    }
}
