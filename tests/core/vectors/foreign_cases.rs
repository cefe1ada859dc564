//! Credentials of others: the issuer comes first, what is good elsewhere is judged, and an issuer without a trust file is
//! judged by its DID document and its status lists.

use serde_json::{Value, json};
use testamur::proof::data_integrity::{add_proof, method};
use testamur::proof::eddsa::PublicKey;
use testamur::proof::{jws, multibase};
use testamur::status::StatusList;

use super::generate::Made;
use super::world::{ISSUER, claims, key, sign_payload, signed_json, time};

/// A school that has no trust file; its key has seed 31.
const PEER: &str = "did:web:badges.example.org";
const PEER_LIST: &str = "https://badges.example.org/status/7";
const CREATED: &str = "2026-04-20T10:00:00Z";

pub(super) fn add(made: &mut Made) {
    unknown_issuers(made);
    other_forms_by_jws(made);
    other_forms_by_proof(made);
    files(made);
    judged(made);
    peer_lists(made);
}

fn prove(document: &Value, method: &str, seed: u8) -> Value {
    add_proof(document, method, time(CREATED), &key(seed)).expect("a document that can be secured")
}

/// Whatever its shape: who is not known is not accused.
fn unknown_issuers(made: &mut Made) {
    let stranger = |change: fn(&mut Value)| {
        signed_json(|v| {
            v["issuer"] =
                json!({ "id": "https://university.example/issuers/1", "type": ["Profile"], "name": "Peer University" });
            change(v);
        })
    };
    for (name, why, change) in [
        ("number", "Peers give no number.", (|v| drop(subject(v).remove("licenseNumber"))) as fn(&mut Value)),
        ("name", "Peers name nobody.", |v| drop(subject(v).remove("identifier"))),
        ("dates", "An older data model.", |v| drop(v.as_object_mut().expect("one").remove("validFrom"))),
        ("context", "An older context.", |v| v["@context"] = json!(["https://www.w3.org/2018/credentials/v1"])),
        ("issuer_object", "An issuer may be an address.", |v| {
            v["issuer"] = json!("https://university.example/issuers/1")
        }),
        ("one_subject", "Several subjects.", |v| v["credentialSubject"] = json!([v["credentialSubject"].clone(), {}])),
        ("status", "Another kind of status.", |v| v["credentialStatus"] = json!({ "type": "1EdTechRevocationList" })),
    ] {
        made.verdict(&format!("untrusted_issuer_without_{name}"), why, "untrusted_issuer", stranger(change));
    }
    let header = |text: &str, payload: &Value| {
        let b64 = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
        format!("{}.{}.{}", b64(text.as_bytes()), b64(payload.to_string().as_bytes()), b64(&[7; 256]))
    };
    let credential = json!({ "@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiableCredential"],
        "issuer": { "id": "https://university.example/issuers/1" }, "credentialSubject": { "id": "did:example:ada" } });
    made.verdict("untrusted_issuer_by_rsa", "A signature that is not checked here.", "untrusted_issuer", {
        header(
            r#"{"alg":"RS256","typ":"JWT"}"#,
            &json!({ "vc": credential, "iss": "https://university.example/issuers/1" }),
        )
    });
    made.verdict("untrusted_issuer_by_claim", "In a JWT of VCDM 1.1 `iss` may be all.", "untrusted_issuer", {
        header(
            r#"{"alg":"ES256","kid":"did:web:x.example#1"}"#,
            &json!({ "vc": { "credentialSubject": {} }, "iss": "did:web:x.example" }),
        )
    });
    made.verdict(
        "untrusted_issuer_unsigned",
        "Nothing is signed, by nobody known.",
        "untrusted_issuer",
        credential.to_string(),
    );
    made.verdict("malformed_login_token", "Not a credential.", "malformed", {
        header(r#"{"alg":"RS256"}"#, &json!({ "iss": "https://accounts.example", "sub": "1", "aud": "x" }))
    })
    .field("signature");
    made.verdict("untrusted_issuer_name_of_ours", "Any shape, in the academy's name.", "untrusted_issuer", {
        let mut document = credential.clone();
        document["issuer"]["name"] = json!("Example Academy");
        document.to_string()
    })
    .detail("same_name");
}

