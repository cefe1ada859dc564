//! `did.json`: the issuer's keys as a DID document.

use serde_json::{Value, json};

use super::PublishError;
use crate::keys::{KeyManifest, KeyState, ManifestError, ManifestKey};
use crate::proof::eddsa::PublicKey;
use crate::proof::{data_integrity, multibase};

/// Returns the DID document (DID Core 1.0; did:web section 2.3).
///
/// Each key is there twice: as `JsonWebKey` for the JWS and as `Multikey` for Data Integrity proofs. Retired keys stay,
/// because others take a delisted key for void; that is what a compromised one shall be.
pub(super) fn document(manifest: &KeyManifest) -> Result<Value, PublishError> {
    let issuer = &manifest.issuer;
    let mut methods = Vec::new();
    for key in manifest.keys.iter().filter(|key| !matches!(key.state, KeyState::Compromised { .. })) {
        let public = public_key(key)?;
        methods.push(json!({
            "id": data_integrity::method(issuer, &key.id),
            "type": "Multikey",
            "controller": issuer,
            "publicKeyMultibase": multibase::multikey(&public),
        }));
        methods.push(json!({
            "id": format!("{issuer}#{}", key.id),
            "type": "JsonWebKey",
            "controller": issuer,
            "publicKeyJwk": {
                "kty": "OKP", "crv": "Ed25519", "x": key.public_key, "alg": "EdDSA", "use": "sig", "kid": key.id,
            },
        }));
    }
    let ids: Vec<&Value> = methods.iter().map(|method| &method["id"]).collect();
    Ok(json!({
        "@context": [
            "https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1", "https://w3id.org/security/jwk/v1",
        ],
        "id": issuer,
        "assertionMethod": ids,
        "verificationMethod": methods,
    }))
}

/// Reads a manifest's key.
pub(super) fn public_key(key: &ManifestKey) -> Result<PublicKey, PublishError> {
    let refuse = |problem| ManifestError::Malformed(format!("key `{}`: {problem}", key.id));
    Ok(PublicKey::from_base64url(&key.public_key).map_err(refuse)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Timestamp;
    use crate::proof::eddsa::SecretKey;

    #[test]
    fn active_and_retired_keys_are_listed_twice_and_compromised_ones_not_at_all() {
        let at = Timestamp::from_unix(0);
        let states =
            [KeyState::Retired { until: at }, KeyState::Compromised { since: at }, KeyState::Active].into_iter();
        let key = |(n, state): (u8, KeyState)| ManifestKey {
            id: format!("k{n}"),
            public_key: SecretKey::from_seed(&[n; 32]).public().to_base64url(),
            state,
            from: at,
        };
        let manifest = KeyManifest {
            kind: "KeyManifest".into(),
            version: 1,
            issuer: "did:web:localhost%3A8443".into(),
            name: "Example Academy".into(),
            issued: at,
            expires: at,
            keys: (1..).zip(states).map(key).collect(),
        };
        let document = document(&manifest).unwrap();
        let ids = ["k1-multikey", "k1", "k3-multikey", "k3"].map(|id| format!("did:web:localhost%3A8443#{id}"));
        assert_eq!(document["assertionMethod"], json!(ids));
        for (method, id) in document["verificationMethod"].as_array().unwrap().iter().zip(ids) {
            assert_eq!((&method["id"], &method["controller"]), (&json!(id), &document["id"]));
        }
        let multikey = document["verificationMethod"][0]["publicKeyMultibase"].as_str().unwrap();
        let bytes = multibase::from_base58btc(multikey, 34).unwrap();
        assert_eq!(bytes[2..], SecretKey::from_seed(&[1; 32]).public().to_bytes());
        assert_eq!(document["verificationMethod"][1]["publicKeyJwk"]["x"], json!(manifest.keys[0].public_key));
    }
}
