//! The public pages of certificates on the site: a folder `c/NUMBER-SUFFIX/` for each, with a page, the certificate's picture and
//! the card of shared links, for as long as it is to be seen; with its event's badge, where that has one of its own.
//!
//! Who knows what certificates look like draws them ([`PublicPages`]). What is there already is not drawn again: an index beside the
//! folders says from what each was made, and names none of them.

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::io::{self, Read};
use std::panic::resume_unwind;
use std::path::Path;
use std::{fs, mem, thread};

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::PublishError;
use super::site::{Site, Staged, at, discard};
use crate::credential::CertificateNumber;
use crate::store::StoreError;

/// Where the pages are below the site.
pub(super) const FOLDER: &str = "c";
/// What a page is called in its folder.
pub const PAGE: &str = "index.html";
/// What its pictures are called: the certificate's, and the card of shared links.
pub const PICTURES: [&str; 2] = ["certificate.png", "card.png"];
/// What the badge is called.
pub const BADGE: &str = "badge.png";
/// The index. Its name begins with a dot: it is of use to nobody else.
const INDEX: &str = "c/.pages";
/// Largest index that is read, in bytes: of a million pages.
const INDEX_BYTES: u64 = 128 << 20;
/// Pages that each draws before what was drawn is looked at.
const EACH: usize = 16;
/// Characters of the part of an id that cannot be guessed.
const SUFFIX_CHARS: usize = 8;

/// Says from what something was made.
pub type Digest = [u8; 16];

/// Why a page cannot be drawn.
pub type DrawError = Box<dyn std::error::Error + Send + Sync>;

/// A page that is to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// `NUMBER-SUFFIX`.
    pub name: String,
    /// From what the page is made.
    pub page: Digest,
    /// From what its pictures are made.
    pub pictures: Digest,
    /// Whether a badge is among them.
    pub badge: bool,
}

/// The files of one page, by name.
pub type PageFiles = Vec<(&'static str, Vec<u8>)>;

/// The pages that are to be seen, and who draws them.
pub trait PublicPages: Debug + Sync {
    /// Calls back with each page.
    ///
    /// # Errors
    /// When the store fails.
    fn each(&self, take: &mut dyn FnMut(Wanted)) -> Result<(), StoreError>;

    /// Draws the files of one: the page, or also its pictures. Nothing if it is no more to be seen.
    ///
    /// # Errors
    /// Why it cannot be drawn: the record is damaged, or its template is gone.
    fn draw(&self, name: &str, with_pictures: bool) -> Result<Option<PageFiles>, DrawError>;

    /// Returns the files that all pages share, by path below the site.
    fn shared(&self) -> Vec<(String, Vec<u8>)>;

    /// Returns how many are drawn for one publication at most: what is urgent must not wait for all of them.
    fn at_once(&self) -> usize;

    /// Returns how many are drawn at the same time, each on a core of its own.
    fn hands(&self) -> usize;
}

/// What became of the public pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PagesDone {
    /// Pages that are to be seen.
    pub visible: usize,
    /// Pages written anew.
    pub written: usize,
    /// Pages taken away.
    pub removed: usize,
    /// Pages that the next publications write.
    pub left: usize,
    /// Pages that cannot be drawn; what is there of them stays.
    pub failed: usize,
}

/// Says whether a name is that of a page's folder.
fn is_page(name: &str) -> bool {
    let parts = name.rsplit_once('-').filter(|(_, suffix)| suffix.len() == SUFFIX_CHARS);
    parts.is_some_and(|(number, suffix)| {
        let plain = suffix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        plain && number.parse::<CertificateNumber>().is_ok_and(|parsed| parsed.to_string() == number)
    })
}

/// Says whether a file's name below `c/` is one that publications give.
pub(super) fn is_published_name(name: &str) -> bool {
    let file = |file: &str| file == PAGE || file == BADGE || PICTURES.contains(&file);
    name.split_once('/').is_some_and(|(folder, rest)| is_page(folder) && file(rest))
}

/// Pages that were drawn, under temporary names. What is not put in place is taken back.
pub(super) struct Drawn {
    staged: Vec<Staged>,
    gone: Vec<String>,
    /// Pages that stay and show no badge any more.
    bare: Vec<String>,
    pub(super) done: PagesDone,
    pub(super) shared: Vec<(String, Vec<u8>)>,
}

impl Drop for Drawn {
    fn drop(&mut self) {
        discard(&self.staged);
    }
}

/// What became of one page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It was drawn.
    Drawn,
    /// It is no more to be seen.
    Gone,
    /// It cannot be drawn.
    Failed,
}

