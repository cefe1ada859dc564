//! A page turned about its middle, as it is laid out where lines are read from the right: what stood left stands right, and begins there.
//!
//! Knows no words and no language; letters and pictures are not turned.

use super::document::Document;
use super::model::{Align, Element};

/// Turns everything on the page about its middle.
pub(super) fn mirrored(document: &mut Document) {
    let (page, _) = document.page.millimetres();
    // Sums of numbers that were written with few digits have few digits.
    let over = |x: f32, width: f32| ((page - x - width) * 1_000.0).round() / 1_000.0;
    for element in &mut document.elements {
        match element {
            Element::Text(one) => {
                one.x = over(one.x, one.width);
                one.align = other(one.align);
            }
            Element::Image(one) => {
                one.x = over(one.x, one.width);
                one.align = other(one.align);
            }
            Element::Signatories(one) => {
                one.x = over(one.x, one.width);
                one.align = other(one.align);
            }
            Element::Line(one) => (one.x1, one.x2) = (over(one.x1, 0.0), over(one.x2, 0.0)),
            Element::Rect(one) => one.x = over(one.x, one.width),
            Element::Path(one) => {
                one.x = over(one.x, 0.0);
                one.scale_x = -one.scale_x;
            }
            Element::Certificate(one) => one.x = over(one.x, one.width),
            Element::Qr(one) => one.x = over(one.x, one.size),
        }
    }
}

fn other(align: Align) -> Align {
    match align {
        Align::Left => Align::Right,
        Align::Center => Align::Center,
        Align::Right => Align::Left,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    #[test]
    fn who_is_turned_twice_stands_where_they_stood() {
        for name in crate::template::builtin_names() {
            let document = Template::built_in(name, None).unwrap().document().clone();
            let mut turned = document.clone();
            mirrored(&mut turned);
            assert_ne!(turned, document, "{name}");
            mirrored(&mut turned);
            assert_eq!(turned, document, "{name}");
        }
    }
}
