//! By which page a wallet may show a credential: `renderMethod` of the JSON with an embedded proof (W3C VC Rendering Methods, a draft),
//! where the issuer wishes it. It names an SVG of the issuer's site by its digest; nothing that verifies fetches it.
//!
//! The QR code and the JWT say nothing of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::FilesError;
use crate::desk::Desk;
use crate::making::{Faces, Proven, wallet_page, wallet_page_key};
use crate::proof::data_integrity::RENDER_METHOD;
use crate::store::{BlobId, Collection, DocumentWrite, Expect};

/// The multihash of SHA-256 with all of its 32 bytes.
const SHA_256: [u8; 2] = [0x12, 0x20];

/// Render methods of certificates, by what tells their pages apart.
pub(super) struct Pages {
    verifier: String,
    methods: HashMap<String, Value>,
}

impl Pages {
    pub(super) fn of(&self, proven: &Proven) -> Option<Value> {
        let key = (!self.methods.is_empty()).then(|| wallet_page_key(proven, &self.verifier))?;
        self.methods.get(&key).cloned()
    }
}

/// Returns the render methods of certificates; none where the issuer does not wish it. A page that is not kept yet is drawn, kept, and
/// put into the site by the next publication.
///
/// # Errors
/// When one cannot be drawn, or the store fails.
pub(super) fn pages(desk: &Desk, faces: &Faces, proven: &[&Proven]) -> Result<Pages, FilesError> {
    let verifier = desk.issuer.verifier.clone();
    let mut pages = Pages { verifier, methods: HashMap::new() };
    for one in proven.iter().filter(|_| desk.issuer.render_method) {
        if let Entry::Vacant(place) = pages.methods.entry(wallet_page_key(one, &pages.verifier)) {
            let digest = kept(desk, faces, one, place.key())?;
            place.insert(method(&desk.issuer.host, &digest));
        }
    }
    Ok(pages)
}

/// Returns the digest of a certificate's page, drawing it if it is not kept.
fn kept(desk: &Desk, faces: &Faces, proven: &Proven, key: &str) -> Result<[u8; 32], FilesError> {
    let read = |text: String| <[u8; 32]>::try_from(HEXLOWER.decode(text.as_bytes()).ok()?).ok();
    if let Some(found) = desk.store.document(Collection::WALLET_PAGES, key)? {
        let blob = BlobId(found.read()?);
        // A restored copy may lack what was drawn while it was made.
        let is_there = desk.store.blob(&blob)?.is_some();
        if let Some(digest) = read(blob.0).filter(|_| is_there) {
            return Ok(digest);
        }
    }
    let number = || proven.certificate().number.to_string();
    let page = wallet_page(faces, desk.store, proven, &desk.issuer.verifier)
        .map_err(|cause| FilesError::Draw { number: number(), cause })?;
    let blob = desk.store.put_blob(page.as_bytes())?;
    let write = DocumentWrite::put(Collection::WALLET_PAGES, key, Expect::Any, &blob.0);
    desk.store.write_documents(&[write], None)?;
    Ok(Sha256::digest(page.as_bytes()).into())
}

fn method(host: &str, digest: &[u8; 32]) -> Value {
    let multibase = format!("u{}", BASE64URL_NOPAD.encode(&[&SHA_256[..], digest].concat()));
    json!({
        "type": "TemplateRenderMethod",
        "renderSuite": "svg-mustache",
        "template": {
            "id": format!("https://{host}/render/{}.svg", HEXLOWER.encode(digest)),
            "mediaType": "image/svg+xml",
            "digestMultibase": multibase,
        },
    })
}

/// Puts a render method into a credential, with the context of its terms.
pub(super) fn put(document: &mut Value, render_method: &Value) {
    if let Some(contexts) = document["@context"].as_array_mut() {
        contexts.push(json!(RENDER_METHOD));
    }
    document["renderMethod"] = render_method.clone();
}
