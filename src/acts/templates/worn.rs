//! What an event wears: its logo and the signatures of who signs. They lie in its template's bundle beside the document, and go along to
//! the next template; one that has no place for them keeps them for the one after, and that is told.

use serde::Serialize;
use utoipa::ToSchema;

use super::{ActError, Kept, KeptVersion, LOGO, SIGNATURES, dressed, is_digest, kept, opened};
use crate::making::FaceError;
use crate::store::{BlobId, Store, StoreError, TemplateRef, template_named_for};
use crate::template::{Template, TemplateError, name_and_version};

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
    let Some(bundle) = read_if(store, kept)? else { return Ok(Vec::new()) };
    let places = other.as_ref().unwrap_or(&bundle).asset_places();
    let own = its_own(store, kept, &bundle)?.into_iter();
    Ok(own.map(|name| Worn { name, shown: places.contains_key(name) }).collect())
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
    let Some(bundle) = read_if(store, old)? else { return Ok(named) };
    let Some(new) = read(store, &named)? else { return Ok(named) };
    let mut along = its_own(store, old, &bundle)?;
    along.retain(|name| new.asset(name).is_none());
    if !along.is_empty() && named.name == old.name && template_named_for(&named.name).is_some() {
        let off = taken_off(store, (&named.name, said), (&new, &bundle))?;
        along.retain(|name| !off.contains(name));
    }
    if along.is_empty() {
        return Ok(named);
    }
    let bundle = dressed(new, &bundle, &along).map_err(unusable)?.to_bundle();
    Ok(TemplateRef { bundle: store.put_blob(&bundle)?, ..named })
}

/// Returns the pictures in what an event keeps that are its own. Those that a template of the library has itself, in whichever version,
/// belong to that one, and stay with it.
fn its_own(store: &dyn Store, kept: &TemplateRef, bundle: &Template) -> Result<Vec<&'static str>, ActError> {
    let mut own: Vec<_> = names().filter(|name| bundle.asset(name).is_some()).collect();
    if own.is_empty() || template_named_for(&kept.name).is_some() {
        return Ok(own);
    }
    for version in versions(store, &kept.name)?.iter().rev() {
        if own.is_empty() {
            break;
        }
        if let Some(version) = read_if(store, version)? {
            own.retain(|name| version.asset(name) != bundle.asset(name));
        }
    }
    Ok(own)
}

/// Returns what was taken off an event's own template by the version that is named: it is the one before with fewer pictures, and with
/// nothing else. Another document, or another picture beside, does not say that the rest shall go.
fn taken_off(
    store: &dyn Store,
    (name, said): (&str, &str),
    (new, own): (&Template, &Template),
) -> Result<Vec<&'static str>, ActError> {
    let Some(before) = before(store, name, name_and_version(said).1)? else { return Ok(Vec::new()) };
    let language = &new.document().language;
    // It is named in the language of the event, and kept in one.
    let other = Some(&before).filter(|before| before.document().language != *language);
    let before = other.and_then(|before| before.in_language(language)).unwrap_or(before);
    let is_there = |name: &str| new.asset(name).is_none_or(|bytes| before.asset(name) == Some(bytes));
    if before.document() != new.document() || !names().all(is_there) {
        return Ok(Vec::new());
    }
    let is_off = |name: &&str| new.asset(name).is_none() && before.asset(name) == own.asset(name);
    Ok(names().filter(is_off).collect())
}

/// Returns the version before the newest one of the library's, or before the one with this number.
fn before(store: &dyn Store, name: &str, version: Option<u32>) -> Result<Option<Template>, ActError> {
    let Some(kept) = in_library(store, name)? else { return Ok(None) };
    let is_named = |one: &KeptVersion| version.is_none_or(|number| one.version == number);
    let before = kept.versions.iter().rposition(is_named).and_then(|at| kept.versions.get(at.checked_sub(1)?));
    before.map_or(Ok(None), |before| read_if(store, &reference(name, before)))
}

/// Returns what events keep of each version of a template of the library, oldest first.
fn versions(store: &dyn Store, name: &str) -> Result<Vec<TemplateRef>, ActError> {
    let kept = in_library(store, name)?;
    Ok(kept.iter().flat_map(|kept| &kept.versions).map(|version| reference(name, version)).collect())
}

fn reference(name: &str, version: &KeptVersion) -> TemplateRef {
    TemplateRef { name: name.to_owned(), bundle: BlobId(version.digest.clone()) }
}

fn in_library(store: &dyn Store, name: &str) -> Result<Option<Kept>, ActError> {
    match kept(store, name) {
        Err(ActError::NotInLibrary(_)) => Ok(None),
        found => found.map(|(kept, _)| Some(kept)),
    }
}

/// As [`read`]; nothing where it is lost or cannot be read: an event that has it can take another one.
fn read_if(store: &dyn Store, kept: &TemplateRef) -> Result<Option<Template>, ActError> {
    match read(store, kept) {
        Err(ActError::Face(_) | ActError::Store(StoreError::NotFound(_) | StoreError::Damaged { .. })) => Ok(None),
        found => found,
    }
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
