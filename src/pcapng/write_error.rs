//! Why something cannot be written as pcapng.

use std::io;
use std::net::IpAddr;

use thiserror::Error;

/// What stopped a [`Writer`](super::Writer).
///
/// All but [`WriteError::Io`] are found before a byte of the block is written: the writer can go
/// on without it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output refused; what was written is not a whole capture.
    #[error("cannot write the capture: {source}")]
    Io {
        /// What it said.
        #[from]
        source: io::Error,
    },
    /// The value of an option is too long for its length field.
    #[error("option {code} of {len} bytes: at most 65535 are possible")]
    OptionTooLong {
        /// Code of the option.
        code: u16,
        /// Bytes of its value.
        len: usize,
    },
    /// An option with the code of the end of a list.
    #[error("option 0 ends a list and cannot be in it")]
    EndOption,
    /// A block is too long for its length field.
    #[error("{block} block of {len} bytes: at most 4294967292 are possible")]
    BlockTooLong {
        /// Which kind of block.
        block: &'static str,
        /// Bytes of the block.
        len: usize,
    },
    /// Interfaces cannot be numbered in 32 bits.
    #[error("more than 4294967295 interfaces")]
    TooManyInterfaces,
    /// Names or secrets before any interface; other programs do not read such a file.
    #[error("a {block} block needs an interface before it")]
    NoInterface {
        /// Which kind of block.
        block: &'static str,
    },
    /// A name that is empty or holds a NUL.
    #[error("the name of {ip} is empty or holds a NUL")]
    BadName {
        /// Address with the name.
        ip: IpAddr,
    },
    /// A name that does not fit into a name record.
    #[error("the name of {ip} has {len} bytes: at most {at_most} are possible")]
    NameTooLong {
        /// Address with the name.
        ip: IpAddr,
        /// Bytes of the name.
        len: usize,
        /// Bytes that fit.
        at_most: usize,
    },
    /// A packet of an interface that was not written.
    #[error("packet {packet}: interface {interface} of {interfaces}")]
    UnknownInterface {
        /// Number of the packet.
        packet: u64,
        /// The interface, counted from 0.
        interface: u32,
        /// How many there are.
        interfaces: u32,
    },
    /// Statistics of an interface that was not written.
    #[error("statistics of interface {interface} of {interfaces}")]
    UnknownStatistics {
        /// The interface, counted from 0.
        interface: u32,
        /// How many there are.
        interfaces: u32,
    },
    /// A packet without time that is not of the first interface.
    #[error("packet {packet} has no time and is of interface {interface}: only 0 is possible")]
    NotOfFirstInterface {
        /// Number of the packet.
        packet: u64,
        /// Its interface, counted from 0.
        interface: u32,
    },
    /// A packet without time whose captured length readers could not tell.
    #[error(
        "packet {packet} has no time and {captured} bytes: only {needed} are possible \
         (original length {original}, snapshot length {snaplen})"
    )]
    LengthNotTold {
        /// Number of the packet.
        packet: u64,
        /// Bytes kept of it.
        captured: usize,
        /// Bytes that a reader would take.
        needed: u32,
        /// Bytes on the wire.
        original: u32,
        /// Snapshot length of its interface; 0 is no limit.
        snaplen: u32,
    },
    /// A packet without time that has options.
    #[error("packet {packet} has no time: options are not possible")]
    NoRoomForOptions {
        /// Number of the packet.
        packet: u64,
    },
}
