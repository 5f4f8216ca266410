//! Text from the network, made harmless for a terminal.
//!
//! Control characters could move the cursor or change the title of the window, and bidirectional
//! overrides could show one name as another; both are written as escapes. All other text stays.
//! It deliberately does not escape for HTML or a shell.
//!
//! Source: Unicode Standard Annex #9 (bidirectional controls); ECMA-48 (control functions).

use std::fmt::{self, Write as _};

/// Prints text with everything that a terminal would obey, or a reader would not see, escaped.
///
/// # Examples
///
/// ```
/// use spider_pcap::view::Escaped;
///
/// assert_eq!(Escaped("a\u{1b}[31mb\n").to_string(), r"a\x1b[31mb\n");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return f.write_str(self.0);
        }
        for character in self.0.chars() {
            write_escaped(f, character)?;
        }
        Ok(())
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    match character {
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        '\0'..='\x1f' | '\x7f' => write!(f, "\\x{:02x}", u32::from(character)),
        _ if is_invisible(character) => write!(f, "\\u{{{:x}}}", u32::from(character)),
        _ => f.write_char(character),
    }
}

/// True for C1 controls, bidirectional controls, line separators and characters without a glyph.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(Escaped(text).to_string(), expect);
    }

    #[test]
    fn plain_text_stays() {
        check("gateway.svc:443", "gateway.svc:443");
        check("bücher.例え.😀", "bücher.例え.😀");
        check(r"C:\dir", r"C:\dir");
    }

    #[test]
    fn control_characters_become_escapes() {
        check("a\x1b]0;title\x07b", r"a\x1b]0;title\x07b");
        check("line\r\nline\t\0\x7f", r"line\r\nline\t\x00\x7f");
        check("\u{9b}31m", r"\u{9b}31m");
    }

    #[test]
    fn bidirectional_and_invisible_characters_become_escapes() {
        check("moc\u{202e}evil", r"moc\u{202e}evil");
        check("a\u{2066}b\u{2069}", r"a\u{2066}b\u{2069}");
        check("pay\u{200b}pal", r"pay\u{200b}pal");
        check("\u{feff}x\u{2028}", r"\u{feff}x\u{2028}");
    }
}
