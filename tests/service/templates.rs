//! Templates over HTTP: uploaded, refused, previewed, given to tiers and languages, rolled out.

use axum::http::header;
use serde_json::{Value, json};

use crate::harness::{Answer, OWNER, World, on_each_engine, request};
use crate::runs::{certificates, done};

/// A template with its own words.
pub fn document(words: &str, language: &str) -> Vec<u8> {
    let text = |text: &str, y: u32, size: u32| json!({ "type": "text", "text": text, "x": 20, "y": y, "width": 170, "height": 20, "size": size, "minSize": 8, "wrap": true });
    let elements = [
        text(words, 20, 20),
        text("{participant_name}", 60, 30),
        text("{event_title}", 100, 16),
        text("{certificate_number}", 140, 12),
        json!({ "type": "image", "asset": "logo", "x": 20, "y": 160, "width": 40, "height": 20, "optional": true }),
        json!({ "type": "qr", "x": 20, "y": 236, "size": 40 }),
    ];
    let page = json!({ "size": "A4", "orientation": "portrait" });
    json!({ "testamur": 1, "title": words, "language": language, "page": page, "elements": elements })
        .to_string()
        .into_bytes()
}

/// A part of a form: its name, a file name for a file, its bytes.
pub type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

pub fn send(world: &World, caller: &str, method: &str, path: &str, parts: &[Part]) -> Answer {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--FRONTIER\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--FRONTIER--\r\n");
    let request = request(method, path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=FRONTIER");
    world.send(caller, request, body)
}

pub fn add(world: &World, name: &str, words: &str, language: &str) -> Answer {
    let document = document(words, language);
    send(
        world,
        OWNER,
        "POST",
        "/templates",
        &[("name", None, name.as_bytes()), ("template", Some("template.json"), &document)],
    )
}

pub fn printed(bytes: &[u8]) -> String {
    testamur::reading::read(bytes).unwrap().printed.unwrap()
}

/// The text of a certificate's PDF.
pub fn pdf(world: &World, number: &str, version: u32) -> String {
    printed(&world.get(&format!("/certificates/{number}/file?format=pdf&version={version}")).bytes)
}

const TIERS: [(&str, u32); 3] = [("bronze", 60), ("silver", 80), ("gold", 100)];

/// An event of five sessions with a template for each tier in two languages, and seven people with what they attended.
fn school(world: &World) {
    for (tier, _) in TIERS {
        for (language, words) in [("en", format!("{tier} certificate")), ("de", format!("Urkunde in {tier}"))] {
            assert_eq!(add(world, &format!("{tier}-{language}"), &words, language).status, 201);
        }
    }
    let choice = |tier: &str, language: Option<&str>| json!({ "tier": tier, "language": language, "template": format!("{tier}-{}", language.unwrap_or("en")) });
    let templates: Vec<Value> =
        TIERS.iter().flat_map(|(tier, _)| [choice(tier, None), choice(tier, Some("de"))]).collect();
    let details = json!({ "title": "Applied Cartography", "template": "classic", "templates": templates });
    let made = world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    assert_eq!(made["templates"][0]["name"], "bronze-en");
    let sessions: Vec<Value> =
        (1..6).map(|n| json!({ "id": format!("s{n}"), "title": format!("Session {n}") })).collect();
    world.put("/events/WORKSHOP/course", &json!({ "sessions": sessions, "activities": [] })).ok();
    // Attended: 2, 3, 4, 5 of 5; the last of those who get gold was at the fifth session by a list of attendance.
    let csv = "name,email,locale,attendance:s1,attendance:s2,attendance:s3,attendance:s4,attendance:s5\n\
               Two English,two@example.org,en,yes,yes,no,no,no\n\
               Three English,three@example.org,en,yes,yes,yes,no,no\n\
               Drei Deutsch,drei@example.org,de-AT,yes,yes,yes,no,no\n\
               Four English,four@example.org,en,yes,yes,yes,yes,no\n\
               Vier Deutsch,vier@example.org,de,yes,yes,yes,yes,no\n\
               Five English,five@example.org,,yes,yes,yes,yes,no\n\
               Funf Deutsch,funf@example.org,de,yes,yes,yes,yes,no\n";
    let imported = world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv.as_bytes(), &[]).ok();
    assert_eq!((&imported["counts"]["added"], &imported["counts"]["errors"]), (&json!(7), &json!(0)), "{imported}");
    let last = json!({ "session": "s5", "present": ["five@example.org", "funf@example.org"] });
    assert_eq!(world.post("/events/WORKSHOP/attendance", &last).ok()["marked"], 2);
    let steps: Vec<Value> = TIERS.iter().map(|(tier, from)| json!({ "name": tier, "from": from })).collect();
    let rule =
        json!({ "rule": { "attendance": { "percent": 60 } }, "tiers": { "measure": "attendance", "steps": steps } });
    world.put("/events/WORKSHOP/rule", &rule).ok();
    world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
}

