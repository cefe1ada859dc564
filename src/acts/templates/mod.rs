//! The library of templates: uploaded under a name, in versions. Events name a version; a new one reaches an event when it
//! is rolled out to it, so that an upload changes no event by itself.
//!
//! Bytes are kept under their digest and stay: certificates are drawn from them for ever. What is deleted is the name.

mod compare;
pub mod design;
mod draft;
mod list_tried;
mod own;
mod roll_out;
mod spoken;
mod tried;
mod uses;
mod worn;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

pub use self::compare::{Became, Change, MemberChange, changes, compare};
use self::draft::MOST_LEFT_OUT;
pub use self::draft::{draft_findings, draft_specimen};
pub use self::list_tried::{Few, ListTried, MOST_NAMED, NAMED, NamedOne, Range, ScriptTried, try_event};
pub use self::own::{own_name, owner};
pub use self::roll_out::{RolledOut, WouldRollOut, roll_out, roll_out_set, would_roll_out};
pub(super) use self::spoken::take_along;
pub use self::spoken::{in_language_of, taken_along, usual_criteria, words_of};
pub use self::tried::{ScriptName, TryName, TryNames, names};
pub use self::uses::{all_uses, built_in_version, uses};
pub(super) use self::worn::dress;
pub use self::worn::{Worn, worn};
use super::{ActError, plan, who};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::making::{self, Constants, Face, FaceError, Faces, SIGNED, Specimen, SpecimenError};
use crate::store::{
    BlobId, Collection, Document, DocumentWrite, Event, Expect, Fields, Page, Store, StoreError, TemplateRef,
};
use crate::template::{
    DATE_PLACEHOLDERS, FillError, Finding, FontLibrary, Layout, MAX_ASSETS_BYTES, MAX_DOCUMENT_BYTES, Purpose,
    Severity, Template, TemplateError, is_builtin_name, name_and_language, name_and_version, place,
};

/// Most templates of the library.
pub const MAX_LIBRARY: usize = 500;
/// Most versions that are listed; older ones fall off the list, and stay where they are used.
pub const MAX_VERSIONS: usize = 100;
/// Largest upload of a template with its pictures and fonts, in bytes.
pub const MAX_UPLOAD_BYTES: usize = MAX_DOCUMENT_BYTES + MAX_ASSETS_BYTES + (1 << 20);
/// Longest name.
const NAME_BYTES: usize = 40;
/// Events read at a time.
const PAGE: usize = 500;
/// Pictures of a template that are tried one by one where it cannot be drawn.
const MOST_PICTURES: usize = 40;
/// How long the digest of a template's version is written.
const DIGEST_DIGITS: usize = 64;

/// A template of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// Its versions, oldest first; the last is what events get that name it now.
    pub versions: Vec<KeptVersion>,
}

/// A version of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptVersion {
    /// From 1.
    pub version: u32,
    /// SHA-256 of the template with its pictures and fonts.
    pub digest: String,
    /// Who uploaded it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether its words are those of a built-in template, and can be had in each of its languages; not known of what earlier versions
    /// kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaks: Option<bool>,
    /// What it is for.
    #[serde(default, rename = "for", skip_serializing_if = "Purpose::is_certificate")]
    pub purpose: Purpose,
}

/// Where a template is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplateUse {
    /// The event.
    #[schema(value_type = String, example = "WORKSHOP")]
    pub event: EventCode,
    /// For this tier; none: for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// For this language; none: for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// `card` or `badge`, where it is what such a picture of the event is drawn by.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    #[schema(example = "card")]
    pub small: Option<&'static str>,
    /// The version's digest.
    pub digest: String,
    /// Whether it is the newest version.
    pub newest: bool,
}

impl KeptVersion {
    /// Says whether its words can be had in each language of a built-in template: as it was kept, or by the template itself.
    ///
    /// # Errors
    /// When the store fails.
    pub fn speaks(&self, store: &dyn Store) -> Result<bool, StoreError> {
        if let Some(speaks) = self.speaks {
            return Ok(speaks);
        }
        let bundle = store.blob(&BlobId(self.digest.clone()))?;
        Ok(bundle.and_then(|bundle| Template::from_bundle(&bundle).ok()).is_some_and(|template| template.speaks()))
    }
}

impl Kept {
    /// Returns the newest version.
    pub fn newest(&self) -> Option<&KeptVersion> {
        self.versions.last()
    }

