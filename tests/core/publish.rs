//! Publishing into a real folder, and reading it back as a verifier does.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;
use testamur::credential::{
    Achievement, CertificateNumber, Claims, CredentialSuffix, EventCode, Extras, StatusEntry, Timestamp,
};
use testamur::desk::{Actor, Language};
use testamur::keys::{KeyManifest, KeyState, ManifestKey, RootChain, RootStatement};
use testamur::proof::data_integrity::{method, verify_proof};
use testamur::proof::eddsa::SecretKey;
use testamur::proof::jws::{self, Jws};
use testamur::publish::{Adopted, LastPublished, PublishError, Published, Request, adopt, last, publish};
use testamur::status::{Reason, ReasonCode, StatusList};
use testamur::store::{
    Act, BlobId, Certificate, CertificateChange, CertificateState, Fields, MemoryStore, PersonKey, Store, StoreError,
    TemplateRef,
};
use testamur::verify::{TrustAnchors, Verdict, verify_jws};

use crate::store::records::{issue_new, revoke, supersede};

const DID: &str = "did:web:certs.example.org";
const DAY: i64 = 86_400;

fn start() -> Timestamp {
    "2026-05-01T00:00:00Z".parse().unwrap()
}

fn day(n: i64) -> Timestamp {
    start().plus_seconds(n * DAY)
}

/// An issuer with fixed keys, a store and an empty site.
struct Academy {
    host: &'static str,
    root: SecretKey,
    roots: RootChain,
    manifest: KeyManifest,
    store: MemoryStore,
    site: TempDir,
    language: Language,
}

fn signing_key(id: &str) -> SecretKey {
    SecretKey::from_seed(&[id.as_bytes()[1]; 32])
}

impl Academy {
    fn new() -> Self {
        Self::at("certs.example.org", "Example <Academy> & \"Sons\"")
    }

    fn at(host: &'static str, name: &str) -> Self {
        let root = SecretKey::from_seed(&[99; 32]);
        let issuer = format!("did:web:{host}");
        let mut roots = RootChain::default();
        let statement = RootStatement {
            kind: "RootKey".into(),
            version: 1,
            issuer: issuer.clone(),
            id: "r1".into(),
            public_key: root.public().to_base64url(),
            issued: start(),
        };
        roots.push(&statement, &root, None);
        let key = ManifestKey {
            id: "k1".into(),
            public_key: signing_key("k1").public().to_base64url(),
            state: KeyState::Active,
            from: start(),
        };
        let manifest = KeyManifest {
            kind: "KeyManifest".into(),
            version: 1,
            issuer,
            name: name.into(),
            issued: start(),
            expires: day(400),
            keys: vec![key],
        };
        let (store, site) = (MemoryStore::new(), tempfile::tempdir().unwrap());
        Self { host, root, roots, manifest, store, site, language: Language::FIRST }
    }

    fn active(&self) -> String {
        self.manifest.active().unwrap().id.clone()
    }

    /// The active key gives way to the next one.
    fn next_key(&mut self, state: KeyState, at: Timestamp) {
        let old = self.manifest.keys.last_mut().unwrap();
        old.state = state;
        let id = format!("k{}", self.manifest.keys.len() + 1);
        let public_key = signing_key(&id).public().to_base64url();
        self.manifest.keys.push(ManifestKey { id, public_key, state: KeyState::Active, from: at });
        self.manifest.version += 1;
        self.manifest.issued = at;
    }

    fn publish_to(&self, site: &Path, now: Timestamp) -> Result<Published, PublishError> {
        let manifest = self.manifest.sign(&format!("{}#r1", self.manifest.issuer), &self.root);
        let request = Request {
            host: self.host,
            verifier: "verify.example.org",
            language: self.language,
            manifest: &manifest,
            roots: &self.roots,
            key_id: &self.active(),
            key: &signing_key(&self.active()),
            now,
            validity_days: 7,
            at_once: false,
            actor: &Actor::System,
            private: &[],
            extra: &[("about/index.html".into(), b"verifier".to_vec())],
        };
        publish(&self.store, &request, site)
    }