#[test]
fn three_tiers_in_two_languages_go_from_import_to_their_own_certificates_and_to_a_new_version() {
    on_each_engine(|world| {
        school(world);
        let one = world.get("/events/WORKSHOP/eligibility/vier@example.org").ok();
        assert_eq!((&one["tier"], &one["eligible"]), (&json!("silver"), &json!(true)), "{one}");
        let two = world.get("/events/WORKSHOP/eligibility/two@example.org").ok();
        let clause = &two["explained"]["rule"];
        assert_eq!(
            (&clause["measured"], &clause["threshold"], &clause["met"]),
            (&json!("2 of 5 (40 %)"), &json!("60 %"), &json!(false))
        );
        let threshold = json!({ "threshold": { "at": "", "to": 40 } });
        let tried = world.post("/events/WORKSHOP/eligibility/what-if", &threshold).ok();
        assert_eq!(tried["before"], 6, "{tried}");

        let preview = world.post("/runs/preview", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        let planned: Vec<_> =
            preview["rows"].as_array().unwrap().iter().map(|row| row["template"].as_str().unwrap()).collect();
        assert_eq!(planned, ["bronze-en", "bronze-de", "silver-en", "silver-de", "gold-en", "gold-de"]);
        let run = done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        assert_eq!((&run["state"], &run["counters"]["done"]), (&json!("completed"), &json!(6)), "{run}");

        let words = [
            "bronze certificate",
            "Urkunde in bronze",
            "silver certificate",
            "Urkunde in silver",
            "gold certificate",
            "Urkunde in gold",
        ];
        let issued = certificates(&*world.app.store);
        for (certificate, words) in issued.iter().zip(words) {
            let text = pdf(world, &certificate.number.to_string(), 1);
            assert!(text.contains(words) && text.contains(&certificate.recipient), "{words}: {text}");
        }
        assert_eq!(
            issued[4].basis.as_ref().unwrap()["rule"]["tier"]["name"]
                .as_str()
                .or(issued[4].fields.get("tier").map(String::as_str)),
            Some("gold")
        );

        // A version changes no event by itself; once it is rolled out, those who have the older one are found.
        let older = json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "template_older" });
        let changed = send(
            world,
            OWNER,
            "PUT",
            "/templates/gold-en",
            &[("template", Some("t.json"), &document("pure gold", "en"))],
        );
        assert_eq!(changed.ok()["versions"].as_array().unwrap().len(), 2);
        assert_eq!(world.post("/runs/preview", &older).ok()["total"], 0);
        let used = world.get("/templates/gold-en").ok();
        assert_eq!(
            used["used_by"],
            json!([{ "event": "WORKSHOP", "tier": "gold", "digest": used["template"]["versions"][0]["digest"], "newest": false }])
        );
        let rolled = world.post("/templates/gold-en/roll-out", &json!({})).ok();
        assert_eq!(rolled["items"], json!([{ "event": "WORKSHOP", "done": true }]));
        assert_eq!(world.get("/templates/gold-en").ok()["used_by"][0]["newest"], true);
        let preview = world.post("/runs/preview", &older).ok();
        assert_eq!(
            (&preview["total"], &preview["replaced"], &preview["rows"][0]["name"]),
            (&json!(1), &json!(1), &json!("Five English"))
        );
        let run = done(world, &older);
        assert_eq!((&run["state"], &run["counters"]["done"]), (&json!("completed"), &json!(1)), "{run}");
        let five = issued[4].number.to_string();
        assert!(pdf(world, &five, 2).contains("pure gold"));
        assert!(pdf(world, &five, 1).contains("gold certificate"), "what was issued stays as it was");
        assert_eq!(world.post("/runs/preview", &older).ok()["total"], 0);
        assert!(world.acts().iter().any(|(action, on)| action == "event.template" && on == "WORKSHOP"));
    });
}

