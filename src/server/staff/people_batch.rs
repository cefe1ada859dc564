//! What is done with many participants at once: those that were ticked, or all that a filter finds but for those.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::batch::{changed, first_two, told};
use super::choice::{self, Chosen};
use super::events::{text, trail};
use super::form::{Fields, part, query, written};
use super::inside::{Answer, Sent, Staff};
use super::people::FILTER;
use super::person::EXCLUSIONS;
use super::phrases;
use super::ui::{Action, Actions, Choice, Field, Form, Html, Kind, Notice, Page, Section, Text, Tone, Tried};
use crate::accounts::Permission;
use crate::server::Problem;

/// What can be done, with the permission that it takes.
pub(super) const ACTS: [(&str, Permission); 3] =
    [("issue", Permission::Generate), ("except", Permission::Import), ("exclude", Permission::Import)];

/// Who does not meet the rule, as the API names the state.
const NOT_ELIGIBLE: &str = "not_eligible";

/// Shows what would be done.
pub(super) async fn ask(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    let asked = query(uri.query());
    if let Some((_, permission)) = ACTS.iter().find(|(name, _)| *name == asked.get("act")) {
        staff.needs(*permission)?;
    }
    page(&staff, &code, &asked, &Tried::NEW).await
}

fn back(code: &str, asked: &Fields, chosen: &Chosen) -> String {
    let all = FILTER.map(|name| (name, asked.get(name))).into_iter().chain(asked.all("cols").map(|one| ("cols", one)));
    format!("/events/{}/people?{}", part(code), written(all.chain(chosen.pairs())))
}

/// Returns the run that issues.
fn issue(code: &str, asked: &Fields, chosen: &Chosen) -> Value {
    let mut body = json!({ "kind": "generate", "event": code.to_uppercase(), "anyway": asked.on("anyway") });
    match chosen.but {
        false => body["people"] = json!(chosen.picks),
        true => {
            body["which"] = json!({ "except": chosen.picks, "state": asked.some("state") });
            body["text"] = json!(asked.some("q"));
        }
    }
    body
}

/// Returns what puts people on a list.
fn listing(act: &str, asked: &Fields, chosen: &Chosen) -> Value {
    let whom = match chosen.but {
        false => json!({ "people": chosen.picks }),
        true => {
            let (state, q) = (asked.some("state"), asked.some("q"));
            json!({ "everybody": state.is_none() && q.is_none(), "state": state, "q": q, "except": chosen.picks })
        }
    };
    match act {
        "exclude" => {
            let reason = asked.some("reason").unwrap_or(EXCLUSIONS[0]);
            json!({ "list": "exclusion", "whom": whom, "reason": reason, "note": asked.some("note") })
        }
        _ => json!({ "list": "exception", "whom": whom, "note": asked.some("note") }),
    }
}

/// What a page shows before it is done: how many, the names of the first two, what they are known by, and more.
struct Shown {
    count: u64,
    names: Vec<String>,
    set: String,
    parts: Vec<Html>,
    list: Option<Html>,
}

async fn shown(staff: &Staff, code: &str, asked: &Fields, chosen: &Chosen) -> Result<Shown, Problem> {
    let act = asked.get("act");
    if act == "issue" {
        let preview = staff.post("/runs/preview", &Fields::default(), issue(code, asked, chosen)).await?.value;
        return Ok(Shown {
            count: changed(&preview),
            names: first_two(&preview),
            set: text(&preview, "set"),
            parts: [super::generate::effects(staff, &preview)]
                .into_iter()
                .chain(without(staff, code, (asked, chosen), &preview).await)
                .collect(),
            list: Some(super::generate::list(staff, &preview)),
        });
    }
    let path = format!("/events/{}/listings/preview", part(code));
    // What was typed into the form is judged when it is sent: the page would be gone with it otherwise.
    let plain = asked.without(&["reason", "note"]);
    let preview = staff.post(&path, &Fields::default(), listing(act, &plain, chosen)).await?.value;
    let kept = preview["kept"].as_u64().unwrap_or_default();
    let names = preview["names"].as_array().into_iter().flatten();
    Ok(Shown {
        count: preview["changed"].as_u64().unwrap_or_default(),
        names: names.filter_map(|name| name.as_str().map(str::to_owned)).collect(),
        set: text(&preview, "set"),
        parts: if kept > 0 { vec![Text(staff.w.count("batch-kept", kept)).into()] } else { Vec::new() },
        list: None,
    })
}

