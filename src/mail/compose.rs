//! What a letter says: texts from templates with listed placeholders, in the language of who gets it, as plain text and HTML.
//!
//! Templates are strict (what is not listed is an error), include nothing, and have a limit on work and on size. The HTML is
//! made from the plain text: nobody writes markup, so nothing that stands in a name is any.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Mailbox;
use crate::store::Premise;

/// Placeholders that a text may use.
pub const PLACEHOLDERS: [&str; 12] = [
    "name",
    "event",
    "organiser",
    "issuer",
    "number",
    "issued_on",
    "valid_until",
    "verify",
    "link",
    "link_days",
    "attached",
    REPLACES,
];
/// The placeholder of a text that says itself when a certificate takes the place of another version.
const REPLACES: &str = "replaces";
/// What templates have besides.
const FUNCTIONS: [&str; 5] = ["debug", "dict", "loop", "namespace", "range"];
/// Steps that one text may take.
const FUEL: u64 = 20_000;
/// What a subject is called where it is rendered.
const SUBJECT: &str = "subject.txt";
/// Longest name that somebody may have meant for a placeholder, in characters.
const NAME_CHARS: usize = 30;
/// Longest subject, in characters.
const SUBJECT_CHARS: usize = 200;
/// Longest text, in characters.
const TEXT_CHARS: usize = 20_000;
/// Texts of its own that one event may have.
pub const MOST_TEXTS: usize = 30;
const LAYOUT: &str = include_str!("texts/letter.html");
/// The built-in texts by language; the first is for all others.
const BUILT_IN: [(&str, &str); 7] = [
    ("en", include_str!("texts/en.txt")),
    ("de", include_str!("texts/de.txt")),
    ("es", include_str!("texts/es.txt")),
    ("fr", include_str!("texts/fr.txt")),
    ("ar", include_str!("texts/ar.txt")),
    ("hi", include_str!("texts/hi.txt")),
    ("zh", include_str!("texts/zh.txt")),
];

/// Why a text cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It does not hold together, or uses what there is not.
    #[error("{}", at(.is_subject, .line, .problem))]
    Template {
        /// Whether it is the subject.
        is_subject: bool,
        /// Where.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The subject is empty, too long, or would end its line.
    #[error("the subject must be one line of 1 to {SUBJECT_CHARS} characters")]
    Subject,
    /// The text is empty or too long.
    #[error("the text must have 1 to {TEXT_CHARS} characters")]
    Length,
    /// The message could not be put together.
    #[error("the message cannot be put together: {0}")]
    Message(String),
}

/// Says where something is wrong: a subject has one line.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "thiserror gives references")]
fn at(is_subject: &bool, line: &usize, problem: &str) -> String {
    if *is_subject { problem.to_owned() } else { format!("line {line}: {problem}") }
}

impl TextError {
    /// Returns what it is about: the subject, or the text.
    pub const fn part(&self) -> &'static str {
        match self {
            Self::Subject | Self::Template { is_subject: true, .. } => "subject",
            _ => "text",
        }
    }
}

/// A text of an event's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnText {
    /// For this language, as `de` or `pt-BR`; for all others if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "de")]
    pub language: Option<String>,
    /// The subject, with placeholders.
    #[schema(example = "Your certificate: {{ event }}", max_length = 200)]
    pub subject: String,
    /// The text, with placeholders; a blank line begins a paragraph.
    #[schema(example = "Dear {{ name }},\n\nyour certificate is attached.", max_length = 20_000)]
    pub text: String,
}

impl OwnText {
    /// Checks that it can be written for anybody.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn check(&self) -> Result<(), TextError> {
        for (is_subject, source) in [(true, &self.subject), (false, &self.text)] {
            braces(is_subject, source)?;
        }
        for facts in [Facts::sample(true), Facts::sample(false)] {
            written(&self.subject, &self.text, &facts)?;
        }
        Ok(())
    }
}

/// What a text can say.
#[derive(Debug, Clone, Serialize)]
pub struct Facts {
    /// The name of who gets it, as printed.
    pub name: String,
    /// The event's title.
    pub event: String,
    /// Who organises it; the issuer where nobody is named.
    pub organiser: String,
    /// The issuer.
    pub issuer: String,
    /// The certificate's number.
    pub number: String,
    /// The day of issue.
    pub issued_on: String,
    /// The last day of its validity.
    pub valid_until: Option<String>,
    /// Where it can be checked.
    pub verify: String,
    /// The message's own link.
    pub link: Option<String>,
    /// For how many days the link is good.
    pub link_days: u16,
    /// Whether the PDF is attached.
    pub attached: bool,
    /// Whether it takes the place of a version that they were sent.
    pub replaces: bool,
}

