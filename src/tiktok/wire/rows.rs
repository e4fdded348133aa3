//! The contents of the answers, read leniently in form and strictly in what they prove.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::super::names::Names;
use super::Content;
use super::scalar::Scalar;
use crate::domain::{
    AccountId, AccountState, BusinessCenter, BusinessCenterId, BusinessCenterStatus, ListedAccount, Role, StatedRole,
    Terms, Texts,
};

/// Characters of a name that are kept.
const LONGEST_NAME: usize = 256;

/// `/user/info/`: the masked address, where one is shown.
pub(in crate::tiktok) struct Identity {
    pub(in crate::tiktok) email: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::tiktok) struct IdentityWire<'a> {
    #[serde(borrow, default)]
    email: Scalar<'a>,
}

impl Content for Identity {
    type Wire<'a> = IdentityWire<'a>;

    fn read(wire: IdentityWire<'_>, _: &Names) -> Result<Self, String> {
        Ok(Self { email: Some(wire.email.text(320).into_owned()).filter(|email| !email.is_empty()) })
    }
}

/// One page of a list (fact sheet §1.1).
pub(in crate::tiktok) struct Page<R> {
    pub(in crate::tiktok) rows: Vec<R>,
    /// None: the answer did not say how much there is.
    pub(in crate::tiktok) info: Option<PageInfo>,
}

/// What a page says of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tiktok) struct PageInfo {
    /// The page that it takes itself for, where it says so.
    pub(in crate::tiktok) page: Option<u64>,
    pub(in crate::tiktok) total_number: u64,
    pub(in crate::tiktok) total_page: u64,
}

#[derive(Deserialize)]
pub(in crate::tiktok) struct PageWire<'a, R> {
    #[serde(default = "Option::default")]
    list: Option<Vec<R>>,
    #[serde(borrow, default)]
    page_info: Option<PageInfoWire<'a>>,
}

#[derive(Deserialize)]
struct PageInfoWire<'a> {
    #[serde(borrow, default)]
    page: Scalar<'a>,
    #[serde(borrow, default)]
    total_number: Scalar<'a>,
    #[serde(borrow, default)]
    total_page: Scalar<'a>,
}

impl PageInfoWire<'_> {
    /// None where a number that proves completeness is missing or none.
    fn read(&self) -> Option<PageInfo> {
        let page = if self.page.is_stated() { Some(self.page.natural()?) } else { None };
        Some(PageInfo { page, total_number: self.total_number.natural()?, total_page: self.total_page.natural()? })
    }
}

fn page<W, R>(wire: PageWire<'_, W>, mut row: impl FnMut(W) -> Result<R, &'static str>) -> Result<Page<R>, String> {
    let read = |(index, wire)| row(wire).map_err(|fault| format!("its row {} {fault}", index + 1));
    let rows = wire.list.unwrap_or_default().into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
    Ok(Page { rows, info: wire.page_info.and_then(|info| info.read()) })
}

#[derive(Deserialize)]
pub(in crate::tiktok) struct AccountWire<'a> {
    #[serde(borrow, default)]
    asset_type: Scalar<'a>,
    #[serde(borrow, default)]
    asset_id: Scalar<'a>,
    #[serde(borrow, default)]
    asset_name: Scalar<'a>,
    #[serde(borrow, default)]
    advertiser_role: Scalar<'a>,
    #[serde(borrow, default)]
    owner_bc_name: Scalar<'a>,
}

impl Content for Page<ListedAccount> {
    type Wire<'a> = PageWire<'a, AccountWire<'a>>;

    fn read(wire: PageWire<'_, AccountWire<'_>>, names: &Names) -> Result<Self, String> {
        let mut texts = Texts::default();
        let mut before: Option<Arc<Terms>> = None;
        page(wire, |row| {
            if row.asset_type.is_stated() && row.asset_type != Scalar::Text("ADVERTISER".into()) {
                return Err("is no ad account");
            }
            let owner = Some(row.owner_bc_name.text(LONGEST_NAME)).filter(|name| !name.is_empty());
            let terms = Terms { role: role(&row.advertiser_role), owner: owner.map(|name| names.shared(&name)) };
            Ok(ListedAccount {
                account_id: row.asset_id.account_id().ok_or("has no readable asset_id")?,
                name: texts.add(&row.asset_name.text(LONGEST_NAME)),
                terms: Arc::clone(match &mut before {
                    Some(before) if **before == terms => before,
                    before => before.insert(Arc::new(terms)),
                }),
            })
        })
    }
}

