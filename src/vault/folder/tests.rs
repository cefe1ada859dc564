//! The key folder: made, opened, rotated, and what a kill leaves of it.

use std::fs;

use super::*;

const ISSUER: &str = "did:web:certs.example.org";
const WORDS: &str = "correct horse";

fn at(day: i64) -> Timestamp {
    "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap().plus_days(day)
}

fn create() -> (tempfile::TempDir, KeyFolder) {
    let dir = tempfile::tempdir().unwrap();
    let folder = KeyFolder::create(&dir.path().join("keys"), ISSUER, "Example Academy", WORDS, at(0)).unwrap();
    (dir, folder)
}

fn states(folder: &KeyFolder) -> Vec<(String, KeyState)> {
    folder.list().into_iter().map(|row| (row.key.id, row.key.state)).collect()
}

#[test]
fn the_first_keys_are_there_and_are_not_made_twice() {
    let (_dir, folder) = create();
    let active = folder.active(WORDS).unwrap();
    assert_eq!((active.id.as_str(), active.kid.as_str()), ("k1", "did:web:certs.example.org#k1"));
    let again = KeyFolder::create(&folder.dir, ISSUER, "Example Academy", WORDS, at(1));
    assert!(matches!(again, Err(KeyFolderError::Exists(_))));
    let wrong = folder.active("battery staple");
    assert!(matches!(wrong, Err(KeyFolderError::File(KeyFileError::WrongPassphrase(_)))));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_folder_or_a_key() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, folder) = create();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.dir), 0o700);
    for name in ["k1.jwe", "r1.jwe"] {
        assert_eq!(mode(&folder.dir.join(name)), 0o600);
    }
}

#[test]
fn rotating_retires_the_old_key() {
    let (_dir, mut folder) = create();
    assert_eq!(folder.rotate(WORDS, at(10)).unwrap().id, "k2");
    assert_eq!(states(&folder), [("k1".into(), KeyState::Retired { until: at(10) }), ("k2".into(), KeyState::Active)]);
    assert_eq!(folder.manifest().version, 2);
    assert_eq!(KeyFolder::open(&folder.dir).unwrap().manifest(), folder.manifest());
}

#[test]
fn a_compromised_active_key_gets_a_successor_at_once() {
    let (_dir, mut folder) = create();
    folder.compromise("k1", at(5), WORDS, at(10)).unwrap();
    assert_eq!(states(&folder)[0].1, KeyState::Compromised { since: at(5) });
    assert_eq!(folder.active(WORDS).unwrap().id, "k2");
    assert!(matches!(folder.compromise("k1", at(7), WORDS, at(10)), Err(KeyFolderError::AlreadyCompromised { .. })));
    folder.compromise("k1", at(3), WORDS, at(10)).unwrap();
    assert_eq!(states(&folder)[0].1, KeyState::Compromised { since: at(3) });
    assert!(matches!(folder.compromise("k2", at(11), WORDS, at(10)), Err(KeyFolderError::Future(_))));
    assert!(matches!(folder.compromise("k9", at(1), WORDS, at(10)), Err(KeyFolderError::UnknownKey(_))));
}

#[test]
fn a_new_root_is_endorsed_and_signs_the_manifest() {
    let (_dir, mut folder) = create();
    let first = *folder.root().1;
    folder.root_rotate(WORDS, at(20)).unwrap();
    assert_eq!(folder.root().0.id, "r2");
    assert_eq!(folder.roots().walk(ISSUER, Some(&first)).unwrap().1, *folder.root().1);
    folder.rotate(WORDS, at(21)).unwrap();
    assert_eq!(folder.manifest().version, 3);
}

#[test]
fn an_offline_root_is_asked_for_by_name() {
    let (_dir, mut folder) = create();
    fs::rename(folder.dir.join("r1.jwe"), folder.dir.join("safe")).unwrap();
    assert!(folder.active(WORDS).is_ok(), "signing needs no root");
    let error = folder.rotate(WORDS, at(1)).unwrap_err();
    assert!(matches!(&error, KeyFolderError::RootOffline { id, .. } if id == "r1"));
    assert!(error.hint().unwrap().contains("root key"));
    assert!(!folder.dir.join("k2.jwe").exists());
    fs::rename(folder.dir.join("safe"), folder.dir.join("r1.jwe")).unwrap();
    assert!(folder.rotate(WORDS, at(1)).is_ok());
}

