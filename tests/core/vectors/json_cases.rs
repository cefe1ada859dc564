//! JSON with an embedded proof: the same verdicts by another way, and the ways in which JSON-LD could deceive.

use serde_json::{Value, json};
use testamur::credential::Claims;
use testamur::proof::data_integrity::{add_proof, method};

use super::generate::Made;
use super::world::{ISSUER, claims, key, time};

/// When proofs are made, unless a case says otherwise.
const CREATED: &str = "2026-04-20T10:00:00Z";

pub(super) fn add(made: &mut Made) {
    good(made);
    render_methods(made);
    verdicts(made);
    proofs(made);
    other_proofs(made);
    documents(made);
    links(made);
}

/// Claims with an embedded proof by the academy's key `k3` (seed 13).
fn secured(change: impl FnOnce(&mut Claims)) -> Value {
    secured_by("k3", 13, CREATED, change)
}

fn secured_by(id: &str, seed: u8, created: &str, change: impl FnOnce(&mut Claims)) -> Value {
    let mut claims = claims();
    change(&mut claims);
    let document = claims.to_json().expect("claims that can be signed");
    prove(&document, &method(ISSUER, id), seed, created)
}

fn prove(document: &Value, method: &str, seed: u8, created: &str) -> Value {
    add_proof(document, method, time(created), &key(seed)).expect("a document that can be secured")
}

/// A good one that was changed after it was signed.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut value = secured(|_| ());
    change(&mut value);
    value.to_string()
}

fn good(made: &mut Made) {
    made.verdict("json_valid", "JSON with an embedded proof.", "valid", secured(|_| ()).to_string());
    made.verdict("json_valid_pretty", "White space in JSON means nothing.", "valid", {
        format!("\n{}\n", serde_json::to_string_pretty(&secured(|_| ())).expect("JSON"))
    });
    made.verdict("json_valid_proof_not_in_array", "One proof, not in an array.", "valid", {
        changed(|v| v["proof"] = v["proof"][0].clone())
    });
    made.verdict("json_valid_everything", "Every member that an event can give.", "valid", {
        secured(|c| {
            c.recipient = "محمد \"عبد\" الله\nन्या \\ 😀".into();
            c.valid_until = Some(time("2027-04-20T10:00:00Z"));
            c.extras.credits = Some(12.25);
            c.extras.result = Some("A1".into());
            c.extras.role = Some("Speaker".into());
            c.extras.term = Some("Spring".into());
            c.extras.starts = Some(time("2026-04-18T00:00:00Z"));
            c.extras.ends = Some(time("2026-04-20T00:00:00Z"));
        })
        .to_string()
    });
    made.verdict("json_valid_whole_credits", "A number without a fraction.", "valid", {
        secured(|c| c.extras.credits = Some(3.0)).to_string()
    });
}

/// Claims that name a page by which a wallet may show them.
fn with_render_method() -> Value {
    let mut document = claims().to_json().expect("claims that can be signed");
    document["@context"].as_array_mut().expect("contexts").push(json!("https://w3id.org/vc/render-method/v2rc2"));
    document["renderMethod"] = json!({
        "type": "TemplateRenderMethod",
        "renderSuite": "svg-mustache",
        "template": {
            "id": "https://academy.example/render/page.svg",
            "mediaType": "image/svg+xml",
            "digestMultibase": "uEiCcq1plDrSqHGcHUyNlUNOTBl4gYCVTfDQ2GjU1ZyzjuQ",
        },
    });
    document
}

/// A page for wallets is signed with the rest, and never fetched.
fn render_methods(made: &mut Made) {
    let secured = || prove(&with_render_method(), &method(ISSUER, "k3"), 13, CREATED);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = secured();
        change(&mut value["renderMethod"]);
        value.to_string()
    };
    made.verdict("json_valid_render_method", "It names a page for wallets.", "valid", secured().to_string());
    made.verdict("json_render_method_other_page", "Another page than was signed.", "proof_invalid", {
        changed(&|method| method["template"]["digestMultibase"] = json!("uEiA"))
    });
    made.verdict("json_render_method_other_suite", "To be filled in by other rules.", "proof_invalid", {
        changed(&|method| method["renderSuite"] = json!("html"))
    });
    made.verdict("json_malformed_render_method", "Its page is at no address.", "malformed", {
        changed(&|method| method["template"]["id"] = json!("page.svg"))
    })
    .field("renderMethod.template.id");
    made.verdict("json_render_method_undefined", "Its terms are in a context that is not named.", "proof_invalid", {
        let mut value = secured();
        value["@context"].as_array_mut().expect("contexts").pop();
        value.to_string()
    });
}

