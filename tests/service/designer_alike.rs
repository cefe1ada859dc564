//! Templates that are called as built-in ones that came later: what an earlier version has kept under such a name stays what it is, and
//! is listed, used, designed onward and rolled out as before.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testamur::store::{Collection, DocumentWrite, Expect};
use testamur::template::Template;

use crate::browser::{Browser, form, form_with, to};
use crate::harness::{OWNER, START, World, on_each_engine};
use crate::real_door::behind_the_real_door;
use crate::templates::{add, document, send};

/// A template of the library, under a name that none can have by now; as an earlier version has left it.
fn left(world: &World, name: &str, words: &str) {
    let template = Template::new(&document(words, "en"), BTreeMap::new()).unwrap();
    let digest = world.app.store.put_blob(&template.to_bundle()).unwrap();
    let version = json!({ "version": 1, "digest": digest, "by": "staff:owner", "at": START });
    let put = DocumentWrite::put(
        Collection::TEMPLATES,
        name,
        Expect::Absent,
        &json!({ "name": name, "versions": [version] }),
    );
    world.app.store.write_documents(&[put], None).unwrap();
}

fn listed(world: &World) -> Vec<(String, bool)> {
    let all = world.get("/templates?limit=100").ok()["items"].as_array().unwrap().clone();
    all.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one["built_in"] == true)).collect()
}

fn digest(world: &World, path: &str) -> Value {
    world.get(path).ok()["template"]["digest"].clone()
}

#[test]
fn a_template_of_the_library_goes_before_the_later_built_in_one_of_its_name() {
    on_each_engine(|world| {
        let built_in = digest(world, "/templates/laurel");
        left(world, "laurel", "Our own laurel");
        // It is listed once, as what it is, and drawn as that.
        let all = listed(world);
        assert_eq!(
            all.iter().filter(|(name, _)| name == "laurel").collect::<Vec<_>>(),
            [&("laurel".to_owned(), false)]
        );
        assert!(all.contains(&("ribbon".to_owned(), true)) && all.contains(&("quiet".to_owned(), true)), "{all:?}");
        let shown = world.get("/templates/laurel").ok();
        assert_eq!(
            (&shown["template"]["title"], &shown["template"]["built_in"]),
            (&json!("Our own laurel"), &json!(false))
        );
        assert_ne!(shown["template"]["digest"], built_in);
        // Events get it by its name, also in a version.
        let details = json!({ "title": "Applied Cartography", "template": "laurel" });
        let made = world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
        assert_eq!(made["template"]["digest"], shown["template"]["digest"]);
        assert_eq!(
            world.patch("/events/WORKSHOP", &json!({ "template": "laurel@1" })).ok()["template"],
            made["template"]
        );
        assert_eq!(world.get("/templates/laurel").ok()["used_by"][0]["newest"], true);
        world.delete("/templates/laurel").problem(409, "template-in-use");
        // It is designed onward, under its own name.
        let next = world.post("/template-designs", &json!({ "from": "laurel", "next": true })).ok();
        assert_eq!(
            (&next["of"], &next["newest"], &next["title"]),
            (&json!("laurel"), &json!(1), &json!("Our own laurel"))
        );
        let path = format!("/template-designs/{}", next["id"].as_str().unwrap());
        let changes = json!({ "changes": [{ "do": "page", "values": { "title": "Our laurel, greener" } }] });
        world.post(&format!("{path}/changes"), &changes).ok();
        let kept = world.post(&format!("{path}/keep"), &json!({ "name": "laurel" })).ok();
        assert_eq!(kept["versions"].as_array().unwrap().len(), 2);
        let compared = world.get("/templates/laurel/compare?one=1&other=2").ok();
        assert_eq!(compared["items"].as_array().unwrap().len(), 1, "{compared}");
        // A version is uploaded, and the newest rolled out; none of the program's takes its place.
        let parts = [("template", Some("template.json"), &*document("Our third laurel", "en"))];
        send(world, OWNER, "PUT", "/templates/laurel", &parts).ok();
        let would = world.get("/templates/laurel/roll-out").ok();
        let newest = digest(world, "/templates/laurel");
        assert_eq!(would["items"][0]["versions"], json!([newest]), "{would}");
        world.post("/templates/laurel/roll-out", &json!({ "set": would["set"] })).ok();
        assert_eq!(digest(world, "/events/WORKSHOP"), newest);
        // Once nothing uses it, it can be removed; then the name is that of the built-in one.
        world.patch("/events/WORKSHOP", &json!({ "template": "classic" })).ok();
        assert_eq!(world.delete("/templates/laurel").status, 204);
        assert_eq!(digest(world, "/templates/laurel"), built_in);
        assert_eq!(add(world, "laurel", "Another", "en").status, 409, "no new one can be called so");
    });
}

