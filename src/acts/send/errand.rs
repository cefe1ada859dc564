//! Whom mail goes to: decided for each certificate as things stand, by the preview and by the run itself.

use std::collections::BTreeMap;

use super::{When, newer};
use crate::acts::Planned;
use crate::acts::run::fate::Fate;
use crate::acts::run::record::{GROUP, Row};
use crate::acts::run::select::{Wanted, filter};
use crate::acts::run::{Result, RunError, RunOver, RunRequest, Selected};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::mail::outbox::{self, Mailed, newest_of, newest_of_each};
use crate::mail::{Address, MessageId, Order, SetUp, State, setup, suppress};
use crate::store::{
    Certificate, CertificateChange, CertificateQuery, CertificateState, DocumentWrite, Expect, Participant, PersonKey,
    Premise, Store,
};

/// A message that is to be put into the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Errand {
    /// What it is about.
    pub certificate: Certificate,
    /// To whom.
    pub to: Address,
    /// The message that it replaces.
    pub again_of: Option<MessageId>,
    /// What the certificate's entry must still be.
    pub(in crate::acts) expect: Expect,
}

impl Errand {
    /// Returns the writes that put it into the outbox, and the message's id.
    pub(in crate::acts) fn writes(
        &self,
        desk: &Desk,
        setup: &SetUp,
        (run, due): (Option<&str>, Timestamp),
    ) -> Result<(MessageId, Vec<DocumentWrite>)> {
        let order = Order {
            number: self.certificate.number.clone(),
            version: self.certificate.version,
            to: self.to.clone(),
            run: run.map(str::to_owned),
            by: desk.actor.who().to_string(),
            due,
            again_of: self.again_of.clone(),
            expect: self.expect,
        };
        let mut writes = match &self.again_of {
            Some(old) => outbox::replaced(&outbox::message(desk.store, old)?),
            None => Vec::new(),
        };
        let (id, put) = outbox::enqueue(setup, order, desk.now)?;
        writes.extend(put);
        Ok((id, writes))
    }
}

/// Says what a run that sends does to a certificate, and on what that rests.
pub(in crate::acts) fn fate(
    store: &dyn Store,
    over: RunOver,
    found: Option<Certificate>,
    person: Option<&Participant>,
) -> Result<(Fate, Vec<Premise>)> {
    let Some(certificate) = found else { return Ok((Fate::Nothing("it does not exist".to_owned()), Vec::new())) };
    let number = certificate.number.clone();
    let keep = |why: String| Ok((Fate::Keep(number.clone(), why), Vec::new()));
    let nothing = |why: &str| Ok((Fate::Nothing(why.to_owned()), Vec::new()));
    if certificate.state != CertificateState::Active {
        return keep("it is revoked".to_owned());
    }
    let newest = newest_of(store, &number)?;
    let mut again_of = None;
    if let Some((mailed, _)) = &newest {
        let message = outbox::message(store, &mailed.message)?.message;
        let in_vain = message.state.is_over_in_vain() && !matches!(over, RunOver::ThoseWithout | RunOver::NewerVersion);
        let newer = match over {
            // Who is named is meant, also where a notice told them already.
            RunOver::Selected => newer::is_older(&message, &certificate),
            RunOver::Filter | RunOver::NewerVersion => newer::is_untold(store, &certificate, &message)?,
            _ => false,
        };
        match message.state {
            _ if in_vain || newer && message.due.is_none() => again_of = Some(message.id),
            State::Ambiguous => return keep(format!("nobody knows whether message {} left", message.id)),
            state => return keep(format!("message {} is {} since {}", message.id, state.name(), message.since())),
        }
    }
    let Some((person, email)) = person.and_then(|person| Some((person, person.email.as_deref()?))) else {
        return nothing(NO_ADDRESS);
    };
    let to: Address = match email.parse() {
        Ok(to) => to,
        Err(error) => return nothing(&format!("the address cannot be mailed to: {error}")),
    };
    if let Some(suppressed) = suppress::of(store, &to)? {
        return nothing(&format!("the address bounced before ({}): correct it", suppressed.why.words()));
    }
    let expect = newest.map_or(Expect::Absent, |(_, revision)| Expect::Revision(revision));
    let given = vec![Premise::participant(certificate.number.event(), person)];
    Ok((Fate::Send(Box::new(Errand { certificate, to, again_of, expect })), given))
}

