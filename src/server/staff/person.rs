//! One card for a person: what is known of them in an event, what they have in all others, and everything that can be done for them.

mod past;

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Map, Value, json};

use self::past::{earlier, history, others};
use super::events::{text, trail};
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::known::{Known, absent, plainly};
use super::languages::name;
use super::names::Names;
use super::phrases;
use super::ui::{Action, Actions, Choice, Facts, Field, Form, Html, Kind, Notice, Page, Section, Text, Tone, Tried};
use super::within::{Ask, Told};
use crate::accounts::Permission;
use crate::server::Problem;
use crate::server::problem::FieldProblem;

pub(super) const EXCLUSIONS: [&str; 4] = ["did_not_complete", "conduct", "requested", "data_error"];

/// A form of the card that was sent and refused, by what it does: it stands open, as it was filled in.
struct Refused<'a> {
    form: &'static str,
    tried: Tried<'a>,
}

impl Refused<'_> {
    /// A card that is new.
    const NOTHING: Refused<'static> = Refused { form: "", tried: Tried::NEW };

    /// Returns what a form is filled with.
    fn of(&self, form: &str) -> &Tried<'_> {
        if self.form == form { &self.tried } else { &Tried::NEW }
    }
}

/// Shows the card.
pub(super) async fn show(staff: Staff, Path((code, who)): Path<(String, String)>, uri: Uri) -> Answer {
    card(&staff, (&code, &who), &query(uri.query()), &Refused::NOTHING).await
}

fn path(code: &str, who: &str) -> String {
    format!("/events/{}/people/{}", part(code), part(who))
}

