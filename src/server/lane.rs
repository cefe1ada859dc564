//! One at a time, and those who wait in turn by where they come from: whoever sends much waits behind others, not before.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::rate::network;

/// Whose turn it is.
#[derive(Clone, Default)]
pub(super) struct Lane(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    is_taken: bool,
    /// Who waits, by network; the front one is next.
    queues: VecDeque<(IpAddr, VecDeque<oneshot::Sender<Turn>>)>,
}

/// Somebody's turn, until it is dropped.
pub(super) struct Turn(Option<Lane>);

impl Lane {
    /// Waits for a turn.
    pub(super) async fn wait(&self, address: IpAddr) -> Turn {
        let called = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if !waiting.is_taken {
                waiting.is_taken = true;
                return Turn(Some(self.clone()));
            }
            let (sender, called) = oneshot::channel();
            waiting.join(network(address), sender);
            called
        };
        // The sender is kept until it was used: who is dropped before hands the turn on.
        called.await.unwrap_or(Turn(None))
    }

    fn pass_on(&self) {
        loop {
            let next = self.0.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(next) = next else { return };
            match next.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // Who is gone gives it back.
                Err(mut turn) => turn.0 = None,
            }
        }
    }
}

impl Waiting {
    fn join(&mut self, network: IpAddr, sender: oneshot::Sender<Turn>) {
        match self.queues.iter_mut().find(|(waiting, _)| *waiting == network) {
            Some((_, queue)) => queue.push_back(sender),
            None => self.queues.push_back((network, VecDeque::from([sender]))),
        }
    }

    /// Calls the next one, whose network then stands at the end.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let Some((network, mut queue)) = self.queues.pop_front() else {
            self.is_taken = false;
            return None;
        };
        let next = queue.pop_front();
        if !queue.is_empty() {
            self.queues.push_back((network, queue));
        }
        next
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(lane) = self.0.take() {
            lane.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_network_is_called_in_its_turn() {
        let lane = Lane::default();
        let (many, one): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let first = lane.wait(many).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for (name, address) in [("a", many), ("b", many), ("c", one)] {
            let (lane, order) = (lane.clone(), Arc::clone(&order));
            waiting.push(tokio::spawn(async move {
                let _turn = lane.wait(address).await;
                order.lock().unwrap().push(name);
            }));
            tokio::task::yield_now().await;
        }
        drop(first);
        for one in waiting {
            one.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), ["a", "c", "b"]);
        assert!(!lane.0.lock().unwrap().is_taken);
    }

    #[tokio::test]
    async fn who_gives_up_stops_nobody() {
        let lane = Lane::default();
        let here: IpAddr = "192.0.2.1".parse().unwrap();
        let first = lane.wait(here).await;
        let waits = lane.wait(here);
        assert!(tokio::time::timeout(std::time::Duration::from_millis(5), waits).await.is_err());
        drop(first);
        let _second = lane.wait(here).await;
    }
}
