//! Many messages at once: sent again, and counted by day.

use serde_json::{Value, json};

use super::{Post, on_each_engine};
use crate::runs::{done, school};
use crate::smtp_sink::Fault;

fn to(n: usize) -> String {
    format!("p{n:05}@example.org")
}

#[test]
fn many_are_sent_again_but_for_some_and_only_those_that_were_shown() {
    on_each_engine(|post| {
        school(&post.world, 6, 0);
        done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        for n in 0..4 {
            post.sink.fail(&to(n), Fault::Recipient("552 5.2.2 mailbox full"));
        }
        post.send();
        let sent = post.deliver();
        assert_eq!((sent.sent, sent.bounced), (2, 4), "{sent:?}");
        let id = |n: usize| post.message_to(&to(n))["id"].as_str().unwrap().to_owned();
        let (kept, last) = (id(0), id(3));
        let mut wanted = json!({ "event": "WORKSHOP", "state": "bounced", "except": [kept] });
        let preview = post.world.post("/mail/resend/preview", &wanted).ok();
        assert_eq!((&preview["total"], &preview["sends"], &preview["kept"]), (&json!(3), &json!(3), &json!(0)));
        let names = preview["names"].as_array().unwrap();
        assert!(names.len() == 2 && names.iter().all(|name| *name != "Person Number 0"), "{preview}");
        // Somebody sends one of them meanwhile.
        post.world.post(&format!("/mail/messages/{last}/resend"), &json!({})).ok();
        wanted["expected"] = preview["set"].clone();
        post.world.post("/mail/resend", &wanted).problem(409, "changed");
        wanted["expected"] = post.world.post("/mail/resend/preview", &wanted).ok()["set"].clone();
        let again = post.world.post("/mail/resend", &wanted).ok();
        assert_eq!((&again["sends"], &again["kept"]), (&json!(2), &json!(1)), "{again}");
        assert_eq!(post.deliver().sent, 3);
        let mut reached: Vec<_> = post.sink.mails().into_iter().map(|mail| mail.to).collect();
        reached.sort();
        assert_eq!(reached, [1, 2, 3, 4, 5].map(to));
        assert_eq!(post.message_to(&to(0))["state"], "bounced");
        // Those that are named; what was replaced or is on its way stays.
        let named = json!({ "messages": [kept, kept, last] });
        let done = post.world.post("/mail/resend", &named).ok();
        assert_eq!((&done["total"], &done["sends"], &done["kept"]), (&json!(2), &json!(1), &json!(1)));
        let twice = post.world.post("/mail/resend", &named).ok();
        assert_eq!(twice["sends"], 0, "nobody is sent two by doing it twice");
        assert_eq!(post.deliver().sent, 1);
        for (wrong, status, code) in [
            (json!({}), 422, "invalid"),
            (json!({ "messages": [kept], "state": "bounced" }), 422, "invalid"),
            (json!({ "messages": ["nonsense"] }), 404, "not-found"),
            (json!({ "state": "bounced", "excep": [] }), 422, "bad-body"),
        ] {
            let answer = post.world.post("/mail/resend", &wrong);
            assert_eq!(answer.status.as_u16(), status, "{wrong}: {}", answer.text());
            assert!(code == "bad-body" || answer.json()["code"] == code, "{}", answer.text());
        }
    });
}

