use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testamur::desk::Actor;
use testamur::store::StoreError;
use testamur::webhooks::courier::Sent;
use testamur::webhooks::outbox::{Finished, Report, claim, finish};
use testamur::webhooks::{
    Attempt, CertificateNews, DeliveryState, EndpointChange, Outcome, SendError, WebhookError, Why,
};

use super::receiver::Reply;
use super::*;

const HOUR: i64 = 3_600;

fn delivered(delivered: u64) -> Sent {
    Sent { delivered, ..Sent::default() }
}

#[tokio::test]
async fn what_is_told_arrives_signed_and_is_logged() {
    for (store, _folder) in engines() {
        let (desk, receiver) = (Desk::new(store), Receiver::start().await);
        let (endpoint, secret) = desk.endpoint(&receiver.url());
        let numbers = ["CERT-WORKSHOP-2026-00001".parse().unwrap(), "CERT-WORKSHOP-2026-00002".parse().unwrap()];
        desk.tell(&Notice::certificates(CertificateNews::Issued, desk.now(), Some("r1"), &numbers));
        desk.wait(7);
        assert_eq!(desk.courier.deliver_due().await.unwrap(), delivered(1));
        assert_eq!(desk.courier.deliver_due().await.unwrap(), delivered(0));

        let requests = receiver.requests();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].path, "/hook");
        assert_eq!(requests[0].check(&secret.reveal()), (1, true));
        assert_eq!(requests[0].check(&Secret::random().unwrap().reveal()), (1, false));
        assert_eq!(requests[0].header("content-type"), "application/json");
        // When it was sent, not when it happened.
        assert_eq!(requests[0].header("webhook-timestamp"), (START + 7).to_string());
        let data =
            json!({ "event": "WORKSHOP", "run": "r1", "certificates": numbers.map(|number| number.to_string()) });
        let body = json!({ "type": "certificate.issued", "timestamp": "2026-01-01T00:00:00Z", "data": data });
        assert_eq!(serde_json::from_str::<Value>(&requests[0].body).unwrap(), body);

        let delivery = desk.only_delivery();
        assert_eq!((delivery.state, delivery.due), (DeliveryState::Delivered, None));
        assert_eq!(delivery.message.as_str(), requests[0].header("webhook-id"));
        assert_eq!(delivery.log.len(), 1);
        assert_eq!((delivery.log[0].at, delivery.log[0].outcome), (desk.now(), Outcome::Status(200)));
        assert_eq!(ledger::show_message(&*desk.store, &delivery.message).unwrap().body, requests[0].body);
        assert_eq!(ledger::show_delivery(&*desk.store, &endpoint.id, &delivery.message).unwrap().record, delivery);
        assert_eq!(desk.count(Collection::WEBHOOK_QUEUE), 0);
    }
}

#[tokio::test]
async fn an_endpoint_hears_only_what_it_asked_for_while_it_is_enabled() {
    let (desk, receiver) = (memory(), Receiver::start().await);
    let (endpoint, _) = desk.endpoint(&receiver.url());
    let change = EndpointChange { events: Some(vec![EventKind::RunFinished]), ..EndpointChange::default() };
    endpoints::update(&*desk.store, &endpoint.id, None, &change, LOOPBACK, &Actor::staff("ada"), desk.now()).unwrap();
    let bounced = Notice::delivery_bounced(desk.now(), "d1", &"CERT-A-2026-00001".parse().unwrap());
    assert!(enqueue(&*desk.store, std::slice::from_ref(&bounced)).unwrap().is_empty());

    let all =
        EndpointChange { events: Some(EventKind::ALL.to_vec()), enabled: Some(false), ..EndpointChange::default() };
    endpoints::update(&*desk.store, &endpoint.id, None, &all, LOOPBACK, &Actor::staff("ada"), desk.now()).unwrap();
    assert!(enqueue(&*desk.store, &[bounced]).unwrap().is_empty());
    assert_eq!(desk.show(&endpoint).record.disabled.unwrap().why, Why::Staff);
    let ping = endpoints::ping(&*desk.store, &endpoint.id, &Actor::staff("ada"), desk.now());
    assert!(matches!(ping, Err(WebhookError::Disabled(_))));
}

