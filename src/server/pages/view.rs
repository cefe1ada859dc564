//! What the templates of the pages are filled with. Everything that is put into them is escaped by askama.

use askama::Template;
use serde_json::Value;

use crate::credential::Timestamp;
use crate::pages::{Fact, Seen, Texts};
use crate::server::Problem;
use crate::sharing::linkedin::{Entry, Month, Organization};

/// What stands around every page.
pub(super) struct Frame<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// The issuer's name.
    pub issuer: &'a str,
    /// The path below which the service is reached.
    pub base: String,
    /// Whether somebody is in who can leave.
    pub within: bool,
}

impl Frame<'_> {
    /// Returns the languages to choose from.
    pub(super) fn languages(&self) -> &'static [Texts] {
        Texts::all()
    }
}

/// The public page of a certificate.
#[derive(Template)]
#[template(path = "pages/public.html")]
pub(super) struct PublicPage<'a> {
    pub frame: Frame<'a>,
    pub seen: Seen,
    /// The page of the version that took its place, where that is to be seen too.
    pub newer: Option<String>,
    pub checked: String,
    pub did: String,
    pub fingerprint: String,
    /// The page's own address, without a language.
    pub address: String,
    /// The path of its pictures.
    pub path: String,
    /// The verifier with the credential in its fragment.
    pub verifier: String,
    pub indexed: bool,
    /// Whether its event has a badge of its own.
    pub badge: bool,
    /// JSON-LD for search engines, as it stands in a script element; nothing where the certificate does not hold.
    pub structured: Option<String>,
    pub share: String,
}

/// Where one asks for a link.
#[derive(Template)]
#[template(path = "pages/door.html")]
pub(super) struct Door<'a> {
    pub frame: Frame<'a>,
    /// Whether links are sent.
    pub sends: bool,
    pub problem: Option<String>,
    pub email: String,
}

/// Where who lost the mailbox shows a certificate.
#[derive(Template)]
#[template(path = "pages/lost.html")]
pub(super) struct Lost<'a> {
    pub frame: Frame<'a>,
    /// Whether links are sent: without them nobody comes in by a new address.
    pub sends: bool,
    pub problem: Option<String>,
    pub email: String,
}

/// After they have.
#[derive(Template)]
#[template(path = "pages/claimed.html")]
pub(super) struct Claimed<'a> {
    pub frame: Frame<'a>,
}

/// After one has asked.
#[derive(Template)]
#[template(path = "pages/sent.html")]
pub(super) struct Sent<'a> {
    pub frame: Frame<'a>,
}

/// Where a link leads: reading it changes nothing.
#[derive(Template)]
#[template(path = "pages/link.html")]
pub(super) struct Link<'a> {
    pub frame: Frame<'a>,
    pub token: String,
    pub nonce: String,
    /// To be typed by whose browser calls itself as programs do that check mails: those press buttons, but read nothing.
    pub number: Option<String>,
    /// Whether another one was typed.
    pub wrong: bool,
    /// Whether the link was used, is too old, or is none.
    pub dead: bool,
}

/// The page of a message's link.
#[derive(Template)]
#[template(path = "pages/linked.html")]
pub(super) struct Linked<'a> {
    pub frame: Frame<'a>,
    pub seen: Seen,
    pub path: String,
    pub nonce: String,
    /// Whether there is a way into the portal.
    pub portal: bool,
}

/// Where a message's link leads that is none, or none any more: the same for all, so that nobody learns which.
#[derive(Template)]
#[template(path = "pages/gone.html")]
pub(super) struct Gone<'a> {
    pub frame: Frame<'a>,
    /// Whether there is a way into the portal.
    pub portal: bool,
}

/// One enrolment on the page of all.
pub(super) struct Row {
    pub title: String,
    pub dates: String,
    /// Where its page is; nothing without a certificate.
    pub page: Option<String>,
    pub picture: Option<String>,
    pub class: &'static str,
    pub state: String,
    /// What is missing, clause by clause.
    pub missing: Vec<String>,
    /// Where it can be requested.
    pub request: Option<String>,
}

/// Somebody behind the mailbox, to choose from.
pub(super) struct Choice {
    pub name: String,
    pub link: String,
}

/// All that somebody has.
#[derive(Template)]
#[template(path = "pages/all.html")]
pub(super) struct All<'a> {
    pub frame: Frame<'a>,
    /// Who it is, of those behind the mailbox.
    pub who: String,
    pub name: String,
    pub choices: Vec<Choice>,
    pub others: bool,
    pub rows: Vec<Row>,
    pub csrf: String,
    pub notice: Option<String>,
    /// By which they choose what stands on their page.
    pub profile: Option<ProfileForm>,
    /// Whether links can be sent.
    pub sends: bool,
}

/// What stands on somebody's page, and what can.
pub(super) struct ProfileForm {
    /// Where the page is, if there is one.
    pub address: Option<String>,
    pub title: String,
    /// Number and title of each visible certificate, and whether it is chosen.
    pub choices: Vec<(String, String, bool)>,
}

/// A certificate on somebody's page.
pub(super) struct ProfileRow {
    pub seen: Seen,
    /// When it took place, or since when it is valid.
    pub dates: String,
    pub page: String,
    pub picture: String,
}

/// Certificates that somebody chose to show together.
#[derive(Template)]
#[template(path = "pages/profile.html")]
pub(super) struct ProfilePage<'a> {
    pub frame: Frame<'a>,
    pub title: String,
    pub name: String,
    pub rows: Vec<ProfileRow>,
    pub checked: String,
}

