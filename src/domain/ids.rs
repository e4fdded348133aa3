//! The names of things: ad accounts, Business Centers, clients, people.
//!
//! Invariant: a value of one of these types has been read and found well-formed; nobody checks it again.

use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

/// What is wrong with a text that should be an advertiser id or a Business Center id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdDamage {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// `7.1E+18`: a spreadsheet took the id for a number, and its last digits are lost.
    #[error(
        "it is in scientific notation: a spreadsheet turned it into a number and lost digits; copy the id again from TikTok into a cell formatted as text"
    )]
    ScientificNotation,
    /// A zero-width or other invisible mark, usually pasted from a web page or a chat.
    #[error("it holds an invisible mark (zero-width or control character); type the id anew")]
    InvisibleMark,
    /// A space, inside or around (also a no-break one).
    #[error("it holds a space")]
    Space,
    /// A thousands separator or a decimal part.
    #[error("it holds a separator or a decimal part; an id is digits only")]
    Separator,
    /// A plus, minus or apostrophe in front.
    #[error("it begins with a sign or an apostrophe; an id is digits only")]
    Sign,
    /// A letter.
    #[error("it holds a letter")]
    Letter,
    /// Anything else that is no ASCII digit.
    #[error("it holds a character that is no digit")]
    Other,
    /// A zero in front: TikTok's ids have none.
    #[error("it begins with 0")]
    LeadingZero,
    /// More than 19 digits.
    #[error("it has more than 19 digits")]
    TooLong,
    /// 19 digits beyond the largest id there can be.
    #[error("it is larger than 9223372036854775807")]
    TooLarge,
}

/// Reads `^[1-9][0-9]{0,18}$` up to the largest signed 64-bit number (TikTok converts ids with int64).
fn parse_id(text: &str) -> Result<NonZeroU64, IdDamage> {
    if text.is_empty() {
        return Err(IdDamage::Empty);
    }
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(damage(text));
    }
    if text.starts_with('0') {
        return Err(IdDamage::LeadingZero);
    }
    if text.len() > 19 {
        return Err(IdDamage::TooLong);
    }
    match text.parse::<NonZeroU64>() {
        Ok(n) if n.get() <= i64::MAX as u64 => Ok(n),
        _ => Err(IdDamage::TooLarge),
    }
}

/// Names the damage of a text that holds something else than digits; the most telling one first.
fn damage(text: &str) -> IdDamage {
    let invisible = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}');
    if text.chars().any(|c| invisible(c) || (c.is_control() && !c.is_whitespace())) {
        return IdDamage::InvisibleMark;
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if is_scientific(&compact) {
        return IdDamage::ScientificNotation;
    }
    if text.chars().any(char::is_whitespace) {
        return IdDamage::Space;
    }
    if text.starts_with(['+', '-', '\'']) {
        return IdDamage::Sign;
    }
    if text.chars().any(char::is_alphabetic) {
        return IdDamage::Letter;
    }
    if text.contains(['.', ',', '_', '\'', '-']) {
        return IdDamage::Separator;
    }
    IdDamage::Other
}

/// `7,12E+18`, `7.12e18`, `7E18`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !mantissa.is_empty()
        && mantissa.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '+' | '-'))
        && !exponent.is_empty()
        && exponent.chars().all(|c| c.is_ascii_digit())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Held as a number because the two forms are one-to-one (no leading zeros, 64 bits); written, compared and
        /// ordered as text everywhere.
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(NonZeroU64);

        impl $name {
            /// Reads an id exactly as it stands; the caller trims what may be trimmed.
            ///
            /// # Errors
            /// The damage, named.
            pub fn parse(text: &str) -> Result<Self, IdDamage> {
                parse_id(text).map(Self)
            }

            /// The id as a number, for the store and for tables.
            #[must_use]
            pub fn get(self) -> u64 {
                self.0.get()
            }
        }

        impl FromStr for $name {
            type Err = IdDamage;
            fn from_str(text: &str) -> Result<Self, IdDamage> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                textual(self.get()).cmp(&textual(other.get()))
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
    };
}

/// A key that orders numbers as their decimal texts: the digits padded to the right, then the length.
fn textual(n: u64) -> (u64, u32) {
    let digits = n.checked_ilog10().unwrap_or(0) + 1;
    (n * 10_u64.pow(19_u32.saturating_sub(digits)), digits)
}

