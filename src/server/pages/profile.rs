//! A learning profile: certificates of one holder on one page, and the form by which they choose them.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::response::Response;

use super::form::Form;
use super::portal::Inside;
use super::view::{ProfileForm, ProfilePage, ProfileRow};
use super::{Failure, Reader, base, redirect};
use crate::acts::name_of;
use crate::acts::portal::{self, Holder, Public};
use crate::credential::CertificateNumber;
use crate::desk::{Actor, Desk};
use crate::pages::{Seen, Texts, text};
use crate::server::{App, Problem};
use crate::verify::verify_jws;

/// Shows the page, or answers as if nobody had made one.
pub(super) async fn page(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Response, Failure> {
    let t = reader.texts;
    let found = app.at_desk(&reader.caller, move |app, desk| {
        let (title, seen) = portal::profile(desk.store, &id)?.ok_or_else(|| Problem::not_found("this page"))?;
        let anchors = app.vault.anchors(desk)?;
        let row = |Public { certificate, document, .. }: &Public| {
            let verdict = verify_jws(&certificate.jws, &anchors, desk.now).to_json();
            row(app, t, Seen::of(t, document, &verdict, &certificate.printed_days()), &text(document, "/id"))
        };
        let name = seen.iter().max_by_key(|one| one.certificate.signed).map(|one| one.certificate.recipient.clone());
        Ok((title, name.unwrap_or_default(), seen.iter().map(row).collect::<Vec<_>>(), desk.now))
    });
    let (title, name, rows, now) = found.await.map_err(|problem| reader.failed(&app, problem))?;
    let frame = reader.frame(&app);
    let checked = t.with2("public.checked", ("issuer", &app.issuer.name), ("time", &t.time(now)));
    let title = title.unwrap_or_else(|| t.with("profile.of", "name", &name));
    let mut response = reader.answer(&ProfilePage { frame, title, name, rows, checked });
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    Ok(response)
}

fn row(app: &App, t: &Texts, seen: Seen, id: &str) -> ProfileRow {
    let tail = id.rsplit_once("/c/").map_or("", |(_, tail)| tail);
    let page = format!("{}/c/{tail}", base(app));
    let fact = |key: &str| seen.facts.iter().find(|(name, _)| name == t.s(key)).map(|(_, value)| value.clone());
    let dates = fact("f.dates").or_else(|| fact("f.from")).unwrap_or_default();
    ProfileRow { picture: format!("{page}/certificate.png"), page, seen, dates }
}

/// Returns the form on the page of all that somebody has; nothing where they have no certificate.
pub(super) fn form(app: &App, desk: &Desk, holder: &Holder) -> Result<Option<ProfileForm>, Problem> {
    let mine = mine(holder);
    if mine.is_empty() {
        return Ok(None);
    }
    let profile = portal::profile_of(desk.store, &mine)?;
    let mut choices = Vec::new();
    for holding in holder.holdings.iter().rev() {
        let Some(certificate) = &holding.certificate else { continue };
        if portal::shown(desk.store, &holding.plan, &certificate.number)?.visible {
            let chosen = profile.as_ref().is_some_and(|profile| profile.numbers.contains(&certificate.number));
            choices.push((certificate.number.to_string(), holding.event.achievement.name.clone(), chosen));
        }
    }
    let link = |id: &str| match app.reached_at().told() {
        Some(told) => format!("{told}/p/{id}"),
        None => format!("https://{}/p/{id}", app.issuer.host),
    };
    let address = profile.as_ref().map(|profile| link(&profile.id));
    Ok(Some(ProfileForm { address, title: profile.and_then(|profile| profile.title).unwrap_or_default(), choices }))
}

fn mine(holder: &Holder) -> Vec<CertificateNumber> {
    holder.holdings.iter().filter_map(|holding| Some(holding.certificate.as_ref()?.number.clone())).collect()
}

/// Puts the chosen certificates on the page, or takes it away.
pub(super) async fn set(State(app): State<App>, inside: Inside, form: Form) -> Result<Response, Failure> {
    inside.check(&app, &form)?;
    let (mailbox, who) = (inside.entered.mailbox.clone(), form.get("who").to_owned());
    let asked = who.clone();
    let done = app.at_desk(&inside.reader.caller, move |_, desk| {
        let people = portal::holders(desk.store, &mailbox)?;
        let holder =
            people.iter().find(|holder| holder.id == asked).ok_or_else(|| Problem::not_found("this person"))?;
        let mut chosen = Vec::new();
        for holding in &holder.holdings {
            let Some(certificate) = &holding.certificate else { continue };
            let number = &certificate.number;
            let is_chosen = form.get("away") != "yes" && form.get(&format!("c.{number}")) == "yes";
            if is_chosen && portal::shown(desk.store, &holding.plan, number)?.visible {
                chosen.push(number.clone());
            }
        }
        let Some(holding) = holder.holdings.iter().find(|holding| holding.certificate.is_some()) else { return Ok(()) };
        let id = name_of(&holding.event.code, &holding.person);
        let actor = Actor::Holder { id, address: desk.actor.address() };
        let desk = Desk { actor: &actor, ..*desk };
        Ok(portal::set_profile(&desk, &mine(holder), &chosen, form.get("title")).map(drop)?)
    });
    done.await.map_err(|problem| inside.reader.failed(&app, problem))?;
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("who", &who).finish();
    Ok(redirect(&format!("{}/portal/certificates?{query}#profile", base(&app))))
}
