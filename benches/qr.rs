//! How long one credential takes: to pack, to unpack, to draw. Run with `cargo bench --bench qr`.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use testamur::proof::jws::Jws;
use testamur::qr;

/// A typical credential: 335 bytes, QR version 15.
fn typical() -> (Jws, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/wire/accepted-our-typ-2.json");
    let vector: serde_json::Value = serde_json::from_slice(&std::fs::read(path).expect("vector")).expect("JSON");
    let jws = Jws::parse(vector["jws"].as_str().expect("jws"), 65_536).expect("a JWS");
    (jws, vector["qr"].as_str().expect("qr").to_owned())
}

fn qr(criterion: &mut Criterion) {
    let (jws, text) = typical();
    criterion.bench_function("pack", |b| b.iter(|| qr::pack(black_box(&jws), "verify.example.org")));
    criterion.bench_function("unpack", |b| b.iter(|| qr::unpack(black_box(&text))));
    criterion.bench_function("symbol", |b| b.iter(|| qr::Symbol::of(black_box(&text))));
}

criterion_group!(benches, qr);
criterion_main!(benches);
