//! What the service is set to. What `testamur.toml` says, or a flag of the program, is shown as fixed; what staff may change leads to its
//! page.

use axum::extract::State;
use serde_json::Value;

use super::inside::{Answer, Staff};
use super::ui::{Action, Actions, Facts, Html, Notice, Page, Section, Text, Tone};
use super::{languages, phrases};
use crate::accounts::Permission;
use crate::mail::Security;
use crate::server::App;

/// Shows the settings.
pub(super) async fn show(State(app): State<App>, staff: Staff) -> Answer {
    staff.needs(Permission::Settings)?;
    let w = staff.w;
    let published = staff.get_if("/publish").await.unwrap_or_default();
    let page = Page::new(w.s("nav-settings")).lead(w.s("settings-lead")).part(health(&app, &staff).await);
    let page = page.part(organisation(&app, &staff)).part(service(&app, &staff)).part(mail(&app, &staff).await);
    Ok(staff.page(&page.part(publication(&app, &staff, &published)).part(further(&staff))))
}

/// Says whether the service is well.
async fn health(app: &App, staff: &Staff) -> Html {
    let w = staff.w;
    let notice = match crate::server::ops::ready(State(app.clone())).await {
        Ok(_) => Notice { tone: Tone::Green, text: w.s("settings-ready"), items: Vec::new() },
        Err(problem) => {
            Notice { tone: Tone::Red, text: w.s("settings-not-ready"), items: vec![phrases::problem(w, &problem).text] }
        }
    };
    notice.into()
}

fn organisation(app: &App, staff: &Staff) -> Html {
    let w = staff.w;
    let facts = Facts(vec![
        (w.s("name"), app.issuer.name.clone()),
        (w.s("begin-domain"), app.issuer.host.clone()),
        (w.s("begin-identity"), app.issuer.did()),
        (w.s("begin-zone"), app.issuer.zone.name().to_owned()),
        (w.s("house-language"), languages::name(w, app.issuer.language.now().tag())),
        (w.s("settings-verifier"), app.issuer.verifier.clone()),
    ]);
    let section = Section::new("organisation", w.s("begin-organisation")).part(facts);
    let mut section = section.part(Text(w.s("settings-organisation")));
    let mut ways = Vec::new();
    for (fixed, said, change, page) in [
        (app.issuer.zone.is_fixed(), "settings-zone-fixed", "zone-change", "time-zone"),
        (app.issuer.language.is_fixed(), "settings-language-fixed", "house-language-change", "language"),
    ] {
        match fixed {
            true => section = section.part(Text(w.s(said))),
            false => ways.push(Action::link(w.s(change), staff.at(&format!("/settings/{page}")))),
        }
    }
    match ways.is_empty() {
        true => section.into(),
        false => section.part(Actions(ways)).into(),
    }
}

fn service(app: &App, staff: &Staff) -> Html {
    let (w, limits, reached) = (staff.w, &app.limits, app.reached_at());
    let (address, told) = match reached.told() {
        Some(address) => (address.to_owned(), true),
        None => (w.with("settings-address-here", [("address", reached.to_string().into())]), false),
    };
    let facts = Facts(vec![
        (w.s("settings-address"), address),
        (w.s("settings-proxies"), app.behind_proxy.to_string()),
        (w.s("settings-upload"), format!("{} MB", limits.upload_bytes >> 20)),
        (w.s("settings-time"), w.count("settings-seconds", limits.request_time.as_secs())),
        (w.s("settings-rate"), w.number(limits.public_per_second.into())),
        (w.s("settings-alone"), w.number(limits.revoke_alone as u64)),
        (w.s("settings-vc"), w.s(if app.vc_api { "on" } else { "off" })),
    ]);
    let section = Section::new("service", w.s("settings-service")).part(facts).part(Text(w.s("settings-service-text")));
    let section = match told {
        true => section,
        false => section.part(Notice { tone: Tone::Amber, text: w.s("settings-address-text"), items: Vec::new() }),
    };
    let section = match told && reached.is_for_nobody_else() {
        true => section.part(Notice { tone: Tone::Amber, text: w.s("address-here-only"), items: Vec::new() }),
        false => section,
    };
    match app.public_url.told() {
        Some(_) => section.into(),
        None => {
            let say = Action::link(w.s("address-change"), staff.at("/settings/address"));
            section.part(Actions(vec![say.primary()])).into()
        }
    }
}

