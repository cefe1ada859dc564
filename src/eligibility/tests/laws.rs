//! Laws that hold for any rule without an expression, and that no expression breaks the room.

use proptest::prelude::*;

use super::*;

fn amounts() -> impl Strategy<Value = Amount> {
    (0..=1_000_000_i128).prop_map(Amount::from_raw)
}

fn leaf() -> impl Strategy<Value = Rule> {
    let over = prop_oneof![
        Just(Over::Sessions),
        Just(Over::RequiredSessions),
        Just(Over::Activities),
        Just(Over::RequiredActivities),
        Just(Over::Both)
    ];
    let sessions = prop_oneof![
        Just(SessionsNeeded::All),
        Just(SessionsNeeded::AllRequired),
        Just(SessionsNeeded::Any),
        Just(SessionsNeeded::AnyRequired),
        (1..7_u32).prop_map(SessionsNeeded::AtLeast)
    ];
    let activities = prop_oneof![
        Just(ActivitiesNeeded::All),
        Just(ActivitiesNeeded::AllRequired),
        Just(ActivitiesNeeded::Any),
        (1..5_u32).prop_map(ActivitiesNeeded::AtLeast),
        amounts().prop_map(ActivitiesNeeded::Points)
    ];
    prop_oneof![
        (amounts(), over).prop_map(|(percent, over)| Rule::Attendance { percent, over }),
        sessions.prop_map(Rule::Sessions),
        activities.prop_map(Rule::Activities),
        amounts().prop_map(|percent| Rule::Completion { percent }),
        amounts().prop_map(|at_least| Rule::Score { at_least }),
        Just(Rule::Passed),
        Just(Rule::CheckedIn),
        Just(Rule::Manual),
        Just(Rule::Everybody),
        Just(Rule::Role { one_of: vec!["speaker".into()] }),
    ]
}

fn rules() -> impl Strategy<Value = Rule> {
    leaf().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Rule::All),
            proptest::collection::vec(inner, 1..4).prop_map(Rule::Any),
        ]
    })
}

fn all_facts() -> impl Strategy<Value = Facts> {
    let marks = proptest::collection::btree_map("s[1-5]", any::<(bool, bool)>(), 0..5);
    let dones = proptest::collection::btree_map("a[1-3]", any::<bool>(), 0..3);
    let numbers = [0; 4].map(|_| proptest::option::of(amounts()));
    let told = any::<(Option<bool>, Option<bool>, bool, bool)>();
    (marks, dones, numbers, told).prop_map(|(marks, dones, [attendance, points, score, completion], told)| {
        let (passed, checked_in, speaker, granted) = told;
        let mark = |(id, (present, by_hand))| (id, Mark { present, by_hand });
        let progress = Progress {
            sessions: marks.into_iter().map(mark).collect(),
            activities: dones.into_iter().map(|(id, done)| (id, Done { done, points: None })).collect(),
            attendance,
            points,
            score,
            completion,
            passed,
            role: speaker.then(|| "speaker".into()),
            checked_in,
        };
        Facts { progress, granted, ..Facts::default() }
    })
}

fn tiers() -> impl Strategy<Value = Option<Tiers>> {
    let measures =
        prop_oneof![Just(Measure::Attendance), Just(Measure::Score), Just(Measure::Points), Just(Measure::Completion)];
    let steps = proptest::collection::btree_set(amounts(), 1..4);
    proptest::option::of((measures, steps, any::<bool>()).prop_map(|(measure, steps, required)| {
        let steps = steps.into_iter().enumerate();
        let steps = steps.map(|(index, from)| Tier { name: format!("tier {index}"), from, template: None }).collect();
        Tiers { measure, steps, required }
    }))
}

/// Says from the explained tree alone whether the rule is met.
fn verdict(node: &Explanation) -> bool {
    match node.kind {
        ClauseKind::All => node.parts.iter().all(verdict),
        ClauseKind::Any => node.parts.iter().any(verdict),
        _ => node.met,
    }
}

fn has_everybody(rule: &Rule) -> bool {
    match rule {
        Rule::All(rules) | Rule::Any(rules) => rules.iter().any(has_everybody),
        rule => *rule == Rule::Everybody,
    }
}

fn consistent(node: &Explanation) -> bool {
    node.met == node.missing.is_none() && node.parts.iter().all(consistent)
}

