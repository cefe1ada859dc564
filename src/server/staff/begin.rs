//! The first page of all: it sets up an issuer in an empty folder. Whoever has the link that the program printed says what the
//! organisation is called and makes its keys and its first owner; then the service itself starts.
//!
//! Knows no folder and no key: what is asked for is given to who started it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Notify};

use super::form::Fields;
use super::inside::Outside;
use super::parts::Print;
use super::ui::{Choice, Facts, Field, Form, Kind, Notice, Page, Section, Text, Tone, Tried};
use super::words::Words;
use super::{house_language, phrases};
use crate::accounts::Secret;
use crate::credential::Timestamp;
use crate::mail::relay::Patience;
use crate::mail::{Address, Content, Heads, Letter, Mailbox, MessageId, Relay, mime};
use crate::server::problem::FieldProblem;
use crate::server::public_url::is_known_here_only;
use crate::server::{App, Problem, PublicUrl};

/// How long answers that are under way are waited for at the end.
const GRACE: Duration = Duration::from_secs(2);
/// Largest form with its picture, in bytes.
const MOST_WITH_LOGO: usize = 6 << 20;
/// Largest picture, in bytes.
const MOST_LOGO: usize = 5 << 20;
/// Fields that are not sent back.
const SECRETS: [&str; 5] = ["password", "password_again", "passphrase", "again", "relay_password"];
/// How long the mail server may take over each step when it is tried.
const STEP: Duration = Duration::from_secs(10);

/// What an issuer is to be.
#[derive(Debug)]
pub struct Wanted {
    /// The name as it is printed and signed.
    pub issuer: String,
    /// The host of its identity.
    pub domain: String,
    /// Where days begin and end, by the IANA database's name.
    pub time_zone: Option<String>,
    /// What the issuer speaks where nobody's own language is known, by its tag; English if left out.
    pub house_language: Option<String>,
    /// At which address people will reach the service, if that is known.
    pub address: Option<String>,
    /// Of the key files.
    pub passphrase: Secret,
    /// The first owner's name, e-mail and password.
    pub owner: (String, String, Secret),
    /// Where mail is handed over, if it is.
    pub relay: Option<RelayWanted>,
    /// A picture that certificates are to have.
    pub logo: Option<Vec<u8>>,
    /// Whether there is to be an event of invented people, to look around in.
    pub sample: bool,
    /// The language of the page that was filled in, by its tag.
    pub language: &'static str,
}

/// Where mail is handed over.
#[derive(Debug)]
pub struct RelayWanted {
    /// The host.
    pub host: String,
    /// The port; the usual one if left out.
    pub port: Option<u16>,
    /// `starttls`, `tls` or `none`.
    pub security: String,
    /// Who logs in there, with which password.
    pub login: Option<(String, Secret)>,
    /// Who messages are from.
    pub from: String,
}

/// Who sets an issuer up as the page asks.
pub trait Founder: Send + Sync + 'static {
    /// Returns the address at which people reach the service, where who started it said that already.
    fn address(&self) -> Option<String>;

    /// Returns everything that is wrong with what is asked for; makes nothing.
    fn check(&self, wanted: &Wanted) -> Vec<NotMade>;

    /// Makes it.
    ///
    /// # Errors
    /// What was in the way.
    fn make(&self, wanted: &Wanted) -> Result<Made, NotMade>;

    /// Returns the mail server, to be tried, and who messages are from.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    fn relay(&self, wanted: &RelayWanted) -> Result<Relay, Vec<NotMade>>;
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The issuer's identity.
    pub did: String,
    /// The fingerprint of the root key, to be printed.
    pub root_fingerprint: String,
    /// Where the folder with the keys lies.
    pub keys: String,
    /// The codes of the owner's recovery sheet; none where a try before this one has made the owner.
    pub codes: Vec<Secret>,
}

/// Why it was not.
#[derive(Debug)]
pub struct NotMade {
    /// The field that is wrong, if it is one.
    pub field: Option<&'static str>,
    /// What is wrong, and what to do.
    pub detail: String,
}

/// What was typed and chosen before.
#[derive(Default)]
struct Kept {
    secrets: BTreeMap<&'static str, Secret>,
    logo: Option<(String, Vec<u8>)>,
}

impl Kept {
    /// Takes what is new in a form.
    fn take(&mut self, fields: &Fields) {
        for name in SECRETS.into_iter().filter(|name| !fields.raw(name).is_empty()) {
            self.secrets.insert(name, Secret::from(fields.raw(name).to_owned()));
        }
        if let Some(file) = fields.file("logo") {
            self.logo = Some((file.name.clone(), file.bytes.to_vec()));
        }
    }

