//! The thread that does runs, one group after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::App;
use crate::acts::run::{self, RunError, Step};
use crate::desk::{Actor, Desk};
use crate::making::{StageTimes, Workshop};

/// How long to wait before looking for new runs.
const PAUSE: Duration = Duration::from_millis(200);
/// How long to wait after the store failed.
const REST: Duration = Duration::from_secs(2);

/// Does runs until it is stopped. Dropping it stops it too.
pub struct Worker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread. What was interrupted goes on.
    pub fn start(app: App) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let thread = thread::Builder::new().name("runs".to_owned()).spawn(move || work(&app, &told));
        let thread = thread.inspect_err(|error| tracing::error!(%error, "no thread for runs")).ok();
        Self { stop, thread }
    }

    /// Waits until the present group is done, and stops.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the thread for runs panicked");
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

fn work(app: &App, stop: &AtomicBool) {
    if let Err(error) = run::tidy(&desk(app)) {
        tracing::error!(%error, "runs could not be tidied");
    }
    let hands = hands();
    while !stop.load(Ordering::SeqCst) {
        if let Err(error) = app.believe_clock() {
            tracing::error!(%error, "runs rest");
            thread::park_timeout(REST);
            continue;
        }
        // A run that makes the code panic must not end all others with it.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match &hands {
            Some(hands) => hands.install(|| work_once(app)),
            None => work_once(app),
        }));
        match done {
            Ok(Ok(Step::Idle | Step::Elsewhere { .. })) => thread::park_timeout(PAUSE),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "a run rests");
                thread::park_timeout(REST);
            }
            Err(_) => {
                tracing::error!("a run panicked");
                thread::park_timeout(REST);
            }
        }
    }
}

/// By how much those who sign and try out give way to those who wait for an answer (POSIX.1-2017, `nice`; of a thread on Linux).
const GIVE_WAY: i32 = 10;

/// Returns the threads that sign and try out: all cores while nobody else wants one.
fn hands() -> Option<rayon::ThreadPool> {
    let give_way = |_| {
        if let Err(error) = rustix::process::nice(GIVE_WAY) {
            tracing::warn!(%error, "runs do not give way to others");
        }
    };
    let hands = rayon::ThreadPoolBuilder::new().start_handler(give_way);
    let hands = hands.thread_name(|n| format!("runs-{n}")).build();
    hands.inspect_err(|error| tracing::warn!(%error, "runs share the threads of others")).ok()
}

fn desk(app: &App) -> Desk<'_> {
    Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::System, now: app.now() }
}

/// Does one group of the oldest run, if there is one.
///
/// # Errors
/// When the store fails.
pub fn work_once(app: &App) -> Result<Step, RunError> {
    let (signer, times) = (app.vault.signer().ok(), StageTimes::default());
    let step = match &signer {
        Some(signer) => {
            let workshop = Workshop { faces: &app.faces, signer, times: &times };
            run::step(&desk(app), &workshop, &app.vault, app.holder())?
        }
        // What signs stays queued; the rest goes on.
        None => run::step_locked(&desk(app), &app.vault, app.holder())?,
    };
    app.pulse().beat(app.now());
    if let Step::Stalled { .. } = step {
        // Who replaced the key that signs may have been stopped before the store was told.
        app.vault.tell_signer(&*app.store)?;
    }
    if let Step::Group(done) = &step {
        app.metrics().issued.inc_by((done.firsts.len() + done.replaced) as u64);
        app.metrics().revoked.inc_by(done.revoked as u64);
        app.vault.forget_anchors();
    }
    Ok(step)
}
