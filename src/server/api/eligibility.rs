//! Eligibility: the rule, the explained report, and what another rule would do. Reading changes no state.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::events::{seen, tag};
use super::participants::{PeopleFilter, decision, filtered, person};
use crate::accounts::Permission;
use crate::credential::{EventCode, Timestamp};
use crate::eligibility::{Amount, Explained, Histogram, Measure, Rule, Tiers};
use crate::enrolment::{
    self, Change, Changed, Decision, ExclusionReason, Ground, Planned, RuleVersion, may_request_own,
};
use crate::issuance::Desk;
use crate::server::extract::{Body, IfMatch, Listing, Paging, Path, Query, event_code};
use crate::server::reply::Tagged;
use crate::server::{App, Caller, Problem};
use crate::store::{Collection, Document, Page, Participant};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rule, set_rule))
        .routes(routes!(versions))
        .routes(routes!(report))
        .routes(routes!(one))
        .routes(routes!(what_if))
        .routes(routes!(histogram))
}

/// A rule with its tiers.
#[derive(Debug, Serialize, ToSchema)]
struct RuleView {
    /// Grows with each change; 0 until there is one.
    version: u64,
    /// The rule.
    rule: Option<Rule>,
    /// The tiers.
    tiers: Option<Tiers>,
}

impl RuleView {
    fn of(planned: Planned) -> Tagged<Self> {
        let tag = tag(&planned);
        let plan = planned.plan;
        Tagged::ok(tag, Self { version: plan.rule_version, rule: plan.rule, tiers: plan.tiers })
    }
}

/// Show the rule and the tiers
#[utoipa::path(get, path = "/events/{code}/rule", tag = "Eligibility",
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = RuleView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn rule(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Tagged<RuleView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| Ok(RuleView::of(enrolment::planned(desk, &event_code(&code)?)?))).await
}

/// A rule to save or to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "rule": { "all": [{ "attendance": { "percent": 80 } }, "passed"] },
    "tiers": { "measure": "score", "steps": [{ "name": "bronze", "from": 60 }, { "name": "gold", "from": 90 }] }
}))]
struct RuleWanted {
    /// The rule; `null`: nobody is eligible but by exception.
    #[schema(value_type = Option<Rule>)]
    rule: Value,
    /// The tiers, if there are some.
    #[serde(default)]
    tiers: Option<Tiers>,
}

fn read_rule(value: &Value) -> Result<Rule, Problem> {
    Rule::read(value).map_err(|error| Problem::unprocessable("bad-rule", error.to_string()))
}

/// Replace the rule and the tiers
#[utoipa::path(put, path = "/events/{code}/rule", tag = "Eligibility", request_body = RuleWanted,
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    responses((status = 200, body = RuleView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn set_rule(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
    Body(wanted): Body<RuleWanted>,
) -> Result<Tagged<RuleView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let rule = if wanted.rule.is_null() { None } else { Some(read_rule(&wanted.rule)?) };
        let old = seen(desk, &code, &if_match)?;
        Ok(RuleView::of(enrolment::set_rule(desk, &app.faces, &old, rule, wanted.tiers)?))
    })
    .await
}

/// A version of a rule, as it was saved.
#[derive(Debug, Serialize, ToSchema)]
struct VersionView {
    /// The version, which certificates name.
    version: u64,
    /// The rule.
    rule: Option<Rule>,
    /// The tiers.
    tiers: Option<Tiers>,
    /// Who saved it.
    by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// List the versions of the rule, oldest first
#[utoipa::path(get, path = "/events/{code}/rule/versions", tag = "Eligibility",
    params(("code" = String, Path, example = "WORKSHOP"), Paging),
    responses((status = 200, body = Listing<VersionView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn versions(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<VersionView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let code = enrolment::planned(desk, &event_code(&code)?)?.event.code;
        let Page { items, next } =
            desk.store.documents(Collection::RULES, &format!("{code}/"), paging.cursor.as_deref(), limit)?;
        let view = |document: Document| {
            let RuleVersion { version, rule, tiers, by, at } = document.read()?;
            Ok(VersionView { version, rule, tiers, by, at })
        };
        Ok(Json(Listing { items: items.into_iter().map(view).collect::<Result<_, Problem>>()?, next }))
    })
    .await
}

/// The decision about one person, explained.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DecisionView {
    /// Whose.
    #[schema(example = "p-4kq3ydvnf7wzj2ha")]
    id: String,
    /// Name.
    name: String,
    /// E-mail.
    email: Option<String>,
    /// Whether they get a certificate.
    eligible: bool,
    /// Why, or why not.
    reason: Ground,
    /// Why they are excluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    excluded: Option<ExclusionReason>,
    /// The tier reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
    /// Name of the template that the certificate would have.
    #[schema(example = "classic")]
    template: String,
    /// What is still needed, each as one phrase.
    missing: Vec<String>,
    /// The rule clause by clause, with what was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<Explained>,
    /// Whether they may request their own certificate.
    may_request_own: bool,
    /// The certificate, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
}

