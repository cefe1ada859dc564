//! The W3C VC-API over HTTP, by the W3C's own inputs, another implementation's credentials, and attacks.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use axum::http::{Request, header};
use serde_json::{Value, json};
use testamur::desk::Actor;
use testamur::inspect;
use testamur::server::Limits;
use testamur::store::MemoryStore;

use crate::harness::{Answer, OWNER, START, World, issuer};
use crate::runs::{done, school};

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const EXAMPLES: &str = "https://www.w3.org/ns/credentials/examples/v2";

fn world() -> World {
    World::with_vc_api(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), Limits::default())
}

fn as_caller(world: &World, caller: &str, path: &str, body: &Value) -> Answer {
    let request = Request::builder().method("POST").uri(format!("/vc{path}"));
    world.send(caller, request.header(header::CONTENT_TYPE, "application/json"), body.to_string())
}

fn post(world: &World, path: &str, body: &Value) -> Answer {
    as_caller(world, OWNER, path, body)
}

fn get(world: &World, path: &str) -> Answer {
    world.send(OWNER, Request::builder().uri(path), "")
}

fn did(world: &World) -> String {
    get(world, "/vc/issuer").ok()["id"].as_str().unwrap().to_owned()
}

fn issue(world: &World, credential: &Value, options: &Value) -> Answer {
    post(world, "/credentials/issue", &json!({ "credential": credential, "options": options }))
}

fn issued(world: &World, credential: &Value, options: &Value) -> Value {
    let answer = issue(world, credential, options);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["verifiableCredential"].clone()
}

fn plain() -> Value {
    json!({ "@context": [V2], "type": ["VerifiableCredential"], "credentialSubject": { "id": "did:example:subject" } })
}

fn with(member: &str, value: Value) -> Value {
    let mut credential = plain();
    credential[member] = value;
    credential
}

/// Returns the codes of what a verifier found; nothing if it verified.
#[track_caller]
fn codes(answer: &Answer) -> Vec<String> {
    let found = answer.json();
    assert!([200, 400].contains(&answer.status.as_u16()), "{found}");
    assert_eq!(found["verified"], answer.status == 200, "{found}");
    let details = found["problemDetails"].as_array().unwrap_or_else(|| panic!("{found}"));
    assert_eq!(details.len(), found["errors"].as_array().unwrap().len());
    let code = |detail: &Value| detail["type"].as_str().unwrap().rsplit_once('#').unwrap().1.to_owned();
    details.iter().map(code).collect()
}

fn verified(world: &World, credential: &Value) -> Vec<String> {
    codes(&post(world, "/credentials/verify", &json!({ "verifiableCredential": credential })))
}

