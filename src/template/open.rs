//! The texts of a template that differ from certificate to certificate, for who fills them in another way than the layout does.

use super::layout::Layout;
use super::model::TextBox;
use super::placeholder::Piece;

/// A text with what it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenText {
    /// Where it stands, and how it looks.
    pub place: TextBox,
    /// Where its first base line is, in points from above.
    pub base_line: f32,
    /// What it says.
    pub parts: Vec<OpenPart>,
    /// The placeholders of which none may be empty, or it falls away.
    pub needs: Vec<String>,
}

/// A part of such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenPart {
    /// The template's own words.
    Words(String),
    /// A placeholder's name.
    Placeholder(String),
}

impl Layout {
    /// Returns the texts that it does not know yet.
    pub fn open(&self) -> Vec<OpenText> {
        self.open_texts()
            .map(|(place, [pieces, when], base_line)| OpenText::of(place, pieces, when, base_line))
            .collect()
    }
}

impl OpenText {
    fn of(place: &TextBox, pieces: &[Piece], when: &[Piece], base_line: f32) -> Self {
        let name = |piece: &Piece| match piece {
            Piece::Text(name) | Piece::Date { name, .. } => Some(name.clone()),
            Piece::Literal(_) => None,
        };
        let part = |piece: &Piece| match piece {
            Piece::Literal(words) => OpenPart::Words(words.clone()),
            Piece::Text(name) | Piece::Date { name, .. } => OpenPart::Placeholder(name.clone()),
        };
        let own: &[Piece] = if place.optional { pieces } else { &[] };
        let mut needs: Vec<String> = when.iter().chain(own).filter_map(name).collect();
        needs.sort();
        needs.dedup();
        Self { place: place.clone(), base_line, parts: pieces.iter().map(part).collect(), needs }
    }
}
