//! The first page: what needs somebody, before what is well.

use axum::http::Uri;
use serde_json::Value;
use url::Url;

use super::form::query;
use super::inside::{Answer, Staff};
use super::ui::{Action, Actions, Bar, Cell, Figure, Figures, Html, Page, Plot, Section, Table, Tone};
use crate::accounts::Permission;
use crate::credential::Timestamp;
use crate::server::public_url::is_known_here_only;

/// Days of the plot.
const DAYS: u16 = 30;
const DAY: i64 = 86_400;
/// For how many days what is published should still be good.
const GOOD_DAYS: i64 = 2;

/// Shows the first page.
pub(super) async fn home(staff: Staff, uri: Uri) -> Answer {
    let w = staff.w;
    let events = staff.get("/events?limit=8").await?;
    let is_new = items(&events).is_empty();
    let mut page = Page::new(w.s("home")).said(w, &query(uri.query()));
    let needs = attention(&staff, is_new).await;
    let attention = |needs| Section::new("attention", w.s("home-attention")).part(Figures(needs));
    if is_new {
        page = page.lead(w.s("home-new"));
        if !needs.is_empty() {
            page = page.part(attention(needs));
        }
        let made = Action::link(w.s("event-new"), staff.at("/events/new")).primary();
        let made = super::events::may_make(&staff).await.then_some(made);
        let look = Action::link(w.s("nav-templates"), staff.at("/templates"));
        return Ok(staff.page(&page.part(Actions(made.into_iter().chain([look]).collect()))));
    }
    let attention = match needs.is_empty() {
        true => Section::new("attention", w.s("home-attention")).part(super::ui::Text(w.s("home-nothing"))),
        false => attention(needs),
    };
    let made = Action::link(w.s("event-new"), staff.at("/events/new")).primary();
    page = page.part(attention);
    if let Some(told) = staff.get_if(&format!("/figures?days={DAYS}")).await {
        page = page.part(figures(&staff, &told)).part_if(plot(&staff, &told));
    }
    page = page
        .part(recent(&staff, &events))
        .part(Actions(super::events::may_make(&staff).await.then_some(made).into_iter().collect()));
    Ok(staff.page(&page))
}

/// Returns the items of a listing.
pub(super) fn items(listing: &Value) -> &[Value] {
    listing["items"].as_array().map_or(&[], Vec::as_slice)
}

/// Returns what somebody should look at, with where. Where there is no event yet, there is nothing to publish.
async fn attention(staff: &Staff, is_new: bool) -> Vec<Figure> {
    let w = staff.w;
    let mut needs = Vec::new();
    let mut need = |tone, count: u64, key: &str, path: &str| {
        if count > 0 {
            let href = Some(staff.at(path));
            needs.push(Figure { label: w.count(key, count), value: w.number(count), href, tone: Some(tone) });
        }
    };
    let standing = staff.get_if("/standing").await.unwrap_or_default();
    service(staff, &standing, &mut need);
    let count = |name: &str| standing[name].as_u64().unwrap_or_default();
    need(Tone::Red, count("failed_runs"), "needs-failed", "/runs?state=unrepeated");
    need(Tone::Amber, count("pending_approvals"), "needs-approvals", "/approvals");
    need(Tone::Amber, count("pending_corrections"), "needs-corrections", "/corrections?state=pending");
    need(Tone::Amber, count("pending_address_requests"), "needs-addresses", "/address-requests");
    if let Some(mail) = staff.get_if("/mail").await {
        need(Tone::Red, mail["in_vain"].as_u64().unwrap_or_default(), "needs-bounced", "/deliveries?in_vain=unsettled");
        need(
            Tone::Amber,
            mail["ambiguous"].as_u64().unwrap_or_default(),
            "needs-ambiguous",
            "/deliveries?state=ambiguous",
        );
        need(Tone::Red, u64::from(mail["trouble"].is_string()), "needs-relay", "/deliveries");
    }
    if let Some(published) = staff.get_if("/publish").await {
        let good = published["next_update"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
        let left = good.map(|good| (good.unix() - staff.now.unix()) / DAY);
        need(Tone::Red, u64::from(left.is_some_and(|days| days < GOOD_DAYS)), "needs-publication", "/publishing");
        let is_first = published["version"] == 0 && !is_new;
        need(Tone::Amber, u64::from(is_first), "needs-first-publication", "/publishing");
        let site = if published["version"] == 0 { None } else { staff.get_if("/publish/site").await };
        let site = site.unwrap_or_default();
        let found = site["looked"]["found"].as_str().unwrap_or_default();
        need(Tone::Amber, u64::from(site["known_here_only"] == true), "needs-own-domain", "/publishing");
        need(Tone::Amber, u64::from(site["looked"].is_null() && !site.is_null()), "needs-site-look", "/publishing");
        need(Tone::Red, u64::from(!["", "served"].contains(&found)), "needs-site", "/publishing");
    }
    let address = staff.get_if("/settings/address").await.unwrap_or_default();
    let for_nobody_else = u64::from(address["for_nobody_else"] == true);
    need(Tone::Amber, for_nobody_else, way_of(address["address"].as_str().unwrap_or_default()), "/settings");
    needs
}

/// What is wrong with an address to which nobody else is led: nobody else reaches it, or they do and it is not safe.
fn way_of(address: &str) -> &'static str {
    let host = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
    if host.is_none_or(|host| is_known_here_only(&host)) { "needs-own-address" } else { "needs-safe-address" }
}

