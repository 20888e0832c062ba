//! What is accepted, what is refused with which words, and what a filter lets through.

use super::check::is_number;
use super::*;
use crate::errors::{Code, SqsError};
use std::fmt::Write as _;

fn check(json: &str) -> Result<Vec<Attribute<'static>>, SqsError> {
    let given: GivenMap<'_> = serde_json::from_str(json).expect("attributes");
    let owned = |cow: Cow<'_, str>| Cow::<'static, str>::Owned(cow.into_owned());
    let attributes = checked(&given)?;
    Ok(attributes
        .into_iter()
        .map(|attribute| Attribute {
            name: owned(attribute.name),
            data_type: owned(attribute.data_type),
            value: match attribute.value {
                Value::Text(text) => Value::Text(owned(text)),
                Value::Binary(bytes) => Value::Binary(Cow::Owned(bytes.into_owned())),
            },
        })
        .collect())
}

fn refused(json: &str, words: &str) {
    let error = check(json).expect_err(json);
    assert!(error.text.contains(words), "{json}: {}", error.text);
}

fn named(name: &str) -> String {
    format!(r#"{{"{name}":{{"DataType":"String","StringValue":"v"}}}}"#)
}

#[test]
fn the_three_types_and_their_labels_become_headers() {
    let json = r#"{"s":{"DataType":"String","StringValue":"v"},"n":{"DataType":"Number.int","StringValue":"-1.50"},
                   "b":{"DataType":"Binary","BinaryValue":"AQID"}}"#;
    let attributes = check(json).expect("valid");
    let headers: Vec<Header> = attributes.iter().map(Attribute::header).collect();
    assert_eq!(headers[0].value, HeaderValue::Text("v".to_owned()));
    assert_eq!(headers[1].value, HeaderValue::Number("-1.50".to_owned()));
    assert_eq!(headers[2].value, HeaderValue::Bytes(Bytes::from_static(&[1, 2, 3])));
    let labels: Vec<Option<&str>> = attributes.iter().map(Attribute::label).collect();
    assert_eq!(labels, [None, Some("Number.int"), None]);
}

#[test]
fn names_follow_awss_rules() {
    for good in ["a", "A-b_c.9", "attr.1øßä"] {
        assert!(check(&named(good)).is_ok(), "{good}");
    }
    for bad in ["", "AWS.x", "aWs.x", "AMAZON.x", ".x", "x.", "a..b", "a!b", "a b", "a§b", &"L".repeat(256)] {
        assert!(check(&named(bad)).is_err(), "{bad}");
    }
}

#[test]
fn values_follow_awss_rules() {
    refused(r#"{"a":{"DataType":"String","StringValue":""}}"#, "'a' must contain a non-empty value of type 'String'");
    refused(r#"{"a":{"DataType":"String"}}"#, "'a' must contain a non-empty value of type 'String'");
    refused(r#"{"a":{"DataType":"Binary","StringValue":"x"}}"#, "'a' must contain a non-empty value of type 'Binary'");
    refused(r#"{"a":{"DataType":"Binary","BinaryValue":"%"}}"#, "not valid base64");
    refused(r#"{"a":{"DataType":"Number","StringValue":"x"}}"#, "Can't cast the value");
    refused("{\"a\":{\"DataType\":\"String\",\"StringValue\":\"\\u0001\"}}", "Invalid binary character");
    refused(r#"{"a":{"StringValue":"x"}}"#, "non-empty message attribute type");
    refused(r#"{"a":{"DataType":"Text","StringValue":"x"}}"#, "supported type prefixes");
    refused(r#"{"a":{"DataType":"Stringy","StringValue":"x"}}"#, "supported type prefixes");
    let long = format!(r#"{{"a":{{"DataType":"Number.{}","StringValue":"1"}}}}"#, "L".repeat(256));
    refused(&long, "types must be shorter than 256 Bytes");
    refused(
        r#"{"a":{"DataType":"String","StringValue":"1"},"a":{"DataType":"String","StringValue":"2"}}"#,
        "already exists",
    );
}

#[test]
fn lists_of_values_are_unsupported_as_on_aws() {
    let error = check(r#"{"a":{"DataType":"String","StringListValues":["x"]}}"#).expect_err("lists");
    assert_eq!(error.code, Code::UnsupportedOperation);
    assert!(check(r#"{"a":{"DataType":"String","StringValue":"x","StringListValues":[]}}"#).is_ok());
}

#[test]
fn ten_attributes_are_the_most() {
    let many = |count: usize| {
        let mut json = String::from("{");
        for index in 0..count {
            let comma = if index == 0 { "" } else { "," };
            write!(json, r#"{comma}"a{index}":{{"DataType":"String","StringValue":"v"}}"#).expect("a string grows");
        }
        json + "}"
    };
    assert!(check(&many(10)).is_ok());
    refused(&many(11), "Number of message attributes [11] exceeds the allowed maximum [10].");
}

#[test]
fn numbers_have_up_to_38_digits_and_a_bounded_magnitude() {
    let digits = "1".repeat(38);
    for good in ["0", "-0.0", "1", "+1.5", ".5", "5.", "1e126", "1e-128", "9.9E+10", &digits, "1000000000000000000"] {
        assert!(is_number(good), "{good}");
    }
    let long = "1".repeat(39);
    for bad in ["", "-", ".", "x", "1x", "1e", "1e127", "1e-129", "1e99999999999999999999", "0x10", " 1", "NaN", &long]
    {
        assert!(!is_number(bad), "{bad}");
    }
}

#[test]
fn a_filter_takes_all_names_or_beginnings() {
    let wanted = |names: &[&str]| {
        let names: Vec<Text<'_>> = names.iter().map(|name| Text(Cow::Borrowed(*name))).collect();
        Wanted::of(&names)
    };
    let includes = |names: &[&str], name: &str| wanted(names).includes(name);
    assert!(!includes(&[], "Hello"));
    assert!(includes(&["All"], "Hello") && includes(&[".*"], "Hello"));
    assert!(includes(&["Hello"], "Hello") && !includes(&["Hell"], "Hello"));
    assert!(includes(&["Hel.*"], "Hello") && includes(&["Hel.*"], "Help.Me") && !includes(&["Hel.*"], "General"));
}

#[test]
fn headers_of_other_doors_come_out_as_plain_types() {
    let header = |value| Header { name: "h".to_owned(), value };
    let message = Message {
        headers: vec![header(HeaderValue::Bool(true)), header(HeaderValue::Number("7".to_owned()))],
        ..Message::default()
    };
    let attributes = of_message(&message, None);
    assert_eq!((&*attributes[0].data_type, &attributes[0].value), ("String", &Value::Text(Cow::Borrowed("true"))));
    assert_eq!((&*attributes[1].data_type, &attributes[1].value), ("Number", &Value::Text(Cow::Borrowed("7"))));
}
