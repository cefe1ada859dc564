use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::fate::{Assessor, Fate, Grant, Undone, revoked};
use super::made::Made;
use super::record::{Counters, GROUP, Row, RowState, RunRecord, RunState, group_prefix, read};
use super::{Kind, Over, Result, RunError, Undo};
use crate::credential::CertificateNumber;
use crate::enrolment::{Decider, Planned, planned};
use crate::issuance::{Desk, IssueError, Order, ReplaceError, Workshop};
use crate::publish::{self, Published};
use crate::status::{Reason, ReasonCode};
use crate::store::{Cause, Certificate, CertificateChange, Collection, DocumentWrite, Expect, StoreError, Withdrawal};
use crate::webhooks::{self, Notice, RunFigures};

/// What a run needs of the service around it.
pub trait Shop {
    /// Publishes the static site; `at_once` with the revocations that can still be undone.
    ///
    /// # Errors
    /// Why it could not.
    fn publish(&self, desk: &Desk, at_once: bool) -> Result<Published, String>;

    /// Returns how long a revocation waits before a publication holds it.
    fn undo(&self) -> Undo;

    /// Does work while nothing is published.
    fn undisturbed(&self, work: &mut dyn FnMut());
}

/// How often a group is tried when others change its certificates meanwhile. Only what they changed is made again, and each
/// certificate can be changed but a few times.
const GROUP_TRIES: usize = 200;

/// What one call of [`step`] did.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// There was nothing to do.
    Idle,
    /// One group of a run is done.
    Group {
        /// The run.
        run: String,
        /// Certificates issued, next versions included.
        issued: usize,
        /// Certificates revoked.
        revoked: usize,
    },
    /// A run is over.
    Over(Box<RunRecord>),
}

/// Does one group of the oldest run that waits. Whoever kills it anywhere finds the group done or not done.
///
/// # Errors
/// When the store fails; the next call tries again. What else goes wrong ends the run, and is in its record.
pub fn step(desk: &Desk, workshop: &Workshop, shop: &dyn Shop) -> Result<Step> {
    let Some(id) = next(desk)? else { return Ok(Step::Idle) };
    let mut made = Made::default();
    for _ in 0..GROUP_TRIES {
        let (record, revision) = read(desk.store, &id)?;
        if record.state.is_final() {
            return Ok(Step::Idle);
        }
        let desk = Desk { actor: &record.by, ..*desk };
        let mut tried = Err(RunError::Busy);
        let mut once = |tried: &mut Result<Step>| *tried = one(&desk, workshop, shop, (&record, revision), &mut made);
        match record.kind {
            // Nothing may be published between the look at what was, and the change.
            Kind::Restore => shop.undisturbed(&mut || once(&mut tried)),
            _ => once(&mut tried),
        }
        match tried {
            Err(RunError::Store(StoreError::Conflict(_))) => {}
            Err(error) if !may_pass(&error) => {
                tracing::warn!(run = %id, %error, "run failed");
                match finish(&desk, &record, revision, Some(error.to_string())) {
                    Err(RunError::Store(StoreError::Conflict(_))) => {}
                    done => return done,
                }
            }
            done => return done,
        }
    }
    Err(RunError::Busy)
}

/// Returns the oldest run that can be worked on.
fn next(desk: &Desk) -> Result<Option<String>> {
    for document in desk.store.documents(Collection::RUN_QUEUE, "", None, 1_000)?.items {
        let (record, _) = read(desk.store, &document.key)?;
        if matches!(record.state, RunState::Queued | RunState::Processing) {
            return Ok(Some(record.id));
        }
    }
    Ok(None)
}

/// Says whether it may work when tried again as it is.
fn may_pass(error: &RunError) -> bool {
    let store = match error {
        RunError::Store(store) | RunError::Issue(IssueError::Store(store)) => store,
        RunError::Replace(ReplaceError::Store(store) | ReplaceError::Issue(IssueError::Store(store))) => store,
        RunError::Busy => return true,
        _ => return false,
    };
    !matches!(store, StoreError::TooLarge { .. } | StoreError::Exhausted(_))
}

