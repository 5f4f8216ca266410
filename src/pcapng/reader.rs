//! Blocks in order: packets become slots, the rest becomes findings.
//!
//! A block whose lengths are possible and whose body lies is noted and skipped; one whose length
//! is impossible ends the input, for the next block cannot be found. Custom and unknown blocks are
//! skipped.
//!
//! Limits: [`ReadLimits`].
//! Sources: draft-ietf-opsawg-pcapng.

use std::sync::Arc;

use super::block::{
    Block, DECRYPTION_SECRETS, ENHANCED_PACKET, FRAMING, INTERFACE_DESCRIPTION,
    INTERFACE_STATISTICS, NAME_RESOLUTION, NoBlock, OBSOLETE_PACKET, SECTION_HEADER, SIMPLE_PACKET,
    next_block,
};
use super::names::read_names;
use super::option_list::OptionList;
use super::options::Options;
use super::packet_block::{PacketFields, fcs_len};
use super::secrets::SecretBlock;
use super::section::{Description, Section};
use super::statistics::{self, InterfaceStatistics};
use crate::capture::{
    self, ByteOrder, Framed, InterfaceId, Next, NoticeKind, Output, PacketNumber, ReadLimits, Slot,
    Window,
};

/// Reads the blocks of one input.
#[derive(Debug)]
pub(crate) struct BlockReader {
    section: Section,
    limits: ReadLimits,
    /// Of all sections so far.
    interface_count: u32,
    name_count: usize,
    secrets_bytes: usize,
    /// Of options that are kept.
    option_bytes: usize,
}

/// Where a block lies.
#[derive(Clone, Copy)]
struct Place {
    /// Of its body in the batch.
    body: usize,
    /// Of the block in the input.
    offset: u64,
}

impl BlockReader {
    /// A reader for an input whose first section has this byte order.
    pub(crate) fn new(order: ByteOrder, limits: &ReadLimits) -> Self {
        Self {
            section: Section::new(order),
            limits: *limits,
            interface_count: 0,
            name_count: 0,
            secrets_bytes: 0,
            option_bytes: 0,
        }
    }

    /// Frames the blocks in a window.
    pub(crate) fn frame(&mut self, window: &Window<'_>, out: &mut Output<'_>) -> Framed {
        let max_bytes = self.limits.max_packet_bytes.saturating_add(FRAMING);
        let mut position = window.start;
        loop {
            let bytes = window.bytes.get(position..).unwrap_or_default();
            let offset = window.offset_of(position);
            match next_block(bytes, self.section.order, max_bytes, window.at_end) {
                Ok(block) => {
                    let place = Place {
                        body: position.saturating_add(8),
                        offset,
                    };
                    self.read_block(&block, place, out);
                    position = position.saturating_add(block.len);
                }
                Err(NoBlock::Need(needed)) => {
                    let next = Next::Need(needed);
                    return Framed { position, next };
                }
                Err(NoBlock::Impossible(message)) => {
                    out.findings.damaged(offset, message);
                    let next = Next::Stop;
                    return Framed { position, next };
                }
            }
        }
    }

    #[inline]
    fn read_block(&mut self, block: &Block<'_>, place: Place, out: &mut Output<'_>) {
        if let Some(oddity) = block.oddity {
            out.findings.damaged(place.offset, oddity.to_string());
        }
        match block.kind {
            SECTION_HEADER => self.read_section(block, place, out),
            _ if !self.section.is_readable => {}
            ENHANCED_PACKET | OBSOLETE_PACKET => self.read_packet(block, place, out),
            SIMPLE_PACKET => self.read_simple_packet(block, place, out),
            INTERFACE_DESCRIPTION => self.read_interface(block, place, out),
            NAME_RESOLUTION => self.read_names(block, place, out),
            DECRYPTION_SECRETS => self.read_secrets(block, place, out),
            INTERFACE_STATISTICS => self.read_statistics(block, place, out),
            _ => {}
        }
    }

