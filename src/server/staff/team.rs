//! The team: who there is, inviting, changing, removing. A link to set a password with is shown once, to be handed on by who made it;
//! an invitation is mailed besides, where there is a mail server.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::account::{events, roles, second};
use super::beside::beside;
use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::names::Names;
use super::parts::{ShownOnce, Sure};
use super::phrases;
use super::tokens::{chosen_events, events_field};
use super::ui::{
    Action, Actions, Cell, Choice, Crumb, Facts, Field, Form, Html, Kind, Notice, Page, Section, Table, Tone, Tried,
};
use super::within::Ask;
use super::words::Words;
use crate::accounts::{Permission, Role};
use crate::server::Problem;

/// Lists members, and the API tokens of all.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let wanted = written([("limit", "100"), ("cursor", asked.get("cursor"))]);
    let members = staff.get(&format!("/staff?{wanted}")).await?;
    let next = members["next"]
        .as_str()
        .map(|cursor| (w.s("more"), staff.at(&format!("/team?{}", written([("cursor", cursor)])))));
    let table = Table {
        caption: w.s("team-members"),
        heads: ["name", "roles", "team-events", "second-title", "team-last", "state"].map(|key| w.s(key)).into(),
        rows: items(&members).iter().map(|one| row(&staff, one)).collect(),
        empty: String::new(),
        next,
    };
    let actions = vec![
        Action::link(w.s("team-invite"), staff.at("/team/new")).primary(),
        Action::link(w.s("webhooks"), staff.at("/team/webhooks")),
    ];
    let tokens = super::tokens::all(&staff, &Names::of(&staff).await).await?;
    let page = Page::new(w.s("nav-team")).said(w, &asked).lead(w.s("team-lead")).part(Actions(actions));
    Ok(staff.page(&page.part(table).part(tokens)))
}

fn row(staff: &Staff, member: &Value) -> Vec<Cell> {
    let w = staff.w;
    vec![
        Cell::link(text(member, "name"), staff.at(&format!("/team/{}", part(&text(member, "id")))))
            .sub(text(member, "email")),
        Cell::text(roles(staff, member)),
        Cell::text(events(staff, member)),
        match member["twoStep"] == true {
            true => Cell::state(Tone::Green, w.s("on")),
            false => Cell::state(Tone::Amber, w.s("off")),
        },
        Cell::text(staff.time(&member["lastLogin"]).unwrap_or_else(|| w.s("never"))),
        state(staff, member),
    ]
}

fn state(staff: &Staff, member: &Value) -> Cell {
    let (tone, key) = match (member["disabled"] == true, member["invited"] == true) {
        (true, _) => (Tone::Red, "team-disabled"),
        (false, true) => (Tone::Amber, "team-invited"),
        (false, false) => (Tone::Green, "team-active"),
    };
    Cell::state(tone, staff.w.s(key))
}

fn trail(staff: &Staff) -> [Crumb; 1] {
    [staff.crumb(staff.w.s("nav-team"), "/team")]
}

/// Asks who is to be invited.
pub(super) async fn new(staff: Staff) -> Answer {
    staff.needs(Permission::Settings)?;
    Ok(staff.page(&invitation(&staff, &Tried::NEW).await))
}

async fn invitation(staff: &Staff, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let mails = mails(staff).await;
    let who = who(staff, &Value::Null).await;
    let mut form = Form::new(staff, "/team/new", w.s("team-invite")).fields(who);
    if mails {
        form = form.field(language(w).value(w.language));
    }
    let lead = w.s(if mails { "team-invite-mailed-text" } else { "team-invite-text" });
    Page::new(w.s("team-invite")).trail(trail(staff)).narrow().lead(lead).part(form.tried(tried))
}

/// Says whether invitations are mailed.
async fn mails(staff: &Staff) -> bool {
    let mail = staff.get_if("/mail").await.unwrap_or_default();
    mail["set_up"] == true && mail["links"] == true
}

/// Asks for the language of the mail.
fn language(w: &Words) -> Field {
    let languages = Words::all().iter().map(|one| Choice::new(one.language, one.name)).collect();
    Field::new("language", w.s("team-invite-language"), Kind::Radios(languages))
}

