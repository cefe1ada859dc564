//! How the service keeps house: how long what is kept, how long sessions last, where backups go. What `testamur.toml` says is fixed;
//! else it is as an owner said on a page, and else as usual.
//!
//! That backups are made elsewhere is said here too, by whom and when; a marker shows how old the newest of those is.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::backup::{self, Plan, STALE_SECONDS};
use super::retention::Retention;
use crate::accounts::{self, Lengths};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::store::{Collection, DocumentWrite, Expect, Store, StoreError};

/// The key of what was chosen.
const CHOSEN: &str = "upkeep";
/// The key of what is said of backups that are made elsewhere.
const ELSEWHERE: &str = "backups-elsewhere";
/// For how many minutes a file waits that staff chose, where nobody says.
const WAITING_MINUTES: u16 = 60;
/// Longest path that is taken, in bytes.
const PATH_BYTES: usize = 500;
/// Files of a marker's folder that are looked at.
const MOST_MARKED: usize = 10_000;

/// How house is kept, as far as it is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = UpkeepValues, example = json!({ "mail_days": 365, "session_hours": 8, "backup_folder": "/srv/backups", "backup_keep": 30 }))]
pub struct Values {
    /// After how many days messages forget whom they went to; 0: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_days: Option<u16>,
    /// After how many days the reports of imports go; 0: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_days: Option<u16>,
    /// After how many hours a session ends that is not used, 1 to 720.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_hours: Option<u16>,
    /// For how many minutes a file that staff chose waits in memory while they look at what would become of it, 5 to 1440.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_minutes: Option<u16>,
    /// How many days after its login a session ends, 1 to 365.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_days: Option<u16>,
    /// Where backups go. A folder that is not absolute lies in the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_folder: Option<String>,
    /// At which hour of the issuer's day, 0 to 23.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_hour: Option<u8>,
    /// How many stay, 1 to 3650.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_keep: Option<u16>,
}

impl Values {
    /// The names of all members. A record of a later version may have more, which are passed over; who asks for one is told.
    pub const MEMBERS: [&str; 8] = [
        "mail_days",
        "upload_days",
        "session_hours",
        "waiting_minutes",
        "session_days",
        "backup_folder",
        "backup_hour",
        "backup_keep",
    ];
}

impl From<Plan> for Values {
    fn from(plan: Plan) -> Self {
        Self {
            backup_folder: Some(plan.folder.display().to_string()),
            backup_hour: Some(plan.hour),
            backup_keep: Some(plan.keep),
            ..Self::default()
        }
    }
}

impl Values {
    /// Returns these, and where they say nothing the others.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            mail_days: self.mail_days.or(other.mail_days),
            upload_days: self.upload_days.or(other.upload_days),
            session_hours: self.session_hours.or(other.session_hours),
            waiting_minutes: self.waiting_minutes.or(other.waiting_minutes),
            session_days: self.session_days.or(other.session_days),
            backup_folder: self.backup_folder.or(other.backup_folder),
            backup_hour: self.backup_hour.or(other.backup_hour),
            backup_keep: self.backup_keep.or(other.backup_keep),
        }
    }

    /// Returns the names of what is said.
    pub fn said(&self) -> Vec<&'static str> {
        let all = [
            ("mail_days", self.mail_days.is_some()),
            ("upload_days", self.upload_days.is_some()),
            ("session_hours", self.session_hours.is_some()),
            ("waiting_minutes", self.waiting_minutes.is_some()),
            ("session_days", self.session_days.is_some()),
            ("backup_folder", self.backup_folder.is_some()),
            ("backup_hour", self.backup_hour.is_some()),
            ("backup_keep", self.backup_keep.is_some()),
        ];
        all.into_iter().filter(|(_, is_said)| *is_said).map(|(name, _)| name).collect()
    }

    /// Returns what it amounts to.
    pub fn settled(&self, data: Option<&Path>) -> Settled {
        let (usual, lengths) = (Retention::default(), Lengths::default());
        let plan = |folder: &String| Plan {
            folder: data.map_or_else(|| PathBuf::from(folder), |data| data.join(folder)),
            hour: self.backup_hour.unwrap_or(backup::HOUR),
            keep: self.backup_keep.unwrap_or(backup::KEEP),
        };
        Settled {
            retention: Retention {
                mail_days: self.mail_days.unwrap_or(usual.mail_days),
                upload_days: self.upload_days.unwrap_or(usual.upload_days),
            },
            waiting_minutes: self.waiting_minutes.unwrap_or(WAITING_MINUTES),
            sessions: Lengths {
                hours: self.session_hours.unwrap_or(lengths.hours),
                days: self.session_days.unwrap_or(lengths.days),
            },
            backup: self.backup_folder.as_ref().map(plan),
        }
    }

    /// Returns everything that is wrong with the numbers.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut within = |field, value: Option<u16>, from: u16, to: u16| {
            if value.is_some_and(|value| !(from..=to).contains(&value)) {
                faults.push(Fault { field, problem: format!("is a whole number from {from} to {to}") });
            }
        };
        within("mail_days", self.mail_days, 0, 36_500);
        within("upload_days", self.upload_days, 0, 36_500);
        within("waiting_minutes", self.waiting_minutes, 5, 1_440);
        within("session_hours", self.session_hours, 1, 720);
        within("session_days", self.session_days, 1, 365);
        within("backup_hour", self.backup_hour.map(u16::from), 0, 23);
        within("backup_keep", self.backup_keep, 1, 3_650);
        faults
    }
}

