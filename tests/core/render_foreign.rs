//! Foreign PDFs as pictures: names that look like keys, and layers that are off.

use testamur::render::{Base, BaseMeta, PictureError, RenderError, raster};

use crate::scenes::{Faces, base, image, meta, scene, text_of, tool};

/// Side of the page, and of one cell: ten by ten of them.
const SIDE: f32 = 100.0;
const CELL: u32 = 10;

/// A square page: its content, its entries beside, entries of the catalog, and objects from number 5 on.
pub(crate) fn page(content: &str, entries: &str, catalog: &str, more: &[String]) -> Vec<u8> {
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalog}>>"),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 {SIDE} {SIDE}]/Contents 4 0 R{entries}>>"),
        stream("", content),
    ];
    objects.extend_from_slice(more);
    let (mut out, mut table) = (b"%PDF-1.6\n".to_vec(), String::new());
    for (at, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", at + 1).as_bytes());
    }
    let (start, size) = (out.len(), objects.len() + 1);
    let end = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF"
    );
    out.extend_from_slice(end.as_bytes());
    out
}

pub(crate) fn stream(entries: &str, content: &str) -> String {
    format!("<<{entries}/Length {}>>stream\n{content}\nendstream", content.len())
}

/// A square in cell `at`.
fn square(at: u32) -> String {
    format!("0.86 0.12 0.12 rg {} {} {CELL} {CELL} re f", at % 10 * CELL, at / 10 * CELL)
}

pub(crate) fn form(entries: &str, content: &str) -> String {
    stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 {SIDE} {SIDE}]{entries}"), content)
}

/// Draws a background and says which cells are red, after two readers found nothing wrong with the file.
fn cells(background: Vec<u8>) -> Vec<u32> {
    let faces = Faces::read(&[]);
    let base = base(vec![image(background, [0.0, 0.0, SIDE, SIDE])], &faces);
    let file = base.certificate(&scene(vec![]), &faces, &meta()).unwrap();
    tool("qpdf", &["--check"], &file, &[]);
    assert_eq!(text_of(&file), "");
    let drawn = raster(&file, 1, 72.0).unwrap();
    let red = |at: &u32| {
        let (x, y) = (at % 10 * CELL + CELL / 2, at / 10 * CELL + CELL / 2);
        let start = ((drawn.height - y) * drawn.width + x) as usize * 4;
        drawn.rgba[start] > 180 && drawn.rgba[start + 1] < 90
    };
    (0..100).filter(red).collect()
}

/// Names that a maker may choose freely, and that are entries elsewhere.
const NAMES: [&str; 20] = [
    "P",
    "Parent",
    "Metadata",
    "PieceInfo",
    "LastModified",
    "StructParent",
    "StructParents",
    "OPI",
    "TR",
    "TR2",
    "Alternates",
    "OC",
    "Interpolate",
    "Group",
    "SMask",
    "JS",
    "JavaScript",
    "Resources",
    "Font",
    "CharProcs",
];

#[test]
fn pictures_may_have_any_name() {
    let draw: String = NAMES.iter().map(|name| format!("/{name} Do ")).collect();
    let named: String = NAMES.iter().enumerate().map(|(at, name)| format!("/{name} {} 0 R", at + 5)).collect();
    let forms: Vec<_> = (0..NAMES.len() as u32).map(|at| form("", &square(at))).collect();
    let wanted: Vec<u32> = (0..NAMES.len() as u32).collect();
    let direct = page(&draw, &format!("/Resources<</XObject<<{named}>>>>"), "", &forms);
    assert_eq!(cells(direct), wanted);
    // The same, with every dictionary on the way an object of its own, and one form further in.
    let next = forms.len() + 5;
    let mut objects = forms;
    objects.push(format!("<<{named}>>"));
    objects.push(format!("<</XObject {next} 0 R>>"));
    objects.push(form(&format!("/Resources {} 0 R", next + 1), &draw));
    let inner = format!("/Resources<</XObject<</P {} 0 R>>>>", next + 2);
    assert_eq!(cells(page("/P Do", &inner, "", &objects)), wanted);
}

