//! The process that reads, seen from the one that asks.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::COMMAND;
use super::wire::{LINE_BYTES, Message, Order, VERSION};

/// How long it may say nothing. Its own limit counts the time that it works, also on a machine that is busy; this one ends
/// it where the system keeps no such limit.
const SILENCE: Duration = Duration::from_secs(120);

/// How often is looked whether the answer is still wanted.
const LOOK: Duration = Duration::from_millis(50);

/// Messages that wait to be heard.
const WAITING: usize = 64;

/// The allocator takes no gigabyte in advance, which the limit would count; nor does it hand out what it could not get.
const ALLOCATOR: [(&str, &str); 1] = [("MIMALLOC_ARENA_RESERVE", "0")];

/// A process that reads files. Ended when it is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Message>,
}

/// What came of listening.
pub(super) enum Heard {
    Told(Message),
    /// It has ended, or hangs.
    Nothing,
    /// The answer is not wanted any more.
    Unwanted,
}

impl Worker {
    /// Starts the program and waits for its greeting. It gets none of our environment: it needs no secret.
    pub(super) fn start(program: &Path) -> Result<Self, String> {
        let mut child = Command::new(program)
            .arg(COMMAND)
            .env_clear()
            .envs(ALLOCATOR)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("the process that reads files cannot be started: {error}"))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the process that reads files has no pipes".to_owned());
        };
        let (sender, messages) = sync_channel(WAITING);
        let listening = std::thread::Builder::new().name("listening".into()).spawn(move || listen(output, &sender));
        let mut worker = Self { child, input, messages };
        listening.map_err(|error| format!("no thread can be started: {error}"))?;
        match worker.hear(&|| false) {
            Heard::Told(Message::Hello { version }) if version == VERSION => Ok(worker),
            _ => Err("the program was replaced by another one while it ran".to_owned()),
        }
    }

    /// Hands over a file.
    pub(super) fn send(&mut self, order: &Order, bytes: &[u8]) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        self.input.write_all(&line)?;
        self.input.write_all(bytes)?;
        self.input.flush()
    }

    /// Waits for the next message.
    pub(super) fn hear(&mut self, is_unwanted: &dyn Fn() -> bool) -> Heard {
        let since = Instant::now();
        loop {
            match self.messages.recv_timeout(LOOK) {
                Ok(message) => return Heard::Told(message),
                Err(RecvTimeoutError::Disconnected) => return Heard::Nothing,
                Err(RecvTimeoutError::Timeout) if is_unwanted() => return Heard::Unwanted,
                Err(RecvTimeoutError::Timeout) if since.elapsed() > SILENCE => return Heard::Nothing,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Says whether it still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(output: ChildStdout, sender: &SyncSender<Message>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        match (&mut output).take(LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(1..) => {}
            _ => return,
        }
        let Ok(message) = serde_json::from_slice(&line) else { return };
        if sender.send(message).is_err() {
            return;
        }
    }
}
