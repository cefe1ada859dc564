//! Certificates that come as themselves, by file or text: what was issued since a dump is not in a store that was rebuilt from
//! it, and can be revoked all the same.

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use serde::{Deserialize, Serialize};
use tokio::sync::SemaphorePermit;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::CertificateView;
use crate::accounts::Permission;
use crate::acts;
use crate::acts::run::RunReason;
use crate::acts::{Presented, Revoked, stray};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::server::arriving::{Held, read_body};
use crate::server::extract::is_json;
use crate::server::upload::{Form, read_form, turn};
use crate::server::{App, Caller, Problem};
use crate::store::Cause;
use crate::verify::Ours;

/// Largest file that is looked at, in bytes.
const FILE_BYTES: usize = 16 << 20;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(revoke)).routes(routes!(restore)).layer(DefaultBodyLimit::max(FILE_BYTES))
}

/// A certificate, and why it is revoked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    /// Its QR code's text, its JWS, or its JSON as text.
    #[schema(example = "https://academy.example/verify/#1…")]
    credential: String,
    /// Why; needed to revoke.
    #[serde(default)]
    reason: Option<RunReason>,
}

/// A certificate's file, and why it is revoked.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form")]
struct GivenFile {
    /// PDF, PNG, JPEG, `.jwt` or `.json`.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Why; needed to revoke.
    #[schema(value_type = Option<String>, example = "issued_in_error")]
    cause: Option<Cause>,
    /// What is published with the status.
    text: Option<String>,
    /// `true`: the next publication holds it.
    now: Option<String>,
}

/// A certificate that came as itself.
#[derive(Debug, Serialize, ToSchema)]
struct PresentedView {
    /// The number that it bears.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: String,
    /// Whether it is in the store. If not, it was issued after the dump that the store was rebuilt from, and is revoked by its
    /// own status entry.
    known: bool,
    /// Whether the store has another certificate of that number, which stays as it is.
    namesake: bool,
    /// The certificate as the store has it.
    certificate: Option<CertificateView>,
    /// Since when it is revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Until when no publication holds that, and it can be taken back.
    #[schema(value_type = Option<String>, format = DateTime)]
    waits_until: Option<Timestamp>,
}

impl PresentedView {
    fn of(presented: Presented, revoked: bool, now: Timestamp) -> Self {
        match presented {
            Presented::Known(certificate) => Self {
                number: certificate.number.to_string(),
                known: true,
                namesake: false,
                since: certificate.state.reason().map(|reason| reason.at),
                waits_until: certificate.waits_until(now),
                certificate: Some(CertificateView::of(*certificate, now)),
            },
            Presented::Stray { number, stray, namesake } => Self {
                number: number.to_string(),
                known: false,
                namesake,
                certificate: None,
                since: revoked.then_some(stray.reason.at),
                waits_until: stray.waits_until(now).filter(|_| revoked),
            },
        }
    }
}

/// Revoke a certificate by its file or text
///
/// Any certificate that a key of this issuer signed, also one that the store does not know because it was rebuilt from an
/// older dump: it is revoked by its own status entry, which counts as used from then on. As JSON, or a form with the file.
/// For the rest as `/certificates/{number}/revoke`.
#[utoipa::path(post, path = "/certificates/revoke", tag = "Certificates", extensions(("x-permission" = json!("revoke"))),
    request_body(content((Given = "application/json", example = json!({"credential": "https://academy.example/verify/#1", "reason": {"cause": "issued_in_error"}})), (GivenFile = "multipart/form-data"))),
    responses((status = 200, body = PresentedView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn revoke(State(app): State<App>, caller: Caller, request: Request) -> Result<Json<PresentedView>, Problem> {
    caller.may(Permission::Revoke)?;
    let given = GivenBytes::read(request, &app).await?;
    let needed = || Problem::unprocessable("bad-request", "the reason is needed, with its cause");
    let reason = given.reason.clone().ok_or_else(needed)?;
    at_desk(app, caller, given, move |app, desk, ours| {
        let (presented, news) =
            acts::revoke_presented(desk, ours, &reason, (app.vault.undo(), app.limits.revoke_alone))?;
        if news == Revoked::Anew {
            app.metrics().revoked.inc();
        }
        Ok(PresentedView::of(presented, true, desk.now))
    })
    .await
}

/// Take a revocation back by a certificate's file or text
///
/// Only until it is published, as `/certificates/{number}/restore`; also of one that the store does not know.
#[utoipa::path(post, path = "/certificates/restore", tag = "Certificates", extensions(("x-permission" = json!("revoke"))),
    request_body(content((Given = "application/json", example = json!({"credential": "https://academy.example/verify/#1"})), (GivenFile = "multipart/form-data"))),
    responses((status = 200, body = PresentedView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn restore(State(app): State<App>, caller: Caller, request: Request) -> Result<Json<PresentedView>, Problem> {
    caller.may(Permission::Revoke)?;
    let given = GivenBytes::read(request, &app).await?;
    at_desk(app, caller, given, |app, desk, ours| {
        let restored = acts::restore_presented(desk, ours, app.limits.revoke_alone)?;
        Ok(PresentedView::of(restored, false, desk.now))
    })
    .await
}

/// What was sent, as bytes, whichever way it came.
struct GivenBytes {
    bytes: Vec<u8>,
    reason: Option<RunReason>,
    /// Held until the file has been looked at.
    turn: (Held, SemaphorePermit<'static>),
}

impl GivenBytes {
    async fn read(request: Request, app: &App) -> Result<Self, Problem> {
        let mut held = app.room_for_staff().enter();
        if is_json(request.headers()) {
            let body = read_body(request.into_body(), FILE_BYTES, &mut held).await?;
            let bad = |error: serde_json::Error| Problem::bad_request("bad-body", error.to_string());
            let Given { credential, reason } = serde_json::from_slice(&body).map_err(bad)?;
            return Ok(Self { bytes: credential.into_bytes(), reason, turn: (held, turn().await?) });
        }
        let form = read_form(Multipart::from_request(request, app).await, FILE_BYTES, held).await?;
        let reason = reason(&form)?;
        Ok(Self { bytes: form.bytes, reason, turn: (form.held, turn().await?) })
    }
}

/// Reads the reason out of a form's texts.
fn reason(form: &Form) -> Result<Option<RunReason>, Problem> {
    let text = |wanted: &str| form.texts.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let bad = |detail: String| Problem::unprocessable("bad-request", detail);
    let Some(cause) = text("cause") else { return Ok(None) };
    let cause = serde_json::from_value::<Cause>(serde_json::Value::String(cause.clone()))
        .map_err(|_| bad(format!("`{}` is no cause of a revocation", cause.chars().take(60).collect::<String>())))?;
    let now = match text("now").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(bad("`now` is neither true nor false".to_owned())),
    };
    Ok(Some(RunReason { cause, text: text("text"), now }))
}

/// Reads the certificate, and does the work with it.
async fn at_desk(
    app: App,
    caller: Caller,
    given: GivenBytes,
    work: impl FnOnce(&App, &Desk, &Ours) -> Result<PresentedView, Problem> + Send + 'static,
) -> Result<Json<PresentedView>, Problem> {
    app.at_desk(&caller, move |app, desk| {
        let GivenBytes { bytes, turn: _turn, .. } = given;
        let ours = stray::read(&bytes, &app.reader, &app.vault.manifest())?;
        let view = work(app, desk, &ours)?;
        app.vault.forget_anchors();
        Ok(Json(view))
    })
    .await
}
