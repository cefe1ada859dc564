//! The first page of all: an empty folder becomes an issuer in the browser, by the link that was printed and by no other.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::browser::forms;
use super::office::hostile;
use super::process::{PASSWORD, request};
use super::served::{Reply, read_reply};

const PASSPHRASE: &str = " four words of chance ";

struct First {
    child: Child,
    port: u16,
    path: String,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Drop for First {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(folder: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_testamur"));
    command.env_clear().arg("--data").arg(folder.join("data")).arg("serve");
    command
}

fn start(folder: &std::path::Path) -> First {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = program(folder);
    let mut child = command
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (send, lines) = std::sync::mpsc::channel();
    let out = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        BufReader::new(out).lines().map_while(Result::ok).for_each(|line| drop(send.send(line)))
    });
    let mut first = First { child, port, path: String::new(), lines };
    first.path = first.hear("/begin/").split_once(&format!("127.0.0.1:{port}")).unwrap().1.trim().to_owned();
    first
}

impl First {
    /// Waits for a line with a text.
    fn hear(&self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(60)).expect("it says something");
            if line.contains(text) {
                return line;
            }
        }
    }

    fn send(&self, line: &str, body: &str) -> Reply {
        let mut stream = self.stream();
        let kind = "content-type: application/x-www-form-urlencoded\r\n";
        std::io::Write::write_all(&mut stream, &request(line, kind, body.as_bytes())).unwrap();
        read_reply(&mut stream)
    }

    /// Between the first page and the service nobody listens for a moment.
    fn stream(&self) -> std::net::TcpStream {
        let began = Instant::now();
        loop {
            match std::net::TcpStream::connect(("127.0.0.1", self.port)) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
                    return stream;
                }
                Err(error) => assert!(began.elapsed() < Duration::from_secs(60), "{error}"),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The same with a picture, as a browser sends it.
    fn fill_with_logo(&self, query: &str, (name, bytes): (&str, &[u8])) -> Reply {
        let mut body = Vec::new();
        for (name, value) in USUAL {
            body.extend(
                format!("--EDGE\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        let head = format!("--EDGE\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes().chain(bytes.iter().copied()).chain(b"\r\n--EDGE--\r\n".iter().copied()));
        let mut stream = self.stream();
        let kind = "content-type: multipart/form-data; boundary=EDGE\r\n";
        let line = format!("POST {}{query}", self.path);
        std::io::Write::write_all(&mut stream, &request(&line, kind, &body)).unwrap();
        read_reply(&mut stream)
    }

    fn fill(&self, changed: &[(&str, &str)]) -> Reply {
        self.fill_at("", changed)
    }

    fn fill_at(&self, query: &str, changed: &[(&str, &str)]) -> Reply {
        let usual = USUAL;
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            usual.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name)).chain(changed)
        {
            body.append_pair(name, value);
        }
        self.send(&format!("POST {}{query}", self.path), &body.finish())
    }
}

/// What is typed into the first page, unless something else is.
const USUAL: [(&str, &str); 8] = [
    ("issuer", "Example Academy"),
    ("domain", "certs.example.org"),
    ("time_zone", "Europe/Berlin"),
    ("name", "Grace Hopper"),
    ("email", "grace@example.org"),
    ("password", PASSWORD),
    ("passphrase", PASSPHRASE),
    ("again", PASSPHRASE),
];

#[test]
fn what_is_typed_into_the_first_page_of_all_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path());
    let page = first.send(&format!("GET {}", first.path), "").text();
    let fields = forms(&page).remove(0).texts;
    assert!(fields.len() > 10, "{fields:?}");
    let mut shown = 0;
    for typed in &hostile::ALL {
        for field in &fields {
            for more in [&[][..], &[("test", "yes"), ("relay", "127.0.0.1"), ("port", "1"), ("from", "a@b.example")]] {
                // Nothing is made: whatever else is right, this is not.
                let wrong = if field == "domain" { ("again", "other") } else { ("domain", "192.0.2.1") };
                let others = more.iter().filter(|(name, _)| name != field).copied();
                let changed: Vec<_> = others.chain([wrong, (field.as_str(), typed.text)]).collect();
                let text = first.fill(&changed).text();
                typed.stays_text(&text, field);
                shown += usize::from(text.contains("alert("));
            }
        }
    }
    assert!(shown > fields.len(), "{shown}");
    assert!(!folder.path().join("data").exists(), "nothing was made");
    // The page that says what was made.
    let text = first.fill(&[("name", hostile::ALL[0].text)]).text();
    hostile::ALL[0].stays_text(&text, "made");
}