proptest! {
    #[test]
    fn more_attendance_or_more_done_never_loses_eligibility(
        rule in rules(), tiers in tiers(), facts in all_facts(), session in 1..=5, activity in 1..=3, more in amounts(),
    ) {
        let course = course();
        let judge = Judge::new(&course, &rule, tiers.as_ref()).unwrap();
        let before = judge.explain(&facts);
        let mut better = facts.clone();
        better.progress.sessions.insert(format!("s{session}"), Mark { present: true, by_hand: false });
        better.progress.activities.insert(format!("a{activity}"), Done { done: true, points: None });
        for number in [&mut better.progress.attendance, &mut better.progress.score, &mut better.progress.points,
            &mut better.progress.completion] {
            *number = number.map(|number| number.plus(more));
        }
        let after = judge.explain(&better);
        prop_assert!(!before.eligible || after.eligible, "{before:?}\n{after:?}");
        prop_assert!(before.tier <= after.tier);
    }

    #[test]
    fn raising_a_threshold_never_adds_anyone(
        rule in rules(), tiers in tiers(), crowd in proptest::collection::vec(all_facts(), 1..8),
        pick in any::<prop::sample::Index>(), more in 0..100_i32,
    ) {
        let found = thresholds(&rule, tiers.as_ref());
        prop_assume!(!found.is_empty());
        let course = course();
        let judge = Judge::new(&course, &rule, tiers.as_ref()).unwrap();
        let threshold = &found[pick.index(found.len())];
        let people: Vec<_> = crowd.iter().enumerate().map(|(index, facts)| (index.to_string(), facts)).collect();
        let people = people.iter().map(|(id, facts)| (id.as_str(), *facts));
        // Beyond a hundred per cent or the next tier it is refused, which adds nobody either.
        if let Ok(changed) = what_if_threshold(&judge, &threshold.at, threshold.value.plus(Amount::whole(more)), people) {
            prop_assert!(changed.result.gain.is_empty(), "{changed:?}");
        }
    }

    #[test]
    fn the_tree_agrees_with_the_verdict(rule in rules(), tiers in tiers(), facts in all_facts()) {
        let explained = evaluate(&course(), &rule, tiers.as_ref(), &facts).unwrap();
        prop_assert_eq!(explained.rule.met, verdict(&explained.rule));
        prop_assert!(consistent(&explained.rule), "{explained:?}");
        let tiered = explained.tiers.as_ref().is_none_or(|tiers| tiers.reached || !tiers.required);
        prop_assert_eq!(explained.eligible, explained.rule.met && tiered);
        prop_assert_eq!(explained.eligible, explained.missing().is_empty());
        prop_assert_eq!(&evaluate(&course(), &rule, tiers.as_ref(), &facts).unwrap(), &explained);
        let value = serde_json::to_value(&explained).unwrap();
        prop_assert_eq!(serde_json::from_value::<Explained>(value).unwrap(), explained);
    }

    #[test]
    fn nobody_unknown_is_eligible(rule in rules()) {
        // But where the rule asks for nothing.
        prop_assume!(!has_everybody(&rule));
        prop_assert!(!evaluate(&course(), &rule, None, &Facts::default()).unwrap().eligible);
    }

    #[test]
    fn a_rule_survives_json(rule in rules()) {
        let value = serde_json::to_value(&rule).unwrap();
        prop_assert_eq!(Rule::read(&value).unwrap(), rule.clone());
        prop_assert_eq!(serde_json::from_str::<Rule>(&value.to_string()).unwrap(), rule);
    }

    #[test]
    fn an_amount_is_what_was_written(raw in -10_000_000_000_000..=10_000_000_000_000_i128) {
        let amount = Amount::from_raw(raw);
        prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
        let text = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Amount>(&text).unwrap(), amount);
    }

    #[test]
    fn no_text_breaks_the_compiler_of_expressions(
        parts in proptest::collection::vec(prop_oneof![
            Just("score"), Just("fields"), Just("role"), Just("("), Just(")"), Just("["), Just("]"), Just("."), Just("?"),
            Just(":"), Just("'x'"), Just("1"), Just("2.5"), Just("+"), Just("-"), Just("*"), Just("/"), Just("=="), Just("&&"),
            Just("||"), Just("!"), Just(".all(x,"), Just(".exists(y,"), Just("has("), Just("int("), Just("\""), Just("{"),
            Just("}"), Just(","), Just(" in "), Just("é"), Just("\n"), Just("true"), Just("null"), Just("size("), Just("%"),
        ], 0..40),
        facts in all_facts(),
    ) {
        let rule = Rule::Cel { expression: parts.concat() };
        let course = course();
        if let Ok(judge) = Judge::new(&course, &rule, None) {
            judge.explain(&facts);
        }
    }
}