    fn publish(&self, now: Timestamp) -> Result<Published, PublishError> {
        self.publish_to(self.site.path(), now)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.site.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    fn anchors(&self) -> TrustAnchors {
        let mut anchors = TrustAnchors::default();
        anchors.add(&self.text("trust.jws"), Some(&self.root.public())).unwrap();
        anchors
    }

    fn verdict(&self, certificate: &Certificate, now: Timestamp) -> &'static str {
        verify_jws(&certificate.jws, &self.anchors(), now).code()
    }

    fn sign(&self, sequence: u64, version: u32, status: StatusEntry, now: Timestamp) -> Certificate {
        let number = CertificateNumber::new("WORKSHOP".parse::<EventCode>().unwrap(), 2026, sequence);
        let claims = Claims {
            host: self.host.into(),
            issuer_name: self.manifest.name.clone(),
            number: number.clone(),
            suffix: CredentialSuffix::from_random([sequence as u8, version as u8, 0, 0, 0]),
            valid_from: now,
            valid_until: None,
            recipient: format!("Person {sequence}"),
            achievement: Achievement {
                path: "a/WORKSHOP".into(),
                name: "Workshop".into(),
                description: "Two days.".into(),
                criteria: "Attended.".into(),
                achievement_type: "Certificate".into(),
            },
            extras: Extras::default(),
            status,
        };
        let key = self.active();
        let kid = format!("{}#{key}", self.manifest.issuer);
        Certificate {
            number,
            version,
            person: PersonKey(format!("person {sequence}")),
            recipient: claims.recipient.clone(),
            email: None,
            fields: Fields::new(),
            jws: jws::sign(&claims.to_jcs().unwrap(), &kid, jws::CREDENTIAL, &signing_key(&key)),
            key,
            template: TemplateRef { name: "classic".into(), bundle: BlobId("00".repeat(32)) },
            status,
            issued: now,
            signed: now,
            valid_until: None,
            days: None,
            state: CertificateState::Active,
            basis: None,
            run: None,
            drawing: 1,
            withdrawal: None,
            erased: None,
            earlier: None,
            former: Vec::new(),
        }
    }

    fn position(&self) -> StatusEntry {
        let range = self.store.reserve_status(1).unwrap()[0];
        StatusEntry { list: range.list, index: range.first }
    }

    fn issue(&self, sequence: u64, now: Timestamp) -> Certificate {
        let certificate = self.sign(sequence, 1, self.position(), now);
        issue_new(&self.store, std::slice::from_ref(&certificate), &act("issue", now));
        certificate
    }

    fn revoke(&self, certificate: &Certificate, now: Timestamp) {
        revoke(&self.store, certificate, &reason(ReasonCode::Revoked, now), &act("revoke", now)).unwrap();
    }

    fn published_audit(&self) -> Vec<u64> {
        let entries = self.store.audit(None, 1000).unwrap().items;
        let of_site = entries.iter().filter(|entry| entry.act.action == "site.publish");
        of_site.map(|entry| entry.act.detail["version"].as_u64().unwrap()).collect()
    }
}

fn act(action: &str, at: Timestamp) -> Act {
    Act { actor: "tester".into(), at, action: action.into(), subject: "test".into(), detail: Value::Null }
}

fn reason(code: ReasonCode, at: Timestamp) -> Reason {
    Reason { code, at, text: Some("a misspelt name".into()) }
}

/// Every file of a folder with its bytes.
fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(everything(&path));
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

#[test]
fn a_published_site_tells_verifiers_what_the_store_knows() {
    let academy = Academy::new();
    let [good, revoked, misspelt] = [1, 2, 3].map(|sequence| academy.issue(sequence, start()));
    academy.revoke(&revoked, day(1));
    let corrected = academy.sign(3, 2, academy.position(), day(1));
    let why = reason(ReasonCode::Superseded, day(1));
    supersede(&academy.store, &misspelt, &corrected, &why, &act("regenerate", day(1))).unwrap();

    let published = academy.publish(day(2)).unwrap();
    assert_eq!((published.version, published.lists, published.set), (1, 1, 2));
    assert_eq!(published.next_update, day(9));
    for (certificate, verdict) in
        [(&good, "valid"), (&revoked, "revoked"), (&misspelt, "superseded"), (&corrected, "valid")]
    {
        assert_eq!(academy.verdict(certificate, day(3)), verdict);
    }
    assert_eq!(academy.verdict(&good, day(10)), "valid_status_stale");
    let later = academy.issue(4, day(3));
    assert_eq!(academy.verdict(&later, day(4)), "valid", "the list covers what is issued after it");
}