    fn secret(&self, name: &str) -> Secret {
        self.secrets.get(name).cloned().unwrap_or_else(|| Secret::from(String::new()))
    }

    /// Forgets what was wrong.
    fn forget(&mut self, faults: &[NotMade]) {
        for field in faults.iter().filter_map(|fault| fault.field) {
            self.secrets.remove(field);
            if field == "passphrase" || field == "again" {
                self.secrets.remove("passphrase");
                self.secrets.remove("again");
            }
            if field == "password" || field == "password_again" {
                self.secrets.remove("password");
                self.secrets.remove("password_again");
            }
            if field == "logo" {
                self.logo = None;
            }
        }
    }
}

#[derive(Clone)]
struct Begin(Arc<Inner>);

struct Inner {
    token: Secret,
    founder: Box<dyn Founder>,
    /// What is not sent back into the page: it need not be typed again while something else is wrong.
    kept: Mutex<Kept>,
    /// One at a time; what was made is shown, and not made again.
    made: Mutex<Option<Made>>,
    done: Notify,
    /// Takes no more connections.
    closed: Arc<AtomicBool>,
    /// The passphrase, for who started this.
    passphrase: std::sync::Mutex<Option<Secret>>,
}

/// Serves the page until an issuer was made. Returns the passphrase; nothing if it was stopped before.
///
/// # Errors
/// When the socket fails.
pub async fn begin(
    listener: TcpListener,
    token: Secret,
    stopped: impl Future<Output = ()> + Send + 'static,
    founder: impl Founder,
) -> io::Result<Option<Secret>> {
    let closed = Arc::new(AtomicBool::new(false));
    let listener = UntilClosed { listener, closed: closed.clone() };
    let state = Begin(Arc::new(Inner {
        token,
        founder: Box::new(founder),
        kept: Mutex::default(),
        made: Mutex::default(),
        done: Notify::new(),
        closed,
        passphrase: std::sync::Mutex::default(),
    }));
    let router = Router::new()
        .route("/begin/{token}", get(show).post(take))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .merge(super::assets())
        .layer(DefaultBodyLimit::max(MOST_WITH_LOGO))
        .with_state(state.clone());
    let (end, ending) = tokio::sync::oneshot::channel::<()>();
    let served = axum::serve(listener, router).with_graceful_shutdown(async { drop(ending.await) });
    let mut served = tokio::spawn(served.into_future());
    tokio::select! {
        () = state.0.done.notified() => {}
        () = stopped => {}
    }
    drop(end);
    // Whoever has sent half a request is not waited for.
    match tokio::time::timeout(GRACE, &mut served).await {
        Ok(done) => done.unwrap_or(Ok(()))?,
        Err(_) => served.abort(),
    }
    Ok(state.0.passphrase.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take())
}

/// A socket from which nothing is taken any more once the issuer was made: who connects then waits for the service that goes on with
/// it, and is not let in to be put out again.
struct UntilClosed {
    listener: TcpListener,
    closed: Arc<AtomicBool>,
}

