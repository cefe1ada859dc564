//! Who gets a certificate: the rule as a form where it is as simple as that, else as it is written; its tiers; and what another would do.

mod expression;
mod tiers;

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use self::tiers::Tiered;
use super::events::trail;
use super::form::{Fields, part, query};
use super::inside::{Answer, Sent, Staff};
use super::ui::{
    Action, Actions, Choice, Field, Figure, Figures, Form, Html, Kind, Notice, Page, Section, Text, Tone, Tried,
    fragment,
};
use super::within::Told;
use super::words::Words;
use crate::accounts::Permission;
use crate::server::Problem;
use crate::server::problem::FieldProblem;

/// Clauses of one number: what the form calls each, and where the number stands in the rule.
const NUMBERS: [(&str, &str, &str); 4] = [
    ("attendance", "attendance", "percent"),
    ("completion", "completion", "percent"),
    ("score", "score", "at_least"),
    ("points", "activities", "points"),
];
/// Clauses that are a word alone.
const WORDS: [&str; 2] = ["passed", "checked_in"];

/// People that a trial names.
const NAMED: usize = 20;

/// Shows the rule, and asks for another.
pub(super) async fn show(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    page(&staff, &code, &query(uri.query()), None, None, &Tried::NEW).await
}

/// Shows the rule as it is kept, or (`trial`) another one with what it would do: then form and text both say that one. With the tiers
/// as they were typed, if they were.
async fn page(
    staff: &Staff,
    code: &str,
    asked: &Fields,
    trial: Option<(&Value, &Value)>,
    typed: Option<Tiered>,
    tried: &Tried<'_>,
) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let event = staff.get(&path).await?;
    let told = staff.told(&format!("{path}/rule")).await?;
    let kept = &told.value["rule"];
    let rule = trial.map_or(kept, |(rule, _)| rule);
    let mut page = Page::new(w.s("step-rule")).trail(trail(staff, code, &event)).said(w, asked);
    page = page.part_if(nobody_has(staff, &path, rule, tried).await);
    if kept.is_null() {
        page = page.notice(Tone::Amber, w.s("rule-none"));
    } else {
        page = page.part(counts(staff, &path).await);
    }
    if let Some((_, changed)) = trial {
        page = page.part(what_if(staff, &path, changed).await);
    }
    if staff.may(Permission::Import) {
        let tiers = typed.unwrap_or_else(|| Tiered::kept(&told.value["tiers"]));
        // What is tried out first goes on resting on what it was filled in from.
        let seen = trial.and(asked.some("seen")).unwrap_or(&told.tag);
        page = page.part(form(staff, &path, seen, rule, &tiers, tried));
    }
    let people = Action::link(w.s("step-people"), staff.at(&format!("{path}/people")));
    Ok(staff.page_with(tried.status(), &page.part(Actions(vec![people]))))
}

/// Says of which numbers the rule asks though nobody has one: then no threshold lets anybody through. Asked of the form as it was
/// sent, else of the rule as it is kept.
async fn nobody_has(staff: &Staff, path: &str, rule: &Value, tried: &Tried<'_>) -> Option<Html> {
    let w = staff.w;
    let clauses = simple(rule).map(|(_, clauses)| clauses).unwrap_or_default();
    let asks = |name: &str, of: &str, member: &str| match tried.0 {
        Some((fields, _)) => fields.get("who") == "those" && fields.some(name).is_some(),
        None => clauses.iter().any(|clause| !clause[of][member].is_null()),
    };
    let mut found = Vec::new();
    for (name, of, member) in NUMBERS {
        if !asks(name, of, member) {
            continue;
        }
        let told = staff.get_if(&format!("{path}/eligibility-histogram?measure={name}")).await?;
        let unknown = told["unknown"].as_u64().unwrap_or_default();
        if unknown > 0 && told["bins"].as_array().is_none_or(Vec::is_empty) {
            found.push(w.s(&format!("rule-nobody-{name}")));
        }
    }
    if found.is_empty() {
        return None;
    }
    let import = Action::link(w.s("rule-nobody-import"), staff.at(&format!("{path}/import")));
    let notice: Html = Notice { tone: Tone::Amber, text: found.join(" "), items: Vec::new() }.into();
    let may = staff.may(Permission::Import);
    Some(if may { Html(notice.0 + &Html::from(Actions(vec![import])).0) } else { notice })
}

