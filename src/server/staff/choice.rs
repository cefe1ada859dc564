//! Rows that somebody ticks, and what is done with them: exactly those, or all that a filter finds but for those. What is ticked
//! stands in the address and goes on from page to page, without script too.

use std::collections::BTreeSet;

use askama::Template;

use super::form::Fields;
use super::inside::Staff;
use super::ui::{Choice, Field, Html, Notice, Page, Table, Tone};

/// Most rows that can be ticked one by one: their names stand in an address.
pub(super) const MOST: usize = 200;
/// Longest name of a row.
const NAME: usize = 120;

/// What was ticked.
#[derive(Clone, Default)]
pub(super) struct Chosen {
    /// Whether all are meant but for those.
    pub but: bool,
    /// The names of the rows.
    pub picks: Vec<String>,
}

impl Chosen {
    /// Reads it from an address or a form.
    pub(super) fn of(asked: &Fields) -> Self {
        let mut seen = BTreeSet::new();
        let named =
            asked.all("pick").filter(|name| !name.is_empty() && name.len() <= NAME && seen.insert(name.to_owned()));
        Self { but: asked.get("which") == "but", picks: named.map(str::to_owned).collect() }
    }

    /// Says whether a row is ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.picks.iter().any(|one| one == name)
    }

    /// Returns what of it stands in an address.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let which = if self.but { "but" } else { "these" };
        [("which", which)].into_iter().chain(self.picks.iter().map(|name| ("pick", name.as_str())))
    }

    /// Returns the fields of a form that carry it on.
    pub(super) fn fields(&self) -> Vec<Field> {
        self.pairs().map(|(name, value)| Field::hidden(name, value)).collect()
    }

    /// Says what is wrong with it, if so.
    pub(super) fn problem(&self, staff: &Staff) -> Option<String> {
        match (self.picks.len(), self.but) {
            (0, false) => Some(staff.w.s("choose-none")),
            (many, _) if many > MOST => {
                Some(staff.w.with("choose-too-many", [("count", (many as u64).into()), ("most", (MOST as u64).into())]))
            }
            _ => None,
        }
    }
}

/// A table whose rows can be ticked, and what can be done with them.
#[derive(Template)]
#[template(path = "pages/staff/chooser.html")]
pub(super) struct Chooser {
    action: String,
    here: String,
    hidden: Vec<(String, String)>,
    table: Html,
    next: Option<(String, String)>,
    title: String,
    legend: String,
    hint: String,
    which: Vec<Choice>,
    chosen: &'static str,
    acts: Vec<Choice>,
    /// What is ticked on other pages, and how to let that go.
    elsewhere: Option<(String, String, String)>,
}

impl Chooser {
    /// Puts a table into a form: `here` is its page and `to` where what is chosen goes, both below `/staff`; `filter` what was asked
    /// for, `shown` the names of its rows, `next` where the page after it begins.
    pub(super) fn new(
        staff: &Staff,
        (here, to): (&str, &str),
        filter: &[(&str, &str)],
        chosen: &Chosen,
        shown: &[String],
        (table, next): (Table, Option<&str>),
    ) -> Self {
        let w = staff.w;
        let kept = filter.iter().filter(|(_, value)| !value.is_empty());
        let mut hidden: Vec<_> = kept.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let elsewhere: Vec<_> = chosen.picks.iter().filter(|name| !shown.contains(name)).collect();
        let bare = super::form::written(hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let told = (!elsewhere.is_empty()).then(|| {
            let href = staff.at(&format!("{here}?{bare}"));
            (w.count("choose-elsewhere", elsewhere.len() as u64), href, w.s("choose-clear"))
        });
        hidden.extend(elsewhere.into_iter().map(|name| ("pick".to_owned(), name.clone())));
        Self {
            action: staff.at(to),
            here: staff.at(here),
            hidden,
            table: table.into(),
            next: next.map(|cursor| (cursor.to_owned(), w.s("more"))),
            title: w.s("choose-title"),
            legend: w.s("choose-legend"),
            hint: w.count("choose-hint", MOST as u64),
            which: vec![Choice::new("these", w.s("choose-these")), Choice::new("but", w.s("choose-but"))],
            chosen: if chosen.but { "but" } else { "these" },
            acts: Vec::new(),
            elsewhere: told,
        }
    }

    /// Adds what can be done.
    pub(super) fn act(mut self, name: &str, text: impl Into<String>) -> Self {
        self.acts.push(Choice::new(name, text));
        self
    }
}

impl From<Chooser> for Html {
    fn from(part: Chooser) -> Self {
        Self::of(&part)
    }
}

/// Begins a page that says why nothing can be done with what was chosen, and leads back to where it is chosen.
pub(super) fn refused(staff: &Staff, page: Page, why: &str, back: &str) -> Page {
    let notice = Notice { tone: Tone::Amber, text: why.to_owned(), items: Vec::new() };
    page.part(notice).link(staff.w.s("choose-back"), staff.at(back))
}

/// Returns the sentence that names the first two.
pub(super) fn names(staff: &Staff, names: &[String]) -> String {
    staff.w.with("generate-names", [("names", names.join(", ").into())])
}
