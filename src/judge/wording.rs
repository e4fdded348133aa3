//! What the data team reads: the evidence, and the one next step.
//!
//! Invariant: sentences are made of facts of this judgement alone; no request ids and no durations, so the same night
//! reads the same twice.

use std::fmt::Write as _;

use super::Scene;
use super::absent::{Absence, SILENCE, fell_silent};
use super::index::Seen;
use super::places::KnownBy;
use crate::domain::{
    AccountInfo, BusinessCenterId, BusinessCenterStatus, Cause, Change, ExpectedAccount, Finding, MemberView,
    PastSighting, Reading, Remembered, StatedRole, Witness,
};

/// `Business Center Acme (7564…)`, or the id alone where there is no name.
#[must_use]
pub fn place(id: BusinessCenterId, name: &str) -> String {
    if name.trim().is_empty() { format!("Business Center {id}") } else { format!("Business Center {name} ({id})") }
}

fn role(role: &StatedRole) -> String {
    match role {
        StatedRole::Known(known) => known.as_str().to_owned(),
        StatedRole::Absent => "no stated role".to_owned(),
        StatedRole::New(word) => format!("the unknown role {word}"),
    }
}

/// Joins sentences: each begins with a capital letter only if it already does, and ends with a full stop.
fn sentences(parts: &[String]) -> String {
    let mut text = String::new();
    for part in parts.iter().filter(|p| !p.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(part);
        if !part.ends_with('.') {
            text.push('.');
        }
    }
    text
}

/// A Business Center by id and name, and the role that is stated there.
pub type SeenAs<'a> = (BusinessCenterId, &'a str, &'a StatedRole);

/// Where an account is seen, in sentences; the effective sighting first.
#[must_use]
pub fn seen_in(effective: SeenAs<'_>, others: &[SeenAs<'_>]) -> String {
    sentences(&seen_parts(effective, others))
}

fn seen_parts((id, name, stated): SeenAs<'_>, others: &[SeenAs<'_>]) -> Vec<String> {
    let mut parts = vec![format!("Seen in {} as {}", place(id, name), role(stated))];
    for (id, name, other) in others {
        let ignored = match (other, stated) {
            (StatedRole::Absent | StatedRole::New(_), StatedRole::Known(_)) => " (ignored beside the stated role)",
            _ => "",
        };
        parts.push(format!("Also in {} as {}{ignored}", place(*id, name), role(other)));
    }
    parts
}

/// Evidence of an account that its member sees.
pub(crate) fn seen(scene: &Scene<'_>, own: &[Seen<'_>], effective: Seen<'_>, cause: Cause) -> String {
    let name = scene.name_of(effective.member, effective.business_center);
    let others: Vec<_> = own
        .iter()
        .filter(|s| s.business_center != effective.business_center)
        .map(|s| (s.business_center, scene.name_of(s.member, s.business_center), &s.listed.terms.role))
        .collect();
    let others: Vec<SeenAs<'_>> = others.iter().map(|(id, name, role)| (*id, &**name, *role)).collect();
    let mut parts = seen_parts((effective.business_center, &name, &effective.listed.terms.role), &others);
    let state = match cause {
        Cause::AccountClosed => "TikTok says that the account is closed (STATUS_DISABLE)",
        Cause::AccountSuspended => "TikTok says that the account is suspended (STATUS_LIMIT)",
        Cause::AccountInReview => "TikTok says that the account is not in use yet or in review",
        _ => "",
    };
    parts.push(state.to_owned());
    sentences(&parts)
}

