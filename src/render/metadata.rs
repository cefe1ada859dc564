//! What a file says about itself: XMP (ISO 16684-1), the information dictionary that must agree with it
//! (ISO 19005-3, 6.6.2.3), and the identifiers of the trailer.

use data_encoding::HEXUPPER;
use sha2::{Digest, Sha256};

use super::CertificateMeta;
use super::syntax::{put, text};
use crate::credential::Timestamp;

/// Which standards a file says that it keeps to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Claims {
    /// PDF/A-3b.
    pub(super) archived: bool,
    /// PDF/UA-1.
    pub(super) read_aloud: bool,
}

/// PDF/UA's own entry (ISO 14289-1, 5), and what PDF/A wants to be told of a schema that it does not know (ISO 19005-3, 6.6.2.3.3).
const READ_ALOUD: &[u8] = b"<pdfuaid:part>1</pdfuaid:part>\n\
    <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\"><pdfaSchema:schema>PDF/UA</pdfaSchema:schema>\
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">\
    <pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
    <pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289\
    </pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>\n";
/// Its prefixes.
const READ_ALOUD_PREFIXES: &[u8] = b" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\" \
    xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" \
    xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\"";

/// Returns the XMP packet of a file.
pub(super) fn xmp(meta: &CertificateMeta, producer: &str, claims: Claims) -> Vec<u8> {
    let mut out = Vec::with_capacity(2600);
    put(&mut out, format_args!("<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"));
    out.extend_from_slice(
        b"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
          <rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
          xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
          xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"",
    );
    if claims.read_aloud {
        out.extend_from_slice(READ_ALOUD_PREFIXES);
    }
    out.extend_from_slice(b">\n");
    if claims.archived {
        out.extend_from_slice(b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\n");
    }
    if claims.read_aloud {
        out.extend_from_slice(READ_ALOUD);
    }
    out.extend_from_slice(b"<dc:format>application/pdf</dc:format>\n");
    let one = |name, value: &str| format!("<{name}>{}</{name}>\n", escaped(value));
    let list = |name, kind, attribute, value: &str| {
        format!("<{name}><rdf:{kind}><rdf:li{attribute}>{}</rdf:li></rdf:{kind}></{name}>\n", escaped(value))
    };
    let filled = |value: &str, element: String| if value.is_empty() { String::new() } else { element };
    let date = meta.created.to_string();
    for element in [
        list("dc:title", "Alt", " xml:lang=\"x-default\"", &meta.title),
        filled(&meta.author, list("dc:creator", "Seq", "", &meta.author)),
        filled(&meta.subject, list("dc:description", "Alt", " xml:lang=\"x-default\"", &meta.subject)),
        filled(&meta.language, list("dc:language", "Bag", "", &meta.language)),
        filled(&meta.id, one("dc:identifier", &meta.id)),
        one("xmp:CreateDate", &date),
        one("xmp:ModifyDate", &date),
        one("xmp:MetadataDate", &date),
        filled(producer, one("xmp:CreatorTool", producer) + &one("pdf:Producer", producer)),
    ] {
        out.extend_from_slice(element.as_bytes());
    }
    out.extend_from_slice(b"</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
    out
}

/// Returns the information dictionary (ISO 32000-1, 14.3.3).
pub(super) fn information(meta: &CertificateMeta, producer: &str) -> Vec<u8> {
    let mut out = b"<<".to_vec();
    let entries = [("Title", &*meta.title), ("Author", &meta.author), ("Subject", &meta.subject)];
    for (key, value) in entries.into_iter().chain([("Creator", producer), ("Producer", producer)]) {
        if !value.is_empty() || key == "Title" {
            put(&mut out, format_args!("/{key}{}", text(&printable(value))));
        }
    }
    let date = pdf_date(meta.created);
    put(&mut out, format_args!("/CreationDate{date}/ModDate{date}>>"));
    out
}

/// Returns a date as 7.9.4 has it, in UTC.
pub(super) fn pdf_date(at: Timestamp) -> String {
    let digits: String = at.to_string().chars().filter(char::is_ascii_digit).collect();
    format!("(D:{digits}Z)")
}

/// Returns the two file identifiers of 14.4: one for the credential, one for this very file, both by hash.
pub(super) fn identifiers(id: &str, shared: &[u8; 32], own: &[u8]) -> [String; 2] {
    let permanent = Sha256::digest(id.as_bytes());
    let this = Sha256::new().chain_update(shared).chain_update(own).finalize();
    [&permanent[..16], &this[..16]].map(|bytes| HEXUPPER.encode(bytes))
}

/// Replaces what XML 1.0 cannot hold: the same in both places, so that they agree.
fn printable(value: &str) -> String {
    value.chars().map(|c| if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c }).collect()
}

fn escaped(value: &str) -> String {
    printable(value).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_cannot_be_broken_by_a_title() {
        let created = Timestamp::from_unix(0);
        let [author, subject, language, id, verify_url, jws] = [const { String::new() }; 6];
        let title = "a <b> & \u{1} ]]>".into();
        let meta = CertificateMeta { title, author, subject, language, created, id, verify_url, jws };
        let xmp = String::from_utf8(xmp(&meta, "", Claims::default())).unwrap();
        assert!(xmp.contains("a &lt;b&gt; &amp;   ]]&gt;"), "{xmp}");
        assert!(!xmp.contains("dc:creator"));
        let information = String::from_utf8(information(&meta, "")).unwrap();
        assert!(information.contains("/Title(a <b> &   ]]>)"), "{information}");
    }

    #[test]
    fn dates_are_utc() {
        assert_eq!(pdf_date("2026-05-01T07:08:09Z".parse().unwrap()), "(D:20260501070809Z)");
    }
}