/// The role as stated; an unseen value is "new", the row stays (fact sheet §1.12).
fn role(stated: &Scalar<'_>) -> StatedRole {
    match stated {
        Scalar::Null => StatedRole::Absent,
        Scalar::Text(text) => match text.trim() {
            "" => StatedRole::Absent,
            "ANALYST" => StatedRole::Known(Role::Analyst),
            "OPERATOR" => StatedRole::Known(Role::Operator),
            "ADMIN" => StatedRole::Known(Role::Admin),
            _ => StatedRole::New(stated.text(40).into()),
        },
        Scalar::Natural(n) => StatedRole::New(n.to_string().into()),
        Scalar::Negative(n) => StatedRole::New(n.to_string().into()),
        Scalar::Other => StatedRole::New("unreadable".into()),
    }
}

#[derive(Deserialize)]
pub(in crate::tiktok) struct BusinessCenterWire<'a> {
    #[serde(borrow)]
    bc_info: Option<BusinessCenterInfoWire<'a>>,
}

#[derive(Deserialize)]
struct BusinessCenterInfoWire<'a> {
    #[serde(borrow, default)]
    bc_id: Scalar<'a>,
    #[serde(borrow, default)]
    name: Scalar<'a>,
    #[serde(borrow, default)]
    status: Scalar<'a>,
}

impl Content for Page<(BusinessCenterId, BusinessCenter)> {
    type Wire<'a> = PageWire<'a, BusinessCenterWire<'a>>;

    fn read(wire: PageWire<'_, BusinessCenterWire<'_>>, names: &Names) -> Result<Self, String> {
        page(wire, |row| {
            let info = row.bc_info.ok_or("has no bc_info")?;
            let status = info.status.text(40);
            Ok((
                info.bc_id.business_center_id().ok_or("has no readable bc_id")?,
                BusinessCenter {
                    name: names.shared(&info.name.text(LONGEST_NAME)),
                    status: match &*status {
                        "PUNISH" | "DENY" => BusinessCenterStatus::Suspended(status.into()),
                        _ => BusinessCenterStatus::Usable,
                    },
                },
            ))
        })
    }
}

#[derive(Deserialize)]
pub(in crate::tiktok) struct AdvertisersWire<'a> {
    #[serde(borrow)]
    list: Vec<AdvertiserWire<'a>>,
}

#[derive(Deserialize)]
struct AdvertiserWire<'a> {
    #[serde(borrow, default)]
    advertiser_id: Scalar<'a>,
    #[serde(borrow, default)]
    status: Scalar<'a>,
}

impl AdvertisersWire<'_> {
    fn ids(&self) -> impl Iterator<Item = Result<(AccountId, &AdvertiserWire<'_>), String>> {
        self.list.iter().enumerate().map(|(index, row)| {
            let id = row.advertiser_id.account_id();
            id.map(|id| (id, row)).ok_or_else(|| format!("its row {} has no readable advertiser_id", index + 1))
        })
    }
}

/// `/advertiser/info/`: the states of the accounts that it names (fact sheet §5.8).
pub(in crate::tiktok) struct States(pub(in crate::tiktok) BTreeMap<AccountId, AccountState>);

impl Content for States {
    type Wire<'a> = AdvertisersWire<'a>;

    fn read(wire: AdvertisersWire<'_>, _: &Names) -> Result<Self, String> {
        let state = |row: &AdvertiserWire<'_>| match &*row.status.text(60) {
            "" => AccountState::NotStated,
            "STATUS_ENABLE" => AccountState::Enabled,
            "STATUS_DISABLE" => AccountState::Closed,
            "STATUS_LIMIT" => AccountState::Suspended,
            _ => AccountState::InReview,
        };
        wire.ids().map(|row| row.map(|(id, row)| (id, state(row)))).collect::<Result<_, _>>().map(Self)
    }
}

/// `/oauth2/advertiser/get/`: everything the token reaches; no pages, no roles (fact sheet §4.3). An absent or null list
/// is no answer, since a witness who says nothing must not be heard as "none".
pub(in crate::tiktok) struct Reach(pub(in crate::tiktok) Vec<AccountId>);

impl Content for Reach {
    type Wire<'a> = AdvertisersWire<'a>;

    fn read(wire: AdvertisersWire<'_>, _: &Names) -> Result<Self, String> {
        wire.ids().map(|row| row.map(|(id, _)| id)).collect::<Result<_, _>>().map(Self)
    }
}
