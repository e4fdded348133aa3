//! Who is told of a run: a Pushgateway and a heartbeat service, where the configuration names them.
//!
//! Invariant: nobody who listens holds up a run, its first request, or a process that was told to stop; and what a listener
//! does wrong is a warning.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::Config;
use crate::job::{Outcome, Refusal};
use crate::observe::{Gauges, Heartbeat, Pulse, Pushgateway, Toll};

/// What the run has before the heartbeat service hears of it: the first request is on its way by then, and setting up TLS
/// takes nothing from it.
const HEAD_START: Duration = Duration::from_millis(100);

/// Whoever listens to the runs of a process.
pub(super) struct Listeners {
    pushgateway: Option<Pushgateway>,
    heartbeat: Option<Arc<Heartbeat>>,
    stop: CancellationToken,
}

/// A run whose start is being told.
pub(super) struct Begun {
    telling: Option<JoinHandle<()>>,
    hurry: CancellationToken,
}

impl Listeners {
    pub(super) fn new(config: &Config, stop: CancellationToken) -> Self {
        let observe = &config.observe;
        Self {
            pushgateway: observe.pushgateway.as_ref().and_then(Pushgateway::new),
            heartbeat: observe.heartbeat_url.as_ref().and_then(Heartbeat::new).map(Arc::new),
            stop,
        }
    }

    /// A night begins; returns at once.
    pub(super) fn hear_of_start(&self) -> Begun {
        let hurry = CancellationToken::new();
        let telling = self.heartbeat.clone().map(|heartbeat| {
            let hurry = hurry.clone();
            tokio::spawn(async move {
                let _ = timeout(HEAD_START, hurry.cancelled()).await;
                say(&heartbeat, Pulse::Start).await;
            })
        });
        Begun { telling, hurry }
    }

    /// A night ended. Where another run is at work there is nothing to tell.
    pub(super) async fn hear_of_night(&self, mut begun: Begun, result: &Result<Outcome, Refusal>, gauges: &Gauges) {
        let said = match result {
            Ok(outcome) => Some(Pulse::of(&outcome.summary)),
            Err(refusal) => Pulse::of_refusal(refusal.exit),
        };
        let telling = async {
            tokio::join!(
                async {
                    if said.is_some() {
                        self.push(gauges).await;
                    }
                },
                self.beat(&mut begun, said)
            )
        };
        // Who is told to stop has no time for this; what is missing then tells enough.
        if self.stop.run_until_cancelled(telling).await.is_none()
            && let Some(telling) = &begun.telling
        {
            telling.abort();
        }
    }

    /// A person released a night. That is no night of its own, and a refusal is told to the person.
    pub(super) async fn hear_of_release(&self, result: &Result<Outcome, Refusal>, gauges: &Gauges) {
        if result.is_ok() {
            self.stop.run_until_cancelled(self.push(gauges)).await;
        }
    }

    async fn push(&self, gauges: &Gauges) {
        if let Some(pushgateway) = &self.pushgateway
            && let Err(fault) = pushgateway.push(gauges).await
        {
            warn!("the metrics could not be pushed: {fault}; look at observe.pushgateway, the next run pushes again");
        }
    }

    /// The end, after the start: a service that hears them the other way round would wait for an end.
    async fn beat(&self, begun: &mut Begun, said: Option<Pulse>) {
        begun.hurry.cancel();
        if let Some(telling) = &mut begun.telling {
            let _ = telling.await; // a start that was not heard has been told
        }
        if let (Some(heartbeat), Some(said)) = (&self.heartbeat, said) {
            say(heartbeat, said).await;
        }
    }
}

async fn say(heartbeat: &Heartbeat, said: Pulse) {
    if let Err(fault) = heartbeat.say(said).await {
        let word = match said {
            Pulse::Start => "start",
            Pulse::Success => "complete run",
            Pulse::Fail => "failure",
        };
        warn!("the heartbeat service did not hear of the {word}: {fault}; look at observe.heartbeat_url");
    }
}

/// A run in numbers, however it ended.
pub(super) fn gauges(result: &Result<Outcome, Refusal>, config: &Config, at: DateTime<Utc>) -> Gauges {
    match result {
        Ok(outcome) => Gauges::judged(&outcome.summary, &outcome.findings, toll(outcome, config), at),
        Err(refusal) => Gauges::refused(refusal.exit, at),
    }
}

fn toll(outcome: &Outcome, config: &Config) -> Toll {
    let calls = &outcome.calls;
    let mut answers = BTreeMap::new();
    for ((endpoint, answered), count) in &calls.answers {
        *answers.entry((*endpoint, answered.label())).or_default() += count;
    }
    let suspensions = u32::try_from(calls.suspensions).unwrap_or(u32::MAX);
    Toll {
        register_rows: outcome.register_rows,
        answers,
        waits: calls.retry_waits.saturating_add(config.tiktok.suspension_pause.saturating_mul(suspensions)),
        suspensions: calls.suspensions,
        phases: outcome.watch.phases().iter().map(|(phase, spent)| (phase.as_str(), *spent)).collect(),
    }
}
