//! Text files: a compact JWS, a JSON document, or lines such as verifier links.

use super::{CANDIDATE_BYTES, CANDIDATES, Candidate, Found, Kind, ReadingError, Source, What};

pub(super) fn read(bytes: &[u8]) -> Result<Found, ReadingError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ReadingError::NotText)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(ReadingError::Empty);
    }
    if text.contains('\0') {
        return Err(ReadingError::NotText);
    }
    let found = |kind, texts: Vec<String>| Found {
        candidates: texts.into_iter().map(|text| Candidate { text, source: Source::PlainText }).collect(),
        ..Found::nothing(kind)
    };
    if text.starts_with('{') || text.starts_with('[') {
        return if text.len() <= CANDIDATE_BYTES {
            Ok(found(Kind::Json, vec![text.into()]))
        } else {
            Err(ReadingError::Excessive { what: What::Json, problem: format!("longer than {CANDIDATE_BYTES} bytes") })
        };
    }
    // Mail programs wrap long lines; a JWS holds no white space of its own.
    if text.len() <= CANDIDATE_BYTES {
        let joined: String = text.split_ascii_whitespace().collect();
        if is_compact_jws(&joined) {
            return Ok(found(Kind::Jwt, vec![joined]));
        }
    }
    let texts: Vec<String> = lines(text).take(CANDIDATES + 1).map(str::to_owned).collect();
    // Nothing that was not looked at hides behind the rest.
    let problem = if texts.len() > CANDIDATES {
        format!("more than {CANDIDATES} lines")
    } else if text.lines().any(|line| line.len() > CANDIDATE_BYTES) {
        format!("a line is longer than {CANDIDATE_BYTES} bytes")
    } else {
        return Ok(found(Kind::Text, texts));
    };
    Err(ReadingError::Excessive { what: What::Text, problem })
}

/// Returns the lines of a text that may each be a credential: trimmed, not blank, not overlong, `#` comments left out.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#') && line.len() <= CANDIDATE_BYTES)
}

/// Three base64url parts, the first of which is a JSON object (`{"` is `eyJ`, or `ey` with other white space).
pub(super) fn is_compact_jws(text: &str) -> bool {
    text.starts_with("ey")
        && text.bytes().filter(|&byte| byte == b'.').count() == 2
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// `https://VERIFIER/#1DIGITS`, or the fragment alone.
pub(super) fn is_verifier_link(text: &str) -> bool {
    let fragment = text.split_once('#').map_or(text, |(_, fragment)| fragment);
    fragment.len() > 100 && fragment.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> (Kind, Vec<String>) {
        let found = read(text.as_bytes()).unwrap();
        (found.kind, found.candidates.into_iter().map(|candidate| candidate.text).collect())
    }

    #[test]
    fn a_wrapped_jws_is_put_together() {
        assert_eq!(texts("eyJh\n  bGci.eyJ4\r\n.c2ln\n"), (Kind::Jwt, vec!["eyJhbGci.eyJ4.c2ln".into()]));
    }

    #[test]
    fn each_line_of_a_list_is_a_candidate() {
        let (kind, lines) = texts("\u{feff}# links\nhttps://v.example/#1123\n\nhttps://v.example/#1456\n");
        assert_eq!((kind, lines.len()), (Kind::Text, 2));
    }

    #[test]
    fn json_is_told_from_text() {
        assert_eq!(texts(" {\"a\":1}").0, Kind::Json);
    }

    #[test]
    fn binary_rubbish_is_named() {
        assert_eq!(read(&[0xFE, 0x00, 0x81]), Err(ReadingError::NotText));
        assert_eq!(read(b"a\0b"), Err(ReadingError::NotText));
        assert_eq!(read(b" \n"), Err(ReadingError::Empty));
    }
}
