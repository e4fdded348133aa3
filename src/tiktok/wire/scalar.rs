//! A JSON value that should be a text or a number.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::domain::AccountId;
use crate::domain::BusinessCenterId;

/// Ids are strings in v1.3 and were numbers before (fact sheet §1.10), nulls are sent or left out (§1.11): all are read,
/// and what is neither is kept as [`Scalar::Other`] instead of failing the answer around it.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Scalar<'a> {
    #[default]
    Null,
    Text(Cow<'a, str>),
    Natural(u64),
    Negative(i64),
    Other,
}

impl Scalar<'_> {
    /// A whole number, also written as a text.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Natural(n) => i64::try_from(*n).ok(),
            Self::Negative(n) => Some(*n),
            Self::Text(text) => text.parse().ok(),
            Self::Null | Self::Other => None,
        }
    }

    /// A whole number from 0 on.
    pub(super) fn natural(&self) -> Option<u64> {
        self.integer().and_then(|n| u64::try_from(n).ok())
    }

    pub(super) fn account_id(&self) -> Option<AccountId> {
        match self {
            Self::Text(text) => AccountId::parse(text).ok(),
            Self::Natural(n) => AccountId::parse(&n.to_string()).ok(),
            Self::Null | Self::Negative(_) | Self::Other => None,
        }
    }

    pub(super) fn business_center_id(&self) -> Option<BusinessCenterId> {
        match self {
            Self::Text(text) => BusinessCenterId::parse(text).ok(),
            Self::Natural(n) => BusinessCenterId::parse(&n.to_string()).ok(),
            Self::Null | Self::Negative(_) | Self::Other => None,
        }
    }

    /// The text, without control characters and space around it, at most so many characters; empty if there is none.
    pub(super) fn text(&self, longest: usize) -> Cow<'_, str> {
        let Self::Text(text) = self else { return Cow::Borrowed("") };
        let text = text.trim();
        if text.len() <= longest && !text.chars().any(char::is_control) {
            return Cow::Borrowed(text);
        }
        Cow::Owned(text.chars().filter(|c| !c.is_control()).take(longest).collect())
    }

    /// Whether something stands there.
    pub(super) fn is_stated(&self) -> bool {
        !matches!(self, Self::Null)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Scalar<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_u64<E>(self, n: u64) -> Result<Self::Value, E> {
                Ok(Scalar::Natural(n))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Self::Value, E> {
                Ok(u64::try_from(n).map_or(Scalar::Negative(n), Scalar::Natural))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Scalar::Other)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Scalar::Other)
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Scalar::Null)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }
        }
        deserializer.deserialize_any(Any)
    }
}
