//! Containers: archives, mails, files glued together, PDF files with others attached. Every file in them is a piece that
//! is read by itself and named by its way through them.
//!
//! Bounded in depth, number and bytes. What is past a bound, encrypted or cannot be unpacked is a piece too, with its
//! error: nothing that was not looked at goes unsaid.

use super::pdf::Attached;
use super::pieces::{Event, Sink};
use super::{
    Cut, FILE_BYTES, Found, Magic, ReadMode, ReadingError, What, found, magic, mail, parts, pdf, picture, text, zip,
};

/// Most files in all containers of one file.
pub const MEMBERS: usize = 1_000;

/// Most bytes that all containers of one file unpack to.
pub const UNPACKED_BYTES: u64 = 256 << 20;

/// How deep containers may lie in each other: an archive in a mail is 2.
pub const DEPTH: usize = 2;

/// Which pieces were told of already, when reading goes on after it was ended.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Told {
    /// So many pieces were begun.
    pub(super) begun: usize,
    /// Those of them that ended the process which read them.
    pub(super) deadly: Vec<usize>,
}

/// Reads all pieces of a file and tells the sink.
pub(super) fn read(bytes: Vec<u8>, mode: ReadMode, told: Told, sink: &mut dyn Sink) {
    Walk { mode, told, sink, begun: 0, members: 0, unpacked: 0 }.file(Place::top(), bytes);
}

/// Where a file lies.
struct Place {
    /// Its way through the containers; none for the file itself.
    name: Option<String>,
    /// How many containers it lies in.
    depth: usize,
    /// Whether it decorates a mail, as a logo does.
    decorates: bool,
}

impl Place {
    fn top() -> Self {
        Self { name: None, depth: 0, decorates: false }
    }

    /// Returns the place of a member.
    fn within(&self, name: &str) -> Self {
        let name = match &self.name {
            Some(outer) => format!("{outer}/{name}"),
            None => name.to_owned(),
        };
        Self { name: Some(name), depth: self.depth + 1, decorates: false }
    }
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

    fn file(&mut self, place: Place, bytes: Vec<u8>) {
        if bytes.len() > FILE_BYTES {
            return self.fail(&place, ReadingError::TooLarge { bytes: bytes.len() });
        }
        match magic(&bytes) {
            Magic::Zip => self.archive(place, &bytes),
            Magic::Mail => self.mail(place, &bytes),
            _ => self.parts(place, bytes),
        }
    }

