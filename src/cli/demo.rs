//! `testamur demo`: the whole life of certificates with invented people, by the very commands a user would type.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use super::demo_people::{DemoPerson, people};
use super::output::{self, Explain, Failure};
use super::{Cli, workspace::Workspace};
use crate::store::{Certificate, Store};

/// People who register late, after the key was rotated.
const LATE: usize = 5;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many people
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    people: u32,
    /// Folder for everything that the demo makes
    #[arg(long, value_name = "DIR", default_value = "testamur-demo")]
    out: PathBuf,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let demo = Demo::new(&args.out)?;
    let everybody = people(args.people as usize);
    let (early, late) = everybody.split_at(everybody.len() - LATE);
    demo.set_up(early)?;
    let (revoked, corrected) = demo.go_wrong()?;
    demo.rotate(late)?;
    demo.forge()?;
    let code = demo.verify()?;
    demo.farewell(everybody.len(), &revoked, &corrected, started);
    Ok(code)
}

struct Demo {
    out: PathBuf,
}

impl Demo {
    fn new(out: &Path) -> Result<Self, Failure> {
        if out.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Failure::new(format!("{} is not empty", out.display())).hint("choose another folder with --out, or remove it"));
        }
        fs::create_dir_all(out.join("issuer")).doing(format!("create {}", out.display()))?;
        let demo = Self { out: out.to_owned() };
        fs::write(demo.path("passphrase.txt"), "a passphrase for a demonstration only\n").doing("write the passphrase")?;
        Ok(demo)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    /// Types a command: shows it, then runs it as the program would.
    fn type_in(&self, command: &[&str]) -> Result<(), Failure> {
        let quoted = command.iter().map(|word| if word.contains(' ') { format!("\"{word}\"") } else { (*word).to_owned() });
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
            "event", "create", "DATA", "--title", "Introduction to Data Analysis", "--template", "classic", "--starts",
            "2026-11-02", "--ends", "2026-11-06", "--description",
            "Five days of cleaning, exploring and presenting data.", "--criteria",
            "Attended all five days and presented a project of one's own.", "--expires-after", "5y",
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
    fn go_wrong(&self) -> Result<(Certificate, Certificate), Failure> {
        heading("4. Life happens: one is revoked, one had a misspelt name");
        let (revoked, corrected) = self.pick()?;
        self.type_in(&["revoke", &revoked.number.to_string(), "--reason", "issued in error"])?;
        let number = corrected.number.to_string();
        let file = self.path("certificates").join(format!("{number}.pdf"));
        fs::rename(&file, self.path("certificates").join(format!("{number}.old-copy.pdf"))).doing("keep the old copy")?;
        let name = format!("name={} Jr.", corrected.recipient);
        self.type_in(&["regenerate", &number, "--set", &name, "--reason", "name corrected"])?;
        self.type_in(&["certificates", "render", &number, "--out", path(&self.path("certificates"))?])?;
        Ok((revoked, corrected))
    }

    fn pick(&self) -> Result<(Certificate, Certificate), Failure> {
        let cli = self.parse(&["certificates", "list"])?;
        let workspace = Workspace::open(&cli.global)?;
        let page = workspace.store.certificates(None, None, 8)?;
        let mut certificates = page.items.into_iter().skip(2).step_by(3);
        certificates.next().zip(certificates.next()).ok_or_else(|| Failure::new("the demo issued too few certificates"))
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

    fn verify(&self) -> Result<ExitCode, Failure> {
        heading("6. An employer verifies everything offline: the files and trust.jws, nothing else");
        let (files, trust) = (self.path("certificates"), self.path("site").join("trust.jws"));
        self.type_in(&["verify", path(&files)?, "--trust", path(&trust)?, "--quiet"])?;
        Ok(ExitCode::SUCCESS)
    }

    fn farewell(&self, people: usize, revoked: &Certificate, corrected: &Certificate, started: Instant) {
        heading("Done");
        let rows = [
            format!("{people} people in many scripts have {people} certificates; each QR code holds the whole signed credential."),
            format!("{} was revoked, and says so.", revoked.number),
            format!("{} was corrected: the new copy is valid, the old one says \"superseded\".", corrected.number),
            "The key was rotated, and every certificate of the old key is still valid.".to_owned(),
            "A forged credential was recognised.".to_owned(),
            format!("All of it took {:.1} seconds.", started.elapsed().as_secs_f32()),
        ];
        rows.iter().for_each(|row| output::line(format!("  • {row}")));
        output::line(format!("\nOpen a certificate in {}, and scan its QR code.", self.path("certificates").display()));
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
    let payload = parts.get(1).and_then(|part| BASE64URL.decode(part).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(payload) = payload {
        parts[1] = BASE64URL.encode(payload.replace(recipient, "Mallory Forger"));
    }
    parts.join(".")
}
