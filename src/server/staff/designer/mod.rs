//! The designer: a template made by hand, by mouse, by keyboard, or by numbers alone. The picture is the page that would become the PDF,
//! drawn by the service; a script lays handles over it, and without script each element has its form.

mod beside;
mod fields;
pub(super) mod list;
mod sheet;

use axum::extract::{Path, State};
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

pub(super) use self::beside::show as beside;
pub(super) use self::fields::member_said;
use self::list::Sought;
use self::sheet::Context;
pub(super) use self::sheet::label as element_said;
use super::events::text;
use super::form::{Fields, part, parts, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff, see};
use super::parts::Sure;
use super::ui::{Cell, Choice, Crumb, Field, Form, Kind, Page, Section, Table, Text, Tone, Tried};
use super::within::{Ask, Told};
use super::words::Words;
use crate::accounts::Permission;
use crate::server::{App, Problem};
use crate::store::OWN_TEMPLATE;
use crate::template::{FIRST_LANGUAGE, spoken};

/// What a picture or font can be.
const KINDS: &str = ".png,.jpg,.jpeg,.svg,.pdf,.ttf,.otf,.woff,.woff2";
/// Templates that one can begin from.
const MOST_TEMPLATES: usize = 500;
/// Events that a field offers.
const MOST_EVENTS: usize = 200;

fn at(id: &str) -> String {
    format!("/template-designs/{}", part(id))
}

fn trail(staff: &Staff) -> Crumb {
    staff.crumb(staff.w.s("nav-templates"), "/templates")
}

/// Lists one's own designs, and asks what another is to begin from.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    staff.needs(Permission::Import)?;
    page_of_all(&staff, &query(uri.query()), [&Tried::NEW, &Tried::NEW]).await
}

/// The page with its two forms, and what became of each.
async fn page_of_all(staff: &Staff, asked: &Fields, [tried, brought]: [&Tried<'_>; 2]) -> Answer {
    let w = staff.w;
    let all = staff.get("/template-designs").await?;
    let row = |one: &Value| {
        let about = match (one["of"].as_str(), one["event"].as_str()) {
            (Some(name), _) => w.with("design-next-of", [("name", name.to_owned().into())]),
            (None, Some(event)) => w.with("template-of-event", [("event", event.to_owned().into())]),
            _ => w.s("design-new-one"),
        };
        let href = staff.at(&at(&text(one, "id")));
        vec![
            Cell::link(text(one, "title"), href),
            Cell::text(about),
            Cell::text(staff.time(&one["changed"]).unwrap_or_default()),
        ]
    };
    let table = Table {
        caption: w.s("design-mine"),
        heads: [w.s("template-title"), w.s("template-kind"), w.s("design-changed")].into(),
        rows: items(&all).iter().map(row).collect(),
        empty: w.s("design-none"),
        next: None,
    };
    let begin = Section::new("begin", w.s("design-begin")).part(beginning(staff, asked).await?.tried(tried));
    let page = Page::new(w.s("design-title")).trail([trail(staff)]).lead(w.s("design-lead")).said(w, asked);
    let file = Section::new("from-file", w.s("design-from-file")).part(bringing(staff, asked).tried(brought));
    let mine = Section::new("mine", w.s("design-mine")).part(table);
    let status = if brought.0.is_some() { brought.status() } else { tried.status() };
    Ok(staff.page_with(status, &page.part(begin).part(file).part(mine)))
}

/// Asks for the file that a design was taken along as.
fn bringing(staff: &Staff, asked: &Fields) -> Form {
    let w = staff.w;
    let query = written([("event", asked.get("event"))]);
    let mark = if query.is_empty() { "" } else { "?" };
    Form::new(staff, &format!("/template-designs/from-file{mark}{query}"), w.s("design-bring"))
        .field(
            Field::new("files", w.s("template-files"), Kind::Files(super::designs::KINDS))
                .required()
                .hint(w.s("design-from-file-hint")),
        )
        .apart("bring")
}

/// Begins a design with a file.
pub(super) async fn bring(State(app): State<App>, uri: Uri, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let asked = query(uri.query());
    let told = match super::designs::one_file(&staff, &fields, &app) {
        Ok(file) => {
            let (kind, body) = parts(std::iter::empty(), &[&file]);
            let query = written([("event", asked.get("event"))]);
            let ask = Ask { once: fields.some("once"), body: Some((&kind, body)), ..Ask::default() };
            staff.ask(Method::POST, &format!("/template-designs/from-file?{query}"), ask).await
        }
        Err(problem) => Err(problem),
    };
    match told {
        Ok(told) => see(&staff.at(&begun(&told, &asked))),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page_of_all(&staff, &asked, [&Tried::NEW, &tried]).await.unwrap_or_else(|response| response)
        }
    }
}

