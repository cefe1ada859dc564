//! Reads a dump: looked at whole, then written into an empty store.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Seek};

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

use super::{DUMP_VERSION, DumpError, DumpRecord, FORMAT, Header, LINE_BYTES, Line, Summary};
use crate::credential::EventCode;
use crate::status::LIST_ENTRIES;
use crate::store::audit::AuditHead;
use crate::store::ordered::PART_BYTES;
use crate::store::{BlobId, Certificate, KEY_BYTES, RECORD_BYTES, Store};

/// Records written in one step.
const BATCH: usize = 500;
/// Bytes of dump written in one step, at most about.
const BATCH_BYTES: usize = 4 << 20;

/// Rebuilds an empty store from a dump. Reads it twice: nothing is written before all of it was found good.
///
/// `verify` says whether a JWS signs this statement with a key of the issuer. An interrupted import is resumed by
/// importing the same dump again.
///
/// # Errors
/// When the dump is not whole, not as signed or does not hold together, and when the store is in use.
pub fn import<R: Read + Seek>(
    store: &dyn Store,
    input: &mut R,
    verify: &dyn Fn(&str, &[u8]) -> bool,
) -> Result<Summary, DumpError> {
    input.rewind()?;
    let mut check = Check::default();
    let (summary, jws) = scan(input, |line, record, _| {
        check.record(record).map_err(|wrong| DumpError::Line { line, problem: wrong.to_string() })
    })?;
    check.finish().map_err(|wrong| DumpError::Inconsistent(wrong.to_string()))?;
    if !verify(&jws, &summary.statement()) {
        return Err(DumpError::Signature);
    }
    store.begin_restore(&summary.sha256)?;
    input.rewind()?;
    let mut batch = Batch { store, records: Vec::new(), bytes: 0 };
    let (again, _) = scan(input, |_, record, bytes| batch.take(record, bytes))?;
    batch.flush()?;
    if again != summary {
        return Err(DumpError::Changed("first reading"));
    }
    store.finish_restore()?;
    Ok(summary)
}

struct Batch<'a> {
    store: &'a dyn Store,
    records: Vec<DumpRecord>,
    bytes: usize,
}

impl Batch<'_> {
    fn take(&mut self, record: DumpRecord, bytes: usize) -> Result<(), DumpError> {
        self.records.push(record);
        self.bytes += bytes;
        if self.records.len() >= BATCH || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), DumpError> {
        self.store.restore(&self.records)?;
        self.records.clear();
        self.bytes = 0;
        Ok(())
    }
}

/// Reads a dump from header to footer, checks what the footer says about it, and returns the footer.
fn scan(
    input: &mut impl Read,
    mut with: impl FnMut(u64, DumpRecord, usize) -> Result<(), DumpError>,
) -> Result<(Summary, String), DumpError> {
    let mut lines = Lines { input: BufReader::new(input), number: 0, digest: Sha256::new() };
    let (mut header, mut records) = (None, BTreeMap::<String, u64>::new());
    while let Some(bytes) = lines.next()? {
        let line = serde_json::from_slice(&bytes).map_err(|_| lines.wrong("is not a record"))?;
        match (line, &header) {
            (Line::Header(found), None) if lines.number == 1 => {
                header =
                    Some(check_header(found).map_err(|error| error.unwrap_or(lines.wrong("is not a dump's header")))?);
            }
            (Line::Record(record), Some(_)) => {
                *records.entry(record.kind().to_owned()).or_default() += 1;
                with(lines.number, *record, bytes.len())?;
            }
            (Line::Footer { summary, jws }, Some(header)) => {
                let sha256 = HEXLOWER.encode(&lines.digest.clone().finalize());
                let not_as_signed = summary.not_as_signed.clone();
                check_footer(&summary, &Summary { header: header.clone(), records, sha256, not_as_signed })?;
                return if lines.next()?.is_none() {
                    Ok((summary, jws))
                } else {
                    Err(lines.wrong("follows the footer"))
                };
            }
            _ => return Err(lines.wrong("is out of place")),
        }
        lines.digest.update(&bytes);
    }
    Err(DumpError::Unfinished)
}

fn check_header(header: Header) -> Result<Header, Option<DumpError>> {
    match header {
        Header { ref format, .. } if format != FORMAT => Err(None),
        Header { version: DUMP_VERSION, .. } => Ok(header),
        Header { version, .. } => Err(Some(DumpError::Version(version))),
    }
}

fn check_footer(said: &Summary, found: &Summary) -> Result<(), DumpError> {
    if said.sha256 != found.sha256 {
        Err(DumpError::Changed("digest"))
    } else if said != found {
        Err(DumpError::Changed("header or number of records"))
    } else {
        Ok(())
    }
}

struct Lines<R> {
    input: BufReader<R>,
    number: u64,
    digest: Sha256,
}

impl<R: Read> Lines<R> {
    /// Returns the next line with its end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, DumpError> {
        let mut bytes = Vec::new();
        self.input.by_ref().take(LINE_BYTES as u64 + 1).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        match bytes.last() {
            _ if bytes.len() > LINE_BYTES => Err(self.wrong("is too long")),
            Some(b'\n') => Ok(Some(bytes)),
            _ => Err(DumpError::Unfinished),
        }
    }

    fn wrong(&self, problem: &str) -> DumpError {
        DumpError::Line { line: self.number, problem: problem.to_owned() }
    }
}

