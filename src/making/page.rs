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
use crate::render::{page_svg_of, shown, shown_pixels, svg_items, within_svg};
use crate::scene::{Drawing, ImageItem, Scene};
use crate::store::{Event, Fields, Participant};
use crate::template::{CardParts, Filling, Layout, Purpose, Template};

/// Most memory that pictures take which wait for the next drawing.
const PICTURE_BYTES: usize = 24 << 20;

/// What a card shows where there is no certificate to show.
const USUAL: &str = "classic";
/// A pixel of a card, in points: there are four to the millimetre.
const PIXEL: f32 = 72.0 / 25.4 / 4.0;

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
    let filled = filled_for(desk, whose)?;
    let items = match template.purpose() {
        Purpose::Card => {
            // What is wrong with an element is told with its place among all of them.
            laid_out(faces, template, &filled)?;
            card_items(desk, faces, template, (whose, &filled))?
        }
        Purpose::Certificate | Purpose::Badge => items(faces, template, &filled)?,
    };
    let (width, height) = points(template);
    Ok(page_svg_of((width, height), &template.document().title, &items))
}

/// What is the same for all, what is printed of somebody, and what their code would say.
type Filled = (Constants, Filling, String);

fn laid_out(
    faces: &Faces,
    template: &Template,
    (constants, record, text): &Filled,
) -> Result<(Layout, Scene), FaceError> {
    let layout = Layout::with_constants(template, faces.fonts(), constants.values())?;
    let mut own = layout.texts(record)?;
    layout.place_qr(&mut own, &Symbol::of(text)?)?;
    Ok((layout, own))
}

fn items(faces: &Faces, template: &Template, filled: &Filled) -> Result<String, FaceError> {
    let (layout, own) = laid_out(faces, template, filled)?;
    faces.items(&[layout.base(), &own], &layout)
}

/// Draws a card with the certificate that somebody would get.
fn card_items(
    desk: &Desk,
    faces: &Faces,
    card: &Template,
    (whose, filled): (&Whose<'_>, &Filled),
) -> Result<String, SpecimenError> {
    let CardParts { below, picture, above } = card.card_parts();
    let mut drawn = items(faces, &below, filled)?;
    let event_own = match whose {
        Whose::Ordered(_, order) if !order.template.bundle.0.is_empty() => desk.store.blob(&order.template.bundle)?,
        _ => None,
    };
    let own = event_own.and_then(|bundle| Template::from_bundle(&bundle).ok());
    if let Some((area, edge)) = picture {
        // A certificate that cannot be drawn for them is no fault of the card.
        let usual = Template::built_in(USUAL, None).ok();
        let shown = own.into_iter().chain(usual).find_map(|one| Some((items(faces, &one, filled).ok()?, points(&one))));
        drawn.extend(
            shown.map(|(items, page)| within_svg(area.map(|pixels| pixels as f32 * PIXEL), page, edge, &items)),
        );
    }
    if let Some(above) = above {
        drawn += &items(faces, &above, filled)?;
    }
    Ok(drawn)
}

/// Returns a template's page in points.
fn points(template: &Template) -> (f32, f32) {
    let (width, height) = template.document().page.millimetres();
    (width * 72.0 / 25.4, height * 72.0 / 25.4)
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
fn filled_for(desk: &Desk, whose: &Whose<'_>) -> Result<Filled, SpecimenError> {
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

impl Faces {
    /// Draws scenes over each other, with their pictures in them.
    pub(super) fn svg(&self, scenes: &[&Scene], layout: &Layout, title: &str) -> Result<String, FaceError> {
        let size = scenes.first().map_or((0.0, 0.0), |scene| (scene.width, scene.height));
        Ok(page_svg_of(size, title, &self.items(scenes, layout)?))
    }

    /// Draws what stands in such a page.
    fn items(&self, scenes: &[&Scene], layout: &Layout) -> Result<String, FaceError> {
        let drawing = scenes.first().map_or(Drawing::default(), |scene| scene.drawing);
        svg_items(scenes, layout.fonts(), |image| self.picture(image, drawing).map(|shown| (*shown).clone()))
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
