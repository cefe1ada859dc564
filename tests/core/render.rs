//! What is drawn: text that can be copied out again, pictures, sameness of bytes, sizes.

use testamur::render::{Base, BaseMeta, PictureError, RenderError, png, raster};
use testamur::scene::{FontId, Item};

use crate::scenes::{Faces, PAGE, base, image, meta, ornament, pdf, qr, scene, text_of, tool};

/// A font and a name that its script makes difficult.
const NAMES: [(&str, &str); 25] = [
    ("../tests/data/fonts/NotoSansCJKjp-subset.otf", "山田花子 張偉 김민준"),
    ("NotoSans-Regular.ttf", "Zoë Ångström-Müller"),
    ("NotoSans-Regular.ttf", "Đặng Thị Ngọc Ẩn"),
    ("NotoSans-Regular.ttf", "Łukasz Żółć, Īlze Kļaviņa"),
    ("NotoSans-Regular.ttf", "e\u{301}a\u{308}o\u{328}\u{301} x\u{302}\u{323}"),
    ("NotoSerif-Regular.ttf", "Griffin Affleck officefi"),
    ("CormorantGaramond-Medium.ttf", "Griffith Effie Offringa"),
    ("GreatVibes-Regular.ttf", "Theodora Quill"),
    ("NotoSans-Regular.ttf", "Γιώργος Παπαδόπουλος"),
    ("NotoSans-Regular.ttf", "Екатерина Ёлкина"),
    ("NotoNaskhArabic-Regular.ttf", "محمد عبد الله"),
    ("NotoNaskhArabic-Regular.ttf", "لالا علاء الدين الأمير"),
    ("NotoNaskhArabic-Regular.ttf", "مُحَمَّدٌ"),
    ("NotoNaskhArabic-Regular.ttf", "محمدرضا گلزار"),
    ("NotoSansHebrew-Regular.ttf", "יעל בן־דוד"),
    ("NotoSansHebrew-Regular.ttf", "שָׁלוֹם"),
    ("NotoSansDevanagari-Regular.ttf", "कृष्णमूर्ति श्रीवास्तव हिन्दी"),
    ("NotoSansBengali-Regular.ttf", "রবীন্দ্রনাথ ঠাকুর"),
    ("NotoSansTamil-Regular.ttf", "கோபாலகிருஷ்ணன் ஸ்ரீ"),
    ("NotoSansTelugu-Regular.ttf", "శ్రీనివాస్ కృష్ణ"),
    ("NotoSansMalayalam-Regular.ttf", "ശ്രീകുമാർ കൃഷ്ണൻ"),
    ("NotoSansSinhala-Regular.ttf", "ශ්‍රී ලංකා"),
    ("NotoSansThai-Regular.ttf", "น้ำฝน ศิริวัฒน์กุล"),
    ("NotoSansKhmer-Regular.ttf", "ស្រីមុំ"),
    ("NotoSansMyanmar-Regular.ttf", "မြန်မာ"),
];