/// Returns where a design that was begun is shown, for the event that it was begun for.
fn begun(told: &Told, asked: &Fields) -> String {
    let query = written([("event", asked.get("event"))]);
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{query}", at(&text(&told.value, "id")))
}

async fn beginning(staff: &Staff, asked: &Fields) -> Result<Form, Response> {
    let (w, event) = (staff.w, asked.get("event"));
    let templates = staff.get(&format!("/templates?limit={MOST_TEMPLATES}&for=any")).await?;
    let mut from = vec![Choice::new("", w.s("design-from-nothing"))];
    from.extend(items(&templates).iter().map(|one| {
        let name = text(one, "name");
        let picture = staff.at(&format!("/templates/{}/picture.png", part(&name)));
        Choice::new(name.clone(), name).picture(picture)
    }));
    let pages = [("A4", "landscape"), ("A4", "portrait"), ("Letter", "landscape"), ("Letter", "portrait")];
    let mut pages: Vec<Choice> = pages
        .map(|(size, way)| Choice::new(format!("{size} {way}"), format!("{size}, {}", w.s(&format!("design-{way}")))))
        .into();
    pages.extend(["card", "badge"].map(|small| Choice::new(small, w.s(&format!("design-page-{small}")))));
    // What is of one event's own can be begun from for another's.
    let events = staff.get(&format!("/events?limit={MOST_EVENTS}")).await?;
    let mut whose = vec![Choice::new("", w.s("design-for-all"))];
    whose.extend(
        items(&events)
            .iter()
            .map(|one| Choice::new(text(one, "code"), format!("{} ({})", text(one, "title"), text(one, "code")))),
    );
    Ok(Form::new(staff, "/template-designs", w.s("design-start"))
        .field(Field::new("event", w.s("design-for"), Kind::Select(whose)).hint(w.s("design-for-hint")).value(event))
        .field(Field::new("from", w.s("design-from"), Kind::Radios(from)).value(asked.get("from")))
        .field(words_of_built_in(w, asked))
        .field(
            Field::new("next", w.s("design-next"), Kind::Check).hint(w.s("design-next-hint")).value(asked.get("next")),
        )
        .field(Field::heading(w.s("design-empty-page")))
        .field(Field::text("title", w.s("template-title")).hint(w.s("design-title-hint")))
        .field(Field::new("page", w.s("template-page"), Kind::Select(pages)))
        .field(Field::text("language", w.s("field-language")).value(w.language).hint(w.s("design-language-hint"))))
}

/// Asks in which language a built-in template is begun from.
fn words_of_built_in(w: &Words, asked: &Fields) -> Field {
    let now = asked.some("words").or_else(|| spoken(w.language)).unwrap_or(FIRST_LANGUAGE);
    super::languages::words_field(w, now).hint(w.s("design-words-hint"))
}

/// Returns the name of what is begun from: a built-in template in the language that was chosen for its words.
async fn begun_from(staff: &Staff, name: &str, words: &str) -> String {
    let told = staff.get_if(&format!("/templates/{}", part(name))).await.unwrap_or_default();
    let template = &told["template"];
    let speaks = template["languages"].as_array().is_some_and(|all| all.iter().any(|one| one == words));
    if template["built_in"] == true && speaks { format!("{name}.{words}") } else { name.to_owned() }
}

