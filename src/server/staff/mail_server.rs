//! Which mail server takes the mail: chosen, changed, tried. Its password is shown nowhere, and is only ever replaced.

use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::events::text;
use super::form::{Fields, query};
use super::inside::{Answer, Sent, Staff};
use super::parts::Sure;
use super::phrases;
use super::ui::{Action, Actions, Choice, Field, Form, Html, Kind, Notice, Page, Section, Text, Tone, Tried};
use super::within::Ask;
use crate::accounts::Permission;
use crate::server::Problem;

/// Shows the form.
pub(super) async fn show(staff: Staff, uri: Uri) -> Answer {
    staff.needs(Permission::Settings)?;
    page(&staff, &query(uri.query()), &Tried::NEW, None).await
}

async fn page(staff: &Staff, asked: &Fields, tried: &Tried<'_>, tested: Option<Notice>) -> Answer {
    let w = staff.w;
    let relay = staff.get("/mail/relay").await?;
    let page = Page::new(w.s("relay-title")).trail([staff.crumb(w.s("nav-settings"), "/settings")]).narrow();
    let mut page = page.lead(w.s("relay-lead")).said(w, asked).part_if(tested);
    if relay["waits_for_keys"] == true {
        page = page.notice(Tone::Amber, w.s("relay-waits"));
    }
    page = match relay["fixed"] == true {
        true => page.part(Text(w.s("settings-mail-text"))),
        false => page.part(form(staff, &relay).tried(tried)),
    };
    Ok(staff.page_with(tried.status(), &page.part_if(acts(staff, &relay))))
}

fn form(staff: &Staff, relay: &Value) -> Form {
    let w = staff.w;
    let hint = if relay["has_password"] == true { "relay-password-kept" } else { "relay-password-hint" };
    let usual =
        |name: &str, other: &str| Some(text(relay, name)).filter(|text| !text.is_empty()).unwrap_or(other.to_owned());
    let port = relay["port"].as_u64().map(|port| port.to_string()).unwrap_or_default();
    let safe = ["starttls", "tls", "none"].map(|one| Choice::new(one, w.s(&format!("begin-relay-{one}"))));
    let security = Field::new("security", w.s("begin-security"), Kind::Select(safe.into()));
    let password = Field::new("relay_password", w.s("begin-relay-password"), Kind::Password).of("password");
    Form::new(staff, "/settings/mail", w.s("save"))
        .field(Field::text("relay", w.s("begin-relay")).required().value(text(relay, "relay")).hint(w.s("relay-hint")))
        .field(Field::new("port", w.s("begin-port"), Kind::Number).value(port))
        .field(security.value(usual("security", "starttls")))
        .field(Field::text("user", w.s("begin-relay-user")).value(text(relay, "user")))
        .field(password.auto("off").hint(w.s(hint)))
        .field(Field::text("from", w.s("mail-from")).required().value(text(relay, "from")).hint(w.s("begin-from-hint")))
        .field(Field::text("reply_to", w.s("mail-reply")).value(text(relay, "reply_to")))
}

/// What can be done with one that is there.
fn acts(staff: &Staff, relay: &Value) -> Option<Html> {
    let w = staff.w;
    if relay["set_up"] != true {
        return None;
    }
    let test = Action::post(staff, w.s("relay-test"), "/settings/mail/test", &[]);
    let remove = Action::link(w.s("relay-remove"), staff.at("/settings/mail/remove"));
    let remove = (relay["fixed"] != true).then_some(remove);
    let section = Section::new("try", w.s("relay-try")).part(Text(w.s("relay-try-text")));
    Some(section.part(Actions([test].into_iter().chain(remove).collect())).into())
}

/// Takes what was chosen. The password goes on as it was typed, and is kept nowhere on the way: also not by what knows forms that
/// are sent twice.
pub(super) async fn save(Sent { staff, fields }: Sent) -> Response {
    let port = match fields.some("port").map(str::parse::<u16>).transpose() {
        Ok(port) => port,
        Err(_) => {
            let errors = vec![crate::server::problem::FieldProblem {
                field: "port".to_owned(),
                detail: staff.w.s("begin-bad-port"),
            }];
            let problem = Problem::unprocessable("bad-relay", staff.w.s("begin-bad-port")).with_errors(errors);
            return refused(&staff, &fields, &problem).await;
        }
    };
    let typed = |name: &str| Some(fields.raw(name)).filter(|text| !text.is_empty());
    let body = json!({
        "relay": fields.get("relay"), "port": port, "security": fields.some("security").unwrap_or("starttls"), "user": fields.some("user"),
        "password": typed("relay_password"), "from": fields.get("from"), "reply_to": fields.some("reply_to"),
    });
    let ask = Ask { body: Some(("application/json", body.to_string().into())), ..Ask::default() };
    match staff.ask(Method::PUT, "/mail/relay", ask).await {
        Ok(_) => staff.done("/settings/mail", "saved"),
        Err(problem) => refused(&staff, &fields, &problem).await,
    }
}

async fn refused(staff: &Staff, fields: &Fields, problem: &Problem) -> Response {
    page(staff, &Fields::default(), &Tried(Some((fields, problem))), None).await.unwrap_or_else(|response| response)
}

/// Sends a message to who asks, and shows what the server answered.
pub(super) async fn test(Sent { staff, fields }: Sent) -> Response {
    let told = staff.post("/mail/relay/test", &fields, json!({ "language": staff.w.language })).await;
    let notice = match told {
        Ok(told) => {
            Notice { tone: Tone::Green, text: staff.w.s("relay-took"), items: vec![text(&told.value, "reply")] }
        }
        Err(problem) if problem.status == 403 => return staff.failed(&problem),
        Err(problem) => Notice {
            tone: Tone::Red,
            text: staff.w.s("relay-refused"),
            items: vec![phrases::said(staff.w, &problem.detail)],
        },
    };
    page(&staff, &Fields::default(), &Tried::NEW, Some(notice)).await.unwrap_or_else(|response| response)
}

/// Asks before what is known of the server is forgotten, its password too.
pub(super) async fn ask_remove(staff: Staff) -> Answer {
    staff.needs(Permission::Settings)?;
    let relay = staff.get("/mail/relay").await?;
    if relay["set_up"] != true || relay["fixed"] == true {
        return page(&staff, &Fields::default(), &Tried::NEW, None).await;
    }
    let sure = Sure {
        key: "relay-remove",
        about: text(&relay, "relay"),
        path: "/settings/mail/remove".to_owned(),
        trail: vec![staff.crumb(staff.w.s("relay-title"), "/settings/mail")],
        fields: Vec::new(),
    };
    Ok(staff.page(&sure.page(&staff, &Tried::NEW)))
}

/// Sends no more mail.
pub(super) async fn remove(Sent { staff, fields }: Sent) -> Response {
    match staff.send(Method::DELETE, "/mail/relay", &fields, Value::Null).await {
        Ok(_) => staff.done("/settings/mail", "relay-removed"),
        Err(problem) => staff.failed(&problem),
    }
}
