//! Turns for work that walks over everybody, draws, or sends for long: a few at a time, whoever asks and however often.
//! Reading is bounded like writing, in memory and in time.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use super::{App, Caller, Problem};
use crate::desk::Desk;
use crate::store;

/// How long an idle thread is kept: no new one is to take memory anew.
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// How long one waits for a turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most that wait or work at once.
const ALL: usize = 64;
/// Most of them for one caller, so that one who asks a hundred times at once does not push out all others.
const EACH: usize = 8;
/// Longest page of a listing that is read without a turn.
const SHORT: usize = 100;
/// Most that are sent at once, as they are made: each takes a thread until it is read.
const SENT: usize = 3;

/// So many at a time, on threads of their own: what a thread had in memory it keeps for a while for what it does next, so that
/// work of this kind on any thread of the service would add up.
pub(super) struct Turns {
    turns: Arc<Semaphore>,
    callers: Callers,
    /// Its threads; only a moment without, while it is dropped.
    threads: Option<Runtime>,
}

type Callers = Arc<Mutex<HashMap<String, usize>>>;

/// A turn; it ends when this is dropped.
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

/// A caller who waits or works.
struct Place {
    callers: Callers,
    id: String,
}

impl Turns {
    /// Turns for work: as many as there are cores, and two at least.
    ///
    /// # Errors
    /// When there are no threads to be had.
    pub(super) fn to_work() -> io::Result<Self> {
        Self::many(available_parallelism().map_or(2, usize::from).clamp(2, 8))
    }

    /// Turns for what is sent while it is made.
    ///
    /// # Errors
    /// When there are no threads to be had.
    pub(super) fn to_send() -> io::Result<Self> {
        Self::many(SENT)
    }

    fn many(turns: usize) -> io::Result<Self> {
        let threads = Builder::new_current_thread().max_blocking_threads(turns).thread_keep_alive(DAY).build()?;
        Ok(Self { turns: Arc::new(Semaphore::new(turns)), callers: Callers::default(), threads: Some(threads) })
    }

    /// Does work that has its turn. Nothing if the service is about to end.
    pub(super) fn spawn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<JoinHandle<T>> {
        self.threads.as_ref().map(|threads| threads.spawn_blocking(work))
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// 503 when too many wait already, or it takes too long.
    pub(super) async fn take(&self, caller: &str) -> Result<Turn, Problem> {
        let place = self.enter(caller).ok_or_else(busy)?;
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let permit = permit.ok().and_then(Result::ok).ok_or_else(busy)?;
        Ok(Turn { _permit: permit, _place: place })
    }

    fn enter(&self, caller: &str) -> Option<Place> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let own = callers.get(caller).copied().unwrap_or(0);
        if own >= EACH || callers.values().sum::<usize>() >= ALL {
            return None;
        }
        callers.insert(caller.to_owned(), own + 1);
        Some(Place { callers: Arc::clone(&self.callers), id: caller.to_owned() })
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        // Waits for nobody: it may be dropped on one of its own threads.
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = callers.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                callers.remove(&self.id);
            }
        }
    }
}

fn busy() -> Problem {
    let detail = "others are being answered who asked for as much; try again in a moment";
    Problem { retry_after: Some(1), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail) }
}

/// Says so when it is dropped: who waited has gone, or was answered otherwise.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl App {
    /// Reads much for a caller at a desk: in turn, and no longer than the caller waits.
    ///
    /// # Errors
    /// 503 if there is no turn to be had; what the work answers.
    pub(super) async fn read_at_desk<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&Self, &Desk<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let gone = Arc::new(AtomicBool::new(false));
        let _waiting = Waiting(Arc::clone(&gone));
        self.in_turn(caller, move |app, desk| {
            let working = app.metrics().read();
            let wanted = {
                let gone = Arc::clone(&gone);
                move || !gone.load(Ordering::Relaxed)
            };
            let done = store::while_wanted(wanted, || work(app, desk));
            working.ended(gone.load(Ordering::Relaxed));
            done
        })
        .await
    }

    /// Returns a page of a listing: read as [`App::at_desk`] does, or, where it is long or a filter may have to look at very
    /// many for it, as [`App::read_at_desk`].
    ///
    /// # Errors
    /// Theirs.
    pub(super) async fn list_at_desk<T: Send + 'static>(
        &self,
        caller: &Caller,
        limit: usize,
        filtered: bool,
        work: impl FnOnce(&Self, &Desk<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        if filtered || limit > SHORT { self.read_at_desk(caller, work).await } else { self.at_desk(caller, work).await }
    }

    /// Does work for a caller at a desk that takes much memory or time: in turn, and to its end.
    ///
    /// # Errors
    /// 503 if there is no turn to be had; what the work answers.
    pub(super) async fn in_turn<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&Self, &Desk<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.turns().take(&caller.id.to_string()).await?;
        let work = self.work_at_desk(caller, work);
        let done = self.turns().spawn(move || {
            // Kept until the work ends, also when nobody waits for it any more.
            let _turn = turn;
            work()
        });
        match done {
            Some(done) => done.await.unwrap_or_else(|_| Err(Problem::internal("a worker panicked"))),
            None => Err(busy()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(taken: Result<Turn, Problem>) -> u16 {
        taken.map_or_else(|problem| problem.status, |_| 200)
    }

    #[tokio::test]
    async fn one_caller_has_few_places_and_gets_them_back() {
        let turns = Turns::many(100).unwrap();
        let mut held = Vec::new();
        for _ in 0..EACH {
            held.push(turns.take("a").await.unwrap());
        }
        assert_eq!(code(turns.take("a").await), 503);
        assert_eq!(code(turns.take("b").await), 200, "another one is not pushed out");
        held.pop();
        assert_eq!(code(turns.take("a").await), 200);
        drop(held);
        assert!(turns.callers.lock().unwrap().is_empty(), "who left is forgotten");
    }

    #[tokio::test]
    async fn all_together_have_so_many_places_and_fewer_turns() {
        let turns = Arc::new(Turns::many(1).unwrap());
        let first = turns.take("first").await.unwrap();
        let waiting: Vec<_> = (1..ALL)
            .map(|n| {
                let turns = Arc::clone(&turns);
                tokio::spawn(async move { turns.take(&format!("c{}", n / EACH)).await.map(drop) })
            })
            .collect();
        while turns.callers.lock().unwrap().values().sum::<usize>() < ALL {
            tokio::task::yield_now().await;
        }
        assert_eq!(code(turns.take("late").await), 503);
        drop(first);
        for one in waiting {
            one.await.unwrap().unwrap();
        }
        assert_eq!(code(turns.take("late").await), 200);
    }
}
