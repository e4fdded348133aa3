//! `schedule`: stays up, and does `run` on the cron of the configuration.
//!
//! Invariant: at most one run is at work; none ends the process, whatever its code; told to stop, the process ends with the
//! run in hand, or at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout;
use tracing::{Instrument as _, error, info, warn};

use super::listeners::{Listeners, gauges};
use super::{Situation, screen};
use crate::config::Config;
use crate::domain::Exit;
use crate::job;
use crate::observe::Gauges;
use crate::schedule::{Agenda, Beat, Readiness, Timetable, Vitals, serve};
use crate::store::{RunRow, Store};

/// How often the store is looked at while no run is at work.
const LOOKS: Duration = Duration::from_secs(15);
/// The same while it does not answer.
const ANXIOUS_LOOKS: Duration = Duration::from_secs(3);
/// What a look may take.
const LOOK: Duration = Duration::from_secs(10);
/// Runs that are looked back on.
const RECENT: u32 = 100;

pub(super) async fn schedule(situation: Situation, listen: SocketAddr) -> Exit {
    if situation.now.is_some() {
        screen::complain("--now is for a single run; schedule goes by the clock: leave it out, or give run");
        return Exit::Refused;
    }
    let timetable = match Timetable::new(&situation.config.schedule.cron, situation.config.zone()) {
        Ok(timetable) => timetable,
        Err(fault) => {
            screen::complain(&format!("schedule.cron is no cron expression: {fault}"));
            return Exit::Refused;
        }
    };
    let listener = match TcpListener::bind(listen).await {
        Ok(listener) => listener,
        Err(fault) => {
            screen::complain(&format!("nobody can be answered at {listen}: {fault}; give another --listen"));
            return Exit::Refused;
        }
    };
    let beat = match Beat::start().await {
        Ok(beat) => beat,
        Err(fault) => {
            screen::complain(&fault.to_string());
            return Exit::Unexpected;
        }
    };
    let agenda = Agenda::new(timetable, Utc::now());
    info!(next = agenda.next().map(tracing::field::display), "runs come by {}", situation.config.schedule.cron);
    let vitals = Arc::new(Vitals::new(Instant::now()));
    tokio::spawn(serve(listener, Arc::clone(&vitals), situation.stop.clone()));
    let keeper = Keeper {
        listeners: Arc::new(Listeners::new(&situation.config, situation.stop.clone())),
        situation: Arc::new(situation),
        vitals,
        agenda,
        gauges: Gauges::default(),
        has_looked_back: false,
        night: None,
        look: None,
        looked_at: None,
    };
    keeper.keep(beat).await
}

/// Who keeps the time.
struct Keeper {
    situation: Arc<Situation>,
    listeners: Arc<Listeners>,
    vitals: Arc<Vitals>,
    agenda: Agenda,
    gauges: Gauges,
    has_looked_back: bool,
    night: Option<JoinHandle<(Exit, Gauges)>>,
    look: Option<JoinHandle<Result<Vec<RunRow>, String>>>,
    looked_at: Option<Instant>,
}

impl Keeper {
    async fn keep(mut self, mut beat: Beat) -> Exit {
        self.looks();
        loop {
            tokio::select! {
                biased;
                () = self.situation.stop.cancelled() => break,
                ended = finished(&mut self.night) => { self.ended(ended); }
                seen = finished(&mut self.look) => self.looked(seen),
                () = beat.next() => {
                    self.vitals.beats(Instant::now());
                    self.acts(Utc::now());
                }
            }
        }
        // The run in hand was told as well, and ends by itself.
        match self.night.take() {
            Some(night) => night.await.map_or(Exit::Unexpected, |(exit, _)| exit),
            None => Exit::Done,
        }
    }

    /// Starts what is due, unless a run is at work; else looks at the store now and then.
    fn acts(&mut self, now: DateTime<Utc>) {
        if self.night.is_some() {
            return;
        }
        // The first look says what was missed: it is waited for, as long as it takes.
        if self.look.is_none() && self.agenda.is_due(now) {
            self.agenda.begins(now);
            self.vitals.runs_until(Some(Instant::now() + longest(&self.situation.config)));
            let (situation, listeners) = (Arc::clone(&self.situation), Arc::clone(&self.listeners));
            let span = tracing::info_span!("job", run.id = tracing::field::Empty);
            self.night = Some(tokio::spawn(night(situation, listeners).instrument(span)));
            return;
        }
        let pause = if self.vitals.readiness() == Readiness::Ready { LOOKS } else { ANXIOUS_LOOKS };
        if self.looked_at.is_none_or(|at| at.elapsed() >= pause) {
            self.looks();
        }
    }

