//! What browsers send of the staff's forms: urlencoded (URL Standard section 5), or multipart where there is a file.

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use http_body_util::{BodyExt, Limited};

use crate::server::arriving::{Arrivals, Held};
use crate::server::upload::read_field;
use crate::server::{App, Problem};

/// Largest form without a file, in bytes: a list of rows that are confirmed one by one.
const MOST: usize = 1 << 20;
/// Most fields of a form.
const MOST_FIELDS: usize = 5_000;

/// Most fields of an address: rows that are ticked stand in it.
const MOST_IN_ADDRESS: usize = 500;

/// Fields with what nobody keeps for another: they are written into no page again.
pub(super) const SECRETS: [&str; 7] =
    ["password", "new", "repeat", "second", "otpauth", "passphrase", "relay_password"];

/// Fields that say nothing to who filled the form in.
pub(super) const UNSEEN: [&str; 5] = ["once", "seen", "expected", "count", super::known::WAS];

/// A file of a form.
#[derive(Clone)]
pub(super) struct File {
    /// The field.
    pub field: String,
    /// What the browser calls it.
    pub name: String,
    /// What is in it.
    pub bytes: axum::body::Bytes,
}

/// The fields of a form, in the order in which they stood.
#[derive(Clone, Default)]
pub(super) struct Fields {
    texts: Vec<(String, String)>,
    files: Vec<File>,
}

impl Fields {
    /// Reads a form, of whichever kind.
    ///
    /// # Errors
    /// When it is none, is too large, or breaks off.
    pub(super) async fn read(request: Request, app: &App, limit: usize) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            return Self::multipart(request, app, limit, app.room_for_staff().enter()).await;
        }
        Self::urlencoded(request.into_body(), MOST).await
    }

    /// Reads what somebody typed into a form, of whichever kind. Of its files the names are kept and no byte: nobody knows yet who
    /// sent them. Of a form that is too large, or breaks off, what came before.
    ///
    /// # Errors
    /// When it is none.
    pub(super) async fn typed(request: Request, app: &App) -> Result<Self, Problem> {
        if !is_multipart(request.headers()) {
            return Self::urlencoded(request.into_body(), MOST).await;
        }
        let (held, mut left) = (app.room_for_staff().enter(), app.limits.upload_bytes);
        let mut form = Multipart::from_request(request, app).await.map_err(|error| bad(error.body_text()))?;
        let (mut read, mut left_of_texts) = (Self::default(), MOST);
        while let Ok(Ok(Some(mut field))) = held.next(form.next_field()).await {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(|file| file.chars().take(200).collect::<String>());
            let (mut bytes, left) = (Vec::<u8>::new(), if file.is_some() { &mut left } else { &mut left_of_texts });
            while let Ok(Ok(Some(chunk))) = held.next(field.chunk()).await {
                *left = left.saturating_sub(chunk.len());
                if *left == 0 {
                    return Ok(read);
                }
                if file.is_none() {
                    bytes.extend_from_slice(&chunk);
                }
            }
            match file {
                Some(name) if name.is_empty() => {}
                Some(file) => read.files.push(File { field: name, name: file, bytes: axum::body::Bytes::new() }),
                None => read.texts.extend(String::from_utf8(bytes).ok().map(|text| (name, text))),
            }
            if read.texts.len() + read.files.len() > MOST_FIELDS {
                break;
            }
        }
        Ok(read)
    }

    /// Reads a form where there is no service yet.
    ///
    /// # Errors
    /// As [`Fields::read`].
    pub(super) async fn any(request: Request, limit: usize) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            return Self::multipart(request, &(), limit, Arrivals::of(limit + MOST).enter()).await;
        }
        Self::urlencoded(request.into_body(), MOST).await
    }

    /// Reads a form without files.
    ///
    /// # Errors
    /// When it is larger than that, or breaks off.
    pub(super) async fn urlencoded(body: axum::body::Body, most: usize) -> Result<Self, Problem> {
        let body = Limited::new(body, most).collect().await;
        let bytes = body.map_err(|_| {
            let detail = "the form is larger than what is read, or broke off";
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "bad-body", detail)
        })?;
        let texts: Vec<_> = url::form_urlencoded::parse(&bytes.to_bytes()).into_owned().take(MOST_FIELDS + 1).collect();
        Self::checked(Self { texts, files: Vec::new() })
    }

    async fn multipart<S: Send + Sync>(
        request: Request,
        app: &S,
        limit: usize,
        mut held: Held,
    ) -> Result<Self, Problem> {
        let mut form = Multipart::from_request(request, app).await.map_err(|error| bad(error.body_text()))?;
        let (mut read, mut left, mut left_of_texts) = (Self::default(), limit, MOST);
        while let Some(field) = held.next(form.next_field()).await?.map_err(|error| bad(error.body_text()))? {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(|file| file.chars().take(200).collect::<String>());
            let left = if file.is_some() { &mut left } else { &mut left_of_texts };
            let mut bytes = read_field(field, left, &mut held).await?;
            bytes.shrink_to_fit();
            match file {
                // A field for a file in which none was chosen.
                Some(file) if file.is_empty() && bytes.is_empty() => {}
                Some(file) => read.files.push(File { field: name, name: file, bytes: bytes.into() }),
                None => {
                    let text = String::from_utf8(bytes).map_err(|_| bad("a field is not UTF-8".to_owned()))?;
                    read.texts.push((name, text));
                }
            }
            if read.texts.len() + read.files.len() > MOST_FIELDS {
                break;
            }
        }
        Self::checked(read)
    }

    fn checked(self) -> Result<Self, Problem> {
        match self.texts.len() + self.files.len() > MOST_FIELDS {
            true => Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "bad-body", "the form has too many fields")),
            false => Ok(self),
        }
    }

    /// Returns a field without spaces around it; nothing if it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.texts.iter().rev().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// Returns a field with the spaces around it: in a password they count.
    pub(super) fn exact(&self, name: &str) -> &str {
        self.texts.iter().rev().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Returns a field as it was typed.
    pub(super) fn raw(&self, name: &str) -> &str {
        self.texts.iter().rev().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
    }

    /// Returns a field, if there is something in it.
    pub(super) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Returns every value of a field that may stand several times.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.texts.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.trim())
    }

    /// Says whether a box was ticked.
    pub(super) fn on(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// Returns all texts but those that belong to a session.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts = self.texts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        texts.filter(|(name, _)| *name != "csrf")
    }

    /// Returns a form of these texts.
    pub(super) fn of(texts: Vec<(String, String)>) -> Self {
        Self { texts, files: Vec::new() }
    }

    /// Returns the texts but for some.
    pub(super) fn without(&self, names: &[&str]) -> Self {
        let texts = self.texts.iter().filter(|(name, _)| name != "csrf" && !names.contains(&name.as_str()));
        Self { texts: texts.cloned().collect(), files: Vec::new() }
    }

    /// Returns the form without what waits in it for somebody who logs in.
    pub(super) fn without_kept(&self) -> Self {
        let waits = |name: &str| name == "to" || name.starts_with(super::door::KEPT);
        let texts = self.texts.iter().filter(|(name, _)| !waits(name));
        Self { texts: texts.cloned().collect(), files: Vec::new() }
    }

    /// Returns the fields in which a file was chosen, each with the names of what was chosen.
    pub(super) fn chosen(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|file| (file.field.as_str(), file.name.as_str()))
    }

    /// Returns all files of a field.
    pub(super) fn files(&self, field: &str) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| file.field == field)
    }

    /// Returns the file of a field.
    pub(super) fn file(&self, field: &str) -> Option<&File> {
        self.files.iter().find(|file| file.field == field)
    }
}

