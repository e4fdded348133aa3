//! Sending: intent before the dialogue, outcome after it, several mails side by side.
//!
//! Invariants: the store knows of a mail before the server does, and a mail that may have arrived is never sent again on
//! its day; what is told of the mails does not depend on the order in which they ended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::assess::Plan;
use super::post::Post;
use super::recording::clock;
use crate::domain::{Address, Letter, MailOutcome, PastMail};
use crate::judge::WhyNot;
use crate::mail::{Message, Turn};
use crate::store::{Intended, MailIntent, MailKind};

/// Mails in hand at once: the most that a kill leaves in doubt.
const AT_ONCE: usize = 4;

/// Letters that are written while others are in hand.
const AHEAD: usize = 4;

/// Pauses before a mail that was refused for now is tried again in the same run.
pub(super) const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(16)];

/// Why a mail that was refused for now is not tried again.
const OTHERS: &str = "a mail that was refused for now was written with another mail.redirect_to or mail.from: it is not tried again, and a new one is due on the next day";

/// How the mails of a run ended.
#[derive(Debug, Default)]
pub(super) struct Mailed {
    pub(super) outcomes: BTreeMap<Address, MailOutcome>,
    /// Letters that could not be written or stored.
    pub(super) unwritten: u64,
    /// Whether the store failed on the way.
    pub(super) state_lost: bool,
    pub(super) troubles: BTreeSet<String>,
}

/// A message whose intent is stored, or was by an earlier run.
struct Ready {
    person: Address,
    message: Message,
}

/// Sends every letter that is due, and again what an earlier run of the day could not deliver; `past` are the mails of
/// earlier runs.
pub(super) async fn send(post: &Post<'_>, past: &[PastMail], plan: &Plan) -> Mailed {
    if plan.is_held() {
        return Mailed::default();
    }
    let mailing = Mailing { post, halt: post.recorder.stop().child_token(), mailed: Mutex::default() };
    let letters = &plan.reminded.letters;
    let mut deferred = mailing.earlier_today(past, plan).await;
    deferred.extend(mailing.all_for_the_first_time(letters).await);
    mailing.try_again(deferred).await;
    mailing.leave_for_later(letters);
    let mailed = mailing.mailed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let accepted = mailed.outcomes.values().filter(|outcome| **outcome == MailOutcome::Accepted).count();
    info!(mails.due = letters.len(), mails.accepted = accepted, "the mails are through");
    mailed
}

/// The mails of a run under way.
struct Mailing<'a> {
    post: &'a Post<'a>,
    /// Cancelled when no further mail may begin.
    halt: CancellationToken,
    mailed: Mutex<Mailed>,
}

