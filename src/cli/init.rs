//! `testamur init`: configuration, keys and store of a new issuer.

use std::fs;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::Path;
use std::process::ExitCode;

use super::config::{self, Config};
use super::output::{self, Explain, Failure};
use super::{Global, files, passphrase, workspace};
use crate::credential::{Timestamp, Zone};
use crate::desk::{Issuer, Language};
use crate::making::STATUS_SECRET;
use crate::store::{Act, SledStore, Store, StoreError};
use crate::vault::{KeyFolder, KeyFolderError};

/// 2025-01-01: no clock that is right says less.
const WRITTEN: i64 = 1_735_689_600;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issuer's name as printed and signed
    #[arg(long, value_name = "NAME", value_parser = super::event::line)]
    issuer: String,
    /// Host of the issuer's identity (did:web), where the site will be published
    #[arg(long, value_name = "HOST")]
    domain: String,
    /// Host and path that QR codes open [default: DOMAIN/verify]
    #[arg(long, value_name = "HOST[/PATH]")]
    verifier: Option<String>,
    /// Where days begin and end, as Europe/Berlin: printed days of issue, ends of last days [default: UTC]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<Zone>,
    /// What the published start page speaks, and all else where nobody's own language is known: ar, de, en, es, fr, hi, zh [default: en]
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
}

/// Returns a domain as `did:web` and addresses have it: small letters, `xn--` for letters outside ASCII (UTS 46), no final
/// full stop.
///
/// # Errors
/// When it is an IP address, which `did:web` forbids (section 3.1), has a path, or is no domain.
pub(super) fn as_domain(told: &str) -> Result<String, Failure> {
    let text = told.trim().trim_end_matches('.');
    let ours = "name a domain of yours, such as certs.example.org; for a trial on this machine, localhost";
    if text.is_empty() {
        return Err(Failure::usage("a domain is needed").hint(ours));
    }
    if text.contains('/') {
        let host = text.split_once("//").map_or(text, |(_, rest)| rest).split('/').next().unwrap_or_default();
        return Err(Failure::usage(format!("`{told}` is an address; the issuer's identity is that of a whole domain"))
            .hint(format!("name the domain alone: {host}")));
    }
    // One colon parts a port; several are an IPv6 address.
    let (name, port) = match text.split_once(':') {
        Some((name, port)) if !port.contains(':') => (name.trim_end_matches('.'), format!(":{port}")),
        _ => (text, String::new()),
    };
    let ascii = idna::domain_to_ascii(name);
    // Digits of full width are digits once they are written as addresses are.
    if is_ip(name) || ascii.as_deref().is_ok_and(is_ip) {
        return Err(Failure::usage(format!("`{told}` is an IP address, and did:web allows none")).hint(ours));
    }
    match ascii {
        Ok(domain) if crate::mail::config::is_host(&format!("{domain}{port}")) => Ok(format!("{domain}{port}")),
        _ => Err(Failure::usage(format!("`{told}` is not a domain such as certs.example.org")).hint(ours)),
    }
}

