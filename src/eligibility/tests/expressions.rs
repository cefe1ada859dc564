//! Expressions: what they can say, what is refused when saved, and that hostile ones do no harm.

use std::time::{Duration, Instant};

use super::*;

fn cel(source: &str) -> Result<Rule, EligibilityError> {
    let rule = Rule::Cel { expression: source.into() };
    rule.check().map(|()| rule)
}

fn holds(source: &str, facts: &Facts) -> Result<bool, String> {
    let explained = evaluate(&course(), &cel(source).unwrap(), None, facts).unwrap();
    match explained.rule.missing {
        None => Ok(true),
        Some(reason) if reason == "the expression is not true" => Ok(false),
        Some(reason) => Err(reason),
    }
}

fn someone() -> Facts {
    let mut facts = attended(&["s1", "s2", "s3", "s4"]);
    facts.progress.activities = did(&["a1", "a2"]).progress.activities;
    facts.progress.score = Some(amount("60.5"));
    facts.progress.passed = Some(true);
    facts.progress.role = Some("speaker".into());
    facts.fields.insert("group".into(), "B".into());
    facts.fields.insert("Late hours".into(), "3".into());
    facts
}

#[test]
fn every_variable_can_be_asked_for() {
    for source in [
        "attendance >= 80 && attendance == 80.0 && attendance == 80",
        "sessions_attended == 4 && sessions_total == 5",
        "activities_done == 2 && points == 30",
        "score > 60 && score - 0.5 == 60.0",
        "completion > 66 && completion < 67.0",
        "passed && role == 'speaker'",
        "role in ['chair', \"speaker\"]",
        "fields.group == 'B' && fields['group'].startsWith('B')",
        "int(fields['Late hours']) < 4",
        "has(fields.group) && !has(fields.town)",
        "fields.all(name, size(fields[name]) < 10)",
        "['A', 'B'].exists(group, fields.group == group)",
        "passed ? score >= 60 : score >= 80",
        "sessions_attended + activities_done >= 6 && -1 < 0 && 7 % 4 == 3 && 6 / 2 * 2 == 6",
        "size(role) == 7 && role.contains('eak') && role.endsWith('r')",
        "string(sessions_total) == '5' && double('1.5') == 1.5",
    ] {
        assert_eq!(holds(source, &someone()), Ok(true), "{source}");
    }
    assert_eq!(holds("score >= 61", &someone()), Ok(false));
}

#[test]
fn what_is_unknown_is_a_reason_and_not_a_pass() {
    let nobody = Facts::default();
    for (source, reason) in [
        ("score >= 0", "no score recorded"),
        ("!(score >= 0)", "no score recorded"),
        ("attendance < 50", "no attendance recorded"),
        ("sessions_attended == 0", "no attendance recorded"),
        ("points == 0", "no points recorded"),
        ("!passed", "no examination result recorded"),
        ("!checked_in", "no check-in recorded"),
        ("role != 'chair'", "no role recorded"),
        ("fields.group == 'B'", "no column “group”"),
        ("fields['group'] != 'B'", "no column “group”"),
        ("completion < 1", "no completion recorded"),
    ] {
        assert_eq!(holds(source, &nobody), Err(reason.to_owned()), "{source}");
    }
    assert_eq!(holds("score >= 0 || sessions_total == 5", &nobody), Ok(true), "one known alternative is enough");
}

#[test]
fn a_column_that_cannot_be_read_is_a_reason_without_its_text() {
    let mut facts = someone();
    facts.fields.insert("age".into(), "Zebedee".into());
    let reason = holds("int(fields.age) > 17", &facts).unwrap_err();
    assert!(reason.contains("cannot read") && !reason.contains("Zebedee"), "{reason}");
    assert_eq!(holds("1 / (sessions_total - 5) == 1", &facts), Err("divides by zero".into()));
    assert_eq!(holds("sessions_total * 9223372036854775807 > 0", &facts), Err("a number grows too large".into()));
}

