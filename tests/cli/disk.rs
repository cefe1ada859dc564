//! Full disks: told from damage, with nothing lost; and what is left behind by what could not be written.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use crate::issuer::{EVENT, Issuer, Ran, THREE, copy};
use crate::small_disk::SmallDisk;

/// The issuer's folder on a disk of its own, beside the rest.
fn on(disk: &SmallDisk, issuer: &Issuer, arguments: &[&str]) -> Ran {
    Ran::of(issuer.command(arguments).env("TESTAMUR_DATA", disk.path("data")))
}

#[test]
fn a_full_disk_is_never_called_damaged_and_everything_can_still_be_read_and_exported() {
    let Some(disk) = SmallDisk::of_megabytes(32) else { return };
    let issuer = Issuer::issued(THREE);
    copy(&issuer.path("data"), &disk.path("data"));
    // The reserve was made where there was room; here it is made by an opening.
    on(&disk, &issuer, &["certificates", "list"]).expect(0);
    assert!(disk.path("data/store/reserve").exists());
    disk.fill();
    let dump = issuer.path("dump");
    for round in 0..5 {
        let listed = on(&disk, &issuer, &["certificates", "list", "--json"]).expect(0);
        assert_eq!(listed.rows().len(), 3, "round {round}");
    }
    assert!(!disk.path("data/store/reserve").exists(), "it was given up");
    on(&disk, &issuer, &["export", dump.to_str().unwrap()]).expect(0);
    disk.fill();
    let refused =
        on(&disk, &issuer, &["revoke", "CERT-MAPS-2026-00001", "--reason", "issued in error"]).refuses("is full");
    assert!(!refused.stderr.contains("damaged") && !refused.stderr.contains("import-dump"), "{}", refused.stderr);
    // Without the reserve too.
    let _ = fs::remove_file(disk.path("data/store/reserve"));
    disk.fill();
    let refused =
        on(&disk, &issuer, &["revoke", "CERT-MAPS-2026-00001", "--reason", "issued in error"]).refuses("is full");
    assert!(!refused.stderr.contains("damaged") && refused.stderr.contains("do not rebuild"), "{}", refused.stderr);
    disk.make_room(24 << 20);
    on(&disk, &issuer, &["revoke", "CERT-MAPS-2026-00001", "--reason", "issued in error"]).expect(0);
    on(&disk, &issuer, &["issue", EVENT]).expect(0).prints("0 issued, 3 had one already");
    assert!(disk.path("data/store/reserve").exists(), "it is made anew when there is room");
}

#[test]
fn a_new_issuer_on_a_full_disk_is_refused_and_set_up_when_there_is_room() {
    let Some(disk) = SmallDisk::of_megabytes(16) else { return };
    let issuer = Issuer::none();
    let init = &["init", "--issuer", "Example Academy", "--domain", "certs.example.org"];
    disk.fill();
    on(&disk, &issuer, init).expect(3);
    disk.make_room(1 << 20);
    on(&disk, &issuer, init).refuses("");
    assert!(!disk.path("data/testamur.toml").exists());
    disk.make_room(16 << 20);
    on(&disk, &issuer, init).expect(0);
    on(&disk, &issuer, &["event", "create", EVENT, "--title", "T", "--template", "classic"]).expect(0);
}

#[test]
fn an_export_that_fails_leaves_nothing_behind() {
    let issuer = Issuer::with(THREE);
    let parts = |folder: &Path| {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".part")).collect::<Vec<_>>()
    };
    // A folder has the name, so that the last step fails.
    let dump = issuer.path("dump");
    fs::create_dir_all(dump.join("something")).unwrap();
    issuer.run(&["export", dump.to_str().unwrap()]).expect(3).warns("dump");
    assert!(parts(&issuer.path(".")).is_empty());
    if let Some(disk) = SmallDisk::of_megabytes(1) {
        fs::write(disk.path("dump"), "the dump of yesterday").unwrap();
        disk.fill();
        issuer.run(&["export", disk.path("dump").to_str().unwrap()]).expect(3).warns("dump");
        assert!(parts(&disk.path(".")).is_empty());
        assert_eq!(fs::read_to_string(disk.path("dump")).unwrap(), "the dump of yesterday");
    }
    // From a service that goes away before the end.
    let socket = issuer.path("data/admin.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let service = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let greeting = testamur::store::remote::Greeting::new("a".to_owned(), "http://127.0.0.1:1".to_owned());
        let greeting = serde_json::to_string(&greeting).unwrap();
        let length = greeting.len();
        BufReader::new(&stream).read_line(&mut String::new()).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{greeting}").unwrap();
        // What it asks next is not answered.
        BufReader::new(&stream).read_line(&mut String::new()).unwrap();
    });
    let cut = issuer.path("cut");
    issuer.run(&["export", cut.to_str().unwrap()]).expect(3).warns("went away in the middle");
    service.join().unwrap();
    assert!(!cut.exists() && parts(&issuer.path(".")).is_empty());
    fs::remove_file(socket).unwrap();
    issuer.run(&["export", cut.to_str().unwrap()]).expect(0);
    assert!(cut.exists() && parts(&issuer.path(".")).is_empty());
}
