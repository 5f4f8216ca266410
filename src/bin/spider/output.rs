//! Where results go: standard output, or a file that is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::NamedTempFile;

use crate::args::PageArgs;
use crate::failure::Hinted;
use crate::pager::Pager;

/// A place to write results to. Nothing reaches a regular file before [`Output::finish`].
#[derive(Debug)]
pub(crate) enum Output {
    /// Standard output.
    Stdout(BufWriter<StdoutLock<'static>>),
    /// A pager that shows it on the terminal.
    Paged(BufWriter<Pager>),
    /// A temporary file beside its target.
    Whole {
        /// What is written to.
        file: BufWriter<Temporary>,
        /// What it becomes.
        target: PathBuf,
    },
    /// Something that cannot be replaced by renaming: a device or a named pipe.
    Special {
        /// What is written to.
        file: BufWriter<File>,
        /// Its name.
        target: PathBuf,
    },
}

impl Output {
    /// Opens `target`, `-` or nothing being standard output, after checking it against `inputs`.
    pub(crate) fn open(target: Option<&Path>, inputs: &[PathBuf]) -> Result<Self> {
        let Some(target) = target.filter(|path| *path != Path::new("-")) else {
            let stdout = io::stdout().lock();
            return Ok(Self::Stdout(BufWriter::with_capacity(BUFFER_BYTES, stdout)));
        };
        let failed = || format!("cannot write '{}'", target.display());
        if inputs.iter().any(|input| is_same_file(input, target)) {
            return Err(Hinted::error(
                format!(
                    "'{}' is an input and would be overwritten",
                    target.display()
                ),
                "give another file to --write",
            ));
        }
        let existing = fs::metadata(target).ok();
        match existing {
            Some(existing) if existing.is_dir() => {
                let kind = io::Error::from(io::ErrorKind::IsADirectory);
                Err(kind).with_context(failed)
            }
            Some(existing) if !existing.is_file() => {
                let file = File::options().write(true).open(target);
                Ok(Self::Special {
                    file: BufWriter::with_capacity(BUFFER_BYTES, file.with_context(failed)?),
                    target: target.to_owned(),
                })
            }
            existing => {
                // A link stays a link: what it points to is replaced.
                let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
                let file = create_beside(&target, existing.as_ref()).with_context(failed)?;
                Ok(Self::Whole {
                    file: BufWriter::with_capacity(BUFFER_BYTES, Temporary(file)),
                    target,
                })
            }
        }
    }

    /// Opens the place for a long text: as [`Output::open`], or a pager when one was asked for and
    /// standard output is a terminal.
    pub(crate) fn open_page(page: &PageArgs, inputs: &[PathBuf]) -> Result<Self> {
        let output = Self::open(page.write.as_deref(), inputs)?;
        let is_paged = page.paginate && output.is_stdout() && io::stdout().is_terminal();
        if !is_paged {
            return Ok(output);
        }
        // Standard output is the pager's from here on.
        drop(output);
        let pager = BufWriter::with_capacity(BUFFER_BYTES, Pager::from_environment());
        Ok(Self::Paged(pager))
    }

    /// True when results go to standard output, through a pager or not.
    pub(crate) const fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout(_) | Self::Paged(_))
    }

    /// Names the output in an error.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Stdout(_) | Self::Paged(_) => "cannot write to standard output".to_owned(),
            Self::Whole { target, .. } | Self::Special { target, .. } => {
                format!("cannot write '{}'", target.display())
            }
        }
    }

    /// Brings everything to its place.
    pub(crate) fn finish(mut self) -> Result<()> {
        let failed = self.describe();
        self.flush().with_context(|| failed.clone())?;
        if let Self::Whole { file, target } = self {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error);
            let Temporary(file) = file.with_context(|| failed.clone())?;
            file.as_file().sync_data().with_context(|| failed.clone())?;
            let kept = file.persist(&target).map_err(|error| error.error);
            kept.with_context(|| failed)?;
        }
        Ok(())
    }
}

/// A temporary file; its name, which nobody knows, stays out of errors.
#[derive(Debug)]
pub(crate) struct Temporary(NamedTempFile);

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_file_mut().flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Paged(pager) => pager.write(bytes),
            Self::Whole { file, .. } => file.write(bytes),
            Self::Special { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Paged(pager) => pager.flush(),
            Self::Whole { file, .. } => file.flush(),
            Self::Special { file, .. } => file.flush(),
        }
    }
}

/// A temporary file in the directory of `target`, with the permissions that `target` has or a new
/// file would have.
fn create_beside(target: &Path, existing: Option<&fs::Metadata>) -> io::Result<NamedTempFile> {
    let directory = match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".spider-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The umask applies.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(directory)?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing.permissions())?;
    }
    Ok(file)
}

/// True when both names lead to one file.
pub(crate) fn is_same_file(left: &Path, right: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(left), Ok(right)) = (fs::metadata(left), fs::metadata(right)) {
        use std::os::unix::fs::MetadataExt as _;
        return left.dev() == right.dev() && left.ino() == right.ino() && left.is_file();
    }
    match (fs::canonicalize(left), fs::canonicalize(right)) {
        (Ok(left), Ok(right)) => left == right && left.is_file(),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

const BUFFER_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_it_is_finished() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("out.json");
        fs::write(&target, "old").unwrap();
        let mut output = Output::open(Some(&target), &[]).unwrap();
        output.write_all(b"new").unwrap();
        output.flush().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"old");
        output.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_left_when_it_is_given_up() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("out.json");
        let mut output = Output::open(Some(&target), &[]).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_input_is_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let input = directory.path().join("a.pcap");
        fs::write(&input, "capture").unwrap();
        let link = directory.path().join("b.pcap");
        fs::hard_link(&input, &link).unwrap();
        let inputs = [input.clone()];
        for target in [&input, &link, &directory.path().join("./a.pcap")] {
            let error = Output::open(Some(target), &inputs).unwrap_err();
            assert!(
                error
                    .to_string()
                    .ends_with("is an input and would be overwritten")
            );
        }
        assert_eq!(fs::read(&input).unwrap(), b"capture");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut output = Output::open(Some(&link), &[]).unwrap();
        output.write_all(b"new").unwrap();
        output.finish().unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