/// Says who would get none, by the rule or for another reason, and offers an exception to those who do not meet the rule.
async fn without(staff: &Staff, code: &str, (asked, chosen): (&Fields, &Chosen), preview: &Value) -> Vec<Html> {
    let w = staff.w;
    let count = preview["nothing"].as_u64().unwrap_or_default();
    if count == 0 {
        return Vec::new();
    }
    let reasons = preview["without"].as_array().into_iter().flatten();
    let reason = |one: &Value| {
        format!("{}: {}", w.number(one["count"].as_u64().unwrap_or_default()), phrases::said(w, &text(one, "why")))
    };
    let notice =
        Notice { tone: Tone::Amber, text: w.count("batch-without", count), items: reasons.map(reason).collect() };
    let offer = match staff.may(Permission::Import) {
        true => offer(staff, code, asked, chosen).await,
        false => None,
    };
    [Some(notice.into()), offer].into_iter().flatten().collect()
}

/// Offers an exception to those of the chosen who do not meet the rule, and leads back here.
async fn offer(staff: &Staff, code: &str, asked: &Fields, chosen: &Chosen) -> Option<Html> {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let (picks, state) = match chosen.but {
        true if !matches!(asked.some("state"), None | Some(NOT_ELIGIBLE)) => return None,
        true => (chosen.picks.clone(), NOT_ELIGIBLE),
        false => (not_eligible(staff, &path, &chosen.picks).await, asked.get("state")),
    };
    let whom = Chosen { but: chosen.but, picks };
    if !whom.but && whom.picks.is_empty() {
        return None;
    }
    let wanted = Fields::of(vec![("state".to_owned(), state.to_owned()), ("q".to_owned(), asked.get("q").to_owned())]);
    let preview = format!("{path}/listings/preview");
    let preview = staff.post(&preview, &Fields::default(), listing("except", &wanted, &whom)).await.ok()?.value;
    let count = preview["changed"].as_u64().filter(|count| *count > 0)?;
    let own = FILTER.map(|name| (name, asked.get(name)));
    let kept =
        written([("act", "issue"), ("anyway", asked.get("anyway"))].into_iter().chain(own).chain(chosen.pairs()));
    let form = Form::new(staff, &format!("{path}/chosen"), w.count("batch-except-do", count))
        .field(Field::text("note", w.s("why")).required())
        .field(Field::hidden("act", "except"))
        .field(Field::hidden("kept", kept))
        .field(Field::hidden("state", state))
        .field(Field::hidden("q", asked.get("q")))
        .fields(whom.fields())
        .field(Field::hidden("expected", text(&preview, "set")));
    let section = Section::new("except", w.s("batch-except-offer")).part(Text(w.s("batch-except-text"))).part(form);
    Some(section.folded().into())
}

/// Returns those of some people who do not meet the rule.
async fn not_eligible(staff: &Staff, path: &str, picks: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for who in picks {
        let decision = staff.get_if(&format!("{path}/eligibility/{}", part(who))).await.unwrap_or_default();
        if matches!(decision["reason"].as_str(), Some("not_met" | "no_rule")) {
            found.push(who.clone());
        }
    }
    found
}