/// How many are judged how.
async fn counts(staff: &Staff, path: &str) -> Html {
    let w = staff.w;
    let counts = staff.get_if(&format!("{path}/eligibility-counts")).await.unwrap_or_default();
    let figure = |(state, tone): (&str, Tone)| {
        let count = counts[state].as_u64().unwrap_or_default();
        let href = Some(staff.at(&format!("{path}/people?state={state}")));
        let label = w.s(&format!("people-{}", state.replace('_', "-")));
        Figure { label, value: w.number(count), href, tone: Some(tone).filter(|_| count > 0) }
    };
    let states =
        [("eligible", Tone::Green), ("not_eligible", Tone::Amber), ("exception", Tone::Grey), ("excluded", Tone::Red)];
    Figures(states.map(figure).into()).into()
}

/// How many would get one.
fn figures(w: &Words, changed: &Value) -> Figures {
    let figure = |key: &str, member: &str, tone| Figure {
        label: w.s(key),
        value: w.number(changed[member].as_u64().unwrap_or_default()),
        href: None,
        tone: Some(tone),
    };
    Figures(vec![
        figure("rule-before", "before", Tone::Grey),
        figure("rule-after", "after", Tone::Green),
        figure("rule-gained", "gained", Tone::Green),
        figure("rule-lost", "lost", Tone::Red),
    ])
}

async fn what_if(staff: &Staff, path: &str, changed: &Value) -> Html {
    let w = staff.w;
    let mut section = Section::new("what-if", w.s("rule-what-if")).part(figures(w, changed));
    for (key, member) in [("rule-gained", "gain"), ("rule-lost", "lose")] {
        let ids: Vec<&str> = changed[member].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut items = Vec::new();
        for id in ids.iter().take(NAMED) {
            let person = staff.get_if(&format!("{path}/participants/{}", part(id))).await.unwrap_or_default();
            items.push(super::events::text(&person, "name"));
        }
        if ids.len() > NAMED {
            items.push(w.count("rule-more", (ids.len() - NAMED) as u64));
        }
        if !items.is_empty() {
            section = section.part(Notice { tone: Tone::Grey, text: w.s(key), items });
        }
    }
    section.into()
}

/// The clauses of a rule that is as simple as the form; nothing of another.
fn simple(rule: &Value) -> Option<(&'static str, Vec<&Value>)> {
    if rule.is_null() {
        return Some(("all", Vec::new()));
    }
    for mode in ["all", "any"] {
        if let Some(clauses) = rule[mode].as_array() {
            return clauses.iter().all(is_simple).then(|| (mode, clauses.iter().collect()));
        }
    }
    is_simple(rule).then(|| ("all", vec![rule]))
}

fn is_simple(clause: &Value) -> bool {
    if let Some(word) = clause.as_str() {
        return WORDS.contains(&word);
    }
    let Some((name, inner)) = clause.as_object().filter(|all| all.len() == 1).and_then(|all| all.iter().next()) else {
        return false;
    };
    let known = NUMBERS.iter().any(|(_, of, member)| {
        of == name && inner.as_object().is_some_and(|inner| inner.len() == 1 && inner.contains_key(*member))
    });
    known
        || (name == "attendance" && inner["over"] == "sessions" && inner["percent"].is_number())
        || (name == "role" && inner["one_of"].is_array())
}