    /// A new section forgets the interfaces of the one before. Minor versions are read alike.
    fn read_section(&mut self, block: &Block<'_>, place: Place, out: &mut Output<'_>) {
        if self.section.interfaces.is_empty() {
            self.release(self.section.kept.options.as_bytes().len());
        }
        self.section = Section::new(block.order);
        let major = block.order.u16_at(block.body, 4).unwrap_or_default();
        let minor = block.order.u16_at(block.body, 6).unwrap_or_default();
        if major != 1 {
            self.section.is_readable = false;
            let message = format!("section of version {major}.{minor} is not supported");
            out.findings.damaged(place.offset, message);
        }
        check_options(block, SECTION_OPTIONS, "section header", place, out);
        let options = block.body.get(SECTION_OPTIONS..).unwrap_or_default();
        let options = OptionList::read(options, block.kind, block.order);
        let is_kept = self.reserve(options.as_bytes().len(), place, out);
        self.section.kept = Arc::new(capture::Section {
            file: out.findings.file().to_owned(),
            options: if is_kept {
                options
            } else {
                OptionList::default()
            },
        });
    }

    /// Takes room for options that are kept; false, with a notice, where there is none.
    fn reserve(&mut self, len: usize, place: Place, out: &mut Output<'_>) -> bool {
        let total = self.option_bytes.saturating_add(len);
        if self.limits.max_option_bytes < total {
            let message = format!(
                "more than {} bytes of options",
                self.limits.max_option_bytes
            );
            out.findings
                .note(NoticeKind::LimitReached, place.offset, message);
            return false;
        }
        self.option_bytes = total;
        true
    }

    fn release(&mut self, len: usize) {
        self.option_bytes = self.option_bytes.saturating_sub(len);
    }

    fn read_interface(&mut self, block: &Block<'_>, place: Place, out: &mut Output<'_>) {
        if self.limits.max_interfaces <= self.interface_count as usize {
            if self.section.interfaces.len() < self.limits.max_interfaces {
                self.section.interfaces.push(None);
            }
            let message = format!("more than {} interfaces", self.limits.max_interfaces);
            out.findings
                .note(NoticeKind::LimitReached, place.offset, message);
            return;
        }
        let id = InterfaceId(self.interface_count);
        let Some(mut description) = Description::parse(block.body, block.order, id) else {
            self.section.interfaces.push(None);
            let message = format!("interface description of {} bytes", block.len);
            out.findings.damaged(place.offset, message);
            return;
        };
        if let Some(problem) = &description.problem {
            let message = format!("interface description: {problem}");
            out.findings.damaged(place.offset, message);
        }
        if !self.reserve(description.options.as_bytes().len(), place, out) {
            description.keep_least();
        }
        self.interface_count = self.interface_count.saturating_add(1);
        self.section.interfaces.push(Some(description.interface));
        let interface = description.into_interface(&self.section.kept);
        out.findings.interfaces.push(interface);
    }

    #[inline]
    fn read_packet(&self, block: &Block<'_>, place: Place, out: &mut Output<'_>) {
        match PacketFields::timed(block) {
            Some(fields) => self.place_packet(block, &fields, place, out),
            None => {
                let message = format!("packet block of {} bytes", block.len);
                out.findings.damaged(place.offset, message);
            }
        }
    }

    fn read_simple_packet(&self, block: &Block<'_>, place: Place, out: &mut Output<'_>) {
        let first = self.section.interfaces.first().copied().flatten();
        let snaplen = first.map_or(0, |interface| interface.snaplen);
        match PacketFields::simple(block, snaplen) {
            Some(fields) => self.place_packet(block, &fields, place, out),
            None => {
                let message = format!("simple packet block of {} bytes", block.len);
                out.findings.damaged(place.offset, message);
            }
        }
    }

