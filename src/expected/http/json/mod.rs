//! JSON: a list of objects, or an object that holds nothing but such a list.
//!
//! Invariant: numbers keep their digits or are damaged; what is no object among objects is a bad row; an object with
//! more than the list is refused, for what stands beside it (`next`, `total`, `errors`) can say that the list is not all.

mod value;

use std::collections::BTreeSet;
use std::fmt;
use std::io::{BufRead as _, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use value::Value;

use crate::expected::column::{Column, normal};
use crate::expected::laid::Laid;
use crate::expected::row::cut;

/// Keys that are remembered for a message.
const SHOWN: usize = 20;

/// What the objects had.
#[derive(Clone, Default)]
pub(super) struct Seen {
    objects: u64,
    /// Elements that are none.
    strangers: u64,
    /// Our columns, a bit each.
    ours: u32,
    others: BTreeSet<String>,
}

impl Seen {
    /// Required columns that no object had.
    pub(super) fn missing<'c>(&self, columns: &'c [Column]) -> impl Iterator<Item = &'static str> + use<'c> {
        let (any, ours) = (self.objects > 0, self.ours);
        let missing = move |at: usize, column: &Column| any && column.required && ours & (1 << at) == 0;
        columns.iter().enumerate().filter(move |(at, column)| missing(*at, column)).map(|(_, column)| column.name)
    }

    /// The other keys, as a message may show them: a key can be an address, too.
    pub(super) fn others(&self) -> String {
        let names: Vec<String> = self.others.iter().filter(|n| !n.contains('@')).map(|n| cut(n, 60)).collect();
        if names.is_empty() { "no others".into() } else { names.join(", ") }
    }
}

/// Hands on each object as a row; says why it is no list of objects.
pub(super) fn read(
    source: impl Read,
    columns: &'static [Column],
    laid: &mut Laid,
    seen: &mut Seen,
    take: impl FnMut(&Laid),
) -> Result<(), String> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    if source.fill_buf().is_ok_and(|bytes| bytes.starts_with(b"\xef\xbb\xbf")) {
        source.consume(3);
    }
    let before = (seen.objects, seen.strangers);
    let mut objects = Objects { columns, laid, seen, take };
    let mut reader = serde_json::Deserializer::from_reader(source);
    let read = Top(&mut objects).deserialize(&mut reader).and_then(|()| reader.end());
    // A stranger among objects is a bad row; a list of nothing else is another answer than was asked for.
    if read.is_ok() && seen.objects == before.0 && seen.strangers > before.1 {
        return Err("its JSON is a list without objects".to_owned());
    }
    read.map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        match error.classify() {
            Category::Io => "it broke off".to_owned(),
            Category::Eof => format!("its JSON ends in the middle ({place})"),
            Category::Syntax => format!("it is no JSON ({place})"),
            // serde's own words quote the value.
            Category::Data if error.to_string().contains(MORE) => {
                format!("its object holds more than the list; {MORE}")
            }
            Category::Data => format!("its JSON is no list of objects ({place})"),
        }
    })
}

const MORE: &str = "what stands beside it can say that the list is not all (pages go by the Link header)";

struct Objects<'o, F> {
    columns: &'static [Column],
    laid: &'o mut Laid,
    seen: &'o mut Seen,
    take: F,
}

/// The whole text.
struct Top<'a, 'o, F>(&'a mut Objects<'o, F>);

/// A list of objects.
struct List<'a, 'o, F>(&'a mut Objects<'o, F>);

/// One object.
struct Object<'a, 'o, F>(&'a mut Objects<'o, F>);

impl<'de, F: FnMut(&Laid)> DeserializeSeed<'de> for Top<'_, '_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(&Laid)> Visitor<'de> for Top<'_, '_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        List(self.0).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if map.next_key::<IgnoredAny>()?.is_none() {
            return Err(A::Error::custom("an empty object"));
        }
        // Its name does not matter: data, items, accounts …
        map.next_value_seed(List(self.0))?;
        match map.next_key::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::custom(MORE)),
        }
    }
}

impl<'de, F: FnMut(&Laid)> DeserializeSeed<'de> for List<'_, '_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&Laid)> Visitor<'de> for List<'_, '_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Object(self.0))?.is_some() {}
        Ok(())
    }
}

impl<'de, F: FnMut(&Laid)> DeserializeSeed<'de> for Object<'_, '_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<F: FnMut(&Laid)> Object<'_, '_, F> {
    /// Sets the row aside: its element is anything else.
    fn sets_aside<E>(self) -> Result<(), E> {
        let Objects { laid, seen, take, .. } = self.0;
        laid.begin();
        laid.spoil("it is no object; give each row as one");
        seen.strangers += 1;
        take(laid);
        Ok(())
    }
}

impl<'de, F: FnMut(&Laid)> Visitor<'de> for Object<'_, '_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.sets_aside()
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.sets_aside()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.sets_aside()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.sets_aside()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.sets_aside()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.sets_aside()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.sets_aside()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Objects { columns, laid, seen, take } = self.0;
        laid.begin();
        let mut here = 0_u32;
        while let Some(key) = map.next_key_seed(Key { columns, others: &mut seen.others })? {
            let Some(at) = key else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if here & (1 << at) != 0 {
                map.next_value::<IgnoredAny>()?;
                laid.damage(at, "the object has it twice; keep the one that counts");
                continue;
            }
            here |= 1 << at;
            map.next_value_seed(Value { laid, at })?;
        }
        seen.ours |= here;
        seen.objects += 1;
        take(laid);
        Ok(())
    }
}

/// A key: the place of our column, none for any other.
struct Key<'k> {
    columns: &'static [Column],
    others: &'k mut BTreeSet<String>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<usize>, E> {
        let place = |name: &str| self.columns.iter().position(|column| column.name == name);
        let found = place(key).or_else(|| place(&normal(key)));
        if found.is_none() && self.others.len() < SHOWN && !self.others.contains(key) {
            self.others.insert(key.to_owned());
        }
        Ok(found)
    }
}