/// What it amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What is thrown away, and when.
    pub retention: Retention,
    /// For how many minutes a file that staff chose waits while they look at it.
    pub waiting_minutes: u16,
    /// How long sessions last.
    pub sessions: Lengths,
    /// Where backups go, if they are made.
    pub backup: Option<Plan>,
}

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// Some of it cannot be.
    #[error("nothing was changed")]
    Faults(Vec<Fault>),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Returns what was chosen on a page.
///
/// # Errors
/// When the store fails.
pub fn chosen(store: &dyn Store) -> Result<Values, StoreError> {
    let found = store.document(Collection::SERVICE, CHOSEN)?.map(|document| document.read()).transpose()?;
    Ok(found.unwrap_or_default())
}

/// Returns how house is kept now, by what is fixed and what was chosen.
///
/// # Errors
/// When the store fails.
pub fn now(store: &dyn Store, fixed: &Values, data: Option<&Path>) -> Result<Settled, StoreError> {
    Ok(fixed.clone().or(chosen(store)?).settled(data))
}

/// Chooses, in place of what was chosen. What is fixed stays as it is, whatever is said of it. A folder is made and tried first; it lies
/// in none of `but`, which others read.
///
/// # Errors
/// [`UpkeepError::Faults`] with everything that is wrong.
pub fn choose(
    desk: &Desk,
    (fixed, wanted): (&Values, Values),
    data: Option<&Path>,
    but: &[PathBuf],
) -> Result<(), UpkeepError> {
    let mut faults = wanted.faults();
    let folder = wanted.backup_folder.as_ref().filter(|_| fixed.backup_folder.is_none());
    if let Some(problem) = folder.and_then(|folder| unusable(folder, data, but).err()) {
        faults.push(Fault { field: "backup_folder", problem });
    }
    if !faults.is_empty() {
        return Err(UpkeepError::Faults(faults));
    }
    let without = |name: &str| fixed.said().contains(&name);
    let kept = Values {
        mail_days: wanted.mail_days.filter(|_| !without("mail_days")),
        upload_days: wanted.upload_days.filter(|_| !without("upload_days")),
        session_hours: wanted.session_hours.filter(|_| !without("session_hours")),
        waiting_minutes: wanted.waiting_minutes.filter(|_| !without("waiting_minutes")),
        session_days: wanted.session_days.filter(|_| !without("session_days")),
        backup_folder: wanted.backup_folder.filter(|_| !without("backup_folder")),
        backup_hour: wanted.backup_hour.filter(|_| !without("backup_hour")),
        backup_keep: wanted.backup_keep.filter(|_| !without("backup_keep")),
    };
    Ok(keep(desk, fixed, &kept)?)
}

/// Keeps what was chosen as it is, provided that it is another.
///
/// # Errors
/// When the store fails.
pub fn keep(desk: &Desk, fixed: &Values, kept: &Values) -> Result<(), StoreError> {
    let before = chosen(desk.store)?;
    if *kept == before {
        return Ok(());
    }
    let act = desk.act("upkeep.settle", "service", json!({ "before": before, "after": kept }));
    let lengths = fixed.clone().or(kept.clone()).settled(None).sessions;
    let mut writes = vec![DocumentWrite::put(Collection::SERVICE, CHOSEN, Expect::Any, kept)];
    writes.extend(accounts::lengths_told(desk.store, lengths)?);
    desk.store.write_documents(&writes, Some(&act)).map(drop)
}

