//! Uploads of templates: looked over before they are kept, with what is wrong marked on the drawing. The file waits meanwhile, as lists
//! do; what is kept is a new template, a new version of one, or a design of an event's own.

use axum::extract::{Path, State};
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::events::text;
use super::form::{Fields, File, part, parts, query, written};
use super::inside::{Answer, Sent, Staff, see};
use super::library::{marks, page_of};
use super::parts::Marked;
use super::ui::{Action, Actions, Crumb, Field, Form, Kind, Page, Section, Text, Tone, Tried};
use super::uploads;
use super::within::{Ask, Told};
use crate::accounts::Permission;
use crate::files::ZipWriter;
use crate::server::{App, Problem};

/// What the field takes.
pub(super) const KINDS: &str = ".zip,.json,.png,.jpg,.jpeg,.svg,.pdf,.ttf,.otf,.woff,.woff2";
/// First bytes of a ZIP archive.
const ZIP: &[u8] = b"PK";

/// What an upload is for: a version of a template, or a design of an event's own; else it is a new template.
struct For {
    template: String,
    event: String,
}

impl For {
    fn of(fields: &Fields) -> Self {
        let event: String = fields.get("event").to_uppercase();
        Self { template: fields.get("for").to_owned(), event }
    }

    fn query(&self) -> String {
        written([("for", &*self.template), ("event", &self.event)])
    }

