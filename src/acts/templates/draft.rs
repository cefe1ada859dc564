//! Uploads that are looked at before they are good: everything that is wrong, and a drawing of what can be drawn.

use super::{ActError, Sample, looked_over, specimen};
use crate::desk::Desk;
use crate::making::Faces;
use crate::template::{Draft, Finding};

/// Elements that are left out of a drawing one by one before it is given up.
const MOST_LEFT_OUT: usize = 8;

/// Looks a draft over: every fault and warning, with its place in the document. Without a fault it is also drawn for somebody who
/// does not exist, as before it is kept.
///
/// # Errors
/// When the store fails.
pub fn draft_findings(desk: &Desk, faces: &Faces, draft: &Draft) -> Result<Vec<Finding>, ActError> {
    let findings = draft.findings(|template| looked_over(faces.fonts(), template));
    let Some(template) = draft.template().filter(|_| !findings.iter().any(Finding::is_fault)) else {
        return Ok(findings);
    };
    match specimen(desk, faces, template, &Sample::default()) {
        Ok(_) => Ok(findings),
        Err(ActError::BadTemplate(found)) => Ok(found.into_iter().chain(findings).collect()),
        Err(other) => Err(other),
    }
}

/// Draws what can be drawn of a draft for somebody who does not exist, with SPECIMEN across the page: elements that cannot are left
/// out.
///
/// # Errors
/// [`ActError::BadTemplate`] when nothing can be drawn.
pub fn draft_specimen(desk: &Desk, faces: &Faces, draft: &Draft, sample: &Sample) -> Result<Vec<u8>, ActError> {
    let nothing = || ActError::BadTemplate(draft.findings(|_| Vec::new()));
    let mut template = draft.drawable(faces.fonts()).ok_or_else(nothing)?;
    for _ in 0..MOST_LEFT_OUT {
        match specimen(desk, faces, &template, sample) {
            Err(ActError::BadTemplate(found)) => {
                let less = found.first().and_then(|one| template.clone().without_element(&one.at));
                template = less.ok_or(ActError::BadTemplate(found))?;
            }
            done => return done,
        }
    }
    specimen(desk, faces, &template, sample)
}
