//! A store that another process of this machine holds, asked through a socket: so a command works beside the service, by the
//! same acts and with the same promises.
//!
//! Each call of `Store` crosses as one request and one answer of HTTP (RFC 9112), whose bodies are JSON, or the bytes
//! themselves where a call is about bytes: `calls` has the list, `answer` is the other side. Errors come back as they were,
//! with what they name. Who listens decides who may ask; nothing is checked here but that both are of one version.

mod calls;
mod line;
mod wire;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

pub use calls::{Changed, answer};

use super::{Result, StoreError};
use line::{Answer, Line};

/// Where the socket says who listens.
pub const GREETING: &str = "/operator";
/// Under which address calls are taken: `/operator/store/SERVICE/CALL`.
pub const CALLS: &str = "/operator/store";
/// Where a service signs the statement of a dump.
pub const DUMP_SIGNATURE: &str = "/operator/dump-signature";
/// Largest call, in bytes: the largest file that is taken in, or all that one act writes, fits.
pub const CALL_BYTES: usize = 256 << 20;
/// Largest answer, in bytes: a page of the largest records fits.
pub const ANSWER_BYTES: usize = 768 << 20;

/// Who listens at a socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// The program's version.
    pub version: String,
    /// The form of its calls.
    pub calls: String,
    /// A random name, which another start does not have.
    pub service: String,
    /// Where it serves.
    pub address: String,
    /// The name of its opening of the store.
    pub opening: Option<String>,
}

impl Greeting {
    /// Returns how this program greets.
    pub fn new(service: String, address: String) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { version, calls: calls::form(), service, address, opening: None }
    }
}

/// Why the store cannot be asked for through a socket.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Only the owner of the data folder, and root, may.
    #[error("the service that holds the store does not let this account ask it")]
    Refused,
    /// Another version listens.
    #[error("the service that holds the store is another version, {found}; this program is {}", env!("CARGO_PKG_VERSION"))]
    Version {
        /// Its version, as far as it tells.
        found: String,
    },
    /// It does not answer, or what no version of ours does.
    #[error("the service that holds the store does not answer")]
    Silent(#[source] io::Error),
}

/// A store that a service holds.
pub struct RemoteStore {
    socket: PathBuf,
    greeting: Greeting,
    /// Lines that nobody asks on. Each is for one call at a time.
    idle: Mutex<Vec<Line>>,
    /// Why nothing can be asked for any more: what was written last may or may not be there.
    lost: Mutex<Option<String>>,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Reads.
    Reads,
    /// Reads a page, unless nobody waits for it any more.
    Lists,
    /// Writes.
    Writes,
}

impl RemoteStore {
    /// Connects to who listens at a socket; nothing if nobody does.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn connect(socket: &Path) -> Result<Option<Self>, RemoteError> {
        let mut line = match Line::open(socket) {
            Ok(line) => line,
            Err(error) => {
                return match error.kind() {
                    // A socket that nobody listens at is what a service left that died.
                    io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
                    io::ErrorKind::PermissionDenied => Err(RemoteError::Refused),
                    _ => Err(RemoteError::Silent(error)),
                };
            }
        };
        let greeting = greeted(&mut line)?;
        let idle = Mutex::new(vec![line]);
        Ok(Some(Self { socket: socket.to_owned(), greeting, idle, lost: Mutex::default() }))
    }

    /// Returns where the service serves.
    pub fn address(&self) -> &str {
        &self.greeting.address
    }

    /// Has the statement of a dump signed by the service, which has the keys open.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn sign_dump(&self, statement: &[u8]) -> Result<String> {
        let answer = self.ask(DUMP_SIGNATURE, statement, Kind::Reads)?;
        if answer.is_empty() {
            return Err(failed(
                "its keys are locked: unlock them on the page `Keys and publishing`, then run the command again",
            ));
        }
        String::from_utf8(answer).map_err(|_| failed("it answered what is no text"))
    }

    /// Asks on a line of its own. Once one broke nothing is asked any more: a service that was started anew meanwhile is
    /// another one, and what was asked last may have been done by the first.
    fn ask(&self, path: &str, body: &[u8], kind: Kind) -> Result<Vec<u8>> {
        if body.len() > CALL_BYTES {
            return Err(StoreError::TooLarge { what: "batch", bytes: body.len(), limit: CALL_BYTES });
        }
        if let Some(lost) = self.lost.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Err(failed(lost));
        }
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let asked = idle.map_or_else(|| Line::open(&self.socket), Ok).and_then(|mut line| {
            let answer = line.ask("POST", path, body)?;
            Ok((line, answer))
        });
        match asked {
            Ok((line, Answer { status: 200, body })) => {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                Ok(body)
            }
            Ok((_, Answer { status, .. })) => {
                Err(self.lose(kind, &format!("it was started anew, or does not know the call (status {status})")))
            }
            Err(error) => Err(self.lose(kind, &error.to_string())),
        }
    }

    fn lose(&self, kind: Kind, why: &str) -> StoreError {
        let what = match kind {
            Kind::Writes => {
                ", and what was being written may or may not be there: see what is, and run the command again"
            }
            _ => "; run the command again",
        };
        let text = format!("the service that holds the store went away in the middle{what} ({why})");
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.clone());
        failed(&text)
    }
}