#[tokio::test]
async fn a_test_message_reaches_an_endpoint_whatever_it_asked_for() {
    let (desk, receiver) = (memory(), Receiver::start().await);
    let (endpoint, secret) = desk.endpoint(&receiver.url());
    let id = endpoints::ping(&*desk.store, &endpoint.id, &Actor::staff("ada"), desk.now()).unwrap();
    assert_eq!(desk.courier.deliver_due().await.unwrap(), delivered(1));
    let request = receiver.requests().remove(0);
    assert_eq!((request.header("webhook-id"), request.check(&secret.reveal())), (id.as_str(), (1, true)));
    assert_eq!(serde_json::from_str::<Value>(&request.body).unwrap()["type"], "webhook.ping");
}

#[tokio::test]
async fn a_failure_is_tried_again_on_schedule_and_given_up_after_ten_attempts() {
    for (store, _folder) in engines() {
        let (desk, receiver) = (Desk::new(store), Receiver::start().await);
        let (endpoint, _) = desk.endpoint(&receiver.url());
        receiver.always(Reply::Status(500));
        desk.tell_one();
        let start = desk.now();
        for attempt in 1..10 {
            assert_eq!(desk.courier.deliver_due().await.unwrap(), Sent { again: 1, ..Sent::default() });
            assert_eq!(desk.only_delivery().attempts, attempt);
            // Not before it is due.
            assert_eq!(desk.courier.deliver_due().await.unwrap(), Sent::default());
            desk.wait_until_due(&endpoint);
        }
        assert_eq!(desk.courier.deliver_due().await.unwrap(), Sent { failed: 1, ..Sent::default() });
        let days = (desk.now().unix() - start.unix()) as f64 / 86_400.0;
        assert!((3.1..=3.9).contains(&days), "{days}");
        let delivery = desk.only_delivery();
        assert_eq!((delivery.state, delivery.due, delivery.log.len()), (DeliveryState::Failed, None, 10));
        let ids: BTreeSet<_> = receiver.requests().iter().map(|r| r.header("webhook-id").to_owned()).collect();
        let times: BTreeSet<_> = receiver.requests().iter().map(|r| r.header("webhook-timestamp").to_owned()).collect();
        assert_eq!((ids.len(), times.len()), (1, 10));

        // By hand it is sent once more, under the same id, and has all its attempts again.
        receiver.always(Reply::Status(204));
        let again = desk.redeliver(&delivery);
        assert_eq!((again.state, again.attempts, again.due), (DeliveryState::Waiting, 0, Some(desk.now())));
        assert_eq!(desk.courier.deliver_due().await.unwrap(), delivered(1));
        let delivery = desk.only_delivery();
        assert_eq!((delivery.state, delivery.attempts, delivery.log.len()), (DeliveryState::Delivered, 1, 11));
        assert_eq!(endpoints::health(&*desk.store, &endpoint.id).unwrap(), endpoints::Health::default());
        // Also what was delivered already.
        desk.redeliver(&delivery);
        assert_eq!(desk.courier.deliver_due().await.unwrap(), delivered(1));
        assert_eq!(desk.deliveries(DeliveryFilter { state: Some(DeliveryState::Failed), endpoint: None }), []);
    }
}

#[tokio::test]
async fn an_overloaded_receiver_is_left_alone_for_as_long_as_it_asks() {
    let (desk, receiver) = (memory(), Receiver::start().await);
    let (endpoint, _) = desk.endpoint(&receiver.url());
    receiver.reply([Reply::Header(503, "retry-after", "120".to_owned())]);
    desk.tell_one();
    desk.courier.deliver_due().await.unwrap();
    // A second message does not go out either.
    desk.tell_one();
    assert_eq!(desk.courier.deliver_due().await.unwrap(), Sent::default());
    assert_eq!(desk.wait_until_due(&endpoint), 120);
    assert_eq!(desk.courier.deliver_due().await.unwrap(), delivered(2));

    receiver.reply([Reply::Header(429, "retry-after", "99999999".to_owned())]);
    desk.tell_one();
    desk.courier.deliver_due().await.unwrap();
    assert_eq!(desk.wait_until_due(&endpoint), 86_400);
    receiver.reply([Reply::Status(502)]);
    desk.courier.deliver_due().await.unwrap();
    assert!((30..=360).contains(&desk.wait_until_due(&endpoint)));
}

