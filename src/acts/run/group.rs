//! A group of rows of a run on its way: read, decided as things stand now, made, and committed in one transaction with journal,
//! counters and webhooks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::chosen::{date, dated};
use super::fate::{Asked, Assessor, Fate, Grant, Undone, entitled, is_lost, revoked};
use super::journal::SAME_PERSON;
use super::lease::Held;
use super::made::Made;
use super::record::{GROUP, Row, RowState, RunRecord, RunState, group_prefix};
use super::step::{Done, Step};
use super::{Kind, NOTHING_CHANGES, Result, RunError, RunOver, Undo};
use crate::acts::send::{self, Errand};
use crate::acts::{Decider, Planned, planned};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::desk::Desk;
use crate::mail::setup;
use crate::making::{IssueError, Order, Printable, ReplaceError, Workshop, still_signs};
use crate::publish;
use crate::status::{Reason, ReasonCode};
use crate::store::{
    Batch, Cause, Certificate, CertificateChange, CertificateState, Collection, DocumentWrite, Event, Expect,
    Participant, PersonKey, Premise, StoreError, Withdrawal,
};
use crate::webhooks::{self, Notice};

/// A first certificate that a row gets.
pub(in crate::acts) type First = (usize, Order);
/// A next version that a row gets, after which one.
pub(in crate::acts) type Next = (usize, Certificate, Order);

/// A group of rows on its way.
pub(in crate::acts) struct Group<'a> {
    record: &'a RunRecord,
    undo: Undo,
    rows: Vec<Row>,
    /// Key and revision of each row's document: whoever is erased meanwhile is taken out of the journal, and must not come
    /// back into it.
    read: Vec<(String, u64)>,
    /// Who is in the event of those that the rows are about.
    people: BTreeMap<PersonKey, Participant>,
    fates: Vec<Fate>,
    /// What each row's fate rests on.
    given: Vec<Vec<Premise>>,
    planned: Option<Planned>,
    /// What was published last, for what is taken back.
    published: Option<publish::Known>,
    /// That the key still signs.
    signs: Option<Premise>,
    changes: Vec<CertificateChange>,
    firsts: Vec<Arc<Printable>>,
    errands: Vec<Errand>,
    done: Numbers,
}

/// What was done to which certificates.
#[derive(Default)]
struct Numbers {
    issued: Vec<CertificateNumber>,
    superseded: Vec<CertificateNumber>,
    /// Next versions after a revoked one.
    reissued: Vec<CertificateNumber>,
    revoked: Vec<CertificateNumber>,
    restored: Vec<CertificateNumber>,
    /// About which a message was put into the outbox.
    queued: Vec<CertificateNumber>,
    /// Until when those that were revoked wait.
    due: Option<Timestamp>,
}

impl<'a> Group<'a> {
    pub(in crate::acts) fn read(desk: &Desk, record: &'a RunRecord, undo: Undo) -> Result<Self> {
        let prefix = group_prefix(&record.id, record.group);
        let page = desk.store.documents(Collection::RUN_ROWS, &prefix, None, GROUP as usize)?;
        let rows = page.items.iter().map(|document| document.read()).collect::<Result<_, _>>()?;
        let read = page.items.into_iter().map(|document| (document.key, document.revision)).collect();
        let (fates, given, changes, firsts, errands, done) = Default::default();
        Ok(Self {
            record,
            undo,
            rows,
            read,
            people: BTreeMap::new(),
            fates,
            given,
            planned: None,
            published: None,
            signs: None,
            changes,
            firsts,
            errands,
            done,
        })
    }

