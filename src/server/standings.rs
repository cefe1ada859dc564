//! What is kept of each event's people between requests: where they stand, and to whom nothing was sent. Worked out where something
//! was written since; see [`crate::acts::standing`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{App, Problem};
use crate::acts::previewed::{self, Drawn, ListBlock};
use crate::acts::run::{Kind, RunRequest};
use crate::acts::send::{self, Unsent, WouldSend};
use crate::acts::standing::{Blocks, Counts, Stands, counts_of, places_of};
use crate::acts::{self, PersonState, Planned, Whom};
use crate::credential::EventCode;
use crate::desk::{Actor, Desk};

/// Events of which this is kept.
const MOST_KEPT: usize = 40;
/// Blocks of a roster from which on an event is large: what is kept of it is made ready before anybody asks.
const LARGE: usize = 16;

/// What is kept of all events.
#[derive(Default)]
pub(super) struct Standings(Mutex<BTreeMap<EventCode, Arc<Mutex<Kept>>>>);

/// What is kept of one.
#[derive(Default)]
struct Kept {
    stands: Blocks<Stands>,
    unsent: Blocks<Vec<Unsent>>,
    listed: Blocks<ListBlock>,
}

impl Standings {
    fn of(&self, code: &EventCode) -> Arc<Mutex<Kept>> {
        let mut all = lock(&self.0);
        if all.len() >= MOST_KEPT && !all.contains_key(code) {
            all.clear();
        }
        Arc::clone(all.entry(code.clone()).or_default())
    }
}

/// What was worked out of a block stands in it whole or not at all.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Returns the places in the roster of those who stand so.
    pub(super) fn places_of(&self, planned: &Planned, state: PersonState) -> Result<Vec<u64>, Problem> {
        let kept = self.standings().of(&planned.event.code);
        let mut kept = lock(&kept);
        let tag = super::reply::tag_of(&(&planned.event, &planned.plan));
        // Who may not see the event was not given its plan.
        Ok(places_of(&*self.store, planned, (&mut kept.stands, &tag), state)?)
    }

    /// Counts where the people of an event stand.
    pub(super) fn counts_of(&self, planned: &Planned) -> Result<Counts, Problem> {
        let kept = self.standings().of(&planned.event.code);
        let mut kept = lock(&kept);
        let tag = super::reply::tag_of(&(&planned.event, &planned.plan));
        Ok(counts_of(&*self.store, planned, (&mut kept.stands, &tag))?)
    }

    /// Returns what would be drawn of an event's certificates, and for how many.
    pub(super) fn drawn(&self, planned: &Planned) -> Result<(Drawn, u64), Problem> {
        let kept = self.standings().of(&planned.event.code);
        let mut kept = lock(&kept);
        Ok(previewed::drawn(&*self.store, planned, &mut kept.listed)?)
    }

    /// Adds to a run over the people of a state where those are: what is done to few looks at few.
    pub(super) fn located(&self, desk: &Desk, request: RunRequest) -> Result<RunRequest, Problem> {
        let state = request.which.as_ref().and_then(|which| which.state);
        let (Kind::Generate, Some(code), Some(state)) = (request.kind, &request.event, state) else {
            return Ok(request);
        };
        // What is wrong with the event the run itself says.
        let Ok(planned) = acts::planned(desk, code) else { return Ok(request) };
        let places = Some(self.places_of(&planned, state)?);
        Ok(RunRequest { places, ..request })
    }

    /// The same for exceptions and exclusions.
    pub(super) fn located_people(&self, planned: &Planned, whom: Whom) -> Result<Whom, Problem> {
        let places = whom.state.map(|state| self.places_of(planned, state)).transpose()?;
        Ok(Whom { places, ..whom })
    }

    /// Counts to how many of an event a run would send.
    pub(super) fn would_send(&self, desk: &Desk, code: &EventCode) -> Result<WouldSend, Problem> {
        let kept = self.standings().of(code);
        let mut kept = lock(&kept);
        Ok(send::would_send(&Desk { store: &*self.store, ..*desk }, code, &mut kept.unsent)?)
    }
}

/// Makes ready what is kept of large events, the newest ones, so that nobody waits for it.
///
/// # Errors
/// When the store fails.
pub(super) fn make_ready(app: &App) -> Result<(), Problem> {
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::System, now: app.now() };
    let (mut large, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = app.store.events(cursor.as_deref(), 1_000)?;
        for event in page.items {
            if app.store.roster_stamps(&event.code)?.len() >= LARGE {
                large.push((event.created, event.code));
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    large.sort();
    for (_, code) in large.into_iter().rev().take(MOST_KEPT / 2) {
        let planned = acts::planned(&desk, &code)?;
        if planned.plan.archived.is_none() {
            app.places_of(&planned, PersonState::Issued)?;
            app.drawn(&planned)?;
            app.would_send(&desk, &code)?;
        }
    }
    Ok(())
}
