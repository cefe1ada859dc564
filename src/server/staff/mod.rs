//! Pages for staff: server-rendered, each act a form that works without script. A page asks the service's own operations
//! ([`within`]), so it can do nothing that the API cannot, by nobody who may not, and what it does is audited as there.
//!
//! Knows no store and no act. Every form carries what only a page of the session knows, and by what it is known when it is sent twice.

mod account;
mod address_requests;
mod approvals;
mod audit;
mod backups;
mod badge;
mod batch;
mod begin;
mod beside;
mod ceremony;
mod certificates;
mod choice;
mod compared;
mod corrections;
mod course;
mod deliveries;
mod designer;
mod designs;
mod door;
mod duplicates;
mod events;
mod exceptions;
mod fields;
mod form;
mod generate;
mod grid;
mod home;
mod hooks;
mod house_language;
mod import;
mod inside;
mod known;
mod languages;
mod letter_texts;
mod library;
mod look;
mod lost_password;
mod mail_server;
mod names;
mod office;
mod one_time;
mod parts;
mod password;
mod people;
mod people_batch;
mod person;
mod phrases;
mod preview;
mod publishing;
mod reached;
mod rule;
mod running;
mod runs;
mod search;
mod sending;
mod settings;
mod spot;
mod team;
mod time_zone;
mod tokens;
mod ui;
mod unlock;
mod unseen;
mod upkeep;
mod uploads;
mod why;
mod within;
mod words;

use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Router};

pub use begin::{Founder, Made, NotMade, RelayWanted, Wanted, begin};
pub(super) use uploads::Uploads;
pub(super) use within::Api;

use super::App;

