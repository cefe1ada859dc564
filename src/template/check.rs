//! Looks a template over before anybody is issued a certificate with it.

use std::collections::BTreeSet;

use super::fonts::FontLibrary;
use super::layout::Layout;
use super::load::Template;
use super::model::{Element, HexColor, QrBox, TextBox};
use super::near::nearest;
use super::placeholder::{self, DATE_PLACEHOLDERS, Piece, TEXT_PLACEHOLDERS};
use super::qr_place::{EDGE_MM, GOOD_MODULE_MM, floor_mm, modules, quiet_mm};
use crate::qr::MAX_VERSION;

/// Something that a designer should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether certificates can be issued all the same.
    pub severity: Severity,
    /// Where in the document, as `elements[3]`.
    pub at: String,
    /// What it is.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Certificates would not verify or could not be made.
    Error,
    /// Certificates may look wrong.
    Warning,
}

/// Least contrast of text on the page's colour (WCAG 2.2, success criterion 1.4.3 for large text).
const MIN_CONTRAST: f32 = 3.0;

/// Placeholders that an event fills once for all; so are those of who signs.
const SAME_FOR_ALL: [&str; 5] = ["organization_name", "event_title", "description", "criteria", "verify_host"];

impl Template {
    /// Looks the template over; `columns` are the names of a list's columns that it may use besides the built-in ones.
    pub fn check(&self, fonts: &FontLibrary, columns: &[&str]) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.check_placeholders(columns, &mut findings);
        match self.document.purpose.is_certificate() {
            true => self.check_qr(&mut findings),
            false => self.check_small(&mut findings),
        }
        let (width, height) = self.document.page.millimetres();
        for (at, element) in self.document.elements.iter().enumerate() {
            let at = format!("elements[{at}]");
            if element.extent().is_some_and(|[x, y, w, h]| x >= width || y >= height || x + w <= 0.0 || y + h <= 0.0) {
                let message = format!("lies wholly outside the page of {width} mm by {height} mm");
                findings.push(fault(&at, message, "move it onto the page, or take it out"));
            } else if let Some([x, y, w, h]) = element.area() {
                let inside = x >= 0.0 && y >= 0.0 && x + w <= width + 0.01 && y + h <= height + 0.01;
                let is_judged_else = match element {
                    Element::Qr(_) => true,
                    // What is cut off of a small picture's texts is a fault.
                    Element::Text(_) => !self.document.purpose.is_certificate(),
                    _ => false,
                };
                if !inside && !is_judged_else {
                    let message = format!("reaches outside the page of {width} mm by {height} mm");
                    findings.push(warning(&at, message, "move it or make it smaller"));
                }
            }
            if let Element::Text(text) = element {
                self.check_text(text, &at, fonts, &mut findings);
            }
        }
        self.check_layers(&mut findings);
        self.check_pictures(&mut findings);
        for (at, error) in Layout::faults(self, fonts) {
            let hint = "correct the template, or add a font that has the character";
            findings.push(fault(&at, error.to_string(), hint));
        }
        findings.sort_by_key(|finding| finding.severity);
        findings
    }

    fn check_placeholders(&self, columns: &[&str], findings: &mut Vec<Finding>) {
        let known: BTreeSet<&str> = TEXT_PLACEHOLDERS.iter().chain(DATE_PLACEHOLDERS).chain(columns).copied().collect();
        for name in self.placeholders() {
            if !known.contains(name.as_str()) {
                let message = format!("placeholder `{{{name}}}` is not built in");
                let hint = match nearest(&name, known.iter().copied()) {
                    Some(near) => {
                        format!("did you mean {{{near}}}? Else the imported list must have a column `{name}`")
                    }
                    None => "the imported list must have a column of exactly this name".to_owned(),
                };
                findings.push(warning("elements", message, &hint));
            }
        }
        if self.document.purpose.is_certificate() && !self.placeholders().contains("participant_name") {
            let hint = "add a text box with {participant_name}";
            findings.push(warning("elements", "the participant's name is not on the page".into(), hint));
        }
    }

    fn check_qr(&self, findings: &mut Vec<Finding>) {
        let elements = || self.document.elements.iter().enumerate();
        let Some((at, qr)) = elements().find_map(|(at, e)| if let Element::Qr(qr) = e { Some((at, qr)) } else { None })
        else {
            let message = "there is no QR code, so paper copies cannot be verified".to_owned();
            return findings.push(fault("elements", message, "add an element of type qr"));
        };
        let label = format!("elements[{at}]");
        self.check_qr_place(qr, &label, findings);
        let quiet = quiet_mm(qr.size);
        let zone = [qr.x - quiet, qr.y - quiet, qr.size + 2.0 * quiet, qr.size + 2.0 * quiet];
        for (other, element) in elements().filter(|(other, _)| *other != at) {
            // What is drawn before the QR code lies under its white ground; texts lie above.
            let above = other > at || matches!(element, Element::Text(_) | Element::Signatories(_));
            if above && element.area().is_some_and(|area| overlap(area, zone)) {
                let message = format!("overlaps the QR code or its quiet zone of {quiet:.1} mm");
                findings.push(fault(&format!("elements[{other}]"), message, "leave white around the QR code"));
            }
        }
    }

    fn check_qr_place(&self, qr: &QrBox, at: &str, findings: &mut Vec<Finding>) {
        let (width, height) = self.document.page.millimetres();
        let floor = floor_mm();
        if qr.size < floor - 1e-3 {
            let message = format!("the QR code is {} mm wide; the largest symbol needs {floor:.1} mm", qr.size);
            findings.push(fault(at, message, "make it 40 mm"));
        } else if qr.size < modules(MAX_VERSION) * GOOD_MODULE_MM - 0.1 {
            let message = format!("the QR code's modules may be smaller than {GOOD_MODULE_MM} mm");
            findings.push(warning(at, message, "make it 40 mm"));
        }
        let edge = qr.x.min(qr.y).min(width - qr.x - qr.size).min(height - qr.y - qr.size);
        if edge < EDGE_MM {
            let message = format!("the QR code is {edge:.1} mm from the paper's edge");
            findings.push(fault(at, message, "keep it 10 mm or more away: printers and holes cut there"));
        }
    }

    /// Finds what would hide a text by its layer, and does not: what is the same on all certificates is drawn once, below the rest.
    fn check_layers(&self, findings: &mut Vec<Finding>) {
        let elements = &self.document.elements;
        for (at, element) in elements.iter().enumerate() {
            if !matches!(element, Element::Image(_) | Element::Rect(_)) {
                continue;
            }
            let Some(area) = element.area() else { continue };
            let hidden = elements[..at].iter().find_map(|below| match below {
                Element::Text(text) if overlap(area, [text.x, text.y, text.width, text.height]) => differing(text),
                _ => None,
            });
            if let Some(name) = hidden {
                let message = format!(
                    "lies over {{{name}}} by its layer, and is drawn below it: what differs from certificate to certificate lies above"
                );
                let hint = "put it below that text, or move it aside";
                findings.push(warning(&format!("elements[{at}]"), message, hint));
            }
        }
    }

    fn check_text(&self, text: &TextBox, at: &str, fonts: &FontLibrary, findings: &mut Vec<Finding>) {
        if !fonts.has_family(&text.font) && self.document.fonts.is_empty() {
            let message = format!("there is no font family `{}`; a fallback is used", text.font);
            findings.push(warning(at, message, "name a built-in family, or add the font file to `fonts`"));
        }
        let paper = self.document.background.color.unwrap_or(HexColor([255; 3]));
        let covered = self.document.background.asset.is_some()
            || self.document.elements.iter().take_while(|e| !matches!(e, Element::Text(t) if t == text)).any(|e| {
                matches!(e, Element::Rect(_) | Element::Path(_) | Element::Image(_) | Element::Certificate(_))
                    && e.area().is_none_or(|area| overlap(area, [text.x, text.y, text.width, text.height]))
            });
        if !covered && contrast(paper, text.color) < MIN_CONTRAST {
            let message = format!("text in {} is hard to read on {}", String::from(text.color), String::from(paper));
            findings.push(warning(at, message, "choose a darker or lighter colour"));
        }
    }
}

