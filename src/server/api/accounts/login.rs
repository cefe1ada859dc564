//! Setting up, logging in and out, links to set a password.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::told;
use crate::accounts::{self, Attempt, Lengths, Login, Recovery, SecondStep, Secret, SetUp, Staff};
use crate::mail::notices::{AccountTopic, staff_language};
use crate::server::extract::Body;
use crate::server::reply::ShownOnce;
use crate::server::session::{Member, clear_cookie, hashing, nobody, set_cookie};
use crate::server::{App, ClientAddress, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(set_up))
        .routes(routes!(log_in))
        .routes(routes!(second_step))
        .routes(routes!(log_out))
        .routes(routes!(accept_link))
        .routes(routes!(ask_reset))
        .routes(routes!(recover))
}

/// The first owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetUpBody {
    /// From the link that the service printed at its first start.
    #[schema(value_type = String)]
    token: Secret,
    #[schema(example = "ada@example.org")]
    email: String,
    #[schema(example = "Ada Lovelace")]
    name: String,
    /// 12 to 200 characters.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// The first owner as made.
#[derive(Serialize, ToSchema)]
struct SetUpView {
    #[serde(flatten)]
    staff: Staff,
    /// The codes of the recovery sheet, to be printed: each sets a new password once, with `POST /api/v1/password/recover`. They are
    /// shown this once.
    #[serde(rename = "recoverySheet")]
    #[schema(example = json!(["abcd-efgh-2345-6789"]))]
    recovery_sheet: Vec<String>,
}

