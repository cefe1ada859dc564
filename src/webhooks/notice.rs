//! What is told: kinds of events and their payloads. Ids and numbers only.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::credential::{CertificateNumber, EventCode, Timestamp};

/// Most certificates that one message tells of.
pub const MESSAGE_CERTIFICATES: usize = 500;
/// Most bytes of the certificate numbers in one message: with them it stays below the 20 kB that the standard recommends.
pub const MESSAGE_BYTES: usize = 18_000;

/// A kind of event that an endpoint can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum EventKind {
    /// Certificates were issued.
    CertificateIssued,
    /// Certificates were replaced by a next version under the same number.
    CertificateSuperseded,
    /// Certificates were revoked.
    CertificateRevoked,
    /// Revocations were undone.
    CertificateRestored,
    /// A run ended.
    RunFinished,
    /// A mail came back.
    DeliveryBounced,
    /// What is published grows stale, and was not renewed.
    PublicationLate,
    /// Somebody tests the endpoint. Sent whether asked for or not.
    Ping,
}

/// Text that names no kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of event")]
pub struct EventKindError;

impl EventKind {
    /// Every kind that can be asked for.
    pub const ALL: &[Self] = &[
        Self::CertificateIssued,
        Self::CertificateSuperseded,
        Self::CertificateRevoked,
        Self::CertificateRestored,
        Self::RunFinished,
        Self::DeliveryBounced,
        Self::PublicationLate,
    ];

    /// Returns its name, as `certificate.issued`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CertificateIssued => "certificate.issued",
            Self::CertificateSuperseded => "certificate.superseded",
            Self::CertificateRevoked => "certificate.revoked",
            Self::CertificateRestored => "certificate.restored",
            Self::RunFinished => "run.finished",
            Self::DeliveryBounced => "delivery.bounced",
            Self::PublicationLate => "publication.late",
            Self::Ping => "webhook.ping",
        }
    }
}

impl FromStr for EventKind {
    type Err = EventKindError;

    fn from_str(text: &str) -> Result<Self, EventKindError> {
        let known = Self::ALL.iter().chain([&Self::Ping]);
        known.copied().find(|kind| kind.name() == text).ok_or(EventKindError)
    }
}

impl TryFrom<String> for EventKind {
    type Error = EventKindError;

    fn try_from(text: String) -> Result<Self, EventKindError> {
        text.parse()
    }
}

impl From<EventKind> for String {
    fn from(kind: EventKind) -> Self {
        kind.name().to_owned()
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What happened to certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateNews {
    /// Issued.
    Issued,
    /// Replaced by the next version.
    Superseded,
    /// Revoked.
    Revoked,
    /// No longer revoked.
    Restored,
}

impl CertificateNews {
    const fn kind(self) -> EventKind {
        match self {
            Self::Issued => EventKind::CertificateIssued,
            Self::Superseded => EventKind::CertificateSuperseded,
            Self::Revoked => EventKind::CertificateRevoked,
            Self::Restored => EventKind::CertificateRestored,
        }
    }
}

/// Counters of a run that ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunFigures {
    /// Rows looked at.
    pub total: u64,
    /// Rows done.
    pub done: u64,
    /// Rows that needed nothing.
    pub skipped: u64,
    /// Rows that could not be done.
    pub failed: u64,
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    kind: EventKind,
    at: Timestamp,
    data: Value,
}

impl Notice {
    /// Tells what happened to certificates: one notice for each event and group of up to [`MESSAGE_CERTIFICATES`], with
    /// `data` of `{event, run, certificates}`. `run` is the id of the run that did it, if one did.
    pub fn certificates(
        change: CertificateNews,
        at: Timestamp,
        run: Option<&str>,
        numbers: &[CertificateNumber],
    ) -> Vec<Self> {
        let mut events = BTreeMap::<&EventCode, Vec<String>>::new();
        for number in numbers {
            events.entry(number.event()).or_default().push(number.to_string());
        }
        let mut notices = Vec::new();
        for (event, texts) in events {
            for group in groups(&texts) {
                let data = json!({ "event": event.as_str(), "run": run, "certificates": group });
                notices.push(Self { kind: change.kind(), at, data });
            }
        }
        notices
    }

    /// Tells that a run ended: its id, kind (`generate`, `revoke`, …), state (`completed`, `failed`, …), event and figures.
    pub fn run_finished(
        at: Timestamp,
        run: &str,
        kind: &str,
        state: &str,
        event: Option<&EventCode>,
        figures: RunFigures,
    ) -> Self {
        let RunFigures { total, done, skipped, failed } = figures;
        let data = json!({
            "run": run, "kind": kind, "state": state, "event": event.map(EventCode::as_str),
            "total": total, "done": done, "skipped": skipped, "failed": failed,
        });
        Self { kind: EventKind::RunFinished, at, data }
    }

    /// Tells that the mail with a certificate came back; `delivery` is the id of its sending.
    pub fn delivery_bounced(at: Timestamp, delivery: &str, certificate: &CertificateNumber) -> Self {
        let data = json!({ "delivery": delivery, "certificate": certificate.to_string() });
        Self { kind: EventKind::DeliveryBounced, at, data }
    }