/// Returns the first placeholder of a text that is not filled the same on all certificates of an event.
fn differing(text: &TextBox) -> Option<String> {
    let is_same = |name: &str| SAME_FOR_ALL.contains(&name) || name.starts_with("signatory_");
    placeholder::parse(&text.text).unwrap_or_default().into_iter().find_map(|piece| match piece {
        Piece::Text(name) if !is_same(&name) => Some(name),
        Piece::Date { name, .. } => Some(name),
        _ => None,
    })
}

impl Element {
    /// Returns left, top, width and height of where a mark on it stands.
    pub(super) fn marked(&self) -> Option<[f32; 4]> {
        match self {
            Self::Path(e) => Some(super::vector::extent(e)),
            _ => self.extent(),
        }
    }

    /// Returns left, top, width and height of everything but ornaments.
    pub(super) fn extent(&self) -> Option<[f32; 4]> {
        match self {
            Self::Rect(e) => Some([e.x, e.y, e.width, e.height]),
            Self::Line(e) => Some([e.x1.min(e.x2), e.y1.min(e.y2), (e.x2 - e.x1).abs(), (e.y2 - e.y1).abs()]),
            _ => self.area(),
        }
    }

    /// Returns left, top, width and height; nothing for lines and ornaments.
    fn area(&self) -> Option<[f32; 4]> {
        match self {
            Self::Text(e) => Some([e.x, e.y, e.width, e.height]),
            Self::Image(e) => Some([e.x, e.y, e.width, e.height]),
            Self::Signatories(e) => Some([e.x, e.y, e.width, e.height]),
            Self::Rect(e) if e.fill.is_some() => Some([e.x, e.y, e.width, e.height]),
            Self::Qr(e) => Some([e.x, e.y, e.size, e.size]),
            Self::Certificate(e) => Some([e.x, e.y, e.width, e.height]),
            Self::Rect(_) | Self::Line(_) | Self::Path(_) => None,
        }
    }
}

