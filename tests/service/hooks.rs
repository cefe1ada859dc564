//! Webhooks over HTTP: from adding an endpoint to what its receiver gets, and whom nobody can make the service call.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use testamur::store::{MemoryStore, SledStore, Store};
use testamur::webhooks::client::{Addresses, SystemLookup};
use testamur::webhooks::courier::Sent;
use testamur::webhooks::{Courier, Lookup, Rules, Sender};

use super::harness::{OWNER, World};
use super::runs::{certificates, done, school};

/// What came in: header names in lower case.
#[derive(Debug, Clone)]
pub struct Message {
    headers: BTreeMap<String, String>,
    /// What was told.
    pub body: String,
}

/// A receiver on this machine, written without the service's own code. Answers each message as it was told to, else 204.
pub struct Receiver {
    port: u16,
    messages: Arc<Mutex<Vec<Message>>>,
    answers: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// Listens.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let receiver = Self { port, messages: Arc::default(), answers: Arc::default() };
        let (messages, answers) = (receiver.messages.clone(), receiver.answers.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let Some(message) = take(&mut stream) else { continue };
                messages.lock().unwrap().push(message);
                let mut answers = answers.lock().unwrap();
                let answer = if answers.is_empty() { "204 No Content\r\n".to_owned() } else { answers.remove(0) };
                let _ = stream
                    .write_all(format!("HTTP/1.1 {answer}connection: close\r\ncontent-length: 0\r\n\r\n").as_bytes());
            }
        });
        receiver
    }

    /// Returns its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Sets the next answers: a status, and header lines if there are any.
    fn answer(&self, answers: &[&str]) {
        self.answers.lock().unwrap().extend(answers.iter().map(|answer| format!("{answer}\r\n")));
    }

    /// Returns what came in since it was last asked.
    pub fn messages(&self) -> Vec<Message> {
        std::mem::take(&mut self.messages.lock().unwrap())
    }
}

fn take(stream: &mut std::net::TcpStream) -> Option<Message> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let pairs = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers: BTreeMap<_, _> = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        if body.len() >= headers["content-length"].parse().ok()? {
            return Some(Message { headers, body: body.to_owned() });
        }
    }
}

impl Message {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Checks the signature as the Standard Webhooks specification says, "Signature scheme": HMAC-SHA256 with the decoded
    /// secret over `id.timestamp.body`, one of the `v1,` signatures in the header.
    fn is_signed_with(&self, secret: &str) -> bool {
        let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
        assert!((24..=64).contains(&key.len()), "the secret has 24 to 64 bytes");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(
            format!("{}.{}.{}", self.headers["webhook-id"], self.headers["webhook-timestamp"], self.body).as_bytes(),
        );
        let expected = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
        self.headers["webhook-signature"].split(' ').any(|signature| signature == expected)
    }
}

/// A service whose courier the story sends out.
struct Post {
    world: World,
    courier: Courier,
    runtime: tokio::runtime::Runtime,
}

impl Post {
    fn with(store: Arc<dyn Store>, folder: tempfile::TempDir, rules: Rules, lookup: Arc<dyn Lookup>) -> Self {
        let world = World::changed(store, folder, Default::default(), |parts| parts.hooks = rules);
        let sender = Sender::with_lookup(rules, lookup, Duration::from_secs(5)).unwrap();
        let courier = Courier::new(world.app.store.clone(), sender, world.app.clock.clone());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { world, courier, runtime }
    }

    fn on_each_engine(story: impl Fn(&Self)) {
        let rules = Rules { loopback: true };
        story(&Self::with(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), rules, Arc::new(SystemLookup)));
        let folder = tempfile::tempdir().unwrap();
        let store = SledStore::create(&folder.path().join("store")).unwrap();
        story(&Self::with(Arc::new(store), folder, rules, Arc::new(SystemLookup)));
    }

    fn deliver(&self) -> Sent {
        self.runtime.block_on(self.courier.deliver_due()).unwrap()
    }

    /// Adds an endpoint; returns its id and secret.
    fn endpoint(&self, url: &str, events: &[&str]) -> (String, String) {
        let made = self.world.post("/webhooks", &json!({ "url": url, "events": events }));
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["endpoint"]["id"]), text(&made["secret"]))
    }

    fn deliveries(&self, endpoint: &str) -> Vec<Value> {
        self.world.get(&format!("/webhooks/{endpoint}/deliveries")).ok()["items"].as_array().unwrap().clone()
    }
}

const ALL: [&str; 5] =
    ["certificate.issued", "certificate.revoked", "certificate.restored", "certificate.superseded", "run.finished"];