    /// Returns what events keep of a version: of the newest, or of the one with this number.
    fn reference(&self, version: Option<u32>) -> Option<TemplateRef> {
        let found = match version {
            None => self.newest(),
            Some(number) => self.versions.iter().find(|one| one.version == number),
        };
        Some(TemplateRef { name: self.name.clone(), bundle: BlobId(found?.digest.clone()) })
    }

    fn put(&self, expect: Expect) -> DocumentWrite {
        DocumentWrite::put(Collection::TEMPLATES, self.name.clone(), expect, self)
    }
}

/// Looks a template over: all that `event create` or a run would refuse, and what a designer should know. Every door asks here.
pub fn looked_over(fonts: &FontLibrary, template: &Template) -> Vec<Finding> {
    let mut findings = template.check(fonts, &[]);
    if Layout::new(template, fonts).is_err() {
        return findings;
    }
    // What is shared by all certificates is drawn for nobody: pictures and fonts that cannot be used are found now.
    match Face::tried(template, fonts, &Constants::none()) {
        Err(error) => findings.extend(not_drawn(fonts, template, &error)),
        Ok(unchecked) => {
            findings.extend(unchecked.iter().map(|(name, brings)| not_archived(template, name, brings)));
        }
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Looks a template over that goes on from another: a damaged picture that was taken before there was this check stays.
pub fn looked_over_after(fonts: &FontLibrary, template: &Template, before: Option<&Template>) -> Vec<Finding> {
    let mut findings = looked_over(fonts, template);
    let refused = template.cut_off(None);
    findings.retain(|finding| !refused.contains(finding));
    findings.extend(template.cut_off(before));
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Says that certificates with a picture do not say that they are PDF/A.
fn not_archived(template: &Template, name: &str, brings: &str) -> Finding {
    Finding {
        severity: Severity::Warning,
        at: template.place_of_picture(name).unwrap_or_else(|| "pictures and fonts".to_owned()),
        message: format!(
            "`{name}` brings {brings}, which are not looked into: certificates do not say that they are PDF/A"
        ),
        hint: "save that PDF as PDF/A, if certificates are to be archived as such".to_owned(),
    }
}

/// Returns everything that cannot be drawn, each picture for itself: the first that fails must not hide the others.
fn not_drawn(fonts: &FontLibrary, template: &Template, error: &FaceError) -> Vec<Finding> {
    let fails = |one: Template| Face::tried(&one, fonts, &Constants::none()).err();
    let found = |at: String, error: &FaceError| Finding {
        severity: Severity::Error,
        at,
        message: told(error),
        hint: hint(error).to_owned(),
    };
    let mut all = Vec::new();
    // Where the empty page fails already, it is no picture of it.
    if fails(template.clone().with_only(None)).is_none() {
        if let Some(error) = fails(template.clone().with_ground_only()) {
            all.push(found("background".to_owned(), &error));
        }
        for element in template.pictured().into_iter().take(MOST_PICTURES) {
            if let Some(error) = fails(template.clone().with_only(Some(element))) {
                all.push(found(place(element), &error));
            }
        }
    }
    if all.is_empty() {
        let at = if let FaceError::Render(_) = error { "pictures and fonts" } else { "layout" };
        all.push(found(place_of(template, error).unwrap_or_else(|| at.to_owned()), error));
    }
    all
}

/// Returns the place in the document of what cannot be drawn, if it has one.
fn place_of(template: &Template, error: &FaceError) -> Option<String> {
    match error {
        FaceError::Fill(error) => {
            let field = if let FillError::QrTooSmall { .. } = error { Some("qr") } else { error.field() };
            template.element_with(field?)
        }
        FaceError::Template(error) => error.at().map(str::to_owned),
        _ => None,
    }
}

/// An error with what caused it, in one line.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Says what to do where certificates cannot be drawn.
pub fn hint(error: &FaceError) -> &'static str {
    match error {
        FaceError::Fill(error) | FaceError::Template(TemplateError::Text { source: error, .. }) => match error {
            FillError::MissingGlyph { .. } => {
                "add a font that has the character to the template's `fonts`, or write it otherwise"
            }
            FillError::UnknownPlaceholder(_) => {
                "add such a column to the list, or take the placeholder out of the template"
            }
            FillError::NotADate { .. } => "correct the column, or take the format out of the placeholder",
            FillError::Date { .. } => "use the tag of a language that has names of months, as `de` or `en-GB`",
            FillError::QrTooSmall { .. } => "make the QR code 40 mm, or shorten the longest texts",
            _ => "shorten what is too long, or give it more room in the template",
        },
        FaceError::Template(error) => hint_of(error),
        FaceError::Symbol(_) => "shorten the longest texts: all of them are in the QR code",
        FaceError::Render(_) => {
            "save the picture again: as PNG or JPEG, as SVG with paths alone, or as a PDF in RGB with its fonts and no password"
        }
        _ => "nothing was changed",
    }
}

/// Says what to do about a template that cannot be read.
pub fn hint_of(error: &TemplateError) -> &'static str {
    match error {
        TemplateError::Asset { .. } => "correct that file, or put another one in its place",
        TemplateError::Font(_) => "put another font file in its place, or take it out of the template's `fonts`",
        _ => "correct template.json by schemas/template.json; pictures and fonts lie beside it",
    }
}

/// Looks a template over, and draws it for somebody who does not exist: what cannot be used is refused before it is kept.
/// Returns what a designer should know.
///
/// # Errors
/// [`ActError::BadTemplate`] with all that is wrong.
pub fn examine(desk: &Desk, faces: &Faces, template: &Template) -> Result<Vec<Finding>, ActError> {
    examine_after(desk, faces, template, None)
}

fn examine_after(
    desk: &Desk,
    faces: &Faces,
    template: &Template,
    before: Option<&Template>,
) -> Result<Vec<Finding>, ActError> {
    let findings = looked_over_after(faces.fonts(), template, before);
    let (faults, warnings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.severity == Severity::Error);
    if !faults.is_empty() {
        return Err(ActError::BadTemplate(faults));
    }
    specimen(desk, faces, template, &Sample::default())?;
    Ok(warnings)
}

/// Whom a template is drawn for, where nobody is named.
const SOMEBODY: &str = "Ada Lovelace";
/// What they have taken part in.
const SOME_TITLE: &str = "Introduction to Analytical Engines";

/// Who a specimen is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// Name to print.
    pub recipient: Option<String>,
    /// Title of the event.
    pub title: Option<String>,
    /// Further columns; what the template needs and this lacks is made up.
    pub fields: Fields,
}

