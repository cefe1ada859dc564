//! The unit for systemd: looked over by systemd itself where it is there, and its line run as it is written.

use std::io::Write;
use std::process::Command;

use crate::process::{Place, repository};

const UNIT: &str = include_str!("../../../deploy/testamur.service");

fn value(name: &str) -> &'static str {
    let line = UNIT.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    line.unwrap_or_else(|| panic!("the unit has no {name}"))
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn systemd_takes_the_unit_and_finds_it_closed() {
    if !is_there("systemd-analyze") {
        // Past what the tests of a run keep to themselves: that this one looked at nothing is not passed over.
        let said =
            "NOT CHECKED: deploy/testamur.service, for systemd-analyze is not there; scripts/setup proxy installs it";
        writeln!(std::io::stderr(), "{said}").unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("testamur.service");
    // The program is where it was built; nothing else is changed.
    std::fs::write(&unit, UNIT.replace("/usr/local/bin/testamur", env!("CARGO_BIN_EXE_testamur"))).unwrap();
    let verified = Command::new("systemd-analyze").arg("verify").arg(&unit).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert!(verified.status.success() && !said.contains("testamur.service:"), "{said}");
    let looked = Command::new("systemd-analyze")
        .args(["security", "--offline=yes", "--no-pager", "--threshold=25"])
        .arg(&unit)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&looked.stdout).into_owned();
    let supports = !String::from_utf8_lossy(&looked.stderr).contains("unrecognized option");
    assert!(looked.status.success() || !supports, "{}", said.lines().last().unwrap_or_default());
}

/// The line of the unit, word by word, with its environment: only where things lie is this test's.
#[test]
fn the_line_of_the_unit_starts_the_service() {
    let place = Place::new();
    let credentials = place.path("credentials");
    std::fs::create_dir(&credentials).unwrap();
    let name = value("LoadCredential").split(':').next().unwrap();
    std::fs::write(credentials.join(name), "correct horse battery staple\n").unwrap();
    let line = value("ExecStart")
        .replace("%d", credentials.to_str().unwrap())
        .replace("/var/lib/testamur", place.path("data").to_str().unwrap());
    let mut words = line.split(' ');
    assert_eq!(words.next(), Some("/usr/local/bin/testamur"));
    let words: Vec<&str> = words.collect();
    let mut command = place.command(&words[..1]);
    command.env_remove("TESTAMUR_PASSPHRASE");
    for setting in UNIT.lines().filter_map(|line| line.strip_prefix("Environment=")) {
        let (name, value) = setting.split_once('=').unwrap();
        command.env(name, value.replace("/var/lib/testamur", place.path("data").to_str().unwrap()));
    }
    let process = place.serve_as(command, &words[1..]);
    assert!(process.said.contains("https://certs.example.org"), "{}", process.said);
    let ready = process.send("GET /readyz", "", b"").text();
    assert!(ready.starts_with("ready") && !ready.contains("locked"), "{ready}");
    process.terminate();
    // The service manager waits for so long, and for no longer.
    assert!(value("TimeoutStopSec").parse::<u32>().unwrap() > 30);
    assert!(repository("deploy/testamur.service").exists());
}
