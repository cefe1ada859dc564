//! The site's folder: whose it is, who writes into it, and files that are replaced whole.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use super::{PublishError, pages, wallet_pages};
use crate::credential::{json, limits};
use crate::proof::jws::Jws;
use crate::status::Snapshot;

/// The file that verifiers read, and the last to be replaced.
pub(super) const TRUST: &str = "trust.jws";
/// Held while publishing. It stays: deleting it would let two hold it.
const LOCK: &str = ".publish.lock";

/// The site's folder, held by us alone.
pub(super) struct Site {
    root: PathBuf,
    _lock: File,
}

/// What static hosts show where there is nothing.
pub(crate) const MISSING: &str = "404.html";

/// Files of a site beside its status lists and the web verifier.
const FIXED: [&str; 9] = [
    ".nojekyll",
    ".well-known/did.json",
    MISSING,
    "index.html",
    "keys/manifest.jws",
    "keys/roots.json",
    "pages.css",
    "trust.json",
    TRUST,
];
/// Kinds of files that the web verifier has; which ones depends on the version that published.
const VERIFIER: [&str; 8] = ["css", "html", "js", "json", "png", "svg", "wasm", "webmanifest"];
/// Files of a folder that are looked at to see whose it is.
const LOOKED_AT: usize = 1_000_000;

/// Says whether a file's name below a site is one that publications give.
pub fn is_published_name(name: &str) -> bool {
    let parts_are_plain = name.split('/').skip(1).all(|part| !part.starts_with('.') && !part.is_empty());
    match name.split_once('/') {
        Some(("status", file)) => {
            let number = file.strip_suffix(".jwt").unwrap_or(file);
            (1..=10).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        Some((pages::FOLDER, file)) => pages::is_published_name(file),
        Some((wallet_pages::FOLDER, file)) => wallet_pages::is_published_name(file),
        Some(("verify", file)) => {
            let kind = file.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map(|(_, kind)| kind);
            parts_are_plain && kind.is_some_and(|kind| VERIFIER.contains(&kind))
        }
        _ => FIXED.contains(&name),
    }
}

/// A folder with other files in it is not a site: they would be served to everybody. One that was published into before is,
/// and one that an interrupted publication left half made.
pub(super) fn refuse_other_folder(site: &Path, extra: &[(String, Vec<u8>)]) -> Result<(), PublishError> {
    if site.join(TRUST).exists() {
        return Ok(());
    }
    let begun = site.join(LOCK).exists();
    let (mut folders, mut seen) = (vec![PathBuf::new()], 0);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = site.join(&folder).read_dir() else { continue };
        for entry in entries.filter_map(Result::ok) {
            let name = folder.join(entry.file_name());
            let told = name.to_string_lossy().into_owned();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            seen += 1;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) && !hidden {
                folders.push(name);
            } else if !hidden {
                let ours = begun && (is_published_name(&told) || extra.iter().any(|(given, _)| *given == told));
                if !ours || seen > LOOKED_AT {
                    return Err(PublishError::OtherFolder { site: site.to_owned(), found: told });
                }
            }
        }
    }
    Ok(())
}

/// A file written under a temporary name: that name, and the final one.
pub(super) struct Staged {
    temporary: PathBuf,
    path: PathBuf,
}

