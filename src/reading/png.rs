//! The text baked into a PNG badge: one uncompressed `iTXt` chunk (PNG 11.3.3.4, Open Badges 3.0 section 5.3.1). Also what
//! other programs say in such chunks, and where the picture ends.

use std::io::{Cursor, Read};

use image::GrayImage;

use super::{CANDIDATE_BYTES, Candidate, Source};

const SIGNATURE_BYTES: usize = 8;
const KEYWORD: &[u8] = b"openbadgecredential\0";

/// Returns the baked text, if there is one of a sensible length.
pub(super) fn baked(bytes: &[u8]) -> Option<Candidate> {
    let mut rest = bytes.get(SIGNATURE_BYTES..)?;
    while let Some((kind, data, next)) = chunk(rest) {
        if kind == b"iTXt"
            && let Some(text) = data.strip_prefix(KEYWORD).and_then(plain_text)
        {
            return Some(Candidate { text: text.into(), source: Source::BakedPng });
        }
        rest = next;
    }
    None
}

/// Longest text that is unpacked.
const UNPACKED_TEXT: u64 = 4 << 20;

/// What stands in a picture beside what it shows.
#[derive(Default)]
pub(super) struct Beside {
    /// Its texts (PNG section 11.3.3).
    pub(super) texts: Vec<Vec<u8>>,
    /// Whether there is something that is not looked at: its end is missing, a text or a colour profile cannot be unpacked,
    /// a chunk is of no known kind, or it is animated and only its first picture is seen.
    pub(super) is_partly_read: bool,
}

/// Returns what stands in a picture beside what it shows.
pub(super) fn beside(bytes: &[u8]) -> Beside {
    let mut beside = Beside { is_partly_read: end(bytes).is_none(), ..Beside::default() };
    let mut rest = bytes.get(SIGNATURE_BYTES..).unwrap_or_default();
    while let Some((kind, data, next)) = chunk(rest) {
        rest = next;
        match kind {
            b"tEXt" | b"eXIf" => beside.texts.push(data.to_vec()),
            b"zTXt" | b"iTXt" => match text(kind == b"zTXt", data) {
                Some(text) => beside.texts.push(text),
                None => beside.is_partly_read = true,
            },
            // C2PA, in a box of JUMBF; whatever is said in it is a text like another.
            b"caBX" if data.get(4..8) == Some(b"jumb") => beside.texts.push(data.to_vec()),
            b"iCCP" => match profile(data) {
                Some(profile) => beside.texts.push(profile),
                None => beside.is_partly_read = true,
            },
            b"acTL" | b"fdAT" => beside.is_partly_read = true,
            b"IEND" => break,
            _ => beside.is_partly_read |= data.len() > room(kind),
        }
    }
    beside
}

/// Returns how many bytes of a chunk may go unseen: those of the standard (PNG section 11) have as many as they need, any
/// other chunk has no room for a certificate.
fn room(kind: &[u8]) -> usize {
    match kind {
        b"IDAT" => usize::MAX,
        b"PLTE" => 768,
        b"tRNS" | b"hIST" => 512,
        // A palette that is proposed, scales: words and numbers.
        b"sPLT" | b"pCAL" | b"sCAL" => 4 << 10,
        _ => 64,
    }
}

/// Returns a colour profile (PNG section 11.3.2.3), unpacked; nothing for what has not its form (ICC.1 section 7.2).
fn profile(data: &[u8]) -> Option<Vec<u8>> {
    text(true, data).filter(|profile| profile.get(36..40) == Some(b"acsp"))
}

/// Returns a text behind its keyword, unpacked.
fn text(is_packed: bool, data: &[u8]) -> Option<Vec<u8>> {
    let keyword = data.iter().position(|&byte| byte == 0)?;
    let (is_packed, packed) = match &data[keyword + 1..] {
        [_method, packed @ ..] if is_packed => (true, packed),
        [flag, _method, rest @ ..] => {
            let mut parts = rest.splitn(3, |&byte| byte == 0);
            (*flag != 0, parts.nth(2)?)
        }
        _ => return None,
    };
    if !is_packed {
        return Some(packed.to_vec());
    }
    let mut text = Vec::new();
    let mut unpacking = flate2::read::ZlibDecoder::new(packed).take(UNPACKED_TEXT + 1);
    unpacking.read_to_end(&mut text).ok()?;
    let behind = packed.len() as u64 - unpacking.into_inner().total_in();
    (text.len() as u64 <= UNPACKED_TEXT && behind <= room(b"") as u64).then_some(text)
}

/// Returns where the picture ends: behind its `IEND` chunk (PNG section 11.2.5).
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes.get(SIGNATURE_BYTES..)?;
    while let Some((kind, _, next)) = chunk(rest) {
        if kind == b"IEND" {
            return Some(bytes.len() - next.len());
        }
        rest = next;
    }
    None
}

