//! What happens to the folder: reopening, locks, damage, a full disk.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use testamur::status::ReasonCode;
use testamur::store::{CertificateState, SledStore, Store, StoreError, check_audit};

use super::all;
use super::records::{
    act, certificate, code, enrol, enrol_for, event, issue, issue_new, number, participant, reason, revoke,
};
use crate::small_disk::SmallDisk;

/// Tells the child process of a test what to open.
const CHILD: &str = "TESTAMUR_TEST_HOLD_STORE";

#[test]
fn everything_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let store = SledStore::create(&dir).unwrap();
    let blob = store.put_blob(&vec![3; 200_000]).unwrap();
    store.change_event(None, &event("A"), &[], &act("event.create")).unwrap();
    let mut wordy = participant(1);
    wordy.fields.insert("essay".to_owned(), "word ".repeat(9_000));
    enrol(&store, &code("A"), &[wordy.clone()], &act("import")).unwrap();
    enrol(&store, &code("A"), &[participant(2)], &act("import")).unwrap();
    issue(&store, &[certificate("A", 1, 1), certificate("A", 2, 2)], &act("issue")).unwrap();
    revoke(&store, &certificate("A", 2, 2), &reason(ReasonCode::Revoked), &act("revoke")).unwrap();
    drop(store);
    for round in 0..5 {
        let store = SledStore::open(&dir).unwrap();
        assert_eq!(store.reserve_numbers(&code("A"), 2026, 10).unwrap(), 1 + u64::from(round) * 10);
        assert_eq!(store.reserve_status(3).unwrap()[0].first, round * 3);
        assert_eq!(store.participant(&code("A"), &wordy.key).unwrap(), Some(wordy.clone()));
        assert_eq!(store.blob(&blob).unwrap().unwrap().len(), 200_000);
        let revoked = store.certificate(&number("A", 2)).unwrap().unwrap();
        assert_eq!(revoked.state, CertificateState::Revoked { reason: reason(ReasonCode::Revoked) });
        assert_eq!(check_audit(&store).unwrap().sequence, 5);
    }
}

#[test]
fn a_store_is_made_once_and_opened_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    assert!(matches!(SledStore::open(&dir), Err(StoreError::Missing { .. })));
    drop(SledStore::create(&dir).unwrap());
    assert!(matches!(SledStore::create(&dir), Err(StoreError::NotEmpty { .. })));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

/// Not a test by itself: what [`another_process_is_told_who_has_the_store`] starts as the other process.
#[test]
fn child_that_holds_a_store() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let _store = SledStore::open(Path::new(&dir)).unwrap();
    println!("holding");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

#[test]
fn another_process_is_told_who_has_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    drop(SledStore::create(&dir).unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::folder::child_that_holds_a_store", "--nocapture"])
        .env(CHILD, &dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("holding")), "the child opened the store");
    let Err(StoreError::Locked { holder, .. }) = SledStore::open(&dir) else { panic!("two processes have the store") };
    assert_eq!(holder, format!(" (process {})", child.id()));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    SledStore::open(&dir).unwrap();
}

/// Opens what lies below the store. An opening that is just ending may hold its lock for a moment.
fn raw(dir: &Path) -> sled::Db {
    let tries = (0..200).find_map(|_| {
        let opened = sled::open(dir).ok();
        if opened.is_none() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        opened
    });
    tries.unwrap_or_else(|| sled::open(dir).unwrap())
}

#[test]
fn a_newer_layout_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    drop(SledStore::create(&dir).unwrap());
    let db = raw(&dir);
    db.insert(b"\0layout", &[0, 0, 0, 0, 8][..]).unwrap();
    db.flush().unwrap();
    drop(db);
    assert!(matches!(SledStore::open(&dir), Err(StoreError::Layout { found: 8, known: 7 })));
}

/// Fills a store with 40 certificates for the damage tests, in two sittings: sled then has a snapshot of the first.
fn filled(dir: &Path) {
    drop(SledStore::create(dir).unwrap());
    for sitting in 0..2 {
        let store = SledStore::open(dir).unwrap();
        for n in 1..=20 {
            let n = sitting * 20 + n;
            issue_new(&store, &[certificate("A", n, n)], &act("issue"));
        }
    }
}

/// Reads everything and returns how many certificates there are; all of them must be right.
fn read_all(store: &SledStore) -> Result<usize, StoreError> {
    check_audit(store)?;
    let mut found = 0;
    for n in 1..=40 {
        if let Some(read) = store.certificate(&number("A", n))? {
            assert_eq!(read, certificate("A", n, n), "a damaged record was believed");
            found += 1;
        }
    }
    let page = store.certificates(None, None, 100)?;
    Ok(page.items.len().min(found))
}