#[test]
fn glyphs_and_graphics_states_may_have_any_name() {
    let codes: String = (0..NAMES.len()).map(|at| format!("{:02X}", at + 65)).collect();
    let glyph = |at: usize| stream("", &format!("10 0 0 0 10 10 d1 0 0 10 10 re f %{at}"));
    let named: String = NAMES.iter().enumerate().map(|(at, name)| format!("/{name} {} 0 R", at + 6)).collect();
    let font = format!(
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 65/LastChar 84/Widths[{}]\
         /Encoding<</Differences[65 {}]>>/CharProcs<<{named}>>/Resources<<>>>>",
        "10 ".repeat(NAMES.len()),
        NAMES.map(|name| format!("/{name}")).concat()
    );
    let mut objects = vec![font];
    objects.extend((0..NAMES.len()).map(glyph));
    let half = NAMES.len() / 2 * 2;
    let content = format!(
        "/TR gs 0.86 0.12 0.12 rg BT /Parent 10 Tf <{}> Tj ET BT /Parent 10 Tf 0 10 Td <{}> Tj ET",
        &codes[..half],
        &codes[half..]
    );
    let resources = "/Resources<</Font<</Parent 5 0 R>>/ExtGState<</TR<</ca 1>>>>>>";
    let faces = Faces::read(&[]);
    let file = base(vec![image(page(&content, resources, "", &objects), [0.0, 0.0, SIDE, SIDE])], &faces);
    let file = file.certificate(&scene(vec![]), &faces, &meta()).unwrap();
    let drawn = raster(&file, 1, 72.0).unwrap();
    for at in 0..NAMES.len() as u32 {
        let (x, y) = (at % 10 * CELL + 5, at / 10 * CELL + 5);
        let start = ((drawn.height - y) * drawn.width + x) as usize * 4;
        assert!(drawn.rgba[start] > 180 && drawn.rgba[start + 1] < 90, "glyph {} is not drawn", NAMES[at as usize]);
    }
}

#[test]
fn a_background_of_a_plotting_library_keeps_its_letters() {
    let faces = Faces::read(&[]);
    let bytes = std::fs::read("tests/data/backgrounds/type3-text.pdf").unwrap();
    let procedures = |file: &[u8]| {
        let document = lopdf::Document::load_mem(file).unwrap();
        let names = |object: &lopdf::Object| {
            let procedures = object.as_dict().ok()?.get_deref(b"CharProcs", &document).ok()?.as_dict().ok()?;
            Some(procedures.iter().map(|(name, _)| name.clone()).collect::<std::collections::BTreeSet<_>>())
        };
        document.objects.values().filter_map(names).collect::<Vec<_>>()
    };
    let picture = image(bytes.clone(), [0.0, 0.0, 595.0, 842.0]);
    let file = base(vec![picture], &faces).certificate(&scene(vec![]), &faces, &meta()).unwrap();
    let theirs = procedures(&bytes);
    assert!(theirs.iter().any(|names| names.contains(b"P".as_slice())), "{theirs:?}");
    assert_eq!(procedures(&file), theirs);
}

/// Layers 5 (on), 6 (off), 7 (not for paper), 8 (not for the screen), and what is made of them.
fn layered(content: &str, config: &str, more: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<</Type/OCG/Name(Art)>>".to_owned(),
        "<</Type/OCG/Name(Draft marks)>>".to_owned(),
        "<</Type/OCG/Name(Guides)/Usage<</Print<</PrintState/OFF>>>>>>".to_owned(),
        "<</Type/OCG/Name(Plate)/Usage<</View<</ViewState/OFF>>>>>>".to_owned(),
        "<</Type/OCMD/OCGs[5 0 R 6 0 R]>>".to_owned(),
        "<</Type/OCMD/OCGs[5 0 R 6 0 R]/P/AllOn>>".to_owned(),
        "<</Type/OCMD/OCGs 6 0 R/P/AllOff>>".to_owned(),
        "<</Type/OCMD/OCGs[5 0 R]/VE[/And 5 0 R[/Not 6 0 R]]>>".to_owned(),
        "<</Type/OCMD/VE[/Or 6 0 R[/Not 5 0 R]]>>".to_owned(),
    ];
    objects.extend_from_slice(more);
    let catalog = format!("/OCProperties<</OCGs[5 0 R 6 0 R 7 0 R 8 0 R]/D<<{config}>>>>");
    let marks: String = (5..14).map(|number| format!("/M{number} {number} 0 R")).collect();
    let forms: String = (14..14 + more.len()).map(|number| format!("/X{number} {number} 0 R")).collect();
    page(content, &format!("/Resources<</Properties<<{marks}>>/XObject<<{forms}>>>>"), &catalog, &objects)
}