/// However many failed: the first ones before the answer, the others after it.
#[test]
fn all_that_failed_are_sent_again_piece_by_piece() {
    const ALL: usize = 2 * testamur::acts::send::AGAIN_AT_A_TIME + 5;
    let post = Post::with_certificates(ALL);
    (0..ALL).for_each(|n| post.sink.fail(&to(n), Fault::Recipient("552 5.2.2 mailbox full")));
    post.send();
    let mut bounced = 0;
    while bounced < ALL {
        let pass = post.deliver();
        assert!(pass.bounced > 0, "{pass:?}");
        bounced += pass.bounced as usize;
    }
    (0..ALL).for_each(|n| post.sink.forgive(&to(n)));
    let mut wanted = json!({ "state": "bounced" });
    let preview = post.world.post("/mail/resend/preview", &wanted).ok();
    assert_eq!((&preview["sends"], &preview["under_way"]), (&json!(ALL), &json!(0)));
    wanted["expected"] = preview["set"].clone();
    let told = post.world.post("/mail/resend", &wanted).ok();
    let first = testamur::acts::send::AGAIN_AT_A_TIME;
    assert_eq!((&told["sends"], &told["under_way"], &told["kept"]), (&json!(first), &json!(ALL - first), &json!(0)));
    let began = std::time::Instant::now();
    while post.sink.count() < ALL {
        post.deliver();
        assert!(began.elapsed() < std::time::Duration::from_secs(120), "{} of {ALL}", post.sink.count());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let mut reached: Vec<_> = post.sink.mails().into_iter().map(|mail| mail.to).collect();
    reached.sort();
    assert_eq!(reached, (0..ALL).map(to).collect::<Vec<_>>(), "nobody is sent two");
}

#[test]
fn messages_are_counted_by_the_day_on_which_they_were_put_out() {
    on_each_engine(|post| {
        school(&post.world, 3, 0);
        done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        post.sink.fail(&to(1), Fault::Recipient("550 5.1.1 User unknown"));
        let days = |query: &str| post.world.get(&format!("/mail/days{query}")).ok()["days"].as_array().unwrap().clone();
        let counts = |day: &Value| ["messages", "left", "in_vain", "ambiguous"].map(|name| day[name].as_u64().unwrap());
        assert!(days("").len() == 30 && days("").iter().all(|day| counts(day) == [0; 4]));
        post.send();
        assert_eq!(counts(days("").last().unwrap()), [3, 0, 0, 0]);
        post.deliver();
        assert_eq!(counts(days("?event=WORKSHOP").last().unwrap()), [3, 2, 1, 0]);
        post.world.pass(2 * 86_400);
        let three = days("?days=3");
        assert_eq!(three.iter().map(counts).collect::<Vec<_>>(), [[3, 2, 1, 0], [0; 4], [0; 4]]);
        assert_eq!(counts(&days("?days=2")[0]), [0; 4], "before the first day nothing is counted");
        post.world.get("/mail/days?days=0").problem(400, "bad-query");
        post.world.get("/mail/days?days=93").problem(400, "bad-query");
    });
}

#[test]
fn what_came_back_is_counted_until_a_later_one_was_accepted_or_somebody_saw_to_it() {
    on_each_engine(|post| {
        let world = &post.world;
        school(world, 4, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        for n in 0..2 {
            post.sink.fail(&to(n), Fault::Recipient("550 5.1.1 User unknown"));
        }
        let run = post.send();
        assert_eq!(post.deliver().bounced, 2);
        let run = run["id"].as_str().unwrap();
        let vain = |query: &str| -> Vec<Value> {
            world.get(&format!("/mail/messages?in_vain={query}")).ok()["items"].as_array().unwrap().clone()
        };
        let open = || world.get("/mail").ok()["in_vain"].clone();
        assert_eq!((vain("unsettled").len(), open()), (2, json!(2)));
        let one = &vain(&format!("all&run={run}&event=WORKSHOP"))[0];
        assert!(one["name"].as_str().unwrap().starts_with("Person Number"), "{one}");
        assert!(vain("all&run=20260101T000000Z-00000000").is_empty());
        let pages = vain("all&order=newest&limit=1");
        assert_eq!(pages.len(), 1);
        for wrong in ["all&state=bounced", "all&number=CERT-WORKSHOP-2026-00001"] {
            world.get(&format!("/mail/messages?in_vain={wrong}")).problem(400, "bad-query");
        }
        world.get(&format!("/mail/messages?run={run}")).problem(400, "bad-query");

        // The right address: a later message was accepted.
        let id = |n: usize| post.message_to(&to(n))["id"].as_str().unwrap().to_owned();
        let (first, second) = (id(0), id(1));
        world.post(&format!("/mail/messages/{first}/resend"), &json!({ "email": "new@example.org" })).ok();
        assert_eq!(vain("unsettled").len(), 2, "it has not left yet");
        assert_eq!(post.deliver().sent, 1);
        assert_eq!((vain("unsettled").len(), vain("all").len(), open()), (1, 2, json!(1)));
        // Somebody says that it needs nobody.
        let good = post.message_to(&to(2))["id"].as_str().unwrap().to_owned();
        world.post(&format!("/mail/messages/{good}/seen"), &Value::Null).problem(409, "not-in-vain");
        let seen = world.post(&format!("/mail/messages/{second}/seen"), &Value::Null).ok();
        assert!(seen["seen_to"].is_string() && seen["state"] == "bounced", "{seen}");
        assert_eq!((vain("unsettled").len(), vain("all").len(), open()), (0, 2, json!(0)));
        assert!(world.acts().iter().any(|(action, _)| action == "mail.seen"));
    });
}

#[test]
fn messages_are_looked_for_by_address_name_and_number() {
    on_each_engine(|post| {
        school(&post.world, 5, 0);
        done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        for n in 0..2 {
            post.sink.fail(&to(n), Fault::Recipient("550 5.1.1 User unknown"));
        }
        post.send();
        assert_eq!(post.deliver().bounced, 2);
        let found = |query: &str| -> Vec<String> {
            let told = post.world.get(&format!("/mail/messages?{query}")).ok();
            let all = told["items"].as_array().unwrap().iter();
            let mut all: Vec<_> = all.map(|one| one["to"].as_str().unwrap().to_owned()).collect();
            all.sort();
            all
        };
        assert_eq!(found("q=P00003%40EXAMPLE"), [to(3)]);
        assert_eq!(found("q=number+4+person"), [to(4)], "a name with its words in another order");
        assert_eq!(found("q=WORKSHOP-2026-00003"), [to(2)]);
        assert_eq!(found("q=person&state=bounced"), [to(0), to(1)]);
        assert_eq!(found("q=00001%40&in_vain=unsettled"), [to(1)]);
        assert_eq!(found("q=nobody"), [""; 0]);
        assert_eq!(found("q=+&about=certificates").len(), 5, "blanks are no text");
        // Page by page.
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let told = post.world.get(&format!("/mail/messages?q=person&order=newest&limit=2{cursor}")).ok();
            all.extend(told["items"].as_array().unwrap().iter().map(|one| one["to"].as_str().unwrap().to_owned()));
            let Some(next) = told["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        all.sort();
        assert_eq!(all, (0..5).map(to).collect::<Vec<_>>());
        // An address that was corrected since is still found by what the message went to.
        let bounced = post.message_to(&to(0))["id"].as_str().unwrap().to_owned();
        let right = json!({ "email": "right@example.org" });
        post.world.post(&format!("/mail/messages/{bounced}/resend"), &right).ok();
        assert!(found("q=right%40").contains(&"right@example.org".to_owned()));
        assert!(found("q=p00000%40").contains(&to(0)));
        // What is sent again is what was found.
        let wanted = json!({ "q": "p00001@" });
        let preview = post.world.post("/mail/resend/preview", &wanted).ok();
        assert_eq!(preview["total"], 1, "{preview}");
        post.world.post("/mail/resend/preview", &json!({ "q": " " })).problem(422, "invalid");
        let both = json!({ "messages": [bounced], "q": "p00001@" });
        post.world.post("/mail/resend/preview", &both).problem(422, "invalid");
    });
}