/// Begins a design.
pub(super) async fn begin(Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let mut body = json!({});
    if let Some(event) = fields.some("event") {
        body["event"] = json!(event);
    }
    if let Some(from) = fields.some("from") {
        body["from"] = json!(begun_from(&staff, from, fields.get("words")).await);
    }
    match fields.some("from") {
        Some(_) => body["next"] = json!(fields.on("next")),
        None => {
            match fields.get("page") {
                small @ ("card" | "badge") => body["for"] = json!(small),
                page => {
                    let (size, way) = page.split_once(' ').unwrap_or(("A4", "landscape"));
                    body["page"] = json!({ "size": size, "orientation": way });
                }
            }
            for member in ["title", "language"] {
                body[member] = json!(fields.get(member));
            }
        }
    }
    match staff.post("/template-designs", &fields, body).await {
        Ok(told) => see(&staff.at(&begun(&told, &fields))),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page_of_all(&staff, &fields, [&tried, &Tried::NEW]).await.unwrap_or_else(|response| response)
        }
    }
}

/// Shows a design.
pub(super) async fn show(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    staff.needs(Permission::Import)?;
    page(&staff, &id, &query(uri.query()), None).await
}

/// The page of a design; `refused`: what was sent, and what was wrong with it.
async fn page(staff: &Staff, id: &str, asked: &Fields, refused: Option<(&Fields, &Problem)>) -> Answer {
    let w = staff.w;
    let mut context = Context::of(id, asked);
    let mut told = staff.ask(Method::GET, &path_of(id, &context), Ask::default()).await;
    // Who was looked for by something else than an address or id.
    if told.as_ref().is_err_and(|problem| problem.code == "no-such-participant")
        && let Some(seeks) = context.seeks()
    {
        let sought = list::sought(staff, &at(id), seeks).await.map_err(|problem| staff.failed(&problem))?;
        match sought {
            Sought::One(person) => context = context.of_person(&person),
            Sought::Some(found, more) => {
                context = context.of_person("");
                context.found = (found, more);
            }
            Sought::Nobody => {}
        }
        told = staff.ask(Method::GET, &path_of(id, &context), Ask::default()).await;
    }
    let told = match told {
        Ok(told) => told,
        // Whom it is drawn for is not there: it is drawn for nobody, and that is told.
        Err(problem) if !context.whom.is_empty() => {
            staff.get(&at(id)).await?;
            let page = Page::new(w.s("design-title")).trail([trail(staff)]).problem(Tone::Red, w, &problem);
            return Ok(staff.page_with(status(&problem), &page.link(w.s("design-back"), staff.at(&at(id)))));
        }
        Err(problem) => return Err(staff.failed(&problem)),
    };
    let title = text(&told.value, "title");
    let events = staff.get(&format!("/events?limit={MOST_EVENTS}")).await?;
    let tries = match asked.get("event") {
        "" => Vec::new(),
        event => super::library::tries(staff, event, &Fields::default()).await?,
    };
    let sheet = sheet::sheet(staff, &context, &told, (refused, &events, &tries));
    let mine = staff.crumb(w.s("design-title"), "/template-designs");
    let page = Page::new(title).trail([trail(staff), mine]).said(w, asked).part(sheet);
    Ok(staff.page_with(refused.map_or(axum::http::StatusCode::OK, |(_, problem)| status(problem)), &page))
}

/// Returns where the API shows a design for whom it is drawn.
fn path_of(id: &str, context: &Context) -> String {
    let mark = if context.whom.is_empty() { "" } else { "?" };
    format!("{}{mark}{}", at(id), context.whom)
}

fn status(problem: &Problem) -> axum::http::StatusCode {
    axum::http::StatusCode::from_u16(problem.status).unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR)
}

/// The page that would become the PDF, as a picture.
pub(super) async fn drawing(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    staff.needs(Permission::Import)?;
    let whom = Context::of(&id, &query(uri.query())).whom;
    staff.pass(&format!("{}/page?{whom}", at(&id))).await
}

