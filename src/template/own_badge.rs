//! A badge of an event's own: one picture, judged as the pictures of templates are, on a page of the size of badges.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::asset::{self, Kind, kind};
use super::{Template, TemplateError};

/// Largest picture of a badge, in bytes: each baked file carries it.
pub const MAX_BADGE_BYTES: usize = 1 << 20;
/// Fewest pixels of a side: a badge is shown as large as a hand's breadth.
const LEAST_PIXELS: f32 = 200.0;
/// Most pixels of a side.
const MOST_PIXELS: f32 = 2_000.0;
/// The page: the picture as large as it can be, on nothing.
const PAGE: &str = r#"{ "testamur": 1, "title": "Badge", "language": "en", "page": { "width": 100, "height": 100 },
    "elements": [{ "type": "image", "asset": "badge", "x": 0, "y": 0, "width": 100, "height": 100, "align": "center" }] }"#;

/// A badge of an event's own.
pub struct OwnBadge {
    /// The page with it.
    pub template: Template,
    /// The picture as nothing but its shapes, if it is an SVG.
    pub svg: Option<String>,
}

/// Reads a picture for a badge.
///
/// # Errors
/// When it is neither a PNG nor an SVG, too large, too small, damaged, or holds what would not be drawn as it is meant.
pub fn own_badge(picture: &[u8]) -> Result<OwnBadge, TemplateError> {
    let refused = |problem: String| TemplateError::Asset { asset: "badge".to_owned(), problem };
    if picture.len() > MAX_BADGE_BYTES {
        return Err(refused(format!("has {} bytes; at most {MAX_BADGE_BYTES} are taken", picture.len())));
    }
    let is_svg = match kind(picture) {
        Some(Kind::Svg) => true,
        Some(Kind::Raster) if picture.starts_with(b"\x89PNG") => false,
        _ => return Err(refused("is neither a PNG nor an SVG".to_owned())),
    };
    let assets = BTreeMap::from([("badge".to_owned(), Arc::new(picture.to_vec()))]);
    let template = Template::new(PAGE.as_bytes(), assets)?;
    let (width, height) = asset::picture_size("badge", picture)?;
    if !is_svg {
        if width.min(height) < LEAST_PIXELS || width.max(height) > MOST_PIXELS {
            let bounds = format!("{LEAST_PIXELS} to {MOST_PIXELS} each way are taken");
            return Err(refused(format!("has {width} by {height} pixels; {bounds}")));
        }
        // Its size stands at the beginning: what follows may be cut off.
        image::load_from_memory_with_format(picture, image::ImageFormat::Png)
            .map_err(|error| refused(format!("is a damaged picture: {error}")))?;
    }
    let svg = if is_svg { Some(asset::plain_svg("badge", picture)?) } else { None };
    Ok(OwnBadge { template, svg })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(side: u32) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = image::RgbaImage::from_pixel(side, side, image::Rgba([200, 30, 30, 255]));
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_are_read_and_others_are_refused_with_the_reason() {
        assert!(own_badge(&png(200)).unwrap().svg.is_none());
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\" fill=\"#123456\"/></svg>";
        let plain = own_badge(svg).unwrap().svg.unwrap();
        assert!(plain.contains("<path") && plain.contains("#123456"), "{plain}");
        let large = vec![b' '; MAX_BADGE_BYTES + 1];
        let outside = b"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 9 9\"><image xlink:href=\"http://x.example/a.png\" width=\"9\" height=\"9\"/></svg>";
        for (bytes, problem) in [
            (&png(199)[..], "pixels"),
            (b"GIF89a", "neither a PNG nor an SVG"),
            (b"%PDF-1.7", "neither a PNG nor an SVG"),
            (b"", "neither a PNG nor an SVG"),
            (&png(300)[..60], "damaged"),
            (&png(2_001), "pixels"),
            (&large, "at most"),
            (outside, ""),
        ] {
            let error = own_badge(bytes).err().map(|error| error.to_string()).unwrap_or_else(|| panic!("{problem}"));
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn scripts_and_handlers_do_not_come_through() {
        for hostile in [
            "<script>alert(1)</script>",
            "<g onload=\"alert(1)\"/>",
            "<a href=\"javascript:alert(1)\"><path d=\"M0 0h1v1z\"/></a>",
        ] {
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\" onload=\"alert(1)\"><path d=\"M0 0h9v9z\"/>{hostile}</svg>"
            );
            if let Ok(badge) = own_badge(svg.as_bytes()) {
                assert!(!badge.svg.unwrap().contains("alert"), "{hostile}");
            }
        }
    }
}
