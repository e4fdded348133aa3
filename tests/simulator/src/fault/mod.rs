//! Scripted faults: *when* a request is hit, and *what* is done to its answer.
//!
//! A fault counts the requests that match it; everything else about a bad night is the world's business.

mod change;
mod messages;
mod seeds;
mod tamper;
mod what;
mod wreck;

use serde::Deserialize;

pub(crate) use change::change_listing;
pub(crate) use messages::usual_message;
use seeds::Seeds;
pub(crate) use tamper::{Tampering, tamper_envelope};
pub use what::{Change, What};
pub(crate) use wreck::wreck;

use crate::endpoint::Endpoint;
use crate::world::parse_id;

/// One scripted fault.
///
/// ```
/// use tiktok_simulator::{Endpoint, What, When};
/// let fault = When::asked(Endpoint::BcAssetGet).about("7564000000000000003").on_page(2).times(3)
///     .gives(What::code(50000));
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    /// Which requests it hits.
    pub when: When,
    /// What it does to them.
    pub what: What,
}

/// Which requests a fault hits. All that is said must hold; what is not said does not matter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    endpoint: Option<Endpoint>,
    #[serde(rename = "bc")]
    business_center: Option<String>,
    page: Option<u64>,
    member: Option<String>,
    from_call: Option<u64>,
    times: Option<u64>,
}

impl When {
    /// Requests to one endpoint.
    #[must_use]
    pub fn asked(endpoint: Endpoint) -> Self {
        Self { endpoint: Some(endpoint), ..Self::default() }
    }

    /// Requests to any endpoint.
    #[must_use]
    pub fn asked_anything() -> Self {
        Self::default()
    }

    /// Only those about this Business Center (the parameter `bc_id`).
    ///
    /// # Panics
    /// If it is no id.
    #[must_use]
    pub fn about(mut self, business_center: &str) -> Self {
        assert!(parse_id(business_center).is_some(), "{business_center:?} is no id");
        self.business_center = Some(business_center.to_owned());
        self
    }

    /// Only those for this page.
    #[must_use]
    pub fn on_page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// Only those with this member's token.
    #[must_use]
    pub fn by(mut self, email: &str) -> Self {
        self.member = Some(email.to_owned());
        self
    }

    /// Not before the `n`-th (from 1) request that matches.
    #[must_use]
    pub fn from_call(mut self, n: u64) -> Self {
        self.from_call = Some(n);
        self
    }

    /// The first request that matches (from [`from_call`](Self::from_call) on).
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// The first `n` requests that match (from [`from_call`](Self::from_call) on).
    #[must_use]
    pub fn times(mut self, n: u64) -> Self {
        self.times = Some(n);
        self
    }

    /// Every request that matches; the default.
    #[must_use]
    pub fn forever(mut self) -> Self {
        self.times = None;
        self
    }

    pub(crate) fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// … and this is what then happens.
    #[must_use]
    pub fn gives(self, what: What) -> Fault {
        Fault { when: self, what }
    }
}

/// A fault that is counting.
#[derive(Debug)]
pub(crate) struct Armed {
    fault: Fault,
    matched: u64,
}

/// What a fault may ask about a request.
pub(crate) struct Asked<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) bc_id: Option<u64>,
    pub(crate) page: u64,
    pub(crate) member: &'a str,
}

impl Armed {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { fault, matched: 0 }
    }

    /// Counts the request if it matches; gives what happens if it is this fault's turn.
    pub(crate) fn strikes(&mut self, asked: &Asked<'_>) -> Option<&What> {
        let When { endpoint, business_center, page, member, from_call, times } = &self.fault.when;
        let bc = business_center.as_deref();
        let matches = endpoint.is_none_or(|one| one == asked.endpoint)
            && bc.is_none_or(|one| asked.bc_id.is_some_and(|bc_id| one.parse() == Ok(bc_id)))
            && page.is_none_or(|one| one == asked.page)
            && member.as_deref().is_none_or(|one| one == asked.member);
        if !matches {
            return None;
        }
        self.matched += 1;
        let first = from_call.unwrap_or(1);
        let due = self.matched >= first && times.is_none_or(|times| self.matched - first < times);
        due.then_some(&self.fault.what)
    }
}

/// A `[[fault]]` of a world file: the keys of [`When`], and the others those of [`What`].
///
/// Errors are sentences without the fault's number.
pub(crate) fn from_table(mut table: toml::Table) -> Result<Fault, String> {
    let mut when = toml::Table::new();
    for key in ["endpoint", "bc", "page", "member", "from_call", "times"] {
        when.extend(table.remove_entry(key));
    }
    let when = When::deserialize(when).map_err(|error| error.message().to_owned())?;
    if let Some(bc) = when.business_center.as_deref().filter(|bc| parse_id(bc).is_none()) {
        return Err(format!("{bc:?} is no id"));
    }
    let what = What::deserialize(table).map_err(|error| error.message().to_owned())?;
    Ok(when.gives(what))
}
