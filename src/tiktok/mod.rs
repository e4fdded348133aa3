//! What TikTok shows to our members, read as gently as its quota allows.
//!
//! Invariant: nothing but GET can be sent, and a reading that failed in any way is a value that says so; no answer, or
//! half of one, ever stands for "nothing is shared".
//!
//! In reading order: [`observe`](Reader::observe) tells the story of a run, `again` and `states` what is asked
//! afterwards; `walk` decides what is complete; `ask` brings one request to its end, with `retry` (what an answer
//! means), `pace` (when it may be sent), `client` (how), `member` (for whom), `failure` (why it failed) and `ledger` (what
//! it all came to); `wire` alone knows TikTok's JSON.
//! The facts come from the fact sheet (`tiktok-api.md`) and the portal's pages, `business-api.tiktok.com/portal/docs?id=…`.

mod again;
mod ask;
mod client;
mod failure;
mod identity;
mod ledger;
mod member;
mod names;
mod observe;
mod pace;
mod probe;
mod retry;
mod states;
mod walk;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config;
use member::Member;

pub use client::Error;
pub use ledger::{Answered, Calls, FaultyCall};
pub use probe::{Finding, MemberProbe, ProbeFault};

/// How far a member's reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Place of the member in the configuration, from 0.
    pub member_index: usize,
    /// Listings that are through, however they ended.
    pub business_centers_done: usize,
    /// Listings that are to be read; 0 until the list is known.
    pub business_centers_total: usize,
    /// Requests answered for this member.
    pub requests: u64,
}

/// Told after every answer; must be quick and must not block.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// Reads TikTok for one run. It keeps what must hold for the whole of it: quotas, time limit, refused members.
pub struct Reader {
    client: client::Client,
    apps: Vec<App>,
    members: Vec<Member>,
    retry_pause: Duration,
    max_attempts: u32,
    max_in_flight: usize,
    run_timeout: Duration,
    deadline: Option<Instant>,
    stop: CancellationToken,
    ledger: ledger::Ledger,
    on_progress: OnProgress,
    /// Single accounts that may still be asked about in second looks.
    questions_left: AtomicUsize,
}

/// A developer app: what counts against one quota.
struct App {
    pace: pace::Pace,
    in_flight: Semaphore,
    /// Taken before `in_flight` for every page but a first one, and as large: so a first page waits behind few others, what
    /// there is to read is known early, and the end of a run finds enough to ask for at once.
    further_pages: Semaphore,
}

impl Reader {
    /// A reader for one run; its time limit begins now.
    ///
    /// Members with the same `app_id` share a quota. Those without one share one too: they may well be the same app, and
    /// being wrong about it costs only time.
    ///
    /// # Errors
    /// The HTTP client cannot be set up, or a token cannot be sent.
    pub fn new(settings: &config::Tiktok, stop: CancellationToken, on_progress: OnProgress) -> Result<Self, Error> {
        let mut app_of: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        let mut members = Vec::with_capacity(settings.members.len());
        for (member_index, member) in settings.members.iter().enumerate() {
            let next = app_of.len();
            let app = *app_of.entry(member.app_id.as_deref()).or_insert(next);
            members.push(Member::new(member, member_index, app)?);
        }
        let max_in_flight = settings.max_in_flight.clamp(1, 1024);
        let app = || App {
            pace: pace::Pace::new(
                settings.requests_per_second,
                settings.requests_per_minute,
                settings.suspension_pause,
                Instant::now(),
            ),
            in_flight: Semaphore::new(max_in_flight),
            further_pages: Semaphore::new(max_in_flight),
        };
        Ok(Self {
            client: client::Client::new(
                &settings.base_url,
                settings.request_timeout,
                max_in_flight * app_of.len().max(1),
            )?,
            apps: app_of.iter().map(|_| app()).collect(),
            members,
            retry_pause: settings.retry_pause,
            max_attempts: settings.max_attempts.max(1),
            max_in_flight,
            run_timeout: settings.run_timeout,
            deadline: Instant::now().checked_add(settings.run_timeout),
            stop,
            ledger: ledger::Ledger::default(),
            on_progress,
            questions_left: AtomicUsize::new(again::MOST_QUESTIONS),
        })
    }

    /// What was asked so far, and how it was answered.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.ledger.calls()
    }
}

#[cfg(test)]
mod tests;