fn one(
    desk: &Desk,
    workshop: &Workshop,
    shop: &dyn Shop,
    (record, revision): (&RunRecord, u64),
    made: &mut Made,
) -> Result<Step> {
    if record.cancelled {
        return finish(desk, record, revision, None);
    }
    if record.kind == Kind::Publish {
        return match shop.publish(desk, record.at_once) {
            Ok(published) => {
                let record = RunRecord { left_out: published.left_out, ..record.clone() };
                finish(desk, &record, revision, None)
            }
            Err(problem) => finish(desk, record, revision, Some(problem)),
        };
    }
    if record.group * GROUP >= record.counters.total {
        return finish(desk, record, revision, None);
    }
    let mut group = Group::read(desk, record, shop.undo())?;
    group.decide(desk)?;
    group.make(desk, workshop, made)?;
    group.commit(desk, revision)
}

/// Ends a run, and tells it.
fn finish(desk: &Desk, record: &RunRecord, revision: u64, problem: Option<String>) -> Result<Step> {
    let counters = record.counters;
    let state = match &problem {
        _ if record.cancelled => RunState::Cancelled,
        Some(_) => RunState::Failed,
        None if counters.failed > 0 && counters.failed == counters.total => RunState::Failed,
        None if counters.failed > 0 => RunState::CompletedWithFailures,
        None => RunState::Completed,
    };
    let finished = Some(desk.now);
    let over = RunRecord { state, problem, finished, began: record.began.or(finished), ..record.clone() };
    let mut detail = json!({ "kind": over.kind, "state": state, "counters": counters });
    if let Some(by) = &over.cancelled_by {
        detail["stoppedBy"] = json!(by);
    }
    let act = desk.act("run.finish", &over.id, detail);
    desk.store.write_documents(&ending(desk, &over, revision)?, Some(&act))?;
    Ok(Step::Over(Box::new(over)))
}

/// Returns the writes that end a run, with who is told of it.
pub(super) fn ending(desk: &Desk, over: &RunRecord, revision: u64) -> Result<Vec<DocumentWrite>> {
    let Counters { total, done, skipped, failed } = over.counters;
    let (kind, state) = (over.kind.name(), over.state.name());
    let figures = RunFigures { total, done, skipped, failed };
    let notice = Notice::run_finished(desk.now, &over.id, kind, state, over.event.as_ref(), figures);
    let mut writes = webhooks::enqueue(desk.store, &[notice])?;
    writes.extend([over.put(Expect::Revision(revision)), over.dequeue()]);
    Ok(writes)
}

/// A group of rows on its way.
struct Group<'a> {
    record: &'a RunRecord,
    undo: Undo,
    rows: Vec<Row>,
    fates: Vec<Fate>,
    planned: Option<Planned>,
    changes: Vec<CertificateChange>,
    done: Numbers,
}

/// What was done to which certificates.
#[derive(Default)]
struct Numbers {
    issued: Vec<CertificateNumber>,
    superseded: Vec<CertificateNumber>,
    revoked: Vec<CertificateNumber>,
    restored: Vec<CertificateNumber>,
}

impl<'a> Group<'a> {
    fn read(desk: &Desk, record: &'a RunRecord, undo: Undo) -> Result<Self> {
        let prefix = group_prefix(&record.id, record.group);
        let page = desk.store.documents(Collection::RUN_ROWS, &prefix, None, GROUP as usize)?;
        let rows = page.items.iter().map(|document| document.read()).collect::<Result<_, _>>()?;
        let (fates, changes, done) = Default::default();
        Ok(Self { record, undo, rows, fates, planned: None, changes, done })
    }

    /// Looks at everybody as they are now, not as they were when the list was made.
    fn decide(&mut self, desk: &Desk) -> Result<()> {
        self.fates = match self.record.kind {
            Kind::Generate | Kind::Regenerate => {
                let code = self.record.event.as_ref().ok_or(RunError::Nobody)?;
                let planned = self.planned.insert(planned(desk, code)?);
                let decider = Decider::new(&planned.event, &planned.plan)?;
                let assessor = Assessor { store: desk.store, event: &planned.event, decider };
                let fate = |row: &Row| person_fate(desk, &assessor, self.record, row);
                self.rows.iter().map(fate).collect::<Result<_>>()?
            }
            _ => {
                let last = publish::last(desk.store)?;
                let (run, seen) = (self.record.of.as_deref(), self.record.created);
                let undone = Undone { run, seen, last: last.as_ref() };
                let fate = |row: &Row| {
                    let number = row.number.as_ref();
                    let has = number.map(|number| desk.store.certificate(number)).transpose()?.flatten();
                    Ok(match self.record.kind {
                        Kind::Revoke => revoked(has),
                        _ => undone.fate(has),
                    })
                };
                self.rows.iter().map(fate).collect::<Result<_>>()?
            }
        };
        Ok(())
    }