#[test]
fn creating_continues_after_a_crash_before_any_file() {
    // What a crash leaves: any first part of the files, in the order in which they are written.
    for kept in 0..=3 {
        let (_dir, folder) = create();
        let order = ["r1.jwe", "k1.jwe", ROOTS, MANIFEST];
        let before = fs::read(folder.dir.join("r1.jwe")).unwrap();
        for name in &order[kept..] {
            fs::remove_file(folder.dir.join(name)).unwrap();
        }
        assert!(matches!(KeyFolder::open(&folder.dir), Err(KeyFolderError::Missing(_))));
        let again = KeyFolder::create(&folder.dir, ISSUER, "Example Academy", WORDS, at(1)).unwrap();
        assert!(again.active(WORDS).is_ok());
        assert_eq!(fs::read(folder.dir.join("r1.jwe")).unwrap() == before, kept > 0);
    }
}

#[test]
fn a_crash_after_the_new_key_file_costs_an_id_and_nothing_else() {
    let (_dir, mut folder) = create();
    fs::copy(folder.dir.join("k1.jwe"), folder.dir.join("k2.jwe")).unwrap();
    assert_eq!(KeyFolder::open(&folder.dir).unwrap().active(WORDS).unwrap().id, "k1");
    assert_eq!(folder.rotate(WORDS, at(1)).unwrap().id, "k3");
}

#[test]
fn every_state_of_an_interrupted_root_rotation_opens() {
    let (dir, mut folder) = create();
    let old = dir.path().join("old");
    fs::create_dir(&old).unwrap();
    for name in [ROOTS, MANIFEST] {
        fs::copy(folder.dir.join(name), old.join(name)).unwrap();
    }
    folder.root_rotate(WORDS, at(5)).unwrap();
    let new_manifest = fs::read(folder.dir.join(MANIFEST)).unwrap();

    // After the waiting manifest, before `roots.json`: the old pair holds.
    let new_roots = fs::read(folder.dir.join(ROOTS)).unwrap();
    for name in [ROOTS, MANIFEST] {
        fs::copy(old.join(name), folder.dir.join(name)).unwrap();
    }
    fs::write(folder.dir.join(NEXT_MANIFEST), &new_manifest).unwrap();
    let mut before = KeyFolder::open(&folder.dir).unwrap();
    assert_eq!((before.root().0.version, before.manifest().version), (1, 1));
    assert!(before.renew_manifest(WORDS, at(5)).is_ok());

    // After `roots.json`, before the last rename: the new pair holds, and the next change tidies up.
    fs::copy(old.join(MANIFEST), folder.dir.join(MANIFEST)).unwrap();
    fs::write(folder.dir.join(ROOTS), new_roots).unwrap();
    let mut after = KeyFolder::open(&folder.dir).unwrap();
    assert_eq!((after.root().0.version, after.manifest().version), (2, 2));
    after.rotate(WORDS, at(6)).unwrap();
    assert!(!folder.dir.join(NEXT_MANIFEST).exists());
    assert_eq!(KeyFolder::open(&folder.dir).unwrap().manifest().version, 3);
}

#[test]
fn two_processes_do_not_change_keys_at_once() {
    let (_dir, mut folder) = create();
    let held = lock(&folder.dir).unwrap();
    assert!(matches!(folder.rotate(WORDS, at(1)), Err(KeyFolderError::Busy(_))));
    drop(held);
    // An object opened before somebody else's change works on what is there now.
    let mut other = KeyFolder::open(&folder.dir).unwrap();
    other.rotate(WORDS, at(1)).unwrap();
    assert_eq!(folder.rotate(WORDS, at(2)).unwrap().id, "k3");
}

#[test]
fn a_clock_set_back_and_damage_are_said() {
    let (_dir, mut folder) = create();
    assert!(matches!(folder.rotate(WORDS, at(-1)), Err(KeyFolderError::ClockBehind { .. })));
    assert!(!folder.needs_renewal(at(MANIFEST_DAYS - RENEWAL_DAYS)));
    assert!(folder.needs_renewal(at(MANIFEST_DAYS - RENEWAL_DAYS + 1)));
    fs::write(folder.dir.join(MANIFEST), "eyJ.x.y").unwrap();
    assert!(matches!(KeyFolder::open(&folder.dir), Err(KeyFolderError::Damaged { .. })));
}
