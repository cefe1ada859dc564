//! What is searched of certificates: their state, dates, template, run and texts, in blocks by number.

use std::collections::BTreeSet;

use super::super::wanted;
use super::{Engine, Ordered, Result, blocks, keys, kind};
use crate::credential::{CertificateNumber, Timestamp};
use crate::store::query::certificate_text;
use crate::store::sought::Sought;
use crate::store::{Certificate, CertificateQuery, CertificateState, PAGE_LIMIT, Page, Standing, StoreError};

/// Certificates of a block: so few that a block is kept as one piece, which is read several times as fast as a longer one.
pub(super) const BLOCK: u8 = 32;
/// Blocks read at a time.
const BLOCKS: usize = 128;
/// Where a date would stand that there is none of.
const NEVER: i64 = i64::MAX;

/// Returns the block that a certificate is in, and where there.
pub(super) fn place(number: &CertificateNumber) -> (Vec<u8>, u8) {
    let (block, slot) = blocks::split(number.sequence(), BLOCK);
    (keys::facets(number.event(), number.year(), block), slot)
}

/// Returns what is searched of a certificate: a letter for its state; when it was issued, until when it is valid, until when
/// its revocation waits, in seconds since 1970 (8 bytes each); its template and its run behind their lengths; its text.
pub(super) fn facets(certificate: &Certificate) -> Vec<u8> {
    let state = match certificate.state {
        CertificateState::Active => b'a',
        CertificateState::Revoked { .. } => b'r',
        CertificateState::Superseded { .. } => b's',
    };
    let due = certificate.withdrawal.as_ref().and_then(|withdrawal| withdrawal.due);
    let seconds = |at: Option<Timestamp>| at.map_or(NEVER, Timestamp::unix).to_be_bytes();
    let mut out = vec![state];
    [Some(certificate.issued), certificate.valid_until, due].map(seconds).iter().for_each(|at| out.extend(at));
    blocks::put(&mut out, certificate.template.name.as_bytes());
    blocks::put(&mut out, certificate.run.as_deref().unwrap_or_default().as_bytes());
    out.extend(certificate_text(certificate).as_bytes());
    out
}

/// A query, made ready to be held against many facets.
struct Sieve<'q> {
    query: &'q CertificateQuery,
    text: Option<Sought<'q>>,
}

impl Sieve<'_> {
    /// Says whether a certificate with these facets can be one of those that are asked for; nothing if they cannot be read.
    fn may_take(&self, mut facets: &[u8]) -> Option<bool> {
        let query = self.query;
        let [state] = *blocks::take_chunk(&mut facets)?;
        let mut date = || blocks::take_chunk(&mut facets).map(|bytes| i64::from_be_bytes(*bytes));
        let (issued, until, due) = (date()?, date()?, date()?);
        let template = blocks::take(&mut facets)?;
        let run = blocks::take(&mut facets)?;
        let stands = |(standing, now): (Standing, Timestamp)| match standing {
            Standing::Active => state == b'a' && until >= now.unix(),
            Standing::Expired => state == b'a' && until < now.unix(),
            Standing::RevocationWaits => state == b'r' && due != NEVER && due > now.unix(),
            Standing::Revoked => state == b'r',
            Standing::Superseded => state == b's',
        };
        Some(
            query.standing.is_none_or(stands)
                && query.template.as_ref().is_none_or(|wanted| wanted.as_bytes() == template)
                && query.issued_since.is_none_or(|since| issued >= since.unix())
                && query.issued_until.is_none_or(|until| issued < until.unix())
                && query.run.as_ref().is_none_or(|wanted| wanted.as_bytes() == run)
                && self.text.as_ref().is_none_or(|text| text.may_be_in(facets)),
        )
    }
}

