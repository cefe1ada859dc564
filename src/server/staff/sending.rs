//! An event's page "Send": what its letters say, to whom a run sends them, and what the event settles about mail.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::events::{text, trail};
use super::form::{Fields, part, query, written};
use super::inside::{Answer, Sent, Staff};
use super::ui::{
    Action, Actions, Cell, Choice, Facts, Field, Form, Html, Kind, LetterHtml, Page, Picture, Section, Table, Text,
    Tone, Tried,
};
use super::within::Told;
use super::words::Words;
use super::{letter_texts, one_time, phrases};
use crate::accounts::Permission;
use crate::server::Problem;
use crate::server::problem::FieldProblem;

/// Shows an event's letter as it would go, and asks whether to send it.
pub(super) async fn look(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    sending(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

pub(super) async fn sending(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let event = staff.get(&path).await?;
    let told = staff.told(&format!("{path}/mail")).await?;
    let mail = staff.get("/mail").await?;
    let waits = Waits::asked(staff, code, &told.value).await;
    let mut page = Page::new(w.s("step-send"))
        .trail(trail(staff, code, &event))
        .said(w, asked)
        .lead(w.count("send-lead", waits.first));
    if waits.newer > 0 {
        page = page.notice(Tone::Amber, w.count("send-newer-wait", waits.newer));
    }
    // What is wrong with the settings, or with a text, stands in their forms.
    let has_forms = staff.may(Permission::Send) && mail["set_up"] == true;
    let settled = has_forms && tried.0.is_some_and(|(fields, _)| !fields.get("kept").is_empty());
    let of_text = has_forms && letter_texts::is_its_form(asked);
    if let Some((_, problem)) = tried.0.filter(|_| !settled && !of_text) {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    if of_text {
        let (tone, said) = match tried.0 {
            Some(_) => (Tone::Red, "letter-text-refused"),
            None => (Tone::Grey, "letter-text-below"),
        };
        let way = Action::link(w.s("letter-texts"), "#texts".to_owned());
        page = page.notice(tone, w.s(said)).part(Actions(vec![way]));
    }
    if settled {
        // The form is far below: whoever sent it sees here that it was refused, and the way there.
        let way = Action::link(w.s("send-settings"), "#settings".to_owned());
        page = page.notice(Tone::Red, w.s("send-settings-refused")).part(Actions(vec![way]));
    }
    if mail["set_up"] != true {
        page = page.notice(Tone::Amber, w.s("mail-off"));
    }
    if mail["set_up"] == true && mail["links"] != true {
        page = page.notice(Tone::Amber, w.s("send-no-links"));
        let say = Action::link(w.s("address-change"), staff.at("/settings/address"));
        page = page.part_if(staff.may(Permission::Settings).then(|| Actions(vec![say])));
    }
    let over = waits.shown_over(asked.some("over")).filter(|_| mail["set_up"] == true);
    page = page.part_if(without_address(staff, &path, &told.value)).part(letter(staff, &path, asked, over).await);
    if has_forms {
        let own = if settled { tried } else { &Tried::NEW };
        page = page.part(start(staff, &path, &waits, asked));
        page = page.part(one_time::section(staff, &path, waits.to_whom(staff.w), asked));
        page = page.part(letter_texts::section(staff, &path, (&told.tag, &told.value["mail"]), asked, tried).await);
        page = page.part(settings(staff, &path, (&told.tag, &told.value["mail"]), own));
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Lists who has a certificate and no address: they get nothing, and should be seen before anybody thinks that all have theirs.
fn without_address(staff: &Staff, path: &str, told: &Value) -> Option<Html> {
    let w = staff.w;
    let count = told["without_address"].as_u64().filter(|count| *count > 0)?;
    let row = |one: &Value| {
        let number = text(one, "number");
        let certificate = staff.at(&format!("/certificates/{}", part(&number)));
        // An address is entered on their card.
        let card = match text(one, "person") {
            id if id.is_empty() => certificate.clone(),
            id => staff.at(&format!("{path}/people/{}", part(&id))),
        };
        vec![Cell::link(text(one, "name"), card), Cell::link(number, certificate)]
    };
    let people = told["people_without_address"].as_array().map_or(&[][..], Vec::as_slice);
    let table = Table {
        caption: w.count("send-without", count),
        heads: [w.s("name"), w.s("certificate")].into(),
        rows: people.iter().map(row).collect(),
        empty: String::new(),
        next: None,
    };
    let section = Section::new("without", w.count("send-without", count)).part(Text(w.s("send-without-text")));
    Some(section.part(table).into())
}

/// Shows the letter as the first of those gets it over whom a run would go, or whoever is asked for.
async fn letter(staff: &Staff, path: &str, asked: &Fields, over: Option<&str>) -> Html {
    let (w, person) = (staff.w, asked.some("person"));
    let another = Form::filter(staff, &format!("{path}/send"), w.s("send-preview-do"))
        .field(Field::text("person", w.s("send-preview-whom")).value(person.unwrap_or_default()));
    let section = Section::new("letter", w.s(if person.is_some() { "send-preview-one" } else { "send-preview" }));
    let body = json!({ "person": person, "over": over.filter(|_| person.is_none()) });
    match staff.post(&format!("{path}/mail/preview"), &Fields::default(), body).await {
        Ok(told) => {
            // What is attached is seen beside what is said.
            let theirs = text(&told.value, "person");
            let query = written([("person", person.unwrap_or(&theirs))]);
            let src = staff.at(&format!("{path}/specimen.png?{query}"));
            let attached = Picture { src, alt: w.s("send-preview-certificate") };
            let section = as_it_goes(w, section.part(another), &told.value, "letter");
            section.part(Text(w.s("send-preview-certificate"))).part(attached).into()
        }
        Err(problem) => section.part(another).part(Text(phrases::problem(w, &problem).text)).into(),
    }
}

/// Shows a letter as it goes.
pub(super) fn as_it_goes(w: &Words, section: Section, letter: &Value, id: &str) -> Section {
    let facts = Facts::known([
        (w.s("mail-from"), Some(text(letter, "from"))),
        (w.s("mail-to"), Some(text(letter, "to"))),
        (w.s("mail-subject"), Some(text(letter, "subject"))),
        (w.s("mail-attached"), Some(w.s(if letter["attached"] == true { "yes" } else { "no" }))),
    ]);
    let section = match letter["stands_in"] == true {
        true => section.part(Text(w.s("send-stands-in"))),
        false => section,
    };
    let (language, said) = (text(letter, "language"), text(letter, "text"));
    let section = section.part(facts).part(super::ui::Letter(said.clone()));
    let as_html =
        Section::new(&format!("{id}-html"), w.s("send-as-html")).part(LetterHtml::of(&language, &said)).folded();
    section.part(as_html)
}

/// Those over whom a run can send, as they are shown before it does.
pub(super) struct Group {
    over: &'static str,
    pub(super) count: u64,
    /// The names of the first two.
    names: Vec<String>,
    /// What it is known by: where it is known by something else, it is shown anew.
    set: String,
}

impl Group {
    /// Returns the fields of a form that confirm it: how many were shown, and who.
    pub(super) fn fields(&self) -> [Field; 2] {
        [
            Field::hidden(counted(self.over), self.count.to_string()),
            Field::hidden(&format!("set_{}", self.over), self.set.as_str()),
        ]
    }

    /// Names the first two.
    pub(super) fn named(&self, staff: &Staff) -> Text {
        Text(super::choice::names(staff, &self.names))
    }

    /// Returns those whose last message of an event reached nobody, and to whom it can go once more; nothing where there are none.
    async fn failed(staff: &Staff, code: &str) -> Option<Self> {
        let event = code.to_uppercase();
        let wanted = written([("event", event.as_str()), ("in_vain", "all"), ("limit", "1")]);
        let any = staff.get_if(&format!("/mail/messages?{wanted}")).await?;
        // Most events have none, and are not gone through.
        super::home::items(&any).first()?;
        let body = json!({ "kind": "send", "event": event, "over": FAILED });
        let told = staff.post("/runs/preview", &Fields::default(), body).await.ok()?.value;
        let count = told["sends"].as_u64().filter(|count| *count > 0)?;
        let rows = told["rows"].as_array().into_iter().flatten().filter(|row| row["effect"] == "sends");
        let names = rows.take(2).map(|row| text(row, "name")).collect();
        Some(Self { over: FAILED, count, names, set: text(&told, "set") })
    }
}

/// Returns the field that says how many were shown.
fn counted(over: &str) -> &'static str {
    match over {
        "newer_version" => "newer",
        FAILED => FAILED,
        _ => "count",
    }
}

/// Those whose last message reached nobody.
const FAILED: &str = "failed";
/// Over whom a run can send, in the order in which it is offered.
const OVER: [&str; 3] = ["those_without", "newer_version", FAILED];

/// Who waits for a message: without one, with one of an earlier version, and where the last one reached nobody.
pub(super) struct Waits {
    first: u64,
    newer: u64,
    groups: Vec<Group>,
}

impl Waits {
    /// Returns who waits, of what is told of an event's mail and of what came back.
    pub(super) async fn asked(staff: &Staff, code: &str, told: &Value) -> Self {
        let count = |member: &str| told[member].as_u64().unwrap_or_default();
        let known = told["groups"].as_array().into_iter().flatten();
        let group = |one: &Value| {
            let over = OVER.into_iter().find(|over| one["over"] == *over)?;
            let names = one["names"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let count = one["count"].as_u64().unwrap_or_default();
            Some(Group { over, count, names: names.map(str::to_owned).collect(), set: text(one, "set") })
        };
        let groups = known.filter_map(group).chain(Group::failed(staff, code).await).collect();
        Self { first: count("would_send"), newer: count("newer_version"), groups }
    }

    /// Returns those over whom a run goes, where they are known.
    pub(super) fn over(&self, over: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.over == over)
    }

    /// Returns over whom a letter is shown: those who were chosen, or who are offered first; nobody in particular where no one waits.
    fn shown_over(&self, asked: Option<&str>) -> Option<&'static str> {
        let waits = |over: &&str| self.over(over).is_some_and(|group| group.count > 0);
        let offered = &OVER[..2];
        let mut waiting = offered.iter().copied().filter(waits);
        let chosen = offered.iter().copied().filter(waits).find(|over| asked == Some(*over));
        chosen.or_else(|| waiting.next())
    }

    /// Returns to whom a run can send, each with how many and the first names. Where nobody waits for one, no button offers to send
    /// none.
    fn to_whom(&self, w: &Words) -> Vec<Choice> {
        let is_offered = |over: &&str| self.over(over).is_none_or(|group| group.count > 0);
        OVER.into_iter().filter(is_offered).map(|one| Choice::new(one, self.said(w, one))).collect()
    }

    fn said(&self, w: &Words, over: &str) -> String {
        let what = w.s(&format!("send-{}", over.replace('_', "-")));
        match self.over(over).filter(|group| !group.names.is_empty()) {
            Some(group) => {
                let names = group.names.join(", ");
                w.with("send-who", [("what", what.into()), ("count", group.count.into()), ("names", names.into())])
            }
            None => what,
        }
    }
}

fn start(staff: &Staff, path: &str, waits: &Waits, asked: &Fields) -> Html {
    let w = staff.w;
    let test = Action::post(staff, w.s("send-test"), &format!("{path}/send/test"), &[]);
    let over = waits.to_whom(w);
    let (first, submit) = match *waits {
        Waits { first: 0, newer: 0, .. } => (FAILED, w.s("send-failed-do")),
        Waits { first: 0, newer, .. } => ("newer_version", w.count("send-start", newer)),
        Waits { first, newer: 0, .. } => ("those_without", w.count("send-start", first)),
        // How many depends on what is chosen.
        _ => ("those_without", w.s("step-send")),
    };
    let nobody = first == FAILED;
    // A form that was refused goes on from what was said in it.
    let wanted = asked.some("over").filter(|wanted| over.iter().any(|one| one.value == *wanted));
    let form = Form::new(staff, &format!("{path}/send"), submit)
        .field(Field::new("over", w.s("send-over"), Kind::Radios(over)).value(wanted.unwrap_or(first)))
        .field(Field::new("day", w.s("send-day"), Kind::Date).value(asked.get("day")).hint(w.s("send-day-hint")))
        .fields(waits.groups.iter().flat_map(Group::fields));
    let section = Section::new("start", w.s(if nobody { "send-failed" } else { "step-send" }));
    let section = section.part(form).part(Actions(vec![test]));
    if nobody { section.folded().into() } else { section.into() }
}

fn addresses(all: &Value) -> String {
    all.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

/// What participants are told of besides their certificates, where somebody wants that; nothing of it is on by itself.
const TOLD: [&str; 4] = ["tell_revoked", "tell_replaced", "tell_corrections", "opens"];

/// The switches of what participants are told, and the days before the end when they are reminded.
fn told_to_people(w: &Words, mail: &Value) -> Vec<Field> {
    let switch = |name: &str| {
        let key = format!("mail-{}", name.replace('_', "-"));
        let field = Field::new(name, w.s(&key), Kind::Check).value(if mail[name] == true { "yes" } else { "" });
        match w.if_any(&format!("{key}-hint")) {
            Some(hint) => field.hint(hint),
            None => field,
        }
    };
    let days = mail["remind_days"].as_u64().map(|days| days.to_string()).unwrap_or_default();
    let remind = Field::text("remind_days", w.s("mail-remind-days")).value(days).hint(w.s("mail-remind-days-hint"));
    TOLD.into_iter().map(switch).chain([remind]).collect()
}

fn settings(staff: &Staff, path: &str, (seen, mail): (&str, &Value), tried: &Tried<'_>) -> Html {
    let w = staff.w;
    let when = ["by_hand", "with_issuing"].map(|one| Choice::new(one, w.s(&format!("send-{}", one.replace('_', "-")))));
    let form = Form::new(staff, &format!("{path}/send/settings"), w.s("save"))
        .field(Field::hidden("seen", seen))
        .field(Field::hidden("kept", mail.to_string()))
        .field(Field::new("when", w.s("send-when"), Kind::Radios(when.into())).value(text(mail, "when")))
        .field(Field::new("attach", w.s("send-attach"), Kind::Check).value(if mail["attach"] == true {
            "yes"
        } else {
            ""
        }))
        .field(
            Field::new("run_notices", w.s("mail-run-notices"), Kind::Check)
                .value(if mail["run_notices"] == false { "" } else { "yes" })
                .hint(w.s("mail-run-notices-hint")),
        )
        .field(
            Field::text("notify", w.s("mail-notify")).value(addresses(&mail["notify"])).hint(w.s("mail-notify-hint")),
        )
        .fields(told_to_people(w, mail))
        .field(Field::text("from", w.s("mail-from")).value(text(mail, "from")))
        .field(Field::text("reply_to", w.s("mail-reply")).value(text(mail, "reply_to")))
        .tried(tried);
    let section = Section::new("settings", w.s("send-settings")).part(form);
    if tried.0.is_some() { section.into() } else { section.folded().into() }
}

/// Starts the run that sends.
pub(super) async fn send(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Send) {
        return response;
    }
    let over = fields.some("over").unwrap_or("those_without");
    let own = one_time::said(&fields);
    if let Some(own) = own.as_ref().filter(|own| !one_time::was_shown(&fields, own)) {
        return match one_time::shown(&staff, &code, (&fields, own)).await {
            Ok(page) => page,
            Err(problem) => refused(&staff, &code, &fields, problem).await,
        };
    }
    let mut body = json!({ "kind": "send", "event": code.to_uppercase(), "over": over, "mail": own });
    if over == FAILED {
        // The run itself looks whether they are those that were shown.
        body["expected"] = json!(fields.some("set_failed"));
    }
    if let Some(day) = fields.some("day") {
        let Ok(day) = day.parse::<jiff::civil::Date>() else {
            let problem = Problem::unprocessable("bad-request", staff.w.s("send-bad-day"));
            return refused(&staff, &code, &fields, problem).await;
        };
        body["not_before"] = json!(staff.zone.first_second(day).to_string());
    }
    let begun = |told: &Told| staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "run-started");
    // By then fewer wait, since the first time has sent to them.
    match staff.before("/runs", &fields, &body).await {
        Ok(None) => {}
        Ok(Some(told)) => return begun(&told),
        Err(problem) => return refused(&staff, &code, &fields, problem).await,
    }
    if let Some(problem) = changed(&staff, &code, (over, &fields)).await {
        return refused(&staff, &code, &fields, problem).await;
    }
    match staff.post("/runs", &fields, body).await {
        Ok(told) => begun(&told),
        Err(problem) => refused(&staff, &code, &fields, super::batch::told(&staff, problem)).await,
    }
}

/// Says that others wait by now than were shown: more, fewer, or as many. Who takes out of the form what it confirms, confirms nothing.
async fn changed(staff: &Staff, code: &str, (over, fields): (&str, &Fields)) -> Option<Problem> {
    let told = staff.get_if(&format!("/events/{}/mail", part(code))).await?;
    let waits = Waits::asked(staff, code, &told).await;
    let expected: u64 = fields.get(counted(over)).parse().unwrap_or_default();
    let is_shown = |group: &&Group| fields.get(&format!("set_{over}")) == group.set && expected == group.count;
    let group = waits.over(over).filter(|group| !is_shown(group))?;
    let said = match expected == group.count {
        true => staff.w.s("generate-others"),
        false => staff.w.with("generate-changed", [("expected", expected.into()), ("now", group.count.into())]),
    };
    Some(Problem::conflict("changed", said))
}

pub(super) async fn refused(staff: &Staff, code: &str, fields: &Fields, problem: Problem) -> Response {
    let tried = Tried(Some((fields, &problem)));
    sending(staff, code, fields, &tried).await.unwrap_or_else(|response| response)
}

/// Sends a letter to who asks.
pub(super) async fn test(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    match staff.post(&format!("{path}/mail/test"), &fields, json!({})).await {
        Ok(_) => staff.done(&format!("{path}/send"), "test-sent"),
        Err(problem) => refused(&staff, &code, &fields, problem).await,
    }
}

/// Settles what an event says of mail.
pub(super) async fn settle(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    // What the form does not ask about stays as it was.
    let mut mail: Value = serde_json::from_str(fields.get("kept")).unwrap_or_else(|_| json!({}));
    if !mail.is_object() {
        mail = json!({});
    }
    mail["when"] = json!(fields.some("when").unwrap_or("by_hand"));
    mail["attach"] = json!(fields.on("attach"));
    mail["run_notices"] = json!(fields.on("run_notices"));
    for name in TOLD {
        mail[name] = json!(fields.on(name));
    }
    mail["remind_days"] = match fields.some("remind_days").map(str::parse::<u16>) {
        None => Value::Null,
        Some(Ok(days @ 1..=365)) => json!(days),
        Some(_) => {
            let errors =
                vec![FieldProblem { field: "remind_days".to_owned(), detail: staff.w.s("mail-remind-days-bad") }];
            let problem = Problem::unprocessable("bad-number", staff.w.s("form-look")).with_errors(errors);
            return refused(&staff, &code, &fields, problem).await;
        }
    };
    let notify = fields.get("notify").split([',', ';', ' ']).map(str::trim).filter(|one| !one.is_empty());
    mail["notify"] = notify.collect::<Vec<_>>().into();
    for name in ["from", "reply_to"] {
        mail[name] = fields.some(name).map_or(Value::Null, |value| json!(value));
    }
    match staff.send(Method::PUT, &format!("{path}/mail"), &fields, mail).await {
        Ok(_) => staff.done(&format!("{path}/send"), "saved"),
        Err(problem) => refused(&staff, &code, &fields, problem).await,
    }
}
