//! The worker that empties the outbox: a few lanes, each with a connection of its own, that take what is due in turn.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Notify};
use tokio::task::{JoinError, JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::outbox::{self, Due, Outcome};
use super::pace::{Breaker, May, Pace};
use super::prepare::{Found, prepare};
use super::relay::{self, Connection, Named, Trouble};
use super::{Letter, MailError, Message, MessageId, Relay, State, setup};
use crate::credential::Timestamp;
use crate::store::{DocumentWrite, Store};

/// Messages handed over at a time.
pub const LANES: usize = 4;
/// How often the queue is looked at when nobody rings.
const TICK: Duration = Duration::from_secs(1);
/// How long to wait after the store refused.
const TROUBLE: Duration = Duration::from_secs(30);
/// How often it is looked for messages of which nothing more was heard.
const TIDY: Duration = Duration::from_secs(3_600);
/// Entries of the queue that are looked at for one that may leave: past them a domain that is held back holds back others.
const LOOK: usize = 1_000;

/// So many recipients in a row may have answers that cannot be read before it is the relay that is at fault.
const MOST_UNREAD: u32 = 3;

/// A clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A letter, or why there is none.
#[derive(Debug)]
pub enum Prepared {
    /// It can go.
    Ready(Box<Letter>),
    /// There is nothing to send, or nobody to send it to.
    Nothing(String),
}

/// What a letter leads to: tokens that are kept nowhere.
#[derive(Debug, Clone, Copy)]
pub struct Tokens<'a> {
    /// Of its link; nothing where it has none.
    pub link: Option<&'a str>,
    /// Of the picture by which an open is counted; nothing where none is.
    pub picture: Option<&'a str>,
}

/// Who knows people, certificates and texts: asked for each letter when it is to go.
pub trait Clerk: Send + Sync {
    /// Writes the letter of a message.
    ///
    /// # Errors
    /// When the store fails; then it is tried again.
    fn letter(
        &self,
        store: &dyn Store,
        message: &Message,
        now: Timestamp,
        tokens: Tokens<'_>,
    ) -> Result<Prepared, MailError>;

    /// Says whether it is counted that a message was opened.
    ///
    /// # Errors
    /// When the store fails.
    fn counts_opens(&self, store: &dyn Store, message: &Message) -> Result<bool, MailError>;

    /// Returns for how many days a link is good; nothing where there is no page that it could lead to.
    fn link_days(&self) -> Option<u16>;

    /// Returns the writes that tell others that a message came back.
    fn told(&self, store: &dyn Store, message: &Message, now: Timestamp) -> Vec<DocumentWrite>;
}

/// Why a courier stopped or stumbled.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    /// The outbox could not be read or written.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// A task was cut off.
    #[error("sending mail was cut off")]
    CutOff(#[from] JoinError),
}

/// How many attempts ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// The relay has them.
    pub sent: u64,
    /// To be tried again.
    pub deferred: u64,
    /// Refused for good.
    pub bounced: u64,
    /// Nobody knows.
    pub ambiguous: u64,
    /// Nothing to send.
    pub failed: u64,
    /// Whether the relay could not be used: what is due waits.
    pub stuck: bool,
}

impl Sent {
    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.deferred += other.deferred;
        self.bounced += other.bounced;
        self.ambiguous += other.ambiguous;
        self.failed += other.failed;
        self.stuck |= other.stuck;
    }

    fn count(&mut self, state: State) {
        match state {
            State::Sent | State::Delivered | State::Opened | State::Downloaded => self.sent += 1,
            State::Deferred | State::Queued | State::Sending => self.deferred += 1,
            State::Bounced => self.bounced += 1,
            State::Ambiguous => self.ambiguous += 1,
            State::Failed => self.failed += 1,
        }
    }
}

/// What the lanes share.
struct Desk {
    /// Entries of the queue that were read and not taken yet.
    read: VecDeque<Due>,
    /// Messages that a lane has in hand.
    taken: HashSet<MessageId>,
    pace: Pace,
    breaker: Breaker,
    tidied: Option<Instant>,
    /// Whether the relay has worked since the courier began.
    works: bool,
    /// Recipients in a row whose answers could not be read.
    unread: u32,
}