#[test]
fn each_change_of_a_certificate_is_told_and_signed() {
    Post::on_each_engine(|post| {
        let (world, receiver) = (&post.world, Receiver::start());
        school(world, 2, 0);
        let (_, secret) = post.endpoint(&receiver.url(), &ALL);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let number = certificates(&*world.app.store)[0].number.to_string();
        world.post(&format!("/certificates/{number}/revoke"), &json!({ "cause": "on_request" })).ok();
        world.post(&format!("/certificates/{number}/restore"), &Value::Null).ok();
        let ask = json!({ "number": number, "name": "Person Renamed" });
        let asked = world.post("/corrections", &ask).ok()["id"].as_str().unwrap().to_owned();
        world.tell("staff:second generate,view", "POST", &format!("/corrections/{asked}/approve"), &Value::Null).ok();
        assert_eq!(post.deliver().delivered, 5);
        let messages = receiver.messages();
        let mut told: Vec<_> =
            messages.iter().map(|message| message.json()["type"].as_str().unwrap().to_owned()).collect();
        told.sort();
        let mut all = ALL.map(str::to_owned);
        all.sort();
        assert_eq!(told, all);
        for message in &messages {
            assert!(message.is_signed_with(&secret), "{message:?}");
            assert!(!message.is_signed_with("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
            assert_eq!(message.headers["content-type"], "application/json");
            assert_eq!(message.headers["webhook-timestamp"], world.app.now().unix().to_string());
            assert!(!message.body.contains('@') && !message.body.contains("Person"), "{}", message.body);
            if message.json()["type"] != "run.finished" {
                assert!(message.body.contains(&number), "{}", message.body);
            }
        }
    });
}

#[test]
fn the_secret_is_shown_once_and_nowhere_else() {
    Post::on_each_engine(|post| {
        let receiver = Receiver::start();
        let (id, secret) = post.endpoint(&receiver.url(), &["run.finished"]);
        let all = [
            format!("/webhooks/{id}"),
            "/webhooks".to_owned(),
            format!("/webhooks/{id}/deliveries"),
            "/audit".to_owned(),
        ];
        for path in all {
            let answer = post.world.get(&path);
            answer.ok();
            assert!(!answer.text().contains(&secret[6..]), "{path}");
        }
        let rotated = post.world.post(&format!("/webhooks/{id}/secret"), &Value::Null).ok();
        let new = rotated["secret"].as_str().unwrap().to_owned();
        assert_ne!(new, secret);
        post.world.post(&format!("/webhooks/{id}/ping"), &Value::Null).ok();
        post.deliver();
        let message = receiver.messages().remove(0);
        assert!(message.is_signed_with(&secret) && message.is_signed_with(&new), "both sign for a day");
        post.world.pass(25 * 3_600);
        post.world.post(&format!("/webhooks/{id}/ping"), &Value::Null).ok();
        post.deliver();
        let message = receiver.messages().remove(0);
        assert!(!message.is_signed_with(&secret) && message.is_signed_with(&new), "then the new one alone");
    });
}

#[test]
fn what_fails_is_tried_again_later_and_later_and_can_be_sent_again() {
    Post::on_each_engine(|post| {
        let (world, receiver) = (&post.world, Receiver::start());
        let (id, secret) = post.endpoint(&receiver.url(), &["run.finished"]);
        receiver.answer(&["500 Broken", "503 Busy\r\nretry-after: 7200", "500 Broken"]);
        let message = world.post(&format!("/webhooks/{id}/ping"), &Value::Null).ok()["message"].clone();
        let mut waits = Vec::new();
        for attempt in 1..=3 {
            assert_eq!(post.deliver().again, 1, "attempt {attempt}");
            assert_eq!(post.deliver(), Sent::default(), "not before its time");
            let delivery = post.deliveries(&id).remove(0);
            assert_eq!(
                (&delivery["state"], delivery["attempts"].as_array().unwrap().len()),
                (&json!("waiting"), attempt)
            );
            let due: testamur::credential::Timestamp = delivery["due"].as_str().unwrap().parse().unwrap();
            waits.push(due.unix() - world.app.now().unix());
            world.pass(waits[waits.len() - 1]);
        }
        assert!((5..=6).contains(&waits[0]) && waits[1] >= 7_200 && (1_800..=2_160).contains(&waits[2]), "{waits:?}");
        assert_eq!(post.deliver().delivered, 1);
        let sent = receiver.messages();
        assert_eq!(sent.len(), 4);
        assert!(
            sent.iter()
                .all(|one| one.headers["webhook-id"] == message.as_str().unwrap() && one.is_signed_with(&secret))
        );
        let delivery = post.deliveries(&id).remove(0);
        let statuses: Vec<_> =
            delivery["attempts"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
        assert_eq!(
            (&delivery["state"], statuses),
            (&json!("delivered"), vec![json!(500), json!(503), json!(500), json!(204)])
        );
        let path = format!("/webhooks/{id}/deliveries/{}/redeliver", message.as_str().unwrap());
        assert_eq!(world.post(&path, &Value::Null).status, 202);
        assert_eq!(post.deliver().delivered, 1);
        let again = receiver.messages().remove(0);
        assert_eq!((&again.headers["webhook-id"], &again.body), (&sent[0].headers["webhook-id"], &sent[0].body));
        world.post(&format!("/webhooks/{id}/deliveries/msg_nothing/redeliver"), &Value::Null).problem(404, "not-found");
    });
}

#[test]
fn a_disabled_endpoint_is_told_nothing_and_gone_disables_it() {
    Post::on_each_engine(|post| {
        let (world, receiver) = (&post.world, Receiver::start());
        let (id, _) = post.endpoint(&receiver.url(), &["run.finished"]);
        let path = format!("/webhooks/{id}");
        world.patch(&path, &json!({ "enabled": false })).ok();
        assert!(world.get(&path).ok()["disabled"].is_object());
        school(world, 1, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        assert_eq!(post.deliver(), Sent::default());
        world.post(&format!("{path}/ping"), &Value::Null).problem(409, "endpoint-disabled");
        assert!(receiver.messages().is_empty());
        world.patch(&path, &json!({ "enabled": true })).ok();
        receiver.answer(&["410 Gone"]);
        world.post(&format!("{path}/ping"), &Value::Null).ok();
        post.deliver();
        assert!(world.get(&path).ok()["disabled"].is_object(), "who says it is gone is not called again");
        let old = world.get(&path).etag();
        world.patch(&path, &json!({ "enabled": true })).ok();
        let request = super::harness::request("DELETE", &path).header("if-match", old);
        world.send(OWNER, request, "").problem(412, "changed-meanwhile");
        assert_eq!(world.delete(&path).status, 204);
        world.get(&path).problem(404, "not-found");
    });
}

#[test]
fn a_redirect_is_a_failure_and_nobody_follows_it() {
    Post::on_each_engine(|post| {
        let (receiver, other) = (Receiver::start(), Receiver::start());
        let (id, _) = post.endpoint(&receiver.url(), &["run.finished"]);
        for status in ["301", "302", "307", "308"] {
            receiver.answer(&[&format!("{status} Elsewhere\r\nlocation: {}", other.url())]);
            post.world.post(&format!("/webhooks/{id}/ping"), &Value::Null).ok();
            assert_eq!(post.deliver().again, 1, "{status}");
            post.world.pass(10);
            post.deliver();
        }
        assert!(other.messages().is_empty());
    });
}

/// Says of every name that it is at these addresses, each time the next ones, at the end the last again and again.
struct Names(Mutex<Vec<&'static str>>);

impl Lookup for Names {
    fn lookup(&self, _: &str) -> Addresses {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
        let addresses: Vec<IpAddr> = answer.split(' ').map(|address| address.parse().unwrap()).collect();
        Box::pin(async move { Ok(addresses) })
    }
}

#[test]
fn nobody_can_make_it_call_an_address_inside() {
    let world = |answers: &[&'static str]| {
        let lookup = Arc::new(Names(Mutex::new(answers.to_vec())));
        Post::with(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), Rules::default(), lookup)
    };
    let post = world(&["10.0.0.1"]);
    for url in [
        "http://hooks.example.org/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://[::ffff:127.0.0.1]/",
        "https://user:pass@hooks.example.org/",
    ] {
        let refused = post.world.post("/webhooks", &json!({ "url": url, "events": ["run.finished"] }));
        refused.problem(422, "bad-webhook-address");
    }
    // The name is public when it is added; what it leads to is looked at when it is called.
    for inside in ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1 192.168.1.1", "0.0.0.0"] {
        let post = world(&[inside]);
        let (id, _) = post.endpoint("https://hooks.example.org/", &["run.finished"]);
        post.world.post(&format!("/webhooks/{id}/ping"), &Value::Null).ok();
        assert_eq!(post.deliver().again, 1);
        let delivery = post.deliveries(&id).remove(0);
        assert_eq!(delivery["attempts"][0]["error"], "refused", "{inside}: {delivery}");
    }
}

#[test]
fn only_who_may_change_settings_sees_webhooks() {
    let world = World::in_memory();
    for caller in ["staff:eve view,import,generate,send,revoke,keys", "staff:eve view"] {
        world.ask(caller, "GET", "/webhooks").problem(403, "forbidden");
        let body = json!({ "url": "https://hooks.example.org/", "events": ["run.finished"] });
        world.tell(caller, "POST", "/webhooks", &body).problem(403, "forbidden");
    }
}