fn file(path: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(path);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn on_each_engine(story: impl Fn(&World)) {
    story(&world());
    let folder = tempfile::tempdir().unwrap();
    let store = testamur::store::SledStore::create(&folder.path().join("store")).unwrap();
    story(&World::with_vc_api(Arc::new(store), folder, Limits::default()));
}

#[test]
fn behind_a_switch_and_for_callers_with_permission() {
    let off = World::in_memory();
    for path in ["/credentials/issue", "/credentials/verify", "/credentials/status", "/presentations/verify"] {
        post(&off, path, &json!({})).problem(404, "no-such-route");
        let on = world();
        as_caller(&on, "", path, &json!({})).problem(401, "unauthenticated");
    }
    get(&off, "/vc/issuer").problem(404, "no-such-route");
    get(&off, "/vc/status/revocation").problem(404, "no-such-route");
    let on = world();
    let body = json!({ "credential": plain() });
    as_caller(&on, "staff:v view,import,send,revoke", "/credentials/issue", &body).problem(403, "forbidden");
    assert_eq!(as_caller(&on, "staff:i generate", "/credentials/issue", &body).status, 201);
    let body = json!({ "credentialId": "urn:a", "credentialStatus": { "type": "BitstringStatusListEntry" } });
    as_caller(&on, "staff:i view,generate", "/credentials/status", &body).problem(403, "forbidden");
    assert_eq!(on.send("", Request::builder().uri("/vc/status/revocation"), "").status, 200, "lists are public");
}

#[test]
fn what_it_issues_verifies_and_a_change_is_noticed() {
    on_each_engine(|world| {
        let credential = with("name", json!("A degree"));
        let secured = issued(world, &credential, &json!({}));
        assert_eq!((&secured["name"], &secured["issuer"]), (&json!("A degree"), &json!(did(world))));
        let proof = &secured["proof"];
        assert_eq!((&proof["cryptosuite"], &proof["created"]), (&json!("eddsa-rdfc-2022"), &json!(START)));
        assert_eq!(verified(world, &secured), [""; 0]);
        for (member, value, code) in [
            ("name", json!("Another degree"), "PROOF_VERIFICATION_ERROR"),
            ("colour", json!("green"), "DATA_LOSS_DETECTION_ERROR"),
            ("type", json!(["VerifiableCredential", "Unmapped"]), "DATA_LOSS_DETECTION_ERROR"),
            ("description", json!(null), "MALFORMED_VALUE_ERROR"),
            ("credentialSubject", json!({}), "MALFORMED_VALUE_ERROR"),
            ("proof", json!(null), "MALFORMED_VALUE_ERROR"),
        ] {
            let mut changed = secured.clone();
            changed[member] = value.clone();
            let codes = verified(world, &changed);
            assert!(codes.contains(&code.to_owned()), "{member} {value}: {codes:?}");
        }
        // Whose proof it is, and what for.
        let mut of_another = secured.clone();
        of_another["issuer"] = json!("did:example:another");
        assert!(verified(world, &of_another).contains(&"CRYPTOGRAPHIC_SECURITY_ERROR".to_owned()));
        for options in [
            json!({ "expectedProofPurpose": "authentication" }),
            json!({ "challenge": "1" }),
            json!({ "domain": "verifier.example" }),
        ] {
            let body = json!({ "verifiableCredential": secured, "options": options });
            assert_eq!(codes(&post(world, "/credentials/verify", &body)).len(), 1, "{options}");
        }
    });
}

#[test]
fn the_suites_inputs_are_issued_or_refused_as_they_should_be() {
    let world = world();
    let did = did(&world);
    let (mut good, mut bad) = (0, 0);
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/standards/vcdm2");
    for folder in [root.clone(), root.join("names-and-descriptions")] {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            let name = entry.file_name().into_string().unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            let text = text.replace("PAST DATE", "2020-01-01T00:00:00Z").replace("FUTURE DATE", "2120-01-01T00:00:00Z");
            let mut credential: Value = serde_json::from_str(&text).unwrap();
            // The suite's runner puts its issuer in, and takes made-up proofs for their form only.
            match credential.get_mut("issuer") {
                None => credential["issuer"] = json!(did),
                Some(Value::Object(issuer)) => drop(issuer.entry("id").or_insert_with(|| json!(did))),
                Some(_) => {}
            }
            if name == "credential-proof-ok.json" {
                continue;
            }
            let answer = issue(&world, &credential, &json!({}));
            if name.ends_with("-ok.json") {
                assert_eq!(answer.status, 201, "{name}: {}", answer.text());
                let secured = answer.json()["verifiableCredential"].clone();
                let body = json!({ "verifiableCredential": secured, "options": { "checks": ["proof"] } });
                let found = codes(&post(&world, "/credentials/verify", &body));
                let time = name.contains("validfrom") || name.contains("validuntil") || name.contains("validUntil");
                assert!(found.is_empty() || (time && found == ["VALIDITY_PERIOD_ERROR"]), "{name}: {found:?}");
                good += 1;
            } else {
                assert_eq!(answer.status, 400, "{name}: {}", answer.text());
                bad += 1;
            }
        }
    }
    assert!(good >= 40 && bad >= 29, "{good} issued, {bad} refused");
}

#[test]
fn another_implementations_credentials_and_presentation_verify() {
    on_each_engine(|world| {
        let peer = file("data/vc-api/digital-bazaar.json");
        for credential in peer["credentials"].as_array().unwrap() {
            assert_eq!(verified(world, credential), [""; 0], "{credential}");
        }
        let present = |presentation: &Value, options: Value| {
            let body = json!({ "verifiablePresentation": presentation, "options": options });
            codes(&post(world, "/presentations/verify", &body))
        };
        let told = json!({ "challenge": "123456789", "domain": "verifier.example" });
        assert_eq!(present(&peer["presentation"], told.clone()), [""; 0]);
        assert_eq!(present(&peer["presentation"], json!({})), [""; 0]);
        assert_eq!(present(&peer["presentation"], json!({ "challenge": "2" })), ["INVALID_CHALLENGE_ERROR"]);
        assert_eq!(present(&peer["presentation"], json!({ "domain": "b.example" })), ["INVALID_DOMAIN_ERROR"]);
        assert_eq!(
            present(&peer["presentation"], json!({ "expectedProofPurpose": "assertionMethod" })),
            ["PROOF_VERIFICATION_ERROR"]
        );
        let mut changed = peer["presentation"].clone();
        changed.as_object_mut().unwrap().remove("holder");
        let found = present(&changed, told.clone());
        assert!(found.contains(&"CRYPTOGRAPHIC_SECURITY_ERROR".to_owned()), "self-asserted, no holder: {found:?}");
        let mut changed = peer["presentation"].clone();
        changed["verifiableCredential"][1]["credentialSubject"][0]["count"] = json!(5);
        assert_eq!(present(&changed, told), ["PROOF_VERIFICATION_ERROR"; 2], "the credential's and the presentation's");
    });
}

