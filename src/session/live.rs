//! One live session: both halves, the roles of the ends, and the state.
//!
//! Turns the segments of one 4-tuple into what is known of their connection. It decides who the
//! client is, what a SYN, FIN or reset means, and hands packets to the observer. It holds no
//! payload. Limits: see [`Half`](super::half).
//! Sources: RFC 9293 §3.5, §3.6 and §3.10.7; RFC 5961 §3; RFC 5681 §2.

mod closing;
mod payload;
mod watched;
mod window;

use super::direction::{Direction, PerDirection};
use super::event::{PacketEvent, PacketFacts, SessionObserver};
use super::finding::{Finding, Findings};
use super::half::Half;
use super::history::{Handshake, History};
use super::key::{KeyEnd, SessionKey};
use super::payloads::Payloads;
use super::send_order::SentMark;
use super::small_set::SmallSet;
use super::state::State;
use super::summary::{ClientEvidence, ClosedBy, SessionSummary, SessionTimes};
use crate::capture::{InterfaceId, PacketNumber};
use crate::packet::{
    Checksum, EncapsulationId, Endpoint, Segment, SegmentHead, TcpFlags, TcpOptions,
};
use crate::time::{Precision, Timestamp};

/// A session that is being tracked.
#[derive(Debug)]
pub(super) struct LiveSession<O> {
    pub(super) key: SessionKey,
    client: KeyEnd,
    client_evidence: ClientEvidence,
    missed_syn: bool,
    state: State,
    first_fin: Option<Direction>,
    closed_by: Option<ClosedBy>,
    times: SessionTimes,
    first_packet: PacketNumber,
    last_packet: PacketNumber,
    packets: u64,
    truncated_packets: u64,
    last_data: Option<(u64, Direction)>,
    halves: PerDirection<Half>,
    handshake: Handshake,
    history: History,
    interfaces: SmallSet<InterfaceId>,
    encapsulations: SmallSet<EncapsulationId>,
    /// Where in the capture its observer began to hold bytes.
    waits_since: Option<u64>,
    observer: O,
}

/// The packet at hand, and what is found about it on the way.
struct Arrival<'a, 's> {
    direction: Direction,
    segment: &'a Segment<'s>,
    options: TcpOptions,
    sent: SentMark,
    findings: Findings,
}

impl<'a> Arrival<'a, '_> {
    const fn head(&self) -> &'a SegmentHead {
        &self.segment.head
    }
}

impl<O: SessionObserver> LiveSession<O> {
    /// A session that starts with this segment, which is yet to be handled.
    pub(super) fn starting_with(
        key: SessionKey,
        from: KeyEnd,
        segment: &SegmentHead,
        observer: O,
    ) -> Self {
        let (client, client_evidence) = roles_of(from, segment);
        Self {
            key,
            client,
            client_evidence,
            missed_syn: client_evidence != ClientEvidence::Syn,
            state: starting_state(segment.flags),
            first_fin: None,
            closed_by: None,
            times: starting_times(segment),
            first_packet: segment.number,
            last_packet: segment.number,
            packets: 0,
            truncated_packets: 0,
            last_data: None,
            halves: PerDirection {
                out: Half::new(),
                r#in: Half::new(),
            },
            handshake: Handshake::default(),
            history: History::default(),
            interfaces: SmallSet::new(segment.interface),
            encapsulations: SmallSet::new(segment.encapsulation),
            waits_since: None,
            observer,
        }
    }

    /// Ends this session and starts another in its memory.
    pub(super) fn restart_with(
        &mut self,
        key: SessionKey,
        from: KeyEnd,
        segment: &SegmentHead,
        observer: O,
    ) {
        let (client, client_evidence) = roles_of(from, segment);
        self.key = key;
        self.client = client;
        self.client_evidence = client_evidence;
        self.missed_syn = client_evidence != ClientEvidence::Syn;
        self.state = starting_state(segment.flags);
        self.first_fin = None;
        self.closed_by = None;
        self.times = starting_times(segment);
        self.first_packet = segment.number;
        self.last_packet = segment.number;
        self.packets = 0;
        self.truncated_packets = 0;
        self.last_data = None;
        self.halves.out.restart_empty();
        self.halves.r#in.restart_empty();
        self.handshake = Handshake::default();
        self.history.restart();
        self.interfaces = SmallSet::new(segment.interface);
        self.encapsulations = SmallSet::new(segment.encapsulation);
        self.waits_since = None;
        self.observer = observer;
    }

    /// True when a SYN without ACK from `from` opens a new connection on the same 4-tuple.
    pub(super) fn is_reopened_by(&self, from: KeyEnd, segment: &SegmentHead) -> bool {
        let direction = self.direction_from(from);
        let isn = self.halves[direction].totals.initial_seq;
        match direction {
            Direction::Out => isn.is_some_and(|isn| isn != segment.seq),
            // Simultaneous open: the other SYN of the same connection.
            Direction::In if self.state == State::SynSent => {
                isn.is_some_and(|isn| isn != segment.seq)
            }
            Direction::In => isn != Some(segment.seq),
        }
    }

