//! The acts: each is told once, for the command line, the service and all that comes. What an event asks for, who is in it,
//! who gets a certificate; issued, revoked, restored, corrected, erased.
//!
//! An act is given a [`crate::desk::Desk`], ends in one durable write of the store with its audit entry and its notices, and
//! speaks no HTTP. Reading never changes a state. Acts name people by their random ids, never by name or e-mail.
//!
//! - [`EventPlan`]: what is kept beside an event: course, rule, tiers, templates.
//! - [`take`], [`import`](fn@import): a list of people, checked and put into an event.
//! - [`set_archived`], [`remove_event`]: events that are over for good.
//! - [`patch`], [`merge`], [`upsert`]: one person. [`tie`](fn@tie): who is one in several events. [`Listed`]: the exception or the exclusion of one person; never both.
//! - [`Decider`] and [`decisions`]: who gets a certificate, why, with which template.
//! - [`languages`]: where a certificate is printed in another language than its person's.
//! - [`templates`]: the library of templates, in versions; [`templates::design`]: those that are made by hand.
//! - [`previewed`]: that somebody looked at how certificates will look.
//! - [`ready_to_generate`], [`prerequisites`](fn@prerequisites): what is still missing before a run. [`run`]: what is done to many certificates at once.
//! - [`withdraw`]: one certificate by hand. [`mod@revoke`]: revoked, restored; [`stray`]: by its file. [`correct`]: names.
//! - [`send`]: whom mail goes to, what it says, what came back.
//! - [`second`]: what one person may do alone within a day; [`mod@approval`]: what waits for a second one.
//! - [`spot_check`]: is what we issued what we meant? [`erase`]: what forgetting somebody means.
//! - [`backup`], [`retention`], [`upkeep`]: how the service keeps house.
//! - [`portal`]: what holders do themselves. [`lost`]: who lost their mailbox.

pub mod answers;
pub mod approval;
mod archive;
mod asked;
pub mod backup;
pub mod correct;
mod decide;
pub mod erase;
mod event;
mod exceptions;
pub mod figures;
mod house_language;
mod house_zone;
mod import;
mod import_alike;
mod import_ids;
mod import_record;
mod import_report;
mod import_shapes;
pub mod languages;
mod left_out;
mod listed;
pub mod lost;
mod many;
mod person;
mod plan;
pub mod portal;
mod prerequisites;
pub mod previewed;
mod progress_columns;
pub mod retention;
pub mod revoke;
pub mod run;
mod seal;
pub mod second;
pub mod send;
pub mod spot_check;
pub mod standing;
pub mod stray;
pub mod templates;
pub mod upkeep;
mod what_if;
mod whom;
pub mod withdraw;
mod written_dates;

pub use approval::{Approval, ApprovalState, approve, reject};
pub use archive::{finish_removal, finish_removals, is_being_removed, remove_event, set_archived};
pub use asked::{Said, check_same};
pub use correct::{Ask, Correction, CorrectionState};
pub use decide::{Decider, Decision, Ground, decide, decisions, may_request_own};
pub use event::{
    Details, Signatory, allow_early, changed, copy, create, faults, fresh, move_to, set_badge, set_course, set_rule,
    signatories, update,
};
pub use exceptions::{
    ListRow, MAX_LIST_BYTES, MAX_LIST_ROWS, RowFate, except, except_list, exceptions, exclude, exclude_list,
    exclusions, remove,
};
pub use house_language::{choose_language, take_up_language};
pub use house_zone::{choose_zone, take_up_zone};
pub use import::{ImportRequest, Imported, Taken, import, take};
pub use import_record::{ImportRecord, import_named, imports};
pub use import_report::{Only, REPORT_DAYS, report_csv, unkept_csv};
pub use import_shapes::{Shape, ShapeAnswers, forget_shape, is_shape, recalled, shape_of};
use listed::listed_at;
pub use listed::{Exception, Exclusion, ExclusionReason, Lifted, Listed, Past, listed, listed_given};
pub use lost::AddressRequest;
pub use many::{ListedMany, Listing, MOST_AT_ONCE, list_many, listing_foreseen};
pub use person::{
    Answer, Answers, Duplicate, Enrolled, Enrolment, Join, PersonChange, Same, SameMailbox, Tie, change_progress,
    check_progress, duplicates, enroll, find, foresee, free_key, fresh_id, ids_differ, is_another, merge, name_of,
    patch, patch_given, recognise, same_mailbox, tie, ties, upsert,
};
pub use plan::{
    Archived, Early, EventPlan, EventState, MAX_TEMPLATES, NotReady, Planned, RuleVersion, TemplateChoice, plan,
    planned, ready_to_generate,
};
pub use prerequisites::{Prerequisites, prerequisites, unmarked};
pub use revoke::{Revoked, restore, revoke};
pub use stray::{Presented, restore_presented, revoke_presented};
pub use what_if::{Change, Changed, everyone_measured, what_if};
pub use whom::{PersonState, Whom};
pub use withdraw::{issue_now, reissue, request_own};

