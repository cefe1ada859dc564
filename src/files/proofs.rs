//! Credentials with an embedded proof, kept once they were made: the same bytes each time, whichever key signs by then.
//!
//! What is kept is the proof, which is durable before it is first handed out; the claims stand in the certificate's record. A
//! proof by a key that was stolen since is made anew by the key that signs now: verifiers refuse the old one. Where the issuer wishes it,
//! a proof also covers by which page a wallet may show the credential ([`super::wallet`]): that is kept with it.

use rayon::prelude::*;
use serde_json::{Value, json};

use super::{FilesError, wallet};
use crate::desk::{Desk, Signer};
use crate::keys::{KeyManifest, KeyState};
use crate::making::{Faces, Proven};
use crate::proof::data_integrity::{self, MULTIKEY};
use crate::store::{Certificate, Collection, DocumentWrite, Expect, StoreError};

/// Most proofs that are written in one step.
const WRITTEN: usize = 500;

/// Makes proofs.
#[derive(Debug, Clone)]
pub struct Prover {
    signer: Option<Signer>,
    stolen: Vec<String>,
}

impl Prover {
    /// Returns one that signs with the active key of these; without it there are the proofs that are kept, and no others.
    pub fn new(signer: impl Into<Option<Signer>>, keys: &KeyManifest) -> Self {
        let is_stolen = |state: &KeyState| matches!(state, KeyState::Compromised { .. });
        let stolen = keys.keys.iter().filter(|key| is_stolen(&key.state)).map(|key| key.id.clone());
        Self { signer: signer.into(), stolen: stolen.collect() }
    }

    /// Returns the certificates' `.json`, in their order.
    ///
    /// # Errors
    /// When a credential cannot be secured so, or the store fails.
    pub fn secured(&self, desk: &Desk, faces: &Faces, proven: &[&Proven]) -> Result<Vec<String>, FilesError> {
        let mut texts = Vec::with_capacity(proven.len());
        for some in proven.chunks(WRITTEN) {
            texts.extend(self.some(desk, faces, some)?);
        }
        Ok(texts)
    }

    fn some(&self, desk: &Desk, faces: &Faces, proven: &[&Proven]) -> Result<Vec<String>, FilesError> {
        let keys: Vec<String> = proven.iter().map(|one| key(one.certificate())).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        loop {
            let kept = desk.store.documents_at(Collection::PROOFS, &keys)?;
            let good = |proof: &Value| !self.is_by_stolen_key(proof);
            let (mut writes, mut proofs) = (Vec::new(), Vec::with_capacity(kept.len()));
            let is_kept = |at: usize| kept[at].as_ref().is_some_and(|document| good(&document.value));
            let new: Vec<&Proven> = (0..proven.len()).filter(|at| !is_kept(*at)).map(|at| proven[at]).collect();
            let pages = wallet::pages(desk, faces, &new)?;
            let made = proven.par_iter().zip(&kept).map(|(one, kept)| match kept {
                Some(document) if good(&document.value) => Ok((document.value.clone(), false)),
                _ => self.proof(desk, one, pages.of(one)).map(|proof| (proof, true)),
            });
            for (made, (kept, key)) in made.collect::<Vec<_>>().into_iter().zip(kept.iter().zip(&keys)) {
                let (proof, is_new) = made?;
                if is_new {
                    let expect = kept.as_ref().map_or(Expect::Absent, |kept| Expect::Revision(kept.revision));
                    writes.push(DocumentWrite::put(Collection::PROOFS, *key, expect, &proof));
                }
                proofs.push(proof);
            }
            if !writes.is_empty() {
                match desk.store.write_documents(&writes, None) {
                    // Somebody else made one of them first: theirs is the one that is handed out.
                    Err(StoreError::Conflict(_)) => continue,
                    written => drop(written?),
                }
            }
            return Ok(proven.iter().zip(proofs).map(|(one, proof)| joined(one, &proof)).collect());
        }
    }

    /// Makes what is kept: the proofs, and beside them what they cover that the certificate's record does not say.
    fn proof(&self, desk: &Desk, proven: &Proven, render_method: Option<Value>) -> Result<Value, FilesError> {
        let (certificate, signer) = (proven.certificate(), self.signer.as_ref().ok_or(FilesError::NoKeys)?);
        // A proof by another key than the credential's is dated when it is made.
        let created = if signer.id == certificate.key { certificate.signed } else { desk.now };
        let method = data_integrity::method(&desk.issuer.did(), &signer.id);
        let mut document = proven.document().clone();
        render_method.iter().for_each(|render_method| wallet::put(&mut document, render_method));
        let mut secured = data_integrity::add_proof(&document, &method, created, &signer.key)
            .map_err(|cause| FilesError::Proof { number: certificate.number.to_string(), cause })?;
        let proof = secured["proof"].take();
        Ok(render_method
            .map_or(proof.clone(), |render_method| json!({ "proof": proof, "renderMethod": render_method })))
    }

    fn is_by_stolen_key(&self, kept: &Value) -> bool {
        let method = kept.get("proof").unwrap_or(kept)[0]["verificationMethod"].as_str().unwrap_or_default();
        let key = method.rsplit('#').next().unwrap_or_default();
        self.stolen.iter().any(|stolen| key.strip_suffix(MULTIKEY).unwrap_or(key) == stolen)
    }
}

/// Returns the key under which a version's proof is kept.
fn key(certificate: &Certificate) -> String {
    let Certificate { number, version, .. } = certificate;
    format!("{}/{number}/{version}", number.event())
}

fn joined(proven: &Proven, kept: &Value) -> String {
    let mut secured = proven.document().clone();
    kept.get("renderMethod").into_iter().for_each(|render_method| wallet::put(&mut secured, render_method));
    secured["proof"] = kept.get("proof").unwrap_or(kept).clone();
    format!("{secured:#}\n")
}
