//! Documents: JSON by collection and key, for what the service keeps beside certificates. Each has a revision, and a batch of
//! writes happens whole or not at all, each provided that nobody changed its document meanwhile.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Result, StoreError};

/// What the documents of a collection can say of people, and so what becomes of them when somebody is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Names {
    /// Ids, numbers and counts.
    Nobody,
    /// Members of staff: their accounts.
    Staff,
    /// Participants. Who erases one takes what names them out of every such collection (`acts::erase`);
    /// a test holds each of them to it.
    Participants,
}

/// By what the documents of a collection are found besides their keys: the text of one member. The store keeps the index in
/// the same step as the document. An index that is declared anew, or reads something else, needs a new layout of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index {
    name: &'static str,
    /// The only texts that are looked up; of others nothing is kept. Empty: all.
    only: &'static [&'static str],
}

impl Index {
    /// The event that a document is about.
    pub const EVENT: Self = Self::of("event");
    /// What it does.
    pub const KIND: Self = Self::of("kind");
    /// Where it stands.
    pub const STATE: Self = Self::of("state");
    /// What was not done of a run. The others are most of it: one finds them by reading on.
    pub const UNDONE: Self = Self { name: "state", only: &["failed", "skipped"] };
    /// The person that it is about, by their key.
    pub const PERSON: Self = Self::of("person");
    /// The certificate that it is about.
    pub const NUMBER: Self = Self::of("number");

    const ALL: &[Self] = &[Self::EVENT, Self::KIND, Self::STATE, Self::UNDONE, Self::PERSON, Self::NUMBER];

    const fn of(name: &'static str) -> Self {
        Self { name, only: &[] }
    }

    /// Returns the member's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Says whether documents with this text are found by it.
    pub fn finds(&self, text: &str) -> bool {
        self.only.is_empty() || self.only.contains(&text)
    }

    /// Returns what a document says there, if it is a text.
    pub fn text<'v>(&self, value: &'v Value) -> Option<&'v str> {
        value.get(self.name)?.as_str()
    }
}

impl Serialize for Index {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.name, self.only).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Index {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (name, only) = <(String, Vec<String>)>::deserialize(deserializer)?;
        let known = Self::ALL.iter().find(|index| index.name == name && index.only == only).copied();
        known.ok_or_else(|| serde::de::Error::custom(format!("there is no index `{name}`")))
    }
}

/// A kind of documents. All are named here, so that no two rooms take the same name and none is left out of
/// [`Collection::ALL`] or of what erasing a person looks through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Collection {
    name: &'static str,
    kept: bool,
    names: Names,
    indexes: &'static [Index],
}

/// Declares the collections: their names, whether dumps keep them, whom they name, and by what they are found.
macro_rules! collections {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $kept:ident, $names:ident $(, by $($index:ident)+)?;)*) => {
        impl Collection {
            $($(#[$doc])* pub const $constant: Self =
                Self::$kept($name, Names::$names, &[$($(Index::$index),+)?]);)*

            /// Every collection.
            pub const ALL: &[Self] = &[$(Self::$constant),*];
        }
    };
}

