//! Texts that are no credential: `malformed`, with the field that says where.

use serde_json::{Value, json};

use super::generate::Made;
use super::world::{ISSUER, claims, key, sign_payload, signed, signed_json};
use testamur::proof::jws;

pub(super) fn add(made: &mut Made) {
    texts(made);
    headers(made);
    payloads(made);
    members(made);
}

fn malformed(made: &mut Made, name: &str, why: &str, field: &str, input: String) {
    made.verdict(&format!("malformed_{name}"), why, "malformed", input).field(field);
}

fn texts(made: &mut Made) {
    let good = signed(|_| ());
    let parts: Vec<&str> = good.split('.').collect();
    malformed(made, "empty", "Nothing at all.", "jws", String::new());
    malformed(made, "prose", "Some other text.", "jws", "Certificate of attendance".into());
    malformed(made, "other_url", "An address without a fragment.", "header", "https://verify.example.org/".into());
    malformed(made, "two_parts", "A part is missing.", "jws", parts[..2].join("."));
    malformed(made, "four_parts", "A part too many.", "jws", format!("{good}.e30"));
    malformed(made, "json_serialisation", "JWS has another form; we take one only.", "proof", {
        json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] }).to_string()
    });
    malformed(made, "padded_base64", "JWS has no padding.", "signature", format!("{good}=="));
    malformed(made, "plain_base64", "`+` and `/` are not base64url.", "payload", {
        format!("{}.ab+/.{}", parts[0], parts[2])
    });
    malformed(made, "stray_bits", "The last letter has bits that mean nothing.", "signature", {
        let mut text = good.clone();
        let last = text.pop().expect("a letter");
        text.push(if last == 'B' { 'C' } else { 'B' });
        text
    });
    malformed(made, "short_signature", "63 bytes.", "signature", {
        format!("{}.{}.{}", parts[0], parts[1], b64(&[1; 63]))
    });
    malformed(made, "no_signature", "An unsecured JWS.", "signature", format!("{}.{}.", parts[0], parts[1]));
    malformed(made, "text_too_large", "Longer than 262,144 bytes.", "text", "A".repeat(262_145));
    malformed(made, "payload_too_large", "A payload of 65,537 bytes.", "payload", {
        let mut payload = claims().to_jcs().expect("claims");
        payload.resize(65_537, b' ');
        sign_payload(&payload, "k3", 13)
    });
}