/// Whether browsers would take a host for an IP address: its last part is a number (WHATWG URL, "ends in a number").
fn is_ip(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let numeric = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    numeric || last.strip_prefix("0x").is_some_and(is_hex) || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// The same of a host with an optional path.
fn as_address(told: &str) -> Result<String, Failure> {
    let text = told.trim();
    match text.split_once('/') {
        Some((host, path)) => Ok(format!("{}/{path}", as_domain(host)?)),
        None => as_domain(text),
    }
}

/// Says so where what was told is written otherwise.
fn written(told: &str, domain: String) -> String {
    if told != domain {
        output::note(format!("note: `{told}` is written as {domain}, which is what did:web and QR codes want"));
    }
    domain
}

pub(super) fn run(global: &Global, args: Args) -> Result<ExitCode, Failure> {
    let domain = as_domain(&args.domain)?;
    let verifier = args.verifier.as_ref().map(|told| Ok::<_, Failure>(written(told, as_address(told)?))).transpose()?;
    let config = Config {
        issuer: args.issuer,
        domain: written(&args.domain, domain),
        verifier,
        status_days: None,
        undo_minutes: None,
        time_zone: args.time_zone,
        language: args.language,
        linkedin: None,
        render_method: None,
        mail: None,
        backup: None,
        retention: None,
        serve: None,
    };
    config.check()?;
    refuse_existing(&global.data)?;
    refuse_old_clock(global)?;
    let passphrase = passphrase::new(global)?;
    create(&global.data, &config, &passphrase, global.now())?;
    let keys = KeyFolder::open(&global.data.join("keys"))?;
    output::line(format!("issuer {} is set up in {}", config.issuer().did(), global.data.display()));
    output::line(format!("root key fingerprint  {}", keys.root().1.fingerprint()));
    output::line("");
    output::line("Next: back up keys/ and your passphrase apart from each other, then");
    output::line("  testamur event create CODE --title \"…\" --template classic");
    Ok(ExitCode::SUCCESS)
}

/// Nothing is known yet that a clock could be measured by, but that this program was written before.
pub(super) fn refuse_old_clock(global: &Global) -> Result<(), Failure> {
    let now = global.now();
    if now.unix() >= WRITTEN || global.accept_clock {
        return Ok(());
    }
    Err(Failure::new(format!("the clock says {now}, which is before this program was written"))
        .hint("set this machine's clock right, or give --accept-clock; nothing was changed"))
}

fn refuse_existing(data: &Path) -> Result<(), Failure> {
    let path = data.join(config::FILE);
    if path.exists() {
        return Err(Failure::new(format!("{} exists already", path.display()))
            .hint("choose another folder with --data; an issuer is never overwritten"));
    }
    Ok(())
}

/// Creates everything; the configuration comes last, so that a half-made issuer is not taken for a whole one, and a
/// second try goes on with what the first one made.
pub(super) fn create(data: &Path, config: &Config, passphrase: &str, now: Timestamp) -> Result<(), Failure> {
    create_before(data, config, passphrase, now)?;
    settle(data, config)
}

/// Creates all but the configuration.
pub(super) fn create_before(data: &Path, config: &Config, passphrase: &str, now: Timestamp) -> Result<(), Failure> {
    create_folders(data).doing(format!("create {}", data.display()))?;
    let issuer = config.issuer();
    create_keys(&data.join("keys"), &issuer, passphrase, now)?;
    let path = data.join("store");
    let store = match SledStore::open(&path) {
        Err(StoreError::Missing { .. }) => SledStore::create(&path),
        other => other,
    };
    let store = store
        .doing("create the store")
        .hint("see that there is room and that the folder may be written, then run the command again")?;
    if store.setting(STATUS_SECRET)?.is_none() {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).doing("get random bytes")?;
        let act = Act {
            actor: workspace::actor().to_string(),
            at: now,
            action: "issuer.init".to_owned(),
            subject: issuer.did(),
            detail: serde_json::Value::Null,
        };
        store.swap_setting(STATUS_SECRET, None, &secret, &act)?;
    }
    Ok(())
}

/// Writes the configuration: from then on there is an issuer.
pub(super) fn settle(data: &Path, config: &Config) -> Result<(), Failure> {
    let text = toml::to_string(config).doing("write the configuration")?;
    write_new(&data.join(config::FILE), text.as_bytes())
}

/// Makes the first keys, or takes those of an `init` that was interrupted, if they are this issuer's.
fn create_keys(folder: &Path, issuer: &Issuer, passphrase: &str, now: Timestamp) -> Result<(), Failure> {
    match KeyFolder::create(folder, &issuer.did(), &issuer.name, passphrase, now) {
        Err(KeyFolderError::Exists(_)) => {
            let keys = KeyFolder::open(folder).map_err(workspace::keys_failure)?;
            if keys.manifest().issuer != issuer.did() {
                return Err(Failure::new(format!("{} holds the keys of {}", folder.display(), keys.manifest().issuer))
                    .hint("choose another folder with --data"));
            }
            keys.active(passphrase).map(|_| ()).map_err(workspace::keys_failure)
        }
        other => other.map(|_| ()).map_err(workspace::keys_failure),
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let what = format!("write {}", path.display());
    let mut file = fs::File::create_new(path).doing(&what)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| files::sync_folder_of(path));
    if written.is_err() {
        // Half of it would be taken for an issuer that is there.
        let _ = fs::remove_file(path);
    }
    written.doing(what)
}

/// Makes a folder and those above it, each durable in the one above.
fn create_folders(data: &Path) -> io::Result<()> {
    let missing: Vec<_> =
        data.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
    fs::create_dir_all(data)?;
    missing.into_iter().rev().try_for_each(files::sync_folder_of)
}
