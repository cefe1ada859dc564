//! Exceptions, exclusions, duplicates and spot checks of an event, by their forms.

use serde_json::{Value, json};

use super::{HOSTILE, fill, is_tame};
use crate::browser::{Browser, form};
use crate::harness::World;
use crate::real_door::{Member, behind_the_real_door, school_by};

fn ground(world: &World, ada: &Member, who: &str) -> Value {
    ada.ask(world, "GET", &format!("/events/WORKSHOP/eligibility/{who}"), &Value::Null).ok()["reason"].clone()
}

fn add(world: &World, ada: &Member, name: &str, email: &str, id: &str) -> String {
    let body = json!({ "name": name, "email": email, "external_id": id });
    let added =
        ada.ask(world, "POST", "/events/WORKSHOP/participants?same_address=two_people&same_name=two_people", &body);
    added.ok()["id"].as_str().unwrap().to_owned()
}

#[test]
fn exceptions_and_exclusions_are_made_with_a_reason_and_taken_away() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        add(world, ada, "Alan Turing", "alan@example.org", "a1");
        let mut browser = Browser::of(world, "ada@example.org");
        let base = "/staff/events/WORKSHOP";
        assert!(browser.page(&format!("{base}/people")).contains(&format!("{base}/exceptions")));
        let path = format!("{base}/exceptions/new");
        let refused = fill(&mut browser, &path, &path, &[("person", "nobody@example.org"), ("note", HOSTILE)]);
        assert_eq!(refused.status, 404, "{}", refused.text());
        is_tame(&refused.text());
        let made = browser.send(&form(&refused.text(), &path), &[("person", "alan@example.org"), ("note", HOSTILE)]);
        let page = browser.follow(&made);
        assert!(page.contains("The exception is made.") && page.contains("Alan Turing"), "{page}");
        is_tame(&page);
        assert_eq!(ground(world, ada, "alan@example.org"), "exception");

        let path = format!("{base}/exclusions/new");
        let fields = [("person", "alan@example.org"), ("reason", "requested"), ("note", "wrote to us")];
        let made = fill(&mut browser, &path, &path, &fields);
        let page = browser.follow(&made);
        assert!(page.contains("On their request") && page.contains("wrote to us"), "{page}");
        assert_eq!(ground(world, ada, "alan@example.org"), "excluded");
        let remove =
            page.split("action=\"").find(|part| part.contains("/exclusions/")).unwrap().split('"').next().unwrap();
        let gone = browser.send(&form(&page, remove), &[]);
        assert!(browser.follow(&gone).contains("Taken away."));
        assert_eq!(ground(world, ada, "alan@example.org"), "not_met");
    });
}

#[test]
fn a_list_of_exceptions_says_what_became_of_each_row() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        add(world, ada, "Alan Turing", "alan@example.org", "a1");
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/events/WORKSHOP/exceptions/upload";
        let upload = form(&browser.page(path), path);
        let none = browser.upload(&upload, &upload.fields, None);
        assert!(none.status == 422 && none.text().contains("Choose a file first."), "{}", none.text());
        let upload = form(&none.text(), path);
        let list = format!("alan@example.org,was ill\nnobody@example.org,{}\nalan@example.org,again\n", "x");
        let page = browser.upload(&upload, &upload.fields, Some(("file", "list.csv", list.as_bytes()))).text();
        for said in ["exceptions made", "nobody of this event", "stands further up in the list", "alan@example.org"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert_eq!(ground(world, ada, "alan@example.org"), "exception");
        // The same of exclusions, all for one reason.
        let out = "/staff/events/WORKSHOP/exclusions/upload";
        assert!(browser.page("/staff/events/WORKSHOP/exceptions").contains(out));
        let upload = form(&browser.page(out), out);
        let fields: Vec<(String, String)> =
            upload.fields.iter().filter(|(name, _)| name != "reason").cloned().collect();
        let fields = [fields, vec![("reason".to_owned(), "requested".to_owned())]].concat();
        let page = browser.upload(&upload, &fields, Some(("file", "list.csv", list.as_bytes()))).text();
        for said in ["excluded now", "nobody of this event", "stands further up in the list"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert_eq!(ground(world, ada, "alan@example.org"), "excluded");
        assert!(browser.page("/staff/events/WORKSHOP/exceptions").contains("On their request"));
        let odd = format!("{HOSTILE}@example.org,why\n");
        let upload = form(&browser.page(path), path);
        is_tame(&browser.upload(&upload, &upload.fields, Some(("file", "a.csv", odd.as_bytes()))).text());
    });
}

