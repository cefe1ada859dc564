//! The people of the vectors: an academy with a past, a second school, and keys made from fixed seeds.

use std::collections::BTreeMap;

use serde_json::Value;
use testamur::credential::{Achievement, Claims, CredentialSuffix, Extras, StatusEntry, Timestamp};
use testamur::keys::{KeyManifest, KeyState, ManifestKey, RootChain, RootStatement};
use testamur::proof::eddsa::SecretKey;
use testamur::proof::jws;
use testamur::status::{
    IssuedSet, ListInSnapshot, Reason, ReasonCode, Snapshot, StatusList, issued_digest, list_digest,
};

pub(crate) const HOST: &str = "certs.example.org";
pub(crate) const ISSUER: &str = "did:web:certs.example.org";
/// When verdicts are asked for, unless a case says otherwise.
pub(crate) const NOW: &str = "2026-05-02T12:00:00Z";

/// Seeds: roots 1 and 2, signing keys 11 (retired), 12 (compromised), 13 (active), another school 21 and 22, a thief 66.
pub(crate) fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("vectors are written with care")
}

/// A certificate of the academy, of 2026-04-20, at index 5 of list 1.
pub(crate) fn claims() -> Claims {
    Claims {
        host: HOST.into(),
        issuer_name: "Example Academy".into(),
        number: "CERT-WORKSHOP-2026-00001".parse().expect("a number"),
        suffix: CredentialSuffix::from_random([7, 31, 200, 3, 99]),
        valid_from: time("2026-04-20T10:00:00Z"),
        valid_until: None,
        recipient: "Ada Lovelace".into(),
        achievement: Achievement {
            path: "a/WORKSHOP".into(),
            name: "Analytical Engines".into(),
            description: "Two days on computing machinery.".into(),
            criteria: "Attended both days and wrote a program.".into(),
            achievement_type: "Certificate".into(),
        },
        extras: Extras::default(),
        status: StatusEntry { list: 1, index: 5 },
    }
}

/// Signs claims with the academy's key `k3` (seed 13).
pub(crate) fn signed(change: impl FnOnce(&mut Claims)) -> String {
    signed_by("k3", 13, change)
}

pub(crate) fn signed_by(id: &str, seed: u8, change: impl FnOnce(&mut Claims)) -> String {
    let mut claims = claims();
    change(&mut claims);
    sign_payload(&claims.to_jcs().expect("claims that can be signed"), id, seed)
}

/// Signs claims whose JSON was changed in a way that claims cannot express.
pub(crate) fn signed_json(change: impl FnOnce(&mut Value)) -> String {
    let mut value = claims().to_json().expect("claims that can be signed");
    change(&mut value);
    sign_payload(&serde_json_canonicalizer::to_vec(&value).expect("JSON"), "k3", 13)
}

pub(crate) fn sign_payload(payload: &[u8], id: &str, seed: u8) -> String {
    jws::sign(payload, &format!("{ISSUER}#{id}"), jws::CREDENTIAL, &key(seed))
}

/// What a trust file is made of; cases change one thing and sign again.
pub(crate) struct World {
    pub issuer: String,
    pub roots: RootChain,
    pub manifest: KeyManifest,
    /// Full id and seed of the root that signs the manifest.
    pub manifest_signer: (String, u8),
    pub lists: Vec<StatusList>,
    /// Full id and seed of the key that signs the lists.
    pub list_signer: (String, u8),
    pub version: u64,
    pub issued: Timestamp,
    pub next_update: Timestamp,
    pub reasons: BTreeMap<String, BTreeMap<String, Reason>>,
    pub issued_sets: BTreeMap<String, IssuedSet>,
    /// Full id and seed of the key that signs the snapshot.
    pub signer: (String, u8),
}

pub(crate) fn statement(version: u64, issuer: &str, seed: u8) -> RootStatement {
    RootStatement {
        kind: "RootKey".into(),
        version,
        issuer: issuer.into(),
        id: format!("r{version}"),
        public_key: key(seed).public().to_base64url(),
        issued: time("2025-01-01T00:00:00Z").plus_days(version as i64 * 100),
    }
}

pub(crate) fn entry(id: &str, seed: u8, state: KeyState, from: &str) -> ManifestKey {
    ManifestKey { id: id.into(), public_key: key(seed).public().to_base64url(), state, from: time(from) }
}

/// The one certificate that key `k2` issued before it was stolen.
pub(crate) fn issued_before_theft() -> String {
    signed_by("k2", 12, |c| {
        c.number = "CERT-WORKSHOP-2026-00002".parse().expect("a number");
        c.valid_from = time("2026-03-15T10:00:00Z");
        c.status.index = 6;
    })
}

