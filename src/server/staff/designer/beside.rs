//! A design for each tier and each language of an event, beside each other.

use axum::extract::Path;
use axum::http::Uri;
use serde_json::Value;

use super::super::events::text;
use super::super::form::query;
use super::super::inside::{Answer, Staff};
use super::super::languages;
use super::super::parts::{Gallery, Shot};
use super::super::phrases;
use super::super::ui::{Action, Actions, Html, Page, Section, Text, Tone};
use super::sheet::Context;
use super::{at, trail};
use crate::accounts::Permission;
use crate::template::{LANGUAGES, spoken};

/// Tiers and languages that one page shows of each.
const MOST: usize = 24;

/// Shows a design for each tier and each language.
pub(in super::super) async fn show(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    staff.needs(Permission::Import)?;
    let (w, asked) = (staff.w, query(uri.query()));
    let context = Context::of(&id, &asked);
    let mark = if context.whom.is_empty() { "" } else { "?" };
    let told = staff.told(&format!("{}{mark}{}", at(&id), context.whom)).await?;
    let (design, told_tag) = (told.value, &*told.tag);
    let trail = [trail(&staff), staff.crumb(text(&design, "title"), &context.drawn_for(("tier", ""), ""))];
    let mut page = Page::new(w.s("design-beside")).trail(trail).lead(w.s("design-beside-lead"));
    for (member, kind) in [("tier", "tiers"), ("language", "languages")] {
        let all = design["variants"][kind].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut shots = Vec::new();
        for value in all.take(MOST) {
            shots.push(shot(&staff, &context, (member, value)).await);
        }
        let mut section = Section::new(kind, w.s(&format!("design-beside-{kind}")));
        if kind == "languages" {
            for part in in_own_words(&staff, &context, (&design, told_tag)) {
                section = section.part(part);
            }
        }
        page = page.part(match shots.is_empty() {
            true => section.part(Text(w.s(&format!("design-beside-no-{kind}")))),
            false => section.part(Gallery(shots)),
        });
    }
    Ok(staff.page(&page))
}

/// Says of a design whose words are its own in part that these stay, and how it is had in another language.
fn in_own_words(staff: &Staff, context: &Context, (design, seen): (&Value, &str)) -> Vec<Html> {
    let w = staff.w;
    let variants = &design["variants"];
    if variants["in_part"] != true {
        return Vec::new();
    }
    let own = variants["own_words"].as_array().map_or(0, Vec::len) as u64;
    let now = design["document"]["language"].as_str().and_then(spoken);
    let way = |tag: &str| {
        let said = w.with("design-speak", [("language", languages::name(w, tag).into())]);
        let fields = [("act", "speak"), ("language", tag), ("seen", seen)];
        Action::post(staff, said, &context.drawn_for(("language", ""), ""), &fields)
    };
    let ways = LANGUAGES.into_iter().filter(|tag| Some(*tag) != now).map(way).collect();
    vec![Text(w.count("design-own-words", own)).into(), Actions(ways).into()]
}

/// One drawing, and whether all of it can be printed.
async fn shot(staff: &Staff, context: &Context, (member, value): (&str, &str)) -> Shot {
    let w = staff.w;
    let told = staff.get_if(&context.drawn_for((member, value), "")).await;
    let left_out = told.as_ref().map(|design| design["left_out"].as_array().cloned().unwrap_or_default());
    let (tone, key) = match &left_out {
        Some(left_out) if left_out.is_empty() => (Tone::Green, "template-try-fits"),
        _ => (Tone::Red, "template-try-fails"),
    };
    let title = if member == "language" { languages::name(w, value) } else { value.to_owned() };
    Shot {
        href: staff.at(&context.drawn_for((member, value), "")),
        src: staff.at(&context.drawn_for((member, value), "/page.svg")),
        alt: w.with("design-drawing", [("title", title.clone().into())]),
        title,
        tone,
        state: w.s(key),
        notes: left_out.into_iter().flatten().map(|one| phrases::said(w, &text(&one, "message"))).collect(),
    }
}
