//! One connection to who listens at a socket: a request, then its answer, as HTTP/1.1 (RFC 9112) has them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::ANSWER_BYTES;

/// Largest head of an answer, in bytes.
const HEAD_BYTES: u64 = 16 * 1024;
/// How long who listens may take to say who it is. A call may take any time: a large store is rewritten by one.
const GREETING_TIME: Duration = Duration::from_secs(60);

/// A connection.
pub(super) struct Line(BufReader<UnixStream>);

/// An answer.
pub(super) struct Answer {
    /// Its status.
    pub(super) status: u16,
    /// Its body.
    pub(super) body: Vec<u8>,
}

impl Line {
    /// Connects.
    pub(super) fn open(socket: &Path) -> io::Result<Self> {
        Ok(Self(BufReader::new(UnixStream::connect(socket)?)))
    }

    /// Asks for the greeting. [`io::ErrorKind::InvalidData`] is an answer that is no HTTP.
    pub(super) fn greet(&mut self, path: &str) -> io::Result<Answer> {
        self.0.get_ref().set_read_timeout(Some(GREETING_TIME))?;
        let answer = self.ask("GET", path, b"");
        self.0.get_ref().set_read_timeout(None)?;
        answer
    }

    /// Sends a request and reads its answer.
    pub(super) fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> io::Result<Answer> {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", body.len());
        // One write for what is small: each costs a turn of the other side.
        match body.len() {
            0..65_536 => self.0.get_mut().write_all(&[head.as_bytes(), body].concat())?,
            _ => {
                self.0.get_mut().write_all(head.as_bytes())?;
                self.0.get_mut().write_all(body)?;
            }
        }
        let (status, length) = self.head()?;
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(Answer { status, body })
    }

    /// Reads the head of an answer: its status, and how long its body is.
    fn head(&mut self) -> io::Result<(u16, usize)> {
        let mut head = Read::take(&mut self.0, HEAD_BYTES);
        let mut line = String::new();
        let mut next = |line: &mut String| -> io::Result<()> {
            line.clear();
            match head.read_line(line)? {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(()),
            }
        };
        next(&mut line)?;
        let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| invalid("it answered what is no HTTP"))?;
        let mut length = None;
        loop {
            next(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse::<usize>().ok();
            }
        }
        match length {
            Some(length) if length <= ANSWER_BYTES => Ok((status, length)),
            Some(length) => Err(invalid(&format!("it answered {length} bytes"))),
            None => Err(invalid("it does not say how long its answer is")),
        }
    }
}

fn invalid(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text.to_owned())
}
