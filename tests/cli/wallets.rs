//! The page that the JSON for wallets may name: only where the issuer wishes it, published by its digest, and never fetched.

use std::fs;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use svg2pdf::usvg::{Options, Tree};

use crate::files::judged;
use crate::issuer::{EVENT, Issuer, text};

const SOON: &str = "2026-03-03T09:00:00Z";
const PEOPLE: &str = "name,email\nÜnal O'Neil,a@example.org\nआरती शर्मा,b@example.org\n";

/// Says in the configuration whether the JSON for wallets names a page.
fn set(issuer: &Issuer, on: bool) {
    let config = issuer.path("data/testamur.toml");
    let told = fs::read_to_string(&config).unwrap();
    let rest: String =
        told.lines().filter(|line| !line.starts_with("render_method")).map(|line| format!("{line}\n")).collect();
    fs::write(&config, format!("render_method = {on}\n{rest}")).unwrap();
}

/// Fills a page as Mustache does, with the tags that ours have: names with dots, escaped, and sections of what is there.
fn filled(page: &str, credential: &Value) -> String {
    let found = |name: &str| credential.pointer(&format!("/{}", name.replace('.', "/"))).cloned();
    let Some((before, rest)) = page.split_once("{{") else { return page.to_owned() };
    let (tag, after) = rest.split_once("}}").unwrap();
    if let Some(name) = tag.strip_prefix('#') {
        let (inside, after) = after.split_once(&format!("{{{{/{name}}}}}")).unwrap();
        let inside = found(name).map(|_| filled(inside, credential)).unwrap_or_default();
        return format!("{before}{inside}{}", filled(after, credential));
    }
    let value = match found(tag).unwrap_or_else(|| panic!("the credential has no {tag}")) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    format!("{before}{value}{}", filled(after, credential))
}

/// The `.json`, `.jwt` and `.pdf` of a certificate.
fn files(issuer: &Issuer, number: &str) -> [Vec<u8>; 3] {
    let render = ["certificates", "render", number, "--out", "OUT", "--format", "json,jwt,pdf"];
    issuer.run(&render).expect(0);
    ["json", "jwt", "pdf"].map(|kind| fs::read(issuer.file(number, kind)).unwrap())
}

#[test]
fn a_wallets_page_is_named_by_its_digest_where_the_issuer_wishes_it_and_nothing_else_changes() {
    let issuer = Issuer::with(PEOPLE);
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,jwt"]).expect(0);
    let [first, second] = <[String; 2]>::try_from(issuer.numbers()).unwrap();
    let [plain, first_jwt, first_pdf] = files(&issuer, &first);
    assert!(!String::from_utf8(plain.clone()).unwrap().contains("renderMethod"), "it is off by itself");
    let [jwt, pdf] = ["jwt", "pdf"].map(|kind| fs::read(issuer.file(&second, kind)).unwrap());
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert!(!issuer.path("site/render").exists());

    set(&issuer, true);
    // What has its proof keeps it; code, JWT and PDF are what they were to the bit.
    assert!(files(&issuer, &first) == [plain, first_jwt, first_pdf]);
    let [with_page, same_jwt, same_pdf] = files(&issuer, &second);
    assert!(same_jwt == jwt && same_pdf == pdf);
    let secured: Value = serde_json::from_slice(&with_page).unwrap();
    assert_eq!(secured["@context"][2], "https://w3id.org/vc/render-method/v2rc2");
    let method = &secured["renderMethod"];
    assert_eq!((&method["type"], &method["renderSuite"]), (&json!("TemplateRenderMethod"), &json!("svg-mustache")));

    // Whoever verifies needs no page, and fetches none: it is not published yet.
    issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON]).expect(0);
    for row in judged(&issuer, &[issuer.file(&second, "json")]) {
        assert_eq!(row["verified"], true, "{row}");
    }
    let other = String::from_utf8(with_page.clone()).unwrap().replace("svg-mustache", "html");
    fs::write(issuer.path("other.json"), other).unwrap();
    assert_eq!(issuer.verify(&issuer.path("other.json"), SOON)["verdict"], "proof_invalid");
    for row in judged(&issuer, &[issuer.path("other.json")]) {
        assert_eq!(row["verified"], false, "{row}");
    }

    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let address = text(&method["template"], "id");
    let name = address.strip_prefix("https://certs.example.org/").unwrap();
    let page = fs::read(issuer.path("site").join(name)).unwrap();
    let digest = Sha256::digest(&page);
    assert_eq!(name, format!("render/{}.svg", HEXLOWER.encode(&digest)));
    let multihash = [&[0x12, 0x20], &digest[..]].concat();
    assert_eq!(text(&method["template"], "digestMultibase"), format!("u{}", BASE64URL_NOPAD.encode(&multihash)));

    // Filled in, it is an SVG that says what the credential says and asks nobody for anything.
    let page = String::from_utf8(page).unwrap();
    let shown = filled(&page, &secured);
    Tree::from_str(&shown, &Options::default()).unwrap();
    assert!(shown.contains(">आरती शर्मा</text>") && shown.contains(&second), "{shown:.3000}");
    assert!(!page.contains("आरती") && !page.contains(&second), "it is the same for all of the event");
    let addresses = page.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "");
    assert!(!addresses.contains("http:") && !addresses.contains("href=\"h") && !page.contains("<script"));

    // Off again, what was handed out stays as it is, and the page stays there.
    set(&issuer, false);
    assert!(files(&issuer, &second) == [with_page, jwt, pdf]);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert!(issuer.path("site").join(name).is_file());
}

#[test]
fn an_event_has_one_page_for_wallets_and_badges_name_it_too() {
    let issuer = Issuer::with(PEOPLE);
    set(&issuer, true);
    issuer.run(&["config", "check"]).expect(0).prints("render_method");
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "json,baked-svg"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON]).expect(0);
    let numbers = issuer.numbers();
    let json =
        |number: &String| -> Value { serde_json::from_slice(&fs::read(issuer.file(number, "json")).unwrap()).unwrap() };
    let [first, second] = [json(&numbers[0]), json(&numbers[1])];
    assert_eq!(first["renderMethod"], second["renderMethod"], "one page for the event");
    let folder = fs::read_dir(issuer.path("site/render")).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(folder.len(), 1);
    let shown = filled(&fs::read_to_string(folder[0].path()).unwrap(), &first);
    assert!(shown.contains(">Ünal O'Neil</text>"), "{shown:.3000}");
    Tree::from_str(&shown, &Options::default()).unwrap();
    assert!(fs::read_to_string(issuer.file(&numbers[0], "badge.svg")).unwrap().contains("svg-mustache"));
}