#[test]
fn mistakes_are_found_when_the_rule_is_saved_with_their_position() {
    for (source, at, words) in [
        ("score >=", (1, 9), "mismatched input"),
        ("score >= 60 &&\n  grade > 3", (2, 3), "unknown name `grade`"),
        ("'é' == role && grade > 3", (1, 16), "unknown name `grade`"),
        ("size(role) > 3 && lower(role) == 'x'", (1, 24), "unknown function `lower`"),
        ("score", (1, 1), "yields a decimal number"),
        ("role", (1, 1), "yields text"),
        ("score + 1 > 3", (1, 1), "cannot take a decimal number and a whole number"),
        ("passed > 'x'", (1, 1), "cannot take"),
        ("fields.map(name, name) == []", (1, 11), "only `has`, `all` and `exists`"),
        ("{'a': 1}.a == 1", (1, 1), "maps"),
        ("b'abc' == b'abc'", (1, 1), "byte strings"),
        ("[1].exists(score, score == 1)", (1, 11), "already the name"),
        ("role.exists(x, x == 'a')", (1, 12), "a loop runs over"),
        ("", (1, 1), "is empty"),
    ] {
        match cel(source) {
            Err(EligibilityError::Expression { at: place, line, column, reason }) => {
                assert_eq!(place, "cel.expression");
                assert!(reason.contains(words), "{source}: {reason}");
                assert_eq!((line, column), at, "{source}: {reason}");
            }
            other => panic!("{source}: {other:?}"),
        }
    }
    let nested = refused(r#"{"all":["passed",{"cel":{"expression":"grade > 3"}}]}"#).to_string();
    assert!(nested.starts_with("all[1].cel.expression, line 1, column 1: unknown name"), "{nested}");
}

#[test]
fn hostile_expressions_are_refused_or_cheap() {
    let repeat = |text: &str, count: usize| text.repeat(count);
    let list = |count: usize| format!("[{}]", vec!["1"; count].join(","));
    let hostile = [
        format!("{}true{}", repeat("(", 900), repeat(")", 900)),
        format!("{}1{} == 1", repeat("[", 900), repeat("]", 900)),
        format!("{}true", repeat("!", 1_900)),
        format!("{}1 == 1", repeat("-", 1_900)),
        format!("1{} == 1", repeat("+1", 900)),
        format!("true{}", repeat("&&true", 300)),
        format!("true{}", repeat("||true", 300)),
        format!("fields{} == 'x'", repeat(".a", 900)),
        format!("fields{} == 'x'", repeat("['a']", 350)),
        format!("{}true", repeat("true ? true : ", 140)),
        format!("role{} == role", repeat("+role", 390)),
        format!("size(role{}) > 0", repeat("+role", 380)),
        format!("{0}.all(a, {0}.all(b, {0}.all(c, {0}.all(d, a + b + c + d > 0))))", list(60)),
        format!("{0}.exists(a, {0}.exists(b, a + b > 9))", list(400)),
        "fields.all(a, fields.all(b, fields.all(c, a + b + c != '')))".to_owned(),
        "fields.all(a, fields[a] + fields[a] + fields[a] != '')".to_owned(),
        "fields == fields && fields == fields".to_owned(),
        format!("role in [{}]", vec!["role"; 300].join(",")),
        format!("1{}{} == 1", repeat("+1", 399), repeat(" in 1", 230)),
        format!("//\"\n1{} == 1", repeat("+1", 900)),
        format!("r\"\\\" != role && 1{} == 1", repeat("+1", 900)),
        format!("{}true", repeat("')' == role || (", 120)),
        format!("1{} == 1", repeat(" in 1", 395)),
        format!("'{}' == role", repeat("x", 1_900)),
        format!("'{}", repeat("\\'", 900)),
        repeat("'", 1_999),
        repeat("\"\"\"", 600),
        repeat("(", 2_000),
        repeat("\u{0}", 2_000),
        repeat("é𝒳", 900),
        repeat("//", 900),
        repeat("a.", 900),
        repeat("x", 2_001),
        "9999999999999999999999 > 1".to_owned(),
        "1.0e999999 > 1.0".to_owned(),
        "-9223372036854775808 / -1 > 0".to_owned(),
        "int(-9.3e18) % -1 == 0".to_owned(),
        "matches('aaaaaaaaaaaaaaaaaaaaaaaa', '(a+)+$')".to_owned(),
        "@result".to_owned(),
        "`x` == 1".to_owned(),
        "[1][9223372036854775807] == 1".to_owned(),
        "optional.of(1).hasValue()".to_owned(),
        "google.protobuf.Int32Value{value: 1} == 1".to_owned(),
        "type(1) == int".to_owned(),
    ];
    let mut facts = someone();
    facts.fields = (0..MAX_FIELDS).map(|n| (format!("column {n:03990}"), "y".repeat(MAX_FIELD_BYTES))).collect();
    for source in hostile {
        let shown: String = source.chars().take(60).collect();
        let started = Instant::now();
        if let Ok(rule) = cel(&source) {
            let course = course();
            let judge = Judge::new(&course, &rule, None).unwrap();
            judge.explain(&facts);
        }
        // A generous bound against the seconds, minutes or ages that some of these ask for.
        assert!(started.elapsed() < Duration::from_secs(5), "{shown}: {:?}", started.elapsed());
    }
}

#[test]
fn the_longest_honest_expression_is_taken() {
    let roles: Vec<_> = (0..150).map(|n| format!("'role {n}'")).collect();
    assert!(cel(&format!("role in [{}]", roles.join(", "))).is_ok());
    let fields: Vec<_> = (0..40).map(|n| format!("fields.column{n} != 'no'")).collect();
    assert!(cel(&fields.join(" && ")).is_ok());
}

#[test]
fn too_many_or_too_long_columns_are_not_looked_at() {
    let mut facts = someone();
    facts.fields.insert("essay".into(), "x".repeat(MAX_FIELD_BYTES + 1));
    assert_eq!(holds("has(fields.group)", &facts), Err("a column holds more than 4000 bytes".into()));
    assert_eq!(holds("score > 60", &facts), Ok(true), "who names no column does not mind");
    facts.fields = (0..=MAX_FIELDS).map(|n| (n.to_string(), String::new())).collect();
    assert_eq!(holds("has(fields.group)", &facts), Err("more than 200 columns".into()));
}
