//! The routes of the pages about the service as it runs: its keys, locked or not, its mail server, its backups.

use axum::Router;
use axum::routing::{get, post};

use super::{backups, ceremony, house_language, mail_server, reached, time_zone, unlock, upkeep};
use crate::server::App;

/// Returns the routes.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/staff/unlock", get(unlock::show).post(unlock::unlock))
        .route("/staff/lock", post(unlock::lock))
        .route("/staff/publishing/ceremony", get(ceremony::guide))
        .route("/staff/publishing/site", get(ceremony::site))
        .route("/staff/publishing/{key}/drill", get(ceremony::drill))
        .route("/staff/backups", get(backups::show).post(backups::make))
        .route("/staff/backups/drill", get(backups::show).post(backups::rehearse))
        .route("/staff/backups/elsewhere", get(backups::show).post(backups::elsewhere))
        .route("/staff/backups/here", post(backups::here))
        .route("/staff/settings/upkeep", get(upkeep::show).post(upkeep::save))
        .route("/staff/settings/language", get(house_language::show).post(house_language::save))
        .route("/staff/settings/time-zone", get(time_zone::show).post(time_zone::save))
        .route("/staff/settings/address", get(reached::show).post(reached::save))
        .route("/staff/settings/mail", get(mail_server::show).post(mail_server::save))
        .route("/staff/settings/mail/test", get(mail_server::show).post(mail_server::test))
        .route("/staff/settings/mail/remove", get(mail_server::ask_remove).post(mail_server::remove))
}
