//! What `check` asks: one request of each kind for each member, and a sentence about each.
//!
//! Invariant: a probe reads one page of anything at most, and every fault's sentence ends with its remedy.

use futures_util::future::join_all;

use super::Reader;
use super::failure::{Failure, Kind};
use super::wire::{Call, Page, Reach, States};
use crate::domain::{AccountId, Address, BusinessCenter, BusinessCenterId, ListedAccount, Standing};

/// What was found about a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberProbe {
    /// The member.
    pub member: Address,
    /// In the order in which they were asked; what could not be asked is left out.
    pub findings: Vec<Finding>,
}

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was tried: `identity`, `Business Centers`, `ad accounts`, `account states`, `second witness`.
    pub about: &'static str,
    /// A sentence either way; a fault's with its remedy.
    pub result: Result<String, ProbeFault>,
}

/// Why it is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeFault {
    /// TikTok refuses the member's token, scopes or identity, or lets it see nothing: a person must act.
    Refused(String),
    /// TikTok did not answer, or not so that it can be used: a run would not read completely.
    Unanswered(String),
}

impl Reader {
    /// Tries every member's token: identity, first page of its Business Centers, first page of one listing, the state
    /// of the first account there, witness if configured.
    pub async fn probe(&self) -> Vec<MemberProbe> {
        join_all((0..self.members.len()).map(|index| self.probe_member(index))).await
    }

    async fn probe_member(&self, index: usize) -> MemberProbe {
        let member = &self.members[index];
        let mut findings = vec![Finding { about: "identity", result: tell_standing(self.identify(index).await) }];
        let (mut first, mut seen) = (None, None);
        if member.refused.get().is_none() {
            let (result, found) = self.probe_list(index).await;
            findings.push(Finding { about: "Business Centers", result });
            first = found;
        }
        if let (Some(bc), None) = (first, member.refused.get()) {
            let (result, found) = self.probe_listing(index, bc).await;
            findings.push(Finding { about: "ad accounts", result });
            seen = found;
        }
        if let (Some(account), None) = (seen, member.refused.get()) {
            let result = self.probe_state(index, account).await;
            findings.extend(result.map(|result| Finding { about: "account states", result }));
        }
        if let (Some((app_id, secret)), None) = (&member.witness, member.refused.get()) {
            let answer = self.ask::<Reach>(index, &Call::Witness { app_id, secret }).await;
            let told = |reach: Reach| format!("the second witness names {} ad accounts", reach.0.len());
            let result = answer
                .map(|answer| told(answer.content))
                .map_err(|failure| ProbeFault::Unanswered(failure.into_witness_reason()));
            findings.push(Finding { about: "second witness", result });
        }
        MemberProbe { member: member.email.clone(), findings }
    }

    async fn probe_list(&self, index: usize) -> (Result<String, ProbeFault>, Option<BusinessCenterId>) {
        type List = Page<(BusinessCenterId, BusinessCenter)>;
        let page = match self.ask::<List>(index, &Call::BusinessCenters { page: 1 }).await {
            Ok(answer) => answer.content,
            Err(failure) => return (Err(self.remedy(index, failure)), None),
        };
        let count = page.info.map_or(page.rows.len() as u64, |info| info.total_number);
        if count == 0 {
            let none = "the member is in no Business Center: either no client's invitation was accepted yet, or the \
                        token is another login's";
            return (Err(ProbeFault::Refused(none.to_owned())), None);
        }
        (Ok(format!("the member is in {count} Business Centers")), page.rows.first().map(|(bc, _)| *bc))
    }

    async fn probe_listing(
        &self,
        index: usize,
        bc: BusinessCenterId,
    ) -> (Result<String, ProbeFault>, Option<AccountId>) {
        let page = match self.ask::<Page<ListedAccount>>(index, &Call::Assets { bc, page: 1 }).await {
            Ok(answer) => answer.content,
            Err(failure) => return (Err(self.remedy(index, failure)), None),
        };
        let count = page.info.map_or(page.rows.len() as u64, |info| info.total_number);
        let said = format!("Business Center {bc} shares {count} ad accounts with the member");
        (Ok(said), page.rows.first().map(|row| row.account_id))
    }

    /// Whether states may be asked at all: the scope is another one than that of the listings. What else TikTok may have
    /// against this one question says nothing of a night's.
    async fn probe_state(&self, index: usize, account: AccountId) -> Option<Result<String, ProbeFault>> {
        match self.ask::<States>(index, &Call::Advertisers { ids: &[account] }).await {
            Ok(_) => Some(Ok("TikTok tells whether an account is open".to_owned())),
            Err(Failure::Unusable { kind: Kind::Scope(path), .. }) => {
                Some(Err(ProbeFault::Unanswered(no_scope(&path))))
            }
            Err(failure) => self.members[index].refused.get().is_some().then(|| Err(self.remedy(index, failure))),
        }
    }

    fn remedy(&self, index: usize, failure: Failure) -> ProbeFault {
        let failure = self.weigh(index, failure, true);
        match self.members[index].refused.get().cloned().map(tell_standing) {
            Some(Err(fault)) => fault,
            Some(Ok(_)) | None => ProbeFault::Unanswered(match failure {
                Failure::Unusable { kind: Kind::Spent, reason, .. } => format!("{reason}: try again later"),
                other => other.into_reason(),
            }),
        }
    }
}

fn tell_standing(standing: Standing) -> Result<String, ProbeFault> {
    Err(match standing {
        Standing::Good => {
            return Ok("TikTok accepts the token, and its address does not contradict the member's".to_owned());
        }
        Standing::Unconfirmed { reason } => ProbeFault::Unanswered(format!(
            "TikTok did not say whose token it is ({reason}): try again, and look at TikTok's status page"
        )),
        Standing::Contradicted => ProbeFault::Refused(
            "the token is another login's: authorize the app again, logged in as the member, and store the new token"
                .to_owned(),
        ),
        Standing::Dead { code } => ProbeFault::Refused(dead(code)),
        Standing::ScopeRefused { path } => ProbeFault::Refused(no_scope(&path)),
    })
}

fn dead(code: i64) -> String {
    format!(
        "TikTok refuses the token with code {code}: authorize the app again, logged in as the member, and store the new token"
    )
}

/// Scopes 150 and 153 of "Business Center", 100 of "Ad account management" (fact sheet §4).
fn no_scope(path: &str) -> String {
    format!(
        "the token lacks the scope for {path}: give the app the permissions \"Business Center\" and \"Ad account \
         management\", then authorize it again as the member"
    )
}
