//! The content of a foreign page as an archived file may hold it (ISO 19005-3, 6.2): what changes nothing is mended, what cannot be
//! mended is refused by its name.
//!
//! Works on the stream's own operations ([`super::operations`]); entries of dictionaries are [`super::foreign`]'s business.

use lopdf::{Dictionary, Document, Object};

use super::operations::{Operation, operations, tokens};
use super::picture::PictureError;
use crate::scene::Drawing;

/// Deepest nesting of `q` (ISO 19005-3, 6.1.13).
const MAX_STATES: usize = 28;
/// Rendering intents (ISO 32000-1, 8.6.5.8).
const INTENTS: [&[u8]; 4] = [b"/AbsoluteColorimetric", b"/RelativeColorimetric", b"/Saturation", b"/Perceptual"];
/// All operators (ISO 32000-1, annex A); an inline image as a whole is `BI`.
const OPERATORS: &[&[u8]] = &[
    b"\"", b"'", b"B", b"B*", b"BDC", b"BI", b"BMC", b"BT", b"BX", b"CS", b"DP", b"Do", b"EMC", b"ET", b"EX", b"F",
    b"G", b"J", b"K", b"M", b"MP", b"Q", b"RG", b"S", b"SC", b"SCN", b"T*", b"TD", b"TJ", b"TL", b"Tc", b"Td", b"Tf",
    b"Tj", b"Tm", b"Tr", b"Ts", b"Tw", b"Tz", b"W", b"W*", b"b", b"b*", b"c", b"cm", b"cs", b"d", b"d0", b"d1", b"f",
    b"f*", b"g", b"gs", b"h", b"i", b"j", b"k", b"l", b"m", b"n", b"q", b"re", b"rg", b"ri", b"s", b"sc", b"scn",
    b"sh", b"v", b"w", b"y",
];
const CMYK: PictureError = PictureError::PdfRefused("it uses CMYK colours; convert it to RGB");
const LZW: PictureError =
    PictureError::PdfRefused("an image within its page is compressed by LZW; export it again, or save it as PDF/A");
const DEEP: PictureError = PictureError::PdfRefused(
    "its page nests more than 28 graphics states; print it into a new PDF, or export it as a picture",
);

/// Operators that mark content (ISO 32000-1, 14.6).
const MARKS: [&[u8]; 5] = [b"BMC", b"BDC", b"EMC", b"MP", b"DP"];

/// Returns the content with what an archived file may not hold taken out. `resources` are those that it names.
///
/// By newer rules marks are left out, too: they belong to a structure that stays behind, and their numbers would be taken for ours.
///
/// Operators that no standard knows are left out, as readers do, and so are unknown rendering intents; fonts that show nothing
/// need not be in the file, and are not chosen.
pub(super) fn archived(
    source: &Document,
    resources: &Dictionary,
    content: &[u8],
    drawing: Drawing,
) -> Result<Vec<u8>, PictureError> {
    let marked = drawing < Drawing::Fifth;
    let mut page = Page { source, resources, marked, states: Vec::new(), state: State::default(), out: Vec::new() };
    for operation in operations(content) {
        page.take(&operation)?;
    }
    Ok(page.out)
}

/// What of the graphics state says which font shows text.
#[derive(Clone, Copy, Default)]
struct State<'a> {
    font: Option<&'a [u8]>,
    invisible: bool,
}

struct Page<'a> {
    source: &'a Document,
    resources: &'a Dictionary,
    /// Whether it keeps its marks.
    marked: bool,
    states: Vec<State<'a>>,
    state: State<'a>,
    out: Vec<u8>,
}

impl<'a> Page<'a> {
    fn take(&mut self, operation: &Operation<'a>) -> Result<(), PictureError> {
        let operand = |at: usize| operation.operands.get(at).copied().unwrap_or_default();
        match operation.operator {
            b"q" => {
                self.states.push(self.state);
                if self.states.len() > MAX_STATES {
                    return Err(DEEP);
                }
            }
            b"Q" => self.state = self.states.pop().unwrap_or(self.state),
            b"Tr" => self.state.invisible = operand(0) == b"3",
            b"Tf" => {
                self.state.font = operand(0).strip_prefix(b"/");
                if self.missing(self.state.font).is_some() {
                    return Ok(());
                }
            }
            b"Tj" | b"TJ" | b"'" | b"\"" => match self.missing(self.state.font) {
                None => {}
                // Text that nobody sees, as below a scanned page.
                Some(_) if self.state.invisible => return Ok(()),
                Some(name) => return Err(PictureError::PdfFont(name)),
            },
            b"ri" if !INTENTS.contains(&operand(0)) => return Ok(()),
            b"BI" => {
                let image = inline_image(operation.bytes)?;
                self.out.extend_from_slice(&image);
                self.out.push(b'\n');
                return Ok(());
            }
            b"k" | b"K" => return Err(CMYK),
            b"cs" | b"CS" if operand(0) == b"/DeviceCMYK" => return Err(CMYK),
            operator if !OPERATORS.contains(&operator) => return Ok(()),
            operator if !self.marked && MARKS.contains(&operator) => return Ok(()),
            _ => {}
        }
        self.out.extend_from_slice(operation.bytes);
        self.out.push(b'\n');
        Ok(())
    }

    /// Returns the name of the font behind a resource's name if its outlines are not in the file.
    fn missing(&self, resource: Option<&[u8]>) -> Option<String> {
        let fonts = self.resources.get_deref(b"Font", self.source).and_then(Object::as_dict).ok()?;
        let font = fonts.get_deref(&unescaped(resource?), self.source).and_then(Object::as_dict).ok()?;
        missing_outlines(self.source, font)
    }
}

