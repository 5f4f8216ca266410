//! What comes out, compared with the files that say what must come out.
//!
//! With `UPDATE_GOLDEN=1` the files are written anew; review reads their diff.

#[path = "diff.rs"]
mod diff;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Comparisons with files, and what differed.
#[derive(Default)]
pub(crate) struct Goldens {
    report: String,
}

impl Goldens {
    /// Compares a text with a file below `testdata/`, or writes that.
    pub(crate) fn compare(&mut self, golden: impl AsRef<Path>, found: &str) {
        let path = testdata().join(&golden);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(path, found).unwrap();
            return;
        }
        let expected = fs::read_to_string(path).unwrap_or_default();
        if expected != found {
            let lines = diff::lines(&expected, found);
            let name = golden.as_ref().display();
            writeln!(self.report, "{name} (- file, + now):\n{lines}").unwrap();
        }
    }

    /// Fails when anything differed.
    pub(crate) fn check(self) {
        let report = self.report;
        assert!(report.is_empty(), "UPDATE_GOLDEN=1 blesses\n{report}");
    }
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}
