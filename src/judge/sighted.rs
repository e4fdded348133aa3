//! What a sighting says of a finding, expected or not.

use super::Scene;
use super::index::Seen;
use crate::domain::{AccountId, AccountInfo, Cause, Confidence, Finding, MemberView, Reading, Sighting, Witness};

/// Fills in where the effective sighting is.
pub(super) fn place(scene: &Scene<'_>, effective: Seen<'_>, finding: &mut Finding) {
    finding.actual_role = Some(effective.listed.terms.role.clone());
    finding.business_center = Some(effective.business_center);
    finding.business_center_name = scene.name_of(effective.member, effective.business_center);
    finding.client_business_centers = [(effective.business_center, finding.business_center_name.clone())].into();
    if finding.account_name.is_empty() {
        finding.account_name = effective.listed.name.clone();
    }
}

/// How sure a sighting is; nothing is sure about an uncertain cause.
pub(super) fn seen_confidence(view: &MemberView, own: &[Seen<'_>], cause: Cause) -> Option<Confidence> {
    if !cause.status().is_certain() {
        return None;
    }
    let witnessed = is_witnessed(view, own.first()?.listed.account_id);
    let twice = || {
        own.iter().any(|seen| {
            matches!(
                view.listings.get(&seen.business_center).map(|l| &l.reading),
                Some(Reading::Complete { twice: true })
            )
        })
    };
    Some(if witnessed {
        Confidence::Witnessed
    } else if twice() {
        Confidence::ReadTwice
    } else {
        Confidence::ReadOnce
    })
}

/// Whether a second endpoint says, too, that the member reaches the account.
pub(super) fn is_witnessed(view: &MemberView, account: AccountId) -> bool {
    matches!(view.infos.get(account), Some(AccountInfo::Visible(_)))
        || matches!(&view.witness, Witness::Answered(accounts) if accounts.contains(&account))
}

pub(super) fn sighting(seen: &Seen<'_>) -> Sighting {
    Sighting {
        member: seen.member.clone(),
        business_center: seen.business_center,
        role: seen.listed.terms.role.clone(),
    }
}
