//! Backups: the whole store as a signed dump in a folder, each night the newest of some, and the drill that restores the newest one
//! to see that it can be done.
//!
//! A file has its name only once it is whole and durable. Keys are in none: they are backed up apart.

mod drill;

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::credential::{Timestamp, Zone, limits};
use crate::desk::Desk;
use crate::keys::{KeyManifest, KeyState};
use crate::making::OwnKeys;
use crate::proof::jws::Jws;
use crate::store::{
    self, Certificate, Collection, DocumentWrite, DumpError, Expect, Header, Store, StoreError, Summary,
};

pub use drill::{Drill, drill};

/// `typ` of the signed statement of a dump.
pub const DUMP_TYP: &str = "testamur-dump+jwt";
/// How many backups are kept, where nothing else is said.
pub const KEEP: u16 = 14;
/// At which hour they are made, where nothing else is said.
pub const HOUR: u8 = 2;
/// After how many seconds the newest one is too old.
pub const STALE_SECONDS: i64 = 2 * 86_400;
/// How long one that failed waits to be tried again, in seconds.
const RETRY_SECONDS: i64 = 3_600;
const PREFIX: &str = "testamur-";
const SUFFIX: &str = ".jsonl";
const PART: &str = ".part";
/// How the folder of a drill begins.
const DRILL: &str = ".drill-";
/// The one document.
const TOLD: &str = "backup";

/// Where backups go, when, and how many stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The folder.
    pub folder: PathBuf,
    /// At which hour of the issuer's day.
    pub hour: u8,
    /// How many stay.
    pub keep: u16,
}

/// What is known of backups and drills.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BackupsTold)]
pub struct Told {
    /// The newest that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Good>,
    /// That the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failed>,
    /// The last drill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BackupMade)]
pub struct Good {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The file's name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Records in it.
    pub records: u64,
    /// Certificates in it that are not as this issuer signed them: somebody else changed the store.
    pub not_as_signed: u64,
}

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BackupFailed)]
pub struct Failed {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why.
    pub problem: String,
}

/// Why there is no backup, or no drill.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder cannot be used.
    #[error("{path} cannot be read or written: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not signed while the keys are locked.
    #[error("the keys are locked, and a backup is signed; unlock them")]
    Locked,
    /// The dump.
    #[error("{}", told(.0))]
    Dump(#[from] DumpError),
    /// There is none to be restored.
    #[error("there is no backup in {0} yet")]
    Nothing(PathBuf),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn in_folder(path: &Path) -> impl Fn(io::Error) -> BackupError {
    move |source| BackupError::Folder { path: path.to_owned(), source }
}

/// A file that is being written, under a name of its own until it is whole. What fails leaves nothing behind.
#[derive(Debug)]
pub struct Part<'a> {
    path: &'a Path,
    name: PathBuf,
    /// What is written into.
    pub file: File,
    whole: bool,
}

impl<'a> Part<'a> {
    /// Begins a file for its owner only: a dump holds names, e-mail addresses and the secret of the status lists.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn of(path: &'a Path) -> io::Result<Self> {
        let mut name = path.to_owned().into_os_string();
        name.push(PART);
        let file = create_private(name.as_ref())?;
        Ok(Self { path, name: name.into(), file, whole: false })
    }

    /// Makes it durable under its name.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn keep(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.name, self.path)?;
        self.whole = true;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        if !self.whole {
            let _ = fs::remove_file(&self.name);
        }
    }
}

fn create_private(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Returns who says whether the statement of a dump was signed by a key of an issuer: by any that it ever published, except one that
/// was stolen.
pub fn signed_by(manifest: &KeyManifest) -> impl Fn(&str, &[u8]) -> bool + '_ {
    move |compact, statement| {
        let Ok(jws) = Jws::parse(compact, limits::CREDENTIAL_BYTES) else { return false };
        let key = jws.kid.strip_prefix(&format!("{}#", manifest.issuer)).and_then(|id| manifest.key(id));
        let usable = key.filter(|key| !matches!(key.state, KeyState::Compromised { .. }));
        let point = usable.and_then(|key| key.point().ok());
        jws.typ == DUMP_TYP && jws.payload == statement && point.is_some_and(|point| jws.verifies(&point))
    }
}

