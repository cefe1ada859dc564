//! Certificates as rows of a table (RFC 4180): the list of those issued, and what is in an archive.

use std::io::{self, Write};

use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::import::safe_cell;
use crate::store::{Certificate, CertificateQuery, Standing};

/// Certificates read at a time.
const PAGE: usize = 500;

/// What is said of each certificate.
pub const COLUMNS: [&str; 12] = [
    "number",
    "version",
    "name",
    "email",
    "event",
    "state",
    "issued",
    "signed",
    "valid_until",
    "since",
    "reason",
    "template",
];

/// Returns a writer of such tables: lines end as RFC 4180 has them.
pub fn csv_writer<W: Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out)
}

/// Returns the cells of [`COLUMNS`]; none begins a spreadsheet's formula.
pub fn issued_row(certificate: &Certificate, now: Timestamp) -> [String; 12] {
    let Certificate { number, version, recipient, email, issued, signed, valid_until, template, .. } = certificate;
    let reason = certificate.state.reason();
    let row = [
        number.to_string(),
        version.to_string(),
        recipient.clone(),
        email.clone().unwrap_or_default(),
        number.event().to_string(),
        Standing::of(certificate, now).name().to_owned(),
        issued.to_string(),
        signed.to_string(),
        valid_until.map(|until| until.to_string()).unwrap_or_default(),
        reason.map(|reason| reason.at.to_string()).unwrap_or_default(),
        reason.and_then(|reason| reason.text.clone()).unwrap_or_default(),
        template.name.clone(),
    ];
    row.map(|cell| safe_cell(&cell))
}

/// Writes the certificates that are asked for as a table, by number.
///
/// # Errors
/// When the store fails or it cannot be written.
pub fn write_issued(desk: &Desk, query: &CertificateQuery, out: impl Write) -> io::Result<()> {
    let mut csv = csv_writer(out);
    csv.write_record(COLUMNS)?;
    let mut cursor: Option<String> = None;
    loop {
        let page = desk.store.find_certificates(query, cursor.as_deref(), PAGE).map_err(io::Error::other)?;
        for certificate in page.items {
            csv.write_record(issued_row(&certificate, desk.now))?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return csv.flush();
        }
    }
}
