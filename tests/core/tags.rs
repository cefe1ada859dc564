//! What is tagged, and what is not: certificates of before, marks that a background brings, and files that claim nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use lopdf::content::Content;
use lopdf::{Document, Object};
use testamur::render::{Base, BaseMeta, raster};
use testamur::scene::{Drawing, Item, Role, Scene};
use testamur::template::{FontLibrary, Layout, Template, builtin_names};

use crate::render_foreign::{page, stream};
use crate::render_templates::record;
use crate::scenes::{self, Faces, image, meta, scene};

fn layout(drawing: Drawing, template: &Template) -> Layout {
    Layout::drawn_by(drawing, template, &FontLibrary::builtin(), &BTreeMap::new()).unwrap()
}

fn file(layout: &Layout, name: &str) -> Vec<u8> {
    let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
    base.certificate(&layout.fill(&record(name)).unwrap(), layout.fonts(), &meta()).unwrap()
}

fn has(file: &[u8], words: &str) -> bool {
    file.windows(words.len()).any(|part| part == words.as_bytes())
}

/// The operators of a file's page and forms that mark content.
fn marks(file: &[u8]) -> (usize, usize) {
    let document = Document::load_mem(file).unwrap();
    let count = |content: &[u8]| {
        let content = Content::decode(content).unwrap();
        content.operations.iter().filter(|one| ["BDC", "BMC", "MP", "DP"].contains(&one.operator.as_str())).count()
    };
    let form = |object: &Object| {
        let stream = object.as_stream().ok()?;
        let is_form = stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Form");
        is_form.then(|| count(&stream.decompressed_content().unwrap_or_else(|_| stream.content.clone())))
    };
    let page = document.page_iter().next().unwrap();
    (count(&document.get_page_content(page)), document.objects.values().filter_map(form).sum())
}

#[test]
fn what_was_issued_before_is_not_tagged_and_looks_the_same() {
    for name in builtin_names() {
        let template = Template::built_in(name, None).unwrap();
        for person in ["Alexandra Featherstonehaugh", "محمد عبد الله الأمير"] {
            let [before, now] = [Drawing::Fourth, Drawing::Fifth].map(|rules| file(&layout(rules, &template), person));
            for words in ["/StructTreeRoot", "/StructParent", "/MarkInfo", "/Tabs", "pdfuaid"] {
                assert!(!has(&before, words) && has(&now, words), "{name}: {words}");
            }
            assert!(has(&now, "<pdfaid:part>3</pdfaid:part>") && has(&before, "<pdfaid:part>3</pdfaid:part>"));
            // Letters of clusters may say so, in both.
            assert!(marks(&now).0 > marks(&before).0 + 10, "{name}");
            let [before, now] = [before, now].map(|file| raster(&file, 1, 100.0).unwrap());
            assert!(before == now, "{name}: {person} looks otherwise");
        }
    }
}

#[test]
fn marks_of_a_background_stay_behind() {
    let content = "/P<</MCID 0>>BDC 0 0 9 9 re f EMC /Artifact BMC 9 9 9 9 re f EMC /X Do";
    let inner =
        stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/StructParents 1", "/Span<</MCID 1>>BDC 1 1 2 2 re f EMC");
    let background = page(content, "/StructParents 0/Resources<</XObject<</X 5 0 R>>>>", "", &[inner]);
    let faces = Faces::read(&[]);
    let drawn = |drawing| {
        let shared = Scene { drawing, ..scene(vec![image(background.clone(), [0.0, 0.0, 100.0, 100.0])]) };
        let base = Base::new(&shared, &faces, &BaseMeta::default()).unwrap();
        base.certificate(&Scene { drawing, ..scene(vec![]) }, &faces, &meta()).unwrap()
    };
    let [before, now] = [Drawing::Fourth, Drawing::Fifth].map(drawn);
    assert_eq!(marks(&before), (0, 3));
    assert_eq!(marks(&now), (1, 0), "the whole of it is one artifact");
    assert!(!has(&now, "/StructParents"));
    assert!(raster(&before, 1, 50.0).unwrap() == raster(&now, 1, 50.0).unwrap());
}

#[test]
fn a_file_claims_no_more_than_it_keeps() {
    let says = |file: &[u8]| has(file, "<pdfuaid:part>1</pdfuaid:part>");
    let faces = Faces::read(&[]);
    assert!(!says(&scenes::pdf(vec![scenes::qr()], &faces)), "nothing is tagged");
    let template = Template::built_in("classic", None).unwrap();
    let layout = layout(Drawing::Fifth, &template);
    assert!(says(&file(&layout, "Ada Lovelace")));
    let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
    let with = |change: &dyn Fn(&mut Scene)| {
        let mut own = layout.fill(&record("Ada Lovelace")).unwrap();
        change(&mut own);
        base.certificate(&own, layout.fonts(), &meta()).unwrap()
    };
    assert!(!says(&with(&|own| own.items.push(Item::Link { rect: [0.0, 0.0, 9.0, 9.0] }))), "a link that says nothing");
    let untitled = base.certificate(
        &layout.fill(&record("Ada Lovelace")).unwrap(),
        layout.fonts(),
        &testamur::render::CertificateMeta { title: String::new(), ..meta() },
    );
    assert!(!says(&untitled.unwrap()), "no title");
}

#[test]
fn a_background_says_what_its_template_says_of_it() {
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="red"/></svg>"#;
    let document = r#"{"testamur":1,"title":"t","language":"pt","background":{"asset":"b.svg","alt":"Certificado de Exemplo"},
        "elements":[{"type":"qr","x":240,"y":150,"size":45,"alt":"Código"},
        {"type":"text","text":"{participant_name}","x":20,"y":20,"width":200,"height":10,"size":10,"order":1}]}"#;
    let assets = BTreeMap::from([("b.svg".to_owned(), Arc::new(svg.to_vec()))]);
    let layout = layout(Drawing::Fifth, &Template::new(document.as_bytes(), assets).unwrap());
    let own = layout.fill(&record("Ada Lovelace")).unwrap();
    let mut tags: Vec<_> = layout.base().tags.iter().chain(&own.tags).collect();
    tags.sort_by_key(|tag| tag.place);
    let told: Vec<_> = tags.iter().map(|tag| (tag.role, tag.alt.as_str())).collect();
    assert_eq!(told, [(Role::Figure, "Certificado de Exemplo"), (Role::Text, ""), (Role::Code, "Código")]);
}
