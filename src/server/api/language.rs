//! The issuer's language: shown, said. What `testamur.toml` says stays.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts;
use crate::desk::{Language, LanguageError};
use crate::server::extract::Body;
use crate::server::problem::FieldProblem;
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, say))
}

/// The issuer's language.
#[derive(Debug, Serialize, ToSchema)]
struct LanguageView {
    /// Its tag.
    #[schema(example = "de")]
    language: &'static str,
    /// Whether `testamur.toml` says it; then it is changed there.
    fixed: bool,
}

fn view(app: &App) -> Json<LanguageView> {
    let language = &app.issuer.language;
    Json(LanguageView { language: language.now().tag(), fixed: language.is_fixed() })
}

/// Show the issuer's language
#[utoipa::path(get, path = "/settings/language", tag = "Operations", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = LanguageView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller) -> Result<Json<LanguageView>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    Ok(view(&app))
}

/// A language.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "language": "de" }))]
struct LanguageWanted {
    /// One of `ar`, `de`, `en`, `es`, `fr`, `hi`, `zh`.
    language: String,
}

/// Say the issuer's language
///
/// The published start page speaks it from the next publication on; at once, the pages of whoever asks for no language that they
/// speak, and the link for a new address of somebody of whom no language is known, nor one of their event.
#[utoipa::path(put, path = "/settings/language", tag = "Operations", extensions(("x-permission" = json!("settings"))), request_body = LanguageWanted,
    responses((status = 200, body = LanguageView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn say(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<LanguageWanted>,
) -> Result<Json<LanguageView>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        if desk.issuer.language.is_fixed() {
            let detail = "testamur.toml says the language (language); change it there";
            return Err(Problem::conflict("language-fixed", detail));
        }
        let language: Language = wanted.language.parse().map_err(|error: LanguageError| {
            let errors = vec![FieldProblem { field: "language".to_owned(), detail: error.to_string() }];
            Problem::unprocessable("bad-language", "nothing was changed").with_errors(errors)
        })?;
        acts::choose_language(desk, language)?;
        Ok(view(app))
    })
    .await
}
