//! Each clause: met at its threshold, unmet below it, unmet with a reason when nothing is known.

use super::*;

#[test]
fn four_of_five_passes_eighty_per_cent_exactly() {
    let four = attended(&["s1", "s2", "s3", "s4"]);
    assert!(met(r#"{"attendance":{"percent":80}}"#, &four));
    assert!(!met(r#"{"attendance":{"percent":80.0001}}"#, &four));
    assert_eq!(missing(r#"{"attendance":{"percent":80.0001}}"#, &four), "attend 1 more session");
    let three = attended(&["s1", "s2", "s3"]);
    let explained = explain(r#"{"attendance":{"percent":100}}"#, &three);
    assert_eq!(explained.missing(), ["attend 2 more sessions"]);
    assert_eq!(explained.rule.measured.as_deref(), Some("3 of 5 (60 %)"));
    assert_eq!(explained.rule.value, Some(Amount::whole(60)));
    assert_eq!(explained.rule.threshold.as_deref(), Some("100 %"));
}

#[test]
fn a_third_is_neither_rounded_up_nor_lost() {
    let one = did(&["a2"]);
    assert!(met(r#"{"attendance":{"percent":33.3333,"over":"activities"}}"#, &one));
    assert!(!met(r#"{"attendance":{"percent":33.3334,"over":"activities"}}"#, &one));
    let two = explain(r#"{"attendance":{"percent":66.67,"over":"activities"}}"#, &did(&["a1", "a2"]));
    assert_eq!((two.eligible, two.rule.measured.as_deref()), (false, Some("2 of 3 (66.66 %)")));
}

#[test]
fn attendance_is_counted_over_what_the_rule_says() {
    let required = attended(&["s1", "s2"]);
    assert!(met(r#"{"attendance":{"percent":100,"over":"required_sessions"}}"#, &required));
    assert!(!met(r#"{"attendance":{"percent":41}}"#, &required));
    assert!(met(r#"{"attendance":{"percent":100,"over":"required_activities"}}"#, &did(&["a1"])));
    let mut both = attended(&["s1", "s2", "s3", "s4"]);
    both.progress.activities = did(&["a1"]).progress.activities;
    assert!(met(r#"{"attendance":{"percent":62.5,"over":"both"}}"#, &both));
    assert!(!met(r#"{"attendance":{"percent":62.6,"over":"both"}}"#, &both));
}

#[test]
fn sessions_all_required_any_and_at_least() {
    let two = attended(&["s1", "s3"]);
    assert_eq!(missing(r#"{"sessions":"all_required"}"#, &two), "attend “Day 2”");
    assert_eq!(missing(r#"{"sessions":"all"}"#, &two), "attend “Day 2”, “Day 4”, “Day 5”");
    assert!(met(r#"{"sessions":"any"}"#, &two));
    assert!(met(r#"{"sessions":"any_required"}"#, &two));
    assert!(met(r#"{"sessions":{"at_least":2}}"#, &two));
    assert_eq!(missing(r#"{"sessions":{"at_least":3}}"#, &two), "attend 1 more session");
    assert_eq!(missing(r#"{"sessions":{"at_least":6}}"#, &two), "cannot be met: there are only 5 sessions");
    assert_eq!(missing(r#"{"sessions":"any_required"}"#, &attended(&["s3"])), "attend 1 more session");
    assert!(met(r#"{"sessions":"all_required"}"#, &attended(&["s1", "s2"])));
}

#[test]
fn activities_all_any_at_least_and_points() {
    let two = did(&["a1", "a3"]);
    assert_eq!(missing(r#"{"activities":"all"}"#, &two), "do “Task 2”");
    assert!(met(r#"{"activities":"any"}"#, &two));
    assert!(met(r#"{"activities":"all_required"}"#, &two));
    assert!(met(r#"{"activities":{"at_least":2}}"#, &two));
    assert!(!met(r#"{"activities":{"at_least":3}}"#, &two));
    assert!(met(r#"{"activities":{"points":40}}"#, &two));
    assert_eq!(missing(r#"{"activities":{"points":40.5}}"#, &two), "points 40, needed 40.5");
    let mut awarded = two.clone();
    awarded.progress.activities.get_mut("a3").unwrap().points = Some(amount("30.5"));
    assert!(met(r#"{"activities":{"points":40.5}}"#, &awarded));
    awarded.progress.points = Some(Amount::whole(5));
    assert_eq!(missing(r#"{"activities":{"points":40.5}}"#, &awarded), "points 5, needed 40.5");
}

#[test]
fn an_activity_not_done_gives_no_points() {
    let mut facts = did(&["a1"]);
    facts.progress.activities.get_mut("a3").unwrap().points = Some(Amount::whole(500));
    assert!(!met(r#"{"activities":{"points":11}}"#, &facts));
}

#[test]
fn completion_is_recorded_or_else_counted() {
    let mut facts = did(&["a1", "a2", "a3"]);
    assert!(met(r#"{"completion":{"percent":100}}"#, &facts));
    facts.progress.completion = Some(amount("99.5"));
    assert_eq!(missing(r#"{"completion":{"percent":100}}"#, &facts), "completion 99.5 %, needed 100 %");
}

#[test]
fn score_passed_checked_in_and_role() {
    let progress = Progress {
        score: Some(amount("59.9")),
        passed: Some(false),
        checked_in: Some(true),
        role: Some(" SPEAKER ".into()),
        ..Progress::default()
    };
    let facts = Facts { progress, ..Facts::default() };
    assert_eq!(missing(r#"{"score":{"at_least":60}}"#, &facts), "score 59.9, needed 60");
    assert!(met(r#"{"score":{"at_least":59.9}}"#, &facts));
    assert_eq!(missing(r#""passed""#, &facts), "has not passed the examination");
    assert!(met(r#""checked_in""#, &facts));
    assert!(met(r#"{"role":{"one_of":["volunteer","Speaker"]}}"#, &facts));
    assert_eq!(missing(r#"{"role":{"one_of":["chair"]}}"#, &facts), "the role is none of chair");
}

#[test]
fn manual_is_met_by_a_grant_and_by_nothing_else() {
    let mut facts = attended(&["s1", "s2", "s3", "s4", "s5"]);
    facts.progress.passed = Some(true);
    assert_eq!(missing(r#""manual""#, &facts), "nobody has granted it by hand");
    facts.granted = true;
    assert!(met(r#""manual""#, &facts));
    assert!(!met(r#""checked_in""#, &facts), "a grant is no check-in");
}

#[test]
fn what_is_unknown_is_never_met_even_at_zero() {
    let nothing = Facts::default();
    for (text, reason) in [
        (r#"{"attendance":{"percent":0}}"#, "no attendance recorded"),
        (r#"{"attendance":{"percent":0,"over":"activities"}}"#, "no activities recorded"),
        (r#"{"attendance":{"percent":0,"over":"both"}}"#, "no attendance recorded"),
        (r#"{"sessions":"any"}"#, "no attendance recorded"),
        (r#"{"activities":{"points":0}}"#, "no activities recorded"),
        (r#"{"completion":{"percent":0}}"#, "no completion recorded"),
        (r#"{"score":{"at_least":0}}"#, "no score recorded"),
        (r#""passed""#, "no examination result recorded"),
        (r#""checked_in""#, "no check-in recorded"),
        (r#"{"role":{"one_of":["speaker"]}}"#, "no role recorded"),
    ] {
        let explained = explain(text, &nothing);
        assert_eq!((explained.eligible, explained.missing().join("|").as_str()), (false, reason), "{text}");
        assert_eq!(explained.rule.measured, None, "{text}");
    }
}

#[test]
fn a_recorded_absence_is_zero_and_not_unknown() {
    let absent = explain(r#"{"attendance":{"percent":0}}"#, &attended(&[]));
    assert_eq!((absent.eligible, absent.rule.measured.as_deref()), (true, Some("0 of 5 (0 %)")));
}

#[test]
fn an_event_without_sessions_has_no_attendance_to_reach() {
    let facts = attended(&["s1", "s2", "s3", "s4", "s5"]);
    for (text, reason) in [
        (r#"{"attendance":{"percent":0}}"#, "no attendance recorded"),
        (r#"{"activities":{"points":0}}"#, "no points recorded"),
        (r#"{"attendance":{"percent":0,"over":"required_sessions"}}"#, "the event has no required sessions"),
        (r#"{"attendance":{"percent":0,"over":"both"}}"#, "the event has no sessions or activities"),
        (r#"{"sessions":"all"}"#, "the event has no sessions"),
        (r#"{"activities":"all"}"#, "the event has no activities"),
        (r#"{"activities":"all_required"}"#, "the event has no required activities"),
    ] {
        let explained = evaluate(&Course::default(), &rule(text), None, &facts).unwrap();
        assert_eq!((explained.eligible, explained.missing().join("|").as_str()), (false, reason), "{text}");
    }
}

#[test]
fn attendance_of_a_session_that_was_removed_counts_for_nothing() {
    let mut facts = Facts::default();
    facts.progress.sessions.insert("gone".into(), Mark { present: true, by_hand: false });
    assert_eq!(missing(r#"{"sessions":"any"}"#, &facts), "no attendance recorded");
}

#[test]
fn attendance_entered_by_hand_is_flagged() {
    let mut facts = attended(&["s1", "s2", "s3", "s4"]);
    assert!(!explain(r#"{"all":[{"attendance":{"percent":80}}]}"#, &facts).rule.by_hand);
    facts.progress.sessions.insert("s4".into(), Mark { present: true, by_hand: true });
    assert!(explain(r#"{"all":[{"attendance":{"percent":80}}]}"#, &facts).rule.by_hand);
    assert!(explain(r#"{"sessions":"any"}"#, &facts).rule.by_hand);
    assert!(!explain(r#"{"attendance":{"percent":80,"over":"required_sessions"}}"#, &facts).rule.by_hand);
    let entered = Progress { attendance: Some(amount("79.5")), ..Progress::default() };
    let entered = explain(r#"{"attendance":{"percent":80}}"#, &Facts { progress: entered, ..Facts::default() });
    assert_eq!((entered.rule.by_hand, entered.missing()), (true, vec!["attendance 79.5 %, needed 80 %".to_owned()]));
}

#[test]
fn all_and_any_nest_and_say_what_would_do() {
    let text = r#"{"all":[{"attendance":{"percent":80}},{"any":["passed",{"score":{"at_least":60}}]}]}"#;
    let mut facts = attended(&["s1", "s2", "s3"]);
    let explained = explain(text, &facts);
    assert_eq!(
        explained.missing(),
        ["attend 1 more session", "one of: no examination result recorded; or no score recorded"]
    );
    assert_eq!(explained.rule.parts[1].parts[1].at, "1.1");
    facts.progress.score = Some(Amount::whole(60));
    assert_eq!(missing(text, &facts), "attend 1 more session");
    facts.progress.sessions.insert("s4".into(), Mark { present: true, by_hand: false });
    assert!(met(text, &facts));
}

#[test]
fn the_highest_tier_reached_is_the_tier() {
    let step = |name: &str, from: i32| Tier {
        name: name.into(),
        from: Amount::whole(from),
        template: Some(format!("{name}-template")),
    };
    let mut tiers = Tiers {
        measure: Measure::Attendance,
        steps: vec![step("bronze", 60), step("silver", 80), step("gold", 100)],
        required: true,
    };
    let course = course();
    let judge = |tiers: &Tiers, ids: &[&str]| {
        evaluate(&course, &rule(r#"{"sessions":"any"}"#), Some(tiers), &attended(ids)).unwrap()
    };
    let silver = judge(&tiers, &["s1", "s2", "s3", "s4"]);
    assert_eq!((silver.eligible, silver.tier.as_deref()), (true, Some("silver")));
    assert_eq!(silver.template.as_deref(), Some("silver-template"));
    assert_eq!(silver.tiers.unwrap().next.as_deref(), Some("gold from attendance 100 %"));
    assert_eq!(judge(&tiers, &["s1", "s2", "s3", "s4", "s5"]).tier.as_deref(), Some("gold"));
    let below = judge(&tiers, &["s1", "s2"]);
    assert!(below.rule.met && !below.eligible);
    assert_eq!((below.tier.clone(), below.missing()), (None, vec!["bronze from attendance 60 %".to_owned()]));
    tiers.required = false;
    let below = judge(&tiers, &["s1", "s2"]);
    assert_eq!((below.eligible, below.tier), (true, None));
    tiers.required = true;
    let unknown =
        evaluate(&course, &rule(r#""passed""#), Some(&Tiers { measure: Measure::Score, ..tiers }), &attended(&[]));
    assert_eq!(unknown.unwrap().missing(), ["no examination result recorded", "no score recorded"]);
}

#[test]
fn clauses_that_nobody_can_meet_are_found() {
    let course = course();
    let text = r#"{"all":[{"sessions":{"at_least":6}},{"activities":{"points":61}},{"sessions":"all"},"passed"]}"#;
    let judge = Judge::new(&course, &rule(text), None).unwrap();
    assert_eq!(judge.impossible().iter().map(|clause| clause.at.as_str()).collect::<Vec<_>>(), ["0", "1"]);
}

#[test]
fn a_basis_keeps_measures_and_no_personal_text() {
    let text = r#"{"any":[{"attendance":{"percent":80}},{"role":{"one_of":["chair"]}},
        {"cel":{"expression":"fields.email.endsWith(\"example.org\") && score > 1.0"}}]}"#;
    let mut facts = attended(&["s1", "s2", "s3", "s4"]);
    facts.progress.role = Some("Zebedee Quill".into());
    facts.progress.score = Some(Amount::whole(2));
    facts.fields.insert("email".into(), "zq@example.org".into());
    let basis = explain(text, &facts).basis(7);
    assert_eq!((basis.rule_version, basis.eligible, basis.clauses.len()), (7, true, 3));
    assert_eq!(basis.clauses[0].measured.as_deref(), Some("4 of 5 (80 %)"));
    assert_eq!(basis.clauses[2].measured.as_deref(), Some("score 2"));
    let text = serde_json::to_string(&basis).unwrap();
    assert!(!text.contains("Zebedee") && !text.contains("zq@"), "{text}");
    assert_eq!(serde_json::from_value::<Basis>(serde_json::to_value(&basis).unwrap()).unwrap(), basis);
}

#[test]
fn a_report_has_its_columns_whatever_the_rule_asks_for() {
    let mut facts = attended(&["s1", "s2", "s3"]);
    facts.progress.activities = did(&["a1", "a3"]).progress.activities;
    facts.progress.sessions.insert("s4".into(), Mark { present: true, by_hand: true });
    let found = serde_json::to_value(Measures::of(&course(), &facts.progress)).unwrap();
    let wanted = serde_json::json!({
        "attendance": 80, "by_hand": true, "sessions": 4, "activities": 2, "points": 40, "completion": 66.6666
    });
    assert_eq!(found, wanted);
    assert_eq!(Measures::of(&course(), &Progress::default()), Measures::default());
}