/// What a lane does next.
enum Next {
    /// Sends this one.
    One(Due),
    /// Waits for so long: limits, or the relay rests.
    Wait(Duration, bool),
    /// Nothing is due.
    Nothing,
}

/// Sends what is due. Clones are the same courier.
#[derive(Clone)]
pub struct Courier {
    store: Arc<dyn Store>,
    relay: Relay,
    clerk: Arc<dyn Clerk>,
    clock: Clock,
    bell: Arc<Notify>,
    stopping: Arc<AtomicBool>,
    desk: Arc<Mutex<Desk>>,
    began: Instant,
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Courier").field("relay", &self.relay).finish_non_exhaustive()
    }
}

impl Courier {
    /// Returns a courier.
    pub fn new(store: Arc<dyn Store>, relay: Relay, clerk: Arc<dyn Clerk>, clock: Clock) -> Self {
        let pace = Pace::of(relay.config().per_minute, relay.config().per_domain);
        let (read, taken, breaker) = Default::default();
        let desk = Arc::new(Mutex::new(Desk { read, taken, pace, breaker, tidied: None, works: false, unread: 0 }));
        let (bell, stopping) = Default::default();
        Self { store, relay, clerk, clock, bell, stopping, desk, began: Instant::now() }
    }

    /// Works until told to stop, then ends what is being sent.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        if let Err(error) = self.take_stock().await {
            tracing::error!(%error, "the outbox of mail could not be looked through");
        }
        let mut lanes = JoinSet::new();
        for _ in 0..LANES {
            let courier = self.clone();
            lanes.spawn(async move { courier.lane(false).await });
        }
        stop.await;
        self.stopping.store(true, Ordering::SeqCst);
        self.bell.notify_waiters();
        while let Some(done) = lanes.join_next().await {
            if let Ok(Err(error)) | Err(error) = done.map_err(CourierError::from) {
                trouble(&error);
            }
        }
    }

    /// Sends until nothing is due, or the relay cannot be used.
    ///
    /// # Errors
    /// [`CourierError`].
    pub async fn deliver_due(&self) -> Result<Sent, CourierError> {
        self.take_stock().await?;
        let (mut lanes, mut sent) = (JoinSet::new(), Sent::default());
        for _ in 0..LANES {
            let courier = self.clone();
            lanes.spawn(async move { courier.lane(true).await });
        }
        while let Some(done) = lanes.join_next().await {
            sent.add(done??);
        }
        Ok(sent)
    }

    /// Finds what was interrupted: nobody knows whether it left.
    async fn take_stock(&self) -> Result<(), CourierError> {
        let now = (self.clock)();
        let lost = self.blocking(move |store| outbox::take_stock(store, now)).await?;
        if lost > 0 {
            tracing::warn!(messages = lost, "nobody knows whether these messages left; see `testamur mail ambiguous`");
        }
        Ok(())
    }

    /// Sends one message after the other, until nothing is due (`once`) or the courier stops.
    async fn lane(&self, once: bool) -> Result<Sent, CourierError> {
        let (mut sent, mut connection) = (Sent::default(), None::<Connection>);
        while !self.stopping.load(Ordering::SeqCst) {
            let pause = match self.next().await {
                Ok(Next::One(due)) => {
                    let done = self.one(&mut connection, &due).await;
                    self.desk.lock().await.taken.remove(&due.message);
                    match done {
                        Ok(state) => {
                            state.into_iter().for_each(|state| sent.count(state));
                            continue;
                        }
                        Err(error) if once => return Err(error),
                        Err(error) => {
                            trouble(&error);
                            TROUBLE
                        }
                    }
                }
                Ok(Next::Wait(_, true)) if once => {
                    sent.stuck = true;
                    break;
                }
                Ok(Next::Wait(pause, _)) => pause.min(TICK),
                Ok(Next::Nothing) if once => break,
                Ok(Next::Nothing) => TICK,
                Err(error) if once => return Err(error),
                Err(error) => {
                    trouble(&error);
                    TROUBLE
                }
            };
            // Nobody holds a connection that is not needed.
            if let Some(idle) = connection.take() {
                idle.quit().await;
            }
            tokio::select! {
                () = self.bell.notified() => {}
                () = sleep(pause) => {}
            }
        }
        if let Some(idle) = connection.take() {
            idle.quit().await;
        }
        Ok(sent)
    }

    /// Returns what is next.
    async fn next(&self) -> Result<Next, CourierError> {
        let mut desk = self.desk.lock().await;
        if desk.tidied.is_none_or(|at| at.elapsed() >= TIDY) {
            desk.tidied = Some(Instant::now());
            let now = (self.clock)();
            self.blocking(move |store| outbox::close_silent(store, now)).await?;
        }
        let mut shortest: Option<Duration> = None;
        for refilled in [false, true] {
            if refilled {
                let now = (self.clock)();
                desk.read = self.blocking(move |store| Ok(outbox::due(store, now, LOOK)?)).await?.into();
            }
            let mut looked = desk.read.len();
            while let Some(due) = desk.read.pop_front() {
                if desk.taken.contains(&due.message) {
                    continue;
                }
                let now = self.began.elapsed();
                if let Some(rest) = desk.breaker.rests(now) {
                    desk.read.push_front(due);
                    return Ok(Next::Wait(rest, true));
                }
                match desk.pace.take(&due.domain, now) {
                    May::Now => {
                        desk.taken.insert(due.message.clone());
                        return Ok(Next::One(due));
                    }
                    May::Later(wait) => {
                        desk.breaker.learnt_nothing();
                        desk.read.push_front(due);
                        return Ok(Next::Wait(wait, false));
                    }
                    May::NotThere(wait) => {
                        desk.breaker.learnt_nothing();
                        shortest = Some(shortest.map_or(wait, |known| known.min(wait)));
                        // Its turn comes again after the others that were read.
                        desk.read.push_back(due);
                        looked -= 1;
                        if looked == 0 {
                            break;
                        }
                    }
                }
            }
        }
        Ok(shortest.map_or(Next::Nothing, |wait| Next::Wait(wait, false)))
    }

    /// Sends one message. `None` if somebody else did, or the relay cannot be used.
    async fn one(&self, connection: &mut Option<Connection>, due: &Due) -> Result<Option<State>, CourierError> {
        let (entry, clerk, now) = (due.clone(), Arc::clone(&self.clerk), (self.clock)());
        let prepared = self.blocking(move |store| prepare(store, &*clerk, &entry, now)).await?;
        let (kept, going, letter) = match prepared {
            Found::Ready(ready) => *ready,
            Found::Not(why) => {
                self.desk.lock().await.breaker.learnt_nothing();
                return Ok(Some(self.finish(&due.message, (Outcome::Unsendable(why), false)).await?));
            }
            Found::Over(state) => {
                self.desk.lock().await.breaker.learnt_nothing();
                return Ok(state);
            }
        };
        let named = self.named(connection, &kept.message, &letter).await;
        let asked = match named {
            Ok(asked) => asked,
            Err(trouble) => {
                *connection = None;
                self.fails(&trouble).await?;
                return Ok(None);
            }
        };
        match &asked {
            // The next would be refused in the same way: this one waits, and others are not tried in vain.
            Named::Refused(reply) if reply.is_about_us() => self.fails(&Trouble::refuses(reply)).await?,
            // One is that recipient's; one after the other is the relay's, and others are not tried in vain. This one waits as if it was
            // alone: at the head of the queue it would keep back all behind it, for good.
            Named::Unread if self.is_unread_again().await => {
                self.fails(&Trouble::Unreachable("it breaks off at every recipient".to_owned())).await?;
            }
            Named::Unread => {}
            _ => self.works().await?,
        }
        let open = connection.as_mut();
        let (outcome, handed) = match (asked, open) {
            (Named::NotSuch(why), _) => (Outcome::Unsendable(why.to_owned()), false),
            (Named::Refused(reply), _) => (Outcome::Refused(reply), false),
            // It is this recipient's: others are not kept waiting for it, and it is given up some day.
            (Named::Unread, _) => (Outcome::Refused(relay::unread()), false),
            (Named::Taken, None) => return Ok(None),
            (Named::Taken, Some(open)) => {
                let now = (self.clock)();
                let begun = self.blocking(move |store| Ok(outbox::begin(store, &kept, &going, now)?)).await?;
                match begun {
                    Some(_) => (open.content(&letter.mime).await, true),
                    None => {
                        open.reset().await;
                        return Ok(None);
                    }
                }
            }
        };
        if let Some(open) = connection {
            if !matches!(outcome, Outcome::Accepted(_)) {
                open.reset().await;
            }
            if open.is_over()
                && let Some(over) = connection.take()
            {
                over.quit().await;
            }
        }
        Ok(Some(self.finish(&due.message, (outcome, handed)).await?))
    }

    /// Connects where there is no connection, and names the recipient. One that the relay has closed meanwhile is opened anew.
    async fn named(
        &self,
        connection: &mut Option<Connection>,
        message: &Message,
        letter: &Letter,
    ) -> Result<Named, Trouble> {
        let domain = self.relay.config().domain.clone();
        let key = self.blocking(|store| setup::bounce_key(store)).await;
        let key = key.map_err(|error| Trouble::Unwilling(error.to_string()))?;
        let from = key.address(&message.id, &domain);
        let ascii = letter.mime.is_ascii();
        if let Some(open) = connection.as_mut().filter(|open| open.is_used()) {
            match open.recipient(&from, &letter.to.address, ascii).await {
                Err(Trouble::Unreachable(_)) | Ok(Named::Unread) => *connection = None,
                asked => return asked,
            }
        }
        // Once more where it breaks at the recipient: by chance it does so once.
        for _ in 0..2 {
            let open = match connection {
                Some(open) => open,
                None => connection.insert(self.relay.connect().await?),
            };
            match open.recipient(&from, &letter.to.address, ascii).await {
                Ok(Named::Unread) => *connection = None,
                asked => return asked,
            }
        }
        Ok(Named::Unread)
    }

    /// Counts a recipient whose answer could not be read; says whether there were too many with no other between them.
    async fn is_unread_again(&self) -> bool {
        let mut desk = self.desk.lock().await;
        desk.unread += 1;
        desk.unread > MOST_UNREAD
    }

    async fn fails(&self, trouble: &Trouble) -> Result<(), CourierError> {
        let opened = self.desk.lock().await.breaker.fails(self.began.elapsed());
        if !opened {
            tracing::info!(%trouble, "a message waits");
            return Ok(());
        }
        tracing::warn!(%trouble, "mail waits");
        let (problem, now) = (trouble.to_string(), (self.clock)());
        self.blocking(move |store| Ok(setup::note_trouble(store, Some(&problem), now)?)).await
    }

    /// Notes that the relay works. What an earlier courier noted of it is looked at once.
    async fn works(&self) -> Result<(), CourierError> {
        {
            let mut desk = self.desk.lock().await;
            let known = std::mem::replace(&mut desk.works, true) && !desk.breaker.is_open();
            desk.breaker.works();
            desk.unread = 0;
            if known {
                return Ok(());
            }
        }
        let now = (self.clock)();
        self.blocking(move |store| Ok(setup::note_trouble(store, None, now)?)).await
    }

    async fn finish(&self, id: &MessageId, (outcome, handed): (Outcome, bool)) -> Result<State, CourierError> {
        let now = (self.clock)();
        let (id, clerk, jitter) = (id.clone(), Arc::clone(&self.clerk), random()?);
        let (named, code) = (id.clone(), code_of(&outcome));
        let state = self
            .blocking(move |store| {
                outbox::finish(store, &id, (&outcome, handed), (now, jitter), &|message| {
                    clerk.told(store, message, now)
                })
            })
            .await?;
        tracing::info!(message = %named, state = state.name(), code, "mail");
        Ok(state)
    }

    /// Runs a call of the store off the event loop.
    async fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Store) -> Result<T, MailError> + Send + 'static,
    ) -> Result<T, CourierError> {
        let store = Arc::clone(&self.store);
        Ok(spawn_blocking(move || call(&*store)).await??)
    }
}

/// Returns what a server answered, for the log: its words may name somebody.
fn code_of(outcome: &Outcome) -> u16 {
    match outcome {
        Outcome::Accepted(reply) | Outcome::Refused(reply) => reply.code,
        Outcome::Broke | Outcome::Unknown | Outcome::Unsendable(_) => 0,
    }
}

fn random() -> Result<u32, MailError> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|_| MailError::Random)?;
    Ok(u32::from_le_bytes(bytes))
}

fn trouble(error: &CourierError) {
    tracing::warn!(%error, "mail waits");
}
