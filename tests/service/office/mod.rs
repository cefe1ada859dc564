//! The pages of staff about accounts, decisions and the record: each by its forms, as a browser sends them.

mod account;
mod decisions;
mod every;
mod forms;
mod found;
pub mod hostile;
mod later;
mod links;
mod people;
pub mod roles;
mod sessions;
pub mod table;
mod team;
mod walk;

use crate::browser::{Browser, form};
use crate::harness::Answer;

/// Sends the form of a page that goes to `action`, with some fields filled in.
#[track_caller]
fn fill(browser: &mut Browser<'_>, page: &str, action: &str, filled: &[(&str, &str)]) -> Answer {
    let form = form(&browser.page(page), action);
    browser.send(&form, filled)
}

/// What somebody could try to put into a page.
const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";

/// Says that a page shows a text that was meant to be hostile, and shows it as text.
#[track_caller]
fn is_tame(page: &str) {
    assert!(page.contains("alert(1)"), "it is shown: {page}");
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
}
