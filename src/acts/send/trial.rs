//! Letters that are tried before anybody gets them: with another text than is kept, as to somebody of a language, and about somebody
//! who does not exist.

use super::letter::{Has, Office};
use super::settings::is_tag;
use super::{Clerk, Result, SendError, Shown};
use crate::acts::{self, ActError};
use crate::credential::{CertificateNumber, EventCode};
use crate::desk::Desk;
use crate::mail::compose::Letter;
use crate::mail::mime::{self, Heads};
use crate::mail::{Mailbox, OwnText};
use crate::making::{self, Order};
use crate::store::{Event, Fields, Participant, PersonKey};

/// The name and the address of who does not exist.
const NOBODY: (&str, &str) = ("Zoë Ångström", "zoe@example.org");

/// What a letter that is only tried says, and in which language.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// In place of the event's own.
    pub text: Option<OwnText>,
    /// As to somebody of this language; a text of one language is shown as to somebody of that.
    pub language: Option<String>,
}

impl From<Option<OwnText>> for Trial {
    fn from(text: Option<OwnText>) -> Self {
        Self { text, language: None }
    }
}

impl Trial {
    /// Returns the language that is asked for.
    pub(super) fn locale(&self) -> Option<&str> {
        self.text.as_ref().and_then(|text| text.language.as_deref()).or(self.language.as_deref())
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.locale().is_some_and(|tag| !is_tag(tag)) {
            return Err(ActError::invalid("language", "is no tag such as `de` or `pt-BR`").into());
        }
        match &self.text {
            Some(text) => text.check().map_err(|problem| SendError::Text { language: text.language.clone(), problem }),
            None => Ok(()),
        }
    }
}

/// A letter to who does not exist.
pub(super) struct MadeUp {
    pub(super) shown: Shown,
    event: Event,
}

impl<O: Office> Clerk<O> {
    /// Writes the letter that somebody would get who does not exist: their certificate has the number 0, which none has.
    pub(super) fn made_up(&self, desk: &Desk, code: &EventCode, trial: &Trial) -> Result<MadeUp> {
        let planned = acts::planned(desk, code)?;
        let (event, plan) = (planned.event, planned.plan);
        let (name, address) = NOBODY;
        let today = desk.zone(&event).day(desk.now);
        let number = CertificateNumber::new(event.code.clone(), today.year(), 0);
        let has = Has { name, number: &number, issued: today, valid_until: None, replaces: false };
        let own = trial.text.as_ref().map_or(plan.mail.texts.as_slice(), std::slice::from_ref);
        let locale = trial.locale().or(plan.language.as_deref());
        let leads = self.shown_leads();
        let (content, attached) = self.congratulation((&event, &plan), (own, locale), has, leads.link.clone())?;
        let content = self.counted(content, &leads, plan.mail.opens)?;
        let (from, reply_to) = self.senders(&plan);
        let to = Mailbox::of(name, address.parse()?)?;
        let shown = Shown { from, reply_to, to, number, person: None, content, attached, stands_in: false };
        Ok(MadeUp { shown, event })
    }

    /// Returns it as a message, with a specimen where a certificate would be.
    pub(super) fn made_up_letter(
        &self,
        desk: &Desk,
        letter: MadeUp,
        to: Mailbox,
        message_id: String,
    ) -> Result<Letter> {
        let MadeUp { shown, event } = letter;
        let file = match shown.attached {
            true => Some(("specimen.pdf".to_owned(), self.specimen(desk, &event)?)),
            false => None,
        };
        let heads = Heads { from: shown.from, reply_to: shown.reply_to, to: to.clone(), date: desk.now, message_id };
        let mime = mime::mime(&heads, &shown.content, file);
        let mime = mime.map_err(|problem| SendError::Nothing(problem.to_string()))?;
        Ok(Letter { to, mime, version: None, given: Vec::new() })
    }

    fn specimen(&self, desk: &Desk, event: &Event) -> Result<Vec<u8>> {
        let key = PersonKey("specimen".to_owned());
        let person = Participant::new(key, NOBODY.0.to_owned(), None, Fields::new(), desk.now);
        let template = event.template.clone();
        let order = Order { person, template, tier: None, basis: None, run: None, issued: None, earlier: None };
        let drawn = making::preview(desk, self.office.faces(), event, &order);
        drawn.map_err(|error| SendError::Nothing(format!("the specimen that goes with it cannot be drawn: {error}")))
    }
}
