//! Messages to somebody: by a part of the address that they went to, or by the name or the number of the certificate.

use std::collections::BTreeSet;

use crate::credential::{CertificateNumber, EventCode};
use crate::mail::Message;
use crate::store::{CertificateQuery, PAGE_LIMIT, Store, StoreError};

/// Certificates found by a text that are kept in mind; where it stands in more, each message's own is looked at.
const MOST: usize = 5_000;

/// A text that is looked for.
pub struct Sought {
    /// In small letters.
    text: String,
    query: CertificateQuery,
    /// The certificates in which it stands, where they are few.
    numbers: Option<BTreeSet<CertificateNumber>>,
}

impl Sought {
    /// Makes a text ready to be looked for in messages, those of one event or all; nothing where the text is blank.
    ///
    /// # Errors
    /// When the store fails.
    pub fn new(store: &dyn Store, event: Option<&EventCode>, text: Option<&str>) -> Result<Option<Self>, StoreError> {
        let query =
            CertificateQuery { event: event.cloned(), text: text.map(str::to_owned), ..CertificateQuery::default() };
        let Some(text) = query.wanted_text() else { return Ok(None) };
        let (mut numbers, mut cursor) = (BTreeSet::new(), None::<String>);
        loop {
            let page = store.find_certificates(&query, cursor.as_deref(), PAGE_LIMIT)?;
            numbers.extend(page.items.into_iter().map(|one| one.number));
            cursor = page.next;
            if cursor.is_none() || numbers.len() > MOST {
                break;
            }
        }
        let numbers = cursor.is_none().then_some(numbers);
        Ok(Some(Self { text, query, numbers }))
    }

    /// Says whether a message is one that is looked for.
    ///
    /// # Errors
    /// When the store fails.
    pub fn takes(&self, store: &dyn Store, message: &Message) -> Result<bool, StoreError> {
        if message.to.as_ref().is_some_and(|to| to.to_string().to_lowercase().contains(&self.text)) {
            return Ok(true);
        }
        let Some(number) = &message.number else { return Ok(false) };
        if let Some(numbers) = &self.numbers {
            return Ok(numbers.contains(number));
        }
        Ok(store.certificate(number)?.is_some_and(|one| self.query.takes(&one, Some(&self.text))))
    }
}
