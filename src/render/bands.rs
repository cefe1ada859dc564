//! Pictures as PNG files (ISO/IEC 15948), put together from pieces of rows: what many pictures have in common is compressed
//! once. Lossless, and the same pixels give the same bytes on every machine.
//!
//! Knows pixels and how they are packed; what they show is none of its business. [`super::backdrop`] keeps the pieces.

use std::sync::Arc;

use miniz_oxide::deflate::core::deflate_flags::TDEFL_COMPUTE_ADLER32;
use miniz_oxide::deflate::core::{
    CompressionStrategy, CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params,
};

use super::RenderError;
use super::flat::{self, Pixel};
use crate::deflate::adler32;

/// Rows of a band: fewer would be compressed worse, of more a line of text would touch more that was packed before.
pub(super) const ROWS: usize = 16;

/// The prime of Adler-32 (RFC 1950 section 8.2).
const ADLER: u64 = 65_521;

/// How the data stream begins (RFC 1950 section 2.2: DEFLATE, a window of 32 KB), and its last block, which is empty.
const STREAM_STARTS: [u8; 2] = [0x78, 0x9c];
const LAST_BLOCK: [u8; 2] = [3, 0];

/// How much work is spent on being small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// What is packed once for many pictures.
    Shared,
    /// What is packed for one.
    Own,
}

/// Packed rows. They refer to nothing before them, so that anything can stand there.
#[derive(Debug)]
pub(super) struct Piece {
    data: Vec<u8>,
    adler: u32,
    length: usize,
}

impl Piece {
    /// Returns how many bytes it has.
    pub(super) fn bytes(&self) -> usize {
        self.data.len()
    }

    fn push(&mut self, data: Vec<u8>, adler: u32, length: usize) {
        self.data.extend_from_slice(&data);
        self.adler = joined(self.adler, adler, length);
        self.length += length;
    }
}

/// Packs whole bands; the last one of a picture may be shorter.
pub(super) fn pack(pixels: &[Pixel], width: usize, care: Care) -> Piece {
    let mut piece = Piece { data: Vec::new(), adler: 1, length: 0 };
    let kinds: Vec<bool> = pixels.chunks(ROWS * width).map(|band| is_photo(band, width)).collect();
    let mut rest = pixels;
    for stretch in kinds.chunk_by(|above, below| above == below) {
        let (rows, below) = rest.split_at(rest.len().min(stretch.len() * ROWS * width));
        rest = below;
        let length = rows.len() / width * (3 * width + 1);
        let (data, adler) = match (stretch[0], care) {
            (false, Care::Own) => (flat::pack(rows, width), checksum(rows, width)),
            (false, Care::Shared) => squeezed(&as_they_are(rows, width), 6, CompressionStrategy::Default),
            (true, Care::Shared) => squeezed(&told_apart(rows, width), 6, CompressionStrategy::Filtered),
            (true, Care::Own) => {
                let bytes = told_apart(rows, width);
                (flat::coded(&bytes), adler32(&bytes))
            }
        };
        piece.push(data, adler, length);
    }
    piece
}

/// Deflates bytes up to a whole byte; also returns their checksum.
fn squeezed(bytes: &[u8], level: i32, strategy: CompressionStrategy) -> (Vec<u8>, u32) {
    // A negative window: no header, since pieces are put together.
    let flags = create_comp_flags_from_zip_params(level, -15, strategy as i32);
    let mut compressor = CompressorOxide::new(flags | TDEFL_COMPUTE_ADLER32);
    let mut data = Vec::with_capacity(bytes.len() / 16);
    // Flushed, a piece ends with an empty stored block (RFC 1951 section 3.2.4).
    compress_to_output(&mut compressor, bytes, TDEFLFlush::Sync, |packed: &[u8]| {
        data.extend_from_slice(packed);
        true
    });
    (data, compressor.adler32())
}

