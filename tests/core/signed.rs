//! Who signs, and whose logo stands above: long names and offices are wrapped, and a logo is large enough to be read.

use std::collections::BTreeMap;

use testamur::scene::{GlyphRun, Item, Scene};
use testamur::template::{FontLibrary, Layout, Template, builtin_names};

const MILLIMETRE: f32 = 72.0 / 25.4;

/// Six people whose names and offices have 80 characters and more.
fn six() -> Vec<(String, String)> {
    let names = [
        "Professor Dr. Dr. h. c. Maximiliane Wilhelmine Freifrau von Hohenstein und Ehrenfels-Lindau",
        "Dr. María de los Ángeles Fernández de Córdoba y Rodríguez de la Fuente, Marquesa de Villanueva",
        "Associate Professor Chukwuemeka Oluwaseun Adebayo-Nwachukwu, PhD, FRSA, Chartered Engineer (UK)",
        "Екатерина Александровна Константинопольская-Преображенская, доктор педагогических наук, доцент",
        "Prof. Ing. arch. Božena Němcová-Svobodová z Hradce Králové, CSc., emeritní děkanka Fakulty umění",
        "Sir Montgomery Featherstonehaugh-Cholmondeley, Baronet, of Wymondham and Saint Osyth in Norfolk",
    ];
    let titles = [
        "Vice-Rector for Continuing Education, Lifelong Learning and International Cooperation of the University",
        "Vicedecana de Ordenación Académica, Calidad y Formación Permanente de la Facultad de Ciencias Sociales",
        "Head of the Regional Examination Board for Vocational Qualifications in Land Surveying and Cartography",
        "Заместитель директора по учебной работе и дополнительному профессиональному образованию взрослых",
        "Předsedkyně zkušební komise pro celoživotní vzdělávání při Ministerstvu školství, mládeže a tělovýchovy",
        "Honorary President of the Royal Society for the Encouragement of Surveying, Mapping and Navigation",
    ];
    names.into_iter().zip(titles).map(|(name, title)| (name.to_owned(), title.to_owned())).collect()
}

fn constants(people: &[(String, String)]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([
        ("event_title".to_owned(), "Applied Cartography".to_owned()),
        ("organization_name".to_owned(), "Example Academy".to_owned()),
    ]);
    for (at, (name, title)) in (1..).zip(people) {
        all.insert(format!("signatory_{at}_name"), name.clone());
        all.insert(format!("signatory_{at}_title"), title.clone());
    }
    all
}

fn runs(scene: &Scene) -> Vec<&GlyphRun> {
    scene.items.iter().filter_map(|item| if let Item::Glyphs(run) = item { Some(run) } else { None }).collect()
}

fn images(scene: &Scene) -> Vec<[f32; 4]> {
    scene.items.iter().filter_map(|item| if let Item::Image(image) = item { Some(image.rect) } else { None }).collect()
}

/// Left, bottom, right and top of what a line takes, roughly: a little less than its letters may.
fn area(run: &GlyphRun) -> [f32; 4] {
    let width: f32 = run.glyphs.iter().map(|glyph| glyph.advance).sum();
    [run.x, run.y - 0.1 * run.size, run.x + width, run.y + 0.6 * run.size]
}

fn overlap(one: [f32; 4], other: [f32; 4]) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

