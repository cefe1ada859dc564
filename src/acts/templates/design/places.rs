//! Places for what an event wears on a page that is begun from nothing: else its logo and signatures would be on no certificate of it.

use serde_json::{Value, json};

use super::super::worn::worn;
use super::super::{LOGO, SIGNATURES};
use super::{ActError, Beginning};
use crate::acts::planned;
use crate::desk::Desk;
use crate::template::Page;

/// Space to the edges of the page, in millimetres.
const MARGIN: f32 = 20.0;
/// Height of the row of those who sign, and its distance from the lower edge.
const SIGNS: (f32, f32) = (25.0, 55.0);
/// What is left free for a code beside them.
const CODE: f32 = 70.0;
/// Largest place of a logo.
const LOGO_MM: (f32, f32) = (80.0, 16.0);

/// Returns elements with the places that an event's own pictures need, as far as it has some.
pub(super) fn of_event(desk: &Desk, beginning: &Beginning) -> Result<Vec<Value>, ActError> {
    let Some(code) = beginning.event.as_ref().filter(|_| beginning.purpose.is_certificate()) else {
        return Ok(Vec::new());
    };
    let event = planned(desk, code)?.event;
    let worn: Vec<&str> = worn(desk.store, &event.template, None)?.into_iter().map(|one| one.name).collect();
    let page: Page = beginning.page.clone().and_then(|page| serde_json::from_value(page).ok()).unwrap_or_default();
    Ok(of(&worn, page.millimetres()))
}

fn of(worn: &[&str], (width, height): (f32, f32)) -> Vec<Value> {
    let mut elements = Vec::new();
    if worn.contains(&LOGO) {
        let (w, h) = (LOGO_MM.0.min(width), LOGO_MM.1.min(height));
        let (x, y) = (((width - w) / 2.0).round(), MARGIN.min(height - h));
        elements
            .push(json!({ "type": "image", "asset": LOGO, "x": x, "y": y, "width": w, "height": h, "align": "center",
            "alt": "Logo", "optional": true }));
    }
    let last = SIGNATURES.iter().rposition(|name| worn.contains(name));
    if let Some(last) = last {
        let person = |at: usize| {
            json!({ "name": format!("{{signatory_{}_name}}", at + 1), "title": format!("{{signatory_{}_title}}", at + 1),
                "image": SIGNATURES[at] })
        };
        let wide = (width - MARGIN - CODE).max(width / 3.0).round();
        let y = (height - SIGNS.1).max(0.0).round();
        elements.push(
            json!({ "type": "signatories", "x": MARGIN.min(width - wide), "y": y, "width": wide, "height": SIGNS.0,
            "people": (0..=last.max(1)).map(person).collect::<Vec<_>>() }),
        );
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_wears_something_has_a_place_for_it_and_no_other_has_one() {
        let page = (297.0, 210.0);
        assert!(of(&[], page).is_empty());
        let both = of(&["logo", "signature_3"], page);
        assert_eq!((both.len(), &both[0]["asset"], &both[0]["optional"]), (2, &json!("logo"), &json!(true)));
        let people = both[1]["people"].as_array().unwrap();
        assert_eq!((people.len(), &people[2]["image"]), (3, &json!("signature_3")));
        // Also on the smallest page nothing lies outside.
        for one in of(&["logo", "signature_1"], (50.0, 50.0)) {
            let side = |name: &str| one[name].as_f64().unwrap();
            assert!(side("x") >= 0.0 && side("x") + side("width") <= 50.0, "{one}");
            assert!(side("y") >= 0.0 && side("y") + side("height") <= 50.0, "{one}");
        }
    }
}
