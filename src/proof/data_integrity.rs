//! Embedded `DataIntegrityProof` with `eddsa-rdfc-2022` (W3C VC-DI-EDDSA section 3.2).
//!
//! What a document says as RDF comes from [`super::json_ld`], its canonical form from [`super::rdf`]; no library sees a
//! document before its form and its links ([`super::links`]) were looked at here. The signature is made and checked by
//! [`super::eddsa`], so that the strict rule holds here too. Contexts are compiled in from `schemas/contexts/`; anything else
//! is refused, never fetched.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use ssi_json_ld::ContextLoader;

use super::eddsa::{PublicKey, SecretKey};
use super::shapes::Shapes;
use super::{json_ld, links, multibase, rdf};
use crate::credential::{Malformed, Timestamp, limits};

/// The contexts that we know, by address (VCDM 2.0 section 4.3, OB 3.0 section 8).
pub const PINNED_CONTEXTS: [(&str, &str); 4] = [
    ("https://www.w3.org/ns/credentials/v2", include_str!("../../schemas/contexts/credentials-v2.jsonld")),
    (
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        include_str!("../../schemas/contexts/ob-v3p0-context-3.0.3.json"),
    ),
    (
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        include_str!("../../schemas/contexts/ob-v3p0-extensions.json"),
    ),
    (RENDER_METHOD, include_str!("../../schemas/contexts/render-method-v2rc2.jsonld")),
];

/// The context of `TemplateRenderMethod` (W3C VC Rendering Methods, a draft).
pub const RENDER_METHOD: &str = "https://w3id.org/vc/render-method/v2rc2";

/// The members that a proof may have: those that we write, in that order, and two that others do.
const MEMBERS: [&str; 8] =
    ["type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue", "id", "expires"];

/// Most proofs of one document: each is work.
const PROOFS: usize = 8;

/// Members that can have one value only, in the order that they are looked at.
const FIXED: [(&str, &str); 3] =
    [("type", "DataIntegrityProof"), ("cryptosuite", "eddsa-rdfc-2022"), ("proofPurpose", "assertionMethod")];

/// Largest document, in bytes: a credential, or a status list of 131,072 entries that compress badly.
const DOCUMENT_BYTES: usize = limits::CREDENTIAL_BYTES;

/// Why a proof cannot be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataIntegrityError {
    /// JSON-LD or we refuse the document, e.g. for an undefined term.
    #[error("the document cannot be secured: {0}")]
    Document(String),
    /// The document's proof is not one that we make.
    #[error("the proof cannot be read: {0}")]
    Proof(String),
}

/// What the id of a key's `Multikey` has behind the key's own id.
pub const MULTIKEY: &str = "-multikey";

/// Returns the id of a key's `Multikey` in did.json, by which proofs name it: `ISSUER#KEY-multikey`. The plain
/// `ISSUER#KEY` is its `JsonWebKey`, by which a JWS names it: one verification method has one form of the key only
/// (DID Core section 5.2.1).
pub fn method(issuer: &str, key_id: &str) -> String {
    format!("{issuer}#{key_id}{MULTIKEY}")
}

/// Returns the credential with `proof` set to an array of one `DataIntegrityProof`; `method` is the key's id as
/// [`method`] gives it.
///
/// # Errors
/// When the document uses terms that its contexts do not define.
pub fn add_proof(
    credential: &Value,
    method: &str,
    created: Timestamp,
    key: &SecretKey,
) -> Result<Value, DataIntegrityError> {
    add_proof_with(&LOADER, credential, method, created, key)
}

