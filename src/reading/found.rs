//! What is found in a file.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::text;
use crate::credential::{Malformed, limits};
use crate::proof::jws::Jws;

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What the file is.
    pub kind: Kind,
    /// Texts that may be a credential, the most direct source first; may hold none, one or several.
    pub candidates: Vec<Candidate>,
    /// The text that a PDF's pages show, in the order it is drawn; `None` for other files and unreadable pages.
    pub printed: Option<String>,
    /// The pages of a PDF, from 1, that are a picture and nothing else, as scanners save them.
    pub pictures: BTreeSet<usize>,
    /// Annotations that draw on a PDF's pages, such as a text box over a name. Our certificates carry links alone.
    pub drawn_over: bool,
    /// What of the file was not looked at, if anything.
    pub cut: Option<Cut>,
}

impl Found {
    /// Returns a kind of file in which nothing was found yet.
    pub(crate) fn nothing(kind: Kind) -> Self {
        Self { kind, candidates: Vec::new(), printed: None, pictures: BTreeSet::new(), drawn_over: false, cut: None }
    }

    /// True if it was looked at whole and holds nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.candidates.is_empty() && self.cut.is_none()
    }
}

/// What of a file was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cut {
    /// Pages: there are too many, or one could not be drawn.
    Pages,
    /// Bytes before its beginning or behind its end.
    Leftover,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// ISO 32000.
    Pdf,
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// An SVG drawing with a credential baked in.
    Svg,
    /// A compact JWS.
    Jwt,
    /// A JSON document.
    Json,
    /// Lines of text, such as verifier links.
    Text,
}

/// A text that may be a credential: a JWS, a verifier link, or JSON with an embedded proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The text.
    pub text: String,
    /// Where it was.
    pub source: Source,
}

/// Where a candidate was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// A file attached to a PDF.
    Attachment,
    /// A QR code on this page of a PDF, from 1.
    QrOnPage(usize),
    /// A link on a page of a PDF.
    Link,
    /// A QR code in a picture.
    QrInPicture,
    /// The text itself.
    PlainText,
    /// The `openbadgecredential` text of a PNG (Open Badges 3.0 section 5.3.1).
    BakedPng,
    /// The `openbadges:credential` element of an SVG (Open Badges 3.0 section 5.3.2).
    BakedSvg,
}

impl Source {
    /// True for what was scanned: anybody's code may lie beside ours.
    pub fn is_code(self) -> bool {
        matches!(self, Self::QrOnPage(_) | Self::QrInPicture)
    }
}

impl Candidate {
    /// Returns the JWS that the text is or carries.
    ///
    /// # Errors
    /// [`Malformed`] where it is neither a compact JWS nor a verifier link.
    pub fn jws(&self) -> Result<Jws, Malformed> {
        jws_of(&self.text)
    }

    /// True if the text has the looks of a credential, well-formed or not: worth a verdict.
    pub fn looks_like_credential(&self) -> bool {
        looks_like_credential(&self.text)
    }
}

/// Returns the JWS that a text is or carries.
pub(super) fn jws_of(text: &str) -> Result<Jws, Malformed> {
    let text = &*crate::qr::bare(text);
    if text::is_compact_jws(text) { Jws::parse(text, limits::CREDENTIAL_BYTES) } else { crate::qr::unpack(text) }
}

/// True if a text has the looks of a credential, well-formed or not.
pub(super) fn looks_like_credential(text: &str) -> bool {
    let text = text.trim();
    text::is_compact_jws(text) || text::is_verifier_link(text) || text.starts_with('{')
}

impl Found {
    /// Returns the candidate to verify: the first that has the looks of a credential.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.looks_like_credential())
    }

    /// Returns true if the file carries two different credentials, such as an attachment and a QR code that disagree.
    pub fn is_contradictory(&self) -> bool {
        let mut all = self.candidates.iter().filter_map(|candidate| candidate.jws().ok());
        let Some(first) = all.next() else { return false };
        all.any(|other| other != first)
    }
}
