//! `spider http --save-bodies`: bodies as files, without their content codings.
//!
//! Names are made of the number of the request and of what is harmless in the last part of its
//! path, so that nothing from the network leads out of the directory. A file is opened for each
//! block of bytes, since thousands of bodies may be under way at once.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::http_bodies;
use spider_pcap::capture::PacketNumber;
use spider_pcap::config::Config;
use spider_pcap::http::{BodyPart, Fields, Item, Role, undo_codings};

use super::choose::Requests;
use crate::console::Console;
use crate::failure::{self, Hinted};
use crate::progress::Bar;
use crate::spool::Source;

/// Saves the bodies of the chosen requests, in a second pass over the capture.
pub(super) fn save(
    folder: &Path,
    limit_bytes: u64,
    source: &Source<'_>,
    config: &Config,
    requests: &Requests<'_>,
    console: Console,
) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make '{}'", folder.display()))?;
    let mut files = Files {
        folder,
        limit_bytes,
        wanted: requests.bodies(),
        open: BTreeMap::new(),
        saved: 0,
        cut: 0,
        undecoded: 0,
    };
    let bar = Bar::new(console.progress);
    let mut failed = None;
    let read = http_bodies(
        source.inputs()?,
        config,
        &bar,
        &mut |session, part| match files.take(session, &part) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        },
    );
    bar.clear();
    if let Some(error) = failed {
        return Err(error);
    }
    read.map_err(|error| failure::from_analysis(&error))?;
    files.finish()?;
    let Files {
        saved,
        cut,
        undecoded,
        ..
    } = files;
    console.note(&format!("{saved} bodies written to '{}'", folder.display()));
    if 0 < cut {
        console.note(&format!(
            "{cut} of them cut at {limit_bytes} bytes (--max-body)"
        ));
    }
    if 0 < undecoded {
        console.note(&format!(
            "{undecoded} of them could not be decoded to their end"
        ));
    }
    Ok(())
}

/// Which body: first packet of the session, item, message.
type Key = (PacketNumber, u64, Role);

struct Files<'a> {
    folder: &'a Path,
    limit_bytes: u64,
    wanted: HashMap<(PacketNumber, u64), (usize, Item<Fields<'a>>)>,
    open: BTreeMap<Key, Open>,
    saved: u64,
    cut: u64,
    undecoded: u64,
}

/// A body under way.
struct Open {
    writer: Box<dyn Write>,
    end: Rc<RefCell<End>>,
    has_failed: bool,
}

/// How a file came out.
#[derive(Debug, Default)]
struct End {
    is_cut: bool,
    error: Option<io::Error>,
}

impl Files<'_> {
    fn take(&mut self, session: PacketNumber, part: &BodyPart) -> Result<()> {
        let key = (session, part.item, part.role);
        if part.is_last {
            return self
                .open
                .remove(&key)
                .map_or(Ok(()), |open| self.close(open));
        }
        if !self.open.contains_key(&key) {
            let Some((number, item)) = self.wanted.get(&(session, part.item)) else {
                return Ok(());
            };
            let open = self.start(*number, item, part.role)?;
            self.open.insert(key, open);
        }
        let Some(open) = self.open.get_mut(&key) else {
            return Ok(());
        };
        if !open.has_failed && open.writer.write_all(&part.bytes).is_err() {
            open.has_failed = true;
        }
        match open.end.borrow_mut().error.take() {
            Some(error) => {
                Err(error).with_context(|| format!("cannot write to '{}'", self.folder.display()))
            }
            None => Ok(()),
        }
    }

    fn start(&self, number: usize, item: &Item<Fields<'_>>, role: Role) -> Result<Open> {
        let (message, side) = match role {
            Role::Request => (&item.request, "request"),
            Role::Response => (&item.response, "response"),
        };
        let target = item.request.as_ref().map(|request| request.head.line().1);
        let name = harmless(target.unwrap_or_default());
        let path = self.folder.join(format!("{number:05}-{side}-{name}"));
        if let Err(error) = File::create_new(&path) {
            return Err(match error.kind() {
                io::ErrorKind::AlreadyExists => Hinted::error(
                    format!("'{}' exists already", path.display()),
                    "give a new directory to --save-bodies",
                ),
                _ => {
                    anyhow::Error::new(error).context(format!("cannot write '{}'", path.display()))
                }
            });
        }
        let end = Rc::new(RefCell::new(End::default()));
        let place = |end: &Rc<RefCell<End>>| {
            Box::new(Place {
                path: path.clone(),
                left: self.limit_bytes,
                end: Rc::clone(end),
            })
        };
        let head = message.as_ref().map(|message| &message.head);
        let encoding = head.and_then(|head| head.get("content-encoding"));
        let writer: Box<dyn Write> = match undo_codings(encoding.unwrap_or_default(), place(&end)) {
            Ok(writer) => writer,
            // As it was sent is better than nothing.
            Err(_) => place(&end),
        };
        Ok(Open {
            writer,
            end,
            has_failed: false,
        })
    }

    fn finish(&mut self) -> Result<()> {
        let left = std::mem::take(&mut self.open);
        left.into_values().try_for_each(|open| self.close(open))
    }

    fn close(&mut self, mut open: Open) -> Result<()> {
        open.has_failed |= open.writer.flush().is_err();
        // What decoders still hold goes to the file.
        drop(open.writer);
        let end = open.end.take();
        if let Some(error) = end.error {
            return Err(error).context("cannot write a body");
        }
        self.saved += 1;
        self.cut += u64::from(end.is_cut);
        self.undecoded += u64::from(open.has_failed && !end.is_cut);
        Ok(())
    }
}

/// A file of which so many bytes are written at most.
struct Place {
    path: PathBuf,
    left: u64,
    end: Rc<RefCell<End>>,
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        if room == 0 && !bytes.is_empty() {
            self.end.borrow_mut().is_cut = true;
            return Err(io::Error::other("the limit of a body is reached"));
        }
        let (part, _) = bytes.split_at(room);
        let written = File::options().append(true).open(&self.path);
        match written.and_then(|mut file| file.write_all(part)) {
            Ok(()) => {
                self.left -= part.len() as u64;
                Ok(room)
            }
            Err(error) => {
                let copy = io::Error::from(error.kind());
                self.end.borrow_mut().error = Some(error);
                Err(copy)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is harmless in a file name of the last part of a path.
fn harmless(target: &[u8]) -> String {
    let path = target
        .split(|byte| matches!(byte, b'?' | b'#'))
        .next()
        .unwrap_or_default();
    let last = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let kept = last.iter().take(MAX_NAME_BYTES).map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(*byte),
        _ => '_',
    });
    let name: String = kept.collect();
    let name = name.trim_matches('.');
    if name.is_empty() {
        "body".to_owned()
    } else {
        name.to_owned()
    }
}

/// Longest name that is taken from the network.
const MAX_NAME_BYTES: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_directory() {
        for (target, expect) in [
            (&b"/a/items.json?x=/../y"[..], "items.json"),
            (b"/", "body"),
            (b"/..", "body"),
            (b"/../../etc/passwd", "passwd"),
            (b"/..%2f..%2fetc", "_2f.._2fetc"),
            (b"/a\\..\\b\x00c\xff", "a_.._b_c_"),
            (b"http://h/x y", "x_y"),
        ] {
            assert_eq!(harmless(target), expect);
        }
        assert_eq!(harmless(&[b'a'; 500]).len(), 60);
    }
}
