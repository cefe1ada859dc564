//! Placeholders of a template that neither the list nor the event fills: told before anybody waits for a certificate.

use super::{Columns, Meaning, field_name};
use crate::store::Event;
use crate::template::{DATE_PLACEHOLDERS, TEXT_PLACEHOLDERS, Template, nearest};

/// A placeholder that nothing fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilled {
    /// Its name.
    pub placeholder: String,
    /// What would fill it, if somebody meant that: a column's header or a built-in placeholder.
    pub near: Option<Near>,
    /// False: certificates cannot be made without it. True: it is printed as nothing.
    pub optional: bool,
}

/// What an unfilled placeholder may have been meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Near {
    /// A column of the list, by its header.
    Column(String),
    /// Another placeholder: a built-in one, or that of a column with another spelling.
    Placeholder(String),
}

/// What the list says of a person; without such a column the place on paper stays empty.
const FROM_THE_LIST: [&str; 6] = ["achievement_level", "achievement_points", "result", "credits", "term", "role"];

/// Returns the placeholders of an event's template that no column of the list and nothing of the event fills.
pub fn unfilled(template: &Template, event: &Event, columns: &Columns) -> Vec<Unfilled> {
    let needed = template.needed_placeholders();
    let filled = |name: &str| {
        let by_column = columns.columns.iter().filter(|column| !column.skipped).any(|column| {
            let says_who = matches!(column.meaning, Some(Meaning::Name | Meaning::Email));
            !says_who && (column.field == name || column.meaning.is_some_and(|meaning| meaning.field() == name))
        });
        let by_event = event.constants.contains_key(name) || (name == "credits" && event.extras.credits.is_some());
        by_column || by_event
    };
    let built_in = |name: &str| TEXT_PLACEHOLDERS.contains(&name) || DATE_PLACEHOLDERS.contains(&name);
    let unknown = |name: &String| !built_in(name) || (FROM_THE_LIST.contains(&name.as_str()) && needed.contains(name));
    let names = template.placeholders().into_iter().filter(|name| unknown(name) && !filled(name));
    names.map(|name| Unfilled { near: near(&name, columns), optional: built_in(&name), placeholder: name }).collect()
}

fn near(name: &str, columns: &Columns) -> Option<Near> {
    // A column that is the name or the e-mail fills no other placeholder.
    let free =
        columns.columns.iter().filter(|c| !c.skipped && !matches!(c.meaning, Some(Meaning::Name | Meaning::Email)));
    let headers: Vec<&str> = free.map(|column| column.header.as_str()).collect();
    let built_in = TEXT_PLACEHOLDERS.iter().chain(DATE_PLACEHOLDERS).copied().filter(|known| *known != name);
    let spelling = field_name(name);
    if spelling != name && columns.columns.iter().any(|column| !column.skipped && column.field == spelling) {
        return Some(Near::Placeholder(spelling));
    }
    nearest(name, headers)
        .map(|header| Near::Column(header.to_owned()))
        .or_else(|| nearest(name, built_in).map(|known| Near::Placeholder(known.to_owned())))
}

impl Unfilled {
    /// Returns what will happen and what to do, as a sentence.
    pub fn explain(&self) -> String {
        let Self { placeholder, near, optional } = self;
        let what = if *optional { "stays empty on paper" } else { "lets no certificate be made" };
        let todo = match near {
            Some(Near::Column(header)) => format!("did you mean the column `{header}`? Name it `{placeholder}`"),
            Some(Near::Placeholder(known)) => format!("did the template mean {{{known}}}?"),
            None => format!("add a column `{placeholder}`, or take it out of the template"),
        };
        format!("no column of this file fills {{{placeholder}}} of the event's template, which {what}; {todo}")
    }
}
