//! The store that another process holds: its story, told through a real socket, and what only it can meet.

use std::sync::{Arc, Mutex};

use testamur::server::operator;
use testamur::status::ReasonCode;
use testamur::store::remote::{Changed, Greeting, RemoteStore};
use testamur::store::{Collection, DocumentWrite, Expect, MemoryStore, Store, StoreError, while_wanted};

use super::records::{act, certificate, event, issue_new, reason, revoke};

/// A store in memory that listens at a socket.
struct Listening {
    folder: tempfile::TempDir,
    door: Option<operator::Door>,
    runtime: tokio::runtime::Runtime,
    changes: Arc<Mutex<Vec<Changed>>>,
}

impl Listening {
    fn new() -> Self {
        Self::over(Arc::new(MemoryStore::new()))
    }

    fn over(store: Arc<dyn Store>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let changes = Arc::default();
        let mut listening = Self { folder, door: None, runtime, changes };
        listening.start("first", store);
        listening
    }

    /// Listens, under a name.
    fn start(&mut self, name: &str, store: Arc<dyn Store>) {
        let greeting = Greeting::new(name.to_owned(), "http://127.0.0.1:8080".to_owned());
        let changes = Arc::clone(&self.changes);
        let routes = operator::calls(store, greeting, move |changed| changes.lock().unwrap().push(changed));
        let _inside = self.runtime.enter();
        self.door = Some(operator::listen(self.folder.path().join("socket"), 0, routes).unwrap());
    }

    fn stop(&mut self) {
        self.runtime.block_on(self.door.take().unwrap().close());
    }

    fn connect(&self) -> RemoteStore {
        RemoteStore::connect(&self.folder.path().join("socket")).unwrap().expect("somebody listens")
    }
}

/// Tells a story to a store in memory that is asked through a socket.
pub fn asked_through_a_socket(story: impl FnOnce(&dyn Store)) {
    let listening = Listening::new();
    story(&listening.connect());
}

/// Tells a story through two handles: that of the process that holds the store, and that of one that asks it.
pub fn from_inside_and_outside(store: Arc<dyn Store>, story: impl FnOnce(Vec<Arc<dyn Store>>)) {
    let listening = Listening::over(store.clone());
    let outside = Arc::new(listening.connect());
    story(vec![store, outside]);
}

#[test]
fn json_null_is_told_from_nothing_and_numbers_keep_their_digits() {
    asked_through_a_socket(|store| {
        for text in ["null", "0.1", "1e400", "123456789012345678901234567890", "\"\\u0000é\""] {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            let write = DocumentWrite::put(Collection::TEMPLATES, text, Expect::Absent, &value);
            store.write_documents(&[write], None).unwrap();
            assert_eq!(store.document(Collection::TEMPLATES, text).unwrap().unwrap().value, value, "{text}");
        }
    });
}

#[test]
fn who_listens_is_told_of_changes_and_only_of_those() {
    let listening = Listening::new();
    let store = listening.connect();
    let told = || std::mem::take(&mut *listening.changes.lock().unwrap());
    assert_eq!(store.events(None, 10).unwrap().items, []);
    assert_eq!(told(), []);
    store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
    assert_eq!(told(), [Changed::default()]);
    store.change_event(None, &event("A"), &[], &act("event.create")).unwrap_err();
    assert_eq!(told(), [], "what was refused changed nothing");
    let issued = [certificate("A", 1, 1), certificate("A", 2, 2)];
    issue_new(&store, &issued, &act("issue"));
    assert_eq!(told().iter().map(|changed| (changed.issued, changed.revoked)).max(), Some((2, 0)));
    revoke(&store, &issued[0], &reason(ReasonCode::Revoked), &act("revoke")).unwrap();
    assert_eq!(told(), [Changed { issued: 0, revoked: 1 }]);
    assert_eq!(store.address(), "http://127.0.0.1:8080");
}

#[test]
fn a_reader_that_nobody_waits_for_stops_here_too() {
    asked_through_a_socket(|store| {
        assert!(matches!(while_wanted(|| false, || store.events(None, 1)), Err(StoreError::Unwanted)));
        store.events(None, 1).unwrap();
    });
}

#[test]
fn a_service_that_was_started_anew_is_another_one() {
    let mut listening = Listening::new();
    let store = listening.connect();
    store.events(None, 1).unwrap();
    listening.stop();
    assert!(RemoteStore::connect(&listening.folder.path().join("socket")).unwrap().is_none());
    listening.start("second", Arc::new(MemoryStore::new()));
    let refused = store.append_audit(&act("x")).unwrap_err();
    let text = format!("{refused:?}");
    assert!(matches!(refused, StoreError::Io(_)) && text.contains("may or may not be there"), "{text}");
    store.events(None, 1).unwrap_err();
    listening.connect().events(None, 1).unwrap();
}
