//! Loads templates: by built-in name, from a folder or file, from a bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use sha2::{Digest, Sha256};

use super::asset::{self, Assets, MAX_ASSET_BYTES};
use super::document::{Document, MAX_DOCUMENT_BYTES};
use super::error::TemplateError;
use super::model::Element;
use super::placeholder::{self, DATE_PLACEHOLDERS, Piece};
use super::purpose::Purpose;
use super::spoken::name_and_language;

/// A template: its document and its assets, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub(super) document: Document,
    pub(super) assets: Assets,
}

/// First bytes of a bundle; the digit is its version.
const MAGIC: &[u8] = b"testamur-template-1\n";

/// Built-in templates that the first versions did not have: a path that is called so goes on being opened.
const LATER: [&str; 6] = ["laurel", "ribbon", "quiet", "card", "card-name", "badge"];

/// Says whether a built-in template is one that the first versions did not have: a library may hold another one of that name.
pub fn came_later(name: &str) -> bool {
    LATER.contains(&name)
}

/// Says whether a path is opened although a built-in template is called so: a file, or a folder with a `template.json`, with the very
/// name of one that earlier versions did not have. They opened the path.
pub fn path_goes_first(name: &str) -> bool {
    let path = Path::new(name);
    came_later(name) && (path.is_file() || path.join("template.json").is_file())
}

/// Returns the names of the built-in templates of certificates.
pub fn builtin_names() -> Vec<&'static str> {
    super::builtin::TEMPLATES.iter().map(|(name, _)| *name).collect()
}

/// Returns the names of the built-in templates of share cards and badges, or of one of both.
pub fn small_names(purpose: Option<Purpose>) -> Vec<&'static str> {
    let all = super::builtin::SMALL.iter().filter(|(of, _)| purpose.is_none_or(|purpose| purpose == *of));
    all.map(|(_, (name, _))| *name).collect()
}

/// Says whether a built-in template is called so, whatever it is for.
pub fn is_builtin_name(name: &str) -> bool {
    builtin(name).is_some()
}

/// Returns the numbers of all versions of a built-in template, the newest last; none if there is no such template.
pub fn builtin_versions(name: &str) -> std::ops::RangeInclusive<u32> {
    1..=builtin(name).map_or(0, |versions| versions.len() as u32)
}

/// Returns the document of a version of a built-in template; each is read once.
pub(super) fn builtin_document(name: &str, version: u32) -> Option<Arc<Document>> {
    type ByVersion = BTreeMap<(String, u32), Arc<Document>>;
    static READ: LazyLock<Mutex<ByVersion>> = LazyLock::new(Mutex::default);
    let bytes = version.checked_sub(1).and_then(|at| builtin(name)?.get(at as usize))?;
    let mut read = READ.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(document) = read.get(&(name.to_owned(), version)) {
        return Some(Arc::clone(document));
    }
    let document = Arc::new(Document::parse(bytes).ok()?);
    read.insert((name.to_owned(), version), Arc::clone(&document));
    Some(document)
}

fn builtin(name: &str) -> Option<&'static [&'static [u8]]> {
    let small = super::builtin::SMALL.iter().map(|(_, template)| template);
    let mut all = super::builtin::TEMPLATES.iter().chain(small);
    all.find(|(known, _)| *known == name).map(|(_, versions)| *versions)
}

/// Takes a name apart from the version that may follow it: `classic@1`.
pub fn name_and_version(text: &str) -> (&str, Option<u32>) {
    let versioned = text.rsplit_once('@').and_then(|(name, version)| {
        let plain = !version.starts_with('0') && version.bytes().all(|byte| byte.is_ascii_digit());
        Some((name, version.parse().ok().filter(|_| plain)?))
    });
    versioned.map_or((text, None), |(name, version)| (name, Some(version)))
}

