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

/// Makes a file's name durable, which its folder holds.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}
