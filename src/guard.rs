//! Panics kept inside: code of others panics on some input (sled on a damaged file, JSON-LD on an odd address), and bad
//! input is something to report, not the end of what else is being done.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}
static HOOK: Once = Once::new();

/// What a piece of work panicked with: the first line of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Panicked(pub(crate) String);

/// Runs `work` and returns the text of its panic if it panics, without a report on stderr.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    HOOK.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                report(info);
            }
        }));
    });
    let outer = QUIET.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(outer);
    done.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Panicked(text.unwrap_or("it panicked").lines().next().unwrap_or_default().chars().take(200).collect())
    })
}

/// Stack of the thread that parses or converts an SVG: the libraries go down the tree by calling themselves.
const STACK_BYTES: usize = 64 << 20;

/// Runs `work` on a thread with a large stack. `None` when it panicked, or no thread could be had.
pub(crate) fn with_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("svg".into()).stack_size(STACK_BYTES);
        builder.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_text() {
        assert_eq!(guarded(|| 1), Ok(1));
        assert_eq!(guarded(|| panic!("page {} is torn", 7)), Err::<(), _>(Panicked("page 7 is torn".to_owned())));
    }

    #[test]
    fn one_that_panics_costs_the_others_nothing() {
        use rayon::prelude::*;
        let work = |number: u32| guarded(|| if number == 3 { panic!("number {number}") } else { number * 2 }).ok();
        let done: Vec<Option<u32>> = (1..=5).into_par_iter().map(work).collect();
        assert_eq!(done, [Some(2), Some(4), None, Some(8), Some(10)]);
    }
}
