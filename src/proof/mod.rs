//! Proofs: what makes a credential's bytes the issuer's.
//!
//! Two securing mechanisms of the same claims: a compact JWS (W3C VC-JOSE-COSE; [`jws`]) and an embedded
//! `DataIntegrityProof` with `eddsa-rdfc-2022` (W3C VC-DI-EDDSA; [`data_integrity`]). Ed25519 is RFC 8032 with the
//! strict rule of [`eddsa`]. Documents of others, through the VC-API only, may be any JSON-LD with any number of proofs:
//! [`json_ld`], [`rdf`] and [`proof_set`]. Of our own, whose like come again and again, `shapes` remembers what the library said. Knows no key states and no trust: those are judged in [`crate::verify`].

pub mod data_integrity;
pub mod eddsa;
pub mod json_ld;
pub mod jws;
pub mod links;
pub mod multibase;
pub mod proof_set;
pub mod rdf;
mod shapes;
