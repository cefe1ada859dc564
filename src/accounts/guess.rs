//! Slows down guessing at what is no account's: the passphrase of the keys.

use super::AccountsError;
use super::throttle::{PASSPHRASE, Throttle, subscriber};
use crate::desk::Desk;

/// Tries a passphrase as slowly as passwords are tried: counted by who tries and from where, before the outcome is known.
///
/// # Errors
/// [`AccountsError::Throttled`], or what the attempt answers.
pub fn guess<T, E: From<AccountsError>>(
    desk: &Desk<'_>,
    throttle: &Throttle,
    attempt: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let who = desk.actor.member().map_or_else(|| desk.actor.who().to_string(), str::to_owned);
    let from = desk.actor.address().map(subscriber).unwrap_or_default();
    let lanes = [(PASSPHRASE, who.as_str()), (PASSPHRASE, from.as_str())];
    throttle.admit(&lanes, desk.now)?;
    let done = attempt()?;
    throttle.succeed(&lanes);
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Timestamp;
    use crate::desk::{Actor, Issuer};
    use crate::store::MemoryStore;

    #[test]
    fn whoever_guesses_waits_and_whoever_knows_does_not() {
        let store = MemoryStore::new();
        let (host, name, verifier) = ("a.example".to_owned(), "A".to_owned(), "a.example/verify".to_owned());
        let issuer = Issuer {
            host,
            name,
            verifier,
            zone: Default::default(),
            language: Default::default(),
            render_method: false,
        };
        let (ada, bob) = (Actor::staff("ada"), Actor::staff("bob").from("192.0.2.7".parse().unwrap()));
        let now = Timestamp::from_unix(1_800_000_000);
        let throttle = Throttle::default();
        let tried = |actor: &Actor, right: bool| {
            let desk = Desk { store: &store, issuer: &issuer, actor, now };
            guess(&desk, &throttle, || if right { Ok(()) } else { Err(AccountsError::SignIn) })
        };
        for _ in 0..4 {
            assert!(matches!(tried(&ada, false), Err(AccountsError::SignIn)));
        }
        tried(&ada, true).unwrap();
        for _ in 0..5 {
            assert!(matches!(tried(&ada, false), Err(AccountsError::SignIn)));
        }
        assert!(matches!(tried(&ada, true), Err(AccountsError::Throttled { .. })), "even the right one waits");
        tried(&bob, true).unwrap();
    }
}
