//! Links: each message has its own, of 128 random bits, of which the store keeps the SHA-256. It shows one certificate and opens
//! nothing else, is good for some days, and dies with another sending of the message, a new address, or the person.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::records::LinkKept;
use super::{MailError, Message, MessageId, Result, State};
use crate::credential::{CertificateNumber, Timestamp};
use crate::store::{Collection, Store, StoreError, mailbox};

/// What stands before the token in a link's path.
pub const PATH: &str = "m";
/// Characters of a token: 128 bits in base32.
const TOKEN_CHARS: usize = 26;

/// Returns a new token.
pub(super) fn random() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| MailError::Random)?;
    Ok(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// Returns what is kept of a token.
pub(super) fn digest(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

/// Returns the message whose picture this token is of; nothing if it is of none, or does not count any more.
///
/// # Errors
/// When the store fails.
pub fn message_of_picture(store: &dyn Store, token: &str, now: Timestamp) -> Result<Option<MessageId>, StoreError> {
    let Some((message, digest)) = message_of(store, token)? else { return Ok(None) };
    Ok(message.picture.is_some_and(|kept| kept.is(&digest, now)).then_some(message.id))
}

/// Returns the message to which a token belongs, and the token's digest.
fn message_of(store: &dyn Store, token: &str) -> Result<Option<(Message, String)>, StoreError> {
    if token.len() != TOKEN_CHARS || !token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Ok(None);
    }
    let digest = digest(token);
    let Some(document) = store.document(Collection::MAIL_LINKS, &digest)? else { return Ok(None) };
    let id: MessageId = document.read()?;
    let Some(document) = store.document(Collection::MAIL_MESSAGES, id.as_str())? else { return Ok(None) };
    Ok(Some((document.read()?, digest)))
}

impl LinkKept {
    /// Says whether it is of the token with this digest, and still good.
    fn is(&self, digest: &str, now: Timestamp) -> bool {
        let same: bool = self.digest.as_bytes().ct_eq(digest.as_bytes()).into();
        same && now < self.until
    }
}

/// The certificate that a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The certificate.
    pub number: CertificateNumber,
    /// The message whose link it is.
    pub message: MessageId,
}

/// Returns the certificate that the link with this token leads to; nothing if it leads nowhere, or not any more. Reading
/// changes nothing: programs that look at mails follow every link.
///
/// # Errors
/// When the store fails.
pub fn certificate_of(store: &dyn Store, token: &str, now: Timestamp) -> Result<Option<Linked>, StoreError> {
    let Some((message, digest)) = message_of(store, token)? else { return Ok(None) };
    let good = message.link.as_ref().is_some_and(|link| link.is(&digest, now));
    let Some(to) = message.to.filter(|_| good && message.state != State::Bounced) else { return Ok(None) };
    let Some(number) = message.number else { return Ok(None) };
    // A new address ends it, however that came.
    let Some(certificate) = store.certificate(&number)? else { return Ok(None) };
    let person = store.participant(number.event(), &certificate.person)?;
    let has = person.and_then(|person| person.email).is_some_and(|email| mailbox(&email) == mailbox(&to.to_string()));
    Ok(has.then_some(Linked { number, message: message.id }))
}
