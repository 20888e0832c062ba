//! Methods: both sides read what the other writes, and refuse what it cannot have written.

use super::*;
use crate::wire::frame;
use crate::wire::table::{Table, TableBuilder, Value};
use proptest::prelude::*;
use std::collections::HashSet;

/// The payload of the frame that `method` is written as.
fn payload<M: Method>(method: &M) -> BytesMut {
    let mut out = BytesMut::new();
    put(&mut out, 7, method);
    let frame = frame::take(&mut out, 131_072).expect("a frame").expect("a whole one");
    assert_eq!((frame.kind, frame.channel, out.len()), (FrameKind::Method, 7, 0));
    BytesMut::from(&frame.payload[..])
}

fn check<'r, M: Decode<'r> + PartialEq + fmt::Debug>(method: &M, bytes: &'r BytesMut) {
    assert_eq!(decode::<M>(bytes).as_ref(), Ok(method));
}

proptest! {
    #[test]
    fn a_publish_comes_back(exchange in "\\PC{0,60}", routing_key in "\\PC{0,60}", mandatory: bool, immediate: bool) {
        let publish = basic::Publish { exchange: &exchange, routing_key: &routing_key, mandatory, immediate };
        let bytes = payload(&publish);
        prop_assert_eq!(ClientMethod::decode(&bytes), Ok(ClientMethod::BasicPublish(publish)));
        for cut in 0..bytes.len() {
            prop_assert!(ClientMethod::decode(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn a_deliver_comes_back(consumer_tag in "\\PC{0,60}", delivery_tag: u64, redelivered: bool, routing_key in "\\PC{0,60}") {
        let deliver =
            basic::Deliver { consumer_tag: &consumer_tag, delivery_tag, redelivered, exchange: "e", routing_key: &routing_key };
        let bytes = payload(&deliver);
        prop_assert_eq!(ServerMethod::decode(&bytes), Ok(ServerMethod::BasicDeliver(deliver)));
    }

    #[test]
    fn bits_share_an_octet_and_come_back(bits: [bool; 5]) {
        let [passive, durable, exclusive, auto_delete, no_wait] = bits;
        let arguments = TableBuilder::new().with("x-max-length", Value::I32(5)).finish();
        let arguments = Table::parse(&arguments).expect("a table");
        let declare = queue::Declare { queue: "q", passive, durable, exclusive, auto_delete, no_wait, arguments };
        let bytes = payload(&declare);
        check(&declare, &bytes);
        prop_assert_eq!(bytes[8], (0..5).map(|bit| u8::from(bits[bit]) << bit).sum::<u8>());
    }

    #[test]
    fn any_payload_is_read_without_panic_and_what_is_read_is_written_the_same(
        class in prop_oneof![Just(10_u16), Just(20), Just(30), Just(40), Just(50), Just(60), Just(85), Just(90), any::<u16>()],
        method in 0..130_u16, arguments: Vec<u8>,
    ) {
        let mut bytes = [class.to_be_bytes(), method.to_be_bytes()].concat();
        bytes.extend(arguments);
        if let Ok(read) = ClientMethod::decode(&bytes) {
            let mut out = BytesMut::new();
            read.put(&mut out, 0);
            prop_assert_eq!(ClientMethod::decode(&out[HEAD_BYTES..out.len() - 1]), Ok(read));
        }
    }
}

#[test]
fn bytes_are_those_of_the_specification() {
    let consume = basic::Consume { queue: "q", consumer_tag: "t", no_ack: true, no_wait: true, ..Default::default() };
    assert_eq!(&payload(&consume)[..], b"\0\x3c\0\x14\0\0\x01q\x01t\x0a\0\0\0\0");
    let close = channel::Close { reply_code: 404, reply_text: "NOT_FOUND", class_id: 50, method_id: 10 };
    assert_eq!(&payload(&close)[..], b"\0\x14\0\x28\x01\x94\x09NOT_FOUND\0\x32\0\x0a");
    assert_eq!(&payload(&channel::OpenOk {})[..], b"\0\x14\0\x0b\0\0\0\0");
    assert_eq!(&payload(&connection::Open { virtual_host: "/" })[..], b"\0\x0a\0\x28\x01/\0\0");
    assert_eq!(&payload(&connection::OpenOk {})[..], b"\0\x0a\0\x29\0");
    let nack = basic::Nack { delivery_tag: 3, multiple: false, requeue: true };
    assert_eq!(&payload(&nack)[..], b"\0\x3c\0\x78\0\0\0\0\0\0\0\x03\x02");
}

#[test]
fn a_method_knows_its_name_and_side() {
    let deliver = payload(&basic::Deliver::default());
    let unknown = MethodError::Unknown(basic::Deliver::ID);
    assert_eq!(ClientMethod::decode(&deliver), Err(unknown));
    assert_eq!(
        (unknown.code(), unknown.to_string()),
        (ReplyCode::CommandInvalid, "unknown method basic.deliver".into())
    );
    assert_eq!(MethodId { class: 60, method: 41 }.to_string(), "60.41");
    assert_eq!(ClientMethod::decode(&[0, 60, 0]), Err(MethodError::Nameless));
}

#[test]
fn no_two_methods_share_their_numbers() {
    let all = (0..=100_u16).flat_map(|class| (0..=130_u16).map(move |method| MethodId { class, method }));
    let names: Vec<&str> = all.filter_map(MethodId::name).collect();
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    // 14 of connection, 6 of channel, 2 of access, 8 of exchange, 10 of queue, 18 of basic, 2 of confirm, 6 of tx.
    assert_eq!(names.len(), 66);
}

#[test]
fn malformed_arguments_are_refused() {
    let declare = payload(&queue::Declare { queue: "q", ..Default::default() });
    let broken = |change: fn(&mut BytesMut)| {
        let mut bytes = declare.clone();
        change(&mut bytes);
        ClientMethod::decode(&bytes).map(|_| ()).map_err(|error| (error.code(), error.id()))
    };
    let refused = Err((ReplyCode::FrameError, queue::Declare::ID));
    assert_eq!(broken(|bytes| bytes.put_u8(0)), refused, "something follows");
    assert_eq!(broken(|bytes| bytes[7] = 0xFF), refused, "a name that is not UTF-8");
    assert_eq!(broken(|bytes| bytes[6] = 200), refused, "a name longer than the frame");
    assert_eq!(broken(|bytes| bytes[12] = 9), refused, "a table longer than the frame");
}
