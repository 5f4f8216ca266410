//! Requests, targets and status codes against those that tshark finds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroUsize;
use std::process::Command;
use std::sync::Arc;

use spider_pcap::analyze::{NoProgress, analyze};
use spider_pcap::config::Config;
use spider_pcap::http::{Fields, Item, Keep, Message};
use spider_pcap::tls::KeyLog;

use crate::corpus;
use crate::corpus::files::CaptureFile;

#[test]
#[ignore = "needs tshark"]
fn requests_are_those_of_tshark() {
    let (mut report, mut compared) = (String::new(), 0);
    for file in corpus::all() {
        let (theirs, ours) = (theirs(&file), ours(&file));
        compared += theirs.values().sum::<u64>();
        if theirs != ours && !DIFFERENCES.iter().any(|(name, _)| *name == file.name) {
            let missing = theirs
                .iter()
                .filter(|(text, count)| ours.get(*text) != Some(count));
            let added = ours
                .iter()
                .filter(|(text, count)| theirs.get(*text) != Some(count));
            writeln!(
                report,
                "{}:\n  tshark {:?}\n  ours {:?}",
                file.name,
                missing.collect::<Vec<_>>(),
                added.collect::<Vec<_>>()
            )
            .unwrap();
        }
    }
    assert!(report.is_empty(), "\n{report}");
    assert!(200 < compared, "{compared}");
}

/// Captures in which the two do not agree, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "demo.pcapng",
        "by default, tshark puts nothing together that was captured out of order",
    ),
    (
        "format/simple-packets.pcapng",
        "tshark reads start lines that the snapshot length cut",
    ),
    (
        "format/snaplen-96.pcap",
        "tshark reads start lines that the snapshot length cut",
    ),
    (
        "hand-made/late-gap-filled.pcap",
        "tshark does not put a request together whose bytes came late",
    ),
    (
        "hand-made/late-request-tail.pcap",
        "tshark does not put a request together whose bytes came late",
    ),
    (
        "hand-made/late-tail-acknowledged.pcap",
        "tshark does not put a request together whose bytes came late",
    ),
    (
        "hand-made/resend-extends.pcap",
        "tshark does not put a request together whose end came in a packet that was sent again",
    ),
    (
        "http/connect-proxy.pcap",
        "tshark does not read HTTP in a tunnel that CONNECT opened",
    ),
    (
        "tls/tls12-cbc-etm.pcap",
        "tshark shows no response within TLS that ends with the connection",
    ),
    (
        "tls/tls12-cbc-mte.pcap",
        "tshark shows no response within TLS that ends with the connection",
    ),
    (
        "tls/tls12-rsa-key-exchange.pcap",
        "tshark shows no response within TLS that ends with the connection",
    ),
];

/// How often what was said: `GET /a`, `200`.
type Counts = BTreeMap<String, u64>;

fn ours(file: &CaptureFile) -> Counts {
    let mut keys = KeyLog::default();
    if let Ok(text) = fs::read(file.path.with_extension("keys")) {
        keys.add(&text);
    }
    let config = Config {
        threads: NonZeroUsize::new(1),
        http: Keep::Items,
        keys: Arc::new(keys),
        ..Config::default()
    };
    let inputs = vec![corpus::input(&file.name, file.bytes())];
    let Ok(analysis) = analyze(inputs, &config, &NoProgress) else {
        return Counts::new();
    };
    let mut counts = Counts::new();
    for record in analysis.sessions.iter() {
        let items = record.http.iter().flat_map(|http| http.items.iter());
        items.for_each(|item| count(&item, &mut counts));
    }
    counts
}

fn count(item: &Item<Fields<'_>>, counts: &mut Counts) {
    let mut add = |text: String| *counts.entry(text).or_default() += 1;
    if let Some(request) = &item.request {
        let (method, target) = request.head.line();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        add(format!("{} {}", text(method), text(target)));
    }
    item.interim
        .iter()
        .for_each(|status| add(status.to_string()));
    // tshark shows no response that is not there to its end.
    let is_whole = |message: &&Message<Fields<'_>>| message.is_complete;
    if let Some(response) = item.response.as_ref().filter(is_whole) {
        add(response.status.to_string());
    }
}

fn theirs(file: &CaptureFile) -> Counts {
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(&file.path);
    // Ports that tshark does not take for HTTP/2 by itself.
    for port in [8081, 50051] {
        command.arg("-d").arg(format!("tcp.port=={port},http2"));
    }
    let keys = file.path.with_extension("keys");
    if keys.exists() {
        command
            .arg("-o")
            .arg(format!("tls.keylog_file:{}", keys.display()));
    }
    command.args(["-Y", "tcp && (http || http2)", "-T", "fields"]);
    command.args(["-E", "occurrence=a", "-E", "aggregator=|"]);
    for field in FIELDS {
        command.arg("-e").arg(field);
    }
    let text = String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned();
    let mut counts = Counts::new();
    for line in text.lines() {
        let columns: Vec<Vec<&str>> = line
            .split('\t')
            .map(|column| {
                column
                    .split('|')
                    .filter(|value| !value.is_empty())
                    .collect()
            })
            .collect();
        let column = |at: usize| columns.get(at).into_iter().flatten();
        let [methods, targets, codes] = [0, 1, 2].map(column);
        let [methods2, paths, statuses] = [3, 4, 5].map(column);
        let pairs = methods.zip(targets).chain(methods2.zip(paths));
        let requests = pairs.map(|(method, target)| format!("{method} {target}"));
        let codes = codes.chain(statuses).map(|code| (*code).to_owned());
        for text in requests.chain(codes) {
            *counts.entry(text).or_default() += 1;
        }
    }
    counts
}

const FIELDS: [&str; 6] = [
    "http.request.method",
    "http.request.uri",
    "http.response.code",
    "http2.headers.method",
    "http2.headers.path",
    "http2.headers.status",
];
