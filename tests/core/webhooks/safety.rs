//! What a hostile endpoint can and cannot make this server do.

use std::net::IpAddr;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use rustls::ServerConfig;
use testamur::webhooks::client::{Addresses, Lookup, TIMEOUT};
use testamur::webhooks::{Outcome, SendError, Target};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::receiver::Reply;
use super::*;

/// A name server that says what the test wants, one answer after another; the last one stays.
struct Names(Vec<IpAddr>, AtomicUsize);

impl Names {
    fn new(answers: &[&str]) -> Arc<Self> {
        Arc::new(Self(answers.iter().map(|text| text.parse().unwrap()).collect(), AtomicUsize::new(0)))
    }
}

impl Lookup for Names {
    fn lookup(&self, _: &str) -> Addresses {
        let turn = self.1.fetch_add(1, Ordering::SeqCst).min(self.0.len() - 1);
        let answer = self.0[turn];
        Box::pin(async move { Ok(vec![answer]) })
    }
}

async fn send(sender: &Sender, to: &str) -> Outcome {
    // Endpoints may be older than the operator's decision to allow loopback no more.
    let target = Target::parse(to, LOOPBACK).unwrap();
    let at = Timestamp::from_unix(START);
    sender.send(&target, &MessageId::random(at).unwrap(), at, &[Secret::random().unwrap()], "{}").await.outcome
}

fn strict(answers: &[&str]) -> Sender {
    Sender::with_lookup(Rules::default(), Names::new(answers), TIMEOUT).unwrap()
}

/// Counts connections, and says nothing.
async fn silent_listener() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            held.push(socket);
        }
    });
    (port, count)
}

#[tokio::test]
async fn a_public_name_that_leads_inside_is_refused_before_any_connection() {
    let (port, connections) = silent_listener().await;
    for inner in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "64:ff9b::7f00:1"] {
        let outcome = send(&strict(&[inner]), &format!("https://rebind.example:{port}/")).await;
        assert_eq!(outcome, Outcome::Error(SendError::Refused), "{inner}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_refused_at_the_next_connection() {
    let receiver = Receiver::start().await;
    receiver.always(Reply::Header(200, "connection", "close".to_owned()));
    // Allowed when it was registered and at the first call; inside at the second.
    let sender = Sender::with_lookup(LOOPBACK, Names::new(&["127.0.0.1", "10.0.0.1"]), TIMEOUT).unwrap();
    let to = format!("http://localhost:{}/", receiver.port);
    assert_eq!(send(&sender, &to).await, Outcome::Status(200));
    assert_eq!(send(&sender, &to).await, Outcome::Error(SendError::Refused));
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn an_inner_address_written_out_is_refused_when_called_too() {
    let (port, connections) = silent_listener().await;
    let sender = strict(&["1.1.1.1"]);
    for to in
        [format!("https://127.0.0.1:{port}/"), format!("http://[::1]:{port}/"), format!("https://localhost:{port}/")]
    {
        assert_eq!(send(&sender, &to).await, Outcome::Error(SendError::Refused), "{to}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let (desk, receiver, inner) = (memory(), Receiver::start().await, Receiver::start().await);
    desk.endpoint(&receiver.url());
    for status in [301, 302, 303, 307, 308] {
        receiver.reply([Reply::Header(status, "location", inner.url())]);
        desk.tell_one();
        desk.courier.deliver_due().await.unwrap();
        let newest = desk.deliveries(DeliveryFilter::default()).remove(0);
        assert_eq!(newest.log[0].outcome, Outcome::Status(status));
        assert!(newest.due.is_some());
        desk.wait(1);
    }
    assert_eq!((receiver.requests().len(), inner.requests().len()), (5, 0));
}

#[tokio::test]
async fn who_never_answers_is_given_up_after_the_time_limit() {
    let (port, connections) = silent_listener().await;
    let limit = Duration::from_millis(200);
    let sender = Sender::with_lookup(LOOPBACK, Names::new(&["127.0.0.1"]), limit).unwrap();
    assert_eq!(send(&sender, &format!("http://localhost:{port}/")).await, Outcome::Error(SendError::Timeout));
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn however_long_the_answer_only_its_status_counts() {
    let (receiver, sender) = (Receiver::start().await, Sender::new(LOOPBACK).unwrap());
    receiver.reply([Reply::Long(50_000_000), Reply::Endless, Reply::Long(100)]);
    let begun = std::time::Instant::now();
    for _ in 0..3 {
        assert_eq!(send(&sender, &receiver.url()).await, Outcome::Status(200));
    }
    assert!(begun.elapsed() < TIMEOUT / 2, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_said() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/webhooks");
    let certificate = std::fs::read(format!("{folder}/self-signed.der")).unwrap();
    let key = std::fs::read(format!("{folder}/self-signed-key.der")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key.try_into().unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let met = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        acceptor.accept(socket).await.map(|_| "a handshake").map_err(|error| error.to_string())
    });
    let sender = Sender::new(LOOPBACK).unwrap();
    assert_eq!(send(&sender, &format!("https://localhost:{port}/")).await, Outcome::Error(SendError::Tls));
    let alert = met.await.unwrap().unwrap_err();
    assert!(alert.contains("received fatal alert"), "{alert}");
}

#[tokio::test]
async fn each_way_to_fail_has_its_name() {
    let sender = Sender::new(LOOPBACK).unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert_eq!(send(&sender, &format!("http://127.0.0.1:{closed}/")).await, Outcome::Error(SendError::Connect));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            _ = socket.write_all(b"SSH-2.0-OpenSSH\r\n\r\n").await;
            held.push(socket);
        }
    });
    assert_eq!(send(&sender, &format!("http://127.0.0.1:{port}/")).await, Outcome::Error(SendError::Protocol));
    assert_eq!(send(&sender, &format!("https://127.0.0.1:{port}/")).await, Outcome::Error(SendError::Tls));

    struct Nowhere;
    impl Lookup for Nowhere {
        fn lookup(&self, _: &str) -> Addresses {
            Box::pin(async { Err(std::io::Error::other("no such name")) })
        }
    }
    let sender = Sender::with_lookup(Rules::default(), Arc::new(Nowhere), TIMEOUT).unwrap();
    assert_eq!(send(&sender, "https://nowhere.example/").await, Outcome::Error(SendError::Resolve));
}

#[tokio::test]
async fn what_goes_wrong_is_logged_with_its_name_and_without_its_address() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let desk = Desk::with_sender(store, strict(&["192.168.1.1"]));
    desk.endpoint("https://rebind.example/t0ken");
    desk.tell_one();
    desk.courier.deliver_due().await.unwrap();
    let delivery = desk.only_delivery();
    let json = serde_json::to_string(&delivery).unwrap();
    assert_eq!(delivery.log[0].outcome, Outcome::Error(SendError::Refused));
    assert!(json.contains(r#""outcome":{"error":"refused"}"#) && !json.contains("t0ken"), "{json}");
}
