//! One's own account: password, second step, sessions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::told;
use crate::accounts::{self, Permissions, Secret, Session, Staff};
use crate::mail::notices::AccountTopic;
use crate::server::extract::{Body, Listing, Path};
use crate::server::reply::ShownOnce;
use crate::server::session::{Member, again, hashing};
use crate::server::{App, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(me, change_me))
        .routes(routes!(change_password))
        .routes(routes!(begin_two_step))
        .routes(routes!(confirm_two_step))
        .routes(routes!(remove_two_step))
        .routes(routes!(recovery_codes))
        .routes(routes!(recovery_sheet))
        .routes(routes!(sessions))
        .routes(routes!(end_session))
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MeView {
    /// The account.
    staff: Staff,
    /// What its roles allow.
    #[schema(value_type = Vec<crate::accounts::Permission>)]
    permissions: Permissions,
    /// Id of this session.
    session: String,
    /// Sent with `x-csrf-token` when the session changes something.
    csrf_token: String,
}

/// Show who is logged in
#[utoipa::path(get, path = "/me", tag = "Accounts", extensions(("x-permission" = json!("account"))), security(("session" = [])),
    responses((status = 200, body = MeView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn me(State(app): State<App>, member: Member) -> Result<ShownOnce<MeView>, Problem> {
    let (id, session) = (member.id(), member.session());
    let csrf_token = accounts::csrf_token(member.token.expose());
    let permissions = member.principal.permissions;
    let staff = app.at_desk(&member.caller, move |_, desk| Ok(accounts::member(desk.store, &id)?)).await?;
    Ok(ShownOnce(StatusCode::OK, MeView { staff, permissions, session, csrf_token }))
}

/// What one says of one's own account.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MeBody {
    /// Whether a mail tells how a run ended that one started.
    #[serde(default)]
    run_notices: Option<bool>,
    /// Which columns of lists of participants one looks at, up to 60, as pages name them; none: the usual ones.
    #[serde(default)]
    people_columns: Option<Vec<String>>,
}

/// Say what one wants to be told, and to see
///
/// What is left out stays.
#[utoipa::path(patch, path = "/me", tag = "Accounts", extensions(("x-permission" = json!("account"))), request_body = MeBody, security(("session" = [])),
    responses((status = 200, body = Staff), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn change_me(State(app): State<App>, member: Member, Body(body): Body<MeBody>) -> Result<Json<Staff>, Problem> {
    let id = member.id();
    let staff = app.at_desk(&member.caller, move |_, desk| {
        if let Some(run_notices) = body.run_notices {
            accounts::set_run_notices(desk, &id, run_notices)?;
        }
        if let Some(columns) = &body.people_columns {
            accounts::set_people_columns(desk, &id, columns)?;
        }
        Ok(accounts::member(desk.store, &id)?)
    });
    Ok(Json(staff.await?))
}

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    #[schema(value_type = String, format = Password)]
    current: Secret,
    /// 12 to 200 characters.
    #[schema(value_type = String, format = Password)]
    new: Secret,
}

/// Change one's password
///
/// All other sessions and all API tokens end.
#[utoipa::path(post, path = "/me/password", tag = "Accounts", extensions(("x-permission" = json!("account"))), request_body = PasswordBody, security(("session" = [])),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn change_password(
    State(app): State<App>,
    member: Member,
    Body(body): Body<PasswordBody>,
) -> Result<StatusCode, Problem> {
    let (id, session) = (member.id(), member.session());
    hashing(&app, &member.caller, move |app, desk| {
        let throttle = &app.logins().throttle;
        accounts::change_password(desk, throttle, (&id, &session), &body.current, &body.new).map_err(again)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's password again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofBody {
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// What an authenticator needs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OfferView {
    /// To type.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// To show as a QR code.
    #[schema(
        example = "otpauth://totp/Example:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example"
    )]
    url: String,
}

/// Begin to turn the second step on
///
/// Nothing changes until a first code confirms it, within 15 minutes.
#[utoipa::path(post, path = "/me/two-step", tag = "Accounts", extensions(("x-permission" = json!("account"))), request_body = ProofBody, security(("session" = [])),
    responses((status = 200, body = OfferView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn begin_two_step(
    State(app): State<App>,
    member: Member,
    Body(body): Body<ProofBody>,
) -> Result<ShownOnce<OfferView>, Problem> {
    let id = member.id();
    let offer = hashing(&app, &member.caller, move |app, desk| {
        accounts::begin_two_step(desk, &app.logins().throttle, &id, &body.password).map_err(again)
    });
    let offer = offer.await?;
    let view = OfferView { secret: offer.secret.expose().to_owned(), url: offer.url.expose().to_owned() };
    Ok(ShownOnce(StatusCode::OK, view))
}

/// A code of the authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    #[schema(value_type = String, example = "123456")]
    code: Secret,
}

/// Codes for the day the authenticator is gone. Each works once; they are shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CodesView {
    #[schema(example = json!(["abcd-efgh-ijkl-mnop"]))]
    recovery_codes: Vec<String>,
}