/// Evidence of an account that its member does not see.
pub(crate) fn absent(scene: &Scene<'_>, row: &ExpectedAccount, absence: &Absence, others: &[Seen<'_>]) -> String {
    let member = row.member.as_str();
    let mut parts = Vec::new();
    if let Some(obstacle) = &absence.obstacle {
        parts.push(match absence.cause {
            Cause::CanaryMissing => format!("A {obstacle}, so tonight's reading proves nothing"),
            Cause::WitnessDisagrees => {
                format!("No listing holds it, but {obstacle} says that {member} reaches the account")
            }
            _ => format!("Not read completely: {obstacle}"),
        });
    }
    let Some(view) = scene.observation.of(&row.member) else {
        parts.push(format!("The row names the member {member}, which the configuration does not have"));
        return sentences(&parts);
    };
    if absence.cause == Cause::TokenProblem {
        parts.push(token_problem(view));
        return sentences(&parts);
    }
    if absence.cause.status().is_certain() || absence.cause == Cause::BusinessCenterConflict {
        parts.extend(places(scene, row, absence));
    }
    for other in others {
        let name = scene.name_of(other.member, other.business_center);
        parts.push(format!(
            "{} sees it in {} as {}",
            other.member.as_str(),
            place(other.business_center, &name),
            role(&other.listed.terms.role)
        ));
    }
    if let Some((account, slip)) = absence.suggestion {
        parts.push(format!("The unexpected account {account} is near: {}", slip.words()));
    }
    let told = |past: &&PastSighting| others.is_empty() || past.place.member == row.member;
    if let Some(past) = absence.last_seen.as_ref().filter(told) {
        let seen = &past.place;
        let name = scene.name_of(&seen.member, seen.business_center);
        parts.push(format!(
            "{} on {} in {}{}",
            if others.is_empty() { "Last seen".to_owned() } else { format!("{member} last saw it") },
            past.last_seen_on,
            place(seen.business_center, &name),
            scene.other_owner(seen).map(|owner| format!(", owned by {owner}")).unwrap_or_default()
        ));
    }
    if absence.cause.status().is_certain() {
        parts.extend(witnesses(view, row));
    }
    sentences(&parts)
}

fn token_problem(view: &MemberView) -> String {
    use crate::domain::Standing;
    match &view.standing {
        Standing::Contradicted => {
            "The token belongs to another login: the address that TikTok shows does not fit the member's".to_owned()
        }
        Standing::Dead { code } => format!("TikTok refuses the member's token (code {code})"),
        Standing::ScopeRefused { path } => format!("The member's token lacks the scope for {path}"),
        Standing::Good | Standing::Unconfirmed { .. } => {
            "The member's list of Business Centers is complete and empty, which proves nothing".to_owned()
        }
    }
}

/// Which Business Centers were looked at, why those, and how well.
fn places(scene: &Scene<'_>, row: &ExpectedAccount, absence: &Absence) -> Vec<String> {
    let Some(view) = scene.observation.of(&row.member) else { return Vec::new() };
    let seen_before = "where earlier runs saw the account";
    let known_by = match absence.places.known_by {
        KnownBy::Register => "given by the register",
        KnownBy::EarlierSighting => seen_before,
        KnownBy::OtherAccounts => "where this client's other accounts are or were seen",
        KnownBy::Nothing => return any_place(scene, view),
    };
    let mut parts = Vec::new();
    let own = absence.places.business_centers.iter().map(|id| (id, known_by));
    for (id, known_by) in own.chain(absence.places.besides.iter().map(|id| (id, seen_before))) {
        let place = place(*id, &scene.name_of(&row.member, *id));
        parts.push(match (view.list.business_centers.get(id), view.listings.get(id)) {
            (None, _) => format!(
                "{place} ({known_by}) is not in the member's complete list of {} Business Centers{}",
                view.list.business_centers.len(),
                twice(&view.list.reading)
            ),
            (Some(bc), listing) => match (&bc.status, listing) {
                (BusinessCenterStatus::Suspended(status), _) => {
                    format!("{place} ({known_by}) is suspended by TikTok ({status})")
                }
                (BusinessCenterStatus::Usable, Some(_)) if fell_silent(scene, view, *id) => {
                    format!("The member is in {place} ({known_by}), which {SILENCE}")
                }
                (BusinessCenterStatus::Usable, Some(listing)) => format!(
                    "The member is in {place} ({known_by}); its listing of {} accounts is complete{} and does not hold the account",
                    listing.accounts.len(),
                    twice(&listing.reading)
                ),
                (BusinessCenterStatus::Usable, None) => format!("{place} ({known_by}) was not read"),
            },
        });
    }
    if absence.cause == Cause::BusinessCenterConflict {
        let known: Vec<String> =
            absence.places.elsewhere.iter().map(|id| place(*id, &scene.name_of(&row.member, *id))).collect();
        parts.push(format!("The client is known to be in {}", known.join(", ")));
    }
    parts
}

