//! The first page of all: it sets up an issuer in an empty folder. Whoever has the link that the program printed says what the
//! organisation is called and makes its keys and its first owner; then the service itself starts.
//!
//! Knows no folder and no key: what is asked for is given to who started it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify};

use super::form::Fields;
use super::inside::Outside;
use super::ui::{Choice, Facts, Field, Form, Kind, Notice, Page, Section, Text, Tone, Tried};
use super::words::Words;
use crate::accounts::Secret;
use crate::server::Problem;

/// How long answers that are under way are waited for at the end.
const GRACE: Duration = Duration::from_secs(2);
/// Largest form, in bytes.
const MOST: usize = 64 << 10;

/// What an issuer is to be.
#[derive(Debug)]
pub struct Wanted {
    /// The name as it is printed and signed.
    pub issuer: String,
    /// The host of its identity.
    pub domain: String,
    /// Where days begin and end, by the IANA database's name.
    pub time_zone: Option<String>,
    /// Of the key files.
    pub passphrase: Secret,
    /// The first owner's name, e-mail and password.
    pub owner: (String, String, Secret),
    /// Where mail is handed over, if it is.
    pub relay: Option<RelayWanted>,
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

/// What was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The issuer's identity.
    pub did: String,
    /// The fingerprint of the root key, to be printed.
    pub root_fingerprint: String,
}

/// Why it was not.
#[derive(Debug)]
pub struct NotMade {
    /// The field that is wrong, if it is one.
    pub field: Option<&'static str>,
    /// What is wrong, and what to do.
    pub detail: String,
}

type Make = dyn Fn(&Wanted) -> Result<Made, NotMade> + Send + Sync;

#[derive(Clone)]
struct Begin(Arc<Inner>);

