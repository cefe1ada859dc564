//! A page as an SVG is the page of the PDF: the same outlines in the same places, as foreign programs read both, and the same pixels.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use svg2pdf::usvg::tiny_skia_path::{PathSegment, Point};
use svg2pdf::usvg::{Group, Node, Options, Tree};
use testamur::credential::Timestamp;
use testamur::render::{Base, BaseMeta, Raster, RenderError, page_svg, raster, shown};
use testamur::scene::{Item, Scene};
use testamur::template::{Filling, FontLibrary, Layout, Template, builtin_names};

use crate::scenes;

/// Words of nine scripts: two of them are a name.
const WORDS: &str = include_str!("../data/names/scripts.json");
/// Names of each script that are compared; `make drawings` takes 500.
const EACH: usize = 12;
/// Between one name that is compared and the next, so that a few of them have all words.
const STRIDE: usize = 41;

/// Returns so many names of each script.
fn names(each: usize) -> Vec<String> {
    let words: BTreeMap<String, Vec<String>> = serde_json::from_str(WORDS).unwrap();
    assert_eq!(words.len(), 9);
    let of = |words: Vec<String>| {
        let pairs = words.len() * (words.len() - 1);
        assert!(pairs >= 500);
        let name = move |at: usize| {
            let (first, apart) = (at * STRIDE % pairs / (words.len() - 1), at * STRIDE % pairs % (words.len() - 1) + 1);
            format!("{} {}", words[first], words[(first + apart) % words.len()])
        };
        (0..each).map(name).collect::<Vec<_>>()
    };
    words.into_values().flat_map(of).collect()
}

/// Who is on the pages whose letters are not looked at.
const NAME: &str = "Amélie Søndergaard";
/// How far apart two points may be, in points: a hundredth of a millimetre, from rounding here and there.
const APART: f32 = 0.03;

fn record(name: &str) -> Filling {
    let fields = [("participant_name", name), ("certificate_number", "CERT-WORKSHOP-2026-00001")];
    let day: Timestamp = "2026-05-08T00:00:00Z".parse().unwrap();
    Filling {
        fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        dates: BTreeMap::from([("issue_date".to_owned(), day)]),
        qr: scenes::symbol(),
        language: None,
    }
}

fn constants() -> BTreeMap<String, String> {
    let all = [
        ("event_title", "Efficient Official Affairs"),
        ("organization_name", "Example Academy"),
        ("description", "Two days on offices, affidavits and filing."),
        ("signatory_1_name", "Dr. Helena Okafor"),
        ("signatory_1_title", "Programme Director"),
    ];
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// Leaves out items; what a tag holds of those that stay is its own still.
fn retain(scene: &mut Scene, keep: &dyn Fn(&Item) -> bool) {
    let kept: Vec<bool> = scene.items.iter().map(keep).collect();
    let before = |at: usize| kept[..at].iter().filter(|is_kept| **is_kept).count();
    for tag in &mut scene.tags {
        tag.items = before(tag.items.start)..before(tag.items.end);
    }
    scene.tags.retain(|tag| !tag.items.is_empty());
    scene.items.retain(keep);
}

/// A template laid out, of which some items are kept.
struct Sheet<'a> {
    layout: Layout,
    ground: Scene,
    base: Base,
    keep: &'a dyn Fn(&Item) -> bool,
}

impl<'a> Sheet<'a> {
    fn of(template: &Template, keep: &'a dyn Fn(&Item) -> bool) -> Self {
        let layout = Layout::with_constants(template, &FontLibrary::builtin(), &constants()).unwrap();
        let mut ground: Scene = layout.base().clone();
        retain(&mut ground, keep);
        let base = Base::new(&ground, layout.fonts(), &BaseMeta::default()).unwrap();
        Self { layout, ground, base, keep }
    }

