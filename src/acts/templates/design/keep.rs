//! A design becomes a template, or the next version of one; or nothing.

use super::super::{Kept, add_version_with, add_with, kept};
use super::{ActError, Opened, key, owner, step_key};
use crate::desk::Desk;
use crate::making::Faces;
use crate::store::{Collection, DocumentWrite, Expect};
use crate::template::Finding;

/// Keeps a design: as a new template of that name, or as the next version of the template that it was begun for. `after` is the
/// version that it follows, as whoever keeps it has seen; the one that it was begun from, if left out. The design is done then, in the
/// same step: there is never both, nor neither.
///
/// # Errors
/// [`ActError::BadTemplate`] with all that is wrong, [`ActError::TemplateExists`], and [`ActError::VersionMeanwhile`] when the
/// template has another version by now.
pub fn keep(
    desk: &Desk,
    faces: &Faces,
    opened: &Opened,
    name: &str,
    after: Option<u32>,
) -> Result<(Kept, Vec<Finding>), ActError> {
    let template = &opened.content.template;
    let gone = gone(desk, opened);
    match opened.design.of.as_deref() == Some(name) {
        true => {
            let (old, revision) = kept(desk.store, name)?;
            let newest = old.newest().map_or(0, |newest| newest.version);
            if newest != after.unwrap_or(opened.design.after) {
                return Err(ActError::VersionMeanwhile(name.to_owned(), newest));
            }
            add_version_with(desk, faces, (&old, revision), template, gone)
        }
        false => add_with(desk, faces, name, template, gone),
    }
}

/// Throws a design away, with all its steps.
///
/// # Errors
/// When somebody else was faster.
pub fn discard(desk: &Desk, opened: &Opened) -> Result<(), ActError> {
    desk.store.write_documents(&gone(desk, opened), None)?;
    Ok(())
}

/// What takes a design and its steps away.
fn gone(desk: &Desk, opened: &Opened) -> Vec<DocumentWrite> {
    let (owner, design) = (owner(desk), &opened.design);
    let steps = (design.first..=design.last).map(|step| step_key(owner, &design.id, step));
    let mut writes: Vec<_> =
        steps.map(|step| DocumentWrite::delete(Collection::DESIGN_STEPS, step, Expect::Any)).collect();
    let expect = Expect::Revision(opened.revision);
    writes.push(DocumentWrite::delete(Collection::DESIGNS, key(owner, &design.id), expect));
    writes
}
