//! Templates as one file: a ZIP archive with `template.json`, and its pictures and fonts beside it; read within a template's limits.

use std::io::{Cursor, Read};

use crate::template::{MAX_ASSET_BYTES, MAX_ASSETS, MAX_ASSETS_BYTES, MAX_DOCUMENT_BYTES};

/// What the document is called.
pub(super) const DOCUMENT: &str = "template.json";
/// Most entries of an archive: folders count too.
const MAX_ENTRIES: usize = 2 * MAX_ASSETS + 8;
/// What programs of some systems put beside the files.
const CHAFF: [&str; 4] = ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"];

/// Why an archive is no template.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ArchiveError {
    /// It cannot be read.
    #[error(
        "the archive cannot be read; pack `{DOCUMENT}` with its pictures and fonts as a ZIP file without a password"
    )]
    Damaged,
    /// Too much is in it.
    #[error("the archive holds more than a template may: {0}")]
    TooMuch(&'static str),
    /// No document, or several.
    #[error("the archive needs one `{DOCUMENT}`, and holds {0}")]
    Documents(usize),
}

/// What an archive holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// `template.json`.
    pub document: Vec<u8>,
    /// The pictures and fonts, by the names that the document gives them.
    pub assets: Vec<(String, Vec<u8>)>,
}

/// Unpacks an archive. What is not in the folder of the document is left out, and so is what systems put beside.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Parts, ArchiveError> {
    // The reader is not fuzzed here: a panic on a crafted archive becomes an error.
    std::panic::catch_unwind(|| read(bytes)).unwrap_or(Err(ArchiveError::Damaged))
}

fn read(bytes: &[u8]) -> Result<Parts, ArchiveError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| ArchiveError::Damaged)?;
    if archive.len() > MAX_ENTRIES {
        return Err(ArchiveError::TooMuch("files"));
    }
    let names: Vec<(usize, String)> = (0..archive.len())
        .filter_map(|at| Some((at, archive.name_for_index(at)?.ok()?.replace('\\', "/"))))
        .filter(|(_, name)| !name.ends_with('/') && !name.split('/').any(|part| CHAFF.contains(&part)))
        .collect();
    let documents: Vec<&str> =
        names.iter().filter_map(|(_, name)| name.strip_suffix(DOCUMENT)).filter(|rest| is_folder(rest)).collect();
    let [folder] = documents[..] else { return Err(ArchiveError::Documents(documents.len())) };
    let folder = folder.to_owned();
    let (mut parts, mut sum) = (Parts { document: Vec::new(), assets: Vec::new() }, 0);
    for (at, name) in &names {
        let Some(name) = name.strip_prefix(&folder) else { continue };
        let most = if name == DOCUMENT { MAX_DOCUMENT_BYTES } else { MAX_ASSET_BYTES };
        let file = archive.by_index(*at).map_err(|_| ArchiveError::Damaged)?;
        let mut read = Vec::new();
        // Never more than one byte past the limit, whatever the directory says of sizes.
        file.take(most as u64 + 1).read_to_end(&mut read).map_err(|_| ArchiveError::Damaged)?;
        sum += read.len();
        if read.len() > most || sum > MAX_DOCUMENT_BYTES + MAX_ASSETS_BYTES {
            return Err(ArchiveError::TooMuch("bytes"));
        }
        match name {
            DOCUMENT => parts.document = read,
            name => parts.assets.push((name.to_owned(), read)),
        }
    }
    Ok(parts)
}

fn is_folder(text: &str) -> bool {
    text.is_empty() || text.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Timestamp;
    use crate::files::ZipWriter;

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut zip = ZipWriter::new(&mut bytes);
        for (name, file) in files {
            zip.add(name, file, Timestamp::from_unix(1_800_000_000)).unwrap();
        }
        zip.finish().unwrap();
        bytes
    }

    #[test]
    fn what_lies_in_the_folder_of_the_document_is_taken() {
        let plain = unpacked(&packed(&[("template.json", b"{}"), ("logo.png", b"x"), ("fonts/a.ttf", b"y")])).unwrap();
        let names = |parts: &Parts| parts.assets.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(
            (&plain.document[..], names(&plain)),
            (&b"{}"[..], vec!["logo.png".to_owned(), "fonts/a.ttf".to_owned()])
        );
        let deep = [
            ("gold/template.json", &b"{1}"[..]),
            ("gold/logo.png", b"x"),
            ("other/b.png", b"z"),
            ("__MACOSX/gold/._logo.png", b"q"),
            ("gold/.DS_Store", b"q"),
        ];
        let deep = unpacked(&packed(&deep)).unwrap();
        assert_eq!((&deep.document[..], names(&deep)), (&b"{1}"[..], vec!["logo.png".to_owned()]));
    }

    #[test]
    fn what_is_no_template_is_refused() {
        assert_eq!(unpacked(b"no archive"), Err(ArchiveError::Damaged));
        assert_eq!(unpacked(b""), Err(ArchiveError::Damaged));
        assert_eq!(unpacked(&packed(&[("logo.png", b"x")])), Err(ArchiveError::Documents(0)));
        let two = packed(&[("a/template.json", b"{}"), ("b/template.json", b"{}")]);
        assert_eq!(unpacked(&two), Err(ArchiveError::Documents(2)));
        assert_eq!(unpacked(&packed(&[("my-template.json", b"{}")])), Err(ArchiveError::Documents(0)));
        let large = vec![0; MAX_ASSET_BYTES + 1];
        let large = packed(&[("template.json", b"{}"), ("a.png", &large)]);
        assert_eq!(unpacked(&large), Err(ArchiveError::TooMuch("bytes")));
        let names: Vec<String> = (0..=MAX_ENTRIES).map(|n| format!("{n}.png")).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
        assert_eq!(unpacked(&packed(&many)), Err(ArchiveError::TooMuch("files")));
        let mut torn = packed(&[("template.json", b"{}")]);
        torn.truncate(torn.len() - 3);
        assert_eq!(unpacked(&torn), Err(ArchiveError::Damaged));
    }

    #[test]
    fn what_unpacks_to_far_more_is_given_up_at_the_limit() {
        let mut bytes = Vec::new();
        let mut zip = zip::ZipWriter::new(Cursor::new(&mut bytes));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        for name in ["template.json", "a.png"] {
            zip.start_file(name, options).unwrap();
            let part = vec![0_u8; 1 << 20];
            for _ in 0..if name == "a.png" { 64 } else { 1 } {
                std::io::Write::write_all(&mut zip, &part).unwrap();
            }
        }
        zip.finish().unwrap();
        assert!(bytes.len() < 200_000, "{}", bytes.len());
        assert_eq!(unpacked(&bytes), Err(ArchiveError::TooMuch("bytes")));
    }
}
