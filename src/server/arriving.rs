//! Memory for files that arrive. What has come takes room, what was only announced takes none: who sends slowly keeps nobody waiting.
//! Where no room is left, whoever has been sending for longest makes way. Where callers are known, each has a share of their own at
//! most: who has used it up waits for oneself.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::BodyExt;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::Problem;

/// How long one waits for room.
const WAIT: Duration = Duration::from_secs(4);
/// How long who has used up a share waits for oneself.
const OWN_WAIT: Duration = Duration::from_secs(20);
/// How long one may send before one has to make way.
const PATIENCE: Duration = Duration::from_secs(10);

/// Room for so many bytes of files, of everybody together.
#[derive(Clone)]
pub(super) struct Arrivals(Arc<Inner>);

struct Inner {
    most: usize,
    /// Most of it for one caller.
    each: usize,
    patience: Duration,
    /// How long one waits: for room, and for oneself.
    waits: [Duration; 2],
    state: Mutex<State>,
    freed: Notify,
}

/// What became of what has come.
#[derive(Debug, PartialEq, Eq)]
enum Room {
    /// It has its room.
    Taken,
    /// There is none, for nobody.
    Full,
    /// The caller's own share is used up.
    OwnUsedUp,
}

#[derive(Default)]
struct State {
    bytes: usize,
    next: u64,
    /// How many of a caller.
    by: HashMap<Arc<str>, usize>,
    /// Who is still sending; the first one began first.
    sending: BTreeMap<u64, Sending>,
}

/// Somebody who is still sending.
struct Sending {
    since: Instant,
    /// By what they are told to make way.
    away: Arc<Notify>,
    caller: Option<Arc<str>>,
}

/// Room that a file takes, until it is dropped.
pub(super) struct Held {
    of: Arc<Inner>,
    id: u64,
    bytes: usize,
    away: Arc<Notify>,
    caller: Option<Arc<str>>,
}

impl Arrivals {
    /// Returns room for so many bytes.
    pub(super) fn of(most: usize) -> Self {
        Self::with(most, most, PATIENCE)
    }

    /// The same with so many at most for one caller.
    pub(super) fn shared(most: usize, each: usize) -> Self {
        Self::with(most, each, PATIENCE)
    }

    fn with(most: usize, each: usize, patience: Duration) -> Self {
        let waits = [WAIT, OWN_WAIT];
        Self(Arc::new(Inner { most, each, patience, waits, state: Mutex::default(), freed: Notify::new() }))
    }

    /// Begins with a file of which nothing has come yet.
    pub(super) fn enter(&self) -> Held {
        self.begin(None)
    }

    /// Begins with a file of somebody who is known.
    pub(super) fn enter_for(&self, caller: &str) -> Held {
        self.begin(Some(caller.into()))
    }

    fn begin(&self, caller: Option<Arc<str>>) -> Held {
        let (mut state, away) = (self.0.state(), Arc::<Notify>::default());
        let id = state.next;
        state.next += 1;
        let sending = Sending { since: Instant::now(), away: Arc::clone(&away), caller: caller.clone() };
        state.sending.insert(id, sending);
        Held { of: Arc::clone(&self.0), id, bytes: 0, away, caller }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts so many bytes more, or tells somebody else to make way: another file of the caller's own where their share is used up.
    fn admits(&self, held: &Held, bytes: usize) -> Room {
        let (mut state, caller) = (self.state(), held.caller.as_ref());
        let own = caller.map_or(0, |caller| state.by.get(caller).copied().unwrap_or(0));
        let has_share = caller.is_none() || own.saturating_add(bytes) <= self.each;
        if has_share && state.bytes.saturating_add(bytes) <= self.most {
            state.bytes += bytes;
            if let Some(caller) = caller {
                state.by.insert(Arc::clone(caller), own + bytes);
            }
            return Room::Taken;
        }
        let is_late = |(other, sending): &(&u64, &Sending)| {
            let meant = has_share || sending.caller.as_ref() == caller;
            **other != held.id && meant && sending.since.elapsed() >= self.patience
        };
        let late = state.sending.iter().find(is_late).map(|(other, _)| *other);
        if let Some(sending) = late.and_then(|late| state.sending.remove(&late)) {
            sending.away.notify_one();
        }
        if has_share { Room::Full } else { Room::OwnUsedUp }
    }
}

impl Held {
    /// Waits for what comes next.
    ///
    /// # Errors
    /// 408 when this one has to make way.
    pub(super) async fn next<T>(&self, coming: impl Future<Output = T>) -> Result<T, Problem> {
        tokio::select! {
            come = coming => Ok(come),
            () = self.away.notified() => Err(late()),
        }
    }

    /// Takes room for what has come.
    ///
    /// # Errors
    /// 503 when there is none, also after a while, and of another text where only the caller's own share is used up; 408 when this one has to make way.
    pub(super) async fn take(&mut self, bytes: usize) -> Result<(), Problem> {
        let (of, began) = (Arc::clone(&self.of), Instant::now());
        loop {
            // Begun before it is looked whether there is room: what becomes free in between is not missed.
            let freed = of.freed.notified();
            let (wait, refused): (_, fn() -> Problem) = match of.admits(self, bytes) {
                Room::Taken => {
                    self.bytes += bytes;
                    return Ok(());
                }
                Room::Full => (of.waits[0], busy),
                Room::OwnUsedUp => (of.waits[1], own_busy),
            };
            self.next(timeout_at(began + wait, freed)).await?.map_err(|_| refused())?;
        }
    }

