//! `DataIntegrityProof`s of any document, alone, in sets and in chains (VC-DI sections 2.1.1, 2.1.2 and 4), with the
//! suite `eddsa-rdfc-2022` (VC-DI-EDDSA section 3.2).
//!
//! For documents of others. Says whether a proof is a key's; whose key it should be is the caller's to judge.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::eddsa::{PublicKey, SecretKey};
use super::json_ld::{self, JsonLdError};
use super::multibase;
use super::rdf::{self, TooComplex};
use crate::credential::data_model::date_time_stamp;
use crate::credential::{Malformed, Timestamp};

/// The one suite.
pub const CRYPTOSUITE: &str = "eddsa-rdfc-2022";
/// Most proofs of one document: each is work.
pub const PROOFS: usize = 8;

const TYPE: &str = "DataIntegrityProof";

/// Why a proof cannot be made or judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A member is missing or not as the specification says.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The document has no statements that say all of it.
    #[error(transparent)]
    JsonLd(#[from] JsonLdError),
    /// The document has no canonical form that can be afforded.
    #[error(transparent)]
    TooComplex(#[from] TooComplex),
}

/// One proof that was read, not verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// `verificationMethod`.
    pub method: String,
    /// `proofPurpose`.
    pub purpose: String,
    /// `created`, in seconds.
    pub created: Option<i64>,
    /// `expires`, in seconds.
    pub expires: Option<i64>,
    /// `domain`, one or several.
    pub domain: Vec<String>,
    /// `challenge`.
    pub challenge: Option<String>,
    members: Map<String, Value>,
    previous: Vec<String>,
    signature: [u8; 64],
}

/// A document taken apart into itself and its proofs.
#[derive(Debug, Clone, PartialEq)]
pub struct ProofSet {
    document: Map<String, Value>,
    /// In the document's order.
    pub proofs: Vec<Proof>,
}

impl ProofSet {
    /// Reads a document with one proof or more.
    ///
    /// # Errors
    /// The first member of a proof that is wrong.
    pub fn read(secured: &Value) -> Result<Self, Malformed> {
        let mut document = secured.as_object().cloned().ok_or_else(|| Malformed::new("document", "not an object"))?;
        let proofs = match document.remove("proof") {
            None | Some(Value::Null) => return Err(Malformed::new("proof", "missing")),
            Some(Value::Array(proofs)) => proofs,
            Some(proof) => vec![proof],
        };
        if proofs.is_empty() || proofs.len() > PROOFS {
            return Err(Malformed::new("proof", format!("{} proofs: 1 to {PROOFS} are read", proofs.len())));
        }
        let proofs = proofs.iter().map(Proof::read).collect::<Result<Vec<_>, _>>()?;
        let set = Self { document, proofs };
        set.ids_are_unique()?;
        set.proofs.iter().try_for_each(|proof| set.matching(&proof.previous).map(drop))?;
        Ok(set)
    }

    fn ids_are_unique(&self) -> Result<(), Malformed> {
        let mut ids: Vec<&str> = self.proofs.iter().filter_map(Proof::id).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() == all { Ok(()) } else { Err(Malformed::new("proof.id", "two proofs have the same")) }
    }

    /// The proofs that a chain leads on from (VC-DI section 4.5 step 3).
    fn matching(&self, previous: &[String]) -> Result<Vec<Value>, Malformed> {
        let find = |id: &String| {
            let found = self.proofs.iter().find(|proof| proof.id() == Some(id));
            let missing = || Malformed::new("proof.previousProof", "names a proof that is not there");
            found.map(|proof| Value::Object(proof.members.clone())).ok_or_else(missing)
        };
        previous.iter().map(find).collect()
    }

    /// Returns whether a proof is `key`'s.
    ///
    /// # Errors
    /// When the document cannot be transformed: then it has no proof of anybody.
    pub fn verifies(&self, proof: &Proof, key: &PublicKey) -> Result<bool, ProofError> {
        let hash = self.hash(&proof.members, &proof.previous)?;
        Ok(key.verifies(&hash, &proof.signature))
    }

    /// What is signed: the hash of the proof's options, then that of the document (VC-DI-EDDSA section 3.2.4).
    fn hash(&self, members: &Map<String, Value>, previous: &[String]) -> Result<[u8; 64], ProofError> {
        let mut options = members.clone();
        options.remove("proofValue");
        if let Some(context) = self.document.get("@context") {
            options.insert("@context".into(), context.clone());
        }
        let mut document = self.document.clone();
        let matching = self.matching(previous)?;
        if !matching.is_empty() {
            document.insert("proof".into(), Value::Array(matching));
        }
        let mut hash = [0; 64];
        hash[..32].copy_from_slice(&digest(&Value::Object(options))?);
        hash[32..].copy_from_slice(&digest(&Value::Object(document))?);
        Ok(hash)
    }
}

