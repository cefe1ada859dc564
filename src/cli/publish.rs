//! `testamur publish`: the static site.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::output::{self, Explain, Failure};
use super::workspace::{self, Workspace};
use super::{Global, passphrase};
use crate::issuance::Desk;
use crate::keys::KeyFolder;
use crate::publish::{self, Published, Request};

/// Days before a manifest's expiry from which on it is renewed.
const RENEW_DAYS: i64 = 90;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the site; copy it to any static host
    #[arg(long, value_name = "SITE")]
    out: PathBuf,
}

pub fn run(global: &Global, args: Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let mut keys = workspace.keys()?;
    let passphrase = passphrase::existing(global)?;
    let published = publish(&workspace.desk(), &mut keys, &passphrase, workspace.config.status_days(), &args.out)?;
    output::line(format!("site version {} is in {}", published.version, args.out.display()));
    output::line(format!("  {} status lists, {} set entries", published.lists, published.entries));
    output::line(format!("  publish again before {}", published.next_update));
    output::line(format!("  root key fingerprint {}", keys.root_fingerprint()?));
    Ok(ExitCode::SUCCESS)
}

/// Publishes, renewing the manifest first if it is about to expire.
pub fn publish(
    desk: &Desk,
    keys: &mut KeyFolder,
    passphrase: &str,
    days: u16,
    site: &Path,
) -> Result<Published, Failure> {
    if keys.manifest()?.expires < desk.now.plus_days(RENEW_DAYS) {
        keys.renew_manifest(passphrase, desk.now)
            .hint("the manifest expires soon; put the root key file back into keys/ for this command")?;
    }
    let signer = workspace::signer(keys, passphrase)?;
    let request = Request {
        host: &desk.issuer.host,
        name: &desk.issuer.name,
        verifier: &desk.issuer.verifier,
        manifest: keys.manifest_jws()?,
        roots: keys.roots()?,
        key_id: &signer.id,
        key: &signer.key,
        now: desk.now,
        days,
        actor: desk.actor,
    };
    publish::publish(desk.store, &request, site)
        .doing(format!("publish to {}", site.display()))
        .hint("what was published before is untouched")
}
