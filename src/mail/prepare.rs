//! What there is to send when a message's turn comes.

use super::outbox::{self, Due, Going, Kept};
use super::{Clerk, Letter, MailError, Prepared, State, Tokens};
use crate::credential::Timestamp;
use crate::store::Store;

/// What there is to send.
pub(super) enum Found {
    /// The message as it was read, what is fixed for it, and the letter.
    Ready(Box<(Kept, Going, Letter)>),
    /// Nothing, and why.
    Not(String),
    /// It is over, or not due any more.
    Over(Option<State>),
}

/// Looks at a message whose turn it is, and has its letter written.
pub(super) fn prepare(store: &dyn Store, clerk: &dyn Clerk, due: &Due, now: Timestamp) -> Result<Found, MailError> {
    let id = &due.message;
    let stale = || outbox::drop_entry(store, due).map(|()| Found::Over(None));
    let kept = match outbox::message(store, id) {
        Err(MailError::NoMessage(_)) => return Ok(stale()?),
        kept => kept?,
    };
    match kept.message.state {
        State::Queued | State::Deferred if kept.message.due.is_some_and(|due| due <= now) => {}
        // Its handing over took longer than it can.
        State::Sending => match outbox::interrupted(store, id, now)? {
            true => return Ok(Found::Over(Some(State::Ambiguous))),
            false => return Ok(stale()?),
        },
        _ => return Ok(stale()?),
    }
    let days = clerk.link_days();
    let fresh = |wanted: bool| days.filter(|_| wanted).map(|days| outbox::fresh_link(now, days)).transpose();
    let link = fresh(kept.message.topic.has_link())?;
    let picture = fresh(days.is_some() && clerk.counts_opens(store, &kept.message)?)?;
    let tokens = Tokens {
        link: link.as_ref().map(|(token, _)| token.as_str()),
        picture: picture.as_ref().map(|(token, _)| token.as_str()),
    };
    let written = clerk.letter(store, &kept.message, now, tokens)?;
    Ok(match written {
        Prepared::Nothing(why) => Found::Not(why),
        Prepared::Ready(letter) => {
            let (link, picture) = (link.map(|(_, kept)| kept), picture.map(|(_, kept)| kept));
            let (to, version, given) = (letter.to.address.clone(), letter.version, letter.given.clone());
            let going = Going { to, link, picture, version, given };
            Found::Ready(Box::new((kept, going, *letter)))
        }
    })
}
