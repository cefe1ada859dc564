//! `testamur export` and `testamur import-dump`: the whole store as one signed file.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::Global;
use super::output::{self, Explain, Failure};
use super::workspace::{self, Workspace, vault_failure};
use crate::acts::backup::{Part, signed_by};
use crate::credential::Timestamp;
use crate::desk::{Desk, Signer};
use crate::making::OwnKeys;
use crate::proof::jws;
use crate::publish::clock;
use crate::server::operator::DUMP_TYP as TYP;
use crate::status::LIST_ENTRIES;
use crate::store::remote::RemoteStore;
use crate::store::{self, Certificate, Header, NotAsSigned, SledStore, Store, Summary};

/// Numbers of each event and year that are left out after a rebuild: what was issued after the dump has some of them.
const NUMBERS_LEFT_OUT: u64 = 1_000;

/// Most years for which they are: more than this between a dump and now are a clock's mistake.
const MOST_YEARS: i16 = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// The file to write
    file: PathBuf,
    /// Write over a file of that name
    #[arg(long)]
    force: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// A file that `export` wrote
    file: PathBuf,
    /// Nothing was issued after the export, so leave no numbers and status entries out
    #[arg(long)]
    complete: bool,
}

pub(super) fn export(global: &Global, args: Export) -> Result<ExitCode, Failure> {
    refuse_existing(&args)?;
    // What a wrong clock did is worth a backup too: a dump is as good as what it is made of.
    let workspace = Workspace::open_to_read(global)?;
    let seal = Seal::of(&workspace, global)?;
    let desk = workspace.desk();
    let writing = || format!("write {}", args.file.display());
    let part = Part::of(&args.file).doing(writing())?;
    let mut out = BufWriter::new(&part.file);
    let header = Header::new(desk.now, &desk.issuer.did());
    let own = OwnKeys::of(workspace.keys()?.manifest());
    let proves = |certificate: &Certificate| own.prove(certificate).is_ok();
    let unsigned = RefCell::new(None);
    let sign = |digest: &[u8]| {
        let signed = seal.sign(digest).map_err(|error| unsigned.replace(Some(error)));
        signed.unwrap_or_default()
    };
    let summary = store::export(desk.store, &header, &mut out, &sign, &proves).doing(writing())?;
    if let Some(error) = unsigned.into_inner() {
        return Err(error).doing("have the dump signed");
    }
    out.flush().doing(writing())?;
    drop(out);
    part.keep().doing(writing())?;
    let records = output::counted(count(&summary), "record is", "records are");
    output::line(format!("{records} in {}", args.file.display()));
    Ok(finished(&summary.not_as_signed))
}

/// What is there may be the only backup.
fn refuse_existing(args: &Export) -> Result<(), Failure> {
    if args.force || args.file.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Failure::new(format!("{} exists already", args.file.display()))
        .hint("choose another name, or write over it with --force, which replaces it once the new dump is whole"))
}

/// Ends an export: says what is not in the dump, and what in it is not as it was signed. The dump is whole all the same.
fn finished(not_as_signed: &NotAsSigned) -> ExitCode {
    output::line("keys/ is not in it: back that up too, apart from its passphrase");
    if not_as_signed.count == 0 {
        return ExitCode::SUCCESS;
    }
    warn(not_as_signed);
    output::note(
        "hint: find out who can write the store; keep the dumps made before: the store can be rebuilt from them",
    );
    ExitCode::from(output::NOT_GOOD)
}

fn warn(not_as_signed: &NotAsSigned) {
    let certificates = output::counted(not_as_signed.count, "certificate in it is", "certificates in it are");
    let first = not_as_signed.first.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    output::note(format!(
        "warning: {certificates} not as this issuer signed it, tampered with or of a missing key: {first}"
    ));
}

/// What signs a dump. A service has the keys open: beside it nobody is asked for their passphrase, so that a backup can be
/// made by a timer that does not know it.
enum Seal {
    Service(Arc<RemoteStore>),
    Key(Box<Signer>),
}

impl Seal {
    fn of(workspace: &Workspace, global: &Global) -> Result<Self, Failure> {
        match &workspace.service {
            Some(service) => Ok(Self::Service(Arc::clone(service))),
            None => Ok(Self::Key(Box::new(workspace.vault(global, None)?.signer().map_err(vault_failure)?))),
        }
    }

