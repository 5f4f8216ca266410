//! A session in letters: Zeek's `history` and `conn_state`.
//!
//! Upper case is the client, lower case the server. `S` SYN, `H` SYN with ACK, `A` pure ACK, `D`
//! data, `F` FIN, `R` RST, `I` FIN with RST, `Q` SYN with FIN or RST: once a direction. `C` wrong
//! checksum, `G` gap, `T` re-sent data, `W` zero window: at the 1st, 10th, 100th, ... time.
//! Deliberately left out: `^` (Zeek turned the direction), since our roles come with evidence.
//! Limits: at most 2 x 8 letters that come once and 2 x 4 x 20 that repeat.
//! Source: Zeek documentation, `base/protocols/conn/main.zeek`.

use super::direction::Direction;
use crate::packet::{SegmentHead, TcpFlags};

/// The letters of a session, as they grow.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    letters: String,
    seen: [u8; 2],
    repeats: [[u64; REPEATED.len()]; 2],
}

impl History {
    /// Notes an event that is written once a direction.
    pub(super) fn once(&mut self, direction: Direction, letter: char) {
        let bit = ONCE
            .iter()
            .position(|known| *known == letter)
            .map_or(0, |index| 1_u8 << index);
        let Some(seen) = self.seen.get_mut(index(direction)) else {
            return;
        };
        if *seen & bit == 0 {
            *seen |= bit;
            self.push(direction, letter);
        }
    }

    /// Notes an event that is written at its 1st, 10th, 100th, ... time.
    pub(super) fn repeated(&mut self, direction: Direction, letter: char) {
        let Some(kind) = REPEATED.iter().position(|known| *known == letter) else {
            return;
        };
        let slot = self
            .repeats
            .get_mut(index(direction))
            .and_then(|all| all.get_mut(kind));
        let Some(count) = slot else { return };
        *count = count.saturating_add(1);
        if is_power_of_ten(*count) {
            self.push(direction, letter);
        }
    }

    /// Notes what the flags of a packet say.
    pub(super) fn note_flags(&mut self, direction: Direction, head: &SegmentHead) {
        let flags = head.flags;
        let (syn, ack) = (flags.has(TcpFlags::SYN), flags.has(TcpFlags::ACK));
        let (fin, rst) = (flags.has(TcpFlags::FIN), flags.has(TcpFlags::RST));
        match (syn, ack) {
            (true, _) if fin || rst => self.once(direction, 'Q'),
            (true, true) => self.once(direction, 'H'),
            (true, false) => self.once(direction, 'S'),
            (false, true) if head.payload_len == 0 && !fin && !rst => self.once(direction, 'A'),
            (false, _) => {}
        }
        if head.payload_len > 0 && !rst {
            self.once(direction, 'D');
        }
        match (fin, rst) {
            (true, true) => self.once(direction, 'I'),
            (true, false) => self.once(direction, 'F'),
            (false, true) => self.once(direction, 'R'),
            (false, false) => {}
        }
    }

    /// Exchanges the two directions.
    pub(super) fn swap(&mut self) {
        self.seen.swap(0, 1);
        self.repeats.swap(0, 1);
        self.letters = self.letters.chars().map(swap_case).collect();
    }

    /// Forgets all.
    pub(super) fn restart(&mut self) {
        self.letters.clear();
        self.seen = Default::default();
        self.repeats = Default::default();
    }

    /// The letters so far.
    pub(super) fn take_letters(&mut self) -> String {
        std::mem::take(&mut self.letters)
    }

    fn push(&mut self, direction: Direction, letter: char) {
        if self.letters.is_empty() {
            self.letters.reserve(USUAL_LETTERS);
        }
        self.letters.push(match direction {
            Direction::Out => letter,
            Direction::In => letter.to_ascii_lowercase(),
        });
    }
}

