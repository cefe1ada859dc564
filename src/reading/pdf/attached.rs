//! Files attached to a PDF (ISO 32000-2 sections 7.11.4 and 14.13): those that viewers list, and those that they do not.

use std::collections::HashSet;
use std::io::Read;

use hayro::hayro_syntax::object::{Array, Dict, Object, ObjectIdentifier, Stream, String as PdfString};
use hayro::hayro_syntax::{Filter, Pdf};

use super::super::{CANDIDATE_BYTES, CANDIDATES, Candidate, FILE_BYTES, ReadingError, Source, What, printed};
use super::WHAT;

/// Most files, and deepest nesting and most nodes of the tree of their names.
const FILES: usize = 256;
const NAME_TREE: (usize, usize) = (8, 256);

/// Most bytes of all attachments that are held at once.
const ATTACHED_BYTES: usize = 96 << 20;

/// Under which names a description has its file; they may be different ones.
const SYSTEMS: [&str; 5] = ["UF", "F", "Unix", "Mac", "DOS"];

/// A file attached to a PDF.
pub(in crate::reading) struct Attached {
    /// Its name.
    pub(in crate::reading) name: String,
    /// The file.
    pub(in crate::reading) bytes: Result<Vec<u8>, ReadingError>,
}

/// What is attached to a PDF.
#[derive(Default)]
pub(super) struct All {
    /// Credentials.
    pub(super) credentials: Vec<Candidate>,
    /// The other files.
    pub(super) files: Vec<Attached>,
}

/// Returns what is attached to a PDF.
pub(super) fn all(pdf: &Pdf) -> All {
    let mut specs = Specs::default();
    if let Some(catalog) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) {
        specs.add(catalog.get::<Array<'_>>("AF"));
        if let Some(tree) = catalog.get::<Dict<'_>>("Names").and_then(|names| names.get::<Dict<'_>>("EmbeddedFiles")) {
            specs.walk_names(&tree, 0);
        }
    }
    // Files of a page, of a picture, of a film: no viewer lists them, and other programs take them out.
    specs.add_dicts(pdf.objects().into_iter().filter_map(Object::into_dict));
    let mut all = All::default();
    let (mut seen, mut left) = (HashSet::new(), ATTACHED_BYTES);
    for (number, spec) in (1..).zip(&specs.all) {
        let name = file_name(spec).unwrap_or_else(|| format!("attachment {number}"));
        for stream in streams(spec, &mut seen) {
            left = all.add(&name, &stream, left);
        }
    }
    if specs.is_cut {
        let problem = format!("more than {FILES} files are attached to it");
        let bytes = Err(ReadingError::Excessive { what: WHAT, problem });
        all.files.push(Attached { name: "attachments".to_owned(), bytes });
    }
    all
}

impl All {
    /// Adds a file; returns how many bytes there is room for behind it.
    fn add(&mut self, name: &str, stream: &Stream<'_>, left: usize) -> usize {
        if name.to_lowercase().ends_with(".jwt")
            && let Some(text) = text(stream)
            && self.credentials.len() < CANDIDATES
        {
            if !self.credentials.iter().any(|known| known.text == text) {
                self.credentials.push(Candidate { text, source: Source::Attachment });
            }
            return left;
        }
        let bytes = file(stream, left);
        let left = left - bytes.as_ref().map_or(0, Vec::len).min(left);
        if !self.files.iter().any(|known| known.name == name && known.bytes == bytes) {
            self.files.push(Attached { name: name.to_owned(), bytes });
        }
        left
    }
}

/// The descriptions of attached files.
#[derive(Default)]
struct Specs<'a> {
    all: Vec<Dict<'a>>,
    nodes: usize,
    /// Whether there are more than are looked at.
    is_cut: bool,
}

impl<'a> Specs<'a> {
    /// Adds files; names may stand between them.
    fn add(&mut self, array: Option<Array<'a>>) {
        self.add_dicts(array.iter().flat_map(|array| array.iter::<Object<'a>>()).filter_map(Object::into_dict));
    }

    fn add_dicts(&mut self, dicts: impl Iterator<Item = Dict<'a>>) {
        for spec in dicts.filter(|dict| dict.contains_key("EF")) {
            // Each may be met twice: in the tree, and as an object.
            if self.all.len() >= 2 * FILES {
                self.is_cut = true;
                return;
            }
            self.all.push(spec);
        }
    }

    fn walk_names(&mut self, node: &Dict<'a>, depth: usize) {
        self.nodes += 1;
        if depth > NAME_TREE.0 || self.nodes > NAME_TREE.1 {
            self.is_cut = true;
            return;
        }
        // Name, file, name, file.
        self.add(node.get::<Array<'a>>("Names"));
        if let Some(kids) = node.get::<Array<'a>>("Kids") {
            for kid in kids.iter::<Object<'a>>().take(NAME_TREE.1 + 1).filter_map(Object::into_dict) {
                self.walk_names(&kid, depth + 1);
            }
        }
    }
}

fn file_name(spec: &Dict<'_>) -> Option<String> {
    let text = |key| spec.get::<PdfString<'_>>(key);
    ["UF", "F"].into_iter().find_map(text).map(|name| printed::pdf_text(name.as_bytes()))
}

/// Returns the files of a description that were not met before.
fn streams<'a>(spec: &Dict<'a>, seen: &mut HashSet<ObjectIdentifier>) -> Vec<Stream<'a>> {
    let Some(embedded) = spec.get::<Dict<'a>>("EF") else { return Vec::new() };
    let streams = SYSTEMS.into_iter().filter_map(|key| embedded.get::<Stream<'a>>(key));
    streams.filter(|stream| seen.insert(stream.obj_id())).collect()
}

fn text(stream: &Stream<'_>) -> Option<String> {
    let bytes = bounded(stream, CANDIDATE_BYTES).filter(|bytes| bytes.len() <= CANDIDATE_BYTES)?;
    let text = String::from_utf8(bytes).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns a file, if it fits.
fn file(stream: &Stream<'_>, left: usize) -> Result<Vec<u8>, ReadingError> {
    let excessive = |problem: String| Err(ReadingError::Excessive { what: What::File, problem });
    match bounded(stream, FILE_BYTES.min(left)) {
        None => excessive("it is packed in a way that is not read".to_owned()),
        Some(bytes) if bytes.len() > FILE_BYTES => Err(ReadingError::TooLarge { bytes: bytes.len() }),
        Some(bytes) if bytes.len() > left => {
            excessive(format!("what is attached has more than {} MB", ATTACHED_BYTES >> 20))
        }
        Some(bytes) => Ok(bytes),
    }
}

/// Decodes a stream up to one byte past a limit, without trusting how far it inflates.
fn bounded(stream: &Stream<'_>, limit: usize) -> Option<Vec<u8>> {
    let raw = stream.raw_data();
    let mut bytes = Vec::new();
    let limit = limit as u64 + 1;
    match stream.filters().as_slice() {
        [] => raw.take(limit).read_to_end(&mut bytes).ok()?,
        [Filter::FlateDecode] => flate2::read::ZlibDecoder::new(&raw[..]).take(limit).read_to_end(&mut bytes).ok()?,
        _ => return None,
    };
    Some(bytes)
}
