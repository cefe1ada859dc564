use std::collections::BTreeSet;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::json;

use super::record::{self, Constants};
use super::{
    Desk, Draft, DraftError, Face, FaceError, Faces, Order, STATUS_SECRET, Signer, Stage, StageTimes, Subject, Unasked,
};
use crate::credential::{CertificateNumber, CredentialSuffix, EventCode, StatusEntry};
use crate::status::Permutation;
use crate::store::{
    Certificate, CertificateState, Event, Fields, IssueOutcome, Participant, PersonKey, Run, RunTotals, StatusRange,
    Store, StoreError, TemplateRef,
};
use crate::template::Scene;

/// How many certificates are committed at once.
const GROUP: usize = 1_000;

/// Why a run cannot go on. What it acknowledged before stays.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// There is no such event.
    #[error("event `{0}` does not exist")]
    NoEvent(EventCode),
    /// The store was not initialised.
    #[error("the store has no status secret; it was not made by `testamur init`")]
    NoSecret,
    /// The operating system gives no random bytes.
    #[error("no random bytes from the operating system: {0}")]
    Random(String),
    /// The template does not compile.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was made could not be handed over, e.g. because the disk is full.
    #[error("{0}")]
    Output(String),
}

/// What became of one person.
#[derive(Debug, Clone)]
pub struct RowResult {
    /// Who.
    pub person: PersonKey,
    /// What happened.
    pub outcome: Outcome,
}

/// What became of one person in a run.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A new certificate, durable.
    Issued(Arc<Certificate>),
    /// The person has this one already.
    AlreadyHas(CertificateNumber),
    /// None could be made; the others go on.
    Failed(String),
}

/// Whom to issue to.
#[derive(Debug, Clone, Default)]
pub struct IssueRequest {
    /// Only these people, in this order; empty: everybody, in the order of the list.
    pub only: Vec<PersonKey>,
    /// Who gets none, whoever asks for it: the event's exclusions.
    pub barred: BTreeSet<PersonKey>,
}

/// A committed certificate with its page, ready to be drawn.
pub struct Issued {
    /// The record.
    pub certificate: Arc<Certificate>,
    /// Its texts, laid out; the QR code is still to be put in.
    pub scene: Scene,
    /// Its template.
    pub face: Arc<Face>,
}

/// Receives what a run does, in order. Called after the records are durable.
pub trait Sink: Sync {
    /// Takes one group's results: who got what.
    ///
    /// # Errors
    /// Any text stops the run; what was committed stays, and a new run completes it.
    fn group(&self, rows: Vec<RowResult>, issued: Vec<Issued>) -> Result<(), String>;
}

/// Everything that one run needs besides its desk.
pub struct Workshop<'a> {
    /// Compiled templates.
    pub faces: &'a Faces,
    /// The active key.
    pub signer: &'a Signer,
    /// Where the time goes.
    pub times: &'a StageTimes,
}

/// Issues to everybody in an event who has no certificate yet. Safe to kill at any instant and to start again: in the end
/// each person has exactly one.
///
/// # Errors
/// See [`IssueError`]. A person whose certificate cannot be made is a result, not an error.
pub fn issue(
    desk: &Desk,
    workshop: &Workshop,
    code: &EventCode,
    request: &IssueRequest,
    sink: &dyn Sink,
) -> Result<Run, IssueError> {
    let event = desk.store.event(code)?.ok_or_else(|| IssueError::NoEvent(code.clone()))?;
    let bench = Bench::new(desk, workshop, &event)?;
    let mut run = begin(desk, code)?;
    run.totals = bench.work(code, request, sink)?;
    run.finished = Some(desk.now);
    desk.store.put_run(&run, &desk.act("run.finish", code, json!({ "run": run.id, "totals": run.totals })))?;
    Ok(run)
}

/// Makes certificates that are not kept yet: numbers and status entries are reserved, everything is built, checked, signed
/// and verified. The caller commits them. Answers are in the order of the orders; a text says why one cannot be made.
///
/// # Errors
/// See [`IssueError`].
pub fn make(
    desk: &Desk,
    workshop: &Workshop,
    event: &Event,
    orders: Vec<Order>,
) -> Result<Vec<Result<Certificate, String>>, IssueError> {
    let bench = Bench::new(desk, workshop, event)?;
    let asked: Vec<_> = orders.iter().map(|order| Unasked::check(event, &order.person)).collect();
    // What waits for an answer uses up no number.
    let ready = orders.into_iter().zip(&asked).filter(|(_, asked)| asked.is_ok()).map(|(order, _)| order).collect();
    let slots = bench.reserve(ready)?;
    let made: Vec<_> =
        slots.into_par_iter().map(|slot| bench.try_make(slot).map(|(certificate, _)| certificate)).collect();
    let mut made = made.into_iter();
    let answer = |asked: Result<(), Unasked>| match asked {
        Ok(()) => made.next().unwrap_or_else(|| Err("it was not made".to_owned())),
        Err(unasked) => Err(unasked.to_string()),
    };
    Ok(asked.into_iter().map(answer).collect())
}

