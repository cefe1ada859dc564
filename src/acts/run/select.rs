//! What is asked of a run, and who is in its list.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;
use utoipa::ToSchema;

use super::chosen::{Chosen, ReasonWanted, day, why};
use super::fate::{Asked, Assessor, Case, Fate, Undone, revoked};
use super::record::{GROUP, Row};
use super::which::Which;
use super::{Kind, Result, RunError, RunOver, RunReason};
use crate::acts::seal::Seal;
use crate::acts::send::each_mail;
use crate::acts::withdraw::is_newest;
use crate::acts::{Decider, EventPlan, Ground, NotReady, Planned, planned, ready_to_generate};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::desk::Desk;
use crate::mail::OwnText;
use crate::making::Unasked;
use crate::publish;
use crate::store::{
    Cause, Certificate, CertificateQuery, CertificateState, Event, Participant, PeopleQuery, PersonKey, Standing,
    TemplateRef, mailbox,
};

/// Most people, numbers or e-mail addresses that one request may name.
pub const MOST_NAMED: usize = 10_000;
/// Longest public reason.
const TEXT_CHARS: usize = 500;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// What to do.
    pub kind: Kind,
    /// In this event; needed for `generate`, `regenerate` and `send`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "WORKSHOP")]
    pub event: Option<EventCode>,
    /// Over whom. With `generate`: `those_without` (if left out), `all_eligible`, `exceptions_only`, `failed`, `selected`. With
    /// `regenerate`: `already_issued` (if left out), `not_issued`, `failed`, `passing`, `not_passing`, `template_older`,
    /// `selected`. With `revoke` and `restore`: `selected`, `filter`; left out, whichever fits what is given. With
    /// `publish`: `everything`, or left out. With `send`: `those_without` (if left out) a message, `newer_version`, `failed`, `selected`. `generate`
    /// (over people), `regenerate` and `send` (over certificates) take a `filter` too. Where `people` or `numbers` are given,
    /// `selected` need not be said, nor `filter` where `which` is.
    #[serde(default)]
    pub over: Option<RunOver>,
    /// `selected`: people, by e-mail, by id or by the id of another system.
    #[serde(default)]
    pub people: Vec<String>,
    /// `selected`: exactly these, for a door that has looked them up.
    #[serde(skip)]
    #[schema(ignore)]
    pub keys: Vec<PersonKey>,
    /// `selected`: certificates; with `regenerate` those of the event.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["CERT-WORKSHOP-2026-00001"]))]
    pub numbers: Vec<CertificateNumber>,
    /// `filter`: only certificates whose number, name or e-mail holds this; with `generate` people whose name, e-mail or
    /// external id does.
    #[serde(default)]
    pub text: Option<String>,
    /// `filter`: what else is asked of them, and who is not meant though the filter finds them.
    #[serde(default)]
    pub which: Option<Which>,
    /// With a `state` in `which`: the places in the roster of those who stand so, for a door that keeps them. Nobody else is looked at; who
    /// is found there is.
    #[serde(skip)]
    #[schema(ignore)]
    pub places: Option<Vec<u64>>,
    /// `set` of the preview that was confirmed: where the list is another by now, or something else would become of somebody
    /// in it, nothing is begun (409, `changed`).
    #[serde(default)]
    pub expected: Option<String>,
    /// `revoke` with `filter`: only certificates that this run made. `restore`: only those that this run revoked, which
    /// `filter` needs.
    #[serde(default)]
    pub run: Option<String>,
    /// Why; needed for `revoke`, and for another day of issue. A text alone has the cause `other`.
    #[serde(default, deserialize_with = "why")]
    #[schema(value_type = Option<ReasonWanted>)]
    pub reason: Option<RunReason>,
    /// `generate` and `regenerate`: drawn by this template (built in, of the library, or the digest of a kept version), in place
    /// of the event's own and of those of its tiers and languages. This exact version, whatever becomes of it.
    #[serde(default)]
    #[schema(example = "classic")]
    pub template: Option<String>,
    /// The template as a door has kept it.
    #[serde(skip)]
    #[schema(ignore)]
    pub kept: Option<TemplateRef>,
    /// `generate`: the day that first certificates say they were issued on (`validFrom`, the printed date, the number's year; a
    /// length of validity is counted from it), with a reason, which is kept with each and never published. Not in the future,
    /// and not before the event begins. Who gets a next version keeps the day of issue.
    #[serde(default, deserialize_with = "day")]
    #[schema(value_type = Option<String>, format = Date, example = "2026-06-30")]
    pub issued_on: Option<Timestamp>,
    /// `generate` with `selected`: who has a certificate gets a second one, with a number of its own, if they are entitled to
    /// one that says something else by now: for who did better at another try. The first one stays what it is.
    #[serde(default)]
    pub again: bool,
    /// `revoke` and `restore`: in all events. Needed where people or a text are named, and neither an event nor a run.
    #[serde(default)]
    pub all_events: bool,
    /// `publish`: hold also the revocations that can still be undone.
    #[serde(default)]
    pub at_once: bool,
    /// Generate although the event is not completed.
    #[serde(default)]
    pub anyway: bool,
    /// `send`: a text for this once, in place of the event's own and of the built-in ones, for everybody.
    #[serde(default)]
    pub mail: Option<OwnText>,
    /// `send`: nothing leaves before this instant.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub not_before: Option<Timestamp>,
}