/// Returns what is known of backups and drills.
///
/// # Errors
/// When the store fails.
pub fn known(store: &dyn Store) -> Result<Told, StoreError> {
    Ok(store.document(Collection::UPKEEP, TOLD)?.map(|document| document.read()).transpose()?.unwrap_or_default())
}

fn note(desk: &Desk, change: impl FnOnce(&mut Told), act: Option<(&str, serde_json::Value)>) -> Result<(), StoreError> {
    let mut told = known(desk.store)?;
    change(&mut told);
    let act = act.map(|(action, detail)| desk.act(action, "backup", detail));
    desk.store
        .write_documents(&[DocumentWrite::put(Collection::UPKEEP, TOLD, Expect::Any, &told)], act.as_ref())
        .map(drop)
}

/// Says whether it is time for one: the hour of the issuer's day has come since the last, and a try that failed has rested.
pub fn is_due(told: &Told, plan: &Plan, zone: &Zone, now: Timestamp) -> bool {
    let rests =
        told.failed.as_ref().is_some_and(|failed| (0..RETRY_SECONDS).contains(&(now.unix() - failed.at.unix())));
    let hour = i64::from(plan.hour) * 3_600;
    let today = zone.first_second(zone.day(now)).unix() + hour;
    let wanted = if now.unix() >= today { today } else { today - 86_400 };
    !rests && told.last.as_ref().is_none_or(|last| last.at.unix() < wanted)
}

/// A backup that lies in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lying {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// What has the name of a backup and is not taken for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BackupPassedOver)]
pub struct PassedOver {
    /// Its name.
    #[schema(example = "testamur-20991231T020000Z.jsonl")]
    pub name: String,
    /// Why.
    pub why: Why,
}

/// Why something is not taken for a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WhyPassedOver)]
pub enum Why {
    /// Its date is still to come: it would count as the newest until then.
    Future,
    /// It is a link, a folder or the like: it leads elsewhere.
    NotAFile,
}

/// What lies in a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The backups, newest first.
    pub files: Vec<Lying>,
    /// What has the name of one and is passed over, by name.
    pub passed_over: Vec<PassedOver>,
}

/// Lists the backups in a folder. What has another name is none of ours.
///
/// # Errors
/// When the folder cannot be read; one that is not there yet has none.
pub fn list(folder: &Path, now: Timestamp) -> Result<Listed, BackupError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Listed::default()),
        entries => entries.map_err(in_folder(folder))?,
    };
    let mut found = Listed::default();
    for entry in entries {
        let entry = entry.map_err(in_folder(folder))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Some(at) = made_at(&name) else { continue };
        // Of a link this is the link.
        let metadata = entry.metadata().map_err(in_folder(folder))?;
        match (metadata.is_file(), at > now) {
            (false, _) => found.passed_over.push(PassedOver { name, why: Why::NotAFile }),
            (true, true) => found.passed_over.push(PassedOver { name, why: Why::Future }),
            (true, false) => found.files.push(Lying { name, bytes: metadata.len() }),
        }
    }
    found.files.sort_by(|one, other| other.name.cmp(&one.name));
    found.passed_over.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Returns when a backup of this name was made; nothing of what is none of ours.
fn made_at(name: &str) -> Option<Timestamp> {
    let time = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX))?;
    let is_digit = |at: usize, byte: u8| match at {
        8 => byte == b'T',
        15 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    if time.len() != 16 || !time.bytes().enumerate().all(|(at, byte)| is_digit(at, byte)) {
        return None;
    }
    let part = |from: usize, to: usize| &time[from..to];
    let (day, clock) = ([part(0, 4), part(4, 6), part(6, 8)], [part(9, 11), part(11, 13), part(13, 15)]);
    format!("{}T{}Z", day.join("-"), clock.join(":")).parse().ok()
}

