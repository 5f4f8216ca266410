//! Inputs that can be read only once (standard input, named pipes), kept in temporary files where
//! they are read more often.

#[cfg(unix)]
use std::fs;
use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use spider_pcap::capture::Input;

use crate::args::InputArgs;
use crate::input::{self, Inputs};

/// What inputs gave that cannot be read again.
#[derive(Debug, Default)]
pub(crate) struct Spool {
    stdin: Option<File>,
    pipes: Vec<(PathBuf, File)>,
}

/// Inputs that can be read again and again.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    args: &'a InputArgs,
    spool: Spool,
}

impl Spool {
    /// Reads standard input to its end.
    pub(crate) fn of_stdin() -> Result<Self> {
        Ok(Self {
            stdin: Some(kept(io::stdin())?),
            pipes: Vec::new(),
        })
    }

    /// Reads to their ends those of the inputs that cannot be read twice.
    fn of(inputs: &Inputs) -> Result<Self> {
        let mut spool = match inputs.reads_stdin {
            true => Self::of_stdin()?,
            false => Self::default(),
        };
        for path in &inputs.paths {
            // What cannot be opened is told when it is read.
            if is_pipe(path)
                && let Ok(pipe) = File::open(path)
            {
                spool.pipes.push((path.clone(), kept(pipe)?));
            }
        }
        Ok(spool)
    }

    /// The inputs that were named, with what is kept for those that cannot be read again.
    pub(crate) fn inputs(&self, args: &InputArgs) -> Result<Vec<Input>> {
        let stdin = match &self.stdin {
            Some(file) => from_start(file)?,
            None => Box::new(io::stdin()),
        };
        let named = Inputs::named_from_args(args, || Input::Stream {
            name: input::STDIN.to_owned(),
            reader: stdin,
        });
        named
            .into_iter()
            .map(|input| self.instead_of(input))
            .collect()
    }

    fn instead_of(&self, input: Input) -> Result<Input> {
        let Input::File(path) = input else {
            return Ok(input);
        };
        let kept = self.pipes.iter().find(|(pipe, _)| *pipe == path);
        Ok(match kept {
            Some((_, file)) => Input::Stream {
                name: path.display().to_string(),
                reader: from_start(file)?,
            },
            None => Input::File(path),
        })
    }

    fn again(&self) -> Result<Self> {
        let pipes = self.pipes.iter();
        let pipes = pipes.map(|(path, file)| Ok((path.clone(), file.try_clone()?)));
        let again = || -> io::Result<Self> {
            Ok(Self {
                stdin: self.stdin.as_ref().map(File::try_clone).transpose()?,
                pipes: pipes.collect::<io::Result<_>>()?,
            })
        };
        again().context(FAILED)
    }
}

impl<'a> Source<'a> {
    /// The inputs that were named; those that cannot be read twice are read now.
    pub(crate) fn from_args(args: &'a InputArgs, inputs: &Inputs) -> Result<Self> {
        let spool = Spool::of(inputs)?;
        Ok(Self { args, spool })
    }

    /// The inputs from their start on; they are read one time after the other, never at once.
    pub(crate) fn inputs(&self) -> Result<Vec<Input>> {
        self.spool.inputs(self.args)
    }

    /// What is kept of them.
    pub(crate) fn spool(&self) -> Result<Spool> {
        self.spool.again()
    }
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

fn kept(mut reader: impl Read) -> Result<File> {
    let mut file = tempfile::tempfile().context(FAILED)?;
    io::copy(&mut reader, &mut file).context(FAILED)?;
    Ok(file)
}

fn from_start(file: &File) -> Result<Box<dyn Read + Send>> {
    let mut reader = file.try_clone().context(FAILED)?;
    reader.rewind().context(FAILED)?;
    Ok(Box::new(reader))
}

const FAILED: &str = "cannot keep piped input in a temporary file";
