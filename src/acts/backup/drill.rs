//! The drill: the newest backup is restored into a folder of its own, looked at, and the folder is taken away again.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{BackupError, DRILL, Lying, Plan, counted, in_folder, list, note, signed_by};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::keys::KeyManifest;
use crate::making::{NotProven, OwnKeys};
use crate::store::{self, Certificate, SledStore, Store, StoreError, check_audit};

/// How many certificates it proves, taken from all over.
const SAMPLE: u64 = 200;
/// Certificates read at a time.
const PAGE: usize = 500;

/// What a drill saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RestoreDrill)]
pub struct Drill {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Which backup was restored.
    pub name: String,
    /// When that was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub made: Option<Timestamp>,
    /// Whether all of it was well.
    pub good: bool,
    /// Records that the restored store was made of.
    pub records: u64,
    /// Versions of certificates that were counted in the restored store.
    pub certificates: u64,
    /// Entries of the audit log, whose chain was followed.
    pub audit: u64,
    /// Signatures that were verified.
    pub signatures: u64,
    /// What was not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Restores the newest backup into a folder of its own by the same act as `testamur import-dump`, looks at what came of it, and takes
/// the folder away again. What it saw is written down, also where that is not well.
///
/// # Errors
/// When there is no backup, or the store or the folder fails.
pub fn drill(desk: &Desk, manifest: &KeyManifest, plan: &Plan) -> Result<Drill, BackupError> {
    let newest = list(&plan.folder, desk.now)?.files.into_iter().next();
    let Lying { name, .. } = newest.ok_or_else(|| BackupError::Nothing(plan.folder.clone()))?;
    let mut drill = Drill {
        at: desk.now,
        name,
        made: None,
        good: false,
        records: 0,
        certificates: 0,
        audit: 0,
        signatures: 0,
        problem: None,
    };
    match rehearsed(manifest, plan, &mut drill) {
        Ok(()) => drill.good = true,
        Err(error) => drill.problem = Some(error.to_string()),
    }
    let detail = json!({ "good": drill.good, "records": drill.records, "signatures": drill.signatures });
    let seen = drill.clone();
    note(desk, |told| told.drill = Some(seen), Some(("backup.drill", detail)))?;
    Ok(drill)
}

/// What is not well with a restored store.
#[derive(Debug, thiserror::Error)]
enum Unwell {
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error("versions of certificates: the backup says {told}, and the restored store has {found}")]
    Count { told: u64, found: u64 },
    #[error("entries of the audit log: the backup says {told}, and the restored store has {found}")]
    Audit { told: u64, found: u64 },
    #[error("{0}")]
    NotProven(#[from] NotProven),
}

impl From<StoreError> for Unwell {
    fn from(error: StoreError) -> Self {
        Self::Backup(error.into())
    }
}

fn rehearsed(manifest: &KeyManifest, plan: &Plan, drill: &mut Drill) -> Result<(), Unwell> {
    let path = plan.folder.join(&drill.name);
    let file = opened(&path).map_err(in_folder(&path))?;
    // A drill that was killed has left people's data.
    super::tidy(&plan.folder).map_err(in_folder(&plan.folder))?;
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    let place = tempfile::Builder::new().prefix(DRILL).permissions(private).tempdir_in(&plan.folder);
    let place = place.map_err(in_folder(&plan.folder))?;
    let restored = SledStore::create(&place.path().join("store"))?;
    let summary =
        store::import(&restored, &mut BufReader::new(file), &signed_by(manifest)).map_err(BackupError::from)?;
    (drill.made, drill.records) = (Some(summary.header.created), counted(&summary));
    let told = |kind: &str| summary.records.get(kind).copied().unwrap_or_default();
    drill.audit = check_audit(&restored)?.sequence;
    if drill.audit != told("audit") {
        return Err(Unwell::Audit { told: told("audit"), found: drill.audit });
    }
    proven(&restored, &OwnKeys::of(manifest), drill)?;
    match drill.certificates == told("certificate") {
        true => Ok(()),
        false => Err(Unwell::Count { told: told("certificate"), found: drill.certificates }),
    }
}

/// Opens a file that is one: what leads elsewhere is not followed, also where it was put there since the folder was read.
pub(super) fn opened(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = File::options();
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    let file = options.read(true).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file")),
    }
}

/// Counts the certificates of a restored store, and verifies some from all over.
fn proven(restored: &SledStore, own: &OwnKeys, drill: &mut Drill) -> Result<(), Unwell> {
    let each = |take: &mut dyn FnMut(Certificate) -> Result<(), Unwell>| -> Result<(), Unwell> {
        let mut cursor: Option<String> = None;
        loop {
            let page = restored.certificates(None, cursor.as_deref(), PAGE)?;
            for newest in page.items {
                restored.versions(&newest.number)?.into_iter().try_for_each(&mut *take)?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    };
    let mut count = 0;
    each(&mut |_| {
        count += 1;
        Ok(())
    })?;
    drill.certificates = count;
    let step = count.div_ceil(SAMPLE).max(1);
    let (mut at, mut signatures) = (0, 0);
    each(&mut |certificate| {
        at += 1;
        if at % step == 0 && !(certificate.erased.is_some() && certificate.jws.is_empty()) {
            own.prove(&certificate)?;
            signatures += 1;
        }
        Ok(())
    })?;
    drill.signatures = signatures;
    Ok(())
}