/// One certificate of one's own.
#[derive(Template)]
#[template(path = "pages/one.html")]
pub(super) struct One<'a> {
    pub frame: Frame<'a>,
    pub seen: Seen,
    /// The certificate's path below the portal.
    pub path: String,
    pub csrf: String,
    pub visible: bool,
    pub indexed: bool,
    pub address: String,
    pub linkedin: String,
    pub share: String,
    pub fields: Vec<Fact>,
    pub embed: String,
    /// What may be asked for, or waits.
    pub correctable: bool,
    pub waiting: Option<String>,
    pub older: Vec<Fact>,
    /// Whether the public page had another address before.
    pub moved: bool,
    pub notice: Option<String>,
    /// Whether its event has a badge of its own.
    pub badge: bool,
}

/// What did not work.
#[derive(Template)]
#[template(path = "pages/failed.html")]
pub(super) struct Failed<'a> {
    pub frame: Frame<'a>,
    pub status: u16,
    pub problem: &'a Problem,
}

impl Failed<'_> {
    fn title(&self) -> &str {
        self.frame.t.s(if self.status == 404 { "none.title" } else { "error.title" })
    }

    fn text(&self) -> String {
        let key = match self.status {
            404 => "none.text",
            429 | 503 => "error.soon",
            401 | 403 => "error.expired",
            _ => "error.again",
        };
        self.frame.t.s(key).to_owned()
    }

    /// Says what was wrong with what somebody wrote, which the page's language does not have words for.
    fn detail(&self) -> Option<&str> {
        [400, 409, 422].contains(&self.status).then_some(self.problem.detail.as_str())
    }
}

/// Returns the entry of LinkedIn's form, for the form and to be copied: with the months of the signed instants in UTC. The printed
/// day is that of the event's own zone and may be in the month before or after.
pub(super) fn entry(document: &Value, issuer: &str, linkedin: Option<u64>, address: &str) -> Option<Entry> {
    let subject = &document["credentialSubject"];
    let month = |member: &str| Some(Month::of(document[member].as_str()?.parse::<Timestamp>().ok()?));
    Some(Entry {
        name: subject["achievement"]["name"].as_str()?.to_owned(),
        organization: linkedin.map_or_else(|| Organization::Name(issuer.to_owned()), Organization::Id),
        issued: month("validFrom")?,
        expires: month("validUntil"),
        id: subject["licenseNumber"].as_str()?.to_owned(),
        url: address.to_owned(),
    })
}

/// Returns the fields of that form, to be copied.
pub(super) fn fields(t: &Texts, entry: &Entry, issuer: &str) -> Vec<Fact> {
    let month = |Month { year, month }: Month| format!("{year}-{month:02}");
    let mut fields = vec![
        ("linkedin.name", entry.name.clone()),
        ("linkedin.organization", issuer.to_owned()),
        ("linkedin.issued", month(entry.issued)),
    ];
    fields.extend(entry.expires.map(|expires| ("linkedin.expires", month(expires))));
    fields.extend([("linkedin.id", entry.id.clone()), ("linkedin.url", entry.url.clone())]);
    fields.into_iter().map(|(key, value)| (t.s(key).to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use serde_json::json;
    use url::Url;

    use super::*;

    fn asked(from: Timestamp, until: Option<Timestamp>) -> HashMap<String, String> {
        let mut document = json!({
            "validFrom": from,
            "credentialSubject": { "licenseNumber": "CERT-MAPS-2026-00001", "achievement": { "name": "Maps" } },
        });
        if let Some(until) = until {
            document["validUntil"] = json!(until);
        }
        let entry = entry(&document, "Example Academy", None, "https://certs.example.org/c/x").unwrap();
        let fields = fields(Texts::named("en").unwrap(), &entry, "Example Academy");
        let asked: HashMap<_, _> = Url::parse(&entry.address()).unwrap().query_pairs().into_owned().collect();
        // What is to be copied is what the link says.
        let copied = |year: &str, month: &str| {
            let (year, month) = (asked.get(year)?, asked.get(month)?);
            Some(format!("{year}-{month:0>2}"))
        };
        let said = [copied("issueYear", "issueMonth"), copied("expirationYear", "expirationMonth")];
        for month in said.into_iter().flatten() {
            assert!(fields.iter().any(|(_, value)| *value == month), "{month}: {fields:?}");
        }
        asked
    }

    #[test]
    fn what_does_not_end_has_no_month_of_its_end() {
        let asked = asked("2026-12-31T23:59:59Z".parse().unwrap(), None);
        assert_eq!((&asked["issueYear"][..], &asked["issueMonth"][..]), ("2026", "12"));
        assert!(!asked.keys().any(|name| name.starts_with("expiration")), "{asked:?}");
    }

    proptest! {
        /// On the edges of months and years, and anywhere: by the text of the signed instant, which is UTC.
        #[test]
        fn month_and_year_are_those_of_the_signed_instants_in_utc(
            year in 1970i16..=9990, month in 1i8..=12, edge in -86_400i64..=86_400, near in -2i64..=2, lasts in 0i64..=3_000,
        ) {
            let first = Timestamp::midnight(jiff::civil::date(year, month, 1));
            for from in [first.plus_seconds(near), first.plus_seconds(edge)] {
                let until = from.plus_days(lasts);
                let asked = asked(from, Some(until));
                for (at, names) in [(from, ["issueYear", "issueMonth"]), (until, ["expirationYear", "expirationMonth"])] {
                    let text = at.to_string();
                    prop_assert_eq!(&asked[names[0]], &text[..4]);
                    prop_assert_eq!(&asked[names[1]], text[5..7].trim_start_matches('0'));
                    prop_assert!((1..=12).contains(&asked[names[1]].parse::<i8>().unwrap()));
                }
            }
        }
    }
}
