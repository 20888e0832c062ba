//! Contents: what is written is put together again, however it is cut, and every frame out of turn is refused.

use super::*;
use crate::wire::codes::ReplyCode;
use crate::wire::frame::Frame;
use crate::wire::methods::basic::{CLASS, Publish};
use proptest::prelude::*;

const FRAME_MAX: u32 = frame::FRAME_MIN_SIZE;

fn frames(body: &[u8], properties: &[u8]) -> Vec<Frame<Bytes>> {
    let mut out = BytesMut::new();
    let publish = Publish { exchange: "e", routing_key: "k", ..Publish::default() };
    put_content(&mut out, 3, &publish, properties, body, FRAME_MAX);
    std::iter::from_fn(|| frame::take(&mut out, FRAME_MAX).expect("a frame")).collect()
}

fn feed(assembly: &mut Assembly, frame: Frame<Bytes>) -> Result<Option<Content>, ContentError> {
    match frame.kind {
        FrameKind::Method => assembly.method().map(|()| {
            assembly.begin(frame.payload);
            None
        }),
        FrameKind::Header => assembly.header(&frame.payload, 1 << 20),
        FrameKind::Body => assembly.body(frame.payload),
        FrameKind::Heartbeat => Ok(None),
    }
}

proptest! {
    #[test]
    fn a_message_comes_back_from_frames_of_its_own(body in proptest::collection::vec(any::<u8>(), 0..10_000)) {
        let frames = frames(&body, &[0x10, 0, 2]);
        prop_assert_eq!(frames.len(), 2 + body.len().div_ceil(body_bytes_max(FRAME_MAX)));
        let (mut assembly, mut last) = (Assembly::default(), None);
        for frame in frames {
            prop_assert!(last.is_none());
            last = feed(&mut assembly, frame).expect("it is due");
        }
        let content = last.expect("the last frame makes it whole");
        prop_assert!(assembly.is_idle());
        prop_assert_eq!(&content.body[..], &body[..]);
        prop_assert_eq!(&content.properties[..], &[0x10, 0, 2]);
        let publish: Publish<'_> = methods::decode(&content.method).expect("a publish");
        prop_assert_eq!((publish.exchange, publish.routing_key), ("e", "k"));
    }

    #[test]
    fn the_short_cut_takes_what_assembly_takes_or_nothing(
        body in proptest::collection::vec(any::<u8>(), 0..6_000), cut: proptest::sample::Index, broken: proptest::sample::Index,
        bit in 0..9_u32,
    ) {
        let mut bytes = BytesMut::new();
        put_content(&mut bytes, 3, &Publish::default(), &[0x10, 0, 2], &body, FRAME_MAX);
        let whole = bytes.len();
        // The ninth bit breaks nothing.
        let at = broken.index(whole);
        bytes[at] ^= 1_u8.checked_shl(bit).unwrap_or(0);
        bytes.put_slice(&bytes.clone());
        bytes.truncate(whole + cut.index(whole));
        let (mut input, mut assembly) = (bytes.clone(), Assembly::default());
        let by_frames = std::iter::from_fn(|| frame::take(&mut input, FRAME_MAX).ok().flatten());
        let by_frames = by_frames.take(3).map_while(|frame| feed(&mut assembly, frame).ok()).flatten().next();
        match take_publish(&mut bytes, FRAME_MAX, 1 << 20) {
            Some((_, content)) => {
                prop_assert_eq!(bytes.len(), cut.index(whole));
                prop_assert_eq!(Some(content), by_frames);
            }
            None => {
                prop_assert_eq!(bytes.len(), whole + cut.index(whole), "nothing is taken");
                prop_assert!(bit < 8 || body.len() > body_bytes_max(FRAME_MAX), "a whole message is taken");
            }
        }
    }

    #[test]
    fn a_body_may_come_in_parts_of_any_size(parts in proptest::collection::vec(0..5_usize, 1..30)) {
        let body: Vec<u8> = (0..parts.iter().sum::<usize>()).map(|at| at.to_le_bytes()[0]).collect();
        prop_assume!(!body.is_empty());
        let mut assembly = Assembly::default();
        for frame in frames(&body, &[0, 0]).into_iter().take(2) {
            prop_assert_eq!(feed(&mut assembly, frame), Ok(None));
        }
        let mut at = 0;
        for part in parts {
            let done = assembly.body(Bytes::copy_from_slice(&body[at..at + part])).expect("it is due");
            at += part;
            if let Some(content) = done {
                prop_assert_eq!(at, body.len());
                prop_assert_eq!(&content.body[..], &body[..]);
                return Ok(());
            }
            prop_assert!(at < body.len());
        }
    }

    #[test]
    fn frames_out_of_turn_are_refused(order in proptest::collection::vec(0..3_usize, 1..8)) {
        let kinds = frames(b"body", &[0, 0]);
        let (mut assembly, mut due) = (Assembly::default(), 0);
        for next in order {
            let fed = feed(&mut assembly, kinds[next].clone());
            prop_assert_eq!(fed.is_ok(), next == due);
            if let Err(error) = fed {
                prop_assert_eq!(error.code(), ReplyCode::UnexpectedFrame);
                return Ok(());
            }
            due = (due + 1) % 3;
        }
    }
}

#[test]
fn a_single_part_is_not_copied() {
    let mut assembly = Assembly::default();
    let frames = frames(b"body", &[0, 0]);
    let body = frames[2].payload.clone();
    let mut fed = frames.into_iter().map(|frame| feed(&mut assembly, frame).expect("it is due"));
    let content = fed.nth(2).flatten().expect("a message");
    assert_eq!(content.body.as_ptr(), body.as_ptr());
}

#[test]
fn headers_that_lie_are_refused() {
    let header = |class: u16, weight: u16, body_bytes: u64| {
        let mut payload = BytesMut::new();
        payload.put_u16(class);
        payload.put_u16(weight);
        payload.put_u64(body_bytes);
        payload.put_u16(0);
        let mut assembly = Assembly::default();
        assembly.begin(frames(b"", &[0, 0])[0].payload.clone());
        assembly.header(&payload.freeze(), 100).map_err(|error| (error.code(), assembly.is_idle()))
    };
    assert_eq!(header(CLASS, 0, 100), Ok(None));
    assert_eq!(header(50, 0, 1), Err((ReplyCode::UnexpectedFrame, true)));
    assert_eq!(header(CLASS, 1, 1), Err((ReplyCode::UnexpectedFrame, true)));
    assert_eq!(header(CLASS, 0, 101), Err((ReplyCode::PreconditionFailed, true)));
    assert_eq!(header(CLASS, 0, u64::MAX), Err((ReplyCode::PreconditionFailed, true)));
}

#[test]
fn a_body_past_its_header_is_refused() {
    let mut assembly = Assembly::default();
    for frame in frames(b"four", &[0, 0]).into_iter().take(2) {
        assert_eq!(feed(&mut assembly, frame), Ok(None));
    }
    assert_eq!(assembly.body(Bytes::from_static(b"fives")), Err(ContentError::BodyOverrun));
}
