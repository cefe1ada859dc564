//! Verification for everybody: by number, by id, by file, by text.

use std::io::{Cursor, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use lopdf::dictionary;
use serde_json::{Value, json};
use testamur::proof::jws::Jws;
use testamur::reading;
use testamur::server::Limits;
use testamur::store::MemoryStore;

use crate::harness::{Answer, World, on_each_engine, request};
use crate::runs::{certificates, done, school};

const FIRST: &str = "/certificates/CERT-WORKSHOP-2026-00001";

fn issued(world: &World) {
    school(world, 4, 0);
    world.patch("/events/WORKSHOP", &json!({ "expires_after": "2mo" })).ok();
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
}

/// Asks as nobody.
fn look_up(world: &World, what: &str) -> Answer {
    world.ask("", "GET", &format!("/verify/{what}"))
}

fn send(world: &World, kind: &str, body: impl Into<Vec<u8>>) -> Answer {
    world.send("", request("POST", "/verify").header("content-type", kind), body.into())
}

fn text(world: &World, text: &str) -> Value {
    send(world, "application/json", json!({ "text": text }).to_string()).ok()
}

fn file(world: &World, format: &str) -> Vec<u8> {
    world.get(&format!("{FIRST}/file?format={format}")).bytes
}

/// Returns the end of a version's address: the number, and what cannot be guessed.
fn id(world: &World, number: usize, version: usize) -> String {
    let number = format!("CERT-WORKSHOP-2026-{number:05}").parse().unwrap();
    let versions = world.app.store.versions(&number).unwrap();
    let jws = Jws::parse(&versions[version - 1].jws, 1 << 16).unwrap();
    let document: Value = serde_json::from_slice(&jws.payload).unwrap();
    document["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

fn verdict(answer: &Value) -> &str {
    assert_eq!(answer["verdicts"].as_array().unwrap().len(), 1, "{answer}");
    answer["verdicts"][0]["verdict"].as_str().unwrap()
}

#[test]
fn a_number_tells_the_state_and_only_the_whole_id_tells_whose() {
    on_each_engine(|world| {
        issued(world);
        let ids: Vec<_> = (1..=4).map(|number| id(world, number, 1)).collect();
        world.post("/certificates/CERT-WORKSHOP-2026-00002/revoke", &json!({ "cause": "fraud", "text": "sold" })).ok();
        let ask = json!({ "number": "CERT-WORKSHOP-2026-00003", "name": "Zoë Ångström" });
        let asked = world.tell("staff:i view,import", "POST", "/corrections", &ask).ok();
        world.post(&format!("/corrections/{}/approve", asked["id"].as_str().unwrap()), &json!({})).ok();
        let newest = id(world, 3, 2);
        world.pass(60);

        for (number, state) in [(1, "active"), (2, "revoked"), (3, "active"), (4, "active")] {
            let answer = look_up(world, &format!("CERT-WORKSHOP-2026-{number:05}"));
            let known = answer.ok();
            assert_eq!((&known["state"], &known["verdict"]), (&json!(state), &Value::Null), "{known}");
            assert!(!answer.text().contains("Person") && !answer.text().contains("Cartography"), "{}", answer.text());
        }
        for (id, state, verdict) in [
            (&ids[0], "active", "valid"),
            (&ids[1], "revoked", "revoked"),
            (&ids[2], "superseded", "superseded"),
            (&newest, "active", "valid"),
        ] {
            let known = look_up(world, id).ok();
            assert_eq!((&known["state"], &known["verdict"]["verdict"]), (&json!(state), &json!(verdict)), "{known}");
            assert_eq!(known["basis"]["asOf"], known["verdict"]["statusAsOf"], "{known}");
        }
        assert_eq!(look_up(world, &ids[1]).ok()["reason"]["text"], "sold");
        assert!(look_up(world, &newest).text().contains("Zoë Ångström"));

        world.pass(100 * 86_400);
        let known = look_up(world, &ids[0]).ok();
        assert_eq!((&known["state"], &known["verdict"]["verdict"]), (&json!("expired"), &json!("expired")));
        assert_eq!(look_up(world, "CERT-WORKSHOP-2026-00002").ok()["state"], "revoked", "and not expired");

        let guessed = format!("{}aaaaaaaa", &ids[0][..ids[0].len() - 8]);
        for unknown in ["CERT-WORKSHOP-2026-00099", "CERT-NONE-2026-00001", "x", "%00", &guessed, &ids[0][1..]] {
            look_up(world, unknown).problem(404, "not-found");
        }
    });
}

#[test]
fn whatever_a_certificate_is_sent_as_it_is_verified() {
    on_each_engine(|world| {
        issued(world);
        for format in ["pdf", "png", "jwt", "json"] {
            let answer = send(world, "application/octet-stream", file(world, format)).ok();
            assert_eq!((verdict(&answer), &answer["good"]), ("valid", &json!(true)), "{format}: {answer}");
            // Of what is known here no trust file is asked, and the answer says so.
            let (basis, now) = (&answer["verdicts"][0]["basis"], world.app.now().to_string());
            assert_eq!((&basis["on"], &basis["checked"]), (&json!("records"), &json!(now)), "{answer}");
            let text = format!("as of {}, by the issuer's own records", basis["asOf"].as_str().unwrap());
            assert_eq!((&basis["text"], &basis["overdue"]), (&json!(text), &json!(false)));
        }
        let jws = String::from_utf8(file(world, "jwt")).unwrap();
        let link = reading::read(&file(world, "png")).unwrap().candidates.remove(0).text;
        assert!(link.contains("academy.example/verify"), "{link}");
        let json = String::from_utf8(file(world, "json")).unwrap();
        for (what, whole) in [("jws", &jws), ("link", &link), ("json", &json)] {
            assert_eq!(verdict(&text(world, whole)), "valid", "{what}");
        }
        let kind = "application/json; charset=utf-8";
        let answer = send(world, kind, json!({ "text": jws }).to_string()).ok();
        assert_eq!(verdict(&answer), "valid");

        world.post(&format!("{FIRST}/revoke"), &json!({ "cause": "fraud" })).ok();
        world.pass(60);
        let answer = send(world, "application/pdf", file(world, "pdf")).ok();
        assert_eq!((verdict(&answer), &answer["good"]), ("revoked", &json!(false)), "the answer is as of now");
    });
}

#[test]
fn what_is_forged_or_nothing_is_told_apart() {
    let world = World::in_memory();
    issued(&world);
    let jws = String::from_utf8(file(&world, "jwt")).unwrap();
    let (head, rest) = jws.split_once('.').unwrap();
    let (payload, _) = rest.split_once('.').unwrap();
    let forged = format!("{head}.{payload}.{}", "A".repeat(86));
    assert_eq!(verdict(&text(&world, &forged)), "proof_invalid");
    for garbage in ["", "hello", "https://academy.example/verify#1", "{}", "[]", "{\"id\":1}"] {
        let answer = text(&world, garbage);
        assert_eq!((verdict(&answer), &answer["good"]), ("malformed", &json!(false)), "{garbage}");
    }
    for garbage in [&b"hello"[..], b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", &[0xff; 4_000], &[0; 4_000]] {
        let answer = send(&world, "application/octet-stream", garbage).ok();
        assert_eq!((verdict(&answer), &answer["good"]), ("malformed", &json!(false)), "{garbage:?}");
    }
    // What nobody can look into is not accused.
    for closed in [&b"PK\x03\x04"[..], b"7z\xBC\xAF\x27\x1C\0\x04", b"\x1F\x8B\x08\0"] {
        let answer = send(&world, "application/octet-stream", closed).ok();
        assert_eq!((verdict(&answer), &answer["good"]), ("unreadable", &json!(false)), "{closed:?}");
        assert!(answer["verdicts"][0]["hint"].is_string(), "{answer}");
    }
    let half = file(&world, "pdf");
    let answer = send(&world, "application/pdf", &half[..half.len() / 2]).ok();
    assert_eq!(answer["good"], false, "{answer}");

    send(&world, "application/octet-stream", "").problem(400, "bad-body");
    for wrong in ["", "{", "[]", "{\"text\":1}", "{\"text\":\"\",\"more\":1}", "\"text\""] {
        send(&world, "application/json", wrong).problem(400, "bad-body");
    }
    send(&world, "application/json", b"{\"text\":\"\xff\"}".to_vec()).problem(400, "bad-body");
    send(&world, "application/octet-stream", vec![b'x'; (16 << 20) + 1]).problem(413, "body-too-large");
    let published = world.app.vault.present(&crate::runs::desk(&world)).unwrap();
    send(&world, "application/octet-stream", published).problem(422, "not-a-certificate");
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Returns the names and verdicts of an answer.
fn named(answer: &Value) -> Vec<(&str, &str)> {
    let rows = answer["verdicts"].as_array().unwrap();
    rows.iter().map(|row| (row["name"].as_str().unwrap_or_default(), row["verdict"].as_str().unwrap())).collect()
}

#[test]
fn every_certificate_in_a_container_is_judged_by_name() {
    let world = World::in_memory();
    issued(&world);
    let pdf = |number: usize| world.get(&format!("/certificates/CERT-WORKSHOP-2026-{number:05}/file?format=pdf")).bytes;
    let (good, bad) = (pdf(1), pdf(2));
    world.post("/certificates/CERT-WORKSHOP-2026-00002/revoke", &json!({ "cause": "fraud" })).ok();
    world.pass(60);
    let ask = |bytes: &[u8]| send(&world, "application/octet-stream", bytes).ok();

    let zip = archive(&[("good.pdf", &good), ("bad.pdf", &bad), ("letter.txt", b"Hello")]);
    let answer = ask(&zip);
    assert_eq!(named(&answer), [("good.pdf", "valid"), ("bad.pdf", "revoked")]);
    assert_eq!((&answer["good"], &answer["notes"][0]["name"]), (&json!(false), &json!("letter.txt")));
    assert_eq!(ask(&archive(&[("good.pdf", &good)]))["good"], true);

    let glued = ask(&[&bad[..], &good].concat());
    assert_eq!(named(&glued), [("part 1", "revoked"), ("part 2", "valid")]);
    let junk = ask(&[&good[..], b"junk"].concat());
    assert_eq!(
        (verdict(&junk), &junk["verdicts"][0]["page"], &junk["good"]),
        ("valid", &json!("leftover"), &json!(false))
    );

    let letter = |name: &str, bytes: &[u8]| {
        let file = data_encoding::BASE64_MIME.encode(bytes);
        format!(
            "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n\
             Content-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{file}"
        )
    };
    let mail = ask(letter("all.zip", &zip).as_bytes());
    assert_eq!(named(&mail), [("all.zip/good.pdf", "valid"), ("all.zip/bad.pdf", "revoked")]);
    let deeper = archive(&[("inner.zip", &archive(&[("all.zip", &zip)]))]);
    let deep = ask(letter("outer.zip", &deeper).as_bytes());
    assert_eq!((named(&deep), &deep["good"]), (vec![("outer.zip/inner.zip/all.zip", "unreadable")], &json!(false)));
}

#[test]
fn nothing_hides_behind_a_good_certificate() {
    let world = World::in_memory();
    issued(&world);
    let get = |number: usize, format: &str| {
        world.get(&format!("/certificates/CERT-WORKSHOP-2026-{number:05}/file?format={format}")).bytes
    };
    let (good, bad) = (get(1, "png"), get(2, "png"));
    let jwt = String::from_utf8(get(2, "jwt")).unwrap();
    let jwt = jwt.trim();
    world.post("/certificates/CERT-WORKSHOP-2026-00002/revoke", &json!({ "cause": "fraud" })).ok();
    world.pass(60);
    let ask = |bytes: &[u8]| send(&world, "application/octet-stream", bytes).ok();

    let packed = [&good[..], b"\x1F\x8B\x08\0"].concat();
    let html = format!("<p>{jwt}</p>");
    let mail = |part: &str| {
        let png = data_encoding::BASE64_MIME.encode(&good);
        format!(
            "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\
             Content-Type: image/png; name=good.png\r\nContent-Transfer-Encoding: base64\r\n\r\n{png}\r\n--B\r\n{part}\r\n--B--\r\n"
        )
        .into_bytes()
    };
    let closed =
        mail("Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a");
    let link = mail(&format!("Content-Type: text/html\r\n\r\n<a href='data:text/plain,{jwt}'>x</a>"));
    for (file, expected) in [
        ([&good[..], &bad].concat(), vec![("", "valid"), ("part 2", "revoked")]),
        (packed, vec![("", "valid"), ("part 2", "unreadable")]),
        (archive(&[("a.png", &good), ("b.html", html.as_bytes())]), vec![("a.png", "valid"), ("b.html", "revoked")]),
        (archive(&[("a.png", &good), ("b.gz", b"\x1F\x8B\x08")]), vec![("a.png", "valid"), ("b.gz", "unreadable")]),
        (closed, vec![("good.png", "valid"), ("a.pdf", "unreadable")]),
        (link, vec![("good.png", "valid"), ("text 3", "revoked")]),
    ] {
        let answer = ask(&file);
        assert_eq!((named(&answer), &answer["good"]), (expected, &json!(false)), "{answer}");
    }
    for quiet in [[&good[..], &[0; 900]].concat(), archive(&[("a.png", &good), ("b.txt", b"Hello")])] {
        let answer = ask(&quiet);
        assert_eq!(answer["good"], true, "{answer}");
    }
}

#[test]
fn a_form_is_refused_with_what_to_do() {
    let world = World::in_memory();
    issued(&world);
    let png = file(&world, "png");
    let form = [b"--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n", &png[..], b"\r\n--B--\r\n"].concat();
    for kind in ["multipart/form-data; boundary=B", "Multipart/Form-Data; boundary=B"] {
        let refused = send(&world, kind, &form[..]).problem(415, "form");
        assert!(refused.contains("--data-binary"), "{refused}");
    }
}

#[test]
fn what_takes_too_much_to_read_is_neither_good_nor_accused_and_the_next_one_is_answered() {
    let world = World::in_memory();
    issued(&world);
    // One white picture, which a small file holds and whose hundred million pixels nobody needs.
    let mut picture = lopdf::Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 10_000, "Height" => 10_000,
            "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8,
        },
        vec![255; 300_000_000],
    );
    picture.compress().unwrap();
    let mut document = lopdf::Document::load_mem(&file(&world, "pdf")).unwrap();
    let page = *document.get_pages().values().next().unwrap();
    let picture = document.add_object(picture);
    document.add_xobject(page, "Huge", picture).unwrap();
    let mut content = document.get_page_content(page);
    content.extend_from_slice(b"\n/Huge Do\n");
    document.change_page_content(page, content).unwrap();
    let mut huge = Vec::new();
    document.save_to(&mut huge).unwrap();
    let answer = send(&world, "application/pdf", huge).ok();
    assert_eq!((verdict(&answer), &answer["good"]), ("valid", &json!(false)), "{answer}");
    assert_eq!(answer["verdicts"][0]["page"], "partly_read");
    assert_eq!(send(&world, "application/pdf", file(&world, "pdf")).ok()["good"], true);
}

#[test]
fn one_address_asks_so_often_and_no_more() {
    let limits = Limits { public_per_second: 5, ..Limits::default() };
    let world = World::on(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), limits);
    issued(&world);
    let answers: Vec<_> = (0..40).map(|_| look_up(&world, "CERT-WORKSHOP-2026-00001")).collect();
    let answered = answers.iter().filter(|answer| answer.status == 200).count();
    assert!((10..40).contains(&answered), "{answered}");
    let refused = answers.iter().find(|answer| answer.status != 200).unwrap();
    refused.problem(429, "too-many-requests");
    assert!(refused.headers.contains_key("retry-after"));
    // Files count with the numbers; staff are not slowed down.
    let refused = (0..40).map(|_| send(&world, "application/json", "{\"text\":\"x\"}"));
    assert!(refused.into_iter().any(|answer| answer.status == 429));
    for _ in 0..40 {
        world.get(FIRST).ok();
    }
    assert_eq!(certificates(&*world.app.store).len(), 4);
}

#[test]
fn who_verifies_while_a_key_changes_is_answered() {
    let world = Arc::new(World::in_memory());
    issued(&world);
    let over = Arc::new(AtomicBool::new(false));
    let (tell, told) = mpsc::channel();
    let (verifying, seen, done) = (Arc::clone(&world), Arc::clone(&over), tell.clone());
    std::thread::spawn(move || {
        while !seen.load(Ordering::SeqCst) {
            // Each asks a minute later, so that what is trusted is found out anew.
            verifying.pass(60);
            send(&verifying, "application/json", "{\"text\":\"x\"}");
        }
        done.send("verified").unwrap();
    });
    std::thread::spawn(move || {
        world.post("/keys/rotate", &json!({})).ok();
        world.post("/keys/k1/compromise", &json!({ "since": "2026-11-22T10:00:00Z" })).ok();
        over.store(true, Ordering::SeqCst);
        tell.send("changed").unwrap();
    });
    for _ in 0..2 {
        told.recv_timeout(Duration::from_secs(120)).expect("neither waits for the other for ever");
    }
}

#[test]
fn an_address_that_is_none_is_named_before_anything_else_is_looked_at() {
    let world = World::in_memory();
    issued(&world);
    let good: Value = serde_json::from_slice(&file(&world, "json")).unwrap();
    assert_eq!(verdict(&text(&world, &good.to_string())), "valid");
    for (pointer, value, field) in [
        ("/id", "CERT-WORKSHOP-2026-00001", "id"),
        ("/credentialStatus/id", "https://academy.example/status 1", "credentialStatus.id"),
        ("/credentialSubject/achievement/type/0", "An Achievement", "credentialSubject.achievement.type"),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = json!(value);
        for answer in
            [text(&world, &changed.to_string()), send(&world, "application/octet-stream", changed.to_string()).ok()]
        {
            assert_eq!((verdict(&answer), &answer["verdicts"][0]["field"]), ("malformed", &json!(field)), "{answer}");
        }
    }
}
