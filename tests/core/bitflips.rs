//! The property that all else rests on: whatever bit of a credential is flipped, it is not valid any more.

use testamur::verify::{TrustAnchors, Verdict, verify};

use crate::vectors::world::{NOW, World, signed, time};

fn anchors() -> TrustAnchors {
    let mut anchors = TrustAnchors::default();
    anchors.add(&World::academy().sign(), None).unwrap();
    anchors
}

/// Flips every bit from byte `start` on. Returns how many flips gave which verdict; fails on a valid one.
fn flip_all(text: &str, start: usize) -> std::collections::BTreeMap<&'static str, usize> {
    let anchors = anchors();
    assert_eq!(verify(text, &anchors, time(NOW)).code(), "valid");
    let mut verdicts = std::collections::BTreeMap::new();
    for bit in start * 8..text.len() * 8 {
        let mut bytes = text.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // What is no UTF-8 cannot even be asked about; a scanner would hand over replacement characters.
        let flipped = String::from_utf8_lossy(&bytes);
        let verdict = verify(&flipped, &anchors, time(NOW));
        assert!(!matches!(verdict, Verdict::Valid(_) | Verdict::ValidStatusStale(_)), "bit {bit}");
        *verdicts.entry(verdict.code()).or_default() += 1;
    }
    verdicts
}

#[test]
fn no_flipped_bit_of_a_jws_is_valid() {
    let verdicts = flip_all(&signed(|_| ()), 0);
    assert!(verdicts["proof_invalid"] > 500 && verdicts["malformed"] > 500, "{verdicts:?}");
}

/// The address before the `#` names a page that could verify; it is not part of the credential and is not asked.
#[test]
fn no_flipped_bit_of_a_qr_text_is_valid() {
    let jws = testamur::proof::jws::Jws::parse(&signed(|_| ()), 65_536).unwrap();
    let text = testamur::qr::pack(&jws, "verify.example.org");
    let verdicts = flip_all(&text, text.find('#').unwrap());
    assert!(verdicts["proof_invalid"] > 100 && verdicts["malformed"] > 500, "{verdicts:?}");
}

#[test]
fn no_flipped_bit_of_the_decoded_parts_is_valid() {
    let text = signed(|_| ());
    let anchors = anchors();
    let decode = |part: &str| data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
    let parts: Vec<Vec<u8>> = text.split('.').map(decode).collect();
    for part in 0..3 {
        for bit in 0..parts[part].len() * 8 {
            let mut flipped = parts.clone();
            flipped[part][bit / 8] ^= 1 << (bit % 8);
            let encoded: Vec<_> = flipped.iter().map(|part| data_encoding::BASE64URL_NOPAD.encode(part)).collect();
            let verdict = verify(&encoded.join("."), &anchors, time(NOW));
            assert!(!matches!(verdict, Verdict::Valid(_) | Verdict::ValidStatusStale(_)), "part {part} bit {bit}");
        }
    }
}
