//! What decoders share; nothing in this folder is a decoder.

pub(super) mod cursor;
pub(super) mod decoded;
pub(super) mod decoder;
pub(super) mod frames;
pub(super) mod http2_fields;
pub(super) mod http2_frame;
pub(super) mod http2_state;
pub(super) mod http_body;
pub(super) mod http_head;
pub(super) mod indent;
pub(super) mod inner;
pub(super) mod json_plan;
pub(super) mod lot_bytes;
pub(super) mod memory;
pub(super) mod mqtt_body;
pub(super) mod nature;
pub(super) mod plain;
pub(super) mod postgres_body;
pub(super) mod registry;
pub(super) mod tree;
pub(super) mod unpack;
