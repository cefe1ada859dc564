//! `testamur bench`: certificates per second, stage by stage, against the budgets of the design.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use rayon::prelude::*;
use serde_json::json;

use super::bench_pictures::{self, Pictures};
use super::demo_people::people;
use super::files::FileWriter;
use super::issue::{Shown, everybody, issue};
use super::output::{self, Explain, Failure};
use super::workspace::{self, vault_failure};
use super::{config::Config, event, init, time};
use crate::acts;
use crate::credential::{EventCode, limits};
use crate::desk::{Actor, Desk};
use crate::eligibility::Rule;
use crate::files::{Badges, FileKind, Maker, NamePattern};
use crate::import::person_key;
use crate::inspect;
use crate::making::{Faces, StageTimes, Workshop};
use crate::proof::jws::Jws;
use crate::reading::{Ask, ReadMode, Reader};
use crate::store::SledStore;
use crate::store::{Batch, Certificate, Fields, Participant, ParticipantChange, Store};
use crate::vault::KeyFolder;
use crate::vault::Vault;
use crate::verify::{TrustAnchors, Verdict, verify_jws};

const PASSPHRASE: &str = "a passphrase for a benchmark only";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many certificates
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    people: u32,
    /// Built-in template name, or a folder or file
    #[arg(long, default_value = "classic", value_name = "T")]
    template: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args) -> Result<ExitCode, Failure> {
    let folder = tempfile::tempdir().doing("create a temporary folder")?;
    let figures = measure(folder.path(), &args)?;
    if args.json {
        output::json(&figures.to_json());
    } else {
        figures.print();
    }
    Ok(ExitCode::SUCCESS)
}

