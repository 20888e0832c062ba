//! Reads a tree of Query parameters into request structures, as a serde deserializer.
//!
//! The rules of the Query protocol: a list's elements are its numbered children; a map's entries are numbered children with
//! `Name` (or `Key`) and `Value`; numbers and booleans are text. A list with one value and no number is accepted too.

use crate::frame::form::Node;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;

/// A parameter that cannot be read as what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormError(pub(crate) String);

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FormError {}

impl serde::de::Error for FormError {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(text.to_string())
    }
}

/// A node, about to be read, with the last part of its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'de> {
    node: &'de Node,
    name: &'de str,
}

impl<'de> Form<'de> {
    /// All parameters of a request.
    pub(crate) fn root(node: &'de Node) -> Self {
        Self { node, name: "the request" }
    }

    fn below(self, node: &'de Node) -> Self {
        Self { node, name: self.name }
    }
}

impl<'de> Form<'de> {
    fn value(self) -> Result<&'de str, FormError> {
        self.node.value.as_deref().ok_or_else(|| FormError(format!("{} has no value", self.name)))
    }
}

impl<'de> IntoDeserializer<'de, FormError> for Form<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Form<'de> {
    type Error = FormError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_borrowed_str(self.value()?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        let text = self.value()?;
        let number =
            text.trim().parse().map_err(|_| FormError(format!("{} is {text:?}, not an integer", self.name)))?;
        visitor.visit_i64(number)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        let mut elements = self.node.numbered();
        if elements.is_empty() && self.node.value.as_ref().is_some_and(|value| !value.is_empty()) {
            elements.push(self.node);
        }
        visitor.visit_seq(SeqDeserializer::new(elements.into_iter().map(|node| self.below(node))))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_map(Entries { entries: self.node.numbered().into_iter(), map: self, value: EMPTY })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FormError> {
        let members = self.node.children.iter().map(|(name, node)| (name.as_str(), Form { node, name }));
        visitor.visit_map(MapDeserializer::new(members))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct enum identifier
    }
}

/// The entries of a map: numbered children, each with a name and a value.
struct Entries<'de> {
    entries: std::vec::IntoIter<&'de Node>,
    map: Form<'de>,
    value: &'de Node,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = FormError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FormError> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        let name = entry.child("Name").or_else(|| entry.child("Key"));
        let name = name.ok_or_else(|| FormError(format!("an entry of {} has no name", self.map.name)))?;
        self.value = entry.child("Value").unwrap_or(EMPTY);
        seed.deserialize(self.map.below(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, FormError> {
        seed.deserialize(self.map.below(self.value))
    }
}

/// A tag may be sent without its empty value.
const EMPTY: &Node = &Node { value: Some(String::new()), children: Vec::new() };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::form::parse;
    use crate::frame::text::{Pairs, Text};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    struct Value<'a> {
        #[serde(borrow, rename = "StringValue")]
        string: Option<Text<'a>>,
    }

    #[derive(Debug, Deserialize)]
    struct Sample<'a> {
        #[serde(rename = "Count")]
        count: Option<i64>,
        #[serde(borrow, rename = "Names", alias = "Name", default)]
        names: Vec<Text<'a>>,
        #[serde(borrow, rename = "Attributes", alias = "Attribute", default)]
        attributes: Pairs<'a, Value<'a>>,
    }

    #[test]
    fn lists_maps_and_numbers_are_read() {
        let tree = parse("Count=3&Name.1=a&Name.2=b&Attribute.1.Name=x&Attribute.1.Value.StringValue=y", b"");
        let tree = tree.expect("well-formed");
        let sample = Sample::deserialize(Form::root(&tree)).expect("it fits");
        assert_eq!(sample.count, Some(3));
        assert_eq!(sample.names.iter().map(|name| &**name).collect::<Vec<_>>(), ["a", "b"]);
        let (name, value) = &sample.attributes.0[0];
        assert_eq!((&**name, value.string.as_deref()), ("x", Some("y")));
    }

    #[test]
    fn a_list_of_one_may_leave_out_its_number() {
        let tree = parse("Name=All", b"").expect("well-formed");
        assert_eq!(Sample::deserialize(Form::root(&tree)).expect("it fits").names.len(), 1);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let tree = parse("Count=three", b"").expect("well-formed");
        assert!(Sample::deserialize(Form::root(&tree)).is_err());
    }
}
