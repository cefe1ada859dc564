//! `testamur serve` in an empty folder: a page in the browser sets the issuer up, then the service starts.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::config::{Config, Serve};
use super::mail_config::{MailSection, Safe};
use super::output::{self, Failure};
use super::{Global, init, passphrase, workspace};
use crate::accounts::{self, AccountsError, Secret, SetUp};
use crate::credential::Zone;
use crate::desk::Desk;
use crate::server::{self, Made, NotMade, RelayWanted, Wanted};
use crate::store::SledStore;
use crate::vault::KeyFolder;

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

/// Serves the page until there is an issuer. Returns the passphrase of its keys; nothing if it was stopped before.
///
/// # Errors
/// When it would be seen from other machines, or the socket fails.
pub(super) fn run(
    global: &Global,
    runtime: &tokio::runtime::Runtime,
    serve: &Serve,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> Result<Option<Zeroizing<String>>, Failure> {
    let address = super::serve::address_to_listen(serve);
    refuse_others(address)?;
    let token = token()?;
    let listener = runtime.block_on(super::serve::bound(address))?;
    let here = listener.local_addr().map_err(|error| Failure::new(format!("listen on {address}: {error}")))?;
    output::line("there is no issuer in this folder yet; whoever opens this sets it up:");
    output::line(format!("    http://{here}/begin/{}", token.expose()));
    let (global, serve) = (global.clone(), serve.clone());
    let made = server::begin(listener, token, stopped, move |wanted| make(&global, &serve, wanted));
    let passphrase = runtime.block_on(made).map_err(|error| Failure::new(format!("serve the first page: {error}")))?;
    Ok(passphrase.map(|passphrase| Zeroizing::new(passphrase.expose().to_owned())))
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

fn wrong(field: &'static str) -> impl Fn(Failure) -> NotMade {
    move |failure| NotMade { field: Some(field), detail: failure.in_one_line() }
}

/// Makes the issuer and its first owner. What is wrong is found before anything is made; a second try goes on with what the first
/// one made.
fn make(global: &Global, serve: &Serve, wanted: &Wanted) -> Result<Made, NotMade> {
    let config = configured(global, serve, wanted)?;
    passphrase::check(wanted.passphrase.expose()).map_err(wrong("passphrase"))?;
    let (name, email, password) = &wanted.owner;
    accounts::check_owner(&SetUp { email, name, password }).map_err(account)?;
    let failed = |failure: Failure| NotMade { field: None, detail: failure.in_one_line() };
    init::create_before(&global.data, &config, wanted.passphrase.expose(), global.now()).map_err(failed)?;
    if let Some(path) = config.mail.as_ref().and_then(|mail| mail.password_file.as_ref()) {
        let password =
            wanted.relay.as_ref().and_then(|relay| relay.login.as_ref()).map_or("", |(_, password)| password.expose());
        let written = write_secret(path, password);
        written.map_err(|error| NotMade {
            field: Some("relay_password"),
            detail: format!("write {}: {error}", path.display()),
        })?;
    }
    own(global, &config, &SetUp { email, name, password })?;
    // Last of all: what is half made is not taken for an issuer.
    init::settle(&global.data, &config).map_err(failed)?;
    let keys = KeyFolder::open(&global.data.join("keys")).map_err(|error| failed(workspace::keys_failure(error)))?;
    Ok(Made { did: config.issuer().did(), root_fingerprint: keys.root().1.fingerprint() })
}

fn configured(global: &Global, serve: &Serve, wanted: &Wanted) -> Result<Config, NotMade> {
    let domain = init::as_domain(&wanted.domain).map_err(wrong("domain"))?;
    let issuer = super::event::line(&wanted.issuer);
    let issuer = issuer.map_err(|detail| NotMade { field: Some("issuer"), detail: detail.to_string() })?;
    let zone = wanted.time_zone.as_deref().map(str::parse::<Zone>).transpose();
    let zone = zone.map_err(|error| NotMade { field: Some("time_zone"), detail: error.to_string() })?;
    let mail = wanted.relay.as_ref().map(|relay| mail(global, relay)).transpose()?;
    let site = serve.site.clone().unwrap_or_else(|| global.data.join("site"));
    let config = Config {
        issuer,
        domain,
        verifier: None,
        status_days: None,
        undo_minutes: None,
        time_zone: zone,
        linkedin: None,
        mail,
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

fn mail(global: &Global, relay: &RelayWanted) -> Result<MailSection, NotMade> {
    let security = match relay.security.as_str() {
        "tls" => Safe::Tls,
        "none" => Safe::None,
        _ => Safe::StartTls,
    };
    let section = MailSection {
        relay: relay.host.clone(),
        port: relay.port,
        security: Some(security),
        ca_file: None,
        user: relay.login.as_ref().map(|(user, _)| user.clone()),
        password_file: relay.login.as_ref().map(|_| global.data.join("keys").join("mail-password")),
        password_env: None,
        from: relay.from.clone(),
        reply_to: None,
        envelope_domain: None,
        bounces: None,
        per_minute: None,
        per_domain: None,
        link_days: None,
    };
    section.check().map_err(wrong("relay"))?;
    Ok(section)
}

/// Makes the first owner, unless an earlier try has.
fn own(global: &Global, config: &Config, owner: &SetUp<'_>) -> Result<(), NotMade> {
    let failed = |detail: String| NotMade { field: None, detail };
    let store = SledStore::open(&global.data.join("store")).map_err(|error| failed(error.to_string()))?;
    let (issuer, actor) = (config.issuer(), workspace::actor());
    let desk = Desk { store: &store, issuer: &issuer, actor: &actor, now: global.now() };
    match accounts::setup_link(&desk).map_err(account)? {
        None => same_owner(&store, owner.email),
        Some(token) => accounts::set_up(&desk, &token, owner).map(|_| ()).map_err(account),
    }
}

/// An earlier try may have made an owner: then it is the same one, with the password of that try.
fn same_owner(store: &SledStore, email: &str) -> Result<(), NotMade> {
    let found = accounts::members(store, None, 100).map_err(account)?;
    match found.items.iter().any(|member| member.email.eq_ignore_ascii_case(email.trim())) {
        true => Ok(()),
        false => Err(NotMade {
            field: Some("email"),
            detail: "a try before this one has made an owner with another e-mail; give that one, and log in with the password of then".to_owned(),
        }),
    }
}

/// Writes a file that only who runs the service can read.
fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(format!("{secret}\n").as_bytes())?;
    file.sync_all()
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
