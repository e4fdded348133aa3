//! One request, brought to its end.
//!
//! Invariant: whatever is sent has passed the app's bound of requests under way and its pace, belongs to a member that
//! TikTok has not refused, and falls within the run. What ends without an answer says why.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::client::Brought;
use super::ledger::{Answered, FaultyCall};
use super::pace::Turn;
use super::retry::{self, Verdict, classify};
use super::wire::{Call, Content};
use super::{App, Member, Progress, Reader};
use crate::domain::{Reading, Standing};

/// Characters of TikTok's words that are kept.
const LONGEST_WORDS: usize = 200;

/// An answer with code 0.
pub(super) struct Answer<T> {
    pub(super) content: T,
    pub(super) request_id: Option<String>,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The run is over, or TikTok's quota of the day is, or the member is refused: nobody need ask on.
    Ended(String),
    /// TikTok refused, or gave nothing usable in all attempts.
    Unusable { code: Option<i64>, kind: Kind, reason: String },
}

/// What a refusal is about, for those who must tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The object does not exist or was deleted.
    Gone,
    /// The token lacks a scope; it bears the path.
    Scope(String),
    /// The app or the caller is refused.
    App,
    /// Refused otherwise.
    Refused,
    /// Nothing usable in all attempts.
    Spent,
}

impl Failure {
    /// As a reading.
    pub(super) fn into_reading(self) -> Reading {
        match self {
            Self::Ended(reason) => Reading::NotRead { reason },
            Self::Unusable { code, reason, .. } => Reading::Unreadable { code, reason },
        }
    }

    /// As the silence of `/oauth2/advertiser/get/`. A mixed-up app shows as 40000, 40101 or 40113 (fact sheet §11).
    pub(super) fn into_witness_reason(self) -> String {
        let mixed_up = matches!(self, Self::Unusable { code: Some(40000 | 40101 | 40113), .. });
        let reason = self.into_reason();
        if mixed_up {
            format!("{reason}: check app_id and app_secret, they must be of the token's app")
        } else {
            reason
        }
    }

    /// As a sentence.
    pub(super) fn into_reason(self) -> String {
        match self {
            Self::Ended(reason) | Self::Unusable { reason, .. } => reason,
        }
    }
}

