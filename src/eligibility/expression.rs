//! Free expressions in the Common Expression Language, for rules that no other clause can say.
//!
//! An expression comes from staff, yet is treated as hostile: its length, its depth and the work it may cause are
//! bounded before it is ever evaluated, names and functions outside a short list are refused when the rule is saved,
//! and whatever goes wrong while evaluating makes the clause unmet with a reason. Reasons never repeat what a column
//! holds.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use cel::common::ast::{IdedExpr, SourceInfo};
use cel::{Context, Env, ExecutionError, Value};

use super::measure::Known;
use super::survey::Survey;
use super::{Amount, Course, Facts};

/// Characters in one expression.
pub const MAX_EXPRESSION_CHARS: usize = 2_000;
/// Brackets, calls and operators inside each other.
const MAX_NESTING: usize = 40;
/// Operators, dots and opening brackets in one expression.
const MAX_OPERATORS: usize = 400;
/// Columns that an expression may see.
pub const MAX_FIELDS: usize = 200;
/// Bytes of one column that an expression may see.
pub const MAX_FIELD_BYTES: usize = 4_000;
/// Bytes that an expression may touch in the worst case, each operator counting once more: a few milliseconds.
const MAX_WORK: u64 = 4_000_000;

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib().with_optional_support(false)));

/// An expression that was checked and can be evaluated.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    tree: Arc<IdedExpr>,
    variables: BTreeSet<&'static str>,
}

/// Why an expression is refused; lines and columns start at 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) reason: String,
}

impl Expression {
    /// Parses an expression, refuses what it may not do, and tries it once on invented facts.
    pub(super) fn compile(source: &str) -> Result<Self, Fault> {
        let start = |reason: String| Fault { line: 1, column: 1, reason };
        if source.trim().is_empty() {
            return Err(start("is empty".into()));
        }
        if source.chars().nth(MAX_EXPRESSION_CHARS).is_some() {
            return Err(start(format!("is longer than {MAX_EXPRESSION_CHARS} characters")));
        }
        check_operators(source)?;
        let (tree, places) = parse(source)?;
        let mut survey = Survey::default();
        let bound = survey.bound(&tree).map_err(|(id, reason)| place(source, &places, id, reason))?;
        if bound.work > MAX_WORK {
            return Err(start("may take too long".into()));
        }
        let expression = Self { tree: Arc::new(tree), variables: survey.variables };
        expression.try_out(survey.columns).map_err(start)?;
        Ok(expression)
    }

    /// Says whether the expression names a variable.
    pub(super) fn names(&self, variable: &str) -> bool {
        self.variables.contains(variable)
    }

    /// Returns whether the facts meet the expression, and if they cannot be judged, why.
    pub(super) fn holds(&self, course: &Course, facts: &Facts) -> Result<bool, String> {
        if self.variables.contains("fields") {
            if facts.fields.len() > MAX_FIELDS {
                return Err(format!("more than {MAX_FIELDS} columns"));
            }
            if facts.fields.iter().any(|(name, text)| name.len().max(text.len()) > MAX_FIELD_BYTES) {
                return Err(format!("a column holds more than {MAX_FIELD_BYTES} bytes"));
            }
        }
        let known = Known::of(course, facts);
        match self.evaluate(&known, &facts.fields) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(format!("the expression yields {}, not true or false", kind(&other))),
            Err(error) => Err(reason(&error, &known)),
        }
    }

    /// Returns what the expression looks at, without columns: those may be personal.
    pub(super) fn measured(&self, course: &Course, facts: &Facts) -> Option<String> {
        let known = Known::of(course, facts);
        let shown = self.variables.iter().filter_map(|name| Some(format!("{name} {}", known.text(name)?)));
        let shown: Vec<_> = shown.collect();
        (!shown.is_empty()).then(|| shown.join(", "))
    }

    fn evaluate<'a>(
        &self,
        known: &Known,
        fields: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) -> Result<Value, ExecutionError> {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        for name in &self.variables {
            if let Some(value) = variable(name, known) {
                context.add_variable_from_value(*name, value);
            }
        }
        if self.variables.contains("fields") {
            let fields = fields.into_iter().map(|(name, text)| (name.clone(), text.clone()));
            context.add_variable_from_value("fields", fields.collect::<std::collections::HashMap<_, _>>());
        }
        catch_unwind(AssertUnwindSafe(|| context.resolve(&self.tree)))
            .unwrap_or_else(|_| Err(ExecutionError::InternalError("panicked".into())))
    }

    /// Finds mistaken types when the rule is saved, not when the first participant is judged.
    fn try_out(&self, columns: BTreeSet<String>) -> Result<(), String> {
        let known = Known::invented();
        let columns: Vec<_> = columns.into_iter().map(|name| (name, "1".to_owned())).collect();
        match self.evaluate(&known, columns.iter().map(|(name, text)| (name, text))) {
            Ok(Value::Bool(_)) => Ok(()),
            Ok(other) => Err(format!("yields {}, not true or false", kind(&other))),
            Err(
                error @ (ExecutionError::NoSuchOverload(_)
                | ExecutionError::UnexpectedType { .. }
                | ExecutionError::UnsupportedBinaryOperator(..)
                | ExecutionError::ValuesNotComparable(..)),
            ) => Err(reason(&error, &known)),
            // Others depend on what is known, as when a column is no number.
            Err(_) => Ok(()),
        }
    }
}

