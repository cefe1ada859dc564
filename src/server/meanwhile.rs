//! When somebody else was faster: decide anew from what is there now, or say so to who wants exactly what they have seen.

use axum::http::StatusCode;

use super::Problem;
use super::extract::IfMatch;

/// How often a change of records is tried that others change too.
const TRIES: usize = 100;

/// Tries again when somebody else, such as an import or a run, changed one of the records meanwhile. With `If-Match` the next
/// look at what is there finds that it is not what was seen.
pub(super) fn settled<T>(mut work: impl FnMut() -> Result<T, Problem>) -> Result<T, Problem> {
    for _ in 1..TRIES {
        match work() {
            Err(problem) if problem.code == "conflict" => {}
            done => return done,
        }
    }
    work()
}

/// Somebody changed what the caller has seen.
pub(super) fn changed_meanwhile() -> Problem {
    let detail = "somebody changed this in the meantime; read it again";
    Problem::new(StatusCode::PRECONDITION_FAILED, "changed-meanwhile", detail)
}

impl IfMatch {
    /// Says whether a record with this tag is the one that was seen, or any will do.
    pub(super) fn is(&self, tag: impl FnOnce() -> String) -> bool {
        self.0.as_ref().is_none_or(|seen| *seen == tag())
    }

    /// Returns what a failed write means: with `If-Match`, a conflict is a record that is not the one that was seen.
    pub(super) fn told(&self, problem: impl Into<Problem>) -> Problem {
        match problem.into() {
            problem if problem.code == "conflict" && self.0.is_some() => changed_meanwhile(),
            problem => problem,
        }
    }
}