fn digest(document: &Value) -> Result<[u8; 32], ProofError> {
    Ok(Sha256::digest(rdf::canonical(&json_ld::statements(document)?)?).into())
}

/// What a new proof says of itself.
#[derive(Debug, Clone)]
pub struct Options {
    /// `verificationMethod`.
    pub method: String,
    /// `created`.
    pub created: Timestamp,
    /// `previousProof`: ids of proofs that are there.
    pub previous: Vec<String>,
}

/// Adds a proof with purpose `assertionMethod` to a document that may have others (VC-DI section 4.2 and 4.3).
///
/// # Errors
/// When the document is not JSON-LD of known contexts, or a proof that is there is wrong.
pub fn add(document: &Value, options: &Options, key: &SecretKey) -> Result<Value, ProofError> {
    let set = match document.get("proof") {
        Some(_) => ProofSet::read(document)?,
        None => ProofSet {
            document: document.as_object().cloned().ok_or_else(|| Malformed::new("document", "not an object"))?,
            proofs: Vec::new(),
        },
    };
    if set.proofs.len() >= PROOFS {
        return Err(Malformed::new("proof", format!("there are {PROOFS} already")).into());
    }
    let mut proof = json!({
        "type": TYPE,
        "cryptosuite": CRYPTOSUITE,
        "created": options.created.to_string(),
        "verificationMethod": options.method,
        "proofPurpose": "assertionMethod",
    });
    let members = proof.as_object_mut().expect("it was made as an object");
    match options.previous.as_slice() {
        [] => None,
        [one] => members.insert("previousProof".into(), json!(one)),
        several => members.insert("previousProof".into(), json!(several)),
    };
    let hash = set.hash(members, &options.previous)?;
    members.insert("proofValue".into(), json!(multibase::base58btc(&key.sign(&hash))));
    let mut proofs: Vec<Value> = set.proofs.into_iter().map(|proof| Value::Object(proof.members)).collect();
    proofs.push(proof);
    let mut secured = set.document;
    secured.insert("proof".into(), if proofs.len() == 1 { proofs.remove(0) } else { Value::Array(proofs) });
    Ok(Value::Object(secured))
}

impl Proof {
    fn read(proof: &Value) -> Result<Self, Malformed> {
        let members = proof.as_object().cloned().ok_or_else(|| Malformed::new("proof", "not an object"))?;
        for (member, value) in [("type", TYPE), ("cryptosuite", CRYPTOSUITE)] {
            if text(&members, member)? != value {
                return Err(Malformed::new(format!("proof.{member}"), format!("not `{value}`")));
            }
        }
        if members.contains_key("@context") {
            return Err(Malformed::new("proof.@context", "a proof takes the document's"));
        }
        for member in ["id", "nonce"] {
            text_if_there(&members, member)?;
        }
        if let Some(id) = members.get("id").and_then(Value::as_str) {
            url::Url::parse(id).map_err(|_| Malformed::new("proof.id", "not an address"))?;
        }
        let signature = multibase::from_base58btc(text(&members, "proofValue")?, 64)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| Malformed::new("proof.proofValue", "not 64 bytes in base58btc"))?;
        let proof = Self {
            method: text(&members, "verificationMethod")?.to_owned(),
            purpose: text(&members, "proofPurpose")?.to_owned(),
            created: time(&members, "created")?,
            expires: time(&members, "expires")?,
            domain: texts(&members, "domain")?,
            challenge: text_if_there(&members, "challenge")?,
            previous: texts(&members, "previousProof")?,
            signature,
            members,
        };
        Ok(proof)
    }

    fn id(&self) -> Option<&str> {
        self.members.get("id").and_then(Value::as_str)
    }
}

fn text<'a>(proof: &'a Map<String, Value>, member: &str) -> Result<&'a str, Malformed> {
    let refuse = |problem: &str| Malformed::new(format!("proof.{member}"), problem);
    proof.get(member).ok_or_else(|| refuse("missing"))?.as_str().ok_or_else(|| refuse("not a text"))
}

fn text_if_there(proof: &Map<String, Value>, member: &str) -> Result<Option<String>, Malformed> {
    proof.contains_key(member).then(|| text(proof, member).map(ToOwned::to_owned)).transpose()
}

/// One text or several; at least one where the member is there.
fn texts(proof: &Map<String, Value>, member: &str) -> Result<Vec<String>, Malformed> {
    let refuse = || Malformed::new(format!("proof.{member}"), "not a text or texts");
    match proof.get(member) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![text.clone()]),
        Some(Value::Array(items)) if (1..=PROOFS).contains(&items.len()) => {
            items.iter().map(|item| item.as_str().map(ToOwned::to_owned).ok_or_else(refuse)).collect()
        }
        Some(_) => Err(refuse()),
    }
}

