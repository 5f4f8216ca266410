//! Distinguished names of certificates to text.
//!
//! The last part comes first, as RFC 4514 has it: `CN=api.example.test,O=Example`. Types without a
//! name are printed as numbers, with the value in hexadecimal. Control characters are escaped, so
//! that a name is one line.
//! Sources: RFC 4514 §2; RFC 4519 and the names that OpenSSL prints for common types beyond it.

use std::fmt::Write as _;

use x509_parser::asn1_rs::Tag;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use super::text::hex;

/// A name as RFC 4514 text.
pub(super) fn text(name: &X509Name<'_>) -> String {
    let parts: Vec<&_> = name.iter_rdn().collect();
    let mut text = String::new();
    for (index, part) in parts.into_iter().rev().enumerate() {
        if 0 < index {
            text.push(',');
        }
        for (index, attribute) in part.iter().enumerate() {
            if 0 < index {
                text.push('+');
            }
            push_attribute(&mut text, attribute);
        }
    }
    text
}

fn push_attribute(text: &mut String, attribute: &AttributeTypeAndValue<'_>) {
    let number = attribute.attr_type().to_id_string();
    let value = attribute.attr_value();
    let name = TYPES.iter().find(|(known, _)| *known == number);
    match (name, decoded(value.tag(), value.data)) {
        (Some((_, name)), Some(decoded)) => {
            text.push_str(name);
            text.push('=');
            push_escaped(text, &decoded);
        }
        (name, _) => {
            text.push_str(name.map_or(number.as_str(), |(_, name)| name));
            text.push_str("=#");
            text.push_str(&encoded(value.tag(), value.data));
        }
    }
}

/// The characters of a value; `None` when it is no string or not one of its type.
fn decoded(tag: Tag, data: &[u8]) -> Option<String> {
    match tag {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString => {
            std::str::from_utf8(data).ok().map(str::to_owned)
        }
        // Written as Latin-1 by all who still write it.
        Tag::T61String | Tag::VisibleString => Some(data.iter().copied().map(char::from).collect()),
        Tag::BmpString => {
            let (units, []) = data.as_chunks::<2>() else {
                return None;
            };
            let units = units.iter().map(|unit| u16::from_be_bytes(*unit));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        Tag::UniversalString => {
            let (units, []) = data.as_chunks::<4>() else {
                return None;
            };
            let units = units.iter().map(|unit| u32::from_be_bytes(*unit));
            units.map(char::from_u32).collect()
        }
        _ => None,
    }
}

/// The DER form of a value in hexadecimal digits.
fn encoded(tag: Tag, data: &[u8]) -> String {
    let tag = u8::try_from(tag.0).unwrap_or(u8::MAX);
    let len = data.len().to_be_bytes();
    let long: Vec<u8> = len.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut text = hex(&[tag]);
    match long.as_slice() {
        [] => text.push_str("00"),
        [short @ 0..0x80] => text.push_str(&hex(&[*short])),
        long => {
            let count = u8::try_from(long.len()).unwrap_or(0x7f);
            text.push_str(&hex(&[0x80 | count]));
            text.push_str(&hex(long));
        }
    }
    text.push_str(&hex(data));
    text
}

/// A value with the escapes of RFC 4514 §2.4.
fn push_escaped(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (index, character) in value.chars().enumerate() {
        match character {
            ' ' if index == 0 || index == last => text.push_str("\\ "),
            '#' if index == 0 => text.push_str("\\#"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                text.push('\\');
                text.push(character);
            }
            control if control.is_control() => {
                for byte in control.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string does not fail.
                    _ = write!(text, "\\{byte:02X}");
                }
            }
            plain => text.push(plain),
        }
    }
}

const TYPES: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.18", "postOfficeBox"),
    ("2.5.4.20", "telephoneNumber"),
    ("2.5.4.41", "name"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.44", "generationQualifier"),
    ("2.5.4.45", "x500UniqueIdentifier"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.65", "pseudonym"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.2.840.113549.1.9.2", "unstructuredName"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
];

#[cfg(test)]
mod tests {
    use x509_parser::prelude::FromDer as _;

    use super::*;

    /// A name of parts, each with attributes of one type: the last byte of 2.5.4, tag, value.
    fn name(parts: &[&[(u8, u8, &[u8])]]) -> String {
        let tlv = |tag: u8, body: &[u8]| {
            let mut bytes = vec![tag, u8::try_from(body.len()).unwrap()];
            bytes.extend(body);
            bytes
        };
        let mut sequence = Vec::new();
        for part in parts {
            let mut set = Vec::new();
            for (kind, tag, value) in *part {
                let mut attribute = tlv(6, &[0x55, 4, *kind]);
                attribute.extend(tlv(*tag, value));
                set.extend(tlv(0x30, &attribute));
            }
            sequence.extend(tlv(0x31, &set));
        }
        let der = tlv(0x30, &sequence);
        text(&X509Name::from_der(&der).unwrap().1)
    }

    #[test]
    fn the_last_part_comes_first() {
        let text = name(&[
            &[(6, 19, b"DE")],
            &[(10, 12, b"Example")],
            &[(3, 12, b"a.test")],
        ]);
        assert_eq!(text, "CN=a.test,O=Example,C=DE");
    }

    #[test]
    fn special_characters_are_escaped() {
        assert_eq!(name(&[&[(10, 12, b"A, B + C")]]), "O=A\\, B \\+ C");
        assert_eq!(name(&[&[(3, 12, b"# x ")]]), "CN=\\# x\\ ");
        assert_eq!(name(&[&[(3, 12, b" ")]]), "CN=\\ ");
        assert_eq!(name(&[&[(3, 12, b"a\n\x1b[b")]]), "CN=a\\0A\\1B[b");
    }

    #[test]
    fn parts_may_have_several_attributes() {
        assert_eq!(name(&[&[(3, 12, b"a"), (11, 12, b"b")]]), "CN=a+OU=b");
    }

    #[test]
    fn strings_of_all_types_are_read() {
        assert_eq!(name(&[&[(10, 12, "Bücher".as_bytes())]]), "O=Bücher");
        assert_eq!(name(&[&[(10, 20, b"B\xfccher")]]), "O=Bücher");
        assert_eq!(name(&[&[(10, 30, b"\0B\0\xfc")]]), "O=Bü");
        assert_eq!(name(&[&[(10, 28, b"\0\0\0B\0\0\0\xfc")]]), "O=Bü");
    }

    #[test]
    fn what_is_no_text_is_printed_as_hex() {
        assert_eq!(name(&[&[(10, 30, b"\0B\0")]]), "O=#1e03004200");
        assert_eq!(name(&[&[(99, 12, b"x")]]), "2.5.4.99=#0c0178");
    }
}
