//! The accounts' story over HTTP, on memory and sled, with a clock of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use totp_rs::{Builder, Totp};
use tower::ServiceExt;

use crate::accounts::{Permission, Role, permissions, setup_link};
use crate::credential::Timestamp;
use crate::desk::{Actor, Desk, Issuer};
use crate::making::Faces;
use crate::reading::Reader;
use crate::server::{App, Limits, Parts, Vault, accounts, router};
use crate::store::{Collection, MemoryStore, SledStore, Store};
use crate::template::FontLibrary;
use crate::vault::KeyFolder;

const START: i64 = 1_800_000_000;
const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "a long enough secret";

/// A service with one owner, Ada.
struct Service {
    router: Router,
    store: Arc<dyn Store>,
    clock: Arc<AtomicI64>,
}

/// A browser's session.
#[derive(Clone, Default)]
struct Session {
    cookie: String,
    csrf: String,
}

struct Answer {
    status: StatusCode,
    headers: header::HeaderMap,
    body: Value,
}

impl Answer {
    #[track_caller]
    fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    #[track_caller]
    fn refused(self, status: u16, code: &str) {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(self.is(status)["code"], code);
    }
}

impl Service {
    /// Starts a service over a store, and sets it up.
    async fn start(store: Arc<dyn Store>, keys: &std::path::Path) -> (Self, Session) {
        let issuer = Issuer {
            host: "example.org".into(),
            name: "Example".into(),
            verifier: "example.org/verify".into(),
            zone: Default::default(),
            language: Default::default(),
            render_method: false,
        };
        KeyFolder::create(keys, &issuer.did(), &issuer.name, "passphrase", Timestamp::from_unix(START)).unwrap();
        let now = Timestamp::from_unix(START);
        let link = setup_link(&Desk { store: &*store, issuer: &issuer, actor: &Actor::System, now }).unwrap().unwrap();
        let clock = Arc::new(AtomicI64::new(START));
        let app = App::new(Parts {
            portal: Default::default(),
            store: Arc::clone(&store),
            issuer,
            faces: Faces::new(FontLibrary::builtin()),
            vault: Vault::open(keys, "passphrase", None, Vec::new(), 7).unwrap(),
            reader: Reader::here(),
            clock: {
                let clock = Arc::clone(&clock);
                Arc::new(move || Timestamp::from_unix(clock.load(Ordering::SeqCst)))
            },
            authenticator: accounts(),
            limits: Limits::default(),
            hooks: crate::webhooks::Rules::default(),
            vc_api: false,
            behind_proxy: 0,
            public_url: crate::server::PublicUrl::default(),
            mail: None,
            mail_sealed: None,
            fixed: Default::default(),
            data: None,
            steady: None,
        })
        .unwrap();
        let service = Self { router: router(app), store, clock };
        let owner = json!({ "token": link.expose(), "email": EMAIL, "name": "Ada", "password": PASSWORD });
        let made = service.send("POST", "/setup", &[], Some(owner.clone())).await.is(201);
        assert_eq!((&made["email"], &made["roles"]), (&json!(EMAIL), &json!(["owner"])));
        service.send("POST", "/setup", &[], Some(owner)).await.refused(409, "set-up-done");
        let session = service.login(EMAIL).await;
        (service, session)
    }

    fn later(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let (head, body) = self.router.clone().oneshot(request.unwrap()).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: head.status, headers: head.headers, body }
    }

    /// Asks within a session, as the page does.
    async fn ask(&self, session: &Session, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(method, path, &[("cookie", &session.cookie), ("x-csrf-token", &session.csrf)], body).await
    }

    async fn try_login(&self, email: &str, password: &str) -> Answer {
        self.send("POST", "/login", &[], Some(json!({ "email": email, "password": password }))).await
    }

    async fn login(&self, email: &str) -> Session {
        opened(self.try_login(email, PASSWORD).await)
    }

    /// Invites a member and logs it in; returns its id too.
    async fn member(&self, owner: &Session, email: &str, roles: &[Role]) -> (String, Session) {
        let body = json!({ "email": email, "name": "Some One", "roles": roles });
        let link = self.ask(owner, "POST", "/staff", Some(body)).await.is(201);
        let accept = json!({ "token": link["token"], "password": PASSWORD });
        self.send("POST", "/password", &[], Some(accept.clone())).await.is(200);
        self.send("POST", "/password", &[], Some(accept)).await.refused(422, "bad-link");
        (link["staff"].as_str().unwrap().to_owned(), self.login(email).await)
    }
}

