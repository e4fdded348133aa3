//! The digest to the operators: once a day, and again if the verdict changed.

use super::course::Course;
use super::post::Post;
use super::recording::clock;
use crate::domain::{Digest, Exit, MailOutcome};
use crate::mail::Message;
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
    for operator in &post.order.config.addressing.operators {
        if post.recorder.stop().is_cancelled() {
            break;
        }
        match post.texts.digest(&digest, operator, number, attachment.as_deref(), post.order.date()) {
            Ok(message) => tell(post, course, &digest, number, message).await,
            Err(fault) => course.fails(Exit::MailsNotAccepted, format!("the digest could not be written: {fault}")),
        }
    }
}

/// Tells one operator, unless he was told, or may have been.
async fn tell(post: &Post<'_>, course: &mut Course<'_>, digest: &Digest, number: u32, message: Message) {
    let Some(run) = post.recorder.run() else { return };
    let Some(turn) = post.recorder.stop().run_until_cancelled(post.postman.turn()).await else { return };
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
        Ok(Intended::Already(_)) => return,
        Err(error) => return course.fails(Exit::NotWritten, error),
    };
    let (delivery, stored) = post.deliver(&message, turn).await;
    if !matches!(delivery.outcome, MailOutcome::Accepted | MailOutcome::Redirected) {
        course.fails(Exit::MailsNotAccepted, format!("the digest was not accepted: {}", delivery.reply));
    }
    if let Err(error) = stored {
        course.fails(Exit::NotWritten, error);
    }
}
