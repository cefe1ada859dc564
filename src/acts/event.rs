//! Events: created, changed, copied, moved from draft to completed.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::archive::is_being_removed;
use super::languages::is_language;
use super::plan::{MAX_TEMPLATES, TemplateChoice};
use super::templates::{dress, only_for_certificates, purpose_of, reference, take_along, usual_criteria, words_of};
use super::{ActError, Early, EventPlan, EventState, Planned, RuleVersion, planned, printed, text, who};
use crate::credential::{Achievement, EventCode, Extras, Malformed, Timestamp, Zone, ZoneError};
use crate::desk::Desk;
use crate::eligibility::{Course, Judge, Rule, Tiers};
use crate::making::{self, Constants, ExpiresAfter, FaceError, Faces};
use crate::store::{BlobId, Collection, DocumentWrite, Event, Expect, Fields, Store, StoreError, TemplateRef};
use crate::template::{Purpose, Template, TemplateError, own_badge, spoken};

/// What is wrong with a last day before the first.
const ENDS_EARLY: &str = "is before the event starts";
/// Most people who sign.
const SIGNATORIES: usize = 6;

/// What an event says. What is left out is as before, an empty text takes it away.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EventDetails, example = json!({
    "title": "Applied Cartography", "starts": "2026-11-16", "ends": "2026-11-20",
    "organiser": "Example Academy", "template": "classic", "expires_after": "2y", "self_service": true,
    "signatories": [{ "name": "Jane Doe", "title": "Director" }]
}))]
pub struct Details {
    /// Title as printed and signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it was about; the title if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What had to be done for a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria: Option<String>,
    /// Kind of achievement, a term of Open Badges 3.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub achievement_type: Option<String>,
    /// Who organises it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organiser: Option<String>,
    /// First day: a date such as `2026-11-16`, which is midnight UTC, or a time such as `2026-11-16T09:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day_or_time")]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")]
    pub starts: Option<Timestamp>,
    /// Last day, written as the first.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day_or_time")]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")]
    pub ends: Option<Timestamp>,
    /// How long certificates are valid, counted from their day of issue: `2y`, `18mo`, `6w`, `90d`. A certificate made anew
    /// keeps its day of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<String>,
    /// Where its days begin and end, by the name of the IANA database, such as `Europe/Berlin`: the printed day of issue, and the
    /// end of the last day. Without one that of the issuer (`time_zone` in `testamur.toml`, else UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The language of the event, by its tag, such as `de` or `pt-BR`: of the words of a built-in template (`ar`, `de`, `en`, `es`,
    /// `fr`, `hi`, `zh`; `NAME.LANGUAGE` chooses another one), and, for participants of whom none is said, of the template of their
    /// certificates, where `templates` has one for it, and of what is written to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Credits earned by everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub credits: Option<f64>,
    /// Built-in template or one of the library: its newest version, or `NAME@VERSION`; or the digest of a kept version. Behind the
    /// name of a built-in one its language, as in `classic.de`; else its words are in the language of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The template as a door has kept it, with an event's own pictures in it.
    #[serde(skip)]
    #[schema(ignore)]
    pub kept: Option<TemplateRef>,
    /// Templates for single tiers and languages, in place of those before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub templates: Option<Vec<TemplateWanted>>,
    /// Template of the cards that stand beside shared links, named as `template`: `card`, `card-name`, or one of the library that is for
    /// cards. Empty: as the program draws them by itself. Cards are drawn anew with it, also of what was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_template: Option<String>,
    /// Template that the event's badge is drawn by, named as `template`: `badge`, or one of the library that is for badges. Empty: as the
    /// program draws it by itself. A picture of the event's own goes before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge_template: Option<String>,
    /// Who signs, up to six.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 6)]
    pub signatories: Option<Vec<Signatory>>,
    /// Whether participants who meet the rule may request their own certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_service: Option<bool>,
    /// Whether certificates have public pages unless their holders hide them; else they are hidden until their holders show them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_pages: Option<bool>,
    /// Confirms that everybody may read the results: scores, grades and remarks of the column `result` are signed and
    /// printed only then. What is signed can be read by whoever sees the certificate, for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_results: Option<bool>,
}

