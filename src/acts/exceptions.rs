//! Exceptions and exclusions: added one by one or from a list, removed, listed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::listed::{Exception, Exclusion, ExclusionReason, Lifted, Listed, key, stored};
use super::person::{find, name_of};
use super::{ActError, how, retried, text, who};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::eligibility::How;
use crate::store::{
    Batch, Collection, Document, DocumentWrite, Expect, Page, Participant, PersonKey, Premise, Store, StoreError,
};

/// Largest list of exceptions or exclusions, in bytes.
pub const MAX_LIST_BYTES: usize = 1_000_000;
/// Most rows of such a list.
pub const MAX_LIST_ROWS: usize = 10_000;

/// What became of one row of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowFate {
    /// The exception is there now.
    Granted,
    /// The exclusion is there now.
    Listed,
    /// Not `email_or_id[,note]`.
    BadFormat,
    /// Nobody of the event has this e-mail or id.
    NoSuchPerson,
    /// Several people of the event go by it: name one by the id.
    Ambiguous,
    /// They stood on this list before.
    AlreadyListed,
    /// Excluded, and exclusion beats exception.
    Excluded,
    /// The same person stands further up in this list.
    DuplicateRow,
}

/// One row of a list of exceptions or exclusions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListRow {
    /// Line in the file, from 1.
    pub line: u64,
    /// Who was named, shortened.
    pub who: String,
    /// What became of it.
    pub outcome: RowFate,
}

fn write(
    desk: &Desk,
    code: &EventCode,
    person: &Participant,
    (expect, listed): (Expect, &Listed),
    action: &str,
    detail: serde_json::Value,
) -> Result<(), ActError> {
    let key = key(code, &person.key);
    let write = match listed {
        Listed::No => DocumentWrite::delete(Collection::LISTED, key, expect),
        listed => DocumentWrite::put(Collection::LISTED, key, expect, listed),
    };
    let act = desk.act(action, name_of(code, person), detail);
    // Nobody is listed who was erased meanwhile, or merged into another: their record is held as it was read.
    let given = vec![Premise::participant(code, person)];
    let written = desk.store.write(&Batch { given, documents: vec![write], ..Batch::default() }, Some(&act));
    written.map(drop).map_err(|error| match error {
        // The key names the person.
        StoreError::Conflict(_) => StoreError::Conflict(format!("a listing of {code}")).into(),
        other => other.into(),
    })
}

/// Allows a person a certificate despite the rule.
///
/// # Errors
/// [`ActError::AlreadyListed`], [`ActError::Excluded`].
pub fn except(desk: &Desk, code: &EventCode, person: &Participant, note: Option<&str>) -> Result<Exception, ActError> {
    except_so(desk, code, person, note, how(desk))
}

fn except_so(
    desk: &Desk,
    code: &EventCode,
    person: &Participant,
    note: Option<&str>,
    how: How,
) -> Result<Exception, ActError> {
    let note = note.map_or(Ok(None), |note| text("note", note))?;
    let (before, expect) = stored(desk.store, code, &person.key)?;
    match before {
        Listed::No | Listed::Lifted(_) => {}
        Listed::Exception(_) => return Err(ActError::AlreadyListed),
        Listed::Exclusion(_) => return Err(ActError::Excluded),
    }
    let exception = Exception { by: who(desk), at: desk.now, note, how, past: before.past() };
    let listed = Listed::Exception(exception.clone());
    write(desk, code, person, (expect, &listed), "exception.add", json!({}))?;
    Ok(exception)
}

/// Excludes a person; an exception goes in the same step. Says whether there was one.
///
/// # Errors
/// [`ActError::AlreadyListed`] if they are excluded already.
pub fn exclude(
    desk: &Desk,
    code: &EventCode,
    person: &Participant,
    reason: ExclusionReason,
    note: Option<&str>,
) -> Result<(Exclusion, bool), ActError> {
    exclude_so(desk, code, person, (reason, note), how(desk))
}

fn exclude_so(
    desk: &Desk,
    code: &EventCode,
    person: &Participant,
    (reason, note): (ExclusionReason, Option<&str>),
    how: How,
) -> Result<(Exclusion, bool), ActError> {
    let note = note.map_or(Ok(None), |note| text("note", note))?;
    let (before, expect) = stored(desk.store, code, &person.key)?;
    if matches!(before, Listed::Exclusion(_)) {
        return Err(ActError::AlreadyListed);
    }
    let had_exception = matches!(before, Listed::Exception(_));
    let exclusion = Exclusion { by: who(desk), at: desk.now, reason, note, how, past: before.past() };
    let listed = Listed::Exclusion(exclusion.clone());
    let detail = json!({ "reason": reason, "exception_removed": had_exception });
    write(desk, code, person, (expect, &listed), "exclusion.add", detail)?;
    Ok((exclusion, had_exception))
}

/// Takes a person off the list of exceptions, or of exclusions.
///
/// # Errors
/// [`ActError::NotListed`].
pub fn remove(desk: &Desk, code: &EventCode, person: &Participant, exclusion: bool) -> Result<(), ActError> {
    let (before, expect) = stored(desk.store, code, &person.key)?;
    let action = match (&before, exclusion) {
        (Listed::Exception(_), false) => "exception.remove",
        (Listed::Exclusion(_), true) => "exclusion.remove",
        _ => return Err(ActError::NotListed),
    };
    let lifted = Lifted { by: who(desk), at: desk.now, exception: !exclusion, past: before.past() };
    let listed = Listed::Lifted(lifted);
    write(desk, code, person, (expect, &listed), action, json!({}))
}