impl Drawn {
    /// Draws what is not there yet, and finds out what is to go.
    pub(super) fn new(site: &Site, pages: &dyn PublicPages) -> Result<Self, PublishError> {
        let (known, there) = (index(site)?, folders(site)?);
        let mut wanted = Vec::new();
        pages.each(&mut |one| wanted.push(one))?;
        let mut drawn = Self {
            staged: Vec::new(),
            gone: Vec::new(),
            bare: Vec::new(),
            done: PagesDone::default(),
            shared: Vec::new(),
        };
        let old = |one: &Wanted| known.get(&key(&one.name)).filter(|_| is_whole(site, one)).copied();
        let old: Vec<_> = wanted.iter().map(old).collect();
        let fates = drawn.draw(site, pages, &wanted, &old)?;
        let (mut seen, mut lines) = (HashSet::new(), String::new());
        for (position, one) in wanted.into_iter().enumerate() {
            let made_from = match fates.get(&position) {
                Some(Fate::Gone) => continue,
                Some(Fate::Drawn) => Some((one.page, one.pictures)),
                _ => old[position],
            };
            made_from.into_iter().for_each(|(page, pictures)| line(&mut lines, key(&one.name), page, pictures));
            if !one.badge && made_from.is_some_and(|(page, _)| page == one.page) && has(site, &one.name, BADGE) {
                drawn.bare.push(one.name.clone());
            }
            seen.insert(one.name);
        }
        drawn.gone = there.into_iter().filter(|name| !seen.contains(name)).collect();
        drawn.done.visible = seen.len();
        drawn.done.removed = drawn.gone.len();
        if !seen.is_empty() {
            drawn.shared = pages.shared();
        }
        // After the pages that it names; and also when the last one goes.
        if !seen.is_empty() || !known.is_empty() {
            drawn.staged.extend(site.stage(vec![(INDEX.to_owned(), lines.into_bytes())])?);
        }
        Ok(drawn)
    }

    /// Draws those that are not as they were, as many as are drawn at once; returns what became of them, by position.
    fn draw(
        &mut self,
        site: &Site,
        pages: &dyn PublicPages,
        wanted: &[Wanted],
        old: &[Option<(Digest, Digest)>],
    ) -> Result<HashMap<usize, Fate>, PublishError> {
        let is_new = |position: &usize| old[*position] != Some((wanted[*position].page, wanted[*position].pictures));
        let waiting: Vec<_> = (0..wanted.len()).filter(is_new).collect();
        let (mut rest, mut fates) = (&waiting[..], HashMap::new());
        while !rest.is_empty() && self.done.written < pages.at_once() {
            let room = pages.at_once() - self.done.written;
            let (now, later) = rest.split_at(rest.len().min(room).min(pages.hands() * EACH));
            rest = later;
            let draw = |position: usize| {
                let with_pictures = old[position].is_none_or(|(_, pictures)| pictures != wanted[position].pictures);
                drawn_one(site, pages, &wanted[position].name, with_pictures)
            };
            let mut failed = None;
            for (position, fate) in side_by_side(now, pages.hands(), &draw) {
                match fate {
                    Ok((fate, staged)) => {
                        self.staged.extend(staged);
                        self.done.written += usize::from(fate == Fate::Drawn);
                        self.done.failed += usize::from(fate == Fate::Failed);
                        fates.insert(position, fate);
                    }
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            // What others have drawn meanwhile is kept until here, so that it is taken back.
            if let Some(error) = failed {
                return Err(error);
            }
        }
        self.done.left += rest.len();
        Ok(fates)
    }

    /// Puts what was drawn in its place.
    pub(super) fn replace(&mut self, site: &Site) -> Result<(), PublishError> {
        site.replace(mem::take(&mut self.staged))
    }

    /// Takes away what is no more to be seen: our files, and their folders where nothing else is in them.
    pub(super) fn remove(&self, site: &Site) -> Result<(), PublishError> {
        for name in &self.bare {
            remove_file(&site.path(FOLDER).join(name), BADGE)?;
        }
        self.gone.iter().try_for_each(|name| {
            let folder = site.path(FOLDER).join(name);
            [PAGE, BADGE].into_iter().chain(PICTURES).try_for_each(|file| remove_file(&folder, file))?;
            // It stays where somebody put something else into it.
            let _ = fs::remove_dir(&folder);
            Ok(())
        })
    }
}

/// Removes one of our files, and what was left of writing it.
fn remove_file(folder: &Path, file: &str) -> Result<(), PublishError> {
    for path in [folder.join(file), folder.join(format!(".{file}.tmp"))] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
            _ => {}
        }
    }
    Ok(())
}