async fn page(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, chosen, act) = (staff.w, Chosen::of(asked), asked.get("act"));
    let event = staff.get(&format!("/events/{}", part(code))).await?;
    let back = back(code, asked, &chosen);
    let known = ACTS.iter().any(|(name, _)| *name == act);
    let title = w.s(&format!("batch-{}", if known { act } else { "unknown" }));
    let own = staff.crumb(w.s("step-people"), &back);
    let mut page = Page::new(title).trail(trail(staff, code, &event).into_iter().chain([own])).narrow().said(w, asked);
    let problem = if known { chosen.problem(staff) } else { Some(w.s("batch-unknown")) };
    if let Some(problem) = problem {
        return Ok(staff.page_with(tried.status(), &choice::refused(staff, page, &problem, &back)));
    }
    let shown = match shown(staff, code, asked, &chosen).await {
        Ok(shown) => shown,
        Err(problem) => {
            page = choice::refused(staff, page, &problem.detail, &back);
            return Ok(staff.page_with(tried.status(), &page.part_if(anyway(staff, code, asked, &problem))));
        }
    };
    page = shown.parts.into_iter().fold(page, Page::part);
    if shown.count == 0 {
        page = page.part_if(shown.list);
        return Ok(staff.page_with(tried.status(), &choice::refused(staff, page, &w.s("batch-nothing"), &back)));
    }
    let form = form(staff, code, (asked, &chosen), (shown.count, &shown.set), tried);
    let names = Text(choice::names(staff, &shown.names));
    page = page.part(Section::new("start", w.s("generate-confirm")).part(names).part(form)).part_if(shown.list);
    Ok(staff.page_with(tried.status(), &page))
}

/// Leads on where an event is not completed and somebody wants it all the same.
fn anyway(staff: &Staff, code: &str, asked: &Fields, problem: &Problem) -> Option<Html> {
    if problem.code != "not-ready" || asked.on("anyway") {
        return None;
    }
    let query = written(asked.texts().chain([("anyway", "yes")]));
    let to = staff.at(&format!("/events/{}/chosen?{query}", part(code)));
    Some(Actions(vec![Action::link(staff.w.s("generate-anyway"), to)]).into())
}

fn form(
    staff: &Staff,
    code: &str,
    (asked, chosen): (&Fields, &Chosen),
    (count, set): (u64, &str),
    tried: &Tried<'_>,
) -> Form {
    let (w, act) = (staff.w, asked.get("act"));
    let to = format!("/events/{}/chosen", part(code));
    let mut form = Form::new(staff, &to, w.count(&format!("batch-{act}-do"), count));
    match act {
        "exclude" => {
            let why = EXCLUSIONS.map(|one| Choice::new(one, w.s(&format!("excluded-{}", one.replace('_', "-")))));
            form = form
                .danger()
                .field(Field::new("reason", w.s("exclusion-why"), Kind::Select(why.into())))
                .field(Field::text("note", w.s("exclusion-note")));
        }
        "except" => form = form.field(Field::text("note", w.s("why")).required()),
        _ => {}
    }
    form.tried(tried)
        .field(Field::hidden("act", act))
        .field(Field::hidden("anyway", asked.get("anyway")))
        .fields(FILTER.map(|name| Field::hidden(name, asked.get(name))))
        .fields(chosen.fields())
        .field(Field::hidden("expected", set))
}

/// Does it, if it is about those who were shown.
pub(super) async fn start(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let (act, chosen) = (fields.get("act"), Chosen::of(&fields));
    let path = format!("/events/{}", part(&code));
    let mut body = if act == "issue" { issue(&code, &fields, &chosen) } else { listing(act, &fields, &chosen) };
    body["expected"] = json!(fields.get("expected"));
    let to = if act == "issue" { "/runs".to_owned() } else { format!("{path}/listings") };
    match staff.post(&to, &fields, body).await {
        Ok(told) if act == "issue" => staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "run-started"),
        // Who makes exceptions on the way to something else goes on with that.
        Ok(_) if fields.some("kept").is_some() => {
            let kept = written(query(fields.some("kept")).texts().filter(|(name, _)| *name != "said"));
            staff.done(&format!("{path}/chosen?{kept}"), "listed-many")
        }
        Ok(_) => staff.done(&format!("{path}/people"), "listed-many"),
        Err(problem) => {
            let problem = told(&staff, problem);
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &code, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}