    /// Looks at everybody as they are now, not as they were when the list was made.
    pub(in crate::acts) fn decide(&mut self, desk: &Desk) -> Result<()> {
        let decided: Vec<(Fate, Vec<Premise>)> = match self.record.kind {
            Kind::Generate | Kind::Regenerate => {
                let code = self.record.event.as_ref().ok_or(RunError::Nobody)?;
                let planned = self.planned.insert(planned(desk, code)?);
                let decider = Decider::new(&planned.event, &planned.plan)?;
                let RunRecord { kind, over, created: seen, chosen, .. } = self.record;
                let asked = Asked { kind: *kind, over: *over, seen: *seen, again: chosen.again };
                let event = &as_begun(self.record, &planned.event);
                let zone = desk.zone(event);
                let assessor = Assessor { store: desk.store, event, zone, decider, asked, chosen };
                self.people = people(desk, code, &self.rows)?;
                people_fates(&assessor, &self.rows, &self.people)?
            }
            Kind::Send => {
                let code = self.record.event.as_ref().ok_or(RunError::Nobody)?;
                errands(desk, code, self.record.over, &self.rows)?
            }
            _ => {
                let known = self.published.insert(publish::Known::read(desk.store)?);
                let (run, seen) = (self.record.of.as_deref(), self.record.created);
                let undone = Undone { run, seen, last: known.last.as_ref() };
                let numbers: Vec<_> = self.rows.iter().filter_map(|row| row.number.as_ref()).collect();
                let mut found = desk.store.certificates_at(&numbers)?.into_iter();
                let fate = |row: &Row| {
                    let has = row.number.as_ref().and_then(|_| found.next()).flatten();
                    let fate = match self.record.kind {
                        Kind::Revoke => revoked(has),
                        _ => undone.fate(has),
                    };
                    (fate, Vec::new())
                };
                self.rows.iter().map(fate).collect()
            }
        };
        (self.fates, self.given) = decided.into_iter().unzip();
        Ok(())
    }

    /// Makes what is to be made, and notes in each row what became of it.
    pub(super) fn make(&mut self, desk: &Desk, workshop: Option<&Workshop>, made: &mut Made) -> Result<()> {
        let (firsts, nexts) = self.settle(desk)?;
        if firsts.is_empty() && nexts.is_empty() {
            return Ok(());
        }
        let workshop = workshop.ok_or(RunError::Locked)?;
        self.signs = Some(still_signs(desk.store, &workshop.signer.id)?.ok_or(RunError::KeyReplaced)?);
        self.issue(desk, workshop, made, firsts)?;
        self.replace(desk, workshop, made, nexts)
    }

    /// Does what needs no signing, and returns what does: first certificates and next versions, with their rows.
    pub(in crate::acts) fn settle(&mut self, desk: &Desk) -> Result<(Vec<First>, Vec<Next>)> {
        let (mut firsts, mut nexts) = (Vec::new(), Vec::new());
        let (mut seen, mut people) = (BTreeSet::new(), BTreeSet::new());
        let losing = self.fates.iter().filter_map(|fate| if let Fate::Lose(old) = fate { Some(&**old) } else { None });
        let mut entitled = entitled(desk, &losing.collect::<Vec<_>>()).into_iter();
        for (at, fate) in std::mem::take(&mut self.fates).into_iter().enumerate() {
            let entitled = if matches!(fate, Fate::Lose(_)) { entitled.next().flatten() } else { None };
            // Settled before its turn: merged into another row.
            if self.rows[at].state != RowState::Queued {
                continue;
            }
            // Lists that were frozen by older versions may name somebody twice.
            if self.rows[at].person.as_ref().is_some_and(|person| !people.insert(person.clone())) {
                self.note(at, RowState::Skipped, SAME_PERSON);
                continue;
            }
            if fate.number().is_some_and(|number| !seen.insert(number.clone())) {
                self.note(at, RowState::Skipped, "another row is about the same certificate");
                continue;
            }
            match fate {
                Fate::Get(mut grant) => {
                    if let Some(basis) = &mut grant.basis {
                        dated(basis, self.record);
                    }
                    firsts.push((at, self.order(desk, at, grant)?));
                }
                Fate::Replace(old, grant) => nexts.push((at, *old, self.order(desk, at, grant)?)),
                Fate::Lose(old) => {
                    self.earlier(desk, &old)?.into_iter().for_each(|one| self.revoke(desk, at, one, entitled));
                    self.revoke(desk, at, *old, entitled);
                }
                Fate::Regain(old) => {
                    self.mark(at, RowState::Done, old.number.clone());
                    self.done.restored.push(old.number.clone());
                    self.changes.push(CertificateChange::Reinstate { old: *old });
                }
                Fate::Send(errand) => {
                    self.mark(at, RowState::Done, errand.certificate.number.clone());
                    self.done.queued.push(errand.certificate.number.clone());
                    self.errands.push(*errand);
                }
                Fate::Keep(number, why) => {
                    self.note(at, RowState::Skipped, &why);
                    self.rows[at].number = Some(number);
                }
                Fate::Nothing(why) => {
                    // Who was named expects something; who fell out of a group meanwhile does not.
                    let named = matches!(self.record.over, RunOver::Selected);
                    self.note(at, if named { RowState::Failed } else { RowState::Skipped }, &why);
                }
            }
        }
        Ok((firsts, nexts))
    }

