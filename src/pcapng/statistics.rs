//! Interface statistics blocks to what the capturing machine counted.
//!
//! The counters are not interpreted: they are kept as options.
//!
//! Limits: [`max_option_bytes`](crate::capture::ReadLimits::max_option_bytes).
//! Sources: draft-ietf-opsawg-pcapng, "Interface Statistics Block".

use super::block::Block;
use super::option_list::OptionList;
use crate::capture::InterfaceId;

/// The counters of one interface, as its capture gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceStatistics {
    /// Which interface.
    pub interface: InterfaceId,
    /// When they were counted, in ticks of the clock of the interface.
    pub ticks: u64,
    /// Start and end of the capture, packets received, dropped, delivered, and so on.
    pub options: OptionList,
}

impl InterfaceStatistics {
    /// The statistics in a block; `None` where its fixed fields are cut. The interface is the one
    /// of the section.
    pub(super) fn parse(block: &Block<'_>) -> Option<Self> {
        let (body, order) = (block.body, block.order);
        let high = order.u32_at(body, 4)?;
        let low = order.u32_at(body, 8)?;
        Some(Self {
            interface: InterfaceId(order.u32_at(body, 0)?),
            ticks: u64::from(high) << 32 | u64::from(low),
            options: OptionList::read(body.get(OPTIONS..)?, block.kind, order),
        })
    }
}

/// Where the options of a statistics block start in its body.
pub(super) const OPTIONS: usize = 12;
