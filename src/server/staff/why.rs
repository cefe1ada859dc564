//! Why something is done: asked by the forms of what an auditor looks for, and kept with the act in the audit log.

use super::form::Fields;
use super::ui::Field;
use super::words::Words;
use crate::server::Problem;
use crate::server::auth::MOST_OF_WHY;
use crate::server::problem::FieldProblem;

/// The field, as what is sent of every form is asked for it.
pub(super) const WHY: &str = "why";

/// Asks why.
pub(super) fn asked(w: &Words) -> Field {
    Field::text(WHY, w.s("why")).hint(w.s("why-hint")).at_most(MOST_OF_WHY)
}

/// Refuses a form of what cannot be undone that does not say why, in whichever of its fields that is.
///
/// # Errors
/// What is missing, beside the field.
pub(super) fn needed(w: &Words, fields: &Fields, field: &str) -> Result<(), Problem> {
    if fields.some(field).is_some() {
        return Ok(());
    }
    let errors = vec![FieldProblem { field: field.to_owned(), detail: w.s("why-needed") }];
    Err(Problem::unprocessable("no-reason", w.s("form-look")).with_errors(errors))
}
