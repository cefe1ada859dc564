//! One search over the people of all events, and Home over all that was ever decided: neither grows with what it does not show.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use testamur::acts::ApprovalState;
use testamur::acts::approval::Approval;
use testamur::credential::Timestamp;
use testamur::desk::Actor;
use testamur::server::{Limits, accounts};
use testamur::store::{
    Batch, Collection, DocumentWrite, Expect, Fields, MemoryStore, Participant, ParticipantChange, PersonKey,
};

use crate::browser::Browser;
use crate::harness::World;
use crate::meanwhile::between::Between;
use crate::real_door::{PASSWORD, behind_the_real_door, log_in, school_by};
use crate::runs::desk;

/// A service whose calls of the store are counted, with its owner.
struct Counted {
    world: World,
    calls: Arc<AtomicUsize>,
}

impl Counted {
    fn new() -> Self {
        let between = Between::over(Arc::new(MemoryStore::new()));
        let calls = Arc::new(AtomicUsize::new(0));
        let count = calls.clone();
        between.watch(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let world = World::with_door(between, tempfile::tempdir().unwrap(), Limits::default(), accounts());
        let link = testamur::server::setup_link(&world.app).unwrap().unwrap();
        let owner = json!({ "token": link.expose(), "email": "ada@example.org", "name": "Ada", "password": PASSWORD });
        crate::real_door::post(&world, "/setup", &owner).ok();
        Self { world, calls }
    }

    /// How often the store was called for a piece of work, and what came of it.
    fn of<T>(&self, work: impl FnOnce() -> T) -> (usize, T) {
        let before = self.calls.load(Ordering::SeqCst);
        let done = work();
        (self.calls.load(Ordering::SeqCst) - before, done)
    }

    /// Makes events with so many people each, of whom one in `E007` is Grace Hopper.
    fn fill(&self, events: std::ops::Range<usize>, people: usize) {
        let ada = log_in(&self.world, "", "ada@example.org");
        for event in events {
            let code = format!("E{event:03}");
            let details = json!({ "title": format!("Course {event}") });
            ada.ask(&self.world, "POST", "/events", &json!({ "code": code, "details": details })).ok();
            let person = |n: usize| {
                let (name, id) = match (event, n) {
                    (7, 3) => ("Grace Brewster Hopper".to_owned(), Some("X-4711".to_owned())),
                    _ => (format!("Person {n} of {event}"), None),
                };
                let email = Some(format!("p{n}.e{event}@example.org"));
                let mut one =
                    Participant::new(PersonKey(format!("p{n}")), name, email, Fields::new(), self.world.app.now());
                one.id = Some(format!("p-{event:03}{n:03}"));
                one.external_id = id;
                ParticipantChange { event: code.parse().unwrap(), old: None, new: Some(one) }
            };
            let batch = Batch { people: (0..people).map(person).collect(), ..Batch::default() };
            let desk = desk(&self.world);
            desk.store.write(&batch, Some(&desk.act("participant.import", &code, Value::Null))).unwrap();
        }
    }
}

#[test]
fn a_search_over_three_hundred_events_reads_as_much_as_one_over_ten() {
    let counted = Counted::new();
    counted.fill(0..10, 120);
    let mut browser = Browser::of(&counted.world, "ada@example.org");
    let ways = ["hopper", "Hopper, Grace Brewster", "p3.e7@example.org", "x-4711", "nobody of that name"];
    let ask = |browser: &mut Browser, way: &str| {
        let way: String = url::form_urlencoded::byte_serialize(way.as_bytes()).collect();
        browser.page(&format!("/staff/search?q={way}"))
    };
    let few: Vec<usize> = ways.iter().map(|way| counted.of(|| ask(&mut browser, way)).0).collect();
    counted.fill(10..300, 120);
    for (way, few) in ways.iter().zip(few) {
        let begun = Instant::now();
        let (calls, page) = counted.of(|| ask(&mut browser, way));
        println!(
            "{way}: {calls} calls of the store, {:.3} s among 36,000 people of 300 events",
            begun.elapsed().as_secs_f64()
        );
        // Titles of events are looked through, a page of them at a time; nobody is asked event by event.
        assert!(calls <= few + 30, "{way}: {calls} calls, {few} with ten events");
        let found = page.contains("/staff/events/E007/people/p-007003");
        assert_eq!(found, !way.starts_with("nobody"), "{way}: {page}");
        assert_eq!(page.matches("/people/p-").count(), usize::from(found), "{way}");
    }
    let begun = Instant::now();
    let (calls, page) = counted.of(|| ask(&mut browser, "person 7"));
    println!("person 7: {calls} calls, {:.3} s", begun.elapsed().as_secs_f64());
    assert_eq!(page.matches("/people/p-").count(), 50, "as many as are shown");
    assert!(page.contains("More is found than is shown here"), "{page}");
    let (_, page) = counted.of(|| ask(&mut browser, "course 299"));
    assert!(page.contains("href=\"/staff/events/E299\""), "an event is found by its title: {page}");
}

#[test]
fn the_people_of_all_events_are_listed_by_event_page_by_page_and_within_a_scope() {
    crate::harness::on_each_engine(|world| {
        for (code, people) in [("B", 3), ("A", 2), ("AB", 1)] {
            world.post("/events", &json!({ "code": code, "details": { "title": format!("Course {code}") } })).ok();
            for n in 0..people {
                let person = json!({ "name": format!("Zoë {n}"), "email": format!("zoe{n}@example.org") });
                world.post(&format!("/events/{code}/participants"), &person).ok();
            }
        }
        let all = |caller: &str, query: &str| {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = world.ask(caller, "GET", &format!("/participants?{query}{cursor}")).ok();
                let of = |one: &Value| format!("{}: {}", one["event"].as_str().unwrap(), one["name"].as_str().unwrap());
                found.extend(page["items"].as_array().unwrap().iter().map(of));
                match page["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return found,
                }
            }
        };
        let wanted = ["A: Zoë 0", "A: Zoë 1", "AB: Zoë 0", "B: Zoë 0", "B: Zoë 1", "B: Zoë 2"];
        let owner = crate::harness::OWNER;
        for limit in [1, 2, 4, 50] {
            assert_eq!(all(owner, &format!("q=ZO%C3%8B&limit={limit}")), wanted, "{limit}");
        }
        assert_eq!(
            all("staff:v view A,B", "q=zo%C3%AB&limit=2"),
            [wanted[0], wanted[1], wanted[3], wanted[4], wanted[5]]
        );
        assert_eq!(world.get("/participants?q=zoe1%40").ok()["items"][0]["event_title"], "Course A");
        // An event that is removed, and a text that is none.
        world.delete("/events/A").ok();
        assert_eq!(all(owner, "q=zo%C3%AB"), wanted[2..]);
        world.get("/participants?q=%20").problem(400, "bad-query");
        world.get("/participants").problem(400, "bad-query");
        world.get("/participants?q=zo&cursor=x").problem(400, "bad-cursor");
        let events = world.get("/events?q=course+ab").ok();
        assert_eq!((events["items"][0]["code"].as_str(), events["items"].as_array().unwrap().len()), (Some("AB"), 1));
    });
}

