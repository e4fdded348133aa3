//! `[tiktok]` and its members.

use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use crate::config::log::Problem;
use crate::config::reader::Section;
use crate::config::{Member, Tiktok, secret, values};
use crate::domain::{Address, BusinessCenterId};

/// How TikTok is asked, and the pools; nothing only after a fault.
pub(in crate::config) fn tiktok(mut section: Section<'_>) -> Option<(Tiktok, BTreeSet<BusinessCenterId>)> {
    let none = Duration::ZERO;
    let least = Duration::from_millis(1);
    let base_url = match section.optional("base_url", values::base_url) {
        Some(url) => Some(url),
        None => Url::parse("https://business-api.tiktok.com").ok(),
    };
    let requests_per_second = section.or("requests_per_second", 10, values::integer(1..=1_000_000));
    let requests_per_minute = section.or("requests_per_minute", 600, values::integer(1..=60_000_000));
    let retry_pause = section.or("retry_pause", Duration::from_secs(1), values::duration(none));
    let suspension_pause = section.or("suspension_pause", Duration::from_secs(300), values::duration(none));
    let max_in_flight = section.or("max_in_flight", 8, values::integer(1..=1000));
    let request_timeout = section.or("request_timeout", Duration::from_secs(30), values::duration(least));
    let max_attempts = section.or("max_attempts", 6, values::integer(1..=20));
    let run_timeout = section.or("run_timeout", Duration::from_secs(30 * 60), values::duration(least));
    let pools = section.list("agency_business_centers", values::business_center).unwrap_or_default();
    let tables = section.sections("members");
    if tables.as_ref().is_some_and(Vec::is_empty) {
        let remedy =
            "write [[tiktok.members]], and below it email = \"…\" and access_token = { env = \"TIKTOK_ACCESS_TOKEN\" }";
        section.absent("members", remedy.into());
    }
    let tables = tables.unwrap_or_default();
    let count = tables.len();
    let mut emails = BTreeSet::new();
    let members: Vec<_> = tables.into_iter().filter_map(|table| member(table, &mut emails)).collect();
    section.finish();
    let complete = members.len() == count && !members.is_empty();
    let tiktok = Tiktok {
        base_url: base_url?,
        requests_per_second,
        requests_per_minute,
        retry_pause,
        suspension_pause,
        max_in_flight,
        request_timeout,
        max_attempts,
        run_timeout,
        members,
    };
    complete.then(|| (tiktok, pools.into_iter().collect()))
}

fn member(mut section: Section<'_>, emails: &mut BTreeSet<Address>) -> Option<Member> {
    let environment = section.environment();
    let email = section.required("email", "\"…\"", |node| {
        let email = values::address(node)?;
        if !emails.insert(email.clone()) {
            return Err(Problem::new("another member has the same address", "remove one of the two").hidden());
        }
        Ok(email)
    });
    section.optional("role", values::choice(&[("ANALYST", ())]));
    let token = section.required("access_token", "{ env = \"TIKTOK_ACCESS_TOKEN\" }", secret::secret(environment));
    if section.has("app_secret") && !section.has("app_id") {
        section.missing("app_id", "\"…\", or remove app_secret: each app has both");
    }
    let app_id = section.optional("app_id", values::app);
    let app_secret = section.optional("app_secret", secret::secret(environment));
    section.finish();
    Some(Member { email: email?, access_token: token?, app_id, app_secret })
}
