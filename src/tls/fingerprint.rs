//! Fingerprints of a `ClientHello`: JA3 and JA4.
//!
//! GREASE values (RFC 8701) are left out of both. JA4 is the fingerprint of TLS clients only,
//! which is free for use (BSD-3-Clause); other parts of JA4+ are not here.
//! Sources: "JA3", Salesforce, <https://github.com/salesforce/ja3>; "JA4: TLS Client
//! Fingerprinting", FoxIO, `technical_details/JA4.md`.

use std::fmt;
use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::client_hello::ClientHello;
use super::code_points::{Version, is_grease};
use super::extension::Extensions;
use super::reader::{Reader, values_u16};
use super::text::hex;

/// A JA3 fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ja3 {
    /// The text that is hashed: version, ciphers, extensions, groups, point formats. Absent when
    /// it is longer than [`TlsLimits::text_bytes`](super::TlsLimits::text_bytes).
    pub text: Option<String>,
    /// MD5 of the text.
    pub md5: [u8; 16],
}

impl fmt::Display for Ja3 {
    /// Prints the hash, 32 lower-case hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.md5))
    }
}

/// The JA3 fingerprint of a hello.
pub(super) fn ja3(hello: &ClientHello<'_>, text_bytes: usize) -> Ja3 {
    let extensions = hello.extensions;
    let points = extensions.list_u8(Extensions::EC_POINT_FORMATS);
    let fields = [
        decimals(values_u16(hello.ciphers)),
        decimals(extensions.iter().map(|(number, _)| number)),
        decimals(values_u16(
            extensions.list_u16(Extensions::SUPPORTED_GROUPS),
        )),
        decimals(points.iter().copied().map(u16::from)),
    ];
    let text = format!("{},{}", hello.version.0, fields.join(","));
    Ja3 {
        md5: Md5::digest(&text).into(),
        text: (text.len() <= text_bytes).then_some(text),
    }
}

/// The JA4 fingerprint of a hello over TCP, such as `t13d1516h2_8daaf6152771_e5627efa2ab1`.
pub(super) fn ja4(hello: &ClientHello<'_>) -> String {
    let extensions = hello.extensions;
    let mut ciphers: Vec<u16> = without_grease(values_u16(hello.ciphers)).collect();
    ciphers.sort_unstable();
    let mut numbers: Vec<u16> =
        without_grease(extensions.iter().map(|(number, _)| number)).collect();
    let head = format!(
        "t{}{}{:02}{:02}{}",
        ja4_version(hello),
        if extensions.has(Extensions::SERVER_NAME) {
            'd'
        } else {
            'i'
        },
        ciphers.len().min(99),
        numbers.len().min(99),
        ja4_protocol(extensions.protocols().next().unwrap_or_default()),
    );
    numbers.retain(|number| !matches!(*number, Extensions::SERVER_NAME | Extensions::ALPN));
    numbers.sort_unstable();
    let mut hashed = hexes(numbers.iter().copied());
    let signatures = extensions.list_u16(Extensions::SIGNATURE_ALGORITHMS);
    let signatures = hexes(without_grease(values_u16(signatures)));
    if !hashed.is_empty() && !signatures.is_empty() {
        hashed.push('_');
        hashed.push_str(&signatures);
    }
    format!(
        "{head}_{}_{}",
        ja4_hash(&hexes(ciphers.into_iter())),
        ja4_hash(&hashed)
    )
}

/// The highest version that is offered, in two characters.
fn ja4_version(hello: &ClientHello<'_>) -> &'static str {
    let offered = values_u16(hello.extensions.list_u8(Extensions::SUPPORTED_VERSIONS));
    let highest = without_grease(offered).max().map_or(hello.version, Version);
    match highest {
        Version::TLS_1_3 => "13",
        Version::TLS_1_2 => "12",
        Version::TLS_1_1 => "11",
        Version::TLS_1_0 => "10",
        Version::SSL_3_0 => "s3",
        Version::SSL_2_0 => "s2",
        Version(_) => "00",
    }
}

/// First and last character of a protocol name; of its hexadecimal form where one of them is
/// neither letter nor digit.
fn ja4_protocol(name: &[u8]) -> String {
    let (Some(first), Some(last)) = (name.first(), name.last()) else {
        return "00".to_owned();
    };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        [char::from(*first), char::from(*last)].iter().collect()
    } else {
        format!("{:x}{:x}", first >> 4, last & 0x0f)
    }
}

/// Twelve digits of the SHA-256 of a list; zeros for an empty list.
fn ja4_hash(list: &str) -> String {
    if list.is_empty() {
        return "000000000000".to_owned();
    }
    let digest: [u8; 32] = Sha256::digest(list).into();
    let head = Reader::new(&digest).take(6).unwrap_or_default();
    hex(head)
}

