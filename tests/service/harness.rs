//! A service in this process: the real router, one of the engines, a clock that a story moves, and callers with the
//! permissions that a story gives them, or with the real accounts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use testamur::accounts::{Permission, Scope};
use testamur::credential::Timestamp;
use testamur::desk::{Actor, Desk, Issuer};
use testamur::making::{Faces, STATUS_SECRET};
use testamur::reading::Reader;
use testamur::server::{App, Authenticator, Caller, Clock, Limits, Parts, Problem, PublicUrl, Vault, router};
use testamur::store::{MemoryStore, SledStore, Store};
use testamur::template::FontLibrary;
use testamur::vault::KeyFolder;
use testamur::webhooks::Rules;
use tower::ServiceExt;

/// When every story begins.
pub const START: &str = "2026-11-22T10:00:00Z";
pub const PASSPHRASE: &str = "correct horse battery staple";
/// May do everything: whom [`World`]'s short methods call as.
pub const OWNER: &str = "staff:owner view,import,generate,send,revoke,keys,settings";

/// A running service and where it lives.
pub struct World {
    /// What all handlers share.
    pub app: App,
    router: Router,
    clock: Arc<AtomicI64>,
    runtime: tokio::runtime::Runtime,
    folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub bytes: Vec<u8>,
}

/// Tells a story to a fresh service on every engine.
pub fn on_each_engine(story: impl Fn(&World)) {
    println!("memory");
    story(&World::on(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), Limits::default()));
    println!("sled");
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::create(&folder.path().join("store")).unwrap();
    story(&World::on(Arc::new(store), folder, Limits::default()));
}

/// Returns the issuer of all stories.
pub fn issuer() -> Issuer {
    Issuer {
        host: "academy.example".to_owned(),
        name: "Example Academy".to_owned(),
        verifier: "academy.example/verify".to_owned(),
        zone: Default::default(),
        language: Default::default(),
        render_method: false,
    }
}

impl World {
    /// Returns a service in memory.
    pub fn in_memory() -> Self {
        Self::on(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), Limits::default())
    }

    /// Returns a service over a store, with keys and a site below a folder. A store that is new gets its secret.
    pub fn on(store: Arc<dyn Store>, folder: TempDir, limits: Limits) -> Self {
        Self::changed(store, folder, limits, |_| ())
    }

    /// The same, with the W3C VC-API.
    pub fn with_vc_api(store: Arc<dyn Store>, folder: TempDir, limits: Limits) -> Self {
        Self::changed(store, folder, limits, |parts| parts.vc_api = true)
    }

    /// The same behind another door, such as the real one.
    pub fn with_door(store: Arc<dyn Store>, folder: TempDir, limits: Limits, authenticator: Authenticator) -> Self {
        Self::changed(store, folder, limits, |parts| parts.authenticator = authenticator)
    }

    /// The same, with some of its parts changed.
    pub fn changed(store: Arc<dyn Store>, folder: TempDir, limits: Limits, change: impl FnOnce(&mut Parts)) -> Self {
        let clock = Arc::new(AtomicI64::new(START.parse::<Timestamp>().unwrap().unix()));
        if store.setting(STATUS_SECRET).unwrap().is_none() {
            let desk = Desk { store: &*store, issuer: &issuer(), actor: &Actor::System, now: START.parse().unwrap() };
            store.swap_setting(STATUS_SECRET, None, &[7; 32], &desk.act("issuer.init", "x", Value::Null)).unwrap();
        }
        let keys = folder.path().join("keys");
        if !keys.exists() {
            copy(key_folder(), &keys);
        }
        let site = folder.path().join("site");
        let told = clock.clone();
        let clock_of_app: Clock = Arc::new(move || Timestamp::from_unix(told.load(Ordering::SeqCst)));
        let mut parts = Parts {
            store,
            issuer: issuer(),
            faces: Faces::new(FontLibrary::builtin()),
            vault: Vault::open(&keys, PASSPHRASE, Some(site), vec![keys.clone()], 7).unwrap(),
            reader: Reader::of(env!("CARGO_BIN_EXE_testamur").into()),
            clock: clock_of_app,
            authenticator: Authenticator::new(|_, request, address| told_caller(&request.headers, address)),
            limits,
            vc_api: false,
            behind_proxy: 0,
            public_url: PublicUrl::default(),
            portal: Default::default(),
            steady: None,
            mail: None,
            mail_sealed: None,
            fixed: Default::default(),
            data: None,
            hooks: Rules::default(),
        };
        change(&mut parts);
        let app = App::new(parts).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { router: router(app.clone()), app, clock, runtime, folder }
    }

    /// Returns the folder that this service lives in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Moves the clock on.
    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sends a request: `caller` is an id and permissions, as `staff:ada view,import`; empty: nobody.
    pub fn send(&self, caller: &str, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let request = match caller {
            "" => request,
            caller => request.header(header::AUTHORIZATION, format!("Bearer {caller}")),
        };
        let request = request.body(body.into()).unwrap();
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes().to_vec();
            Answer { status: head.status, headers: head.headers, bytes }
        })
    }

    /// Sends a request below `/api/v1` without a body, and returns the body of its answer before anything of it is read.
    pub fn begin(&self, caller: &str, path: &str) -> Body {
        let request = request("GET", path).header(header::AUTHORIZATION, format!("Bearer {caller}"));
        let response =
            self.runtime.block_on(self.router.clone().oneshot(request.body(Body::empty()).unwrap())).unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.into_body()
    }

    /// Reads the next piece of an answer; nothing at its end.
    pub fn read_on(&self, body: &mut Body) -> Option<Vec<u8>> {
        let frame = self.runtime.block_on(body.frame())?.unwrap();
        Some(frame.into_data().map(|piece| piece.to_vec()).unwrap_or_default())
    }

    /// Sends a request and hangs up as soon as it has begun to be answered.
    pub fn hang_up(&self, caller: &str, request: axum::http::request::Builder, body: impl Into<Body>) {
        let request = request.header(header::AUTHORIZATION, format!("Bearer {caller}")).body(body.into()).unwrap();
        let patience = std::time::Duration::from_millis(1);
        let _ =
            self.runtime.block_on(async { tokio::time::timeout(patience, self.router.clone().oneshot(request)).await });
    }

    /// Sends a request without a body below `/api/v1`.
    pub fn ask(&self, caller: &str, method: &str, path: &str) -> Answer {
        self.send(caller, request(method, path), Body::empty())
    }

    /// Sends JSON below `/api/v1`.
    pub fn tell(&self, caller: &str, method: &str, path: &str, body: &Value) -> Answer {
        let request = request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.send(caller, request, body.to_string())
    }

    /// The owner reads.
    pub fn get(&self, path: &str) -> Answer {
        self.ask(OWNER, "GET", path)
    }

    /// The owner posts JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.tell(OWNER, "POST", path, body)
    }

    /// The owner puts JSON.
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.tell(OWNER, "PUT", path, body)
    }

    /// The owner patches with JSON.
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.tell(OWNER, "PATCH", path, body)
    }

    /// The owner deletes.
    pub fn delete(&self, path: &str) -> Answer {
        self.ask(OWNER, "DELETE", path)
    }

    /// Uploads a file as the multipart field `file`, with further text fields.
    pub fn upload(&self, caller: &str, path: &str, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Answer {
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!("--FRONTIER\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--FRONTIER\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--FRONTIER--\r\n");
        let kind = "multipart/form-data; boundary=FRONTIER";
        self.send(caller, request("POST", path).header(header::CONTENT_TYPE, kind), body)
    }

    /// Returns the audit log's actions and subjects, oldest first.
    pub fn acts(&self) -> Vec<(String, String)> {
        let page = self.app.store.audit(None, 10_000).unwrap();
        page.items.into_iter().map(|entry| (entry.act.action, entry.act.subject)).collect()
    }
}

