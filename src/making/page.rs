//! A template's page as the designer shows it: the scenes that would become somebody's PDF, as an SVG. Its code is a specimen's, as
//! every verifier says.

use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

use super::face::parsed;
use super::record;
use super::specimen::{Model, Specimen, SpecimenError};
use super::{Constants, FaceError, Faces, Order, constants};
use crate::desk::Desk;
use crate::qr::{self, Symbol};
use crate::render::{page_svg, shown, shown_pixels};
use crate::scene::{Drawing, ImageItem, Scene};
use crate::store::{Event, Fields, Participant};
use crate::template::{FillError, Filling, Layout, Template};

/// Most memory that pictures take which wait for the next drawing.
const PICTURE_BYTES: usize = 24 << 20;

/// Placeholders that the credential alone fills.
const SIGNED: [&str; 8] = [
    "certificate_number",
    "credential_id",
    "event_code",
    "event_title",
    "organization_name",
    "verify_url",
    "verify_host",
    "participant_name",
];

/// For whom a page is drawn.
pub enum Whose<'a> {
    /// For somebody who does not exist.
    Nobody(&'a Specimen),
    /// As an event's certificate would be for an order; its template is not looked at.
    Ordered(&'a Event, &'a Order),
}

/// Draws a template's page as an SVG: what the PDF would show, with outlines alone.
///
/// # Errors
/// See [`SpecimenError`].
pub fn page(desk: &Desk, faces: &Faces, template: &Template, whose: &Whose<'_>) -> Result<String, SpecimenError> {
    let (constants, record, text) = filled_for(desk, whose)?;
    let layout = Layout::with_constants(template, faces.fonts(), constants.values()).map_err(FaceError::from)?;
    let mut own = layout.texts(&record).map_err(FaceError::from)?;
    layout.place_qr(&mut own, &Symbol::of(&text).map_err(FaceError::from)?).map_err(FaceError::from)?;
    Ok(faces.svg(&[layout.base(), &own], &layout, &template.document().title)?)
}

/// Returns the version of the code of what [`page`] draws.
///
/// # Errors
/// See [`SpecimenError`].
pub fn code_version(desk: &Desk, whose: &Whose<'_>) -> Result<u8, SpecimenError> {
    let (.., text) = filled_for(desk, whose)?;
    Ok(Symbol::of(&text).map_err(FaceError::from)?.version)
}

/// Returns what is the same for all, what is printed of somebody, and what their code would say.
fn filled_for(desk: &Desk, whose: &Whose<'_>) -> Result<(Constants, Filling, String), SpecimenError> {
    Ok(match whose {
        Whose::Nobody(specimen) => {
            let (event, person) = (specimen.event(desk), specimen.person(desk));
            let (document, filling, text) = filled(desk, &event, &person, person.fields.clone())?;
            (Constants::of(&document, &person.fields, &desk.issuer.verifier), filling, text)
        }
        Whose::Ordered(event, order) => {
            let fields = super::make::kept_fields(event, &order.person, order.tier.as_deref());
            let (_, filling, text) = filled(desk, event, &order.person, fields)?;
            (constants(desk, event), filling, text)
        }
    })
}

/// Returns the credential of somebody, what is printed of it, and what a specimen's code would say.
fn filled(
    desk: &Desk,
    event: &Event,
    person: &Participant,
    fields: Fields,
) -> Result<(serde_json::Value, Filling, String), SpecimenError> {
    let verifier = &desk.issuer.verifier;
    let model = Model { event, person, template: &event.template, fields };
    let (document, certificate) = model.signed(desk, 0)?;
    let filling = record::of(&document, &model.fields, certificate.days, verifier);
    let text = qr::specimen(&parsed(&certificate)?, verifier);
    Ok((document, filling, text))
}

/// Names tried with a template as an event's certificates would be drawn with it.
pub struct NameTrial {
    layout: Layout,
    record: Filling,
}

impl NameTrial {
    /// Lays a template out for the certificates of an event; `columns` stand where somebody's own are missing.
    ///
    /// # Errors
    /// When it cannot be laid out.
    pub fn new(
        desk: &Desk,
        faces: &Faces,
        template: &Template,
        event: &Event,
        (somebody, columns): (&Participant, &Fields),
    ) -> Result<Self, SpecimenError> {
        let mut fields = columns.clone();
        fields.extend(super::make::kept_fields(event, somebody, None));
        let (_, record, _) = filled(desk, event, somebody, fields)?;
        let constants = constants(desk, event);
        let layout = Layout::with_constants(template, faces.fonts(), constants.values()).map_err(FaceError::from)?;
        Ok(Self { layout, record })
    }

    /// Returns the size to which somebody's name shrinks, if it does.
    ///
    /// # Errors
    /// Why it cannot be printed.
    pub fn shrinks_to(&self, person: &Participant) -> Result<Option<f32>, FillError> {
        let mut record = self.record.clone();
        // What is signed wins over a column of the same name.
        let own = person.fields.iter().filter(|(name, _)| !SIGNED.contains(&name.as_str()));
        record.fields.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        record.fields.insert("participant_name".to_owned(), person.name.clone());
        record.language = person.fields.get("language").filter(|tag| !tag.is_empty()).cloned();
        self.layout.name_shrinks_to(&record)
    }
}

impl Faces {
    /// Draws scenes over each other, with their pictures in them.
    pub(super) fn svg(&self, scenes: &[&Scene], layout: &Layout, title: &str) -> Result<String, FaceError> {
        let drawing = scenes.first().map_or(Drawing::default(), |scene| scene.drawing);
        page_svg(scenes, layout.fonts(), title, |image| self.picture(image, drawing).map(|shown| (*shown).clone()))
    }

    /// Returns a picture as an address with all of it in it (RFC 2397); drawn once while it is shown.
    fn picture(&self, image: &ImageItem, drawing: Drawing) -> Result<Arc<String>, FaceError> {
        let digest = HEXLOWER.encode(&Sha256::digest(&*image.bytes));
        let key = format!("{digest} {:?} {:?} {}", shown_pixels(image), image.turn, drawing.number());
        if let Some(found) = self.shown().iter().find(|(known, _)| *known == key) {
            return Ok(found.1.clone());
        }
        let shown = shown(image, drawing, self.fonts())?;
        let text = Arc::new(format!("data:{};base64,{}", shown.kind, BASE64.encode(&shown.bytes)));
        let mut kept = self.shown();
        kept.push((key, text.clone()));
        while kept.len() > 1 && kept.iter().map(|(_, text)| text.len()).sum::<usize>() > PICTURE_BYTES {
            kept.remove(0);
        }
        Ok(text)
    }
}
