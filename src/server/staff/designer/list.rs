//! An event's list beside its certificates: all whose names become small, all who get no certificate and why, page by page; and anybody of
//! it, by name, by e-mail, by place, or as the one before and after.

use axum::http::Method;
use serde_json::Value;

use super::super::events::text;
use super::super::form::{Fields, part, written};
use super::super::home::items;
use super::super::inside::Staff;
use super::super::phrases;
use super::super::ui::{Action, Actions, Cell, Html, Section, Table, Text};
use super::super::within::Ask;
use super::sheet::Context;
use crate::server::Problem;

/// How many of a kind one page shows.
const SHOWN: u64 = 100;
/// How many people a search offers.
const FOUND: usize = 24;

/// Where the people of a list are shown: what stands before and behind whom in addresses.
pub(in super::super) struct Ways<'a> {
    /// The page that shows one of them.
    pub shown: &'a dyn Fn(&str) -> String,
    /// The page that shows all of a kind (`small`, `unfit`), from one on.
    pub all: &'a dyn Fn(&str, u64) -> String,
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// Returns the query of what a page tells: the first of each kind, or all of one, from one on.
pub(in super::super) fn range(asked: &Fields) -> Vec<(&'static str, String)> {
    match kind(asked) {
        Some(_) => vec![("from", from(asked).to_string()), ("limit", SHOWN.to_string())],
        None => Vec::new(),
    }
}

fn kind(asked: &Fields) -> Option<&'static str> {
    ["small", "unfit"].into_iter().find(|kind| asked.get("kind") == *kind)
}

fn from(asked: &Fields) -> u64 {
    asked.get("from").parse().unwrap_or_default()
}

/// What became of the people of a list: of both kinds in short, or one kind as a whole.
pub(in super::super) fn tried(staff: &Staff, tried: &Value, asked: &Fields, ways: &Ways<'_>) -> Html {
    let w = staff.w;
    let people = count(&tried["people"]);
    let mut section = Section::new("names", w.s("design-names"));
    let wanted = kind(asked);
    for (kind, key) in [("small", "design-names-small"), ("unfit", "design-names-unfit")] {
        if wanted.is_some_and(|wanted| wanted != kind) {
            continue;
        }
        let of = &tried[kind];
        let said = [("count", count(&of["count"]).into()), ("people", w.number(people).into())];
        section = section.part(Text(w.with(key, said)));
        let told = of["first"].as_array().map_or(&[][..], Vec::as_slice);
        if told.is_empty() {
            continue;
        }
        section = section.part(table(staff, kind, told, ways));
        let ways = steps(staff, (kind, count(&of["count"])), (wanted, asked), ways);
        if !ways.is_empty() {
            section = section.part(Actions(ways));
        }
    }
    if tried["more"] == true {
        section = section.part(Text(w.with("design-names-more", [("people", w.number(people).into())])));
    }
    if wanted.is_none() {
        section = section.part(by_script(staff, tried));
    }
    section.into()
}

/// Who it is, and why they get no certificate.
fn table(staff: &Staff, kind: &str, told: &[Value], ways: &Ways<'_>) -> Table {
    let w = staff.w;
    let row = |one: &Value| {
        let name = Cell::link(text(one, "name"), (ways.shown)(&text(one, "person")));
        vec![if one["why"].is_string() { name.sub(phrases::said(w, &text(one, "why"))) } else { name }]
    };
    Table {
        caption: w.s(&format!("design-{kind}")),
        heads: [w.s("design-people")].into(),
        rows: told.iter().map(row).collect(),
        empty: String::new(),
        next: None,
    }
}