fn is_ours(name: &str) -> bool {
    made_at(name).is_some()
}

fn name_at(now: Timestamp) -> String {
    format!("{PREFIX}{}{SUFFIX}", now.to_string().replace(['-', ':'], ""))
}

/// Makes a backup, and keeps the newest of them. What became of it is written down either way.
///
/// # Errors
/// See [`BackupError`].
pub fn make(
    desk: &Desk,
    own: &OwnKeys,
    sign: &dyn Fn(&[u8]) -> Option<String>,
    plan: &Plan,
) -> Result<Good, BackupError> {
    let good = written(desk, own, sign, plan).map_err(|error| not_made(desk, error))?;
    let (detail, told) = (json!({ "records": good.records, "bytes": good.bytes }), good.clone());
    note(desk, |known| (known.last, known.failed) = (Some(told), None), Some(("backup.make", detail)))?;
    Ok(good)
}

/// Writes down that there is no backup.
fn not_made(desk: &Desk, error: BackupError) -> BackupError {
    let failed = Failed { at: desk.now, problem: error.to_string() };
    // On a full disk that cannot be written either; the log and the metrics have it.
    if let Err(error) = note(desk, |told| told.failed = Some(failed), None) {
        tracing::error!(%error, "that a backup failed was not written down");
    }
    error
}

fn written(
    desk: &Desk,
    own: &OwnKeys,
    sign: &dyn Fn(&[u8]) -> Option<String>,
    plan: &Plan,
) -> Result<Good, BackupError> {
    let folder = &plan.folder;
    make_folder(folder).map_err(in_folder(folder))?;
    tidy(folder).map_err(in_folder(folder))?;
    let name = name_at(desk.now);
    let path = folder.join(&name);
    let part = Part::of(&path).map_err(in_folder(&path))?;
    let mut out = BufWriter::new(&part.file);
    let unsigned = Cell::new(false);
    let signed = |statement: &[u8]| {
        let signed = sign(statement);
        unsigned.set(signed.is_none());
        signed.unwrap_or_default()
    };
    let header = Header::new(desk.now, &desk.issuer.did());
    let proves = |certificate: &Certificate| own.prove(certificate).is_ok();
    let summary = store::export(desk.store, &header, &mut out, &signed, &proves)?;
    if unsigned.get() {
        return Err(BackupError::Locked);
    }
    out.flush().map_err(in_folder(&path))?;
    drop(out);
    part.keep().map_err(in_folder(&path))?;
    let bytes = fs::metadata(&path).map_err(in_folder(&path))?.len();
    forget_old(folder, plan.keep, desk.now)?;
    let not_as_signed = summary.not_as_signed.count;
    Ok(Good { at: desk.now, name, bytes, records: counted(&summary), not_as_signed })
}

fn counted(summary: &Summary) -> u64 {
    summary.records.values().sum()
}

