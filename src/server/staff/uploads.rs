//! Files that staff have chosen, for as long as they look at what would become of them. In memory, within bounds, and gone when the
//! service stops: nothing was promised of them, and the page asks for the file again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::form::File;
use crate::credential::Timestamp;
use crate::server::{App, Problem};

/// Bytes of all together.
const ROOM: usize = 256 << 20;
/// Bytes of one member's; the oldest go first.
const OWN_ROOM: usize = 96 << 20;
/// Files of one member; the oldest go first.
const OWN_FILES: usize = 6;
/// A file that waits.
#[derive(Clone)]
struct Waiting {
    id: String,
    /// Whose it is, and for which event.
    of: String,
    since: i64,
    file: Arc<File>,
}

/// Keeps a file for somebody, as [`Uploads::keep`] does.
///
/// # Errors
/// When the store fails.
pub(super) async fn keep(app: &App, of: &str, file: File) -> Result<Option<String>, Problem> {
    let seconds = seconds(app).await?;
    Ok(app.uploads().keep(of, file, app.now(), seconds))
}

/// Returns a file to whom it belongs, if it still waits.
///
/// # Errors
/// When the store fails.
pub(super) async fn found(app: &App, of: &str, id: &str) -> Result<Option<Arc<File>>, Problem> {
    let seconds = seconds(app).await?;
    Ok(app.uploads().get(of, id, app.now(), seconds))
}

/// Returns how long one is kept now, in seconds.
async fn seconds(app: &App) -> Result<i64, Problem> {
    app.aside(|app| Ok(in_seconds(app.house()?.waiting_minutes))).await
}

fn in_seconds(minutes: u16) -> i64 {
    i64::from(minutes) * 60
}

/// All that wait.
#[derive(Default)]
pub(in crate::server) struct Uploads(Mutex<VecDeque<Waiting>>);

impl Uploads {
    /// Keeps a file for somebody (`MEMBER/EVENT`), in place of the oldest of their own where there is no room; returns by what it is
    /// found. Nothing: there is no room beside those of others.
    fn keep(&self, of: &str, file: File, now: Timestamp, seconds: i64) -> Option<String> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        let id = data_encoding::HEXLOWER.encode(&bytes);
        if file.bytes.len() > OWN_ROOM {
            return None;
        }
        let mut all = self.waiting(now, seconds);
        let size = |one: &Waiting| one.file.bytes.len();
        let member = |of: &str| of.split('/').next().unwrap_or_default().to_owned();
        let is_own = |one: &Waiting| member(&one.of) == member(of);
        loop {
            let own: Vec<usize> = all.iter().filter(|one| is_own(one)).map(size).collect();
            let too_many = own.len() >= OWN_FILES || own.iter().sum::<usize>() + file.bytes.len() > OWN_ROOM;
            match all.iter().position(is_own).filter(|_| too_many) {
                Some(oldest) => drop(all.remove(oldest)),
                None => break,
            }
        }
        if all.iter().map(size).sum::<usize>() + file.bytes.len() > ROOM {
            return None;
        }
        all.push_back(Waiting { id: id.clone(), of: of.to_owned(), since: now.unix(), file: Arc::new(file) });
        Some(id)
    }

    /// Returns a file to whom it belongs; what waits longer than that goes.
    fn get(&self, of: &str, id: &str, now: Timestamp, seconds: i64) -> Option<Arc<File>> {
        let all = self.waiting(now, seconds);
        let found = all.iter().find(|one| one.id == id && one.of == of);
        found.map(|one| one.file.clone())
    }

    /// Lets go what has waited for longer than that.
    pub(in crate::server) fn tidy(&self, now: Timestamp, minutes: u16) {
        drop(self.waiting(now, in_seconds(minutes)));
    }

    /// Returns what still waits, and lets the rest go.
    fn waiting(&self, now: Timestamp, seconds: i64) -> MutexGuard<'_, VecDeque<Waiting>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.since + seconds > now.unix());
        all
    }

    /// Lets a file go.
    pub(super) fn drop(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|one| one.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: i64 = 3_600;

    fn file(bytes: usize) -> File {
        File { field: "file".to_owned(), name: "list.csv".to_owned(), bytes: vec![0; bytes].into() }
    }

    #[test]
    fn a_file_is_its_owners_and_grows_old() {
        let (all, now) = (Uploads::default(), Timestamp::from_unix(1_000));
        let id = all.keep("ada", file(3), now, KEPT).unwrap();
        assert_eq!(all.get("ada", &id, now, KEPT).unwrap().bytes.len(), 3);
        assert!(all.get("eve", &id, now, KEPT).is_none());
        assert!(all.get("ada", &id, now.plus_seconds(KEPT), KEPT).is_none());
        // Whoever shortens that means those that wait already.
        let other = all.keep("ada", file(3), now, KEPT).unwrap();
        all.tidy(now.plus_seconds(300), 5);
        assert!(all.0.lock().unwrap().is_empty(), "also where nobody asks for it");
        assert!(all.get("ada", &other, now, KEPT).is_none());
        let id = all.keep("ada", file(3), now, KEPT).unwrap();
        all.drop(&id);
        assert!(all.get("ada", &id, now, KEPT).is_none());
    }

    #[test]
    fn the_oldest_of_ones_own_makes_room_and_nobody_elses() {
        let (all, now) = (Uploads::default(), Timestamp::from_unix(1_000));
        let others = all.keep("eve/MAPS", file(OWN_ROOM), now, KEPT).unwrap();
        let first = all.keep("ada/MAPS", file(OWN_ROOM / 2), now, KEPT).unwrap();
        let second = all.keep("ada/OTHER", file(OWN_ROOM / 2), now, KEPT).unwrap();
        assert!(all.get("ada/MAPS", &first, now, KEPT).is_some());
        all.keep("ada/MAPS", file(1), now, KEPT).unwrap();
        assert!(all.get("ada/MAPS", &first, now, KEPT).is_none());
        assert!(all.get("ada/OTHER", &second, now, KEPT).is_some());
        assert!(all.keep("ada/MAPS", file(OWN_ROOM + 1), now, KEPT).is_none());
        assert!(all.get("eve/MAPS", &others, now, KEPT).is_some());
        assert!(all.get("ada/OTHER", &second, now, KEPT).is_some(), "what is refused takes nobody's place");
        assert!(all.keep("bob/MAPS", file(OWN_ROOM), now, KEPT).is_some());
        assert!(all.keep("carol/MAPS", file(OWN_ROOM), now, KEPT).is_none(), "no room beside those of others");
        for _ in 0..3 * OWN_FILES {
            all.keep("zoe/MAPS", file(1), now, KEPT).unwrap();
        }
        assert_eq!(all.0.lock().unwrap().iter().filter(|one| one.of == "zoe/MAPS").count(), OWN_FILES);
    }
}
