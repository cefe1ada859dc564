//! Proofs: what makes a credential's bytes the issuer's.
//!
//! Two securing mechanisms of the same claims: a compact JWS (W3C VC-JOSE-COSE; [`jws`]) and an embedded
//! `DataIntegrityProof` with `eddsa-rdfc-2022` (W3C VC-DI-EDDSA; [`data_integrity`]). Ed25519 is RFC 8032 with the
//! strict rule of [`eddsa`]. Knows no key states and no trust: those are judged in [`crate::verify`].

pub mod data_integrity;
pub mod eddsa;
pub mod jws;
pub mod multibase;
