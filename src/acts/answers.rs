//! Answers that are kept for requests that may come twice (`Idempotency-Key`), as they are stored. The service keeps and
//! repeats them; here they are held to what erasing means.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::erase::Gone;
use crate::credential::{EventCode, Timestamp};
use crate::store::{Collection, Document, DocumentWrite, Expect, Store, StoreError};

/// How many are read at once.
const PAGE: usize = 500;

/// A request that was seen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    /// What was asked, as a digest.
    pub fingerprint: String,
    /// The path that was asked for; nothing of requests that an earlier version saw.
    #[serde(default)]
    pub path: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What was answered; `None` while it is under way.
    pub answer: Option<Answer>,
    /// It was answered, and the answer is not kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unkept: bool,
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// The body, in base64.
    pub body: String,
}

/// Goes through all of them.
///
/// # Errors
/// When the store fails, and what `with` answers.
pub fn each<E: From<StoreError>>(
    store: &dyn Store,
    mut with: impl FnMut(Document, Seen) -> Result<(), E>,
) -> Result<(), E> {
    let mut cursor: Option<String> = None;
    loop {
        let page = store.documents(Collection::IDEMPOTENCY, "", cursor.as_deref(), PAGE)?;
        for document in page.items {
            let seen = document.read()?;
            with(document, seen)?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Returns the writes that drop the answers that name somebody, or may: a file is not looked into. The requests are still not
/// done twice; whoever sends one again is told that it was done.
pub(super) fn forgetting(store: &dyn Store, gone: &Gone) -> Result<Vec<DocumentWrite>, StoreError> {
    let texts: Vec<String> = gone.names.iter().map(|text| text.to_lowercase()).collect();
    let mut writes = Vec::new();
    each(store, |document, seen| {
        let Some(answer) = &seen.answer else { return Ok(()) };
        let body = BASE64.decode(answer.body.as_bytes()).unwrap_or_default();
        let names = match serde_json::from_slice::<Value>(&body) {
            Ok(json) => told(&json, &texts),
            Err(_) => !body.is_empty(),
        };
        if names {
            let bare = Seen { answer: None, unkept: true, ..seen };
            let expect = Expect::Revision(document.revision);
            writes.push(DocumentWrite::put(Collection::IDEMPOTENCY, document.key, expect, &bare));
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(writes)
}

/// Returns the writes that drop the answers about an event that was removed, or that may be about it.
pub(super) fn forgetting_event(store: &dyn Store, code: &EventCode) -> Result<Vec<DocumentWrite>, StoreError> {
    // What names people: answers about the event itself, and previews.
    let of_event = format!("/api/v1/events/{code}/").to_lowercase();
    let may_name = |path: &str| path.starts_with(&of_event) || path.starts_with("/api/v1/runs");
    let mut writes = Vec::new();
    each(store, |document, seen| {
        if seen.answer.is_some() && seen.path.as_ref().is_none_or(|path| may_name(&path.to_lowercase())) {
            let bare = Seen { answer: None, unkept: true, ..seen };
            let expect = Expect::Revision(document.revision);
            writes.push(DocumentWrite::put(Collection::IDEMPOTENCY, document.key, expect, &bare));
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(writes)
}

fn told(json: &Value, texts: &[String]) -> bool {
    let holds = |text: &str| {
        let text = text.to_lowercase();
        texts.iter().any(|one| text.contains(one.as_str()))
    };
    match json {
        Value::String(text) => holds(text),
        Value::Array(values) => values.iter().any(|value| told(value, texts)),
        Value::Object(members) => members.iter().any(|(name, value)| holds(name) || told(value, texts)),
        _ => false,
    }
}