/// That the account could be anywhere, and is nowhere. What fell silent was not read completely.
fn any_place(scene: &Scene<'_>, view: &MemberView) -> Vec<String> {
    let all = &view.list.business_centers;
    let silent: Vec<_> = all.iter().filter(|(id, _)| fell_silent(scene, view, **id)).collect();
    let read = match all.len() - silent.len() {
        0 => String::new(),
        others => format!(
            "; {} {others} Business Centers of the member were read completely{} and none holds the account",
            if silent.is_empty() { "all" } else { "the other" },
            twice(&view.list.reading)
        ),
    };
    let known = std::iter::once(format!("The client's Business Center is not known{read}"));
    known.chain(silent.into_iter().map(|(id, bc)| format!("{} {SILENCE}", place(*id, &bc.name)))).collect()
}

fn twice(reading: &Reading) -> &'static str {
    match reading {
        Reading::Complete { twice: true } => " (read twice)",
        _ => "",
    }
}

fn witnesses(view: &MemberView, row: &ExpectedAccount) -> Vec<String> {
    let mut parts = Vec::new();
    if matches!(view.witness, Witness::Answered(_)) {
        parts.push("/oauth2/advertiser/get/ does not list it either".to_owned());
    }
    match view.infos.get(row.account_id) {
        Some(AccountInfo::Forbidden) => parts.push("/advertiser/info/ refuses it to the member".to_owned()),
        Some(AccountInfo::Gone) => {
            parts.push("/advertiser/info/ says that it does not exist or was deleted".to_owned());
        }
        Some(AccountInfo::Visible(_) | AccountInfo::Silent(_)) | None => {}
    }
    parts
}

