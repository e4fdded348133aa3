//! Where a client's accounts belong: which Business Centers are the client's, and which are pools.
//!
//! Invariant: a Business Center counts as the client's by inference only if it is no pool: accounts of that client's
//! family alone were ever seen in it, and it is not the agency's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use super::Scene;
use super::index::{Expected, Index};
use super::rows::conflicts;
use crate::domain::{AccountInfo, Address, BusinessCenterId, Client, ClientKey, ExpectedAccount, Family};

/// How the client's Business Center is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KnownBy {
    /// The register's row says so.
    Register,
    /// An earlier run saw this account there; in a pool, which is nobody's own, only if nothing else is known.
    EarlierSighting,
    /// Other accounts of this client are or were seen there, and nobody else's.
    OtherAccounts,
    /// It is not known.
    Nothing,
}

/// The Business Centers in which an account should be, and why.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) known_by: KnownBy,
    pub(crate) business_centers: BTreeSet<BusinessCenterId>,
    /// For a place that the register gives: where the client is known to be otherwise.
    pub(crate) elsewhere: BTreeSet<BusinessCenterId>,
    /// Where its member saw the account besides, such as a pool: it could still be there, and nobody is told to share
    /// it there.
    pub(crate) besides: BTreeSet<BusinessCenterId>,
}

/// Who was ever seen where.
pub(crate) struct Map<'a> {
    scene: &'a Scene<'a>,
    clients_of: BTreeMap<BusinessCenterId, BTreeMap<ClientKey, Family>>,
    own: HashMap<ClientKey, BTreeSet<BusinessCenterId>>,
    /// The clients whose rows give a Business Center.
    given_to: BTreeMap<BusinessCenterId, BTreeSet<ClientKey>>,
    /// By member, the places of each account that no listing shows and `/advertiser/info/` does. Rarely asked for.
    caught: OnceLock<BTreeMap<Address, Vec<BTreeSet<BusinessCenterId>>>>,
}