fn proof_options(method: &str, created: &str) -> Map<String, Value> {
    let members = [
        ("type", "DataIntegrityProof"),
        ("cryptosuite", "eddsa-rdfc-2022"),
        ("created", created),
        ("verificationMethod", method),
        ("proofPurpose", "assertionMethod"),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

fn add_proof_with(
    loader: &ContextLoader,
    credential: &Value,
    method: &str,
    created: Timestamp,
    key: &SecretKey,
) -> Result<Value, DataIntegrityError> {
    let mut secured = unsecured(credential)?;
    let mut proof = proof_options(method, &created.to_string());
    let hash = hash(loader, secured.clone(), &proof)?;
    proof.insert("proofValue".into(), Value::from(multibase::base58btc(&key.sign(&hash))));
    secured.insert("proof".into(), json!([proof]));
    Ok(Value::Object(secured))
}

/// Returns whether the credential's embedded proof is `key`'s, made with `method`.
///
/// # Errors
/// When the document cannot be processed at all.
pub fn verify_proof(credential: &Value, method: &str, key: &PublicKey) -> Result<bool, DataIntegrityError> {
    verify_proof_with(&LOADER, credential, method, key)
}

fn verify_proof_with(
    loader: &ContextLoader,
    credential: &Value,
    method: &str,
    key: &PublicKey,
) -> Result<bool, DataIntegrityError> {
    let proofs = Embedded::read(credential).map_err(|e| DataIntegrityError::Proof(e.to_string()))?;
    let Some(embedded) = proofs.into_iter().find(|embedded| embedded.method == method) else { return Ok(false) };
    embedded.hash(loader, unsecured(credential)?).map(|hash| key.verifies(&hash, &embedded.signature))
}

/// A proof that was read, not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// `verificationMethod`.
    pub method: String,
    /// `created`, where it says so.
    pub created: Option<Timestamp>,
    /// `expires`, where it says so.
    pub expires: Option<Timestamp>,
    /// The proof without its value, which is signed too.
    options: Map<String, Value>,
    /// `proofValue`.
    signature: [u8; 64],
}

impl Embedded {
    /// Reads those of a document's proofs that are of our kind, in their order; a proof with members that we do not know
    /// is not half understood.
    ///
    /// # Errors
    /// None is: what is wrong with the first, as `proof.created`.
    pub fn read(credential: &Value) -> Result<Vec<Self>, Malformed> {
        let refuse = |problem: String| Malformed::new("proof", problem);
        let proofs = match credential.get("proof") {
            Some(Value::Array(proofs)) if !(1..=PROOFS).contains(&proofs.len()) => {
                return Err(refuse(format!("{} proofs: 1 to {PROOFS} are read", proofs.len())));
            }
            Some(Value::Array(proofs)) => proofs.iter().map(Self::read_one).collect(),
            Some(proof) => vec![Self::read_one(proof)],
            None => return Err(refuse("missing".into())),
        };
        let (read, mut refused): (Vec<_>, Vec<_>) = proofs.into_iter().partition(Result::is_ok);
        match read.is_empty() {
            true => refused.swap_remove(0).map(|proof| vec![proof]),
            false => read.into_iter().collect(),
        }
    }

    fn read_one(proof: &Value) -> Result<Self, Malformed> {
        let refuse = |problem: String| Malformed::new("proof", problem);
        let object = proof.as_object().ok_or_else(|| refuse("not an object".into()))?;
        if let Some(unknown) = object.keys().find(|member| !MEMBERS.contains(&member.as_str())) {
            return Err(refuse(format!("unknown member `{unknown}`")));
        }
        for (member, value) in FIXED {
            if text(object, member)? != value {
                return Err(Malformed::new(format!("proof.{member}"), format!("not `{value}`")));
            }
        }
        let (created, expires) = (time(object, "created")?, time(object, "expires")?);
        let signature = multibase::from_base58btc(text(object, "proofValue")?, 64)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| Malformed::new("proof.proofValue", "not 64 bytes in base58btc"))?;
        let method = text(object, "verificationMethod")?.to_owned();
        if object.contains_key("id") {
            links::check_uri("proof.id", text(object, "id")?)?;
        }
        let mut options = object.clone();
        options.remove("proofValue");
        Ok(Self { method, created, expires, options, signature })
    }

    /// Returns whether the proof over `document`, which is the credential without it, is `key`'s.
    ///
    /// # Errors
    /// When it cannot be processed, for an undefined term say: it has no proof of anybody then.
    pub fn verify(&self, document: &Value, key: &PublicKey) -> Result<bool, DataIntegrityError> {
        let object = document.as_object().ok_or_else(|| DataIntegrityError::Document("not an object".into()))?;
        self.hash(&LOADER, object.clone()).map(|hash| key.verifies(&hash, &self.signature))
    }

    fn hash(&self, loader: &ContextLoader, document: Map<String, Value>) -> Result<[u8; 64], DataIntegrityError> {
        hash(loader, document, &self.options)
    }
}

