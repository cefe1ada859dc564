//! Wire format 1: the shared vectors, the frozen dictionary, and laws that hold for any bytes.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use testamur::proof::jws::Jws;
use testamur::qr;

const VERIFIER: &str = "verify.example.org";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn vectors(prefix: &str) -> Vec<(PathBuf, Value)> {
    let folder = std::fs::read_dir(root().join("tests/vectors/wire")).unwrap();
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix));
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.clone(), serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()))
        .collect()
}

#[test]
fn the_dictionary_never_changes() {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(qr::dictionary()));
    assert_eq!(digest, "8a76d7b7fc1a14da1f2292590c2bfaeac8ca1c1a609ca067e5030a23e3b3eca3");
    let stated = std::fs::read_to_string(root().join("schemas/wire/dictionary-1.sha256")).unwrap();
    assert_eq!(stated, format!("{digest}  dictionary-1.bin\n"));
    assert!(qr::dictionary().len() <= 4096);
}

#[test]
fn accepted_vectors_give_their_jws() {
    let vectors = vectors("accepted-");
    assert!(vectors.len() >= 80, "{} vectors", vectors.len());
    for (path, vector) in vectors {
        let jws = qr::unpack(vector["qr"].as_str().unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(jws.to_compact(), vector["jws"], "{}", path.display());
    }
}

/// The symbol's version; one past the largest for what is over budget.
fn version(text: &str) -> u8 {
    qr::Symbol::of(text).map_or(qr::MAX_VERSION + 1, |symbol| symbol.version)
}

#[test]
fn packing_is_lossless_repeatable_and_never_needs_a_larger_symbol_than_the_vector() {
    for (path, vector) in vectors("accepted-") {
        let jws = Jws::parse(vector["jws"].as_str().unwrap(), 65_536).unwrap();
        let text = qr::pack(&jws, VERIFIER);
        assert_eq!(qr::unpack(&text).as_ref(), Ok(&jws), "{}", path.display());
        assert_eq!(qr::pack(&jws, VERIFIER), text);
        let vector_text = vector["qr"].as_str().unwrap();
        if vector_text.starts_with("https://verify.example.org/#") {
            assert!(version(&text) <= version(vector_text), "{}", path.display());
        }
    }
}

#[test]
fn refused_vectors_name_field_and_problem() {
    let vectors = vectors("refused-");
    assert!(vectors.len() >= 70, "{} vectors", vectors.len());
    for (path, vector) in vectors {
        let refusal = qr::unpack(vector["qr"].as_str().unwrap()).expect_err(path.to_str().unwrap());
        assert_eq!(refusal.field, vector["field"], "{}", path.display());
        // What a JSON parser says about a syntax error is its own.
        let problem =
            refusal.problem.split("not JSON").next().filter(|p| p.is_empty()).map_or(&*refusal.problem, |_| "not JSON");
        assert_eq!(problem, vector["problem"], "{}", path.display());
    }
}

#[test]
fn our_credentials_fit_a_printable_symbol_but_for_the_longest() {
    let mut versions = Vec::new();
    for (path, vector) in vectors("accepted-our-") {
        match qr::Symbol::of(vector["qr"].as_str().unwrap()) {
            Ok(symbol) => versions.push(symbol.version),
            Err(qr::SymbolError::OverBudget { bits, limit }) => {
                assert!(path.to_str().unwrap().contains("our-long-") && bits > limit, "{}", path.display());
            }
        }
    }
    versions.sort_unstable();
    assert!(versions.len() >= 36);
    assert!(versions[versions.len() / 2] <= 14, "median version {}", versions[versions.len() / 2]);
    assert!(*versions.last().unwrap() <= qr::MAX_VERSION);
}

#[test]
fn symbols_are_read_back_by_another_reader() {
    for (path, vector) in vectors("accepted-our-") {
        let text = vector["qr"].as_str().unwrap();
        let Ok(symbol) = qr::Symbol::of(text) else { continue };
        assert_eq!(read_by_rxing(&symbol), text, "{}", path.display());
    }
}

/// Draws the symbol with three pixels a module and the quiet zone of four modules, and reads it.
fn read_by_rxing(symbol: &qr::Symbol) -> String {
    const SCALE: usize = 3;
    let side = (symbol.size + 8) * SCALE;
    let module = |at: usize| (at / SCALE).checked_sub(4).filter(|at| *at < symbol.size);
    let pixel = |n: usize| match (module(n % side), module(n / side)) {
        (Some(x), Some(y)) if symbol.modules[y * symbol.size + x] => 0,
        _ => 255,
    };
    let luma = (0..side * side).map(pixel).collect();
    rxing::helpers::detect_in_luma(luma, side as u32, side as u32, Some(rxing::BarcodeFormat::QR_CODE))
        .expect("the symbol is readable")
        .getText()
        .to_owned()
}

fn any_jws() -> impl Strategy<Value = Jws> {
    let payload = prop_oneof![
        proptest::collection::vec(1u8.., 0..1500),
        "[ -~\u{e9}\u{416}\u{4e00}]{0,400}".prop_map(String::into_bytes),
        // Repetition and pieces of the dictionary, to exercise matches.
        proptest::collection::vec((0usize..3900, 0usize..300), 0..30).prop_map(|pieces| {
            let piece =
                |(at, len): (usize, usize)| qr::dictionary().iter().skip(at).take(len).copied().filter(|b| *b != 0);
            pieces.into_iter().flat_map(piece).collect()
        }),
    ];
    (payload, proptest::collection::vec(any::<u8>(), 64), "[a-z0-9.:#-]{0,60}").prop_map(|(payload, signature, kid)| {
        let header = format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"vc+jwt"}}"#);
        Jws::from_parts(header.into_bytes(), payload, &signature).unwrap()
    })
}

proptest! {
    #[test]
    fn any_jws_comes_back_bit_for_bit(jws in any_jws()) {
        let text = qr::pack(&jws, VERIFIER);
        prop_assert_eq!(qr::unpack(&text), Ok(jws));
    }

    #[test]
    fn no_text_makes_unpack_panic(text in ".{0,300}", digits in "1[0-9]{0,2000}") {
        let _ = qr::unpack(&text);
        let _ = qr::unpack(&digits);
    }

    #[test]
    fn no_bytes_behind_a_signature_make_unpack_panic(bytes in proptest::collection::vec(any::<u8>(), 64..600)) {
        // Digits of random bytes are always well formed, so that the inflater is reached.
        let jws = qr::unpack(&format!("1{}", digits_of(&bytes)));
        prop_assert!(jws.is_err());
    }
}

#[test]
fn changing_any_one_digit_never_gives_the_same_jws() {
    let (_, vector) = &vectors("accepted-our-typ-1")[0];
    let text = vector["qr"].as_str().unwrap();
    let start = text.find('#').unwrap() + 1;
    for (at, digit) in (start..text.len()).flat_map(|at| (b'0'..=b'9').map(move |digit| (at, digit))) {
        let mut changed = text.as_bytes().to_vec();
        if std::mem::replace(&mut changed[at], digit) == digit {
            continue;
        }
        let changed = String::from_utf8(changed).unwrap();
        assert!(qr::unpack(&changed).map(|jws| jws.to_compact()).ok().as_deref() != vector["jws"].as_str(), "{at}");
    }
}

fn digits_of(bytes: &[u8]) -> String {
    let width = [0, 3, 5, 8, 10, 13, 15, 17];
    let number = |chunk: &[u8]| chunk.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    bytes.chunks(7).map(|chunk| format!("{:0width$}", number(chunk), width = width[chunk.len()])).collect()
}
