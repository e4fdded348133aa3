//! World files: the world and its faults as TOML. The format is told in the crate's README.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Assignment, Secret, TokenState, UserRole, World, parse_id};
use crate::fault;

/// Why a world file was refused.
#[derive(Debug, thiserror::Error)]
pub enum WorldFileError {
    /// Not TOML, or not these keys.
    #[error("the world file cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// It contradicts itself.
    #[error("the world file makes no sense: {0}")]
    Nonsense(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldFile {
    #[serde(default)]
    member: Vec<MemberEntry>,
    #[serde(default)]
    business_center: Vec<BusinessCenterEntry>,
    #[serde(default)]
    account: Vec<LooseAccountEntry>,
    #[serde(default)]
    deleted_accounts: Vec<String>,
    #[serde(default)]
    fault: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberEntry {
    email: String,
    token: String,
    #[serde(default)]
    token_state: TokenStateEntry,
    app_id: Option<String>,
    app_secret: Option<String>,
    core_user_id: Option<String>,
    masked_email: Option<String>,
    scopes: Option<Vec<u64>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum TokenStateEntry {
    #[default]
    Valid,
    Revoked,
    Expired,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BusinessCenterEntry {
    id: String,
    name: String,
    status: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    members: Option<Vec<MembershipEntry>>,
    #[serde(default)]
    accounts: Vec<AccountEntry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum MembershipEntry {
    Standard(String),
    WithRole { email: String, role: UserRoleEntry },
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "UPPERCASE")]
enum UserRoleEntry {
    Standard,
    Admin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountEntry {
    id: String,
    name: Option<String>,
    role: Option<String>,
    status: Option<String>,
    owner: Option<String>,
    member: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LooseAccountEntry {
    id: String,
    name: String,
    status: Option<String>,
    #[serde(default)]
    granted_to: Vec<String>,
}

impl World {
    /// Reads a world file.
    ///
    /// # Errors
    /// When it is no TOML, has a key that the format does not know, or names an id or member that cannot be.
    pub fn from_toml(text: &str) -> Result<Self, WorldFileError> {
        let file: WorldFile = toml::from_str(text)?;
        let mut world = Self::new();
        for entry in file.member {
            world = world.with_member_entry(entry)?;
        }
        for entry in file.business_center {
            world = world.with_business_center_entry(entry)?;
        }
        for entry in file.account {
            checked_id(&entry.id)?;
            let account = world.add_account(&entry.id, &entry.name) as usize;
            if let Some(status) = entry.status {
                world.accounts[account].status = status.into();
            }
            for email in &entry.granted_to {
                world.known_member(email)?;
                world.grant_directly(&entry.id, &entry.name, email);
            }
        }
        for id in &file.deleted_accounts {
            checked_id(id)?;
            world.delete_account(id);
        }
        for (n, table) in (1..).zip(file.fault) {
            let fault = fault::from_table(table)
                .map_err(|reason| WorldFileError::Nonsense(format!("fault number {n}: {reason}")))?;
            fault.when.member().map(|email| world.known_member(email)).transpose()?;
            world.faults.push(fault);
        }
        Ok(world)
    }

    fn with_member_entry(self, entry: MemberEntry) -> Result<Self, WorldFileError> {
        if self.find_member(&entry.email).is_some() {
            return Err(WorldFileError::Nonsense(format!("two members {}", entry.email)));
        }
        let app_id = entry.app_id.as_deref().map(checked_id).transpose()?;
        let core_user_id = entry.core_user_id.as_deref().map(checked_id).transpose()?;
        let mut world = self.member(&entry.email, &entry.token);
        if let Some(member) = world.members.last_mut() {
            member.app_id = app_id;
            member.app_secret = entry.app_secret.map(Secret);
            member.core_user_id = core_user_id.unwrap_or(member.core_user_id);
            member.masked_email = entry.masked_email;
            member.scopes = entry.scopes.map_or_else(|| member.scopes.clone(), |scopes| scopes.into_iter().collect());
            member.token_state = match entry.token_state {
                TokenStateEntry::Valid => TokenState::Valid,
                TokenStateEntry::Revoked => TokenState::Revoked,
                TokenStateEntry::Expired => TokenState::Expired,
            };
        }
        Ok(world)
    }

    fn with_business_center_entry(self, entry: BusinessCenterEntry) -> Result<Self, WorldFileError> {
        let id = checked_id(&entry.id)?;
        if self.find_business_center(id).is_some() {
            return Err(WorldFileError::Nonsense(format!("two Business Centers {id}")));
        }
        let joined = entry.members.map(|members| {
            let known = members.into_iter().map(|one| match one {
                MembershipEntry::Standard(email) => Ok((self.known_member(&email)?, UserRole::Standard)),
                MembershipEntry::WithRole { email, role: UserRoleEntry::Admin } => {
                    Ok((self.known_member(&email)?, UserRole::Admin))
                }
                MembershipEntry::WithRole { email, role: UserRoleEntry::Standard } => {
                    Ok((self.known_member(&email)?, UserRole::Standard))
                }
            });
            known.collect::<Result<Vec<_>, WorldFileError>>()
        });
        let joined = joined.transpose()?;
        let mut world = self.business_center(&entry.id, &entry.name);
        let mut assignments = Vec::new();
        for account in entry.accounts {
            assignments.push(world.assignment_entry(account)?);
        }
        if let Some(bc) = world.business_centers.last_mut() {
            bc.joined = joined;
            bc.status = entry.status.map_or(Cow::Borrowed("ENABLE"), Cow::Owned);
            bc.kind = entry.kind.map_or(Cow::Borrowed("SELF_SERVICE"), Cow::Owned);
            bc.assignments = assignments;
        }
        Ok(world)
    }

    fn assignment_entry(&mut self, entry: AccountEntry) -> Result<Assignment, WorldFileError> {
        checked_id(&entry.id)?;
        let member = entry.member.as_deref().map(|email| self.known_member(email)).transpose()?;
        let name = entry.name.unwrap_or_else(|| format!("Account {}", entry.id));
        let account = self.add_account(&entry.id, &name);
        let known = &mut self.accounts[account as usize];
        if let Some(status) = entry.status {
            known.status = status.into();
        }
        if let Some(owner) = entry.owner {
            known.owner_bc_name = Some(owner.into());
        }
        let role = match entry.role.as_deref() {
            None | Some("ANALYST") => Some(Cow::Borrowed("ANALYST")),
            Some("") => None,
            Some(role) => Some(Cow::Owned(role.to_owned())),
        };
        Ok(Assignment { account, member, role })
    }

    fn known_member(&self, email: &str) -> Result<usize, WorldFileError> {
        let unknown = || WorldFileError::Nonsense(format!("no [[member]] has the email {email}"));
        self.find_member(email).ok_or_else(unknown)
    }
}

fn checked_id(text: &str) -> Result<u64, WorldFileError> {
    parse_id(text).ok_or_else(|| WorldFileError::Nonsense(format!("{text:?} is no id (a positive int64 in digits)")))
}