/// Evidence of an account that nobody expects.
pub(crate) fn unexpected(
    scene: &Scene<'_>,
    effective: Seen<'_>,
    seen: &[Seen<'_>],
    dormant: &[&ExpectedAccount],
) -> String {
    let mut parts: Vec<String> = seen
        .iter()
        .map(|s| {
            let name = scene.name_of(s.member, s.business_center);
            format!(
                "{} sees it in {} as {}",
                s.member.as_str(),
                place(s.business_center, &name),
                role(&s.listed.terms.role)
            )
        })
        .collect();
    if let Some(owner) = effective.listed.terms.owner.as_deref().filter(|o| !o.trim().is_empty()) {
        parts.push(format!("Its owner is {owner}"));
    }
    for row in dormant {
        let when = match (row.facts.start, row.facts.end) {
            (_, Some(end)) if end < scene.today => format!("ended on {end}"),
            (Some(start), _) => format!("begins on {start}"),
            _ => "does not count today".to_owned(),
        };
        parts.push(format!("The row of {} {} (line {}) {when}", row.client.country, row.client.code, row.line));
    }
    sentences(&parts)
}

/// Rows that the evidence of a conflict names; a placeholder can stand in thousands.
const NAMED: usize = 5;

/// Evidence of a row that conflicts with others.
pub(crate) fn conflict(row: &ExpectedAccount, cause: Cause, rows: &[&ExpectedAccount]) -> String {
    let conflicts = |other: &ExpectedAccount| match cause {
        Cause::DuplicateRow => other.client.key == row.client.key,
        _ => other.client.key != row.client.key && other.client.family() != row.client.family(),
    };
    let mut found = rows.iter().filter(|other| other.line != row.line && other.overlaps(row) && conflicts(other));
    let named = found.by_ref().take(NAMED);
    let named = named.map(|other| format!("line {} ({} {})", other.line, other.client.country, other.client.code));
    let mut others: Vec<String> = named.collect();
    others.extend(found.next().map(|_| "others".to_owned()));
    let what = match cause {
        Cause::DuplicateRow => "repeats the account of the same client in",
        _ => "names an account that clients without a common parent also claim in",
    };
    sentences(&[format!("Line {} {what} {}, and their periods share a day", row.line, others.join(", "))])
}

/// Added to the evidence of a night of doubt.
pub(crate) fn last_certain(scene: &Scene<'_>, past: &Remembered) -> String {
    let day = past.certain_until.or(scene.history.accounts_as_of);
    let on = day.map(|day| format!(" on {day}")).unwrap_or_default();
    format!(" Last certain: {} ({}){on}.", past.cause.status().as_str(), past.cause.as_str())
}

/// Evidence of a gap that nobody expects any more.
pub(crate) fn withdrawn(past: &Remembered) -> String {
    format!("No row of the register expects it any more. It was {} since {}.", past.cause.as_str(), past.since)
}

/// The one step that mends a finding; empty where there is none.
pub(crate) fn next_step(finding: &Finding) -> String {
    if matches!(finding.change, Some(Change::Withdrawn)) {
        return String::new();
    }
    let member = finding.member.as_ref().map_or("the member", |m| m.as_str());
    let account = finding.account_text();
    let places: Vec<String> = finding.client_business_centers.iter().map(|(id, name)| place(*id, name)).collect();
    let target = if places.is_empty() { "the client's Business Center".to_owned() } else { places.join(" or ") };
    let mut step = String::new();
    // Writing to a String cannot fail.
    let _ = match finding.cause {
        Cause::SharedAsExpected => Ok(()),
        Cause::AccountClosed => write!(
            step,
            "data team: end the row in Campaign Mapping, or ask the client for the account that replaced it"
        ),
        Cause::AccountSuspended => {
            write!(step, "data team: tell the client that TikTok suspended the account; there will be no new data")
        }
        Cause::AccountInReview => write!(step, "data team: wait; TikTok has not approved the account yet"),
        Cause::NotAMember | Cause::NotShared => write!(
            step,
            "data team: look for an open invitation in {member}'s mailbox and accept it; client: if there is none, invite {member} to {target} with Standard access, then assign account {account} to it as Analyst"
        ),
        Cause::NotAssigned => write!(
            step,
            "client: in {target}, Members → {member} → Assign Asset, tick account {account} with permission Analyst"
        ),
        Cause::AccessRemoved => write!(
            step,
            "client: if the account is still in use, assign it again: in {target}, Members → {member} → Assign Asset, tick account {account} with permission Analyst"
        ),
        Cause::SharedWithOtherMember => write!(
            step,
            "client: invite {member} to {target} too and assign account {account} to it as Analyst; it is shared with {}",
            finding.other_member.as_ref().map_or("another address of ours", |m| m.as_str())
        ),
        Cause::PartnerShareLost => {
            write!(step, "data team: ask the owner of the account to share it with the partner Business Center again")
        }
        Cause::MistypedId => match finding.suggested_account {
            Some(suggested) => write!(
                step,
                "data team: correct the id in Campaign Mapping from {account} to {suggested}, after a look at its name"
            ),
            None => write!(step, "data team: correct the id in Campaign Mapping"),
        },
        Cause::BusinessCenterSuspended => {
            write!(step, "TikTok: {target} is suspended; the client must settle that with TikTok's support")
        }
        Cause::AccountGone => {
            write!(step, "data team: the id does not exist at TikTok; correct or end the row in Campaign Mapping")
        }
        Cause::RoleTooHigh => {
            write!(step, "client: in {target}, Members → {member}, set the permission on account {account} to Analyst")
        }
        Cause::NotOnboarded => {
            write!(step, "data team: register account {account} in Campaign Mapping, or ask the client to unshare it")
        }
        Cause::TokenProblem => write!(
            step,
            "data team: renew {member}'s token (log in as that member, authorise the app with all scopes) and set the secret"
        ),
        Cause::CanaryMissing => write!(step, "data team: find out why the canary is not seen; run again"),
        Cause::BusinessCenterUnreadable => write!(
            step,
            "data team: nothing tonight; if it stays so, ask TikTok's support with the request id in the log"
        ),
        Cause::ListingIncomplete => write!(step, "data team: nothing tonight; the next run reads it again"),
        Cause::WitnessDisagrees => write!(
            step,
            "data team: look at the account as {member} in TikTok; two of TikTok's answers contradict each other"
        ),
        Cause::BusinessCenterConflict => {
            write!(step, "data team: correct the Business Center of the row in Campaign Mapping")
        }
        Cause::RoleNotStated => write!(
            step,
            "data team: look at {member}'s permission on the account in TikTok; its answer names none that is known"
        ),
        Cause::MemberNotConfigured => {
            write!(step, "data team: correct the row's member, or add {member} with its token to the configuration")
        }
        Cause::MalformedId => write!(step, "data team: copy the id again from TikTok into the register, as text"),
        Cause::MalformedRow => write!(step, "data team: correct the row in the register"),
        Cause::DuplicateRow => write!(step, "data team: remove the second row from the register"),
        Cause::ClaimedBySeveralClients => write!(
            step,
            "data team: find out whose account it is, and remove it from the others or give them a common parent code"
        ),
    };
    step
}
