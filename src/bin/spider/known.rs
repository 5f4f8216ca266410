//! What is known beside the packets: who captured, names, TLS secrets.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{Analysis, CaptureTables};
use spider_pcap::config::Config;
use spider_pcap::document::{DocumentContext, Identity};
use spider_pcap::names::Names;
use spider_pcap::pcapng::SecretBlock;
use spider_pcap::tls::KeyLog;

use crate::args::InputArgs;
use crate::input;

/// The files beside the captures.
#[derive(Debug)]
pub(crate) struct SideFiles<'a> {
    args: &'a InputArgs,
    hosts: Vec<String>,
    key_logs: Vec<Vec<u8>>,
}

/// What is known by these files and by the capture itself.
#[derive(Debug)]
pub(crate) struct Known {
    /// Who captured.
    pub(crate) identity: Identity,
    /// Names of addresses.
    pub(crate) names: Names,
    /// TLS secrets.
    pub(crate) keys: KeyLog,
    /// How much of what the capture says was taken.
    taken: Taken,
}

/// Numbers of name records, answers of name services and secrets.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    records: usize,
    answers: usize,
    secrets: usize,
    derived: usize,
}

impl<'a> SideFiles<'a> {
    /// Reads the files that were named.
    pub(crate) fn read(args: &'a InputArgs) -> Result<Self> {
        let read = |path: &PathBuf| {
            fs::read(path).with_context(|| format!("cannot read '{}'", path.display()))
        };
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let hosts = args.hosts.iter().map(|path| read(path).map(text));
        Ok(Self {
            args,
            hosts: hosts.collect::<Result<_>>()?,
            key_logs: args.keylog.iter().map(read).collect::<Result<_>>()?,
        })
    }

    /// How captures are analysed, with the secrets of the key logs that were named.
    pub(crate) fn config(&self) -> Config {
        let mut keys = KeyLog::default();
        self.key_logs.iter().for_each(|text| keys.add(text));
        Config {
            keys: Arc::new(keys),
            ..input::config(self.args)
        }
    }

    /// What is known with what the capture says.
    pub(crate) fn with(&self, tables: &CaptureTables) -> Known {
        let mut known = Known {
            identity: input::identity(self.args, &tables.first_input),
            names: self.names(),
            keys: KeyLog::default(),
            taken: Taken::default(),
        };
        for text in &self.key_logs {
            known.keys.add(text);
        }
        self.renew(&mut known, tables);
        known
    }

    /// The TLS secrets that are known with what the capture says.
    pub(crate) fn keys(&self, tables: &CaptureTables) -> KeyLog {
        let mut keys = KeyLog::default();
        for text in &self.key_logs {
            keys.add(text);
        }
        add_blocks(&mut keys, &tables.secrets);
        tables.derived.iter().for_each(|new| keys.add_derived(new));
        keys
    }

    /// What is known with all that an analysis found.
    pub(crate) fn with_sessions(&self, analysis: &Analysis) -> Known {
        let mut known = self.with(&analysis.capture.tables);
        let facts = analysis.sessions.tls();
        for random in facts.filter_map(|facts| facts.client_random) {
            known.keys.add_seen(random);
        }
        known
    }

    /// Takes what the capture says by now and did not say before.
    pub(crate) fn renew(&self, known: &mut Known, tables: &CaptureTables) {
        if !self.args.no_names {
            let records = tables.names.get(known.taken.records..);
            for record in records.unwrap_or_default() {
                known.names.add_record(record.ip, &record.name);
            }
            let answers = tables.answers.get(known.taken.answers..);
            for answer in answers.unwrap_or_default() {
                known.names.add_answer(answer);
            }
        }
        let blocks = tables.secrets.get(known.taken.secrets..);
        add_blocks(&mut known.keys, blocks.unwrap_or_default());
        let derived = tables.derived.get(known.taken.derived..);
        for new in derived.unwrap_or_default() {
            known.keys.add_derived(new);
        }
        known.taken = Taken {
            records: tables.names.len(),
            answers: tables.answers.len(),
            secrets: tables.secrets.len(),
            derived: tables.derived.len(),
        };
    }

    fn names(&self) -> Names {
        if self.args.no_names {
            return Names::none();
        }
        let mut names = Names::default();
        for text in &self.hosts {
            names.add_hosts(text);
        }
        names
    }
}

/// The key logs in the capture itself.
pub(crate) fn own_keys(tables: &CaptureTables) -> KeyLog {
    let mut keys = KeyLog::default();
    add_blocks(&mut keys, &tables.secrets);
    keys
}

fn add_blocks(keys: &mut KeyLog, blocks: &[SecretBlock]) {
    let logs = blocks
        .iter()
        .filter(|block| block.secrets_type == SecretBlock::TLS_KEY_LOG);
    logs.for_each(|block| keys.add(&block.bytes));
}

impl Known {
    /// True when what the key logs say of these sessions depends on all others of the capture: a
    /// line without a session is of one whose hello was not captured.
    pub(crate) fn depends_on_all(&self, analysis: &Analysis) -> bool {
        let mut tls = analysis.sessions.tls();
        !self.keys.is_empty() && tls.any(|facts| facts.client_random.is_none())
    }

    /// What the documents of the capture share.
    pub(crate) fn context<'c>(&'c self, tables: &'c CaptureTables) -> DocumentContext<'c> {
        DocumentContext {
            identity: &self.identity,
            names: &self.names,
            keys: &self.keys,
            interfaces: &tables.interfaces,
            encapsulations: &tables.encapsulations,
        }
    }
}
