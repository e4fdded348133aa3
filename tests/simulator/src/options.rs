//! How the simulator behaves where TikTok is slow, limited or undocumented.

use std::time::Duration;

use crate::quota::Quota;

/// What [`Simulator::with`](crate::Simulator::with) is told; the default is a quick server without a quota.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time before each answer.
    pub latency: Duration,
    /// Limits per developer app; none by default.
    pub quota: Quota,
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Answer of `/bc/asset/get/` for a Business Center that the login is not in (undocumented).
    pub foreign_business_center: ForeignBusinessCenter,
    /// Answer of `/advertiser/info/` when some ids are forbidden (undocumented).
    pub forbidden_advertisers: ForbiddenAdvertisers,
    /// Keep every request for [`Simulator::requests`](crate::Simulator::requests); off for load, where only counts are kept.
    pub keep_requests: bool,
    /// Write one line per request to stderr.
    pub print_requests: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            quota: Quota::default(),
            port: 0,
            foreign_business_center: ForeignBusinessCenter::default(),
            forbidden_advertisers: ForbiddenAdvertisers::default(),
            keep_requests: true,
            print_requests: false,
        }
    }
}

/// What `/bc/asset/get/` answers for a Business Center that the login is not in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForeignBusinessCenter {
    /// Code 40001.
    #[default]
    NoPermission,
    /// Code 40002.
    ParameterError,
    /// Code 40007.
    DoesNotExist,
    /// Code 0 with an empty list.
    EmptyList,
}

/// What `/advertiser/info/` answers when one of the ids is forbidden or deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForbiddenAdvertisers {
    /// The whole call fails: 40001 for a forbidden id, 40002 for a deleted one.
    #[default]
    RefuseAll,
    /// Code 0 without their rows.
    LeaveOut,
}