    /// Makes what is to be made, and notes in each row what became of it.
    fn make(&mut self, desk: &Desk, workshop: &Workshop, made: &mut Made) -> Result<()> {
        let (mut firsts, mut nexts) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        for (at, fate) in std::mem::take(&mut self.fates).into_iter().enumerate() {
            if fate.number().is_some_and(|number| !seen.insert(number.clone())) {
                self.note(at, RowState::Skipped, "another row is about the same certificate");
                continue;
            }
            match fate {
                Fate::Get(grant) => firsts.push((at, self.order(desk, at, grant)?)),
                Fate::Replace(old, grant) => nexts.push((at, *old, self.order(desk, at, grant)?)),
                Fate::Lose(old) => self.revoke(desk, at, *old),
                Fate::Regain(old) => {
                    self.mark(at, RowState::Done, old.number.clone());
                    self.done.restored.push(old.number.clone());
                    self.changes.push(CertificateChange::Reinstate { old: *old });
                }
                Fate::Keep(number, why) => {
                    self.note(at, RowState::Skipped, &why);
                    self.rows[at].number = Some(number);
                }
                Fate::Nothing(why) => {
                    // Who was named expects something; who fell out of a group meanwhile does not.
                    let named = matches!(self.record.over, Over::Selected);
                    self.note(at, if named { RowState::Failed } else { RowState::Skipped }, &why);
                }
            }
        }
        self.issue(desk, workshop, made, firsts)?;
        self.replace(desk, workshop, made, nexts)
    }

    fn order(&self, desk: &Desk, at: usize, grant: Grant) -> Result<Order> {
        let (code, key) = (self.record.event.as_ref(), self.rows[at].person.as_ref());
        let person = match (code, key) {
            (Some(code), Some(key)) => desk.store.participant(code, key)?,
            _ => None,
        };
        let person = person.ok_or_else(|| StoreError::Conflict(self.record.id.clone()))?;
        let Grant { template, tier, basis } = grant;
        Ok(Order { person, template, tier, basis, run: Some(self.record.id.clone()) })
    }

    fn issue(&mut self, desk: &Desk, workshop: &Workshop, made: &mut Made, firsts: Vec<(usize, Order)>) -> Result<()> {
        let Some(planned) = self.planned.take().filter(|_| !firsts.is_empty()) else { return Ok(()) };
        let (places, orders): (Vec<usize>, Vec<Order>) = firsts.into_iter().unzip();
        let made = made.firsts(desk, workshop, &planned.event, orders)?;
        for (at, made) in places.into_iter().zip(made) {
            match made {
                Ok(certificate) => {
                    self.mark(at, RowState::Done, certificate.number.clone());
                    self.done.issued.push(certificate.number.clone());
                    self.changes.push(CertificateChange::Issue(certificate));
                }
                Err(problem) => self.note(at, RowState::Failed, &problem),
            }
        }
        self.planned = Some(planned);
        Ok(())
    }

