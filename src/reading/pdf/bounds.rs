//! What a PDF may ask for before it is parsed or drawn: hayro inflates whatever it meets, without a limit.

use std::io::Read;

use hayro::hayro_syntax::object::Object;
use hayro::hayro_syntax::{Filter, Pdf};
use memchr::memmem;

use super::super::ReadingError;
use super::super::picture::PIXELS;
use super::{WHAT, claimed_pixels, unpacks};

/// Most bytes that all large streams of a file may inflate to.
const INFLATED_BYTES: u64 = 512 << 20;

/// A packed stream below this size inflates to at most 33 MB (DEFLATE's ratio ends at 1,032) and is let pass.
const SMALL_STREAM: usize = 32 << 10;

/// Most bytes of an LZW stream, whose ratio ends near 2,700.
const LZW_BYTES: usize = 64 << 10;

/// Most objects of a file.
const OBJECTS: usize = 200_000;

/// Checks the bytes before any parser sees them.
pub(super) fn check(bytes: &[u8]) -> Result<(), ReadingError> {
    let mut left = INFLATED_BYTES;
    let mut from = 0;
    while let Some(at) = memmem::find(&bytes[from..], b"stream") {
        let start = from + at + 6;
        from = start;
        // A stream's bytes begin after the line break (ISO 32000-2, 7.3.8.1).
        let data = match &bytes[start..] {
            [b'\r', b'\n', data @ ..] | [b'\n', data @ ..] | [b'\r', data @ ..] => data,
            _ => continue,
        };
        let end = memmem::find(data, b"endstream").unwrap_or(data.len());
        if end > SMALL_STREAM && is_zlib(data) {
            let inflated = count_inflated(&data[..end], left + 1);
            left = left.checked_sub(inflated).ok_or_else(too_far)?;
            from = start + end;
        }
    }
    Ok(())
}

/// A zlib header: DEFLATE, and a check that 31 divides (RFC 1950 section 2.2).
fn is_zlib(data: &[u8]) -> bool {
    matches!(data, [cmf, flg, ..] if cmf & 0x0F == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)) % 31 == 0)
}

fn count_inflated(data: &[u8], limit: u64) -> u64 {
    let mut reader = flate2::read::ZlibDecoder::new(data).take(limit);
    let mut buffer = [0; 1 << 14];
    let mut count = 0;
    while let Ok(read @ 1..) = reader.read(&mut buffer) {
        count += read as u64;
    }
    count
}

/// Checks the parsed streams, decrypted with the empty password where they need one (ISO 32000-2, 7.6.4): chains of filters multiply, and images claim memory by their sides.
pub(super) fn check_streams(pdf: &Pdf) -> Result<(), ReadingError> {
    if pdf.len() > OBJECTS {
        return Err(excessive(format!("it has {} objects; at most {OBJECTS} are read", pdf.len())));
    }
    // What is encrypted says only now how far it inflates.
    let is_encrypted = memmem::find(pdf.data().as_ref(), b"/Encrypt").is_some();
    let mut left = INFLATED_BYTES;
    for object in pdf.objects() {
        let Object::Stream(stream) = object else { continue };
        let filters = stream.filters();
        if is_encrypted && stream.raw_data().len() > SMALL_STREAM && is_zlib(&stream.raw_data()) {
            left = left.checked_sub(count_inflated(&stream.raw_data(), left + 1)).ok_or_else(too_far)?;
        }
        if filters.iter().filter(|filter| unpacks(filter)).count() > 1 {
            return Err(excessive("a stream is packed more than once".into()));
        }
        if filters.contains(&Filter::LzwDecode) && stream.raw_data().len() > LZW_BYTES {
            return Err(excessive(format!("an LZW stream has more than {LZW_BYTES} bytes")));
        }
        if claimed_pixels(stream.dict()).is_some_and(|pixels| pixels > PIXELS) {
            return Err(excessive(format!("an image has more than {} million pixels", PIXELS / 1_000_000)));
        }
    }
    Ok(())
}

fn too_far() -> ReadingError {
    excessive(format!("its streams inflate to more than {} MB", INFLATED_BYTES >> 20))
}

fn excessive(problem: String) -> ReadingError {
    ReadingError::Excessive { what: WHAT, problem }
}
