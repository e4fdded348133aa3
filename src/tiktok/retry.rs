//! What an answer means: use it, ask again, wait, or stop.
//!
//! Invariant: [`classify`] is the only place that knows the meaning of a code, and only code 0 is ever used. A code that
//! is not known is tried again and then given up, never taken for an empty answer.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// What came back, reduced to what decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome<'a> {
    /// No answer: connection, time limit, or it broke off.
    Transport,
    /// HTTP said something else than 200, and no usable code came with it.
    Http(u16),
    /// HTTP 200, but no envelope: no JSON, or no `code`.
    NoEnvelope,
    /// Code 0, but the content cannot be read.
    Malformed,
    /// The answer is larger than any true one.
    TooLarge,
    /// An envelope.
    Code(i64, &'a str),
}

/// What to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Code 0.
    Use,
    /// Ask again after a growing pause.
    Retry,
    /// Everybody of this app is silent for a while, then ask again; counts as no attempt.
    QuotaPause,
    /// The token is expired, revoked or wrong: this member shows nothing more.
    TokenDead,
    /// The app, or the place it is called from, is refused.
    AppRefused,
    /// The token lacks the scope of this path.
    ScopeRefused(String),
    /// The object does not exist or was deleted.
    Gone,
    /// Refused for this request; asking again changes nothing.
    Refused,
}

/// Judges an outcome by the fact sheet's §3 (portal page 1737172488964097); what is \[U\] there is decided for the side
/// that calls nothing missing.
pub(super) fn classify(outcome: Outcome<'_>) -> Verdict {
    match outcome {
        Outcome::Transport | Outcome::NoEnvelope | Outcome::Malformed => Verdict::Retry,
        // Wrong path or method; it never reached the API (portal page 1749734684478466). 408 and 425 invite a new try.
        Outcome::Http(400..=407 | 409..=424 | 426..=428 | 430..=499) | Outcome::TooLarge => Verdict::Refused,
        Outcome::Http(_) => Verdict::Retry,
        Outcome::Code(code, message) => classify_code(code, message),
    }
}

fn classify_code(code: i64, message: &str) -> Verdict {
    match code {
        0 => Verdict::Use,
        40016 | 40100 | 61000 => Verdict::QuotaPause,
        40102..=40106 | 40114 | 40309 => Verdict::TokenDead,
        40010 | 40101 | 40110 | 40113 | 40117..=40119 | 40124 | 40125 | 41000 | 70001 => Verdict::AppRefused,
        40130 | 40131 => Verdict::ScopeRefused(refused_path(message).unwrap_or_default().to_owned()),
        40007 | 40300 | 40301 => Verdict::Gone,
        40001 | 40002 if says_gone(message) => Verdict::Gone,
        40001 => refused_path(message).map_or(Verdict::Refused, |path| Verdict::ScopeRefused(path.to_owned())),
        40000 | 40002 | 40003 | 40006 | 40008 | 40009 | 40011 | 40013 | 40014 | 40050 | 40051 | 40107 | 40108
        | 40115 | 40116 | 40400 | 41001 | 41002 => Verdict::Refused,
        // 40132, 40133, 40200–40202, 40700, 50000–59999, 60001, and every code that nobody has told us about.
        _ => Verdict::Retry,
    }
}

/// "The advertiser X doesn't exist or has been deleted", seen with 40001 and 40002 (fact sheet §3.1).
fn says_gone(message: &str) -> bool {
    let message = message.to_lowercase().replace('\u{2019}', "'");
    ["doesn't exist", "does not exist", "has been deleted"].iter().any(|text| message.contains(text))
}

/// The path in "advertiser does not grant you /bc/get/:GET permission" (fact sheet §3.1); none in the other texts of 40001.
fn refused_path(message: &str) -> Option<&str> {
    message.match_indices('/').find_map(|(start, _)| {
        let inside_a_word = message[..start].ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == '/');
        let of_a_path = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '/';
        let length = message[start..].find(|c: char| !of_a_path(c)).unwrap_or(message.len() - start);
        let path = &message[start..start + length];
        let whole = path.len() > 2 && path.ends_with('/') && !path.contains("//") && path.len() <= 100;
        (whole && !inside_a_word).then_some(path)
    })
}

/// Pause before the given attempt (2 is the first repetition): doubles, up to half a minute, less a share that depends
/// on the request alone, so that workers part and runs still repeat.
pub(super) fn pause(first: Duration, attempt: u32, request: impl Hash) -> Duration {
    let longest = Duration::from_secs(30).max(first);
    let doubled = first.saturating_mul(1 << attempt.saturating_sub(2).min(20)).min(longest);
    let mut hasher = DefaultHasher::new();
    (request, attempt).hash(&mut hasher);
    let part = u32::try_from(hasher.finish() % 300).unwrap_or(0);
    doubled.mul_f64(1.0 - f64::from(part) / 1000.0)
}

#[cfg(test)]
mod tests;
