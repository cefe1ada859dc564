//! Rebuilding a store from a dump: records are taken as they are, without checks that the import has made.

use std::collections::BTreeMap;

use super::{
    Engine, OpenWrite, Ordered, RESTORING_KEY, Result, StoreError, certificates, documents, keys, kind, old_runs,
    roster, strays,
};
use crate::credential::EventCode;
use crate::store::Participant;
use crate::store::dump::DumpRecord;
use data_encoding::BASE64;

impl<E: Engine> Ordered<E> {
    /// Marks the store as being rebuilt from a dump; resumes one that was interrupted.
    pub(super) fn start_restore(&self, dump: &str) -> Result<()> {
        {
            let mut writer = self.writer();
            let resumed = writer.restoring.as_deref() == Some(dump);
            let empty = self.engine.range(&[kind::META, 0xff], &[0xff], 1)?.is_empty();
            if !resumed && (!empty || writer.restoring.is_some()) {
                return Err(StoreError::NotEmpty { path: self.engine.place() });
            }
            let draft = self.draft(vec![(RESTORING_KEY.to_vec(), Some(dump.into()))]);
            self.write(&mut writer, draft)?;
            writer.restoring = Some(dump.to_owned());
        }
        self.settle()
    }

    /// Takes records of the dump.
    pub(super) fn take_records(&self, records: &[DumpRecord]) -> Result<()> {
        {
            let mut writer = self.writer();
            if writer.restoring.is_none() {
                return Err(StoreError::NotEmpty { path: self.engine.place() });
            }
            let mut draft = self.draft(Vec::new());
            records.iter().try_for_each(|record| put(&mut draft, record))?;
            put_people(&mut draft, records)?;
            self.write(&mut writer, draft)?;
        }
        self.settle()
    }

    /// Takes the mark away; the store is in use from now on.
    pub(super) fn end_restore(&self) -> Result<()> {
        self.seal_acts()?;
        {
            let mut writer = self.writer();
            let head = super::audit_head(&self.engine)?;
            let draft = self.draft(vec![(RESTORING_KEY.to_vec(), Some(Vec::new()))]);
            self.write(&mut writer, draft)?;
            writer.restoring = None;
            writer.head = head;
        }
        self.settle()
    }
}

/// Puts people in the order of the dump, which is that of the rosters.
fn put_people<E: Engine>(draft: &mut OpenWrite<'_, E>, records: &[DumpRecord]) -> Result<()> {
    let mut events: BTreeMap<&EventCode, Vec<&Participant>> = BTreeMap::new();
    for record in records {
        if let DumpRecord::Participant { event, participant } = record {
            events.entry(event).or_default().push(participant);
        }
    }
    events.into_iter().try_for_each(|(event, people)| roster::put(draft, event, people))
}

fn put<E: Engine>(draft: &mut OpenWrite<'_, E>, record: &DumpRecord) -> Result<()> {
    let counter = |reserved: u64| reserved.to_be_bytes().to_vec();
    match record {
        DumpRecord::Setting { name, value } => {
            draft.put(keys::named(kind::SETTING, name.as_bytes()), base64(value)?);
        }
        DumpRecord::Blob { id, length } => {
            let id = keys::blob_id(id).ok_or_else(|| StoreError::NotFound(id.to_string()))?;
            draft.put(keys::named(kind::BLOB, &id), counter(*length));
        }
        DumpRecord::BlobPart { id, part, bytes } => {
            let id = keys::blob_id(id).ok_or_else(|| StoreError::NotFound(id.to_string()))?;
            draft.put(keys::blob_part(&id, *part), base64(bytes)?);
        }
        DumpRecord::Event(event) => {
            draft.put_json(keys::named(kind::EVENT, event.code.as_str().as_bytes()), "event", event)?;
        }
        // By [`put_people`].
        DumpRecord::Participant { .. } => {}
        DumpRecord::Certificate { current: true, certificate } => certificates::put_current(draft, certificate)?,
        DumpRecord::Certificate { current: false, certificate } => certificates::put_old(draft, certificate)?,
        DumpRecord::Numbers { event, year, reserved } => draft.put(keys::numbers(event, *year), counter(*reserved)),
        DumpRecord::StatusList { list, reserved } => {
            draft.put(keys::named(kind::STATUS_LIST, &list.to_be_bytes()), counter(u64::from(*reserved)));
        }
        DumpRecord::Stray(stray) => strays::put(draft, stray)?,
        DumpRecord::Run(run) => old_runs::put(draft, run)?,
        DumpRecord::Document { collection, key, value } => documents::put(draft, collection, key, value)?,
        DumpRecord::Audit(entry) => {
            draft.put_json(keys::named(kind::AUDIT, &entry.sequence.to_be_bytes()), "audit entry", entry)?;
        }
    }
    Ok(())
}

fn base64(text: &str) -> Result<Vec<u8>> {
    BASE64.decode(text.as_bytes()).map_err(|_| StoreError::Damaged {
        path: "the dump".to_owned(),
        problem: "bytes that are not base64".to_owned(),
    })
}
