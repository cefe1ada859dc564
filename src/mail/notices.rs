//! What is told besides that somebody has a certificate: to staff in English, as all that staff see.
//!
//! The texts are built in and hold counts and ids: who a run was about stands in the journal alone.

use serde::Serialize;

use super::compose::{Content, TextError, built};

const RUN: &str = include_str!("texts/run.txt");

/// What is told of a run that ended.
#[derive(Debug, Clone, Serialize)]
pub struct RunFacts {
    /// Its id.
    pub run: String,
    /// What it did: `issues certificates`.
    pub what: &'static str,
    /// The event's title.
    pub event: Option<String>,
    /// The event's code.
    pub code: Option<String>,
    /// How it ended: `is over`.
    pub end: &'static str,
    /// Rows of its list.
    pub total: u64,
    /// Rows that were done.
    pub done: u64,
    /// Rows that needed nothing.
    pub skipped: u64,
    /// Rows that could not be done.
    pub failed: u64,
    /// Where it is shown.
    pub link: Option<String>,
    /// Whether who is told started it.
    pub own: bool,
    /// The issuer.
    pub issuer: String,
}

/// Writes to staff that a run ended.
///
/// # Errors
/// [`TextError`].
pub fn run_ended(facts: &RunFacts) -> Result<Content, TextError> {
    built("en", RUN, facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_run_is_told_in_counts() {
        let facts = RunFacts {
            run: "20261122T101500Z-1f2e3d4c".to_owned(),
            what: "issues certificates",
            event: Some("Maps & more".to_owned()),
            code: Some("MAPS".to_owned()),
            end: "is over, with failures",
            total: 6,
            done: 3,
            skipped: 2,
            failed: 1,
            link: Some("https://certs.example.org/api/v1/runs/20261122T101500Z-1f2e3d4c".to_owned()),
            own: true,
            issuer: "Example Academy".to_owned(),
        };
        let told = run_ended(&facts).unwrap();
        assert_eq!(told.subject, "Run over in MAPS: 3 done, 1 failed");
        assert!(told.text.starts_with("The run that issues certificates for “Maps & more” (MAPS) is over, with failures."));
        assert!(told.text.contains("\nDone: 3\nNeeded nothing: 2\nFailed: 1\n\nWhom"), "{}", told.text);
        let bare = RunFacts { event: None, code: None, link: None, own: false, ..facts };
        let told = run_ended(&bare).unwrap();
        assert!(told.subject.starts_with("Run over: 3 done") && !told.text.contains("http"), "{}", told.text);
    }
}