    /// Tells that what is published grows stale: its version, its date, and until when it is good.
    pub fn publication_late(at: Timestamp, version: u64, issued: Timestamp, good_until: Timestamp) -> Self {
        let data = json!({ "version": version, "issued": issued, "good_until": good_until });
        Self { kind: EventKind::PublicationLate, at, data }
    }

    /// Tells nothing, to an endpoint that is being tested.
    pub(super) fn ping(at: Timestamp, endpoint: &str) -> Self {
        Self { kind: EventKind::Ping, at, data: json!({ "endpoint": endpoint }) }
    }

    /// Returns its kind.
    pub fn kind(&self) -> EventKind {
        self.kind
    }

    /// Returns when it happened.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Returns the payload to send and sign: `{type, timestamp, data}`.
    pub fn body(&self) -> String {
        json!({ "type": self.kind.name(), "timestamp": self.at.to_string(), "data": self.data }).to_string()
    }
}

/// Splits numbers into groups that fit one message each.
fn groups(texts: &[String]) -> Vec<&[String]> {
    let (mut groups, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (at, text) in texts.iter().enumerate() {
        let more = text.len() + r#""","#.len();
        if at > start && (at - start == MESSAGE_CERTIFICATES || bytes + more > MESSAGE_BYTES) {
            groups.push(&texts[start..at]);
            (start, bytes) = (at, 0);
        }
        bytes += more;
    }
    if start < texts.len() {
        groups.push(&texts[start..]);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600;

    fn numbers(event: &str, count: u64) -> Vec<CertificateNumber> {
        (1..=count).map(|sequence| CertificateNumber::new(event.parse().unwrap(), 2026, sequence)).collect()
    }

    #[test]
    fn ten_thousand_certificates_are_twenty_messages_that_name_each_once() {
        let all = numbers("WORKSHOP", 10_000);
        let notices = Notice::certificates(CertificateNews::Issued, Timestamp::from_unix(NOW), Some("r1"), &all);
        assert_eq!(notices.len(), 20);
        let mut named = Vec::new();
        for notice in &notices {
            let body: Value = serde_json::from_str(&notice.body()).unwrap();
            assert_eq!(body["type"], "certificate.issued");
            assert_eq!(body["timestamp"], "2026-01-01T00:00:00Z");
            assert_eq!((&body["data"]["event"], &body["data"]["run"]), (&json!("WORKSHOP"), &json!("r1")));
            named.extend(
                body["data"]["certificates"].as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned()),
            );
        }
        assert!(named.iter().eq(all.iter().map(ToString::to_string).collect::<Vec<_>>().iter()));
    }

    #[test]
    fn messages_stay_below_twenty_kilobytes_whatever_the_numbers_length() {
        let long = "ABCDEFGHIJKLMNOPQRSTUVWX".parse().unwrap();
        let all: Vec<_> =
            (1..=2_000).map(|at| CertificateNumber::new(EventCode::clone(&long), 2026, u64::MAX - at)).collect();
        let notices = Notice::certificates(CertificateNews::Revoked, Timestamp::from_unix(NOW), None, &all);
        assert!(notices.iter().all(|notice| notice.body().len() < 20_000));
        assert!(notices.len() > 4);
        assert_eq!(groups(&["x".repeat(MESSAGE_BYTES * 2)]).len(), 1);
    }

    #[test]
    fn each_event_has_its_own_message_and_nothing_has_none() {
        let mixed = [numbers("B", 2), numbers("A", 1)].concat();
        let at = Timestamp::from_unix(NOW);
        let notices = Notice::certificates(CertificateNews::Restored, at, None, &mixed);
        let events: Vec<_> = notices.iter().map(|notice| notice.data["event"].clone()).collect();
        assert_eq!(events, ["A", "B"]);
        assert!(Notice::certificates(CertificateNews::Issued, at, None, &[]).is_empty());
    }

    #[test]
    fn names_of_kinds_are_read_back() {
        for kind in EventKind::ALL {
            assert_eq!(kind.name().parse(), Ok(*kind));
            assert_eq!(serde_json::from_value::<EventKind>(serde_json::to_value(kind).unwrap()).unwrap(), *kind);
        }
        assert_eq!("certificate.Issued".parse::<EventKind>(), Err(EventKindError));
    }

    #[test]
    fn a_runs_end_carries_its_figures() {
        let figures = RunFigures { total: 4, done: 2, skipped: 1, failed: 1 };
        let event: EventCode = "A".parse().unwrap();
        let at = Timestamp::from_unix(NOW);
        let notice = Notice::run_finished(at, "r9", "generate", "completed_with_failures", Some(&event), figures);
        let body: Value = serde_json::from_str(&notice.body()).unwrap();
        let data = json!({
            "run": "r9", "kind": "generate", "state": "completed_with_failures", "event": "A",
            "total": 4, "done": 2, "skipped": 1, "failed": 1,
        });
        assert_eq!(body, json!({ "type": "run.finished", "timestamp": "2026-01-01T00:00:00Z", "data": data }));
    }
}