    /// Leaves what all certificates share out: it is compared once.
    fn without_ground(mut self) -> Self {
        self.ground.items.clear();
        self.ground.tags.clear();
        self.base = Base::new(&self.ground, self.layout.fonts(), &BaseMeta::default()).unwrap();
        self
    }

    /// A certificate's page, as PDF and as SVG.
    fn both(&self, name: &str) -> (Vec<u8>, String) {
        let fonts = self.layout.fonts();
        let mut own = self.layout.fill(&record(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        retain(&mut own, self.keep);
        let pdf = self.base.certificate(&own, fonts, &scenes::meta()).unwrap();
        let drawing = self.ground.drawing;
        let svg = page_svg::<RenderError>(&[&self.ground, &own], fonts, "A page", |image| {
            let shown = shown(image, drawing, fonts)?;
            Ok(format!("data:{};base64,{}", shown.kind, data_encoding::BASE64.encode(&shown.bytes)))
        });
        (pdf, svg.unwrap())
    }
}

/// A certificate's page, as PDF and as SVG.
fn both(template: &Template, name: &str, keep: impl Fn(&Item) -> bool) -> (Vec<u8>, String) {
    Sheet::of(template, &keep).both(name)
}

/// The ends of all segments of an SVG, as usvg places them on a page of that width.
fn ends(svg: &str, width: f32) -> Vec<Point> {
    let tree = Tree::from_str(svg, &Options::default()).unwrap();
    let scale = width / tree.size().width();
    let mut found = Vec::new();
    gather(tree.root(), scale, &mut found);
    found
}

fn gather(group: &Group, scale: f32, found: &mut Vec<Point>) {
    for node in group.children() {
        match node {
            Node::Group(inner) => gather(inner, scale, found),
            Node::Path(path) => {
                for segment in path.data().segments() {
                    let mut end = match segment {
                        PathSegment::MoveTo(end) | PathSegment::LineTo(end) => end,
                        PathSegment::QuadTo(_, end) | PathSegment::CubicTo(_, _, end) => end,
                        PathSegment::Close => continue,
                    };
                    path.abs_transform().map_point(&mut end);
                    found.push(Point::from_xy(end.x * scale, end.y * scale));
                }
            }
            Node::Image(_) | Node::Text(_) => {}
        }
    }
}

/// Says how many points of one drawing the other has none near.
fn without(one: &[Point], other: &[Point]) -> usize {
    let cell = |point: Point| ((point.x / APART).floor() as i64, (point.y / APART).floor() as i64);
    let cells: HashSet<(i64, i64)> = other.iter().map(|point| cell(*point)).collect();
    let is_near = |point: &&Point| {
        let (x, y) = cell(**point);
        (-1..=1).any(|dx| (-1..=1).any(|dy| cells.contains(&(x + dx, y + dy))))
    };
    one.len() - one.iter().filter(is_near).count()
}

fn poppler(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("page.svg");
    // As large as the page, and where the page is.
    scenes::tool("pdftocairo", &["-svg", "-noshrink", "-nocenter"], pdf, &[out.to_str().unwrap()]);
    std::fs::read_to_string(out).unwrap()
}

/// Compares the outlines of one page; returns how many ends they have.
fn compare(sheet: &Sheet<'_>, (template, width): (&str, f32), name: &str) -> usize {
    let (pdf, svg) = sheet.both(name);
    let (ours, theirs) = (ends(&svg, width), ends(&poppler(&pdf), width));
    assert!(ours.len() > 200 && theirs.len() > 200, "{template} {name}: {} {}", ours.len(), theirs.len());
    let (lost, added) = (without(&theirs, &ours), without(&ours, &theirs));
    // The white of the page is a rectangle here: four ends that no letter has.
    assert!(lost == 0 && added <= 4, "{template} {name}: {lost} are missing, {added} too many of {}", ours.len());
    ours.len()
}

/// Compares all letters of all built-in templates with so many names of each script.
fn compare_letters(each: usize) {
    let names = names(each);
    let of = |template: &&'static str| {
        let built_in = Template::open(template).unwrap();
        let page = (*template, built_in.document().page.millimetres().0 * 72.0 / 25.4);
        let letters = |item: &Item| matches!(item, Item::Glyphs(_));
        let shared = compare(&Sheet::of(&built_in, &letters), page, &names[0]);
        let sheet = Sheet::of(&built_in, &letters).without_ground();
        shared + names.iter().map(|name| compare(&sheet, page, name)).sum::<usize>()
    };
    // Poppler is another program: two of them at once.
    let all = builtin_names();
    let compared: usize = std::thread::scope(|scope| {
        let halves = all.chunks(all.len().div_ceil(2));
        let working: Vec<_> = halves.map(|half| scope.spawn(move || half.iter().map(of).sum::<usize>())).collect();
        working.into_iter().map(|half| half.join().unwrap()).sum()
    });
    println!("{} pages: {compared} ends of outlines are where the PDF has them", names.len() * all.len());
}

#[test]
fn every_outline_of_a_letter_stands_where_poppler_finds_it_in_the_pdf() {
    compare_letters(EACH);
}

#[test]
#[ignore = "takes a quarter of an hour: `make drawings`"]
fn every_outline_of_five_hundred_names_of_each_script_stands_where_poppler_finds_it() {
    compare_letters(500);
}

#[test]
fn five_hundred_names_of_a_script_are_five_hundred() {
    let all = names(500);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 9 * 500);
}

