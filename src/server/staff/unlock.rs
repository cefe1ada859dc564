//! Locked keys: what waits meanwhile, and the passphrase that unlocks them.

use axum::response::Response;
use serde_json::{Value, json};

use super::form::Fields;
use super::inside::{Answer, Sent, Staff};
use super::ui::{Field, Form, Kind, Notice, Page, Text, Tone, Tried};
use super::within::Ask;
use crate::accounts::Permission;
use crate::server::Problem;

/// Shows whether the keys are locked, and asks for the passphrase.
pub(super) async fn show(staff: Staff) -> Answer {
    let keys = staff.get("/keys").await?;
    Ok(staff.page(&page(&staff, &keys, &Tried::NEW)))
}

fn page(staff: &Staff, keys: &Value, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let page = Page::new(w.s("unlock-title")).trail([staff.crumb(w.s("nav-publishing"), "/publishing")]).narrow();
    if keys["locked"] == false {
        return page.notice(Tone::Green, w.s("unlock-open")).link(w.s("home"), staff.at(""));
    }
    let waiting = keys["waiting"].as_u64().unwrap_or_default();
    let items = (waiting > 0).then(|| w.count("unlock-waiting", waiting)).into_iter().collect();
    let page = page.part(Notice { tone: Tone::Amber, text: w.s("unlock-text"), items });
    if !staff.may(Permission::Keys) {
        return page.part(Text(w.s("unlock-who")));
    }
    let passphrase = Field::new("passphrase", w.s("begin-passphrase"), Kind::Password).required();
    let form = Form::new(staff, "/unlock", w.s("unlock-submit")).field(passphrase.hint(w.s("unlock-hint")));
    page.part(form.tried(tried))
}

/// Unlocks the keys. What was typed goes on as it is, and is kept nowhere: also not by what knows forms that are sent twice.
pub(super) async fn unlock(Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "passphrase": fields.raw("passphrase") }).to_string();
    let ask = Ask { body: Some(("application/json", body.into())), ..Ask::default() };
    match staff.ask(axum::http::Method::POST, "/keys/unlock", ask).await {
        Ok(_) => staff.done("", "unlocked"),
        Err(problem) => refused(&staff, &fields, &in_words(&staff, problem)).await,
    }
}

/// Says in the page's language that it was the wrong one.
fn in_words(staff: &Staff, mut problem: Problem) -> Problem {
    if problem.code == "wrong-passphrase" {
        problem.detail = staff.w.s("unlock-wrong");
        for error in &mut problem.errors {
            error.detail = staff.w.s("unlock-wrong-field");
        }
    }
    problem
}

async fn refused(staff: &Staff, fields: &Fields, problem: &Problem) -> Response {
    let Ok(keys) = staff.get("/keys").await else { return staff.failed(problem) };
    let tried = Tried(Some((fields, problem)));
    staff.page_with(tried.status(), &page(staff, &keys, &tried))
}

/// Locks them.
pub(super) async fn lock(Sent { staff, fields }: Sent) -> Response {
    match staff.post("/keys/lock", &fields, json!({})).await {
        Ok(_) => staff.done("/publishing", "locked"),
        Err(problem) => staff.failed(&problem),
    }
}
