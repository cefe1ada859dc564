//! `testamur import`: people from a spreadsheet into an event.

use std::fs::File;
use std::io::{BufWriter, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::Global;
use super::output::{self, Explain, Failure};
use super::workspace::Workspace;
use crate::acts::{self, ActError, ImportRequest, Taken};
use crate::acts::{Answer, Answers, Enrolled};
use crate::credential::EventCode;
use crate::import::{
    self, Absent, Columns, CommaNames, Duplicates, Held, Hidden, ImportError, Limits, Lines, LinesError, MappingError,
    Question, Reading, RowOutcome, Severity, Use,
};
use crate::store::Event;
use crate::template::Template;

/// Most findings printed; the report file has them all.
const SHOWN: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The event
    code: EventCode,
    /// CSV or XLSX file, the first row naming the columns
    file: PathBuf,
    /// Say which column holds what, as name="Full name"; may be given several times
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// Check every row, and import nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the rows that need attention to a CSV file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// What to do with people who are known already
    ///
    /// Of two rows of the file about one person the later counts. An empty cell takes nothing away; (clear) does.
    #[arg(long, value_enum, default_value = "skip")]
    duplicates: OnDuplicate,
    /// Rows with the address of somebody with another name: errors (ask), two people, or one whose name changed
    #[arg(long, value_enum, default_value = "ask", value_name = "ANSWER")]
    same_address: SameAs,
    /// Rows with the name of somebody else, and no address to tell them apart: errors (ask), two people, or one
    #[arg(long, value_enum, default_value = "ask", value_name = "ANSWER")]
    same_name: SameAs,
    /// Rows with the external id of somebody with another name and another address: errors (ask), or one who changed both
    #[arg(long, value_enum, default_value = "ask", value_name = "ANSWER")]
    same_id: SameId,
    /// Rows that say that somebody was absent or failed: errors (ask), taken, or left out
    ///
    /// Looked at are columns of results, attendance, status, roles, terms and remarks, in many languages, for words such as
    /// absent, no-show, failed, nicht bestanden, ausente in a short cell; and columns that ask yes or no (Passed, Attended,
    /// Bestanden) for a no, 0, a dash or a cross.
    #[arg(long, value_enum, default_value = "ask", value_name = "ANSWER")]
    absent: OnAbsent,
    /// The code page of a text file, where it is none of UTF-8: windows-1250, macintosh, ibm850, …
    #[arg(long, value_name = "PAGE")]
    encoding: Option<String>,
    /// The sheet of a workbook that has the people, also a hidden one
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The row that names the columns, counted from 1
    #[arg(long, value_name = "ROW")]
    header_row: Option<u64>,
    /// Rows, columns and sheets that are hidden or filtered out
    #[arg(long, value_enum, default_value = "leave-out", value_name = "ANSWER")]
    hidden: OnHidden,
    /// Names that are written with the family name first, as Lovelace, Ada
    #[arg(long, value_enum, default_value = "ask", value_name = "ANSWER")]
    comma_names: OnCommaNames,
    /// Rows that are asked about and are people, called as it stands there, by their lines: 12,14. It is recorded who said so
    #[arg(long, value_name = "LINES")]
    confirm_row: Vec<Lines>,
    /// Rows that are asked about and are people, called as is likely: their lines, or all
    #[arg(long, value_name = "LINES")]
    likely_row: Vec<Lines>,
    /// Rows to leave out: their lines, or all that are asked about
    #[arg(long, value_name = "LINES")]
    leave_out_row: Vec<Lines>,
    /// Rows whose names are in an unusual case, and are written as is likely (hans MÜLLER as Hans Müller): their lines, or all
    #[arg(long, value_name = "LINES")]
    name_case: Vec<Lines>,
    /// Rows whose addresses have a slip, and are read as is likely (ada @example,org as ada@example.org): their lines, or all
    #[arg(long, value_name = "LINES")]
    likely_email: Vec<Lines>,
    /// Print the whole report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum SameAs {
    /// An error of the row, which names both
    Ask,
    /// They are two people
    TwoPeople,
    /// They are one person
    SamePerson,
}

