//! `testamur serve` and `testamur config`: the service, and what it is told.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::config::{Config, Proxies, Serve};
use super::output::{self, Explain, Failure};
use super::passphrase::Passphrase;
use super::workspace::{HEARTBEAT, Workspace, vault_failure};
use super::{Global, begin, passphrase, time};
use crate::reading::Reader;
use crate::server::{self, App, Clock, Limits, Listen, Parts, PortalSettings, PublicUrl, Steady};
use crate::vault::{Vault, VaultError};
use crate::webhooks::{Courier, Rules, Sender};

/// Threads that read and write the store at once: what each has in memory at a time is bounded, and so it is for all.
const AT_DESKS: usize = 32;
/// Public pages drawn for one publication: what was revoked must not wait for all of them.
const PAGES_AT_ONCE: usize = 100;
const HOUR: Duration = Duration::from_secs(3_600);
const LISTEN: &str = "127.0.0.1:8080";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, env = "TESTAMUR_LISTEN", value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Folder that is published to
    #[arg(long, env = "TESTAMUR_SITE", value_name = "SITE")]
    site: Option<PathBuf>,
    /// Under which address people reach it, behind a proxy: what every link begins with
    #[arg(long, env = "TESTAMUR_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// Certificate chain for TLS (PEM)
    #[arg(long, env = "TESTAMUR_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key for TLS (PEM)
    #[arg(long, env = "TESTAMUR_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Take callers' addresses from X-Forwarded-For or Forwarded, counted from the right: only behind N proxies that add to it
    #[arg(long, env = "TESTAMUR_BEHIND_PROXY", value_name = "N", num_args = 0..=1, default_missing_value = "1")]
    behind_proxy: Option<Proxies>,
    /// Serve the W3C VC-API under /vc
    #[arg(long, env = "TESTAMUR_VC_API")]
    vc_api: bool,
    /// Start with locked keys, whatever passphrase there is: they are unlocked in the browser
    #[arg(long, env = "TESTAMUR_LOCKED")]
    locked: bool,
    /// Logs as JSON lines or as text
    #[arg(long, env = "TESTAMUR_LOG_FORMAT", value_enum, default_value = "json")]
    log: LogFormat,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum LogFormat {
    Json,
    Text,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum ConfigCommand {
    /// Check testamur.toml and show what it amounts to
    Check,
}

pub(super) fn config(global: &Global, ConfigCommand::Check: ConfigCommand) -> Result<ExitCode, Failure> {
    let config = Config::read(&global.data)?;
    let serve = config.serve.clone().unwrap_or_default();
    if let (Some(chain), Some(key)) = (&serve.tls_cert, &serve.tls_key) {
        tls(chain, key)?;
    }
    let limits = limits(&serve);
    output::line(format!("issuer             {} ({})", config.issuer().name, config.issuer().did()));
    output::line(format!("verifier           {}", config.verifier()));
    output::line(format!("status_days        {}", config.status_days()));
    output::line(format!("undo_minutes       {}", config.undo().0));
    output::line(format!("render_method      {}", config.render_method.unwrap_or_default()));
    let listen = serve.listen.map_or_else(|| LISTEN.to_owned(), |address| address.to_string());
    output::line(format!("serve.listen       {listen}{}", if serve.tls_cert.is_some() { " with TLS" } else { "" }));
    let site =
        serve.site.as_ref().map_or("none: publishing over HTTP is refused".to_owned(), |s| s.display().to_string());
    output::line(format!("serve.site         {site}"));
    output::line(format!("serve.publish      {}", serve.publish.unwrap_or(true) && serve.site.is_some()));
    let public = address(&config)?;
    let told = if public.told().is_some() { "" } else { " (where it listens)" };
    output::line(format!("serve.public_url   {public}{told}"));
    output::line(format!("behind_proxy       {}", serve.behind_proxy.unwrap_or_default()));
    output::line(format!("vc_api             {}", serve.vc_api.unwrap_or_default()));
    output::line(format!("public_per_second  {}", limits.public_per_second));
    output::line(format!("links_per_caller   {}", limits.links_per_caller));
    let house = config.fixed().settled(Some(&global.data));
    if let Some(plan) = &house.backup {
        output::line(format!(
            "backup             {} at {}:00, {} are kept",
            plan.folder.display(),
            plan.hour,
            plan.keep
        ));
    }
    output::line(format!(
        "retention          mail {}, uploads {}, files that are looked at {}",
        output::counted(house.retention.mail_days, "day", "days"),
        output::counted(house.retention.upload_days, "day", "days"),
        output::counted(house.waiting_minutes, "minute", "minutes")
    ));
    output::line(format!(
        "sessions           {} unused, {} in all",
        output::counted(house.sessions.hours, "hour", "hours"),
        output::counted(house.sessions.days, "day", "days")
    ));
    output::line(format!("upload_mb          {}", limits.upload_bytes >> 20));
    output::line(format!("request_seconds    {}", limits.request_time.as_secs()));
    output::line(format!("revoke_alone       {}", limits.revoke_alone));
    match &config.mail {
        Some(mail) => mail.show(public.told())?,
        None => output::line("mail               none: nothing is sent"),
    }
    if !public.is_safe() {
        output::line(format!("warning: browsers keep no session at {public}: staff log in over https only"));
    }
    if !global.data.join("keys").is_dir() {
        let keys = global.data.join("keys");
        output::line(format!(
            "warning: there is no folder {}; restore the backup, or set up with `testamur init`",
            keys.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn run(global: &Global, args: Args) -> Result<ExitCode, Failure> {
    let (first, socket) = match begin::is_new(&global.data) {
        true => match begun(global, &args)? {
            Some((passphrase, socket)) => (Some(passphrase), Some(socket)),
            None => return Ok(ExitCode::SUCCESS),
        },
        false => (None, None),
    };
    let workspace = Workspace::open_to_serve(global)?;
    let serve = told(workspace.config.serve.clone().unwrap_or_default(), &args);
    let tls = match (&serve.tls_cert, &serve.tls_key) {
        (Some(chain), Some(key)) => Some(tls(chain, key)?),
        _ => None,
    };
    log(args.log);
    let passphrase = match (first, args.locked) {
        (Some(first), _) => Some(first),
        (None, true) => None,
        (None, false) => passphrase::to_serve(global)?,
    };
    let data = workspace.data.clone();
    let bounces = workspace.config.mail.as_ref().and_then(|mail| mail.bounces.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(AT_DESKS)
        .build()
        .doing("start the service")?;
    let (listener, here) = runtime.block_on(listening(&serve, socket))?;
    let app = App::new(Parts {
        public_url: serve.public_url()?.unwrap_or(here.clone()),
        ..parts(workspace, global, &serve, passphrase)?
    })
    .doing("start the service")?;
    runtime.block_on(serving(app, (&data, bounces), &serve, Listening { listener, here, tls }))?;
    Ok(ExitCode::SUCCESS)
}

/// Sets an issuer up in the browser, where there is none. Returns the passphrase and the socket that listens; nothing if it was stopped
/// before.
fn begun(global: &Global, args: &Args) -> Result<Option<(Passphrase, std::net::TcpListener)>, Failure> {
    super::init::refuse_old_clock(global)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().doing("start the first page")?;
    let serve = told(Serve::default(), args);
    // Within the runtime: signals are taken from here on.
    let stopped = {
        let _within = runtime.enter();
        stopped()
    };
    let begun = begin::run(global, &runtime, &serve, stopped)?;
    Ok(begun.map(|(text, socket)| (Passphrase { text, typed: true }, socket)))
}

/// Returns the address that a configuration says the service has.
pub(super) fn address(config: &Config) -> Result<PublicUrl, Failure> {
    let serve = config.serve.clone().unwrap_or_default();
    let listen = serve.listen.map_or_else(|| LISTEN.to_owned(), |address| address.to_string());
    Ok(serve.public_url()?.unwrap_or_else(|| PublicUrl::listening(scheme(&serve), listen)))
}

fn scheme(serve: &Serve) -> &'static str {
    if serve.tls_cert.is_some() { "https" } else { "http" }
}

/// What flags and variables say goes before the file.
fn told(file: Serve, args: &Args) -> Serve {
    Serve {
        listen: args.listen.or(file.listen),
        site: args.site.clone().or(file.site),
        public_url: args.public_url.as_ref().map(PublicUrl::to_string).or(file.public_url),
        tls_cert: args.tls_cert.clone().or(file.tls_cert),
        tls_key: args.tls_key.clone().or(file.tls_key),
        behind_proxy: args.behind_proxy.or(file.behind_proxy),
        vc_api: Some(args.vc_api || file.vc_api.unwrap_or_default()),
        ..file
    }
}

fn limits(serve: &Serve) -> Limits {
    let usual = Limits::default();
    Limits {
        upload_bytes: serve.upload_mb.map_or(usual.upload_bytes, |mb| usize::from(mb) << 20),
        request_time: serve.request_seconds.map_or(usual.request_time, |s| Duration::from_secs(s.into())),
        public_per_second: serve.public_per_second.unwrap_or(usual.public_per_second),
        links_per_caller: serve.links_per_caller.unwrap_or(usual.links_per_caller),
        revoke_alone: serve.revoke_alone.unwrap_or(usual.revoke_alone),
        ..usual
    }
}

fn parts(
    workspace: Workspace,
    global: &Global,
    serve: &Serve,
    passphrase: Option<Passphrase>,
) -> Result<Parts, Failure> {
    let mut vault = opened(&workspace, serve, passphrase)?;
    vault.set_pages_at_once(PAGES_AT_ONCE);
    let (mail, mail_sealed) = match workspace.config.mail.as_ref() {
        Some(section) => match section.sealed(&workspace.data)? {
            Some(sealed) => (None, Some(sealed)),
            None => (Some(section.relay()?), None),
        },
        None => (None, None),
    };
    let fixed = global.clock;
    let clock: Clock = Arc::new(move || fixed.unwrap_or_else(time::now));
    // Opening the folder has believed it.
    let steady = Some(Steady::from(clock()));
    Ok(Parts {
        issuer: workspace.desk().issuer.clone(),
        faces: workspace.faces()?,
        vault,
        reader: Reader::own(),
        clock,
        limits: limits(serve),
        hooks: Rules { loopback: serve.webhooks_loopback.unwrap_or_default() },
        vc_api: serve.vc_api.unwrap_or_default(),
        behind_proxy: serve.behind_proxy.unwrap_or_default().0,
        public_url: PublicUrl::default(),
        portal: PortalSettings { linkedin: workspace.config.linkedin },
        mail,
        mail_sealed,
        fixed: workspace.config.fixed(),
        data: Some(workspace.data.clone()),
        steady,
        authenticator: server::accounts(),
        store: workspace.store,
    })
}

/// Opens the keys, or leaves them locked: without a passphrase, or with one of the environment or a file that is wrong, so that a
/// service which starts by itself is there for all that needs no keys.
fn opened(workspace: &Workspace, serve: &Serve, passphrase: Option<Passphrase>) -> Result<Vault, Failure> {
    let site = || serve.site.clone();
    let Some(Passphrase { text, typed }) = passphrase else {
        tracing::warn!("the keys are locked: no passphrase is used");
        return workspace.locked_vault(site());
    };
    let vault = workspace.locked_vault(site())?;
    match vault.unlock(&text) {
        Ok(()) => vault.tell_signer(&*workspace.store)?,
        Err(VaultError::Keys(error)) if !typed && error.is_wrong_passphrase() => {
            tracing::error!(%error, "the keys are locked: the passphrase that was given is wrong");
        }
        Err(error) => return Err(vault_failure(error)),
    }
    Ok(vault)
}

/// The bound socket.
struct Listening {
    listener: tokio::net::TcpListener,
    here: PublicUrl,
    tls: Option<Arc<rustls::ServerConfig>>,
}

/// Returns where the service listens.
pub(super) fn address_to_listen(serve: &Serve) -> SocketAddr {
    serve.listen.unwrap_or_else(|| LISTEN.parse().expect("the default is an address"))
}

/// Binds a socket.
pub(super) async fn bound(address: SocketAddr) -> Result<tokio::net::TcpListener, Failure> {
    tokio::net::TcpListener::bind(address)
        .await
        .doing(format!("listen on {address}"))
        .hint("choose another address with --listen, or stop what listens there")
}

/// Binds the socket, or takes the one that listens already: where it listens is known from then on.
async fn listening(
    serve: &Serve,
    socket: Option<std::net::TcpListener>,
) -> Result<(tokio::net::TcpListener, PublicUrl), Failure> {
    let listener = match socket {
        Some(socket) => tokio::net::TcpListener::from_std(socket).doing("go on listening")?,
        None => bound(address_to_listen(serve)).await?,
    };
    let here = PublicUrl::listening(scheme(serve), listener.local_addr().doing("listen")?);
    Ok((listener, here))
}

async fn serving(
    app: App,
    (data, bounces): (&Path, Option<PathBuf>),
    serve: &Serve,
    Listening { listener, here, tls }: Listening,
) -> Result<(), Failure> {
    let public = app.public_url.clone();
    // From here on a signal stops it in order.
    let stopped = stopped();
    let door = server::operator::open(data, &app).doing("open the socket for this machine's operator")?;
    output::line(format!("listening on {here}, the API is described at {public}/api/v1/docs"));
    if let Some(token) = server::setup_link(&app).doing("make the set-up link")? {
        output::line("nobody can log in yet; whoever opens this within 24 hours becomes the first owner:");
        output::line(format!("    {}", public.link("setup", &token)));
    }
    if app.vault.is_locked() {
        output::line(format!(
            "the keys are locked: nothing is issued or published until they are unlocked at {public}/staff/unlock"
        ));
    }
    let sweeping = tokio::spawn(server::sweep_sessions(app.clone()));
    let by_itself = serve.publish.unwrap_or(true);
    let publishing = by_itself.then(|| tokio::spawn(server::publish_when_due(app.clone())));
    let nights = tokio::spawn(server::each_night(app.clone()));
    let beating = tokio::spawn(beat(app.clone(), data.join(HEARTBEAT)));
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let posting = posting(&app, stopping.clone());
    let reading = bounces.map(|folder| tokio::spawn(server::read_bounces(app.clone(), folder)));
    let courier = courier(&app, stopping);
    let worker = server::Worker::start(app.clone());
    let direct = serve.behind_proxy.unwrap_or_default().0 == 0;
    let listen = Listen { listener, tls, each_address: direct.then_some(server::EACH_ADDRESS) };
    let router = server::router(app.clone());
    let told = async {
        stopped.await;
        app.begin_stop();
    };
    server::serve(listen, router, told).await.doing("serve")?;
    door.close().await;
    sweeping.abort();
    nights.abort();
    beating.abort();
    if let Some(publishing) = publishing {
        publishing.abort();
    }
    if let Some(reading) = reading {
        reading.abort();
    }
    let _ = stop.send(true);
    let _ = courier.await;
    let _ = posting.await;
    worker.stop();
    tracing::info!("stopped");
    Ok(())
}

/// Writes down each hour that the clock is believed. A service that has had nothing to do for long starts again by that.
async fn beat(app: App, path: PathBuf) {
    loop {
        let (app, path) = (app.clone(), path.clone());
        let beaten = tokio::task::spawn_blocking(move || match app.believes_clock() {
            true => std::fs::write(path, format!("{}\n", app.now())),
            false => Ok(()),
        });
        if let Ok(Err(error)) = beaten.await {
            tracing::warn!(%error, "the time could not be written down");
        }
        tokio::time::sleep(HOUR).await;
    }
}

/// Starts to deliver webhooks. Without certificate authorities on this machine they wait in the outbox.
fn courier(app: &App, mut stop: tokio::sync::watch::Receiver<bool>) -> tokio::task::JoinHandle<()> {
    let (store, clock, rules) = (Arc::clone(&app.store), Arc::clone(&app.clock), app.hooks);
    tokio::spawn(async move {
        match Sender::new(rules) {
            Ok(sender) => {
                let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
                Courier::new(store, sender, clock).run(stopped).await;
            }
            Err(error) => tracing::error!(%error, "webhooks are not delivered"),
        }
    })
}

/// Starts to send mail, where it is set up, and begins anew when that changes.
fn posting(app: &App, mut stop: tokio::sync::watch::Receiver<bool>) -> tokio::task::JoinHandle<()> {
    let (app, mut changes) = (app.clone(), app.mail_changes());
    tokio::spawn(async move {
        loop {
            changes.mark_unchanged();
            let courier = server::courier(&app);
            let (mut ended, mut changed) = (stop.clone(), changes.clone());
            let over = async move {
                tokio::select! {
                    _ = ended.wait_for(|stop| *stop) => {}
                    _ = changed.changed() => {}
                }
            };
            match courier {
                // What is being handed over is finished first.
                Some(courier) => courier.run(over).await,
                None => over.await,
            }
            if *stop.borrow_and_update() {
                return;
            }
        }
    })
}

/// Waits for Ctrl-C or a service manager's SIGTERM, which are taken from the call on.
fn stopped() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let taken = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async move {
        let [terminated, interrupted] = taken.map(|signal| async {
            match signal {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        });
        tokio::select! {
            () = terminated => {}
            () = interrupted => {}
        }
    }
}

fn tls(chain: &Path, key: &Path) -> Result<Arc<rustls::ServerConfig>, Failure> {
    let certificates = CertificateDer::pem_file_iter(chain).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = certificates.doing(format!("read the certificate chain {}", chain.display()))?;
    let key = PrivateKeyDer::from_pem_file(key).doing(format!("read the TLS key {}", key.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .doing("set up TLS")?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .doing("use this TLS certificate and key")?;
    Ok(Arc::new(config))
}

/// Logs go to stderr. `RUST_LOG` chooses how much; `info` if it is not set.
fn log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call in one process would find the first one's; that is as good.
    let _ = match format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.try_init(),
    };
}
