//! What the store keeps, as it keeps it: events, people, certificates and what became of them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::credential::{Achievement, CertificateNumber, EventCode, Extras, PrintedDays, StatusEntry, Timestamp, Zone};
use crate::eligibility::{Entered, Progress};
use crate::status::Reason;

/// A person's imported columns by column name, as text.
pub type Fields = BTreeMap<String, String>;

/// The lower-case hex SHA-256 of kept bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlobId(pub String);

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A template version: its name and the blob of its bundle (the JSON and every asset in one archive).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TemplateRef {
    /// Built-in name or the folder's name.
    pub name: String,
    /// The exact version.
    pub bundle: BlobId,
}

/// A run of a course, workshop, conference or programme that certificates are issued for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its code.
    pub code: EventCode,
    /// What was achieved there; `name` is the event's title.
    pub achievement: Achievement,
    /// First day.
    pub starts: Option<Timestamp>,
    /// Last day.
    pub ends: Option<Timestamp>,
    /// How long a certificate is valid, as written: `2y`, `18mo`, `90d`.
    pub expires_after: Option<String>,
    /// Template of new certificates.
    pub template: TemplateRef,
    /// Claims shared by all of its certificates.
    pub extras: Extras,
    /// Placeholders with one value on all of its certificates: `signatory_1_name`, `signatory_1_title`, …
    #[serde(default)]
    pub constants: Fields,
    /// Whether results may be signed, and so be read by everybody. `None`: made before that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_results: Option<bool>,
    /// Where its days begin and end; the issuer's zone, if left out.
    #[serde(default, rename = "time_zone", skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// When it was created.
    pub created: Timestamp,
}

/// What a participant is kept under within an event: the mailbox or the name that they came with, and a number where several
/// did. It stays when the address or the name changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonKey(pub String);

/// Somebody enrolled in an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Participant {
    /// Who.
    pub key: PersonKey,
    /// Name as it shall be printed.
    pub name: String,
    /// E-mail, if known.
    pub email: Option<String>,
    /// All further columns.
    pub fields: Fields,
    /// When the row was last imported.
    pub imported: Timestamp,
    /// A random id, which says nothing about the person: for addresses and the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The person's id in another system. Unique within the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Language of the certificate and of mails, as `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What the person has attended, done and reached.
    #[serde(default, skip_serializing_if = "no_progress")]
    pub progress: Progress,
    /// Who put the person in, and how. Nothing where earlier versions did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<Entered>,
    /// Who entered what is known of the progress, and how, by the names of [`Progress::told`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub progress_entered: BTreeMap<String, Entered>,
}

/// Puts new progress over what is known.
fn over(new: Progress, known: &Progress) -> Progress {
    let mut merged = known.clone();
    merged.sessions.extend(new.sessions);
    merged.activities.extend(new.activities);
    Progress {
        attendance: new.attendance.or(merged.attendance),
        points: new.points.or(merged.points),
        score: new.score.or(merged.score),
        completion: new.completion.or(merged.completion),
        passed: new.passed.or(merged.passed),
        role: new.role.or(merged.role),
        checked_in: new.checked_in.or(merged.checked_in),
        ..merged
    }
}

fn no_progress(progress: &Progress) -> bool {
    *progress == Progress::default()
}

impl Participant {
    /// Returns this person as put over a known one: what is new wins, what only the known one has stays.
    #[must_use]
    pub fn over(self, known: &Self) -> Self {
        let mut person = Self {
            key: known.key.clone(),
            id: known.id.clone().or_else(|| self.id.clone()),
            external_id: self.external_id.clone().or_else(|| known.external_id.clone()),
            locale: self.locale.clone().or_else(|| known.locale.clone()),
            progress: over(self.progress.clone(), &known.progress),
            entered: known.entered.clone(),
            ..self.clone()
        };
        person.credit([known, &self]);
        person
    }

    /// Notes that everything that is known of the progress was entered so.
    pub fn stamp(&mut self, entered: &Entered) {
        self.progress_entered = self.progress.told().into_keys().map(|name| (name, entered.clone())).collect();
    }

    /// Notes who entered what is known of the progress: of those who say the same, the first.
    pub fn credit(&mut self, sources: [&Self; 2]) {
        let told = sources.map(|source| source.progress.told());
        let first = |(name, value): (String, serde_json::Value)| {
            let at = told.iter().position(|told| told.get(&name) == Some(&value))?;
            let entered = sources[at].progress_entered.get(&name)?.clone();
            Some((name, entered))
        };
        self.progress_entered = self.progress.told().into_iter().filter_map(first).collect();
    }

    /// Returns who entered something of the progress, and how.
    pub fn entered(&self, name: &str) -> Entered {
        self.progress_entered.get(name).cloned().unwrap_or_default()
    }

