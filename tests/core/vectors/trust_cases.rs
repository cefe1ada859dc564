//! Trust files: what must not become an anchor, and what may not take a verifier back in time.

use std::collections::BTreeMap;

use super::generate::Made;
use super::world::{ISSUER, World, entry, issued_before_theft, key, list, signed, signed_by, statement, time};
use testamur::keys::{KeyState, RootChain};
use testamur::proof::jws;
use testamur::status::{IssuedSet, Snapshot, list_digest};
use testamur::verify::TrustAnchors;

const ACADEMY: &str = "trust/academy.jws";

pub(super) fn add(made: &mut Made) {
    made.trust("trust_ok", "A good trust file.", "ok", &[ACADEMY]);
    made.trust("trust_same_file_twice", "The same file again is no step back.", "ok", &[ACADEMY, ACADEMY]);
    forms(made);
    roots(made);
    manifests(made);
    signatures(made);
    lists(made);
    rollbacks(made);
    memories(made);
}

fn bad(made: &mut Made, name: &str, why: &str, code: &str, text: String) {
    let path = made.add_trust(&format!("bad-{}", name.replace('_', "-")), text);
    made.trust(&format!("trust_{name}"), why, code, &[&path]);
}

fn academy(change: impl FnOnce(&mut World)) -> String {
    World::academy().with(change).sign()
}

/// Changes the snapshot after the world made it, and signs that.
fn snapshot(change: impl FnOnce(&mut Snapshot)) -> String {
    let world = World::academy();
    let mut snapshot = world.snapshot();
    change(&mut snapshot);
    world.sign_snapshot(&snapshot)
}

