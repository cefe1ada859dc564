//! Sends forms of the pages one after the other, each by everybody there is: by who may not, which changes nothing, and by who may, which
//! an auditor finds afterwards with who did it, when and why. What is wrong is gathered, so that one walk tells all of it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::json;
use testamur::store::AuditEntry;

use super::{roles, table};
use crate::browser::{Browser, Form, forms};
use crate::harness::{Answer, World};
use crate::real_door::{Member, PASSWORD, post};
use crate::runs::work;
use crate::staff::own_csrf;

/// What an auditor finds of an act.
#[derive(Clone, Copy)]
pub enum Trace {
    /// An entry of this action: what was done says all there is to say.
    Found(&'static str),
    /// The same, with the reason that was typed: [`WHY`] in a field stands for it.
    Because(&'static str),
    /// An entry of this action without its reason, which is owed: whoever brings it says [`Trace::Because`] here.
    Owed(&'static str, &'static str),
    /// An entry of this action, once it is done: that goes on after its answer.
    Later(&'static str),
    /// None, and why there need be none.
    Nothing(&'static str),
}

/// Stands in a field for a reason that no other act has.
pub const WHY: &str = "{why}";
/// What fields are called in which somebody says why.
const REASONS: [&str; 4] = ["reason", "note", "text", "why"];
/// Where the log says nothing of who came in.
const COMES_IN: &str = "staff.login";

/// Somebody with a role, who is in.
struct Actor<'w> {
    role: &'static str,
    id: String,
    name: String,
    csrf: String,
    browser: Browser<'w>,
}

/// A walk over the forms of a service.
pub struct Walk<'w> {
    pub world: &'w World,
    auditor: Browser<'w>,
    actors: Vec<Actor<'w>>,
    /// Whether an owner does all; else somebody who has but the role that it takes.
    by_owner: bool,
    walked: BTreeSet<&'static str>,
    wrong: Vec<String>,
    told: usize,
}

impl<'w> Walk<'w> {
    /// Begins a walk with one member for each role.
    pub fn begin(world: &'w World, ada: &Member, by_owner: bool) -> Self {
        let actor = |role: &'static str| {
            let (email, name) = (format!("{role}@example.org"), format!("The {role} Tester"));
            let body = json!({ "email": email, "name": name, "roles": [role] });
            let link = ada.ask(world, "POST", "/staff", &body).ok();
            post(world, "/password", &json!({ "token": link["token"], "password": PASSWORD })).ok();
            let mut browser = Browser::of(world, &email);
            let csrf = own_csrf(&mut browser);
            Actor { role, id: link["staff"].as_str().unwrap().to_owned(), name, csrf, browser }
        };
        let actors = roles::ROLES.map(actor).into();
        let auditor = Browser::of(world, "ada@example.org");
        Self { world, auditor, actors, by_owner, walked: BTreeSet::new(), wrong: Vec::new(), told: 0 }
    }

    /// Returns who does what takes a permission, as one of the actors.
    fn doer(&self, needs: &str) -> usize {
        let role = match needs {
            _ if self.by_owner => "owner",
            "account" | "view" => "viewer",
            "import" | "generate" | "send" => "issuer",
            "revoke" => "revoker",
            "keys" => "key_officer",
            _ => "owner",
        };
        self.actors.iter().position(|actor| actor.role == role).unwrap()
    }

    /// Returns the browser of who does what a form asks for.
    pub fn browser(&mut self, act: &str) -> &mut Browser<'w> {
        let doer = self.doer(needs(act).unwrap_or("settings"));
        &mut self.actors[doer].browser
    }

    /// Returns the e-mail of who does what a form asks for.
    pub fn email(&self, act: &str) -> String {
        format!("{}@example.org", self.actors[self.doer(needs(act).unwrap_or("settings"))].role)
    }

