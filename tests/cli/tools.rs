//! Other people's programs that judge our files. `make setup` installs them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a program and returns its standard output; a missing program or a failure stops the test.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = match command.output() {
        Err(error) => panic!("{program} cannot be started ({error}); install it with `make setup`"),
        Ok(output) => output,
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} says {}: {errors}", output.status);
    String::from_utf8(output.stdout).expect("its output is UTF-8")
}

/// Lets qpdf check a PDF file's structure; a warning is a failure.
#[track_caller]
pub(crate) fn qpdf_check(pdf: &Path) {
    run(Command::new("qpdf").arg("--check").arg(pdf));
}

/// Returns the text of a PDF file as poppler extracts it, in logical order, every run of white space one blank.
#[track_caller]
pub(crate) fn pdf_text(pdf: &Path) -> String {
    let text = run(Command::new("pdftotext").args(["-enc", "UTF-8"]).arg(pdf).arg("-"));
    // Poppler wraps right-to-left runs into bidi controls of its own.
    let plain: String =
        text.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the file attached to a PDF under a name.
#[track_caller]
pub(crate) fn attachment(pdf: &Path, name: &str) -> String {
    run(Command::new("qpdf").arg(format!("--show-attachment={name}")).arg(pdf))
}

/// Draws the first page of a PDF file at 150 dpi, the resolution of an ordinary scan; returns the picture's path.
#[track_caller]
pub(crate) fn draw(pdf: &Path) -> PathBuf {
    let stem = pdf.with_extension("poppler");
    run(Command::new("pdftoppm").args(["-r", "150", "-png", "-singlefile"]).arg(pdf).arg(&stem));
    let mut picture = stem.into_os_string();
    picture.push(".png");
    picture.into()
}

/// Returns the text of the QR code in a picture, read by zbar.
#[track_caller]
pub(crate) fn zbar(picture: &Path) -> String {
    let options = ["--raw", "-q", "--nodbus", "-Sdisable", "-Sqrcode.enable"];
    run(Command::new("zbarimg").args(options).arg(picture)).trim_end().to_owned()
}

/// Returns the texts of the QR codes in pictures, one each in the same order, read by zxing-cpp.
#[track_caller]
pub(crate) fn zxing(pictures: &[PathBuf]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output =
        run(Command::new(root.join("target/venv/bin/python")).arg(root.join("tests/tools/read_qr.py")).args(pictures));
    let found: Vec<(&str, &str)> = output.lines().filter_map(|line| line.split_once('\t')).collect();
    let read = |picture: &PathBuf| {
        let text = found.iter().find(|(path, _)| Path::new(path) == picture).map(|(_, text)| (*text).to_owned());
        text.unwrap_or_else(|| panic!("zxing-cpp finds no QR code in {}", picture.display()))
    };
    pictures.iter().map(read).collect()
}
