//! Tables: what is built reads back to the bit, and what lies is refused.

use super::*;
use bytes::Bytes;
use proptest::prelude::*;

/// A value that owns what it holds.
#[derive(Clone, Debug)]
enum Tree {
    Leaf(u8, u64),
    Text(Vec<u8>),
    Table(Vec<(Vec<u8>, Tree)>),
    Array(Vec<Tree>),
}

fn any_tree() -> impl Strategy<Value = Tree> {
    let name = || proptest::collection::vec(any::<u8>(), 0..20);
    let leaf = prop_oneof![
        (0..13_u8, any::<u64>()).prop_map(|(kind, bits)| Tree::Leaf(kind, bits)),
        proptest::collection::vec(any::<u8>(), 0..300).prop_map(Tree::Text),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec((name(), inner.clone()), 0..6).prop_map(Tree::Table),
            proptest::collection::vec(inner, 0..6).prop_map(Tree::Array),
        ]
    })
}

#[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
fn with_value(tree: &Tree, then: &mut dyn FnMut(Value<'_>)) {
    match tree {
        Tree::Leaf(kind, bits) => then(match kind {
            0 => Value::Bool(bits % 2 == 0),
            1 => Value::I8(*bits as i8),
            2 => Value::U8(*bits as u8),
            3 => Value::I16(*bits as i16),
            4 => Value::U16(*bits as u16),
            5 => Value::I32(*bits as i32),
            6 => Value::U32(*bits as u32),
            7 => Value::I64(bits.cast_signed()),
            8 => Value::F32(f32::from_bits(*bits as u32)),
            9 => Value::F64(f64::from_bits(*bits)),
            10 => Value::Decimal { scale: *bits as u8, digits: *bits as u32 },
            11 => Value::Timestamp(*bits),
            _ => Value::Void,
        }),
        Tree::Text(bytes) if bytes.len() % 2 == 0 => then(Value::Text(bytes)),
        Tree::Text(bytes) => then(Value::Bytes(bytes)),
        Tree::Table(members) => then(Value::Table(table_of(members).table())),
        Tree::Array(members) => {
            let mut builder = ArrayBuilder::new();
            members.iter().for_each(|member| with_value(member, &mut |value| builder.push(value)));
            then(Value::Array(builder.array()));
        }
    }
}

fn table_of(members: &[(Vec<u8>, Tree)]) -> TableBuilder {
    let mut builder = TableBuilder::new();
    members.iter().for_each(|(name, member)| with_value(member, &mut |value| builder.put(name, value)));
    builder
}

/// The same table, written again value by value.
fn rebuilt(table: Table<'_>) -> Bytes {
    let mut again = TableBuilder::new();
    table.iter().for_each(|(name, value)| match value {
        Value::Table(inner) => again.put(name, Value::Table(Table { bytes: &rebuilt(inner) })),
        Value::Array(inner) => {
            let mut builder = ArrayBuilder::new();
            inner.iter().for_each(|value| builder.push(value));
            again.put(name, Value::Array(builder.array()));
        }
        value => again.put(name, value),
    });
    again.finish()
}

proptest! {
    #[test]
    fn what_is_built_is_well_formed_and_reads_back(members in proptest::collection::vec(("[a-z]{1,9}", any_tree()), 0..8)) {
        let members: Vec<_> = members.into_iter().map(|(name, tree)| (name.into_bytes(), tree)).collect();
        let bytes = table_of(&members).finish();
        let table = Table::parse(&bytes).expect("what was built is well-formed");
        prop_assert_eq!(table.iter().map(|(name, _)| name).collect::<Vec<_>>(), members.iter().map(|m| &m.0).collect::<Vec<_>>());
        prop_assert_eq!(rebuilt(table), bytes.clone());
        for cut in 0..bytes.len() {
            let at_an_end = Table::parse(&bytes[..cut]).is_ok_and(|begun| table.iter().zip(begun.iter()).count() < members.len());
            prop_assert!(at_an_end || Table::parse(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn any_bytes_are_a_table_that_reads_to_its_end_or_none(bytes: Vec<u8>) {
        if let Ok(table) = Table::parse(&bytes) {
            let mut copy = TableBuilder::new();
            copy.extend(table, &[]);
            prop_assert_eq!(copy.finish(), bytes);
        }
    }
}

#[test]
fn every_letter_of_rabbitmq_is_known_and_no_other() {
    let known = b"tbBsuIilLfdDSATFVx";
    for letter in 0..=u8::MAX {
        let bytes = [&[1, b'n', letter][..], &[0; 8]].concat();
        let read = (0..=8).any(|value| Table::parse(&bytes[..3 + value]).is_ok());
        assert_eq!(read, known.contains(&letter), "{}", char::from(letter));
    }
}

#[test]
fn the_first_of_a_name_is_found_and_others_stay_in_a_copy() {
    let mut builder = TableBuilder::new().with("a", Value::I32(1)).with("b", Value::Void).with("a", Value::I32(2));
    assert_eq!(builder.table().get("a"), Some(Value::I32(1)));
    assert_eq!(builder.table().get("c"), None);
    let copied = builder.clone().finish();
    builder.extend(Table::parse(&copied).expect("a table"), &["a"]);
    assert_eq!(builder.finish(), [&copied[..], b"\x01bV"].concat());
}

#[test]
fn a_large_long_is_signed() {
    let bytes = b"\x01nL\xff\xff\xff\xff\xff\xff\xff\xff";
    assert_eq!(Table::parse(bytes).expect("a table").get("n").and_then(|n| n.integer()), Some(-1));
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: u32| {
        (0..depth)
            .fold(Bytes::new(), |inner, _| TableBuilder::new().with("", Value::Table(Table { bytes: &inner })).finish())
    };
    assert!(Table::parse(&nested(DEPTH_MAX)).is_ok());
    assert!(Table::parse(&nested(DEPTH_MAX + 1)).is_err());
}
