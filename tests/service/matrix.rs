//! Who may do what: every operation of the document, tried by everybody there is, with the real sessions and API tokens.
//! The table says what is meant; the document has to say the same, and the running service has to do it. The same with
//! memberships and tokens that are limited to events, and the ids of other events: `scopes`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use testamur::accounts::Permission::{self, Generate, Import, Keys, Revoke, Send, Settings, View};
use testamur::accounts::{Role, setup_link};
use testamur::server::{Limits, accounts, openapi};
use testamur::store::{MemoryStore, SledStore, Store};

use crate::document;
use crate::harness::{Answer, World};
use crate::runs::desk;

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Nothing.
    Nothing,
    /// To be somebody, by a session or a token.
    Somebody,
    /// To be logged in: it is about one's own account.
    Own,
    /// A permission, by a session or a token.
    May(Permission),
    /// A permission and a session: a token is not enough.
    InSession(Permission),
    /// A permission, and to be a person: tokens decide nothing.
    Decides(Permission),
    /// To see, and the permission for what the run does; so at least one of those.
    SomeRun,
}
use Needs::{Decides, InSession, May, Nothing, Own, SomeRun, Somebody};

/// One row for each operation of the document.
const TABLE: &[(&str, Needs)] = &[
    ("GET /api/v1/approvals", May(View)),
    ("GET /api/v1/approvals/{id}", May(View)),
    ("POST /api/v1/approvals/{id}/approve", Decides(Revoke)),
    ("POST /api/v1/approvals/{id}/reject", Decides(Revoke)),
    ("GET /api/v1/audit", May(Settings)),
    ("GET /api/v1/audit/check", May(Settings)),
    ("GET /api/v1/audit/export", May(Settings)),
    ("GET /api/v1/backups", May(Settings)),
    ("POST /api/v1/backups", May(Settings)),
    ("POST /api/v1/backups/drill", May(Settings)),
    ("PUT /api/v1/backups/elsewhere", May(Settings)),
    ("DELETE /api/v1/backups/elsewhere", May(Settings)),
    ("GET /api/v1/upkeep", May(Settings)),
    ("PUT /api/v1/upkeep", May(Settings)),
    ("GET /api/v1/certificates", May(View)),
    ("GET /api/v1/certificates/archive", May(View)),
    ("GET /api/v1/certificates/csv", May(View)),
    ("POST /api/v1/certificates/restore", May(Revoke)),
    ("POST /api/v1/certificates/revoke", May(Revoke)),
    ("GET /api/v1/certificates/{number}", May(View)),
    ("GET /api/v1/certificates/{number}/file", May(View)),
    ("POST /api/v1/certificates/{number}/reissue", May(Revoke)),
    ("POST /api/v1/certificates/{number}/restore", May(Revoke)),
    ("POST /api/v1/certificates/{number}/revoke", May(Revoke)),
    ("GET /api/v1/certificates/{number}/shown", May(View)),
    ("POST /api/v1/certificates/{number}/shown", May(Import)),
    ("GET /api/v1/corrections", May(View)),
    ("POST /api/v1/corrections", May(Import)),
    ("GET /api/v1/corrections/{id}", May(View)),
    ("POST /api/v1/corrections/{id}/approve", May(Generate)),
    ("POST /api/v1/corrections/{id}/reject", May(Generate)),
    ("GET /api/v1/duplicates", May(View)),
    ("POST /api/v1/erase", May(Import)),
    ("GET /api/v1/events", May(View)),
    ("POST /api/v1/events", May(Import)),
    ("GET /api/v1/events/{code}", May(View)),
    ("DELETE /api/v1/events/{code}", May(Import)),
    ("PATCH /api/v1/events/{code}", May(Import)),
    ("DELETE /api/v1/events/{code}/archived", May(Import)),
    ("PUT /api/v1/events/{code}/archived", May(Import)),
    ("POST /api/v1/events/{code}/attendance", May(Import)),
    ("GET /api/v1/events/{code}/badge", May(View)),
    ("POST /api/v1/events/{code}/copy", May(Import)),
    ("PUT /api/v1/events/{code}/course", May(Import)),
    ("GET /api/v1/events/{code}/duplicates", May(View)),
    ("DELETE /api/v1/events/{code}/early", May(Generate)),
    ("PUT /api/v1/events/{code}/early", May(Generate)),
    ("GET /api/v1/events/{code}/eligibility", May(View)),
    ("GET /api/v1/events/{code}/eligibility-counts", May(View)),
    ("GET /api/v1/events/{code}/eligibility-histogram", May(View)),
    ("GET /api/v1/events/{code}/eligibility-report", May(View)),
    ("POST /api/v1/events/{code}/eligibility/what-if", May(View)),
    ("GET /api/v1/events/{code}/eligibility/{person}", May(View)),
    ("GET /api/v1/events/{code}/exceptions", May(View)),
    ("POST /api/v1/events/{code}/exceptions", May(Import)),
    ("POST /api/v1/events/{code}/exceptions/import", May(Import)),
    ("DELETE /api/v1/events/{code}/exceptions/{person}", May(Import)),
    ("GET /api/v1/events/{code}/exclusions", May(View)),
    ("POST /api/v1/events/{code}/exclusions", May(Import)),
    ("POST /api/v1/events/{code}/exclusions/import", May(Import)),
    ("DELETE /api/v1/events/{code}/exclusions/{person}", May(Import)),
    ("GET /api/v1/events/{code}/imports", May(View)),
    ("POST /api/v1/events/{code}/imports", May(Import)),
    ("POST /api/v1/events/{code}/imports/report", May(Import)),
    ("POST /api/v1/events/{code}/imports/shape", May(Import)),
    ("GET /api/v1/events/{code}/imports/{import}", May(View)),
    ("GET /api/v1/events/{code}/imports/{import}/report", May(View)),
    ("POST /api/v1/events/{code}/issue-now", May(Generate)),
    ("GET /api/v1/events/{code}/lint", May(View)),
    ("POST /api/v1/events/{code}/listings", May(Import)),
    ("POST /api/v1/events/{code}/listings/preview", May(View)),
    ("GET /api/v1/events/{code}/mail", May(View)),
    ("PUT /api/v1/events/{code}/mail", May(Send)),
    ("POST /api/v1/events/{code}/mail/preview", May(View)),
    ("POST /api/v1/events/{code}/mail/test", May(Send)),
    ("POST /api/v1/events/{code}/merge", May(Import)),
    ("GET /api/v1/participants", May(View)),
    ("GET /api/v1/events/{code}/pictures", May(View)),
    ("GET /api/v1/events/{code}/previewed", May(View)),
    ("POST /api/v1/events/{code}/previewed", May(Import)),
    ("GET /api/v1/events/{code}/participants", May(View)),
    ("POST /api/v1/events/{code}/participants", May(Import)),
    ("DELETE /api/v1/events/{code}/participants/{person}", May(Import)),
    ("GET /api/v1/events/{code}/participants/{person}", May(View)),
    ("PATCH /api/v1/events/{code}/participants/{person}", May(Import)),
    ("GET /api/v1/events/{code}/participants/{person}/enrolments", May(View)),
    ("POST /api/v1/events/{code}/participants/{person}/erase", May(Import)),
    ("GET /api/v1/events/{code}/participants/{person}/history", May(View)),
    ("POST /api/v1/events/{code}/participants/{person}/request", May(Generate)),
    ("GET /api/v1/events/{code}/ready", May(View)),
    ("GET /api/v1/events/{code}/rule", May(View)),
    ("PUT /api/v1/events/{code}/rule", May(Import)),
    ("GET /api/v1/events/{code}/rule/versions", May(View)),
    ("POST /api/v1/events/{code}/specimen", May(View)),
    ("POST /api/v1/events/{code}/spot-check", May(View)),
    ("POST /api/v1/events/{code}/state", May(Import)),
    ("GET /api/v1/figures", May(View)),
    ("GET /api/v1/events/{code}/try-list", May(View)),
    ("GET /api/v1/events/{code}/try-names", May(View)),
    ("PUT /api/v1/events/{code}/badge", May(Import)),
    ("DELETE /api/v1/events/{code}/badge", May(Import)),
    ("GET /api/v1/address-requests", May(View)),
    ("GET /api/v1/address-requests/{number}", May(View)),
    ("POST /api/v1/address-requests/{number}/approve", May(Import)),
    ("POST /api/v1/address-requests/{number}/reject", May(Import)),
    ("GET /api/v1/certificates/{number}/person", May(View)),
    ("DELETE /api/v1/import-shapes/{shape}", May(Import)),
    ("GET /api/v1/import-shapes/{shape}", May(Import)),
    ("GET /api/v1/keys", May(View)),
    ("POST /api/v1/keys/lock", May(Keys)),
    ("POST /api/v1/keys/rotate", May(Keys)),
    ("POST /api/v1/keys/unlock", May(Keys)),
    ("POST /api/v1/keys/{id}/compromise", May(Keys)),
    ("GET /api/v1/keys/{id}/drill", May(View)),
    ("POST /api/v1/login", Nothing),
    ("POST /api/v1/login/second-step", Nothing),
    ("POST /api/v1/logout", Own),
    ("GET /api/v1/mail", May(View)),
    ("POST /api/v1/mail/bounces", May(Send)),
    ("GET /api/v1/mail/days", May(View)),
    ("GET /api/v1/mail/messages", May(View)),
    ("POST /api/v1/mail/messages/{id}/seen", May(Send)),
    ("GET /api/v1/settings/address", May(Settings)),
    ("PUT /api/v1/settings/address", May(Settings)),
    ("GET /api/v1/settings/language", May(Settings)),
    ("PUT /api/v1/settings/language", May(Settings)),
    ("GET /api/v1/settings/time-zone", May(Settings)),
    ("PUT /api/v1/settings/time-zone", May(Settings)),
    ("GET /api/v1/mail/relay", May(Settings)),
    ("PUT /api/v1/mail/relay", May(Settings)),
    ("DELETE /api/v1/mail/relay", May(Settings)),
    ("POST /api/v1/mail/relay/test", May(Settings)),
    ("GET /api/v1/mail/messages/{id}", May(View)),
    ("POST /api/v1/mail/messages/{id}/report", May(Send)),
    ("POST /api/v1/mail/messages/{id}/resend", May(Send)),
    ("POST /api/v1/mail/resend", May(Send)),
    ("POST /api/v1/mail/resend/preview", May(View)),
    ("POST /api/v1/mail/stop", May(Send)),
    ("GET /api/v1/me", Own),
    ("PATCH /api/v1/me", Own),
    ("POST /api/v1/me/password", Own),
    ("POST /api/v1/me/recovery-codes", Own),
    ("POST /api/v1/me/recovery-sheet", Own),
    ("GET /api/v1/me/sessions", Own),
    ("DELETE /api/v1/me/sessions/{id}", Own),
    ("GET /api/v1/me/tokens", Own),
    ("POST /api/v1/me/tokens", Own),
    ("DELETE /api/v1/me/tokens/{id}", Own),
    ("POST /api/v1/me/two-step", Own),
    ("POST /api/v1/me/two-step/confirm", Own),
    ("POST /api/v1/me/two-step/remove", Own),
    ("POST /api/v1/password", Nothing),
    ("POST /api/v1/password/lost", Nothing),
    ("POST /api/v1/password/recover", Nothing),
    ("POST /api/v1/persons/join", May(Import)),
    ("POST /api/v1/persons/split", May(Import)),
    ("GET /api/v1/publish", May(View)),
    ("POST /api/v1/publish", May(Keys)),
    ("GET /api/v1/publish/site", May(View)),
    ("POST /api/v1/publish/site", May(Keys)),
    ("GET /api/v1/runs", May(View)),
    ("POST /api/v1/runs", May(Generate)), // The example generates; `a_run_needs_the_permission_for_what_it_does` has all.
    ("POST /api/v1/runs/preview", May(View)),
    ("POST /api/v1/runs/together", May(Generate)), // The example makes anew.
    ("POST /api/v1/runs/together/preview", May(View)),
    ("GET /api/v1/runs/{id}", May(View)),
    ("POST /api/v1/runs/{id}/cancel", SomeRun),
    ("GET /api/v1/runs/{id}/events", May(View)),
    ("POST /api/v1/runs/{id}/retry", SomeRun),
    ("GET /api/v1/runs/{id}/rows", May(View)),
    ("POST /api/v1/setup", Nothing),
    ("GET /api/v1/standing", May(View)),
    ("GET /api/v1/staff", May(Settings)),
    ("POST /api/v1/staff", InSession(Settings)),
    ("DELETE /api/v1/staff/{id}", InSession(Settings)),
    ("GET /api/v1/staff/{id}", May(Settings)),
    ("PATCH /api/v1/staff/{id}", InSession(Settings)),
    ("POST /api/v1/staff/{id}/link", InSession(Settings)),
    ("DELETE /api/v1/staff/{id}/two-step", InSession(Settings)),
    ("GET /api/v1/template-designs", May(Import)),
    ("POST /api/v1/template-designs", May(Import)),
    ("POST /api/v1/template-designs/from-file", May(Import)),
    ("DELETE /api/v1/template-designs/{design}", May(Import)),
    ("GET /api/v1/template-designs/{design}", May(Import)),
    ("GET /api/v1/template-designs/{design}/archive", May(Import)),
    ("POST /api/v1/template-designs/{design}/changes", May(Import)),
    ("POST /api/v1/template-designs/{design}/files", May(Import)),
    ("POST /api/v1/template-designs/{design}/keep", May(Import)),
    ("GET /api/v1/template-designs/{design}/names", May(Import)),
    ("GET /api/v1/template-designs/{design}/page", May(Import)),
    ("POST /api/v1/template-designs/{design}/redo", May(Import)),
    ("POST /api/v1/template-designs/{design}/undo", May(Import)),
    ("GET /api/v1/templates", May(View)),
    ("POST /api/v1/templates", May(Import)),
    ("POST /api/v1/templates/check", May(Import)),
    ("POST /api/v1/templates/drawing", May(Import)),
    ("POST /api/v1/templates/look-over", May(Import)),
    ("DELETE /api/v1/templates/{name}", May(Import)),
    ("GET /api/v1/templates/{name}", May(View)),
    ("PUT /api/v1/templates/{name}", May(Import)),
    ("GET /api/v1/templates/{name}/archive", May(View)),
    ("GET /api/v1/templates/{name}/compare", May(View)),
    ("GET /api/v1/templates/{name}/files/{file}", May(View)),
    ("POST /api/v1/templates/{name}/preview", May(View)),
    ("GET /api/v1/templates/{name}/roll-out", May(View)),
    ("POST /api/v1/templates/{name}/roll-out", May(Import)),
    ("GET /api/v1/tokens", May(Settings)),
    ("DELETE /api/v1/tokens/{id}", InSession(Settings)),
    ("POST /api/v1/verify", Nothing),
    ("GET /api/v1/verify/{id}", Nothing),
    ("GET /api/v1/webhooks", May(Settings)),
    ("POST /api/v1/webhooks", May(Settings)),
    ("DELETE /api/v1/webhooks/{id}", May(Settings)),
    ("GET /api/v1/webhooks/{id}", May(Settings)),
    ("PATCH /api/v1/webhooks/{id}", May(Settings)),
    ("GET /api/v1/webhooks/{id}/deliveries", May(Settings)),
    ("POST /api/v1/webhooks/{id}/deliveries/{message}/redeliver", May(Settings)),
    ("POST /api/v1/webhooks/{id}/ping", May(Settings)),
    ("POST /api/v1/webhooks/{id}/secret", May(Settings)),
];

