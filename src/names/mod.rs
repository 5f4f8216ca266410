//! Who is called what: addresses in, one name each out.
//!
//! ```text
//! hosts files, name records ----------------------------.
//! DNS messages -> dns (one message) -> answers (changes) -> table (best name) -> documents
//! ```
//!
//! Deliberately absent: a resolver. Whatever is known stands in the capture or in a file that was
//! given. Nothing is escaped here: names are bytes of a capture, and escaping is the job of views.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod answers;
mod dns;
mod history;
mod reader;
mod source;
mod table;

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "lengths of messages that the tests build"
)]
mod tests;

pub use answers::{Answer, AnswerCollector};
pub use dns::{Grade, NameService};
pub use source::{NameSource, Named};
pub use table::Names;