/// Changes a design, and shows it.
pub(super) async fn change(Path(id): Path<String>, uri: Uri, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let asked = query(uri.query());
    match changed(&staff, &id, &fields).await {
        Ok(told) => see(&staff.at(&Context::of(&id, &asked).after(&told))),
        Err(problem) => shown_again(&staff, &id, &asked, (&fields, &problem)).await,
    }
}

async fn shown_again(staff: &Staff, id: &str, asked: &Fields, (fields, problem): (&Fields, &Problem)) -> Response {
    let mut texts: Vec<(String, String)> =
        asked.texts().filter(|(name, _)| *name != "pick").map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    texts.extend(fields.all("pick").map(|pick| ("pick".to_owned(), pick.to_owned())));
    texts.extend(fields.some("element").map(|one| ("pick".to_owned(), one.to_owned())));
    page(staff, id, &Fields::of(texts), Some((fields, problem))).await.unwrap_or_else(|response| response)
}

/// Asks for what a form says.
async fn changed(staff: &Staff, id: &str, fields: &Fields) -> Result<Told, Problem> {
    let path = at(id);
    // What was seen says enough: sent twice, it is not what is there any more.
    let ask = |body: Option<Value>| Ask {
        seen: fields.some("seen"),
        once: None,
        why: None,
        before: false,
        body: body.map(|body| ("application/json", body.to_string().into())),
    };
    let act = fields.get("act");
    if let "undo" | "redo" = act {
        return staff.ask(Method::POST, &format!("{path}/{act}"), ask(None)).await;
    }
    let changes = match act {
        "changes" => serde_json::from_str(fields.get("changes")).unwrap_or(Value::Null),
        _ => {
            let told = staff.ask(Method::GET, &path, Ask::default()).await?;
            fields::operations(staff.w, &told.value, fields)?
        }
    };
    staff.ask(Method::POST, &format!("{path}/changes"), ask(Some(json!({ "changes": changes })))).await
}

/// Puts a picture or font into a design.
pub(super) async fn add_file(Path(id): Path<String>, uri: Uri, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let asked = query(uri.query());
    let told = match fields.file("file") {
        Some(file) => {
            let (usage, place) = fields.get("as").split_once(' ').unwrap_or((fields.get("as"), ""));
            let (element, person) = place.split_once(' ').unwrap_or((place, ""));
            let (x, y) = (fields.get("x"), fields.get("y"));
            let texts = [("as", usage), ("element", element), ("person", person), ("x", x), ("y", y)];
            let (kind, body) = parts(texts.into_iter().filter(|(_, text)| !text.is_empty()), &[file]);
            let ask =
                Ask { seen: fields.some("seen"), once: None, why: None, before: false, body: Some((&kind, body)) };
            staff.ask(Method::POST, &format!("{}/files", at(&id)), ask).await
        }
        None => staff
            .ask(Method::GET, &at(&id), Ask::default())
            .await
            .and(Err(Problem::bad_request("no-file", staff.w.s("design-no-file")))),
    };
    match told {
        Ok(told) => see(&staff.at(&Context::of(&id, &asked).after(&told))),
        Err(problem) => shown_again(&staff, &id, &asked, (&fields, &problem)).await,
    }
}

/// Tries a design with every name of an event's list.
pub(super) async fn names(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    staff.needs(Permission::Import)?;
    let (w, asked) = (staff.w, query(uri.query()));
    let design = staff.get(&at(&id)).await?;
    let event = asked.get("event");
    let mut page = Page::new(w.s("design-names")).trail([trail(&staff), staff.crumb(text(&design, "title"), &at(&id))]);
    if event.is_empty() {
        page = page.part(Text(w.s("design-names-which")));
    } else {
        let range = list::range(&asked);
        let query = written([("event", event)].into_iter().chain(range.iter().map(|(name, value)| (*name, &**value))));
        let tried = staff.get(&format!("{}/names?{query}", at(&id))).await?;
        let shown =
            |person: &str| staff.at(&format!("{}?{}", at(&id), written([("event", event), ("person", person)])));
        let all = |kind: &str, from: u64| {
            let query = written([("event", event), ("kind", kind), ("from", &*from.to_string())]);
            staff.at(&format!("{}/names?{query}", at(&id)))
        };
        page = page.part(list::tried(&staff, &tried, &asked, &list::Ways { shown: &shown, all: &all }));
    }
    Ok(staff.page(&page))
}