/// One who is in the list, and what would become of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Selected {
    /// The row.
    pub row: Row,
    /// The name, to show.
    pub name: String,
    /// What would be done.
    pub fate: Fate,
}

impl Selected {
    /// Adds it to what a list is known by.
    pub(in crate::acts) fn sealed(&self, seal: &mut Seal) {
        seal.add(&self.row.about(), &format!("{:?}", self.fate.effect()));
    }
}

impl RunRequest {
    /// Returns a request of this kind that says nothing else.
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            event: None,
            over: None,
            people: Vec::new(),
            keys: Vec::new(),
            numbers: Vec::new(),
            text: None,
            which: None,
            places: None,
            expected: None,
            run: None,
            reason: None,
            template: None,
            kept: None,
            issued_on: None,
            again: false,
            all_events: false,
            at_once: false,
            anyway: false,
            mail: None,
            not_before: None,
        }
    }
}

impl RunReason {
    /// Refuses a reason that says nothing.
    pub(in crate::acts) fn check(&self) -> Result<()> {
        let text = self.text.as_deref().map(str::trim).unwrap_or_default();
        if self.cause == Cause::Other && text.is_empty() {
            return Err(refused("reason", "`other` needs a text that says what"));
        }
        if text.chars().count() > TEXT_CHARS {
            return Err(refused("reason", "the text is longer than 500 characters"));
        }
        Ok(())
    }
}

pub(in crate::acts) fn refused(field: &'static str, problem: &str) -> RunError {
    RunError::Request { field, problem: problem.to_owned() }
}

impl RunRequest {
    /// Returns over whom, said or not; refuses what does not go together.
    pub(in crate::acts) fn check(&self) -> Result<RunOver> {
        let named = !self.people.is_empty() || !self.keys.is_empty() || !self.numbers.is_empty();
        let filtered = self.which.is_some() && !named;
        let over = self.over.unwrap_or(match self.kind {
            Kind::Generate | Kind::Regenerate | Kind::Send if filtered => RunOver::Filter,
            Kind::Generate if named => RunOver::Selected,
            Kind::Generate => RunOver::ThoseWithout,
            Kind::Regenerate if named => RunOver::Selected,
            Kind::Regenerate => RunOver::AlreadyIssued,
            Kind::Revoke | Kind::Restore if named => RunOver::Selected,
            Kind::Revoke | Kind::Restore => RunOver::Filter,
            Kind::Send if named => RunOver::Selected,
            Kind::Send => RunOver::ThoseWithout,
            Kind::Publish => RunOver::Everything,
        });
        let good = self.kind.groups();
        if !good.contains(&over) {
            let good: Vec<_> = good.iter().map(|over| format!("`{}`", over.name())).collect();
            let problem = format!("does not go with `{}`; these do: {}", self.kind.name(), good.join(", "));
            return Err(refused("over", &problem));
        }
        self.check_parts(over, named)?;
        Ok(over)
    }

