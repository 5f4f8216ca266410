//! Directories as inputs: the captures that lie in them.
//!
//! Captures are told by their content. Files that are none, or are empty, are left out with a note;
//! so is, with its reason, what starts as a capture and cannot be read. Hidden files and
//! subdirectories are passed over.
//!
//! Limits: the start of every file is looked at, one file after the other.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use spider_pcap::capture::{Capture, Input, OpenError, ReadLimits};
use spider_pcap::view::Escaped;

use crate::args::InputArgs;
use crate::console::{Console, say};
use crate::failure::{self, Hinted};

/// Finds out what lies in the directories that were named.
pub(crate) fn look_into(args: &mut InputArgs, console: Console) -> Result<()> {
    let named = args.files.iter().chain(&args.read);
    let directories: Vec<PathBuf> = named.filter(|path| path.is_dir()).cloned().collect();
    for directory in directories {
        let captures = captures_in(&directory, console)?;
        args.directories.insert(directory, captures);
    }
    Ok(())
}

/// The captures in a directory, by name.
fn captures_in(directory: &Path, console: Console) -> Result<Vec<PathBuf>> {
    let (mut captures, mut others) = (Vec::new(), Vec::new());
    for path in files_in(directory)? {
        let opened = Capture::open(vec![Input::File(path.clone())], ReadLimits::default());
        match opened {
            Ok(_) => captures.push(path),
            Err(OpenError::NotACapture { .. } | OpenError::Empty { .. }) => others.push(path),
            Err(error @ (OpenError::Io { .. } | OpenError::NotFound { .. })) => {
                return Err(failure::from_analysis(&error.into()));
            }
            Err(error) => say(&format!("spider: left out {}", Escaped(&error.to_string()))),
        }
    }
    if captures.is_empty() {
        return Err(Hinted::error(
            format!("no captures in '{}'", directory.display()),
            "captures are looked for in the directory itself, not in those within it",
        ));
    }
    if !others.is_empty() {
        console.note(&left_out(directory, &others));
    }
    Ok(captures)
}

/// The regular files in a directory, by name, hidden ones aside.
fn files_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("cannot read the directory '{}'", directory.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let path = entry.path();
        if !is_hidden && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// "left out 5 files of 'captures' that are no captures: README.md, notes.txt, ..."
fn left_out(directory: &Path, others: &[PathBuf]) -> String {
    let names = others
        .iter()
        .take(SHOWN)
        .filter_map(|path| path.file_name());
    let names: Vec<_> = names.map(|name| name.to_string_lossy()).collect();
    let (files, are) = match others.len() {
        1 => ("1 file".to_owned(), "is no capture"),
        count => (format!("{count} files"), "are no captures"),
    };
    let more = if SHOWN < others.len() { ", ..." } else { "" };
    let text = format!(
        "left out {files} of '{}' that {are}: {}{more}",
        directory.display(),
        names.join(", ")
    );
    Escaped(&text).to_string()
}

/// Names of files that are left out and shown.
const SHOWN: usize = 3;
