//! Certificates written into a folder: made in parallel, under a temporary name and then renamed, so that no half file is ever seen
//! under its name.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::builder::PossibleValue;
use rayon::prelude::*;
use tempfile::SpooledTempFile;

use super::output::Failure;
use crate::credential::Timestamp;
use crate::files::{FileKind, FilesError, Maker, NamePattern, Sink};
use crate::making::{NotProven, OwnKeys, PICTURE_DPI, PRINT_DPI, Printable, Proven, Stage, StageTimes};
use crate::store::{Certificate, StoreError};

impl clap::ValueEnum for FileKind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Pdf => "PDF/A-3b with the credential attached",
            Self::Png => "Picture at 150 dpi",
            Self::Png300 => "Picture at 300 dpi",
            Self::Jwt => "The credential itself, a compact JWS",
            Self::Json => "The credential with an embedded proof, for wallets",
            Self::BakedPng => "Badge as a PNG with the credential in it",
            Self::BakedSvg => "Badge as an SVG with the credential in it",
        };
        // Words of the command line are joined by hyphens.
        let name = match self {
            Self::Png300 => "png-300",
            Self::BakedPng => "baked-png",
            Self::BakedSvg => "baked-svg",
            plain => plain.name(),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

/// How files are named.
#[derive(Debug, clap::Args)]
pub(super) struct Names {
    /// Names of the files: `number`, `person`, or a pattern with {number} {name} {email} {external_id} {event} {year} {issued}
    /// {version}; where the number is left out it follows the rest
    #[arg(long, value_name = "PATTERN", default_value = "number")]
    pub(super) file_names: NamePattern,
}

/// Writes certificates into a folder.
pub(super) struct FileWriter<'a> {
    /// The folder.
    pub out: PathBuf,
    /// Which files.
    pub kinds: Vec<FileKind>,
    /// What they are called.
    pub names: NamePattern,
    /// What makes them.
    pub maker: Maker<'a>,
    /// Where the time goes.
    pub times: &'a StageTimes,
    /// The issuer's keys: what is stored is verified before anything is made of it.
    pub own: Arc<OwnKeys>,
}

impl FileWriter<'_> {
    /// Returns whether one of a certificate's files is missing.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn lacks(&self, certificate: &Certificate) -> Result<bool, StoreError> {
        let name = self.names.name_of(self.maker.desk.store, certificate)?;
        Ok(self.kinds.iter().any(|kind| !self.path(&name, *kind).exists()))
    }

    fn path(&self, name: &str, kind: FileKind) -> PathBuf {
        self.out.join(format!("{name}.{}", kind.extension()))
    }

    /// Makes and writes files of freshly issued certificates on all cores.
    ///
    /// # Errors
    /// The first one that fails; the others are written all the same.
    pub(super) fn write_issued(&self, issued: Vec<Arc<Printable>>) -> Result<(), FilesError> {
        let is_proof_wanted = self.kinds.iter().any(|kind| kind.holds_proof());
        let proven = issued.par_iter().map(|item| match is_proof_wanted {
            true => self.own.prove(&item.certificate).map(Some),
            false => Ok(None),
        });
        let proven: Vec<Option<Proven>> = proven.collect::<Result<_, _>>()?;
        let secured = match is_proof_wanted {
            true => self.maker.secured(&proven.iter().flatten().collect::<Vec<_>>(), &self.kinds)?,
            false => vec![None; issued.len()],
        };
        let all = issued.par_iter().zip(&proven).zip(&secured);
        first_error(all.map(|((item, proven), secured)| {
            self.write(&item.certificate, |kind| match proven {
                Some(proven) if kind.holds_proof() => self.maker.file(proven, secured.as_deref(), kind),
                _ => self.fresh(item, kind),
            })
        }))
    }

    /// Makes a file of what was signed by this process, and verified then.
    fn fresh(&self, item: &Printable, kind: FileKind) -> Result<Vec<u8>, FilesError> {
        let certificate = &item.certificate;
        let Maker { faces, desk, .. } = &self.maker;
        let verifier = &desk.issuer.verifier;
        let picture = |dpi| faces.png_of(item, verifier, dpi);
        let made = match kind {
            FileKind::Jwt => return Ok(certificate.jws.clone().into_bytes()),
            FileKind::Png => picture(PICTURE_DPI),
            FileKind::Png300 => picture(PRINT_DPI),
            FileKind::Pdf => item.pdf(verifier),
            FileKind::Json | FileKind::BakedPng | FileKind::BakedSvg => return Err(FilesError::NoKeys),
        };
        made.map_err(|cause| FilesError::Draw { number: certificate.number.to_string(), cause })
    }

    /// Makes and writes files of certificates from their records alone. Returns those of which nothing is made, because what is
    /// stored of them was not signed by this issuer.
    ///
    /// # Errors
    /// As [`FileWriter::write_issued`].
    pub(super) fn write_stored(&self, certificates: &[Certificate]) -> Result<Vec<NotProven>, FilesError> {
        let proven: Vec<_> = certificates.par_iter().map(|one| self.own.prove(one)).collect();
        let (ours, refused): (Vec<_>, Vec<_>) = proven.into_iter().partition(Result::is_ok);
        let ours: Vec<Proven> = ours.into_iter().flatten().collect();
        let secured = self.maker.secured(&ours.iter().collect::<Vec<_>>(), &self.kinds)?;
        first_error(ours.par_iter().zip(&secured).map(|(proven, secured)| {
            self.write(proven.certificate(), |kind| self.maker.file(proven, secured.as_deref(), kind))
        }))?;
        Ok(refused.into_iter().filter_map(Result::err).collect())
    }

    fn write(
        &self,
        certificate: &Certificate,
        make: impl Fn(FileKind) -> Result<Vec<u8>, FilesError>,
    ) -> Result<(), FilesError> {
        let started = Instant::now();
        let name = self.names.name_of(self.maker.desk.store, certificate)?;
        let files: Vec<Vec<u8>> = self.kinds.iter().map(|kind| make(*kind)).collect::<Result<_, _>>()?;
        let started = self.times.add(Stage::Draw, started);
        for (kind, bytes) in self.kinds.iter().zip(files) {
            let path = self.path(&name, *kind);
            let failed = |cause| FilesError::Write { name: path.display().to_string(), cause };
            write_whole(&path, &bytes).map_err(failed)?;
        }
        self.times.add(Stage::Write, started);
        Ok(())
    }
}