    fn check_parts(&self, over: RunOver, named: bool) -> Result<()> {
        let in_event = matches!(self.kind, Kind::Generate | Kind::Regenerate | Kind::Send);
        if in_event && self.event.is_none() {
            return Err(refused("event", "is needed"));
        }
        if self.kind == Kind::Generate && !self.numbers.is_empty() {
            return Err(refused("numbers", "goes with what is there already; name `people` here"));
        }
        if (over == RunOver::Selected) != named {
            return Err(refused("people", "goes with `selected`, which needs people or numbers"));
        }
        if self.people.len() > MOST_NAMED || self.numbers.len() > MOST_NAMED {
            return Err(refused("people", "names more than 10,000"));
        }
        match &self.which {
            Some(which) => which.check(self.kind, over)?,
            None if over == RunOver::Filter && in_event => {
                return Err(refused("which", "is needed with `filter`: what is asked of them, and who is not meant"));
            }
            None => {}
        }
        if self.again && (self.kind, over) != (Kind::Generate, RunOver::Selected) {
            return Err(refused("again", "goes with `generate` and the `people` who get another one"));
        }
        if matches!(self.kind, Kind::Revoke | Kind::Restore) {
            self.check_reach(over)?;
        } else if self.all_events {
            return Err(refused("all_events", "goes with `revoke` and `restore`"));
        }
        if (self.mail.is_some() || self.not_before.is_some()) && self.kind != Kind::Send {
            return Err(refused("mail", "and `not_before` go with `send`"));
        }
        if self.at_once && self.kind != Kind::Publish {
            return Err(refused("at_once", "goes with `publish`; say `now` in the reason of a revocation"));
        }
        match &self.reason {
            Some(reason) => reason.check(),
            None if self.kind == Kind::Revoke => Err(refused("reason", "is needed")),
            None => Ok(()),
        }
    }
}

impl RunRequest {
    /// Refuses to revoke or restore more than was meant.
    fn check_reach(&self, over: RunOver) -> Result<()> {
        let filtered = self.text.as_ref().is_some_and(|text| !text.trim().is_empty())
            || self.run.is_some()
            || self.which.as_ref().is_some_and(Which::narrows);
        if over == RunOver::Filter && self.event.is_none() && !filtered {
            return Err(refused("event", "or `text` or `run` is needed: nobody revokes everything by accident"));
        }
        let waits = self.which.as_ref().is_some_and(|which| which.status == Some(Standing::RevocationWaits));
        if over == RunOver::Filter && self.kind == Kind::Restore && self.run.is_none() && !waits {
            return Err(refused(
                "run",
                "is needed: the run that revoked them; or name certificates in `numbers`, or say `revocation_waits` in `which`",
            ));
        }
        let by_name = !self.people.is_empty() || over == RunOver::Filter;
        let elsewhere = self.event.is_none() && self.run.is_none() && by_name;
        if elsewhere && !self.all_events {
            return Err(refused(
                "all_events",
                "must be true where no event is named: somebody may have several certificates",
            ));
        }
        match self.all_events && self.event.is_some() {
            true => Err(refused("all_events", "does not go with an event")),
            false => Ok(()),
        }
    }
}

