//! Reads files in a process of its own, which the system ends when it asks for too much memory or time.
//!
//! Drawing a foreign page runs a large parser that is not ours: no count made beforehand bounds its memory, and a thread
//! cannot be stopped. The process is this program again (`testamur read-pieces`), under limits that it sets itself before
//! it reads a byte. It reads one file after the other, so that a folder costs one start for each core. What it told until
//! it was ended counts; reading goes on behind the piece that ended it.

mod child;
mod wire;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

pub use child::serve;

use super::pieces::{Gathering, Sink};
use super::{Piece, ReadMode, ReadingError, text};
use wire::{Message, Order};
use worker::{Heard, Worker};

/// Hidden command of the program that reads.
pub const COMMAND: &str = "read-pieces";

/// How many pieces of one file may end the process before the rest of it is left alone.
const DEATHS: usize = 5;

/// Who reads files.
#[derive(Debug)]
pub struct Reader {
    /// The program to start; none: files are read in this process, whose memory nothing bounds then.
    program: Option<PathBuf>,
    /// Processes that wait for a file.
    idle: Mutex<Vec<Worker>>,
}

/// What is wanted of a reader.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// How much work is spent on a PDF.
    pub mode: ReadMode,
    /// How many seconds of work are spent on all files in it, if that is bounded; what is not looked at then is said.
    pub seconds: Option<u64>,
    /// Whether it lies among files that need not be certificates, as in a folder.
    pub is_inside: bool,
    /// Set when nobody waits for the answer any more.
    pub stop: Option<&'a AtomicBool>,
}

/// How reading a file once ended.
enum Ended {
    Done,
    Died,
    Unwanted,
    NoReader(String),
}

impl Reader {
    /// Returns a reader in this process: for documents of our own, and where there is no program to start.
    pub fn here() -> Self {
        Self { program: None, idle: Mutex::default() }
    }

    /// Returns a reader that starts this very program.
    pub fn own() -> Self {
        // The link leads to the file that runs, also after the program was replaced or deleted.
        let running = Path::new("/proc/self/exe");
        let program = if running.exists() { Some(running.to_owned()) } else { std::env::current_exe().ok() };
        Self::of(program.unwrap_or_else(|| "testamur".into()))
    }

    /// Returns a reader that starts a program, which must be this one in the same version.
    pub fn of(program: PathBuf) -> Self {
        Self { program: Some(program), idle: Mutex::default() }
    }

    /// Reads a file, and the files in it. Returns at least one piece.
    pub fn pieces(&self, bytes: &[u8], ask: Ask<'_>) -> Vec<Piece> {
        match &self.program {
            // Our own parser reads a JWS, within bounds of its own.
            Some(program) if !text::is_jws(bytes) => self.apart(program, bytes, ask),
            _ => super::pieces_here(bytes, ask.mode, ask.is_inside),
        }
    }

    fn apart(&self, program: &Path, bytes: &[u8], ask: Ask<'_>) -> Vec<Piece> {
        if bytes.len() > super::FILE_BYTES {
            return Gathering::default().leaving(ReadingError::TooLarge { bytes: bytes.len() });
        }
        let (mut gathering, began) = (Gathering::default(), Instant::now());
        for _ in 0..DEATHS {
            let left = ask.seconds.map_or(u64::MAX, |seconds| seconds.saturating_sub(began.elapsed().as_secs()));
            match self.once(program, bytes, Ask { seconds: Some(left), ..ask }, &mut gathering) {
                Ended::Done => return gathering.into_pieces(),
                Ended::Died if gathering.broken(ReadingError::Ended) => {}
                Ended::Died => return gathering.leaving(ReadingError::Ended),
                Ended::Unwanted => {
                    gathering.broken(ReadingError::Ended);
                    break;
                }
                Ended::NoReader(why) => return gathering.leaving(ReadingError::NoReader(why)),
            }
            if gathering.is_single() {
                return gathering.into_pieces();
            }
        }
        if gathering.is_single() { gathering.into_pieces() } else { gathering.leaving(ReadingError::OutOfTime) }
    }

    fn once(&self, program: &Path, bytes: &[u8], ask: Ask<'_>, gathering: &mut Gathering) -> Ended {
        let mut worker = match self.take(program) {
            Ok(worker) => worker,
            Err(why) => return Ended::NoReader(why),
        };
        let (seconds, told) = (ask.seconds.unwrap_or(u64::MAX), gathering.told().clone());
        let order = Order { bytes: bytes.len(), mode: ask.mode, is_inside: ask.is_inside, seconds, told };
        if worker.send(&order, bytes).is_err() {
            return Ended::Died;
        }
        let is_unwanted = || ask.stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
        loop {
            match worker.hear(&is_unwanted) {
                Heard::Told(Message::Event(event)) => gathering.tell(event),
                Heard::Told(Message::Done { again }) => {
                    if again {
                        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                    }
                    return Ended::Done;
                }
                Heard::Told(_) => {}
                // Dropping the worker ends the process.
                Heard::Nothing => return Ended::Died,
                Heard::Unwanted => return Ended::Unwanted,
            }
        }
    }

    fn take(&self, program: &Path) -> Result<Worker, String> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        // One that was ended while it waited is replaced.
        if let Some(mut worker) = idle
            && worker.is_alive()
        {
            return Ok(worker);
        }
        Worker::start(program)
    }
}