impl Facts {
    fn sample(full: bool) -> Self {
        let text = "Zoë Ångström".to_owned();
        Self {
            name: text.clone(),
            event: text.clone(),
            organiser: text.clone(),
            issuer: text.clone(),
            number: "CERT-WORKSHOP-2026-00001".to_owned(),
            issued_on: "1".to_owned(),
            valid_until: full.then(|| "1".to_owned()),
            verify: "https://example.org".to_owned(),
            link: full.then(|| "https://example.org/m/x".to_owned()),
            link_days: 90,
            attached: !full,
            replaces: full,
        }
    }
}

/// What a letter says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Content {
    /// The language that it is written in.
    #[schema(example = "de")]
    pub language: String,
    /// The subject.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

impl Content {
    /// Returns the same with a picture by which it is counted that it was opened, and a last line that says so.
    ///
    /// # Errors
    /// [`TextError::Message`].
    pub fn counted(self, picture: &str, issuer: &str) -> Result<Self, TextError> {
        let said = super::opens::said(&self.language, issuer);
        let text = format!("{}\n\n{said}\n", self.text.trim_end());
        let html = html(&self.language, &self.subject, &text, Some(picture))?;
        Ok(Self { text, html, ..self })
    }

    /// Returns what a plain text says, with its addresses as links where it is shown as HTML.
    ///
    /// # Errors
    /// [`TextError::Message`].
    pub fn plain(language: &str, subject: String, text: String) -> Result<Self, TextError> {
        let html = html(language, &subject, &text, None)?;
        Ok(Self { language: language.to_owned(), subject, text, html })
    }
}

/// A letter that is ready to go.
#[derive(Debug, Clone)]
pub struct Letter {
    /// To whom.
    pub to: Mailbox,
    /// The message.
    pub mime: Vec<u8>,
    /// Which version of a certificate it holds, if it is about one.
    pub version: Option<u32>,
    /// What it rests on.
    pub given: Vec<Premise>,
}

/// Writes a letter: by the event's own text for the language, or for all; else by the built-in one.
///
/// # Errors
/// [`TextError`].
pub fn write(own: &[OwnText], language: Option<&str>, facts: &Facts) -> Result<Content, TextError> {
    let (language, subject, text) = chosen(own, language);
    let (subject, text) = written(subject, text, facts)?;
    let html = html(&language, &subject, &text, None)?;
    Ok(Content { language, subject, text, html })
}

/// Writes a letter by a text that is built in: `Subject: `, a blank line, the text.
///
/// # Errors
/// [`TextError`].
pub(super) fn built(language: &str, whole: &str, facts: &impl Serialize) -> Result<Content, TextError> {
    let (subject, text) = halves(whole);
    let (subject, text) = written(subject, text, facts)?;
    Content::plain(language, subject, text)
}

fn halves(whole: &str) -> (&str, &str) {
    let (subject, text) = whole.split_once("\n\n").unwrap_or((whole, ""));
    (subject.trim_start_matches("Subject: "), text)
}

/// Returns the language that a letter to somebody is written in.
pub fn language(own: &[OwnText], language: Option<&str>) -> String {
    chosen(own, language).0
}

/// Returns the text for a language: its tag, the subject and the text.
fn chosen<'t>(own: &'t [OwnText], language: Option<&str>) -> (String, &'t str, &'t str) {
    let ranges = ranges(language);
    let of = |range: Option<&str>| {
        own.iter().find(|text| match (text.language.as_deref(), range) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            (one, other) => one.is_none() && other.is_none(),
        })
    };
    let found = ranges.iter().find_map(|range| of(Some(range))).or_else(|| of(None));
    match found {
        Some(own) => {
            let language = own.language.clone().or(language.map(str::to_owned)).unwrap_or_else(|| "en".to_owned());
            (language, own.subject.as_str(), own.text.as_str())
        }
        None => {
            let (language, whole) = built_in(language);
            let (subject, text) = halves(whole);
            (language.to_owned(), subject, text)
        }
    }
}

/// Returns the language that a built-in text is written in for somebody.
pub fn built_in_language(language: Option<&str>) -> &'static str {
    built_in(language).0
}

/// Returns the built-in text for a language as it can be changed: subject and text, with placeholders.
pub fn built_in_text(language: Option<&str>) -> (&'static str, &'static str) {
    halves(built_in(language).1)
}

fn built_in(language: Option<&str>) -> (&'static str, &'static str) {
    let ranges = ranges(language);
    let found = ranges.iter().find_map(|range| BUILT_IN.iter().find(|(known, _)| known.eq_ignore_ascii_case(range)));
    *found.unwrap_or(&BUILT_IN[0])
}

