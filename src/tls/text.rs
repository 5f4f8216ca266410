//! Bytes of names to text, reversibly, and hexadecimal digits.

use std::fmt::Write as _;

/// Bytes as text: UTF-8 as it is, other bytes as `\x9f`, a backslash as `\\`.
///
/// What would take more than `limit_bytes` is cut and ends in `...`.
pub(super) fn wire_text(bytes: &[u8], limit_bytes: usize) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                other => text.push(other),
            }
        }
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            _ = write!(text, "\\x{byte:02x}");
        }
        if limit_bytes < text.len() {
            break;
        }
    }
    cut(text, limit_bytes)
}

/// A text of at most `limit_bytes`, `...` included where it was longer.
pub(super) fn cut(mut text: String, limit_bytes: usize) -> String {
    if limit_bytes < text.len() {
        text.truncate(text.floor_char_boundary(limit_bytes.saturating_sub(ELLIPSIS.len())));
        text.push_str(ELLIPSIS);
    }
    text
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Writing to a string does not fail.
        _ = write!(text, "{byte:02x}");
    }
    text
}

const ELLIPSIS: &str = "...";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_escaped() {
        assert_eq!(
            wire_text("bücher.example".as_bytes(), 100),
            "bücher.example"
        );
        assert_eq!(wire_text(b"a\\b\xff.c", 100), "a\\\\b\\xff.c");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(wire_text(b"abcdefgh", 8), "abcdefgh");
        assert_eq!(wire_text(b"abcdefghi", 8), "abcde...");
        assert_eq!(wire_text("ääääää".as_bytes(), 8), "ää...");
    }
}
