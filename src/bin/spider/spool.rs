//! Inputs that can be read only once (standard input, named pipes), kept in temporary files while
//! they are read, for the case that they are read once more.

#[cfg(unix)]
use std::fs;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use spider_pcap::capture::Input;

use crate::args::InputArgs;
use crate::input::{self, Inputs};

/// What inputs give that cannot be read again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spool {
    stdin: Option<Kept>,
    pipes: Vec<(PathBuf, Kept)>,
}

/// Inputs that can be read again and again.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    args: &'a InputArgs,
    spool: Spool,
}

impl Spool {
    /// Keeps what standard input gives.
    pub(crate) fn of_stdin() -> Result<Self> {
        Ok(Self {
            stdin: Some(Kept::new(Box::new(io::stdin()))?),
            pipes: Vec::new(),
        })
    }

    /// Keeps what those of the inputs give that cannot be read twice.
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
                spool.pipes.push((path.clone(), Kept::new(Box::new(pipe))?));
            }
        }
        Ok(spool)
    }

    /// The inputs that were named, with what is kept for those that cannot be read again.
    pub(crate) fn inputs(&self, args: &InputArgs) -> Result<Vec<Input>> {
        let stdin = match &self.stdin {
            Some(kept) => kept.reader()?,
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
            Some((_, kept)) => Input::Stream {
                name: path.display().to_string(),
                reader: kept.reader()?,
            },
            None => Input::File(path),
        })
    }
}

impl<'a> Source<'a> {
    /// The inputs that were named.
    pub(crate) fn from_args(args: &'a InputArgs, inputs: &Inputs) -> Result<Self> {
        let spool = Spool::of(inputs)?;
        Ok(Self { args, spool })
    }

    /// The inputs from their start on; they are read one time after the other, never at once.
    pub(crate) fn inputs(&self) -> Result<Vec<Input>> {
        self.spool.inputs(self.args)
    }

    /// What is kept of them.
    pub(crate) fn spool(&self) -> Spool {
        self.spool.clone()
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

/// An input, and what it gave so far.
#[derive(Clone)]
struct Kept {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    /// Absent when it is at its end.
    input: Option<Box<dyn Read + Send>>,
    file: File,
    /// Bytes in the file.
    len: u64,
    /// Why not all that was read is in the file.
    failure: Option<io::Error>,
}

/// Reads what is kept, and then on.
struct FromStart {
    kept: Kept,
    position: u64,
}

impl Kept {
    fn new(input: Box<dyn Read + Send>) -> Result<Self> {
        let shared = Shared {
            input: Some(input),
            file: tempfile::tempfile().context(FAILED)?,
            len: 0,
            failure: None,
        };
        Ok(Self {
            shared: Arc::new(Mutex::new(shared)),
        })
    }

    /// All bytes of the input, from the first one on.
    fn reader(&self) -> Result<Box<dyn Read + Send>> {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = &shared.failure {
            return Err(io::Error::from(failure.kind())).context(FAILED);
        }
        Ok(Box::new(FromStart {
            kept: self.clone(),
            position: 0,
        }))
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl Read for FromStart {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let shared = &mut self.kept.shared.lock();
        let shared = shared.as_mut().map_err(|_| io::ErrorKind::Other)?;
        let len = match self.position < shared.len {
            true => shared.read_kept(self.position, buffer)?,
            false => shared.read_on(buffer)?,
        };
        self.position = self.position.saturating_add(len as u64);
        Ok(len)
    }
}

impl Shared {
    fn read_kept(&mut self, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(position))?;
        self.file.read(buffer)
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(input) = &mut self.input else {
            return Ok(0);
        };
        let len = input.read(buffer)?;
        let new = buffer.get(..len).unwrap_or_default();
        if new.is_empty() && !buffer.is_empty() {
            self.input = None;
        }
        if self.failure.is_none() {
            let end = self.file.seek(SeekFrom::End(0));
            let kept = end.and_then(|_| self.file.write_all(new));
            // It matters only to those who read it once more.
            self.failure = kept.err();
            self.len = self.len.saturating_add(len as u64);
        }
        Ok(len)
    }
}

const FAILED: &str = "cannot keep piped input in a temporary file";
