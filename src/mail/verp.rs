//! The address that a message is sent from and that its bounces come back to: `bounce+TOKEN@DOMAIN`.
//!
//! Of all that servers send back, only the envelope's sender comes back from each of them. So the token is all that says whose
//! bounce it is: it holds the message's id and a code over it that nobody else can make (HMAC-SHA256, RFC 2104, cut to 128
//! bits), and nothing is looked up by anything else. A local part has at most 64 octets (RFC 5321 section 4.5.3.1.1), and
//! some servers change its case: base32 survives that.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::MessageId;
use super::ids::ID_BYTES;

/// What stands before the token.
pub const BEFORE: &str = "bounce+";
/// Bytes of the code.
const CODE_BYTES: usize = 16;
/// Characters of a token.
const TOKEN_CHARS: usize = ((ID_BYTES + CODE_BYTES) * 8).div_ceil(5);

/// What makes the codes.
#[derive(Clone)]
pub struct BounceKey([u8; 32]);

impl BounceKey {
    /// Returns the key of these bytes.
    pub(super) fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn code(&self, what: &str, bytes: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(what.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    /// Returns the address from which a message is sent.
    pub fn address(&self, id: &MessageId, domain: &str) -> String {
        let mut bytes = id.bytes();
        let code = self.code("bounce", &bytes);
        bytes.extend_from_slice(&code[..CODE_BYTES]);
        format!("{BEFORE}{}@{domain}", BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// Returns whose token it is, if we made it.
    pub fn read(&self, token: &str) -> Option<MessageId> {
        if token.len() != TOKEN_CHARS {
            return None;
        }
        let bytes = BASE32_NOPAD.decode(token.to_ascii_uppercase().as_bytes()).ok()?;
        let (id, code) = bytes.split_at_checked(ID_BYTES)?;
        let ours = self.code("bounce", id);
        let good: bool = ours[..CODE_BYTES].ct_eq(code).into();
        good.then(|| id.try_into().ok().map(|id| MessageId::of(&id))).flatten()
    }

    /// Returns the messages whose tokens stand in a text, each once.
    pub fn find(&self, text: &str) -> Vec<MessageId> {
        let lower = text.to_ascii_lowercase();
        let tokens = lower.match_indices(BEFORE).filter_map(|(at, before)| {
            let rest = &lower[at + before.len()..];
            rest.get(..TOKEN_CHARS).filter(|_| rest[TOKEN_CHARS..].starts_with('@'))
        });
        let mut found: Vec<_> = tokens.filter_map(|token| self.read(token)).collect();
        found.sort();
        found.dedup();
        found
    }

    /// Returns what is kept in the place of a mailbox to which nothing is sent any more.
    pub fn digest(&self, mailbox: &str) -> String {
        data_encoding::HEXLOWER.encode(&self.code("mailbox", mailbox.as_bytes())[..16])
    }
}

impl std::fmt::Debug for BounceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Timestamp;

    #[test]
    fn a_token_leads_to_its_message_and_no_other_text_to_any() {
        let (key, other) = (BounceKey::of([7; 32]), BounceKey::of([8; 32]));
        let id = MessageId::random(Timestamp::from_unix(1_795_878_226)).unwrap();
        let address = key.address(&id, "academy.example");
        let (local, domain) = address.split_once('@').unwrap();
        assert!(local.len() <= 64 && domain == "academy.example", "{address}");
        let token = local.strip_prefix(BEFORE).unwrap();
        assert_eq!(token.len(), TOKEN_CHARS);
        assert_eq!(key.read(token), Some(id.clone()));
        assert_eq!(key.read(&token.to_uppercase()), Some(id.clone()));
        assert_eq!(other.read(token), None);
        let header = format!("To: <{}>\r\nDelivered-To: {address}\r\n", address.to_uppercase());
        assert_eq!(key.find(&header), [id]);
        for at in 0..token.len() {
            let mut changed = token.to_owned();
            changed.replace_range(at..=at, if &token[at..=at] == "a" { "b" } else { "a" });
            assert_eq!(key.read(&changed), None, "{at}");
        }
        for text in ["", "bounce+", "bounce+aaaa@academy.example", &address[..40], &format!("bounce+ü{token}@x")] {
            assert_eq!(key.find(text), [], "{text}");
        }
    }
}