#[test]
fn long_names_and_offices_of_six_who_sign_are_wrapped_and_lie_over_nothing() {
    let people = six();
    assert!(people.iter().all(|(name, title)| name.chars().count() >= 80 && title.chars().count() >= 80));
    let signature =
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="10"><rect width="40" height="10"/></svg>"#;
    for (template, signed) in builtin_names().into_iter().flat_map(|name| [(name, false), (name, true)]) {
        let mut open = Template::open(template).unwrap();
        for at in 1..=6 {
            if signed {
                open = open.with_asset(&format!("signature_{at}"), signature.into()).unwrap();
            }
        }
        let layout = Layout::with_constants(&open, &FontLibrary::builtin(), &constants(&people)).unwrap();
        let runs = runs(layout.base());
        let printed: String = runs.iter().map(|run| format!("{} ", run.text.trim())).collect();
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        for text in people.iter().flat_map(|(name, title)| [name, title]) {
            assert!(squeezed(&printed).contains(&squeezed(text)), "{template}: {text} is not in {printed}");
            assert!(runs.iter().all(|run| run.text != *text), "{template}: {text} stands on one line");
        }
        for (at, one) in runs.iter().enumerate() {
            assert!(one.size >= 3.5, "{template}: `{}` has {} points", one.text, one.size);
            for other in &runs[at + 1..] {
                assert!(!overlap(area(one), area(other)), "{template}: `{}` lies over `{}`", one.text, other.text);
            }
            for image in images(layout.base()) {
                assert!(!overlap(area(one), image), "{template}: `{}` lies over a signature", one.text);
            }
        }
        assert_eq!(images(layout.base()).len(), if signed { 6 } else { 0 });
    }
}

#[test]
fn short_names_stand_as_they_did_before_long_ones_had_room() {
    let short = |names: &[&str]| -> Vec<(String, String)> {
        names.iter().map(|name| ((*name).to_owned(), "Director".to_owned())).collect()
    };
    let names = ["Helena Okafor", "Ada Lindqvist", "Ravi Kumar", "Mia Stone", "Jan Kowalski", "Zoë Müller"];
    for template in builtin_names() {
        let open = Template::open(template).unwrap();
        let layout = Layout::with_constants(&open, &FontLibrary::builtin(), &constants(&short(&names))).unwrap();
        let sizes = |text: &str| {
            let runs = runs(layout.base()).into_iter().filter(|run| run.text.trim() == text);
            runs.map(|run| run.size).collect::<Vec<_>>()
        };
        // One line each, in the size that the template says.
        let wanted = match template {
            "classic" | "laurel" => 12.5,
            "modern" => 10.5,
            _ => 10.0,
        };
        assert!(names.iter().all(|name| sizes(name) == [wanted]), "{template}");
        assert_eq!(sizes("Director"), [wanted * 0.8; 6], "{template}");
    }
}

/// How large a logo of this shape stands on a page, in millimetres: its width and its height.
fn logo(template: &str, width: f32, height: f32) -> [f32; 2] {
    let (size, area) = (format!(r#"width="{width}" height="{height}""#), r##"fill="#123456""##);
    let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} {area}/></svg>"#);
    let template = Template::open(template).unwrap().with_asset("logo", svg.into_bytes()).unwrap();
    let layout = Layout::with_constants(&template, &FontLibrary::builtin(), &constants(&[])).unwrap();
    let images =
        layout.base().items.iter().filter_map(|item| if let Item::Image(image) = item { Some(image) } else { None });
    let rects: Vec<[f32; 4]> = images.map(|image| image.rect).collect();
    let [[left, bottom, right, top]] = rects[..] else { panic!("{rects:?}") };
    [(right - left) / MILLIMETRE, (top - bottom) / MILLIMETRE]
}

#[test]
fn a_logo_is_large_enough_to_be_read_in_every_built_in_template() {
    let names = builtin_names();
    assert!(names.len() >= 6, "{names:?}");
    for template in names {
        // A word beside a mark, as most are, is as wide as the box; a shield or a seal is as high.
        let [wide, high] = logo(template, 80.0, 13.0);
        assert!(wide > 79.9 && high > 12.9, "{template}: {wide} × {high} mm");
        let [wide, high] = logo(template, 10.0, 10.0);
        assert!(wide > 12.9 && (wide - high).abs() < 0.1, "{template}: {wide} × {high} mm");
        let [wide, high] = logo(template, 800.0, 50.0);
        assert!(wide > 79.9 && (wide / high - 16.0).abs() < 0.1, "{template}: {wide} × {high} mm");
    }
}
