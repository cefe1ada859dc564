//! What a letter says: written for each message when it goes, for a preview, and for somebody who tries it.

use std::sync::Arc;

use jiff::civil::Date;

use super::newer;
use super::notices::{overtaken, reason};
use super::returned::told;
use super::trial::Trial;
use super::{Result, SendError};
use crate::acts::run::journal;
use crate::acts::{self, EventPlan};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::desk::{Desk, Issuer};
use crate::mail::compose::{self, Content, Facts, Letter};
use crate::mail::mime::{self, Heads};
use crate::mail::notices;
use crate::mail::{
    Address, Config, MailError, Mailbox, Message, OwnText, Prepared, Tokens, Topic, link, opens, suppress,
};
use crate::making::{Faces, OwnKeys};
use crate::store::{
    Certificate, CertificateQuery, CertificateState, DocumentWrite, Event, Participant, Premise, Store, StoreError,
};
use crate::template::written_day;

/// What a clerk works with: the keys by which a certificate is known for ours, and what draws it.
pub trait Office: Send + Sync {
    /// Returns who issues.
    fn issuer(&self) -> &Issuer;
    /// Returns compiled templates.
    fn faces(&self) -> &Faces;
    /// Returns the keys that this issuer ever published.
    fn own(&self) -> Arc<OwnKeys>;
}

/// Who writes letters.
pub struct Clerk<O> {
    pub(super) office: O,
    pub(super) config: Config,
    pub(super) public_url: Option<String>,
    /// Where certificates are checked, where that is not the verifier that codes name.
    verifier: Option<String>,
}

/// A letter as it would go.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Who it is from.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// Who it is to.
    pub to: Mailbox,
    /// The certificate that it is about.
    pub number: CertificateNumber,
    /// Whose it is, as participants are named in addresses.
    pub person: Option<String>,
    /// What it says.
    pub content: Content,
    /// Whether the PDF is attached.
    pub attached: bool,
    /// Whether the built-in text about new versions stands in for the event's own, which does not say that it is about one.
    pub stands_in: bool,
}

/// Whose letter is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// That of the first who has a certificate.
    First,
    /// Somebody's in the event, by id, external id or e-mail.
    Person(String),
    /// That of whoever has this certificate.
    Holder(CertificateNumber),
    /// That of somebody who does not exist: also before anybody has a certificate.
    MadeUp,
}

impl From<Option<String>> for Whom {
    fn from(who: Option<String>) -> Self {
        who.map_or(Self::First, Self::Person)
    }
}

/// All that a letter is written from.
struct Case {
    event: Event,
    plan: EventPlan,
    certificate: Certificate,
    person: Participant,
    /// A text for one run, in place of the event's own.
    text: Option<OwnText>,
    /// What is told of it.
    topic: Topic,
    /// The reason that is given.
    reason: Option<String>,
    /// Where the certificate's public page is now, of what is told of a new version.
    page: Option<String>,
    /// Whether it takes the place of a version that they were sent.
    replaces: bool,
}

impl Case {
    /// Returns what its text is about. The built-in text that congratulates is none for a new version of what they have, and so is
    /// an event's own that does not say itself that it is one. What somebody wrote for this sending is for whoever gets it.
    fn text_of(&self) -> Topic {
        let own = || compose::says_replaces(&self.plan.mail.texts, self.plan.language_of(&self.person));
        match self.topic {
            Topic::Issued if self.replaces && self.text.is_none() && !own() => Topic::Replaced,
            topic => topic,
        }
    }

    /// Says whether another text stands in for the event's own.
    fn stands_in(&self) -> bool {
        self.text_of() != self.topic && !self.plan.mail.texts.is_empty()
    }
}

impl<O: Office> Clerk<O> {
    /// Returns a clerk. `public_url` is what links begin with; without one there are none.
    pub fn new(office: O, config: Config, public_url: Option<String>) -> Self {
        Self { office, config, public_url, verifier: None }
    }

    /// Says where letters send who wants to check a certificate, instead of to the verifier that codes name.
    pub fn checked_at(self, verifier: Option<String>) -> Self {
        Self { verifier, ..self }
    }

