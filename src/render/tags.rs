//! What a page says to those who do not see it: marks in its content, and the structure tree above them (ISO 32000-1, 14.6 to 14.8;
//! ISO 14289-1, PDF/UA-1).
//!
//! Items without a tag are artifacts. The elements of what all certificates share are shared too; the tree's root, its document
//! and the order in which it is read are each certificate's own. Numbers of marks go on from the shared content to the own one, as both
//! are content of one page.

use super::base::PAGE;
use super::qr;
use super::syntax::{Objects, number, put, words};
use crate::scene::{GlyphRun, Item, Role, Scene, Tag};

/// Marks the content of a page item by item.
pub(super) struct Marks<'a> {
    tags: &'a [Tag],
    /// Number of the first tag's mark.
    first: u32,
    /// The tag that was met last, or the next one.
    at: usize,
    open: Option<Mark>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Artifact,
    Tag(usize),
}

impl<'a> Marks<'a> {
    pub(super) fn of(tags: &'a [Tag], first: u32) -> Self {
        Self { tags, first, at: 0, open: None }
    }

    /// Opens and closes what has to be before the item with this place.
    pub(super) fn before(&mut self, out: &mut Vec<u8>, item: usize) {
        while self.tags.get(self.at).is_some_and(|tag| tag.items.end <= item) {
            self.at += 1;
        }
        let tagged = self.tags.get(self.at).is_some_and(|tag| tag.items.contains(&item));
        let wanted = if tagged { Mark::Tag(self.at) } else { Mark::Artifact };
        if self.open == Some(wanted) {
            return;
        }
        self.close(out);
        self.open = Some(wanted);
        match wanted {
            Mark::Artifact => out.extend_from_slice(b"/Artifact BMC\n"),
            Mark::Tag(at) => {
                put(out, format_args!("/{}<</MCID {}>>BDC\n", kind(self.tags[at].role), self.first + at as u32));
            }
        }
    }

    /// Ends what is open.
    pub(super) fn close(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            out.extend_from_slice(b"EMC\n");
        }
    }

    /// Returns the language of a run that is not the one of the text in which it stands.
    pub(super) fn other_language<'r>(&self, run: &'r GlyphRun) -> Option<&'r str> {
        let Some(Mark::Tag(at)) = self.open else { return None };
        run.language.as_deref().filter(|language| self.tags[at].language.as_deref() != Some(language))
    }
}

/// The structure type (14.8.4).
fn kind(role: Role) -> &'static str {
    match role {
        Role::Heading => "H1",
        Role::Text => "P",
        Role::Figure | Role::Code => "Figure",
    }
}

/// An element of the tree: when it is read, its own number, and that of the element which the page's mark belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    place: (u32, u32),
    top: u32,
    marked: u32,
}

/// Writes the elements that all certificates share, from number `next` on, and leaves their parent's number to the certificate:
/// [`Tree::of`].
pub(super) fn shared(objects: &mut Objects, base: &Scene, next: &mut u32) -> Vec<Element> {
    // What comes after the last of them is the root, and then the document.
    let document = *next + base.tags.iter().map(|tag| 1 + u32::from(is_spelled(tag))).sum::<u32>() + 1;
    let write = |(mark, tag)| write_element(objects, next, document, (mark, tag), &base.items);
    (0..).zip(&base.tags).map(write).collect()
}

/// Numbers of the tree's upper objects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tree {
    pub(super) root: u32,
    document: u32,
}

/// A link with what it says and its key in the parent tree.
pub(super) struct Described<'a> {
    pub(super) contents: &'a str,
    pub(super) key: u32,
}

impl Tree {
    /// Takes the numbers of the root and the document, which are the first of a certificate's own.
    pub(super) fn of(next: &mut u32) -> Self {
        let tree = Self { root: *next, document: *next + 1 };
        *next += 2;
        tree
    }

    /// Writes the tree: `links` are the numbers of the annotations of the own scene's links, in their order.
    pub(super) fn write(
        self,
        objects: &mut Objects,
        shared: &[Element],
        own: &Scene,
        links: std::ops::Range<u32>,
        next: &mut u32,
    ) {
        let mut elements = shared.to_vec();
        let mut keys = String::new();
        for (mark, tag) in (shared.len() as u32..).zip(&own.tags) {
            let (mut parent, first) = (self.document, *next);
            if let Some(at) = link_of(own, tag) {
                // A link is part of a text (14.8.4.4.2), and the symbol is what can be pressed of it.
                let (paragraph, link, figure) = (*next, *next + 1, *next + 2);
                let annotation = links.start + at;
                objects.object(paragraph, format!("<</S/P/P {parent} 0 R/K {link} 0 R>>").as_bytes());
                let object = format!("<</Type/OBJR/Obj {annotation} 0 R/Pg {PAGE} 0 R>>");
                objects.object(link, format!("<</S/Link/P {paragraph} 0 R/K[{figure} 0 R{object}]>>").as_bytes());
                keys.push_str(&format!(" {} {link} 0 R", at + 1));
                (parent, *next) = (link, figure);
            }
            let element = write_element(objects, next, parent, (mark, tag), &own.items);
            elements.push(Element { top: first, ..element });
        }
        self.write_upper(objects, &mut elements, &keys, links.len());
    }