/// Decodes to grey on white, row by row: a quarter of the memory of colours. Nothing for what is interlaced or damaged.
pub(super) fn grey(bytes: &[u8]) -> Option<GrayImage> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let (width, height) = reader.info().size();
    if reader.info().interlaced {
        return None;
    }
    let (colour, _) = reader.output_color_type();
    let mut pixels = Vec::with_capacity(width as usize * height as usize);
    while let Some(row) = reader.next_row().ok()? {
        let samples = row.data().chunks_exact(colour.samples());
        pixels.extend(samples.map(|pixel| match pixel {
            [grey] => *grey,
            [grey, alpha] => on_white(u32::from(*grey), *alpha),
            [red, green, blue, rest @ ..] => {
                let grey = (u32::from(*red) * 77 + u32::from(*green) * 151 + u32::from(*blue) * 28) >> 8;
                on_white(grey, rest.first().copied().unwrap_or(u8::MAX))
            }
            [] => u8::MAX,
        }));
    }
    GrayImage::from_raw(width, height, pixels)
}

/// A code on a transparent ground is black on nothing; paper is white.
fn on_white(grey: u32, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    (grey * alpha / 255 + 255 - alpha) as u8
}

/// Splits off one chunk: length, type, data, CRC. The CRC is not checked: the credential's signature is.
fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let kind = bytes.get(4..8)?;
    let end = length.checked_add(8)?;
    Some((kind, bytes.get(8..end)?, bytes.get(end.checked_add(4)?..)?))
}

/// After the keyword: compression flag and method, language tag, translated keyword, text.
fn plain_text(data: &[u8]) -> Option<&str> {
    let [0, _, rest @ ..] = data else { return None };
    let mut parts = rest.splitn(3, |&byte| byte == 0);
    let (_language, _keyword, text) = (parts.next()?, parts.next()?, parts.next()?);
    (text.len() <= CANDIDATE_BYTES).then(|| std::str::from_utf8(text).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(chunks: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in chunks {
            bytes.extend((data.len() as u32).to_be_bytes());
            bytes.extend(*kind);
            bytes.extend(*data);
            bytes.extend([0; 4]);
        }
        bytes
    }

    #[test]
    fn a_baked_text_is_found_behind_other_chunks() {
        let bytes = png(&[
            (b"IHDR", &[0; 13]),
            (b"iTXt", b"Comment\0\0\0\0\0x"),
            (b"iTXt", b"openbadgecredential\0\0\0en\0\0{\"a\":1}"),
        ]);
        assert_eq!(baked(&bytes).unwrap().text, "{\"a\":1}");
    }

    #[test]
    fn chunks_of_no_known_kind_are_said_and_those_of_the_standard_are_not() {
        let zlib = |data: &[u8]| {
            let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut packed, data).unwrap();
            packed.finish().unwrap()
        };
        let mut icc = vec![0; 500];
        icc[36..40].copy_from_slice(b"acsp");
        let iccp = |data: &[u8]| [b"sRGB\0\0", &zlib(data)[..]].concat();
        let is_whole = |kind: &[u8], data: &[u8]| {
            !beside(&png(&[(b"IHDR", &[0; 13]), (kind, data), (b"IEND", b"")])).is_partly_read
        };
        for (kind, data) in [
            (&b"PLTE"[..], vec![7; 768]),
            (b"tRNS", vec![7; 256]),
            (b"pHYs", vec![0; 9]),
            (b"cHRM", vec![0; 32]),
            (b"mDCV", vec![0; 24]),
            (b"iDOT", vec![0; 28]),
            (b"vpAg", vec![0; 9]),
            (b"iCCP", iccp(&icc)),
            (b"caBX", [&[0, 0, 0, 90][..], b"jumb", &[7; 82]].concat()),
            (b"IDAT", vec![7; 5_000]),
        ] {
            assert!(is_whole(kind, &data), "{}", kind.escape_ascii());
        }
        for (kind, data) in [
            (&b"prVt"[..], vec![7; 65]),
            (b"caBX", vec![7; 65]),
            (b"pHYs", vec![7; 65]),
            (b"PLTE", vec![7; 769]),
            (b"fdAT", vec![0; 8]),
            (b"iCCP", iccp(&[7; 500])),
            (b"iCCP", [&iccp(&icc)[..], &[7; 65]].concat()),
            (b"zTXt", [&iccp(b"x")[..], &[7; 65]].concat()),
        ] {
            assert!(!is_whole(kind, &data), "{}", kind.escape_ascii());
        }
    }

    #[test]
    fn compressed_truncated_or_lying_chunks_are_left_alone() {
        assert_eq!(baked(&png(&[(b"iTXt", b"openbadgecredential\0\x01\0\0\0xx")])), None);
        let mut lie = png(&[(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")]);
        lie[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(baked(&lie), None);
        assert_eq!(baked(b"\x89PNG"), None);
    }
}