#[test]
fn poppler_extracts_every_name_as_it_was_written() {
    let mut wrong = Vec::new();
    for (font, name) in NAMES {
        let faces = Faces::read(&[font]);
        let found = text_of(&pdf(vec![Item::Glyphs(faces.run(0, name, 32.0, 100.0, 300.0))], &faces));
        if found != name {
            wrong.push(format!("{font}: {name} ({}) came back as {found} ({})", codes(name), codes(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn codes(text: &str) -> String {
    text.chars().map(|c| format!("{:04X} ", c as u32)).collect()
}

#[test]
fn one_page_with_all_scripts_keeps_every_name() {
    let fonts: Vec<&str> = NAMES.iter().map(|(font, _)| *font).collect();
    let faces = Faces::read(&fonts);
    let line = |(at, (_, name)): (usize, &(&str, &str))| {
        Item::Glyphs(faces.run(at as u16, name, 14.0, 260.0, 550.0 - 22.0 * at as f32))
    };
    let found = text_of(&pdf(NAMES.iter().enumerate().map(line).collect(), &faces));
    for (_, name) in NAMES {
        assert!(found.lines().any(|line| line == name), "{name} is not in\n{found}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_also_from_a_fresh_base() {
    let faces = Faces::read(&["NotoSans-Regular.ttf"]);
    let own = scene(vec![Item::Glyphs(faces.run(0, "Zoë Ångström", 32.0, 100.0, 300.0)), qr()]);
    let first = base(vec![ornament()], &faces);
    let file = first.certificate(&own, &faces, &meta()).unwrap();
    assert_eq!(file, first.certificate(&own, &faces, &meta()).unwrap());
    assert_eq!(file, base(vec![ornament()], &faces).certificate(&own, &faces, &meta()).unwrap());
    let mut other = meta();
    other.jws.push('C');
    assert_ne!(file, first.certificate(&own, &faces, &other).unwrap());
}

#[test]
fn a_certificate_stays_within_its_budget() {
    let faces = Faces::read(&["CormorantGaramond-Medium.ttf", "NotoSans-Regular.ttf"]);
    let base =
        base(vec![ornament(), Item::Glyphs(faces.run(0, "Certificate of Completion", 40.0, 150.0, 480.0))], &faces);
    let empty = base.certificate(&scene(vec![]), &faces, &meta()).unwrap().len();
    let own = scene(vec![
        Item::Glyphs(faces.run(0, "Alexandra Featherstonehaugh", 36.0, 150.0, 320.0)),
        Item::Glyphs(faces.run(1, "Completed on 1 May 2026: Intarsia for beginners", 14.0, 150.0, 260.0)),
        Item::Glyphs(faces.run(1, "CERT-WORKSHOP-2026-00001", 9.0, 600.0, 60.0)),
        qr(),
    ]);
    let file = base.certificate(&own, &faces, &meta()).unwrap().len();
    assert!(file <= 60 * 1024, "the whole file has {file} bytes");
    assert!(file - empty <= 20 * 1024, "the certificate's own part has {} bytes", file - empty);
    println!("file {file} bytes, own {} bytes", file - empty);
}

#[test]
fn compact_and_truetype_outlines_are_drawn_alike() {
    let cff = "../tests/data/fonts/NotoSansCJKjp-subset.otf";
    let faces = Faces::read(&["NotoSans-Regular.ttf", cff]);
    let items =
        (0..2).map(|font| Item::Glyphs(faces.run(font, "Griffin", 60.0, 300.0, 150.0 + 200.0 * f32::from(font))));
    let file = pdf(items.collect(), &faces);
    assert_eq!(text_of(&file).split_whitespace().collect::<Vec<_>>(), ["Griffin", "Griffin"]);
    let raster = raster(&file, 1, 72.0).unwrap();
    let dark = |rows: std::ops::Range<u32>| {
        let row = |y: u32| &raster.rgba[(y * raster.width * 4) as usize..((y + 1) * raster.width * 4) as usize];
        rows.flat_map(|y| row(y).chunks_exact(4)).filter(|pixel| pixel[0] < 80).count()
    };
    let (upper, lower) = (dark(180..250), dark(380..450));
    assert!(upper > 1500 && lower > 1500, "{upper} and {lower} dark pixels");
    assert!(tool("pdffonts", &[], &file, &[]).matches(" yes yes yes ").count() == 2);
}

#[test]
fn pictures_of_every_kind_are_drawn() {
    let faces = Faces::read(&[]);
    let items = vec![
        image(png_square(true), [100.0, 100.0, 200.0, 200.0]),
        image(jpeg_square(), [300.0, 100.0, 400.0, 200.0]),
        image(SVG.into(), [500.0, 100.0, 600.0, 200.0]),
        image(one_page_pdf(""), [100.0, 300.0, 200.0, 400.0]),
        image(png_square(true), [300.0, 300.0, 400.0, 400.0]),
    ];
    let file = base(items, &faces).certificate(&scene(vec![]), &faces, &meta()).unwrap();
    tool("qpdf", &["--check"], &file, &[]);
    let raster = raster(&file, 1, 72.0).unwrap();
    for (x, y, what) in [(150, 150, "PNG"), (350, 150, "JPEG"), (550, 150, "SVG"), (150, 350, "PDF"), (350, 350, "PNG")]
    {
        let at = ((raster.height - y) * raster.width + x) as usize * 4;
        let [r, g, b] = [0, 1, 2].map(|channel| raster.rgba[at + channel]);
        assert!(r > 180 && g < 90 && b < 90, "{what} is {r} {g} {b}");
    }
    // The same file twice is one object.
    let document = lopdf::Document::load_mem(&file).unwrap();
    let is_image = |object: &&lopdf::Object| {
        let subtype =
            object.as_stream().and_then(|stream| stream.dict.get(b"Subtype")).and_then(lopdf::Object::as_name);
        subtype.is_ok_and(|name| name == b"Image")
    };
    assert_eq!(document.objects.values().filter(is_image).count(), 3, "PNG, its mask, JPEG");
}

const SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10" fill="#dc1e1e"/></svg>"##;

fn png_square(alpha: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut out, 20, 20);
    encoder.set_color(::png::ColorType::Rgba);
    let edge = if alpha { 0 } else { 255 };
    let data: Vec<u8> = (0..400).flat_map(|i| [220, 30, 30, if i < 20 { edge } else { 255 }]).collect();
    encoder.write_header().unwrap().write_image_data(&data).unwrap();
    out
}

fn jpeg_square() -> Vec<u8> {
    let mut out = Vec::new();
    let picture = ::image::RgbImage::from_pixel(16, 16, ::image::Rgb([220, 30, 30]));
    picture.write_with_encoder(::image::codecs::jpeg::JpegEncoder::new(&mut out)).unwrap();
    out
}

/// A page with a red square; `extra` goes into its resources.
fn one_page_pdf(extra: &str) -> Vec<u8> {
    let content = "0.86 0.12 0.12 rg 0 0 50 80 re f";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 50 80]>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/Rotate 90/Contents 4 0 R/Resources<<{extra}>>>>"),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
    ];
    let (mut out, mut offsets) = (b"%PDF-1.4\n".to_vec(), Vec::new());
    for (at, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", at + 1).as_bytes());
    }
    let start = out.len();
    out.extend_from_slice(b"xref\n0 5\n0000000000 65535 f \n");
    offsets.iter().for_each(|offset| out.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes()));
    out.extend_from_slice(format!("trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{start}\n%%EOF").as_bytes());
    out
}

#[test]
fn hostile_pictures_are_refused_with_a_reason() {
    let nested = format!("/X {}1{}", "[".repeat(4000), "]".repeat(4000));
    let cases: [(&str, Vec<u8>); 11] = [
        ("no PNG, JPEG, SVG or PDF", b"GIF89a".to_vec()),
        ("PNG cannot be read", png_square(true)[..60].to_vec()),
        ("JPEG cannot be read", jpeg_square()[..100].to_vec()),
        ("JPEG cannot be read", vec![0xff, 0xd8, 0xff, 0xc0]),
        ("SVG cannot be read", b"<svg".to_vec()),
        ("convert it to outlines", b"<svg xmlns='http://www.w3.org/2000/svg'><text>a</text></svg>".to_vec()),
        ("holds a picture", b"<svg xmlns='http://www.w3.org/2000/svg'><image href='/etc/passwd'/></svg>".to_vec()),
        ("PDF cannot be read", b"%PDF-1.4\nnothing".to_vec()),
        ("CMYK", one_page_pdf("/ColorSpace<</C/DeviceCMYK>>")),
        ("scripts", one_page_pdf("/A<</S/JavaScript/JS(app.alert)>>")),
        ("PDF", one_page_pdf(&nested)),
    ];
    for (reason, bytes) in cases {
        let error =
            Base::new(&scene(vec![image(bytes, [0.0, 0.0, 9.0, 9.0])]), &Faces::read(&[]), &BaseMeta::default());
        let Err(RenderError::Picture { number: 1, source, .. }) = error else { panic!("{reason}: {error:?}") };
        assert!(source.to_string().contains(reason), "{source} instead of {reason}");
    }
}

#[test]
fn a_pdf_whose_objects_go_in_circles_is_imported_once() {
    let file = one_page_pdf("/Pattern<</A 3 0 R>>/Properties<</B 2 0 R>>");
    let faces = Faces::read(&[]);
    let file = base(vec![image(file, [0.0, 0.0, 99.0, 99.0])], &faces).certificate(&scene(vec![]), &faces, &meta());
    tool("qpdf", &["--check"], &file.unwrap(), &[]);
}

#[test]
fn a_certificate_cannot_bring_pictures_or_missing_glyphs() {
    let faces = Faces::read(&["NotoSansThai-Regular.ttf"]);
    let base = base(vec![], &faces);
    let picture = base.certificate(&scene(vec![image(png_square(false), [0.0; 4])]), &faces, &meta());
    assert!(matches!(picture, Err(RenderError::PictureInCertificate)));
    let missing = Item::Glyphs(faces.run(0, "漢", 10.0, 0.0, 0.0));
    let missing = base.certificate(&scene(vec![missing]), &faces, &meta());
    assert!(matches!(missing, Err(RenderError::Glyph { font: FontId(0), glyph: 0 })), "{missing:?}");
}

#[test]
fn a_page_has_a_size_that_pdf_knows() {
    for side in [0.0, -1.0, f32::NAN, f32::INFINITY, 20_000.0] {
        let mut scene = scene(vec![]);
        scene.width = side;
        let made = Base::new(&scene, &Faces::read(&[]), &BaseMeta::default());
        assert!(matches!(made, Err(RenderError::PageSize { .. })), "{side}");
    }
}

#[test]
fn the_picture_of_a_page_has_its_size_and_is_bounded() {
    let faces = Faces::read(&["NotoSans-Regular.ttf"]);
    let file = pdf(vec![Item::Glyphs(faces.run(0, "Zoë", 32.0, 300.0, 300.0)), qr()], &faces);
    let picture = ::image::load_from_memory(&png(&file, 150.0).unwrap()).unwrap();
    let pixels = |points: f32| (points * 150.0 / 72.0) as u32;
    assert_eq!((picture.width(), picture.height()), (pixels(PAGE.0), pixels(PAGE.1)));
    assert!(matches!(png(&file, 1200.0), Err(RenderError::RasterSize { .. })));
    assert!(matches!(png(&file, f32::NAN), Err(RenderError::RasterSize { .. })));
    assert!(matches!(raster(&file, 2, 72.0), Err(RenderError::NoSuchPage { page: 2, pages: 1 })));
    assert!(matches!(raster(&file, 0, 72.0), Err(RenderError::NoSuchPage { .. })));
    assert!(matches!(
        raster(b"%PDF-nothing", 1, 72.0),
        Err(RenderError::Unreadable(_) | RenderError::NoSuchPage { .. })
    ));
}

#[test]
fn errors_name_the_picture_and_the_limit() {
    let error = PictureError::Pixels { width: 30_000, height: 30_000 };
    assert_eq!(error.to_string(), "30000 × 30000 pixels; between 1 and 36000000 are allowed");
}