impl Mailing<'_> {
    /// Mails of earlier runs of the day that were refused for now: the same bytes are tried again. Between a rehearsal
    /// and a run that is none nothing is handed on: what the one wrote the other does not send.
    async fn earlier_today(&self, past: &[PastMail], plan: &Plan) -> Vec<Ready> {
        let waiting: BTreeSet<&Address> =
            plan.reminded.persons.iter().filter(|p| p.why == WhyNot::TryAgain).map(|p| &p.address).collect();
        if waiting.is_empty() {
            return Vec::new();
        }
        let order = self.post.order;
        let stored = match self.post.recorder.store.mails_of_day(order.today()).await {
            Ok(stored) => stored,
            Err(error) => {
                self.state_is_lost(&error);
                return Vec::new();
            }
        };
        // As today's configuration would write them.
        let ids: BTreeSet<String> = past
            .iter()
            .filter(|mail| mail.day == order.today())
            .map(|mail| self.post.texts.letter_id(&mail.person, mail.episode, mail.number))
            .collect();
        let mut ready = Vec::new();
        for mail in stored.into_iter().filter(|mail| mail.outcome == MailOutcome::Deferred) {
            let Some(person) = mail.person.filter(|person| waiting.contains(person)) else { continue };
            if ids.contains(&mail.message_id) {
                let to = order.config.mail.redirect_to.clone().unwrap_or_else(|| person.clone());
                ready.push(Ready { person, message: Message { message_id: mail.message_id, to, bytes: mail.bytes } });
            } else {
                let mut mailed = self.mailed();
                mailed.troubles.insert(OTHERS.to_owned());
                mailed.outcomes.insert(person, MailOutcome::Deferred);
            }
        }
        ready
    }

    /// Writes all letters, a few ahead, and sends them; gives back what was refused for now.
    async fn all_for_the_first_time(&self, letters: &[Letter]) -> Vec<Ready> {
        let writing: Vec<_> = letters.iter().map(|letter| self.write(letter).boxed()).collect();
        let written = stream::iter(writing).buffered(AHEAD).filter_map(std::future::ready);
        side_by_side(written.map(|(letter, message)| self.first_time(letter, message).boxed())).await
    }

    /// Writes a letter; none if that fails, or no mail may begin any more.
    async fn write(&self, letter: &Letter) -> Option<(Letter, Message)> {
        if self.halt.is_cancelled() {
            return None;
        }
        match self.post.write(letter).await {
            Ok(message) => Some((letter.clone(), message)),
            Err(fault) => {
                let mut mailed = self.mailed();
                mailed.unwritten += 1;
                mailed.troubles.insert(format!("a mail could not be written: {fault}"));
                None
            }
        }
    }

    /// Sends a letter; gives it back if it was refused for now.
    async fn first_time(&self, letter: Letter, message: Message) -> Option<Ready> {
        let turn = self.turn().await?;
        let ready = self.intend(letter, message).await?;
        self.deliver(ready, turn).await
    }

    /// Sends a mail that was refused for now; gives it back if it was again.
    async fn once_more(&self, ready: Ready) -> Option<Ready> {
        let Some(turn) = self.turn().await else { return Some(ready) };
        match self.post.recorder.store.intend_again(&ready.message.message_id, self.post.recorder.lease()).await {
            Ok(stored) => {
                let ready = Ready { message: Message { bytes: stored.bytes, ..ready.message }, ..ready };
                self.deliver(ready, turn).await
            }
            Err(error) => {
                self.state_is_lost(&error);
                None
            }
        }
    }

    /// The next mail's turn; none if no mail may begin any more.
    async fn turn(&self) -> Option<Turn<'_>> {
        if self.post.postman.has_given_up() {
            self.halt.cancel();
        }
        let turn = self.halt.run_until_cancelled(self.post.postman.turn()).await?;
        (!self.halt.is_cancelled() && !self.post.postman.has_given_up()).then_some(turn)
    }

    /// Stores that a letter is about to be sent; none if it must not be.
    async fn intend(&self, letter: Letter, message: Message) -> Option<Ready> {
        let recorder = self.post.recorder;
        let intent = MailIntent {
            run: recorder.run()?,
            message_id: message.message_id.clone(),
            day: letter.day,
            kind: MailKind::Person {
                person: letter.to.clone(),
                episode: letter.episode,
                number: letter.number,
                content: letter.content,
            },
            bytes: message.bytes.clone(),
            at: clock(),
        };
        let person = letter.to;
        match recorder.store.intend(&intent, recorder.lease()).await {
            Ok(Intended::New) => Some(Ready { person, message }),
            Ok(Intended::Again(stored)) => Some(Ready {
                person,
                message: Message { message_id: stored.message_id, bytes: stored.bytes, ..message },
            }),
            Ok(Intended::Already(outcome)) => {
                self.mailed().outcomes.insert(person, outcome);
                None
            }
            Err(error) => {
                self.mailed().unwritten += 1;
                self.state_is_lost(&error);
                None
            }
        }
    }

    /// One dialogue and its stored outcome; gives the mail back if it was refused for now.
    async fn deliver(&self, ready: Ready, turn: Turn<'_>) -> Option<Ready> {
        let (delivery, stored) = self.post.deliver(&ready.message, turn).await;
        let id = &ready.message.message_id;
        match delivery.outcome {
            MailOutcome::Accepted => info!(mail.id = id, "a mail was accepted"),
            MailOutcome::Redirected => info!(mail.id = id, "a mail went to the rehearsal's address"),
            outcome => {
                warn!(
                    mail.id = id,
                    mail.outcome = outcome.as_str(),
                    mail.reply = delivery.reply,
                    "a mail was not accepted"
                );
            }
        }
        if let Err(error) = stored {
            self.state_is_lost(&error);
        }
        self.mailed().outcomes.insert(ready.person.clone(), delivery.outcome);
        (delivery.outcome == MailOutcome::Deferred).then_some(ready)
    }

    /// Tries what was refused for now again, with growing pauses.
    async fn try_again(&self, mut deferred: Vec<Ready>) {
        for pause in PAUSES {
            if deferred.is_empty() || self.halt.run_until_cancelled(sleep(pause)).await.is_none() {
                break;
            }
            deferred = side_by_side(stream::iter(deferred).map(|ready| self.once_more(ready).boxed())).await;
        }
        for ready in deferred {
            self.mailed().outcomes.entry(ready.person).or_insert(MailOutcome::Deferred);
        }
    }

    /// If the server took nothing from anybody: what was not begun is refused for now as well, and still due today.
    fn leave_for_later(&self, letters: &[Letter]) {
        let mut mailed = self.mailed();
        let begun = mailed.outcomes.len();
        if !self.post.postman.has_given_up() || self.post.recorder.stop().is_cancelled() || mailed.state_lost {
            return;
        }
        for letter in letters {
            mailed.outcomes.entry(letter.to.clone()).or_insert(MailOutcome::Deferred);
        }
        let left = mailed.outcomes.len() - begun;
        if left > 0 {
            warn!(mails = left, "the mail server took nothing for a minute: the other mails are left for a later run");
        }
    }

    /// Without a store there is no further mail.
    fn state_is_lost(&self, error: &crate::store::Error) {
        self.halt.cancel();
        let mut mailed = self.mailed();
        mailed.state_lost = true;
        mailed.troubles.insert(error.to_string());
    }

    fn mailed(&self) -> MutexGuard<'_, Mailed> {
        self.mailed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has so many mails in hand at a time; gives back those that are to be tried again, by person.
async fn side_by_side<'a>(mails: impl Stream<Item = BoxFuture<'a, Option<Ready>>>) -> Vec<Ready> {
    let mut deferred: Vec<Ready> = mails.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
    deferred.sort_by(|a, b| a.person.cmp(&b.person));
    deferred
}
