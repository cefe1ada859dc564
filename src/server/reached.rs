//! The address at which people reach the service, as it is now: what the configuration says, else what staff said on a page, else
//! where the service listens, which nobody is sent to.

use std::sync::{Mutex, PoisonError};

use super::{App, PublicUrl};
use crate::mail::reached::reached;
use crate::store::StoreError;

/// What staff said, as it was found last.
#[derive(Default)]
pub(super) struct Reached(Mutex<Option<PublicUrl>>);

impl App {
    /// Returns the address: what links begin with.
    pub fn reached_at(&self) -> PublicUrl {
        let chosen = || self.reached().0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let chosen = if self.is_address_fixed() { None } else { chosen() };
        chosen.unwrap_or_else(|| self.public_url.clone())
    }

    /// Says whether the configuration says the address: then no page changes it.
    pub(super) fn is_address_fixed(&self) -> bool {
        self.public_url.told().is_some()
    }

    /// Finds out anew what staff said: at the start, and when they say otherwise.
    ///
    /// # Errors
    /// When the store fails.
    pub fn take_up_address(&self) -> Result<(), StoreError> {
        let chosen = reached(&*self.store)?.and_then(|text| PublicUrl::of_staff(&text).ok());
        *self.reached().0.lock().unwrap_or_else(PoisonError::into_inner) = chosen;
        self.mail_changed();
        Ok(())
    }

    /// Returns where people check certificates: where the service itself is reached, unless another place was named for that.
    pub(super) fn verifier_page(&self) -> Option<String> {
        let is_usual = self.issuer.verifier == format!("{}/verify", self.issuer.host);
        let address = self.reached_at();
        address.told().filter(|_| is_usual && self.vault.site().is_some()).map(|address| format!("{address}/verify"))
    }
}
