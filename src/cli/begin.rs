//! `testamur serve` in an empty folder: a page in the browser sets the issuer up, then the service starts.

use std::net::SocketAddr;
use std::path::Path;

use zeroize::Zeroizing;

use super::config::{Config, Serve};
use super::output::{self, Failure};
use super::{Global, init, passphrase, sample, workspace};
use crate::accounts::{self, AccountsError, Secret, SetUp};
use crate::acts::templates::{self, LOGO};
use crate::acts::upkeep::{self, Values};
use crate::acts::{self, ActError};
use crate::credential::Zone;
use crate::desk::{Desk, Language};
use crate::mail::Relay;
use crate::mail::chosen::{Chosen, Fault, choose};
use crate::mail::relay::Patience;
use crate::making::Faces;
use crate::server::{self, Founder, MAIL_PASSWORD, Made, NotMade, PublicUrl, RelayWanted, Wanted};
use crate::store::{MemoryStore, SledStore, Store};
use crate::template::{FontLibrary, Severity, Template};
use crate::vault::KeyFolder;

/// What the template with the issuer's logo is called.
const OWN_TEMPLATE: &str = "own-logo";

/// Where backups go, in the data folder, until somebody says otherwise.
const BACKUPS: &str = "backups";
/// What an earlier try may have left.
const HALF_MADE: [&str; 2] = ["keys", "store"];

/// Says whether there is no issuer in a data folder, and nothing else either but what an earlier try has left.
pub(super) fn is_new(data: &Path) -> bool {
    let is_ours = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| HALF_MADE.iter().any(|name| entry.file_name() == *name))
    };
    match std::fs::read_dir(data) {
        Ok(mut entries) => entries.all(is_ours),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// Serves the page until there is an issuer. Returns the passphrase of its keys, and the socket: it listens on, so that whoever goes on
/// from the page before the service answers waits for it, and finds nobody gone. Nothing if it was stopped before.
///
/// # Errors
/// When it would be seen from other machines, or the socket fails.
pub(super) fn run(
    global: &Global,
    runtime: &tokio::runtime::Runtime,
    serve: &Serve,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> Result<Option<(Zeroizing<String>, std::net::TcpListener)>, Failure> {
    let address = super::serve::address_to_listen(serve);
    refuse_others(address)?;
    let token = token()?;
    let listener = runtime.block_on(super::serve::bound(address))?;
    let failed = |error| Failure::new(format!("listen on {address}: {error}"));
    let here = listener.local_addr().map_err(failed)?;
    let kept = listener.into_std().map_err(failed)?;
    let listener = kept.try_clone().and_then(|socket| {
        let _within = runtime.enter();
        tokio::net::TcpListener::from_std(socket)
    });
    let listener = listener.map_err(failed)?;
    output::line("there is no issuer in this folder yet; whoever opens this sets it up:");
    output::line(format!("    http://{here}/begin/{}", token.expose()));
    let setter = Setter { global: global.clone(), serve: serve.clone() };
    let made = server::begin(listener, token, stopped, setter);
    let passphrase = runtime.block_on(made).map_err(|error| Failure::new(format!("serve the first page: {error}")))?;
    Ok(passphrase.map(|passphrase| (Zeroizing::new(passphrase.expose().to_owned()), kept)))
}

/// The passphrase would travel in the clear.
fn refuse_others(address: SocketAddr) -> Result<(), Failure> {
    match address.ip().is_loopback() {
        true => Ok(()),
        false => Err(Failure::new(format!("there is no issuer in this folder, and {address} is seen by other machines"))
            .hint("set it up with `testamur init`; or start with --listen 127.0.0.1:8080 and open the page on this machine, or through `ssh -L 8080:127.0.0.1:8080`")),
    }
}

fn token() -> Result<Secret, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new(format!("get random bytes: {error}")))?;
    Ok(data_encoding::HEXLOWER.encode(&bytes).into())
}

/// Sets up what the page asks for.
struct Setter {
    global: Global,
    serve: Serve,
}

fn wrong(field: &'static str) -> impl Fn(Failure) -> NotMade {
    move |failure| NotMade { field: Some(field), detail: failure.in_one_line() }
}