/// Returns the tags that a language is looked up by: `pt-BR`, then `pt` (RFC 4647 section 3.4).
pub(super) fn ranges(language: Option<&str>) -> Vec<&str> {
    let (mut ranges, mut rest) = (Vec::new(), language.filter(|tag| !tag.is_empty()));
    while let Some(tag) = rest {
        ranges.push(tag);
        rest = tag.rfind(['-', '_']).map(|end| &tag[..end]);
    }
    ranges
}

fn environment<'e>() -> Environment<'e> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment
}

/// Refuses what somebody wrote for a placeholder with single braces: it would be printed as it stands.
fn braces(is_subject: bool, source: &str) -> Result<(), TextError> {
    for (at, _) in source.match_indices('{') {
        let (before, after) = (&source[..at], &source[at + 1..]);
        let Some((inner, behind)) = after.split_once('}').filter(|_| !before.ends_with('{')) else { continue };
        let name = inner.trim();
        let is_name =
            (1..=NAME_CHARS).contains(&name.chars().count()) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_name && !behind.starts_with('}') {
            let line = before.lines().count().max(1) + usize::from(before.ends_with('\n'));
            let problem =
                format!("`{{{inner}}}` would be sent as it stands: a placeholder has two braces on each side");
            return Err(TextError::Template { is_subject, line, problem });
        }
    }
    Ok(())
}

/// Says whether it is an event's own text that is written to somebody, and itself says when a certificate takes the place of another
/// version. A built-in one congratulates.
pub fn says_replaces(own: &[OwnText], language: Option<&str>) -> bool {
    let (_, subject, text) = chosen(own, language);
    let says = |source: &str| {
        let environment = environment();
        let template = environment.template_from_str(source);
        template.is_ok_and(|template| template.undeclared_variables(false).contains(REPLACES))
    };
    says(subject) || says(text)
}

/// Returns the first name in a template that is none of the placeholders.
fn unknown(source: &str) -> Option<String> {
    let environment = environment();
    let template = environment.template_from_str(source).ok()?;
    let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    unknown.sort();
    unknown.into_iter().find(|name| !PLACEHOLDERS.contains(&name.as_str()) && !FUNCTIONS.contains(&name.as_str()))
}

fn rendered(name: &str, source: &str, facts: &impl Serialize) -> Result<String, TextError> {
    let facts = minijinja::Value::from(Serde(facts));
    environment().render_named_str(name, source, facts).map_err(|error| {
        let problem = match error.kind() {
            ErrorKind::UndefinedError => {
                let name = unknown(source).map_or_else(|| "it uses what".to_owned(), |name| format!("`{name}`"));
                format!("{name} there is not; there are: {}", PLACEHOLDERS.join(", "))
            }
            ErrorKind::OutOfFuel => "takes too much work".to_owned(),
            kind => error.detail().map_or_else(|| kind.to_string(), str::to_owned),
        };
        TextError::Template { is_subject: name == SUBJECT, line: error.line().unwrap_or(1), problem }
    })
}

/// Returns subject and text with the facts in them.
fn written(subject: &str, text: &str, facts: &impl Serialize) -> Result<(String, String), TextError> {
    if subject.chars().count() > TEXT_CHARS || text.chars().count() > TEXT_CHARS {
        return Err(TextError::Length);
    }
    let subject = rendered(SUBJECT, subject, facts)?.trim().to_owned();
    let ends_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if subject.is_empty() || subject.chars().count() > SUBJECT_CHARS || subject.chars().any(ends_line) {
        return Err(TextError::Subject);
    }
    let text = rendered("text.txt", text, facts)?;
    // Lines without spaces at their ends, and never two blank ones together.
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    let text = lines.join("\n").trim_end().to_owned();
    let commands = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.trim().is_empty() || text.chars().count() > TEXT_CHARS || text.chars().any(commands) {
        return Err(TextError::Length);
    }
    Ok((subject, format!("{text}\n")))
}

/// A piece of a line of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Piece<'t> {
    /// Whether it is an address that leads somewhere.
    pub link: bool,
    /// What stands there.
    pub text: &'t str,
}

#[derive(Serialize)]
struct Page<'t> {
    language: &'t str,
    subject: &'t str,
    paragraphs: Vec<Vec<Vec<Piece<'t>>>>,
    picture: Option<&'t str>,
}

/// Returns a plain text as HTML: paragraphs, lines, and addresses as links.
fn html(language: &str, subject: &str, text: &str, picture: Option<&str>) -> Result<String, TextError> {
    let page = Page { language, subject, paragraphs: paragraphs(text), picture };
    let facts = minijinja::Value::from(Serde(&page));
    let mut environment = environment();
    // As long as the text is; its length is limited.
    environment.set_fuel(None);
    environment.render_named_str("letter.html", LAYOUT, facts).map_err(|error| TextError::Message(error.to_string()))
}

