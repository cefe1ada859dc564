//! Certificates as files: their kinds and names, badges with the credential baked in, cards of shared links, archives of many.
//!
//! Both doors make files here, so that a command and a request for the same file give the same bytes. A certificate is drawn from
//! its record; a proof is kept once it was made ([`Prover`]). Knows no folder and no network: what is made goes to a [`Sink`].

mod badge;
mod baked;
mod card;
mod export;
mod kind;
mod make;
mod manifest;
mod name;
mod proofs;
mod wallet;
mod zip;

pub use badge::{Badge, EventBadge, EventLook, event_look, own_badge_of, undrawable};
pub use baked::{bake_png, bake_svg};
pub use card::card_of;
pub use export::{Exported, MANIFEST, Sink, Wanted, export};
pub use kind::FileKind;
pub use make::{Badges, Maker, badge_says};
pub use manifest::{COLUMNS, csv_writer, issued_row, write_issued};
pub use name::{NamePattern, NamePatternError};
pub use proofs::Prover;
pub use zip::ZipWriter;

use crate::making::{FaceError, NotProven};
use crate::proof::data_integrity::DataIntegrityError;
use crate::render::RenderError;
use crate::store::StoreError;
use crate::template::TemplateError;

/// Why a file is not made.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// What is stored was not signed by this issuer.
    #[error(transparent)]
    NotProven(#[from] NotProven),
    /// A certificate cannot be drawn.
    #[error("{number} cannot be drawn: {cause}")]
    Draw {
        /// The certificate.
        number: String,
        /// Why not.
        cause: FaceError,
    },
    /// A credential cannot be given a proof.
    #[error("{number} cannot be given an embedded proof: {cause}")]
    Proof {
        /// The certificate.
        number: String,
        /// Why not.
        cause: DataIntegrityError,
    },
    /// A proof is wanted, and nobody opened the keys.
    #[error("an embedded proof cannot be made without the keys")]
    NoKeys,
    /// The badge does not lay out.
    #[error("the badge cannot be laid out")]
    Badge(#[from] TemplateError),
    /// The badge cannot be drawn.
    #[error("the badge cannot be drawn")]
    Render(#[from] RenderError),
    /// The badge takes no credential.
    #[error("no credential can be baked into this picture")]
    Bake,
    /// A file cannot be written.
    #[error("{name} cannot be written: {cause}")]
    Write {
        /// The file.
        name: String,
        /// Why not.
        cause: std::io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
pub(in crate::files) mod tests {
    use crate::credential::{CertificateNumber, StatusEntry};
    use crate::store::{BlobId, Certificate, CertificateState, Fields, PersonKey, TemplateRef};

    /// A certificate with this sequence number.
    pub(in crate::files) fn certificate(sequence: u64) -> Certificate {
        let at = "2026-05-01T10:00:00Z".parse().unwrap();
        Certificate {
            number: CertificateNumber::new("WORKSHOP".parse().unwrap(), 2026, sequence),
            version: 1,
            person: PersonKey("zoe@example.org".to_owned()),
            recipient: "Zoë Ångström".to_owned(),
            email: Some("zoe@example.org".to_owned()),
            fields: Fields::new(),
            jws: String::new(),
            key: "k1".to_owned(),
            template: TemplateRef { name: "classic".to_owned(), bundle: BlobId(String::new()) },
            drawing: 1,
            status: StatusEntry { list: 1, index: 1 },
            issued: at,
            signed: at,
            valid_until: None,
            days: None,
            state: CertificateState::Active,
            basis: None,
            run: None,
            withdrawal: None,
            erased: None,
            earlier: None,
            former: Vec::new(),
        }
    }
}
