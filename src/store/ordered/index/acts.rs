//! What is searched of the audit log: when, who, what, and on what, in blocks of 256 acts. A block is written with its last
//! act; those after the last block are read as they are.

use super::super::{damaged, wanted};
use super::{Engine, OpenWrite, Ordered, Result, blocks, decode, keys, kind};
use crate::store::{AuditEntry, AuditQuery, PAGE_LIMIT, Page, StoreError};
use serde_json::Value;

/// Acts of a block: those whose numbers give the same when divided by this.
const BLOCK: u64 = 256;
/// Most bytes that a block keeps of what an act names; of one that names more, the entry itself is read.
const NAMED: usize = 400;

/// Writes the block that an act is the last of.
pub(in super::super) fn seal<E: Engine>(draft: &mut OpenWrite<'_, E>, entry: &AuditEntry) -> Result<()> {
    if entry.sequence % BLOCK != BLOCK - 1 {
        return Ok(());
    }
    let block = entry.sequence / BLOCK;
    let (after, end) = (before(block * BLOCK), act(entry.sequence));
    let mut records = Vec::with_capacity(BLOCK as usize);
    for (_, bytes) in draft.engine.range(&after, &end, BLOCK as usize)? {
        records.push(record(&decode(draft.engine, &bytes)?));
    }
    records.push(record(entry));
    draft.put(key(block), written(&records));
    Ok(())
}

fn written(records: &[(u8, Vec<u8>)]) -> Vec<u8> {
    blocks::written(records.iter().map(|(slot, record)| (*slot, &record[..])))
}

fn key(block: u64) -> Vec<u8> {
    keys::named(kind::ACTS, &block.to_be_bytes())
}

fn act(sequence: u64) -> Vec<u8> {
    keys::named(kind::AUDIT, &sequence.to_be_bytes())
}

/// Returns the last key before an act's.
fn before(sequence: u64) -> Vec<u8> {
    keys::before(&act(sequence))
}

/// Returns where in its block an act is, and what is searched of it: when, in seconds since 1970 (8 bytes); the action, the
/// actor and the subject behind their lengths; the texts that it names, each after a line feed, or a zero byte where there are
/// too many or it names a range.
fn record(entry: &AuditEntry) -> (u8, Vec<u8>) {
    let act = &entry.act;
    let mut out = act.at.unix().to_be_bytes().to_vec();
    [&act.action, &act.actor, &act.subject].into_iter().for_each(|text| blocks::put(&mut out, text.as_bytes()));
    let mut named = String::new();
    name(&act.detail, &mut named);
    let range = ["from", "to"].iter().all(|end| act.detail.get(end).is_some());
    if range || named.len() > NAMED {
        named = "\0".to_owned();
    }
    out.extend(named.as_bytes());
    ((entry.sequence % BLOCK) as u8, out)
}

fn name(value: &Value, named: &mut String) {
    match value {
        // Once it is too long it is not kept.
        _ if named.len() > NAMED => {}
        Value::String(text) => {
            named.push('\n');
            named.push_str(text);
        }
        Value::Array(values) => values.iter().for_each(|value| name(value, named)),
        Value::Object(members) => members.values().for_each(|value| name(value, named)),
        _ => {}
    }
}

/// Says whether an act with this record can be one of those that are asked for; nothing if it cannot be read.
fn may_take(query: &AuditQuery, mut record: &[u8]) -> Option<bool> {
    let at = i64::from_be_bytes(*blocks::take_chunk(&mut record)?);
    let action = blocks::take(&mut record)?;
    let actor = blocks::take(&mut record)?;
    let subject = blocks::take(&mut record)?;
    let begins =
        |wanted: &Option<String>, text: &[u8]| wanted.as_ref().is_none_or(|start| text.starts_with(start.as_bytes()));
    let is_about = |wanted: &String| {
        let wanted = wanted.as_bytes();
        subject == wanted || record == b"\0" || memchr::memmem::find(record, wanted).is_some()
    };
    Some(
        begins(&query.action, action)
            && begins(&query.actor, actor)
            && query.since.is_none_or(|since| at >= since.unix())
            && query.until.is_none_or(|until| at < until.unix())
            && query.subject.as_ref().is_none_or(is_about),
    )
}

