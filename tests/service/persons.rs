//! A person stands above events: joined and split by staff, and by who proves both mailboxes.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, hidden};
use crate::harness::World;
use crate::mail::{Post, on_each_engine};
use crate::pages::{link_for, link_sent};
use crate::runs::{done, school};

/// An event with certificates for people by name and address.
pub fn event(world: &World, code: &str, people: &[(&str, &str)]) {
    let details = json!({ "title": format!("Course {code}"), "template": "classic" });
    world.post("/events", &json!({ "code": code, "details": details })).ok();
    world.put(&format!("/events/{code}/rule"), &json!({ "rule": "passed" })).ok();
    for (name, email) in people {
        let person = json!({ "name": name, "email": email, "progress": { "passed": true } });
        world.post(&format!("/events/{code}/participants?same_address=two_people"), &person).ok();
    }
    world.post(&format!("/events/{code}/state"), &json!({ "to": "open" })).ok();
    world.post(&format!("/events/{code}/state"), &json!({ "to": "completed" })).ok();
    done(world, &json!({ "kind": "generate", "event": code }));
}

fn two(one: (&str, &str), other: (&str, &str)) -> Value {
    let named = |(event, person): (&str, &str)| json!({ "event": event, "person": person });
    json!({ "one": named(one), "other": named(other) })
}

fn inside<'w>(post: &'w Post, address: &str) -> Browser<'w> {
    let mut browser = Browser::new(&post.world);
    let link = link_for(post, address).unwrap();
    assert_eq!(browser.enter(&link).status, StatusCode::SEE_OTHER);
    browser
}

const MINE: &str = "/portal/certificates";
const ZOE: (&str, &str) = ("Zoë Ångström", "zoe@work.example");
const HOME: (&str, &str) = ("Zoë Maria Ångström", "zoe@home.example");

#[test]
fn staff_join_and_split_who_is_one_person() {
    on_each_engine(|post| {
        let world = &post.world;
        event(world, "ONE", &[ZOE]);
        event(world, "TWO", &[HOME]);
        event(world, "THREE", &[ZOE]);
        let enrolled = |code: &str, who: &str| {
            let listed = world.get(&format!("/events/{code}/participants/{who}/enrolments")).ok();
            let events =
                listed["items"].as_array().unwrap().iter().map(|one| one["event"].as_str().unwrap().to_owned());
            events.collect::<Vec<_>>()
        };
        assert_eq!(enrolled("ONE", ZOE.1), ["ONE", "THREE"], "one address and one name");
        let mut browser = inside(post, ZOE.1);
        let page = browser.get(MINE).text();
        assert!(page.contains("Course ONE") && page.contains("Course THREE") && !page.contains("Course TWO"), "{page}");
        assert_eq!(browser.get(&format!("{MINE}/CERT-TWO-2026-00001")).status, StatusCode::NOT_FOUND);

        let joined = two(("ONE", ZOE.1), ("TWO", HOME.1));
        world.tell("staff:x view", "POST", "/persons/join", &joined).problem(403, "forbidden");
        world.tell("staff:x view,import ONE", "POST", "/persons/join", &joined).problem(404, "not-found");
        assert_eq!(world.post("/persons/join", &joined).status, 204);
        // From either side the same: what stands under both addresses.
        assert_eq!(enrolled("ONE", ZOE.1), ["ONE", "THREE", "TWO"]);
        assert_eq!(enrolled("TWO", HOME.1), ["ONE", "THREE", "TWO"]);
        let page = browser.get(MINE).text();
        assert!(page.contains("Course TWO"), "{page}");
        let number = format!("{MINE}/CERT-TWO-2026-00001");
        assert_eq!(browser.get(&number).status, StatusCode::OK);
        assert!(browser.get(&format!("{number}/file?format=pdf")).bytes.starts_with(b"%PDF"));
        // The link proves the mailbox that it is sent to, whichever is newer.
        assert!(link_for(post, HOME.1).is_some());

        assert_eq!(world.post("/persons/split", &joined).status, 204);
        assert_eq!(enrolled("TWO", HOME.1), ["TWO"]);
        assert_eq!(browser.get(&number).status, StatusCode::NOT_FOUND);

        // One name and one address, and two people all the same.
        assert_eq!(world.post("/persons/split", &two(("ONE", ZOE.1), ("THREE", ZOE.1))).status, 204);
        let page = browser.get(MINE).text();
        let choices: Vec<_> =
            page.match_indices("?who=").map(|(at, _)| page[at..].split('"').next().unwrap()).collect();
        assert!(choices.len() == 2 && choices[0] != choices[1], "{choices:?}");
        let first = browser.get(&format!("{MINE}{}", choices[0])).text();
        assert!(first.contains("Course ONE") && !first.contains("Course THREE"), "{first}");

        world.post("/persons/join", &two(("ONE", ZOE.1), ("ONE", ZOE.1))).problem(422, "same-participant");
        let actions: Vec<_> = world.acts().into_iter().map(|(action, _)| action).collect();
        assert!(actions.contains(&"person.join".to_owned()) && actions.contains(&"person.split".to_owned()));
    });
}