fn overlap([ax, ay, aw, ah]: [f32; 4], [bx, by, bw, bh]: [f32; 4]) -> bool {
    ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah
}

/// Contrast ratio of two colours (WCAG 2.2, "relative luminance").
fn contrast(a: HexColor, b: HexColor) -> f32 {
    let luminance = |HexColor(rgb): HexColor| -> f32 {
        let linear = rgb.map(|byte| {
            let c = f32::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

pub(super) fn fault(at: &str, message: String, hint: &str) -> Finding {
    Finding { severity: Severity::Error, at: at.to_owned(), message, hint: hint.to_owned() }
}

pub(super) fn warning(at: &str, message: String, hint: &str) -> Finding {
    Finding { severity: Severity::Warning, at: at.to_owned(), message, hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_its_layer_says_and_the_drawing_does_not_is_told() {
        let text = |text: &str, y: u32| json!({ "type": "text", "text": text, "x": 20, "y": y, "width": 90, "height": 9, "size": 9 });
        let rect = |y: u32, fill: bool| {
            let mut rect = json!({ "type": "rect", "x": 30, "y": y, "width": 20, "height": 9, "stroke": "#102030" });
            if fill {
                rect["fill"] = json!("#102030");
            }
            rect
        };
        let elements = json!([
            rect(20, true),
            text("{participant_name}", 20),
            text("{event_title}", 40),
            text("{issue_date:long}", 60),
            // Over a name and over a date; over what is the same for all; aside; and one through which it is seen.
            rect(20, true),
            rect(60, true),
            rect(40, true),
            rect(80, true),
            rect(20, false),
        ]);
        let document = json!({ "testamur": 1, "title": "t", "elements": elements }).to_string();
        let template = Template::new(document.as_bytes(), BTreeMap::new()).unwrap();
        let mut findings = Vec::new();
        template.check_layers(&mut findings);
        let found: Vec<_> = findings.iter().map(|one| (one.at.as_str(), one.message.split(" by ").next())).collect();
        assert_eq!(
            found,
            [("elements[4]", Some("lies over {participant_name}")), ("elements[5]", Some("lies over {issue_date}")),]
        );
    }
}
