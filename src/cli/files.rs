//! Certificates as files: drawn in parallel, written under a temporary name and then renamed, so that no half file is
//! ever seen under its name.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::embed::{EmbedError, Embedder};
use super::output::Failure;
use crate::making::{FaceError, Faces, NotProven, OwnKeys, Printable, Proven, Stage, StageTimes};
use crate::store::{Certificate, Store, StoreError};

/// A kind of file that a certificate can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// PDF/A-3b with the credential attached
    Pdf,
    /// Picture at 150 dpi
    Png,
    /// The credential itself, a compact JWS
    Jwt,
    /// The credential with an embedded proof, for wallets
    Json,
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jwt => "jwt",
            Self::Json => "json",
        }
    }
}

/// Why a certificate's file was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// It cannot be drawn.
    #[error("{number} cannot be drawn: {cause}")]
    Draw {
        /// The certificate.
        number: String,
        /// Why not.
        cause: FaceError,
    },
    /// What is stored of it was not signed by this issuer.
    #[error(transparent)]
    NotProven(#[from] NotProven),
    /// Its JSON cannot be made.
    #[error("{number} cannot be given an embedded proof: {cause}")]
    Embed {
        /// The certificate.
        number: String,
        /// Why not.
        cause: EmbedError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody opened the keys.
    #[error("{number} cannot be given an embedded proof without the keys")]
    NoKeys {
        /// The certificate.
        number: String,
    },
    /// It cannot be written.
    #[error("{path} cannot be written: {cause}")]
    Write {
        /// The file.
        path: String,
        /// Why not.
        cause: io::Error,
    },
}

/// Draws a file.
type Drawing<'a> = &'a dyn Fn() -> Result<Vec<u8>, FaceError>;

/// Writes certificates into a folder.
pub(super) struct FileWriter<'a> {
    /// The folder.
    pub out: PathBuf,
    /// Which files.
    pub formats: Vec<Format>,
    /// Compiled templates.
    pub faces: &'a Faces,
    /// Host and path that QR codes open.
    pub verifier: &'a str,
    /// Where the time goes.
    pub times: &'a StageTimes,
    /// The issuer's keys: what is stored is verified before anything is made of it.
    pub own: Arc<OwnKeys>,
    /// Makes embedded proofs; needed for [`Format::Json`] alone.
    pub embedder: Option<Embedder>,
}

impl FileWriter<'_> {
    /// Returns where a file lies.
    pub(super) fn path(&self, certificate: &Certificate, format: Format) -> PathBuf {
        self.out.join(format!("{}.{}", certificate.number, format.extension()))
    }

    /// Returns whether one of a certificate's files is missing.
    pub(super) fn lacks(&self, number: &impl std::fmt::Display) -> bool {
        self.formats.iter().any(|format| !self.out.join(format!("{number}.{}", format.extension())).exists())
    }

    /// Draws and writes freshly issued certificates on all cores.
    ///
    /// # Errors
    /// The first one that fails; the others are written all the same.
    pub(super) fn write_issued(&self, issued: Vec<Arc<Printable>>) -> Result<(), FileError> {
        first_error(issued.into_par_iter().map(|item| {
            let started = Instant::now();
            // Signed by this process, and verified then.
            let pdf = || item.face.pdf(item.scene.clone(), &item.certificate, self.verifier);
            let png = || self.faces.png_of(&item.face, item.scene.clone(), &item.certificate, self.verifier);
            let json = || self.json(&self.own.prove(&item.certificate)?);
            self.write(&item.certificate, (&pdf, &png), &json, started)
        }))
    }

    /// Draws and writes certificates from their records alone. Returns those of which nothing is made, because what is
    /// stored of them was not signed by this issuer.
    ///
    /// # Errors
    /// As [`FileWriter::write_issued`].
    pub(super) fn write_stored(
        &self,
        store: &dyn Store,
        certificates: &[Certificate],
    ) -> Result<Vec<NotProven>, FileError> {
        let written = certificates.par_iter().map(|certificate| {
            let started = Instant::now();
            let proven = self.own.prove(certificate)?;
            let pdf = || self.faces.pdf(store, &proven, self.verifier);
            let png = || self.faces.png(store, &proven, self.verifier);
            self.write(certificate, (&pdf, &png), &|| self.json(&proven), started)
        });
        let mut refused = Vec::new();
        for result in written.collect::<Vec<_>>() {
            match result {
                Err(FileError::NotProven(why)) => refused.push(why),
                result => result?,
            }
        }
        Ok(refused)
    }

    fn write(
        &self,
        certificate: &Certificate,
        (pdf, png): (Drawing, Drawing),
        json: &dyn Fn() -> Result<Vec<u8>, FileError>,
        started: Instant,
    ) -> Result<(), FileError> {
        let draw = |cause| FileError::Draw { number: certificate.number.to_string(), cause };
        let mut files = Vec::with_capacity(self.formats.len());
        for &format in &self.formats {
            let bytes = match format {
                Format::Jwt => certificate.jws.clone().into_bytes(),
                Format::Json => json()?,
                Format::Png => png().map_err(draw)?,
                Format::Pdf => pdf().map_err(draw)?,
            };
            files.push((format, bytes));
        }
        let started = self.times.add(Stage::Draw, started);
        for (format, bytes) in files {
            let path = self.path(certificate, format);
            write_whole(&path, &bytes).map_err(|cause| FileError::Write { path: path.display().to_string(), cause })?;
        }
        self.times.add(Stage::Write, started);
        Ok(())
    }
}

impl FileWriter<'_> {
    fn json(&self, proven: &Proven) -> Result<Vec<u8>, FileError> {
        let number = proven.certificate().number.to_string();
        match &self.embedder {
            Some(embedder) => embedder.json(proven).map_err(|cause| FileError::Embed { number, cause }),
            None => Err(FileError::NoKeys { number }),
        }
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

fn first_error(results: impl ParallelIterator<Item = Result<(), FileError>>) -> Result<(), FileError> {
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
