//! Writes a dump: the whole store as JSON lines, signed.

use std::collections::BTreeMap;
use std::io::Write;

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

use super::{DumpError, DumpRecord, Header, Line, NotAsSigned, Summary};
use crate::store::ordered::PART_BYTES;
use crate::store::{BlobId, Certificate, CertificateState, Collection, Document, EventCode, Page, Store, StoreError};

/// Records read at a time.
const PAGE: usize = 500;

/// Writes the whole store as JSON lines. `sign` makes the JWS of the footer's statement; `proves` says whether a certificate
/// is as the issuer signed it. One that is not is in the dump all the same, which is what the store holds, and is counted.
///
/// The store may be in use meanwhile. Counters are read after the certificates, so that they cover them.
///
/// # Errors
/// When the store or the output fails.
pub fn export(
    store: &dyn Store,
    header: &Header,
    out: &mut dyn Write,
    sign: &dyn Fn(&[u8]) -> String,
    proves: &dyn Fn(&Certificate) -> bool,
) -> Result<Summary, DumpError> {
    let not_as_signed = NotAsSigned::default();
    let mut dump = Dump { out, digest: Sha256::new(), records: BTreeMap::new(), proves, not_as_signed };
    dump.line(&Line::Header(header.clone()))?;
    settings_and_blobs(store, &mut dump)?;
    events(store, &mut dump)?;
    certificates(store, &mut dump)?;
    each(|cursor| store.strays(cursor, PAGE), |stray| dump.record(DumpRecord::Stray(stray)))?;
    counters(store, &mut dump)?;
    for collection in Collection::ALL.iter().filter(|collection| collection.is_kept()) {
        each(
            |cursor| store.documents(*collection, "", cursor, PAGE),
            |Document { key, value, .. }| {
                dump.record(DumpRecord::Document { collection: collection.name().to_owned(), key, value })
            },
        )?;
    }
    each(|cursor| store.audit(cursor, PAGE), |entry| dump.record(DumpRecord::Audit(entry)))?;
    dump.finish(header, sign)
}

struct Dump<'a> {
    out: &'a mut dyn Write,
    digest: Sha256,
    records: BTreeMap<String, u64>,
    proves: &'a dyn Fn(&Certificate) -> bool,
    not_as_signed: NotAsSigned,
}

impl Dump<'_> {
    fn record(&mut self, record: DumpRecord) -> Result<(), DumpError> {
        *self.records.entry(record.kind().to_owned()).or_default() += 1;
        self.line(&Line::Record(Box::new(record)))
    }

    fn line(&mut self, line: &Line) -> Result<(), DumpError> {
        let mut bytes = serde_json::to_vec(line).expect("records are texts, numbers and maps with text keys");
        bytes.push(b'\n');
        self.digest.update(&bytes);
        Ok(self.out.write_all(&bytes)?)
    }

    fn finish(mut self, header: &Header, sign: &dyn Fn(&[u8]) -> String) -> Result<Summary, DumpError> {
        let sha256 = HEXLOWER.encode(&self.digest.clone().finalize());
        let summary = Summary {
            header: header.clone(),
            records: self.records.clone(),
            sha256,
            not_as_signed: self.not_as_signed.clone(),
        };
        let jws = sign(&summary.statement());
        self.line(&Line::Footer { summary: summary.clone(), jws })?;
        self.out.flush()?;
        Ok(summary)
    }
}

fn settings_and_blobs(store: &dyn Store, dump: &mut Dump<'_>) -> Result<(), DumpError> {
    each(
        |cursor| store.settings(cursor, PAGE),
        |(name, value)| dump.record(DumpRecord::Setting { name, value: BASE64.encode(&value) }),
    )?;
    each(|cursor| store.blobs(cursor, PAGE), |id| blob(store, dump, id))
}

fn blob(store: &dyn Store, dump: &mut Dump<'_>, id: BlobId) -> Result<(), DumpError> {
    let bytes = store.blob(&id)?.ok_or_else(|| StoreError::NotFound(id.to_string()))?;
    for (part, bytes) in (0..).zip(bytes.chunks(PART_BYTES)) {
        dump.record(DumpRecord::BlobPart { id: id.clone(), part, bytes: BASE64.encode(bytes) })?;
    }
    dump.record(DumpRecord::Blob { id, length: bytes.len() as u64 })
}

fn events(store: &dyn Store, dump: &mut Dump<'_>) -> Result<(), DumpError> {
    each(
        |cursor| store.events(cursor, PAGE),
        |event| {
            let code = event.code.clone();
            dump.record(DumpRecord::Event(event))?;
            participants(store, dump, &code)
        },
    )
}

fn participants(store: &dyn Store, dump: &mut Dump<'_>, event: &EventCode) -> Result<(), DumpError> {
    each(
        |cursor| store.participants(event, cursor, PAGE),
        |participant| dump.record(DumpRecord::Participant { event: event.clone(), participant }),
    )
}

fn certificates(store: &dyn Store, dump: &mut Dump<'_>) -> Result<(), DumpError> {
    each(
        |cursor| store.certificates(None, cursor, PAGE),
        |certificate| {
            // Most have one version, and that one is at hand. It may also have been superseded since it was listed.
            let only = certificate.version == 1 && certificate.state == CertificateState::Active;
            let mut versions = if only { vec![certificate] } else { store.versions(&certificate.number)? };
            let newest = versions.pop();
            versions.into_iter().try_for_each(|old| version(dump, false, old))?;
            newest.map_or(Ok(()), |newest| version(dump, true, newest))
        },
    )
}

fn version(dump: &mut Dump<'_>, current: bool, certificate: Certificate) -> Result<(), DumpError> {
    if certificate.erased.is_none() && !(dump.proves)(&certificate) {
        dump.not_as_signed.add(&certificate.number);
    }
    dump.record(DumpRecord::Certificate { current, certificate })
}

fn counters(store: &dyn Store, dump: &mut Dump<'_>) -> Result<(), DumpError> {
    for (event, year, reserved) in store.number_counters()? {
        dump.record(DumpRecord::Numbers { event, year, reserved })?;
    }
    for (list, reserved) in (1..).zip(store.status_lists()?) {
        dump.record(DumpRecord::StatusList { list, reserved })?;
    }
    Ok(())
}

/// Goes through all pages of a listing.
fn each<T>(
    page: impl Fn(Option<&str>) -> Result<Page<T>, StoreError>,
    mut with: impl FnMut(T) -> Result<(), DumpError>,
) -> Result<(), DumpError> {
    let mut cursor = None;
    loop {
        let Page { items, next } = page(cursor.as_deref())?;
        items.into_iter().try_for_each(&mut with)?;
        cursor = next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}
