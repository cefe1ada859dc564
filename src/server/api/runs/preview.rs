//! What a run would do.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Permission;
use crate::acts;
use crate::acts::languages::{OtherLanguage, OtherLanguages};
use crate::acts::run::fate::Effect;
use crate::acts::run::{self, Fate, Foreseen, RunRequest, Selected};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::eligibility::Session;
use crate::making::Trial;
use crate::server::extract::Body;
use crate::server::{App, Caller, Problem};
use crate::store::Cause;

/// Most rows that a preview shows; it counts all.
const PREVIEWED: usize = 1_000;
/// Most reasons that are counted one by one.
const REASONS: usize = 20;
/// Most people who are tried out: a preview has to be answered within a request.
const MOST_TRIED: u64 = 20_000;

/// What a run would do.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Preview {
    /// Rows of the list.
    total: u64,
    /// How many get a first certificate.
    gets: u64,
    /// How many have one and get another one, with a number of its own.
    get_another: u64,
    /// How many get a next version.
    replaced: u64,
    /// How many lost theirs, are let in again and get a next version; the one before stays revoked.
    new_versions: u64,
    /// How many lose theirs.
    loses: u64,
    /// How many get a revoked one back.
    regains: u64,
    /// How many are sent a message.
    sends: u64,
    /// How many keep what they have.
    keeps: u64,
    /// How many get none.
    nothing: u64,
    /// Why those get none, with how many for each reason; the first 20 reasons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without: Vec<Without>,
    /// How many of those who get something were not tried out, because they are too many for a preview: a name of theirs may
    /// turn out to fit on no line.
    pub(super) untried: u64,
    /// How many of those who get one have no e-mail address: nothing can be sent to them.
    without_address: u64,
    /// What the list is known by: with it as `expected` the run is made over this very list or not at all.
    #[schema(example = "5f2b9c0d4e8a7163b1f0c2d3e4a59687")]
    pub(super) set: String,
    /// Whether a second member of staff would have to approve it, by what the caller did within a day.
    needs_approval: bool,
    /// Sessions in which nobody was marked, where the rule depends on them: who was there cannot be known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unmarked_sessions: Vec<Session>,
    /// Whose certificates would be printed by a template in another language than theirs.
    pub(super) languages: Vec<OtherLanguage>,
    /// Over several events: how many in each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) events: Vec<InEvent>,
    /// Who, the first 1,000 of them.
    rows: Vec<PreviewRow>,
}

/// Why some get none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviewWithout)]
struct Without {
    /// Why.
    #[schema(example = "does not meet the rule")]
    why: String,
    /// How many.
    count: u64,
}

/// What would become of one event's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviewInEvent)]
pub(super) struct InEvent {
    /// The event.
    #[schema(example = "WORKSHOP")]
    pub event: String,
    /// How many something happens to.
    pub changed: u64,
    /// Why nothing can be done there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What would become of one.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewRow {
    /// The person.
    person: Option<String>,
    /// The name.
    name: String,
    /// The certificate that it is about.
    number: Option<String>,
    /// What would be done.
    effect: Effect,
    /// Why nothing would change.
    why: Option<String>,
    /// Who gets one: on what that rests, as `reason` of the decision about them.
    #[schema(example = "rule_met")]
    ground: Option<String>,
    /// Who gets one: whether there is an e-mail address to send it to.
    has_address: Option<bool>,
    /// The tier.
    tier: Option<String>,
    /// The template's name.
    template: Option<String>,
    /// Who regains theirs: since when it is revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Who regains theirs: why it was revoked.
    cause: Option<Cause>,
}

impl Preview {
    /// Says what a run would do, beside what was counted before.
    pub(super) fn foresee(
        &mut self,
        app: &App,
        desk: &Desk,
        request: &RunRequest,
        others: &mut OtherLanguages,
    ) -> Result<Foreseen, Problem> {
        let (kid, own) = (app.vault.kid()?, app.vault.own());
        let trial = Trial { faces: &app.faces, kid: &kid, own: &own };
        let mut failed = None;
        let foreseen = run::preview(desk, &trial, request, MOST_TRIED, |selected| {
            if let Fate::Get(grant) | Fate::Replace(_, grant) = &selected.fate {
                failed = failed.take().or(others.count(desk.store, grant.language.as_deref(), &grant.template).err());
            }
            let has_address = match (&selected.fate, &selected.row.person, &request.event) {
                (Fate::Get(_) | Fate::Replace(..), Some(key), Some(code)) => {
                    desk.store.participant(code, key)?.map(|person| person.email.is_some())
                }
                _ => None,
            };
            self.count(selected, has_address);
            Ok(())
        })?;
        failed.map_or(Ok(foreseen), |error| Err(error.into()))
    }

