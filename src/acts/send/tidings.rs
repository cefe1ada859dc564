//! What is told besides that somebody has a certificate: put into the outbox in the step that it tells of, written when it goes.

use super::letter::{Clerk, Office};
use crate::accounts;
use crate::acts;
use crate::acts::run::record::{Kind, RunRecord, RunState};
use crate::acts::run::{self, RunError, journal};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::mail::mime::{self, Heads};
use crate::mail::notices::{self, RunFacts};
use crate::mail::{
    Address, Letter, MailError, Mailbox, Message, Prepared, Tiding, Topic, enqueue_tiding, setup, suppress,
};
use crate::store::{DocumentWrite, Store, StoreError, mailbox};

/// Returns the writes that tell staff that a run ended: who started it in person, unless they switched that off, and whom the
/// event names. What an API token started is a machine's matter: only the event's addresses hear of it.
pub(in crate::acts) fn run_ended(desk: &Desk, over: &RunRecord) -> run::Result<Vec<DocumentWrite>> {
    let Some(setup) = setup::told(desk.store)? else { return Ok(Vec::new()) };
    // That the site was published needs nobody; that it was not does.
    if over.kind == Kind::Publish && over.state == RunState::Completed {
        return Ok(Vec::new());
    }
    let mail = match &over.event {
        Some(code) => Some(acts::plan(desk.store, code)?.0.mail),
        None => None,
    };
    if mail.as_ref().is_some_and(|mail| !mail.run_notices) {
        return Ok(Vec::new());
    }
    let mut to = Vec::new();
    if let Some(id) = over.by.member().filter(|_| over.by.is_in_person()) {
        to.extend(of_member(desk.store, id)?.map(|address| (address, Some(id.to_owned()))));
    }
    for address in mail.map(|mail| mail.notify).unwrap_or_default() {
        let is_there = |(known, _): &(Address, _)| mailbox(&known.to_string()) == mailbox(&address.to_string());
        if !to.iter().any(is_there) {
            to.push((address, None));
        }
    }
    let mut writes = Vec::new();
    for (to, member) in to {
        if suppress::of(desk.store, &to)?.is_some() {
            continue;
        }
        let (topic, event, run) = (Topic::RunEnded, over.event.clone(), Some(over.id.clone()));
        let by = desk.actor.who().to_string();
        let due = desk.now;
        let tiding = Tiding { topic, event, certificate: None, run, to, member, by, due, again_of: None };
        writes.extend(enqueue_tiding(&setup, tiding, desk.now)?.1);
    }
    Ok(writes)
}

/// Returns the address of a member of staff who can log in and wants to be told.
fn of_member(store: &dyn Store, id: &str) -> Result<Option<Address>, StoreError> {
    match accounts::member(store, id) {
        Ok(member) if member.run_notices && !member.disabled => Ok(member.email.parse().ok()),
        Ok(_) | Err(accounts::AccountsError::NotFound(_)) => Ok(None),
        Err(accounts::AccountsError::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Returns where a message that tells of something else goes now.
pub(super) fn to(store: &dyn Store, message: &Message) -> Result<Option<Address>, StoreError> {
    match (&message.member, &message.number) {
        (Some(id), _) => of_member(store, id),
        (None, None) => Ok(message.to.clone()),
        // The address that was theirs, whatever theirs is now.
        (None, Some(_)) if message.topic.keeps_address() => Ok(message.to.clone()),
        (None, Some(number)) => {
            let Some(certificate) = store.certificate(number)? else { return Ok(None) };
            let person = store.participant(number.event(), &certificate.person)?;
            Ok(person.and_then(|person| person.email?.parse().ok()))
        }
    }
}

/// Returns how a run is called in a sentence.
fn does(kind: Kind) -> &'static str {
    match kind {
        Kind::Generate => "issues certificates",
        Kind::Regenerate => "issues certificates anew",
        Kind::Revoke => "revokes certificates",
        Kind::Restore => "restores certificates",
        Kind::Publish => "publishes the site",
        Kind::Send => "sends mail about certificates",
    }
}

fn ended(state: RunState) -> &'static str {
    match state {
        RunState::CompletedWithFailures => "is over, with failures",
        RunState::Failed => "failed",
        RunState::Cancelled => "was stopped",
        _ => "is over",
    }
}

impl<O: Office> Clerk<O> {
    /// Writes to staff that a run ended; or says why nobody is to be told any more.
    pub(super) fn run_letter(
        &self,
        store: &dyn Store,
        message: &Message,
        now: Timestamp,
    ) -> Result<Prepared, MailError> {
        let nothing = |why: &str| Ok(Prepared::Nothing(why.to_owned()));
        let Some(run) = message.run.as_deref() else { return nothing("it names no run") };
        let run = match journal::run(store, run) {
            Ok((run, _)) => run,
            Err(RunError::Store(error)) => return Err(error.into()),
            Err(_) => return nothing("the run is not there any more"),
        };
        let Some(to) = to(store, message)? else {
            return nothing("the member of staff wants no such message any more");
        };
        let plan = match &run.event {
            Some(code) => acts::plan(store, code)?.0,
            None => acts::EventPlan::default(),
        };
        if run.event.is_some() && message.member.is_none() && !plan.mail.notify.contains(&to) {
            return nothing("the event does not name the address any more");
        }
        if let Some(suppressed) = suppress::of(store, &to)? {
            return nothing(&format!("the address bounced before ({})", suppressed.why.words()));
        }
        let title = run.event.as_ref().map(|code| store.event(code)).transpose()?.flatten();
        let facts = RunFacts {
            what: does(run.kind),
            event: title.map(|event| event.achievement.name),
            code: run.event.as_ref().map(ToString::to_string),
            end: ended(run.state),
            total: run.counters.total,
            done: run.counters.done,
            skipped: run.counters.skipped,
            failed: run.counters.failed,
            sends: run.kind == Kind::Send,
            link: self.public_url.as_ref().map(|url| format!("{url}/staff/runs/{}", run.id)),
            own: message.member.is_some(),
            issuer: self.office.issuer().name.clone(),
            run: run.id,
        };
        let (from, reply_to) = self.senders(&plan);
        let to = Mailbox { name: None, address: to };
        let heads = Heads { from, reply_to, to: to.clone(), date: now, message_id: message.message_id.clone() };
        Ok(match notices::run_ended(&facts).and_then(|content| mime::mime(&heads, &content, None)) {
            Ok(mime) => Prepared::Ready(Box::new(Letter { to, mime, version: None, given: Vec::new() })),
            Err(problem) => Prepared::Nothing(format!("its text cannot be written: {problem}")),
        })
    }
}