fn failed(failure: impl Into<Failure>) -> NotMade {
    NotMade { field: None, detail: failure.into().in_one_line() }
}

impl Founder for Setter {
    fn address(&self) -> Option<String> {
        self.serve.public_url.clone()
    }

    fn check(&self, wanted: &Wanted) -> Vec<NotMade> {
        let (name, email, password) = &wanted.owner;
        let mut faults = Vec::new();
        let mut note = |checked: Result<(), NotMade>| faults.extend(checked.err());
        note(configured(self, wanted).map(drop));
        note(init::as_domain(&wanted.domain).map(drop).map_err(wrong("domain")));
        note(zone(wanted).map(drop));
        note(language(wanted).map(drop));
        note(reached_at(wanted).map(drop));
        note(passphrase::check(wanted.passphrase.expose()).map_err(wrong("passphrase")));
        // Each by itself: the first fault must not hide the others.
        for (email, name, password) in [
            (email.as_str(), "A", &fine()),
            ("a@example.org", name.as_str(), &fine()),
            ("a@example.org", "A", password),
        ] {
            note(accounts::check_owner(&SetUp { email, name, password }).map_err(account));
        }
        // A password can be wrong beside the e-mail alone.
        note(accounts::check_owner(&SetUp { email, name, password }).map_err(account));
        note(wanted.logo.as_ref().map_or(Ok(()), |logo| with_logo(logo, wanted.language).map(drop)));
        faults.extend(wanted.relay.as_ref().and_then(|relay| chosen(relay).err()).into_iter().flatten());
        faults.sort_by_key(|fault| fault.field);
        faults.dedup_by_key(|fault| fault.field);
        faults
    }

    /// A second try goes on with what the first one made.
    fn make(&self, wanted: &Wanted) -> Result<Made, NotMade> {
        let data = &self.global.data;
        let config = configured(self, wanted)?;
        init::create_before(data, &config, wanted.passphrase.expose(), self.global.now()).map_err(failed)?;
        let keys = KeyFolder::open(&data.join("keys")).map_err(|error| failed(workspace::keys_failure(error)))?;
        let store = SledStore::open(&data.join("store")).map_err(failed)?;
        let (issuer, actor) = (config.issuer(), workspace::actor());
        let desk = Desk { store: &store, issuer: &issuer, actor: &actor, now: self.global.now() };
        zone_of_house(&desk, wanted)?;
        language_of_house(&desk, wanted)?;
        let codes = own(&desk, wanted)?;
        mail(&desk, &keys, wanted)?;
        keep_house(&desk)?;
        reached(&desk, wanted)?;
        dress(&desk, data, wanted)?;
        drop(store);
        // Last of all: what is half made is not taken for an issuer.
        init::settle(data, &config).map_err(failed)?;
        let folder = std::path::absolute(data.join("keys")).unwrap_or_else(|_| data.join("keys"));
        let (did, root_fingerprint) = (config.issuer().did(), keys.root().1.fingerprint());
        Ok(Made { did, root_fingerprint, keys: folder.display().to_string(), codes })
    }

    fn relay(&self, wanted: &RelayWanted) -> Result<Relay, Vec<NotMade>> {
        let (_, config) = chosen(wanted)?;
        let login = wanted.login.as_ref().map(|(user, password)| (user.clone(), password.expose().to_owned().into()));
        let relay = Relay::new(crate::mail::Config { login, ..config }, Patience::default());
        relay.map_err(|error| vec![NotMade { field: Some("relay"), detail: error.to_string() }])
    }
}

/// A password in which nothing is wrong.
fn fine() -> Secret {
    "a password that is good enough".into()
}

fn zone(wanted: &Wanted) -> Result<Option<Zone>, NotMade> {
    let zone = wanted.time_zone.as_deref().map(str::parse::<Zone>).transpose();
    zone.map_err(|error| NotMade { field: Some("time_zone"), detail: error.to_string() })
}

