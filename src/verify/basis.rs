//! What a verdict about revocation rests on: `valid` is said of an instant, and which one is said with it.

use std::fmt;

use serde_json::{Value, json};

use super::{StatusFreshness, TrustAnchors, Verdict};
use crate::credential::Timestamp;

/// Where the trust anchors came from that a verdict rests on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusGround {
    /// A trust file, as the issuer published it.
    #[default]
    TrustFile,
    /// A status list by itself, of an issuer without a trust file.
    StatusList,
    /// The issuer's own records, as they are now.
    Records,
}

/// What a verdict about revocation rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusBasis {
    /// Where that was learnt from.
    pub ground: StatusGround,
    /// Whose.
    pub issuer: String,
    /// The status list's own date: what was revoked later is not known.
    pub as_of: Timestamp,
    /// When the first of trust file, status list and key manifest runs out.
    pub next_update: Timestamp,
    /// When it was looked at.
    pub checked: Timestamp,
}

impl StatusBasis {
    /// Returns what a verdict rests on; nothing where no status list was looked at.
    pub fn of(verdict: &Verdict, anchors: &TrustAnchors, now: Timestamp) -> Option<Self> {
        let proven = verdict.proven()?;
        let StatusFreshness::AsOf { at, next_update, .. } = proven.checked().status else { return None };
        let issuer = proven.credential().issuer_name.clone();
        // Only a trust file has a root.
        let ground = match proven.checked().root_fingerprint {
            Some(_) => anchors.ground(),
            None => StatusGround::StatusList,
        };
        Some(Self { ground, issuer, as_of: at, next_update, checked: now })
    }

    /// Says whether a newer trust file should have been there: who answers by an old one cannot know what came since.
    pub fn is_overdue(&self) -> bool {
        self.checked > self.next_update
    }

    /// Returns the member `basis` of an answer; `text` is what the command line prints.
    pub fn to_json(&self) -> Value {
        json!({
            "on": match self.ground {
                StatusGround::TrustFile => "trust_file",
                StatusGround::StatusList => "status_list",
                StatusGround::Records => "records",
            },
            "asOf": self.as_of,
            "nextUpdate": self.next_update,
            "checked": self.checked,
            "overdue": self.is_overdue(),
            "text": self.to_string(),
        })
    }

    /// Returns how old it is, in whole days.
    fn age(&self) -> String {
        match self.checked.unix() - self.as_of.unix() {
            seconds if seconds < 0 => "ahead of this clock".to_owned(),
            seconds => match seconds / 86_400 {
                0 => "less than a day old".to_owned(),
                1 => "1 day old".to_owned(),
                days => format!("{days} days old"),
            },
        }
    }
}

impl fmt::Display for StatusBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "as of {}", self.as_of)?;
        match self.ground {
            StatusGround::Records => f.write_str(", by the issuer's own records"),
            StatusGround::StatusList => write!(f, ", {}, by the issuer's status list", self.age()),
            StatusGround::TrustFile if self.is_overdue() => {
                write!(f, ", {}, by the issuer's trust file; a newer one was due {}", self.age(), self.next_update)
            }
            StatusGround::TrustFile => {
                write!(f, ", {}, by the issuer's trust file; the next is due {}", self.age(), self.next_update)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_trust_file_says_how_old_it_is_and_what_is_overdue() {
        let day = |day| Timestamp::from_unix(0).plus_days(day);
        let of = |checked| StatusBasis {
            ground: StatusGround::TrustFile,
            issuer: "Academy".into(),
            as_of: day(10),
            next_update: day(17),
            checked,
        };
        let said = |basis: &StatusBasis| (basis.is_overdue(), basis.to_string());
        let end = "by the issuer's trust file; the next is due 1970-01-18T00:00:00Z";
        assert_eq!(said(&of(day(10))), (false, format!("as of 1970-01-11T00:00:00Z, less than a day old, {end}")));
        assert_eq!(said(&of(day(17))), (false, format!("as of 1970-01-11T00:00:00Z, 7 days old, {end}")));
        assert_eq!(said(&of(day(9))), (false, format!("as of 1970-01-11T00:00:00Z, ahead of this clock, {end}")));
        let end = end.replace("the next is", "a newer one was");
        assert_eq!(said(&of(day(18))), (true, format!("as of 1970-01-11T00:00:00Z, 8 days old, {end}")));
    }
}
