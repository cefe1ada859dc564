//! FIDO CTAP 2.2's hybrid digit coding (section 11.5.1): bytes as decimal digits, for a QR code's numeric mode.
//!
//! Each seven bytes, read little-endian, become 17 digits; one to six bytes at the end become 3, 5, 8, 10, 13 or 15.

/// Bytes of a whole chunk.
const CHUNK: usize = 7;
/// Digits of a chunk of as many bytes as the index.
const DIGITS: [usize; CHUNK + 1] = [0, 3, 5, 8, 10, 13, 15, 17];

/// Why a text is not such digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DigitsError {
    /// Something else than `0` to `9`.
    #[error("not only digits")]
    NotDigits,
    /// No number of bytes has this many digits at the end.
    #[error("a last chunk of {0} digits")]
    WrongTail(usize),
    /// A chunk whose number its bytes cannot hold.
    #[error("chunk {0} overflows")]
    Overflow(usize),
}

/// Returns how many digits `bytes` bytes become.
pub(super) fn encoded_len(bytes: usize) -> usize {
    bytes / CHUNK * DIGITS[CHUNK] + DIGITS[bytes % CHUNK]
}

/// Returns how many bytes this many digits are of; the odd ones at the end count for nothing.
pub(super) fn decoded_len(digits: usize) -> usize {
    let tail = digits % DIGITS[CHUNK];
    digits / DIGITS[CHUNK] * CHUNK + DIGITS.iter().rposition(|d| *d <= tail).unwrap_or_default()
}

/// Appends the digits of `bytes` to `text`.
pub(super) fn encode(bytes: &[u8], text: &mut String) {
    for chunk in bytes.chunks(CHUNK) {
        let mut number = chunk.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let mut digits = [b'0'; DIGITS[CHUNK]];
        let digits = &mut digits[..DIGITS[chunk.len()]];
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
        text.push_str(std::str::from_utf8(digits).unwrap_or_default());
    }
}

/// Reads what [`encode`] writes, and nothing else.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, DigitsError> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DigitsError::NotDigits);
    }
    let mut bytes = Vec::with_capacity(text.len() * CHUNK / DIGITS[CHUNK] + CHUNK);
    for (at, chunk) in text.as_bytes().chunks(DIGITS[CHUNK]).enumerate() {
        let size = DIGITS.iter().position(|d| *d == chunk.len()).ok_or(DigitsError::WrongTail(chunk.len()))?;
        let number = chunk.iter().fold(0u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        if number >> (8 * size) != 0 {
            return Err(DigitsError::Overflow(at));
        }
        bytes.extend_from_slice(&number.to_le_bytes()[..size]);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(bytes: &[u8]) -> String {
        let mut text = String::new();
        encode(bytes, &mut text);
        text
    }

    #[test]
    fn every_tail_length_reads_back() {
        for count in 0..40 {
            for byte in [0, 1, 0x7F, 0xFF] {
                let bytes = vec![byte; count];
                let text = digits(&bytes);
                assert_eq!(text.len(), encoded_len(count));
                assert_eq!(decode(&text), Ok(bytes));
            }
        }
    }

    #[test]
    fn chunks_are_little_endian_and_padded_with_zeros() {
        assert_eq!(digits(&[1]), "001");
        assert_eq!(digits(&[0, 1]), "00256");
        assert_eq!(digits(&[1, 0, 0, 0, 0, 0, 0]), "00000000000000001");
        assert_eq!(digits(&[0xFF; 7]), "72057594037927935");
    }

    #[test]
    fn refuses_other_characters_tails_and_numbers() {
        for text in ["1a3", "１23", "12 ", "-01", "+01"] {
            assert_eq!(decode(text), Err(DigitsError::NotDigits), "{text}");
        }
        for tail in [1, 2, 4, 6, 7, 9, 11, 12, 14, 16] {
            assert_eq!(decode(&"0".repeat(tail)), Err(DigitsError::WrongTail(tail)));
            assert_eq!(decode(&"0".repeat(17 + tail)), Err(DigitsError::WrongTail(tail)));
        }
        for (text, chunk) in [("256", 0), ("65536", 0), ("72057594037927936", 0), ("00000000000000000999", 1)] {
            assert_eq!(decode(text), Err(DigitsError::Overflow(chunk)), "{text}");
        }
    }
}
