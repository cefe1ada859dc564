//! Credentials that can be read: every verdict but `malformed`.

use serde_json::json;

use super::generate::Made;
use super::world::{
    ISSUER, NOW, World, claims, issued_before_theft, key, sign_payload, signed, signed_by, signed_json, time,
};
use testamur::proof::jws;

pub(super) fn add(made: &mut Made) {
    good(made);
    naughty_names(made);
    status(made);
    dates(made);
    keys(made);
    proofs(made);
    issuers(made);
    freshness(made);
    jwt_claims(made);
}

fn good(made: &mut Made) {
    made.verdict("valid", "Everything is good.", "valid", signed(|_| ()));
    made.verdict("valid_white_space", "White space around a text is not part of it.", "valid", {
        format!(" \n\t{}\r\n", signed(|_| ()))
    });
    made.verdict("valid_alg_ed25519", "RFC 9864 calls the algorithm Ed25519.", "valid", {
        with_header(&format!(r#"{{"alg":"Ed25519","kid":"{ISSUER}#k3","typ":"vc+jwt"}}"#))
    });
    made.verdict("valid_header_order", "The order of header members has no meaning.", "valid", {
        with_header(&format!(r#"{{"typ":"vc+jwt","kid":"{ISSUER}#k3","alg":"EdDSA"}}"#))
    });
    made.verdict("valid_until_to_the_second", "The last second counts.", "valid", {
        signed(|c| c.valid_until = Some(time("2026-05-02T12:00:00Z")))
    });
    made.verdict("valid_extra_context", "A third context after the two pinned ones is allowed.", "valid", {
        let extensions = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";
        signed_json(|v| v["@context"].as_array_mut().expect("an array").push(json!(extensions)))
    });
    made.verdict("valid_not_canonical_payload", "The signature covers bytes; JCS is how we make them.", "valid", {
        let pretty = serde_json::to_vec_pretty(&claims().to_json().expect("claims")).expect("JSON");
        sign_payload(&pretty, "k3", 13)
    });
    made.verdict("valid_unknown_claim", "Claims that we do not know are not shown, and do no harm.", "valid", {
        signed_json(|v| v["credentialSubject"]["shoeSize"] = json!(42))
    });
    made.verdict("valid_two_issuers_trusted", "Other anchors do not disturb.", "valid", signed(|_| ()))
        .trusting(&["trust/other.jws", "trust/academy.jws"]);
}

fn naughty_names(made: &mut Made) {
    let names = [
        ("arabic", "محمد بن عبد الله الخوارزمي"),
        ("devanagari", "श्रीनिवास रामानुजन्"),
        ("emoji", "Zoë 👩🏽‍🔬 O’Neill"),
        ("han", "陳省身"),
        ("combining", "Zoe\u{308} A\u{30a}ngstro\u{308}m"),
        ("xss", "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"),
        ("template", "{{7*7}} ${7*7} %s {participant_name}"),
        ("bidi_override", "Ada \u{202e}ecalevoL"),
        ("control_characters", "Ada\u{0}\u{7}\u{1b}[31m Lovelace"),
        ("long", &"Wolfeschlegelsteinhausenbergerdorff ".repeat(50)),
    ];
    for (name, recipient) in names {
        let why = "A name is text; whoever shows it escapes it. The signature says nothing else.";
        let input = signed(|c| c.recipient = recipient.to_owned());
        made.verdict(&format!("valid_name_{name}"), why, "valid", input);
    }
}

fn status(made: &mut Made) {
    let at = |index| signed(move |c| c.status.index = index);
    made.verdict("revoked", "Its status entry is set, for this reason.", "revoked", at(10));
    made.verdict("revoked_no_reason", "A set entry is enough.", "revoked", at(12)).detail("no_reason");
    made.verdict("superseded", "Replaced by a newer credential.", "superseded", at(11));
    made.verdict("valid_neighbour_below", "The entry before a set one.", "valid", at(9));
    made.verdict("valid_neighbour_above", "The entry after set ones.", "valid", at(14));
    made.verdict("valid_last_index", "The last entry of the list.", "valid", at(131_071));
    made.verdict("revoked_and_expired", "Revoked is the worse news.", "revoked", {
        signed(|c| {
            c.status.index = 13;
            c.valid_until = Some(time("2026-04-30T00:00:00Z"));
        })
    });
    made.verdict("revoked_and_stale", "Revoked stays revoked.", "revoked", at(10)).at("2029-01-01T00:00:00Z");
    made.verdict("revoked_and_clock_behind", "Revoked even by a wrong clock.", "revoked", at(10))
        .at("2026-04-30T00:00:00Z");
    made.verdict("status_index_out_of_range", "Past the end is not `not revoked`.", "status_unknown", at(131_072))
        .detail("index_out_of_range");
    made.verdict("status_index_huge", "A ten-digit index does not wrap around.", "status_unknown", {
        signed_json(|v| v["credentialStatus"]["statusListIndex"] = json!("4294967301"))
    })
    .detail("index_out_of_range");
    made.verdict("status_list_missing", "The snapshot has no such list.", "status_unknown", {
        signed(|c| c.status.list = 2)
    })
    .detail("list_missing");
    made.verdict("status_list_of_another_host", "A list elsewhere is not looked at.", "status_unknown", {
        signed_json(|v| v["credentialStatus"]["statusListCredential"] = json!("https://school.example/status/1"))
    })
    .trusting(&["trust/academy.jws", "trust/other.jws"])
    .detail("list_missing");
    made.verdict("status_no_entry", "Nobody can say whether it was revoked.", "status_unknown", {
        signed_json(|v| drop(v.as_object_mut().expect("an object").remove("credentialStatus")))
    })
    .detail("no_status_entry");
}

fn dates(made: &mut Made) {
    made.verdict("expired", "One second past its end.", "expired", {
        signed(|c| c.valid_until = Some(time("2026-05-02T11:59:59Z")))
    });
    made.verdict("expired_and_stale", "Expired is certain, stale is not.", "expired", {
        signed(|c| c.valid_until = Some(time("2026-05-30T00:00:00Z")))
    })
    .at("2026-06-10T00:00:00Z");
    made.verdict("expired_without_status", "Expired comes before an unknown status.", "expired", {
        signed(|c| {
            c.valid_until = Some(time("2026-04-30T00:00:00Z"));
            c.status.list = 9;
        })
    });
    made.verdict("not_yet_valid", "One second past the tolerance.", "not_yet_valid", {
        signed(|c| c.valid_from = time("2026-05-02T12:05:01Z"))
    });
    made.verdict("valid_within_clock_skew", "Clocks may differ by five minutes.", "valid", {
        signed(|c| c.valid_from = time("2026-05-02T12:05:00Z"))
    });
    made.verdict("not_yet_valid_far", "A credential of the year 9999.", "not_yet_valid", {
        signed(|c| c.valid_from = time("9999-12-31T23:59:59Z"))
    });
    made.verdict("valid_from_long_ago", "A credential of the year 1.", "valid", {
        signed(|c| c.valid_from = time("0001-01-01T00:00:00Z"))
    });
}

fn keys(made: &mut Made) {
    let dated = |id: &str, seed, date: &str| signed_by(id, seed, |c| c.valid_from = time(date));
    made.verdict("valid_retired_key", "A retired key's certificates stay good.", "valid", {
        dated("k1", 11, "2025-12-01T00:00:00Z")
    });
    made.verdict("valid_retired_key_last_second", "Up to the second it was retired in.", "valid", {
        dated("k1", 11, "2026-03-01T00:00:00Z")
    });
    made.verdict("unknown_key_after_retirement", "A retired key signs no new ones.", "unknown_key", {
        dated("k1", 11, "2026-03-01T00:00:01Z")
    })
    .detail("key_window");
    made.verdict("unknown_key_not_listed", "The manifest has no such key.", "unknown_key", signed_by("k9", 13, |_| ()))
        .detail("key_not_listed");
    made.verdict("unknown_key_is_the_root", "Roots sign manifests, no credentials.", "unknown_key", {
        signed_by("r2", 2, |_| ())
    })
    .detail("key_not_listed");
    made.verdict("unknown_key_case", "Key ids are compared letter by letter.", "unknown_key", {
        signed_by("K3", 13, |_| ())
    })
    .detail("key_not_listed");
    made.verdict("compromised_key", "Signed with the stolen key.", "compromised_key", signed_by("k2", 12, |_| ()));
    made.verdict("compromised_key_back_dated", "A thief can back-date, but is not in the set.", "compromised_key", {
        dated("k2", 12, "2026-03-10T00:00:00Z")
    });
    made.verdict("valid_issued_set", "Issued before the theft, and in the set.", "valid", issued_before_theft());
    made.verdict("proof_invalid_compromised", "A bad signature is worse than a stolen key.", "proof_invalid", {
        signed_by("k2", 66, |_| ())
    });
}

fn proofs(made: &mut Made) {
    let good = signed(|_| ());
    let parts: Vec<&str> = good.split('.').collect();
    made.verdict("proof_bit_flipped", "One bit of the signature.", "proof_invalid", flip_signature(&good, 17));
    made.verdict("proof_bit_flipped_in_s", "One bit of the second half.", "proof_invalid", flip_signature(&good, 300));
    made.verdict("proof_of_another_key", "Signed by somebody else under this name.", "proof_invalid", {
        signed_by("k3", 66, |_| ())
    });
    made.verdict("proof_all_zero", "64 zero bytes.", "proof_invalid", with_signature(&good, &[0; 64]));
    made.verdict("proof_of_another_payload", "A true signature of another credential.", "proof_invalid", {
        let other = signed(|c| c.recipient = "Charles Babbage".into());
        let signature = other.rsplit('.').next().expect("three parts").to_owned();
        format!("{}.{}.{signature}", parts[0], parts[1])
    });
    made.verdict("proof_grade_changed", "A1 became C1 after signing.", "proof_invalid", {
        let with = |grade: &str| signed(|c| c.extras.result = Some(grade.into()));
        let (a1, c1) = (with("A1"), with("C1"));
        let payload = c1.split('.').nth(1).expect("three parts").to_owned();
        format!("{}.{payload}.{}", parts[0], a1.rsplit('.').next().expect("three parts"))
    });
    made.verdict("proof_over_reencoded_header", "The same header with a space in it.", "proof_invalid", {
        let header = format!(r#"{{"alg":"EdDSA","kid":"{ISSUER}#k3", "typ":"vc+jwt"}}"#);
        format!("{}.{}.{}", b64(header.as_bytes()), parts[1], parts[2])
    });
    for (name, signature) in super::edges::signatures(&good, 13) {
        made.verdict(&format!("proof_{}", name.replace('-', "_")), "RFC 8032, strictly.", "proof_invalid", {
            with_signature(&good, &signature)
        });
    }
}

fn issuers(made: &mut Made) {
    let by = |did: &str, name: &str| {
        let mut value = claims().to_json().expect("claims");
        value["issuer"]["id"] = json!(did);
        value["issuer"]["name"] = json!(name);
        let payload = serde_json_canonicalizer::to_vec(&value).expect("JSON");
        jws::sign(&payload, &format!("{did}#k3"), jws::CREDENTIAL, &key(66))
    };
    made.verdict("untrusted_issuer", "Well made, by somebody unknown.", "untrusted_issuer", {
        by("did:web:nobody.example", "Nobody")
    });
    made.verdict("untrusted_issuer_same_name", "Calls itself the academy.", "untrusted_issuer", {
        by("did:web:certs.example.com", "Example Academy")
    })
    .detail("same_name");
    made.verdict("untrusted_issuer_homoglyph", "A Cyrillic `е` in the domain.", "untrusted_issuer", {
        by("did:web:certs.\u{435}xample.org", "Example Academy")
    })
    .detail("same_name");
    made.verdict("untrusted_issuer_upper_case", "DIDs are compared letter by letter.", "untrusted_issuer", {
        by("did:web:CERTS.example.org", "Nobody")
    });
    made.verdict("untrusted_issuer_did_key", "A key inside the credential proves nothing.", "untrusted_issuer", {
        by("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "Nobody")
    });
    made.verdict("untrusted_issuer_no_anchors", "Whoever trusts nobody.", "untrusted_issuer", signed(|_| ()))
        .trusting(&[]);
    made.verdict("untrusted_issuer_only_other", "Whoever trusts somebody else.", "untrusted_issuer", signed(|_| ()))
        .trusting(&["trust/other.jws"]);
    made.verdict("untrusted_issuer_bad_proof", "An issuer that is not known comes first.", "untrusted_issuer", {
        flip_signature(&by("did:web:nobody.example", "Nobody"), 3)
    });
}

fn freshness(made: &mut Made) {
    let good = || signed(|_| ());
    made.verdict("status_clock_behind", "Nothing can be said about freshness.", "status_unknown", good())
        .at("2026-04-30T23:54:59Z")
        .detail("clock_behind");
    made.verdict("valid_clock_slightly_behind", "Clocks may differ by five minutes.", "valid", good())
        .at("2026-04-30T23:55:00Z");
    made.verdict("valid_last_fresh_second", "Fresh up to the announced second.", "valid", good())
        .at("2026-05-08T00:00:00Z");
    let later = "2026-05-04T00:00:00Z";
    let until = time("2026-05-03T00:00:00Z");
    let stale = [
        ("manifest_expired", World::academy().with(|w| w.manifest.expires = until)),
        ("list_expired", World::academy().with(|w| w.lists[0].valid_until = until)),
        ("snapshot_expired", World::academy().with(|w| w.next_update = until)),
    ];
    for (detail, world) in stale {
        let trust = made.add_trust(&detail.replace('_', "-"), world.sign());
        made.verdict(&format!("stale_{detail}"), "One of three documents ran out.", "valid_status_stale", good())
            .trusting(&[&trust])
            .at(later)
            .detail(detail);
        made.verdict(&format!("valid_before_{detail}"), "The same before it ran out.", "valid", good())
            .trusting(&[&trust]);
    }
    made.verdict("stale_list_and_snapshot", "With several, the list is named first.", "valid_status_stale", good())
        .at("2026-05-08T00:00:01Z")
        .detail("list_expired");
    made.verdict("stale_ten_years_later", "All three ran out long ago.", "valid_status_stale", good())
        .at("2036-05-02T12:00:00Z")
        .detail("manifest_expired");
}

fn b64(bytes: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(bytes)
}

/// Signs the academy's claims under a header of our own.
fn with_header(header: &str) -> String {
    let payload = claims().to_jcs().expect("claims");
    let input = format!("{}.{}", b64(header.as_bytes()), b64(&payload));
    format!("{input}.{}", b64(&key(13).sign(input.as_bytes())))
}

fn with_signature(compact: &str, signature: &[u8; 64]) -> String {
    let (input, _) = compact.rsplit_once('.').expect("three parts");
    format!("{input}.{}", b64(signature))
}

fn flip_signature(compact: &str, bit: usize) -> String {
    let (_, signature) = compact.rsplit_once('.').expect("three parts");
    let bytes = data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes()).expect("base64url");
    let mut signature: [u8; 64] = bytes.try_into().expect("64 bytes");
    signature[bit / 8] ^= 1 << (bit % 8);
    with_signature(compact, &signature)
}

/// RFC 7519 section 4.1: honoured or refused, never ignored.
fn jwt_claims(made: &mut Made) {
    let now = time(NOW).unix();
    let with = |claim: &str, value: serde_json::Value| signed_json(|v| v[claim] = value);
    let day = 86_400;
    made.verdict("valid_jwt_claims_that_agree", "Claims that say what the credential says.", "valid", {
        signed_json(|v| {
            let holder = "urn:uuid:4d3b9f90-6181-4f4b-ad0a-7a9b07fcaeff";
            v["credentialSubject"]["id"] = json!(holder);
            v["iss"] = v["issuer"]["id"].clone();
            v["jti"] = v["id"].clone();
            v["sub"] = json!(holder);
            v["nbf"] = json!(now - 2 * day);
            v["iat"] = json!(now - day);
            v["exp"] = json!(now + day);
        })
    });
    made.verdict("valid_until_exp", "The second before `exp`.", "valid", with("exp", json!(now + 1)));
    made.verdict("expired_by_exp", "On or after `exp` it is not accepted.", "expired", with("exp", json!(now)));
    made.verdict("expired_by_exp_before_until", "The earlier of both ends counts.", "expired", {
        signed_json(|v| {
            v["validUntil"] = json!("2030-01-01T00:00:00Z");
            v["exp"] = json!(now - day);
        })
    });
    made.verdict("expired_before_exp", "The earlier of both ends counts.", "expired", {
        signed_json(|v| {
            v["validUntil"] = json!("2026-05-01T00:00:00Z");
            v["exp"] = json!(now + day);
        })
    });
    made.verdict("valid_nbf_within_skew", "Clocks may differ by five minutes.", "valid", with("nbf", json!(now + 300)));
    made.verdict("not_yet_valid_by_nbf", "Not before then.", "not_yet_valid", with("nbf", json!(now + 301)));
    made.verdict("not_yet_valid_by_iat", "Signed tomorrow.", "not_yet_valid", with("iat", json!(now + day)));
    made.verdict("unknown_key_by_iat", "An old date, but signed after the key was retired.", "unknown_key", {
        let mut old = claims();
        old.valid_from = time("2025-12-01T00:00:00Z");
        let mut value = old.to_json().expect("claims");
        value["iat"] = json!(time("2026-03-01T00:00:01Z").unix());
        sign_payload(&serde_json_canonicalizer::to_vec(&value).expect("JSON"), "k1", 11)
    })
    .detail("key_window");
    let mut refuse = |name: &str, why: &str, field: &str, input: String| {
        made.verdict(&format!("malformed_{name}"), why, "malformed", input).field(field);
    };
    refuse("iss_other", "Of another issuer.", "iss", with("iss", json!("did:web:school.example")));
    refuse("iss_array", "Not a text.", "iss", with("iss", json!([ISSUER])));
    refuse("jti_other", "Another credential.", "jti", with("jti", json!("https://certs.example.org/c/x")));
    refuse("sub_other", "A subject that the credential does not name.", "sub", with("sub", json!("did:example:ada")));
    for (name, value) in [
        ("text", json!("2030-01-01T00:00:00Z")),
        ("fraction", json!(1.5)),
        ("negative", json!(-1)),
        ("null", json!(null)),
        ("after_year_9999", json!(253_402_300_800_u64)),
    ] {
        refuse(&format!("exp_{name}"), "No number of seconds.", "exp", with("exp", value));
    }
    refuse("nbf_text", "No number of seconds.", "nbf", with("nbf", json!("now")));
    refuse("iat_boolean", "No number of seconds.", "iat", with("iat", json!(true)));
    for (claim, value) in [
        ("aud", json!("https://employer.example")),
        ("cnf", json!({ "kid": "did:example:ada#key" })),
        ("status", json!({ "status_list": { "idx": 3, "uri": "https://example.org/list" } })),
        ("vc", json!({ "type": ["VerifiableCredential"] })),
        ("vp", json!({})),
        ("_sd", json!([])),
        ("_sd_alg", json!("sha-256")),
    ] {
        let name = format!("claim_{}", claim.trim_start_matches('_'));
        refuse(&name, "What nobody here can honour is refused, not ignored.", claim, with(claim, value));
    }
}
