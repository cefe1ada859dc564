//! What all handlers share.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::api::MailDaysView;
use super::arriving::Arrivals;
use super::auth::Authenticator;
use super::counted::Counted;
use super::crowd::Crowd;
use super::lane::Lane;
use super::nights::Upkeep;
use super::ops::{Metrics, Pulse, Readiness};
use super::rate::{Hourly, Rate};
use super::reached::Reached;
use super::relay::{Mailing, SealedMail};
use super::session::Logins;
use super::site_look::SiteReading;
use super::staff::Uploads;
use super::standings::Standings;
use super::turns::Turns;
use super::{Caller, Problem, PublicUrl, Steady, Vault, vc_api};
use crate::acts::run::Holder;
use crate::acts::upkeep::{self, Settled, Values};
use crate::credential::Timestamp;
use crate::desk::{Desk, Issuer};
use crate::files::Badges;
use crate::mail::Relay;
use crate::making::Faces;
use crate::publish::clock::ClockError;
use crate::reading::Reader;
use crate::store::Store;
use crate::webhooks::Rules;

/// Bytes of files in memory at once that anybody sends. With the process that reads, which has 256 MB, the service stays below
/// 500 MB.
const FROM_ANYBODY: usize = 64 << 20;
/// Largest uploads of staff that are in memory at once.
const FROM_STAFF: usize = 4;
/// Largest bodies that carry an idempotency key and are in memory at once: one for each caller, and three for all.
const REPEATABLE: usize = 3;
/// Certificates that one address may show in an hour to get another address for them.
const CLAIMS_AN_HOUR: u32 = 20;

/// How often the mail server is tried in an hour: the answer tells what is behind a port.
pub(super) const RELAY_TESTS_AN_HOUR: u32 = 10;

/// Tells the time. Fixed in tests.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Bounds of what a request may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest request body in bytes, other than uploads.
    pub body_bytes: usize,
    /// Largest upload in bytes: a spreadsheet, a PDF.
    pub upload_bytes: usize,
    /// How long a request may take.
    pub request_time: Duration,
    /// Requests a second to the public endpoints, from one address.
    pub public_per_second: u32,
    /// Links to what is theirs that may be asked for in an hour from one address, behind which may be a whole class. Each mailbox
    /// gets five, whoever asks.
    pub links_per_caller: u32,
    /// More certificates that one member of staff revokes, restores, renames or regenerates within a day than this need a
    /// second one.
    pub revoke_alone: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            upload_bytes: 64 << 20,
            request_time: Duration::from_secs(30),
            public_per_second: 20,
            links_per_caller: 5,
            revoke_alone: 50,
        }
    }
}

/// How holders are served.
#[derive(Debug, Clone, Default)]
pub struct PortalSettings {
    /// The number of the issuer's page on LinkedIn, by which its logo is shown.
    pub linkedin: Option<u64>,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// Where records are kept.
    pub store: Arc<dyn Store>,
    /// Who issues.
    pub issuer: Issuer,
    /// Compiled templates.
    pub faces: Faces,
    /// The keys.
    pub vault: Vault,
    /// Who reads the files that everybody may send.
    pub reader: Reader,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub authenticator: Authenticator,
    /// Bounds.
    pub limits: Limits,
    /// Whom webhooks may call.
    pub hooks: Rules,
    /// Whether the W3C VC-API is served.
    pub vc_api: bool,
    /// Behind how many proxies the service stands: a caller's address is what the outermost of them saw.
    pub behind_proxy: u8,
    /// Under which address it is reached: what links begin with.
    pub public_url: PublicUrl,
    /// How holders are served.
    pub portal: PortalSettings,
    /// The relay that mail is handed to, as it is configured; nothing: staff may choose one on a page.
    pub mail: Option<Relay>,
    /// The same where its password is sealed with those of the keys.
    pub mail_sealed: Option<SealedMail>,
    /// What is fixed of how house is kept: backups, what is thrown away, how long sessions last. The rest staff choose on a page.
    pub fixed: Values,
    /// The folder that all of this lies in, to see whether there is room.
    pub data: Option<PathBuf>,
    /// What the clock is measured by while the service runs; nothing: it is believed, as in tests.
    pub steady: Option<Steady>,
}

