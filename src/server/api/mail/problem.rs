//! Why something about mail was refused, as a problem.

use axum::http::StatusCode;

use crate::acts::send::SendError;
use crate::mail::MailError;
use crate::server::Problem;
use crate::server::problem::FieldProblem;

impl From<MailError> for Problem {
    fn from(error: MailError) -> Self {
        let detail = error.to_string();
        match error {
            MailError::NotSetUp => Self::conflict("no-mail", detail),
            MailError::NoMessage(id) => Self::not_found(id),
            MailError::Random => Self::internal(detail),
            MailError::Store(error) => error.into(),
        }
    }
}

impl From<SendError> for Problem {
    fn from(error: SendError) -> Self {
        use SendError as E;
        let detail = error.to_string();
        match error {
            E::Mail(error) => error.into(),
            E::Act(error) => error.into(),
            E::Run(error) => error.into(),
            E::Store(error) => error.into(),
            E::Webhook(error) => error.into(),
            E::Text { ref problem, .. } => {
                let field = format!("texts.{}", problem.part());
                let errors = vec![FieldProblem { field, detail: detail.clone() }];
                Self::unprocessable("bad-text", detail).with_errors(errors)
            }
            E::NotInVain(..) => Self::conflict("not-in-vain", detail),
            E::UnderWay(..) => Self::conflict("under-way", detail),
            E::NotOfCertificate(_) => Self::conflict("no-certificate", detail),
            E::Replaced(..) => Self::conflict("replaced", detail),
            E::NotInForce(_) => Self::conflict("not-in-force", detail),
            E::NoAddress(_) => Self::conflict("no-address", detail),
            E::Address(_) => Self::unprocessable("bad-address", detail),
            E::Nobody => Self::conflict("no-certificate", detail),
            E::Nothing(_) => Self::conflict("no-letter", detail),
            E::NotOurs(_) => Self::unprocessable("no-report", detail),
            E::Busy => Self::conflict("busy", detail),
            E::Folder(_) => Self::internal(error),
        }
    }
}

/// The relay did not take a message.
pub(super) fn not_taken(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, "relay", detail)
}
