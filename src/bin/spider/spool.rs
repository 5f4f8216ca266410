//! Standard input that is read more than once: kept in a temporary file.

use std::fs::File;
use std::io::{self, Seek as _};

use anyhow::{Context as _, Result};
use spider_pcap::capture::Input;

use crate::args::InputArgs;
use crate::input::{self, Inputs};

/// What standard input gave.
#[derive(Debug)]
pub(crate) struct Spool {
    file: File,
}

/// Inputs that can be read again and again.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    args: &'a InputArgs,
    spool: Option<Spool>,
}

impl Spool {
    /// Reads standard input to its end.
    pub(crate) fn of_stdin() -> Result<Self> {
        let mut file = tempfile::tempfile().context(FAILED)?;
        io::copy(&mut io::stdin(), &mut file).context(FAILED)?;
        Ok(Self { file })
    }

    /// The same once more; they are read one after the other, never at the same time.
    pub(crate) fn again(&self) -> Result<Self> {
        let file = self.file.try_clone().context(FAILED)?;
        Ok(Self { file })
    }

    /// The inputs that were named, with this for standard input.
    pub(crate) fn inputs(&self, args: &InputArgs) -> Result<Vec<Input>> {
        let mut reader = self.again()?.file;
        reader.rewind().context(FAILED)?;
        Ok(Inputs::named_from_args(args, || Input::Stream {
            name: input::STDIN.to_owned(),
            reader: Box::new(reader),
        }))
    }
}

impl<'a> Source<'a> {
    /// The inputs that were named; standard input is read now.
    pub(crate) fn from_args(args: &'a InputArgs, reads_stdin: bool) -> Result<Self> {
        let spool = reads_stdin.then(Spool::of_stdin).transpose()?;
        Ok(Self { args, spool })
    }

    /// The inputs from their start on.
    pub(crate) fn inputs(&self) -> Result<Vec<Input>> {
        match &self.spool {
            Some(spool) => spool.inputs(self.args),
            None => Ok(Inputs::from_args(self.args)?.inputs),
        }
    }

    /// What standard input gave, when it is one of them.
    pub(crate) fn spool(&self) -> Result<Option<Spool>> {
        self.spool.as_ref().map(Spool::again).transpose()
    }
}

const FAILED: &str = "cannot keep standard input in a temporary file";
