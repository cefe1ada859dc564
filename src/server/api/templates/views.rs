//! Templates, their versions and what was found about them, as the API shows them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::acts::templates::{self, Kept};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::server::{App, Problem};
use crate::store::Store;
use crate::template::{Draft, Finding, LANGUAGES, Purpose, Template, builtin_versions, name_and_language};

/// A template as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TemplateDetail {
    /// Its name; events name it so.
    #[schema(example = "gold")]
    name: String,
    /// Whether it is part of the program.
    built_in: bool,
    /// What it is for: `certificate`, `card` or `badge`.
    #[serde(rename = "for")]
    #[schema(example = "certificate")]
    purpose: &'static str,
    /// The event whose own it is, if it is one's: no other event can choose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "WORKSHOP")]
    event: Option<EventCode>,
    /// Digest of the newest version.
    digest: String,
    /// Title, for people.
    title: String,
    /// Language of the page's own text and of its dates.
    #[schema(example = "en")]
    language: String,
    /// The languages that it can be had in, named as `NAME.LANGUAGE`: the built-in ones with whatever pictures in seven, others in
    /// none but their own.
    #[schema(value_type = Vec<String>, example = json!(["ar", "de", "en", "es", "fr", "hi", "zh"]))]
    languages: Vec<&'static str>,
    /// Page in millimetres: width, height.
    #[schema(value_type = Vec<f64>, example = json!([297.0, 210.0]))]
    page: [f32; 2],
    /// What it prints: built-in names, and columns of the list.
    #[schema(example = json!(["participant_name", "issue_date"]))]
    placeholders: Vec<String>,
    /// Pictures and fonts.
    assets: Vec<AssetView>,
    /// Its versions, oldest first.
    versions: Vec<VersionView>,
    /// What a designer should know about it.
    findings: Vec<FindingView>,
}

/// A version of a template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateVersion)]
pub(in crate::server::api) struct VersionView {
    /// From 1. `NAME@VERSION` is a template that an event can name, and stays with.
    #[schema(example = 1)]
    version: u32,
    /// SHA-256 of the template with its pictures and fonts.
    digest: String,
    /// Who uploaded it; nobody, where it is part of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "staff:7f3a")]
    by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

impl VersionView {
    pub(in crate::server::api) fn all(kept: Kept) -> Vec<Self> {
        let view = |one: templates::KeptVersion| Self {
            version: one.version,
            digest: one.digest,
            by: Some(one.by),
            at: Some(one.at),
        };
        kept.versions.into_iter().map(view).collect()
    }

    pub(super) fn built_in(name: &str) -> Result<Vec<Self>, Problem> {
        let view = |version| {
            let template = Template::built_in(name, Some(version)).map_err(Problem::internal)?;
            Ok(Self { version, digest: template.digest(), by: None, at: None })
        };
        builtin_versions(name).map(view).collect()
    }
}

/// A picture or font that a template has a place for.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server::api) struct AssetView {
    /// Its name.
    #[schema(example = "logo")]
    name: String,
    /// Whether it is there.
    present: bool,
    /// Whether the template can do without.
    optional: bool,
    /// Its size.
    bytes: u64,
}

/// Something that a designer should know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateFinding)]
pub(in crate::server::api) struct FindingView {
    /// `error`: certificates could not be made or verified; `warning`: they may look wrong.
    #[schema(value_type = String, example = "warning")]
    severity: &'static str,
    /// Where in the document.
    #[schema(example = "elements[3]")]
    at: String,
    /// What it is.
    message: String,
    /// What to do about it.
    hint: String,
    /// Where on the page, in millimetres from its upper left corner: left, top, width, height. Absent where it has no place there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>, example = json!([20.0, 60.0, 170.0, 20.0]))]
    area: Option<[f32; 4]>,
}

impl AssetView {
    /// Returns those of a template.
    pub(in crate::server::api) fn all(template: &Template) -> Vec<Self> {
        let view = |(name, optional): (String, bool)| {
            let bytes = template.asset(&name);
            Self { present: bytes.is_some(), optional, bytes: bytes.map_or(0, <[u8]>::len) as u64, name }
        };
        template.asset_places().into_iter().map(view).collect()
    }
}

impl FindingView {
    pub(in crate::server::api) fn of(draft: &Draft, finding: Finding) -> Self {
        let severity = if finding.is_fault() { "error" } else { "warning" };
        let area = draft.area(&finding.at);
        Self { severity, at: finding.at, message: finding.message, hint: finding.hint, area }
    }
}

/// An upload that was looked over.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LookedOver {
    /// Whether it could be kept: nothing found is an `error`.
    usable: bool,
    /// Its title, as far as it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What it is for: `certificate`, `card` or `badge`.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "certificate")]
    purpose: Option<&'static str>,
    /// The page in millimetres: width, height; absent where too little can be read to draw anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>, example = json!([297.0, 210.0]))]
    page: Option<[f32; 2]>,
    /// Everything that is wrong, and what a designer should know; the errors first.
    findings: Vec<FindingView>,
}

