//! What browsers send of a form (`application/x-www-form-urlencoded`, URL Standard section 5).

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use crate::server::{App, Problem};

/// Largest form, in bytes: a name and a note.
const MOST: usize = 32 << 10;

/// The fields of a form by name; of several of one name the last.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Returns a field without spaces around it; nothing if it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }
}

impl FromRequest<App> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let refused = |status| Problem::new(status, "bad-body", "the form is larger than what is read, or broke off");
        let bytes = Bytes::from_request(request, app).await.map_err(|rejection| refused(rejection.status()))?;
        if bytes.len() > MOST {
            return Err(refused(StatusCode::PAYLOAD_TOO_LARGE));
        }
        Ok(Self(url::form_urlencoded::parse(&bytes).into_owned().collect()))
    }
}
