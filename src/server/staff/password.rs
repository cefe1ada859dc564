//! The pages behind links: the first owner's, an invitation's, a reset's. The link's secret is in the fragment, which no server sees;
//! the page's script puts it into the form, and who has none copies it there.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::beside::beside;
use super::door::ask;
use super::form::Fields;
use super::inside::{Outside, is_from_elsewhere, outside};
use super::parts::ShownOnce;
use super::ui::{Action, Actions, Field, Form, Kind, Page, Section, Text, Tone, Tried};
use super::words::Words;
use crate::server::{App, Problem};

/// Asks for the password of an invitation or a reset.
pub(super) async fn ask_password(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let door = outside(&app, &parts);
    door.page(StatusCode::OK, &asked(&door, false, &Tried::NEW))
}

/// Asks for the first owner.
pub(super) async fn ask_owner(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let door = outside(&app, &parts);
    door.page(StatusCode::OK, &asked(&door, true, &Tried::NEW))
}

fn asked(door: &Outside, first: bool, tried: &Tried<'_>) -> Page {
    let w = door.w;
    let (path, key) = if first { ("setup", "setup") } else { ("password", "set-password") };
    let hint = if first { "setup-token-hint" } else { "set-password-token-hint" };
    // By its name the script knows the field.
    let mut form = Form::open(format!("{}/{path}", door.base), w.s(key))
        .spoken(w)
        .field(Field::text("token", w.s("link-token")).required().hint(w.s(hint)));
    if first {
        form = form
            .field(Field::text("name", w.s("name")).required().auto("name"))
            .field(Field::new("email", w.s("email"), Kind::Email).required().auto("username"));
    }
    let form = form
        .field(
            Field::new("new", w.s("login-password"), Kind::Password)
                .required()
                .auto("new-password")
                .hint(w.s("password-hint")),
        )
        .field(Field::new("repeat", w.s("password-repeat"), Kind::Password).required().auto("new-password"))
        .tried(tried);
    Page::new(w.s(key)).narrow().lead(w.s(&format!("{key}-lead"))).part(form)
}

/// Makes the first owner.
pub(super) async fn owner(State(app): State<App>, request: Request) -> Response {
    take(&app, request, true).await
}

/// Sets a password.
pub(super) async fn password(State(app): State<App>, request: Request) -> Response {
    take(&app, request, false).await
}

async fn take(app: &App, request: Request, first: bool) -> Response {
    let (parts, body) = request.into_parts();
    let door = outside(app, &parts);
    if is_from_elsewhere(&parts) {
        return door.failed(&Problem::new(StatusCode::FORBIDDEN, "csrf", door.w.s("csrf")));
    }
    let fields = match Fields::read(Request::from_parts(parts.clone(), body), app, app.limits.body_bytes).await {
        Ok(fields) => fields,
        Err(problem) => return door.failed(&problem),
    };
    let told = match fields.exact("new") == fields.exact("repeat") {
        true => ask(&parts, if first { "/setup" } else { "/password" }, &said(&fields, first)).await,
        false => Err(Problem::unprocessable("not-the-same", door.w.s("detail-not-the-same"))),
    };
    match told {
        Ok(told) => {
            let codes = told.value["recoverySheet"].as_array().into_iter().flatten();
            door.page(StatusCode::OK, &done(&door, codes.filter_map(Value::as_str).map(str::to_owned).collect()))
        }
        Err(problem) => {
            let problem = beside(door.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            door.page(tried.status(), &asked(&door, first, &tried))
        }
    }
}

fn said(fields: &Fields, first: bool) -> Value {
    // Of a whole link that was copied, what is after the mark.
    let token = fields.get("token").rsplit('#').next().unwrap_or_default();
    match first {
        true => {
            json!({ "token": token, "name": fields.get("name"), "email": fields.get("email"), "password": fields.exact("new") })
        }
        false => json!({ "token": token, "password": fields.exact("new") }),
    }
}

/// Says that a password is set; with the codes of a recovery sheet, which are shown this once.
pub(super) fn done(door: &Outside, codes: Vec<String>) -> Page {
    let w = door.w;
    let on = Action::link(w.s("login-title"), door.at("/login")).primary();
    let page = Page::new(w.s("set-password-done")).narrow().notice(Tone::Green, w.s("set-password-done-text"));
    let page = match codes.is_empty() {
        true => page,
        false => page.part(printed(w, codes)),
    };
    page.part(Text(w.s("set-password-second"))).part(Actions(vec![on]))
}

/// The codes of a recovery sheet.
pub(super) fn printed(w: &Words, codes: Vec<String>) -> Section {
    let codes = ShownOnce::of(w, w.s("codes-once"), codes);
    Section::new("recovery", w.s("sheet")).part(Text(w.s("sheet-text"))).part(codes)
}
