//! Containers: archives, mails, files glued together, PDF files with others attached. Every file in them is a piece that
//! is read by itself and named by its way through them.
//!
//! Bounded in depth, number and bytes. What is past a bound, encrypted or cannot be unpacked is a piece too, with its
//! error: nothing that was not looked at goes unsaid.

mod place;

use super::magic::{Magic, is_tiny, magic};
use super::parts::{Part, Parts, Role};
use super::pdf::Attached;
use super::pieces::{Event, Sink};
use super::text::Held;
use super::{Cut, FILE_BYTES, ReadMode, ReadingError, What, mail, parts, pdf, picture, svg, text, zip};

pub(super) use place::Manner;
use place::{Place, is_litter};

/// Most files in all containers of one file. They are read one by one: it is their number, not the memory for them, that
/// ends somewhere.
pub const MEMBERS: usize = 5_000;

/// Most bytes that all containers of one file unpack to.
pub const UNPACKED_BYTES: u64 = 512 << 20;

/// How deep containers may lie in each other: an archive in a mail in an archive is 3.
pub const DEPTH: usize = 3;

/// Which pieces were told of already, when reading goes on after it was ended.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Told {
    /// So many pieces were begun.
    pub(super) begun: usize,
    /// Those of them that ended the process which read them.
    pub(super) deadly: Vec<usize>,
}

/// Reads all pieces of a file and tells the sink. One that was not handed over as a certificate (`is_meant`) may hold none.
pub(super) fn read(bytes: Vec<u8>, (mode, is_meant): (ReadMode, bool), told: Told, sink: &mut dyn Sink) {
    Walk { mode, told, sink, begun: 0, members: 0, unpacked: 0 }.file(Place::top(is_meant), bytes);
}

struct Walk<'a> {
    mode: ReadMode,
    told: Told,
    sink: &'a mut dyn Sink,
    begun: usize,
    members: usize,
    unpacked: u64,
}

/// What is to be done with a piece.
enum Turn {
    /// It is read now.
    Now,
    /// It was told of already.
    Told,
    /// It ended the process that read it.
    Deadly,
}