    /// Shows a letter as it would go to somebody.
    ///
    /// # Errors
    /// [`SendError::Nobody`], [`SendError::Nothing`], [`SendError::Text`].
    pub fn preview(&self, desk: &Desk, code: &EventCode, who: &Whom, trial: Trial) -> Result<Shown> {
        trial.check()?;
        if *who == Whom::MadeUp {
            return Ok(self.made_up(desk, code, &trial)?.shown);
        }
        let case = self.example(desk, code, who, trial)?;
        let to = match case.person.email.as_deref() {
            Some(email) => Mailbox::of(&case.certificate.recipient, email.parse()?)?,
            None => return Err(SendError::NoAddress(case.certificate.number)),
        };
        let (content, attached) = self.content(&case, &self.shown_leads())?;
        let (from, reply_to) = self.senders(&case.plan);
        let stands_in = case.stands_in();
        let (number, person) = (case.certificate.number, case.person.id);
        Ok(Shown { from, reply_to, to, number, person, content, attached, stands_in })
    }

    /// Writes a letter as it would go to somebody, for who tries it: to their own address, with a link that leads nowhere.
    ///
    /// # Errors
    /// As [`Clerk::preview`].
    pub fn test(&self, desk: &Desk, code: &EventCode, who: &Whom, trial: Trial, to: Address) -> Result<Letter> {
        trial.check()?;
        let to = Mailbox { name: None, address: to };
        let id = crate::mail::MessageId::random(desk.now)?;
        let message_id = format!("test.{id}@{}", self.config.domain);
        if *who == Whom::MadeUp {
            return self.made_up_letter(desk, self.made_up(desk, code, &trial)?, to, message_id);
        }
        let case = self.example(desk, code, who, trial)?;
        match self.written(desk.store, &case, to, message_id, (desk.now, self.shown_leads()))? {
            Ok(letter) => Ok(letter),
            Err(why) => Err(SendError::Nothing(why)),
        }
    }

    pub(super) fn senders(&self, plan: &EventPlan) -> (Mailbox, Option<Mailbox>) {
        let from = plan.mail.from.clone().unwrap_or_else(|| self.config.from.clone());
        (from, plan.mail.reply_to.clone().or_else(|| self.config.reply_to.clone()))
    }

    /// Returns what leads nowhere, in a letter that is only shown.
    pub(super) fn shown_leads(&self) -> Leads {
        self.leads(Tokens { link: Some("example"), picture: Some("example") })
    }

    fn leads(&self, tokens: Tokens) -> Leads {
        let at = |token: &str| self.public_url.as_ref().map(|url| format!("{url}/{}/{token}", link::PATH));
        let picture = tokens.picture.and_then(at).map(|picture| format!("{picture}/{}", opens::FILE));
        Leads { link: tokens.link.and_then(at), picture }
    }

    /// Writes what a letter says, and says whether the PDF is attached.
    fn content(&self, case: &Case, leads: &Leads) -> Result<(Content, bool)> {
        let (content, attached) = match case.text_of() {
            Topic::Issued => self.issued(case, leads.link.clone())?,
            topic => self.notice(case, topic, leads.link.clone())?,
        };
        let counts = case.plan.mail.opens && case.topic != Topic::AddressChanged;
        Ok((self.counted(content, leads, counts)?, attached))
    }

    /// Adds the picture by which it is counted that a letter was opened, where that is counted.
    pub(super) fn counted(&self, content: Content, leads: &Leads, counts: bool) -> Result<Content> {
        let Some(picture) = leads.picture.as_ref().filter(|_| counts) else { return Ok(content) };
        let language = content.language.clone();
        let counted = content.counted(picture, &self.office.issuer().name);
        counted.map_err(|problem| SendError::Text { language: Some(language), problem })
    }

