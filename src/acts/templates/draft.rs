//! Uploads that are looked at before they are good: everything that is wrong, and a drawing of what can be drawn.

use super::{ActError, Sample, looked_over, specimen};
use crate::desk::Desk;
use crate::making::Faces;
use crate::template::{Draft, Finding, Template, element_of, place};

/// Elements that are left out of a drawing one by one before it is given up.
pub(super) const MOST_LEFT_OUT: usize = 20;

/// What is left of a draft, with where each element stands in the document.
struct Left {
    template: Template,
    places: Vec<usize>,
}

impl Left {
    /// Returns how the document calls a place of what is left.
    fn in_document(&self, at: &str) -> Option<usize> {
        self.places.get(element_of(at)?).copied()
    }

    /// Leaves an element out, by its place in the document.
    fn without(self, element: usize) -> Option<Self> {
        let Self { template, mut places } = self;
        let at = places.iter().position(|place| *place == element)?;
        places.remove(at);
        Some(Self { template: template.without_element(&place(at))?, places })
    }
}

/// Looks a draft over: every fault and warning, with its place in the document. It is also drawn for somebody who does not exist, as
/// before it is kept: what has a fault is left out of that, and so what cannot be drawn later does not hide behind it.
///
/// # Errors
/// When the store fails.
pub fn draft_findings(desk: &Desk, faces: &Faces, draft: &Draft) -> Result<Vec<Finding>, ActError> {
    let mut findings = draft.findings(|template| looked_over(faces.fonts(), template));
    let Some((template, places)) = draft.numbered() else { return Ok(findings) };
    let mut left = Some(Left { template, places });
    let faulty: Vec<usize> =
        findings.iter().filter(|one| one.is_fault()).filter_map(|one| element_of(&one.at)).collect();
    for element in faulty {
        // What could not be read is not in it.
        left = left.and_then(|left| if left.places.contains(&element) { left.without(element) } else { Some(left) });
    }
    for _ in 0..MOST_LEFT_OUT {
        let Some(now) = left.take() else { break };
        let found = match specimen(desk, faces, &now.template, &Sample::default()) {
            Err(ActError::BadTemplate(found)) => found,
            Err(other) => return Err(other),
            Ok(_) => break,
        };
        let whole = !findings.iter().any(Finding::is_fault);
        let Some(element) = found.first().and_then(|one| now.in_document(&one.at)) else {
            // What has no place may be what was left out.
            findings.extend(found.into_iter().filter(|_| whole));
            break;
        };
        findings.extend(found.into_iter().map(|one| Finding { at: place(element), ..one }));
        left = now.without(element);
    }
    findings.sort_by_key(|finding| finding.severity);
    Ok(findings)
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