impl CodesView {
    fn of(codes: &[Secret]) -> ShownOnce<Self> {
        let recovery_codes = codes.iter().map(|code| code.expose().to_owned()).collect();
        ShownOnce(StatusCode::OK, Self { recovery_codes })
    }
}

/// Turn the second step on with a first code
///
/// All other sessions end.
#[utoipa::path(post, path = "/me/two-step/confirm", tag = "Accounts", extensions(("x-permission" = json!("account"))), request_body = CodeBody, security(("session" = [])),
    responses((status = 200, body = CodesView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn confirm_two_step(
    State(app): State<App>,
    member: Member,
    Body(body): Body<CodeBody>,
) -> Result<ShownOnce<CodesView>, Problem> {
    let (id, session) = (member.id(), member.session());
    let codes = app.at_desk(&member.caller, move |app, desk| {
        Ok(accounts::confirm_two_step(desk, &app.logins().throttle, (&id, &session), &body.code)?)
    });
    Ok(CodesView::of(&codes.await?))
}

/// One's password again, and a code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RemoveBody {
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// Six digits, or a recovery code.
    #[schema(value_type = String, example = "123456")]
    code: Secret,
}

/// Turn the second step off
///
/// All other sessions end.
#[utoipa::path(post, path = "/me/two-step/remove", tag = "Accounts", extensions(("x-permission" = json!("account"))), request_body = RemoveBody, security(("session" = [])),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remove_two_step(
    State(app): State<App>,
    member: Member,
    Body(body): Body<RemoveBody>,
) -> Result<StatusCode, Problem> {
    let (id, session) = (member.id(), member.session());
    hashing(&app, &member.caller, move |app, desk| {
        let throttle = &app.logins().throttle;
        accounts::remove_two_step(desk, throttle, (&id, &session), &body.password, &body.code).map_err(again)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make new recovery codes
///
/// The old ones are good no more.
#[utoipa::path(post, path = "/me/recovery-codes", tag = "Accounts", extensions(("x-permission" = json!("account"))), request_body = ProofBody, security(("session" = [])),
    responses((status = 200, body = CodesView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn recovery_codes(
    State(app): State<App>,
    member: Member,
    Body(body): Body<ProofBody>,
) -> Result<ShownOnce<CodesView>, Problem> {
    let (id, session) = (member.id(), member.session());
    let codes = hashing(&app, &member.caller, move |app, desk| {
        accounts::new_recovery_codes(desk, &app.logins().throttle, (&id, &session), &body.password).map_err(again)
    });
    Ok(CodesView::of(&codes.await?))
}

/// One's password again, and a code where the second step is on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SheetBody {
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// Six digits, or a recovery code.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "123456")]
    code: Option<Secret>,
}

/// The codes of a recovery sheet. Each sets a new password once; they are shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SheetView {
    #[schema(example = json!(["abcd-efgh-2345-6789"]))]
    recovery_sheet: Vec<String>,
}

/// Make the codes of a new recovery sheet
///
/// To be printed: each sets a new password once, with `POST /api/v1/password/recover`, for who lost it and the mailbox or the second
/// step. Those of the sheet before are good no more, and other sessions end. The owners are told by mail.
#[utoipa::path(post, path = "/me/recovery-sheet", tag = "Accounts", extensions(("x-permission" = json!("account"))), request_body = SheetBody, security(("session" = [])),
    responses((status = 200, body = SheetView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn recovery_sheet(
    State(app): State<App>,
    member: Member,
    Body(body): Body<SheetBody>,
) -> Result<ShownOnce<SheetView>, Problem> {
    let (id, session) = (member.id(), member.session());
    let codes = hashing(&app, &member.caller, move |app, desk| {
        let throttle = &app.logins().throttle;
        accounts::new_sheet(desk, throttle, (&id, &session), &body.password, body.code.as_ref()).map_err(again)
    });
    let codes = codes.await?;
    let (id, what) = (member.id(), AccountTopic::Printed);
    drop(tokio::spawn(async move { told::owners(&app, id, what).await }));
    let recovery_sheet = codes.iter().map(|code| code.expose().to_owned()).collect();
    Ok(ShownOnce(StatusCode::OK, SheetView { recovery_sheet }))
}

/// List one's sessions, newest first
#[utoipa::path(get, path = "/me/sessions", tag = "Accounts", extensions(("x-permission" = json!("account"))), security(("session" = [])),
    responses((status = 200, body = Listing<Session>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn sessions(State(app): State<App>, member: Member) -> Result<Json<Listing<Session>>, Problem> {
    let id = member.id();
    let items = app.at_desk(&member.caller, move |_, desk| Ok(accounts::sessions(desk.store, desk.now, &id)?)).await?;
    Ok(Json(Listing { items, next: None }))
}

/// End one of one's sessions
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "Accounts", extensions(("x-permission" = json!("account"))), security(("session" = [])),
    params(("id" = String, Path, example = "0123456789abcdef")),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn end_session(
    State(app): State<App>,
    member: Member,
    Path(session): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = member.id();
    app.at_desk(&member.caller, move |_, desk| Ok(accounts::revoke_session(desk, &id, &session)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
