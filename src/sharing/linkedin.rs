//! LinkedIn: *Add to profile* with the fields of its own form (`profile/add?startTask=CERTIFICATION_NAME`), and the address that
//! shares a link. LinkedIn has stopped to fill in all that the link says: the fields are shown as well, to be copied.

use url::Url;

use crate::credential::Timestamp;

/// Who issued, as LinkedIn knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Organization {
    /// The number of its page: LinkedIn shows its logo.
    Id(u64),
    /// Only its name.
    Name(String),
}

/// A month as LinkedIn's form has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    /// Returns the month of an instant in UTC: that of the signed credential, which anybody can look up in it, wherever the event was.
    pub fn of(at: Timestamp) -> Self {
        let day = at.civil();
        Self { year: day.year(), month: day.month() }
    }
}

/// An entry under *Licenses & certifications*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What was achieved.
    pub name: String,
    /// Who issued.
    pub organization: Organization,
    /// The month of `validFrom`.
    pub issued: Month,
    /// The month of `validUntil`, if it ends.
    pub expires: Option<Month>,
    /// The credential's number.
    pub id: String,
    /// The credential's public page.
    pub url: String,
}

impl Entry {
    /// Returns the address that opens the form.
    pub fn address(&self) -> String {
        let mut url = Url::parse("https://www.linkedin.com/profile/add").expect("a fixed address");
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("startTask", "CERTIFICATION_NAME").append_pair("name", &self.name);
            match &self.organization {
                Organization::Id(id) => query.append_pair("organizationId", &id.to_string()),
                Organization::Name(name) => query.append_pair("organizationName", name),
            };
            let mut month = |names: [&str; 2], Month { year, month }: Month| {
                query.append_pair(names[0], &year.to_string()).append_pair(names[1], &month.to_string());
            };
            month(["issueYear", "issueMonth"], self.issued);
            if let Some(expires) = self.expires {
                month(["expirationYear", "expirationMonth"], expires);
            }
            query.append_pair("certUrl", &self.url).append_pair("certId", &self.id);
        }
        url.into()
    }
}

/// Returns the address that shares a public page: text and picture come from the page's `og:` tags.
pub fn share(page: &str) -> String {
    Url::parse_with_params("https://www.linkedin.com/sharing/share-offsite/", [("url", page)])
        .expect("a fixed address")
        .into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn entry(issued: Timestamp, expires: Option<Timestamp>) -> Entry {
        Entry {
            name: "Applied Cartography & Maps — Größe/100 %".to_owned(),
            organization: Organization::Name("Müller & Söhne + Partner".to_owned()),
            issued: Month::of(issued),
            expires: expires.map(Month::of),
            id: "CERT-MAPS-2026-00001".to_owned(),
            url: "https://certs.example.org/c/CERT-MAPS-2026-00001-ujw3bdpk".to_owned(),
        }
    }

    fn asked(entry: &Entry) -> HashMap<String, String> {
        Url::parse(&entry.address()).unwrap().query_pairs().into_owned().collect()
    }

    #[test]
    fn the_form_gets_one_organization_and_no_end_where_there_is_none() {
        let at: Timestamp = "2026-12-31T23:59:59Z".parse().unwrap();
        let asked = asked(&entry(at, None));
        assert_eq!(asked["startTask"], "CERTIFICATION_NAME");
        assert_eq!(asked["name"], "Applied Cartography & Maps — Größe/100 %");
        assert_eq!((&asked["issueYear"][..], &asked["issueMonth"][..]), ("2026", "12"));
        assert_eq!(asked["organizationName"], "Müller & Söhne + Partner");
        assert_eq!(asked["certId"], "CERT-MAPS-2026-00001");
        assert!(!asked.keys().any(|name| name.starts_with("expiration") || name == "organizationId"));
        let known = Entry { organization: Organization::Id(1337), ..entry(at, Some(at)) };
        let asked = self::asked(&known);
        assert_eq!((&asked["organizationId"][..], asked.contains_key("organizationName")), ("1337", false));
        assert_eq!((&asked["expirationYear"][..], &asked["expirationMonth"][..]), ("2026", "12"));
        // Percent signs only: a plus is a plus to some readers.
        assert!(!share("https://certs.example.org/c/A-1?x=1&y=2").split_once("url=").unwrap().1.contains('&'));
    }
}
