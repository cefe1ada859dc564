//! Links on the pages of a PDF (ISO 32000-2 sections 12.5.6.5 and 12.6.4.8): one may be the text of a certificate's QR code,
//! which whoever clicks on it takes for the page's own.

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Dict, String as PdfString};

use super::super::pieces::{Event, Sink};
use super::super::{CANDIDATES, Candidate, Cut, Source, text};
use super::{PAGES, annotations};

/// Links that are looked at, and the longest of them in bytes.
const LINKS: usize = 1_000;
const LINK_BYTES: usize = 256 << 10;

/// Tells the credentials in links. That of the page itself is the one that was found before.
pub(super) fn tell(pdf: &Pdf, sink: &mut dyn Sink) {
    let mut known: Vec<String> = Vec::new();
    let pages = pdf.pages().iter().take(PAGES).flat_map(|page| annotations(page).0);
    for (index, uri) in pages.filter_map(|annotation| uri(&annotation)).enumerate() {
        let credentials = text::beside(&uri).filter(|_| index < LINKS && uri.len() <= LINK_BYTES);
        let Some(credentials) = credentials.filter(|found| known.len() + found.len() <= CANDIDATES) else {
            return sink.tell(Event::Cut(Cut::Leftover));
        };
        for text in credentials {
            if !known.contains(&text) {
                known.push(text.clone());
                sink.tell(Event::Candidate(Candidate { text, source: Source::Link }));
            }
        }
    }
}

fn uri(annotation: &Dict<'_>) -> Option<Vec<u8>> {
    let uri = annotation.get::<Dict<'_>>("A")?.get::<PdfString<'_>>("URI")?;
    Some(uri.as_bytes().to_vec())
}
