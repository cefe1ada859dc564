//! `testamur publish`: the static site.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::output::{self, Explain, Failure};
use super::workspace::{self, Workspace, keys_failure};
use super::{Global, passphrase};
use crate::issuance::Desk;
use crate::keys::KeyFolder;
use crate::publish::{self, Published, Request};

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
    let private = [workspace.data.join("keys"), workspace.data.join("store")];
    let published =
        publish(&workspace.desk(), &mut keys, &passphrase, workspace.config.status_days(), &private, &args.out)?;
    output::line(format!("site version {} is in {}", published.version, args.out.display()));
    output::line(format!("  {} status lists, {} set entries", published.lists, published.set));
    if publish::verifier_is_built_in() {
        output::line("  the verifier is in verify/, and as one file to hand on in verify/verifier.html");
    } else {
        output::line("  without the web verifier, which this program was built without");
    }
    output::line(format!("  publish again before {}", published.next_update));
    output::line(format!("  root key fingerprint {}", published.root_fingerprint));
    Ok(ExitCode::SUCCESS)
}

/// Publishes, renewing the manifest first if it is about to expire.
pub fn publish(
    desk: &Desk,
    keys: &mut KeyFolder,
    passphrase: &str,
    days: u16,
    private: &[PathBuf],
    site: &Path,
) -> Result<Published, Failure> {
    if keys.needs_renewal(desk.now) {
        keys.renew_manifest(passphrase, desk.now).map_err(keys_failure)?;
    }
    let signer = workspace::signer(keys, passphrase)?;
    let request = Request {
        host: &desk.issuer.host,
        verifier: &desk.issuer.verifier,
        manifest: keys.manifest_jws(),
        roots: keys.roots(),
        key_id: &signer.id,
        key: &signer.key,
        now: desk.now,
        validity_days: days.into(),
        actor: desk.actor,
        private,
        extra: &[],
    };
    publish::publish(desk.store, &request, site)
        .doing(format!("publish to {}", site.display()))
        .hint("what was published before is untouched")
}
