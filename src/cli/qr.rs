//! `testamur qr`: between a credential and the text of its QR code.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::output::{self, Explain, Failure};
use crate::credential::limits;
use crate::proof::jws::Jws;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the QR text of a .jwt file
    Pack {
        /// The credential, or - for stdin
        file: PathBuf,
        /// Host and path of the verifier
        #[arg(long, value_name = "H")]
        host: String,
    },
    /// Print the credential inside a QR text
    Unpack {
        /// The text of the QR code
        url: String,
    },
}

pub fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Pack { file, host } => {
            let text = read_text(&file)?;
            let jws = Jws::parse(text.trim(), limits::CREDENTIAL_BYTES).doing(format!("read {}", file.display()))?;
            let qr_text = crate::qr::pack(&jws, &host);
            if let Err(error) = crate::qr::Symbol::of(&qr_text) {
                output::note(format!("warning: too large to print: {error}"));
            }
            output::line(qr_text);
        }
        Command::Unpack { url } => {
            let jws = crate::qr::unpack(url.trim())
                .doing("unpack the QR text")
                .hint("pass the whole text of the QR code, in quotes")?;
            output::line(jws.to_compact());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let limit = 2 * limits::CREDENTIAL_BYTES as u64;
    let read = if path == Path::new("-") {
        std::io::stdin().take(limit).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text))
    };
    read.doing(format!("read {}", path.display()))?;
    Ok(text)
}
