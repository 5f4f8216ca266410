//! What the ladder is drawn with.

use crate::view::Characters;

/// The two kinds of arrows: what opens and closes a connection is drawn with a double line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    Plain,
    Double,
}

impl Characters {
    /// A side of the ladder.
    pub(super) const fn rail(self) -> &'static str {
        match self {
            Self::Unicode => "│",
            Self::Ascii => "|",
        }
    }

    /// Where an arrow leaves the client.
    pub(super) const fn tail_at_client(self, stroke: Stroke) -> &'static str {
        match (self, stroke) {
            (Self::Unicode, Stroke::Plain) => "├─ ",
            (Self::Unicode, Stroke::Double) => "╞═ ",
            (Self::Ascii, Stroke::Plain) => "|- ",
            (Self::Ascii, Stroke::Double) => "|= ",
        }
    }

    /// Where an arrow leaves the server.
    pub(super) const fn tail_at_server(self, stroke: Stroke) -> &'static str {
        match (self, stroke) {
            (Self::Unicode, Stroke::Plain) => " ─┤",
            (Self::Unicode, Stroke::Double) => " ═╡",
            (Self::Ascii, Stroke::Plain) => " -|",
            (Self::Ascii, Stroke::Double) => " =|",
        }
    }

    /// One cell of an arrow's line.
    pub(super) const fn shaft(self, stroke: Stroke) -> &'static str {
        match (self, stroke) {
            (Self::Unicode, Stroke::Plain) => "─",
            (Self::Unicode, Stroke::Double) => "═",
            (Self::Ascii, Stroke::Plain) => "-",
            (Self::Ascii, Stroke::Double) => "=",
        }
    }

    /// The head of an arrow at the server, with its side of the ladder.
    pub(super) const fn head_at_server(self, is_reset: bool) -> &'static str {
        match (self, is_reset) {
            (Self::Unicode, false) => "▶│",
            (Self::Unicode, true) => "×│",
            (Self::Ascii, false) => ">|",
            (Self::Ascii, true) => "x|",
        }
    }

    /// The head of an arrow at the client, with its side of the ladder.
    pub(super) const fn head_at_client(self, is_reset: bool) -> &'static str {
        match (self, is_reset) {
            (Self::Unicode, false) => "│◀",
            (Self::Unicode, true) => "│×",
            (Self::Ascii, false) => "|<",
            (Self::Ascii, true) => "|x",
        }
    }

    /// Stands before findings; no payload can show it in this place.
    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::Unicode => "▲ ",
            Self::Ascii => "! ",
        }
    }

    /// Stands between findings and payload.
    pub(super) const fn between(self) -> &'static str {
        match self {
            Self::Unicode => " · ",
            Self::Ascii => " | ",
        }
    }

    /// Stands before the length of a pause.
    pub(super) const fn pause(self) -> &'static str {
        match self {
            Self::Unicode => "⋮ ",
            Self::Ascii => ": ",
        }
    }
}
