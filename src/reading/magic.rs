//! What a file is, by its first bytes.

use super::{mail, parts, zip};

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Magic {
    Pdf,
    Png,
    Jpeg,
    Zip,
    Mail,
    /// Holds other files and is not opened.
    Packed(&'static str),
    /// Shows or plays something and is not looked at.
    Other(&'static str),
    /// Text, or nobody knows what.
    Text,
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Where the bytes stand, the bytes, and what the file is.
type Sign = (usize, &'static [u8], &'static str);

const PACKED: [Sign; 18] = [
    (0, b"\x1F\x8B", "a compressed file"),
    (0, b"\x1F\x9D", "a compressed file"),
    (0, b"\xFD7zXZ", "a compressed file"),
    (0, b"BZh", "a compressed file"),
    (0, b"\x28\xB5\x2F\xFD", "a compressed file"),
    (0, b"\x04\x22\x4D\x18", "a compressed file"),
    (0, b"LZIP\x01", "a compressed file"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (0, b"Rar!\x1A\x07", "a RAR archive"),
    (0, b"MSCF\0", "a cabinet archive"),
    (0, b"xar!\0", "an XAR archive"),
    (0, b"!<arch>\n", "an archive"),
    (0, b"\x60\xEA", "an ARJ archive"),
    (2, b"-lh", "an LHA archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x78\x9F\x3E\x22", "a mail's attachments as Outlook packs them"),
    (0, b"\xD0\xCF\x11\xE0", "a mail or a document of an old office program"),
    (32_769, b"CD001", "a disc image"),
];

const OTHERS: [Sign; 11] = [
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (4, b"ftyp", "a HEIC picture or a film"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"BM", "a BMP picture"),
    (0, b"\0\0\x01\0", "an icon"),
    (0, b"\0\0\0\x0CjP  \r\n", "a JPEG 2000 picture"),
    (0, b"\xFF\x0A", "a JPEG XL picture"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"{\\rtf", "an RTF document"),
];

pub(super) fn magic(bytes: &[u8]) -> Magic {
    // Readers accept a PDF header within the first 1,024 bytes (ISO 32000-1, implementation note 13).
    let head = &bytes[..bytes.len().min(parts::HEADER_WITHIN)];
    let find = |signs: &[Sign]| signs.iter().find(|sign| is_signed(bytes, head, sign)).map(|(_, _, kind)| *kind);
    if zip::begins(bytes) {
        Magic::Zip
    } else if bytes.starts_with(PNG) {
        Magic::Png
    } else if bytes.starts_with(b"\xFF\xD8\xFF") {
        Magic::Jpeg
    } else if mail::begins(bytes) {
        Magic::Mail
    } else if head.windows(5).any(|window| window == b"%PDF-") {
        Magic::Pdf
    } else if let Some(kind) = find(&PACKED) {
        Magic::Packed(kind)
    } else if let Some(kind) = find(&OTHERS) {
        Magic::Other(kind)
    } else if is_drawing(head) {
        Magic::Other("an SVG drawing")
    } else {
        Magic::Text
    }
}

/// A few letters may as well begin a text.
fn is_signed(bytes: &[u8], head: &[u8], (at, sign, _): &Sign) -> bool {
    let is_there = bytes.get(*at..).is_some_and(|rest| rest.starts_with(sign));
    is_there && (*at > 256 || *at == 0 && sign.len() > 3 || !is_utf8(head))
}

/// Whether bytes are UTF-8, the last letter of which may be cut.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| !bytes.contains(&0))
}

/// A drawing may show a code, and is not drawn here.
fn is_drawing(head: &[u8]) -> bool {
    let begins = |sign: &[u8]| head.trim_ascii_start().starts_with(sign);
    let shows = |sign: &[u8]| memchr::memmem::find(head, sign).is_some();
    begins(b"<svg") || (begins(b"<?xml") || begins(b"\xEF\xBB\xBF<?xml") || begins(b"<!DOCTYPE svg")) && shows(b"<svg")
}

/// Smallest side of a picture that could show a code of ours, in pixels: its modules and its quiet zone are more.
const CODE_SIDE: u32 = 64;

/// True for a picture of a kind that is not looked at, in which no code of ours has room.
pub(super) fn is_tiny(bytes: &[u8]) -> bool {
    let half = |at: usize| Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let sides = if bytes.starts_with(b"GIF8") {
        half(6).zip(half(8))
    } else if bytes.get(8..16) == Some(b"WEBPVP8 ") {
        half(26).zip(half(28)).map(|(width, height)| (width & 0x3FFF, height & 0x3FFF))
    } else {
        None
    };
    // A GIF's pictures may be smaller than its canvas, never larger.
    sides.is_some_and(|(width, height)| width.min(height) < CODE_SIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_first_bytes() {
        for (bytes, kind) in [
            (&b"PK\x03\x04"[..], Magic::Zip),
            (b"\x1F\x8B\x08\0", Magic::Packed("a compressed file")),
            (b"BZh91AY&SY\xFF\xFE", Magic::Packed("a compressed file")),
            (b"BZh is what a compressed file begins with", Magic::Text),
            (b"GIF89a\x01\0", Magic::Other("a GIF picture")),
            (b"{\\rtf1 x}", Magic::Other("an RTF document")),
            (b"<?xml version='1.0'?>\n<svg/>", Magic::Other("an SVG drawing")),
            (b"<p>words</p>", Magic::Text),
        ] {
            assert_eq!(magic(bytes), kind);
        }
    }

    #[test]
    fn only_what_is_too_small_for_a_code_is_tiny() {
        assert!(is_tiny(b"GIF89a\x01\0\x01\0"));
        assert!(is_tiny(b"GIF89a\xFF\x01\x20\0"));
        assert!(!is_tiny(b"GIF89a\xFF\x01\xFF\x01"));
        assert!(!is_tiny(b"BM\x01\0\0\0\0\0\0\0"));
    }
}
