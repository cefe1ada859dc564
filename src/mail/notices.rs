//! What is told besides that somebody has a certificate: to staff in English, but for an invitation, which is in a language of their
//! pages; to participants in their language, of the seven that pages speak.
//!
//! The texts are built in. What staff are told holds counts and ids: who a run was about stands in the journal alone.

use serde::Serialize;

use super::Topic;
use super::compose::{Content, TextError, built, ranges};

const RUN: &str = include_str!("texts/run.txt");

/// What somebody is written who gets an account; the first language is for all others.
const INVITED: [(&str, &str); 2] =
    [("en", include_str!("texts/invited/en.txt")), ("de", include_str!("texts/invited/de.txt"))];

/// What somebody is written about an account, topic by topic after lines of `# TOPIC`; the first language is for all others.
const ACCOUNT: [(&str, &str); 2] =
    [("en", include_str!("texts/account/en.txt")), ("de", include_str!("texts/account/de.txt"))];

/// The texts of each language, topic by topic after lines of `# TOPIC`; the first language is for all others.
const TEXTS: [(&str, &str); 7] = [
    ("en", include_str!("texts/notices/en.txt")),
    ("de", include_str!("texts/notices/de.txt")),
    ("es", include_str!("texts/notices/es.txt")),
    ("fr", include_str!("texts/notices/fr.txt")),
    ("ar", include_str!("texts/notices/ar.txt")),
    ("hi", include_str!("texts/notices/hi.txt")),
    ("zh", include_str!("texts/notices/zh.txt")),
];

/// What a participant is told of their certificate.
#[derive(Debug, Clone, Serialize)]
pub struct Facts {
    /// The name as printed.
    pub name: String,
    /// The event's title.
    pub event: String,
    /// Who organises it.
    pub organiser: String,
    /// The issuer.
    pub issuer: String,
    /// The certificate's number.
    pub number: String,
    /// The day that it is about: of the revocation, or the last one.
    pub day: Option<String>,
    /// The reason, or the answer, that was given.
    pub reason: Option<String>,
    /// The message's own link.
    pub link: Option<String>,
    /// For how many days the link is good.
    pub link_days: u16,
    /// Whether the PDF is attached.
    pub attached: bool,
    /// Where the public page of the new version is, if there is one.
    pub page: Option<String>,
}

/// Returns the language in which somebody is told.
pub fn language(language: Option<&str>) -> &'static str {
    texts(language).0
}

fn texts(language: Option<&str>) -> (&'static str, &'static str) {
    among(&TEXTS, language)
}

/// Returns the texts that a language is looked up for; the first where there are none.
fn among(all: &[(&'static str, &'static str)], language: Option<&str>) -> (&'static str, &'static str) {
    let ranges = ranges(language);
    let found = ranges.iter().find_map(|range| all.iter().find(|(known, _)| known.eq_ignore_ascii_case(range)));
    *found.unwrap_or(&all[0])
}

/// Writes to a participant.
///
/// # Errors
/// [`TextError`].
pub fn told(topic: Topic, language: Option<&str>, facts: &Facts) -> Result<Content, TextError> {
    let (language, all) = texts(language);
    built(language, text_of(all, topic.name())?, facts)
}

/// Returns the text of a topic.
fn text_of<'t>(all: &'t str, topic: &str) -> Result<&'t str, TextError> {
    let (_, rest) =
        all.split_once(&format!("# {topic}\n")).ok_or_else(|| TextError::Message(format!("no text for {topic}")))?;
    Ok(rest.split_once("\n# ").map_or(rest, |(text, _)| text))
}

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
    /// Whether it sends mail.
    pub sends: bool,
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

/// What somebody is written who gets an account of the service.
#[derive(Debug, Clone, Serialize)]
pub struct Invited {
    /// Who made it, or the link; nothing where nobody is to be named.
    pub by: Option<String>,
    /// The issuer.
    pub issuer: String,
    /// The link to choose a password with.
    pub link: String,
    /// For how many hours it is good.
    pub hours: i64,
    /// Whether it takes the place of an earlier one.
    pub again: bool,
}

/// Returns the language, of those in which members of staff are written to, that somebody means.
pub fn staff_language(wanted: &str) -> &'static str {
    among(&INVITED, Some(wanted)).0
}

