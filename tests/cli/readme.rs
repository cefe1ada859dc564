//! The transcript in README.md, typed in line by line: what it prints must be what the program prints.

use std::fs;
use std::process::Command;

use crate::issuer::PASSPHRASE;

/// The people of the transcript.
const PEOPLE: &str =
    "Name,E-mail\nAda Lovelace,ada@example.org\nمحمد عبد الرحمن,mohammed@example.org\nसुनीता शर्मा,sunita@example.org\n";

#[test]
fn the_readme_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("people.csv"), PEOPLE).expect("the CSV file is written");
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```console\n").expect("the README has a transcript");
    let (transcript, _) = rest.split_once("```").expect("the transcript ends");
    let commands: Vec<&str> = transcript.split("$ testamur ").skip(1).collect();
    assert!(commands.len() >= 10, "the transcript has only {} commands", commands.len());
    for command in commands {
        let (line, expected) = command.split_once('\n').expect("a command ends its line");
        let year = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).year().to_string();
        // Numbers carry the year of issue.
        let (line, expected) =
            (line.replace("-2026-0", &format!("-{year}-0")), expected.replace("-2026-0", &format!("-{year}-0")));
        let output = Command::new("sh")
            .args(["-c", &format!("\"$TESTAMUR\" {line}")])
            .env("TESTAMUR", env!("CARGO_BIN_EXE_testamur"))
            .env("TESTAMUR_DATA", folder.path().join("academy"))
            .env("TESTAMUR_PASSPHRASE", PASSPHRASE)
            .current_dir(folder.path())
            .output()
            .expect("sh runs");
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() != Some(3), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
        let printed: Vec<&str> = stdout.lines().collect();
        for wanted in expected.lines() {
            assert!(printed.contains(&wanted), "`testamur {line}` does not print `{wanted}` but\n{stdout}");
        }
    }
}
