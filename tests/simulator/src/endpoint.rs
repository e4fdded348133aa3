//! The five calls that are served; everything else is a plain-text 404, as at TikTok's gateway.

use serde::Deserialize;

/// Everything is served below this path.
pub const BASE_PATH: &str = "/open_api/v1.3";

/// One served call. All are GET.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub enum Endpoint {
    /// `/user/info/`: whose token is this?
    #[serde(rename = "/user/info/")]
    UserInfo,
    /// `/bc/get/`: the Business Centers that the member joined.
    #[serde(rename = "/bc/get/")]
    BcGet,
    /// `/bc/asset/get/`: what is assigned to the member in one Business Center.
    #[serde(rename = "/bc/asset/get/")]
    BcAssetGet,
    /// `/oauth2/advertiser/get/`: every advertiser that the token reaches.
    #[serde(rename = "/oauth2/advertiser/get/")]
    Oauth2AdvertiserGet,
    /// `/advertiser/info/`: details of up to 100 advertisers.
    #[serde(rename = "/advertiser/info/")]
    AdvertiserInfo,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::UserInfo, Self::BcGet, Self::BcAssetGet, Self::Oauth2AdvertiserGet, Self::AdvertiserInfo];

    /// The path below [`BASE_PATH`], e.g. `/bc/get/`.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::UserInfo => "/user/info/",
            Self::BcGet => "/bc/get/",
            Self::BcAssetGet => "/bc/asset/get/",
            Self::Oauth2AdvertiserGet => "/oauth2/advertiser/get/",
            Self::AdvertiserInfo => "/advertiser/info/",
        }
    }

    /// The call behind a path as sent, with or without [`BASE_PATH`]. The trailing slash is part of it.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let path = path.strip_prefix(BASE_PATH).unwrap_or(path);
        Self::ALL.into_iter().find(|endpoint| endpoint.path() == path)
    }

    /// Query parameters that it takes.
    pub(crate) fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::UserInfo => &[],
            Self::BcGet => &["bc_id", "page", "page_size"],
            Self::BcAssetGet => &["bc_id", "asset_type", "page", "page_size"],
            Self::Oauth2AdvertiserGet => &["app_id", "secret"],
            Self::AdvertiserInfo => &["advertiser_ids", "fields"],
        }
    }

    /// The scope it needs and its parents; holding any one of them suffices. Empty: no scope needed.
    pub(crate) fn scopes(self) -> &'static [u64] {
        match self {
            Self::UserInfo => &[],
            Self::BcGet => &[15, 150],
            Self::BcAssetGet => &[15, 153],
            Self::Oauth2AdvertiserGet | Self::AdvertiserInfo => &[1, 10, 100],
        }
    }
}
