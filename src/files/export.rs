//! Files of many certificates: made in groups on all cores, the next group while the one before is written, so that memory does
//! not grow with their number. A manifest says what is there.

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};

use rayon::prelude::*;
use tempfile::SpooledTempFile;

use super::manifest::{COLUMNS, csv_writer, issued_row};
use super::{FileKind, FilesError, Maker, NamePattern, ZipWriter};
use crate::credential::Timestamp;
use crate::making::{NotProven, OwnKeys};
use crate::store::{Certificate, CertificateQuery};

/// Certificates made at a time: few where pages are drawn in pixels, and at the beginning, so that the first come soon.
const GROUP: usize = 64;
const PICTURES: usize = 8;
const FIRST: usize = 2;

/// What the manifest is called.
pub const MANIFEST: &str = "manifest.csv";

/// What is said of certificates of which nothing was made.
const LEFT_OUT: &str = "LEFT-OUT.txt";

/// So much of a manifest stays in memory.
const MANIFEST_BYTES: usize = 1 << 20;

/// What is to be made.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Of which certificates: their current versions.
    pub query: CertificateQuery,
    /// Which files of each.
    pub kinds: Vec<FileKind>,
    /// What they are called.
    pub names: NamePattern,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Exported {
    /// Certificates of which files were made.
    pub certificates: u64,
    /// Files, without the manifest.
    pub files: u64,
    /// Those of which nothing was made, because what is stored of them was not signed by this issuer.
    pub left_out: Vec<NotProven>,
}

/// Where files go.
pub trait Sink {
    /// Takes a file, whole.
    ///
    /// # Errors
    /// When it cannot be written.
    fn put(&mut self, name: &str, bytes: &[u8], modified: Timestamp) -> io::Result<()>;

    /// Takes a file that may be too long for memory.
    ///
    /// # Errors
    /// When it cannot be read or written.
    fn put_long(&mut self, name: &str, file: &mut SpooledTempFile, modified: Timestamp) -> io::Result<()>;

    /// Passes on what was taken.
    ///
    /// # Errors
    /// When it cannot be.
    fn pass_on(&mut self) -> io::Result<()>;
}

impl<W: Write> Sink for ZipWriter<W> {
    fn put(&mut self, name: &str, bytes: &[u8], modified: Timestamp) -> io::Result<()> {
        self.add(name, bytes, modified)
    }

    fn put_long(&mut self, name: &str, file: &mut SpooledTempFile, modified: Timestamp) -> io::Result<()> {
        self.add_long(name, file, modified)
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.flush()
    }
}

/// A certificate with the name of its files, and the files, or why there are none.
struct Made {
    certificate: Certificate,
    name: String,
    files: Result<Vec<Vec<u8>>, NotProven>,
}

/// Makes the files that are wanted and hands them on in the order of the numbers, then the manifest. Of who was erased there is
/// nothing to make.
///
/// # Errors
/// When one cannot be made or written; what was written before stays.
pub fn export(maker: &Maker, own: &OwnKeys, wanted: &Wanted, to: &mut dyn Sink) -> Result<Exported, FilesError> {
    let mut exported = Exported::default();
    let mut manifest = csv_writer(SpooledTempFile::new(MANIFEST_BYTES));
    let failed = |name: &str| {
        let name = name.to_owned();
        move |cause: io::Error| FilesError::Write { name, cause }
    };
    let columns = COLUMNS.into_iter().chain(wanted.kinds.iter().map(|kind| kind.name())).chain(["left_out"]);
    manifest.write_record(columns).map_err(|error| failed(MANIFEST)(error.into()))?;
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(1);
        scope.spawn(|| make_all(maker, own, wanted, sender));
        for group in receiver {
            for made in group? {
                let row = made.put(maker, wanted, to, &mut exported)?;
                manifest.write_record(row).map_err(|error| failed(MANIFEST)(error.into()))?;
            }
            to.pass_on().map_err(failed(MANIFEST))?;
        }
        Ok::<_, FilesError>(())
    })?;
    let now = maker.desk.now;
    if !exported.left_out.is_empty() {
        let text: String = exported.left_out.iter().map(|why| format!("{why}\n")).collect();
        to.put(LEFT_OUT, text.as_bytes(), now).map_err(failed(LEFT_OUT))?;
    }
    let mut manifest = manifest.into_inner().map_err(|error| failed(MANIFEST)(error.into_error()))?;
    to.put_long(MANIFEST, &mut manifest, now).map_err(failed(MANIFEST))?;
    Ok(exported)
}