#[track_caller]
fn opened(answer: Answer) -> Session {
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    for part in
        ["__Host-testamur_session=", "; HttpOnly", "; SameSite=Strict", "; Secure", "; Path=/", "; Max-Age=604800"]
    {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let csrf = answer.is(200)["csrfToken"].as_str().unwrap().to_owned();
    Session { cookie: cookie.split(';').next().unwrap().to_owned(), csrf }
}

/// Tells a story to a service on every engine.
fn on_each_engine(story: impl AsyncFn(&Service, &Session)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let stores: [Arc<dyn Store>; 2] =
        [Arc::new(MemoryStore::new()), Arc::new(SledStore::create(&folder.path().join("store")).unwrap())];
    for (index, store) in stores.into_iter().enumerate() {
        runtime.block_on(async {
            let (service, session) = Service::start(store, &folder.path().join(format!("keys{index}"))).await;
            story(&service, &session).await;
        });
    }
}

#[test]
fn a_session_reads_with_its_cookie_and_changes_with_its_csrf_token() {
    on_each_engine(async |service, ada| {
        service.send("GET", "/me", &[], None).await.refused(401, "unauthenticated");
        let me = service.send("GET", "/me", &[("cookie", &ada.cookie)], None).await.is(200);
        assert_eq!((&me["staff"]["email"], &me["csrfToken"]), (&json!(EMAIL), &json!(ada.csrf)));
        assert_eq!(me["permissions"].as_array().unwrap().len(), Permission::ALL.len());

        let bare = [("cookie", ada.cookie.as_str())];
        service.send("POST", "/logout", &bare, None).await.refused(403, "csrf");
        let other = service.login(EMAIL).await;
        let foreign = Session { csrf: other.csrf.clone(), ..ada.clone() };
        service.ask(&foreign, "POST", "/logout", None).await.refused(403, "csrf");

        let gone = service.ask(ada, "POST", "/logout", None).await;
        assert!(gone.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
        gone.is(204);
        service.ask(ada, "GET", "/me", None).await.refused(401, "session-ended");
        service.later(crate::accounts::SESSION_IDLE_SECONDS);
        service.ask(&other, "GET", "/me", None).await.refused(401, "session-ended");
    });
}

#[test]
fn logging_in_answers_alike_and_is_slowed_down() {
    on_each_engine(async |service, _| {
        let wrong = service.try_login(EMAIL, "wrong").await;
        let unknown = service.try_login("nobody@example.org", "wrong").await;
        assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
        wrong.refused(401, "wrong-credentials");
        for _ in 0..4 {
            service.try_login(EMAIL, "wrong").await.refused(401, "wrong-credentials");
        }
        let slowed = service.try_login(EMAIL, PASSWORD).await;
        assert_eq!(slowed.headers[header::RETRY_AFTER], "1");
        slowed.refused(429, "too-many-attempts");
        service.later(1);
        service.login(EMAIL).await;
        let strange = json!({ "email": EMAIL, "password": PASSWORD, "admin": true });
        assert!(service.send("POST", "/login", &[], Some(strange)).await.status.is_client_error());
    });
}

#[test]
fn the_second_step_is_turned_on_used_and_turned_off() {
    on_each_engine(async |service, ada| {
        let begin = |password: &str| json!({ "password": password });
        service.ask(ada, "POST", "/me/two-step", Some(begin("wrong"))).await.refused(422, "wrong-password");
        let offer = service.ask(ada, "POST", "/me/two-step", Some(begin(PASSWORD))).await.is(200);
        let totp = Totp::from_url(offer["url"].as_str().unwrap()).unwrap();
        let secret = data_encoding::BASE32_NOPAD.decode(offer["secret"].as_str().unwrap().as_bytes()).unwrap();
        let typed = Builder::new().with_secret(secret).build().unwrap();
        let code = || totp.generate(service.clock.load(Ordering::SeqCst).unsigned_abs()).to_string();
        assert_eq!(code(), typed.generate(START.unsigned_abs()).to_string());

        let confirm = |code: String| json!({ "code": code });
        let refused = service.ask(ada, "POST", "/me/two-step/confirm", Some(confirm("1".into()))).await;
        refused.refused(422, "wrong-code");
        let codes = service.ask(ada, "POST", "/me/two-step/confirm", Some(confirm(code()))).await.is(200);
        assert_eq!(codes["recoveryCodes"].as_array().unwrap().len(), crate::accounts::RECOVERY_CODES);

        let half = service.try_login(EMAIL, PASSWORD).await;
        assert!(!half.headers.contains_key(header::SET_COOKIE));
        let ticket = half.is(200)["ticket"].as_str().unwrap().to_owned();
        let step = |code: &str| json!({ "ticket": ticket, "code": code });
        service.send("POST", "/login/second-step", &[], Some(step(&code()))).await.refused(422, "wrong-code");
        service.later(60);
        let session = opened(service.send("POST", "/login/second-step", &[], Some(step(&code()))).await);
        let me = service.ask(&session, "GET", "/me", None).await.is(200);
        assert_eq!((&me["staff"]["twoStep"], &me["staff"]["recoveryCodes"]), (&json!(true), &json!(10)));

        let recovery = codes["recoveryCodes"][0].as_str().unwrap();
        let remove = json!({ "password": PASSWORD, "code": recovery });
        service.ask(&session, "POST", "/me/two-step/remove", Some(remove)).await.is(204);
        service.login(EMAIL).await;
    });
}

#[test]
fn sessions_are_listed_and_end_one_by_one_or_with_the_password() {
    on_each_engine(async |service, ada| {
        let [second, third] = [service.login(EMAIL).await, service.login(EMAIL).await];
        let own = service.ask(&second, "GET", "/me", None).await.is(200)["session"].as_str().unwrap().to_owned();
        let listed = service.ask(ada, "GET", "/me/sessions", None).await.is(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 3);
        service.ask(ada, "DELETE", &format!("/me/sessions/{own}"), None).await.is(204);
        service.ask(ada, "DELETE", &format!("/me/sessions/{own}"), None).await.refused(404, "not-found");
        service.ask(&second, "GET", "/me", None).await.refused(401, "session-ended");

        let change = |new: &str| Some(json!({ "current": PASSWORD, "new": new }));
        service.ask(ada, "POST", "/me/password", change("short")).await.refused(422, "weak-password");
        service.ask(ada, "POST", "/me/password", change("another long one")).await.is(204);
        service.ask(&third, "GET", "/me", None).await.refused(401, "session-ended");
        service.ask(ada, "GET", "/me", None).await.is(200);
        service.try_login(EMAIL, PASSWORD).await.refused(401, "wrong-credentials");
    });
}

#[test]
fn staff_is_invited_changed_and_removed_by_owners() {
    on_each_engine(async |service, ada| {
        let (bob, session) = service.member(ada, "bob@example.org", &[Role::Viewer]).await;
        let path = format!("/staff/{bob}");
        let shown = service.ask(ada, "GET", &path, None).await;
        let tag = shown.headers[header::ETAG].to_str().unwrap().to_owned();
        shown.is(200);
        let roles = Some(json!({ "roles": ["issuer"] }));
        let with_tag = [("cookie", ada.cookie.as_str()), ("x-csrf-token", &ada.csrf), ("if-match", &tag)];
        let changed = service.send("PATCH", &path, &with_tag, roles.clone()).await.is(200);
        assert_eq!(changed["roles"], json!(["issuer"]));
        service.send("PATCH", &path, &with_tag, roles).await.refused(412, "changed-meanwhile");
        let me = service.ask(&session, "GET", "/me", None).await.is(200);
        assert_eq!(me["permissions"], json!(permissions(&[Role::Issuer])));

        let taken = Some(json!({ "email": EMAIL }));
        service.ask(ada, "PATCH", &path, taken).await.refused(409, "email-taken");
        service.ask(ada, "PATCH", &path, Some(json!({ "disabled": true }))).await.is(200);
        service.ask(&session, "GET", "/me", None).await.refused(401, "session-ended");
        service.ask(ada, "DELETE", &path, None).await.is(204);
        service.ask(ada, "GET", &path, None).await.refused(404, "not-found");
        let listed = service.ask(ada, "GET", "/staff", None).await.is(200);
        let own = format!("/staff/{}", listed["items"][0]["id"].as_str().unwrap());
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        service.ask(ada, "DELETE", &own, None).await.refused(409, "last-owner");
    });
}

#[test]
fn every_role_gets_what_is_its_own_and_only_owners_the_rest() {
    on_each_engine(async |service, ada| {
        for role in Role::ALL {
            let (id, session) = service.member(ada, &format!("{role}@example.org"), &[role]).await;
            let expires = Timestamp::from_unix(START + 86_400);
            let token = json!({ "name": "x", "scopes": ["view"], "expires": expires, "password": PASSWORD });
            for (method, path, body) in [
                ("GET", "/me", None),
                ("GET", "/me/sessions", None),
                ("GET", "/me/tokens", None),
                ("POST", "/me/tokens", Some(token)),
            ] {
                assert!(service.ask(&session, method, path, body).await.status.is_success(), "{role} {method} {path}");
            }
            let invite = json!({ "email": format!("by-{role}@example.org"), "name": "x", "roles": ["viewer"] });
            for (method, path, body) in [
                ("GET", "/staff".to_owned(), None),
                ("POST", "/staff".to_owned(), Some(invite)),
                ("GET", format!("/staff/{id}"), None),
                ("PATCH", format!("/staff/{id}"), Some(json!({ "name": "Other" }))),
                ("POST", format!("/staff/{id}/link"), None),
                ("DELETE", format!("/staff/{id}/two-step"), None),
                ("GET", "/tokens".to_owned(), None),
                ("DELETE", "/tokens/0123456789abcdef".to_owned(), None),
                ("DELETE", format!("/staff/{id}"), None),
            ] {
                let answer = service.ask(&session, method, &path, body.clone()).await;
                assert_eq!(answer.status == 403, role != Role::Owner, "{role} {method} {path}: {}", answer.body);
                let nobody = service.send(method, &path, &[], body).await;
                assert_eq!(nobody.status, 401, "{method} {path}");
            }
        }
    });
}

#[test]
fn an_api_token_does_what_it_may_and_nothing_to_accounts() {
    on_each_engine(async |service, ada| {
        let body = |scopes: &[&str]| {
            Some(
                json!({ "name": "LMS", "scopes": scopes, "expires": Timestamp::from_unix(START + 86_400), "password": PASSWORD }),
            )
        };
        let (_, bob) = service.member(ada, "bob@example.org", &[Role::Viewer]).await;
        service.ask(&bob, "POST", "/me/tokens", body(&["view", "revoke"])).await.refused(422, "bad-scopes");
        let made = service.ask(&bob, "POST", "/me/tokens", body(&["view"])).await;
        assert_eq!(made.headers[header::CACHE_CONTROL], "no-store");
        let made = made.is(201);
        let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
        let by_token = [("authorization", bearer.as_str())];
        service.send("GET", "/events", &by_token, None).await.is(200);
        service.send("GET", "/staff", &by_token, None).await.refused(403, "forbidden");
        service.send("GET", "/me/tokens", &by_token, None).await.refused(403, "session-needed");
        service.send("GET", "/events", &[("authorization", "Bearer x")], None).await.refused(401, "bad-token");
        service.send("GET", "/events", &[("authorization", "Basic eDp4")], None).await.refused(401, "unauthenticated");

        let path = format!("/me/tokens/{}", made["token"]["id"].as_str().unwrap());
        service.ask(ada, "DELETE", &path, None).await.refused(404, "not-found");
        service.ask(&bob, "DELETE", &path, None).await.is(204);
        service.send("GET", "/events", &by_token, None).await.refused(401, "bad-token");

        let made = service.ask(&bob, "POST", "/me/tokens", body(&["view"])).await.is(201);
        let all = service.ask(ada, "GET", "/tokens", None).await.is(200);
        assert_eq!(all["items"][0]["id"], made["token"]["id"]);
        service.later(86_400);
        let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
        service.send("GET", "/events", &[("authorization", &bearer)], None).await.refused(401, "bad-token");
    });
}

#[test]
fn what_is_shown_once_is_not_kept_for_a_second_request() {
    on_each_engine(async |service, ada| {
        let expires = Timestamp::from_unix(START + 86_400);
        let body = json!({ "name": "LMS", "scopes": ["view"], "expires": expires, "password": PASSWORD });
        let headers = [("cookie", ada.cookie.as_str()), ("x-csrf-token", &ada.csrf), ("idempotency-key", "one")];
        let made = service.send("POST", "/me/tokens", &headers, Some(body.clone())).await.is(201);
        service.send("POST", "/me/tokens", &headers, Some(body)).await.refused(409, "already-done");
        assert!(made["secret"].is_string());
        let kept = service.store.documents(Collection::IDEMPOTENCY, "", None, 10).unwrap().items;
        let of = &kept[0].value;
        assert!(kept.len() == 1 && of["answer"].is_null() && of["unkept"] == true, "{of}");
    });
}

#[test]
fn the_openapi_document_has_everything_that_it_refers_to() {
    let document = serde_json::to_value(crate::server::openapi()).unwrap();
    let mut open = vec![&document];
    let mut references = 0;
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    references += 1;
                    assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => (),
        }
    }
    assert!(references > 0);
    let token = &document["components"]["schemas"]["ApiToken"]["properties"];
    assert_eq!(token["scopes"]["items"]["$ref"], "#/components/schemas/Permission", "{token}");
    let staff = &document["components"]["schemas"]["Staff"]["properties"];
    assert_eq!(staff["roles"]["items"]["$ref"], "#/components/schemas/Role", "{staff}");
    assert_eq!(token["expires"]["format"], "date-time", "{token}");
}
