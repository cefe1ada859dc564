//! A certificate's page for wallets: what all of its event have as outlines, what differs as text with Mustache tags that name members
//! of the credential (mustache(5); W3C VC Rendering Methods, render suite `svg-mustache`).
//!
//! Who fills it has other fonts and no rules for names that are too long, so that it is like the PDF and not the same. The code is left
//! out: it is no member of the credential. So is every text that prints what is none, such as a column of the list.

use std::collections::BTreeMap;
use std::fmt::Write;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::record::{self, Constants};
use super::{FaceError, Faces, Proven};
use crate::render::escaped;
use crate::scene::Drawing;
use crate::store::Store;
use crate::template::{Align, Layout, OpenPart, OpenText, Template};

/// Of a millimetre.
const POINTS: f32 = 72.0 / 25.4;
/// Placeholders, and the members of the credential that fill them. Dates are as they are signed: Mustache has no words for them.
const MEMBERS: [(&str, &str); 11] = [
    ("participant_name", "credentialSubject.identifier.0.identityHash"),
    ("certificate_number", "credentialSubject.licenseNumber"),
    ("credential_id", "id"),
    ("result", "credentialSubject.result.0.value"),
    ("term", "credentialSubject.term"),
    ("role", "credentialSubject.role"),
    ("credits", "credentialSubject.creditsEarned"),
    ("issue_date", "validFrom"),
    ("valid_until", "validUntil"),
    ("event_starts", "credentialSubject.activityStartDate"),
    ("event_ends", "credentialSubject.activityEndDate"),
];

