//! What an event wears: its logo and the signatures of who signs. They lie in its template's bundle beside the document, and go along to
//! the next template; one that has no place for them keeps them for the one after, and that is told.

use serde::Serialize;
use utoipa::ToSchema;

use super::{ActError, LOGO, SIGNATURES, dressed, is_digest, opened};
use crate::making::FaceError;
use crate::store::{BlobId, Store, StoreError, TemplateRef, template_named_for};
use crate::template::{Template, TemplateError};

/// A picture of an event's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EventPicture)]
pub struct Worn {
    /// `logo`, or `signature_1` to `signature_6`.
    #[schema(example = "logo")]
    pub name: &'static str,
    /// Whether the template has a place for it; if not, it is kept for another one.
    pub shown: bool,
}

/// Returns the names of the pictures that an event can have.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    [LOGO].into_iter().chain(SIGNATURES)
}

/// Returns the pictures that an event has, and whether its template shows each; or whether another one would, by its name.
///
/// # Errors
/// [`ActError::NotInLibrary`], or when the store fails.
pub fn worn(store: &dyn Store, kept: &TemplateRef, other: Option<&str>) -> Result<Vec<Worn>, ActError> {
    let other = other.map(|name| opened(store, name, None)).transpose()?;
    let Some(own) = read(store, kept)? else { return Ok(Vec::new()) };
    let places = other.as_ref().unwrap_or(&own).asset_places();
    let there = names().filter(|name| own.asset(name).is_some());
    Ok(there.map(|name| Worn { name, shown: places.contains_key(name) }).collect())
}

/// Returns a template as an event takes it that wears something: with the same logo and signatures. What was taken off an event's own
/// template stays off, and one that is named by its digest is exactly that.
pub(in crate::acts) fn dress(
    store: &dyn Store,
    (named, said): (TemplateRef, &str),
    old: &TemplateRef,
) -> Result<TemplateRef, ActError> {
    if is_digest(said) || named.bundle == old.bundle {
        return Ok(named);
    }
    let (Some(new), Some(own)) = (read(store, &named)?, read(store, old)?) else { return Ok(named) };
    let is_next = named.name == old.name && template_named_for(&named.name).is_some();
    let places = new.asset_places();
    let is_lacking = |name: &&str| new.asset(name).is_none() && own.asset(name).is_some();
    let along: Vec<&str> = names().filter(is_lacking).filter(|name| !(is_next && places.contains_key(*name))).collect();
    if along.is_empty() {
        return Ok(named);
    }
    let bundle = dressed(new, &own, &along).map_err(unusable)?.to_bundle();
    Ok(TemplateRef { bundle: store.put_blob(&bundle)?, ..named })
}

fn read(store: &dyn Store, kept: &TemplateRef) -> Result<Option<Template>, ActError> {
    let BlobId(digest) = &kept.bundle;
    if digest.is_empty() {
        return Ok(None);
    }
    let bytes = store.blob(&kept.bundle)?.ok_or_else(|| StoreError::NotFound(digest.clone()))?;
    Template::from_bundle(&bytes).map(Some).map_err(unusable)
}

fn unusable(error: TemplateError) -> ActError {
    ActError::Face(FaceError::from(error))
}
