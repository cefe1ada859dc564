//! JSON-LD safe mode: since December 2025 an Open Badge is valid only if each of its properties is one that a context defines. What
//! we sign has no other, whatever an event and a list say.

use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use testamur::credential::{Achievement, Claims, CredentialSuffix, Extras, StatusEntry, Timestamp, schema};
use testamur::proof::eddsa::SecretKey;
use testamur::proof::{data_integrity, json_ld};

/// Texts that JSON-LD could take for something else than a text, and any others; those that begin with `_:` are refused.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["@type", "@id", "ext:x", "https://example.org/x", "Result", "null", "\u{202e}x"])
            .prop_map(str::to_owned),
        "[^\\p{Cc}\\s_][^\\p{Cc}]{0,20}",
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000).prop_map(Timestamp::from_unix)
}

fn extras() -> impl Strategy<Value = Extras> {
    let credits = prop_oneof![
        (0_u32..=1_000_000).prop_map(f64::from),
        0.0..=1e6_f64,
        (0_u32..=4_000).prop_map(|n| f64::from(n) / 10.0)
    ];
    let times = (option::of(time()), option::of(time()));
    (option::of(credits), times, option::of(text()), option::of(text()), option::of(text()))
        .prop_map(|(credits, (starts, ends), result, term, role)| Extras { credits, starts, ends, result, term, role })
}

fn claims() -> impl Strategy<Value = Claims> {
    let kinds = prop::sample::select(vec!["Certificate", "Course", "MicroCredential", "ext:Workshop", "ext:1.0_a-b"]);
    let achievement = (text(), text(), text(), kinds).prop_map(|(name, description, criteria, kind)| Achievement {
        path: "a/WORKSHOP".into(),
        name,
        description,
        criteria,
        achievement_type: kind.into(),
    });
    (achievement, extras(), text(), text(), option::of(time())).prop_map(
        |(achievement, extras, recipient, issuer, until)| Claims {
            host: "certs.example.org:8443".into(),
            issuer_name: issuer,
            number: "CERT-WORKSHOP-2026-00001".parse().unwrap(),
            suffix: CredentialSuffix::from_random([1, 2, 3, 4, 5]),
            valid_from: "2026-05-01T00:00:00Z".parse().unwrap(),
            valid_until: until,
            recipient,
            achievement,
            extras,
            status: StatusEntry { list: 1, index: 131_071 },
        },
    )
}

/// Calls back with each object of a document.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(at.to_owned());
            members.iter().for_each(|(name, value)| objects(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| objects(item, &format!("{at}/{n}"), found))
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_an_event_and_a_list_say_every_property_is_defined(claims in claims()) {
        let document = claims.to_json().unwrap();
        schema::check(&document).unwrap();
        prop_assert!(json_ld::statements(&document).is_ok(), "{:?}: {document}", json_ld::statements(&document));
        let key = SecretKey::from_seed(&[7; 32]);
        let method = data_integrity::method("did:web:certs.example.org%3A8443", "k1");
        let proof = data_integrity::add_proof(&document, &method, claims.valid_from, &key);
        prop_assert!(proof.is_ok(), "{proof:?}: {document}");
    }
}

#[test]
fn a_property_that_no_context_defines_is_refused_wherever_it_stands() {
    let extras = json!({ "credits": 4.5, "starts": "2026-04-01T00:00:00Z", "ends": "2026-04-02T00:00:00Z", "result": "A1",
        "term": "2026", "role": "Speaker" });
    let claims = Claims {
        host: "certs.example.org".into(),
        issuer_name: "Example Academy".into(),
        number: "CERT-WORKSHOP-2026-00001".parse().unwrap(),
        suffix: CredentialSuffix::from_random([1, 2, 3, 4, 5]),
        valid_from: "2026-05-01T00:00:00Z".parse().unwrap(),
        valid_until: Some("2028-05-01T00:00:00Z".parse().unwrap()),
        recipient: "Ada Lovelace".into(),
        achievement: Achievement {
            path: "a/WORKSHOP".into(),
            name: "Workshop".into(),
            description: "Two days.".into(),
            criteria: "Attended.".into(),
            achievement_type: "Course".into(),
        },
        extras: serde_json::from_value(extras).unwrap(),
        status: StatusEntry { list: 1, index: 5 },
    };
    let document = claims.to_json().unwrap();
    let statements = json_ld::statements(&document).unwrap().len();
    let mut places = Vec::new();
    objects(&document, "", &mut places);
    assert_eq!((places.len(), statements > 30), (8, true), "{places:?}, {statements} statements");
    for place in &places {
        let mut changed = document.clone();
        changed.pointer_mut(place).unwrap()["favouriteColour"] = json!("green");
        assert!(schema::check(&changed).is_err(), "{place}: it would be signed");
        assert!(json_ld::statements(&changed).is_err(), "{place}: it would be dropped without a word");
    }
}
