//! The captures of `testdata/`, or of another folder, as files.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use spider_pcap::capture::Input;

/// A capture of a folder.
pub(crate) struct CaptureFile {
    /// Path below the folder, with `/`.
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
    let files = below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"));
    assert!(50 < files.len(), "the captures of testdata are missing");
    files
}

/// All captures below a folder by their names.
pub(crate) fn below(root: &Path) -> Vec<CaptureFile> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if is_capture(&path) {
                let below = path.strip_prefix(root).unwrap();
                let parts: Vec<_> = below.iter().map(|part| part.to_str().unwrap()).collect();
                let name = parts.join("/");
                files.push(CaptureFile { name, path });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn is_capture(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    let plain = [".gz", ".zst", ".lz4"]
        .iter()
        .find_map(|compressed| name.strip_suffix(compressed))
        .unwrap_or(name);
    [".pcap", ".pcapng", ".cap", ".ntar"]
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