/// Says whether a form may have files in it.
fn is_multipart(headers: &axum::http::HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"))
}

fn bad(detail: String) -> Problem {
    Problem::bad_request("bad-upload", detail)
}

/// Returns the fields of a query.
pub(super) fn query(text: Option<&str>) -> Fields {
    let texts =
        url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()).into_owned().take(MOST_IN_ADDRESS).collect();
    Fields::of(texts)
}

/// Writes a query.
pub(super) fn written<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.finish()
}

/// All but what is itself in every part of an address (RFC 3986 section 2.3).
const RESERVED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes a part of a path.
pub(super) fn part(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, RESERVED).to_string()
}

/// Writes a form with files (RFC 7578).
pub(super) fn parts<'a>(
    texts: impl Iterator<Item = (&'a str, &'a str)>,
    files: &[&File],
) -> (String, axum::body::Bytes) {
    let texts: Vec<_> = texts.collect();
    // A mark that stands in none of them.
    let mut mark = "testamur-form".to_owned();
    let stands = |mark: &str, bytes: &[u8]| memchr::memmem::find(bytes, mark.as_bytes()).is_some();
    while files.iter().any(|file| stands(&mark, &file.bytes)) || texts.iter().any(|(_, text)| text.contains(&mark)) {
        mark.push('-');
    }
    let mut body = Vec::with_capacity(files.iter().map(|file| file.bytes.len() + 512).sum::<usize>() + 1_024);
    for (name, text) in texts {
        body.extend(format!("--{mark}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").bytes());
    }
    for file in files {
        let name: String =
            file.name.chars().map(|c| if c.is_control() || c == '"' || c == '\\' { '_' } else { c }).collect();
        let field = &file.field;
        let head = format!("--{mark}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes());
        body.extend_from_slice(&file.bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{mark}--\r\n").bytes());
    (format!("multipart/form-data; boundary={mark}"), body.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_files_has_a_mark_that_stands_in_none_of_them() {
        let file = File {
            field: "file".to_owned(),
            name: "a\"b\r\n.csv".to_owned(),
            bytes: b"x--testamur-form-y".to_vec().into(),
        };
        let (kind, body) = parts([("map", "name=A")].into_iter(), &[&file]);
        let body = String::from_utf8(body.to_vec()).unwrap();
        let mark = kind.split_once("boundary=").unwrap().1;
        assert_eq!(body.matches(&format!("--{mark}")).count(), 3, "{body}");
        assert!(body.contains("filename=\"a_b__.csv\""), "{body}");
    }
}
