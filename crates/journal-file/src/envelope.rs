//! What the manifest, a segment's first block and a checkpoint have in common: magic, version, checksum, length.
//!
//! ```text
//!  byte  0       3         4     8     16
//!        | magic | version | crc | len | body, len bytes |
//!
//!  crc   CRC-32C of everything else, in order
//! ```
//!
//! What it is not: any knowledge of the bodies. Frames have a header of their own (`journal::frame`).

/// Bytes before the body.
pub(crate) const HEADER_BYTES: usize = 16;

/// Why bytes are not the envelope wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvelopeError {
    /// Another magic, too short, or a wrong checksum.
    Damaged,
    /// Undamaged, but of another version.
    Version(u8),
}

/// Puts `body` into an envelope.
pub(crate) fn seal(magic: [u8; 3], version: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    bytes.extend_from_slice(&magic);
    bytes.push(version);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(body);
    let crc = checksum(&bytes);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Takes the body out; `bytes` may go on behind it.
pub(crate) fn open(magic: [u8; 3], version: u8, bytes: &[u8]) -> Result<&[u8], EnvelopeError> {
    let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>().ok_or(EnvelopeError::Damaged)?;
    let [m0, m1, m2, found, c0, c1, c2, c3, len @ ..] = *header;
    let len = usize::try_from(u64::from_le_bytes(len)).map_err(|_| EnvelopeError::Damaged)?;
    let body = rest.get(..len).ok_or(EnvelopeError::Damaged)?;
    let sound = u32::from_le_bytes([c0, c1, c2, c3]) == checksum(&bytes[..HEADER_BYTES + len]);
    if [m0, m1, m2] != magic || !sound {
        return Err(EnvelopeError::Damaged);
    }
    if found != version {
        return Err(EnvelopeError::Version(found));
    }
    Ok(body)
}

fn checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&bytes[..4]), &bytes[8..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_body_comes_back_and_any_changed_bit_is_noticed(body: Vec<u8>, choice: prop::sample::Index) {
            let mut sealed = seal(*b"LSX", 1, &body);
            prop_assert_eq!(open(*b"LSX", 1, &sealed), Ok(&body[..]));
            prop_assert_eq!(open(*b"LSX", 2, &sealed), Err(EnvelopeError::Version(1)));
            let bit = choice.index(sealed.len() * 8);
            sealed[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(open(*b"LSX", 1, &sealed), Err(EnvelopeError::Damaged));
        }
    }
}
