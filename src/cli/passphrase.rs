//! The passphrase of the key files: from a file, the environment or a prompt; never from an argument.

use std::io::IsTerminal;
use std::path::Path;

use zeroize::Zeroizing;

use super::Global;
use super::output::{Explain, Failure};

/// The environment variable with the passphrase.
const VARIABLE: &str = "TESTAMUR_PASSPHRASE";
/// The environment variable with the one that shall take its place.
const NEW_VARIABLE: &str = "TESTAMUR_NEW_PASSPHRASE";
/// Shortest passphrase that a new key may have, in characters.
const SHORTEST: usize = 8;

/// Returns the passphrase of existing keys.
///
/// # Errors
/// When there is none and no terminal to ask on.
pub(super) fn existing(global: &Global) -> Result<Zeroizing<String>, Failure> {
    match given(global)? {
        Some(passphrase) => Ok(passphrase),
        None => ask("Passphrase of the keys: "),
    }
}

/// A passphrase, and whether somebody who can be answered has typed it.
pub(super) struct Passphrase {
    /// The passphrase.
    pub text: Zeroizing<String>,
    /// Whether it was typed just now.
    pub typed: bool,
}

/// Returns the passphrase for who serves; nothing where none is given and there is nobody to ask.
///
/// # Errors
/// When a file that is named for it cannot be read.
pub(super) fn to_serve(global: &Global) -> Result<Option<Passphrase>, Failure> {
    match given(global)? {
        Some(text) => Ok(Some(Passphrase { text, typed: false })),
        None if std::io::stdin().is_terminal() => {
            ask("Passphrase of the keys: ").map(|text| Some(Passphrase { text, typed: true }))
        }
        None => Ok(None),
    }
}

/// Returns a passphrase for new keys, asked for twice.
///
/// # Errors
/// When it is too short, or the two differ.
pub(super) fn new(global: &Global) -> Result<Zeroizing<String>, Failure> {
    chosen(given(global)?)
}

/// Returns the passphrase that shall take the place of the present one, asked for twice.
///
/// # Errors
/// As [`new`].
pub(super) fn replacement(file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    chosen(match file {
        Some(path) => Some(first_line(path)?),
        None => variable(NEW_VARIABLE),
    })
}

fn chosen(given: Option<Zeroizing<String>>) -> Result<Zeroizing<String>, Failure> {
    let passphrase = match given {
        Some(passphrase) => passphrase,
        None => {
            let first = ask("New passphrase for the keys: ")?;
            if ask("Once more: ")? != first {
                return Err(Failure::new("the two passphrases differ").hint("run the command again"));
            }
            first
        }
    };
    check(&passphrase)?;
    Ok(passphrase)
}

/// Checks that a passphrase is long enough for new keys.
///
/// # Errors
/// When it is not.
pub(super) fn check(passphrase: &str) -> Result<(), Failure> {
    match passphrase.chars().count() < SHORTEST {
        true => Err(Failure::new(format!("the passphrase is shorter than {SHORTEST} characters"))
            .hint("four random words make a good one")),
        false => Ok(()),
    }
}

fn given(global: &Global) -> Result<Option<Zeroizing<String>>, Failure> {
    match &global.passphrase_file {
        Some(path) => first_line(path).map(Some),
        None => Ok(variable(VARIABLE)),
    }
}

fn first_line(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = std::fs::read_to_string(path).doing(format!("read the passphrase file {}", path.display()))?;
    let text = Zeroizing::new(text);
    match text.lines().next().unwrap_or_default() {
        "" => Err(Failure::new(format!("the passphrase file {} is empty", path.display()))),
        first => Ok(Zeroizing::new(first.to_owned())),
    }
}

fn variable(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name).ok().filter(|text| !text.is_empty()).map(Zeroizing::new)
}

fn ask(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("no passphrase was given")
            .hint(format!("use --passphrase-file, or set {VARIABLE}, or run this in a terminal")));
    }
    rpassword::prompt_password(prompt).map(Zeroizing::new).doing("read the passphrase")
}
