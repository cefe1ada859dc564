//! The syntax of PDF objects (ISO 32000-1, 7.3): numbers, names, strings, streams, and lopdf's objects as bytes.

use std::io::Write;

use lopdf::{Object, ObjectId};

/// Level of everything that is compressed once per template.
const LEVEL: u8 = 9;

/// Objects with their numbers and offsets, as they will stand in the file.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// The serialised objects.
    pub(super) bytes: Vec<u8>,
    /// Number and offset of each, in the order of writing.
    pub(super) entries: Vec<(u32, usize)>,
}

impl Objects {
    /// Writes `NUMBER 0 obj BODY endobj`.
    pub(super) fn object(&mut self, number: u32, body: &[u8]) {
        self.open(number);
        self.bytes.extend_from_slice(body);
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    /// Writes a stream; `dictionary` holds its entries except `/Length`, without the brackets.
    pub(super) fn stream(&mut self, number: u32, dictionary: &str, content: &[u8]) {
        self.open(number);
        put(&mut self.bytes, format_args!("<<{dictionary}/Length {}>>stream\n", content.len()));
        self.bytes.extend_from_slice(content);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
    }

    fn open(&mut self, number: u32) {
        self.entries.push((number, self.bytes.len()));
        put(&mut self.bytes, format_args!("{number} 0 obj\n"));
    }
}

/// Appends formatted text.
pub(super) fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to memory does not fail");
}

/// Appends a number with at most three decimals; what is not finite becomes 0.
pub(super) fn number(out: &mut Vec<u8>, value: f32) {
    let thousandths = (f64::from(value) * 1000.0).round();
    let thousandths = if thousandths.is_finite() { thousandths as i64 } else { 0 };
    if thousandths < 0 {
        out.push(b'-');
    }
    let (whole, mut rest) = (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
    if whole > 0 || rest == 0 {
        integer(out, whole);
    }
    if rest > 0 {
        out.push(b'.');
        let mut unit = 100;
        while rest > 0 {
            out.push(b'0' + (rest / unit) as u8);
            rest %= unit;
            unit /= 10;
        }
    }
}

/// Appends a whole number.
fn integer(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends numbers and an operator.
pub(super) fn operation(out: &mut Vec<u8>, operands: &[f32], operator: &str) {
    for operand in operands {
        number(out, *operand);
        out.push(b' ');
    }
    out.extend_from_slice(operator.as_bytes());
    out.push(b'\n');
}

/// Appends four hexadecimal digits.
pub(super) fn hex16(out: &mut Vec<u8>, value: u16) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for shift in [12, 8, 4, 0] {
        out.push(DIGITS[usize::from(value >> shift & 15)]);
    }
}

/// Appends text as UTF-16BE in hexadecimal, without brackets or byte order mark.
pub(super) fn utf16_hex(out: &mut Vec<u8>, text: &str) {
    for unit in text.encode_utf16() {
        hex16(out, unit);
    }
}

/// Appends a text string (7.9.2.2): ASCII as it is, anything else in UTF-16.
pub(super) fn text_string(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        literal(out, text.as_bytes());
    } else {
        out.extend_from_slice(b"<FEFF");
        utf16_hex(out, text);
        out.push(b'>');
    }
}

/// Appends a text string as [`text_string`] does, in half of the bytes where it is not ASCII.
pub(super) fn words(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return literal(out, text.as_bytes());
    }
    let mut bytes = vec![0xFE, 0xFF];
    text.encode_utf16().for_each(|unit| bytes.extend_from_slice(&unit.to_be_bytes()));
    literal(out, &bytes);
}

/// Returns a text string on its own.
pub(super) fn text(text: &str) -> String {
    let mut out = Vec::new();
    text_string(&mut out, text);
    String::from_utf8(out).expect("ASCII only")
}

/// Appends a literal string (7.3.4.2).
fn literal(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'(');
    for &byte in bytes {
        match byte {
            b'(' | b')' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            // Within a string it would be read as a line feed (7.3.4.2).
            b'\r' => out.extend_from_slice(b"\\r"),
            _ => out.push(byte),
        }
    }
    out.push(b')');
}