    fn issued(&self, case: &Case, link: Option<String>) -> Result<(Content, bool)> {
        let Case { event, plan, certificate, person, .. } = case;
        let own = case.text.as_ref().map_or(plan.mail.texts.as_slice(), std::slice::from_ref);
        let days = certificate.printed_days();
        let has = Has {
            name: &certificate.recipient,
            number: &certificate.number,
            issued: days.issued,
            valid_until: days.valid_until,
            replaces: case.replaces,
        };
        self.congratulation((event, plan), (own, plan.language_of(person)), has, link)
    }

    /// Writes that somebody has a certificate, and says whether the PDF is attached.
    pub(super) fn congratulation(
        &self,
        (event, plan): (&Event, &EventPlan),
        (own, locale): (&[OwnText], Option<&str>),
        has: Has<'_>,
        link: Option<String>,
    ) -> Result<(Content, bool)> {
        let attached = plan.mail.attach || link.is_none();
        let issuer = self.office.issuer();
        let language = compose::language(own, locale);
        let facts = Facts {
            name: has.name.to_owned(),
            event: event.achievement.name.clone(),
            organiser: plan.organiser.clone().unwrap_or_else(|| issuer.name.clone()),
            issuer: issuer.name.clone(),
            number: has.number.to_string(),
            issued_on: written_day(&language, has.issued),
            valid_until: has.valid_until.map(|last| written_day(&language, last)),
            verify: self.verifier.clone().unwrap_or_else(|| format!("https://{}", issuer.verifier)),
            link,
            link_days: self.config.link_days,
            attached,
            replaces: has.replaces,
        };
        let content = compose::write(own, locale, &facts);
        let content = content.map_err(|problem| SendError::Text { language: locale.map(str::to_owned), problem })?;
        Ok((content, attached))
    }

    /// Writes what is told of a certificate besides that somebody has it.
    fn notice(&self, case: &Case, topic: Topic, link: Option<String>) -> Result<(Content, bool)> {
        let Case { event, plan, certificate, person, reason, .. } = case;
        let attached = topic.brings_it() && (plan.mail.attach || link.is_none());
        let issuer = self.office.issuer();
        let zone = event.zone.as_ref().unwrap_or(&issuer.zone);
        let day = match topic {
            Topic::Revoked => certificate.state.reason().map(|reason| zone.day(reason.at)),
            Topic::Expires => certificate.printed_days().valid_until,
            _ => None,
        };
        let locale = plan.language_of(person);
        let facts = notices::Facts {
            name: certificate.recipient.clone(),
            event: event.achievement.name.clone(),
            organiser: plan.organiser.clone().unwrap_or_else(|| issuer.name.clone()),
            issuer: issuer.name.clone(),
            number: certificate.number.to_string(),
            day: day.map(|day| written_day(notices::language(locale), day)),
            reason: reason.clone(),
            link,
            link_days: self.config.link_days,
            attached,
            page: case.page.clone(),
        };
        let content = notices::told(topic, locale, &facts);
        let content = content.map_err(|problem| SendError::Text { language: locale.map(str::to_owned), problem })?;
        Ok((content, attached))
    }

    /// Writes a letter; or says why there is none.
    fn written(
        &self,
        store: &dyn Store,
        case: &Case,
        to: Mailbox,
        message_id: String,
        (now, leads): (Timestamp, Leads),
    ) -> Result<Result<Letter, String>> {
        let (content, attached) = match self.content(case, &leads) {
            Err(SendError::Text { problem, .. }) => return Ok(Err(format!("its text cannot be written: {problem}"))),
            written => written?,
        };
        let file = match attached {
            false => None,
            true => match self.pdf(store, &case.certificate)? {
                Ok(bytes) => Some((format!("{}.pdf", case.certificate.number), bytes)),
                Err(why) => return Ok(Err(why)),
            },
        };
        let (from, reply_to) = self.senders(&case.plan);
        let heads = Heads { from, reply_to, to: to.clone(), date: now, message_id };
        Ok(match mime::mime(&heads, &content, file) {
            Ok(mime) => {
                // A newer version, or a revocation, between writing it and handing it over has it written again.
                let person = Premise::participant(&case.event.code, &case.person);
                let given = vec![person, Premise::unchanged(&case.certificate)];
                let version = case.topic.brings_it().then_some(case.certificate.version);
                Ok(Letter { to, mime, version, given })
            }
            Err(problem) => Err(problem.to_string()),
        })
    }

