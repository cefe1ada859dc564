//! Whether what is published is served where every certificate says it is: looked at over the network when somebody asks, and kept with
//! the time. Until then nobody knows, and no page says that all is well.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::public_url::is_known_here_only;
use super::{App, Problem};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::publish;
use crate::status::Snapshot;
use crate::store::{Collection, DocumentWrite, Expect, StoreError};
use crate::webhooks::{Rules, SendError, Sender};

/// Largest snapshot that is read, in bytes.
const MOST: usize = 64 << 20;
/// The key of the document.
const KEY: &str = "site-looked";

/// What a look answers: the status and the file.
pub type Looking = Pin<Box<dyn Future<Output = Result<(u16, Vec<u8>), SendError>> + Send>>;

/// Reads a file of the published site, as anybody would.
pub trait SiteReader: Send + Sync + 'static {
    /// Reads it.
    fn read(&self, url: String) -> Looking;
}

/// Over the network; addresses of the public internet only, as those that others reach.
struct OverNetwork(Sender);

impl SiteReader for OverNetwork {
    fn read(&self, url: String) -> Looking {
        let sender = self.0.clone();
        Box::pin(async move { sender.read(&url, MOST).await })
    }
}

/// Who reads, where it is not the network: in tests.
#[derive(Default)]
pub(super) struct SiteReading(Mutex<Option<Arc<dyn SiteReader>>>);

/// What was found where the site should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SiteFound {
    /// The newest publication.
    Served,
    /// An older one: the copy was not renewed.
    Older,
    /// Something else than what this issuer publishes.
    NotOurs,
    /// No such file.
    Missing,
    /// The name leads to no address of the public internet.
    NotPublic,
    /// The name leads nowhere.
    NoName,
    /// Nobody answers there, or not in time.
    NoAnswer,
    /// Its certificate for https is not good.
    Unsafe,
}

/// A look at the site.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct SiteLooked {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What was found.
    pub found: SiteFound,
    /// The status that was answered, if there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 404)]
    pub status: Option<u16>,
}

/// Where the site is to be, and what is known of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct SiteView {
    /// What verifiers read, and what a look reads.
    #[schema(example = "https://certs.example.org/trust.jws")]
    pub address: String,
    /// Whether only this machine or this network knows the name: then links and QR codes lead nobody else anywhere.
    pub known_here_only: bool,
    /// The last look; nothing: nobody looked yet, and it is not known.
    pub looked: Option<SiteLooked>,
}

impl App {
    /// Has something else than the network read the published site, as tests do.
    pub fn read_site_with(&self, reader: Arc<dyn SiteReader>) {
        *self.site_reading().0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reader);
    }

    fn site_reader(&self) -> Result<Arc<dyn SiteReader>, Problem> {
        let given = self.site_reading().0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match given {
            Some(reader) => Ok(reader),
            None => Ok(Arc::new(OverNetwork(Sender::new(Rules::default()).map_err(Problem::internal)?))),
        }
    }
}

/// Returns where the site is to be, and what is known of it.
///
/// # Errors
/// When the store fails.
pub(super) fn known(desk: &Desk) -> Result<SiteView, StoreError> {
    let host = &desk.issuer.host;
    let looked = desk.store.document(Collection::UPKEEP, KEY)?.map(|document| document.read()).transpose()?;
    Ok(SiteView { address: address(host), known_here_only: is_known_here_only(host), looked })
}

fn address(host: &str) -> String {
    format!("https://{host}/trust.jws")
}

/// Looks, as anybody would who checks a certificate.
///
/// # Errors
/// When this machine cannot ask anybody.
pub(super) async fn look(app: &App) -> Result<(Option<u16>, Result<Vec<u8>, SiteFound>), Problem> {
    let answer = app.site_reader()?.read(address(&app.issuer.host)).await;
    Ok(match answer {
        Ok((200, bytes)) => (Some(200), Ok(bytes)),
        Ok((status, _)) => (Some(status), Err(SiteFound::Missing)),
        Err(error) => (None, Err(not_read(error))),
    })
}

fn not_read(error: SendError) -> SiteFound {
    match error {
        SendError::Refused => SiteFound::NotPublic,
        SendError::Resolve => SiteFound::NoName,
        SendError::Tls => SiteFound::Unsafe,
        SendError::Connect | SendError::Timeout | SendError::Protocol => SiteFound::NoAnswer,
    }
}

/// Judges what was read, and keeps what was found.
///
/// # Errors
/// When the store fails.
pub(super) fn keep(
    desk: &Desk,
    (status, read): (Option<u16>, Result<Vec<u8>, SiteFound>),
) -> Result<SiteView, Problem> {
    let found = match read {
        Ok(bytes) => judged(desk, &bytes)?,
        Err(found) => found,
    };
    let looked = SiteLooked { at: desk.now, found, status };
    let note = DocumentWrite::put(Collection::UPKEEP, KEY, Expect::Any, &looked);
    let act = desk.act("site.look", "site", serde_json::json!({ "found": found, "status": status }));
    desk.store.write_documents(&[note], Some(&act))?;
    Ok(known(desk)?)
}

fn judged(desk: &Desk, bytes: &[u8]) -> Result<SiteFound, Problem> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let Ok(snapshot) = Snapshot::verify(text.trim(), None) else { return Ok(SiteFound::NotOurs) };
    if snapshot.issuer != desk.issuer.did() {
        return Ok(SiteFound::NotOurs);
    }
    let last = publish::last(desk.store).map_err(crate::acts::run::RunError::from)?;
    let is_newest = last.is_none_or(|last| snapshot.version >= last.version);
    Ok(if is_newest { SiteFound::Served } else { SiteFound::Older })
}