fn day_or_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let time = text.parse().or_else(|error| format!("{text}T00:00:00Z").parse().map_err(|_| error));
    time.map(Some).map_err(serde::de::Error::custom)
}

/// A template for a tier, a language, or both.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateWanted {
    /// The tier's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The language's tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Built-in template or one of the library: its newest version, or `NAME@VERSION`; or the digest of a kept version. Behind the
    /// name of a built-in one its language, as in `classic.de`; else its words are in the language of the event.
    pub template: String,
}

/// Somebody who signs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signatory {
    /// Name.
    pub name: String,
    /// Title.
    pub title: String,
}

/// Creates an event in draft; with a rule from the beginning, or with none: then nobody gets a certificate yet.
///
/// # Errors
/// When there is one of that code, or its details are not good ones.
pub fn create(
    desk: &Desk,
    faces: &Faces,
    code: EventCode,
    details: &Details,
    rule: Option<Rule>,
) -> Result<Planned, ActError> {
    let fresh = fresh(desk, code, rule);
    let wanted = changed(desk.store, &fresh, details)?;
    add(desk, faces, &wanted, "event.create", json!({ "template": wanted.event.template.bundle }))
}

/// Returns an event that says nothing yet and is kept nowhere.
pub fn fresh(desk: &Desk, code: EventCode, rule: Option<Rule>) -> Planned {
    let event = Event {
        achievement: Achievement {
            path: format!("a/{code}"),
            name: String::new(),
            description: String::new(),
            criteria: usual_criteria(None).to_owned(),
            achievement_type: "Certificate".to_owned(),
        },
        code,
        starts: None,
        ends: None,
        expires_after: None,
        template: TemplateRef { name: String::new(), bundle: BlobId(String::new()) },
        extras: Extras::default(),
        constants: Fields::new(),
        publish_results: Some(false),
        zone: None,
        created: desk.now,
    };
    let plan = EventPlan { rule_version: u64::from(rule.is_some()), rule, ..EventPlan::default() };
    Planned { event, plan, revision: None }
}

/// Says of each detail that is wrong by itself what is wrong with it, field by field: acts tell the first alone, and whoever fills in
/// a form wants to know all. What only shows on a certificate, such as a title that does not fit, is not among them.
pub fn faults(store: &dyn Store, old: &Planned, details: &Details) -> Vec<(String, String)> {
    let of = |field: &'static str, alone: Details| match changed(store, old, &alone) {
        Err(ActError::Invalid { field, reason }) => Some((field, reason)),
        Err(error) => Some((field.to_owned(), error.to_string())),
        Ok(_) => None,
    };
    let d = details.clone();
    let each = [
        ("title", Details { title: d.title, ..Details::default() }),
        ("description", Details { description: d.description, ..Details::default() }),
        ("criteria", Details { criteria: d.criteria, ..Details::default() }),
        ("achievement_type", Details { achievement_type: d.achievement_type, ..Details::default() }),
        ("organiser", Details { organiser: d.organiser, ..Details::default() }),
        ("expires_after", Details { expires_after: d.expires_after, ..Details::default() }),
        ("time_zone", Details { time_zone: d.time_zone, ..Details::default() }),
        ("language", Details { language: d.language, ..Details::default() }),
        ("credits", Details { credits: d.credits, ..Details::default() }),
        ("template", Details { template: d.template, ..Details::default() }),
        ("templates", Details { templates: d.templates, ..Details::default() }),
        ("card_template", Details { card_template: d.card_template, ..Details::default() }),
        ("badge_template", Details { badge_template: d.badge_template, ..Details::default() }),
        ("signatories", Details { signatories: d.signatories, ..Details::default() }),
    ];
    let mut found: Vec<_> = each.into_iter().filter_map(|(field, alone)| of(field, alone)).collect();
    let says = |given: &Option<String>| given.as_ref().is_none_or(|text| text.trim().is_empty());
    if says(&details.title) && (details.title.is_some() || old.event.achievement.name.is_empty()) {
        found.push(("title".to_owned(), "is empty".to_owned()));
    }
    let days = (details.starts.or(old.event.starts), details.ends.or(old.event.ends));
    if matches!(days, (Some(starts), Some(ends)) if ends < starts) {
        found.push(("ends".to_owned(), ENDS_EARLY.to_owned()));
    }
    found
}