    fn pdf(&self, store: &dyn Store, certificate: &Certificate) -> Result<Result<Vec<u8>, String>, StoreError> {
        let own = self.office.own();
        let proven = match own.prove(certificate) {
            Ok(proven) => proven,
            Err(why) => {
                tracing::error!(%why, "a certificate is not mailed");
                return Ok(Err(why.to_string()));
            }
        };
        match self.office.faces().pdf(store, &proven, &self.office.issuer().verifier) {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(crate::making::FaceError::Store(error)) => Err(error),
            Err(why) => Ok(Err(format!("it cannot be drawn: {why}"))),
        }
    }

    /// Returns where the public page of a certificate is, if it is to be seen.
    fn page(
        &self,
        store: &dyn Store,
        plan: &EventPlan,
        certificate: &Certificate,
    ) -> Result<Option<String>, StoreError> {
        if !acts::portal::shown(store, plan, &certificate.number)?.visible {
            return Ok(None);
        }
        let own = acts::portal::address(store, &certificate.number)?;
        Ok(Some(match (&self.public_url, own.rsplit_once("/c/")) {
            (Some(url), Some((_, tail))) => format!("{url}/c/{tail}"),
            _ => own,
        }))
    }

    /// Looks at everything as it stands now: somebody may have revoked, erased or corrected meanwhile.
    fn case_of(&self, store: &dyn Store, message: &Message) -> Result<Result<Case, String>, StoreError> {
        let gone = |why: &str| Ok(Err(why.to_owned()));
        let Some(number) = &message.number else { return gone("it is about no certificate") };
        let Some(event) = store.event(number.event())? else { return gone("the event is not there any more") };
        let Some(certificate) = store.certificate(number)? else {
            return gone("the certificate is not there any more");
        };
        if certificate.erased.is_some() {
            return gone("the person was erased");
        }
        if let Some(why) = overtaken(message, &certificate) {
            return gone(why);
        }
        let Some(person) = store.participant(number.event(), &certificate.person)? else {
            return gone("the person is not in the event any more");
        };
        let (plan, _) = acts::plan(store, number.event())?;
        let text = match &message.run {
            Some(run) if message.topic == Topic::Issued => {
                journal::run(store, run).ok().and_then(|(run, _)| run.chosen.text)
            }
            _ => None,
        };
        let (topic, reason) = (message.topic, reason(store, message, &certificate)?);
        let to = person.email.as_deref();
        let replaces = topic == Topic::Issued && newer::replaces(store, &certificate, to, Some(&message.id))?;
        let mut case = Case { event, plan, certificate, person, text, topic, reason, page: None, replaces };
        if matches!(case.text_of(), Topic::Replaced | Topic::CorrectionMade) {
            case.page = self.page(store, &case.plan, &case.certificate)?;
        }
        Ok(Ok(case))
    }

    /// Returns a case of an event, of a certificate in force.
    fn example(&self, desk: &Desk, code: &EventCode, who: &Whom, trial: Trial) -> Result<Case> {
        let planned = acts::planned(desk, code)?;
        let (certificate, mut person) = match who {
            Whom::MadeUp => return Err(SendError::Nobody),
            Whom::Person(who) => {
                let person = acts::find(desk.store, code, who)?;
                let number = desk.store.certificate_of(code, &person.key)?.ok_or(SendError::Nobody)?;
                (desk.store.certificate(&number)?.ok_or(SendError::Nobody)?, person)
            }
            Whom::Holder(number) => {
                let certificate = desk.store.certificate(number)?.ok_or(SendError::Nobody)?;
                let person = desk.store.participant(code, &certificate.person)?;
                (certificate, person.ok_or(SendError::Nobody)?)
            }
            Whom::First => first(desk.store, code)?.ok_or(SendError::Nobody)?,
        };
        if certificate.state != CertificateState::Active || certificate.erased.is_some() {
            return Err(SendError::NotInForce(certificate.number));
        }
        let (event, plan, topic) = (planned.event, planned.plan, Topic::Issued);
        let replaces = newer::replaces(desk.store, &certificate, person.email.as_deref(), None)?;
        // Shown as to somebody of that language.
        if let Some(language) = trial.locale() {
            person.locale = Some(language.to_owned());
        }
        let text = trial.text;
        let mut case = Case { event, plan, certificate, person, text, topic, reason: None, page: None, replaces };
        if case.text_of() == Topic::Replaced {
            case.page = self.page(desk.store, &case.plan, &case.certificate)?;
        }
        Ok(case)
    }
}

