//! The issuer's language, where staff said it and not `testamur.toml`.

use serde_json::json;

use crate::desk::{Desk, Issuer, Language};
use crate::store::{Collection, DocumentWrite, Expect, Store, StoreError};

/// The key of the document. Folders of earlier versions have none: they speak English, as they did.
const LANGUAGE: &str = "language";

/// Makes an issuer speak what staff said, unless its language is fixed.
///
/// # Errors
/// When the store fails.
pub fn take_up_language(store: &dyn Store, issuer: &Issuer) -> Result<(), StoreError> {
    let said = store.document(Collection::SERVICE, LANGUAGE)?;
    let said = said.map(|document| document.read::<Language>()).transpose()?;
    said.into_iter().for_each(|language| issuer.language.set(language));
    Ok(())
}

/// Keeps what staff say, in place of what was there; the issuer goes by it at once, and the published site from its next version on.
///
/// # Errors
/// When the store fails.
pub fn choose_language(desk: &Desk, language: Language) -> Result<(), StoreError> {
    let before = desk.issuer.language.now();
    let act = desk.act("issuer.language", "issuer", json!({ "from": before, "to": language }));
    let write = DocumentWrite::put(Collection::SERVICE, LANGUAGE, Expect::Any, &language);
    desk.store.write_documents(&[write], Some(&act))?;
    desk.issuer.language.set(language);
    Ok(())
}