fn time(proof: &Map<String, Value>, member: &str) -> Result<Option<i64>, Malformed> {
    let refuse = || Malformed::new(format!("proof.{member}"), "not a dateTimeStamp of XML Schema 1.1");
    let Some(text) = text_if_there(proof, member)? else { return Ok(None) };
    date_time_stamp(&text).map(|instant| Some(instant.as_second())).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTS: [&str; 4] = [
        include_str!("../../tests/vectors/standards/vc-di-eddsa/signedProofSet1.json"),
        include_str!("../../tests/vectors/standards/vc-di-eddsa/signedProofSet2.json"),
        include_str!("../../tests/vectors/standards/vc-di-eddsa/signedProofChain1.json"),
        include_str!("../../tests/vectors/standards/vc-di-eddsa/signedProofChain2.json"),
    ];

    fn key_of(proof: &Proof) -> PublicKey {
        let name = proof.method.rsplit_once('#').unwrap().1;
        PublicKey::from_bytes(&multibase::from_base58btc(name, 34).unwrap()[2..]).unwrap()
    }

    fn verified(document: &Value) -> Vec<bool> {
        let set = ProofSet::read(document).unwrap();
        set.proofs.iter().map(|proof| set.verifies(proof, &key_of(proof)).unwrap()).collect()
    }

    fn secret() -> SecretKey {
        SecretKey::from_seed(&[9; 32])
    }

    fn options(previous: &[&str]) -> Options {
        let name = multibase::multikey(&secret().public());
        Options {
            method: format!("did:key:{name}#{name}"),
            created: "2026-05-01T00:00:00Z".parse().unwrap(),
            previous: previous.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn the_published_sets_and_chains_verify() {
        for document in DOCUMENTS {
            let document: Value = serde_json::from_str(document).unwrap();
            let verified = verified(&document);
            assert!(verified.len() >= 2 || document["proof"].is_object());
            assert!(verified.iter().all(|good| *good), "{verified:?}");
        }
    }

    #[test]
    fn a_proof_taken_out_of_a_chain_is_missed() {
        let mut document: Value = serde_json::from_str(DOCUMENTS[3]).unwrap();
        document["proof"].as_array_mut().unwrap().remove(0);
        assert_eq!(ProofSet::read(&document).unwrap_err().field, "proof.previousProof");
    }

    #[test]
    fn a_changed_proof_breaks_those_that_lead_on_from_it() {
        let mut document: Value = serde_json::from_str(DOCUMENTS[3]).unwrap();
        document["proof"][0]["created"] = json!("2023-02-24T23:36:39Z");
        assert_eq!(verified(&document), [false, true, false, true]);
    }

    #[test]
    fn ours_are_added_to_sets_and_to_chains() {
        let document: Value = serde_json::from_str(DOCUMENTS[1]).unwrap();
        let there = document["proof"].as_array().unwrap().len();
        let set = add(&document, &options(&[]), &secret()).unwrap();
        assert_eq!(verified(&set), vec![true; there + 1]);
        let chain: Value = serde_json::from_str(DOCUMENTS[3]).unwrap();
        let id = chain["proof"][2]["id"].as_str().unwrap();
        let longer = add(&chain, &options(&[id]), &secret()).unwrap();
        assert_eq!(verified(&longer), [true; 5]);
        assert_eq!(longer["proof"][4]["previousProof"], json!(id));
        assert!(add(&chain, &options(&["urn:uuid:other"]), &secret()).is_err());
    }

    #[test]
    fn what_is_no_proof_of_this_suite_is_named() {
        let document: Value = serde_json::from_str(DOCUMENTS[0]).unwrap();
        let alone = json!({ "@context": document["@context"], "id": "urn:a", "name": "A" });
        let good = add(&alone, &options(&[]), &secret()).unwrap();
        for (member, value) in [
            ("type", json!("Ed25519Signature2020")),
            ("cryptosuite", json!("eddsa-jcs-2022")),
            ("created", json!("2026-05-01T00:00:00")),
            ("created", json!("yesterday")),
            ("expires", json!("2026-05-01 00:00:00Z")),
            ("proofValue", json!(null)),
            ("proofValue", json!("z111")),
            ("previousProof", json!(true)),
            ("previousProof", json!([])),
            ("id", json!("no address")),
            ("domain", json!(7)),
            ("@context", json!("https://www.w3.org/ns/credentials/v2")),
        ] {
            let mut changed = good.clone();
            changed["proof"][member] = value.clone();
            let refused = ProofSet::read(&changed).unwrap_err();
            assert_eq!(refused.field, format!("proof.{member}"), "{value}");
        }
        for member in ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"] {
            let mut changed = good.clone();
            changed["proof"].as_object_mut().unwrap().remove(member);
            assert_eq!(ProofSet::read(&changed).unwrap_err().field, format!("proof.{member}"));
        }
        let many = json!({ "proof": vec![good["proof"].clone(); PROOFS + 1] });
        assert!(ProofSet::read(&many).is_err());
    }
}