    /// Time of the last packet.
    pub(super) const fn last_time(&self) -> Option<Timestamp> {
        self.times.last
    }

    /// Current state.
    pub(super) const fn state(&self) -> State {
        self.state
    }

    /// Number of the first packet.
    pub(super) const fn first_packet(&self) -> PacketNumber {
        self.first_packet
    }

    fn direction_from(&self, from: KeyEnd) -> Direction {
        if from == self.client {
            Direction::Out
        } else {
            Direction::In
        }
    }

    /// Takes in the next packet of the session.
    pub(super) fn handle(&mut self, from: KeyEnd, segment: &Segment<'_>, payloads: &dyn Payloads) {
        let head = &segment.head;
        self.settle_roles(from, head);
        let options = TcpOptions::parse(segment.header);
        let mut arrival = Arrival {
            direction: self.direction_from(from),
            segment,
            sent: SentMark {
                tsval: options.timestamps.map(|(value, _)| value),
                ip_id: head.ip_id.filter(|id| *id != 0),
            },
            options,
            findings: Findings::default(),
        };
        self.count(&mut arrival);
        self.handle_start(&arrival);
        self.history.note_flags(arrival.direction, head);
        self.handle_payload(&mut arrival, payloads);
        self.note_sent(&arrival);
        self.handle_fin(&arrival);
        self.handle_acknowledgment(&mut arrival);
        self.handle_window(&mut arrival);
        self.handle_reset(&mut arrival);
        self.advance_state(&arrival);
        self.observe_packet(&arrival);
        self.packets += 1;
    }

    /// Hands the packet to the observer.
    fn observe_packet(&mut self, arrival: &Arrival<'_, '_>) {
        let (direction, head) = (arrival.direction, arrival.head());
        let (half, other) = (&self.halves[direction], &self.halves[direction.opposite()]);
        let has_ack = head.flags.has(TcpFlags::ACK);
        let range = (head.payload_len > 0)
            .then(|| self.payload_range(direction, head))
            .flatten()
            .filter(|range| !half.is_far(range.start));
        let facts = PacketFacts {
            direction,
            index: self.packets,
            range,
            relative_seq: half.relative(head.seq),
            relative_ack: has_ack.then(|| other.relative(head.ack)).flatten(),
            window_bytes: if head.flags.has(TcpFlags::SYN) {
                u32::from(head.window)
            } else {
                self.scaled(direction, head.window)
            },
            findings: arrival.findings,
        };
        self.observer.packet(&PacketEvent {
            segment: arrival.segment,
            facts,
        });
    }

    /// Better evidence of the roles than the session started with.
    fn settle_roles(&mut self, from: KeyEnd, head: &SegmentHead) {
        let (client, evidence) = roles_of(from, head);
        let better = evidence < self.client_evidence && evidence <= ClientEvidence::SynAck;
        if !better {
            return;
        }
        self.client_evidence = evidence;
        if client != self.client {
            self.client = client;
            self.swap_directions();
        }
    }

    fn swap_directions(&mut self) {
        self.halves.swap();
        self.history.swap();
        self.observer.swap_directions();
        self.first_fin = self.first_fin.map(Direction::opposite);
        self.last_data = self
            .last_data
            .map(|(index, direction)| (index, direction.opposite()));
        if let Some(closed) = &mut self.closed_by {
            closed.direction = closed.direction.opposite();
        }
        let handshake = &mut self.handshake;
        std::mem::swap(&mut handshake.client_fin, &mut handshake.server_fin);
        handshake.reset_by = handshake.reset_by.map(Direction::opposite);
    }

    fn count(&mut self, arrival: &mut Arrival<'_, '_>) {
        let (direction, head) = (arrival.direction, &arrival.segment.head);
        self.times.last = head.time;
        self.times.precision = self.times.precision.max(head.precision);
        self.last_packet = head.number;
        self.truncated_packets += u64::from(head.truncated);
        self.interfaces.insert(head.interface);
        self.encapsulations.insert(head.encapsulation);
        let totals = &mut self.halves[direction].totals;
        totals.packets += 1;
        totals.wire_bytes += u64::from(head.original_len);
        totals.ip_header_bytes += u64::from(head.ip_header_len);
        totals.tcp_header_bytes += u64::from(head.tcp_header_len);
        totals.payload_bytes += u64::from(head.payload_len);
        arrival
            .findings
            .insert_if(head.truncated, Finding::Truncated);
        if arrival.segment.checksum() == Checksum::Bad {
            totals.bad_checksums += 1;
            arrival.findings.insert(Finding::BadChecksum);
            self.history.repeated(direction, 'C');
        }
        if head.payload_len > 0 {
            totals.data_packets += 1;
            totals.first_byte = totals.first_byte.or(head.time);
            self.last_data = Some((self.packets, direction));
        }
    }