fn time(proof: &Map<String, Value>, member: &str) -> Result<Option<Timestamp>, Malformed> {
    if !proof.contains_key(member) {
        return Ok(None);
    }
    let refuse = |_| Malformed::new(format!("proof.{member}"), "not a time such as 2026-05-01T00:00:00Z");
    Timestamp::from_date_time_stamp(text(proof, member)?).map(Some).map_err(refuse)
}

fn text<'a>(proof: &'a Map<String, Value>, member: &str) -> Result<&'a str, Malformed> {
    let refuse = |problem: &str| Malformed::new(format!("proof.{member}"), problem);
    proof.get(member).ok_or_else(|| refuse("missing"))?.as_str().ok_or_else(|| refuse("not a text"))
}

/// Refuses a document, without its proof, of which a proof could not cover every member, or that has a link which is no
/// URI: before any work is done.
///
/// # Errors
/// About `payload`, or about the link.
pub fn check_form(document: &Value) -> Result<(), Malformed> {
    form(document).map_err(|problem| Malformed::new("payload", problem))?;
    links::check(document)
}

fn form(document: &Value) -> Result<(), String> {
    let object = document.as_object().ok_or("not an object")?;
    let contexts = object.get("@context").and_then(Value::as_array);
    if !contexts.is_some_and(|contexts| contexts.iter().all(Value::is_string)) {
        return Err("`@context` is not an array of addresses".into());
    }
    object.iter().filter(|(key, _)| *key != "@context").try_for_each(|(key, value)| tame(key, value))
}

/// Returns the document without its proof, provided that it is cheap to canonicalise.
fn unsecured(credential: &Value) -> Result<Map<String, Value>, DataIntegrityError> {
    let refuse = |problem: String| DataIntegrityError::Document(problem);
    let mut document = credential.as_object().cloned().ok_or_else(|| refuse("not an object".into()))?;
    document.remove("proof");
    if serde_json::to_vec(&document).map_or(usize::MAX, |bytes| bytes.len()) > DOCUMENT_BYTES {
        return Err(refuse(format!("larger than {DOCUMENT_BYTES} bytes")));
    }
    let document = Value::Object(document);
    form(&document).map_err(refuse)?;
    links::check(&document).map_err(|malformed| refuse(malformed.to_string()))?;
    match document {
        Value::Object(document) => Ok(document),
        _ => Err(refuse("not an object".into())),
    }
}

/// Most objects in one array.
const OBJECTS: usize = 64;

/// Nameless nodes that nothing tells apart make canonicalisation expensive ("poison graphs", RDFC-1.0 section 7.1).
fn has_twins(items: &[Value]) -> bool {
    let objects: Vec<&Value> = items.iter().filter(|item| item.is_object()).collect();
    let is_twin = |(at, one): (usize, &&Value)| objects[..at].contains(one);
    objects.len() > OBJECTS || objects.iter().enumerate().any(is_twin)
}

