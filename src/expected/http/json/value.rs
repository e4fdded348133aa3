//! One value of JSON, laid into its column.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::expected::laid::{Cell, Laid};

/// A value of one of our columns.
pub(super) struct Value<'v> {
    pub(super) laid: &'v mut Laid,
    pub(super) at: usize,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let cell = deserializer.deserialize_any(Single)?;
        self.laid.put(
            self.at,
            &match &cell {
                Given::Null => Cell::Null,
                Given::Truth(truth) => Cell::Truth(*truth),
                Given::Whole(number) => Cell::Whole(*number),
                Given::Floating(written) => Cell::Floating(written),
                Given::Text(text) => Cell::Text(text),
                Given::List(words) => Cell::List(words),
                Given::Nested => Cell::Nested,
            },
        );
        Ok(())
    }
}

/// A value as JSON has it.
enum Given {
    Null,
    Truth(bool),
    Whole(i128),
    Floating(String),
    Text(String),
    List(Vec<String>),
    Nested,
}

struct Single;

impl<'de> DeserializeSeed<'de> for Single {
    type Value = Given;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Given, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Single {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Given, E> {
        Ok(Given::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Given, E> {
        Ok(Given::Truth(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Given, E> {
        Ok(Given::Whole(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Given, E> {
        Ok(Given::Whole(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Given, E> {
        Ok(Given::Floating(format!("{number:?}")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Given, E> {
        Ok(Given::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Given, E> {
        Ok(Given::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Given, A::Error> {
        let (mut words, mut nested) = (Vec::new(), false);
        while let Some(word) = list.next_element_seed(Single)? {
            match word {
                Given::Null => {}
                Given::Text(text) | Given::Floating(text) => words.push(text),
                Given::Truth(truth) => words.push(truth.to_string()),
                Given::Whole(number) => words.push(number.to_string()),
                Given::List(_) | Given::Nested => nested = true,
            }
        }
        Ok(if nested { Given::Nested } else { Given::List(words) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Given::Nested)
    }
}
