//! What an event's certificates look like: the template that is chosen, with its own logo and signatures, tried out with a name.

use axum::extract::{Path, Query};
use axum::http::{Method, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::events::{text, trail};
use super::form::{Fields, File, part, parts, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::languages;
use super::library::{problem_of, tries};
use super::parts::Gallery;
use super::ui::{Action, Actions, Choice, Field, Form, Html, Kind, Notice, Page, Picture, Section, Text, Tone, Tried};
use super::within::{Ask, Told};
use super::words::Words;
use crate::accounts::Permission;
use crate::acts::templates::{LOGO, SIGNATURES};
use crate::server::Problem;
use crate::store::OWN_TEMPLATE;
use crate::template::{FIRST_LANGUAGE, spoken};

/// The field that says to go on without pictures that the template does not show.
const WITHOUT: &str = "without";
/// What is asked where it would not show them.
const NO_PLACE: &str = "no-place-for-pictures";
/// The field that says which files were chosen when that was asked: browsers do not send them again.
const FILES: &str = "files";
/// Templates of an event's own that are looked through for a free name.
const COPIES: usize = 50;
/// The pictures that an event may have of its own.
const PICTURES: [&str; 3] = ["logo", "signature_1", "signature_2"];

/// Shows what is chosen, and asks what shall be.
pub(super) async fn show(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    page(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let told = staff.told(&path).await?;
    let event = &told.value;
    let chosen = text(&event["template"], "name");
    let mut page = Page::new(w.s("step-template")).trail(trail(staff, code, event)).said(w, asked);
    if chosen.is_empty() {
        page = page.notice(Tone::Amber, w.s("template-none"));
    } else {
        let (name, person) = (asked.get("name"), asked.get("person"));
        let src = staff.at(&format!("{path}/specimen.png?{}", written([("name", name), ("person", person)])));
        let form = Form::filter(staff, &format!("{path}/template"), w.s("template-try"))
            .field(Field::text("name", w.s("template-try-name")).value(name))
            .field(Field::text("person", w.s("template-try-person")).value(person));
        let is_own = chosen == own_name(code);
        let named = if is_own { w.s("template-event-own") } else { chosen.clone() };
        let picture = Picture { src, alt: w.with("template-specimen", [("name", named.clone().into())]) };
        let mut section =
            Section::new("specimen", w.with("template-chosen", [("name", named.into())])).part(picture).part(form);
        let pictures = staff.get_if(&format!("{path}/pictures")).await.unwrap_or_default();
        section = own_pictures(staff, section, &path, (&told, &pictures));
        page = page.part(section);
        page = match asked.on("list") {
            true => page.part(tried_out(staff, code, &path).await?),
            false => page
                .link(w.s("template-try-names"), staff.at(&format!("{path}/template?{}", written([("list", "yes")])))),
        };
    }
    if staff.may(Permission::Import) {
        let templates = staff.get(&format!("/templates?{}", written([("limit", "500"), ("event", code)]))).await?;
        let words = words_now(staff, event).await;
        // What is sent is one form alone: what was wrong with it stands beside its fields.
        let is_sent = |member| tried.0.is_some_and(|(fields, _)| fields.some(member).is_some());
        let of = |is_this: bool| if is_this { Tried(tried.0) } else { Tried::NEW };
        let (of_small, of_copy) = (is_sent("small"), is_sent("copy"));
        let now = (&event["template"], is_other(staff, code, &chosen).await, &*words);
        page = page.part(choose(staff, (code, &told.tag), &templates, now, &of(!of_small && !of_copy)));
        page = page.part_if(copies(staff, (code, &told.tag), &of(of_copy)).await);
        page = page.part(small(staff, code, &told, &of(of_small)).await?);
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Shows the event's certificates with the longest name of its list, and with one of each script on it.
async fn tried_out(staff: &Staff, code: &str, path: &str) -> Result<Html, Response> {
    let (w, mut shots) = (staff.w, Vec::new());
    for one in tries(staff, code, &Fields::default()).await? {
        let body = json!({ "format": "pdf", "person": one.person });
        let problem = problem_of(staff, &format!("{path}/specimen"), body).await;
        let src = staff.at(&format!("{path}/specimen.png?{}", written([("person", &*one.person)])));
        shots.push(one.shot(staff, src, problem));
    }
    let section = Section::new("tried", w.s("template-try-names"));
    Ok(match shots.is_empty() {
        true => section.part(Text(w.s("template-try-empty"))).into(),
        false => section.part(Gallery(shots)).into(),
    })
}

/// Returns the language in which a built-in template is offered to an event: that of the one that it has, else its own.
async fn words_now(staff: &Staff, event: &Value) -> String {
    let now = languages::texts_in(staff, &text(&event["template"], "digest")).await;
    let own = event["language"].as_str().and_then(spoken);
    match spoken(&now) {
        Some(now) => now.to_owned(),
        None => own.or_else(|| spoken(staff.w.language)).unwrap_or(FIRST_LANGUAGE).to_owned(),
    }
}

/// Says whether a template can be had in a language.
fn speaks(template: &Value, language: &str) -> bool {
    template["languages"].as_array().is_some_and(|all| all.iter().any(|one| one == language))
}

/// Returns how a template is named that is to speak a language, if it can.
async fn in_words(staff: &Staff, name: &str, language: &str) -> String {
    let told = staff.get_if(&format!("/templates/{}", part(name))).await.unwrap_or_default();
    if speaks(&told["template"], language) { format!("{name}.{language}") } else { name.to_owned() }
}

/// Says whether what an event has is another template than the built-in one of that name: that of a folder, say, which was called so
/// before there was the built-in one.
async fn is_other(staff: &Staff, code: &str, name: &str) -> bool {
    let Some(told) = staff.get_if(&format!("/templates/{}", part(name))).await else { return false };
    let is_this = |one: &Value| one["event"] == code && one["tier"].is_null() && one["language"].is_null();
    let uses_it = told["used_by"].as_array().is_some_and(|uses| uses.iter().any(is_this));
    told["template"]["built_in"] == true && !uses_it
}

fn choose(
    staff: &Staff,
    (code, seen): (&str, &str),
    templates: &Value,
    (template, is_other, words): (&Value, bool, &str),
    tried: &Tried<'_>,
) -> Html {
    let (w, path, mut chosen) = (staff.w, format!("/events/{}", part(code)), text(template, "name"));
    let own = own_name(code);
    let choice = |one: &Value| {
        let name = text(one, "name");
        let drawn = if speaks(one, words) { format!("{name}.{words}") } else { name.clone() };
        let picture = staff.at(&format!("/templates/{}/picture.png", part(&drawn)));
        let said = if name == own { w.s("template-event-own") } else { name.clone() };
        Choice::new(name, said).picture(picture)
    };
    let mut names: Vec<Choice> = items(templates).iter().map(choice).collect();
    // A copy of an event keeps what it was copied with, which may be the other's own.
    if !chosen.is_empty() && (is_other || !names.iter().any(|choice| choice.value == chosen)) {
        let kept = w.with("template-as-now", [("name", chosen.into())]);
        chosen = text(template, "digest");
        names.insert(0, Choice::new(chosen.clone(), kept));
    }
    let first = names.first().map_or_else(String::new, |choice| choice.value.clone());
    let form = Form::new(staff, &format!("{path}/template"), w.s("template-take"))
        .field(Field::hidden("seen", seen))
        .field(Field::new("template", w.s("template"), Kind::Radios(names)).value(if chosen.is_empty() {
            first
        } else {
            chosen
        }))
        .field(languages::words_field(w, words))
        .field(
            Field::new("logo", w.s("template-logo"), Kind::File("image/png,image/jpeg,image/svg+xml"))
                .hint(w.s("template-logo-hint")),
        )
        .field(Field::new("signature_1", w.s("template-signature-1"), Kind::File("image/png,image/jpeg,image/svg+xml")))
        .field(Field::new(
            "signature_2",
            w.s("template-signature-2"),
            Kind::File("image/png,image/jpeg,image/svg+xml"),
        ));
    let form = going_on(w, form, tried).tried(tried);
    let upload = Action::link(
        w.s("template-upload-own"),
        staff.at(&format!("/template-uploads?{}", written([("event", code)]))),
    );
    let design =
        Action::link(w.s("design-own"), staff.at(&format!("/template-designs?{}", written([("event", code)]))));
    let all = Action::link(w.s("nav-templates"), staff.at("/templates"));
    Section::new("choose", w.s("template-choose"))
        .part(Text(w.s("template-choose-text")))
        .part(form)
        .part(Actions(vec![design, upload, all]))
        .into()
}

/// Asks by which templates the card of shared links and the badge are drawn.
async fn small(staff: &Staff, code: &str, told: &Told, tried: &Tried<'_>) -> Result<Html, Response> {
    let (w, event, path) = (staff.w, &told.value, format!("/events/{}/template", part(code)));
    let mut form = Form::new(staff, &path, w.s("template-small-take"))
        .field(Field::hidden("small", "yes"))
        .field(Field::hidden("seen", &told.tag));
    for kind in ["card", "badge"] {
        let member = format!("{kind}_template");
        let wanted = written([("limit", "500"), ("event", code), ("for", kind)]);
        let templates = staff.get(&format!("/templates?{wanted}")).await?;
        let mut all = vec![Choice::new("", w.s(&format!("template-small-usual-{kind}")))];
        all.extend(items(&templates).iter().map(|one| {
            let name = text(one, "name");
            let src = format!("/templates/{}/picture.png?{}", part(&name), written([("event", code)]));
            Choice::new(name.clone(), name).picture(staff.at(&src))
        }));
        let mut chosen = text(&event[&member], "name");
        if !chosen.is_empty() && !all.iter().any(|choice| choice.value == chosen) {
            let kept = w.with("template-as-now", [("name", chosen.into())]);
            chosen = text(&event[&member], "digest");
            all.push(Choice::new(chosen.clone(), kept));
        }
        let field = Field::new(&member, w.s(&format!("template-small-{kind}")), Kind::Radios(all)).value(chosen);
        form = form.field(field.hint(w.s(&format!("template-small-{kind}-hint"))));
    }
    let section = Section::new("small", w.s("template-small")).part(Text(w.s("template-small-text")));
    Ok(section.part(form.tried(tried).apart("small")).into())
}

/// Takes the templates of the card and the badge.
async fn take_small(staff: &Staff, code: &str, fields: &Fields) -> Response {
    let body = json!({ "card_template": fields.get("card_template"), "badge_template": fields.get("badge_template") });
    match staff.send(Method::PATCH, &format!("/events/{}", part(code)), fields, body).await {
        Ok(_) => staff.done(&format!("/events/{}/template", part(code)), "saved"),
        Err(problem) => {
            let tried = Tried(Some((fields, &problem)));
            page(staff, code, &Fields::default(), &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Lets who was told that pictures would not be shown go on.
fn going_on(w: &Words, form: Form, tried: &Tried<'_>) -> Form {
    match tried.0 {
        Some((fields, problem)) if problem.code == NO_PLACE => {
            let form = form.field(Field::new(WITHOUT, w.s("template-without"), Kind::Check));
            let files: Vec<&str> = fields.chosen().map(|(field, _)| field).collect();
            if files.is_empty() { form } else { form.field(Field::hidden(FILES, files.join(" ")).filled()) }
        }
        _ => form,
    }
}

/// Offers the own templates of other events to be copied; nothing where there are none.
async fn copies(staff: &Staff, (code, seen): (&str, &str), tried: &Tried<'_>) -> Option<Html> {
    let w = staff.w;
    let all = staff.get_if("/templates?limit=500").await?;
    let of = |one: &Value| {
        let event = one["event"].as_str().filter(|event| *event != code)?;
        let (name, values) = (text(one, "name"), [("event", event.to_owned().into())]);
        let main = own_name(event);
        let said = w.with("template-of-event", values);
        Some(Choice::new(name.clone(), if name == main { said } else { format!("{said} ({name})") }))
    };
    let choices: Vec<Choice> = items(&all).iter().filter_map(of).collect();
    let first = choices.first()?.value.clone();
    let form = Form::new(staff, &format!("/events/{}/template", part(code)), w.s("template-copy-do"))
        .field(Field::hidden("seen", seen))
        .field(Field::new("copy", w.s("template-copy-from"), Kind::Select(choices)).value(first));
    let form = going_on(w, form, tried).tried(tried).apart("copy");
    Some(Section::new("copy", w.s("template-copy")).part(Text(w.s("template-copy-text"))).part(form).into())
}

/// Takes one of the event's own pictures off, or takes a template: with pictures of the event's own put into it where there are some.
pub(super) async fn take(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Some(picture) = fields.some("off") {
        return match without(&staff, &code, &fields, picture).await {
            Ok(()) => staff.done(&format!("/events/{}/template", part(&code)), "saved"),
            Err(problem) => staff.failed(&problem),
        };
    }
    if fields.on("small") {
        return take_small(&staff, &code, &fields).await;
    }
    match taken(&staff, &code, &fields).await {
        Ok(()) => staff.done(&format!("/events/{}/template", part(&code)), "saved"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &code, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

async fn taken(staff: &Staff, code: &str, fields: &Fields) -> Result<(), Problem> {
    if let Some(other) = fields.some("copy") {
        return copied(staff, code, fields, other).await;
    }
    let pictures: Vec<&File> = PICTURES.iter().filter_map(|name| fields.file(name)).collect();
    let (base, words) = (fields.get("template"), fields.get("words"));
    // Said once: who leaves them out a second time does not want them.
    if fields.get(FILES).split_whitespace().any(|field| fields.file(field).is_none()) {
        let chosen_again = staff.w.s("again-text");
        return Err(Problem::conflict(NO_PLACE, chosen_again));
    }
    asked_of_pictures(staff, code, (base, fields)).await?;
    let base = in_words(staff, base, words).await;
    let name = match pictures.is_empty() {
        true => base,
        false => {
            let own = kept(staff, code, &[("base", &base)], &pictures, fields.some("once")).await?;
            in_words(staff, &own, words).await
        }
    };
    chosen(staff, code, fields, &name).await
}

/// Takes a picture off: the event's template goes on without it, as a version of its own.
async fn without(staff: &Staff, code: &str, fields: &Fields, picture: &str) -> Result<(), Problem> {
    // The version that was shown: sent twice, it comes to the same.
    let texts = [("base", fields.get("base")), ("without", picture)];
    let name = kept(staff, code, &texts, &[], fields.some("once")).await?;
    // By its digest it is taken exactly as it is: by its name the event's pictures go along.
    let told = staff.ask(Method::GET, &format!("/templates/{}", part(&name)), Ask::default()).await?.value;
    let newest = told["template"]["versions"].as_array().and_then(|all| all.last().cloned()).unwrap_or_default();
    chosen(staff, code, fields, &text(&newest, "digest")).await
}

/// Takes a copy of another event's own template, which becomes this one's own; the event keeps its own pictures.
async fn copied(staff: &Staff, code: &str, fields: &Fields, other: &str) -> Result<(), Problem> {
    asked_of_pictures(staff, code, (other, fields)).await?;
    let left_out = pictures_of(staff, other).await;
    let texts: Vec<(&str, &str)> =
        [("base", other)].into_iter().chain(left_out.iter().map(|name| ("without", *name))).collect();
    let name = copy_name(staff, code).await;
    let (kind, body) = parts(texts.into_iter().chain([("name", name.as_str())]), &[]);
    let once = fields.some("once").map(|once| format!("{once}-copy"));
    let ask = Ask { once: once.as_deref(), body: Some((&kind, body)), ..Ask::default() };
    staff.ask(Method::POST, "/templates", ask).await?;
    chosen(staff, code, fields, &name).await
}

/// Returns the pictures of another event's own in its template, also those that it has no place for: they sign for nobody else.
/// What it cannot do without stays.
async fn pictures_of(staff: &Staff, other: &str) -> Vec<&'static str> {
    let path = format!("/templates/{}", part(other));
    let theirs = staff.get_if(&path).await.unwrap_or_default();
    let is_needed = |name: &str| assets(&theirs).iter().any(|one| one["name"] == name && one["optional"] == false);
    let mut found = Vec::new();
    for name in [LOGO].into_iter().chain(SIGNATURES).filter(|name| !is_needed(name)) {
        if staff.pass(&format!("{path}/files/{name}")).await.is_ok_and(|answer| answer.status().is_success()) {
            found.push(name);
        }
    }
    found
}

/// Returns the pictures and fonts that a template has places for.
fn assets(template: &Value) -> &[Value] {
    template["template"]["assets"].as_array().map_or(&[], Vec::as_slice)
}

/// Returns a name of the event's own that is free: another template of its own stays what it is.
async fn copy_name(staff: &Staff, code: &str) -> String {
    let own = own_name(code);
    for number in 1..COPIES {
        let name = if number == 1 { own.clone() } else { format!("{own}-{number}") };
        if staff.get_if(&format!("/templates/{name}")).await.is_none() {
            return name;
        }
    }
    own
}

async fn chosen(staff: &Staff, code: &str, fields: &Fields, name: &str) -> Result<(), Problem> {
    let body = json!({ "template": name });
    staff.send(Method::PATCH, &format!("/events/{}", part(code)), fields, body).await.map(drop)
}

/// Returns what a template of an event's own is called.
fn own_name(code: &str) -> String {
    format!("{OWN_TEMPLATE}{}", code.to_lowercase())
}

/// Says which pictures the event has of its own, and takes each off again. What the template has no place for is kept, and that is said.
fn own_pictures(staff: &Staff, section: Section, path: &str, (event, pictures): (&Told, &Value)) -> Section {
    let w = staff.w;
    let names: Vec<(String, bool)> =
        items(pictures).iter().map(|one| (text(one, "name"), one["shown"] == true)).collect();
    if names.is_empty() {
        return section;
    }
    let called = |shown: bool| {
        let labels = names.iter().filter(|(_, is)| *is == shown).map(|(name, _)| picture_called(w, name));
        labels.collect::<Vec<_>>().join(", ")
    };
    let (shown, hidden) = (called(true), called(false));
    let mut section = section;
    if !shown.is_empty() {
        section = section.part(Text(w.with("template-event-pictures", [("pictures", shown.into())])));
    }
    if !hidden.is_empty() {
        let text = w.with("template-event-pictures-hidden", [("pictures", hidden.into())]);
        section = section.part(Notice { tone: Tone::Amber, text, items: Vec::new() });
    }
    if !staff.may(Permission::Import) {
        return section;
    }
    let digest = text(&event.value["template"], "digest");
    let off = |(name, _): &(String, bool)| {
        let number = name.trim_start_matches("signature_").to_owned();
        let other = || w.with("template-off-signature-n", [("number", number.into())]);
        let label = w.if_any(&format!("template-off-{}", name.replace('_', "-"))).unwrap_or_else(other);
        let fields = [("off", name.as_str()), ("base", digest.as_str()), ("seen", event.tag.as_str())];
        Action::post(staff, label, &format!("{path}/template"), &fields)
    };
    section.part(Actions(names.iter().map(off).collect()))
}

/// Returns what one of an event's own pictures is called.
pub(super) fn picture_called(w: &Words, name: &str) -> String {
    w.if_any(&format!("template-{}", name.replace('_', "-"))).unwrap_or_else(|| {
        let number = name.trim_start_matches("signature_").to_owned();
        w.with("template-signature-n", [("number", number.into())])
    })
}

/// Says which of the event's own pictures a template would not show: whoever takes it is told so before. Of the template that the event
/// has already that was told, of what it does not show now.
///
/// # Errors
/// What is asked, if there are some and it was not answered yet.
async fn asked_of_pictures(staff: &Staff, code: &str, (name, fields): (&str, &Fields)) -> Result<(), Problem> {
    if fields.on(WITHOUT) {
        return Ok(());
    }
    let path = format!("/events/{}", part(code));
    let query = written([("template", name)]);
    let Some(pictures) = staff.get_if(&format!("{path}/pictures?{query}")).await else { return Ok(()) };
    let has = staff.get_if(&path).await.map(|event| event["template"].clone()).unwrap_or_default();
    let now = match has["name"] == name || has["digest"] == name {
        true => staff.get_if(&format!("{path}/pictures")).await.unwrap_or_default(),
        false => Value::Null,
    };
    let was_told = |name: &Value| items(&now).iter().any(|one| one["name"] == *name && one["shown"] != true);
    // What is put in anew with the form is judged by the operation.
    let lost: Vec<String> = items(&pictures)
        .iter()
        .filter(|one| one["shown"] != true && !was_told(&one["name"]))
        .map(|one| picture_called(staff.w, &text(one, "name")))
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    let mut said = staff.w.with("template-without-pictures", [("pictures", lost.join(", ").into())]);
    if fields.chosen().next().is_some() {
        said = format!("{said} {}", staff.w.s("again-text"));
    }
    Err(Problem::conflict(NO_PLACE, said))
}

/// Keeps a template of the event's own, made of these parts.
async fn kept(
    staff: &Staff,
    code: &str,
    texts: &[(&str, &str)],
    pictures: &[&File],
    once: Option<&str>,
) -> Result<String, Problem> {
    let own = own_name(code);
    let is_kept = staff.get_if(&format!("/templates/{own}")).await.is_some();
    let name = Some(("name", own.as_str())).filter(|_| !is_kept);
    let (kind, body) = parts(texts.iter().copied().chain(name), pictures);
    let once = once.map(|once| format!("{once}-pictures"));
    let ask = Ask { once: once.as_deref(), body: Some((&kind, body)), ..Ask::default() };
    match is_kept {
        true => staff.ask(Method::PUT, &format!("/templates/{own}"), ask).await?,
        false => staff.ask(Method::POST, "/templates", ask).await?,
    };
    Ok(own)
}

/// For whom a specimen is drawn.
#[derive(Deserialize)]
pub(super) struct For {
    #[serde(default)]
    name: String,
    /// Somebody of the event's list.
    #[serde(default)]
    person: String,
}

/// A specimen of an event's certificate.
pub(super) async fn specimen(staff: Staff, Path(code): Path<String>, Query(wanted): Query<For>) -> Answer {
    let mut body = json!({ "format": "png" });
    for (member, value) in [("name", wanted.name.trim()), ("person", wanted.person.trim())] {
        if !value.is_empty() {
            body[member] = json!(value);
        }
    }
    staff.pass_post(&format!("/events/{}/specimen", part(&code)), body).await
}
