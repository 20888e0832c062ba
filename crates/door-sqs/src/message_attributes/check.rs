//! What SQS accepts as message attributes, and what it says of the rest.

use super::{Attribute, Given, GivenMap, Kind, Value};
use crate::characters;
use crate::errors::{Code, SqsError, quoted};
use crate::frame::text::Text;
use crate::limits::{ATTRIBUTE_NAME_BYTES_LIMIT, MESSAGE_ATTRIBUTES_MAX, NUMBER_DIGITS_MAX, NUMBER_EXPONENT};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// The attributes of a request, or what is wrong with the first that is.
pub(crate) fn checked<'a>(given: &'a GivenMap<'a>) -> Result<Vec<Attribute<'a>>, SqsError> {
    let count = given.0.len();
    if count > MESSAGE_ATTRIBUTES_MAX {
        return Err(SqsError::invalid(format!(
            "Number of message attributes [{count}] exceeds the allowed maximum [{MESSAGE_ATTRIBUTES_MAX}]."
        )));
    }
    let mut attributes: Vec<Attribute<'a>> = Vec::with_capacity(count);
    for (name, value) in &given.0 {
        check_name(name)?;
        if attributes.iter().any(|other| *other.name == **name) {
            return Err(SqsError::invalid(format!("Message (user) attribute name '{}' already exists.", quoted(name))));
        }
        attributes.push(one(name, value)?);
    }
    Ok(attributes)
}

/// One attribute, its name being right.
pub(super) fn one<'a>(name: &'a str, given: &'a Given<'a>) -> Result<Attribute<'a>, SqsError> {
    let list = |list: &Option<Vec<Text<'_>>>| list.as_ref().is_some_and(|list| !list.is_empty());
    if list(&given.string_list) || list(&given.binary_list) {
        return Err(SqsError::new(
            Code::UnsupportedOperation,
            "Message attribute list values in SendMessage operation are not supported.",
        ));
    }
    let data_type = given.data_type.as_deref().unwrap_or_default();
    let kind = check_type(name, data_type)?;
    let value = match kind {
        Kind::String => Value::Text(Cow::Borrowed(check_text(name, given)?)),
        Kind::Number => Value::Text(Cow::Borrowed(check_number(name, given)?)),
        Kind::Binary => Value::Binary(Cow::Owned(check_binary(name, given)?)),
    };
    Ok(Attribute { name: Cow::Borrowed(name), data_type: Cow::Borrowed(data_type), value })
}

fn check_name(name: &str) -> Result<(), SqsError> {
    if name.is_empty() {
        return Err(SqsError::invalid("The message attribute name must not be empty."));
    }
    if name.len() >= ATTRIBUTE_NAME_BYTES_LIMIT {
        return Err(SqsError::invalid("Message (user) attribute names must be shorter than 256 Bytes"));
    }
    // AWS's documents name ASCII letters only; the service also takes the Latin letters beyond.
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '\u{C0}'..='\u{17F}');
    if !name.chars().all(allowed) {
        return Err(SqsError::invalid(
            "Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores. ",
        ));
    }
    let lower = name.to_ascii_lowercase();
    let reserved = lower.starts_with("aws.") || lower.starts_with("amazon.");
    if reserved || name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return Err(SqsError::invalid(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. \
             Additionally, they cannot start or end with '.'.",
        ));
    }
    Ok(())
}

fn check_type(name: &str, data_type: &str) -> Result<Kind, SqsError> {
    let name = quoted(name);
    if data_type.is_empty() {
        return Err(SqsError::invalid(format!(
            "The message attribute '{name}' must contain non-empty message attribute type."
        )));
    }
    if data_type.len() >= ATTRIBUTE_NAME_BYTES_LIMIT {
        return Err(SqsError::invalid("Message (user) attribute types must be shorter than 256 Bytes"));
    }
    Kind::of(data_type).ok_or_else(|| {
        SqsError::invalid(format!(
            "The type of message (user) attribute '{name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String."
        ))
    })
}

fn check_text<'a>(name: &str, given: &'a Given<'a>) -> Result<&'a str, SqsError> {
    let text = text_of(name, given)?;
    if !characters::are_valid(text) {
        return Err(SqsError::invalid(format!(
            "Invalid binary character was found in the message attribute '{}', the set of allowed characters is \
             #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
            quoted(name)
        )));
    }
    Ok(text)
}

fn check_number<'a>(name: &str, given: &'a Given<'a>) -> Result<&'a str, SqsError> {
    let text = text_of(name, given)?;
    if is_number(text) {
        return Ok(text);
    }
    Err(SqsError::invalid(format!("Can't cast the value of message (user) attribute '{}' to a number.", quoted(name))))
}

fn text_of<'a>(name: &str, given: &'a Given<'a>) -> Result<&'a str, SqsError> {
    match given.string.as_deref() {
        Some(text) if !text.is_empty() && given.binary.is_none() => Ok(text),
        _ => Err(no_value(name, given)),
    }
}

fn check_binary(name: &str, given: &Given<'_>) -> Result<Vec<u8>, SqsError> {
    let encoded = match given.binary.as_deref() {
        Some(encoded) if !encoded.is_empty() && given.string.is_none() => encoded,
        _ => return Err(no_value(name, given)),
    };
    STANDARD.decode(encoded).map_err(|_| {
        SqsError::invalid(format!("The value of message (user) attribute '{}' is not valid base64.", quoted(name)))
    })
}

fn no_value(name: &str, given: &Given<'_>) -> SqsError {
    let data_type = given.data_type.as_deref().unwrap_or_default();
    SqsError::invalid(format!(
        "Message (user) attribute '{}' must contain a non-empty value of type '{}'.",
        quoted(name),
        quoted(data_type)
    ))
}

/// Whether `text` is a number as AWS takes it: a decimal with an optional exponent, up to 38 digits, between 10^-128 and 10^126.
pub(super) fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((digits, exponent)) => match exponent.parse::<i64>() {
            Ok(exponent) => (digits, exponent),
            Err(_) => return false,
        },
        None => (unsigned, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !all_digits || whole.len() + fraction.len() == 0 {
        return false;
    }
    let joined = format!("{whole}{fraction}");
    let without_zeros = joined.trim_start_matches('0');
    if without_zeros.is_empty() {
        return true;
    }
    let leading = (joined.len() - without_zeros.len()).cast_signed() as i64;
    let magnitude = (whole.len().cast_signed() as i64 - leading - 1).saturating_add(exponent);
    without_zeros.trim_end_matches('0').len() <= NUMBER_DIGITS_MAX && NUMBER_EXPONENT.contains(&magnitude)
}
