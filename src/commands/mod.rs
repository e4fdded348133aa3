//! One file a command: from the parsed line to an exit code.
//!
//! Invariant: results go to stdout, everything else to stderr, and every ending has a code.

mod changes;
mod check;
mod dump;
mod explain;
mod forget;
mod history;
mod listeners;
mod plan;
mod release;
mod run;
mod schedule;
mod screen;
mod table;

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Utc};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::cli::{Cli, Command, Output};
use crate::config::Config;
use crate::domain::{AccountId, Exit};
use crate::job::{Order, Outcome, Refusal};
use crate::store::{self, AccountStory, Store};

/// Does what the command line says.
#[must_use]
pub fn dispatch(cli: Cli) -> Exit {
    // One worker for the job, one for what must not wait while it judges: the lease and signals. Also on one core.
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            screen::complain(&format!("the runtime could not be started: {error}"));
            return Exit::Unexpected;
        }
    };
    // Each run of `schedule` has a span of its own.
    let span = match cli.command {
        Command::Schedule { .. } => tracing::Span::none(),
        _ => tracing::info_span!("job", run.id = tracing::field::Empty),
    };
    let exit = runtime.block_on(async {
        // On a worker: the job and its connections then hand over requests without crossing threads, which costs a
        // third of the reading's CPU. A fault of the program has been told by the panic's own message; it ends as code
        // 1, not as an abort.
        tokio::spawn(command(cli).instrument(span)).await.unwrap_or(Exit::Unexpected)
    });
    // What hangs in a blocking call must not keep the process from ending.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    exit
}

async fn command(cli: Cli) -> Exit {
    let config = match Config::load(&cli.config) {
        Ok(config) => config,
        Err(faults) => {
            screen::complain(&faults.report());
            return Exit::Refused;
        }
    };
    if let Some(why) = cli.now.and_then(|now| out_of_time(now, config.calendar.day(now))) {
        return refuse(Exit::Refused, &why);
    }
    let stop = CancellationToken::new();
    tokio::spawn(watch_signals(stop.clone()));
    let situation = Situation { config, now: cli.now, stop: stop.clone() };
    match cli.command {
        Command::Run { output } => run::run(&situation, output).await,
        Command::Plan { out, output } => plan::plan(&situation, &out, output).await,
        Command::Release { run_id, country, client, output } => {
            release::release(&situation, &run_id, country.as_deref(), client.as_deref(), output).await
        }
        Command::Check { output } => answer(&stop, check::check(&situation, output)).await,
        Command::Schedule { listen } => schedule::schedule(situation, listen).await,
        Command::Dump { out, output } => dump::dump(&situation, out.as_deref(), output).await,
        Command::Forget { email, output } => answer(&stop, forget::forget(&situation, &email, output)).await,
        Command::Explain { account_id, output } => {
            answer(&stop, explain::explain(&situation, &account_id, output)).await
        }
        Command::History { account: Some(account), limit, output } => {
            answer(&stop, changes::changes(&situation, &account, limit, output)).await
        }
        Command::History { account: None, limit, output } => {
            answer(&stop, history::history(&situation, limit, output)).await
        }
    }
}

/// An answer that whoever asked may wait for no longer: nothing of it is half done when it is left.
async fn answer(stop: &CancellationToken, answer: impl Future<Output = Exit>) -> Exit {
    let told = stop.run_until_cancelled(answer).await;
    told.unwrap_or_else(|| refuse(Exit::NotReadCompletely, &"told to stop before there was an answer"))
}

/// The years whose days `--now` may name. TikTok is younger; and a run of a later year would reckon with days that no
/// later run can read, as they have five digits.
const YEARS: RangeInclusive<i32> = 2000..=9998;

/// Why a moment cannot be taken for the present, if so.
fn out_of_time(now: DateTime<Utc>, day: NaiveDate) -> Option<String> {
    let now = now.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let (first, last) = (YEARS.start(), YEARS.end());
    let why = format!("--now {now} is no moment that a run can take: give a day from {first}-01-01 to {last}-12-31");
    (!YEARS.contains(&day.year())).then_some(why)
}

/// What every command starts from.
struct Situation {
    config: Config,
    now: Option<DateTime<Utc>>,
    stop: CancellationToken,
}

impl Situation {
    /// An order for the job; the clock is read here and nowhere deeper.
    fn order(&self, progress: crate::tiktok::OnProgress) -> Order<'_> {
        Order {
            config: &self.config,
            now: self.now.unwrap_or_else(Utc::now),
            now_is_given: self.now.is_some(),
            begun: std::time::Instant::now(),
            stop: self.stop.clone(),
            progress,
        }
    }
}

impl Situation {
    fn today(&self) -> NaiveDate {
        self.config.calendar.day(self.now.unwrap_or_else(Utc::now))
    }

    /// The store, for looking only; none if there is none yet.
    async fn store(&self) -> Result<Option<Store>, store::Error> {
        Store::open_read_only(&self.config.store.url).await
    }

    /// All that is stored of an account; nothing where no store is.
    async fn story(&self, account: AccountId) -> Result<AccountStory, store::Error> {
        let Some(store) = self.store().await? else { return Ok(AccountStory::default()) };
        let story = store.account_story(account).await;
        store.close().await;
        story
    }
}

/// Says why a command gives no answer, and gives its code.
fn refuse(exit: Exit, why: &dyn std::fmt::Display) -> Exit {
    screen::complain(&why.to_string());
    exit
}

/// Shows what a job left, and gives its code.
fn conclude(result: &Result<Outcome, Refusal>, output: Output, config: &Path) -> Exit {
    match result {
        Ok(outcome) => screen::show(outcome, output),
        Err(refusal) => {
            screen::complain(&refusal.message);
            if refusal.check_tells {
                screen::complain(&format!(
                    "See all faults at once: tiktok-access-reconciler --config {} check",
                    config.display()
                ));
            }
            refusal.exit
        }
    }
}

/// Progress on a terminal; silence elsewhere.
fn progress() -> (crate::tiktok::OnProgress, screen::Bar) {
    let bar = screen::Bar::new();
    let shown = bar.clone();
    (Arc::new(move |progress| shown.update(progress)), bar)
}

async fn watch_signals(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::warn!("told to stop: no new request and no new mail");
    stop.cancel();
    // Who asks at a terminal again does not want to wait for an orderly end.
    interrupt.recv().await;
    std::process::exit(Exit::NotReadCompletely.code().into());
}