#[test]
fn who_proves_another_mailbox_in_the_session_has_both_together() {
    let post = Post::patient();
    let world = &post.world;
    school(world, 0, 0);
    event(world, "ONE", &[ZOE]);
    event(world, "TWO", &[HOME]);
    event(world, "CLUB", &[("Alan Turing", "club@home.example"), ("Grace Hopper", "club@home.example")]);
    let mut browser = inside(&post, ZOE.1);
    let ask = |browser: &mut Browser, email: &str| {
        let page = browser.get(MINE).text();
        let fields = [("csrf", &*hidden(&page, "csrf")), ("who", &*hidden(&page, "who")), ("email", email)];
        let before = post.sink.count();
        let answer = browser.post("/portal/addresses", &fields);
        assert_eq!(answer.headers["location"], "/portal/certificates?done=sent");
        link_sent(&post, email, before)
    };
    assert_eq!(ask(&mut browser, "nobody@home.example"), None);
    let link = ask(&mut browser, HOME.1).unwrap();

    // Whoever finds the link elsewhere gets nowhere with it, and does not use it up.
    let mut other = Browser::new(world);
    assert_eq!(other.enter(&link).status, StatusCode::GONE);
    let mut another = inside(&post, HOME.1);
    assert_eq!(another.enter(&link).status, StatusCode::GONE);
    assert!(!browser.get(MINE).text().contains("Course TWO"));

    let joined = browser.enter(&link);
    assert_eq!(joined.headers["location"], "/portal/certificates?done=joined");
    let page = browser.get(MINE).text();
    assert!(page.contains("Course ONE") && page.contains("Course TWO"), "{page}");
    assert_eq!(browser.get(&format!("{MINE}/CERT-TWO-2026-00001")).status, StatusCode::OK);
    assert_eq!(browser.enter(&link).status, StatusCode::GONE, "once");

    // Behind a mailbox of several, none of whom has their name, nobody is taken for them.
    let link = ask(&mut browser, "club@home.example").unwrap();
    assert_eq!(browser.enter(&link).headers["location"], "/portal/certificates?done=unclear");
    assert!(!browser.get(MINE).text().contains("Course CLUB"));

    // Erasing the one takes what was said of them.
    let id = world.get("/events/TWO/participants").ok()["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(world.post(&format!("/events/TWO/participants/{id}/erase"), &json!({})).status, 204);
    let page = browser.get(MINE).text();
    assert!(page.contains("Course ONE") && !page.contains("Course TWO"), "{page}");
}

/// Which of the events' titles a page of all shows.
fn courses(browser: &mut Browser) -> Vec<&'static str> {
    let page = browser.get(MINE).text();
    assert!(!page.contains("?who="), "one person: {page}");
    let codes = ["ONE", "TWO", "THREE", "FOUR", "FIVE", "CLUB"];
    codes.into_iter().filter(|code| page.contains(&format!("Course {code}<"))).collect()
}

