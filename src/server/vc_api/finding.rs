//! What is wrong with a document, as problem details (VCDM 2.0 section 7.1, VC-DI section 4.7, Bitstring Status List
//! section 3.5).

use serde_json::{Value, json};

use crate::credential::Malformed;
use crate::proof::json_ld::JsonLdError;
use crate::proof::proof_set::ProofError;

const DATA_MODEL: &str = "https://www.w3.org/TR/vc-data-model#";
const SECURITY: &str = "https://w3id.org/security#";
const STATUS_LIST: &str = "https://www.w3.org/ns/credentials/status-list#";

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    namespace: &'static str,
    code: &'static str,
    detail: String,
}

impl Finding {
    fn new(namespace: &'static str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { namespace, code, detail: detail.into() }
    }

    /// A member is not as the data model says.
    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(DATA_MODEL, "MALFORMED_VALUE_ERROR", detail)
    }

    /// Its time is not now.
    pub(super) fn validity(detail: impl Into<String>) -> Self {
        Self::new(DATA_MODEL, "VALIDITY_PERIOD_ERROR", detail)
    }

    /// It is not whose it says.
    pub(super) fn security(detail: impl Into<String>) -> Self {
        Self::new(DATA_MODEL, "CRYPTOGRAPHIC_SECURITY_ERROR", detail)
    }

    /// A proof does not hold.
    pub(super) fn proof(detail: impl Into<String>) -> Self {
        Self::new(SECURITY, "PROOF_VERIFICATION_ERROR", detail)
    }

    /// The proof was made for another domain.
    pub(super) fn domain(detail: impl Into<String>) -> Self {
        Self::new(SECURITY, "INVALID_DOMAIN_ERROR", detail)
    }

    /// The proof was made for another challenge.
    pub(super) fn challenge(detail: impl Into<String>) -> Self {
        Self::new(SECURITY, "INVALID_CHALLENGE_ERROR", detail)
    }

    /// A status list is not here.
    pub(super) fn status_not_retrieved(detail: impl Into<String>) -> Self {
        Self::new(STATUS_LIST, "STATUS_RETRIEVAL_ERROR", detail)
    }

    /// A status cannot be judged, or is set.
    pub(super) fn status(detail: impl Into<String>) -> Self {
        Self::new(STATUS_LIST, "STATUS_VERIFICATION_ERROR", detail)
    }

    /// A status entry is not as the specification says.
    pub(super) fn status_malformed(detail: impl Into<String>) -> Self {
        Self::new(STATUS_LIST, "MALFORMED_VALUE_ERROR", detail)
    }

    /// A status entry is past the end of its list.
    pub(super) fn status_range(detail: impl Into<String>) -> Self {
        Self::new(STATUS_LIST, "RANGE_ERROR", detail)
    }

    /// For people.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    fn to_json(&self) -> Value {
        let mut title = self.code.replace('_', " ").to_lowercase();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        json!({ "type": format!("{}{}", self.namespace, self.code), "title": title, "detail": self.detail })
    }
}

impl From<Malformed> for Finding {
    fn from(malformed: Malformed) -> Self {
        Self::malformed(malformed.to_string())
    }
}

impl From<ProofError> for Finding {
    fn from(error: ProofError) -> Self {
        let detail = error.to_string();
        match error {
            ProofError::Malformed(_) => Self::proof(detail),
            ProofError::JsonLd(JsonLdError::DataLoss(_)) => Self::new(SECURITY, "DATA_LOSS_DETECTION_ERROR", detail),
            ProofError::JsonLd(JsonLdError::Expansion(_)) => Self::new(DATA_MODEL, "PARSING_ERROR", detail),
            ProofError::JsonLd(JsonLdError::TooMuch(_)) | ProofError::TooComplex(_) => {
                Self::new(SECURITY, "PROOF_TRANSFORMATION_ERROR", detail)
            }
        }
    }
}

/// What a verifier found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Each of these makes it bad.
    pub(super) errors: Vec<Finding>,
    /// What should be known, and does not make it bad.
    pub(super) warnings: Vec<Finding>,
}

impl Found {
    pub(super) fn error(finding: Finding) -> Self {
        Self { errors: vec![finding], warnings: Vec::new() }
    }

    pub(super) fn and(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.warnings.extend(other.warnings);
    }

    /// Notes a finding, if there is one.
    pub(super) fn note(&mut self, looked: Result<(), Finding>) {
        self.errors.extend(looked.err());
    }

    /// The answer of VC-API section 3.3.
    pub(super) fn to_json(&self, checks: &[&str]) -> Value {
        let problems = |findings: &[Finding]| findings.iter().map(Finding::to_json).collect::<Vec<_>>();
        let errors: Vec<&str> = self.errors.iter().map(Finding::detail).collect();
        json!({
            "verified": errors.is_empty(),
            "checks": checks,
            "problemDetails": problems(&self.errors),
            "errors": errors,
            "warnings": problems(&self.warnings),
        })
    }
}
