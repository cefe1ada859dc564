//! Who else may see a certificate: its public page is hidden until its holder, or the event, makes it visible.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::acts::{ActError, EventPlan};
use crate::credential::{CertificateNumber, EventCode, Timestamp, limits};
use crate::desk::{Actor, Desk};
use crate::proof::jws::Jws;
use crate::store::{Certificate, Collection, DocumentWrite, Expect, PAGE_LIMIT, Store, StoreError};

/// Characters of the part of an id that cannot be guessed: 40 bits in base32.
const SUFFIX_CHARS: usize = 8;

/// What the public may see of a certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Whether it has a public page.
    pub visible: bool,
    /// Whether search engines may list that page.
    #[serde(default)]
    pub indexed: bool,
}

/// How it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    shown: Shown,
    by: Actor,
    at: Timestamp,
}

/// A certificate at its public address.
#[derive(Debug)]
pub struct Public {
    /// The version that the address names.
    pub certificate: Certificate,
    /// The credential in it.
    pub document: serde_json::Value,
    /// What may be seen.
    pub shown: Shown,
    /// The credential's address of the version that took its place, where that is to be seen too.
    pub newer: Option<String>,
}

/// Returns what the public may see of a certificate: as its holder said, else as its event does.
///
/// # Errors
/// When the store fails.
pub fn shown(store: &dyn Store, plan: &EventPlan, number: &CertificateNumber) -> Result<Shown, StoreError> {
    let kept = store.document(Collection::SHOWN, &key(number))?;
    let kept = kept.map(|document| document.read::<Kept>()).transpose()?;
    Ok(kept.map_or(Shown { visible: plan.public_pages, indexed: false }, |kept| kept.shown))
}

/// The same by the number alone.
///
/// # Errors
/// When the store fails.
pub fn shown_of(store: &dyn Store, number: &CertificateNumber) -> Result<Shown, StoreError> {
    shown(store, &crate::acts::plan(store, number.event())?.0, number)
}

/// Shows a certificate to the public, or hides it. A page that is hidden is in no listing of search engines either.
///
/// # Errors
/// When there is no such certificate, it names nobody any more, or the store fails.
pub fn set_shown(desk: &Desk, number: &CertificateNumber, shown: Shown) -> Result<(), ActError> {
    desk.store
        .certificate(number)?
        .filter(|certificate| certificate.erased.is_none())
        .ok_or_else(|| StoreError::NotFound(number.to_string()))?;
    let shown = Shown { indexed: shown.indexed && shown.visible, ..shown };
    let kept = Kept { shown, by: desk.actor.who(), at: desk.now };
    let put = DocumentWrite::put(Collection::SHOWN, key(number), Expect::Any, &kept);
    let action = if shown.visible { "certificate.show" } else { "certificate.hide" };
    let act = desk.act(action, number, json!({ "indexed": shown.indexed }));
    desk.store.write_documents(&[put], Some(&act))?;
    Ok(())
}

/// Returns the certificate at a public address (`NUMBER-SUFFIX`), if it is to be seen there. Nothing for everything else: an
/// address that nobody made visible does not say who exists.
///
/// # Errors
/// When the store fails.
pub fn public(store: &dyn Store, id: &str) -> Result<Option<Public>, StoreError> {
    let Some((number, suffix)) = id.rsplit_once('-').filter(|(_, suffix)| suffix.len() == SUFFIX_CHARS) else {
        return Ok(None);
    };
    let Ok(number) = number.parse::<CertificateNumber>() else { return Ok(None) };
    let end = format!("/c/{number}-{suffix}");
    let versions = store.versions(&number)?;
    let newest = newest(&versions);
    for certificate in versions {
        let Some(document) = document(&certificate) else { continue };
        if certificate.erased.is_some() || !document["id"].as_str().is_some_and(|id| id.ends_with(&end)) {
            continue;
        }
        let shown = shown_of(store, &number)?;
        let newer = newer(newest.as_ref(), &certificate);
        return Ok(shown.visible.then_some(Public { certificate, document, shown, newer }));
    }
    Ok(None)
}

/// Returns the current version of a certificate, if it is to be seen by the public.
///
/// # Errors
/// When the store fails.
pub(super) fn public_of(store: &dyn Store, number: &CertificateNumber) -> Result<Option<Public>, StoreError> {
    let Some(certificate) = store.certificate(number)?.filter(|one| one.erased.is_none()) else { return Ok(None) };
    let shown = shown_of(store, number)?;
    let document = document(&certificate).filter(|_| shown.visible);
    Ok(document.map(|document| Public { certificate, document, shown, newer: None }))
}

