//! Files that are written as text: in base64, which is undone here, and in ways that are not read.

use super::super::magic::{Magic, magic};
use super::views::is_letter;

/// Fewest letters that could hold a certificate.
const LETTERS: usize = 100;

/// Lines of a run at which a file may begin.
const BEGINNINGS: usize = 100;

/// Files of one text.
const FILES: usize = 200;

/// Returns the files that a text holds in base64 (RFC 4648), broken into lines or not; none: they are more than are read.
pub(super) fn files(text: &str) -> Option<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    for run in runs(text.as_bytes()) {
        if let Some(file) = file_in(&run) {
            if files.len() >= FILES {
                return None;
            }
            files.push(file);
        }
    }
    Some(files)
}

/// Letters that follow each other, with the places among them where a line begins.
struct Run {
    letters: Vec<u8>,
    lines: Vec<usize>,
}

fn runs(bytes: &[u8]) -> impl Iterator<Item = Run> + '_ {
    let is_of_run = |byte: u8| is_letter(byte) || matches!(byte, b'+' | b'/');
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let mut run = Run { letters: Vec::new(), lines: vec![0] };
            let begin = at;
            while let Some(&byte) = bytes.get(at) {
                if is_of_run(byte) {
                    run.letters.push(byte);
                    at += 1;
                } else if at > begin && matches!(byte, b'\r' | b'\n') {
                    // The next line goes on with it, perhaps after a quotation's marks.
                    let gap = bytes[at..].iter().take_while(|byte| b"\r\n \t>".contains(byte)).count();
                    at += gap;
                    if bytes[at - gap..at].iter().filter(|byte| **byte == b'\n').count() > 1 {
                        break;
                    }
                    run.lines.push(run.letters.len());
                } else {
                    break;
                }
            }
            if at == begin {
                at += 1;
            }
            if run.letters.len() >= LETTERS {
                return Some(run);
            }
        }
        None
    })
}

/// A file of a known kind that begins at the start of a line; or a text.
fn file_in(run: &Run) -> Option<Vec<u8>> {
    // Two bytes are soon found in the middle of a signature.
    const SIGNS: [&[u8]; 8] = [
        b"%PDF-",
        b"\x89PNG",
        b"\xFF\xD8\xFF\xE0",
        b"\xFF\xD8\xFF\xE1",
        b"PK\x03\x04",
        b"\x1F\x8B\x08",
        b"7z\xBC\xAF",
        b"Rar!",
    ];
    let known = |from: usize| {
        let head = decoded(run.letters.get(from..(from + 48).min(run.letters.len()))?);
        SIGNS.iter().any(|sign| head.starts_with(sign)).then_some(from)
    };
    if let Some(from) = run.lines.iter().take(BEGINNINGS).find_map(|&from| known(from)) {
        return Some(decoded(&run.letters[from..]));
    }
    let text = decoded(&run.letters);
    // Numbers, digests and signatures are no files.
    let holds = super::decoded(&text).is_some_and(|text| super::holds_credential(&text));
    (holds || magic(&text) != Magic::Text).then_some(text)
}

/// Undoes base64 or base64url, whatever is left over at the end.
fn decoded(letters: &[u8]) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3 + 3);
    for four in letters.chunks(4) {
        let bits = four.iter().fold(0, |bits: u32, &letter| bits << 6 | u32::from(value(letter)));
        let whole = bits << (6 * (4 - four.len()));
        bytes.extend_from_slice(&whole.to_be_bytes()[1..four.len().max(1)]);
    }
    bytes
}

/// Says what a text holds in a form that is not read.
pub(super) fn closed(text: &str) -> Option<&'static str> {
    const LINES: [(&str, &str); 5] = [
        ("=ybegin ", "a text with a file in yEnc"),
        ("(This file must be converted with BinHex", "a text with a file in BinHex"),
        ("-----BEGIN PGP MESSAGE-----", "an encrypted message (PGP)"),
        ("-----BEGIN PKCS7-----", "a signed or encrypted message (S/MIME)"),
        ("-----BEGIN CMS-----", "a signed or encrypted message (S/MIME)"),
    ];
    let find = |mark: &'static str| memchr::memmem::find_iter(text.as_bytes(), mark.as_bytes());
    let begins_line =
        |&at: &usize| text[..at].rsplit('\n').next().is_none_or(|before| before.trim_matches([' ', '>']).is_empty());
    let uuencoded = |at: usize| {
        // `begin MODE NAME` (POSIX uuencode).
        let mut words = text[at..].lines().next().unwrap_or_default().split(' ').skip(1);
        let is_mode = |mode: &str| matches!(mode.len(), 3 | 4) && mode.bytes().all(|byte| byte.is_ascii_digit());
        words.next().is_some_and(is_mode) && words.next().is_some_and(|name| !name.trim().is_empty())
    };
    if find("begin ").filter(begins_line).any(uuencoded) {
        return Some("a text with a file in uuencode");
    }
    LINES.into_iter().find(|(mark, _)| find(mark).any(|at| begins_line(&at))).map(|(_, what)| what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_base64_are_found_wrapped_or_not() {
        let pdf = [&b"%PDF-1.7\n"[..], &[b'x'; 200]].concat();
        let one = data_encoding::BASE64.encode(&pdf);
        let wrapped: Vec<String> = one.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into()).collect();
        for text in [
            one.clone(),
            format!("<a href=\"data:application/pdf;base64,{one}\">"),
            format!("Attached\n{}\n\nBye", wrapped.join("\r\n")),
            format!("> {}", wrapped.join("\n> ")),
        ] {
            assert_eq!(files(&text).unwrap(), std::slice::from_ref(&pdf), "{text}");
        }
        assert_eq!(files(&data_encoding::BASE64.encode(&[0xE1; 300])), Some(Vec::new()), "a number");
    }

    #[test]
    fn forms_that_are_not_read_are_named() {
        for text in ["x\nbegin 644 a.pdf\nM", "> =ybegin line=128 size=1\n", "-----BEGIN PGP MESSAGE-----\n"] {
            assert!(closed(text).is_some(), "{text}");
        }
        for text in ["begin at 644 Main Street", "let us begin 6 x", "-----BEGIN PGP SIGNATURE-----", "é begin 644 a"]
        {
            assert_eq!(closed(text), None, "{text}");
        }
    }
}
