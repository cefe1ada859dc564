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
use crate::store::{Collection, DocumentWrite, Expect};
use crate::webhooks::{Rules, SendError, Sender};

/// Largest snapshot that is read, in bytes.
const MOST: usize = 64 << 20;
/// Most letters of an address to which a web server leads that are kept.
const MOST_TO: usize = 300;
/// The key of the document.
const KEY: &str = "site-looked";

/// What a look answers: the status and the file; of a redirect, which nobody follows, the address to which it leads.
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
    /// The web server leads elsewhere: what is read is read at the issuer's domain alone.
    Redirect,
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
    /// Where the web server leads instead, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.example.org/trust.jws")]
    pub to: Option<String>,
}

/// What somebody read who looked.
pub(super) struct Look {
    status: Option<u16>,
    to: Option<String>,
    read: Result<Vec<u8>, SiteFound>,
}

/// Where the site is to be, and what is known of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct SiteView {
    /// What verifiers read, and what a look reads.
    #[schema(example = "https://certs.example.org/trust.jws")]
    pub address: String,
    /// Whether only this machine or this network knows the name: then links and QR codes lead nobody else anywhere.
    pub known_here_only: bool,
    /// The last look; nothing: nobody has looked yet, or not since the last publication, and it is not known.
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

/// Returns where the site is to be, and what is known of it. That what was published before the last publication was served says
/// nothing of that.
///
/// # Errors
/// When the store fails.
pub(super) fn known(desk: &Desk) -> Result<SiteView, Problem> {
    let host = &desk.issuer.host;
    let document = desk.store.document(Collection::UPKEEP, KEY)?;
    let looked: Option<SiteLooked> = document.map(|document| document.read()).transpose()?;
    let last = publish::last(desk.store).map_err(crate::acts::run::RunError::from)?;
    let is_over = |looked: &SiteLooked| {
        looked.found == SiteFound::Served && last.as_ref().is_some_and(|last| looked.at < last.issued)
    };
    let looked = looked.filter(|looked| !is_over(looked));
    Ok(SiteView { address: address(host), known_here_only: is_known_here_only(host), looked })
}

fn address(host: &str) -> String {
    format!("https://{host}/trust.jws")
}

/// Looks, as anybody would who checks a certificate.
///
/// # Errors
/// When this machine cannot ask anybody.
pub(super) async fn look(app: &App) -> Result<Look, Problem> {
    let answer = app.site_reader()?.read(address(&app.issuer.host)).await;
    let other = |found| Look { status: None, to: None, read: Err(found) };
    Ok(match answer {
        Ok((200, bytes)) => Look { status: Some(200), to: None, read: Ok(bytes) },
        Ok((status @ 300..400, to)) => {
            let to: String = String::from_utf8_lossy(&to).chars().filter(|c| !c.is_control()).take(MOST_TO).collect();
            let to = Some(to).filter(|to| !to.is_empty());
            Look { status: Some(status), to, ..other(SiteFound::Redirect) }
        }
        Ok((status, _)) => Look { status: Some(status), ..other(SiteFound::Missing) },
        Err(error) => other(not_read(error)),
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
pub(super) fn keep(app: &App, desk: &Desk, Look { status, to, read }: Look) -> Result<SiteView, Problem> {
    let found = match read {
        Ok(bytes) => judged(app, desk, &bytes)?,
        Err(found) => found,
    };
    let looked = SiteLooked { at: desk.now, found, status, to };
    let note = DocumentWrite::put(Collection::UPKEEP, KEY, Expect::Any, &looked);
    let act = desk.act("site.look", "site", serde_json::json!({ "found": found, "status": status }));
    desk.store.write_documents(&[note], Some(&act))?;
    known(desk)
}

fn judged(app: &App, desk: &Desk, bytes: &[u8]) -> Result<SiteFound, Problem> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let Ok(snapshot) = Snapshot::verify(text.trim(), None) else { return Ok(SiteFound::NotOurs) };
    // Whoever set up anew at the same domain has the same name, and other keys.
    if snapshot.issuer != desk.issuer.did() || !app.vault.is_own_root(&snapshot.issuer, &snapshot.root.1) {
        return Ok(SiteFound::NotOurs);
    }
    let last = publish::last(desk.store).map_err(crate::acts::run::RunError::from)?;
    let is_newest = last.is_none_or(|last| snapshot.version >= last.version);
    Ok(if is_newest { SiteFound::Served } else { SiteFound::Older })
}
