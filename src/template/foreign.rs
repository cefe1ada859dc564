//! Files that people bring and that are no pictures here, told by their first bytes: what each is, and how a picture is made of it.

/// A way out that is the same for many.
const AS_PNG: &str = "save it as PNG";
const AS_JPEG: &str = "save it as JPEG or PNG";
const AS_PDF: &str = "save it as a PDF of one page, or as PNG";

/// What files begin with, from which byte, what they are, and the way out.
const KNOWN: &[(usize, &[u8], &str, &str)] = &[
    (4, b"ftypheic", "a HEIC photo", AS_JPEG),
    (4, b"ftypheix", "a HEIC photo", AS_JPEG),
    (4, b"ftypmif1", "a HEIC photo", AS_JPEG),
    (4, b"ftypmsf1", "a HEIC photo", AS_JPEG),
    (4, b"ftypavif", "an AVIF picture", AS_JPEG),
    (8, b"WEBP", "a WebP picture", AS_PNG),
    (0, b"GIF8", "a GIF picture", AS_PNG),
    (0, b"BM", "a BMP picture", AS_PNG),
    (0, b"II*\0", "a TIFF picture", AS_PNG),
    (0, b"MM\0*", "a TIFF picture", AS_PNG),
    (0, b"8BPS", "a Photoshop file", AS_PNG),
    (0, b"%!PS", "a PostScript file, as Illustrator and CorelDRAW save them", AS_PDF),
    (0, b"\xC5\xD0\xD3\xC6", "a PostScript file, as Illustrator and CorelDRAW save them", AS_PDF),
    (0, b"\x01\0\0\0\x6C\0\0\0", "an EMF picture, as Office copies them", AS_PDF),
    (0, b"\xD7\xCD\xC6\x9A", "a WMF picture, as Office copies them", AS_PDF),
    (0, b"PK\x03\x04", "a document or an archive, as PowerPoint, Word, Pages and Canva's ZIP files are", AS_PDF),
    (0, b"\xD0\xCF\x11\xE0", "an old document of Office", AS_PDF),
    (0, b"fig-kiwi", "a file of Figma", AS_PDF),
];

/// Says what a file is that is no picture here, and what to do.
pub(super) fn said(bytes: &[u8]) -> String {
    let begins =
        |(at, mark, ..): &&(usize, &[u8], &str, &str)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(mark));
    match KNOWN.iter().find(begins) {
        Some((_, _, kind, way)) => format!("is not a PNG, JPEG, SVG or PDF file, but {kind}: {way}"),
        None => "is not a PNG, JPEG, SVG or PDF file".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_bring_is_named_with_the_way_out() {
        for (bytes, words) in [
            (&b"\0\0\0\x18ftypheic\0\0"[..], "a HEIC photo: save it as JPEG or PNG"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP picture: save it as PNG"),
            (b"%!PS-Adobe-3.0", "a PostScript file"),
            (b"PK\x03\x04", "save it as a PDF of one page"),
        ] {
            assert!(said(bytes).contains(words), "{}", said(bytes));
        }
        for bytes in [&b""[..], b"x", b"Hello"] {
            assert_eq!(said(bytes), "is not a PNG, JPEG, SVG or PDF file");
        }
    }
}
