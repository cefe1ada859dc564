//! One certificate: the base's bytes, then what is its own, as one revision without updates.

use std::collections::BTreeMap;

use super::base::{
    ATTACHMENT, ATTACHMENT_SPEC, BASE_CONTENT, Base, CATALOG, CONTENT, INFORMATION, METADATA, PAGE, PAGES, PROFILE,
    links, subsets as subsets_of, table_line, write_fonts,
};
use super::content::Fonts;
use super::fonts::{self, FontUse};
use super::metadata::Claims;
use super::syntax::{Objects, number, put, text, words};
use super::tags::{self, Described, Marks, Tree};
use super::{RenderError, content, metadata};
use crate::credential::Timestamp;
use crate::deflate::quick;
use crate::scene::{Drawing, FontId, FontSource, Item, Scene};

/// Name of the attached credential.
const ATTACHMENT_NAME: &str = "credential.jwt";
/// Bytes to expect of a certificate's own part: the file is written without growing its buffer.
const OWN_BYTES: usize = 24 * 1024;

/// What a certificate's file says about itself.
#[derive(Debug, Clone)]
pub struct CertificateMeta {
    /// Shown in a reader's window.
    pub title: String,
    /// The issuer's name; empty: left out.
    pub author: String,
    /// One sentence; empty: left out.
    pub subject: String,
    /// BCP 47 tag of the page's language; empty: the scene's, and by older rules it is left out.
    pub language: String,
    /// When the credential was issued.
    pub created: Timestamp,
    /// The credential's id.
    pub id: String,
    /// Where the links lead.
    pub verify_url: String,
    /// The signed credential that is attached; empty: none is.
    pub jws: String,
}

impl Base {
    /// Writes one certificate as a file that is PDF/A-3b and PDF/UA-1: `own` holds the items that differ. It does not say that it is
    /// either where [`Base::unchecked`] names a picture, nor that it is PDF/UA where nothing is tagged, or a link is not.
    ///
    /// # Errors
    /// When a font cannot be embedded, or the scene holds a picture.
    pub fn certificate(
        &self,
        own: &Scene,
        faces: &dyn FontSource,
        meta: &CertificateMeta,
    ) -> Result<Vec<u8>, RenderError> {
        let (subsets, own_subsets) = self.own_fonts(own, faces)?;
        let marks = (own.drawing >= Drawing::Fifth).then(|| Marks::of(&own.tags, self.elements.len() as u32));
        let (drawn, known) = content::draw(&own.items, marks, &subsets, &[]);
        let mut objects = self.opened();
        objects.stream(CONTENT, "/Filter/FlateDecode", &quick(&drawn, &known));
        let mut next = self.next;
        let is_tagged = own.drawing >= Drawing::Fifth && self.elements.len() + own.tags.len() > 0;
        let tree = is_tagged.then(|| Tree::of(&mut next));
        let own_fonts = write_fonts(&mut objects, own_subsets.values(), &mut next);
        let described = if is_tagged { tags::described(own) } else { Vec::new() };
        let links = self.write_links(&mut objects, own, &described, &meta.verify_url, &mut next);
        if let Some(tree) = tree {
            let own_links = links.start + self.links.len() as u32..links.end;
            tree.write(&mut objects, &self.elements, own, own_links, &mut next);
        }
        self.write_page(&mut objects, (PAGE, PAGES), &[BASE_CONTENT, CONTENT], &own_fonts, (links, tree));
        let meta = &CertificateMeta { language: self.language(own, meta), ..meta.clone() };
        let is_described = described.iter().all(Option::is_some) && self.links.is_empty();
        let read_aloud = is_tagged && is_described && !meta.language.is_empty() && !meta.title.is_empty();
        let claims = Claims { archived: self.archived, read_aloud: self.archived && read_aloud };
        if meta.jws.is_empty() {
            // Their numbers are taken in every file that this base begins.
            [ATTACHMENT, ATTACHMENT_SPEC].into_iter().for_each(|number| objects.object(number, b"null"));
        } else {
            write_attachment(&mut objects, meta);
        }
        objects.object(INFORMATION, &metadata::information(meta, &self.producer));
        objects.stream(METADATA, "/Type/Metadata/Subtype/XML", &metadata::xmp(meta, &self.producer, claims));
        self.write_catalog(&mut objects, meta, tree);
        Ok(self.finish(objects, &meta.id, next))
    }

    /// Writes the page with what all certificates share alone, to be drawn and thrown away.
    pub(super) fn shared_page(&self) -> Vec<u8> {
        let mut objects = self.opened();
        self.write_page(&mut objects, (PAGE, PAGES), &[BASE_CONTENT], "", (0..0, None));
        self.bare(objects, PAGES, self.next)
    }

