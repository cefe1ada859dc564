//! The issuer's language: said and changed.

use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::json;

use super::events::text;
use super::form::{Fields, query};
use super::inside::{Answer, Sent, Staff};
use super::languages;
use super::ui::{Choice, Field, Form, Kind, Page, Text, Tried};
use super::words::Words;
use crate::accounts::Permission;
use crate::desk::Language;

/// Asks for one of those that an issuer can speak.
pub(super) fn field(w: &Words, now: &str) -> Field {
    let mut all = Language::ALL.map(|one| Choice::new(one.tag(), languages::name(w, one.tag())));
    all.sort_by_key(|choice| choice.text.to_lowercase());
    Field::new("language", w.s("house-language"), Kind::Select(all.into())).value(now)
}

/// Shows the form.
pub(super) async fn show(staff: Staff, uri: Uri) -> Answer {
    staff.needs(Permission::Settings)?;
    page(&staff, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let told = staff.get("/settings/language").await?;
    let now = text(&told, "language");
    let page = Page::new(w.s("house-language")).trail([staff.crumb(w.s("nav-settings"), "/settings")]).narrow();
    let page = page.lead(w.s("house-language-lead")).said(w, asked);
    let page = match told["fixed"] == true {
        true => page.part(Text(w.with("house-language-fixed", [("language", languages::name(w, &now).into())]))),
        false => {
            let field = field(w, &now).hint(w.s("house-language-hint"));
            page.part(Form::new(staff, "/settings/language", w.s("save")).field(field).tried(tried))
        }
    };
    Ok(staff.page_with(tried.status(), &page))
}

/// Takes what was said.
pub(super) async fn save(Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "language": fields.get("language") });
    match staff.send(Method::PUT, "/settings/language", &fields, body).await {
        Ok(_) => staff.done("/settings/language", "saved"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &Fields::default(), &tried).await.unwrap_or_else(|response| response)
        }
    }
}