    fn write_upper(self, objects: &mut Objects, elements: &mut [Element], keys: &str, links: usize) {
        let Self { root, document } = self;
        let mut body = Vec::new();
        put(&mut body, format_args!("<</Type/StructTreeRoot/K {document} 0 R/ParentTree<</Nums[0["));
        elements.iter().for_each(|element| put(&mut body, format_args!("{} 0 R ", element.marked)));
        put(&mut body, format_args!("]{keys}]>>/ParentTreeNextKey {}>>", links + 1));
        objects.object(root, &body);
        elements.sort_by_key(|element| element.place);
        body.clear();
        put(&mut body, format_args!("<</S/Document/P {root} 0 R/K["));
        elements.iter().for_each(|element| put(&mut body, format_args!("{} 0 R ", element.top)));
        body.extend_from_slice(b"]>>");
        objects.object(document, &body);
    }
}

/// Returns what a scene's links say, in their order; nothing of those that no tag holds.
pub(super) fn described(own: &Scene) -> Vec<Option<Described<'_>>> {
    let links = own.items.iter().enumerate().filter(|(_, item)| matches!(item, Item::Link { .. }));
    let tag = |at: usize| own.tags.iter().find(|tag| tag.items.contains(&at) && tag.role == Role::Code);
    (1..).zip(links).map(|(key, (at, _))| Some(Described { contents: &tag(at)?.text, key })).collect()
}

/// Which of the scene's links a tag holds.
fn link_of(own: &Scene, tag: &Tag) -> Option<u32> {
    if tag.role != Role::Code {
        return None;
    }
    let is_link = |at: &usize| matches!(own.items.get(*at), Some(Item::Link { .. }));
    let at = tag.items.clone().find(is_link)?;
    Some((0..at).filter(is_link).count() as u32)
}

/// Whether a text says what it says besides what its glyphs say.
fn is_spelled(tag: &Tag) -> bool {
    matches!(tag.role, Role::Heading | Role::Text) && !tag.text.is_empty()
}

/// Writes an element whose content is marked on the page.
///
/// Where it is spelled, a span below it holds the mark: MuPDF takes the letters of the mark's own element for its glyphs' and turns those
/// from the right round once more.
fn write_element(
    objects: &mut Objects,
    next: &mut u32,
    parent: u32,
    (mark, tag): (u32, &Tag),
    items: &[Item],
) -> Element {
    let top = *next;
    let mut body = Vec::new();
    put(&mut body, format_args!("<</S/{}/P {parent} 0 R", kind(tag.role)));
    let marked = top + u32::from(is_spelled(tag));
    *next = marked + 1;
    let held = format!("/Pg {PAGE} 0 R/K {mark}");
    if marked == top {
        body.extend_from_slice(held.as_bytes());
    } else {
        put(&mut body, format_args!("/K {marked} 0 R"));
        objects.object(marked, format!("<</S/Span/P {top} 0 R{held}>>").as_bytes());
    }
    if let Some(language) = &tag.language {
        body.extend_from_slice(b"/Lang");
        words(&mut body, language);
    }
    match tag.role {
        Role::Heading | Role::Text if tag.text.is_empty() => {}
        Role::Heading | Role::Text => {
            body.extend_from_slice(b"/ActualText");
            words(&mut body, &tag.text);
        }
        Role::Figure | Role::Code => {
            body.extend_from_slice(b"/Alt");
            words(&mut body, &tag.alt);
            // Of what stands on one page as a whole, where it stands (14.8.5.4.3).
            if let Some(bounds) = tag.items.clone().filter_map(|at| bounds(items.get(at)?)).next() {
                body.extend_from_slice(b"/A<</O/Layout/BBox[");
                for edge in bounds {
                    number(&mut body, edge);
                    body.push(b' ');
                }
                body.extend_from_slice(b"]>>");
            }
        }
    }
    body.extend_from_slice(b">>");
    objects.object(top, &body);
    Element { place: tag.place, top, marked }
}

/// Left, bottom, right and top of a picture or symbol.
fn bounds(item: &Item) -> Option<[f32; 4]> {
    match item {
        Item::Image(image) => Some(image.rect),
        Item::Qr(symbol) => {
            let ((x, y), side, white) = (symbol.origin, symbol.side, qr::quiet_zone(symbol));
            Some([x - white, y - white, x + side + white, y + side + white])
        }
        Item::Glyphs(_) | Item::Path(_) | Item::Link { .. } => None,
    }
}