/// Changes an event. What was issued keeps what it says.
///
/// # Errors
/// When somebody else changed it meanwhile, or its details are not good ones.
pub fn update(desk: &Desk, faces: &Faces, old: &Planned, details: &Details) -> Result<Planned, ActError> {
    let new = changed(desk.store, old, details)?;
    check(desk, faces, &new)?;
    let detail = difference(old, &new);
    save(desk, old, new, &[], "event.update", detail)
}

/// Copies an event with its course, rule, tiers and templates, without its people, into a draft of another code. Its days are those
/// that the details name: they are not the first one's, and would stand on certificates.
///
/// # Errors
/// When there is one of that code.
pub fn copy(
    desk: &Desk,
    faces: &Faces,
    old: &Planned,
    code: EventCode,
    details: &Details,
) -> Result<Planned, ActError> {
    let mut copy = old.clone();
    copy.event.achievement.path = format!("a/{code}");
    copy.event.code = code;
    copy.event.created = desk.now;
    // It took place on other days: they would be signed unseen.
    (copy.event.starts, copy.event.ends) = (None, None);
    // Confirmed for one event, not for all that follow.
    copy.event.publish_results = Some(false);
    (copy.event.starts, copy.event.ends) = (None, None);
    copy.revision = None;
    copy.plan.state = EventState::Draft;
    copy.plan.early = None;
    copy.plan.archived = None;
    copy.plan.rule_version = u64::from(copy.plan.rule.is_some());
    let wanted = changed(desk.store, &copy, details)?;
    add(desk, faces, &wanted, "event.copy", json!({ "from": old.event.code }))
}

/// Moves an event on, or back: an event with certificates does not become a draft again.
///
/// # Errors
/// [`ActError::State`].
pub fn move_to(desk: &Desk, old: &Planned, to: EventState) -> Result<Planned, ActError> {
    let from = old.plan.state;
    if from == to {
        return Ok(old.clone());
    }
    if to == EventState::Draft && !desk.store.certificates(Some(&old.event.code), None, 1)?.items.is_empty() {
        return Err(ActError::State { from, to, why: "it has certificates" });
    }
    let mut new = old.clone();
    new.plan.state = to;
    save(desk, old, new, &[], "event.state", json!({ "from": from, "to": to }))
}

/// Gives an event a badge of its own (`Some`: a PNG or an SVG), or takes it away: then it is drawn from title and issuer again. What
/// was signed stays; files that are baked from now on have the new picture.
///
/// # Errors
/// When it is no picture that can be a badge, or somebody else changed the event meanwhile.
pub fn set_badge(desk: &Desk, old: &Planned, picture: Option<&[u8]>) -> Result<Planned, ActError> {
    let badge = match picture {
        Some(picture) => {
            own_badge(picture).map_err(|error| match error {
                TemplateError::Asset { problem, .. } => ActError::invalid("file", problem),
                other => ActError::invalid("file", other.to_string()),
            })?;
            Some(desk.store.put_blob(picture)?)
        }
        None => None,
    };
    if old.plan.badge == badge {
        return Ok(old.clone());
    }
    let mut new = old.clone();
    let detail = json!({ "before": old.plan.badge, "after": badge });
    new.plan.badge = badge;
    save(desk, old, new, &[], "event.badge", detail)
}

