//! A judged night on its way to its end: what was planned, what went wrong, and the summary that follows from both.

use std::collections::BTreeSet;

use chrono::Days;
use tracing::{error, info};

use super::assess::{Night, Plan};
use super::mailing::Mailed;
use super::recording::{Recorder, clock};
use super::{Order, Outcome, Phase, Watch, identity};
use crate::domain::{Exit, MailCounts, Summary};
use crate::judge::{self, Ending};
use crate::report::{self, Keep, Place};
use crate::store::Removed;

/// The course of a run or plan after the judging.
pub(super) struct Course<'a> {
    order: &'a Order<'a>,
    pub(super) night: Night,
    pub(super) plan: Plan,
    ending: Ending,
    troubles: Vec<String>,
}

impl<'a> Course<'a> {
    pub(super) fn new(order: &'a Order<'a>, run_id: String, command: &str, night: Night, plan: Plan) -> Self {
        let ending = Ending {
            run_id,
            now: identity::rfc3339(order.now),
            command: command.to_owned(),
            guards: plan.guards.clone(),
            mails: MailCounts::default(),
            also: BTreeSet::new(),
        };
        let mut course = Self { order, night, plan, ending, troubles: Vec::new() };
        course.mailed(&Mailed::default());
        course
    }

    /// Takes in how the mails ended.
    pub(super) fn mailed(&mut self, mailed: &Mailed) {
        for trouble in &mailed.troubles {
            self.troubles.push(trouble.clone());
        }
        if mailed.state_lost {
            self.ending.also.insert(Exit::NotWritten);
        }
        self.ending.mails = self.plan.counts(mailed);
        self.plan.annotate(self.order, &mut self.night, mailed);
    }

    /// A plan mails nothing: it counts what a guard would hold, and nothing else.
    pub(super) fn mails_nothing(&mut self) {
        self.ending.mails = MailCounts { held: self.ending.mails.held, ..MailCounts::default() };
    }

    /// Something went wrong; the run goes on.
    pub(super) fn fails(&mut self, exit: Exit, trouble: impl std::fmt::Display) {
        self.ending.also.insert(exit);
        self.troubles.push(trouble.to_string());
    }

    /// Something went wrong that changes no code.
    pub(super) fn notes(&mut self, trouble: impl std::fmt::Display) {
        self.troubles.push(trouble.to_string());
    }

    /// The run was told to stop: whatever it still did, it is not complete.
    pub(super) fn is_cut_short(&mut self) {
        self.ending.also.insert(Exit::NotReadCompletely);
    }

    /// The night in numbers, as of now.
    pub(super) fn summary(&self) -> Summary {
        judge::summarize(&self.night.scene(self.order), &self.night.findings, &self.night.unread, &self.ending)
    }

    /// Writes the report, whole or not at all; says where.
    pub(super) fn report(&mut self, place: &Place, extra: &[(String, Vec<u8>)], latest: bool) -> Option<String> {
        let summary = self.summary();
        let report = report::Report {
            summary: &summary,
            verdict: &judge::verdict(&summary),
            day: self.order.today(),
            trend: &self.night.history.trend,
            findings: &self.night.findings,
            extra,
        };
        match report::write(place, report, latest) {
            Ok(written) => Some(written),
            Err(fault) => {
                self.fails(Exit::NotWritten, fault);
                None
            }
        }
    }

    /// Removes reports that are kept no longer. Tonight's is written, so a fault changes no code: it is told, and the
    /// next night tries again.
    pub(super) fn prunes(&mut self, place: &Place) {
        let config = self.order.config;
        let (today, days) = (self.order.today(), config.report.keep_days);
        match place.prune(Keep { calendar: config.calendar, today, days, clock: clock() }) {
            Ok(0) => {}
            Ok(removed) => info!(reports.removed = removed, "reports older than {days} days are removed"),
            Err(fault) => self.notes(fault),
        }
    }

    /// Removes from the store what is kept no longer. As with the reports, a fault changes no code.
    pub(super) async fn forgets_the_old(&mut self, recorder: &Recorder) {
        let (config, today) = (self.order.config, self.order.today());
        let days = config.store.keep_days.max(judge::memory_days(&config.reminders));
        let Some(before) = today.checked_sub_days(Days::new(days.into())) else { return };
        let episodes = judge::over(&self.night.scene(self.order), before);
        match recorder.store.expire(today, before, &episodes, recorder.lease()).await {
            Ok(removed) if removed == Removed::default() => {}
            Ok(Removed { runs, mails }) => {
                info!(runs.removed = runs, mails.removed = mails, "what is older than {days} days is removed");
            }
            Err(fault) => self.notes(fault),
        }
    }

    /// What is left for the terminal; every trouble is logged here, once.
    pub(super) fn outcome(self, report: Option<String>, mut watch: Watch) -> Outcome {
        let summary = self.summary();
        watch.was(Phase::Reporting);
        for trouble in &self.troubles {
            error!("{trouble}");
        }
        info!(exit.code = summary.exit_code, complete = summary.complete, "the {} ended", summary.command);
        let register_rows = self.night.register.account_rows as u64;
        let Night { findings, calls, .. } = self.night;
        let persons = self.plan.reminded.persons;
        Outcome { summary, findings, persons, report, troubles: self.troubles, register_rows, calls, watch }
    }
}
