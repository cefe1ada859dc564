//! Pages by which wallets may show certificates: an SVG each, called by its digest, that credentials name (`renderMethod`). They stay as
//! long as the store does: a credential that names one cannot be changed.

use crate::store::{BlobId, Collection, Store, StoreError};

/// Where they are below the site.
pub(super) const FOLDER: &str = "render";
/// Pages that are read at a time.
const PAGE: usize = 500;
/// Digits of a digest.
const DIGITS: usize = 64;

/// Says whether a file's name in that folder is one that publications give.
pub(super) fn is_published_name(file: &str) -> bool {
    let digest = file.strip_suffix(".svg");
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    digest.is_some_and(|digest| digest.len() == DIGITS && digest.bytes().all(is_digit))
}

/// Returns the files, by name below the site.
///
/// # Errors
/// When the store fails.
pub(super) fn files(store: &dyn Store) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let (mut files, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = store.documents(Collection::WALLET_PAGES, "", cursor.as_deref(), PAGE)?;
        for document in &page.items {
            let blob = BlobId(document.read()?);
            // One that a restored copy lacks holds up no publication of what was revoked.
            match store.blob(&blob)? {
                Some(bytes) => files.push((format!("{FOLDER}/{}.svg", blob.0), bytes)),
                None => {
                    tracing::warn!(page = %blob.0, "a page for wallets is missing; it is drawn again when it is asked for")
                }
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            // Two events may share one.
            files.sort();
            files.dedup();
            return Ok(files);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digests_are_names() {
        let digest = "0a".repeat(32);
        assert!(is_published_name(&format!("{digest}.svg")));
        for bad in
            ["", ".svg", &digest, &format!("{digest}.png"), &format!("{}.svg", digest.to_uppercase()), "../x.svg"]
        {
            assert!(!is_published_name(bad), "{bad}");
        }
    }
}