    fn order(&self, desk: &Desk, at: usize, grant: Grant) -> Result<Order> {
        // As they were decided about, which the write expects.
        let person = self.rows[at].person.as_ref().and_then(|key| self.people.get(key)).cloned();
        let person = person.ok_or_else(|| StoreError::Conflict(self.record.id.clone()))?;
        let of_event = || self.planned.as_ref().map_or(&*desk.issuer.zone, |planned| desk.zone(&planned.event));
        let zone = self.record.zone.as_ref().unwrap_or_else(of_event);
        Ok(Order { run: Some(self.record.id.clone()), ..self.record.chosen.order(zone, person, grant) })
    }

    fn issue(&mut self, desk: &Desk, workshop: &Workshop, made: &mut Made, firsts: Vec<First>) -> Result<()> {
        if firsts.is_empty() {
            return Ok(());
        }
        let Some(planned) = self.planned.take() else { return Ok(()) };
        let (places, orders): (Vec<usize>, Vec<Order>) = firsts.into_iter().unzip();
        let made = made.firsts(desk, workshop, &as_begun(self.record, &planned.event), orders)?;
        for (at, made) in places.into_iter().zip(made) {
            match made {
                Ok(printable) => {
                    let certificate = printable.certificate.clone();
                    self.mark(at, RowState::Done, certificate.number.clone());
                    self.done.issued.push(certificate.number.clone());
                    self.changes.push(CertificateChange::Issue(certificate));
                    self.firsts.push(printable);
                }
                Err(problem) => self.note(at, RowState::Failed, &problem.to_string()),
            }
        }
        self.planned = Some(planned);
        Ok(())
    }

    fn replace(&mut self, desk: &Desk, workshop: &Workshop, made: &mut Made, nexts: Vec<Next>) -> Result<()> {
        let code = self.record.event.as_ref();
        let event = code.filter(|_| !nexts.is_empty()).map(|code| desk.store.event(code)).transpose()?.flatten();
        let Some(event) = event else { return Ok(()) };
        let places: Vec<_> = nexts.iter().map(|(at, old, _)| (*at, old.clone())).collect();
        let pairs = nexts.into_iter().map(|(_, old, order)| (old, order)).collect();
        let made = made.nexts(desk, workshop, &as_begun(self.record, &event), pairs)?;
        for ((at, old), made) in places.into_iter().zip(made) {
            match made {
                Ok(new) => {
                    self.mark(at, RowState::Done, new.number.clone());
                    if is_lost(&old) {
                        self.done.reissued.push(new.number.clone());
                        self.changes.push(CertificateChange::Reissue { old, new });
                        continue;
                    }
                    self.done.superseded.push(new.number.clone());
                    let text = self.record.reason.as_ref().and_then(|reason| reason.text.clone());
                    let reason = Reason { code: ReasonCode::Superseded, at: desk.now, text };
                    self.changes.push(CertificateChange::Supersede { old, new, reason });
                }
                Err(ReplaceError::NothingChanges(number)) => {
                    self.note(at, RowState::Skipped, NOTHING_CHANGES);
                    self.rows[at].number = Some(number);
                }
                Err(ReplaceError::Store(error) | ReplaceError::Issue(IssueError::Store(error))) => {
                    return Err(error.into());
                }
                Err(problem) => self.note(at, RowState::Failed, &problem.to_string()),
            }
        }
        Ok(())
    }

    /// Returns what somebody has besides their newest certificate and loses with it, because they are entitled to none: not
    /// where certificates are named.
    fn earlier(&self, desk: &Desk, newest: &Certificate) -> Result<Vec<Certificate>> {
        if newest.earlier.is_none() || self.record.over != RunOver::NotPassing {
            return Ok(Vec::new());
        }
        let mut all = desk.store.all_of(newest.number.event(), &newest.person)?;
        all.retain(|one| one.number != newest.number && one.state == CertificateState::Active);
        Ok(all)
    }