impl Template {
    /// Opens a built-in template by name (the newest version, or `classic@1`; in another language, `classic.de`), a folder with a
    /// `template.json`, or a `.json` file with its assets beside it. A built-in name goes before a path, but where
    /// [`path_goes_first`].
    ///
    /// # Errors
    /// When there is none, or it is not a good one; the message says where.
    pub fn open(name_or_path: &str) -> Result<Self, TemplateError> {
        let (name, version) = name_and_version(name_or_path);
        let (plain, language) = name_and_language(name);
        if builtin(plain).is_some() && !path_goes_first(name_or_path) {
            let template = Self::built_in(plain, version)?;
            return Ok(language.and_then(|language| template.in_language(language)).unwrap_or(template));
        }
        let path = Path::new(name_or_path);
        let file = if path.is_dir() { path.join("template.json") } else { path.to_owned() };
        if !file.is_file() {
            return Err(TemplateError::NotFound(name_or_path.to_owned()));
        }
        let bytes = read(&file, MAX_DOCUMENT_BYTES)?;
        let document = Document::parse(&bytes)?;
        let folder = file.parent().unwrap_or(Path::new("."));
        Self::new(&bytes, read_assets(&document, folder)?)
    }

    /// Opens a version of a built-in template: the newest, or the one with this number.
    ///
    /// # Errors
    /// When there is none.
    pub fn built_in(name: &str, version: Option<u32>) -> Result<Self, TemplateError> {
        let versions = builtin(name).ok_or_else(|| TemplateError::NotFound(name.to_owned()))?;
        let found = match version {
            None => versions.last(),
            Some(number) => number.checked_sub(1).and_then(|at| versions.get(at as usize)),
        };
        let missing = || TemplateError::NoVersion { name: name.to_owned(), version: version.unwrap_or_default() };
        Self::new(found.ok_or_else(missing)?, Assets::new())
    }

    /// Returns which version of a built-in template this is, in whatever language, and whatever pictures were put in.
    pub fn built_in_version(&self, name: &str) -> Option<u32> {
        builtin_versions(name).rev().find(|version| self.built_in_is(name, *version))
    }

    /// Makes a template of a document and its assets.
    ///
    /// # Errors
    /// When the document is wrong or an asset is missing or may not be used.
    pub fn new(document: &[u8], assets: Assets) -> Result<Self, TemplateError> {
        let document = Document::parse(document)?;
        asset::check_all(&document, &assets)?;
        Ok(Self { document, assets })
    }

    /// Returns the template with an asset put in or replaced, such as the issuer's `logo`.
    ///
    /// # Errors
    /// When the asset may not be used.
    pub fn with_asset(mut self, name: &str, bytes: Vec<u8>) -> Result<Self, TemplateError> {
        self.assets.insert(name.to_owned(), Arc::new(bytes));
        asset::check_all(&self.document, &self.assets)?;
        Ok(self)
    }

    /// Returns the template without an asset; it must be one that the document can do without.
    #[must_use]
    pub fn without_asset(mut self, name: &str) -> Self {
        self.assets.remove(name);
        self
    }

    /// Returns the names of the assets that the template has.
    pub fn asset_names(&self) -> impl Iterator<Item = &str> {
        self.assets.keys().map(String::as_str)
    }

    /// Returns the names of the assets that the document has a place for, with whether it can do without.
    pub fn asset_places(&self) -> std::collections::BTreeMap<String, bool> {
        asset::wanted(&self.document).into_iter().map(|wanted| (wanted.name, wanted.optional)).collect()
    }

    /// Returns the document's bytes, as they are kept.
    pub fn document_bytes(&self) -> Vec<u8> {
        self.document.to_bytes()
    }

    /// Returns an asset's bytes.
    pub fn asset(&self, name: &str) -> Option<&[u8]> {
        self.assets.get(name).map(|bytes| bytes.as_slice())
    }

    /// Returns the document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Returns the names of all placeholders, also the built-in ones.
    pub fn placeholders(&self) -> BTreeSet<String> {
        names(self.document.elements.iter())
    }

    /// Returns the names of the list's own columns that are written as dates, because their placeholder has a format.
    pub fn date_columns(&self) -> BTreeSet<String> {
        let texts = self.document.elements.iter().flat_map(Element::texts);
        let pieces = texts.flat_map(|text| placeholder::parse(text).unwrap_or_default());
        let own = |piece| match piece {
            Piece::Date { name, .. } => Some(name).filter(|name| !DATE_PLACEHOLDERS.contains(&name.as_str())),
            Piece::Text(_) | Piece::Literal(_) => None,
        };
        pieces.filter_map(own).collect()
    }

    /// Returns the names of the placeholders that stand in a text which does not fall away without them.
    pub fn needed_placeholders(&self) -> BTreeSet<String> {
        let fixed =
            |element: &&Element| matches!(element, Element::Text(text) if !text.optional && text.when.is_empty());
        names(self.document.elements.iter().filter(fixed))
    }

