//! The way to the relay: STARTTLS and TLS with an authority of one's own, over real connections. Whatever is wrong with a certificate
//! is said in words, nothing leaves in the clear, and what waits leaves once when it is mended.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use testamur::mail::relay::{Patience, Trouble};
use testamur::mail::{Config, Relay, Security};
use testamur::store::MemoryStore;

use super::{Post, config};

/// A day, in seconds.
const DAY: i64 = 86_400;

/// A certificate with its key.
#[derive(Clone)]
struct Pair {
    certificate: X509,
    key: PKey<Private>,
}

impl Pair {
    fn pem(&self) -> String {
        String::from_utf8(self.certificate.to_pem().unwrap()).unwrap()
    }
}

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// Makes a certificate, of itself where nobody signs it.
fn make(signer: Option<&Pair>, is_authority: bool, host: &str, (from, until): (i64, i64)) -> Pair {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    // A machine may trust somebody of the same name.
    name.append_entry_by_text("CN", &format!("{host}, for a test of mail")).unwrap();
    let (name, mut made) = (name.build(), X509::builder().unwrap());
    made.set_version(2).unwrap();
    made.set_serial_number(&Asn1Integer::from_bn(&BigNum::from_u32(7).unwrap()).unwrap()).unwrap();
    made.set_subject_name(&name).unwrap();
    made.set_issuer_name(signer.map_or(&*name, |signer| signer.certificate.subject_name())).unwrap();
    made.set_not_before(&Asn1Time::from_unix(now() + from).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::from_unix(now() + until).unwrap()).unwrap();
    made.set_pubkey(&key).unwrap();
    if is_authority {
        made.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    }
    let names = SubjectAlternativeName::new().dns(host).build(&made.x509v3_context(None, None)).unwrap();
    made.append_extension(names).unwrap();
    made.sign(signer.map_or(&key, |signer| &signer.key), MessageDigest::sha256()).unwrap();
    Pair { certificate: made.build(), key }
}

fn server_config(pair: &Pair) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let made = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let chain = vec![CertificateDer::from(pair.certificate.to_der().unwrap())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(pair.key.private_key_to_pkcs8().unwrap()));
    Arc::new(made.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// How a server speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    /// In the clear, and offers STARTTLS.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// In the clear alone.
    Clear,
}

/// A mail server; it counts the contents that it got, and keeps the commands that came in the clear.
struct Server {
    port: u16,
    pair: Arc<Mutex<Pair>>,
    got: Arc<Mutex<usize>>,
    clear: Arc<Mutex<String>>,
}

impl Server {
    fn start(speaks: Speaks, pair: &Pair) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server =
            Self { port, pair: Arc::new(Mutex::new(pair.clone())), got: Arc::default(), clear: Arc::default() };
        let (pair, got, clear) = (server.pair.clone(), server.got.clone(), server.clear.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, got, clear) = (server_config(&pair.lock().unwrap()), got.clone(), clear.clone());
                std::thread::spawn(move || drop(answer(speaks, tls, stream, (&got, &clear))));
            }
        });
        server
    }
}

fn answer(
    speaks: Speaks,
    tls: Arc<ServerConfig>,
    mut stream: TcpStream,
    (got, clear): (&Mutex<usize>, &Mutex<String>),
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let greets = speaks != Speaks::Tls;
    if greets && !talk(&mut stream, (true, speaks == Speaks::StartTls), got, Some(clear))? {
        return Ok(());
    }
    let mut stream = StreamOwned::new(ServerConnection::new(tls).map_err(std::io::Error::other)?, stream);
    talk(&mut stream, (!greets, false), got, None).map(drop)
}

/// Talks until the other side leaves; says whether TLS is to begin.
fn talk(
    stream: &mut (impl Read + Write),
    (greets, offers): (bool, bool),
    got: &Mutex<usize>,
    clear: Option<&Mutex<String>>,
) -> std::io::Result<bool> {
    if greets {
        stream.write_all(b"220 mail.example ESMTP\r\n")?;
    }
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(false);
        }
        if let Some(clear) = clear {
            clear.lock().unwrap().push_str(&line);
        }
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            "EHLO" if offers => b"250-mail.example\r\n250 STARTTLS\r\n",
            "STAR" if offers => {
                reader.get_mut().write_all(b"220 go on\r\n")?;
                return Ok(true);
            }
            "DATA" => {
                reader.get_mut().write_all(b"354 go on\r\n")?;
                while reader.read_line(&mut line)? > 0 && !line.ends_with("\r\n.\r\n") {}
                *got.lock().unwrap() += 1;
                b"250 2.0.0 kept\r\n"
            }
            "QUIT" => return Ok(false),
            _ => b"250 ok\r\n",
        };
        reader.get_mut().write_all(answer)?;
    }
}

fn relay(port: u16, security: Security, ca: Option<&Pair>) -> Relay {
    let config = Config { relay: "localhost".to_owned(), security, ca: ca.map(Pair::pem), ..config(port) };
    let patience = Patience { connect: Duration::from_secs(20), ..Patience::default() };
    Relay::new(config, patience).unwrap()
}

fn connect(relay: &Relay) -> Result<(), Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        relay.connect().await?.quit().await;
        Ok(())
    })
}

