//! One request, brought to its end.
//!
//! Invariant: whatever is sent has passed the app's bound of requests under way and its pace, belongs to a member that
//! TikTok has not refused, and falls within the run. What ends without an answer says why.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::client::Brought;
use super::failure::{Failure, Kind, out_of_time, quota_used_up, stopped};
use super::ledger::{Answered, FaultyCall};
use super::member::Member;
use super::pace::Turn;
use super::retry::{self, Verdict, classify};
use super::wire::{Call, Content, Envelope};
use super::{App, Progress, Reader};
use crate::domain::Standing;

/// An answer with code 0.
pub(super) struct Answer<T> {
    pub(super) content: T,
    pub(super) request_id: Option<String>,
}

impl Reader {
    /// Asks until there is an answer, or none can be had. A dead token refuses the member for the rest of the run.
    pub(super) async fn ask<T: Content>(&self, member_index: usize, call: &Call<'_>) -> Result<Answer<T>, Failure> {
        if self.stop.is_cancelled() {
            return Err(stopped());
        }
        let attempts = async {
            match self.deadline {
                Some(deadline) if deadline <= Instant::now() => Err(out_of_time(self.run_timeout)),
                Some(deadline) => timeout_at(deadline, self.attempts(member_index, call))
                    .await
                    .unwrap_or_else(|_| Err(out_of_time(self.run_timeout))),
                None => self.attempts(member_index, call).await,
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(stopped()),
            answer = attempts => answer,
        }
    }

    async fn attempts<T: Content>(&self, member_index: usize, call: &Call<'_>) -> Result<Answer<T>, Failure> {
        let member = &self.members[member_index];
        let app = &self.apps[member.app];
        let mut attempt = 1;
        loop {
            let (turn, brought) = self.once(member, app, call, member_index, attempt).await?;
            let kind = match classify(brought.outcome()) {
                Verdict::Use => {
                    app.pace.succeeded(turn);
                    return answer(brought);
                }
                Verdict::QuotaPause => {
                    if app.pace.refused(turn, Instant::now()) {
                        self.tell_silence(member_index, &brought);
                    }
                    continue; // it counts as no attempt, and the pace decides when the next may be
                }
                Verdict::Retry if attempt < self.max_attempts => {
                    attempt += 1;
                    let request = (call.endpoint(), call.business_center(), call.page(), member_index);
                    self.wait(retry::pause(self.retry_pause, attempt, request)).await;
                    continue;
                }
                Verdict::Retry => Kind::Spent,
                Verdict::TokenDead => Kind::Dead,
                Verdict::AppRefused => Kind::App,
                Verdict::ScopeRefused(path) if path.is_empty() => Kind::Scope(call.endpoint().to_owned()),
                Verdict::ScopeRefused(path) => Kind::Scope(path),
                Verdict::Gone => Kind::Gone,
                Verdict::Refused => Kind::Refused,
            };
            return Err(self.give_up(member_index, call, &brought, kind, attempt));
        }
    }

    /// Sends once, when it may.
    async fn once<T: Content>(
        &self,
        member: &Member,
        app: &App,
        call: &Call<'_>,
        member_index: usize,
        attempt: u32,
    ) -> Result<(Turn, Brought<T>), Failure> {
        // Neither is ever closed.
        let further = call.page().is_some_and(|page| page > 1);
        let _in_line = if further { Some(app.further_pages.acquire().await) } else { None };
        let _under_way = app.in_flight.acquire().await;
        member.admitted()?;
        let turn = app.pace.turn().await.map_err(|_| quota_used_up())?;
        member.admitted()?;
        let start = Instant::now();
        let brought = self.client.get(&member.token, call).await;
        app.pace.answered(turn, Instant::now());
        self.note(member, member_index, call, attempt, &brought, start.elapsed());
        Ok((turn, brought))
    }

    fn note<T>(
        &self,
        member: &Member,
        member_index: usize,
        call: &Call<'_>,
        attempt: u32,
        brought: &Brought<T>,
        took: Duration,
    ) {
        let answered = Answered::from(brought.outcome());
        let request_id = request_id(brought);
        tracing::debug!(
            member.index = member_index,
            endpoint = call.endpoint(),
            bc.id = call.business_center().map(tracing::field::display),
            page = call.page(),
            code = %answered,
            request.id = request_id,
            attempt,
            ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "asked TikTok"
        );
        let mut ledger = self.ledger.open();
        ledger.note(call.endpoint(), answered, attempt);
        if answered != Answered::Code(0) {
            ledger.note_fault(FaultyCall {
                member_index,
                endpoint: call.endpoint(),
                business_center_id: call.business_center(),
                page: call.page(),
                answered,
                message: member.words(brought),
                request_id: request_id.map(str::to_owned),
            });
        }
        drop(ledger);
        member.requests.fetch_add(1, Relaxed);
        self.tell_progress(member_index);
    }

    /// Tells how far the member is.
    pub(super) fn tell_progress(&self, member_index: usize) {
        let member = &self.members[member_index];
        (self.on_progress)(Progress {
            member_index,
            business_centers_done: member.done.load(Relaxed),
            business_centers_total: member.total.load(Relaxed),
            requests: member.requests.load(Relaxed),
        });
    }

    async fn wait(&self, pause: Duration) {
        self.ledger.open().retry_waits += pause;
        sleep(pause).await;
    }

    fn give_up<T>(
        &self,
        member_index: usize,
        call: &Call<'_>,
        brought: &Brought<T>,
        kind: Kind,
        attempt: u32,
    ) -> Failure {
        let words = self.members[member_index].words(brought);
        // "You may not" and "there is none" are what a question about a single account is asked for.
        if !matches!((call, &kind), (Call::Advertisers { .. }, Kind::Gone | Kind::Refused)) {
            self.ledger.open().given_up += 1;
            tracing::warn!(
                member.index = member_index,
                endpoint = call.endpoint(),
                bc.id = call.business_center().map(tracing::field::display),
                page = call.page(),
                code = code(brought),
                request.id = request_id(brought),
                attempt,
                "TikTok gave no usable answer: {words}"
            );
        }
        let code = code(brought).filter(|code| *code != 0);
        match (kind, code) {
            (Kind::Dead, Some(code)) => Failure::Ended(self.members[member_index].refuse(Standing::Dead { code })),
            (kind, code) => Failure::Unusable { code, reason: kind.reason(code, &words, attempt), kind },
        }
    }

    fn tell_silence<T>(&self, member_index: usize, brought: &Brought<T>) {
        self.ledger.open().suspensions += 1;
        let code = code(brought);
        tracing::warn!(member.index = member_index, code, "TikTok's quota is reached: the app is silent for a while");
    }
}

fn answer<T>(brought: Brought<T>) -> Result<Answer<T>, Failure> {
    let unusable = |reason| Failure::Unusable { code: None, kind: Kind::Spent, reason };
    match brought {
        Brought::Envelope(Envelope { content, request_id, .. }) => {
            content.map(|content| Answer { content, request_id }).map_err(unusable)
        }
        Brought::Nothing(_, what) => Err(unusable(what)),
    }
}

fn code<T>(brought: &Brought<T>) -> Option<i64> {
    match brought {
        Brought::Envelope(envelope) => Some(envelope.code),
        Brought::Nothing(..) => None,
    }
}

fn request_id<T>(brought: &Brought<T>) -> Option<&str> {
    match brought {
        Brought::Envelope(envelope) => envelope.request_id.as_deref(),
        Brought::Nothing(..) => None,
    }
}
