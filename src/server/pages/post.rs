//! Sends links to holders at once, through the relay that all mail goes through. They stand in no outbox: who gets none asks again, and
//! a link that is found in a store would let somebody in.

use crate::accounts::Secret;
use crate::acts::ActError;
use crate::acts::portal::{self, Invitation};
use crate::desk::{Actor, Desk};
use crate::mail::relay::NotTaken;
use crate::mail::{Address, AddressError, Content, Heads, Letter, Mailbox, Relay, TextError, mime};
use crate::pages::Texts;
use crate::server::App;

impl App {
    /// Says whether links can be sent: there is a relay, and an address under which people reach the service.
    pub(in crate::server) fn can_post(&self) -> bool {
        self.mail_now().config.is_some() && self.reached_at().told().is_some()
    }

    /// Says whether a link would leave now: while the keys are locked, the password of the relay may be, too.
    pub(in crate::server) fn can_post_now(&self) -> bool {
        self.can_post() && self.mail_now().relay.is_some()
    }

    /// Says whether mail waits for the keys.
    pub(in crate::server) fn post_waits(&self) -> bool {
        self.can_post() && self.mail_now().waits
    }

    /// Sends a link to an address, if somebody is known by it. What goes wrong stands in the log, without the address.
    pub(in crate::server) async fn post_link(&self, email: String, texts: &'static Texts) {
        self.post_invitation(texts, move |desk| portal::ask(desk, &email)).await;
    }

    /// Sends a link to another address of somebody who is in, if somebody is known by it.
    pub(super) async fn post_other_link(&self, session: Secret, who: String, email: String, texts: &'static Texts) {
        self.post_invitation(texts, move |desk| portal::ask_more(desk, session.expose(), &who, &email)).await;
    }

    async fn post_invitation(
        &self,
        texts: &'static Texts,
        ask: impl FnOnce(&Desk) -> Result<Option<Invitation>, ActError> + Send + 'static,
    ) {
        // While the keys are locked, the password of the relay may be, too.
        let Some(relay) = self.mail_now().relay.clone() else {
            return tracing::warn!("a link was not sent: there is no mail server, or its password is not known now");
        };
        let made = self.aside(move |app| {
            let actor = Actor::Public { address: None };
            let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &actor, now: app.now() };
            Ok(ask(&desk)?)
        });
        match made.await {
            Ok(None) => {}
            Err(problem) => tracing::warn!(code = problem.code, "a link was not made"),
            Ok(Some(invitation)) => {
                let letter = match letter(self, &relay, invitation, texts) {
                    Ok(letter) => letter,
                    Err(error) => return tracing::warn!(%error, "a link was not written"),
                };
                match relay.send_one(&letter).await {
                    Ok(_) => {}
                    // What a relay says of a recipient names them.
                    Err(NotTaken::Refused(said)) => {
                        let code: String = said.chars().take_while(char::is_ascii_digit).collect();
                        tracing::warn!(code, "a link was not sent: the relay refused it");
                    }
                    Err(error) => tracing::warn!(%error, "a link was not sent"),
                }
            }
        }
    }
}

/// Writes the letter, in the language in which its people are written to, else in that of the page.
fn letter(app: &App, relay: &Relay, invitation: Invitation, page: &'static Texts) -> Result<Letter, TextError> {
    let Invitation { to, language, token } = invitation;
    let texts = language.as_deref().and_then(Texts::named).unwrap_or(page);
    let address: Address = to.parse().map_err(|error: AddressError| TextError::Message(error.to_string()))?;
    let to = Mailbox { name: None, address };
    let link = format!("{}/portal/enter/{}", app.reached_at(), token.expose());
    let text = texts.with2("mail.text", ("issuer", &app.issuer.name), ("link", &link));
    let content =
        Content::plain(texts.language, texts.s("mail.subject").to_owned(), format!("{text}\n\n{}\n", app.issuer.name))?;
    let config = relay.config();
    let heads = Heads {
        from: config.from.clone(),
        reply_to: config.reply_to.clone(),
        to: to.clone(),
        date: app.now(),
        message_id: message_id(&config.domain)?,
    };
    Ok(Letter { to, mime: mime(&heads, &content, None)?, version: None, given: Vec::new() })
}

fn message_id(domain: &str) -> Result<String, TextError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| TextError::Message(error.to_string()))?;
    Ok(format!("portal.{}@{domain}", data_encoding::HEXLOWER.encode(&bytes)))
}
