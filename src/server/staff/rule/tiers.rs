//! Tiers as they are typed: what is measured, and a row of fields for each tier, from the lowest to the highest, with some that are empty.
//!
//! Whoever types them in another order means the same: they are put in order. A row that is emptied goes.

use serde_json::{Value, json};

use super::super::events::text;
use super::super::form::Fields;
use super::super::grid::{Entry, Grid, Row as GridRow, Takes};
use super::super::phrases;
use super::super::ui::{Choice, Field, Kind};
use super::super::words::Words;
use crate::eligibility::MAX_TIERS;
use crate::server::Problem;

/// Rows that stand empty below those that are there.
const SPARE: usize = 3;
/// What can be measured, as the API calls it.
const MEASURES: [&str; 4] = ["attendance", "score", "points", "completion"];
/// The columns, as the API calls them.
const COLUMNS: [&str; 3] = ["name", "from", "template"];

/// One as it is typed: its columns, and what is wrong with one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Row {
    cells: [String; COLUMNS.len()],
    error: Option<(usize, String)>,
}

/// All of them as they are typed.
#[derive(Debug)]
pub(super) struct Tiered {
    measure: String,
    required: bool,
    rows: Vec<Row>,
}

impl Tiered {
    /// Returns those that an event has.
    pub(super) fn kept(tiers: &Value) -> Self {
        let cell = |one: &Value, column: &str| match &one[column] {
            Value::Null => String::new(),
            value => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
        let row = |one: &Value| Row { cells: COLUMNS.map(|column| cell(one, column)), error: None };
        let rows = tiers["steps"].as_array().into_iter().flatten().map(row).collect();
        Self { measure: text(tiers, "measure"), required: tiers["required"] != false, rows }
    }

    /// Reads a form.
    pub(super) fn read(fields: &Fields) -> Self {
        let row =
            |number| Row { cells: COLUMNS.map(|column| fields.get(&name(number, column)).to_owned()), error: None };
        let typed = |row: &Row| row.cells.iter().any(|cell| !cell.is_empty());
        let rows = (1..=MAX_TIERS + SPARE).map(row).filter(typed).collect();
        Self { measure: fields.get("tier_measure").to_owned(), required: fields.on("tier_required"), rows }
    }

    /// Returns them as the API takes them, nothing where there are none; what is wrong with a row stands in it then.
    pub(super) fn value(&mut self, w: &Words) -> Option<Value> {
        let from = |row: &Row| number(&row.cells[1]);
        if self.rows.iter().all(|row| from(row).is_some()) {
            let order = |row: &Row| from(row).and_then(|number| number.as_f64()).unwrap_or_default();
            self.rows.sort_by(|one, other| order(one).total_cmp(&order(other)));
        }
        for row in &mut self.rows {
            row.error = match (row.cells[0].is_empty(), number(&row.cells[1])) {
                (true, _) => Some((0, w.s("tier-no-name"))),
                (_, None) => Some((1, w.s("tier-no-from"))),
                _ => None,
            };
        }
        if self.rows.iter().any(|row| row.error.is_some()) {
            return None;
        }
        let step = |row: &Row| {
            let mut step = json!({ "name": row.cells[0], "from": from(row) });
            if !row.cells[2].is_empty() {
                step["template"] = json!(row.cells[2]);
            }
            step
        };
        let steps: Vec<Value> = self.rows.iter().map(step).collect();
        Some(match steps.is_empty() {
            true => Value::Null,
            false => json!({ "measure": self.measure, "required": self.required, "steps": steps }),
        })
    }

    /// Puts beside its row what the API says of one, as `tiers.steps[1].from is not above the tier before it`; says whether it did.
    pub(super) fn take(&mut self, w: &Words, problem: &Problem) -> bool {
        let Some((at, column, reason)) = place(&problem.detail) else { return false };
        let Some(row) = self.rows.get_mut(at) else { return false };
        row.error = Some((column, phrases::beside(w, reason)));
        true
    }

    /// Returns the fields.
    pub(super) fn fields(&self, w: &Words) -> [Field; 4] {
        let measures = MEASURES.map(|one| Choice::new(one, w.s(&format!("tier-by-{one}"))));
        let spare = std::iter::repeat_n(Row::default(), SPARE);
        let rows = self.rows.iter().cloned().chain(spare).take(MAX_TIERS.max(self.rows.len()));
        let rows = rows.enumerate().map(|(at, row)| shown(w, at + 1, row)).collect();
        let heads = COLUMNS.map(|column| w.s(&format!("tier-{column}"))).into();
        let grid = Grid { caption: w.s("rule-tiers"), heads, rows, hint: w.s("tier-hint") };
        let required = if self.required { "yes" } else { "" };
        [
            Field::heading(w.s("rule-tiers")),
            Field::new("tier_measure", w.s("tier-measure"), Kind::Select(measures.into())).value(&*self.measure),
            Field::new("tiers", "", Kind::Grid(grid)),
            Field::new("tier_required", w.s("tier-required"), Kind::Check).value(required),
        ]
    }
}

fn shown(w: &Words, number: usize, row: Row) -> GridRow {
    let title = w.with("tier-row", [("row", number.into())]);
    let Row { cells, error } = row;
    let entry = |(at, value): (usize, String)| {
        let column = COLUMNS[at];
        let takes = if column == "from" { Takes::Number } else { Takes::Text };
        let label = format!("{title}: {}", w.s(&format!("tier-{column}")));
        let wrong = error.as_ref().filter(|(of, _)| *of == at).map(|(_, text)| text.clone());
        Entry::new(name(number, column), label, value, takes).wrong(wrong)
    };
    let entries = cells.into_iter().enumerate().map(entry).collect();
    GridRow { title, entries, kept: None }
}

/// Returns the name of a field: `tier_2_from`.
fn name(number: usize, column: &str) -> String {
    format!("tier_{number}_{column}")
}

/// Reads a number with either mark of decimals.
fn number(text: &str) -> Option<serde_json::Number> {
    text.replace(',', ".").parse().ok()
}

/// Returns of which row something is said, of which column, and what.
fn place(detail: &str) -> Option<(usize, usize, &str)> {
    let (at, rest) = detail.strip_prefix("tiers.steps[")?.split_once(']')?;
    let (column, reason) = rest.strip_prefix('.')?.split_once(' ')?;
    Some((at.parse().ok()?, COLUMNS.iter().position(|one| *one == column)?, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Tiered {
        Tiered::read(&Fields::of(fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()))
    }

    #[test]
    fn tiers_are_put_in_order_and_a_row_that_is_emptied_goes() {
        let w = Words::first();
        let mut tiers = typed(&[
            ("tier_measure", "score"),
            ("tier_required", "yes"),
            ("tier_1_name", "gold"),
            ("tier_1_from", "90,5"),
            ("tier_1_template", "modern"),
            ("tier_2_name", ""),
            ("tier_3_name", "bronze"),
            ("tier_3_from", "60"),
        ]);
        let value = tiers.value(w).unwrap();
        let steps = json!([{ "name": "bronze", "from": 60 }, { "name": "gold", "from": 90.5, "template": "modern" }]);
        assert_eq!(value, json!({ "measure": "score", "required": true, "steps": steps }));
        assert_eq!(Tiered::kept(&value).value(w), Some(value), "what is kept stands in the form as it is");
        assert_eq!(typed(&[("tier_measure", "score")]).value(w), Some(Value::Null));
    }

    #[test]
    fn what_is_wrong_with_a_tier_stands_in_its_row() {
        let w = Words::first();
        let mut tiers = typed(&[("tier_1_from", "60"), ("tier_2_name", "gold"), ("tier_2_from", "many")]);
        assert!(tiers.value(w).is_none());
        let of: Vec<_> = tiers.rows.iter().map(|row| row.error.as_ref().map(|(column, _)| *column)).collect();
        assert_eq!(of, [Some(0), Some(1)]);
        let detail = "tiers.steps[1].from is not above the tier before it";
        assert_eq!(place(detail), Some((1, 1, "is not above the tier before it")));
        assert_eq!(place("all[1].attendance is above 100"), None);
    }
}