/// Returns what is not well with the service itself.
fn service(staff: &Staff, standing: &Value, need: &mut impl FnMut(Tone, u64, &str, &str)) {
    let is = |name: &str| u64::from(standing[name] == true);
    need(Tone::Red, u64::from(staff.locked), "needs-locked", "/unlock");
    need(Tone::Red, u64::from(standing["store_unwell"].is_string()), "needs-store", "/settings");
    need(Tone::Red, is("queue_stuck"), "needs-queue", "/runs");
    need(Tone::Red, is("publication_failed"), "needs-publication-failed", "/runs?kind=publish&state=failed");
    need(Tone::Amber, is("disk_low"), "needs-disk", "/settings");
    need(Tone::Amber, is("mail_unwell"), "needs-mail", "/deliveries?state=queued");
    need(Tone::Amber, is("manifest_ends"), "needs-manifest", "/publishing");
    need(Tone::Red, is("key_unpublished"), "needs-key-unpublished", "/publishing");
    need(Tone::Amber, is("key_due"), "needs-key", "/publishing");
    if staff.may(Permission::Settings) {
        need(Tone::Red, is("backup_failed"), "needs-backup-failed", "/backups");
        need(Tone::Red, is("drill_failed"), "needs-drill-failed", "/backups");
        let stale = standing["backup_stale"] == true && standing["backup_failed"] != true;
        need(Tone::Amber, u64::from(stale), "needs-backup", "/backups");
    }
}

/// Says how much there is: what was issued and mailed in the days of the plot, and how many events are under way. None of it is good or bad.
fn figures(staff: &Staff, told: &Value) -> Html {
    let w = staff.w;
    let days = told["days"].as_array().map_or(&[][..], Vec::as_slice);
    let sum = |name: &str| days.iter().filter_map(|day| day[name].as_u64()).sum::<u64>();
    let figure = |key: &str, count: u64, path: &str| {
        let href = Some(staff.at(path));
        Figure { label: w.count(key, count), value: w.number(count), href, tone: None }
    };
    let first = days.first().and_then(|day| day["day"].as_str()).unwrap_or_default();
    let issued = format!("/certificates?issued_since={first}");
    let all = [
        figure("figure-issued", sum("issued"), &issued),
        figure("figure-sent", sum("sent"), "/deliveries"),
        figure("figure-events", told["events_under_way"].as_u64().unwrap_or_default(), "/events"),
    ];
    Section::new("figures", w.s("home-figures")).part(Figures(all.into())).into()
}

/// Plots what was issued and sent.
fn plot(staff: &Staff, figures: &Value) -> Option<Html> {
    let w = staff.w;
    let bar = |one: &Value| {
        let day = one["day"].as_str()?.parse::<jiff::civil::Date>().ok()?;
        let count = |name: &str| one[name].as_u64().unwrap_or_default();
        Some(Bar { label: w.date(day), value: count("issued"), second: count("sent") })
    };
    let bars = figures["days"].as_array()?.iter().filter_map(bar).collect();
    let (title, show_table) = (w.s("plot-title"), w.s("plot-table"));
    Some(Plot::new(w, title, (w.s("plot-issued"), w.s("plot-sent")), bars, show_table).into())
}

fn recent(staff: &Staff, events: &Value) -> Html {
    let rows = items(events).iter().map(|event| super::events::row(staff, event)).collect();
    let w = staff.w;
    let next = events["next"].is_string().then(|| (w.s("events-all"), staff.at("/events")));
    let heads = super::events::heads(w);
    Table { caption: w.s("nav-events"), heads, rows, empty: w.s("events-none"), next }.into()
}

/// Returns a cell for the state of an event.
pub(super) fn state_of_event(staff: &Staff, event: &Value) -> Cell {
    let state = event["state"].as_str().unwrap_or_default();
    let tone = match state {
        "completed" => Tone::Green,
        "open" => Tone::Amber,
        _ => Tone::Grey,
    };
    match event["archived"].is_null() {
        true => Cell::state(tone, staff.w.s(&format!("event-state-{state}"))),
        false => Cell::state(Tone::Grey, staff.w.s("event-state-archived")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::Words;
    use super::*;

    #[test]
    fn an_address_that_others_reach_without_https_is_not_called_one_that_they_do_not_reach() {
        for (address, way) in [
            ("http://certs.example.org", "needs-safe-address"),
            ("http://8.8.8.8:8080", "needs-safe-address"),
            ("http://localhost:8080", "needs-own-address"),
            ("https://192.168.178.20", "needs-own-address"),
            ("http://nas.local", "needs-own-address"),
        ] {
            assert_eq!(way_of(address), way, "{address}");
        }
        assert!(Words::all().iter().all(|w| w.if_any("needs-safe-address").is_some()));
    }
}