impl axum::serve::Listener for UntilClosed {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            let next = std::future::poll_fn(|context| match self.closed.load(Ordering::Acquire) {
                true => Poll::Pending,
                false => self.listener.poll_accept(context),
            });
            match next.await {
                Ok(accepted) => return accepted,
                // Out of file descriptors, or a peer that went away.
                Err(error) => {
                    tracing::warn!(%error, "accept");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Begin {
    /// Returns the address that the browser used, where other machines may use it too.
    fn seen_at(&self, door: &Outside) -> String {
        let host = door.host.as_deref().unwrap_or_default();
        let address = format!("https://{host}");
        let is_other = address.parse::<PublicUrl>().is_ok_and(|address| !address.is_of_this_machine());
        if is_other { address } else { String::new() }
    }

    /// Says whether a link is the one that was printed.
    fn is_link(&self, token: &str) -> bool {
        use subtle::ConstantTimeEq;
        bool::from(self.0.token.expose().as_bytes().ct_eq(token.as_bytes()))
    }
}

fn door(parts: &axum::http::request::Parts) -> Outside {
    Outside::at_first(Words::wanted(&parts.headers), parts)
}

async fn show(State(state): State<Begin>, Path(token): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let door = door(&parts);
    if !state.is_link(&token) {
        return bad_link(&door);
    }
    if let Some(made) = &*state.0.made.lock().await {
        return door.page(StatusCode::OK, &done(&door, made));
    }
    let page = asked(&state, &door, &token, &Tried::NEW, &*state.0.kept.lock().await);
    door.page(StatusCode::OK, &page)
}

fn bad_link(door: &Outside) -> Response {
    door.page(
        StatusCode::NOT_FOUND,
        &Page::new(door.w.s("begin-bad-link")).narrow().part(Text(door.w.s("begin-bad-link-text"))),
    )
}

fn asked(state: &Begin, door: &Outside, token: &str, tried: &Tried<'_>, kept: &Kept) -> Page {
    let w = door.w;
    let safe = ["starttls", "tls", "none"].map(|one| Choice::new(one, w.s(&format!("begin-relay-{one}"))));
    // What was good already need not be typed again.
    let secret = |name: &str, label: &str, hint: Option<&str>, needed: bool| {
        let field = Field::new(name, w.s(label), Kind::Password).auto("new-password");
        match (kept.secrets.contains_key(name), hint) {
            (true, _) => field.hint(w.s("begin-kept")),
            (false, Some(hint)) if needed => field.hint(w.s(hint)).required(),
            (false, None) if needed => field.required(),
            (false, _) => field,
        }
    };
    let logo = Field::new("logo", w.s("begin-logo"), Kind::File("image/png,image/jpeg,image/svg+xml"));
    let logo = match &kept.logo {
        Some((name, _)) => logo.hint(w.with("begin-logo-kept", [("name", name.clone().into())])),
        None => logo.hint(w.s("begin-logo-hint")),
    };
    // Only to be looked at by who fills it in: what counts is what they send.
    let address = Field::text("address", w.s("begin-address")).value(state.seen_at(door));
    let address = state.0.founder.address().is_none().then(|| address.hint(w.s("begin-address-hint")));
    let form = Form::open(format!("/begin/{token}"), w.s("begin-submit"))
        .spoken(w)
        .field(Field::heading(w.s("begin-organisation")))
        .field(
            Field::text("issuer", w.s("begin-issuer")).required().auto("organization").hint(w.s("begin-issuer-hint")),
        )
        .field(Field::text("domain", w.s("begin-domain")).required().hint(w.s("begin-domain-hint")))
        .fields(address)
        .field(Field::text("time_zone", w.s("begin-zone")).hint(w.s("begin-zone-hint")))
        .field(house_language::field(w, w.language).hint(w.s("house-language-hint")))
        .field(logo)
        .field(Field::heading(w.s("begin-owner")))
        .field(Field::text("name", w.s("name")).required().auto("name"))
        .field(Field::new("email", w.s("email"), Kind::Email).required().auto("username"))
        .field(secret("password", "begin-password", Some("begin-password-hint"), true))
        .field(secret("password_again", "begin-password-again", None, true))
        .field(Field::heading(w.s("begin-keys")))
        .field(secret("passphrase", "begin-passphrase", Some("begin-passphrase-hint"), true))
        .field(secret("again", "begin-again", None, true))
        .field(Field::heading(w.s("begin-mail")))
        .field(Field::text("relay", w.s("begin-relay")).hint(w.s("begin-relay-hint")))
        .field(Field::text("from", w.s("mail-from")).hint(w.s("begin-from-hint")))
        .field(Field::text("port", w.s("begin-port")))
        .field(Field::new("security", w.s("begin-security"), Kind::Select(safe.into())).value("starttls"))
        .field(Field::text("relay_user", w.s("begin-relay-user")).of("user"))
        .field(secret("relay_password", "begin-relay-password", None, false))
        .field(Field::heading(w.s("begin-sample")))
        .field(Field::new("sample", w.s("begin-sample-box"), Kind::Check).hint(w.s("begin-sample-hint")))
        .also("test", w.s("begin-test"))
        .tried(tried);
    // Its headings stand below one of their own.
    Page::new(w.s("begin-title"))
        .narrow()
        .lead(w.s("begin-lead"))
        .part(Section::new("begin", w.s("begin-needed")).part(form))
}

async fn take(State(state): State<Begin>, Path(token): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let door = door(&parts);
    if !state.is_link(&token) {
        return bad_link(&door);
    }
    let fields = match Fields::any(Request::from_parts(parts, body), MOST_LOGO).await {
        Ok(fields) => fields,
        Err(problem) => return door.failed(&problem),
    };
    let mut made = state.0.made.lock().await;
    if let Some(made) = &*made {
        return door.page(StatusCode::OK, &done(&door, made));
    }
    let mut kept = state.0.kept.lock().await;
    kept.take(&fields);
    let (wanted, mut faults) = wanted(&fields, &kept, &door);
    if fields.on("test") {
        return tried_out(&state, (&door, &token), (&fields, &wanted), &kept).await;
    }
    let (work, passphrase) = (state.clone(), wanted.passphrase.clone());
    let worked = tokio::task::spawn_blocking(move || {
        faults.extend(work.0.founder.check(&wanted));
        match faults.is_empty() {
            true => work.0.founder.make(&wanted).map_err(|fault| vec![fault]),
            false => Err(faults),
        }
    });
    let panicked = || Err(vec![NotMade { field: None, detail: "something broke on our side; try again".to_owned() }]);
    match worked.await.unwrap_or_else(|_| panicked()) {
        Ok(what) => {
            let page = door.page(StatusCode::CREATED, &done(&door, &what));
            *made = Some(what);
            *kept = Kept::default();
            *state.0.passphrase.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(passphrase);
            // Before this is answered: whoever goes on at once is the service's caller, not this page's.
            state.0.closed.store(true, Ordering::Release);
            state.0.done.notify_one();
            page
        }
        Err(faults) => {
            kept.forget(&faults);
            refused(&state, (&door, &token), &fields, &kept, &faults)
        }
    }
}

/// Shows the form with everything that is wrong, beside its fields.
fn refused(
    state: &Begin,
    (door, token): (&Outside, &str),
    fields: &Fields,
    kept: &Kept,
    faults: &[NotMade],
) -> Response {
    let about = faults
        .iter()
        .filter_map(|fault| Some(FieldProblem { field: fault.field?.to_owned(), detail: fault.detail.clone() }));
    let other = faults.iter().find(|fault| fault.field.is_none()).map(|fault| fault.detail.clone());
    let count = faults.len() as u64;
    let detail = other.unwrap_or_else(|| door.w.count("begin-faults", count));
    let problem = Problem::unprocessable("not-set-up", detail).with_errors(about.collect());
    let tried = Tried(Some((fields, &problem)));
    door.page(tried.status(), &asked(state, door, token, &tried, kept))
}

/// Tries the mail server, and shows what it answers above the form. Nothing is made.
async fn tried_out(
    state: &Begin,
    (door, token): (&Outside, &str),
    (fields, wanted): (&Fields, &Wanted),
    kept: &Kept,
) -> Response {
    let w = door.w;
    let Some(relay) = &wanted.relay else {
        let fault = NotMade { field: Some("relay"), detail: w.s("begin-test-none") };
        return refused(state, (door, token), fields, kept, &[fault]);
    };
    let relay = match state.0.founder.relay(relay) {
        Ok(relay) => relay,
        Err(faults) => return refused(state, (door, token), fields, kept, &faults),
    };
    let notice = match tried_with(relay, wanted, w).await {
        Ok(reply) => Notice { tone: Tone::Green, text: w.s("relay-took"), items: vec![reply] },
        Err(why) => Notice { tone: Tone::Red, text: w.s("relay-refused"), items: vec![phrases::said(w, &why)] },
    };
    let nothing = Problem::unprocessable("tried", "");
    let page = asked(state, door, token, &Tried(Some((fields, &nothing))), kept);
    door.page(StatusCode::OK, &page.first(notice))
}

/// Sends a message to the owner that is to be.
async fn tried_with(relay: Relay, wanted: &Wanted, w: &Words) -> Result<String, String> {
    let to: Address = wanted.owner.1.parse().map_err(|_| w.s("begin-test-whom"))?;
    let patience = Patience { connect: STEP, command: STEP, content: STEP };
    let relay = Relay::new(relay.config().clone(), patience).map_err(|error| error.to_string())?;
    let config = relay.config();
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let content = Content::plain(w.language, w.s("begin-test-subject"), format!("{}\n", w.s("begin-test-text")));
    let content = content.map_err(|error| failed(&error))?;
    let now = Timestamp::from_unix(jiff::Timestamp::now().as_second());
    let id = MessageId::random(now).map_err(|error| failed(&error))?;
    let to = Mailbox { name: None, address: to };
    let message_id = format!("test.{id}@{}", config.domain);
    let heads = Heads { from: config.from.clone(), reply_to: None, to: to.clone(), date: now, message_id };
    let mime = mime(&heads, &content, None).map_err(|error| failed(&error))?;
    let sent = relay.send_one(&Letter { to, mime, version: None, given: Vec::new() }).await;
    sent.map(|reply| reply.to_string()).map_err(|error| failed(&error))
}

/// Returns what a form asks for, with what is wrong already.
fn wanted(fields: &Fields, kept: &Kept, door: &Outside) -> (Wanted, Vec<NotMade>) {
    let mut faults = Vec::new();
    let mut wrong = |field, key: &str| faults.push(NotMade { field: Some(field), detail: door.w.s(key) });
    // As it was typed: spaces at the ends are part of a secret.
    let passphrase = kept.secret("passphrase");
    if passphrase.expose() != kept.secret("again").expose() {
        wrong("again", "begin-differ");
    }
    // One slip, and the only owner is shut out. A program that sends the form need not say it twice.
    let twice = fields.texts().any(|(name, _)| name == "password_again");
    if twice && kept.secret("password").expose() != kept.secret("password_again").expose() {
        wrong("password_again", "begin-password-differ");
    }
    let relay = fields.some("relay").map(|host| RelayWanted {
        host: host.to_owned(),
        port: fields.some("port").and_then(|port| port.parse().map_err(|_| wrong("port", "begin-bad-port")).ok()),
        security: fields.get("security").to_owned(),
        login: fields.some("relay_user").map(|user| (user.to_owned(), kept.secret("relay_password"))),
        from: fields.get("from").to_owned(),
    });
    let wanted = Wanted {
        issuer: fields.get("issuer").to_owned(),
        domain: fields.get("domain").to_owned(),
        address: fields.some("address").map(str::to_owned),
        time_zone: fields.some("time_zone").map(str::to_owned),
        house_language: fields.some("language").map(str::to_owned),
        passphrase,
        owner: (fields.get("name").to_owned(), fields.get("email").to_owned(), kept.secret("password")),
        relay,
        logo: kept.logo.as_ref().map(|(_, bytes)| bytes.clone()),
        sample: fields.on("sample"),
        language: door.w.language,
    };
    (wanted, faults)
}

/// What is to be printed and kept, and the way on.
fn done(door: &Outside, made: &Made) -> Page {
    let w = door.w;
    let sheet = sheet(w, made.did.clone(), made.root_fingerprint.clone());
    let codes: Vec<String> = made.codes.iter().map(|code| code.expose().to_owned()).collect();
    // A try before this one has shown them, and nobody can again.
    let with_codes = if codes.is_empty() { "begin-codes-later" } else { "begin-keep-codes" };
    let keep = [
        w.with("begin-keep-keys", [("folder", made.keys.clone().into())]),
        w.s("begin-keep-passphrase"),
        w.s(with_codes),
        w.s("begin-keep-unlock"),
    ];
    let host = made.did.strip_prefix("did:web:").unwrap_or_default().replace("%3A", ":");
    let page = Page::new(w.s("begin-done")).narrow();
    let page = match is_known_here_only(&host) {
        true => page.notice(Tone::Amber, w.with("begin-here-only", [("domain", host.into())])),
        false => page,
    };
    let page = page.part(sheet);
    let page = if codes.is_empty() { page } else { page.part(super::password::printed(w, codes)) };
    page.part(Notice { tone: Tone::Amber, text: w.s("begin-keep"), items: keep.into() })
        .link(w.s("begin-on"), "/staff/login")
}

/// What is to be printed: whose keys these are. Anybody may read it, for it is published.
fn sheet(w: &Words, did: String, root_fingerprint: String) -> Section {
    let facts = Facts(vec![(w.s("begin-identity"), did), (w.s("key-root"), root_fingerprint)]);
    let sheet = Section::new("sheet", w.s("begin-sheet")).part(Text(w.s("begin-sheet-text"))).part(facts);
    sheet.part(Text(w.s("begin-identity-text"))).part(Print(w.s("print")))
}

/// The sheet once more, where the service answers in place of the first page: whoever asks for that page anew has not lost it, and the
/// way in stands below. Nothing is made by it, with whatever link.
pub(super) async fn begun(State(app): State<App>, door: Outside) -> Response {
    let w = door.w;
    let sheet = sheet(w, app.issuer.did(), app.vault.root_fingerprint());
    let page = Page::new(w.s("begin-done")).narrow().part(sheet).part(Text(w.s("begin-begun")));
    door.page(StatusCode::OK, &page.link(w.s("begin-on"), door.at("/login")))
}
