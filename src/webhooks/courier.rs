//! The worker that empties the outbox: for each endpoint a few lanes, so that a slow one holds up nobody else.
//!
//! Several couriers may work on one store, also in several processes: a delivery belongs to who took it, for a while.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::{Id, JoinError, JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::outbox::{self, Claim, Finished, Report};
use super::{Attempt, EndpointId, Sender, WebhookError, endpoints, ledger, schedule};
use crate::credential::Timestamp;
use crate::store::Store;

/// Messages sent to one endpoint at a time while it takes them; one that fails gets one.
pub const LANES: usize = 4;
/// How often the queues are looked at when nobody rings.
const TICK: Duration = Duration::from_secs(1);
/// How long to wait after the store refused.
const TROUBLE: Duration = Duration::from_secs(30);
/// How often old messages are removed.
const TIDY: Duration = Duration::from_secs(3_600);

/// A clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Why a courier stopped or stumbled.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    /// The outbox could not be read or written.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// A task was cut off.
    #[error("sending webhooks was cut off")]
    CutOff(#[from] JoinError),
}

/// How many attempts ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Delivered.
    pub delivered: u64,
    /// To be tried again.
    pub again: u64,
    /// Given up.
    pub failed: u64,
    /// Done by somebody else meanwhile.
    pub lost: u64,
}

impl Sent {
    fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.again += other.again;
        self.failed += other.failed;
        self.lost += other.lost;
    }
}

/// Sends what is due. Clones are the same courier.
#[derive(Clone)]
pub struct Courier {
    store: Arc<dyn Store>,
    sender: Sender,
    clock: Clock,
    bell: Arc<Notify>,
    stopping: Arc<AtomicBool>,
}

/// Tasks that send, and to which endpoint each.
#[derive(Default)]
struct Lanes {
    tasks: JoinSet<Result<Sent, CourierError>>,
    endpoints: HashMap<Id, EndpointId>,
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Courier").field("sender", &self.sender).finish_non_exhaustive()
    }
}

impl Courier {
    /// Returns a courier.
    pub fn new(store: Arc<dyn Store>, sender: Sender, clock: Clock) -> Self {
        Self { store, sender, clock, bell: Arc::default(), stopping: Arc::default() }
    }

    /// Returns the bell: ring it (`notify_one`) after a change that put something into the outbox. Without, it is found
    /// within a second.
    pub fn bell(&self) -> Arc<Notify> {
        Arc::clone(&self.bell)
    }