#[test]
fn a_certificate_is_taken_from_who_is_trusted_and_else_it_is_said_why_not() {
    let authority = make(None, true, "An Authority", (-DAY, DAY));
    let stranger = make(None, true, "A Stranger", (-DAY, DAY));
    let namesake = make(None, true, "An Authority", (-DAY, DAY));
    let good = make(Some(&authority), false, "localhost", (-DAY, DAY));
    let other = make(Some(&authority), false, "mail.other.example", (-DAY, DAY));
    let ended = make(Some(&authority), false, "localhost", (-3 * DAY, -2 * DAY));
    let early = make(Some(&authority), false, "localhost", (2 * DAY, 3 * DAY));
    let own = make(None, false, "localhost", (-DAY, DAY));
    let mistaken = make(None, true, "localhost", (-DAY, DAY));
    for (speaks, security) in [(Speaks::StartTls, Security::StartTls), (Speaks::Tls, Security::Tls)] {
        for (certificate, ca, expected) in [
            (&good, Some(&authority), None),
            (&own, Some(&own), None),
            (&good, None, Some("`ca_file` in `[mail]`")),
            (&good, Some(&stranger), Some("signed by nobody that this machine trusts")),
            (&own, None, Some("signed by nobody that this machine trusts")),
            (&other, Some(&authority), Some("is for `mail.other.example`, not for `localhost`")),
            (&ended, Some(&authority), Some("its certificate has ended, on 20")),
            (&early, Some(&authority), Some("begins only on 20")),
            (&good, Some(&namesake), Some("names a trusted authority that has not signed it")),
            (&mistaken, Some(&mistaken), Some("made with CA:FALSE")),
        ] {
            let server = Server::start(speaks, certificate);
            match (connect(&relay(server.port, security, ca)), expected) {
                (Ok(()), None) => {}
                (Err(Trouble::Unsafe(said)), Some(words)) if said.contains(words) => {}
                (found, expected) => panic!("{found:?}, not {expected:?}"),
            }
        }
    }
}

#[test]
fn nothing_is_said_in_the_clear_to_who_offers_no_tls() {
    let own = make(None, false, "localhost", (-DAY, DAY));
    let server = Server::start(Speaks::Clear, &own);
    let mut with_login = relay(server.port, Security::StartTls, Some(&own)).config().clone();
    with_login.login = Some(("certificates".to_owned(), "a secret".to_owned().into()));
    let trouble = connect(&Relay::new(with_login, Patience::default()).unwrap()).unwrap_err();
    assert_eq!(
        trouble.to_string(),
        "there is no safe connection to the relay: it does not offer STARTTLS, and nothing is sent in the clear"
    );
    let said = server.clear.lock().unwrap().clone();
    assert!(said.starts_with("EHLO") && !said.contains("AUTH") && !said.contains("MAIL"), "{said}");

    let trouble = connect(&relay(server.port, Security::Tls, Some(&own))).unwrap_err();
    assert!(trouble.to_string().contains("it does not speak TLS from the first byte"), "{trouble}");
    // Who waits for TLS greets nobody: after a while it is said what that may be.
    let silent = Server::start(Speaks::Tls, &own);
    let hasty = Patience { connect: Duration::from_millis(300), ..Patience::default() };
    let config = relay(silent.port, Security::StartTls, Some(&own)).config().clone();
    let trouble = connect(&Relay::new(config, hasty).unwrap()).unwrap_err();
    assert!(trouble.to_string().contains("wants security = \"tls\""), "{trouble}");
}

#[test]
fn what_waits_for_a_relay_that_is_not_trusted_leaves_once_when_it_is() {
    let authority = make(None, true, "An Authority", (-DAY, DAY));
    let ended = make(Some(&authority), false, "localhost", (-3 * DAY, -2 * DAY));
    let server = Server::start(Speaks::StartTls, &ended);
    let relay = relay(server.port, Security::StartTls, Some(&authority));
    let post = Post::through(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), relay);
    crate::runs::school(&post.world, 2, 0);
    crate::runs::done(&post.world, &serde_json::json!({ "kind": "generate", "event": "WORKSHOP" }));
    post.send();
    assert!(post.deliver().stuck);
    let states = |post: &Post| post.messages().iter().map(|one| one["state"].clone()).collect::<Vec<_>>();
    assert_eq!(states(&post), ["queued", "queued"]);
    let status = post.world.get("/mail").ok();
    let trouble = status["trouble"].as_str().unwrap();
    assert!(
        trouble.starts_with("there is no safe connection to the relay: its certificate has ended, on 20"),
        "{status}"
    );
    assert_eq!((*server.got.lock().unwrap(), server.clear.lock().unwrap().contains("MAIL")), (0, false));

    *server.pair.lock().unwrap() = make(Some(&authority), false, "localhost", (-DAY, DAY));
    assert_eq!(post.deliver().sent, 2);
    assert_eq!(states(&post), ["sent", "sent"]);
    assert_eq!(post.world.get("/mail").ok()["trouble"], serde_json::Value::Null);
    assert_eq!((post.deliver().sent, *server.got.lock().unwrap()), (0, 2));
}
