//! How long the embedded proof of a credential takes (`eddsa-rdfc-2022`): made and verified where its shape is known, and for
//! comparison the JSON-LD library's part of the same work, which each proof needs without that. Pairs that take turns; prints
//! medians and their ratio.

use std::time::Instant;

use serde_json::{Value, json};
use testamur::credential::Timestamp;
use testamur::proof::data_integrity::{add_proof, verify_proof};
use testamur::proof::eddsa::SecretKey;
use testamur::proof::{json_ld, rdf};

const ROUNDS: usize = 300;
const METHOD: &str = "did:web:certs.example.org#k1-multikey";

fn credential(n: usize) -> Value {
    json!({
        "@context": testamur::credential::CONTEXTS,
        "id": format!("https://certs.example.org/c/CERT-A-2026-{n:05}-abcdefgh"),
        "type": ["VerifiableCredential", "OpenBadgeCredential"], "name": "Applied Cartography",
        "issuer": { "id": "did:web:certs.example.org", "type": ["Profile"], "name": "Example Academy" },
        "validFrom": "2026-05-01T00:00:00Z", "validUntil": "2028-05-01T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [{ "type": "IdentityObject", "identityHash": format!("Zoë Ångström {n}"), "identityType": "name",
                "hashed": false }],
            "activityStartDate": "2026-04-01T00:00:00Z", "activityEndDate": "2026-04-05T00:00:00Z", "creditsEarned": 4.5,
            "achievement": {
                "id": "https://certs.example.org/a/A", "type": ["Achievement"], "achievementType": "Certificate",
                "name": "Applied Cartography", "description": "Five days of practice", "criteria": { "narrative": "Attend" },
            },
            "result": [{ "type": ["Result"], "value": format!("{}", n % 100) }],
        },
        "credentialStatus": {
            "id": format!("https://certs.example.org/status/1#{n}"), "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation", "statusListIndex": format!("{n}"),
            "statusListCredential": "https://certs.example.org/status/1",
        },
    })
}

fn main() {
    let key = SecretKey::from_seed(&[7; 32]);
    let created: Timestamp = "2026-05-01T00:00:00Z".parse().expect("it is an instant");
    let [mut made, mut verified, mut library] = [(); 3].map(|()| Vec::with_capacity(ROUNDS));
    let timed = |into: &mut Vec<f64>, work: &mut dyn FnMut()| {
        let begun = Instant::now();
        work();
        into.push(begun.elapsed().as_secs_f64() * 1_000.0);
    };
    for n in 0..ROUNDS + 10 {
        let (credential, mut secured) = (credential(n), Value::Null);
        timed(&mut made, &mut || secured = add_proof(&credential, METHOD, created, &key).expect("it has a proof"));
        timed(&mut verified, &mut || assert_eq!(verify_proof(&secured, METHOD, &key.public()), Ok(true)));
        timed(&mut library, &mut || {
            let statements = json_ld::statements(&credential).expect("it has statements");
            assert!(rdf::canonical(&statements).is_ok_and(|canonical| canonical.len() > 2_000));
        });
    }
    let median = |times: &mut Vec<f64>| {
        // The first ones learn.
        times.drain(..10);
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let (made, verified, library) = (median(&mut made), median(&mut verified), median(&mut library));
    println!("proof made       {made:>8.3} ms   {:>6.1} x the library's way", library / made);
    println!("proof verified   {verified:>8.3} ms   {:>6.1} x", library / verified);
    println!("library's way    {library:>8.3} ms");
}
