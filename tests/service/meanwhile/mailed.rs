//! Mail with issuing: a certificate and the message about it are there together or not at all, wherever the program is cut off.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::json;
use testamur::store::{Collection, MemoryStore, SledStore, Store};

use super::between::Between;
use crate::mail::Post;
use crate::runs::{certificates, done, enrol, person, school};

/// The numbers of certificates with an address, and of those that messages are about.
type Seen = (BTreeSet<String>, BTreeSet<String>);

fn seen(store: &dyn Store) -> Seen {
    let reachable = certificates(store).into_iter().filter(|one| one.email.is_some());
    let messages = store.documents(Collection::MAIL_MESSAGES, "", None, 1_000).unwrap().items;
    let about = messages.into_iter().filter_map(|message| message.value["number"].as_str().map(str::to_owned));
    (reachable.map(|one| one.number.to_string()).collect(), about.collect())
}

fn never_apart(store: Arc<dyn Store>, folder: tempfile::TempDir) {
    let between = Between::over(store);
    let post = Post::over(between.clone(), folder);
    let world = &post.world;
    school(world, 3, 0);
    world.put("/events/WORKSHOP/mail", &json!({ "when": "with_issuing" })).ok();
    let found: Arc<Mutex<BTreeSet<Seen>>> = Arc::default();
    let noted = found.clone();
    between.watch(move |store| {
        noted.lock().unwrap().insert(seen(store));
    });
    // By a run; by a later one, beside somebody who has no address; by hand.
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    enrol(world, &[person(3, true), person(4, true), person(5, false)]);
    let mute = json!({ "name": "No Address", "progress": { "passed": true } });
    world.post("/events/WORKSHOP/participants", &mute).ok();
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    world.post("/events/WORKSHOP/issue-now", &json!({ "person": "p00005@example.org", "reason": "was ill" })).ok();
    assert_eq!(certificates(&*world.app.store).len(), 7);
    let found = found.lock().unwrap();
    let counts: Vec<_> = found.iter().map(|(certificates, messages)| (certificates.len(), messages.len())).collect();
    assert_eq!(
        counts,
        [(0, 0), (3, 3), (5, 5), (6, 6)],
        "a certificate was there without its message, or the other way"
    );
    assert!(found.iter().all(|(certificates, messages)| certificates == messages), "{found:?}");
}

#[test]
fn a_certificate_and_its_message_are_in_the_store_together_after_each_single_write() {
    println!("memory");
    never_apart(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap());
    println!("sled");
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::create(&folder.path().join("store")).unwrap();
    never_apart(Arc::new(store), folder);
}
