//! The pieces of a file, as they are told one after the other while it is read: by this process, or by one of its own
//! that may end in the middle. What was told until then counts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::container::Told;
use super::{Candidate, Cut, Found, Kind, ReadingError};

/// What is learned while a file is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Event {
    /// A piece begins; its way through the containers that it lies in.
    Begin(Option<String>),
    /// It is a container: its members follow as pieces of their own.
    Opened,
    /// What it is.
    Kind(Kind),
    /// What may be a credential.
    Candidate(Candidate),
    /// What a PDF's pages print.
    Printed(String),
    /// Which of them are pictures and nothing else.
    Pictures(BTreeSet<usize>),
    /// Something lies over a PDF's pages.
    DrawnOver,
    /// A part of it is not looked at.
    Cut(Cut),
    /// It cannot be read.
    Failed(ReadingError),
    /// It is nothing that could be a certificate; says what it is.
    Aside(String),
    /// The piece is over.
    End,
}

/// Who is told.
pub(super) trait Sink {
    /// Takes what was learned.
    fn tell(&mut self, event: Event);

    /// Says before a page is drawn whether there is time for it, and grants it its time.
    fn has_time(&mut self) -> bool {
        true
    }

    /// Says whether the time for all pieces is used up.
    fn is_over(&self) -> bool {
        false
    }

    /// Takes all that was found in a file.
    fn found(&mut self, found: Found) {
        self.tell(Event::Kind(found.kind));
        for candidate in found.candidates {
            self.tell(Event::Candidate(candidate));
        }
        if let Some(cut) = found.cut {
            self.tell(Event::Cut(cut));
        }
    }
}

/// A file, or one of those that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its way through the containers that it lies in, as `certificates.zip/CERT-A.pdf`; none for the file itself.
    pub name: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of reading a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was read.
    Found(Found),
    /// It could not be read.
    Failed(ReadingError),
    /// It is nothing that could be a certificate, such as a letter's text; says what it is.
    Aside(String),
}

/// Puts pieces together from what is told.
#[derive(Default)]
pub(super) struct Gathering {
    pieces: Vec<Piece>,
    current: Option<Current>,
    told: Told,
}

/// A piece that is being read.
struct Current {
    name: Option<String>,
    found: Found,
    /// What ends the piece in another way.
    other: Option<Outcome>,
    is_container: bool,
}

impl Sink for Gathering {
    fn tell(&mut self, event: Event) {
        let Some(current) = &mut self.current else {
            if let Event::Begin(name) = event {
                self.told.begun += 1;
                let found = Found::nothing(Kind::Pdf);
                self.current = Some(Current { name, found, other: None, is_container: false });
            }
            return;
        };
        match event {
            Event::Begin(_) => {}
            Event::Opened => current.is_container = true,
            Event::Kind(kind) => current.found.kind = kind,
            Event::Candidate(candidate) => current.found.candidates.push(candidate),
            Event::Printed(text) => current.found.printed = Some(text),
            Event::Pictures(pages) => current.found.pictures = pages,
            Event::DrawnOver => current.found.drawn_over = true,
            Event::Cut(cut) => current.found.cut = Some(cut),
            Event::Failed(error) => current.other = Some(Outcome::Failed(error)),
            Event::Aside(what) => current.other = Some(Outcome::Aside(what)),
            Event::End => self.end(),
        }
    }
}

impl Gathering {
    fn end(&mut self) {
        if let Some(Current { name, found, other, is_container }) = self.current.take()
            && !is_container
        {
            self.pieces.push(Piece { name, outcome: other.unwrap_or(Outcome::Found(found)) });
        }
    }

    /// Takes that reading was ended, and says whether it can go on behind the piece that it was at.
    pub(super) fn broken(&mut self, error: ReadingError) -> bool {
        let Some(current) = &mut self.current else { return false };
        self.told.deadly.push(self.told.begun - 1);
        // What was found until then is judged; that there may be more is never forgotten.
        if current.found.candidates.is_empty() {
            current.other = Some(Outcome::Failed(error));
        } else {
            current.found.cut = Some(Cut::Pages);
        }
        current.is_container = false;
        self.end();
        true
    }

    /// Returns the pieces, and that the rest of the file was not looked at.
    pub(super) fn leaving(mut self, error: ReadingError) -> Vec<Piece> {
        self.pieces.push(Piece { name: None, outcome: Outcome::Failed(error) });
        self.pieces
    }

    /// True if the only piece begun is the file itself, and no container.
    pub(super) fn is_single(&self) -> bool {
        matches!(&self.pieces[..], [Piece { name: None, .. }])
    }

    /// Returns which pieces need not be told again.
    pub(super) fn told(&self) -> &Told {
        &self.told
    }

    /// Returns the pieces.
    pub(super) fn into_pieces(self) -> Vec<Piece> {
        self.pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Source;

    fn begun(name: &str) -> Gathering {
        let mut gathering = Gathering::default();
        gathering.tell(Event::Begin(Some(name.into())));
        gathering
    }

    #[test]
    fn what_was_found_before_reading_was_ended_counts_and_is_never_whole() {
        let mut gathering = begun("a.pdf");
        let candidate = Candidate { text: "x".into(), source: Source::Attachment };
        gathering.tell(Event::Candidate(candidate.clone()));
        assert!(gathering.broken(ReadingError::Ended));
        assert_eq!((gathering.told().begun, &gathering.told().deadly[..]), (1, &[0][..]));
        let found = Found { candidates: vec![candidate], cut: Some(Cut::Pages), ..Found::nothing(Kind::Pdf) };
        assert_eq!(gathering.into_pieces(), [Piece { name: Some("a.pdf".into()), outcome: Outcome::Found(found) }]);
    }

    #[test]
    fn a_piece_of_which_nothing_is_known_could_not_be_read() {
        let mut gathering = begun("a.pdf");
        gathering.tell(Event::Opened);
        assert!(gathering.broken(ReadingError::Ended));
        assert!(!gathering.broken(ReadingError::Ended), "nothing was begun since");
        let pieces = gathering.into_pieces();
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].outcome, Outcome::Failed(ReadingError::Ended));
    }
}
