//! What pages say of a certificate, in seven languages; and pages that stand on a static host and outlive the service.
//!
//! The service's own pages ([`crate::server`]) take their words from here. Knows no HTTP, and no verdict: on a page that stands by
//! itself the reader's browser computes that from the site's `trust.jws`. How the site is written: [`crate::publish`].

mod seen;
mod still;
mod texts;

pub(crate) use seen::{Fact, Seen, structured, text};
pub(crate) use still::{Parts, Still, edition, shared};
pub(crate) use texts::Texts;

/// The style sheet: colours and letters are the verifier's.
pub(crate) const STYLE: &str = concat!(include_str!("../../verifier-web/src/tokens.css"), include_str!("pages.css"));
