//! Sending: intent before the dialogue, outcome after it.
//!
//! Invariant: the store knows of a mail before the server does, and a mail that may have arrived is never sent again on
//! its day.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Order;
use super::assess::{Night, Plan};
use super::recording::{Recorder, clock};
use crate::domain::{Address, Exit, Letter, MailOutcome, Summary};
use crate::judge::{self, WhyNot};
use crate::mail::{Delivery, Message, Postman, Writer};
use crate::report;
use crate::store::{Intended, MailIntent, MailKind};

/// Pauses before a mail that was refused for now is tried again in the same run.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(16)];

/// What the mail in hand has after SIGTERM; the run itself has a second more.
const LAST_WORDS: Duration = Duration::from_secs(4);

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
pub(super) async fn send(
    order: &Order<'_>,
    plan: &Plan,
    texts: &Writer,
    postman: &Postman,
    recorder: &Recorder,
) -> Mailed {
    let mut mailed = Mailed::default();
    if plan.is_held() {
        return mailed;
    }
    let mut deferred = earlier_today(order, plan, recorder, &mut mailed).await;
    for letter in &plan.reminded.letters {
        if stopped_before_turn(recorder, postman, &mailed).await {
            break;
        }
        let Some(ready) = intend(order, letter, texts, recorder, &mut mailed).await else { continue };
        if deliver(order, &ready, postman, recorder, &mut mailed).await == MailOutcome::Deferred {
            deferred.push(ready);
        }
    }
    try_again(order, deferred, postman, recorder, &mut mailed).await;
    let (ok, all) =
        (mailed.outcomes.values().filter(|o| **o == MailOutcome::Accepted).count(), plan.reminded.letters.len());
    info!(mails.due = all, mails.accepted = ok, "the mails are through");
    mailed
}

/// Waits for the next mail's turn; says whether there shall be none.
async fn stopped_before_turn(recorder: &Recorder, postman: &Postman, mailed: &Mailed) -> bool {
    let stop = recorder.stop();
    mailed.state_lost || stop.is_cancelled() || stop.run_until_cancelled(postman.turn()).await.is_none()
}

/// Mails of earlier runs of the day that were refused for now: the same bytes are tried again.
async fn earlier_today(order: &Order<'_>, plan: &Plan, recorder: &Recorder, mailed: &mut Mailed) -> Vec<Ready> {
    let waiting: BTreeSet<&Address> =
        plan.reminded.persons.iter().filter(|p| p.why == WhyNot::TryAgain).map(|p| &p.address).collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    let stored = match recorder.store.mails_of_day(order.today()).await {
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
            let to = order.config.mail.redirect_to.clone().unwrap_or_else(|| person.clone());
            Some(Ready { person, message: Message { message_id: mail.message_id, to, bytes: mail.bytes } })
        })
        .collect()
}

