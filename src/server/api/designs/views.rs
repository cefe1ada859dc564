//! Designs as the API shows them.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::templates::{AssetView, FindingView};
use crate::acts::templates::design::{self, Design, ListPlace, Listed, Opened, Whom};
use crate::acts::templates::{self, Change, kept};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::server::{App, Problem};
use crate::template::{
    BADGE_PLACEHOLDERS, DATE_PLACEHOLDERS, DEFAULT_MM, DateStyle, Draft, Element, FontLibrary, FontOrigin,
    GOOD_MODULE_MM, Heard, HeardAs, LANGUAGES, Purpose, TEXT_PLACEHOLDERS, Template, floor_mm, modules, place,
};

/// A design in the listing.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DesignItem {
    /// By which it is found.
    #[schema(example = "mfrggzdfmztwq2lk")]
    id: String,
    /// The title of its document.
    title: String,
    /// The template whose next version it becomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "gold")]
    of: Option<String>,
    /// The event whose own it is meant to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "WORKSHOP")]
    event: Option<EventCode>,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    begun: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    changed: Timestamp,
    /// How many steps can be taken back.
    undo: u64,
    /// How many can be done again.
    redo: u64,
}

impl DesignItem {
    pub(super) fn of(design: Design) -> Self {
        let (undo, redo) = (design.at - design.first, design.last - design.at);
        let Design { id, title, of, event, begun, changed, .. } = design;
        Self { id, title, of, event, begun, changed, undo, redo }
    }
}

/// An element as it lies on the page.
#[derive(Debug, Serialize, ToSchema)]
struct DesignElement {
    /// Where it is, in millimetres: left, top, width, height.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>, example = json!([20.0, 60.0, 170.0, 20.0]))]
    area: Option<[f32; 4]>,
    /// Whether nothing changes it until it is unlocked.
    locked: bool,
}

/// Something on the page as those hear it who do not see it.
#[derive(Debug, Serialize, ToSchema)]
struct DesignHeard {
    /// The element; absent for the background.
    #[serde(skip_serializing_if = "Option::is_none")]
    element: Option<usize>,
    /// As what it is read: `heading`, `text`, `picture`, `signatories` or `code`; or `decoration`: not read.
    #[schema(value_type = String, example = "heading")]
    heard_as: HeardAs,
    /// What is said, with placeholders as they are written; of what is not read, what it is.
    text: String,
}

impl DesignHeard {
    fn of(Heard { element, heard_as, text }: Heard) -> Self {
        Self { element, heard_as, text }
    }
}

/// What texts can print.
#[derive(Debug, Serialize, ToSchema)]
struct Printable {
    /// Built-in names.
    texts: Vec<&'static str>,
    /// Built-in dates.
    dates: Vec<&'static str>,
    /// Columns of the event's list.
    columns: BTreeSet<String>,
    /// Those of them that hold days: they can be written as dates are.
    days: BTreeSet<String>,
    /// How dates can be written, behind a colon: `{issue_date:long}`.
    formats: Vec<&'static str>,
}

impl Printable {
    fn of(purpose: Purpose, columns: &BTreeSet<String>, days: BTreeSet<String>) -> Self {
        match purpose {
            // The same for everybody of an event.
            Purpose::Badge => Self {
                texts: BADGE_PLACEHOLDERS.to_vec(),
                dates: Vec::new(),
                columns: BTreeSet::new(),
                days: BTreeSet::new(),
                formats: Vec::new(),
            },
            Purpose::Certificate | Purpose::Card => Self {
                texts: TEXT_PLACEHOLDERS.to_vec(),
                dates: DATE_PLACEHOLDERS.to_vec(),
                columns: columns.clone(),
                days,
                formats: DateStyle::NAMES.to_vec(),
            },
        }
    }
}

/// For whom the certificates of the event differ.
#[derive(Debug, Serialize, ToSchema)]
struct DesignVariants {
    /// Its tiers, the lowest first.
    tiers: Vec<String>,
    /// The languages that people of its list read, that templates were chosen for, and that the design can be had in.
    languages: BTreeSet<String>,
    /// Elements whose words are the design's own: they are the same in every language that it is drawn in.
    own_words: Vec<usize>,
    /// Whether it has a built-in template's words, but is none any more: then it prints one language.
    in_part: bool,
}

/// The list of an event, and where the person stands for whom a design is looked at.
#[derive(Debug, Serialize, ToSchema)]
struct DesignList {
    /// How many people are on it; of a list that is longer than 20,000 as many as were looked at.
    people: u64,
    /// Where the person stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<ListPlace>,
}

/// How large the code must be.
#[derive(Debug, Serialize, ToSchema)]
struct CodeSize {
    /// The smallest side that is taken, in millimetres.
    floor: f32,
    /// From which it prints well, whatever is signed.
    good: f32,
    /// The side that it has; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<f32>,
    /// The version of the code for whom it is looked at: it grows with what is signed (ISO/IEC 18004).
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u8>,
    /// From which side the code of that version prints well.
    #[serde(skip_serializing_if = "Option::is_none")]
    prints_well: Option<f32>,
}

