//! Where the time of a run goes, by stage.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A part of the way from a row to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reserving numbers and status entries, durably.
    Reserve,
    /// Claims, schema, QR budget.
    Build,
    /// Shaping and placing the texts.
    Layout,
    /// Signing and verifying the signature.
    Sign,
    /// Committing the records, durably.
    Commit,
    /// Packing the QR code and writing the PDF's bytes.
    Draw,
    /// Writing files.
    Write,
}

/// How long each stage took, summed over all threads.
#[derive(Debug, Default)]
pub struct StageTimes([AtomicU64; 7]);

impl StageTimes {
    /// Every stage in the order of the work.
    pub const ALL: [(Stage, &'static str); 7] = [
        (Stage::Reserve, "reserve"),
        (Stage::Build, "build and check"),
        (Stage::Layout, "lay out"),
        (Stage::Sign, "sign and self-check"),
        (Stage::Commit, "commit"),
        (Stage::Draw, "draw"),
        (Stage::Write, "write"),
    ];

    /// Adds the time since `started` to a stage, and returns the present instant.
    pub fn add(&self, stage: Stage, started: Instant) -> Instant {
        let now = Instant::now();
        self.0[stage as usize].fetch_add((now - started).as_nanos() as u64, Ordering::Relaxed);
        now
    }

    /// Returns a stage's sum.
    pub fn of(&self, stage: Stage) -> Duration {
        Duration::from_nanos(self.0[stage as usize].load(Ordering::Relaxed))
    }
}
