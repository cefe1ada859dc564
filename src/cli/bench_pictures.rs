//! The part of `testamur bench` that is about pictures: how long one takes, one after the other, and a spot check.

use std::path::Path;
use std::time::{Duration, Instant};

use super::files::FileWriter;
use super::output::{Explain, Failure};
use crate::acts::spot_check;
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::files::{Badges, FileKind, Maker, NamePattern};
use crate::making::{Faces, OwnKeys, StageTimes};
use crate::store::Certificate;

/// Pictures drawn.
const PICTURES: usize = 100;
/// Spot checks made.
const CHECKS: usize = 7;

/// What was measured.
pub(super) struct Pictures {
    /// A PNG file, from its record.
    pub png: Spread,
    /// The first one, with whatever others share.
    pub first: Duration,
    /// Sizes of the files, the smallest first.
    pub bytes: Vec<u64>,
    /// A spot check of as many as one can be of.
    pub check: Spread,
}

/// Durations, a tenth of which are shorter and a tenth longer than these.
pub(super) struct Spread {
    short: Duration,
    /// The one in the middle.
    pub median: Duration,
    long: Duration,
}

impl Spread {
    fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        let at = |tenth: usize| all.get(all.len() * tenth / 10).copied().unwrap_or_default();
        Self { short: at(1), median: at(5), long: at(9) }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        write!(f, "{:.1} ms ({:.1} to {:.1})", ms(self.median), ms(self.short), ms(self.long))
    }
}

/// Draws certificates as PNG files into a folder, and checks some at random.
pub(super) fn measure(
    desk: &Desk,
    faces: &Faces,
    own: &std::sync::Arc<OwnKeys>,
    site: &Path,
    out: &Path,
    (code, certificates): (&EventCode, &[Certificate]),
) -> Result<Pictures, Failure> {
    let times = StageTimes::default();
    let badges = Badges::default();
    let writer = FileWriter {
        out: out.to_owned(),
        kinds: vec![FileKind::Png],
        names: NamePattern::default(),
        maker: Maker { desk: *desk, faces, prover: None, badges: &badges },
        times: &times,
        own: own.clone(),
    };
    std::fs::create_dir_all(out).doing("create a folder for pictures")?;
    let mut drawn = Vec::new();
    for one in certificates.iter().take(PICTURES) {
        let started = Instant::now();
        writer.write_stored(std::slice::from_ref(one))?;
        drawn.push(started.elapsed());
    }
    let trust = std::fs::read_to_string(site.join("trust.jws")).doing("read the trust snapshot")?;
    let mut checks = Vec::new();
    for _ in 0..CHECKS {
        let started = Instant::now();
        let check = spot_check::spot_check(desk, faces, own, trust.trim(), code, spot_check::MOST, || true);
        let check = check.map_err(|error| Failure::new(error.to_string()))?;
        checks.push(started.elapsed());
        if let Some(bad) = check.checked.iter().find(|one| !one.problems.is_empty()) {
            return Err(Failure::new(format!("{} was not found as it was signed: {:?}", bad.number, bad.problems)));
        }
    }
    let first = drawn.first().copied().unwrap_or_default();
    Ok(Pictures { png: Spread::of(drawn), first, bytes: super::bench::sizes(out)?, check: Spread::of(checks) })
}