/// Allows to generate certificates before the event is completed (`Some`, with the reason), or takes that back.
///
/// # Errors
/// When the reason is empty, or somebody else changed the event meanwhile.
pub fn allow_early(desk: &Desk, old: &Planned, note: Option<&str>) -> Result<Planned, ActError> {
    let mut new = old.clone();
    new.plan.early = match note {
        None => None,
        Some(note) => {
            let note = text("note", note)?.ok_or_else(|| ActError::invalid("note", "is empty"))?;
            Some(Early { by: who(desk), at: desk.now, note })
        }
    };
    let allowed = new.plan.early.is_some();
    save(desk, old, new, &[], "event.allow_early", json!({ "allowed": allowed }))
}

/// Replaces the sessions and activities. What was recorded under an id that goes is kept, and not looked at.
///
/// # Errors
/// When the course is not a good one.
pub fn set_course(desk: &Desk, old: &Planned, course: Course) -> Result<Planned, ActError> {
    course.check()?;
    for title in course.sessions.iter().map(|one| &one.title).chain(course.activities.iter().map(|one| &one.title)) {
        printed("title", title, false)?;
    }
    let detail = json!({ "sessions": course.sessions.len(), "activities": course.activities.len() });
    let mut new = old.clone();
    new.plan.course = course;
    save(desk, old, new, &[], "event.course", detail)
}

/// Replaces the rule and the tiers; gives them a new version, which certificates name.
///
/// # Errors
/// When the rule or the tiers are not good ones, or a tier's template is not known.
pub fn set_rule(
    desk: &Desk,
    faces: &Faces,
    old: &Planned,
    rule: Option<Rule>,
    tiers: Option<Tiers>,
) -> Result<Planned, ActError> {
    match &rule {
        Some(rule) => drop(Judge::new(&old.plan.course, rule, tiers.as_ref())?),
        None => tiers.as_ref().map_or(Ok(()), Tiers::check)?,
    }
    for tier in tiers.iter().flat_map(|tiers| &tiers.steps) {
        printed("tiers", &tier.name, false)?;
    }
    let mut new = old.clone();
    for tier in tiers.iter().flat_map(|tiers| &tiers.steps) {
        let Some(name) = &tier.template else { continue };
        let named = reference(desk.store, name, (&new.event.code, new.plan.language.as_deref()))?;
        let template = dress(desk.store, (named, name), &new.event.template)?;
        new.plan.templates.retain(|choice| choice.tier.as_ref() != Some(&tier.name) || choice.language.is_some());
        new.plan.templates.push(TemplateChoice { tier: Some(tier.name.clone()), language: None, template });
    }
    if new.plan.templates.len() > MAX_TEMPLATES {
        return Err(ActError::invalid("templates", format!("are more than {MAX_TEMPLATES}")));
    }
    check(desk, faces, &new)?;
    new.plan.rule = rule;
    new.plan.tiers = tiers;
    new.plan.rule_version += 1;
    let version = kept_version(desk, &new);
    save(desk, old, new, &[version], "event.rule", json!({ "version": old.plan.rule_version + 1 }))
}

fn kept_version(desk: &Desk, planned: &Planned) -> DocumentWrite {
    let EventPlan { rule, tiers, rule_version: version, .. } = planned.plan.clone();
    let kept = RuleVersion { version, rule, tiers, by: who(desk), at: desk.now };
    DocumentWrite::put(Collection::RULES, format!("{}/{version:010}", planned.event.code), Expect::Any, &kept)
}

pub(super) fn save(
    desk: &Desk,
    old: &Planned,
    new: Planned,
    writes: &[DocumentWrite],
    action: &str,
    detail: serde_json::Value,
) -> Result<Planned, ActError> {
    let mut all = vec![old.write(&new.plan)];
    all.extend_from_slice(writes);
    desk.store.change_event(Some(&old.event), &new.event, &all, &desk.act(action, &new.event.code, detail))?;
    planned(desk, &new.event.code)
}