fn form(staff: &Staff, path: &str, seen: &str, rule: &Value, tiers: &Tiered, tried: &Tried<'_>) -> Html {
    let w = staff.w;
    let found = simple(rule);
    let who = match (&found, rule.as_str()) {
        (_, Some("everybody")) => "everybody",
        (_, Some("manual")) => "manual",
        (Some(_), _) => "those",
        (None, _) => "written",
    };
    let (mode, clauses) = found.unwrap_or(("all", Vec::new()));
    let number = |of: &str, member: &str| {
        let value = clauses.iter().find_map(|clause| clause.get(of)?.get(member));
        value.map(|value| value.to_string().trim_matches('"').to_owned()).unwrap_or_default()
    };
    let choices = ["everybody", "those", "manual", "written"].map(|one| Choice::new(one, w.s(&format!("rule-{one}"))));
    let modes = ["all", "any"].map(|one| Choice::new(one, w.s(&format!("rule-mode-{one}"))));
    let mut form = Form::new(staff, &format!("{path}/rule"), w.s("save"))
        .also("try", w.s("rule-try"))
        .counted()
        .field(Field::hidden("seen", seen))
        .field(Field::new("who", w.s("rule-who"), Kind::Radios(choices.into())).value(who))
        .field(Field::heading(w.s("rule-those")))
        .field(Field::new("mode", w.s("rule-mode"), Kind::Select(modes.into())).value(mode));
    for (name, of, member) in NUMBERS {
        let field = Field::new(name, w.s(&format!("rule-{name}")), Kind::Number).value(number(of, member));
        form = form.field(field.hint(w.s(&format!("rule-{name}-hint"))));
    }
    for word in WORDS {
        let on = clauses.iter().any(|clause| clause.as_str() == Some(word));
        form =
            form.field(Field::new(word, w.s(&format!("rule-{}", word.replace('_', "-"))), Kind::Check).value(if on {
                "yes"
            } else {
                ""
            }));
    }
    let roles = clauses.iter().find_map(|clause| clause.get("role")?.get("one_of")?.as_array());
    let roles: Vec<&str> = roles.into_iter().flatten().filter_map(Value::as_str).collect();
    let whole = if rule.is_null() { String::new() } else { serde_json::to_string_pretty(rule).unwrap_or_default() };
    let expression = expression::written(mode, &clauses);
    let hint = expression.map(|text| format!("{} ", w.with("rule-as-expression", [("expression", text.into())])));
    let hint = format!("{}{}", hint.unwrap_or_default(), w.s("rule-json-hint"));
    let form = form
        .field(Field::text("role", w.s("rule-role")).value(roles.join(", ")).hint(w.s("rule-role-hint")))
        .field(Field::heading(w.s("rule-written")))
        .field(Field::new("written", w.s("rule-json"), Kind::Area(6)).value(whole).hint(hint))
        .fields(tiers.fields(w))
        .tried(tried);
    Section::new("rule", w.s("rule-change")).part(form).into()
}

/// Returns the rule that a form says.
fn said(staff: &Staff, fields: &Fields) -> Result<Value, Problem> {
    let w = staff.w;
    match fields.get("who") {
        "everybody" => return Ok(json!("everybody")),
        "manual" => return Ok(json!("manual")),
        // JSON, or an expression.
        "written" if !fields.get("written").is_empty() && !fields.get("written").starts_with(['{', '"', '[']) => {
            return Ok(expression::read(fields.get("written")));
        }
        "written" => {
            return serde_json::from_str(fields.get("written")).map_err(|error: serde_json::Error| {
                let at = [("line", error.line().max(1).into()), ("column", error.column().max(1).into())];
                beside_field(w, "written", w.with("rule-no-json", at))
            });
        }
        _ => {}
    }
    let mut clauses = Vec::new();
    for (name, of, member) in NUMBERS {
        if let Some(text) = fields.some(name) {
            // Both marks of decimals: the browser sends a point, who types into another field may not.
            let number: serde_json::Number = text.replace(',', ".").parse().map_err(|_| {
                let field = w.s(&format!("rule-{name}"));
                beside_field(w, name, w.with("rule-no-number", [("field", field.into())]))
            })?;
            clauses.push(json!({ of: { member: number } }));
        }
    }
    clauses.extend(WORDS.iter().filter(|word| fields.on(word)).map(|word| json!(word)));
    let roles: Vec<&str> = fields.get("role").split(',').map(str::trim).filter(|role| !role.is_empty()).collect();
    if !roles.is_empty() {
        clauses.push(json!({ "role": { "one_of": roles } }));
    }
    match (clauses.len(), fields.get("mode")) {
        (0, _) => Err(Problem::unprocessable("bad-rule", w.s("rule-empty"))),
        (1, _) => Ok(clauses.remove(0)),
        (_, "any") => Ok(json!({ "any": clauses })),
        _ => Ok(json!({ "all": clauses })),
    }
}

