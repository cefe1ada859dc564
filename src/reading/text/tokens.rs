//! Credentials that stand anywhere in a text: between tags, in a table's cell, in a link, over several lines.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use memchr::memmem;

use super::super::{CANDIDATE_BYTES, CANDIDATES};
use super::views::{self, is_letter};
use crate::proof::jws::Jws;

/// Longest header of a JWS, in its letters.
const HEADER_LETTERS: usize = 4_096;

/// Places within one run of letters where a JWS may begin.
const BEGINNINGS: usize = 16;

/// Letters of an Ed25519 signature.
const SIGNATURE_LETTERS: usize = 86;

/// Digits that a verifier link has at least, and letters before them that belong to it.
const LINK_DIGITS: usize = 100;
const LINK_HEAD: usize = 300;

/// More than a file may give.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TooMuch {
    Tokens,
    Letters,
}

/// What was found, in the order in which it stands.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    texts: Vec<String>,
}

impl Tokens {
    /// Returns the credentials in a text, however it is spelled.
    pub(super) fn of(text: &str) -> Result<Vec<String>, TooMuch> {
        let mut tokens = Self::default();
        // The text as it is comes first: what another spelling makes of it may have more at its end.
        for view in views::of(text) {
            tokens.add_jws(&view)?;
            tokens.add_links(&view)?;
        }
        Ok(tokens.texts)
    }

    fn add(&mut self, text: String) -> Result<(), TooMuch> {
        if text.len() > CANDIDATE_BYTES {
            return Err(TooMuch::Letters);
        }
        let is_whole = |text: &str| super::super::found::jws_of(text).is_ok();
        // Of a link its digits count: another spelling may have other words before it.
        let own = key(&text);
        let alike = |known: &&mut String| own.starts_with(key(known)) || key(known).starts_with(own);
        if let Some(known) = self.texts.iter_mut().find(alike) {
            // A line's end cut it off before.
            if key(known).len() < own.len() && !is_whole(known) && is_whole(&text) {
                known.clone_from(&text);
            }
            return Ok(());
        }
        if self.texts.len() >= CANDIDATES {
            return Err(TooMuch::Tokens);
        }
        self.texts.push(text);
        Ok(())
    }

    fn add_jws(&mut self, text: &str) -> Result<(), TooMuch> {
        for word in text.split(|c: char| !c.is_ascii() || !is_letter(c as u8) && c != '.') {
            let segments: Vec<&str> = word.split('.').collect();
            for three in segments.windows(3) {
                if let Some(header) = header_in(three[0])
                    && claims_credential(header, three[1])
                {
                    self.add(whole(header, three[1], three[2]))?;
                }
            }
        }
        Ok(())
    }

    fn add_links(&mut self, text: &str) -> Result<(), TooMuch> {
        let bytes = text.as_bytes();
        for at in memmem::find_iter(bytes, b"#1") {
            let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits > LINK_DIGITS {
                let of_link = |byte: &&u8| byte.is_ascii_graphic() && !b"\"'<>()[]{}`,;=#".contains(byte);
                let head = bytes[..at].iter().rev().take(LINK_HEAD).take_while(of_link).count();
                self.add(text[at - head..at + 1 + digits].to_owned())?;
            }
        }
        // The digits alone: only where they are a credential's, for other numbers are long too.
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '#') {
            let is_text = word.len() > LINK_DIGITS && word.starts_with('1') && word.bytes().all(|b| b.is_ascii_digit());
            if is_text && crate::qr::unpack(word).is_ok() {
                self.add(word.to_owned())?;
            }
        }
        Ok(())
    }
}

/// Returns the part of a text that no spelling changes.
fn key(text: &str) -> &str {
    text.rsplit_once('#').map_or(text, |(_, digits)| digits)
}

/// Returns where the header of a JWS begins in a run of letters: the rest of the run is a JSON object.
fn header_in(run: &str) -> Option<&str> {
    let from = run.len().saturating_sub(HEADER_LETTERS);
    let starts = memmem::find_iter(&run.as_bytes()[from..], b"ey").map(|at| &run[from + at..]);
    starts.take(BEGINNINGS).find(|header| object(header).is_some())
}

fn object(part: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Links in mails carry tokens of all kinds: only what says that it is a credential is judged.
pub(super) fn claims_credential(header: &str, payload: &str) -> bool {
    let typ = object(header).and_then(|header| Some(header.get("typ")?.as_str()?.to_ascii_lowercase()));
    let speaks = |payload: Vec<u8>| {
        memmem::find(&payload, b"credentialSubject").is_some()
            || memmem::find(&payload, b"erifiableCredential").is_some()
    };
    typ.is_some_and(|typ| typ.contains("vc")) || URL_SAFE_NO_PAD.decode(payload).is_ok_and(speaks)
}

/// Puts the parts together. What follows a signature without a gap, as the next line's first word, is left out.
fn whole(header: &str, payload: &str, signature: &str) -> String {
    let all = format!("{header}.{payload}.{signature}");
    let cut = signature.get(..SIGNATURE_LETTERS).map(|signature| format!("{header}.{payload}.{signature}"));
    let is_whole = |text: &String| Jws::parse(text, CANDIDATE_BYTES).is_ok();
    if is_whole(&all) { all } else { cut.filter(is_whole).unwrap_or(all) }
}