/// What is served besides the document.
const BESIDES: &[(&str, Needs)] = &[
    ("GET /api/v1/docs", Nothing),
    ("GET /api/v1/docs/reader.css", Nothing),
    ("GET /api/v1/docs/reader.js", Nothing),
    ("GET /api/v1/openapi.json", Nothing),
    ("GET /healthz", Nothing),
    ("GET /metrics", Nothing),
    ("GET /password", Nothing),
    ("GET /readyz", Nothing),
    ("GET /setup", Nothing),
    ("GET /vc/issuer", Somebody),
    ("POST /vc/credentials/issue", May(Generate)),
    ("POST /vc/credentials/status", May(Revoke)),
    ("POST /vc/credentials/verify", Somebody),
    ("POST /vc/presentations/verify", Somebody),
    ("GET /vc/status/revocation", Nothing),
];

/// Returns a body for what is not in the document.
fn body_besides(operation: &str) -> Option<Value> {
    match operation {
        "POST /vc/credentials/issue" => Some(json!({ "credential": {} })),
        "POST /vc/credentials/verify" => Some(json!({ "verifiableCredential": {} })),
        "POST /vc/presentations/verify" => Some(json!({ "verifiablePresentation": {} })),
        "POST /vc/credentials/status" => Some(json!({
            "credentialId": "https://academy.example/c/CERT-WORKSHOP-2026-00001-abcdefgh",
            "credentialStatus": { "type": "BitstringStatusListEntry" },
        })),
        _ => None,
    }
}

