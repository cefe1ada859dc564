//! The page that shows a person which operations there are. It is written here, so that it says that without scripts too;
//! `reader.js` puts parameters, bodies and examples in its place.

use std::fmt::Write;

use serde_json::Value;

const PAGE: &str = include_str!("reader.html");

/// Returns the page of a document.
pub(super) fn page(document: &impl serde::Serialize) -> String {
    // It was made by us, and is plain JSON.
    let document = serde_json::to_value(document).unwrap_or_default();
    let (links, sections) = operations(&document);
    PAGE.replace("<!-- about -->", &paragraphs(&document["info"]["description"]))
        .replace("<!-- tags -->", &links)
        .replace("<!-- operations -->", &sections)
}

/// Links to the groups, and the groups with their operations, in the document's order.
fn operations(document: &Value) -> (String, String) {
    let mut groups: Vec<(&str, String)> = Vec::new();
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.filter(|(_, details)| details["responses"].is_object()).map(move |of| (path, of))
    });
    for (path, (method, details)) in all {
        let tag = details["tags"][0].as_str().unwrap_or("Other");
        let at = groups.iter().position(|(known, _)| *known == tag).unwrap_or_else(|| {
            groups.push((tag, String::new()));
            groups.len() - 1
        });
        groups[at].1.push_str(&item(path, method, details));
    }
    let (mut links, mut sections) = (String::new(), String::new());
    for (tag, items) in groups {
        let (id, name) = (tag.replace(' ', "-"), escaped(tag));
        let tags = document["tags"].as_array().into_iter().flatten();
        let about = tags.filter(|known| known["name"] == tag).map(|known| paragraphs(&known["description"]));
        let about: String = about.collect();
        let _ = writeln!(links, "<a href=\"#{id}\">{name}</a>");
        let _ = writeln!(sections, "<section id=\"{id}\"><h2>{name}</h2>{about}<ul>\n{items}</ul></section>");
    }
    (links, sections)
}

/// One operation: how it is called, what it does, what it needs.
fn item(path: &str, method: &str, details: &Value) -> String {
    let needs = match &details["x-permission"] {
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        one => one.as_str().unwrap_or_default().to_owned(),
    };
    let needs = match needs.as_str() {
        "public" => "open to everybody".to_owned(),
        _ => format!("needs {}", escaped(&needs)),
    };
    let (method, path) = (method.to_uppercase(), escaped(path));
    let summary = rich(details["summary"].as_str().unwrap_or_default());
    format!("<li><b>{method}</b> <code>{path}</code> <span>{summary}; {needs}</span></li>\n")
}

fn paragraphs(text: &Value) -> String {
    let parts = text.as_str().unwrap_or_default().split("\n\n").filter(|part| !part.is_empty());
    parts.map(|part| format!("<p>{}</p>\n", rich(part))).collect()
}

/// A text with what stands between backticks as code.
fn rich(text: &str) -> String {
    let part = |(at, part): (usize, &str)| match at % 2 {
        0 => escaped(part),
        _ => format!("<code>{}</code>", escaped(part)),
    };
    text.split('`').enumerate().map(part).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_document_says_is_text_and_never_markup() {
        let operation = json!({ "tags": ["A <b>"], "summary": "List `<T>` & \"more\"", "responses": {}, "x-permission": ["view", "keys"] });
        let page =
            page(&json!({ "info": { "description": "One.\n\n`Two`" }, "paths": { "/a/{b}": { "get": operation } } }));
        assert!(page.contains("<p>One.</p>\n<p><code>Two</code></p>"), "{page}");
        assert!(page.contains("<h2>A &lt;b&gt;</h2>"), "{page}");
        let line = "<li><b>GET</b> <code>/a/{b}</code> <span>List <code>&lt;T&gt;</code> &amp; &quot;more&quot;; needs view or keys</span></li>";
        assert!(page.contains(line), "{page}");
    }
}