/// Says what [`issue`] would do, person by person, without signing or reserving anything.
///
/// # Errors
/// See [`IssueError`].
pub fn preflight(
    desk: &Desk,
    faces: &Faces,
    kid: &str,
    code: &EventCode,
    request: &IssueRequest,
    mut each: impl FnMut(&Participant, Result<Option<CertificateNumber>, String>),
) -> Result<(), IssueError> {
    let event = desk.store.event(code)?.ok_or_else(|| IssueError::NoEvent(code.clone()))?;
    let face = faces.of(desk.store, &event.template, &constants(desk, &event))?;
    each_group(desk.store, code, request, |people| {
        let try_out = |person: &Participant| match desk.store.certificate_of(code, &person.key)? {
            Some(number) => Ok(Ok(Some(number))),
            None => Ok(try_out(desk, &face, kid, &event, person).map(|()| None)),
        };
        let found: Vec<_> = people.par_iter().map(try_out).collect::<Result<_, StoreError>>()?;
        people.iter().zip(found).for_each(|(person, result)| each(person, result));
        Ok(())
    })
}

/// Column that holds the tier reached, for the template to print.
pub(super) const TIER: &str = "tier";

/// Returns what is kept beside a credential to draw it again: the person's columns, the tier and the event's constants.
pub(super) fn kept_fields(event: &Event, person: &Participant, tier: Option<&str>) -> Fields {
    let mut fields = person.fields.clone();
    fields.extend(tier.map(|tier| (TIER.to_owned(), tier.to_owned())));
    fields.extend(event.constants.clone());
    fields
}

/// Returns what all certificates of an event show.
pub fn constants(desk: &Desk, event: &Event) -> Constants {
    let achievement = &event.achievement;
    Constants::of(
        &json!({
            "issuer": { "name": desk.issuer.name },
            "credentialSubject": { "achievement": {
                "name": achievement.name,
                "description": achievement.description,
                "criteria": { "narrative": achievement.criteria },
            } },
        }),
        &event.constants,
        &desk.issuer.verifier,
    )
}

/// Builds a person's certificate up to the point where it would be signed, under the longest number there can be.
fn try_out(desk: &Desk, face: &Face, kid: &str, event: &Event, person: &Participant) -> Result<(), String> {
    let number = CertificateNumber::new(event.code.clone(), desk.now.year(), 99_999);
    let status = StatusEntry { list: 1, index: 131_071 };
    let subject = Subject::new(event, person).map_err(|e| e.to_string())?;
    let suffix = CredentialSuffix::from_random([0xff; 5]);
    let draft = Draft::new(desk.issuer, kid, &subject, number, suffix, status, desk.now).map_err(|e| e.to_string())?;
    let record = record::of(&draft.document, &kept_fields(event, person, None), &desk.issuer.verifier);
    face.texts(&record).map(|_| ()).map_err(|e| e.to_string())
}

/// Goes through an event's participants page by page, so that memory does not grow with their number.
pub(super) fn each_group<E: From<StoreError>>(
    store: &dyn Store,
    code: &EventCode,
    request: &IssueRequest,
    mut work: impl FnMut(Vec<Participant>) -> Result<(), E>,
) -> Result<(), E> {
    if !request.only.is_empty() {
        let only: Vec<_> = request.only.iter().filter(|key| !request.barred.contains(key)).collect();
        for keys in only.chunks(GROUP) {
            let people = keys.iter().filter_map(|key| store.participant(code, key).transpose());
            work(people.collect::<Result<_, StoreError>>()?)?;
        }
        return Ok(());
    }
    let mut cursor: Option<String> = None;
    loop {
        let mut page = store.participants(code, cursor.as_deref(), GROUP)?;
        page.items.retain(|person| !request.barred.contains(&person.key));
        work(page.items)?;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

fn begin(desk: &Desk, code: &EventCode) -> Result<Run, IssueError> {
    let [a, b, ..] = random::<4>()?;
    let stamp = desk.now.to_string().replace(['-', ':'], "");
    let run = Run {
        id: format!("{stamp}-{a:02x}{b:02x}"),
        kind: "issue".to_owned(),
        event: code.clone(),
        actor: desk.actor.to_owned(),
        started: desk.now,
        finished: None,
        totals: RunTotals::default(),
    };
    desk.store.put_run(&run, &desk.act("run.start", code, json!({ "run": run.id })))?;
    Ok(run)
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], IssueError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| IssueError::Random(e.to_string()))?;
    Ok(bytes)
}