#[test]
fn an_empty_folder_becomes_an_issuer_by_the_link_that_was_printed() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = start(folder.path());
    assert_eq!(first.send("GET /begin/00000000000000000000000000000000", "").status, 404);
    assert_eq!(first.send("POST /begin/00000000000000000000000000000000", "issuer=x").status, 404);
    assert_eq!(first.send("GET /staff", "").status, 404);
    let page = first.send(&format!("GET {}", first.path), "");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("name=\"passphrase\""), "{}", page.text());

    // What is wrong is said beside its field, secrets are not sent back, and nothing is made.
    for (changed, said) in [
        (&[("domain", "192.0.2.1")][..], "domain-error"),
        (&[("issuer", "")], "issuer-error"),
        (&[("time_zone", "Mars/Olympus")], "time_zone-error"),
        (&[("language", "xx")], "language-error"),
        (&[("address", "http://certs.example.org")], "address-error"),
        (&[("email", "nobody")], "email-error"),
        (&[("password", "short")], "password-error"),
        (&[("again", "other")], "again-error"),
        (&[("password_again", "correct horse battery stable")], "password_again-error"),
        (&[("passphrase", "short"), ("again", "short")], "passphrase-error"),
        (&[("relay", "smtp.example.org"), ("from", "office@example.org"), ("port", "many")], "port-error"),
        (&[("relay", "smtp.example.org"), ("from", "")], "from-error"),
        (&[("relay", "no host"), ("from", "office@example.org")], "relay-error"),
    ] {
        let refused = first.fill(changed);
        let text = refused.text();
        assert_eq!(refused.status, 422, "{changed:?}: {text}");
        assert!(text.contains(said) && text.contains("Grace Hopper"), "{changed:?}: {text}");
        assert!(!text.contains(PASSWORD) && !text.contains(PASSPHRASE.trim()), "{changed:?}");
        assert!(!folder.path().join("data").exists(), "{changed:?}");
    }

    // In German no sentence of it is English.
    let (picture, long, longer) = ("x".repeat(30), "x".repeat(200), "x".repeat(300));
    for changed in [
        &[("domain", "192.0.2.1")][..],
        &[("domain", "https://certs.example.org/x")],
        &[("domain", "b\u{fc}cher@x")],
        &[("domain", "")],
        &[("issuer", "")],
        &[("issuer", "a\u{7}b")],
        &[("issuer", long.as_str())],
        &[("time_zone", "Mars/Olympus")],
        &[("email", "niemand")],
        &[("name", "")],
        &[("name", longer.as_str())],
        &[("password", "kurz")],
        &[("password", longer.as_str())],
        &[("password", "123456789012")],
        &[("password", "grace@example.org")],
        &[("again", "anders")],
        &[("passphrase", "kurz"), ("again", "kurz")],
        &[("relay", "smtp.example.org"), ("from", "office@example.org"), ("port", "viele")],
        &[("relay", "smtp.example.org"), ("from", "office@example.org"), ("port", "8080")],
        &[("relay", "smtp.example.org"), ("from", "office@example.org"), ("relay_user", "office")],
        &[("relay", "smtp.example.org"), ("from", "office@example.org"), ("security", "none")],
        &[("relay", "smtp.example.org"), ("from", "office@example.org"), ("security", "egal")],
        &[("relay", "smtp.example.org"), ("from", "")],
        &[("relay", "kein rechner"), ("from", "niemand")],
        &[("test", "yes")],
        &[("test", "yes"), ("relay", "kein rechner"), ("from", "niemand")],
    ] {
        let refused = first.fill_at("?lang=de", changed);
        let text = refused.text();
        assert_eq!(refused.status, 422, "{changed:?}: {text}");
        crate::browser::is_german(&text, &[longer.as_str(), long.as_str()]);
    }
    for (name, bytes) in [
        ("a.png", picture.as_bytes()),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><text>x</text></svg>".as_slice()),
    ] {
        let refused = first.fill_with_logo("?lang=de", (name, bytes));
        let text = refused.text();
        assert!(refused.status == 422 && text.contains("logo-error"), "{name}: {text}");
        crate::browser::is_german(&text, &[]);
    }

    // All of it at once, each beside its field; and what was good is kept, so that it need not be typed again.
    let all = [("domain", "192.0.2.1"), ("email", "nobody"), ("time_zone", "Mars/Olympus"), ("relay", "no host")];
    let refused = first.fill(&all).text();
    for field in ["domain-error", "email-error", "time_zone-error", "relay-error", "from-error"] {
        assert!(refused.contains(field), "{field}: {refused}");
    }
    assert!(refused.contains("Kept as you typed it"), "{refused}");

    // The mail server is tried before anything is made, and says what it says.
    let sink = crate::smtp_sink::Sink::start();
    let port = sink.port.to_string();
    let local = [
        ("relay", "127.0.0.1"),
        ("port", &*port),
        ("security", "none"),
        ("from", "office@example.org"),
        ("test", "yes"),
        ("password", ""),
        ("passphrase", ""),
        ("again", ""),
    ];
    let tried = first.fill(&local);
    assert!(tried.status == 200 && tried.text().contains("The server took the message"), "{}", tried.text());
    assert_eq!(sink.mails()[0].to, "grace@example.org");
    sink.refuse(true);
    assert!(first.fill(&local).text().contains("The message did not leave"));
    assert!(!folder.path().join("data").exists());

    let mail = [
        ("address", "https://certs.example.org/"),
        ("language", "hi"),
        ("sample", "yes"),
        ("password", ""),
        ("passphrase", ""),
        ("again", ""),
        ("relay", "smtp.example.org"),
        ("from", "Academy <office@example.org>"),
        ("relay_user", "office"),
        ("relay_password", "a secret"),
    ];
    let made = first.fill(&mail);
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.text().contains("did:web:certs.example.org"), "{}", made.text());
    let config = std::fs::read_to_string(folder.path().join("data/testamur.toml")).unwrap();
    assert!(!config.contains("a secret") && !config.contains("smtp"), "{config}");
    assert!(!config.contains("Europe/Berlin") && !config.contains("public_url"), "{config}");
    assert!(!config.contains("[backup]"), "what staff can change on a page stands in no file: {config}");
    let secret = folder.path().join("data/keys/mail-password.sealed");
    assert!(!std::fs::read_to_string(&secret).unwrap().contains("a secret"));
    assert!(!folder.path().join("data/keys/mail-password").exists());
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&secret).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    // Whoever goes on at once finds the service, not a closed door: the socket listens all the while.
    let mut at_once = std::net::TcpStream::connect(("127.0.0.1", first.port)).expect("somebody listens");
    at_once.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    std::io::Write::write_all(&mut at_once, &request("GET /staff/login", "", b"")).unwrap();
    let door = read_reply(&mut at_once);
    assert!(door.status == 200 && door.text().contains("current-password"), "{}", door.text());
    // The service itself starts, with the owner. The link makes nothing any more, and the sheet is not lost by asking for it anew, or by
    // sending the form again.
    first.hear("listening on");
    let is_fingerprint = |part: &&str| part.len() == 19 && part.split(' ').filter(|four| four.len() == 4).count() == 4;
    let made = made.text();
    let fingerprint = made.split(['>', '<']).find(is_fingerprint).expect("the root's");
    assert!(made.contains("data-print"), "{made}");
    for (line, body) in [(format!("GET {}", first.path), ""), (format!("POST {}", first.path), "issuer=Another")] {
        let sheet = first.send(&line, body).text();
        assert!(sheet.contains("did:web:certs.example.org") && sheet.contains(fingerprint), "{fingerprint}: {sheet}");
        assert!(sheet.contains("data-print") && sheet.contains("/staff/login") && !sheet.contains("<form"), "{sheet}");
    }
    let login = serde_json::json!({ "email": "grace@example.org", "password": PASSWORD }).to_string();
    let mut stream = first.stream();
    let head = "content-type: application/json\r\n";
    std::io::Write::write_all(&mut stream, &request("POST /api/v1/login", head, login.as_bytes())).unwrap();
    let reply = read_reply(&mut stream);
    assert_eq!(reply.status, 200);
    // There are backups from the first night on: the one that is due is made at once.
    let began = Instant::now();
    let backups = folder.path().join("data/backups");
    while !std::fs::read_dir(&backups)
        .is_ok_and(|mut all| all.any(|one| one.unwrap().path().extension().is_some_and(|end| end == "jsonl")))
    {
        assert!(began.elapsed() < Duration::from_secs(60), "no backup was made");
        std::thread::sleep(Duration::from_millis(50));
    }
    first.child.kill().unwrap();
    first.child.wait().unwrap();

    // The passphrase is taken as it was typed, and the sample and the mail server are there.
    let run = |arguments: &[&str], passphrase: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_testamur"));
        command.env_clear().arg("--data").arg(folder.path().join("data")).args(arguments);
        command.env("TESTAMUR_PASSPHRASE", passphrase).output().unwrap()
    };
    assert!(!run(&["keys", "rotate"], PASSPHRASE.trim()).status.success());
    assert!(run(&["keys", "rotate"], PASSPHRASE).status.success());
    let issued = run(&["issue", "SAMPLE"], PASSPHRASE);
    assert!(issued.status.success(), "{issued:?}");
    let people = run(&["people", "list", "SAMPLE"], PASSPHRASE);
    assert!(String::from_utf8_lossy(&people.stdout).lines().count() >= 12, "{people:?}");
    // Days are those of the zone that was chosen: it stands where an owner can change it.
    let store = testamur::store::SledStore::open(&folder.path().join("data/store")).unwrap();
    let issuer = crate::harness::issuer();
    testamur::acts::take_up_zone(&store, &issuer).unwrap();
    testamur::acts::take_up_language(&store, &issuer).unwrap();
    assert_eq!((issuer.zone.name(), issuer.zone.is_fixed()), ("Europe/Berlin", false));
    assert_eq!((issuer.language.now().tag(), issuer.language.is_fixed()), ("hi", false));
    drop(store);
    // The server is not there, but it is known, and what is to be sent to it waits.
    let sent = run(&["mail", "send", "SAMPLE"], PASSPHRASE);
    assert!(String::from_utf8_lossy(&sent.stdout).contains("put into the outbox"), "{sent:?}");
    // Letters lead to the address that was said.
    let letter = run(&["mail", "preview", "SAMPLE"], PASSPHRASE);
    assert!(String::from_utf8_lossy(&letter.stdout).contains("https://certs.example.org/m/"), "{letter:?}");
}