#[test]
fn the_library_is_listed_shown_downloaded_and_emptied_but_for_what_is_used() {
    on_each_engine(|world| {
        let logo = png(40, 20);
        let parts: [Part; 3] =
            [("name", None, b"with-logo"), ("base", None, b"minimal"), ("logo", Some("our.png"), &logo)];
        let made = send(world, OWNER, "POST", "/templates", &parts);
        assert_eq!((made.status.as_u16(), made.ok()["versions"][0]["version"].as_u64()), (201, Some(1)));
        let asset = made.ok()["assets"].as_array().unwrap().iter().find(|one| one["name"] == "logo").cloned().unwrap();
        assert_eq!((&asset["present"], &asset["bytes"]), (&json!(true), &json!(logo.len())));
        add(world, "plain", "Plain", "en").ok();
        add(world, "plain", "Plain", "en").problem(409, "template-exists");
        add(world, "classic", "Mine", "en").problem(409, "template-exists");
        add(world, "../etc", "Mine", "en").problem(422, "invalid");
        let names = |page: &Value| -> Vec<String> {
            page["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        let first = world.get("/templates?limit=1").ok();
        assert_eq!(names(&first), ["classic", "modern", "minimal", "laurel", "ribbon", "quiet", "plain"]);
        let rest = world.get(&format!("/templates?limit=1&cursor={}", first["next"].as_str().unwrap())).ok();
        assert_eq!(names(&rest), ["with-logo"]);

        // A built-in one has versions too; an event may name one of them, and stays with it.
        let classic = world.get("/templates/classic").ok();
        let versions = classic["template"]["versions"].as_array().unwrap();
        let newest = versions.last().unwrap();
        assert_eq!(
            (&classic["template"]["built_in"], &classic["template"]["digest"]),
            (&json!(true), &newest["digest"])
        );
        assert_eq!(first["items"][0]["version"], newest["version"]);
        let template = |name: &str| json!({ "title": "Versions", "template": name });
        for (code, name) in [("NEWEST", "classic"), ("FIXED", "classic@1"), ("KEPT", "with-logo@1")] {
            let made = world.post("/events", &json!({ "code": code, "details": template(name) })).ok();
            let plain = name.trim_end_matches("@1");
            let of = world.get(&format!("/templates/{plain}")).ok();
            let versions = of["template"]["versions"].as_array().unwrap();
            let named = if name.contains('@') { versions.first() } else { versions.last() };
            let named = (&json!(plain), &named.unwrap()["digest"]);
            assert_eq!((&made["template"]["name"], &made["template"]["digest"]), named);
        }
        for none in ["classic@4", "classic@0", "classic@01", "plain@9", "none@1", "classic@"] {
            let none = json!({ "code": "NONE", "details": template(none) });
            world.post("/events", &none).problem(422, "no-such-template");
        }
        world.get("/templates/classic/files/template.json?version=4").problem(404, "not-found");
        assert!(world.get("/templates/classic/files/template.json?version=1").bytes.starts_with(b"{"));
        let used = world.get("/templates/classic").ok();
        let used: Vec<_> =
            used["used_by"].as_array().unwrap().iter().map(|one| (&one["event"], &one["newest"])).collect();
        assert_eq!(used, [(&json!("FIXED"), &json!(false)), (&json!("NEWEST"), &json!(true))]);
        let rolled_out = world.post("/templates/classic/roll-out", &json!({})).ok();
        assert_eq!(
            (rolled_out["items"].as_array().unwrap().len(), &rolled_out["items"][0]["event"]),
            (1, &json!("FIXED"))
        );

        // What is downloaded can be uploaded again, and the same again is no new version.
        let document = world.get("/templates/plain/files/template.json").bytes;
        let tag = world.get("/templates/plain").etag();
        let same = send(world, OWNER, "PUT", "/templates/plain", &[("template", Some("t"), &document)]);
        assert_eq!((same.ok()["versions"].as_array().unwrap().len(), same.etag()), (1, tag));
        assert_eq!(world.get("/templates/with-logo/files/logo").bytes, logo);
        world.get("/templates/with-logo/files/..%2Fx").problem(404, "not-found");
        assert_eq!(world.get("/templates/plain/files/template.json?version=1").bytes, document);
        for none in ["plain/files/template.json?version=2", "classic/files/template.json?version=4"] {
            world.get(&format!("/templates/{none}")).problem(404, "not-found");
        }
        world.get("/templates/%2Fetc%2Fpasswd").problem(404, "not-found");

        let sample = json!({ "recipient": "Zoë Ångström", "title": "Cartography", "fields": {} });
        let drawn = world.post("/templates/plain/preview", &sample);
        assert!(printed(&drawn.bytes).contains("Zoë Ångström"), "{}", drawn.text());
        let png = world.post("/templates/classic/preview", &json!({ "format": "png" }));
        assert_eq!(
            (&png.headers[header::CONTENT_TYPE], png.bytes.starts_with(b"\x89PNG")),
            (&header::HeaderValue::from_static("image/png"), true)
        );
        world.post("/templates/none/preview", &json!({})).problem(404, "not-found");

        world.post("/events", &json!({ "code": "SPRING", "details": { "title": "Spring", "template": "plain" } })).ok();
        let detail = world.delete("/templates/plain").problem(409, "template-in-use");
        assert!(detail.contains("SPRING"), "{detail}");
        world.patch("/events/SPRING", &json!({ "template": "with-logo" })).ok();
        assert_eq!(world.delete("/templates/plain").status, 204);
        world.get("/templates/plain").problem(404, "not-found");
        world.delete("/templates/classic").problem(404, "not-found");
        world.patch("/events/SPRING", &json!({ "template": "plain" })).problem(422, "no-such-template");
        for caller in ["staff:v view", "staff:r view,revoke"] {
            send(world, caller, "POST", "/templates", &parts).problem(403, "forbidden");
            world.ask(caller, "DELETE", "/templates/with-logo").problem(403, "forbidden");
        }
    });
}

#[test]
fn what_cannot_be_used_is_refused_with_all_that_is_wrong_before_anything_is_kept() {
    let world = World::in_memory();
    let refused = |parts: &[Part]| {
        let answer = send(&world, OWNER, "POST", "/templates", &[&[("name", None, &b"bad"[..])][..], parts].concat());
        let checked = send(&world, OWNER, "POST", "/templates/check", parts);
        assert_eq!(answer.status, checked.status, "{}", checked.text());
        answer
    };
    let bad = |parts: &[Part]| refused(parts).problem(422, "bad-template");
    let mut no_code: Value = serde_json::from_slice(&document("x", "en")).unwrap();
    no_code["elements"].as_array_mut().unwrap().pop();
    let no_code = no_code.to_string();
    let answer = refused(&[("template", Some("t"), no_code.as_bytes())]);
    assert!(answer.problem(422, "bad-template").contains("no QR code"));
    assert!(
        answer.json()["errors"][0]["detail"].as_str().unwrap().contains("add an element of type qr"),
        "{}",
        answer.text()
    );
    assert!(bad(&[("template", Some("t"), b"{\"testamur\": 1")]).contains("JSON"));
    let misspelt = String::from_utf8(document("x", "en")).unwrap().replace("\"wrap\"", "\"warp\"");
    assert!(bad(&[("template", Some("t"), misspelt.as_bytes())]).contains("warp"));
    let missing = String::from_utf8(document("x", "en"))
        .unwrap()
        .replace(",\"optional\":true", "")
        .replace("\"optional\":true,", "");
    assert!(bad(&[("template", Some("t"), missing.as_bytes())]).contains("`logo`"));

    let document = document("x", "en");
    let with = |logo: &[u8]| bad(&[("template", Some("t"), &document), ("logo", Some("logo"), logo)]);
    assert!(with(b"hello").contains("not a PNG"));
    assert!(with(&huge_png()).contains("pixels"));
    let mut torn = png(300, 300);
    torn.truncate(torn.len() / 2);
    with(&torn);
    let svg = |inside: &str| {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='9' height='9'>{inside}</svg>"
        )
    };
    assert!(with(svg("<image width='9' height='9' xlink:href='/etc/passwd'/>").as_bytes()).contains("outside"));
    assert!(with(svg(&format!("{}{}", "<g>".repeat(50_000), "</g>".repeat(50_000))).as_bytes()).contains("nested"));
    let laughs: String = (1..30)
        .map(|n| format!("<g id='u{n}'><use xlink:href='#u{0}'/><use xlink:href='#u{0}'/></g>", n - 1))
        .collect();
    assert!(with(svg(&format!("<path id='u0' d='M0 0h9'/>{laughs}")).as_bytes()).contains("use"));
    assert!(
        with(format!("<!DOCTYPE svg [<!ENTITY a \"aaaa\">]>{}", svg("<desc>&a;</desc>")).as_bytes())
            .contains("entities")
    );
    let hidden = format!("{}{}", "<g a='/>'>".repeat(3_000), "</g>".repeat(3_000));
    assert!(with(svg(&hidden).as_bytes()).contains("nested"));
    for (kind, attribute) in [("pattern", "fill"), ("clipPath", "clip-path"), ("mask", "mask")] {
        let chain: String = (1..3_000)
            .map(|n| format!("<{kind} id='m{n}'><rect width='9' height='9' {attribute}='url(#m{})'/></{kind}>", n - 1))
            .collect();
        let problem = with(svg(&chain).as_bytes());
        assert!(problem.contains("chain") || problem.contains("nested"), "{problem}");
    }
    let dashes = "<path stroke='#000' stroke-dasharray='0.00001' d='M0 0L297 210'/>";
    assert!(with(svg(dashes).as_bytes()).contains("dashes"));
    let paths = format!("<path stroke='#000' d='M0 0{}'/>", "L9 9L0 0".repeat(60_000));
    assert!(with(svg(&paths).as_bytes()).contains("segments"));
    assert!(with(&vec![0x20; 6 << 20]).contains("larger"));
    assert!(bad(&[("template", Some("t"), &document), ("asset", Some("unused.png"), &png(3, 3))]).contains("no place"));
    refused(&[("template", Some("t"), &document), ("base", None, b"classic")]).problem(400, "bad-upload");
    refused(&[]).problem(400, "bad-upload");
    let flood = vec![0x20; 30 << 20];
    refused(&[("template", Some("t"), &flood)]).problem(413, "body-too-large");
    assert_eq!(world.get("/templates").ok()["items"].as_array().unwrap().len(), 6, "nothing was kept");
    assert!(world.acts().iter().all(|(action, _)| !action.starts_with("template.")));
}

#[test]
fn a_picture_with_as_many_dashes_and_segments_as_may_be_is_drawn() {
    let world = World::in_memory();
    let logo = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='297' height='210'>\
         <path fill='none' stroke='#000' stroke-dasharray='0.01' d='M0 0H297'/>\
         <path fill='none' stroke='#000' stroke-width='5' d='M0 0{}'/></svg>",
        "L297 210L0 0".repeat(24_000)
    );
    let document = document("x", "en");
    let parts: [Part; 3] =
        [("name", None, b"busy"), ("template", Some("t"), &document), ("logo", Some("logo"), logo.as_bytes())];
    assert_eq!(send(&world, OWNER, "POST", "/templates", &parts).status, 201);
    let drawn = world.post("/templates/busy/preview", &json!({ "format": "png" }));
    assert!(drawn.bytes.starts_with(b"\x89PNG"), "{}", drawn.text());
}

