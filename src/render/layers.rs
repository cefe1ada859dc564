//! Optional content of a foreign PDF (ISO 32000-1, 8.11): which layers are off, and a page without what lies on them.
//!
//! A certificate has no layers to switch. What is off when the file is opened, or is set not to be shown or not to be
//! printed, is left out; everything else is there for good.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::operations::{Operation, operations};
use super::picture::PictureError;

/// Most levels of a visibility expression (table 99).
const MAX_EXPRESSION: usize = 16;
const IN_TEXT: PictureError = PictureError::PdfRefused(
    "a hidden layer lies in the middle of a line of text; delete it or show it, and export again",
);

/// The layers of a document.
#[derive(Debug, Default)]
pub(super) struct Layers {
    off: BTreeSet<ObjectId>,
}

impl Layers {
    /// Reads the default configuration (8.11.4.3).
    pub(super) fn of(source: &Document) -> Self {
        Self::read(source).unwrap_or_default()
    }

    fn read(source: &Document) -> Option<Self> {
        let properties = dictionary(source, source.catalog().ok()?.get(b"OCProperties").ok()?)?;
        let mut off = BTreeSet::new();
        if let Some(config) = properties.get(b"D").ok().and_then(|d| dictionary(source, d)) {
            let base = config.get_deref(b"BaseState", source).and_then(Object::as_name).unwrap_or(b"ON");
            if base == b"OFF" {
                off.extend(groups(source, properties, b"OCGs"));
                let on: BTreeSet<_> = groups(source, config, b"ON").collect();
                off.retain(|group| !on.contains(group));
            }
            off.extend(groups(source, config, b"OFF"));
        }
        // Viewers apply a usage when /AS tells them to; here a layer that is not meant for the screen or for paper is left
        // out in any case, since a certificate is both.
        off.extend(groups(source, properties, b"OCGs").filter(|group| is_unused(source, *group)));
        Some(Self { off })
    }

    /// Says whether an object with these entries lies on a layer that is off.
    pub(super) fn hide(&self, source: &Document, entries: &Dictionary) -> bool {
        entries.get(b"OC").is_ok_and(|membership| !self.shows(source, membership))
    }

    /// Says whether an object is a layer or a membership in some.
    pub(super) fn is_membership(source: &Document, object: &Object) -> bool {
        dictionary(source, object).is_some_and(|entries| entries.has_type(b"OCG") || entries.has_type(b"OCMD"))
    }

    /// A group, or a membership dictionary (8.11.2.2) with its policy or expression.
    fn shows(&self, source: &Document, membership: &Object) -> bool {
        let Some(entries) = dictionary(source, membership) else { return true };
        if !entries.has_type(b"OCMD") {
            return membership.as_reference().is_ok_and(|id| !self.off.contains(&id)) || membership.as_dict().is_ok();
        }
        if let Ok(Object::Array(expression)) = entries.get_deref(b"VE", source) {
            return self.holds(source, expression, 0);
        }
        let mut states = match entries.get(b"OCGs") {
            Ok(Object::Reference(id)) if dictionary(source, &Object::Reference(*id)).is_some() => vec![*id],
            Ok(_) => groups(source, entries, b"OCGs").collect(),
            Err(_) => return true,
        }
        .into_iter()
        .map(|id| !self.off.contains(&id))
        .peekable();
        if states.peek().is_none() {
            return true;
        }
        match entries.get_deref(b"P", source).and_then(Object::as_name).unwrap_or(b"AnyOn") {
            b"AllOn" => states.all(|on| on),
            b"AnyOff" => states.any(|on| !on),
            b"AllOff" => states.all(|on| !on),
            _ => states.any(|on| on),
        }
    }

    fn holds(&self, source: &Document, expression: &[Object], depth: usize) -> bool {
        let Some((operator, operands)) = expression.split_first().filter(|_| depth < MAX_EXPRESSION) else {
            return true;
        };
        let mut values = operands.iter().map(|operand| match source.dereference(operand) {
            Ok((_, Object::Array(inner))) => self.holds(source, inner, depth + 1),
            _ => self.shows(source, operand),
        });
        match operator.as_name().unwrap_or_default() {
            b"Not" => !values.next().unwrap_or(false),
            b"Or" => values.any(|value| value),
            _ => values.all(|value| value),
        }
    }