impl<'a> Map<'a> {
    pub(crate) fn new(scene: &'a Scene<'a>, index: &Index<'a>) -> Self {
        let mut clients_of = scene.history.clients_of.clone();
        let mut given_to: BTreeMap<BusinessCenterId, BTreeSet<ClientKey>> = BTreeMap::new();
        let (mut last, mut last_given) = (None, None);
        let mut note = |expected: &Expected<'a>| {
            let client = &expected.row.client;
            let given = expected.row.business_center.filter(|id| !scene.rules.agency_business_centers.contains(id));
            if let Some(given) = given
                && last_given.replace((Arc::as_ptr(client), given)) != Some((Arc::as_ptr(client), given))
            {
                given_to.entry(given).or_default().insert(client.key.clone());
            }
            for seen in index.seen_of(expected) {
                // Accounts of a client and a Business Center come together: most need no look-up.
                if last.replace((Arc::as_ptr(client), seen.business_center))
                    != Some((Arc::as_ptr(client), seen.business_center))
                {
                    let clients = clients_of.entry(seen.business_center).or_default();
                    clients.entry(client.key.clone()).or_insert_with(|| client.family());
                }
            }
        };
        for expected in index.rows() {
            match index.several(expected) {
                None => note(expected),
                // Whose account it is, a row that cannot be judged does not say.
                Some(rows) if std::ptr::eq(rows[0].row, expected.row) => {
                    let accounts: Vec<&ExpectedAccount> = rows.iter().map(|expected| expected.row).collect();
                    let judged = conflicts(&accounts, scene.today).into_iter().filter(|(_, cause)| cause.is_none());
                    judged.for_each(|(at, _)| note(&rows[at]));
                }
                Some(_) => {}
            }
        }
        // A parent code that the register changed since counts as it is written tonight.
        for clients in clients_of.values_mut() {
            for (key, family) in clients.iter_mut() {
                if let Some(client) = index.client(key) {
                    *family = client.family();
                }
            }
        }
        let mut own: HashMap<ClientKey, BTreeSet<BusinessCenterId>> = HashMap::new();
        for (business_center, clients) in &clients_of {
            if families(clients) == 1 && !scene.rules.agency_business_centers.contains(business_center) {
                for key in clients.keys() {
                    own.entry(key.clone()).or_default().insert(*business_center);
                }
            }
        }
        Self { scene, clients_of, own, given_to, caught: OnceLock::new() }
    }

    /// Whether a Business Center holds several clients' accounts, or is the agency's.
    pub(crate) fn is_pool(&self, business_center: BusinessCenterId) -> bool {
        self.scene.rules.agency_business_centers.contains(&business_center)
            || self.clients_of.get(&business_center).is_some_and(|clients| families(clients) > 1)
    }

    /// The only client ever seen in a Business Center, else the only one to which the register gives it; if the register
    /// still has that client.
    pub(crate) fn only_client(&self, business_center: BusinessCenterId, index: &Index<'a>) -> Option<Arc<Client>> {
        let seen = self.clients_of.get(&business_center).map(|clients| clients.keys().collect::<Vec<_>>());
        let given = || self.given_to.get(&business_center).map(|clients| clients.iter().collect());
        match seen.or_else(given)?[..] {
            [key] => index.client(key).cloned(),
            _ => None,
        }
    }

    /// Whether TikTok was caught hiding, tonight and from this member, an account that should be in one of these Business
    /// Centers: `/advertiser/info/` shows it, and no listing does. An account whose place is not known could be in any.
    pub(crate) fn is_caught_hiding(
        &self,
        index: &Index<'a>,
        member: &Address,
        business_centers: &BTreeSet<BusinessCenterId>,
    ) -> bool {
        let meet = |hidden: &BTreeSet<BusinessCenterId>| {
            hidden.is_empty() || business_centers.is_empty() || !hidden.is_disjoint(business_centers)
        };
        self.caught.get_or_init(|| self.caught(index)).get(member).is_some_and(|caught| caught.iter().any(meet))
    }

    fn caught(&self, index: &Index<'a>) -> BTreeMap<Address, Vec<BTreeSet<BusinessCenterId>>> {
        let mut caught: BTreeMap<Address, Vec<BTreeSet<BusinessCenterId>>> = BTreeMap::new();
        for view in &self.scene.observation.members {
            let visible = view.infos.iter().filter(|(_, info)| matches!(info, AccountInfo::Visible(_)));
            let hidden = visible.filter(|(id, _)| index.seen(*id).all(|seen| *seen.member != view.member));
            let rows = hidden.flat_map(|(id, _)| index.rows_of(id)).map(|expected| expected.row);
            for row in rows.filter(|row| row.member == view.member) {
                let places = self.places(row).business_centers;
                let known = caught.entry(view.member.clone()).or_default();
                if !known.contains(&places) {
                    known.push(places);
                }
            }
        }
        caught
    }

    /// Where the account of a row should be.
    pub(crate) fn places(&self, row: &ExpectedAccount) -> Places {
        let none = BTreeSet::new();
        let own = self.own.get(&row.client.key).unwrap_or(&none);
        let given = row.business_center.filter(|given| !self.scene.rules.agency_business_centers.contains(given));
        let past = || self.scene.history.sightings.of(row.account_id).iter().map(|seen| &seen.place);
        let mut besides: BTreeSet<_> =
            past().filter(|seen| seen.member == row.member).map(|seen| seen.business_center).collect();
        // Where its own member saw it, else where any did.
        let anywhere =
            if besides.is_empty() { past().map(|seen| seen.business_center).collect() } else { besides.clone() };
        let (pools, earlier): (BTreeSet<_>, BTreeSet<_>) = anywhere.into_iter().partition(|seen| self.is_pool(*seen));
        let mut elsewhere = BTreeSet::new();
        let (known_by, business_centers) = if let Some(given) = given {
            elsewhere = &earlier | own;
            elsewhere.remove(&given);
            (KnownBy::Register, BTreeSet::from([given]))
        } else if !earlier.is_empty() {
            (KnownBy::EarlierSighting, earlier)
        } else if !own.is_empty() {
            (KnownBy::OtherAccounts, own.clone())
        } else if !pools.is_empty() {
            (KnownBy::EarlierSighting, pools)
        } else {
            (KnownBy::Nothing, BTreeSet::new())
        };
        besides.retain(|seen| !business_centers.contains(seen));
        Places { known_by, business_centers, elsewhere, besides }
    }
}

fn families(clients: &BTreeMap<ClientKey, Family>) -> usize {
    clients.values().collect::<BTreeSet<_>>().len()
}