    /// Works until told to stop, then ends what is being sent.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let (mut lanes, mut tidied) = (Lanes::default(), None::<Instant>);
        loop {
            let pause = match self.turn(&mut lanes, &mut tidied).await {
                Ok(()) => TICK,
                Err(error) => {
                    trouble(&error);
                    TROUBLE
                }
            };
            tokio::select! {
                () = &mut stop => break,
                () = self.bell.notified() => {}
                Some(done) = lanes.tasks.join_next_with_id() => {
                    let _ = lanes.note(done).inspect_err(trouble);
                }
                () = sleep(pause) => {}
            }
        }
        self.stopping.store(true, Ordering::SeqCst);
        while let Some(done) = lanes.tasks.join_next_with_id().await {
            let _ = lanes.note(done).inspect_err(trouble);
        }
    }

    /// Sends until nothing is due and nothing is being sent.
    ///
    /// # Errors
    /// [`CourierError`]; what was being sent then is sent again later.
    pub async fn deliver_due(&self) -> Result<Sent, CourierError> {
        let (mut lanes, mut sent) = (Lanes::default(), Sent::default());
        loop {
            self.open_lanes(&mut lanes).await?;
            match lanes.tasks.join_next_with_id().await {
                Some(done) => sent.add(lanes.note(done)?),
                None => return Ok(sent),
            }
        }
    }

    async fn turn(&self, lanes: &mut Lanes, tidied: &mut Option<Instant>) -> Result<(), CourierError> {
        self.open_lanes(lanes).await?;
        if tidied.is_none_or(|at| at.elapsed() >= TIDY) {
            *tidied = Some(Instant::now());
            let now = (self.clock)();
            self.blocking(move |store| ledger::tidy(store, now)).await?;
        }
        Ok(())
    }

    /// Starts sending to each endpoint with something due, in as many lanes as it may have.
    async fn open_lanes(&self, lanes: &mut Lanes) -> Result<(), CourierError> {
        let now = (self.clock)();
        for (endpoint, wanted) in self.blocking(move |store| due_endpoints(store, now)).await? {
            let busy = lanes.endpoints.values().filter(|id| **id == endpoint).count();
            for _ in busy..wanted {
                let (courier, id) = (self.clone(), endpoint.clone());
                let task = lanes.tasks.spawn(async move { courier.lane(&id).await });
                lanes.endpoints.insert(task.id(), endpoint.clone());
            }
        }
        Ok(())
    }

    /// Sends one message after another to an endpoint, until nothing is due, one fails, or the courier stops.
    async fn lane(&self, endpoint: &EndpointId) -> Result<Sent, CourierError> {
        let mut sent = Sent::default();
        while !self.stopping.load(Ordering::SeqCst) {
            let (id, now) = (endpoint.clone(), (self.clock)());
            let Some(claim) = self.blocking(move |store| outbox::claim(store, &id, now)).await? else { break };
            match self.attempt(claim).await? {
                Finished::Delivered => sent.delivered += 1,
                Finished::Again(_) => {
                    sent.again += 1;
                    break;
                }
                Finished::Failed => {
                    sent.failed += 1;
                    break;
                }
                Finished::Lost => sent.lost += 1,
            }
        }
        Ok(sent)
    }

    /// Sends a message and records what came of it.
    async fn attempt(&self, claim: Claim) -> Result<Finished, CourierError> {
        let (at, begun) = ((self.clock)(), Instant::now());
        let answer = self.sender.send(&claim.url, &claim.message, at, &claim.secrets, &claim.body).await;
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (now, outcome) = ((self.clock)(), answer.outcome);
        tracing::info!(endpoint = %claim.endpoint, message = %claim.message, ?outcome, millis, "webhook attempt");
        let retry_after = answer.retry_after.and_then(|header| schedule::retry_after(&header, now));
        let report = Report { attempt: Attempt { at, outcome, millis }, retry_after };
        let jitter = random()?;
        self.blocking(move |store| outbox::finish(store, &claim, &report, now, jitter)).await
    }

    /// Runs a call of the store off the event loop.
    async fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Store) -> Result<T, WebhookError> + Send + 'static,
    ) -> Result<T, CourierError> {
        let store = Arc::clone(&self.store);
        Ok(spawn_blocking(move || call(&*store)).await??)
    }
}

impl Lanes {
    /// Takes note of a lane that ended.
    fn note(&mut self, done: Result<(Id, Result<Sent, CourierError>), JoinError>) -> Result<Sent, CourierError> {
        let id = done.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        self.endpoints.remove(&id);
        done?.1
    }
}

/// Returns the endpoints with something due, and how many lanes each may have.
fn due_endpoints(store: &dyn Store, now: Timestamp) -> Result<Vec<(EndpointId, usize)>, WebhookError> {
    let mut due = Vec::new();
    for kept in endpoints::list(store)? {
        if outbox::next_due(store, &kept.record)?.is_some_and(|at| at <= now) {
            let fails = endpoints::health(store, &kept.record.id)?.failures > 0;
            due.push((kept.record.id, if fails { 1 } else { LANES }));
        }
    }
    Ok(due)
}

fn random() -> Result<u32, WebhookError> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|_| WebhookError::Random)?;
    Ok(u32::from_le_bytes(bytes))
}

fn trouble(error: &CourierError) {
    tracing::warn!(%error, "webhooks wait");
}