    fn amiss(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// Returns the form of a page, as who may send it sees it, that goes to an address and has all of these fields.
    pub fn form(&mut self, act: &str, page: &str, filled: &[(&str, &str)]) -> Option<Form> {
        let text = self.browser(act).get(page).text();
        let fits = |form: &Form| {
            form.method == "post"
                && form.action.split('?').next() == Some(act)
                && filled.iter().all(|(name, _)| form.names.contains(*name))
        };
        let found = forms(&text).into_iter().find(fits);
        if found.is_none() {
            let fields: Vec<&str> = filled.iter().map(|(name, _)| *name).collect();
            let seen: Vec<String> = forms(&text).into_iter().map(|form| form.action).collect();
            self.amiss(format!("{page}: no form to {act} with {fields:?}, but to {seen:?}"));
        }
        found
    }

    /// Fills in the form of a page and sends it.
    pub fn act(&mut self, act: &str, page: &str, filled: &[(&str, &str)], trace: Trace) -> Option<Answer> {
        let form = self.form(act, page, filled)?;
        self.send(act, &form, filled, None, trace)
    }

    /// The same with a file.
    pub fn upload(
        &mut self,
        act: &str,
        page: &str,
        filled: &[(&str, &str)],
        file: File,
        trace: Trace,
    ) -> Option<Answer> {
        let form = self.form(act, page, filled)?;
        self.send(act, &form, filled, Some(file), trace)
    }

    /// Sends a form that some page has shown.
    pub fn send(
        &mut self,
        act: &str,
        form: &Form,
        filled: &[(&str, &str)],
        file: Option<File>,
        trace: Trace,
    ) -> Option<Answer> {
        let Some((route, needs)) = table::act_of(act).zip(needs(act)) else {
            self.amiss(format!("{act} stands in no row of ACTS"));
            return None;
        };
        self.walked.insert(route);
        self.told += 1;
        // What is asked of a day is asked of later ones: nothing happens twice within one second.
        self.world.pass(61);
        let why = format!("for reason number {} of this walk", self.told);
        let mut fields: Vec<(String, String)> = form.fields.clone();
        fields.retain(|(name, _)| !filled.iter().any(|(filled, _)| filled == name));
        fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), value.replace(WHY, &why))));
        let asks = form.names.iter().any(|name| REASONS.contains(&name.as_str()));
        let says = filled.iter().any(|(_, value)| value.contains(WHY)) || file.is_some_and(|file| file.says_why);
        if matches!(trace, Trace::Owed(..)) && asks && !says {
            self.amiss(format!("{act} asks why by now: fill it in here"));
        }
        self.others(act, needs, (form, &fields), file);
        let doer = self.doer(needs);
        let before = self.entries(0).len();
        let answer = sent(&mut self.actors[doer].browser, form, &fields, file.map(|file| file.with(&why)));
        let is_taken = [StatusCode::SEE_OTHER, StatusCode::OK, StatusCode::CREATED].contains(&answer.status);
        if !is_taken {
            self.amiss(format!("{act} by {}: {} {}", self.actors[doer].role, answer.status, said(&answer)));
            return None;
        }
        work(self.world);
        if let Trace::Later(action) = trace {
            self.wait_for(before, action);
        }
        self.look(act, (doer, before), trace, &why);
        Some(answer)
    }

    /// Everybody who may not sends the same, of the very same records, and nothing is changed by it.
    fn others(&mut self, act: &str, needs: &str, (form, fields): (&Form, &[(String, String)]), file: Option<File>) {
        let before = self.entries(0).len();
        let mut wrong = Vec::new();
        for other in self.actors.iter_mut().filter(|actor| !roles::may(actor.role, needs)) {
            let own = |(name, value): &(String, String)| match name.as_str() {
                "csrf" => (name.clone(), other.csrf.clone()),
                _ => (name.clone(), value.clone()),
            };
            let fields: Vec<_> = fields.iter().map(own).collect();
            let answer = sent(&mut other.browser, form, &fields, file.map(|file| file.with("nothing")));
            if answer.status != StatusCode::FORBIDDEN {
                wrong.push(format!("{act} by {} needs {needs}: {}", other.role, answer.status));
            }
        }
        self.wrong.extend(wrong);
        let changed: Vec<String> = self.entries(before).into_iter().map(|entry| entry.act.action).collect();
        if !changed.is_empty() {
            self.amiss(format!("{act} was refused, and yet: {changed:?}"));
        }
    }

    /// Returns the entries of the log after the first ones.
    fn entries(&self, after: usize) -> Vec<AuditEntry> {
        let all = self.world.app.store.audit(None, 100_000).unwrap().items;
        let entries = all.into_iter().filter(|entry| !entry.act.action.starts_with(COMES_IN));
        entries.skip(after).collect()
    }

    /// Waits until something is written down.
    fn wait_for(&self, before: usize, action: &str) {
        for _ in 0..6_000 {
            if self.entries(before).iter().any(|entry| entry.act.action == action) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Walks a part of the way; where it breaks off, the others are walked all the same.
    pub fn part(&mut self, name: &str, walk: impl FnOnce(&mut Self)) {
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| walk(self))).is_err() {
            self.amiss(format!("{name} broke off, as told above"));
        }
    }

    /// Looks for an act in the log, as an auditor does.
    fn look(&mut self, act: &str, (doer, before): (usize, usize), trace: Trace, why: &str) {
        let (id, name) = (self.actors[doer].id.clone(), self.actors[doer].name.clone());
        let own: Vec<AuditEntry> =
            self.entries(before).into_iter().filter(|entry| entry.act.actor.contains(&id)).collect();
        let done: Vec<&str> = own.iter().map(|entry| entry.act.action.as_str()).collect();
        let action = match trace {
            Trace::Nothing(_) if done.is_empty() => return,
            Trace::Nothing(because) => return self.amiss(format!("{act} ({because}) is found after all: {done:?}")),
            Trace::Found(action) | Trace::Because(action) | Trace::Owed(action, _) | Trace::Later(action) => action,
        };
        let now = self.world.app.now();
        if !own.iter().any(|entry| entry.act.action == action && entry.act.at == now) {
            return self.amiss(format!("{act}: no {action} by {} at {now}, but {done:?}", self.actors[doer].role));
        }
        let page = self.auditor.page(&format!("/staff/audit?action={action}&actor={id}"));
        let rows: Vec<&str> = page.split("<tr").skip(2).collect();
        let is_named = rows.first().is_some_and(|row| row.contains(&name));
        if !is_named {
            return self.amiss(format!("{act}: the page of the log does not name {name} in {:?}", rows.first()));
        }
        // What programs call it stands below its words, and a kind that is offered finds it.
        let is_in_words =
            rows.iter().any(|row| row.contains(&format!("<span class=\"sub\" dir=\"auto\">{action}</span>")));
        let kind = format!("<option value=\"{}.\"", action.split('.').next().unwrap());
        if !is_in_words || !page.contains(&kind) {
            self.amiss(format!("{act}: {action} has no words, or is of no kind: {is_in_words}"));
        }
        match (trace, rows.iter().any(|row| row.contains(why))) {
            (Trace::Because(_), false) => {
                let said: Vec<String> = own.iter().map(|entry| entry.act.detail.to_string()).collect();
                self.amiss(format!("{act}: nobody reads why in {said:?}"));
            }
            (Trace::Owed(_, point), true) => self.amiss(format!("{act}: its why is there now ({point}): say Because")),
            _ => {}
        }
    }

    /// Fails with all that was wrong, and where a form of the tables was not sent.
    pub fn end(mut self) {
        let all: BTreeSet<&str> = table::acts().filter_map(|(act, _, _)| table::act_of(act)).collect();
        let left: Vec<&str> = all.into_iter().filter(|act| !self.walked.contains(act)).collect();
        if !left.is_empty() {
            self.wrong.push(format!("not sent: {left:#?}"));
        }
        assert!(self.wrong.is_empty(), "by owner: {}\n{}", self.by_owner, self.wrong.join("\n"));
    }
}

