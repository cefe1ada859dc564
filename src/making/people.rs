//! The people of a list tried with a template that is in no store yet: what a run would refuse for them is refused here, by the same
//! steps and with the same words, and nothing is signed or reserved.

use std::sync::Arc;

use rayon::prelude::*;

use super::make::{WIDEST_SEQUENCE, kept_fields, widest};
use super::{Draft, FaceError, Faces, MakeError, Subject, Unasked, constants, record};
use crate::credential::{CertificateNumber, PrintedDays};
use crate::desk::Desk;
use crate::store::{Event, Participant};
use crate::template::{Laid, Layout, Template};

/// A template that people of an event are tried with.
pub struct PeopleTrial {
    layout: Layout,
    /// Full id of the key that would sign: its length is in the code.
    kid: String,
}

/// Somebody who is tried: with which template, and the tier that they have reached.
pub struct TrialOf<'a> {
    /// The template.
    pub trial: Arc<PeopleTrial>,
    /// Who.
    pub person: &'a Participant,
    /// Their tier.
    pub tier: Option<String>,
}

impl PeopleTrial {
    /// Lays a template out for the certificates of an event. `kid` is the full id of the key that would sign, if it is known.
    ///
    /// # Errors
    /// When it cannot be laid out.
    pub fn new(
        desk: &Desk,
        faces: &Faces,
        template: &Template,
        event: &Event,
        kid: Option<&str>,
    ) -> Result<Self, FaceError> {
        let layout = Layout::with_constants(template, faces.fonts(), constants(desk, event).values())?;
        let kid = kid.map_or_else(|| format!("{}#k0", desk.issuer.did()), str::to_owned);
        Ok(Self { layout, kid })
    }

    /// Returns the size to which somebody's name shrinks, if it does.
    fn name_size(&self, desk: &Desk, event: &Event, of: &TrialOf<'_>) -> Result<Option<f32>, MakeError> {
        let zone = desk.zone(event);
        Unasked::check(event, of.person)?;
        let subject = Subject::new(event, of.person, zone)?;
        let (suffix, status) = widest();
        let number = CertificateNumber::new(event.code.clone(), zone.day(desk.now).year(), WIDEST_SEQUENCE);
        let draft = Draft::new(desk.issuer, &self.kid, &subject, number, suffix, status, desk.now)?;
        if let Some(last) = draft.valid_until.filter(|last| *last < desk.now) {
            return Err(MakeError::Expired(zone.day(last)));
        }
        let fields = kept_fields(event, of.person, of.tier.as_deref());
        let days = PrintedDays::of(zone, desk.now, draft.valid_until);
        let filling = record::of(&draft.document, &fields, days, &desk.issuer.verifier);
        let laid = self.layout.lay_out(&filling, Laid::default()).map_err(FaceError::from)?;
        Ok(self.layout.name_shrinks_to(&laid))
    }
}

/// Tries people; answers in their order with the size to which their name shrinks, if it does, or why they get no certificate.
pub fn try_people(desk: &Desk, event: &Event, people: &[TrialOf<'_>]) -> Vec<Result<Option<f32>, MakeError>> {
    people.par_iter().map(|of| of.trial.name_size(desk, event, of)).collect()
}