/// What `conn_state` is told from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Handshake {
    /// The client's SYN was captured.
    pub(super) syn: bool,
    /// A SYN with ACK was captured.
    pub(super) syn_ack: bool,
    /// The handshake was seen to be over, or data was seen.
    pub(super) established: bool,
    /// FIN of the client.
    pub(super) client_fin: bool,
    /// FIN of the server.
    pub(super) server_fin: bool,
    /// Who sent the reset that closed the session.
    pub(super) reset_by: Option<Direction>,
}

impl Handshake {
    /// Zeek's name for how a connection went.
    pub(super) const fn conn_state(self) -> &'static str {
        match (self.syn, self.syn_ack, self.reset_by) {
            (false, false, _) => "OTH",
            (false, true, Some(Direction::In)) => "RSTRH",
            (false, true, None | Some(Direction::Out)) if self.server_fin => "SHR",
            (false, true, None | Some(Direction::Out)) => "OTH",
            (true, false, Some(Direction::In)) if !self.established => "REJ",
            (true, false, Some(Direction::Out)) if !self.established => "RSTOS0",
            (true, false, None) if self.client_fin && !self.established => "SH",
            (true, false, None) if !self.established => "S0",
            (true, _, Some(Direction::Out)) => "RSTO",
            (true, _, Some(Direction::In)) => "RSTR",
            (true, _, None) => self.finished(),
        }
    }

    const fn finished(self) -> &'static str {
        match (self.client_fin, self.server_fin) {
            (true, true) => "SF",
            (true, false) => "S2",
            (false, true) => "S3",
            (false, false) => "S1",
        }
    }
}

const fn index(direction: Direction) -> usize {
    match direction {
        Direction::Out => 0,
        Direction::In => 1,
    }
}

const fn swap_case(letter: char) -> char {
    if letter.is_ascii_uppercase() {
        letter.to_ascii_lowercase()
    } else {
        letter.to_ascii_uppercase()
    }
}

fn is_power_of_ten(count: u64) -> bool {
    count > 0 && 10_u64.pow(count.ilog10()) == count
}

/// All that [`Handshake::conn_state`] gives, the usual ones first.
pub(super) const CONN_STATES: [&str; 13] = [
    "SF", "S1", "OTH", "RSTO", "RSTR", "S0", "REJ", "S2", "S3", "SH", "SHR", "RSTRH", "RSTOS0",
];

/// Room for the letters of a usual session.
const USUAL_LETTERS: usize = 16;

const ONCE: [char; 8] = ['S', 'H', 'A', 'D', 'F', 'R', 'I', 'Q'];
const REPEATED: [char; 4] = ['C', 'G', 'T', 'W'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_once_and_repeats_at_powers_of_ten() {
        let mut history = History::default();
        for letter in ['S', 'S', 'A', 'D', 'D'] {
            history.once(Direction::Out, letter);
        }
        history.once(Direction::In, 'D');
        (0..100).for_each(|_| history.repeated(Direction::In, 'T'));
        assert_eq!(history.letters, "SADdttt");
        history.swap();
        assert_eq!(history.letters, "sadDTTT");
    }

    #[test]
    fn conn_states_of_common_ends() {
        let syn = Handshake {
            syn: true,
            ..Handshake::default()
        };
        let open = Handshake {
            syn_ack: true,
            established: true,
            ..syn
        };
        assert_eq!(syn.conn_state(), "S0");
        assert_eq!(
            Handshake {
                reset_by: Some(Direction::In),
                ..syn
            }
            .conn_state(),
            "REJ"
        );
        assert_eq!(open.conn_state(), "S1");
        let finished = Handshake {
            client_fin: true,
            server_fin: true,
            ..open
        };
        assert_eq!(finished.conn_state(), "SF");
        assert_eq!(
            Handshake {
                reset_by: Some(Direction::Out),
                ..open
            }
            .conn_state(),
            "RSTO"
        );
        assert_eq!(Handshake::default().conn_state(), "OTH");
    }
}
