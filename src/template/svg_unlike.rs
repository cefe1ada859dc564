//! What of an SVG is drawn otherwise than browsers show it, so that a designer hears of it: colours, lengths, shapes and selectors of
//! newer CSS, text that flows, meshes, parts of other files. Knows names, and draws nothing; what is refused is known to
//! [`crate::render`].

use svg2pdf::usvg::roxmltree::{Document, Node, ParsingOptions};

use super::svg_guard::is_svg;
use super::svg_scan::nesting;
use super::svg_style::Styles;

/// Properties that are colours, or paint.
const COLOURS: [&str; 6] = ["fill", "stroke", "stop-color", "color", "flood-color", "lighting-color"];
/// Colour functions that are not read.
const NEW_COLOURS: [&str; 8] =
    ["oklch(", "oklab(", "lch(", "lab(", "hwb(", "color-mix(", "light-dark(", "device-cmyk("];
/// Units that are not read.
const NEW_UNITS: [&str; 10] = ["rem", "vw", "vh", "vmin", "vmax", "lh", "ch", "q", "cqw", "cqh"];
/// Properties that are lengths, or may be.
const LENGTHS: [&str; 19] = [
    "x",
    "y",
    "width",
    "height",
    "r",
    "rx",
    "ry",
    "cx",
    "cy",
    "x1",
    "y1",
    "x2",
    "y2",
    "fx",
    "fy",
    "stroke-width",
    "stroke-dashoffset",
    "stroke-dasharray",
    "offset",
];
/// Places and sizes that browsers take from style sheets too, by the elements that have them.
const PLACED: [(&str, &[&str]); 6] = [
    ("circle", &["cx", "cy", "r"]),
    ("ellipse", &["cx", "cy", "rx", "ry"]),
    ("rect", &["x", "y", "width", "height", "rx", "ry"]),
    ("use", &["x", "y"]),
    ("image", &["x", "y", "width", "height"]),
    ("path", &["d"]),
];
/// Elements that are not drawn, and what they are.
const ELEMENTS: [(&str, &str); 7] = [
    ("flowRoot", "text that flows in a shape (flowRoot)"),
    ("meshgradient", "a mesh gradient"),
    ("meshGradient", "a mesh gradient"),
    ("mesh", "a mesh gradient"),
    ("hatch", "a hatch"),
    ("set", "an animation"),
    ("image", "a picture inside it"),
];
/// What style sheets hold that is not read, and what it is.
const SHEETS: [(&str, &str); 9] = [
    ("@import", "a style sheet of another file (@import)"),
    ("@supports", "rules of a style sheet that hold at times only (@supports)"),
    ("@layer", "layers of a style sheet (@layer)"),
    ("@keyframes", "an animation"),
    (":not(", "a selector that is not known (:not)"),
    (":nth-", "a selector that is not known (:nth-child)"),
    (":is(", "a selector that is not known (:is)"),
    (":where(", "a selector that is not known (:where)"),
    (":has(", "a selector that is not known (:has)"),
];

/// Returns what is drawn otherwise, each kind once, in words. A document that is not good has nothing: that is told elsewhere.
pub(super) fn unlike(text: &str) -> Vec<&'static str> {
    let text = text.trim_start_matches('\u{feff}');
    let Ok(depth) = nesting(text) else { return Vec::new() };
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let Ok(document) = Document::parse_with_options(text, options) else { return Vec::new() };
    let Ok(styles) = Styles::read(&document, depth) else { return Vec::new() };
    let mut found = Vec::new();
    for node in document.descendants().filter(|node| node.is_element() && is_svg(node.tag_name().namespace())) {
        look(node, &styles, &mut found);
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|what| seen.insert(*what));
    found
}

