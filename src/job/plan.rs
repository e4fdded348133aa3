//! `plan`: the same reading and judging, and the mails as files; nothing is sent or remembered.

use std::path::Path;

use super::course::Course;
use super::{
    Mandate, Order, Outcome, Phase, Refusal, Watch, assess, free_run_id, identity, load, place, prepare_texts, ready,
};
use crate::domain::{Exit, History};
use crate::report::Place;
use crate::store::Store;

/// Plans what `run` would do in this moment.
///
/// # Errors
/// What stops it before the judging.
pub async fn plan(order: &Order<'_>, out: &Path) -> Result<Outcome, Refusal> {
    let texts = prepare_texts(order);
    let register = load(order).await?;
    let reports = place(order)?.heeding(order.stop.clone());
    let out = Place::folder(out);
    let run_id = free_run_id(&out, order, &register);
    tracing::Span::current().record("run.id", run_id.as_str());
    let history = recall(order).await?;
    identity::refuse_the_past(order, &history)?;
    let texts = ready(texts).await?;

    let mut watch = Watch::since(order.begun);
    let night = assess::observe_and_judge(order, register, history, order.stop.clone(), &mut watch).await?;
    let plan = night.plan(order, &reports, &Mandate::default());
    let mut course = Course::new(order, run_id, "plan", night, plan);
    watch.was(Phase::Judging);
    course.mails_nothing();
    let mut mails = Vec::new();
    let mut faults = Vec::new();
    for (number, letter) in course.plan.reminded.letters.iter().enumerate() {
        match texts.letter(letter, order.date()) {
            Ok(message) => mails.push((format!("mails/{:03}.eml", number + 1), message.bytes)),
            Err(fault) => faults.push(fault),
        }
    }
    for fault in faults {
        course.notes(format!("a mail could not be written: {fault}"));
    }
    if order.stop.is_cancelled() {
        course.is_cut_short();
    }
    let written = course.report(&out, &mails, false);
    Ok(course.outcome(written, watch))
}

/// The history as it is; an absent store is an empty one, and is not created.
pub(super) async fn recall(order: &Order<'_>) -> Result<History, Refusal> {
    let refused = |error: crate::store::Error| Refusal::new(Exit::NotWritten, error.to_string());
    let Some(store) = Store::open_read_only(&order.config.store.url).await.map_err(refused)? else {
        return Ok(History::default());
    };
    let history = store.history(order.today()).await.map_err(refused);
    store.close().await;
    history
}