async fn card(staff: &Staff, (code, who): (&str, &str), asked: &Fields, refused: &Refused<'_>) -> Answer {
    let w = staff.w;
    let event = staff.get(&format!("/events/{}", part(code))).await?;
    let told = staff.told(&format!("/events/{}/participants/{}", part(code), part(who))).await?;
    let decision = staff.get(&format!("/events/{}/eligibility/{}", part(code), part(who))).await?;
    let person = &told.value;
    let known = Known::of(staff, &format!("/events/{}", part(code)), &event).await;
    let mut page = Page::new(text(person, "name"))
        .trail(
            trail(staff, code, &event)
                .into_iter()
                .chain([staff.crumb(w.s("step-people"), &format!("/events/{}/people", part(code)))]),
        )
        .said(w, asked)
        .lead(text(person, "email"));
    if let Some((_, problem)) = refused.tried.0
        && !has_form(staff, refused.form, &decision).await
    {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    let of = (code, who);
    page = page
        .part(standing(staff, (&event, person), &decision, &known))
        .part_if(known.noted(person))
        .part(certificate(staff, of, &decision, (&text(person, "name"), refused)).await);
    page = page.part(earlier(staff, person).await);
    page = page.part_if(grants(staff, of, &decision, refused).await);
    page = page.part(others(staff, of, person).await);
    page = page.part(history(staff, of).await);
    if staff.may(Permission::Import) {
        page = page
            .part(change(staff, of, (&told, &known), (asked.get("open") == "change", refused)))
            .part(merge(staff, of, person))
            .part(erase(staff, of, refused));
    }
    Ok(staff.page_with(refused.tried.status(), &page))
}

/// Says whether a form stands on the card: what is wrong with it is said there, and at the top where it is gone meanwhile.
async fn has_form(staff: &Staff, form: &str, decision: &Value) -> bool {
    let decided = matches!(decision["reason"].as_str(), Some("exception" | "manual" | "excluded"));
    match form {
        "issue" => {
            let open = text(decision, "certificate").is_empty() && decision["reason"] != "excluded";
            open && staff.may(Permission::Generate)
        }
        "exception" | "exclusion" => !decided && staff.may(Permission::Import),
        "change" | "erase" => staff.may(Permission::Import),
        "retake" => {
            let number = text(decision, "certificate");
            let wanted = !number.is_empty() && staff.may(Permission::Generate);
            let found = if wanted { staff.get_if(&format!("/certificates/{}", part(&number))).await } else { None };
            found.is_some_and(|found| is_in_force(&newest(&found)))
        }
        _ => false,
    }
}

/// The newest version of a certificate.
fn newest(certificate: &Value) -> Value {
    certificate["versions"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default()
}

/// Whether a certificate counts: who had it taken away gets no second one beside it.
fn is_in_force(current: &Value) -> bool {
    matches!(current["status"].as_str(), Some("active" | "expired"))
}

/// Whether they get a certificate, why, and what is missing.
fn standing(staff: &Staff, (event, person): (&Value, &Value), decision: &Value, known: &Known<'_>) -> Html {
    let w = staff.w;
    let reason = text(decision, "reason").replace('_', "-");
    let missing: Vec<&str> = decision["missing"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let excluded = decision["excluded"].as_str().map(|why| w.s(&format!("excluded-{}", why.replace('_', "-"))));
    let template = text(decision, "template");
    let printed = match decision["texts_in"].as_str() {
        Some(other) => {
            w.with("person-printed-other", [("template", template.into()), ("texts", name(w, other).into())])
        }
        None => template,
    };
    let mut facts = vec![
        (w.s("people-decision"), Some(w.s(&format!("ground-{reason}")))),
        (w.s("people-missing"), Some(missing.iter().map(|one| phrases::said(w, one)).collect::<Vec<_>>().join("; "))),
        (w.s("person-sessions"), attended(staff, event, person)),
        (w.s("why"), excluded),
        (w.s("person-tier"), decision["tier"].as_str().map(str::to_owned)),
        (w.s("field-external-id"), Some(text(person, "external_id"))),
        (w.s("field-language"), decision["language"].as_str().map(|tag| name(w, tag))),
        (w.s("person-printed"), Some(printed)),
    ];
    for (name, value) in decision["measures"].as_object().into_iter().flatten() {
        let shown = match value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            // A percentage that came with a list was typed by nobody here.
            Value::Bool(true) if name == "by_hand" && !is_by_hand(person) => continue,
            Value::Bool(yes) => w.s(if *yes { "yes" } else { "no" }),
            _ => continue,
        };
        let label = w.if_any(&format!("measure-{}", name.replace('_', "-"))).unwrap_or_else(|| name.replace('_', " "));
        facts.push((label, Some(shown)));
    }
    facts.extend(known.facts(person));
    Section::new("standing", w.s("person-standing")).part(Facts::known(facts)).into()
}

/// Says whether somebody entered attendance on a page or over HTTP, and it did not only come with a list.
fn is_by_hand(person: &Value) -> bool {
    let entered = person["progress_entered"].as_object().into_iter().flatten();
    let mut attendance = entered.filter(|(name, _)| *name == "attendance" || name.starts_with("sessions"));
    attendance.any(|(_, entered)| entered["how"] != "import")
        || person["progress"]["sessions"]
            .as_object()
            .is_some_and(|all| all.values().any(|mark| mark["by_hand"] == true))
}

/// Says of how many sessions they were seen at: of those that there are.
fn attended(staff: &Staff, event: &Value, person: &Value) -> Option<String> {
    let sessions = event["course"]["sessions"].as_array().filter(|all| !all.is_empty())?;
    let marks = &person["progress"]["sessions"];
    let present = sessions.iter().filter(|session| marks[text(session, "id")]["present"] == true).count() as u64;
    let all = sessions.len() as u64;
    Some(staff.w.with("person-attended", [("present", present.into()), ("all", all.into())]))
}

/// Their certificate and all that can be done with it as it stands, or what can be done to get one.
async fn certificate(
    staff: &Staff,
    (code, who): (&str, &str),
    decision: &Value,
    (name, refused): (&str, &Refused<'_>),
) -> Html {
    let w = staff.w;
    let mut section = Section::new("certificate", w.s("certificate"));
    let number = text(decision, "certificate");
    if !number.is_empty() {
        let found = staff.told_if(&format!("/certificates/{}", part(&number))).await;
        let (seen, found) = found.map_or_else(Default::default, |told| (told.tag, told.value));
        let current = newest(&found);
        let query = written([("number", number.as_str()), ("order", "newest"), ("limit", "1")]);
        let mail = staff.get_if(&format!("/mail/messages?{query}")).await.unwrap_or_default();
        let message = items(&mail).first().cloned().unwrap_or_default();
        let status = text(&current, "status").replace('_', "-");
        let cause = current["cause"].as_str().map(|cause| w.s(&format!("cause-{}", cause.replace('_', "-"))));
        let sent = message["state"].as_str().map(|state| {
            let since = staff.time(&message["since"]).unwrap_or_default();
            format!("{}, {since}", w.s(&format!("mail-{state}")))
        });
        let facts = Facts::known([
            (w.s("certificate"), Some(number.clone())),
            (w.s("state"), Some(w.s(&format!("standing-{status}")))),
            (w.s("cause"), cause),
            (w.s("waits-until"), staff.time(&current["waits_until"])),
            (w.s("issued"), staff.day(&current["issued"])),
            (w.s("version"), current["version"].as_u64().map(|version| version.to_string())),
            (w.s("nav-deliveries"), sent),
        ]);
        if let Some(notice) = differs(staff, &number, &current, name) {
            section = section.part(notice);
        }
        section = section.part(facts).part(Actions(doable(staff, &number, &seen, (&current, &message))));
        return match retake_form(staff, (code, who), &current, refused) {
            Some(retake) => section.part(retake).into(),
            None => section.into(),
        };
    }
    section = section.part(Text(w.s("person-none")));
    if staff.may(Permission::Generate) && decision["reason"] != "excluded" {
        let form = Form::new(staff, &format!("{}/issue", path(code, who)), w.s("issue-now"))
            .field(Field::text("reason", w.s("issue-now-why")).required().hint(w.s("issue-now-hint")))
            .tried(refused.of("issue"));
        section = section.part(form);
    }
    section.into()
}

/// Asks for another certificate beside the first, for who did better at another try.
fn retake_form(staff: &Staff, (code, who): (&str, &str), current: &Value, refused: &Refused<'_>) -> Option<Html> {
    let w = staff.w;
    if !is_in_force(current) || !staff.may(Permission::Generate) {
        return None;
    }
    let form = Form::new(staff, &format!("{}/retake", path(code, who)), w.s("retake")).tried(refused.of("retake"));
    let section = Section::new("retake", w.s("retake-title")).part(Text(w.s("retake-text"))).part(form);
    Some(if refused.form == "retake" { section.into() } else { section.folded().into() })
}

/// Says that a certificate in force prints another name than the person has now.
fn differs(staff: &Staff, number: &str, current: &Value, name: &str) -> Option<Html> {
    let w = staff.w;
    let (printed, status) = (text(current, "recipient"), text(current, "status"));
    if printed.is_empty() || printed == name || !matches!(status.as_str(), "active" | "expired") {
        return None;
    }
    let said = w.with("person-certificate-old", [("number", number.to_owned().into()), ("name", printed.into())]);
    let mut section = Section::new("differs", w.s("person-certificate-correct"));
    section = section.part(Notice { tone: Tone::Amber, text: said, items: Vec::new() });
    if staff.may(Permission::Generate) {
        let query = written([("act", "regenerate"), ("pick", number)]);
        let anew = Action::link(w.s("person-certificate-correct"), staff.at(&format!("/certificates/batch?{query}")));
        section = section.part(Actions(vec![anew.primary()]));
    }
    Some(section.into())
}

/// Returns what can be done with a certificate as it stands, by who looks.
fn doable(staff: &Staff, number: &str, seen: &str, (current, message): (&Value, &Value)) -> Vec<Action> {
    let (w, path) = (staff.w, format!("/certificates/{}", part(number)));
    let status = text(current, "status");
    let in_force = matches!(status.as_str(), "active" | "expired");
    let mut all = vec![
        Action::link(w.s("person-open"), staff.at(&path)).primary(),
        Action::file("PDF", staff.api(&format!("{path}/file?format=pdf"))),
    ];
    if staff.may(Permission::Send) && in_force {
        let id = text(message, "id");
        all.push(match id.is_empty() {
            true => Action::post(staff, w.s("send-one"), &format!("{path}/send"), &[]),
            // What is on its way is waited for.
            false => Action::link(w.s("mail-resend"), staff.at(&format!("/deliveries/{}", part(&id)))),
        });
    }
    if staff.may(Permission::Generate) && in_force {
        let query = written([("act", "regenerate"), ("pick", number)]);
        all.push(Action::link(w.s("batch-regenerate"), staff.at(&format!("/certificates/batch?{query}"))));
    }
    if staff.may(Permission::Revoke) {
        match status.as_str() {
            "revocation_waits" => {
                all.push(Action::post(staff, w.s("restore"), &format!("{path}/restore"), &[("seen", seen)]));
            }
            "revoked" => all.push(Action::link(w.s("reissue"), staff.at(&format!("{path}/reissue")))),
            _ if in_force => all.push(Action::link(w.s("revoke"), staff.at(&format!("{path}/revoke")))),
            _ => {}
        }
    }
    all
}

/// Asks with whom they are one: both are shown before anything is done.
fn merge(staff: &Staff, (code, who): (&str, &str), person: &Value) -> Html {
    let w = staff.w;
    let id = text(person, "id");
    let form = Form::filter(staff, &format!("/events/{}/merge", part(code)), w.s("person-merge-look"))
        .stacked()
        .field(Field::hidden("one", if id.is_empty() { who.to_owned() } else { id }))
        .field(Field::text("other", w.s("person-merge-other")).required());
    Section::new("merge", w.s("person-merge")).part(Text(w.s("person-merge-text"))).part(form).folded().into()
}

/// An exception or an exclusion: made, or taken away.
async fn grants(staff: &Staff, (code, who): (&str, &str), decision: &Value, refused: &Refused<'_>) -> Option<Html> {
    let w = staff.w;
    let granted = granted(staff, &decision["listed"]).await;
    let section = |id: &str| match &granted {
        Some(facts) => Section::new(id, w.s("person-grants")).part(Facts::known(facts.clone())),
        None => Section::new(id, w.s("person-grants")),
    };
    if !staff.may(Permission::Import) {
        return granted.is_some().then(|| section("grants").into());
    }
    let path = path(code, who);
    let section = section("grants");
    let remove = |key: &str, what: &str| {
        Actions(vec![Action::post(staff, w.s(key), &format!("{path}/grant"), &[("what", what)])])
    };
    Some(match decision["reason"].as_str() {
        Some("exception" | "manual") => section.part(remove("exception-remove", "no-exception")).into(),
        Some("excluded") => section.part(remove("exclusion-remove", "no-exclusion")).into(),
        _ => {
            let why = EXCLUSIONS.map(|one| Choice::new(one, w.s(&format!("excluded-{}", one.replace('_', "-")))));
            let except = Form::new(staff, &format!("{path}/grant"), w.s("exception-add"))
                .field(Field::hidden("what", "exception"))
                .field(Field::text("note", w.s("why")).required().hint(w.s("exception-note-hint")))
                .tried(refused.of("exception"));
            let exclude = Form::new(staff, &format!("{path}/grant"), w.s("exclusion-add"))
                .field(Field::hidden("what", "exclusion"))
                .field(Field::new("exclusion_reason", w.s("exclusion-why"), Kind::Select(why.into())).of("reason"))
                .field(Field::text("exclusion_note", w.s("exclusion-note")).of("note"))
                .tried(refused.of("exclusion"));
            let section = section.part(except).part(exclude);
            let open = ["exception", "exclusion"].contains(&refused.form);
            if open { section.into() } else { section.folded().into() }
        }
    })
}

/// Who made an exception of them or excluded them, when and why, if anybody did.
async fn granted(staff: &Staff, listed: &Value) -> Option<Vec<(String, Option<String>)>> {
    let (w, list) = (staff.w, listed["list"].as_str()?);
    let reason = listed["reason"].as_str().map(|why| w.s(&format!("excluded-{}", why.replace('_', "-"))));
    let why = reason.into_iter().chain(listed["note"].as_str().map(str::to_owned)).collect::<Vec<_>>().join("; ");
    let by = Names::of(staff).await.name(staff, &text(listed, "by"));
    Some(vec![
        (w.s("state"), Some(w.s(if list == "exception" { "act-exception-add" } else { "act-exclusion-add" }))),
        (w.s("why"), Some(why)),
        (w.s("granted-by"), Some(by)),
        (w.s("when"), staff.time(&listed["at"])),
    ])
}

fn change(
    staff: &Staff,
    (code, who): (&str, &str),
    (told, known): (&Told, &Known<'_>),
    (open, refused): (bool, &Refused<'_>),
) -> Html {
    let (w, person) = (staff.w, &told.value);
    let form = Form::new(staff, &format!("{}/change", path(code, who)), w.s("save"))
        .field(Field::hidden("seen", &told.tag))
        .field(Field::text("name", w.s("name")).required().value(text(person, "name")))
        .field(Field::new("email", w.s("email"), Kind::Email).value(text(person, "email")))
        .field(Field::text("external_id", w.s("field-external-id")).value(text(person, "external_id")))
        .field(
            super::languages::field(w, "locale", w.s("field-language"), w.s("language-none"), &text(person, "locale"))
                .hint(w.s("people-language-note")),
        )
        .field(Known::was(person))
        .fields(known.fields(person))
        .fields(absent(w, refused.of("change")));
    // The operation asks whether somebody with the same address or name is meant; one person with two entries is merged.
    let tried = refused.of("change");
    let asked = tried.0.is_some_and(|(_, problem)| !problem.by_api);
    let form = match tried.about(&["same-address", "same-name"]).filter(|_| asked) {
        Some(about) => {
            let choices = vec![Choice::new("two_people", w.s("import-two-people"))];
            let label = w.s(&format!("import-{about}"));
            let field = Field::new(&about.replace('-', "_"), label, Kind::Checks(choices));
            form.field(field.hint(w.s("person-two-people-hint")))
        }
        None => form,
    };
    let form = form.tried(tried);
    let section = Section::new("change", w.s("person-change")).part(Text(w.s("person-change-text"))).part(form);
    if open || refused.form == "change" { section.into() } else { section.folded().into() }
}

fn erase(staff: &Staff, (code, who): (&str, &str), refused: &Refused<'_>) -> Html {
    let w = staff.w;
    let form = Form::new(staff, &format!("{}/erase", path(code, who)), w.s("erase"))
        .danger()
        .field(Field::text("again", w.s("erase-again")).required().hint(w.s("erase-hint")))
        .field(super::why::asked(w).required())
        .tried(refused.of("erase"));
    let section = Section::new("erase", w.s("erase")).part(Text(w.s("erase-text"))).part(form);
    if refused.form == "erase" { section.into() } else { section.folded().into() }
}

async fn done(
    staff: &Staff,
    (code, who): (&str, &str),
    fields: &Fields,
    told: Result<Told, Problem>,
    (form, said): (&'static str, &str),
) -> Response {
    match told {
        Ok(_) => staff.done(&path(code, who), said),
        Err(problem) => {
            let refused = Refused { form, tried: Tried(Some((fields, &problem))) };
            card(staff, (code, who), fields, &refused).await.unwrap_or_else(|response| response)
        }
    }
}

/// Issues to them whatever the rule says.
pub(super) async fn issue(Path((code, who)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "person": who, "reason": fields.get("reason") });
    let told = staff.post(&format!("/events/{}/issue-now", part(&code)), &fields, body).await;
    done(&staff, (&code, &who), &fields, told, ("issue", "issued-now")).await
}

/// Issues another certificate beside the first: a run over one person, whose page says what became of it.
pub(super) async fn retake(Path((code, who)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Generate) {
        return response;
    }
    let of_event = format!("/events/{}/participants/{}", part(&code), part(&who));
    let id = staff.get_if(&of_event).await.map(|person| text(&person, "id")).filter(|id| !id.is_empty());
    let body = json!({ "kind": "generate", "event": code, "again": true,
        "people": [id.unwrap_or_else(|| who.clone())] });
    let begun = |told: &Told| staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "run-started");
    match staff.before("/runs", &fields, &body).await {
        Ok(None) => {}
        Ok(Some(told)) => return begun(&told),
        Err(problem) => return done(&staff, (&code, &who), &fields, Err(problem), ("retake", "")).await,
    }
    // What would make nothing is said here, and no run is begun for it.
    if let Ok(preview) = staff.post("/runs/preview", &Fields::default(), body.clone()).await
        && preview.value["get_another"] == 0
    {
        let why = phrases::said(staff.w, preview.value["rows"][0]["why"].as_str().unwrap_or_default());
        let problem = Problem::conflict("nothing-new", staff.w.with("retake-none", [("why", why.into())]));
        return done(&staff, (&code, &who), &fields, Err(problem), ("retake", "")).await;
    }
    match staff.post("/runs", &fields, body).await {
        Ok(told) => begun(&told),
        problem => done(&staff, (&code, &who), &fields, problem, ("retake", "")).await,
    }
}

/// Makes an exception or an exclusion, or takes it away.
pub(super) async fn grant(Path((code, who)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    let event = format!("/events/{}", part(&code));
    let told = match fields.get("what") {
        "exception" => {
            let body = json!({ "person": who, "note": fields.get("note") });
            staff.post(&format!("{event}/exceptions"), &fields, body).await
        }
        "exclusion" => {
            let mut body = json!({ "person": who, "reason": fields.get("exclusion_reason") });
            if let Some(note) = fields.some("exclusion_note") {
                body["note"] = json!(note);
            }
            staff.post(&format!("{event}/exclusions"), &fields, body).await
        }
        "no-exception" => {
            staff.ask(Method::DELETE, &format!("{event}/exceptions/{}", part(&who)), Ask::default()).await
        }
        _ => staff.ask(Method::DELETE, &format!("{event}/exclusions/{}", part(&who)), Ask::default()).await,
    };
    let form = match fields.get("what") {
        "exception" => "exception",
        "exclusion" => "exclusion",
        _ => "",
    };
    done(&staff, (&code, &who), &fields, told, (form, "saved")).await
}

/// Changes what is known of them.
pub(super) async fn save(Path((code, who)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    let mut body = Map::new();
    for name in ["name", "email", "external_id", "locale"] {
        body.insert(name.to_owned(), json!(fields.get(name)));
    }
    let path = format!("/events/{}", part(&code));
    let event = staff.get_if(&path).await.unwrap_or_default();
    match Known::of(&staff, &path, &event).await.read(&fields) {
        Ok(said) => said.into_body(&mut body),
        Err(problem) => return done(&staff, (&code, &who), &fields, Err(problem), ("change", "")).await,
    }
    let said = written(["same_address", "same_name", "absent"].map(|name| (name, fields.get(name))));
    let to = format!("/events/{}/participants/{}?{said}", part(&code), part(&who));
    let to = to.trim_end_matches('?');
    let told = staff.send(Method::PATCH, to, &fields, Value::Object(body)).await;
    let told =
        told.map_err(|problem| shared(&staff, super::people::plain_email(&staff, &fields, plainly(staff.w, problem))));
    done(&staff, (&code, &who), &fields, told, ("change", "saved")).await
}

/// What the API asks about two people is asked on the card, in its words; of two who cannot be told apart nothing is asked.
fn shared(staff: &Staff, mut problem: Problem) -> Problem {
    let about = ["same-address", "same-name"].into_iter().find(|code| problem.code == *code);
    if let Some(code) = about {
        problem.detail = staff.w.s(&format!("person-{code}"));
        problem.by_api = false;
    }
    problem
}

/// Erases them from an event, once their name was typed.
pub(super) async fn erase_them(Path((code, who)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    // Before anything is said of the form: whoever may not has none.
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let of_event = format!("/events/{}/participants/{}", part(&code), part(&who));
    let name = staff.get_if(&of_event).await.map(|person| text(&person, "name")).unwrap_or_default();
    if name.is_empty() || fields.get("again").to_lowercase() != name.to_lowercase() {
        let errors = vec![FieldProblem { field: "again".to_owned(), detail: staff.w.s("erase-not-confirmed") }];
        let problem = Problem::unprocessable("not-confirmed", staff.w.s("form-look")).with_errors(errors);
        return done(&staff, (&code, &who), &fields, Err(problem), ("erase", "")).await;
    }
    if let Err(problem) = super::why::needed(staff.w, &fields, super::why::WHY) {
        return done(&staff, (&code, &who), &fields, Err(problem), ("erase", "")).await;
    }
    match staff.post(&format!("{of_event}/erase"), &fields, json!({})).await {
        Ok(_) => staff.done(&format!("/events/{}/people", part(&code)), "erased"),
        Err(problem) => done(&staff, (&code, &who), &fields, Err(problem), ("erase", "")).await,
    }
}