#[test]
fn a_letter_that_is_moved_a_little_is_found() {
    let built_in = Template::open("classic").unwrap();
    let letters = |item: &Item| matches!(item, Item::Glyphs(_));
    let (pdf, svg) = both(&built_in, "Ada Lovelace", letters);
    let width = built_in.document().page.millimetres().0 * 72.0 / 25.4;
    let mut ours = ends(&svg, width);
    let theirs = ends(&poppler(&pdf), width);
    let before = without(&ours, &theirs);
    // A tenth of a millimetre.
    ours.iter_mut().take(60).for_each(|point| point.x += 0.28);
    assert!(without(&ours, &theirs) > before + 30, "the comparison sees nothing");
}

/// The SVG as pixels, by the same rasteriser as the PDF.
fn drawn(svg: &str) -> Raster {
    let tree = Tree::from_str(svg, &Options::default()).unwrap();
    // Pixels of CSS into points.
    let page = svg2pdf::PageOptions { dpi: 96.0 };
    let pdf = svg2pdf::to_pdf(&tree, svg2pdf::ConversionOptions::default(), page).unwrap();
    raster(&pdf, 1, 150.0).unwrap()
}

/// How many pixels differ by more than that, and the mean difference. A page may be a pixel larger where its size was rounded.
fn differs(one: &Raster, other: &Raster, by: u8) -> (usize, f64) {
    let near = one.width.abs_diff(other.width) <= 1 && one.height.abs_diff(other.height) <= 1;
    assert!(near, "{} × {} and {} × {}", one.width, one.height, other.width, other.height);
    let (width, height) = (one.width.min(other.width), one.height.min(other.height));
    let (mut many, mut sum) = (0, 0u64);
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let pixel = |of: &Raster| ((y * of.width + x) * 4) as usize;
        let (a, b) = (pixel(one), pixel(other));
        let apart = (0..3).map(|part| one.rgba[a + part].abs_diff(other.rgba[b + part])).max().unwrap();
        many += usize::from(apart > by);
        sum += u64::from(apart);
    }
    (many, sum as f64 / f64::from(width * height))
}