async fn mail(app: &App, staff: &Staff) -> Html {
    let w = staff.w;
    let section = Section::new("mail", w.s("nav-deliveries"));
    let now = app.mail_now();
    let change = (!now.fixed).then(|| Action::link(w.s("relay-change"), staff.at("/settings/mail")).primary());
    let Some(config) = &now.config else {
        return section.part(Text(w.s("relay-none"))).part(Actions(change.into_iter().collect())).into();
    };
    let security = match config.security {
        Security::StartTls => "STARTTLS".to_owned(),
        Security::Tls => "TLS".to_owned(),
        Security::None => w.s("settings-unsafe"),
    };
    let most = |count: u32| if count == 0 { w.s("settings-any") } else { w.number(count.into()) };
    let facts = Facts::known([
        (w.s("begin-relay"), Some(format!("{}:{}", config.relay, config.port))),
        (w.s("begin-security"), Some(security)),
        (w.s("begin-relay-user"), now.user.clone()),
        (w.s("mail-from"), Some(config.from.to_string())),
        (w.s("mail-reply"), config.reply_to.as_ref().map(ToString::to_string)),
        (w.s("settings-per-minute"), Some(most(config.per_minute))),
        (w.s("settings-per-domain"), Some(most(config.per_domain))),
        (w.s("settings-link-days"), Some(w.count("settings-days", config.link_days.into()))),
    ]);
    let text = w.s(if now.fixed { "settings-mail-text" } else { "relay-text" });
    let test = now.relay.as_ref().map(|_| Action::post(staff, w.s("relay-test"), "/settings/mail/test", &[]));
    let mut section = section.part(facts).part(Text(text)).part(Actions(change.into_iter().chain(test).collect()));
    if now.waits {
        section = section.part(Notice { tone: Tone::Amber, text: w.s("relay-waits"), items: Vec::new() });
    }
    let standing = staff.get_if("/mail").await.unwrap_or_default();
    if let Some(trouble) = standing["trouble"].as_str() {
        section = section.part(Notice {
            tone: Tone::Red,
            text: w.s("mail-trouble"),
            items: vec![phrases::sentence(&phrases::said(w, trouble))],
        });
    }
    section.into()
}

fn publication(app: &App, staff: &Staff, published: &Value) -> Html {
    let w = staff.w;
    let site = app.vault.site().map(|site| site.display().to_string());
    let facts = Facts::known([
        (w.s("settings-site"), Some(site.unwrap_or_else(|| w.s("settings-no-site")))),
        (w.s("published"), staff.time(&published["issued"])),
        (w.s("published-good"), staff.time(&published["next_update"])),
    ]);
    let way = Action::link(w.s("nav-publishing"), staff.at("/publishing"));
    let section = Section::new("publication", w.s("published")).part(facts);
    section.part(Text(w.s("settings-site-text"))).part(Actions(vec![way])).into()
}

fn further(staff: &Staff) -> Html {
    let w = staff.w;
    let ways = vec![
        Action::link(w.s("nav-team"), staff.at("/team")),
        Action::link(w.s("webhooks"), staff.at("/team/webhooks")),
        Action::link(w.s("upkeep-title"), staff.at("/settings/upkeep")),
        Action::link(w.s("backups"), staff.at("/backups")),
        Action::link(w.s("nav-audit"), staff.at("/audit")),
        Action::link(w.s("settings-docs"), staff.api("/docs")),
        Action::link(w.s("settings-readyz"), format!("{}/readyz", staff.base)),
        Action::link(w.s("settings-metrics"), format!("{}/metrics", staff.base)),
    ];
    Section::new("further", w.s("event-further")).part(Actions(ways)).into()
}
