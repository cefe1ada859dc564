//! How fast a certificate is drawn over a shared base, with a vector background, three runs of text in two fonts and a QR
//! symbol of version 15; and what the base, a CJK name and the PNG cost: over a backdrop that is there, the first, and without one.

use criterion::{Criterion, criterion_group, criterion_main};
use testamur::render::png;
use testamur::scene::{Item, Scene};

#[path = "../tests/core/scenes.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod scenes;

use scenes::{Faces, base, meta, ornament, qr, scene};

fn certificate(faces: &Faces, name: &str) -> Scene {
    scene(vec![
        Item::Glyphs(faces.run(0, name, 36.0, 150.0, 320.0)),
        Item::Glyphs(faces.run(1, "Completed on 1 May 2026: Intarsia for beginners", 14.0, 150.0, 260.0)),
        Item::Glyphs(faces.run(1, "CERT-WORKSHOP-2026-00001", 9.0, 600.0, 60.0)),
        qr(),
    ])
}

fn render(c: &mut Criterion) {
    let faces = Faces::read(&["CormorantGaramond-Medium.ttf", "NotoSans-Regular.ttf"]);
    let title = || vec![ornament(), Item::Glyphs(faces.run(0, "Certificate of Completion", 40.0, 150.0, 480.0))];
    let base_document = base(title(), &faces);
    let own = certificate(&faces, "Alexandra Featherstonehaugh");
    let file = base_document.certificate(&own, &faces, &meta()).expect("the scene is sound");
    c.bench_function("base", |b| b.iter(|| base(title(), &faces)));
    c.bench_function("certificate", |b| b.iter(|| base_document.certificate(&own, &faces, &meta())));
    let empty = scene(vec![]);
    c.bench_function("certificate without content", |b| b.iter(|| base_document.certificate(&empty, &faces, &meta())));
    let symbol = scene(vec![qr()]);
    c.bench_function("certificate with a symbol only", |b| {
        b.iter(|| base_document.certificate(&symbol, &faces, &meta()))
    });
    if let Ok(large) = std::env::var("TESTAMUR_BENCH_CJK") {
        let faces = Faces::read(&[&large, "NotoSans-Regular.ttf"]);
        let own = certificate(&faces, "山田花子");
        c.bench_function("certificate in CJK", |b| b.iter(|| base_document.certificate(&own, &faces, &meta())));
    }
    let backdrop = base_document.backdrop(150.0).expect("the base is sound");
    let picture = base_document.png(&backdrop, &own, &faces).expect("the scene is sound");
    c.bench_function("png at 150 dpi", |b| b.iter(|| base_document.png(&backdrop, &own, &faces)));
    c.bench_function("png at 150 dpi, the first of a base", |b| {
        b.iter(|| base_document.png(&base_document.backdrop(150.0).expect("the base is sound"), &own, &faces))
    });
    c.bench_function("png at 150 dpi, of a whole page", |b| b.iter(|| png(&file, 150.0)));
    eprintln!("png at 150 dpi: {} bytes", picture.len());
}

criterion_group!(benches, render);
criterion_main!(benches);