/// The service: shared by all requests, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// The parts, with what is counted.
struct Inner {
    /// What it is made of.
    parts: Parts,
    /// What is counted.
    metrics: Metrics,
    /// What logins share.
    logins: Logins,
    /// How often one address may use the public endpoints.
    public: Rate,
    /// How often one address may ask for links to what is theirs.
    asks: Hourly,
    /// How often one address may show a certificate to get another address for it.
    claims: Hourly,
    /// How often the mail server is tried.
    relay_tests: Hourly,
    /// Who has files in memory to be verified.
    files: Crowd,
    /// Room in memory for files that anybody sends, for those of staff, and for bodies that may be sent twice.
    arrivals: [Arrivals; 3],
    /// Whose file is looked at.
    lane: Lane,
    /// Whose turn it is to read or draw much, and to be sent it.
    turns: [Turns; 2],
    /// What came of the last look at the store.
    readiness: Readiness,
    /// When the queue of runs last moved.
    pulse: Pulse,
    /// As whom this service works on runs.
    holder: Holder,
    /// Whether the service is about to stop.
    stopping: watch::Sender<bool>,
    /// What the VC-API has of its own.
    vc: vc_api::Register,
    /// Badges that were drawn.
    badges: Badges,
    /// Files that staff look at.
    uploads: Uploads,
    /// How mail leaves now.
    mailing: Mailing,
    /// At which address staff say that people reach it.
    reached: Reached,
    /// Who reads the published site.
    site_reading: SiteReading,
    /// What is being done about backups.
    upkeep: Upkeep,
    /// Messages that were counted by day.
    mail_days: Counted<MailDaysView>,
    /// Where an event's people stand, and to whom nothing was sent.
    standings: Standings,
    /// How many messages bounced or failed, and of how many nobody knows.
    mail_counts: Counted<(usize, usize)>,
    waiting: Counted<usize>,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

impl App {
    /// Returns the service made of these parts.
    ///
    /// # Errors
    /// When the machine has no threads for it.
    pub fn new(parts: Parts) -> io::Result<Self> {
        let public = Rate::per_second(parts.limits.public_per_second);
        let asks = Hourly::of(parts.limits.links_per_caller);
        let from_staff = parts.limits.upload_bytes.saturating_mul(FROM_STAFF);
        let repeatable = parts.limits.upload_bytes.max(parts.limits.body_bytes);
        let repeatable = Arrivals::shared(repeatable.saturating_mul(REPEATABLE), repeatable);
        let stopping = watch::Sender::new(false);
        let pulse = Pulse::at((parts.clock)());
        let app = Self(Arc::new(Inner {
            parts,
            metrics: Metrics::default(),
            logins: Logins::default(),
            public,
            asks,
            claims: Hourly::of(CLAIMS_AN_HOUR),
            relay_tests: Hourly::of(RELAY_TESTS_AN_HOUR),
            files: Crowd::default(),
            arrivals: [Arrivals::of(FROM_ANYBODY), Arrivals::of(from_staff), repeatable],
            lane: Lane::default(),
            turns: [Turns::to_work()?, Turns::to_send()?],
            readiness: Readiness::default(),
            pulse,
            holder: Holder::default(),
            stopping,
            vc: vc_api::Register::default(),
            badges: Badges::default(),
            uploads: Uploads::default(),
            mailing: Mailing::default(),
            reached: Reached::default(),
            site_reading: SiteReading::default(),
            upkeep: Upkeep::default(),
            mail_days: Counted::default(),
            standings: Standings::default(),
            mail_counts: Counted::default(),
            waiting: Counted::default(),
        }));
        if let Err(problem) = app.take_up_mail() {
            tracing::error!(detail = problem.detail, "mail does not leave");
        }
        if let Err(error) = upkeep::tell(&*app.store, &app.fixed) {
            tracing::error!(%error, "how long sessions last was not told");
        }
        if let Err(error) = app.take_up_address() {
            tracing::error!(%error, "messages hold no links");
        }
        Ok(app)
    }

    /// Ends what would go on for ever, as who watches a run: the service is about to stop.
    pub fn begin_stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Waits until the service is about to stop.
    pub async fn stopping(&self) {
        // It cannot be closed: the sender is ours.
        let _ = self.0.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Returns what is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Returns how often one address may use the public endpoints.
    pub(super) fn public_rate(&self) -> &Rate {
        &self.0.public
    }

    /// Returns how often one address may ask for links.
    pub(super) fn asks(&self) -> &Hourly {
        &self.0.asks
    }

    /// Returns how often one address may show a certificate to get another address for it.
    pub(super) fn claims(&self) -> &Hourly {
        &self.0.claims
    }

    /// Returns how often the mail server may be tried, whoever asks.
    pub(super) fn relay_tests(&self) -> &Hourly {
        &self.0.relay_tests
    }

    /// Returns who has files in memory to be verified.
    pub(super) fn files(&self) -> &Crowd {
        &self.0.files
    }

    /// Returns room in memory for files that anybody sends.
    pub(super) fn room_for_anybody(&self) -> &Arrivals {
        &self.0.arrivals[0]
    }

    /// Returns room in memory for files that staff send.
    pub(super) fn room_for_staff(&self) -> &Arrivals {
        &self.0.arrivals[1]
    }

    /// Returns room in memory for bodies that are kept whole to tell whether they come again.
    pub(super) fn room_for_repeatable(&self) -> &Arrivals {
        &self.0.arrivals[2]
    }

    /// Returns the badges that were drawn.
    pub(super) fn badges(&self) -> &Badges {
        &self.0.badges
    }

    /// Returns the files that staff look at.
    pub(super) fn uploads(&self) -> &Uploads {
        &self.0.uploads
    }

    /// Returns what the courier and the pages share.
    pub(super) fn mailing(&self) -> &Mailing {
        &self.0.mailing
    }

    /// Returns at which address staff say that people reach it.
    pub(super) fn reached(&self) -> &Reached {
        &self.0.reached
    }

    /// Returns who reads the published site.
    pub(super) fn site_reading(&self) -> &SiteReading {
        &self.0.site_reading
    }

    /// Returns what is being done about backups.
    pub(super) fn upkeep(&self) -> &Upkeep {
        &self.0.upkeep
    }

    /// Returns how house is kept now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn house(&self) -> Result<Settled, Problem> {
        Ok(upkeep::now(&*self.store, &self.fixed, self.data.as_deref())?)
    }

