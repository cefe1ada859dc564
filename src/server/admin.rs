//! The door for the machine's own operator: a socket in the data folder that only its owner may open. It takes a few commands,
//! so that a backup can be made, and a lost password be replaced, while the service holds the store.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::App;
use crate::accounts;
use crate::acts::erase;
use crate::desk::{Actor, Desk};
use crate::store::{self, Header, StoreError};

/// The socket's name in the data folder.
pub const SOCKET: &str = "admin.sock";
/// What asks for a dump.
pub const EXPORT: &str = "export";
/// What asks who is on the staff.
pub const STAFF_LIST: &str = "staff list";
/// What asks for a link to set a new password with: this, a colon and an e-mail.
pub const STAFF_RESET: &str = "staff reset";
/// As [`STAFF_RESET`], and takes the second step away too.
pub const STAFF_RESET_TWO_STEP: &str = "staff reset-two-step";
/// What asks for the store to be rewritten.
pub const COMPACT: &str = "store compact";
/// `typ` of the signature under a dump.
pub const DUMP_TYP: &str = "testamur-dump+jwt";
/// Longest command.
const COMMAND_BYTES: u64 = 1_024;
/// Members read at once.
const PAGE: usize = 500;
/// How long the other side may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// Says whether a service answers at the door of a data folder.
pub fn answers(data: &Path) -> bool {
    UnixStream::connect(data.join(SOCKET)).is_ok()
}

/// The open door; it closes when this is dropped.
pub struct Door(PathBuf);

impl Drop for Door {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Opens the door in a data folder of a service with an address. Whoever opens the store may: a socket that is there already is of a service that died.
///
/// # Errors
/// When the socket cannot be made.
pub fn open(data: &Path, app: App, address: String) -> io::Result<Door> {
    let path = data.join(SOCKET);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    thread::Builder::new().name("admin".to_owned()).spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Err(error) = answer(&app, &address, stream) {
                tracing::warn!(%error, "admin command");
            }
        }
    })?;
    Ok(Door(path))
}

fn answer(app: &App, address: &str, stream: UnixStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut command = String::new();
    BufReader::new(io::Read::take(&stream, COMMAND_BYTES)).read_line(&mut command)?;
    let mut out = BufWriter::new(&stream);
    let desk =
        Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::operator("admin socket"), now: app.now() };
    let (command, about) = command.trim().split_once(':').unwrap_or((command.trim(), ""));
    let done = match command {
        EXPORT => return export(app, &desk, &mut out).and_then(|()| out.flush()),
        COMPACT => match erase::compact(&desk) {
            Ok(compacted) => Ok(json!(compacted)),
            Err(error) => Err(error.into()),
        },
        STAFF_LIST => staff(&desk).map(|staff| json!({ "staff": staff })),
        STAFF_RESET | STAFF_RESET_TWO_STEP => {
            let link = reset(&desk, about, command == STAFF_RESET_TWO_STEP);
            link.map(|token| json!({ "link": link_at(address, &token) }))
        }
        _ => return writeln!(out, "{}", json!({ "error": "unknown command" })).and_then(|()| out.flush()),
    };
    writeln!(out, "{}", done.unwrap_or_else(|error| json!({ "error": error.to_string() })))?;
    out.flush()
}

/// Rewrites the store if what was erased has waited in its files for long enough.
///
/// # Errors
/// Those of the store.
pub fn compact_if_due(app: &App) -> Result<(), StoreError> {
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::System, now: app.now() };
    if erase::is_due(desk.store, desk.now)? {
        let compacted = erase::compact(&desk)?;
        tracing::info!(before = compacted.before, after = compacted.after, "rewrote the store");
    }
    Ok(())
}

/// Lists everybody on the staff.
///
/// # Errors
/// Those of the store.
pub fn staff(desk: &Desk) -> accounts::Result<Vec<Value>> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = accounts::members(desk.store, cursor.as_deref(), PAGE)?;
        all.extend(page.items.iter().map(|member| json!(member)));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

/// Makes a link with which the member of an e-mail can set a new password; on demand the second step goes too.
///
/// # Errors
/// When there is no such member.
pub fn reset(desk: &Desk, email: &str, two_step: bool) -> accounts::Result<accounts::Secret> {
    let member = accounts::member_of(desk.store, email)?;
    if two_step && member.two_step {
        accounts::clear_two_step(desk, &member.id)?;
    }
    accounts::reset_link(desk, &member.id)
}

/// Returns the address of the page where a link's token is used. It is in the fragment, which no server sees.
pub fn link_at(address: &str, token: &accounts::Secret) -> String {
    format!("{address}/password#{}", token.expose())
}

/// Writes a dump. If it breaks off, its footer is missing: the reader notices.
fn export(app: &App, desk: &Desk, out: &mut dyn Write) -> io::Result<()> {
    let signer = app.vault.signer();
    let sign = |digest: &[u8]| crate::proof::jws::sign(digest, &signer.kid, DUMP_TYP, &signer.key);
    let header = Header::new(desk.now, &desk.issuer.did());
    let proves = |certificate: &store::Certificate| signer.own.prove(certificate).is_ok();
    let summary = store::export(desk.store, &header, out, &sign, &proves).map_err(io::Error::other)?;
    if summary.not_as_signed.count > 0 {
        tracing::error!(count = summary.not_as_signed.count, "certificates in the store are not as they were signed");
    }
    Ok(())
}