/// Tells the store how long sessions last, by what is fixed now: who asks whether one has ended knows no configuration.
///
/// # Errors
/// When the store fails.
pub fn tell(store: &dyn Store, fixed: &Values) -> Result<(), StoreError> {
    let lengths = now(store, fixed, None)?.sessions;
    match accounts::lengths_told(store, lengths)? {
        Some(write) => store.write_documents(&[write], None).map(drop),
        None => Ok(()),
    }
}

/// Makes a folder and tries it, or says why it cannot be used.
fn unusable(folder: &str, data: Option<&Path>, but: &[PathBuf]) -> Result<(), String> {
    let path = path_of(folder, data)?;
    let there = existing(&path);
    let forbidden = |path: &Path| {
        but.iter().any(|other| path.starts_with(fs::canonicalize(other).unwrap_or_else(|_| other.clone())))
    };
    if forbidden(&there) {
        return Err("what lies there is read by others: choose another folder".to_owned());
    }
    let told = |error: std::io::Error| format!("the folder cannot be used: {error}");
    backup::make_folder(&path).map_err(told)?;
    if forbidden(&fs::canonicalize(&path).map_err(told)?) {
        return Err("what lies there is read by others: choose another folder".to_owned());
    }
    tempfile::Builder::new().prefix(".testamur-try-").tempfile_in(&path).map(drop).map_err(told)
}

fn path_of(text: &str, data: Option<&Path>) -> Result<PathBuf, String> {
    let path = Path::new(text);
    if text.trim().is_empty() || text.len() > PATH_BYTES || text.chars().any(char::is_control) {
        return Err("is no path of a folder".to_owned());
    }
    if path.components().any(|part| part == Component::ParentDir) {
        return Err("is said without `..`".to_owned());
    }
    match (path.is_absolute(), data) {
        (true, _) => Ok(path.to_owned()),
        (false, Some(data)) => Ok(data.join(path)),
        (false, None) => Err("begins with `/`".to_owned()),
    }
}

/// Returns where a path leads, as far as it is there: a link leads elsewhere.
fn existing(path: &Path) -> PathBuf {
    let found = path.ancestors().find_map(|part| Some((part, fs::canonicalize(part).ok()?)));
    match found {
        Some((part, real)) => real.join(path.strip_prefix(part).unwrap_or(Path::new(""))),
        None => path.to_owned(),
    }
}

/// That backups are made elsewhere: by a timer of the machine, or by who keeps the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BackupsElsewhere)]
pub struct Elsewhere {
    /// Who said so.
    #[schema(example = "staff:7f3a")]
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// A file that each of them renews, or the folder that they go to: its date shows how old the newest is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
}

impl Elsewhere {
    /// Returns when the newest was made, by the marker; nothing if that cannot be seen. What is still to come does not count.
    pub fn newest(&self, data: Option<&Path>, now: Timestamp) -> Option<Timestamp> {
        let path = path_of(self.marker.as_ref()?, data).ok()?;
        let metadata = fs::metadata(&path).ok()?;
        if !metadata.is_dir() {
            return date(&metadata).filter(|at| *at <= now);
        }
        let files = fs::read_dir(&path).ok()?.take(MOST_MARKED).flatten().filter_map(|entry| entry.metadata().ok());
        files.filter(fs::Metadata::is_file).filter_map(|one| date(&one)).filter(|at| *at <= now).max()
    }

    /// Says whether the newest is too old, or cannot be seen. Without a marker whoever said so is believed.
    pub fn is_stale(&self, data: Option<&Path>, now: Timestamp) -> bool {
        let age = |at: Timestamp| now.unix() - at.unix();
        self.marker.is_some() && self.newest(data, now).is_none_or(|at| age(at) > STALE_SECONDS)
    }
}

fn date(metadata: &fs::Metadata) -> Option<Timestamp> {
    let since = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH).duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_unix(i64::try_from(since.as_secs()).ok()?))
}

/// Returns whether backups are made elsewhere.
///
/// # Errors
/// When the store fails.
pub fn elsewhere(store: &dyn Store) -> Result<Option<Elsewhere>, StoreError> {
    store.document(Collection::SERVICE, ELSEWHERE)?.map(|document| document.read()).transpose()
}

