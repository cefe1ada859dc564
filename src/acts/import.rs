//! Lists of people taken in: read, judged, recognised, and put into the event, or only said what would become of them. While anything is
//! asked about a list, nothing of it is written.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::erase::Unerased;
use super::import_alike::{Alike, alike};
use super::import_ids::{known_ids, settle_ids};
use super::import_record::{ImportRecord, remember};
use super::import_report::report_rows;
use super::languages::{OtherLanguage, OtherLanguages};
use super::progress_columns::{self, Target, cleared, fill, judges, split_mapping, targets};
use super::{ActError, Decider, Listed, Planned, left_out, who, written_dates};
use crate::acts::{Answers, Enrolled, enroll, foresee, recognise};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::eligibility::{Entered, How};
use crate::import::{
    self, Absent, AsRead, Checks, Code, Columns, CommaNames, Duplicates, Finding, Held, Limits, Mapping, Meaning,
    MissingGlyph, Offered, Question, Reading, RowOutcome, Severity, Table, Use,
};
use crate::making::Results;
use crate::store::{Participant, Store};
use crate::template::{FontLibrary, Layout, Template};

/// Findings told at once; the report has more.
const TOLD: usize = 100;
/// Rows of a list in which each name is laid out.
const FEW_ROWS: usize = 2_000;
/// Bytes of a name that is laid out in longer lists too.
const LONG_NAME: usize = 28;

/// A list to take in.
pub struct ImportRequest<'a> {
    /// The file's name, for messages.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// `FIELD=COLUMN` entries; empty: those of the last import.
    pub mapping: Vec<String>,
    /// What to do with people who are known.
    pub duplicates: Duplicates,
    /// What is said of those who may be known.
    pub answers: Answers,
    /// What to do with rows that say that somebody was absent or failed.
    pub absent: Absent,
    /// How the file is to be read, as far as that was said.
    pub reading: Reading,
    /// What was said about names such as `Lovelace, Ada`.
    pub comma_names: CommaNames,
    /// What was said about rows that are asked about.
    pub held: Held,
    /// Check, and take nothing in.
    pub dry_run: bool,
    /// Which character no font can draw.
    pub missing_glyph: Option<&'a MissingGlyph<'a>>,
    /// By which names are laid out, to find those that fit on no line.
    pub fonts: Option<&'a FontLibrary>,
    /// Bounds of the file.
    pub limits: Limits,
}

/// People that a dry run shows.
const FIRST: usize = 3;

/// What an import did, or would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Imported {
    /// The record; nothing in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportRecord>,
    /// Whether nothing was taken in.
    pub dry_run: bool,
    /// Counts.
    pub counts: Counts,
    /// The first 100 lines about people who are known and were kept as they were, although the row says something else.
    pub kept_lines: Vec<u64>,
    /// What was assumed while reading, and columns that name nothing of the event.
    pub notes: Vec<String>,
    /// Which column is what.
    pub columns: Vec<ColumnRead>,
    /// The first findings; the report has all.
    pub findings: Vec<FindingView>,
    /// What was found in the whole list, in a dry run, put together where it is alike; the first 200 kinds.
    pub findings_alike: Vec<Alike>,
    /// How much was found besides those kinds.
    pub findings_more: u64,
    /// How the file was read, as it was said or guessed, and what else could be said of it.
    pub read: AsRead,
    /// The first three people, in a dry run, as their rows were read: by these it is seen whether the columns are right.
    pub first_people: Vec<FirstPerson>,
    /// Whose certificates will be printed by a template in another language than theirs.
    pub languages: Vec<OtherLanguage>,
    /// What has to be answered before the list is taken in, in a dry run.
    pub questions: Vec<Question>,
    /// What may be taken as is likely, and needs no answer: names in an unusual case, addresses with a slip.
    pub offers: Vec<Question>,
}

/// Somebody as their row was read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FirstPerson {
    /// Line in the file.
    pub line: u64,
    /// The name, as it would be printed.
    #[schema(example = "Zoë Ångström")]
    pub name: String,
    /// E-mail.
    pub email: Option<String>,
    /// Language of the certificate and of mails.
    pub locale: Option<String>,
    /// What else of the row their certificate says, column by column: what is signed, and what the template prints.
    pub says: Vec<SaidOf>,
}

