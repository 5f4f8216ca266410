//! Which sessions, and in which order: filters, ids, conditions, sort keys.
//!
//! Everything works on finished documents, so that a choice sees what a person sees.

mod end;
mod expression;
mod field;
mod filter;
mod session_id;
mod sort;
mod spelling;
mod target_text;

pub use end::{EndPattern, NamePattern, Network, PatternError};
pub use expression::{Condition, ConditionError};
pub use field::{FieldCatalog, FieldPath, Members, UnknownField};
pub use filter::{Filter, Trait};
pub use session_id::{FindError, SessionNames, find_session};
pub use sort::{SortKey, SortValue};
pub use target_text::target_of;
