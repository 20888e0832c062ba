//! Query parameters as a tree: `Tag.1.Key=a&Tag.1.Value=b` becomes `Tag → 1 → {Key: a, Value: b}`.
//!
//! What it is not: types. `form_values` turns a tree into the same request structures that JSON is read into.
//!
//! Invariants: at most `FORM_PARAMETERS_MAX` parameters, `FORM_DEPTH_MAX` levels. The first value of a repeated name wins.

use crate::errors::{Code, SqsError};
use crate::limits::{FORM_DEPTH_MAX, FORM_PARAMETERS_MAX};
use percent_encoding::percent_decode;
use std::borrow::Cow;

/// A parameter, or all parameters below a name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Node {
    /// What stands at this very name.
    pub(crate) value: Option<String>,
    /// What stands below it, in the client's order.
    pub(crate) children: Vec<(String, Node)>,
}

impl Node {
    /// The node of this name right below.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|(child, _)| child == name).map(|(_, node)| node)
    }

    /// The value of this name right below.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.child(name)?.value.as_deref()
    }

    /// The children with numbers for names, in the order of the numbers.
    pub(crate) fn numbered(&self) -> Vec<&Self> {
        let mut numbered: Vec<(u32, &Self)> =
            self.children.iter().filter_map(|(name, node)| Some((name.parse().ok()?, node))).collect();
        numbered.sort_by_key(|(number, _)| *number);
        numbered.into_iter().map(|(_, node)| node).collect()
    }

    fn insert(&mut self, name: &str, value: String) -> Result<(), SqsError> {
        let mut node = self;
        for (depth, part) in name.split('.').enumerate() {
            if depth == FORM_DEPTH_MAX {
                return Err(malformed("a parameter's name has too many parts"));
            }
            let found = node.children.iter().position(|(child, _)| child == part);
            let index = found.unwrap_or_else(|| {
                node.children.push((part.to_owned(), Self::default()));
                node.children.len() - 1
            });
            node = &mut node.children[index].1;
        }
        node.value.get_or_insert(value);
        Ok(())
    }
}

/// Reads the parameters of a URL's query and of a form-encoded body, as one tree.
pub(crate) fn parse(query: &str, body: &[u8]) -> Result<Node, SqsError> {
    let mut root = Node::default();
    let parameters = query.as_bytes().split(|&byte| byte == b'&').chain(body.split(|&byte| byte == b'&'));
    for (count, parameter) in parameters.filter(|parameter| !parameter.is_empty()).enumerate() {
        if count == FORM_PARAMETERS_MAX {
            return Err(malformed("the request has too many parameters"));
        }
        let at = memchr::memchr(b'=', parameter).unwrap_or(parameter.len());
        let name = decode(&parameter[..at])?;
        let value = decode(parameter.get(at + 1..).unwrap_or_default())?;
        root.insert(&name, value)?;
    }
    Ok(root)
}

/// One name or value: `+` is a space, `%XX` a byte.
fn decode(encoded: &[u8]) -> Result<String, SqsError> {
    let spaced: Cow<'_, [u8]> = match memchr::memchr(b'+', encoded) {
        None => Cow::Borrowed(encoded),
        Some(_) => Cow::Owned(encoded.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect()),
    };
    let decoded = percent_decode(&spaced).decode_utf8().map_err(|_| malformed("a parameter is not UTF-8"))?;
    Ok(decoded.into_owned())
}

fn malformed(text: &'static str) -> SqsError {
    SqsError::new(Code::MalformedInput, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_names_become_a_tree() {
        let tree = parse("Action=TagQueue&Tag.2.Key=b", b"Tag.1.Key=a&Tag.1.Value=x+y%26z").expect("well-formed");
        assert_eq!(tree.get("Action"), Some("TagQueue"));
        let tags = tree.child("Tag").expect("tags").numbered();
        assert_eq!((tags[0].get("Key"), tags[0].get("Value")), (Some("a"), Some("x y&z")));
        assert_eq!((tags[1].get("Key"), tags[1].get("Value")), (Some("b"), None));
    }

    #[test]
    fn the_first_of_a_repeated_name_wins() {
        assert_eq!(parse("a=1&a=2", b"a=3").expect("well-formed").get("a"), Some("1"));
    }

    #[test]
    fn too_much_of_anything_is_refused() {
        let deep = ["x"; FORM_DEPTH_MAX + 1].join(".");
        assert!(parse(&deep, b"").is_err());
        let many = "a=1&".repeat(FORM_PARAMETERS_MAX + 1);
        assert!(parse(&many, b"").is_err());
        assert!(parse("", b"a=%FF").is_err());
    }
}
