//! `testamur publish`: the static site.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use super::Global;
use super::output::Explain;
use super::output::{self, Failure};
use super::workspace::{ANY, Workspace, vault_failure};
use crate::acts::run::{self, Holder, Kind, NotPublished, RunRequest, Shop, Step, Undo};
use crate::desk::Desk;
use crate::keys::KeyManifest;
use crate::making::{Faces, StageTimes, Workshop};
use crate::publish::{self, Published};
use crate::vault::{Vault, VaultError};

/// What to know when it failed.
const UNTOUCHED: &str = "what was published before is untouched";

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
    let vault = workspace.vault(global, Some(args.out.clone()))?;
    if args.after_restore {
        adopt(&workspace.desk(), &vault.manifest(), &args.out)?;
        if global.accept_clock {
            // The site's date was taken over, which may be that of a clock that was ahead.
            publish::clock::accept(&workspace.desk()).map_err(explain)?;
        }
    }
    let published = publish_by_run(&workspace, &vault, args.now)?;
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
    if let Some(pages) = published.pages.filter(|pages| pages.visible > 0 || pages.removed > 0) {
        let all = output::counted(pages.visible, "public page", "public pages");
        output::line(format!("  {all} in c/: {} written, {} taken away", pages.written, pages.removed));
        if pages.failed > 0 {
            output::line(format!("  {} of them cannot be drawn; what is there of them stays", pages.failed));
        }
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

/// Publishes by a run, as the service does: so the journal and the webhooks tell of it.
fn publish_by_run(workspace: &Workspace, vault: &Vault, at_once: bool) -> Result<Published, Failure> {
    let (desk, faces, holder) = (workspace.desk(), workspace.faces()?, Holder::to_the_end());
    let request = RunRequest { at_once, ..RunRequest::of(Kind::Publish) };
    // One that was killed: this one publishes what it would have.
    run::end_interrupted(&desk, Kind::Publish, None).hint(UNTOUCHED)?;
    let run = run::create_held(&desk, &faces, &holder, &request, ANY).hint(UNTOUCHED)?.run;
    let (signer, times) = (vault.signer().map_err(vault_failure)?, StageTimes::default());
    let workshop = Workshop { faces: &faces, signer: &signer, times: &times };
    let shop = Kept { vault, answer: Mutex::default() };
    let step = || run::step_of(&desk, &workshop, &shop, &holder, &run.id).hint(UNTOUCHED);
    while let Step::Stalled { .. } | Step::Group(_) = step()? {}
    match shop.answer.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(answer) => answer.map_err(vault_failure),
        None => Err(Failure::new("this publication was stopped, or another worker took it over")
            .hint("see what became of it (GET /api/v1/runs), and publish again")),
    }
}

/// The vault, and what it answered when it published.
struct Kept<'a> {
    vault: &'a Vault,
    answer: Mutex<Option<Result<Published, VaultError>>>,
}

impl Shop for Kept<'_> {
    fn publish(&self, desk: &Desk, faces: &Faces, at_once: bool) -> Result<Published, NotPublished> {
        let answer = self.vault.publish(desk, faces, at_once);
        let told = answer.as_ref().map(Clone::clone).map_err(|error| NotPublished {
            hint: error.hint(),
            cause: error.to_string().into(),
            locked: false,
        });
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        told
    }

    fn undo(&self) -> Undo {
        Shop::undo(self.vault)
    }
}

/// Goes on from the site, and says what the store did not have.
fn adopt(desk: &Desk, manifest: &KeyManifest, site: &Path) -> Result<(), Failure> {
    let adopted = publish::adopt(desk.store, manifest, desk.actor, desk.now, site).map_err(explain)?;
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

fn explain(error: publish::PublishError) -> Failure {
    let hint = error.hint().unwrap_or(UNTOUCHED);
    Failure::from(error).hint(hint)
}