/// For its owner only, if it is made now.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Takes away what tries that were killed have left.
fn tidy(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.strip_suffix(PART).is_some_and(is_ours) {
            fs::remove_file(entry.path())?;
        } else if name.starts_with(DRILL) && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// What is passed over stays: somebody else put it there.
fn forget_old(folder: &Path, keep: u16, now: Timestamp) -> Result<(), BackupError> {
    for old in list(folder, now)?.files.into_iter().skip(usize::from(keep).max(1)) {
        let path = folder.join(&old.name);
        fs::remove_file(&path).map_err(in_folder(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(folder: &Path) -> Plan {
        Plan { folder: folder.to_owned(), hour: 2, keep: 3 }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn one_is_due_once_its_hour_has_come_and_not_again_until_the_next() {
        let (plan, berlin): (_, Zone) = (plan(Path::new("x")), "Europe/Berlin".parse().unwrap());
        let good = |when: &str| Good { at: at(when), name: String::new(), bytes: 0, records: 0, not_as_signed: 0 };
        let made = |when: &str| Told { last: Some(good(when)), ..Told::default() };
        // Two o'clock in Berlin is one o'clock UTC in winter.
        assert!(is_due(&Told::default(), &plan, &berlin, at("2026-11-22T00:00:00Z")), "never made: at once");
        let yesterday = made("2026-11-21T01:00:10Z");
        assert!(!is_due(&yesterday, &plan, &berlin, at("2026-11-22T00:59:59Z")));
        assert!(is_due(&yesterday, &plan, &berlin, at("2026-11-22T01:00:00Z")));
        assert!(!is_due(&made("2026-11-22T01:00:00Z"), &plan, &berlin, at("2026-11-22T23:00:00Z")));
        assert!(
            is_due(&made("2026-11-19T01:00:00Z"), &plan, &berlin, at("2026-11-22T00:30:00Z")),
            "a night was missed"
        );
        let failed = Failed { at: at("2026-11-22T01:00:00Z"), problem: String::new() };
        let rests = Told { failed: Some(failed), ..yesterday };
        assert!(!is_due(&rests, &plan, &berlin, at("2026-11-22T01:30:00Z")));
        assert!(is_due(&rests, &plan, &berlin, at("2026-11-22T02:00:00Z")));
    }

    #[test]
    fn only_what_has_our_name_is_listed_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let ours = |day: u32| format!("testamur-202611{day:02}T020000Z.jsonl");
        for day in 1..=5 {
            fs::write(folder.path().join(ours(day)), "x").unwrap();
        }
        let others = [
            "testamur-20261101T020000Z.jsonl.gz",
            "notes.jsonl",
            "testamur-2026.jsonl",
            "testamur-20261301T020000Z.jsonl",
        ];
        for other in others {
            fs::write(folder.path().join(other), "x").unwrap();
        }
        fs::write(folder.path().join(ours(9) + PART), "half").unwrap();
        fs::create_dir(folder.path().join(".drill-x")).unwrap();
        let now = at("2026-11-08T12:00:00Z");
        tidy(folder.path()).unwrap();
        forget_old(folder.path(), 3, now).unwrap();
        let listed = list(folder.path(), now).unwrap();
        let names: Vec<_> = listed.files.into_iter().map(|one| one.name).collect();
        assert_eq!((names, listed.passed_over.len()), ([ours(5), ours(4), ours(3)].into(), 0));
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 3 + others.len(), "what is not ours stays");
        assert_eq!(list(&folder.path().join("none"), now).unwrap(), Listed::default());
        assert!(is_ours(&name_at(at("2026-11-22T02:00:00Z"))));
    }

    #[test]
    fn what_is_still_to_come_and_what_leads_elsewhere_is_passed_over_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (now, path) = (at("2026-11-08T12:00:00Z"), |name: &str| folder.path().join(name));
        let [good, link, inside, future] = [
            "testamur-20261107T020000Z.jsonl",
            "testamur-20261108T020000Z.jsonl",
            "testamur-20261108T030000Z.jsonl",
            "testamur-20991231T020000Z.jsonl",
        ];
        fs::write(path(good), "x").unwrap();
        fs::write(path(future), "x").unwrap();
        fs::write(path("elsewhere"), "x").unwrap();
        std::os::unix::fs::symlink(path("elsewhere"), path(link)).unwrap();
        fs::create_dir(path(inside)).unwrap();
        forget_old(folder.path(), 1, now).unwrap();
        let listed = list(folder.path(), now).unwrap();
        assert_eq!(listed.files.iter().map(|one| &*one.name).collect::<Vec<_>>(), [good]);
        let over: Vec<_> = listed.passed_over.iter().map(|one| (&*one.name, one.why)).collect();
        assert_eq!(over, [(link, Why::NotAFile), (inside, Why::NotAFile), (future, Why::Future)]);
        assert!(path("elsewhere").exists() && path(future).exists());
        assert!(drill::opened(&path(link)).is_err() && drill::opened(&path(inside)).is_err());
        assert!(drill::opened(&path(good)).is_ok());
        // Once its day has come it is one.
        assert_eq!(list(folder.path(), at("2100-01-01T00:00:00Z")).unwrap().files[0].name, future);
    }
}
