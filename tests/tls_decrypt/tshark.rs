//! Deciphered streams against those of `tshark -z follow,tls,raw`.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use spider_pcap::session::Direction;

use crate::captures_with_keys;
use crate::deciphered::{data, pieces_of, records};
use crate::files::CaptureFile;

/// Both directions as tshark deciphers them; it names the ends loosely, so their order is open.
fn theirs(file: &CaptureFile, stream: usize) -> [Vec<u8>; 2] {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(&file.path).arg("-q");
    let keys = file.path.with_extension("keys");
    if Path::new(&keys).exists() {
        command
            .arg("-o")
            .arg(format!("tls.keylog_file:{}", keys.display()));
    }
    command.arg("-z").arg(format!("follow,tls,raw,{stream}"));
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut sides = [Vec::new(), Vec::new()];
    let is_hex = |line: &str| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    for line in text.lines() {
        let digits = line.trim();
        if is_hex(digits) {
            let pairs = digits.as_bytes().chunks(2);
            let bytes = pairs
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
            sides[usize::from(line.starts_with('\t'))].extend(bytes);
        }
    }
    sides
}

/// What tshark 4.0 does not decipher or follow, with the stream: ARIA, what the client sends after
/// a certificate that was asked for behind the handshake, and TLS behind a login to a SOCKS proxy
/// (docs/differences.md).
const DIFFERENCES: [(&str, usize); 3] = [
    ("tls/tls12-aria-gcm.pcap", 0),
    ("tls/tls13-client-auth-later.pcap", 0),
    ("tls/tls-through-proxies.pcap", 3),
];

#[test]
#[ignore = "needs tshark"]
fn deciphered_streams_are_those_of_tshark() {
    let (mut report, mut compared) = (String::new(), 0);
    for (file, keys) in captures_with_keys() {
        for (stream, (_, pieces)) in pieces_of(&file).iter().enumerate() {
            let records = records(pieces, &keys);
            let mut ours = Direction::BOTH.map(|direction| data(&records, direction));
            let mut theirs = theirs(&file, stream);
            ours.sort();
            theirs.sort();
            if DIFFERENCES.contains(&(file.name.as_str(), stream)) {
                assert_ne!(ours, theirs, "{}", file.name);
                continue;
            }
            compared += ours.iter().map(Vec::len).sum::<usize>();
            if ours != theirs {
                let lens = |sides: &[Vec<u8>; 2]| sides.each_ref().map(Vec::len);
                let (ours, theirs) = (lens(&ours), lens(&theirs));
                let name = &file.name;
                writeln!(
                    report,
                    "{name} #{stream}: {ours:?} bytes, tshark {theirs:?}"
                )
                .unwrap();
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
    assert!(10_000 < compared, "only {compared} bytes compared");
}
