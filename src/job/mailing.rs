//! Sending: intent before the dialogue, outcome after it.
//!
//! Invariant: the store knows of a mail before the server does, and a mail that may have arrived is never sent again on
//! its day.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::sleep;
use tracing::{info, warn};

use super::assess::Plan;
use super::post::Post;
use super::recording::clock;
use crate::domain::{Address, Letter, MailOutcome};
use crate::judge::WhyNot;
use crate::mail::Message;
use crate::store::{Intended, MailIntent, MailKind};

/// Pauses before a mail that was refused for now is tried again in the same run.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(16)];

/// How the mails of a run ended.
#[derive(Debug, Default)]
pub(super) struct Mailed {
    pub(super) outcomes: BTreeMap<Address, MailOutcome>,
    /// Letters that could not be written or stored.
    pub(super) unwritten: u64,
    /// Whether the store failed on the way.
    pub(super) state_lost: bool,
    pub(super) troubles: Vec<String>,
}

/// A message whose intent is stored.
struct Ready {
    person: Address,
    message: Message,
}

/// Sends every letter that is due, and again what an earlier run of the day could not deliver.
pub(super) async fn send(post: &Post<'_>, plan: &Plan) -> Mailed {
    let mut mailed = Mailed::default();
    if plan.is_held() {
        return mailed;
    }
    let mut deferred = earlier_today(post, plan, &mut mailed).await;
    for letter in &plan.reminded.letters {
        if stopped_before_turn(post, &mailed).await {
            break;
        }
        let Some(ready) = intend(post, letter, &mut mailed).await else { continue };
        if deliver(post, &ready, &mut mailed).await == MailOutcome::Deferred {
            deferred.push(ready);
        }
    }
    try_again(post, deferred, &mut mailed).await;
    let (ok, all) =
        (mailed.outcomes.values().filter(|o| **o == MailOutcome::Accepted).count(), plan.reminded.letters.len());
    info!(mails.due = all, mails.accepted = ok, "the mails are through");
    mailed
}

/// Waits for the next mail's turn; says whether there shall be none.
async fn stopped_before_turn(post: &Post<'_>, mailed: &Mailed) -> bool {
    let stop = post.recorder.stop();
    mailed.state_lost || stop.is_cancelled() || stop.run_until_cancelled(post.postman.turn()).await.is_none()
}

/// Mails of earlier runs of the day that were refused for now: the same bytes are tried again.
async fn earlier_today(post: &Post<'_>, plan: &Plan, mailed: &mut Mailed) -> Vec<Ready> {
    let waiting: BTreeSet<&Address> =
        plan.reminded.persons.iter().filter(|p| p.why == WhyNot::TryAgain).map(|p| &p.address).collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    let stored = match post.recorder.store.mails_of_day(post.order.today()).await {
        Ok(stored) => stored,
        Err(error) => {
            mailed.troubles.push(error.to_string());
            return Vec::new();
        }
    };
    stored
        .into_iter()
        .filter(|mail| mail.outcome == MailOutcome::Deferred)
        .filter_map(|mail| {
            let person = mail.person.filter(|person| waiting.contains(person))?;
            let to = post.order.config.mail.redirect_to.clone().unwrap_or_else(|| person.clone());
            Some(Ready { person, message: Message { message_id: mail.message_id, to, bytes: mail.bytes } })
        })
        .collect()
}

/// Writes a letter and stores that it is about to be sent; none if it must not be.
async fn intend(post: &Post<'_>, letter: &Letter, mailed: &mut Mailed) -> Option<Ready> {
    let message = match post.texts.letter(letter, post.order.date()) {
        Ok(message) => message,
        Err(fault) => {
            mailed.unwritten += 1;
            mailed.troubles.push(format!("a mail could not be written: {fault}"));
            return None;
        }
    };
    let intent = MailIntent {
        run: post.recorder.run()?,
        message_id: message.message_id.clone(),
        day: letter.day,
        kind: MailKind::Person {
            person: letter.to.clone(),
            episode: letter.episode,
            number: letter.number,
            content: letter.content.clone(),
        },
        bytes: message.bytes.clone(),
        at: clock(),
    };
    let person = letter.to.clone();
    match post.recorder.store.intend(&intent, post.recorder.lease()).await {
        Ok(Intended::New) => Some(Ready { person, message }),
        Ok(Intended::Again(stored)) => {
            Some(Ready { person, message: Message { message_id: stored.message_id, bytes: stored.bytes, ..message } })
        }
        Ok(Intended::Already(outcome)) => {
            mailed.outcomes.insert(person, outcome);
            None
        }
        Err(error) => {
            mailed.unwritten += 1;
            mailed.state_lost = true;
            mailed.troubles.push(error.to_string());
            None
        }
    }
}

/// One dialogue and its stored outcome.
async fn deliver(post: &Post<'_>, ready: &Ready, mailed: &mut Mailed) -> MailOutcome {
    let (delivery, stored) = post.deliver(&ready.message).await;
    if delivery.outcome == MailOutcome::Accepted {
        info!(mail.id = ready.message.message_id, "a mail was accepted");
    } else {
        warn!(
            mail.id = ready.message.message_id,
            mail.outcome = delivery.outcome.as_str(),
            mail.reply = delivery.reply,
            "a mail was not accepted"
        );
    }
    if let Err(error) = stored {
        mailed.state_lost = true;
        mailed.troubles.push(error.to_string());
    }
    mailed.outcomes.insert(ready.person.clone(), delivery.outcome);
    delivery.outcome
}

/// Tries what was refused for now again, with growing pauses.
async fn try_again(post: &Post<'_>, mut deferred: Vec<Ready>, mailed: &mut Mailed) {
    for pause in PAUSES {
        if deferred.is_empty() || post.recorder.stop().run_until_cancelled(sleep(pause)).await.is_none() {
            break;
        }
        let mut still = Vec::new();
        for ready in deferred {
            if stopped_before_turn(post, mailed).await {
                break;
            }
            match post.recorder.store.intend_again(&ready.message.message_id, post.recorder.lease()).await {
                Ok(stored) => {
                    let ready = Ready { message: Message { bytes: stored.bytes, ..ready.message }, ..ready };
                    if deliver(post, &ready, mailed).await == MailOutcome::Deferred {
                        still.push(ready);
                    }
                }
                Err(error) => {
                    mailed.state_lost = true;
                    mailed.troubles.push(error.to_string());
                }
            }
        }
        deferred = still;
    }
    for ready in deferred {
        mailed.outcomes.entry(ready.person).or_insert(MailOutcome::Deferred);
    }
}
