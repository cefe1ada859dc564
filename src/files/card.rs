//! The card of a shared link: drawn as the event's template says, or with the picture of the certificate in the middle of plain ground.

use image::RgbaImage;

use super::{FilesError, event_look};
use crate::making::{CardLayers, FaceError, Faces, Proven};
use crate::render::{Raster, RenderError};
use crate::sharing::card::{self, Placed};
use crate::store::{BlobId, Store};
use crate::template::Template;

/// Returns the card of a certificate. A template that cannot be drawn for it, because a name does not fit or a column is missing, gives way
/// to the plain card: whoever shares a certificate gets one.
///
/// # Errors
/// When the certificate cannot be drawn.
pub fn card_of(store: &dyn Store, faces: &Faces, proven: &Proven, verifier: &str) -> Result<Vec<u8>, FilesError> {
    let event = proven.certificate().number.event();
    let designed = match event_look(store, event)?.card {
        Some(bundle) => designed(store, faces, (proven, verifier), &bundle).ok(),
        None => None,
    };
    match designed {
        Some(card) => Ok(card),
        None => plain(store, faces, proven, verifier),
    }
}

fn plain(store: &dyn Store, faces: &Faces, proven: &Proven, verifier: &str) -> Result<Vec<u8>, FilesError> {
    let small = drawn(proven, faces.png_within(store, proven, verifier, card::ROOM))?;
    card::card(&small).map_err(picture)
}

fn designed(
    store: &dyn Store,
    faces: &Faces,
    (proven, verifier): (&Proven, &str),
    bundle: &BlobId,
) -> Result<Vec<u8>, FilesError> {
    let bytes = store.blob(bundle)?.ok_or_else(|| FaceError::TemplateMissing(bundle.to_string()));
    let template = Template::from_bundle(&drawn(proven, bytes)?)?;
    let CardLayers { below, picture: place, above } = drawn(proven, faces.card_layers(proven, verifier, &template))?;
    let shown = match place {
        Some(([_, _, wide, high], _)) => Some(drawn(proven, faces.png_within(store, proven, verifier, (wide, high)))?),
        None => None,
    };
    let placed = place.zip(shown.as_deref()).map(|((area, edge), picture)| Placed { picture, area, edge });
    let above = above.map(pixels).transpose()?;
    card::designed(&pixels(below)?, placed, above.as_ref()).map_err(picture)
}

fn drawn<T>(proven: &Proven, drawn: Result<T, FaceError>) -> Result<T, FilesError> {
    drawn.map_err(|cause| FilesError::Draw { number: proven.certificate().number.to_string(), cause })
}

fn pixels(raster: Raster) -> Result<RgbaImage, FilesError> {
    let (width, height) = (raster.width, raster.height);
    RgbaImage::from_raw(width, height, raster.rgba)
        .ok_or_else(|| RenderError::RasterSize { width: width.into(), height: height.into() }.into())
}

fn picture(error: image::ImageError) -> FilesError {
    RenderError::Unreadable(error.to_string()).into()
}