/// Keeps where days begin and end, as staff can change it later.
fn zone_of_house(desk: &Desk, wanted: &Wanted) -> Result<(), NotMade> {
    match zone(wanted)? {
        Some(zone) if zone != *desk.issuer.zone => acts::choose_zone(desk, &zone).map_err(failed),
        _ => Ok(()),
    }
}

fn language(wanted: &Wanted) -> Result<Option<Language>, NotMade> {
    let language = wanted.house_language.as_deref().map(str::parse::<Language>).transpose();
    language.map_err(|error| NotMade { field: Some("language"), detail: error.to_string() })
}

/// Keeps what the issuer speaks, as staff can change it later.
fn language_of_house(desk: &Desk, wanted: &Wanted) -> Result<(), NotMade> {
    match language(wanted)? {
        Some(language) if language != desk.issuer.language.now() => {
            acts::choose_language(desk, language).map_err(failed)
        }
        _ => Ok(()),
    }
}

fn configured(setter: &Setter, wanted: &Wanted) -> Result<Config, NotMade> {
    let Setter { global, serve } = setter;
    let issuer = super::event::line(&wanted.issuer);
    let issuer = issuer.map_err(|detail| NotMade { field: Some("issuer"), detail: detail.to_string() })?;
    let domain = init::as_domain(&wanted.domain).map_err(wrong("domain"))?;
    let site = serve.site.clone().unwrap_or_else(|| global.data.join("site"));
    let config = Config {
        issuer,
        domain,
        verifier: None,
        status_days: None,
        undo_minutes: None,
        // Staff can change both on pages.
        time_zone: None,
        language: None,
        linkedin: None,
        render_method: None,
        mail: None,
        backup: None,
        retention: None,
        serve: Some(Serve {
            site: Some(site),
            listen: serve.listen,
            public_url: serve.public_url.clone(),
            ..Serve::default()
        }),
    };
    // All else was checked: what is left is the name.
    config.check().map_err(wrong("issuer"))?;
    Ok(config)
}

/// Returns how mail is to leave, with what it amounts to.
fn chosen(relay: &RelayWanted) -> Result<(Chosen, crate::mail::Config), Vec<NotMade>> {
    let chosen = Chosen {
        relay: relay.host.trim().to_ascii_lowercase(),
        port: relay.port,
        security: Some(relay.security.clone()).filter(|text| !text.is_empty()).unwrap_or_else(|| "starttls".to_owned()),
        user: relay.login.as_ref().map(|(user, _)| user.clone()),
        from: relay.from.clone(),
        reply_to: None,
    };
    let told = |fault: Fault| NotMade { field: Some(fault.field), detail: fault.problem };
    let config = chosen.checked().map_err(|faults| faults.into_iter().map(told).collect::<Vec<_>>())?;
    match &relay.login {
        Some((_, password)) if password.expose().is_empty() => {
            let detail = "who logs in there needs a password".to_owned();
            Err(vec![NotMade { field: Some("relay_password"), detail }])
        }
        _ => Ok((chosen, config)),
    }
}

/// Makes the first owner, unless an earlier try has; returns the codes of the recovery sheet.
fn own(desk: &Desk, wanted: &Wanted) -> Result<Vec<Secret>, NotMade> {
    let (name, email, password) = &wanted.owner;
    match accounts::setup_link(desk).map_err(account)? {
        None => same_owner(desk.store, email).map(|()| Vec::new()),
        Some(token) => {
            let made = accounts::set_up(desk, &token, &SetUp { email, name, password });
            made.map(|(_, codes)| codes).map_err(account)
        }
    }
}

/// An earlier try may have made an owner: then it is the same one, with the password of that try.
fn same_owner(store: &dyn Store, email: &str) -> Result<(), NotMade> {
    let found = accounts::members(store, None, 100).map_err(account)?;
    match found.items.iter().any(|member| member.email.eq_ignore_ascii_case(email.trim())) {
        true => Ok(()),
        false => Err(NotMade {
            field: Some("email"),
            detail: "a try before this one has made an owner with another e-mail; give that one, and log in with the password of then".to_owned(),
        }),
    }
}

