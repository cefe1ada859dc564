//! The page that static hosts show where there is nothing (`404.html`): it puts a certificate's link right in which a program
//! on the way has written `%23` for the `#`, and says what to do where it cannot.

use super::page::{escape, hash_of};
use super::texts::Texts;
use crate::desk::Language;

/// Takes the address apart in the browser: no server sees the digits of a link that is as it should be, and this one is
/// told them no more than once.
const SCRIPT: &str = "\
const whole = location.pathname + location.search + location.hash;
const mark = /%(?:25)*23([01][0-9]+)/i.exec(whole);
if (mark) location.replace(whole.slice(0, mark.index).replace(/^\\/+/, '/') + '#' + mark[1]);
";

const STYLE: &str =
    "body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem }";

/// Returns the page; `verifier` is a host with an optional path.
pub(super) fn page(verifier: &str, language: Language) -> String {
    let t = Texts::of(language);
    let verifier = verifier.trim_end_matches('/');
    let (address, text) = (escape(&format!("https://{verifier}/")), escape(verifier));
    let (script, style) = (hash_of(SCRIPT), hash_of(STYLE));
    let (dir, title) = (t.dir(), t.s("missing"));
    let said = t.with("missing.text", &[("link", &format!("<a href=\"{address}\">{text}</a>"))]);
    format!(
        r#"<!doctype html>
<html lang="{language}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{STYLE}</style>
<script>{SCRIPT}</script>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{said}</p>
</main>
</body>
</html>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_this_script_and_this_style_and_no_other() {
        let page = page("certs.example.org/verify/", Language::FIRST);
        for (element, source) in [("script", "script-src"), ("style", "style-src")] {
            let (start, end) = (format!("<{element}>"), format!("</{element}>"));
            let inside = page.split(start.as_str()).nth(1).and_then(|rest| rest.split(end.as_str()).next()).unwrap();
            assert!(page.contains(&format!("; {source} '{}';", hash_of(inside))), "{page}");
        }
        assert!(!page.contains("unsafe") && !page.contains("style=\""), "{page}");
        assert!(page.contains(r#"<a href="https://certs.example.org/verify/">certs.example.org/verify</a>"#));
    }
}