fn verdicts(made: &mut Made) {
    let at = |index: u32| secured(|c| c.status.index = index).to_string();
    made.verdict("json_revoked", "Revoked, whatever the form.", "revoked", at(10));
    made.verdict("json_superseded", "Superseded, whatever the form.", "superseded", at(11));
    made.verdict("json_status_stale", "The next snapshot is overdue.", "valid_status_stale", at(5))
        .at("2026-05-09T00:00:00Z")
        .detail("list_expired");
    made.verdict("json_expired", "Past its end.", "expired", {
        secured(|c| c.valid_until = Some(time("2026-05-01T00:00:00Z"))).to_string()
    });
    made.verdict("json_not_yet_valid", "Before its beginning.", "not_yet_valid", {
        secured(|c| c.valid_from = time("2026-06-01T00:00:00Z")).to_string()
    });
    made.verdict("json_proof_made_tomorrow", "A proof of a later date than today.", "not_yet_valid", {
        secured_by("k3", 13, "2026-05-03T00:00:00Z", |_| ()).to_string()
    });
    made.verdict("json_retired_key", "Made before the key was retired.", "valid", {
        secured_by("k1", 11, "2025-12-01T00:00:00Z", |c| c.valid_from = time("2025-12-01T00:00:00Z")).to_string()
    });
    made.verdict("json_retired_key_late", "An old date, but a proof of a later one.", "unknown_key", {
        secured_by("k1", 11, "2026-04-20T10:00:00Z", |c| c.valid_from = time("2025-12-01T00:00:00Z")).to_string()
    })
    .detail("key_window");
    made.verdict("json_compromised_key", "Issued sets know credentials by their JWS.", "compromised_key", {
        secured_by("k2", 12, "2026-03-15T10:00:00Z", |c| {
            c.number = "CERT-WORKSHOP-2026-00002".parse().expect("a number");
            c.valid_from = time("2026-03-15T10:00:00Z");
            c.status.index = 6;
        })
        .to_string()
    });
    made.verdict("json_unknown_key", "The manifest has no such key.", "unknown_key", {
        secured_by("k9", 13, CREATED, |_| ()).to_string()
    })
    .detail("key_not_listed");
    made.verdict("json_untrusted_issuer", "Well made, by somebody unknown.", "untrusted_issuer", {
        let mut document = claims().to_json().expect("claims");
        document["issuer"]["id"] = json!("did:web:nobody.example");
        prove(&document, &method("did:web:nobody.example", "k3"), 66, CREATED).to_string()
    })
    .detail("same_name");
}

fn proofs(made: &mut Made) {
    let mut invalid = |name: &str, why: &str, input: String| {
        made.verdict(&format!("json_proof_{name}"), why, "proof_invalid", input);
    };
    invalid("claim_changed", "Another name than was signed.", {
        changed(|v| v["credentialSubject"]["identifier"][0]["identityHash"] = json!("Charles Babbage"))
    });
    invalid("date_changed", "A proof's date is signed as well.", {
        changed(|v| v["proof"][0]["created"] = json!("2026-04-20T10:00:01Z"))
    });
    invalid("of_another_key", "Signed by somebody else under this name.", {
        secured_by("k3", 66, CREATED, |_| ()).to_string()
    });
    invalid("of_another_document", "A true proof of another credential.", {
        let other = secured(|c| c.recipient = "Charles Babbage".into());
        changed(|v| v["proof"] = other["proof"].clone())
    });
    invalid("value_changed", "One letter of the signature.", {
        changed(|v| {
            let value = v["proof"][0]["proofValue"].as_str().expect("a text").to_owned();
            let other = if value.as_bytes()[40] == b'2' { "3" } else { "2" };
            v["proof"][0]["proofValue"] = json!(format!("{}{other}{}", &value[..40], &value[41..]));
        })
    });
    invalid("undefined_term", "No context defines the term, so no proof covers it.", {
        changed(|v| v["credentialSubject"]["favouriteColour"] = json!("green"))
    });
    invalid("member_twice_in_rdf", "The same text twice is one statement.", {
        changed(|v| v["type"] = json!(["VerifiableCredential", "OpenBadgeCredential", "OpenBadgeCredential"]))
    });
    invalid("another_context", "A context that is not known is never fetched.", {
        changed(|v| v["@context"].as_array_mut().expect("an array").push(json!("https://example.org/context")))
    });
}

