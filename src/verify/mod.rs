//! Verifying: one text, a set of trust anchors and a time in; one verdict out.
//!
//! Pure: no file, no socket, no clock; the `use` list of this folder proves "offline". A bad certificate is a normal
//! answer. The browser's `verify.ts` mirrors these steps one by one (`schemas/verify.md` numbers them), and
//! `tests/vectors/` judges both.

mod anchors;
mod basis;
mod foreign;
mod guidance;
mod ours;
mod status;
mod steps;
mod verdict;

pub use anchors::{Added, Anchor, AnchorError, Seen, TrustAnchors};
pub use basis::{StatusBasis, StatusGround};
pub use foreign::ForeignIssuer;
pub use guidance::{Class, Guidance};
pub use ours::{NotOurs, Ours, ours};
pub use steps::{CLOCK_SKEW_SECONDS, TEXT_BYTES, verify, verify_jws};
pub use verdict::{Checked, Detail, StatusFreshness, Unproven, Verdict, VerifiedCredential};
