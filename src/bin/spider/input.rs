//! From arguments to inputs, names and configuration.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::Result;
use spider_pcap::capture::Input;
use spider_pcap::config::{Config, Separate};
use spider_pcap::document::Identity;

use crate::args::{InputArgs, SeparateBy};
use crate::failure::Hinted;

/// Inputs that can be read.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// What to read.
    pub(crate) inputs: Vec<Input>,
    /// Those of them that are files.
    pub(crate) paths: Vec<PathBuf>,
    /// One of them is standard input, which can be read once.
    pub(crate) reads_stdin: bool,
}

impl Inputs {
    /// The inputs that were named, or standard input.
    pub(crate) fn from_args(args: &InputArgs) -> Result<Self> {
        let named: Vec<&PathBuf> = named(args).collect();
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
        let reads_stdin = named.is_empty() || named.iter().any(|path| is_stdin(&path));
        let paths = named.iter().filter(|path| !is_stdin(path));
        Ok(Self {
            paths: paths.map(|path| (*path).clone()).collect(),
            inputs: Self::named_from_args(args, stdin),
            reads_stdin,
        })
    }

    /// The inputs that were named, with `stdin` for standard input.
    pub(crate) fn named_from_args(args: &InputArgs, stdin: impl FnOnce() -> Input) -> Vec<Input> {
        let mut stdin = Some(stdin);
        let named = named(args);
        let mut inputs: Vec<Input> = named
            .filter_map(|path| match path.as_path() == Path::new("-") {
                true => stdin.take().map(|stdin| stdin()),
                false => Some(Input::File(path.clone())),
            })
            .collect();
        if inputs.is_empty() {
            inputs.extend(stdin.take().map(|stdin| stdin()));
        }
        inputs
    }
}

/// The inputs that were named; a directory stands for what lies in it.
fn named(args: &InputArgs) -> impl Iterator<Item = &PathBuf> {
    let named = args.files.iter().chain(&args.read);
    named.flat_map(|path| match args.directories.get(path) {
        Some(inside) => inside.iter(),
        None => std::slice::from_ref(path).iter(),
    })
}

/// How the inputs are analysed.
pub(crate) fn config(args: &InputArgs) -> Config {
    let mut config = Config {
        threads: args.threads,
        packet_limit: args.count.map(u64::from),
        verify_checksums: args.verify_checksums,
        shard: args.shard,
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

/// Who captured, as ids name it.
pub(crate) fn identity(args: &InputArgs, first_input: &str) -> Identity {
    let instance = args.instance.clone();
    Identity {
        whisperer: args.whisperer.clone(),
        instance: instance.unwrap_or_else(|| instance_of(first_input)),
    }
}

/// The instance that ids name: the file without what its endings say.
fn instance_of(first_input: &str) -> String {
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

fn stdin() -> Input {
    Input::Stream {
        name: STDIN.to_owned(),
        reader: Box::new(io::stdin()),
    }
}

/// What standard input is called.
pub(crate) const STDIN: &str = "stdin";

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
            assert_eq!(instance_of(name), expect, "{name}");
        }
    }
}
