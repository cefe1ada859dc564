//! Share cards and badges by templates, drawn: in several scripts, with long names, as pixels.

use std::collections::BTreeMap;

use testamur::render::{Base, BaseMeta, Raster};
use testamur::scene::Scene;
use testamur::template::{FillError, Filling, FontLibrary, LANGUAGES, Layout, Template, small_names};

/// Four pixels to the millimetre.
const DPI: f32 = 4.0 * 25.4 + 0.01;

fn record(name: &str, title: &str) -> Filling {
    let fields = [
        ("participant_name", name),
        ("event_title", title),
        ("organization_name", "Testamur Academy"),
        ("event_code", "WORKSHOP"),
    ];
    Filling {
        fields: fields.map(|(field, value)| (field.to_owned(), value.to_owned())).into(),
        dates: BTreeMap::new(),
        qr: testamur::qr::Symbol { version: 0, size: 0, modules: Vec::new() },
        language: None,
    }
}

fn drawn(template: &Template, record: &Filling) -> Result<Raster, FillError> {
    let layout = Layout::new(template, &FontLibrary::builtin()).unwrap();
    let own = layout.texts(record)?;
    let mut scene = Scene { tags: Vec::new(), ..layout.base().clone() };
    scene.items.extend(own.items);
    Ok(Base::new(&scene, layout.fonts(), &BaseMeta::default()).unwrap().raster(DPI, true).unwrap())
}

/// Returns how many pixels of a part are dark.
fn dark(raster: &Raster, [left, top, right, bottom]: [u32; 4]) -> usize {
    let at = |x: u32, y: u32| {
        let from = ((y * raster.width + x) * 4) as usize;
        raster.rgba[from..from + 3].iter().map(|part| u32::from(*part)).sum::<u32>() < 250
    };
    (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y))).filter(|(x, y)| at(*x, *y)).count()
}

#[test]
fn names_of_many_scripts_stand_on_a_card_within_their_place() {
    let template = Template::open("card-name").unwrap();
    let long = "Maximiliane-Alexandra Freifrau von und zu Hohenstein-Wittelsbach-Kesselring";
    for name in
        ["Zoë Ångström", "محمد بن أحمد العمري", "अनुराधा कृष्णमूर्ति", "Ελένη Παπαδοπούλου", "שרה כהן", "สมชาย ใจดี", long]
    {
        let card = drawn(&template, &record(name, "Applied Cartography and the History of Maps")).unwrap();
        assert_eq!((card.width, card.height), (1_200, 627), "{name}");
        assert!(dark(&card, [40, 80, 620, 290]) > 400, "{name}");
        // Nothing runs into the edges, nor to where the certificate is.
        assert_eq!(dark(&card, [0, 30, 40, 627]) + dark(&card, [650, 30, 1_200, 627]), 0, "{name}");
    }
}

#[test]
fn the_words_of_small_templates_are_drawn_in_every_language() {
    for name in small_names(None) {
        let english = Template::open(name).unwrap();
        for language in LANGUAGES {
            let template = Template::open(&format!("{name}.{language}")).unwrap();
            assert_eq!((template.purpose(), template.document().language.as_str()), (english.purpose(), language));
            drawn(&template, &record("Ada Lovelace", "Maps")).unwrap();
        }
    }
}
