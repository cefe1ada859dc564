//! Lists of people taken in, and what is remembered of each import: counts, and for a while the rows that need attention.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::erase::Unerased;
use super::import_report::{ReportRow, drop_old_reports, keep_report, report_rows};
use super::languages::{OtherLanguage, OtherLanguages};
use super::person::is_address_of_another;
use super::progress_columns::{self, Target, cleared, fill, judges, split_mapping, targets};
use super::{ActError, Decider, Listed, Planned, import_shapes, left_out, retried, who, written_dates};
use crate::acts::{Answer, Answers, Enrolled, enroll, foresee, is_another, recognise};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::eligibility::{Entered, How};
use crate::import::{
    self, Absent, Checks, Code, Columns, CommaNames, Duplicates, Finding, Held, Limits, Mapping, MissingGlyph, Offered,
    Question, Reading, RowOutcome, Said, Severity, Table, Use,
};
use crate::making::Results;
use crate::store::{Collection, Document, DocumentWrite, Expect, Page, Participant, PersonKey, Store, mailbox};
use crate::template::{FontLibrary, Layout, Template};

/// Findings told at once; the report has more.
const TOLD: usize = 100;
/// Rows of a list in which each name is laid out.
const FEW_ROWS: usize = 2_000;
/// Bytes of a name that is laid out in longer lists too.
const LONG_NAME: usize = 28;
/// Characters of a file's name that are remembered.
const FILE_NAME: usize = 120;
/// Mapping entries at most.
const MAX_MAPPING: usize = 300;

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
}