fn add(
    desk: &Desk,
    faces: &Faces,
    new: &Planned,
    action: &str,
    detail: serde_json::Value,
) -> Result<Planned, ActError> {
    let code = &new.event.code;
    if !desk.store.covers(code) {
        return Err(ActError::NoEvent(code.clone()));
    }
    if desk.store.event(code)?.is_some() {
        return Err(ActError::EventExists(code.clone()));
    }
    check(desk, faces, new)?;
    let mut writes = vec![
        DocumentWrite::put(Collection::PLANS, code.as_str(), Expect::Any, &new.plan),
        DocumentWrite::still(Collection::REMOVING, code.as_str(), Expect::Absent),
    ];
    if new.plan.rule_version > 0 {
        writes.push(kept_version(desk, new));
    }
    let added = desk.store.change_event(None, &new.event, &writes, &desk.act(action, code, detail));
    match added {
        Err(StoreError::Conflict(_)) if is_being_removed(desk.store, code)? => {
            return Err(ActError::BeingRemoved(code.clone()));
        }
        Err(StoreError::Conflict(_)) => return Err(ActError::EventExists(code.clone())),
        done => done?,
    }
    planned(desk, code)
}

/// A title that does not fit is found now, not when people wait for their certificates: in the event's own template and in
/// each of its tiers and languages.
fn check(desk: &Desk, faces: &Faces, Planned { event, plan, .. }: &Planned) -> Result<(), ActError> {
    if event.achievement.name.is_empty() {
        return Err(ActError::invalid("title", "is empty"));
    }
    if event.starts.zip(event.ends).is_some_and(|(starts, ends)| ends < starts) {
        return Err(ActError::invalid("ends", ENDS_EARLY));
    }
    making::check_event(desk.issuer, event).map_err(|claim| undefined(&claim))?;
    let chosen: BTreeMap<_, _> =
        plan.templates.iter().map(|choice| (&choice.template.bundle, &choice.template)).collect();
    let own = Some(&event.template).filter(|template| !template.bundle.0.is_empty());
    for template in own.into_iter().chain(chosen.into_values()) {
        let face = faces.of(desk.store, template, &making::constants(desk, event))?;
        only_for_certificates(&face, &template.name)?;
        all_sign(desk.store, template, event)?;
    }
    for (_, template) in plan.small() {
        // A badge shortens what is too long, and a card that cannot be drawn gives way to the plain one.
        faces.of(desk.store, template, &Constants::none())?;
    }
    Ok(())
}

/// Says which detail of an event makes a claim that no certificate can make.
fn undefined(claim: &Malformed) -> ActError {
    if let Some((_, key)) = claim.problem.split_once('`').filter(|_| claim.problem.ends_with("names a blank node")) {
        let key = key.split('`').next().unwrap_or_default();
        let field = match key {
            "name" => "title",
            "narrative" => "criteria",
            other => other,
        };
        return ActError::invalid(field, "begins with `_:`, which other software takes for something else than a text");
    }
    let last = claim.field.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(&claim.field);
    match last {
        "achievementType" => ActError::invalid(
            "achievement_type",
            "is none of the types of Open Badges 3.0, such as `Certificate`, `Course` or `Diploma`; one of your own begins with `ext:`, \
             as `ext:Workshop` does",
        ),
        "creditsEarned" => ActError::invalid("credits", &claim.problem),
        other => ActError::invalid(other, &claim.problem),
    }
}

/// Templates from before there were more than three signatories would leave the others out without a word.
fn all_sign(store: &dyn Store, template: &TemplateRef, event: &Event) -> Result<(), ActError> {
    let names: Vec<_> = (4..=SIGNATORIES).map(|n| format!("signatory_{n}_name")).collect();
    let signs = |name: &&String| event.constants.contains_key(*name);
    let Some(last) = names.iter().rev().find(signs) else { return Ok(()) };
    let bundle = store.blob(&template.bundle)?.ok_or_else(|| StoreError::NotFound(template.bundle.to_string()))?;
    let prints = Template::from_bundle(&bundle).map_err(FaceError::from)?.placeholders();
    if prints.contains(last) {
        return Ok(());
    }
    let problem = format!(
        "are more than template {} prints; choose one that has {{{last}}}, as the newest versions of the built-in ones do",
        template.name
    );
    Err(ActError::invalid("signatories", problem))
}

