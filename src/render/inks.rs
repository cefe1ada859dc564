//! Inks of foreign pages (ISO 32000-1, 8.6.6.4 and 8.6.6.5) as an archived file may hold them (ISO 19005-3, 6.2.4.4): whatever goes by
//! one name is one ink, and a mixture says what each of its inks is alone.
//!
//! Looks at all that was imported so far: two pictures may each be in order, and show one ink in two ways. The second then gets a
//! name of its own: what it is shown as stays, and nobody sees the name. A mixture names its inks in several places, and `All` is no
//! ink's name: there it is refused.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object};
use sha2::{Digest, Sha256};

use super::foreign::{MAX_DEPTH, MAX_STREAM};
use super::picture::PictureError;
use super::syntax;

/// Most objects that say what the inks of all pictures are shown as.
const MAX_PARTS: usize = 50_000;
/// Longest name (6.1.13), less what is put behind it.
const MAX_NAME: usize = 127 - 8;
/// What a press has anyway, and what is none: a mixture need not say what they are.
const PROCESS: [&[u8]; 5] = [b"Cyan", b"Magenta", b"Yellow", b"Black", b"None"];
/// Names that say what is to be done, and not by which ink.
const WORDS: [&[u8]; 2] = [b"All", b"None"];
/// Entries of a stream that say how it is stored.
const STORED: [&[u8]; 3] = [b"Length", b"Filter", b"DecodeParms"];

const AMBIGUOUS: &str = "is shown in two ways; convert it to RGB";
const UNEXPLAINED: &str = "is mixed with others, and nothing says what it is alone; convert it to RGB";
const TOO_COMPLEX: PictureError = PictureError::TooComplex { format: "PDF" };

/// Makes each ink of the document the only one of its name.
pub(super) fn settle(document: &mut Document) -> Result<(), PictureError> {
    let mut spaces = Vec::new();
    document.objects.values().for_each(|object| spaces_in(object, &mut spaces));
    if spaces.is_empty() {
        return Ok(());
    }
    let mut inks = Inks { document, known: BTreeMap::new(), left: MAX_PARTS };
    // Mixtures first: what they name keeps its name.
    spaces.iter().try_for_each(|space| inks.mixture(space))?;
    spaces.iter().try_for_each(|space| inks.alone(space))?;
    let names = inks.new_names();
    if names.is_empty() {
        return Ok(());
    }
    let mut objects = document.objects.clone();
    inks.left = MAX_PARTS;
    objects.values_mut().try_for_each(|object| inks.rename(object, &names))?;
    document.objects = objects;
    Ok(())
}

/// Colour spaces of one ink and of several, wherever they stand in an object.
fn spaces_in<'a>(object: &'a Object, found: &mut Vec<&'a [Object]>) {
    match object {
        Object::Array(items) => {
            if let Some(Object::Name(family)) = items.first()
                && (family == b"Separation" || family == b"DeviceN")
            {
                found.push(items);
            }
            items.iter().for_each(|item| spaces_in(item, found));
        }
        Object::Dictionary(entries) => entries.iter().for_each(|(_, value)| spaces_in(value, found)),
        Object::Stream(stream) => stream.dict.iter().for_each(|(_, value)| spaces_in(value, found)),
        _ => {}
    }
}

/// Digest of what an ink is shown as: its other colour space, and the function that leads there.
type Shown = [u8; 32];
/// New names, by the old one and what goes by it.
type Names = BTreeMap<(Vec<u8>, Shown), Vec<u8>>;

struct Inks<'a> {
    document: &'a Document,
    /// By their names, all that goes by it in the order in which it was found.
    known: BTreeMap<Vec<u8>, Vec<Shown>>,
    /// Objects that may still be looked at.
    left: usize,
}