    /// Notes where the stream of this half starts, and what its SYN offers.
    fn handle_start(&mut self, arrival: &Arrival<'_, '_>) {
        let (direction, head, options) = (arrival.direction, arrival.head(), &arrival.options);
        let half = &mut self.halves[direction];
        half.totals.timestamps |= options.timestamps.is_some();
        if !head.flags.has(TcpFlags::SYN) {
            half.start_at_packet(head.seq, head.flags.has(TcpFlags::RST));
            return;
        }
        half.start_at_syn(head.seq);
        half.totals.mss = options.mss.or(half.totals.mss);
        half.totals.window_scale = options.window_scale.map(|shift| shift.min(14));
        half.totals.sack_permitted |= options.sack_permitted;
        if head.flags.has(TcpFlags::ACK) {
            self.handshake.syn_ack = true;
            if direction == Direction::In && self.times.connect.is_none() {
                self.times.connect = head.time;
            }
        } else if direction == Direction::Out {
            self.missed_syn = false;
            self.handshake.syn = true;
            if self.times.syn.is_none() {
                self.times.syn = head.time;
            }
        }
    }

    /// Its observer.
    pub(super) const fn observer(&mut self) -> &mut O {
        &mut self.observer
    }

    /// How the client was told so far.
    pub(super) const fn client_evidence(&self) -> ClientEvidence {
        self.client_evidence
    }

    /// The client, as far as it is known.
    pub(super) const fn client(&self) -> Endpoint {
        self.key.endpoint(self.client)
    }

    /// Takes the roles that another run over the same packets came to.
    pub(super) fn take_roles_of<P>(&mut self, other: &LiveSession<P>) {
        self.client = other.client;
        self.client_evidence = other.client_evidence;
    }

    /// Ends the session: what is taken is all that its document needs.
    pub(super) fn take_summary(&mut self) -> (Box<SessionSummary>, O) {
        let server = self.client.opposite();
        let limit_reached =
            self.halves.out.coverage.limit_reached() || self.halves.r#in.coverage.limit_reached();
        let summary = Box::new(SessionSummary {
            client: self.key.endpoint(self.client),
            server: self.key.endpoint(server),
            client_evidence: self.client_evidence,
            missed_syn: self.missed_syn,
            state: self.state,
            closed_by: self.closed_by,
            times: self.times,
            first_packet: self.first_packet,
            last_packet: self.last_packet,
            packets: self.packets,
            truncated_packets: self.truncated_packets,
            last_data_index: self.last_data.map(|(index, _)| index),
            last_data_direction: self.last_data.map(|(_, direction)| direction),
            occurrence: 1,
            halves: PerDirection {
                out: self.halves.out.summary(),
                r#in: self.halves.r#in.summary(),
            },
            rtt: self.halves.out.rtt.summary(),
            client_rtt: self.halves.r#in.rtt.summary(),
            conn_state: self.handshake.conn_state(),
            history: self.history.take_letters(),
            interfaces: self.interfaces.clone(),
            encapsulations: self.encapsulations.clone(),
            limit_reached,
        });
        (summary, std::mem::take(&mut self.observer))
    }
}

/// Who the client is by this segment alone, and how that is told.
fn roles_of(from: KeyEnd, segment: &SegmentHead) -> (KeyEnd, ClientEvidence) {
    let flags = segment.flags;
    if flags.has(TcpFlags::SYN) && !flags.has(TcpFlags::RST) {
        return if flags.has(TcpFlags::ACK) {
            (from.opposite(), ClientEvidence::SynAck)
        } else {
            (from, ClientEvidence::Syn)
        };
    }
    let (source, destination) = (segment.source.port, segment.destination.port);
    match source.cmp(&destination) {
        std::cmp::Ordering::Greater => (from, ClientEvidence::Port),
        std::cmp::Ordering::Less => (from.opposite(), ClientEvidence::Port),
        std::cmp::Ordering::Equal => (from, ClientEvidence::FirstPacket),
    }
}

/// The times before the first packet is handled.
const fn starting_times(segment: &SegmentHead) -> SessionTimes {
    SessionTimes {
        first: segment.time,
        last: segment.time,
        syn: None,
        connect: None,
        established: None,
        precision: Precision::from_digits(0),
    }
}

/// The state before the first packet is handled (a reset then closes the session).
const fn starting_state(flags: TcpFlags) -> State {
    match (flags.has(TcpFlags::SYN), flags.has(TcpFlags::ACK)) {
        (true, _) => State::SynSent,
        (false, _) => State::Established,
    }
}
