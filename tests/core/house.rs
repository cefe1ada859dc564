//! Rules of the house that no compiler checks: which room knows which, what public functions answer, and how files begin.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A source file: its path below `src`, and what is in it.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The first folder, or the file's own name.
    fn room(&self) -> String {
        let first = self.path.components().next().unwrap().as_os_str().to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    fn is_test(&self) -> bool {
        self.path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
    }

    /// The lines that are part of the program: no comments, no tests.
    fn lines(&self) -> impl Iterator<Item = &str> {
        let (code, _) = self.text.split_once("\n#[cfg(test)]\nmod ").unwrap_or((&self.text, ""));
        code.lines().filter(|line| !line.trim_start().starts_with("//"))
    }
}

fn walk(folder: &Path, root: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, root, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push(Source { path: path.strip_prefix(root).unwrap().to_owned(), text });
        }
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &root, &mut found);
    assert!(found.len() > 300, "{} files", found.len());
    found
}

/// Arrows from room to room.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The rooms that the program's code names, with a file that does.
fn drawn(sources: &[Source]) -> BTreeMap<(String, String), PathBuf> {
    let mut arrows = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let room = source.room();
        if room == "main" || room == "lib" {
            continue;
        }
        for (_, after) in
            source.lines().flat_map(|line| line.match_indices("crate::").map(move |(at, _)| line.split_at(at + 7)))
        {
            let known: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            assert!(!known.is_empty(), "{}: name each room in a line of its own", source.path.display());
            if known != room {
                arrows.entry((room.clone(), known)).or_insert_with(|| source.path.clone());
            }
        }
    }
    arrows
}

/// The table in `src/lib.rs`.
fn allowed() -> Arrows {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mut arrows = Arrows::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("//! ")) {
        if let Some((room, known)) = line.split_once(" -> ") {
            let known = known.split_whitespace().map(str::to_owned);
            arrows.entry(room.trim().to_owned()).or_default().extend(known);
        }
    }
    assert!(arrows.len() > 15, "the table of arrows is not found");
    arrows
}

#[test]
fn each_room_knows_those_that_it_may_know() {
    let (allowed, sources) = (allowed(), sources());
    let drawn = drawn(&sources);
    for ((room, known), path) in &drawn {
        let may = allowed.get(room).is_some_and(|all| all.contains(known));
        assert!(may, "{}: `{room}` may not know `{known}`; see the arrows in src/lib.rs", path.display());
    }
    for (room, known) in &allowed {
        for known in known {
            assert!(drawn.contains_key(&(room.clone(), known.clone())), "nothing in `{room}` knows `{known}` any more");
        }
    }
}

#[test]
fn the_table_of_arrows_keeps_to_the_plan() {
    const CORE: [&str; 9] =
        ["credential", "deflate", "eligibility", "guard", "keys", "proof", "qr", "status", "verify"];
    const DOORS: [&str; 2] = ["cli", "server"];
    for (room, known) in allowed() {
        let knows = |other: &str| known.contains(other);
        if CORE.contains(&room.as_str()) {
            let outside: Vec<_> = known.iter().filter(|other| !CORE.contains(&other.as_str())).collect();
            assert!(outside.is_empty(), "the core is given everything: {room} -> {outside:?}");
        }
        assert!(!knows("cli"), "{room} knows the command line");
        assert!(!knows("server") || room == "cli", "{room} knows the service");
        assert!(!knows("acts") || DOORS.contains(&room.as_str()) || room == "vault", "{room} knows the acts");
        assert!(!knows("vault") || DOORS.contains(&room.as_str()), "{room} knows the vault");
        let adapters = ["store", "publish", "webhooks", "mail"];
        if room == "store" {
            assert!(adapters.iter().all(|other| !knows(other)), "the store knows an adapter");
        }
    }
    let allowed = allowed();
    assert!(!allowed["render"].contains("template") && !allowed["template"].contains("render"));
}

/// Returns the error types of the results in a signature's answer.
fn errors(answer: &str) -> Vec<String> {
    let starts = answer.match_indices("Result<").map(|(at, start)| at + start.len());
    let error = |from: usize| {
        let (mut depth, mut comma) = (0_u32, None);
        for (at, c) in answer[from..].char_indices().map(|(at, c)| (from + at, c)) {
            match c {
                '<' | '(' | '[' => depth += 1,
                '>' if answer[..at].ends_with('-') => {}
                '>' if depth == 0 => return comma.map(|after: usize| answer[after..at].trim().to_owned()),
                '>' | ')' | ']' => depth -= 1,
                ',' if depth == 0 => comma = Some(at + 1),
                _ => {}
            }
        }
        None
    };
    starts.filter_map(error).collect()
}

#[test]
fn errors_are_found_in_signatures() {
    assert_eq!(errors("-> Result<(), String>"), ["String"]);
    assert_eq!(errors("-> Result<Vec<Result<Page, String>>, Broken>"), ["Broken", "String"]);
    assert_eq!(errors("-> Result<BTreeMap<String, String>, Broken>"), ["Broken"]);
    assert_eq!(errors("-> Result<String>"), [""; 0]);
}

