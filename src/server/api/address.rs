//! At which address people reach the service: shown, said. What `testamur.toml` says stays.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::mail::reached;
use crate::server::extract::Body;
use crate::server::problem::FieldProblem;
use crate::server::{App, Caller, Problem, PublicUrl};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, say))
}

/// At which address people reach the service.
#[derive(Debug, Serialize, ToSchema)]
struct AddressView {
    /// The address; nothing while it is not known: then no message holds a link.
    #[schema(example = "https://certs.example.org")]
    address: Option<String>,
    /// Whether `testamur.toml`, or a flag of the program, says it; then it is changed there.
    fixed: bool,
    /// Whether only this machine or its network knows the address that was said, or what goes there is not safe: nobody else is led
    /// there by a link.
    for_nobody_else: bool,
}

fn view(app: &App) -> Json<AddressView> {
    let reached = app.reached_at();
    let address = reached.told().map(str::to_owned);
    let for_nobody_else = address.is_some() && reached.is_for_nobody_else();
    Json(AddressView { address, fixed: app.is_address_fixed(), for_nobody_else })
}

/// Show at which address people reach the service
#[utoipa::path(get, path = "/settings/address", tag = "Operations", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = AddressView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller) -> Result<Json<AddressView>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    Ok(view(&app))
}

/// An address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "address": "https://certs.example.org" }))]
struct AddressWanted {
    /// What links begin with: with `https://`, or `http://` on this machine itself. Nothing: it is not known yet.
    #[serde(default)]
    address: Option<String>,
}

/// Say at which address people reach the service
///
/// In place of the one before, at once: links in messages and on pages begin with it. It is never taken from a request.
#[utoipa::path(put, path = "/settings/address", tag = "Operations", extensions(("x-permission" = json!("settings"))), request_body = AddressWanted,
    responses((status = 200, body = AddressView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn say(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<AddressWanted>,
) -> Result<Json<AddressView>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        if app.is_address_fixed() {
            let detail = "testamur.toml, or a flag of the program, says the address (public_url); change it there";
            return Err(Problem::conflict("address-fixed", detail));
        }
        let text = wanted.address.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let address = text.as_deref().map(PublicUrl::of_staff).transpose().map_err(|error| {
            let errors = vec![FieldProblem { field: "address".to_owned(), detail: error.to_string() }];
            Problem::unprocessable("bad-public-address", "nothing was changed").with_errors(errors)
        })?;
        let address = address.map(|address| address.to_string());
        let act = desk.act("mail.address", "mail", json!({ "address": address }));
        reached::reach(desk.store, address.as_deref(), Some(&act))?;
        app.take_up_address()?;
        Ok(view(app))
    })
    .await
}
