//! SHA-256, HMAC and hexadecimal digits.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A digest or a signature.
pub(super) type Hash = [u8; 32];

/// A key that is ready to sign: what HMAC derives from it is kept, which halves the work for short texts.
pub(super) type SigningKey = Hmac<Sha256>;

/// SHA-256.
pub(super) fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// A key of any length.
pub(super) fn key(bytes: &[u8]) -> SigningKey {
    SigningKey::new_from_slice(bytes).expect("HMAC takes keys of any length")
}

/// HMAC-SHA-256.
pub(super) fn sign(key: &SigningKey, text: &[u8]) -> Hash {
    let mut mac = key.clone();
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(hash: &Hash) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(hash) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0xF)];
    }
    text
}

/// The same as text.
#[cfg(test)]
pub(super) fn hex_text(hash: &Hash) -> String {
    hex(hash).iter().copied().map(char::from).collect()
}

/// The hash that 64 lower-case hexadecimal digits stand for.
pub(super) fn from_hex(text: &str) -> Option<Hash> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
    }
    Some(hash)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_digits_are_those_of_everybody_else() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex_text(&sha256(b"")), empty);
        assert_eq!(from_hex(empty), Some(sha256(b"")));
        // RFC 4231, test case 2.
        let signed = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex_text(&sign(&key(b"Jefe"), b"what do ya want for nothing?")), signed);
        for bad in ["", &empty[1..], &empty.to_uppercase(), &empty.replace('e', "g")] {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
    }
}