    fn replace(
        &mut self,
        desk: &Desk,
        workshop: &Workshop,
        made: &mut Made,
        nexts: Vec<(usize, Certificate, Order)>,
    ) -> Result<()> {
        let code = self.record.event.as_ref();
        let event = code.filter(|_| !nexts.is_empty()).map(|code| desk.store.event(code)).transpose()?.flatten();
        let Some(event) = event else { return Ok(()) };
        let places: Vec<_> = nexts.iter().map(|(at, old, _)| (*at, old.clone())).collect();
        let pairs = nexts.into_iter().map(|(_, old, order)| (old, order)).collect();
        let made = made.nexts(desk, workshop, &event, pairs)?;
        for ((at, old), made) in places.into_iter().zip(made) {
            match made {
                Ok(new) => {
                    self.mark(at, RowState::Done, new.number.clone());
                    self.done.superseded.push(new.number.clone());
                    let text = self.record.reason.as_ref().and_then(|reason| reason.text.clone());
                    let reason = Reason { code: ReasonCode::Superseded, at: desk.now, text };
                    self.changes.push(CertificateChange::Supersede { old, new, reason });
                }
                Err(ReplaceError::NothingChanges(number)) => {
                    self.note(at, RowState::Skipped, "nothing of it would change");
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

    fn revoke(&mut self, desk: &Desk, at: usize, old: Certificate) {
        self.mark(at, RowState::Done, old.number.clone());
        self.done.revoked.push(old.number.clone());
        let asked = self.record.reason.as_ref();
        let reason =
            Reason { code: ReasonCode::Revoked, at: desk.now, text: asked.and_then(|reason| reason.text.clone()) };
        let cause = asked.map_or(Cause::EligibilityLost, |reason| reason.cause);
        let due = asked.map_or_else(|| self.undo.due(desk.now), |reason| reason.due(desk.now, self.undo));
        let withdrawal = Some(Withdrawal { cause, run: Some(self.record.id.clone()), due });
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

    /// Certificates, journal, counters and webhooks in one step.
    fn commit(self, desk: &Desk, revision: u64) -> Result<Step> {
        let (record, now) = (self.record, desk.now);
        let first = record.group * GROUP;
        let mut writes: Vec<DocumentWrite> =
            self.rows.iter().zip(first..).map(|(row, place)| row.put(&record.id, place)).collect();
        writes.extend(webhooks::enqueue(desk.store, &self.done.notices(desk, &record.id))?);
        let mut counters = record.counters;
        self.rows.iter().for_each(|row| counters.count(row.state));
        let progressed = RunRecord {
            state: RunState::Processing,
            began: record.began.or(Some(now)),
            updated: Some(now),
            counters,
            group: record.group + 1,
            ..record.clone()
        };
        writes.push(progressed.put(Expect::Revision(revision)));
        if self.changes.is_empty() {
            desk.store.write_documents(&writes, None)?;
        } else {
            let act = desk.act(action(record.kind), &record.id, self.done.detail(record));
            desk.store.change_certificates(&self.changes, &writes, &act)?;
        }
        let issued = self.done.issued.len() + self.done.superseded.len();
        Ok(Step::Group { run: record.id.clone(), issued, revoked: self.done.revoked.len() })
    }
}

fn person_fate(desk: &Desk, assessor: &Assessor, record: &RunRecord, row: &Row) -> Result<Fate> {
    let Some(key) = &row.person else { return Ok(Fate::Nothing("the person was erased".to_owned())) };
    match desk.store.participant(&assessor.event.code, key)? {
        Some(person) => assessor.fate(record.kind, record.over, &person),
        None => Ok(Fate::Nothing("is not enrolled any more".to_owned())),
    }
}

fn action(kind: Kind) -> &'static str {
    match kind {
        Kind::Generate => "certificate.issue",
        Kind::Revoke => "certificate.revoke",
        Kind::Restore => "certificate.restore",
        Kind::Regenerate | Kind::Publish | Kind::Send => "certificate.regenerate",
    }
}

impl Numbers {
    fn notices(&self, desk: &Desk, run: &str) -> Vec<Notice> {
        use crate::webhooks::CertificateChange::{Issued, Restored, Revoked, Superseded};
        let all = [
            (Issued, &self.issued),
            (Superseded, &self.superseded),
            (Revoked, &self.revoked),
            (Restored, &self.restored),
        ];
        all.into_iter()
            .flat_map(|(change, numbers)| Notice::certificates(change, desk.now, Some(run), numbers))
            .collect()
    }

    /// What the audit log says: every number, in lists that are not empty.
    fn detail(&self, record: &RunRecord) -> Value {
        let mut detail = Map::new();
        detail.insert("event".to_owned(), json!(record.event));
        detail.extend(record.reason.as_ref().map(|reason| ("reason".to_owned(), json!(reason))));
        let all = [
            ("issued", &self.issued),
            ("superseded", &self.superseded),
            ("revoked", &self.revoked),
            ("restored", &self.restored),
        ];
        let named = all.into_iter().filter(|(_, numbers)| !numbers.is_empty());
        detail.extend(named.map(|(name, numbers)| (name.to_owned(), json!(numbers))));
        Value::Object(detail)
    }
}
