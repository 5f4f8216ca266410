//! Sessions as scripts, grouped by what they show.

mod content;
mod labels;
mod lifecycle;
mod lingering;
mod resends;
pub(crate) mod script;
mod waiting;
