//! `testamur read-pieces`: the process that reads what others send, started by this program alone.

use std::io::{BufReader, stdin, stdout};
use std::process::ExitCode;

use super::output::{Explain, Failure};
use crate::reading;

pub(super) fn run() -> Result<ExitCode, Failure> {
    reading::serve(BufReader::new(stdin()), stdout()).doing("read files for another process")?;
    Ok(ExitCode::SUCCESS)
}