fn subject(credential: &mut Value) -> &mut serde_json::Map<String, Value> {
    credential["credentialSubject"].as_object_mut().expect("a subject")
}

/// By the academy's own key, in forms that every peer takes and that we do not write.
fn other_forms_by_jws(made: &mut Made) {
    let header = |text: &str| {
        let b64 = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
        let input = format!("{}.{}", b64(text.as_bytes()), b64(&claims().to_jcs().expect("claims")));
        format!("{input}.{}", b64(&key(13).sign(input.as_bytes())))
    };
    for (name, cty) in [("cty", "vc"), ("cty_in_full", "application/vc")] {
        made.verdict(&format!("valid_header_{name}"), "What is inside (VC-JOSE-COSE section 3.1.1).", "valid", {
            header(&format!(r#"{{"alg":"EdDSA","typ":"vc+jwt","cty":"{cty}","kid":"{ISSUER}#k3"}}"#))
        });
    }
    for (name, date) in [
        ("milliseconds", "2026-04-20T10:00:00.000Z"),
        ("fraction", "2026-04-20T10:00:00.123456789Z"),
        ("offset", "2026-04-20T12:00:00+02:00"),
        ("offset_west", "2026-04-20T00:00:00.5-10:00"),
    ] {
        made.verdict(&format!("valid_date_{name}"), "A dateTimeStamp of XML Schema.", "valid", {
            signed_json(|v| v["validFrom"] = json!(date))
        });
    }
    made.verdict("expired_by_offset", "The offset counts.", "expired", {
        signed_json(|v| v["validUntil"] = json!("2026-05-02T13:59:59.9+02:00"))
    });
    made.verdict("valid_two_identifiers", "A hashed address beside the name.", "valid", {
        signed_json(|v| v["credentialSubject"]["identifier"].as_array_mut().expect("an array").push(hashed()))
    });
    let status =
        |entries: fn(Value) -> Value| signed_json(|v| v["credentialStatus"] = entries(v["credentialStatus"].clone()));
    made.verdict("valid_status_array", "One entry, in an array.", "valid", status(|one| json!([one])));
    made.verdict("revoked_in_second_entry", "All entries count.", "revoked", {
        status(|one| {
            let mut other = one.clone();
            other["statusListIndex"] = json!("10");
            json!([one, other])
        })
    });
    let suspension = |mut entry: Value| {
        entry["statusPurpose"] = json!("suspension");
        entry
    };
    made.verdict("status_suspension_too", "What is not looked at may say no.", "status_unknown", {
        signed_json(|v| {
            v["credentialStatus"] = json!([v["credentialStatus"], suspension(v["credentialStatus"].clone())])
        })
    })
    .detail("status_unread");
    made.verdict("revoked_beside_suspension", "What is known counts.", "revoked", {
        signed_json(|v| {
            v["credentialStatus"]["statusListIndex"] = json!("10");
            v["credentialStatus"] = json!([suspension(v["credentialStatus"].clone()), v["credentialStatus"]]);
        })
    });
    for (name, why, pointer, value) in [
        ("suspension", "A purpose that is not looked at.", "/credentialStatus/statusPurpose", json!("suspension")),
        ("other_type", "A type that is not looked at.", "/credentialStatus/type", json!("StatusList2021Entry")),
        ("size", "Entries of two bits mean something else.", "/credentialStatus/statusSize", json!(2)),
    ] {
        made.verdict(&format!("status_{name}"), why, "status_unknown", {
            signed_json(|v| {
                v["credentialStatus"]["statusSize"] = json!(1);
                *v.pointer_mut(pointer).expect("a member") = value;
            })
        })
        .detail("status_unread");
    }
}

fn hashed() -> Value {
    json!({ "type": "IdentityObject", "hashed": true, "identityType": "emailAddress", "salt": "s",
        "identityHash": "sha256$6e8e998d99f572567b8b1e94e4ccc43efe04649e43b2e69265f7695f82763eb4" })
}

fn other_forms_by_proof(made: &mut Made) {
    let own = |change: fn(&mut Value)| {
        let mut document = claims().to_json().expect("claims");
        change(&mut document);
        document
    };
    let multikey = method(ISSUER, "k3");
    let good = |change: fn(&mut Value)| prove(&own(change), &multikey, 13);
    for (name, why, change) in [
        (
            "two_identifiers",
            "A hashed address beside the name.",
            (|v| {
                v["credentialSubject"]["identifier"].as_array_mut().expect("an array").push(hashed());
            }) as fn(&mut Value),
        ),
        ("two_results", "Two marks.", |v| {
            v["credentialSubject"]["result"] =
                json!([{ "type": ["Result"], "value": "A" }, { "type": ["Result"], "value": "B" }]);
        }),
        ("status_array", "One entry, in an array.", |v| v["credentialStatus"] = json!([v["credentialStatus"].clone()])),
        ("milliseconds", "A dateTimeStamp.", |v| v["validFrom"] = json!("2026-04-20T10:00:00.000Z")),
        ("creator_is_issuer", "The same profile in two places is said once.", |v| {
            v["credentialSubject"]["achievement"]["creator"] = v["issuer"].clone();
        }),
    ] {
        made.verdict(&format!("json_valid_{name}"), why, "valid", good(change).to_string());
    }
    made.verdict("json_valid_method_is_jwk", "did.json lists a key twice; by either name it is that key.", "valid", {
        prove(&own(|_| ()), &format!("{ISSUER}#k3"), 13).to_string()
    });
    made.verdict("json_unknown_key_of_another_name", "A name that no list of keys has.", "unknown_key", {
        prove(&own(|_| ()), &format!("{ISSUER}#key-1"), 13).to_string()
    })
    .detail("key_not_listed");
    let ours = good(|_| ())["proof"][0].clone();
    let beside = |other: Value| {
        let mut document = own(|_| ());
        document["proof"] = json!([other, ours]);
        document.to_string()
    };
    made.verdict("json_valid_two_proofs", "The same twice.", "valid", beside(ours.clone()));
    made.verdict("json_valid_proof_of_other_kind_too", "One that is not read beside one that is.", "valid", {
        beside(json!({ "type": "SomeProofType" }))
    });
    made.verdict("json_valid_proof_of_somebody_too", "A witness beside the issuer.", "valid", {
        beside(prove(&own(|_| ()), "did:web:witness.example#k-multikey", 66)["proof"][0].clone())
    });
    made.verdict("json_valid_proof_that_fails_too", "The issuer's other proof holds.", "valid", {
        beside(prove(&own(|v| v["id"] = json!("urn:x")), &method(ISSUER, "k3"), 13)["proof"][0].clone())
    });
    made.verdict("json_malformed_proofs_of_somebody", "None of them is the issuer's.", "malformed", {
        let mut document = own(|_| ());
        document["proof"] = prove(&document, "did:web:witness.example#k-multikey", 66)["proof"].clone();
        document.to_string()
    })
    .field("proof.verificationMethod");
    let with = |member: &str, value: &str| {
        let mut document = good(|_| ());
        document["proof"][0][member] = json!(value);
        document.to_string()
    };
    made.verdict("json_proof_created_in_milliseconds", "As it is written, so it is signed.", "proof_invalid", {
        with("created", "2026-04-20T10:00:00.000Z")
    });
    made.verdict("json_proof_expires_not_signed", "Every member of a proof is signed.", "proof_invalid", {
        with("expires", "2027-04-20T10:00:00Z")
    });
    made.verdict("json_malformed_expires", "Not a day.", "malformed", with("expires", "never")).field("proof.expires");
    made.verdict("json_malformed_proof_id", "Not an address.", "malformed", with("id", "one")).field("proof.id");
}

/// The peer's DID document, with other methods beside its key.
fn did_document() -> Value {
    let multikey = |seed: u8| multibase::multikey(&key(seed).public());
    let jwk = |key: PublicKey| json!({ "kty": "OKP", "crv": "Ed25519", "x": key.to_base64url() });
    let of = |name: &str, controller: &str, member: (&str, Value)| {
        let mut method = json!({ "id": name, "type": "Multikey", "controller": controller });
        method[member.0] = member.1;
        method
    };
    let full = |name: &str| format!("{PEER}#{name}");
    let mut revoked = of(&full("revoked"), PEER, ("publicKeyMultibase", json!(multikey(33))));
    revoked["revoked"] = json!("2026-01-01T00:00:00Z");
    let mut ended = of(&full("ended"), PEER, ("publicKeyMultibase", json!(multikey(34))));
    ended["expires"] = json!("2026-01-01T00:00:00Z");
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": PEER,
        "verificationMethod": [
            of(&full("key-1"), PEER, ("publicKeyMultibase", json!(multikey(31)))),
            of("#jwk", PEER, ("publicKeyJwk", jwk(key(32).public()))),
            of(&full("login"), PEER, ("publicKeyMultibase", json!(multikey(35)))),
            of(&full("lent"), "did:web:other.example", ("publicKeyMultibase", json!(multikey(36)))),
            of(&full("p256"), PEER, ("publicKeyMultibase", json!("zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"))),
            revoked,
            ended,
        ],
        "authentication": [full("login")],
        "assertionMethod": [full("key-1"), "#jwk", full("lent"), full("p256"), full("revoked"), full("ended")],
    })
}