impl From<SameAs> for Answer {
    fn from(same: SameAs) -> Self {
        match same {
            SameAs::Ask => Self::Ask,
            SameAs::TwoPeople => Self::TwoPeople,
            SameAs::SamePerson => Self::SamePerson,
        }
    }
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum SameId {
    /// An error of the row, which names both
    Ask,
    /// They are one person
    SamePerson,
}

impl From<SameId> for Answer {
    fn from(same: SameId) -> Self {
        match same {
            SameId::Ask => Self::Ask,
            SameId::SamePerson => Self::SamePerson,
        }
    }
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum OnAbsent {
    /// An error of the row
    Ask,
    /// Take the row as any other
    Take,
    /// Leave the row out
    LeaveOut,
}

impl From<OnAbsent> for Absent {
    fn from(absent: OnAbsent) -> Self {
        match absent {
            OnAbsent::Ask => Self::Ask,
            OnAbsent::Take => Self::Take,
            OnAbsent::LeaveOut => Self::LeaveOut,
        }
    }
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum OnHidden {
    /// They are left out, and that is said
    LeaveOut,
    /// They are read as all others
    Include,
}

impl From<OnHidden> for Hidden {
    fn from(hidden: OnHidden) -> Self {
        match hidden {
            OnHidden::LeaveOut => Self::LeaveOut,
            OnHidden::Include => Self::Include,
        }
    }
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum OnCommaNames {
    /// It is asked, where most names of the list are so
    Ask,
    /// They are turned round: Ada Lovelace
    Swap,
    /// They are printed as they stand
    Keep,
}

impl From<OnCommaNames> for CommaNames {
    fn from(names: OnCommaNames) -> Self {
        match names {
            OnCommaNames::Ask => Self::Ask,
            OnCommaNames::Swap => Self::Swap,
            OnCommaNames::Keep => Self::Keep,
        }
    }
}

/// Puts together what several options say of rows.
fn held(args: &Args) -> Result<Held, LinesError> {
    let together = |lines: &[Lines]| lines.iter().cloned().try_fold(Lines::NONE, Lines::and);
    Ok(Held {
        confirmed: together(&args.confirm_row)?.singly()?,
        likely: together(&args.likely_row)?,
        left_out: together(&args.leave_out_row)?,
        cased: together(&args.name_case)?,
        emails: together(&args.likely_email)?,
    })
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum OnDuplicate {
    /// Keep what is known
    Skip,
    /// Take the new row
    Update,
}

pub(super) fn run(global: &Global, args: Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let desk = workspace.desk();
    workspace.event(&args.code)?;
    let planned = acts::planned(&desk, &args.code)?;
    let duplicates = match args.duplicates {
        OnDuplicate::Skip => Duplicates::Skip,
        OnDuplicate::Update => Duplicates::Update,
    };
    let faces = workspace.faces()?;
    let missing_glyph = |name: &str| faces.fonts().missing_glyph(name);
    let (same_address, same_name) = (args.same_address.into(), args.same_name.into());
    let same_id = args.same_id.into();
    let limits = Limits::default();
    let request = ImportRequest {
        name: &args.file.file_name().unwrap_or_default().to_string_lossy(),
        bytes: &bytes(&args.file, &limits)?,
        mapping: args.map.clone(),
        duplicates,
        answers: Answers { same_address, same_name, same_id },
        absent: args.absent.into(),
        reading: Reading {
            encoding: args.encoding.clone(),
            sheet: args.sheet.clone(),
            header_row: args.header_row,
            hidden: args.hidden.into(),
        },
        comma_names: args.comma_names.into(),
        held: held(&args).map_err(Failure::usage)?,
        dry_run: args.dry_run,
        missing_glyph: Some(&missing_glyph),
        fonts: Some(faces.fonts()),
        limits,
    };
    // Before anything is taken in: who asked for a report gets one.
    let report = args.report.as_ref().map(|path| created(path)).transpose()?;
    let mut taken = acts::take(&desk, &planned, &request).map_err(refused)?;
    for finding in taken.rows.iter_mut().flat_map(|row| &mut row.findings) {
        finding.hint = import::as_options(&finding.hint).into();
    }
    if let (Some(path), Some(file)) = (&args.report, report) {
        write_report(path, file, &taken)?;
    }
    tell_unfilled(&workspace, &planned.event, &taken.columns)?;
    let errors = taken.rows.iter().any(|row| row.severity() >= Some(Severity::Asked));
    let asked = !taken.questions.is_empty();
    show(&args, taken);
    Ok(if errors || asked { ExitCode::from(output::NOT_GOOD) } else { ExitCode::SUCCESS })
}

/// Tells which placeholders of the event's template this list leaves empty: now, not when everybody waits.
fn tell_unfilled(workspace: &Workspace, event: &Event, columns: &Columns) -> Result<(), Failure> {
    let Some(bundle) = workspace.store.blob(&event.template.bundle)? else { return Ok(()) };
    for unfilled in import::unfilled(&Template::from_bundle(&bundle)?, event, columns) {
        output::note(format!("warning: {}", unfilled.explain()));
    }
    Ok(())
}

fn refused(error: ActError) -> Failure {
    match &error {
        ActError::Import(ImportError::Mapping(why @ (MappingError::Form(_) | MappingError::Field(_)))) => {
            Failure::usage(why).hint(import::as_options(&why.hint()))
        }
        ActError::Import(why) => explain(why),
        _ => error.into(),
    }
}

fn explain(error: &ImportError) -> Failure {
    Failure::new(error).hint(import::as_options(&error.hint()))
}

/// Reads a spreadsheet, never more of it than may be imported and a byte.
fn bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = File::open(path).doing(format!("open {}", path.display()))?;
    file.take(limits.bytes as u64 + 1).read_to_end(&mut bytes).doing(format!("read {}", path.display()))?;
    Ok(bytes)
}

fn created(path: &Path) -> Result<File, Failure> {
    let hint = "nothing was imported; name a folder that is there and may be written to";
    File::create(path).doing(format!("write {}", path.display())).map_err(|failure| failure.hint(hint))
}

fn write_report(path: &Path, file: File, taken: &Taken) -> Result<(), Failure> {
    let Taken { table, columns, rows, .. } = taken;
    import::write_report(table, columns, rows, &mut BufWriter::new(file)).doing(format!("write {}", path.display()))
}

fn show(args: &Args, taken: Taken) {
    let Taken { table, rows, enrolled, unknown, languages, questions, columns, uses, .. } = &taken;
    let summary = import::summarise(rows);
    if args.json {
        let mut report = import::report_json(table, columns, uses, rows);
        report["dryRun"] = json!(args.dry_run);
        report["enrolled"] = json!(enrolled);
        report["questions"] = json!(questions);
        report["languages"] = json!(languages);
        output::json(&report);
        return;
    }
    table.notes.iter().for_each(|note| output::note(import::as_options(note)));
    for header in unknown {
        output::note(format!("note: column `{header}` names nothing of this event"));
    }
    languages.iter().for_each(|other| output::note(format!("note: {}", other.told())));
    show_columns(args, &taken);
    show_findings(args, rows);
    show_offers(rows);
    output::line(format!(
        "{}: {} valid, {} with warnings, {}{} with errors",
        output::counted(rows.len(), "row", "rows"),
        summary.valid,
        summary.warnings,
        if summary.asked > 0 { format!("{} asked about, ", summary.asked) } else { String::new() },
        summary.errors
    ));
    if !questions.is_empty() {
        show_questions(questions);
        return;
    }
    if args.dry_run {
        let people = output::counted(summary.people, "person", "people");
        output::line(format!("{people} would be imported; nothing was changed"));
        return;
    }
    let &Enrolled { added, updated, kept, unchanged, certified, gone, ref kept_lines } = enrolled;
    output::line(format!("{added} added, {updated} updated, {unchanged} unchanged, {kept} known and kept"));
    show_kept(rows, kept, kept_lines);
    if certified > 0 {
        output::note(format!(
            "note: {} a certificate, which keeps what it says: see `testamur regenerate`",
            output::counted(certified, "of them has", "of them have")
        ));
    }
    if gone > 0 {
        let were = output::counted(gone, "person was", "people were");
        output::note(format!(
            "note: {were} changed by somebody else meanwhile and left as they are; import the list again"
        ));
    }
    output::line(format!("next: testamur issue {} --out DIR", args.code));
}

/// Says what may be taken as is likely, and by which option.
fn show_offers(rows: &[RowOutcome]) {
    for offer in import::offers(rows) {
        let count = offer.rows.len() as u64 + offer.more_rows;
        let options: Vec<String> = offer.choices.iter().map(import::Choice::as_option).collect();
        output::note(format!("note: {count} {} {}: {}", offer.text, options.join(", "), offer.choices[0].says));
    }
}

/// Shows what has to be answered, with the rows and the options that answer it.
fn show_questions(questions: &[Question]) {
    for question in questions {
        output::line(format!("question: {}", question.text));
        for row in question.rows.iter().take(SHOWN) {
            let likely = row.likely.as_ref().map_or(String::new(), |name| format!(" -> `{name}`"));
            output::line(format!("  line {}  `{}`{likely}", row.line, row.shown));
        }
        let more = question.rows.len().saturating_sub(SHOWN) as u64 + question.more_rows;
        if more > 0 {
            output::line(format!("  … and {more} more"));
        }
        for choice in &question.choices {
            output::line(format!("  {}: {}", choice.as_option(), choice.says));
        }
    }
    output::line("nothing was imported: run the command again with the answers");
}

/// Names the first rows about people who are known and were kept, though the row says something else.
fn show_kept(rows: &[RowOutcome], kept: u64, lines: &[u64]) {
    let name = |line: &u64| rows.iter().find(|row| row.line == *line)?.participant.as_ref();
    for (line, person) in lines.iter().take(SHOWN).filter_map(|line| Some((line, name(line)?))) {
        output::line(format!("line {line}  kept     `{}` is known; the row says something else", person.name));
    }
    let more = kept.saturating_sub(SHOWN as u64);
    if more > 0 {
        output::line(format!("… and {more} more"));
    }
    if kept > 0 {
        output::note("hint: take the new rows with --duplicates update");
    }
}

fn show_columns(args: &Args, taken: &Taken) {
    let Taken { table, columns, uses, progress, results, .. } = taken;
    for (column, used) in columns.columns.iter().zip(uses) {
        let header = &column.header;
        match (column.meaning, used) {
            // Told below.
            (_, Use::Kept | Use::Skipped | Use::Unconfirmed | Use::Rule) => {}
            (Some(meaning), _) => {
                output::line(format!("column `{header}` is the {}", meaning.field().replace('_', " ")))
            }
            (None, _) => output::line(format!("column `{header}` is printed, as {{{}}}", column.field)),
        }
    }
    progress.iter().for_each(output::line);
    let how =
        format!("run `testamur event update {} --publish-results`, or with `--publish-results=no` if not", args.code);
    for told in import::told_uses(columns, uses, &table.hidden_columns, *results, &how) {
        output::line(told);
    }
}

fn show_findings(args: &Args, rows: &[RowOutcome]) {
    let findings = || rows.iter().flat_map(|row| row.findings.iter().map(move |finding| (row.line, finding)));
    for (line, finding) in findings().take(SHOWN) {
        let kind = match finding.severity {
            Severity::Warning => "warning",
            Severity::Asked => "asked  ",
            Severity::Error => "error  ",
        };
        let field = if finding.field.is_empty() { String::new() } else { format!("{}: ", finding.field) };
        output::line(format!("line {line}  {kind}  {field}{}; {}", finding.reason, finding.hint));
    }
    let more = findings().count().saturating_sub(SHOWN);
    if more > 0 {
        let how = if args.report.is_some() { "they are in the report" } else { "see them all with --report FILE" };
        output::line(format!("… and {more} more; {how}"));
    }
}
