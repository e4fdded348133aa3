//! Worlds for rehearsals: what TikTok holds, and what the registers expect.

use std::collections::BTreeSet;

use tiktok_simulator::World;

use crate::harness::{ACME, BETA, CANARY, MEMBER, acme};

pub(crate) const APP: &str = "7000000000000000001";
pub(crate) const SECRET: &str = "canary-app-secret";

/// A row of the accounts register.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) client: String,
    pub(crate) account: String,
    /// Empty: not known.
    pub(crate) business_center: String,
    pub(crate) member: String,
}

/// What a rehearsal begins with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    pub(crate) world: World,
    /// Ids of the world's Business Centers.
    pub(crate) business_centers: Vec<String>,
    /// Those that TikTok has suspended.
    pub(crate) suspended: BTreeSet<String>,
    pub(crate) rows: Vec<Row>,
    /// Whether [`OTHER`] is configured, too; its token is `token-2`.
    pub(crate) two_members: bool,
    /// Whether [`MEMBER`] has its app's id and secret: the second witness.
    pub(crate) witness: bool,
}

impl Scene {
    pub(crate) fn business_center(mut self, id: &str, name: &str) -> Self {
        self.world = self.world.business_center(id, name);
        self.business_centers.push(id.to_owned());
        self
    }

    /// An account of a client that [`MEMBER`] is expected to see.
    pub(crate) fn expects(mut self, client: &str, account: &str, business_center: &str) -> Self {
        self.rows.push(Row {
            client: client.to_owned(),
            account: account.to_owned(),
            business_center: business_center.to_owned(),
            member: MEMBER.to_owned(),
        });
        self
    }

    /// As [`expects`](Self::expects), and it is shared in the last Business Center.
    pub(crate) fn shares(mut self, client: &str, account: &str) -> Self {
        let last = self.business_centers.last().cloned().unwrap_or_default();
        self.world = self.world.account(account, &format!("Account {account}"));
        self.expects(client, account, &last)
    }
}

/// Where a client's contact is mailed.
pub(crate) fn contact(client: &str) -> String {
    format!("contact@{}.client.example", client.to_lowercase())
}

/// What [`two_clients`] expects and nobody shares: in a Business Center of three pages, in one of one page, and of a
/// client without one.
pub(crate) const MISSING: [(&str, usize, &str); 3] = [("C07", 901, ACME), ("C08", 902, BETA), ("C09", 903, "")];

/// A world with [`MEMBER`] alone.
pub(crate) fn one_member() -> Scene {
    Scene { world: World::new().member(MEMBER, CANARY), ..Scene::default() }
}

/// A world with [`MEMBER`] alone, whose app can be asked for the second witness.
pub(crate) fn one_member_with_witness() -> Scene {
    Scene { world: World::new().member(MEMBER, CANARY).of_app(APP, SECRET), witness: true, ..Scene::default() }
}

/// Acme shares 120 accounts on three pages, Beta the accounts 1001 to 1003.
pub(crate) fn two_clients(empty: Scene) -> Scene {
    let mut scene = empty.business_center(ACME, "Acme BC");
    for number in 1..=120 {
        scene = scene.shares("C07", &acme(number));
    }
    scene = scene.business_center(BETA, "Beta BC");
    for number in 1001..=1003 {
        scene = scene.shares("C08", &acme(number));
    }
    for (client, number, bc) in MISSING {
        scene = scene.expects(client, &acme(number), bc);
    }
    scene
}

/// The id of one of many Business Centers.
pub(crate) fn numbered(number: usize) -> String {
    format!("75640000000001{number:05}")
}

/// Many Business Centers that share one account each with a client of their own.
pub(crate) fn many_clients(empty: Scene, count: usize) -> Scene {
    (1..=count).fold(empty, |scene, number| {
        scene.business_center(&numbered(number), &format!("BC {number}")).shares(&format!("M{number}"), &acme(number))
    })
}
