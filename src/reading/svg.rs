//! The credential baked into an SVG badge: in the element `openbadges:credential`, as JSON or as a JWS in its attribute `verify`
//! (Open Badges 3.0 section 5.3.2). Nothing is drawn: what the badge shows is its maker's business.

use memchr::memmem;

use super::text::{self, Held};
use super::{Kind, ReadingError, Source};

/// The element, by the prefix that the standard gives its namespace, and the namespace.
const ELEMENT: &[u8] = b"<openbadges:credential";
const NAMESPACE: &[u8] = b"https://purl.imsglobal.org/ob/v3p0";

/// Says whether a drawing has a credential baked in, or says that it has.
pub(super) fn is_baked(bytes: &[u8]) -> bool {
    [ELEMENT, NAMESPACE].iter().all(|sign| memmem::find(bytes, sign).is_some())
}

/// Reads the credential, and whatever else is written in the drawing.
pub(super) fn read(bytes: &[u8]) -> Result<Held, ReadingError> {
    let mut held = text::read(bytes, false)?;
    let Some(found) = &mut held.found else { return Err(ReadingError::Kind("an SVG drawing".to_owned())) };
    found.kind = Kind::Svg;
    found.candidates.iter_mut().for_each(|candidate| candidate.source = Source::BakedSvg);
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::super::{Found, read};
    use super::*;

    const HEAD: &str =
        "<?xml version=\"1.0\"?>\n<svg xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\" viewBox=\"0 0 9 9\">";

    fn found(inside: &str) -> Result<Found, ReadingError> {
        read(format!("{HEAD}<openbadges:credential{inside}</openbadges:credential><path d=\"M1 1\"/></svg>").as_bytes())
    }

    #[test]
    fn what_is_baked_into_a_drawing_is_found_as_json_and_as_a_jws() {
        let one = r#"{"@context":["a"],"b":"]]\u003e","proof":{"proofValue":"z"}}"#;
        let baked = found(&format!("><![CDATA[\n{one}\n]]>")).unwrap();
        let told: Vec<_> = baked.candidates.iter().map(|one| (&one.text[..], one.source)).collect();
        assert_eq!((baked.kind, told), (Kind::Svg, vec![(one, Source::BakedSvg)]));
        let part = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        let header = part(r#"{"alg":"EdDSA","kid":"did:web:x.example#k","typ":"vc+jwt"}"#);
        let jws = format!("{header}.{}.{}", part("{\"credentialSubject\":\"a\"}"), "A".repeat(86));
        let baked = found(&format!(" verify=\"{jws}\">")).unwrap();
        assert_eq!((baked.candidates.len(), &baked.candidates[0].text), (1, &jws));
    }

    #[test]
    fn a_drawing_without_one_is_a_drawing() {
        let refused = ReadingError::Kind("an SVG drawing".to_owned());
        assert_eq!(found(">nothing"), Err(refused.clone()));
        assert_eq!(read(format!("{HEAD}</svg>").as_bytes()), Err(refused));
    }
}
