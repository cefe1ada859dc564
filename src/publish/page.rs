//! The front page of a published site.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::Request;
use crate::keys::{KeyManifest, KeyState, ManifestKey};
use crate::proof::eddsa::PublicKey;
use crate::status::Snapshot;

/// The page in one file, which stands beside this one.
const SINGLE: &str = "save <a href=\"verify/verifier.html\" download>verifier.html</a>, one file that checks certificates in any \
browser, also when this site is gone; or ";

const STYLE: &str = include_str!("page.css");

/// Returns the site's front page: how to check a certificate, who issues, how to recognise the issuer. No script, and nothing from
/// elsewhere; the content-security-policy says so to the browser.
pub(super) fn index(request: &Request, manifest: &KeyManifest, root: &PublicKey, snapshot: &Snapshot) -> String {
    let name = escape(&manifest.name);
    let did = escape(&manifest.issuer);
    let verifier = escape(&format!("https://{}/", request.verifier.trim_end_matches('/')));
    let verifier_text = escape(request.verifier.trim_end_matches('/'));
    // Not where this program was built without the page.
    let single = if super::verifier::is_built_in() { SINGLE } else { "" };
    let fingerprint = root.fingerprint();
    let keys: String = manifest.keys.iter().rev().map(key_row).collect();
    let lists: String = snapshot.status_lists.iter().map(|list| list_row(&list.id)).collect();
    let hash = hash_of(STYLE);
    let (version, issued, due) = (snapshot.version, time(snapshot.issued), time(snapshot.next_update));
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{hash}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>{name}: certificates</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<p class="eyebrow">Certificates issued by</p>
<h1>{name}</h1>
<p class="did"><code>{did}</code></p>
</header>
<main>
<section class="check" aria-labelledby="check">
<h2 id="check">Check a certificate</h2>
<p><a class="button" href="{verifier}">Check a certificate</a></p>
<ol>
<li><strong>Scan its QR code</strong> with a phone, or open <a href="{verifier}">{verifier_text}</a> and drop the PDF there.</li>
<li><strong>Read the verdict.</strong> Only a green “valid” means: signed by this issuer, in date, not revoked as of the
date shown.</li>
<li><strong>Compare</strong> the name and title shown with the paper. What counts is what was signed.</li>
</ol>
<p><strong>Without a network:</strong> {single}with
<a href="trust.jws" download>trust.jws</a> saved, on a command line: <code>testamur verify certificate.pdf --trust trust.jws</code></p>
</section>
<section class="fingerprint" aria-labelledby="fingerprint">
<h2 id="fingerprint">Root key fingerprint</h2>
<p class="print"><code>{fingerprint}</code></p>
<p>Compare it with what {name} tells you elsewhere: in a contract, on its letterhead, by telephone. Whoever has the
same name and another fingerprint is somebody else.</p>
</section>
<section aria-labelledby="state">
<h2 id="state">State of this site</h2>
<dl>
<div><dt>Version</dt><dd>{version}</dd></div>
<div><dt>Revocations as of</dt><dd>{issued}</dd></div>
<div><dt>Next update due</dt><dd>{due}</dd></div>
</dl>
</section>
<section aria-labelledby="keys">
<h2 id="keys">Signing keys</h2>
<div class="scroll">
<table>
<thead><tr><th scope="col">Key</th><th scope="col">State</th><th scope="col">From</th><th scope="col">Fingerprint</th></tr></thead>
<tbody>
{keys}</tbody>
</table>
</div>
</section>
<section aria-labelledby="files">
<h2 id="files">Files for verifiers</h2>
<ul class="files">
<li><a href="trust.jws">trust.jws</a> <span>everything an offline verifier needs, signed</span></li>
<li><a href="trust.json">trust.json</a> <span>the same, to read</span></li>
<li><a href=".well-known/did.json">.well-known/did.json</a> <span>the issuer's DID document</span></li>
<li><a href="keys/manifest.jws">keys/manifest.jws</a> <span>all signing keys, signed by the root key</span></li>
<li><a href="keys/roots.json">keys/roots.json</a> <span>all root keys, each endorsed by the one before</span></li>
{lists}</ul>
</section>
</main>
</body>
</html>
"##
    )
}

/// Returns what a content-security-policy calls a script or a style that stands in the page.
pub(super) fn hash_of(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text)))
}

fn key_row(key: &ManifestKey) -> String {
    let (class, state) = match &key.state {
        KeyState::Active => ("good", "active".to_owned()),
        KeyState::Retired { until } => ("quiet", format!("retired {}", day(*until))),
        KeyState::Compromised { since } => ("bad", format!("compromised since {}", day(*since))),
    };
    let fingerprint =
        PublicKey::from_base64url(&key.public_key).map_or_else(|_| "unreadable".to_owned(), |key| key.fingerprint());
    format!(
        "<tr><th scope=\"row\"><code>{}</code></th><td><span class=\"state {class}\">{state}</span></td><td>{}</td><td><code>{fingerprint}</code></td></tr>\n",
        escape(&key.id),
        day(key.from),
    )
}

fn list_row(id: &str) -> String {
    let name = escape(id.rsplit('/').next().unwrap_or(id));
    format!(
        "<li><a href=\"status/{name}\">status/{name}</a> <span>status list {name}, as JSON; \
         <a href=\"status/{name}.jwt\">as JWS</a></span></li>\n"
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