/// Asks as what a design is kept.
pub(super) async fn ask_keep(staff: Staff, Path(id): Path<String>) -> Answer {
    staff.needs(Permission::Import)?;
    keeping(&staff, &id, &Tried::NEW).await
}

async fn keeping(staff: &Staff, id: &str, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let told = staff.told(&at(id)).await?;
    let design = &told.value;
    // An event's own template is one, and its card or badge another.
    let small = match design["for"].as_str() {
        Some(small @ ("card" | "badge")) => format!("-{small}"),
        _ => String::new(),
    };
    let own = design["event"].as_str().map(|event| format!("{OWN_TEMPLATE}{}{small}", event.to_lowercase()));
    let of = design["of"].as_str();
    let mut form = Form::new(staff, &format!("{}/keep", at(id)), w.s("template-keep"))
        .field(Field::hidden("seen", told.tag.clone()))
        .field(Field::hidden("after", design["newest"].as_u64().map(|n| n.to_string()).unwrap_or_default()));
    let name = of.map(str::to_owned).or(own).unwrap_or_default();
    form = form.field(Field::text("name", w.s("template-name")).required().hint(w.s("template-name-hint")).value(name));
    let lead = match of {
        Some(name) => {
            let next = design["newest"].as_u64().unwrap_or_default() + 1;
            w.with("design-keep-next", [("name", name.to_owned().into()), ("version", next.into())])
        }
        None => w.s("design-keep-new"),
    };
    let marks = super::library::marks(staff, &design["findings"]);
    let changes = design["changes"].as_array().map_or(&[][..], Vec::as_slice);
    let mut page = Page::new(w.s("design-keep"))
        .trail([trail(staff), staff.crumb(text(design, "title"), &at(id))])
        .narrow()
        .lead(lead);
    if !marks.is_empty() {
        page = page.part(super::parts::Marked::new(None, String::new(), None, marks));
    }
    page = page.part(form.tried(tried));
    if design["newest"].is_u64() {
        let changed = Section::new("changes", w.s("template-compare"));
        page = page.part(changed.part(super::compared::table(staff, changes)));
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Keeps a design.
pub(super) async fn keep(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let mut body = json!({ "name": fields.get("name") });
    if let Ok(after) = fields.get("after").parse::<u32>() {
        body["after"] = json!(after);
    }
    match staff.post(&format!("{}/keep", at(&id)), &fields, body).await {
        Ok(told) => staff.done(&format!("/templates/{}", part(&text(&told.value, "name"))), "template-kept"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            keeping(&staff, &id, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Asks whether a design is thrown away.
pub(super) async fn ask_discard(staff: Staff, Path(id): Path<String>) -> Answer {
    staff.needs(Permission::Import)?;
    let told = staff.told(&at(&id)).await?;
    Ok(staff.page(&discarded(&staff, &id, &told, &Tried::NEW)))
}

fn discarded(staff: &Staff, id: &str, told: &Told, tried: &Tried<'_>) -> Page {
    let title = text(&told.value, "title");
    let sure = Sure {
        key: "design-discard",
        about: title.clone(),
        path: format!("{}/discard", at(id)),
        trail: vec![trail(staff), staff.crumb(title, &at(id))],
        fields: vec![Field::hidden("seen", told.tag.clone())],
    };
    sure.page(staff, tried)
}

/// Throws a design away.
pub(super) async fn discard(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let ask = Ask { seen: fields.some("seen"), ..Ask::default() };
    match staff.ask(Method::DELETE, &at(&id), ask).await {
        Ok(_) => staff.done("/template-designs", "design-discarded"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            match staff.told(&at(&id)).await {
                Ok(told) => staff.page_with(tried.status(), &discarded(&staff, &id, &told, &tried)),
                Err(response) => response,
            }
        }
    }
}
