//! A directory to work in, and the program to run there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::copy::Whole;
use crate::files;

/// Exit code, standard output and standard error of a run.
pub(crate) type Run = (Option<i32>, Vec<u8>, String);

/// A directory.
pub(crate) struct Scene {
    directory: TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// All that a capture in the directory says.
    pub(crate) fn whole(&self, name: &str) -> Whole {
        let whole = whole(self.bytes(name));
        assert_eq!(whole.notices, [""; 0]);
        whole
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spider"));
        command.current_dir(self.directory.path()).args(arguments);
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run(&mut self.command(arguments))
    }

    /// Standard output of a run that goes well; a capture may be damaged.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let (code, stdout, stderr) = self.run(arguments);
        assert!(matches!(code, Some(0 | 3)), "{arguments:?}: {stderr}");
        String::from_utf8(stdout).unwrap()
    }

    /// The bytes of an export.
    pub(crate) fn export(&self, arguments: &[&str]) -> Vec<u8> {
        let (code, stdout, stderr) = self.run(&[&["export"], arguments].concat());
        assert!(matches!(code, Some(0 | 3)), "{arguments:?}: {stderr}");
        stdout
    }

    /// The documents of a capture, a line each; the instance is always the same.
    pub(crate) fn documents(&self, capture: &str) -> Vec<String> {
        let text = self.ok(&["sessions", "--instance", "x", "-o", "ndjson", capture]);
        text.lines().map(str::to_owned).collect()
    }
}

/// All that the bytes of a capture say.
pub(crate) fn whole(bytes: Vec<u8>) -> Whole {
    Whole::read(vec![files::input("x", bytes)])
}

pub(crate) fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), output.stdout, stderr)
}

/// The path of a capture of `testdata/`.
pub(crate) fn testdata(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    folder.join(name).to_str().unwrap().to_owned()
}

/// A pcap of sessions whose packets take turns.
pub(crate) fn many_sessions(sessions: u16, packets: u32) -> Vec<u8> {
    let mut file = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    file.extend([
        2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 101, 0, 0, 0,
    ]);
    for (at, session) in (0..packets).flat_map(|at| (0..sessions).map(move |one| (at, one))) {
        for number in [1_705_268_606, at, 41, 41] {
            file.extend(number.to_le_bytes());
        }
        file.extend([
            0x45, 0, 0, 41, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
        ]);
        file.extend((10_000 + session).to_be_bytes());
        file.extend([0, 80]);
        file.extend((1000 + at).to_be_bytes());
        file.extend([0, 0, 0, 1, 0x50, 0x18, 0x20, 0, 0, 0, 0, 0, b'x']);
    }
    file
}