/// Goes through all whom a request is about, page by page, and says what would become of each.
pub(in crate::acts) fn each(
    desk: &Desk,
    request: &RunRequest,
    (over, chosen): (RunOver, &Chosen),
    mut take: impl FnMut(Selected) -> Result<()>,
) -> Result<()> {
    match (request.kind, &request.event) {
        (Kind::Generate | Kind::Regenerate, Some(code)) => {
            let planned = planned(desk, code)?;
            planned.in_use()?;
            let Planned { event, plan, .. } = planned;
            if over != RunOver::NotPassing {
                ready(&plan, &event, request, chosen)?;
            }
            let asked = Asked { kind: request.kind, over, seen: desk.now, again: chosen.again };
            let decider = Decider::new(&event, &plan)?;
            let zone = desk.zone(&event);
            let assessor = Assessor { store: desk.store, event: &event, zone, decider, asked, chosen };
            each_person(desk, request, &assessor, take)
        }
        (Kind::Send, Some(code)) => each_mail(desk, request, code, over, take),
        (Kind::Revoke | Kind::Restore, _) => {
            let last = publish::last(desk.store)?;
            let undone = Undone { run: request.run.as_deref(), seen: desk.now, last: last.as_ref() };
            each_certificate(desk, request, |certificate| {
                let row = Row::certificate(certificate.number.clone());
                let name = certificate.recipient.clone();
                let fate = match request.kind {
                    Kind::Revoke => revoked(Some(certificate)),
                    _ => undone.fate(Some(certificate)),
                };
                take(Selected { row, name, fate })
            })
        }
        _ => Ok(()),
    }
}

/// Refuses an event that is not ready. A template that is chosen stands in for the event's own.
fn ready(plan: &EventPlan, event: &Event, request: &RunRequest, chosen: &Chosen) -> Result<()> {
    let mut missing = ready_to_generate(plan, event, request.anyway).err().unwrap_or_default();
    missing.retain(|one| *one != NotReady::NoTemplate || chosen.template.is_none());
    if missing.is_empty() { Ok(()) } else { Err(RunError::NotReady(missing)) }
}

