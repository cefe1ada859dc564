//! What a page shows of a certificate: the verdict, and what was signed. Everything that templates put into a page is escaped by
//! askama.

use serde_json::{Value, json};

use super::Texts;
use crate::credential::{PrintedDays, Timestamp};

/// What a verdict looks like.
pub(crate) struct Banner {
    /// `green`, `amber`, `red` or `grey`, as `schemas/verdict.json` has it.
    pub class: &'static str,
    /// Its sign.
    pub sign: &'static str,
    /// In a word or two.
    pub title: String,
    /// In a sentence.
    pub text: String,
    /// Since when and why, where it was taken back.
    pub reason: Option<String>,
}

impl Banner {
    fn of(t: &Texts, verdict: &Value) -> Self {
        let code = verdict["verdict"].as_str().unwrap_or("malformed");
        let (class, sign) = match code {
            "valid" => ("green", "✓"),
            "valid_status_stale" | "status_unknown" | "untrusted_issuer" => ("amber", "!"),
            "specimen" => ("grey", "–"),
            _ => ("red", "✕"),
        };
        let reason = &verdict["reason"];
        let at = reason["at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
        let label = if code == "superseded" { "f.supersededAt" } else { "f.revokedAt" };
        let said = reason["text"].as_str().map_or_else(String::new, |text| format!(" — {text}"));
        Self {
            class,
            sign,
            title: t.s(&format!("v.{code}.title")).to_owned(),
            text: t.s(&format!("v.{code}.text")).to_owned(),
            reason: at.map(|at| format!("{}: {}{said}", t.s(label), t.day(at))),
        }
    }

    /// Says that nothing was checked.
    fn unchecked(t: &Texts) -> Self {
        let (title, text) = (t.s("still.title").to_owned(), t.s("still.text").to_owned());
        Self { class: "grey", sign: "–", title, text, reason: None }
    }
}

/// A fact: what it is called, and what it is.
pub(crate) type Fact = (String, String);

/// What every page of a certificate says of it.
pub(crate) struct Seen {
    pub banner: Banner,
    pub recipient: String,
    pub title: String,
    pub facts: Vec<Fact>,
}

impl Seen {
    /// Returns what a page says of a credential with this verdict.
    pub(crate) fn of(t: &Texts, document: &Value, verdict: &Value, days: &PrintedDays) -> Self {
        Self::under(Banner::of(t, verdict), t, document, days)
    }

    /// The same of a version whose newer one is to be seen: that it was replaced is no word against it.
    pub(crate) fn replaced(mut self, t: &Texts) -> Self {
        let (title, text) = (t.s("newer.title").to_owned(), t.s("newer.text").to_owned());
        self.banner = Banner { class: "amber", sign: "!", title, text, ..self.banner };
        self
    }

    /// Returns what a page says of a credential that nobody has checked.
    pub(crate) fn unchecked(t: &Texts, document: &Value, days: &PrintedDays) -> Self {
        Self::under(Banner::unchecked(t), t, document, days)
    }

    fn under(banner: Banner, t: &Texts, document: &Value, days: &PrintedDays) -> Self {
        Self {
            banner,
            recipient: text(document, "/credentialSubject/identifier/0/identityHash"),
            title: text(document, "/credentialSubject/achievement/name"),
            facts: facts(t, document, days),
        }
    }
}

/// Returns a text of a document; an empty one where there is none.
pub(crate) fn text(document: &Value, pointer: &str) -> String {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Returns what was signed about an achievement, in the order in which people ask.
fn facts(t: &Texts, document: &Value, printed: &PrintedDays) -> Vec<Fact> {
    let subject = &document["credentialSubject"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let (starts, ends) = (time(&subject["activityStartDate"]), time(&subject["activityEndDate"]));
    let mut days: Vec<String> = [starts, ends].into_iter().flatten().map(|day| t.day(day)).collect();
    days.dedup();
    let achievement = &subject["achievement"];
    let description = text(&achievement["description"]);
    let description = if description == text(&achievement["name"]) { String::new() } else { description };
    let credits =
        if subject["creditsEarned"].is_number() { subject["creditsEarned"].to_string() } else { String::new() };
    // As the certificate prints it: the instant itself is what verifiers show.
    let from = document["validFrom"].is_string().then(|| t.date(printed.issued));
    let until = time(&document["validUntil"]).map(|at| match printed.valid_until {
        Some(day) => t.instant(at, day),
        None => t.time(at),
    });
    let all = [
        ("f.number", text(&subject["licenseNumber"])),
        ("f.dates", days.join(" – ")),
        ("f.result", text(&subject["result"][0]["value"])),
        ("f.credits", credits),
        ("f.role", text(&subject["role"])),
        ("f.term", text(&subject["term"])),
        ("f.from", from.unwrap_or_default()),
        ("f.until", until.unwrap_or_else(|| t.s("f.unlimited").to_owned())),
        ("f.about", description),
        ("f.criteria", text(&achievement["criteria"]["narrative"])),
    ];
    let there = all.into_iter().filter(|(_, value)| !value.is_empty());
    there.map(|(key, value)| (t.s(key).to_owned(), value)).collect()
}
/// Returns what search engines read (schema.org), safe within a script element.
pub(crate) fn structured(document: &Value, issuer: &str, address: &str) -> String {
    let subject = &document["credentialSubject"];
    let value = json!({
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalCredential",
        "name": subject["achievement"]["name"],
        "description": subject["achievement"]["description"],
        "identifier": subject["licenseNumber"],
        "credentialCategory": subject["achievement"]["achievementType"],
        "dateCreated": document["validFrom"],
        "expires": document["validUntil"],
        "url": address,
        "recognizedBy": { "@type": "Organization", "name": issuer },
        "about": { "@type": "Person", "name": subject["identifier"][0]["identityHash"] },
    });
    let without_nulls = match value {
        Value::Object(members) => Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        other => other,
    };
    // What would end the element, or begin a comment in it, is written by its number (JSON, RFC 8259 section 7).
    without_nulls.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