#[test]
fn what_came_of_a_long_list_is_told_row_by_row_in_a_list_to_download() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        add(world, ada, "Alan Turing", "alan@example.org", "a1");
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/events/WORKSHOP/exceptions/upload";
        let upload = form(&browser.page(path), path);
        let rows: String = (0..510).map(|n| format!("=nobody{n}@example.org,x\n")).collect();
        let list = format!("{rows}alan@example.org,was ill\n");
        let page = browser.upload(&upload, &upload.fields, Some(("file", "list.csv", list.as_bytes()))).text();
        assert!(page.contains("11 more rows are not shown here"), "{page}");
        let whole = page.split("href=\"").find(|part| part.contains("/outcomes/")).unwrap();
        let whole = whole.split('"').next().unwrap();
        let answer = browser.get(whole);
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
        let text = answer.text();
        assert_eq!(text.lines().count(), 512, "{text}");
        assert!(text.contains("an exception now") && text.contains("'=nobody509@"), "{text}");
        // It is nobody else's.
        assert_eq!(Browser::new(world).get(whole).status, 303);
        // A short one says nothing of more.
        let upload = form(&browser.page(path), path);
        let page = browser.upload(&upload, &upload.fields, Some(("file", "list.csv", b"a@example.org,x\n"))).text();
        assert!(!page.contains("not shown here") && page.contains("/outcomes/"), "{page}");
    });
}

#[test]
fn two_who_are_one_are_compared_and_merged() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let base = "/staff/events/WORKSHOP";
        let mut browser = Browser::of(world, "ada@example.org");
        assert!(browser.page(&format!("{base}/duplicates")).contains("Nobody in this event looks like somebody else."));
        let one = add(world, ada, "Alan Turing", "alan@example.org", "a1");
        let other = add(world, ada, "Alan Turing", "turing@example.org", "a2");
        let page = browser.page(&format!("{base}/duplicates"));
        assert!(page.contains("2 with the same name"), "{page}");
        let merge = page.split("href=\"").find(|part| part.starts_with(&format!("{base}/merge?"))).unwrap();
        let merge = merge.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        let page = browser.page(&merge);
        assert!(page.contains("turing@example.org") && page.contains("This cannot be undone."), "{page}");
        let done = browser.send(&form(&page, &format!("{base}/merge")), &[("keep", &other), ("why", "one person")]);
        assert!(browser.follow(&done).contains("They are one now."));
        let gone = ada.ask(world, "GET", &format!("/events/WORKSHOP/participants/{one}"), &Value::Null);
        assert_eq!(gone.status, 404);
        ada.ask(world, "GET", &format!("/events/WORKSHOP/participants/{other}"), &Value::Null).ok();
        assert!(browser.page("/staff/duplicates").contains("Every e-mail stands for one name."));
    });
}

#[test]
fn a_spot_check_shows_what_it_looked_at_and_what_it_found() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/events/WORKSHOP/spot-check";
        assert!(browser.page("/staff/events/WORKSHOP").contains(path));
        let refused = fill(&mut browser, path, path, &[("count", "26")]);
        assert!(refused.status == 422 && refused.text().contains("1 to 25."), "{}", refused.text());
        let page = browser.send(&form(&refused.text(), path), &[("count", "2")]).text();
        assert!(page.contains("2 were checked: all of them are in order."), "{page}");
        let picture = page.split("src=\"").find(|part| part.starts_with("/staff/certificates/CERT-")).unwrap();
        let picture = browser.get(picture.split('"').next().unwrap());
        assert_eq!(picture.headers[axum::http::header::CONTENT_TYPE], "image/png");
    });
}