/// What a peer issues: no number, an e-mail beside the name, a list of its own.
fn peer(change: fn(&mut Value)) -> Value {
    let mut document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:4d3b9f90-6181-4f4b-ad0a-7a9b07fcaeff",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": { "id": PEER, "type": ["Profile"], "name": "Peer University" },
        "validFrom": "2026-04-01T00:00:00.000Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [hashed(), { "type": "IdentityObject", "hashed": false, "identityType": "name", "identityHash": "Ada Lovelace" }],
            "achievement": { "id": "https://badges.example.org/a/1", "type": ["Achievement"], "name": "Peer achievement",
                "description": "d", "criteria": { "narrative": "n" } },
        },
        "credentialStatus": { "id": format!("{PEER_LIST}#5"), "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
            "statusListIndex": "5", "statusListCredential": PEER_LIST },
    });
    change(&mut document);
    document
}

fn list(from: &str, until: &str) -> StatusList {
    StatusList::new(PEER_LIST.into(), PEER.into(), &[10], time(from), time(until))
}

/// Files that an employer adds, and what comes of each.
fn files(made: &mut Made) {
    let add = |made: &mut Made, name: &str, text: String| drop(made.add_foreign(name, text));
    add(made, "peer.did.json", serde_json::to_string_pretty(&did_document()).expect("JSON"));
    let fresh = list("2026-05-01T00:00:00Z", "2026-05-08T00:00:00Z");
    add(made, "peer.list.json", prove(&fresh.to_json(60), &format!("{PEER}#key-1"), 31).to_string());
    add(made, "peer.list.jwt", fresh.sign(60, &format!("{PEER}#jwk"), &key(32)));
    let mut endless = list("2026-05-01T00:00:00Z", "2026-05-08T00:00:00Z").to_json(60);
    endless.as_object_mut().expect("one").remove("validUntil");
    add(made, "peer.list-without-end.json", prove(&endless, &format!("{PEER}#key-1"), 31).to_string());
    add(made, "peer.list-by-thief.json", prove(&fresh.to_json(60), &format!("{PEER}#key-1"), 66).to_string());
    add(made, "peer.list-suspension.jwt", {
        let mut suspension = fresh.to_json(60);
        suspension["credentialSubject"]["statusPurpose"] = json!("suspension");
        jws::sign(suspension.to_string().as_bytes(), &format!("{PEER}#key-1"), jws::CREDENTIAL, &key(31))
    });
    add(made, "peer-key.did", format!("did:key:{}\n", multibase::multikey(&key(31).public())));
    let mut other = did_document();
    other["assertionMethod"] = json!([format!("{PEER}#p256"), format!("{PEER}#login2")]);
    add(made, "peer-without-key.did.json", other.to_string());
    other = did_document();
    other["id"] = json!(ISSUER);
    other["verificationMethod"][0]["controller"] = json!(ISSUER);
    add(made, "academy.did.json", other.to_string());
    add(made, "nobody.did.json", "{}".into());

    let did = "trust/peer.did.json";
    made.trust("foreign_did", "A DID document is all that a foreign issuer has.", "ok", &[did]);
    made.trust("foreign_did_key", "A did:key is its own document.", "ok", &["trust/peer-key.did"]);
    for file in ["list.json", "list.jwt", "list-without-end.json"] {
        let name = format!("foreign_{}", file.replace(['.', '-'], "_"));
        made.trust(&name, "A list that the issuer's key signed.", "ok", &[did, &format!("trust/peer.{file}")]);
    }
    made.trust("foreign_list_alone", "Whose?", "unknown_issuer", &["trust/peer.list.json"]);
    made.trust(
        "foreign_list_by_thief",
        "Anybody can make a list.",
        "proof_invalid",
        &[did, "trust/peer.list-by-thief.json"],
    );
    made.trust("foreign_list_suspension", "Another purpose.", "list", &[did, "trust/peer.list-suspension.jwt"]);
    made.trust("foreign_no_key", "No key that may sign.", "no_key", &["trust/peer-without-key.did.json"]);
    made.trust("foreign_nobody", "Names nobody.", "malformed", &["trust/nobody.did.json"]);
    made.trust("foreign_did_of_ours", "A trust file says more, and binds.", "has_trust_file", {
        &["trust/academy.jws", "trust/academy.did.json"]
    });
}

