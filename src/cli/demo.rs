//! `testamur demo`: the whole life of certificates with invented people, by the very commands a user would type.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use super::demo_people::{DemoPerson, people};
use super::output::{self, Explain, Failure};
use super::{Cli, verify::Tally, workspace::Workspace};
use crate::import::person_key;
use crate::store::Certificate;

/// People who register late, after the key was rotated.
const LATE: usize = 5;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many people
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    people: u32,
    /// Folder for everything that the demo makes
    #[arg(long, value_name = "DIR", default_value = "testamur-demo")]
    out: PathBuf,
}

pub(super) fn run(args: Args) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let demo = Demo::new(&args.out)?;
    let everybody = people(args.people as usize);
    let (early, late) = everybody.split_at(everybody.len() - LATE);
    let (early, right_name) = misspelt(early)?;
    demo.set_up(&early)?;
    let (revoked, corrected) = demo.go_wrong(&right_name)?;
    demo.rotate(late)?;
    demo.forge()?;
    let tally = demo.verify()?;
    Ok(demo.farewell(everybody.len() as u64, &revoked, &corrected, &tally, started))
}

/// The person whose name has a letter too few in the spreadsheet, by place; it is written in Latin letters, so that most
/// readers see it.
const MISSPELT: usize = 0;

/// Returns the people with one name misspelt, and how it should be.
fn misspelt(people: &[DemoPerson]) -> Result<(Vec<DemoPerson>, DemoPerson), Failure> {
    let mut people = people.to_vec();
    let person = people.get_mut(MISSPELT).ok_or_else(|| Failure::new("the demo needs more people"))?;
    let right = person.clone();
    person.name.pop();
    Ok((people, right))
}

struct Demo {
    out: PathBuf,
}