/// Calls back with everything that is to be seen by the public: each version of each visible certificate, which has an address of
/// its own. What was erased is in none.
///
/// # Errors
/// When the store fails, or `take` does.
pub fn each_public(
    store: &dyn Store,
    take: &mut dyn FnMut(Public) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut cursor = None::<String>;
    loop {
        let page = store.events(cursor.as_deref(), PAGE_LIMIT)?;
        for event in page.items {
            each_public_of(store, &event.code, take)?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

fn each_public_of(
    store: &dyn Store,
    code: &EventCode,
    take: &mut dyn FnMut(Public) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let said = said(store, code)?;
    let (all, mut cursor) = (crate::acts::plan(store, code)?.0.public_pages, None::<String>);
    if !all {
        let visible = said.into_iter().filter(|(_, shown)| shown.visible);
        return visible.into_iter().try_for_each(|(number, shown)| {
            let number = number.parse::<CertificateNumber>().ok();
            let certificate = number.map(|number| store.certificate(&number)).transpose()?.flatten();
            certificate.map_or(Ok(()), |certificate| each_version(store, certificate, shown, take))
        });
    }
    loop {
        let page = store.certificates(Some(code), cursor.as_deref(), PAGE_LIMIT)?;
        for certificate in page.items {
            let shown = said.get(&certificate.number.to_string()).copied();
            let shown = shown.unwrap_or(Shown { visible: true, indexed: false });
            if shown.visible {
                each_version(store, certificate, shown, take)?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Returns what was said of certificates of an event, by number.
fn said(store: &dyn Store, code: &EventCode) -> Result<BTreeMap<String, Shown>, StoreError> {
    let (prefix, mut all, mut cursor) = (format!("{code}/"), BTreeMap::new(), None::<String>);
    loop {
        let page = store.documents(Collection::SHOWN, &prefix, cursor.as_deref(), PAGE_LIMIT)?;
        for document in page.items {
            let number = document.key.strip_prefix(&prefix).unwrap_or(&document.key).to_owned();
            all.insert(number, document.read::<Kept>()?.shown);
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

fn each_version(
    store: &dyn Store,
    current: Certificate,
    shown: Shown,
    take: &mut dyn FnMut(Public) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let versions = if current.version > 1 { store.versions(&current.number)? } else { vec![current] };
    let newest = newest(&versions);
    for certificate in versions.into_iter().filter(|one| one.erased.is_none()) {
        if let Some(document) = document(&certificate) {
            let newer = newer(newest.as_ref(), &certificate);
            take(Public { certificate, document, shown, newer })?;
        }
    }
    Ok(())
}

/// Returns the newest version that names somebody, and its credential's address.
fn newest(versions: &[Certificate]) -> Option<(u32, String)> {
    let newest = versions.iter().filter(|one| one.erased.is_none()).max_by_key(|one| one.version)?;
    Some((newest.version, document(newest)?["id"].as_str()?.to_owned()))
}

/// Returns the address of the newest version, where this one is an older one. A number is shown or hidden with all its versions.
fn newer(newest: Option<&(u32, String)>, certificate: &Certificate) -> Option<String> {
    newest.filter(|(version, _)| *version > certificate.version).map(|(_, address)| address.clone())
}

/// Returns the address of a certificate's public page: that of its current version.
///
/// # Errors
/// When there is no such certificate, or the store fails.
pub fn address(store: &dyn Store, number: &CertificateNumber) -> Result<String, StoreError> {
    let missing = || StoreError::NotFound(number.to_string());
    let certificate = store.certificate(number)?.filter(|one| one.erased.is_none()).ok_or_else(missing)?;
    let id = document(&certificate).and_then(|document| Some(document["id"].as_str()?.to_owned()));
    id.ok_or_else(|| StoreError::Damaged {
        path: number.to_string(),
        problem: "its credential cannot be read".to_owned(),
    })
}

fn key(number: &CertificateNumber) -> String {
    format!("{}/{number}", number.event())
}

fn document(certificate: &Certificate) -> Option<serde_json::Value> {
    let jws = Jws::parse(&certificate.jws, limits::CREDENTIAL_BYTES).ok()?;
    serde_json::from_slice(&jws.payload).ok()
}
