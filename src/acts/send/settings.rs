//! What an event says of mail.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Result, SendError};
use crate::acts::{ActError, Planned};
use crate::desk::Desk;
use crate::mail::compose::MOST_TEXTS;
use crate::mail::{Address, MailError, Mailbox, OwnText, setup};

/// Most addresses that are told of an event's runs.
const MOST_NOTIFIED: usize = 20;

/// Longest time before a certificate's last day at which somebody is reminded, in days.
const MOST_DAYS: u16 = 365;

/// When mail about a certificate leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MailWhen)]
pub enum When {
    /// When somebody sends it, by a run of kind `send`.
    #[default]
    ByHand,
    /// By itself, as soon as the certificate is issued.
    WithIssuing,
}

/// What an event says of mail. What is left out is as if nothing had been said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "when": "by_hand", "attach": true }))]
pub struct EventMail {
    /// When mail leaves; `by_hand` if left out.
    #[serde(default)]
    pub when: When,
    /// Whether the PDF is attached, else a link leads to it; `true` if left out. Without `public_url` it is attached always.
    #[serde(default = "yes")]
    pub attach: bool,
    /// Who messages are from; as the service says if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Example Academy <certificates@example.org>")]
    pub from: Option<Mailbox>,
    /// Where answers go; as the service says if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "office@example.org")]
    pub reply_to: Option<Mailbox>,
    /// Texts of its own, by language; built-in ones for all others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 30)]
    pub texts: Vec<OwnText>,
    /// Whether it is told how a run of the event ended: to the member of staff who started it, and to `notify`; `true` if left
    /// out.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub run_notices: bool,
    /// Who else is told, by e-mail address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, example = json!(["office@example.org"]), max_items = 20)]
    pub notify: Vec<Address>,
    /// Whether participants are told that their certificate was revoked, and who was told that a revocation was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tell_revoked: bool,
    /// Whether participants are told that a new version takes the place of theirs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tell_replaced: bool,
    /// Whether who asked for a correction is told what was decided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tell_corrections: bool,
    /// How many days before a certificate's last day its holder is reminded, once; nobody is if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 365, example = 30)]
    pub remind_days: Option<u16>,
    /// Whether a picture in each message counts that it was opened, which its last line says. Needs `public_url`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opens: bool,
}

fn yes() -> bool {
    true
}

impl Default for EventMail {
    fn default() -> Self {
        Self {
            when: When::default(),
            attach: true,
            from: None,
            reply_to: None,
            texts: Vec::new(),
            run_notices: true,
            notify: Vec::new(),
            tell_revoked: false,
            tell_replaced: false,
            tell_corrections: false,
            remind_days: None,
            opens: false,
        }
    }
}

impl EventMail {
    /// Says whether nothing was said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Checks every text, and the rest.
    ///
    /// # Errors
    /// Names the first one that is wrong.
    pub fn check(&self) -> Result<()> {
        if self.remind_days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            return Err(ActError::invalid("remind_days", format!("must be 1 to {MOST_DAYS}")).into());
        }
        if self.notify.len() > MOST_NOTIFIED {
            return Err(ActError::invalid("notify", format!("has more than {MOST_NOTIFIED} addresses")).into());
        }
        if self.texts.len() > MOST_TEXTS {
            return Err(ActError::invalid("texts", format!("are more than {MOST_TEXTS}")).into());
        }
        for (at, text) in self.texts.iter().enumerate() {
            let same = |other: &OwnText| match (&text.language, &other.language) {
                (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
                (one, other) => one.is_none() && other.is_none(),
            };
            if self.texts[..at].iter().any(same) {
                let language = text.language.as_deref().unwrap_or("all others");
                return Err(ActError::invalid("texts", format!("are two for {language}")).into());
            }
            if text.language.as_ref().is_some_and(|tag| !is_tag(tag)) {
                return Err(ActError::invalid("texts", "have a language that is no tag such as `de` or `pt-BR`").into());
            }
            text.check().map_err(|problem| SendError::Text { language: text.language.clone(), problem })?;
        }
        Ok(())
    }
}

pub(super) fn is_tag(tag: &str) -> bool {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    tag.len() <= 35 && tag.split('-').all(part)
}

/// Changes what an event says of mail. Nobody is written to for it: who has a certificate already gets none by itself.
///
/// # Errors
/// [`MailError::NotSetUp`] where mail shall leave by itself and cannot, [`SendError::Text`], or when somebody else changed
/// the event meanwhile.
pub fn settle(desk: &Desk, old: &Planned, mail: EventMail) -> Result<Planned> {
    mail.check()?;
    let leaves_by_itself = mail.when == When::WithIssuing
        || mail.tell_revoked
        || mail.tell_replaced
        || mail.tell_corrections
        || mail.remind_days.is_some();
    if leaves_by_itself && setup::told(desk.store)?.is_none() {
        return Err(MailError::NotSetUp.into());
    }
    let languages: Vec<_> = mail.texts.iter().map(|text| text.language.as_deref().unwrap_or("*")).collect();
    // Addresses stay out of the log.
    let detail = json!({
        "before": old.plan.mail.when, "when": mail.when, "attach": mail.attach, "texts": languages,
        "from": mail.from.is_some(), "reply_to": mail.reply_to.is_some(), "run_notices": mail.run_notices,
        "notify": mail.notify.len(), "tell_revoked": mail.tell_revoked, "tell_replaced": mail.tell_replaced,
        "tell_corrections": mail.tell_corrections, "remind_days": mail.remind_days, "opens": mail.opens,
    });
    let mut new = old.clone();
    // Whose day for being reminded was before it was switched on is not reminded.
    new.plan.reminds_since = match (old.plan.mail.remind_days, mail.remind_days) {
        (_, None) => None,
        (None, Some(_)) => Some(desk.now),
        (Some(_), Some(_)) => old.plan.reminds_since,
    };
    new.plan.mail = mail;
    Ok(crate::acts::event::save(desk, old, new, &[], "event.mail", detail)?)
}