#[test]
fn nobody_on_other_machines_sees_the_first_page_and_an_issuer_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path()).args(["--listen", "0.0.0.0:0"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("testamur init") && said.contains("127.0.0.1"), "{said}");
    assert!(!folder.path().join("data").exists());

    // A folder with something else in it is nobody's new issuer.
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/photos.zip"), "x").unwrap();
    let output = program(folder.path()).args(["--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_try_that_broke_off_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path());
    // As a disk that is full leaves it: keys and a store without a configuration.
    assert_eq!(first.fill(&[]).status, 201);
    first.hear("listening on");
    drop(first);
    std::fs::remove_file(folder.path().join("data/testamur.toml")).unwrap();
    for name in std::fs::read_dir(folder.path().join("data")).unwrap().map(|entry| entry.unwrap().path()) {
        if !name.ends_with("keys") && !name.ends_with("store") {
            let _ = std::fs::remove_dir_all(&name).or_else(|_| std::fs::remove_file(&name));
        }
    }
    let again = start(folder.path());
    let wrong = again.fill(&[("domain", "other.example.org")]);
    assert_eq!(wrong.status, 422, "the keys are another issuer's");
    let made = again.fill(&[]);
    assert_eq!(made.status, 201, "{}", made.text());
    again.hear("listening on");
}

#[test]
fn a_domain_that_nobody_else_reaches_is_told_of_as_soon_as_it_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path());
    let made = first.fill(&[("domain", "localhost"), ("password_again", PASSWORD)]);
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.text().contains("Only this machine or this network knows localhost"), "{}", made.text());
}