impl std::fmt::Debug for RemoteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteStore").field("socket", &self.socket).finish_non_exhaustive()
    }
}

fn failed(text: &str) -> StoreError {
    StoreError::Io(io::Error::other(text.to_owned()))
}

/// Asks who listens. What is no greeting is of a version that greeted in another way.
fn greeted(line: &mut Line) -> Result<Greeting, RemoteError> {
    let found = |found: &str| RemoteError::Version { found: found.to_owned() };
    let answer = match line.greet(GREETING) {
        Ok(answer) => answer,
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(found("an older one")),
        // Who may not ask is hung up on.
        Err(error) if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            return Err(RemoteError::Refused);
        }
        Err(error) => return Err(RemoteError::Silent(error)),
    };
    if answer.status == 403 {
        return Err(RemoteError::Refused);
    }
    let greeting: Greeting = serde_json::from_slice(&answer.body).map_err(|_| found("an unknown one"))?;
    let ours = Greeting::new(String::new(), String::new());
    if greeting.version != ours.version {
        return Err(found(&greeting.version));
    }
    if greeting.calls != ours.calls {
        return Err(found(&format!("{} of another build", greeting.version)));
    }
    Ok(greeting)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::store::Store;

    /// Listens once, and answers each of these to a request of its own.
    fn listening(answers: Vec<Vec<u8>>) -> (tempfile::TempDir, PathBuf, std::thread::JoinHandle<()>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in answers {
                let mut bytes = [0; 4096];
                let _ = stream.read(&mut bytes).unwrap();
                stream.write_all(&answer).unwrap();
            }
        });
        (folder, path, thread)
    }

    fn http(body: &str) -> Vec<u8> {
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    fn greeting() -> Greeting {
        Greeting::new("a".to_owned(), "http://127.0.0.1:1".to_owned())
    }

    #[test]
    fn another_version_is_told_and_nobody_is_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        assert!(RemoteStore::connect(&path).unwrap().is_none());
        drop(UnixListener::bind(&path).unwrap());
        assert!(RemoteStore::connect(&path).unwrap().is_none(), "what a service left that died is nobody");
        let newer = Greeting { version: "9.9.9".to_owned(), ..greeting() };
        let other = Greeting { calls: "other".to_owned(), ..greeting() };
        for (answer, word) in [
            (http(&serde_json::to_string(&newer).unwrap()), "another version, 9.9.9"),
            (http(&serde_json::to_string(&other).unwrap()), "of another build"),
            (b"{\"error\":\"unknown command\"}\n".to_vec(), "an older one"),
            (http("{}"), "an unknown one"),
        ] {
            let (_folder, path, thread) = listening(vec![answer]);
            let error = RemoteStore::connect(&path).unwrap_err();
            thread.join().unwrap();
            assert!(error.to_string().contains(word), "{error}");
        }
    }

    #[test]
    fn once_the_service_went_away_nothing_is_asked_and_a_write_is_not_said_to_be_undone() {
        let (_folder, path, thread) = listening(vec![http(&serde_json::to_string(&greeting()).unwrap()), Vec::new()]);
        let store = RemoteStore::connect(&path).unwrap().unwrap();
        let text = |error: StoreError| std::error::Error::source(&error).unwrap().to_string();
        let lost = text(store.put_blob(b"x").unwrap_err());
        assert!(lost.contains("may or may not be there"), "{lost}");
        thread.join().unwrap();
        assert_eq!(text(store.events(None, 1).unwrap_err()), lost);
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_sent() {
        let (_folder, path, thread) = listening(vec![http(&serde_json::to_string(&greeting()).unwrap())]);
        let store = RemoteStore::connect(&path).unwrap().unwrap();
        thread.join().unwrap();
        let refused = store.put_blob(&vec![0; CALL_BYTES + 1]);
        assert!(matches!(refused, Err(StoreError::TooLarge { what: "batch", .. })), "{refused:?}");
    }
}
