//! The front page of a published site.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::Request;
use super::texts::Texts;
use crate::keys::{KeyManifest, KeyState, ManifestKey};
use crate::proof::eddsa::PublicKey;
use crate::status::Snapshot;

const STYLE: &str = include_str!("page.css");

/// Returns the site's front page: how to check a certificate, who issues, how to recognise the issuer. No script, and nothing from
/// elsewhere; the content-security-policy says so to the browser.
pub(super) fn index(request: &Request, manifest: &KeyManifest, root: &PublicKey, snapshot: &Snapshot) -> String {
    let t = Texts::of(request.language);
    let name = escape(&manifest.name);
    let did = escape(&manifest.issuer);
    let hash = hash_of(STYLE);
    let (language, dir, title, eyebrow) = (t.language, t.dir(), t.with("title", &[("name", &name)]), t.s("eyebrow"));
    let (check, print) = (check(t, request.verifier), fingerprint(t, &name, root));
    let (state, keys, files) = (state(t, snapshot), keys(t, manifest), files(t, snapshot));
    format!(
        r##"<!doctype html>
<html lang="{language}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{hash}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<p class="eyebrow">{eyebrow}</p>
<h1 dir="auto">{name}</h1>
<p class="did"><code>{did}</code></p>
</header>
<main>
{check}{print}{state}{keys}{files}</main>
</body>
</html>
"##
    )
}

/// How to check a certificate.
fn check(t: &Texts, verifier: &str) -> String {
    let address = escape(&format!("https://{}/", verifier.trim_end_matches('/')));
    let link = format!("<a href=\"{address}\"><bdi>{}</bdi></a>", escape(verifier.trim_end_matches('/')));
    // The page in one file stands beside this one, but not where this program was built without it.
    let offline = if super::verifier::is_built_in() { "offline.page" } else { "offline" };
    let offline = t.with(
        offline,
        &[
            ("file", "<a href=\"verify/verifier.html\" download>verifier.html</a>"),
            ("trust", "<a href=\"trust.jws\" download>trust.jws</a>"),
            ("command", "<code dir=\"ltr\">testamur verify certificate.pdf --trust trust.jws</code>"),
        ],
    );
    let (title, scan) = (t.s("check"), t.with("scan", &[("link", &link)]));
    let (read, compare) = (t.s("read"), t.s("compare"));
    format!(
        r##"<section class="check" aria-labelledby="check">
<h2 id="check">{title}</h2>
<p><a class="button" href="{address}">{title}</a></p>
<ol>
<li>{scan}</li>
<li>{read}</li>
<li>{compare}</li>
</ol>
<p>{offline}</p>
</section>
"##
    )
}

/// How the issuer is recognised.
fn fingerprint(t: &Texts, name: &str, root: &PublicKey) -> String {
    let name = format!("<bdi>{name}</bdi>");
    let (title, text, print) = (t.s("print"), t.with("print.text", &[("name", &name)]), root.fingerprint());
    format!(
        r##"<section class="fingerprint" aria-labelledby="fingerprint">
<h2 id="fingerprint">{title}</h2>
<p class="print"><code dir="ltr">{print}</code></p>
<p>{text}</p>
</section>
"##
    )
}

/// How old the site is.
fn state(t: &Texts, snapshot: &Snapshot) -> String {
    let (version, issued, due) = (snapshot.version, time(snapshot.issued), time(snapshot.next_update));
    let [title, of_version, as_of, of_due] = ["site", "version", "asof", "due"].map(|key| t.s(key));
    format!(
        r##"<section aria-labelledby="state">
<h2 id="state">{title}</h2>
<dl>
<div><dt>{of_version}</dt><dd>{version}</dd></div>
<div><dt>{as_of}</dt><dd>{issued}</dd></div>
<div><dt>{of_due}</dt><dd>{due}</dd></div>
</dl>
</section>
"##
    )
}

/// By which keys the issuer signs and signed.
fn keys(t: &Texts, manifest: &KeyManifest) -> String {
    let rows: String = manifest.keys.iter().rev().map(|key| key_row(t, key)).collect();
    let heads: String =
        ["key", "state", "from", "fingerprint"].map(|key| format!("<th scope=\"col\">{}</th>", t.s(key))).concat();
    let title = t.s("keys");
    format!(
        r##"<section aria-labelledby="keys">
<h2 id="keys">{title}</h2>
<div class="scroll">
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}</tbody>
</table>
</div>
</section>
"##
    )
}

/// What programs read.
fn files(t: &Texts, snapshot: &Snapshot) -> String {
    let file = |(path, key): (&str, &str)| {
        format!("<li><a href=\"{path}\"><bdi>{path}</bdi></a> <span>{}</span></li>\n", t.s(key))
    };
    let all = [
        ("trust.jws", "trust"),
        ("trust.json", "trust.json"),
        (".well-known/did.json", "did"),
        ("keys/manifest.jws", "manifest"),
        ("keys/roots.json", "roots"),
    ];
    let rows: String = all.map(file).concat();
    let lists: String = snapshot.status_lists.iter().map(|list| list_row(t, &list.id)).collect();
    let title = t.s("files");
    format!(
        r##"<section aria-labelledby="files">
<h2 id="files">{title}</h2>
<ul class="files">
{rows}{lists}</ul>
</section>
"##
    )
}

/// Returns what a content-security-policy calls a script or a style that stands in the page.
pub(super) fn hash_of(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text)))
}

fn key_row(t: &Texts, key: &ManifestKey) -> String {
    let (class, state) = match &key.state {
        KeyState::Active => ("good", t.s("active").to_owned()),
        KeyState::Retired { until } => ("quiet", t.with("retired", &[("day", &day(*until))])),
        KeyState::Compromised { since } => ("bad", t.with("compromised", &[("day", &day(*since))])),
    };
    let fingerprint = PublicKey::from_base64url(&key.public_key)
        .map_or_else(|_| t.s("unreadable").to_owned(), |key| format!("<code dir=\"ltr\">{}</code>", key.fingerprint()));
    format!(
        "<tr><th scope=\"row\"><code>{}</code></th><td><span class=\"state {class}\">{state}</span></td><td data-from=\"{}\">{}</td><td>{fingerprint}</td></tr>\n",
        escape(&key.id),
        t.s("from"),
        day(key.from),
    )
}

fn list_row(t: &Texts, id: &str) -> String {
    let name = escape(id.rsplit('/').next().unwrap_or(id));
    let (list, jws) = (t.with("list", &[("number", &name)]), t.s("jws"));
    format!(
        "<li><a href=\"status/{name}\"><bdi>status/{name}</bdi></a> <span>{list} <a href=\"status/{name}.jwt\">{jws}</a></span></li>\n"
    )
}

fn day(at: crate::credential::Timestamp) -> String {
    at.civil().date().to_string()
}

fn time(at: crate::credential::Timestamp) -> String {
    let civil = at.civil();
    format!("<time datetime=\"{at}\">{} {:02}:{:02} UTC</time>", civil.date(), civil.hour(), civil.minute())
}

/// Text as HTML text or attribute value.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_stays_text() {
        assert_eq!(escape("<a href=\"x\" title='y'>&"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;");
    }
}