impl FirstPerson {
    fn of(row: &RowOutcome) -> Option<Self> {
        let person = row.participant.as_ref()?;
        Some(Self {
            line: row.line,
            name: person.name.clone(),
            email: person.email.clone(),
            locale: person.locale.clone(),
        })
    }
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

/// An import that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportRecord {
    /// Its id.
    #[schema(example = "20261122T100000Z-1f2e3d4c")]
    pub id: String,
    /// Who.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What the file was called. Empty if that is not known, or named somebody who was erased.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(example = "attendance.xlsx")]
    pub file: String,
    /// Counts.
    pub counts: Counts,
    /// Rows in the report.
    pub report_rows: u64,
    /// Lines of rows that were asked about, and that this person said to be people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<u64>,
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
    Ok(Imported {
        import: record,
        dry_run: request.dry_run,
        counts,
        kept_lines,
        notes,
        columns: columns.columns.iter().zip(&uses).map(column_read).collect(),
        findings: rows.iter().flat_map(findings).take(TOLD).collect(),
        first_people: rows.iter().filter(|_| request.dry_run).filter_map(FirstPerson::of).take(FIRST).collect(),
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
    let questions = questions(&table, &columns, &rows, comma_names);
    let nothing = request.dry_run || !questions.is_empty();
    let enrolled = match nothing {
        true if !request.dry_run => Enrolled::default(),
        true => foresee(desk, code, &rows, request.duplicates, &join)?,
        false => enroll(desk, code, &rows, request.duplicates, &join)?,
    };
    let counts = counts(&rows, enrolled.clone());
    let results = Results::of(&planned.event);
    let uses = uses(desk, planned, &columns, &found, results)?;
    let progress = progress_columns::told(&columns, &found, &uses);
    let record = match nothing {
        true => None,
        false => {
            let report = report_rows(&table, &columns, &rows)?;
            Some(remember(desk, planned, request, (report, &unerased), (counts, &rows, &table.header))?)
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
    let meaning = column.meaning.map(|meaning| meaning.field().to_owned());
    let header = column.header.chars().take(200).collect();
    ColumnRead { header, field: column.field.clone(), meaning, used: used.as_str() }
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
    Ok(import::uses(columns, &placeholders, results, &judged))
}

fn findings(row: &RowOutcome) -> impl Iterator<Item = FindingView> + '_ {
    row.findings.iter().map(|finding| FindingView {
        line: row.line,
        name: row.person().or(row.left_out.as_ref()).map(|person| person.name.clone()),
        severity: match finding.severity {
            Severity::Warning => "warning",
            Severity::Asked => "question",
            Severity::Error => "error",
        },
        field: finding.field.clone(),
        code: finding.code.as_str(),
        reason: finding.reason.clone(),
        hint: finding.hint.to_string(),
    })
}

/// Whoever has an external id already keeps their place under it, also with another address or name; where both are others,
/// that is asked. Returns which rows are about them.
fn known_ids(
    store: &dyn Store,
    code: &EventCode,
    rows: &mut [RowOutcome],
    answer: Answer,
) -> Result<HashSet<usize>, ActError> {
    let mut settled = HashSet::new();
    for (at, row) in rows.iter_mut().enumerate() {
        let Some(person) = row.person_mut() else { continue };
        let Some(id) = &person.external_id else { continue };
        let Some(owner) = store.person(code, &format!("x:{id}"))? else { continue };
        settled.insert(at);
        let known = store.participant(code, &owner)?;
        person.key = owner;
        if let Some(known) = known.filter(|known| answer != Answer::SamePerson && is_another(person, known)) {
            let reason = format!(
                "`{}` has the external id of `{}`, and no address says that they are one",
                person.name, known.name
            );
            row.refuse(Finding {
                severity: Severity::Error,
                field: "external_id".to_owned(),
                code: Code::SameId,
                reason,
                hint: "two people? Correct the id. One, whose name changed? Import this row again with \
                       `same_id=same_person`"
                    .into(),
            });
        }
    }
    Ok(settled)
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

/// Refuses rows whose external ids contradict each other or what is known.
fn settle_ids(store: &dyn Store, code: &EventCode, rows: &mut [RowOutcome]) -> Result<(), ActError> {
    let mut seen: HashMap<String, (u64, PersonKey)> = HashMap::new();
    let addresses = addresses(rows);
    for row in rows.iter_mut() {
        let Some(person) = &row.participant else { continue };
        let Some(id) = person.external_id.clone() else { continue };
        let mut problem = clash(store, code, person, &id)?;
        if addresses.get(&mailbox(&id)).is_some_and(|keys| keys.iter().any(|key| *key != person.key)) {
            problem = problem.or(Some("the external id is the e-mail of another participant".to_owned()));
        }
        match seen.get(&id) {
            Some((line, key)) if *key != person.key => {
                problem = Some(format!("the external id is also in line {line}"))
            }
            None if problem.is_none() => drop(seen.insert(id, (row.line, person.key.clone()))),
            _ => {}
        }
        if let Some(reason) = problem {
            refuse(row, "external_id", reason, "merge the two, or correct the id");
        }
    }
    refuse_given_up(rows, &seen);
    Ok(())
}

fn refuse(row: &mut RowOutcome, field: &str, reason: String, hint: &'static str) {
    let (field, code, hint) = (field.to_owned(), Code::ExternalIdTaken, hint.into());
    row.refuse(Finding { severity: Severity::Error, field, code, reason, hint });
}

/// A row may give somebody another address; who has their old one in the same list is not that person.
fn refuse_given_up(rows: &mut [RowOutcome], seen: &HashMap<String, (u64, PersonKey)>) {
    let lower = |person: &Participant| person.email.as_deref().map(mailbox);
    let lines: HashMap<u64, &PersonKey> = seen.values().map(|(line, key)| (*line, key)).collect();
    let with_id = |row: &RowOutcome| {
        let person = row.participant.as_ref().filter(|_| lines.contains_key(&row.line))?;
        Some((person.key.clone(), (row.line, lower(person))))
    };
    let told: HashMap<PersonKey, (u64, Option<String>)> = rows.iter().filter_map(with_id).collect();
    for row in rows {
        let Some(person) = row.participant.as_ref().filter(|person| person.external_id.is_none()) else { continue };
        let (Some((line, now)), email) = (told.get(&person.key), lower(person)) else { continue };
        if email.is_some() && now.is_some() && *now != email {
            let reason = format!("this is the old e-mail of the participant in line {line}");
            refuse(row, "email", reason, "import this row again after this list");
        }
    }
}

/// Returns whose the e-mails of a list are.
fn addresses(rows: &[RowOutcome]) -> HashMap<String, Vec<PersonKey>> {
    let mut addresses: HashMap<String, Vec<PersonKey>> = HashMap::new();
    for person in rows.iter().filter_map(|row| row.participant.as_ref()) {
        if let Some(email) = &person.email {
            addresses.entry(mailbox(email)).or_default().push(person.key.clone());
        }
    }
    addresses
}

/// Says why a row's person cannot have the external id.
fn clash(store: &dyn Store, code: &EventCode, person: &Participant, id: &str) -> Result<Option<String>, ActError> {
    if let Some(owner) = store.person(code, &format!("x:{id}"))? {
        let Some(email) = &person.email else { return Ok(None) };
        let have = store.people_at(code, email)?;
        let others = !have.is_empty() && have.iter().all(|one| one.key != owner);
        return Ok(others.then(|| "the external id and the e-mail belong to two different participants".to_owned()));
    }
    if is_address_of_another(store, code, id, &person.key)? {
        return Ok(Some("the external id is the e-mail of another participant".to_owned()));
    }
    let known = store.participant(code, &person.key)?;
    let other = known.and_then(|known| known.external_id).filter(|known| known != id);
    Ok(other.map(|_| "this participant has another external id".to_owned()))
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

/// Keeps the record, the mapping and, in pieces, the report.
fn remember(
    desk: &Desk,
    planned: &Planned,
    request: &ImportRequest,
    (report, unerased): (Vec<ReportRow>, &Unerased),
    (counts, rows, header): (Counts, &[RowOutcome], &[String]),
) -> Result<ImportRecord, ActError> {
    let code = &planned.event.code;
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes)
        .map_err(|error| crate::store::StoreError::Io(std::io::Error::other(error.to_string())))?;
    let stamp = desk.now.to_string().replace(['-', ':'], "");
    let id = format!("{stamp}-{}", data_encoding::HEXLOWER.encode(&bytes));
    let report_rows = keep_report(desk.store, &format!("{code}/{id}"), report, unerased)?;
    let lines = |said: &dyn Fn(Said) -> bool| {
        rows.iter().filter(|row| row.said.is_some_and(said)).map(|row| row.line).collect::<Vec<u64>>()
    };
    let confirmed = lines(&|said| said != Said::LeftOut);
    let file = file_name(request.name);
    let mut record = ImportRecord { id, by: who(desk), at: desk.now, file, counts, report_rows, confirmed };
    let key = format!("{code}/{}", record.id);
    let mut told = json!({ "import": record.id, "counts": counts });
    let answers = [("confirmed", Said::Confirmed), ("likely", Said::Likely), ("left_out", Said::LeftOut)];
    for (name, answer) in answers {
        let lines = lines(&|said| said == answer);
        if !lines.is_empty() {
            told[name] = json!(lines);
        }
    }
    for (name, offered) in [("name_case", Offered::NameCase), ("likely_email", Offered::Email)] {
        let taken: Vec<u64> = rows.iter().filter(|row| row.taken.contains(&offered)).map(|row| row.line).collect();
        if !taken.is_empty() {
            told[name] = json!(taken);
        }
    }
    let act = desk.act("import.finish", code, told);
    let shapes = import_shapes::remembering(desk, planned, request, header)?;
    let mut still = Some(unerased.still());
    retried(|| {
        let mut writes = vec![DocumentWrite::put(Collection::IMPORTS, key.clone(), Expect::Absent, &record)];
        writes.extend(remembered(desk, planned, request)?);
        writes.extend(shapes.iter().cloned());
        writes.extend(still.clone());
        match desk.store.write_documents(&writes, Some(&act)) {
            // Whoever was erased meanwhile may have given the file its name.
            Err(error) if still.is_some() && unerased.broke(&error) => {
                (still, record.file) = (None, String::new());
                Err(error.into())
            }
            done => Ok(done.map(drop)?),
        }
    })?;
    drop_old_reports(desk, code)?;
    Ok(record)
}

/// Returns what a file is called, without its folder, in a length that is shown.
fn file_name(name: &str) -> String {
    let plain = name.rsplit(['/', '\\']).next().unwrap_or_default();
    plain.chars().filter(|c| !c.is_control() && !import::is_bidi_control(*c)).take(FILE_NAME).collect()
}

/// Returns the write that remembers a new mapping. What else somebody changes in the plan meanwhile stays.
fn remembered(desk: &Desk, planned: &Planned, request: &ImportRequest) -> Result<Option<DocumentWrite>, ActError> {
    let mapping = &request.mapping;
    if mapping.is_empty() || mapping.len() > MAX_MAPPING || *mapping == planned.plan.mapping {
        return Ok(None);
    }
    let code = &planned.event.code;
    let (mut plan, revision) = super::plan(desk.store, code)?;
    plan.mapping.clone_from(mapping);
    let expect = revision.map_or(Expect::Absent, Expect::Revision);
    Ok(Some(DocumentWrite::put(Collection::PLANS, code.as_str(), expect, &plan)))
}

/// Lists an event's imports, oldest first or newest first.
///
/// # Errors
/// When the store fails.
pub fn imports(
    store: &dyn Store,
    code: &EventCode,
    newest: bool,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ImportRecord>, ActError> {
    let prefix = format!("{code}/");
    let page = match newest {
        true => store.documents_newest(Collection::IMPORTS, &prefix, cursor, limit)?,
        false => store.documents(Collection::IMPORTS, &prefix, cursor, limit)?,
    };
    let items = page.items.iter().map(Document::read).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}