#[test]
fn publishing_again_refreshes_every_date_and_verifiers_follow() {
    let academy = Academy::new();
    let certificate = academy.issue(1, start());
    assert_eq!(academy.publish(day(1)).unwrap().version, 1);
    let mut anchors = academy.anchors();
    assert_eq!(academy.publish(day(1)).unwrap().version, 2, "the same instant is no step back");
    academy.revoke(&certificate, day(20));
    let third = academy.publish(day(20)).unwrap();
    assert_eq!((third.version, third.issued, third.next_update), (3, day(20), day(27)));
    anchors.add(&academy.text("trust.jws"), None).unwrap();
    assert!(matches!(verify_jws(&certificate.jws, &anchors, day(21)), Verdict::Revoked(..)));
    assert_eq!(academy.published_audit(), [1, 2, 3]);
    let record = last(&academy.store).unwrap();
    let (next_update, lists) = (Some(day(27)), Some(1));
    // Everything before the entry of the publication itself.
    let through = academy.store.audit_newest(None, 1).unwrap().items.first().map(|entry| entry.sequence - 1);
    assert_eq!(
        record,
        Some(LastPublished {
            version: 3,
            issued: day(20),
            covers: day(20),
            next_update,
            lists,
            through,
            pages_left: false
        })
    );
}

#[test]
fn a_revocation_dated_ahead_of_the_publication_counts_as_published() {
    let academy = Academy::new();
    academy.revoke(&academy.issue(1, start()), day(1).plus_seconds(5));
    academy.publish(day(1)).unwrap();
    assert_eq!(last(&academy.store).unwrap().unwrap().covers, day(1).plus_seconds(5));
}

