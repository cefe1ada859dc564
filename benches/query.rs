//! How long questions to the store take over 100,000 people with certificates on sled: one caller, an idle machine, the store
//! opened anew. Prints the median and the 99th percentile of each kind of question, a page of 50 each time, and what keeping
//! the indexes costs. The design wants 50 ms at the 99th percentile.
//!
//! `TESTAMUR_BENCH_PEOPLE` sets how many people.

use std::time::{Duration, Instant};

use serde_json::json;
use testamur::credential::{StatusEntry, Timestamp};
use testamur::status::{Reason, ReasonCode};
use testamur::store::{
    Act, AuditQuery, Batch, Certificate, CertificateChange, CertificateQuery, Collection, DocumentQuery, DocumentWrite,
    Expect, Index, PeopleQuery, SledStore, Standing, Store,
};

#[path = "../tests/core/store/records.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod records;

use records::{act, certificate, changed, code, event, now, participant};

/// People of one batch, as of a list.
const BATCH: u64 = 1_000;
/// Who write at once.
const WRITERS: u64 = 32;
const ROUNDS: usize = 200;
const PAGE: usize = 50;
const GIVEN: [&str; 8] = ["Ada", "Zoë", "Łukasz", "Mehmet", "Ana María", "Siobhán", "Jürgen", "Nguyễn"];
const FAMILY: [&str; 7] = ["Lovelace", "Ångström", "Żak", "Yılmaz", "Fernández", "O'Brien", "Müller"];

fn name(n: u64) -> String {
    format!("{} {} {n}", GIVEN[n as usize % 8], FAMILY[n as usize / 8 % 7])
}

fn issued(n: u64) -> Certificate {
    let mut one = certificate("LARGE", n + 1, n);
    one.recipient = name(n);
    one.status = StatusEntry { list: 1 + (n / 131_072) as u32, index: (n % 131_072) as u32 };
    one.issued = Timestamp::from_unix(1_700_000_000 + n as i64 * 60);
    one.run = Some(format!("run-{:04}", n / 250));
    one.template.name = if n % 1_000 == 17 { "rare" } else { "classic" }.to_owned();
    one
}

/// Writes all of them; returns how long the certificates took.
fn fill(store: &SledStore, people: u64) -> Duration {
    store.change_event(None, &event("LARGE"), &[], &act("event.create")).expect("written");
    let mut spent = Duration::ZERO;
    for first in (0..people).step_by(BATCH as usize) {
        let all = first..people.min(first + BATCH);
        let person = |n| testamur::store::Participant { name: name(n), ..participant(n) };
        let enrolled = all.clone().map(|n| changed("LARGE", None, Some(&person(n)))).collect();
        let row = |n: u64| {
            let state = if n % 5_000 == 99 { "failed" } else { "done" };
            let row = json!({ "person": person(n).key.0, "number": issued(n).number.to_string(), "state": state });
            DocumentWrite::put(Collection::RUN_ROWS, format!("run/{:06}/{:03}", n / 250, n % 250), Expect::Absent, &row)
        };
        let documents = all.clone().map(row).collect();
        let batch = Batch { people: enrolled, documents, ..Batch::default() };
        store.write(&batch, Some(&act("participant.import"))).expect("written");
        let issue: Vec<_> = all.map(|n| CertificateChange::Issue(issued(n))).collect();
        let started = Instant::now();
        store.change_certificates(&issue, &[], &act("certificate.issue")).expect("written");
        spent += started.elapsed();
    }
    let revoke = |n: u64| CertificateChange::Revoke {
        old: issued(n),
        reason: Reason { code: ReasonCode::Revoked, at: now(), text: None },
        withdrawal: None,
    };
    let few: Vec<_> = (0..people).filter(|n| n % 2_000 == 3).map(revoke).collect();
    store.change_certificates(&few, &[], &act("certificate.revoke")).expect("written");
    // As many acts as people; who waits together waits once for the disk.
    std::thread::scope(|scope| {
        for first in 0..WRITERS {
            scope.spawn(move || (first..people).step_by(WRITERS as usize).for_each(|n| acted(store, n)));
        }
    });
    spent
}

fn acted(store: &SledStore, n: u64) {
    let (actor, subject) = (format!("staff:{}", n % 50), issued(n).number.to_string());
    let (at, action, detail) = (now().plus_seconds(n as i64), "certificate.show".to_owned(), json!({ "person": n }));
    store.append_audit(&Act { actor, at, action, subject, detail }).expect("written");
}

