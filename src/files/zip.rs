//! ZIP archives written from front to end (PKWARE APPNOTE 6.3.10), without compression: what is in them is compressed already.
//!
//! Size and checksum stand before each file, so that programs which read while they receive need not wait for the end, and
//! names are UTF-8. Past 4 GB and 65,535 files the fields of ZIP64 are written. Of a file that was written only its line of the
//! directory is kept, some hundred bytes, and of a long directory not in memory.

use std::io::{self, BufWriter, Read, Seek, Write};

use tempfile::SpooledTempFile;

use crate::credential::Timestamp;

/// So much of the directory stays in memory.
const DIRECTORY_BYTES: usize = 1 << 20;

/// From which values on the true one stands in a field of ZIP64, and all ones where it would be (section 4.4.1.4).
#[derive(Debug, Clone, Copy)]
struct Limits {
    long: u64,
    short: u64,
}

impl Limits {
    const TRUE: Self = Self { long: 0xFFFF_FFFF, short: 0xFFFF };

    fn long(self, value: u64) -> u32 {
        if value >= self.long { u32::MAX } else { value as u32 }
    }

    fn short(self, value: u64) -> u16 {
        if value >= self.short { u16::MAX } else { value as u16 }
    }
}

/// Version 4.5 of the format, which has ZIP64; made on a system with Unix's file modes.
const NEEDED: u16 = 45;
const MADE_BY: u16 = 3 << 8 | NEEDED;
/// Names are UTF-8 (section 4.4.4, bit 11).
const FLAGS: u16 = 1 << 11;
/// A plain file that everybody may read.
const MODE: u32 = 0o100_644 << 16;

/// Writes an archive.
pub struct ZipWriter<W: Write> {
    out: W,
    at: u64,
    files: u64,
    directory: BufWriter<SpooledTempFile>,
    limits: Limits,
}

/// What is known of a file before it is written.
struct Entry<'a> {
    name: &'a str,
    crc: u32,
    size: u64,
    modified: Timestamp,
}

impl<W: Write> ZipWriter<W> {
    /// Begins an archive.
    pub fn new(out: W) -> Self {
        let directory = BufWriter::new(SpooledTempFile::new(DIRECTORY_BYTES));
        Self { out, at: 0, files: 0, directory, limits: Limits::TRUE }
    }

