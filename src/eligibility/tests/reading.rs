//! Rules as JSON: what is taken, what is refused and where, and that the schema says the same.

use serde_json::{Value, json};

use super::*;

fn good() -> Vec<Value> {
    vec![
        json!("passed"),
        json!("checked_in"),
        json!("manual"),
        json!({"attendance": {"percent": 80}}),
        json!({"attendance": {"percent": 66.6667, "over": "both"}}),
        json!({"sessions": "all_required"}),
        json!({"sessions": {"at_least": 3}}),
        json!({"activities": {"points": 12.5}}),
        json!({"activities": "any"}),
        json!({"completion": {"percent": 100}}),
        json!({"score": {"at_least": -3}}),
        json!({"role": {"one_of": ["speaker", "chair"]}}),
        json!({"cel": {"expression": "score >= 60.0"}}),
        json!({"all": [{"any": ["passed", {"score": {"at_least": 60}}]}, {"sessions": "any"}]}),
    ]
}

fn bad() -> Vec<(Value, &'static str)> {
    vec![
        (json!(null), "the rule is not one clause"),
        (json!(80), "the rule is not one clause"),
        (json!([]), "the rule is not one clause"),
        (json!({}), "the rule is not one clause"),
        (json!("graduated"), "the rule cannot be read: unknown variant `graduated`"),
        (json!({"all": []}), "all needs at least one clause"),
        (json!({"any": "passed"}), "any is not a list of clauses"),
        (
            json!({"all": ["passed", {"attendance": {"percent": 101}}]}),
            "all[1].attendance.percent is not between 0 and 100",
        ),
        (json!({"attendance": {"percent": -1}}), "attendance.percent is not between 0 and 100"),
        (json!({"attendance": {"percent": "80"}}), "attendance cannot be read: invalid type: string"),
        (json!({"attendance": {}}), "attendance cannot be read: missing field `percent`"),
        (json!({"attendance": {"percent": 80, "of": 5}}), "attendance cannot be read: unknown field `of`"),
        (json!({"attendance": {"percent": 80, "over": "weeks"}}), "attendance cannot be read: unknown variant `weeks`"),
        (json!({"attendance": {"percent": 80}, "score": {"at_least": 5}}), "the rule is not one clause"),
        (json!({"sessions": {"at_least": 0}}), "sessions.at_least is not between"),
        (json!({"sessions": {"at_least": 1.5}}), "sessions cannot be read: invalid number"),
        (json!({"sessions": "some"}), "sessions cannot be read: unknown variant `some`"),
        (json!({"activities": {"points": -1}}), "activities.points is below zero"),
        (json!({"activities": {"at_least": 10_001}}), "activities.at_least is not between"),
        (json!({"role": {"one_of": []}}), "role.one_of needs between"),
        (json!({"role": {"one_of": [" "]}}), "role.one_of holds a role that is empty"),
        (json!({"any": [{"passed": {}}]}), "any[0].passed cannot be read: "),
    ]
}

#[test]
fn a_rule_survives_value_and_text() {
    for value in good() {
        let rule = Rule::read(&value).unwrap();
        assert_eq!(serde_json::to_value(&rule).unwrap(), normal(&value), "{value}");
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<Rule>(&text).unwrap(), rule);
        assert_eq!(serde_json::from_slice::<Value>(text.as_bytes()).map(|value| Rule::read(&value)).unwrap(), Ok(rule));
    }
}

/// `over` is written out even when it was left out.
fn normal(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(attendance) = value.get_mut("attendance").and_then(Value::as_object_mut) {
        attendance.entry("over").or_insert(json!("sessions"));
    }
    value
}

