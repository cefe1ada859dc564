//! What is asked for: a person, a template, and on what grounds.

use serde_json::Value;

use crate::credential::{CertificateNumber, Timestamp};
use crate::store::{Certificate, Participant, TemplateRef};

/// What one person's certificate is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Who gets it.
    pub person: Participant,
    /// Drawn by this template.
    pub template: TemplateRef,
    /// The tier reached, which the template can print as `{tier}`.
    pub tier: Option<String>,
    /// Why they get it; kept with the certificate.
    pub basis: Option<Value>,
    /// The run that makes it.
    pub run: Option<String>,
    /// When a first certificate says it was issued; the time of the act, if left out. Later versions keep the first one's.
    pub issued: Option<Timestamp>,
    /// Of a first version: the newest certificate that the person has in the event, which this one follows. Nothing if they
    /// have none.
    pub earlier: Option<CertificateNumber>,
}

impl Order {
    /// Returns the order of a next version that keeps template, tier and basis: for corrections.
    pub fn again(old: &Certificate, person: Participant) -> Self {
        // A column of that name is the person's own, and may be what is corrected.
        let own = person.fields.contains_key(super::make::TIER);
        let tier = old.fields.get(super::make::TIER).filter(|_| !own).cloned();
        let (template, basis) = (old.template.clone(), old.basis.clone());
        Self { person, template, tier, basis, run: None, issued: None, earlier: None }
    }
}
