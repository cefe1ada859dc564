//! Pictures of certificates against their PDF, pixel by pixel: what the fast way draws over a backdrop is what the whole page
//! gives but for a rounding (one of 255 shades, in less than one of three hundred pixels, at edges in the QR code), and nothing is lost when it is packed.

use std::collections::BTreeMap;

use testamur::render::{Base, BaseMeta, png, raster};
use testamur::scene::{FontSource, Item, Scene};
use testamur::template::{FontLibrary, Layout, Template, builtin_names};

use crate::render_templates::record;
use crate::scenes::{Faces, PAGE, image, meta, ornament, qr, scene};

const DPI: f32 = 150.0;

const NAMES: [&str; 9] = [
    "Alexandra Featherstonehaugh",
    "Maximiliane von und zu Hohenlohe-Waldenburg-Schillingsfürst",
    "Nguyễn Thị Ánh Tuyết",
    "Όλγα Παπαδοπούλου",
    "Екатерина Ёлкина",
    "محمد عبد الله الأمير",
    "יעל בן־דוד",
    "कृष्णमूर्ति श्रीवास्तव",
    "น้ำฝน ศิริวัฒน์กุล",
];

/// Pixels of a PNG as red, green, blue, alpha.
fn pixels(png: &[u8]) -> Vec<u8> {
    ::image::load_from_memory(png).unwrap().to_rgba8().into_raw()
}

/// How far two pictures are apart.
#[derive(Debug, Default, Clone, Copy)]
struct Apart {
    /// The largest difference of a channel.
    most: u8,
    /// Pixels that are not the same.
    pixels: usize,
    of: usize,
}

impl Apart {
    /// One shade at edges of the code's modules, which are painted, where the PDF's are drawn.
    fn is_a_rounding(self) -> bool {
        self.most <= 1 && self.pixels * 300 <= self.of
    }
}

fn apart(a: &[u8], b: &[u8]) -> Apart {
    assert_eq!(a.len(), b.len(), "two sizes");
    let pairs = || a.chunks_exact(4).zip(b.chunks_exact(4));
    Apart {
        most: a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or_default(),
        pixels: pairs().filter(|(a, b)| a != b).count(),
        of: a.len() / 4,
    }
}

/// Draws both ways.
fn compared(base: &Base, own: &Scene, faces: &dyn FontSource) -> (Apart, Vec<u8>) {
    let whole = raster(&base.certificate(own, faces, &meta()).unwrap(), 1, DPI).unwrap();
    let picture = base.png(&base.backdrop(DPI).unwrap(), own, faces).unwrap();
    (apart(&whole.rgba, &pixels(&picture)), picture)
}

/// What a picture was packed to before pieces were shared: every row told from the one above, coded with fixed codes.
fn before(rgba: &[u8], width: u32, height: u32) -> usize {
    let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut out = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut out, width, height);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.set_compression(::png::Compression::Fast);
    encoder.set_filter(::png::Filter::Up);
    encoder.write_header().unwrap().write_image_data(&rgb).unwrap();
    out.len()
}

#[test]
fn every_template_gives_the_picture_of_its_pdf_in_every_script_and_stays_small() {
    let fonts = FontLibrary::builtin();
    for template in builtin_names() {
        let layout = Layout::with_constants(&Template::open(template).unwrap(), &fonts, &BTreeMap::new()).unwrap();
        let meta_of_base = BaseMeta { producer: "Testamur".into() };
        let base = Base::with_letters(layout.base(), layout.fonts(), &meta_of_base, &layout.name_faces()).unwrap();
        let backdrop = base.backdrop(DPI).unwrap();
        let mut first = Vec::new();
        for name in NAMES {
            let own = layout.fill(&record(name)).unwrap();
            let whole = raster(&base.certificate(&own, layout.fonts(), &meta()).unwrap(), 1, DPI).unwrap();
            let picture = base.png(&backdrop, &own, layout.fonts()).unwrap();
            let apart = apart(&whole.rgba, &pixels(&picture));
            println!("{template}, {name}: {apart:?}, {} bytes", picture.len());
            assert!(apart.is_a_rounding(), "{template}, {name}: {apart:?}");
            let most = before(&whole.rgba, whole.width, whole.height) * 6 / 10;
            assert!(picture.len() <= most, "{template}, {name}: {} bytes, {most} allowed", picture.len());
            first.push((own, picture));
        }
        // What was drawn before says nothing in what is drawn next.
        for (own, picture) in first.iter().rev() {
            assert!(base.png(&backdrop, own, layout.fonts()).unwrap() == *picture, "{template}");
        }
        let fresh = base.backdrop(DPI).unwrap();
        assert!(base.png(&fresh, &first[4].0, layout.fonts()).unwrap() == first[4].1, "{template}");
    }
}