fn forms(made: &mut Made) {
    let world = World::academy;
    bad(made, "empty", "Nothing.", "malformed", String::new());
    bad(made, "is_a_credential", "A true signature over something else.", "malformed", signed(|_| ()));
    bad(made, "wrong_typ", "The right content under a wrong typ.", "malformed", {
        let payload = serde_json_canonicalizer::to_vec(&world().snapshot()).expect("JSON");
        jws::sign(&payload, &format!("{ISSUER}#k3"), "vc+jwt", &key(13))
    });
    bad(made, "unknown_field", "A field that we do not know.", "malformed", {
        world().sign_text(|text| text.replacen('{', r#"{"extra":1,"#, 1))
    });
    bad(made, "duplicate_field", "Two readers would take two versions.", "malformed", {
        world().sign_text(|text| text.replacen('{', r#"{"version":9,"#, 1))
    });
    bad(made, "missing_field", "A field that must be there.", "malformed", {
        world().sign_text(|text| text.replace(r#","type":"TrustSnapshot""#, ""))
    });
    bad(made, "version_0", "Versions count from 1.", "malformed", academy(|w| w.version = 0));
    bad(
        made,
        "dates_reversed",
        "Due before it was made.",
        "malformed",
        academy(|w| {
            w.next_update = time("2026-04-30T00:00:00Z");
        }),
    );
    bad(made, "other_kind", "Another kind of document.", "malformed", snapshot(|s| s.kind = "Snapshot".into()));
}

fn roots(made: &mut Made) {
    made.trust("trust_pin_first_root", "From the first root to the newest.", "ok", &[ACADEMY]).pinned(1);
    made.trust("trust_pin_newest_root", "The newest root itself.", "ok", &[ACADEMY]).pinned(2);
    made.trust("trust_pin_unknown", "The pinned root is not among them.", "pin_not_found", &[ACADEMY]).pinned(66);
    bad(made, "no_roots", "No root at all.", "root_chain", academy(|w| w.roots = RootChain::default()));
    let chain = |previous: Option<(&str, u8)>| {
        let mut roots = RootChain::default();
        roots.push(&statement(1, ISSUER, 1), &key(1), None);
        let previous = previous.map(|(id, seed)| (id, key(seed)));
        roots.push(&statement(2, ISSUER, 2), &key(2), previous.as_ref().map(|(id, key)| (*id, key)));
        academy(|w| w.roots = roots)
    };
    bad(made, "root_not_endorsed", "Nobody vouches for the second root.", "root_chain", chain(None));
    bad(made, "root_endorsed_by_thief", "Somebody else vouches for it.", "root_chain", chain(Some(("r1", 66))));
    let forged = "trust/bad-root-endorsed-by-thief.jws";
    made.trust("trust_root_endorsed_by_thief_pinned", "Nor for whoever pinned the first.", "root_chain", &[forged])
        .pinned(1);
    bad(
        made,
        "root_endorsement_swapped",
        "Endorsed were other bytes.",
        "root_chain",
        academy(|w| {
            w.roots.0[1].endorsement = Some(w.roots.0[0].statement.clone());
        }),
    );
    bad(
        made,
        "root_of_another_issuer",
        "A root of somebody else.",
        "root_chain",
        academy(|w| {
            let mut roots = RootChain::default();
            roots.push(&statement(1, "did:web:school.example", 2), &key(2), None);
            w.roots = roots;
        }),
    );
    bad(
        made,
        "root_not_self_signed",
        "Whoever states a key must have it.",
        "root_chain",
        academy(|w| {
            let mut roots = RootChain::default();
            roots.push(&statement(1, ISSUER, 2), &key(66), None);
            w.roots = roots;
        }),
    );
    bad(made, "root_order", "Version 2 before version 1.", "root_chain", academy(|w| w.roots.0.swap(0, 1)));
}

fn manifests(made: &mut Made) {
    bad(
        made,
        "manifest_by_old_root",
        "Only the newest root signs.",
        "manifest",
        academy(|w| {
            w.manifest_signer = (format!("{ISSUER}#r1"), 1);
        }),
    );
    bad(
        made,
        "manifest_by_signing_key",
        "A signing key cannot list itself.",
        "manifest",
        academy(|w| {
            w.manifest_signer = (format!("{ISSUER}#k3"), 13);
        }),
    );
    bad(
        made,
        "manifest_of_another_issuer",
        "Keys of somebody else.",
        "manifest",
        academy(|w| {
            w.manifest.issuer = "did:web:school.example".into();
        }),
    );
    bad(
        made,
        "manifest_two_active",
        "One key is active.",
        "manifest",
        academy(|w| {
            w.manifest.keys[0].state = KeyState::Active;
        }),
    );
    bad(
        made,
        "manifest_key_twice",
        "One id, one key.",
        "manifest",
        academy(|w| {
            w.manifest.keys[0].id = "k3".into();
        }),
    );
    bad(
        made,
        "manifest_small_order_key",
        "Under such a key everything verifies.",
        "manifest",
        academy(|w| {
            w.manifest.keys[0].public_key = b64(&[0; 32]);
        }),
    );
    bad(
        made,
        "manifest_non_canonical_key",
        "A second spelling of a point.",
        "manifest",
        academy(|w| {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xee, 0x7f);
            w.manifest.keys[0].public_key = b64(&bytes);
        }),
    );
    bad(
        made,
        "manifest_unknown_field",
        "A state that we do not know could matter.",
        "manifest",
        snapshot(|s| {
            let text = String::from_utf8(serde_json_canonicalizer::to_vec(&World::academy().manifest).expect("JSON"));
            let text = text.expect("UTF-8").replacen(r#""state":"active""#, r#""state":"active","suspended":true"#, 1);
            s.manifest = jws::sign(text.as_bytes(), &format!("{ISSUER}#r2"), "testamur-manifest+jwt", &key(2));
        }),
    );
}

fn signatures(made: &mut Made) {
    let by = |id: &str, seed| academy(|w| w.signer = (format!("{ISSUER}#{id}"), seed));
    bad(made, "by_retired_key", "A retired key signs no snapshot.", "proof_invalid", by("k1", 11));
    bad(made, "by_compromised_key", "Nor does a stolen one.", "proof_invalid", by("k2", 12));
    bad(made, "by_root", "Nor does the root.", "proof_invalid", by("r2", 2));
    bad(made, "by_thief", "Nor somebody else under the active key's name.", "proof_invalid", by("k3", 66));
    bad(
        made,
        "no_active_key",
        "Without an active key nobody can.",
        "proof_invalid",
        academy(|w| {
            w.manifest.keys.truncate(2);
        }),
    );
    bad(made, "bit_flipped", "One bit of the payload: version 7 becomes 6.", "proof_invalid", {
        let good = World::academy().sign();
        let parts: Vec<&str> = good.split('.').collect();
        let payload = data_encoding::BASE64URL_NOPAD.decode(parts[1].as_bytes()).expect("base64url");
        let text = String::from_utf8(payload).expect("JSON").replace("\"version\":7", "\"version\":6");
        let changed = [parts[0], &b64(text.as_bytes()), parts[2]].join(".");
        assert_ne!(changed, good);
        changed
    });
}

fn lists(made: &mut Made) {
    let (from, until) = (time("2026-05-01T00:00:00Z"), time("2026-05-08T00:00:00Z"));
    bad(
        made,
        "list_digest",
        "An older list was slipped in.",
        "digest",
        snapshot(|s| {
            let empty = World::academy().with(|w| w.lists[0] = list(ISSUER, super::world::HOST, &[], from, until));
            s.status_lists[0].credential = empty.snapshot().status_lists[0].credential.clone();
        }),
    );
    bad(
        made,
        "list_by_another_issuer",
        "A list signed elsewhere.",
        "proof_invalid",
        snapshot(|s| {
            s.status_lists = World::other().snapshot().status_lists;
        }),
    );
    bad(
        made,
        "list_names_another_issuer",
        "Signed by us, yet of somebody else.",
        "mismatch",
        academy(|w| {
            w.lists[0].issuer = "did:web:school.example".into();
        }),
    );
    bad(
        made,
        "list_by_compromised_key",
        "A stolen key signs no list.",
        "proof_invalid",
        academy(|w| {
            w.list_signer = (format!("{ISSUER}#k2"), 12);
        }),
    );
    bad(
        made,
        "list_by_retired_key_late",
        "Dated after its retirement.",
        "proof_invalid",
        academy(|w| {
            w.list_signer = (format!("{ISSUER}#k1"), 11);
        }),
    );
    let path = made.add_trust(
        "list-by-retired-key",
        academy(|w| {
            w.list_signer = (format!("{ISSUER}#k1"), 11);
            w.lists[0].valid_from = time("2026-03-01T00:00:00Z");
        }),
    );
    made.trust("trust_list_by_retired_key", "Dated while it was active.", "ok", &[&path]);
    bad(
        made,
        "list_address",
        "It says it is another list.",
        "mismatch",
        snapshot(|s| {
            s.status_lists[0].id = "https://certs.example.org/status/2".into();
        }),
    );
    bad(
        made,
        "list_twice",
        "One address, one list.",
        "mismatch",
        snapshot(|s| {
            s.status_lists.push(s.status_lists[0].clone());
        }),
    );
    bad(made, "list_short", "Fewer than 131,072 entries.", "list", academy(|w| w.lists[0].bits.truncate(16_383)));
    bad(made, "list_bomb", "More than 16,777,216 entries.", "list", academy(|w| w.lists[0].bits = vec![0; 2_097_153]));
    bad(
        made,
        "list_not_gzip",
        "Not compressed as it should be.",
        "list",
        snapshot(|s| {
            let mut json = World::academy().lists[0].to_json(86_400);
            json["credentialSubject"]["encodedList"] = "uAAAA".into();
            let payload = serde_json_canonicalizer::to_vec(&json).expect("JSON");
            let credential = jws::sign(&payload, &format!("{ISSUER}#k3"), "vc+jwt", &key(13));
            s.status_lists[0].digest = list_digest(&credential);
            s.status_lists[0].credential = credential;
        }),
    );
    let set = |text: String| academy(|w| w.issued_sets = BTreeMap::from([("k2".into(), IssuedSet(text))]));
    bad(made, "issued_set_unsorted", "A set has one order.", "mismatch", set(b64(&[[2; 16], [1; 16]].concat())));
    bad(made, "issued_set_cut", "Not whole digests.", "mismatch", set(b64(&[1; 17])));
    bad(
        made,
        "issued_set_of_no_key",
        "A set of a key that is not listed.",
        "mismatch",
        academy(|w| {
            w.issued_sets.insert("k9".into(), IssuedSet::new(vec![]));
        }),
    );
}

fn rollbacks(made: &mut Made) {
    let later = |w: &mut World| {
        w.version = 8;
        w.issued = time("2026-05-02T00:00:00Z");
        w.next_update = time("2026-05-09T00:00:00Z");
    };
    let newer = made.add_trust("academy-8", academy(later));
    made.trust("trust_newer", "The next version.", "ok", &[ACADEMY, &newer]);
    made.trust("trust_rollback", "Back from 8 to 7.", "rollback", &[&newer, ACADEMY]);
    let same = made.add_trust("academy-7-changed", academy(|w| w.reasons.clear()));
    made.trust("trust_same_version_changed", "Two contents, one version.", "changed", &[ACADEMY, &same]);
    let earlier = made.add_trust(
        "academy-9-earlier",
        academy(|w| {
            w.version = 9;
            w.issued = time("2026-04-30T00:00:00Z");
        }),
    );
    made.trust("trust_issued_earlier", "A higher version of an earlier day.", "issued_earlier", &[ACADEMY, &earlier]);
    over_rotations(made, &newer);
    let old_manifest = made.add_trust(
        "academy-8-old-manifest",
        academy(|w| {
            later(w);
            w.manifest.version = 3;
        }),
    );
    let manifests = [ACADEMY, &old_manifest];
    made.trust("trust_old_manifest", "A newer snapshot with older keys.", "manifest_rollback", &manifests);
    let forked = made.add_trust(
        "academy-8-other-root",
        academy(|w| {
            later(w);
            w.roots = RootChain::default();
            w.roots.push(&statement(1, ISSUER, 66), &key(66), None);
            w.manifest.version = 9;
            w.manifest_signer = (format!("{ISSUER}#r1"), 66);
            w.manifest.keys = vec![entry("k3", 66, KeyState::Active, "2026-04-02T00:00:00Z")];
            w.signer = (format!("{ISSUER}#k3"), 66);
            w.list_signer = w.signer.clone();
            w.issued_sets.clear();
        }),
    );
    made.trust("trust_other_root", "Somebody took the domain over.", "root_forked", &[ACADEMY, &forked]);
    let robbed = made.add_trust("academy-robbed", World::academy_robbed().sign());
    let why = "A thief published the highest version there is; the root took the key away, and life goes on.";
    made.trust("trust_recovery_from_fast_forward", why, "ok", &[&robbed, ACADEMY]);
    made.trust("trust_thief_after_recovery", "But not back again.", "manifest_rollback", &[ACADEMY, &robbed]);
    made.verdict("valid_while_robbed", "Before anybody knows of the theft.", "valid", {
        signed_by("k2", 12, |c| c.valid_from = time("2026-04-10T00:00:00Z"))
    })
    .trusting(&[&robbed]);
    made.verdict("valid_in_newer_snapshot", "The newest snapshot counts.", "valid", issued_before_theft())
        .trusting(&[ACADEMY, &newer])
        .at("2026-05-09T00:00:00Z")
        .detail("list_expired")
        .expect = Some("valid_status_stale".into());
}

/// A key that gave way to the next one takes nobody back: only one that was condemned does.
fn over_rotations(made: &mut Made, newer: &str) {
    let rotated = |version: u64, issued: &str| {
        let at = "2026-04-30T00:00:00Z";
        academy(|w| {
            (w.version, w.issued) = (version, time(issued));
            w.next_update = w.issued.plus_days(7);
            (w.manifest.version, w.manifest.issued) = (5, time(at));
            w.manifest.keys[2].state = KeyState::Retired { until: time(at) };
            w.manifest.keys.push(entry("k4", 14, KeyState::Active, at));
            w.signer = (format!("{ISSUER}#k4"), 14);
            w.list_signer = w.signer.clone();
        })
    };
    for (name, version, issued, why, wanted) in [
        ("rotation", 9, "2026-05-03T00:00:00Z", "The key before is retired, and life goes on.", "ok"),
        ("rollback_over_rotation", 7, "2026-05-03T00:00:00Z", "Back to 7 with newer keys.", "rollback"),
        ("changed_over_rotation", 8, "2026-05-03T00:00:00Z", "Two contents of version 8, the keys newer.", "changed"),
        ("earlier_over_rotation", 9, "2026-05-01T12:00:00Z", "An earlier day with newer keys.", "issued_earlier"),
    ] {
        let file = made.add_trust(&format!("academy-{}", name.replace('_', "-")), rotated(version, issued));
        made.trust(&format!("trust_{name}"), why, wanted, &[newer, &file]);
    }
}

/// Memories of earlier runs, as a verifier keeps them.
fn memories(made: &mut Made) {
    let mut anchors = TrustAnchors::default();
    anchors.add(&academy(|_| ()), None).expect("a good trust file");
    let seen = anchors.seen().clone();
    let mut newer = seen.clone();
    newer.get_mut(ISSUER).expect("the academy").version = 8;
    made.trust("seen_same", "The file of the last run.", "ok", &[ACADEMY]).seen = Some(seen.clone());
    made.trust("seen_newer", "The last run had version 8.", "rollback", &[ACADEMY]).seen = Some(newer);
    let mut other_root = seen.clone();
    other_root.get_mut(ISSUER).expect("the academy").root = key(66).public().to_base64url();
    made.trust("seen_other_root", "The last run had another root.", "root_forked", &[ACADEMY]).seen = Some(other_root);
    made.trust("seen_of_another_issuer", "Memories of others do not matter.", "ok", &["trust/other.jws"]).seen =
        Some(seen);
}

fn b64(bytes: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(bytes)
}
