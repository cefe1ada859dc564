//! What is wrong, in the reader's language, beside the field that it is about. Operations say it for programs, by codes and in
//! English; what no text is kept for here is shown as it was said.

use super::words::Words;
use crate::server::Problem;
use crate::server::problem::FieldProblem;

/// Which field a problem is about, by its code.
const FIELDS: [(&str, &str); 22] = [
    ("bad-recovery", "code"),
    ("wrong-password", "password"),
    ("weak-password", "new"),
    ("not-the-same", "repeat"),
    ("proof-needed", "password"),
    ("wrong-code", "second"),
    ("code-needed", "second"),
    ("bad-email", "email"),
    ("email-taken", "email"),
    ("bad-name", "name"),
    ("no-role", "roles"),
    ("bad-events", "events"),
    ("bad-scopes", "scopes"),
    ("bad-expiry", "expires"),
    ("bad-webhook-address", "url"),
    ("bad-endpoint", "events"),
    ("no-such-participant", "person"),
    ("no-file", "file"),
    ("bad-list", "file"),
    ("bad-link", "token"),
    ("bad-count", "count"),
    ("event-exists", "code"),
];

/// Returns a problem as a form says it.
pub(super) fn beside(w: &Words, problem: Problem) -> Problem {
    let detail = w.if_any(&format!("detail-{}", problem.code)).unwrap_or_else(|| problem.detail.clone());
    let field = FIELDS.iter().find(|(code, _)| *code == problem.code).filter(|_| problem.errors.is_empty());
    match field {
        Some((_, field)) => {
            let errors = vec![FieldProblem { field: (*field).to_owned(), detail }];
            Problem { errors, detail: w.s("form-look"), ..problem }
        }
        None => Problem { detail, ..problem },
    }
}
