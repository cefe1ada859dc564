//! Lists that were taken in: which, by whom, and what became of each.

use axum::extract::Path;
use axum::http::Uri;
use serde_json::Value;

use super::super::events::{text, trail};
use super::super::form::{part, query, written};
use super::super::home::items;
use super::super::inside::{Answer, Staff};
use super::super::names::Names;
use super::super::ui::{Action, Actions, Cell, Facts, Page, Section, Table};
use super::words::left_out;
use crate::accounts::Permission;

/// Lists imports.
pub(in crate::server::staff) async fn list(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    let (w, path, asked) = (staff.w, format!("/events/{}", part(&code)), query(uri.query()));
    let event = staff.get(&path).await?;
    let wanted = written([("limit", "50"), ("order", "newest"), ("cursor", asked.get("cursor"))]);
    let imports = staff.get(&format!("{path}/imports?{wanted}")).await?;
    let names = Names::of(&staff).await;
    let row = |one: &Value| {
        let counts = &one["counts"];
        let count = |member: &str| w.number(counts[member].as_u64().unwrap_or_default());
        vec![
            Cell::link(
                staff.time(&one["at"]).unwrap_or_default(),
                staff.at(&format!("{path}/imports/{}", part(&text(one, "id")))),
            ),
            names.cell(&staff, &text(one, "by")),
            Cell::text(text(one, "file")),
            Cell::text(count("added")),
            Cell::text(count("updated")),
            Cell::text(w.number(left_out(counts))),
        ]
    };
    let next = imports["next"]
        .as_str()
        .map(|cursor| (w.s("more"), staff.at(&format!("{path}/imports?{}", written([("cursor", cursor)])))));
    let table = Table {
        caption: w.s("imports"),
        heads: [
            w.s("when"),
            w.s("template-by"),
            w.s("import-file-name"),
            w.s("import-added"),
            w.s("import-changed"),
            w.s("import-errors"),
        ]
        .into(),
        rows: items(&imports).iter().map(row).collect(),
        empty: w.s("imports-none"),
        next,
    };
    let add = Action::link(w.s("import-title"), staff.at(&format!("{path}/import"))).primary();
    let page = Page::new(w.s("imports")).trail(trail(&staff, &code, &event)).part(Actions(vec![add])).part(table);
    Ok(staff.page(&page))
}

/// Shows what became of a list.
pub(in crate::server::staff) async fn show(staff: Staff, Path((code, id)): Path<(String, String)>, uri: Uri) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(&code)));
    let event = staff.get(&path).await?;
    let import = staff.get(&format!("{path}/imports/{}", part(&id))).await?;
    let count = |member: &str| import["counts"][member].as_u64().map(|count| w.number(count));
    let facts = Facts::known([
        (w.s("when"), staff.time(&import["at"])),
        (w.s("template-by"), Some(Names::of(&staff).await.name(&staff, &text(&import, "by")))),
        (w.s("import-file-name"), Some(text(&import, "file"))),
        (w.s("import-added"), count("added")),
        (w.s("import-changed"), count("updated")),
        (w.s("import-unchanged"), count("unchanged")),
        (w.s("import-kept"), count("kept").filter(|_| import["counts"]["kept"].as_u64() > Some(0))),
        (w.s("import-again-rows"), count("again").filter(|_| import["counts"]["again"].as_u64() > Some(0))),
        (w.s("import-errors"), Some(w.number(left_out(&import["counts"])))),
    ]);
    let mut actions = vec![Action::link(w.s("step-people"), staff.at(&format!("{path}/people"))).primary()];
    actions.push(Action::link(w.s("event"), staff.at(&path)));
    let out = left_out(&import["counts"]);
    if out > 0 || import["counts"]["warnings"].as_u64() > Some(0) {
        let report = staff.api(&format!("{path}/imports/{}/report", part(&id)));
        if out > 0 {
            actions.push(Action::file(w.s("import-bad-rows"), format!("{report}?only=left_out")));
        }
        actions.push(Action::file(w.s("import-report"), report));
    }
    if staff.may(Permission::Import) && import["counts"]["errors"].as_u64() > Some(0) {
        actions.push(Action::link(w.s("import-corrected"), staff.at(&format!("{path}/import"))));
    }
    let page = Page::new(w.s("import-title")).trail(trail(&staff, &code, &event)).said(w, &query(uri.query()));
    Ok(staff.page(&page.part(Section::new("about", w.s("import-counts")).part(facts)).part(Actions(actions))))
}