/// Puts pieces together to a picture with `dpi` pixels per inch.
pub(super) fn picture(
    (width, height): (u32, u32),
    dpi: f32,
    pieces: impl IntoIterator<Item = Arc<Piece>>,
) -> Result<Vec<u8>, RenderError> {
    let mut out = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut out, width, height);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.set_depth(::png::BitDepth::Eight);
    encoder.set_source_srgb(::png::SrgbRenderingIntent::RelativeColorimetric);
    let per_metre = (dpi / 0.0254).round() as u32;
    let unit = ::png::Unit::Meter;
    encoder.set_pixel_dims(Some(::png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit }));
    let mut writer = encoder.write_header()?;
    let mut data = STREAM_STARTS.to_vec();
    let mut adler = 1;
    for piece in pieces {
        data.extend_from_slice(&piece.data);
        adler = joined(adler, piece.adler, piece.length);
    }
    data.extend_from_slice(&LAST_BLOCK);
    data.extend_from_slice(&adler.to_be_bytes());
    writer.write_chunk(::png::chunk::IDAT, &data)?;
    writer.finish()?;
    Ok(out)
}

/// The checksum of two stretches of bytes, of which the second has this length, from theirs (zlib's `adler32_combine`).
fn joined(first: u32, second: u32, length: usize) -> u32 {
    let halves = |adler: u32| (u64::from(adler & 0xffff), u64::from(adler >> 16));
    let ((a1, b1), (a2, b2)) = (halves(first), halves(second));
    let length = length as u64 % ADLER;
    let a = (a1 + a2 + ADLER - 1) % ADLER;
    let b = (b1 + b2 + length * (a1 + ADLER - 1)) % ADLER;
    (b << 16 | a) as u32
}

/// Adler-32 of [`as_they_are`], without making the bytes: rows that are like the one above cost nothing.
fn checksum(pixels: &[Pixel], width: usize) -> u32 {
    let length = 3 * width as u64 + 1;
    let (mut a, mut b) = (1, 0);
    let (mut above, mut sums): (&[Pixel], _) = (&[], (0, 0));
    for row in pixels.chunks_exact(width) {
        if row != above {
            (above, sums) = (row, weighed(row));
        }
        b = (b + length * a + sums.1) % ADLER;
        a = (a + sums.0) % ADLER;
    }
    (b << 16 | a) as u32
}

/// The sum of a row's bytes, and that in which each counts once more for every byte behind it and for itself.
fn weighed(row: &[Pixel]) -> (u64, u64) {
    let (mut plain, mut weighed, mut behind) = (0, 0, 3 * row.len() as u64);
    for some in row.chunks(64) {
        let (mut sum, mut within) = (0_u32, 0_u32);
        for (at, [red, green, blue, _]) in (0..).zip(some) {
            let (red, green, blue) = (u32::from(*red), u32::from(*green), u32::from(*blue));
            sum += red + green + blue;
            within += 3 * at * (red + green + blue) + green + 2 * blue;
        }
        plain += u64::from(sum);
        weighed += behind * u64::from(sum) - u64::from(within);
        behind -= 3 * some.len() as u64;
    }
    (plain, weighed)
}

/// True if most pixels are not as their left neighbours.
fn is_photo(band: &[Pixel], width: usize) -> bool {
    let same = |row: &[Pixel]| row.iter().zip(&row[1..]).filter(|(left, right)| left == right).count();
    2 * band.chunks_exact(width).map(same).sum::<usize>() < band.len()
}

/// Rows as they are (section 9.2: filter type 0): where colours repeat, DEFLATE finds that itself.
fn as_they_are(pixels: &[Pixel], width: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(pixels.len() / width * (3 * width + 1));
    for row in pixels.chunks_exact(width) {
        out.push(0);
        out.extend(row.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]));
    }
    out
}