impl<'a> Inks<'a> {
    fn there<'b>(&self, object: &'b Object) -> &'b Object
    where
        'a: 'b,
    {
        self.document.dereference(object).map_or(&Object::Null, |(_, object)| object)
    }

    /// `[/Separation name alternate tint]`: its name, and what it is shown as.
    fn ink<'b>(&mut self, space: &'b [Object]) -> Result<Option<(&'b [u8], Shown)>, PictureError>
    where
        'a: 'b,
    {
        let [family, name, shown @ ..] = space else { return Ok(None) };
        let (Ok(b"Separation"), Ok(name)) = (family.as_name(), self.there(name).as_name()) else { return Ok(None) };
        let mut hash = Sha256::new();
        shown.iter().take(2).try_for_each(|object| self.feed(&mut hash, object, 0))?;
        Ok(Some((name, hash.finalize().into())))
    }

    /// Remembers an ink; returns how many there are now of its name.
    fn learn(&mut self, name: &[u8], shown: Shown) -> usize {
        let known = self.known.entry(name.to_vec()).or_default();
        if !known.contains(&shown) {
            known.push(shown);
        }
        known.len()
    }

    /// `[/DeviceN names alternate tint attributes]`: what its inks are alone stands in `/Colorants`.
    fn mixture(&mut self, space: &'a [Object]) -> Result<(), PictureError> {
        let document = self.document;
        let [family, names, ..] = space else { return Ok(()) };
        let (Ok(b"DeviceN"), Ok(names)) = (family.as_name(), self.there(names).as_array()) else { return Ok(()) };
        let attributes = space.get(4).and_then(|attributes| self.there(attributes).as_dict().ok());
        let entry = |key: &[u8]| attributes.and_then(|all| all.get_deref(key, document).and_then(Object::as_dict).ok());
        let colorants = entry(b"Colorants");
        let components = entry(b"Process").and_then(|process| process.get_deref(b"Components", document).ok());
        let components = components.and_then(|components| components.as_array().ok()).map_or(&[][..], Vec::as_slice);
        for name in names.iter().filter_map(|name| self.there(name).as_name().ok()) {
            let of_press = components.iter().any(|one| self.there(one).as_name().is_ok_and(|one| one == name));
            let said = colorants.is_some_and(|colorants| colorants.has(name));
            if !(of_press || said || PROCESS.contains(&name)) {
                return Err(refused(name, UNEXPLAINED));
            }
        }
        for (_, ink) in colorants.into_iter().flat_map(Dictionary::iter) {
            let Ok(ink) = self.there(ink).as_array() else { continue };
            if let Some((name, shown)) = self.ink(ink)?
                && self.learn(name, shown) > 1
            {
                return Err(refused(name, AMBIGUOUS));
            }
        }
        Ok(())
    }

    fn alone(&mut self, space: &'a [Object]) -> Result<(), PictureError> {
        if let Some((name, shown)) = self.ink(space)?
            && self.learn(name, shown) > 1
            && WORDS.contains(&name)
        {
            return Err(refused(name, AMBIGUOUS));
        }
        Ok(())
    }

    /// Names for all inks but the first of each name.
    fn new_names(&self) -> Names {
        let mut names = Names::new();
        for (name, all) in &self.known {
            let mut number = 1;
            for shown in &all[1..] {
                let new = loop {
                    number += 1;
                    let start = &name[..name.len().min(MAX_NAME)];
                    let new = [start, format!("-{number}").as_bytes()].concat();
                    if !self.known.contains_key(&new) {
                        break new;
                    }
                };
                names.insert((name.clone(), *shown), new);
            }
        }
        names
    }

    fn rename(&mut self, object: &mut Object, names: &Names) -> Result<(), PictureError> {
        match object {
            Object::Array(items) => {
                let ink = self.ink(items)?.map(|(name, shown)| (name.to_vec(), shown));
                if let Some(new) = ink.and_then(|ink| names.get(&ink)) {
                    items[1] = Object::Name(new.clone());
                }
                items.iter_mut().try_for_each(|item| self.rename(item, names))
            }
            Object::Dictionary(entries) => entries.iter_mut().try_for_each(|(_, value)| self.rename(value, names)),
            Object::Stream(stream) => stream.dict.iter_mut().try_for_each(|(_, value)| self.rename(value, names)),
            _ => Ok(()),
        }
    }

    /// Feeds an object as it is, however it is stored: objects are compared, and not what they come to.
    fn feed(&mut self, hash: &mut Sha256, object: &Object, depth: usize) -> Result<(), PictureError> {
        self.left = self.left.checked_sub(1).filter(|_| depth <= MAX_DEPTH).ok_or(TOO_COMPLEX)?;
        let document = self.document;
        match document.dereference(object).map_or(&Object::Null, |(_, object)| object) {
            Object::Array(items) => {
                hash.update(b"[");
                items.iter().try_for_each(|item| self.feed(hash, item, depth + 1))?;
                hash.update(b"]");
            }
            Object::Dictionary(entries) => self.feed_entries(hash, entries, &[], depth)?,
            Object::Stream(stream) => {
                self.feed_entries(hash, &stream.dict, &STORED, depth)?;
                let filters = stream.filters().unwrap_or_default();
                let plain =
                    if filters.is_empty() { None } else { stream.decompressed_content_with_limit(MAX_STREAM).ok() };
                hash.update(Sha256::digest(plain.as_ref().unwrap_or(&stream.content)));
            }
            plain => {
                let mut text = Vec::new();
                syntax::object(&mut text, plain, &|_| None);
                text.push(b' ');
                hash.update(text);
            }
        }
        Ok(())
    }

    fn feed_entries(
        &mut self,
        hash: &mut Sha256,
        entries: &Dictionary,
        without: &[&[u8]],
        depth: usize,
    ) -> Result<(), PictureError> {
        let sorted: BTreeMap<_, _> = entries.iter().filter(|(key, _)| !without.contains(&key.as_slice())).collect();
        hash.update(b"<<");
        for (key, value) in sorted {
            self.feed(hash, &Object::Name(key.clone()), depth + 1)?;
            self.feed(hash, value, depth + 1)?;
        }
        hash.update(b">>");
        Ok(())
    }
}

fn refused(ink: &[u8], reason: &'static str) -> PictureError {
    PictureError::PdfInk { ink: String::from_utf8_lossy(ink).chars().take(80).collect(), reason }
}