/// Returns the fields of who somebody is and what they may do.
async fn who(staff: &Staff, member: &Value) -> [Field; 4] {
    let w = staff.w;
    let choices = Role::ALL.map(|role| {
        let name = role.name().replace('_', "-");
        Choice::new(role.name(), format!("{}: {}", w.s(&format!("role-{name}")), w.s(&format!("role-{name}-may"))))
    });
    let held: Vec<&str> = member["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let limit: Vec<&str> = member["events"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    [
        Field::text("name", w.s("name")).required().value(text(member, "name")),
        Field::new("email", w.s("email"), Kind::Email).required().value(text(member, "email")),
        Field::new("roles", w.s("roles"), Kind::Checks(choices.into())).value(held.join(",")),
        events_field(staff, &limit, "team-events-hint").await,
    ]
}

fn said(staff: &Staff, fields: &Fields) -> Result<Value, Problem> {
    let roles: Vec<&str> = fields.all("roles").collect();
    if roles.is_empty() {
        return Err(Problem::unprocessable("no-role", staff.w.s("detail-no-role")));
    }
    let events = chosen_events(staff, fields)?;
    Ok(json!({ "name": fields.get("name"), "email": fields.get("email"), "roles": roles, "events": events }))
}

/// Invites somebody; shows the link this once.
pub(super) async fn invite(Sent { staff, fields }: Sent) -> Response {
    if let Err(refused) = staff.needs(Permission::Settings) {
        return refused;
    }
    let told = match said(&staff, &fields) {
        Ok(mut body) => {
            body["language"] = json!(fields.some("language"));
            staff.post("/staff", &fields, body).await
        }
        Err(problem) => Err(problem),
    };
    match told {
        Ok(told) => staff.page(&linked(&staff, &fields, &told.value)),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            staff.page_with(tried.status(), &invitation(&staff, &tried).await)
        }
    }
}

/// The page with a link to set a password with.
fn linked(staff: &Staff, fields: &Fields, told: &Value) -> Page {
    let (w, name, email) = (staff.w, fields.get("name"), fields.get("email"));
    let name = || [("name", name.to_owned().into())];
    let link = text(told, "link");
    // The program in which who looks writes their own mails: the link is a secret, and leaves no trace here.
    let body = w.with("team-link-body", [("link", link.clone().into())]);
    let write = format!("mailto:{}?subject={}&body={}", part(email), part(&staff.issuer), part(&body));
    let once = ShownOnce::new(staff, w.s("team-link-once"), vec![link]);
    // Whoever chose its language was told that there is a mail.
    let mailed = mailed(w, email, (&told["mail"], fields.some("language").is_some()));
    let is_sent = told["mail"]["state"] == "sent";
    let write = (!email.is_empty() && !is_sent).then(|| Action::link(w.s("team-link-mail"), write));
    let done = Action::link(w.s("shown-kept"), staff.at("/team")).primary();
    let page = Page::new(w.with("team-link-of", name()))
        .trail(trail(staff))
        .narrow()
        .lead(w.with("team-link-hand-on", name()))
        .part_if(mailed);
    page.part(once).part(Actions(write.into_iter().chain([done]).collect()))
}

/// Says what became of the mail with an invitation; nothing where none was to be expected.
fn mailed(w: &Words, email: &str, (mail, expected): (&Value, bool)) -> Option<Notice> {
    let (tone, key) = match mail["state"].as_str() {
        Some("sent") => (Tone::Green, "team-mailed"),
        Some("unknown") => (Tone::Amber, "team-mailed-unknown"),
        Some(_) => (Tone::Red, "team-not-mailed"),
        None if expected => (Tone::Amber, "team-not-mailed"),
        None => return None,
    };
    let why = mail["said"].as_str().filter(|_| tone != Tone::Green).map(|why| phrases::said(w, why));
    let text = w.with(key, [("email", email.to_owned().into())]);
    Some(Notice { tone, text, items: why.into_iter().collect() })
}

