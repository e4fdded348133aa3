//! Saying what the world is, in one sentence; each word after a noun speaks of the last one named.
//!
//! Everything here panics with a sentence when the world makes no sense: it is for tests.

use std::collections::BTreeSet;

use super::{Assignment, BusinessCenter, Member, Secret, TokenState, UserRole, World, id_of};
use crate::fault::Fault;

impl World {
    /// A login with its token. It may do everything that the five calls need.
    #[must_use]
    pub fn member(mut self, email: &str, token: &str) -> Self {
        let core_user_id = 6_810_000_000_000_000_000 + self.members.len() as u64 + 1;
        assert!(self.find_member(email).is_none(), "two members {email}");
        self.members.push(Member {
            email: email.to_owned(),
            token: Secret(token.to_owned()),
            token_state: TokenState::Valid,
            app_id: None,
            app_secret: None,
            core_user_id,
            masked_email: None,
            scopes: BTreeSet::from([1, 15]),
        });
        self
    }

    /// The developer app of the last member's token. Members with one app share its quota.
    #[must_use]
    pub fn of_app(mut self, app_id: &str, secret: &str) -> Self {
        let app_id = id_of(app_id);
        let member = self.last_member();
        member.app_id = Some(app_id);
        member.app_secret = Some(Secret(secret.to_owned()));
        self
    }

    /// What `/user/info/` shows as the last member's id.
    #[must_use]
    pub fn with_core_user_id(mut self, id: &str) -> Self {
        self.last_member().core_user_id = id_of(id);
        self
    }

    /// What `/user/info/` shows as the last member's address instead of its mask; an empty text leaves it out.
    #[must_use]
    pub fn shown_as(mut self, masked_email: &str) -> Self {
        self.last_member().masked_email = Some(masked_email.to_owned());
        self
    }

    /// The scopes of the last member's token; a parent implies its children. The default is `[1, 15]`.
    #[must_use]
    pub fn with_scopes(mut self, scopes: &[u64]) -> Self {
        self.last_member().scopes = scopes.iter().copied().collect();
        self
    }

    /// A Business Center, ENABLE and SELF_SERVICE. Every member of the world is in it, until
    /// [`joined_by`](Self::joined_by) or [`joined_by_nobody`](Self::joined_by_nobody) says otherwise.
    #[must_use]
    pub fn business_center(mut self, id: &str, name: &str) -> Self {
        self.add_business_center(id, name);
        self
    }

    /// `REVIEWING`, `DENY`, `ENABLE` or `PUNISH`, of the last Business Center.
    #[must_use]
    pub fn in_status(mut self, status: &str) -> Self {
        self.last_business_center().status = status.to_owned().into();
        self
    }

    /// `NORMAL`, `DIRECT`, `AGENCY`, `SELF_SERVICE` or `SELF_SERVICE_AGENCY`, of the last Business Center.
    #[must_use]
    pub fn of_type(mut self, kind: &str) -> Self {
        self.last_business_center().kind = kind.to_owned().into();
        self
    }

    /// Only the members named this way are in the last Business Center; this one as STANDARD.
    #[must_use]
    pub fn joined_by(self, email: &str) -> Self {
        self.joined(email, UserRole::Standard)
    }

    /// As [`joined_by`](Self::joined_by), but as ADMIN.
    #[must_use]
    pub fn joined_as_admin_by(self, email: &str) -> Self {
        self.joined(email, UserRole::Admin)
    }

    /// Nobody is in the last Business Center: never accepted, or removed.
    #[must_use]
    pub fn joined_by_nobody(mut self) -> Self {
        self.last_business_center().joined = Some(Vec::new());
        self
    }

    /// An account in the last Business Center, assigned as ANALYST to every member that is in it.
    #[must_use]
    pub fn account(mut self, id: &str, name: &str) -> Self {
        let account = self.add_account(id, name);
        let role = Some("ANALYST".into());
        self.last_business_center().assignments.push(Assignment { account, member: None, role });
        self
    }

    /// `count` accounts like [`account`](Self::account), with ids counted up from `first_id`.
    #[must_use]
    pub fn accounts(mut self, first_id: &str, count: u64) -> Self {
        let first = id_of(first_id);
        for id in first..first + count {
            self = self.account(&id.to_string(), &format!("Account {id}"));
        }
        self
    }

    /// The role of the last account here; any text, or `None` for null.
    #[must_use]
    pub fn with_role<'a>(mut self, role: impl Into<Option<&'a str>>) -> Self {
        self.last_assignment().role = role.into().map(|role| role.to_owned().into());
        self
    }

    /// The last account is assigned to this member only.
    #[must_use]
    pub fn assigned_to(mut self, email: &str) -> Self {
        let member = self.member_index(email);
        self.last_assignment().member = Some(member);
        self
    }

    /// What `/advertiser/info/` gives as the last account's status, e.g. `STATUS_DISABLE`.
    #[must_use]
    pub fn with_account_status(mut self, status: &str) -> Self {
        let account = self.last_assignment().account as usize;
        self.accounts[account].status = status.to_owned().into();
        self
    }

    /// The last account's `owner_bc_name`: a partner shared it into this Business Center.
    #[must_use]
    pub fn owned_by(mut self, owner_bc_name: &str) -> Self {
        let account = self.last_assignment().account as usize;
        self.accounts[account].owner_bc_name = Some(owner_bc_name.into());
        self
    }

    /// An account in a Business Center, assigned to one member; all four named.
    #[must_use]
    pub fn shared<'a>(
        mut self,
        business_center: &str,
        account: &str,
        member: &str,
        role: impl Into<Option<&'a str>>,
    ) -> Self {
        self.assign(business_center, account, member, role);
        self
    }

    /// An account that a member was given outside any Business Center: only the token's list and its details show it.
    #[must_use]
    pub fn directly_granted(mut self, account: &str, name: &str, member: &str) -> Self {
        self.grant_directly(account, name, member);
        self
    }

    /// An account that no longer exists.
    #[must_use]
    pub fn deleted_account(mut self, id: &str) -> Self {
        self.delete_account(id);
        self
    }

    /// A fault that is scripted from the start.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    fn joined(mut self, email: &str, role: UserRole) -> Self {
        let member = self.member_index(email);
        self.last_business_center().joined.get_or_insert_default().push((member, role));
        self
    }

    fn last_member(&mut self) -> &mut Member {
        let Some(member) = self.members.last_mut() else { panic!("name a member first") };
        member
    }

    fn last_business_center(&mut self) -> &mut BusinessCenter {
        let Some(bc) = self.business_centers.last_mut() else { panic!("name a business_center first") };
        bc
    }

    fn last_assignment(&mut self) -> &mut Assignment {
        let Some(one) = self.last_business_center().assignments.last_mut() else { panic!("name an account first") };
        one
    }
}