impl<E: Engine> Ordered<E> {
    /// Writes all blocks that are full and missing.
    pub(in super::super) fn seal_acts(&self) -> Result<()> {
        let full = super::super::audit_head(&self.engine)?.sequence.saturating_add(1) / BLOCK;
        for block in 0..full {
            if self.engine.get(&key(block))?.is_none() {
                let mut records = Vec::with_capacity(BLOCK as usize);
                for (_, bytes) in
                    self.engine.range(&before(block * BLOCK), &act((block + 1) * BLOCK), BLOCK as usize)?
                {
                    records.push(record(&decode(&self.engine, &bytes)?));
                }
                self.write_entries(vec![(key(block), Some(written(&records)))])?;
            }
        }
        Ok(())
    }

    /// Returns a page of the acts that are asked for.
    pub(in super::super) fn acts_found(
        &self,
        query: &AuditQuery,
        newest: bool,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<AuditEntry>> {
        let limit = limit.clamp(1, PAGE_LIMIT);
        let mut next = match (self.sequence_of(cursor)?, newest) {
            (last, true) => {
                // A cursor may name an act that there is none of: nobody walks down to the newest one from there.
                let head = super::super::audit_head(&self.engine)?.sequence;
                last.map_or(Some(head), |last| last.checked_sub(1)).map(|next| next.min(head))
            }
            (Some(last), false) => last.checked_add(1),
            (None, false) => Some(0),
        };
        let mut items: Vec<AuditEntry> = Vec::new();
        while let Some(from) = next {
            wanted::check()?;
            let (found, following) = self.some_acts(query, from, newest)?;
            self.settle()?;
            for entry in found.into_iter().filter(|entry| query.takes(entry)) {
                if items.len() == limit {
                    let last = items.last().map(|entry| keys::cursor(&[kind::AUDIT], &act(entry.sequence)));
                    return Ok(Page { items, next: last });
                }
                items.push(entry);
            }
            next = following;
        }
        Ok(Page { items, next: None })
    }

    /// Returns those acts of the block of one that can be asked for, from that one on, and with which act to go on.
    fn some_acts(&self, query: &AuditQuery, from: u64, newest: bool) -> Result<(Vec<AuditEntry>, Option<u64>)> {
        let first = from / BLOCK * BLOCK;
        let end = first.saturating_add(BLOCK);
        let is_ahead = |sequence: u64| if newest { sequence <= from } else { sequence >= from };
        let mut entries = Vec::new();
        let following = match self.engine.get(&key(first / BLOCK))? {
            Some(block) => {
                for (slot, record) in blocks::read(&self.engine, &block)? {
                    let sequence = first + u64::from(slot);
                    let broken = || blocks::broken(&self.engine);
                    if is_ahead(sequence) && may_take(query, record).ok_or_else(broken)? {
                        let bytes = self.engine.get(&act(sequence))?;
                        let bytes = bytes.ok_or_else(|| damaged(&self.engine, "an act of the audit log is missing"))?;
                        entries.push(decode::<AuditEntry>(&self.engine, &bytes)?);
                    }
                }
                Some(end)
            }
            None => {
                let found = self.engine.range(&before(first), &act(end), BLOCK as usize)?;
                let more = !found.is_empty();
                for (_, bytes) in found {
                    let entry: AuditEntry = decode(&self.engine, &bytes)?;
                    if is_ahead(entry.sequence) {
                        entries.push(entry);
                    }
                }
                more.then_some(end)
            }
        };
        if newest {
            entries.reverse();
        }
        Ok((entries, if newest { first.checked_sub(1) } else { following }))
    }

    fn sequence_of(&self, cursor: Option<&str>) -> Result<Option<u64>> {
        let Some(text) = cursor else { return Ok(None) };
        let rest = keys::after(&[], Some(text))?;
        let sequence = <[u8; 8]>::try_from(&rest[..]).map(u64::from_be_bytes);
        sequence.map(Some).map_err(|_| StoreError::Cursor(text.chars().take(40).collect()))
    }
}