fn judged(made: &mut Made) {
    let did = ["trust/academy.jws", "trust/peer.did.json"];
    let listed = ["trust/academy.jws", "trust/peer.did.json", "trust/peer.list.json"];
    let by = |document: &Value, name: &str, seed: u8| prove(document, &format!("{PEER}#{name}"), seed).to_string();
    let good = || by(&peer(|_| ()), "key-1", 31);
    made.verdict("foreign_valid", "Keys and list were given.", "valid", good()).trusting(&listed);
    made.verdict("foreign_list_not_added", "Not green for what was not looked at.", "status_unknown", good())
        .detail("list_not_added")
        .trusting(&did);
    made.verdict("foreign_untrusted", "Its files were not given.", "untrusted_issuer", good());
    made.verdict("foreign_stale", "The list ran out.", "valid_status_stale", good())
        .at("2026-05-09T00:00:00Z")
        .detail("list_expired")
        .trusting(&listed);
    made.verdict("foreign_without_end_valid", "A list without an end is good for a week.", "valid", good())
        .at("2026-05-07T00:00:00Z")
        .trusting(&["trust/peer.did.json", "trust/peer.list-without-end.json"]);
    made.verdict("foreign_without_end_stale", "Not for longer.", "valid_status_stale", good())
        .at("2026-05-09T00:00:00Z")
        .detail("list_expired")
        .trusting(&["trust/peer.did.json", "trust/peer.list-without-end.json"]);
    made.verdict("foreign_clock_behind", "A list of tomorrow.", "status_unknown", good())
        .at("2026-04-30T00:00:00Z")
        .detail("clock_behind")
        .trusting(&listed);
    made.verdict("foreign_no_entry", "Nobody can say whether it was revoked.", "status_unknown", {
        by(&peer(|v| drop(v.as_object_mut().expect("one").remove("credentialStatus"))), "key-1", 31)
    })
    .detail("no_status_entry")
    .trusting(&listed);
    made.verdict("foreign_other_status", "A list of another kind.", "status_unknown", {
        by(
            &peer(|v| {
                v["@context"]
                    .as_array_mut()
                    .expect("one")
                    .push(json!("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"));
                v["credentialStatus"] =
                    json!({ "id": "https://badges.example.org/revocations", "type": "1EdTechRevocationList" });
            }),
            "key-1",
            31,
        )
    })
    .detail("status_unread")
    .trusting(&listed);
    made.verdict("foreign_changed", "Another name than was signed.", "proof_invalid", {
        good().replace("Ada Lovelace", "Bob Lovelace")
    })
    .trusting(&listed);
    for (name, seed, expect, detail) in [
        ("login", 35, "unknown_key", "key_not_listed"),
        ("lent", 36, "unknown_key", "key_not_listed"),
        ("revoked", 33, "unknown_key", "key_not_listed"),
        ("ended", 34, "unknown_key", "key_window"),
    ] {
        made.verdict(&format!("foreign_key_{name}"), "Not a key that signs credentials now.", expect, {
            by(&peer(|_| ()), name, seed)
        })
        .detail(detail)
        .trusting(&listed);
    }
    made.verdict("foreign_bare", "No number, no name, no dates: what is there is judged.", "valid", {
        by(
            &peer(|v| {
                subject(v).remove("identifier");
                v.as_object_mut().expect("one").remove("validFrom");
                v["issuer"] = json!(PEER);
            }),
            "key-1",
            31,
        )
    })
    .trusting(&listed);
    made.verdict("foreign_other_context", "Nobody knows what its terms mean, and nobody is accused.", "malformed", {
        let mut document: Value = serde_json::from_str(&good()).expect("JSON");
        document["@context"].as_array_mut().expect("an array").push(json!("https://example.org/context"));
        document.to_string()
    })
    .field("@context")
    .trusting(&listed);
    made.verdict("foreign_undefined_term", "No proof covers it.", "malformed", {
        let mut document: Value = serde_json::from_str(&good()).expect("JSON");
        document["credentialSubject"]["favouriteColour"] = json!("green");
        document.to_string()
    })
    .field("payload")
    .trusting(&listed);
}

