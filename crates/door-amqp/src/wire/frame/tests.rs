//! Frames: round trips at every cut, and heads that lie.

use super::*;
use proptest::prelude::*;

fn frame(kind: FrameKind, channel: u16, payload: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    put_head(&mut out, kind, channel, payload.len());
    out.put_slice(payload);
    out.put_u8(END);
    out
}

fn any_kind() -> impl Strategy<Value = FrameKind> {
    prop_oneof![Just(FrameKind::Method), Just(FrameKind::Header), Just(FrameKind::Body), Just(FrameKind::Heartbeat)]
}

proptest! {
    #[test]
    fn a_frame_reads_back_from_any_pieces(
        kind in any_kind(), channel: u16, payload: Vec<u8>, after: Vec<u8>, cut: proptest::sample::Index,
    ) {
        let mut input = frame(kind, channel, &payload);
        let length = input.len();
        prop_assert_eq!(peek(&input[..cut.index(length)], 4_096), Ok(None));
        let mut begun = BytesMut::from(&input[..cut.index(length)]);
        prop_assert_eq!(take(&mut begun, 4_096), Ok(None));
        prop_assert_eq!(begun.len(), cut.index(length));
        input.put_slice(&after);
        let expected = Frame { kind, channel, payload: &payload[..] };
        prop_assert_eq!(peek(&input, 4_096), Ok(Some(expected)));
        prop_assert_eq!(super::length(&input, 4_096), Ok(Some(length)));
        let taken = take(&mut input, 4_096).expect("a frame").expect("a whole one");
        prop_assert_eq!((taken.kind, taken.channel, &taken.payload[..]), (kind, channel, &payload[..]));
        prop_assert_eq!(&input[..], &after[..]);
    }
}

#[test]
fn a_payload_is_a_slice_of_what_was_read() {
    let mut input = frame(FrameKind::Body, 1, &[7; 100]);
    let start = input.as_ptr() as usize;
    let payload = take(&mut input, 4_096).expect("a frame").expect("a whole one").payload;
    assert_eq!(payload.as_ptr() as usize, start + HEAD_BYTES);
}

#[test]
fn the_limit_counts_the_overhead() {
    let fits = frame(FrameKind::Body, 1, &[0; 4_088]);
    assert_eq!(peek(&fits, 4_096).map(|frame| frame.map(|frame| frame.length())), Ok(Some(4_096)));
    let too_large = FrameError::TooLarge { kind: FrameKind::Body, payload_bytes: 4_089, frame_max: 4_096 };
    assert_eq!(peek(&frame(FrameKind::Body, 1, &[0; 4_089])[..HEAD_BYTES], 4_096), Err(too_large));
    assert!(peek(&[3, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF], u32::MAX).is_err(), "a size near the end of its type");
}

#[test]
fn strangers_are_refused_at_once() {
    assert_eq!(peek(b"GET / HTTP/1.1", 4_096), Err(FrameError::UnknownKind(b'G')));
    let mut input = frame(FrameKind::Heartbeat, 0, b"");
    assert_eq!(&input[..], HEARTBEAT);
    input[7] = 0xCD;
    assert_eq!(peek(&input, 4_096).map_err(FrameError::code), Err(ReplyCode::FrameError));
    assert_eq!(peek(&input, 4_096), Err(FrameError::BadEnd(0xCD)));
}