#[test]
fn public_functions_answer_with_errors_that_have_a_type() {
    // What serde or clap asks for a text stays one: `TryFrom`, and the parsers of `cli` (which are not public).
    const PUBLIC: [&str; 4] = ["pub fn ", "pub(crate) fn ", "pub const fn ", "pub type "];
    let mut seen = 0;
    for source in sources().iter().filter(|source| !source.is_test()) {
        let code = source.lines().collect::<Vec<_>>().join("\n");
        let is_public = |line: &str| PUBLIC.iter().any(|start| line.starts_with(start)) || line.starts_with("pub(in ");
        let mut at = 0;
        for line in code.split_inclusive('\n') {
            let rest = &code[at..];
            at += line.len();
            let (start, indent) = (line.trim_start(), line.len() - line.trim_start().len());
            let signature = rest.split_inclusive(['{', ';']).next().unwrap_or_default();
            // A method of a trait is as public as the trait.
            let of_trait = start.starts_with("fn ") && indent > 0 && signature.ends_with(';');
            if !is_public(start) && !of_trait {
                continue;
            }
            let answer = signature.split_once("->").map_or(signature, |(_, answer)| answer);
            if !start.starts_with("pub type") && !signature.contains("->") {
                continue;
            }
            let texts = errors(answer).into_iter().filter(|error| error == "String" || error.ends_with("str"));
            assert_eq!(texts.count(), 0, "{}: {}", source.path.display(), signature.trim());
            seen += 1;
        }
    }
    assert!(seen > 700, "{seen} signatures");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> =
        sources().into_iter().filter(|source| !source.text.starts_with("//!")).map(|one| one.path).collect();
    assert!(silent.is_empty(), "files without a header: {silent:?}");
}

#[test]
fn it_is_said_which_tests_run_in_chromium_and_when() {
    let package = fs::read_to_string("verifier-web/package.json").unwrap();
    let short = package.lines().find(|line| line.contains("\"e2e:short\"")).unwrap();
    let names =
        fs::read_dir("verifier-web/e2e").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let all: BTreeSet<String> = names.filter_map(|name| name.strip_suffix(".test.mjs").map(str::to_owned)).collect();
    let is_short = |name: &String| short.contains(&format!("e2e/{name}.test.mjs"));
    let alone: Vec<String> = all.iter().filter(|name| !is_short(name)).map(|name| format!("`{name}`")).collect();
    let (last, others) = alone.split_last().unwrap();
    let listed = format!("{} and {last}", others.join(", "));
    for readme in ["README.md", "verifier-web/README.md"] {
        let text = fs::read_to_string(readme).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&listed), "{readme} does not say that in `make e2e` alone run {listed}");
    }
}

#[test]
fn all_that_can_be_made_is_listed() {
    let made = fs::read_to_string("Makefile").unwrap();
    let targets = made.lines().find_map(|line| line.strip_prefix(".PHONY: ")).unwrap();
    let said = std::process::Command::new("make").arg("help").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    for target in targets.split_whitespace() {
        assert!(said.contains(&format!("  make {target} ")), "{target} is not in\n{said}");
    }
}

#[test]
fn every_finding_says_why_it_could_not_install_what_it_tries_and_leaves_nothing_behind() {
    let scripts: Vec<_> = fs::read_dir("findings").unwrap().map(|one| one.unwrap().path()).collect();
    assert!(scripts.len() > 50, "{}", scripts.len());
    for path in scripts {
        let text = fs::read_to_string(&path).unwrap().replace("\\\n", " ");
        for needed in ["set -euo pipefail", "folder=$(mktemp -d)", "rm -rf \"$folder\"' EXIT"] {
            assert!(text.contains(needed), "{}: {needed}", path.display());
        }
        let installs = |line: &&str| ["pip install", "npm install", "apt-get"].iter().any(|one| line.contains(one));
        for line in text.lines().filter(|line| !line.starts_with('#')).filter(installs) {
            let is_silent = ["2>", "&>", "--silent"].iter().any(|one| line.contains(one));
            assert!(!is_silent, "{}: why it failed is not said: {line}", path.display());
        }
    }
}

/// The table of cases: each row's case, and its tests by file and name.
fn cases() -> Vec<(String, Vec<(String, String)>)> {
    let text = fs::read_to_string("tests/fixtures/cases/README.md").unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")).skip(1);
    let row = |row: &str| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let quoted: Vec<&str> = cells[2].split('`').skip(1).step_by(2).collect();
        let named = quoted.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
        (cells[0].to_owned(), named)
    };
    rows.map(row).collect()
}

#[test]
fn every_case_names_its_tests_and_they_are_there() {
    let cases = cases();
    let ids: BTreeSet<&str> = cases.iter().map(|(id, _)| &id[..]).collect();
    let all = [("d", 1..=18), ("j", 1..=3), ("m", 1..=8), ("r", 0..=25)];
    let all: Vec<String> =
        all.into_iter().flat_map(|(kind, numbers)| numbers.map(move |number| format!("{kind}{number:02}"))).collect();
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), all);
    assert_eq!(cases.len(), all.len(), "a case stands twice");
    for (id, tests) in &cases {
        assert!(!tests.is_empty(), "{id} names no test");
        for (file, name) in tests {
            let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{id}: {file}: {error}"));
            let is_there = if file.ends_with(".rs") {
                text.contains(&format!("#[test]\nfn {name}() {{"))
                    || text.contains(&format!("#[test]\n    fn {name}() {{"))
            } else {
                text.contains(&format!("\ntest('{name}',"))
            };
            assert!(is_there, "{id}: there is no test `{name}` in {file}");
        }
    }
    // What was kept of a case belongs to one.
    for entry in fs::read_dir("tests/fixtures/cases").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || all.iter().any(|id| name.starts_with(id)), "{name} belongs to no case");
    }
}
