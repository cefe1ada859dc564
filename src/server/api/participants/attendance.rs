//! Attendance at one session, taken for many.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::Permission;
use crate::acts::{self, ActError};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::eligibility::{Mark, Progress};
use crate::server::extract::{Body, Path, event_code};
use crate::server::{App, Caller, Problem};
use crate::store::Participant;

/// People named in one request.
const MAX_NAMED: usize = 10_000;
/// Names that a refusal tells.
const TOLD: usize = 20;

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
    /// The same of those absent. Nobody can be both.
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

/// Who was there or not, and the names of nobody.
type Found = (Vec<(Participant, bool)>, Vec<String>);

/// Finds each who is named, once, with whether they were there; and the names of nobody.
fn found(desk: &Desk, code: &EventCode, taken: &Attendance) -> Result<Found, Problem> {
    let (mut people, mut unknown, mut both) = (Vec::new(), Vec::new(), Vec::new());
    let mut marks = HashMap::new();
    let present = taken.present.iter().map(|who| (who, true));
    for (who, present) in present.chain(taken.absent.iter().map(|who| (who, false))) {
        let shown = || who.chars().take(80).collect::<String>();
        let person = match acts::find(desk.store, code, who) {
            Ok(person) => Some(person),
            Err(ActError::NoPerson(_) | ActError::Ambiguous | ActError::SharedAddress | ActError::SharedName) => None,
            Err(other) => return Err(other.into()),
        };
        // The same person may be named by an id and by an e-mail.
        let key = person.as_ref().map_or_else(|| who.trim().to_lowercase(), |person| person.key.0.clone());
        match (marks.insert(key, present), person) {
            (Some(before), _) if before != present => both.push(shown()),
            (Some(_), _) => {}
            (None, Some(person)) => people.push((person, present)),
            (None, None) => unknown.push(shown()),
        }
    }
    if both.is_empty() {
        return Ok((people, unknown));
    }
    let more = if both.len() > TOLD { format!(" and {} more", both.len() - TOLD) } else { String::new() };
    both.truncate(TOLD);
    let detail = format!("both present and absent: {}{more}", both.join(", "));
    Err(Problem::unprocessable("present-and-absent", detail))
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
        let planned = acts::planned(desk, &event_code(&code)?)?;
        planned.in_use()?;
        if !planned.plan.course.sessions.iter().any(|session| session.id == taken.session) {
            return Err(Problem::unprocessable("no-such-session", "the event has no such session"));
        }
        let code = &planned.event.code;
        let (people, unknown) = found(desk, code, &taken)?;
        let mut marked = 0;
        for (person, present) in &people {
            let mark = Mark { present: *present, by_hand: taken.by_hand };
            let sessions = [(taken.session.clone(), mark)].into();
            match acts::change_progress(desk, code, person, Progress { sessions, ..Progress::default() }) {
                // Erased or merged since they were found: nothing is to be marked.
                Err(ActError::NoPerson(_)) => {}
                done => {
                    done?;
                    marked += 1;
                }
            }
        }
        Ok(Json(AttendanceTaken { marked, unknown }))
    })
    .await
}
