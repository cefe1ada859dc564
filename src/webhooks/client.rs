//! Sends one message, and only to where it may go.
//!
//! The client resolves names through `Guard`, which passes on addresses of the public internet only: the very address
//! that was checked is connected to, so that a name which leads elsewhere the second time gains nothing. It follows no
//! redirect, uses no proxy, and keeps nothing of what the receiver says but the status and `Retry-After`.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::crypto::ring;

use super::address::{is_loopback, is_public};
use super::sign::signatures;
use super::{MessageId, Outcome, Rules, Secret, SendError, Target};
use crate::credential::Timestamp;

/// How long an attempt may take until the receiver has answered; the standard recommends 15 to 30 seconds.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// How much of an answer's body is read, so that the connection can be used again; a longer one is cut off.
const DRAIN_BYTES: usize = 16 * 1024;
/// How long that may take.
const DRAIN_TIME: Duration = Duration::from_secs(1);
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(30);
/// Most addresses of one name that are tried.
const ADDRESSES: usize = 8;

/// What a lookup returns.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of a host name.
pub trait Lookup: Send + Sync + 'static {
    /// Looks a name up.
    fn lookup(&self, host: &str) -> Addresses;
}

/// The lookup of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> Addresses {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A name leads to addresses that may not be called, and to no other.
#[derive(Debug)]
struct AddressRefused;

impl fmt::Display for AddressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to no address of the public internet")
    }
}

impl Error for AddressRefused {}

/// A resolver that passes on only what may be called.
struct Guard {
    lookup: Arc<dyn Lookup>,
    rules: Rules,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (looking, rules) = (self.lookup.lookup(name.as_str()), self.rules);
        Box::pin(async move {
            let found = looking.await?;
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            let good = found.into_iter().filter(|address| may_call(*address, rules)).take(ADDRESSES);
            // Port 0: reqwest puts that of the URL.
            let good: Vec<_> = good.map(|address| SocketAddr::new(address, 0)).collect();
            if good.is_empty() { Err(AddressRefused.into()) } else { Ok(Box::new(good.into_iter()) as Addrs) }
        })
    }
}

fn may_call(address: IpAddr, rules: Rules) -> bool {
    is_public(address) || (rules.loopback && is_loopback(address))
}

/// The client could not be made: this machine has no usable root certificates.
#[derive(Debug, thiserror::Error)]
#[error("webhooks cannot be sent from this machine")]
pub struct SenderError(#[source] reqwest::Error);

/// Sends messages. Clones share connections.
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client,
    rules: Rules,
}

/// How sending ended, and the `Retry-After` that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How it ended.
    pub outcome: Outcome,
    /// The header, as it came.
    pub retry_after: Option<String>,
}

impl Sender {
    /// Returns a sender that looks names up as the system does.
    ///
    /// # Errors
    /// [`SenderError`].
    pub fn new(rules: Rules) -> Result<Self, SenderError> {
        Self::with_lookup(rules, Arc::new(SystemLookup), TIMEOUT)
    }