/// Keeps how mail leaves, as staff can change it later: the password sealed with the passphrase of the keys, the rest in the store.
fn mail(desk: &Desk, keys: &KeyFolder, wanted: &Wanted) -> Result<(), NotMade> {
    let Some(relay) = &wanted.relay else { return Ok(()) };
    let (chosen, config) = chosen(relay).map_err(|mut faults| faults.remove(0))?;
    if let Some((user, password)) = &relay.login {
        let text = server::sealed_text((&chosen.relay, Some(config.port)), user, password.expose());
        let sealed = keys.seal_secret(MAIL_PASSWORD, &text, wanted.passphrase.expose());
        sealed.map_err(|error| failed(workspace::keys_failure(error)))?;
    }
    let act = desk.act("mail.relay", "mail", serde_json::json!({ "relay": chosen.relay, "security": chosen.security }));
    choose(desk.store, Some(&chosen), Some(&act)).map_err(failed)
}

/// Somebody who never sees a terminal has backups from the first night on, and can say on a page where they go.
fn keep_house(desk: &Desk) -> Result<(), NotMade> {
    if upkeep::chosen(desk.store).map_err(failed)? != Values::default() {
        return Ok(());
    }
    let wanted = Values { backup_folder: Some(BACKUPS.to_owned()), ..Values::default() };
    upkeep::keep(desk, &Values::default(), &wanted).map_err(failed)
}

fn reached_at(wanted: &Wanted) -> Result<Option<PublicUrl>, NotMade> {
    let address = wanted.address.as_deref().map(PublicUrl::of_staff).transpose();
    address.map_err(|error| NotMade { field: Some("address"), detail: error.to_string() })
}

/// Keeps at which address people reach the service, as staff can change it later.
fn reached(desk: &Desk, wanted: &Wanted) -> Result<(), NotMade> {
    let Some(address) = reached_at(wanted)?.map(|address| address.to_string()) else { return Ok(()) };
    let act = desk.act("mail.address", "mail", serde_json::json!({ "address": address }));
    crate::mail::reached::reach(desk.store, Some(&address), Some(&act)).map_err(failed)
}

/// Returns the template `classic` with a logo, in a language.
fn with_logo(logo: &[u8], language: &str) -> Result<Template, NotMade> {
    let unusable = |error: &dyn std::fmt::Display| NotMade { field: Some("logo"), detail: error.to_string() };
    let template = templates::opened(&MemoryStore::new(), &format!("classic.{language}"), None)
        .map_err(|error| unusable(&error))?;
    let template = template.with_asset(LOGO, logo.to_vec()).map_err(|error| unusable(&error))?;
    let findings = templates::looked_over(&FontLibrary::builtin(), &template);
    let bad = findings.into_iter().find(|finding| finding.severity == Severity::Error);
    match bad {
        Some(finding) => Err(unusable(&format!("{}; {}", finding.message, finding.hint))),
        None => Ok(template),
    }
}

/// Keeps the logo in a template of the library, and makes the event to look around in.
fn dress(desk: &Desk, data: &Path, wanted: &Wanted) -> Result<(), NotMade> {
    if wanted.logo.is_none() && !wanted.sample {
        return Ok(());
    }
    let faces = Faces::new(workspace::fonts(data).map_err(failed)?);
    if let Some(logo) = &wanted.logo {
        match templates::add(desk, &faces, OWN_TEMPLATE, &with_logo(logo, wanted.language)?) {
            // Of a try before.
            Ok(_) | Err(ActError::TemplateExists(_)) => {}
            Err(error) => return Err(NotMade { field: Some("logo"), detail: error.to_string() }),
        }
    }
    let template = if wanted.logo.is_some() { OWN_TEMPLATE } else { "classic" };
    if wanted.sample { sample::make(desk, &faces, (template, wanted.language)).map_err(failed) } else { Ok(()) }
}

fn account(error: AccountsError) -> NotMade {
    let field = match error {
        AccountsError::Email => Some("email"),
        AccountsError::Name => Some("name"),
        AccountsError::Password(_) => Some("password"),
        _ => None,
    };
    NotMade { field, detail: error.to_string() }
}
