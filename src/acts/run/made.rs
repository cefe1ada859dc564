//! What was made for a group that could not be committed, because somebody changed one of its certificates meanwhile. The
//! next try makes only what changed: no numbers are wasted, and a run gets through however busy others are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Result;
use crate::credential::CertificateNumber;
use crate::desk::Desk;
use crate::making::{self, MakeError, Order, Printable, ReplaceError, Workshop};
use crate::store::{Certificate, Event, PersonKey};

/// Certificates that are made and not kept yet.
#[derive(Default)]
pub(in crate::acts) struct Made {
    event: Option<Event>,
    firsts: BTreeMap<PersonKey, (Order, Arc<Printable>)>,
    nexts: BTreeMap<CertificateNumber, (Certificate, Order, Certificate)>,
}

impl Made {
    /// Makes first certificates, in the order of the orders.
    pub(in crate::acts) fn firsts(
        &mut self,
        desk: &Desk,
        workshop: &Workshop,
        event: &Event,
        orders: Vec<Order>,
    ) -> Result<Vec<Result<Arc<Printable>, MakeError>>> {
        self.stand_for(event);
        let (known, missing): (Vec<_>, Vec<_>) = orders
            .into_iter()
            .enumerate()
            .partition(|(_, order)| self.firsts.get(&order.person.key).is_some_and(|(made_for, _)| made_for == order));
        let (places, missing): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
        let made = if missing.is_empty() { Vec::new() } else { making::make(desk, workshop, event, missing.clone())? };
        let made: Vec<_> = made.into_iter().map(|made| made.map(Arc::new)).collect();
        for (order, made) in missing.into_iter().zip(&made) {
            if let Ok(printable) = made {
                self.firsts.insert(order.person.key.clone(), (order, printable.clone()));
            }
        }
        let known = known.into_iter().map(|(at, order)| (at, Ok(self.firsts[&order.person.key].1.clone())));
        Ok(in_order(known.chain(places.into_iter().zip(made))))
    }

    /// Makes next versions, in the order of the pairs.
    pub(in crate::acts) fn nexts(
        &mut self,
        desk: &Desk,
        workshop: &Workshop,
        event: &Event,
        pairs: Vec<(Certificate, Order)>,
    ) -> Result<Vec<Result<Certificate, ReplaceError>>> {
        self.stand_for(event);
        let (known, missing): (Vec<_>, Vec<_>) = pairs.into_iter().enumerate().partition(|(_, (old, order))| {
            self.nexts.get(&old.number).is_some_and(|(made_from, made_for, _)| (made_from, made_for) == (old, order))
        });
        let (places, missing): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
        let made = making::successors(desk, workshop.faces, workshop.signer, event, missing.clone())?;
        for ((old, order), made) in missing.into_iter().zip(&made) {
            if let Ok(certificate) = made {
                self.nexts.insert(old.number.clone(), (old, order, certificate.clone()));
            }
        }
        let known = known.into_iter().map(|(at, (old, _))| (at, Ok(self.nexts[&old.number].2.clone())));
        Ok(in_order(known.chain(places.into_iter().zip(made))))
    }

    /// Forgets everything when the event says something else now.
    fn stand_for(&mut self, event: &Event) {
        if self.event.as_ref() != Some(event) {
            *self = Self { event: Some(event.clone()), ..Self::default() };
        }
    }
}

fn in_order<T>(answers: impl Iterator<Item = (usize, T)>) -> Vec<T> {
    let sorted: BTreeMap<usize, T> = answers.collect();
    sorted.into_values().collect()
}
