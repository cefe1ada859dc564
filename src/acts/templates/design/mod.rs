//! Templates in the works: what a member of staff designs before it is kept, with the steps that led there, so that each can be taken
//! back, also after the service was restarted.
//!
//! A design is its member's own: nobody else sees it, and no certificate is made with it. It is changed by named operations
//! ([`Operation`]), each of which leaves a document that could be read from a file; what is still missing of a template is told, and
//! refused only when it is kept. Kept, it is a new template of the library, or the next version of one: a version never changes.

mod change;
mod files;
mod keep;
mod listed;
mod pictured;
mod places;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

pub use self::change::{Along, Among, Operation, Side, change};
pub use self::files::{FilePlace, FileUse, add_file, bring};
pub use self::keep::{discard, keep};
pub use self::listed::{ListPlace, Listed, listed, person_at, try_list};
pub use self::pictured::{Drawn, Whom, code_version, drawn};
pub use self::steps::{MAX_STEPS, again, back};
use self::steps::{packed, unpacked};
use super::{ActError, is_built_in, kept, opened};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::store::{BlobId, Collection, Document as Record, DocumentWrite, Expect, StoreError};
use crate::template::{Finding, FontLibrary, MAX_DOCUMENT_BYTES, Purpose, Template, TemplateError, name_and_language};

/// Most designs of one member.
pub const MAX_DESIGNS: usize = 50;
/// Designs and steps that are read at a time.
const PAGE: usize = 500;

/// A template in the works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Design {
    /// By which it is found.
    pub id: String,
    /// The template whose next version it becomes; none: it is to be a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The newest version of that template when it was begun; 0 where there is none.
    pub after: u32,
    /// The event whose own it is meant to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventCode>,
    /// The title of its document.
    pub title: String,
    /// The step where it stands.
    pub at: u64,
    /// The first step that can be gone back to.
    pub first: u64,
    /// The last step that can be gone forward to.
    pub last: u64,
    /// When it was begun.
    pub begun: Timestamp,
    /// When it was changed last.
    pub changed: Timestamp,
}

/// What a design is at a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The document with its pictures and fonts.
    pub template: Template,
    /// Elements that nothing changes until they are unlocked.
    pub locked: BTreeSet<usize>,
    /// Under what its pictures and fonts are kept.
    blobs: BTreeMap<String, BlobId>,
}

/// A design as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The design.
    pub design: Design,
    /// Its revision in the store.
    pub revision: u64,
    /// What it is now.
    pub content: Content,
    /// The elements that the last change was about.
    pub touched: BTreeSet<usize>,
}

/// How a step is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Step {
    /// The document, deflated, in base64.
    document: String,
    /// Its pictures and fonts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    assets: BTreeMap<String, BlobId>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    locked: BTreeSet<usize>,
}

/// What a design begins from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beginning {
    /// A built-in template, or one of the library; none: an empty page.
    pub from: Option<String>,
    /// Whether it becomes the next version of that template.
    pub next: bool,
    /// The event whose own it is meant to be.
    pub event: Option<EventCode>,
    /// Title, of an empty page.
    pub title: Option<String>,
    /// Language, of an empty page.
    pub language: Option<String>,
    /// Page, of an empty one, as a document has it.
    pub page: Option<serde_json::Value>,
    /// What an empty page is for.
    pub purpose: Purpose,
}

/// Returns whose designs somebody sees: their own.
fn owner<'d>(desk: &'d Desk<'_>) -> &'d str {
    // On the command line there is one operator, whatever the account.
    desk.actor.member().unwrap_or("operator")
}

fn key(owner: &str, id: &str) -> String {
    format!("{owner}/{id}")
}

fn step_key(owner: &str, id: &str, step: u64) -> String {
    format!("{owner}/{id}/{step:08}")
}

/// Begins a design.
///
/// # Errors
/// [`ActError::NotInLibrary`], or a page that cannot be.
pub fn begin(desk: &Desk, beginning: &Beginning) -> Result<Opened, ActError> {
    has_room(desk)?;
    let template = match &beginning.from {
        Some(from) => opened(desk.store, from, None)?,
        None => empty(beginning, places::of_event(desk, beginning)?)?,
    };
    let of = match &beginning.from {
        Some(name) if beginning.next && !is_built_in(desk.store, name_and_language(name).0)? => Some(name.clone()),
        _ => None,
    };
    let after = match &of {
        Some(name) => kept(desk.store, name)?.0.newest().map_or(0, |newest| newest.version),
        None => 0,
    };
    started(desk, template, (of, after), beginning.event.clone())
}

/// Refuses one design too many.
fn has_room(desk: &Desk) -> Result<(), ActError> {
    if designs(desk)?.len() < MAX_DESIGNS {
        return Ok(());
    }
    let reason = format!("would be the {}th that you have begun: keep or discard another one first", MAX_DESIGNS + 1);
    Err(ActError::invalid("design", reason))
}

fn started(
    desk: &Desk,
    template: Template,
    (of, after): (Option<String>, u32),
    event: Option<EventCode>,
) -> Result<Opened, ActError> {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
    let design = Design {
        id: data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase(),
        of,
        after,
        event,
        title: template.document().title.clone(),
        at: 1,
        first: 1,
        last: 1,
        begun: desk.now,
        changed: desk.now,
    };
    let mut content = Content { template, locked: BTreeSet::new(), blobs: BTreeMap::new() };
    let step = content.step(desk)?;
    let writes = [
        DocumentWrite::put(Collection::DESIGN_STEPS, step_key(owner(desk), &design.id, 1), Expect::Absent, &step),
        DocumentWrite::put(Collection::DESIGNS, key(owner(desk), &design.id), Expect::Absent, &design),
    ];
    let revision = desk.store.write_documents(&writes, None)?;
    Ok(Opened { design, revision, content, touched: BTreeSet::new() })
}

