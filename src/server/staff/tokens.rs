//! API tokens: one's own, made and taken away; and those of others, for who looks after the team.

use axum::extract::Path;
use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};

use super::account::{events, password_again};
use super::beside::beside;
use super::events::text;
use super::form::{Fields, part};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::names::Names;
use super::parts::{ShownOnce, Sure};
use super::ui::{Action, Actions, Cell, Choice, Crumb, Field, Form, Html, Kind, Page, Section, Table, Text, Tried};
use super::within::Ask;
use crate::accounts::Permission;
use crate::credential::EventCode;
use crate::server::Problem;

/// For how many days a token is good that nobody said a day for.
const DAYS: i64 = 90;

/// Returns one's own tokens.
pub(super) async fn own(staff: &Staff) -> Result<Html, Response> {
    let w = staff.w;
    let tokens = staff.get("/me/tokens").await?;
    let rows = items(&tokens).iter().map(|one| row(staff, one, "/account/tokens", None)).collect();
    let table =
        Table { caption: w.s("tokens-own"), heads: heads(staff, false), rows, empty: w.s("tokens-none"), next: None };
    let new = Action::link(w.s("token-new"), staff.at("/account/tokens/new"));
    Ok(Section::new("tokens", w.s("tokens")).part(Text(w.s("tokens-text"))).part(table).part(Actions(vec![new])).into())
}

/// Returns everybody's tokens.
pub(super) async fn all(staff: &Staff, names: &Names) -> Result<Html, Response> {
    let w = staff.w;
    let tokens = staff.get("/tokens").await?;
    let rows = items(&tokens).iter().map(|one| row(staff, one, "/team/tokens", Some(names))).collect();
    let table = Table {
        caption: w.s("tokens-all"),
        heads: heads(staff, true),
        rows,
        empty: w.s("tokens-none-all"),
        next: None,
    };
    Ok(Section::new("tokens", w.s("tokens-all")).part(table).into())
}

fn heads(staff: &Staff, with_owner: bool) -> Vec<String> {
    let first = if with_owner { &["token", "token-of"][..] } else { &["token"] };
    let rest = ["token-scopes", "token-expires", "last-used"];
    let heads = first.iter().copied().chain(rest).map(|key| staff.w.s(key));
    heads.chain([String::new()]).collect()
}

fn row(staff: &Staff, one: &Value, path: &str, names: Option<&Names>) -> Vec<Cell> {
    let w = staff.w;
    let scopes = one["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let scopes: Vec<String> = scopes.map(|name| w.s(&format!("may-{name}"))).collect();
    let owner = names.map(|names| Cell::text(names.name(staff, &format!("staff:{}", text(one, "staff")))));
    let limit = if one["events"].is_null() { String::new() } else { events(staff, one) };
    // Its secret cannot be had again: that is asked about first.
    let delete = Action::link(w.s("token-delete"), staff.at(&format!("{path}/{}/delete", part(&text(one, "id")))));
    let rest = [
        Cell::text(scopes.join(", ")).sub(limit),
        Cell::text(staff.day(&one["expires"]).unwrap_or_default()),
        Cell::text(staff.time(&one["used"]).unwrap_or_else(|| w.s("never"))),
        Cell::act(Some(delete)),
    ];
    [Cell::text(text(one, "name"))].into_iter().chain(owner).chain(rest).collect()
}

/// Asks what a token shall be.
pub(super) async fn new(staff: Staff) -> Answer {
    let events = events_field(&staff, &[], "token-events-hint").await;
    Ok(staff.page(&made(&staff, events, &Tried::NEW)))
}

/// Events that a form offers to be ticked; where there are more, their codes are typed.
const OFFERED: usize = 60;

/// Asks to which events something is limited.
pub(super) async fn events_field(staff: &Staff, chosen: &[&str], hint: &str) -> Field {
    let w = staff.w;
    let told = staff.get_if(&format!("/events?limit={}", OFFERED + 1)).await.unwrap_or_default();
    let known = items(&told);
    // What is archived, or is to be made yet, stands in no such list and must not be lost.
    let others = chosen.iter().any(|code| !known.iter().any(|event| event["code"] == **code));
    if known.is_empty() || known.len() > OFFERED || told["next"].is_string() || others {
        return Field::text("events", w.s("team-events")).value(chosen.join(", ")).hint(w.s(&format!("{hint}-codes")));
    }
    let choice = |event: &Value| {
        let (code, title) = (text(event, "code"), text(event, "title"));
        Choice::new(code.clone(), format!("{code}: {title}"))
    };
    let choices = known.iter().map(choice).collect();
    Field::new("events", w.s("team-events"), Kind::Checks(choices)).value(chosen.join(",")).hint(w.s(hint))
}

fn made(staff: &Staff, events: Field, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let may = Permission::ALL.into_iter().filter(|one| staff.may(*one));
    let scopes = may.map(|one| Choice::new(one.name(), w.s(&format!("may-{one}")))).collect();
    let ends = staff.zone.day(staff.now.plus_days(DAYS)).to_string();
    let form = Form::new(staff, "/account/tokens/new", w.s("token-new"))
        .field(Field::text("name", w.s("token-for")).required())
        .field(Field::new("scopes", w.s("token-scopes"), Kind::Checks(scopes)).value("view"))
        .field(events)
        .field(Field::new("expires", w.s("token-last-day"), Kind::Date).required().value(ends))
        .field(password_again(staff))
        .tried(tried);
    let trail = [staff.crumb(w.s("account"), "/account")];
    Page::new(w.s("token-new")).trail(trail).narrow().lead(w.s("tokens-text")).part(form)
}

/// Makes a token; shows it this once.
pub(super) async fn create(Sent { staff, fields }: Sent) -> Response {
    match created(&staff, &fields).await {
        Ok(told) => {
            let w = staff.w;
            let page =
                Page::new(text(&told["token"], "name")).trail([staff.crumb(w.s("account"), "/account")]).narrow();
            let done = Action::link(w.s("shown-kept"), staff.at("/account")).primary();
            let once = ShownOnce::new(&staff, w.s("token-once"), vec![text(&told, "secret")]);
            staff.page(&page.part(Text(w.s("token-use"))).part(once).part(Actions(vec![done])))
        }
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            let events = events_field(&staff, &[], "token-events-hint").await;
            staff.page_with(tried.status(), &made(&staff, events, &tried))
        }
    }
}