impl Site {
    /// Makes the folder if need be, and holds it against other publications.
    pub(super) fn open(root: &Path) -> Result<Self, PublishError> {
        fs::create_dir_all(root).map_err(at(root))?;
        let path = root.join(LOCK);
        let lock = File::options().create(true).append(true).open(&path).map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(PublishError::Busy(root.to_owned())),
            Err(TryLockError::Error(source)) => Err(at(&path)(source)),
        }
    }

    /// Returns the path of a file by its name below the site.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Returns the snapshot that is there. Its proof is not looked at: it is only compared with, never published.
    pub(super) fn snapshot(&self) -> Result<Option<Snapshot>, PublishError> {
        Ok(self.signed_snapshot()?.map(|(snapshot, _)| snapshot))
    }

    /// Returns the snapshot that is there with its JWS, whose proof the caller looks at.
    pub(super) fn signed_snapshot(&self) -> Result<Option<(Snapshot, Jws)>, PublishError> {
        signed_snapshot(&self.root)
    }

    /// Writes all files, each name once, under temporary names beside their final ones, durably. Those names are ours alone, and what a
    /// crash left there is overwritten.
    pub(super) fn stage(&self, files: Vec<(String, Vec<u8>)>) -> Result<Vec<Staged>, PublishError> {
        let mut staged: Vec<Staged> = Vec::with_capacity(files.len());
        for (name, bytes) in files {
            let taken = self.path(&name) == self.path(LOCK) || staged.iter().any(|file| file.path == self.path(&name));
            let result = if taken { Err(PublishError::Path(name)) } else { self.stage_one(&name, &bytes) };
            match result {
                Ok(file) => staged.push(file),
                Err(error) => {
                    discard(&staged);
                    return Err(error);
                }
            }
        }
        Ok(staged)
    }

    fn stage_one(&self, name: &str, bytes: &[u8]) -> Result<Staged, PublishError> {
        let relative = Path::new(name);
        let below = relative.components().all(|part| matches!(part, Component::Normal(_)));
        let (true, Some(file_name), Some(folder)) = (below, relative.file_name(), relative.parent()) else {
            return Err(PublishError::Path(name.to_owned()));
        };
        self.refuse_links(folder)?;
        let folder = self.root.join(folder);
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let temporary = folder.join(format!(".{}.tmp", file_name.to_string_lossy()));
        let mut file = File::create(&temporary).map_err(at(&temporary))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(&temporary))?;
        Ok(Staged { temporary, path: self.root.join(relative) })
    }

    /// Refuses a folder of the site that is a link: what it leads to is no part of the site, and its files are somebody else's.
    pub(super) fn refuse_links(&self, folder: &Path) -> Result<(), PublishError> {
        let below = folder.ancestors().filter(|part| !part.as_os_str().is_empty());
        let link = below.into_iter().find(|part| self.root.join(part).is_symlink());
        match link {
            None => Ok(()),
            Some(link) => {
                let found = format!("{}, a link", link.display());
                Err(PublishError::OtherFolder { site: self.root.clone(), found })
            }
        }
    }

    /// Puts the files in place, in their order, and makes that durable.
    pub(super) fn replace(&self, staged: Vec<Staged>) -> Result<(), PublishError> {
        for Staged { temporary, path } in &staged {
            fs::rename(temporary, path).map_err(at(path))?;
        }
        let mut folders: Vec<&Path> = staged.iter().filter_map(|file| file.path.parent()).collect();
        folders.push(&self.root);
        folders.sort();
        folders.dedup();
        folders.into_iter().try_for_each(|folder| File::open(folder).and_then(|f| f.sync_all()).map_err(at(folder)))
    }
}

/// Takes back what was staged, when it is not to be published after all.
pub(super) fn discard(staged: &[Staged]) {
    for file in staged {
        // Nothing to do if it fails: the next publication overwrites it.
        let _ = fs::remove_file(&file.temporary);
    }
}

/// Returns the version of the snapshot in a folder, whoever signed it; nothing if there is none.
///
/// # Errors
/// When it cannot be read, or is no snapshot.
pub fn version_at(site: &Path) -> Result<Option<u64>, PublishError> {
    Ok(signed_snapshot(site)?.map(|(snapshot, _)| snapshot.version))
}

fn signed_snapshot(root: &Path) -> Result<Option<(Snapshot, Jws)>, PublishError> {
    let path = root.join(TRUST);
    let foreign = |problem: String| PublishError::Foreign { path: path.clone(), problem };
    let limit = limits::SNAPSHOT_BYTES * 4 / 3 + limits::CREDENTIAL_BYTES;
    let mut text = String::new();
    match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(&path)(error)),
        Ok(file) => match file.take(limit as u64 + 1).read_to_string(&mut text) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(foreign("not text".into())),
            Err(error) => return Err(at(&path)(error)),
            Ok(read) if read > limit => return Err(foreign(format!("larger than {limit} bytes"))),
            Ok(_) => (),
        },
    }
    let jws = Jws::parse(text.trim_end(), limits::SNAPSHOT_BYTES).map_err(|e| foreign(e.to_string()))?;
    let value = json::parse(&jws.payload, limits::SNAPSHOT_BYTES).map_err(|e| foreign(e.to_string()))?;
    let snapshot = serde_json::from_value(value).map_err(|e| foreign(e.to_string()))?;
    Ok(Some((snapshot, jws)))
}

/// Refuses a site inside of a private folder, and one that would hold a private folder.
///
/// # Errors
/// [`PublishError::Private`].
pub fn refuse_private(site: &Path, private: &[PathBuf]) -> Result<(), PublishError> {
    let place = real(site)?;
    for folder in private {
        let secret = real(folder)?;
        if place.starts_with(&secret) || secret.starts_with(&place) {
            return Err(PublishError::Private { site: site.to_owned(), private: folder.clone() });
        }
    }
    Ok(())
}

