//! Badges with a credential baked in, as both verifiers read them: `tests/vectors/baked`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testamur::files::{bake_png, bake_svg};
use testamur::reading::{ReadingError, read};

/// An SVG of one square.
const SVG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\" role=\"img\">\
                   \n<title>A badge</title>\n<path fill=\"#1d3a70\" d=\"M1 1L8 1L8 8L1 8Z\"/>\n</svg>\n";

fn vectors(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(path)
}

/// The text that a case of `verdicts` judges.
fn input(name: &str) -> String {
    let case: Value = serde_json::from_slice(&fs::read(vectors(&format!("verdicts/{name}.json"))).unwrap()).unwrap();
    case["input"].as_str().unwrap().to_owned()
}

/// A PNG of one colour.
fn plain_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::GrayImage::from_pixel(8, 8, image::Luma([200]));
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
    bytes
}

fn with_chunk(png: &[u8], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(b"iTXt");
    crc.update(data);
    let chunk = [&(data.len() as u32).to_be_bytes(), b"iTXt".as_slice(), data, &crc.sum().to_be_bytes()].concat();
    // Behind the header, which has 13 bytes.
    [&png[..33], &chunk, &png[33..]].concat()
}

/// Each badge with the cases of `verdicts` whose texts are found in it; nothing: it is a picture like any other.
fn cases() -> Vec<(&'static str, Vec<u8>, Vec<&'static str>)> {
    let (json, revoked, jws) = (input("json_valid"), input("json_revoked"), input("valid"));
    let svg = |text: &str| bake_svg(SVG, text).unwrap();
    let good = svg(&json);
    let attribute =
        |text: &str| good.replace(&good[good.find("><![CDATA[").unwrap()..good.find("</openb").unwrap()], text);
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(json.as_bytes(), 6);
    let packed = [b"openbadgecredential\0\x01\0\0\0".as_slice(), &packed].concat();
    let baked = bake_png(&plain_png(), &json).unwrap();
    let second = [b"openbadgecredential\0\0\0\0\0".as_slice(), revoked.as_bytes()].concat();
    vec![
        ("good.png", baked.clone(), vec!["json_valid"]),
        ("two.png", with_chunk(&baked, &second), vec!["json_revoked", "json_valid"]),
        ("compressed.png", with_chunk(&plain_png(), &packed), vec!["json_valid"]),
        ("plain.png", plain_png(), vec![]),
        ("good.svg", good.clone().into_bytes(), vec!["json_valid"]),
        ("jws.svg", attribute(&format!(" verify=\"{jws}\">")).into_bytes(), vec!["valid"]),
        (
            "two.svg",
            good.replace("<title>", &format!("<desc><![CDATA[{revoked}]]></desc><title>")).into_bytes(),
            vec!["json_valid", "json_revoked"],
        ),
        ("empty.svg", attribute(">").into_bytes(), vec![]),
        ("other-namespace.svg", good.replace("/ob/v3p0\"", "/ob/v2p0\"").into_bytes(), vec![]),
        ("plain.svg", SVG.as_bytes().to_vec(), vec![]),
    ]
}

#[test]
fn badges_are_as_they_are_made() {
    let cases = cases();
    let list: Vec<Value> = cases.iter().map(|(name, _, found)| json!({ "file": name, "found": found })).collect();
    let mut files: Vec<(String, Vec<u8>)> = vec![("cases.json".into(), format!("{:#}\n", json!(list)).into_bytes())];
    files.extend(cases.into_iter().map(|(name, bytes, _)| (name.to_owned(), bytes)));
    for (name, bytes) in files {
        let path = vectors(&format!("baked/{name}"));
        if std::env::var_os("TESTAMUR_WRITE_VECTORS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &bytes).unwrap();
        }
        assert!(fs::read(&path).unwrap() == bytes, "{name}");
    }
}

#[test]
fn what_is_baked_into_a_badge_is_read() {
    let list: Value = serde_json::from_slice(&fs::read(vectors("baked/cases.json")).unwrap()).unwrap();
    for case in list.as_array().unwrap() {
        let name = case["file"].as_str().unwrap();
        let wanted: Vec<String> = case["found"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| input(one.as_str().unwrap()).trim().to_owned())
            .collect();
        let read = read(&fs::read(vectors(&format!("baked/{name}"))).unwrap());
        match (wanted.is_empty(), name.ends_with(".svg")) {
            (true, true) => assert_eq!(read, Err(ReadingError::Kind("an SVG drawing".to_owned())), "{name}"),
            _ => {
                let mut found: Vec<_> =
                    read.unwrap().candidates.into_iter().map(|one| one.text.trim().to_owned()).collect();
                found.sort();
                let mut wanted = wanted;
                wanted.sort();
                assert_eq!(found, wanted, "{name}");
            }
        }
    }
}
