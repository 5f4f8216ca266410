//! One live session: both halves, the roles of the ends, and the state.
//!
//! Turns the segments of one 4-tuple into what is known of their connection. It decides who the
//! client is, what a SYN, FIN or reset means, and hands data packets to the observer. It holds no
//! payload. Limits: see [`Half`](super::half).
//! Sources: RFC 9293 §3.5, §3.6 and §3.10.7; RFC 5961 §3; RFC 5681 §2.

use super::direction::{Direction, PerDirection};
use super::event::{DataEvent, Finding, SessionObserver};
use super::half::{DataPacket, Half, Placed};
use super::history::{Handshake, History};
use super::key::{KeyEnd, SessionKey};
use super::offset::{StreamOffset, StreamRange};
use super::payloads::Payloads;
use super::send_order::SentMark;
use super::small_set::SmallSet;
use super::state::{State, StateInput};
use super::summary::{ClientEvidence, CloseKind, ClosedBy, SessionSummary, SessionTimes};
use crate::capture::{InterfaceId, PacketNumber};
use crate::packet::{
    Checksum, EncapsulationId, Segment, SegmentHead, SeqNumber, TcpFlags, TcpOptions,
};
use crate::time::{Precision, Span, Timestamp};

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
    observer: O,
}

impl<O: SessionObserver> LiveSession<O> {
    /// A session that starts with this segment, which is yet to be handled.
    pub(super) fn starting_with(key: SessionKey, from: KeyEnd, segment: &SegmentHead) -> Self {
        let (client, client_evidence) = roles_of(from, segment);
        Self {
            key,
            client,
            client_evidence,
            missed_syn: client_evidence != ClientEvidence::Syn,
            state: starting_state(segment.flags),
            first_fin: None,
            closed_by: None,
            times: SessionTimes {
                first: segment.time,
                last: segment.time,
                syn: None,
                connect: None,
                established: None,
                precision: Precision::from_digits(0),
            },
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
            observer: O::default(),
        }
    }

