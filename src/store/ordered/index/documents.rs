//! Documents by the members that their collection declares.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{documents, wanted};
use super::{Engine, Ordered, Result, keys};
use crate::store::{Collection, Document, DocumentQuery, PAGE_LIMIT, Page};

/// Documents read at a time where no index leads to them.
const LOOKED_AT: usize = 500;

/// Returns the keys by which a document is found.
pub(super) fn found_by(collection: Collection, name: &str, value: &Value) -> BTreeSet<Vec<u8>> {
    let key = |index: &crate::store::Index| {
        let text = index.text(value).filter(|text| index.finds(text))?;
        Some([&keys::index(collection.name(), index.name(), text)[..], name.as_bytes()].concat())
    };
    collection.indexes().iter().filter_map(key).collect()
}

/// Returns the keys by which the document that is stored now is found.
pub(super) fn found_before(engine: &impl Engine, collection: Collection, at: &[u8]) -> Result<BTreeSet<Vec<u8>>> {
    let Some(bytes) = engine.get(at)? else { return Ok(BTreeSet::new()) };
    let name = String::from_utf8_lossy(&at[documents::key(collection.name(), "").len()..]);
    let document = documents::read(engine, &name, &bytes)?;
    Ok(found_by(collection, &name, &document.value))
}

impl<E: Engine> Ordered<E> {
    /// Returns a page of the documents that are asked for.
    pub(in super::super) fn documents_found(
        &self,
        collection: Collection,
        query: &DocumentQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>> {
        let leads = query.having.iter().find(|(index, text)| collection.indexes().contains(index) && index.finds(text));
        let start = match leads {
            Some((index, text)) => keys::index(collection.name(), index.name(), text),
            None => documents::key(collection.name(), ""),
        };
        let prefix = [&start[..], query.prefix.as_bytes()].concat();
        let limit = limit.clamp(1, PAGE_LIMIT);
        let at_once = if leads.is_some() { limit + 1 } else { LOOKED_AT };
        let mut edge = match cursor {
            None if query.newest => keys::end(&prefix),
            cursor => keys::after(&prefix, cursor)?,
        };
        let (mut items, mut last) = (Vec::new(), Vec::new());
        loop {
            wanted::check()?;
            let found = match query.newest {
                true => self.engine.range_back(&prefix, &edge, at_once)?,
                false => self.engine.range(&edge, &keys::end(&prefix), at_once)?,
            };
            self.settle()?;
            let Some((key, _)) = found.last() else { return Ok(Page { items, next: None }) };
            edge.clone_from(key);
            for (key, value) in found {
                let name = String::from_utf8_lossy(&key[start.len()..]);
                let value = match leads {
                    Some(_) => self.get(&documents::key(collection.name(), &name))?,
                    None => Some(value),
                };
                // Deleted since the index was read.
                let Some(value) = value else { continue };
                let document = documents::read(&self.engine, &name, &value)?;
                if !query.having.iter().all(|(index, text)| index.text(&document.value) == Some(text)) {
                    continue;
                }
                if items.len() == limit {
                    return Ok(Page { items, next: Some(keys::cursor(&prefix, &last)) });
                }
                items.push(document);
                last = key;
            }
        }
    }
}