impl World {
    pub(crate) fn academy() -> Self {
        let mut roots = RootChain::default();
        roots.push(&statement(1, ISSUER, 1), &key(1), None);
        roots.push(&statement(2, ISSUER, 2), &key(2), Some(("r1", &key(1))));
        let retired = KeyState::Retired { until: time("2026-03-01T00:00:00Z") };
        let compromised = KeyState::Compromised { since: time("2026-04-01T00:00:00Z") };
        let manifest = KeyManifest {
            kind: "KeyManifest".into(),
            version: 4,
            issuer: ISSUER.into(),
            name: "Example Academy".into(),
            issued: time("2026-04-02T00:00:00Z"),
            expires: time("2027-05-07T00:00:00Z"),
            keys: vec![
                entry("k1", 11, retired, "2025-04-11T00:00:00Z"),
                entry("k2", 12, compromised, "2026-03-01T00:00:00Z"),
                entry("k3", 13, KeyState::Active, "2026-04-02T00:00:00Z"),
            ],
        };
        let (issued, next_update) = (time("2026-05-01T00:00:00Z"), time("2026-05-08T00:00:00Z"));
        let list = list(ISSUER, HOST, &[10, 11, 12, 13], issued, next_update);
        let reasons = BTreeMap::from([(list.id.clone(), reasons())]);
        Self {
            issuer: ISSUER.into(),
            roots,
            manifest,
            manifest_signer: (format!("{ISSUER}#r2"), 2),
            lists: vec![list],
            list_signer: (format!("{ISSUER}#k3"), 13),
            version: 7,
            issued,
            next_update,
            reasons,
            issued_sets: BTreeMap::from([("k2".into(), IssuedSet::new(vec![issued_digest(&issued_before_theft())]))]),
            signer: (format!("{ISSUER}#k3"), 13),
        }
    }

    /// The academy as it was when the thief still held the active key `k2`.
    pub(crate) fn academy_robbed() -> Self {
        let mut world = Self::academy();
        world.manifest.version = 3;
        world.manifest.issued = time("2026-03-01T00:00:00Z");
        world.manifest.keys.truncate(2);
        world.manifest.keys[1].state = KeyState::Active;
        world.issued_sets.clear();
        world.list_signer = (format!("{ISSUER}#k2"), 12);
        world.signer = world.list_signer.clone();
        world.version = 9_007_199_254_740_991;
        world
    }

    /// Another school, with a key also called `k3`.
    pub(crate) fn other() -> Self {
        const OTHER: &str = "did:web:school.example";
        let mut world = Self::academy();
        world.roots = RootChain::default();
        world.roots.push(&statement(1, OTHER, 21), &key(21), None);
        world.issuer = OTHER.into();
        world.manifest.issuer = OTHER.into();
        world.manifest.name = "Other School".into();
        world.manifest.keys = vec![entry("k3", 22, KeyState::Active, "2026-01-01T00:00:00Z")];
        world.manifest_signer = (format!("{OTHER}#r1"), 21);
        world.list_signer = (format!("{OTHER}#k3"), 22);
        world.signer = world.list_signer.clone();
        world.lists = vec![list(OTHER, "school.example", &[], world.issued, world.next_update)];
        world.reasons.clear();
        world.issued_sets.clear();
        world
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let (kid, seed) = &self.list_signer;
        let in_snapshot = |list: &StatusList| {
            let credential = list.sign(86_400, kid, &key(*seed));
            ListInSnapshot { id: list.id.clone(), digest: list_digest(&credential), credential }
        };
        Snapshot {
            kind: "TrustSnapshot".into(),
            version: self.version,
            issuer: self.issuer.clone(),
            issued: self.issued,
            next_update: self.next_update,
            roots: self.roots.clone(),
            manifest: self.manifest.sign(&self.manifest_signer.0, &key(self.manifest_signer.1)),
            status_lists: self.lists.iter().map(in_snapshot).collect(),
            reasons: self.reasons.clone(),
            issued_sets: self.issued_sets.clone(),
        }
    }

    pub(crate) fn sign(&self) -> String {
        self.sign_snapshot(&self.snapshot())
    }

    pub(crate) fn sign_snapshot(&self, snapshot: &Snapshot) -> String {
        snapshot.sign(&self.signer.0, &key(self.signer.1))
    }

    /// Signs a snapshot whose JSON text was changed.
    pub(crate) fn sign_text(&self, change: impl FnOnce(String) -> String) -> String {
        let text = serde_json_canonicalizer::to_vec(&self.snapshot()).expect("JSON");
        let text = change(String::from_utf8(text).expect("JSON is UTF-8"));
        jws::sign(text.as_bytes(), &self.signer.0, "testamur-snapshot+jwt", &key(self.signer.1))
    }
}

pub(crate) fn list(issuer: &str, host: &str, set: &[u32], from: Timestamp, until: Timestamp) -> StatusList {
    StatusList::new(format!("https://{host}/status/1"), issuer.into(), set, from, until)
}

/// Index 10: revoked; 11: superseded; 12: set, and nobody says why; 13: revoked and expired.
fn reasons() -> BTreeMap<String, Reason> {
    let reason =
        |code, text: Option<&str>| Reason { code, at: time("2026-04-25T09:00:00Z"), text: text.map(str::to_owned) };
    BTreeMap::from([
        ("10".into(), reason(ReasonCode::Revoked, Some("issued by mistake"))),
        ("11".into(), reason(ReasonCode::Superseded, Some("name corrected"))),
        ("13".into(), reason(ReasonCode::Revoked, None)),
    ])
}