/// Shows a member, to be changed.
pub(super) async fn show(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    page(&staff, &id, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, id: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let told = staff.told(&format!("/staff/{}", part(id))).await?;
    let member = &told.value;
    let on = if member["disabled"] == true { "yes" } else { "" };
    let form = Form::new(staff, &format!("/team/{}", part(id)), w.s("save"))
        .field(Field::hidden("seen", &told.tag))
        .fields(who(staff, member).await)
        .field(Field::new("disabled", w.s("team-disable"), Kind::Check).value(on).hint(w.s("team-disable-hint")))
        .tried(tried);
    let facts = Facts::known([
        (w.s("second-title"), Some(second(staff, member))),
        (w.s("team-since"), staff.day(&member["created"])),
        (w.s("team-last"), staff.time(&member["lastLogin"])),
    ]);
    let page = Page::new(text(member, "name")).trail(trail(staff)).narrow().said(w, asked).lead(text(member, "email"));
    let page = page.part(form).part(Section::new("about", w.s("account")).part(facts).part(further(staff, id, member)));
    Ok(staff.page_with(tried.status(), &page))
}

fn further(staff: &Staff, id: &str, member: &Value) -> Html {
    let w = staff.w;
    let way = |key: &str, path: &str| Action::link(w.s(key), staff.at(&format!("/team/{}{path}", part(id))));
    let mut actions = vec![way("team-link", "/link")];
    if member["twoStep"] == true {
        actions.push(way("team-second-off", "/second-step"));
    }
    actions.push(way("team-remove", "/remove"));
    Actions(actions).into()
}

/// Changes a member.
pub(super) async fn save(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let told = match said(&staff, &fields) {
        Ok(mut body) => {
            body["disabled"] = json!(fields.on("disabled"));
            staff.send(Method::PATCH, &format!("/staff/{}", part(&id)), &fields, body).await
        }
        Err(problem) => Err(problem),
    };
    match told {
        Ok(_) => staff.done(&format!("/team/{}", part(&id)), "saved"),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &id, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// What is asked before it is done to an account.
async fn sure(staff: &Staff, id: &str, (key, way): (&str, &str), more: Option<Field>) -> Answer {
    let told = staff.told(&format!("/staff/{}", part(id))).await?;
    let crumbs =
        trail(staff).into_iter().chain([staff.crumb(text(&told.value, "name"), &format!("/team/{}", part(id)))]);
    let sure = Sure {
        key,
        about: text(&told.value, "email"),
        path: format!("/team/{}{way}", part(id)),
        trail: crumbs.collect(),
        fields: [
            Field::hidden("seen", &told.tag),
            Field::hidden("name", text(&told.value, "name")),
            Field::hidden("email", text(&told.value, "email")),
        ]
        .into_iter()
        .chain(more)
        .collect(),
    };
    Ok(staff.page(&sure.page(staff, &Tried::NEW)))
}

/// Asks before a new link is made. To who has no password yet it is mailed: in which language is asked, and where it goes is said.
pub(super) async fn ask_link(staff: Staff, Path(id): Path<String>) -> Answer {
    let (w, path) = (staff.w, format!("/staff/{}", part(&id)));
    let member = staff.told(&path).await?.value;
    let mailed = member["invited"] == true && mails(&staff).await;
    let hint = w.with("team-link-mailed", [("email", text(&member, "email").into())]);
    let known = Words::all().iter().map(|one| one.language).find(|one| member["language"] == *one);
    let language = mailed.then(|| language(w).value(known.unwrap_or(w.language)).hint(hint));
    sure(&staff, &id, ("team-link", "/link"), language).await
}

/// Makes a link to set a new password with; shows it this once.
pub(super) async fn link(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "language": fields.some("language") });
    match staff.post(&format!("/staff/{}/link", part(&id)), &fields, body).await {
        Ok(told) => staff.page(&linked(&staff, &fields, &told.value)),
        Err(problem) => staff.failed(&beside(staff.w, problem)),
    }
}

/// Asks before a member's second step is taken away.
pub(super) async fn ask_second(staff: Staff, Path(id): Path<String>) -> Answer {
    sure(&staff, &id, ("team-second-off", "/second-step"), None).await
}

/// Takes a member's second step away.
pub(super) async fn second_off(Path(id): Path<String>, Sent { staff, .. }: Sent) -> Response {
    match staff.ask(Method::DELETE, &format!("/staff/{}/two-step", part(&id)), Ask::default()).await {
        Ok(_) => staff.done(&format!("/team/{}", part(&id)), "team-second-off"),
        Err(problem) => staff.failed(&beside(staff.w, problem)),
    }
}

/// Asks before a member is removed.
pub(super) async fn ask_remove(staff: Staff, Path(id): Path<String>) -> Answer {
    sure(&staff, &id, ("team-remove", "/remove"), None).await
}

/// Removes a member.
pub(super) async fn remove(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let ask = Ask { seen: fields.some("seen"), ..Ask::default() };
    match staff.ask(Method::DELETE, &format!("/staff/{}", part(&id)), ask).await {
        Ok(_) => staff.done("/team", "team-removed"),
        Err(problem) => staff.failed(&beside(staff.w, problem)),
    }
}