#[test]
fn a_bad_rule_is_refused_with_its_place() {
    for (value, message) in bad() {
        let error = Rule::read(&value).unwrap_err().to_string();
        assert!(error.starts_with(message), "{value}: {error}");
    }
    let precise = refused(r#"{"score":{"at_least":0.00001}}"#).to_string();
    assert_eq!(precise, "score cannot be read: a number with more than four decimals");
}

#[test]
fn the_schema_agrees() {
    let schema: Value = serde_json::from_str(RULE_SCHEMA).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    for value in good() {
        assert!(schema.is_valid(&value), "{value}");
    }
    for (value, _) in bad() {
        assert!(!schema.is_valid(&value), "{value}");
    }
}

#[test]
fn the_schema_agrees_on_tiers() {
    let mut schema: Value = serde_json::from_str(RULE_SCHEMA).unwrap();
    schema["$ref"] = json!("#/$defs/tiers");
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let good = json!({"measure": "points", "steps": [{"name": "bronze", "from": 10.5, "template": "plain"}]});
    assert!(schema.is_valid(&good));
    let tiers: Tiers = serde_json::from_value(good).unwrap();
    assert_eq!((tiers.check(), tiers.required), (Ok(()), true));
    assert_eq!(serde_json::from_str::<Tiers>(&serde_json::to_string(&tiers).unwrap()).unwrap(), tiers);
    for bad in [json!({"measure": "height", "steps": []}), json!({"measure": "score", "steps": [{"name": "x"}]})] {
        assert!(!schema.is_valid(&bad) && serde_json::from_value::<Tiers>(bad).is_err());
    }
}

#[test]
fn nesting_and_number_of_clauses_are_bounded() {
    let nested = |depth: usize| (1..depth).fold(json!("passed"), |inner, _| json!({"all": [inner]}));
    assert!(Rule::read(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(Rule::read(&nested(MAX_DEPTH + 1)), Err(EligibilityError::TooDeep));
    assert_eq!(Rule::read(&nested(100)), Err(EligibilityError::TooDeep));
    let wide = |count: usize| json!({"any": vec!["passed"; count]});
    assert!(Rule::read(&wide(MAX_CLAUSES - 1)).is_ok());
    assert_eq!(Rule::read(&wide(MAX_CLAUSES)), Err(EligibilityError::TooManyClauses { found: MAX_CLAUSES + 1 }));
    let cel = json!({"cel": {"expression": "true"}});
    let many = json!({"any": vec![cel; MAX_EXPRESSIONS + 1]});
    assert_eq!(Rule::read(&many), Err(EligibilityError::TooManyExpressions { found: MAX_EXPRESSIONS + 1 }));
}

#[test]
fn tiers_out_of_order_or_named_twice_are_refused() {
    let step = |name: &str, from: i32| Tier { name: name.into(), from: Amount::whole(from), template: None };
    let check = |steps: Vec<Tier>| {
        Tiers { measure: Measure::Attendance, steps, required: true }.check().map_err(|error| error.to_string())
    };
    assert_eq!(check(vec![step("bronze", 60), step("silver", 80)]), Ok(()));
    let unordered = check(vec![step("bronze", 80), step("silver", 80)]);
    assert_eq!(unordered, Err("tiers.steps[1].from is not above the tier before it".into()));
    assert!(check(vec![step("gold", 1), step("Gold", 2)]).unwrap_err().contains("used twice"));
    assert!(check(vec![step("gold", 101)]).unwrap_err().contains("between 0 and 100"));
    assert!(check(vec![]).is_err());
}

#[test]
fn courses_and_progress_are_checked() {
    let mut course = course();
    course.sessions[1].id = "s1".into();
    assert_eq!(course.check().unwrap_err().to_string(), "sessions[1].id is used twice");
    let progress = Progress { attendance: Some(Amount::whole(101)), ..Progress::default() };
    assert_eq!(progress.check().unwrap_err().to_string(), "attendance is not between 0 and 100");
    let mut progress = did(&["a1"]).progress;
    progress.role = Some("speaker".into());
    assert_eq!(progress.check(), Ok(()));
    let value = serde_json::to_value(&progress).unwrap();
    assert_eq!(serde_json::from_value::<Progress>(value).unwrap(), progress);
    assert_eq!(serde_json::from_str::<Progress>("{}").unwrap(), Progress::default());
    assert_eq!(serde_json::to_string(&Progress::default()).unwrap(), "{}");
}
