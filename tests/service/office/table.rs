//! The tables of pages and forms, against the routes of the service: each route has its row, and each row is of a route. And the records
//! that some of these pages are about.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::roles;
use crate::browser::{Browser, form, form_with, to};
use crate::harness::World;
use crate::real_door::Member;
use crate::runs::work;
use crate::{running, staff};

/// Where routes of these pages are said: every file of their folder, so that none is left out that is new. The first page of all is
/// served before there is a service, and is none of its pages.
static SOURCES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/staff")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("staff/begin.rs") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    found
});

/// Pages that are there for who is not in: seen by everybody, and sent to without what a session knows.
pub const DOORS: [&str; 6] = ["/", "/staff/login", "/staff/lost", "/staff/lost/code", "/setup", "/password"];

/// What takes a form of somebody who is not in yet, or ends the session that it comes with: looked at by tests of their own.
const APART: [&str; 7] = [
    "/staff/login",
    "/staff/login/second-step",
    "/staff/logout",
    "/staff/lost",
    "/staff/lost/code",
    "/setup",
    "/password",
];

/// What answers where no page is.
const NOWHERE: [&str; 2] = ["/staff/", "/staff/{*nowhere}"];

/// A route, and which of both it takes.
struct Route {
    path: &'static str,
    reads: bool,
    acts: bool,
}

/// Returns all routes of the pages.
fn routes() -> Vec<Route> {
    read_routes(&SOURCES)
}

fn read_routes(sources: &'static [String]) -> Vec<Route> {
    let parts = sources.iter().flat_map(|source| source.split(".route(").skip(1));
    let read = |part: &'static str| {
        let mut depth = 1;
        let end = part.find(|c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let (path, methods) = part[..end.unwrap()].split_once(',').unwrap();
        let path = path.split('"').nth(1).unwrap();
        Route { path, reads: methods.contains("get("), acts: methods.contains("post(") }
    };
    // Style, script and pictures of all pages are none.
    let is_asset = |path: &str| !path.contains('{') && [".css", ".js", ".svg"].iter().any(|end| path.ends_with(end));
    parts.map(read).filter(|route| !NOWHERE.contains(&route.path) && !is_asset(route.path)).collect()
}

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(routes);

/// Says of which route an address is, as the router decides it: what is named goes before what is not.
fn route_of<'r>(routes: &'r [Route], address: &str) -> Option<&'r Route> {
    let path: Vec<&str> = address.split('?').next().unwrap_or_default().split('/').collect();
    let is_open = |part: &str| part.starts_with('{');
    let fits = |route: &&Route| {
        let parts: Vec<&str> = route.path.split('/').collect();
        parts.len() == path.len() && parts.iter().zip(&path).all(|(part, said)| is_open(part) || part == said)
    };
    let open = |route: &&Route| route.path.split('/').map(is_open).collect::<Vec<_>>();
    routes.iter().filter(fits).min_by_key(open)
}

/// Returns what is wrong with rows of addresses: routes without one, and addresses that are of no route.
fn amiss<'a>(rows: impl Iterator<Item = &'a str>, takes: impl Fn(&Route) -> bool) -> Vec<String> {
    let routes = routes();
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for row in rows {
        match route_of(&routes, row).filter(|route| takes(route)) {
            Some(route) => drop(seen.insert(route.path)),
            None => wrong.push(format!("{row} is of no route")),
        }
    }
    let missing = routes.iter().filter(|route| takes(route) && !seen.contains(route.path));
    wrong.extend(missing.map(|route| format!("{} stands in no row", route.path)));
    wrong
}

/// All pages with what each needs, as the tables say them.
pub fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    staff::PAGES.iter().chain(roles::PAGES.iter()).chain(running::PAGES).copied()
}

/// All acts with what each needs, and fields that fit.
pub fn acts() -> impl Iterator<Item = staff::Act> {
    let plain = roles::ACTS.iter().chain(running::ACTS).map(|(path, needs)| (*path, *needs, &[][..]));
    staff::ACTS.into_iter().chain(plain)
}

/// Returns the route that takes the form of an address.
pub fn act_of(address: &str) -> Option<&'static str> {
    route_of(&ROUTES, address).filter(|route| route.acts).map(|route| route.path)
}

/// Says whether an address answers with a whole page.
pub fn is_page(path: &str) -> bool {
    ![".png", ".svg", ".csv"].iter().any(|kind| path.contains(kind)) && !path.ends_with("/progress")
}