    /// Writes a file. Names are used once; that is for callers to see to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, name: &str, bytes: &[u8], modified: Timestamp) -> io::Result<()> {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        self.begin(&Entry { name, crc: crc.sum(), size: bytes.len() as u64, modified })?;
        self.write(bytes)
    }

    /// Writes a file that is too long for memory: it is read twice.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn add_long(&mut self, name: &str, file: &mut (impl Read + Seek), modified: Timestamp) -> io::Result<()> {
        let mut crc = flate2::Crc::new();
        file.rewind()?;
        let size = each_part(file, |part| {
            crc.update(part);
            Ok(())
        })?;
        self.begin(&Entry { name, crc: crc.sum(), size, modified })?;
        file.rewind()?;
        match each_part(file, |part| self.write(part))? == size {
            true => Ok(()),
            false => Err(io::Error::other("a file changed while it was read")),
        }
    }

    /// Passes on what was written.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// When it cannot be written, or its directory cannot be read back.
    pub fn finish(mut self) -> io::Result<W> {
        let (start, files, limits) = (self.at, self.files, self.limits);
        let kept = std::mem::replace(&mut self.directory, BufWriter::new(SpooledTempFile::new(0)));
        let mut directory = kept.into_inner().map_err(io::IntoInnerError::into_error)?;
        directory.rewind()?;
        let size = each_part(&mut directory, |part| self.write(part))?;
        if start >= limits.long || size >= limits.long || files >= limits.short {
            self.end_of_zip64(start, size, files)?;
        }
        let mut end = Fields::signed(0x0605_4b50);
        let count = limits.short(files);
        end.short(0).short(0).short(count).short(count).long(limits.long(size)).long(limits.long(start)).short(0);
        self.write(&end.0)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Writes what stands before a file, and notes its line of the directory.
    fn begin(&mut self, entry: &Entry) -> io::Result<()> {
        let (start, limits) = (self.at, self.limits);
        let mut local = Fields::signed(0x0403_4b50);
        local.short(NEEDED);
        self.put_facts(&mut local, entry);
        // Both sizes stand in the local field where one does (section 4.5.3).
        let sizes = if entry.size >= limits.long { vec![entry.size; 2] } else { Vec::new() };
        local.short(entry.name.len() as u16).extra(&sizes, entry.name);
        self.write(&local.0)?;
        let mut line = Fields::signed(0x0201_4b50);
        line.short(MADE_BY).short(NEEDED);
        self.put_facts(&mut line, entry);
        let wide: Vec<u64> = sizes.into_iter().chain((start >= limits.long).then_some(start)).collect();
        line.short(entry.name.len() as u16).short(Fields::extra_length(&wide));
        line.short(0).short(0).short(0).long(MODE).long(limits.long(start)).text(entry.name).wide(&wide);
        self.directory.write_all(&line.0)?;
        self.files += 1;
        Ok(())
    }

    fn put_facts(&self, fields: &mut Fields, entry: &Entry) {
        let (date, time) = dos_time(entry.modified);
        let size = self.limits.long(entry.size);
        fields.short(FLAGS).short(0).short(time).short(date).long(entry.crc).long(size).long(size);
    }

    fn end_of_zip64(&mut self, start: u64, size: u64, files: u64) -> io::Result<()> {
        let at = self.at;
        let mut end = Fields::signed(0x0606_4b50);
        end.longer(44).short(MADE_BY).short(NEEDED).long(0).long(0);
        end.longer(files).longer(files).longer(size).longer(start);
        end.long(0x0706_4b50).long(0).longer(at).long(1);
        self.write(&end.0)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// Reads to the end, part by part; returns how long it was.
fn each_part(file: &mut impl Read, mut with: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
    let (mut part, mut size) = (vec![0; 64 << 10], 0);
    loop {
        match file.read(&mut part)? {
            0 => return Ok(size),
            read => {
                with(&part[..read])?;
                size += read as u64;
            }
        }
    }
}

/// A record of numbers, the lowest byte of each first.
struct Fields(Vec<u8>);

impl Fields {
    fn signed(signature: u32) -> Self {
        Self(signature.to_le_bytes().to_vec())
    }

    fn short(&mut self, number: u16) -> &mut Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn long(&mut self, number: u32) -> &mut Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn longer(&mut self, number: u64) -> &mut Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    fn extra_length(wide: &[u64]) -> u16 {
        if wide.is_empty() { 0 } else { 4 + 8 * wide.len() as u16 }
    }

    /// The field of ZIP64 (section 4.5.3).
    fn wide(&mut self, wide: &[u64]) -> &mut Self {
        if !wide.is_empty() {
            self.short(1).short(8 * wide.len() as u16);
            wide.iter().for_each(|number| {
                self.longer(*number);
            });
        }
        self
    }

    fn extra(&mut self, wide: &[u64], name: &str) -> &mut Self {
        self.short(Self::extra_length(wide)).text(name).wide(wide)
    }
}

/// Returns a date and a time as MS-DOS has them (section 4.4.6), which counts years from 1980 and seconds by two.
fn dos_time(at: Timestamp) -> (u16, u16) {
    let text = at.to_string();
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u16>().ok()).unwrap_or(0);
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    if !(1980..=2107).contains(&year) {
        return (1 << 5 | 1, 0);
    }
    ((year - 1980) << 9 | month << 5 | day, part(11..13) << 11 | part(14..16) << 5 | (part(17..19) / 2))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::process::{Command, Stdio};

    use super::*;

    const FILES: [(&str, &[u8]); 4] =
        [("a.txt", b"first"), ("Zo\u{eb} \u{1f393}.pdf", b"%PDF"), ("empty", b""), ("d", b"last")];

    fn at() -> Timestamp {
        "2026-05-01T12:34:56Z".parse().unwrap()
    }

    fn archive(limits: Limits) -> Vec<u8> {
        let mut zip = ZipWriter { limits, ..ZipWriter::new(Vec::new()) };
        FILES.iter().for_each(|(name, bytes)| zip.add(name, bytes, at()).unwrap());
        zip.add_long("long.csv", &mut Cursor::new(vec![b'x'; 200_000]), at()).unwrap();
        zip.finish().unwrap()
    }

    /// Also limits so low that fields of ZIP64 are written: all, those of the end, and those of some files.
    const LOW: [Limits; 4] = [
        Limits::TRUE,
        Limits { long: 0, short: 0 },
        Limits { short: 2, ..Limits::TRUE },
        Limits { long: 5, ..Limits::TRUE },
    ];

    #[test]
    fn what_was_written_is_read_back_by_another_reader() {
        let mut zip = zip::ZipArchive::new(Cursor::new(archive(Limits::TRUE))).unwrap();
        assert_eq!(zip.len(), FILES.len() + 1);
        for (name, wanted) in FILES {
            let mut read = Vec::new();
            zip.by_name(name).unwrap().read_to_end(&mut read).unwrap();
            assert_eq!(read, wanted);
        }
    }

    /// More lines than stay in memory.
    #[test]
    fn an_archive_of_many_files_is_whole() {
        const FILES: usize = 20_000;
        let name = |n: usize| format!("CERT-A-WHOLE-YEAR-OF-COURSES-2026-{n:05}.json");
        let mut zip = ZipWriter::new(Vec::new());
        (0..FILES).for_each(|n| zip.add(&name(n), n.to_string().as_bytes(), at()).unwrap());
        let bytes = zip.finish().unwrap();
        assert!(FILES * (46 + name(0).len()) > DIRECTORY_BYTES, "the directory fits into memory");
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.len(), FILES);
        for n in [0, 1, FILES / 2, FILES - 1] {
            let mut read = String::new();
            zip.by_name(&name(n)).unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, n.to_string());
        }
    }

    /// Python reads it with code that shares nothing with ours.
    #[test]
    fn python_reads_it_and_the_fields_of_zip64_too() {
        const SCRIPT: &str = "import io, sys, zipfile\n\
            z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))\n\
            assert z.testzip() is None\n\
            for i in z.infolist(): print(ascii(i.filename), len(z.read(i)), i.date_time, i.compress_type)\n";
        for limits in LOW {
            let mut python = Command::new("python3")
                .args(["-c", SCRIPT])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            python.stdin.take().unwrap().write_all(&archive(limits)).unwrap();
            let output = python.wait_with_output().unwrap();
            let told = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{told}");
            assert!(told.contains("'Zo\\xeb \\U0001f393.pdf' 4 (2026, 5, 1, 12, 34, 56) 0\n"), "{told}");
            assert!(told.contains("'long.csv' 200000"), "{told}");
        }
    }
}
