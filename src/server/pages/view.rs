//! What the templates of the pages are filled with. Everything that is put into them is escaped by askama.

use askama::Template;
use serde_json::Value;

use super::texts::Texts;
use crate::credential::Timestamp;
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

/// What a verdict looks like.
pub(super) struct Banner {
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
}

/// A fact: what it is called, and what it is.
pub(super) type Fact = (String, String);

/// What every page of a certificate says of it.
pub(super) struct Seen {
    pub banner: Banner,
    pub recipient: String,
    pub title: String,
    pub facts: Vec<Fact>,
}

impl Seen {
    pub(super) fn of(t: &Texts, document: &Value, verdict: &Value) -> Self {
        Self {
            banner: Banner::of(t, verdict),
            recipient: text(document, "/credentialSubject/identifier/0/identityHash"),
            title: text(document, "/credentialSubject/achievement/name"),
            facts: facts(t, document),
        }
    }
}

/// Returns a text of a document; an empty one where there is none.
pub(super) fn text(document: &Value, pointer: &str) -> String {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Returns what was signed about an achievement, in the order in which people ask.
fn facts(t: &Texts, document: &Value) -> Vec<Fact> {
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
    let all = [
        ("f.number", text(&subject["licenseNumber"])),
        ("f.dates", days.join(" – ")),
        ("f.result", text(&subject["result"][0]["value"])),
        ("f.credits", credits),
        ("f.role", text(&subject["role"])),
        ("f.term", text(&subject["term"])),
        ("f.from", time(&document["validFrom"]).map_or_else(String::new, |at| t.instant(at))),
        ("f.until", time(&document["validUntil"]).map_or_else(|| t.s("f.unlimited").to_owned(), |at| t.instant(at))),
        ("f.about", description),
        ("f.criteria", text(&achievement["criteria"]["narrative"])),
    ];
    let there = all.into_iter().filter(|(_, value)| !value.is_empty());
    there.map(|(key, value)| (t.s(key).to_owned(), value)).collect()
}

/// The public page of a certificate.
#[derive(Template)]
#[template(path = "pages/public.html")]
pub(super) struct PublicPage<'a> {
    pub frame: Frame<'a>,
    pub seen: Seen,
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
    /// JSON-LD for search engines, as it stands in a script element.
    pub structured: String,
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
    /// Whether links can be sent.
    pub sends: bool,
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
    pub notice: Option<String>,
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

/// Returns the entry of LinkedIn's form, for the form and to be copied.
pub(super) fn entry(document: &Value, issuer: &str, linkedin: Option<u64>, address: &str) -> Option<Entry> {
    let subject = &document["credentialSubject"];
    let time = |name: &str| document[name].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    Some(Entry {
        name: subject["achievement"]["name"].as_str()?.to_owned(),
        organization: linkedin.map_or_else(|| Organization::Name(issuer.to_owned()), Organization::Id),
        issued: Month::of(time("validFrom")?),
        expires: time("validUntil").map(Month::of),
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
