//! The process that reads: its limits, and its loop.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use super::super::pieces::{Event, Sink};
use super::super::{FILE_BYTES, FILE_SECONDS, STEP_SECONDS, container};
use super::wire::{Message, Order, VERSION};

/// Memory that it may have. What is left up to what is promised holds the program itself.
const DATA_BYTES: u64 = (super::super::CHILD_MEMORY_MB - 32) << 20;

/// Stack of the reading thread: crafted files nest deeply.
const STACK_BYTES: usize = 32 << 20;

/// A process that holds more than this ends after its file, to give it back.
const KEPT_KB: u64 = 96 << 10;

/// Reads files from `input` and tells of them on `output`, until there are no more.
///
/// # Errors
/// When the limits cannot be set, or who asks is gone.
pub fn serve(input: impl BufRead + Send + 'static, output: impl Write + Send + 'static) -> io::Result<()> {
    limit::once(DATA_BYTES)?;
    let run = move || read_all(input, output);
    let reading = std::thread::Builder::new().name("reading".into()).stack_size(STACK_BYTES).spawn(run)?;
    reading.join().unwrap_or_else(|_| Err(io::Error::other("a reader panicked")))
}

fn read_all(mut input: impl BufRead, output: impl Write) -> io::Result<()> {
    let mut teller = Teller { output, begun: Duration::ZERO, until: Duration::MAX, broken: false };
    teller.say(&Message::Hello { version: VERSION.to_owned() })?;
    let mut line = String::new();
    while {
        line.clear();
        input.read_line(&mut line)?
    } > 0
    {
        let order: Order = serde_json::from_str(&line)?;
        if order.bytes > FILE_BYTES {
            return Err(io::Error::other("the file is too large"));
        }
        let mut bytes = vec![0; order.bytes];
        input.read_exact(&mut bytes)?;
        limit::grant(STEP_SECONDS);
        teller.until = limit::worked().saturating_add(Duration::from_secs(order.seconds));
        container::read(bytes, (order.mode, !order.is_inside), order.told, &mut teller);
        if teller.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let again = held_kb() < KEPT_KB;
        teller.say(&Message::Done { again })?;
        if !again {
            break;
        }
    }
    Ok(())
}

/// Tells what is learned on the other process's pipe.
struct Teller<W> {
    output: W,
    /// Time worked when the piece began.
    begun: Duration,
    /// Time worked when no further piece is begun.
    until: Duration,
    broken: bool,
}

impl<W: Write> Teller<W> {
    fn say(&mut self, message: &Message) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.output.write_all(&line)?;
        self.output.flush()
    }

    fn try_to_say(&mut self, message: &Message) {
        self.broken |= self.say(message).is_err();
    }
}

impl<W: Write> Sink for Teller<W> {
    fn tell(&mut self, event: Event) {
        if matches!(event, Event::Begin(_)) {
            self.begun = limit::worked();
            limit::grant(STEP_SECONDS);
        }
        self.try_to_say(&Message::Event(event));
    }

    fn has_time(&mut self) -> bool {
        self.try_to_say(&Message::Alive);
        limit::grant(STEP_SECONDS);
        !self.is_over() && limit::worked().saturating_sub(self.begun) < Duration::from_secs(FILE_SECONDS)
    }

    fn is_over(&self) -> bool {
        self.broken || limit::worked() >= self.until
    }
}

/// Returns how much memory this process holds, where the system tells.
fn held_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Limits that the system keeps (POSIX `setrlimit`).
#[cfg(unix)]
mod limit {
    use std::io;
    use std::time::Duration;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    /// Bounds memory, and leaves no copy of it behind.
    pub(super) fn once(data: u64) -> io::Result<()> {
        set(Resource::Core, 0)?;
        set(Resource::Data, data)
    }

    fn set(resource: Resource, most: u64) -> io::Result<()> {
        let most = getrlimit(resource).maximum.map_or(most, |there| there.min(most));
        Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
    }

    /// Lets the process work so many seconds more.
    pub(super) fn grant(seconds: u64) {
        let there = getrlimit(Resource::Cpu);
        let wanted = worked().as_secs() + seconds;
        let current = Some(there.maximum.map_or(wanted, |most| most.min(wanted)));
        // It was set before, or the system sets none at all: the one who asks has a clock of its own.
        let _ = setrlimit(Resource::Cpu, Rlimit { current, maximum: there.maximum });
    }

    /// Returns how long the process has worked, waiting not counted.
    pub(super) fn worked() -> Duration {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
    }
}

/// Without limits of the system the one who asks ends it by its clock.
#[cfg(not(unix))]
mod limit {
    use std::io;
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    pub(super) fn once(_: u64) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn grant(_: u64) {}

    pub(super) fn worked() -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}