    /// Returns the language that was said of them, whichever way: for their certificate, and for what is written to them.
    pub fn language(&self) -> Option<&str> {
        let column = self.fields.get("language").map(String::as_str);
        let said = |tag: &&str| !tag.trim().is_empty();
        self.locale.as_deref().filter(said).or(column.filter(said)).map(str::trim)
    }

    /// Returns somebody of whom nothing else is known.
    pub fn new(key: PersonKey, name: String, email: Option<String>, fields: Fields, imported: Timestamp) -> Self {
        Self {
            key,
            name,
            email,
            fields,
            imported,
            id: None,
            external_id: None,
            locale: None,
            progress: Progress::default(),
            entered: None,
            progress_entered: BTreeMap::new(),
        }
    }
}

/// One version of a certificate: its signed credential, what it was made from, and its state. Nothing rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Stays the same in all versions.
    pub number: CertificateNumber,
    /// From 1.
    pub version: u32,
    /// Whose it is.
    pub person: PersonKey,
    /// Name as printed.
    pub recipient: String,
    /// E-mail at the time.
    pub email: Option<String>,
    /// The participant's columns at the time: what the template's placeholders were filled from.
    pub fields: Fields,
    /// The compact JWS.
    pub jws: String,
    /// Short id of the key that signed it.
    pub key: String,
    /// Template version.
    pub template: TemplateRef,
    /// Number of the rules by which it is drawn (`scene::Drawing`): what was issued looks the same for ever.
    #[serde(default = "first_drawing", skip_serializing_if = "is_first_drawing")]
    pub drawing: u32,
    /// Its status entry.
    pub status: StatusEntry,
    /// `validFrom` of version 1; kept by later versions.
    pub issued: Timestamp,
    /// When this version was signed.
    pub signed: Timestamp,
    /// `validUntil`.
    pub valid_until: Option<Timestamp>,
    /// The days that it prints, where those are not the days of UTC: whatever becomes of the event's zone, and of zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<PrintedDays>,
    /// What became of it.
    pub state: CertificateState,
    /// Why the person got it: the rule's version with the measured values, or who made the exception. Frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<serde_json::Value>,
    /// The run that made this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Why it was revoked, for programs; what the public reads is in the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<Withdrawal>,
    /// Set when what names the person was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
    /// The certificate in the same event after which the person got this one, because they did better since. It stays what
    /// it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<CertificateNumber>,
    /// Other names that versions before this one printed: by those, too, it is found. They go with the person's data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
}

impl Certificate {
    /// Returns the days that it prints: of UTC, where it says no others.
    pub fn printed_days(&self) -> PrintedDays {
        let day = |at: Timestamp| at.civil().date();
        self.days.unwrap_or_else(|| PrintedDays { issued: day(self.issued), valid_until: self.valid_until.map(day) })
    }
}

/// Records of before there were others.
fn first_drawing() -> u32 {
    1
}

fn is_first_drawing(drawing: &u32) -> bool {
    *drawing == 1
}

/// What is left of an erased person's certificate besides its number and state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// When.
    pub at: Timestamp,
    /// Lower-case hex [`crate::status::issued_digest`] of the credential that was here.
    pub digest: String,
}

/// Why a certificate was revoked, for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Why.
    pub cause: Cause,
    /// The run that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Until when no publication holds it, so that it can be undone. Without one it is due at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Whether the person was entitled to one then, by rule and lists. Nothing where nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitled: Option<bool>,
}

/// Says whether a revocation of that date, due then, still waits. One that is dated ahead of the clock does not: who knows
/// when the clock is right again.
pub fn waits(at: Timestamp, due: Option<Timestamp>, now: Timestamp) -> bool {
    due.is_some_and(|due| at <= now && now < due)
}

impl Certificate {
    /// Returns until when its revocation waits, if it has one that does.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        let CertificateState::Revoked { reason } = &self.state else { return None };
        let due = self.withdrawal.as_ref()?.due;
        due.filter(|_| waits(reason.at, due, now))
    }
}

/// A revocation that no publication holds before an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Whose, if the store knows that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<CertificateNumber>,
    /// Its status entry.
    pub status: StatusEntry,
    /// When it was revoked.
    pub at: Timestamp,
    /// The instant.
    pub due: Timestamp,
}

/// A credential that our key signed, that this store does not know, and that is revoked: it was issued after the dump that
/// the store was rebuilt from. Holds nothing that names a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stray {
    /// What is known of it; nothing where only a published list told of its revocation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<SeenStray>,
    /// Its status entry.
    pub status: StatusEntry,
    /// The position that the entry was permuted from: it and those before it count as used.
    pub position: u32,
    /// Why and when it was revoked; public.
    pub reason: Reason,
    /// Why, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<Withdrawal>,
}

/// What a certificate said of itself that is not in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenStray {
    /// The number that it bears; the store may know another certificate of that number.
    pub number: CertificateNumber,
    /// Its `id`, by which it is told from every other.
    pub id: String,
    /// Short id of the key that signed it.
    pub key: String,
    /// Its `validFrom`.
    pub issued: Timestamp,
}

