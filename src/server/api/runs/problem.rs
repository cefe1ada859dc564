//! Why a run was refused, as a problem.

use axum::http::StatusCode;

use crate::acts::run::RunError;
use crate::making::{IssueError, ReplaceError};
use crate::server::Problem;
use crate::server::meanwhile::changed_meanwhile;
use crate::server::problem::FieldProblem;

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        let detail = error.to_string();
        match error {
            RunError::Store(error) => error.into(),
            RunError::Enrolment(error) => error.into(),
            RunError::Accounts(error) => error.into(),
            RunError::Issue(IssueError::Store(error)) => error.into(),
            RunError::Issue(IssueError::NoEvent(code)) => Self::not_found(code),
            RunError::NoRun(what)
            | RunError::NoApproval(what)
            | RunError::NoCorrection(what)
            | RunError::NoAddressRequest(what) => Self::not_found(what),
            RunError::NoCertificate(number) => Self::not_found(number),
            RunError::NoPerson(_) => Self::new(StatusCode::NOT_FOUND, "no-such-participant", detail),
            RunError::NotReady(missing) => {
                let field =
                    |one: &crate::acts::NotReady| FieldProblem { field: "event".to_owned(), detail: one.to_string() };
                Self::conflict("not-ready", detail).with_errors(missing.iter().map(field).collect())
            }
            RunError::Request { field, ref problem } => {
                let errors = vec![FieldProblem { field: field.to_owned(), detail: problem.clone() }];
                Self::unprocessable("bad-request", detail).with_errors(errors)
            }
            RunError::Unknown(places) => {
                let field = |at: &usize| FieldProblem { field: at.to_string(), detail: "is not there".to_owned() };
                Self::unprocessable("unknown-rows", detail).with_errors(places.iter().take(1_000).map(field).collect())
            }
            RunError::Unasked(unasked) => {
                let next =
                    format!("say it once, with `publish_results` true or false (`PATCH /api/v1/events/{}`)", unasked.0);
                Self::conflict("results-unasked", format!("{detail}; {next}"))
            }
            RunError::Nobody => Self::unprocessable("nobody", detail),
            RunError::NoMail => Self::conflict("no-mail", detail),
            RunError::Mail(error) => error.into(),
            RunError::Excluded => Self::conflict("excluded", detail),
            RunError::NoSelfService(_) => Self::conflict("no-self-service", detail),
            RunError::NotEligible => Self::conflict("not-eligible", detail),
            RunError::AlreadyHas(_) => Self::conflict("already-has", detail),
            RunError::AlreadyRevoked(..) => Self::conflict("revoked", detail),
            RunError::NotRevoked(_) => Self::conflict("not-revoked", detail),
            RunError::Published(_) => Self::conflict("published", detail),
            RunError::NotOurs(_) => Self::unprocessable("not-ours", detail),
            RunError::OldVersion { .. } => Self::conflict("old-version", detail),
            RunError::EntryTaken(_) => Self::conflict("entry-taken", detail),
            RunError::CompromisedKey(..) => Self::conflict("compromised-key", detail),
            RunError::NoEntry(_) => Self::unprocessable("no-status-entry", detail),
            RunError::Over(..) => Self::conflict("over", detail),
            RunError::SamePerson | RunError::OnlyYou(_) => Self::new(StatusCode::FORBIDDEN, "same-person", detail),
            RunError::ProofNeeded => Self::new(StatusCode::FORBIDDEN, "proof-needed", detail),
            RunError::TwoNeeded(_) => {
                let next =
                    "make a run of it (`POST /api/v1/runs`), which waits for an approval, or let somebody else do it";
                Self::conflict("second-person-needed", format!("{detail}; {next}"))
            }
            RunError::Followed { .. } => Self::conflict("followed", detail),
            RunError::PersonErased(_) => Self::conflict("erased", detail),
            RunError::NotStaff => Self::forbidden(detail),
            RunError::Busy | RunError::KeyReplaced => Self::conflict("busy", detail),
            RunError::Locked => Self::locked(),
            RunError::SetChanged => Self::conflict("changed", detail),
            RunError::ChangedMeanwhile => changed_meanwhile(),
            RunError::Panicked => Self::internal(error),
            RunError::CannotMake(_) => Self::unprocessable("cannot-make", detail),
            RunError::Replace(ReplaceError::NotProven(why)) => why.into(),
            RunError::Replace(_) => Self::unprocessable("cannot-replace", detail),
            RunError::Issue(error) => Self::internal(error),
            RunError::Webhook(error) => Self::internal(error),
            RunError::Publish(error) => error.into(),
        }
    }
}
