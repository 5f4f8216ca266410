//! Every knob and limit in one place: passed down, never global.
//!
//! Each layer has its own limits; this is where they are put together.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::capture::ReadLimits;
use crate::http::Keep;
use crate::packet::DecodeLimits;
use crate::session::{Limits, Shard};
use crate::tls::KeyLog;

/// How a capture is analysed.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Threads that track sessions. Default: as many as there are cores. No result depends on it.
    pub threads: Option<NonZeroUsize>,
    /// Packets that are read. Default: all.
    pub packet_limit: Option<u64>,
    /// Leaves out packets with a wrong checksum. Default: they are counted and used, since
    /// offloading makes wrong checksums normal.
    pub verify_checksums: bool,
    /// What keeps sessions of one 4-tuple apart. Default: nothing.
    pub separate: Separate,
    /// The sessions that are tracked. Default: all. Of packets of other sessions only the headers
    /// are read.
    pub shard: Option<Shard>,
    /// When sessions end, and how many are tracked.
    pub session: Limits,
    /// Limits of reading.
    pub read: ReadLimits,
    /// What is kept of HTTP. Default: counts.
    pub http: Keep,
    /// TLS secrets that are known beside the capture. Default: none.
    pub keys: Arc<KeyLog>,
    /// Limits of decoding.
    pub decode: DecodeLimits,
}

/// What is part of a session's identity besides its 4-tuple, for overlapping address spaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Separate {
    /// VLAN ids.
    pub vlan: bool,
    /// Tunnels and their identifiers.
    pub tunnel: bool,
    /// Capture interfaces.
    pub interface: bool,
}

impl Separate {
    /// True when sessions are kept apart by anything.
    pub const fn any(self) -> bool {
        self.vlan || self.tunnel || self.interface
    }
}