impl Stray {
    /// Returns until when its revocation waits or waited.
    pub fn due(&self) -> Option<Timestamp> {
        self.withdrawal.as_ref()?.due
    }

    /// Returns until when its revocation waits, if it still does.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.due().filter(|_| waits(self.reason.at, self.due(), now))
    }
}

/// Causes of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It should never have been issued.
    IssuedInError,
    /// The person does not meet the rule any more.
    EligibilityLost,
    /// The person asked for it.
    OnRequest,
    /// It was obtained by fraud.
    Fraud,
    /// Something else; a text says what.
    Other,
}

/// One change of [`crate::store::Store::change_certificates`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CertificateChange {
    /// Puts a new certificate, version 1, whose person has none in the event yet, or has [`Certificate::earlier`] as the newest.
    Issue(Certificate),
    /// Puts the next version; the old one becomes superseded and its status entry is set.
    Supersede {
        /// The current version.
        old: Certificate,
        /// The next.
        new: Certificate,
        /// Why and when.
        reason: Reason,
    },
    /// Marks the current version revoked and sets its status entry.
    Revoke {
        /// The current version, active.
        old: Certificate,
        /// Why and when; public.
        reason: Reason,
        /// Why, for programs.
        withdrawal: Option<Withdrawal>,
    },
    /// Puts the next version after a revoked one, which stays revoked.
    Reissue {
        /// The current version, revoked.
        old: Certificate,
        /// The next.
        new: Certificate,
    },
    /// Takes away until when a revoked version's revocation waits: it is due at once.
    Hasten {
        /// The current version, revoked.
        old: Certificate,
    },
    /// Makes a revoked version active again and clears its status entry. Only before the revocation was published: the
    /// caller makes sure that it was not.
    Reinstate {
        /// The current version, revoked.
        old: Certificate,
    },
}

/// What became of a certificate. Expiry is not a state: it follows from the date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CertificateState {
    /// In force.
    Active,
    /// Withdrawn.
    Revoked {
        /// Why and when.
        reason: Reason,
    },
    /// Replaced by the next version.
    Superseded {
        /// Why and when.
        reason: Reason,
    },
}

/// What became of a certificate, by its record and the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In force.
    Active,
    /// Past its date.
    Expired,
    /// Withdrawn, and no publication holds that before an instant: it can be taken back until then.
    RevocationWaits,
    /// Withdrawn.
    Revoked,
    /// Replaced by a newer version.
    Superseded,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Active, Self::Expired, Self::RevocationWaits, Self::Revoked, Self::Superseded];

    /// Returns how a certificate stands now.
    pub fn of(certificate: &Certificate, now: Timestamp) -> Self {
        match certificate.state {
            CertificateState::Revoked { .. } if certificate.waits_until(now).is_some() => Self::RevocationWaits,
            CertificateState::Revoked { .. } => Self::Revoked,
            CertificateState::Superseded { .. } => Self::Superseded,
            CertificateState::Active if certificate.valid_until.is_some_and(|until| until < now) => Self::Expired,
            CertificateState::Active => Self::Active,
        }
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::RevocationWaits => "revocation_waits",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
        }
    }
}

impl CertificateState {
    /// Returns why and when it was withdrawn or replaced.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Active => None,
            Self::Revoked { reason } | Self::Superseded { reason } => Some(reason),
        }
    }
}

/// Positions `first .. first + count` of a status list, to be permuted into indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRange {
    /// The list's number, from 1.
    pub list: u32,
    /// First position.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// A run of the command line, as earlier versions kept it; now it is [`crate::acts::run::RunRecord`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Grows with time: `20261122T101500Z-1f2e`.
    pub id: String,
    /// `issue`.
    pub kind: String,
    /// The event.
    pub event: EventCode,
    /// Who started it.
    pub actor: String,
    /// When.
    pub started: Timestamp,
    /// When it ended; `None` while it runs or after it was killed.
    pub finished: Option<Timestamp>,
    /// Result so far.
    pub totals: RunTotals,
}

/// Counters of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTotals {
    /// People looked at.
    pub total: u64,
    /// Certificates issued.
    pub issued: u64,
    /// People who already had one.
    pub skipped: u64,
    /// People whose certificate could not be made.
    pub failed: u64,
}

/// An act to be recorded. Holds ids, never names or e-mail addresses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// Who: an account's name on this machine, or `system`.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// What, as `certificate.revoke`.
    pub action: String,
    /// On what, as a number or code.
    pub subject: String,
    /// Details.
    pub detail: serde_json::Value,
}

/// An act in the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// From 1, without gaps.
    pub sequence: u64,
    /// The act.
    pub act: Act,
    /// Lower-case hex SHA-256 of the JCS of `{sequence, act, previous}`.
    pub hash: String,
    /// `hash` of the entry before; 64 zeros for the first.
    pub previous: String,
}