/// Returns a page with nothing on it but these elements.
fn empty(beginning: &Beginning, elements: Vec<serde_json::Value>) -> Result<Template, ActError> {
    let title = beginning.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let title = title.unwrap_or(match beginning.purpose {
        Purpose::Certificate => "Certificate",
        Purpose::Card => "Share card",
        Purpose::Badge => "Badge",
    });
    let language = beginning.language.as_deref().map(str::trim).filter(|tag| !tag.is_empty()).unwrap_or("en");
    let mut document = json!({ "testamur": 1, "title": title, "language": language, "elements": elements });
    if !beginning.purpose.is_certificate() {
        document["for"] = json!(beginning.purpose);
    }
    // Without a word it is what such a document has.
    if let Some(page) = &beginning.page {
        document["page"] = page.clone();
    }
    read(&document, BTreeMap::new())
}

/// Reads a document as a file's would be.
fn read(document: &serde_json::Value, assets: BTreeMap<String, Arc<Vec<u8>>>) -> Result<Template, ActError> {
    let bytes = serde_json::to_vec(document).map_err(|error| ActError::invalid("document", error.to_string()))?;
    Template::new(&bytes, assets).map_err(|error| refused(&error))
}

/// Says where in the document something is wrong.
fn refused(error: &TemplateError) -> ActError {
    let at = error.at().unwrap_or("document").to_owned();
    let text = match error {
        TemplateError::Member { problem, .. } => problem.clone(),
        other => other.to_string(),
    };
    ActError::invalid(at, text)
}

/// Lists the designs of who asks, those changed last first.
///
/// # Errors
/// When the store fails.
pub fn designs(desk: &Desk) -> Result<Vec<Design>, ActError> {
    let page = desk.store.documents(Collection::DESIGNS, &format!("{}/", owner(desk)), None, PAGE)?;
    let mut all: Vec<Design> = page.items.iter().map(Record::read).collect::<Result<_, _>>()?;
    all.sort_by_key(|design| std::cmp::Reverse(design.changed));
    Ok(all)
}

/// Opens a design of one's own.
///
/// # Errors
/// [`ActError::NotInLibrary`] when there is none, or it is another's.
pub fn open(desk: &Desk, id: &str) -> Result<Opened, ActError> {
    let missing = || ActError::NotInLibrary(id.chars().take(60).collect());
    let is_one =
        (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !is_one {
        return Err(missing());
    }
    let record = desk.store.document(Collection::DESIGNS, &key(owner(desk), id))?.ok_or_else(missing)?;
    let design: Design = record.read()?;
    let content = content_at(desk, &design, design.at)?;
    Ok(Opened { design, revision: record.revision, content, touched: BTreeSet::new() })
}

/// Reads what a design was at a step.
fn content_at(desk: &Desk, design: &Design, step: u64) -> Result<Content, ActError> {
    let damaged = |problem: String| StoreError::Damaged { path: "designs".to_owned(), problem };
    let key = step_key(owner(desk), &design.id, step);
    let record = desk.store.document(Collection::DESIGN_STEPS, &key)?;
    let step: Step = record.ok_or_else(|| damaged(format!("step {key} is missing")))?.read()?;
    let document = unpacked(&step.document).ok_or_else(|| damaged(format!("step {key} cannot be unpacked")))?;
    let mut assets = BTreeMap::new();
    for (name, blob) in &step.assets {
        let bytes = desk.store.blob(blob)?.ok_or_else(|| StoreError::NotFound(blob.to_string()))?;
        assets.insert(name.clone(), Arc::new(bytes));
    }
    let template = Template::new(&document, assets).map_err(|error| damaged(error.to_string()))?;
    Ok(Content { template, locked: step.locked, blobs: step.assets })
}

impl Content {
    /// Returns how it is kept, and keeps what it has of new pictures and fonts. Those that the document has no place for go.
    fn step(&mut self, desk: &Desk) -> Result<Step, ActError> {
        let places = self.template.asset_places();
        let unused: Vec<String> =
            self.template.asset_names().filter(|name| !places.contains_key(*name)).map(str::to_owned).collect();
        for name in unused {
            self.template = self.template.clone().without_asset(&name);
            self.blobs.remove(&name);
        }
        // What is left out of a document is written out here: it takes more than it did in a file.
        let document = self.template.document_bytes();
        if document.len() > MAX_DOCUMENT_BYTES {
            return Err(ActError::invalid("document", format!("is larger than {} MB", MAX_DOCUMENT_BYTES >> 20)));
        }
        for name in self.template.asset_names() {
            if !self.blobs.contains_key(name) {
                let bytes = self.template.asset(name).unwrap_or_default();
                self.blobs.insert(name.to_owned(), desk.store.put_blob(bytes)?);
            }
        }
        let names: BTreeSet<&str> = self.template.asset_names().collect();
        self.blobs.retain(|name, _| names.contains(name.as_str()));
        Ok(Step { document: packed(&document), assets: self.blobs.clone(), locked: self.locked.clone() })
    }

    /// Returns what it is for.
    pub fn purpose(&self) -> Purpose {
        self.template.purpose()
    }

    /// Returns what a designer should know of it: what `template check` says, but for what pictures take long to be asked.
    pub fn findings(&self, fonts: &FontLibrary, columns: &BTreeSet<String>) -> Vec<Finding> {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        self.template.check(fonts, &columns)
    }

    /// Returns the pictures and fonts as they are, by name.
    fn assets(&self) -> BTreeMap<String, Arc<Vec<u8>>> {
        let of = |name: &str| Some((name.to_owned(), Arc::new(self.template.asset(name)?.to_vec())));
        self.template.asset_names().filter_map(of).collect()
    }
}
