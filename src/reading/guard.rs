//! Runs a parser that is not ours where it can do no harm.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::{ReadingError, What};

/// Longest time spent on one file. An ordinary one takes less than a second.
const TIME: Duration = Duration::from_secs(30);

/// Threads that overran and still run. More files are refused then, lest whoever sends such files fills the machine.
const LEFT_BEHIND: usize = 2;
static BEHIND: AtomicUsize = AtomicUsize::new(0);

/// Stack of the reading thread: crafted files nest deeply.
const STACK_BYTES: usize = 32 << 20;

/// What [`give_up`] throws; any other panic is a bug of a parser.
struct GaveUp(&'static str);

/// Ends the guarded work from inside a callback that cannot return an error. Prints nothing.
pub(super) fn give_up(problem: &'static str) -> ! {
    resume_unwind(Box::new(GaveUp(problem)))
}

/// Runs `work`; a panic inside becomes [`ReadingError::Damaged`].
///
/// The parsers of fonts, images and PDF are safe Rust, but not proven free of panics on crafted input.
pub(super) fn catch<T>(what: What, work: impl FnOnce() -> Result<T, ReadingError>) -> Result<T, ReadingError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(match panic.downcast_ref::<GaveUp>() {
            Some(GaveUp(problem)) => ReadingError::Excessive { what, problem: (*problem).into() },
            None => ReadingError::Damaged { what, problem: "its structure is broken".into() },
        })
    })
}

/// Runs `work` on a thread with a large stack, for at most [`TIME`]. A thread that overruns is left behind: it holds
/// nothing but its own copy of the file, and ends with the process.
pub(super) fn on_thread<T: Send + 'static>(
    what: What,
    work: impl FnOnce() -> Result<T, ReadingError> + Send + 'static,
) -> Result<T, ReadingError> {
    if BEHIND.load(Ordering::SeqCst) >= LEFT_BEHIND {
        let problem = "others that take too long are still being read; try again later".to_owned();
        return Err(ReadingError::Excessive { what, problem });
    }
    let (sender, receiver) = mpsc::channel();
    let run = move || {
        // The receiver is gone only after the time limit; then nobody wants the result.
        if sender.send(catch(what, work)).is_err() {
            BEHIND.fetch_sub(1, Ordering::SeqCst);
        }
    };
    let damaged = |problem: &str| ReadingError::Damaged { what, problem: problem.into() };
    std::thread::Builder::new()
        .name("reading".into())
        .stack_size(STACK_BYTES)
        .spawn(run)
        .map_err(|_| damaged("no thread could be started to read it"))?;
    match receiver.recv_timeout(TIME) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            BEHIND.fetch_add(1, Ordering::SeqCst);
            // It may have ended just now: then its answer is here, and it counted nothing down.
            if let Ok(result) = receiver.try_recv() {
                BEHIND.fetch_sub(1, Ordering::SeqCst);
                return result;
            }
            drop(receiver);
            let problem = format!("reading it takes longer than {} seconds", TIME.as_secs());
            Err(ReadingError::Excessive { what, problem })
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(damaged("its structure is broken")),
    }
}
