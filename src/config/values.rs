//! Readers of single values: what is well-formed and in range.
//!
//! Invariant: a value that a reader gives needs no further check; a reader of addresses never shows one.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::NaiveDate;
use url::{Host, Url};

use super::document::{Node, Value};
use super::log::{Problem, Read};
use crate::domain::{AccountId, Address, BusinessCenterId, Language};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A text of one line or more; where it is all that a variable holds also what looks like a number.
pub(super) fn prose(node: &Node) -> Read<String> {
    let Some(text) = node.text() else { return Err(Problem::new("this is a text", "write it in quotes")) };
    if text.trim().is_empty() {
        return Err(Problem::new("this is empty", "write a value, or remove the key"));
    }
    Ok(text.to_owned())
}

/// A text of one line.
pub(super) fn text(node: &Node) -> Read<String> {
    let text = prose(node)?;
    if text.chars().any(char::is_control) {
        return Err(Problem::new("this holds a line break or another control character", "write it on one line"));
    }
    Ok(text.trim().to_owned())
}

/// `true` or `false`.
pub(super) fn boolean(node: &Node) -> Read<bool> {
    match node.value {
        Value::Boolean(yes) => Ok(yes),
        _ => Err(Problem::new("this is yes or no", "write true or false, without quotes")),
    }
}

/// A whole number of the range.
pub(super) fn integer<N: TryFrom<i128>>(range: RangeInclusive<i128>) -> impl Fn(&Node) -> Read<N> {
    move |node| {
        let remedy = format!("write a whole number from {} to {}, without quotes", range.start(), range.end());
        let Value::Integer(number) = node.value else {
            return Err(Problem::new("this is a whole number", remedy));
        };
        let within = number.filter(|n| range.contains(n)).and_then(|n| N::try_from(n).ok());
        within.ok_or_else(|| Problem::new("this is out of range", remedy))
    }
}

/// A share from 0 to 1.
pub(super) fn share(node: &Node) -> Read<f64> {
    let remedy = "write a number from 0 to 1; 0.25 is a quarter";
    let share = match node.value {
        Value::Float(share) => share,
        Value::Integer(Some(0)) => 0.0,
        Value::Integer(Some(1)) => 1.0,
        Value::Integer(_) => return Err(Problem::new("this is out of range", remedy)),
        _ => return Err(Problem::new("this is a share", remedy)),
    };
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(Problem::new("this is out of range", remedy)) }
}

/// A length of time, at least the given and at most a day.
pub(super) fn duration(least: Duration) -> impl Fn(&Node) -> Read<Duration> {
    move |node| {
        let remedy = "write a whole number with ms, s, m or h, in quotes: \"500ms\", \"30s\", \"5m\", \"2h\"";
        let text = text(node)?;
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = match unit.trim() {
            "ms" => Some(1),
            "s" => Some(1_000),
            "m" => Some(60_000),
            "h" => Some(3_600_000),
            _ => None,
        };
        let Some((number, unit)) = number.parse::<u64>().ok().zip(unit) else {
            return Err(Problem::new("this is no length of time", remedy));
        };
        let length =
            number.checked_mul(unit).map(Duration::from_millis).filter(|length| (least..=DAY).contains(length));
        length.ok_or_else(|| Problem::new("this is out of range", format!("write at least {least:?} and at most 24h")))
    }
}

/// A calendar day.
pub(super) fn date(node: &Node) -> Read<NaiveDate> {
    let text = match &node.value {
        Value::Date(date) => date.clone(),
        _ => text(node)?,
    };
    text.parse().map_err(|_| Problem::new("this is no calendar day", "write it as \"2026-12-24\""))
}

/// An e-mail address.
pub(super) fn address(node: &Node) -> Read<Address> {
    let text = text(node).map_err(Problem::hidden)?;
    Address::parse(&text).ok_or_else(|| {
        Problem::new("this is no e-mail address (not shown here)", "write one address in quotes, without a name")
            .hidden()
    })
}

/// A sender: `Name <address>`, or an address alone (the name is empty then).
pub(super) fn mailbox(node: &Node) -> Read<(String, Address)> {
    let text = text(node).map_err(Problem::hidden)?;
    let (name, address) = match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').trim(), address),
        None => ("", text.as_str()),
    };
    let sound = !name.contains(['<', '>', '"']);
    Address::parse(address).filter(|_| sound).map(|address| (name.to_owned(), address)).ok_or_else(|| {
        Problem::new("this is no sender (not shown here)", "write \"Name <address>\", or an address alone").hidden()
    })
}

