//! `testamur keys`: list, rotate, give up. The drill is in `keys/README.md`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::output::{self, Failure};
use super::workspace::{Workspace, keys_failure, vault_failure};
use super::{Global, passphrase, time};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::keys::KeyState;
use crate::vault::KeyFolder;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List signing keys and their states
    List {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Retire the active key and make a new one; old certificates stay valid
    Rotate,
    /// Declare a key stolen; only what is in the issued set stays valid
    Compromise {
        /// The key, as k1
        key: String,
        /// Since when it may have been in other hands
        #[arg(long, value_name = "T", value_parser = time::instant)]
        since: Timestamp,
    },
    /// Replace the root key; the new one is endorsed by the old one
    RootRotate,
    /// Seal all key files with another passphrase
    Passphrase {
        /// File whose first line is the new passphrase (else TESTAMUR_NEW_PASSPHRASE, else a prompt)
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    let workspace = match command {
        Command::List { .. } => Workspace::open_to_read(global)?,
        _ => Workspace::open(global)?,
    };
    let desk = workspace.desk();
    match command {
        Command::List { json } => return list(&workspace.keys()?, json),
        Command::Rotate => {
            let new = workspace.vault(global, None)?.rotate(&desk).map_err(vault_failure)?;
            output::line(format!("{new} is the active key; the one before it is retired, its certificates stay valid"));
        }
        Command::Compromise { key, since } => {
            workspace.vault(global, None)?.compromise(&desk, &key, since).map_err(vault_failure)?;
            output::line(format!(
                "{key} is marked compromised since {since}; only certificates in the issued set stay valid"
            ));
        }
        Command::RootRotate => {
            let vault = workspace.vault(global, None)?;
            let new = vault.root_rotate(&desk).map_err(vault_failure)?;
            output::line(format!("{new} is the root key, fingerprint {}", vault.root_fingerprint()));
            output::line("next: announce that fingerprint where people can compare it");
        }
        Command::Passphrase { new_passphrase_file } => {
            if workspace.service.is_some() {
                output::note("note: the service that runs keeps to the old one; start it anew with the new one");
            }
            return change_passphrase(global, &desk, &mut workspace.keys()?, new_passphrase_file.as_deref());
        }
    }
    output::line("next: testamur publish --out SITE and upload it before you issue, so that verifiers learn of it");
    let root = workspace.data.join("keys").join(format!("{}.jwe", workspace.keys()?.root().0.id));
    output::line(format!("next: back up keys/ again, and take the root key offline: {}", root.display()));
    Ok(ExitCode::SUCCESS)
}

fn change_passphrase(
    global: &Global,
    desk: &Desk,
    keys: &mut KeyFolder,
    new: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let (old, new) = (passphrase::existing(global)?, passphrase::replacement(new)?);
    let changed = keys.change_passphrase(&old, &new).map_err(keys_failure)?;
    if changed.is_empty() {
        output::line("all key files have this passphrase already");
    } else {
        desk.store.append_audit(&desk.act("key.passphrase", desk.issuer.did(), json!({ "keys": changed })))?;
        output::line(format!("{} have another passphrase", changed.join(", ")));
    }
    let elsewhere = keys.elsewhere();
    if !elsewhere.is_empty() {
        let list = elsewhere.join(", ");
        output::note(format!("note: {list} are not in keys/ and keep the old one; bring them back and run this again"));
    }
    output::line("next: back up keys/ again; the old backups open with the old passphrase only");
    Ok(ExitCode::SUCCESS)
}

fn list(keys: &KeyFolder, as_json: bool) -> Result<ExitCode, Failure> {
    let manifest = keys.manifest();
    if as_json {
        manifest.keys.iter().for_each(output::json);
        return Ok(ExitCode::SUCCESS);
    }
    let row = |key: &crate::keys::ManifestKey| {
        let state = match key.state {
            KeyState::Active => "active".to_owned(),
            KeyState::Retired { until } => format!("retired {until}"),
            KeyState::Compromised { since } => format!("compromised since {since}"),
        };
        let fingerprint = crate::proof::eddsa::PublicKey::from_base64url(&key.public_key).map(|k| k.fingerprint());
        vec![key.id.clone(), state, key.from.to_string(), fingerprint.unwrap_or_default()]
    };
    output::table(&["KEY", "STATE", "ACTIVE FROM", "FINGERPRINT"], &manifest.keys.iter().map(row).collect::<Vec<_>>());
    output::line(format!(
        "root fingerprint {}; manifest {} expires {}",
        keys.root().1.fingerprint(),
        manifest.version,
        manifest.expires
    ));
    Ok(ExitCode::SUCCESS)
}