pub(crate) fn status_secret(store: &dyn Store) -> Result<[u8; 32], IssueError> {
    store.setting(STATUS_SECRET)?.and_then(|bytes| bytes.try_into().ok()).ok_or(IssueError::NoSecret)
}

/// Turns reserved positions into status entries.
pub(super) fn entries(ranges: &[StatusRange], secret: &[u8; 32]) -> Vec<StatusEntry> {
    ranges
        .iter()
        .flat_map(|range| {
            let permutation = Permutation::new(secret, range.list);
            let positions = range.first..range.first + range.count;
            positions.map(move |n| StatusEntry { list: range.list, index: permutation.index(n) })
        })
        .collect()
}

/// One run's fixed parts.
struct Bench<'a> {
    desk: &'a Desk<'a>,
    workshop: &'a Workshop<'a>,
    event: &'a Event,
    face: Arc<Face>,
    secret: [u8; 32],
}

/// What a new certificate is made from: all of it reserved before anything is signed.
struct Slot {
    order: Order,
    number: CertificateNumber,
    suffix: CredentialSuffix,
    status: StatusEntry,
}

/// A group that is signed and not yet committed.
struct Made {
    /// Those who have one already, and those for whom none can be made.
    rows: Vec<RowResult>,
    ready: Vec<(Certificate, Scene)>,
    gaps: usize,
}

impl<'a> Bench<'a> {
    fn new(desk: &'a Desk<'a>, workshop: &'a Workshop<'a>, event: &'a Event) -> Result<Self, IssueError> {
        let face = workshop.faces.of(desk.store, &event.template, &constants(desk, event))?;
        Ok(Self { desk, workshop, event, face, secret: status_secret(desk.store)? })
    }

    /// Issues group by group. While one group waits for the disk and is handed over, the next is made.
    fn work(&self, code: &EventCode, request: &IssueRequest, sink: &dyn Sink) -> Result<RunTotals, IssueError> {
        let (done, finished) = mpsc::sync_channel(0);
        thread::scope(|scope| {
            let finisher = scope.spawn(move || {
                let mut totals = RunTotals::default();
                finished.into_iter().try_for_each(|made| self.finish(made, &mut totals, sink))?;
                Ok(totals)
            });
            let made = each_group(self.desk.store, code, request, |people| {
                let stopped = |_| IssueError::Output("the run was stopped".to_owned());
                done.send(self.make_group(people)?).map_err(stopped)
            });
            drop(done);
            // What stopped the finisher also stopped the maker, so its error comes first.
            let totals = finisher.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            totals.and_then(|totals| made.map(|()| totals))
        })
    }

    /// The first half of issuing to one group: reserve, build and check, sign, verify.
    fn make_group(&self, people: Vec<Participant>) -> Result<Made, IssueError> {
        let (mut rows, new) = self.without(people)?;
        let template = &self.event.template;
        let order = |person| Order { person, template: template.clone(), tier: None, basis: None, run: None };
        let slots = self.reserve(new.into_iter().map(order).collect())?;
        let gaps = slots.len();
        let made: Vec<_> = slots.into_par_iter().map(|slot| self.make(slot)).collect();
        let mut ready = Vec::with_capacity(made.len());
        for result in made {
            match result {
                Ok(pair) => ready.push(pair),
                Err(row) => rows.push(row),
            }
        }
        let gaps = gaps - ready.len();
        Ok(Made { rows, ready, gaps })
    }

    /// The second half: commit, hand over.
    fn finish(&self, made: Made, totals: &mut RunTotals, sink: &dyn Sink) -> Result<(), IssueError> {
        let Made { mut rows, ready, gaps } = made;
        let (certificates, pages): (Vec<Certificate>, Vec<Scene>) = ready.into_iter().unzip();
        let outcomes = self.commit(&certificates, gaps)?;
        let mut issued = Vec::with_capacity(certificates.len());
        for ((certificate, scene), outcome) in certificates.into_iter().zip(pages).zip(outcomes) {
            let person = certificate.person.clone();
            let outcome = match outcome {
                IssueOutcome::AlreadyHas(number) => Outcome::AlreadyHas(number),
                IssueOutcome::Issued => {
                    let certificate = Arc::new(certificate);
                    issued.push(Issued { certificate: certificate.clone(), scene, face: self.face.clone() });
                    Outcome::Issued(certificate)
                }
            };
            rows.push(RowResult { person, outcome });
        }
        count(&rows, totals);
        sink.group(rows, issued).map_err(IssueError::Output)
    }