/// What a change of an event did, before and after, for the audit log.
fn difference(old: &Planned, new: &Planned) -> serde_json::Value {
    let choice = |choice: &TemplateChoice| {
        let TemplateChoice { tier, language, template } = choice;
        let digest: String = template.bundle.0.chars().take(16).collect();
        format!("{}/{} {digest}", tier.as_deref().unwrap_or("*"), language.as_deref().unwrap_or("*"))
    };
    let parts = |Planned { event, plan, .. }: &Planned| {
        json!({
            "title": event.achievement.name, "description": event.achievement.description,
            "criteria": event.achievement.criteria, "achievement_type": event.achievement.achievement_type,
            "organiser": plan.organiser, "starts": event.starts, "ends": event.ends,
            "expires_after": event.expires_after, "credits": event.extras.credits,
            "template": event.template.bundle, "card_template": plan.card_template.as_ref().map(|kept| &kept.bundle),
            "badge_template": plan.badge_template.as_ref().map(|kept| &kept.bundle), "templates": plan.templates.iter().map(choice).collect::<Vec<_>>(),
            "self_service": plan.self_service, "public_pages": plan.public_pages, "publish_results": event.publish_results,
            "time_zone": event.zone, "language": plan.language,
        })
    };
    let (mut before, mut after) = (parts(old), parts(new));
    if let (Some(before), Some(after)) = (before.as_object_mut(), after.as_object_mut()) {
        let same: Vec<_> = before
            .iter()
            .filter(|(name, value)| after.get(*name) == Some(value))
            .map(|(name, _)| name.clone())
            .collect();
        for name in same {
            before.remove(&name);
            after.remove(&name);
        }
    }
    // Names of people stay out of the log.
    let signatories = old.event.constants != new.event.constants;
    json!({ "before": before, "after": after, "signatories_changed": signatories })
}

/// Returns what an event would say with these details; changes nothing.
///
/// # Errors
/// When they are not good ones.
pub fn changed(store: &dyn Store, old: &Planned, details: &Details) -> Result<Planned, ActError> {
    let mut new = old.clone();
    let Planned { event, plan, .. } = &mut new;
    if let Some(tag) = &details.language {
        plan.language = text("language", tag)?;
        if plan.language.as_ref().is_some_and(|tag| !is_language(tag)) {
            return Err(ActError::invalid("language", "is not a language tag such as `de` or `pt-BR`"));
        }
    }
    texts(event, plan, details)?;
    event.starts = details.starts.or(event.starts);
    event.ends = details.ends.or(event.ends);
    plan.self_service = details.self_service.unwrap_or(plan.self_service);
    plan.public_pages = details.public_pages.unwrap_or(plan.public_pages);
    event.publish_results = details.publish_results.or(event.publish_results);
    if let Some(credits) = details.credits {
        if !(0.0..=1e6).contains(&credits) {
            return Err(ActError::invalid("credits", "is not a number between 0 and 1,000,000"));
        }
        event.extras.credits = Some(credits);
    }
    if let Some(length) = &details.expires_after {
        let length = text("expires_after", length)?;
        if let Some(length) = &length {
            length
                .parse::<ExpiresAfter>()
                .map_err(|_| ActError::invalid("expires_after", "is not a length of time such as 2y"))?;
        }
        event.expires_after = length;
    }
    if let Some(zone) = &details.time_zone {
        let zone = text("time_zone", zone)?;
        let read = |zone: String| zone.parse::<Zone>();
        let refused = |error: ZoneError| ActError::invalid("time_zone", format!("holds what is none: {error}"));
        event.zone = zone.map(read).transpose().map_err(refused)?;
    }
    other_words(store, (&mut *event, &mut *plan), old)?;
    if let Some(name) = &details.template {
        let found = || {
            let named = reference(store, name, (&event.code, plan.language.as_deref()))?;
            dress(store, (named, name), &event.template)
        };
        event.template = known(old, name).map_or_else(found, Ok)?;
    }
    if let Some(kept) = &details.kept {
        event.template = kept.clone();
    }
    if let Some(wanted) = &details.templates {
        plan.templates = templates(store, wanted, (old, &event.template), plan.language.as_deref())?;
        known_tiers(plan)?;
    }
    let for_small = (&event.code, plan.language.as_deref());
    let now = [plan.card_template.take(), plan.badge_template.take()];
    let wanted = [(Purpose::Card, &details.card_template), (Purpose::Badge, &details.badge_template)];
    let mut found = now.into_iter().zip(wanted).map(|(now, wanted)| small(store, now, wanted, for_small));
    (plan.card_template, plan.badge_template) =
        (found.next().transpose()?.flatten(), found.next().transpose()?.flatten());
    if let Some(signatories) = &details.signatories {
        set_signatories(event, signatories)?;
    }
    Ok(new)
}