/// What was measured.
struct Figures {
    people: u32,
    elapsed: Duration,
    stages: Vec<(&'static str, Duration)>,
    record_only: f64,
    pdf_bytes: Vec<u64>,
    qr_versions: Vec<u8>,
    verify_core: f64,
    verify_pdf: f64,
    pictures: Pictures,
    memory_mb: Option<u64>,
}

fn measure(folder: &Path, args: &Args) -> Result<Figures, Failure> {
    let config = Config {
        issuer: "Example Academy".to_owned(),
        domain: "certs.example.org".to_owned(),
        verifier: None,
        status_days: None,
        undo_minutes: None,
        time_zone: None,
        language: None,
        linkedin: None,
        render_method: None,
        mail: None,
        backup: None,
        retention: None,
        serve: None,
    };
    init::create(folder, &config, PASSPHRASE, time::now())?;
    let store = SledStore::open(&folder.join("store"))?;
    let issuer = config.issuer();
    let desk = Desk { store: &store, issuer: &issuer, actor: &Actor::System, now: time::now() };
    let faces = Faces::new(workspace::fonts(folder)?);
    let keys = KeyFolder::open(&folder.join("keys"))?;
    let vault = Vault::over(keys, PASSPHRASE, Some(folder.join("site")), Vec::new(), 7).map_err(vault_failure)?;
    let signer = vault.signer().map_err(vault_failure)?;
    let (code, record_code) = (enrol(&desk, &faces, args, "BENCH")?, enrol(&desk, &faces, args, "RECORD")?);

    let times = StageTimes::default();
    let out = folder.join("out");
    let badges = Badges::default();
    let writer = FileWriter {
        out: out.clone(),
        kinds: vec![FileKind::Pdf],
        names: NamePattern::default(),
        maker: Maker { desk, faces: &faces, prover: None, badges: &badges },
        times: &times,
        own: signer.own.clone(),
    };
    let shown = Shown::new(false, ProgressBar::hidden());
    let workshop = Workshop { faces: &faces, signer: &signer, times: &times };
    let started = Instant::now();
    issue(&desk, &time::now, (&workshop, &vault), &everybody(&code), Some(&writer), &shown)?;
    let elapsed = started.elapsed();

    let record_only = record_only(&desk, &faces, &vault, &record_code, args.people)?;
    vault.publish(&desk, &faces, false).map_err(vault_failure)?;
    let anchors = anchors(folder)?;
    let certificates = first_page(&store, &code)?;
    Ok(Figures {
        people: args.people,
        elapsed,
        stages: StageTimes::ALL.iter().map(|&(stage, name)| (name, times.of(stage))).collect(),
        record_only,
        pdf_bytes: sizes(&out)?,
        qr_versions: qr_versions(&certificates, &issuer.verifier),
        verify_core: verify_core(&certificates, &anchors),
        verify_pdf: verify_pdf(&out, &anchors)?,
        // Before what follows, which no run does.
        memory_mb: peak_memory_mb(),
        pictures: bench_pictures::measure(
            &desk,
            &faces,
            &signer.own,
            &folder.join("site"),
            &folder.join("pictures"),
            (&code, &certificates),
        )?,
    })
}

fn enrol(desk: &Desk, faces: &Faces, args: &Args, code: &str) -> Result<EventCode, Failure> {
    let code: EventCode = code.parse()?;
    let kept = event::keep_template(desk, faces.fonts(), (&args.template, None), Vec::new())?;
    let details = acts::Details {
        title: Some("Introduction to Data Analysis".to_owned()),
        description: Some("Five days of cleaning, exploring and presenting data.".to_owned()),
        criteria: Some("Attended all five days and presented a project of one's own.".to_owned()),
        starts: Some(desk.now.plus_days(-5)),
        ends: Some(desk.now),
        kept: Some(kept),
        publish_results: Some(true),
        ..acts::Details::default()
    };
    acts::create(desk, faces, code.clone(), &details, Some(Rule::Everybody)).map_err(event::explain)?;
    let participant = |person: super::demo_people::DemoPerson| {
        let key = person_key(&person.name, Some(&person.email));
        Participant::new(key, person.name, Some(person.email), Fields::new(), desk.now)
    };
    let everybody: Vec<Participant> = people(args.people as usize).into_iter().map(participant).collect();
    for group in everybody.chunks(1_000) {
        let added = |new: &Participant| ParticipantChange { event: code.clone(), old: None, new: Some(new.clone()) };
        let batch = Batch { people: group.iter().map(added).collect(), ..Batch::default() };
        desk.store.write(&batch, Some(&desk.act("participant.import", &code, json!({}))))?;
    }
    Ok(code)
}

/// Returns certificates per second, signed and recorded but not drawn.
fn record_only(desk: &Desk, faces: &Faces, vault: &Vault, code: &EventCode, people: u32) -> Result<f64, Failure> {
    let times = StageTimes::default();
    let signer = vault.signer().map_err(vault_failure)?;
    let workshop = Workshop { faces, signer: &signer, times: &times };
    let started = Instant::now();
    let shown = Shown::new(false, ProgressBar::hidden());
    issue(desk, &time::now, (&workshop, vault), &everybody(code), None, &shown)?;
    Ok(f64::from(people) / started.elapsed().as_secs_f64())
}

fn anchors(folder: &Path) -> Result<TrustAnchors, Failure> {
    let trust = fs::read_to_string(folder.join("site/trust.jws")).doing("read the trust snapshot")?;
    let mut anchors = TrustAnchors::default();
    anchors.add(trust.trim(), None)?;
    Ok(anchors)
}

fn first_page(store: &dyn Store, code: &EventCode) -> Result<Vec<Certificate>, Failure> {
    Ok(store.certificates(Some(code), None, 1_000)?.items)
}

fn qr_versions(certificates: &[Certificate], verifier: &str) -> Vec<u8> {
    let version = |certificate: &Certificate| {
        let jws = Jws::parse(&certificate.jws, limits::CREDENTIAL_BYTES).ok()?;
        Some(crate::qr::Symbol::of(&crate::qr::pack(&jws, verifier)).ok()?.version)
    };
    let mut versions: Vec<u8> = certificates.par_iter().filter_map(version).collect();
    versions.sort_unstable();
    versions
}

/// Returns verdicts per second on one core, from the credential's text to the verdict.
fn verify_core(certificates: &[Certificate], anchors: &TrustAnchors) -> f64 {
    let now = time::now();
    let started = Instant::now();
    let valid = certificates.iter().filter(|c| matches!(verify_jws(&c.jws, anchors, now), Verdict::Valid(_))).count();
    valid as f64 / started.elapsed().as_secs_f64()
}

/// Returns PDFs verified per second on all cores, from the file to the verdict, printed text compared.
fn verify_pdf(out: &Path, anchors: &TrustAnchors) -> Result<f64, Failure> {
    let files = fs::read_dir(out).doing("list the PDFs")?.filter_map(Result::ok).take(500).map(|entry| entry.path());
    let files: Vec<_> = files.collect();
    let now = time::now();
    let (reader, ask) = (Reader::own(), Ask { mode: ReadMode::Quick, ..Ask::default() });
    let started = Instant::now();
    let is_good = |bytes: Vec<u8>| {
        let inspected = inspect::file(&bytes, &reader, anchors, now, ask);
        inspected.answers.iter().any(|answer| matches!(answer.finding.verdict(), Some(Verdict::Valid(_))))
    };
    let valid = files.par_iter().filter(|path| fs::read(path).is_ok_and(is_good));
    Ok(valid.count() as f64 / started.elapsed().as_secs_f64())
}

pub(super) fn sizes(out: &Path) -> Result<Vec<u64>, Failure> {
    let entries = fs::read_dir(out).doing("list the PDFs")?.filter_map(Result::ok);
    let mut sizes: Vec<u64> = entries.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).collect();
    sizes.sort_unstable();
    Ok(sizes)
}

