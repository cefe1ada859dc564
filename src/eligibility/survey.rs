//! Looks an expression over before it is ever evaluated: which names and functions it uses, and the most it can cost.

use std::collections::BTreeSet;

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue};

use super::expression::{MAX_FIELD_BYTES, MAX_FIELDS};
use super::{MAX_TITLE_BYTES, cut};

/// Parts of an expression inside each other; a macro of one level makes several.
const MAX_DEPTH: usize = 120;

/// What an expression may name.
const VARIABLES: [&str; 11] = [
    "attendance",
    "sessions_attended",
    "sessions_total",
    "activities_done",
    "points",
    "score",
    "completion",
    "passed",
    "role",
    "checked_in",
    "fields",
];

/// Operators and functions that an expression may use.
const FUNCTIONS: [&str; 28] = [
    "_?_:_",
    "_&&_",
    "_||_",
    "!_",
    "_-_",
    "_+_",
    "_*_",
    "_/_",
    "_%_",
    "_==_",
    "_!=_",
    "_>=_",
    "_<=_",
    "_>_",
    "_<_",
    "-_",
    "_[_]",
    "@in",
    "@not_strictly_false",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "int",
    "uint",
    "double",
    "string",
    "bool",
];

/// The most that evaluating a part can cost, and how large its result can be.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    /// Bytes touched, each operator counting once more.
    pub(super) work: u64,
    /// Bytes of the result.
    bytes: u64,
}

/// Walks an expression before it is evaluated: allows only what is known, and adds up the worst case.
#[derive(Default)]
pub(super) struct Survey {
    /// Variables that are named.
    pub(super) variables: BTreeSet<&'static str>,
    /// Columns that are named.
    pub(super) columns: BTreeSet<String>,
    /// Loop variables in scope, with their sizes.
    scope: Vec<(String, u64)>,
    depth: usize,
}

/// A node's id and the reason.
pub(super) type Refused = (u64, String);

impl Survey {
    /// Returns the bound of a part, or why it may not be used.
    pub(super) fn bound(&mut self, node: &IdedExpr) -> Result<Bound, Refused> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err((node.id, "is nested too deeply".into()));
        }
        let bound = match &node.expr {
            Expr::Literal(LiteralValue::String(text)) => Ok(Bound { work: 1, bytes: text.inner().len() as u64 }),
            Expr::Literal(LiteralValue::Bytes(_)) => Err((node.id, "byte strings are not available".into())),
            Expr::Literal(_) => Ok(Bound { work: 1, bytes: 8 }),
            Expr::Ident(name) => self.name(node.id, name),
            Expr::Select(select) => {
                self.column(&select.operand, &select.field);
                let operand = self.bound(&select.operand)?;
                let bytes = operand.bytes.min(MAX_FIELD_BYTES as u64);
                Ok(Bound { work: operand.work + bytes + 1, bytes })
            }
            Expr::Call(call) => self.call(node.id, call),
            Expr::List(list) => self.all(&list.elements),
            Expr::Comprehension(each) => self.repeated(node.id, each),
            Expr::Map(_) | Expr::Struct(_) => Err((node.id, "maps and messages are not available".into())),
            Expr::Unspecified => Err((node.id, "cannot be parsed".into())),
        };
        self.depth -= 1;
        bound
    }

    fn all(&mut self, nodes: &[IdedExpr]) -> Result<Bound, Refused> {
        let mut sum = Bound { work: 1, bytes: 8 };
        for node in nodes {
            let bound = self.bound(node)?;
            sum.work = sum.work.saturating_add(bound.work).saturating_add(bound.bytes);
            sum.bytes = sum.bytes.saturating_add(bound.bytes);
        }
        Ok(sum)
    }

    fn name(&mut self, id: u64, name: &str) -> Result<Bound, Refused> {
        if name == "@result" {
            return Ok(Bound { work: 1, bytes: 8 });
        }
        if let Some((_, bytes)) = self.scope.iter().rev().find(|(known, _)| known == name) {
            return Ok(Bound { work: 1, bytes: *bytes });
        }
        let Some(known) = VARIABLES.iter().find(|known| **known == name) else {
            let name = cut(name, 40);
            return Err((id, format!("unknown name `{name}`; known are {}", VARIABLES.join(", "))));
        };
        self.variables.insert(known);
        let bytes = match *known {
            "fields" => (MAX_FIELDS * MAX_FIELD_BYTES) as u64,
            "role" => MAX_TITLE_BYTES as u64,
            _ => 8,
        };
        Ok(Bound { work: 1, bytes })
    }

    fn column(&mut self, of: &IdedExpr, name: &str) {
        if matches!(&of.expr, Expr::Ident(fields) if fields == "fields") {
            self.columns.insert(name.to_owned());
        }
    }

    fn call(&mut self, id: u64, call: &CallExpr) -> Result<Bound, Refused> {
        if !FUNCTIONS.contains(&call.func_name.as_str()) {
            return Err((id, format!("unknown function `{}`", cut(&call.func_name, 40))));
        }
        if let ("_[_]", [of, key]) = (call.func_name.as_str(), &call.args[..])
            && matches!(&of.expr, Expr::Ident(name) if name == "fields")
        {
            if let Expr::Literal(LiteralValue::String(name)) = &key.expr {
                self.column(of, name.inner());
            }
            self.bound(of)?;
            let key = self.bound(key)?;
            // One column is looked up; the others are not touched.
            let bytes = MAX_FIELD_BYTES as u64;
            return Ok(Bound { work: key.work.saturating_add(key.bytes).saturating_add(bytes), bytes });
        }
        let mut sum = self.all(&call.args)?;
        if let Some(target) = &call.target {
            let target = self.bound(target)?;
            sum.work = sum.work.saturating_add(target.work).saturating_add(target.bytes);
            sum.bytes = sum.bytes.saturating_add(target.bytes);
        }
        let bytes = match call.func_name.as_str() {
            // These yield what they were given, or a part of it.
            "_+_" | "_?_:_" | "string" => sum.bytes.max(32),
            "_[_]" => sum.bytes,
            _ => 8,
        };
        Ok(Bound { work: sum.work, bytes })
    }

    /// `all` and `exists`, over a list that is written out or over the columns' names.
    fn repeated(&mut self, id: u64, each: &ComprehensionExpr) -> Result<Bound, Refused> {
        if !matches!(each.accu_init.expr, Expr::Literal(LiteralValue::Boolean(_))) {
            return Err((id, "of the macros only `has`, `all` and `exists` are available".into()));
        }
        if VARIABLES.contains(&each.iter_var.as_str()) {
            return Err((id, format!("`{}` is already the name of something else", each.iter_var)));
        }
        let range = self.bound(&each.iter_range)?;
        let (times, item) = match &each.iter_range.expr {
            Expr::List(list) => (list.elements.len() as u64, range.bytes),
            Expr::Ident(name) if name == "fields" => (MAX_FIELDS as u64, MAX_FIELD_BYTES as u64),
            _ => return Err((id, "a loop runs over a written list or over `fields` only".into())),
        };
        self.scope.push((each.iter_var.clone(), item));
        let parts = [&each.loop_cond, &each.loop_step, &each.result].map(|part| self.bound(part));
        self.scope.pop();
        let mut once = item;
        for part in parts {
            once = once.saturating_add(part?.work);
        }
        Ok(Bound { work: range.work.saturating_add(times.saturating_mul(once)), bytes: 8 })
    }
}