fn look<'v>(node: Node<'v, 'v>, styles: &'v Styles<'v>, found: &mut Vec<&'static str>) {
    let element = node.tag_name().name();
    found.extend(ELEMENTS.iter().filter(|(name, _)| *name == element).map(|(_, what)| *what));
    if element == "style" {
        found.extend(sheet(node.text().unwrap_or_default()));
    }
    let href = |node: Node<'_, '_>| {
        node.attributes().find(|one| one.name() == "href").map(|one| one.value().trim().to_owned())
    };
    if element == "use" && href(node).is_some_and(|href| !href.is_empty() && !href.starts_with('#')) {
        found.push("a part of another file (use)");
    }
    let attribute = |name: &str, value: &str| node.attributes().any(|one| one.name() == name && one.value() == value);
    styles.declared(node, |name, value| {
        found.extend(declared(element, name, value.trim(), attribute(name, value)));
    });
}

/// What style sheets say that is not read.
fn sheet(text: &str) -> impl Iterator<Item = &'static str> {
    let known = SHEETS.iter().filter(|(mark, _)| text.contains(mark)).map(|(_, what)| *what);
    // Who reads in the dark sees other colours; paper is light.
    let media = text.split("@media").skip(1).any(|rest| {
        let asks = rest.split('{').next().unwrap_or_default();
        !asks.contains("prefers-color-scheme: dark")
            && !asks.contains("prefers-color-scheme:dark")
            && !asks.contains("hover")
    });
    let media = media.then_some("rules of a style sheet that hold at times only (@media)");
    let plain: String =
        text.split("@media").next().unwrap_or_default().chars().filter(|c| matches!(c, '{' | '}')).collect();
    let nested = plain.contains("{{").then_some("rules of a style sheet inside of others");
    known.chain(media).chain(nested).collect::<Vec<_>>().into_iter()
}

/// Returns what a property says that is not read.
fn declared(element: &str, name: &str, value: &str, attribute: bool) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    if COLOURS.contains(&name) && is_new_colour(&lower) {
        return Some("a colour of newer CSS, such as oklch(…) or rgb(… …)");
    }
    if ["calc(", "clamp(", "env("].iter().any(|function| lower.contains(function)) {
        return Some("a length that is worked out (calc)");
    }
    let unit = lower.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    if LENGTHS.contains(&name) && unit.len() < lower.len() && NEW_UNITS.contains(&unit) {
        return Some("a length in units of newer CSS, such as rem or vw");
    }
    let none = ["", "none", "auto", "inherit", "initial", "unset"].contains(&&*lower);
    match name {
        "transform" if has_units(&lower) => Some("a transform with units, as rotate(45deg)"),
        "rotate" | "translate" | "scale" | "offset-path" if !attribute && !none => Some("a transform of newer CSS"),
        "clip-path" | "mask" if !none && !lower.contains("url(") => Some("a shape of CSS to clip or mask with"),
        "mask-image" | "-webkit-mask-image" | "backdrop-filter" if !none => Some("a mask or a filter of CSS"),
        "mix-blend-mode" if lower.starts_with("plus-") => Some("a blend mode that paper does not have"),
        "vector-effect" if lower.contains("non-scaling") => Some("strokes that keep their width (vector-effect)"),
        "animation" | "animation-name" if !none => Some("an animation"),
        _ if attribute || none => None,
        _ => PLACED
            .iter()
            .any(|(one, names)| *one == element && names.contains(&name))
            .then_some("a place or a size in a style sheet, which is read from attributes only"),
    }
}

fn is_new_colour(value: &str) -> bool {
    let begins = |function: &str| {
        let apart = |before: &str| !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
        value.match_indices(function).any(|(at, _)| apart(&value[..at]))
    };
    // `rgb(255 0 0 / 50%)`.
    let spaced = ["rgb(", "rgba(", "hsl(", "hsla("].iter().any(|function| {
        let inside = value.split_once(function).map(|(_, rest)| rest.split(')').next().unwrap_or_default());
        inside.is_some_and(|inside| !inside.contains(','))
    });
    spaced || begins("color(") || NEW_COLOURS.iter().any(|function| begins(function))
}

