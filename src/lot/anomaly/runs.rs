//! Packets of one finding that follow each other: a run begins with the first, and ends with a
//! packet of the same side that brings new bytes without it.

use super::ledger::Ledger;
use super::{Anomaly, AnomalyKind, Moment, between};
use crate::session::Finding;
use crate::time::Timestamp;

/// The runs that are open: one of each kind and direction at most.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs(Vec<Run>);

#[derive(Clone, Copy, Debug)]
struct Run {
    anomaly: Anomaly,
    first: Option<Timestamp>,
}

/// When a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// With new bytes of the same side.
    Progress,
    /// With new bytes of either side.
    AnyProgress,
    /// With the session.
    Never,
}

impl Runs {
    /// Takes in a packet; `probes` when the window of the other side is closed.
    pub(super) fn note(&mut self, moment: &Moment, probes: bool, ledger: &mut Ledger) {
        self.end_those_over(moment, ledger);
        let placed = &moment.event.placed;
        for (finding, kind) in FINDINGS {
            if placed.facts.findings.has(finding) {
                self.extend(if probes { as_probe(kind) } else { kind }, moment);
            }
        }
        if placed.is_late {
            self.extend(AnomalyKind::Late, moment);
        }
    }

    pub(super) fn finish(&mut self, ledger: &mut Ledger) {
        for run in self.0.drain(..) {
            ledger.add(Anomaly {
                is_open: true,
                ..run.anomaly
            });
        }
    }

    fn extend(&mut self, kind: AnomalyKind, moment: &Moment) {
        let direction = moment.direction();
        let is_it = |run: &Run| run.anomaly.kind == kind && run.anomaly.direction == direction;
        let place = self.0.iter().position(is_it);
        let place = place.unwrap_or_else(|| {
            let anomaly = Anomaly::new(kind, direction, moment.place);
            self.0.push(Run {
                anomaly: Anomaly {
                    packets: 0,
                    ..anomaly
                },
                first: moment.event.time,
            });
            self.0.len() - 1
        });
        let run = &mut self.0[place];
        let anomaly = &mut run.anomaly;
        anomaly.packets = anomaly.packets.saturating_add(1);
        anomaly.bytes = anomaly.bytes.saturating_add(bytes(kind, moment));
        anomaly.duration = between(run.first, moment.event.time);
    }

    fn end_those_over(&mut self, moment: &Moment, ledger: &mut Ledger) {
        if moment.event.placed.new_bytes == 0 {
            return;
        }
        self.0.retain(|run| {
            let goes_on = run.goes_on(moment);
            if !goes_on {
                ledger.add(run.until(moment));
            }
            goes_on
        });
    }
}

impl Run {
    fn goes_on(&self, moment: &Moment) -> bool {
        let kind = self.anomaly.kind;
        let is_same_side = self.anomaly.direction == moment.direction();
        let is_it = |known: AnomalyKind| known == kind || as_probe(known) == kind;
        let has_it = match FINDINGS.iter().find(|(_, known)| is_it(*known)) {
            Some((finding, _)) => moment.event.placed.facts.findings.has(*finding),
            None => moment.event.placed.is_late,
        };
        match ending(kind) {
            Ending::Progress => !is_same_side || has_it,
            Ending::AnyProgress => has_it,
            Ending::Never => true,
        }
    }

    /// The run, when the packet at hand ends it: of re-sent packets, how long nothing new came.
    fn until(&self, moment: &Moment) -> Anomaly {
        let duration = match self.anomaly.kind {
            AnomalyKind::Resent => between(self.first, moment.event.time),
            _ => self.anomaly.duration,
        };
        Anomaly {
            duration,
            ..self.anomaly
        }
    }
}

/// The bytes that a run is about.
fn bytes(kind: AnomalyKind, moment: &Moment) -> u64 {
    let (payload, placed) = (moment.event.payload_bytes, &moment.event.placed);
    let payload = u64::from(payload);
    match kind {
        AnomalyKind::Resent => payload.saturating_sub(placed.new_bytes),
        AnomalyKind::Cut if placed.facts.findings.has(Finding::Gap) => {
            payload.saturating_sub(placed.new_bytes)
        }
        AnomalyKind::Cut => placed.missing_bytes,
        _ => payload,
    }
}

/// Keep-alives to a closed window are probes of it (RFC 9293 §3.8.6.1).
const fn as_probe(kind: AnomalyKind) -> AnomalyKind {
    match kind {
        AnomalyKind::KeepAlive => AnomalyKind::WindowProbe,
        other => other,
    }
}

const fn ending(kind: AnomalyKind) -> Ending {
    match kind {
        AnomalyKind::BadChecksum | AnomalyKind::Cut => Ending::Never,
        AnomalyKind::KeepAlive | AnomalyKind::WindowProbe => Ending::AnyProgress,
        _ => Ending::Progress,
    }
}

/// What findings become.
const FINDINGS: [(Finding, AnomalyKind); 11] = [
    (Finding::Resent, AnomalyKind::Resent),
    (Finding::Duplicate, AnomalyKind::Duplicate),
    (Finding::OutOfOrder, AnomalyKind::OutOfOrder),
    (Finding::LostUpstream, AnomalyKind::LostUpstream),
    (Finding::OverlapConflict, AnomalyKind::OverlapConflict),
    (Finding::KeepAlive, AnomalyKind::KeepAlive),
    (Finding::WindowFull, AnomalyKind::WindowFull),
    (Finding::InvalidSequence, AnomalyKind::InvalidSequence),
    (Finding::InvalidReset, AnomalyKind::InvalidReset),
    (Finding::BadChecksum, AnomalyKind::BadChecksum),
    (Finding::Truncated, AnomalyKind::Cut),
];
