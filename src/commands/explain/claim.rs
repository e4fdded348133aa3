//! What there is to say of an account to one client that expects it, or to nobody.
//!
//! Invariant: what the register of today makes unjudgeable is told as that; everything else is the newest run's word.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::domain::{
    AccountId, AccountNote, Address, BusinessCenterId, Cause, Client, ClientKey, Confidence, ExpectedAccount, Finding,
    MailOutcome, Register, StatedRole,
};
use crate::judge;
use crate::store::{AccountStory, ListedIn, PastState};

/// How it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// The newest run judged it.
    Judged,
    /// As judged, but the register of today has no row of it: the next run expects it no more.
    Dropped,
    /// A row of today cannot be judged.
    SetAside,
    /// Today's register expects it, and no run has judged it.
    #[default]
    NotYet,
    /// It was judged, and is not expected any more.
    Withdrawn,
}

impl Standing {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Judged => "judged",
            Self::Dropped => "dropped",
            Self::SetAside => "set_aside",
            Self::NotYet => "not_yet",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Everything known of it.
#[derive(Debug, Default)]
pub(super) struct Claim {
    pub(super) standing: Standing,
    pub(super) client: Option<Arc<Client>>,
    /// Why it is so, or was when it was judged last; none before that.
    pub(super) cause: Option<Cause>,
    /// Beside an unknown cause: the last certain one and its last day.
    pub(super) certain: Option<(Cause, Option<NaiveDate>)>,
    pub(super) since: Option<NaiveDate>,
    pub(super) days_open: Option<i64>,
    pub(super) account_name: String,
    pub(super) member: Option<Address>,
    pub(super) actual_role: Option<StatedRole>,
    pub(super) business_center: Option<(BusinessCenterId, String)>,
    pub(super) last_seen_on: Option<NaiveDate>,
    pub(super) withdrawn_on: Option<NaiveDate>,
    pub(super) note: AccountNote,
    /// The most that one person got.
    pub(super) mails_sent: usize,
    /// All accepted mails, and to how many persons.
    pub(super) mailed: (usize, usize),
    pub(super) last_mailed_on: Option<NaiveDate>,
}

/// One claim a client, those of today's register first. Of a register that could not be read nothing follows.
pub(super) fn claims(
    id: AccountId,
    story: &AccountStory,
    register: Option<&Register>,
    rows: &[&ExpectedAccount],
    today: NaiveDate,
) -> Vec<Claim> {
    let aside = register.map(|register| judge::set_aside(register, id, today)).unwrap_or_default();
    let mut claims: Vec<Claim> = Vec::new();
    let counting = || rows.iter().filter(|row| row.counts_on(today));
    let mut keys: Vec<Option<ClientKey>> = counting().map(|row| Some(row.client.key.clone())).collect();
    keys.extend(story.states.iter().map(key_of));
    let mut known: Vec<Option<ClientKey>> = Vec::new();
    for key in keys {
        if !known.contains(&key) {
            known.push(key);
        }
    }
    for key in known {
        let row = counting().find(|row| Some(&row.client.key) == key.as_ref());
        let its_own = |finding: &&Finding| finding.client.as_ref().map(|client| &client.key) == key.as_ref();
        let asides: Vec<Cause> = aside.iter().filter(its_own).map(|finding| finding.cause).collect();
        let states: Vec<&PastState> = story.states.iter().filter(|state| key_of(state) == key).collect();
        match (states.as_slice(), row) {
            _ if asides.contains(&Cause::ClaimedBySeveralClients) => {}
            ([.., state], _) if state.cause.is_some() => {
                let unnamed = register.is_some() && row.is_none() && asides.is_empty();
                let standing = if key.is_some() && unnamed { Standing::Dropped } else { Standing::Judged };
                claims.push(judged(story, state, standing));
            }
            (_, Some(row)) => claims.push(not_yet(row)),
            // Expected since, or shared no more: nothing to tell of a time when nobody expected it.
            ([.., before, gone], None) if key.is_some() => claims.push(withdrawn(story, before, gone)),
            _ => {}
        }
    }
    claims.extend(aside.iter().map(set_aside));
    claims.sort_by_key(|claim| matches!(claim.standing, Standing::Withdrawn));
    claims
}

fn key_of(state: &PastState) -> Option<ClientKey> {
    state.client.as_ref().map(|client| client.key.clone())
}

fn judged(story: &AccountStory, state: &PastState, standing: Standing) -> Claim {
    let key = key_of(state);
    let as_of = story.as_of.as_ref();
    let today = as_of.map(|run| run.day);
    let note = story.notes.iter().find(|(client, _)| *client == key).map(|(_, note)| note.clone());
    let gap = state.cause.into_iter().chain(state.certain_cause).any(|cause| cause.status().is_gap());
    let seen = state.actual_role.is_some();
    Claim {
        client: state.client.clone().or_else(|| story.neighbour.clone()),
        days_open: state.since.zip(today).filter(|_| gap).map(|(since, today)| (today - since).num_days()),
        last_seen_on: if seen { today } else { last_seen(story, state.member.as_ref()) },
        note: note.unwrap_or_else(|| plainly_well(story, state)),
        ..of_state(story, state, standing)
    }
}

/// What is judged, without what the newest run said of it.
fn of_state(story: &AccountStory, state: &PastState, standing: Standing) -> Claim {
    let key = key_of(state);
    let accepted = || story.mails.iter().filter(|mail| mail.client == key && mail.outcome == MailOutcome::Accepted);
    Claim {
        standing,
        client: state.client.clone(),
        cause: state.cause,
        certain: state.certain_cause.map(|cause| (cause, state.certain_until)),
        since: state.since,
        account_name: state.account_name.clone(),
        member: state.member.clone(),
        actual_role: state.actual_role.clone(),
        business_center: state.business_center.map(|id| (id, state.business_center_name.clone())),
        mails_sent: most(accepted()),
        mailed: (accepted().count(), accepted().map(|mail| &mail.person).collect::<BTreeSet<_>>().len()),
        last_mailed_on: accepted().map(|mail| mail.day).max(),
        ..Claim::default()
    }
}

/// The most days on which one person was mailed.
fn most<'m>(mails: impl Iterator<Item = &'m ListedIn>) -> usize {
    let mut persons: BTreeMap<&Address, BTreeSet<NaiveDate>> = BTreeMap::new();
    for mail in mails {
        persons.entry(&mail.person).or_default().insert(mail.day);
    }
    persons.values().map(BTreeSet::len).max().unwrap_or(0)
}