    fn revoke(&mut self, desk: &Desk, at: usize, old: Certificate, entitled: Option<bool>) {
        self.mark(at, RowState::Done, old.number.clone());
        self.done.revoked.push(old.number.clone());
        let asked = self.record.reason.as_ref();
        let reason =
            Reason { code: ReasonCode::Revoked, at: desk.now, text: asked.and_then(|reason| reason.text.clone()) };
        let cause = asked.map_or(Cause::EligibilityLost, |reason| reason.cause);
        let due = asked.map_or_else(|| self.undo.due(desk.now), |reason| reason.due(desk.now, self.undo));
        self.done.due = due;
        let withdrawal = Some(Withdrawal { cause, run: Some(self.record.id.clone()), due, entitled });
        self.changes.push(CertificateChange::Revoke { old, reason, withdrawal });
    }

    fn mark(&mut self, at: usize, state: RowState, number: CertificateNumber) {
        let row = &mut self.rows[at];
        (row.state, row.number, row.reason) = (state, Some(number), None);
    }

    fn note(&mut self, at: usize, state: RowState, why: &str) {
        let row = &mut self.rows[at];
        (row.state, row.reason) = (state, Some(why.chars().take(500).collect()));
    }

    /// Returns the writes that put messages into the outbox: those that the run is for, and those that go with issuing.
    fn letters(&self, desk: &Desk) -> Result<Vec<DocumentWrite>> {
        let run = Some(self.record.id.as_str());
        let mut writes = match &self.planned {
            Some(planned) => send::with_issuing(desk, planned, &self.changes, run)?,
            None => Vec::new(),
        };
        writes.extend(send::of_changes(desk, &self.changes, run)?);
        if self.errands.is_empty() {
            return Ok(writes);
        }
        let setup = setup::told(desk.store)?.ok_or(RunError::NoMail)?;
        let due = self.record.chosen.not_before.map_or(desk.now, |at| at.max(desk.now));
        for errand in &self.errands {
            writes.extend(errand.writes(desk, &setup, (run, due))?.1);
        }
        Ok(writes)
    }

    /// Certificates, journal, counters and webhooks in one step.
    pub(in crate::acts) fn commit(self, desk: &Desk, revision: u64, held: &Held) -> Result<Step> {
        let (record, now) = (self.record, desk.now);
        let letters = self.letters(desk)?;
        let row = |(row, (key, revision)): (&Row, (String, u64))| {
            DocumentWrite::put(Collection::RUN_ROWS, key, Expect::Revision(revision), row)
        };
        let mut writes: Vec<DocumentWrite> = self.rows.iter().zip(self.read).map(row).collect();
        writes.extend(webhooks::enqueue(desk.store, &self.done.notices(desk, &record.id))?);
        writes.extend(letters);
        let restores = !self.done.restored.is_empty();
        writes.extend(self.published.iter().filter(|_| restores).flat_map(publish::Known::restoring));
        let mut counters = record.counters;
        self.rows.iter().for_each(|row| counters.count(row.state));
        counters.new_versions += self.done.reissued.len() as u64;
        let progressed = RunRecord {
            state: RunState::Processing,
            began: record.began.or(Some(now)),
            updated: Some(now),
            counters,
            group: record.group + 1,
            stalls: 0,
            ..record.clone()
        };
        writes.extend([progressed.put(Expect::Revision(revision)), held.done(now)]);
        // Whoever excluded, changed or erased somebody since they were decided about is obeyed: the group is decided anew.
        let done = self.rows.iter().zip(self.given).filter(|(row, _)| row.state == RowState::Done);
        let mut given: Vec<Premise> = done.flat_map(|(_, given)| given).collect();
        given.extend(self.planned.iter().filter(|_| !self.changes.is_empty()).flat_map(Planned::given));
        given.extend(self.signs);
        let act = desk.act(action(record.kind), &record.id, self.done.detail(record));
        let act = Some(&act).filter(|_| !self.changes.is_empty() || !self.errands.is_empty());
        let batch = Batch { given, certificates: self.changes, documents: writes, ..Batch::default() };
        desk.store.write(&batch, act)?;
        let (run, rows, firsts) = (record.id.clone(), self.rows, self.firsts);
        let replaced = self.done.superseded.len() + self.done.reissued.len();
        let revoked = self.done.revoked.len();
        Ok(Step::Group(Box::new(Done { run, rows, firsts, replaced, revoked })))
    }
}

