//! A workbook's archive, measured before anything reads it: its directory may lie about sizes, so every part is unpacked once into
//! nothing, counting.

use std::io::{Cursor, Read};

use super::{ImportError, Limits};

/// Parts smaller than this may unpack to any ratio.
const RATIO_FREE_BYTES: u64 = 1 << 20;

/// Most bytes that one packed byte may unpack to; sheets of ordinary text stay below 40.
const MAX_RATIO: u64 = 400;

/// A workbook's parts.
pub(super) type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

/// Measures the archive: what its directory says, then what really comes out.
pub(super) fn check_archive(name: &str, bytes: &[u8], limits: &Limits) -> Result<(), ImportError> {
    let bomb = |problem: String| Err(ImportError::Bomb { file: name.into(), problem });
    let mut archive: Archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(name, &error.to_string()))?;
    if archive.len() > limits.entries {
        return bomb(format!("holds {} files inside; at most {} are read", archive.len(), limits.entries));
    }
    if archive.index_for_name("xl/workbook.bin").is_some() {
        return Err(ImportError::Kind { file: name.into(), kind: "a binary workbook (.xlsb)" });
    }
    if archive.index_for_name("xl/workbook.xml").is_none() && archive.index_for_name("_rels/.rels").is_none() {
        return Err(ImportError::Kind { file: name.into(), kind: "an archive but no .xlsx workbook" });
    }
    let mut total = 0;
    for index in 0..archive.len() {
        total += measure_part(name, &mut archive, index, limits.unpacked.saturating_sub(total), limits)?;
    }
    Ok(())
}

/// Unpacks one part into nothing and returns its size; refuses it at `left` bytes.
fn measure_part(
    name: &str,
    archive: &mut Archive,
    index: usize,
    left: u64,
    limits: &Limits,
) -> Result<u64, ImportError> {
    let bomb = |problem: String| ImportError::Bomb { file: name.into(), problem };
    let mut part = archive.by_index(index).map_err(|error| damaged(name, &error.to_string()))?;
    let (packed, claimed) = (part.compressed_size(), part.size());
    if claimed > left {
        return Err(bomb(format!("would unpack to more than {} MB", limits.unpacked / 1_000_000)));
    }
    if claimed > RATIO_FREE_BYTES && claimed / packed.max(1) > MAX_RATIO {
        return Err(bomb(format!("a part of it would unpack to more than {MAX_RATIO} times its size")));
    }
    let mut head = Vec::with_capacity(4096);
    let mut read = part.by_ref().take(4096).read_to_end(&mut head).map_err(|e| damaged(name, &e.to_string()))? as u64;
    check_shared_count(name, &head, limits)?;
    // The directory may claim less than there is.
    read += std::io::copy(&mut part.take(claimed.saturating_sub(read) + 1), &mut std::io::sink())
        .map_err(|error| damaged(name, &error.to_string()))?;
    if read > claimed {
        return Err(bomb("a part of it is larger than the archive says".into()));
    }
    Ok(read)
}

/// calamine reserves memory for as many shared texts as `uniqueCount` claims; a lie there must not be believed.
fn check_shared_count(name: &str, head: &[u8], limits: &Limits) -> Result<(), ImportError> {
    let head = String::from_utf8_lossy(head);
    let Some((_, rest)) = head.split_once("uniqueCount") else { return Ok(()) };
    let digits: String = rest.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    match digits.parse::<usize>() {
        Ok(count) if count <= limits.cells => Ok(()),
        _ => Err(ImportError::Bomb { file: name.into(), problem: format!("claims to hold {digits:.20} texts") }),
    }
}

/// Returns that a file cannot be read as a spreadsheet.
pub(super) fn damaged(name: &str, problem: &str) -> ImportError {
    ImportError::Damaged { file: name.into(), problem: problem.chars().take(200).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lie_about_the_number_of_texts_is_refused() {
        let head = br#"<sst xmlns="x" count="1" uniqueCount="99999999999999">"#;
        assert!(check_shared_count("x", head, &Limits::default()).is_err());
        assert!(check_shared_count("x", br#"<sst uniqueCount="3">"#, &Limits::default()).is_ok());
    }
}
