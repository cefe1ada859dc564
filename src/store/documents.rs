//! Documents: JSON by collection and key, for what the service keeps beside certificates. Each has a revision, and a batch of
//! writes happens whole or not at all, each provided that nobody changed its document meanwhile.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Result, StoreError};

/// A kind of documents. All are named here, so that no two rooms take the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Collection {
    name: &'static str,
    kept: bool,
}

impl Collection {
    /// Every collection.
    pub const ALL: &[Self] =
        &[Self::IDEMPOTENCY, Self::PLANS, Self::RULES, Self::LISTED, Self::IMPORTS, Self::IMPORT_ROWS];

    /// Requests that may come twice, by caller and key.
    pub const IDEMPOTENCY: Self = Self::passing("idempotency");

    /// What the service keeps beside an event, by code.
    pub const PLANS: Self = Self::kept("plans");
    /// Versions of rules, as `CODE/0000000001`.
    pub const RULES: Self = Self::kept("rules");
    /// Exceptions and exclusions, as `CODE/PERSON`.
    pub const LISTED: Self = Self::kept("listed");
    /// Imports with their counts, as `CODE/TIME-ID`.
    pub const IMPORTS: Self = Self::kept("imports");
    /// Rows of imports that need attention, as `CODE/TIME-ID/0000`. Not kept: they can hold anything.
    pub const IMPORT_ROWS: Self = Self::passing("import_rows");

    /// Returns its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Says whether it belongs in a dump. What only matters for hours, such as sessions, does not.
    pub const fn is_kept(&self) -> bool {
        self.kept
    }

    const fn kept(name: &'static str) -> Self {
        Self { name, kept: true }
    }

    const fn passing(name: &'static str) -> Self {
        Self { name, kept: false }
    }
}

/// A stored document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its key in the collection.
    pub key: String,
    /// Grows with every change, and is never the same again, not even after it was deleted and made anew.
    pub revision: u64,
    /// Its JSON.
    pub value: Value,
}

impl Document {
    /// Reads the JSON as a record.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it is something else.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.value).map_err(|error| StoreError::Damaged {
            path: "documents".to_owned(),
            problem: format!("document `{}` cannot be read: {error}", self.key),
        })
    }
}

/// What a document must still be for a write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Whatever it is.
    Any,
    /// Not there.
    Absent,
    /// There, in this revision.
    Revision(u64),
}

/// A change of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentWrite {
    /// Its collection.
    pub collection: Collection,
    /// Its key.
    pub key: String,
    /// What it must still be.
    pub expect: Expect,
    /// Its new JSON; `None` deletes it.
    pub value: Option<Value>,
}

impl DocumentWrite {
    /// Returns a write of a record.
    pub fn put(collection: Collection, key: impl Into<String>, expect: Expect, record: &impl Serialize) -> Self {
        let value = serde_json::to_value(record).expect("records are texts, numbers and maps with text keys");
        Self { collection, key: key.into(), expect, value: Some(value) }
    }

    /// Returns a deletion.
    pub fn delete(collection: Collection, key: impl Into<String>, expect: Expect) -> Self {
        Self { collection, key: key.into(), expect, value: None }
    }
}