id! {
    /// An ad account (TikTok: advertiser id, asset id), `^[1-9][0-9]{0,18}$`.
    AccountId
}
id! {
    /// A TikTok Business Center, `^[1-9][0-9]{0,18}$`. An account and a Business Center can look the same.
    BusinessCenterId
}

/// A person's e-mail address, trimmed and lower case: two addresses are one person exactly when they are equal.
///
/// Neither `Debug` nor an error shows it: addresses appear in mails and in the reports' `member` column, never in a log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(std::sync::Arc<str>);

impl Address {
    /// Reads an address: one `@`, something on both sides, no space, comma, angle bracket or control character.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@')?;
        let plain = |part: &str| {
            !part.is_empty()
                && part.len() <= 255
                && !part.chars().any(|c| c.is_control() || c.is_whitespace() || "<>,;:\"()[]\\@".contains(c))
        };
        let labels = domain.split('.').all(|l| !l.is_empty() && !l.starts_with('-') && !l.ends_with('-'));
        let dots = local.split('.').all(|atom| !atom.is_empty());
        (plain(local) && plain(domain) && labels && dots && local.len() <= 64).then(|| Self(text.into()))
    }

    /// The address itself, for an envelope, a mail's text or a report; never for a log line or an error.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<address>")
    }
}

/// A client: country and client code, compared trimmed and without case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientKey {
    /// Folded country, such as `dk`.
    pub country: std::sync::Arc<str>,
    /// Folded client code, such as `c07`.
    pub code: std::sync::Arc<str>,
}

impl ClientKey {
    /// Folds both parts, so that `(" DK", "c07")` and `("dk", "C07 ")` are one client.
    #[must_use]
    pub fn new(country: &str, code: &str) -> Self {
        Self { country: fold(country).into(), code: fold(code).into() }
    }
}

/// The form in which countries, client codes and parent codes are compared: trimmed, lower case.
#[must_use]
pub fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", IdDamage::Empty)]
    #[case("7.10654E+18", IdDamage::ScientificNotation)]
    #[case("7,10654E+18", IdDamage::ScientificNotation)]
    #[case("7E18", IdDamage::ScientificNotation)]
    #[case("71065 41027", IdDamage::Space)]
    #[case("7106541027\u{a0}", IdDamage::Space)]
    #[case("7106541027\u{200b}", IdDamage::InvisibleMark)]
    #[case("7106541027\0", IdDamage::InvisibleMark)]
    #[case("7106541O27", IdDamage::Letter)]
    #[case("7,106,541", IdDamage::Separator)]
    #[case("7106541.0", IdDamage::Separator)]
    #[case("'7106541", IdDamage::Sign)]
    #[case("-7106541", IdDamage::Sign)]
    #[case("07106541", IdDamage::LeadingZero)]
    #[case("71065410279047331851", IdDamage::TooLong)]
    #[case("9223372036854775808", IdDamage::TooLarge)]
    #[case("٧١٠٦", IdDamage::Other)]
    fn each_damage_of_an_id_is_named(#[case] text: &str, #[case] damage: IdDamage) {
        assert_eq!(AccountId::parse(text), Err(damage));
    }

    #[test]
    fn the_largest_and_the_smallest_id_are_read_and_written_unchanged() {
        for text in ["1", "9", "7106541027904733185", "9223372036854775807", "7100000000000000000"] {
            assert_eq!(AccountId::parse(text).unwrap().to_string(), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn ids_are_ordered_as_their_texts(a in 1..=i64::MAX as u64, b in 1..100_000_u64) {
            let (a, b) = (a.to_string(), b.to_string());
            let (x, y) = (AccountId::parse(&a).unwrap(), AccountId::parse(&b).unwrap());
            proptest::prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        }
    }

    #[test]
    fn an_address_is_one_person_whatever_its_case_and_never_shown_by_debug() {
        let a = Address::parse(" Anna@Example.ORG ").unwrap();
        assert_eq!(Some(a.clone()), Address::parse("anna@example.org"));
        assert!(!format!("{a:?}").contains("anna"));
    }

    #[rstest]
    #[case("anna")]
    #[case("@example.org")]
    #[case("anna@")]
    #[case("anna@example..org")]
    #[case("an na@example.org")]
    #[case("anna@example.org\r\nBcc: x@y.z")]
    #[case("a@b@c.d")]
    #[case("a..b@c.d")]
    #[case("<a@c.d>")]
    fn what_is_no_address_is_refused(#[case] text: &str) {
        assert_eq!(Address::parse(text), None);
    }
}
