//! `testamur export` and `testamur import-dump`: the whole store as one signed file.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::Global;
use super::output::{self, Explain, Failure};
use super::workspace::Workspace;
use crate::credential::limits;
use crate::proof::jws::{self, Jws};
use crate::store::{self, Header, SledStore, Summary};

/// `typ` of the signature under a dump.
const TYP: &str = "testamur-dump+jwt";

#[derive(Debug, clap::Args)]
pub struct Export {
    /// The file to write
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct Import {
    /// A file that `export` wrote
    file: PathBuf,
}

pub fn export(global: &Global, args: Export) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let signer = workspace.signer(global)?;
    let desk = workspace.desk();
    let sign = |digest: &[u8]| jws::sign(digest, &signer.kid, TYP, &signer.key);
    let mut part = args.file.clone().into_os_string();
    part.push(".part");
    let file = File::create(&part).doing(format!("write {}", args.file.display()))?;
    let mut out = BufWriter::new(file);
    let summary = store::export(desk.store, &Header::new(desk.now, &desk.issuer.did()), &mut out, &sign)?;
    out.flush().doing(format!("write {}", args.file.display()))?;
    out.get_ref().sync_all().doing(format!("write {}", args.file.display()))?;
    std::fs::rename(&part, &args.file).doing(format!("write {}", args.file.display()))?;
    output::line(format!("{} records are in {}", count(&summary), args.file.display()));
    output::line("keys/ is not in it: back that up too, apart from its passphrase");
    Ok(ExitCode::SUCCESS)
}

fn count(summary: &Summary) -> u64 {
    summary.records.values().sum()
}

pub fn import(global: &Global, args: Import) -> Result<ExitCode, Failure> {
    let config = super::config::Config::read(&global.data)?;
    let keys = crate::keys::KeyFolder::open(&global.data.join("keys")).doing("open the keys")?;
    let manifest = keys.manifest();
    // Any key that this issuer ever published may have signed it, except one that was stolen.
    let verify = |compact: &str, digest: &[u8]| {
        let Ok(jws) = Jws::parse(compact, limits::CREDENTIAL_BYTES) else { return false };
        let key = jws.kid.strip_prefix(&format!("{}#", manifest.issuer)).and_then(|id| manifest.key(id));
        let usable = key.filter(|key| !matches!(key.state, crate::keys::KeyState::Compromised { .. }));
        let point = usable.and_then(|key| key.point().ok());
        jws.typ == TYP && jws.payload == digest && point.is_some_and(|point| jws.verifies(&point))
    };
    let file = File::open(&args.file).doing(format!("open {}", args.file.display()))?;
    let path = global.data.join("store");
    let store = if path.exists() { SledStore::open(&path)? } else { SledStore::create(&path)? };
    let summary = store::import(&store, &mut BufReader::new(file), &verify)
        .doing(format!("rebuild the store from {}", args.file.display()))
        .hint("nothing was taken; use a whole file that `testamur export` of this issuer wrote, and an empty store")?;
    output::line(format!("{} records of {} are in the store", count(&summary), config.issuer().did()));
    output::note(format!(
        "note: this is the state of {}; what was issued after it is not here",
        summary.header.created
    ));
    Ok(ExitCode::SUCCESS)
}