#[tokio::test]
async fn gone_disables_the_endpoint_and_enabling_it_sends_what_waited() {
    for (store, _folder) in engines() {
        let (desk, receiver) = (Desk::new(store), Receiver::start().await);
        let (endpoint, _) = desk.endpoint(&receiver.url());
        receiver.reply([Reply::Status(500), Reply::Status(410)]);
        desk.tell_one();
        desk.courier.deliver_due().await.unwrap();
        desk.wait(1);
        desk.tell_one();
        assert_eq!(desk.courier.deliver_due().await.unwrap(), Sent { failed: 1, ..Sent::default() });
        assert_eq!(
            desk.show(&endpoint).record.disabled,
            Some(endpoints::Disabled { since: desk.now(), why: Why::Gone })
        );
        let states: Vec<_> = desk.deliveries(DeliveryFilter::default()).iter().map(|d| d.state).collect();
        assert_eq!(states, [DeliveryState::Failed, DeliveryState::Waiting]);
        let last = desk.store.audit(None, 100).unwrap().items.pop().unwrap().act;
        assert_eq!((last.action.as_str(), last.actor.as_str()), ("webhook.disable", "system"));
        assert_eq!(last.detail, json!({ "why": "gone" }));

        desk.wait(HOUR);
        assert_eq!(desk.courier.deliver_due().await.unwrap(), Sent::default());
        let failed = &desk.deliveries(DeliveryFilter::default())[0];
        let refused =
            ledger::redeliver(&*desk.store, &failed.endpoint, &failed.message, &Actor::staff("ada"), desk.now());
        assert!(matches!(refused, Err(WebhookError::Disabled(_))));
        let enable = EndpointChange { enabled: Some(true), ..EndpointChange::default() };
        endpoints::update(&*desk.store, &endpoint.id, None, &enable, LOOPBACK, &Actor::staff("ada"), desk.now())
            .unwrap();
        assert_eq!(desk.courier.deliver_due().await.unwrap(), delivered(1));
    }
}

#[tokio::test]
async fn an_endpoint_that_only_fails_for_days_is_disabled_with_a_note() {
    let (desk, receiver) = (memory(), Receiver::start().await);
    let (endpoint, _) = desk.endpoint(&receiver.url());
    receiver.always(Reply::Status(404));
    let start = desk.now();
    desk.tell_one();
    while desk.show(&endpoint).record.disabled.is_none() {
        desk.courier.deliver_due().await.unwrap();
        let days = (desk.now().unix() - start.unix()) / 86_400;
        assert!(days <= endpoints::FAILING_DAYS);
        desk.wait(HOUR);
        desk.tell_one();
    }
    let disabled = desk.show(&endpoint).record.disabled.unwrap();
    assert_eq!(disabled.why, Why::OnlyFails);
    assert!(disabled.since >= start.plus_days(endpoints::FAILING_DAYS));
}

#[tokio::test]
async fn one_success_begins_the_count_of_failing_days_anew() {
    let (desk, receiver) = (memory(), Receiver::start().await);
    let (endpoint, _) = desk.endpoint(&receiver.url());
    for day in 0..12 {
        receiver.reply([Reply::Status(if day == 4 || day == 8 { 200 } else { 500 })]);
        receiver.always(Reply::Status(500));
        desk.tell_one();
        desk.courier.deliver_due().await.unwrap();
        // The older messages wait for other days.
        for delivery in desk.deliveries(DeliveryFilter { state: Some(DeliveryState::Waiting), endpoint: None }) {
            assert!(delivery.due.unwrap() > desk.now());
        }
        desk.wait(86_400);
    }
    assert_eq!(desk.show(&endpoint).record.disabled, None);
}

