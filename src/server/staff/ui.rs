//! What pages are built of: a closed set of parts, each drawn by one template, so that each looks, reads and is operated the same
//! everywhere. What is put into them is escaped; only what a template has written goes into a page as it is.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::fields::once;
pub(super) use super::fields::{Choice, Field, Form, Kind, Tried};
use super::form::Fields;
use super::inside::Staff;
use super::phrases;
use super::words::Words;
use crate::accounts::Permission;
use crate::mail::compose::{Piece, paragraphs};
use crate::server::Problem;

/// What pages may load, and from where: all from here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a template has written.
pub(super) struct Html(pub(super) String);

impl Html {
    pub(super) fn of(template: &impl Template) -> Self {
        Self(template.render().unwrap_or_default())
    }
}

/// How something looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// All is well.
    Green,
    /// Somebody should look.
    Amber,
    /// Something is wrong.
    Red,
    /// Nothing in particular.
    Grey,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Grey => "grey",
        }
    }
}

/// What is the same in a language and at a service.
pub(super) struct Frame<'a> {
    /// The texts.
    pub w: &'static Words,
    /// The issuer's name.
    pub issuer: &'a str,
    /// The path below which the service is reached.
    pub base: String,
}

/// What stands around a page.
pub(super) struct Shell<'a> {
    pub frame: Frame<'a>,
    /// Who is in.
    pub name: Option<String>,
    pub csrf: String,
    pub nav: Vec<NavItem>,
    /// The page's own address.
    pub here: String,
    /// Whether it is to say that the keys are locked.
    pub locked: bool,
}

impl Shell<'_> {
    /// Says whether this is who is in, or a page below.
    fn at_account(&self) -> bool {
        let path = self.here.split('?').next().unwrap_or_default();
        let own = format!("{}/staff/account", self.frame.base);
        path == own || path.starts_with(&format!("{own}/"))
    }
}

/// A way of the main navigation.
pub(super) struct NavItem {
    pub text: String,
    pub href: String,
    pub current: bool,
}

/// Pages that belong to a way of the navigation and lie elsewhere.
const BESIDES: [(&str, &str); 6] = [
    ("/settings", "/staff/backups"),
    ("/publishing", "/staff/unlock"),
    ("/events", "/staff/duplicates"),
    ("/corrections", "/staff/address-requests"),
    ("/templates", "/staff/template-uploads"),
    ("/templates", "/staff/template-designs"),
];

/// Returns the ways of the main navigation: those that lead to something for who looks.
pub(super) fn nav(staff: &Staff, here: &str) -> Vec<NavItem> {
    let all = [
        ("nav-home", "", true),
        ("nav-events", "/events", true),
        ("nav-search", "/search", true),
        ("nav-certificates", "/certificates", true),
        ("nav-deliveries", "/deliveries", true),
        ("nav-runs", "/runs", true),
        ("nav-corrections", "/corrections", true),
        ("approvals", "/approvals", true),
        ("nav-templates", "/templates", true),
        ("nav-publishing", "/publishing", true),
        ("nav-team", "/team", staff.may(Permission::Settings)),
        ("nav-audit", "/audit", staff.may(Permission::Settings)),
        ("nav-settings", "/settings", staff.may(Permission::Settings)),
    ];
    let ways = all.into_iter().filter(|(_, _, shown)| *shown);
    ways.map(|(key, path, _)| {
        let is_below = |whole: &str| here == whole || here.starts_with(&format!("{whole}/"));
        let besides = BESIDES.iter().filter(|(of, _)| *of == path);
        let current = match path {
            "" => here == "/staff",
            _ => is_below(&format!("/staff{path}")) || besides.into_iter().any(|(_, page)| is_below(page)),
        };
        NavItem { text: staff.w.s(key), href: staff.at(path), current }
    })
    .collect()
}

/// A step of the way back.
pub(super) struct Crumb {
    pub text: String,
    pub href: String,
}

/// A page.
pub(super) struct Page {
    title: String,
    lead: Option<String>,
    trail: Vec<Crumb>,
    parts: Vec<Html>,
    /// After how many seconds it is asked for anew where there is no script.
    refresh: Option<u32>,
    /// Whether it is as narrow as a form.
    narrow: bool,
}

