//! What clients, operators and TikTok do to the world while it is read, for
//! [`Simulator::world_mut`](crate::Simulator::world_mut).
//!
//! Everything here panics with a sentence when it names a member, Business Center or account that is not there.

use super::{Account, Assignment, BusinessCenter, TokenState, UserRole, World, id_of};

impl World {
    /// A new Business Center that every member of the world is in.
    pub fn add_business_center(&mut self, id: &str, name: &str) {
        let id = id_of(id);
        assert!(self.find_business_center(id).is_none(), "two Business Centers {id}");
        self.business_centers.push(BusinessCenter {
            id,
            name: name.to_owned(),
            status: "ENABLE".into(),
            kind: "SELF_SERVICE".into(),
            joined: None,
            assignments: Vec::new(),
        });
    }

    /// The Business Center is gone for everybody.
    pub fn remove_business_center(&mut self, id: &str) {
        let index = self.business_center_index(id);
        self.business_centers.remove(index);
    }

    /// `REVIEWING`, `DENY`, `ENABLE` or `PUNISH`.
    pub fn set_business_center_status(&mut self, id: &str, status: &str) {
        let index = self.business_center_index(id);
        self.business_centers[index].status = status.to_owned().into();
    }

    /// The member accepts the invitation into a Business Center, as STANDARD.
    pub fn join(&mut self, business_center: &str, member: &str) {
        let (bc, member) = (self.business_center_index(business_center), self.member_index(member));
        if let Some(joined) = &mut self.business_centers[bc].joined {
            joined.retain(|(one, _)| *one != member);
            joined.push((member, UserRole::Standard));
        }
    }

    /// The member is removed from a Business Center and loses what was assigned to him there.
    pub fn leave(&mut self, business_center: &str, member: &str) {
        let (bc, member) = (self.business_center_index(business_center), self.member_index(member));
        let everybody = (0..self.members.len()).map(|one| (one, UserRole::Standard)).collect();
        let bc = &mut self.business_centers[bc];
        bc.joined.get_or_insert(everybody).retain(|(one, _)| *one != member);
        bc.assignments.retain(|one| one.member != Some(member));
    }

    /// Assigns an account to a member in a Business Center, or changes its role there. An unknown account is created.
    pub fn assign<'a>(&mut self, business_center: &str, account: &str, member: &str, role: impl Into<Option<&'a str>>) {
        let (bc, member) = (self.business_center_index(business_center), self.member_index(member));
        let account = self.add_account(account, &format!("Account {account}"));
        let role = role.into().map(|role| role.to_owned().into());
        let assignments = self.assignments_by_member(bc, account);
        match assignments.iter_mut().find(|one| one.account == account && one.member == Some(member)) {
            Some(known) => known.role = role,
            None => assignments.push(Assignment { account, member: Some(member), role }),
        }
    }

    /// The account is no longer assigned to this member in this Business Center; others keep it.
    pub fn unassign_from(&mut self, business_center: &str, account: &str, member: &str) {
        let (bc, member) = (self.business_center_index(business_center), self.member_index(member));
        let account = self.account_index(account);
        let assignments = self.assignments_by_member(bc, account);
        assignments.retain(|one| one.account != account || one.member != Some(member));
    }

    /// The account is no longer assigned to anybody in this Business Center.
    pub fn unassign(&mut self, business_center: &str, account: &str) {
        let (bc, account) = (self.business_center_index(business_center), self.account_index(account));
        self.business_centers[bc].assignments.retain(|one| one.account != account);
    }

    /// Changes the role of every assignment of the account in this Business Center; `None` is null.
    pub fn set_role<'a>(&mut self, business_center: &str, account: &str, role: impl Into<Option<&'a str>>) {
        let (bc, account) = (self.business_center_index(business_center), self.account_index(account));
        let role = role.into().map(str::to_owned);
        for one in self.business_centers[bc].assignments.iter_mut().filter(|one| one.account == account) {
            one.role = role.clone().map(Into::into);
        }
    }

    /// What `/advertiser/info/` gives as status, e.g. `STATUS_LIMIT`.
    pub fn set_account_status(&mut self, account: &str, status: &str) {
        let account = self.account_index(account);
        self.accounts[account as usize].status = status.to_owned().into();
    }

    /// The account is given to a member outside any Business Center. An unknown account is created.
    pub fn grant_directly(&mut self, account: &str, name: &str, member: &str) {
        let grant = (self.member_index(member), self.add_account(account, name));
        self.directly_granted.push(grant);
    }

    /// The account no longer exists: in no listing, and `/advertiser/info/` says so.
    pub fn delete_account(&mut self, id: &str) {
        let id = id_of(id);
        self.deleted.insert(id);
        if let Some(account) = self.account_by_id.get(&id).copied() {
            self.directly_granted.retain(|(_, one)| *one != account);
            for bc in &mut self.business_centers {
                bc.assignments.retain(|one| one.account != account);
            }
        }
    }

    /// The member's token was revoked: 40105.
    pub fn revoke_token(&mut self, member: &str) {
        self.set_token_state(member, TokenState::Revoked);
    }

    /// The member's token expired: 40102.
    pub fn expire_token(&mut self, member: &str) {
        self.set_token_state(member, TokenState::Expired);
    }

    /// The member's token works again.
    pub fn restore_token(&mut self, member: &str) {
        self.set_token_state(member, TokenState::Valid);
    }

    /// The scopes of the member's token; a parent implies its children.
    pub fn set_scopes(&mut self, member: &str, scopes: &[u64]) {
        let member = self.member_index(member);
        self.members[member].scopes = scopes.iter().copied().collect();
    }

    /// The Business Center's assignments, with one of this account for each member instead of one for all.
    fn assignments_by_member(&mut self, bc: usize, account: u32) -> &mut Vec<Assignment> {
        let members = self.members.len();
        let assignments = &mut self.business_centers[bc].assignments;
        if let Some(at) = assignments.iter().position(|one| one.account == account && one.member.is_none()) {
            let for_all = assignments[at].clone();
            let each = (0..members).map(|member| Assignment { member: Some(member), ..for_all.clone() });
            assignments.splice(at..=at, each);
        }
        assignments
    }

    pub(super) fn set_token_state(&mut self, member: &str, state: TokenState) {
        let member = self.member_index(member);
        self.members[member].token_state = state;
    }

    /// An account that every member of the Business Center gets as ANALYST.
    pub(crate) fn add_assignment(&mut self, bc: usize, id: &str) {
        let account = self.add_account(id, &format!("Account {id}"));
        let role = Some("ANALYST".into());
        self.business_centers[bc].assignments.push(Assignment { account, member: None, role });
    }

    /// The account of that id, created if need be.
    pub(super) fn add_account(&mut self, id: &str, name: &str) -> u32 {
        let id = id_of(id);
        if let Some(known) = self.account_by_id.get(&id) {
            return *known;
        }
        self.push_account(id, name.into())
    }

    pub(super) fn push_account(&mut self, id: u64, name: Box<str>) -> u32 {
        let Ok(index) = u32::try_from(self.accounts.len()) else { panic!("more accounts than a u32 can count") };
        self.accounts.push(Account { id, name, status: "STATUS_ENABLE".into(), owner_bc_name: None });
        self.account_by_id.insert(id, index);
        index
    }
}
