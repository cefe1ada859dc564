//! Eligibility: the rule, the explained report, and what another rule would do. Reading changes no state.

use std::collections::BTreeSet;
use std::io::{self, Write};

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::events::{seen, tag};
use super::participants::{ListedView, PeopleFilter, decision, filtered, person};
use crate::accounts::Permission;
use crate::acts::languages::{TextsIn, is_other};
use crate::acts::standing::Counts;
use crate::acts::{self, Change, Changed, Decision, ExclusionReason, Ground, Planned, RuleVersion, may_request_own};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::eligibility::{
    Amount, Course, Entered, Explained, Histogram, Measure, Measures, Rule, Tiers, entered_by_hand,
};
use crate::import::safe_cell;
use crate::server::extract::{Body, IfMatch, Listing, Paging, Path, Query, event_code};
use crate::server::meanwhile::settled;
use crate::server::reply::Tagged;
use crate::server::{App, Caller, Problem};
use crate::store::{Collection, Document, Fields, Page, Participant};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rule, set_rule))
        .routes(routes!(versions))
        .routes(routes!(report))
        .routes(routes!(report_csv))
        .routes(routes!(counts))
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
#[utoipa::path(get, path = "/events/{code}/rule", tag = "Eligibility", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = RuleView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn rule(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Tagged<RuleView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| Ok(RuleView::of(acts::planned(desk, &event_code(&code)?)?))).await
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

pub(super) fn read_rule(value: &Value) -> Result<Rule, Problem> {
    Rule::read(value).map_err(|error| Problem::unprocessable("bad-rule", error.to_string()))
}

/// Replace the rule and the tiers
#[utoipa::path(put, path = "/events/{code}/rule", tag = "Eligibility", extensions(("x-permission" = json!("import"))), request_body = RuleWanted,
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
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
        settled(|| {
            let old = seen(desk, &code, &if_match)?;
            let saved = acts::set_rule(desk, &app.faces, &old, rule.clone(), wanted.tiers.clone())?;
            Ok(RuleView::of(saved))
        })
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
#[utoipa::path(get, path = "/events/{code}/rule/versions", tag = "Eligibility", extensions(("x-permission" = json!("view"))),
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
        let code = acts::planned(desk, &event_code(&code)?)?.event.code;
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
    /// The person's id in another system.
    external_id: Option<String>,
    /// Language of the certificate and of mails.
    locale: Option<String>,
    /// Further columns.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    fields: Fields,
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
    /// Their language, or else the event's, by its tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "de")]
    language: Option<String>,
    /// Name of the template that the certificate would have.
    #[schema(example = "classic")]
    template: String,
    /// The language of that template's texts, by its tag, where it is another one than theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "en")]
    texts_in: Option<String>,
    /// What was measured, whatever the rule asks for; attendance entered by hand is flagged.
    measures: Measures,
    /// Who entered the attendance that was entered by hand, and how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entered_by_hand: Vec<Entered>,
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
    /// Whether they are an exception or excluded, by whom and why; where one person is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    listed: Option<ListedView>,
}

/// Returns who entered what of somebody's attendance was entered by hand, each once.
fn hands(course: &Course, person: &Participant) -> Vec<Entered> {
    let names = entered_by_hand(course, &person.progress);
    names.iter().map(|name| person.entered(name)).collect::<BTreeSet<_>>().into_iter().collect()
}

impl DecisionView {
    fn of(
        desk: &Desk,
        Planned { event, plan, .. }: &Planned,
        (person, decision): (Participant, Decision),
        texts: &mut TextsIn,
    ) -> Result<Self, Problem> {
        let texts_in = match &decision.language {
            Some(language) => texts.of(desk.store, &decision.template)?.filter(|other| is_other(language, other)),
            None => None,
        };
        let certificate = desk.store.certificate_of(&event.code, &person.key)?.map(|number| number.to_string());
        Ok(Self {
            may_request_own: may_request_own(plan, &decision) && certificate.is_none(),
            measures: Measures::of(&plan.course, &person.progress),
            entered_by_hand: hands(&plan.course, &person),
            certificate,
            id: person.id.unwrap_or(person.key.0),
            name: person.name,
            email: person.email,
            external_id: person.external_id,
            locale: person.locale,
            fields: person.fields,
            eligible: decision.eligible,
            reason: decision.reason,
            excluded: decision.excluded,
            tier: decision.tier,
            language: decision.language,
            template: decision.template.name,
            texts_in,
            missing: decision.explained.as_ref().map(Explained::missing).unwrap_or_default(),
            explained: decision.explained,
            listed: None,
        })
    }
}

