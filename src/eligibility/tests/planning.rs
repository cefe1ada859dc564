//! What-if and histograms over a small crowd.

use super::*;

/// Six people who attended 0 to 5 of the sessions, and one of whom nothing is known.
fn crowd() -> Vec<(String, Facts)> {
    let ids = ["s1", "s2", "s3", "s4", "s5"];
    let mut crowd: Vec<_> = (0..=5).map(|count| (format!("p{count}"), attended(&ids[..count]))).collect();
    crowd.push(("unknown".into(), Facts::default()));
    crowd
}

fn people(crowd: &[(String, Facts)]) -> impl Iterator<Item = (&str, &Facts)> {
    crowd.iter().map(|(id, facts)| (id.as_str(), facts))
}

#[test]
fn a_lower_threshold_tells_who_would_gain() {
    let (course, crowd) = (course(), crowd());
    let rule = rule(r#"{"all":[{"sessions":"any"},{"attendance":{"percent":80}}]}"#);
    let judge = Judge::new(&course, &rule, None).unwrap();
    let lower = what_if_threshold(&judge, "1", Amount::whole(60), people(&crowd)).unwrap();
    assert_eq!(lower.text, "with 60 % instead of 80 %, 1 more");
    assert_eq!(lower.result.gain, ["p3"]);
    assert!(lower.result.lose.is_empty());
    assert_eq!(lower.result.same, ["p0", "p1", "p2", "p4", "p5", "unknown"]);
    assert_eq!((lower.result.before, lower.result.after), (2, 3));
    let higher = what_if_threshold(&judge, "1", amount("80.5"), people(&crowd)).unwrap();
    assert_eq!(higher.text, "with 80.5 % instead of 80 %, 1 fewer");
    let same = what_if_threshold(&judge, "1", Amount::whole(75), people(&crowd)).unwrap();
    assert_eq!(same.text, "with 75 % instead of 80 %, no difference");
}

#[test]
fn another_rule_may_gain_and_lose_at_once() {
    let (course, mut crowd) = (course(), crowd());
    crowd[1].1.progress.passed = Some(true);
    let before = Judge::new(&course, &rule(r#"{"attendance":{"percent":100}}"#), None).unwrap();
    let after = Judge::new(&course, &rule(r#""passed""#), None).unwrap();
    let result = what_if(&before, &after, people(&crowd));
    assert_eq!((result.gain, result.lose), (vec!["p1".to_owned()], vec!["p5".to_owned()]));
}

#[test]
fn tiers_can_be_tried_as_well() {
    let (course, crowd) = (course(), crowd());
    let step = |name: &str, from: i32| Tier { name: name.into(), from: Amount::whole(from), template: None };
    let tiers =
        Tiers { measure: Measure::Attendance, steps: vec![step("bronze", 40), step("gold", 100)], required: true };
    let judge = Judge::new(&course, &rule(r#"{"sessions":"any"}"#), Some(&tiers)).unwrap();
    let gold = what_if_threshold(&judge, "tiers.1", Amount::whole(80), people(&crowd)).unwrap();
    assert_eq!(gold.text, "with 80 % instead of 100 %, 1 in another tier");
    assert_eq!(gold.result.moved, [Moved { id: "p4".into(), from: Some("bronze".into()), to: Some("gold".into()) }]);
    let bronze = what_if_threshold(&judge, "tiers.0", Amount::whole(20), people(&crowd)).unwrap();
    assert_eq!(bronze.text, "with 20 % instead of 40 %, 1 more");
    let crossed = what_if_threshold(&judge, "tiers.0", Amount::whole(100), people(&crowd)).unwrap_err();
    assert!(crossed.to_string().contains("not above the tier before"));
}

#[test]
fn every_threshold_is_listed_and_can_be_changed() {
    let text = r#"{"all":[{"attendance":{"percent":80}},{"any":[{"score":{"at_least":60}},"passed",
        {"sessions":{"at_least":2}},{"activities":{"points":10}},{"completion":{"percent":50}},
        {"activities":{"at_least":1}}]}]}"#;
    let rule = rule(text);
    let found = thresholds(&rule, None);
    let places: Vec<_> = found.iter().map(|threshold| threshold.at.as_str()).collect();
    assert_eq!(places, ["0", "1.0", "1.2", "1.3", "1.4", "1.5"]);
    for threshold in &found {
        let (changed, _) = with_threshold(&rule, None, &threshold.at, Amount::whole(7)).unwrap();
        let after = thresholds(&changed, None);
        for (was, is) in found.iter().zip(&after) {
            assert_eq!(is.value, if was.at == threshold.at { Amount::whole(7) } else { was.value });
        }
    }
    for at in ["", "1", "1.1", "1.9", "9", "x", "0.0", "tiers.0", "tiers.x"] {
        let error = with_threshold(&rule, None, at, Amount::whole(7)).unwrap_err();
        assert_eq!(error, EligibilityError::NoThreshold { at: at.into() });
    }
    assert!(with_threshold(&rule, None, "0", Amount::whole(101)).is_err());
    assert!(with_threshold(&rule, None, "1.2", amount("1.5")).is_err());
    assert!(with_threshold(&rule, None, "1.2", Amount::ZERO).is_err());
}

#[test]
fn a_histogram_tells_how_many_each_threshold_lets_through() {
    let (course, crowd) = (course(), crowd());
    let histogram = histogram(&course, Measure::Attendance, crowd.iter().map(|(_, facts)| facts));
    assert_eq!((histogram.unknown, histogram.bins.len()), (1, 21));
    for bin in &histogram.bins {
        let rule = Rule::Attendance { percent: bin.from, over: Over::Sessions };
        let judge = Judge::new(&course, &rule, None).unwrap();
        let through = crowd.iter().filter(|(_, facts)| judge.explain(facts).eligible).count();
        assert_eq!(bin.at_least, through, "{}", bin.from);
    }
    assert_eq!(histogram.bins.iter().map(|bin| bin.count).sum::<usize>(), 6);
}

#[test]
fn a_histogram_of_scores_has_bins_of_a_round_width() {
    let scored = |score: &str| {
        let progress = Progress { score: Some(amount(score)), ..Progress::default() };
        Facts { progress, ..Facts::default() }
    };
    let facts: Vec<_> = ["-12.5", "0", "37.25", "37.3", "990"].map(scored).into();
    let spread = histogram(&course(), Measure::Score, &facts);
    assert!(spread.bins.len() <= 40);
    assert_eq!(spread.bins[1].from.minus(spread.bins[0].from), Amount::whole(50));
    assert_eq!((spread.bins[0].from, spread.bins[0].count), (Amount::whole(-50), 1));
    assert_eq!((spread.bins[1].count, spread.bins.last().unwrap().count), (3, 1));
    let none = histogram(&course(), Measure::Points, &facts);
    assert_eq!((none.unknown, none.bins), (5, Vec::new()));
}
