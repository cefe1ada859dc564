//! The routes of the pages about accounts, decisions and the record, and of those that few need about an event.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::{
    account, address_requests, approvals, audit, compared, corrections, designer, designs, duplicates, exceptions,
    hooks, library, lost_password, password, settings, spot, team, tokens,
};
use crate::server::App;

/// Returns the routes. Where a form is answered with a page, its address shows the page before when it is asked for alone, as by
/// who chooses another language there.
pub(super) fn routes() -> Router<App> {
    let uploads = Router::new()
        .route("/staff/events/{code}/exceptions/upload", get(exceptions::choose).post(exceptions::upload))
        .route("/staff/events/{code}/exclusions/upload", get(exceptions::choose_out).post(exceptions::upload_out))
        .route("/staff/template-uploads", get(designs::choose).post(designs::take))
        .route("/staff/template-designs/from-file", get(designer::list).post(designer::bring))
        .route("/staff/template-designs/{design}/files", get(designer::show).post(designer::add_file))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .merge(uploads)
        .route("/setup", get(password::ask_owner).post(password::owner))
        .route("/password", get(password::ask_password).post(password::password))
        .route("/staff/lost", get(lost_password::ask_way).post(lost_password::mail))
        .route("/staff/lost/code", get(lost_password::ask_way).post(lost_password::code))
        .merge(accounts())
        .route("/staff/approvals", get(approvals::list))
        .route("/staff/approvals/{id}", get(approvals::show))
        .route("/staff/approvals/{id}/approve", get(approvals::show).post(approvals::approve))
        .route("/staff/approvals/{id}/reject", get(approvals::show).post(approvals::reject))
        .route("/staff/corrections", get(corrections::list))
        .route("/staff/corrections/{id}", get(corrections::show))
        .route("/staff/corrections/{id}/approve", get(corrections::show).post(corrections::approve))
        .route("/staff/corrections/{id}/reject", get(corrections::show).post(corrections::reject))
        .route("/staff/address-requests", get(address_requests::list))
        .route("/staff/address-requests/{number}", get(address_requests::show))
        .route("/staff/address-requests/{number}/approve", get(address_requests::show).post(address_requests::approve))
        .route("/staff/address-requests/{number}/reject", get(address_requests::show).post(address_requests::reject))
        .route("/staff/audit", get(audit::list))
        .route("/staff/audit/check", get(audit::check))
        .route("/staff/settings", get(settings::show))
        .route("/staff/templates/{name}/roll-out", get(library::ask_roll_out).post(library::roll_out))
        .route("/staff/templates/{name}/compare", get(compared::show))
        .route("/staff/templates/{name}/remove", get(library::ask_remove).post(library::remove))
        .route("/staff/template-designs", get(designer::list).post(designer::begin))
        .route("/staff/template-designs/{design}", get(designer::show).post(designer::change))
        .route("/staff/template-designs/{design}/page.svg", get(designer::drawing))
        .route("/staff/template-designs/{design}/names", get(designer::names))
        .route("/staff/template-designs/{design}/side-by-side", get(designer::beside))
        .route("/staff/template-designs/{design}/keep", get(designer::ask_keep).post(designer::keep))
        .route("/staff/template-designs/{design}/discard", get(designer::ask_discard).post(designer::discard))
        .route("/staff/duplicates", get(duplicates::everywhere))
        .route("/staff/events/{code}/duplicates", get(duplicates::list))
        .route("/staff/events/{code}/merge", get(duplicates::ask_merge).post(duplicates::merge))
        .route("/staff/events/{code}/spot-check", get(spot::ask).post(spot::check))
        .route("/staff/events/{code}/exceptions", get(exceptions::list))
        .route("/staff/events/{code}/outcomes/{upload}/rows.csv", get(exceptions::rows))
        .route("/staff/events/{code}/exceptions/new", get(exceptions::new_exception).post(exceptions::except))
        .route("/staff/events/{code}/exceptions/{person}/remove", post(exceptions::remove_exception))
        .route("/staff/events/{code}/exclusions/new", get(exceptions::new_exclusion).post(exceptions::exclude))
        .route("/staff/events/{code}/exclusions/{person}/remove", post(exceptions::remove_exclusion))
}

/// Returns the routes of the pages about one's own account, the team, and other systems.
fn accounts() -> Router<App> {
    Router::new()
        .route("/staff/account", get(account::show))
        .route("/staff/account/notices", post(account::save_notices))
        .route("/staff/account/password", get(account::ask_password).post(account::password))
        .route("/staff/account/second-step", get(account::second_step).post(account::begin))
        .route("/staff/account/second-step/confirm", get(account::second_step).post(account::confirm))
        .route("/staff/account/second-step/codes", get(account::ask_codes).post(account::codes))
        .route("/staff/account/second-step/remove", get(account::ask_remove).post(account::remove))
        .route("/staff/account/recovery-sheet", get(account::ask_sheet).post(account::sheet))
        .route("/staff/account/sessions/{id}/end", post(account::end_session))
        .route("/staff/account/tokens/new", get(tokens::new).post(tokens::create))
        .route("/staff/account/tokens/{id}/delete", get(tokens::ask_delete_own).post(tokens::delete_own))
        .route("/staff/team", get(team::list))
        .route("/staff/team/new", get(team::new).post(team::invite))
        .route("/staff/team/tokens/{id}/delete", get(tokens::ask_delete).post(tokens::delete))
        .route("/staff/team/webhooks", get(hooks::list))
        .route("/staff/team/webhooks/new", get(hooks::new).post(hooks::create))
        .route("/staff/team/webhooks/{id}", get(hooks::show))
        .route("/staff/team/webhooks/{id}/enabled", post(hooks::enable))
        .route("/staff/team/webhooks/{id}/ping", post(hooks::ping))
        .route("/staff/team/webhooks/{id}/secret", get(hooks::ask_secret).post(hooks::secret))
        .route("/staff/team/webhooks/{id}/remove", get(hooks::ask_remove).post(hooks::remove))
        .route("/staff/team/webhooks/{id}/deliveries/{message}/redeliver", post(hooks::redeliver))
        .route("/staff/team/{id}", get(team::show).post(team::save))
        .route("/staff/team/{id}/link", get(team::ask_link).post(team::link))
        .route("/staff/team/{id}/second-step", get(team::ask_second).post(team::second_off))
        .route("/staff/team/{id}/remove", get(team::ask_remove).post(team::remove))
}