/// Returns the template of a small picture that an event is to have from now on.
fn small(
    store: &dyn Store,
    now: Option<TemplateRef>,
    (purpose, wanted): (Purpose, &Option<String>),
    for_event: (&EventCode, Option<&str>),
) -> Result<Option<TemplateRef>, ActError> {
    let Some(name) = wanted.as_deref().map(str::trim) else { return Ok(now) };
    if name.is_empty() {
        return Ok(None);
    }
    // What it keeps already goes on being called as it was.
    if now.as_ref().is_some_and(|kept| kept.bundle.0 == name) {
        return Ok(now);
    }
    let kept = reference(store, name, for_event)?;
    let is_for = purpose_of(store, &kept)?;
    if is_for != purpose {
        let reason = format!("`{}` is a template for {}, not for {}", kept.name, is_for.plural(), purpose.plural());
        return Err(ActError::invalid(format!("{}_template", purpose.word()), reason));
    }
    Ok(Some(kept))
}

/// An event that takes another language takes its words along: those of a built-in template, and what had to be done where nobody
/// has said it. What was chosen in a language of its own stays; all of it does, where the templates do not speak the language.
fn other_words(store: &dyn Store, (event, plan): (&mut Event, &mut EventPlan), old: &Planned) -> Result<(), ActError> {
    let after = plan.language.as_deref();
    if old.plan.language.as_deref() == after || after.and_then(spoken).is_none() {
        return Ok(());
    }
    let languages = (words_of(old.plan.language.as_deref(), &old.event.achievement.criteria), after);
    take_along(store, &mut event.template, languages)?;
    for choice in plan.templates.iter_mut().filter(|choice| choice.language.is_none()) {
        take_along(store, &mut choice.template, languages)?;
    }
    for kept in plan.card_template.iter_mut().chain(&mut plan.badge_template) {
        take_along(store, kept, languages)?;
    }
    if event.achievement.criteria == usual_criteria(Some(languages.0)) {
        event.achievement.criteria = usual_criteria(after).to_owned();
    }
    Ok(())
}

fn texts(event: &mut Event, plan: &mut EventPlan, details: &Details) -> Result<(), ActError> {
    let before = event.achievement.name.clone();
    let was_title = event.achievement.description == before;
    if let Some(title) = &details.title {
        event.achievement.name = printed("title", title, false)?.unwrap_or_default();
    }
    if let Some(description) = &details.description {
        event.achievement.description = printed("description", description, true)?.unwrap_or_default();
    }
    // The schema wants a description: without one it is the title, also when that changes.
    // Who sends all of a form sends the old title too.
    let is_said = details.description.as_ref().is_some_and(|said| said.trim() != before);
    if event.achievement.description.is_empty() || (was_title && !is_said) {
        event.achievement.description.clone_from(&event.achievement.name);
    }
    if let Some(criteria) = &details.criteria {
        event.achievement.criteria =
            printed("criteria", criteria, true)?.unwrap_or_else(|| usual_criteria(plan.language.as_deref()).to_owned());
    }
    if let Some(kind) = &details.achievement_type {
        event.achievement.achievement_type =
            printed("achievement_type", kind, false)?.unwrap_or_else(|| "Certificate".to_owned());
    }
    if let Some(organiser) = &details.organiser {
        plan.organiser = printed("organiser", organiser, false)?;
    }
    Ok(())
}