    fn sign(&self, statement: &[u8]) -> store::Result<String> {
        match self {
            Self::Service(service) => service.sign_dump(statement),
            Self::Key(signer) => Ok(jws::sign(statement, &signer.kid, TYP, &signer.key)),
        }
    }
}

fn count(summary: &Summary) -> u64 {
    summary.records.values().sum()
}

pub(super) fn import(global: &Global, args: Import) -> Result<ExitCode, Failure> {
    const FIRST: &str = "copy testamur.toml and keys/ from the backup into this folder, then run the command again";
    if !global.data.join(super::config::FILE).exists() {
        return Err(Failure::new(format!("there is no issuer in {}", global.data.display())).hint(FIRST));
    }
    let config = super::config::Config::read(&global.data)?;
    let keys = crate::vault::KeyFolder::open(&global.data.join("keys")).doing("open the keys").hint(FIRST)?;
    let verify = signed_by(keys.manifest());
    let seen = workspace::newest_file(&global.data);
    let file = File::open(&args.file).doing(format!("open {}", args.file.display()))?;
    let path = global.data.join("store");
    let store = match path.exists() {
        true => workspace::open_store(global)?,
        false => SledStore::create(&path)?,
    };
    let summary = store::import(&store, &mut BufReader::new(file), &verify)
        .doing(format!("rebuild the store from {}", args.file.display()))
        .hint("nothing was taken; use a whole file that `testamur export` of this issuer wrote, and an empty store")?;
    let (records, did) = (count(&summary), config.issuer().did());
    match records {
        1 => output::line(format!("1 record of {did} is in the store")),
        _ => output::line(format!("{records} records of {did} are in the store")),
    }
    if summary.not_as_signed.count > 0 {
        warn(&summary.not_as_signed);
    }
    let (issuer, actor, now) = (config.issuer(), workspace::actor(), global.now());
    let desk = Desk { store: &store, issuer: &issuer, actor: &actor, now };
    match clock::check(&store, now, seen) {
        // It is all there: the next command refuses, and says the same.
        Err(error) if !global.accept_clock => output::note(format!("note: {error}; {}", error.hint())),
        _ => workspace::check_clock(&desk, seen, global)?,
    }
    if args.complete {
        return Ok(ExitCode::SUCCESS);
    }
    leave_out(&store, &years(&store, [summary.header.created, now])?)?;
    output::note(format!(
        "note: this is the state of {}; what was issued or revoked after it is not here",
        summary.header.created
    ));
    output::note(format!(
        "note: {NUMBERS_LEFT_OUT} numbers of each event and the rest of the status list are left out, for what was issued since"
    ));
    output::note("note: what was issued since stays valid, and is revoked by its file: testamur revoke FILE");
    output::note("note: publish with --after-restore, which takes over what the site says was revoked since");
    Ok(ExitCode::SUCCESS)
}

/// Returns the years in which something may have been issued since the dump: from its date to now, and where a clock was wrong
/// the other way round too.
fn years(store: &SledStore, dates: [Timestamp; 2]) -> Result<BTreeSet<i16>, Failure> {
    let told: BTreeSet<i16> = dates.into_iter().chain(store.last_act()?).map(Timestamp::year).collect();
    let (Some(&first), Some(&last)) = (told.first(), told.last()) else { return Ok(told) };
    Ok(if last - first <= MOST_YEARS { (first..=last).collect() } else { told })
}

/// Gives out no number and no status entry again that a certificate may have which is not in the dump.
fn leave_out(store: &SledStore, years: &BTreeSet<i16>) -> Result<(), Failure> {
    let mut cursor: Option<String> = None;
    loop {
        let page = store.events(cursor.as_deref(), 500)?;
        for event in &page.items {
            for year in years {
                store.reserve_numbers(&event.code, *year, NUMBERS_LEFT_OUT)?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let left = store.status_lists()?.last().map_or(0, |used| LIST_ENTRIES - used);
    if left > 0 {
        store.reserve_status(left)?;
    }
    Ok(())
}
