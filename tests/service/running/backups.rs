//! Backups each night, one made by hand, and the drill that restores the newest.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testamur::acts::backup::Plan;
use testamur::acts::retention::Retention;
use testamur::server::{Limits, nightly};
use testamur::store::{Collection, MemoryStore, SledStore, Store};

use crate::browser::{Browser, form};
use crate::harness::World;
use crate::mail::Post;
use crate::process::Place;
use crate::runs::{done, school};

/// A service that makes backups, over each engine.
fn on_each_engine(story: impl Fn(&World, &std::path::Path)) {
    let stores = [false, true].map(|sled| {
        let folder = tempfile::tempdir().unwrap();
        let store: std::sync::Arc<dyn Store> = match sled {
            true => std::sync::Arc::new(SledStore::create(&folder.path().join("store")).unwrap()),
            false => std::sync::Arc::new(MemoryStore::new()),
        };
        (store, folder)
    });
    for (store, folder) in stores {
        let backups = folder.path().join("backups");
        let plan = Plan { folder: backups.clone(), hour: 2, keep: 2 };
        let world = World::changed(store, folder, Limits::default(), |parts| parts.fixed = plan.into());
        story(&world, &backups);
    }
}

/// Waits until nothing is under way.
fn settled(world: &World) -> Value {
    let began = Instant::now();
    loop {
        let now = world.get("/backups").ok();
        if now["under_way"].is_null() {
            return now;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{now}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Asks for something that goes on after its answer, and waits until it is done.
fn asked(world: &World, path: &str) -> Value {
    let before = world.acts().len();
    assert_eq!(world.post(path, &json!({})).status.as_u16(), 202);
    let began = Instant::now();
    while world.acts().len() == before {
        assert!(began.elapsed() < Duration::from_secs(120), "nothing came of it");
        std::thread::sleep(Duration::from_millis(20));
    }
    settled(world)
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn each_night_one_is_made_and_the_newest_stay() {
    on_each_engine(|world, folder| {
        school(world, 3, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        assert_eq!(world.get("/backups").ok()["stale"], true);
        for night in 0..4 {
            nightly(&world.app).unwrap();
            // Looked at again within the night, nothing is made.
            world.pass(3_600);
            nightly(&world.app).unwrap();
            assert_eq!(names(folder).len(), (night + 1).min(2), "{:?}", names(folder));
            world.pass(23 * 3_600);
        }
        let now = world.get("/backups").ok();
        assert_eq!((&now["stale"], &now["failed"]), (&json!(false), &Value::Null));
        assert!(now["files"][0]["name"].as_str() > now["files"][1]["name"].as_str(), "{now}");
        let made = world.acts().into_iter().filter(|(act, _)| act == "backup.make").count();
        assert_eq!(made, 4);
        let metrics = world.send("", axum::http::Request::get("/metrics"), axum::body::Body::empty()).text();
        assert!(metrics.contains("testamur_backup_failed 0"), "{metrics}");
        for file in names(folder) {
            let path = folder.join(file);
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    });
}

#[test]
fn what_fails_is_told_leaves_nothing_and_is_tried_again() {
    on_each_engine(|world, folder| {
        school(world, 1, 0);
        // A file where the folder should be.
        std::fs::write(folder, "in the way").unwrap();
        assert!(nightly(&world.app).is_err());
        let told = world.get("/backups").ok();
        assert!(told["failed"]["problem"].as_str().unwrap().contains("backups"), "{told}");
        let metrics = world.send("", axum::http::Request::get("/metrics"), axum::body::Body::empty()).text();
        assert!(metrics.contains("testamur_backup_failed 1"), "{metrics}");
        std::fs::remove_file(folder).unwrap();
        nightly(&world.app).unwrap();
        assert!(!folder.exists(), "it rests first");
        world.pass(3_601);
        // While the keys are locked nothing is signed, and nothing looks whole.
        world.app.vault.lock();
        nightly(&world.app).unwrap();
        world.post("/backups", &json!({})).problem(503, "keys-locked");
        assert!(!folder.exists() || names(folder).is_empty());
        world.app.vault.unlock(super::locked::PASSPHRASE).unwrap();
        nightly(&world.app).unwrap();
        assert_eq!((names(folder).len(), world.get("/backups").ok()["failed"].clone()), (1, Value::Null));
    });
}

#[test]
fn the_drill_restores_the_newest_says_what_it_saw_and_finds_what_was_changed() {
    on_each_engine(|world, folder| {
        school(world, 12, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let made = asked(world, "/backups");
        assert!(made["last"]["records"].as_u64() > Some(24), "{made}");
        let seen = asked(world, "/backups/drill")["drill"].clone();
        assert_eq!((&seen["good"], &seen["certificates"], &seen["signatures"]), (&json!(true), &json!(12), &json!(12)));
        assert!(seen["audit"].as_u64() > Some(3) && seen["records"] == made["last"]["records"], "{seen}");
        assert_eq!(names(folder).len(), 1, "the folder of the drill is gone: {:?}", names(folder));

        // One byte of somebody's name.
        let path = folder.join(&names(folder)[0]);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("Person Number 7", "Person Number 8", 1)).unwrap();
        let seen = asked(world, "/backups/drill")["drill"].clone();
        assert_eq!(seen["good"], false);
        assert!(seen["problem"].as_str().unwrap().contains("changed"), "{seen}");
        // Cut off, as a disk that was full leaves it.
        std::fs::write(&path, &text[..text.len() / 2]).unwrap();
        let seen = asked(world, "/backups/drill")["drill"].clone();
        assert_eq!(seen["good"], false, "{seen}");
        assert_eq!(names(folder).len(), 1);
    });
}

#[test]
fn of_those_who_ask_at_once_one_has_begun_and_the_others_hear_so() {
    on_each_engine(|world, folder| {
        school(world, 12, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        world.post("/backups/drill", &json!({})).problem(409, "no-backup");
        let mut begun = [0, 0];
        for (which, path) in ["/backups", "/backups/drill"].into_iter().enumerate() {
            let start = Barrier::new(12);
            let answers: Vec<_> = std::thread::scope(|scope| {
                let ask = || {
                    start.wait();
                    world.post(path, &json!({}))
                };
                let asked: Vec<_> = (0..12).map(|_| scope.spawn(ask)).collect();
                asked.into_iter().map(|one| one.join().unwrap()).collect()
            });
            for answer in answers {
                match answer.status.as_u16() {
                    202 => begun[which] += 1,
                    _ => assert!(answer.problem(409, "busy").contains("wait until")),
                }
            }
            let patience = Instant::now();
            while !world.get("/backups").ok()["under_way"].is_null() {
                assert!(patience.elapsed() < Duration::from_secs(60));
                std::thread::sleep(Duration::from_millis(5));
            }
            let act = ["backup.make", "backup.drill"][which];
            let done = world.acts().into_iter().filter(|(action, _)| action == act).count();
            assert_eq!(done, begun[which], "what was answered as begun is done: {path}");
            assert!(begun[which] >= 1);
        }
        assert!(!names(folder).is_empty());
    });
}

#[test]
fn what_is_old_is_thrown_away_also_while_a_drill_is_under_way() {
    on_each_engine(|world, _| {
        school(world, 12, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        asked(world, "/backups");
        // A drill may be over before the night begins: then another night is waited for.
        for _ in 0..50 {
            world.pass(86_400);
            assert_eq!(world.post("/backups/drill", &json!({})).status.as_u16(), 202);
            let night = nightly(&world.app);
            settled(world);
            if let Err(problem) = night {
                assert_eq!((problem.status, &*problem.code), (409, "busy"));
                let thrown = world.app.store.document(Collection::UPKEEP, "thrown-away").unwrap().unwrap();
                assert_eq!(thrown.value["at"], json!(world.app.now()));
                return;
            }
        }
        panic!("no drill was under way at night");
    });
}

#[test]
fn the_page_makes_one_and_shows_the_drill() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { folder: folder.path().join("backups"), hour: 2, keep: 2 };
    let store = std::sync::Arc::new(MemoryStore::new());
    let world = World::changed(store, folder, Limits::default(), |parts| {
        parts.fixed = plan.into();
        parts.authenticator = testamur::server::accounts();
    });
    let link = testamur::server::setup_link(&world.app).unwrap().unwrap();
    let owner = json!({ "token": link.expose(), "email": "ada@example.org", "name": "Ada", "password": crate::real_door::PASSWORD });
    crate::real_door::post(&world, "/setup", &owner).ok();
    let mut ada = Browser::of(&world, "ada@example.org");
    let page = ada.page("/staff/backups");
    assert!(
        page.contains("There is no backup of the last two days") && !page.contains("action=\"/staff/backups/drill\"")
    );
    let begun = ada.send(&form(&page, "/staff/backups"), &[]);
    assert!(ada.follow(&begun).contains("A backup is being made"));
    let until = |ada: &mut Browser, text: &str| {
        let began = Instant::now();
        loop {
            let page = ada.page("/staff/backups");
            if page.contains(text) {
                return page;
            }
            assert!(began.elapsed() < Duration::from_secs(120), "{page}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let page = until(&mut ada, "action=\"/staff/backups/drill\"");
    ada.send(&form(&page, "/staff/backups/drill"), &[]);
    let page = until(&mut ada, "The newest backup can be restored");
    assert!(page.contains("testamur-2026"), "{page}");
}

/// What is old is thrown away, of nobody in particular; what still waits stays.
#[test]
fn old_messages_name_nobody_any_more_and_the_record_counts_them() {
    let post = Post::with_certificates(3);
    post.send();
    post.deliver();
    let world = &post.world;
    assert_eq!(world.app.house().unwrap().retention, Retention { mail_days: 730, upload_days: 90 });
    nightly(&world.app).unwrap();
    let named = || post.messages().iter().filter(|message| message["to"].is_string()).count();
    assert_eq!(named(), 3);
    world.pass(731 * 86_400);
    nightly(&world.app).unwrap();
    assert_eq!(named(), 0);
    let messages = post.messages();
    assert!(messages.iter().all(|message| message["state"] == "sent"), "{messages:?}");
    assert!(
        messages.iter().all(|message| message["evidence"].as_array().unwrap().iter().all(|one| one["reply"].is_null()))
    );
    let log = world.app.store.audit(None, 1_000).unwrap().items;
    let thrown: Vec<_> = log.iter().filter(|entry| entry.act.action == "retention.apply").collect();
    assert_eq!((thrown.len(), &thrown[0].act.detail["messages"]), (1, &json!(3)));
    assert!(!format!("{thrown:?}").contains('@'));
    // Nobody is sent anything again by that.
    post.world.post("/runs", &json!({ "kind": "send", "event": "WORKSHOP" })).problem(422, "nobody");
}

#[test]
fn the_program_makes_one_by_its_configuration_and_a_command_restores_it() {
    let place = Place::new();
    let path = place.path("data/testamur.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text + "\n[backup]\nfolder = \"backups\"\nkeep = 3\n\n[retention]\nmail_days = 0\n").unwrap();
    let said = place.run(&["config", "check"]);
    assert!(said.contains("3 are kept") && said.contains("mail 0 days"), "{said}");
    let (process, token) = place.serve_owned();
    let began = Instant::now();
    let file = loop {
        let now = process.json(&token, "GET /api/v1/backups", &Value::Null);
        if let Some(name) = now["files"][0]["name"].as_str() {
            break place.path("data/backups").join(name);
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{now}");
        std::thread::sleep(Duration::from_millis(50));
    };
    process.stop();
    std::fs::rename(place.path("data/store"), place.path("store.old")).unwrap();
    let said = place.run(&["import-dump", file.to_str().unwrap(), "--complete"]);
    assert!(said.contains("records"), "{said}");
    assert!(place.run(&["event", "list"]).contains("WORKSHOP"));
    for wrong in ["hour = 24", "keep = 0", "keeps = 1"] {
        let text = std::fs::read_to_string(&path).unwrap().replace("keep = 3", wrong);
        std::fs::write(place.path("wrong.toml"), &text).unwrap();
        let kept = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text).unwrap();
        place.refused(&["config", "check"]);
        std::fs::write(&path, kept).unwrap();
    }
}
