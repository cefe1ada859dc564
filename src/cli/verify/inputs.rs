//! What is to be verified: files, folders, texts. A folder is gone through whole: what is not looked at in it is named.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::show::Answer;
use super::{Failure, Look, read_bounded};
use crate::cli::output::Explain;
use crate::inspect;
use crate::qr;
use crate::reading::{self, Ask, ReadingError, Worth};

/// Largest file that is read, in bytes.
const LARGEST_FILE: u64 = reading::FILE_BYTES as u64;
/// Kinds of files that are taken for certificates in folders.
pub(super) const KINDS: [&str; 9] = ["pdf", "png", "jpg", "jpeg", "jwt", "json", "txt", "zip", "eml"];
/// Kinds that may hold certificates and are not opened: each is said, lest it hide behind the others.
const CLOSED: [&str; 13] = ["7z", "rar", "tar", "gz", "tgz", "xz", "bz2", "msg", "p7m", "webp", "heic", "tif", "tiff"];
/// How much of a file of another kind tells whether it is worth reading.
const HEAD_BYTES: u64 = 4 << 10;

/// One thing to verify.
pub(super) enum Input {
    File(PathBuf),
    /// A file in a folder whose name ends in nothing that certificates end in.
    Stranger(PathBuf),
    /// What lies in a folder and is neither a file nor a folder of it.
    Shut(PathBuf),
    Bytes(Vec<u8>),
    Text(String),
}

/// What came of one thing.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) answers: Vec<Answer>,
    pub(super) notes: Vec<Note>,
}

/// Something beside the answers.
pub(super) struct Note {
    pub(super) input: String,
    pub(super) text: String,
    pub(super) kind: NoteKind,
}

impl Note {
    fn of(path: &Path, text: &str, kind: NoteKind) -> Self {
        Self { input: path.display().to_string(), text: text.to_owned(), kind }
    }
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoteKind {
    /// A remark on something that was judged.
    Remark,
    /// It was looked at, and is no certificate.
    LeftOut,
    /// As above, and nobody took it for one.
    Ordinary,
    /// It was not looked at, because of its kind.
    Unseen,
    /// As above, and it may hold certificates: nothing is good beside it.
    Shut,
}

/// Expands an argument into the things to verify.
pub(super) fn inputs(argument: &str) -> Result<Vec<Input>, Failure> {
    if argument == "-" {
        return stdin();
    }
    let path = Path::new(argument);
    if path.is_dir() {
        let mut files = Vec::new();
        walk(path, &mut files).doing(format!("read the folder {argument}"))?;
        files.sort();
        let ends_in = |path: &Path, kind: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(kind));
        let is_known = |path: &Path| KINDS.iter().chain(&CLOSED).any(|kind| ends_in(path, kind));
        let input = |path: PathBuf| match path.is_file() {
            true if is_known(&path) => Input::File(path),
            true => Input::Stranger(path),
            false => Input::Shut(path),
        };
        return Ok(files.into_iter().map(input).collect());
    }
    if path.exists() {
        return Ok(vec![Input::File(path.to_owned())]);
    }
    let looks_like_text = ["#1", "#0", "%231", "%25231"].iter().any(|mark| argument.contains(mark))
        || ["http", "ey", "{", "<"].iter().any(|start| argument.starts_with(start))
        || qr::meant(argument).is_some();
    if looks_like_text {
        return Ok(vec![Input::Text(argument.to_owned())]);
    }
    Err(Failure::new(format!("there is no file or folder `{argument}`"))
        .hint("pass a file, a folder, or the whole text of a QR code in quotes"))
}

/// Reads a file, or texts line by line, from stdin.
fn stdin() -> Result<Vec<Input>, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LARGEST_FILE + 1).read_to_end(&mut bytes).doing("read stdin")?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(Failure::new(format!("there is more on stdin than {LARGEST_FILE} bytes"))
            .hint("write it to files, and pass their names"));
    }
    if !reading::is_text(&bytes) {
        return Ok(vec![Input::Bytes(bytes)]);
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(Failure::new("what is on stdin is neither text nor a file that is read")
            .hint("pass a PDF, a picture, an archive or a mail, or one QR text a line"));
    };
    if text.lines().nth(1).is_some() && is_json(&text) {
        return Ok(vec![Input::Text(text)]);
    }
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(|line| Input::Text(line.to_owned())).collect())
}

