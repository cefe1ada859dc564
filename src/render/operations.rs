//! A content stream cut into its operations (ISO 32000-1, 7.8.2), each with the very bytes that it stands in.
//!
//! A parser that gives objects would have to write them again; what is kept of a foreign page is kept to the byte.

/// An operator with what stands before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Operation<'a> {
    /// Operands and operator as they stand in the stream; an inline image as a whole.
    pub(super) bytes: &'a [u8],
    /// The operator; `BI` for an inline image.
    pub(super) operator: &'a [u8],
    /// Operands: an array or dictionary as one.
    pub(super) operands: Vec<&'a [u8]>,
}

/// Cuts a content stream. Operands that no operator follows are dropped, as a reader would.
pub(super) fn operations(content: &[u8]) -> impl Iterator<Item = Operation<'_>> {
    let mut rest = Tokens { content, at: 0 };
    std::iter::from_fn(move || rest.operation())
}

/// Cuts content into its tokens: names, strings, numbers, words; an array or dictionary as one.
/// Each comes with where it ends.
pub(super) fn tokens(content: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut rest = Tokens { content, at: 0 };
    std::iter::from_fn(move || {
        rest.skip_space();
        let from = rest.at;
        let first = *content.get(from)?;
        rest.token(first);
        Some((&content[from..rest.at], rest.at))
    })
}

struct Tokens<'a> {
    content: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    fn operation(&mut self) -> Option<Operation<'a>> {
        let (mut operands, mut start) = (Vec::new(), None);
        loop {
            self.skip_space();
            let from = self.at;
            let first = *self.content.get(from)?;
            let start = *start.get_or_insert(from);
            self.token(first);
            let token = &self.content[from..self.at];
            if is_operand(first, token) {
                operands.push(token);
                continue;
            }
            if token == b"BI" {
                self.inline_image();
            }
            return Some(Operation { bytes: &self.content[start..self.at], operator: token, operands });
        }
    }

    /// White space and comments (7.2.2, 7.2.3).
    fn skip_space(&mut self) {
        while let Some(&byte) = self.content.get(self.at) {
            match byte {
                b'%' => self.to(|byte| byte == b'\r' || byte == b'\n'),
                byte if is_space(byte) => self.at += 1,
                _ => return,
            }
        }
    }

    /// Goes to the first byte that answers, or to the end.
    fn to(&mut self, wanted: impl Fn(u8) -> bool) {
        let rest = &self.content[self.at..];
        self.at += rest.iter().position(|byte| wanted(*byte)).unwrap_or(rest.len());
    }

    /// Goes past the token that begins with `first`.
    fn token(&mut self, first: u8) {
        let next = self.content.get(self.at + 1).copied();
        self.at += 1;
        match first {
            b'(' => self.string(),
            b'<' if next == Some(b'<') => self.nested(),
            b'<' => {
                self.to(|byte| byte == b'>');
                self.at = (self.at + 1).min(self.content.len());
            }
            b'[' => self.nested(),
            b')' | b'>' | b']' | b'{' | b'}' => {}
            _ => self.to(|byte| is_space(byte) || b"()<>[]{}/%".contains(&byte)),
        }
    }

    /// A literal string (7.3.4.2), its first bracket read.
    fn string(&mut self) {
        let mut open = 1;
        while open > 0 {
            match self.content.get(self.at) {
                None => return,
                Some(b'\\') => self.at += 1,
                Some(b'(') => open += 1,
                Some(b')') => open -= 1,
                _ => {}
            }
            self.at = (self.at + 1).min(self.content.len());
        }
    }

    /// An array or dictionary, its first bracket read: to where as many are closed as were opened.
    fn nested(&mut self) {
        let mut open = 1usize;
        if self.content[self.at - 1] == b'<' {
            self.at += 1;
        }
        while open > 0 {
            self.skip_space();
            let Some(&byte) = self.content.get(self.at) else { return };
            let double = self.content.get(self.at + 1) == Some(&byte);
            match byte {
                b'[' => (open, self.at) = (open + 1, self.at + 1),
                b']' => (open, self.at) = (open - 1, self.at + 1),
                b'<' if double => (open, self.at) = (open + 1, self.at + 2),
                b'>' if double => (open, self.at) = (open - 1, self.at + 2),
                byte => self.token(byte),
            }
        }
    }

    /// The rest of an inline image (8.9.7): data that may hold anything, up to `EI` between white space before an
    /// operator.
    fn inline_image(&mut self) {
        let rest = &self.content[self.at..];
        let ends = |at: &usize| {
            let after = &rest[at + 3..rest.len().min(at + 13)];
            is_space(rest[*at]) && after.first().is_none_or(|byte| is_space(*byte)) && after.is_ascii()
        };
        let at = memchr::memmem::find_iter(rest, b"EI").filter_map(|at| at.checked_sub(1)).find(ends);
        self.at += at.map_or(rest.len(), |at| at + 3);
    }
}

/// Names, strings, arrays, dictionaries, numbers and the three words that are values.
fn is_operand(first: u8, token: &[u8]) -> bool {
    matches!(first, b'/' | b'(' | b'<' | b'[' | b'+' | b'-' | b'.' | b'0'..=b'9')
        || matches!(token, b"true" | b"false" | b"null")
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operators(content: &str) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        operations(content.as_bytes()).map(|op| format!("{} {}", op.operands.len(), text(op.operator))).collect()
    }

    #[test]
    fn every_kind_of_operand_is_one() {
        assert_eq!(operators("q 1 0 0 1 -.5 +2 cm"), ["0 q", "6 cm"]);
        assert_eq!(operators("/OC/MC0 BDC/Span<</A[1 (x>>)]/B<41>>>BDC EMC"), ["2 BDC", "2 BDC", "0 EMC"]);
        assert_eq!(operators(r"(a\)(b)) Tj[(a)-2<4142>]TJ % (c) Tj"), ["1 Tj", "1 TJ"]);
        assert_eq!(operators("500 0 d0 500 0 0 0 9 9 d1 f*"), ["2 d0", "6 d1", "0 f*"]);
        assert_eq!(operators("1 2 (\" T*"), [] as [&str; 0], "a string without an end");
    }

    #[test]
    fn an_inline_image_is_one_operation() {
        let content = "q BI /W 1 /H 1 /BPC 8 /CS /G ID \u{1}EI\u{2} EI Q";
        assert_eq!(operators(content), ["0 q", "0 BI", "0 Q"]);
        let image = operations(content.as_bytes()).nth(1).unwrap().bytes;
        assert!(image.starts_with(b"BI /W") && image.ends_with(b"\x02 EI"), "{image:?}");
    }

    #[test]
    fn anything_is_cut_without_a_panic() {
        for content in ["<", "<<", "[", "(", "(\\", "/", ">", "BI", "BI ID", "BI EI", "EI", "%", "<4", "]", "}{"] {
            assert!(operations(content.as_bytes()).count() <= 2, "{content}");
        }
    }
}