    /// Says whether a second member of staff would have to approve what was counted.
    pub(super) fn count_alone(&mut self, app: &App, desk: &Desk) -> Result<(), Problem> {
        let changed = self.loses + self.replaced + self.new_versions + self.regains;
        self.needs_approval = acts::second::needs_two(desk, changed, app.limits.revoke_alone)?;
        Ok(())
    }

    /// Returns how many rows were counted.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Returns how many something happens to.
    pub(super) fn changed(&self) -> u64 {
        self.gets + self.get_another + self.replaced + self.new_versions + self.loses + self.regains + self.sends
    }

    fn count(&mut self, selected: Selected, has_address: Option<bool>) {
        self.total += 1;
        self.without_address += u64::from(has_address == Some(false));
        let counter = match selected.fate.effect() {
            Effect::Gets => &mut self.gets,
            Effect::GetsAnother => &mut self.get_another,
            Effect::Replaced => &mut self.replaced,
            Effect::NewVersion => &mut self.new_versions,
            Effect::Loses => &mut self.loses,
            Effect::Regains => &mut self.regains,
            Effect::Sends => &mut self.sends,
            Effect::Keeps => &mut self.keeps,
            Effect::Nothing => &mut self.nothing,
        };
        *counter += 1;
        if let Fate::Nothing(why) = &selected.fate {
            match self.without.iter().position(|one| one.why == *why) {
                Some(at) => self.without[at].count += 1,
                None if self.without.len() < REASONS => self.without.push(Without { why: why.clone(), count: 1 }),
                None => {}
            }
        }
        if self.rows.len() < PREVIEWED {
            self.rows.push(PreviewRow { has_address, ..PreviewRow::of(selected) });
        }
    }
}

impl PreviewRow {
    fn of(Selected { row, name, fate }: Selected) -> Self {
        let grant = match &fate {
            Fate::Get(grant) | Fate::Replace(_, grant) => Some(grant),
            _ => None,
        };
        let regained = match &fate {
            Fate::Regain(old) => Some(old),
            _ => None,
        };
        Self {
            since: regained.and_then(|old| Some(old.state.reason()?.at)),
            cause: regained.and_then(|old| Some(old.withdrawal.as_ref()?.cause)),
            person: row.person.map(|person| person.0),
            name,
            number: fate.number().map(ToString::to_string),
            effect: fate.effect(),
            why: fate.why().map(str::to_owned),
            ground: grant.and_then(|grant| Some(grant.basis.as_ref()?.get("reason")?.as_str()?.to_owned())),
            has_address: None,
            tier: grant.and_then(|grant| grant.tier.clone()),
            template: grant.map(|grant| grant.template.name.clone()),
        }
    }
}

/// Say what a run would do
///
/// Exactly who gets, keeps or loses what: certificates are tried out up to the signature, and who would get one that cannot
/// be made is counted under those who get none or keep what they have, with why. Changes nothing.
#[utoipa::path(post, path = "/runs/preview", tag = "Runs", extensions(("x-permission" = json!("view"))),
    request_body(content = RunRequest, example = json!({"kind": "generate", "event": "WORKSHOP", "over": "all_eligible"})),
    responses((status = 200, body = Preview), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RunRequest>,
) -> Result<Json<Preview>, Problem> {
    caller.may(Permission::View)?;
    app.read_at_desk(&caller, move |app, desk| {
        let (mut preview, mut others) = (Preview::default(), OtherLanguages::default());
        let request = app.located(desk, request)?;
        let foreseen = preview.foresee(app, desk, &request, &mut others)?;
        (preview.untried, preview.set) = (foreseen.untried, foreseen.set);
        preview.languages = others.told();
        if let Some(code) = &request.event {
            preview.unmarked_sessions = acts::unmarked(desk, &acts::planned(desk, code)?)?;
        }
        preview.count_alone(app, desk)?;
        Ok(Json(preview))
    })
    .await
}