/// Refuses what makes RDF canonicalisation expensive or JSON-LD surprising: nameless nodes that are alike, explicit blank
/// nodes, keywords, and what JSON-LD drops without a
/// word (null, empty arrays) or reads under another name (an address in place of a term).
fn tame(key: &str, value: &Value) -> Result<(), String> {
    let refuse = |problem: String| Err(problem);
    if !links::is_term(key) {
        return refuse(format!("`{key}` is no term"));
    }
    match value {
        Value::Null => refuse(format!("`{key}` is null")),
        // Libraries write them in different ways, `ssi` not in that of RDFC-1.0 section 5.2.
        Value::String(text) if text.contains(|c: char| c.is_ascii_control() && !['\n', '\r'].contains(&c)) => {
            refuse(format!("`{key}` holds a control character"))
        }
        Value::Bool(_) if key != BOOLEAN => refuse(format!("`{key}` holds a boolean")),
        Value::String(text) if text.starts_with("_:") => refuse(format!("`{key}` names a blank node")),
        Value::Number(number) if !is_carried(key, number) => refuse(format!("`{key}` holds number {number}")),
        Value::Array(items) if items.is_empty() => refuse(format!("`{key}` is empty")),
        Value::Array(items) if items.iter().any(Value::is_array) => refuse(format!("`{key}` nests arrays")),
        Value::Array(items) if has_twins(items) => refuse(format!("`{key}` holds the same object twice")),
        Value::Array(items) => items.iter().try_for_each(|item| tame(key, item)),
        Value::Object(members) => members.iter().try_for_each(|(key, value)| tame(key, value)),
        _ => Ok(()),
    }
}

/// Returns whether a number has one form in RDF; see [`write_scalars`].
fn is_carried(key: &str, number: &serde_json::Number) -> bool {
    number.as_f64().is_some_and(|float| {
        float.abs() <= limits::JSON_INTEGER as f64 && (float.fract() == 0.0 || key == "creditsEarned")
    })
}

/// Returns how many statements a document makes in RDF: one for each value and each link to an object within, none for an
/// object's own address, and none twice for an object that stands in several places under one address. JSON-LD that says more
/// or fewer lost something on the way, and what is lost is not signed.
fn statements(document: &Map<String, Value>) -> usize {
    let mut said = HashSet::new();
    state(document, &mut 0, &mut said);
    said.len()
}

/// Adds an object's statements and returns who it is: its address, or a number of its own.
fn state(
    object: &Map<String, Value>,
    nameless: &mut usize,
    said: &mut HashSet<(Value, String, usize, Value)>,
) -> Value {
    *nameless += 1;
    let who = object.get("id").filter(|id| id.is_string()).cloned().unwrap_or_else(|| Value::from(*nameless));
    for (name, value) in object.iter().filter(|(name, _)| !["@context", "id"].contains(&name.as_str())) {
        let items = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        // A text that stands twice in one array is said once: that is counted as lost.
        for (place, item) in items.iter().enumerate() {
            let what = match item {
                Value::Object(inner) => state(inner, nameless, said),
                plain => plain.clone(),
            };
            said.insert((who.clone(), name.clone(), place, what));
        }
    }
    who
}

/// Returns what is signed: the hash of the proof's options, then that of the document (VC-DI-EDDSA section 3.2.4).
fn hash(
    loader: &ContextLoader,
    unsecured: Map<String, Value>,
    options: &Map<String, Value>,
) -> Result<[u8; 64], DataIntegrityError> {
    let refuse = |problem: String| DataIntegrityError::Document(problem);
    let method = options.get("verificationMethod").and_then(Value::as_str).unwrap_or_default();
    links::check_uri("verificationMethod", method).map_err(|malformed| refuse(malformed.to_string()))?;
    let mut options = Value::Object(options.clone());
    options["@context"] = unsecured.get("@context").cloned().unwrap_or_default();
    let wanted = statements(&unsecured);
    let mut document = Value::Object(unsecured);
    write_scalars("", &mut document)?;
    let claims = canonical(loader, &document)?;
    let found = claims.lines().count();
    if found != wanted {
        return Err(refuse(format!("{found} statements instead of {wanted}")));
    }
    let mut hash = [0; 64];
    hash[..32].copy_from_slice(&Sha256::digest(canonical(loader, &options)?));
    hash[32..].copy_from_slice(&Sha256::digest(claims));
    Ok(hash)
}

