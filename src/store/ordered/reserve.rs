//! Numbers and status list positions, given out once.

use super::{Engine, OpenWrite, Result, StoreError, damaged, keys, kind};
use crate::credential::EventCode;
use crate::status::LIST_ENTRIES;
use crate::store::StatusRange;

/// Takes `count` numbers of an event and year and returns the first.
pub(super) fn numbers<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    year: i16,
    count: u64,
) -> Result<u64> {
    let key = keys::numbers(event, year);
    let reserved = draft.engine.get(&key)?.map_or(Ok(0), |bytes| counter(draft.engine, &bytes))?;
    let spent = || StoreError::Exhausted("numbers of this event and year");
    let first = reserved.checked_add(1).ok_or_else(spent)?;
    if count > 0 {
        draft.put(key, reserved.checked_add(count).ok_or_else(spent)?.to_be_bytes().to_vec());
    }
    Ok(first)
}

/// Takes `count` positions: what is left of the newest list, then whole new ones.
pub(super) fn status<E: Engine>(draft: &mut OpenWrite<'_, E>, count: u32) -> Result<Vec<StatusRange>> {
    let (mut list, mut used) = newest_list(draft.engine)?;
    let (mut left, mut ranges) = (count, Vec::new());
    while left > 0 {
        if used == LIST_ENTRIES {
            list = list.checked_add(1).ok_or(StoreError::Exhausted("status lists"))?;
            used = 0;
        }
        let count = left.min(LIST_ENTRIES - used);
        ranges.push(StatusRange { list, first: used, count });
        draft.put(keys::named(kind::STATUS_LIST, &list.to_be_bytes()), u64::from(used + count).to_be_bytes().to_vec());
        (used, left) = (used + count, left - count);
    }
    Ok(ranges)
}

/// Most lists that one position may open: more were hardly filled since the dump that this store was rebuilt from.
const LISTS_AT_ONCE: u32 = 64;

/// Makes a position of a list count as reserved, with all before it.
pub(super) fn through<E: Engine>(draft: &mut OpenWrite<'_, E>, list: u32, position: u32) -> Result<()> {
    let (newest, used) = newest_list(draft.engine)?;
    // Lists before the newest are full.
    let far = list == 0 || position >= LIST_ENTRIES || list.saturating_sub(newest) > LISTS_AT_ONCE;
    if far {
        return Err(StoreError::Exhausted("status lists near the one that is named"));
    }
    let last = position + 1;
    let mut put = |list: u32, reserved: u32| {
        draft.put(keys::named(kind::STATUS_LIST, &list.to_be_bytes()), u64::from(reserved).to_be_bytes().to_vec());
    };
    if list > newest {
        (newest.max(1)..list).for_each(|full| put(full, LIST_ENTRIES));
        put(list, last);
    } else if list == newest && last > used {
        put(list, last);
    }
    Ok(())
}

/// Reads a counter's value.
pub(super) fn counter(engine: &impl Engine, bytes: &[u8]) -> Result<u64> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| damaged(engine, "a counter cannot be read"))
}

/// Reads how many positions of a list are reserved.
pub(super) fn list_counter(engine: &impl Engine, bytes: &[u8]) -> Result<u32> {
    let reserved = u32::try_from(counter(engine, bytes)?).ok().filter(|reserved| *reserved <= LIST_ENTRIES);
    reserved.ok_or_else(|| damaged(engine, "a status list has more entries than fit"))
}

/// Returns the newest list and how many of its positions are reserved; before the first one, a full list 0.
fn newest_list(engine: &impl Engine) -> Result<(u32, u32)> {
    let start = keys::named(kind::STATUS_LIST, b"");
    let Some((key, bytes)) = engine.last(&start, &keys::end(&start))? else { return Ok((0, LIST_ENTRIES)) };
    let list = keys::last_u32(&key).ok_or_else(|| damaged(engine, "a status list has no number"))?;
    Ok((list, list_counter(engine, &bytes)?))
}