    /// Splits off the people who have a certificate already, and those whose result nobody was asked about.
    fn without(&self, people: Vec<Participant>) -> Result<(Vec<RowResult>, Vec<Participant>), IssueError> {
        let mut rows = Vec::new();
        let mut new = Vec::with_capacity(people.len());
        for person in people {
            let outcome = match self.desk.store.certificate_of(&self.event.code, &person.key)? {
                Some(number) => Outcome::AlreadyHas(number),
                None => match Unasked::check(self.event, &person) {
                    Ok(()) => {
                        new.push(person);
                        continue;
                    }
                    Err(unasked) => Outcome::Failed(unasked.to_string()),
                },
            };
            rows.push(RowResult { person: person.key, outcome });
        }
        Ok((rows, new))
    }

    /// Reserves a number, a suffix and a status entry for each; durable before anything is built from them.
    fn reserve(&self, orders: Vec<Order>) -> Result<Vec<Slot>, IssueError> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let started = Instant::now();
        let (event, year, count) = (&self.event.code, self.desk.now.year(), orders.len());
        let first = self.desk.store.reserve_numbers(event, year, count as u64)?;
        let ranges = self.desk.store.reserve_status(count as u32)?;
        let slots = orders.into_iter().zip(entries(&ranges, &self.secret)).zip(first..).map(|((order, status), n)| {
            let number = CertificateNumber::new(event.clone(), year, n);
            Ok(Slot { order, number, suffix: CredentialSuffix::from_random(random()?), status })
        });
        let slots = slots.collect();
        self.workshop.times.add(Stage::Reserve, started);
        slots
    }

    /// Builds, checks, lays out and signs one certificate. Everything that can be wrong with a person's data is found
    /// before the signature.
    fn make(&self, slot: Slot) -> Result<(Certificate, Scene), RowResult> {
        let person = slot.order.person.key.clone();
        self.try_make(slot).map_err(|problem| RowResult { person, outcome: Outcome::Failed(problem) })
    }

    fn try_make(&self, slot: Slot) -> Result<(Certificate, Scene), String> {
        let Slot { order: Order { person, template, tier, basis, run }, number, suffix, status } = slot;
        let (desk, signer, times) = (self.desk, self.workshop.signer, self.workshop.times);
        let text = |error: DraftError| error.to_string();
        let started = Instant::now();
        let subject = Subject::new(self.event, &person).map_err(text)?;
        let draft =
            Draft::new(desk.issuer, &signer.kid, &subject, number.clone(), suffix, status, desk.now).map_err(text)?;
        let started = times.add(Stage::Build, started);
        let fields = kept_fields(self.event, &person, tier.as_deref());
        let record = record::of(&draft.document, &fields, &desk.issuer.verifier);
        let scene = self.face(&template).map_err(|e| e.to_string())?.texts(&record).map_err(|e| e.to_string())?;
        let started = times.add(Stage::Layout, started);
        let signed = draft.sign(signer).map_err(text)?;
        times.add(Stage::Sign, started);
        let certificate = Certificate {
            number,
            version: 1,
            person: person.key,
            recipient: person.name,
            email: person.email,
            fields,
            jws: signed.jws,
            key: signer.id.clone(),
            template,
            status,
            issued: desk.now,
            signed: desk.now,
            valid_until: signed.valid_until,
            state: CertificateState::Active,
            basis,
            run,
            withdrawal: None,
            erased: None,
        };
        Ok((certificate, scene))
    }

    /// The event's own face, or another that the person is to have.
    fn face(&self, template: &TemplateRef) -> Result<Arc<Face>, FaceError> {
        if *template == self.event.template {
            return Ok(self.face.clone());
        }
        self.workshop.faces.of(self.desk.store, template, &constants(self.desk, self.event))
    }

    fn commit(&self, certificates: &[Certificate], gaps: usize) -> Result<Vec<IssueOutcome>, IssueError> {
        let (Some(first), Some(last)) = (certificates.first(), certificates.last()) else { return Ok(Vec::new()) };
        let started = Instant::now();
        let detail = json!({ "from": first.number, "to": last.number, "count": certificates.len(), "gaps": gaps });
        let act = self.desk.act("certificate.issue", &self.event.code, detail);
        let outcomes = self.desk.store.commit_issue(certificates, &act)?;
        self.workshop.times.add(Stage::Commit, started);
        Ok(outcomes)
    }
}

fn count(rows: &[RowResult], totals: &mut RunTotals) {
    totals.total += rows.len() as u64;
    for row in rows {
        match row.outcome {
            Outcome::Issued(_) => totals.issued += 1,
            Outcome::AlreadyHas(_) => totals.skipped += 1,
            Outcome::Failed(_) => totals.failed += 1,
        }
    }
}