/// What is the same on all certificates of an event, of its credential alone.
fn shared(proven: &Proven, verifier: &str) -> (Constants, BTreeMap<String, String>) {
    let (certificate, document) = (proven.certificate(), proven.document());
    let constants = Constants::of(document, &certificate.fields, verifier);
    let mut values = constants.values().clone();
    let filled = record::of(document, &certificate.fields, certificate.days, verifier).fields;
    for name in ["verify_url", "event_code"] {
        values.extend(filled.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    (constants, values)
}

/// Returns what tells the page of a certificate from others: its event, and from what it is drawn.
pub fn wallet_page_key(proven: &Proven, verifier: &str) -> String {
    let (constants, _) = shared(proven, verifier);
    let certificate = proven.certificate();
    let parts = format!("{} {} {}", Drawing::default().number(), certificate.template.bundle, constants.digest());
    format!("{}/{}", certificate.number.event(), HEXLOWER.encode(&Sha256::digest(parts)))
}

/// Draws the page.
///
/// # Errors
/// When the template is not in the store, or what is shared cannot be laid out.
pub fn wallet_page(faces: &Faces, store: &dyn Store, proven: &Proven, verifier: &str) -> Result<String, FaceError> {
    let bundle = &proven.certificate().template.bundle;
    let missing = || FaceError::TemplateMissing(bundle.to_string());
    let template = Template::from_bundle(&store.blob(bundle)?.ok_or_else(missing)?)?;
    let (_, values) = shared(proven, verifier);
    let layout = Layout::with_constants(&template, faces.fonts(), &values)?;
    let page = faces.svg(&[layout.base()], &layout, &template.document().title)?;
    // What stands there already holds no tag, whatever the title says.
    let mut page = page.replace('{', "&#123;");
    let end = page.rfind("</g>").unwrap_or(page.len());
    let texts: String = layout.open().iter().filter_map(|text| written(text, &values)).collect();
    page.insert_str(end, &texts);
    Ok(page)
}

fn member(placeholder: &str) -> Option<&'static str> {
    MEMBERS.iter().find(|(name, _)| *name == placeholder).map(|(_, member)| *member)
}

/// Words in which nothing is a tag or markup.
fn plain(words: &str) -> String {
    escaped(words).replace('{', "&#123;").replace('"', "&quot;")
}

/// A text as an element, in sections of what it needs; nothing if the credential does not say all of it.
fn written(text: &OpenText, values: &BTreeMap<String, String>) -> Option<String> {
    let mut says = String::new();
    for part in &text.parts {
        match part {
            OpenPart::Words(words) => says.push_str(&plain(words)),
            OpenPart::Placeholder(name) => match values.get(name) {
                Some(value) => says.push_str(&plain(value)),
                // In two braces Mustache escapes what would be markup.
                None => says.push_str(&format!("{{{{{}}}}}", member(name)?)),
            },
        }
    }
    let mut needs = Vec::new();
    for name in &text.needs {
        match values.get(name) {
            Some(value) if value.is_empty() => return None,
            Some(_) => {}
            None => needs.push(member(name)?),
        }
    }
    let open: String = needs.iter().map(|member| format!("{{{{#{member}}}}}")).collect();
    let close: String = needs.iter().rev().map(|member| format!("{{{{/{member}}}}}")).collect();
    Some(format!("{open}{}{says}</text>{close}\n", element(text)))
}

/// The beginning of the element.
fn element(text: &OpenText) -> String {
    let place = &text.place;
    let (share, anchor) = match place.align {
        Align::Left => (0.0, "start"),
        Align::Center => (0.5, "middle"),
        Align::Right => (1.0, "end"),
    };
    let x = (place.x + place.width * share) * POINTS;
    let [r, g, b] = place.color.0;
    let mut out = format!("<text x=\"{x:.2}\" y=\"{:.2}\" font-size=\"{}\"", text.base_line, place.size);
    // Writing into a text does not fail.
    let _ = write!(out, " font-family=\"{}, sans-serif\" font-weight=\"{}\"", plain(&place.font), place.weight);
    let _ = write!(out, " fill=\"#{r:02x}{g:02x}{b:02x}\" text-anchor=\"{anchor}\"");
    if place.italic {
        out.push_str(" font-style=\"italic\"");
    }
    if place.letter_spacing != 0.0 {
        let _ = write!(out, " letter-spacing=\"{:.2}\"", place.letter_spacing * place.size);
    }
    if place.upper_case {
        out.push_str(" style=\"text-transform:uppercase\"");
    }
    out.push('>');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::FontLibrary;

    /// A text of a template, as the layout has it.
    fn written_of(text: &str, more: &str) -> Option<String> {
        let json = format!(
            r#"{{"testamur":1,"title":"T","elements":[{{"type":"text","text":{},"x":10,"y":10,"width":200,"height":20,"size":20{more}}}]}}"#,
            serde_json::json!(text)
        );
        let template = Template::new(json.as_bytes(), BTreeMap::new()).unwrap();
        let layout = Layout::new(&template, &FontLibrary::builtin()).unwrap();
        let values = BTreeMap::from([("organization_name".to_owned(), "{{id}} & <Sons>".to_owned())]);
        written(&layout.open()[0], &values)
    }

    #[test]
    fn what_differs_is_a_tag_and_nothing_else_can_be_one() {
        let text = written_of("{{{{ {participant_name} of {organization_name} \"<b>\"", "").unwrap();
        let says = text.split_once('>').unwrap().1;
        assert_eq!(
            says,
            "&#123;&#123; {{credentialSubject.identifier.0.identityHash}} of &#123;&#123;id}} &amp; &lt;Sons&gt; &quot;&lt;b&gt;&quot;</text>\n"
        );
        // A column of the list is no member of the credential.
        assert_eq!(written_of("{participant_name} {score}", ""), None);
    }

    #[test]
    fn what_falls_away_on_paper_stands_in_a_section() {
        let text = written_of("Term: {term}", r#","optional":true,"align":"right""#).unwrap();
        assert!(text.starts_with("{{#credentialSubject.term}}<text x=\"595.28\""), "{text}");
        assert!(text.ends_with("Term: {{credentialSubject.term}}</text>{{/credentialSubject.term}}\n"), "{text}");
        assert!(text.contains("text-anchor=\"end\""));
        let when = written_of("Valid until", r#","when":"{valid_until}""#).unwrap();
        assert!(when.starts_with("{{#validUntil}}") && when.ends_with("Valid until</text>{{/validUntil}}\n"), "{when}");
    }
}
