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
    /// Endpoints of webhooks, by id.
    pub const WEBHOOK_ENDPOINTS: Self = Self::kept("webhook-endpoints");
    /// Their secrets.
    pub const WEBHOOK_SECRETS: Self = Self::kept("webhook-secrets");
    /// How they did lately.
    pub const WEBHOOK_HEALTH: Self = Self::passing("webhook-health");
    /// Messages of the outbox, by id and so by time.
    pub const WEBHOOK_MESSAGES: Self = Self::passing("webhook-messages");
    /// What became of each message at each endpoint: `ENDPOINT/MESSAGE`, newest first.
    pub const WEBHOOK_DELIVERIES: Self = Self::passing("webhook-deliveries");
    /// When a delivery is due: `ENDPOINT/SECONDS/MESSAGE`.
    pub const WEBHOOK_QUEUE: Self = Self::passing("webhook-queue");
    /// Deliveries by state: `STATE/` and the delivery's key.
    pub const WEBHOOK_STATES: Self = Self::passing("webhook-states");

    /// Every collection.
    pub const ALL: &[Self] = &[
        Self::STAFF,
        Self::STAFF_EMAILS,
        Self::STAFF_OWNERS,
        Self::STAFF_SETUP,
        Self::SESSIONS,
        Self::SECOND_STEPS,
        Self::API_TOKENS,
        Self::IDEMPOTENCY,
        Self::TEMPLATES,
        Self::PLANS,
        Self::RULES,
        Self::LISTED,
        Self::IMPORTS,
        Self::IMPORT_ROWS,
        Self::RUNS,
        Self::RUN_ROWS,
        Self::RUN_QUEUE,
        Self::APPROVALS,
        Self::CORRECTIONS,
        Self::WEBHOOK_ENDPOINTS,
        Self::WEBHOOK_SECRETS,
        Self::WEBHOOK_HEALTH,
        Self::WEBHOOK_MESSAGES,
        Self::WEBHOOK_DELIVERIES,
        Self::WEBHOOK_QUEUE,
        Self::WEBHOOK_STATES,
    ];

    /// Members of staff by id; personal data.
    pub const STAFF: Self = Self::kept("staff");
    /// Ids of staff by the SHA-256 of their e-mail.
    pub const STAFF_EMAILS: Self = Self::kept("staff-emails");
    /// One document: the owners who can log in.
    pub const STAFF_OWNERS: Self = Self::kept("staff-owners");
    /// One document: the set-up link of the first start.
    pub const STAFF_SETUP: Self = Self::passing("staff-setup");
    /// Sessions of staff by `STAFF/SHA-256`.
    pub const SESSIONS: Self = Self::passing("sessions");
    /// Logins that wait for their second step, by `STAFF/SHA-256`.
    pub const SECOND_STEPS: Self = Self::passing("second-steps");
    /// API tokens by their SHA-256.
    pub const API_TOKENS: Self = Self::kept("api-tokens");
    /// Requests that may come twice, by caller and key.
    pub const IDEMPOTENCY: Self = Self::passing("idempotency");
    /// Runs, by id.
    pub const RUNS: Self = Self::kept("runs");
    /// Whom a run is over, by the run's id, group and place: `RUN/000001/001`.
    pub const RUN_ROWS: Self = Self::kept("run-rows");
    /// Runs that are not finished, by id.
    pub const RUN_QUEUE: Self = Self::kept("run-queue");
    /// What needs a second member of staff, by id.
    pub const APPROVALS: Self = Self::kept("approvals");
    /// Corrections that were asked for, by id.
    pub const CORRECTIONS: Self = Self::kept("corrections");

    /// Templates of the library with their versions, by name.
    pub const TEMPLATES: Self = Self::kept("templates");
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

impl Expect {
    /// Says whether a document of this revision, or none, is what is expected.
    pub fn holds(self, revision: Option<u64>) -> bool {
        match self {
            Self::Any => true,
            Self::Absent => revision.is_none(),
            Self::Revision(expected) => revision == Some(expected),
        }
    }
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