/// Says that backups are made elsewhere, or (`None`) that they are not any more.
///
/// # Errors
/// [`UpkeepError::Faults`] for a marker that is no path, or is not there.
pub fn say_elsewhere(desk: &Desk, wanted: Option<Option<String>>, data: Option<&Path>) -> Result<(), UpkeepError> {
    let marker = wanted.clone().flatten().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(text) = &marker {
        let there = path_of(text, data).and_then(|path| {
            fs::metadata(path).map(drop).map_err(|error| format!("the marker cannot be looked at: {error}"))
        });
        let fault = |problem| UpkeepError::Faults(vec![Fault { field: "marker", problem }]);
        there.map_err(fault)?;
    }
    let act = desk.act("backup.elsewhere", "backup", json!({ "elsewhere": wanted.is_some(), "marker": marker }));
    let write = match wanted {
        Some(_) => {
            let said = Elsewhere { by: desk.actor.who().to_string(), at: desk.now, marker };
            DocumentWrite::put(Collection::SERVICE, ELSEWHERE, Expect::Any, &said)
        }
        None => DocumentWrite::delete(Collection::SERVICE, ELSEWHERE, Expect::Any),
    };
    desk.store.write_documents(&[write], Some(&act))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_members_are_named_and_those_of_a_later_version_are_passed_over() {
        let all = super::Values {
            mail_days: Some(1),
            upload_days: Some(1),
            session_hours: Some(1),
            waiting_minutes: Some(5),
            session_days: Some(1),
            backup_folder: Some("/srv".into()),
            backup_hour: Some(1),
            backup_keep: Some(1),
        };
        let mut kept = serde_json::to_value(&all).unwrap();
        let members: std::collections::BTreeSet<_> = kept.as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, super::Values::MEMBERS.map(str::to_owned).into());
        kept["of_a_later_version"] = true.into();
        assert_eq!(serde_json::from_value::<super::Values>(kept).unwrap(), all);
    }

    use super::*;

    #[test]
    fn what_is_fixed_goes_before_what_was_chosen_and_that_before_what_is_usual() {
        let fixed = Values { mail_days: Some(10), backup_folder: Some("/srv".to_owned()), ..Values::default() };
        let chosen = Values { mail_days: Some(20), session_hours: Some(2), backup_keep: Some(5), ..Values::default() };
        let settled = fixed.or(chosen).settled(None);
        assert_eq!(settled.retention, Retention { mail_days: 10, ..Retention::default() });
        assert_eq!(settled.sessions, Lengths { hours: 2, ..Lengths::default() });
        let plan = settled.backup.unwrap();
        assert_eq!((plan.folder.to_str().unwrap(), plan.hour, plan.keep), ("/srv", backup::HOUR, 5));
        let usual = Values::default().settled(None);
        assert_eq!((usual.backup, usual.waiting_minutes), (None, WAITING_MINUTES));
        assert_eq!(Values { waiting_minutes: Some(4), ..Values::default() }.faults().len(), 1);
    }

    #[test]
    fn a_folder_that_others_read_is_refused_also_by_a_link_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::create_dir(&site).unwrap();
        std::os::unix::fs::symlink(&site, folder.path().join("link")).unwrap();
        let data = Some(folder.path());
        for bad in ["site/backups", "link", "link/deeper", "../x", "", "a\nb"] {
            assert!(unusable(bad, data, std::slice::from_ref(&site)).is_err(), "{bad}");
        }
        assert_eq!(fs::read_dir(&site).unwrap().count(), 0);
        assert!(unusable("relative", None, &[]).is_err());
        unusable("backups/deep", data, std::slice::from_ref(&site)).unwrap();
        assert_eq!(fs::read_dir(folder.path().join("backups/deep")).unwrap().count(), 0, "the trial is gone");
    }

    #[test]
    fn a_marker_shows_the_newest_that_is_not_still_to_come() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_unix(1_800_000_000);
        let dated = |name: &str, seconds: u64| {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            file.set_modified(UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
        };
        let said =
            |marker: Option<&str>| Elsewhere { by: "staff:a".into(), at: now, marker: marker.map(str::to_owned) };
        let data = Some(folder.path());
        assert!(!said(None).is_stale(data, now), "whoever said so is believed");
        assert!(said(Some("backups")).is_stale(data, now), "nothing is there");
        dated("old", 1_799_000_000);
        dated("future", 1_900_000_000);
        let whole = folder.path().to_str().unwrap();
        assert_eq!(said(Some(whole)).newest(data, now), Some(Timestamp::from_unix(1_799_000_000)));
        assert!(said(Some(whole)).is_stale(data, now) && said(Some("future")).is_stale(data, now));
        dated("new", 1_799_999_000);
        assert!(!said(Some(whole)).is_stale(data, now) && !said(Some("new")).is_stale(data, now));
    }
}
