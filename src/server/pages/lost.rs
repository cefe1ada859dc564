//! Who lost the mailbox: shows the file of a certificate, and says to which address mail is to go. The answer is the same and as quick
//! whatever the file is: it is looked at when the answer has gone.

use std::net::IpAddr;

use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::view::{Claimed, Lost};
use super::{Failure, Reader};
use crate::acts::{lost, stray};
use crate::desk::{Actor, Desk};
use crate::server::arriving::Held;
use crate::server::crowd::Place;
use crate::server::upload::read_form;
use crate::server::{App, Problem};

/// Largest file that is looked at, in bytes.
pub(super) const FILE_BYTES: usize = 16 << 20;
/// Files that wait to be looked at, at once.
static FILES: Semaphore = Semaphore::const_new(64);
/// Kilobytes in memory at once that come from one address: one file.
const KB_EACH: usize = FILE_BYTES / 1024;
/// Seconds of work that are spent on a file.
const LOOK_SECONDS: u64 = 10;

/// Asks for the file and the address.
pub(super) async fn door(State(app): State<App>, reader: Reader) -> Result<Response, Failure> {
    let sends = app.can_post();
    Ok(reader.answer(&Lost { frame: reader.frame(&app), sends, problem: None, email: String::new() }))
}

/// Takes them.
pub(super) async fn ask(State(app): State<App>, reader: Reader, request: Request) -> Result<Response, Failure> {
    let address = reader.caller.address;
    let done = || reader.answer(&Claimed { frame: reader.frame(&app) });
    if !app.can_post() {
        return door(State(app.clone()), reader).await;
    }
    let place = app.files().enter_with(address, KB_EACH, KB_EACH).ok_or_else(busy);
    let place = place.map_err(|problem| reader.failed(&app, problem))?;
    // Nothing is read of who asks too often.
    if !app.claims().allows(address, app.now()) {
        return Ok(done());
    }
    let held = app.room_for_anybody().enter();
    let form = read_form(Multipart::from_request(request, &app).await, FILE_BYTES, held).await;
    let form = form.map_err(|problem| reader.failed(&app, problem))?;
    let text = |name: &str| form.texts.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim());
    let (email, note, link) = (text("email").to_owned(), text("note").to_owned(), text("text").to_owned());
    let is_address = email.len() <= 254 && email.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
    let bytes = if form.bytes.is_empty() { link.into_bytes() } else { form.bytes };
    let problem = match (is_address, bytes.is_empty()) {
        (false, _) => Some("enter.bad"),
        (true, true) => Some("lost.nothing"),
        (true, false) => None,
    };
    if let Some(problem) = problem {
        let problem = Some(reader.texts.s(problem).to_owned());
        return Ok(reader.answer(&Lost { frame: reader.frame(&app), sends: true, problem, email }));
    }
    // Not before all of it has come: who is still sending keeps nobody from being looked at.
    let file = FILES.try_acquire().map_err(|_| reader.failed(&app, busy()))?;
    let room = Room { address, _place: place, _held: form.held, _file: file };
    let work = app.clone();
    drop(tokio::spawn(async move { work.take_claim(room, bytes, email, note).await }));
    Ok(done())
}

/// Room for a file in memory, until it was looked at.
struct Room {
    address: IpAddr,
    _place: Place,
    _held: Held,
    _file: SemaphorePermit<'static>,
}

fn busy() -> Problem {
    let detail = "other files are being looked at; try again in a moment";
    Problem { retry_after: Some(1), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail) }
}

impl App {
    /// Looks at what was shown, and takes the request where it is a certificate of ours. What it was stands nowhere.
    async fn take_claim(&self, room: Room, bytes: Vec<u8>, email: String, note: String) {
        let turn = self.lane().wait(room.address).await;
        let done = self.aside(move |app| {
            let _held = (room, turn);
            let actor = Actor::Public { address: None };
            let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &actor, now: app.now() };
            let ours = stray::read_within(&bytes, LOOK_SECONDS, &app.reader, &app.vault.manifest())?;
            Ok(lost::ask(&desk, &ours, &email, &note)?)
        });
        match done.await {
            Ok(Some(_)) => tracing::info!("somebody asked for another address"),
            Ok(None) => {}
            Err(problem) => tracing::info!(code = problem.code, "a request for another address was not taken"),
        }
    }
}