/// Report who is eligible, explained
#[utoipa::path(get, path = "/events/{code}/eligibility", tag = "Eligibility", extensions(("x-permission" = json!("view"))),
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
    app.list_at_desk(&caller, limit, filter.narrows(), move |app, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        let Page { items, next } = filtered((app, desk), &planned.event.code, &filter, paging.cursor, limit)?;
        let mut texts = TextsIn::default();
        let view = |found| DecisionView::of(desk, &planned, found, &mut texts);
        Ok(Json(Listing { items: items.into_iter().map(view).collect::<Result<_, Problem>>()?, next }))
    })
    .await
}

/// Download the report as CSV
///
/// Everybody with what was measured, the status and why, for a spreadsheet.
#[utoipa::path(get, path = "/events/{code}/eligibility-report", tag = "Eligibility", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), PeopleFilter),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn report_csv(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(filter): Query<PeopleFilter>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    let turn = app.turn_to_send(&caller).await?;
    let planned = app
        .at_desk(&caller, move |_, desk| {
            let planned = acts::planned(desk, &event_code(&code)?)?;
            acts::Decider::new(&planned.event, &planned.plan)?;
            Ok(planned)
        })
        .await?;
    let actor = caller.actor();
    let body = app.streamed(turn, move |app, out| {
        let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &actor, now: app.now() };
        out.write_all("\u{feff}".as_bytes())?;
        write_report((app, &desk), &planned, &filter, out)
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"eligibility.csv\""),
    ];
    Ok((headers, body).into_response())
}

fn write_report(
    (app, desk): (&App, &Desk),
    planned: &Planned,
    filter: &PeopleFilter,
    out: impl Write,
) -> io::Result<()> {
    let broken = |problem: Problem| io::Error::other(problem.detail);
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    let (mut cursor, mut texts) = (None, TextsIn::default());
    loop {
        let page = filtered((app, desk), &planned.event.code, filter, cursor, REPORT_PAGE).map_err(broken)?;
        for found in page.items {
            let row = DecisionView::of(desk, planned, found, &mut texts).map_err(broken)?.row();
            csv.write_record(row.iter().map(|cell| safe_cell(cell)))?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return csv.flush();
        }
    }
}

/// People read at a time for a report.
const REPORT_PAGE: usize = 500;
/// The report's columns.
const COLUMNS: [&str; 12] = [
    "id",
    "name",
    "email",
    "attendance",
    "entered_by_hand",
    "points",
    "score",
    "completion",
    "status",
    "reason",
    "tier",
    "certificate",
];

impl DecisionView {
    /// Returns the cells of [`COLUMNS`].
    fn row(self) -> [String; 12] {
        let amount = |amount: Option<Amount>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        let ground = serde_json::to_value(self.reason).ok().and_then(|word| word.as_str().map(str::to_owned));
        let mut reason = ground.unwrap_or_default();
        if !self.missing.is_empty() {
            reason = format!("{reason}: {}", self.missing.join("; "));
        }
        [
            self.id,
            self.name,
            self.email.unwrap_or_default(),
            amount(self.measures.attendance),
            self.entered_by_hand.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            amount(self.measures.points),
            amount(self.measures.score),
            amount(self.measures.completion),
            if self.eligible { "eligible".to_owned() } else { "not_eligible".to_owned() },
            reason,
            self.tier.unwrap_or_default(),
            self.certificate.unwrap_or_default(),
        ]
    }
}

/// Explain one person's eligibility
#[utoipa::path(get, path = "/events/{code}/eligibility/{person}", tag = "Eligibility", extensions(("x-permission" = json!("view"))),
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
        let planned = acts::planned(desk, &code)?;
        let decision = decision(desk, &planned, &person)?;
        let listed = ListedView::of(acts::listed(desk.store, &code, &person.key)?);
        let view = DecisionView::of(desk, &planned, (person, decision), &mut TextsIn::default())?;
        Ok(Json(DecisionView { listed, ..view }))
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
#[utoipa::path(post, path = "/events/{code}/eligibility/what-if", tag = "Eligibility", extensions(("x-permission" = json!("view"))), request_body = WhatIfWanted,
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
    app.read_at_desk(&caller, move |_, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        Ok(Json(acts::what_if(desk, &planned, &change)?))
    })
    .await
}

/// Count where the participants stand
///
/// As many as `GET /events/{code}/eligibility` lists with each `state`.
#[utoipa::path(get, path = "/events/{code}/eligibility-counts", tag = "Eligibility", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = Counts), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn counts(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Json<Counts>, Problem> {
    caller.may(Permission::View)?;
    app.read_at_desk(&caller, move |app, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        Ok(Json(app.counts_of(&planned)?))
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
#[utoipa::path(get, path = "/events/{code}/eligibility-histogram", tag = "Eligibility", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), Measured),
    responses((status = 200, body = Histogram), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn histogram(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(measured): Query<Measured>,
) -> Result<Json<Histogram>, Problem> {
    caller.may(Permission::View)?;
    app.read_at_desk(&caller, move |_, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        Ok(Json(acts::everyone_measured(desk, &planned, measured.measure)?))
    })
    .await
}
