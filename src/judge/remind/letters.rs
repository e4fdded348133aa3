//! From gaps to a letter: by client, and by what is asked there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cadence::Cadence;
use crate::domain::{
    AccountKey, Address, Ask, BusinessCenterId, Cause, Client, ClientKey, Contact, Finding, Language, Letter,
    LetterAccount, LetterClient, LetterGroup, MailContent, RegisterState,
};
use crate::judge::Scene;

type GroupKey = (Ask, Address, Vec<(BusinessCenterId, Arc<str>)>);

/// Composes the letter to one person about these gaps.
pub(super) fn compose(
    scene: &Scene<'_>,
    findings: &[Finding],
    gaps: &[usize],
    contact: &Contact,
    language: Language,
    cadence: &Cadence<'_>,
) -> Letter {
    let mut clients: BTreeMap<&ClientKey, (&Client, BTreeMap<GroupKey, Vec<LetterAccount>>)> = BTreeMap::new();
    let mut keys: Vec<AccountKey> = Vec::new();
    for finding in gaps.iter().map(|gap| &findings[*gap]) {
        let (Some(client), Some(account_id), Some(member), Some(ask)) =
            (&finding.client, finding.account_id, &finding.member, ask(finding))
        else {
            continue;
        };
        keys.extend(finding.key());
        let groups = &mut clients.entry(&client.key).or_insert_with(|| (client, BTreeMap::new())).1;
        let places = finding.client_business_centers.to_vec();
        groups.entry((ask, member.clone(), places)).or_default().push(LetterAccount {
            account_id,
            name: finding.account_name.clone(),
            requested: finding.register.as_ref().is_some_and(|r| r.state == RegisterState::Requested),
        });
    }
    keys.sort();
    Letter {
        to: contact.email.clone(),
        name: contact.name.clone(),
        language,
        episode: cadence.episode(),
        number: cadence.number(),
        day: scene.today,
        clients: clients.into_values().map(|(client, groups)| letter_client(client, groups)).collect(),
        handed_over: Vec::new(),
        closed: Vec::new(),
        owned: Vec::new(),
        content: MailContent { asked: keys, ..MailContent::default() },
    }
}

fn letter_client(client: &Client, groups: BTreeMap<GroupKey, Vec<LetterAccount>>) -> LetterClient {
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
        through_owner: false,
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