    #[inline]
    fn place_packet(
        &self,
        block: &Block<'_>,
        fields: &PacketFields,
        place: Place,
        out: &mut Output<'_>,
    ) {
        let found = self.section.interfaces.get(fields.interface as usize);
        let Some(Some(interface)) = found else {
            let message = format!("packet of unknown interface {}", fields.interface);
            return out.findings.damaged(place.offset, message);
        };
        let Some(options) = fields.after(block.body) else {
            let (needed, left) = (fields.captured_len, block.body.len());
            let message = format!("packet of {needed} bytes in a block body of {left}");
            return out.findings.damaged(place.offset, message);
        };
        let time = fields.ticks.and_then(|ticks| interface.clock.time(ticks));
        if time.is_none() && fields.ticks.is_some() {
            let message = "packet with a time out of range".to_owned();
            out.findings.damaged(place.offset, message);
        }
        let fcs_len = packet_fcs_len(block, options, place, out).unwrap_or(interface.fcs_len);
        let start = place.body.saturating_add(fields.start);
        out.push(Slot {
            number: PacketNumber::FIRST,
            time,
            precision: interface.precision,
            interface: interface.id,
            link_type: interface.link_type,
            fcs_len,
            original_len: fields.original_len,
            start: u32::try_from(start).unwrap_or(u32::MAX),
            captured_len: fields.captured_len,
            block: fields.ticks.map(|_| block.order),
        });
    }

    /// The last statistics of an interface count; those of an unknown one say nothing.
    fn read_statistics(&mut self, block: &Block<'_>, place: Place, out: &mut Output<'_>) {
        check_options(
            block,
            statistics::OPTIONS,
            "interface statistics",
            place,
            out,
        );
        let Some(mut found) = InterfaceStatistics::parse(block) else {
            return;
        };
        let local = found.interface.0 as usize;
        let Some(Some(interface)) = self.section.interfaces.get_mut(local) else {
            return;
        };
        found.interface = interface.id;
        let len = found.options.as_bytes().len();
        let replaced = std::mem::replace(&mut interface.statistics_bytes, len);
        self.release(replaced);
        if self.reserve(len, place, out) {
            out.findings.statistics.insert(found.interface, found);
        } else if let Some(Some(interface)) = self.section.interfaces.get_mut(local) {
            interface.statistics_bytes = 0;
        }
    }

    fn read_names(&mut self, block: &Block<'_>, place: Place, out: &mut Output<'_>) {
        let names = &mut out.findings.names;
        let before = names.len();
        let result = read_names(block.body, block.order, names);
        let room = self.limits.max_names.saturating_sub(self.name_count);
        let added = names.len().saturating_sub(before);
        names.truncate(before.saturating_add(room));
        self.name_count = self.name_count.saturating_add(added.min(room));
        if let Err(problem) = result {
            out.findings.damaged(place.offset, problem);
        }
        if room < added {
            let message = format!("more than {} names", self.limits.max_names);
            out.findings
                .note(NoticeKind::LimitReached, place.offset, message);
        }
    }

    fn read_secrets(&mut self, block: &Block<'_>, place: Place, out: &mut Output<'_>) {
        let total = self.secrets_bytes.saturating_add(block.body.len());
        if self.limits.max_secrets_bytes < total {
            let message = format!(
                "more than {} bytes of secrets",
                self.limits.max_secrets_bytes
            );
            out.findings
                .note(NoticeKind::LimitReached, place.offset, message);
            return;
        }
        self.secrets_bytes = total;
        match SecretBlock::parse(block.body, block.order) {
            Ok(secrets) => out.findings.secrets.push(secrets),
            Err(problem) => out.findings.damaged(place.offset, problem),
        }
    }
}

#[inline]
fn packet_fcs_len(
    block: &Block<'_>,
    options: &[u8],
    place: Place,
    out: &mut Output<'_>,
) -> Option<u8> {
    if options.is_empty() {
        return None;
    }
    fcs_len(block, options).unwrap_or_else(|bad| {
        out.findings
            .damaged(place.offset, format!("packet block: {bad}"));
        None
    })
}

/// Notes an option list that lies, in a block whose options are not used.
fn check_options(block: &Block<'_>, start: usize, what: &str, place: Place, out: &mut Output<'_>) {
    let options = block.body.get(start..).unwrap_or_default();
    if let Some(Err(bad)) = Options::new(options, block.order).last() {
        out.findings.damaged(place.offset, format!("{what}: {bad}"));
    }
}

/// Where the options of a section header start in its body.
const SECTION_OPTIONS: usize = 16;