#[test]
fn presentations_of_a_wrong_shape_are_refused() {
    let world = world();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/standards/vcdm2/presentations");
    let mut seen = 0;
    for entry in fs::read_dir(root).unwrap().map(Result::unwrap) {
        // None of them has a proof, so none may pass; those of a wrong shape are told so.
        let name = entry.file_name().into_string().unwrap();
        let presentation: Value = serde_json::from_str(&fs::read_to_string(entry.path()).unwrap()).unwrap();
        let found = codes(&post(&world, "/presentations/verify", &json!({ "verifiablePresentation": presentation })));
        assert_eq!(found.len(), 1, "{name}");
        let of_shape = [
            "-no-type-",
            "-missing-base-",
            "-missing-required-type-",
            "-order-",
            "-no-context-",
            "-holder-fail",
            "-as-string-",
        ];
        let expected = of_shape.iter().any(|part| name.starts_with("presentation") && name.contains(part));
        if expected && !name.contains("-vc-missing") {
            assert_eq!(found, ["MALFORMED_VALUE_ERROR"], "{name}");
            seen += 1;
        }
    }
    assert!(seen >= 6, "{seen}");
    let mut many = file("data/vc-api/digital-bazaar.json")["presentation"].clone();
    many["verifiableCredential"] = json!(vec![plain(); 9]);
    let body = json!({ "verifiablePresentation": many });
    assert_eq!(codes(&post(&world, "/presentations/verify", &body)), ["MALFORMED_VALUE_ERROR"]);
}

#[test]
fn proofs_are_joined_in_sets_and_chains() {
    let world = world();
    let mut first = issued(&world, &with("id", json!("urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33")), &json!({}));
    let second = issued(&world, &first, &json!({}));
    assert_eq!(second["proof"].as_array().unwrap().len(), 2);
    assert_eq!(verified(&world, &second), [""; 0]);
    first["proof"]["proofValue"] = second["proof"][1]["proofValue"].clone();
    first["proof"]["created"] = json!("2026-01-01T00:00:00Z");
    issue(&world, &first, &json!({})).problem(400, "malformed-credential");
    // A proof that is over, made tomorrow, or named but not there.
    let good = issued(&world, &plain(), &json!({}));
    for (member, value) in [
        ("expires", json!("2026-11-22T09:59:59Z")),
        ("created", json!("2026-11-23T10:00:00Z")),
        ("previousProof", json!("urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544")),
        ("proofPurpose", json!("authentication")),
        ("cryptosuite", json!("ecdsa-rdfc-2019")),
        ("verificationMethod", json!("did:web:evil.example#k")),
        ("verificationMethod", json!("https://evil.example/key#k")),
        ("type", json!("Ed25519Signature2020")),
    ] {
        let mut changed = good.clone();
        changed["proof"][member] = value.clone();
        let found = verified(&world, &changed);
        assert!(found.contains(&"PROOF_VERIFICATION_ERROR".to_owned()), "{member} {value}: {found:?}");
    }
    let nothing = issue(&world, &plain(), &json!({ "previousProof": "urn:uuid:1" }));
    nothing.problem(400, "malformed-credential");
}

