//! Credentials in JSON, wherever they stand in a text: in an array, in another object, in a script, in a string; with an
//! embedded proof, without one, or as a JWS in its JSON serialization (RFC 7515 section 7.2).

use std::borrow::Cow;

use memchr::memmem;
use serde_json::Value;

use super::super::{CANDIDATE_BYTES, CANDIDATES};
use super::tokens::{TooMuch, claims_credential};

/// Deepest nesting that is followed, of objects and of texts in strings.
const DEPTH: usize = 64;
const STRINGS: usize = 4;

/// What says that a text is worth going through. Almost none is.
const MARKS: [&str; 6] =
    ["\"proof", "\\u00", "\"credentialSubject", "VerifiableCredential", "OpenBadgeCredential", "\"signature"];

/// An object that has begun.
#[derive(Default)]
struct Open {
    at: usize,
    has_context: bool,
    /// The context is one or several addresses, as that of a credential is; in a schema it is an object.
    names_context: bool,
    has_subject: bool,
    names_credential: bool,
    has_proof: bool,
    payloads: usize,
    has_signature: bool,
    /// How many credentials were found before it.
    known: usize,
}

impl Open {
    /// True for a credential, proven or not.
    fn is_credential(&self) -> bool {
        let says = [self.names_context, self.has_subject, self.names_credential];
        self.has_context && self.has_proof || says.into_iter().filter(|said| *said).count() > 1
    }

    /// Takes a member's name, and what its value begins with.
    fn name(&mut self, name: &str, value: Option<u8>) {
        self.has_context |= is(name, "@context");
        self.names_context |= is(name, "@context") && matches!(value, Some(b'"' | b'['));
        self.has_subject |= is(name, "credentialSubject");
        self.has_proof |= is(name, "proof");
        self.payloads += usize::from(is(name, "payload") && value == Some(b'"'));
        self.has_signature |= is(name, "signature") || is(name, "signatures");
    }
}

/// A credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct One<'a> {
    pub(super) text: Cow<'a, str>,
    /// Whether it says how it is proven.
    pub(super) has_proof: bool,
}

/// What a text holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Objects<'a> {
    /// The credentials, in the order in which they end.
    pub(super) all: Vec<One<'a>>,
    /// Whether there may be one that cannot be told: a proof that is in none of them, a JWS without its parts.
    pub(super) is_unclear: bool,
}

/// Returns the objects that say that they are credentials: they have a context and a proof; or a subject or a
/// credential's type, and were robbed of their proof.
pub(super) fn of(text: &str) -> Result<Objects<'_>, TooMuch> {
    let mut objects = Objects::default();
    objects.search(text, 0)?;
    // A proof has a value.
    objects.is_unclear |= objects.all.is_empty() && memmem::find(text.as_bytes(), b"\"proofValue\"").is_some();
    Ok(objects)
}

