//! Forms: their fields with labels, hints and what was wrong, and a form as it was sent and refused.

use askama::Template;
use axum::http::StatusCode;

use super::form::Fields;
use super::grid::Grid;
use super::inside::Staff;
use super::phrases;
use super::words::Words;
use crate::server::Problem;

/// What a field takes.
pub(super) enum Kind {
    Text,
    Email,
    Password,
    Number,
    Color,
    Date,
    Area(u32),
    Select(Vec<Choice>),
    Radios(Vec<Choice>),
    /// Any of several; the value names those that are ticked, with commas between.
    Checks(Vec<Choice>),
    Check,
    File(&'static str),
    /// Several files at once.
    Files(&'static str),
    Hidden,
    Heading,
    /// Fields in rows, which fill themselves.
    Grid(Grid),
}

/// One of several.
#[derive(Clone)]
pub(super) struct Choice {
    pub value: String,
    pub text: String,
    /// Where a picture of it is, for who chooses by what it looks like.
    pub picture: Option<String>,
}

impl Choice {
    pub(super) fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self { value: value.into(), text: text.into(), picture: None }
    }

    /// Adds a picture of it.
    pub(super) fn picture(self, src: impl Into<String>) -> Self {
        Self { picture: Some(src.into()), ..self }
    }
}

/// A field of a form.
#[derive(Template)]
#[template(path = "pages/staff/field.html")]
pub(super) struct Field {
    name: String,
    /// By which its label finds it.
    id: String,
    label: String,
    kind: Kind,
    value: String,
    hint: Option<String>,
    error: Option<String>,
    required: bool,
    optional: Option<String>,
    auto: &'static str,
    most: u32,
    /// Whether it says already what is to stand in it, also where the form was refused.
    filled: bool,
    /// What the API calls it, where that is not its name.
    of: Option<String>,
}

impl Field {
    pub(super) fn new(name: &str, label: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            id: name.to_owned(),
            label: label.into(),
            kind,
            value: String::new(),
            hint: None,
            error: None,
            required: false,
            optional: None,
            auto: "off",
            most: 0,
            filled: false,
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

    /// Says how many characters it takes.
    pub(super) fn at_most(mut self, most: u32) -> Self {
        self.most = most;
        self
    }

    /// Says what the browser may fill in (`autocomplete`).
    pub(super) fn auto(mut self, auto: &'static str) -> Self {
        self.auto = auto;
        self
    }

    /// Says what the API calls it.
    pub(super) fn of(mut self, member: impl Into<String>) -> Self {
        self.of = Some(member.into());
        self
    }

    /// Says that it is not filled anew where the form was refused.
    pub(super) fn filled(mut self) -> Self {
        self.filled = true;
        self
    }

    fn is(&self, value: &str) -> bool {
        self.value == value
    }

    fn has(&self, value: &str) -> bool {
        self.value.split(',').any(|one| one == value)
    }

    fn has_pictures(&self) -> bool {
        matches!(&self.kind, Kind::Radios(choices) if choices.iter().any(|one| one.picture.is_some()))
    }

    fn described(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    fn input(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Text => Some("text"),
            Kind::Email => Some("email"),
            Kind::Password => Some("password"),
            Kind::Number => Some("number"),
            Kind::Color => Some("color"),
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
    /// In which language it says what was wrong.
    w: &'static Words,
    /// Other buttons, by the names that they send.
    also: Vec<(&'static str, String)>,
    /// Whether script asks what it would do while it is filled in.
    counted: bool,
}

impl Form {
    /// Begins a form whose fields are sent to a page below `/staff`.
    pub(super) fn new(staff: &Staff, path: &str, submit: impl Into<String>) -> Self {
        Self { csrf: staff.csrf(), optional: staff.w.s("optional"), w: staff.w, ..Self::open(staff.at(path), submit) }
    }

    /// A form that asks for the same page with other parameters.
    pub(super) fn filter(staff: &Staff, path: &str, submit: impl Into<String>) -> Self {
        Self { get: true, w: staff.w, ..Self::open(staff.at(path), submit) }
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
            w: Words::first(),
            also: Vec::new(),
            counted: false,
        }
    }

    /// Says that where there is script it is sent with `count` while it is filled in, and what is answered stands above its buttons.
    pub(super) fn counted(mut self) -> Self {
        self.counted = true;
        self
    }

    /// Says that its fields stand one below the other.
    pub(super) fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    /// Adds another button, which sends a name of its own.
    pub(super) fn also(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.also.push((name, text.into()));
        self
    }

    /// Says in which language it says what was wrong.
    pub(super) fn spoken(mut self, w: &'static Words) -> Self {
        self.w = w;
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

    /// Fills the choices of a field.
    pub(super) fn offering(mut self, name: &str, choices: Vec<Choice>) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.kind = Kind::Select(choices);
        }
        self
    }

    /// Tells its fields from those of other forms on the page.
    pub(super) fn apart(mut self, mark: &str) -> Self {
        for field in &mut self.fields {
            field.id = format!("{mark}-{}", field.name);
        }
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
        for field in self.fields.iter_mut().filter(|field| !field.filled) {
            match field.kind {
                Kind::Check => field.value = fields.get(&field.name).to_owned(),
                Kind::Checks(_) => field.value = fields.all(&field.name).collect::<Vec<_>>().join(","),
                Kind::Password | Kind::File(_) | Kind::Files(_) | Kind::Heading | Kind::Grid(_) => {}
                // Refused for another reason, it goes on resting on what it was filled in from; of a change since, its page tells now.
                Kind::Hidden if field.name == "seen" && problem.status != StatusCode::PRECONDITION_FAILED.as_u16() => {
                    field.value = fields.some("seen").unwrap_or(&field.value).to_owned();
                }
                // What it keeps of what it does not ask for goes with that: it is of the same record.
                Kind::Hidden if field.name == "kept" && problem.status == StatusCode::PRECONDITION_FAILED.as_u16() => {}
                // What is confirmed is what is shown now.
                Kind::Hidden if ["once", "seen", "expected", "count"].contains(&field.name.as_str()) => {}
                _ => field.value = fields.get(&field.name).to_owned(),
            }
        }
        for error in &problem.errors {
            let last = error.field.rsplit('.').next().unwrap_or_default();
            let about = |field: &&mut Field| match &field.of {
                Some(of) => *of == error.field || *of == last,
                None => field.name == last || field.name == error.field,
            };
            match self.fields.iter_mut().find(about) {
                Some(field) => field.error = Some(phrases::beside(self.w, &error.detail)),
                None => self.items.push(format!("{}: {}", error.field, phrases::said(self.w, &error.detail))),
            }
        }
        // What an operation says as a whole names its members; beside the fields all of it is said already.
        if problem.by_api && !problem.errors.is_empty() && self.items.is_empty() {
            self.problem = Some(self.w.s("form-look"));
            return self;
        }
        let told = phrases::problem(self.w, problem);
        self.items.extend(told.detail);
        self.problem = Some(told.text).filter(|text| !text.is_empty());
        self
    }

    fn multipart(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.kind, Kind::File(_) | Kind::Files(_)))
    }

    /// Writes what may be left out beside the label.
    pub(super) fn finished(mut self) -> Self {
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

pub(super) fn once() -> String {
    let mut bytes = [0; 12];
    // Without random bytes a form that is sent twice is done twice, as any.
    getrandom::fill(&mut bytes).map_or_else(|_| String::new(), |()| data_encoding::HEXLOWER.encode(&bytes))
}