/// What a column makes a certificate say.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SaidOf {
    /// The column's header.
    #[schema(example = "Company")]
    pub header: String,
    /// What it says of the person; empty where nothing is known.
    #[schema(example = "Kestrel Freight")]
    pub value: String,
}

impl FirstPerson {
    fn of(row: &RowOutcome, columns: &[(&import::Column, &Use)]) -> Option<Self> {
        let person = row.participant.as_ref()?;
        let said = |(column, _): &(&import::Column, &Use)| SaidOf {
            header: header(column),
            value: person.fields.get(&column.field).cloned().unwrap_or_default(),
        };
        Some(Self {
            line: row.line,
            name: person.name.clone(),
            email: person.email.clone(),
            locale: person.locale.clone(),
            says: columns.iter().filter(|(_, used)| matches!(used, Use::Signed | Use::Printed)).map(said).collect(),
        })
    }
}

/// Returns a column's header, shortened.
fn header(column: &import::Column) -> String {
    column.header.chars().take(200).collect()
}

/// A column of the file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ColumnRead {
    /// Its header.
    pub header: String,
    /// The placeholder that it fills.
    pub field: String,
    /// What it was taken for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// What becomes of it: `person` says who it is, `language` chooses the certificate's, `signed` stands in the
    /// credential, `unconfirmed` would if the event published results, `printed` fills a placeholder, `rule` is judged by
    /// the rule, `kept` is kept and used for nothing, `skipped` was left out.
    #[serde(rename = "use")]
    #[schema(example = "signed")]
    pub used: &'static str,
}

/// A finding about a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingView {
    /// Line in the file.
    pub line: u64,
    /// Whom the row is about, as far as that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ada Lovelace")]
    pub name: Option<String>,
    /// `warning`: the row is taken; `question`: nothing is taken until it is answered; `error`: the row is left out.
    pub severity: &'static str,
    /// The column.
    pub field: String,
    /// For programs.
    pub code: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What to do. What stands in it as `same_name=two_people` goes into the query.
    pub hint: String,
}

/// Counts of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Rows of the file.
    pub rows: u64,
    /// Without findings.
    pub valid: u64,
    /// Taken, with warnings.
    pub warnings: u64,
    /// Asked about.
    #[serde(default)]
    pub asked: u64,
    /// Left out for an error.
    pub errors: u64,
    /// Left out though nothing is wrong with them: somebody said so, or they say that somebody was absent or failed (also
    /// counted above).
    #[serde(default)]
    pub left_out: u64,
    /// In whose place a later row about the same person counts (also counted above).
    #[serde(default)]
    pub again: u64,
    /// People that the list has.
    #[serde(default)]
    pub people: u64,
    /// New people; in a dry run those that there would be, as all that follow.
    pub added: u64,
    /// Known people, changed.
    pub updated: u64,
    /// Known people, left as they were.
    pub kept: u64,
    /// Known people with the very same data.
    pub unchanged: u64,
    /// Updated although they have a certificate, which keeps what it says.
    pub certified: u64,
    /// Known people whom somebody else erased, merged or gave another address while the list was taken in: left as they are.
    #[serde(default)]
    pub gone: u64,
}

/// A list that was taken in, or would be: everything that is known of it.
pub struct Taken {
    /// The record; nothing in a dry run.
    pub record: Option<ImportRecord>,
    /// The file as it was read.
    pub table: Table,
    /// Which column is what.
    pub columns: Columns,
    /// What becomes of each column.
    pub uses: Vec<Use>,
    /// What columns are taken as that are on no certificate, as sentences.
    pub progress: Vec<String>,
    /// What becomes of results.
    pub results: Results,
    /// What was found in each row.
    pub rows: Vec<RowOutcome>,
    /// What became of the people.
    pub enrolled: Enrolled,
    /// Headers that look like progress and name nothing of the event.
    pub unknown: Vec<String>,
    /// Whose certificates will be printed by a template in another language than theirs.
    pub languages: Vec<OtherLanguage>,
    /// What has to be answered first: while there are any, nothing is taken in.
    pub questions: Vec<Question>,
}