impl<'a> Objects<'a> {
    fn search(&mut self, text: &'a str, depth: usize) -> Result<(), TooMuch> {
        if !MARKS.iter().any(|mark| memmem::find(text.as_bytes(), mark.as_bytes()).is_some()) {
            return Ok(());
        }
        let mut opened: Vec<Open> = Vec::new();
        let (mut too_deep, mut at) = (false, 0);
        while let Some(&byte) = text.as_bytes().get(at) {
            match byte {
                b'{' if opened.len() >= DEPTH => {
                    opened.clear();
                    too_deep = true;
                }
                b'{' => opened.push(Open { at, known: self.all.len(), ..Open::default() }),
                b'}' => {
                    if let Some(open) = opened.pop() {
                        self.end(open, &text[..=at])?;
                    }
                }
                b'"' => {
                    let (inner, end) = string(text, at);
                    let rest = text[end..].trim_start();
                    match (opened.last_mut(), rest.strip_prefix(':')) {
                        (Some(open), Some(value)) => open.name(inner, value.trim_start().bytes().next()),
                        (Some(open), None) => {
                            open.names_credential |=
                                is(inner, "VerifiableCredential") || is(inner, "OpenBadgeCredential");
                        }
                        _ => {}
                    }
                    self.search_string(&text[at..end], depth)?;
                    at = end;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        self.is_unclear |= self.all.is_empty() && too_deep;
        Ok(())
    }

    /// Searches what a string spells, if it is JSON itself.
    fn search_string(&mut self, quoted: &str, depth: usize) -> Result<(), TooMuch> {
        let is_json = |text: &String| text.trim_start().starts_with(['{', '[', '"']);
        if !quoted.contains('\\') {
            return Ok(());
        }
        let Some(inner) = serde_json::from_str::<String>(quoted).ok().filter(is_json) else { return Ok(()) };
        if depth >= STRINGS {
            self.is_unclear |= MARKS.iter().any(|mark| inner.contains(mark));
            return Ok(());
        }
        let mut objects = Objects::default();
        objects.search(&inner, depth + 1)?;
        self.is_unclear |= objects.is_unclear;
        let owned = |one: One<'_>| One { text: Cow::Owned(one.text.into_owned()), ..one };
        objects.all.into_iter().try_for_each(|one| self.add(owned(one)))
    }

    /// Takes an object that ends with a text.
    fn end(&mut self, open: Open, text: &'a str) -> Result<(), TooMuch> {
        let object = &text[open.at..];
        if open.payloads > 0 && open.has_signature {
            self.add_signed(object, open.payloads)?;
        }
        if !open.is_credential() {
            return Ok(());
        }
        let has_proof = open.has_context && open.has_proof;
        if has_proof {
            // What is in it without a proof of its own is proven by this one.
            let inner = self.all.split_off(open.known);
            self.all.extend(inner.into_iter().filter(|one| one.has_proof));
        }
        self.add(One { text: Cow::Borrowed(object), has_proof })
    }

    /// Takes a JWS that is written as an object: one for each of its signatures.
    fn add_signed(&mut self, object: &str, payloads: usize) -> Result<(), TooMuch> {
        let Ok(object) = serde_json::from_str::<Value>(object) else { return Ok(()) };
        let Some(payload) = object["payload"].as_str() else { return Ok(()) };
        let several = object["signatures"].as_array().map(Vec::as_slice).unwrap_or_default();
        for one in several.iter().chain(object.get("signature").map(|_| &object)) {
            let header = one["protected"].as_str().unwrap_or_default();
            if !claims_credential(header, payload) {
                continue;
            }
            match one["signature"].as_str() {
                Some(signature) if !header.is_empty() && payloads == 1 => {
                    let text = Cow::Owned(format!("{header}.{payload}.{signature}"));
                    self.add(One { text, has_proof: true })?;
                }
                _ => self.is_unclear = true,
            }
        }
        Ok(())
    }

    fn add(&mut self, one: One<'a>) -> Result<(), TooMuch> {
        if one.text.len() > CANDIDATE_BYTES {
            return Err(TooMuch::Letters);
        }
        if self.all.len() >= CANDIDATES {
            return Err(TooMuch::Tokens);
        }
        self.all.push(one);
        Ok(())
    }
}

fn is(name: &str, wanted: &str) -> bool {
    name == wanted || name.contains('\\') && super::views::unescaped(name).is_some_and(|name| name == wanted)
}

/// Returns what stands between quotes, and where that ends. A line's end ends it too: then it was no string of JSON.
fn string(text: &str, at: usize) -> (&str, usize) {
    let bytes = text.as_bytes();
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'"' => return (&text[at + 1..end], end + 1),
            b'\n' => break,
            b'\\' if bytes.get(end + 1).is_some_and(u8::is_ascii) => end += 2,
            _ => end += 1,
        }
    }
    ("", end.min(bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        of(text).unwrap().all.into_iter().map(|one| one.text.into_owned()).collect()
    }

    #[test]
    fn objects_with_context_and_proof_are_found_wherever_they_stand() {
        let one = r#"{"@context":["a{"],"b":{"c":1},"proof":{"proofValue":"z"}}"#;
        let quoted = serde_json::to_string(one).unwrap();
        for text in [
            one.to_owned(),
            format!("[{one}]"),
            format!("<script>x = {one};</script>"),
            format!("{{\"vc\":{one}}}"),
            format!("hello\n{{\"vc\":{quoted}}}"),
            format!("[{}]", serde_json::to_string(&format!("[{quoted}]")).unwrap()),
        ] {
            assert_eq!(texts(&text), [one], "{text}");
        }
        let escaped = r#"{"\u0040context":[],"proo\u0066":{}}"#;
        assert_eq!(texts(escaped), [escaped]);
    }

    #[test]
    fn a_credential_that_lost_its_proof_is_one() {
        for one in [
            r#"{"@context":["a"],"credentialSubject":{"b":1}}"#,
            r#"{"@context":"a","type":["VerifiableCredential"]}"#,
            r#"{"type":"OpenBadgeCredential","credentialSubject":{}}"#,
        ] {
            assert_eq!(texts(&format!("[{one}]")), [one]);
        }
        let proven =
            r#"{"@context":["a"],"proof":{},"credentialSubject":{"c":{"@context":"a","credentialSubject":1}}}"#;
        assert_eq!(texts(proven), [proven], "what is proven by what it lies in");
        for other in [
            r#"{"@context":["a"],"type":["VerifiablePresentation"]}"#,
            r#"{"properties":{"@context":{},"type":{},"credentialSubject":{"type":"object"}}}"#,
            r#"{"@context":{"VerifiableCredential":{"@id":"a"}}}"#,
        ] {
            assert_eq!(of(other), Ok(Objects::default()), "{other}");
        }
    }

    #[test]
    fn a_jws_that_is_written_as_an_object_is_put_together() {
        let part = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        let (header, payload) = (part(r#"{"typ":"vc+jwt"}"#), part("{}"));
        let one = format!(r#""protected":"{header}","signature":"c2ln""#);
        let whole = format!("{header}.{payload}.c2ln");
        assert_eq!(texts(&format!(r#"{{"payload":"{payload}",{one}}}"#)), [&whole[..]]);
        let general = format!(r#"{{"payload":"{payload}","signatures":[{{{one}}},{{{one}}}]}}"#);
        assert_eq!(texts(&general), [&whole[..], &whole]);
        let subject = part(r#"{"credentialSubject":{}}"#);
        assert!(of(&format!(r#"{{"payload":"{subject}","signature":"c2ln"}}"#)).unwrap().is_unclear, "no header");
        assert_eq!(of(r#"{"payload":"e30","signature":"a webhook's"}"#), Ok(Objects::default()));
    }

    #[test]
    fn other_objects_are_none_and_what_is_unclear_is_said() {
        assert_eq!(of(r#"{"proof":"of concept"}"#), Ok(Objects::default()));
        assert_eq!(of(r#"{"@context":[]} {"proof":{}}"#), Ok(Objects::default()));
        assert!(of("\"proofValue\": \"z\"").unwrap().is_unclear);
        for text in ["{", "}", "\"", "\"\\", "{\"proof\"", "\"proof\"\\", "\"proof\"{\"é\\é\":é"] {
            let _ = of(text);
        }
    }
}
