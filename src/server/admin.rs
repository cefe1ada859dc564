//! The door for the machine's own operator: a socket in the data folder that only its owner may open. It takes one command,
//! so that a backup can be made while the service holds the store.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::App;
use crate::issuance::Desk;
use crate::store::{self, Header};

/// The socket's name in the data folder.
pub const SOCKET: &str = "admin.sock";
/// What asks for a dump.
pub const EXPORT: &str = "export";
/// `typ` of the signature under a dump.
pub const DUMP_TYP: &str = "testamur-dump+jwt";
/// Longest command.
const COMMAND_BYTES: u64 = 64;
const PATIENCE: Duration = Duration::from_secs(60);

/// The open door; it closes when this is dropped.
pub struct Door(PathBuf);

impl Drop for Door {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Opens the door in a data folder. Whoever opens the store may: a socket that is there already is of a service that died.
///
/// # Errors
/// When the socket cannot be made.
pub fn open(data: &Path, app: App) -> io::Result<Door> {
    let path = data.join(SOCKET);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    thread::Builder::new().name("admin".to_owned()).spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Err(error) = answer(&app, stream) {
                tracing::warn!(%error, "admin command");
            }
        }
    })?;
    Ok(Door(path))
}

fn answer(app: &App, stream: UnixStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut command = String::new();
    BufReader::new(io::Read::take(&stream, COMMAND_BYTES)).read_line(&mut command)?;
    let mut out = BufWriter::new(&stream);
    match command.trim() {
        EXPORT => export(app, &mut out)?,
        _ => writeln!(out, "unknown command")?,
    }
    out.flush()
}

/// Writes a dump. If it breaks off, its footer is missing: the reader notices.
fn export(app: &App, out: &mut dyn Write) -> io::Result<()> {
    let signer = app.vault.signer();
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: "admin socket", now: app.now() };
    let sign = |digest: &[u8]| crate::proof::jws::sign(digest, &signer.kid, DUMP_TYP, &signer.key);
    let header = Header::new(desk.now, &desk.issuer.did());
    store::export(desk.store, &header, out, &sign).map(drop).map_err(io::Error::other)
}
