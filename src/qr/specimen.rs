//! The code of a specimen: as large as a certificate's, and no credential of anybody.
//!
//! Wire version `0`, which no credential has, then the word SPECIMEN over and over in the digits of wire format 1. Nothing
//! in it is signed, and nothing in it is about anybody.

use super::wire::{address, fragment};
use super::{MAX_TEXT, digits, pack};
use crate::proof::jws::Jws;

/// The wire version of what is no credential.
const VERSION: char = '0';
const WORD: &[u8] = b"SPECIMEN";

/// Returns the text of a specimen's code, as long as that of the credential which it stands for.
pub fn specimen(jws: &Jws, verifier: &str) -> String {
    let mut text = address(verifier, VERSION);
    let digits = pack(jws, verifier).len() - text.len();
    let bytes: Vec<u8> = WORD.iter().copied().cycle().take(digits::decoded_len(digits)).collect();
    digits::encode(&bytes, &mut text);
    text
}

/// Says whether a text is that of a specimen's code: the whole address, its fragment with the `#`, or only the digits.
pub fn is_specimen(text: &str) -> bool {
    let text = text.trim();
    let spelled = |digits| digits::decode(digits).is_ok_and(|bytes| is_spelled(&bytes));
    text.len() <= MAX_TEXT && fragment(text).is_ok_and(|text| text.strip_prefix(VERSION).is_some_and(spelled))
}

fn is_spelled(bytes: &[u8]) -> bool {
    bytes.len() >= WORD.len() && bytes.iter().zip(WORD.iter().cycle()).all(|(byte, letter)| byte == letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_word_over_and_over_is_a_specimen() {
        let text = |bytes: &[u8]| {
            let mut text = "#0".to_owned();
            digits::encode(bytes, &mut text);
            text
        };
        assert!(is_specimen(&text(b"SPECIMEN")) && is_specimen(&text(b"SPECIMENSPECI")));
        assert!(is_specimen(&format!(" HTTPS://verify.example.org/{}\n", text(b"SPECIMEN"))));
        assert!(is_specimen(text(b"SPECIMEN").trim_start_matches('#')));
        let credential = text(b"SPECIMEN").replace("#0", "#1");
        let plain = text(b"SPECIMEN").replace('#', "http://verify.example.org/#");
        for other in
            [text(b"SPECIME"), text(b"SPECIMENX"), text(b"specimen"), credential, plain, "#0".into(), "0".into()]
        {
            assert!(!is_specimen(&other), "{other}");
        }
    }
}
