//! Properties: any set of them comes back to the bit, and what lies is refused.

use super::*;
use crate::wire::table::{TableBuilder, Value};
use proptest::prelude::*;

/// Which properties are there, and one text and number for all of them.
fn some<'a>(flags: u16, text: &'a [u8], headers: Table<'a>, number: u64) -> Properties<'a> {
    let has = |bit: u16| flags & (1 << bit) != 0;
    let short = |bit| has(bit).then_some(text);
    Properties {
        content_type: short(15),
        content_encoding: short(14),
        headers: has(13).then_some(headers),
        delivery_mode: has(12).then_some(number.to_be_bytes()[7]),
        priority: has(11).then_some(number.to_be_bytes()[6]),
        correlation_id: short(10),
        reply_to: short(9),
        expiration: short(8),
        message_id: short(7),
        timestamp: has(6).then_some(number),
        kind: short(5),
        user_id: short(4),
        app_id: short(3),
        cluster_id: short(2),
    }
}

proptest! {
    #[test]
    fn any_set_of_properties_comes_back(flags: u16, text in proptest::collection::vec(any::<u8>(), 0..=255), number: u64) {
        let headers = TableBuilder::new().with("n", Value::Timestamp(number)).finish();
        let properties = some(flags, &text, Table::parse(&headers).expect("a table"), number);
        let mut out = BytesMut::from(&b"before"[..]);
        properties.put(&mut out);
        prop_assert_eq!(&out[6..8], &(flags & !UNKNOWN_FLAGS).to_be_bytes());
        prop_assert_eq!(Properties::parse(&out[6..]), Ok(properties));
        for cut in 6..out.len() {
            prop_assert!(Properties::parse(&out[6..cut]).is_err());
        }
        out.put_u8(0);
        prop_assert!(Properties::parse(&out[6..]).is_err(), "something follows");
    }

    #[test]
    fn whatever_parses_is_put_the_same(bytes: Vec<u8>) {
        if let Ok(properties) = Properties::parse(&bytes) {
            let mut out = BytesMut::new();
            properties.put(&mut out);
            prop_assert_eq!(&out[..], &bytes[..]);
        }
    }
}

#[test]
fn a_property_is_removed_and_another_replaced() {
    let headers = TableBuilder::new().with("a", Value::Void).finish();
    let mut out = BytesMut::new();
    some(u16::MAX, b"60000", Table::parse(&headers).expect("a table"), 7).put(&mut out);
    let more = TableBuilder::new().with("b", Value::Void).finish();
    let mut changed = Properties::parse(&out).expect("properties");
    changed.expiration = None;
    changed.headers = Some(Table::parse(&more).expect("a table"));
    let mut again = BytesMut::new();
    changed.put(&mut again);
    let again = Properties::parse(&again).expect("properties");
    assert_eq!((again.expiration, again.message_id), (None, Some(&b"60000"[..])));
    assert!(again.headers.is_some_and(|headers| headers.get("b").is_some() && headers.get("a").is_none()));
}

#[test]
fn unknown_flags_and_headers_that_are_no_table_are_refused() {
    assert!(Properties::parse(&[0, 1, 0, 0]).is_err());
    assert!(Properties::parse(&[0, 2]).is_err());
    assert!(Properties::parse(b"\x20\x00\x00\x00\x00\x03\x01aZ").is_err());
    assert!(Properties::parse(b"\x20\x00\x00\x00\x00\x03\x01aV").is_ok());
}
