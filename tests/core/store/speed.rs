//! How fast certificates are recorded. Never a timed test: run it by name with `--nocapture` to see the figures;
//! `TESTAMUR_SPEED_BATCHES` sets how many batches of 1,000 (default 10).

use std::time::{Duration, Instant};

use testamur::store::{SledStore, Store};

use super::records::{act, certificate, code, enrol_for, issue};

#[test]
fn batches_of_a_thousand_are_recorded() {
    let batches: u64 = std::env::var("TESTAMUR_SPEED_BATCHES").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store = SledStore::create(&folder.path().join("store")).unwrap();
    let mut spent = Duration::ZERO;
    for batch in 0..batches {
        let certificates: Vec<_> = (batch * 1_000..(batch + 1) * 1_000).map(|n| certificate("A", n + 1, n)).collect();
        enrol_for(&store, &certificates).unwrap();
        let start = Instant::now();
        issue(&store, &certificates, &act("issue")).unwrap();
        spent += start.elapsed();
    }
    let rate = |spent: Duration| batches as f64 * 1_000.0 / spent.as_secs_f64();
    println!("{:.0} certificates recorded a second", rate(spent));

    let start = Instant::now();
    let (mut listed, mut cursor) = (0, None);
    loop {
        let page = store.certificates(Some(&code("A")), cursor.as_deref(), 1_000).unwrap();
        listed += page.items.len() as u64;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    println!("{:.0} listed a second", rate(start.elapsed()));
    assert_eq!(listed, batches * 1_000);
    assert_eq!(std::fs::read_dir(folder.path().join("store/blobs")).unwrap().count(), 0, "no page outgrew the file");
}