impl Reader {
    /// Asks until there is an answer, or none can be had. A dead token refuses the member for the rest of the run.
    pub(super) async fn ask<T: Content>(&self, member_index: usize, call: &Call<'_>) -> Result<Answer<T>, Failure> {
        if self.stop.is_cancelled() {
            return Err(stopped());
        }
        let attempts = async {
            match self.deadline {
                Some(deadline) if deadline <= Instant::now() => Err(self.out_of_time()),
                Some(deadline) => timeout_at(deadline, self.attempts(member_index, call))
                    .await
                    .unwrap_or_else(|_| Err(self.out_of_time())),
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
            let verdict = classify(brought.outcome());
            match (verdict, brought) {
                (Verdict::Use, Brought::Envelope(envelope)) => {
                    app.pace.succeeded(turn);
                    let request_id = envelope.request_id;
                    let unreadable = |reason| Failure::Unusable { code: None, kind: Kind::Spent, reason };
                    return envelope.content.map(|content| Answer { content, request_id }).map_err(unreadable);
                }
                (Verdict::QuotaPause, brought) => {
                    if app.pace.refused(turn) {
                        self.ledger.open().suspensions += 1;
                        let code = code(&brought);
                        tracing::warn!(
                            member.index = member_index,
                            code,
                            "TikTok's quota is reached: the app is silent for a while"
                        );
                    }
                }
                (Verdict::Retry, brought) => {
                    if brought_code_zero(&brought) {
                        app.pace.succeeded(turn);
                    }
                    if attempt >= self.max_attempts {
                        return Err(self.give_up(member_index, call, &brought, Kind::Spent, attempt));
                    }
                    attempt += 1;
                    let seed = (call.endpoint(), call.business_center(), call.page(), member_index);
                    self.wait(retry::pause(self.retry_pause, attempt, seed)).await;
                }
                (Verdict::TokenDead, brought) => {
                    let failure = self.give_up(member_index, call, &brought, Kind::Refused, attempt);
                    let Some(code) = code(&brought) else { return Err(failure) };
                    return Err(Failure::Ended(member.refuse(Standing::Dead { code })));
                }
                (Verdict::ScopeRefused(path), brought) => {
                    let path = if path.is_empty() { call.endpoint().to_owned() } else { path };
                    return Err(self.give_up(member_index, call, &brought, Kind::Scope(path), attempt));
                }
                (Verdict::AppRefused, brought) => {
                    return Err(self.give_up(member_index, call, &brought, Kind::App, attempt));
                }
                (Verdict::Gone, brought) => {
                    return Err(self.give_up(member_index, call, &brought, Kind::Gone, attempt));
                }
                (Verdict::Refused | Verdict::Use, brought) => {
                    return Err(self.give_up(member_index, call, &brought, Kind::Refused, attempt));
                }
            }
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
        let _under_way = app.in_flight.acquire().await; // never closed
        member.admitted()?;
        let turn = app.pace.turn().await.map_err(|_| quota_used_up())?;
        member.admitted()?;
        let start = Instant::now();
        let brought = self.client.get(&member.token, call).await;
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
                attempt,
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
        let reason = match (&kind, code) {
            // The words of a fault that passes differ from answer to answer; those of a refusal say what to mend.
            (Kind::Spent, None) => format!("no usable answer in {attempt} attempts, at last {words}"),
            (Kind::Spent, Some(code)) => format!("no usable answer in {attempt} attempts, at last code {code}"),
            (_, None) => format!("no usable answer: {words}"),
            (_, Some(code)) if words.is_empty() => format!("TikTok refused with code {code}"),
            (_, Some(code)) => format!("TikTok refused with code {code}: {words}"),
        };
        Failure::Unusable { code, kind, reason }
    }

    fn out_of_time(&self) -> Failure {
        Failure::Ended(format!("the run's time limit of {} was reached", span(self.run_timeout)))
    }
}

impl Member {
    /// Refuses it for the rest of the run and says why nothing more is read; the first refusal stays.
    pub(super) fn refuse(&self, standing: Standing) -> String {
        why_refused(self.refused.get_or_init(|| standing))
    }

    /// Whether anything may still be sent for it.
    fn admitted(&self) -> Result<(), Failure> {
        self.refused.get().map_or(Ok(()), |standing| Err(Failure::Ended(why_refused(standing))))
    }

    /// What came, in words that may be logged and reported: without this member's secrets, and without addresses.
    fn words<T>(&self, brought: &Brought<T>) -> String {
        match brought {
            Brought::Envelope(envelope) if envelope.code == 0 => match &envelope.content {
                Ok(_) => String::new(),
                Err(fault) => format!("an answer that cannot be read: {fault}"),
            },
            Brought::Envelope(envelope) => self.without_secrets(&envelope.message),
            Brought::Nothing(_, what) => what.clone(),
        }
    }

    fn without_secrets(&self, words: &str) -> String {
        use secrecy::ExposeSecret as _;
        let secret = self.witness.as_ref().map(|(_, secret)| secret.expose_secret());
        let leaks = |word: &str| {
            word.contains('@') || self.token.is_in(word) || secret.is_some_and(|s| !s.is_empty() && word.contains(s))
        };
        let clean: Vec<_> = words.split(' ').map(|word| if leaks(word) { "[…]" } else { word }).collect();
        clean.join(" ").chars().take(LONGEST_WORDS).collect()
    }
}

fn code<T>(brought: &Brought<T>) -> Option<i64> {
    match brought {
        Brought::Envelope(envelope) => Some(envelope.code),
        Brought::Nothing(..) => None,
    }
}

fn brought_code_zero<T>(brought: &Brought<T>) -> bool {
    code(brought) == Some(0)
}

fn request_id<T>(brought: &Brought<T>) -> Option<&str> {
    match brought {
        Brought::Envelope(envelope) => envelope.request_id.as_deref(),
        Brought::Nothing(..) => None,
    }
}

fn stopped() -> Failure {
    Failure::Ended("the run was told to stop".to_owned())
}

fn quota_used_up() -> Failure {
    Failure::Ended("TikTok's quota of the day is used up: three quota answers in a row".to_owned())
}

/// Why nothing more is read for a member.
fn why_refused(standing: &Standing) -> String {
    match standing {
        Standing::Dead { code } => format!("TikTok refuses the member's token (code {code})"),
        Standing::ScopeRefused { path } => format!("the member's token lacks the scope for {path}"),
        Standing::Contradicted => "the token belongs to somebody else than the member".to_owned(),
        Standing::Good | Standing::Unconfirmed { .. } => "the member is not read".to_owned(),
    }
}

/// A time limit as the configuration writes it.
fn span(limit: Duration) -> String {
    let seconds = limit.as_secs();
    if limit.subsec_millis() != 0 {
        format!("{}ms", limit.as_millis())
    } else if seconds >= 60 && seconds.is_multiple_of(60) {
        format!("{}m", seconds / 60)
    } else {
        format!("{seconds}s")
    }
}