fn id<T>(node: &Node, parse: impl Fn(&str) -> Result<T, crate::domain::IdDamage>) -> Read<T> {
    if let (Value::Integer(_), None) = (&node.value, node.text()) {
        return Err(Problem::new("an id is a text", "write it in quotes"));
    }
    let text = text(node)?;
    parse(&text).map_err(|damage| Problem::new(format!("this is no id: {damage}"), "copy the id again from TikTok"))
}

/// An ad account.
pub(super) fn account(node: &Node) -> Read<AccountId> {
    id(node, AccountId::parse)
}

/// A Business Center.
pub(super) fn business_center(node: &Node) -> Read<BusinessCenterId> {
    id(node, BusinessCenterId::parse)
}

/// A developer app; an id like the others.
pub(super) fn app(node: &Node) -> Read<String> {
    id(node, AccountId::parse).map(|id| id.to_string())
}

/// A language of the mails.
pub(super) fn language(node: &Node) -> Read<Language> {
    Language::parse(&text(node)?)
        .ok_or_else(|| Problem::new("the mails are not written in this language", "write en, da, sv, nb or de"))
}

/// A zone of the time zone database.
pub(super) fn zone(node: &Node) -> Read<chrono_tz::Tz> {
    text(node)?.parse().map_err(|_| {
        Problem::new("there is no such time zone", "write a name such as \"Europe/Copenhagen\" or \"UTC\"")
    })
}

/// A cron expression with seconds that comes at least once.
pub(super) fn cron(node: &Node) -> Read<String> {
    let remedy = "write six fields: second, minute, hour, day, month, weekday; \"0 30 4 * * *\" is every day at 04:30";
    let text = text(node)?;
    let parser = croner::parser::CronParser::builder().seconds(croner::parser::Seconds::Required).build();
    let cron =
        parser.parse(&text).map_err(|error| Problem::new(format!("this is no cron expression: {error}"), remedy))?;
    if text.split_whitespace().count() != 6 {
        return Err(Problem::new("this is no cron expression with seconds", remedy));
    }
    // From any day, so that the answer does not depend on the clock.
    match cron.find_next_occurrence(&chrono::DateTime::UNIX_EPOCH, true) {
        Ok(_) => Ok(text),
        Err(_) => Err(Problem::new("this never comes", remedy)),
    }
}

/// A URL over HTTP, without a password.
pub(super) fn web(node: &Node) -> Read<Url> {
    web_url(&text(node)?)
}

/// As [`web`], for a text from elsewhere.
pub(super) fn web_url(text: &str) -> Read<Url> {
    let url = listener_url(text)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Problem::new("this holds a user or a password", "write the URL without them").hidden());
    }
    Ok(url)
}

/// A URL over HTTP that may hold a user and a password.
pub(super) fn listener_url(text: &str) -> Read<Url> {
    let remedy = "write it as \"https://host/path\"";
    let url = Url::parse(text).map_err(|error| Problem::new(format!("this is no URL: {error}"), remedy))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Problem::new("this is no URL with https:// or http://", remedy));
    }
    Ok(url)
}

/// Scheme and host; unencrypted only to this machine, because the token goes there.
pub(super) fn base_url(node: &Node) -> Read<Url> {
    let url = web(node)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(Problem::new(
            "this holds more than scheme, host and port",
            "write it as \"https://business-api.tiktok.com\"",
        ));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(Problem::new(
            "this would send the token unencrypted",
            "write https://; http:// is for a loopback address only",
        ));
    }
    Ok(url)
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        // Hosts of schemes that the URL standard does not know are not parsed further.
        Some(Host::Domain(name)) => {
            name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    }
}

/// One of a few words.
pub(super) fn choice<T: Copy>(all: &'static [(&'static str, T)]) -> impl Fn(&Node) -> Read<T> {
    move |node| {
        let known: Vec<_> = all.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let text = text(node)?;
        let found = all.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.ok_or_else(|| Problem::new("there is no such choice", format!("write {}", known.join(" or "))))
    }
}