/// Rows of a photo, each pixel told from its neighbours; the first row of a band does not look at the one above, which may be
/// another certificate's.
fn told_apart(pixels: &[Pixel], width: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(pixels.len() / width * (3 * width + 1));
    for band in pixels.chunks(ROWS * width) {
        by_left(&band[..width], &mut out);
        for (above, row) in band.chunks_exact(width).zip(band[width..].chunks_exact(width)) {
            by_paeth(row, above, &mut out);
        }
    }
    out
}

/// Filter type 1 (section 9.2).
fn by_left(row: &[Pixel], out: &mut Vec<u8>) {
    out.push(1);
    let mut left = [0; 4];
    for pixel in row {
        out.extend((0..3).map(|at| pixel[at].wrapping_sub(left[at])));
        left = *pixel;
    }
}

/// Filter type 4 (section 9.4).
fn by_paeth(row: &[Pixel], above: &[Pixel], out: &mut Vec<u8>) {
    out.push(4);
    let (mut left, mut corner) = ([0; 4], [0; 4]);
    for (pixel, up) in row.iter().zip(above) {
        out.extend((0..3).map(|at| pixel[at].wrapping_sub(paeth(left[at], up[at], corner[at]))));
        (left, corner) = (*pixel, *up);
    }
}

/// The neighbour that is nearest to left + up - corner.
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let (to_left, to_up, to_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    match () {
        () if to_left <= to_up && to_left <= to_corner => left,
        () if to_up <= to_corner => up,
        () => corner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flat above, like a photo below.
    fn rows(width: usize, height: usize) -> Vec<Pixel> {
        let noise = |at: usize| (at.wrapping_mul(2_654_435_761) >> 11) as u8 % 7;
        let pixel = |at: usize| match at / width {
            y if y < height / 2 => [250, 240, 230, 255],
            y => [(at % width) as u8, y as u8 ^ noise(at), noise(at + 1), 255],
        };
        (0..width * height).map(pixel).collect()
    }

    fn read(png: &[u8]) -> Vec<Pixel> {
        ::image::load_from_memory(png).unwrap().to_rgba8().pixels().map(|pixel| pixel.0).collect()
    }

    #[test]
    fn a_picture_reads_as_it_was_whatever_its_pieces() {
        for (width, height) in [(1, 1), (1, 40), (37, 16), (50, 67), (200, 96)] {
            let pixels = rows(width, height);
            let size = (width as u32, height as u32);
            for care in [Care::Own, Care::Shared] {
                let whole = picture(size, 150.0, [Arc::new(pack(&pixels, width, care))]).unwrap();
                assert_eq!(read(&whole), pixels);
                let pieces = pixels.chunks(ROWS * width).map(|band| Arc::new(pack(band, width, care)));
                assert_eq!(read(&picture(size, 150.0, pieces).unwrap()), pixels, "{width} by {height}");
            }
        }
    }

    #[test]
    fn checksums_are_joined_as_if_counted_at_once() {
        let of = adler32;
        assert_eq!(of(b"Wikipedia"), 0x11e6_0398);
        let bytes: Vec<u8> = (0..200_000_u64).map(|at| ((at * at) >> 7) as u8).collect();
        for cut in [0, 1, 65_521, 65_522, 199_999, 200_000] {
            let (first, second) = bytes.split_at(cut);
            assert_eq!(joined(of(first), of(second), second.len()), of(&bytes), "{cut}");
        }
        let pixels = rows(3_000, 40);
        assert_eq!(checksum(&pixels, 3_000), of(&as_they_are(&pixels, 3_000)));
    }

    #[test]
    fn rows_of_a_photo_are_filtered_and_flat_ones_are_not() {
        let pixels = rows(200, 64);
        let kinds: Vec<bool> = pixels.chunks(ROWS * 200).map(|band| is_photo(band, 200)).collect();
        assert_eq!(kinds, [false, false, true, true]);
        let types: Vec<u8> = told_apart(&pixels[32 * 200..], 200).chunks(601).map(|row| row[0]).collect();
        assert!(types.chunks(ROWS).all(|band| band[0] == 1 && band[1..].iter().all(|kind| *kind == 4)));
    }
}
