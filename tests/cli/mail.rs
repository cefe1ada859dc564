//! `testamur mail` without a service: configured, sent, refused, sent again, and taken back from what comes back.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::issuer::{EVENT, Issuer, Ran, THREE};
use crate::smtp_sink::{Fault, Sink};

/// Writes a section `[mail]` into the configuration.
fn configure(issuer: &Issuer, lines: &str) {
    let path = issuer.path("data/testamur.toml");
    let text = fs::read_to_string(&path).expect("the configuration is there");
    let before = text.split("\n[mail]").next().unwrap_or_default().to_owned();
    fs::write(path, format!("{before}\n[mail]\n{lines}\n")).expect("the configuration is written");
}

fn to_sink(issuer: &Issuer, sink: &Sink) {
    let port = sink.port;
    configure(
        issuer,
        &format!(
            "relay = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"Academy <certs@academy.example>\""
        ),
    );
}

fn with_input(issuer: &Issuer, arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = issuer.command(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("it reads").write_all(input).expect("it is written to");
    let output = child.wait_with_output().expect("it ends");
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn the_configuration_is_checked_and_the_password_never_shown() {
    let issuer = Issuer::new();
    let good = "relay = \"smtp.example.org\"\nfrom = \"Academy <certs@bücher.example>\"";
    configure(&issuer, good);
    let shown = issuer.run(&["config", "check"]).expect(0).stdout;
    for line in [
        "smtp.example.org:587 (STARTTLS)",
        "bounce+TOKEN@xn--bcher-kva.example",
        "300 a minute; to one domain: 60 a minute",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    fs::write(issuer.path("relay.txt"), "a very secret password\n").expect("it is written");
    let file = issuer.path("relay.txt");
    configure(&issuer, &format!("{good}\nuser = \"certs\"\npassword_file = \"{}\"", file.display()));
    let shown = issuer.run(&["config", "check"]).expect(0);
    assert!(shown.stdout.contains("as certs") && !format!("{shown:?}").contains("secret password"), "{shown:?}");
    for (wrong, says) in [
        ("relay = \"smtp.example.org\"\nfrom = \"nobody\"", "mail.from"),
        ("relay = \"https://smtp.example.org\"\nfrom = \"a@b.example\"", "mail.relay"),
        ("relay = \"smtp.example.org\"\nfrom = \"a@b.example\"\nsecurity = \"none\"", "this machine itself"),
        ("relay = \"localhost\"\nfrom = \"a@b.example\"\nsecurity = \"none\"\nuser = \"x\"", "without TLS"),
        ("relay = \"localhost\"\nfrom = \"a@b.example\"\npassword_env = \"X\"", "needs `user`"),
        ("relay = \"localhost\"\nfrom = \"a@b.example\"\nlink_days = 0", "link_days"),
        ("relay = \"localhost\"\nfrom = \"a@b.example\"\npasword = \"x\"", "pasword"),
        ("relay = \"localhost\"\nfrom = \"a@b.example\\r\\nBcc: eve@example.org\"", "mail.from"),
    ] {
        configure(&issuer, wrong);
        let refused = issuer.run(&["config", "check"]);
        assert!(refused.code != 0 && refused.stderr.contains(says), "{wrong}: {refused:?}");
    }
    configure(&issuer, &format!("{good}\nuser = \"certs\""));
    let missing = issuer.run(&["config", "check"]);
    assert!(missing.code != 0 && missing.stderr.contains("TESTAMUR_MAIL_PASSWORD"), "{missing:?}");
}

#[test]
fn certificates_are_sent_once_and_what_came_back_is_corrected() {
    let (issuer, sink) = (Issuer::with(THREE), Sink::start());
    issuer.run(&["issue", EVENT]).expect(0);
    let refused = issuer.run(&["mail", "send", EVENT]);
    assert!(refused.code == 3 && refused.stderr.contains("[mail]"), "{refused:?}");
    to_sink(&issuer, &sink);
    let dry = issuer.run(&["mail", "send", EVENT, "--dry-run"]).expect(0).stdout;
    assert!(dry.contains("3 messages would be sent, 0 would not"), "{dry}");
    sink.fail("jose@example.org", Fault::Recipient("550 5.1.1 User unknown"));
    sink.fail("sakura@example.org", Fault::CutAfter);
    let sent = issuer.run(&["mail", "send", EVENT]);
    assert_eq!(sent.code, 1, "{sent:?}");
    assert!(sent.stdout.contains("1 sent, 0 deferred, 1 bounced, 0 failed, 1 ambiguous"), "{sent:?}");
    let again = issuer.run(&["mail", "send", EVENT]).expect(0).stdout;
    assert!(again.contains("nobody is to be sent anything"), "{again}");
    assert_eq!(issuer.run(&["mail", "ambiguous", "--json"]).expect(0).rows()[0]["to"], "sakura@example.org");
    let failed = issuer.run(&["mail", "send", EVENT, "--failed"]).expect(0).stdout;
    assert!(failed.contains("does not exist"), "the address has to be corrected first: {failed}");

    let number = &issuer.numbers()[0];
    let right = issuer.run(&["mail", "resend", number, "--to", "josé@example.org"]).expect(0).stdout;
    assert!(right.contains("1 sent"), "{right}");
    let shown = issuer.run(&["mail", "show", number]).expect(0).stdout;
    assert!(shown.contains("josé@example.org") && shown.contains("sent since"), "{shown}");
    let mails = sink.mails();
    assert_eq!(mails.len(), 3, "one of them unacknowledged");

    let aishwarya = mails.iter().find(|mail| mail.to.starts_with("aishwarya")).expect("she got hers");
    let report = "From: MAILER-DAEMON@mx.example\r\nTo: you\r\n\r\nsorry\r\n552 5.2.2 Mailbox full\r\n";
    let taken = with_input(&issuer, &["mail", "bounce", "--recipient", &aishwarya.from], report.as_bytes());
    assert!(taken.code == 0 && taken.stdout.contains("is bounced"), "{taken:?}");
    let stranger = with_input(&issuer, &["mail", "bounce"], report.as_bytes());
    assert_eq!(stranger.code, 1, "{stranger:?}");
    fs::write(issuer.path("back.mbox"), "From x Sat\nFrom: Ada\nTo: us\n\nhello\n").expect("it is written");
    let path = issuer.path("back.mbox");
    let folder = issuer.run(&["mail", "bounce", "--folder", path.to_str().expect("UTF-8")]).expect(0).stdout;
    assert!(folder.contains("0 mails say something new; 1 are not about messages of ours"), "{folder}");
    let full = issuer.run(&["mail", "send", EVENT, "--failed"]).expect(0).stdout;
    assert!(full.contains("1 sent"), "a full mailbox can be tried again: {full}");
}

#[test]
fn an_event_has_its_own_words_and_shows_them_before_they_go() {
    let (issuer, sink) = (Issuer::with(THREE), Sink::start());
    issuer.run(&["issue", EVENT]).expect(0);
    to_sink(&issuer, &sink);
    let text = issuer.path("text.txt");
    let file = text.to_str().expect("UTF-8");
    fs::write(&text, "Done: {{ event }}\n\nDear {{ name }},\n\n{{ verify }}\n").expect("it is written");
    let settled = issuer
        .run(&["mail", "settings", EVENT, "--text", file, "--from", "Maps <maps@academy.example>"])
        .expect(0)
        .stdout;
    assert!(settled.contains("would send 3; nobody was sent anything now"), "{settled}");
    let shown = issuer.run(&["mail", "preview", EVENT, "--person", "sakura@example.org"]).expect(0).stdout;
    for line in ["From: Maps <maps@academy.example>", "Subject: Done: Applied Cartography", "Dear 田中 さくら,"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    fs::write(&text, "Done\n\n{{ nmae }}\n").expect("it is written");
    let wrong = issuer.run(&["mail", "settings", EVENT, "--text", file]);
    assert!(wrong.code == 2 && wrong.stderr.contains("line 1") && wrong.stderr.contains("name, event"), "{wrong:?}");
    let tried = issuer.run(&["mail", "test", EVENT, "--to", "me@academy.example"]).expect(0).stdout;
    assert!(tried.contains("the relay took it: 250"), "{tried}");
    let mail = sink.mails().remove(0);
    assert_eq!((mail.to.as_str(), mail.from.as_str()), ("me@academy.example", "certs@academy.example"));
    issuer.run(&["mail", "settings", EVENT, "--when", "with-issuing"]).expect(0);
    issuer.import("name,email\nNew Comer,new@example.org\n").expect(0);
    issuer.run(&["issue", EVENT]).expect(0);
    let rows = issuer.run(&["mail", "list", "--json"]).expect(0).rows();
    assert_eq!(
        (rows.len(), rows[0]["to"].as_str(), rows[0]["state"].as_str()),
        (1, Some("new@example.org"), Some("queued"))
    );
    let delivered = issuer.run(&["mail", "deliver"]).expect(0).stdout;
    assert!(delivered.contains("1 sent"), "{delivered}");
}
