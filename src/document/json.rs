//! Members of a JSON object, written without an allocation.

use std::fmt::Display;
use std::io;
use std::net::IpAddr;

use serde::Serialize;

use super::exact::Seconds;
use super::times::Date;
use crate::time::{Decimal, Rfc3339};

/// Writes members; every key comes with the punctuation around it.
pub(super) struct Json<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// The dates that were written: all of a document are those of its first and last packet, and
    /// their minutes.
    dates: [Option<(Date, [u8; Rfc3339::LEN])>; 4],
}

impl Json<'_> {
    /// A writer that appends to `out`.
    pub(super) const fn new(out: &mut Vec<u8>) -> Json<'_> {
        Json {
            out,
            dates: [None; 4],
        }
    }

    /// Inlined, so that keys of a known length are copied without a call.
    #[inline(always)]
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    #[inline(always)]
    pub(super) fn number(&mut self, key: &[u8], number: u64) {
        self.raw(key);
        self.digits(number);
    }

    #[inline(never)]
    fn digits(&mut self, number: u64) {
        match u8::try_from(number) {
            Ok(digit @ 0..=9) => return self.out.push(b'0' + digit),
            Ok(pair @ 10..=99) => return self.raw(&[b'0' + pair / 10, b'0' + pair % 10]),
            Ok(_) | Err(_) => {}
        }
        let mut buffer = itoa::Buffer::new();
        self.raw(buffer.format(number).as_bytes());
    }

    #[inline(always)]
    pub(super) fn optional_number(&mut self, key: &[u8], number: Option<u64>) {
        if let Some(number) = number {
            self.number(key, number);
        }
    }

    #[inline(always)]
    pub(super) fn flag(&mut self, key: &[u8], flag: bool) {
        self.raw(key);
        self.raw(if flag { b"true" } else { b"false" });
    }

    pub(super) fn text(&mut self, key: &[u8], text: &str) -> io::Result<()> {
        if is_plain(text.as_bytes()) {
            self.plain_text(key, text);
            Ok(())
        } else {
            self.value(key, text)
        }
    }

    /// Text that needs no escape.
    #[inline(always)]
    pub(super) fn plain_text(&mut self, key: &[u8], text: &str) {
        self.raw(key);
        self.raw(b"\"");
        self.raw(text.as_bytes());
        self.raw(b"\"");
    }

    /// A value that displays as characters that need no escape.
    pub(super) fn plain(&mut self, key: &[u8], value: &impl Display) -> io::Result<()> {
        self.raw(key);
        self.raw(b"\"");
        io::Write::write_fmt(self.out, format_args!("{value}"))?;
        self.raw(b"\"");
        Ok(())
    }

    pub(super) fn value(
        &mut self,
        key: &[u8],
        value: &(impl Serialize + ?Sized),
    ) -> io::Result<()> {
        self.raw(key);
        Ok(serde_json::to_writer(&mut *self.out, value)?)
    }

    pub(super) fn optional(
        &mut self,
        key: &[u8],
        value: Option<&impl Serialize>,
    ) -> io::Result<()> {
        value.map_or(Ok(()), |value| self.value(key, value))
    }

    pub(super) fn seconds(&mut self, key: &[u8], seconds: Seconds) {
        self.raw(key);
        self.raw(seconds.0.format(&mut [0; Decimal::MAX_LEN]));
    }

    pub(super) fn optional_seconds(&mut self, key: &[u8], seconds: Option<Seconds>) {
        if let Some(seconds) = seconds {
            self.seconds(key, seconds);
        }
    }

    pub(super) fn date(&mut self, key: &[u8], date: Date) {
        self.raw(key);
        self.raw(b"\"");
        let text = self.date_text(date);
        self.raw(&text);
        self.raw(b"\"");
    }

    fn date_text(&mut self, date: Date) -> [u8; Rfc3339::LEN] {
        for known in &mut self.dates {
            match known {
                Some((written, text)) if *written == date => return *text,
                Some(_) => {}
                None => return known.insert(formatted(date)).1,
            }
        }
        formatted(date).1
    }

    pub(super) fn optional_date(&mut self, key: &[u8], date: Option<Date>) {
        if let Some(date) = date {
            self.date(key, date);
        }
    }

    pub(super) fn address(&mut self, key: &[u8], address: IpAddr) -> io::Result<()> {
        self.raw(key);
        match address {
            IpAddr::V4(v4) => {
                let [first, rest @ ..] = v4.octets();
                self.number(b"", u64::from(first));
                rest.iter()
                    .for_each(|byte| self.number(b".", u64::from(*byte)));
                Ok(())
            }
            IpAddr::V6(v6) => io::Write::write_fmt(self.out, format_args!("{v6}")),
        }
    }
}

fn formatted(date: Date) -> (Date, [u8; Rfc3339::LEN]) {
    let mut text = [0; Rfc3339::LEN];
    date.0.format(&mut text);
    (date, text)
}

/// True for text that JSON takes as it is (RFC 8259 §7): without controls, quotes and backslashes.
fn is_plain(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    words.iter().all(|word| has_no_escape(*word))
        && rest
            .iter()
            .all(|byte| b' ' <= *byte && !matches!(*byte, b'"' | b'\\'))
}

/// The same for eight bytes at once; a wrong "no" is possible beside a real one only.
const fn has_no_escape(word: [u8; 8]) -> bool {
    let word = u64::from_ne_bytes(word);
    let controls = word.wrapping_sub(EACH * 0x20) & !word;
    let quotes = word ^ (EACH * b'"' as u64);
    let backslashes = word ^ (EACH * b'\\' as u64);
    let zeros =
        (quotes.wrapping_sub(EACH) & !quotes) | (backslashes.wrapping_sub(EACH) & !backslashes);
    (controls | zeros) & (EACH * 0x80) == 0
}

/// One in each byte.
const EACH: u64 = u64::MAX / 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_told_from_text_with_escapes() {
        for byte in 0..=u8::MAX {
            let is_escaped = byte < b' ' || matches!(byte, b'"' | b'\\');
            for at in 0..11 {
                let mut text = *b"abc~ \x7f\xC3\xA9xyz";
                text[at] = byte;
                assert_eq!(is_plain(&text), !is_escaped, "{byte} at {at}");
            }
        }
    }
}
