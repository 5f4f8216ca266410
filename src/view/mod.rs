//! Documents for people and programs, over `impl Write`.

mod anomaly_words;
mod color;
mod content;
mod csv;
mod escape;
mod field;
mod hex_dump;
mod json;
mod margin;
mod notes;
pub mod packet_detail;
mod packet_flow;
pub mod packet_row;
mod session_row;
mod session_sheet;
mod statistics;
mod statistics_fields;
mod table;
mod time_text;
mod timing_diagram;
mod units;
mod wrap;

pub use anomaly_words::{Sentence, anomaly_sentences};
pub use content::{ContentStyle, ContentView, Remark, Remarks};
pub use csv::CsvWriter;
pub use escape::Escaped;
pub use json::{JsonLayout, JsonWriter};
pub use notes::Notes;
pub use packet_flow::{FlowStyle, PacketFlow};
pub use session_row::{SessionColumn, SessionRow, fit_steps, timing_fit_steps};
pub use session_sheet::{SessionSheet, SheetCommand, SheetStyle, write_session_sheet};
pub use statistics::{write_statistics, write_statistics_csv};
pub use table::{Align, Column, Cut, Drawing, Fit, MIN_WIDTH, Surface, Table, Tone};
pub use time_text::{TimeStyle, TimeText};
pub use timing_diagram::{Characters, DiagramStyle, Words, write_timing_diagram};
pub use units::{Grouped, HumanBytes, HumanRate, HumanSpan};