    fn at(&self, path: &str) -> String {
        let query = self.query();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn fields(&self) -> [Field; 2] {
        [Field::hidden("for", self.template.clone()), Field::hidden("event", self.event.clone())]
    }

    fn trail(&self, staff: &Staff) -> Vec<Crumb> {
        let w = staff.w;
        match (&*self.event, &*self.template) {
            ("", "") => vec![staff.crumb(w.s("nav-templates"), "/templates")],
            ("", name) => vec![
                staff.crumb(w.s("nav-templates"), "/templates"),
                staff.crumb(name, &format!("/templates/{}", part(name))),
            ],
            (event, _) => vec![
                staff.crumb(event, &format!("/events/{}", part(event))),
                staff.crumb(w.s("step-template"), &format!("/events/{}/template", part(event))),
            ],
        }
    }

    fn title(&self, staff: &Staff) -> String {
        let w = staff.w;
        match (&*self.event, &*self.template) {
            ("", "") => w.s("template-upload"),
            ("", name) => w.with("template-new-version-of", [("name", name.to_owned().into())]),
            (event, _) => w.with("template-upload-for", [("event", event.to_owned().into())]),
        }
    }

    /// Refuses who may not.
    async fn allowed(&self, staff: &Staff) -> Result<(), Response> {
        staff.needs(Permission::Import)?;
        let may = match (&*self.event, &*self.template) {
            ("", "") => staff.may_everywhere(Permission::Import),
            ("", name) => {
                let told = staff.get(&format!("/templates/{}", part(name))).await?;
                super::library::may_change(staff, &told["template"]) && told["template"]["built_in"] != true
            }
            (event, _) => {
                staff.get(&format!("/events/{}", part(event))).await?;
                true
            }
        };
        if may { Ok(()) } else { Err(staff.failed(&Problem::forbidden(staff.w.s("forbidden")))) }
    }
}

/// Asks for a template's files.
pub(super) async fn choose(staff: Staff, uri: Uri) -> Answer {
    let asked = query(uri.query());
    let wanted = For::of(&asked);
    wanted.allowed(&staff).await?;
    Ok(staff.page(&asking(&staff, &wanted, &asked, &Tried::NEW)))
}

fn asking(staff: &Staff, wanted: &For, asked: &Fields, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let form = Form::new(staff, "/template-uploads", w.s("template-look"))
        .fields(wanted.fields())
        .field(
            Field::new("files", w.s("template-files"), Kind::Files(KINDS)).required().hint(w.s("template-files-hint")),
        )
        .tried(tried);
    let page = Page::new(wanted.title(staff)).trail(wanted.trail(staff)).narrow().said(w, asked);
    page.lead(w.s("template-upload-lead")).part(form)
}

/// Takes the files, and shows what was found.
pub(super) async fn take(State(app): State<App>, Sent { staff, fields }: Sent) -> Response {
    let wanted = For::of(&fields);
    if let Err(response) = wanted.allowed(&staff).await {
        return response;
    }
    let refused = |problem: Problem| {
        let tried = Tried(Some((&fields, &problem)));
        staff.page_with(tried.status(), &asking(&staff, &wanted, &Fields::default(), &tried))
    };
    let file = match one_file(&staff, &fields, &app) {
        Ok(file) => file,
        Err(problem) => return refused(problem),
    };
    match uploads::keep(&app, &owner(&staff), file).await {
        Ok(Some(id)) => see(&staff.at(&wanted.at(&format!("/template-uploads/{id}")))),
        Ok(None) => refused(Problem::unprocessable("too-large", staff.w.s("import-too-large"))),
        Err(problem) => refused(problem),
    }
}

/// Packs what was chosen into one file: a document or an archive as it is, several files as an archive of them.
pub(super) fn one_file(staff: &Staff, fields: &Fields, app: &App) -> Result<File, Problem> {
    let w = staff.w;
    let bad = |key: &str| Problem::bad_request("no-file", w.s(key));
    let files: Vec<&File> = fields.files("files").collect();
    let is_document = |file: &File| file.name.to_lowercase().ends_with(".json");
    match files[..] {
        [] => Err(bad("template-no-file")),
        [one] if one.bytes.starts_with(ZIP) => Ok(File { field: "archive".to_owned(), ..one.clone() }),
        [one] => Ok(File { field: "template".to_owned(), ..one.clone() }),
        _ => {
            let documents = files.iter().filter(|file| is_document(file)).count();
            if documents != 1 {
                return Err(bad(if documents == 0 { "template-no-document" } else { "template-documents" }));
            }
            let mut zip = ZipWriter::new(Vec::new());
            for file in files {
                // Browsers tell the name alone, some with its folder.
                let plain = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
                let name = if is_document(file) { "template.json" } else { plain };
                zip.add(name, &file.bytes, app.now()).map_err(Problem::internal)?;
            }
            let bytes = zip.finish().map_err(Problem::internal)?.into();
            Ok(File { field: "archive".to_owned(), name: "template.zip".to_owned(), bytes })
        }
    }
}

fn owner(staff: &Staff) -> String {
    // No event's code.
    format!("{}/~template", staff.id)
}

/// Returns the file that waits, or the page that asks for it again.
async fn waiting(app: &App, staff: &Staff, wanted: &For, id: &str) -> Result<File, Response> {
    let found = uploads::found(app, &owner(staff), id).await.map_err(|problem| staff.failed(&problem))?;
    found.map(|file| (*file).clone()).ok_or_else(|| {
        let to = wanted.at("/template-uploads");
        let mark = if to.contains('?') { '&' } else { '?' };
        see(&staff.at(&format!("{to}{mark}said=file-gone")))
    })
}

async fn ask(staff: &Staff, path: &str, file: &File) -> Result<Told, Problem> {
    let (kind, body) = parts(std::iter::empty(), &[file]);
    staff.ask(Method::POST, path, Ask { body: Some((&kind, body)), ..Ask::default() }).await
}

/// Shows what was found about the files, on the drawing.
pub(super) async fn look(State(app): State<App>, staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    let wanted = For::of(&query(uri.query()));
    looked(&app, &staff, &wanted, &id, &Tried::NEW).await
}

async fn looked(app: &App, staff: &Staff, wanted: &For, id: &str, tried: &Tried<'_>) -> Answer {
    wanted.allowed(staff).await?;
    let file = waiting(app, staff, wanted, id).await?;
    let w = staff.w;
    let told = match ask(staff, "/templates/look-over", &file).await {
        Ok(told) => told.value,
        Err(problem) => {
            let tried = Tried(Some((&Fields::default(), &problem)));
            let page = asking(staff, wanted, &Fields::default(), &tried);
            return Ok(staff.page_with(tried.status(), &page));
        }
    };
    let (usable, page_size) = (told["usable"] == true, page_of(&told["page"]));
    let marks = marks(staff, &told["findings"]);
    let (tone, said) = match (usable, marks.is_empty()) {
        (true, true) => (Tone::Green, w.s("template-look-good")),
        (true, false) => (Tone::Amber, w.s("template-look-warnings")),
        (false, _) => (Tone::Red, w.s("template-look-bad")),
    };
    let mut page =
        Page::new(wanted.title(staff)).trail(wanted.trail(staff)).lead(text(&told, "title")).notice(tone, said);
    if page_size.is_none() {
        page = page.part(Text(w.s("template-look-no-drawing")));
    }
    let src = staff.at(&wanted.at(&format!("/template-uploads/{}/drawing.png", part(id))));
    page = page.part(Marked::new(Some(src), w.s("template-drawing"), page_size, marks));
    if usable {
        page =
            page.part(Section::new("keep", w.s("template-keep-title")).part(keeping(staff, wanted, id, tried).await));
    } else if let Some((_, problem)) = tried.0 {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    let other = Action::link(w.s("import-other"), staff.at(&wanted.at("/template-uploads")));
    Ok(staff.page_with(tried.status(), &page.part(Actions(vec![other]))))
}

async fn keeping(staff: &Staff, wanted: &For, id: &str, tried: &Tried<'_>) -> Form {
    let w = staff.w;
    let path = format!("/template-uploads/{}", part(id));
    match (&*wanted.event, &*wanted.template) {
        ("", "") => Form::new(staff, &path, w.s("template-keep"))
            .field(Field::text("name", w.s("template-name")).required().hint(w.s("template-name-hint")))
            .tried(tried),
        ("", name) => {
            let tag = staff.told(&format!("/templates/{}", part(name))).await.map(|told| told.tag).unwrap_or_default();
            Form::new(staff, &path, w.s("template-keep-version"))
                .fields(wanted.fields())
                .field(Field::hidden("seen", tag))
                .tried(tried)
        }
        (_, _) => Form::new(staff, &path, w.s("template-keep"))
            .fields(wanted.fields())
            .field(Field::new("use", w.s("template-keep-use"), Kind::Check).value("yes"))
            .tried(tried),
    }
}

/// The drawing.
pub(super) async fn drawing(State(app): State<App>, staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    let wanted = For::of(&query(uri.query()));
    wanted.allowed(&staff).await?;
    let file = waiting(&app, &staff, &wanted, &id).await?;
    let (kind, body) = parts(std::iter::empty(), &[&file]);
    staff.pass_body("/templates/drawing", &kind, body).await
}

/// Keeps what was looked over.
pub(super) async fn keep(State(app): State<App>, Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let wanted = For::of(&fields);
    if let Err(response) = wanted.allowed(&staff).await {
        return response;
    }
    let file = match waiting(&app, &staff, &wanted, &id).await {
        Ok(file) => file,
        Err(response) => return response,
    };
    match kept(&staff, &wanted, &file, &fields).await {
        Ok(path) => {
            app.uploads().drop(&id);
            staff.done(&path, "template-kept")
        }
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            looked(&app, &staff, &wanted, &id, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Says whether an upload is a card or a badge, which an event has beside the template of its certificates.
async fn small_of(staff: &Staff, file: &File) -> Result<Option<&'static str>, Problem> {
    let told = ask(staff, "/templates/look-over", file).await?.value;
    Ok(["card", "badge"].into_iter().find(|small| told["for"] == *small))
}

/// Keeps it as what it is for; returns where that is seen.
async fn kept(staff: &Staff, wanted: &For, file: &File, fields: &Fields) -> Result<String, Problem> {
    let small = match wanted.event.is_empty() {
        true => None,
        false => small_of(staff, file).await?,
    };
    let suffix = small.map(|small| format!("-{small}")).unwrap_or_default();
    let own = format!("event-{}{suffix}", wanted.event.to_lowercase());
    let (name, is_new) = match (&*wanted.event, &*wanted.template) {
        ("", "") => (fields.get("name").to_owned(), true),
        ("", name) => (name.to_owned(), false),
        (_, _) => {
            let is_there = staff.get_if(&format!("/templates/{}", part(&own))).await.is_some();
            (own, !is_there)
        }
    };
    let texts = [("name", &*name)];
    let (kind, body) = parts(texts.into_iter().filter(|_| is_new), &[file]);
    let ask = Ask { seen: fields.some("seen"), once: fields.some("once"), body: Some((&kind, body)), ..Ask::default() };
    match is_new {
        true => staff.ask(Method::POST, "/templates", ask).await?,
        false => staff.ask(Method::PUT, &format!("/templates/{}", part(&name)), ask).await?,
    };
    if wanted.event.is_empty() {
        return Ok(format!("/templates/{}", part(&name)));
    }
    let event = format!("/events/{}", part(&wanted.event));
    if fields.on("use") {
        let member = small.map_or_else(|| "template".to_owned(), |small| format!("{small}_template"));
        let body: Value = json!({ member: name });
        staff
            .ask(
                Method::PATCH,
                &event,
                Ask { body: Some(("application/json", body.to_string().into())), ..Ask::default() },
            )
            .await?;
    }
    Ok(format!("{event}/template"))
}