fn canonical(loader: &ContextLoader, document: &Value) -> Result<String, DataIntegrityError> {
    let refuse = |problem: String| DataIntegrityError::Document(problem);
    let statements = match std::ptr::eq(loader, &*LOADER) {
        true => SHAPES.statements(loader, document),
        false => json_ld::statements_with(loader, document),
    };
    let statements = statements.map_err(|error| refuse(error.to_string()))?;
    rdf::canonical(&statements).map_err(|error| refuse(error.to_string()))
}

/// The one term with a boolean. OB 3.0's context gives it the type `https://www.w3.org/2001/XMLSchema#boolean`, with an
/// `s`, which `ssi` overlooks where the value is no text.
const BOOLEAN: &str = "hashed";

/// Writes numbers and booleans as JSON-LD 1.1 API section 8.6.2 wants them in RDF, because `ssi` keeps their JSON text:
/// `4.0` must become `4`, `4.5` must become `4.5E0`, and `false` must have the context's type. A text in place of a number keeps its type only where the context gives
/// the term one, so fractions are refused everywhere but in OB 3.0's `creditsEarned` (an `xsd:float`).
fn write_scalars(key: &str, value: &mut Value) -> Result<(), DataIntegrityError> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| write_scalars(key, item)),
        Value::Object(members) => members.iter_mut().try_for_each(|(key, value)| write_scalars(key, value)),
        Value::Bool(flag) if key == BOOLEAN => {
            *value = Value::from(flag.to_string());
            Ok(())
        }
        Value::Number(number) if number.as_i64().is_none() => {
            let float = number.as_f64().filter(|float| float.abs() <= limits::JSON_INTEGER as f64);
            *value = match float {
                Some(whole) if whole.fract() == 0.0 => Value::from(whole as i64),
                Some(fraction) if key == "creditsEarned" => Value::from(canonical_double(fraction)),
                _ => return Err(DataIntegrityError::Document(format!("`{key}` holds number {number}"))),
            };
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The canonical lexical form of an `xsd:double`, at 16 digits: `1.225E1`.
pub(super) fn canonical_double(value: f64) -> String {
    let text = format!("{value:.15E}");
    let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0');
    let zero = if mantissa.ends_with('.') { "0" } else { "" };
    format!("{mantissa}{zero}E{exponent}")
}

static LOADER: LazyLock<ContextLoader> = LazyLock::new(|| json_ld::loader(&PINNED_CONTEXTS));
static SHAPES: LazyLock<Shapes> = LazyLock::new(Shapes::default);

#[cfg(test)]
mod tests {
    use super::*;

    const METHOD: &str = "did:web:certs.example.org#k1";

    fn key() -> SecretKey {
        SecretKey::from_seed(&[7; 32])
    }

    fn time() -> Timestamp {
        "2026-05-01T00:00:00Z".parse().unwrap()
    }

    fn credential() -> Value {
        json!({
            "@context": crate::credential::CONTEXTS,
            "id": "https://certs.example.org/c/CERT-A-2026-00001-abcdefgh",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": { "id": "did:web:certs.example.org", "type": ["Profile"], "name": "Example Academy" },
            "validFrom": "2026-05-01T00:00:00Z",
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "achievement": {
                    "id": "https://certs.example.org/a/A", "type": ["Achievement"], "achievementType": "Certificate",
                    "name": "A", "description": "B", "criteria": { "narrative": "C" },
                },
                "creditsEarned": 4.5,
            },
        })
    }

    fn add_context(document: &mut Value, context: Value) {
        document["@context"].as_array_mut().unwrap().push(context);
    }

    /// The published vectors of VC-DI-EDDSA appendix B.1; their context `examples/v2` is known to this test only.
    mod w3c {
        use super::*;

        const UNSIGNED: &str = include_str!("../../tests/vectors/standards/vc-di-eddsa/unsigned.json");
        const SIGNED: &str = include_str!("../../tests/vectors/standards/vc-di-eddsa/signedDataInt.json");
        const HASHES: &str = include_str!("../../tests/vectors/standards/vc-di-eddsa/combinedHashDataInt.txt");
        const KEYS: &str = include_str!("../../tests/vectors/standards/vc-di-eddsa/keyPair.json");
        const EXAMPLES: &str = include_str!("../../tests/vectors/standards/vc-di-eddsa/credentials-examples-v2.jsonld");

        fn contexts() -> ContextLoader {
            json_ld::loader(&[PINNED_CONTEXTS[0], ("https://www.w3.org/ns/credentials/examples/v2", EXAMPLES)])
        }

        fn key() -> SecretKey {
            let pair: Value = serde_json::from_str(KEYS).unwrap();
            let bytes = multibase::from_base58btc(pair["privateKeyMultibase"].as_str().unwrap(), 34).unwrap();
            assert_eq!(bytes[..2], [0x80, 0x26]);
            let key = SecretKey::from_seed(bytes[2..].try_into().unwrap());
            assert_eq!(multibase::multikey(&key.public()), pair["publicKeyMultibase"].as_str().unwrap());
            key
        }

        fn signed() -> (Value, String, String) {
            let signed: Value = serde_json::from_str(SIGNED).unwrap();
            let text = |member: &str| signed["proof"][member].as_str().unwrap().to_owned();
            (signed.clone(), text("verificationMethod"), text("proofValue"))
        }

        #[test]
        fn the_published_hashes_are_ours() {
            let unsigned = unsecured(&serde_json::from_str(UNSIGNED).unwrap()).unwrap();
            let (_, method, _) = signed();
            let hash = hash(&contexts(), unsigned, &proof_options(&method, "2023-02-24T23:36:38Z")).unwrap();
            assert_eq!(data_encoding::HEXLOWER.encode(&hash), HASHES.trim());
        }

        #[test]
        fn signing_gives_the_published_proof_value() {
            let (_, method, value) = signed();
            let unsigned = serde_json::from_str(UNSIGNED).unwrap();
            let created = "2023-02-24T23:36:38Z".parse().unwrap();
            let ours = add_proof_with(&contexts(), &unsigned, &method, created, &key()).unwrap();
            assert_eq!(ours["proof"][0]["proofValue"], json!(value));
        }

        #[test]
        fn the_published_document_verifies_and_a_changed_one_does_not() {
            let (mut document, method, _) = signed();
            let verify = |document: &Value| verify_proof_with(&contexts(), document, &method, &key().public());
            assert_eq!(verify(&document), Ok(true));
            document["credentialSubject"]["alumniOf"] = json!("Another School");
            assert_eq!(verify(&document), Ok(false));
        }
    }

    #[test]
    fn our_proof_verifies_and_its_members_are_the_standards() {
        let secured = add_proof(&credential(), METHOD, time(), &key()).unwrap();
        assert_eq!(verify_proof(&secured, METHOD, &key().public()), Ok(true));
        let proof = secured["proof"][0].as_object().unwrap();
        // `id` and `expires` may be there, and ours have neither.
        assert_eq!(proof.keys().collect::<Vec<_>>(), MEMBERS[..6].iter().collect::<Vec<_>>());
        assert_eq!(proof["created"], "2026-05-01T00:00:00Z");
        assert_eq!(add_proof(&secured, METHOD, time(), &key()).unwrap(), secured, "an old proof is replaced");
    }

    /// Digests made with another implementation, pyld 2: numbers are where implementations part ways.
    #[test]
    fn canonical_form_is_that_of_another_implementation() {
        let options = "4b0b94576cc1f72d87a4e5320e260baca50aae66b90b3a523fe01847d69737af";
        for (credits, digest) in [
            (json!(4.5), "7e4bc2ef9ed66df18e8baa3e2ab2415cc098902c28f7d2d320c599882ae7b05c"),
            (json!(3), "a6c8b05de973806ae32e4f792e84de5259e0825ca751d8892899a63cbd383fa7"),
            (json!(0.1), "993c1c178e80004ba52583b285c41701f53d9571846f1109ca5c63a431aa19e3"),
            (json!(1000000), "5cad64d5ff4231470413a86cb132f750fdce0fcbf32f07526fc78037a41d024c"),
            (serde_json::from_str("3.00").unwrap(), "a6c8b05de973806ae32e4f792e84de5259e0825ca751d8892899a63cbd383fa7"),
            (json!(12.25), "630fac4dae819bfc92616b95012d00d4c59e72ad50c0ff920b284ba2884c16ce"),
        ] {
            let mut document = credential();
            document["credentialSubject"]["creditsEarned"] = credits.clone();
            // As it comes from a file: some crate in the build makes serde_json keep the text of numbers.
            let document = serde_json::from_str(&document.to_string()).unwrap();
            let document = unsecured(&document).unwrap();
            let hash = hash(&LOADER, document, &proof_options(METHOD, "2026-05-01T00:00:00Z")).unwrap();
            assert_eq!(data_encoding::HEXLOWER.encode(&hash), [options, digest].concat(), "{credits}");
        }
    }

    #[test]
    fn every_change_of_a_member_is_noticed() {
        let secured = add_proof(&credential(), METHOD, time(), &key()).unwrap();
        for (pointer, value) in [
            ("/id", json!("https://certs.example.org/c/CERT-A-2026-00002-abcdefgh")),
            ("/issuer/name", json!("Example academy")),
            ("/validFrom", json!("2026-05-01T00:00:01Z")),
            ("/credentialSubject/creditsEarned", json!(4.6)),
            ("/credentialSubject/achievement/name", json!("A ")),
            ("/proof/0/created", json!("2026-05-01T00:00:01Z")),
        ] {
            let mut changed = secured.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            assert_eq!(verify_proof(&changed, METHOD, &key().public()), Ok(false), "{pointer}");
        }
        assert_eq!(verify_proof(&secured, METHOD, &SecretKey::from_seed(&[8; 32]).public()), Ok(false));
        assert_eq!(verify_proof(&secured, "did:web:certs.example.org#k2", &key().public()), Ok(false));
    }

    #[test]
    fn unknown_terms_and_contexts_are_refused() {
        let mut undefined = credential();
        undefined["credentialSubject"]["favouriteColour"] = json!("green");
        let mut fetched = credential();
        add_context(&mut fetched, json!("https://example.org/context"));
        let mut inline = credential();
        add_context(&mut inline, json!({ "favouriteColour": "https://example.org/colour" }));
        for document in [undefined, fetched, inline, json!([]), json!({})] {
            let error = add_proof(&document, METHOD, time(), &key());
            assert!(matches!(error, Err(DataIntegrityError::Document(_))), "{error:?}");
        }
    }

    #[test]
    fn expensive_graphs_are_refused_before_work_is_done() {
        let mut poison = credential();
        poison["credentialSubject"]["result"] = json!([{ "type": ["Result"] }, { "type": ["Result"] }]);
        let mut blank = credential();
        blank["credentialSubject"]["id"] = json!("_:b0");
        let mut keyword = credential();
        keyword["credentialSubject"]["@graph"] = json!([]);
        let mut large = credential();
        large["name"] = json!("x".repeat(DOCUMENT_BYTES));
        for document in [poison, blank, keyword, large] {
            let error = add_proof(&document, METHOD, time(), &key());
            assert!(matches!(error, Err(DataIntegrityError::Document(_))), "{error:?}");
        }
    }

    #[test]
    fn proofs_of_another_kind_are_refused() {
        let secured = add_proof(&credential(), METHOD, time(), &key()).unwrap();
        for (member, value) in [
            ("type", json!("Ed25519Signature2020")),
            ("cryptosuite", json!("eddsa-jcs-2022")),
            ("proofPurpose", json!("authentication")),
            ("created", json!("yesterday")),
            ("proofValue", json!("z111")),
            ("challenge", json!("1")),
        ] {
            let mut changed = secured.clone();
            changed["proof"][0][member] = value;
            let error = verify_proof(&changed, METHOD, &key().public());
            assert!(matches!(error, Err(DataIntegrityError::Proof(_))), "{member}: {error:?}");
        }
    }
}
