//! The direction of imports, and which crates are named where.
//!
//! ARCHITECTURE.md says why; this test makes it so.
#![expect(clippy::expect_used, reason = "what cannot be read fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules of the library a module may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("capture", &["pcapng", "time"]),
    ("pcapng", &["capture", "time"]),
    ("packet", &["capture", "time"]),
    ("session", &["capture", "packet", "time"]),
    ("lot", &["capture", "http", "session", "time"]),
    ("stats", &["lot", "packet", "session", "time"]),
    ("tls", &["session", "time"]),
    ("http", &["session", "time"]),
    ("names", &["capture", "time"]),
    ("export", &["capture", "names", "pcapng", "tls"]),
    (
        "document",
        &[
            "capture", "http", "lot", "names", "packet", "session", "stats", "time", "tls",
        ],
    ),
    (
        "select",
        &["document", "names", "packet", "session", "time"],
    ),
    ("view", &["document", "lot", "time"]),
    (
        "config",
        &["capture", "http", "packet", "session", "time", "tls"],
    ),
    ("error", &["capture"]),
    (
        "analyze",
        &[
            "capture", "config", "error", "http", "lot", "names", "packet", "pcapng", "session",
            "time", "tls",
        ],
    ),
];

/// Which modules may name a third-party crate; `bin` is the command.
const NAMED_ONLY_IN: &[(&str, &[&str])] = &[
    ("pcap_file", &["capture", "pcapng"]),
    ("flate2", &["capture", "http", "lot", "tls"]),
    ("zstd", &["capture", "http", "lot"]),
    ("lz4_flex", &["capture"]),
    ("brotli_decompressor", &["http", "lot"]),
    ("httparse", &["http", "lot"]),
    ("loona_hpack", &["http", "lot"]),
    ("quick_xml", &["lot"]),
    ("rmp", &["lot"]),
    ("etherparse", &["packet"]),
    ("hashbrown", &["session"]),
    ("memchr", &["http"]),
    ("serde", &["document", "select", "view"]),
    ("serde_json", &["document", "lot", "select", "view"]),
    ("sha1", &["document", "tls"]),
    ("aes", &["tls"]),
    ("aes_gcm", &["tls"]),
    ("aria", &["tls"]),
    ("camellia", &["tls"]),
    ("cbc", &["tls"]),
    ("ccm", &["tls"]),
    ("chacha20poly1305", &["tls"]),
    ("des", &["tls"]),
    ("hkdf", &["tls"]),
    ("hmac", &["tls"]),
    ("idea", &["tls"]),
    ("rc2", &["tls"]),
    ("rc4", &["tls"]),
    ("md5", &["tls"]),
    ("sha2", &["tls"]),
    ("x509_parser", &["tls"]),
    ("base64", &["document"]),
    ("cel", &["select"]),
    ("csv", &["view"]),
    ("unicode_width", &["view"]),
    ("itoa", &["document", "view"]),
    ("xxhash_rust", &["document", "session"]),
    ("ipnet", &["select"]),
    ("wildmatch", &["select"]),
    ("strsim", &["select"]),
    ("terminal_size", &["bin"]),
    ("jiff", &["bin"]),
    ("rayon", &["analyze", "bin"]),
    ("clap", &["bin"]),
    ("indicatif", &["bin"]),
    ("anyhow", &["bin"]),
    ("tempfile", &["bin"]),
    ("mimalloc", &["bin"]),
];

#[test]
fn modules_import_only_leftwards() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for (module, path, text) in sources() {
        if module == "bin" || module == "lib" {
            continue;
        }
        let may = allowed
            .get(module.as_str())
            .unwrap_or_else(|| panic!("{module} has no row"));
        for other in names_after(&text, "crate::") {
            let known = allowed.contains_key(other.as_str());
            if known && other != module && !may.contains(&other.as_str()) {
                wrong.insert(format!("{}: {module} imports {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn crates_are_named_only_in_their_folders() {
    let mut wrong = BTreeSet::new();
    for (module, path, text) in sources() {
        for (name, places) in NAMED_ONLY_IN {
            if text.contains(&format!("{name}::")) && !places.contains(&module.as_str()) {
                wrong.insert(format!("{}: {module} names {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_documents_can_be_serialized() {
    for (module, path, text) in sources() {
        let derives = text
            .lines()
            .any(|line| line.contains("derive(") && line.contains("Serialize"));
        assert!(!derives || module == "document", "{}", path.display());
    }
}

/// Module, path and code (tests left out) of every source file.
fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files
        .into_iter()
        .filter(|path| !is_test_file(path))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("source");
            let code = text
                .split("#[cfg(test)]")
                .next()
                .unwrap_or_default()
                .to_owned();
            (module_of(&root, &path), path, code)
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
}

fn is_test_file(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests")
        || path
            .file_name()
            .is_some_and(|name| name == "tests.rs" || name == "testing.rs")
}

fn module_of(root: &Path, path: &Path) -> String {
    let first = path
        .strip_prefix(root)
        .expect("below src")
        .components()
        .next()
        .expect("a name");
    let name = first.as_os_str().to_string_lossy();
    name.strip_suffix(".rs").unwrap_or(&name).to_owned()
}

/// The names that stand right behind `prefix`, also within braces.
fn names_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in text.split(prefix).skip(1) {
        let list = part
            .strip_prefix('{')
            .and_then(|list| list.split('}').next());
        for item in
            list.unwrap_or(part)
                .split(',')
                .take(if list.is_some() { usize::MAX } else { 1 })
        {
            let name: String = item
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            names.insert(name);
        }
    }
    names
}