#[test]
fn lines_shapes_and_the_code_have_the_pixels_of_the_pdf() {
    // Letters are compared by their outlines: the rasteriser moves those of a font a little, to look sharp.
    let shapes = |item: &Item| !matches!(item, Item::Glyphs(_));
    for template in builtin_names() {
        let built_in = Template::open(template).unwrap();
        let (pdf, svg) = both(&built_in, NAME, shapes);
        let (ours, theirs) = (drawn(&svg), raster(&pdf, 1, 150.0).unwrap());
        let (many, mean) = differs(&ours, &theirs, 64);
        println!(
            "{template}: {many} pixels of {} are further apart, {mean:.4} of 255 in the mean",
            ours.rgba.len() / 4
        );
        assert!(many < 60 && mean < 0.06, "{template}: {many} {mean}");
        let (other, _) = both(&built_in, NAME, |item| shapes(item) && !matches!(item, Item::Qr(_)));
        assert!(differs(&ours, &raster(&other, 1, 150.0).unwrap(), 64).0 > 1_000, "the comparison sees nothing");
    }
}

#[test]
fn pictures_are_shown_as_the_pdf_has_them() {
    let photo = {
        let pixel = |x: u32, y: u32| image::Rgb([(x * 2 % 256) as u8, (y * 3 % 256) as u8, 90]);
        let mut bytes = Vec::new();
        let picture = image::RgbImage::from_fn(120, 80, pixel);
        picture.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95)).unwrap();
        bytes
    };
    let logo = br##"<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80"><rect width="120" height="80" rx="8" fill="#1f5c4d"/><circle cx="40" cy="40" r="24" fill="#fff" fill-opacity=".6"/></svg>"##;
    let own_page = std::fs::read("tests/data/backgrounds/hidden-layer.pdf").unwrap();
    for (name, bytes) in [("photo.jpg", photo), ("logo.svg", logo.to_vec()), ("page.pdf", own_page)] {
        let json = format!(
            r#"{{"testamur":1,"title":"Test","elements":[
                {{"type":"image","asset":"{name}","x":20,"y":20,"width":120,"height":80,"fit":"fill"}},
                {{"type":"text","text":"{{participant_name}}","x":20,"y":120,"width":200,"height":20,"size":24}},
                {{"type":"qr","x":230,"y":140,"size":42}}]}}"#
        );
        let template = Template::new(json.as_bytes(), BTreeMap::from([(name.to_owned(), Arc::new(bytes))])).unwrap();
        let (pdf, svg) = both(&template, "Ada", |item| matches!(item, Item::Image(_)));
        // Where it is: 20 and 20 mm from the page's corner, 120 by 80 large.
        assert!(svg.contains("<image x=\"56.69\" y=\"56.69\" width=\"340.16\" height=\"226.77\""), "{svg:.600}");
        let data = svg.split("base64,").nth(1).unwrap().split('"').next().unwrap();
        let shown =
            image::load_from_memory(&data_encoding::BASE64.decode(data.as_bytes()).unwrap()).unwrap().to_rgba8();
        let page = raster(&pdf, 1, 144.0).unwrap();
        let (mut apart, mut dark) = (0, 0);
        for (column, row) in (0..40).flat_map(|x| (0..40).map(move |y| (x, y))) {
            let (x, y) = ((column as f32 + 0.5) / 40.0, (row as f32 + 0.5) / 40.0);
            let at = |from: f32, length: f32, share: f32| ((from + length * share) * 2.0) as usize;
            let pixel = (at(56.69, 226.77, y) * page.width as usize + at(56.69, 340.16, x)) * 4;
            let seen = shown.get_pixel((x * shown.width() as f32) as u32, (y * shown.height() as f32) as u32).0;
            let on_white =
                |part: usize| (u16::from(seen[part]) * u16::from(seen[3]) + 255 * (255 - u16::from(seen[3]))) / 255;
            let far = (0..3).any(|part| on_white(part).abs_diff(u16::from(page.rgba[pixel + part])) > 24);
            apart += usize::from(far);
            dark += usize::from(page.rgba[pixel] < 200);
        }
        println!("{name}: {apart} of 1600 points are apart, {dark} are dark");
        assert!(apart < 40, "{name}: {apart}");
        assert!(dark > 20, "{name} is drawn: {dark}");
    }
}