/// A name without its `#41` (7.3.5).
fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(name.len());
    let mut at = 0;
    while at < name.len() {
        let code = name.get(at + 1..at + 3).filter(|_| name[at] == b'#');
        let byte = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        plain.push(byte.unwrap_or(name[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    plain
}

/// Returns the name of a font whose outlines are not in the file.
pub(super) fn missing_outlines(source: &Document, font: &Dictionary) -> Option<String> {
    let subtype = font.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
    let outlines = [b"Type1".as_slice(), b"MMType1", b"TrueType", b"CIDFontType0", b"CIDFontType2"];
    if subtype == b"Type0" {
        let descendants = font.get_deref(b"DescendantFonts", source).and_then(Object::as_array).ok()?;
        let descendant = source.dereference(descendants.first()?).ok()?.1.as_dict().ok()?;
        return missing_outlines(source, descendant);
    }
    if !outlines.contains(&subtype) {
        return None;
    }
    let descriptor = font.get_deref(b"FontDescriptor", source).and_then(Object::as_dict);
    let files = [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"];
    if descriptor.is_ok_and(|descriptor| files.iter().any(|key| descriptor.has(key))) {
        return None;
    }
    let name = font.get(b"BaseFont").and_then(Object::as_name).unwrap_or_default();
    Some(String::from_utf8_lossy(name).chars().take(80).collect())
}

/// An inline image (8.9.7), not smoothed: by its dictionary, without colours and filters that are not allowed.
fn inline_image(image: &[u8]) -> Result<Vec<u8>, PictureError> {
    let start = memchr::memmem::find(image, b"BI").map_or(0, |at| at + 2);
    let mut out = image[..start].to_vec();
    let (mut key, mut at) = (None::<&[u8]>, start);
    for (token, end) in tokens(&image[start..]) {
        if token == b"ID" {
            break;
        }
        match key {
            None => {
                out.push(b' ');
                out.extend_from_slice(token);
                key = Some(token);
            }
            Some(name) => {
                let names = |wanted: &[&[u8]]| names_in(token).any(|name| wanted.contains(&name));
                match name {
                    b"/CS" | b"/ColorSpace" if names(&[b"CMYK", b"DeviceCMYK"]) => return Err(CMYK),
                    b"/F" | b"/Filter" if names(&[b"LZW", b"LZWDecode"]) => return Err(LZW),
                    _ => {}
                }
                let smooth = matches!(name, b"/I" | b"/Interpolate");
                let odd = name == b"/Intent" && !INTENTS.contains(&token);
                out.push(b' ');
                out.extend_from_slice(match () {
                    () if smooth => b"false",
                    () if odd => b"/RelativeColorimetric",
                    () => token,
                });
                key = None;
            }
        }
        at = start + end;
    }
    out.extend_from_slice(&image[at..]);
    Ok(out)
}

/// The names that a token holds, an array's too.
fn names_in(token: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"[]<>()/".contains(byte);
    token.split(|byte| *byte == b'/').skip(1).map(move |name| name.split(ends).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(content: &str) -> Result<String, String> {
        let made = archived(&Document::new(), &Dictionary::new(), content.as_bytes(), Drawing::default());
        made.map(|kept| String::from_utf8(kept).unwrap().replace('\n', " ")).map_err(|error| error.to_string())
    }

    #[test]
    fn what_no_standard_knows_is_left_out() {
        assert_eq!(kept("q BX 1 2 xyzzy EX 0 0 5 5 re f Q").unwrap(), "q BX EX 0 0 5 5 re f Q ");
        assert_eq!(kept("/Vivid ri /Perceptual ri n").unwrap(), "/Perceptual ri n ");
    }

    #[test]
    fn marks_stay_behind_but_where_they_were_drawn_before() {
        let content = "/P<</MCID 0>>BDC 0 0 5 5 re f EMC /Artifact BMC n EMC /A MP /A<<>>DP";
        assert_eq!(kept(content).unwrap(), "0 0 5 5 re f n ");
        let before = archived(&Document::new(), &Dictionary::new(), content.as_bytes(), Drawing::Fourth).unwrap();
        assert!(before.starts_with(b"/P<</MCID 0>>BDC\n"));
    }

    #[test]
    fn an_inline_image_is_not_smoothed_and_keeps_its_data() {
        let content = "BI /W 1 /H 1 /BPC 8 /CS /G /I true ID \u{1} EI";
        assert_eq!(kept(content).unwrap(), "BI /W 1 /H 1 /BPC 8 /CS /G /I false ID \u{1} EI ");
    }

    #[test]
    fn what_cannot_be_mended_is_refused() {
        for (content, problem) in [
            ("0 0 0 1 k", "CMYK"),
            ("/DeviceCMYK cs", "CMYK"),
            ("BI /W 1 /H 1 /BPC 8 /CS /CMYK ID \u{1}\u{1}\u{1}\u{1} EI", "CMYK"),
            ("BI /W 1 /H 1 /BPC 8 /CS [/Indexed /DeviceCMYK 1 <00>] ID \u{1} EI", "CMYK"),
            ("BI /W 1 /H 1 /BPC 8 /CS /G /F [/A85 /LZW] ID \u{1} EI", "LZW"),
            (&"q ".repeat(29), "graphics states"),
        ] {
            assert!(kept(content).unwrap_err().contains(problem), "{content}");
        }
        assert!(kept(&format!("{}{}", "q ".repeat(28), "Q ".repeat(28))).is_ok());
    }
}