/// Returns what becomes of each row of a run that sends.
fn errands(desk: &Desk, code: &EventCode, over: RunOver, rows: &[Row]) -> Result<Vec<(Fate, Vec<Premise>)>> {
    let numbers: Vec<_> = rows.iter().filter_map(|row| row.number.as_ref()).collect();
    let found = desk.store.certificates_at(&numbers)?;
    let known: Vec<_> = found.iter().flatten().cloned().collect();
    let people = send::people_of(desk.store, code, &known)?;
    let mut found = found.into_iter();
    let fate = |row: &Row| {
        let has = row.number.as_ref().and_then(|_| found.next()).flatten();
        let person = has.as_ref().and_then(|has| people.get(&has.person));
        send::fate(desk.store, over, has.clone(), person)
    };
    rows.iter().map(fate).collect()
}

/// Returns an event with the days that its run began with: nobody who changes the zone meanwhile gives one run two calendars.
fn as_begun(run: &RunRecord, event: &Event) -> Event {
    Event { zone: run.zone.clone().or_else(|| event.zone.clone()), ..event.clone() }
}

/// Returns those whom rows are about and who are in the event, by their keys.
fn people(desk: &Desk, code: &EventCode, rows: &[Row]) -> Result<BTreeMap<PersonKey, Participant>> {
    let keys: Vec<_> = rows.iter().filter_map(|row| row.person.as_ref()).collect();
    let found = desk.store.participants_at(code, &keys)?;
    Ok(found.into_iter().flatten().map(|person| (person.key.clone(), person)).collect())
}

/// Returns what becomes of each row.
fn people_fates(
    assessor: &Assessor,
    rows: &[Row],
    people: &BTreeMap<PersonKey, Participant>,
) -> Result<Vec<(Fate, Vec<Premise>)>> {
    let of = |row: &Row| row.person.as_ref().and_then(|key| people.get(key));
    let mut fates = assessor.fates(&rows.iter().filter_map(of).collect::<Vec<_>>())?.into_iter();
    let fate = |row: &Row| {
        let why = if row.person.is_none() { "the person was erased" } else { "is not enrolled any more" };
        let fate = of(row).and_then(|_| fates.next());
        fate.unwrap_or_else(|| (Fate::Nothing(why.to_owned()), Vec::new()))
    };
    Ok(rows.iter().map(fate).collect())
}

fn action(kind: Kind) -> &'static str {
    match kind {
        Kind::Generate => "certificate.issue",
        Kind::Revoke => "certificate.revoke",
        Kind::Restore => "certificate.restore",
        Kind::Send => "mail.send",
        Kind::Regenerate | Kind::Publish => "certificate.regenerate",
    }
}

impl Numbers {
    fn notices(&self, desk: &Desk, run: &str) -> Vec<Notice> {
        use crate::webhooks::CertificateNews::{Issued, Restored, Revoked, Superseded};
        // Who was let in again holds a certificate in force, as after a first one.
        let issued: Vec<_> = self.issued.iter().chain(&self.reissued).cloned().collect();
        let all =
            [(Issued, &issued), (Superseded, &self.superseded), (Revoked, &self.revoked), (Restored, &self.restored)];
        all.into_iter()
            .flat_map(|(change, numbers)| Notice::certificates(change, desk.now, Some(run), numbers))
            .collect()
    }

    /// What the audit log says: every number, in lists that are not empty.
    fn detail(&self, record: &RunRecord) -> Value {
        let mut detail = Map::new();
        detail.insert("event".to_owned(), json!(record.event));
        detail.extend(record.reason.as_ref().map(|reason| ("reason".to_owned(), json!(reason))));
        let issued_on = record.chosen.issued_on.filter(|_| !self.issued.is_empty());
        detail.extend(issued_on.map(|day| ("issuedOn".to_owned(), json!(date(day)))));
        detail.extend(self.due.map(|due| ("due".to_owned(), json!(due))));
        let all = [
            ("issued", &self.issued),
            ("superseded", &self.superseded),
            ("reissued", &self.reissued),
            ("revoked", &self.revoked),
            ("restored", &self.restored),
            ("queued", &self.queued),
        ];
        let named = all.into_iter().filter(|(_, numbers)| !numbers.is_empty());
        detail.extend(named.map(|(name, numbers)| (name.to_owned(), json!(numbers))));
        Value::Object(detail)
    }
}