/// Writes to somebody who gets an account.
///
/// # Errors
/// [`TextError`].
pub fn invited(language: Option<&str>, facts: &Invited) -> Result<Content, TextError> {
    let (language, text) = among(&INVITED, language);
    built(language, text, facts)
}

/// What a member of staff is written of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountTopic {
    /// The link that they asked for, to set a new password with.
    Reset,
    /// A code of the recovery sheet was used.
    Recovered,
    /// A new recovery sheet was made.
    Printed,
}

/// What there is to say of it.
#[derive(Debug, Clone, Serialize)]
pub struct AccountFacts {
    /// The issuer.
    pub issuer: String,
    /// Whose account it is.
    pub who: String,
    /// Whether it is that of who is written to.
    pub own: bool,
    /// The link.
    pub link: Option<String>,
    /// For how many minutes it is good.
    pub minutes: i64,
}

/// Writes to a member of staff about an account.
///
/// # Errors
/// [`TextError`].
pub fn account(topic: AccountTopic, language: Option<&str>, facts: &AccountFacts) -> Result<Content, TextError> {
    let (language, all) = among(&ACCOUNT, language);
    let topic = match topic {
        AccountTopic::Reset => "reset",
        AccountTopic::Recovered => "recovered",
        AccountTopic::Printed => "printed",
    };
    built(language, text_of(all, topic)?, facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_an_account_is_told_what_was_done_with_its_recovery_sheet() {
        for language in ["en", "de"] {
            let mut texts = std::collections::BTreeSet::new();
            for topic in [AccountTopic::Reset, AccountTopic::Recovered, AccountTopic::Printed] {
                for own in [true, false] {
                    let link =
                        (topic == AccountTopic::Reset).then(|| "https://certs.example.org/password#a.b".to_owned());
                    let (issuer, who) = ("Maps & more".to_owned(), "Ada <b>".to_owned());
                    let facts = AccountFacts { issuer, who, own, link: link.clone(), minutes: 60 };
                    let told = account(topic, Some(language), &facts).unwrap();
                    assert_eq!(told.language, language);
                    assert!(told.subject.contains("Maps & more"), "{}", told.subject);
                    assert!(link.is_none_or(|link| told.text.contains(&format!("\n{link}\n"))), "{}", told.text);
                    assert_eq!(told.text.contains("Ada <b>"), !own && topic != AccountTopic::Reset, "{}", told.text);
                    assert!(!told.text.contains('{') && !told.html.contains("<b>"), "{}", told.text);
                    texts.insert(told.text);
                }
            }
            assert_eq!(texts.len(), 5, "{language}: a link is asked for by its owner alone");
        }
    }

    #[test]
    fn who_gets_an_account_is_written_in_a_language_of_its_pages() {
        for (wanted, language, said) in [
            (Some("de-AT"), "de", "wählen Sie Ihr Passwort. Er gilt einmal, innerhalb von 72 Stunden."),
            (Some("en"), "en", "choose your password. It works once, within 72 hours."),
            (Some("fr"), "en", "choose your password"),
            (None, "en", "choose your password"),
        ] {
            for by in [Some("Ada <b>".to_owned()), None] {
                let link = "https://certs.example.org/password#abcd.efgh".to_owned();
                let facts = Invited {
                    by: by.clone(),
                    issuer: "Maps & more".to_owned(),
                    link: link.clone(),
                    hours: 72,
                    again: false,
                };
                let later = invited(wanted, &Invited { again: true, ..facts.clone() }).unwrap();
                let new =
                    if language == "de" { "Ein früherer gilt nicht mehr" } else { "an earlier one works no more" };
                assert!(later.text.contains(said) && later.text.contains(new), "{}", later.text);
                assert_eq!(later.text.starts_with("Ada <b> "), by.is_some(), "{}", later.text);
                let told = invited(wanted, &facts).unwrap();
                assert!(!told.text.contains(new), "{}", told.text);
                assert_eq!(told.language, language);
                assert!(told.text.contains(said) && told.text.contains(&format!("\n{link}\n")), "{}", told.text);
                assert!(told.subject.ends_with("Maps & more"), "{}", told.subject);
                assert_eq!(told.text.starts_with("Ada <b> "), by.is_some(), "{}", told.text);
                assert!(!told.html.contains("<b>") && told.html.contains("password#abcd.efgh"), "{}", told.html);
            }
        }
    }

    #[test]
    fn participants_are_told_in_their_language_whatever_it_is_about() {
        let topics = [
            Topic::Revoked,
            Topic::Restored,
            Topic::Replaced,
            Topic::Expires,
            Topic::CorrectionMade,
            Topic::CorrectionDeclined,
            Topic::AddressAsked,
            Topic::AddressChanged,
        ];
        for (tag, _) in TEXTS {
            let mut subjects = std::collections::BTreeSet::new();
            for topic in topics {
                for full in [true, false] {
                    let some = |text: &str| full.then(|| text.to_owned());
                    let facts = Facts {
                        name: "Zoë <b>".to_owned(),
                        event: "Maps & more".to_owned(),
                        organiser: "The Office".to_owned(),
                        issuer: "Example Academy".to_owned(),
                        number: "CERT-MAPS-2026-00001".to_owned(),
                        day: Some("DAY".to_owned()),
                        reason: some("REASON"),
                        link: some("https://certs.example.org/m/x"),
                        link_days: 90,
                        attached: full,
                        page: some("https://certs.example.org/c/x"),
                    };
                    let told = told(topic, Some(tag), &facts).unwrap();
                    let (text, what) = (&told.text, topic.name());
                    assert_eq!(told.language, tag);
                    assert!(told.subject.contains("CERT-MAPS-2026-00001"), "{tag} {what}");
                    for said in ["Zoë <b>", "Maps & more", "CERT-MAPS-2026-00001", "The Office"] {
                        assert!(text.contains(said), "{tag} {what}: {text}");
                    }
                    assert!(
                        !text.contains("{{") && !text.contains("{%") && !text.contains('#'),
                        "{tag} {what}: {text}"
                    );
                    assert_eq!(text.contains("https://"), full && topic.has_link(), "{tag} {what}: {text}");
                    let gives_reason = matches!(topic, Topic::Revoked | Topic::CorrectionDeclined);
                    assert_eq!(text.contains("REASON"), full && gives_reason, "{tag} {what}: {text}");
                    let gives_page = matches!(topic, Topic::Replaced | Topic::CorrectionMade);
                    assert_eq!(text.contains("/c/x"), full && gives_page, "{tag} {what}: {text}");
                    let gives_day = matches!(topic, Topic::Revoked | Topic::Expires);
                    assert_eq!(text.contains("DAY"), gives_day, "{tag} {what}: {text}");
                    subjects.insert(told.subject);
                }
            }
            assert_eq!(subjects.len(), topics.len(), "{tag}");
        }
        assert_eq!(language(Some("pt")), "en");
        assert_eq!(language(Some("fr-CA")), "fr");
    }

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
            sends: false,
            link: Some("https://certs.example.org/staff/runs/20261122T101500Z-1f2e3d4c".to_owned()),
            own: true,
            issuer: "Example Academy".to_owned(),
        };
        let told = run_ended(&facts).unwrap();
        assert_eq!(told.subject, "Run ended in MAPS: 3 done, 1 failed");
        assert!(
            told.text.starts_with("The run that issues certificates for “Maps & more” (MAPS) is over, with failures.")
        );
        assert!(told.text.contains("\nDone: 3\nNeeded nothing: 2\nFailed: 1\n\nWhom"), "{}", told.text);
        let mail = run_ended(&RunFacts { sends: true, ..facts.clone() }).unwrap();
        assert_eq!(mail.subject, "Run ended in MAPS: 3 to be sent, 1 failed");
        assert!(mail.text.contains("\nPut into the outbox: 3\nNot sent, for want of"), "{}", mail.text);
        assert!(mail.text.contains("\nWhat became of each message stands under Mail"), "{}", mail.text);
        let bare = RunFacts { event: None, code: None, link: None, own: false, ..facts };
        let told = run_ended(&bare).unwrap();
        assert!(told.subject.starts_with("Run ended: 3 done") && !told.text.contains("http"), "{}", told.text);
    }
}
