//! SVG files that would cost more than a picture may: looked over before anything is made of them.

use std::collections::HashMap;

use svg2pdf::usvg::roxmltree::{Document, Node, ParsingOptions};

/// Most nodes of the document.
const MAX_NODES: u32 = 200_000;
/// Deepest nesting of elements.
const MAX_DEPTH: usize = 100;
/// Most elements after all `use` were followed.
const MAX_DRAWN: usize = 200_000;

/// Refuses a document that is nested too deep, declares entities, or draws itself again and again.
pub(super) fn check(text: &str) -> Result<(), String> {
    // Entities of entities grow without end (CWE-776); a picture needs none.
    if text.contains("<!ENTITY") {
        return Err("declares entities; save it without".to_owned());
    }
    if deepest(text) > MAX_DEPTH {
        return Err(format!("is nested deeper than {MAX_DEPTH} elements; flatten it"));
    }
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MAX_NODES };
    let document = Document::parse_with_options(text, options).map_err(|e| format!("is not a readable SVG: {e}"))?;
    let by_id: HashMap<&str, Node<'_, '_>> =
        document.descendants().filter_map(|node| Some((node.attribute("id")?, node))).collect();
    let mut drawn = 0_usize;
    for node in document.descendants().filter(|node| node.tag_name().name() == "use") {
        let Some(target) = target(&node).and_then(|id| by_id.get(id)) else { continue };
        let mut size = 0;
        for inside in target.descendants() {
            size += 1;
            if inside.tag_name().name() == "use" {
                return Err("has a `use` of a `use`; flatten it".to_owned());
            }
        }
        drawn += size;
        if drawn > MAX_DRAWN {
            return Err(format!("draws more than {MAX_DRAWN} elements"));
        }
    }
    Ok(())
}

fn target<'a>(node: &Node<'a, '_>) -> Option<&'a str> {
    let link = node.attributes().find(|attribute| attribute.name() == "href")?;
    link.value().trim().strip_prefix('#')
}

/// Counts how deep tags are open, without a parser that could run out of its stack. May count too deep, never too shallow:
/// tags in comments count.
fn deepest(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        match rest.as_bytes().first() {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) if rest[..end].ends_with('/') => {}
            Some(_) => {
                depth += 1;
                deepest = deepest.max(depth);
            }
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> String {
        format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{inside}</svg>"#)
    }

    #[test]
    fn what_designers_save_passes() {
        check(&svg(r##"<defs><path id="a" d="M0 0h9"/></defs><use href="#a"/><g><g><use href="#a" x="3"/></g></g>"##))
            .unwrap();
        let doctype =
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">";
        check(&format!("{doctype}{}", svg("<rect width='3' height='3'/>"))).unwrap();
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        let deep = svg(&format!("{}{}", "<g>".repeat(200_000), "</g>".repeat(200_000)));
        assert!(check(&deep).unwrap_err().contains("nested"));
        let unclosed = svg(&"<g>".repeat(200_000));
        assert!(check(&unclosed).unwrap_err().contains("nested"));
        let mut laughs = String::from(r#"<path id="u0" d="M0 0h9"/>"#);
        for n in 1..40 {
            laughs += &format!(r##"<g id="u{n}"><use href="#u{0}"/><use href="#u{0}"/></g>"##, n - 1);
        }
        assert!(check(&svg(&format!("<defs>{laughs}</defs><use href='#u39'/>"))).unwrap_err().contains("use"));
        let entities = format!("<!DOCTYPE svg [<!ENTITY a \"aaaa\">]>{}", svg("&a;"));
        assert!(check(&entities).unwrap_err().contains("entities"));
        let many = format!(
            "<defs><g id='a'>{}</g></defs>{}",
            "<path d='M0 0h9'/>".repeat(1_000),
            "<use href='#a'/>".repeat(1_000)
        );
        assert!(check(&svg(&many)).unwrap_err().contains("more than"));
    }
}