/// The ways to all of a kind, and between its pages.
fn steps(
    staff: &Staff,
    (kind, many): (&str, u64),
    (wanted, asked): (Option<&str>, &Fields),
    ways: &Ways<'_>,
) -> Vec<Action> {
    let (w, from) = (staff.w, from(asked));
    let way = |key: &str, from: u64| Action::link(w.s(key), (ways.all)(kind, from));
    match wanted {
        None if many > crate::acts::templates::NAMED as u64 => {
            vec![Action::link(w.with("design-show-all", [("count", w.number(many).into())]), (ways.all)(kind, 0))]
        }
        None => Vec::new(),
        Some(_) => {
            let before = (from > 0).then(|| way("design-show-before", from.saturating_sub(SHOWN)));
            let after = (from + SHOWN < many).then(|| way("design-show-after", from + SHOWN));
            before.into_iter().chain(after).collect()
        }
    }
}

fn by_script(staff: &Staff, tried: &Value) -> Table {
    let w = staff.w;
    let row = |one: &Value| {
        let script = text(one, "script");
        let known = w.if_any(&format!("script-{}", script.to_lowercase())).unwrap_or(script);
        let cell = |member: &str| Cell::text(w.number(count(&one[member])));
        vec![Cell::text(known), cell("people"), cell("small"), cell("unfit")]
    };
    Table {
        caption: w.s("design-by-script"),
        heads: [w.s("design-script"), w.s("design-people"), w.s("design-small"), w.s("design-unfit")].into(),
        rows: tried["scripts"].as_array().into_iter().flatten().map(row).collect(),
        empty: w.s("template-try-empty"),
        next: None,
    }
}

/// Whom somebody means who typed something else than an address or id: one person, or some to choose from.
pub(super) enum Sought {
    /// Their id.
    One(String),
    /// Several, by id and name; and whether there are more.
    Some(Vec<(String, String)>, bool),
    Nobody,
}

/// Looks for people of an event by a part of their name or address, or by their place in the list.
///
/// # Errors
/// The operation's.
pub(super) async fn sought(staff: &Staff, design: &str, (event, typed): (&str, &str)) -> Result<Sought, Problem> {
    let typed = typed.trim();
    if typed.parse::<u32>().is_ok_and(|place| place > 0) {
        let query = written([("event", event), ("place", typed)]);
        if let Some(told) = staff.get_if(&format!("{design}?{query}")).await {
            let person = text(&told["list"]["standing"]["who"], "person");
            if !person.is_empty() {
                return Ok(Sought::One(person));
            }
        }
    }
    let limit = (FOUND + 1).to_string();
    let query = written([("q", typed), ("limit", &*limit)]);
    let path = format!("/events/{}/participants?{query}", part(event));
    let found = staff.ask(Method::GET, &path, Ask::default()).await?.value;
    let more = items(&found).len() > FOUND || found["next"].is_string();
    let all: Vec<(String, String)> =
        items(&found).iter().take(FOUND).map(|one| (text(one, "id"), text(one, "name"))).collect();
    Ok(match all.len() {
        0 => Sought::Nobody,
        1 if !more => Sought::One(all.into_iter().next().map(|(id, _)| id).unwrap_or_default()),
        _ => Sought::Some(all, more),
    })
}

/// The ways to who stands before and after somebody on the list.
pub(super) fn beside(staff: &Staff, context: &Context, design: &Value) -> Option<Html> {
    let w = staff.w;
    let standing = &design["list"]["standing"];
    let place = standing["place"].as_u64()?;
    let values = [
        ("name", text(&standing["who"], "name").into()),
        ("place", w.number(place).into()),
        ("people", w.number(count(&design["list"]["people"])).into()),
    ];
    let way = |member: &str, key: &str| {
        let one = standing[member].is_object().then(|| text(&standing[member], "person"))?;
        let said = w.with(key, [("name", text(&standing[member], "name").into())]);
        Some(Action::link(said, staff.at(&context.shown(&one))))
    };
    let ways = [way("previous", "design-list-previous"), way("next", "design-list-next")];
    let section = Html::from(Text(w.with("design-list-place", values)));
    Some(Html(section.0 + &Html::from(Actions(ways.into_iter().flatten().collect())).0))
}
