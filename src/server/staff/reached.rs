//! At which address people reach the service: said and changed.

use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::events::text;
use super::form::{Fields, query};
use super::inside::{Answer, Sent, Staff};
use super::ui::{Field, Form, Page, Text, Tone, Tried};
use super::within::Ask;
use crate::accounts::Permission;
use crate::server::Problem;

/// Shows the form.
pub(super) async fn show(staff: Staff, uri: Uri) -> Answer {
    staff.needs(Permission::Settings)?;
    page(&staff, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let told = staff.get("/settings/address").await?;
    let page = Page::new(w.s("settings-address")).trail([staff.crumb(w.s("nav-settings"), "/settings")]).narrow();
    let page = page.lead(w.s("address-lead")).said(w, asked);
    let page = match told["for_nobody_else"] == true {
        true => page.notice(Tone::Amber, w.s("address-here-only")),
        false => page,
    };
    let page = match (told["fixed"] == true, told["address"].is_null()) {
        (true, _) => page.part(Text(w.with("address-fixed", [("address", text(&told, "address").into())]))),
        (false, true) => page.notice(Tone::Amber, w.s("address-none")).part(form(staff, &told).tried(tried)),
        (false, false) => page.part(form(staff, &told).tried(tried)),
    };
    Ok(staff.page_with(tried.status(), &page))
}

fn form(staff: &Staff, told: &Value) -> Form {
    let w = staff.w;
    let field = Field::text("address", w.s("settings-address")).value(text(told, "address"));
    Form::new(staff, "/settings/address", w.s("save")).field(field.hint(w.s("address-hint")))
}

/// Takes what was said.
pub(super) async fn save(Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "address": fields.some("address") });
    let ask = Ask { body: Some(("application/json", body.to_string().into())), ..Ask::default() };
    match staff.ask(Method::PUT, "/settings/address", ask).await {
        Ok(_) => staff.done("/settings/address", "saved"),
        Err(problem) => refused(&staff, &fields, &problem).await,
    }
}

async fn refused(staff: &Staff, fields: &Fields, problem: &Problem) -> Response {
    page(staff, &Fields::default(), &Tried(Some((fields, problem)))).await.unwrap_or_else(|response| response)
}
