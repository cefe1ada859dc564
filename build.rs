//! Builds the web verifier's files in, if `verifier-web` was built; the program compiles without them. Has the linker make the
//! program small, where it can.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

/// Where addresses stand that are put right when the program starts, in a tenth of the room (DT_RELR): less to keep and to read.
const PACKED: &str = "-Wl,-z,pack-relative-relocs";
/// Functions of the same instructions become one. Tables stay apart, by whose addresses libraries tell some things apart.
const FOLDED: &str = "-Wl,--icf=all";

fn main() -> io::Result<()> {
    let crate_root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let dist = crate_root.join("verifier-web/dist");
    println!("cargo::rerun-if-changed=build.rs");
    // Always there: it holds a note for people.
    println!("cargo::rerun-if-changed=verifier-web/dist");

    let mut files = Vec::new();
    walk(&dist.join("verify"), "", &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for (name, path) in &files {
        // Writing to a text does not fail.
        let _ = writeln!(code, "    ({name:?}, include_bytes!({:?})),", path.display().to_string());
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default());
    fs::write(out.join("verifier_files.rs"), code)?;
    link_small(&out)
}

/// Asks the linker for what it can do here: the usual one on Linux takes both, others one or none.
fn link_small(out: &Path) -> io::Result<()> {
    let is_here =
        env::var("TARGET") == env::var("HOST") && env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let source = out.join("probe.rs");
    fs::write(&source, "fn main() {}\n")?;
    for argument in [Some(PACKED), Some(FOLDED).filter(|_| is_release)].into_iter().flatten() {
        if is_here && links_and_runs(&source, &out.join("probe"), argument) {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
    Ok(())
}

/// Links a program as cargo links ours, and starts it: an old C library does not take every file that a linker writes.
fn links_and_runs(source: &Path, program: &Path, argument: &str) -> bool {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let mut compiler = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()));
    compiler.arg(source).arg("-o").arg(program).arg("-C").arg(format!("link-arg={argument}"));
    compiler.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    compiler.args(env::var("RUSTC_LINKER").ok().map(|linker| format!("-Clinker={linker}")));
    let works = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    };
    works(&mut compiler) && works(&mut Command::new(program))
}

/// Lists the files below a folder with their names in the site; none if it is not there.
fn walk(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}
