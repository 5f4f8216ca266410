//! HTTP as it was spoken: ordered bytes of a session to requests with their responses.
//!
//! An [`Observer`] takes the pieces of both directions, each with the [`Marks`] of the packets that
//! it came in, and gives [`HttpFacts`] with one [`Item`] a request. Bodies pass through: they are
//! counted, and handed out where that was asked for, but never held.
//!
//! Deliberately absent: TLS (pieces may be of deciphered bytes), HTTP/3, and the
//! search for messages in the middle of a piece. Limits: [`HttpLimits`].
//! Sources: RFC 9110, 9112, 9113, 7541, 6455, 7692.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod coding;
mod collect;
mod deflate;
mod fields;
mod h1;
mod h2;
mod item;
mod items;
mod limits;
mod mark;
mod message;
mod number;
mod observer;
mod web_socket;

#[cfg(test)]
mod tests;

pub use coding::{UnknownCoding, undo_codings};
pub use collect::{BodyPart, Keep, Role};
pub use deflate::{DeflateTerms, InflateFailure, SenderTerms};
pub use fields::{Fields, FieldsBuf, HasFields};
pub use item::{FrameTotals, HttpFacts, Item, Protocol, Reading, WebSocketTotals};
pub use items::Items;
pub use limits::HttpLimits;
pub use mark::{Extent, Mark, Marks};
pub use message::{Framing, HttpVersion, Message, Oddities, Oddity};
pub use observer::Observer;
pub use web_socket::{FrameEvent, FrameReader};
