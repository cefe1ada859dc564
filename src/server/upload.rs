//! Uploaded files, read within bounds.

use std::time::Duration;

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::http::StatusCode;
use tokio::sync::Semaphore;

use super::Problem;
use super::arriving::Held;

/// Files worked on at once: each may take as much memory as an upload is large, and more.
static READERS: Semaphore = Semaphore::const_new(4);
/// How long a file that has come waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// Text fields of an upload.
const MAX_TEXT_FIELDS: usize = 300;

/// Takes a turn at working on a file that has come: who is still sending has none.
pub(super) async fn turn() -> Result<tokio::sync::SemaphorePermit<'static>, Problem> {
    let busy = "other files are being read; try again in a moment";
    let turn = tokio::time::timeout(PATIENCE, READERS.acquire()).await.ok().and_then(Result::ok);
    turn.ok_or_else(|| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", busy))
}

/// An uploaded file with its texts.
pub(super) struct Form {
    pub name: String,
    pub bytes: Vec<u8>,
    pub texts: Vec<(String, String)>,
    /// Its room in memory.
    pub held: Held,
}

/// Reads an upload, never more than `limit` bytes of it.
pub(super) async fn read_form(
    form: Result<Multipart, MultipartRejection>,
    limit: usize,
    held: Held,
) -> Result<Form, Problem> {
    let bad = |detail: String| Problem::bad_request("bad-upload", detail);
    let mut form = form.map_err(|rejection| bad(rejection.body_text()))?;
    let mut read = Form { name: String::new(), bytes: Vec::new(), texts: Vec::new(), held };
    let (mut left, mut found) = (limit, false);
    while let Some(field) = read.held.next(form.next_field()).await?.map_err(|error| bad(error.body_text()))? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().unwrap_or("upload").chars().take(200).collect();
        let bytes = read_field(field, &mut left, &mut read.held).await?;
        if name == "file" && !found {
            (read.name, read.bytes, found) = (file, bytes, true);
        } else if read.texts.len() < MAX_TEXT_FIELDS {
            let text = String::from_utf8(bytes).map_err(|_| bad("a field is not UTF-8".to_owned()))?;
            read.texts.push((name, text));
        }
    }
    read.held.whole();
    if found { Ok(read) } else { Err(bad("there is no field `file`".to_owned())) }
}

pub(super) async fn read_field(mut field: Field<'_>, left: &mut usize, held: &mut Held) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    loop {
        let chunk = held.next(field.chunk()).await?;
        let chunk = chunk.map_err(|error| Problem::bad_request("bad-upload", error.body_text()))?;
        let Some(chunk) = chunk else { return Ok(bytes) };
        *left = left.checked_sub(chunk.len()).ok_or_else(|| {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "the upload is larger than what is read")
        })?;
        held.take(chunk.len()).await?;
        bytes.extend_from_slice(&chunk);
    }
}