#[test]
fn what_comes_to_a_joined_mailbox_later_is_theirs_too_until_it_is_split_off_or_erased() {
    let post = Post::patient();
    let world = &post.world;
    school(world, 0, 0);
    event(world, "ONE", &[ZOE]);
    event(world, "TWO", &[HOME, ("Alan Turing", HOME.1)]);
    let mut browser = inside(&post, ZOE.1);
    let page = browser.get(MINE).text();
    // Two use the mailbox: it is joined with whom staff say.
    assert!(page.contains("Course ONE"), "{page}");
    let people = world.get("/events/TWO/participants").ok();
    let id_of = |name: &str| {
        let found = people["items"].as_array().unwrap().iter().find(|one| one["name"] == name);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let zoe = id_of(HOME.0);
    assert_eq!(world.post("/persons/join", &two(("ONE", ZOE.1), ("TWO", &zoe))).status, 204);
    event(world, "FOUR", &[HOME, ("Alan Turing", HOME.1)]);
    event(world, "FIVE", &[("Alan Turing", HOME.1)]);
    assert_eq!(courses(&mut browser), ["ONE", "TWO", "FOUR"], "hers, and not what is Alan's");
    let numbers = world.get("/certificates?event=FOUR").ok();
    for one in numbers["items"].as_array().unwrap() {
        let status = browser.get(&format!("{MINE}/{}", one["number"].as_str().unwrap())).status;
        let hers = one["recipient"] == HOME.0;
        assert_eq!(status, if hers { StatusCode::OK } else { StatusCode::NOT_FOUND }, "{one}");
    }
    // Whoever shares the mailbox sees as before who is who, and Alan has nothing of hers.
    let mut shared = inside(&post, HOME.1);
    let page = shared.get(MINE).text();
    let choices: Vec<_> =
        page.match_indices("?who=").map(|(at, _)| page[at..].split('"').next().unwrap().to_owned()).collect();
    assert_eq!(choices.len(), 2, "{page}");
    for choice in choices {
        let page = shared.get(&format!("{MINE}{choice}")).text();
        assert_eq!(page.contains("Course ONE"), page.contains(HOME.0), "{page}");
        assert_eq!(page.contains("Course FIVE"), !page.contains(HOME.0), "{page}");
    }

    // Split off by staff, the one enrolment is not hers any more, and the rest stays.
    let four = world.get("/events/FOUR/participants").ok();
    let four = four["items"].as_array().unwrap().iter().find(|one| one["name"] == HOME.0).unwrap()["id"].clone();
    let four = four.as_str().unwrap();
    assert_eq!(world.post("/persons/split", &two(("ONE", ZOE.1), ("FOUR", four))).status, 204);
    assert_eq!(courses(&mut browser), ["ONE", "TWO"]);
    assert_eq!(world.post("/persons/join", &two(("ONE", ZOE.1), ("FOUR", four))).status, 204);
    assert_eq!(courses(&mut browser), ["ONE", "TWO", "FOUR"]);
    // Split from the person, nothing of the mailbox is.
    assert_eq!(world.post("/persons/split", &two(("ONE", ZOE.1), ("FOUR", four))).status, 204);
    assert_eq!(world.post("/persons/split", &two(("ONE", ZOE.1), ("TWO", &zoe))).status, 204);
    assert_eq!(courses(&mut browser), ["ONE"]);
    assert_eq!(world.post("/persons/join", &two(("ONE", ZOE.1), ("TWO", &zoe))).status, 204);
    assert_eq!(courses(&mut browser), ["ONE", "TWO"]);
    // What joined them is erased, and so is that they were joined.
    assert_eq!(world.post(&format!("/events/TWO/participants/{zoe}/erase"), &json!({})).status, 204);
    assert_eq!(courses(&mut browser), ["ONE"]);
}

#[test]
fn who_is_merged_keeps_what_was_said_of_either() {
    on_each_engine(|post| {
        let world = &post.world;
        let double = ("Zoë Angstrom", "zoe@old.example");
        event(world, "ONE", &[ZOE]);
        event(world, "TWO", &[HOME]);
        event(world, "THREE", &[("Grace Hopper", "grace@example.org")]);
        let added = json!({ "name": double.0, "email": double.1 });
        let gone = world.post("/events/ONE/participants", &added).ok()["id"].as_str().unwrap().to_owned();
        assert_eq!(world.post("/persons/join", &two(("ONE", &gone), ("TWO", HOME.1))).status, 204);
        assert_eq!(world.post("/persons/split", &two(("ONE", &gone), ("THREE", "grace@example.org"))).status, 204);
        assert_eq!(world.post("/persons/split", &two(("ONE", &gone), ("ONE", ZOE.1))).status, 204);
        let mut browser = inside(post, ZOE.1);
        assert_eq!(courses(&mut browser), ["ONE"]);
        let keep = world.get(&format!("/events/ONE/participants/{}", ZOE.1)).ok()["id"].clone();
        world.post("/events/ONE/merge", &json!({ "keep": keep, "gone": gone })).ok();
        assert_eq!(courses(&mut browser), ["ONE", "TWO"], "the join was the other's");
        let store = &*world.app.store;
        let ties = store.documents(testamur::store::Collection::PERSON_TIES, "", None, 100).unwrap().items;
        assert_eq!(ties.len(), 4, "of two that are left, either way: {ties:?}");
        // Split afterwards, it is gone; and so is all that was said when the person is erased.
        assert_eq!(world.post("/persons/split", &two(("ONE", ZOE.1), ("TWO", HOME.1))).status, 204);
        assert_eq!(courses(&mut browser), ["ONE"]);
        let id = keep.as_str().unwrap();
        assert_eq!(world.post(&format!("/events/ONE/participants/{id}/erase"), &json!({})).status, 204);
        let ties = store.documents(testamur::store::Collection::PERSON_TIES, "", None, 100).unwrap().items;
        assert!(ties.is_empty(), "{ties:?}");
    });
}

/// Staff of one event answer for it alone: an address that they change, or an entry that they merge, opens nothing of another event
/// that the person is joined with. Who sees both events keeps the join.
#[test]
fn who_answers_for_one_event_gives_nobody_a_way_into_another() {
    on_each_engine(|post| {
        let world = &post.world;
        let limited = "staff:x view,import ONE";
        let nils = ("Nils Berg", "nils@work.example");
        event(world, "ONE", &[ZOE, nils]);
        event(world, "TWO", &[HOME, ("Nils B. Berg", "nils@home.example")]);
        for (one, other) in [(ZOE.1, HOME.1), (nils.1, "nils@home.example")] {
            assert_eq!(world.post("/persons/join", &two(("ONE", one), ("TWO", other))).status, 204);
            assert_eq!(courses(&mut inside(post, one)), ["ONE", "TWO"]);
        }
        // Who decides about another address sees what goes with it.
        let number = world.get("/certificates?event=ONE&text=zoe").ok()["items"][0]["number"].clone();
        let file = world.get(&format!("/certificates/{}/file?format=jwt", number.as_str().unwrap())).bytes;
        let actor = testamur::desk::Actor::Public { address: None };
        let (store, issuer) = (&*world.app.store, &world.app.issuer);
        let desk = testamur::desk::Desk { store, issuer, actor: &actor, now: world.app.now() };
        let ours = testamur::acts::stray::read(&file, &world.app.reader, &world.app.vault.manifest()).unwrap();
        testamur::acts::lost::ask(&desk, &ours, "zoe@lost.example", "").unwrap().expect("it is in force");
        let request = format!("/address-requests/{}", number.as_str().unwrap());
        assert_eq!(world.get(&request).ok()["joined_in"], json!(["TWO"]));
        let seen = world.tell(limited, "GET", &request, &Value::Null).ok();
        assert_eq!(seen["joined_in"], json!([]), "nothing of an event that is not theirs");

        let path = format!("/events/ONE/participants/{}", ZOE.1);
        let moved = |email: &str| json!({ "name": ZOE.0, "email": email });
        world.patch(&path, &moved("zoe@new.example")).ok();
        assert_eq!(courses(&mut inside(post, "zoe@new.example")), ["ONE", "TWO"], "said by who sees both");
        let path = "/events/ONE/participants/zoe@new.example";
        world.tell(limited, "PATCH", path, &moved("thief@evil.example")).ok();
        assert_eq!(courses(&mut inside(post, "thief@evil.example")), ["ONE"]);

        let made_up = json!({ "name": "Nobody Known", "email": "evil@evil.example" });
        world.tell(limited, "POST", "/events/ONE/participants", &made_up).ok();
        let merge = json!({ "keep": "evil@evil.example", "gone": nils.1 });
        world.tell(limited, "POST", "/events/ONE/merge", &merge).ok();
        assert_eq!(courses(&mut inside(post, "evil@evil.example")), ["ONE"]);
    });
}