impl Page {
    /// Begins a page.
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lead: None, trail: Vec::new(), parts: Vec::new(), refresh: None, narrow: false }
    }

    /// Adds the sentence below the title.
    pub(super) fn lead(mut self, text: impl Into<String>) -> Self {
        self.lead = Some(text.into());
        self
    }

    /// Adds the way back.
    pub(super) fn trail(mut self, trail: impl IntoIterator<Item = Crumb>) -> Self {
        self.trail = trail.into_iter().collect();
        self
    }

    /// Says that it is as narrow as a form.
    pub(super) fn narrow(mut self) -> Self {
        self.narrow = true;
        self
    }

    /// Says that it changes by itself.
    pub(super) fn refresh(mut self, seconds: u32) -> Self {
        self.refresh = Some(seconds);
        self
    }

    /// Adds a part.
    pub(super) fn part(mut self, part: impl Into<Html>) -> Self {
        self.parts.push(part.into());
        self
    }

    /// Adds a part before all others.
    pub(super) fn first(mut self, part: impl Into<Html>) -> Self {
        self.parts.insert(0, part.into());
        self
    }

    /// Adds a part if there is one.
    pub(super) fn part_if(self, part: Option<impl Into<Html>>) -> Self {
        match part {
            Some(part) => self.part(part),
            None => self,
        }
    }

    /// Adds a notice.
    pub(super) fn notice(self, tone: Tone, text: impl Into<String>) -> Self {
        self.part(Notice { tone, text: text.into(), items: Vec::new() })
    }

    /// Adds what stands in the way, with what is wrong with single fields.
    pub(super) fn problem(self, tone: Tone, w: &Words, problem: &Problem) -> Self {
        let told = phrases::problem(w, problem);
        let errors = problem.errors.iter().map(|error| phrases::sentence(&phrases::said(w, &error.detail)));
        let errors = errors.filter(|error| *error != told.text);
        let items = told.detail.into_iter().chain(errors).collect();
        self.part(Notice { tone, text: told.text, items })
    }

    /// Adds what was said when somebody was led here: `said` is a key of the texts without `said-`.
    pub(super) fn said(self, w: &Words, query: &Fields) -> Self {
        let key = query.get("said");
        let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        match w.if_any(&format!("said-{key}")).filter(|_| is_key) {
            Some(text) => self.notice(Tone::Green, text),
            None => self,
        }
    }

    /// Adds a link that looks like a button.
    pub(super) fn link(self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.part(Actions(vec![Action::link(text, href)]))
    }
}

#[derive(Template)]
#[template(path = "pages/staff/page.html")]
struct PageView<'a> {
    shell: &'a Shell<'a>,
    page: &'a Page,
}

/// Answers with a page.
pub(super) fn answer(status: StatusCode, shell: &Shell<'_>, page: &Page) -> Response {
    let Ok(text) = (PageView { shell, page }).render() else {
        return Problem::internal("a page cannot be written").into_response();
    };
    let text = super::unseen::marked(text);
    let mut response =
        (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text)
            .into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Answers with a part alone, for what a page asks for anew.
pub(super) fn fragment(parts: impl IntoIterator<Item = Html>) -> Response {
    let text = super::unseen::marked(parts.into_iter().map(|part| part.0).collect());
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::OK, headers, text).into_response()
}

/// Something that is said.
#[derive(Template)]
#[template(path = "pages/staff/notice.html")]
pub(super) struct Notice {
    pub tone: Tone,
    pub text: String,
    pub items: Vec<String>,
}

/// Sentences.
#[derive(Template)]
#[template(path = "pages/staff/text.html")]
pub(super) struct Text(pub String);

/// A letter, line by line as it goes.
#[derive(Template)]
#[template(path = "pages/staff/letter.html")]
pub(super) struct Letter(pub String);

/// A letter as programs show it that show HTML: paragraphs, and addresses as links. The message says the same with styles of its own,
/// which no page of ours takes.
#[derive(Template)]
#[template(path = "pages/staff/letter_html.html")]
pub(super) struct LetterHtml<'t> {
    language: &'t str,
    paragraphs: Vec<Vec<Vec<Piece<'t>>>>,
}

impl<'t> LetterHtml<'t> {
    pub(super) fn of(language: &'t str, text: &'t str) -> Self {
        Self { language, paragraphs: paragraphs(text) }
    }
}

/// What something is, name by name.
#[derive(Template)]
#[template(path = "pages/staff/facts.html")]
pub(super) struct Facts(pub Vec<(String, String)>);

impl Facts {
    /// Leaves out what is not known.
    pub(super) fn known(facts: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let known =
            facts.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
        Self(known.collect())
    }
}