/// Takes a list in, and says what the service tells of it.
///
/// # Errors
/// As [`take`]; and [`ActError::Asked`], with all questions, if there are any and this is no dry run.
pub fn import(desk: &Desk, planned: &Planned, request: &ImportRequest) -> Result<Imported, ActError> {
    let taken = take(desk, planned, request)?;
    let Taken { record, table, columns, uses, progress, results, rows, enrolled, unknown, languages, questions } =
        taken;
    if !questions.is_empty() && !request.dry_run {
        return Err(ActError::Asked(questions));
    }
    let kept_lines = enrolled.kept_lines.clone();
    let counts = counts(&rows, enrolled);
    let offers = import::offers(&rows);
    let mut notes = table.notes.clone();
    notes.extend(unknown.iter().map(|header| format!("column `{header}` names nothing of this event")));
    notes.extend(progress);
    let how = "set `publish_results` of the event to true, or to false";
    notes.extend(import::told_uses(&columns, &uses, &table.hidden_columns, results, how));
    if record.as_ref().is_some_and(|record| record.report_rows == 0) && counts.errors + counts.warnings > 0 {
        notes.push("the report was not kept: somebody was erased meanwhile; check the list again to see it".to_owned());
    }
    let read: Vec<_> = columns.columns.iter().zip(&uses).collect();
    let first = rows.iter().filter(|_| request.dry_run).filter_map(|row| FirstPerson::of(row, &read)).take(FIRST);
    let first_people = first.collect();
    let (findings_alike, findings_more) = if request.dry_run { alike(&rows) } else { Default::default() };
    Ok(Imported {
        read: table.read,
        import: record,
        dry_run: request.dry_run,
        counts,
        kept_lines,
        notes,
        columns: read.into_iter().map(column_read).collect(),
        findings: rows.iter().flat_map(findings).take(TOLD).collect(),
        findings_alike,
        findings_more,
        first_people,
        languages,
        questions,
        offers,
    })
}

/// Takes a list in: good rows become people, bad ones are reported. While there are questions nothing is taken in.
///
/// # Errors
/// When the file as a whole cannot be read, or the store fails; the same import completes what was begun.
pub fn take(desk: &Desk, planned: &Planned, request: &ImportRequest) -> Result<Taken, ActError> {
    planned.in_use()?;
    let unerased = Unerased::from(desk.store, &planned.event.code)?;
    let course = &planned.plan.course;
    let entries = if request.mapping.is_empty() { &planned.plan.mapping } else { &request.mapping };
    let (ours, rest) = split_mapping(entries, course);
    let mut said = Mapping::default();
    rest.iter().try_for_each(|entry| said.add(entry)).map_err(import::ImportError::from)?;
    let table = import::read_table_as(request.name, request.bytes, &request.limits, &request.reading, &said)?;
    let mut mapping = Mapping::default();
    // What was remembered from another file may name columns that this one lacks.
    let remembered = request.mapping.is_empty();
    let fits = |entry: &&String| !remembered || entry.split_once('=').is_none_or(|(_, column)| has(&table, column));
    for entry in rest.iter().filter(fits) {
        mapping.add(entry).map_err(import::ImportError::from)?;
    }
    let columns = Columns::find(&table, &mapping).map_err(import::ImportError::from)?;
    let (found, unknown) = targets(&table, &columns, &ours, course);
    let rule = planned.plan.rule.as_ref();
    let judged: Vec<usize> = found.iter().filter(|(_, target)| judges(rule, target)).map(|(at, _)| *at).collect();
    let (missing_glyph, absent) = (request.missing_glyph, request.absent);
    let (comma_names, held) = (request.comma_names, &request.held);
    let zone = desk.zone(&planned.event);
    let checks = Checks { zone, missing_glyph, absent, judged: &judged, comma_names, held, ..Checks::at(desk.now) };
    let mut rows = import::check_rows(&table, &columns, &checks);
    fill(&table, &columns, &found, &mut rows);
    written_dates::settle(&templates(desk, planned)?, &table, &columns, &mut rows);
    let entered = Entered { how: How::Import, by: Some(who(desk)) };
    for person in rows.iter_mut().filter_map(RowOutcome::person_mut) {
        person.entered = Some(entered.clone());
        person.stamp(&entered);
    }
    let code = &planned.event.code;
    let settled = known_ids(desk.store, code, &mut rows, request.answers.same_id)?;
    recognise(desk.store, code, &mut rows, &settled, request.answers)?;
    settle_ids(desk.store, code, &mut rows)?;
    left_out::settle(desk.store, planned, &mut rows, request.answers)?;
    keep_cases(desk.store, code, &mut rows, held)?;
    import::settle_duplicates(&mut rows);
    let join = |outcome: &RowOutcome, row: &Participant, known: &Participant| {
        import::put_over(&outcome.cleared, row, &cleared(&table, &found, outcome, known))
    };
    if let Some(fonts) = request.fonts {
        warn_of_long_names(desk, planned, fonts, &mut rows)?;
    }
    let results = Results::of(&planned.event);
    let uses = uses(desk, planned, &columns, &found, results)?;
    import::warn_of_titles(&table, &columns, &uses, &mut rows);
    let questions = questions(&table, &columns, &rows, comma_names);
    let nothing = request.dry_run || !questions.is_empty();
    let enrolled = match nothing {
        true if !request.dry_run => Enrolled::default(),
        true => foresee(desk, code, &rows, request.duplicates, &join)?,
        false => enroll(desk, code, &rows, request.duplicates, &join)?,
    };
    let counts = counts(&rows, enrolled.clone());
    let progress = progress_columns::told(&table, &columns, course, &found, &uses);
    let record = match nothing {
        true => None,
        false => {
            let report = report_rows(&table, &columns, &rows)?;
            Some(remember(desk, planned, request, (report, &unerased), (counts, &rows, (&table.header, &columns)))?)
        }
    };
    let languages = other_languages(desk, planned, &rows)?;
    Ok(Taken { record, table, columns, uses, progress, results, rows, enrolled, unknown, languages, questions })
}