#[test]
fn what_an_event_has_from_a_folder_of_that_name_is_not_taken_for_the_built_in_one() {
    behind_the_real_door(|world, owner| {
        let call = |method: &str, path: &str, body: &Value| owner.ask(world, method, path, body);
        left(world, "quiet", "Our own quiet");
        let details = json!({ "title": "Applied Cartography", "template": "quiet" });
        let made = call("POST", "/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
        // On the command line a folder's template is in no library; the event alone has it.
        let gone = DocumentWrite::delete(Collection::TEMPLATES, "quiet", Expect::Any);
        world.app.store.write_documents(&[gone], None).unwrap();
        let shown = call("GET", "/templates/quiet", &Value::Null).ok();
        assert_eq!((&shown["template"]["built_in"], &shown["used_by"]), (&json!(true), &json!([])));
        let all = call("GET", "/templates?uses=true&limit=100", &Value::Null).ok();
        let quiet = all["items"].as_array().unwrap().iter().find(|one| one["name"] == "quiet").unwrap();
        assert_eq!(quiet["used_by"], json!([]));
        // A roll-out is not about it.
        assert_eq!(call("GET", "/templates/quiet/roll-out", &Value::Null).ok()["items"], json!([]));
        assert_eq!(call("POST", "/templates/quiet/roll-out", &json!({})).ok()["items"], json!([]));
        // On its page it is what is chosen; to save the page changes nothing.
        let mut ada = Browser::of(world, "ada@example.org");
        let at = "/staff/events/WORKSHOP/template";
        let page = ada.page(at);
        let chosen = form_with(&page, at, "logo");
        let digest = made["template"]["digest"].as_str().unwrap();
        assert!(chosen.fields.contains(&("template".to_owned(), digest.to_owned())), "{:?}", chosen.fields);
        let saved = ada.send(&chosen, &[]);
        ada.follow(&saved);
        assert_eq!(call("GET", "/events/WORKSHOP", &Value::Null).ok()["template"]["digest"], digest);
        // The built-in one is there to be chosen.
        let choose = form_with(&ada.page(at), at, "logo");
        let taken = ada.send(&choose, &[("template", "quiet")]);
        ada.follow(&taken);
        assert_ne!(call("GET", "/events/WORKSHOP", &Value::Null).ok()["template"]["digest"], digest);
        assert_eq!(call("GET", "/templates/quiet", &Value::Null).ok()["used_by"][0]["newest"], true);
    });
}

#[test]
fn pages_go_on_with_a_template_that_is_called_as_a_later_built_in_one() {
    behind_the_real_door(|world, owner| {
        left(world, "ribbon", "Our own ribbon");
        let mut ada = Browser::of(world, "ada@example.org");
        let page = ada.page("/staff/templates/ribbon");
        assert!(page.contains("Our own ribbon") && page.contains("from=ribbon&#38;next=yes"), "{page}");
        assert!(
            page.contains("/staff/template-uploads?for=ribbon") && page.contains("/staff/templates/ribbon/remove"),
            "{page}"
        );
        let begin = "/staff/template-designs?from=ribbon&next=yes";
        let start = form(&ada.page(begin), "/staff/template-designs");
        let begun = ada.send(&start, &[]);
        let keep = format!("{}/keep", to(&begun));
        assert!(ada.page(&keep).contains("version 2 of ribbon"));
        let moved = json!({ "changes": [{ "do": "move", "elements": [0], "dx": 1, "dy": 1 }] });
        let design = to(&begun);
        owner.ask(world, "POST", &format!("{}/changes", design.trim_start_matches("/staff")), &moved).ok();
        let keeping = form(&ada.page(&keep), &keep);
        let kept = ada.send(&keeping, &[]);
        assert_eq!(to(&kept), "/staff/templates/ribbon?said=template-kept");
        let page = ada.page("/staff/templates/ribbon");
        assert!(page.contains("/staff/templates/ribbon/compare?one=1&#38;other=2"), "{page}");
    });
}