/// A file of a form, in which [`WHY`] may stand.
#[derive(Clone, Copy)]
pub struct File {
    pub field: &'static str,
    pub name: &'static str,
    pub bytes: &'static [u8],
    pub says_why: bool,
}

impl File {
    /// One without a reason in it.
    pub fn plain(field: &'static str, name: &'static str, bytes: &'static [u8]) -> Self {
        Self { field, name, bytes, says_why: false }
    }

    fn with(self, why: &str) -> (&'static str, &'static str, Vec<u8>) {
        let bytes = match self.says_why {
            true => String::from_utf8_lossy(self.bytes).replace(WHY, why).into_bytes(),
            false => self.bytes.to_vec(),
        };
        (self.field, self.name, bytes)
    }
}

/// Returns what it takes to send a form to an address.
fn needs(act: &str) -> Option<&'static str> {
    let route = table::act_of(act)?;
    table::acts().find(|(path, _, _)| table::act_of(path) == Some(route)).map(|(_, needs, _)| needs)
}

fn sent(
    browser: &mut Browser<'_>,
    form: &Form,
    fields: &[(String, String)],
    file: Option<(&'static str, &'static str, Vec<u8>)>,
) -> Answer {
    match form.is_multipart {
        true => {
            let file = file.as_ref().map(|(field, name, bytes)| (*field, *name, bytes.as_slice()));
            browser.upload(form, fields, file)
        }
        false => browser.post_all(&form.action, fields),
    }
}

/// Returns what a page says is wrong.
fn said(answer: &Answer) -> String {
    let text = answer.text();
    let from = text.find("role=\"alert\"").or_else(|| text.find("<h1")).unwrap_or_default();
    text[from..].chars().take(400).collect()
}