    fn ended(&mut self, ended: Result<(Exit, Gauges), JoinError>) {
        self.night = None;
        self.vitals.runs_until(None);
        let now = Utc::now();
        // The panic's own message has told of it.
        let (exit, gauges) = ended.unwrap_or_else(|_| (Exit::Unexpected, Gauges::refused(Exit::Unexpected, now)));
        self.gauges.then(gauges);
        self.vitals.shows(self.gauges.text());
        let again = self.agenda.ended(exit, now);
        info!(
            exit.code = exit.code(),
            next = self.agenda.next().map(tracing::field::display),
            "{}{}",
            exit.meaning(),
            if again.is_some() { "; it is tried again" } else { "" }
        );
        self.looks();
    }

    fn looks(&mut self) {
        self.looked_at = Some(Instant::now());
        if self.look.is_none() {
            self.look = Some(tokio::spawn(look(Arc::clone(&self.situation), !self.has_looked_back)));
        }
    }

    /// What the store knows: at the first time also what was missed, and how the last runs ended.
    fn looked(&mut self, seen: Result<Result<Vec<RunRow>, String>, JoinError>) {
        self.look = None;
        let was = self.vitals.readiness();
        match seen.unwrap_or_else(|_| Err("a fault of the program".to_owned())) {
            Ok(runs) => {
                self.vitals.is_ready(Readiness::Ready);
                if was == Readiness::StoreAway {
                    info!("the store answers again");
                }
                if !self.has_looked_back {
                    self.has_looked_back = true;
                    self.looks_back(&runs);
                }
            }
            Err(fault) => {
                self.vitals.is_ready(Readiness::StoreAway);
                if was != Readiness::StoreAway {
                    warn!("the store does not answer: {fault}");
                }
            }
        }
    }

    fn looks_back(&mut self, runs: &[RunRow]) {
        if let Some(done) = last_done(runs) {
            self.agenda.hears_of(done);
        }
        let mut told = remembered(runs);
        told.then(std::mem::take(&mut self.gauges));
        self.gauges = told;
        self.vitals.shows(self.gauges.text());
    }
}

/// A night, from its start to the last who hears of it.
async fn night(situation: Arc<Situation>, listeners: Arc<Listeners>) -> (Exit, Gauges) {
    let begun = listeners.hear_of_start();
    let result = job::run(&situation.order(Arc::new(|_| ()))).await;
    let exit = match &result {
        Ok(outcome) => Exit::of_code(outcome.summary.exit_code),
        Err(refusal) => {
            error!("{}", refusal.message);
            refusal.exit
        }
    };
    let gauges = gauges(&result, &situation.config, Utc::now());
    listeners.hear_of_night(begun, &result, &gauges).await;
    (exit, gauges)
}

/// The longest that an honest run takes, as the CronJob's deadline reckons it: lease, reading, mails, a slow mail server, and
/// ten minutes to spare. A run that takes longer hangs, and the process is not well.
fn longest(config: &Config) -> Duration {
    let mails = config.guards.max_mails_per_run.saturating_mul(60) / u64::from(config.mail.max_per_minute.max(1));
    config.store.lease + config.tiktok.run_timeout + Duration::from_secs(mails + 20 * 60)
}

/// The newest runs. The first look opens the store as a run does, which brings an older one up to date.
async fn look(situation: Arc<Situation>, first: bool) -> Result<Vec<RunRow>, String> {
    let looking = async {
        let url = &situation.config.store.url;
        let store = if first { Some(Store::open(url).await?) } else { Store::open_read_only(url).await? };
        let Some(store) = store else { return Ok(Vec::new()) };
        let runs = store.runs(if first { RECENT } else { 1 }).await;
        store.close().await;
        runs
    };
    match timeout(LOOK, looking).await {
        Ok(runs) => runs.map_err(|error: crate::store::Error| error.to_string()),
        Err(_) => Err(format!("no answer within {LOOK:?}")),
    }
}

/// When the newest run was that needs no further attempt. One that was killed or stopped, or ended with a code where trying
/// again helps, is made up for.
fn last_done(runs: &[RunRow]) -> Option<DateTime<Utc>> {
    let done = |run: &&RunRow| run.exit_code.is_some_and(|code| !Exit::of_code(code).retry_helps());
    runs.iter().find(done).map(|run| run.now)
}

/// What earlier runs say to Prometheus, until there is a newer one.
fn remembered(runs: &[RunRow]) -> Gauges {
    let ended = |run: &RunRow| Some((Exit::of_code(run.exit_code?), run.ended_at?, run.complete));
    let last = runs.iter().find_map(ended);
    let last_complete = runs.iter().filter(|run| run.complete).find_map(|run| run.ended_at);
    Gauges { last, last_complete, night: None }
}

/// The end of a task, if there is one.
async fn finished<T>(task: &mut Option<JoinHandle<T>>) -> Result<T, JoinError> {
    match task {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}