impl Demo {
    fn new(out: &Path) -> Result<Self, Failure> {
        if out.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Failure::new(format!("{} is not empty", out.display()))
                .hint("choose another folder with --out, or remove it"));
        }
        fs::create_dir_all(out.join("issuer")).doing(format!("create {}", out.display()))?;
        let demo = Self { out: out.to_owned() };
        fs::write(demo.path("passphrase.txt"), "a passphrase for a demonstration only\n")
            .doing("write the passphrase")?;
        Ok(demo)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    /// Types a command: shows it, then runs it as the program would.
    fn type_in(&self, command: &[&str]) -> Result<(), Failure> {
        let quoted =
            command.iter().map(|word| if word.contains(' ') { format!("\"{word}\"") } else { (*word).to_owned() });
        output::line(format!("\n$ testamur {}", quoted.collect::<Vec<_>>().join(" ")));
        let cli = self.parse(command)?;
        super::run(cli).map(|_| ())
    }

    fn parse(&self, command: &[&str]) -> Result<Cli, Failure> {
        let (data, passphrase) = (self.path("issuer"), self.path("passphrase.txt"));
        let global = ["--data", path(&data)?, "--passphrase-file", path(&passphrase)?];
        Cli::try_parse_from(["testamur"].iter().chain(command).chain(&global)).map_err(Failure::from)
    }

    /// A new issuer, an event, a spreadsheet, certificates, a site.
    fn set_up(&self, people: &[DemoPerson]) -> Result<(), Failure> {
        heading("1. An issuer, an event, a spreadsheet of people");
        self.type_in(&["init", "--issuer", "Example Academy", "--domain", "certs.example.org"])?;
        self.type_in(&[
            "event",
            "create",
            "DATA",
            "--title",
            "Introduction to Data Analysis",
            "--template",
            "classic",
            "--starts",
            "2026-11-02",
            "--ends",
            "2026-11-06",
            "--description",
            "Five days of cleaning, exploring and presenting data.",
            "--criteria",
            "Attended all five days and presented a project of one's own.",
            "--expires-after",
            "5y",
            "--publish-results",
            "--signatory",
            "Prof. Amara Okafor; Academic Director",
            "--signatory",
            "Lena Brandt; Course Leader",
        ])?;
        let sheet = self.path("people.csv");
        write_sheet(&sheet, people)?;
        self.type_in(&["import", "DATA", path(&sheet)?])?;
        heading("2. One command issues, and draws a PDF for each");
        self.type_in(&["issue", "DATA", "--out", path(&self.path("certificates"))?])?;
        heading("3. Keys and revocation list become static files");
        self.type_in(&["publish", "--out", path(&self.path("site"))?])
    }

    /// One certificate is revoked, one corrected. The old PDF of the corrected one stays in circulation.
    fn go_wrong(&self, right: &DemoPerson) -> Result<(Certificate, Certificate), Failure> {
        heading("4. Life happens: one is revoked, one had a misspelt name");
        let (revoked, corrected) = self.pick(right)?;
        self.type_in(&["revoke", &revoked.number.to_string(), "--reason", "issued in error", "--now"])?;
        let number = corrected.number.to_string();
        let file = self.path("certificates").join(format!("{number}.pdf"));
        fs::rename(&file, self.path("certificates").join(format!("{number}.old-copy.pdf")))
            .doing("keep the old copy")?;
        let name = format!("name={}", right.name);
        self.type_in(&["regenerate", &number, "--set", &name, "--reason", "name corrected"])?;
        self.type_in(&["certificates", "render", &number, "--out", path(&self.path("certificates"))?])?;
        Ok((revoked, corrected))
    }

    /// Picks one certificate to revoke, and finds the misspelt one.
    fn pick(&self, right: &DemoPerson) -> Result<(Certificate, Certificate), Failure> {
        let cli = self.parse(&["certificates", "list"])?;
        let store = Workspace::open(&cli.global)?.store;
        let event = "DATA".parse()?;
        let number = store.certificate_of(&event, &person_key(&right.name, Some(&right.email)))?;
        let corrected = number.and_then(|number| store.certificate(&number).transpose()).transpose()?;
        let page = store.certificates(None, None, 10)?;
        let revoked = page.items.into_iter().find(|c| Some(&c.number) != corrected.as_ref().map(|c| &c.number));
        revoked.zip(corrected).ok_or_else(|| Failure::new("the demo issued too few certificates"))
    }

    /// A new key; the people who registered late get theirs from it.
    fn rotate(&self, late: &[DemoPerson]) -> Result<(), Failure> {
        heading("5. The signing key is rotated; latecomers are signed with the new one");
        self.type_in(&["keys", "rotate"])?;
        let sheet = self.path("latecomers.csv");
        write_sheet(&sheet, late)?;
        self.type_in(&["import", "DATA", path(&sheet)?])?;
        self.type_in(&["issue", "DATA", "--out", path(&self.path("certificates"))?])?;
        self.type_in(&["publish", "--out", path(&self.path("site"))?])
    }

    /// Somebody raises themselves to another name: one character of a signed credential is changed.
    fn forge(&self) -> Result<(), Failure> {
        let cli = self.parse(&["certificates", "list"])?;
        let workspace = Workspace::open(&cli.global)?;
        let page = workspace.store.certificates(None, None, 1)?;
        let Some(genuine) = page.items.first() else { return Ok(()) };
        let forged = forge(&genuine.jws, &genuine.recipient);
        fs::write(self.path("certificates").join("forged.jwt"), forged).doing("write the forgery")
    }

    fn verify(&self) -> Result<Tally, Failure> {
        heading("6. An employer verifies everything offline: the files and trust.jws, nothing else");
        let (files, trust) = (self.path("certificates"), self.path("site").join("trust.jws"));
        output::line(format!("\n$ testamur verify {} --trust {} --quiet", files.display(), trust.display()));
        let cli = self.parse(&["verify", path(&files)?, "--trust", path(&trust)?, "--quiet"])?;
        match cli.command {
            super::Command::Verify(args) => super::verify::tally(&cli.global, &args),
            _ => Err(Failure::new("the demo typed another command")),
        }
    }

    /// Says what was shown, line by line only where the verdicts bear it out.
    fn farewell(
        &self,
        people: u64,
        revoked: &Certificate,
        corrected: &Certificate,
        tally: &Tally,
        started: Instant,
    ) -> ExitCode {
        heading("Done");
        let rows = [
            (
                tally.count("valid") == people - 1 && tally.differing() == 0,
                format!(
                    "{people} people in many scripts; {} certificates are valid, also those of the retired key",
                    tally.count("valid")
                ),
            ),
            (tally.count("revoked") == 1, format!("{} was revoked, and says so, offline", revoked.number)),
            (
                tally.count("superseded") == 1,
                format!("{} was corrected under its number; the old copy says \"superseded\"", corrected.number),
            ),
            (tally.count("proof_invalid") == 1, "a forged credential was recognised".to_owned()),
        ];
        for (shown, text) in &rows {
            output::line(format!("  {} {text}", if *shown { "✓" } else { "✗ NOT SHOWN:" }));
        }
        output::line(format!("\nAll of it took {:.1} seconds.", started.elapsed().as_secs_f32()));
        output::line(format!("Open a certificate in {}, and scan its QR code.", self.path("certificates").display()));
        if rows.iter().all(|(shown, _)| *shown) { ExitCode::SUCCESS } else { ExitCode::from(output::NOT_GOOD) }
    }
}

fn heading(text: &str) {
    output::line(format!("\n{text}\n{}", "─".repeat(text.chars().count())));
}

fn path(path: &Path) -> Result<&str, Failure> {
    path.to_str().ok_or_else(|| Failure::new(format!("{} is not UTF-8", path.display())))
}

fn write_sheet(path: &Path, people: &[DemoPerson]) -> Result<(), Failure> {
    let mut sheet = csv::Writer::from_path(path)?;
    sheet.write_record(["Full name", "E-mail", "Score"])?;
    for person in people {
        sheet.write_record([&person.name, &person.email, &person.score.to_string()])?;
    }
    sheet.flush().doing(format!("write {}", path.display()))
}

/// Returns the credential with another name in its payload, under the old signature.
fn forge(jws: &str, recipient: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
    let mut parts: Vec<String> = jws.split('.').map(str::to_owned).collect();
    let payload =
        parts.get(1).and_then(|part| BASE64URL.decode(part).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(payload) = payload {
        parts[1] = BASE64URL.encode(payload.replace(recipient, "Mallory Forger"));
    }
    parts.join(".")
}