#[test]
fn a_template_brings_its_own_font_and_a_file_that_is_none_is_refused() {
    let world = World::in_memory();
    let mut own: Value = serde_json::from_slice(&document("own font", "en")).unwrap();
    own["fonts"] = json!(["own.ttf"]);
    own["elements"][0]["font"] = json!("Great Vibes");
    let own = own.to_string();
    let font = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/GreatVibes-Regular.ttf")).unwrap();
    let upload = |font: &[u8]| {
        let parts: [Part; 3] =
            [("name", None, b"own"), ("template", Some("t"), own.as_bytes()), ("asset", Some("own.ttf"), font)];
        send(&world, OWNER, "POST", "/templates", &parts)
    };
    upload(b"no font at all").problem(422, "bad-template");
    upload(&font[..font.len() / 3]).problem(422, "bad-template");
    assert_eq!(upload(&font).status, 201);
    assert_eq!(world.get("/templates/own/files/own.ttf").bytes, font);
    assert!(printed(&world.post("/templates/own/preview", &json!({})).bytes).contains("own font"));
}

/// A grey picture.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let noise = |x: u32, y: u32| image::Luma([(x.wrapping_mul(31) ^ y.wrapping_mul(17)) as u8]);
    image::GrayImage::from_fn(width, height, noise).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A few bytes that say that they are a picture of 900 million pixels.
fn huge_png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend_from_slice(&30_000_u32.to_be_bytes());
    bytes.extend_from_slice(&30_000_u32.to_be_bytes());
    bytes.extend_from_slice(&[8, 6, 0, 0, 0]);
    let crc = bytes[12..].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    bytes.extend_from_slice(&(!crc).to_be_bytes());
    bytes.extend_from_slice(b"\0\0\0\0IDAT");
    bytes
}
