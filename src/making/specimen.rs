//! Specimens: what a certificate would look like. A specimen is nobody's: no key of the issuer's has signed it, and its code
//! carries no credential.

use std::sync::Arc;

use super::make::{constants, kept_fields, random};
use super::record::{self, Constants};
use super::{Draft, Face, FaceError, Faces, IssueError, Order, Subject};
use crate::credential::{
    Achievement, CertificateNumber, CredentialSuffix, EventCode, Extras, PrintedDays, StatusEntry,
};
use crate::desk::{Desk, Signer};
use crate::proof::eddsa::SecretKey;
use crate::scene::{Color, Drawing, Item, Path, PathSegment, Scene};
use crate::store::{BlobId, Certificate, CertificateState, Event, Fields, Participant, PersonKey, TemplateRef};
use crate::template::{FontLibrary, Template};

/// A certificate to look at: nobody's. Its code says so to every verifier, and no credential is in it.
#[derive(Debug, Clone)]
pub struct Specimen {
    /// Name to print.
    pub recipient: String,
    /// Title of the event.
    pub title: String,
    /// Further columns.
    pub fields: Fields,
}

/// Draws the certificate that somebody would get, with SPECIMEN across the page and in its code. Nothing is reserved or kept.
///
/// # Errors
/// See [`SpecimenError`].
pub fn preview(desk: &Desk, faces: &Faces, event: &Event, order: &Order) -> Result<Vec<u8>, SpecimenError> {
    // No certificate has the number 0.
    let tier = order.tier.as_deref();
    let model = Model {
        event,
        person: &order.person,
        template: &order.template,
        fields: kept_fields(event, &order.person, tier),
    };
    let verifier = &desk.issuer.verifier;
    let (document, certificate) = model.signed(desk, 0)?;
    let face = faces.of(desk.store, &order.template, &constants(desk, event))?;
    let mut scene = face.texts(&record::of(&document, &model.fields, certificate.days, verifier))?;
    // First, so that every text and the QR code stay readable on it.
    scene.items.insert(0, mark(&scene));
    Ok(face.specimen(scene, &certificate, verifier)?)
}

/// What a specimen shows.
pub(super) struct Model<'a> {
    pub(super) event: &'a Event,
    pub(super) person: &'a Participant,
    pub(super) template: &'a TemplateRef,
    pub(super) fields: Fields,
}

impl Model<'_> {
    /// Builds the credential and its record, signed by a key that is thrown away: how large the code is, and what is printed.
    pub(super) fn signed(&self, desk: &Desk, number: u64) -> Result<(serde_json::Value, Certificate), SpecimenError> {
        let zone = desk.zone(self.event);
        let number = CertificateNumber::new(self.event.code.clone(), zone.day(desk.now).year(), number);
        let status = StatusEntry { list: 1, index: 131_071 };
        let kid = format!("{}#k0", desk.issuer.did());
        let signer = Signer { id: "k0".to_owned(), kid, key: SecretKey::from_seed(&random()?), own: Arc::default() };
        let subject = Subject::new(self.event, self.person, zone)?;
        let suffix = CredentialSuffix::from_random(random()?);
        let draft = Draft::new(desk.issuer, &signer.kid, &subject, number.clone(), suffix, status, desk.now)?;
        let document = draft.document.clone();
        let signed = draft.sign(&signer)?;
        let certificate = Certificate {
            number,
            version: 1,
            person: self.person.key.clone(),
            recipient: self.person.name.clone(),
            email: None,
            fields: self.fields.clone(),
            jws: signed.jws,
            key: signer.id,
            template: self.template.clone(),
            drawing: Drawing::default().number(),
            status,
            issued: desk.now,
            signed: desk.now,
            valid_until: signed.valid_until,
            days: PrintedDays::of(zone, desk.now, signed.valid_until),
            state: CertificateState::Active,
            basis: None,
            run: None,
            withdrawal: None,
            erased: None,
            earlier: None,
            former: Vec::new(),
        };
        Ok((document, certificate))
    }
}

/// The letters of SPECIMEN as strokes in a box of 4 by 6.
const LETTERS: [&[&[(f32, f32)]]; 8] = [
    &[&[(4.0, 6.0), (0.0, 6.0), (0.0, 3.0), (4.0, 3.0), (4.0, 0.0), (0.0, 0.0)]],
    &[&[(0.0, 0.0), (0.0, 6.0), (4.0, 6.0), (4.0, 3.0), (0.0, 3.0)]],
    &[&[(4.0, 6.0), (0.0, 6.0), (0.0, 0.0), (4.0, 0.0)], &[(0.0, 3.0), (3.0, 3.0)]],
    &[&[(4.0, 6.0), (0.0, 6.0), (0.0, 0.0), (4.0, 0.0)]],
    &[&[(2.0, 0.0), (2.0, 6.0)], &[(0.5, 6.0), (3.5, 6.0)], &[(0.5, 0.0), (3.5, 0.0)]],
    &[&[(0.0, 0.0), (0.0, 6.0), (2.0, 3.0), (4.0, 6.0), (4.0, 0.0)]],
    &[&[(4.0, 6.0), (0.0, 6.0), (0.0, 0.0), (4.0, 0.0)], &[(0.0, 3.0), (3.0, 3.0)]],
    &[&[(0.0, 0.0), (0.0, 6.0), (4.0, 0.0), (4.0, 6.0)]],
];