/// A sky with grain: every pixel a little other than its neighbours.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let mut state = 12_345_u32;
    let mut grain = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 29) as u8
    };
    let pixel = |x: u32, y: u32| {
        let wave = ((x as f32 / 37.0).sin() * (y as f32 / 53.0).cos() * 24.0) as i32;
        let mut shade = |from: i32| (from + (y * 60 / height) as i32 + wave).clamp(0, 240) as u8 + grain();
        ::image::Rgb([shade(120), shade(150), shade(180)])
    };
    let picture = ::image::RgbImage::from_fn(width, height, pixel);
    let mut out = Vec::new();
    picture.write_with_encoder(::image::codecs::png::PngEncoder::new(&mut out)).unwrap();
    out
}

fn own(faces: &Faces) -> Scene {
    let name = Item::Glyphs(faces.run(0, "Zoë Ångström-Müller", 36.0, 200.0, 320.0));
    scene(vec![name, Item::Glyphs(faces.run(0, "CERT-WORKSHOP-2026-00001", 9.0, 600.0, 60.0)), qr()])
}

fn over(items: Vec<Item>, faces: &Faces) -> (Apart, Vec<u8>) {
    let base = Base::new(&scene(items), faces, &BaseMeta::default()).unwrap();
    compared(&base, &own(faces), faces)
}

#[test]
fn a_photo_behind_the_text_is_kept_to_the_last_shade() {
    let faces = Faces::read(&["NotoSans-Regular.ttf"]);
    let (apart, picture) = over(vec![image(photo(1_200, 850), [0.0, 0.0, PAGE.0, PAGE.1])], &faces);
    println!("{apart:?}, {} bytes", picture.len());
    assert!(apart.is_a_rounding(), "{apart:?}");
    let decoded = ::image::load_from_memory(&picture).unwrap().to_rgba8();
    let colours: std::collections::BTreeSet<_> = decoded.pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 5_000, "{} colours", colours.len());
    let was = before(decoded.as_raw(), decoded.width(), decoded.height());
    assert!(picture.len() < was, "{} bytes, {was} before", picture.len());
}

#[test]
fn transparent_and_blended_backgrounds_give_the_picture_of_the_pdf() {
    let faces = Faces::read(&["NotoSans-Regular.ttf"]);
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 842 595"><defs><linearGradient id="g"><stop stop-color="#fff"/>
        <stop offset="1" stop-color="#48c"/></linearGradient></defs><rect width="842" height="595" fill="url(#g)" opacity=".5"/>
        <circle cx="300" cy="300" r="200" fill="#e83" opacity=".4" style="mix-blend-mode:multiply"/></svg>"##;
    let everywhere = [0.0, 0.0, PAGE.0, PAGE.1];
    let (apart, _) = over(vec![ornament(), image(svg.into(), everywhere)], &faces);
    println!("{apart:?}");
    // Where a page is blended apart from its paper, it is rounded once less.
    assert!(apart.most <= 2, "{apart:?}");
}

#[test]
fn a_backdrop_has_the_size_of_its_page_and_is_bounded() {
    let faces = Faces::read(&["NotoSans-Regular.ttf"]);
    let base = Base::new(&scene(vec![ornament()]), &faces, &BaseMeta::default()).unwrap();
    let backdrop = base.backdrop(72.0).unwrap();
    assert_eq!(backdrop.bytes(), 841 * 595 * 4);
    assert!(base.backdrop(1_200.0).is_err() && base.backdrop(f32::NAN).is_err());
    // Texts are drawn as they are in the PDF; nothing of one's own is the base itself.
    let texts = scene(own(&faces).items.into_iter().filter(|item| matches!(item, Item::Glyphs(_))).collect());
    assert_eq!(compared(&base, &texts, &faces).0.most, 0);
    let empty = base.png(&backdrop, &scene(vec![]), &faces).unwrap();
    let whole = base.certificate(&scene(vec![]), &faces, &meta()).unwrap();
    assert!(pixels(&empty) == raster(&whole, 1, 72.0).unwrap().rgba);
    assert!(pixels(&png(&whole, 72.0).unwrap()) == pixels(&empty));
    assert!(base.png(&backdrop, &scene(vec![image(vec![], [0.0; 4])]), &faces).is_err());
}