/// Appends a name (7.3.5).
pub(super) fn name(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(&byte) {
            out.push(byte);
        } else {
            put(out, format_args!("#{byte:02X}"));
        }
    }
}

/// Appends one of lopdf's objects; `numbers` gives the references their new numbers. What a reference points to must
/// have one, else it becomes `null`, as a reader would treat it.
pub(super) fn object(out: &mut Vec<u8>, value: &Object, numbers: &dyn Fn(ObjectId) -> Option<u32>) {
    match value {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Boolean(true) => out.extend_from_slice(b"true"),
        Object::Boolean(false) => out.extend_from_slice(b"false"),
        Object::Integer(value) => put(out, format_args!("{value}")),
        Object::Real(value) if value.is_finite() => put(out, format_args!("{value}")),
        Object::Real(_) => out.push(b'0'),
        Object::Name(value) => name(out, value),
        Object::String(bytes, _) => {
            out.push(b'<');
            for byte in bytes {
                put(out, format_args!("{byte:02X}"));
            }
            out.push(b'>');
        }
        Object::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                object(out, item, numbers);
            }
            out.push(b']');
        }
        Object::Dictionary(entries) => dictionary(out, entries, numbers),
        Object::Stream(stream) => {
            let mut entries = stream.dict.clone();
            entries.set("Length", stream.content.len() as i64);
            dictionary(out, &entries, numbers);
            out.extend_from_slice(b"stream\n");
            out.extend_from_slice(&stream.content);
            out.extend_from_slice(b"\nendstream");
        }
        Object::Reference(id) => match numbers(*id) {
            Some(number) => put(out, format_args!("{number} 0 R")),
            None => out.extend_from_slice(b"null"),
        },
    }
}

fn dictionary(out: &mut Vec<u8>, entries: &lopdf::Dictionary, numbers: &dyn Fn(ObjectId) -> Option<u32>) {
    out.extend_from_slice(b"<<");
    for (key, value) in entries.iter() {
        name(out, key);
        out.push(b' ');
        object(out, value, numbers);
    }
    out.extend_from_slice(b">>");
}

/// Compresses what is compressed once per template for `/FlateDecode` (RFC 1950). A coder in plain Rust is used because others choose their matches by what
/// the processor offers, so that two machines would write two files.
pub(super) fn deflate(data: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(data, LEVEL)
}

/// Compresses in a hurry what is in no file that anybody keeps.
pub(super) fn deflate_fast(data: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(data, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_have_no_needless_digits() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.25, ".25"),
            (-0.05, "-.05"),
            (0.0004, "0"),
            (841.8898, "841.89"),
            (100.0, "100"),
            (f32::NAN, "0"),
            (f32::INFINITY, "0"),
        ] {
            assert_eq!(printed(|out| number(out, value)), text, "{value}");
        }
    }

    #[test]
    fn text_is_escaped_or_written_in_utf_16() {
        assert_eq!(text(r"a(b)\c"), r"(a\(b\)\\c)");
        assert_eq!(text("Ø𝄞"), "<FEFF00D8D834DD1E>");
        assert_eq!(text("a\nb"), "<FEFF0061000A0062>");
    }

    #[test]
    fn words_in_utf_16_are_bytes_that_nobody_takes_for_others() {
        // U+0D28 holds a carriage return, U+5C29 a backslash and a bracket.
        let mut out = Vec::new();
        words(&mut out, "\u{d28}\u{5c29}");
        assert_eq!(out, b"(\xFE\xFF\\r\\(\\\\\\))");
        assert_eq!(printed(|out| words(out, "de (1)")), r"(de \(1\))");
    }

    #[test]
    fn names_escape_what_would_end_them() {
        assert_eq!(printed(|out| name(out, b"application/vc+jwt")), "/application#2Fvc+jwt");
        assert_eq!(printed(|out| name(out, b"a b#")), "/a#20b#23");
    }

    #[test]
    fn a_reference_to_nothing_is_null() {
        let array = Object::Array(vec![Object::Reference((7, 0)), Object::Reference((8, 0))]);
        assert_eq!(printed(|out| object(out, &array, &|id| (id.0 == 7).then_some(3))), "[3 0 R null]");
    }
}