/// Draws one and writes it beside its place.
fn drawn_one(
    site: &Site,
    pages: &dyn PublicPages,
    name: &str,
    with_pictures: bool,
) -> Result<(Fate, Vec<Staged>), PublishError> {
    match pages.draw(name, with_pictures) {
        Ok(None) => Ok((Fate::Gone, Vec::new())),
        Ok(Some(files)) => {
            let below = |(file, bytes)| (format!("{FOLDER}/{name}/{file}"), bytes);
            Ok((Fate::Drawn, site.stage(files.into_iter().map(below).collect())?))
        }
        Err(error) => {
            tracing::warn!(%error, "a public page cannot be drawn; what is there of it stays");
            Ok((Fate::Failed, Vec::new()))
        }
    }
}

/// Does something with each, some at the same time; in order.
fn side_by_side<T: Send>(positions: &[usize], hands: usize, act: &(dyn Fn(usize) -> T + Sync)) -> Vec<(usize, T)> {
    if hands < 2 || positions.len() < 2 {
        return positions.iter().map(|&position| (position, act(position))).collect();
    }
    let part = positions.len().div_ceil(hands);
    thread::scope(|scope| {
        let parts: Vec<_> = positions.chunks(part).collect();
        let begun: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || part.iter().map(|&position| (position, act(position))).collect::<Vec<_>>()))
            .collect();
        let done = begun.into_iter().map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done.flatten().collect()
    })
}

/// Names a page in the index without saying which it is: who finds the index must not find the pages.
fn key(name: &str) -> Digest {
    let all = Sha256::digest(format!("testamur page\n{name}"));
    let mut short = Digest::default();
    short.copy_from_slice(&all[..size_of::<Digest>()]);
    short
}

fn line(lines: &mut String, key: Digest, page: Digest, pictures: Digest) {
    let [key, page, pictures] = [key, page, pictures].map(|digest| HEXLOWER.encode(&digest));
    lines.push_str(&format!("{key} {page} {pictures}\n"));
}

/// Reads the index. What is damaged in it is drawn anew.
fn index(site: &Site) -> Result<HashMap<Digest, (Digest, Digest)>, PublishError> {
    let path = site.path(INDEX);
    let mut text = String::new();
    match fs::File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashMap::new()),
        Err(error) => return Err(at(&path)(error)),
        Ok(file) => match file.take(INDEX_BYTES).read_to_string(&mut text) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(HashMap::new()),
            read => drop(read.map_err(at(&path))?),
        },
    }
    let digest = |text: &str| HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok();
    let entry = |line: &str| {
        let mut parts = line.split(' ').map(digest);
        Some((parts.next()??, (parts.next()??, parts.next()??)))
    };
    Ok(text.lines().filter_map(entry).collect())
}

/// Returns the names of the folders that are there.
fn folders(site: &Site) -> Result<Vec<String>, PublishError> {
    site.refuse_links(Path::new(FOLDER))?;
    let path = site.path(FOLDER);
    let entries = match path.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(at(&path))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(at(&path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_page(&name) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Says whether a page is there with its pictures.
fn is_whole(site: &Site, one: &Wanted) -> bool {
    [PAGE].into_iter().chain(PICTURES).chain(one.badge.then_some(BADGE)).all(|file| has(site, &one.name, file))
}

fn has(site: &Site, name: &str, file: &str) -> bool {
    site.path(FOLDER).join(name).join(file).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_side_by_side_stays_in_order() {
        let positions: Vec<_> = (10..47).collect();
        for hands in [0, 1, 2, 5, 100] {
            let done = side_by_side(&positions, hands, &|position| position * 2);
            assert_eq!(done, positions.iter().map(|one| (*one, one * 2)).collect::<Vec<_>>(), "{hands}");
        }
        assert!(side_by_side(&[], 3, &|position| position).is_empty());
    }

    #[test]
    fn only_pages_have_the_name_of_one() {
        let page = "CERT-WORKSHOP-2026-00001-abcd2345";
        for file in ["index.html", "certificate.png", "card.png", "badge.png"] {
            assert!(is_published_name(&format!("{page}/{file}")), "{file}");
        }
        for bad in [
            page,
            "index.html",
            "CERT-WORKSHOP-2026-00001/index.html",
            "CERT-WORKSHOP-2026-00001-ABCD2345/index.html",
            "CERT-WORKSHOP-2026-00001-abcd/index.html",
            "../CERT-WORKSHOP-2026-00001-abcd2345/index.html",
            "CERT-WORKSHOP-2026-00001-abcd2345/x.html",
            "CERT-WORKSHOP-2026-00001-abcd2345/x/index.html",
            ".pages",
        ] {
            assert!(!is_published_name(bad), "{bad}");
        }
    }
}