fn without_grease(values: impl Iterator<Item = u16>) -> impl Iterator<Item = u16> {
    values.filter(|value| !is_grease(*value))
}

fn decimals(values: impl Iterator<Item = u16>) -> String {
    joined(without_grease(values), '-', |text, value| {
        write!(text, "{value}")
    })
}

fn hexes(values: impl Iterator<Item = u16>) -> String {
    joined(values, ',', |text, value| write!(text, "{value:04x}"))
}

fn joined(
    values: impl Iterator<Item = u16>,
    separator: char,
    print: impl Fn(&mut String, u16) -> fmt::Result,
) -> String {
    let mut text = String::new();
    for value in values {
        if !text.is_empty() {
            text.push(separator);
        }
        // Writing to a string does not fail.
        _ = print(&mut text, value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HelloBytes, extension, list_u16, sni};
    use super::*;

    /// The extensions of the example in the JA4 paper, in its order.
    const EXTENSIONS: [u16; 16] = [
        0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012,
        0x002b, 0xff01, 0x000b, 0x000a, 0x0015,
    ];
    const CIPHERS: [u16; 15] = [
        0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
        0x009c, 0x009d, 0x002f, 0x0035,
    ];
    const SIGNATURES: [u16; 8] = [
        0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601,
    ];

    /// The hello of the example, with signature algorithms or without, and with GREASE.
    fn example(signatures: &[u16]) -> Vec<u8> {
        let ciphers: Vec<u16> = [0x2a2a].into_iter().chain(CIPHERS).collect();
        let mut hello = HelloBytes::client(&ciphers).with(&extension(0x4a4a, b""));
        for number in EXTENSIONS {
            hello = hello.with(&match number {
                0x0000 => sni(b"example.test"),
                0x0010 => extension(number, b"\x00\x0c\x02h2\x08http/1.1"),
                0x000a => extension(number, &list_u16(&[0x3a3a, 0x001d, 0x0017])),
                0x000b => extension(number, &[1, 0]),
                0x000d if !signatures.is_empty() => extension(number, &list_u16(signatures)),
                0x002b => extension(number, &[6, 0x5a, 0x5a, 3, 4, 3, 3]),
                _ => extension(number, b""),
            });
        }
        hello.body()
    }

    #[test]
    fn ja4_is_that_of_the_paper() {
        let body = example(&SIGNATURES);
        let hello = ClientHello::parse(&body).unwrap();
        assert_eq!(ja4(&hello), "t13d1516h2_8daaf6152771_e5627efa2ab1");
    }

    #[test]
    fn ja4_without_signature_algorithms_is_that_of_the_paper() {
        let body = example(&[]);
        let hello = ClientHello::parse(&body).unwrap();
        assert_eq!(ja4(&hello), "t13d1516h2_8daaf6152771_6d807ffa2a79");
    }

    #[test]
    fn ja4_of_a_bare_hello_has_zeros() {
        let body = HelloBytes::client(&[0x0a0a]).body();
        let hello = ClientHello::parse(&body).unwrap();
        assert_eq!(ja4(&hello), "t12i000000_000000000000_000000000000");
    }

    #[test]
    fn ja4_takes_hex_digits_of_odd_protocols() {
        for (name, expected) in [
            (&b"h2"[..], "h2"),
            (b"http/1.1", "h1"),
            (b"a", "aa"),
            (b"", "00"),
            (b"\xab", "ab"),
            (b"\xab\xcd", "ad"),
            (b"\x30\xab", "3b"),
            (b"\x30\x31\xab\xcd", "3d"),
            (b"\x30\xab\xcd\x31", "01"),
        ] {
            assert_eq!(ja4_protocol(name), expected);
        }
    }

    #[test]
    fn ja3_leaves_grease_out() {
        let body = example(&SIGNATURES);
        let ja3 = ja3(&ClientHello::parse(&body).unwrap(), 1024);
        let text = "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-\
            53,27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23,0";
        assert_eq!(ja3.text.as_deref(), Some(text));
        assert_eq!(ja3.to_string(), "c7240d90981bb4a546a859dd3bd5457c");
    }

    #[test]
    fn a_long_ja3_text_is_not_kept() {
        let body = example(&SIGNATURES);
        let hello = ClientHello::parse(&body).unwrap();
        assert_eq!(ja3(&hello, 10).text, None);
        assert_eq!(ja3(&hello, 10).md5, ja3(&hello, 1024).md5);
    }
}