    fn parts(&mut self, place: Place, bytes: Vec<u8>) {
        let parts = parts::of(&bytes);
        if let [only] = &parts.files[..] {
            let bytes = if *only == (0..bytes.len()) { bytes } else { bytes[only.clone()].to_vec() };
            return self.single(&place, bytes, parts.leftover);
        }
        for (number, part) in (1..).zip(parts.files) {
            if !self.has_room(&place, 1, part.len() as u64) {
                return;
            }
            let part = bytes[part].to_vec();
            let at = Place { depth: place.depth, ..place.within(&format!("part {number}")) };
            match magic(&part) {
                Magic::Zip => self.archive(at, &part),
                _ => self.single(&at, part, parts.leftover),
            }
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
        for member in &archive.members {
            let at = place.within(&member.name);
            match zip::unpack(bytes, member) {
                Ok(unpacked) => self.member(at, unpacked),
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
        if mail.leftover > 0 {
            self.fail(&place, ReadingError::Leftover { what: What::Mail, bytes: mail.leftover });
        }
        for member in mail.members {
            let at = Place { decorates: member.decorates, ..place.within(&member.name) };
            match member.bytes {
                Ok(bytes) => self.member(at, bytes),
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

    /// Reads a file of a container, unless it is nothing that could be a certificate.
    fn member(&mut self, place: Place, bytes: Vec<u8>) {
        if is_litter(place.name.as_deref().unwrap_or_default(), &bytes) {
            return self.set_aside(&place, "it is a file of an operating system");
        }
        match magic(&bytes) {
            Magic::Text if !bytes.is_empty() => self.member_text(&place, &bytes),
            Magic::Other(_) if place.decorates => self.set_aside(&place, "it is a picture in the mail's text"),
            _ => self.file(place, bytes),
        }
    }

    /// Most texts in a container are no certificates: only what has the looks of one is judged.
    fn member_text(&mut self, place: &Place, bytes: &[u8]) {
        if let Some(what) = super::published(bytes) {
            return self.set_aside(place, &format!("it is {what}"));
        }
        match text::read(bytes) {
            Ok(found) if found.candidates.iter().any(|candidate| is_credential(&candidate.text)) => {
                let candidates = found.candidates.into_iter().filter(|candidate| is_credential(&candidate.text));
                let found = Found { candidates: candidates.collect(), ..Found::nothing(found.kind) };
                if matches!(self.begin(place), Turn::Now) {
                    self.sink.found(found);
                    self.sink.tell(Event::End);
                }
            }
            Ok(_) => self.set_aside(place, "it holds no certificate"),
            Err(ReadingError::NotText) => self.fail(place, ReadingError::Kind("of a kind that is not known".into())),
            Err(error) => self.fail(place, error),
        }
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
            _ if bytes.is_empty() => return Err(ReadingError::Empty),
            Magic::Pdf => return pdf::read(bytes, self.mode, self.sink),
            Magic::Png => picture::read_png(&bytes)?,
            Magic::Jpeg => picture::read_jpeg(&bytes)?,
            Magic::Text => text::read(&bytes)?,
            Magic::Other(kind) => return Err(ReadingError::Kind(kind.to_owned())),
            // A mail that stands behind another file.
            Magic::Zip | Magic::Mail => return Err(ReadingError::Nested),
        };
        if place.decorates && found.candidates.is_empty() {
            self.sink.tell(Event::Aside("it is a picture in the mail's text".to_owned()));
        } else {
            self.sink.found(found);
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

/// JSON of all kinds lies about in archives: only what says that it is a credential is judged.
fn is_credential(text: &str) -> bool {
    let is_json = text.trim_start().starts_with('{');
    found::looks_like_credential(text) && (!is_json || text.contains("\"@context\"") && text.contains("\"proof\""))
}

/// What the desktops of macOS and Windows leave in folders, and signatures of mails. A name alone hides nothing.
fn is_litter(path: &str, bytes: &[u8]) -> bool {
    const NAMES: [&str; 4] = [".DS_Store", "Thumbs.db", "desktop.ini", "smime.p7s"];
    // AppleDouble: a file's icon and its like.
    const APPLE: &[u8] = b"\0\x05\x16\x07";
    let name = path.rsplit('/').next().unwrap_or_default();
    NAMES.contains(&name) && matches!(magic(bytes), Magic::Text | Magic::Other(_))
        || name.starts_with("._") && bytes.starts_with(APPLE)
}

/// Says whether a file is a container whose members are told one by one.
pub fn is_container(bytes: &[u8]) -> bool {
    matches!(magic(bytes), Magic::Zip | Magic::Mail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_desktop_leaves_is_litter() {
        assert!(is_litter("a/.DS_Store", b"\0\0\0\x01Bud1"));
        assert!(is_litter("__MACOSX/._CERT.pdf", b"\0\x05\x16\x07\0"));
        for (name, bytes) in
            [("._CERT.pdf", &b"%PDF-1.7"[..]), (".DS_Store", b"%PDF-1.7"), ("CERT.pdf", b"\0\x05\x16\x07\0")]
        {
            assert!(!is_litter(name, bytes), "{name}");
        }
    }

    #[test]
    fn json_is_judged_only_where_it_claims_to_be_a_credential() {
        assert!(!is_credential("{\"name\":\"a package\"}"));
        assert!(is_credential("{\"@context\":[],\"proof\":{}}"));
    }
}