fn peer_lists(made: &mut Made) {
    let listed = ["trust/peer.did.json", "trust/peer.list.jwt"];
    let compact = |header: Value, document: &Value, seed: u8| {
        let b64 = |text: String| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        let input = format!("{}.{}", b64(header.to_string()), b64(document.to_string()));
        format!("{input}.{}", data_encoding::BASE64URL_NOPAD.encode(&key(seed).sign(input.as_bytes())))
    };
    let with = |header: Value| compact(header, &peer(|_| ()), 31);
    for (name, header) in [
        ("", json!({ "alg": "EdDSA", "typ": "vc+jwt", "kid": format!("{PEER}#key-1") })),
        ("_relative", json!({ "alg": "EdDSA", "typ": "vc+ld+json+jwt", "cty": "vc", "kid": "#key-1" })),
        ("_short", json!({ "alg": "Ed25519", "kid": "key-1", "iss": PEER })),
    ] {
        made.verdict(&format!("foreign_jws_valid{name}"), "As others write a header.", "valid", with(header))
            .trusting(&listed);
    }
    made.verdict("foreign_jws_no_kid", "Which of several keys?", "unknown_key", with(json!({ "alg": "EdDSA" })))
        .detail("key_not_listed")
        .trusting(&listed);
    made.verdict("foreign_jws_crit", "What must be understood and is not.", "malformed", {
        with(json!({ "alg": "EdDSA", "kid": "key-1", "crit": ["b64"], "b64": false }))
    })
    .field("header.members")
    .trusting(&listed);
    made.verdict("foreign_jws_es256", "Another kind of signature.", "malformed", {
        with(json!({ "alg": "ES256", "kid": "key-1" }))
    })
    .field("header.alg")
    .trusting(&listed);
    made.verdict("foreign_jws_expired", "JWT claims count.", "expired", {
        compact(json!({ "alg": "EdDSA", "kid": "key-1" }), &peer(|v| v["exp"] = json!(1_600_000_000)), 31)
    })
    .trusting(&listed);
    made.verdict("foreign_jws_revoked", "Its list says so.", "revoked", {
        let document = peer(|v| v["credentialStatus"]["statusListIndex"] = json!("10"));
        compact(json!({ "alg": "EdDSA", "kid": "key-1" }), &document, 31)
    })
    .trusting(&listed);
    let name = multibase::multikey(&key(31).public());
    made.verdict("foreign_did_key_judged", "A did:key that somebody trusts.", "status_unknown", {
        let mut document = peer(|v| drop(v.as_object_mut().expect("one").remove("credentialStatus")));
        document["issuer"]["id"] = json!(format!("did:key:{name}"));
        prove(&document, &format!("did:key:{name}#{name}"), 31).to_string()
    })
    .detail("no_status_entry")
    .trusting(&["trust/peer-key.did"]);
    made.verdict("foreign_key_for_ours", "A peer's file says nothing about the academy.", "unknown_key", {
        sign_payload(&claims().to_jcs().expect("claims"), "key-1", 31)
    })
    .detail("key_not_listed")
    .trusting(&["trust/academy.jws", "trust/peer.did.json"]);
}