/// Draws a template for somebody who does not exist, with SPECIMEN across the page and in its code.
///
/// # Errors
/// [`ActError::BadTemplate`] when it cannot be drawn.
pub fn specimen(desk: &Desk, faces: &Faces, template: &Template, sample: &Sample) -> Result<Vec<u8>, ActError> {
    let or = |text: &Option<String>, other: &str| text.clone().unwrap_or_else(|| other.to_owned());
    let recipient = or(&sample.recipient, SOMEBODY);
    let title = or(&sample.title, SOME_TITLE);
    let specimen = Specimen { recipient, title, fields: made_up(desk, template, &sample.fields) };
    specimen.marked_pdf(desk, template, faces.fonts()).map_err(|error| undrawn(template, error))
}

/// Returns columns with what a template needs besides made up.
fn made_up(desk: &Desk, template: &Template, given: &Fields) -> Fields {
    let mut fields = given.clone();
    for name in template.placeholders() {
        let is_filled = [DATE_PLACEHOLDERS, SIGNED.as_slice(), NUMBERS.as_slice()]
            .iter()
            .any(|names| names.contains(&name.as_str()));
        if !is_filled {
            let day = || desk.now.to_string().chars().take(10).collect();
            let is_date = template.date_columns().contains(&name);
            fields.entry(name.clone()).or_insert_with(|| if is_date { day() } else { invented(&name) });
        }
    }
    fields
}

/// Says what of a template cannot be drawn for somebody, and where it stands.
fn undrawn(template: &Template, error: SpecimenError) -> ActError {
    match error {
        SpecimenError::Issue(making::IssueError::Store(error))
        | SpecimenError::Face(making::FaceError::Store(error)) => error.into(),
        error => ActError::BadTemplate(vec![Finding {
            severity: Severity::Error,
            at: match &error {
                SpecimenError::Face(error) => place_of(template, error),
                _ => None,
            }
            .unwrap_or_else(|| "specimen".to_owned()),
            message: told(&error),
            hint: match &error {
                SpecimenError::Face(error) => hint(error),
                _ => "a specimen cannot be drawn; shorten what is too long",
            }
            .to_owned(),
        }]),
    }
}

