//! For who lost the password: a link by mail where mail leaves, and the codes of the recovery sheet for who has no mail, or no second step
//! either. Nobody needs a terminal for it.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::json;

use super::beside::beside;
use super::door::ask;
use super::form::Fields;
use super::inside::{Outside, is_from_elsewhere, outside};
use super::password::done;
use super::ui::{Field, Form, Kind, Page, Section, Text, Tone, Tried};
use crate::server::{App, Problem};

/// Asks by which way.
pub(super) async fn ask_way(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let door = outside(&app, &parts);
    door.page(StatusCode::OK, &ways(&app, &door, &Tried::NEW, &Tried::NEW))
}

/// The page with both ways.
fn ways(app: &App, door: &Outside, mail: &Tried<'_>, code: &Tried<'_>) -> Page {
    let w = door.w;
    let by_mail = Section::new("by-mail", w.s("lost-mail"));
    let by_mail = match app.can_post_now() {
        true => by_mail.part(Text(w.s("lost-mail-text"))).part(
            Form::open(door.at("/lost"), w.s("lost-mail-send"))
                .spoken(w)
                .field(Field::new("address", w.s("login-email"), Kind::Email).required().auto("username"))
                .tried(mail),
        ),
        false if app.post_waits() => by_mail.part(Text(w.s("lost-mail-waits"))),
        false => by_mail.part(Text(w.s("lost-mail-none"))),
    };
    let form = Form::open(door.at("/lost/code"), w.s("set-password"))
        .spoken(w)
        .field(Field::new("email", w.s("login-email"), Kind::Email).required().auto("username"))
        .field(Field::text("code", w.s("lost-code-one")).required().auto("off").hint(w.s("lost-code-hint")))
        .field(
            Field::new("new", w.s("password-new"), Kind::Password)
                .required()
                .auto("new-password")
                .hint(w.s("password-hint")),
        )
        .field(Field::new("repeat", w.s("password-repeat"), Kind::Password).required().auto("new-password"))
        .field(Field::new("second_lost", w.s("lost-second"), Kind::Check).hint(w.s("lost-second-hint")))
        .tried(code);
    let by_code = Section::new("by-code", w.s("lost-code")).part(Text(w.s("lost-code-text"))).part(form);
    Page::new(w.s("lost-title")).narrow().part(by_mail).part(by_code).part(Text(w.s("lost-neither")))
}

/// Mails a link to who has an account; the answer is the same for who has none.
pub(super) async fn mail(State(app): State<App>, request: Request) -> Response {
    let (parts, door, fields) = match received(&app, request).await {
        Ok(received) => received,
        Err(refused) => return refused,
    };
    let body = json!({ "email": fields.get("address"), "language": door.w.language });
    match ask(&parts, "/password/lost", &body).await {
        Ok(_) => {
            let page = Page::new(door.w.s("lost-title")).narrow().notice(Tone::Green, door.w.s("lost-mail-sent"));
            door.page(StatusCode::OK, &page.link(door.w.s("login-title"), door.at("/login")))
        }
        Err(problem) => {
            let mut problem = beside(door.w, problem);
            problem
                .errors
                .iter_mut()
                .filter(|error| error.field == "email")
                .for_each(|error| "address".clone_into(&mut error.field));
            let tried = Tried(Some((&fields, &problem)));
            door.page(tried.status(), &ways(&app, &door, &tried, &Tried::NEW))
        }
    }
}

/// Sets a new password with a code of the recovery sheet.
pub(super) async fn code(State(app): State<App>, request: Request) -> Response {
    let (parts, door, fields) = match received(&app, request).await {
        Ok(received) => received,
        Err(refused) => return refused,
    };
    let body = json!({
        "email": fields.get("email"), "code": fields.get("code"), "password": fields.exact("new"),
        "secondStepLost": fields.on("second_lost"),
    });
    let told = match fields.exact("new") == fields.exact("repeat") {
        true => ask(&parts, "/password/recover", &body).await,
        false => Err(Problem::unprocessable("not-the-same", door.w.s("detail-not-the-same"))),
    };
    match told {
        Ok(told) => {
            let left = told.value["sheetCodes"].as_u64().unwrap_or_default();
            let page = done(&door, Vec::new()).notice(Tone::Amber, door.w.count("lost-code-used", left));
            door.page(StatusCode::OK, &page)
        }
        Err(problem) => {
            let problem = beside(door.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            door.page(tried.status(), &ways(&app, &door, &Tried::NEW, &tried))
        }
    }
}

async fn received(app: &App, request: Request) -> Result<(Parts, Outside, Fields), Response> {
    let (parts, body) = request.into_parts();
    let door = outside(app, &parts);
    if is_from_elsewhere(&parts) {
        return Err(door.failed(&Problem::new(StatusCode::FORBIDDEN, "csrf", door.w.s("csrf"))));
    }
    let read = Fields::read(Request::from_parts(parts.clone(), body), app, app.limits.body_bytes).await;
    let fields = read.map_err(|problem| door.failed(&problem))?;
    Ok((parts, door, fields))
}