/// Counts those whose certificate will be in another language than theirs, by the tier that they have reached so far.
fn other_languages(desk: &Desk, planned: &Planned, rows: &[RowOutcome]) -> Result<Vec<OtherLanguage>, ActError> {
    let Planned { event, plan, .. } = planned;
    let decider = if plan.tiers.is_some() { Decider::new(event, plan).ok() } else { None };
    let mut others = OtherLanguages::default();
    for person in rows.iter().filter_map(|row| row.participant.as_ref()) {
        let Some(language) = plan.language_of(person) else { continue };
        let template = match &decider {
            Some(decider) => decider.decide(person, &Listed::No).template,
            None => plan.template(event, None, Some(language)),
        };
        others.count(desk.store, Some(language), &template)?;
    }
    Ok(others.told())
}

/// Returns the event's template and those that it chooses from. One that cannot be read is told when it is used.
fn templates(desk: &Desk, planned: &Planned) -> Result<Vec<Template>, ActError> {
    let mut found = Vec::new();
    let chosen = planned.plan.templates.iter().map(|choice| &choice.template);
    for template in [&planned.event.template].into_iter().chain(chosen) {
        let bundle = desk.store.blob(&template.bundle)?;
        found.extend(bundle.and_then(|bundle| Template::from_bundle(&bundle).ok()));
    }
    Ok(found)
}

/// Warns of names that fit on no line of the event's templates: now, and not when everybody waits.
fn warn_of_long_names(
    desk: &Desk,
    planned: &Planned,
    fonts: &FontLibrary,
    rows: &mut [RowOutcome],
) -> Result<(), ActError> {
    let templates = templates(desk, planned)?;
    let layouts: Vec<Layout> = templates.iter().filter_map(|template| Layout::new(template, fonts).ok()).collect();
    // Short names are laid out in short lists only: that takes its time.
    let least = if rows.len() > FEW_ROWS { LONG_NAME } else { 0 };
    for row in rows {
        let Some(person) = row.participant.as_ref().filter(|person| person.name.len() >= least) else { continue };
        if layouts.iter().all(|layout| layout.has_room_for(&person.name)) {
            continue;
        }
        row.findings.push(Finding {
            severity: Severity::Warning,
            field: "name".to_owned(),
            code: Code::DoesNotFit,
            reason: format!("`{:.60}…` fits on no line of the certificate, which cannot be made", person.name),
            hint: "shorten the name, or give it more room in the template".into(),
        });
    }
    Ok(())
}