/// Returns what an event keeps already that is named by its digest: it goes on being called as it was.
fn known(old: &Planned, name: &str) -> Option<TemplateRef> {
    let chosen = old.plan.templates.iter().map(|choice| &choice.template);
    chosen.chain([&old.event.template]).find(|kept| !name.is_empty() && kept.bundle.0 == name).cloned()
}

/// Returns templates for tiers and languages with the pictures of `main`, which the event has from now on for all others.
fn templates(
    store: &dyn Store,
    wanted: &[TemplateWanted],
    (old, main): (&Planned, &TemplateRef),
    own: Option<&str>,
) -> Result<Vec<TemplateChoice>, ActError> {
    if wanted.len() > MAX_TEMPLATES {
        return Err(ActError::invalid("templates", format!("are more than {MAX_TEMPLATES}")));
    }
    let choice = |wanted: &TemplateWanted| {
        let text =
            |field, value: &Option<String>| value.as_deref().map_or(Ok(None), |value| printed(field, value, false));
        let (tier, language) = (text("tier", &wanted.tier)?, text("language", &wanted.language)?);
        if tier.is_none() && language.is_none() {
            return Err(ActError::invalid("templates", "need a tier or a language each"));
        }
        let found = || {
            let named = reference(store, &wanted.template, (&old.event.code, language.as_deref().or(own)))?;
            dress(store, (named, &wanted.template), main)
        };
        let template = known(old, &wanted.template).map_or_else(found, Ok)?;
        Ok(TemplateChoice { tier, language, template })
    };
    wanted.iter().map(choice).collect()
}

/// Refuses templates for tiers that the rule does not have. Before there are tiers, any may come.
fn known_tiers(plan: &EventPlan) -> Result<(), ActError> {
    let Some(tiers) = &plan.tiers else { return Ok(()) };
    let named = plan.templates.iter().filter_map(|choice| choice.tier.as_ref());
    for name in named {
        if !tiers.steps.iter().any(|tier| tier.name == *name) {
            let known: Vec<_> = tiers.steps.iter().map(|tier| tier.name.as_str()).collect();
            let problem = format!("name the tier `{name}`; the event has: {}", known.join(", "));
            return Err(ActError::invalid("templates", problem));
        }
    }
    Ok(())
}

/// Returns who signs, of what an event's templates are given.
pub fn signatories(constants: &Fields) -> Vec<Signatory> {
    let part = |n: usize, part: &str| constants.get(&format!("signatory_{n}_{part}")).cloned().unwrap_or_default();
    let all = (1..=SIGNATORIES).map(|n| Signatory { name: part(n, "name"), title: part(n, "title") });
    all.filter(|one| !one.name.is_empty()).collect()
}

fn set_signatories(event: &mut Event, signatories: &[Signatory]) -> Result<(), ActError> {
    if signatories.len() > SIGNATORIES {
        return Err(ActError::invalid("signatories", format!("are more than {SIGNATORIES}")));
    }
    event.constants.retain(|name, _| !name.starts_with("signatory_"));
    for (n, signatory) in (1..).zip(signatories) {
        for (part, value) in [("name", &signatory.name), ("title", &signatory.title)] {
            let value = printed("signatories", value, false)?.unwrap_or_default();
            event.constants.insert(format!("signatory_{n}_{part}"), value);
        }
    }
    Ok(())
}
