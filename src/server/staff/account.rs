//! One's own account: password, second step, sessions. What is shown once is the answer to the form that made it, and stands in no
//! address.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::beside::beside;
use super::events::text;
use super::form::{Fields, part, query};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::parts::{QrCode, ShownOnce};
use super::ui::{
    Action, Actions, Cell, Crumb, Facts, Field, Form, Html, Kind, Page, Section, Table, Text, Tone, Tried,
};
use super::within::Ask;
use crate::server::Problem;

/// Shows one's account.
pub(super) async fn show(staff: Staff, uri: Uri) -> Answer {
    let w = staff.w;
    let me = staff.get("/me").await?;
    let sessions = staff.get("/me/sessions").await?;
    let tokens = super::tokens::own(&staff).await?;
    let page = Page::new(w.s("account")).said(w, &query(uri.query())).part(about(&staff, &me["staff"]));
    let page = page.part(notices(&staff, &me["staff"]));
    Ok(staff.page(&page.part(logged_in(&staff, &sessions, &text(&me, "session"))).part(tokens)))
}

/// Returns the names of somebody's roles.
pub(super) fn roles(staff: &Staff, member: &Value) -> String {
    let all = member["roles"].as_array().into_iter().flatten().filter_map(Value::as_str);
    all.map(|role| staff.w.s(&format!("role-{}", role.replace('_', "-")))).collect::<Vec<_>>().join(", ")
}

/// Returns the events that somebody is limited to.
pub(super) fn events(staff: &Staff, record: &Value) -> String {
    match record["events"].as_array() {
        None => staff.w.s("events-any"),
        Some(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
    }
}

/// Says how somebody's second step is.
pub(super) fn second(staff: &Staff, member: &Value) -> String {
    match member["twoStep"] == true {
        true => staff.w.count("second-on", member["recoveryCodes"].as_u64().unwrap_or_default()),
        false => staff.w.s("second-off"),
    }
}

fn about(staff: &Staff, member: &Value) -> Html {
    let w = staff.w;
    let facts = Facts::known([
        (w.s("name"), Some(text(member, "name"))),
        (w.s("email"), Some(text(member, "email"))),
        (w.s("roles"), Some(roles(staff, member))),
        (w.s("team-events"), Some(events(staff, member))),
        (w.s("second-title"), Some(second(staff, member))),
        (w.s("sheet"), Some(w.count("sheet-left", member["sheetCodes"].as_u64().unwrap_or_default()))),
    ]);
    let mut section = Section::new("about", w.s("account-about")).part(facts);
    if member["twoStep"] != true {
        section = section.part(super::ui::Notice { tone: Tone::Amber, text: w.s("second-advice"), items: Vec::new() });
    }
    let password = Action::link(w.s("password-change"), staff.at("/account/password"));
    let second = Action::link(w.s("second-set"), staff.at("/account/second-step"));
    let sheet = Action::link(w.s("sheet-new"), staff.at("/account/recovery-sheet"));
    section.part(Actions(vec![password, second, sheet])).into()
}

/// Asks what one wants to be told.
fn notices(staff: &Staff, member: &Value) -> Section {
    let w = staff.w;
    let told = if member["runNotices"] == false { "" } else { "yes" };
    let field = Field::new("run_notices", w.s("account-run-notices"), Kind::Check).value(told);
    let form = Form::new(staff, "/account/notices", w.s("save")).field(field.hint(w.s("account-run-notices-hint")));
    Section::new("notices", w.s("account-notices")).part(form)
}

/// Keeps what one wants to be told.
pub(super) async fn save_notices(Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "runNotices": fields.on("run_notices") });
    match staff.send(Method::PATCH, "/me", &fields, body).await {
        Ok(_) => staff.done("/account", "saved"),
        Err(problem) => staff.failed(&problem),
    }
}

