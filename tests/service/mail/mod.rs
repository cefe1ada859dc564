//! Mail: from the run that asks for it to what its receiver has, over a real conversation with a mail server that fails as it
//! is told to. Nobody is sent anything twice.

mod bounces;
mod many;
mod newer;
mod notices;
mod opens;
mod outbox;
mod served;
mod texts;
mod tls;

use std::sync::Arc;

use serde_json::{Value, json};
use testamur::credential::Timestamp;
use testamur::mail::relay::Patience;
use testamur::mail::{Config, Relay, Security, Sent, setup};
use testamur::server::{Limits, courier};
use testamur::store::{MemoryStore, SledStore, Store};

use crate::harness::World;
use crate::runs::{done, school};
use crate::smtp_sink::Sink;

/// Where links lead.
pub const PUBLIC: &str = "https://certs.academy.example";

/// Limits of a school whose classes share one address, as all callers do here.
fn for_a_class() -> Limits {
    Limits { links_per_caller: 1_000, ..Limits::default() }
}

/// A service whose mail goes to a sink.
pub struct Post {
    /// The service.
    pub world: World,
    /// Where mail goes.
    pub sink: Sink,
    runtime: tokio::runtime::Runtime,
}

/// Returns how mail leaves for a sink.
pub fn config(port: u16) -> Config {
    Config {
        relay: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        ca: None,
        login: None,
        from: "Example Academy <certificates@academy.example>".parse().unwrap(),
        reply_to: Some("office@academy.example".parse().unwrap()),
        domain: "academy.example".to_owned(),
        per_minute: 0,
        per_domain: 0,
        link_days: 90,
    }
}

impl Post {
    /// Returns a service over a store.
    pub fn over(store: Arc<dyn Store>, folder: tempfile::TempDir) -> Self {
        Self::limited(store, folder, for_a_class())
    }

    /// Returns the same with limits.
    pub fn limited(store: Arc<dyn Store>, folder: tempfile::TempDir, limits: Limits) -> Self {
        let sink = Sink::start();
        let relay = Relay::new(config(sink.port), Patience::default()).unwrap();
        Self::of(store, folder, limits, (sink, relay))
    }

    /// Returns a service in memory that waits no longer for its relay than this.
    pub fn impatient(patience: Patience) -> Self {
        let sink = Sink::start();
        let relay = Relay::new(config(sink.port), patience).unwrap();
        Self::of(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), for_a_class(), (sink, relay))
    }

    /// Returns a service whose mail goes elsewhere than to the sink.
    pub fn through(store: Arc<dyn Store>, folder: tempfile::TempDir, relay: Relay) -> Self {
        Self::of(store, folder, for_a_class(), (Sink::start(), relay))
    }

    fn of(store: Arc<dyn Store>, folder: tempfile::TempDir, limits: Limits, (sink, relay): (Sink, Relay)) -> Self {
        let start: Timestamp = crate::harness::START.parse().unwrap();
        setup::tell(&*store, Some(relay.config()), start).unwrap();
        let world = World::changed(store, folder, limits, |parts| {
            parts.mail = Some(relay);
            parts.public_url = PUBLIC.parse().unwrap();
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { world, sink, runtime }
    }

    /// Returns a service in memory.
    pub fn in_memory() -> Self {
        Self::over(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap())
    }

    /// Returns one in memory that nobody is too quick for.
    pub fn patient() -> Self {
        Self::patient_over(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap())
    }

    /// The same over a store.
    pub fn patient_over(store: Arc<dyn Store>, folder: tempfile::TempDir) -> Self {
        Self::limited(store, folder, Limits { public_per_second: 100_000, ..for_a_class() })
    }

    /// Returns a service with an event WORKSHOP and so many certificates.
    pub fn with_certificates(people: usize) -> Self {
        let post = Self::in_memory();
        school(&post.world, people, 0);
        done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        post
    }

    /// Hands over what is due.
    pub fn deliver(&self) -> Sent {
        self.runtime.block_on(courier(&self.world.app).unwrap().deliver_due()).unwrap()
    }

    /// Starts a run that sends, and does it.
    pub fn send(&self) -> Value {
        done(&self.world, &json!({ "kind": "send", "event": "WORKSHOP" }))
    }

    /// Returns the messages, oldest first.
    pub fn messages(&self) -> Vec<Value> {
        self.world.get("/mail/messages?limit=500").ok()["items"].as_array().unwrap().clone()
    }

    /// Returns the newest message to somebody.
    pub fn message_to(&self, to: &str) -> Value {
        self.messages().into_iter().rev().find(|message| message["to"] == to).unwrap()
    }
}

/// Tells a story on every engine.
pub fn on_each_engine(story: impl Fn(&Post)) {
    println!("memory");
    story(&Post::in_memory());
    println!("sled");
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::create(&folder.path().join("store")).unwrap();
    story(&Post::over(Arc::new(store), folder));
}