    /// All has come: from now on it makes way for nobody.
    pub(super) fn whole(&mut self) {
        self.of.state().sending.remove(&self.id);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.of.state();
        state.bytes -= self.bytes;
        state.sending.remove(&self.id);
        if let Some(own) = self.caller.as_ref().and_then(|caller| state.by.get_mut(caller)) {
            *own -= self.bytes;
        }
        state.by.retain(|_, own| *own > 0);
        drop(state);
        self.of.freed.notify_waiters();
    }
}

/// Reads a body whole, never more than `limit` bytes of it.
///
/// # Errors
/// When it is larger, breaks off, or there is no room for it.
pub(super) async fn read_body(mut body: Body, limit: usize, held: &mut Held) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(frame) = held.next(body.frame()).await? {
        let frame = frame.map_err(|_| Problem::bad_request("bad-body", "the body broke off"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            let detail = "the body is larger than what is read";
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail));
        }
        held.take(data.len()).await?;
        bytes.extend_from_slice(&data);
    }
    held.whole();
    Ok(bytes)
}

fn busy() -> Problem {
    let detail = "other files are being read; try again in a moment";
    Problem { retry_after: Some(1), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail) }
}

fn own_busy() -> Problem {
    let detail = "other requests of yours with an idempotency key hold all the room that one caller gets; try again when they are answered";
    Problem { retry_after: Some(10), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail) }
}

fn late() -> Problem {
    let detail = "the body came too slowly, and others needed the room";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "slow-body", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(done: Result<T, Problem>) -> u16 {
        done.map_or_else(|problem| problem.status, |_| 200)
    }

    #[tokio::test]
    async fn what_has_not_come_takes_no_room() {
        let room = Arrivals::of(100);
        let mut slow: Vec<_> = (0..50).map(|_| room.enter()).collect();
        for one in &mut slow {
            one.take(1).await.unwrap();
        }
        let mut quick = room.enter();
        quick.take(50).await.unwrap();
        assert_eq!(room.0.state().bytes, 100);
        drop((slow, quick));
        let state = room.0.state();
        assert!(state.bytes == 0 && state.sending.is_empty(), "who left is forgotten");
    }

    #[tokio::test]
    async fn who_has_been_sending_for_longest_makes_way() {
        let room = Arrivals::with(100, 100, Duration::ZERO);
        let (mut first, mut second) = (room.enter(), room.enter());
        first.take(60).await.unwrap();
        second.take(40).await.unwrap();
        // It waits for more until it is told to go.
        let first = tokio::spawn(async move { code(first.next(std::future::pending::<()>()).await) });
        let mut third = room.enter();
        assert_eq!(code(third.take(60).await), 200);
        assert_eq!(first.await.unwrap(), 408);
        assert_eq!(room.0.state().bytes, 100, "the second one stays");
    }

    #[tokio::test]
    async fn what_is_there_whole_makes_way_for_nobody() {
        let room = Arrivals::with(100, 100, Duration::ZERO);
        let mut whole = room.enter();
        whole.take(100).await.unwrap();
        whole.whole();
        let mut late = room.enter();
        let waits = tokio::time::timeout(Duration::from_millis(20), late.take(1)).await;
        assert!(waits.is_err(), "it waits for room");
        assert!(
            tokio::time::timeout(Duration::from_millis(20), whole.next(std::future::pending::<()>())).await.is_err()
        );
        drop(whole);
        assert_eq!(code(late.take(1).await), 200);
    }

    #[tokio::test]
    async fn who_has_used_up_a_share_waits_for_oneself_and_keeps_nobody_else_waiting() {
        let room = Arrivals::with(100, 40, Duration::ZERO);
        let (mut first, mut second) = (room.enter_for("a"), room.enter_for("a"));
        let mut other = room.enter_for("b");
        first.take(30).await.unwrap();
        other.take(30).await.unwrap();
        let first = tokio::spawn(async move { code(first.next(std::future::pending::<()>()).await) });
        assert_eq!(code(second.take(20).await), 200);
        assert_eq!(first.await.unwrap(), 408, "the caller's own makes way");
        let waits = tokio::time::timeout(Duration::from_millis(20), second.take(30)).await;
        assert!(waits.is_err(), "the share is used up, though there is room");
        assert_eq!(code(other.take(10).await), 200, "that of another one is not touched");
        drop((second, other));
        let state = room.0.state();
        assert!(state.bytes == 0 && state.by.is_empty() && state.sending.is_empty(), "who left is forgotten");
    }

    #[tokio::test]
    async fn who_waits_for_oneself_is_told_so() {
        let room = Arrivals(Arc::new(Inner {
            most: 100,
            each: 60,
            patience: PATIENCE,
            waits: [Duration::ZERO; 2],
            state: Mutex::default(),
            freed: Notify::new(),
        }));
        let (mut first, mut second, mut other) = (room.enter_for("a"), room.enter_for("a"), room.enter_for("b"));
        first.take(50).await.unwrap();
        let own = second.take(20).await.unwrap_err();
        assert!(own.status == 503 && own.detail.contains("of yours"), "{own:?}");
        other.take(40).await.unwrap();
        let all = second.take(10 + 1).await.unwrap_err();
        assert!(all.detail.contains("of yours"), "{all:?}");
        let all = second.take(10).await.map(|()| room.0.state().bytes);
        assert_eq!(all.unwrap(), 100);
        let all = other.take(1).await.unwrap_err();
        assert!(all.status == 503 && all.detail.contains("other files"), "{all:?}");
    }

    #[tokio::test]
    async fn a_body_is_read_within_its_bound() {
        let room = Arrivals::of(100);
        let read = |limit| {
            let room = room.clone();
            async move { read_body(Body::from(vec![7; 50]), limit, &mut room.enter()).await }
        };
        assert_eq!(read(50).await.unwrap(), [7; 50]);
        assert_eq!(code(read(49).await), 413);
        assert_eq!(room.0.state().bytes, 0);
    }
}
