//! The steps of a design: how each is kept, gone back and forward between.

use std::collections::BTreeSet;
use std::io::{Read, Write};

use data_encoding::BASE64;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::{ActError, Content, Design, Opened, content_at, key, owner, step_key};
use crate::desk::Desk;
use crate::store::{Collection, DocumentWrite, Expect};
use crate::template::MAX_DOCUMENT_BYTES;

/// How many changes can be taken back.
pub const MAX_STEPS: u64 = 200;

/// Deflates a document: a step takes a kilobyte or two.
pub(super) fn packed(document: &[u8]) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail.
    let _ = encoder.write_all(document);
    BASE64.encode(&encoder.finish().unwrap_or_default())
}

/// Inflates a document, never more than one may have.
pub(super) fn unpacked(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    let mut document = Vec::new();
    DeflateDecoder::new(&*bytes).take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut document).ok()?;
    (document.len() <= MAX_DOCUMENT_BYTES).then_some(document)
}

/// Keeps what a design has become as its next step. What could have been gone forward to goes, and so does the oldest step past
/// those that can be taken back.
pub(super) fn forward(
    desk: &Desk,
    opened: &Opened,
    mut content: Content,
    touched: BTreeSet<usize>,
) -> Result<Opened, ActError> {
    if content == opened.content {
        return Ok(Opened { touched, ..opened.clone() });
    }
    let (owner, old) = (owner(desk), &opened.design);
    let at = old.at + 1;
    let first = old.first.max(at.saturating_sub(MAX_STEPS));
    let title = content.template.document().title.clone();
    let design = Design { at, first, last: at, title, changed: desk.now, ..old.clone() };
    let step = content.step(desk)?;
    let put = |expect| DocumentWrite::put(Collection::DESIGNS, key(owner, &old.id), expect, &design);
    let gone = |step| DocumentWrite::delete(Collection::DESIGN_STEPS, step_key(owner, &old.id, step), Expect::Any);
    let mut writes = vec![put(Expect::Revision(opened.revision))];
    writes.push(DocumentWrite::put(Collection::DESIGN_STEPS, step_key(owner, &old.id, at), Expect::Any, &step));
    writes.extend((at + 1..=old.last).chain(old.first..first).map(gone));
    let revision = desk.store.write_documents(&writes, None)?;
    Ok(Opened { design, revision, content, touched })
}

/// Takes the last change back.
///
/// # Errors
/// When there is none, or somebody else was faster.
pub fn back(desk: &Desk, opened: &Opened) -> Result<Opened, ActError> {
    match opened.design.at > opened.design.first {
        true => stand(desk, opened, opened.design.at - 1),
        false => Err(ActError::invalid("step", "is the first: there is nothing to take back")),
    }
}

/// Does again what was taken back last.
///
/// # Errors
/// When there is nothing, or somebody else was faster.
pub fn again(desk: &Desk, opened: &Opened) -> Result<Opened, ActError> {
    match opened.design.at < opened.design.last {
        true => stand(desk, opened, opened.design.at + 1),
        false => Err(ActError::invalid("step", "is the last: there is nothing to do again")),
    }
}

fn stand(desk: &Desk, opened: &Opened, at: u64) -> Result<Opened, ActError> {
    let content = content_at(desk, &opened.design, at)?;
    let title = content.template.document().title.clone();
    let design = Design { at, title, changed: desk.now, ..opened.design.clone() };
    let key = key(owner(desk), &design.id);
    let write = DocumentWrite::put(Collection::DESIGNS, key, Expect::Revision(opened.revision), &design);
    let revision = desk.store.write_documents(&[write], None)?;
    Ok(Opened { design, revision, content, touched: BTreeSet::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_and_one_that_grows_past_all_bounds_does_not() {
        let document = br#"{"testamur":1,"title":"Zo\u00eb"}"#;
        assert_eq!(unpacked(&packed(document)).unwrap(), document);
        assert_eq!(unpacked("no base64!"), None);
        assert_eq!(unpacked(&BASE64.encode(b"no deflate")), None);
        assert_eq!(unpacked(&packed(&vec![b' '; MAX_DOCUMENT_BYTES + 1])), None);
    }
}
