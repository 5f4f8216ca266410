//! From arguments to inputs, names and configuration.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use spider_pcap::capture::Input;
use spider_pcap::config::{Config, Separate};
use spider_pcap::document::Identity;
use spider_pcap::names::{NameSource, Names};
use spider_pcap::pcapng::NameRecord;

use crate::args::{InputArgs, SeparateBy};
use crate::failure::Hinted;

/// Inputs that can be read.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// What to read.
    pub(crate) inputs: Vec<Input>,
    /// Those of them that are files.
    pub(crate) paths: Vec<PathBuf>,
}

impl Inputs {
    /// The inputs that were named, or standard input.
    pub(crate) fn from_args(args: &InputArgs) -> Result<Self> {
        let named: Vec<&PathBuf> = args.files.iter().chain(&args.read).collect();
        let is_stdin = |path: &&&PathBuf| path.as_path() == Path::new("-");
        match named.iter().filter(is_stdin).count() {
            0 if !named.is_empty() => {}
            0 | 1 => check_stdin(named.is_empty())?,
            2.. => {
                return Err(Hinted::error(
                    "standard input (-) can be read only once",
                    "name each capture once",
                ));
            }
        }
        let mut inputs: Vec<Input> = named.iter().map(|path| input(path)).collect();
        if inputs.is_empty() {
            inputs.push(stdin());
        }
        let paths = named
            .into_iter()
            .filter(|path| path.as_path() != Path::new("-"));
        Ok(Self {
            paths: paths.cloned().collect(),
            inputs,
        })
    }
}

/// How the inputs are analysed.
pub(crate) fn config(args: &InputArgs) -> Config {
    let mut config = Config {
        threads: args.threads,
        packet_limit: args.count.map(u64::from),
        verify_checksums: args.verify_checksums,
        separate: Separate {
            vlan: args.separate.contains(&SeparateBy::Vlan),
            tunnel: args.separate.contains(&SeparateBy::Tunnel),
            interface: args.separate.contains(&SeparateBy::Interface),
        },
        ..Config::default()
    };
    config.session.idle_timeout = args.idle_timeout;
    config
}

/// The names that files beside the captures give.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameFiles {
    hosts: Vec<String>,
    is_off: bool,
}

impl NameFiles {
    /// Reads the files that were named.
    pub(crate) fn read(args: &InputArgs) -> Result<Self> {
        let read = |path: &PathBuf| {
            let bytes =
                fs::read(path).with_context(|| format!("cannot read '{}'", path.display()))?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        // Key logs are not used yet by what is analysed; a wrong name is still worth an error.
        for path in &args.keylog {
            let opened = fs::File::open(path);
            drop(opened.with_context(|| format!("cannot read '{}'", path.display()))?);
        }
        Ok(Self {
            hosts: args.hosts.iter().map(read).collect::<Result<_>>()?,
            is_off: args.no_names,
        })
    }

    /// These names, and those that the capture gives.
    pub(crate) fn with(&self, records: &[NameRecord]) -> Names {
        let mut names = Names::default();
        if self.is_off {
            return names;
        }
        for text in &self.hosts {
            names.add_hosts(text);
        }
        for record in records {
            names.add(record.ip, &record.name, NameSource::NameRecord);
        }
        names
    }
}

/// Who captured, by the options or by the name of the first input.
pub(crate) fn identity(args: &InputArgs, first_input: &str) -> Identity {
    Identity {
        whisperer: args.whisperer.clone(),
        instance: args
            .instance
            .clone()
            .unwrap_or_else(|| instance(first_input)),
    }
}

/// The instance that ids name: the file without what its endings say.
fn instance(first_input: &str) -> String {
    let path = Path::new(first_input);
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    let bare = [".gz", ".zst", ".zstd", ".lz4"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(&name);
    let stem = Path::new(bare)
        .file_stem()
        .map(|stem| stem.to_string_lossy());
    stem.map_or_else(|| bare.to_owned(), |stem| stem.into_owned())
}

fn input(path: &Path) -> Input {
    if path == Path::new("-") {
        stdin()
    } else {
        Input::File(path.to_owned())
    }
}

fn stdin() -> Input {
    Input::Stream {
        name: "stdin".to_owned(),
        reader: Box::new(io::stdin()),
    }
}

/// A terminal has no capture to give.
fn check_stdin(is_default: bool) -> Result<()> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    let message = if is_default {
        "no capture given"
    } else {
        "standard input is a terminal, not a capture"
    };
    Err(Hinted::error(
        message,
        "name a file (spider sessions capture.pcapng), or pipe one in (spider sessions < capture.pcapng)",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instance_is_the_bare_name_of_the_file() {
        for (name, expect) in [
            ("a.pcap", "a"),
            ("/tmp/day.1.pcapng.gz", "day.1"),
            ("x.pcap.zst", "x"),
            ("capture", "capture"),
            (".pcap", ".pcap"),
            ("stdin", "stdin"),
        ] {
            assert_eq!(instance(name), expect, "{name}");
        }
    }
}
