//! DEFLATE (RFC 1951), written in two ways: as small as it goes, and in a hurry.
//!
//! The first is for one or two kilobytes that stand in a QR code for ever, so it spends its time on bits: all matches
//! into a preset dictionary and the payload itself ([`mod@matches`]), an iterated shortest-path parse ([`parse`]), and one
//! block in whichever of the two Huffman forms is shorter ([`block`], [`huffman`]). The second ([`mod@quick`]) is for what one
//! certificate adds to its file. Others bring literals and copies that they found themselves ([`Tokens`]). The same input gives the same bytes on every machine. The decoder is `flate2`'s, bounded in
//! size and exact about the end. Nothing here knows what it compresses.

mod block;
mod huffman;
mod matches;
mod parse;
mod quick;
mod tables;
mod tokens;

use flate2::{Decompress, FlushDecompress, Status};

pub(crate) use matches::Index;
pub(crate) use quick::{Known, adler32, quick};
pub(crate) use tables::WINDOW;
pub(crate) use tokens::Tokens;

/// Why bytes are not one whole raw DEFLATE stream within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InflateError {
    /// Not DEFLATE, not finished, or with bytes behind it: inflaters notice these in different orders, so that two
    /// implementations can only agree on the sum.
    #[error("not one whole DEFLATE stream")]
    NotOneStream,
    /// More output than the caller allows, in bytes.
    #[error("inflates past {0} bytes")]
    TooLarge(usize),
}

/// Compresses `data`, which may refer back into the dictionary of `index`. Stops looking for a better way when so many
/// bytes are `enough`.
pub(crate) fn deflate(index: &Index, data: &[u8], enough: impl Fn(usize) -> bool) -> Vec<u8> {
    let found = matches::find(index, data);
    let best = parse::best(data, &found, |bits| enough(bits.div_ceil(8)));
    block::write(&best.tokens, &best.plan, block::Then::End, Vec::new())
}

/// Returns about how many bytes [`deflate`] makes, as a rule a few more; many times faster than it.
pub(crate) fn quick_bound(index: &Index, data: &[u8]) -> usize {
    matches::quick_bits(index, data).div_ceil(8)
}

/// Inflates `data` after priming the window with `dictionary`; refuses more than `limit` bytes of output.
pub(crate) fn inflate(dictionary: &[u8], data: &[u8], limit: usize) -> Result<Vec<u8>, InflateError> {
    // Any inflater can be primed with a non-final stored block in front (RFC 1951 section 3.2.4): this one, zlib's and
    // the browser's decode alike.
    let length = u16::try_from(dictionary.len()).expect("the dictionary is a few kilobytes");
    let mut input = Vec::with_capacity(5 + dictionary.len() + data.len());
    input.push(0);
    input.extend_from_slice(&length.to_le_bytes());
    input.extend_from_slice(&(!length).to_le_bytes());
    input.extend_from_slice(dictionary);
    input.extend_from_slice(data);
    // One byte more than allowed tells a stream of exactly the limit from a longer one.
    let mut output = vec![0; dictionary.len() + limit + 1];
    let mut stream = Decompress::new(false);
    let status =
        stream.decompress(&input, &mut output, FlushDecompress::Finish).map_err(|_| InflateError::NotOneStream)?;
    let produced = stream.total_out() as usize;
    if produced > dictionary.len() + limit {
        return Err(InflateError::TooLarge(limit));
    }
    if status != Status::StreamEnd || stream.total_in() != input.len() as u64 {
        return Err(InflateError::NotOneStream);
    }
    output.truncate(produced);
    Ok(output.split_off(dictionary.len()))
}