/// Returns the browser and the system that a session's label names, where it names some that are known.
fn browser(label: &str) -> String {
    // Others say that they are Chrome and Safari too, so those come last.
    let named = |names: &[(&str, &str)]| {
        names.iter().find(|(mark, _)| label.contains(mark)).map(|(_, name)| (*name).to_owned())
    };
    let browser = named(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = named(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => label.to_owned(),
    }
}

fn logged_in(staff: &Staff, sessions: &Value, own: &str) -> Html {
    let w = staff.w;
    let row = |one: &Value| {
        let id = text(one, "id");
        let end = match id == own {
            true => Cell::state(Tone::Green, w.s("session-own")),
            false => Cell::act(Some(Action::post(
                staff,
                w.s("session-end"),
                &format!("/account/sessions/{}/end", part(&id)),
                &[],
            ))),
        };
        let label = browser(&text(one, "label"));
        vec![
            Cell::text(if label.is_empty() { w.s("session-unnamed") } else { label }),
            Cell::text(staff.time(&one["created"]).unwrap_or_default()),
            Cell::text(staff.time(&one["seen"]).unwrap_or_default()),
            end,
        ]
    };
    Table {
        caption: w.s("sessions"),
        heads: [w.s("session-browser"), w.s("session-began"), w.s("last-used"), String::new()].into(),
        rows: items(sessions).iter().map(row).collect(),
        empty: String::new(),
        next: None,
    }
    .into()
}

/// Ends a session.
pub(super) async fn end_session(Path(id): Path<String>, Sent { staff, .. }: Sent) -> Response {
    match staff.ask(Method::DELETE, &format!("/me/sessions/{}", part(&id)), Ask::default()).await {
        Ok(_) => staff.done("/account", "session-ended"),
        Err(problem) => staff.failed(&problem),
    }
}

fn trail(staff: &Staff) -> [Crumb; 1] {
    [staff.crumb(staff.w.s("account"), "/account")]
}

/// Returns the field for one's password, which is asked for again before what matters is changed.
pub(super) fn password_again(staff: &Staff) -> Field {
    Field::new("password", staff.w.s("password-again"), Kind::Password).required().auto("current-password")
}

/// Returns the field for a code of the second step.
pub(super) fn code(staff: &Staff) -> Field {
    Field::text("second", staff.w.s("second-code")).auto("one-time-code").hint(staff.w.s("second-hint"))
}

/// Answers with the form as it was sent, and what was wrong with it.
fn tried(staff: &Staff, fields: &Fields, problem: Problem, page: impl FnOnce(&Staff, &Tried<'_>) -> Page) -> Response {
    let problem = beside(staff.w, problem);
    let tried = Tried(Some((fields, &problem)));
    staff.page_with(tried.status(), &page(staff, &tried))
}

/// Asks for a new password.
pub(super) async fn ask_password(staff: Staff) -> Answer {
    Ok(staff.page(&new_password(&staff, &Tried::NEW)))
}

fn new_password(staff: &Staff, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let form = Form::new(staff, "/account/password", w.s("password-change"))
        .field(Field::new("password", w.s("password-now"), Kind::Password).required().auto("current-password"))
        .field(
            Field::new("new", w.s("password-new"), Kind::Password)
                .required()
                .auto("new-password")
                .hint(w.s("password-hint")),
        )
        .field(Field::new("repeat", w.s("password-repeat"), Kind::Password).required().auto("new-password"))
        .tried(tried);
    Page::new(w.s("password-change")).trail(trail(staff)).narrow().lead(w.s("password-text")).part(form)
}

/// Changes one's password.
pub(super) async fn password(Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "current": fields.exact("password"), "new": fields.exact("new") });
    let told = match fields.exact("new") == fields.exact("repeat") {
        true => staff.post("/me/password", &fields, body).await.map(|_| ()),
        false => Err(Problem::unprocessable("not-the-same", staff.w.s("detail-not-the-same"))),
    };
    match told {
        Ok(()) => staff.done("/account", "password-changed"),
        Err(problem) => tried(&staff, &fields, problem, new_password),
    }
}

/// Shows how the second step is, and begins to turn it on where it is not.
pub(super) async fn second_step(staff: Staff, uri: Uri) -> Answer {
    let w = staff.w;
    let me = staff.get("/me").await?;
    if me["staff"]["twoStep"] != true {
        return Ok(staff.page(&begin_page(&staff, &Tried::NEW)));
    }
    let codes = Action::link(w.s("codes-new"), staff.at("/account/second-step/codes"));
    let off = Action::link(w.s("second-remove"), staff.at("/account/second-step/remove"));
    let page = Page::new(w.s("second-title")).trail(trail(&staff)).narrow().said(w, &query(uri.query()));
    let section = Section::new("second", w.s("state")).part(Text(second(&staff, &me["staff"])));
    Ok(staff.page(&page.part(section.part(Actions(vec![codes, off])))))
}

fn begin_page(staff: &Staff, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let form = Form::new(staff, "/account/second-step", w.s("second-begin")).field(password_again(staff)).tried(tried);
    Page::new(w.s("second-set")).trail(trail(staff)).narrow().lead(w.s("second-text")).part(form)
}

/// Begins to turn the second step on: shows what the authenticator needs.
pub(super) async fn begin(Sent { staff, fields }: Sent) -> Response {
    match staff.post("/me/two-step", &fields, json!({ "password": fields.exact("password") })).await {
        Ok(told) => staff.page(&offered(&staff, &text(&told.value, "url"), &Tried::NEW)),
        Err(problem) => tried(&staff, &fields, problem, begin_page),
    }
}

/// The page with what the authenticator needs. It goes with its own form, so that a wrong digit does not begin anew.
fn offered(staff: &Staff, address: &str, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let mut page = Page::new(w.s("second-set")).trail(trail(staff)).narrow();
    let mut section = Section::new("scan", w.s("second-scan")).part(Text(w.s("second-scan-text")));
    if let Some(code) = QrCode::of(address, w.s("second-code-picture")) {
        section = section.part(code);
    }
    if let Some(secret) = secret_of(address) {
        section = section.part(Facts(vec![(w.s("second-type"), secret)]));
    }
    page = page.part(section);
    let form = Form::new(staff, "/account/second-step/confirm", w.s("second-confirm"))
        .field(Field::hidden("otpauth", address))
        .field(Field::text("second", w.s("second-code")).required().auto("one-time-code").hint(w.s("second-first")))
        .tried(tried);
    page.part(form)
}