/// Returns whether a whole text is one JSON object, which may have many lines.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Collects the files in a folder, and whatever else is in it that has no files of its own.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Links to folders are not followed: a folder that links to itself would never end.
        if entry.file_type()?.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Says why something in a folder is not opened. A pipe would never begin.
fn why_shut(path: &Path) -> &'static str {
    match fs::metadata(path) {
        Ok(target) if target.is_dir() => "a link to a folder is not followed; verify that folder by itself",
        Ok(_) => "it is a pipe, a socket or a device, which is not opened",
        Err(_) => "it leads to nothing that can be opened",
    }
}

impl Input {
    pub(super) fn answers(&self, look: &Look<'_>) -> Answers {
        match self {
            Self::Text(text) => {
                let input = text.chars().take(60).collect();
                let inner = inspect::text(text, &look.anchors, look.now);
                Answers { answers: vec![Answer { input, inner }], ..Answers::default() }
            }
            Self::Bytes(bytes) => look.file("-", bytes, look.ask),
            Self::File(path) => look.path(path, look.ask),
            Self::Stranger(path) => look.stranger(path),
            Self::Shut(path) => {
                let note = Note::of(path, why_shut(path), NoteKind::Shut);
                Answers { notes: vec![note], ..Answers::default() }
            }
        }
    }
}

impl Look<'_> {
    fn path(&self, path: &Path, ask: Ask<'_>) -> Answers {
        let input = path.display().to_string();
        match read_bounded(path, LARGEST_FILE) {
            Ok(bytes) => self.file(&input, &bytes, ask),
            Err(error) => {
                let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
                let error = if size > LARGEST_FILE {
                    ReadingError::TooLarge { bytes: usize::try_from(size).unwrap_or(usize::MAX) }
                } else {
                    ReadingError::NoReader(error.to_string())
                };
                Answers { answers: vec![Answer { input, inner: inspect::unreadable(error) }], ..Answers::default() }
            }
        }
    }

    /// Looks at a file whose name says nothing of a certificate: it is one if its first bytes say so, and what is text is
    /// searched. Anything else is named.
    fn stranger(&self, path: &Path) -> Answers {
        let mut head = Vec::new();
        let read = File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
        let worth = if read.is_ok() { reading::worth(&head) } else { Worth::Reading };
        match worth {
            Worth::Reading => self.path(path, self.ask),
            Worth::Searching => {
                let mut answers = self.path(path, Ask { is_inside: true, ..self.ask });
                let is_left_out = |note: &&mut Note| note.kind == NoteKind::LeftOut;
                answers.notes.iter_mut().filter(is_left_out).for_each(|note| note.kind = NoteKind::Ordinary);
                if answers.answers.is_empty() && answers.notes.is_empty() {
                    answers.notes.push(Note::of(path, "it holds no certificate", NoteKind::Ordinary));
                }
                answers
            }
            Worth::Nothing => {
                let note = Note::of(path, "a file of this kind is not looked at", NoteKind::Unseen);
                Answers { notes: vec![note], ..Answers::default() }
            }
        }
    }

    fn file(&self, input: &str, bytes: &[u8], ask: Ask<'_>) -> Answers {
        let inspected = inspect::file(bytes, &self.reader, &self.anchors, self.now, ask);
        let path = |name: Option<String>| name.map_or(input.to_owned(), |name| format!("{input}/{name}"));
        let note = |inspect::Note { name, text, is_left_out }| {
            let kind = if is_left_out { NoteKind::LeftOut } else { NoteKind::Remark };
            Note { input: path(name), text, kind }
        };
        let answer = |mut inner: inspect::Answer| Answer { input: path(inner.name.take()), inner };
        Answers {
            notes: inspected.notes.into_iter().map(note).collect(),
            answers: inspected.answers.into_iter().map(answer).collect(),
        }
    }
}