impl Walk<'_> {
    /// Begins a piece.
    fn begin(&mut self, place: &Place) -> Turn {
        let index = self.begun;
        self.begun += 1;
        if index >= self.told.begun {
            self.sink.tell(Event::Begin(place.name.clone()));
            return Turn::Now;
        }
        if self.told.deadly.contains(&index) { Turn::Deadly } else { Turn::Told }
    }

    /// Tells of a piece that cannot be read.
    fn fail(&mut self, place: &Place, error: ReadingError) {
        if matches!(self.begin(place), Turn::Now) {
            self.sink.tell(Event::Failed(error));
            self.sink.tell(Event::End);
        }
    }

    /// Reads a file, and what stands before or behind it.
    fn file(&mut self, place: Place, bytes: Vec<u8>) {
        if bytes.len() > FILE_BYTES {
            return self.fail(&place, ReadingError::TooLarge { bytes: bytes.len() });
        }
        if place.is_inside() && is_litter(place.name.as_deref().unwrap_or_default(), &bytes) {
            return self.set_aside(&place, "it is a file of an operating system");
        }
        let Parts { all, leftover, is_led } = parts::of(&bytes);
        if let [Part { range, .. }] = &all[..] {
            let bytes = if *range == (0..bytes.len()) { bytes } else { bytes[range.clone()].to_vec() };
            return self.whole(place, bytes, leftover);
        }
        for (number, Part { range, role }) in (1..).zip(all) {
            let beside = || place.beside(&format!("part {number}"), role);
            let at = if is_led && number == 1 { place.clone() } else { beside() };
            if !self.has_room(&at, 1, range.len() as u64) {
                return;
            }
            match role {
                Role::File | Role::Extra => self.whole(at, bytes[range].to_vec(), leftover),
                Role::Film => {}
                Role::Rest => self.fail(&at, unknown()),
            }
        }
    }

    /// Reads a file by its kind. Every file comes through here, wherever it lies: it is judged, or was looked at and holds
    /// no certificate, or could not be read.
    fn whole(&mut self, place: Place, bytes: Vec<u8>, leftover: bool) {
        match magic(&bytes) {
            Magic::Zip => self.archive(place, &bytes),
            Magic::Mail => self.mail(place, &bytes),
            Magic::Text => self.text(place, &bytes, false),
            // What it draws is not looked at, and what is baked in is as good as a file of its own.
            Magic::Other(_) if svg::is_baked(&bytes) => self.text(place, &bytes, true),
            Magic::Other(_) if matches!(place.manner, Manner::Shown | Manner::Extra) && is_tiny(&bytes) => {
                self.set_aside(&place, "it is a picture too small for a code");
            }
            Magic::Other(kind) => self.fail(&place, ReadingError::Kind(kind.to_owned())),
            Magic::Packed(kind) => self.fail(&place, ReadingError::Packed(kind.to_owned())),
            Magic::Pdf | Magic::Png | Magic::Jpeg => self.single(&place, bytes, leftover),
        }
    }

    /// Searches a text, or a drawing with a credential baked in, and reads the files that are written in it.
    fn text(&mut self, place: Place, bytes: &[u8], is_drawing: bool) {
        if place.is_inside()
            && !is_drawing
            && let Some(what) = super::published(bytes)
        {
            return self.set_aside(&place, &format!("it is {what}"));
        }
        let turn = self.begin(&place);
        if matches!(turn, Turn::Deadly) {
            return;
        }
        let held = match is_drawing {
            true => svg::read(bytes),
            false => text::read(bytes, !place.is_inside()),
        };
        if matches!(turn, Turn::Now) {
            self.tell_text(&place, &held);
            self.sink.tell(Event::End);
        }
        let Ok(Held { files, closed, .. }) = held else { return };
        if let Some(what) = closed {
            self.fail(&place, ReadingError::Kind(what.to_owned()));
        }
        for (number, file) in (1..).zip(files) {
            let at = Place { manner: Manner::Extra, ..place.within(&format!("base64 {number}")) };
            if !self.has_room(&at, 1, file.len() as u64) {
                return;
            }
            if at.depth > DEPTH { self.fail(&at, ReadingError::Nested) } else { self.file(at, file) }
        }
    }

    fn tell_text(&mut self, place: &Place, held: &Result<Held, ReadingError>) {
        match held {
            Ok(Held { found: Some(found), .. }) => self.sink.found(found.clone()),
            // What it holds is told of by itself.
            Ok(held) if held.is_worth_a_word() || place.manner == Manner::Extra => self.sink.tell(Event::Opened),
            Ok(_) => self.sink.tell(Event::Aside("it holds no certificate".to_owned())),
            Err(ReadingError::Empty) if place.manner == Manner::Extra => self.sink.tell(Event::Opened),
            Err(ReadingError::Empty) if place.is_inside() => self.sink.tell(Event::Aside("it is empty".to_owned())),
            Err(ReadingError::NotText) if place.is_inside() => self.sink.tell(Event::Failed(unknown())),
            Err(error) => self.sink.tell(Event::Failed(error.clone())),
        }
    }

    fn archive(&mut self, place: Place, bytes: &[u8]) {
        let opened = self.open(
            &place,
            || zip::open(bytes),
            |archive| (archive.members.len(), archive.members.iter().map(|member| member.bytes).sum()),
        );
        let Some(archive) = opened else { return };
        if archive.leftover > 0 {
            self.fail(&place, ReadingError::Leftover { what: What::Archive, bytes: archive.leftover });
        }
        if !archive.said.is_empty() {
            self.file(Place { manner: Manner::Extra, ..place.within("comments") }, archive.said);
        }
        for member in &archive.members {
            let at = place.within(&member.name);
            match zip::unpack(bytes, member) {
                Ok(unpacked) => self.file(at, unpacked),
                Err(error) => self.fail(&at, error),
            }
        }
    }

    fn mail(&mut self, place: Place, bytes: &[u8]) {
        let opened = self.open(
            &place,
            || mail::open(bytes),
            |mail| {
                let size = |member: &mail::Member| member.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
                (mail.members.len(), mail.members.iter().map(size).sum())
            },
        );
        let Some(mail) = opened else { return };
        if mail.is_unclear {
            let problem = "where its parts end is not clear".to_owned();
            self.fail(&place, ReadingError::Damaged { what: What::Mail, problem });
        }
        if mail.leftover > 0 {
            self.fail(&place, ReadingError::Leftover { what: What::Mail, bytes: mail.leftover });
        }
        for member in mail.members {
            let at = Place { manner: member.manner, ..place.within(&member.name) };
            match member.bytes {
                Ok(bytes) => self.file(at, bytes),
                Err(error) => self.fail(&at, error),
            }
        }
    }

    /// Opens a container, which is a piece as long as it is being opened, if it is not too deep and not too large.
    fn open<T>(
        &mut self,
        place: &Place,
        open: impl FnOnce() -> Result<T, ReadingError>,
        size: impl FnOnce(&T) -> (usize, u64),
    ) -> Option<T> {
        if place.depth >= DEPTH {
            self.fail(place, ReadingError::Nested);
            return None;
        }
        let turn = self.begin(place);
        if matches!(turn, Turn::Deadly) {
            return None;
        }
        let opened = open().and_then(|opened| {
            let (members, bytes) = size(&opened);
            (self.members, self.unpacked) = (self.members + members, self.unpacked.saturating_add(bytes));
            let fits = self.members <= MEMBERS && self.unpacked <= UNPACKED_BYTES;
            if fits { Ok(opened) } else { Err(ReadingError::TooMany { members: self.members, bytes: self.unpacked }) }
        });
        if matches!(turn, Turn::Now) {
            self.sink.tell(opened.as_ref().map_or_else(|error| Event::Failed(error.clone()), |_| Event::Opened));
            self.sink.tell(Event::End);
        }
        opened.ok()
    }

    /// Counts what is found in a file beside the file itself.
    fn has_room(&mut self, place: &Place, members: usize, bytes: u64) -> bool {
        (self.members, self.unpacked) = (self.members + members, self.unpacked.saturating_add(bytes));
        let fits = self.members <= MEMBERS && self.unpacked <= UNPACKED_BYTES;
        if !fits {
            self.fail(place, ReadingError::TooMany { members: self.members, bytes: self.unpacked });
        }
        fits
    }

    fn set_aside(&mut self, place: &Place, why: &str) {
        if matches!(self.begin(place), Turn::Now) {
            self.sink.tell(Event::Aside(why.to_owned()));
            self.sink.tell(Event::End);
        }
    }

    /// Reads a file that is no container, and then what is attached to it.
    fn single(&mut self, place: &Place, bytes: Vec<u8>, leftover: bool) {
        let attached = match self.begin(place) {
            Turn::Deadly => return,
            Turn::Told => pdf::attached_files(&bytes),
            Turn::Now => {
                if leftover {
                    self.sink.tell(Event::Cut(Cut::Leftover));
                }
                if self.sink.is_over() {
                    self.sink.tell(Event::Failed(ReadingError::OutOfTime));
                    return self.sink.tell(Event::End);
                }
                let attached = self.read_single(place, bytes).unwrap_or_else(|error| {
                    self.sink.tell(Event::Failed(error));
                    Vec::new()
                });
                self.sink.tell(Event::End);
                attached
            }
        };
        self.attached(place, attached);
    }

    fn read_single(&mut self, place: &Place, bytes: Vec<u8>) -> Result<Vec<Attached>, ReadingError> {
        let found = match magic(&bytes) {
            Magic::Png => picture::read_png(&bytes, &mut || self.sink.has_time()),
            Magic::Jpeg => picture::read_jpeg(&bytes, &mut || self.sink.has_time()),
            _ => return pdf::read(bytes, self.mode, self.sink),
        };
        // Nobody handed it over: it is not to be accused.
        let found = found.map_err(|error| match error {
            ReadingError::Damaged { .. } if place.manner == Manner::Extra => unknown(),
            error => error,
        })?;
        match place.manner {
            Manner::Shown if found.is_empty() => {
                self.sink.tell(Event::Aside("it is a picture in the mail's text".to_owned()));
            }
            // It is left out without a word.
            Manner::Extra if found.is_empty() => self.sink.tell(Event::Opened),
            _ => self.sink.found(found),
        }
        Ok(Vec::new())
    }

    /// Reads the files attached to a PDF that may hold certificates of their own.
    fn attached(&mut self, place: &Place, files: Vec<Attached>) {
        for Attached { name, bytes } in files {
            let at = place.within(&name);
            let size = bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
            if !self.has_room(&at, 1, size) {
                return;
            }
            match bytes {
                Ok(_) if at.depth > DEPTH => self.fail(&at, ReadingError::Nested),
                Ok(bytes) => self.file(at, bytes),
                Err(error) => self.fail(&at, error),
            }
        }
    }
}

fn unknown() -> ReadingError {
    ReadingError::Kind("of a kind that is not known".to_owned())
}

/// Says whether a file is a container whose members are told one by one.
pub fn is_container(bytes: &[u8]) -> bool {
    matches!(magic(bytes), Magic::Zip | Magic::Mail)
}