/// Returns the most memory that this process ever held, where the system tells.
fn peak_memory_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1024)
}

fn median<T: Copy + Default>(sorted: &[T]) -> T {
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

impl Figures {
    fn rate(&self) -> f64 {
        f64::from(self.people) / self.elapsed.as_secs_f64()
    }

    fn to_json(&self) -> serde_json::Value {
        let stages = self.stages.iter().map(|(name, time)| json!({ "stage": name, "seconds": time.as_secs_f64() }));
        json!({
            "people": self.people, "seconds": self.elapsed.as_secs_f64(), "certificatesPerSecond": self.rate(),
            "stages": stages.collect::<Vec<_>>(), "recordOnlyPerSecond": self.record_only,
            "pdfBytesMedian": median(&self.pdf_bytes), "pdfBytesLargest": self.pdf_bytes.last(),
            "qrVersionMedian": median(&self.qr_versions), "qrVersionLargest": self.qr_versions.last(),
            "verifyPerSecondOneCore": self.verify_core, "verifyPdfPerSecond": self.verify_pdf,
            "peakMemoryMb": self.memory_mb, "pngSeconds": self.pictures.png.median.as_secs_f64(),
            "pngFirstSeconds": self.pictures.first.as_secs_f64(), "pngBytesMedian": median(&self.pictures.bytes),
            "spotCheckSeconds": self.pictures.check.median.as_secs_f64(),
        })
    }

    fn print(&self) {
        output::line(format!(
            "{}, from row to PDF on disk, in {:.2} s",
            output::counted(self.people, "certificate", "certificates"),
            self.elapsed.as_secs_f64()
        ));
        let spent: f64 = self.stages.iter().map(|(_, time)| time.as_secs_f64()).sum();
        let stage = |(name, time): &(&str, Duration)| {
            let per = time.as_secs_f64() * 1e6 / f64::from(self.people);
            vec![(*name).to_owned(), format!("{per:>8.0}"), format!("{:>5.1} %", 100.0 * time.as_secs_f64() / spent)]
        };
        output::line("");
        output::table(&["STAGE", "µs each", "SHARE"], &self.stages.iter().map(stage).collect::<Vec<_>>());
        output::line("");
        let kb = |bytes: u64| format!("{:.1} KB", bytes as f64 / 1000.0);
        let row = |what: &str, got: String, budget: &str| vec![what.to_owned(), got, budget.to_owned()];
        output::table(
            &["FIGURE", "MEASURED", "BUDGET"],
            &[
                row("row to PDF on disk", format!("{:.0}/s", self.rate()), "2,000/s"),
                row("sign and record only", format!("{:.0}/s", self.record_only), "10,000/s"),
                row("verify, one core", format!("{:.0}/s", self.verify_core), "8,000/s"),
                row("verify PDF files, all cores", format!("{:.0}/s", self.verify_pdf), "-"),
                row("PDF, median", kb(median(&self.pdf_bytes)), "60 KB"),
                row("PDF, largest", kb(self.pdf_bytes.last().copied().unwrap_or_default()), "-"),
                row("QR version, median", median(&self.qr_versions).to_string(), "15 or less"),
                row("QR version, largest", self.qr_versions.last().copied().unwrap_or_default().to_string(), "18"),
                row("PNG, one core", self.pictures.png.to_string(), "60 ms"),
                row("PNG, the first", format!("{:.1} ms", self.pictures.first.as_secs_f64() * 1e3), "-"),
                row("PNG, median", kb(median(&self.pictures.bytes)), "-"),
                row("spot check of 25", self.pictures.check.to_string(), "-"),
                row("peak memory", self.memory_mb.map_or("unknown".to_owned(), |mb| format!("{mb} MB")), "300 MB"),
            ],
        );
    }
}