    /// Returns a sender with another lookup and time limit.
    ///
    /// # Errors
    /// [`SenderError`].
    pub fn with_lookup(rules: Rules, lookup: Arc<dyn Lookup>, timeout: Duration) -> Result<Self, SenderError> {
        // An error says that the process has a provider already, which is as good.
        let _ = ring::default_provider().install_default();
        let client = Client::builder()
            .dns_resolver(Guard { lookup, rules })
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(timeout)
            .pool_idle_timeout(IDLE)
            .user_agent(concat!("Testamur/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(SenderError)?;
        Ok(Self { client, rules })
    }

    /// Posts a message, signed with each secret.
    pub async fn send(&self, to: &Target, id: &MessageId, at: Timestamp, secrets: &[Secret], body: &str) -> Answer {
        let failed = |error| Answer { outcome: Outcome::Error(error), retry_after: None };
        // Names are checked when they are resolved; a literal address is not resolved, so it is checked here.
        let Ok(url) = to.url(self.rules) else { return failed(SendError::Refused) };
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id.as_str())
            .header("webhook-timestamp", at.unix())
            .header("webhook-signature", signatures(secrets, id, at, body.as_bytes()))
            .body(body.to_owned());
        match request.send().await {
            Ok(response) => {
                let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let retry_after = retry_after.map(str::to_owned);
                let outcome = Outcome::Status(response.status().as_u16());
                drain(response).await;
                Answer { outcome, retry_after }
            }
            Err(error) => failed(kind(&error)),
        }
    }
}

impl Sender {
    /// Reads a file that anybody may read, up to a size; what is longer is cut off there.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn read(&self, url: &str, most: usize) -> Result<(u16, Vec<u8>), SendError> {
        let url = Target::parse(url, self.rules)
            .map_err(|_| SendError::Refused)?
            .url(self.rules)
            .map_err(|_| SendError::Refused)?;
        let mut response = self.client.get(url).send().await.map_err(|error| kind(&error))?;
        let (status, mut bytes) = (response.status().as_u16(), Vec::new());
        if response.status().is_redirection() {
            let to = response.headers().get(LOCATION).map(|to| to.as_bytes().to_vec());
            return Ok((status, to.unwrap_or_default()));
        }
        while let Some(chunk) = response.chunk().await.map_err(|error| kind(&error))? {
            let room = most.saturating_sub(bytes.len());
            bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() >= room {
                break;
            }
        }
        Ok((status, bytes))
    }
}

/// Reads a short body to its end. Whether that succeeds says nothing about the message.
async fn drain(mut response: Response) {
    let reading = async {
        let mut left = DRAIN_BYTES;
        while let Ok(Some(chunk)) = response.chunk().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    let _ = tokio::time::timeout(DRAIN_TIME, reading).await;
}

fn kind(error: &reqwest::Error) -> SendError {
    if causes(error).any(|cause| cause.is::<AddressRefused>()) {
        SendError::Refused
    } else if error.is_timeout() {
        SendError::Timeout
    } else if error.is_dns() {
        SendError::Resolve
    } else if causes(error).any(is_tls) {
        SendError::Tls
    } else if error.is_connect() {
        SendError::Connect
    } else {
        SendError::Protocol
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| (*cause).source())
}

fn is_tls(cause: &(dyn Error + 'static)) -> bool {
    // An I/O error names as its source that of what it wraps, not what it wraps.
    let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    cause.is::<rustls::Error>() || wrapped.is_some_and(|inner| is_tls(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Vec<IpAddr>);

    impl Lookup for Fixed {
        fn lookup(&self, _: &str) -> Addresses {
            let addresses = self.0.clone();
            Box::pin(async move { Ok(addresses) })
        }
    }

    async fn resolve(found: &[&str], loopback: bool) -> Result<Vec<String>, Box<dyn Error + Send + Sync>> {
        let lookup = Arc::new(Fixed(found.iter().map(|text| text.parse().unwrap()).collect()));
        let guard = Guard { lookup, rules: Rules { loopback } };
        let addresses = guard.resolve("example.org".parse().unwrap()).await?;
        Ok(addresses.map(|address| address.ip().to_string()).collect())
    }

    #[tokio::test]
    async fn only_public_addresses_of_a_name_are_passed_on() {
        let mixed = ["10.0.0.1", "1.1.1.1", "::1", "127.0.0.1", "2606:4700::1111", "169.254.169.254"];
        assert_eq!(resolve(&mixed, false).await.unwrap(), ["1.1.1.1", "2606:4700::1111"]);
        assert_eq!(resolve(&mixed, true).await.unwrap(), ["1.1.1.1", "::1", "127.0.0.1", "2606:4700::1111"]);
        let inner = resolve(&["10.0.0.1", "::ffff:127.0.0.1"], false).await.unwrap_err();
        assert!(inner.is::<AddressRefused>());
        assert!(resolve(&[], false).await.unwrap_err().is::<io::Error>());
        assert_eq!(resolve(&["1.1.1.1"; 20], false).await.unwrap().len(), ADDRESSES);
    }
}