/// The last day on which its member saw it, else anybody.
fn last_seen(story: &AccountStory, member: Option<&Address>) -> Option<NaiveDate> {
    let last = |own: bool| {
        let places = story.places.iter().filter(|place| !own || Some(&place.member) == member);
        places.map(|place| place.last_seen_on).max()
    };
    last(true).or_else(|| last(false))
}

/// What a run that ended has no note about is as expected, and a second endpoint agreed. A run that was killed said
/// nothing.
fn plainly_well(story: &AccountStory, state: &PastState) -> AccountNote {
    let Some(run) = story.as_of.as_ref().filter(|run| run.ended_at.is_some()) else { return AccountNote::default() };
    let (Some(Cause::SharedAsExpected), Some(center), Some(role)) =
        (state.cause, state.business_center, &state.actual_role)
    else {
        return AccountNote::default();
    };
    let others: Vec<judge::SeenAs<'_>> = story
        .places
        .iter()
        .filter(|place| Some(&place.member) == state.member.as_ref() && place.business_center != center)
        .filter(|place| !place.is_over && place.last_seen_on == run.day)
        .map(|place| (place.business_center, place.business_center_name.as_str(), &place.role))
        .collect();
    AccountNote {
        confidence: Some(Confidence::Witnessed),
        evidence: judge::seen_in((center, &state.business_center_name, role), &others),
        ..AccountNote::default()
    }
}

fn withdrawn(story: &AccountStory, before: &PastState, gone: &PastState) -> Claim {
    Claim {
        withdrawn_on: gone.run.as_ref().map(|(day, _)| *day),
        last_seen_on: last_seen(story, before.member.as_ref()),
        ..of_state(story, before, Standing::Withdrawn)
    }
}

fn not_yet(row: &ExpectedAccount) -> Claim {
    Claim {
        standing: Standing::NotYet,
        client: Some(row.client.clone()),
        account_name: row.account_name.to_string(),
        member: Some(row.member.clone()),
        business_center: row.business_center.map(|id| (id, String::new())),
        ..Claim::default()
    }
}

fn set_aside(finding: &Finding) -> Claim {
    Claim {
        standing: Standing::SetAside,
        client: finding.client.clone(),
        cause: Some(finding.cause),
        account_name: finding.account_name.to_string(),
        member: finding.member.clone(),
        note: AccountNote {
            evidence: finding.evidence.to_string(),
            next_step: finding.next_step.clone(),
            ..AccountNote::default()
        },
        ..Claim::default()
    }
}