#[test]
fn a_route_in_any_file_of_the_folder_is_found() {
    let said = |path: &str| SOURCES.iter().any(|source| source.contains(&format!(".route(\"{path}\"")));
    assert!(said("/staff/approvals") && said("/staff/unlock") && said("/staff/events"));
    let files = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/staff")).unwrap();
    assert!(SOURCES.len() > files.count() / 2, "{}", SOURCES.len());
    // And none stands outside of it.
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("server/staff") {
                folders.push(path);
            } else if path.is_file() {
                let text = std::fs::read(&path).unwrap();
                let is_route = String::from_utf8_lossy(&text).contains(".route(\"/staff/");
                assert!(!is_route, "{} says a page's route", path.display());
            }
        }
    }
}

#[test]
fn every_page_and_every_form_stands_in_the_tables_and_nothing_else() {
    let rows = || pages().map(|(page, _)| page).chain(DOORS);
    let sent = || acts().map(|(act, _, _)| act).chain(APART);
    assert_eq!(amiss(rows(), |route| route.reads), [""; 0], "PAGES");
    assert_eq!(amiss(sent(), |route| route.acts), [""; 0], "ACTS");
    let routes = routes();
    assert!(routes.len() > 130, "{}", routes.len());
    // It would be told of each: a row of one route stands for no other.
    for route in &routes {
        let other = |row: &&str| route_of(&routes, row).is_none_or(|found| found.path != route.path);
        let told = format!("{} stands in no row", route.path);
        if route.reads {
            assert_eq!(amiss(rows().filter(other), |route| route.reads), [told.as_str()]);
        }
        if route.acts {
            assert_eq!(amiss(sent().filter(other), |route| route.acts), [told.as_str()]);
        }
    }
    assert_eq!(amiss(rows().chain(["/staff/no/such/page"]), |route| route.reads).len(), 1);
}

/// Records that pages are about, by what the tables call them.
#[derive(Clone)]
pub struct Records(Vec<(&'static str, String)>);

impl Records {
    /// Makes them in the event of [`crate::real_door::school_by`]: a list that was taken in, a message that waits.
    pub fn of(world: &World, ada: &Member) -> Self {
        let mut browser = Browser::of(world, "ada@example.org");
        let list = chosen(&mut browser, "/staff/events/WORKSHOP/import", ("file", "list.csv", LIST));
        let taken = browser.send(&form_with(&browser.clone().page(&list), &list, "once"), &[]);
        let relay =
            json!({ "relay": "127.0.0.1", "port": 1, "security": "none", "from": "Academy <office@academy.example>" });
        ada.ask(world, "PUT", "/mail/relay", &relay).ok();
        ada.ask(world, "POST", "/runs", &json!({ "kind": "send", "event": "WORKSHOP" })).ok();
        work(world);
        let first =
            |path: &str| ada.ask(world, "GET", path, &Value::Null).ok()["items"][0]["id"].as_str().unwrap().to_owned();
        Self(vec![
            ("{ada}", ada.id.clone()),
            ("{import}", last(&to(&taken))),
            ("{run}", first("/runs")),
            ("{message}", first("/mail/messages")),
        ])
    }

    /// The same with files that wait for somebody who may choose them: nobody else finds those.
    pub fn and_files_of(&self, browser: &mut Browser<'_>) -> Self {
        let mut all = self.0.clone();
        let design = include_bytes!("../../../templates/minimal@2.json");
        for (name, page, file) in [
            ("{upload}", "/staff/events/WORKSHOP/import", ("file", "list.csv", LIST)),
            ("{design}", "/staff/template-uploads", ("files", "template.json", &design[..])),
        ] {
            let found = match browser.get(page).status {
                StatusCode::OK => last(&chosen(browser, page, file)),
                _ => "none".to_owned(),
            };
            all.push((name, found));
        }
        Self(all)
    }

    /// Names them in an address of the tables.
    pub fn fill(&self, path: &str) -> String {
        let filled = self.0.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
        filled.replace("{upload}", "none").replace("{design}", "none")
    }
}

const LIST: &[u8] = b"Name,Email,Passed\nIda Rhodes,ida@example.org,yes\n";

/// Chooses a file, and returns the page that shows it.
fn chosen(browser: &mut Browser<'_>, page: &str, file: (&str, &str, &[u8])) -> String {
    let choose = form(&browser.page(page), page);
    let fields = choose.fields.clone();
    let answer = browser.upload(&choose, &fields, Some(file));
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{page}: {}", answer.text());
    to(&answer)
}

/// Returns the last part of an address.
fn last(address: &str) -> String {
    address.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned()
}
