//! From gaps to the parts of a letter: by client, and by what is asked there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::closed::named;
use super::person::Recipient;
use crate::domain::{
    Address, Ask, BusinessCenterId, Cause, Client, ClientKey, Finding, LetterAccount, LetterClient, LetterGroup, Owned,
    RegisterState,
};
use crate::judge::Scene;

type GroupKey = (Ask, Address, Vec<(BusinessCenterId, Arc<str>)>);
type Groups = BTreeMap<GroupKey, Vec<LetterAccount>>;

/// What is asked of the clients of these gaps, by country and code; `through_owner` says of a gap whether the reader is
/// its client's owner, in want of a contact.
pub(super) fn clients(
    findings: &[Finding],
    gaps: &[usize],
    through_owner: impl Fn(&usize) -> bool,
) -> Vec<LetterClient> {
    let mut clients: BTreeMap<&ClientKey, (&Client, bool, Groups)> = BTreeMap::new();
    for position in gaps {
        let finding = &findings[*position];
        let (Some(client), Some(account_id), Some(member), Some(ask)) =
            (&finding.client, finding.account_id, &finding.member, ask(finding))
        else {
            continue;
        };
        let (_, _, groups) =
            clients.entry(&client.key).or_insert_with(|| (client, through_owner(position), Groups::new()));
        let places = finding.client_business_centers.to_vec();
        groups.entry((ask, member.clone(), places)).or_default().push(LetterAccount {
            account_id,
            name: (&*finding.account_name).into(),
            requested: finding.register.as_ref().is_some_and(|r| r.state == RegisterState::Requested),
        });
    }
    clients.into_values().map(|(client, through_owner, groups)| letter_client(client, through_owner, groups)).collect()
}

/// A gap as its owner reads of it; `asked` are the persons who were mailed, with what they got.
pub(super) fn owned(scene: &Scene<'_>, finding: &Finding, asked: &[Recipient]) -> Option<Owned> {
    let since = finding.since?;
    Some(Owned {
        account: named(finding)?,
        ask: ask(finding)?,
        member: finding.member.clone()?,
        since,
        days_open: u64::try_from((scene.today - since).num_days()).unwrap_or(0),
        mails: asked.iter().map(|who| who.asked.mails).max()?,
        last_mailed_on: asked.iter().map(|who| who.asked.last).max()?,
        asked: asked.iter().filter(|who| !who.stands_in).map(|who| who.person.clone()).collect(),
    })
}

fn letter_client(client: &Client, through_owner: bool, groups: Groups) -> LetterClient {
    let groups = groups
        .into_iter()
        .map(|((ask, member, business_centers), mut accounts)| {
            accounts.sort();
            LetterGroup { ask, member, business_centers, accounts }
        })
        .collect();
    LetterClient {
        country: client.country.clone(),
        code: client.code.clone(),
        name: client.name.clone(),
        through_owner,
        groups,
    }
}

/// What is asked of the client for a finding; none where it is not the client's turn.
fn ask(finding: &Finding) -> Option<Ask> {
    match finding.cause {
        Cause::NotAMember | Cause::NotShared => Some(Ask::InviteAndAssign),
        Cause::SharedWithOtherMember => {
            finding.other_member.clone().map(|other_member| Ask::AddExpectedMember { other_member })
        }
        Cause::NotAssigned => Some(Ask::Assign),
        Cause::AccessRemoved => Some(match (finding.last_seen_on, &finding.last_seen_in) {
            (Some(last_seen_on), Some((id, name))) => Ask::AssignAgain {
                last_seen_on,
                last_seen_in: if name.trim().is_empty() { id.to_string().into() } else { name.clone() },
            },
            _ => Ask::Assign,
        }),
        Cause::RoleTooHigh => Some(Ask::LowerRole),
        _ => None,
    }
}