/// Where a letter leads: its link, and the picture by which an open is counted.
pub(super) struct Leads {
    pub(super) link: Option<String>,
    picture: Option<String>,
}

/// What somebody has: a certificate, or one that is made up.
pub(super) struct Has<'a> {
    pub(super) name: &'a str,
    pub(super) number: &'a CertificateNumber,
    pub(super) issued: Date,
    pub(super) valid_until: Option<Date>,
    pub(super) replaces: bool,
}

fn first(store: &dyn Store, code: &EventCode) -> Result<Option<(Certificate, Participant)>, StoreError> {
    let (query, mut cursor) = (CertificateQuery { event: Some(code.clone()), ..Default::default() }, None::<String>);
    loop {
        let page = store.find_certificates(&query, cursor.as_deref(), 100)?;
        for certificate in page.items.into_iter().filter(|one| one.state == CertificateState::Active) {
            let person = store.participant(code, &certificate.person)?;
            if let Some(person) = person.filter(|person| person.email.is_some()) {
                return Ok(Some((certificate, person)));
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(None);
        }
    }
}

impl<O: Office> crate::mail::Clerk for Clerk<O> {
    fn letter(
        &self,
        store: &dyn Store,
        message: &Message,
        now: Timestamp,
        tokens: Tokens<'_>,
    ) -> Result<Prepared, MailError> {
        if message.topic == Topic::RunEnded {
            return self.run_letter(store, message, now);
        }
        let case = match self.case_of(store, message)? {
            Ok(case) => case,
            Err(why) => return Ok(Prepared::Nothing(why)),
        };
        let old = message.to.as_ref().filter(|_| message.topic.keeps_address()).map(ToString::to_string);
        let Some(email) = old.as_deref().or(case.person.email.as_deref()) else {
            return Ok(Prepared::Nothing("there is no address to send it to".to_owned()));
        };
        let to = email.parse::<Address>().and_then(|address| Mailbox::of(&case.certificate.recipient, address));
        let to = match to {
            Ok(to) => to,
            Err(error) => return Ok(Prepared::Nothing(format!("the address cannot be mailed to: {error}"))),
        };
        if let Some(suppressed) = suppress::of(store, &to.address)? {
            let why = format!("the address bounced before ({}): correct it", suppressed.why.words());
            return Ok(Prepared::Nothing(why));
        }
        let written = self.written(store, &case, to, message.message_id.clone(), (now, self.leads(tokens)));
        match written {
            Ok(Ok(letter)) => Ok(Prepared::Ready(Box::new(letter))),
            Ok(Err(why)) => Ok(Prepared::Nothing(why)),
            Err(SendError::Store(error)) => Err(error.into()),
            Err(other) => Ok(Prepared::Nothing(other.to_string())),
        }
    }

    fn counts_opens(&self, store: &dyn Store, message: &Message) -> Result<bool, MailError> {
        match &message.number {
            Some(number) => Ok(acts::plan(store, number.event())?.0.mail.opens),
            None => Ok(false),
        }
    }

    fn link_days(&self) -> Option<u16> {
        self.public_url.as_ref().map(|_| self.config.link_days)
    }

    fn told(&self, store: &dyn Store, message: &Message, now: Timestamp) -> Vec<DocumentWrite> {
        told(store, message, now)
    }
}
