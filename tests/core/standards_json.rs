//! JSON: nst/JSONTestSuite under the strict parser, and canonical JSON (RFC 8785) by its author's files.

use std::fs;
use std::path::PathBuf;

use testamur::credential::json;

const LIMIT: usize = 1 << 20;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/standards").join(name)
}

/// Every file of a folder by name, in order.
fn files(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn json_test_suite_is_judged_as_its_names_say() {
    let files = files("jsontestsuite/test_parsing");
    assert_eq!(files.len(), 318);
    for (name, bytes) in files {
        let accepted = json::parse(&bytes, LIMIT).is_ok();
        match &name[..2] {
            // Two keys of the same name are JSON to RFC 8259 and refused by I-JSON (RFC 7493 section 2.3).
            "y_" if name.starts_with("y_object_duplicated_key") => assert!(!accepted, "{name}"),
            "y_" => assert!(accepted, "{name}: {:?}", json::parse(&bytes, LIMIT)),
            "n_" => assert!(!accepted, "{name}"),
            // `i_`, left to the implementation: we refuse them all.
            _ => assert!(!accepted, "{name}"),
        }
    }
}

#[test]
fn canonical_json_files_give_their_published_bytes() {
    let inputs = files("jcs/input");
    assert_eq!(inputs.len(), 6);
    for (name, bytes) in inputs {
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let canonical = serde_json_canonicalizer::to_vec(&value).unwrap();
        let wanted = fs::read(folder("jcs/output").join(&name)).unwrap();
        assert_eq!(String::from_utf8_lossy(&canonical), String::from_utf8_lossy(&wanted), "{name}");
        let hex = fs::read_to_string(folder("jcs/outhex").join(name.replace(".json", ".txt"))).unwrap();
        let hex: Vec<u8> = hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        assert_eq!(canonical, hex, "{name}");
    }
}

/// RFC 8785 appendix B: IEEE 754 bits and their canonical text.
#[test]
fn canonical_numbers_are_those_of_rfc_8785() {
    let samples = [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555554", "333333333.33333325"),
        ("41b3de4355555555", "333333333.3333333"),
        ("41b3de4355555556", "333333333.3333334"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ];
    for (bits, text) in samples {
        let number = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        assert_eq!(serde_json_canonicalizer::to_string(&number).unwrap(), text, "{bits}");
    }
}

/// RFC 8785 section 3.2.4: the sample's bytes.
#[test]
fn canonical_sample_is_that_of_rfc_8785() {
    let input = r#"{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"#;
    let wanted = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
                  \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
    let value = json::parse(input.as_bytes(), LIMIT).unwrap();
    assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), wanted);
}