#[tokio::test]
async fn a_crash_between_sending_and_noting_it_sends_again_and_loses_nothing() {
    for sled in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("store");
        let store: Arc<dyn Store> =
            if sled { Arc::new(SledStore::create(&place).unwrap()) } else { Arc::new(MemoryStore::new()) };
        let (mut desk, receiver) = (Desk::new(store), Receiver::start().await);
        let (endpoint, secret) = desk.endpoint(&receiver.url());
        desk.tell_one();

        // A worker takes it, sends it, and is killed before it says so.
        let taken = claim(&*desk.store, &endpoint.id, desk.now()).unwrap().unwrap();
        let sender = Sender::new(LOOPBACK).unwrap();
        let answer = sender.send(&taken.url, &taken.message, desk.now(), &taken.secrets, &taken.body).await;
        assert_eq!(answer.outcome, Outcome::Status(200));
        if sled {
            let Desk { store, clock, courier } = desk;
            drop((store, courier));
            let store: Arc<dyn Store> = Arc::new(SledStore::open(&place).unwrap());
            desk = Desk::new(store);
            desk.clock = clock;
        }

        // Nobody else sends it meanwhile.
        assert_eq!(desk.courier.deliver_due().await.unwrap(), Sent::default());
        let delivery = desk.only_delivery();
        assert_eq!(desk.redeliver(&delivery), delivery);
        desk = Desk { courier: Desk::new(Arc::clone(&desk.store)).courier, ..desk };
        let late = Desk::new(Arc::clone(&desk.store));
        late.wait(testamur::webhooks::outbox::LEASE_SECONDS);
        assert_eq!(late.courier.deliver_due().await.unwrap(), delivered(1));
        let requests = receiver.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].header("webhook-id"), requests[1].header("webhook-id"));
        assert_eq!(requests[0].body, requests[1].body);
        assert_eq!(requests[1].check(&secret.reveal()), (1, true));

        // The first worker was only slow: what it has to say no longer counts.
        let attempt = Attempt { at: late.now(), outcome: Outcome::Error(SendError::Timeout), millis: 61_000 };
        let report = Report { attempt, retry_after: None };
        assert_eq!(finish(&*late.store, &taken, &report, late.now(), 0).unwrap(), Finished::Lost);
        let delivery = late.only_delivery();
        assert_eq!((delivery.state, delivery.log.len()), (DeliveryState::Delivered, 1));
        assert_eq!(late.count(Collection::WEBHOOK_QUEUE), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_couriers_at_once_send_each_message_once() {
    for (store, _folder) in engines() {
        let (desk, receiver) = (Desk::new(Arc::clone(&store)), Receiver::start().await);
        let other = Desk::new(store);
        let (endpoint, _) = desk.endpoint(&receiver.url());
        for _ in 0..100 {
            desk.tell_one();
        }
        let (one, two) = tokio::join!(desk.courier.deliver_due(), other.courier.deliver_due());
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!((one.delivered + two.delivered, one.lost + two.lost), (100, 0));
        let requests = receiver.requests();
        let distinct: BTreeSet<_> = requests.iter().map(|request| request.header("webhook-id").to_owned()).collect();
        assert_eq!((requests.len(), distinct.len()), (100, 100));

        let of = |state| desk.deliveries(DeliveryFilter { endpoint: Some(endpoint.id.clone()), state });
        let (all, good) = (of(None), of(Some(DeliveryState::Delivered)));
        assert_eq!((all.len(), ids(&all)), (100, ids(&good)));
        assert_eq!(of(Some(DeliveryState::Waiting)), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slow_endpoint_holds_up_no_other() {
    let (desk, slow, quick) = (memory(), Receiver::start().await, Receiver::start().await);
    desk.endpoint(&slow.url());
    desk.endpoint(&quick.url());
    slow.always(Reply::Slow(200, Duration::from_secs(3)));
    for _ in 0..20 {
        desk.tell_one();
    }
    let courier = desk.courier.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(async move { courier.run(async { _ = stopped.await }).await });
    let begun = Instant::now();
    while quick.requests().len() < 20 {
        assert!(begun.elapsed() < Duration::from_secs(2), "{} arrived", quick.requests().len());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(slow.requests().len() <= testamur::webhooks::courier::LANES);

    // What comes later is sent when the bell rings.
    desk.tell_one();
    desk.courier.bell().notify_one();
    while quick.requests().len() < 21 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Told to stop, it ends what is being sent and takes no more.
    stop.send(()).unwrap();
    running.await.unwrap();
    let good = desk.deliveries(DeliveryFilter { state: Some(DeliveryState::Delivered), endpoint: None });
    assert_eq!(good.len(), 21 + slow.requests().len());
}

#[tokio::test]
async fn during_a_rotation_both_secrets_sign_and_afterwards_the_new_one() {
    let (desk, receiver) = (memory(), Receiver::start().await);
    let (endpoint, old) = desk.endpoint(&receiver.url());
    let new = endpoints::rotate_secret(&*desk.store, &endpoint.id, HOUR, &Actor::staff("ada"), desk.now()).unwrap();
    let send = async || {
        desk.tell_one();
        desk.courier.deliver_due().await.unwrap();
        let request = receiver.requests().pop().unwrap();
        (request.check(&old.reveal()), request.check(&new.reveal()))
    };
    assert_eq!(send().await, ((2, true), (2, true)));
    desk.wait(HOUR);
    assert_eq!(send().await, ((1, false), (1, true)));

    // However often it is rotated, few sign; and an end that was set is not put off.
    for _ in 0..5 {
        endpoints::rotate_secret(&*desk.store, &endpoint.id, i64::MAX, &Actor::staff("ada"), desk.now()).unwrap();
    }
    assert_eq!(send().await.0.0, 3);
    let last = endpoints::rotate_secret(&*desk.store, &endpoint.id, 0, &Actor::staff("ada"), desk.now()).unwrap();
    assert_eq!(send().await.0.0, 1);
    assert_eq!(receiver.requests().pop().unwrap().check(&last.reveal()), (1, true));
}

#[tokio::test]
async fn deliveries_are_listed_by_endpoint_and_state_newest_first() {
    for (store, _folder) in engines() {
        let (desk, one, two) = (Desk::new(store), Receiver::start().await, Receiver::start().await);
        let (first, _) = desk.endpoint(&one.url());
        let (second, _) = desk.endpoint(&two.url());
        two.always(Reply::Status(500));
        for _ in 0..7 {
            desk.tell_one();
            desk.wait(1);
        }
        desk.courier.deliver_due().await.unwrap();
        let list = |endpoint: Option<&Endpoint>, state| {
            desk.deliveries(DeliveryFilter { endpoint: endpoint.map(|endpoint| endpoint.id.clone()), state })
        };
        assert_eq!(list(None, None).len(), 14);
        assert_eq!(list(None, Some(DeliveryState::Delivered)), list(Some(&first), None));
        assert_eq!(list(None, Some(DeliveryState::Waiting)), list(Some(&second), None));
        assert_eq!(list(Some(&second), Some(DeliveryState::Delivered)), []);
        let times: Vec<_> = list(Some(&first), None).iter().map(|delivery| delivery.at.unix() - START).collect();
        assert_eq!(times, [6, 5, 4, 3, 2, 1, 0]);
        let wrong = ledger::deliveries(&*desk.store, &DeliveryFilter::default(), Some("!"), 3);
        assert!(matches!(wrong, Err(WebhookError::Store(StoreError::Cursor(_)))));

        // An endpoint goes with its secrets and deliveries; the other's stay.
        endpoints::delete(&*desk.store, &second.id, None, &Actor::staff("ada"), desk.now()).unwrap();
        assert!(matches!(endpoints::show(&*desk.store, &second.id), Err(WebhookError::NoEndpoint(_))));
        assert_eq!((list(None, None).len(), desk.count(Collection::WEBHOOK_QUEUE)), (7, 0));
        assert_eq!((desk.count(Collection::WEBHOOK_SECRETS), desk.count(Collection::WEBHOOK_HEALTH)), (1, 0));

        // After a month nothing is left of the others.
        desk.wait(ledger::RETENTION_DAYS * 86_400 - 4);
        desk.tell_one();
        assert_eq!(ledger::tidy(&*desk.store, desk.now()).unwrap(), 3);
        desk.wait(4);
        assert_eq!(ledger::tidy(&*desk.store, desk.now()).unwrap(), 4);
        assert_eq!((desk.count(Collection::WEBHOOK_MESSAGES), desk.count(Collection::WEBHOOK_STATES)), (1, 1));
        assert_eq!(desk.courier.deliver_due().await.unwrap(), delivered(1));
    }
}

#[tokio::test]
async fn a_message_queued_while_its_endpoint_was_removed_hurts_nobody() {
    let (desk, receiver) = (memory(), Receiver::start().await);
    let (endpoint, _) = desk.endpoint(&receiver.url());
    let number = "CERT-A-2026-00001".parse().unwrap();
    let writes = enqueue(&*desk.store, &[Notice::delivery_bounced(desk.now(), "d1", &number)]).unwrap();
    endpoints::delete(&*desk.store, &endpoint.id, None, &Actor::staff("ada"), desk.now()).unwrap();
    desk.store.write_documents(&writes, None).unwrap();
    assert_eq!(desk.courier.deliver_due().await.unwrap(), Sent::default());
    desk.wait(31 * 86_400);
    assert_eq!(ledger::tidy(&*desk.store, desk.now()).unwrap(), 1);
    assert_eq!((desk.count(Collection::WEBHOOK_QUEUE), desk.count(Collection::WEBHOOK_DELIVERIES)), (0, 0));
}

#[tokio::test]
async fn ten_thousand_certificates_are_few_messages_in_one_transaction() {
    for (store, _folder) in engines() {
        let (desk, receiver) = (Desk::new(store), Receiver::start().await);
        desk.endpoint(&receiver.url());
        let event: testamur::credential::EventCode = "WORKSHOP".parse().unwrap();
        let number = |sequence| testamur::credential::CertificateNumber::new(event.clone(), 2026, sequence);
        let numbers: Vec<_> = (1..=10_000).map(number).collect();
        let begun = Instant::now();
        desk.tell(&Notice::certificates(CertificateNews::Issued, desk.now(), None, &numbers));
        println!("enqueued in {:?}", begun.elapsed());
        assert_eq!(desk.courier.deliver_due().await.unwrap(), delivered(20));
        println!("delivered after {:?}", begun.elapsed());
        let mut told = BTreeSet::new();
        for request in receiver.requests() {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            let names = body["data"]["certificates"].as_array().unwrap();
            told.extend(names.iter().map(|name| name.as_str().unwrap().to_owned()));
        }
        assert_eq!(told.len(), 10_000);
    }
}

#[test]
fn an_endpoint_is_changed_only_by_who_saw_its_last_revision() {
    for (store, _folder) in engines() {
        let desk = Desk::new(store);
        let (endpoint, secret) = desk.endpoint("https://example.org/t0ken");
        let seen = desk.show(&endpoint).revision;
        let change = |text: &str| EndpointChange { description: Some(text.to_owned()), ..EndpointChange::default() };
        let update = |revision, change: &EndpointChange| {
            endpoints::update(
                &*desk.store,
                &endpoint.id,
                revision,
                change,
                Rules::default(),
                &Actor::staff("ada"),
                desk.now(),
            )
        };
        let kept = update(Some(seen), &change("one")).unwrap();
        assert_eq!(desk.show(&endpoint), kept);
        let conflict = |error| matches!(error, WebhookError::Store(StoreError::Conflict(_)));
        assert!(conflict(update(Some(seen), &change("two")).unwrap_err()));
        assert_eq!(update(None, &change("three")).unwrap().record.description, "three");
        let delete = endpoints::delete(&*desk.store, &endpoint.id, Some(seen), &Actor::staff("ada"), desk.now());
        assert!(conflict(delete.unwrap_err()));

        let bad = EndpointChange { url: Some("http://127.0.0.1/".to_owned()), ..EndpointChange::default() };
        assert!(matches!(update(None, &bad), Err(WebhookError::Target(_))));
        let none = EndpointChange { events: Some(vec![EventKind::Ping]), ..EndpointChange::default() };
        assert!(matches!(update(None, &none), Err(WebhookError::NoEvents)));
        assert!(matches!(update(None, &change(&"x".repeat(501))), Err(WebhookError::Description { .. })));

        // Neither a listing nor the audit log shows the secret or the address.
        let listed = serde_json::to_string(&endpoints::list(&*desk.store).unwrap()[0].record).unwrap();
        assert!(!listed.contains("whsec_") && !listed.contains(&secret.reveal()[6..]), "{listed}");
        let audit = serde_json::to_string(&desk.store.audit(None, 100).unwrap().items).unwrap();
        assert!(!audit.contains("t0ken") && !audit.contains("whsec_"), "{audit}");
        testamur::store::check_audit(&*desk.store).unwrap();
    }
}

#[test]
fn there_is_a_most_number_of_endpoints() {
    let desk = memory();
    for _ in 0..endpoints::MAX_ENDPOINTS {
        desk.endpoint("https://example.org/");
    }
    let draft = EndpointDraft {
        url: "https://example.org/".to_owned(),
        description: String::new(),
        events: vec![EventKind::RunFinished],
    };
    let more = endpoints::create(&*desk.store, &draft, Rules::default(), &Actor::staff("ada"), desk.now());
    assert!(matches!(more, Err(WebhookError::TooMany(50))));
}