#[test]
fn status_lists_are_the_same_in_both_forms_and_both_verify() {
    let academy = Academy::new();
    let certificate = academy.issue(1, start());
    academy.revoke(&certificate, day(1));
    academy.publish(day(2)).unwrap();

    let key = signing_key("k1").public();
    let mut document = academy.json("status/1");
    assert_eq!(verify_proof(&document, &method(DID, "k1"), &key), Ok(true));
    let jws = Jws::parse(&academy.text("status/1.jwt"), 1 << 20).unwrap();
    assert!(jws.verifies(&key) && jws.typ == "vc+jwt" && jws.kid == format!("{DID}#k1"));
    document.as_object_mut().unwrap().remove("proof");
    assert_eq!(document, serde_json::from_slice::<Value>(&jws.payload).unwrap());
    let list = StatusList::from_payload(&jws.payload).unwrap();
    assert_eq!(list.id, "https://certs.example.org/status/1");
    assert_eq!(list.is_set(u64::from(certificate.status.index)), Ok(true));
    assert_eq!(list.bits.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
}

#[test]
fn the_web_verifier_is_published_with_the_root_and_the_trust_file() {
    let academy = Academy::new();
    academy.publish(day(1)).unwrap();
    if !testamur::publish::verifier_is_built_in() {
        assert!(!academy.site.path().join("verify").exists());
        return;
    }
    let pinned = format!(r#"id="trust-roots">{{"{DID}":"{}"}}</script>"#, academy.root.public().to_base64url());
    for name in ["verify/index.html", "verify/verifier.html"] {
        let page = academy.text(name);
        assert!(page.contains(&pinned), "{name}");
        assert!(page.contains("Content-Security-Policy"), "{name}");
    }
    let carried = format!(r#"id="trust-jws">{}</script>"#, academy.text("trust.jws"));
    assert!(academy.text("verify/verifier.html").contains(&carried));
    assert!(!academy.text("verify/index.html").contains(&academy.text("trust.jws")));
}

#[test]
fn pages_of_the_site_allow_no_script_and_no_style_but_their_own() {
    let academy = Academy::new();
    academy.publish(day(1)).unwrap();
    for name in ["index.html", "404.html"] {
        let page = academy.text(name);
        let policy = page.split("Content-Security-Policy\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
        let policy = policy.unwrap_or_else(|| panic!("{name} has no policy: {page}"));
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{name}: {policy}");
        let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap();
        let hash = data_encoding::BASE64.encode(&<sha2::Sha256 as sha2::Digest>::digest(style));
        assert!(policy.contains(&format!("style-src 'sha256-{hash}';")), "{name}: {policy}");
        // A style in an element would not be taken.
        assert!(!page.contains("style=\"") && page.matches("<style").count() == 1, "{name}");
    }
    // The web verifier computes with WebAssembly, which browsers let nobody do without that word.
    for name in ["verify/index.html", "verify/verifier.html"] {
        if testamur::publish::verifier_is_built_in() {
            let page = academy.text(name);
            let policy =
                page.split("Content-Security-Policy\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
            assert!(!policy.unwrap().replace("'wasm-unsafe-eval'", "").contains("unsafe"), "{name}");
        }
    }
}

#[test]
fn bitstring_example_of_the_specification_is_read_as_all_zero() {
    let text = include_str!("../vectors/standards/bitstring/spec-example-all-zero.json");
    let list = StatusList::from_payload(text.as_bytes()).unwrap();
    assert_eq!(list.bits.len(), 131_072 / 8);
    assert!(list.bits.iter().all(|byte| *byte == 0));
    assert!(list.is_set(131_072).is_err());
}

#[test]
fn a_rotated_key_stays_listed_and_its_certificates_stay_valid() {
    let mut academy = Academy::new();
    let before = academy.issue(1, start());
    academy.publish(day(1)).unwrap();
    academy.next_key(KeyState::Retired { until: day(2) }, day(2));
    let after = academy.issue(2, day(3));
    academy.publish(day(3)).unwrap();
    assert_eq!([academy.verdict(&before, day(4)), academy.verdict(&after, day(4))], ["valid", "valid"]);
    let document = academy.json(".well-known/did.json");
    assert_eq!(document["id"], DID);
    assert_eq!(document["assertionMethod"].as_array().unwrap().len(), 4);
    assert_eq!(verify_proof(&academy.json("status/1"), &method(DID, "k2"), &signing_key("k2").public()), Ok(true));
}

#[test]
fn after_a_compromise_only_what_was_really_issued_stays_valid() {
    let mut academy = Academy::new();
    let real = academy.issue(1, start());
    let forged = academy.sign(9, 1, StatusEntry { list: 1, index: 77 }, start());
    academy.publish(day(1)).unwrap();
    assert_eq!(academy.verdict(&forged, day(2)), "valid", "nobody knows yet");
    academy.next_key(KeyState::Compromised { since: day(1) }, day(2));
    academy.publish(day(2)).unwrap();
    assert_eq!([academy.verdict(&real, day(3)), academy.verdict(&forged, day(3))], ["valid", "compromised_key"]);
    let document = academy.text(".well-known/did.json");
    assert!(!document.contains(&signing_key("k1").public().to_base64url()), "a compromised key is delisted");
    assert!(academy.text("index.html").contains("compromised since 2026-05-02"));
}

#[test]
fn the_site_never_goes_back_and_a_refusal_changes_nothing() {
    let academy = Academy::new();
    academy.publish(day(2)).unwrap();
    academy.publish(day(3)).unwrap();
    let before = everything(academy.site.path());

    // A store restored from an old backup.
    let restored = Academy::new();
    let older = restored.publish_to(academy.site.path(), day(9));
    assert!(matches!(older, Err(PublishError::Newer { found: 2, known: 0, .. })), "{older:?}");
    let stranger = Academy::at("other.example.org", "Other").publish_to(academy.site.path(), day(9));
    assert!(matches!(stranger, Err(PublishError::OtherIssuer { .. })), "{stranger:?}");
    let clock = academy.publish(day(2));
    assert!(matches!(clock, Err(PublishError::ClockBehind { .. })), "{clock:?}");
    let expired = academy.publish(day(400));
    assert!(matches!(expired, Err(PublishError::ManifestExpired(_))), "{expired:?}");
    for refused in [older, stranger, clock, expired] {
        assert!(refused.unwrap_err().hint().is_some());
    }
    assert_eq!(everything(academy.site.path()), before);

    fs::write(academy.path("trust.jws"), "<html>").unwrap();
    assert!(matches!(academy.publish(day(4)), Err(PublishError::Foreign { .. })));
    assert_eq!(academy.published_audit(), [1, 2], "a refusal takes no version");
}

#[test]
fn an_older_manifest_never_takes_the_place_of_a_newer_one() {
    let mut academy = Academy::new();
    let older = academy.manifest.clone();
    academy.publish(day(1)).unwrap();
    academy.next_key(KeyState::Compromised { since: day(2) }, day(2));
    academy.publish(day(2)).unwrap();
    let before = everything(academy.site.path());
    // keys/ was restored from a backup of the first day; the store is as it was.
    academy.manifest = older;
    let refused = academy.publish(day(3));
    assert!(matches!(refused, Err(PublishError::OlderKeys { found: 2, known: 1, .. })), "{refused:?}");
    assert!(refused.unwrap_err().hint().is_some());
    assert_eq!(everything(academy.site.path()), before);
    assert_eq!(academy.published_audit(), [1, 2]);
}

#[test]
fn the_trust_file_is_replaced_last() {
    let academy = Academy::new();
    let certificate = academy.issue(1, day(1));
    academy.publish(day(1)).unwrap();
    let before = academy.text("trust.jws");
    academy.revoke(&certificate, day(2));
    // Nothing takes the place of a folder: the publication breaks off while files are put in place.
    for name in ["trust.json", "index.html", ".well-known/did.json", "keys/manifest.jws"] {
        let kept = fs::read(academy.path(name)).unwrap();
        fs::remove_file(academy.path(name)).unwrap();
        fs::create_dir_all(academy.path(name).join("in the way")).unwrap();
        assert!(matches!(academy.publish(day(3)), Err(PublishError::Io { .. })), "{name}");
        assert_eq!(academy.text("trust.jws"), before, "{name}");
        fs::remove_dir_all(academy.path(name)).unwrap();
        fs::write(academy.path(name), kept).unwrap();
    }
    academy.publish(day(3)).unwrap();
    assert_eq!(academy.verdict(&certificate, day(3)), "revoked");
}

#[test]
fn everything_is_published_however_much_it_is() {
    // More than are asked of the store at a time.
    const MANY: u64 = 4_097;
    let mut academy = Academy::new();
    let range = academy.store.reserve_status(MANY as u32).unwrap()[0];
    let all: Vec<Certificate> = (0..MANY)
        .map(|n| academy.sign(n + 1, 1, StatusEntry { list: range.list, index: range.first + n as u32 }, day(1)))
        .collect();
    issue_new(&academy.store, &all, &act("issue", day(1)));
    let why = reason(ReasonCode::Revoked, day(2));
    let revoked: Vec<CertificateChange> = all
        .iter()
        .map(|old| CertificateChange::Revoke { old: old.clone(), reason: why.clone(), withdrawal: None })
        .collect();
    academy.store.change_certificates(&revoked, &[], &act("revoke", day(2))).unwrap();
    assert_eq!(academy.publish(day(2)).unwrap().set, MANY as usize);
    let anchors = academy.anchors();
    let verdicts = |anchors: &TrustAnchors| {
        all.iter().filter(|one| verify_jws(&one.jws, anchors, day(2)).code() == "revoked").count()
    };
    assert_eq!(verdicts(&anchors), MANY as usize);
    // Of a condemned key what was really issued is known, one by one.
    academy.next_key(KeyState::Compromised { since: day(2) }, day(2));
    academy.publish(day(2)).unwrap();
    assert_eq!(verdicts(&academy.anchors()), MANY as usize, "none is taken for a forgery");
}

#[test]
fn what_the_store_knows_is_not_taken_over_again_however_much_it_is() {
    const MANY: u64 = 1_001;
    let academy = Academy::new();
    let range = academy.store.reserve_status(MANY as u32).unwrap()[0];
    let all: Vec<Certificate> = (0..MANY)
        .map(|n| academy.sign(n + 1, 1, StatusEntry { list: range.list, index: range.first + n as u32 }, day(1)))
        .collect();
    issue_new(&academy.store, &all, &act("issue", day(1)));
    let why = reason(ReasonCode::Revoked, day(2));
    let revoke = |some: &[Certificate]| {
        let one =
            |old: &Certificate| CertificateChange::Revoke { old: old.clone(), reason: why.clone(), withdrawal: None };
        let changes: Vec<_> = some.iter().map(one).collect();
        academy.store.change_certificates(&changes, &[], &act("revoke", day(2))).unwrap();
    };
    revoke(&all);
    academy.publish(day(2)).unwrap();
    let again = |store: &MemoryStore| adopt(store, &academy.manifest, &Actor::System, day(3), academy.site.path());
    assert_eq!(again(&academy.store).unwrap(), Adopted { version: 1, revoked: Vec::new(), strays: 0 });

    // A store from before they were revoked.
    let restored = MemoryStore::new();
    restored.reserve_status(MANY as u32).unwrap();
    issue_new(&restored, &all, &act("issue", day(1)));
    let adopted = again(&restored).unwrap();
    assert_eq!((adopted.version, adopted.revoked.len(), adopted.strays), (1, MANY as usize, 0));
}

#[test]
fn a_site_that_is_not_ours_is_not_taken_over() {
    let mut academy = Academy::new();
    let certificate = academy.issue(1, day(1));
    academy.revoke(&certificate, day(1));
    academy.publish(day(1)).unwrap();
    let entries = |store: &MemoryStore| store.audit(None, 1000).unwrap().items.len();
    let other = Academy::at("other.example.org", "Other");
    let adopted = adopt(&other.store, &other.manifest, &Actor::System, day(2), academy.site.path());
    assert!(matches!(adopted, Err(PublishError::OtherIssuer { .. })), "{adopted:?}");
    assert_eq!((last(&other.store).unwrap(), entries(&other.store)), (None, 0));

    // Whoever stole the key can have signed it.
    academy.next_key(KeyState::Compromised { since: day(1) }, day(2));
    let before = entries(&academy.store);
    let adopted = adopt(&academy.store, &academy.manifest, &Actor::System, day(2), academy.site.path());
    assert!(matches!(adopted, Err(PublishError::NotOurs { .. })), "{adopted:?}");
    assert_eq!(entries(&academy.store), before);
}

#[test]
fn the_start_page_speaks_the_language_of_the_issuer() {
    let mut academy = Academy::new();
    for (at, (language, word)) in (1..).zip([
        ("en", "Check a certificate"),
        ("de", "Ein Zertifikat prüfen"),
        ("es", "Comprobar un certificado"),
        ("fr", "Vérifier un certificat"),
        ("ar", "تحقّق من شهادة"),
        ("hi", "प्रमाणपत्र जाँचें"),
        ("zh", "核验证书"),
    ]) {
        academy.language = language.parse().unwrap();
        academy.publish(day(at)).unwrap();
        let page = fs::read_to_string(academy.path("index.html")).unwrap();
        let dir = if language == "ar" { "rtl" } else { "ltr" };
        assert!(page.contains(&format!("<html lang=\"{language}\" dir=\"{dir}\">")) && page.contains(word), "{page}");
        assert!(language == "en" || !page.contains("Signing keys"), "{page}");
        // What does not depend on it stands there in each, and every place in a text is filled.
        let fingerprint = academy.root.public().fingerprint();
        let body = page.split("<body>").nth(1).unwrap();
        assert!(body.contains(&fingerprint) && body.contains("trust.jws") && !body.contains('{'), "{page}");
        let missing = fs::read_to_string(academy.path("404.html")).unwrap();
        assert!(missing.contains(&format!("lang=\"{language}\"")) && missing.contains("%23"), "{missing}");
    }
}

#[test]
fn a_key_that_is_not_active_publishes_nothing() {
    let academy = Academy::new();
    let manifest = academy.manifest.sign(&format!("{DID}#r1"), &academy.root);
    for (key_id, key) in [("k1", signing_key("k2")), ("k2", signing_key("k2")), ("k2", signing_key("k1"))] {
        let request = Request {
            host: academy.host,
            verifier: "v.example",
            language: Language::FIRST,
            manifest: &manifest,
            roots: &academy.roots,
            key_id,
            key: &key,
            now: day(1),
            validity_days: 7,
            at_once: false,
            actor: &Actor::System,
            private: &[],
            extra: &[],
        };
        let refused = publish(&academy.store, &request, academy.site.path());
        assert!(matches!(refused, Err(PublishError::NotActive(_))), "{refused:?}");
    }
    assert!(everything(academy.site.path()).is_empty());
}

#[test]
fn what_a_crash_left_behind_is_cleaned_up() {
    let academy = Academy::new();
    fs::create_dir(academy.path("status")).unwrap();
    for name in [".trust.jws.tmp", "status/.1.tmp"] {
        fs::write(academy.path(name), "half of a fi").unwrap();
    }
    academy.publish(day(1)).unwrap();
    let names = everything(academy.site.path()).into_iter().map(|(path, _)| path);
    let names: Vec<String> =
        names.map(|path| path.strip_prefix(academy.site.path()).unwrap().display().to_string()).collect();
    let wanted = [
        ".nojekyll",
        ".publish.lock",
        ".well-known/did.json",
        "404.html",
        "about/index.html",
        "index.html",
        "keys/manifest.jws",
        "keys/roots.json",
        "status/1",
        "status/1.jwt",
        "trust.json",
        "trust.jws",
    ];
    let others: Vec<&String> = names.iter().filter(|name| !name.starts_with("verify/")).collect();
    assert_eq!(others, wanted);
    assert!(names.iter().all(|name| !name.ends_with(".tmp")), "{names:?}");
}

#[test]
fn many_at_once_never_share_a_version() {
    let academy = Academy::new();
    academy.issue(1, start());
    let elsewhere = tempfile::tempdir().unwrap();
    let folders = [academy.site.path(), elsewhere.path()];
    let mut versions: Vec<u64> = thread::scope(|scope| {
        let publisher = |n: usize| {
            let (academy, folder) = (&academy, folders[n % 2]);
            scope.spawn(move || {
                let results = (0..5).map(|_| academy.publish_to(folder, day(1)));
                results.filter_map(won).collect::<Vec<u64>>()
            })
        };
        let threads: Vec<_> = (0..6).map(publisher).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    versions.sort_unstable();
    assert!(!versions.is_empty());
    assert_eq!(versions, academy.published_audit(), "each version belongs to one publication");
    assert_eq!(last(&academy.store).unwrap().unwrap().version, *versions.last().unwrap());
}

/// The version, or `None` for one that lost the race.
fn won(result: Result<Published, PublishError>) -> Option<u64> {
    match result {
        Ok(published) => Some(published.version),
        Err(PublishError::Busy(_) | PublishError::Store(StoreError::Conflict(_))) => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_reader_sees_a_whole_snapshot_at_every_instant() {
    let academy = Academy::new();
    academy.issue(1, start());
    academy.publish(day(1)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut anchors, mut reads) = (academy.anchors(), 0);
            while !done.load(Ordering::Relaxed) {
                // Also refuses to go back.
                anchors.add(&academy.text("trust.jws"), Some(&academy.root.public())).unwrap();
                let list = academy.json("status/1");
                assert_eq!(verify_proof(&list, &method(DID, "k1"), &signing_key("k1").public()), Ok(true));
                reads += 1;
            }
            reads
        });
        for n in 0..20 {
            academy.publish(day(1 + n)).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
}

#[test]
fn front_page_runs_nothing_and_fetches_nothing() {
    let academy = Academy::new();
    let published = academy.publish(day(1)).unwrap();
    let page = academy.text("index.html");
    for absent in ["<script", "<img", "<link", "@import", "url(", "http://", "<Academy>", "onload"] {
        assert!(!page.contains(absent), "{absent}");
    }
    for present in ["Example &lt;Academy&gt; &amp; &quot;Sons&quot;", DID, "2026-05-09", &published.root_fingerprint] {
        assert!(page.contains(present), "{present}");
    }
    let first = page.split("<h2").nth(1).unwrap();
    assert!(first.contains("Check a certificate</h2>"), "{first}");
    assert!(first.contains("verify/verifier.html") && academy.path("verify/verifier.html").exists(), "{first}");
    for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let exists = academy.path(link).exists() || link == "https://verify.example.org/";
        assert!(exists, "{link} leads nowhere");
    }
}
