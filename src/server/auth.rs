//! Who is calling, and whether they may.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::{App, Problem, forwarded};
use crate::accounts::{Permission, Scope};
use crate::desk::Actor;
use crate::server::problem::FieldProblem;

/// Who is calling, proved by a session or an API token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who they are.
    pub id: Actor,
    /// What they may do.
    pub permissions: BTreeSet<Permission>,
    /// In which events: what is outside does not exist for them.
    pub scope: Scope,
    /// Where they call from.
    pub address: IpAddr,
}

impl Caller {
    /// Returns this machine's operator, who may do everything.
    pub(super) fn operator(account: impl Into<String>) -> Self {
        let permissions = Permission::ALL.into_iter().collect();
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Self { id: Actor::operator(account), permissions, scope: Scope::default(), address }
    }

    /// Says whether this machine's operator calls, through the socket in the data folder.
    pub(super) fn is_operator(parts: &Parts) -> bool {
        parts.extensions.get::<Self>().is_some_and(|known| matches!(known.id, Actor::Operator { .. }))
    }

    /// Refuses unless the caller has the permission.
    ///
    /// # Errors
    /// 403.
    pub fn may(&self, permission: Permission) -> Result<(), Problem> {
        if self.permissions.contains(&permission) {
            return Ok(());
        }
        let name = serde_json::to_value(permission).unwrap_or_default();
        Err(Problem::forbidden(format!("this needs the permission {name}")))
    }

    /// Refuses unless the caller has the permission for the issuer as a whole, and not in some events only.
    ///
    /// # Errors
    /// 403.
    pub fn may_everywhere(&self, permission: Permission) -> Result<(), Problem> {
        self.may(permission)?;
        match self.scope.is_limited() {
            true => Err(Problem::forbidden("your membership is limited to events, and this is about all of them")),
            false => Ok(()),
        }
    }

    /// Returns who it was and from where.
    pub fn actor(&self) -> Actor {
        self.id.clone().from(self.address)
    }
}

/// Finds out who is calling.
#[derive(Clone)]
pub struct Authenticator(Arc<Prove>);

type Prove = dyn Fn(&App, &Parts, IpAddr) -> Result<Caller, Problem> + Send + Sync;

impl Authenticator {
    /// Returns an authenticator that asks `prove`.
    pub fn new(prove: impl Fn(&App, &Parts, IpAddr) -> Result<Caller, Problem> + Send + Sync + 'static) -> Self {
        Self(Arc::new(prove))
    }
}

/// What proves a caller anew, for what goes on after the request was answered.
pub(super) struct Admission {
    request: Parts,
    address: IpAddr,
}

impl FromRequestParts<App> for Admission {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        Ok(Self { request: parts.clone(), address })
    }
}

impl Admission {
    /// Returns who it is now; refuses once the session or the token has ended, or its owner may not any more.
    pub(super) async fn still(&self, app: &App, permission: Permission) -> Result<Caller, Problem> {
        if let Some(operator) = self.request.extensions.get::<Caller>().filter(|_| Caller::is_operator(&self.request)) {
            return Ok(operator.clone());
        }
        let (prove, request, address) = (app.authenticator.0.clone(), self.request.clone(), self.address);
        app.aside(move |app| {
            let caller = prove(app, &request, address)?;
            caller.may(permission).map(|()| caller)
        })
        .await
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Caller>() {
            return Ok(known.clone());
        }
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        let (prove, request) = (app.authenticator.0.clone(), parts.clone());
        let why = why(&parts.headers)?;
        let mut caller = app.aside(move |app| prove(app, &request, address)).await?;
        caller.id = caller.id.saying(why);
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

/// Where a request may say why something is done: any text, percent-encoded (RFC 3986 section 2.1), as headers have few letters.
pub(super) const WHY_HEADER: &str = "testamur-why";
/// Longest text of that, in letters.
pub(super) const MOST_OF_WHY: u32 = 500;

/// Returns why something is done, where the request says so.
pub(super) fn why(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(said) = headers.get(WHY_HEADER) else { return Ok(None) };
    let said = percent_encoding::percent_decode(said.as_bytes()).decode_utf8_lossy().trim().to_owned();
    if said.chars().count() > MOST_OF_WHY as usize || said.chars().any(char::is_control) {
        let detail = format!("is longer than {MOST_OF_WHY} characters or holds a control character");
        let errors = vec![FieldProblem { field: "why".to_owned(), detail: detail.clone() }];
        return Err(Problem::unprocessable("invalid", format!("why {detail}")).with_errors(errors));
    }
    Ok(Some(said).filter(|said| !said.is_empty()))
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let told = match app.behind_proxy {
            0 => None,
            proxies => forwarded::caller(&parts.headers, proxies.into()),
        };
        Ok(Self(told.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}
