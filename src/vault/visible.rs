//! The certificates that the public may see, as the acts say, drawn for the site.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use askama::Template as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::acts::portal;
use crate::credential::EventCode;
use crate::desk::Issuer;
use crate::files::{Badges, EventLook, badge_says, card_of, event_look};
use crate::making::{Faces, OwnKeys, PICTURE_DPI};
use crate::pages::{Parts, Still, Texts, edition, shared, text};
use crate::publish::pages::{BADGE, Digest, DrawError, PAGE, PICTURES, PublicPages, Wanted};
use crate::qr;
use crate::store::{BlobId, Certificate, Store, StoreError};
use crate::template::Template;

/// All certificates of a store that the public may see.
pub(super) struct Visible<'a> {
    /// The store.
    pub(super) store: &'a dyn Store,
    /// Who issues.
    pub(super) issuer: &'a Issuer,
    /// What certificates look like.
    pub(super) faces: &'a Faces,
    /// The issuer's keys: what they did not sign is not shown.
    pub(super) own: &'a OwnKeys,
    /// The newest root key, base64url, which pages pin.
    pub(super) root: String,
    /// Most pages that are drawn for one publication.
    pub(super) at_once: usize,
    /// Pages that are drawn at the same time.
    pub(super) hands: usize,
    /// Languages of templates that were looked at.
    pub(super) languages: Languages,
    /// What events have of their own, of those that were looked at, and badges that were drawn.
    pub(super) badges: (OwnLooks, Badges),
}

/// What events have of their own.
pub(super) type OwnLooks = Mutex<HashMap<EventCode, EventLook>>;

/// The languages of templates, by bundle.
pub(super) type Languages = Mutex<HashMap<BlobId, String>>;

impl fmt::Debug for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visible").field("at_once", &self.at_once).finish_non_exhaustive()
    }
}

impl Visible<'_> {
    /// Returns the language of a certificate's page: that of its template, or the issuer's.
    fn language(&self, certificate: &Certificate) -> Result<&'static Texts, StoreError> {
        let bundle = &certificate.template.bundle;
        let named =
            |language: &str| Texts::named(language).unwrap_or_else(|| Texts::of_house(self.issuer.language.now()));
        if let Some(known) = self.languages.lock().unwrap_or_else(PoisonError::into_inner).get(bundle) {
            return Ok(named(known));
        }
        let template = self.store.blob(bundle)?.and_then(|bytes| Template::from_bundle(&bytes).ok());
        let said = template.map(|template| template.document().language.clone()).unwrap_or_default();
        let t = named(&said);
        self.languages.lock().unwrap_or_else(PoisonError::into_inner).insert(bundle.clone(), said);
        Ok(t)
    }

    /// Returns what an event has of its own.
    fn look(&self, event: &EventCode) -> Result<EventLook, StoreError> {
        if let Some(known) = self.badges.0.lock().unwrap_or_else(PoisonError::into_inner).get(event) {
            return Ok(known.clone());
        }
        let own = event_look(self.store, event)?;
        self.badges.0.lock().unwrap_or_else(PoisonError::into_inner).insert(event.clone(), own.clone());
        Ok(own)
    }

    fn wanted(&self, seen: &portal::Public) -> Result<Option<Wanted>, StoreError> {
        let portal::Public { certificate: one, document, shown, newer } = seen;
        let id = text(document, "/id");
        let Some((_, name)) = id.rsplit_once("/c/") else { return Ok(None) };
        let (issuer, EventLook { badge, card }) = (self.issuer, self.look(one.number.event())?);
        let page = json!([
            edition(),
            one.jws,
            shown.indexed,
            self.language(one)?.language,
            issuer.name,
            issuer.verifier,
            self.root,
            badge.is_some(),
            newer,
        ]);
        let mut pictures = json!([one.jws, one.fields, one.template, one.drawing, one.days, issuer.verifier]);
        // Where there is none, the pictures are those of earlier versions, and stay.
        if let Some(parts) = pictures.as_array_mut() {
            parts.extend(badge.iter().map(|badge| json!(badge.mark())));
            parts.extend(card.iter().map(|card| json!(format!("card {card}"))));
        }
        let (page, pictures) = (digest(&page), digest(&pictures));
        Ok(Some(Wanted { name: name.to_owned(), page, pictures, badge: badge.is_some() }))
    }
}

fn digest(parts: &serde_json::Value) -> Digest {
    let all = Sha256::digest(parts.to_string());
    let mut short = Digest::default();
    short.copy_from_slice(&all[..size_of::<Digest>()]);
    short
}

impl PublicPages for Visible<'_> {
    fn each(&self, take: &mut dyn FnMut(Wanted)) -> Result<(), StoreError> {
        portal::each_public(self.store, &mut |seen| {
            self.wanted(&seen)?.into_iter().for_each(&mut *take);
            Ok(())
        })
    }

    fn draw(&self, name: &str, with_pictures: bool) -> Result<Option<Vec<(&'static str, Vec<u8>)>>, DrawError> {
        let Some(portal::Public { certificate, shown, newer, .. }) = portal::public(self.store, name)? else {
            return Ok(None);
        };
        let proven = self.own.prove(&certificate)?;
        let verifier = &self.issuer.verifier;
        let event = certificate.number.event();
        let badge = self.look(event)?.badge;
        let page = Still::of(Parts {
            t: self.language(&certificate)?,
            issuer: self.issuer,
            document: proven.document(),
            jws: &certificate.jws,
            verifier: qr::pack(proven.jws(), verifier),
            root: &self.root,
            indexed: shown.indexed,
            badge: badge.is_some(),
            days: certificate.printed_days(),
            newer,
        });
        let mut files = Vec::new();
        if with_pictures {
            let picture = self.faces.png(self.store, &proven, verifier, PICTURE_DPI)?;
            let card = card_of(self.store, self.faces, &proven, verifier)?;
            let [certificate, beside] = PICTURES;
            files.extend([(beside, card), (certificate, picture)]);
            if let Some(badge) = badge {
                let says = badge_says(proven.document());
                files.push((BADGE, self.badges.1.own(self.store, event, (&badge, says), self.faces)?.png.clone()));
            }
        }
        // The page last: it shows the others.
        files.push((PAGE, page.render()?.into_bytes()));
        Ok(Some(files))
    }

    fn shared(&self) -> Vec<(String, Vec<u8>)> {
        shared()
    }

    fn at_once(&self) -> usize {
        self.at_once
    }

    fn hands(&self) -> usize {
        self.hands
    }
}