collections! {
    /// Members of staff by id; personal data.
    STAFF = "staff", kept, Staff;
    /// Ids of staff by the SHA-256 of their e-mail.
    STAFF_EMAILS = "staff-emails", kept, Nobody;
    /// One document: the owners who can log in.
    STAFF_OWNERS = "staff-owners", kept, Nobody;
    /// One document: the set-up link of the first start.
    STAFF_SETUP = "staff-setup", passing, Nobody;
    /// Sessions of staff by `STAFF/SHA-256`.
    SESSIONS = "sessions", passing, Nobody;
    /// Logins that wait for their second step, by `STAFF/SHA-256`.
    SECOND_STEPS = "second-steps", passing, Nobody;
    /// API tokens by their SHA-256.
    API_TOKENS = "api-tokens", kept, Staff;
    /// What one person did alone within a day, by `staff:ID`.
    TALLIES = "tallies", passing, Nobody;

    /// What was published last, and that a revocation was taken back; see `publish::Known`.
    PUBLICATION = "publication", kept, Nobody;

    /// One document: the key that signs. Not kept: keys are backed up beside the store.
    SIGNING_KEY = "signing-key", passing, Nobody;

    /// Requests that may come twice, by caller and key.
    IDEMPOTENCY = "idempotency", passing, Participants;

    /// Templates of the library with their versions, by name.
    TEMPLATES = "templates", kept, Nobody;
    /// Templates in the works, as `STAFF/ID`; see [`crate::acts::templates::design`].
    DESIGNS = "designs", kept, Nobody;
    /// Their steps, as `STAFF/ID/00000001`.
    DESIGN_STEPS = "design-steps", kept, Nobody;
    /// What the service keeps beside an event, by code.
    PLANS = "plans", kept, Nobody;
    /// Who looked at how an event's certificates will look, by code; see [`crate::acts::previewed`].
    PREVIEWED = "previewed", kept, Nobody;
    /// Versions of rules, as `CODE/0000000001`.
    RULES = "rules", kept, Nobody;
    /// Exceptions and exclusions, as `CODE/PERSON`.
    LISTED = "listed", kept, Participants;
    /// Imports with their counts, as `CODE/TIME-ID`. Their files can be named for somebody.
    IMPORTS = "imports", kept, Participants;
    /// What was said about lists of a shape, as `CODE/SHAPE`; see [`crate::acts::recalled`].
    IMPORT_SHAPES = "import-shapes", kept, Nobody, by KIND;
    /// Rows of imports that need attention, as `CODE/TIME-ID/0000`. Not kept: they can hold anything.
    IMPORT_ROWS = "import_rows", passing, Participants;
    /// Whose turn it is to be erased, as `CODE/ID`, until nothing names them; see [`crate::acts::erase`].
    ERASING = "erasing", passing, Participants;
    /// Events that were removed and whose people are still to be taken away, by code; see [`crate::acts::finish_removal`].
    REMOVING = "removing", passing, Nobody;
    /// When somebody was last erased: from an event, by code, and from any, under `*`. Who writes what they read about people
    /// before expects it to be as it was.
    ERASED = "erased", passing, Nobody;

    /// Runs, by id.
    RUNS = "runs", kept, Nobody, by EVENT KIND STATE;
    /// Whom a run is over, by the run's id, group and place: `RUN/000001/001`.
    RUN_ROWS = "run-rows", kept, Participants, by PERSON UNDONE;
    /// Runs that are not finished, by id, and who works on them.
    RUN_QUEUE = "run-queue", kept, Nobody;
    /// What needs a second member of staff, by id.
    APPROVALS = "approvals", kept, Nobody;
    /// Corrections that were asked for, by id.
    CORRECTIONS = "corrections", kept, Participants, by NUMBER STATE;

    /// Requests for another address of who shows a certificate's file, by the certificate's number: one of each; see
    /// [`crate::acts::lost`].
    ADDRESS_REQUESTS = "address-requests", kept, Participants, by STATE;

    /// Embedded proofs of credentials, as `CODE/NUMBER/VERSION`: kept once they were made; see [`crate::files::Prover`].
    PROOFS = "proofs", kept, Nobody;

    /// Digests of pages by which wallets may show certificates, as `CODE/SHA-256`; see [`crate::files`].
    WALLET_PAGES = "wallet-pages", kept, Nobody;

    /// What is said of two enrolments, that they are one person's or not, as `ENROLMENT/ENROLMENT`, both ways; see
    /// [`crate::acts::tie`].
    PERSON_TIES = "person-ties", kept, Participants;

    /// Links by which a mailbox is proven, as `MAILBOX/SHA-256`; see [`crate::acts::portal`].
    PORTAL_LINKS = "portal-links", passing, Participants;
    /// Who has proven one, as `MAILBOX/SHA-256`.
    PORTAL_SESSIONS = "portal-sessions", passing, Participants;
    /// Which certificates the public may see, as `CODE/NUMBER`.
    SHOWN = "shown", kept, Nobody;
    /// Pages of certificates that a holder chose, by their ids, which nobody can guess.
    PROFILES = "profiles", kept, Participants;
    /// On which of them a certificate is, as `CODE/NUMBER`.
    PROFILED = "profiled", kept, Nobody;

    /// Endpoints of webhooks, by id.
    WEBHOOK_ENDPOINTS = "webhook-endpoints", kept, Nobody;
    /// Their secrets.
    WEBHOOK_SECRETS = "webhook-secrets", kept, Nobody;
    /// How they did lately.
    WEBHOOK_HEALTH = "webhook-health", passing, Nobody;
    /// Messages of the outbox, by id and so by time.
    WEBHOOK_MESSAGES = "webhook-messages", passing, Nobody;
    /// What became of each message at each endpoint: `ENDPOINT/MESSAGE`, newest first.
    WEBHOOK_DELIVERIES = "webhook-deliveries", passing, Nobody;
    /// When a delivery is due: `ENDPOINT/SECONDS/MESSAGE`.
    WEBHOOK_QUEUE = "webhook-queue", passing, Nobody;
    /// Deliveries by state: `STATE/` and the delivery's key.
    WEBHOOK_STATES = "webhook-states", passing, Nobody;

    /// What an owner said on a page of how the service keeps house, and how long sessions last.
    SERVICE = "service", kept, Nobody;
    /// How the service itself does, by what it is: backups. Not kept: it is about the machine.
    UPKEEP = "upkeep", passing, Nobody;

    /// What signs the addresses that bounces come back to, whether mail is set up, and which server takes it.
    MAIL = "mail", kept, Nobody;
    /// Messages, by id and so by time, and what became of each.
    MAIL_MESSAGES = "mail-messages", kept, Participants, by EVENT STATE NUMBER;
    /// The newest message of each certificate, as `CODE/NUMBER`: nobody is sent two.
    MAILED = "mailed", kept, Nobody;
    /// When a message is due: `SECONDS/MESSAGE`. Not kept: a store that was rebuilt sends nothing by itself.
    MAIL_QUEUE = "mail-queue", passing, Nobody;
    /// To which message a link leads, or of which one a picture is, by the SHA-256 of its token.
    MAIL_LINKS = "mail-links", kept, Nobody;
    /// Which versions' holders were reminded that they end, as `CODE/NUMBER/VERSION`: once each.
    MAIL_REMINDED = "mail-reminded", kept, Nobody;
    /// Addresses to which nothing is sent any more, by a keyed digest.
    MAIL_SUPPRESSED = "mail-suppressed", kept, Nobody;
}

