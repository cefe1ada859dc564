//! Who else may see a certificate: staff do what its holder can do in the portal.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::portal::{self, Shown};
use crate::credential::CertificateNumber;
use crate::desk::Desk;
use crate::server::extract::{Body, Path, certificate_number};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, set))
}

/// What the public may see.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "visible": true }))]
struct ShownWanted {
    /// Whether the certificate has a public page.
    visible: bool,
    /// Whether search engines may list that page; they may not if left out, nor while it is hidden.
    #[serde(default)]
    indexed: bool,
}

/// What the public may see of a certificate.
#[derive(Debug, Serialize, ToSchema)]
struct ShownView {
    /// The certificate.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: String,
    /// Whether it has a public page.
    visible: bool,
    /// Whether search engines may list that page.
    indexed: bool,
    /// Where that page is, or would be.
    #[schema(example = "https://certs.example.org/c/CERT-WORKSHOP-2026-00001-ujw3bdpk")]
    address: String,
}

fn view(desk: &Desk, number: &CertificateNumber) -> Result<Tagged<ShownView>, Problem> {
    let address = portal::address(desk.store, number)?;
    let Shown { visible, indexed } = portal::shown_of(desk.store, number)?;
    let view = ShownView { number: number.to_string(), visible, indexed, address };
    Ok(Tagged::ok(tag_of(&view), view))
}

/// Show what the public may see of a certificate
#[utoipa::path(get, path = "/certificates/{number}/shown", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(("number" = String, Path)),
    responses((status = 200, body = ShownView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Tagged<ShownView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| view(desk, &certificate_number(&number)?)).await
}

/// Show a certificate to the public, or hide it
///
/// As its holder can in the portal, whatever its event says (`public_pages`). A published site has or loses the page with the next
/// publication.
#[utoipa::path(post, path = "/certificates/{number}/shown", tag = "Certificates", extensions(("x-permission" = json!("import"))), params(("number" = String, Path)),
    request_body = ShownWanted,
    responses((status = 200, body = ShownView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn set(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Body(ShownWanted { visible, indexed }): Body<ShownWanted>,
) -> Result<Tagged<ShownView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let number = certificate_number(&number)?;
        portal::set_shown(desk, &number, Shown { visible, indexed })?;
        view(desk, &number)
    })
    .await
}
