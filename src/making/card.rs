//! The card of a shared link as its template lays it out: what lies below the picture of the certificate, and what lies above it, as pixels.
//! What is put together of them is the business of [`crate::sharing`].

use super::face::FaceError;
use super::{Faces, Proven, record};
use crate::render::{Base, Raster, RenderError};
use crate::scene::Scene;
use crate::template::{CardParts, Filling, Layout, Template};

/// The page has four pixels to the millimetre; a little more, as fractions of a pixel are cut off.
const DPI: f32 = 4.0 * 25.4 + 0.01;

/// A card's layers.
#[derive(Debug)]
pub struct CardLayers {
    /// What lies below the picture.
    pub below: Raster,
    /// Where the picture of the certificate is, in pixels: left, top, width, height; and the colour of its edge.
    pub picture: Option<([u32; 4], Option<[u8; 3]>)>,
    /// What lies above it, on nothing.
    pub above: Option<Raster>,
}

impl Faces {
    /// Draws the layers of a certificate's card, from its stored record alone.
    ///
    /// # Errors
    /// When what it prints does not fit or has no glyphs, and as [`FaceError`] says.
    pub fn card_layers(&self, proven: &Proven, verifier: &str, card: &Template) -> Result<CardLayers, FaceError> {
        let certificate = proven.certificate();
        let says = record::of(proven.document(), &certificate.fields, certificate.days, verifier);
        let CardParts { below, picture, above } = card.card_parts();
        let above = above.map(|above| self.layer(&above, &says, false)).transpose()?;
        Ok(CardLayers { below: self.layer(&below, &says, true)?, picture, above })
    }

    fn layer(&self, template: &Template, says: &Filling, on_white: bool) -> Result<Raster, FaceError> {
        let layout = Layout::new(template, self.fonts())?;
        let own = layout.texts(says)?;
        let mut scene = Scene { tags: Vec::new(), ..layout.base().clone() };
        scene.items.extend(own.items);
        let base = Base::at_a_glance(&scene, layout.fonts(), &[])?;
        let drawn = base.raster(DPI, on_white)?;
        let (width, height) = template.purpose().pixels().unwrap_or((drawn.width, drawn.height));
        match (drawn.width, drawn.height) == (width, height) {
            true => Ok(drawn),
            false => Err(RenderError::RasterSize { width: drawn.width.into(), height: drawn.height.into() }.into()),
        }
    }
}