/// What is wrong with a dump.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error("a name or key is too long")]
    TooLong,
    #[error("setting `{0}` cannot be read")]
    Setting(String),
    #[error("a part is not base64")]
    NotBase64,
    #[error("part {0} of {1} is out of place")]
    Part(u32, BlobId),
    #[error("kept bytes {0} differ from their digest")]
    Digest(BlobId),
    #[error("kept bytes have parts but no end")]
    NoEnd,
    #[error("the audit log does not hold together here")]
    Audit,
    #[error("status list {0} is out of place or has a wrong number of entries")]
    StatusList(u32),
    #[error("numbers of {event} in {year} are used up to {highest}, but not reserved")]
    Numbers { event: EventCode, year: i16, highest: u64 },
    #[error("status list {0} is used, but not reserved")]
    Unreserved(u32),
}

/// What must hold in a dump before any of it is written.
#[derive(Default)]
struct Check {
    blob: Option<(BlobId, u32, Sha256, u64)>,
    /// Highest certificate by event and year.
    used: BTreeMap<(EventCode, i16), u64>,
    reserved: BTreeMap<(EventCode, i16), u64>,
    /// Newest status list in a certificate, newest list counted.
    lists: (u32, u32),
    audit: AuditHead,
}

impl Check {
    fn record(&mut self, record: DumpRecord) -> Result<(), Wrong> {
        match record {
            DumpRecord::Setting { name, value } => self.setting(&name, &value),
            DumpRecord::BlobPart { id, part, bytes } => self.blob_part(id, part, &bytes),
            DumpRecord::Blob { id, length } => self.blob(id, length),
            DumpRecord::Event(_) | DumpRecord::Run(_) => Ok(()),
            DumpRecord::Document { key, .. } => short(&key),
            DumpRecord::Participant { participant, .. } => short(&participant.key.0),
            DumpRecord::Certificate { certificate, .. } => self.certificate(&certificate),
            DumpRecord::Stray(stray) => {
                self.lists.0 = self.lists.0.max(stray.status.list);
                Ok(())
            }
            DumpRecord::Numbers { event, year, reserved } => {
                self.reserved.insert((event, year), reserved);
                Ok(())
            }
            DumpRecord::StatusList { list, reserved } => self.status_list(list, reserved),
            DumpRecord::Audit(entry) => {
                self.audit = self.audit.follow(entry).ok_or(Wrong::Audit)?;
                Ok(())
            }
        }
    }

    fn setting(&mut self, name: &str, value: &str) -> Result<(), Wrong> {
        short(name)?;
        match BASE64.decode(value.as_bytes()) {
            Ok(bytes) if bytes.len() <= RECORD_BYTES => Ok(()),
            _ => Err(Wrong::Setting(name.to_owned())),
        }
    }

    fn blob_part(&mut self, id: BlobId, part: u32, bytes: &str) -> Result<(), Wrong> {
        let bytes = BASE64.decode(bytes.as_bytes()).map_err(|_| Wrong::NotBase64)?;
        let (open, next, digest, length) = self.blob.get_or_insert_with(|| (id.clone(), 0, Sha256::new(), 0));
        let full = *length == u64::from(*next) * PART_BYTES as u64;
        if *open != id || *next != part || !full || bytes.is_empty() || bytes.len() > PART_BYTES {
            return Err(Wrong::Part(part, id));
        }
        digest.update(&bytes);
        *next += 1;
        *length += bytes.len() as u64;
        Ok(())
    }

    fn blob(&mut self, id: BlobId, length: u64) -> Result<(), Wrong> {
        let (_, _, digest, found) = self.blob.take().unwrap_or((id.clone(), 0, Sha256::new(), 0));
        let good = found == length && HEXLOWER.encode(&digest.finalize()) == id.0;
        if good { Ok(()) } else { Err(Wrong::Digest(id)) }
    }

    fn certificate(&mut self, certificate: &Certificate) -> Result<(), Wrong> {
        short(&certificate.person.0)?;
        let number = &certificate.number;
        let highest = self.used.entry((number.event().clone(), number.year())).or_default();
        *highest = number.sequence().max(*highest);
        self.lists.0 = self.lists.0.max(certificate.status.list);
        Ok(())
    }

    fn status_list(&mut self, list: u32, reserved: u32) -> Result<(), Wrong> {
        if list != self.lists.1 + 1 || reserved == 0 || reserved > LIST_ENTRIES {
            return Err(Wrong::StatusList(list));
        }
        self.lists.1 = list;
        Ok(())
    }

    /// No number or list that a certificate uses may be given out again.
    fn finish(&self) -> Result<(), Wrong> {
        let short = self.used.iter().find(|(of, highest)| self.reserved.get(of).is_none_or(|all| all < highest));
        match short {
            Some(((event, year), highest)) => {
                Err(Wrong::Numbers { event: event.clone(), year: *year, highest: *highest })
            }
            None if self.lists.0 > self.lists.1 => Err(Wrong::Unreserved(self.lists.0)),
            None if self.blob.is_some() => Err(Wrong::NoEnd),
            None => Ok(()),
        }
    }
}

fn short(key: &str) -> Result<(), Wrong> {
    if key.len() > KEY_BYTES { Err(Wrong::TooLong) } else { Ok(()) }
}
