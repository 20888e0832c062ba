//! Which characters SQS accepts in bodies and in the values of text attributes: those of XML 1.0.
//!
//! `#x9 | #xA | #xD | #x20–#xD7FF | #xE000–#xFFFD | #x10000–#x10FFFF`. In UTF-8 that leaves out the other control characters,
//! and U+FFFE and U+FFFF, which are EF BF BE and EF BF BF; surrogates are not UTF-8 in the first place.

/// Whether all of `text` is accepted.
pub(crate) fn are_valid(text: &str) -> bool {
    text.as_bytes().chunks(64).all(|chunk| !chunk.iter().fold(false, |found, &byte| found | is_suspect(byte)))
        || text.chars().all(is_valid)
}

/// Whether a closer look is needed. Without branches, so that whole chunks are looked at in parallel.
fn is_suspect(byte: u8) -> bool {
    (byte < 0x20) | (byte == 0xEF)
}

fn is_valid(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        other => other >= ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_the_set_are_where_aws_says() {
        for good in ["", "\t\n\r", " ", "~\u{7F}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFF}"] {
            assert!(are_valid(good), "{good:?}");
        }
        for bad in ["\0", "\u{1}", "\u{8}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
            assert!(!are_valid(bad), "{bad:?}");
            assert!(!are_valid(&format!("{}{bad}", "x".repeat(200))), "{bad:?} after much text");
        }
    }
}
