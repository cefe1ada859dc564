//! What a designer should know about pictures: those that are stretched, coarse, damaged, or not drawn as a whole.

use std::sync::Arc;

use super::asset::{self, Kind};
use super::check::{Finding, Severity, fault, warning};
use super::load::Template;
use super::model::Element;
use super::svg_unlike::unlike;
use crate::scene::Drawing;

/// Least resolution of a picture that looks sharp on paper, in dots per inch.
const SHARP_DPI: f32 = 150.0;
/// Of a point.
const MILLIMETRES: f32 = 25.4 / 72.0;
/// How much longer one side may be drawn than the other before a circle looks like an egg.
const STRETCH: f32 = 1.02;
/// Annotations that are nothing to look at (ISO 32000-1, 12.5.6).
const UNSEEN: [&[u8]; 2] = [b"Link", b"Popup"];

impl Template {
    /// Returns what is wrong with pictures whose end is missing, at each place that shows one. A version that has the very same picture
    /// was taken `before`: what is kept goes on, and that is told only.
    pub fn cut_off(&self, before: Option<&Self>) -> Vec<Finding> {
        let known =
            |bytes: &Arc<Vec<u8>>| before.is_some_and(|before| before.assets.values().any(|other| other == bytes));
        let of = |wanted: asset::Wanted| {
            let (name, bytes) =
                self.assets.get_key_value(&wanted.name).filter(|(_, bytes)| asset::is_cut_off(bytes))?;
            let message =
                format!("`{name}` is damaged: its end is missing, and what is drawn of it is grey from there on");
            let found =
                fault(&wanted.at, message, "copy or download the picture once more, or open it and save it anew");
            Some(Finding { severity: if known(bytes) { Severity::Warning } else { Severity::Error }, ..found })
        };
        asset::wanted(&self.document).into_iter().filter_map(of).collect()
    }

    pub(super) fn check_pictures(&self, findings: &mut Vec<Finding>) {
        findings.extend(self.cut_off(None));
        let (width, height) = self.document.page.millimetres();
        if let Some((name, bytes)) =
            self.document.background.asset.as_ref().and_then(|name| self.assets.get_key_value(name))
        {
            self.check_background(name, bytes, (width, height), findings);
            check_sharpness(name, bytes, (width, height), "background", findings);
            check_svg(name, bytes, "background", findings);
        }
        for (at, element) in self.document.elements.iter().enumerate() {
            let Element::Image(image) = element else { continue };
            if let Some(bytes) = self.assets.get(&image.asset) {
                let at = format!("elements[{at}]");
                check_sharpness(&image.asset, bytes, (image.width, image.height), &at, findings);
                check_annotations(&image.asset, bytes, &at, findings);
                check_svg(&image.asset, bytes, &at, findings);
                if image.alt.trim().is_empty() && image.role.is_none() {
                    let message = format!("`{}` says nothing to those who hear the page", image.asset);
                    findings.push(warning(
                        &at,
                        message,
                        "say in `alt` what it shows, or in `role` that it is decoration",
                    ));
                }
            }
        }
    }

    fn check_background(&self, name: &str, bytes: &[u8], (width, height): (f32, f32), findings: &mut Vec<Finding>) {
        check_annotations(name, bytes, "background", findings);
        let Ok((w, h)) = asset::shown_size(name, bytes, Drawing::default()) else { return };
        let cut = asset::cut(bytes).filter(|_| asset::kind(bytes) == Some(Kind::Pdf));
        if cut.as_ref().is_some_and(|cut| cut.bleed && !cut.trim) {
            let message = format!(
                "`{name}` has a bleed (BleedBox), and does not say where it is to be cut (TrimBox): all of it is printed, \
                 made smaller"
            );
            findings.push(warning("background", message, "export it with its trim box, or without bleed"));
        }
        let stretch = (w / h) / (width / height);
        if !(1.0 / STRETCH..=STRETCH).contains(&stretch) {
            let at_trim = if cut.is_some_and(|cut| cut.trim) { " within its TrimBox" } else { "" };
            let size = match asset::kind(bytes) {
                Some(Kind::Pdf) => format!("{:.0} × {:.0} mm{at_trim}", w * MILLIMETRES, h * MILLIMETRES),
                Some(Kind::Raster) => format!("{w:.0} × {h:.0} pixels"),
                _ => format!("{w:.0} × {h:.0} units"),
            };
            let message = format!(
                "`{name}` is {size}, and the page {width:.0} × {height:.0} mm: it is stretched to fill the page"
            );
            let hint = "export it in the shape of the page, or give `page` its size";
            findings.push(warning("background", message, hint));
        }
    }
}

/// The resolution of a picture as large as it can be in its box.
fn check_sharpness(name: &str, bytes: &[u8], (width, height): (f32, f32), at: &str, findings: &mut Vec<Finding>) {
    if asset::kind(bytes) != Some(Kind::Raster) {
        return;
    }
    let Ok((w, h)) = asset::shown_size(name, bytes, Drawing::default()) else { return };
    let dpi = (w / width).max(h / height) * 25.4;
    if dpi < SHARP_DPI {
        let message = format!("`{name}` is printed with {dpi:.0} dots per inch, which looks coarse on paper");
        findings.push(warning(at, message, "use a picture with more pixels: 300 per inch, or an SVG or PDF"));
    }
}

/// What of an SVG is drawn otherwise than browsers show it.
fn check_svg(name: &str, bytes: &[u8], at: &str, findings: &mut Vec<Finding>) {
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|_| asset::kind(bytes) == Some(Kind::Svg)) else { return };
    for what in unlike(text) {
        let message = format!("`{name}` holds {what}: it is not drawn, or otherwise than a browser shows it");
        findings.push(warning(at, message, "look at the preview; convert it to plain shapes and colours"));
    }
}

/// What lies on a page without being part of it.
fn check_annotations(name: &str, bytes: &[u8], at: &str, findings: &mut Vec<Finding>) {
    if asset::kind(bytes) != Some(Kind::Pdf) {
        return;
    }
    let Ok(document) = lopdf::Document::load_mem(bytes) else { return };
    let pages: Vec<_> = document.page_iter().collect();
    let seen = |annotation: &&lopdf::Dictionary| {
        annotation.get(b"Subtype").and_then(lopdf::Object::as_name).is_ok_and(|kind| !UNSEEN.contains(&kind))
    };
    let count: usize =
        pages.iter().filter_map(|page| document.get_page_annotations(*page).ok()).flatten().filter(seen).count();
    if count > 0 {
        let message = match count {
            1 => format!("`{name}` holds a stamp, a comment or a form field, which is not drawn"),
            _ => format!("`{name}` holds {count} stamps, comments or form fields, which are not drawn"),
        };
        findings.push(warning(at, message, "make them part of the page: print it into a new PDF, or flatten it"));
    }
}
