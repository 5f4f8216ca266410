//! Secrets that no line of a key log has as such: told by premaster secrets and earlier sessions.

use std::fs;

use tempfile::TempDir;

use crate::program::{Run, command, testdata};

/// Some lines of a key log of `testdata/tls`, in a file of their own.
struct Lines {
    folder: TempDir,
    capture: String,
}

impl Lines {
    fn of(name: &str, keep: impl Fn(&str) -> bool) -> Self {
        let whole = fs::read_to_string(testdata().join(format!("tls/{name}.keys"))).unwrap();
        let mut kept: Vec<&str> = whole.lines().filter(|line| keep(line)).collect();
        assert!(!kept.is_empty() && kept.len() < whole.lines().count());
        kept.push("");
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("some.keys"), kept.join("\n")).unwrap();
        Self {
            folder,
            capture: format!("tls/{name}.pcap"),
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// The program with these lines.
    fn spider(&self, arguments: &[&str]) -> String {
        run(&[
            arguments,
            &["--keylog", &self.path("some.keys"), &self.capture],
        ]
        .concat())
    }
}

pub(crate) fn run(arguments: &[&str]) -> String {
    let run = Run::of(&mut command(arguments));
    assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
    run.stdout
}

fn is_premaster(line: &str) -> bool {
    line.starts_with("RSA ")
}

/// What the two ends said, with all lines of the key log.
fn said(name: &str, session: &str) -> String {
    let (keys, capture) = (format!("tls/{name}.keys"), format!("tls/{name}.pcap"));
    run(&[
        "content",
        "-o",
        "raw",
        "--session",
        session,
        "--keylog",
        &keys,
        &capture,
    ])
}

#[test]
fn premaster_secrets_decipher_their_sessions() {
    // TLS 1.2 with and without the extended master secret, TLS 1.0.
    for name in ["tls12-rsa-key-exchange", "tls12-ccm8", "tls10-null"] {
        let lines = Lines::of(name, is_premaster);
        let known = lines.spider(&["content", "-o", "raw", "--session", "1"]);
        assert_eq!(known, said(name, "1"), "{name}");
    }
}

#[test]
fn a_resumed_session_is_deciphered_with_the_secret_of_the_first() {
    for name in [
        "tls12-chacha20-resumed-by-id",
        "tls12-gcm-resumed-by-ticket",
    ] {
        let whole = fs::read_to_string(testdata().join(format!("tls/{name}.keys"))).unwrap();
        let mut randoms = whole.lines().filter(|line| !line.starts_with('#'));
        let (first, second) = (randoms.next().unwrap(), randoms.next().unwrap());
        let lines = Lines::of(name, |line| line == first);
        let known = lines.spider(&["content", "-o", "raw", "--session", "2"]);
        assert_eq!(known, said(name, "2"));
        for threads in ["1", "3"] {
            let columns = [
                "--columns",
                "tls.decrypted,tls.resumed",
                "--threads",
                threads,
            ];
            let table = lines.spider(&[&["sessions", "-o", "csv"], &columns[..]].concat());
            let rows: Vec<&str> = table.lines().skip(1).collect();
            assert_eq!(rows, ["true,false", "true,true"], "{name}");
        }
        // The secret of a session is that of all sessions that were resumed from it, not of it.
        let lines = Lines::of(name, |line| line == second);
        let columns = ["--columns", "tls.decrypted"];
        let table = lines.spider(&[&["sessions", "-o", "csv"], &columns[..]].concat());
        assert_ne!(table.lines().nth(1), Some("true"));
    }
}

#[test]
fn a_premaster_secret_may_be_named_by_the_client_random() {
    let name = "tls12-rsa-key-exchange";
    let whole = fs::read_to_string(testdata().join(format!("tls/{name}.keys"))).unwrap();
    let word = |label: &str, place| {
        let mut lines = whole.lines();
        let line = lines.find(|line| line.starts_with(label)).unwrap();
        line.split(' ').nth(place).unwrap()
    };
    let (random, premaster) = (word("CLIENT_RANDOM ", 1), word("RSA ", 2));
    let lines = Lines::of(name, is_premaster);
    let text = format!("PMS_CLIENT_RANDOM {random} {premaster}\n");
    fs::write(lines.path("some.keys"), text).unwrap();
    let known = lines.spider(&["content", "-o", "raw", "--session", "1"]);
    assert_eq!(known, said(name, "1"));
}

#[test]
fn derived_secrets_are_exported_with_their_session_alone() {
    let name = "tls12-rsa-key-exchange";
    let lines = Lines::of(name, is_premaster);
    let [one, again] = ["one.pcapng", "again.pcapng"].map(|name| lines.path(name));
    lines.spider(&["export", "--session", "1", "-w", &one]);
    let columns = [
        "sessions",
        "-o",
        "csv",
        "--columns",
        "tls.secrets,tls.decrypted",
    ];
    let before = lines.spider(&columns);
    assert!(
        before.contains("RSA") && before.contains("CLIENT_RANDOM"),
        "{before}"
    );
    assert_eq!(run(&[&columns[..], &[&one]].concat()), before);
    run(&["export", "--session", "1", "-w", &again, &one]);
    assert_eq!(fs::read(&one).unwrap(), fs::read(&again).unwrap());
    // In a capture of somebody else the line is of no use, and not written.
    let other = lines.path("other.pcapng");
    let keys = lines.path("some.keys");
    run(&[
        "export",
        "-w",
        &other,
        "--keylog",
        &keys,
        "tls/tls12-ccm8.pcap",
    ]);
    let written = fs::read(&other).unwrap();
    assert!(!written.windows(4).any(|window| window == b"RSA "));
}