/// Writes a letter and stores that it is about to be sent; none if it must not be.
async fn intend(
    order: &Order<'_>,
    letter: &Letter,
    texts: &Writer,
    recorder: &Recorder,
    mailed: &mut Mailed,
) -> Option<Ready> {
    let message = match texts.letter(letter, order.date()) {
        Ok(message) => message,
        Err(fault) => {
            mailed.unwritten += 1;
            mailed.troubles.push(format!("a mail could not be written: {fault}"));
            return None;
        }
    };
    let intent = MailIntent {
        run: recorder.run()?,
        message_id: message.message_id.clone(),
        day: letter.day,
        kind: MailKind::Person {
            person: letter.to.clone(),
            episode: letter.episode,
            number: letter.number,
            gaps: letter.gaps.clone(),
        },
        bytes: message.bytes.clone(),
        at: clock(),
    };
    let person = letter.to.clone();
    match recorder.store.intend(&intent, recorder.lease()).await {
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
async fn deliver(
    order: &Order<'_>,
    ready: &Ready,
    postman: &Postman,
    recorder: &Recorder,
    mailed: &mut Mailed,
) -> MailOutcome {
    let delivery = bounded(postman, &ready.message, &order.stop, recorder).await;
    let stored = recorder
        .store
        .settle(&ready.message.message_id, delivery.outcome, Some(&delivery.reply), clock(), recorder.lease())
        .await;
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

/// A delivery that, once the process shall end, has [`LAST_WORDS`]; what is not known by then is doubtful. A process
/// that was frozen past its lease says not one word more to the server before it has proven the lease anew.
async fn bounded(postman: &Postman, message: &Message, stop: &CancellationToken, recorder: &Recorder) -> Delivery {
    let doubtful = |reply: &str| Delivery { outcome: MailOutcome::Doubtful, reply: reply.to_owned() };
    let lease = recorder.lease();
    let lost = lease.lost();
    let dialogue = postman.deliver(message);
    let last_words = async {
        stop.cancelled().await;
        sleep(LAST_WORDS).await;
    };
    tokio::pin!(dialogue, last_words);
    loop {
        tokio::select! {
            biased;
            () = lease.stale() => {
                if recorder.store.prove(lease).await.is_err() {
                    return doubtful("frozen past the lease before the server answered");
                }
            }
            () = lost.cancelled() => return doubtful("the lease was lost before the server answered"),
            () = &mut last_words => return doubtful("told to stop before the server answered"),
            delivery = &mut dialogue => return delivery,
        }
    }
}

/// Tries what was refused for now again, with growing pauses.
async fn try_again(
    order: &Order<'_>,
    mut deferred: Vec<Ready>,
    postman: &Postman,
    recorder: &Recorder,
    mailed: &mut Mailed,
) {
    for pause in PAUSES {
        if deferred.is_empty() || recorder.stop().run_until_cancelled(sleep(pause)).await.is_none() {
            break;
        }
        let mut still = Vec::new();
        for ready in deferred {
            if stopped_before_turn(recorder, postman, mailed).await {
                break;
            }
            match recorder.store.intend_again(&ready.message.message_id, recorder.lease()).await {
                Ok(stored) => {
                    let ready = Ready { message: Message { bytes: stored.bytes, ..ready.message }, ..ready };
                    if deliver(order, &ready, postman, recorder, mailed).await == MailOutcome::Deferred {
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

/// Whether the operators were told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) exits: BTreeSet<Exit>,
    pub(super) troubles: Vec<String>,
}

/// Sends the digest: once a day, and again if the verdict changed.
pub(super) async fn tell_operators(
    order: &Order<'_>,
    night: &Night,
    plan: &Plan,
    summary: &Summary,
    texts: &Writer,
    postman: &Postman,
    recorder: &Recorder,
) -> Told {
    let mut told = Told::default();
    if recorder.stop().is_cancelled() {
        return told;
    }
    let digest = judge::digest(&night.scene(order), &night.findings, &plan.reminded, summary);
    let past = match recorder.store.digests_of_day(order.today()).await {
        Ok(past) => past,
        Err(error) => {
            told.exits.insert(Exit::NotWritten);
            told.troubles.push(error.to_string());
            return told;
        }
    };
    let settled = |outcome| !matches!(outcome, MailOutcome::Deferred | MailOutcome::Failed | MailOutcome::Suppressed);
    if past.last().is_some_and(|last| last.verdict == digest.verdict && settled(last.outcome)) {
        return told;
    }
    let number = past.last().map_or(1, |last| last.number + 1);
    let attachment = report::diff(&night.findings).unwrap_or_default();
    for operator in &order.config.addressing.operators {
        if recorder.stop().is_cancelled() {
            break;
        }
        let message = match texts.digest(&digest, operator, number, Some(&attachment), order.date()) {
            Ok(message) => message,
            Err(fault) => {
                told.exits.insert(Exit::MailsNotAccepted);
                told.troubles.push(format!("the digest could not be written: {fault}"));
                continue;
            }
        };
        let Some(run) = recorder.run() else { return told };
        let intent = MailIntent {
            run,
            message_id: message.message_id.clone(),
            day: order.today(),
            kind: MailKind::Digest { verdict: digest.verdict.clone(), number },
            bytes: message.bytes.clone(),
            at: clock(),
        };
        if let Err(error) = recorder.store.intend(&intent, recorder.lease()).await {
            told.exits.insert(Exit::NotWritten);
            told.troubles.push(error.to_string());
            return told;
        }
        let delivery = bounded(postman, &message, &order.stop, recorder).await;
        if !matches!(delivery.outcome, MailOutcome::Accepted | MailOutcome::Redirected) {
            told.exits.insert(Exit::MailsNotAccepted);
            told.troubles.push(format!("the digest was not accepted: {}", delivery.reply));
        }
        let settled = recorder.store.settle(
            &message.message_id,
            delivery.outcome,
            Some(&delivery.reply),
            clock(),
            recorder.lease(),
        );
        if let Err(error) = settled.await {
            told.exits.insert(Exit::NotWritten);
            told.troubles.push(error.to_string());
        }
    }
    told
}