/// Cell `at`, on the layer or membership with that number.
fn on(mark: u32, at: u32) -> String {
    format!("/OC/M{mark} BDC {} EMC\n", square(at))
}

#[test]
fn layers_that_are_off_are_left_out() {
    let content: String = (5..14).map(|mark| on(mark, mark)).collect();
    assert_eq!(cells(layered(&content, "/OFF[6 0 R]", &[])), [5, 9, 11, 12]);
    assert_eq!(cells(layered(&content, "/BaseState/OFF/ON[5 0 R]", &[])), [5, 9, 11, 12]);
    assert_eq!(cells(layered(&content, "", &[])), [5, 6, 9, 10, 13], "all that may be seen is on");
}

#[test]
fn forms_and_nested_marks_are_left_out_with_their_layer() {
    let forms = [
        form("/OC 6 0 R", &square(1)),
        form("/OC 5 0 R", &square(2)),
        // Without resources of its own a form uses the page's.
        form("", &format!("{}{}", on(5, 3), on(6, 4))),
    ];
    let nested = format!("/OC/M6 BDC /Span<</ActualText(x)>>BDC {} EMC {} EMC {}", square(5), on(5, 6), square(7));
    let content = format!("/X14 Do /X15 Do /X16 Do {nested} /Artifact BMC {} EMC", square(8));
    assert_eq!(cells(layered(&content, "/OFF[6 0 R]", &forms)), [2, 3, 7, 8]);
    let all = cells(layered(&content, "", &forms));
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7, 8], "with all layers on, all is there");
}

#[test]
fn what_is_left_out_still_sets_the_state() {
    // The colour and the place are set where it is hidden, and used where it is not.
    let content = "/OC/M6 BDC 0.86 0.12 0.12 rg 1 0 0 1 20 0 cm 0 0 10 10 re f EMC 10 0 10 10 re f";
    assert_eq!(cells(layered(content, "/OFF[6 0 R]", &[])), [3]);
}

#[test]
fn text_behind_hidden_text_on_one_line_is_refused() {
    let faces = Faces::read(&[]);
    let built = |content: &str| {
        let picture = image(layered(content, "/OFF[6 0 R]", &[]), [0.0, 0.0, SIDE, SIDE]);
        Base::new(&scene(vec![picture]), &faces, &BaseMeta::default())
    };
    let error = built("BT /OC/M6 BDC (a) Tj EMC (b) Tj ET").unwrap_err();
    let RenderError::Picture { source: PictureError::PdfRefused(reason), .. } = error else { panic!("{error}") };
    assert!(reason.contains("hidden layer"), "{reason}");
    for placed in ["BT /OC/M6 BDC (a) Tj EMC 0 -12 Td (b) Tj ET", "BT /OC/M6 BDC (a) Tj EMC ET BT (b) Tj ET"] {
        assert!(built(placed).is_ok(), "{placed}");
    }
}

#[test]
fn a_hidden_layer_of_a_real_file_stays_hidden() {
    let faces = Faces::read(&[]);
    let bytes = std::fs::read("tests/data/backgrounds/hidden-layer.pdf").unwrap();
    let file = base(vec![image(bytes, [0.0, 0.0, 842.0, 595.0])], &faces);
    let file = file.certificate(&scene(vec![]), &faces, &meta()).unwrap();
    let drawn = raster(&file, 1, 36.0).unwrap();
    let red = |p: &[u8]| p[0] > 180 && p[1] < 90 && p[2] < 90;
    assert_eq!(drawn.rgba.chunks_exact(4).filter(|p| red(p)).count(), 0, "the marks are red");
    assert!(drawn.rgba.chunks_exact(4).any(|p| p[..3] != [255; 3]), "the art is there");
}
