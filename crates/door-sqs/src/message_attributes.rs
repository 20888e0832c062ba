//! Message attributes: as requests carry them, checked, and as neutral headers.
//!
//! | data type | header | label |
//! |---|---|---|
//! | `String`, `String.x` | Text | `String.x` where it has one |
//! | `Number`, `Number.x` | Number | `Number.x` where it has one |
//! | `Binary`, `Binary.x` | Bytes | `Binary.x` where it has one |
//!
//! Headers that another door wrote come out as the plain types; a Bool as the text `true` or `false`.

mod check;

pub(crate) use check::checked;

use crate::frame::text::{Pairs, Text};
use crate::native::Notes;
use bytes::Bytes;
use serde::Deserialize;
use std::borrow::Cow;
use vocab::{Header, HeaderValue, Message};

/// One attribute's value as a request carries it.
#[derive(Debug, Deserialize)]
pub(crate) struct Given<'a> {
    #[serde(borrow, rename = "DataType")]
    pub(crate) data_type: Option<Text<'a>>,
    #[serde(borrow, rename = "StringValue")]
    pub(crate) string: Option<Text<'a>>,
    /// Base64 in both protocols.
    #[serde(borrow, rename = "BinaryValue")]
    pub(crate) binary: Option<Text<'a>>,
    #[serde(borrow, rename = "StringListValues", alias = "StringListValue", default)]
    pub(crate) string_list: Option<Vec<Text<'a>>>,
    #[serde(borrow, rename = "BinaryListValues", alias = "BinaryListValue", default)]
    pub(crate) binary_list: Option<Vec<Text<'a>>>,
}

/// All attributes of one kind as a request carries them.
pub(crate) type GivenMap<'a> = Pairs<'a, Given<'a>>;

/// One attribute that SQS accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) data_type: Cow<'a, str>,
    pub(crate) value: Value<'a>,
}

/// An attribute's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// Of a `String` or `Number`.
    Text(Cow<'a, str>),
    /// Of a `Binary`.
    Binary(Cow<'a, [u8]>),
}

impl Attribute<'_> {
    /// What it counts for towards a message's size: name, data type and value, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let value = match &self.value {
            Value::Text(text) => text.len(),
            Value::Binary(bytes) => bytes.len(),
        };
        self.name.len() + self.data_type.len() + value
    }

    /// The attribute as a neutral header.
    pub(crate) fn header(&self) -> Header {
        let value = match &self.value {
            Value::Text(text) if Kind::of(&self.data_type) == Some(Kind::Number) => {
                HeaderValue::Number(text.clone().into_owned())
            }
            Value::Text(text) => HeaderValue::Text(text.clone().into_owned()),
            Value::Binary(bytes) => HeaderValue::Bytes(Bytes::copy_from_slice(bytes)),
        };
        Header { name: self.name.clone().into_owned(), value }
    }

    /// The data type, where it says more than the header's own type.
    pub(crate) fn label(&self) -> Option<&str> {
        Kind::ALL.iter().all(|kind| kind.name() != self.data_type).then_some(&self.data_type)
    }
}

/// The three types that data types begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Number,
    Binary,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::String, Self::Number, Self::Binary];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Number => "Number",
            Self::Binary => "Binary",
        }
    }

    /// The type that `data_type` is, or is a labelled form of.
    pub(crate) fn of(data_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| {
            data_type.strip_prefix(kind.name()).is_some_and(|label| label.is_empty() || label.starts_with('.'))
        })
    }
}

/// The attributes of a message that is handed out, in its own order.
pub(crate) fn of_message<'a>(message: &'a Message, notes: Option<&Notes<'a>>) -> Vec<Attribute<'a>> {
    let label_of = |index: usize| {
        let labels = notes.map_or(&[][..], |notes| &notes.labels);
        labels.iter().find(|(header, _)| usize::from(*header) == index).map(|(_, label)| *label)
    };
    let own = message.headers.len().saturating_sub(usize::from(notes.is_some_and(|notes| notes.context)));
    message.headers[..own].iter().enumerate().map(|(index, header)| of_header(header, label_of(index))).collect()
}

fn of_header<'a>(header: &'a Header, label: Option<&'a str>) -> Attribute<'a> {
    let (kind, value) = match &header.value {
        HeaderValue::Text(text) => (Kind::String, Value::Text(Cow::Borrowed(text))),
        HeaderValue::Number(text) => (Kind::Number, Value::Text(Cow::Borrowed(text))),
        HeaderValue::Bytes(bytes) => (Kind::Binary, Value::Binary(Cow::Borrowed(bytes))),
        HeaderValue::Bool(true) => (Kind::String, Value::Text(Cow::Borrowed("true"))),
        HeaderValue::Bool(false) => (Kind::String, Value::Text(Cow::Borrowed("false"))),
    };
    let data_type = label.unwrap_or(kind.name());
    Attribute { name: Cow::Borrowed(&header.name), data_type: Cow::Borrowed(data_type), value }
}

/// Which attributes a receive asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Not any.
    #[default]
    Nothing,
    /// `All` or `.*`.
    Everything,
    /// These names; those that end in `.*` are beginnings of names.
    Named(Box<[Box<str>]>),
}

impl Wanted {
    /// What a list of names asks for.
    pub(crate) fn of(names: &[Text<'_>]) -> Self {
        if names.is_empty() {
            Self::Nothing
        } else if names.iter().any(|name| matches!(&**name, "All" | ".*" | "*")) {
            Self::Everything
        } else {
            Self::Named(names.iter().map(|name| Box::from(&**name)).collect())
        }
    }

    /// Whether it asks for `name`.
    pub(crate) fn includes(&self, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Named(names) => names.iter().any(|wanted| match wanted.strip_suffix(".*") {
                Some(beginning) => name.starts_with(beginning),
                None => **wanted == *name,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
