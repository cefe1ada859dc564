//! Records to tell the story with.

use testamur::credential::{Achievement, CertificateNumber, EventCode, Extras, StatusEntry, Timestamp};
use testamur::status::{Reason, ReasonCode};
use testamur::store::{
    Act, Batch, BlobId, Certificate, CertificateChange, CertificateState, Event, Fields, Participant,
    ParticipantChange, PersonKey, Store, StoreError, TemplateRef,
};

pub fn code(text: &str) -> EventCode {
    text.parse().unwrap()
}

pub fn number(event: &str, sequence: u64) -> CertificateNumber {
    CertificateNumber::new(code(event), 2026, sequence)
}

pub fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

pub fn act(action: &str) -> Act {
    let detail = serde_json::json!({ "count": 1 });
    Act { actor: "tester".to_owned(), at: now(), action: action.to_owned(), subject: "A".to_owned(), detail }
}

pub fn reason(code: ReasonCode) -> Reason {
    Reason { code, at: now(), text: Some("entered wrongly".to_owned()) }
}

fn template() -> TemplateRef {
    TemplateRef { name: "classic".to_owned(), bundle: BlobId("ab".repeat(32)) }
}

pub fn event(event: &str) -> Event {
    Event {
        code: code(event),
        achievement: Achievement {
            path: format!("a/{event}"),
            name: "Rust for Systems".to_owned(),
            description: "Five days of practice".to_owned(),
            criteria: "Attend and pass the exam".to_owned(),
            achievement_type: "Certificate".to_owned(),
        },
        starts: Some(now()),
        ends: None,
        expires_after: Some("2y".to_owned()),
        template: template(),
        extras: Extras { credits: Some(1.5), ..Extras::default() },
        constants: Fields::new(),
        publish_results: None,
        zone: None,
        created: now(),
    }
}

pub fn participant(who: u64) -> Participant {
    let email = format!("person{who}@example.org");
    let fields = Fields::from([("city".to_owned(), "Łódź".to_owned())]);
    Participant::new(PersonKey(email.clone()), format!("Ada Lovelace {who}"), Some(email), fields, now())
}

pub fn changed(event: &str, old: Option<&Participant>, new: Option<&Participant>) -> ParticipantChange {
    ParticipantChange { event: code(event), old: old.cloned(), new: new.cloned() }
}

/// A certificate of the size of a real one: about 3 KB of JWS.
pub fn certificate(event: &str, sequence: u64, who: u64) -> Certificate {
    let Participant { key: person, name: recipient, email, fields, .. } = participant(who);
    Certificate {
        number: number(event, sequence),
        version: 1,
        person,
        recipient,
        email,
        fields,
        jws: format!("{event}{sequence}.{}.{who}", "eyJhbGciOiJFZERTQSIsImtpZCI6".repeat(100)),
        key: "k1".to_owned(),
        template: template(),
        status: StatusEntry { list: 1, index: u32::try_from(sequence % 131_072).unwrap() },
        issued: now(),
        signed: now(),
        valid_until: None,
        days: None,
        state: CertificateState::Active,
        basis: None,
        run: None,
        drawing: 1,
        withdrawal: None,
        erased: None,
        earlier: None,
        former: Vec::new(),
    }
}

/// Puts people into an event.
pub fn enrol(
    store: &(impl Store + ?Sized),
    event: &EventCode,
    people: &[Participant],
    act: &Act,
) -> Result<(), StoreError> {
    let people = people.iter().map(|new| changed(event.as_str(), None, Some(new))).collect();
    store.write(&Batch { people, ..Batch::default() }, Some(act)).map(drop)
}

/// Makes the events of certificates, where they are not there, and puts their people into them.
pub fn enrol_for(store: &(impl Store + ?Sized), certificates: &[Certificate]) -> Result<(), StoreError> {
    // Somebody else may be faster.
    let or_there = |done: Result<(), StoreError>| match done {
        Err(StoreError::Conflict(_)) => Ok(()),
        done => done,
    };
    for certificate in certificates {
        let code = certificate.number.event();
        if store.event(code)?.is_none() {
            or_there(store.change_event(None, &event(code.as_str()), &[], &act("event.create")))?;
        }
        let Certificate { person, recipient, email, fields, .. } = certificate.clone();
        if store.participant(code, &person)?.is_none() {
            let person = Participant::new(person, recipient, email, fields, now());
            or_there(enrol(store, code, &[person], &act("import")))?;
        }
    }
    Ok(())
}

/// Issues to people who are enrolled.
pub fn issue(store: &(impl Store + ?Sized), certificates: &[Certificate], act: &Act) -> Result<(), StoreError> {
    let changes: Vec<_> = certificates.iter().cloned().map(CertificateChange::Issue).collect();
    store.change_certificates(&changes, &[], act)
}

/// Issues to people who are put into their events before.
pub fn issue_new(store: &(impl Store + ?Sized), certificates: &[Certificate], act: &Act) {
    enrol_for(store, certificates).unwrap();
    issue(store, certificates, act).unwrap();
}

pub fn supersede(
    store: &(impl Store + ?Sized),
    old: &Certificate,
    new: &Certificate,
    reason: &Reason,
    act: &Act,
) -> Result<(), StoreError> {
    let (old, new, reason) = (old.clone(), new.clone(), reason.clone());
    store.change_certificates(&[CertificateChange::Supersede { old, new, reason }], &[], act)
}

pub fn revoke(store: &(impl Store + ?Sized), old: &Certificate, reason: &Reason, act: &Act) -> Result<(), StoreError> {
    let (old, reason) = (old.clone(), reason.clone());
    store.change_certificates(&[CertificateChange::Revoke { old, reason, withdrawal: None }], &[], act)
}