/// Says what is wrong with one field.
fn beside_field(w: &Words, field: &str, detail: String) -> Problem {
    let errors = vec![FieldProblem { field: field.to_owned(), detail }];
    Problem::unprocessable("bad-rule", w.s("form-look")).with_errors(errors)
}

/// Keeps a rule, or says what it would do.
pub(super) async fn save(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let (w, path) = (staff.w, format!("/events/{}", part(&code)));
    let mut tiers = Tiered::read(&fields);
    let (told, rule) = match (said(&staff, &fields), tiers.value(w)) {
        (Err(problem), _) => (Err(problem), Value::Null),
        (Ok(rule), None) => (Err(Problem::unprocessable("bad-rule", w.s("form-look"))), rule),
        (Ok(rule), Some(tiers)) => (ask(&staff, &path, &fields, &rule, tiers).await, rule),
    };
    let problem = match told {
        Ok(told) if fields.on("count") => return counted(w, &rule, &told.value),
        Ok(told) if fields.on("try") => {
            let trial = Some((&rule, &told.value));
            return page(&staff, &code, &fields, trial, Some(tiers), &Tried::NEW).await.unwrap_or_else(|other| other);
        }
        Ok(_) => return staff.done(&format!("{path}/rule"), "saved"),
        Err(problem) if tiers.take(w, &problem) => Problem::unprocessable("bad-rule", w.s("form-look")),
        Err(problem) => problem,
    };
    if fields.on("count") {
        let text = super::phrases::problem(w, &problem).text;
        return fragment([Notice { tone: Tone::Amber, text, items: Vec::new() }.into()]);
    }
    let tried = Tried(Some((&fields, &problem)));
    page(&staff, &code, &fields, None, Some(tiers), &tried).await.unwrap_or_else(|response| response)
}

/// Asks the operation that a form is for: to keep the rule, or to say what it would do.
async fn ask(staff: &Staff, path: &str, fields: &Fields, rule: &Value, tiers: Value) -> Result<Told, Problem> {
    let mut body = json!({ "rule": rule });
    if !tiers.is_null() {
        body["tiers"] = tiers;
    }
    if fields.on("try") || fields.on("count") {
        let trial = json!({ "rule": body });
        return staff.post(&format!("{path}/eligibility/what-if"), &fields.without(&["once", "seen"]), trial).await;
    }
    staff.send(Method::PUT, &format!("{path}/rule"), fields, body).await
}

/// How many would get one by what is filled in, for a page that asks while somebody fills it in; and how that is written.
fn counted(w: &Words, rule: &Value, changed: &Value) -> Response {
    let expression = simple(rule).and_then(|(mode, clauses)| expression::written(mode, &clauses));
    let expression = expression.map(|text| Text(w.with("rule-as-expression", [("expression", text.into())])).into());
    fragment([Html::from(figures(w, changed))].into_iter().chain(expression))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_as_simple_as_the_form_or_is_written_out() {
        for (rule, mode, clauses) in [
            (json!({ "attendance": { "percent": 80 } }), "all", 1),
            (
                json!({ "all": [{ "score": { "at_least": 60 } }, "passed", { "role": { "one_of": ["speaker"] } }] }),
                "all",
                3,
            ),
            (json!({ "any": ["checked_in", { "activities": { "points": 5 } }] }), "any", 2),
            (json!({ "attendance": { "percent": 80, "over": "sessions" } }), "all", 1),
        ] {
            let found = simple(&rule).unwrap();
            assert_eq!((found.0, found.1.len()), (mode, clauses), "{rule}");
        }
        for rule in [
            json!({ "all": [{ "any": ["passed"] }] }),
            json!({ "cel": { "expression": "score > 3.0" } }),
            json!({ "attendance": { "percent": 80, "over": "both" } }),
            json!({ "sessions": "all" }),
        ] {
            assert!(simple(&rule).is_none(), "{rule}");
        }
    }
}
