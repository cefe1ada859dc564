//! A receiver of webhooks: a real HTTP server on a port of this machine.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::net::TcpListener;

/// What came in.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

/// How to answer the next request.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    Header(u16, &'static str, String),
    /// The status after so long.
    Slow(u16, Duration),
    /// 200 and a body of so many bytes.
    Long(usize),
    /// 200 and a body that never ends.
    Endless,
}

#[derive(Debug, Default)]
struct Desk {
    requests: Vec<Request>,
    replies: VecDeque<Reply>,
    otherwise: Option<Reply>,
}

/// Answers 200 unless told otherwise.
#[derive(Debug, Clone)]
pub struct Receiver {
    pub port: u16,
    desk: Arc<Mutex<Desk>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let desk = Arc::<Mutex<Desk>>::default();
        let app = Router::new().fallback(take).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { port, desk }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    pub fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.desk.lock().unwrap().replies.extend(replies);
    }

    pub fn always(&self, reply: Reply) {
        self.desk.lock().unwrap().otherwise = Some(reply);
    }

    pub fn requests(&self) -> Vec<Request> {
        self.desk.lock().unwrap().requests.clone()
    }
}

async fn take(State(desk): State<Arc<Mutex<Desk>>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let reply = {
        let mut desk = desk.lock().unwrap();
        desk.requests.push(Request { path: uri.path().to_owned(), headers, body });
        desk.replies.pop_front().or_else(|| desk.otherwise.clone())
    };
    let status = |code| StatusCode::from_u16(code).unwrap();
    match reply {
        None => StatusCode::OK.into_response(),
        Some(Reply::Status(code)) => status(code).into_response(),
        Some(Reply::Header(code, name, value)) => (status(code), [(name, value)]).into_response(),
        Some(Reply::Slow(code, time)) => {
            tokio::time::sleep(time).await;
            status(code).into_response()
        }
        Some(Reply::Long(bytes)) => Body::from(vec![b'x'; bytes]).into_response(),
        Some(Reply::Endless) => {
            let parts = tokio_stream::StreamExt::throttle(
                tokio_stream::iter(std::iter::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(b"x")))),
                Duration::from_millis(50),
            );
            Body::from_stream(parts).into_response()
        }
    }
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Checks the signature as a receiver does, from the secret's text alone. Says how many there were, and whether one
    /// is good.
    pub fn check(&self, secret: &str) -> (usize, bool) {
        let key = data_encoding::BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
        let signed = format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body);
        let signatures: Vec<_> = self.header("webhook-signature").split(' ').collect();
        let good = signatures.iter().any(|signature| {
            let code = data_encoding::BASE64.decode(signature.strip_prefix("v1,").unwrap().as_bytes()).unwrap();
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(signed.as_bytes());
            mac.verify_slice(&code).is_ok()
        });
        (signatures.len(), good)
    }
}
