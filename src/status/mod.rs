//! Status lists and the trust snapshot: which credentials an issuer has revoked, and what a verifier needs offline.
//!
//! A list is a bitstring of at least 131,072 bits so that one index hides among many (Bitstring Status List v1.0,
//! section 6.1). Pure: callers bring the bits, the key and the time; [`crate::store`] keeps them.

mod issued;
mod list;
mod permutation;
mod snapshot;

pub use issued::{IssuedDigests, IssuedSet, issued_digest};
pub use list::{LIST_CREDENTIAL_BYTES, ListError, MAX_LIST_ENTRIES, StatusList};
pub use permutation::Permutation;
pub use snapshot::{
    ListInSnapshot, Reason, ReasonCode, Snapshot, SnapshotError, TYP as SNAPSHOT_TYP, VerifiedSnapshot, list_digest,
};

/// Entries of every list that we make (Bitstring Status List v1.0 section 6.1: at least 131,072).
pub const LIST_ENTRIES: u32 = 131_072;
