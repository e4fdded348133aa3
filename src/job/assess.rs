//! Reading and judging, as `run` and `plan` share them.

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::mailing::Mailed;
use super::{Mandate, Order, Phase, Refusal, Watch, reader};
use crate::domain::{Finding, GuardTrip, History, MailCounts, MailOutcome, Observation, Register, Unread};
use crate::judge::{self, Held, Reminded, Scene, WhyNot};
use crate::report::Place;
use crate::tiktok;

/// A night, read and judged.
pub(super) struct Night {
    pub(super) register: Register,
    pub(super) history: History,
    pub(super) observation: Observation,
    pub(super) findings: Vec<Finding>,
    pub(super) unread: Vec<Unread>,
    pub(super) calls: tiktok::Calls,
}

/// What the night implies for mail.
pub(super) struct Plan {
    pub(super) reminded: Reminded,
    pub(super) guards: Vec<GuardTrip>,
}

/// Reads TikTok, judges, looks again at what is doubtful, and judges anew.
pub(super) async fn observe_and_judge(
    order: &Order<'_>,
    register: Register,
    history: History,
    stop: CancellationToken,
    watch: &mut Watch,
) -> Result<Night, Refusal> {
    let reader = reader(order, stop)?;
    watch.was(Phase::Preparing);
    let mut observation = reader.observe().await;
    watch.was(Phase::Reading);
    let scene = |observation: &Observation| -> judge::Judgement {
        judge::judge(&scene(order, &register, observation, &history))
    };
    let wanted = judge::wanted_states(&self::scene(order, &register, &observation, &history));
    watch.was(Phase::Judging);
    reader.read_states(&mut observation, &wanted).await;
    watch.was(Phase::Reading);
    let mut judgement = scene(&observation);
    watch.was(Phase::Judging);
    if !judgement.doubts.is_empty() {
        info!(
            lists = judgement.doubts.lists.len(),
            listings = judgement.doubts.listings.len(),
            accounts = judgement.doubts.accounts.len(),
            "new gaps are looked at again before they are believed"
        );
        // A million findings need not wait beside those that replace them.
        judgement.findings = Vec::new();
        reader.look_again(&mut observation, &judgement.doubts).await;
        watch.was(Phase::Reading);
        judgement = scene(&observation);
    }
    let calls = reader.calls();
    info!(
        tiktok.requests = calls.requests,
        tiktok.repeated = calls.repeated,
        tiktok.suspensions = calls.suspensions,
        tiktok.given_up = calls.given_up,
        "TikTok is read"
    );
    let judge::Judgement { findings, unread, .. } = judgement;
    Ok(Night { findings, unread, register, history, observation, calls })
}

pub(super) fn scene<'a>(
    order: &'a Order<'_>,
    register: &'a Register,
    observation: &'a Observation,
    history: &'a History,
) -> Scene<'a> {
    Scene { register, observation, history, rules: &order.config.rules, today: order.today() }
}

impl Night {
    pub(super) fn scene<'a>(&'a self, order: &'a Order<'_>) -> Scene<'a> {
        scene(order, &self.register, &self.observation, &self.history)
    }

    /// Who is to be mailed, and whether a guard holds that which the mandate does not lift.
    pub(super) fn plan(&self, order: &Order<'_>, reports: &Place, mandate: &Mandate) -> Plan {
        let scene = self.scene(order);
        let mut reminded = judge::remind(&scene, &order.config.reminders, &order.config.addressing, &self.findings);
        let store_lost = !self.history.has_mailed && self.has_forgotten_runs(reports);
        let held = Held { letters: reminded.letters.len(), first_mailed: reminded.first_mailed, store_lost };
        let mut guards = judge::guards(&scene, &order.config.guards, &self.findings, held);
        guards.retain(|guard| !mandate.lifted.contains(&guard.name));
        if let (Some(only), true) = (&mandate.only, guards.is_empty()) {
            reminded.limit(only.clone());
        }
        for guard in &guards {
            warn!(
                guard = guard.name,
                value = guard.value,
                limit = guard.limit,
                "the mails are held: {}",
                guard.explanation
            );
        }
        Plan { reminded, guards }
    }
}

impl Night {
    /// Whether there are reports of runs that the store does not know. Where nobody can look there may be.
    fn has_forgotten_runs(&self, reports: &Place) -> bool {
        reports.has_others(&self.history.run_ids).unwrap_or_else(|fault| {
            warn!("the store knows of no mail, and nobody can look whether earlier runs sent some: {fault}");
            true
        })
    }
}

impl Plan {
    pub(super) fn is_held(&self) -> bool {
        !self.guards.is_empty()
    }

    /// Fills in the findings' columns about mail.
    pub(super) fn annotate(&self, order: &Order<'_>, night: &mut Night, mailed: &Mailed) {
        let scene = Scene {
            register: &night.register,
            observation: &night.observation,
            history: &night.history,
            rules: &order.config.rules,
            today: order.today(),
        };
        self.reminded.annotate(&scene, &mut night.findings, &mailed.outcomes, self.is_held());
    }

    /// Mails by outcome, those included that an earlier run of the day left doubtful, or that failed for good then.
    pub(super) fn counts(&self, mailed: &Mailed) -> MailCounts {
        let mut counts = MailCounts::default();
        for outcome in mailed.outcomes.values() {
            match outcome {
                MailOutcome::Accepted => counts.sent += 1,
                MailOutcome::Redirected => counts.redirected += 1,
                MailOutcome::Deferred | MailOutcome::Failed => counts.failed += 1,
                MailOutcome::Doubtful | MailOutcome::Intended => counts.doubtful += 1,
                MailOutcome::Suppressed => counts.suppressed += 1,
            }
        }
        let untouched = |why: &WhyNot| {
            self.reminded.persons.iter().filter(|p| p.why == *why && !mailed.outcomes.contains_key(&p.address)).count()
                as u64
        };
        counts.doubtful += untouched(&WhyNot::Doubtful);
        counts.failed += mailed.unwritten + untouched(&WhyNot::FailedToday);
        counts.held = self.reminded.letters_kept_back as u64;
        if self.is_held() {
            counts.held += self.reminded.letters.len() as u64;
        }
        counts
    }
}
