//! What decoders share; nothing in this folder is a decoder.

pub(super) mod decoded;
pub(super) mod decoder;
pub(super) mod indent;
pub(super) mod json_plan;
pub(super) mod lot_bytes;
pub(super) mod message;
pub(super) mod plain;
pub(super) mod registry;
