//! Documents for people and programs, over `impl Write`.

mod color;
mod csv;
mod escape;
mod hex_dump;
mod json;
mod notes;
pub mod packet_detail;
mod session_row;
mod table;
mod time_text;
mod units;
mod wrap;

pub use csv::CsvWriter;
pub use escape::Escaped;
pub use json::{JsonLayout, JsonWriter};
pub use notes::Notes;
pub use session_row::{SessionColumn, SessionRow, fit_steps};
pub use table::{Align, Column, Cut, Fit, MIN_WIDTH, Surface, Table, Tone};
pub use time_text::{TimeStyle, TimeText};
pub use units::{HumanBytes, HumanSpan};
