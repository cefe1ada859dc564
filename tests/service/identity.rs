//! Who is who: addresses that change hands, external ids that look like addresses, and lists that are imported again.

use serde_json::{Value, json};

use super::events::workshop;
use super::harness::{OWNER, World, on_each_engine};

const PEOPLE: &str = "/events/WORKSHOP/participants";

fn add(world: &World, body: Value) -> String {
    world.post(PEOPLE, &body).ok()["id"].as_str().unwrap().to_owned()
}

fn import(world: &World, csv: &str, maps: &[(&str, &str)]) -> Value {
    world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv.as_bytes(), maps).ok()
}

fn person(world: &World, who: &str) -> Value {
    world.get(&format!("{PEOPLE}/{who}")).ok()
}

/// Somebody with a certificate, who had `info@co.example` and has another address now.
fn moved(world: &World) -> (String, String) {
    workshop(world);
    let old = add(world, json!({ "name": "Old Owner", "email": "info@co.example" }));
    let now = json!({ "person": old, "reason": "was there" });
    let number = world.post("/events/WORKSHOP/issue-now", &now).ok()["number"].as_str().unwrap().to_owned();
    world.patch(&format!("{PEOPLE}/{old}"), &json!({ "email": "private@home.example" })).ok();
    (old, number)
}

fn nobody_took_over(world: &World, old: &str, number: &str) {
    let found = person(world, "info@co.example");
    assert_eq!((&found["name"], &found["email"]), (&json!("New Person"), &json!("info@co.example")));
    assert!(found["id"] != json!(old) && found["certificate"].is_null(), "{found}");
    for who in [old, "private@home.example"] {
        let owner = person(world, who);
        assert_eq!((&owner["id"], &owner["name"]), (&json!(old), &json!("Old Owner")), "{who}");
        assert!(owner["certificate"].to_string().contains(number), "{owner}");
    }
}

#[test]
fn who_gets_somebodys_old_address_is_a_new_person() {
    on_each_engine(|world| {
        let (old, number) = moved(world);
        let answer = world.post(PEOPLE, &json!({ "name": "New Person", "email": "Info@co.example" }));
        assert_eq!(answer.status, 201);
        world
            .patch(&format!("{PEOPLE}/{}", answer.ok()["id"].as_str().unwrap()), &json!({ "email": "info@co.example" }))
            .ok();
        nobody_took_over(world, &old, &number);
        // The same address again is the same newcomer, also in a list.
        assert_eq!(world.post(PEOPLE, &json!({ "email": "info@co.example", "locale": "de" })).status, 200);
        let done = import(world, "name,email,city\nNew Person,info@co.example,Bonn\n", &[]);
        assert_eq!((&done["counts"]["added"], &done["counts"]["updated"]), (&json!(0), &json!(1)));
        nobody_took_over(world, &old, &number);
    });
}

#[test]
fn a_list_with_somebodys_old_address_adds_a_new_person() {
    on_each_engine(|world| {
        let (old, number) = moved(world);
        let csv = "name,email\nNew Person,info@co.example\n";
        let done = import(world, csv, &[]);
        assert_eq!((&done["counts"]["added"], &done["counts"]["updated"]), (&json!(1), &json!(0)));
        nobody_took_over(world, &old, &number);
        assert_eq!(import(world, csv, &[])["counts"]["unchanged"], 1);
        let erased = world.post(&format!("{PEOPLE}/info@co.example/erase"), &json!({}));
        assert!(erased.status.is_success(), "{}", erased.text());
        assert_eq!(person(world, &old)["name"], "Old Owner", "the other one was erased");
    });
}

#[test]
fn an_address_given_up_in_a_list_is_not_handed_on_in_the_same_list() {
    on_each_engine(|world| {
        workshop(world);
        let old = add(world, json!({ "name": "Old Owner", "email": "info@co.example", "external_id": "7" }));
        let csv = "name,email,external_id\nOld Owner,private@home.example,7\nNew Person,info@co.example,\n";
        let done = import(world, csv, &[]);
        assert_eq!((&done["counts"]["errors"], &done["counts"]["updated"]), (&json!(1), &json!(1)), "{done}");
        assert_eq!(import(world, csv, &[])["counts"]["added"], 1);
        assert_eq!(person(world, &old)["name"], "Old Owner");
        assert_eq!(person(world, "info@co.example")["name"], "New Person");
    });
}

