//! `testamur init`: configuration, keys and store of a new issuer.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::config::{self, Config};
use super::output::{self, Explain, Failure};
use super::{Global, passphrase, time};
use crate::credential::Timestamp;
use crate::issuance::STATUS_SECRET;
use crate::keys::KeyFolder;
use crate::store::SledStore;
use crate::store::{Act, Store};

#[derive(Debug, clap::Args)]
pub struct Args {
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

pub fn run(global: &Global, args: Args) -> Result<ExitCode, Failure> {
    let config = Config { issuer: args.issuer, domain: args.domain, verifier: args.verifier, status_days: None };
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
    for name in [config::FILE, "keys", "store"] {
        let path = data.join(name);
        // keys/ may hold a README and a .gitignore: what counts is a key.
        let taken = if name == "keys" { path.join("roots.json").exists() } else { path.exists() };
        if taken {
            return Err(Failure::new(format!("{} exists already", path.display()))
                .hint("choose another folder with --data; an issuer is never overwritten"));
        }
    }
    Ok(())
}

/// Creates everything; the configuration comes last, so that a half-made issuer is not taken for a whole one.
pub fn create(data: &Path, config: &Config, passphrase: &str, now: Timestamp) -> Result<(), Failure> {
    fs::create_dir_all(data).doing(format!("create {}", data.display()))?;
    let issuer = config.issuer();
    KeyFolder::create(&data.join("keys"), &issuer.did(), &issuer.name, passphrase, now)
        .map_err(super::workspace::keys_failure)?;
    let store = SledStore::create(&data.join("store")).doing("create the store")?;
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).doing("get random bytes")?;
    let act = Act {
        actor: "init".to_owned(),
        at: now,
        action: "issuer.init".to_owned(),
        subject: issuer.did(),
        detail: serde_json::Value::Null,
    };
    store.swap_setting(STATUS_SECRET, None, &secret, &act)?;
    let text = toml::to_string(config).doing("write the configuration")?;
    write_new(&data.join(config::FILE), text.as_bytes())
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