fn other_proofs(made: &mut Made) {
    let mut refuse = |name: &str, why: &str, field: &str, input: String| {
        made.verdict(&format!("json_malformed_{name}"), why, "malformed", input).field(field);
    };
    refuse(
        "no_proof",
        "Nothing is signed.",
        "proof",
        changed(|v| drop(v.as_object_mut().expect("one").remove("proof"))),
    );
    refuse("no_proofs", "Nothing is signed.", "proof", changed(|v| v["proof"] = json!([])));
    refuse(
        "too_many_proofs",
        "Each is work.",
        "proof",
        changed(|v| v["proof"] = json!(vec![v["proof"][0].clone(); 9])),
    );
    refuse("proof_text", "A proof is an object.", "proof", changed(|v| v["proof"] = json!("yes")));
    refuse("unknown_proof_member", "Not half understood.", "proof", {
        changed(|v| v["proof"][0]["challenge"] = json!("1"))
    });
    for (name, why, member, value) in [
        ("other_cryptosuite", "Another canonicalisation.", "cryptosuite", "eddsa-jcs-2022"),
        ("other_type", "An older kind of proof.", "type", "Ed25519Signature2020"),
        ("wrong_purpose", "Made for logging in.", "proofPurpose", "authentication"),
        ("created_day", "Not a day.", "created", "2026-04-31T10:00:00Z"),
        ("method_of_another_issuer", "Another's key.", "verificationMethod", "did:web:school.example#k3-multikey"),
        ("method_without_key", "No key.", "verificationMethod", "did:web:certs.example.org#-multikey"),
        ("value_short", "Not 64 bytes.", "proofValue", "z111"),
        ("value_base64", "Another encoding.", "proofValue", "uAAECAwQF"),
        ("value_letter", "A letter that base58 has not.", "proofValue", "z0OIl"),
    ] {
        refuse(name, why, &format!("proof.{member}"), changed(|v| v["proof"][0][member] = json!(value)));
    }
    refuse("value_missing", "No signature.", "proof.proofValue", {
        changed(|v| drop(v["proof"][0].as_object_mut().expect("one").remove("proofValue")))
    });
}

