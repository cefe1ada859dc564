//! A process that writes to the store is killed at random instants. Nothing it acknowledged may be lost, and nothing
//! may be given out twice. `TESTAMUR_FAULT_ROUNDS` sets the number of kills (default 10).
//!
//! A killed process leaves the kernel's cache intact, so this shows that batches are whole and replies come after the
//! write; that they also come after `fdatasync` is seen with `strace -f -e fdatasync,write`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use testamur::store::{Batch, SledStore, Store, check_audit};

use crate::store::all;
use crate::store::records::{act, certificate, changed, code, event, issue, participant};

/// Tells the child process where to write.
const CHILD: &str = "TESTAMUR_TEST_WRITE_STORE";
/// Tells it to rewrite the store again and again meanwhile.
const COMPACTING: &str = "TESTAMUR_TEST_COMPACT_STORE";
/// Certificates in one batch of the child.
const BATCH: u64 = 50;

/// Not a test by itself: the process that is killed. Prints what the store has acknowledged.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let store = SledStore::open(Path::new(&dir)).unwrap();
    thread::scope(|scope| {
        if std::env::var_os(COMPACTING).is_some() {
            scope.spawn(|| {
                loop {
                    store.compact().unwrap();
                    say("compacted");
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    write_batch(&store);
                }
            });
        }
    });
}

fn write_batch(store: &SledStore) {
    let first = store.reserve_numbers(&code("A"), 2026, BATCH).unwrap();
    say(&format!("numbers {first}"));
    let ranges = store.reserve_status(BATCH as u32).unwrap();
    for range in ranges {
        say(&format!("status {} {} {}", range.list, range.first, range.count));
    }
    let batch: Vec<_> = (first..first + BATCH).map(|n| certificate("A", n, n)).collect();
    let people = (first..first + BATCH).map(|n| changed("A", None, Some(&participant(n)))).collect();
    store.write(&Batch { people, ..Batch::default() }, None).unwrap();
    issue(store, &batch, &act("issue")).unwrap();
    say(&format!("issued {first}"));
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ack {line}").and_then(|()| out.flush()).unwrap();
}

/// What the children were told, over all rounds.
#[derive(Default)]
struct Told {
    numbers: BTreeSet<u64>,
    status: BTreeMap<(u32, u32), u32>,
    issued: BTreeSet<u64>,
    compacted: usize,
}

impl Told {
    fn hear(&mut self, line: &str) {
        // The test runner's own words may stand before ours on the first line.
        let Some((_, said)) = line.split_once("ack ") else { return };
        let words: Vec<&str> = said.split(' ').collect();
        let number = |at: usize| words[at].parse::<u32>().unwrap();
        match words[0] {
            "numbers" => assert!(self.numbers.insert(u64::from(number(1))), "{said} was given out twice"),
            "status" => assert_eq!(self.status.insert((number(1), number(2)), number(3)), None, "twice: {said}"),
            "issued" => assert!(self.issued.insert(u64::from(number(1)))),
            "compacted" => self.compacted += 1,
            other => panic!("the child said {other}"),
        }
    }
}

#[test]
fn killed_at_random_instants_nothing_acknowledged_is_lost_or_given_out_twice() {
    let told = killed(false);
    assert_eq!(told.compacted, 0);
}

#[test]
fn killed_while_the_store_is_rewritten_nothing_acknowledged_is_lost_either() {
    let told = killed(true);
    println!("{} rewritings were ended", told.compacted);
    assert!(told.compacted > 0, "no child lived long enough to show anything");
}

fn killed(compacting: bool) -> Told {
    let rounds: u32 = std::env::var("TESTAMUR_FAULT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let dir = folder.path().join("store");
    let store = SledStore::create(&dir).unwrap();
    store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
    drop(store);
    let mut told = Told::default();
    for _ in 0..rounds {
        let mut random = [0; 2];
        getrandom::fill(&mut random).unwrap();
        let instant = Duration::from_micros(u64::from(u16::from_le_bytes(random)) * if compacting { 20 } else { 6 });
        write_and_kill(&dir, instant, compacting, &mut told);
        look(&dir, &told);
    }
    println!("{rounds} kills, {} batches acknowledged, 0 lost, 0 twice", told.issued.len());
    assert!(!told.issued.is_empty(), "no child lived long enough to show anything");
    told
}

fn write_and_kill(dir: &Path, instant: Duration, compacting: bool, told: &mut Told) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    if compacting {
        child.env(COMPACTING, "yes");
    }
    let mut child = child
        .args(["--exact", "store_faults::child_that_writes_until_it_is_killed", "--nocapture"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    thread::sleep(instant);
    child.kill().unwrap();
    child.wait().unwrap();
    for line in out.lines() {
        told.hear(&line.unwrap());
    }
}

/// Opens what the child left and compares it with what it said.
fn look(dir: &Path, told: &Told) {
    let store = SledStore::open(dir).unwrap();
    let listed = all(1_000, |cursor, limit| store.certificates(None, cursor, limit));
    let numbers: BTreeSet<u64> = listed.iter().map(|certificate| certificate.number.sequence()).collect();
    assert_eq!(numbers.len(), listed.len());
    for first in &told.issued {
        assert!((*first..first + BATCH).all(|n| numbers.contains(&n)), "an acknowledged batch is gone: {first}");
    }
    assert_eq!(numbers.len() as u64 % BATCH, 0, "a batch is there in part");
    let entries = check_audit(&store).unwrap().sequence;
    assert_eq!(
        entries,
        1 + numbers.len() as u64 / BATCH,
        "the event's, and a batch without its audit entry, or the reverse"
    );
    let next = store.reserve_numbers(&code("A"), 2026, 0).unwrap();
    assert!(told.numbers.iter().all(|first| first + BATCH <= next));
    let mut end = (1, 0);
    for ((list, first), count) in &told.status {
        assert!((*list, *first) >= end, "positions overlap");
        end = (*list, first + count);
    }
    let lists = store.status_lists().unwrap();
    assert!(told.status.iter().all(|((list, first), count)| first + count <= lists[*list as usize - 1]));
}
