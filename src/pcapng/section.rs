//! Section headers and interface descriptions: what later blocks refer to.
//!
//! The length of a section is never trusted. pcap-file reads interface descriptions too, but
//! refuses clocks finer than a nanosecond and names that are not UTF-8, so their few options are
//! read here.
//!
//! Limits: [`max_interfaces`](crate::capture::ReadLimits::max_interfaces).
//! Sources: draft-ietf-opsawg-pcapng, "Section Header Block", "Interface Description Block".

use std::sync::Arc;

use super::block::INTERFACE_DESCRIPTION;
use super::clock::Clock;
use super::option_list::OptionList;
use super::options::Options;
use crate::capture::{self, ByteOrder, Interface, InterfaceId, LinkType};
use crate::time::Precision;

/// The section that is being read.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) order: ByteOrder,
    /// False for a version that is not known: its blocks are skipped.
    pub(super) is_readable: bool,
    /// `None` for one whose description is damaged or over the limit.
    pub(super) interfaces: Vec<Option<SectionInterface>>,
    /// What is kept of its header.
    pub(super) kept: Arc<capture::Section>,
}

impl Section {
    pub(super) fn new(order: ByteOrder) -> Self {
        Self {
            order,
            is_readable: true,
            interfaces: Vec::new(),
            kept: Arc::default(),
        }
    }
}

/// What packets need to know of their interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct SectionInterface {
    pub(super) id: InterfaceId,
    pub(super) link_type: LinkType,
    pub(super) clock: Clock,
    pub(super) precision: Precision,
    pub(super) fcs_len: u8,
    /// Longest packet kept; 0 is no limit.
    pub(super) snaplen: u32,
    /// Bytes of options that are kept of its last statistics.
    pub(super) statistics_bytes: usize,
}

/// An interface description as it was read, and the first thing that is wrong with it.
pub(super) struct Description {
    pub(super) interface: SectionInterface,
    pub(super) name: Option<String>,
    pub(super) options: OptionList,
    pub(super) problem: Option<String>,
}

impl Description {
    /// Reads the body of a block; `None` where its fixed fields are cut.
    pub(super) fn parse(body: &[u8], order: ByteOrder, id: InterfaceId) -> Option<Self> {
        let mut description = Self {
            interface: SectionInterface {
                id,
                link_type: LinkType(order.u16_at(body, 0)?),
                clock: Clock::MICROS,
                precision: Precision::MICROS,
                fcs_len: 0,
                snaplen: order.u32_at(body, 4)?,
                statistics_bytes: 0,
            },
            name: None,
            options: OptionList::read(body.get(8..)?, INTERFACE_DESCRIPTION, order),
            problem: None,
        };
        for option in Options::new(body.get(8..)?, order) {
            let problem = match option {
                Ok((code, value)) => description.apply(code, value, order),
                Err(bad) => Some(bad.to_string()),
            };
            description.problem = description.problem.or(problem);
        }
        if description.problem.is_some() {
            // What was of no use here would be damage in a copy.
            description.options = description.options.filtered(is_of_its_length);
        }
        Some(description)
    }

    /// Takes one option over; says what is wrong with it.
    fn apply(&mut self, code: u16, value: &[u8], order: ByteOrder) -> Option<String> {
        let interface = &mut self.interface;
        match (code, value) {
            (IF_NAME, _) => self.name = text(value),
            (IF_TSRESOL, [resolution]) => {
                (interface.clock, interface.precision) =
                    interface.clock.with_resolution(*resolution);
            }
            (IF_FCSLEN, [len]) => interface.fcs_len = *len,
            (IF_TSOFFSET, [_, _, _, _, _, _, _, _]) => {
                let seconds = order.u64_at(value, 0).unwrap_or_default();
                interface.clock = interface.clock.with_offset(seconds.cast_signed());
            }
            (IF_TSRESOL | IF_FCSLEN | IF_TSOFFSET, _) => {
                return Some(format!("option {code} has {} bytes", value.len()));
            }
            _ => {}
        }
        None
    }

    /// Forgets the options that do not matter for packets.
    pub(super) fn keep_least(&mut self) {
        self.options = self.options.only(&[IF_TSRESOL, IF_FCSLEN, IF_TSOFFSET]);
    }

    /// The interface as users see it.
    pub(super) fn into_interface(self, section: &Arc<capture::Section>) -> Interface {
        Interface {
            name: self.name,
            link_type: self.interface.link_type,
            precision: self.interface.precision,
            snaplen: self.interface.snaplen,
            options: Arc::new(self.options),
            section: Arc::clone(section),
        }
    }
}

/// False for a number of a wrong length.
fn is_of_its_length(code: u16, value: &[u8]) -> bool {
    match code {
        IF_TSRESOL | IF_FCSLEN => value.len() == 1,
        IF_TSOFFSET => value.len() == 8,
        _ => true,
    }
}

/// Text up to the first NUL, `None` where there is none.
fn text(value: &[u8]) -> Option<String> {
    let text = value.split(|byte| *byte == 0).next().unwrap_or_default();
    (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
}

const IF_NAME: u16 = OptionList::INTERFACE_NAME;
const IF_TSRESOL: u16 = OptionList::TIME_RESOLUTION;
const IF_FCSLEN: u16 = OptionList::FCS_LEN;
const IF_TSOFFSET: u16 = OptionList::TIME_OFFSET;
