//! How fast certificates are recorded. Never a timed test: run it by name with `--nocapture` to see the figure.

use std::time::Instant;

use testamur::store::{SledStore, Store};

use super::records::{act, certificate, code};

#[test]
fn ten_batches_of_a_thousand_are_recorded() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store = SledStore::create(&folder.path().join("store")).unwrap();
    let batches: Vec<Vec<_>> =
        (0..10).map(|batch| (1..=1_000).map(|n| certificate("A", batch * 1_000 + n, batch * 1_000 + n)).collect()).collect();
    let start = Instant::now();
    for batch in &batches {
        store.commit_issue(batch, &act("issue")).unwrap();
    }
    println!("{:.0} certificates a second", 10_000.0 / start.elapsed().as_secs_f64());
    let start = Instant::now();
    let listed = super::all(1_000, |cursor, limit| store.certificates(Some(&code("A")), cursor, limit));
    println!("{:.0} listed a second", 10_000.0 / start.elapsed().as_secs_f64());
    assert_eq!(listed.len(), 10_000);
    assert_eq!(std::fs::read_dir(folder.path().join("store/blobs")).unwrap().count(), 0, "no page outgrew the file");
}