#[test]
fn an_external_id_is_never_the_address_of_another() {
    on_each_engine(|world| {
        workshop(world);
        let zoe = add(world, json!({ "name": "Zoe", "email": "zoe@x.example" }));
        let shadow = json!({ "name": "Mallory", "email": "m@x.example", "external_id": "Zoe@x.example" });
        world.post(PEOPLE, &shadow).problem(422, "invalid");
        let mallory = add(world, json!({ "name": "Mallory", "email": "m@x.example" }));
        let path = format!("{PEOPLE}/{mallory}");
        world.patch(&path, &json!({ "external_id": "zoe@x.example" })).problem(422, "invalid");
        world.patch(&path, &json!({ "external_id": "m@x.example" })).ok();
        let csv = "name,email,external_id\nEve,eve@x.example,zoe@x.example\nTom,tom@x.example,ann@x.example\n\
                   Ann,ann@x.example,\n";
        let done = import(world, csv, &[]);
        assert_eq!((&done["counts"]["errors"], &done["counts"]["added"]), (&json!(2), &json!(1)), "{done}");
        assert_eq!(person(world, "zoe@x.example")["id"], json!(zoe));
        // An id that was there first: nobody is guessed.
        add(world, json!({ "name": "Sid", "email": "sid@x.example", "external_id": "late@x.example" }));
        let late = add(world, json!({ "name": "Late", "email": "late@x.example" }));
        world.post(&format!("{PEOPLE}/late@x.example/erase"), &json!({})).problem(409, "ambiguous");
        assert_eq!(person(world, &late)["name"], "Late");
    });
}

#[test]
fn a_second_list_leaves_the_columns_that_it_does_not_have() {
    on_each_engine(|world| {
        workshop(world);
        import(world, "name,email,language,city,points,locale\nAda,ada@x.example,de,Bonn,5,de\n", &[]);
        import(world, "name,email,score\nAda,ada@x.example,9\n", &[]);
        let ada = person(world, "ada@x.example");
        assert_eq!((&ada["fields"]["language"], &ada["fields"]["city"]), (&json!("de"), &json!("Bonn")), "{ada}");
        assert_eq!((&ada["progress"]["points"], &ada["progress"]["score"]), (&json!(5), &json!(9)));
        // An empty cell says nothing, this does.
        assert_eq!(import(world, "name,email,city,points\nAda,ada@x.example,,\n", &[])["counts"]["unchanged"], 1);
        import(world, "name,email,city,points\nAda,ada@x.example,(clear),(clear)\n", &[]);
        let ada = person(world, "ada@x.example");
        assert_eq!((&ada["fields"]["language"], &ada["fields"]["city"]), (&json!("de"), &json!("")), "{ada}");
        assert_eq!((&ada["progress"]["points"], &ada["progress"]["score"]), (&Value::Null, &json!(9)));
    });
}

#[test]
fn a_list_without_addresses_takes_none_away() {
    on_each_engine(|world| {
        workshop(world);
        import(world, "name\nAda\n", &[]);
        world.patch(&format!("{PEOPLE}/ada"), &json!({ "email": "ada@x.example" })).ok();
        let list = "name,city\nAda,Bonn\n";
        assert_eq!(import(world, list, &[])["findings"][0]["code"], "same_name");
        let path = "/events/WORKSHOP/imports?same_name=same_person";
        assert_eq!(world.upload(OWNER, path, "a.csv", list.as_bytes(), &[]).ok()["counts"]["updated"], 1);
        let ada = person(world, "ada@x.example");
        assert_eq!((&ada["name"], &ada["fields"]["city"]), (&json!("Ada"), &json!("Bonn")));
    });
}

#[test]
fn the_good_row_of_two_counts_when_the_other_is_an_error() {
    on_each_engine(|world| {
        workshop(world);
        let csv = "name,email,points\nAda,ada@x.example,5\nAda,ada@x.example,many\n";
        let done = import(world, csv, &[]);
        assert_eq!((&done["counts"]["added"], &done["counts"]["errors"]), (&json!(1), &json!(1)), "{done}");
        assert_eq!(person(world, "ada@x.example")["progress"]["points"], 5);
        let csv = "name,email,points\nBob,bob@x.example,many\nBob,bob@x.example,6\n";
        let path = "/events/WORKSHOP/imports?keep_known=true";
        assert_eq!(world.upload(OWNER, path, "a.csv", csv.as_bytes(), &[]).ok()["counts"]["added"], 1);
        assert_eq!(person(world, "bob@x.example")["progress"]["points"], 6);
    });
}

#[test]
fn a_score_in_letters_is_told_and_a_result_in_numbers_is_the_score() {
    on_each_engine(|world| {
        workshop(world);
        let done = import(world, "name,email,score\nAda,ada@x.example,viel\nBob,bob@x.example,#N/A\n", &[]);
        let told: Vec<_> = done["findings"].as_array().unwrap().iter().map(|one| &one["severity"]).collect();
        assert_eq!((told, &done["counts"]["added"]), (vec![&json!("warning"), &json!("error")], &json!(1)), "{done}");
        import(world, "name,email,Result\nAda,ada@x.example,77\n", &[]);
        assert_eq!(person(world, "ada@x.example")["progress"]["score"], 77);
        let done = import(world, "name,email,attendance:day1,passed\nAda,ada@x.example,Ja,nein\n", &[]);
        assert_eq!(done["counts"]["errors"], 0, "{done}");
        let progress = person(world, "ada@x.example")["progress"].clone();
        assert_eq!((&progress["sessions"]["day1"]["present"], &progress["passed"]), (&json!(true), &json!(false)));
    });
}