/// Takes a list of `email_or_id[,note]`, one exception a line; each row's outcome is named, and a bad row stops no other.
///
/// # Errors
/// When the list as a whole is too long or no text, or the store fails; rows before that are kept.
pub fn except_list(desk: &Desk, code: &EventCode, bytes: &[u8]) -> Result<Vec<ListRow>, ActError> {
    from_list(desk, code, bytes, &mut |person, note| {
        except_so(desk, code, person, note, How::Import).map(|_| RowFate::Granted)
    })
}

/// The same for exclusions, all for one reason; an exception goes in the same step.
///
/// # Errors
/// As [`except_list`].
pub fn exclude_list(
    desk: &Desk,
    code: &EventCode,
    reason: ExclusionReason,
    bytes: &[u8],
) -> Result<Vec<ListRow>, ActError> {
    from_list(desk, code, bytes, &mut |person, note| {
        exclude_so(desk, code, person, (reason, note), How::Import).map(|_| RowFate::Listed)
    })
}

/// Puts one person of a list where they belong.
type Put<'p> = &'p mut dyn FnMut(&Participant, Option<&str>) -> Result<RowFate, ActError>;

fn from_list(desk: &Desk, code: &EventCode, bytes: &[u8], put: Put<'_>) -> Result<Vec<ListRow>, ActError> {
    if bytes.len() > MAX_LIST_BYTES {
        return Err(ActError::invalid("file", format!("has more than {MAX_LIST_BYTES} bytes")));
    }
    let list = std::str::from_utf8(bytes).map_err(|_| ActError::invalid("file", "is not UTF-8"))?;
    let list = list.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(list.as_bytes());
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| ActError::invalid("file", "cannot be read as CSV"))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<&str> = record.iter().map(str::trim).collect();
        if cells.iter().all(|cell| cell.is_empty()) || (rows.is_empty() && is_header(cells[0])) {
            continue;
        }
        if rows.len() == MAX_LIST_ROWS {
            return Err(ActError::invalid("file", format!("has more than {MAX_LIST_ROWS} rows")));
        }
        let outcome = row(desk, code, (&cells, &mut seen), put)?;
        rows.push(ListRow { line, who: cells[0].chars().take(80).collect(), outcome });
    }
    Ok(rows)
}

fn is_header(cell: &str) -> bool {
    ["email", "e-mail", "id", "email_or_id", "username_or_email"].contains(&cell.to_lowercase().as_str())
}

fn row(
    desk: &Desk,
    code: &EventCode,
    (cells, seen): (&[&str], &mut BTreeSet<PersonKey>),
    put: Put<'_>,
) -> Result<RowFate, ActError> {
    if cells.len() > 2 || cells[0].is_empty() || cells[0].len() > 400 {
        return Ok(RowFate::BadFormat);
    }
    let mut named = None;
    let done = retried(|| {
        let person = find(desk.store, code, cells[0])?;
        if seen.contains(&person.key) {
            return Ok(RowFate::DuplicateRow);
        }
        named = Some(person.key.clone());
        put(&person, cells.get(1).copied())
    });
    seen.extend(named);
    match done {
        Ok(outcome) => Ok(outcome),
        Err(ActError::NoPerson(_)) => Ok(RowFate::NoSuchPerson),
        Err(ActError::Ambiguous | ActError::SharedAddress | ActError::SharedName) => Ok(RowFate::Ambiguous),
        Err(ActError::AlreadyListed) => Ok(RowFate::AlreadyListed),
        Err(ActError::Excluded) => Ok(RowFate::Excluded),
        Err(ActError::Invalid { .. }) => Ok(RowFate::BadFormat),
        Err(other) => Err(other),
    }
}

/// Lists an event's exceptions with whom they are for.
///
/// # Errors
/// When the store fails.
pub fn exceptions(
    store: &dyn Store,
    code: &EventCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<(Participant, Exception)>, ActError> {
    page(store, code, cursor, limit, |listed| match listed {
        Listed::Exception(exception) => Some(exception),
        _ => None,
    })
}

/// Lists an event's exclusions with whom they are about.
///
/// # Errors
/// When the store fails.
pub fn exclusions(
    store: &dyn Store,
    code: &EventCode,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<(Participant, Exclusion)>, ActError> {
    page(store, code, cursor, limit, |listed| match listed {
        Listed::Exclusion(exclusion) => Some(exclusion),
        _ => None,
    })
}

fn page<T>(
    store: &dyn Store,
    code: &EventCode,
    cursor: Option<&str>,
    limit: usize,
    wanted: impl Fn(Listed) -> Option<T>,
) -> Result<Page<(Participant, T)>, ActError> {
    let prefix = format!("{code}/");
    let (mut items, mut cursor) = (Vec::new(), cursor.map(str::to_owned));
    loop {
        let page = store.documents(Collection::LISTED, &prefix, cursor.as_deref(), limit - items.len())?;
        for document in page.items {
            let Document { key, .. } = &document;
            let person = PersonKey(key[prefix.len()..].to_owned());
            if let Some(listed) = wanted(document.read()?)
                && let Some(person) = store.participant(code, &person)?
            {
                items.push((person, listed));
            }
        }
        cursor = page.next;
        if items.len() >= limit || cursor.is_none() {
            return Ok(Page { items, next: cursor });
        }
    }
}
