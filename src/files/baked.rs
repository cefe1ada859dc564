//! Badges with a credential baked in (Open Badges 3.0 section 5.3): the picture carries the JSON, and is as much a credential
//! as that.

/// First bytes of a PNG (PNG section 5.2).
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The keyword of the chunk with the credential (section 5.3.1.1), and that of badges before it, which are taken out.
const KEYWORD: &[u8] = b"openbadgecredential\0";
const KEYWORD_BEFORE: &[u8] = b"openbadges\0";

/// The namespace of the element with the credential (section 5.3.2.1).
const NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";

/// Returns a PNG with a credential in the one `iTXt` chunk that the standard wants, uncompressed, behind the header. Nothing if
/// it is no whole PNG.
pub fn bake_png(png: &[u8], credential: &str) -> Option<Vec<u8>> {
    let mut rest = png.strip_prefix(PNG)?;
    let mut baked = PNG.to_vec();
    while !rest.is_empty() {
        let (kind, data, after) = chunk(rest)?;
        let is_baked = matches!(kind, b"iTXt" | b"tEXt" | b"zTXt")
            && (data.starts_with(KEYWORD) || data.starts_with(KEYWORD_BEFORE));
        if !is_baked {
            baked.extend_from_slice(&rest[..rest.len() - after.len()]);
        }
        if kind == b"IHDR" {
            // Neither compressed, nor in a language, nor with another keyword (PNG section 11.3.3.4).
            put_chunk(&mut baked, b"iTXt", &[KEYWORD, &[0, 0, 0, 0], credential.as_bytes()].concat());
        }
        if kind == b"IEND" {
            return Some(baked);
        }
        rest = after;
    }
    None
}

/// Splits off one chunk: its type, its data, and what follows.
fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let (kind, rest) = rest.split_at_checked(4)?;
    let (data, rest) = rest.split_at_checked(length)?;
    Some((kind, data, rest.split_at_checked(4)?.1))
}

fn put_chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(data);
    out.extend((data.len() as u32).to_be_bytes());
    out.extend_from_slice(kind);
    out.extend_from_slice(data);
    out.extend(crc.sum().to_be_bytes());
}

/// Returns an SVG with a credential in its first element, in a CDATA section. Nothing if it has no root that another element
/// could stand in.
pub fn bake_svg(svg: &str, credential: &str) -> Option<String> {
    let name_ends = svg.find("<svg")? + "<svg".len();
    let tag_ends = name_ends + end_of_tag(&svg[name_ends..])?;
    let (attributes, inside) = (&svg[name_ends..tag_ends], &svg[tag_ends + 1..]);
    if attributes.ends_with('/') || attributes.contains("xmlns:openbadges") {
        return None;
    }
    // The end of a CDATA section can stand in a text of the JSON, and spelled otherwise it is the same text.
    let credential = credential.trim_end().replace("]]>", "]]\\u003e");
    let (before, element) = (&svg[..name_ends], "openbadges:credential");
    Some(format!(
        "{before} xmlns:openbadges=\"{NAMESPACE}\"{attributes}>\n<{element}><![CDATA[\n{credential}\n]]></{element}>{inside}"
    ))
}

/// Finds the `>` that ends a tag: one in quotes does not.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    text.bytes().position(|byte| match (quote, byte) {
        (None, b'>') => true,
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            false
        }
        (Some(open), byte) => {
            if open == byte {
                quote = None;
            }
            false
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut bytes = PNG.to_vec();
        chunks.iter().for_each(|(kind, data)| put_chunk(&mut bytes, kind, data));
        bytes
    }

    fn kinds(mut rest: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        rest = &rest[PNG.len()..];
        let mut kinds = Vec::new();
        while let Some((kind, data, after)) = chunk(rest) {
            kinds.push((kind.to_vec(), data.to_vec()));
            rest = after;
        }
        kinds
    }

    #[test]
    fn a_png_carries_one_credential_and_loses_nothing() {
        let head = [7; 13];
        let text = b"Comment\0by hand";
        let plain = png(&[(b"IHDR", &head), (b"tEXt", text), (b"IDAT", b"xyz"), (b"IEND", b"")]);
        let baked = bake_png(&plain, "{\"é\":1}").unwrap();
        let wanted = [b"openbadgecredential\0\0\0\0\0".as_slice(), "{\"é\":1}".as_bytes()].concat();
        let chunks = kinds(&baked);
        let names: Vec<&[u8]> = chunks.iter().map(|(kind, _)| kind.as_slice()).collect();
        assert_eq!(names, [b"IHDR", b"iTXt", b"tEXt", b"IDAT", b"IEND"]);
        assert_eq!(chunks[1].1, wanted);
        // Baked again, the old one goes.
        assert_eq!(bake_png(&baked, "{\"é\":1}"), Some(baked.clone()));
        for broken in [&plain[..20], b"GIF89a", &baked[..baked.len() - 3]] {
            assert_eq!(bake_png(broken, "{}"), None);
        }
    }

    #[test]
    fn an_svg_carries_it_in_its_first_element() {
        let svg = "<?xml version=\"1.0\"?>\n<svg viewBox='0 0 9 9' data-x=\"a>b\"><path/></svg>";
        let baked = bake_svg(svg, "{\"a\":\"]]>\"}\n").unwrap();
        assert_eq!(
            baked,
            "<?xml version=\"1.0\"?>\n<svg xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\" viewBox='0 0 9 9' data-x=\"a>b\">\n\
             <openbadges:credential><![CDATA[\n{\"a\":\"]]\\u003e\"}\n]]></openbadges:credential><path/></svg>"
        );
        assert_eq!(bake_svg(&baked, "{}"), None, "there is one in it");
        assert_eq!((bake_svg("<svg/>", "{}"), bake_svg("<p>", "{}"), bake_svg("<svg a='", "{}")), (None, None, None));
    }
}