#[test]
fn a_status_is_given_set_and_taken_back() {
    on_each_engine(|world| {
        for purpose in ["revocation", "suspension"] {
            let id = format!("urn:uuid:86294362-4254-4f36-854f-3952fe42555d-{purpose}");
            let asked = json!({ "credentialStatus": { "type": "BitstringStatusListEntry", "statusPurpose": purpose } });
            let secured = issued(world, &with("id", json!(id)), &asked);
            let entry = &secured["credentialStatus"];
            let address = format!("https://academy.example/vc/status/{purpose}");
            assert_eq!((&entry["statusPurpose"], &entry["statusListCredential"]), (&json!(purpose), &json!(address)));
            assert_eq!(verified(world, &secured), [""; 0]);
            issue(world, &with("id", json!(id)), &asked).problem(409, "issued-already");

            let change = |status: bool| {
                let told = json!({ "type": "BitstringStatusListEntry", "statusPurpose": purpose });
                let body = json!({ "credentialId": id, "credentialStatus": told, "status": status });
                post(world, "/credentials/status", &body).ok();
            };
            let bit = || {
                let list = get(world, &format!("/vc/status/{purpose}")).ok();
                assert_eq!(verified(world, &list), [""; 0], "{list}");
                assert_eq!(
                    (&list["id"], &list["credentialSubject"]["statusPurpose"]),
                    (&json!(address), &json!(purpose))
                );
                let mut payload = list.clone();
                payload["credentialSubject"]["statusPurpose"] = json!("revocation");
                let list = testamur::status::StatusList::from_payload(payload.to_string().as_bytes()).unwrap();
                list.is_set(entry["statusListIndex"].as_str().unwrap().parse().unwrap()).unwrap()
            };
            assert!(!bit());
            change(true);
            assert!(bit());
            assert_eq!(verified(world, &secured), ["STATUS_VERIFICATION_ERROR"]);
            let body = json!({ "verifiableCredential": secured, "options": { "checks": ["proof"] } });
            let answer = post(world, "/credentials/verify", &body).ok();
            assert_eq!(answer["warnings"].as_array().unwrap().len(), 1, "the caller is told that it was left out");
            change(false);
            assert!(!bit());
            assert_eq!(verified(world, &secured), [""; 0]);
        }
        let told = json!({ "type": "BitstringStatusListEntry", "statusPurpose": "message" });
        issue(world, &plain(), &json!({ "credentialStatus": told })).problem(400, "unknown-status");
        let body = json!({ "credentialId": "urn:unknown", "credentialStatus": { "type": "BitstringStatusListEntry" } });
        post(world, "/credentials/status", &body).problem(404, "not-found");
    });
}

#[test]
fn a_list_is_judged_as_any_credential() {
    let world = world();
    let list = get(&world, "/vc/status/revocation").ok();
    let mut unsigned = list.clone();
    unsigned.as_object_mut().unwrap().remove("proof");
    assert_eq!(verified(&world, &unsigned), ["PROOF_VERIFICATION_ERROR"]);
    let mut emptied = list.clone();
    emptied["credentialSubject"]["encodedList"] = json!("uH4sIAAAAAAAA");
    assert_eq!(verified(&world, &emptied), ["PROOF_VERIFICATION_ERROR"]);
    world.pass(2 * 86_400);
    assert_eq!(verified(&world, &list), ["VALIDITY_PERIOD_ERROR"]);
}

#[test]
fn status_entries_of_a_wrong_form_or_of_others_are_no_clearance() {
    let world = world();
    let entry = |member: &str, value: Value| {
        let mut entry = json!({ "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
            "statusListIndex": "5", "statusListCredential": "https://other.example/status/1" });
        entry[member] = value;
        with("credentialStatus", entry)
    };
    for (member, value) in [
        ("statusListIndex", json!(true)),
        ("statusListIndex", json!(5)),
        ("statusListIndex", json!("-1")),
        ("statusListIndex", json!("5a")),
        ("statusPurpose", json!(["revocation"])),
        ("statusListCredential", json!("list")),
        ("statusSize", json!(0)),
        ("statusSize", json!(2)),
        ("statusMessage", json!([{ "status": "0x0", "message": "a" }])),
    ] {
        issue(&world, &entry(member, value.clone()), &json!({})).problem(400, "malformed-credential");
    }
    // Another's list is not fetched, and what it says is not taken for good.
    let secured = issued(&world, &entry("statusListIndex", json!("5")), &json!({}));
    assert_eq!(verified(&world, &secured), ["STATUS_RETRIEVAL_ERROR"]);
    let other = with("credentialStatus", json!({ "type": "https://example.org/OtherStatus", "id": "urn:status" }));
    let secured = issued(&world, &other, &json!({}));
    assert_eq!(verified(&world, &secured), ["STATUS_VERIFICATION_ERROR"]);
}

