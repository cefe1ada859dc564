//! The issuer's time zone: said and changed.

use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::json;

use super::events::text;
use super::form::{Fields, query};
use super::inside::{Answer, Sent, Staff};
use super::ui::{Field, Form, Page, Text, Tried};
use crate::accounts::Permission;

/// Shows the form.
pub(super) async fn show(staff: Staff, uri: Uri) -> Answer {
    staff.needs(Permission::Settings)?;
    page(&staff, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let told = staff.get("/settings/time-zone").await?;
    let zone = text(&told, "time_zone");
    let page = Page::new(w.s("begin-zone")).trail([staff.crumb(w.s("nav-settings"), "/settings")]).narrow();
    let page = page.lead(w.s("zone-lead")).said(w, asked);
    let page = match told["fixed"] == true {
        true => page.part(Text(w.with("zone-fixed", [("zone", zone.into())]))),
        false => {
            let field = Field::text("time_zone", w.s("begin-zone")).value(zone).required();
            let form = Form::new(staff, "/settings/time-zone", w.s("save")).field(field.hint(w.s("zone-hint")));
            page.part(form.tried(tried))
        }
    };
    Ok(staff.page_with(tried.status(), &page))
}

/// Takes what was said.
pub(super) async fn save(Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "time_zone": fields.get("time_zone") });
    match staff.send(Method::PUT, "/settings/time-zone", &fields, body).await {
        Ok(_) => staff.done("/settings/time-zone", "saved"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &Fields::default(), &tried).await.unwrap_or_else(|response| response)
        }
    }
}