fn headers(made: &mut Made) {
    let header = |members: &str| {
        let input = format!("{}.{}", b64(members.as_bytes()), b64(&claims().to_jcs().expect("claims")));
        format!("{input}.{}", b64(&key(13).sign(input.as_bytes())))
    };
    let kid = format!(r#""kid":"{ISSUER}#k3""#);
    let with = |alg: &str, rest: &str| header(&format!(r#"{{"alg":"{alg}",{kid}{rest}}}"#));
    let typ = r#","typ":"vc+jwt""#;
    for alg in ["none", "ES256", "HS256", "eddsa", ""] {
        let name = format!("alg_{}", if alg.is_empty() { "empty".into() } else { alg.to_lowercase() });
        malformed(made, &name, "Only EdDSA and Ed25519.", "header.alg", with(alg, typ));
    }
    for (name, member) in [
        ("crit", r#","crit":["exp"]"#),
        ("jwk", r#","jwk":{"kty":"OKP"}"#),
        ("x5u", r#","x5u":"https://evil.example/x.pem""#),
    ] {
        let why = "A header member that we do not know could mean anything.";
        malformed(made, &format!("header_{name}"), why, "header.members", with("EdDSA", &format!("{typ}{member}")));
    }
    malformed(
        made,
        "header_other_cty",
        "Something else inside.",
        "header.cty",
        with("EdDSA", r#","typ":"vc+jwt","cty":"JWT""#),
    );
    malformed(made, "header_duplicate_alg", "Two readers would take two algorithms.", "header", {
        header(&format!(r#"{{"alg":"none","alg":"EdDSA",{kid},"typ":"vc+jwt"}}"#))
    });
    malformed(made, "header_not_json", "Not JSON.", "header", header("alg=EdDSA"));
    malformed(made, "header_array", "Not an object.", "header", header(r#"["EdDSA"]"#));
    malformed(made, "typ_missing", "Without typ it could be anything.", "header.typ", with("EdDSA", ""));
    malformed(made, "typ_jwt", "A JWT is not a credential.", "header.typ", with("EdDSA", r#","typ":"JWT""#));
    malformed(made, "typ_vp", "A presentation is not a credential.", "header.typ", with("EdDSA", r#","typ":"vp+jwt""#));
    malformed(made, "kid_missing", "Without kid no key is named.", "header.kid", {
        header(r#"{"alg":"EdDSA","typ":"vc+jwt"}"#)
    });
    for (name, kid) in [
        ("of_another_issuer", "did:web:school.example#k3".to_owned()),
        ("without_fragment", ISSUER.to_owned()),
        ("with_empty_fragment", format!("{ISSUER}#")),
        ("with_two_fragments", format!("{ISSUER}#k3#k3")),
        ("with_path", format!("{ISSUER}:a#k3")),
        ("short", "k3".to_owned()),
    ] {
        let text = header(&json!({ "alg": "EdDSA", "kid": kid, "typ": "vc+jwt" }).to_string());
        malformed(made, &format!("kid_{name}"), "A key is ISSUER#KEY, of the payload's issuer.", "header.kid", text);
    }
    malformed(made, "typ_of_a_snapshot", "A true signature over something else.", "header.typ", {
        jws::sign(&claims().to_jcs().expect("claims"), &format!("{ISSUER}#k3"), "testamur-snapshot+jwt", &key(13))
    });
}

fn payloads(made: &mut Made) {
    let text = String::from_utf8(claims().to_jcs().expect("claims")).expect("UTF-8");
    let raw = |payload: &str| sign_payload(payload.as_bytes(), "k3", 13);
    let inserted = |member: &str| raw(&text.replacen('{', &format!("{{{member},"), 1));
    malformed(made, "duplicate_key", "Two readers would show two names.", "payload", {
        raw(&text.replacen(r#""identityHash":"#, r#""identityHash":"Charles Babbage","identityHash":"#, 1))
    });
    malformed(made, "duplicate_key_escaped", "The same key in two spellings.", "payload", {
        inserted(r#""\u0069d":"https://evil.example/""#)
    });
    malformed(made, "big_integer", "Past 2^53 - 1.", "payload", inserted(r#""a":9007199254740993"#));
    malformed(made, "number_overflow", "Infinite in a double.", "payload", inserted(r#""a":1e999"#));
    malformed(made, "number_underflow", "Zero in a double.", "payload", inserted(r#""a":1e-999"#));
    malformed(made, "depth_bomb", "Nested 10,000 deep.", "payload", {
        inserted(&format!(r#""a":{}{}"#, "[".repeat(10_000), "]".repeat(10_000)))
    });
    malformed(made, "depth_33", "One level too deep.", "payload", {
        inserted(&format!(r#""a":{}{}"#, "[".repeat(32), "]".repeat(32)))
    });
    made.verdict("valid_depth_32", "As deep as it may be.", "valid", {
        inserted(&format!(r#""a":{}{}"#, "[".repeat(31), "]".repeat(31)))
    });
    malformed(made, "lone_surrogate", "Half a character.", "payload", inserted(r#""a":"\ud800""#));
    malformed(made, "trailing_text", "Something after the document.", "payload", raw(&format!("{text}{{}}")));
    malformed(made, "byte_order_mark", "JSON has none.", "payload", raw(&format!("\u{feff}{text}")));
    malformed(made, "trailing_comma", "Not JSON.", "payload", raw(&text.replacen('{', "{,", 1)));
    malformed(made, "payload_array", "Not an object.", "payload", raw("[1]"));
    malformed(made, "payload_empty", "Nothing signed.", "payload", raw(""));
    malformed(made, "not_utf8", "Bytes that are no text.", "payload", {
        let mut bytes = text.clone().into_bytes();
        let at = text.find("Lovelace").expect("the name");
        bytes[at] = 0xff;
        sign_payload(&bytes, "k3", 13)
    });
}

fn members(made: &mut Made) {
    let removed = |path: &str| {
        signed_json(|v| {
            let (parent, key) = path.rsplit_once('/').expect("a pointer");
            v.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").remove(key);
        })
    };
    for path in ["id", "issuer", "validFrom", "credentialSubject", "@context", "type"] {
        let field = match path {
            "issuer" => "issuer.id",
            "credentialSubject" => "credentialSubject.identifier",
            other => other,
        };
        let name = format!("without_{}", path.trim_start_matches('@').to_lowercase());
        malformed(made, &name, "A member that every credential has.", field, removed(&format!("/{path}")));
    }
    malformed(made, "without_number", "No number.", "credentialSubject.licenseNumber", {
        removed("/credentialSubject/licenseNumber")
    });
    malformed(made, "without_title", "No title.", "credentialSubject.achievement.name", {
        removed("/credentialSubject/achievement/name")
    });
    malformed(made, "without_issuer_name", "No issuer name.", "issuer.name", removed("/issuer/name"));
    let changed = |pointer: &str, value: Value| signed_json(|v| *v.pointer_mut(pointer).expect("a member") = value);
    malformed(made, "contexts_swapped", "Order decides what terms mean.", "@context", {
        signed_json(|v| v["@context"].as_array_mut().expect("an array").swap(0, 1))
    });
    malformed(made, "one_context", "Nothing says what the terms of a badge mean.", "@context", {
        signed_json(|v| v["@context"].as_array_mut().expect("an array").truncate(1))
    });
    malformed(made, "badge_context_alone", "Nothing says what the terms of a credential mean.", "@context", {
        signed_json(|v| drop(v["@context"].as_array_mut().expect("an array").remove(0)))
    });
    malformed(made, "context_of_vcdm_1", "Another data model.", "@context", {
        changed("/@context/0", json!("https://www.w3.org/2018/credentials/v1"))
    });
    malformed(made, "not_a_badge", "Another type of credential.", "type", {
        changed("/type/1", json!("DriversLicence"))
    });
    malformed(made, "empty_name", "A certificate for nobody.", "credentialSubject.identifier", {
        changed("/credentialSubject/identifier/0/identityHash", json!(""))
    });
    malformed(made, "hashed_name", "A hash is not a name.", "credentialSubject.identifier", {
        changed("/credentialSubject/identifier/0/hashed", json!(true))
    });
    malformed(made, "number_as_number", "Texts are texts.", "credentialSubject.licenseNumber", {
        changed("/credentialSubject/licenseNumber", json!(1))
    });
    for (name, date) in [
        ("day", "2026-02-30T10:00:00Z"),
        ("without_zone", "2026-04-20T10:00:00"),
        ("offset_of_15_hours", "2026-04-20T10:00:00+15:00"),
        ("fraction_of_nothing", "2026-04-20T10:00:00.Z"),
    ] {
        malformed(
            made,
            &format!("date_{name}"),
            "Not a dateTimeStamp.",
            "validFrom",
            changed("/validFrom", json!(date)),
        );
    }
    malformed(
        made,
        "until_null",
        "Present, but no date.",
        "validUntil",
        signed_json(|v| v["validUntil"] = Value::Null),
    );
    let entry = "credentialStatus.statusListIndex";
    for (name, index) in [
        ("number", json!(5)),
        ("negative", json!("-1")),
        ("leading_zero", json!("05")),
        ("hex", json!("0x5")),
        ("arabic_digits", json!("٥")),
        ("eleven_digits", json!("10000000000")),
    ] {
        let text = changed("/credentialStatus/statusListIndex", index);
        malformed(made, &format!("index_{name}"), "A whole number, written as a text.", entry, text);
    }
    for (name, status) in
        [("status_no_entries", json!([])), ("status_text", json!("https://certs.example.org/status/1"))]
    {
        malformed(made, name, "Entries are objects.", "credentialStatus", changed("/credentialStatus", status));
    }
    malformed(made, "status_no_purpose", "An entry says what it is for.", "credentialStatus.statusPurpose", {
        removed("/credentialStatus/statusPurpose")
    });
}

fn b64(bytes: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(bytes)
}
