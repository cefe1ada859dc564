//! The transcript in README.md, typed in line by line: what it shows is all that the program prints, and nothing else.

use std::fs;
use std::process::Command;

/// When the first command of the transcript was typed; each of the next ones a minute later.
const FIRST: &str = "2026-11-20T16:00:00Z";

/// A command of the transcript, with what stands below it.
struct Typed {
    line: String,
    shown: String,
}

fn transcript(readme: &str) -> Vec<Typed> {
    let (_, rest) = readme.split_once("```console\n").expect("the README has a transcript");
    let (transcript, _) = rest.split_once("```").expect("the transcript ends");
    let mut typed: Vec<Typed> = Vec::new();
    for line in transcript.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => typed.push(Typed { line: command.to_owned(), shown: String::new() }),
            None => {
                let last = typed.last_mut().expect("a transcript begins with a command");
                last.shown.push_str(line);
                last.shown.push('\n');
            }
        }
    }
    typed
}

/// Puts an `x` for each group of the root key's fingerprint, which is another one each time.
fn masked(text: &str) -> String {
    let line = |line: &str| match line.split_once("root key fingerprint") {
        Some((before, after)) => {
            let groups = after.split_whitespace().map(|_| "x").collect::<Vec<_>>().join(" ");
            format!("{before}root key fingerprint {groups}\n")
        }
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut environment, mut run) = (Vec::new(), 0);
    for Typed { line, shown } in transcript(include_str!("../../README.md")) {
        if let Some(variables) = line.strip_prefix("export ") {
            let (data, passphrase) = variables.split_once(' ').expect("two variables");
            for variable in [data, passphrase] {
                let (name, value) = variable.split_once('=').expect("a variable has a value");
                environment.push((name.to_owned(), value.trim_matches('"').to_owned()));
            }
        } else if let Some(file) = line.strip_prefix("cat ") {
            fs::write(folder.path().join(file), shown).expect("the file is written");
        } else {
            let rest = line.strip_prefix("testamur ").unwrap_or_else(|| panic!("`{line}` is no command of ours"));
            let first: jiff::Timestamp = FIRST.parse().expect("an instant");
            let now = first + jiff::SignedDuration::from_mins(run);
            let output = Command::new("sh")
                .args(["-c", &format!("\"$TESTAMUR\" {rest} 2>&1")])
                .env("TESTAMUR", env!("CARGO_BIN_EXE_testamur"))
                .env("TESTAMUR_CLOCK", now.to_string())
                .envs(environment.iter().cloned())
                .current_dir(folder.path())
                .output()
                .expect("sh runs");
            assert_eq!(masked(&String::from_utf8_lossy(&output.stdout)), masked(&shown), "testamur {rest}");
            run += 1;
        }
    }
    assert!(run >= 10, "the transcript has only {run} commands");
}
