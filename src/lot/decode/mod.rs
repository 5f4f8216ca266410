//! The content of a lot, made readable: bytes and gaps in, lines of spans out.
//!
//! Each decoder is one file in this folder with one constant, `DECODER`; the build script lists
//! them (`docs/decoders.md`). A decoder is called once a lot, or once a part of a lot that is too
//! large to be held. What decoders have in common is in `shared/`.
//!
//! Every decoder shows each gap where it is, marks bytes that came late, and gives lines in the
//! order of the bytes. Deliberately absent: colours, the width of a terminal, and the escaping of
//! characters that a terminal would obey beyond control characters, which is the view's; and bytes
//! as they are, for which no decoding is needed.
//!
//! Limits: a decoder keeps no state between lots; what lots say to each other is kept by `Memory`. What it writes is bounded by what it is given,
//! in bytes of text for each byte of the lot, and in what is unpacked of it, which is 1 MiB at most:
//!
//! | Decoder | Text | Of lots up to |
//! |---|---|---|
//! | `text` | 4, when every byte is an escape | any size, in parts |
//! | `hex` | 5, and a row of 78 for each gap and part | any size, in parts |
//! | `lines` | 18, when every line is empty | any size, in parts |
//! | `utf16` | 4 | any size, in parts |
//! | `json`, `xml` | 66, when everything is nested deeply | 1 MiB, whole |
//! | `form` | 4 | 1 MiB, whole |
//! | `multipart` | as what is in it | 1 MiB, whole |
//! | `gzip`, `br`, `zstd` | as what is in it, and 1 MiB of that | 1 MiB, whole |
//! | `http` | as what is in it, and 1 MiB of what was packed | any size, up to the first gap or part |
//! | `resp`, `postgres`, `msgpack`, `protobuf` | 70, when every value is a line | any size, up to the first gap or part |
//! | `mqtt`, `websocket` | 70 for heads, and what is in them | any size, up to the first gap or part |
//! | `http2` | 10 for heads, what is in them, and 1 MiB of fields | any size, up to the first gap or part |
//!
//! A span costs 16 bytes beyond its text, and so does a line. A decoder that cannot show what it
//! is given says so in a note, and shows it as `text` or `hex`.
#![warn(clippy::indexing_slicing)]

mod shared;

pub use shared::decoded::{Decoded, Line, LineEnd, Span, SpanKind};
pub use shared::decoder::{Decoder, Fit};
pub use shared::lot_bytes::{Gap, Lateness, LotBytes, Piece};
pub use shared::memory::{Known, Memory};
pub use shared::registry::{all, auto, by_name};

// The modules of the decoders, and `ALL`.
include!(concat!(env!("OUT_DIR"), "/decoders.rs"));

/// Compiles and runs the example of the document.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/decoders.md")]
struct DocumentedExample;
