//! The tags of an XML document (XML 1.0), counted without a parser that could run out of its stack. Understands quotes,
//! comments, CDATA and processing instructions; whether the document is well-formed is not its business.

/// Most attributes of one element.
const MAX_ATTRIBUTES: usize = 200;
/// Most namespace declarations of the document: a parser hands them on from element to element.
const MAX_NAMESPACES: usize = 2_000;

/// Counts how deep elements are nested, and refuses what would make parsing itself costly. On a well-formed document the
/// answer is exact; of any other, it is exact up to the place where a parser gives up.
pub(super) fn nesting(text: &str) -> Result<usize, String> {
    if text.matches("xmlns").count() > MAX_NAMESPACES {
        return Err(format!("declares more than {MAX_NAMESPACES} namespaces"));
    }
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if rest.starts_with("<!--") {
            rest = after(&rest[4..], "-->");
        } else if rest.starts_with("<![CDATA[") {
            rest = after(rest, "]]>");
        } else if rest.starts_with("<?") {
            rest = after(rest, "?>");
        } else {
            let tag = tag(&rest[1..]);
            if tag.subset && rest.starts_with("<!") {
                return Err("declares entities or elements of its own; save it without".to_owned());
            }
            if tag.values > MAX_ATTRIBUTES {
                return Err(format!("has an element of more than {MAX_ATTRIBUTES} attributes"));
            }
            if rest.starts_with("</") {
                depth = depth.saturating_sub(1);
            } else if !rest.starts_with("<!") {
                deepest = deepest.max(depth + 1);
                depth += usize::from(!tag.empty);
            }
            rest = &rest[1 + tag.length..];
        }
    }
    Ok(deepest)
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.find(end).map_or("", |at| &text[at + end.len()..])
}

/// What stands between `<` and its `>`.
struct Tag {
    length: usize,
    /// Ends with `/>`.
    empty: bool,
    /// Has a `[` outside of quotes, as a DOCTYPE with declarations.
    subset: bool,
    /// How many quoted values.
    values: usize,
}

fn tag(text: &str) -> Tag {
    let mut tag = Tag { length: text.len(), empty: false, subset: false, values: 0 };
    let (mut quote, mut last) = (None, b' ');
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                tag.values += 1;
            }
            (None, b'[') => tag.subset = true,
            (None, b'>') => {
                tag.length = at;
                tag.empty = last == b'/';
                break;
            }
            (None, _) => {}
        }
        last = byte;
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::nesting;

    #[test]
    fn nesting_is_counted_as_a_parser_sees_it() {
        for (text, expected) in [
            ("<a/>", 1),
            ("<a><b/><b></b><c><d x='1'/></c></a>", 3),
            (
                "<?xml version='1.0'?><!DOCTYPE a PUBLIC \"-//X>\" 'y'><a><!-- <b><b> --><![CDATA[<b><b>]]><?p <b>?></a>",
                1,
            ),
            ("<a><b x=\"/>\"><b x='/>'></b></b></a>", 3),
            ("<a x='\"'><b y=\"'\"/></a>", 2),
            ("<a><!--><b>--><b/></a>", 2),
        ] {
            assert_eq!(nesting(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_makes_parsing_costly_is_refused() {
        let many: String = (0..500).map(|n| format!(" a{n}='1'")).collect();
        assert!(nesting(&format!("<a{many}/>")).unwrap_err().contains("attributes"));
        let spaces: String = (0..3_000).map(|n| format!("<b xmlns:a{n}='u{n}'/>")).collect();
        assert!(nesting(&format!("<a>{spaces}</a>")).unwrap_err().contains("namespaces"));
        assert!(nesting("<!DOCTYPE a [<!ELEMENT a ANY>]><a/>").unwrap_err().contains("of its own"));
    }
}
