//! The ways in which a text may be spelled: with the escapes of JSON, of URLs, of HTML or of mails, between HTML's tags,
//! over several lines. What was hidden by such a spelling stands there in clear when it is undone.

use std::borrow::Cow;

/// Returns the text, and what it spells where it may be spelled in other ways.
pub(super) fn of(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    const WAYS: [fn(&str) -> Option<String>; 7] =
        [unseen, unescaped, percents, references, untagged, quoted, unwrapped];
    std::iter::once(Cow::Borrowed(text)).chain(WAYS.into_iter().filter_map(move |way| way(text).map(Cow::Owned)))
}

/// Replaces what begins with `mark` wherever `read` knows what it stands for: how many bytes it takes, and the letter.
fn replaced(text: &str, mark: u8, read: impl Fn(&[u8]) -> Option<(usize, char)>) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out: Option<String> = None;
    let mut copied = 0;
    let mut from = 0;
    while let Some(at) = memchr::memchr(mark, &bytes[from..]).map(|at| from + at) {
        from = at + 1;
        let Some((length, letter)) = read(&bytes[at..]) else { continue };
        let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
        out.push_str(&text[copied..at]);
        if letter != '\0' {
            out.push(letter);
        }
        (copied, from) = (at + length, at + length);
    }
    let mut out = out?;
    out.push_str(&text[copied..]);
    Some(out)
}

fn letter(digits: &[u8], radix: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    // Only ASCII is of use here; anything else would have to be put together.
    u8::from_str_radix(digits, radix).ok().filter(|byte| byte.is_ascii() && *byte != 0).map(char::from)
}

/// JSON (RFC 8259 section 7) and JavaScript.
pub(super) fn unescaped(text: &str) -> Option<String> {
    replaced(text, b'\\', |rest| match rest.get(1)? {
        b'u' => Some((6, letter(rest.get(4..6).filter(|_| rest[2..4] == *b"00")?, 16)?)),
        b'x' => Some((4, letter(rest.get(2..4)?, 16)?)),
        b'n' | b'r' | b't' => Some((2, '\n')),
        b'/' => Some((2, '/')),
        b'"' => Some((2, '"')),
        b'\\' => Some((2, '\\')),
        _ => None,
    })
}

/// URLs (RFC 3986 section 2.1).
fn percents(text: &str) -> Option<String> {
    replaced(text, b'%', |rest| Some((3, letter(rest.get(1..3)?, 16)?)))
}

/// HTML's character references.
fn references(text: &str) -> Option<String> {
    replaced(text, b'&', |rest| {
        let end = rest.iter().take(12).position(|&byte| byte == b';')?;
        let letter = match &rest[1..end] {
            [b'#', b'x' | b'X', digits @ ..] => letter(digits.get(digits.len().checked_sub(2)?..)?, 16)?,
            [b'#', digits @ ..] => letter(digits, 10)?,
            b"period" => '.',
            b"lowbar" => '_',
            b"num" => '#',
            b"quot" => '"',
            b"amp" => '&',
            _ => return None,
        };
        Some((end + 1, letter))
    })
}

/// HTML's tags taken out.
fn untagged(text: &str) -> Option<String> {
    const TAG: usize = 2_000;
    replaced(text, b'<', |rest| {
        let named = rest.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!'));
        let end = memchr::memchr(b'>', &rest[..rest.len().min(TAG)]).filter(|_| named)?;
        Some((end + 1, '\0'))
    })
}

/// Quoted-printable (RFC 2045 section 6.7), as in mails that were saved as text.
fn quoted(text: &str) -> Option<String> {
    replaced(text, b'=', |rest| match rest.get(1..3) {
        Some(b"\r\n") => Some((3, '\0')),
        Some([b'\n', ..]) => Some((2, '\0')),
        Some(digits) => Some((3, letter(digits, 16)?)),
        None => None,
    })
}

/// Characters that show nothing taken out: those that join or break words, marks of direction, soft hyphens.
fn unseen(text: &str) -> Option<String> {
    let shows_nothing = |c: char| {
        matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    // Almost every text is of letters alone.
    (!text.is_ascii() && text.contains(shows_nothing)).then(|| text.replace(shows_nothing, ""))
}

/// Lines that were broken within a word put together, also where they are quoted (`> `).
fn unwrapped(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for at in memchr::memchr_iter(b'\n', bytes) {
        if at < copied {
            continue;
        }
        let end = copied + text[copied..at].trim_end_matches(['\r', ' ', '\t']).len();
        let next = at + 1 + bytes[at + 1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'>')).count();
        let joins = |byte: Option<&u8>| byte.is_some_and(|byte| is_letter(*byte) || *byte == b'.');
        if end > copied && joins(bytes.get(end - 1)) && joins(bytes.get(next)) {
            out.push_str(&text[copied..end]);
            copied = next;
        }
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// True for the letters of base64url (RFC 4648 section 5).
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_undone() {
        assert_eq!(unescaped(r"a\u002eb\/c").as_deref(), Some("a.b/c"));
        assert_eq!(percents("a%2Eb%ffc").as_deref(), Some("a.b%ffc"));
        assert_eq!(references("&#101;y&#x4A;&period;&copy;").as_deref(), Some("eyJ.&copy;"));
        assert_eq!(untagged("ey<b>J</b> 1 < 2").as_deref(), Some("eyJ 1 < 2"));
        assert_eq!(quoted("ey=\r\nJ=2Eé=").as_deref(), Some("eyJ.é="));
        assert_eq!(unseen("e\u{200b}y\u{ad}J").as_deref(), Some("eyJ"));
        assert_eq!(unwrapped("> eyJ\r\n> ab.c\n\nx").as_deref(), Some("> eyJab.c\n\nx"));
    }

    #[test]
    fn what_spells_nothing_is_left_alone() {
        for text in ["", "words", "a.b", "100 % \\ & < = é\n"] {
            assert_eq!(of(text).count(), 1, "{text}");
        }
        for text in ["\\u00", "%", "%2", "&#;", "&#x;", "<", "=", "\\", "=é", "%é", "\\ué0é0"] {
            let _ = of(text).count();
        }
    }
}
