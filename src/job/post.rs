//! One message to the server, with the store that must know first.
//!
//! Invariant: a dialogue begins only after its intent is stored, and goes on only while the lease is ours.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::Order;
use super::recording::{Recorder, clock};
use crate::domain::{Letter, MailOutcome};
use crate::mail::{Delivery, Message, Postman, Turn, Writer};
use crate::store;

/// What the mail in hand has after SIGTERM; the run itself has a second more.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// What sending needs: the words, the way, and the store that is told before and after.
#[derive(Clone, Copy)]
pub(super) struct Post<'a> {
    pub(super) order: &'a Order<'a>,
    pub(super) texts: &'a Arc<Writer>,
    pub(super) postman: &'a Postman,
    pub(super) recorder: &'a Recorder,
}

impl Post<'_> {
    /// Writes a letter, beside whatever else is under way: it is the most work of a mail.
    pub(super) async fn write(&self, letter: &Letter) -> Result<Message, String> {
        let (texts, letter, date) = (Arc::clone(self.texts), letter.clone(), self.order.date());
        match spawn_blocking(move || texts.letter(&letter, date)).await {
            Ok(written) => written.map_err(|fault| fault.to_string()),
            Err(_) => Err("a fault of the program".to_owned()),
        }
    }

    /// One dialogue and its stored outcome; an error says that the outcome could not be stored.
    pub(super) async fn deliver(&self, message: &Message, turn: Turn<'_>) -> (Delivery, Result<(), store::Error>) {
        let delivery = self.dialogue(message, turn).await;
        let (outcome, reply) = (delivery.outcome, Some(delivery.reply.as_str()));
        let Recorder { store, .. } = self.recorder;
        let stored = store.settle(&message.message_id, outcome, reply, clock(), self.recorder.lease()).await;
        (delivery, stored)
    }

    /// A delivery that, once the process shall end, has [`LAST_WORDS`]; what is not known by then is doubtful. A process
    /// that was frozen past its lease, or without its store for so long, says not one word more to the server before it
    /// has proven the lease anew.
    async fn dialogue(&self, message: &Message, turn: Turn<'_>) -> Delivery {
        let doubtful = |reply: &str| Delivery { outcome: MailOutcome::Doubtful, reply: reply.to_owned() };
        let lease = self.recorder.lease();
        let lost = lease.lost();
        let dialogue = self.postman.deliver(message, turn);
        let last_words = async {
            self.order.stop.cancelled().await;
            sleep(LAST_WORDS).await;
        };
        tokio::pin!(dialogue, last_words);
        loop {
            tokio::select! {
                biased;
                () = lease.stale() => {
                    match self.recorder.store.prove(lease).await {
                        Ok(()) => {}
                        Err(store::Error::LeaseLost { .. }) => {
                            return doubtful("frozen past the lease before the server answered");
                        }
                        Err(_) => {
                            return doubtful("the store could not prove the lease before the server answered");
                        }
                    }
                }
                () = lost.cancelled() => return doubtful("the lease was lost before the server answered"),
                () = &mut last_words => return doubtful("told to stop before the server answered"),
                delivery = &mut dialogue => return delivery,
            }
        }
    }
}
