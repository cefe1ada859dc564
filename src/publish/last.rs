//! What was published last, and what publishing and restoring owe each other.
//!
//! Who takes a revocation back decides by what was published last, expects in the same write that it still is that, and leaves
//! word. A publication expects, when it is written down, that nobody has left word since it began to read. So whichever of the
//! two is written first is known to the other, whoever they are and wherever they run.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::PublishError;
use crate::credential::Timestamp;
use crate::store::{Collection, DocumentWrite, Expect, Premise, Store};

/// The setting in which earlier versions kept what was published last. It is read where no document says it.
const SETTING: &str = "published";
/// The document that says what was published last.
const LAST: &str = "last";
/// The document that is written anew whenever a revocation is taken back.
const RESTORED: &str = "restored";

/// What the store remembers of the last publication.
///
/// A revocation dated `covers` or before has been published, unless it waited then: see [`LastPublished::holds`]. The record
/// is written before the files are, so a crash in between closes the window early and never late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastPublished {
    /// The snapshot's version.
    pub version: u64,
    /// Its date.
    pub issued: Timestamp,
    /// Everything up to this instant is in it, but for revocations that waited.
    pub covers: Timestamp,
    /// Until when it is good; not known of publications of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Timestamp>,
    /// How many status lists it has; not known of publications of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lists: Option<usize>,
    /// The entry of the audit log up to which everything is in it; not known of publications of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<u64>,
    /// Whether public pages wait for the next publication: more were new than are drawn for one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pages_left: bool,
}

/// What was published last, as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Nothing before the first publication.
    pub last: Option<LastPublished>,
    expect: Expect,
}

impl Known {
    /// Reads it.
    ///
    /// # Errors
    /// When the store fails or its record is damaged.
    pub fn read(store: &dyn Store) -> Result<Self, PublishError> {
        if let Some(document) = store.document(Collection::PUBLICATION, LAST)? {
            return Ok(Self { last: Some(document.read()?), expect: Expect::Revision(document.revision) });
        }
        let kept = store.setting(SETTING)?;
        let last = kept.map(|bytes| serde_json::from_slice(&bytes).map_err(PublishError::Setting)).transpose()?;
        Ok(Self { last, expect: Expect::Absent })
    }

    /// Returns the writes that go with taking revocations back: nothing else was published meanwhile, and who publishes now
    /// looks again.
    pub(crate) fn restoring(&self) -> [DocumentWrite; 2] {
        [
            DocumentWrite::still(Collection::PUBLICATION, LAST, self.expect),
            DocumentWrite::put(Collection::PUBLICATION, RESTORED, Expect::Any, &json!({})),
        ]
    }

    /// Returns the write that puts another in its place.
    pub(super) fn replaced(&self, new: &LastPublished) -> DocumentWrite {
        DocumentWrite::put(Collection::PUBLICATION, LAST, self.expect, new)
    }
}

/// Returns the premise that from now on no revocation is taken back.
pub(super) fn nothing_restored(store: &dyn Store) -> Result<Premise, PublishError> {
    let document = store.document(Collection::PUBLICATION, RESTORED)?;
    let expect = document.map_or(Expect::Absent, |document| Expect::Revision(document.revision));
    Ok(Premise::Document(Collection::PUBLICATION, RESTORED.to_owned(), expect))
}

/// Returns what the store remembers of the last publication.
///
/// # Errors
/// When the store fails or its record is damaged.
pub fn last(store: &dyn Store) -> Result<Option<LastPublished>, PublishError> {
    Ok(Known::read(store)?.last)
}