/// Make the first owner
#[utoipa::path(post, path = "/setup", tag = "Accounts", extensions(("x-permission" = json!("public"))), request_body = SetUpBody, security(()),
    responses((status = 201, body = SetUpView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn set_up(
    State(app): State<App>,
    address: ClientAddress,
    Body(body): Body<SetUpBody>,
) -> Result<ShownOnce<SetUpView>, Problem> {
    let caller = nobody(address);
    let owner = hashing(&app, &caller, move |_, desk| {
        let who = SetUp { email: &body.email, name: &body.name, password: &body.password };
        Ok(accounts::set_up(desk, &body.token, &who)?)
    });
    let (staff, codes) = owner.await?;
    let recovery_sheet = codes.iter().map(|code| code.expose().to_owned()).collect();
    Ok(ShownOnce(StatusCode::CREATED, SetUpView { staff, recovery_sheet }))
}

/// Who logs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginBody {
    #[schema(example = "ada@example.org")]
    email: String,
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LoginView {
    /// Sent with `x-csrf-token` when the session changes something. Absent when a second step is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    /// To send with the code of the second step. Absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
}

/// Log in with a password
///
/// Sets the session's cookie, or asks for the second step. The answer is the same whatever is wrong.
#[utoipa::path(post, path = "/login", tag = "Accounts", extensions(("x-permission" = json!("public"))), request_body = LoginBody, security(()),
    responses((status = 200, body = LoginView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn log_in(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    Body(body): Body<LoginBody>,
) -> Result<impl IntoResponse, Problem> {
    let caller = nobody(address);
    let login = hashing(&app, &caller, move |app, desk| {
        let label = label(&headers);
        let ClientAddress(address) = address;
        let attempt = Attempt { email: &body.email, password: &body.password, address, label };
        Ok((accounts::login(desk, &app.logins().throttle, &attempt)?, accounts::lengths(desk.store)?))
    });
    answer(login.await?)
}

/// The second step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecondStepBody {
    /// What `POST /api/v1/login` answered.
    #[schema(value_type = String)]
    ticket: Secret,
    /// Six digits, or a recovery code.
    #[schema(value_type = String, example = "123456")]
    code: Secret,
}

/// Log in with the code of the second step
#[utoipa::path(post, path = "/login/second-step", tag = "Accounts", extensions(("x-permission" = json!("public"))), request_body = SecondStepBody, security(()),
    responses((status = 200, body = LoginView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn second_step(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    Body(body): Body<SecondStepBody>,
) -> Result<impl IntoResponse, Problem> {
    let caller = nobody(address);
    let login = app.at_desk(&caller, move |app, desk| {
        let step = SecondStep { ticket: &body.ticket, code: &body.code, label: label(&headers) };
        Ok((accounts::confirm_second_step(desk, &app.logins().throttle, &step)?, accounts::lengths(desk.store)?))
    });
    answer(login.await?)
}

/// Returns what the browser says it is.
fn label(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn answer((login, lengths): (Login, Lengths)) -> Result<impl IntoResponse, Problem> {
    let mut cookie = None;
    let view = match login {
        Login::Done { session, .. } => {
            cookie = Some((header::SET_COOKIE, set_cookie(&session, lengths)?));
            LoginView { csrf_token: Some(accounts::csrf_token(session.expose())), ticket: None }
        }
        Login::SecondStep(ticket) => LoginView { csrf_token: None, ticket: Some(ticket.expose().to_owned()) },
    };
    Ok((AppendHeaders(cookie), ShownOnce(StatusCode::OK, view)))
}

/// Log out
#[utoipa::path(post, path = "/logout", tag = "Accounts", extensions(("x-permission" = json!("account"))), security(("session" = [])),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn log_out(State(app): State<App>, member: Member) -> Result<impl IntoResponse, Problem> {
    let token = member.token;
    app.at_desk(&member.caller, move |_, desk| Ok(accounts::logout(desk, token.expose())?)).await?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, clear_cookie()?)])))
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptBody {
    /// From the link.
    #[schema(value_type = String)]
    token: Secret,
    /// 12 to 200 characters.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// Set a password with the link of an invitation or a reset
#[utoipa::path(post, path = "/password", tag = "Accounts", extensions(("x-permission" = json!("public"))), request_body = AcceptBody, security(()),
    responses((status = 200, body = Staff), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn accept_link(
    State(app): State<App>,
    address: ClientAddress,
    Body(body): Body<AcceptBody>,
) -> Result<Json<Staff>, Problem> {
    let caller = nobody(address);
    let member = hashing(&app, &caller, move |_, desk| Ok(accounts::accept_link(desk, &body.token, &body.password)?));
    Ok(Json(member.await?))
}

/// Who lost the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetBody {
    #[schema(example = "ada@example.org")]
    email: String,
    /// In which language the mail is: `en` or `de`; `en` if left out.
    #[serde(default)]
    #[schema(example = "en")]
    language: Option<String>,
}

/// Ask for a link to set a new password with
///
/// It is mailed to the member, works once, for an hour, and ends nothing until it is used. The answer is the same, and as quick, whether
/// or not there is such a member. Refused with 409 where no mail leaves, where mail waits until the keys
/// are unlocked, or where nobody said how people reach the service.
#[utoipa::path(post, path = "/password/lost", tag = "Accounts", extensions(("x-permission" = json!("public"))), request_body = ResetBody, security(()),
    responses((status = 202), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn ask_reset(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Body(body): Body<ResetBody>,
) -> Result<StatusCode, Problem> {
    if !app.can_post_now() && !app.post_waits() {
        return Err(Problem::conflict(
            "no-mail",
            "no mail leaves here; use a code of the recovery sheet, or ask an owner for a link",
        ));
    }
    if app.post_waits() {
        return Err(Problem::conflict(
            "mail-waits",
            "mail waits until the keys are unlocked; use a code of the recovery sheet, or ask an owner for a link",
        ));
    }
    accounts::admit_reset(&app.logins().throttle, &body.email, address, app.now())?;
    let language = body.language.as_deref().map(staff_language);
    // Nobody waits for it: how long it takes would say who is known.
    drop(tokio::spawn(async move { told::reset_link(&app, body.email, language).await }));
    Ok(StatusCode::ACCEPTED)
}

/// A code of the recovery sheet.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RecoverBody {
    #[schema(example = "ada@example.org")]
    email: String,
    #[schema(value_type = String, example = "abcd-efgh-2345-6789")]
    code: Secret,
    /// 12 to 200 characters.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// Whether the second step is lost too, and is turned off.
    #[serde(default)]
    second_step_lost: bool,
}

/// Set a new password with a code of the recovery sheet
///
/// The code is used up; sessions, API tokens and links end. The owners are told by mail. The answer is the same whatever is wrong with
/// e-mail or code.
#[utoipa::path(post, path = "/password/recover", tag = "Accounts", extensions(("x-permission" = json!("public"))), request_body = RecoverBody, security(()),
    responses((status = 200, body = Staff), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn recover(
    State(app): State<App>,
    address: ClientAddress,
    Body(body): Body<RecoverBody>,
) -> Result<Json<Staff>, Problem> {
    let caller = nobody(address);
    let ClientAddress(address) = address;
    let member = hashing(&app, &caller, move |app, desk| {
        let RecoverBody { email, code, password, second_step_lost } = &body;
        let by = Recovery { email, code, password, without_second_step: *second_step_lost, address };
        Ok(accounts::recover(desk, &app.logins().throttle, &by)?)
    });
    let member = member.await?;
    let (id, what) = (member.id.clone(), AccountTopic::Recovered);
    drop(tokio::spawn(async move { told::owners(&app, id, what).await }));
    Ok(Json(member))
}