struct Inner {
    token: Secret,
    make: Box<Make>,
    /// One at a time; what was made is shown, and not made again.
    made: Mutex<Option<Made>>,
    done: Notify,
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
    make: impl Fn(&Wanted) -> Result<Made, NotMade> + Send + Sync + 'static,
) -> io::Result<Option<Secret>> {
    let state = Begin(Arc::new(Inner {
        token,
        make: Box::new(make),
        made: Mutex::default(),
        done: Notify::new(),
        passphrase: std::sync::Mutex::default(),
    }));
    let router = Router::new()
        .route("/begin/{token}", get(show).post(take))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .merge(super::assets())
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

impl Begin {
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
    door.page(StatusCode::OK, &asked(&door, &token, &Tried::NEW))
}

fn bad_link(door: &Outside) -> Response {
    door.page(
        StatusCode::NOT_FOUND,
        &Page::new(door.w.s("begin-bad-link")).narrow().part(Text(door.w.s("begin-bad-link-text"))),
    )
}

fn asked(door: &Outside, token: &str, tried: &Tried<'_>) -> Page {
    let w = door.w;
    let safe = ["starttls", "tls", "none"].map(|one| Choice::new(one, w.s(&format!("begin-relay-{one}"))));
    let form = Form::open(format!("/begin/{token}"), w.s("begin-submit"))
        .spoken(w)
        .field(Field::heading(w.s("begin-organisation")))
        .field(
            Field::text("issuer", w.s("begin-issuer")).required().auto("organization").hint(w.s("begin-issuer-hint")),
        )
        .field(Field::text("domain", w.s("begin-domain")).required().hint(w.s("begin-domain-hint")))
        .field(Field::text("time_zone", w.s("begin-zone")).hint(w.s("event-zone-hint")))
        .field(Field::heading(w.s("begin-owner")))
        .field(Field::text("name", w.s("name")).required().auto("name"))
        .field(Field::new("email", w.s("email"), Kind::Email).required().auto("username"))
        .field(
            Field::new("password", w.s("begin-password"), Kind::Password)
                .required()
                .auto("new-password")
                .hint(w.s("begin-password-hint")),
        )
        .field(Field::heading(w.s("begin-keys")))
        .field(
            Field::new("passphrase", w.s("begin-passphrase"), Kind::Password)
                .required()
                .auto("new-password")
                .hint(w.s("begin-passphrase-hint")),
        )
        .field(Field::new("again", w.s("begin-again"), Kind::Password).required().auto("new-password"))
        .field(Field::heading(w.s("begin-mail")))
        .field(Field::text("relay", w.s("begin-relay")).hint(w.s("begin-relay-hint")))
        .field(Field::text("from", w.s("mail-from")).hint(w.s("begin-from-hint")))
        .field(Field::text("port", w.s("begin-port")))
        .field(Field::new("security", w.s("begin-security"), Kind::Select(safe.into())).value("starttls"))
        .field(Field::text("relay_user", w.s("begin-relay-user")))
        .field(Field::new("relay_password", w.s("begin-relay-password"), Kind::Password).auto("off"))
        .tried(tried);
    Page::new(w.s("begin-title")).narrow().lead(w.s("begin-lead")).part(form)
}

async fn take(State(state): State<Begin>, Path(token): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let door = door(&parts);
    if !state.is_link(&token) {
        return bad_link(&door);
    }
    let fields = match Fields::urlencoded(body, MOST).await {
        Ok(fields) => fields,
        Err(problem) => return door.failed(&problem),
    };
    let mut made = state.0.made.lock().await;
    if let Some(made) = &*made {
        return door.page(StatusCode::OK, &done(&door, made));
    }
    let wanted = wanted(&fields, &door);
    let tried = match wanted {
        Ok(wanted) => {
            let (work, passphrase) = (state.clone(), wanted.passphrase.clone());
            let made = tokio::task::spawn_blocking(move || (work.0.make)(&wanted)).await;
            made.unwrap_or_else(|_| Err(NotMade { field: None, detail: "a worker panicked".to_owned() }))
                .map(|made| (made, passphrase))
        }
        Err(not_made) => Err(not_made),
    };
    match tried {
        Ok((what, passphrase)) => {
            let page = door.page(StatusCode::CREATED, &done(&door, &what));
            *made = Some(what);
            *state.0.passphrase.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(passphrase);
            state.0.done.notify_one();
            page
        }
        Err(NotMade { field, detail }) => {
            let mut problem = Problem::unprocessable("not-set-up", detail.clone());
            problem
                .errors
                .extend(field.map(|field| crate::server::problem::FieldProblem { field: field.to_owned(), detail }));
            let tried = Tried(Some((&fields, &problem)));
            door.page(tried.status(), &asked(&door, &token, &tried))
        }
    }
}

fn wanted(fields: &Fields, door: &Outside) -> Result<Wanted, NotMade> {
    let w = door.w;
    let wrong = |field, key: &str| NotMade { field: Some(field), detail: w.s(key) };
    // As it was typed: spaces at the ends are part of a secret.
    let passphrase = fields.raw("passphrase");
    if passphrase != fields.raw("again") {
        return Err(wrong("again", "begin-differ"));
    }
    let relay = match fields.some("relay") {
        None => None,
        Some(host) => Some(RelayWanted {
            host: host.to_owned(),
            port: fields.some("port").map(str::parse).transpose().map_err(|_| wrong("port", "begin-bad-port"))?,
            security: fields.get("security").to_owned(),
            login: fields
                .some("relay_user")
                .map(|user| (user.to_owned(), Secret::from(fields.raw("relay_password").to_owned()))),
            from: fields.get("from").to_owned(),
        }),
    };
    Ok(Wanted {
        issuer: fields.get("issuer").to_owned(),
        domain: fields.get("domain").to_owned(),
        time_zone: fields.some("time_zone").map(str::to_owned),
        passphrase: Secret::from(passphrase.to_owned()),
        owner: (
            fields.get("name").to_owned(),
            fields.get("email").to_owned(),
            Secret::from(fields.raw("password").to_owned()),
        ),
        relay,
    })
}

/// What is to be printed and kept, and the way on.
fn done(door: &Outside, made: &Made) -> Page {
    let w = door.w;
    let facts =
        Facts(vec![(w.s("begin-identity"), made.did.clone()), (w.s("key-root"), made.root_fingerprint.clone())]);
    let sheet = Section::new("sheet", w.s("begin-sheet")).part(Text(w.s("begin-sheet-text"))).part(facts);
    let keep = [w.s("begin-keep-keys"), w.s("begin-keep-passphrase"), w.s("begin-keep-unlock")];
    Page::new(w.s("begin-done"))
        .narrow()
        .part(sheet)
        .part(Notice { tone: Tone::Amber, text: w.s("begin-keep"), items: keep.into() })
        .link(w.s("begin-on"), "/staff/login")
}
