//! Large worlds for load, with ids that a bench can compute.

use super::{Assignment, UserRole, World};

/// The member of a generated world.
pub const GENERATED_MEMBER: &str = "data_extract@annalect-data.info";
/// Its token.
pub const GENERATED_TOKEN: &str = "generated-token";

/// `7_500_000_000_000_000_001 + n`: the id of the `n`-th (from 0) generated Business Center.
#[must_use]
pub fn generated_business_center_id(n: u64) -> u64 {
    7_500_000_000_000_000_001 + n
}

/// `7_100_000_000_000_000_001 + bc × 10_000_000 + n`: the id of the `n`-th (from 0) account of the `bc`-th Business Center.
#[must_use]
pub fn generated_account_id(bc: u64, n: u64) -> u64 {
    7_100_000_000_000_000_001 + bc * 10_000_000 + n
}

impl World {
    /// So many members, each of an app of its own and in `business_centers` Business Centers of its own, with
    /// `accounts_each` accounts each. The `n`-th member (from 0) is `data_extract-n@annalect-data.info`, its token
    /// `generated-token-n` and its app `8_000_000_000_000_000_001 + n`; ids go on from member to member as in
    /// [`generate`](Self::generate).
    #[must_use]
    pub fn generate_for_apps(apps: u64, business_centers: u64, accounts_each: u64) -> Self {
        let mut world = Self::generate(apps * business_centers, accounts_each);
        world.members.clear();
        for n in 0..apps {
            world = world.member(&format!("data_extract-{n}@annalect-data.info"), &format!("{GENERATED_TOKEN}-{n}"));
            world = world.of_app(&(8_000_000_000_000_000_001 + n).to_string(), "generated-secret");
        }
        for (at, business_center) in world.business_centers.iter_mut().enumerate() {
            let member = at / usize::try_from(business_centers).unwrap_or(usize::MAX);
            business_center.joined = Some(vec![(member, UserRole::Standard)]);
        }
        world
    }

    /// One member ([`GENERATED_MEMBER`], [`GENERATED_TOKEN`]) in `business_centers` Business Centers, with
    /// `accounts_each` accounts each, all as ANALYST. Below 10,000,000 accounts each, ids are unique.
    #[must_use]
    pub fn generate(business_centers: u64, accounts_each: u64) -> Self {
        let mut world = Self::new().member(GENERATED_MEMBER, GENERATED_TOKEN);
        for bc in 0..business_centers {
            let assignments = (0..accounts_each)
                .map(|n| {
                    let name = format!("Account {n} of client {bc}");
                    let account = world.push_account(generated_account_id(bc, n), name.into());
                    Assignment { account, member: None, role: Some("ANALYST".into()) }
                })
                .collect();
            world.business_centers.push(super::BusinessCenter {
                id: generated_business_center_id(bc),
                name: format!("Client {bc} BC"),
                status: "ENABLE".into(),
                kind: "SELF_SERVICE".into(),
                joined: None,
                assignments,
            });
        }
        world
    }
}
