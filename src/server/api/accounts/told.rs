//! Letters about an account that leave at once and outside of the outbox: a link that somebody asked for themselves, and to the owners
//! that a recovery sheet was used or printed anew. Who does not get one loses nothing: the log has the act, and a link is asked for again.

use std::collections::BTreeSet;

use crate::accounts::{self, Permission, RESET_SECONDS, Staff};
use crate::credential::Timestamp;
use crate::desk::{Actor, Desk};
use crate::mail::notices::{self, AccountFacts, AccountTopic};
use crate::mail::relay::NotTaken;
use crate::mail::{Address, AddressError, Content, Heads, Letter, Mailbox, MessageId, Relay, mime};
use crate::server::{App, PASSWORD_PAGE, Problem};

/// Returns a letter to somebody, ready to leave through a relay.
pub(super) fn addressed(
    relay: &Relay,
    now: Timestamp,
    (email, kind): (&str, &str),
    content: &Content,
) -> Result<Letter, String> {
    let address: Address = email.parse().map_err(|error: AddressError| error.to_string())?;
    let (to, config) = (Mailbox { name: None, address }, relay.config());
    let id = MessageId::random(now).map_err(|error| error.to_string())?;
    let heads = Heads {
        from: config.from.clone(),
        reply_to: config.reply_to.clone(),
        to: to.clone(),
        date: now,
        message_id: format!("{kind}.{id}@{}", config.domain),
    };
    let mime = mime(&heads, content, None).map_err(|error| error.to_string())?;
    Ok(Letter { to, mime, version: None, given: Vec::new() })
}

/// Mails a link to set a new password with, if somebody has an account of that e-mail. What goes wrong stands in the log, without it.
pub(super) async fn reset_link(app: &App, email: String, language: Option<&'static str>) {
    let made = at_desk(app, move |desk| accounts::reset_asked(desk, &email)).await;
    let (member, token) = match made {
        Ok(Some(made)) => made,
        Ok(None) => return,
        Err(problem) => return tracing::warn!(code = problem.code, "a link for a new password was not made"),
    };
    let facts = AccountFacts {
        issuer: app.issuer.name.clone(),
        who: member.name.clone(),
        own: true,
        link: Some(app.reached_at().link(PASSWORD_PAGE, &token)),
        minutes: RESET_SECONDS / 60,
    };
    let language = language.or_else(|| member.language.as_deref().map(notices::staff_language));
    send(app, AccountTopic::Reset, language, &member, &facts).await;
}

/// Tells the owners what was done with somebody's recovery sheet, and that somebody.
pub(super) async fn owners(app: &App, id: String, topic: AccountTopic) {
    let found = at_desk(app, move |desk| {
        let member = accounts::member(desk.store, &id)?;
        let mut told = accounts::who_may(desk.store, Permission::Settings, &BTreeSet::new())?;
        if told.iter().all(|one| one.id != member.id) {
            told.push(member.clone());
        }
        Ok((member, told))
    });
    let (member, told) = match found.await {
        Ok(found) => found,
        Err(problem) => return tracing::warn!(code = problem.code, "owners were not told of a recovery sheet"),
    };
    for one in told {
        let facts = AccountFacts {
            issuer: app.issuer.name.clone(),
            who: member.name.clone(),
            own: one.id == member.id,
            link: None,
            minutes: 0,
        };
        send(app, topic, one.language.as_deref().map(notices::staff_language), &one, &facts).await;
    }
}

async fn at_desk<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&Desk<'_>) -> accounts::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let done = app.aside(move |app| {
        let actor = Actor::Public { address: None };
        let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &actor, now: app.now() };
        Ok(work(&desk)?)
    });
    done.await
}

async fn send(app: &App, topic: AccountTopic, language: Option<&str>, to: &Staff, facts: &AccountFacts) {
    // While the keys are locked, the password of the relay may be, too.
    let Some(relay) = app.mail_now().relay.clone() else {
        return tracing::warn!(
            "a letter about an account was not sent: there is no mail server, or its password is not known now"
        );
    };
    let content = notices::account(topic, language, facts).map_err(|error| error.to_string());
    let letter = content.and_then(|content| addressed(&relay, app.now(), (&to.email, "account"), &content));
    let letter = match letter {
        Ok(letter) => letter,
        Err(error) => return tracing::warn!(error, "a letter about an account was not written"),
    };
    match relay.send_one(&letter).await {
        Ok(_) => {}
        // What a relay says of a recipient names them.
        Err(NotTaken::Refused(said)) => {
            let code: String = said.chars().take_while(char::is_ascii_digit).collect();
            tracing::warn!(code, "a letter about an account was not sent: the relay refused it");
        }
        Err(error) => tracing::warn!(%error, "a letter about an account was not sent"),
    }
}
