//! Certificates: list and show. Beside: downloads, and what changes them.

mod change;
mod download;
mod presented;
mod shown;

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(in crate::server) use download::handed_out;
pub(super) use download::specimen;

use crate::accounts::Permission;
use crate::acts::run::MOST_NAMED;
use crate::credential::{CertificateNumber, Moment, Timestamp};
use crate::desk::Desk;
use crate::server::extract::{Listing, Paging, Path, Query, certificate_number, event_code};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};
use crate::store::{Cause, Certificate, CertificateQuery, Standing};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(person))
        .merge(download::routes())
        .merge(change::routes())
        .merge(presented::routes())
        .merge(shown::routes())
}

/// A version of a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CertificateView {
    /// Stays the same in all versions.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: String,
    /// From 1.
    #[schema(example = 1)]
    version: u32,
    /// What became of it. `revocation_waits`: it is revoked, and no publication holds that before `waits_until`.
    status: Standing,
    /// Name as printed.
    #[schema(example = "Zoë Ångström")]
    recipient: String,
    /// E-mail at the time.
    email: Option<String>,
    /// Date of issue, the same in all versions.
    #[schema(value_type = String, format = DateTime)]
    issued: Timestamp,
    /// When this version was signed.
    #[schema(value_type = String, format = DateTime)]
    signed: Timestamp,
    /// Until when it is valid.
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
    /// Short id of the key that signed it.
    #[schema(example = "k1")]
    key: String,
    /// The template's name.
    #[schema(example = "classic")]
    template: String,
    /// Since when it is revoked or superseded.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// What the public reads about that.
    reason: Option<String>,
    /// Why it was revoked, for programs.
    cause: Option<Cause>,
    /// Until when no publication holds its revocation, and it can be taken back without a trace.
    #[schema(value_type = Option<String>, format = DateTime)]
    waits_until: Option<Timestamp>,
    /// The run that revoked it.
    revoked_by_run: Option<String>,
    /// The run that made this version.
    run: Option<String>,
    /// Why the person got it: frozen when it was issued.
    #[schema(value_type = Option<Object>)]
    basis: Option<Value>,
    /// The certificate in the same event after which the person got this one, because they did better since.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<String>,
}

impl CertificateView {
    pub(super) fn of(certificate: Certificate, now: Timestamp) -> Self {
        let status = Standing::of(&certificate, now);
        let reason = certificate.state.reason();
        Self {
            number: certificate.number.to_string(),
            version: certificate.version,
            status,
            waits_until: certificate.waits_until(now),
            recipient: certificate.recipient,
            email: certificate.email,
            issued: certificate.issued,
            signed: certificate.signed,
            valid_until: certificate.valid_until,
            key: certificate.key,
            template: certificate.template.name,
            since: reason.map(|reason| reason.at),
            reason: reason.and_then(|reason| reason.text.clone()),
            cause: certificate.withdrawal.as_ref().map(|withdrawal| withdrawal.cause),
            revoked_by_run: certificate.withdrawal.and_then(|withdrawal| withdrawal.run),
            run: certificate.run,
            basis: certificate.basis,
            earlier: certificate.earlier.map(|number| number.to_string()),
        }
    }
}

/// The ETag covers the record, and what the date makes of it.
fn tag(certificate: &Certificate, now: Timestamp) -> String {
    tag_of(&(certificate, Standing::of(certificate, now)))
}

/// A certificate with all its versions.
#[derive(Debug, Serialize, ToSchema)]
struct Whole {
    /// Its number.
    number: String,
    /// Its versions, oldest first; the last is the current one.
    versions: Vec<CertificateView>,
}

/// The participant whose a certificate is, as they are now.
#[derive(Debug, Serialize, ToSchema)]
struct HolderNow {
    /// The event.
    #[schema(example = "WORKSHOP")]
    event: String,
    /// Their id in the event.
    #[schema(example = "p-4kq3ydvnf7wzj2ha")]
    id: Option<String>,
    /// Name.
    name: String,
    /// E-mail, which may have been corrected since.
    email: Option<String>,
}