/// How somebody shows who they are.
#[derive(Debug, Clone)]
enum Shows {
    Nothing,
    Session {
        cookie: String,
        csrf: String,
    },
    /// The page of another site made the browser send the cookie.
    CookieOnly(String),
    Token(String),
    /// A token whose time is over.
    OldToken(String),
}

/// Somebody who asks.
#[derive(Debug, Clone)]
struct Person {
    name: String,
    may: BTreeSet<Permission>,
    shows: Shows,
}

/// What comes of it.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// Anything but 401 and 403.
    Allowed,
    /// 403 with this code.
    Refused(&'static str),
    /// 401 with this code.
    Unknown(&'static str),
}
use Outcome::{Allowed, Refused, Unknown};

/// Returns what has to come of it.
fn expected(operation: &str, needs: Needs, who: &Person) -> Outcome {
    let reads = operation.starts_with("GET ");
    if needs == Nothing {
        return Allowed;
    }
    match &who.shows {
        Shows::Nothing => return Unknown("unauthenticated"),
        Shows::OldToken(_) => return Unknown("bad-token"),
        Shows::CookieOnly(_) if !reads => return Refused("csrf"),
        Shows::Token(_) if matches!(needs, Own | InSession(_)) => return Refused("session-needed"),
        Shows::Token(_) if matches!(needs, Decides(_)) => return Refused("forbidden"),
        _ => {}
    }
    let may = |permission| who.may.contains(&permission);
    let allowed = match needs {
        Nothing | Somebody | Own => true,
        May(permission) | InSession(permission) | Decides(permission) => may(permission),
        SomeRun => may(View) && [Generate, Revoke, Keys, Send].into_iter().any(may),
    };
    if allowed { Allowed } else { Refused("forbidden") }
}

/// Returns what came of it.
fn outcome(needs: Needs, answer: &Answer) -> Outcome {
    let code = || answer.json()["code"].as_str().unwrap_or_default().to_owned();
    let known = |names: &[&'static str]| {
        let code = code();
        names.iter().copied().find(|name| *name == code).unwrap_or("another code")
    };
    match answer.status.as_u16() {
        // A wrong password is a wrong password, not a missing permission.
        401 if needs == Nothing && code() == "wrong-credentials" => Allowed,
        401 => Unknown(known(&["unauthenticated", "bad-token", "session-ended"])),
        403 => Refused(known(&["forbidden", "csrf", "session-needed"])),
        // Somebody who may has locked the keys before.
        503 if code() == "keys-locked" => Allowed,
        500.. => panic!("{}: {}", answer.status, answer.text()),
        _ => Allowed,
    }
}

/// The service with the real accounts, and who uses it.
struct Staffed {
    world: World,
    staff: Vec<Person>,
}

const PASSWORD: &str = "a password for tests only";

impl Staffed {
    fn over(store: Arc<dyn Store>) -> Self {
        let limits = Limits { public_per_second: 1_000_000, ..Limits::default() };
        let world = World::changed(store, tempfile::tempdir().unwrap(), limits, |parts| {
            parts.authenticator = accounts();
            parts.vc_api = true;
        });
        let link = setup_link(&desk(&world)).unwrap().unwrap();
        let owner =
            json!({ "token": link.expose(), "name": "Ada", "email": "owner@example.org", "password": PASSWORD });
        assert_eq!(world.tell("", "POST", "/setup", &owner).status, 201);
        let mut staffed = Self { world, staff: Vec::new() };
        let owner = staffed.member(Role::Owner);
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Owner) {
            let body = json!({ "name": "Some One", "email": format!("{role}@example.org"), "roles": [role] });
            let link = staffed.send(&owner, "POST /api/v1/staff", "/api/v1/staff", Some(&body)).ok();
            let body = json!({ "token": link["token"], "password": PASSWORD });
            staffed.world.tell("", "POST", "/password", &body).ok();
            let member = staffed.member(role);
            staffed.staff.push(member);
        }
        staffed.tokens(&owner);
        if let Shows::Session { cookie, .. } = &staffed.member(Role::Owner).shows {
            let shows = Shows::CookieOnly(cookie.clone());
            staffed.staff.push(Person { name: "owner without CSRF header".to_owned(), shows, ..owner.clone() });
        }
        staffed.staff.push(owner);
        staffed.staff.push(Person { name: "nobody".to_owned(), may: [].into(), shows: Shows::Nothing });
        staffed
    }

    /// Logs a member in.
    fn member(&self, role: Role) -> Person {
        let body = json!({ "email": format!("{role}@example.org"), "password": PASSWORD });
        let answer = self.world.tell("", "POST", "/login", &body);
        let csrf = answer.ok()["csrfToken"].as_str().unwrap().to_owned();
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Person { name: role.to_string(), may: role.permissions(), shows: Shows::Session { cookie, csrf } }
    }

    /// Makes a token with each single scope, and one whose time is over.
    fn tokens(&mut self, owner: &Person) {
        let make = |scopes: Value, expires: &str| {
            let body = json!({ "name": "test", "scopes": scopes, "expires": expires, "password": PASSWORD });
            let made = self.send(owner, "POST /api/v1/me/tokens", "/api/v1/me/tokens", Some(&body)).ok();
            made["secret"].as_str().unwrap().to_owned()
        };
        let old = make(json!(Permission::ALL), "2026-11-22T10:00:10Z");
        let mut made =
            vec![Person { name: "expired token".to_owned(), may: Permission::ALL.into(), shows: Shows::OldToken(old) }];
        for permission in Permission::ALL {
            let shows = Shows::Token(make(json!([permission]), "2026-12-22T10:00:00Z"));
            made.push(Person { name: format!("token {permission}"), may: [permission].into(), shows });
        }
        self.world.pass(11);
        self.staff.extend(made);
    }

    fn send(&self, who: &Person, operation: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(operation.split(' ').next().unwrap()).uri(path);
        request = match &who.shows {
            Shows::Nothing => request,
            Shows::Session { cookie, csrf } => request.header("cookie", cookie).header("x-csrf-token", csrf),
            Shows::CookieOnly(cookie) => request.header("cookie", cookie),
            Shows::Token(token) | Shows::OldToken(token) => request.header("authorization", format!("Bearer {token}")),
        };
        match body {
            Some(body) => self.world.send("", request.header("content-type", "application/json"), body.to_string()),
            None => self.world.send("", request, Body::empty()),
        }
    }
}

