//! The questions that can be asked of TikTok. All are GET, and there is no other way to ask.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::domain::{AccountId, BusinessCenterId};

/// Rows a page; TikTok's maximum for `/bc/get/` and `/bc/asset/get/` (fact sheet §1.1).
pub(in crate::tiktok) const PAGE_SIZE: u64 = 50;

/// One question: the closed list of what this program can ask (promise 7).
pub(in crate::tiktok) enum Call<'a> {
    /// Whose token it is (fact sheet §4.4).
    UserInfo,
    /// One page of the member's Business Centers (portal page 1737115687501826).
    BusinessCenters {
        /// From 1.
        page: u32,
    },
    /// One page of the member's own ad accounts in a Business Center (portal page 1739432717798401).
    Assets {
        /// The Business Center.
        bc: BusinessCenterId,
        /// From 1.
        page: u32,
    },
    /// Every account the token reaches (portal page 1738455508553729). The secret travels in the URL, so no URL may ever
    /// be shown.
    Witness {
        /// The app of the token.
        app_id: &'a str,
        /// Its secret.
        secret: &'a SecretString,
    },
    /// States of up to 100 accounts (portal page 1739593083610113).
    Advertisers {
        /// The accounts.
        ids: &'a [AccountId],
    },
}

impl Call<'_> {
    /// Path within v1.3; the slash at its end is part of it (fact sheet §1.2).
    pub(in crate::tiktok) fn endpoint(&self) -> &'static str {
        match self {
            Self::UserInfo => "/user/info/",
            Self::BusinessCenters { .. } => "/bc/get/",
            Self::Assets { .. } => "/bc/asset/get/",
            Self::Witness { .. } => "/oauth2/advertiser/get/",
            Self::Advertisers { .. } => "/advertiser/info/",
        }
    }

    /// The Business Center it is about.
    pub(in crate::tiktok) fn business_center(&self) -> Option<BusinessCenterId> {
        match self {
            Self::Assets { bc, .. } => Some(*bc),
            Self::UserInfo | Self::BusinessCenters { .. } | Self::Witness { .. } | Self::Advertisers { .. } => None,
        }
    }

    /// The page it asks for.
    pub(in crate::tiktok) fn page(&self) -> Option<u32> {
        match self {
            Self::BusinessCenters { page } | Self::Assets { page, .. } => Some(*page),
            Self::UserInfo | Self::Witness { .. } | Self::Advertisers { .. } => None,
        }
    }

    /// The largest body that a true answer can have, in decoded bytes. A page of 50 rows is about 20 KB; the witness
    /// lists every account in one answer, about 90 bytes each.
    pub(in crate::tiktok) fn largest_answer(&self) -> usize {
        match self {
            Self::Witness { .. } => 32 << 20,
            Self::UserInfo | Self::BusinessCenters { .. } | Self::Assets { .. } | Self::Advertisers { .. } => 8 << 20,
        }
    }

    /// The whole address: scheme and host of the configuration, everything else from here. Arrays are one key whose
    /// value is JSON text (fact sheet §1.5).
    pub(in crate::tiktok) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        url.set_path(match self {
            Self::UserInfo => "/open_api/v1.3/user/info/",
            Self::BusinessCenters { .. } => "/open_api/v1.3/bc/get/",
            Self::Assets { .. } => "/open_api/v1.3/bc/asset/get/",
            Self::Witness { .. } => "/open_api/v1.3/oauth2/advertiser/get/",
            Self::Advertisers { .. } => "/open_api/v1.3/advertiser/info/",
        });
        url.set_fragment(None);
        match self {
            Self::UserInfo => url.set_query(None),
            Self::BusinessCenters { page } => url.set_query(Some(&format!("page={page}&page_size={PAGE_SIZE}"))),
            Self::Assets { bc, page } => {
                url.set_query(Some(&format!("bc_id={bc}&asset_type=ADVERTISER&page={page}&page_size={PAGE_SIZE}")));
            }
            Self::Witness { app_id, secret } => {
                url.set_query(None);
                url.query_pairs_mut().append_pair("app_id", app_id).append_pair("secret", secret.expose_secret());
            }
            Self::Advertisers { ids } => {
                let quoted: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
                url.set_query(None);
                url.query_pairs_mut()
                    .append_pair("advertiser_ids", &format!("[{}]", quoted.join(",")))
                    .append_pair("fields", r#"["advertiser_id","status"]"#);
            }
        }
        url
    }
}
