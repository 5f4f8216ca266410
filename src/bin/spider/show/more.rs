//! The commands that show more of a session, as they can be typed into a shell.

use std::path::Path;

use spider_pcap::document::TcpSession;
use spider_pcap::lot::Anomalies;
use spider_pcap::time::{Precision, Span};
use spider_pcap::view::{SheetCommand, anomaly_sentences};

use crate::args::{InputArgs, SeparateBy, ShowArgs};

/// The commands, with the inputs and the session as they were given.
pub(super) fn commands(
    args: &ShowArgs,
    session: &TcpSession<'_>,
    anomalies: &Anomalies,
) -> Vec<SheetCommand> {
    let inputs = inputs(&args.input);
    let command = |purpose, name: &str, options: &[&str]| {
        let mut words = vec!["spider".to_owned(), name.to_owned()];
        words.extend(options.iter().map(|option| quoted(option)));
        words.extend(inputs.iter().map(|input| quoted(input)));
        SheetCommand { purpose, words }
    };
    let chosen: Vec<&str> = match &args.one.session {
        Some(wanted) => vec!["--session", wanted],
        None => Vec::new(),
    };
    let mut commands = vec![command("packets", "packets", &chosen)];
    if let Some(moment) = worst_moment(anomalies) {
        let around = [&chosen[..], &["--around", &moment]].concat();
        commands.push(command("around the worst", "packets", &around));
    }
    if session.current_packet_lot.is_some() {
        commands.push(command("content", "content", &chosen));
    }
    commands.push(command("timing, pauses", "timing", &chosen));
    let json = [&chosen[..], &["-o", "json"]].concat();
    commands.push(command("document", "show", &json));
    let pair = format!(
        "src.ip == \"{}\" && dst.ip == \"{}\"",
        session.src.ip, session.dst.ip
    );
    commands.push(command("same pair", "sessions", &["--where", &pair]));
    commands
}

/// When the worst of what went wrong happened, as `--around` takes it.
fn worst_moment(anomalies: &Anomalies) -> Option<String> {
    let sentences = anomaly_sentences(anomalies);
    let after = sentences.first()?.place.after?;
    let is_at_start = after.nanos() < 1;
    (!is_at_start).then(|| format!("+{}s", after.decimal(Precision::MICROS)))
}

/// The captures, and the options that decide what is read and what sessions are.
fn inputs(args: &InputArgs) -> Vec<String> {
    let mut words = Vec::new();
    let mut option = |name: &str, value: String| words.extend([name.to_owned(), value]);
    for file in &args.keylog {
        option("--keylog", text(file));
    }
    for file in &args.hosts {
        option("--hosts", text(file));
    }
    if let Some(count) = args.count {
        option("--count", count.to_string());
    }
    if args.whisperer != DEFAULT_WHISPERER {
        option("--whisperer", args.whisperer.clone());
    }
    if let Some(instance) = &args.instance {
        option("--instance", instance.clone());
    }
    if let Some(timeout) = args.idle_timeout {
        option("--idle-timeout", exact(timeout));
    }
    for what in &args.separate {
        let what = match what {
            SeparateBy::Vlan => "vlan",
            SeparateBy::Tunnel => "tunnel",
            SeparateBy::Interface => "interface",
        };
        option("--separate", what.to_owned());
    }
    for file in &args.read {
        option("--read", text(file));
    }
    let flags = [
        ("--no-names", args.no_names),
        ("--verify-checksums", args.verify_checksums),
    ];
    let flags = flags.iter().filter(|(_, is_on)| *is_on);
    words.extend(flags.map(|(name, _)| (*name).to_owned()));
    words.extend(args.files.iter().map(|file| text(file)));
    words
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn exact(span: Span) -> String {
    format!("{}s", span.decimal(Precision::NANOS))
}

/// A word that a POSIX shell takes as it is.
fn quoted(word: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "_@%+=:,./-".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// What `--whisperer` is without being given.
const DEFAULT_WHISPERER: &str = "offline";

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_only_where_a_shell_would_change_them() {
        for (word, expect) in [
            ("capture.pcapng", "capture.pcapng"),
            ("10.0.0.1:5000-10.0.0.9:80", "10.0.0.1:5000-10.0.0.9:80"),
            ("#3", "'#3'"),
            ("my capture.pcap", "'my capture.pcap'"),
            ("it's", r"'it'\''s'"),
            ("[::1]:80", "'[::1]:80'"),
            ("~2", "'~2'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), expect);
        }
    }
}