fn each_person(
    desk: &Desk,
    request: &RunRequest,
    assessor: &Assessor,
    mut take: impl FnMut(Selected) -> Result<()>,
) -> Result<()> {
    let (code, asked) = (&assessor.event.code, assessor.asked);
    let over = asked.over;
    if (asked.kind, over) == (Kind::Generate, RunOver::Filter) {
        return each_found(desk, request, assessor, take);
    }
    let mut wanted = Wanted::of(&request.people);
    let mut keys: BTreeSet<PersonKey> = request.keys.iter().cloned().collect();
    keys.extend(owners(desk, code, &request.numbers)?);
    if over == RunOver::Filter {
        keys.extend(owners_found(desk, request)?);
    }
    let by_name = matches!(over, RunOver::Selected | RunOver::Filter);
    let failed = if over == RunOver::Failed { failed_people(desk, code)? } else { BTreeSet::new() };
    let mut cursor: Option<String> = None;
    loop {
        let page = desk.store.participants(code, cursor.as_deref(), GROUP as usize)?;
        let mut is_named = |person: &Participant| {
            let named = !by_name || keys.contains(&person.key) || wanted.takes(person);
            named && (over != RunOver::Failed || failed.contains(&person.key))
        };
        let named: Vec<_> = page.items.into_iter().filter(|person| is_named(person)).collect();
        let cases = assessor.cases(&named.iter().collect::<Vec<_>>())?;
        for (person, (case, _)) in named.into_iter().zip(cases) {
            if is_listed(asked, &case) {
                let fate = super::fate::decided(asked, case);
                check_asked(assessor.event, &fate, &person)?;
                take(Selected { row: Row::person(person.key), name: person.name, fate })?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return wanted.all_found();
        }
    }
}

/// Goes through the people whom a filter finds.
fn each_found(
    desk: &Desk,
    request: &RunRequest,
    assessor: &Assessor,
    mut take: impl FnMut(Selected) -> Result<()>,
) -> Result<()> {
    let (code, which) = (&assessor.event.code, request.which.clone().unwrap_or_default());
    let except = which.people(desk, code)?;
    let query = PeopleQuery { text: request.text.clone(), places: which.state.and(request.places.clone()) };
    let mut cursor: Option<String> = None;
    loop {
        let page = desk.store.find_participants(code, &query, cursor.as_deref(), GROUP as usize)?;
        let people: Vec<_> = page.items.into_iter().filter(|person| !except.contains(&person.key)).collect();
        let cases = assessor.cases(&people.iter().collect::<Vec<_>>())?;
        for (person, (case, _)) in people.into_iter().zip(cases) {
            if which.state.is_none_or(|state| state.takes(&person, &case.decision, case.has.is_some())) {
                let fate = super::fate::decided(assessor.asked, case);
                check_asked(assessor.event, &fate, &person)?;
                take(Selected { row: Row::person(person.key), name: person.name, fate })?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Says whether somebody is in a group. Who lost a certificate and is excluded is in it, to be named with the reason.
fn is_listed(asked: Asked, case: &Case) -> bool {
    let Case { decision, has, .. } = case;
    let active = has.as_ref().filter(|has| has.state == CertificateState::Active);
    let barred = case.lost().is_some() && decision.reason == Ground::Excluded;
    match asked.over {
        RunOver::AllEligible | RunOver::Passing => decision.eligible || barred,
        RunOver::ThoseWithout | RunOver::NotIssued => decision.eligible && active.is_none() || barred,
        RunOver::ExceptionsOnly => decision.eligible && matches!(decision.reason, Ground::Exception | Ground::Manual),
        RunOver::AlreadyIssued => has.is_some(),
        RunOver::NotPassing => active.is_some() && !decision.eligible,
        RunOver::TemplateOlder => active.is_some_and(|has| has.template.bundle != decision.template.bundle),
        RunOver::Failed => case.lacks(asked),
        RunOver::Selected | RunOver::Filter => true,
        RunOver::NewerVersion | RunOver::Everything => false,
    }
}

/// Who would get a certificate with a result of which nobody was asked: that is said now, not in each row.
fn check_asked(event: &Event, fate: &Fate, person: &Participant) -> Result<()> {
    match fate {
        Fate::Get(_) => Unasked::check(event, person)?,
        Fate::Replace(old, _) => Unasked::check_next(event, old, person)?,
        _ => {}
    }
    Ok(())
}

/// Returns whose certificates of the event these are.
fn owners(desk: &Desk, code: &EventCode, numbers: &[CertificateNumber]) -> Result<Vec<PersonKey>> {
    let (mut owners, mut missing) = (Vec::new(), Vec::new());
    let found = desk.store.certificates_at(&numbers.iter().collect::<Vec<_>>())?;
    for (at, found) in found.into_iter().enumerate() {
        match found.filter(|one| one.number.event() == code) {
            Some(certificate) => {
                is_newest(desk, &certificate)?;
                owners.push(certificate.person);
            }
            None => missing.push(at),
        }
    }
    if missing.is_empty() { Ok(owners) } else { Err(RunError::Unknown(missing)) }
}

/// Returns whose certificates a filter finds; who got another one after it is not meant by that.
fn owners_found(desk: &Desk, request: &RunRequest) -> Result<Vec<PersonKey>> {
    let (mut owners, query, mut cursor) = (Vec::new(), filter(desk, request)?, None::<String>);
    loop {
        let page = desk.store.find_certificates(&query, cursor.as_deref(), GROUP as usize)?;
        for certificate in page.items {
            if is_newest(desk, &certificate).is_ok() {
                owners.push(certificate.person);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(owners);
        }
    }
}

/// People named in a request, each to be found.
pub(in crate::acts) struct Wanted {
    places: HashMap<String, Vec<usize>>,
    found: Vec<bool>,
}

impl Wanted {
    pub(in crate::acts) fn of(people: &[String]) -> Self {
        let mut places = HashMap::<String, Vec<usize>>::new();
        for (at, name) in people.iter().enumerate() {
            places.entry(plain(name)).or_default().push(at);
        }
        Self { places, found: vec![false; people.len()] }
    }

    pub(in crate::acts) fn takes(&mut self, person: &Participant) -> bool {
        let (email, external) = (person.email.as_deref().map(plain), person.external_id.as_deref().map(plain));
        self.any([Some(person.key.0.clone()), person.id.clone(), external, email])
    }

    fn owns(&mut self, certificate: &Certificate) -> bool {
        self.any([Some(certificate.person.0.clone()), certificate.email.as_deref().map(plain)])
    }

    fn any<const N: usize>(&mut self, known: [Option<String>; N]) -> bool {
        let mut taken = false;
        for places in known.iter().flatten().filter_map(|name| self.places.get(name)) {
            places.iter().for_each(|&at| self.found[at] = true);
            taken = true;
        }
        taken
    }

    pub(in crate::acts) fn all_found(&self) -> Result<()> {
        let missing: Vec<_> = (0..self.found.len()).filter(|&at| !self.found[at]).collect();
        if missing.is_empty() { Ok(()) } else { Err(RunError::Unknown(missing)) }
    }
}

/// Also addresses in another form are found: for all that are no addresses this is lower case.
fn plain(name: &str) -> String {
    if name.contains('@') { mailbox(name) } else { name.trim().to_lowercase() }
}

/// Those for whom a run of the event failed.
fn failed_people(desk: &Desk, code: &EventCode) -> Result<BTreeSet<PersonKey>> {
    let mut people = BTreeSet::new();
    for run in super::journal::runs_of(desk.store, code)? {
        super::journal::each_failed(desk.store, &run, |row| people.extend(row.person))?;
    }
    Ok(people)
}

/// Certificates named by number or by their owners' e-mail, or found by the filter.
fn each_certificate(desk: &Desk, request: &RunRequest, mut take: impl FnMut(Certificate) -> Result<()>) -> Result<()> {
    let named: Vec<_> = request.numbers.iter().collect();
    let found = desk.store.certificates_at(&named)?;
    let missing: Vec<_> = (0..found.len()).filter(|&at| found[at].is_none()).collect();
    if !missing.is_empty() {
        return Err(RunError::Unknown(missing));
    }
    let by_number: BTreeMap<_, _> = found.into_iter().flatten().map(|one| (one.number.clone(), one)).collect();
    let numbers: BTreeSet<_> = by_number.keys().cloned().collect();
    by_number.into_values().try_for_each(&mut take)?;
    if request.people.is_empty() && !request.numbers.is_empty() {
        return Ok(());
    }
    let (mut wanted, query) = (Wanted::of(&request.people), filter(desk, request)?);
    let mut cursor: Option<String> = None;
    loop {
        let page = desk.store.find_certificates(&query, cursor.as_deref(), GROUP as usize)?;
        for certificate in page.items {
            let listed = match request.people.is_empty() {
                true => matches(&certificate, request),
                false => wanted.owns(&certificate),
            };
            if listed && !numbers.contains(&certificate.number) {
                take(certificate)?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return wanted.all_found();
        }
    }
}

/// Returns what the store is asked for: who is named is looked for among all, a filter by what it says.
pub(in crate::acts) fn filter(desk: &Desk, request: &RunRequest) -> Result<CertificateQuery> {
    let event = request.event.clone();
    if !request.people.is_empty() {
        return Ok(CertificateQuery { event, ..CertificateQuery::default() });
    }
    // Of a restoration, `run` is the one that revoked: not what the store finds by.
    let run = request.run.clone().filter(|_| request.kind != Kind::Restore);
    let plain = CertificateQuery { event, run, text: request.text.clone(), ..CertificateQuery::default() };
    match &request.which {
        Some(which) => which.query(desk, plain),
        None => Ok(plain),
    }
}

/// Says whether one that a filter found is active for a revocation, or for a restoration revoked, by the named run.
fn matches(certificate: &Certificate, request: &RunRequest) -> bool {
    let revoked_by = || certificate.withdrawal.as_ref().and_then(|withdrawal| withdrawal.run.as_ref());
    match request.kind {
        Kind::Revoke => certificate.state == CertificateState::Active,
        Kind::Restore => {
            certificate.state != CertificateState::Active
                && request.run.as_ref().is_none_or(|named| revoked_by() == Some(named))
        }
        _ => certificate.state != CertificateState::Active,
    }
}
