//! JSON credentials with an embedded proof, wherever they stand in a text: in an array, in another object, in a script.

use super::super::{CANDIDATE_BYTES, CANDIDATES};
use super::tokens::TooMuch;

/// Deepest nesting that is followed.
const DEPTH: usize = 64;

/// An object that has begun.
#[derive(Default)]
struct Open {
    at: usize,
    has_context: bool,
    has_proof: bool,
}

/// What a text holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Objects<'a> {
    /// The objects, in the order in which they end.
    pub(super) texts: Vec<&'a str>,
    /// Whether there is a proof in none of them.
    pub(super) is_unclear: bool,
}

/// Returns the objects that say that they are credentials: they have a context and a proof.
pub(super) fn of(text: &str) -> Result<Objects<'_>, TooMuch> {
    // Almost every text is through here: a proof has a value.
    let proofs = || memchr::memmem::find_iter(text.as_bytes(), b"\"proofValue\"").count();
    let is_marked =
        [&b"\"proof\""[..], b"\\u00"].iter().any(|mark| memchr::memmem::find(text.as_bytes(), mark).is_some());
    if !is_marked {
        return Ok(Objects { texts: Vec::new(), is_unclear: proofs() > 0 });
    }
    let (mut texts, mut opened): (Vec<&str>, Vec<Open>) = (Vec::new(), Vec::new());
    let mut too_deep = false;
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'{' if opened.len() >= DEPTH => {
                opened.clear();
                too_deep = true;
            }
            b'{' => opened.push(Open { at, ..Open::default() }),
            b'}' => {
                if let Some(Open { at: from, has_context: true, has_proof: true }) = opened.pop() {
                    texts.push(&text[from..=at]);
                }
            }
            b'"' => {
                let (name, end) = string(text, at);
                if let Some(open) = opened.last_mut()
                    && text[end..].trim_start().starts_with(':')
                {
                    open.has_context |= is(name, "@context");
                    open.has_proof |= is(name, "proof");
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    if texts.len() > CANDIDATES {
        return Err(TooMuch::Tokens);
    }
    if texts.iter().any(|text| text.len() > CANDIDATE_BYTES) {
        return Err(TooMuch::Letters);
    }
    let is_unclear = texts.is_empty() && (too_deep || proofs() > 0);
    Ok(Objects { texts, is_unclear })
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

    fn texts(text: &str) -> Vec<&str> {
        of(text).unwrap().texts
    }

    #[test]
    fn objects_with_context_and_proof_are_found_wherever_they_stand() {
        let one = r#"{"@context":["a{"],"b":{"c":1},"proof":{"proofValue":"z"}}"#;
        for text in
            [one.to_owned(), format!("[{one}]"), format!("<script>x = {one};</script>"), format!("{{\"vc\":{one}}}")]
        {
            assert_eq!(texts(&text), [one], "{text}");
        }
        let escaped = r#"{"\u0040context":[],"proo\u0066":{}}"#;
        assert_eq!(texts(escaped), [escaped]);
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
