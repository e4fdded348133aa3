//! The digest to the operators: once a day, and again if the verdict changed.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::course::Course;
use super::mailing::PAUSES;
use super::post::Post;
use super::recording::clock;
use crate::domain::{Digest, Exit, MailOutcome};
use crate::mail::{Delivery, Message, Turn};
use crate::store::{Intended, MailIntent, MailKind};
use crate::{judge, report};

/// Tells every operator who has not been told this verdict today.
pub(super) async fn tell_operators(post: &Post<'_>, course: &mut Course<'_>) {
    if post.recorder.stop().is_cancelled() {
        return;
    }
    let (night, plan) = (&course.night, &course.plan);
    let digest = judge::digest(&night.scene(post.order), &night.findings, &plan.reminded, &course.summary());
    let number = match post.recorder.store.digests_of_day(post.order.today()).await {
        Ok(past) => match past.last() {
            Some(last) if last.verdict == digest.verdict => last.number,
            Some(last) => last.number + 1,
            None => 1,
        },
        Err(error) => return course.fails(Exit::NotWritten, error),
    };
    let attachment = report::diff(&night.findings);
    let mut deferred = Vec::new();
    for operator in &post.order.config.addressing.operators {
        if post.recorder.stop().is_cancelled() {
            break;
        }
        match post.texts.digest(&digest, operator, number, attachment.as_deref(), post.order.date()) {
            Ok(message) => deferred.extend(tell(post, course, &digest, number, message).await),
            Err(fault) => course.fails(Exit::MailsNotAccepted, format!("the digest could not be written: {fault}")),
        }
    }
    for Deferred { reply, .. } in try_again(post, course, deferred).await {
        course.fails(Exit::MailsNotAccepted, not_accepted(&reply));
    }
}

/// A digest that was refused for now.
struct Deferred {
    message: Message,
    reply: String,
}

/// Tells one operator, unless he was told, or may have been; gives the digest back if it was refused for now.
async fn tell(
    post: &Post<'_>,
    course: &mut Course<'_>,
    digest: &Digest,
    number: u32,
    message: Message,
) -> Option<Deferred> {
    let run = post.recorder.run()?;
    let turn = post.recorder.stop().run_until_cancelled(post.postman.turn()).await?;
    let intent = MailIntent {
        run,
        message_id: message.message_id.clone(),
        day: post.order.today(),
        kind: MailKind::Digest { verdict: digest.verdict.clone(), number },
        bytes: message.bytes.clone(),
        at: clock(),
    };
    let message = match post.recorder.store.intend(&intent, post.recorder.lease()).await {
        Ok(Intended::New) => message,
        Ok(Intended::Again(stored)) => Message { bytes: stored.bytes, ..message },
        Ok(Intended::Already(_)) => return None,
        Err(error) => {
            course.fails(Exit::NotWritten, error);
            return None;
        }
    };
    deliver(post, course, message, turn).await
}

/// Tries what was refused for now again, after the pauses of every mail; gives back what still was. The run waits for no
/// longer than these pauses together, and not at all for a server that took nothing from anybody.
async fn try_again(post: &Post<'_>, course: &mut Course<'_>, mut deferred: Vec<Deferred>) -> Vec<Deferred> {
    let stop = post.recorder.stop();
    let mut due = Instant::now();
    let last = due + PAUSES.iter().sum::<Duration>();
    for pause in PAUSES {
        due += pause;
        if deferred.is_empty() || post.postman.has_given_up() {
            break;
        }
        if stop.run_until_cancelled(sleep_until(due)).await.is_none() {
            break;
        }
        let mut still = Vec::new();
        for digest in deferred {
            match stop.run_until_cancelled(timeout_at(last, post.postman.turn())).await {
                Some(Ok(turn)) => still.extend(once_more(post, course, digest, turn).await),
                Some(Err(_)) | None => still.push(digest),
            }
        }
        deferred = still;
    }
    deferred
}

/// Tries a digest again; gives it back if it was refused for now again.
async fn once_more(post: &Post<'_>, course: &mut Course<'_>, digest: Deferred, turn: Turn<'_>) -> Option<Deferred> {
    match post.recorder.store.intend_again(&digest.message.message_id, post.recorder.lease()).await {
        Ok(stored) => deliver(post, course, Message { bytes: stored.bytes, ..digest.message }, turn).await,
        Err(error) => {
            course.fails(Exit::MailsNotAccepted, not_accepted(&digest.reply));
            course.fails(Exit::NotWritten, error);
            None
        }
    }
}

/// One dialogue and its stored outcome; gives the digest back if it was refused for now.
async fn deliver(post: &Post<'_>, course: &mut Course<'_>, message: Message, turn: Turn<'_>) -> Option<Deferred> {
    let (Delivery { outcome, reply }, stored) = post.deliver(&message, turn).await;
    let can_be_again = outcome == MailOutcome::Deferred && stored.is_ok();
    if let Err(error) = stored {
        course.fails(Exit::NotWritten, error);
    }
    if can_be_again {
        return Some(Deferred { message, reply });
    }
    if !matches!(outcome, MailOutcome::Accepted | MailOutcome::Redirected) {
        course.fails(Exit::MailsNotAccepted, not_accepted(&reply));
    }
    None
}

fn not_accepted(reply: &str) -> String {
    format!("the digest was not accepted: {reply}")
}