/// SPECIMEN from the lower left to the upper right, as strokes: no template lacks the letters.
fn mark(scene: &Scene) -> Item {
    let (width, height) = (scene.width, scene.height);
    let diagonal = width.hypot(height);
    let (cos, sin) = (width / diagonal, height / diagonal);
    let wide = LETTERS.len() as f32 * 6.0 - 2.0;
    let unit = diagonal * 0.72 / wide;
    let place = |letter: usize, (x, y): (f32, f32)| {
        let (x, y) = ((letter as f32 * 6.0 + x - wide / 2.0) * unit, (y - 3.0) * unit);
        (width / 2.0 + x * cos - y * sin, height / 2.0 + x * sin + y * cos)
    };
    let mut segments = Vec::new();
    for (at, strokes) in LETTERS.iter().enumerate() {
        for stroke in strokes.iter() {
            for (first, point) in stroke.iter().enumerate() {
                let (x, y) = place(at, *point);
                segments.push(if first == 0 { PathSegment::Move(x, y) } else { PathSegment::Line(x, y) });
            }
        }
    }
    // Seen at once, and light and thin enough to read what stands there.
    let color = Color { r: 0.95, g: 0.74, b: 0.74 };
    Item::Path(Path { segments, fill: None, stroke: Some((color, unit * 0.24)) })
}

/// Why a specimen cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SpecimenError {
    /// It cannot be built.
    #[error(transparent)]
    Draft(#[from] super::DraftError),
    /// It cannot be drawn.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// No random bytes.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

impl Specimen {
    /// Draws the specimen's PDF. Nothing is reserved or kept.
    ///
    /// # Errors
    /// See [`SpecimenError`].
    pub fn pdf(&self, desk: &Desk, template: &Template, fonts: &FontLibrary) -> Result<Vec<u8>, SpecimenError> {
        self.drawn(desk, template, fonts, false)
    }

    /// The same with SPECIMEN across the page.
    ///
    /// # Errors
    /// See [`SpecimenError`].
    pub fn marked_pdf(&self, desk: &Desk, template: &Template, fonts: &FontLibrary) -> Result<Vec<u8>, SpecimenError> {
        self.drawn(desk, template, fonts, true)
    }

    fn drawn(
        &self,
        desk: &Desk,
        template: &Template,
        fonts: &FontLibrary,
        marked: bool,
    ) -> Result<Vec<u8>, SpecimenError> {
        let (event, person) = (self.event(desk), self.person(desk));
        let model = Model { event: &event, person: &person, template: &event.template, fields: person.fields.clone() };
        let verifier = &desk.issuer.verifier;
        let (document, certificate) = model.signed(desk, 1)?;
        let face = Face::compile(template, fonts, &Constants::of(&document, &person.fields, verifier))?;
        let mut scene = face.texts(&record::of(&document, &person.fields, certificate.days, verifier))?;
        if marked {
            scene.items.insert(0, mark(&scene));
        }
        Ok(face.specimen(scene, &certificate, verifier)?)
    }

    pub(super) fn event(&self, desk: &Desk) -> Event {
        let code: EventCode = "SPECIMEN".parse().expect("a code of capitals");
        Event {
            achievement: Achievement {
                path: format!("a/{code}"),
                name: self.title.clone(),
                description: "A specimen to look at; it certifies nothing.".to_owned(),
                criteria: "None: this is a specimen.".to_owned(),
                achievement_type: "Certificate".to_owned(),
            },
            code,
            starts: Some(desk.now.plus_days(-2)),
            ends: Some(desk.now),
            expires_after: None,
            template: TemplateRef { name: "preview".to_owned(), bundle: BlobId(String::new()) },
            extras: Extras::default(),
            constants: Fields::new(),
            publish_results: Some(true),
            zone: None,
            created: desk.now,
        }
    }

    pub(super) fn person(&self, desk: &Desk) -> Participant {
        let key = PersonKey("specimen".to_owned());
        Participant::new(key, self.recipient.clone(), None, self.fields.clone(), desk.now)
    }
}
