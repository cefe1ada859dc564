//! Literals and copies on their way into one block with codes of its own, whoever found them.

use super::block::{self, Plan, Then};
use super::matches::Match;
use super::parse::{Counts, Token};
use super::tables::{MAX_MATCH, MIN_MATCH};

/// What a block says, in its order.
pub(crate) struct Tokens {
    all: Vec<Token>,
    counts: Counts,
}

impl Tokens {
    /// Returns none yet, with room for so many.
    pub(crate) fn with_room(count: usize) -> Self {
        Self { all: Vec::with_capacity(count), counts: Counts::none() }
    }

    /// Adds a byte.
    pub(crate) fn literal(&mut self, byte: u8) {
        self.add(Token::Literal(byte));
    }

    /// Adds a copy of three bytes or more, from 1 to 32,768 bytes back.
    pub(crate) fn copy(&mut self, mut bytes: usize, distance: usize) {
        while bytes > MAX_MATCH {
            // What is left must be long enough to be a copy too.
            let length = if bytes - MAX_MATCH < MIN_MATCH { MAX_MATCH - MIN_MATCH } else { MAX_MATCH };
            self.add(Token::Match(Match { length: length as u16, distance: distance as u16 }));
            bytes -= length;
        }
        if bytes > 0 {
            self.add(Token::Match(Match { length: bytes as u16, distance: distance as u16 }));
        }
    }

    /// Writes the last block of a stream behind what is there.
    pub(crate) fn end(&self, out: Vec<u8>) -> Vec<u8> {
        block::write(&self.all, &Plan::plain(&self.counts), Then::End, out)
    }

    /// Writes a block that ends with a whole byte; more blocks may follow.
    pub(crate) fn whole_bytes(&self) -> Vec<u8> {
        block::write(&self.all, &Plan::plain(&self.counts), Then::WholeByte, Vec::with_capacity(self.all.len()))
    }

    fn add(&mut self, token: Token) {
        self.counts.add(token);
        self.all.push(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inflated(stream: &[u8]) -> Vec<u8> {
        miniz_oxide::inflate::decompress_to_vec(stream).expect("a whole stream")
    }

    #[test]
    fn copies_of_any_length_are_cut_into_some_that_there_are() {
        for bytes in [3, 4, 257, 258, 259, 260, 261, 516, 517, 518, 10_000] {
            let mut tokens = Tokens::with_room(0);
            tokens.literal(b'a');
            tokens.copy(bytes, 1);
            assert_eq!(inflated(&tokens.end(Vec::new())), vec![b'a'; bytes + 1], "{bytes}");
        }
    }

    #[test]
    fn blocks_that_end_with_a_whole_byte_can_be_put_together() {
        let word = |text: &[u8]| {
            let mut tokens = Tokens::with_room(0);
            text.iter().for_each(|byte| tokens.literal(*byte));
            tokens.whole_bytes()
        };
        let none = Tokens::with_room(0);
        let stream = [word(b"one "), none.whole_bytes(), word(b"two"), none.end(Vec::new())].concat();
        assert_eq!(inflated(&stream), b"one two");
    }
}