    /// Writes a page for each part of what is a certificate's own, to be drawn over what is shared and thrown away.
    pub(super) fn own_pages(
        &self,
        own: &Scene,
        parts: &[Vec<&Item>],
        faces: &dyn FontSource,
    ) -> Result<Vec<u8>, RenderError> {
        let (subsets, own_subsets) = self.own_fonts(own, faces)?;
        let mut objects = self.opened();
        let mut next = self.next;
        let own_fonts = write_fonts(&mut objects, own_subsets.values(), &mut next);
        let (tree, mut pages) = (next, String::new());
        for part in parts {
            let (content, page) = (next + 1, next + 2);
            next = page;
            objects.stream(content, "", &content::draw(part.iter().copied(), None, &subsets, &[]).0);
            self.write_page(&mut objects, (page, tree), &[content], &own_fonts, (0..0, None));
            pages.push_str(&format!("{page} 0 R "));
        }
        objects.object(tree, format!("<</Type/Pages/Count {}/Kids[{pages}]>>", parts.len()).as_bytes());
        Ok(self.bare(objects, tree, next + 1))
    }

    /// The fonts of a certificate's own items, and those of them that it brings.
    fn own_fonts(&self, own: &Scene, faces: &dyn FontSource) -> Result<(Fonts, Fonts), RenderError> {
        if own.items.iter().any(|item| matches!(item, Item::Image(_))) {
            return Err(RenderError::PictureInCertificate);
        }
        let mut used = fonts::uses(&own.items, own.drawing, faces);
        let mut subsets = self.shared_fonts(&used);
        used.retain(|id, _| !subsets.contains_key(id));
        let own_subsets = subsets_of(used, 'D', |id, used| self.kept.subset(id, faces.face(id), used))?;
        subsets.extend(own_subsets.iter().map(|(id, own)| (*id, own.clone())));
        Ok((subsets, own_subsets))
    }

    /// A file that begins with the shared part.
    fn opened(&self) -> Objects {
        let mut bytes = Vec::with_capacity(self.bytes.len() + OWN_BYTES);
        bytes.extend_from_slice(&self.bytes);
        Objects { bytes, entries: Vec::with_capacity(32) }
    }

    /// Ends a file that has pages and nothing to say about itself.
    fn bare(&self, mut objects: Objects, pages: u32, next: u32) -> Vec<u8> {
        objects.object(CATALOG, format!("<</Type/Catalog/Pages {pages} 0 R>>").as_bytes());
        // Their numbers are taken in every file that this base begins.
        for number in [PAGE, CONTENT, INFORMATION, METADATA, ATTACHMENT, ATTACHMENT_SPEC] {
            if !objects.entries.iter().any(|entry| entry.0 == number) {
                objects.object(number, b"null");
            }
        }
        self.finish(objects, "", next)
    }

    /// The fonts of the shared part that have all that is used of them.
    fn shared_fonts(&self, used: &BTreeMap<FontId, FontUse<'_>>) -> Fonts {
        let shared =
            self.subsets.iter().filter(|(id, (_, subset))| used.get(id).is_some_and(|used| subset.has_all(used)));
        shared.map(|(id, font)| (*id, font.clone())).collect()
    }

    /// The language of the page.
    fn language(&self, own: &Scene, meta: &CertificateMeta) -> String {
        let is_said = !meta.language.is_empty() || own.drawing < Drawing::Fifth;
        if is_said { meta.language.clone() } else { own.language.clone() }
    }

    fn write_catalog(&self, objects: &mut Objects, meta: &CertificateMeta, tree: Option<Tree>) {
        let mut body = b"<</Type/Catalog".to_vec();
        body.extend_from_slice(&self.catalog);
        if let Some(tree) = tree {
            put(&mut body, format_args!("/StructTreeRoot {} 0 R/MarkInfo<</Marked true>>", tree.root));
        }
        if !meta.language.is_empty() {
            put(&mut body, format_args!("/Lang{}", text(&meta.language)));
        }
        put(&mut body, format_args!("/Pages {PAGES} 0 R/Metadata {METADATA} 0 R"));
        if !meta.jws.is_empty() {
            put(&mut body, format_args!("/AF[{ATTACHMENT_SPEC} 0 R]"));
            put(
                &mut body,
                format_args!("/Names<</EmbeddedFiles<</Names[({ATTACHMENT_NAME}){ATTACHMENT_SPEC} 0 R]>>>>"),
            );
        }
        // ISO 19005-3, 6.2.3: the intent says what RGB means.
        put(&mut body, format_args!("/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)"));
        put(&mut body, format_args!("/Info(sRGB IEC61966-2.1)/DestOutputProfile {PROFILE} 0 R>>]"));
        body.extend_from_slice(b"/ViewerPreferences<</DisplayDocTitle true>>>>");
        objects.object(CATALOG, &body);
    }