/// Writes an export into a folder.
pub(super) struct Folder(pub(super) PathBuf);

impl Sink for Folder {
    fn put(&mut self, name: &str, bytes: &[u8], _: Timestamp) -> io::Result<()> {
        write_whole(&self.0.join(name), bytes)
    }

    fn put_long(&mut self, name: &str, file: &mut SpooledTempFile, _: Timestamp) -> io::Result<()> {
        let mut whole = tempfile::NamedTempFile::new_in(&self.0)?;
        io::Seek::rewind(file)?;
        io::copy(file, &mut whole)?;
        whole.persist(self.0.join(name)).map(drop).map_err(|error| error.error)
    }

    fn pass_on(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many certificates are named where several are left out.
const NAMED: usize = 10;

/// Says that certificates were left out because they are not what was signed; nothing, if none was.
pub(super) fn left_out(refused: &[NotProven]) -> Option<Failure> {
    let worst = refused.iter().find(|why| why.is_tampered()).or(refused.first())?;
    if refused.len() == 1 {
        return Some(Failure::new(worst).hint(worst.hint()));
    }
    let mut numbers: Vec<&str> = refused.iter().map(NotProven::number).collect();
    numbers.sort_unstable();
    let named = numbers.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = if numbers.len() > NAMED { ", …" } else { "" };
    let all = refused.len();
    let failure =
        Failure::new(format!("nothing was made of {all} certificates that are not as they were signed: {named}{more}"));
    Some(failure.because(worst).hint(worst.hint()))
}

fn first_error(results: impl ParallelIterator<Item = Result<(), FilesError>>) -> Result<(), FilesError> {
    results.reduce(|| Ok(()), |first, second| first.and(second))
}

/// Writes a file that is either not there or whole.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.symlink_metadata().is_err() && write_unnamed(path, bytes)? {
        return Ok(());
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".part");
    // A link that somebody put there is not written through.
    let create = || match fs::File::create_new(&temporary) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(&temporary)?;
            fs::File::create_new(&temporary)
        }
        file => file,
    };
    let write = create().and_then(|mut file| file.write_all(bytes)).and_then(|()| fs::rename(&temporary, path));
    if write.is_err() {
        // The disk is full or the folder is gone: a left-over must not be taken for a certificate.
        let _ = fs::remove_file(&temporary);
    }
    write
}

/// Writes a file that is made piece by piece: it has its name when it is whole.
///
/// # Errors
/// What `make` answers, or that it cannot be written.
pub(super) fn write_whole_by<T>(
    path: &Path,
    make: impl FnOnce(&mut fs::File) -> Result<T, FilesError>,
) -> Result<T, FilesError> {
    let failed = |cause| FilesError::Write { name: path.display().to_string(), cause };
    let mut whole = tempfile::NamedTempFile::new_in(folder_of(path)).map_err(failed)?;
    let made = make(whole.as_file_mut())?;
    whole.as_file().sync_all().map_err(failed)?;
    whole.persist(path).map_err(|error| failed(error.error))?;
    Ok(made)
}

/// Writes a file that gets its name once it is whole: the folder is locked for that alone, and not while room is looked for, so
/// that several threads do not wait for each other. False where this cannot be done, or there is a file of that name by now.
#[cfg(target_os = "linux")]
fn write_unnamed(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    use std::os::fd::AsRawFd;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};

    // As `File::create` has it (open(2): O_TMPFILE).
    let (flags, mode) = (OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, Mode::from_raw_mode(0o666));
    let Ok(unnamed) = open(folder_of(path), flags, mode) else { return Ok(false) };
    let mut file = fs::File::from(unnamed);
    file.write_all(bytes)?;
    let itself = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, &*itself, CWD, path, AtFlags::SYMLINK_FOLLOW).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn write_unnamed(_: &Path, _: &[u8]) -> io::Result<bool> {
    Ok(false)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a file's name durable, which its folder holds.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    fs::File::open(folder_of(path))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_under_its_name_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.pdf"), folder.path().join("other"));
        for text in ["first", "second, longer", ""] {
            write_whole(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        // Nothing is written through a link, and a link to nothing is in nobody's way.
        fs::write(&other, "kept").unwrap();
        for target in [&other, &folder.path().join("nothing")] {
            fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink(target, &path).unwrap();
            write_whole(&path, b"new").unwrap();
            assert!(path.symlink_metadata().unwrap().is_file());
        }
        assert_eq!(fs::read_to_string(&other).unwrap(), "kept");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        assert!(write_whole(&folder.path().join("none/a.pdf"), b"x").is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_gets_its_name_once_and_never_takes_anothers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pdf");
        if write_unnamed(&path, b"first").unwrap() {
            assert!(!write_unnamed(&path, b"second").unwrap());
            assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        }
        assert!(!write_unnamed(&folder.path().join("none/a.pdf"), b"x").unwrap());
    }
}
