//! Rules as expressions: a rule that is as simple as the form is written as one, and one that says no more is read back as such a rule. It
//! is judged clause by clause then, and explained so; any other expression is a clause of its own.

use serde_json::{Value, json};

use super::{NUMBERS, WORDS};

/// Writes conditions as an expression; nothing where it would say something else, as of roles, whose capitals make no difference.
pub(super) fn written(mode: &str, clauses: &[&Value]) -> Option<String> {
    let parts: Option<Vec<String>> = clauses.iter().map(|clause| one(clause)).collect();
    let parts = parts.filter(|parts| !parts.is_empty())?;
    Some(parts.join(if mode == "any" { " || " } else { " && " }))
}

fn one(clause: &Value) -> Option<String> {
    if let Some(word) = clause.as_str() {
        return WORDS.contains(&word).then(|| word.to_owned());
    }
    let (name, _, number) =
        NUMBERS.iter().find_map(|(name, of, member)| Some((name, of, clause.get(of)?.get(member)?)))?;
    let number = number.to_string();
    // Numbers of expressions are decimal: without a point it would be a whole one, which is no measure.
    let number = if number.contains('.') { number } else { format!("{number}.0") };
    Some(format!("{name} >= {number}"))
}

/// Reads an expression as a rule.
pub(super) fn read(text: &str) -> Value {
    let text = text.trim();
    if ["everybody", "manual"].contains(&text) {
        return json!(text);
    }
    simple(text).unwrap_or_else(|| json!({ "cel": { "expression": text } }))
}

/// Reads one that says no more than the form can.
fn simple(text: &str) -> Option<Value> {
    let (mode, mark) = match (text.contains("&&"), text.contains("||")) {
        (true, true) => return None,
        (false, true) => ("any", "||"),
        _ => ("all", "&&"),
    };
    let mut clauses = text.split(mark).map(|part| clause(part.trim())).collect::<Option<Vec<Value>>>()?;
    Some(if clauses.len() == 1 { clauses.remove(0) } else { json!({ mode: clauses }) })
}

fn clause(text: &str) -> Option<Value> {
    if WORDS.contains(&text) {
        return Some(json!(text));
    }
    let (name, number) = text.split_once(">=")?;
    let (_, of, member) = NUMBERS.iter().find(|(one, _, _)| *one == name.trim())?;
    let number: serde_json::Number = number.trim().trim_end_matches(".0").parse().ok()?;
    Some(json!({ (*of): { (*member): number } }))
}

#[cfg(test)]
mod tests {
    use super::super::simple as as_the_form;
    use super::*;

    #[test]
    fn a_simple_rule_and_its_expression_are_the_same() {
        for (rule, expression) in [
            (json!("passed"), "passed"),
            (json!({ "attendance": { "percent": 80 } }), "attendance >= 80.0"),
            (json!({ "all": [{ "score": { "at_least": 59.5 } }, "checked_in"] }), "score >= 59.5 && checked_in"),
            (
                json!({ "any": [{ "activities": { "points": 5 } }, { "completion": { "percent": 100 } }] }),
                "points >= 5.0 || completion >= 100.0",
            ),
        ] {
            let (mode, clauses) = as_the_form(&rule).unwrap();
            assert_eq!(written(mode, &clauses).as_deref(), Some(expression), "{rule}");
            assert_eq!(read(expression), rule, "{expression}");
        }
        assert_eq!(read("everybody"), json!("everybody"));
        assert_eq!(written("all", &[&json!({ "role": { "one_of": ["speaker"] } })]), None);
    }

    #[test]
    fn what_says_more_stays_an_expression() {
        for text in
            ["score > 3.0", "passed && (score >= 2.0 || checked_in)", "!passed", "fields.group == \"B\"", "score >= x"]
        {
            assert_eq!(read(text), json!({ "cel": { "expression": text } }), "{text}");
        }
    }
}