use crate::credential::{CertificateNumber, EventCode};
use crate::desk::Actor;
use crate::eligibility::{EligibilityError, Entered, How};
use crate::import::{ImportError, NameProblem, checked_text};
use crate::making::FaceError;
use crate::store::StoreError;

/// Longest text of a title, note or column that is taken, in bytes.
pub const TEXT_BYTES: usize = 4_000;
/// Most further columns that one person may have.
pub const MAX_FIELDS: usize = 200;

/// Why something about an event or its people is not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such event.
    #[error("event `{0}` does not exist")]
    NoEvent(EventCode),
    /// There is one already.
    #[error("event `{0}` exists already")]
    EventExists(EventCode),
    /// Nobody of the event has this id, external id or e-mail.
    #[error("event `{0}` has no such participant")]
    NoPerson(EventCode),
    /// A template that is not known.
    #[error("`{0}` is neither a built-in template, nor one of the library, nor the digest of a kept one")]
    NoTemplate(String),
    /// No template of that name in the library.
    #[error("the library has no template `{0}`")]
    NotInLibrary(String),
    /// There is one of that name already.
    #[error("there is a template `{0}` already")]
    TemplateExists(String),
    /// The library holds as many as it may.
    #[error("the library holds {most} templates, and no more", most = templates::MAX_LIBRARY)]
    LibraryFull,
    /// Events name it.
    #[error("the template is used by {}", .0.join(", "))]
    TemplateInUse(Vec<String>),
    /// A template has another version than whoever would add the next one has seen.
    #[error(
        "`{0}` has a version {1} by now, which was not seen: look at it, then keep this as what follows it, or under another name"
    )]
    VersionMeanwhile(String, u32),
    /// A template that cannot be used, with all that is wrong.
    #[error("the template cannot be used: {}", .0.iter().map(|one| format!("{}: {}", one.at, one.message)).collect::<Vec<_>>().join("; "))]
    BadTemplate(Vec<crate::template::Finding>),
    /// The template cannot show what the event says.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// An event cannot go from where it stands to there.
    #[error("the event cannot go from {from:?} to {to:?}: {why}")]
    State {
        /// Where it stands.
        from: EventState,
        /// Where it should go.
        to: EventState,
        /// Why not.
        why: &'static str,
    },
    /// It is archived.
    #[error("event `{0}` is archived: it takes no lists, no people and no certificates; bring it back first")]
    Archived(EventCode),
    /// There is nothing to look at.
    #[error("event `{0}` has no template or nobody on its list: nothing is drawn that could be looked at")]
    NothingDrawn(EventCode),
    /// Certificates were issued in it.
    #[error("certificates were issued in event `{0}`: it is archived, never removed")]
    HasCertificates(EventCode),
    /// A run is under way in it.
    #[error("a run is under way in event `{0}`: wait for {1}, or cancel it")]
    RunUnderWay(EventCode, String),
    /// Its people are still being taken away.
    #[error("an event `{0}` is being removed just now; try again when that is done")]
    BeingRemoved(EventCode),
    /// The event has no rule to compare with.
    #[error("event `{0}` has no rule yet")]
    NoRule(EventCode),
    /// A field is not as it should be.
    #[error("`{field}` {reason}")]
    Invalid {
        /// The field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The name cannot be printed.
    #[error(transparent)]
    Name(#[from] NameProblem),
    /// Who has a certificate is not deleted.
    #[error("they have certificate {0}: erase them, or revoke it")]
    HasCertificate(CertificateNumber),
    /// Two people with a certificate each are not made one.
    #[error("both have a certificate, {0} and {1}: revoke one and erase that person first")]
    BothHaveCertificates(CertificateNumber, CertificateNumber),
    /// A person is not merged with themselves.
    #[error("these are the same participant")]
    SamePerson,
    /// The external id belongs to another participant.
    #[error("the external id belongs to another participant")]
    ExternalIdTaken,
    /// One's external id is another's e-mail.
    #[error("this is the external id of one participant and the e-mail of another: name them by their `id`")]
    Ambiguous,
    /// Several have the address by which one was meant.
    #[error("several participants have this address: name the one by the `id`")]
    SharedAddress,
    /// Several have the name by which one was meant.
    #[error("several participants have this name: name the one by the `id`")]
    SharedName,
    /// The address is that of somebody with another name.
    #[error(
        "the address is that of {0}, whose name is another: say `same_address=two_people` or `same_address=same_person`"
    )]
    SameAddress(String),
    /// The name is that of somebody else, and nothing tells the two apart.
    #[error(
        "{0} has the same name, and nothing tells the two apart: give an e-mail address or an external id, or say `same_name=two_people` or `same_name=same_person`"
    )]
    SameName(String),
    /// The external id is that of somebody with another name, and no address says that they are one.
    #[error(
        "this names {0}, who has another name, and no address says that it is them: correct what names them, or say `same_id=same_person`"
    )]
    SameId(String),
    /// The new address is that of somebody with another name.
    #[error(
        "the address is that of {0}, whose name is another: say `same_address=two_people` if they share it, or merge the two"
    )]
    AddressTaken(String),
    /// Nothing would tell two people apart.
    #[error("{0} has this address and this name already: merge the two")]
    Twin(String),
    /// Somebody was absent or failed, by what is said.
    #[error(
        "`{0}` says that they were absent or failed, and they would get a certificate as others do: say `absent=take` to keep it so"
    )]
    AbsentOrFailed(String),
    /// The exception is there already.
    #[error("there is an exception already")]
    AlreadyListed,
    /// Excluded: no exception is made.
    #[error("they are excluded, and exclusion beats exception")]
    Excluded,
    /// The list is not the one that was confirmed.
    #[error(
        "the list is not the one that was shown: others are in it, or something else would become of them; look again"
    )]
    SetChanged,
    /// Some of those named are not there: their places in the list, from 0.
    #[error("{} of those named are not there", .0.len())]
    NotThere(Vec<usize>),
    /// Neither excepted nor excluded.
    #[error("they are not on this list")]
    NotListed,
    /// A list about which something has to be answered first.
    #[error("nothing was taken in: {}", .0.iter().map(|question| question.text.as_str()).collect::<Vec<_>>().join(" "))]
    Asked(Vec<crate::import::Question>),
    /// The file as a whole.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The course, the rule, the tiers or somebody's progress is not a good one.
    #[error(transparent)]
    Eligibility(#[from] EligibilityError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ActError {
    fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into() }
    }
}

