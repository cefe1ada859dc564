//! The program itself, serving from a temporary folder.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::harness::copy;
use super::served::{Reply, read_reply};

const PASSPHRASE: &str = "correct horse battery staple";
/// Who owns the services of these tests.
pub const EMAIL: &str = "grace.hopper@navy.example";
/// The owner's password.
pub const PASSWORD: &str = "a nanosecond is eleven inches";
/// The owner's name.
pub const NAME: &str = "Grace Brewster Hopper";

/// A folder with `data/` of an issuer that has an event WORKSHOP.
pub struct Place {
    folder: TempDir,
}

/// A service that runs.
pub struct Process {
    /// The process.
    pub child: Child,
    /// Its port.
    pub port: u16,
    /// The token of its set-up link, if it printed one.
    pub setup: Option<String>,
    /// What it printed until it listened.
    pub said: String,
    log: PathBuf,
}

impl Place {
    /// Returns a new issuer. Keys take time to encrypt, so each test gets a copy of the first one.
    pub fn new() -> Self {
        static FIRST: OnceLock<Place> = OnceLock::new();
        let first = FIRST.get_or_init(|| {
            let first = Self { folder: tempfile::tempdir().unwrap() };
            first.run(&["init", "--issuer", "Example Academy", "--domain", "certs.example.org"]);
            first.run(&["event", "create", "WORKSHOP", "--title", "Applied Cartography", "--template", "classic"]);
            first
        });
        let place = Self { folder: tempfile::tempdir().unwrap() };
        copy(&first.path("data"), &place.path("data"));
        place
    }

    /// Returns the folder that an earlier version left, with its data, site and files.
    pub fn earlier(commit: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let archive = repository(&format!("tests/data/earlier/{commit}.tar.gz"));
        let done = Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(place.path(".")).status().unwrap();
        assert!(done.success(), "{} is not unpacked", archive.display());
        std::fs::write(place.path("owned"), "").unwrap();
        place
    }

    /// Returns a path beside the data.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the section `[serve]` of the configuration.
    pub fn configure(&self, lines: &str) {
        let path = self.path("data/testamur.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let before = text.split("[serve]").next().unwrap();
        std::fs::write(path, format!("{before}\n[serve]\n{lines}\n")).unwrap();
    }

    /// Returns a command over the folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_testamur"));
        command.args(arguments).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TESTAMUR_") {
                command.env_remove(name);
            }
        }
        command.env("TESTAMUR_DATA", self.path("data")).env("TESTAMUR_PASSPHRASE", PASSPHRASE);
        command
    }

    /// Runs a command to its end.
    pub fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that succeeds; returns what it printed.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that fails; returns what it said.
    #[track_caller]
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(!output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Serves.
    pub fn serve(&self, arguments: &[&str]) -> Process {
        self.serve_as(self.command(&["serve"]), arguments)
    }

    /// Serves by a command that begins as given.
    pub fn serve_as(&self, mut command: Command, arguments: &[&str]) -> Process {
        let log = self.path("log");
        let errors = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let (mut said, mut port, mut setup) = (String::new(), None, None);
        // With an owner it says one line, without one three.
        while port.is_none() || !settled(&said, self) {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "{}", std::fs::read_to_string(&log).unwrap());
            let number = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u16>().ok();
            port = port.or_else(|| number(line.split("://127.0.0.1:").nth(1)?));
            setup = setup.or_else(|| Some(line.split("/setup#").nth(1)?.trim().to_owned()));
            said.push_str(&line);
        }
        // Read on, so that the service never waits for somebody to read what it prints.
        std::thread::spawn(move || drop(lines.read_to_end(&mut Vec::new())));
        Process { child, port: port.unwrap(), setup, said, log }
    }

    /// Serves, with an owner; returns also a token with all permissions.
    pub fn serve_owned(&self) -> (Process, String) {
        let process = self.serve(&[]);
        let token = process.set_up();
        std::fs::write(self.path("owned"), "").unwrap();
        (process, token)
    }
}

/// Says whether no more lines are to come.
fn settled(said: &str, place: &Place) -> bool {
    place.path("owned").exists() || said.contains("/setup#")
}

impl Process {
    /// Opens a connection.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends a request: further header lines end with CR LF each.
    pub fn send(&self, line: &str, headers: &str, body: &[u8]) -> Reply {
        let mut stream = self.connect();
        stream.write_all(&request(line, headers, body)).unwrap();
        read_reply(&mut stream)
    }

    /// Sends JSON with a token.
    #[track_caller]
    pub fn json(&self, token: &str, line: &str, body: &Value) -> Value {
        let headers = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.send(line, &headers, text.as_bytes());
        assert_eq!(reply.status / 100, 2, "{line}: {}", reply.text());
        if reply.body.is_empty() { Value::Null } else { reply.json() }
    }

    /// Makes the first owner and an API token.
    pub fn set_up(&self) -> String {
        let kind = "content-type: application/json\r\n";
        let link = self.setup.as_deref().expect("a set-up link was printed");
        let owner = json!({ "token": link, "name": NAME, "email": EMAIL, "password": PASSWORD });
        assert_eq!(self.send("POST /api/v1/setup", kind, owner.to_string().as_bytes()).status / 100, 2);
        let (cookie, csrf) = self.log_in(PASSWORD).expect("the owner can log in");
        let scopes = ["view", "import", "generate", "send", "revoke", "keys", "settings"];
        let expires = testamur::credential::Timestamp::from_unix(now() + 86_400).to_string();
        let body = json!({ "name": "test", "scopes": scopes, "expires": expires, "password": PASSWORD }).to_string();
        let headers = format!("{kind}cookie: {cookie}\r\nx-csrf-token: {csrf}\r\n");
        let made = self.send("POST /api/v1/me/tokens", &headers, body.as_bytes());
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()["secret"].as_str().unwrap().to_owned()
    }

    /// Logs the owner in; returns cookie and CSRF token.
    pub fn log_in(&self, password: &str) -> Option<(String, String)> {
        self.log_in_as(EMAIL, password)
    }

    /// Logs somebody in; returns cookie and CSRF token.
    pub fn log_in_as(&self, email: &str, password: &str) -> Option<(String, String)> {
        let body = json!({ "email": email, "password": password }).to_string();
        let mut stream = self.connect();
        stream
            .write_all(&request("POST /api/v1/login", "content-type: application/json\r\n", body.as_bytes()))
            .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let cookie = text.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next().unwrap_or_default().to_owned())
        })?;
        let body: Value = serde_json::from_str(text.split("\r\n\r\n").nth(1)?).ok()?;
        Some((cookie, body["csrfToken"].as_str()?.to_owned()))
    }

    /// Asks it to stop, as a service manager does.
    pub fn terminate(&self) {
        let done = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(done.success());
    }

    /// Waits until it has ended; returns its exit code and how long that took.
    pub fn ended(&mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        let code = self.child.wait().unwrap().code();
        (code, began.elapsed())
    }

    /// Asks it to stop and waits.
    pub fn stop(mut self) {
        self.terminate();
        assert_eq!(self.ended().0, Some(0));
    }

    /// Returns what it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the bytes of a request after which the connection is closed.
pub fn request(line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Returns the time of this machine.
pub fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

/// Returns a path of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
