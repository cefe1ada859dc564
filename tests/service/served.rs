//! A service at a real address, and a client that says to it whatever a test wants, right or wrong.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use testamur::server::{Listen, router, serve};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::harness::{OWNER, World};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A world whose service listens.
pub struct Served {
    /// The world.
    pub world: World,
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// An answer over the wire.
#[derive(Debug)]
pub struct Reply {
    /// Its status; 0 if the connection was closed without one.
    pub status: u16,
    /// Its head.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Served {
    /// Serves plain HTTP.
    pub fn new(world: World) -> Self {
        Self::over(world, None, None)
    }

    /// Serves with TLS or without, with so many connections from each address.
    pub fn over(world: World, tls: Option<Arc<rustls::ServerConfig>>, each_address: Option<usize>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let app = world.app.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let told = async {
                    let _ = stopped.await;
                    app.begin_stop();
                };
                serve(Listen { listener, tls, each_address }, router(app.clone()), told).await.unwrap();
            });
        });
        let address = told.recv().unwrap();
        Self { world, address, stop: Some(stop), thread: Some(thread) }
    }

    /// Opens a connection.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes as they are and reads one answer.
    pub fn say(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect();
        // A service that refuses early closes while we still write.
        let _ = stream.write_all(bytes);
        read_reply(&mut stream)
    }

    /// Sends a request of the owner with further header lines, each ending with CR LF.
    pub fn ask(&self, line: &str, headers: &str, body: &[u8]) -> Reply {
        let length = body.len();
        let head = format!(
            "{line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {OWNER}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n"
        );
        self.say(&[head.as_bytes(), body].concat())
    }

    /// Sends JSON of the owner.
    pub fn json(&self, line: &str, body: &[u8]) -> Reply {
        self.ask(line, "content-type: application/json\r\n", body)
    }

    /// Checks that an ordinary request is answered at once.
    #[track_caller]
    pub fn is_well(&self) {
        let began = Instant::now();
        assert_eq!(self.ask("GET /api/v1/events", "", b"").status, 200);
        assert!(began.elapsed() < Duration::from_secs(10), "it took {:?}", began.elapsed());
    }

    /// Tells the service to stop; returns how long that took.
    pub fn stop(&mut self) -> Duration {
        let began = Instant::now();
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        began.elapsed()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}

impl Reply {
    /// Returns the JSON body.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks a problem's status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.json()["code"].as_str()), (status, Some(code)), "{}", self.text());
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns a header, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Reads an answer to its end: by its length, or until the connection is closed.
pub fn read_reply(stream: &mut impl Read) -> Reply {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if length.is_some_and(|length| bytes.len() >= end + 4 + length) {
                return Reply { status: status(&head), head, body: bytes[end + 4..].to_vec() };
            }
        }
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => break,
        }
    }
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    Reply { status: status(&head), head, body: bytes.get(end + 4..).unwrap_or_default().to_vec() }
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}