/// Numbers that are not made up: where there are none the place stays empty.
const NUMBERS: [&str; 2] = ["credits", "achievement_points"];

fn invented(placeholder: &str) -> String {
    match placeholder {
        "signatory_1_name" => "Jane Doe".to_owned(),
        "signatory_1_title" => "Director".to_owned(),
        signatory if signatory.starts_with("signatory_") => String::new(),
        other => {
            let words = other.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

/// Says whether a name can be one of the library: no built-in one, and nothing that could be taken for a digest or a path.
fn check_name(name: &str) -> Result<(), ActError> {
    let bytes = name.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    if bytes.is_empty() || bytes.len() > NAME_BYTES || !bytes.iter().all(plain) || bytes[0] == b'-' {
        let reason = "is not 1 to 40 of a-z, 0-9 and -, beginning with a letter or digit";
        return Err(ActError::invalid("name", reason));
    }
    // These are addresses of their own.
    if is_builtin_name(name) || ["check", "drawing", "look-over"].contains(&name) {
        return Err(ActError::TemplateExists(name.to_owned()));
    }
    Ok(())
}

/// Says whether a name is that of a built-in template. One of the library's that was called so before there was the built-in one goes
/// first, until it is removed.
///
/// # Errors
/// When the store fails.
pub fn is_built_in(store: &dyn Store, name: &str) -> Result<bool, StoreError> {
    Ok(is_builtin_name(name) && store.document(Collection::TEMPLATES, name)?.is_none())
}

/// Lists the library by name.
///
/// # Errors
/// When the store fails.
pub fn library(store: &dyn Store, cursor: Option<&str>, limit: usize) -> Result<Page<Kept>, ActError> {
    let page = store.documents(Collection::TEMPLATES, "", cursor, limit)?;
    Ok(Page { items: page.items.iter().map(Document::read).collect::<Result<_, _>>()?, next: page.next })
}

/// Returns a template of the library, and its revision.
///
/// # Errors
/// [`ActError::NotInLibrary`].
pub fn kept(store: &dyn Store, name: &str) -> Result<(Kept, u64), ActError> {
    let missing = || ActError::NotInLibrary(name.chars().take(80).collect());
    let found = if name.len() <= NAME_BYTES { store.document(Collection::TEMPLATES, name)? } else { None };
    let document = found.ok_or_else(missing)?;
    Ok((document.read()?, document.revision))
}

/// Adds a template to the library.
///
/// # Errors
/// [`ActError::TemplateExists`], [`ActError::BadTemplate`], or a name that is none.
pub fn add(desk: &Desk, faces: &Faces, name: &str, template: &Template) -> Result<(Kept, Vec<Finding>), ActError> {
    add_with(desk, faces, name, template, Vec::new())
}

/// As [`add`], with what else is written in the same step.
fn add_with(
    desk: &Desk,
    faces: &Faces,
    name: &str,
    template: &Template,
    mut writes: Vec<DocumentWrite>,
) -> Result<(Kept, Vec<Finding>), ActError> {
    check_name(name)?;
    let exists = || ActError::TemplateExists(name.to_owned());
    if desk.store.document(Collection::TEMPLATES, name)?.is_some() {
        return Err(exists());
    }
    if desk.store.documents(Collection::TEMPLATES, "", None, MAX_LIBRARY)?.items.len() >= MAX_LIBRARY {
        return Err(ActError::LibraryFull);
    }
    let warnings = examine(desk, faces, template)?;
    let version = version(desk, 1, template)?;
    let kept = Kept { name: name.to_owned(), versions: vec![version] };
    let act = desk.act("template.add", name, json!({ "version": 1, "digest": kept.versions[0].digest }));
    writes.push(kept.put(Expect::Absent));
    match desk.store.write_documents(&writes, Some(&act)) {
        // Somebody was faster: with the name, or with something else.
        Err(StoreError::Conflict(_)) if desk.store.document(Collection::TEMPLATES, name)?.is_some() => Err(exists()),
        done => Ok(done.map(|_| (kept, warnings))?),
    }
}

/// Adds a version to a template; the very same content again is no new version. Events keep theirs until it is rolled out.
///
/// # Errors
/// [`ActError::BadTemplate`], or when somebody else was faster.
pub fn add_version(
    desk: &Desk,
    faces: &Faces,
    (old, revision): (&Kept, u64),
    template: &Template,
) -> Result<(Kept, Vec<Finding>), ActError> {
    add_version_with(desk, faces, (old, revision), template, Vec::new())
}

/// As [`add_version`], with what else is written in the same step.
fn add_version_with(
    desk: &Desk,
    faces: &Faces,
    (old, revision): (&Kept, u64),
    template: &Template,
    mut writes: Vec<DocumentWrite>,
) -> Result<(Kept, Vec<Finding>), ActError> {
    let kept = old.newest().map(|newest| desk.store.blob(&BlobId(newest.digest.clone()))).transpose()?.flatten();
    let kept = kept.and_then(|bundle| Template::from_bundle(&bundle).ok());
    let warnings = examine_after(desk, faces, template, kept.as_ref())?;
    let (before, number) = old.newest().map_or((None, 0), |newest| (Some(newest.digest.as_str()), newest.version));
    if before == Some(template.digest().as_str()) {
        if !writes.is_empty() {
            desk.store.write_documents(&writes, None)?;
        }
        return Ok((old.clone(), warnings));
    }
    let (was, is) = (old.newest().map_or(Purpose::Certificate, |newest| newest.purpose), template.purpose());
    if was != is {
        let reason = format!(
            "is a template for {}, and the versions of `{}` are for {}: keep it under another name",
            is.plural(),
            old.name,
            was.plural()
        );
        return Err(ActError::invalid("template", reason));
    }
    let mut new = old.clone();
    new.versions.push(version(desk, number + 1, template)?);
    let most = new.versions.len().saturating_sub(MAX_VERSIONS);
    new.versions.drain(..most);
    let after = new.newest().map(|newest| &newest.digest);
    let act =
        desk.act("template.change", &old.name, json!({ "version": number + 1, "before": before, "after": after }));
    writes.push(new.put(Expect::Revision(revision)));
    desk.store.write_documents(&writes, Some(&act))?;
    Ok((new, warnings))
}

fn version(desk: &Desk, version: u32, template: &Template) -> Result<KeptVersion, ActError> {
    let BlobId(digest) = desk.store.put_blob(&template.to_bundle())?;
    Ok(KeptVersion {
        version,
        digest,
        by: who(desk),
        at: desk.now,
        speaks: Some(template.speaks()),
        purpose: template.purpose(),
    })
}

/// Takes a template out of the library. Certificates that were drawn with it keep it.
///
/// # Errors
/// [`ActError::TemplateInUse`] while an event names it.
pub fn remove(desk: &Desk, name: &str) -> Result<(), ActError> {
    let (_, revision) = kept(desk.store, name)?;
    let events: BTreeSet<String> = uses(desk, name)?.into_iter().map(|one| one.event.to_string()).collect();
    if !events.is_empty() {
        return Err(ActError::TemplateInUse(events.into_iter().collect()));
    }
    let write = DocumentWrite::delete(Collection::TEMPLATES, name, Expect::Revision(revision));
    desk.store.write_documents(&[write], Some(&desk.act("template.remove", name, json!({}))))?;
    Ok(())
}

fn is_digest(name: &str) -> bool {
    name.len() == DIGEST_DIGITS && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Returns a version of a library's or built-in template: the newest, or the one with this number; or that with this digest. With
/// a language behind its name (`classic.de`) it speaks that.
///
/// # Errors
/// [`ActError::NotInLibrary`], or [`ActError::Invalid`] when it has words of its own.
pub fn opened(store: &dyn Store, name: &str, version: Option<u32>) -> Result<Template, ActError> {
    let (plain, language) = name_and_language(name);
    let template = plainly_opened(store, plain, version)?;
    match language {
        Some(language) if template.document().language != language => {
            template.in_language(language).ok_or_else(|| spoken::own_words(plain))
        }
        _ => Ok(template),
    }
}

fn plainly_opened(store: &dyn Store, name: &str, version: Option<u32>) -> Result<Template, ActError> {
    let missing = || ActError::NotInLibrary(name.chars().take(80).collect());
    if version.is_none() && is_digest(name) {
        let bundle = store.blob(&BlobId(name.to_owned()))?.ok_or_else(missing)?;
        return Template::from_bundle(&bundle).map_err(|_| missing());
    }
    // Never a path: what a caller names is not read from this machine's files.
    if is_built_in(store, name)? {
        return Template::built_in(name, version).map_err(|_| missing());
    }
    let (kept, _) = kept(store, name)?;
    let bundle = kept.reference(version).ok_or_else(missing)?.bundle;
    let bytes = store.blob(&bundle)?.ok_or_else(missing)?;
    Template::from_bundle(&bytes).map_err(|error: TemplateError| damaged(&error))
}

fn damaged(error: &TemplateError) -> ActError {
    let problem = format!("a kept template cannot be read: {error}");
    StoreError::Damaged { path: "templates".to_owned(), problem }.into()
}

/// Returns what an event keeps that names a template: the newest version of a built-in one or one of the library, the version
/// of that number (`classic@1`), or the version with this digest. Another event's own is refused. The words of a built-in one are
/// in the language that is named (`classic.de`), or in that of the event; a digest says which language it is.
pub(super) fn reference(
    store: &dyn Store,
    name: &str,
    (event, language): (&EventCode, Option<&str>),
) -> Result<TemplateRef, ActError> {
    let (named, version) = name_and_version(name);
    let (plain, said) = name_and_language(named);
    own::only_for(store, plain, event)?;
    let found = plain_reference(store, (plain, version), name)?;
    let own = if is_digest(plain) { None } else { language };
    spoken::in_language(store, found, (said, own))
}

fn plain_reference(
    store: &dyn Store,
    (plain, version): (&str, Option<u32>),
    said: &str,
) -> Result<TemplateRef, ActError> {
    let unknown = || ActError::NoTemplate(said.chars().take(80).collect());
    if is_built_in(store, plain)? {
        let template = Template::built_in(plain, version).map_err(|_| unknown())?;
        return Ok(TemplateRef { name: plain.to_owned(), bundle: store.put_blob(&template.to_bundle())? });
    }
    if plain.len() <= NAME_BYTES {
        let found = match kept(store, plain) {
            Err(ActError::NotInLibrary(_)) => None,
            found => found?.0.reference(version),
        };
        return found.ok_or_else(unknown);
    }
    let bundle = BlobId(if version.is_some() { said } else { plain }.to_owned());
    let template = store.blob(&bundle)?.and_then(|bytes| Template::from_bundle(&bytes).ok()).ok_or_else(unknown)?;
    Ok(TemplateRef { name: name_of_digest(store, &bundle.0, &template)?, bundle })
}

/// Pictures that an event puts into its template: its logo, and a signature beside each name that signs.
pub const LOGO: &str = "logo";
/// See [`LOGO`].
pub const SIGNATURES: [&str; 6] =
    ["signature_1", "signature_2", "signature_3", "signature_4", "signature_5", "signature_6"];

/// Returns a template with the pictures of another that it lacks: the same logo, the same signatures beside the same names.
///
/// # Errors
/// When a picture cannot be used.
pub fn dressed(template: Template, old: &Template, pictures: &[&str]) -> Result<Template, TemplateError> {
    pictures.iter().try_fold(template, |template, name| match (template.asset(name), old.asset(name)) {
        (None, Some(bytes)) => template.with_asset(name, bytes.to_vec()),
        _ => Ok(template),
    })
}

/// Returns the newest version of a template with the pictures that an event has put into its own.
fn dressed_as(store: &dyn Store, newest: &TemplateRef, own: &TemplateRef) -> Result<Template, ActError> {
    let read = |bundle: &BlobId| -> Result<Template, ActError> {
        let bytes = store.blob(bundle)?.ok_or_else(|| StoreError::NotFound(bundle.to_string()))?;
        Template::from_bundle(&bytes).map_err(|error| damaged(&error))
    };
    let (new, old) = (read(&newest.bundle)?, read(&own.bundle)?);
    // What it has no place for is kept, too.
    let pictures: Vec<&str> = worn::names().collect();
    // The same template in another language is no older one.
    let new =
        Some(&old).filter(|old| old.speaks()).and_then(|old| new.in_language(&old.document().language)).unwrap_or(new);
    let all = dressed(new.clone(), &old, &pictures);
    // There may be no room for what is not shown.
    let shown = || pictures.iter().copied().filter(|name| new.asset_places().contains_key(*name)).collect::<Vec<_>>();
    all.or_else(|_| dressed(new.clone(), &old, &shown())).map_err(|error| damaged(&error))
}

/// Returns a template with what an event has of its own pictures, as its certificates would be drawn with it.
fn dressed_for(desk: &Desk, template: &Template, event: &Event) -> Result<Template, ActError> {
    let own = desk.store.blob(&event.template.bundle)?.and_then(|bytes| Template::from_bundle(&bytes).ok());
    let Some(own) = own else { return Ok(template.clone()) };
    let places = template.asset_places();
    let mut pictures = own_pictures(desk, event)?;
    pictures.retain(|name| places.contains_key(*name));
    dressed(template.clone(), &own, &pictures).map_err(|error| ActError::Face(error.into()))
}

/// Returns what an event wears of its own; a library template's pictures are not the event's.
fn own_pictures(desk: &Desk, event: &Event) -> Result<Vec<&'static str>, ActError> {
    Ok(worn::worn(desk.store, &event.template, None)?.into_iter().map(|one| one.name).collect())
}

/// Returns the template that is named for certificates of an event: the newest version of a built-in one or one of the
/// library with the event's own pictures, or exactly the version with this digest.
///
/// # Errors
/// [`ActError::NoTemplate`], or [`ActError::Face`] when it cannot show what the event says.
pub fn for_event(desk: &Desk, faces: &Faces, event: &Event, name: &str) -> Result<TemplateRef, ActError> {
    fits(desk, faces, event, shown_for_event(desk, faces, event, name)?)
}

/// As [`for_event`], to look at: a template of cards or badges, too.
///
/// # Errors
/// As [`for_event`].
pub fn shown_for_event(desk: &Desk, faces: &Faces, event: &Event, name: &str) -> Result<TemplateRef, ActError> {
    let (plan, _) = plan(desk.store, &event.code)?;
    let named = reference(desk.store, name, (&event.code, plan.language.as_deref()))?;
    let (new, old) = (desk.store.blob(&named.bundle)?, desk.store.blob(&event.template.bundle)?);
    let (Some(new), Some(old), true) = (new, old, name != named.bundle.0) else {
        return shows(desk, faces, event, named).map(|(kept, _)| kept);
    };
    let unusable = |error: TemplateError| ActError::Face(error.into());
    let (new, old) = (Template::from_bundle(&new).map_err(unusable)?, Template::from_bundle(&old).map_err(unusable)?);
    let pictures = own_pictures(desk, event)?;
    let bundle = desk.store.put_blob(&dressed(new, &old, &pictures).map_err(unusable)?.to_bundle())?;
    shows(desk, faces, event, TemplateRef { bundle, ..named }).map(|(kept, _)| kept)
}

/// Returns a kept template if certificates of an event can be made with it.
///
/// # Errors
/// [`ActError::Face`], or [`ActError::Invalid`] where it is for something else.
pub fn fits(desk: &Desk, faces: &Faces, event: &Event, kept: TemplateRef) -> Result<TemplateRef, ActError> {
    let (kept, face) = shows(desk, faces, event, kept)?;
    only_for_certificates(&face, &kept.name)?;
    Ok(kept)
}

fn shows(desk: &Desk, faces: &Faces, event: &Event, kept: TemplateRef) -> Result<(TemplateRef, Arc<Face>), ActError> {
    let face = faces.of(desk.store, &kept, &making::constants(desk, event))?;
    Ok((kept, face))
}

/// Refuses a template of share cards or badges where certificates are meant.
pub(super) fn only_for_certificates(face: &Face, name: &str) -> Result<(), ActError> {
    match face.purpose() {
        Purpose::Certificate => Ok(()),
        other => {
            let name: String = name.chars().take(NAME_BYTES).collect();
            let reason = format!("`{name}` is for {}, and no certificate is made with it", other.plural());
            Err(ActError::invalid("template", reason))
        }
    }
}

/// Returns what a kept template is for.
pub(super) fn purpose_of(store: &dyn Store, kept: &TemplateRef) -> Result<Purpose, ActError> {
    let bytes = store.blob(&kept.bundle)?.ok_or_else(|| StoreError::NotFound(kept.bundle.to_string()))?;
    Ok(Template::from_bundle(&bytes).map_err(|error| damaged(&error))?.purpose())
}

/// Returns the library's name for a digest, or that of the built-in template; `kept` where it has none any more.
fn name_of_digest(store: &dyn Store, digest: &str, template: &Template) -> Result<String, ActError> {
    let all = library(store, None, MAX_LIBRARY)?.items;
    let found = all.into_iter().find(|kept| kept.versions.iter().any(|version| version.digest == digest));
    let built_in = || template.built_in_name().unwrap_or("kept").to_owned();
    Ok(found.map_or_else(built_in, |kept| kept.name))
}