#[test]
fn certificates_are_verified_and_revoked_but_never_made_here() {
    on_each_engine(|world| {
        school(world, 1, 1);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let number = "CERT-WORKSHOP-2026-00001".parse().unwrap();
        let jws = world.app.store.certificate(&number).unwrap().unwrap().jws;
        let payload = jws.split('.').nth(1).unwrap();
        let document: Value =
            serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap();
        let envelope = json!({ "@context": V2, "type": "EnvelopedVerifiableCredential",
            "id": format!("data:application/vc+jwt,{jws}") });
        assert_eq!(verified(world, &envelope), [""; 0]);
        let (signed, signature) = jws.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { 'B' } else { 'A' };
        let forged_jws = format!("{signed}.{other}{}", &signature[1..]);
        for (member, value) in [
            ("type", json!("VerifiableCredential")),
            ("@context", json!([])),
            ("@context", json!(EXAMPLES)),
            ("id", json!(jws)),
            ("id", json!(format!("data:application/vc+jwt,{forged_jws}"))),
        ] {
            let mut changed = envelope.clone();
            changed[member] = value.clone();
            assert_eq!(verified(world, &changed).len(), 1, "{member} {value}");
        }

        // The same words signed here: no verifier of certificates takes them for one.
        let mut forged = document.clone();
        forged["issuer"]["id"] = json!(did(world));
        issue(world, &document, &json!({})).problem(400, "malformed-credential");
        issue(world, &forged, &json!({})).problem(400, "malformed-credential");
        forged["id"] = json!("HTTPS://ACADEMY.EXAMPLE./c/CERT-WORKSHOP-2026-00001-abcdefgh");
        issue(world, &forged, &json!({})).problem(400, "malformed-credential");
        forged["id"] = json!("urn:uuid:1");
        let refused = issue(world, &forged, &json!({})).problem(400, "malformed-credential");
        assert!(refused.contains("credentialStatus"), "{refused}");
        forged.as_object_mut().unwrap().remove("credentialStatus");
        let forged = issued(world, &forged, &json!({}));
        let desk = testamur::desk::Desk {
            store: &*world.app.store,
            issuer: &issuer(),
            actor: &Actor::System,
            now: world.app.now(),
        };
        let anchors = world.app.vault.anchors(&desk).unwrap();
        let code = inspect::text(&forged.to_string(), &anchors, world.app.now()).finding.code();
        assert!(["untrusted_issuer", "malformed"].contains(&code), "{code}");

        let revoke = |id: &str, status: bool| {
            let told = json!({ "type": "BitstringStatusListEntry", "statusPurpose": "revocation" });
            let body = json!({ "credentialId": id, "credentialStatus": told, "status": status });
            post(world, "/credentials/status", &body)
        };
        revoke("https://academy.example/c/CERT-WORKSHOP-2026-00001-aaaaaaaa", true).problem(404, "not-found");
        let id = document["id"].as_str().unwrap();
        revoke(id, false).problem(409, "not-undone-here");
        revoke(id, true).ok();
        assert_eq!(verified(world, &envelope).len(), 1);
        assert!(world.acts().iter().any(|(action, _)| action.contains("revoke")), "{:?}", world.acts());
    });
}

#[test]
fn nothing_that_a_document_names_is_fetched() {
    // A listener that notices any visitor.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let trap = format!("http://{}", listener.local_addr().unwrap());
    let world = world();
    let mut credentials = vec![
        with("@context", json!([V2, format!("{trap}/context")])),
        with("@context", json!([V2, { "@import": format!("{trap}/context") }])),
        with("@context", json!([V2, { "x": { "@id": "urn:x", "@context": format!("{trap}/context") } }])),
        with("credentialSchema", json!({ "type": "JsonSchema", "id": format!("{trap}/schema") })),
        with(
            "relatedResource",
            json!({ "id": format!("{trap}/r"), "digestMultibase": "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ" }),
        ),
        with(
            "credentialStatus",
            json!({ "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
            "statusListIndex": "5", "statusListCredential": format!("{trap}/list") }),
        ),
        with("refreshService", json!({ "type": "https://example.org/Refresh", "id": format!("{trap}/refresh") })),
    ];
    for at in 0..credentials.len() {
        let answer = issue(&world, &credentials[at], &json!({}));
        if answer.status == 201 {
            credentials.push(answer.json()["verifiableCredential"].clone());
        } else {
            answer.problem(400, "malformed-credential");
        }
    }
    let mut by_web = issued(&world, &plain(), &json!({}));
    by_web["issuer"] = json!(format!("did:web:{}", trap[7..].replace(':', "%3A")));
    by_web["proof"]["verificationMethod"] = json!(format!("{}#k", by_web["issuer"].as_str().unwrap()));
    credentials.push(by_web);
    for credential in &credentials {
        verified(&world, credential);
    }
    let visited = listener.accept().is_ok();
    assert!(!visited, "something was fetched");
}

