//! The web verifier's files, as `verifier-web` built them into this program, made this issuer's: its root is pinned, and
//! the single file carries its trust.jws.
//!
//! Built in or not, nothing here is fetched. Does not look at what the page does; see `verifier-web/README.md`.

use serde_json::{Value, json};

use crate::proof::eddsa::PublicKey;

/// Name and content of each file; empty when the program was built without them.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/verifier_files.rs"));

/// Where the verifier lies below the site.
const FOLDER: &str = "verify";
/// Holds the pinned roots by issuer's DID.
const ROOTS: &str = r#"<script type="application/json" id="trust-roots">{}</script>"#;
/// Stands where the single file's trust.jws goes.
const TRUST: &str = "@@TRUST_JWS@@";

/// Returns whether this program carries the web verifier.
pub fn is_built_in() -> bool {
    !FILES.is_empty()
}

/// Returns the verifier's files by path below the site, for the issuer `did` with this newest root and `trust.jws`.
pub(super) fn files(did: &str, root: &PublicKey, trust: &str) -> Vec<(String, Vec<u8>)> {
    FILES.iter().map(|(name, bytes)| (format!("{FOLDER}/{name}"), personalise(name, bytes, did, root, trust))).collect()
}

fn personalise(name: &str, bytes: &[u8], did: &str, root: &PublicKey, trust: &str) -> Vec<u8> {
    match std::str::from_utf8(bytes) {
        Ok(page) if name.ends_with(".html") => {
            let pinned = ROOTS.replace("{}", &data(&json!({ did: root.to_base64url() })));
            page.replacen(ROOTS, &pinned, 1).replacen(TRUST, trust, 1).into_bytes()
        }
        _ => bytes.to_vec(),
    }
}

/// JSON that can stand inside of a `script` element.
fn data(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::eddsa::SecretKey;

    #[test]
    fn the_page_pins_the_root_and_the_single_file_carries_the_trust_file() {
        let root = SecretKey::from_seed(&[7; 32]).public();
        let page = format!("<html>{ROOTS}<script type=\"text/plain\" id=\"trust-jws\">{TRUST}</script></html>");
        let made = personalise("verifier.html", page.as_bytes(), "did:web:a.example", &root, "e30.e30.AA");
        let made = String::from_utf8(made).unwrap();
        let pinned = format!(r#"id="trust-roots">{{"did:web:a.example":"{}"}}</script>"#, root.to_base64url());
        assert!(made.contains(&pinned), "{made}");
        assert!(made.contains(r#"id="trust-jws">e30.e30.AA</script>"#), "{made}");
        assert_eq!(personalise("app.js", page.as_bytes(), "did:web:a.example", &root, ""), page.as_bytes());
    }

    #[test]
    fn no_host_closes_the_element() {
        assert_eq!(data(&json!("</script>")), r#""\u003c/script>""#);
    }

    #[test]
    fn what_is_built_in_is_whole() {
        let has = |name: &str| FILES.iter().any(|(file, _)| *file == name);
        assert!(!is_built_in() || (has("index.html") && has("verifier.html") && has("app.js")));
        for (name, bytes) in FILES.iter().filter(|(name, _)| name.ends_with(".html")) {
            let page = String::from_utf8_lossy(bytes);
            assert_eq!(page.matches(ROOTS).count(), 1, "{name}");
            assert_eq!(page.matches(TRUST).count(), usize::from(*name == "verifier.html"), "{name}");
        }
    }
}
