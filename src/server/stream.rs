//! Answers that are made while they are sent, no faster than they are read, so that they take no memory however long they are.

use std::io::{self, BufWriter, Write};

use axum::body::{Body, Bytes};
use tokio::sync::mpsc::Sender;
use tokio_stream::wrappers::ReceiverStream;

use super::turns::Turn;
use super::{App, Caller, Problem};
use crate::store;

/// Pieces that are made before the first of them is read.
const AHEAD: usize = 8;
/// Size of a piece.
const PIECE: usize = 64 * 1024;

type Piece = io::Result<Bytes>;

/// Writes into an answer.
pub(super) struct Pipe(Sender<Piece>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let hung_up = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(hung_up)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl App {
    /// Waits for a turn to send what is made while it is sent. What could be refused is looked at after this and before
    /// [`App::streamed`].
    ///
    /// # Errors
    /// 503 if there is none to be had.
    pub(super) async fn turn_to_send(&self, caller: &Caller) -> Result<Turn, Problem> {
        self.sends().take(&caller.id.to_string()).await
    }

    /// Returns the body of an answer that `make` writes. Where that fails the answer breaks off, so that no program takes a
    /// part for the whole; when nobody reads it any more, reading for it ends.
    pub(super) fn streamed(
        &self,
        turn: Turn,
        make: impl FnOnce(&Self, &mut BufWriter<Pipe>) -> io::Result<()> + Send + 'static,
    ) -> Body {
        let (tell, told) = tokio::sync::mpsc::channel::<Piece>(AHEAD);
        let app = self.clone();
        // Without threads the service ends: the answer breaks off.
        let _sent = self.sends().spawn(move || {
            let _turn = turn;
            let (reader, mut out) = (tell.clone(), BufWriter::with_capacity(PIECE, Pipe(tell.clone())));
            let made =
                store::while_wanted(move || !reader.is_closed(), || make(&app, &mut out).and_then(|()| out.flush()));
            // What is left of it must not follow an error.
            let (_, _) = out.into_parts();
            if let Err(error) = made {
                if !tell.is_closed() {
                    tracing::error!(%error, "an answer broke off");
                }
                let _ = tell.blocking_send(Err(error));
            }
        });
        Body::from_stream(ReceiverStream::new(told))
    }
}
