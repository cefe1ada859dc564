//! Beside the keys: what it would mean if one were stolen, how the root is looked after, and where the site lies. Nothing is changed by
//! any of these pages.

use axum::extract::{Path, State};
use serde_json::Value;

use super::events::text;
use super::form::part;
use super::inside::{Answer, Staff};
use super::parts::Print;
use super::ui::{Action, Actions, Facts, Html, Letter, Notice, Page, Section, Text, Tone};
use crate::accounts::Permission;
use crate::server::App;

/// The steps of each part of the guide.
const GUIDE: [(&str, usize); 3] = [("ceremony-once", 6), ("ceremony-year", 5), ("ceremony-stolen", 4)];

fn begun(staff: &Staff, title: &str) -> Page {
    Page::new(staff.w.s(title)).trail([staff.crumb(staff.w.s("nav-publishing"), "/publishing")])
}

/// Shows what would happen if a key were stolen.
pub(super) async fn drill(staff: Staff, Path(id): Path<String>) -> Answer {
    let w = staff.w;
    let seen = staff.get(&format!("/keys/{}/drill", part(&id))).await?;
    let count = |name: &str| seen[name].as_u64().unwrap_or_default();
    let is = |name: &str| seen[name] == true;
    let facts = Facts(vec![
        (w.s("key"), text(&seen, "id")),
        (w.s("state"), w.s(&format!("key-{}", text(&seen, "state")))),
        (w.s("theft-signed"), w.number(count("signed"))),
        (
            w.s("theft-set"),
            w.with("backups-size", [("kb", w.number(count("issued_set_bytes").div_ceil(1_024)).into())]),
        ),
        (w.s("theft-waiting"), w.number(count("revocations_waiting"))),
    ]);
    let mut steps = vec![w.s(if is("replaced") { "theft-replaced" } else { "theft-not-replaced" })];
    steps.extend(["theft-manifest", "theft-published", "theft-kept", "theft-forged"].map(|key| w.s(key)));
    let mut page = begun(&staff, "theft-title").lead(w.with("theft-lead", [("id", id.clone().into())])).part(facts);
    page = page.part(Notice { tone: Tone::Grey, text: w.s("theft-would"), items: steps });
    if !is("root_here") {
        page = page.notice(Tone::Amber, w.s("theft-root-away"));
    }
    if !is("site") {
        page = page.notice(Tone::Amber, w.s("theft-no-site"));
    }
    let declare = Action::link(w.s("key-stolen"), staff.at(&format!("/publishing/{}/stolen", part(&id))));
    let may = staff.may(Permission::Keys) && seen["state"] != "compromised";
    let guide = Action::link(w.s("ceremony-title"), staff.at("/publishing/ceremony"));
    Ok(staff.page(
        &page
            .part(Text(w.s("theft-nothing")))
            .part(Actions([guide].into_iter().chain(may.then_some(declare)).collect())),
    ))
}

/// Shows the guide, to be printed.
pub(super) async fn guide(State(app): State<App>, staff: Staff) -> Answer {
    let w = staff.w;
    let keys = staff.get("/keys").await?;
    let facts = Facts(vec![
        (w.s("begin-identity"), app.issuer.did()),
        (w.s("key-root"), text(&keys, "root_fingerprint")),
        (w.s("ceremony-until"), staff.day(&keys["manifest_expires"]).unwrap_or_default()),
    ]);
    let mut page = begun(&staff, "ceremony-title").lead(w.s("ceremony-lead")).part(facts);
    for (name, steps) in GUIDE {
        page = page.part(steps_of(&staff, name, steps));
    }
    Ok(staff.page(&page.part(Text(w.s("ceremony-print"))).part(Print(w.s("print")))))
}

fn steps_of(staff: &Staff, name: &str, steps: usize) -> Html {
    let w = staff.w;
    let text = (1..=steps).map(|step| format!("{step}. {}", w.s(&format!("{name}-{step}")))).collect::<Vec<_>>();
    Section::new(name, w.s(name)).part(Letter(text.join("\n\n"))).into()
}

/// Shows where the site lies, and how a web server is pointed at it.
pub(super) async fn site(State(app): State<App>, staff: Staff) -> Answer {
    let w = staff.w;
    let published = staff.get("/publish").await?;
    let address = format!("https://{}/", app.issuer.host);
    // Where things lie on the machine is for who looks after it.
    let told = staff.may(Permission::Keys) || staff.may(Permission::Settings);
    let folder = app.vault.site().map(|site| site.display().to_string());
    let facts = Facts::known([
        (w.s("site-address"), Some(address.clone())),
        (w.s("settings-verifier"), Some(format!("https://{}", app.issuer.verifier))),
        (w.s("settings-site"), Some(folder.clone().unwrap_or_else(|| w.s("settings-no-site"))).filter(|_| told)),
        (w.s("published"), staff.time(&published["issued"]).or_else(|| Some(w.s("published-never")))),
        (w.s("published-good"), staff.time(&published["next_update"])),
    ]);
    let files = ["trust.jws", ".well-known/did.json", "status/1"];
    let links = files.map(|file| Action::link(file, format!("{}/{file}", staff.base))).into_iter();
    let verifier = Action::file(w.s("verifier-file"), format!("{}/verify/verifier.html", staff.base));
    let mut page = begun(&staff, "site-title").lead(w.s("site-lead")).part(facts);
    if published["version"] != 0 {
        let files = Section::new("files", w.s("site-files")).part(Text(w.s("site-files-text")));
        page = page.part(files.part(Actions(links.chain([verifier]).collect())));
    }
    let how = ["site-here", "site-elsewhere"].map(|key| w.s(key));
    page = page.part(Section::new("point", w.s("site-point")).part(Notice {
        tone: Tone::Grey,
        text: w.s("site-ways"),
        items: how.into(),
    }));
    if let Some(folder) = folder.filter(|_| told) {
        let root = format!(
            "server {{\n    server_name {};\n    root {folder};\n    error_page 404 /404.html;\n}}",
            app.issuer.host
        );
        page = page.part(Section::new("nginx", "nginx").part(Text(w.s("site-nginx"))).part(Letter(root)));
    }
    Ok(staff.page(&page))
}

/// Leads to these pages.
pub(super) fn ways(staff: &Staff) -> Vec<Action> {
    let w = staff.w;
    [("ceremony-title", "/publishing/ceremony"), ("site-title", "/publishing/site")]
        .map(|(title, path)| Action::link(w.s(title), staff.at(path)))
        .into()
}

/// Leads to the drill of a key.
pub(super) fn drill_of(staff: &Staff, key: &Value) -> Option<String> {
    Some(staff.at(&format!("/publishing/{}/drill", part(key["id"].as_str()?))))
}