#[test]
fn documents_made_to_be_expensive_are_refused_soon() {
    let world = world();
    let vocabulary = json!([V2, { "@vocab": "https://example.org/#" }]);
    let clique: Vec<Value> = (0..14)
        .map(|from| {
            let others: Vec<Value> =
                (0..14).filter(|to| *to != from).map(|to| json!({ "@id": format!("_:n{to}") })).collect();
            json!({ "@id": format!("_:n{from}"), "knows": others })
        })
        .collect();
    let mut deep = json!({ "a": 1 });
    (0..60).for_each(|_| deep = json!({ "a": deep }));
    let mut poison = with("@context", vocabulary.clone());
    poison["credentialSubject"]["knows"] = json!(clique);
    let mut nested = with("@context", vocabulary.clone());
    nested["credentialSubject"] = deep;
    let mut wide = with("@context", vocabulary.clone());
    wide["@graph"] = json!((0..20_000).map(|n| json!({ "@id": format!("urn:{n}") })).collect::<Vec<_>>());
    let mut contexts = plain();
    contexts["@context"] = json!(vec![V2; 1_000]);
    let mut scoped = with("@context", vocabulary);
    scoped["credentialSubject"]["knows"] = json!(vec![json!({ "@context": V2, "a": "b" }); 2_000]);
    for (what, credential) in
        [("poison", poison), ("nested", nested), ("wide", wide), ("contexts", contexts), ("scoped", scoped)]
    {
        let begun = Instant::now();
        issue(&world, &credential, &json!({})).problem(400, "malformed-credential");
        let mut signed = credential.clone();
        signed["issuer"] = json!(did(&world));
        signed["proof"] = issued(&world, &plain(), &json!({}))["proof"].clone();
        assert!(!verified(&world, &signed).is_empty(), "{what}");
        assert!(begun.elapsed().as_secs() < 10, "{what}: {:?}", begun.elapsed());
    }
    let large = with("name", json!("x".repeat(2 << 20)));
    assert_eq!(issue(&world, &large, &json!({})).status, 413);
}

#[test]
fn requests_of_a_wrong_form_are_refused_with_400() {
    let world = world();
    for path in ["/credentials/issue", "/credentials/verify", "/presentations/verify", "/credentials/status"] {
        for body in [json!({}), json!(null), json!("text"), json!(7), json!({ "options": {} })] {
            let answer = post(&world, path, &body);
            assert_eq!(answer.status, 400, "{path} {body}: {}", answer.text());
        }
    }
    for (path, member) in [
        ("/credentials/issue", "credential"),
        ("/credentials/verify", "verifiableCredential"),
        ("/presentations/verify", "verifiablePresentation"),
    ] {
        for document in [json!(null), json!([]), json!("text"), json!(7), json!({}), json!({ "proof": {} })] {
            let answer = post(&world, path, &json!({ member: document }));
            assert_eq!(answer.status, 400, "{path} {document}: {}", answer.text());
        }
        let unknown = json!({ member: plain(), "options": { "mandatoryPointers": ["/issuer"] } });
        post(&world, path, &unknown).problem(400, "unknown-option");
        post(&world, path, &json!({ member: plain(), "options": 7 })).problem(400, "bad-body");
    }
    let check = json!({ "verifiableCredential": plain(), "options": { "checks": ["magic"] } });
    post(&world, "/credentials/verify", &check).problem(400, "unknown-option");
}

#[test]
fn related_resources_that_are_known_have_their_digest() {
    let world = world();
    let resource = |digest: &str| with("relatedResource", json!([{ "id": V2, "digestMultibase": digest }]));
    let known = issued(&world, &resource("uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ"), &json!({}));
    assert_eq!(verified(&world, &known), [""; 0]);
    let wrong = resource("uAZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ");
    issue(&world, &wrong, &json!({})).problem(400, "malformed-credential");
    for wrong in [
        json!([{ "id": V2 }]),
        json!([V2]),
        json!([{ "digestSRI": "sha256-x" }]),
        json!([{ "id": EXAMPLES, "digestSRI": "md5-x" }]),
    ] {
        issue(&world, &with("relatedResource", wrong), &json!({})).problem(400, "malformed-credential");
    }
}
