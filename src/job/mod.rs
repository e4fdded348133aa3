//! THE story of one run: load → observe → judge → guard → remind → report → remember.
//!
//! Invariant: each step's result is a value; nothing is mailed before it is stored that it will be, and whatever happens
//! after the judging, the report is still written.

mod assess;
mod course;
mod dump;
mod forget;
mod identity;
mod mailing;
mod plan;
mod post;
mod recording;
mod release;
mod telling;
mod watch;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::Config;
use crate::domain::{Exit, Finding, Register, Summary};
use crate::judge::{Only, Person};
use crate::report::Place;
use crate::store::RunSeq;
use crate::{expected, mail, tiktok};
pub use dump::{Dump, dump};
pub use forget::forget;
pub use plan::plan;
pub use watch::{Phase, Watch};

use course::Course;
use post::Post;
use recording::Recorder;

/// What a run is started with.
pub struct Order<'a> {
    /// The validated configuration.
    pub config: &'a Config,
    /// The moment it takes for the present.
    pub now: DateTime<Utc>,
    /// Whether that moment was given and not the clock's.
    pub now_is_given: bool,
    /// When it was given; what it took is counted from here.
    pub begun: Instant,
    /// Told when the process shall end.
    pub stop: CancellationToken,
    /// Told how far the reading is.
    pub progress: tiktok::OnProgress,
}

impl Order<'_> {
    fn today(&self) -> NaiveDate {
        self.config.calendar.day(self.now)
    }

    /// The moment in the configuration's zone, as mails are dated.
    fn date(&self) -> DateTime<FixedOffset> {
        self.now.with_timezone(&self.config.zone()).fixed_offset()
    }
}

/// What a run or plan leaves for the terminal.
pub struct Outcome {
    /// The night in numbers.
    pub summary: Summary,
    /// What was judged.
    pub findings: Vec<Finding>,
    /// Who is mailed or not, and why.
    pub persons: Vec<Person>,
    /// Where the report is, if it could be written.
    pub report: Option<String>,
    /// What went wrong besides, in sentences.
    pub troubles: Vec<String>,
    /// Data rows of the accounts register, good and bad.
    pub register_rows: u64,
    /// What TikTok was asked, and how it answered.
    pub calls: tiktok::Calls,
    /// Where the time went.
    pub watch: Watch,
}

/// Why a run ended before anything was judged, or before its report: another run took over.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The code the process ends with.
    pub exit: Exit,
    /// What happened, and what to do.
    pub message: String,
    /// Whether `check` finds this too, and what else is wrong.
    pub check_tells: bool,
}

impl Refusal {
    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), check_tells: false }
    }

    /// What is configured does not hold.
    fn of_input(fault: &impl std::fmt::Display) -> Self {
        Self { check_tells: true, ..Self::new(Exit::Refused, fault.to_string()) }
    }
}

/// One reconciliation, as the CronJob starts it.
///
/// # Errors
/// What stops it before the judging.
pub async fn run(order: &Order<'_>) -> Result<Outcome, Refusal> {
    conduct(order, None).await
}

/// Reads and judges afresh, lifts the guards that held the newest held run, and sends what is still true.
///
/// # Errors
/// What stops it before the judging; also that the named run is not the newest held one.
pub async fn release(order: &Order<'_>, run_id: &str, only: Option<Only>) -> Result<Outcome, Refusal> {
    conduct(order, Some((run_id, only))).await
}

/// What a run may do: nothing special, or what a person released.
#[derive(Default)]
struct Mandate {
    /// Guards that do not hold this time, by name.
    lifted: BTreeSet<String>,
    /// The part of the letters that goes.
    only: Option<Only>,
    /// The run that is released.
    releases: Option<RunSeq>,
}

impl Mandate {
    fn command(&self) -> &'static str {
        if self.releases.is_some() { "release" } else { "run" }
    }
}