/// Which certificates.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CertificateFilter {
    /// Only of this event.
    event: Option<String>,
    /// Only in this state.
    status: Option<Standing>,
    /// Only those whose number, name or e-mail holds this.
    text: Option<String>,
    /// Only those that this run made.
    run: Option<String>,
    /// Only with a template of this name.
    #[param(example = "classic")]
    template: Option<String>,
    /// Only issued at this instant, or on this day, or later. A day begins where the `event` is, or else where the issuer is.
    #[param(value_type = Option<String>, example = "2026-05-01")]
    issued_since: Option<Moment>,
    /// Only issued before this instant or day.
    #[param(value_type = Option<String>, example = "2026-06-01T00:00:00Z")]
    issued_until: Option<Moment>,
    /// Only these numbers, parted by commas.
    #[param(example = "CERT-WORKSHOP-2026-00001,CERT-WORKSHOP-2026-00002")]
    numbers: Option<String>,
    /// Not these numbers, parted by commas.
    except: Option<String>,
}

/// Reads numbers that are parted by commas.
fn numbers(text: Option<&str>) -> Result<BTreeSet<CertificateNumber>, Problem> {
    let parts = text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
    let all: BTreeSet<_> = parts.map(certificate_number).collect::<Result<_, _>>()?;
    match all.len() > MOST_NAMED {
        true => Err(Problem::bad_request("bad-query", format!("more than {MOST_NAMED} numbers are named"))),
        false => Ok(all),
    }
}

impl CertificateFilter {
    fn query(&self, desk: &Desk) -> Result<CertificateQuery, Problem> {
        let event = self.event.as_deref().map(event_code).transpose()?;
        let zone = desk.zone_of(event.as_ref())?;
        let [issued_since, issued_until] =
            [self.issued_since, self.issued_until].map(|at| at.map(|at| at.within(&zone)));
        Ok(CertificateQuery {
            event,
            standing: self.status.map(|status| (status, desk.now)),
            template: self.template.clone(),
            issued_since,
            issued_until,
            text: self.text.clone(),
            run: self.run.clone(),
            only: numbers(self.numbers.as_deref())?,
            except: numbers(self.except.as_deref())?,
        })
    }

    /// Says whether it leaves out any of its event's.
    fn narrows(&self) -> bool {
        let Self { event: _, status, text, run, template, issued_since, issued_until, numbers, except } = self;
        let said = [text, numbers, except].into_iter().flatten().any(|text| !text.trim().is_empty());
        said || status.is_some() || run.is_some() || template.is_some() || issued_since.or(*issued_until).is_some()
    }
}

/// List certificates by number
///
/// Current versions.
#[utoipa::path(get, path = "/certificates", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(Paging, CertificateFilter),
    responses((status = 200, body = Listing<CertificateView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
    Query(filter): Query<CertificateFilter>,
) -> Result<Json<Listing<CertificateView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.list_at_desk(&caller, limit, filter.narrows(), move |_, desk| {
        let query = filter.query(desk)?;
        let page = desk.store.find_certificates(&query, paging.cursor.as_deref(), limit)?;
        Ok(Json(Listing::of(page, |one| CertificateView::of(one, desk.now))))
    })
    .await
}

/// Show whose a certificate is, as they are now
///
/// The name and the address may have been corrected since it was issued.
#[utoipa::path(get, path = "/certificates/{number}/person", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(("number" = String, Path, example = "CERT-WORKSHOP-2026-00001")),
    responses((status = 200, body = HolderNow), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn person(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Json<HolderNow>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let number = certificate_number(&number)?;
        let none = || Problem::not_found(&number);
        let certificate = desk.store.certificate(&number)?.filter(|one| one.erased.is_none()).ok_or_else(none)?;
        let person = desk.store.participant(number.event(), &certificate.person)?.ok_or_else(none)?;
        let event = number.event().to_string();
        Ok(Json(HolderNow { event, id: person.id, name: person.name, email: person.email }))
    })
    .await
}

/// Show a certificate with all its versions
#[utoipa::path(get, path = "/certificates/{number}", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(("number" = String, Path, example = "CERT-WORKSHOP-2026-00001")),
    responses((status = 200, body = Whole), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Result<Tagged<Whole>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let number = certificate_number(&number)?;
        let versions = desk.store.versions(&number)?;
        let current = versions.last().ok_or_else(|| Problem::not_found(&number))?;
        let tag = tag(current, desk.now);
        let versions = versions.into_iter().map(|one| CertificateView::of(one, desk.now)).collect();
        Ok(Tagged::ok(tag, Whole { number: number.to_string(), versions }))
    })
    .await
}
