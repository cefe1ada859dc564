//! Attendance at one session, taken for many.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::Permission;
use crate::eligibility::{Mark, Progress};
use crate::enrolment::{self, EnrolmentError};
use crate::server::extract::{Body, Path, event_code};
use crate::server::{App, Caller, Problem};

/// People named in one request.
const MAX_NAMED: usize = 10_000;

/// Who was there, and who was not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "session": "day1", "present": ["ada@example.org", "lms-4711"], "absent": [] }))]
pub(super) struct Attendance {
    /// The session's id.
    session: String,
    /// Ids, external ids or e-mails of those present.
    #[serde(default)]
    present: Vec<String>,
    /// The same of those absent.
    #[serde(default)]
    absent: Vec<String>,
    /// Whether a person entered this; reports flag it.
    #[serde(default)]
    by_hand: bool,
}

/// What became of a list of attendance.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttendanceTaken {
    /// How many people were marked.
    marked: usize,
    /// Who is not in the event, as they were named.
    unknown: Vec<String>,
}

/// Take attendance at one session for many
#[utoipa::path(post, path = "/events/{code}/attendance", tag = "Participants", extensions(("x-permission" = json!("import"))), request_body = Attendance,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = AttendanceTaken), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn attendance(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(taken): Body<Attendance>,
) -> Result<Json<AttendanceTaken>, Problem> {
    caller.may(Permission::Import)?;
    if taken.present.len() + taken.absent.len() > MAX_NAMED {
        return Err(Problem::unprocessable("too-many", format!("at most {MAX_NAMED} people at once")));
    }
    app.at_desk(&caller, move |_, desk| {
        let planned = enrolment::planned(desk, &event_code(&code)?)?;
        if !planned.plan.course.sessions.iter().any(|session| session.id == taken.session) {
            return Err(Problem::unprocessable("no-such-session", "the event has no such session"));
        }
        let (mut marked, mut unknown) = (0, Vec::new());
        let present = taken.present.iter().map(|who| (who, true));
        for (who, present) in present.chain(taken.absent.iter().map(|who| (who, false))) {
            match enrolment::find(desk.store, &planned.event.code, who) {
                Ok(person) => {
                    let mark = Mark { present, by_hand: taken.by_hand };
                    let sessions = [(taken.session.clone(), mark)].into();
                    let progress = Progress { sessions, ..Progress::default() };
                    enrolment::change_progress(desk, &planned.event.code, &person, progress)?;
                    marked += 1;
                }
                Err(EnrolmentError::NoPerson(_) | EnrolmentError::Ambiguous) => {
                    unknown.push(who.chars().take(80).collect());
                }
                Err(other) => return Err(other.into()),
            }
        }
        Ok(Json(AttendanceTaken { marked, unknown }))
    })
    .await
}