impl Made {
    /// Hands the files on, and returns the line of the manifest.
    fn put(
        self,
        maker: &Maker,
        wanted: &Wanted,
        to: &mut dyn Sink,
        exported: &mut Exported,
    ) -> Result<Vec<String>, FilesError> {
        let mut row = issued_row(&self.certificate, maker.desk.now).to_vec();
        let files = match self.files {
            Ok(files) => files,
            Err(why) => {
                tracing::error!(%why, "a certificate is left out of an archive");
                row.extend(wanted.kinds.iter().map(|_| String::new()));
                row.push(why.to_string());
                exported.left_out.push(why);
                return Ok(row);
            }
        };
        for (kind, bytes) in wanted.kinds.iter().zip(files) {
            let name = format!("{}.{}", self.name, kind.extension());
            let put = to.put(&name, &bytes, self.certificate.signed);
            put.map_err(|cause| FilesError::Write { name: name.clone(), cause })?;
            row.push(name);
            exported.files += 1;
        }
        row.push(String::new());
        exported.certificates += 1;
        Ok(row)
    }
}

/// Makes all groups as long as somebody takes them.
fn make_all(maker: &Maker, own: &OwnKeys, wanted: &Wanted, to: SyncSender<Result<Vec<Made>, FilesError>>) {
    let whole = if wanted.kinds.iter().any(|kind| kind.is_picture()) { PICTURES } else { GROUP };
    let (mut size, mut cursor) = (FIRST, None::<String>);
    loop {
        let page = maker.desk.store.find_certificates(&wanted.query, cursor.as_deref(), size);
        let group = page.map_err(FilesError::from).and_then(|page| {
            cursor = page.next;
            group(maker, own, wanted, page.items)
        });
        size = whole;
        let last = group.is_err() || cursor.is_none();
        if to.send(group).is_err() || last {
            return;
        }
    }
}

fn group(
    maker: &Maker,
    own: &OwnKeys,
    wanted: &Wanted,
    mut certificates: Vec<Certificate>,
) -> Result<Vec<Made>, FilesError> {
    certificates.retain(|one| one.erased.is_none());
    let names = wanted.names.names(maker.desk.store, &certificates)?;
    let proven: Vec<_> = certificates.par_iter().map(|one| own.prove(one)).collect();
    let ours: Vec<_> = proven.iter().flatten().collect();
    let mut secured = maker.secured(&ours, &wanted.kinds)?.into_iter();
    let secured: Vec<_> = proven.iter().map(|one| one.as_ref().ok().and_then(|_| secured.next().flatten())).collect();
    let files = |(proven, secured): (&Result<_, NotProven>, &Option<String>)| match proven {
        Ok(proven) => {
            let file = |kind: &FileKind| maker.file(proven, secured.as_deref(), *kind);
            wanted.kinds.iter().map(file).collect::<Result<Vec<_>, _>>().map(Ok)
        }
        Err(why) => Ok(Err(why.clone())),
    };
    let files: Vec<_> = proven.par_iter().zip(&secured).map(files).collect::<Result<_, _>>()?;
    let made = certificates.iter().zip(names).zip(files);
    Ok(made.map(|((one, name), files)| Made { certificate: one.clone(), name, files }).collect())
}
