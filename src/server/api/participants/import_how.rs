//! How a list is read and taken in, as it is said in the query or in the form.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::acts::{Answer, Answers, ImportRequest};
use crate::import::{Absent, CommaNames, Duplicates, Held, Hidden, Limits, Lines, LinesError, Reading};
use crate::server::upload::Form;
use crate::server::{App, Problem};

/// How a list is taken in.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportHow {
    /// Check the list, and take nothing in.
    #[serde(default)]
    dry_run: bool,
    /// Keep what is known of people instead of changing it.
    #[serde(default)]
    keep_known: bool,
    /// Rows with the address of somebody with another name: `ask` (if left out), which makes them errors, `two_people`, or
    /// `same_person`, whose name changed.
    #[serde(default)]
    #[param(inline)]
    same_address: Answer,
    /// Rows with the name of somebody else, and no address to tell them apart: `ask` (if left out), `two_people` or
    /// `same_person`.
    #[serde(default)]
    #[param(inline)]
    same_name: Answer,
    /// Rows with the external id of somebody with another name and another address: `ask` (if left out), which makes them
    /// errors, or `same_person`, who changed both.
    #[serde(default)]
    #[param(inline)]
    same_id: Answer,
    /// Rows that say that somebody was absent or failed: `ask` (if left out), which makes them errors, `take` or `leave_out`.
    #[serde(default)]
    #[param(inline)]
    absent: Absent,
    /// The code page of a text file that is not UTF-8, as `windows-1250`.
    encoding: Option<String>,
    /// The sheet of a workbook that has the people, also a hidden one.
    sheet: Option<String>,
    /// The row that names the columns, from 1.
    header_row: Option<u64>,
    /// Rows, columns and sheets that are hidden or filtered out: `leave_out` (if left out), or `include`.
    #[serde(default)]
    #[param(inline)]
    hidden: Hidden,
    /// Names such as `Lovelace, Ada`: `ask` (if left out), `swap` or `keep`.
    #[serde(default)]
    #[param(inline)]
    comma_names: CommaNames,
    /// Rows that are asked about and are people, called as it stands there, by their lines: `12,14`. It is recorded who said
    /// so.
    confirm_row: Option<String>,
    /// Rows that are asked about and are people, called as is likely: their lines, or `all`.
    likely_row: Option<String>,
    /// Rows to leave out: their lines, or `all` that are asked about.
    leave_out_row: Option<String>,
    /// Rows whose names are in an unusual case, and are written as is likely (`hans MÜLLER` as Hans Müller): their lines, or
    /// `all`.
    name_case: Option<String>,
    /// Rows whose addresses have a slip, and are read as is likely (`ada @example,org` as ada@example.org): their lines, or
    /// `all`.
    likely_email: Option<String>,
}

impl ImportHow {
    /// Takes the answers that came as fields of the form, where the query has none.
    pub(super) fn with_form(mut self, texts: &[(String, String)]) -> Result<Self, Problem> {
        let last =
            |name: &str| texts.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value.trim().to_owned());
        let text = |place: &mut Option<String>, name: &str| {
            if place.is_none() {
                *place = last(name).filter(|value| !value.is_empty());
            }
        };
        text(&mut self.encoding, "encoding");
        text(&mut self.sheet, "sheet");
        text(&mut self.confirm_row, "confirm_row");
        text(&mut self.likely_row, "likely_row");
        text(&mut self.leave_out_row, "leave_out_row");
        text(&mut self.name_case, "name_case");
        text(&mut self.likely_email, "likely_email");
        let invalid = |name: &str, what: &str| Problem::unprocessable("invalid", format!("`{name}` {what}"));
        if let Some(row) = last("header_row").filter(|row| !row.is_empty()) {
            self.header_row = Some(row.parse().map_err(|_| invalid("header_row", "is not the number of a row"))?);
        }
        match last("hidden").as_deref() {
            None | Some("") => {}
            Some("include") => self.hidden = Hidden::Include,
            Some("leave_out" | "leave-out") => self.hidden = Hidden::LeaveOut,
            Some(_) => return Err(invalid("hidden", "is neither `leave_out` nor `include`")),
        }
        match last("comma_names").as_deref() {
            None | Some("") => {}
            Some("ask") => self.comma_names = CommaNames::Ask,
            Some("swap") => self.comma_names = CommaNames::Swap,
            Some("keep") => self.comma_names = CommaNames::Keep,
            Some(_) => return Err(invalid("comma_names", "is none of `ask`, `swap` and `keep`")),
        }
        Ok(self)
    }

    fn held(&self) -> Result<Held, Problem> {
        let lines = |said: &Option<String>| said.as_ref().map_or(Ok(Lines::NONE), |said| said.parse::<Lines>());
        let held = || {
            let (confirmed, likely, left_out) =
                (lines(&self.confirm_row)?.singly()?, lines(&self.likely_row)?, lines(&self.leave_out_row)?);
            let (cased, emails) = (lines(&self.name_case)?, lines(&self.likely_email)?);
            Ok(Held { confirmed, likely, left_out, cased, emails })
        };
        held().map_err(|error: LinesError| Problem::unprocessable("invalid", error.to_string()))
    }

    /// Returns the same for who only looks.
    pub(super) fn dry(self) -> Self {
        Self { dry_run: true, ..self }
    }

    /// Does something with a list, read as it was said.
    ///
    /// # Errors
    /// What is said of rows cannot be read, or what `with` answers.
    pub(super) fn request<T>(
        self,
        app: &App,
        form: &Form,
        with: impl FnOnce(&ImportRequest) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let held = self.held()?;
        let missing_glyph = |name: &str| app.faces.fonts().missing_glyph(name);
        with(&ImportRequest {
            name: &form.name,
            bytes: &form.bytes,
            mapping: form.texts.iter().filter(|(name, _)| name == "map").map(|(_, value)| value.clone()).collect(),
            duplicates: if self.keep_known { Duplicates::Skip } else { Duplicates::Update },
            answers: Answers { same_address: self.same_address, same_name: self.same_name, same_id: self.same_id },
            absent: self.absent,
            reading: Reading {
                encoding: self.encoding,
                sheet: self.sheet,
                header_row: self.header_row,
                hidden: self.hidden,
            },
            comma_names: self.comma_names,
            held,
            dry_run: self.dry_run,
            missing_glyph: Some(&missing_glyph),
            fonts: Some(app.faces.fonts()),
            limits: limits(app),
        })
    }
}

/// Returns within which limits lists are read.
pub(super) fn limits(app: &App) -> Limits {
    Limits { bytes: app.limits.upload_bytes.min(Limits::default().bytes), ..Limits::default() }
}
