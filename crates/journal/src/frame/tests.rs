//! Headers read back, damage is noticed, and pieces cover a commit exactly.

use super::*;
use proptest::prelude::*;

fn header() -> impl Strategy<Value = FrameHeader> {
    let numbers = any::<(u64, u64, u64, u64, u64)>();
    (any::<u32>(), 0_u16..16, any::<u16>(), numbers, any::<u32>(), any::<u32>()).prop_map(
        |(len, flags, records, (frame_seq, epoch, salt, synced_upto, position), prev_crc, body_crc)| FrameHeader {
            len,
            flags: Flags(flags),
            records,
            frame_seq,
            epoch,
            salt,
            synced_upto,
            position: Position(position),
            prev_crc,
            body_crc,
        },
    )
}

proptest! {
    #[test]
    fn a_header_reads_back(header in header()) {
        let (bytes, crc) = header.encode();
        prop_assert_eq!(FrameHeader::parse(&bytes), Ok((header, crc)));
    }

    #[test]
    fn a_changed_bit_in_a_header_is_noticed(header in header(), bit in 0..HEADER_BYTES * 8) {
        let (mut bytes, _) = header.encode();
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(FrameHeader::parse(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_parsed_without_panic(bytes: Vec<u8>) {
        let _ = FrameHeader::parse(&bytes);
    }

    #[test]
    fn pieces_cover_every_record_once(lens in prop::collection::vec(1_u32..5000, 0..200), bytes_max in 1_usize..10_000) {
        let ends: Vec<u32> = lens.iter().scan(0, |end, len| { *end += len; Some(*end) }).collect();
        let mut at = 0;
        let mut records = 0;
        for piece in Pieces::new(&ends, bytes_max) {
            prop_assert_eq!(piece.start, at);
            prop_assert!(piece.end - piece.start <= bytes_max || piece.records == 1);
            at = piece.end;
            records += usize::from(piece.records);
        }
        prop_assert_eq!(records, lens.len());
        prop_assert_eq!(at, ends.last().map_or(0, |end| *end as usize));
    }
}

#[test]
fn a_piece_holds_no_more_records_than_its_count_can_say() {
    let ends: Vec<u32> = (1..=70_000).collect();
    let pieces: Vec<u16> = Pieces::new(&ends, usize::MAX).map(|piece| piece.records).collect();
    assert_eq!(pieces, [65_535, 4_465]);
}

#[test]
fn a_sound_header_of_another_version_says_so() {
    let header = FrameHeader {
        len: 0,
        flags: Flags::EMPTY,
        records: 0,
        frame_seq: 1,
        epoch: 1,
        salt: 1,
        synced_upto: 0,
        position: Position(0),
        prev_crc: 0,
        body_crc: 0,
    };
    let (mut bytes, _) = header.encode();
    bytes[3] = VERSION + 1;
    let crc = header_crc(&bytes);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    assert_eq!(FrameHeader::parse(&bytes), Err(FrameError::Unknown { version: VERSION + 1, flags: 8 }));
}

#[test]
fn frames_take_whole_blocks() {
    assert_eq!([0, 4032, 4033].map(framed_bytes), [4096, 4096, 8192]);
}
