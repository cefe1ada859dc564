//! One act over certificates of several events: one preview, one confirmation, a run in each event.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::preview::{InEvent, Preview};
use super::{RunView, permission};
use crate::accounts::Permission;
use crate::acts::languages::OtherLanguages;
use crate::acts::run::{self, RunRequest};
use crate::server::extract::Body;
use crate::server::{App, Caller, Problem};

/// What was begun.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunsBegun {
    /// The runs, by event.
    runs: Vec<RunView>,
    /// In which events none could be begun, and why.
    refused: Vec<InEvent>,
}

/// Say what a run in each of several events would do
///
/// Over `numbers`, or over all that `which` and `text` find. Each event is looked at by itself; where nothing can be done, it is said why.
#[utoipa::path(post, path = "/runs/together/preview", tag = "Runs", extensions(("x-permission" = json!("view"))),
    request_body(content = RunRequest, example = json!({"kind": "send", "numbers": ["CERT-WORKSHOP-2026-00001"]})),
    responses((status = 200, body = Preview), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RunRequest>,
) -> Result<Json<Preview>, Problem> {
    caller.may(Permission::View)?;
    app.read_at_desk(&caller, move |app, desk| {
        let (mut preview, mut others, mut lists) = (Preview::default(), OtherLanguages::default(), Vec::new());
        for one in run::split(desk, &request)? {
            let Some(event) = one.event.clone() else { continue };
            let (before, total) = (preview.changed(), preview.total());
            let problem = match preview.foresee(app, desk, &one, &mut others) {
                Ok(foreseen) => {
                    preview.untried += foreseen.untried;
                    if preview.total() > total {
                        lists.push((event.clone(), foreseen.set));
                    }
                    None
                }
                Err(problem) if problem.status >= 500 => return Err(problem),
                Err(problem) => Some(problem.detail),
            };
            let changed = preview.changed() - before;
            preview.events.push(InEvent { event: event.to_string(), changed, problem });
        }
        preview.set = run::set_together(lists.iter().map(|(event, set)| (event, set.as_str())));
        preview.languages = others.told();
        preview.count_alone(app, desk)?;
        Ok(Json(preview))
    })
    .await
}

/// Start a run in each of several events
///
/// All are begun, or with another `expected` than the preview's `set` none. Each is a run of its own, and is stopped and repeated by itself;
/// one of them may wait for a second member of staff, as any.
#[utoipa::path(post, path = "/runs/together", tag = "Runs", extensions(("x-permission" = json!(["generate", "revoke", "keys", "send"]))),
    request_body(content = RunRequest, example = json!({"kind": "regenerate", "numbers": ["CERT-WORKSHOP-2026-00001"]})),
    responses((status = 201, body = RunsBegun), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RunRequest>,
) -> Result<(StatusCode, Json<RunsBegun>), Problem> {
    caller.may(permission(&request))?;
    app.in_turn(&caller, move |app, desk| {
        let (mut runs, mut refused) = (Vec::new(), Vec::new());
        for (event, begun) in run::create_together(desk, &app.faces, &request, app.limits.revoke_alone)? {
            match begun {
                Ok(created) => runs.push(RunView::of(created.run)),
                Err(error) => {
                    let problem = Some(Problem::from(error).detail);
                    refused.push(InEvent { event: event.to_string(), changed: 0, problem });
                }
            }
        }
        Ok((StatusCode::CREATED, Json(RunsBegun { runs, refused })))
    })
    .await
}