#[test]
fn each_operation_is_done_for_those_who_may_and_for_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let sled = SledStore::create(&folder.path().join("store")).unwrap();
    for store in [Arc::new(MemoryStore::new()) as Arc<dyn Store>, Arc::new(sled)] {
        let mut staffed = Staffed::over(store);
        assert_eq!(staffed.staff.len(), 5 + Permission::ALL.len() + 3, "roles, tokens, and three who show too little");
        let described = document::operations(&openapi());
        let (mut wrong, mut cells) = (Vec::new(), 0);
        for (operation, needs) in TABLE.iter().chain(BESIDES) {
            for place in 0..staffed.staff.len() {
                let who = &staffed.staff[place];
                let (path, body) = match described.get(*operation) {
                    Some(described) => (described.path(), described.body()),
                    None => (operation.split(' ').nth(1).unwrap().to_owned(), body_besides(operation)),
                };
                let answer = staffed.send(who, operation, &path, body.as_ref());
                let (is, should) = (outcome(*needs, &answer), expected(operation, *needs, who));
                cells += 1;
                if is != should {
                    wrong.push(format!("{operation} by {}: {is:?}, not {should:?}; {}", who.name, answer.text()));
                }
                // Whoever logged out is nobody from here on: the next needs a session of its own.
                if answer.text().contains("\"code\":\"bad-body\"") {
                    wrong.push(format!("{operation}: the example is not what is read: {}", answer.text()));
                }
                assert_ne!(answer.status, 405, "{operation}");
                if *operation == "POST /api/v1/logout" && answer.status == 204 {
                    let again = staffed.member(who.name.parse().unwrap());
                    staffed.staff[place] = again;
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn the_document_says_what_each_operation_needs() {
    let table: BTreeMap<_, _> = TABLE.iter().copied().collect();
    assert_eq!(table.len(), TABLE.len(), "each operation has one row");
    let described = document::operations(&openapi());
    for (name, operation) in &described {
        let Some(needs) = table.get(name.as_str()) else { panic!("{name} has no row in the table") };
        let some_run = json!(["generate", "revoke", "keys", "send"]);
        let permission = match needs {
            _ if ["POST /api/v1/runs", "POST /api/v1/runs/together"].contains(&name.as_str()) => some_run,
            Nothing => json!("public"),
            Own => json!("account"),
            May(permission) | InSession(permission) | Decides(permission) => json!(permission),
            SomeRun => some_run,
            Somebody => unreachable!("nothing in the document"),
        };
        assert_eq!(operation.details["x-permission"], permission, "{name}");
        let security = match needs {
            Nothing => json!([{}]),
            Own | InSession(_) | Decides(_) => json!([{ "session": [] }]),
            _ => Value::Null, // The document's own: a token or a session.
        };
        assert_eq!(operation.details["security"], security, "{name}");
    }
    for (name, _) in TABLE {
        assert!(described.contains_key(*name), "{name} is not in the document");
    }
}

#[test]
fn a_run_needs_the_permission_for_what_it_does() {
    let staffed = Staffed::over(Arc::new(MemoryStore::new()));
    let event = json!("WORKSHOP");
    let kinds = [
        (json!({ "kind": "generate", "event": event }), Generate),
        (json!({ "kind": "regenerate", "event": event, "over": "already_issued" }), Generate),
        (json!({ "kind": "regenerate", "event": event, "over": "not_passing" }), Revoke),
        (json!({ "kind": "revoke", "event": event, "reason": { "cause": "fraud" } }), Revoke),
        (json!({ "kind": "restore", "event": event }), Revoke),
        (json!({ "kind": "publish" }), Keys),
        (json!({ "kind": "send", "event": event }), Send),
    ];
    for (request, permission) in kinds {
        for who in &staffed.staff {
            let name = "POST /api/v1/runs";
            let answer = staffed.send(who, name, "/api/v1/runs", Some(&request));
            let should = expected(name, May(permission), who);
            assert_eq!(outcome(May(permission), &answer), should, "{request} by {}: {}", who.name, answer.text());
        }
    }
}

#[test]
fn a_run_is_stopped_and_repeated_by_who_might_have_started_it() {
    let staffed = Staffed::over(Arc::new(MemoryStore::new()));
    let owner = staffed.staff.iter().find(|who| who.name == "owner").unwrap().clone();
    let workshop = json!({ "code": "WORKSHOP", "details": { "title": "Workshop", "template": "classic" } });
    let ask = |path: &str, body: &Value| staffed.send(&owner, "POST", path, Some(body)).ok();
    ask("/api/v1/events", &workshop);
    ask("/api/v1/events/WORKSHOP/participants", &json!({ "name": "Ada", "progress": { "passed": true } }));
    let rule = json!({ "rule": "passed" });
    staffed.send(&owner, "PUT", "/api/v1/events/WORKSHOP/rule", Some(&rule)).ok();
    ask("/api/v1/events/WORKSHOP/state", &json!({ "to": "completed" }));
    let kinds = [(json!({ "kind": "generate", "event": "WORKSHOP" }), Generate), (json!({ "kind": "publish" }), Keys)];
    for (request, permission) in kinds {
        let run = ask("/api/v1/runs", &request)["id"].as_str().unwrap().to_owned();
        for who in &staffed.staff {
            // A run that is not over cannot be repeated, which only those learn who may.
            let name = format!("POST /api/v1/runs/{run}/retry");
            let answer = staffed.send(who, &name, &format!("/api/v1/runs/{run}/retry"), None);
            let mut should = expected(&name, May(permission), who);
            if should == Allowed && !who.may.contains(&View) {
                should = Refused("forbidden");
            }
            assert_eq!(outcome(May(permission), &answer), should, "{request} by {}: {}", who.name, answer.text());
            if should == Allowed {
                assert_eq!(answer.status, 409, "{}", answer.text());
            }
        }
    }
}

#[test]
fn a_member_of_staff_is_not_changed_unseen() {
    let staffed = Staffed::over(Arc::new(MemoryStore::new()));
    let owner = staffed.staff.iter().find(|who| who.name == "owner").unwrap();
    let Shows::Session { cookie, csrf } = &owner.shows else { panic!("owners log in") };
    let all = staffed.send(owner, "GET", "/api/v1/staff", None).ok();
    let viewer = all["items"].as_array().unwrap().iter().find(|one| one["email"] == "viewer@example.org").unwrap();
    let path = format!("/api/v1/staff/{}", viewer["id"].as_str().unwrap());
    let on = |method: &str, tag: &str, body: &Value| {
        let condition = if method == "GET" { "if-none-match" } else { "if-match" };
        let request = Request::builder().method(method).uri(&path).header(condition, tag);
        let request = request.header("cookie", cookie).header("x-csrf-token", csrf);
        staffed.world.send("", request.header("content-type", "application/json"), body.to_string())
    };
    let old = staffed.send(owner, "GET", &path, None).etag();
    assert_eq!(on("GET", &old, &Value::Null).status, 304);
    let new = on("PATCH", &old, &json!({ "name": "Ben" })).etag();
    assert_ne!(old, new);
    assert_eq!(on("GET", &old, &Value::Null).ok()["name"], "Ben");
    on("PATCH", &old, &json!({ "name": "Eve" })).problem(412, "changed-meanwhile");
    on("DELETE", &old, &Value::Null).problem(412, "changed-meanwhile");
    assert_eq!(on("DELETE", &new, &Value::Null).status, 204);
}