    /// Content without what is marked as lying on a layer that is off (8.11.3.2), and without the marks. What is left out
    /// still sets the graphics state, as a viewer would have it.
    ///
    /// # Errors
    /// When text follows on the same line as hidden text: where it would stand is not known here.
    pub(super) fn without_hidden(
        &self,
        source: &Document,
        resources: &Dictionary,
        content: Vec<u8>,
    ) -> Result<Vec<u8>, PictureError> {
        if !content.windows(3).any(|window| window == b"/OC") {
            return Ok(content);
        }
        let properties = resources.get_deref(b"Properties", source).and_then(Object::as_dict).ok();
        let is_hidden = |name: &[u8]| {
            properties.and_then(|properties| properties.get(name).ok()).is_some_and(|mark| !self.shows(source, mark))
        };
        let mut cut = Cut::default();
        for operation in operations(&content) {
            cut.take(&operation, &is_hidden)?;
        }
        Ok(cut.out)
    }
}

/// A marked-content sequence that is open.
#[derive(Clone, Copy)]
struct Mark {
    hides: bool,
    dropped: bool,
}

#[derive(Default)]
struct Cut {
    out: Vec<u8>,
    marks: Vec<Mark>,
    /// Text was left out, and nothing has said since where the next one stands.
    adrift: bool,
}

impl Cut {
    fn take(&mut self, operation: &Operation, is_hidden: &dyn Fn(&[u8]) -> bool) -> Result<(), PictureError> {
        let hidden = self.marks.iter().any(|mark| mark.hides);
        match operation.operator {
            b"BDC" | b"BMC" => {
                let layer = operation.operands.first().is_some_and(|tag| *tag == b"/OC");
                let hides = layer
                    && operation.operands.get(1).is_some_and(|name| is_hidden(name.strip_prefix(b"/").unwrap_or(name)));
                self.marks.push(Mark { hides, dropped: layer || hidden });
                if !(layer || hidden) {
                    self.keep(operation);
                }
            }
            b"EMC" => {
                if !self.marks.pop().is_some_and(|mark| mark.dropped) {
                    self.keep(operation);
                }
            }
            b"Tj" | b"TJ" | b"'" | b"\"" => self.text(operation, hidden)?,
            b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" if hidden => {
                self.out.extend_from_slice(b"n\n")
            }
            b"sh" | b"Do" | b"BI" if hidden => {}
            operator => {
                if matches!(operator, b"BT" | b"Td" | b"TD" | b"Tm" | b"T*") {
                    self.adrift = false;
                }
                self.keep(operation);
            }
        }
        Ok(())
    }

    fn text(&mut self, operation: &Operation, hidden: bool) -> Result<(), PictureError> {
        let starts_a_line = matches!(operation.operator, b"'" | b"\"");
        self.adrift &= !starts_a_line;
        match (hidden, self.adrift) {
            (false, false) => self.keep(operation),
            (false, true) => return Err(IN_TEXT),
            (true, _) => {
                self.adrift = true;
                if let (b"\"", [word, letter, ..]) = (operation.operator, &operation.operands[..]) {
                    self.out.extend_from_slice(&[word, b" Tw ".as_slice(), letter, b" Tc\n"].concat());
                }
                if starts_a_line {
                    self.out.extend_from_slice(b"T*\n");
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, operation: &Operation) {
        self.out.extend_from_slice(operation.bytes);
        self.out.push(b'\n');
    }
}

fn dictionary<'a>(source: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    source.dereference(object).ok()?.1.as_dict().ok()
}

/// The groups that an entry lists.
fn groups<'a>(source: &'a Document, entries: &'a Dictionary, key: &[u8]) -> impl Iterator<Item = ObjectId> + 'a {
    let listed = entries.get_deref(key, source).and_then(Object::as_array);
    listed.into_iter().flatten().filter_map(|item| item.as_reference().ok())
}

/// Says whether a group's usage (table 102) takes it off the screen or off paper.
fn is_unused(source: &Document, group: ObjectId) -> bool {
    let usage =
        source.get_dictionary(group).and_then(|group| group.get_deref(b"Usage", source)).and_then(Object::as_dict);
    let Ok(usage) = usage else { return false };
    [(b"View".as_slice(), b"ViewState".as_slice()), (b"Print", b"PrintState")].iter().any(|(event, state)| {
        let used = usage.get_deref(event, source).and_then(Object::as_dict);
        used.and_then(|used| used.get_deref(state, source)).and_then(Object::as_name).is_ok_and(|state| state == b"OFF")
    })
}