    /// Returns the messages that were counted by day.
    pub(super) fn mail_days(&self) -> &Counted<MailDaysView> {
        &self.0.mail_days
    }

    /// Returns how many messages are in vain and ambiguous, as they were counted.
    pub(super) fn mail_counts(&self) -> &Counted<(usize, usize)> {
        &self.0.mail_counts
    }

    /// Returns how much waits for somebody, kind by kind, as it was counted.
    pub(super) fn waiting(&self) -> &Counted<usize> {
        &self.0.waiting
    }

    /// Returns what is kept of where people stand.
    pub(super) fn standings(&self) -> &Standings {
        &self.0.standings
    }

    /// Returns whose file is looked at.
    pub(super) fn lane(&self) -> &Lane {
        &self.0.lane
    }

    /// Returns whose turn it is to read or draw much.
    pub(super) fn turns(&self) -> &Turns {
        &self.0.turns[0]
    }

    /// Returns whose turn it is to be sent what is made meanwhile.
    pub(super) fn sends(&self) -> &Turns {
        &self.0.turns[1]
    }

    /// Returns what came of the last look at the store.
    pub(super) fn readiness(&self) -> &Readiness {
        &self.0.readiness
    }

    /// Returns when the queue of runs last moved.
    pub(super) fn pulse(&self) -> &Pulse {
        &self.0.pulse
    }

    /// Returns as whom this service works on runs.
    pub(super) fn holder(&self) -> &Holder {
        &self.0.holder
    }

    /// Returns what the VC-API has of its own.
    pub(super) fn vc(&self) -> &vc_api::Register {
        &self.0.vc
    }

    /// Returns what logins share.
    pub(super) fn logins(&self) -> &Logins {
        &self.0.logins
    }

    /// Returns the time.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Checks that the clock is to be believed, before something is written.
    ///
    /// # Errors
    /// When it is not.
    pub(super) fn believe_clock(&self) -> Result<(), ClockError> {
        self.steady.map_or(Ok(()), |steady| steady.check(&*self.store, self.now()))
    }

    /// Says whether the clock is to be believed.
    pub fn believes_clock(&self) -> bool {
        self.believe_clock().is_ok()
    }

    /// Does a caller's work at a desk, off the event loop: the store waits for the disk. Its store shows what the caller may
    /// see, and nothing else: who is limited to events reads and writes in those.
    ///
    /// # Errors
    /// What the work answers.
    pub async fn at_desk<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&Self, &Desk<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = tokio::task::spawn_blocking(self.work_at_desk(caller, work));
        done.await.unwrap_or_else(|_| Err(Problem::internal("a worker panicked")))
    }

    /// Returns a caller's work with its desk, for the thread that is to do it.
    pub(super) fn work_at_desk<T, W>(
        &self,
        caller: &Caller,
        work: W,
    ) -> impl FnOnce() -> Result<T, Problem> + Send + 'static + use<T, W>
    where
        W: FnOnce(&Self, &Desk<'_>) -> Result<T, Problem> + Send + 'static,
    {
        let (app, actor, scope) = (self.clone(), caller.actor(), caller.scope.clone());
        move || {
            scope.over(&*app.store, |store| {
                work(&app, &Desk { store, issuer: &app.issuer, actor: &actor, now: app.now() })
            })
        }
    }

    /// Does work that is nobody's act, off the event loop.
    ///
    /// # Errors
    /// What the work answers.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let app = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&app));
        done.await.unwrap_or_else(|_| Err(Problem::internal("a worker panicked")))
    }
}