/// Returns the routes of the pages, which ask these operations.
pub(super) fn routes(api: Api) -> Router<App> {
    let uploads = Router::new()
        .route("/staff/events/{code}/import", get(import::choose).post(import::take))
        .route("/staff/events/{code}/template", get(look::show).post(look::take))
        .route("/staff/events/{code}/badge", get(badge::show).post(badge::save))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/", get(door::front))
        .route("/staff", get(home::home))
        // What set the issuer up is over; its page is asked for anew all the same, by GET or by sending it again.
        .route("/begin/{token}", any(begin::begun))
        .route("/staff/login", get(door::login).post(door::enter))
        .route("/staff/login/second-step", post(door::second_step))
        .route("/staff/logout", post(door::leave))
        .route("/staff/search", get(search::search))
        .route("/staff/events", get(events::list))
        .route("/staff/events/new", get(events::new).post(events::create))
        .route("/staff/events/{code}", get(events::show))
        .route("/staff/events/{code}/change", get(events::change).post(events::save))
        .route("/staff/events/{code}/copy", get(events::copy).post(events::make_copy))
        .route("/staff/events/{code}/state", get(events::state).post(events::move_to))
        .route("/staff/events/{code}/course", get(course::show).post(course::save))
        .route("/staff/events/{code}/attendance", post(course::mark))
        .route("/staff/events/{code}/archived", post(events::archive))
        .route("/staff/events/{code}/import/{upload}", get(import::map).post(import::confirm))
        .route("/staff/events/{code}/import/{upload}/report.csv", get(import::bad_rows))
        .route("/staff/events/{code}/import/{upload}/forget", post(import::forget))
        .route("/staff/events/{code}/imports", get(import::history::list))
        .route("/staff/events/{code}/imports/{import}", get(import::history::show))
        .route("/staff/events/{code}/people", get(people::list))
        .route("/staff/events/{code}/columns", post(people::choose_columns))
        .route("/staff/events/{code}/chosen", get(people_batch::ask).post(people_batch::start))
        .route("/staff/events/{code}/people/new", get(people::new).post(people::add))
        .route("/staff/events/{code}/people/{person}", get(person::show))
        .route("/staff/events/{code}/people/{person}/issue", post(person::issue))
        .route("/staff/events/{code}/people/{person}/retake", post(person::retake))
        .route("/staff/events/{code}/people/{person}/grant", post(person::grant))
        .route("/staff/events/{code}/people/{person}/change", post(person::save))
        .route("/staff/events/{code}/people/{person}/erase", post(person::erase_them))
        .route("/staff/events/{code}/rule", get(rule::show).post(rule::save))
        .route("/staff/events/{code}/languages", get(languages::show).post(languages::save))
        .route("/staff/events/{code}/badge.png", get(badge::picture))
        .route("/staff/events/{code}/specimen.png", get(look::specimen))
        .route("/staff/events/{code}/preview", get(preview::show).post(preview::look))
        .route("/staff/events/{code}/generate", get(generate::look).post(generate::start))
        .route("/staff/events/{code}/send", get(sending::look).post(sending::send))
        .route("/staff/events/{code}/send/test", post(sending::test))
        .route("/staff/events/{code}/send/text", post(letter_texts::save))
        .route("/staff/events/{code}/send/settings", post(sending::settle))
        .route("/staff/certificates", get(certificates::list))
        .route("/staff/certificates/batch", get(batch::ask).post(batch::start))
        .route("/staff/certificates/{number}", get(certificates::show))
        .route("/staff/certificates/{number}/picture.png", get(certificates::picture))
        .route("/staff/certificates/{number}/revoke", get(certificates::ask_revoke).post(certificates::revoke))
        .route("/staff/certificates/{number}/restore", post(certificates::restore))
        .route("/staff/certificates/{number}/reissue", get(certificates::ask_reissue).post(certificates::reissue))
        .route("/staff/certificates/{number}/send", post(certificates::send))
        .route("/staff/deliveries", get(deliveries::list))
        .route("/staff/deliveries/batch", get(deliveries::ask_many).post(deliveries::resend_many))
        .route("/staff/deliveries/{message}", get(deliveries::show))
        .route("/staff/deliveries/{message}/resend", post(deliveries::resend))
        .route("/staff/deliveries/{message}/seen", post(deliveries::seen))
        .route("/staff/runs", get(runs::list))
        .route("/staff/runs/together", get(runs::together))
        .route("/staff/runs/{run}", get(runs::show))
        .route("/staff/runs/{run}/progress", get(runs::far))
        .route("/staff/runs/{run}/cancel", post(runs::cancel))
        .route("/staff/runs/{run}/retry", post(runs::retry))
        .route("/staff/templates", get(library::list))
        .route("/staff/templates/{name}", get(library::show))
        .route("/staff/templates/{name}/picture.png", get(library::picture))
        .route("/staff/templates/{name}/try", get(library::try_names))
        .route("/staff/template-uploads/{upload}", get(designs::look).post(designs::keep))
        .route("/staff/template-uploads/{upload}/drawing.png", get(designs::drawing))
        .route("/staff/publishing", get(publishing::show).post(publishing::publish))
        .route("/staff/publishing/at-once", get(publishing::ask_at_once).post(publishing::at_once))
        .route("/staff/publishing/look", post(publishing::look))
        .route("/staff/publishing/rotate", get(publishing::ask_rotate).post(publishing::rotate))
        .route("/staff/publishing/{key}/stolen", get(publishing::ask_stolen).post(publishing::stolen))
        .merge(uploads)
        .merge(office::routes())
        .merge(running::routes())
        .route("/staff/", any(door::nowhere))
        .route("/staff/{*nowhere}", any(door::nowhere))
        .method_not_allowed_fallback(door::other_method)
        .layer(Extension(api))
        .route("/staff.css", get(style))
        .route("/staff.js", get(script))
        .route("/staff-designer.js", get(designer_script))
}

/// Returns what pages load, where there is no service yet.
fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let colours = || async { asset("text/css; charset=utf-8", crate::pages::STYLE) };
    let icon = || async { asset("image/svg+xml", super::pages::ICON) };
    Router::new()
        .route("/pages.svg", get(icon))
        .route("/pages.css", get(colours))
        .route("/staff.css", get(style))
        .route("/staff.js", get(script))
}

async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("staff.css"))
}

async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("staff.js"))
}

async fn designer_script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("designer/designer.js"))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")], text).into_response()
}