    /// Ends this session and starts another in its memory.
    pub(super) fn restart_with(&mut self, key: SessionKey, from: KeyEnd, segment: &SegmentHead) {
        let next = Self::starting_with(key, from, segment);
        let mut halves = std::mem::replace(&mut self.halves, next.halves);
        halves.out.restart_empty();
        halves.r#in.restart_empty();
        *self = Self { halves, ..next };
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
        let direction = self.direction_from(from);
        let options = TcpOptions::parse(segment.header);
        self.count(direction, segment);
        self.handle_start(direction, head, &options);
        self.handle_flags_history(direction, head);
        let sent = SentMark {
            tsval: options.timestamps.map(|(value, _)| value),
            ip_id: head.ip_id.filter(|id| *id != 0),
        };
        self.handle_payload(direction, segment, sent, &options, payloads);
        let opposite_data_packets = self.halves[direction.opposite()].totals.data_packets;
        self.halves[direction].note_sent(sent, head.time, opposite_data_packets);
        self.handle_fin(direction, head);
        self.handle_acknowledgment(direction, head, &options);
        self.handle_window(direction, head);
        self.handle_reset(direction, head);
        self.advance_state(direction, head);
        self.packets += 1;
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

    fn count(&mut self, direction: Direction, segment: &Segment<'_>) {
        let head = &segment.head;
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
        if segment.checksum() == Checksum::Bad {
            totals.bad_checksums += 1;
            self.history.repeated(direction, 'C');
        }
        if head.payload_len > 0 {
            totals.data_packets += 1;
            self.last_data = Some((self.packets, direction));
        }
    }

    /// Notes where the stream of this half starts, and what its SYN offers.
    fn handle_start(&mut self, direction: Direction, head: &SegmentHead, options: &TcpOptions) {
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

    fn handle_flags_history(&mut self, direction: Direction, head: &SegmentHead) {
        let flags = head.flags;
        let (syn, ack) = (flags.has(TcpFlags::SYN), flags.has(TcpFlags::ACK));
        let (fin, rst) = (flags.has(TcpFlags::FIN), flags.has(TcpFlags::RST));
        let history = &mut self.history;
        match (syn, ack) {
            (true, _) if fin || rst => history.once(direction, 'Q'),
            (true, true) => history.once(direction, 'H'),
            (true, false) => history.once(direction, 'S'),
            (false, true) if head.payload_len == 0 && !fin && !rst => history.once(direction, 'A'),
            (false, _) => {}
        }
        if head.payload_len > 0 && !rst {
            history.once(direction, 'D');
        }
        match (fin, rst) {
            (true, true) => history.once(direction, 'I'),
            (true, false) => history.once(direction, 'F'),
            (false, true) => history.once(direction, 'R'),
            (false, false) => {}
        }
    }

    fn handle_payload(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        sent: SentMark,
        options: &TcpOptions,
        payloads: &dyn Payloads,
    ) {
        let head = &segment.head;
        let Some(range) = self.payload_range(direction, head) else {
            return;
        };
        let round_trip = self.round_trip();
        let (half, other) = self.halves.pair_mut(direction);
        let is_plain = !head
            .flags
            .has_any(TcpFlags::SYN.with(TcpFlags::FIN).with(TcpFlags::RST));
        if is_plain && half.is_keep_alive(range.start, head.payload_len) {
            half.totals.keep_alives += 1;
            return;
        }
        if head.payload_len == 0 || head.flags.has(TcpFlags::RST) {
            return;
        }
        let packet = DataPacket {
            range,
            sent,
            tsecr: options.timestamps.map(|(_, echo)| echo),
            time: head.time,
            number: head.number,
            gap_reports: other.gap_reports,
            opposite_data_packets: other.totals.data_packets,
            round_trip,
            conflicts: range.start < half.coverage.high()
                && conflicts(half, range, segment.payload, payloads),
        };
        let acknowledged = half.acked;
        let placed = half.place(&packet);
        let resent = matches!(placed.findings[0], Some(Finding::Resent));
        if packet.conflicts && resent {
            half.totals.overlap_conflicts += 1;
        }
        count_cut_bytes(half, head, &placed);
        count_window(half, other, range);
        self.note_in_history(direction, &placed);
        self.observe(direction, range, &placed, acknowledged, segment.payload);
    }

    fn note_in_history(&mut self, direction: Direction, placed: &Placed) {
        if matches!(
            placed.findings[0],
            Some(Finding::Resent | Finding::Duplicate)
        ) {
            self.history.repeated(direction, 'T');
        }
        if placed
            .placement
            .is_some_and(|placement| placement.opened.is_some())
        {
            self.history.repeated(direction, 'G');
        }
    }

    fn observe(
        &mut self,
        direction: Direction,
        range: StreamRange,
        placed: &Placed,
        acknowledged: Option<StreamOffset>,
        payload: &[u8],
    ) {
        let Some(placement) = placed.placement else {
            return;
        };
        self.observer.data(&DataEvent {
            direction,
            range,
            above: placement.above,
            filled_from: placement.filled.map(|gap| gap.range.start.max(range.start)),
            acknowledged,
            payload,
        });
    }

    /// The bytes that the header claims, as offsets; a SYN stands before them.
    fn payload_range(&self, direction: Direction, head: &SegmentHead) -> Option<StreamRange> {
        let start = self.halves[direction].offset_of(first_byte(head))?;
        Some(StreamRange::new(start, head.payload_len))
    }

    /// The best round-trip time known: of the handshake, else the smallest sample of each way.
    fn round_trip(&self) -> Option<Span> {
        let times = &self.times;
        if let (Some(syn), Some(established)) = (times.syn, times.established) {
            return Some(established.since(syn));
        }
        let (out, r#in) = (self.halves.out.rtt.min()?, self.halves.r#in.rtt.min()?);
        Some(Span::from_nanos(out.nanos().saturating_add(r#in.nanos())))
    }

    fn handle_fin(&mut self, direction: Direction, head: &SegmentHead) {
        if !head.flags.has(TcpFlags::FIN) {
            return;
        }
        let fin = self.payload_range(direction, head).map(|range| range.end);
        let half = &mut self.halves[direction];
        if half.fin.is_none() && fin.is_some_and(|fin| !half.is_far(fin)) {
            half.fin = fin;
        }
        match direction {
            Direction::Out => self.handshake.client_fin = true,
            Direction::In => self.handshake.server_fin = true,
        }
    }

    fn handle_acknowledgment(
        &mut self,
        direction: Direction,
        head: &SegmentHead,
        options: &TcpOptions,
    ) {
        if !head.flags.has(TcpFlags::ACK) {
            return;
        }
        let (half, other) = self.halves.pair_mut(direction);
        let last = half.totals.last_ack.replace(head.ack);
        if head.flags.has(TcpFlags::RST) {
            return;
        }
        let advanced = other.acknowledge(head.ack, head.time);
        let repeats = last == Some(head.ack)
            && half.window == Some(head.window)
            && head.payload_len == 0
            && !head.flags.has_any(TcpFlags::SYN.with(TcpFlags::FIN));
        let outstanding = other
            .acked
            .is_some_and(|acked| acked < other.coverage.high());
        let is_duplicate = !advanced && repeats && outstanding;
        half.totals.duplicate_acks += u64::from(is_duplicate);
        half.gap_reports += u64::from(is_duplicate || !options.sack.is_empty());
    }

    fn handle_window(&mut self, direction: Direction, head: &SegmentHead) {
        if head.flags.has_any(TcpFlags::RST) {
            return;
        }
        let half = &mut self.halves[direction];
        half.window = Some(head.window);
        if head.window == 0 && !head.flags.has_any(TcpFlags::SYN.with(TcpFlags::FIN)) {
            half.totals.zero_windows += 1;
            self.history.repeated(direction, 'W');
        }
    }

    fn handle_reset(&mut self, direction: Direction, head: &SegmentHead) {
        if !head.flags.has(TcpFlags::RST) || self.state == State::Closed {
            return;
        }
        if !self.accepts_reset(direction, head) {
            self.halves[direction].totals.invalid_resets += 1;
            return;
        }
        self.state = self.state.after(StateInput::Reset);
        self.closed_by = Some(ClosedBy {
            kind: CloseKind::Rst,
            direction,
        });
        self.handshake.reset_by = Some(direction);
    }

    /// True when a reset lies in the window of its receiver, as far as the packets show it.
    ///
    /// The receiver expects at least what it has acknowledged, and at most its window more. In
    /// answer to a SYN a reset must acknowledge it (RFC 9293 §3.10.7.3).
    fn accepts_reset(&self, direction: Direction, head: &SegmentHead) -> bool {
        let (sender, receiver) = (&self.halves[direction], &self.halves[direction.opposite()]);
        if self.state == State::SynSent && direction == Direction::In {
            let expected = receiver.totals.initial_seq.map(|isn| isn.add(1));
            let end = receiver.offset_of(head.ack);
            return !head.flags.has(TcpFlags::ACK)
                || expected == Some(head.ack)
                || end.is_some_and(|end| StreamOffset::ZERO < end && end <= receiver.end());
        }
        let Some(offset) = sender.offset_of(head.seq) else {
            return true;
        };
        let high = sender.end();
        let low = sender
            .acked
            .unwrap_or_else(|| high.sub(u32::from(u16::MAX)))
            .min(high);
        let window = receiver
            .window
            .map_or(0, |window| self.scaled(direction.opposite(), window));
        let top = high.max(low.add(window)).add(1);
        low <= offset && offset <= top
    }

    /// The window that `direction` advertised, in bytes.
    fn scaled(&self, direction: Direction, window: u16) -> u32 {
        let (own, other) = (
            &self.halves[direction].totals,
            &self.halves[direction.opposite()].totals,
        );
        scaled_window(window, own.window_scale, other.window_scale)
    }

    fn advance_state(&mut self, direction: Direction, head: &SegmentHead) {
        if let Some(input) = self.handshake_input(direction, head) {
            self.note_established(direction, head, input);
            self.state = self.state.after(input);
        }
        if self.halves[direction].fin.is_some() && head.flags.has(TcpFlags::FIN) {
            self.advance_by_fin(direction);
        }
        if self.state == State::LastAck && self.second_fin_is_acknowledged() {
            self.state = self.state.after(StateInput::CloseAcknowledged);
            self.closed_by = self.first_fin.map(|direction| ClosedBy {
                kind: CloseKind::Fin,
                direction,
            });
        }
    }

    /// What a packet that is no FIN nor reset says of the handshake.
    fn handshake_input(&self, direction: Direction, head: &SegmentHead) -> Option<StateInput> {
        let flags = head.flags;
        if flags.has(TcpFlags::RST) {
            return None;
        }
        match (flags.has(TcpFlags::SYN), direction) {
            (true, Direction::In) => flags.has(TcpFlags::ACK).then_some(StateInput::SynAck),
            (true, Direction::Out) => None,
            (false, Direction::Out) => Some(StateInput::Progress),
            // Alone, an ACK of the server may answer a stray SYN (RFC 5961 §4).
            (false, Direction::In) => (head.payload_len > 0).then_some(StateInput::Progress),
        }
    }

    fn note_established(&mut self, direction: Direction, head: &SegmentHead, input: StateInput) {
        if input != StateInput::Progress {
            return;
        }
        self.handshake.established = true;
        let acknowledges = direction == Direction::Out && head.flags.has(TcpFlags::ACK);
        if acknowledges && self.times.connect.is_some() && self.times.established.is_none() {
            self.times.established = head.time;
        }
    }

    fn advance_by_fin(&mut self, direction: Direction) {
        match self.first_fin {
            None => {
                self.first_fin = Some(direction);
                self.state = self.state.after(StateInput::FirstFin);
            }
            Some(first) if first != direction => {
                self.state = self.state.after(StateInput::SecondFin);
            }
            Some(_) => {}
        }
    }

    fn second_fin_is_acknowledged(&self) -> bool {
        let Some(first) = self.first_fin else {
            return false;
        };
        let half = &self.halves[first.opposite()];
        matches!((half.fin, half.acked), (Some(fin), Some(acked)) if fin < acked)
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

/// The state before the first packet is handled (a reset then closes the session).
const fn starting_state(flags: TcpFlags) -> State {
    match (flags.has(TcpFlags::SYN), flags.has(TcpFlags::ACK)) {
        (true, _) => State::SynSent,
        (false, _) => State::Established,
    }
}

/// Sequence number of the first payload byte: a SYN occupies one before it.
fn first_byte(head: &SegmentHead) -> SeqNumber {
    head.seq.add(u32::from(head.flags.has(TcpFlags::SYN)))
}

/// True when the packet brings other bytes than a recent packet at the same place.
fn conflicts(half: &Half, range: StreamRange, payload: &[u8], payloads: &dyn Payloads) -> bool {
    half.recent_overlaps(range).any(|(earlier, number)| {
        let Some(bytes) = payloads.payload(number) else {
            return false;
        };
        let shared = earlier.intersection(range);
        let ours = part_of(payload, range, shared);
        let theirs = part_of(bytes, earlier, shared);
        ours.iter().zip(theirs).any(|(a, b)| a != b)
    })
}

/// The bytes of `shared` in a payload that lies at `range`.
fn part_of(payload: &[u8], range: StreamRange, shared: StreamRange) -> &[u8] {
    let place = |offset: StreamOffset| {
        usize::try_from(offset.bytes_since(range.start))
            .unwrap_or(usize::MAX)
            .min(payload.len())
    };
    payload
        .get(place(shared.start)..place(shared.end))
        .unwrap_or_default()
}

/// Bytes that the snapshot length cut off are missing, unless they had been captured before.
fn count_cut_bytes(half: &mut Half, head: &SegmentHead, placed: &Placed) {
    let cut = u64::from(head.payload_len.saturating_sub(head.captured_payload_len));
    let Some(placement) = placed.placement else {
        return;
    };
    let new_bytes = placement.above.len() + placement.filled_bytes;
    let missing = cut.min(new_bytes);
    if missing > 0 {
        half.totals.gaps += 1;
        half.totals.missing_bytes += missing;
    }
}

/// Notes how much is in flight, and whether it fills the window of the other side.
fn count_window(half: &mut Half, other: &Half, range: StreamRange) {
    let Some(acked) = half.acked else { return };
    let in_flight = half.coverage.high().bytes_since(acked);
    half.totals.max_bytes_in_flight = half.totals.max_bytes_in_flight.max(in_flight);
    let scales_known = half.totals.window_scale.is_some() == other.totals.window_scale.is_some();
    let Some(window) = other.window else { return };
    let window = scaled_window(window, other.totals.window_scale, half.totals.window_scale);
    if scales_known && window > 0 && range.end == acked.add(window) {
        half.totals.window_full += 1;
    }
}

/// A window in bytes: scaled when both SYNs offered it (RFC 7323 §2.2).
const fn scaled_window(window: u16, own: Option<u8>, other: Option<u8>) -> u32 {
    match (own, other) {
        (Some(shift), Some(_)) => (window as u32) << shift,
        (_, _) => window as u32,
    }
}
