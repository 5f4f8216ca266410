//! Lists the decoders of lots, so that adding one touches no other file.
//!
//! Turns the file names in `src/lot/decode/` into module declarations and the array `ALL`, which
//! `src/lot/decode/mod.rs` includes. Files in folders below it are what decoders share, and are
//! not listed. It reads no file's content and asks nothing of the machine.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const FOLDER: &str = "src/lot/decode";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join(FOLDER);
    let output = PathBuf::from(env::var("OUT_DIR")?).join("decoders.rs");
    fs::write(output, registry(&decoders(&folder)?)?)?;
    Ok(())
}

/// Path and module name of each decoder, in order of name.
fn decoders(folder: &Path) -> Result<Vec<(String, PathBuf)>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_source = path.is_file() && path.extension().is_some_and(|ending| ending == "rs");
        let name = path.file_stem().and_then(|stem| stem.to_str());
        match name {
            Some(name) if is_source && name != "mod" => found.push((name.to_owned(), path)),
            _ => {}
        }
    }
    found.sort();
    Ok(found)
}

fn registry(decoders: &[(String, PathBuf)]) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    for (name, path) in decoders {
        writeln!(text, "#[path = {path:?}]\nmod {name};")?;
    }
    writeln!(text, "static ALL: &[&dyn Decoder] = &[")?;
    for (name, _) in decoders {
        writeln!(text, "    {name}::DECODER,")?;
    }
    writeln!(text, "];")?;
    Ok(text)
}
