//! Offline TCP session analysis of PCAP and PCAP-NG captures.
//!
//! ```text
//! capture bytes -> packet -> segment -> session -> lot -> documents -> views / exports
//!   capture/         packet/              session/   lot/    document/    view/
//!   pcapng/
//! ```
//!
//! Everything between `capture` and `view` is free of I/O: no file, no clock, no thread, no print.
//! A later layer may import an earlier one, never the reverse (`tests/layering.rs`).

pub mod analyze;
pub mod capture;
pub mod config;
pub mod document;
pub mod error;
pub mod export;
pub mod http;
pub mod lot;
pub mod names;
pub mod packet;
pub mod pcapng;
pub mod select;
pub mod session;
pub mod stats;
pub mod time;
pub mod tls;
pub mod view;
