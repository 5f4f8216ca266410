//! The captures of `testdata/`, and captures in memory, as analyses and documents.

use std::fs;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use spider_pcap::analyze::{Analysis, NoProgress, analyze};
use spider_pcap::capture::Input;
use spider_pcap::config::Config;
use spider_pcap::document::{DocumentContext, Identity, TcpSession};
use spider_pcap::error::Error;
use spider_pcap::names::{NameSource, Names};

/// A capture of `testdata/`.
pub(crate) struct CaptureFile {
    /// Path below `testdata/`, with `/`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

impl CaptureFile {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }
}

/// All captures of `testdata/` by their names.
pub(crate) fn all() -> Vec<CaptureFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if is_capture(&path) {
                let below = path.strip_prefix(&root).unwrap();
                let parts: Vec<_> = below.iter().map(|part| part.to_str().unwrap()).collect();
                let name = parts.join("/");
                files.push(CaptureFile { name, path });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(50 < files.len(), "the captures of testdata are missing");
    files
}

fn is_capture(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    let plain = [".gz", ".zst", ".lz4"]
        .iter()
        .find_map(|compressed| name.strip_suffix(compressed))
        .unwrap_or(name);
    [".pcap", ".pcapng"]
        .iter()
        .any(|format| plain.ends_with(format))
}

/// Bytes of a capture as an input.
pub(crate) fn input(name: &str, bytes: Vec<u8>) -> Input {
    Input::Stream {
        name: name.to_owned(),
        reader: Box::new(Cursor::new(bytes)),
    }
}

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
        names.add(record.ip, &record.name, NameSource::NameRecord);
    }
    let context = DocumentContext {
        identity: &identity,
        names: &names,
        interfaces: &tables.interfaces,
        encapsulations: &tables.encapsulations,
    };
    let line = |record: &spider_pcap::analyze::SessionRecord| {
        let mut json = Vec::new();
        TcpSession::new(&record.summary, &record.lots, &context)
            .write_json(&mut json)
            .unwrap();
        String::from_utf8(json).unwrap()
    };
    analysis.sessions.iter().map(line).collect()
}