    fn write_page(
        &self,
        objects: &mut Objects,
        (page, tree): (u32, u32),
        contents: &[u32],
        own_fonts: &str,
        (links, tagged): (std::ops::Range<u32>, Option<Tree>),
    ) {
        let mut body = b"<</Type/Page".to_vec();
        body.extend_from_slice(&self.page);
        if tagged.is_some() {
            // Annotations are met in the order of the structure (ISO 14289-1, 7.18.3).
            body.extend_from_slice(b"/StructParents 0/Tabs/S");
        }
        let contents = contents.iter().map(|number| format!("{number} 0 R")).collect::<Vec<_>>().join(" ");
        put(&mut body, format_args!("/Parent {tree} 0 R/Contents[{contents}]"));
        put(&mut body, format_args!("/Resources<</Font<<{}{own_fonts}>>/XObject<<{}>>>>", self.fonts, self.pictures));
        if self.transparent {
            body.extend_from_slice(b"/Group<</Type/Group/S/Transparency/CS/DeviceRGB>>");
        }
        if !links.is_empty() {
            body.extend_from_slice(b"/Annots[");
            links.for_each(|link| put(&mut body, format_args!("{link} 0 R ")));
            body.push(b']');
        }
        body.extend_from_slice(b">>");
        objects.object(page, &body);
    }

    /// Writes a link annotation per area (12.5.6.5) and returns their numbers.
    fn write_links(
        &self,
        objects: &mut Objects,
        own: &Scene,
        described: &[Option<Described<'_>>],
        url: &str,
        next: &mut u32,
    ) -> std::ops::Range<u32> {
        let first = *next;
        let url = text(&ascii(url));
        let own =
            links(&own.items).into_iter().zip(described.iter().map(Option::as_ref).chain(std::iter::repeat(None)));
        for (rect, described) in self.links.iter().map(|rect| (*rect, None)).chain(own) {
            let mut body = b"<</Type/Annot/Subtype/Link/Rect[".to_vec();
            for edge in rect {
                number(&mut body, edge);
                body.push(b' ');
            }
            // F 4: an annotation that is seen must also be printed (ISO 19005-3, 6.3.2).
            put(&mut body, format_args!("]/Border[0 0 0]/F 4/A<</S/URI/URI{url}>>"));
            if let Some(Described { contents, key }) = described {
                put(&mut body, format_args!("/StructParent {key}/Contents"));
                words(&mut body, contents);
            }
            body.extend_from_slice(b">>");
            objects.object(*next, &body);
            *next += 1;
        }
        first..*next
    }

    /// Appends cross-reference table and trailer. A classic table: shared lines are copied, any reader can rebuild it,
    /// and an object stream would save about 1 KB but cost a second DEFLATE run.
    fn finish(&self, mut objects: Objects, id: &str, next: u32) -> Vec<u8> {
        objects.entries.push((PAGES, self.pages_at));
        objects.entries.sort_unstable();
        let start = objects.bytes.len();
        let identifiers = metadata::identifiers(id, &self.digest, &objects.bytes[self.bytes.len()..]);
        let out = &mut objects.bytes;
        put(out, format_args!("xref\n0 {next}\n0000000000 65535 f \n"));
        let (low, high) = objects.entries.split_at(objects.entries.partition_point(|entry| entry.0 < self.next));
        low.iter().for_each(|entry| table_line(out, entry.1));
        out.extend_from_slice(&self.table);
        high.iter().for_each(|entry| table_line(out, entry.1));
        let [permanent, this] = identifiers;
        put(out, format_args!("trailer\n<</Size {next}/Root {CATALOG} 0 R/Info {INFORMATION} 0 R"));
        put(out, format_args!("/ID[<{permanent}><{this}>]>>\nstartxref\n{start}\n%%EOF\n"));
        objects.bytes
    }
}

/// Writes the signed credential as an associated file (ISO 19005-3, 6.8).
fn write_attachment(objects: &mut Objects, meta: &CertificateMeta) {
    let date = metadata::pdf_date(meta.created);
    let size = meta.jws.len();
    let entries = format!(
        "/Type/EmbeddedFile/Subtype/application#2Fvc+jwt/Params<</Size {size}/CreationDate{date}/ModDate{date}>>"
    );
    // Not compressed: a signed text hardly shrinks, and any tool can find it.
    objects.stream(ATTACHMENT, &entries, meta.jws.as_bytes());
    let body = format!(
        "<</Type/Filespec/F({ATTACHMENT_NAME})/UF({ATTACHMENT_NAME})/Desc(Signed credential)\
         /AFRelationship/Data/EF<</F {ATTACHMENT} 0 R/UF {ATTACHMENT} 0 R>>>>"
    );
    objects.object(ATTACHMENT_SPEC, body.as_bytes());
}

/// Percent-encodes what a URI action cannot hold (12.6.4.7: 7-bit ASCII).
fn ascii(url: &str) -> String {
    let mut encoded = String::with_capacity(url.len());
    for byte in url.bytes() {
        match byte {
            0x21..=0x7e => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_is_seven_bit() {
        assert_eq!(super::ascii("https://é.example/#1 2"), "https://%C3%A9.example/#1%202");
    }
}
