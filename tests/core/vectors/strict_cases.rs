//! Strictness on which two verifiers could disagree: what is signed by the right key under the wrong header, and the last
//! instant, link and spelling of each kind that is still good.

use super::generate::Made;
use super::world::{HOST, ISSUER, World, key, list, signed, statement, time};
use testamur::keys::RootChain;
use testamur::proof::jws;
use testamur::status::{Snapshot, list_digest};

pub(super) fn add(made: &mut Made) {
    headers(made);
    edges(made);
}

fn bad(made: &mut Made, name: &str, why: &str, code: &str, text: String) {
    let path = made.add_trust(&format!("bad-{}", name.replace('_', "-")), text);
    made.trust(&format!("trust_{name}"), why, code, &[&path]);
}

fn snapshot(change: impl FnOnce(&mut Snapshot)) -> String {
    let world = World::academy();
    let mut snapshot = world.snapshot();
    change(&mut snapshot);
    world.sign_snapshot(&snapshot)
}

/// Returns a trust file with another first status list.
fn with_list(payload: &serde_json::Value, typ: &str) -> String {
    let payload = serde_json_canonicalizer::to_vec(payload).expect("JSON");
    let credential = jws::sign(&payload, &format!("{ISSUER}#k3"), typ, &key(13));
    snapshot(|s| {
        s.status_lists[0].digest = list_digest(&credential);
        s.status_lists[0].credential = credential;
    })
}

/// Returns a trust file whose second root is endorsed under another header.
fn endorsed(kid: &str, typ: &str) -> String {
    let mut world = World::academy();
    let mut roots = RootChain::default();
    roots.push(&statement(1, ISSUER, 1), &key(1), None);
    roots.push(&statement(2, ISSUER, 2), &key(2), Some(("r1", &key(1))));
    let payload = serde_json_canonicalizer::to_vec(&statement(2, ISSUER, 2)).expect("JSON");
    roots.0[1].endorsement = Some(jws::sign(&payload, kid, typ, &key(1)));
    world.roots = roots;
    world.sign()
}

fn headers(made: &mut Made) {
    let root = "testamur-root+jwt";
    let (from, until) = (time("2026-05-01T00:00:00Z"), time("2026-05-08T00:00:00Z"));
    let json = list(ISSUER, HOST, &[10, 11, 12, 13], from, until).to_json(86_400);
    let mut untyped = json.clone();
    untyped["type"] = serde_json::json!(["BitstringStatusListCredential"]);
    bad(made, "list_wrong_typ", "A true list under another typ.", "mismatch", with_list(&json, "JWT"));
    bad(made, "list_no_credential", "A list that does not say it is a credential.", "list", {
        with_list(&untyped, "vc+jwt")
    });
    bad(made, "endorsement_wrong_typ", "The right bytes, vouched for as something else.", "root_chain", {
        endorsed(&format!("{ISSUER}#r1"), "vc+jwt")
    });
    bad(made, "endorsement_wrong_kid", "Vouched for in another root's name.", "root_chain", {
        endorsed(&format!("{ISSUER}#r2"), root)
    });
    let mut foreign = World::academy();
    foreign.manifest_signer = ("did:web:school.example#r2".into(), 2);
    bad(made, "manifest_foreign_kid", "The root's signature in another issuer's name.", "manifest", foreign.sign());
    for (name, kid) in [("foreign", "did:web:school.example#k3"), ("retired", "did:web:certs.example.org#k1")] {
        let mut world = World::academy();
        world.signer = (kid.into(), 13);
        let why = "The active key's signature in another's name.";
        bad(made, &format!("snapshot_{name}_kid"), why, "proof_invalid", world.sign());
    }
    // y = p + 3, which is y = 3: on the curve, and of large order.
    let mut spelled = World::academy();
    let mut bytes = [0xff; 32];
    (bytes[0], bytes[31]) = (0xf0, 0x7f);
    spelled.manifest.keys[0].public_key = data_encoding::BASE64URL_NOPAD.encode(&bytes);
    bad(made, "manifest_key_spelled_twice", "A second spelling of an ordinary point.", "manifest", spelled.sign());
}

fn edges(made: &mut Made) {
    let until = time("2026-05-03T00:00:00Z");
    let mut world = World::academy();
    world.manifest.expires = until;
    let trust = made.add_trust("manifest-expires", world.sign());
    for (name, at, wanted) in [
        ("valid_last_second_of_manifest", "2026-05-03T00:00:00Z", "valid"),
        ("stale_second_after_manifest", "2026-05-03T00:00:01Z", "valid_status_stale"),
    ] {
        let case = made.verdict(name, "A manifest is good up to the second that it names.", wanted, signed(|_| ()));
        case.trusting(&[&trust]).at(at);
        if wanted != "valid" {
            case.detail("manifest_expired");
        }
    }
}
