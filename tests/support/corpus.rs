//! The captures of `testdata/`, and captures in memory, as analyses and documents.

#[path = "files.rs"]
pub(crate) mod files;

use std::num::NonZeroUsize;

use spider_pcap::analyze::{Analysis, NoProgress, analyze};
use spider_pcap::config::Config;
use spider_pcap::document::{DocumentContext, Identity, TcpSession};
use spider_pcap::error::Error;
use spider_pcap::names::Names;
use spider_pcap::tls::KeyLog;

pub(crate) use files::{all, input};

/// Analyses bytes of a capture on one thread.
pub(crate) fn try_analysis(name: &str, bytes: Vec<u8>) -> Result<Analysis, Error> {
    let config = Config {
        threads: NonZeroUsize::new(1),
        ..Config::default()
    };
    analyze(vec![input(name, bytes)], &config, &NoProgress)
}

/// The documents of an analysis, each as one line of JSON.
///
/// The instance is the name of the capture without folder and extensions.
pub(crate) fn lines(name: &str, analysis: &Analysis) -> Vec<String> {
    let file = name.rsplit('/').next().unwrap();
    let identity = Identity {
        whisperer: "offline".into(),
        instance: file.split('.').next().unwrap().into(),
    };
    let tables = &analysis.capture.tables;
    let mut names = Names::default();
    for record in &tables.names {
        names.add_record(record.ip, &record.name);
    }
    for answer in &tables.answers {
        names.add_answer(answer);
    }
    let mut keys = KeyLog::default();
    for block in &tables.secrets {
        keys.add(&block.bytes);
    }
    tables.derived.iter().for_each(|new| keys.add_derived(new));
    let context = DocumentContext {
        identity: &identity,
        names: &names,
        keys: &keys,
        interfaces: &tables.interfaces,
        encapsulations: &tables.encapsulations,
    };
    let line = |record: spider_pcap::analyze::SessionRecord| {
        let mut json = Vec::new();
        TcpSession::new(&record.summary, &record.lots, &context)
            .with_tls(record.tls.as_deref(), &context)
            .with_http(record.http.as_deref())
            .write_json(&mut json)
            .unwrap();
        String::from_utf8(json).unwrap()
    };
    analysis.sessions.iter().map(line).collect()
}
