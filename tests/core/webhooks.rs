//! Webhooks from enqueueing to a real receiver on this machine, on every engine.

mod receiver;
mod safety;
mod story;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use testamur::credential::Timestamp;
use testamur::desk::Actor;
use testamur::store::{Act, Collection, MemoryStore, SledStore, Store};
use testamur::webhooks::courier::Clock;
use testamur::webhooks::outbox::next_due;
use testamur::webhooks::{
    Courier, Delivery, DeliveryFilter, Endpoint, EndpointDraft, EventKind, Kept, MessageId, Notice, Rules, Secret,
    Sender, endpoints, enqueue, ledger,
};

use receiver::Receiver;

/// What the tests allow: receivers on this machine.
const LOOPBACK: Rules = Rules { loopback: true };
const START: i64 = 1_767_225_600;

/// A store, a clock that stands, and a courier.
struct Desk {
    store: Arc<dyn Store>,
    clock: Arc<AtomicI64>,
    courier: Courier,
}

impl Desk {
    fn new(store: Arc<dyn Store>) -> Self {
        Self::with_sender(store, Sender::new(LOOPBACK).unwrap())
    }

    fn with_sender(store: Arc<dyn Store>, sender: Sender) -> Self {
        let clock = Arc::new(AtomicI64::new(START));
        let hands = Arc::clone(&clock);
        let read: Clock = Arc::new(move || Timestamp::from_unix(hands.load(Ordering::SeqCst)));
        let courier = Courier::new(Arc::clone(&store), sender, read);
        Self { store, clock, courier }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.clock.load(Ordering::SeqCst))
    }

    fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Moves the clock to when the endpoint's next delivery is due, and returns by how much.
    fn wait_until_due(&self, endpoint: &Endpoint) -> i64 {
        let endpoint = endpoints::show(&*self.store, &endpoint.id).unwrap().record;
        let due = next_due(&*self.store, &endpoint).unwrap().expect("something waits");
        let seconds = due.unix() - self.now().unix();
        self.wait(seconds);
        seconds
    }

    fn endpoint(&self, url: &str) -> (Endpoint, Secret) {
        let draft =
            EndpointDraft { url: url.to_owned(), description: "tests".to_owned(), events: EventKind::ALL.to_vec() };
        let (kept, secret) =
            endpoints::create(&*self.store, &draft, LOOPBACK, &Actor::staff("ada"), self.now()).unwrap();
        (kept.record, secret)
    }

    /// Tells something in the transaction of an act.
    fn tell(&self, notices: &[Notice]) {
        let writes = enqueue(&*self.store, notices).unwrap();
        let act = Act {
            actor: "ada".to_owned(),
            at: self.now(),
            action: "test".to_owned(),
            subject: "x".to_owned(),
            detail: serde_json::json!({}),
        };
        self.store.write_documents(&writes, Some(&act)).unwrap();
    }

    /// Tells that a mail came back: the smallest notice.
    fn tell_one(&self) {
        self.tell(&[Notice::delivery_bounced(self.now(), "d1", &"CERT-WORKSHOP-2026-00001".parse().unwrap())]);
    }

    fn deliveries(&self, filter: DeliveryFilter) -> Vec<Delivery> {
        crate::store::all(3, |cursor, limit| {
            ledger::deliveries(&*self.store, &filter, cursor, limit).map_err(|error| match error {
                testamur::webhooks::WebhookError::Store(error) => error,
                other => panic!("{other}"),
            })
        })
    }

    fn only_delivery(&self) -> Delivery {
        let mut all = self.deliveries(DeliveryFilter::default());
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    fn redeliver(&self, delivery: &Delivery) -> Delivery {
        ledger::redeliver(&*self.store, &delivery.endpoint, &delivery.message, &Actor::staff("ada"), self.now())
            .unwrap()
    }

    fn count(&self, collection: Collection) -> usize {
        self.store.documents(collection, "", None, 10_000).unwrap().items.len()
    }

    fn show(&self, endpoint: &Endpoint) -> Kept<Endpoint> {
        endpoints::show(&*self.store, &endpoint.id).unwrap()
    }
}

/// Returns a fresh store of every engine; the folder goes with the test.
fn engines() -> Vec<(Arc<dyn Store>, Option<tempfile::TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let sled = SledStore::create(&folder.path().join("store")).unwrap();
    vec![(Arc::new(MemoryStore::new()), None), (Arc::new(sled), Some(folder))]
}

fn memory() -> Desk {
    Desk::new(Arc::new(MemoryStore::new()))
}

fn ids(deliveries: &[Delivery]) -> Vec<MessageId> {
    deliveries.iter().map(|delivery| delivery.message.clone()).collect()
}