/// Goes through all whom a run that sends is about.
pub(in crate::acts) fn each_mail(
    desk: &Desk,
    request: &RunRequest,
    code: &EventCode,
    over: RunOver,
    mut take: impl FnMut(Selected) -> Result<()>,
) -> Result<()> {
    setup::told(desk.store)?.ok_or(RunError::NoMail)?;
    crate::acts::planned(desk, code)?;
    let found = desk.store.certificates_at(&request.numbers.iter().collect::<Vec<_>>())?;
    let here = |one: &Option<Certificate>| one.as_ref().is_some_and(|one| one.number.event() == code);
    let missing: Vec<_> = (0..found.len()).filter(|&at| !here(&found[at])).collect();
    if !missing.is_empty() {
        return Err(RunError::Unknown(missing));
    }
    let mut wanted = Wanted::of(&request.people);
    let query = match over {
        RunOver::Filter => filter(desk, request)?,
        // Whoever names certificates alone has them looked up, and nothing else.
        RunOver::Selected if request.people.is_empty() && request.keys.is_empty() => CertificateQuery {
            event: Some(code.clone()),
            only: request.numbers.iter().cloned().collect(),
            ..CertificateQuery::default()
        },
        _ => CertificateQuery { event: Some(code.clone()), ..CertificateQuery::default() },
    };
    let mut cursor = None::<String>;
    loop {
        let page = desk.store.find_certificates(&query, cursor.as_deref(), GROUP as usize)?;
        let group = in_group(desk.store, over, page.items)?;
        let people = people_of(desk.store, code, &group)?;
        for certificate in group {
            let person = people.get(&certificate.person);
            let named = request.numbers.contains(&certificate.number)
                || request.keys.contains(&certificate.person)
                || person.is_some_and(|person| wanted.takes(person));
            if (over == RunOver::Selected) == named {
                let (row, name) = (Row::certificate(certificate.number.clone()), certificate.recipient.clone());
                let fate = fate(desk.store, over, Some(certificate), person)?.0;
                take(Selected { row, name, fate })?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return wanted.all_found();
        }
    }
}

/// Returns those certificates that are in a group: most have their message, and are looked at no further.
fn in_group(store: &dyn Store, over: RunOver, mut certificates: Vec<Certificate>) -> Result<Vec<Certificate>> {
    if matches!(over, RunOver::Selected | RunOver::Filter) {
        return Ok(certificates);
    }
    certificates.retain(|one| one.state == CertificateState::Active);
    let mailed = newest_of_each(store, &certificates.iter().map(|one| &one.number).collect::<Vec<_>>())?;
    let is_in = match over {
        RunOver::ThoseWithout => mailed.iter().map(Option::is_none).collect(),
        RunOver::NewerVersion => newer::untold(store, &certificates, &mailed)?,
        RunOver::Failed => failed(store, &mailed)?,
        _ => Vec::new(),
    };
    Ok(certificates.into_iter().zip(is_in).filter(|(_, is_in)| *is_in).map(|(certificate, _)| certificate).collect())
}

/// Says which of these messages reached nobody.
fn failed(store: &dyn Store, mailed: &[Option<Mailed>]) -> Result<Vec<bool>> {
    let ids: Vec<&MessageId> = mailed.iter().flatten().map(|mailed| &mailed.message).collect();
    let mut newest = outbox::messages_at(store, &ids)?.into_iter();
    let mut is_in_vain = |_: &Mailed| newest.next().is_some_and(|message| message.state.is_over_in_vain());
    Ok(mailed.iter().map(|mailed| mailed.as_ref().is_some_and(&mut is_in_vain)).collect())
}

/// Returns whose certificates of an event these are, by their keys.
pub(in crate::acts) fn people_of(
    store: &dyn Store,
    code: &EventCode,
    certificates: &[Certificate],
) -> Result<BTreeMap<PersonKey, Participant>> {
    let keys: Vec<_> = certificates.iter().map(|one| &one.person).collect();
    let found = store.participants_at(code, &keys)?;
    Ok(found.into_iter().flatten().map(|person| (person.key.clone(), person)).collect())
}

/// Why nothing is sent to somebody.
const NO_ADDRESS: &str = "there is no address to send it to";
/// Returns the writes that put messages into the outbox for certificates that are issued now, where the event wants that. Who
/// has no address gets none.
pub(in crate::acts) fn with_issuing(
    desk: &Desk,
    planned: &Planned,
    changes: &[CertificateChange],
    run: Option<&str>,
) -> Result<Vec<DocumentWrite>> {
    let mut writes = Vec::new();
    if planned.plan.mail.when != When::WithIssuing {
        return Ok(writes);
    }
    let Some(setup) = setup::told(desk.store)? else { return Ok(writes) };
    for change in changes {
        let (CertificateChange::Issue(new) | CertificateChange::Reissue { new, .. }) = change else { continue };
        let Some(to) = new.email.as_ref().and_then(|email| email.parse::<Address>().ok()) else { continue };
        if suppress::of(desk.store, &to)?.is_some() {
            continue;
        }
        let newest = newest_of(desk.store, &new.number)?;
        let under_way = match &newest {
            Some((mailed, _)) => outbox::message(desk.store, &mailed.message)?.message.due.is_some(),
            None => false,
        };
        if under_way {
            continue;
        }
        let expect = newest.as_ref().map_or(Expect::Absent, |(_, revision)| Expect::Revision(*revision));
        let again_of = newest.map(|(mailed, _)| mailed.message);
        let errand = Errand { certificate: new.clone(), to, again_of, expect };
        writes.extend(errand.writes(desk, &setup, (run, desk.now))?.1);
    }
    Ok(writes)
}