impl<E: Engine> Ordered<E> {
    /// Returns a page of the certificates that are asked for.
    pub(in super::super) fn certificates_found(
        &self,
        query: &CertificateQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Certificate>> {
        let prefix = match &query.event {
            Some(event) => keys::group(kind::CERTIFICATE, event.as_str()),
            None => keys::named(kind::CERTIFICATE, b""),
        };
        if !query.narrows() {
            return self.page_json(&prefix, cursor, limit);
        }
        let text = query.wanted_text();
        if !query.only.is_empty() {
            return self.certificates_named(query, text.as_deref(), &prefix, cursor, limit);
        }
        let sieve = Sieve { query, text: text.as_deref().map(Sought::new) };
        let limit = limit.clamp(1, PAGE_LIMIT);
        let start = [&[kind::FACETS], &prefix[1..]].concat();
        let after = keys::after(&prefix, cursor)?;
        let mut from = if after == prefix { start.clone() } else { block_before(&after, cursor)? };
        let (mut items, mut last) = (Vec::new(), Vec::new());
        loop {
            wanted::check()?;
            let found = self.engine.range(&from, &keys::end(&start), BLOCKS)?;
            self.settle()?;
            let Some((key, _)) = found.last() else { return Ok(Page { items, next: None }) };
            from.clone_from(key);
            for key in self.sifted(&sieve, &found)? {
                let certificate: Option<Certificate> = if key > after { self.get_json(&key)? } else { None };
                let Some(certificate) = certificate.filter(|one| query.takes(one, text.as_deref())) else { continue };
                if items.len() == limit {
                    return Ok(Page { items, next: Some(keys::cursor(&prefix, &last)) });
                }
                items.push(certificate);
                last = key;
            }
        }
    }

    /// The same where they are named: nothing else is looked at.
    fn certificates_named(
        &self,
        query: &CertificateQuery,
        text: Option<&str>,
        prefix: &[u8],
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Certificate>> {
        let limit = limit.clamp(1, PAGE_LIMIT);
        let after = keys::after(prefix, cursor)?;
        let named = query.only.iter().map(|number| keys::certificate(kind::CERTIFICATE, number));
        let named: BTreeSet<_> = named.filter(|key| key.starts_with(prefix) && *key > after).collect();
        let (mut items, mut last) = (Vec::new(), Vec::new());
        for key in named {
            wanted::check()?;
            let certificate: Option<Certificate> = self.get_json(&key)?;
            let Some(certificate) = certificate.filter(|one| query.takes(one, text)) else { continue };
            if items.len() == limit {
                return Ok(Page { items, next: Some(keys::cursor(prefix, &last)) });
            }
            items.push(certificate);
            last = key;
        }
        Ok(Page { items, next: None })
    }

    /// Returns the keys of those certificates in blocks that can be asked for.
    fn sifted(&self, sieve: &Sieve<'_>, found: &[(Vec<u8>, Vec<u8>)]) -> Result<Vec<Vec<u8>>> {
        let mut keys = Vec::new();
        for (key, block) in found {
            let broken = || blocks::broken(&self.engine);
            let (head, block_number) = key.split_last_chunk().ok_or_else(broken)?;
            let first = u64::from_be_bytes(*block_number) * u64::from(BLOCK);
            // Most blocks hold a text nowhere: one look says so.
            if sieve.text.as_ref().is_some_and(|text| !text.may_be_in(block)) {
                continue;
            }
            for (slot, facets) in blocks::read(&self.engine, block)? {
                if sieve.may_take(facets).ok_or_else(broken)? {
                    let sequence = (first + u64::from(slot)).to_be_bytes();
                    keys.push([&[kind::CERTIFICATE], &head[1..], &sequence].concat());
                }
            }
        }
        Ok(keys)
    }
}

/// Returns the key before the block of the certificate that a listing goes on after.
fn block_before(after: &[u8], cursor: Option<&str>) -> Result<Vec<u8>> {
    let whole = after.split_last_chunk().filter(|(head, _)| head.len() > 3);
    let refused = || StoreError::Cursor(cursor.unwrap_or_default().chars().take(40).collect());
    let (head, sequence) = whole.ok_or_else(refused)?;
    let (block, _) = blocks::split(u64::from_be_bytes(*sequence), BLOCK);
    Ok(keys::before(&[&[kind::FACETS], &head[1..], &block.to_be_bytes()].concat()))
}