async fn conduct(order: &Order<'_>, released: Option<(&str, Option<Only>)>) -> Result<Outcome, Refusal> {
    let texts = prepare_texts(order);
    let register = load(order).await?;
    let postman = mail::Postman::new(&order.config.mail).map_err(|fault| Refusal::of_input(&fault))?;
    let place = place(order)?;
    place.can_be().map_err(|fault| Refusal::new(Exit::NotWritten, fault.to_string()))?;
    let mut recorder = Recorder::open(order).await?;
    let place = place.heeding(recorder.stop());
    let mandate = match released {
        None => Ok(Mandate::default()),
        Some((run_id, only)) => release::mandate(&recorder.store, &register, run_id, only).await,
    };
    let outcome = match (ready(texts).await, mandate) {
        (Ok(texts), Ok(mandate)) => {
            let post = (&Arc::new(texts), &postman);
            reconcile(order, register, post, &place, &mut recorder, &mandate).await
        }
        (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
    };
    // Who is told to stop has no time for a server that does not answer the goodbye.
    let _ = order.stop.run_until_cancelled(postman.close()).await;
    recorder.close().await;
    outcome
}

/// The story itself.
async fn reconcile(
    order: &Order<'_>,
    register: Register,
    (texts, postman): (&Arc<mail::Writer>, &mail::Postman),
    place: &Place,
    recorder: &mut Recorder,
    mandate: &Mandate,
) -> Result<Outcome, Refusal> {
    let run_id = free_run_id(place, order, &register);
    tracing::Span::current().record("run.id", run_id.as_str());
    let history = recorder.begin(order, &run_id, mandate.command(), &register).await?;
    let mut watch = Watch::since(order.begun);
    let night = assess::observe_and_judge(order, register, history, recorder.stop(), &mut watch).await?;
    let plan = night.plan(order, place, mandate);
    let mut course = Course::new(order, run_id, mandate.command(), night, plan);
    watch.was(Phase::Judging);

    let remembered = recorder.remember(order, &course.night).await;
    watch.was(Phase::Remembering);
    let post = Post { order, texts, postman, recorder };
    match remembered {
        Ok(()) => course.mailed(&mailing::send(&post, &course.night.history.mails, &course.plan).await),
        // Without a stored intent there is no mail.
        Err(trouble) => course.fails(Exit::NotWritten, trouble),
    }
    if recorder.stop().is_cancelled() {
        course.is_cut_short();
    }
    telling::tell_operators(&post, &mut course).await;
    watch.was(Phase::Mailing);
    if recorder.stop().is_cancelled() {
        course.is_cut_short();
    }

    recorder.refuse_after_loss().await?;
    let written = course.report(place, &[], mandate.releases.is_none());
    if written.is_none() {
        telling::tell_operators(&post, &mut course).await;
    }
    if let Err(trouble) = recorder.end(order, &course, mandate.releases).await {
        course.fails(Exit::NotWritten, trouble);
    }
    if written.is_some() && !recorder.stop().is_cancelled() {
        course.prunes(place);
    }
    if mandate.releases.is_none() && !recorder.stop().is_cancelled() {
        course.forgets_the_old(recorder).await;
    }
    Ok(course.outcome(written, watch))
}

/// Texts and templates on their way.
type Texts = JoinHandle<Result<mail::Writer, mail::TemplateFaults>>;

/// Begins to fill every template with its specimens. That takes longer than anything else before the first request, so
/// it is done beside it, on a thread of its own.
fn prepare_texts(order: &Order<'_>) -> Texts {
    let settings = order.config.mail.clone();
    spawn_blocking(move || mail::Writer::new(&settings))
}

async fn ready(texts: Texts) -> Result<mail::Writer, Refusal> {
    match texts.await {
        Ok(Ok(writer)) => Ok(writer),
        Ok(Err(faults)) => Err(Refusal::of_input(&faults)),
        Err(_) => Err(Refusal::new(Exit::Unexpected, "the templates could not be filled: a fault of the program")),
    }
}

async fn load(order: &Order<'_>) -> Result<Register, Refusal> {
    let default = order.config.rules.members.first().ok_or_else(|| Refusal::new(Exit::Refused, "no member"))?;
    let reading = expected::read(&order.config.expected, default, order.config.zone());
    // A database or a web service can take its time, and who is told to stop has none.
    let register = order
        .stop
        .run_until_cancelled(reading)
        .await
        .unwrap_or(Err(expected::Error::Stopped))
        .map_err(|fault| refusal(&fault))?;
    info!(
        register.rows = register.account_rows,
        register.bad_rows = register.bad_rows.len(),
        contacts = register.contacts.len(),
        "the registers are read"
    );
    Ok(register)
}

fn refusal(fault: &expected::Error) -> Refusal {
    match fault {
        expected::Error::Refused(_) => Refusal::of_input(fault),
        expected::Error::Stopped => Refusal::new(Exit::NotReadCompletely, fault.to_string()),
        expected::Error::Broken => Refusal::new(Exit::Unexpected, fault.to_string()),
    }
}

/// The place of the reports; refused before anything is read where it is none.
fn place(order: &Order<'_>) -> Result<Place, Refusal> {
    Place::open(&order.config.report.dir).map_err(|fault| Refusal::of_input(&fault))
}

/// The run's id. A bucket that cannot be looked into stops nothing here: it refuses what is there already.
fn free_run_id(place: &Place, order: &Order<'_>, register: &Register) -> String {
    let wanted = identity::run_id(order.now, &register.fingerprint);
    place.free_run_id(&wanted).unwrap_or_else(|fault| {
        warn!("{fault}");
        wanted
    })
}

/// A reader that shares the run's way of being stopped.
fn reader(order: &Order<'_>, stop: CancellationToken) -> Result<tiktok::Reader, Refusal> {
    tiktok::Reader::new(&order.config.tiktok, stop, Arc::clone(&order.progress))
        .map_err(|fault| Refusal::of_input(&fault))
}
