//! The issuer's time zone, where staff said it and not `testamur.toml`: on which day something falls, from now on. What was issued says
//! its days itself.

use serde_json::json;

use crate::credential::Zone;
use crate::desk::{Desk, Issuer};
use crate::store::{Collection, DocumentWrite, Expect, Store, StoreError};

/// The key of the document.
const ZONE: &str = "time-zone";

/// Makes an issuer go by what staff said, unless its zone is fixed.
///
/// # Errors
/// When the store fails.
pub fn take_up_zone(store: &dyn Store, issuer: &Issuer) -> Result<(), StoreError> {
    let said = store.document(Collection::SERVICE, ZONE)?.map(|document| document.read::<Zone>()).transpose()?;
    said.into_iter().for_each(|zone| issuer.zone.set(zone));
    Ok(())
}

/// Keeps what staff say, in place of what was there; the issuer goes by it at once.
///
/// # Errors
/// When the store fails.
pub fn choose_zone(desk: &Desk, zone: &Zone) -> Result<(), StoreError> {
    let act = desk.act("issuer.time_zone", "issuer", json!({ "from": desk.issuer.zone.name(), "to": zone.name() }));
    let write = DocumentWrite::put(Collection::SERVICE, ZONE, Expect::Any, zone);
    desk.store.write_documents(&[write], Some(&act))?;
    desk.issuer.zone.set(zone.clone());
    Ok(())
}
