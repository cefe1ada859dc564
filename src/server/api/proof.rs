//! Password and second factor typed again, by who decides alone what should take two.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::accounts::{self, Proved, Secret};
use crate::credential::Timestamp;
use crate::desk::{Actor, Desk};
use crate::server::session::{again, hashing};
use crate::server::{App, Caller, Problem};

/// One's password again, and a code where the second step is on: only for who decides about what they asked for themselves.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub(super) struct ProofAgain {
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
    /// Six digits, or a recovery code.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "123456")]
    code: Option<Secret>,
}

impl ProofAgain {
    /// Does a caller's work at a desk; waits for a turn if a password has to be hashed.
    pub(super) async fn at_desk<T: Send + 'static>(
        self,
        app: &App,
        caller: &Caller,
        work: impl FnOnce(&App, &Desk<'_>, &Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        match self.password {
            Some(_) => hashing(app, caller, move |app, desk| work(app, desk, &self)).await,
            None => app.at_desk(caller, move |app, desk| work(app, desk, &self)).await,
        }
    }

    /// Checks what was typed, if it is needed: of who asked, once they may decide alone.
    pub(super) fn check(
        &self,
        app: &App,
        desk: &Desk,
        (by, alone): (&Actor, Option<Timestamp>),
    ) -> Result<Option<Proved>, Problem> {
        let due = by.is_same_person(desk.actor) && alone.is_some_and(|from| from <= desk.now);
        let (Some(password), Some(staff), true) = (&self.password, member_id(desk), due) else { return Ok(None) };
        let throttle = &app.logins().throttle;
        accounts::prove_again(desk, throttle, staff, password, self.code.as_ref()).map(Some).map_err(again)
    }
}

/// Returns the id of the member of staff who acts, also through a token.
fn member_id<'a>(desk: &Desk<'a>) -> Option<&'a str> {
    desk.actor.member()
}

/// Refuses an account that was made after a request: nobody invites their own second person.
pub(super) fn not_younger(desk: &Desk, asked: Timestamp) -> Result<(), Problem> {
    match member_id(desk).map(|id| accounts::member(desk.store, id)) {
        Some(Ok(member)) if member.created > asked => Err(Problem::forbidden(
            "this account was made after the request; somebody who was there before must approve",
        )),
        _ => Ok(()),
    }
}
