//! Readers that nobody waits for any more: they stop at the next page of a listing.
//!
//! Told to the thread, not to each function on the way: whoever walks all people need not know who asked, and why not any
//! more. A write is never stopped by this: only pages ask.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Result, StoreError};

type Asked = Rc<dyn Fn() -> bool>;

thread_local! {
    static WANTED: RefCell<Option<Asked>> = const { RefCell::new(None) };
}

/// What was asked before, put back also after a panic.
struct Before(Option<Asked>);

impl Drop for Before {
    fn drop(&mut self) {
        WANTED.set(self.0.take());
    }
}

/// Reads for somebody: once `wanted` says no, listings asked for by this thread answer [`StoreError::Unwanted`].
pub fn while_wanted<T>(wanted: impl Fn() -> bool + 'static, work: impl FnOnce() -> T) -> T {
    let _before = Before(WANTED.replace(Some(Rc::new(wanted))));
    work()
}

/// Stops who reads for nobody.
pub(super) fn check() -> Result<()> {
    match WANTED.with_borrow(Clone::clone) {
        Some(wanted) if !wanted() => Err(StoreError::Unwanted),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::store::{MemoryStore, Store};

    #[test]
    fn a_reader_stops_when_nobody_waits_and_its_thread_reads_on_for_others() {
        let (store, asked) = (MemoryStore::new(), Rc::new(Cell::new(0)));
        let count = Rc::clone(&asked);
        let twice = move || count.replace(count.get() + 1) < 2;
        let read = while_wanted(twice, || (0..5).map(|_| store.events(None, 10).map(drop)).collect::<Vec<_>>());
        assert!(read[..2].iter().all(Result::is_ok), "{read:?}");
        assert!(read[2..].iter().all(|one| matches!(one, Err(StoreError::Unwanted))), "{read:?}");
        store.events(None, 10).unwrap();
        let panicked =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| while_wanted(|| false, || panic!("x"))));
        assert!(panicked.is_err());
        store.events(None, 10).unwrap();
    }
}
