//! Import: a spreadsheet's bytes become checked rows, each with every finding about it.
//!
//! Pure: bytes in, rows out; opens no file and writes to no store. One bad row never stops the others. Formulas are
//! text and are never evaluated. Everything is bounded before work is done on it (see [`Limits`]).
//!
//! What is unsure is asked ([`Question`]): while a question is open nothing is taken in.
//!
//! The road: [`read_table_as`] (CSV or XLSX) → [`Columns::find`] (which column is the name, the e-mail, …) →
//! [`check_rows`] (Valid / Warning / Asked / Error per row) → [`crate::acts::recognise`] (whom each row is about) →
//! [`settle_duplicates`] → participants for the store, and [`write_report`] for the rest.

mod absent;
mod again;
mod archive;
mod book;
mod case;
mod columns;
mod commas;
mod csv;
mod doubts;
mod encoding;
mod expiry;
mod headers;
mod letters;
mod mapping;
mod names;
mod nobody;
mod outcome;
mod over;
mod overlooked;
mod parts;
mod question;
mod report;
mod rows;
mod shown;
mod table;
mod titles;
mod unfilled;
mod uses;
mod xlsx;

pub use crate::credential::is_bidi_control;
pub use absent::{Absent, says_absent_or_failed, tells_what_became};
pub use columns::{Column, Columns, Meaning, field_name};
pub use commas::asked_commas;
pub use encoding::pages;
pub use expiry::{ExpiryError, last_day, not_over};
pub use mapping::{Mapping, MappingError};
pub use names::{NameProblem, checked_name, checked_text, is_email, lint_name};
pub(crate) use nobody::adds_up;
pub use outcome::{
    Code, Finding, Offer, Offered, RowOutcome, Said, Severity, Summary, as_options, is_for_programs, plain_hint,
    summarise,
};
pub use over::{CLEAR, Duplicates, keep_case, person_key, put_over, settle_duplicates};
pub use parts::Order;
pub use question::{
    AskedRow, Choice, CommaNames, Held, Hidden, Lines, LinesError, Question, Reading, asked_rows, offers,
};
pub use report::{REPORT_COLUMNS, report_json, row_status, safe_cell, write_report};
pub use rows::{Checks, MissingGlyph, NAME_CHARACTERS, check_rows};
pub use table::{AsRead, FirstRow, Limits, Row, Table, read_table, read_table_as};
pub use titles::warn_of_titles;
pub use unfilled::{Near, Unfilled, unfilled};
pub use uses::{Use, told_uses, uses};

/// Why a file as a whole cannot be imported. Nothing of it was taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// No bytes, or only blank lines.
    #[error("`{0}` holds no rows")]
    Empty(String),
    /// A header and nothing below it.
    #[error("`{0}` holds a header but no people below it")]
    OnlyHeader(String),
    /// Larger than [`Limits::bytes`].
    #[error("`{file}` has {bytes} bytes; at most {limit} are read")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// More rows, columns or cells than allowed.
    #[error("`{file}` has more than {limit} {what}")]
    TooMany {
        /// The file.
        file: String,
        /// `rows`, `columns`, `cells`.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A spreadsheet that would unpack to far more than it should.
    #[error("`{file}` is not read: {problem}")]
    Bomb {
        /// The file.
        file: String,
        /// What was found, with the limit.
        problem: String,
    },
    /// A kind of file that is not read.
    #[error("`{file}` is {kind}, which is not read")]
    Kind {
        /// The file.
        file: String,
        /// What it seems to be.
        kind: &'static str,
    },
    /// Text in an encoding that cannot be told.
    #[error("`{file}` is not UTF-8, and by no code page do its letters make words: line {line} would say `{sample}`")]
    Encoding {
        /// The file.
        file: String,
        /// First line where it shows.
        line: u64,
        /// The word as it would be read.
        sample: String,
    },
    /// Text that is UTF-8 but for some lines.
    #[error("`{file}` is UTF-8 in some lines, and not in line {line}")]
    Mixed {
        /// The file.
        file: String,
        /// The first line that is not.
        line: u64,
    },
    /// A code page that is not known.
    #[error("`{0}` is no code page that is known")]
    UnknownEncoding(String),
    /// Bytes that mean nothing in the code page that was said.
    #[error("`{file}` is not {encoding}: some of its bytes mean nothing there")]
    NotEncoding {
        /// The file.
        file: String,
        /// What was said.
        encoding: String,
    },
    /// A sheet that the workbook does not have.
    #[error("the workbook has no sheet `{sheet}`")]
    NoSheet {
        /// What was said.
        sheet: String,
        /// What there is.
        sheets: Vec<String>,
    },
    /// A workbook of which only hidden sheets hold rows.
    #[error("`{file}` holds no rows but in hidden sheets, which are left out: {sheets}")]
    OnlyHidden {
        /// The file.
        file: String,
        /// The hidden sheets.
        sheets: String,
    },
    /// A row that the file does not have.
    #[error("the file has no row {0} that holds anything and is read")]
    NoRow(u64),
    /// A quotation mark that is opened and never closed swallows the rest of the file.
    #[error("`{file}`: a quotation mark opened in line {line} is not closed where its cell ends")]
    Quote {
        /// The file.
        file: String,
        /// Where the record starts.
        line: u64,
    },
    /// A damaged spreadsheet.
    #[error("`{file}` cannot be read as a spreadsheet: {problem}")]
    Damaged {
        /// The file.
        file: String,
        /// What the reader says.
        problem: String,
    },
    /// The columns do not say who the people are.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

impl ImportError {
    /// Returns what can be answered, where that lets the file be read.
    pub fn questions(&self) -> Vec<Question> {
        match self {
            Self::Mapping(error) => error.questions(),
            _ => Vec::new(),
        }
    }

    /// Returns what to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty(_) | Self::OnlyHeader(_) => {
                "the first row names the columns, as `name,email`; each row below it is a person".into()
            }
            Self::TooLarge { .. } | Self::TooMany { .. } => "split the file and import the parts one by one".into(),
            Self::Bomb { .. } => "open it in a spreadsheet program and save it anew as CSV UTF-8".into(),
            Self::Kind { .. } => "save it as .xlsx or as CSV UTF-8".into(),
            Self::Encoding { .. } => {
                "save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8), or say the code page, as `encoding=windows-1250`"
                    .into()
            }
            Self::Mixed { .. } => {
                "write that line anew, and others like it: two lists may have been put together".into()
            }
            Self::UnknownEncoding(_) => {
                "such as utf-8, windows-1250 (Central Europe), windows-1251 (Cyrillic), windows-1252 (Western Europe), \
                 windows-1254 (Turkish), windows-1257 (Baltic), macintosh, ibm850, shift_jis, gbk, big5"
                    .into()
            }
            Self::NotEncoding { .. } => "say another, or save the file as CSV UTF-8".into(),
            Self::NoSheet { sheets, .. } => {
                let named: Vec<String> = sheets.iter().take(30).map(|sheet| format!("`{sheet}`")).collect();
                format!("its sheets are {}", named.join(", "))
            }
            Self::OnlyHidden { .. } => {
                "show the sheet in a spreadsheet program and save the workbook; `hidden=include` reads what is hidden"
                    .into()
            }
            Self::NoRow(_) => "name the row in which the columns are named, counted from 1".into(),
            Self::Quote { .. } => "close the quotation mark, or double it where it is part of the text".into(),
            Self::Damaged { .. } => {
                "open it in a spreadsheet program, repair it and save it as .xlsx or CSV UTF-8".into()
            }
            Self::Mapping(error) => error.hint(),
        }
    }
}