#[test]
fn home_does_not_read_what_was_decided_long_ago() {
    let counted = Counted::new();
    let world = &counted.world;
    let ada = log_in(world, "", "ada@example.org");
    let standing = || ada.ask(world, "GET", "/standing", &Value::Null).ok()["pending_approvals"].clone();
    let put = |at: Timestamp, n: usize, state| {
        let id = format!("{}-{n:08x}", at.to_string().replace(['-', ':'], ""));
        let approval = Approval {
            id: id.clone(),
            run: "20260101T000000Z-00000000".to_owned(),
            count: 2,
            by: Actor::staff("bob"),
            at,
            expires: at.plus_days(7),
            state,
            decided_by: None,
            decided_at: None,
        };
        DocumentWrite::put(Collection::APPROVALS, id, Expect::Absent, &approval)
    };
    let now = world.app.now();
    let open: Vec<_> = (0..3).map(|n| put(now, n, ApprovalState::Pending)).collect();
    world.app.store.write_documents(&open, None).unwrap();
    let (before, pending) = counted.of(standing);
    assert_eq!(pending, 3);
    // Nobody decided about these in time.
    for day in 0..100 {
        let at = now.plus_days(-8 - day);
        let old: Vec<_> = (0..100).map(|n| put(at, n, ApprovalState::Pending)).collect();
        world.app.store.write_documents(&old, None).unwrap();
    }
    let (after, pending) = counted.of(standing);
    assert_eq!(pending, 3);
    println!("{before} calls of the store without, {after} beside 10,000 old approvals");
    assert!(after <= before + 1, "{after} calls beside 10,000 old approvals, {before} without");
    // They are listed where they are asked for.
    let expired = (Some(ApprovalState::Expired), true);
    let listed = testamur::acts::approval::list(&*world.app.store, expired, now, None, 500).unwrap();
    assert_eq!(listed.items.len(), 500);
}

/// A second click while the first is under way is told so, and not that nothing was sent.
#[test]
fn a_form_that_is_sent_again_while_the_first_is_under_way_is_told_that() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let relay =
            json!({ "relay": "smtp.example.org", "security": "tls", "from": "Academy <office@academy.example>" });
        ada.ask(world, "PUT", "/mail/relay", &relay).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/certificates/CERT-WORKSHOP-2026-00001";
        let send = crate::browser::form(&browser.page(path), &format!("{path}/send"));
        browser.send(&send, &[]);
        let runs = || ada.ask(world, "GET", "/runs?kind=send", &Value::Null).ok()["items"].as_array().unwrap().len();
        assert_eq!(runs(), 1);
        let rewrite = |change: &dyn Fn(&mut Value)| {
            let all = world.app.store.documents(Collection::IDEMPOTENCY, "", None, 100).unwrap().items;
            let is_it = |value: &Value| value["path"].as_str().is_some_and(|path| path.ends_with("/runs"));
            let one = all.into_iter().rfind(|one| is_it(&one.value)).unwrap();
            let mut value = one.value;
            change(&mut value);
            let write = DocumentWrite::put(Collection::IDEMPOTENCY, one.key, Expect::Any, &value);
            world.app.store.write_documents(&[write], None).unwrap();
        };
        crate::runs::work(world);
        rewrite(&|seen| seen["answer"] = Value::Null);
        let told = browser.send(&send, &[]);
        assert_eq!(told.status, 409);
        assert!(told.text().contains("what it asks for is being done"), "{}", told.text());
        assert!(!told.text().contains("Nothing was sent"), "{}", told.text());
        browser.page("/staff?lang=de");
        let german = browser.send(&send, &[]).text();
        assert!(german.contains("wird gerade bearbeitet") && !german.contains("Nichts wurde gesendet"), "{german}");
        browser.page("/staff?lang=en");
        // Done, with an answer that nobody knows any more.
        rewrite(&|seen| seen["unkept"] = json!(true));
        let told = browser.send(&send, &[]);
        assert_eq!(told.status, 409);
        assert!(
            told.text().contains("was done already") && !told.text().contains("Nothing was sent"),
            "{}",
            told.text()
        );
        assert_eq!(runs(), 1, "nothing was done twice");
    });
}