impl CodeSize {
    fn of(template: &Template, version: Option<u8>) -> Self {
        let mut all = template.document().elements.iter();
        let side = all.find_map(|one| if let Element::Qr(qr) = one { Some(qr.size) } else { None });
        let prints_well = version.map(|version| (modules(version) * GOOD_MODULE_MM * 10.0).round() / 10.0);
        Self { floor: floor_mm(), good: DEFAULT_MM, side, version, prints_well }
    }
}

/// A design as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DesignDetail {
    #[serde(flatten)]
    design: DesignItem,
    /// The newest version of the template whose next version it becomes; that is what `after` of `keep` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    newest: Option<u32>,
    /// The document, as `schemas/template.json` has it.
    #[schema(value_type = Object)]
    document: Value,
    /// Its elements, as the document lists them.
    elements: Vec<DesignElement>,
    /// What those hear who do not see it, in this order; what is not read stands last. Lines and shapes never are.
    aloud: Vec<DesignHeard>,
    /// The elements that the last change was about.
    touched: BTreeSet<usize>,
    /// What it is for: `certificate`, `card` or `badge`.
    #[serde(rename = "for")]
    #[schema(example = "certificate")]
    purpose: &'static str,
    /// Page in millimetres: width, height.
    #[schema(value_type = Vec<f64>, example = json!([297.0, 210.0]))]
    page: [f32; 2],
    /// Of a card or badge: how many pixels its picture has, across and down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<u32>>, example = json!([1200, 627]))]
    pixels: Option<[u32; 2]>,
    /// Pictures and fonts that it has a place for.
    assets: Vec<AssetView>,
    /// Families that texts can name.
    fonts: Vec<String>,
    /// What texts can print.
    printable: Printable,
    /// For whom the event's certificates differ.
    variants: DesignVariants,
    /// The event's list, where it is looked at for somebody of an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<DesignList>,
    /// How large the code must be, and is.
    code: CodeSize,
    /// What is not as in the newest version of the template whose next version it becomes.
    changes: Vec<Change>,
    /// What a designer should know. It cannot be kept with an `error`.
    findings: Vec<FindingView>,
    /// What cannot be drawn for whom it is looked at, and is left out of the drawing.
    left_out: Vec<FindingView>,
}

impl DesignDetail {
    pub(super) fn of(app: &App, desk: &Desk, opened: Opened, whom: &Whom) -> Result<Self, Problem> {
        let (template, fonts) = (&opened.content.template, app.faces.fonts());
        let looked = |code| design::listed(desk, code, whom.person.as_deref());
        let listed = whom.event.as_ref().map(looked).transpose()?.unwrap_or_default();
        let Listed { columns, days, tiers, mut languages, people, place: standing } = listed;
        let is_whole = template.speaks();
        let in_part = !is_whole && template.says_built_in_words();
        if is_whole || in_part {
            languages.extend(LANGUAGES.map(str::to_owned));
        }
        let own_words = if is_whole { Vec::new() } else { template.own_words() };
        // What cannot be signed is told where it is drawn.
        let version = design::code_version(desk, &opened, whom).ok();
        let left_out = match *whom != Whom::default() {
            true => design::drawn(desk, &app.faces, &opened, whom)?.left_out,
            false => Vec::new(),
        };
        let draft = Draft::of(template.clone());
        let view = |finding| FindingView::of(&draft, finding);
        let element =
            |at: usize| DesignElement { area: draft.area(&place(at)), locked: opened.content.locked.contains(&at) };
        let (width, height) = template.document().page.millimetres();
        let of = opened.design.of.as_ref();
        let newest = of.and_then(|name| kept(desk.store, name).ok()?.0.newest().map(|newest| newest.version));
        let before = of.filter(|_| newest.is_some()).and_then(|name| templates::opened(desk.store, name, newest).ok());
        let changes = before.map(|before| templates::changes(&before, template)).unwrap_or_default();
        Ok(Self {
            newest,
            changes,
            document: serde_json::from_slice(&template.document_bytes()).map_err(Problem::internal)?,
            elements: (0..template.document().elements.len()).map(element).collect(),
            purpose: template.purpose().word(),
            aloud: template.heard().into_iter().map(DesignHeard::of).collect(),
            page: [width, height],
            pixels: template.purpose().pixels().map(|(width, height)| [width, height]),
            assets: AssetView::all(template),
            fonts: families(fonts, &opened),
            printable: Printable::of(template.purpose(), &columns, days),
            list: whom.event.is_some().then_some(DesignList { people, standing }),
            variants: DesignVariants { tiers, languages, own_words, in_part },
            code: CodeSize::of(template, version),
            findings: opened.content.findings(fonts, &columns).into_iter().map(view).collect(),
            left_out: left_out.into_iter().map(view).collect(),
            touched: opened.touched.clone(),
            design: DesignItem::of(opened.design),
        })
    }
}

/// Returns the families of the program, of the issuer's folder, and of the design's own fonts.
fn families(fonts: &FontLibrary, opened: &Opened) -> Vec<String> {
    let template = &opened.content.template;
    let mut library = fonts.clone();
    for name in &template.document().fonts {
        let bytes = std::sync::Arc::new(template.asset(name).unwrap_or_default().to_vec());
        if let Ok(with) = library.clone().with_font(name, bytes, FontOrigin::Template, &|_| BTreeSet::from([400, 700]))
        {
            library = with;
        }
    }
    library.families()
}