/// Returns the paragraphs of a plain text, line by line.
pub fn paragraphs(text: &str) -> Vec<Vec<Vec<Piece<'_>>>> {
    text.split("\n\n").map(|paragraph| paragraph.trim_matches('\n').lines().map(pieces).collect()).collect()
}

fn pieces(line: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), line);
    while let Some(at) = ["https://", "http://"].iter().filter_map(|start| rest.find(start)).min() {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| c.is_whitespace() || "<>\"'()".contains(c)).unwrap_or(from.len());
        let address = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
        pieces.push(Piece { link: false, text: before });
        pieces.push(Piece { link: true, text: address });
        rest = &from[address.len()..];
    }
    pieces.push(Piece { link: false, text: rest });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            name: "Zoë <b>Ångström</b>".to_owned(),
            event: "Maps & more".to_owned(),
            link: Some("https://certs.example.org/m/abc".to_owned()),
            attached: true,
            ..Facts::sample(true)
        }
    }

    #[test]
    fn a_letter_is_written_in_the_language_of_who_gets_it_or_in_english() {
        for (language, word) in [
            (Some("de-AT"), "Glückwunsch"),
            (Some("de"), "Glückwunsch"),
            (Some("fr-CA"), "félicitations"),
            (Some("es"), "enhorabuena"),
            (Some("ar"), "تهانينا"),
            (Some("hi"), "बधाई"),
            (Some("zh-Hant-TW"), "恭喜"),
            (Some("tr"), "congratulations"),
            (None, "congratulations"),
        ] {
            let content = write(&[], language, &facts()).unwrap();
            assert!(content.text.contains(word), "{language:?}: {}", content.text);
            assert!(content.html.contains(&format!("lang=\"{}\"", content.language)));
            assert!(!content.text.contains("\n\n\n") && !content.text.contains("{{"), "{}", content.text);
        }
    }

    #[test]
    fn what_stands_in_a_name_is_no_markup_and_addresses_are_links() {
        let content = write(&[], None, &facts()).unwrap();
        assert!(content.text.contains("Dear Zoë <b>Ångström</b>,"));
        assert!(content.html.contains("Zoë &lt;b&gt;Ångström&lt;") && content.html.contains("Maps &amp; more"));
        assert!(!content.html.contains("<b>"), "{}", content.html);
        assert!(
            content.html.contains("<a href=\"https:&#x2f;&#x2f;certs.example.org&#x2f;m&#x2f;abc\""),
            "{}",
            content.html
        );
    }

    #[test]
    fn an_own_text_is_found_by_language_and_checked_before_it_is_used() {
        let own = |language: Option<&str>, text: &str| OwnText {
            language: language.map(str::to_owned),
            subject: "{{ event }}".to_owned(),
            text: text.to_owned(),
        };
        let texts = [own(Some("pt"), "Olá {{ name }}"), own(None, "Hi {{ name }}")];
        assert!(write(&texts, Some("pt-BR"), &facts()).unwrap().text.starts_with("Olá"));
        assert!(write(&texts, Some("de"), &facts()).unwrap().text.starts_with("Hi"));
        assert!(write(&texts[..1], Some("de"), &facts()).unwrap().text.starts_with("Guten Tag"));
        for (wrong, says) in [
            ("{{ nmae }}", "line 1: `nmae` there is not; there are: name, event"),
            ("{% if link %}{{ lnk }}{% endif %}", "`lnk` there is not"),
            ("Hallo\n{name}, hier", "line 2: `{name}` would be sent as it stands"),
            ("{ titel }", "two braces on each side"),
            ("{{ name", "line 1"),
            ("{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}", "work"),
            ("{% include 'x' %}", "line 1"),
            ("", "characters"),
            ("{{ name * 5000 }}", "characters"),
        ] {
            let refused = own(None, wrong).check().unwrap_err().to_string();
            assert!(refused.contains(says), "{wrong}: {refused}");
        }
        let subject = OwnText { subject: "a{{ '\\r\\nBcc: eve@example.org' }}".to_owned(), ..own(None, "x") };
        assert_eq!(subject.check(), Err(TextError::Subject));
        let subject = OwnText { subject: "Dein Zertifikat {{ titel }}".to_owned(), ..own(None, "x") };
        let refused = subject.check().unwrap_err();
        assert_eq!(refused.part(), "subject");
        assert!(refused.to_string().starts_with("`titel` there is not"), "{refused}");
        for fine in ["{{ name }} and {{name}}", "a { b", "{}", "{1, 2}", "{% if link %}x{% endif %}y"] {
            own(None, fine).check().unwrap();
        }
        for (language, _) in BUILT_IN {
            let (subject, text) = built_in_text(Some(language));
            OwnText { subject: subject.to_owned(), ..own(None, text) }.check().unwrap();
        }
        own(None, "{% if link %}{{ link }}{% else %}{{ verify }}{% endif %}").check().unwrap();
    }
}