/// Returns the absolute path without links, also where its end does not exist yet.
fn real(path: &Path) -> Result<PathBuf, PublishError> {
    let absolute = std::path::absolute(path).map_err(at(path))?;
    for folder in absolute.ancestors() {
        match folder.canonicalize() {
            Ok(real) => {
                return Ok(append(real, absolute.strip_prefix(folder).unwrap_or(Path::new(""))));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            Err(error) => return Err(at(path)(error)),
        }
    }
    Ok(absolute)
}

/// Appends what does not exist, so `..` in it leads just one up.
fn append(mut path: PathBuf, rest: &Path) -> PathBuf {
    for part in rest.components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            _ => (),
        }
    }
    path
}

pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> PublishError {
    let path = path.to_owned();
    move |source| PublishError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn site_and_private_folders_never_hold_each_other() {
        let data = tempfile::tempdir().unwrap();
        let keys = data.path().join("keys");
        fs::create_dir(&keys).unwrap();
        std::os::unix::fs::symlink(&keys, data.path().join("link")).unwrap();
        let private = [keys.clone(), data.path().join("store")];
        for bad in [
            keys.join("site"),
            keys.clone(),
            data.path().to_owned(),
            data.path().join("link/new/site"),
            data.path().join("new/../keys/site"),
        ] {
            assert!(matches!(refuse_private(&bad, &private), Err(PublishError::Private { .. })), "{bad:?}");
        }
        for good in [data.path().join("site"), data.path().join("keys-site/new"), data.path().join("a/../site")] {
            assert!(refuse_private(&good, &private).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn only_what_publications_write_has_a_published_name() {
        let good = [
            "trust.jws",
            "keys/roots.json",
            "status/1",
            "status/12.jwt",
            "verify/app.js",
            "verify/chunks/a-b.js",
            "c/CERT-MAPS-2026-00001-abcd2345/index.html",
        ];
        assert!(good.into_iter().chain(FIXED).all(is_published_name));
        let bad = [
            "",
            "keys",
            "keys/k1.jwe",
            "keys/server.key",
            "status/",
            "status/x.sql",
            "status/1/x",
            "verify/notes.txt",
            "verify/.app.js.tmp",
            "verify/",
            "verify/x/.hidden.js",
            "testamur.toml",
            "verify//app.js",
            ".publish.lock",
        ];
        assert_eq!(bad.into_iter().find(|name| is_published_name(name)), None);
    }

    #[test]
    fn a_folder_of_others_is_refused_however_its_files_are_called_and_a_half_made_site_is_not() {
        for (name, ours) in
            [("index.html", true), ("keys/server.key", false), ("verify/mine.txt", false), ("x/y", false)]
        {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "x").unwrap();
            let refused = |lock: bool| {
                if lock {
                    fs::write(folder.path().join(LOCK), "").unwrap();
                }
                matches!(refuse_other_folder(folder.path(), &[]), Err(PublishError::OtherFolder { .. }))
            };
            assert!(refused(false), "{name}");
            assert_eq!(refused(true), !ours, "{name}");
            fs::write(folder.path().join(TRUST), "x").unwrap();
            assert!(!refused(true), "{name}: a site, whatever else somebody put there");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(other.path().join("1.jwt"), "foo").unwrap();
        std::os::unix::fs::symlink(other.path(), folder.path().join("status")).unwrap();
        let site = Site::open(folder.path()).unwrap();
        let staged = site.stage(vec![("status/1.jwt".to_owned(), b"new".to_vec())]);
        assert!(matches!(staged, Err(PublishError::OtherFolder { .. })));
        assert_eq!(fs::read_to_string(other.path().join("1.jwt")).unwrap(), "foo");
        assert_eq!(fs::read_dir(other.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_second_publication_waits_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let first = Site::open(folder.path()).unwrap();
        assert!(matches!(Site::open(folder.path()), Err(PublishError::Busy(_))));
        drop(first);
        assert!(Site::open(folder.path()).is_ok());
    }

    #[test]
    fn nothing_changes_before_everything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(folder.path()).unwrap();
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let staged = site.stage(vec![file("a/b", "old"), file(TRUST, "old")]).unwrap();
        assert!(!site.path("a/b").exists());
        site.replace(staged).unwrap();

        for bad in ["../out", "/etc/out", "a/../../out", "", ".", "a/b", LOCK] {
            let refused = site.stage(vec![file("a/b", "new"), file(bad, "new")]);
            assert!(matches!(refused, Err(PublishError::Path(_))), "{bad}");
        }
        assert_eq!(fs::read_to_string(site.path("a/b")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1, "temporary files are gone");
    }

    #[test]
    fn a_strange_file_in_the_place_of_the_snapshot_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::open(folder.path()).unwrap();
        assert!(site.snapshot().unwrap().is_none());
        for bytes in [&b""[..], b"a.b.c", b"\xff\xfe", b"<html>"] {
            fs::write(site.path(TRUST), bytes).unwrap();
            assert!(matches!(site.snapshot(), Err(PublishError::Foreign { .. })), "{bytes:?}");
        }
    }
}
