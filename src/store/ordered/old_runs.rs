//! Runs as layouts up to 3 had them: the command line wrote each as a record of its own, beside those of the service. They
//! become documents like all others; their rows were never written down.

use serde_json::{Value, json};

use super::{Engine, OpenWrite, Ordered, Result, decode, documents, keys, kind};
use crate::store::{Collection, Run, RunTotals};

/// Runs moved at a time.
const MOVED: usize = 500;

impl<E: Engine> Ordered<E> {
    /// Makes documents of the runs of an older store. Done again from where it was when an earlier call was stopped.
    pub(super) fn move_runs(&self) -> Result<()> {
        let start = keys::named(kind::RUN, b"");
        loop {
            let found = self.engine.range(&start, &keys::end(&start), MOVED)?;
            if found.is_empty() {
                return Ok(());
            }
            {
                let mut writer = self.writer();
                let mut draft = self.draft(Vec::new());
                for (key, bytes) in found {
                    put(&mut draft, &decode(&self.engine, &bytes)?)?;
                    draft.delete(key);
                }
                self.write(&mut writer, draft)?;
            }
            self.settle()?;
        }
    }
}

/// Puts such a run as the document that it would be now.
pub(super) fn put<E: Engine>(draft: &mut OpenWrite<'_, E>, run: &Run) -> Result<()> {
    documents::put(draft, Collection::RUNS.name(), &run.id, &document(run))
}

/// See [`crate::acts::run::RunRecord`].
fn document(run: &Run) -> Value {
    let RunTotals { total, issued, skipped, failed } = run.totals;
    let state = match run.finished {
        None => "failed",
        Some(_) if failed > 0 && failed == total => "failed",
        Some(_) if failed > 0 => "completed_with_failures",
        Some(_) => "completed",
    };
    let mut document = json!({
        "id": run.id, "kind": "generate", "event": run.event, "over": "all_eligible", "by": run.actor,
        "created": run.started, "state": state, "began": run.started,
        "counters": { "total": total, "done": issued, "skipped": skipped, "failed": failed }, "group": 0,
    });
    match run.finished {
        Some(at) => document["finished"] = json!(at),
        None => document["problem"] = json!("the command was interrupted; what it issued before is safe"),
    }
    document
}

#[cfg(test)]
mod tests {
    use super::super::{LAYOUT, LAYOUT_KEY, encode};
    use super::*;
    use crate::acts::run::{self, Counters, RunQuery, RunState};
    use crate::credential::Timestamp;
    use crate::store::memory::{MemoryEngine, MemoryStore};

    fn run(n: u32) -> Run {
        let started = Timestamp::from_unix(1_700_000_000);
        let totals = RunTotals { total: 3, issued: 2, skipped: 0, failed: 1 };
        let finished = (n != 7).then(|| started.plus_seconds(9));
        let id = format!("20231114T221320Z-{n:04x}");
        Run { id, kind: "issue".into(), event: "OLD".parse().unwrap(), actor: "ada".into(), started, finished, totals }
    }

    #[test]
    fn runs_of_an_older_store_are_found_where_all_others_are_also_after_an_interruption() {
        for moved_before in [0, 3, 1_200] {
            let new = MemoryStore::new();
            let all = new.engine.range(&[], &[0xff], usize::MAX).unwrap();
            let old = MemoryEngine::default();
            old.write(all.into_iter().map(|(key, value)| (key, Some(value))).collect()).unwrap();
            let entry = |n| {
                let run = run(n);
                (keys::named(kind::RUN, run.id.as_bytes()), Some(encode("run", &run).unwrap()))
            };
            old.write((0..1_200).map(entry).collect()).unwrap();
            // What an interrupted opening has moved since.
            let begun = MemoryStore::over(old).unwrap();
            begun
                .commit(|draft| {
                    for n in 0..moved_before {
                        put(draft, &run(n))?;
                        draft.delete(entry(n).0);
                    }
                    Ok(())
                })
                .unwrap();
            begun.engine.write(vec![(LAYOUT_KEY.to_vec(), Some(3_u32.to_be_bytes().to_vec()))]).unwrap();
            let again = MemoryEngine::default();
            let all = begun.engine.range(&[], &[0xff], usize::MAX).unwrap();
            again.write(all.into_iter().map(|(key, value)| (key, Some(value))).collect()).unwrap();
            let opened = MemoryStore::over(again).unwrap();
            assert_eq!(opened.engine.get(LAYOUT_KEY).unwrap().unwrap(), LAYOUT.to_be_bytes());
            assert!(opened.engine.range(&keys::named(kind::RUN, b""), &[kind::RUN + 1], 1).unwrap().is_empty());
            let listed = run::runs(&opened, &RunQuery::all(false), None, 10_000).unwrap().items;
            assert_eq!(listed.len(), 1_200);
            let counters = Counters { total: 3, done: 2, skipped: 0, failed: 1, ..Counters::default() };
            assert_eq!((listed[3].state, listed[3].counters), (RunState::CompletedWithFailures, counters));
            assert_eq!(listed[7].state, RunState::Failed);
            assert!(listed[7].problem.as_ref().unwrap().contains("interrupted"));
            assert_eq!(run::open(&opened).unwrap(), 0, "nobody works on them again");
        }
    }
}