/// Bounds what the parser has to recurse into, before it does. Operators in strings and comments count too: telling
/// them apart takes the very parser that is to be protected.
fn check_operators(source: &str) -> Result<(), Fault> {
    let (mut operators, mut line, mut column) = (0_usize, 1, 0);
    for character in source.chars() {
        (line, column) = if character == '\n' { (line + 1, 0) } else { (line, column + 1) };
        operators += usize::from("+-*/%!?.<>=&|([{".contains(character));
        if operators > MAX_OPERATORS {
            let reason = format!("has more than {MAX_OPERATORS} operators, dots and brackets");
            return Err(Fault { line, column: column.max(1), reason });
        }
    }
    Ok(())
}

fn parse(source: &str) -> Result<(IdedExpr, SourceInfo), Fault> {
    let parser = ENVIRONMENT.parser().max_recursion_depth(MAX_NESTING as u16);
    let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse_with_source_info(source)));
    let errors = match parsed {
        Ok(Ok(parsed)) => return Ok(parsed),
        Ok(Err(errors)) => errors,
        Err(_) => return Err(Fault { line: 1, column: 1, reason: "cannot be parsed".into() }),
    };
    let first = errors.errors.first();
    let (line, column) = first.map_or((1, 1), |error| error.pos);
    let reason = first.map_or("cannot be parsed", |error| error.msg.trim_start_matches("Syntax error: "));
    let at = |number: isize| usize::try_from(number).unwrap_or(1).max(1);
    Err(Fault { line: at(line), column: at(column), reason: super::cut(reason, 200) })
}

fn place(source: &str, places: &SourceInfo, id: u64, reason: String) -> Fault {
    let offset = places.offset_for(id).map_or(0, |(start, _)| start as usize);
    let before = source.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    Fault { line, column, reason }
}

fn variable(name: &str, known: &Known) -> Option<Value> {
    let number = |amount: Option<Amount>| amount.map(|amount| Value::Float(amount.to_f64()));
    match name {
        "attendance" => known.attendance.map(Value::Float),
        "sessions_attended" => known.sessions_attended.map(Value::Int),
        "sessions_total" => Some(Value::Int(known.sessions_total)),
        "activities_done" => known.activities_done.map(Value::Int),
        "points" => number(known.points),
        "score" => number(known.score),
        "completion" => known.completion.map(Value::Float),
        "passed" => known.passed.map(Value::Bool),
        "role" => known.role.clone().map(Value::from),
        "checked_in" => known.checked_in.map(Value::Bool),
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Int(_) | Value::UInt(_) => "a whole number",
        Value::Float(_) => "a decimal number",
        Value::Bool(_) => "true or false",
        Value::String(_) => "text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        Value::Null => "nothing",
        _ => "something else",
    }
}

/// Says what went wrong in words that hold no value of a participant.
fn reason(error: &ExecutionError, known: &Known) -> String {
    match error {
        ExecutionError::UndeclaredReference(name) => known.unknown(name),
        ExecutionError::NoSuchKey(name) => format!("no column “{}”", super::cut(name, 60)),
        ExecutionError::NoSuchOverload(error) => {
            let types: Vec<_> = error.argument_types().iter().map(|name| super::cut(name, 20)).collect();
            mixed(error.function(), &types.join(" and "))
        }
        ExecutionError::UnsupportedBinaryOperator(operator, one, other) => {
            mixed(operator, &format!("{} and {}", kind(one), kind(other)))
        }
        ExecutionError::ValuesNotComparable(one, other) => {
            mixed("comparison", &format!("{} and {}", kind(one), kind(other)))
        }
        ExecutionError::UnexpectedType { got, want } => format!("found {got} where {want} is needed"),
        ExecutionError::FunctionError { function, .. } => {
            format!("`{}` cannot read the text", super::cut(function, 40))
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "divides by zero".into(),
        ExecutionError::Overflow(..) => "a number grows too large".into(),
        _ => "the expression cannot be evaluated".into(),
    }
}

fn mixed(operator: &str, types: &str) -> String {
    let sign = super::cut(operator.trim_matches('_'), 40);
    format!("`{sign}` cannot take {types}; beside a decimal number write 1.0 for 1")
}