/// A figure that leads to what it counts.
pub(super) struct Figure {
    pub label: String,
    pub value: String,
    pub href: Option<String>,
    pub tone: Option<Tone>,
}

/// Figures side by side.
#[derive(Template)]
#[template(path = "pages/staff/figures.html")]
pub(super) struct Figures(pub Vec<Figure>);

/// A step on the way of an event.
pub(super) struct Step {
    pub title: String,
    pub state: String,
    pub tone: Tone,
    pub href: String,
    /// Whether it is the next to take.
    pub next: bool,
}

/// Steps in their order.
#[derive(Template)]
#[template(path = "pages/staff/steps.html")]
pub(super) struct Steps(pub Vec<Step>);

/// What can be done: a link, or a button that does it.
pub(super) struct Action {
    text: String,
    href: String,
    primary: bool,
    /// The fields that are sent; a link has none.
    post: Option<Vec<(String, String)>>,
    download: bool,
}

impl Action {
    /// Leads somewhere.
    pub(super) fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into(), primary: false, post: None, download: false }
    }

    /// Fetches a file.
    pub(super) fn file(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { download: true, ..Self::link(text, href) }
    }

    /// Does something at once.
    pub(super) fn post(staff: &Staff, text: impl Into<String>, path: &str, fields: &[(&str, &str)]) -> Self {
        let mut all = vec![("csrf".to_owned(), staff.csrf()), ("once".to_owned(), once())];
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self { post: Some(all), ..Self::link(text, staff.at(path)) }
    }

    /// Says that it is what most people want here.
    pub(super) fn primary(mut self) -> Self {
        self.primary = true;
        self
    }
}

/// What can be done, side by side.
#[derive(Template)]
#[template(path = "pages/staff/actions.html")]
pub(super) struct Actions(pub Vec<Action>);

/// Letters of a word that stands on one line of a table.
const LONGEST_WORD: usize = 42;

/// A cell of a table.
#[derive(Default)]
pub(super) struct Cell {
    text: String,
    href: Option<String>,
    tone: Option<Tone>,
    /// In small letters below.
    sub: Option<String>,
    /// What is folded away below, under what it is called.
    folded: Option<(String, String)>,
    act: Option<Action>,
    /// A box to tick before it.
    pick: Option<Pick>,
}

/// A box that ticks a row.
struct Pick {
    value: String,
    label: String,
    on: bool,
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(super) fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: Some(href.into()), ..Self::default() }
    }

    pub(super) fn state(tone: Tone, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Some(tone), ..Self::default() }
    }

    pub(super) fn act(action: Option<Action>) -> Self {
        Self { act: action, ..Self::default() }
    }

    /// Adds a box that ticks the row, by which it is named then.
    pub(super) fn pick(mut self, value: impl Into<String>, label: impl Into<String>, on: bool) -> Self {
        self.pick = Some(Pick { value: value.into(), label: label.into(), on });
        self
    }

    /// Says whether it is one word of usual length, such as a number or an address, which is not broken where there is room.
    fn is_whole(&self) -> bool {
        !self.text.contains(char::is_whitespace) && self.text.chars().count() <= LONGEST_WORD
    }

    pub(super) fn sub(mut self, text: impl Into<String>) -> Self {
        self.sub = Some(text.into()).filter(|text| !text.is_empty());
        self
    }

    /// Folds more away below it.
    pub(super) fn folded(mut self, called: impl Into<String>, text: impl Into<String>) -> Self {
        self.folded = Some((called.into(), text.into()));
        self
    }
}

/// A table: on a narrow screen each row is a card.
#[derive(Template)]
#[template(path = "pages/staff/table.html")]
pub(super) struct Table {
    pub caption: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// What is said where there are no rows.
    pub empty: String,
    /// The page after.
    pub next: Option<(String, String)>,
}

impl Table {
    fn head(&self, column: &usize) -> &str {
        self.heads.get(*column).map_or("", String::as_str)
    }
}

/// A bar of a plot.
pub(super) struct Bar {
    pub label: String,
    pub value: u64,
    /// How much of that is of the second kind.
    pub second: u64,
}

/// Bars over time, with a scale, and with a table beside for who cannot see them.
#[derive(Template)]
#[template(path = "pages/staff/plot.html")]
pub(super) struct Plot {
    title: String,
    first: String,
    second: String,
    bars: Vec<Bar>,
    show_table: String,
    /// What the lines of the scale stand for, the highest first.
    scale: Vec<String>,
    top: u64,
}

