//! `testamur publish`: the static site.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::output::{self, Failure};
use super::workspace::{self, Workspace, keys_failure};
use super::{Global, passphrase};
use crate::issuance::Desk;
use crate::keys::KeyFolder;
use crate::publish::{self, Published, Request};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of the site; copy it to any static host
    #[arg(long, value_name = "SITE")]
    out: PathBuf,
    /// Go on from the site's version after the store was restored from a dump
    #[arg(long)]
    after_restore: bool,
    /// Hold also the revocations that can still be undone; they cannot be from then on
    #[arg(long)]
    now: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, args: Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let mut keys = workspace.keys()?;
    let passphrase = passphrase::existing(global)?;
    let private = [workspace.data.join("keys"), workspace.data.join("store")];
    refuse_other_folder(&args.out)?;
    if args.after_restore {
        adopt(&workspace.desk(), &keys, &args.out)?;
        if global.accept_clock {
            // The site's date was taken over, which may be that of a clock that was ahead.
            publish::clock::accept(&workspace.desk()).map_err(explain)?;
        }
    }
    let published = publish(
        &workspace.desk(),
        &mut keys,
        &passphrase,
        workspace.config.status_days(),
        args.now,
        &private,
        &args.out,
    )?;
    if args.json {
        output::json(&published);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("site version {} is in {}", published.version, args.out.display()));
    let lists = output::counted(published.lists, "status list", "status lists");
    output::line(format!("  {lists}, {}", output::counted(published.set, "set entry", "set entries")));
    if let Some(left) = &published.left_out {
        let revocations = output::counted(left.count, "revocation", "revocations");
        output::line(format!("  without {revocations} that can still be undone, until {} at the latest", left.until));
        output::line("  next: publish again after that, or at once with --now");
    }
    if publish::verifier_is_built_in() {
        output::line("  the verifier is in verify/, and as one file to hand on in verify/verifier.html");
    } else {
        output::line("  without the web verifier, which this program was built without");
    }
    output::line(format!("  publish again before {}", published.next_update));
    output::line(format!("  root key fingerprint {}", published.root_fingerprint));
    Ok(ExitCode::SUCCESS)
}

/// Goes on from the site, and says what the store did not have.
fn adopt(desk: &Desk, keys: &KeyFolder, site: &Path) -> Result<(), Failure> {
    let adopted = publish::adopt(desk.store, keys.manifest(), desk.actor, desk.now, site).map_err(explain)?;
    for number in &adopted.revoked {
        output::note(format!(
            "note: {number} was revoked or replaced after the dump, as the site says; now the store says so too"
        ));
    }
    if adopted.strays > 0 {
        let revocations = output::counted(adopted.strays as u64, "revocation", "revocations");
        output::note(format!(
            "note: {revocations} of certificates that the store does not know are taken over from the site"
        ));
    }
    output::note(
        "note: what was issued after the dump is not in the store and stays valid; revoke one by its file: testamur revoke FILE",
    );
    Ok(())
}

/// What a published site holds at its top, beside names that begin with a dot.
const OURS: [&str; 6] = ["index.html", "keys", "status", "trust.json", "trust.jws", "verify"];

/// A folder with other files in it is not a site: they would be served to everybody. One that an interrupted publication
/// left half made is.
fn refuse_other_folder(site: &Path) -> Result<(), Failure> {
    if site.join("trust.jws").exists() {
        return Ok(());
    }
    let Ok(entries) = site.read_dir() else { return Ok(()) };
    let names = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    match names.into_iter().find(|name| !name.starts_with('.') && !OURS.contains(&name.as_str())) {
        None => Ok(()),
        Some(other) => Err(Failure::new(format!("{} holds `{other}`, which is no part of a site", site.display()))
            .hint("choose an empty folder; what is in a site is served to everybody")),
    }
}

fn explain(error: publish::PublishError) -> Failure {
    let hint = error.hint().unwrap_or("what was published before is untouched");
    Failure::from(error).hint(hint)
}

/// Publishes, renewing the manifest first if it is about to expire.
pub(super) fn publish(
    desk: &Desk,
    keys: &mut KeyFolder,
    passphrase: &str,
    days: u16,
    at_once: bool,
    private: &[PathBuf],
    site: &Path,
) -> Result<Published, Failure> {
    if keys.needs_renewal(desk.now) {
        keys.renew_manifest(passphrase, desk.now).map_err(keys_failure)?;
    }
    let signer = workspace::signer(keys, passphrase)?;
    let by = Request::by(desk, &signer, keys.manifest_jws(), keys.roots());
    let request = Request { validity_days: days.into(), at_once, private, ..by };
    publish::publish(desk.store, &request, site).map_err(explain)
}