impl LookedOver {
    pub(super) fn of(draft: &Draft, findings: Vec<Finding>) -> Self {
        let document = draft.template().map(Template::document);
        Self {
            usable: document.is_some() && !findings.iter().any(Finding::is_fault),
            title: document.map(|document| document.title.clone()),
            purpose: document.map(|document| document.purpose.word()),
            page: draft.page().map(|(width, height)| [width, height]),
            findings: findings.into_iter().map(|one| FindingView::of(draft, one)).collect(),
        }
    }
}

impl TemplateDetail {
    pub(super) fn of(
        store: &dyn Store,
        name: &str,
        template: &Template,
        versions: Vec<VersionView>,
        findings: Vec<Finding>,
    ) -> Result<Self, Problem> {
        let draft = Draft::of(template.clone());
        let (width, height) = template.document().page.millimetres();
        Ok(Self {
            name: name.to_owned(),
            built_in: templates::is_built_in(store, name_and_language(name).0)?,
            purpose: template.purpose().word(),
            event: templates::owner(store, name)?,
            digest: template.digest(),
            title: template.document().title.clone(),
            language: template.document().language.clone(),
            languages: languages_of(template),
            page: [width, height],
            placeholders: template.placeholders().into_iter().collect(),
            assets: AssetView::all(template),
            versions,
            findings: findings.into_iter().map(|one| FindingView::of(&draft, one)).collect(),
        })
    }

    /// Says that it is no template yet, whatever it is called.
    pub(super) fn not_kept(self) -> Self {
        Self { built_in: false, event: None, ..self }
    }

    /// The newest version of what a name stands for, looked over.
    pub(super) fn opened(app: &App, desk: &Desk, name: &str, versions: Vec<VersionView>) -> Result<Self, Problem> {
        let template = templates::opened(desk.store, name, None)?;
        let findings = template.check(app.faces.fonts(), &[]);
        Self::of(desk.store, name, &template, versions, findings)
    }
}

/// Returns the languages that a template can be had in.
fn languages_of(template: &Template) -> Vec<&'static str> {
    if template.speaks() { LANGUAGES.to_vec() } else { Vec::new() }
}

/// A template in the listing.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TemplateItem {
    /// Its name; events name it so.
    #[schema(example = "gold")]
    name: String,
    /// Whether it is part of the program.
    built_in: bool,
    /// What it is for: `certificate`, `card` or `badge`.
    #[serde(rename = "for")]
    #[schema(example = "certificate")]
    purpose: &'static str,
    /// The event whose own it is, if it is one's: no other event can choose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "WORKSHOP")]
    event: Option<EventCode>,
    /// Number of the newest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    /// Digest of the newest version.
    digest: String,
    /// The languages that it can be had in, named as `NAME.LANGUAGE`; none, where it has words of its own.
    #[schema(value_type = Vec<String>, example = json!(["ar", "de", "en", "es", "fr", "hi", "zh"]))]
    languages: Vec<&'static str>,
    /// Since when there is that version; absent where it is part of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// The events that use it, in any version; only where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>, example = json!(["WORKSHOP"]))]
    used_by: Option<BTreeSet<EventCode>>,
}

impl TemplateItem {
    pub(super) fn of(store: &dyn Store, kept: Kept) -> Result<Self, Problem> {
        let speaks = kept.newest().map(|newest| newest.speaks(store)).transpose()?.unwrap_or_default();
        let newest = kept.newest().map(|newest| (newest.version, newest.digest.clone(), newest.at));
        let (version, digest, at) =
            newest.map_or((None, String::new(), None), |(version, digest, at)| (Some(version), digest, Some(at)));
        let event = templates::owner(store, &kept.name)?;
        let purpose = kept.newest().map(|newest| newest.purpose).unwrap_or_default().word();
        let languages = if speaks { LANGUAGES.to_vec() } else { Vec::new() };
        Ok(Self { name: kept.name, built_in: false, purpose, event, version, digest, languages, at, used_by: None })
    }

    pub(super) fn built_in(name: &str) -> Result<Self, Problem> {
        let template = Template::built_in(name, None).map_err(Problem::internal)?;
        let (version, digest) = (Some(*builtin_versions(name).end()), template.digest());
        let (name, languages, purpose) = (name.to_owned(), languages_of(&template), template.purpose().word());
        Ok(Self { name, built_in: true, purpose, event: None, version, digest, languages, at: None, used_by: None })
    }

    /// Says whether it is for what is asked for: for certificates, where nothing is said.
    pub(super) fn is_for(&self, wanted: Option<&str>) -> bool {
        let wanted = wanted.unwrap_or(Purpose::Certificate.word());
        wanted == "any" || wanted == self.purpose
    }

    /// Says whether an event may choose it.
    pub(super) fn may_be_chosen(&self, event: &EventCode) -> bool {
        self.event.as_ref().is_none_or(|own| own == event)
    }

    /// Adds where it is used.
    pub(super) fn with_uses(self, uses: &BTreeMap<String, BTreeSet<EventCode>>) -> Self {
        let used_by = Some(uses.get(&self.name).cloned().unwrap_or_default());
        Self { used_by, ..self }
    }
}
