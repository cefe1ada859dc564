//! `testamur init`: configuration, keys and store of a new issuer.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::config::{self, Config};
use super::output::{self, Explain, Failure};
use super::{Global, passphrase, time, workspace};
use crate::credential::Timestamp;
use crate::issuance::{Issuer, STATUS_SECRET};
use crate::keys::{KeyFolder, KeyFolderError};
use crate::store::SledStore;
use crate::store::{Act, Store};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issuer's name as printed and signed
    #[arg(long, value_name = "NAME")]
    issuer: String,
    /// Host of the issuer's identity (did:web), where the site will be published
    #[arg(long, value_name = "HOST")]
    domain: String,
    /// Host and path that QR codes open [default: DOMAIN/verify]
    #[arg(long, value_name = "HOST[/PATH]")]
    verifier: Option<String>,
}

pub(super) fn run(global: &Global, args: Args) -> Result<ExitCode, Failure> {
    let config = Config {
        issuer: args.issuer,
        domain: args.domain,
        verifier: args.verifier,
        status_days: None,
        undo_minutes: None,
        serve: None,
    };
    config.check()?;
    refuse_existing(&global.data)?;
    let passphrase = passphrase::new(global)?;
    create(&global.data, &config, &passphrase, global.clock.unwrap_or_else(time::now))?;
    let keys = KeyFolder::open(&global.data.join("keys"))?;
    output::line(format!("issuer {} is set up in {}", config.issuer().did(), global.data.display()));
    output::line(format!("root key fingerprint  {}", keys.root().1.fingerprint()));
    output::line("");
    output::line("Next: back up keys/ and your passphrase apart from each other, then");
    output::line("  testamur event create CODE --title \"…\" --template classic");
    Ok(ExitCode::SUCCESS)
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
    fs::create_dir_all(data).doing(format!("create {}", data.display()))?;
    let issuer = config.issuer();
    create_keys(&data.join("keys"), &issuer, passphrase, now)?;
    let path = data.join("store");
    let store = if path.exists() { SledStore::open(&path) } else { SledStore::create(&path) };
    let store = store.doing("create the store")?;
    if store.setting(STATUS_SECRET)?.is_none() {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).doing("get random bytes")?;
        let act = Act {
            actor: workspace::actor(),
            at: now,
            action: "issuer.init".to_owned(),
            subject: issuer.did(),
            detail: serde_json::Value::Null,
        };
        store.swap_setting(STATUS_SECRET, None, &secret, &act)?;
    }
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
    let write = || {
        use std::io::Write;
        let mut file = fs::File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().doing(format!("write {}", path.display()))
}
