//! An issuer in a temporary folder, and the program run on it at a time that the test says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";
/// When the issuers of these tests are set up.
pub(crate) const START: &str = "2026-03-01T09:00:00Z";
/// The event that they have.
pub(crate) const EVENT: &str = "MAPS";

/// Three people with unlike alphabets.
pub(crate) const THREE: &str = "name,email,score\nJosé Núñez,jose@example.org,91\nऐश्वर्या शर्मा,aishwarya@example.org,88\n田中 さくら,sakura@example.org,95\n";

/// A temporary folder with `data/` of an issuer, and room for files beside it.
pub(crate) struct Issuer {
    folder: TempDir,
    clock: String,
}

impl Issuer {
    /// Returns a folder without an issuer in it.
    pub(crate) fn none() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), clock: START.to_owned() }
    }

    /// Returns a new issuer with an event. Keys take time to encrypt, so each test gets a copy of the first one.
    pub(crate) fn new() -> Self {
        static FIRST: OnceLock<Issuer> = OnceLock::new();
        let first = FIRST.get_or_init(|| {
            let first = Self::none();
            first.run(&["init", "--issuer", "Example Academy", "--domain", "certs.example.org"]).expect(0);
            first.run(&["event", "create", EVENT, "--title", "Applied Cartography", "--template", "classic"]).expect(0);
            first
        });
        let issuer = Self::none();
        copy(&first.path("data"), &issuer.path("data"));
        issuer
    }

    /// Returns an issuer whose event has these people.
    pub(crate) fn with(csv: &str) -> Self {
        let issuer = Self::new();
        issuer.import(csv).expect(0);
        issuer
    }

    /// Returns an issuer that has issued to these people, with PDF and `.jwt` files in `out/` and a site in `site/`.
    pub(crate) fn issued(csv: &str) -> Self {
        let issuer = Self::with(csv);
        issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,jwt"]).expect(0);
        issuer.run(&["publish", "--out", "SITE"]).expect(0);
        issuer
    }

    /// Imports the text of a CSV file.
    pub(crate) fn import(&self, csv: &str) -> Ran {
        fs::write(self.path("people.csv"), csv).expect("the CSV file is written");
        self.run(&["import", EVENT, "PEOPLE"])
    }

    /// Sets the clock of the commands that follow.
    pub(crate) fn at(&mut self, clock: &str) -> &mut Self {
        clock.clone_into(&mut self.clock);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the path of a certificate's file in `out/`.
    pub(crate) fn file(&self, number: &str, extension: &str) -> PathBuf {
        self.path("out").join(format!("{number}.{extension}"))
    }

    /// Returns the command; `OUT`, `SITE` and `PEOPLE` stand for paths in the folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_testamur"));
        for argument in arguments {
            match *argument {
                "OUT" => command.arg(self.path("out")),
                "SITE" => command.arg(self.path("site")),
                "PEOPLE" => command.arg(self.path("people.csv")),
                other => command.arg(other),
            };
        }
        command
            .env_remove("TESTAMUR_TRUST")
            .env_remove("TESTAMUR_STATE")
            .env("TESTAMUR_DATA", self.path("data"))
            .env("TESTAMUR_PASSPHRASE", PASSPHRASE)
            .env("TESTAMUR_CLOCK", &self.clock)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// Runs the program in the folder in which a file lies.
    pub(crate) fn run_beside(&self, file: &Path, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).current_dir(file.parent().expect("it lies in a folder")))
    }

    /// Returns the numbers, in the order of the list.
    pub(crate) fn numbers(&self) -> Vec<String> {
        let rows = self.run(&["certificates", "list", "--json"]).expect(0).rows();
        rows.iter().map(|row| text(row, "number")).collect()
    }

    /// Verifies one file against the published site at a time; returns the verdict's JSON.
    pub(crate) fn verify(&self, file: &Path, at: &str) -> Value {
        let file = file.to_str().expect("a temporary path is UTF-8");
        let ran = self.run(&["verify", file, "--trust", "SITE", "--at", at, "--json"]);
        let rows = ran.rows();
        assert_eq!(rows.len(), 1, "one credential in one file: {ran:?}");
        assert_eq!(ran.code, i32::from(rows[0]["verdict"] != "valid"), "the exit code follows the verdict: {ran:?}");
        rows[0].clone()
    }

    /// Returns the verdict's code only.
    pub(crate) fn verdict(&self, file: &Path, at: &str) -> String {
        text(&self.verify(file, at), "verdict")
    }
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        Self {
            code: output.status.code().expect("the program ends by itself"),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Demands words on stdout.
    #[track_caller]
    pub(crate) fn prints(self, words: &str) -> Self {
        assert!(self.stdout.contains(words), "`{words}` is not on stdout:\n{}", self.stdout);
        self
    }

    /// Demands an error: exit code 3, a message with these words, a hint on what to do, nothing like a panic.
    #[track_caller]
    pub(crate) fn refuses(self, words: &str) -> Self {
        let ran = self.expect(3).warns(words);
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
        assert!(ran.stderr.contains("\nhint: "), "no hint: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        ran
    }

    /// Demands words on stderr.
    #[track_caller]
    pub(crate) fn warns(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "`{words}` is not on stderr:\n{}", self.stderr);
        self
    }

    /// Returns stdout as JSON lines.
    #[track_caller]
    pub(crate) fn rows(&self) -> Vec<Value> {
        let line = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}\nstderr: {}", self.stderr));
        self.stdout.lines().map(line).collect()
    }

    /// Returns the JSON lines of `verify` that are about something judged, without what was skipped.
    #[track_caller]
    pub(crate) fn verdicts(&self) -> Vec<Value> {
        self.rows().into_iter().filter(|row| row["skipped"].is_null()).collect()
    }
}

/// Returns a member that must be a string.
#[track_caller]
pub(crate) fn text(row: &Value, member: &str) -> String {
    row[member].as_str().unwrap_or_else(|| panic!("no text `{member}` in {row}")).to_owned()
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder is made");
    for entry in fs::read_dir(from).expect("a folder is read") {
        let entry = entry.expect("a folder is read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a file is copied");
        }
    }
}
