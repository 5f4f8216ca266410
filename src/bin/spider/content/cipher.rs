//! TLS in the content of a session: what is shown in the place of its bytes.
//!
//! With secrets, what they decipher. Without any, people see which records there are; programs get
//! the bytes as captured. `--encrypted` leaves all as captured.

use std::io::{self, Write};

use spider_pcap::analyze::{DecipheredPart, Decipherer, Disclosure, RecordLine};
use spider_pcap::lot::LotPart;
use spider_pcap::tls::{KeyLog, Undeciphered};
use spider_pcap::view::{HumanBytes, Remark, Remarks};

use crate::args::{ContentArgs, ContentFormat};

/// Stands between the lots as captured and what is shown of them.
pub(super) struct Cipher {
    keys: KeyLog,
    /// For people; programs get bytes that are not deciphered as they are.
    is_for_people: bool,
    decipherer: Option<Decipherer>,
    is_asked: bool,
}

/// What is shown of a part of a lot.
pub(super) struct Shown {
    pub(super) part: LotPart,
    pub(super) remarks: Remarks,
    /// Where in its content cleartext beside TLS stands, which is no part of what TLS protects.
    cleartext: Vec<std::ops::Range<usize>>,
    /// Bytes that were never captured.
    pub(super) missing_bytes: u64,
}

impl Cipher {
    pub(super) fn new(args: &ContentArgs) -> Self {
        Self {
            keys: KeyLog::default(),
            is_for_people: args.format == ContentFormat::Text,
            decipherer: None,
            is_asked: !args.encrypted,
        }
    }

    pub(super) fn learn(&mut self, keys: KeyLog) {
        self.keys = keys;
    }

    /// Takes in a part; gives it back where nothing is to be deciphered.
    pub(super) fn push(&mut self, part: LotPart) -> Option<LotPart> {
        if self.decipherer.is_none() && self.is_asked {
            let has_use = self.is_for_people || !self.keys.is_empty();
            self.decipherer = has_use.then(Decipherer::default);
            self.is_asked = false;
        }
        let Some(decipherer) = &mut self.decipherer else {
            return Some(part);
        };
        decipherer.push(&self.keys, part);
        None
    }

    pub(super) fn finish(&mut self) {
        if let Some(decipherer) = &mut self.decipherer {
            decipherer.finish(&self.keys);
        }
    }

    pub(super) fn next_part(&mut self) -> Option<Shown> {
        let decipherer = self.decipherer.as_mut()?;
        let deciphered = decipherer.next_part()?;
        Some(match decipherer.disclosure() {
            Some(Disclosure::Open) => Shown::open(deciphered),
            Some(Disclosure::Locked) if self.is_for_people => Shown::open(deciphered),
            Some(Disclosure::Locked | Disclosure::Cleartext) | None => {
                Shown::captured(deciphered.captured)
            }
        })
    }

    /// What is said at the end.
    pub(super) fn notes(&self, is_for_programs: bool) -> Vec<String> {
        let Some(decipherer) = &self.decipherer else {
            return Vec::new();
        };
        let tally = decipherer.tally();
        match (decipherer.disclosure(), tally.reason) {
            (Some(Disclosure::Open), Some(reason)) => vec![format!(
                "{} of TLS not deciphered: {reason}",
                records(tally.undeciphered)
            )],
            (Some(Disclosure::Locked), Some(reason)) if is_for_programs => {
                vec![format!("TLS is written as captured: {reason}")]
            }
            (_, _) => Vec::new(),
        }
    }
}

impl Shown {
    /// A part as captured.
    pub(super) fn captured(part: LotPart) -> Self {
        Self {
            missing_bytes: part.content.missing_bytes(),
            part,
            remarks: Remarks::default(),
            cleartext: Vec::new(),
        }
    }

    fn open(deciphered: DecipheredPart) -> Self {
        let is_content = !deciphered.deciphered.content.bytes.is_empty();
        let (before, after): (Vec<_>, Vec<_>) = deciphered
            .lines
            .iter()
            .partition(|line| line.at == 0 || !is_content);
        let mut part = deciphered.deciphered;
        if !is_content && !deciphered.lines.is_empty() {
            // The lines say all: bytes of which nothing is known need no place.
            part.content.gaps.clear();
        }
        let bytes = deciphered.deciphered_bytes;
        let is_all = deciphered.captured.is_whole();
        let fact = (is_all && 0 < bytes).then(|| format!("{} deciphered", HumanBytes(bytes)));
        Self {
            remarks: Remarks {
                facts: fact.into_iter().collect(),
                before: before.into_iter().map(remark).collect(),
                after: after.into_iter().map(remark).collect(),
            },
            missing_bytes: deciphered.captured.content.missing_bytes(),
            part,
            cleartext: deciphered.cleartext,
        }
    }

    pub(super) fn cleartext_bytes(&self) -> u64 {
        self.cleartext.iter().map(|range| range.len() as u64).sum()
    }

    /// Writes what TLS protects, or all where there is no TLS.
    pub(super) fn write_protected(&self, out: &mut impl Write) -> io::Result<()> {
        let bytes = &self.part.content.bytes;
        let mut next = 0;
        for range in &self.cleartext {
            out.write_all(bytes.get(next..range.start).unwrap_or_default())?;
            next = range.end;
        }
        out.write_all(bytes.get(next..).unwrap_or_default())
    }
}

/// A line for a record.
fn remark(line: &RecordLine) -> Remark {
    let RecordLine {
        text,
        records: count,
        bytes,
        reason,
        ..
    } = line;
    let text = match reason {
        None => format!("[TLS: {text}]"),
        Some(reason) => {
            let count = match count {
                1 => String::new(),
                count => format!("{}, ", records(*count)),
            };
            format!("[TLS: {text}, {count}{}: {reason}]", HumanBytes(*bytes))
        }
    };
    let is_severe = !matches!(reason, None | Some(Undeciphered::NoSecrets));
    Remark { text, is_severe }
}

fn records(count: u64) -> String {
    match count {
        1 => "1 record".to_owned(),
        count => format!("{count} records"),
    }
}