#[test]
fn damage_is_reported_and_never_believed() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    filled(&dir);
    let mut reported = BTreeMap::<String, usize>::new();
    let files = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|path| path.is_file() && !path.ends_with("reserve")) {
        let good = fs::read(&file).unwrap();
        let used = good.iter().rposition(|byte| *byte != 0).unwrap_or(0) + 1;
        let name = file.file_name().unwrap().to_str().unwrap();
        for trial in 0..60 {
            let at = used * trial / 60;
            let bad = match trial % 3 {
                0 => [&good[..at], &[good[at] ^ 0x10], &good[at + 1..]].concat(),
                1 => [&good[..at], &vec![0xee; used - at][..]].concat(),
                _ => good[..at].to_vec(),
            };
            let copy = copied(&dir, &folder.path().join("copy"));
            fs::write(copy.join(name), bad).unwrap();
            match SledStore::open(&copy).and_then(|store| read_all(&store)) {
                Ok(found) => assert_eq!(found, 40, "{name} {trial}: records are gone and nobody said so"),
                Err(StoreError::Damaged { .. }) => *reported.entry(name.to_owned()).or_default() += 1,
                Err(other) => panic!("{name} {trial}: {other:?}"),
            }
        }
    }
    let copy = copied(&dir, &folder.path().join("copy"));
    assert_eq!(read_all(&SledStore::open(&copy).unwrap()).unwrap(), 40, "a good copy is good");
    println!("of 60 damages to each file were reported, the others did no harm: {reported:?}");
    assert!(reported["db"] > 40);
}

fn copied(from: &Path, to: &Path) -> PathBuf {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to.join("blobs")).unwrap();
    for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
    to.to_owned()
}

#[test]
fn a_half_written_snapshot_does_not_keep_the_store_from_opening() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    filled(&dir);
    fs::write(dir.join("snap.FFFFFFFFFFFFFFF0.generating"), b"half").unwrap();
    assert_eq!(read_all(&SledStore::open(&dir).unwrap()).unwrap(), 40);
}

#[test]
fn a_full_disk_is_told_from_damage_loses_nothing_and_is_gone_with_the_room() {
    let Some(disk) = SmallDisk::of_megabytes(72) else { return };
    // What others have on it.
    disk.take(48 << 20);
    let dir = disk.path("store");
    let store = SledStore::create(&dir).unwrap();
    assert!(dir.join("reserve").exists());
    let mut acknowledged = 0;
    let mut record = |store: &SledStore| -> Result<(), StoreError> {
        let batch: Vec<_> = (1..=20).map(|n| certificate("A", acknowledged + n, acknowledged + n)).collect();
        enrol_for(store, &batch)?;
        issue(store, &batch, &act("issue"))?;
        acknowledged += 20;
        Ok(())
    };
    let full = |done: Result<(), StoreError>| assert!(matches!(done, Err(StoreError::DiskFull { .. })), "{done:?}");
    let mut until_full = |store: &SledStore| {
        let mut batches = 0;
        while record(store).map_err(|error| full(Err(error))).is_ok() {
            batches += 1;
        }
        batches
    };
    // By itself, then because of others.
    assert!(until_full(&store) > 0);
    disk.fill();
    assert_eq!(until_full(&store), 0);
    full(store.check());
    check_audit(&store).unwrap();
    drop(store);
    disk.fill();
    let store = SledStore::open(&dir).unwrap();
    assert!(!dir.join("reserve").exists(), "it was given up");
    check_audit(&store).unwrap();
    assert!(until_full(&store) > 0, "the reserve is also for a few writes that cannot wait");
    drop(store);
    // Without the reserve too, and often: sled finds no room in another place each time.
    for round in 1..=8 {
        disk.fill();
        full(SledStore::open(&dir).map(drop));
        disk.make_room(round * 700_000);
        match SledStore::open(&dir) {
            Ok(store) => {
                check_audit(&store).unwrap();
                until_full(&store);
            }
            other => full(other.map(drop)),
        }
    }
    disk.make_room(40 << 20);
    let store = SledStore::open(&dir).unwrap();
    assert!(dir.join("reserve").exists(), "it is made anew");
    disk.fill();
    assert_eq!(until_full(&store), 0);
    disk.make_room(40 << 20);
    assert!(until_full(&store) > 0, "it goes on when there is room");
    let listed = all(100, |cursor, limit| store.certificates(None, cursor, limit));
    assert_eq!(listed.len() as u64, acknowledged, "what was refused is not there, what was acknowledged is");
    assert!(listed.iter().zip(1..).all(|(certificate, n)| certificate.number.sequence() == n));
    check_audit(&store).unwrap();
}