impl Collection {
    /// Returns its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Says whether it belongs in a dump. What only matters for hours, such as sessions, does not.
    pub const fn is_kept(&self) -> bool {
        self.kept
    }

    /// Returns whom its documents can name.
    pub const fn names(&self) -> Names {
        self.names
    }

    /// Returns by what its documents are found besides their keys.
    pub const fn indexes(&self) -> &'static [Index] {
        self.indexes
    }

    /// Returns the collection of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|collection| collection.name == name).copied()
    }

    const fn kept(name: &'static str, names: Names, indexes: &'static [Index]) -> Self {
        Self { name, kept: true, names, indexes }
    }

    const fn passing(name: &'static str, names: Names, indexes: &'static [Index]) -> Self {
        Self { name, kept: false, names, indexes }
    }
}

impl Serialize for Collection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for Collection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom(format!("there is no collection `{name}`")))
    }
}

/// A value that may be JSON's `null`, told from no value.
mod present {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Value};

    pub(super) fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_slice().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.pop())
    }
}

/// A stored document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentWrite {
    /// Its collection.
    pub collection: Collection,
    /// Its key.
    pub key: String,
    /// What it must still be.
    pub expect: Expect,
    /// Its new JSON; `None` deletes it.
    #[serde(with = "present")]
    pub value: Option<Value>,
    /// Nothing is written: the document only has to be what is expected for the other writes to happen.
    pub only_expects: bool,
}

impl DocumentWrite {
    /// Returns a write of a record.
    pub fn put(collection: Collection, key: impl Into<String>, expect: Expect, record: &impl Serialize) -> Self {
        let value = serde_json::to_value(record).expect("records are texts, numbers and maps with text keys");
        Self { collection, key: key.into(), expect, value: Some(value), only_expects: false }
    }

    /// Returns a deletion.
    pub fn delete(collection: Collection, key: impl Into<String>, expect: Expect) -> Self {
        Self { collection, key: key.into(), expect, value: None, only_expects: false }
    }

    /// Returns what changes nothing and lets the other writes happen only while a document still is what it was.
    pub fn still(collection: Collection, key: impl Into<String>, expect: Expect) -> Self {
        Self { collection, key: key.into(), expect, value: None, only_expects: true }
    }
}
