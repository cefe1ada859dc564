//! What the service does over HTTP that a command does: one process at a time holds the store, and while that is the service
//! it is asked.

use super::{Command, certificates, event, keys, people, revoke};

/// Returns the call that does what a command does, if there is one.
pub(super) fn over_http(command: &Command) -> Option<&'static str> {
    Some(match command {
        Command::Event(event::Command::Create(_)) => "POST /api/v1/events",
        Command::Event(event::Command::List { .. }) => "GET /api/v1/events",
        Command::Event(event::Command::Show { .. }) => "GET /api/v1/events/CODE",
        Command::Event(event::Command::Update(_)) => "PATCH /api/v1/events/CODE",
        Command::Event(event::Command::Archive { .. }) => "PUT /api/v1/events/CODE/archived",
        Command::Event(event::Command::Unarchive { .. }) => "DELETE /api/v1/events/CODE/archived",
        Command::Event(event::Command::Remove { .. }) => "DELETE /api/v1/events/CODE",
        Command::Import(_) => "POST /api/v1/events/CODE/imports",
        Command::People(people::Command::List { .. }) => "GET /api/v1/events/CODE/participants",
        Command::Issue(_) => "POST /api/v1/runs with kind generate",
        Command::Certificates(certificates::Command::List { .. }) => "GET /api/v1/certificates",
        Command::Certificates(certificates::Command::Show { .. }) => "GET /api/v1/certificates/NUMBER",
        Command::Certificates(certificates::Command::Render { .. }) => {
            "GET /api/v1/certificates/NUMBER/file, or /api/v1/certificates/archive?event=CODE for all"
        }
        Command::Revoke(_) => "POST /api/v1/certificates/NUMBER/revoke, or /api/v1/certificates/revoke with the file",
        Command::Restore(revoke::Restore { run: Some(_), .. }) => "POST /api/v1/runs with kind restore and run",
        Command::Restore(_) => "POST /api/v1/certificates/NUMBER/restore",
        Command::Regenerate(_) => {
            "POST /api/v1/corrections for a name, POST /api/v1/runs with kind regenerate for the rest"
        }
        Command::Keys(keys::Command::List { .. }) => "GET /api/v1/keys",
        Command::Keys(keys::Command::Rotate) => "POST /api/v1/keys/rotate",
        Command::Keys(keys::Command::Compromise { .. }) => "POST /api/v1/keys/KEY/compromise",
        Command::Publish(_) => "POST /api/v1/publish",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::over_http;
    use crate::cli::Cli;

    /// Every command that needs the store, and has a call.
    const COMMANDS: [&str; 22] = [
        "event create CODE --title T --template classic",
        "event list",
        "event show CODE",
        "event update CODE --title T",
        "event archive CODE",
        "event unarchive CODE",
        "event remove CODE",
        "import CODE people.csv",
        "people list CODE",
        "issue CODE",
        "certificates list",
        "certificates show CERT-A-2026-00001",
        "certificates render CERT-A-2026-00001 --out x",
        "revoke CERT-A-2026-00001 --reason r",
        "restore CERT-A-2026-00001",
        "restore --run R",
        "regenerate CERT-A-2026-00001 --set name=N --reason r",
        "keys list",
        "keys rotate",
        "keys compromise k1 --since 2026-01-01",
        "publish --out x",
        "certificates render --all --out x",
    ];

    /// `NUMBER` and `{number}` alike: which part of a path it is, not how it is called.
    fn plain(path: &str) -> String {
        let part = |part: &str| {
            let named = part.starts_with('{') || part.len() > 2 && part.chars().all(|c| c.is_ascii_uppercase());
            if named { "*".to_owned() } else { part.to_owned() }
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    #[test]
    fn every_call_that_is_named_is_one_of_the_service() {
        let document = serde_json::to_value(crate::server::openapi()).unwrap();
        let known: Vec<_> = document["paths"].as_object().unwrap().keys().map(|path| plain(path)).collect();
        for command in COMMANDS {
            let words = ["testamur"].into_iter().chain(command.split(' '));
            let parsed = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{command}: {error}"));
            let told = over_http(&parsed.command).unwrap_or_else(|| panic!("{command} has no call"));
            let paths = told.split([' ', ',', '?']).filter(|word| word.starts_with("/api/"));
            let paths: Vec<_> = paths.map(plain).collect();
            assert!(!paths.is_empty(), "{command}: {told}");
            for path in paths {
                assert!(known.contains(&path), "{command}: {told} names {path}");
            }
        }
    }
}