async fn created(staff: &Staff, fields: &Fields) -> Result<Value, Problem> {
    let day: Option<jiff::civil::Date> = fields.get("expires").parse().ok();
    let day = day.ok_or_else(|| Problem::unprocessable("bad-expiry", staff.w.s("detail-bad-expiry")))?;
    let scopes: Vec<&str> = fields.all("scopes").collect();
    let body = json!({
        "name": fields.get("name"),
        "scopes": scopes,
        "events": chosen_events(staff, fields)?,
        "expires": staff.zone.last_second(day),
        "password": fields.exact("password"),
    });
    Ok(staff.post("/me/tokens", fields, body).await?.value)
}

/// Returns the events that a form limits something to, as the API takes them: nothing where it names none.
///
/// # Errors
/// When one of them is no code.
pub(super) fn chosen_events(staff: &Staff, fields: &Fields) -> Result<Value, Problem> {
    let named = fields.all("events").flat_map(|all| all.split([',', ';', ' ', '\n'])).filter(|code| !code.is_empty());
    let codes: Result<Vec<String>, Problem> = named
        .map(|code| match code.to_uppercase().parse::<EventCode>() {
            Ok(code) => Ok(code.to_string()),
            Err(_) => {
                let shown: String = code.chars().take(60).collect();
                Err(Problem::unprocessable("bad-events", staff.w.with("no-such-code", [("code", shown.into())])))
            }
        })
        .collect();
    Ok(match codes? {
        codes if codes.is_empty() => Value::Null,
        codes => json!(codes),
    })
}

/// Asks before one of one's tokens is deleted.
pub(super) async fn ask_delete_own(staff: Staff, Path(id): Path<String>) -> Answer {
    let tokens = staff.get("/me/tokens").await?;
    let account = staff.crumb(staff.w.s("account"), "/account");
    sure(&staff, &tokens, (&id, "/account/tokens"), account)
}

/// Asks before anybody's token is deleted.
pub(super) async fn ask_delete(staff: Staff, Path(id): Path<String>) -> Answer {
    let tokens = staff.get("/tokens").await?;
    let team = staff.crumb(staff.w.s("nav-team"), "/team");
    sure(&staff, &tokens, (&id, "/team/tokens"), team)
}

fn sure(staff: &Staff, tokens: &Value, (id, path): (&str, &str), crumb: Crumb) -> Answer {
    let Some(token) = items(tokens).iter().find(|one| one["id"] == *id) else {
        return Err(staff.failed(&Problem::not_found(id.chars().take(60).collect::<String>())));
    };
    let sure = Sure {
        key: "token-remove",
        about: text(token, "name"),
        path: format!("{path}/{}/delete", part(id)),
        trail: vec![crumb],
        fields: Vec::new(),
    };
    Ok(staff.page(&sure.page(staff, &Tried::NEW)))
}

/// Deletes one of one's tokens.
pub(super) async fn delete_own(Path(id): Path<String>, Sent { staff, .. }: Sent) -> Response {
    deleted(&staff, &format!("/me/tokens/{}", part(&id)), "/account").await
}

/// Deletes anybody's token.
pub(super) async fn delete(Path(id): Path<String>, Sent { staff, .. }: Sent) -> Response {
    deleted(&staff, &format!("/tokens/{}", part(&id)), "/team").await
}

async fn deleted(staff: &Staff, path: &str, back: &str) -> Response {
    match staff.ask(Method::DELETE, path, Ask::default()).await {
        Ok(_) => staff.done(back, "token-deleted"),
        Err(problem) => staff.failed(&problem),
    }
}