/// Asks many times and prints how long that takes.
fn ask<T>(what: &str, mut question: impl FnMut(usize) -> T, many: impl Fn(&T) -> usize) {
    let (mut times, mut found) = (Vec::with_capacity(ROUNDS), 0);
    for round in 0..ROUNDS {
        let started = Instant::now();
        let answer = question(round);
        times.push(started.elapsed());
        found = found.max(many(&answer));
    }
    times.sort();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
    println!("{what:<44} {:>8.2} ms {:>8.2} ms   {found:>4} found", at(50), at(99));
}

fn main() {
    let people = std::env::var("TESTAMUR_BENCH_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let path = folder.path().join("store");
    let store = SledStore::create(&path).expect("a store");
    let spent = fill(&store, people);
    println!("{people} certificates recorded at {:.0} a second", people as f64 / spent.as_secs_f64());
    drop(store);
    let started = Instant::now();
    let store = SledStore::open(&path).expect("a store");
    println!("opened in {:.0} ms\n", started.elapsed().as_secs_f64() * 1_000.0);
    println!("{:<44} {:>11} {:>11}", "a page of 50", "median", "99 %");
    let whole = CertificateQuery { event: Some(code("LARGE")), ..CertificateQuery::default() };
    let certificates = |what: &str, query: &dyn Fn(usize) -> CertificateQuery| {
        ask(what, |round| store.find_certificates(&query(round), None, PAGE).expect("read"), |page| page.items.len());
    };
    let text = |text: String| CertificateQuery { text: Some(text), ..whole.clone() };
    let spread = |round: usize| round as u64 * 7_919 % people;
    certificates("certificates: all", &|_| whole.clone());
    certificates("certificates: text that one has", &|round| text(name(spread(round))));
    certificates("certificates: text that many have", &|_| text("ångström".to_owned()));
    certificates("certificates: text that nobody has", &|_| text("nobody of this name".to_owned()));
    certificates("certificates: e-mail", &|round| text(format!("person{}@", spread(round))));
    certificates("certificates: revoked", &|_| CertificateQuery {
        standing: Some((Standing::Revoked, now())),
        ..whole.clone()
    });
    certificates("certificates: a rare template", &|_| CertificateQuery {
        template: Some("rare".into()),
        ..whole.clone()
    });
    certificates("certificates: of a run", &|round| CertificateQuery {
        run: Some(format!("run-{:04}", spread(round) / 250)),
        ..whole.clone()
    });
    certificates("certificates: of an hour", &|round| {
        let since = Timestamp::from_unix(1_700_000_000 + spread(round) as i64 * 60);
        let until = Some(since.plus_seconds(3_600));
        CertificateQuery { issued_since: Some(since), issued_until: until, ..whole.clone() }
    });
    let found = |what: &str, query: &dyn Fn(usize) -> PeopleQuery| {
        let find = |round| store.find_participants(&code("LARGE"), &query(round), None, PAGE).expect("read");
        ask(what, find, |page| page.items.len());
    };
    found("people: text that one has", &|round| PeopleQuery { text: Some(name(spread(round))), places: None });
    found("people: text that nobody has", &|_| PeopleQuery { text: Some("nobody of this name".into()), places: None });
    let acts = |what: &str, query: &dyn Fn(usize) -> AuditQuery| {
        let find = |round| store.find_audit(&query(round), true, None, PAGE).expect("read");
        ask(what, find, |page| page.items.len());
    };
    acts("acts: on a certificate", &|round| AuditQuery {
        subject: Some(issued(spread(round)).number.to_string()),
        ..AuditQuery::default()
    });
    acts("acts: of somebody, newest first", &|round| AuditQuery {
        actor: Some(format!("staff:{}", round % 50)),
        ..AuditQuery::default()
    });
    let rows = |what: &str, query: &dyn Fn(usize) -> DocumentQuery| {
        let find = |round| store.find_documents(Collection::RUN_ROWS, &query(round), None, PAGE).expect("read");
        ask(what, find, |page| page.items.len());
    };
    rows("rows of a run: failed", &|_| DocumentQuery {
        prefix: "run/".into(),
        ..DocumentQuery::having(Index::UNDONE, "failed")
    });
    rows("rows of all runs: about somebody", &|round| {
        DocumentQuery::having(Index::PERSON, participant(spread(round)).key.0)
    });
}