/// Returns the secret of an `otpauth:` address as people type it, by fours.
fn secret_of(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let (_, secret) = url.query_pairs().find(|(name, _)| name == "secret")?;
    let letters: Vec<char> = secret.chars().collect();
    Some(letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" "))
}

/// Turns the second step on with a first code; shows the recovery codes.
pub(super) async fn confirm(Sent { staff, fields }: Sent) -> Response {
    match staff.post("/me/two-step/confirm", &fields, json!({ "code": fields.get("second") })).await {
        Ok(told) => staff.page(&codes_page(&staff, &told.value)),
        Err(problem) => tried(&staff, &fields, problem, |staff, tried| offered(staff, fields.get("otpauth"), tried)),
    }
}

fn codes_page(staff: &Staff, told: &Value) -> Page {
    let w = staff.w;
    let codes = told["recoveryCodes"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let page = Page::new(w.s("codes")).trail(trail(staff)).narrow().lead(w.s("codes-text"));
    let done = Action::link(w.s("codes-kept"), staff.at("/account")).primary();
    page.part(ShownOnce::new(staff, w.s("codes-once"), codes.collect())).part(Actions(vec![done]))
}

/// Asks before new recovery codes are made.
pub(super) async fn ask_codes(staff: Staff) -> Answer {
    Ok(staff.page(&ask_codes_page(&staff, &Tried::NEW)))
}

fn ask_codes_page(staff: &Staff, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let form =
        Form::new(staff, "/account/second-step/codes", w.s("codes-new")).field(password_again(staff)).tried(tried);
    Page::new(w.s("codes-new")).trail(trail(staff)).narrow().lead(w.s("codes-new-text")).part(form)
}

/// Makes new recovery codes.
pub(super) async fn codes(Sent { staff, fields }: Sent) -> Response {
    match staff.post("/me/recovery-codes", &fields, json!({ "password": fields.exact("password") })).await {
        Ok(told) => staff.page(&codes_page(&staff, &told.value)),
        Err(problem) => tried(&staff, &fields, problem, ask_codes_page),
    }
}

/// Asks before the codes of a new recovery sheet are made.
pub(super) async fn ask_sheet(staff: Staff) -> Answer {
    Ok(staff.page(&ask_sheet_page(&staff, &Tried::NEW)))
}

fn ask_sheet_page(staff: &Staff, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let form = Form::new(staff, "/account/recovery-sheet", w.s("sheet-new"))
        .field(password_again(staff))
        .field(code(staff))
        .tried(tried);
    Page::new(w.s("sheet-new")).trail(trail(staff)).narrow().lead(w.s("sheet-new-text")).part(form)
}

/// Makes them.
pub(super) async fn sheet(Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "password": fields.exact("password"), "code": fields.some("second") });
    match staff.post("/me/recovery-sheet", &fields, body).await {
        Ok(told) => {
            let codes = told.value["recoverySheet"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let w = staff.w;
            let done = Action::link(w.s("codes-kept"), staff.at("/account")).primary();
            let sheet = super::password::printed(w, codes.map(str::to_owned).collect());
            let page = Page::new(w.s("sheet")).trail(trail(&staff)).narrow().part(sheet);
            staff.page(&page.part(Actions(vec![done])))
        }
        Err(problem) => tried(&staff, &fields, problem, ask_sheet_page),
    }
}

/// Asks before the second step is turned off.
pub(super) async fn ask_remove(staff: Staff) -> Answer {
    Ok(staff.page(&remove_page(&staff, &Tried::NEW)))
}

fn remove_page(staff: &Staff, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let form = Form::new(staff, "/account/second-step/remove", w.s("second-remove"))
        .danger()
        .field(password_again(staff))
        .field(code(staff).required())
        .tried(tried);
    Page::new(w.s("second-remove")).trail(trail(staff)).narrow().lead(w.s("second-remove-text")).part(form)
}

/// Turns the second step off.
pub(super) async fn remove(Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "password": fields.exact("password"), "code": fields.get("second") });
    match staff.post("/me/two-step/remove", &fields, body).await {
        Ok(_) => staff.done("/account", "second-removed"),
        Err(problem) => tried(&staff, &fields, problem, remove_page),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_as_people_call_it() {
        for (label, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            ("curl/8.5", "curl/8.5"),
            ("", ""),
        ] {
            assert_eq!(browser(label), name);
        }
    }

    #[test]
    fn a_secret_is_written_by_fours() {
        let address = "otpauth://totp/Example:ada?secret=GEZDGNBVGY3TQOJQ&issuer=Example";
        assert_eq!(secret_of(address).unwrap(), "GEZD GNBV GY3T QOJQ");
        assert_eq!(secret_of("otpauth://totp/Example"), None);
    }
}
