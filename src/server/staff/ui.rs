//! What pages are built of: a closed set of parts, each drawn by one template, so that each looks, reads and is operated the same
//! everywhere. What is put into them is escaped; only what a template has written goes into a page as it is.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::form::Fields;
use super::inside::Staff;
use super::words::Words;
use crate::accounts::Permission;
use crate::server::Problem;

/// What pages may load, and from where: all from here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a template has written.
pub(super) struct Html(String);

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
}

/// A way of the main navigation.
pub(super) struct NavItem {
    pub text: String,
    pub href: String,
    pub current: bool,
}

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
        let whole = format!("/staff{path}");
        let current =
            if path.is_empty() { here == whole } else { here == whole || here.starts_with(&format!("{whole}/")) };
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
    let mut response =
        (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text)
            .into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Answers with a part alone, for what a page asks for anew.
pub(super) fn fragment(parts: impl IntoIterator<Item = Html>) -> Response {
    let text: String = parts.into_iter().map(|part| part.0).collect();
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
        let mut all = vec![("csrf".to_owned(), staff.csrf())];
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

/// A cell of a table.
#[derive(Default)]
pub(super) struct Cell {
    text: String,
    href: Option<String>,
    tone: Option<Tone>,
    /// In small letters below.
    sub: Option<String>,
    act: Option<Action>,
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

    pub(super) fn sub(mut self, text: impl Into<String>) -> Self {
        self.sub = Some(text.into()).filter(|text| !text.is_empty());
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

/// Bars over time, with a table beside for who cannot see them.
#[derive(Template)]
#[template(path = "pages/staff/plot.html")]
pub(super) struct Plot {
    pub title: String,
    pub first: String,
    pub second: String,
    pub bars: Vec<Bar>,
    pub show_table: String,
}

impl Plot {
    fn tallest(&self) -> u64 {
        self.bars.iter().map(|bar| bar.value.max(bar.second)).max().unwrap_or(0).max(1)
    }

    /// Returns the height of a bar in a plot of 100.
    fn height(&self, value: &u64) -> u64 {
        if *value == 0 { 0 } else { (value * 96 / self.tallest()).max(2) }
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

/// What a field takes.
pub(super) enum Kind {
    Text,
    Email,
    Password,
    Number,
    Date,
    Area(u32),
    Select(Vec<Choice>),
    Radios(Vec<Choice>),
    /// Any of several; the value names those that are ticked, with commas between.
    Checks(Vec<Choice>),
    Check,
    File(&'static str),
    Hidden,
    Heading,
}

/// One of several.
#[derive(Clone)]
pub(super) struct Choice {
    pub value: String,
    pub text: String,
}

impl Choice {
    pub(super) fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self { value: value.into(), text: text.into() }
    }
}

/// A field of a form.
#[derive(Template)]
#[template(path = "pages/staff/field.html")]
pub(super) struct Field {
    name: String,
    label: String,
    kind: Kind,
    value: String,
    hint: Option<String>,
    error: Option<String>,
    required: bool,
    optional: Option<String>,
    auto: &'static str,
    most: u32,
    /// What the API calls it, where that is not its name.
    of: Option<&'static str>,
}

impl Field {
    pub(super) fn new(name: &str, label: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            label: label.into(),
            kind,
            value: String::new(),
            hint: None,
            error: None,
            required: false,
            optional: None,
            auto: "off",
            most: 0,
            of: None,
        }
    }

    pub(super) fn text(name: &str, label: impl Into<String>) -> Self {
        Self::new(name, label, Kind::Text)
    }

    pub(super) fn hidden(name: &str, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..Self::new(name, "", Kind::Hidden) }
    }

    pub(super) fn heading(text: impl Into<String>) -> Self {
        Self::new("", text, Kind::Heading)
    }

    pub(super) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Says what the browser may fill in (`autocomplete`).
    pub(super) fn auto(mut self, auto: &'static str) -> Self {
        self.auto = auto;
        self
    }

    /// Says what the API calls it.
    pub(super) fn of(mut self, member: &'static str) -> Self {
        self.of = Some(member);
        self
    }

    fn is(&self, value: &str) -> bool {
        self.value == value
    }

    fn has(&self, value: &str) -> bool {
        self.value.split(',').any(|one| one == value)
    }

    fn described(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    fn input(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Text => Some("text"),
            Kind::Email => Some("email"),
            Kind::Password => Some("password"),
            Kind::Number => Some("number"),
            Kind::Date => Some("date"),
            _ => None,
        }
    }
}

/// A form.
#[derive(Template)]
#[template(path = "pages/staff/form.html")]
pub(super) struct Form {
    action: String,
    csrf: String,
    /// By which it is known when it is sent twice.
    once: String,
    fields: Vec<Field>,
    submit: String,
    danger: bool,
    problem: Option<String>,
    items: Vec<String>,
    get: bool,
    optional: String,
    /// Whether its fields stand one below the other, also where it asks for the same page.
    stacked: bool,
    /// Another button, by the name that it sends.
    also: Option<(&'static str, String)>,
}

impl Form {
    /// Begins a form whose fields are sent to a page below `/staff`.
    pub(super) fn new(staff: &Staff, path: &str, submit: impl Into<String>) -> Self {
        Self { csrf: staff.csrf(), optional: staff.w.s("optional"), ..Self::open(staff.at(path), submit) }
    }

    /// A form that asks for the same page with other parameters.
    pub(super) fn filter(staff: &Staff, path: &str, submit: impl Into<String>) -> Self {
        Self { get: true, ..Self::open(staff.at(path), submit) }
    }

    /// A form of who is not in.
    pub(super) fn open(action: String, submit: impl Into<String>) -> Self {
        Self {
            action,
            csrf: String::new(),
            once: once(),
            fields: Vec::new(),
            submit: submit.into(),
            danger: false,
            problem: None,
            items: Vec::new(),
            get: false,
            optional: String::new(),
            stacked: false,
            also: None,
        }
    }

    /// Says that its fields stand one below the other.
    pub(super) fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    /// Adds a second button, which sends a name of its own.
    pub(super) fn also(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.also = Some((name, text.into()));
        self
    }

    /// Says of which session it is.
    pub(super) fn csrf(mut self, csrf: &str) -> Self {
        csrf.clone_into(&mut self.csrf);
        self
    }

    pub(super) fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    pub(super) fn fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// Says that it cannot be undone.
    pub(super) fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// Fills it as it was sent, and says what was wrong with it, beside the fields where it is about one.
    pub(super) fn tried(mut self, tried: &Tried<'_>) -> Self {
        let Some((fields, problem)) = tried.0 else { return self };
        for field in &mut self.fields {
            match field.kind {
                Kind::Check => field.value = fields.get(&field.name).to_owned(),
                Kind::Checks(_) => field.value = fields.all(&field.name).collect::<Vec<_>>().join(","),
                Kind::Password | Kind::File(_) | Kind::Heading => {}
                Kind::Hidden if ["once", "seen"].contains(&field.name.as_str()) => {}
                _ => field.value = fields.get(&field.name).to_owned(),
            }
        }
        for error in &problem.errors {
            let last = error.field.rsplit('.').next().unwrap_or_default();
            let about = |field: &&mut Field| field.of.map_or(field.name == last, |of| of == error.field || of == last);
            match self.fields.iter_mut().find(about) {
                Some(field) => field.error = Some(error.detail.clone()),
                None => self.items.push(format!("{}: {}", error.field, error.detail)),
            }
        }
        self.problem = Some(problem.detail.clone()).filter(|detail| !detail.is_empty());
        self
    }

    fn multipart(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.kind, Kind::File(_)))
    }

    /// Writes what may be left out beside the label.
    fn finished(mut self) -> Self {
        let optional = self.optional.clone();
        let all_optional = self.fields.iter().all(|field| !field.required);
        for field in self.fields.iter_mut().filter(|field| !field.required && !all_optional && field.input().is_some())
        {
            field.optional = Some(optional.clone()).filter(|text| !text.is_empty());
        }
        self
    }
}

/// A form as it was sent and refused, or nothing on a page that is new.
pub(super) struct Tried<'a>(pub Option<(&'a Fields, &'a Problem)>);

impl Tried<'_> {
    /// A page that is new.
    pub(super) const NEW: Tried<'static> = Tried(None);

    /// Returns which of these problems it was.
    pub(super) fn about<'b>(&self, codes: &[&'b str]) -> Option<&'b str> {
        let (_, problem) = self.0?;
        codes.iter().copied().find(|code| problem.code == *code)
    }

    /// Returns the status of the page.
    pub(super) fn status(&self) -> StatusCode {
        let status = self.0.and_then(|(_, problem)| StatusCode::from_u16(problem.status).ok());
        status.unwrap_or(StatusCode::OK)
    }
}

fn once() -> String {
    let mut bytes = [0; 12];
    // Without random bytes a form that is sent twice is done twice, as any.
    getrandom::fill(&mut bytes).map_or_else(|_| String::new(), |()| data_encoding::HEXLOWER.encode(&bytes))
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

impl From<Form> for Html {
    fn from(form: Form) -> Self {
        Self::of(&form.finished())
    }
}
