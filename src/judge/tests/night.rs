//! One night to be judged, in the field's words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::*;
use crate::judge::*;

pub(in crate::judge) const MEMBER: &str = "data_extract@annalect-data.info";
pub(in crate::judge) const OTHER: &str = "omd-dk@annalect-data.info";
pub(in crate::judge) const ACME: &str = "7564000000000000003";
pub(in crate::judge) const ELSE: &str = "7564000000000000009";
pub(in crate::judge) const ONE: &str = "7106541027904733185";
pub(in crate::judge) const TWO: &str = "7106541027904744444";

pub(in crate::judge) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(in crate::judge) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(in crate::judge) fn bc(text: &str) -> BusinessCenterId {
    BusinessCenterId::parse(text).unwrap()
}

pub(in crate::judge) fn account(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

/// One night, in the field's words; every method changes one thing.
#[derive(Clone)]
pub(in crate::judge) struct Night {
    pub(in crate::judge) register: Register,
    pub(in crate::judge) observation: Observation,
    pub(in crate::judge) history: History,
    pub(in crate::judge) rules: Rules,
    pub(in crate::judge) today: NaiveDate,
    /// What [`History::sightings`] is made of.
    sightings: Vec<PastSighting>,
}

impl Night {
    /// One member, two Business Centers, nothing shared, nothing expected.
    pub(in crate::judge) fn new() -> Self {
        let mut night = Self {
            register: Register::default(),
            observation: Observation { members: vec![view(MEMBER), view(OTHER)] },
            history: History::default(),
            rules: Rules {
                members: vec![address(MEMBER), address(OTHER)],
                agency_business_centers: BTreeSet::new(),
                canaries: Vec::new(),
            },
            today: day("2026-11-23"),
            sightings: Vec::new(),
        };
        night.join(MEMBER, ACME, "Acme").join(MEMBER, ELSE, "Elsewhere").join(OTHER, "1659000000000049", "Ours");
        night
    }

    pub(in crate::judge) fn view(&mut self, member: &str) -> &mut MemberView {
        self.observation.members.iter_mut().find(|v| v.member.as_str() == member).unwrap()
    }

    pub(in crate::judge) fn join(&mut self, member: &str, id: &str, name: &str) -> &mut Self {
        let view = self.view(member);
        let business_center = BusinessCenter { name: name.into(), status: BusinessCenterStatus::Usable };
        view.list.business_centers.insert(bc(id), business_center);
        let listing = Listing { reading: Reading::Complete { twice: false }, accounts: Vec::new(), request_id: None };
        view.listings.insert(bc(id), listing);
        self
    }

    pub(in crate::judge) fn share(&mut self, member: &str, id: &str, account_id: &str, role: StatedRole) -> &mut Self {
        let terms = Arc::new(Terms { role, owner: None });
        let listed = ListedAccount { account_id: account(account_id), name: "At TikTok".into(), terms };
        let listing = self.view(member).listings.get_mut(&bc(id)).unwrap();
        listing.accounts.push(listed);
        listing.accounts.sort_by_key(|a| a.account_id);
        self
    }

    pub(in crate::judge) fn analyst(&mut self, id: &str, account_id: &str) -> &mut Self {
        self.share(MEMBER, id, account_id, StatedRole::Known(Role::Analyst))
    }

    pub(in crate::judge) fn expect(&mut self, code: &str, account_id: &str) -> &mut ExpectedAccount {
        let client = Arc::new(Client {
            key: ClientKey::new("DK", code),
            country: "DK".into(),
            code: code.into(),
            name: format!("Client {code}"),
            parent_code: String::new(),
        });
        self.register.account_rows += 1;
        let line = self.register.account_rows as u64 + 1;
        self.register.accounts.push(ExpectedAccount {
            line,
            account_id: account(account_id),
            account_name: "Registered".into(),
            registration: Arc::new(Registration {
                client,
                business_center: None,
                member: address(MEMBER),
                facts: Arc::default(),
            }),
        });
        self.register.accounts.last_mut().unwrap()
    }

    pub(in crate::judge) fn lasts(&mut self, row: usize, start: Option<NaiveDate>, end: Option<NaiveDate>) {
        self.register.accounts[row].facts = Arc::new(RegisterFacts { start, end, ..RegisterFacts::default() });
    }

    pub(in crate::judge) fn in_acme(&mut self, code: &str, account_id: &str) -> &mut Self {
        self.expect(code, account_id).business_center = Some(bc(ACME));
        self
    }

    pub(in crate::judge) fn seen_before(&mut self, id: &str, account_id: &str) -> &mut Self {
        self.seen_before_of(None, id, account_id)
    }

    pub(in crate::judge) fn seen_before_of(&mut self, owner: Option<&str>, id: &str, account_id: &str) -> &mut Self {
        let owner = owner.map(Arc::from);
        self.sightings.push(PastSighting {
            account_id: account(account_id),
            place: Arc::new(PastPlace { member: address(MEMBER), business_center: bc(id), owner }),
            first_seen_on: day("2026-10-01"),
            last_seen_on: day("2026-11-22"),
        });
        self.history.sightings = self.sightings.clone().into();
        self
    }

    pub(in crate::judge) fn called(&mut self, id: &str, name: &str) -> &mut Self {
        self.view(MEMBER).list.business_centers.get_mut(&bc(id)).unwrap().name = name.into();
        self
    }

    pub(in crate::judge) fn called_before(&mut self, member: &str, id: &str, name: &str) -> &mut Self {
        let past = PastBusinessCenter { name: name.into(), listed_accounts: false, empty_since: None };
        self.history.business_centers.insert((address(member), bc(id)), past);
        self
    }

    pub(in crate::judge) fn listed_before(&mut self, id: &str) -> &mut Self {
        let past = PastBusinessCenter { name: "Acme".into(), listed_accounts: true, empty_since: None };
        self.history.business_centers.insert((address(MEMBER), bc(id)), past);
        self
    }

    pub(in crate::judge) fn remember(&mut self, code: &str, account_id: &str, cause: Cause, since: &str) -> &mut Self {
        let client = Some(ClientKey::new("DK", code));
        self.remember_as(AccountKey { client, account_id: account(account_id) }, cause, since)
    }

    pub(in crate::judge) fn remember_as(&mut self, key: AccountKey, cause: Cause, since: &str) -> &mut Self {
        let remembered = Remembered { cause, since: day(since), certain_until: None };
        if cause.status().is_gap() {
            let member = Some(address(MEMBER));
            let gap = PastGap { remembered, client: None, account_name: "".into(), member };
            self.history.gaps.insert(key.clone(), gap);
        }
        self.history.accounts.insert(key, remembered);
        self
    }

    pub(in crate::judge) fn reading(&mut self, id: &str, reading: Reading) -> &mut Self {
        self.view(MEMBER).listings.get_mut(&bc(id)).unwrap().reading = reading;
        self
    }

    pub(in crate::judge) fn scene(&self) -> Scene<'_> {
        Scene {
            register: &self.register,
            observation: &self.observation,
            history: &self.history,
            rules: &self.rules,
            today: self.today,
        }
    }

    pub(in crate::judge) fn judge(&self) -> Judgement {
        judge(&self.scene())
    }

    pub(in crate::judge) fn of(&self, account_id: &str) -> Finding {
        let found: Vec<Finding> =
            self.judge().findings.into_iter().filter(|f| f.account_text() == account_id).collect();
        assert_eq!(found.len(), 1, "one finding of {account_id}, not {found:#?}");
        found.into_iter().next().unwrap()
    }

    pub(in crate::judge) fn cause(&self, account_id: &str) -> Cause {
        self.of(account_id).cause
    }
}

fn view(member: &str) -> MemberView {
    MemberView {
        member: address(member),
        standing: Standing::Good,
        list: BusinessCenterList { reading: Reading::Complete { twice: false }, business_centers: BTreeMap::new() },
        listings: BTreeMap::new(),
        infos: ByAccount::default(),
        witness: Witness::NotAsked,
    }
}

pub(in crate::judge) fn incomplete() -> Reading {
    Reading::Incomplete { reason: "49 of 50 accounts".into() }
}

pub(in crate::judge) fn unreadable() -> Reading {
    Reading::Unreadable { code: Some(40007), reason: "code 40007".into() }
}