impl DecisionView {
    fn of(
        desk: &Desk,
        code: &EventCode,
        self_service: bool,
        (person, decision): (Participant, Decision),
    ) -> Result<Self, Problem> {
        let certificate = desk.store.certificate_of(code, &person.key)?.map(|number| number.to_string());
        Ok(Self {
            may_request_own: self_service && certificate.is_none(),
            certificate,
            id: person.id.unwrap_or(person.key.0),
            name: person.name,
            email: person.email,
            eligible: decision.eligible,
            reason: decision.reason,
            excluded: decision.excluded,
            tier: decision.tier,
            template: decision.template.name,
            missing: decision.explained.as_ref().map(Explained::missing).unwrap_or_default(),
            explained: decision.explained,
        })
    }
}

/// Report who is eligible, explained
#[utoipa::path(get, path = "/events/{code}/eligibility", tag = "Eligibility",
    params(("code" = String, Path, example = "WORKSHOP"), Paging, PeopleFilter),
    responses((status = 200, body = Listing<DecisionView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn report(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<PeopleFilter>,
) -> Result<Json<Listing<DecisionView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let planned = enrolment::planned(desk, &event_code(&code)?)?;
        let code = &planned.event.code;
        let Page { items, next } = filtered(desk, code, &filter, paging.cursor, limit)?;
        let view = |found: (Participant, Decision)| {
            DecisionView::of(desk, code, may_request_own(&planned.plan, &found.1), found)
        };
        Ok(Json(Listing { items: items.into_iter().map(view).collect::<Result<_, Problem>>()?, next }))
    })
    .await
}

/// Explain one person's eligibility
#[utoipa::path(get, path = "/events/{code}/eligibility/{person}", tag = "Eligibility",
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 200, body = DecisionView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<Json<DecisionView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let (code, person) = person(desk, &code, &who, &IfMatch(None))?;
        let planned = enrolment::planned(desk, &code)?;
        let decision = decision(desk, &planned, &person)?;
        let own = may_request_own(&planned.plan, &decision);
        Ok(Json(DecisionView::of(desk, &code, own, (person, decision))?))
    })
    .await
}

/// What to try: another rule, or one threshold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "threshold": { "at": "", "to": 75 } }))]
struct WhatIfWanted {
    /// Another rule.
    #[serde(default)]
    rule: Option<RuleWanted>,
    /// One threshold of the present rule.
    #[serde(default)]
    threshold: Option<ThresholdWanted>,
}

/// One threshold to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ThresholdWanted {
    /// Its place: empty for a rule of one clause, `0.1` for the second part of the first part, `tiers.0` for the lowest tier.
    at: String,
    /// The number.
    to: Amount,
}

/// Say what another rule or threshold would do; nothing is changed
#[utoipa::path(post, path = "/events/{code}/eligibility/what-if", tag = "Eligibility", request_body = WhatIfWanted,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = Changed), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn what_if(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(wanted): Body<WhatIfWanted>,
) -> Result<Json<Changed>, Problem> {
    caller.may(Permission::View)?;
    let change = match (wanted.rule, wanted.threshold) {
        (Some(other), None) => Change::Rule(read_rule(&other.rule)?, other.tiers),
        (None, Some(ThresholdWanted { at, to })) => Change::Threshold(at, to),
        _ => return Err(Problem::unprocessable("invalid", "say either a rule or a threshold")),
    };
    app.at_desk(&caller, move |_, desk| {
        let planned = enrolment::planned(desk, &event_code(&code)?)?;
        Ok(Json(enrolment::what_if(desk, &planned, &change)?))
    })
    .await
}

/// What to measure.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Measured {
    /// What is measured.
    #[param(inline)]
    measure: Measure,
}

/// Show how a measure is spread over the participants
#[utoipa::path(get, path = "/events/{code}/eligibility-histogram", tag = "Eligibility",
    params(("code" = String, Path, example = "WORKSHOP"), Measured),
    responses((status = 200, body = Histogram), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn histogram(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(measured): Query<Measured>,
) -> Result<Json<Histogram>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let planned = enrolment::planned(desk, &event_code(&code)?)?;
        Ok(Json(enrolment::everyone_measured(desk, &planned, measured.measure)?))
    })
    .await
}