/// How often a change is tried when somebody else changes the same records.
const TRIES: usize = 100;

/// Decides and writes, and does so again from what is there then when somebody else was faster.
///
/// # Errors
/// What the work answers; a conflict only after many tries.
pub fn retried<T>(mut work: impl FnMut() -> Result<T, ActError>) -> Result<T, ActError> {
    for _ in 1..TRIES {
        match work() {
            Err(ActError::Store(StoreError::Conflict(_))) => {}
            done => return done,
        }
    }
    work()
}

/// Returns who acts, without where from: that is for the audit log only.
fn who(desk: &crate::desk::Desk) -> String {
    desk.actor.who().to_string()
}

/// Returns how what is entered now came: typed by a person, or said by another system.
fn how(desk: &crate::desk::Desk) -> How {
    match desk.actor {
        Actor::Staff { token: Some(_), .. } | Actor::System => How::System,
        Actor::Staff { .. } | Actor::Operator { .. } | Actor::Holder { .. } | Actor::Public { .. } => How::Typed,
    }
}

/// Returns who enters something now, and how.
fn entered(desk: &crate::desk::Desk) -> Entered {
    Entered { how: how(desk), by: Some(who(desk)) }
}

/// Returns a text that is printed and signed: with the letters of names only, in one line or in `lines`.
fn printed(field: &str, raw: &str, lines: bool) -> Result<Option<String>, ActError> {
    let Some(text) = text(field, raw)? else { return Ok(None) };
    let text = checked_text(&text, lines).map_err(|problem| ActError::invalid(field, problem.to_string()))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Returns a text without spaces around it, `None` if nothing is left.
fn text(field: &str, text: &str) -> Result<Option<String>, ActError> {
    let text = text.trim();
    if text.len() > TEXT_BYTES {
        return Err(ActError::invalid(field, format!("is longer than {TEXT_BYTES} bytes")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(ActError::invalid(field, "holds a control character"));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}
