//! Documents for people and programs, over `impl Write`.

mod csv;
mod escape;
mod json;
mod notes;
mod packet_flow;
pub mod packet_row;
mod session_row;
mod table;
mod time_text;
mod units;

pub use csv::CsvWriter;
pub use escape::Escaped;
pub use json::{JsonLayout, JsonWriter};
pub use notes::Notes;
pub use packet_flow::{FlowStyle, Glyphs, PacketFlow};
pub use session_row::{SessionColumn, SessionRow, fit_steps};
pub use table::{Align, Column, Cut, Fit, MIN_WIDTH, Surface, Table, Tone};
pub use time_text::{TimeStyle, TimeText};
pub use units::{HumanBytes, HumanSpan};