impl Answer {
    /// Returns the JSON body of an answer that is a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// Returns the JSON body.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Returns a problem's detail, after checking its status, code and content type.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        let problem = self.json();
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{problem}");
        problem["detail"].as_str().unwrap().to_owned()
    }

    /// Returns the ETag, with its quotation marks.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.headers[header::ETAG].to_str().unwrap().to_owned()
    }
}

/// Begins a request below `/api/v1`.
pub fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(format!("/api/v1{path}"))
}

fn told_caller(headers: &HeaderMap, address: std::net::IpAddr) -> Result<Caller, Problem> {
    let told = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (id, permissions) = told
        .and_then(|told| told.strip_prefix("Bearer "))
        .and_then(|told| told.split_once(' '))
        .ok_or_else(Problem::unauthenticated)?;
    let named = |name: &str| {
        let found = Permission::ALL.into_iter().find(|permission| json!(permission) == json!(name));
        found.unwrap_or_else(|| panic!("no permission is called `{name}`"))
    };
    // After the permissions may stand the events that they are limited to: `staff:ada view,import MINE,OTHER`.
    let (permissions, events) =
        permissions.split_once(' ').map_or((permissions, None), |(p, events)| (p, Some(events)));
    let scope = Scope::of(events.map(|events| events.split(',').map(|code| code.parse().unwrap()).collect()));
    let permissions: BTreeSet<_> = permissions.split(',').filter(|name| !name.is_empty()).map(named).collect();
    // `staff:ID`, or `staff:ID/token:ID`.
    let (member, token) = id.split_once("/token:").map_or((id, None), |(member, token)| (member, Some(token)));
    let member = member.strip_prefix("staff:").unwrap_or_else(|| panic!("{id} is no member of staff"));
    let id = Actor::Staff { id: member.to_owned(), token: token.map(str::to_owned), address: None, why: None };
    Ok(Caller { id, permissions: scope.bound(permissions), scope, address })
}

/// Sealing keys takes a second by design, so all services begin with copies of the same.
fn key_folder() -> &'static Path {
    static KEYS: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, keys) = KEYS.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let keys = dir.path().join("keys");
        KeyFolder::create(&keys, &issuer().did(), &issuer().name, PASSPHRASE, START.parse().unwrap()).unwrap();
        (dir, keys)
    });
    keys
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