/// `rotate(45deg)`, `translate(10px, 3px)`, `translate3d(…)`; `1e-5` is a number.
fn has_units(transform: &str) -> bool {
    let numbers = transform
        .split(['(', ')', ',', ' '])
        .filter(|part| part.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '+')));
    transform.contains("3d(")
        || numbers
            .map(str::trim)
            .any(|part| !part.is_empty() && part.parse::<f64>().is_err() && svg_numbers_break(part))
}

/// Whether letters stand in a number that are no exponent; `10-5` are two numbers.
fn svg_numbers_break(part: &str) -> bool {
    let letters: String = part.chars().filter(|c| c.is_ascii_alphabetic() || *c == '%').collect();
    !letters.is_empty() && letters.chars().any(|c| c != 'e')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(inside: &str) -> Vec<&'static str> {
        unlike(&format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="http://www.inkscape.org/namespaces/inkscape" width="9" height="9">{inside}</svg>"#
        ))
    }

    #[test]
    fn what_browsers_show_otherwise_is_found() {
        for (inside, said) in [
            ("<rect fill='oklch(0.6 0.2 30)'/>", "colour"),
            ("<rect style='fill:color(display-p3 1 0 0)'/>", "colour"),
            ("<rect fill='rgb(255 0 0 / 50%)'/>", "colour"),
            ("<rect fill='light-dark(red,blue)'/>", "colour"),
            ("<rect width='calc(100% - 20px)'/>", "calc"),
            ("<rect width='10rem'/>", "rem or vw"),
            ("<rect height='50vh'/>", "rem or vw"),
            ("<rect style='transform:rotate(45deg)'/>", "transform with units"),
            ("<rect style='transform:translate(10px,3px)'/>", "transform with units"),
            ("<rect style='rotate:45deg'/>", "transform of newer CSS"),
            ("<rect clip-path='circle(10px)'/>", "clip or mask"),
            ("<rect style='mask-image:linear-gradient(red,blue)'/>", "mask"),
            ("<rect style='mix-blend-mode:plus-lighter'/>", "blend"),
            ("<rect vector-effect='non-scaling-stroke'/>", "vector-effect"),
            ("<circle style='cx:20px;r:10px'/>", "attributes only"),
            ("<path style='d:path(\"M0 0H5\")'/>", "attributes only"),
            ("<use href='other.svg#a'/>", "another file"),
            ("<flowRoot><flowPara>Ada</flowPara></flowRoot>", "flowRoot"),
            ("<defs><meshgradient id='m'/></defs>", "mesh"),
            ("<style>@media print{rect{fill:red}}</style>", "@media"),
            ("<style>rect:not(.a){fill:red}</style>", ":not"),
            ("<style>g{fill:blue; rect{fill:red}}</style>", "inside of others"),
            ("<style>@keyframes a{from{opacity:0}}</style>", "animation"),
        ] {
            let found = of(inside);
            assert!(found.iter().any(|what| what.contains(said)), "{inside}: {found:?}");
        }
    }

    #[test]
    fn what_editors_write_is_none_of_it() {
        for inside in [
            "<rect width='5' height='5' fill='rgb(255, 0, 0)' stroke='hsl(120, 50%, 50%)' transform='rotate(45) matrix(1e-5 0 0 1.5-3 4,5)'/>",
            "<rect style='fill:#cd853f icc-color(acmecmyk, 0.1, 0.2, 0.3, 0.4);width:auto;mix-blend-mode:multiply;isolation:isolate'/>",
            "<g clip-path='url(#c)' mask='none' style='vector-effect:none;-inkscape-stroke:none;transform-origin:0 0'/>",
            "<i:flowRoot/><use href='#a' x='10%' y='2em'/>",
            "<style>.a{fill:red} .b,.c:hover{fill:blue}@font-face{font-family:x}@media (prefers-color-scheme: dark){.a{fill:blue}}</style>",
            "<path d='M0 0h9' stroke-width='0.5px' stroke-dasharray='1 2'/><line x1='1in' y2='2.5cm'/>",
        ] {
            assert_eq!(of(inside), Vec::<&str>::new(), "{inside}");
        }
        assert_eq!(of("<rect width='1rem'/><rect width='2rem'/>").len(), 1);
    }
}