impl Plot {
    /// Plots bars of two kinds, which `first` and `second` name.
    pub(super) fn new(
        w: &Words,
        title: String,
        (first, second): (String, String),
        bars: Vec<Bar>,
        show_table: String,
    ) -> Self {
        let top = Self::top(bars.iter().map(|bar| bar.value.max(bar.second)).max().unwrap_or(0));
        let scale = Self::steps(top).map(|step| w.number(step)).into();
        Self { title, first, second, bars, show_table, scale, top }
    }

    /// Returns how high a scale goes: a number that people read off at once, half of which is whole too.
    fn top(tallest: u64) -> u64 {
        let mut decade = 1_u64;
        loop {
            for step in [2, 4, 6, 10] {
                match decade.checked_mul(step) {
                    Some(top) if top >= tallest => return top,
                    Some(_) => {}
                    None => return tallest,
                }
            }
            decade = decade.saturating_mul(10);
        }
    }

    /// Returns what the lines of a scale stand for, the highest first.
    fn steps(top: u64) -> [u64; 3] {
        [top, top / 2, 0]
    }

    /// Returns the height of a bar in a plot of 100.
    fn height(&self, value: &u64) -> u64 {
        if *value == 0 { 0 } else { (value.saturating_mul(100) / self.top).max(2) }
    }

    fn width(&self) -> usize {
        self.bars.len() * 20
    }

    fn at(&self, index: &usize, offset: usize) -> usize {
        index * 20 + offset
    }
}

/// A picture.
#[derive(Template)]
#[template(path = "pages/staff/picture.html")]
pub(super) struct Picture {
    pub src: String,
    pub alt: String,
}

/// How far something is.
#[derive(Template)]
#[template(path = "pages/staff/progress.html")]
pub(super) struct Progress {
    pub done: u64,
    pub total: u64,
    pub label: String,
}

/// A part that is asked for anew while it changes.
#[derive(Template)]
#[template(path = "pages/staff/live.html")]
pub(super) struct Live {
    pub source: String,
    pub parts: Vec<Html>,
}

/// Parts under a heading.
#[derive(Template)]
#[template(path = "pages/staff/section.html")]
pub(super) struct Section {
    title: String,
    id: String,
    parts: Vec<Html>,
    /// Closed until somebody opens it.
    folded: bool,
}

impl Section {
    pub(super) fn new(id: &str, title: impl Into<String>) -> Self {
        Self { title: title.into(), id: id.to_owned(), parts: Vec::new(), folded: false }
    }

    pub(super) fn part(mut self, part: impl Into<Html>) -> Self {
        self.parts.push(part.into());
        self
    }

    pub(super) fn folded(mut self) -> Self {
        self.folded = true;
        self
    }
}

macro_rules! parts {
    ($($part:ty),* $(,)?) => {
        $(impl From<$part> for Html {
            fn from(part: $part) -> Self {
                Self::of(&part)
            }
        })*
    };
}

parts!(Notice, Text, Letter, Facts, Figures, Steps, Actions, Table, Plot, Picture, Progress, Live, Section);

impl From<LetterHtml<'_>> for Html {
    fn from(part: LetterHtml<'_>) -> Self {
        Self::of(&part)
    }
}

impl From<Form> for Html {
    fn from(form: Form) -> Self {
        Self::of(&form.finished())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_says_how_high_its_bars_are() {
        for (tallest, top) in [(0, 2), (1, 2), (3, 4), (7, 10), (10, 10), (11, 20), (123, 200), (100_000, 100_000)] {
            assert_eq!(Plot::top(tallest), top, "{tallest}");
            assert_eq!(Plot::steps(top)[1] * 2, top);
        }
        assert_eq!(Plot::top(u64::MAX), u64::MAX);
        let bars = vec![
            Bar { label: "1 May".into(), value: 123, second: 0 },
            Bar { label: "2 May".into(), value: 1, second: 200 },
        ];
        let w = Words::named("en").unwrap();
        let plot = Plot::new(w, "Last days".into(), ("issued".into(), "mailed".into()), bars, "Table".into());
        let plot = Html::of(&plot).0;
        assert!(plot.contains("<span>200</span><span>100</span><span>0</span>"), "{plot}");
        // 123 of 200, and what is little is seen all the same.
        assert!(
            plot.contains("height=\"61\"") && plot.contains("height=\"2\"") && plot.contains("height=\"100\""),
            "{plot}"
        );
    }
}