    /// Returns the template as bytes; the same content gives the same bytes.
    pub fn to_bundle(&self) -> Vec<u8> {
        let mut bundle = MAGIC.to_vec();
        let mut put = |bytes: &[u8]| {
            bundle.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
            bundle.extend_from_slice(bytes);
        };
        put(&self.document.to_bytes());
        for (name, bytes) in &self.assets {
            put(name.as_bytes());
            put(bytes);
        }
        bundle
    }

    /// Reads a bundle.
    ///
    /// # Errors
    /// When it is damaged or holds no good template.
    pub fn from_bundle(bundle: &[u8]) -> Result<Self, TemplateError> {
        let mut rest = bundle.strip_prefix(MAGIC).ok_or(TemplateError::Bundle("it does not begin as one"))?;
        let document = take(&mut rest)?;
        let mut assets = Assets::new();
        while !rest.is_empty() {
            let name =
                std::str::from_utf8(take(&mut rest)?).map_err(|_| TemplateError::Bundle("a name is not UTF-8"))?;
            if assets.keys().next_back().is_some_and(|last: &String| last.as_str() >= name) {
                return Err(TemplateError::Bundle("its assets are not in order"));
            }
            let bytes = take(&mut rest)?;
            if assets.len() > asset::MAX_ASSETS {
                return Err(TemplateError::Bundle("it has too many assets"));
            }
            assets.insert(name.to_owned(), Arc::new(bytes.to_vec()));
        }
        Self::new(document, assets)
    }

    /// Returns the SHA-256 of the bundle in hexadecimal: a template's version.
    pub fn digest(&self) -> String {
        data_encoding::HEXLOWER.encode(&Sha256::digest(self.to_bundle()))
    }
}

impl Element {
    /// Returns the families and weights that it is written in.
    pub(super) fn faces(&self) -> Vec<(&str, u16)> {
        match self {
            Self::Text(text) => vec![(&text.font, text.weight)],
            Self::Signatories(row) => vec![(&row.font, row.weight), (&row.font, 400)],
            _ => Vec::new(),
        }
    }

    /// Returns the texts that may hold placeholders.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![&text.text, &text.when],
            Self::Signatories(row) => row.people.iter().flat_map(|p| [p.name.as_str(), p.title.as_str()]).collect(),
            _ => Vec::new(),
        }
    }
}

fn names<'a>(elements: impl Iterator<Item = &'a Element>) -> BTreeSet<String> {
    let pieces = elements.flat_map(Element::texts).flat_map(|text| placeholder::parse(text).unwrap_or_default());
    let name = |piece| match piece {
        Piece::Text(name) | Piece::Date { name, .. } => Some(name),
        Piece::Literal(_) => None,
    };
    pieces.filter_map(name).collect()
}

fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], TemplateError> {
    const SHORT: TemplateError = TemplateError::Bundle("it ends too early");
    let (length, after) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > after.len() {
        return Err(SHORT);
    }
    let (part, after) = after.split_at(length);
    *rest = after;
    Ok(part)
}

fn read_assets(document: &Document, folder: &Path) -> Result<Assets, TemplateError> {
    let mut assets = Assets::new();
    let root = folder.canonicalize().map_err(|source| TemplateError::Read { path: folder.to_owned(), source })?;
    for wanted in asset::wanted(document) {
        asset::check_name(&wanted.name)?;
        let path = root.join(&wanted.name);
        let Ok(real) = path.canonicalize() else {
            if wanted.optional {
                continue;
            }
            return Err(TemplateError::MissingAsset { asset: wanted.name, at: wanted.at });
        };
        // A link may lie in the folder and lead out of it.
        if !real.starts_with(&root) {
            let problem = "leads out of the template's folder".to_owned();
            return Err(TemplateError::Asset { asset: wanted.name, problem });
        }
        assets.insert(wanted.name, Arc::new(read(&real, MAX_ASSET_BYTES)?));
        if assets.len() > asset::MAX_ASSETS {
            break;
        }
    }
    Ok(assets)
}

/// Reads a file, but never more than one byte past the limit.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, TemplateError> {
    let error = |source| TemplateError::Read { path: PathBuf::from(path), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(error)?;
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(error)?;
    if bytes.len() > limit {
        let asset = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Err(TemplateError::Asset { asset, problem: format!("is larger than {limit} bytes") });
    }
    Ok(bytes)
}