fn documents(made: &mut Made) {
    let mut refuse = |name: &str, why: &str, field: &str, input: String| {
        made.verdict(&format!("json_malformed_{name}"), why, "malformed", input).field(field);
    };
    refuse("cut", "Half a file.", "payload", secured(|_| ()).to_string().chars().take(500).collect());
    refuse("duplicate_key", "Two answers to one question.", "payload", {
        secured(|_| ()).to_string().replacen('{', r#"{"id":"https://certs.example.org/c/x","#, 1)
    });
    refuse(
        "too_large",
        "Longer than 65,536 bytes.",
        "payload",
        format!("{}{}", secured(|_| ()), " ").replacen('{', &format!("{{{}", " ".repeat(65_536)), 1),
    );
    refuse("status_renamed", "JSON-LD would read the address as the term, and we would not see it.", "payload", {
        changed(|v| {
            let status = v.as_object_mut().expect("one").remove("credentialStatus").expect("a status");
            v["https://www.w3.org/2018/credentials#credentialStatus"] = status;
        })
    });
    refuse("null", "JSON-LD drops it, so it is not signed.", "payload", {
        changed(|v| v["credentialSubject"]["result"] = Value::Null)
    });
    refuse("control_character", "Libraries write it in different ways.", "payload", {
        changed(|v| v["credentialSubject"]["licenseNumber"] = json!("CERT-WORKSHOP-2026-00001\u{7}"))
    });
    refuse("boolean", "A truth that the context gives no type.", "payload", {
        changed(|v| v["credentialSubject"]["points"] = json!(true))
    });
    refuse("name_of_no_term", "No context could define a member of such a name.", "payload", {
        changed(|v| v["credentialSubject"]["shoe size"] = json!("42"))
    });
    refuse("keyword", "A value in the long form.", "payload", {
        changed(|v| v["name"] = json!({ "@value": "Another name" }))
    });
    refuse("nested_context", "A context within.", "payload", {
        changed(|v| v["credentialSubject"]["@context"] = json!({ "licenseNumber": "https://example.org/n" }))
    });
    refuse("blank_node", "A name that only the document knows.", "payload", {
        changed(|v| v["credentialSubject"]["id"] = json!("_:b0"))
    });
    refuse("twins", "Nothing tells them apart, which makes them expensive to canonicalise.", "payload", {
        changed(|v| v["evidence"] = json!([{ "type": ["Evidence"] }, { "type": ["Evidence"] }]))
    });
    refuse("inline_context", "A context that redefines terms.", "payload", {
        changed(|v| {
            let contexts = v["@context"].as_array_mut().expect("an array");
            contexts.push(json!({ "favouriteColour": "https://example.org/colour" }));
        })
    });
    refuse("fraction", "A fraction that the context gives no type.", "payload", {
        changed(|v| v["credentialSubject"]["points"] = json!(1.5))
    });
}

/// What JSON-LD reads as an address must be a URI by the verifier's own grammar, before any library sees it.
fn links(made: &mut Made) {
    let evidence = |id: &str| json!({ "id": id, "type": ["Evidence"], "name": "E" });
    made.verdict("json_valid_links", "Every part that a URI can have, percent-encoded UTF-8 too.", "valid", {
        let mut document = claims().to_json().expect("claims");
        document["evidence"] = evidence("https://a:b@[2001:db8::192.0.2.1]:8443/e;1/%E0%A4%85?q=/?&x=1#f/?");
        document["credentialSubject"]["id"] = json!("urn:uuid:4d3b9f90-6181-4f4b-ad0a-7a9b07fcaeff");
        prove(&document, &method(ISSUER, "k3"), 13, CREATED).to_string()
    });
    made.verdict("json_valid_alike_links", "Two addresses that differ in writing alone are two.", "valid", {
        let mut document = claims().to_json().expect("claims");
        document["evidence"] = evidence("https://example.org/A/b");
        document["image"] = evidence("https://example.org/%41/x/../b");
        prove(&document, &method(ISSUER, "k3"), 13, CREATED).to_string()
    });
    let mut refuse = |name: &str, why: &str, field: &str, input: String| {
        made.verdict(&format!("json_malformed_link_{name}"), why, "malformed", input).field(field);
    };
    for (name, why, id) in [
        ("relative", "JSON-LD drops an address that is none.", "foo"),
        ("empty", "Nothing.", ""),
        ("with_space", "A space.", "https://example.org/a b"),
        ("two_fragments", "A mark twice.", "https://example.org/a#b#c"),
        ("not_ascii", "An IRI is written as a URI here.", "https://example.org/\u{e9}"),
        ("half_encoded", "A percent sign alone.", "https://example.org/100%"),
        ("port", "A port of letters.", "https://example.org:https/"),
        ("bracket", "An address that does not close.", "https://[::1/"),
        ("backslash", "What browsers forgive.", "https:\\\\example.org\\a"),
    ] {
        refuse(name, why, "evidence.id", changed(|v| v["evidence"] = evidence(id)));
    }
    refuse("in_type", "A type is a term or an address.", "type", {
        changed(|v| v["type"].as_array_mut().expect("an array").push(json!("My Type")))
    });
    refuse("status", "Where the revocation is looked up.", "credentialStatus.statusListCredential", {
        changed(|v| v["credentialStatus"]["statusListCredential"] = json!("status/1"))
    });
    refuse("of_term", "A text where the context says an address.", "termsOfUse", {
        changed(|v| v["termsOfUse"] = json!(["https://example.org/t", "see our page"]))
    });
    refuse("id_list", "Several addresses of one thing.", "credentialSubject.id", {
        changed(|v| v["credentialSubject"]["id"] = json!(["urn:a", "urn:b"]))
    });
    refuse("first_by_name", "Of two, the first by name.", "evidence.id", {
        changed(|v| {
            v["image"] = evidence("foo");
            v["evidence"] = evidence("foo");
        })
    });
    refuse("method", "The key's name too.", "proof.verificationMethod", {
        changed(|v| v["proof"][0]["verificationMethod"] = json!(format!("{ISSUER}#k 3-multikey")))
    });
}
