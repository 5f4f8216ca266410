//! One anomaly in one sentence.

use crate::lot::{Anomaly, AnomalyKind, Place};
use crate::time::Span;
use crate::view::units::plural;
use crate::view::{HumanBytes, HumanSpan};

/// The sentence of one anomaly.
pub(super) fn sentence(anomaly: &Anomaly) -> String {
    let (who, other) = if anomaly.is_of_client() {
        ("client", "server")
    } else {
        ("server", "client")
    };
    let teller = Teller {
        anomaly,
        who,
        other,
    };
    teller
        .connection()
        .or_else(|| teller.wait())
        .or_else(|| teller.capture())
        .unwrap_or_else(|| teller.packets())
}

/// Tells one anomaly.
struct Teller<'a> {
    anomaly: &'a Anomaly,
    who: &'static str,
    other: &'static str,
}

impl Teller<'_> {
    /// How the connection began and ended, and its windows.
    fn connection(&self) -> Option<String> {
        let Self { who, other, .. } = self;
        let (at, after, span) = (self.at(), self.after_lot(), self.span());
        let repeats = times(self.anomaly.packets);
        Some(match self.anomaly.kind {
            AnomalyKind::Refused => {
                format!("The server refused the connection: it answered the SYN with a reset{at}.")
            }
            AnomalyKind::NoAnswer => {
                let packets = plural(self.anomaly.packets, "packet");
                format!("The server never answered: {packets} of the client went to it{span}.")
            }
            AnomalyKind::Reset => format!("The {who} reset the connection{after}{at}."),
            AnomalyKind::ResetUnanswered => {
                let lot = self.lot();
                format!(
                    "The {who} reset the connection while the client waited for the answer to {lot}{at}."
                )
            }
            AnomalyKind::NoSynAck => "No SYN+ACK of the server was captured.".to_owned(),
            AnomalyKind::NoResponse => {
                let bytes = HumanBytes(self.anomaly.bytes);
                format!("The server sent no data: the client's {bytes} stayed without a response.")
            }
            AnomalyKind::MissedSyn => {
                "The session had begun before the capture: its SYN was not captured.".to_owned()
            }
            AnomalyKind::RepeatedSyn if self.anomaly.is_of_client() => {
                format!("The client sent its SYN again {repeats}{span}{at}.")
            }
            AnomalyKind::RepeatedSyn => {
                format!("The server sent its SYN+ACK again {repeats}{span}{at}.")
            }
            AnomalyKind::SimultaneousOpen => {
                format!("Both sides opened the connection at the same time{at}.")
            }
            AnomalyKind::WindowClosed if self.anomaly.is_open => {
                let lasted = self.lasted();
                format!(
                    "The {who} closed its window{after}{at} and never opened it again{lasted}, until the end."
                )
            }
            AnomalyKind::WindowClosed => {
                let lasted = self.lasted();
                format!("The {who} closed its window{lasted}{after}{at}.")
            }
            AnomalyKind::WindowFull => {
                let packets = plural(self.anomaly.packets, "packet");
                format!(
                    "The {who} filled the {other}'s window to the last byte with {packets}{at}."
                )
            }
            AnomalyKind::HalfClosed => self.half_closed(),
            _ => return None,
        })
    }

    fn half_closed(&self) -> String {
        let Self { who, other, .. } = self;
        let (at, lasted) = (self.at(), self.lasted());
        let bytes = match self.anomaly.bytes {
            0 => String::new(),
            bytes => format!(" and sent {} more", HumanBytes(bytes)),
        };
        if self.anomaly.is_open {
            format!(
                "The {who} closed its side{at}; the {other} did not{lasted}, until the end{bytes}."
            )
        } else {
            format!("The {who} closed its side{at}; the {other} kept its own open{lasted}{bytes}.")
        }
    }

    /// Long waits.
    fn wait(&self) -> Option<String> {
        let Self { who, other, .. } = self;
        let (at, lot) = (self.at(), self.lot());
        let span = HumanSpan(self.anomaly.duration?);
        let next = self
            .anomaly
            .place
            .lot
            .map_or(0, |lot| lot.saturating_add(1));
        Some(match self.anomaly.kind {
            AnomalyKind::SlowSynAck => format!("The {who} took {span} to send its SYN{at}."),
            AnomalyKind::SlowAnswer => format!("The {who} took {span} to answer {lot}{at}."),
            AnomalyKind::SlowStart => {
                format!(
                    "The connection was open for {span} before the {who} sent the first data{at}."
                )
            }
            AnomalyKind::PausedLot => format!("The {who} paused for {span} within {lot}{at}."),
            AnomalyKind::UnansweredClose => {
                format!("The answer to {lot} was due for {span} when the {who} closed{at}.")
            }
            AnomalyKind::UnansweredEnd => {
                format!("The {who} had not answered {lot} for {span} at the end{at}.")
            }
            AnomalyKind::Idle => {
                format!("Idle for {span} after {lot}, until the {who} began lot {next}{at}.")
            }
            AnomalyKind::IdleClose => {
                format!("Idle for {span} after {lot}, until the {who} closed{at}.")
            }
            AnomalyKind::IdleEnd => {
                format!(
                    "Idle for {span} after {lot}, until the end: neither {who} nor {other} sent anything new{at}."
                )
            }
            _ => return None,
        })
    }

    /// What the capture lacks.
    fn capture(&self) -> Option<String> {
        let Self { who, .. } = self;
        let at = self.at();
        let bytes = HumanBytes(self.anomaly.bytes);
        let packets = plural(self.anomaly.packets, "packet");
        Some(match self.anomaly.kind {
            AnomalyKind::Missing => {
                let Some(lot) = self.anomaly.place.lot else {
                    return Some(format!("{bytes} of the {who} were never captured."));
                };
                let at = self.at_packet("before ");
                format!("{bytes} of the {who}'s lot {lot} were never captured{at}.")
            }
            AnomalyKind::OneSided => {
                let other = self.other;
                format!("No packet of the {who} was captured, though the {other} acknowledged {bytes} of it.")
            }
            AnomalyKind::MissingAtEnd => {
                format!("{bytes} at the end of what the {who} sent were never captured.")
            }
            AnomalyKind::Cut => {
                format!("The capture kept only the start of {packets} of the {who} (snap length): {bytes} are missing{at}.")
            }
            AnomalyKind::LimitReached => {
                "So many bytes waited behind gaps that a limit was reached: gaps were declared early.".to_owned()
            }
            AnomalyKind::BadChecksum => {
                format!("{packets} of the {who} had a wrong checksum, which usually means that the network card fills it in (offload){at}.")
            }
            _ => return None,
        })
    }

    /// Runs of packets.
    fn packets(&self) -> String {
        let Self { who, .. } = self;
        let at = self.at();
        let packets = plural(self.anomaly.packets, "packet");
        let bytes = HumanBytes(self.anomaly.bytes);
        let belongs = if self.anomaly.packets == 1 {
            "it belongs"
        } else {
            "they belong"
        };
        let lot = self.anomaly.place.lot;
        let of = lot.map_or_else(String::new, |lot| format!(" of lot {lot}"));
        let whose = lot.map_or_else(
            || format!(" of the {who}"),
            |lot| format!(" of the {who}'s lot {lot}"),
        );
        match self.anomaly.kind {
            AnomalyKind::Resent => {
                let progress = self.progress();
                format!("The {who} re-sent {packets} ({bytes}){of}{at}{progress}.")
            }
            AnomalyKind::LostUpstream => {
                format!(
                    "{packets} ({bytes}){whose} came only when sent again: the first copy was lost before the capture point{at}."
                )
            }
            AnomalyKind::OutOfOrder => {
                format!("{packets}{whose} came out of order, overtaken on the way{at}.")
            }
            AnomalyKind::Duplicate => {
                format!("{packets}{whose} came twice, copied by the network or the capture{at}.")
            }
            AnomalyKind::Late => {
                format!("{packets}{whose} came late, after what {belongs} to was answered{at}.")
            }
            AnomalyKind::OverlapConflict => {
                format!(
                    "{packets}{whose} brought other bytes than those captured before at the same place{at}."
                )
            }
            AnomalyKind::InvalidReset => {
                let resets = plural(self.anomaly.packets, "reset");
                format!("{resets} of the {who} lay outside the window and closed nothing{at}.")
            }
            AnomalyKind::InvalidSequence => {
                format!(
                    "{packets} of the {who} had a sequence number that cannot belong to the stream{at}."
                )
            }
            AnomalyKind::WindowProbe => {
                let probes = times(self.anomaly.packets);
                let (span, other) = (self.span(), self.other);
                format!("The {who} probed the closed window of the {other} {probes}{span}{at}.")
            }
            _ => {
                let probes = plural(self.anomaly.packets, "keep-alive probe");
                let (span, after) = (self.span(), self.after_lot());
                format!("The {who} sent {probes}{span}{after}{at}.")
            }
        }
    }

    /// How long nothing new came.
    fn progress(&self) -> String {
        match self.anomaly.duration {
            Some(_) if self.anomaly.is_open => {
                format!("; the {} sent nothing new after that", self.who)
            }
            Some(span) if 0 < span.nanos() => {
                format!("; its next new bytes came {} later", HumanSpan(span))
            }
            Some(_) | None => String::new(),
        }
    }

    /// ` over 1.2 s`; nothing where it took no time.
    fn span(&self) -> String {
        let duration = self.anomaly.duration.filter(|span| 0 < span.nanos());
        duration.map_or_else(String::new, |span| format!(" over {}", HumanSpan(span)))
    }

    /// ` for 1.2 s`.
    fn lasted(&self) -> String {
        let duration = self.anomaly.duration;
        let duration = duration.filter(|span| 0 < span.nanos());
        duration.map_or_else(String::new, |span| format!(" for {}", HumanSpan(span)))
    }

    /// `lot 3`.
    fn lot(&self) -> String {
        let lot = self.anomaly.place.lot;
        lot.map_or_else(|| "the handshake".to_owned(), |lot| format!("lot {lot}"))
    }

    /// ` after lot 3`, or ` before the first lot`.
    fn after_lot(&self) -> String {
        let lot = self.anomaly.place.lot;
        lot.map_or_else(
            || " before the first lot".to_owned(),
            |lot| format!(" after lot {lot}"),
        )
    }

    /// ` (+1.2 s, packet 57)`.
    fn at(&self) -> String {
        self.at_packet("")
    }

    fn at_packet(&self, before: &str) -> String {
        let Place { packet, after, .. } = self.anomaly.place;
        let packet = packet.value();
        match after {
            Some(after) => format!(" ({}, {before}packet {packet})", moment(after)),
            None => format!(" ({before}packet {packet})"),
        }
    }
}

/// `+1.2 s`.
pub(super) fn moment(after: Span) -> String {
    let sign = if after.nanos() < 0 { "" } else { "+" };
    format!("{sign}{}", HumanSpan(after))
}

/// `once`, `twice`, `3 times`.
fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}
