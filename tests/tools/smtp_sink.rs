//! A mail server on this machine that keeps what it is sent, and fails as it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What it does with the next message to an address.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Answers the recipient with these words.
    Recipient(&'static str),
    /// Answers the content with these words.
    Content(&'static str),
    /// Closes the connection when the recipient is named.
    CutBefore,
    /// Takes the content, keeps it, and closes the connection without a word.
    CutAfter,
    /// Says that it shuts down when the content is about to come.
    Data(&'static str),
    /// Keeps the connection and says nothing more when the recipient is named.
    SilentAtRecipient,
    /// The same when the content is about to come.
    SilentAtData,
    /// Takes the content, keeps it, and says nothing more.
    SilentAfter,
}

/// A message that was taken, or that may have been.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipient.
    pub to: String,
    /// The content.
    pub content: Vec<u8>,
    /// Whether it was acknowledged.
    pub acknowledged: bool,
}

#[derive(Default)]
struct Shared {
    mails: Mutex<Vec<Mail>>,
    faults: Mutex<BTreeMap<String, VecDeque<Fault>>>,
    connections: Mutex<usize>,
    refuses: AtomicBool,
}

/// The server.
#[derive(Clone)]
pub struct Sink {
    /// Its port.
    pub port: u16,
    shared: Arc<Shared>,
}

impl Sink {
    /// Listens.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Self { port: listener.local_addr().unwrap().port(), shared: Arc::default() };
        let shared = sink.shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || drop(talk(&shared, &stream)));
            }
        });
        sink
    }

    /// Fails the next message to an address so; several times: one after the other.
    pub fn fail(&self, to: &str, fault: Fault) {
        self.shared.faults.lock().unwrap().entry(to.to_owned()).or_default().push_back(fault);
    }

    /// Fails no more for an address.
    pub fn forgive(&self, to: &str) {
        self.shared.faults.lock().unwrap().remove(to);
    }

    /// Refuses every connection from now on, or takes them again.
    pub fn refuse(&self, refuses: bool) {
        self.shared.refuses.store(refuses, Ordering::SeqCst);
    }

    /// Returns what came in since it was last asked, in no order.
    pub fn mails(&self) -> Vec<Mail> {
        std::mem::take(&mut self.shared.mails.lock().unwrap())
    }

    /// Returns how many came in since it was last asked for them.
    pub fn count(&self) -> usize {
        self.shared.mails.lock().unwrap().len()
    }

    /// Returns how often somebody connected.
    pub fn connections(&self) -> usize {
        *self.shared.connections.lock().unwrap()
    }
}

fn between(line: &str) -> String {
    line.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(inside, _)| inside.to_owned())
        .unwrap_or_default()
}

fn talk(shared: &Shared, stream: &TcpStream) -> std::io::Result<()> {
    *shared.connections.lock().unwrap() += 1;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    if shared.refuses.load(Ordering::SeqCst) {
        return writer.write_all(b"421 4.3.2 not now\r\n");
    }
    writer.write_all(b"220 sink.example ESMTP\r\n")?;
    let (mut from, mut to, mut fault) = (String::new(), String::new(), None);
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let upper = line.to_ascii_uppercase();
        let answer = match upper.get(..4).unwrap_or_default() {
            "EHLO" => "250-sink.example\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
            "MAIL" => {
                from = between(&line);
                "250 2.1.0 ok".to_owned()
            }
            "RCPT" => {
                to = between(&line);
                fault = shared.faults.lock().unwrap().get_mut(&to).and_then(VecDeque::pop_front);
                match &fault {
                    Some(Fault::Recipient(words)) => (*words).to_owned(),
                    Some(Fault::CutBefore) => return Ok(()),
                    Some(Fault::SilentAtRecipient) => return say_nothing(&mut reader),
                    _ => "250 2.1.5 ok".to_owned(),
                }
            }
            "DATA" if matches!(&fault, Some(Fault::Data(_))) => {
                let Some(Fault::Data(words)) = &fault else { unreachable!("it was looked at") };
                (*words).to_owned()
            }
            "DATA" if matches!(&fault, Some(Fault::SilentAtData)) => return say_nothing(&mut reader),
            "DATA" => {
                writer.write_all(b"354 go on\r\n")?;
                let content = content(&mut reader)?;
                let cut = matches!(&fault, Some(Fault::CutAfter | Fault::SilentAfter));
                let refused = matches!(&fault, Some(Fault::Content(_)));
                if !refused {
                    let mail = Mail { from: from.clone(), to: to.clone(), content, acknowledged: !cut };
                    shared.mails.lock().unwrap().push(mail);
                }
                match &fault {
                    Some(Fault::CutAfter) => return Ok(()),
                    Some(Fault::SilentAfter) => return say_nothing(&mut reader),
                    Some(Fault::Content(words)) => (*words).to_owned(),
                    _ => "250 2.0.0 kept".to_owned(),
                }
            }
            "QUIT" => {
                writer.write_all(b"221 2.0.0 bye\r\n")?;
                return Ok(());
            }
            _ => "250 2.0.0 ok".to_owned(),
        };
        writer.write_all(format!("{answer}\r\n").as_bytes())?;
        if answer.starts_with("421") {
            return Ok(());
        }
    }
}

/// Keeps the connection, without an answer, until who is at its other end has had enough.
fn say_nothing(reader: &mut impl BufRead) -> std::io::Result<()> {
    std::io::copy(reader, &mut std::io::sink()).map(drop)
}

/// Reads the content up to the final dot, without the dots that were put before others (RFC 5321 section 4.5.2).
fn content(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(content);
        }
        content.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
