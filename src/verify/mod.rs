//! Verifying: one text, a set of trust anchors and a time in; one verdict out.
//!
//! Pure: no file, no socket, no clock; the `use` list of this folder proves "offline". A bad certificate is a normal
//! answer. The browser's `verify.ts` mirrors these steps one by one, and `tests/vectors/` judges both.

mod anchors;
mod steps;
mod verdict;

pub use anchors::{Anchor, AnchorError, TrustAnchors};
pub use steps::{verify, verify_jws};
pub use verdict::{Checked, StatusFreshness, Verdict, VerifiedCredential};