/// Returns everything that has to be answered about a list, together.
fn questions(table: &Table, columns: &Columns, rows: &[RowOutcome], comma_names: CommaNames) -> Vec<Question> {
    let of_columns = columns.questions.iter().cloned();
    let commas = import::asked_commas(table, columns, comma_names);
    table.questions.iter().cloned().chain(of_columns).chain(commas).chain(import::asked_rows(rows)).collect()
}

fn has(table: &Table, column: &str) -> bool {
    let wanted = import::field_name(column);
    column.is_empty() || table.header.iter().any(|header| import::field_name(header) == wanted)
}

fn column_read((column, used): (&import::Column, &Use)) -> ColumnRead {
    // A result that was said to be whether somebody has passed, and that nobody signs, is for the rule, as pages and programs call it.
    let is_for_rule = |meaning: &Meaning| *meaning == Meaning::Result && *used == Use::Rule;
    let meaning = column.meaning.filter(|meaning| !is_for_rule(meaning)).map(|meaning| meaning.field().to_owned());
    ColumnRead { header: header(column), field: column.field.clone(), meaning, used: used.as_str() }
}

/// Says what becomes of each column, by the event's templates and its rule.
fn uses(
    desk: &Desk,
    planned: &Planned,
    columns: &Columns,
    found: &[(usize, Target)],
    results: Results,
) -> Result<Vec<Use>, ActError> {
    let placeholders: BTreeSet<String> = templates(desk, planned)?.iter().flat_map(Template::placeholders).collect();
    let judged: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
    let mut uses = import::uses(columns, &placeholders, results, &judged);
    // What nobody signs yet, and rules judge: a result that was said to be whether somebody has passed.
    for (at, _) in found.iter().filter(|(_, target)| *target == Target::Passed) {
        if uses[*at] == Use::Unconfirmed {
            uses[*at] = Use::Rule;
        }
    }
    Ok(uses)
}

fn findings(row: &RowOutcome) -> impl Iterator<Item = FindingView> + '_ {
    row.findings.iter().map(|finding| finding_view(row, finding))
}

/// Returns a finding as it is told.
pub(super) fn finding_view(row: &RowOutcome, finding: &Finding) -> FindingView {
    FindingView {
        line: row.line,
        name: row.person().or(row.left_out.as_deref()).map(|person| person.name.clone()),
        severity: finding.severity.name(),
        field: finding.field.clone(),
        code: finding.code.as_str(),
        reason: finding.reason.clone(),
        hint: finding.hint.to_string(),
    }
}

/// Who is known keeps a name that is better written, where a row says it in another case only.
fn keep_cases(store: &dyn Store, code: &EventCode, rows: &mut [RowOutcome], held: &Held) -> Result<(), ActError> {
    let odd = |row: &&mut RowOutcome| {
        let case = |finding: &Finding| matches!(finding.code, Code::NameCase | Code::AllCapitals);
        row.findings.iter().any(case) && !held.confirmed.names(row.line)
    };
    for row in rows.iter_mut().filter(odd) {
        let Some(person) = &mut row.participant else { continue };
        let Some(known) = store.participant(code, &person.key)? else { continue };
        if let Some(finding) = import::keep_case(&mut person.name, &known.name, "who is in the event already") {
            row.offers.retain(|offer| offer.about != Offered::NameCase);
            row.findings.push(finding);
        }
    }
    Ok(())
}

fn counts(rows: &[RowOutcome], enrolled: Enrolled) -> Counts {
    let summary = import::summarise(rows);
    let Enrolled { added, updated, kept, unchanged, certified, gone, .. } = enrolled;
    let (valid, warnings, errors) = (summary.valid as u64, summary.warnings as u64, summary.errors as u64);
    let asked = summary.asked as u64;
    let (left_out, again, people) = (summary.left_out as u64, summary.duplicates as u64, summary.people as u64);
    let rows = rows.len() as u64;
    Counts {
        rows,
        valid,
        warnings,
        asked,
        errors,
        left_out,
        again,
        people,
        added,
        updated,
        kept,
        unchanged,
        certified,
        gone,
    }
}
